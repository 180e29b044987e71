"""Every construct of the language, evaluated and compared with plain arithmetic, on methodologies that are not KH_AM004."""

import math

import numpy as np
import pytest

from equations.errors import MethodologyError

HEAD = """
methodology: {id: T, version: "1", title: Features, result: R}
index_sets:
  - {id: stratum, letters: [i, j], members: [a, b, c]}
  - {id: wet, subset_of: stratum, members: [b, c]}
  - {id: gas, letters: [g], project: must-list}
  - {id: year, kind: year, letters: [y, z]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
  - {id: map, kind: group, groups: year, letters: [m], project: must-list}
relations:
  - {id: emits, over: [stratum, gas], meaning: who emits what}
choices:
  - {id: way, meaning: way, default: first, values: [{id: first}, {id: second}]}
rulings:
  - {id: open-place, issue: open, default: plain, readings: [{id: plain, meaning: x}, {id: other, meaning: y}]}
quantities:
  - {id: X, symbol: X, meaning: x, indices: [stratum], unit: t, kind: fixed_ex_ante}
  - {id: M, symbol: M, meaning: m, indices: [stratum, stratum], unit: "1", kind: fixed_ex_ante, matrix: MM}
  - {id: V, symbol: V, meaning: v, indices: [stratum], unit: "1", kind: fixed_ex_ante, diagonal_matrix: DV}
  - {id: W, symbol: W, meaning: w, indices: [year], unit: t, kind: monitored}
  - {id: S, symbol: S, meaning: s, unit: "1", kind: fixed_ex_ante}
  - {id: G, symbol: G, meaning: g, indices: [stratum, gas], unit: t, kind: monitored, on: emits}
  - {id: U, symbol: U, meaning: u, indices: [map], unit: t, kind: monitored}
"""
PROJECT = """
project: {name: test}
operation: {start: 2019-07-01, end: 2022-12-31}
monitoring_periods: [{id: p1, start: 2019-07-01, end: 2020-12-31}, {id: p2, start: 2021-01-01, end: 2022-12-31}]
members: {gas: [CO2, CH4], map: {m1: [2019, 2020], m2: {from: 2021, to: 2022}}}
relations: {emits: {a: [CO2], b: [CO2, CH4]}}
values:
  X: {unit: t, values: {a: 2, b: 3, c: 5}}
  M:
    table: |2
          a    b    c
      a   0.9  0.1  0
      b   0    0.8  0.2
      c   0.05 0    0.95
  V: {values: {a: 2, b: 3, c: 4}}
  W: {unit: t, values: {2019: 10, 2020: 20, 2021: 30, 2022: 40}}
  S: 0.25
  G: {unit: t, values: {a: {CO2: 7}, b: {CO2: 11, CH4: 13}}}
  U: {unit: t, values: {m1: 100, m2: 200}}
"""
X, V, S = {"a": 2.0, "b": 3.0, "c": 5.0}, {"a": 2.0, "b": 3.0, "c": 4.0}, 0.25
M = {"a": {"a": 0.9, "b": 0.1, "c": 0}, "b": {"a": 0, "b": 0.8, "c": 0.2}, "c": {"a": 0.05, "b": 0, "c": 0.95}}
W = {2019: 10.0, 2020: 20.0, 2021: 30.0, 2022: 40.0}


def scalar(formula, unit="t"):
    return HEAD + f"""  - {{id: R, symbol: R, meaning: r, unit: "{unit}", kind: computed}}
equations:
  - {{id: e, defines: R, formula: '{formula}'}}
"""


