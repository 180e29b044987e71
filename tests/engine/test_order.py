"""Order on every axis: lags, marks, windows, recursion, with numbers computed here by hand, and every way to them."""

import pytest
from every_way import agree, batches

import mrvgraph
from engine.batch.lanes import is_at_hand
from engine.typesetting.pictures.graph_picture import graph_svg
from engine.typesetting.pictures.graph_text import graph_mermaid
from equations.errors import MethodologyError

SPEC = """
methodology: {{id: O, version: "1", title: order, result: R}}
index_sets:
  - {{id: quarter, letters: [u, v, w], members: [Q1, Q2, Q3, Q4], ordered: yes}}
  - {{id: cohort, letters: [a, b], project: must-list, ordered: yes}}
  - {{id: thing, letters: [i], members: [m, n]}}
  - {{id: past, kind: year, history: 3, letters: [h]}}
  - {{id: year, kind: year, letters: [y, z]}}
  - {{id: period, kind: group, groups: year, letters: [q, r], project: must-list}}
quantities:
  - {{id: F, symbol: F, meaning: by quarter, indices: [quarter], unit: t, kind: monitored}}
  - {{id: N, symbol: N, meaning: by cohort, indices: [cohort], unit: t, kind: monitored}}
  - {{id: W, symbol: W, meaning: by year, indices: [year], unit: t, kind: monitored}}
  - {{id: L, symbol: L, meaning: by year and before, indices: [past], unit: t, kind: monitored}}
  - {{id: G, symbol: G, meaning: by thing and year, indices: [thing, year], unit: t, kind: monitored}}
  - {{id: R, symbol: R, meaning: result, indices: [{axis}], unit: t, kind: computed}}
{quantities}
equations:
{equations}
"""
PROJECT = """
project: {name: order}
operation: {start: 2020-03-01, end: 2024-12-31}
monitoring_periods:
  - {id: late, start: 2023-01-01, end: 2024-12-31}
  - {id: early, start: 2020-03-01, end: 2020-12-31}
  - {id: middle, start: 2021-01-01, end: 2022-12-31}
members: {cohort: [old, grown, young]}
values:
  F: {unit: t, values: {Q1: 1, Q2: 2, Q3: 4, Q4: 8}}
  N: {unit: t, values: {old: 100, grown: 10, young: 1}}
  W: {unit: t, values: {2020: 1, 2021: 2, 2022: 4, 2023: 8, 2024: 16}}
  L: {unit: t, values: {2017: 300, 2018: 200, 2019: 100, 2020: 1, 2021: 2, 2022: 4, 2023: 8, 2024: 16}}
  G: {unit: t, values: {m: {2020: 1, 2021: 2, 2022: 3, 2023: 4, 2024: 5}, n: {2020: 10, 2021: 20, 2022: 30, 2023: 40, 2024: 50}}}
"""


def spec(axis, *equations, quantities=""):
    lines = [f"  - {{id: e{at}, {one}}}" for at, one in enumerate(equations)]
    return SPEC.format(axis=axis, quantities=quantities, equations="\n".join(lines))


def defined(letter, formula, when=""):
    return f'defines: "R[{letter}]", formula: "{formula}"' + (f", when: {when}" if when else "")


