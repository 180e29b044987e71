"""Means, deviations and counts over members; values between points, and by classes. Every number is computed by hand beside it."""

import numpy as np
import pytest

from engine.batch.many_draws import batchable_of
from engine.documents.pages.unit_balance import unit_balance
from engine.simulate.propagation import gradient_of
from equations.errors import MethodologyError
from equations.formula.grammar import parse_formula
from equations.notation.plain import plain_text

SPEC = """
methodology: {{id: T, version: "1", title: Samples and tables, result: R}}
index_sets:
  - {{id: plot, letters: [r, s], members: [a, b, c, d], project: may-replace}}
  - {{id: stratum, letters: [h], members: [dry, wet]}}
  - {{id: year, kind: year, letters: [y]}}
relations: [{{id: lies, over: [plot, stratum], meaning: the stratum of a plot}}]
quantities:
  - {{id: X, symbol: X, meaning: x, indices: [plot], unit: t, kind: monitored}}
  - {{id: Y, symbol: Y, meaning: y, indices: [plot], unit: ha, kind: monitored}}
  - {{id: Z, symbol: Z, meaning: z, indices: [plot, stratum], unit: t, kind: monitored, on: lies}}
  - {{id: v, symbol: v, meaning: v, unit: t, kind: monitored}}
  - {{id: R, symbol: R, meaning: r, indices: [stratum], unit: "{unit}", kind: computed}}
equations:
  - {{id: r, defines: "R[h]", formula: '{formula}'}}
"""
PROJECT = """
project: {{name: p}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
{lists}
values:
  X: {{unit: t, values: {{{x}}}}}
  Y: {{unit: ha, values: {{a: 10, b: 30, c: 20, d: 60}}}}
  Z: {{unit: t, values: {{a: {{dry: 2}}, b: {{dry: 4, wet: 7}}, c: {{wet: 9}}, d: {{wet: 11}}}}}}
  v: {{unit: t, value: "{v}"}}
"""
PAIRS = "relations: {lies: {a: [dry], b: [dry, wet], c: [wet], d: [wet]}}"


def made(evaluated, formula, unit="t", v="3", x="a: 1, b: 2, c: 4, d: 9", lists=PAIRS):
    return evaluated(SPEC.format(formula=formula, unit=unit), PROJECT.format(v=v, x=x, lists=lists))


@pytest.mark.parametrize(
    ("formula", "unit", "expected"),
    [
        ("Mean(r, X[r])", "t", [4, 4]),  # 16 / 4
        ("Mean(r, Z[r, h])", "t", [3, 9]),  # (2 + 4) / 2, (7 + 9 + 11) / 3: a pair that is not there is no zero
        ("StdDev(r, Z[r, h])", "t", [2**0.5, 2]),  # gaps -1, 1: 2 / 1; gaps -2, 0, 2: 8 / 2
        ("StdErr(r, Z[r, h])", "t", [1, 2 / 3**0.5]),
        ("StdDev(r, X[r])", "t", [(38 / 3) ** 0.5] * 2),  # gaps -3, -2, 0, 5: 9 + 4 + 0 + 25
        ("StdDev(r, 2 {t} + 0 * X[r])", "t", [0, 0]),
        ("Mean(r, s, X[r] * X[s])", "t^2", [16, 16]),
        ("Count(r)", "1", [4, 4]),
        ("Count(r, X[r] > v)", "1", [2, 2]),  # 4 and 9
        ("Count(r, Z[r, h] > 3 {t})", "1", [1, 3]),
        ("Count(r, s, X[r] < X[s])", "1", [6, 6]),
        ('Count(r, r == "a" or X[r] >= 4 {t})', "1", [3, 3]),
    ],
)
def test_samples_by_hand_and_in_every_way(evaluated, every_way, formula, unit, expected):
    found = made(evaluated, formula, unit)

    assert found.values.arrays["R"].tolist() == pytest.approx(expected, rel=1e-15, abs=1e-15)
    every_way(found)


