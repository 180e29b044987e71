"""Derivatives by the chain rule are those of differences, for every construct and for KH_AM004."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from batch_language import FORMULAS, PROJECT, spec_of
from batch_subjects import subject_of

from engine.batch.derivatives import gradient, values_of
from engine.batch.forms import literal_form
from engine.batch.lowering import lower
from engine.run.functions import ELEMENTWISE, FUNCTIONS, OPERATORS, REDUCTIONS
from equations.formula.functions import FUNCTIONS as LANGUAGE
from mrvgraph import load, run


def by_differences(program, numbers, cells, quantity, place):
    size = abs(float(np.ravel(numbers[quantity])[place])) or 1.0
    totals = []
    for sign in (1, -1):
        moved = {q: np.array(v, float) for q, v in numbers.items()}
        moved[quantity].reshape(-1)[place] += sign * size * 1e-5
        totals.append(values_of(program, moved)[cells].sum())
    return (totals[0] - totals[1]) / (2e-5 * size)


@pytest.mark.parametrize(("formula", "unit"), [f for f in FORMULAS if "floor" not in f[0]])
def test_derivatives_of_every_construct(formula, unit, tmp_path):
    (tmp_path / "spec.yaml").write_text(spec_of(formula, unit), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT.replace("c: 0}", "c: 0.5}"), encoding="utf-8")
    subject = subject_of(run(load(tmp_path / "spec.yaml"), tmp_path / "project.yaml"), ("R",))
    program = subject.batchable.literal
    cells = program.outputs["R"].ravel()
    shapes = {q: np.shape(v) for q, v in subject.numbers.items()}

    found = gradient(program, values_of(program, subject.numbers), dict.fromkeys(cells.tolist(), 1.0), shapes)

    for quantity, slopes in found.by_input.items():
        numbers = subject.numbers[quantity].ravel()
        for place in np.flatnonzero(np.isfinite(numbers) & (numbers != 0)):  # at zero some of these have a corner
            slope = slopes.ravel()[place]
            expected = by_differences(program, subject.numbers, cells, quantity, place)
            assert slope == pytest.approx(expected, rel=1e-5, abs=1e-6), (quantity, place)


@pytest.mark.parametrize("option", [1, 2])
def test_derivatives_of_the_credits(option, examples):
    subject = examples[option]
    program = subject.batchable.literal
    cells = program.outputs["ER_credit_p"].ravel()
    shapes = {q: np.shape(v) for q, v in subject.numbers.items()}

    found = gradient(program, values_of(program, subject.numbers), dict.fromkeys(cells.tolist(), 1.0), shapes)

    for quantity, place in (("DF", 0), ("C", 0), ("C", 5), ("A_0", 0), ("EF_direct", 0), ("Frac_leach", 0), ("SEC", 3)):
        expected = by_differences(program, subject.numbers, cells, quantity, place)
        assert found.by_input[quantity].ravel()[place] == pytest.approx(expected, rel=1e-4, abs=1e-3), (quantity, place)


def test_derivatives_are_those_of_sympy(tmp_path):
    (tmp_path / "spec.yaml").write_text(spec_of('X["a"] * exp(S) * ln(V["b"]) / V["c"] ^ 2', "t"), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
    subject = subject_of(run(load(tmp_path / "spec.yaml"), tmp_path / "project.yaml"), ("R",))
    program = subject.batchable.literal
    x, s, b, c = sympy.symbols("x s b c", positive=True)
    exact = x * sympy.exp(s) * sympy.log(b) / c**2
    at = {x: 2, s: sympy.Rational(1, 4), b: 3, c: 4}

    found = gradient(program, values_of(program, subject.numbers), {int(program.outputs["R"]): 1.0},
                     {q: np.shape(v) for q, v in subject.numbers.items()})  # fmt: skip

    assert found.value == pytest.approx(float(exact.subs(at)), rel=1e-14)
    for symbol, slope in (
        (x, found.by_input["X"][0]),
        (s, found.by_input["S"]),
        (b, found.by_input["V"][1]),
        (c, found.by_input["V"][2]),
    ):
        assert float(slope) == pytest.approx(float(exact.diff(symbol).subs(at)), rel=1e-13)


def test_the_slope_of_every_operation_is_what_sympy_says():
    """SymPy differentiates what the language says a function is, and the operators; at corners and steps there is no derivative."""
    x, y = sympy.symbols("x y", positive=True)
    operators = {"add": x + y, "sub": x - y, "mul": x * y, "div": x / y, "neg": -x, "power": x**y}
    conditions = {name for name, operation in OPERATORS.items() if operation.condition}
    assert set(operators) | conditions | {"where"} == set(OPERATORS)
    for name, operation in ELEMENTWISE.items():
        operands = (x, y)[: operation.operands]
        if name in FUNCTIONS and LANGUAGE[name].sympy is None:  # tests/engine/test_student.py holds its slopes to small steps
            assert operation.slope is not None
            continue
        if name in FUNCTIONS:
            formula = LANGUAGE[name].sympy(sympy, *operands).doit()
        elif name in operators:
            formula = operators[name]
        if operation.slope is None or name == "where":  # conditions and rounding are flat, a choice is not of numbers alone
            continue
        for at in ({x: 0.3, y: 2.5}, {x: 7.0, y: 0.25}):
            expected = [float(formula.diff(symbol).subs(at)) for symbol in operands]
            found = operation.slope(*(np.float64(at[symbol]) for symbol in operands))
            assert [float(one) for one in found] == pytest.approx(expected, rel=1e-14), name


def as_one_expression(program, cell, numbers):
    """The formula of a cell with everything below it written out in SymPy, and what its symbols stand for."""
    operations = {
        "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
        "neg": lambda a: -a, "pos": lambda a: sympy.Max(a, 0), "max": sympy.Max, "min": sympy.Min, "Sum": lambda *a: sympy.Add(*a),
        "Product": lambda *a: sympy.Mul(*a), "Max": sympy.Max, "Min": sympy.Min, "gt": lambda a, b: a > b, "lt": lambda a, b: a < b,
        "ge": lambda a, b: a >= b, "le": lambda a, b: a <= b, "where": lambda c, a, b: sympy.Piecewise((a, c), (b, True)),
    }  # fmt: skip
    written, meaning = {}, {}
    for group in program.groups:
        for at, own in enumerate(group.cells.tolist()):
            if group.op == "const":
                written[own] = sympy.Float(float(group.values[at]), 30)
            elif group.op == "input":
                place = int(group.places[at])
                written[own] = sympy.Symbol(f"{group.name}_{place}", positive=True)
                meaning[written[own]] = (group.name, place, float(np.ravel(numbers[group.name])[place]))
            elif group.op in REDUCTIONS:
                run = group.operands[0][group.starts[at] : group.starts[at + 1]].tolist()
                written[own] = operations[group.op](*(written[one] for one in run))
            else:
                written[own] = operations[group.op](*(written[int(cells[at])] for cells in group.operands))
    return written[cell], meaning


def test_the_credits_of_a_year_differentiated_by_sympy_as_one_expression(examples):
    """Option 1: net reductions of a year as one expression of all inputs; SymPy's derivative by each of them is ours."""
    subject = examples[1]
    program = literal_form(lower(subject.methodology, subject.plan, ("ER",)))
    cell = int(program.outputs["ER"].ravel()[0])
    expression, meaning = as_one_expression(program, cell, subject.numbers)
    values = {symbol: value for symbol, (_, _, value) in meaning.items()}

    found = gradient(program, values_of(program, subject.numbers), {cell: 1.0},
                     {q: np.shape(v) for q, v in subject.numbers.items()})  # fmt: skip

    inside = sorted(expression.free_symbols, key=str)
    slopes = sympy.lambdify(inside, [expression.diff(symbol) for symbol in inside], "math", cse=True)
    compared = 0
    for symbol, slope in zip(inside, slopes(*(values[symbol] for symbol in inside)), strict=True):
        quantity, place, _ = meaning[symbol]
        assert found.by_input[quantity].ravel()[place] == pytest.approx(slope, rel=1e-10, abs=1e-9), symbol
        compared += slope != 0
    assert compared > 30