@pytest.mark.parametrize(
    ("formula", "unit", "expected"),
    [
        ("Sum(i, X[i])", "t", 10.0),
        ("Sum(i in wet, X[i])", "t", 8.0),
        ("Product(i, V[i])", "1", 24.0),
        ("Max(i, X[i]) - Min(i, X[i])", "t", 3.0),
        ("max(X[\"a\"], X[\"b\"], 4 {t})", "t", 4.0),
        ("min(X[\"a\"], 0)", "t", 0.0),
        ("pos(X[\"a\"] - X[\"b\"]) + pos(X[\"c\"] - X[\"b\"])", "t", 2.0),
        ("abs(X[\"a\"] - X[\"c\"])", "t", 3.0),
        ("X[\"a\"] * sqrt(V[\"c\"])", "t", 4.0),
        ("X[\"a\"] * exp(S) * ln(V[\"b\"]) * log10(V[\"c\"])", "t", 2 * math.exp(0.25) * math.log(3) * math.log10(4)),
        ("floor(X[\"c\"] * S) + ceil(X[\"c\"] * S)", "t", 3.0),
        ("X[\"a\"] ^ 2 / X[\"b\"]", "t", 4 / 3),
        ("X[\"a\"] * V[\"b\"] ^ -1", "t", 2 / 3),
        ("X[\"a\"] * (1 - S) ^ S", "t", 2 * 0.75**0.25),
        ("X[\"a\"] * 44/12", "t", 2 * (44 / 12)),
        ("-X[\"a\"] + X[\"b\"] - -X[\"c\"]", "t", 6.0),
        ("X[\"a\"] - X[\"b\"] - X[\"c\"]", "t", -6.0),
        ("X[\"a\"] / V[\"a\"] / V[\"b\"]", "t", 1 / 3),
        ("cases(S < 0.1: X[\"a\"], S < 0.3 and not S == 0.2: X[\"b\"], otherwise: X[\"c\"])", "t", 3.0),
        ("Sum(i, j, cases(i == j: 0, otherwise: X[i] * M[i,j]))", "t", 2 * 0.1 + 3 * 0.2 + 5 * 0.05),
        ("Sum(i, cases(i in wet: X[i], otherwise: 0))", "t", 8.0),
        ("Sum(i, cases(i not in wet or i == \"c\": X[i], otherwise: 0))", "t", 7.0),
        ("Sum(i, g, G[i,g])", "t", 31.0),
        ("Sum(i, Max(g, G[i,g]) * cases(i == \"c\": 0, otherwise: 1))", "t", None),
        ("Sum(y, W[y])", "t", 100.0),
        ("W[start] + W[end]", "t", 50.0),
        ("W[2020]", "t", 20.0),
        ("Sum(y, W[y] * elapsed_years(y))", "t year", 20 + 60 + 120.0),
        ("Sum(y, operating_days(y))", "day", 184 + 366 + 365 + 365.0),
        ("Sum(y, days_in_year(y))", "day", 365 + 366 + 365 + 365.0),
        ("Sum(y, U[m(y)]) / 2", "t", 300.0),
    ],
)  # fmt: skip
def test_scalar_formulas(evaluated, formula, unit, expected):
    spec = scalar(formula.replace("'", "''"), unit)

    if expected is None:
        with pytest.raises(MethodologyError, match="V603"):
            evaluated(spec, PROJECT)
        return
    assert evaluated(spec, PROJECT).total == pytest.approx(expected, rel=1e-14)


def by_year(formula, extra="", when=""):
    return HEAD + f"""  - {{id: R, symbol: R, meaning: r, indices: [year], unit: t, kind: computed}}
equations:
  - {{id: e, defines: "R[y]", {when} formula: '{formula}'}}
{extra}"""


def test_sum_up_to_a_year_and_up_to_the_year_before(evaluated):
    run = evaluated(by_year("Sum(z in start..y, W[z]) - Sum(z in start..y-1, W[z])"), PROJECT)
    assert [run.value("R", year=y) for y in W] == list(W.values())

    run = evaluated(by_year("Sum(z in start..y, W[z])"), PROJECT)
    assert [run.value("R", year=y) for y in W] == [10, 30, 60, 100]


def test_a_quantity_may_follow_from_all_its_own_past(evaluated):
    run = evaluated(by_year("W[y] + Sum(z in start..y-1, R[z])"), PROJECT)

    assert [run.value("R", year=y) for y in W] == [10, 30, 70, 150]


def test_lags_of_two_years_with_their_own_cases(evaluated):
    extra = """  - {id: first, defines: "R[y]", when: y == start, formula: "W[y]"}
  - {id: second, defines: "R[y]", when: y == start + 1, formula: "W[y]"}
"""
    run = evaluated(by_year("R[y-2] + W[y]", extra, "when: y > start + 1,"), PROJECT)

    assert [run.value("R", year=y) for y in W] == [10, 20, 40, 60]


