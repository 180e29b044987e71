"""Cases that hang on a choice and on members at once: the choice decides as far as it can, and the members decide the rest."""

import pytest

SPEC = """
methodology: {id: T, version: "1", title: t, result: R}
index_sets:
  - {id: use, letters: [i], members: [a, b, c]}
  - {id: wet, subset_of: use, members: [a]}
choices: [{id: way, meaning: way, default: one, values: [{id: one}, {id: two}]}]
quantities:
  - {id: X, symbol: X, meaning: x, indices: [use], unit: t, kind: monitored}
  - {id: Q, symbol: Q, meaning: q, indices: [use], unit: t, kind: computed}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
equations:
  - {id: plain, when: "CASE", defines: "Q[i]", formula: "X[i]"}
  - {id: tenfold, when: "not (CASE)", defines: "Q[i]", formula: "10 * X[i]"}
  - {id: r, defines: R, formula: "Sum(i, Q[i])"}
"""
PROJECT = """
project: {name: t}
operation: {start: 2020-01-01, end: 2020-12-31}
choices: {way: WAY}
values: {X: {unit: t, values: {a: 1, b: 2, c: 4}}}
"""


@pytest.mark.parametrize(
    ("case", "way", "expected"),
    [
        ("way == one or i in wet", "one", [1, 2, 4]),
        ("way == one or i in wet", "two", [1, 20, 40]),
        ("way == one and i in wet", "one", [1, 20, 40]),
        ("way == one and i in wet", "two", [10, 20, 40]),
        ("i in wet or way == two", "one", [1, 20, 40]),
        ("not (way == one and i in wet)", "one", [10, 2, 4]),
        ("i in wet and way == two or way == one", "two", [1, 20, 40]),
    ],
)
def test_each_member_gets_the_case_that_holds_for_it(evaluated, case, way, expected):
    assert evaluated(SPEC.replace("CASE", case), PROJECT.replace("WAY", way)).values.arrays["Q"].tolist() == expected
