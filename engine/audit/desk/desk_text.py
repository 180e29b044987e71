"""The verifier's desk for reading: stated beside recomputed, where they part first, and which slips give the stated digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.audit.desk.comparison import FOLLOWS, INPUT, PARTS, ROUNDED, Beside
from engine.audit.desk.desk import Desk
from engine.audit.desk.diagnosis import Explained
from engine.audit.desk.ranking import Candidate
from engine.audit.desk.statement import AGREES, CUT
from engine.output.escapes import markdown_text
from engine.output.marks import plain
from engine.output.terminal import bold, coloured, number, table, wrapped
from equations.errors import listed

_HEADS = ["stated of", "document", "stated", "recomputed", "difference", "%", ""]
_WORDS = {AGREES: "agrees", CUT: "agrees cut off", ROUNDED: "agrees if rounded before", FOLLOWS: "follows from a difference before",
          PARTS: "parts here", INPUT: "another input"}  # fmt: skip
_COLOURS = {PARTS: "error", INPUT: "error"}
#: How many candidates are shown beside an audit, and how many statements that agree.
_FEW = 3


def desk_text(desk: Desk, *, full: bool = False) -> str:
    """Return the desk for a terminal; ``full``: with the statements that agree, and every candidate."""
    shown = [one for one in desk.compared.comparisons if full or one.is_different]
    parts = []
    if shown:
        rows = [[coloured(cell, _COLOURS.get(one.state, "")) if at == len(_HEADS) - 1 and one.state in _COLOURS else cell
                 for at, cell in enumerate(_row(desk, one))] for one in shown]  # fmt: skip
        parts.append("\n".join([bold("what documents state, beside the recomputation"), table(_HEADS, rows, right=(2, 3, 4, 5))]))
    parts += ["\n".join(_diagnosis(desk, one, full=full)) for one in desk.diagnoses]
    return "\n\n".join(parts)


def _row(desk: Desk, one: Beside) -> list[str]:
    statement = one.statement
    unit = str(desk.run.methodology.quantity[statement.quantity].unit)
    stated = statement.written if statement.unit in ("", "1") else f"{statement.written} {statement.unit}"
    difference = f"{one.distance:+,.6g}" if one.state != AGREES else ""
    share = f"{100 * one.distance / abs(one.ours):+.2f}" if one.ours and one.state != AGREES else ""
    return [statement.shown, statement.source, stated, f"{number(one.ours)} {unit}", difference, share, _WORDS[one.state]]


def _diagnosis(desk: Desk, one: Explained, *, full: bool) -> Iterator[str]:
    first = one.parting[0]
    names = listed([other.statement.shown for other in one.parting], _FEW)
    yield bold(f"{'another input' if first.state == INPUT else 'they part first'}: {names}")
    if first.state != INPUT:
        yield wrapped(f"  {desk.where(first)}", "    ")
    if one.is_rounding:
        how = f": {one.candidates[0].text}" if _rounds(one) else ""
        yield wrapped(f"  within what rounding on the way can do{how}; no slip is looked for", "    ")
        return
    if not one.candidates:
        alike_in = f"; {one.alike}" if one.alike else ""
        yield wrapped(f"  none known: {one.tried:,} slips were tried, and none gives the stated digits{alike_in}", "    ")
        return
    yield wrapped(f"  of {one.tried:,} slips that were tried, these give the stated digits, the likeliest first:", "    ")
    for at, candidate in enumerate(one.candidates if full else one.candidates[:_FEW], 1):
        yield from _candidate(desk, at, candidate)


def _rounds(one: Explained) -> bool:
    return bool(one.candidates) and one.candidates[0].slips[0].kind == "rounding"


def _candidate(desk: Desk, at: int, one: Candidate) -> Iterator[str]:
    yield wrapped(f"  {at}. {one.text}: {_explains(desk, one)}", "     ")
    if len(one.slips) > 1:
        more = f", and {one.more} more" if one.more else ""
        yield wrapped(f"     the same digits: {'; '.join(slip.text for slip in one.slips[1:])}{more}", "       ")


def _explains(desk: Desk, one: Candidate) -> str:
    differing = sum(other.is_different for other in desk.compared.comparisons)
    against = f", but {len(one.contradicted)} that agree would not" if one.contradicted else ""
    return f"explains {len(one.explained)} of {differing} that differ{against}; {_chance(one)}"


def _chance(one: Candidate) -> str:
    expected = one.by_chance
    return f"expected by chance: {expected:.1g}" if expected < 1 else f"weak: about {expected:.0f} slips would by chance"


# -- Markdown


def desk_markdown(desk: Desk) -> Iterator[str]:
    """Yield the desk as lines of Markdown."""
    yield "| " + " | ".join(head or "state" for head in _HEADS) + " |"
    yield "|---|---|---:|---:|---:|---:|---|"
    for one in desk.compared.comparisons:
        yield "| " + " | ".join(markdown_text(cell) for cell in _row(desk, one)) + " |"
    for diagnosis in desk.diagnoses:
        first, *rest = _diagnosis(desk, diagnosis, full=True)
        yield from ("", f"**{markdown_text(plain(first))}**", "")
        yield from (f"- {markdown_text(' '.join(plain(line).split()))}" for line in rest)


# -- data


def desk_record(desk: Desk) -> dict[str, object]:
    """Return the desk as plain data."""
    return {
        "stated": [_comparison_record(desk, one) for one in desk.compared.comparisons],
        "not_compared": [{"quantity": block.quantity.text, "why": why} for block, why in desk.stated.apart],
        "parting": [_diagnosis_record(desk, one) for one in desk.diagnoses],
    }


def _comparison_record(desk: Desk, one: Beside) -> dict[str, object]:
    statement = one.statement
    return {
        "what": statement.shown, "quantity": statement.quantity, "kind": statement.kind, "document": statement.document.title,
        "where": statement.where, "written": statement.written, "unit": statement.unit, "stated": statement.value,
        "printed_to": statement.step, "recomputed": one.ours, "from_what_is_stated_before": one.follows,
        "difference": one.distance, "in": str(desk.run.methodology.quantity[statement.quantity].unit), "state": _WORDS[one.state],
        "file": statement.place.file, "line": statement.place.line, "column": statement.place.column,
    }  # fmt: skip


def _diagnosis_record(desk: Desk, one: Explained) -> dict[str, object]:
    names = [other.statement.shown for other in desk.compared.comparisons]
    return {
        "quantity": one.quantity, "stated": [other.statement.shown for other in one.parting], "where": desk.where(one.parting[0]),
        "tried": one.tried, "rounding": one.is_rounding, "slips": [_candidate_record(candidate, names) for candidate in one.candidates],
    }  # fmt: skip


def _candidate_record(one: Candidate, names: Sequence[str]) -> dict[str, object]:
    return {
        "slips": [{"kind": slip.kind, "subject": slip.subject, "what": slip.what} for slip in one.slips], "more": one.more,
        "explains": [names[at] for at in one.explained], "contradicts": [names[at] for at in one.contradicted],
        "by_chance": one.by_chance, "explains_all": one.is_whole,
    }  # fmt: skip
