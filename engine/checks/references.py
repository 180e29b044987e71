"""References: sections, printed numbers, tables, roles and rulings that are named exist, and printed numbers run without a gap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.finding import Finding
from equations.citation import Citation
from equations.errors import Place, listed, near
from equations.model.equation import MOST_NUMBER
from equations.model.methodology import Methodology
from equations.model.roles import ROLES
from equations.model.ruling import TextPlace

_NUMBER = re.compile(r"(?P<first>\d+)(?P<part>[a-z]?)(?:\s*(?:-|–|to)\s*(?P<last>\d+)[a-z]?)?$")
_RULING = re.compile(r"\brulings? ([a-z][a-z0-9]*(?:-[a-z0-9]+)+)")


def check_references(methodology: Methodology) -> list[Finding]:
    """Check every citation of the methodology's own text, the places of rulings and register entries, numbering, names."""
    return [
        *_numbering(methodology),
        *_citations(methodology),
        *_places(methodology),
        *_roles(methodology),
        *_mentions(methodology),
    ]


def _fault(severity: str, subject: str, what: str, evidence: str = "", remedy: str = "", place: Place | None = None) -> Finding:
    return Finding("W811", severity, subject, what, evidence, remedy, place=place)


# -- printed numbers


def _numbering(methodology: Methodology) -> Iterator[Finding]:
    severity = "note" if methodology.status == "draft" else "warning"
    by_number: dict[tuple[str, str], list[int]] = {}
    for at, equation in enumerate(methodology.equations):
        if equation.number:
            by_number.setdefault((equation.number, equation.part), []).append(at)
    for (number, part), places in by_number.items():
        defined = dict.fromkeys(methodology.equations[at].quantity for at in places)
        if len(defined) > 1:
            last = methodology.equations[places[-1]]
            yield _fault(
                "error",
                last.id,
                f"two equations have the number {number}{part}",
                f"they define {' and '.join(defined)}",
                "give each its own number, or its own `part:`",
                last.place,
            )
    for number in dict.fromkeys(number for number, _ in by_number):
        parts = [part for n, part in by_number if n == number]
        wanted = [""] if parts == [""] else [chr(ord("a") + at) for at in range(len(parts))]
        if sorted(parts) != wanted:
            yield _fault(
                severity,
                f"equation {number}",
                f"the parts of Eq. {number} are {', '.join(p or 'none' for p in sorted(parts))}",
                f"expected {', '.join(wanted)}",
                "letter the parts a, b, ...",
            )
    whole = sorted({int(number) for number, _ in by_number if number.isdecimal()})
    missing = [str(n) for n in range(1, whole[-1] + 1) if n not in whole] if whole else []
    if missing:
        yield _fault(
            severity,
            "equations",
            f"printed numbers run from 1 to {whole[-1]} without {listed(missing, 12)}",
            "",
            "add the equations, or renumber",
        )


# -- citations


@dataclass(frozen=True, slots=True)
class _Known:
    """What a reference to the methodology's own text may name."""

    sections: frozenset[str]
    equations: frozenset[str]
    tables: frozenset[str]


def _known(methodology: Methodology) -> _Known:
    tables: set[str] = set()
    for dataset in methodology.datasets:
        for block in dataset.values:
            tables |= set(_listed(block.source.table)) if block.source.document == methodology.document else set()
    for result in methodology.published_results:
        tables |= set(_listed(result.source.table))
    return _Known(
        frozenset(s.id for s in methodology.sections),
        frozenset(e.number for e in methodology.equations if e.number),
        frozenset(tables),
    )


def _listed(text: str) -> list[str]:
    """Split ``"1, 4, 5"``; a number with a part letter counts as the number, a span as all its numbers."""
    found = []
    for piece in re.split(r",|\band\b|&", text):
        word = piece.strip()
        match = _NUMBER.match(word)
        if match and match["last"] and max(len(match["first"]), len(match["last"])) <= len(str(MOST_NUMBER)):
            found += [str(n) for n in range(int(match["first"]), int(match["last"]) + 1)]
        elif match:
            found.append(match["first"])
        elif word:
            found.append(word)
    return found


