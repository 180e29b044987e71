"""A difference for reading: as text for a terminal, formulas side by side, and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest

from engine.comparison.compare_equations import EquationChange, EquationComparison, Regrouping, case_text, equation_text
from engine.comparison.compare_specs import ListChange
from engine.comparison.difference import Difference
from engine.comparison.effect import Contribution, Effect
from engine.output.terminal import bold, lines_of, table, width, wrapped
from engine.output.text_grid import TextGrid, text_grid
from equations.errors import listed
from equations.model.cell_labels import written_cell
from equations.model.methodology import Methodology
from equations.text_width import columns_of, padded

_MOST_LISTED = 14
LIST_WORDS = {
    "index_sets": "sets",
    "monitoring_list": "monitoring list",
    "parameter_lists": "lists of parameters",
    "published_results": "printed tables",
    "methodology": "the version itself",
}
_PART = re.compile(r"(\d+)([a-z]?)$")
_RELATIONS = {"same": "algebraically the same", "different": "different"}


def difference_text(difference: Difference, *, details: bool = False) -> str:
    """Return a difference for a terminal; ``details`` also lists every text that was worded otherwise."""
    parts = [
        head_lines(difference),
        _equations(difference),
        _quantities(difference),
        _values(difference),
        _others(difference, details=details),
        _inputs(difference),
    ]
    if difference.effect is not None:
        parts.append(effect_text(difference.effect, changes_said(difference)))
    return "\n\n".join(text for part in parts if (text := "\n".join(part).strip("\n"))) + "\n"


def relation_text(change: EquationChange) -> str:
    """Say how the two formulas of a changed equation relate."""
    meaning = change.meaning
    said = f"equal if {meaning.condition}" if meaning.relation == "conditional" else _RELATIONS[meaning.relation]
    return said + (f"; {meaning.difference}" if meaning.difference else "")


def changes_said(difference: Difference) -> dict[str, str]:
    """Return, for each changed equation, what was added or dropped, to be said beside what it moves."""
    return {change.id: change.meaning.difference for change in difference.equations.changed if change.meaning.difference}


def head_lines(difference: Difference) -> Iterator[str]:
    """Yield what is compared, and how many equations differ."""
    a, b = difference.a, difference.b
    projects = difference.effect.projects if difference.effect is not None else ("", "")
    if a.label == b.label and projects[0] != projects[1]:
        yield bold(f"{a.label}: {projects[0]}  ->  {projects[1]}")
    else:
        yield bold(f"{a.label}  ->  {b.label}")
    for side in dict.fromkeys((a.methodology.reference, b.methodology.reference)):
        methodology = (a if a.methodology.reference == side else b).methodology
        if methodology.status not in ("published", "draft"):
            yield f"{side} is {methodology.status}"
    if difference.same_spec:
        yield "one spec" + ("" if difference.readings or difference.inputs else ", and nothing differs")
    for id_, old, new in difference.readings:
        yield f"reading {id_}: {old} -> {new}"
    counts = difference.equations
    said = [
        (len(counts.added), "added"),
        (len(counts.removed), "removed"),
        (len(counts.changed), "changed"),
        (len(counts.renumbered), "renumbered"),
        (len(counts.reworded), "worded otherwise"),
    ]
    shown = ", ".join(f"{n} {word}" for n, word in said if n)
    yield f"equations: {shown or 'the same'}"


# -- equations


def _equations(difference: Difference) -> Iterator[str]:
    names = difference.a.said.version, difference.b.said.version
    if names[0] == names[1]:
        names = ("before", "after")
    left, right = difference.a.said, difference.b.said
    comparison = difference.equations
    for group in comparison.regrouped:
        yield from regrouped_lines(group)
    for change in comparison.changed:
        yield ""
        yield bold(wrapped(f"{equation_name(change)}: {relation_text(change)}", "    "))
        before, after = change.before, change.after
        if "case" in change.parts and "holds in another case" in change.meaning.difference:
            before += f"; for {case_text(left.equation[change.from_id], left)}"
            after += f"; for {case_text(right.equation[change.id], right)}"
        yield from side_by_side(names, (before, after))
    if difference.readings:  # what a reading adds is what it says
        yield from (wrapped(f"added {titled(right, id_)}: {equation_text(right.equation[id_], right)}", "    ") for id_ in comparison.added)
    else:
        yield from _listed("added", [titled(right, id_) for id_ in comparison.added])
    yield from _listed("removed", [titled(left, id_) for id_ in comparison.removed])
    if comparison.renumbered:
        yield from _listed("renumbered", moved_ranges(comparison))


def equation_name(change: EquationChange) -> str:
    """Return how a changed equation is named: both numbers where they differ, and its id."""
    if not change.from_number and not change.to_number:
        return change.id
    old, new = change.from_number, change.to_number
    if not old or not new:
        sides = (f"Eq. {old} ({change.from_id})" if old else change.from_id, f"Eq. {new} ({change.id})" if new else change.id)
        return " -> ".join(sides)
    number = f"Eq. {new}" if old == new else f"Eq. {old} -> {new}"
    return f"{number} ({change.id})"


def titled(methodology: Methodology, id_: str) -> str:
    """Return number and id of an equation, or the id alone."""
    equation = methodology.equation[id_]
    return f"{equation.label} ({id_})" if equation.number else id_


def regrouped_lines(group: Regrouping) -> Iterator[str]:
    """Yield which equations were divided or joined, and how each case relates to the one equation."""
    old, new = (" and ".join(f"Eq. {n}" if n[:1].isdigit() else n for n in side) for side in (group.from_numbers, group.to_numbers))
    one = len(group.from_numbers) == 1
    yield bold(f"{old} {'was' if one else 'were'} {'divided into' if group.kind == 'split' else 'joined to'} {new}")
    for before, after, meaning in group.proofs:
        said = f"equal if {meaning.condition}" if meaning.condition else _RELATIONS.get(meaning.relation, meaning.relation)
        yield f"    {after if group.kind == 'split' else before}: {said}"


def moved_ranges(comparison: EquationComparison) -> list[str]:
    """Join moves of neighbouring numbers: ``6-26 -> 8-28``; what was divided or joined is said elsewhere."""
    told = {(old, new) for group in comparison.regrouped for old in group.from_numbers for new in group.to_numbers}
    moves = list(dict.fromkeys((old, new) for _, old, new in comparison.renumbered if (old, new) not in told))
    pairs = [(_PART.match(old), _PART.match(new)) for old, new in moves]
    plain = sorted({(int(a[1]), int(b[1])) for a, b in pairs if a and b and a[2] == b[2]})
    spans: list[list[tuple[int, int]]] = []
    for old, new in plain:
        if spans and spans[-1][-1] == (old - 1, new - 1):
            spans[-1].append((old, new))
        else:
            spans.append([(old, new)])
    shown = [f"{s[0][0]}-{s[-1][0]} -> {s[0][1]}-{s[-1][1]}" if len(s) > 1 else f"{s[0][0]} -> {s[0][1]}" for s in spans]
    rest = [move for move, (a, b) in zip(moves, pairs, strict=True) if not (a and b and a[2] == b[2])]
    return shown + [f"{old or 'none'} -> {new or 'none'}" for old, new in rest]


def side_by_side(names: tuple[str, str], texts: tuple[str, str]) -> Iterator[str]:
    """Yield two texts in two columns under their names."""
    each = (width() - 7) // 2
    columns = [lines_of(text, each, "  ") or [""] for text in texts]
    wide = max(columns_of(names[0]), *(columns_of(line) for line in columns[0]))
    yield f"    {padded(names[0], wide)} | {names[1]}"
    for left, right in zip_longest(*columns, fillvalue=""):
        yield f"    {padded(left, wide)} | {right}".rstrip()


def _listed(word: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield from lines_of(f"{word}: {listed(names, _MOST_LISTED)}", width(), "    ", break_on_hyphens=False)


# -- declarations


def _quantities(difference: Difference) -> Iterator[str]:
    change = difference.lists.get("quantities")
    if change is None:
        return
    yield bold("quantities")
    yield from _list_lines(change, everything=True)


def _list_lines(change: ListChange, *, everything: bool) -> Iterator[str]:
    yield from _listed("    added", list(change.added))
    yield from _listed("    removed", list(change.removed))
    yield from _listed("    renamed", [f"{old} -> {new}" for old, new in change.renamed])
    for entry in change.changed:
        fields = [f for f in entry.changes if everything or f.field not in _PROSE]
        if not everything and not fields:
            continue
        for item in fields:
            said = f"{entry.id}, {item.field}: {_short(item.before)} -> {_short(item.after)}"
            yield from lines_of(f"    {said}", width(), "        ")


_PROSE = frozenset(
    {"meaning", "note", "editorial", "why", "issue", "evidence", "moves", "wrong", "reason", "remedy", "unit_note", "supplied_by"}
)


def _short(text: str) -> str:
    return f'"{text}"' if text and len(text) <= 90 else f'"{text[:86]} ..."' if text else "nothing"


def _values(difference: Difference) -> Iterator[str]:
    if not difference.values:
        return
    yield bold("values")
    rows = [
        [written_cell(v.quantity, v.labels), v.dataset, v.before or "-", v.after or "-", v.when]
        for v in difference.values
    ]
    limit = 40
    yield table(["value", "dataset", "was", "is", "when"], rows[:limit], indent="    ")
    if len(rows) > limit:
        yield f"    and {len(rows) - limit} more; --json shows all"


def _others(difference: Difference, *, details: bool) -> Iterator[str]:
    for name, change in difference.lists.items():
        if name == "quantities":
            continue
        lines = list(_list_lines(change, everything=details))
        prose = sum(1 for entry in change.changed if all(f.field in _PROSE for f in entry.changes))
        if prose and not details:
            lines.append(f"    {prose} worded otherwise (--details)")
        yield bold(LIST_WORDS.get(name, name))
        yield from lines
    if details:
        for id_, changes in difference.equations.reworded:
            for item in changes:
                said = f"{id_}, {item.field}: {_short(item.before)} -> {_short(item.after)}"
                yield from lines_of(f"    {said}", width(), "        ")


def _inputs(difference: Difference) -> Iterator[str]:
    if not difference.inputs:
        return
    yield bold("inputs of the two project files")
    rows = [
        [
            c.part,
            written_cell(c.name, c.labels) if c.part == "values" else " ".join((c.name, *c.labels[:1])),
            _cell(c.before),
            _cell(c.after),
        ]
        for c in difference.inputs
    ]
    yield table(["part", "what", "was", "is"], rows, indent="    ")


def _cell(text: str) -> str:
    return text if len(text) <= 44 else text[:40] + " ..."


# -- effect


def effect_text(effect: Effect, said: dict[str, str] | None = None) -> Iterator[str]:
    """Yield the results under both sides, and the difference divided among edits."""
    yield bold(f"effect on {effect.label or effect.result}: {effect.before:,.3f} -> {effect.after:,.3f} {effect.unit} ({effect.difference:+,.3f})")
    for one in effect.further:
        ends = " -> ".join("none" if value is None else f"{value:,.3f}" for value in (one.before, one.after))
        yield bold(f"effect on {one.label}: {ends} {one.unit}") + ("" if one.difference is None else f" ({one.difference:+,.3f})")
    differing = differing_grid(effect)
    if differing.rows:
        yield ""
        yield differing.indented("    ")
    for title, parts in (
        ("edits switched on in this order", effect.in_order),
        ("the same without an order (Shapley)", effect.shapley),
    ):
        if parts:
            yield ""
            yield from _contributions(title, parts, effect, said or {})
    if effect.in_order and not effect.shapley:
        yield f"not divided without an order: {effect.no_shapley}"
    yield from _listed("without effect in this project", list(effect.idle))


def differing_grid(effect: Effect) -> TextGrid:
    """Return the numbers that the two sides do not have in common as a table."""
    rows = []
    for line in effect.lines:
        if line.difference is None or line.difference:
            shown = [f"{v:,.1f}" if v is not None else "-" for v in (line.before, line.after)]
            change = f"{line.difference:+,.1f}" if line.difference is not None else ""
            rows.append([line.name, line.unit, *shown, change])
    return text_grid(["result that differs", "unit", "before", "after", "difference"], rows, (2, 3, 4))


def _contributions(title: str, parts: Sequence[Contribution], effect: Effect, said: dict[str, str]) -> Iterator[str]:
    rows = []
    for part, shown in zip(parts, rounded([part.difference for part in parts]), strict=True):
        ids = [name for kind, name in part.edits if kind == "equations"]
        others = [f"{moved:+,.3f}" for _, moved in part.by_result]
        rows.append([part.label, shown, *others, "; ".join(said[i] for i in ids if i in said)])
    further = [one for one in effect.further if one.result in dict(parts[0].by_result)]
    rows.append(["total", f"{effect.difference:+,.3f}", *(f"{one.difference or 0:+,.3f}" for one in further), ""])
    heads = [title, effect.unit, *(f"{one.result} ({one.unit})" for one in further), "what changed"]
    yield table(heads, rows, right=tuple(range(1, 2 + len(further))), indent="    ")


def rounded(parts: Sequence[float], digits: int = 3) -> list[str]:
    """Return amounts with signs, rounded so that what is shown adds up to the rounded sum.

    Examples
    --------
    >>> rounded([0.0004, 0.0004, 0.0004])
    ['+0.001', '+0.000', '+0.000']
    """
    unit = 10**digits
    exact = [Fraction(part) * unit for part in parts]
    whole = [round(part) for part in exact]
    left = round(sum(exact, Fraction(0))) - sum(whole)
    by_error = sorted(range(len(parts)), key=lambda at: (whole[at] - exact[at]) * (1 if left > 0 else -1))
    for at in by_error[: abs(left)]:
        whole[at] += 1 if left > 0 else -1
    return [f"{Decimal(number).scaleb(-digits):+,.{digits}f}" for number in whole]
