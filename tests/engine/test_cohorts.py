"""Cohorts: the first members of an order until their amounts reach a limit, as the build margin of CDM TOOL07 takes plants."""

import pytest

from equations.errors import MethodologyError
from equations.formula.grammar import parse_formula
from equations.notation.plain import plain_text

SPEC = """
methodology: {{id: T, version: "1", title: Cohorts, result: R}}
index_sets:
  - {{id: plant, letters: [k, m], members: [a, b, c, d, e]}}
  - {{id: year, kind: year, letters: [y]}}
quantities:
  - {{id: age, symbol: a, meaning: age, indices: [plant], unit: year, kind: monitored}}
  - {{id: G, symbol: G, meaning: generation, indices: [plant], unit: MWh, kind: monitored}}
  - {{id: share, symbol: s, meaning: share, unit: "1", kind: monitored}}
  - {{id: R, symbol: R, meaning: generation that counts, indices: [plant], unit: MWh, kind: computed}}
equations:
  - {{id: r, defines: "R[m]", formula: '{formula}'}}
"""
PROJECT = """
project: {{name: p}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
values:
  age: {{unit: year, values: {{a: 30, b: 2, c: 7, d: 7, e: 1}}}}
  G: {{unit: MWh, values: {{a: 50, b: 10, c: 15, d: 20, e: 5}}}}
  share: {{value: {share}}}
"""
COHORT = "cases(FirstUntil(k, age[k], G[k], share * Sum(k, G[k]), age[m]): G[m], otherwise: 0)"


@pytest.mark.parametrize(
    ("share", "expected"),
    [  # in order of age: e 5, b 10, then c and d (15 and 20) of one age, a 50; together 100
        ("0.05", [0, 0, 0, 0, 5]),  # e alone reaches 5
        ("0.051", [0, 10, 0, 0, 5]),  # b crosses, and counts whole
        ("0.15", [0, 10, 0, 0, 5]),  # reached to the last digit
        ("0.2", [0, 10, 15, 20, 5]),  # c and d are as old as each other: both
        ("0.5", [0, 10, 15, 20, 5]),
        ("0.51", [50, 10, 15, 20, 5]),
        ("0", [0, 0, 0, 0, 0]),
    ],
)
def test_a_cohort_by_hand_and_in_every_way(evaluated, every_way, share, expected):
    found = evaluated(SPEC.format(formula=COHORT), PROJECT.format(share=share))

    assert found.values.arrays["R"].tolist() == expected
    every_way(found)


def test_it_is_shown_as_what_it_is_short_for():
    text = plain_text(parse_formula("FirstUntil(k, age[k], G[k], limit, age[m])"))

    assert text == "Sum(k, cases(age[k] < age[m]: G[k], otherwise: 0)) < limit"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("cases(FirstUntil(k, age[k], G[k], share): G[m], otherwise: 0)", r"X203 FirstUntil takes a letter and 4 values, not 3[\s\S]*write FirstUntil\(k, order"),
        ("cases(FirstUntil(k, age[k], G[k], share, age[m]): G[m], otherwise: 0)", "U302 a comparison"),
        ("FirstUntil(k, age[k], G[k], G[m], age[m])", "X207 a condition where a value is meant"),
        ("cohort(k, age[k], G[k])", r"write FirstUntil\(k"),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_is_told(evaluated, formula, said):
    with pytest.raises(MethodologyError, match=said):
        evaluated(SPEC.format(formula=formula), PROJECT.format(share="0.2"))
