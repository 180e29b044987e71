"""Quantities that need each other in one year are a circle (G401), whatever sum the way leads through; what is past is none."""

import pytest

from mrvgraph import check, load

SPEC = """
methodology: {{id: T, version: "1", title: t, result: R}}
index_sets:
  - {{id: year, kind: year, letters: [y, z]}}
  - {{id: period, kind: group, groups: year, letters: [q], project: must-list}}
quantities:
  - {{id: F, symbol: F, meaning: f, indices: [year], unit: t, kind: monitored}}
  - {{id: A, symbol: A, meaning: a, indices: [year], unit: t, kind: computed}}
  - {{id: B, symbol: B, meaning: b, indices: [period], unit: t, kind: computed}}
  - {{id: R, symbol: R, meaning: r, unit: t, kind: computed}}
equations:
  - {{id: a.start, defines: "A[y]", when: y == start, formula: "F[y]"}}
  - {{id: a.later, defines: "A[y]", when: y > start, formula: "{formula}"}}
  - {{id: b, defines: "B[q]", formula: "Sum(y in q, A[y])"}}
  - {{id: r, defines: R, formula: "Sum(q, B[q])"}}
"""


@pytest.mark.parametrize(
    ("formula", "circle"),
    [
        ("F[y] + A[y-1]", False),
        ("F[y] + Sum(z in start..y-1, A[z])", False),
        ("F[y] + A[y]", True),
        ("F[y] + Sum(z in start..y, A[z])", True),
        ("F[y] + Sum(z, A[z])", True),
        ("F[y] + Max(z, A[z])", True),
        ("F[y] + Sum(q, B[q])", True),
        ("F[y] + Sum(q, Sum(z in q, A[z]))", True),
        ("F[y] + R", True),
    ],
)
def test_what_needs_itself_in_one_year_is_a_circle(tmp_path, formula, circle):
    (tmp_path / "spec.yaml").write_text(SPEC.format(formula=formula), encoding="utf-8")
    assert ("G401" in {finding.code for finding in check(load(tmp_path / "spec.yaml")).findings}) is circle
