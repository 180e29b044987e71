"""A function stands in one table of the language and has a meaning in many places: numbers, cells, slopes, signs, units, notations.

Each function is taken through all of them; one that lacks a meaning somewhere fails here and not in front of a user.
"""

import re
from pathlib import Path

import numpy as np
import pytest
import sympy

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.audit.second_computation.scalar_functions import SCALAR_FUNCTIONS
from engine.audit.second_computation.scalar_path import ScalarPath
from engine.audit.second_computation.scalar_size import ScalarSize
from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.lane_operations import LISTED, OPS
from engine.batch.many_draws import batchable_of
from engine.batch.recalculation import Recalculation
from engine.documents.pages.methodology_document import methodology_document
from engine.documents.writers.markdown import markdown_files
from engine.explain.trace import explain
from engine.explain.trace_node import trace_text
from engine.run.evaluate import magnitudes
from engine.run.functions import ELEMENTWISE, OPERATORS
from engine.run.functions import FUNCTIONS as MEANINGS
from engine.run.functions import REDUCTIONS as JOINED
from engine.run.samples import SAMPLES as PUT_TOGETHER
from engine.run.sheet_text import SHEET_FUNCTIONS
from engine.simulate.propagation import gradient_of
from equations.errors import ExpressionError
from equations.formula.functions import FUNCTIONS, REDUCTIONS, SAMPLES, SHORT_FORMS, TABLES
from equations.formula.grammar import parse_formula
from equations.notation.latex import equation_latex
from equations.notation.plain import plain_text
from equations.notation.sympy_form import equation_sympy

SPEC = """
methodology: {{id: F, version: "1", title: functions, result: R}}
index_sets:
  - {{id: use, letters: [i, j], members: [a, b]}}
  - {{id: year, kind: year, letters: [y]}}
quantities:
  - {{id: X, symbol: X, meaning: x, indices: [use], unit: "1", kind: monitored, diagonal_matrix: DX}}
  - {{id: M, symbol: M, meaning: m, indices: [use, use], unit: "1", kind: monitored, matrix: MM}}
  - {{id: K, symbol: K, meaning: k, indices: [use, use], unit: "1", kind: computed, matrix: MK}}
  - {{id: Y, symbol: Y, meaning: y, indices: [year], unit: "{unit}", kind: computed}}
  - {{id: R, symbol: R, meaning: r, unit: "{unit}", kind: computed}}
equations:
  - {{id: k, defines: MK, formula: "{matrix}"}}
  - {{id: y, defines: "Y[y]", formula: "{by_year}"}}
  - {{id: r, defines: R, formula: "{formula}"}}
"""
PROJECT = """
project: {name: f}
operation: {start: 2020-03-01, end: 2021-12-31}
values: {X: {values: {a: 2.5, b: 4}}, M: {values: {a: {a: 0.5, b: 0.25}, b: {a: 0.125, b: 1}}}}
"""


def formulas(name):
    """Return what uses a function: formula of the result, of the years, of the matrix, and the unit of the result."""
    function = FUNCTIONS[name]
    matrix, by_year, unit = "MM", "Sum(i, X[i])", "1"
    if function.rule == "calendar":
        return "Sum(y, Y[y])", f"{name}({', '.join(['y'] * function.least)})", matrix, function.unit
    if function.rule == "matrix":
        matrix = {"diag": "diag(i, X[i])", "transpose": "transpose(MM)", "identity": "identity(use)"}[name]
        return "Sum(i, j, K[i, j])", by_year, matrix, unit
    arguments = ", ".join((["X[i] / 10", "X[j]"] if name == "quantile_t" else ["X[i]", "X[j]", "2"])[: max(function.least, 1)])
    return f"Sum(i, j, {name}({arguments}) * K[i, j])", by_year, matrix, unit


#: Functions that SymPy does not have: their name stands.
OPAQUE = {"quantile_t"}
#: What an equation may call; dates decide rules only.
IN_EQUATIONS = sorted(name for name, function in FUNCTIONS.items() if function.rule != "date")


