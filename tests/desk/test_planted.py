"""Slips planted at random are found again by their digits, and honest roundings are never explained by a slip.

``planted`` works on any run: the lists of slips give what is planted, and another way to the numbers (a whole run of the changed methodology, or of
changed inputs) gives what is stated.
"""

import random
from dataclasses import replace

import numpy as np
import pytest
from desk_helpers import TINY

import mrvgraph
from engine.audit.desk import cell_slips as of_cells
from engine.audit.desk.cell_slips import cell_slips, input_slips, present
from engine.audit.desk.desk import Desk
from engine.audit.desk.formula_slips import formula_slips
from engine.audit.desk.rounded_runs import RULES, RoundingRule, rounded_runs
from engine.audit.desk.statement import DIFFERS, StatedNumber
from engine.audit.desk.statements import StatedNumbers
from engine.audit.reread import rereader
from engine.mutation.mutants import with_equation
from engine.plan.cells import cell_name
from engine.project.project_documents import ProjectDocument
from engine.run.evaluate import evaluate
from equations.errors import MethodologyError, Place
from equations.units.registry import parse_unit

DOCUMENT = ProjectDocument("Report", "", "", Place("report.yaml"), ())
#: How few of the planted slips may stay unexplained.
LEAST = 0.95


@pytest.fixture(scope="module")
def run():
    return mrvgraph.run(mrvgraph.load(TINY), TINY / "project.yaml")


def planted(run, draw):
    """Return what a slip is, and all numbers with it; of a formula that has no meaning nothing."""
    equations = sorted({step.equation for stage in run.plan.stages for step in stage.steps})
    if draw.random() < 0.6:
        equation = run.methodology.equation[draw.choice(equations)]
        slip = draw.choice(list(formula_slips(run, equation)))
        changed, inputs = with_equation(run.methodology, replace(equation, formula=slip.formula)), run.inputs
    else:
        name = draw.choice([name for name in sorted(run.inputs.values) if run.methodology.quantity[name].type == "number"])
        quantity, array = run.methodology.quantity[name], run.inputs.values[name]
        slip = draw.choice([*cell_slips(run, quantity, array), *input_slips(run, quantity, array)])
        changed, inputs = run.methodology, replace(run.inputs, values={**run.inputs.values, name: slip.numbers})
    try:
        return slip.text, evaluate(changed, run.plan, inputs).arrays
    except (MethodologyError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, AssertionError):
        return slip.text, None


def stated(run, arrays, names, decimals):
    """Return the numbers of some quantities as a document prints them."""
    found = []
    for name in names:
        for cell in map(tuple, np.argwhere(run.values.states[name] == 1)):
            text = f"{arrays[name][cell]:.{decimals}f}"
            quantity = run.methodology.quantity[name]
            found.append(StatedNumber(DOCUMENT, "claimed", name, (cell,), cell_name(quantity, run.setting, cell), text, str(quantity.unit), float(text),
                                      10.0**-decimals, "", DOCUMENT.place))  # fmt: skip
    return tuple(found)


def desk_of(run, numbers):
    return Desk(run, StatedNumbers(numbers, (), ()), parse_unit, lambda targets: rereader(run, parse_unit, targets))


def test_planted_slips_are_among_the_first_three(run):
    draw, tried, missed = random.Random(5), 0, []
    while tried < 5:
        what, arrays = planted(run, draw)
        names = draw.choice([("ER_p",), ("RL", "E_fuel", "ER_p"), ("dCS", "RL", "ER_p")])
        if arrays is None or not all(np.isfinite(arrays[name]).all() for name in names):
            continue
        numbers = stated(run, arrays, names, 2)
        if all(one.judged(float(run.values.arrays[one.quantity][one.cell])) != DIFFERS for one in numbers):
            continue
        tried += 1
        found = desk_of(run, numbers).diagnoses
        if not found or not all(any(one.is_whole for one in d.candidates[:3]) or d.is_rounding for d in found):
            missed.append(what)

    assert len(missed) <= (1 - LEAST) * tried, missed


@pytest.mark.parametrize("decimals", [0, 1])
def test_honest_roundings_are_never_explained(run, decimals):
    """Each cell printed; the years rounded before they are added; and everything rounded before it is read."""
    years = {name: np.round(run.values.arrays[name], decimals) for name in ("RL", "E_fuel")}
    total = np.array([(years["RL"] - years["E_fuel"]).sum()])
    rounded = {**run.values.arrays, **years, "ER_p": total}

    for arrays, names in ((run.values.arrays, ("dCS", "RL", "E_fuel", "ER_p")), (rounded, ("RL", "E_fuel", "ER_p")), (rounded, ("ER_p",))):
        found = desk_of(run, stated(run, arrays, names, decimals))
        assert {finding.code for finding in found.findings} == {"A754"}, (decimals, names)


def test_numbers_rounded_by_a_usual_rule_are_no_slip(run):
    """Amounts to few decimals and small numbers to more, before anything reads them: the total prints otherwise, and no slip is named."""
    arrays = dict(zip(RULES, (arrays for _, arrays in rounded_runs(run)), strict=True))[RoundingRule(0, more=2, is_cut=True)]
    numbers = stated(run, arrays, ("ER_p",), 1)
    assert numbers[0].judged(float(run.values.arrays["ER_p"][0])) == DIFFERS

    assert {finding.code for finding in desk_of(run, numbers).findings} == {"A754"}


def test_what_a_rule_leaves_of_numbers():
    numbers = np.array([1234.5678, 0.98768, 0.0])

    assert RoundingRule(1, more=3).rounded(numbers).tolist() == [1234.6, 1.0, 0.0]
    assert RoundingRule(1, more=3).rounded(numbers[1:]).tolist() == [0.9877, 0.0]
    assert RoundingRule(digits=4, is_cut=True).rounded(numbers).tolist() == [1234.0, 0.9876, 0.0]


def test_a_number_rounded_in_one_equation_alone_is_named(run):
    """The stocks are stated as they are: only where the loss is computed they are whole numbers."""
    equation = run.methodology.equation["dcs.start"]
    slip = next(slip for slip in formula_slips(run, equation) if slip.what.startswith("EF") and slip.kind == "rounding")
    arrays = evaluate(with_equation(run.methodology, replace(equation, formula=slip.formula)), run.plan, run.inputs).arrays

    found = desk_of(run, stated(run, arrays, ("EF", "dCS"), 4)).diagnoses

    assert slip.what in [slip.what for candidate in found[0].candidates[:3] for slip in candidate.slips]


def test_empty_cells_of_a_large_table_do_not_count(run, monkeypatch):
    """A table is tried cell by cell as long as its numbers are few, however many cells have none."""
    quantity, array = run.methodology.quantity["A"], run.values.arrays["A"]
    numbers = len(present(run, quantity))
    assert 0 < numbers < array.size

    for most, is_tried in ((numbers, True), (numbers - 1, False)):
        monkeypatch.setattr(of_cells, "MOST_CELLS", most)
        assert any(slip.kind == "one cell" for slip in cell_slips(run, quantity, array)) == is_tried