def _citations(methodology: Methodology) -> Iterator[Finding]:
    known = _known(methodology)
    for subject, citation, place in _cited(methodology):
        if citation.document == methodology.document:
            sections = [part.strip() for part in citation.section.split(",") if part.strip()]
            yield from _unknown(subject, sections, _listed(citation.equation), _listed(citation.table), known, place)


def _places(methodology: Methodology) -> Iterator[Finding]:
    known = _known(methodology)
    entries: list[tuple[str, TextPlace, Place | None]] = [(r.id, r.text_place, r.place) for r in methodology.rulings]
    entries += [(r.id, r.text_place, r.place) for r in methodology.register]
    for subject, text_place, place in entries:
        sections = [part.strip() for part in text_place.section.split(",") if part.strip()]
        equations = [n for text in text_place.equations for n in _listed(text)]
        tables = [n for text in text_place.tables for n in _listed(text)]
        yield from _unknown(subject, sections, equations, tables, known, place)


def _unknown(
    subject: str, sections: list[str], equations: list[str], tables: list[str], known: _Known, place: Place | None
) -> Iterator[Finding]:
    for word, named, there in (
        ("section", sections, known.sections),
        ("equation", equations, known.equations),
        ("table", tables, known.tables),
    ):
        for name in named:
            if there and name not in there:
                yield _fault(
                    "warning",
                    subject,
                    f"{subject} refers to {word} {name}, which this version does not have",
                    "",
                    near(name, there) or f"correct the {word}, or declare it",
                    place,
                )


def _cited(methodology: Methodology) -> Iterator[tuple[str, Citation, Place | None]]:
    for quantity in methodology.quantities:
        yield quantity.id, quantity.source, quantity.place
        for limits in (quantity.range, quantity.plausible):
            if limits is not None:
                yield quantity.id, limits.source, quantity.place
    for dataset in methodology.datasets:
        yield dataset.id, dataset.source, dataset.place
        for block in dataset.values:
            yield f"{dataset.id}: {block.quantity}", block.source, block.place
    for constant in methodology.constants:
        yield constant.written, constant.source, None
    for equivalence in methodology.equivalences:
        yield equivalence.id, equivalence.source, None
    others = (methodology.equations, methodology.rules, methodology.rulings, methodology.choices, methodology.published_results)
    around = (methodology.terms, methodology.activities, methodology.boundaries, methodology.pools)
    for entries in (*others, *around, methodology.comparisons):
        for entry in entries:
            yield entry.id, entry.source, entry.place


# -- roles, rulings named in words


def _roles(methodology: Methodology) -> Iterator[Finding]:
    for quantity in methodology.quantities:
        if quantity.role and quantity.role not in ROLES:
            yield _fault(
                "warning",
                quantity.id,
                f"{quantity.id} has the role {quantity.role!r}, which no audit knows",
                "",
                near(quantity.role, ROLES) or "roles: " + ", ".join(ROLES),
                quantity.place,
            )


def _mentions(methodology: Methodology) -> Iterator[Finding]:
    """Look for rulings that notes name and that are not there."""
    texts = [(q.id, f"{q.meaning} {q.unit_note} {q.source.note} {q.editorial}", q.place) for q in methodology.quantities]
    texts += [(e.id, f"{e.title} {e.editorial} {e.note}", e.place) for e in methodology.equations]
    texts += [(r.id, f"{r.statement} {r.remedy} {r.editorial}", r.place) for r in methodology.rules]
    gone = {id_ for settled in methodology.settled for list_, ids in settled.removed if list_ == "rulings" for id_ in ids}  # W814 names them
    for subject, text, place in texts:
        if methodology.tool_of(subject) is not None:  # it speaks in its own words
            continue
        for name in _RULING.findall(text):
            if name not in methodology.ruling and name not in gone:
                yield _fault(
                    "warning",
                    subject,
                    f"{subject} speaks of a ruling {name!r}, which is not declared",
                    "",
                    near(name, methodology.ruling),
                    place,
                )