@pytest.fixture(params=IN_EQUATIONS)
def case(request, tmp_path):
    formula, by_year, matrix, unit = formulas(request.param)
    (tmp_path / "spec.yaml").write_text(SPEC.format(formula=formula, by_year=by_year, matrix=matrix, unit=unit), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
    methodology = mrvgraph.load(tmp_path / "spec.yaml")
    return request.param, methodology, mrvgraph.run(methodology, tmp_path / "project.yaml")


def test_a_function_has_a_meaning_wherever_formulas_go(case):
    name, methodology, run = case
    total = run.total

    assert not [f for f in mrvgraph.check(methodology).findings if f.severity == "error"]
    assert np.isfinite(total)
    assert [f.severity for f in audit_recompute(run)] == ["note"], audit_recompute(run)
    assert ScalarSize(ScalarPath(run)).entered("R", ()) >= abs(total) * (1 - 1e-12)
    assert float(magnitudes(methodology, run.plan, dict(run.values.arrays)).arrays["R"]) >= abs(total) * (1 - 1e-12)
    assert float(Recalculation(methodology, run.plan, run.inputs)()["R"]) == total
    batchable = batchable_of(run, ("R",))
    numbers = {q: run.inputs.values[q] for q in batchable.plan.inputs}
    if numbers:
        source = ArraySource({q: np.stack([array] * 3) for q, array in numbers.items()})
        for form in ("literal", "optimised"):
            assert evaluate_batch(batchable, source, Way(form, "numpy", workers=1)).arrays["R"] == pytest.approx([total] * 3, rel=1e-12)
        assert np.isfinite(gradient_of(batchable, numbers, "R").value)
    for equation in methodology.equations:
        assert plain_text(equation.formula)
        assert equation_latex(equation, methodology)
        assert equation_sympy(equation, methodology) is not None
    assert name in "".join(markdown_files(methodology_document(methodology), "F").values())
    assert list(trace_text(explain(run, "R", ())))


def test_no_projection_of_a_function_lacks_a_meaning():
    """One row in the language, one for numbers, one of the second computation; and no row without its function."""
    numeric = {name for name, function in FUNCTIONS.items() if function.rule not in ("calendar", "date", "matrix")}

    assert set(MEANINGS) == {name for name, function in FUNCTIONS.items() if function.rule != "matrix"}
    assert set(ELEMENTWISE) == numeric | set(OPERATORS)
    assert set(SCALAR_FUNCTIONS) == numeric
    written = {name for name, meaning in MEANINGS.items() if meaning.sheet is not None}
    assert written == set(MEANINGS) - {"calendar_years"}, "what an equation may call has a text in a spreadsheet; dates decide rules only"
    assert all(bool(meaning.script) != bool(meaning.not_scripted) for meaning in ELEMENTWISE.values()), "it has a JavaScript meaning, or says why not"
    assert {name for name, meaning in ELEMENTWISE.items() if not meaning.script} == {"quantile_t"}
    assert {name for name, meaning in ELEMENTWISE.items() if meaning.inexact} == {"power", "exp", "ln", "log10"}
    assert all(joined.sheet in SHEET_FUNCTIONS for joined in JOINED.values())
    assert set(OPS) <= set(ELEMENTWISE) | {"mul_number", "sub_pos"} | {OPS[at] for at in LISTED}, "the machine knows no others; it need not know all"
    assert set(REDUCTIONS) == {*JOINED, *PUT_TOGETHER, *TABLES} and not set(REDUCTIONS) & set(FUNCTIONS)
    assert set(PUT_TOGETHER) == {"Count", *SAMPLES} and not set(JOINED) & {*PUT_TOGETHER, *TABLES}
    for name in sorted(numeric):
        function, meaning, scalar = FUNCTIONS[name], MEANINGS[name], SCALAR_FUNCTIONS[name]
        assert function.meaning and "#" in function.latex and (function.sympy is not None or name in OPAQUE), name
        assert function.rule in ("same", "plain", "root"), name
        assert (function.least if function.most else 2) == meaning.operands, f"{name}: more operands are folded from the left"
        assert bool(function.rounds) == (meaning.exactly is not None) == (scalar.whole is not None), f"{name} rounds, or does not"
        assert (scalar.value is None) == (scalar.whole is not None) and scalar.jumps == meaning.jumps, name
        assert meaning.slope is not None or function.rounds, f"{name} is flat, and rounds nothing"
        assert set(meaning.mistaken) <= set(FUNCTIONS) - {name}, name
        assert meaning.partial == bool(meaning.domain) or name == "exp", f"{name}: where it is no number, a message says what it takes"


@pytest.mark.parametrize("name", sorted(name for name, function in FUNCTIONS.items() if function.sympy is not None))
def test_numbers_are_what_sympy_says(name):
    """The row for numbers does what the row of the language writes in SymPy."""
    operands = MEANINGS[name].operands
    for numbers in ((2.75, 0.5), (0.25, 3.0), (-1.25, -1.75), (0.5, 0.5), (2.5, -2.5)):
        if min(numbers[:operands]) < 0 and MEANINGS[name].domain:
            continue
        expected = FUNCTIONS[name].sympy(sympy, *(sympy.Rational(number) for number in numbers[:operands])).doit()
        assert float(MEANINGS[name].number(*(np.array(number) for number in numbers[:operands]))) == pytest.approx(float(expected), rel=1e-15)


def test_the_reference_names_every_function():
    """docs/reference/spec_language.md lists what a formula may call."""
    text = (Path(__file__).parents[2] / "docs" / "reference" / "spec_language.md").read_text(encoding="utf-8")
    table = text[text.index("| `731 {day}` |") :].split("\n\n")[0]

    assert {*FUNCTIONS, *REDUCTIONS, *SHORT_FORMS} <= set(re.findall(r"\w+", table))


@pytest.mark.parametrize("name", sorted(FUNCTIONS.keys() - {"max", "min"}))
def test_a_function_takes_no_argument_too_many(name):
    """Most take one; `diag` names a letter too, `shared_days` two; `max` and `min` take any number from two."""
    too_many = ["x"] * (FUNCTIONS[name].most + 1)
    with pytest.raises(ExpressionError, match=f"X203 {name} takes .*{len(too_many) - 1} argument"):
        parse_formula(f"{name}({', '.join(too_many)})")


@pytest.mark.parametrize("name", ["max", "min", "diag", "quantile_t"])
def test_a_function_of_two_does_not_take_one(name):
    with pytest.raises(ExpressionError, match=f"X203 {name} takes .*2 arguments, not 1"):
        parse_formula(f"{name}(x)")