@pytest.mark.parametrize(
    ("formula", "v", "expected"),
    [  # points (1, 10), (2, 30), (4, 20), (9, 60)
        ("Interpolate(r, X[r], Y[r], v)", "1", 10),
        ("Interpolate(r, X[r], Y[r], v)", "1.5", 20),
        ("Interpolate(r, X[r], Y[r], v)", "2", 30),
        ("Interpolate(r, X[r], Y[r], v)", "3", 25),
        ("Interpolate(r, X[r], Y[r], v)", "6.5", 40),
        ("Interpolate(r, X[r], Y[r], v)", "9", 60),
        ("Interpolate(r, X[r], Y[r], max(Min(r, X[r]), v))", "0", 10),
        ("Lookup(r, X[r], Y[r], v)", "1", 10),
        ("Lookup(r, X[r], Y[r], v)", "1.99", 10),
        ("Lookup(r, X[r], Y[r], v)", "2", 30),
        ("Lookup(r, X[r], Y[r], v)", "8.99", 20),
        ("Lookup(r, X[r], Y[r], v)", "1000", 60),
        ("cases(v < 1 {t}: 5 {ha}, otherwise: Interpolate(r, X[r], Y[r], v))", "0.5", 5),
    ],
)
def test_tables_by_hand_and_in_every_way(evaluated, every_way, formula, v, expected):
    found = made(evaluated, formula, "ha", v)

    assert found.values.arrays["R"].tolist() == [expected, expected]
    every_way(found)


def test_a_table_passes_over_points_that_are_not_there(evaluated, every_way):
    """Dry: (2, 10), (4, 30); wet: (7, 30), (9, 20), (11, 60)."""
    found = made(evaluated, 'Interpolate(r, Z[r, h], Y[r], cases(h == "dry": v, otherwise: 3 * v))', "ha", "3.25")

    assert found.values.arrays["R"].tolist() == [22.5, 35]  # 10 + 1.25 * 10; at 9.75: 20 + 0.75 * 20
    every_way(found)


@pytest.mark.parametrize(
    ("formula", "x", "v", "said"),
    [
        ("Interpolate(r, X[r], Y[r], v)", "a: 1, b: 2, c: 4, d: 9", "9.5", "v is 9.5, and the table goes from 1 to 9"),
        ("Interpolate(r, X[r], Y[r], v)", "a: 1, b: 2, c: 4, d: 9", "0.5", "v is 0.5, and the table goes from 1 to 9"),
        ("Lookup(r, X[r], Y[r], v)", "a: 1, b: 2, c: 4, d: 9", "0.5", "v is 0.5, and the table goes from 1 on"),
        ("Interpolate(r, X[r], Y[r], v)", "a: 1, b: 4, c: 2, d: 9", "3", r"X\[r\] does not ascend along r: 2 stands behind 4"),
        ("Lookup(r, X[r], Y[r], v)", "a: 1, b: 2, c: 2, d: 9", "3", r"X\[r\] does not ascend along r: 2 stands behind 2"),
    ],
)
def test_outside_a_table_and_where_it_does_not_ascend_is_an_error(evaluated, formula, x, v, said):
    with pytest.raises(MethodologyError, match=f"V602 .*has no finite value[\\s\\S]*{said}"):
        made(evaluated, formula, "ha", v, x)


@pytest.mark.parametrize(
    ("formula", "said"),
    [("StdDev(r in few, X[r])", "StdDev over fewer than two members"), ("Mean(r in none, X[r])", "Mean over no members at all")],
)
def test_too_few_members_are_an_error_and_no_zero(evaluated, formula, said):
    sets = "- {id: few, subset_of: plot, members: [a]}\n  - {id: none, subset_of: plot, project: must-list}\n  - {id: year,"
    spec = SPEC.format(formula=formula, unit="t").replace("- {id: year,", sets)
    with pytest.raises(MethodologyError, match=f"V60[13] [\\s\\S]*{said}"):
        evaluated(spec, PROJECT.format(v="3", x="a: 1, b: 2, c: 4, d: 9", lists=PAIRS + "\nmembers: {none: []}"))