MATRICES = {
    "plain": [[0.9, 0.1], [0.2, 0.8]],
    "defective": [[0.9, 0.1, 0.0], [0.0, 0.9, 0.1], [0.0, 0.0, 1.0]],
    "round": [[0.7, 0.3, 0.0], [0.0, 0.7, 0.3], [0.3, 0.0, 0.7]],
}


@pytest.mark.parametrize("exponent", [2, 3, 2.5, 0.6, 1])
@pytest.mark.parametrize("op", ["matrix_power", "root"])
@pytest.mark.parametrize("name", MATRICES)
def test_powers_and_roots_of_matrices(name, op, exponent):
    """By the matrix and by the exponent, whole or not."""
    from engine.batch.program import Builder, Program

    matrix = np.array(MATRICES[name])
    builder = Builder()
    elements = builder.add("input", matrix.size, name="M", places=np.arange(matrix.size))
    exponents = builder.add("input", 1, name="n", places=np.arange(1))
    cells = builder.add(op, matrix.size, (elements, exponents), labels=("",))
    program = Program(tuple(builder.groups), {"R": cells})
    numbers = {"M": matrix, "n": np.array(float(exponent))}

    found = gradient(
        program, values_of(program, numbers), {int(cells[1]): 1.0, int(cells[2]): 0.3}, {q: np.shape(v) for q, v in numbers.items()}
    )

    for quantity in numbers:
        for place in range(numbers[quantity].size):
            totals = []
            for sign in (1, -1):
                moved = {q: v.copy() for q, v in numbers.items()}
                moved[quantity].reshape(-1)[place] += sign * 1e-6
                values = values_of(program, moved)
                totals.append(values[cells[1]] + 0.3 * values[cells[2]])
            slope = (totals[0] - totals[1]) / 2e-6
            assert found.by_input[quantity].ravel()[place] == pytest.approx(slope, rel=1e-6, abs=1e-8), (quantity, place)


