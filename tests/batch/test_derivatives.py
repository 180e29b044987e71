"""Derivatives by the chain rule are those of differences, for every construct and for KH_AM004."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from batch_language import FORMULAS, PROJECT, spec_of
from batch_subjects import subject_of

from engine import load, run
from engine.batch.derivatives import gradient, values_of


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


@pytest.mark.parametrize("exponent", [2, 3])
def test_powers_and_roots_of_matrices(exponent):
    from engine.batch.program import Builder, Program

    matrix = np.array([[0.9, 0.1], [0.2, 0.8]])
    for op in ("matrix_power", "root"):
        builder = Builder()
        elements = builder.add("input", 4, name="M", places=np.arange(4))
        cells = builder.add(op, 4, (elements, np.array([builder.constant(float(exponent))])), labels=("",))
        program = Program(tuple(builder.groups), {"R": cells})
        found = gradient(program, values_of(program, {"M": matrix}), {int(cells[1]): 1.0, int(cells[2]): 0.3}, {"M": (2, 2)})
        for place in range(4):
            totals = []
            for sign in (1, -1):
                moved = matrix.copy()
                moved.reshape(-1)[place] += sign * 1e-6
                values = values_of(program, {"M": moved})
                totals.append(values[cells[1]] + 0.3 * values[cells[2]])
            assert found.by_input["M"].ravel()[place] == pytest.approx((totals[0] - totals[1]) / 2e-6, rel=1e-6)