def test_cases_by_calendar_year(evaluated):
    extra = '  - {id: late, defines: "R[y]", when: y >= 2021, formula: "2 * W[y]"}\n'
    run = evaluated(by_year("W[y]", extra, "when: y < 2021,"), PROJECT)

    assert [run.value("R", year=y) for y in W] == [10, 20, 60, 80]


def test_groups_of_years(evaluated):
    spec = HEAD + """  - {id: R, symbol: R, meaning: r, indices: [period], unit: t, kind: computed}
equations:
  - {id: e, defines: "R[q]", formula: "max(Sum(y in q, W[y]) - 40 {t}, 0)"}
"""
    run = evaluated(spec, PROJECT)

    assert run.value("R", period="p1") == 0
    assert run.value("R", period="p2") == 30


def matrix(formula, kind="matrix: RR, "):
    return HEAD.replace("result: R", "result: T") + f"""  - {{id: R, symbol: R, meaning: r, indices: [stratum, stratum], unit: "1", {kind}kind: computed}}
  - {{id: T, symbol: T, meaning: t, unit: "1", kind: computed}}
equations:
  - {{id: e, defines: RR, formula: '{formula}'}}
  - {{id: t, defines: T, formula: "Sum(i, j, R[i,j])"}}
"""


LABELS = "abc"
MATRICES = {
    "MM": lambda i, j: M[i][j],
    "MM .* MM": lambda i, j: M[i][j] ** 2,
    "MM @ MM": lambda i, j: sum(M[i][k] * M[k][j] for k in LABELS),
    "DV @ MM": lambda i, j: V[i] * M[i][j],
    "MM @ DV": lambda i, j: M[i][j] * V[j],
    "transpose(MM)": lambda i, j: M[j][i],
    "transpose(MM @ DV)": lambda i, j: M[j][i] * V[i],
    "MM ^ 3": lambda i, j: sum(M[i][k] * M[k][m] * M[m][j] for k in LABELS for m in LABELS),
    "identity(stratum) + S * (MM - identity(stratum))": lambda i, j: (i == j) + S * (M[i][j] - (i == j)),
    "diag(i, V[i] ^ 2) - DV": lambda i, j: (V[i] ** 2 - V[i]) * (i == j),
    "2 * MM / 4": lambda i, j: M[i][j] / 2,
    "-MM": lambda i, j: -M[i][j],
}


@pytest.mark.parametrize("formula", MATRICES)
def test_matrix_formulas(evaluated, formula):
    run = evaluated(matrix(formula), PROJECT)

    for labels, value, _ in run.cells("R"):
        assert value == pytest.approx(MATRICES[formula](*labels), abs=1e-15), labels


def test_a_matrix_to_a_power_that_is_not_whole(evaluated):
    quarter = evaluated(matrix("MM ^ S"), PROJECT).values.arrays["R"]

    whole = [[M[i][j] for j in LABELS] for i in LABELS]
    assert quarter @ quarter @ quarter @ quarter == pytest.approx(np.array(whole), abs=1e-14)
    assert (np.linalg.eigvals(quarter).real > 0.9).all()


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("MM * MM", "could mean the element-wise or the matrix product"),
        ("MM + 1", "joins a matrix with a number"),
        ("Sum(i, X[i])", "the formula gives a number"),
        ("MM @ S", "joins a matrix with a number"),
        ("1 / MM", "joins a matrix with a number"),
    ],
)
def test_matrices_and_numbers_are_told_apart(evaluated, formula, message):
    with pytest.raises(MethodologyError, match=message):
        evaluated(matrix(formula), PROJECT)


def test_a_choice_switches_equations_and_a_reading_edits_them(evaluated):
    spec = HEAD + """  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
equations:
  - {id: a, defines: R, when: way == first, formula: 'X["a"]'}
  - {id: b, defines: R, when: way == second, formula: 'X["b"]'}
"""
    spec = spec.replace("{id: other, meaning: ", "{id: other, replace: {equations: [{id: b, formula: 'X[\"c\"]'}]}, meaning: ")
    assert evaluated(spec, PROJECT).total == 2
    assert evaluated(spec, PROJECT, choices={"way": "second"}).total == 3
    assert evaluated(spec, PROJECT, choices={"way": "second"}, readings={"open-place": "other"}).total == 5


