"""Faults planted in a right methodology or its project, each with the codes of which one must be reported, and the words that must be in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from drafts import STRATA, Draft, Given, all_cells
from drawn_formulas import Readable
from hypothesis import strategies as st
from unit_balance import TONNES


@dataclass(frozen=True, repr=False)
class Plant:
    """The two files with one fault in them."""

    what: str
    spec: str
    project: str
    codes: tuple[str, ...]
    words: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"{self.what}\n{self.spec}\n{self.project}"


#: Draws a plant, or gives None where the methodology has nothing of the kind.
Maker = Callable[[st.DrawFn, Draft], "Plant | None"]


def spec_with(draft: Draft, equations: list[str] | None = None, declared: list[str] | None = None) -> str:
    """Return the text of the spec with other equations, or with further quantities."""
    before = draft.equations, draft.declared
    draft.equations, draft.declared = equations or before[0], before[1] + (declared or [])
    try:
        return draft.spec()
    finally:
        draft.equations, draft.declared = before


def edited(draft: Draft, at: int, edit: Callable[[str], str]) -> list[str]:
    """Return the equations, the formula of one of them edited."""
    lines = list(draft.equations)
    head, _, rest = lines[at].partition("formula: '")
    text, _, tail = rest.rpartition("'")
    lines[at] = f"{head}formula: '{edit(text)}'{tail}"
    return lines


def stated(draft: Draft, *ways: str) -> list[Given]:
    """Return the inputs on which the result hangs and that the project states, in some of the ways."""
    read = {quantity for quantity, _ in draft.needed}
    computed = {quantity.id for quantity in draft.computed}
    return [g for g in draft.given if g.quantity.id in read - computed and g.way in (ways or ("project", "rewritten", "at", "mixed"))]


def _cell(draw: st.DrawFn, draft: Draft) -> tuple[str, tuple[str, ...]] | None:
    names = {given.quantity.id for given in stated(draft)}
    cells = sorted(cell for cell in draft.needed if cell[0] in names)
    return draw(st.sampled_from(cells)) if cells else None


# -- in the project


def hole(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """A cell that is not supplied."""
    cell = _cell(draw, draft)
    return cell and Plant("hole", draft.spec(), draft.project(without=cell), ("I501",), (cell[0], *cell[1]))


def blank(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """A cell that holds no number."""
    cell, text = _cell(draw, draft), draw(st.sampled_from(["____", '""', "NA", "nan", "inf", '"1,5"', "x"]))
    return cell and Plant("blank", draft.spec(), draft.project(instead={cell: text}), ("I5",), (cell[0],))


def foreign_label(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """A number for a member that there is not."""
    known = [given for given in stated(draft, "project") if given.quantity.sets]
    if not known:
        return None
    given = draw(st.sampled_from(known))
    cell = (given.quantity.id, ("nowhere", *next(iter(given.cells))[1:]))
    return Plant("foreign label", draft.spec(), draft.project(instead={cell: "1"}), ("I502", "I507"), ("nowhere",))


def out_of_range(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """A number that cannot be."""
    cells = [(g.quantity.id, labels) for g in stated(draft, "project", "at") for labels in g.cells if g.quantity.positive or g.quantity.id == "P"]
    if not cells:
        return None
    cell = draw(st.sampled_from(cells))
    return Plant("out of range", draft.spec(), draft.project(instead={cell: "-3"}), ("I504",), (cell[0],))


def wrong_unit(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """Numbers in a unit of another thing."""
    known = stated(draft, "project", "rewritten", "at", "otherwise")
    if not known:
        return None
    name = draw(st.sampled_from(known)).quantity.id
    unit = draw(st.sampled_from(['"t^3"', '"tCH4"', '"day*ha"', '"kWh"', '"tN/ha"']))
    return Plant("wrong unit", draft.spec(), draft.project(units={name: unit}), ("I503",), (name,))


def outside_the_relation(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """A formula that reads a cell that does not exist, in no sum."""
    pairs = draft.world.relations["flows"]
    missing = [(i, j) for i in STRATA for j in STRATA if pairs is not None and (i, j) not in pairs]
    if not missing:
        return None
    quantity, (i, j) = further_input(draft, ("stratum", "stratum"), "flows"), draw(st.sampled_from(missing))
    term = f' + {as_tonnes(quantity, f"""{quantity.id}["{i}", "{j}"]""")}'
    lines = edited(draft, -1, lambda text: text + term)
    return Plant("outside the relation", spec_with(draft, lines), draft.project(), ("I", "V", "G"), ("FURTHER",))


def as_tonnes(quantity: Readable, element: str) -> str:
    """Return an element as tonnes."""
    under = "" if quantity.counts_as.is_plain else f" / 1 {{{quantity.counts_as}}}"
    return f"{element}{under} * 1 {{t}}"


# -- in the spec


def unit_fault(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """An equation whose sides are different things, or of another scale."""
    at = draw(st.sampled_from([at for at, line in enumerate(draft.equations) if "formula:" in line and "excluded" not in line]))
    edit = draw(st.sampled_from([("({}) * 1 {{day}}", "U302"), ("({}) * 1000 {{kg/t}}", "U303"), ("({}) / 1 {{tC}}", "U302")]))
    lines = edited(draft, at, lambda text: edit[0].format(text))
    return Plant("unit fault", spec_with(draft, lines), draft.project(), (edit[1],))


def sum_of_unlikes(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """An addend of another thing."""
    lines = edited(draft, -1, lambda text: f"{text} + {draw(st.sampled_from(['1 {ha}', '2 {tCO2}', '3', '1 {t/ha}']))}")
    return Plant("sum of unlikes", spec_with(draft, lines), draft.project(), ("U302",))


def case_removed(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """One of several cases of a quantity is not there."""
    if not draft.cases:
        return None
    equation = draw(st.sampled_from(sorted(draft.cases)))
    lines = [line for line in draft.equations if f"{{id: {equation}," not in line]
    steps = " ".join(text for texts in draft.steps.values() for text in texts)
    is_named = any(equation in names.split(", ") for names in re.findall(r"in: \[([^]]*)\]", steps))  # a step of a reading stands before it
    codes, word = (("S107",), equation) if is_named else (("G403",), draft.cases[equation])
    return Plant("case removed", spec_with(draft, lines), draft.project(), codes, (word,))


def case_doubled(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """One equation stands twice."""
    at = draw(st.integers(0, len(draft.equations) - 1))
    again = draft.equations[at].replace("{id: ", "{id: again.", 1)
    return Plant("case doubled", spec_with(draft, [*draft.equations, again]), draft.project(), ("G402",))


def nothing_to_divide_by(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """A division by nothing, or a function where it has no value."""
    edit = draw(st.sampled_from(["({}) / (1 - 1)", "({}) * ln(1 - 1)", "({}) * sqrt(1 - 2)", "({}) * exp(900)^2", "({}) * (1 - 1) ^ -1"]))
    lines = edited(draft, -1, lambda text: edit.format(text))
    return Plant("nothing to divide by", spec_with(draft, lines), draft.project(), ("V60",))


def further_input(draft: Draft, sets: tuple[str, ...], relation: str = "") -> Readable:
    """Declare one more input, with a number for each of its cells."""
    quantity = Readable("FURTHER", sets, TONNES, relation=relation)
    draft.declare(quantity, "monitored")
    draft.give(Given(quantity, dict.fromkeys(all_cells(draft.world, quantity), "3")))
    return quantity


def before_the_start(draw: st.DrawFn, draft: Draft) -> Plant | None:
    """A lag that leaves the axis."""
    quantity = further_input(draft, ("year",))
    element, sums = draw(st.sampled_from([("[y-1]", False), ("[y+1]", False), ("[z]", True)]))
    formula = f"Sum(z in start..y+1, {quantity.id}[z])" if sums else quantity.id + element
    line = f"  - {{id: lag, defines: 'LAG[y]', formula: '{formula}'}}"
    declared = f'  - {{id: LAG, symbol: L, meaning: drawn, indices: [year], unit: "{quantity.counts_as}", kind: computed}}'
    gathered = as_tonnes(quantity, "Sum(x, LAG[x])")
    lines = [line, *edited(draft, -1, lambda text: f"{text} + {gathered}")]
    return Plant("before the start", spec_with(draft, lines, [declared]), draft.project(), ("G404", "X205"))


PROJECT_PLANTS: tuple[Maker, ...] = (hole, blank, foreign_label, out_of_range, wrong_unit, outside_the_relation)
SPEC_PLANTS: tuple[Maker, ...] = (unit_fault, sum_of_unlikes, case_removed, case_doubled, nothing_to_divide_by, before_the_start)