CASES = {
    "a lag on a listed set": (
        "quarter", [defined("u", "F[u]", "u == first"), defined("u", "F[u-1] + F[u]", "u > first")], [1, 3, 6, 12]),
    "its own past on a listed set": (
        "quarter", [defined("u", "F[u]", "u == first"), defined("u", "2 * R[u-1] + F[u]", "u > first")], [1, 4, 12, 32]),
    "its own future on a listed set": (
        "quarter", [defined("u", "F[u]", "u == last"), defined("u", "0.5 * R[u+1] + F[u]", "u < last")], [4, 6, 8, 8]),
    "first and last": ("quarter", [defined("u", "F[u] * F[first] / F[last]")], [1 / 8, 2 / 8, 4 / 8, 1]),
    "members named and compared": (
        "quarter", [defined("u", "F[u]", "u < 'Q3'"), defined("u", "10 * F[u]", "u >= 'Q3' and u != last"),
                    defined("u", "100 * F[u]", "u == last")], [1, 2, 40, 800]),
    "distances from the ends": (
        "quarter", [defined("u", "F[u]", "u <= first + 1"), defined("u", "F[u-2]", "u > first + 1")], [1, 2, 1, 2]),
    "a case in the formula guards": ("quarter", [defined("u", "cases(u > first: F[u-1], otherwise: 0) + F[u]")], [1, 3, 6, 12]),
    "so does what is left": ("quarter", [defined("u", "cases(u == first: 0, otherwise: F[u-1]) + F[u]")], [1, 3, 6, 12]),
    "a case of numbers beside letters": (
        "quarter", [defined("u", "cases(u > first and F[u] > 3 {t}: F[u-1], otherwise: F[u])")], [1, 2, 2, 4]),
    "a window to here": ("quarter", [defined("u", "Sum(v in first..u, F[v])")], [1, 3, 7, 15]),
    "a window from here": ("quarter", [defined("u", "Sum(v in u..last, F[v])")], [15, 14, 12, 8]),
    "a window that is empty at first": ("quarter", [defined("u", "Sum(v in first..u-1, F[v]) + F[u]")], [1, 3, 7, 15]),
    "a window that is empty at last": ("quarter", [defined("u", "Sum(v in u+1..last, F[v])")], [14, 12, 8, 0]),
    "a window of two": (
        "quarter", [defined("u", "F[u]", "u == first"), defined("u", "Sum(v in u-1..u, F[v])", "u > first")], [1, 3, 6, 12]),
    "a window that is cut": ("quarter", [defined("u", "Sum(v in u-1..u+1 within quarter, F[v])")], [3, 7, 14, 12]),
    "a greatest and a smallest in a window": (
        "quarter", [defined("u", "Max(v in u-1..u+1 within quarter, F[v]) - Min(v in first..u, F[v])")], [1, 3, 7, 7]),
    "a greatest of those before": (
        "quarter", [defined("u", "0 * F[u]", "u == first"), defined("u", "Max(v in first..u-1, F[v])", "u > first")], [0, 1, 2, 4]),
    "a greatest between two letters of a window": (
        "quarter", [defined("u", "Sum(v in u..last, Max(w in u..v, F[w]))")], [15, 14, 12, 8]),
    "a greatest between two letters behind a case": (
        "quarter", [defined("u", "Sum(v, cases(v <= u: Min(w in v..u, F[w]), otherwise: 0))")], [1, 3, 7, 15]),
    "a greatest between two letters, what is left of a case": (
        "quarter", [defined("u", "Sum(v, cases(u < v: 0, otherwise: Max(w in v..u, F[w])))")], [1, 4, 12, 32]),
    "a lag behind a case of two letters": (
        "quarter", [defined("u", "Sum(v, cases(u < v: F[v-1], otherwise: 0))")], [7, 6, 4, 0]),
    "a lag within a window that begins behind a letter": ("quarter", [defined("u", "Sum(v in u+1..last, F[v-1])")], [7, 6, 4, 0]),
    "a product in a window": ("quarter", [defined("u", "F[u] * Product(v in first..u, F[v] / 2 {t})")], [1 / 2, 1, 4, 8 * 4]),
    "all its own past": ("quarter", [defined("u", "F[u] + Sum(v in first..u-1, R[v])")], [1, 3, 8, 20]),
    "a set that the project lists in order": (
        "cohort", [defined("a", "N[a]", "a == first"), defined("a", "R[a-1] / 2 + N[a]", "a > first")], [100, 60, 31]),
    "letters compared": ("cohort", [defined("a", "Sum(b, cases(b < a: N[b], otherwise: 0)) + Sum(b in a..last, N[b])")], [111, 111, 111]),
    "one member after the other": ("cohort", [defined("a", "Sum(b, cases(b == a - 1: N[b], otherwise: 0))")], [0, 100, 10]),
    "years to the end": ("year", [defined("y", "Sum(z in y..end, W[z])")], [31, 30, 28, 24, 16]),
    "years before this one": (
        "year", [defined("y", "W[y]", "y <= start + 1"), defined("y", "Sum(z in y-2..y-1, W[z]) / 2", "y > start + 1")],
        [1, 2, 1.5, 3, 6]),
    "years before the start": ("year", [defined("y", "Sum(h in y-3..y-1, L[h]) / 3")], [200, 301 / 3, 103 / 3, 7 / 3, 14 / 3]),
    "a lag before the start": ("year", [defined("y", "L[y-3] + L[start]")], [301, 201, 101, 2, 3]),
    "the oldest year": ("year", [defined("y", "L[first] - L[y] + L[end] + Sum(h in start..y, L[h])")],
                        [316, 317, 319, 323, 331]),
    "history that is cut at project years": ("year", [defined("y", "Sum(h in y-3..y within year, L[h])")], [1, 3, 7, 15, 30]),
    "a mean of the years before the start": (
        "year", [defined("y", "Mean(h in start-3..start-1, L[h]) + Count(h in first..start-1) * W[y]")], [203, 206, 212, 224, 248]),
    "without the first and the last": ("quarter", [defined("u", "F[u] + Sum(v in first+1..last-1, F[v])")], [7, 8, 10, 14]),
    "its own past but for the first": ("quarter", [defined("u", "F[u] + Sum(v in first+1..u-1, R[v])")], [1, 2, 6, 16]),
    "its own future but for the last": ("quarter", [defined("u", "F[u] + Sum(v in u+1..last-1, R[v])")], [11, 6, 4, 8]),
    "windows of several letters": (
        "year", [defined("y", "Sum(i, z in start..y, G[i, z])")], [11, 33, 66, 110, 165]),
    "a window in a window": (
        "year", [defined("y", "Sum(z in start..y, Max(h in z-1..z, L[h]))")], [100, 102, 106, 114, 130]),
    "periods by date": (
        "period", [defined("q", "Sum(y in q, W[y])", "q == first"), defined("q", "R[q-1] + Sum(y in q, W[y])", "q > first")], [1, 7, 31]),
    "periods before this one": ("period", [defined("q", "Sum(r in first..q, y in r, W[y])")], [1, 7, 31]),
    "the last period": ("period", [defined("q", "cases(q == last: 1 {t}, otherwise: 0) + Sum(y in q, W[y])")], [1, 6, 25]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_numbers_by_hand_and_every_way_to_them(evaluated, name):
    axis, equations, expected = CASES[name]

    run = evaluated(spec(axis, *equations), PROJECT)

    assert run.values.arrays["R"].tolist() == pytest.approx(expected, rel=1e-14)
    agree(run, "R")


@pytest.mark.skipif(not is_at_hand(), reason="numba is not installed")
@pytest.mark.parametrize("name", ["its own future on a listed set", "a window in a window", "a window that is cut"])
def test_numba_gives_the_same(evaluated, name):
    axis, equations, _ = CASES[name]

    batches(evaluated(spec(axis, *equations), PROJECT), "R", ("numba",))


def faults(spec_text, tmp_path):
    """Return what `check` says is wrong."""
    (tmp_path / "spec.yaml").write_text(spec_text, encoding="utf-8")
    try:
        return [f"{f.code} {f.what} | {f.remedy}" for f in mrvgraph.check(mrvgraph.load(tmp_path / "spec.yaml")).findings if f.severity == "error"]
    except MethodologyError as error:
        return [f"{e.code} {e.what} | {e.remedy}" for e in getattr(error, "errors", [error])]


@pytest.mark.parametrize(
    ("axis", "equation", "code", "said", "remedy"),
    [
        ("thing", defined("i", "Sum(y, G[i-1, y])"), "X205", "a lag on thing", "declare `ordered: yes` at the index set thing"),
        ("thing", defined("i", "Sum(y, G[first, y])"), "X205", "'first' names no member of thing", "declare `ordered: yes`"),
        ("thing", defined("i", "Sum(y, G[i, y])", "i > first"), "X207", "'first' names no member of thing", "declare `ordered: yes`"),
        ("thing", defined("i", "Sum(y, G[i, y])", "i < 'n'"), "X207", "members of thing have no order", "declare `ordered: yes`"),
        ("year", defined("y", "W[first]"), "X205", "'first' names no member of year", "write start"),
        ("quarter", defined("u", "F[start]"), "X205", "'start' names no member of quarter", "write first"),
        ("quarter", defined("u", "F[u-1]"), "G404", "reaches before the first quarter: F[u-1]", "`when: u == first`"),
        ("quarter", defined("u", "F[u+2]"), "G404", "reaches after the last quarter: F[u+2]", "`when: u >= last - 1`"),
        ("quarter", defined("u", "F[u-2]", "u > first"), "G404", "reaches before the first quarter: F[u-2]", "`u > first + 1`"),
        ("quarter", defined("u", "Sum(v in u-2..u, F[v])"), "G404", "before the first quarter: v in u-2..u",
         "or cut the window there: u-2..u within quarter"),
        ("quarter", defined("u", "Sum(v in u..u+1, F[v])"), "G404", "after the last quarter: v in u..u+1", "within quarter"),
        ("quarter", defined("u", "Max(v in first..u-1, F[v])"), "G410", "the Max over v in first..u-1, which can have no members",
         "`when: u == first`"),
        ("quarter", defined("u", "Mean(v in first..u-1, F[v])"), "G410", "the Mean over v in first..u-1, which can have no members",
         "`when: u == first`"),
        ("quarter", defined("u", "Min(v in u+1..u+2 within quarter, F[v])"), "G410", "Min over v in u+1..u+2", "`when: u == last`"),
        ("quarter", defined("u", "Sum(v, Max(w in u..v, F[w]))"), "G410", "the Max over w in u..v, which can have no members", ""),
        ("quarter", defined("u", "Sum(v in first..u, Max(w in u..v, F[w]))"), "G410", "the Max over w in u..v", ""),
        ("quarter", defined("u", "Sum(v, cases(u <= v: F[v-1], otherwise: 0))"), "G404", "before the first quarter: F[v-1]", ""),
        ("quarter", defined("u", "Sum(v, cases(u < v: F[v-2], otherwise: 0))"), "G404", "before the first quarter: F[v-2]", ""),
        ("cohort", defined("a", "N[a-1]"), "G404", "before the first cohort", "`when: a == first`"),
        ("cohort", defined("a", "N[a-2]", "a > first"), "G404", "before the first cohort", "`a > first + 1`"),
        ("period", defined("q", "cases(q > first: R[q-1], otherwise: 0) + R[q]"), "G401", "in a circle: R -> R", "the period before (q-1)"),
        ("quarter", defined("u", "cases(u > first: R[u-1], otherwise: F[u]) + cases(u < last: R[u+1], otherwise: 0)"), "G401",
         "in a circle: R -> R", "let each use the quarter before (u-1)"),
        ("thing", defined("i", "Sum(y, G[i, y]) + R[i]"), "G401", "in a circle", "`ordered: yes`"),
        ("year", defined("y", "L[y-4]"), "G404", "before the first year: L[y-4]", "`when: y <= start + 3`"),
        ("quarter", defined("u", "Sum(v in u..first, F[v])"), "", "Q4", ""),
        ("quarter", defined("u", "Sum(v in u..u-1, F[v])"), "X205", "ends before it begins", "write the earlier end first"),
        ("quarter", defined("u", "Sum(v in first+2..first+1, F[v])"), "X205", "ends before it begins", "write the earlier end first"),
        ("quarter", defined("u", "Sum(v in first-1..u, F[v])"), "G404", "before the first quarter: v in first-1..u", "within quarter"),
        ("cohort", defined("a", "Sum(b in last-1..last, N[b])"), "G404", "before the first cohort: b in last-1..last", "within cohort"),
        ("year", defined("y", "Sum(z in start..start+3, W[z])"), "G404", "after the last year: z in start..start+3", "within year"),
        ("year", defined("y", "Max(z in start+3..end, W[z])"), "G410", "Max over z in start+3..end, which can have no members", ""),
        ("year", defined("y", "L[start-1]"), "X205", "a lag on `start`", "Sum(z in start-1..start-1, ...[z])"),
        ("quarter", defined("u", "Mean(v in first..3, F[v])"), "X201", "expected a letter", "as in Mean(v in first..first+3, ...)"),
        ("quarter", defined("u", "Sum(v in w-1..u, F[v])"), "X205", "'w' is not a bound letter of quarter", "Sum(v in u-4..u, ...)"),
        ("quarter", defined("u", "Sum(v in first..u within year, F[v])"), "X205", "is cut at the ends of quarter", "write within quarter"),
        ("thing", defined("i", "Sum(y, z in first..y, G[i, z])"), "X205", "'first' names no member of year", "write start"),
        ("cohort", defined("a", "N[a]", "a < 'old'"), "X207", "old need not be a member of cohort", "compare with first or last"),
        ("year", defined("y", "Sum(q, cases(q < y: W[y], otherwise: 0))"), "X207", "q runs over period and y over year", "letters of one set"),
    ],
)  # fmt: skip
def test_what_leaves_an_axis_or_has_no_order_is_told_by_check(tmp_path, axis, equation, code, said, remedy):
    found = faults(spec(axis, equation), tmp_path)

    if not code:
        assert not [fault for fault in found if fault.startswith("X")]
        return
    assert any(fault.startswith(code) and said in fault and remedy in fault.split(" | ")[1] for fault in found), found


@pytest.mark.parametrize(
    ("cut", "put", "code", "said"),
    [
        ("Q4], ordered: yes", "last], ordered: yes", "S105", "a member of the ordered set quarter is called 'last'"),
        ("history: 3", "history: 2.5", "S105", "history: 5/2 is not a number of years"),
        ("kind: year, history: 3", "members: [x], history: 3", "S105", "past is not `kind: year`"),
        ("kind: year, letters: [y, z]", "kind: year, history: 4, letters: [y, z]", "S104", "there is no axis of project years"),
        ("kind: year, letters: [y, z]", "kind: year, ordered: no, letters: [y, z]", "S105", "year has an order, that of its dates"),
        ("kind: year, letters: [y, z]", "kind: year, history: 3, letters: [y, z]", "S105", "year is a second year axis"),
    ],
)  # fmt: skip
def test_a_declaration_that_cannot_be_is_told(tmp_path, cut, put, code, said):
    text = spec("quarter", defined("u", "F[u]"))
    assert cut in text

    assert any(fault.startswith(code) and said in fault for fault in faults(text.replace(cut, put), tmp_path))


def test_no_condition_is_asked_once_every_member_has_its_case(evaluated):
    """A project with one cohort has no difference between cohorts, and asks for none."""
    text = spec("cohort", defined("a", "cases(a == first: 0, D[a] < 0 {t}: -D[a], otherwise: D[a])"),
                'defines: "D[a]", when: a > first, formula: "N[a] - N[a-1]"',
                quantities="  - {id: D, symbol: D, meaning: difference, indices: [cohort], unit: t, kind: computed}")  # fmt: skip
    one = PROJECT.replace("[old, grown, young]", "[old]").replace("N: {unit: t, values: {old: 100, grown: 10, young: 1}}", "N: {unit: t, values: {old: 100}}")

    assert evaluated(text, PROJECT).values.arrays["R"].tolist() == [0, 90, 9]
    run = evaluated(text, one)
    assert run.values.arrays["R"].tolist() == [0]
    agree(run, "R")


def test_an_ordered_group_is_ordered_by_what_it_gathers(evaluated):
    text = spec("half", defined("s", "cases(s > first: R[s-1], otherwise: 0) + Sum(u in s, F[u])")).replace(
        "quantities:", "  - {id: half, kind: group, groups: quarter, letters: [s], ordered: yes, project: must-list}\nquantities:", 1)

    run = evaluated(text, PROJECT.replace("members: {", "members: {half: {second: [Q3, Q4], one: [Q1, Q2]}, "))

    assert run.setting.members["half"] == ("one", "second")
    assert run.values.arrays["R"].tolist() == [3, 15]
    agree(run, "R")
    with pytest.raises(MethodologyError, match="I507 one and second of half lie between each other"):
        evaluated(text, PROJECT.replace("members: {", "members: {half: {second: [Q2, Q4], one: [Q1, Q3]}, "))


def test_a_group_may_be_stated_whole_although_the_project_has_not_come_so_far(evaluated):
    text = spec("age", defined("s", "K[s] * Sum(y in s, W[y]) / 1 {t}"), quantities=
                "  - {id: K, symbol: K, meaning: k, indices: [age], unit: t, kind: monitored}").replace(
        "quantities:", "  - {id: age, kind: group, groups: year, letters: [s], project: must-list}\nquantities:", 1)
    ages = "age: {begun: [2020, 2021], grown: {from: 2022, to: 2027}, old: {from: 2028, to: 2030}}"
    values = "values:\n  K: {unit: t, values: {begun: 10, grown: 100, old: 1000}}"

    run = evaluated(text, PROJECT.replace("members: {", f"members: {{{ages}, ").replace("values:", values, 1))

    assert run.setting.members["age"] == ("begun", "grown")
    assert run.values.arrays["R"].tolist() == [30, 2800]
    said = {f.what: f.evidence for f in run.findings if f.code == "A747"}
    assert said == {"grown of age goes on behind the last year of the project": "2025, 2026, 2027 are left out",
                    "old of age goes on behind the last year of the project, and takes no part": "2028, 2029, 2030 are left out"}
    with pytest.raises(MethodologyError, match="I507 2019 is not a year of the project"):
        evaluated(text, PROJECT.replace("members: {", f"members: {{{ages.replace('[2020', '[2019')}, ").replace("values:", values, 1))
    with pytest.raises(MethodologyError, match="I507 2220 is not a year of the project"):
        evaluated(text, PROJECT.replace("members: {", f"members: {{{ages.replace('to: 2030', 'to: 2220')}, ").replace("values:", values, 1))


RULE = "rules:\n  - {{id: held, statement: held, severity: warning, for: {{{letter}: {set}}}, condition: '{condition}'}}\n"


@pytest.mark.parametrize(
    ("letter", "set_id", "condition", "cells", "skipped"),
    [
        ("u", "quarter", "F[u-1] > 1.5 {t}", "Q2: 1 <= 1.5", "the first quarter"),
        ("u", "quarter", "Sum(v in u-1..u, F[v]) > 3.5 {t}", "Q2: 3 <= 3.5", "the first quarter"),
        ("u", "quarter", "Sum(v in u..u+2, F[v]) < 8 {t}", "Q2: 14 >= 8", "the last 2 quarters"),
        ("u", "quarter", "Max(v in first..u-1, F[v]) < 4 {t}", "Q4: 4 >= 4", "the first quarter"),
        ("u", "quarter", "Sum(v in u-1..u within quarter, F[v]) > 1.5 {t}", "Q1: 1 <= 1.5", ""),
        ("u", "quarter", "All(v in first..u, F[v] < 8 {t})", "Q4", ""),
        ("y", "year", "Sum(h in y-3..y-1, L[h]) > 8 {t}", "2023: 7 <= 8", ""),
        ("u", "quarter", "Mean(v in first..u-1, F[v]) < 2 {t}", "Q4: 2.33333 >= 2", "the first quarter"),
        ("u", "quarter", "Sum(v in first+1..u, F[v]) < 6 {t}", "Q3: 6 >= 6", ""),
        ("a", "cohort", "N[a-1] > 50 {t}", "young: 10 <= 50", "the first cohort"),
    ],
)  # fmt: skip
def test_a_rule_does_not_apply_where_its_window_leaves_the_axis(evaluated, letter, set_id, condition, cells, skipped):
    """Nothing is cut in silence: `check` says where, the verdict of a run names what is beyond, and the plan reads what the rule does."""
    text = spec("quarter", defined("u", "F[u]")) + RULE.format(letter=letter, set=set_id, condition=condition)
    run = evaluated(text, PROJECT)
    (verdict,) = run.verdicts
    said = [f.what for f in mrvgraph.check(run.methodology).findings if f.code == "G405"]
    broken = [f for f in run.findings if f.subject == "held"]

    assert said == ([f"the rule held does not apply to {skipped} of a project"] if skipped else [])
    assert len(broken) == 1 and cells in broken[0].evidence, (verdict, broken)


def test_years_before_the_start_are_no_part_of_a_total(evaluated):
    """An amount by year and before is spoken of by its last year; where its spec adds years up, by the years of the project."""
    of_past = defined("h", "2 * L[h]")

    plain = evaluated(spec("past", of_past), PROJECT)
    added = evaluated(spec("past", of_past).replace("indices: [past], unit: t, kind: computed", "indices: [past], unit: t, over_years: sum, kind: computed"),
                      PROJECT)  # fmt: skip

    assert (plain.headline.label, plain.headline.value, plain.headline.is_total) == ("R[2024]", 32, False)
    assert (added.headline.value, added.headline.is_total) == (62, True)
    assert added.value("R", past=2017) == 600


@pytest.mark.parametrize("name", ["its own past on a listed set", "its own future on a listed set", "all its own past", "periods by date"])
def test_a_graph_shows_what_goes_round_along_any_axis(tmp_path, name):
    """A circle along an axis has a box for what another member brings; nothing runs backwards."""
    axis, equations, _ = CASES[name]
    (tmp_path / "spec.yaml").write_text(spec(axis, *equations), encoding="utf-8")
    graph = mrvgraph.graph(tmp_path / "spec.yaml")

    picture = graph_svg(graph, graph.inputs_of("R") | {"R"})

    assert ("later year" if "future" in name else "earlier year") in picture
    assert "-.->" in graph_mermaid(graph, {"R"})