def test_what_is_supplied_beats_what_is_computed(evaluated):
    spec = HEAD + """  - {id: K, symbol: K, meaning: k, unit: t, kind: fixed_ex_ante}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
equations:
  - {id: k, defines: K, formula: "Sum(i, X[i])"}
  - {id: r, defines: R, formula: "2 * K"}
"""
    assert evaluated(spec, PROJECT).total == 20

    run = evaluated(spec, PROJECT.replace("  X: {unit: t, values: {a: 2, b: 3, c: 5}}\n", "  K: {unit: kg, value: 7000}\n"))
    assert run.total == 14
    assert "X" not in run.plan.inputs


def test_cells_outside_a_relation_do_not_exist(evaluated):
    run = evaluated(scalar("Sum(i, g, G[i,g])"), PROJECT)

    assert {labels for labels, _, _ in run.cells("G")} == {("a", "CO2"), ("b", "CO2"), ("b", "CH4")}


def test_a_second_verification_needs_no_monitored_data_of_the_first(evaluated):
    """Reference quantities run from the start year; monitored ones are asked for in monitored years only."""
    spec = HEAD + """  - {id: B, symbol: B, meaning: b, indices: [year], unit: t, kind: computed}
  - {id: R, symbol: R, meaning: r, indices: [period], unit: t, kind: computed}
equations:
  - {id: b0, defines: "B[y]", when: y == start, formula: 'X["a"]'}
  - {id: b, defines: "B[y]", when: y > start, formula: "B[y-1] * 2"}
  - {id: r, defines: "R[q]", formula: "Sum(y in q, B[y] - W[y])"}
"""
    later = PROJECT.replace("{id: p1, start: 2019-07-01, end: 2020-12-31}, ", "").replace("2019: 10, 2020: 20, ", "")

    run = evaluated(spec, later)

    assert run.total == (8 - 30) + (16 - 40)


def test_an_empty_set_sums_to_zero(evaluated):
    empty = PROJECT.replace("gas: [CO2, CH4]", "gas: []").replace("relations: {emits: {a: [CO2], b: [CO2, CH4]}}\n", "")
    empty = empty.replace("  G: {unit: t, values: {a: {CO2: 7}, b: {CO2: 11, CH4: 13}}}\n", "")

    assert evaluated(scalar("Sum(i, g, G[i,g]) + X[\"a\"]"), empty).total == 2


@pytest.mark.parametrize(
    ("formula", "code", "where"),
    [
        ("X[\"a\"] / (S - 0.25)", "V601", "the divisor S - 0.25 is zero"),
        ("Sum(i, X[i] / (V[i] - 3))", "V601", r"the divisor V\[i\] - 3 is zero"),
        ("X[\"a\"] * sqrt(S - 1)", "V602", "sqrt takes a number not below zero, and S - 1 is -0.75"),
        ("X[\"a\"] * ln(S - 0.25)", "V602", "ln takes a number above zero, and S - 0.25 is 0"),
        ("X[\"a\"] * (S - 1) ^ 0.5", "V602", "S - 1 is -0.75 and has no such power"),
        ("X[\"a\"] * exp(10000 * S)", "V603", "too large"),
    ],
)  # fmt: skip
def test_arithmetic_without_an_answer_names_the_operation(evaluated, formula, code, where):
    with pytest.raises(MethodologyError, match=where) as caught:
        evaluated(scalar(formula), PROJECT)
    assert caught.value.code == code


def grouped(equations, quantities=""):
    sets, rest = HEAD.split("relations:", 1)
    sets += """  - {id: kind, kind: group, groups: stratum, letters: [k], members: [{id: dry, of: [a]}, {id: moist, of: [b, c]}]}
  - {id: block, kind: group, groups: stratum, letters: [b], project: must-list}
relations:"""
    return sets + rest + quantities + equations


