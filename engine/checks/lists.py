"""Lists of parameters: the publication's own lists against the quantities of each kind, both ways."""

from __future__ import annotations

from collections.abc import Iterator

from engine.finding import Finding
from equations.errors import near
from equations.model.methodology import ListedParameter, Methodology, ParameterList


def check_lists(methodology: Methodology) -> list[Finding]:
    """Compare lists of parameters with quantities; without ``parameter_lists`` only the lines themselves are looked at."""
    findings = [*_lines(methodology)]
    for list_ in methodology.parameter_lists:
        findings += _wrong_kind(list_, methodology)
        findings += _not_listed(list_, methodology)
    return findings


def _lines(methodology: Methodology) -> Iterator[Finding]:
    known = {list_.id for list_ in methodology.parameter_lists}
    seen: dict[str, ListedParameter] = {}
    for line in methodology.monitoring_list:
        if known and line.list not in known:
            yield Finding(
                "W811",
                "warning",
                line.printed,
                f"{line.printed!r} stands in a list {line.list!r} that is not declared",
                "",
                near(line.list, known) or "declare it under `parameter_lists:`",
                place=line.place,
            )
        if not line.quantity:
            yield Finding(
                "W810",
                "note",
                line.printed,
                f"list {line.list} names {line.printed!r}, which no equation uses",
                line.note,
                place=line.place,
            )
            continue
        earlier = seen.setdefault(line.quantity, line)
        if earlier is not line:
            yield Finding(
                "W810",
                "note",
                line.quantity,
                f"{line.quantity} stands in list {earlier.list} and again in list {line.list}",
                line.note,
                place=line.place,
            )


def _wrong_kind(list_: ParameterList, methodology: Methodology) -> Iterator[Finding]:
    for line in methodology.monitoring_list:
        if line.list == list_.id and line.quantity:
            kind = methodology.quantity[line.quantity].kind
            if kind != list_.kind:
                yield Finding(
                    "W810",
                    "warning",
                    line.quantity,
                    f"list {list_.id} ({_words(list_.kind)}) names {line.quantity}, which is {_words(kind)}",
                    line.note,
                    "correct the kind of the quantity, or say in `note:` why the text lists it there",
                    source=str(list_.source),
                    place=line.place,
                )


def _not_listed(list_: ParameterList, methodology: Methodology) -> Iterator[Finding]:
    """Report in one finding what belongs on a list and is missing; the editor's own quantities are passed over."""
    listed = {line.quantity for line in methodology.monitoring_list}
    own = (q for q in methodology.quantities if methodology.tool_of(q.id) is None)  # those of a tool stand on its own lists
    missing = [q for q in own if q.kind == list_.kind and q.id not in listed and not q.editorial]
    if missing:
        sections = ", ".join(f"{q.id} ({q.source.section})" if q.source.section else q.id for q in missing)
        are = "y is" if len(missing) == 1 else "ies are"
        yield Finding(
            "W810",
            "warning",
            f"list {list_.id}",
            f"{len(missing)} {_words(list_.kind)} quantit{are} on no list of the publication",
            sections,
            "add the line to the list, or give the quantity `editorial:` if it is not the publication's",
            source=str(list_.source),
            place=list_.place,
        )


def _words(kind: str) -> str:
    return kind.replace("_", " ")
