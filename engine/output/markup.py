"""HTML that is safe by construction: every text is escaped unless it is markup already."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import TypeAlias

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "col", "wbr"})
#: Characters that HTML cannot hold, and those that turn the direction of a text around.
_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(128, 160), 65534, 65535), "�")
_FORBIDDEN |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\N{REPLACEMENT CHARACTER}")
_FORBIDDEN |= dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")
#: Where a long name or unit of a narrow cell may be broken: behind a sign within it.
BREAKS = re.compile(r"(?:(?<=[^\s./_][./])|(?<=[^\s./_]{3}_))(?=[^\s./_]{3})")


class Html(str):
    """Text that is HTML already; only the functions of this package make it."""

    __slots__ = ()


Child: TypeAlias = "str | Html | Iterable[Child] | None"


def clean(text: str) -> str:
    """Return a text without characters that no document can hold."""
    return text.translate(_FORBIDDEN)


def escaped(text: str) -> Html:
    """Return a text as HTML; quotes are escaped too.

    Examples
    --------
    >>> escaped('<b onclick="x">')
    '&lt;b onclick=&quot;x&quot;&gt;'
    """
    return text if isinstance(text, Html) else Html(escape(clean(text), quote=True))


def joined(*children: Child) -> Html:
    """Return children one after the other: text escaped, markup as it is."""
    return Html("".join(_flat(children)))


def _flat(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            yield escaped(child)
        else:
            yield from _flat(child)


def tag(name: str, attributes: Mapping[str, str | None] | None = None, *children: Child) -> Html:
    """Return an element.

    Parameters
    ----------
    attributes
        Values are escaped; ``None`` leaves the attribute out.

    Examples
    --------
    >>> tag("a", {"href": "#x"}, "1 < 2")
    '<a href="#x">1 &lt; 2</a>'
    """
    shown = "".join(f' {key}="{escaped(value)}"' for key, value in (attributes or {}).items() if value is not None)
    if name in _VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{joined(*children)}</{name}>")


def script_data(text: str) -> Html:
    """Return JSON as it may stand inside a script element: nothing in it can end the element."""
    return Html(
        text.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
