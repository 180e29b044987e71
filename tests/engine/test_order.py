"""Order on every axis: lags, marks, windows, recursion, with numbers computed here by hand, and every way to them."""

import pytest
from every_way import agree

SPEC = """
methodology: {{id: O, version: "1", title: order, result: R}}
index_sets:
  - {{id: quarter, letters: [u, v], members: [Q1, Q2, Q3, Q4], ordered: yes}}
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
