"""Rounding: each way to round, to whole units and to steps, decided on the decimal number that people count in."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.batch.lanes import LaneCode, LaneProgram
from engine.batch.program import Builder, Program
from engine.report.whole_units import whole_units
from engine.run.functions import FUNCTIONS
from equations.errors import MethodologyError
from equations.formula.functions import FUNCTIONS as LANGUAGE
from equations.formula.grammar import parse_formula
from equations.formula.rounding import without_step
from equations.notation.plain import plain_text

SPEC = """
methodology: {{id: T, version: "1", title: Rounding, result: R}}
index_sets: [{{id: year, kind: year, letters: [y]}}]
quantities:
  - {{id: X, symbol: X, meaning: x, unit: t, kind: monitored}}
  - {{id: P, symbol: P, meaning: a share, unit: "1", kind: monitored}}
  - {{id: R, symbol: R, meaning: r, unit: t, kind: computed}}
equations:
  - {{id: r, defines: R, formula: "{formula}"}}
"""
PROJECT = """
project: {{name: p}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
values: {{X: {{unit: t, value: "{x}"}}, P: {{value: "{p}"}}}}
"""


def made(evaluated, formula, x, p="1"):
    return evaluated(SPEC.format(formula=formula), PROJECT.format(x=x, p=p))


@pytest.mark.parametrize(
    ("formula", "x", "expected"),
    [  # by hand
        ("round(X)", "2.5", 3), ("round(X)", "-2.5", -3), ("round(X)", "2.4", 2),
        ("round_half_even(X)", "2.5", 2), ("round_half_even(X)", "3.5", 4), ("round_half_even(X)", "2.51", 3),
        ("round_half_down(X)", "2.5", 2), ("round_half_down(X)", "-2.5", -2), ("round_half_down(X)", "2.51", 3),
        ("round_up(X)", "2.1", 3), ("round_up(X)", "-2.1", -3), ("round_up(X)", "2", 2),
        ("round_down(X)", "2.9", 2), ("round_down(X)", "-2.9", -2), ("round_down(X)", "3", 3),
        ("round(X, 0.01 {t})", "2.675", 2.68),  # as floats 2.67499...
        ("round_half_even(X, 0.1 {t})", "0.25", 0.2), ("round_half_even(X, 0.1 {t})", "0.35", 0.4),
        ("round(X, 0.1 {t})", "0.3", 0.3), ("round(X, 0.25 {t})", "0.6", 0.5), ("round(X, 5 {t})", "12.5", 15),
        ("floor(X, 0.1 {t})", "0.3", 0.3), ("ceil(X, 10 {t})", "21", 30), ("round(X, 1/3 {t})", "0.5", Fraction(2, 3)),
        ("round_half_down(X, 100 {t})", "150", 100),
    ],
)  # fmt: skip
def test_each_way_to_round_by_hand_and_in_every_way(evaluated, every_way, formula, x, expected):
    found = made(evaluated, formula, x)

    assert found.value("R") == float(expected)
    every_way(found)


@pytest.mark.parametrize(
    ("formula", "x", "p", "expected"),
    [("round(X * P, 0.01 {t})", "1.115", "1", 1.12), ("round(X * P)", "0.7", "0.7142857142857142", 0), ("round(X * P)", "7.5", "0.2", 2),
     ("round(X * P, 100 {t})", "149.99999999999999999", "1", 100)],
)
def test_what_the_last_digits_would_decide_is_decided_in_fractions(evaluated, every_way, formula, x, p, expected):
    found = made(evaluated, formula, x, p)

    assert found.value("R") == expected
    assert not [f for f in found.findings if f.code == "A746"]


def test_a_half_behind_a_root_counts_as_the_half_and_is_told(evaluated, every_way):
    found = made(evaluated, "round(X * sqrt(P))", "2.5", "1.00000000000000002")

    assert found.value("R") == 3
    assert [f.what for f in found.findings if f.code == "A746"] == ["round of 2.5 counts as 2.5, halfway between two"]
    every_way(found)


def test_a_large_number_of_small_steps_is_not_counted_as_the_middle(evaluated, every_way):
    """12,345,678.123 t in steps of 0.01: within a billionth of it lie several steps."""
    found = made(evaluated, "round(X * sqrt(P), 0.01 {t})", "12345678.123")

    assert found.value("R") == 12345678.12
    every_way(found)


@given(x=st.decimals(-(10**4), 10**4, places=4))
def test_numbers_and_fractions_round_alike(x):
    fraction = Fraction(x)
    for name in sorted(name for name, function in LANGUAGE.items() if function.rounds):
        meaning = FUNCTIONS[name]
        assert float(meaning.number(np.array(float(x)))) == meaning.exactly(fraction), name


def test_the_machine_rounds_as_numpy_does():
    values = np.array([-2.5, -1.5, -0.5, 0.49999999999, 0.5, 1.5, 2.5, 2.4, 1e9 + 0.3, 2**40 + 0.25, 3.0 - 1e-12])
    for name in ("round", "round_half_even", "round_half_down", "round_up", "round_down", "floor", "ceil"):
        builder = Builder()
        cells = builder.add(name, 1, (builder.add("input", 1, name="X", places=np.zeros(1, np.int64)),))
        code = LaneCode(LaneProgram(Program(tuple(builder.groups), {"R": cells}), cells), len(values))
        code.inputs[:] = values
        assert code.run()[0].tolist() == FUNCTIONS[name].number(values).tolist(), name


def test_a_step_is_a_written_number_in_the_unit_of_what_is_rounded(evaluated):
    with pytest.raises(MethodologyError, match="X203 the step of round is not a written number above zero"):
        made(evaluated, "round(X, P)", "1")
    with pytest.raises(MethodologyError, match="X203 the step of round is not a written number above zero"):
        made(evaluated, "round(X, 0 {t})", "1")
    with pytest.raises(MethodologyError, match="U302 the arguments of round"):
        made(evaluated, "round(X, 0.1)", "1")
    with pytest.raises(MethodologyError, match="U303 the arguments of round"):
        made(evaluated, "round(X, 100 {kg})", "1")


def test_a_step_without_it_is_the_same_in_whole_numbers():
    assert plain_text(without_step(parse_formula("round(x, 0.3)"))) == "round(x * 10 / 3) * 3 / 10"
    assert plain_text(without_step(parse_formula("round(x, 1)"))) == "round(x)"


ISSUED = """
methodology: {id: T, version: "1", title: Steps, result: E, report: [W]}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: X, symbol: X, meaning: x, indices: [year], unit: t, kind: monitored}
  - {id: E, symbol: E, meaning: credits, indices: [year], unit: t, kind: computed, role: credits}
  - {id: W, symbol: W, meaning: issued, indices: [year], unit: t, kind: computed, role: issued}
equations:
  - {id: e, defines: "E[y]", formula: "X[y]"}
  - {id: w, defines: "W[y]", formula: "round_down(E[y], 0.1 {t})"}
"""
ISSUED_BY = """
project: {name: p}
operation: {start: 2020-01-01, end: 2021-12-31}
values: {X: {unit: t, values: {2020: 2.18, 2021: 5.29}}}
"""


def test_what_is_issued_in_steps_keeps_them(evaluated):
    whole = whole_units(evaluated(ISSUED, ISSUED_BY))

    assert whole.of_cell(("2020",)) == "rounded towards zero to steps of 0.1 {t}: 2.1"
    assert whole.total == 7.3  # 2.1 + 5.2, and not 7.300000000000001
