"""Entries of a methodology with the ground on which each stands: stated by a source, derived, or known to the field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from equations.citation import Citation
from equations.errors import Place
from equations.model.methodology import Methodology
from equations.records import record

#: Grounds that no spec writes: of an entry that is the editor's own and says so, and of one that says nothing.
EDITOR, UNSAID = "editor", "unsaid"
#: Lists that need no ground: they move no number. What they say is counted where they say it.
_WORDS = ("terms", "activities", "boundaries", "pools", "published_results", "comparisons", "rulings", "parameter_lists")


@record(frozen=True)
class Grounded:
    """One entry: its kind (the list in which it stands, in words), its name, its citation.

    Attributes
    ----------
    ground
        One of :data:`equations.citation.GROUNDS`, :data:`EDITOR` or :data:`UNSAID`.
    tool
        Path of the tool to which it belongs, or empty.
    editorial
        Whether it is the editor's own, with a reason.
    """

    kind: str
    id: str
    ground: str
    source: Citation
    tool: str = ""
    place: Place | None = None
    editorial: bool = False


def says_grounds(methodology: Methodology) -> bool:
    """Whether a methodology, or a tool in it, says anything of grounds; of one that does not nothing is shown."""
    return bool(methodology.grounds) or any(entry.source.ground for entry in grounded(methodology))


def grounded(methodology: Methodology) -> Iterator[Grounded]:
    """Yield the entries that must have a ground where one is required, list by list, and the others that have one.

    What is computed stands on its equations, and a dataset is counted by the tables that it holds.
    """
    m = methodology
    yield from _entries(m, "equations", m.equations)
    yield from _entries(m, "parameters", (q for q in m.quantities if q.is_input))
    for dataset in m.datasets:
        tool, seen = m.tool_of(dataset.id), list[str]()
        for block in dataset.values:
            seen.append(block.id or block.quantity)
            turn = f" ({seen.count(seen[-1])})" if seen.count(seen[-1]) > 1 else ""
            name = f"{dataset.id}: {seen[-1]}{turn}"
            yield Grounded("values", name, ground_of(block), block.source, tool=tool.path if tool else "", place=block.place)
    for kind in ("constants", "units", "equivalences", "choices", "rules"):
        yield from _entries(m, kind, getattr(m, kind))
    for kind in _WORDS:
        yield from _entries(m, kind.replace("_", " "), (entry for entry in getattr(m, kind) if entry.source.ground))


def ground_of(entry: Any) -> str:
    """Return the ground of one entry; one of the editor's own stands on the reason that it gives."""
    return entry.source.ground or (EDITOR if getattr(entry, "editorial", "") else UNSAID)


def _entries(methodology: Methodology, kind: str, entries: Iterable[Any]) -> Iterator[Grounded]:
    for entry in entries:
        name, place = getattr(entry, "id", "") or entry.written, getattr(entry, "place", None)
        yield Grounded(kind, name, ground_of(entry), entry.source, tool=_tool_of(methodology, name, place), place=place,
                       editorial=bool(getattr(entry, "editorial", "")))  # fmt: skip


def _tool_of(methodology: Methodology, name: str, place: Place | None) -> str:
    """Return the tool of an entry; constants and units keep their names in the whole, and are known by where they are written."""
    owner = methodology.tool_of(name)
    if owner is not None or place is None:
        return owner.path if owner is not None else ""
    inner = ((tool.path, tool.methodology) for tool in methodology.tools if tool.methodology is not None)
    return next((path for path, m in inner if place in (*(c.place for c in m.constants), *(u.place for u in m.units))), "")