def test_slopes_of_a_root_of_two_and_a_half_years():
    """Worked out with SymPy's derivative of the divided difference (0.9 ^ (1/n) - 0.8 ^ (1/n)) / (0.9 - 0.8)."""
    from engine.batch.matrix_slopes import slopes_of_power
    from engine.run.arithmetic.matrix_powers import powers

    matrix, weights = np.array([[0.9, 0.1, 0.0], [0.0, 0.8, 0.2], [0.0, 0.0, 1.0]]), np.zeros((3, 3))
    weights[0, 1] = 1000.0  # the area that is converted from the first class to the second
    root = powers(matrix[..., None], np.array([0.4])).values[..., 0]
    by_matrix, by_power = slopes_of_power(matrix, 0.4, root, weights)
    a, b, n = sympy.symbols("a b n", positive=True)
    share = 100 * (a ** (1 / n) - b ** (1 / n)) / (a - b)
    at = {a: sympy.Rational(9, 10), b: sympy.Rational(4, 5), n: sympy.Rational(5, 2)}

    assert by_matrix[0, 1] == pytest.approx(float(share.subs(at)) / 0.1, rel=1e-13)  # 441.2
    assert by_matrix[0, 0] == pytest.approx(float(share.diff(a).subs(at)), rel=1e-12)  # -15.1
    assert -by_power / 2.5**2 == pytest.approx(float(share.diff(n).subs(at)), rel=1e-12)  # -16.5