def test_groups_of_members_by_the_spec_and_by_the_project(evaluated):
    spec = grouped(
        """equations:
  - {id: e, defines: R, formula: "Sum(i, X[i] * F[k(i)]) + Sum(k, F[k] * Sum(i in k, X[i]))"}
""",
        """  - {id: F, symbol: F, meaning: f, indices: [kind], unit: "1", kind: fixed_ex_ante}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
""",
    )
    run = evaluated(spec, PROJECT + "  F: {values: {dry: 10, moist: 100}}\n")

    assert run.total == 2 * (2 * 10 + (3 + 5) * 100)


def test_a_member_in_no_group_is_an_error_not_a_guess(evaluated):
    spec = grouped(
        """equations:
  - {id: e, defines: R, formula: "Sum(i, X[i] * F[b(i)])"}
""",
        """  - {id: F, symbol: F, meaning: f, indices: [block], unit: "1", kind: fixed_ex_ante}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
""",
    )
    project = PROJECT.replace("members: {", "members: {block: {north: [a, b]}, ") + "  F: {values: {north: 1}}\n"

    with pytest.raises(MethodologyError, match="c belongs to no block"):
        evaluated(spec, project)


def test_a_year_in_no_group_is_an_error_not_a_guess(evaluated):
    short = PROJECT.replace("m2: {from: 2021, to: 2022}", "m2: [2021]")

    with pytest.raises(MethodologyError, match="2022 belongs to no map"):
        evaluated(scalar("Sum(y, U[m(y)]) / 2"), short)


def test_a_set_of_which_the_project_says_nothing_is_missing_not_empty(evaluated):
    silent = PROJECT.replace("gas: [CO2, CH4], ", "").replace("relations: {emits: {a: [CO2], b: [CO2, CH4]}}\n", "")
    silent = silent.replace("  G: {unit: t, values: {a: {CO2: 7}, b: {CO2: 11, CH4: 13}}}\n", "")

    with pytest.raises(MethodologyError, match="missing: the members of gas"):
        evaluated(scalar("Sum(i, g, G[i,g]) + X[\"a\"]"), silent)


@pytest.mark.parametrize(
    ("periods", "says"),
    [
        ("{id: p1, start: 2019-07-01, end: 2020-06-30}", "ends on 2020-06-30, within a year of operation"),
        ("{id: p1, start: 2019-09-01, end: 2020-12-31}", "starts on 2019-09-01, within a year of operation"),
    ],
)
def test_a_period_does_not_divide_a_year_of_operation(evaluated, periods, says):
    """Else the whole year would be credited to a part of it."""
    divided = PROJECT.replace("{id: p1, start: 2019-07-01, end: 2020-12-31}, {id: p2, start: 2021-01-01, end: 2022-12-31}", periods)

    with pytest.raises(MethodologyError, match=says):
        evaluated(scalar("Sum(i, X[i])"), divided)


def test_years_after_the_last_period_are_not_asked_for(evaluated):
    spec = by_year("W[y]").replace("result: R", "result: R, report: [R]")
    one = PROJECT.replace(", {id: p2, start: 2021-01-01, end: 2022-12-31}", "").replace(", 2021: 30, 2022: 40", "")
    one = one.replace("m2: {from: 2021, to: 2022}", "m2: [2021]").replace(", m2: 200", "")

    assert [value for _, value, _ in evaluated(spec, one).cells("R")] == [10, 20]


def test_two_indices_over_one_set_have_names_of_their_own(evaluated):
    run = evaluated(matrix("MM"), PROJECT)

    assert run.value("R", stratum="a", stratum_2="b") == 0.1
    assert run.value("R", stratum="b", stratum_2="a") == 0


def test_a_blanket_value_beside_listed_years_is_reported(evaluated):
    blanket = PROJECT.replace("values: {2019: 10, 2020: 20, 2021: 30, 2022: 40}", "otherwise: 0, values: {2019: 10, 2020: 20}")
    run = evaluated(scalar("Sum(y, W[y])"), blanket)

    assert run.total == 30
    assert [(f.code, f.what) for f in run.findings if f.code == "A718"] == [("A718", "W lists nothing for 2021, 2022")]