@pytest.mark.parametrize(
    ("formula", "v", "slope"),
    [  # of the segment from (2, 30) to (4, 20) by v: -5 ha/t; by its end points a quarter and three quarters
        ("Interpolate(r, X[r], Y[r], v)", "3.5", {"v": -5, "Y": [0, 0.25, 0.75, 0], "X": [0, 1.25, 3.75, 0]}),
        ("Lookup(r, X[r], Y[r], v)", "3.5", {"v": 0, "Y": [0, 1, 0, 0]}),
    ],
)
def test_the_slope_of_a_table_is_that_of_the_segment(evaluated, formula, v, slope):
    found = made(evaluated, formula, "ha", v)
    batchable = batchable_of(found, ("R",))
    gradient = gradient_of(batchable, {q: found.inputs.values[q] for q in batchable.plan.inputs}, "R")

    for name, expected in slope.items():
        assert np.allclose(gradient.by_input[name], expected), name


def test_the_slopes_of_mean_and_deviation(evaluated):
    """The mean of four moves by a quarter; sd = sqrt(38 / 3) by (x - 4) / (3 sd)."""
    for formula, expected in (("Mean(r, X[r])", [0.25] * 4), ("StdDev(r, X[r])", np.array([-3, -2, 0, 5]) / (3 * (38 / 3) ** 0.5))):
        found = made(evaluated, formula)
        batchable = batchable_of(found, ("R",))
        gradient = gradient_of(batchable, {q: found.inputs.values[q] for q in batchable.plan.inputs}, "R")
        assert np.allclose(gradient.by_input["X"], expected, rtol=1e-12)


@pytest.mark.parametrize(
    "text", ["Count(r)", "Count(r in few)", "Count(r, X[r] > 3)", "Interpolate(r, X[r], Y[r], v)", "Lookup(r in few, X[r], Y[r], v + 1)"]
)
def test_they_are_written_as_they_are_read(text):
    assert plain_text(parse_formula(text)) == text


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("Interpolate(r, X[r], v)", "X203 Interpolate takes a letter and 3 values, not 2"),
        ("Interpolate(r, X[r], Y[r], X[r])", "X205 the index r is not bound here"),
        ("Interpolate(r, X[r], Y[r], 3)", "U302 the numbers of Interpolate"),
        ("Mean(r, X[r] > 3 {t})", "X207 a condition where a number is meant"),
        ("Count(r, X[r])", "X207 a number where a condition is meant"),
        ("average(X[r])", "write Mean"), ("stdev(X)", "write StdDev"), ("vlookup(v, X, 2)", "write Lookup"), ("interp(v)", "write Interpolate"),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_told(evaluated, formula, said):
    with pytest.raises(MethodologyError, match=said):
        made(evaluated, formula)


RULES = """
rules:
  - {{id: counts, statement: two plots above v, condition: 'Count(r, X[r] > v) == 2', severity: error}}
  - {{id: mean, statement: the mean is 4, condition: 'Mean(r, X[r]) == 4 {{t}}', severity: error}}
  - {{id: spread, statement: 38 thirds, condition: 'abs(StdDev(r, X[r]) ^ 2 - 38/3 {{t^2}}) < 1e-9 {{t^2}}', severity: error}}
  - {{id: between, statement: 25 at 3, condition: 'Interpolate(r, X[r], Y[r], v) == 25 {{ha}}', severity: error}}
  - {{id: outside, statement: outside nothing is decided, condition: 'Lookup(r, X[r], Y[r], v - 3 {{t}}) > 0', severity: error}}
"""


def test_rules_ask_for_them_and_outside_of_a_table_nothing_is_decided(evaluated):
    found = evaluated(SPEC.format(formula="Mean(r, X[r])", unit="t") + RULES.format(),
                      PROJECT.format(v="3", x="a: 1, b: 2, c: 4, d: 9", lists=PAIRS))  # fmt: skip

    assert [verdict.state for verdict in found.verdicts] == ["held"] * 4 + ["not decided"]


@pytest.mark.parametrize("table", ["Interpolate", "Lookup"])
def test_the_balance_of_units_follows_the_values_of_a_table(evaluated, table):
    """Pages show it; the numbers of the points, here in tonnes, only say where the value lies."""
    found = made(evaluated, f"{table}(r, X[r], Y[r], v) * 2", unit="ha").methodology
    (term,) = unit_balance(found.equation["r"], found).terms
    assert {str(factor.unit) for factor in term.factors} == {"ha", "1"}
