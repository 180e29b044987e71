"""From the composed document of a spec back to the text of one YAML file.

Reading the text gives a document that says the same: :attr:`equations.library.spec_files.SpecDocument.hash` does not change. Comments
and the layout of the files are not kept.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.spec.schema import BLOCKS

WIDTH = 120
#: What may stand unquoted: it begins with a harmless character; what else YAML reads as a sign is looked for in `_inline`.
_PLAIN = re.compile(r"[A-Za-z0-9_./(|+<>=~][^\x00-\x1f\x7f]*$")
_WORD = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./+^ ()=*<>-]*$")


#: Stands in the field ``raw`` of a text that is written with escapes.
_ESCAPED = "escaped"
_BEYOND_ASCII = re.compile(r"[^\x20-\x7e\n]")
#: What a YAML file may not hold, or would not show: control characters, marks that turn the direction of writing.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


def write_document(document: Mapping, *, head: str = "", ascii_only: bool = False) -> str:
    """Return the text of a whole spec.

    Parameters
    ----------
    document
        A composed document: nothing is included or based on another.
    head
        Lines of comment to begin with, without their ``#``.
    ascii_only
        Write every text with a character beyond ASCII with escapes.

    Returns
    -------
    str
        YAML in the strict form that :func:`equations.files.strict_yaml.read_yaml` reads.
    """
    unfit = _BEYOND_ASCII if ascii_only else _HIDDEN
    lines = [_BEYOND_ASCII.sub("?", f"# {line}".rstrip()) if ascii_only else f"# {line}".rstrip() for line in head.splitlines()]
    order = list(BLOCKS["spec"])
    entries = sorted(document, key=lambda entry: order.index(entry[0].text) if entry[0].text in order else len(order))
    for key, value in entries:
        if key.text == "include":
            continue
        lines += ["", *_entry(key, _escaped(value, unfit), "", apart=isinstance(value, Sequence))]
    return "\n".join(lines).lstrip("\n") + "\n"


def _escaped(node: YamlNode, unfit: re.Pattern[str]) -> YamlNode:
    """Return a node in which each text with a character that is unfit is already written with escapes."""
    if isinstance(node, Sequence):
        return Sequence(tuple(_escaped(item, unfit) for item in node.items), node.file, node.line, node.column)
    if isinstance(node, Mapping):
        entries = tuple((_escaped_text(key, unfit), _escaped(value, unfit)) for key, value in node)
        return Mapping(entries, node.file, node.line, node.column)
    return _escaped_text(node, unfit)


def _escaped_text(node: Scalar, unfit: re.Pattern[str]) -> Scalar:
    if not unfit.search(node.text):
        return node
    text = node.text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return Scalar(unfit.sub(lambda sign: _escape(ord(sign[0])), text), node.file, node.line, node.column, True, _ESCAPED)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _entry(key: Scalar, value: YamlNode, indent: str, *, apart: bool = False) -> Iterator[str]:
    """Yield the lines of ``key: value``; ``apart`` puts an empty line in front of each long item."""
    name = _inline(Scalar(key.text, "", 0, 0, key.quoted, key.raw if key.raw == _ESCAPED else ""))
    short = _flow(value, len(indent) + len(name) + 2)
    if short is not None and not (apart and isinstance(value, Sequence) and any(isinstance(i, Mapping) for i in value.items)):
        yield f"{indent}{name}: {short}".rstrip()
    elif isinstance(value, Scalar):
        yield from _long_text(f"{indent}{name}: ", value, indent + "  ")
    elif isinstance(value, Sequence):
        yield f"{indent}{name}:"
        for item in value.items:
            lines = list(_item(item, indent + "  "))
            if apart and len(lines) > 1:
                yield ""
            yield from lines
    else:
        yield f"{indent}{name}:"
        yield from _block(value, indent + "  ")


def _block(node: YamlNode, indent: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node:
            yield from _entry(key, value, indent)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _item(item, indent)
    else:
        yield indent + _inline(node)


def _item(node: YamlNode, indent: str) -> Iterator[str]:
    short = _flow(node, len(indent) + 2)
    if short is not None and not _has_lists(node):
        yield f"{indent}- {short}"
        return
    if isinstance(node, Scalar):
        yield from _long_text(f"{indent}- ", node, indent + "  ")
        return
    lines = list(_block(node, indent + "  "))
    yield f"{indent}- {lines[0].lstrip()}"
    yield from lines[1:]


def _has_lists(node: YamlNode) -> bool:
    """Whether an item of a list has inner lists or blocks, which read better line by line."""
    return isinstance(node, Mapping) and any(not isinstance(value, Scalar) for _, value in node)


def _flow(node: YamlNode, used: int) -> str | None:
    """Return a node on one line, or ``None`` where it is too long or holds text of several lines."""
    if isinstance(node, Scalar):
        text = None if "\n" in node.text.strip("\n") else _inline(node)
    elif isinstance(node, Sequence):
        parts = [_flow(item, 0) for item in node.items]
        nested = any(isinstance(item, Sequence) for item in node.items)
        text = None if None in parts or nested else f"[{', '.join(map(_in_flow, node.items))}]"
    else:
        parts = [_flow(value, 0) for _, value in node]
        text = None
        if None not in parts:
            text = "{" + ", ".join(f"{_in_flow(key)}: {_in_flow(value)}" for key, value in node) + "}"
    return text if text is not None and used + len(text) <= WIDTH else None


def _in_flow(node: YamlNode) -> str:
    if isinstance(node, Scalar) and node.raw == _ESCAPED:
        return _inline(node)
    if isinstance(node, Scalar):
        is_word = _WORD.match(node.text) and not node.quoted and node.text == node.text.strip()
        return node.text if is_word else _quoted(node.text, node)
    return _flow(node, 0) or ""


def _inline(node: Scalar) -> str:
    if node.raw == _ESCAPED:
        return f'"{node.text}"'
    text = " ".join(node.text.split())
    if node.is_empty:
        return ""
    if node.quoted or not _PLAIN.match(text) or ": " in text or " #" in text or text.endswith(":"):
        return _quoted(text, node)
    return text


def _quoted(text: str, node: Scalar) -> str:
    text = " ".join(text.split())
    if node.is_empty:
        return '""' if node.quoted else ""
    if "\\" in text or '"' in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _long_text(start: str, node: Scalar, indent: str) -> Iterator[str]:
    """Yield a text over several lines: tables as they stand, everything else folded."""
    if node.raw == _ESCAPED:
        yield start + _inline(node)
        return
    if "\n" in node.text.strip("\n"):
        lines = [line.rstrip() for line in node.text.strip("\n").splitlines() if line.strip()]
        margin = min(len(line) - len(line.lstrip()) for line in lines)
        yield start + "|2"
        yield from (indent + line[margin:] for line in lines)
        return
    yield start + ">-"
    text = " ".join(node.text.split())
    yield from (indent + line for line in textwrap.wrap(text, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False))
