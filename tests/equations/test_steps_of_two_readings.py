"""A step on a definition beside a step before an equation: each formula reads what it is said to read, whether one stands in the other or not."""

from __future__ import annotations

import pytest

import mrvgraph
from engine.audit.recompute import audit_recompute

SPEC = """
methodology: {id: BESIDE, version: "1", title: Two steps, result: R}
quantities:
  - {id: X, symbol: X, meaning: a number, unit: t, kind: monitored}
  - {id: Q, symbol: Q, meaning: in between, unit: t, kind: computed}
  - {id: R, symbol: R, meaning: result, unit: t, kind: computed}
equations:
  - {id: q, defines: Q, formula: 'X + 1 {t}'}
  - {id: r, defines: R, formula: 'Q'}
rulings:
  - id: whole
    issue: what is done to the definition
    default: plain
    readings:
      - {id: plain, meaning: nothing}
      - {id: tripled, meaning: three times and X, adjust: [{of: Q, gives: 'it * 3 + X'}]}
      - {id: helped, meaning: the same by the way, adjust: [{of: Q, equations: [{defines: more, formula: 'X'}], gives: 'it * 3 + more'}]}
  - id: before
    issue: what is done to X
    default: plain
    readings:
      - {id: plain, meaning: nothing}
      - {id: added, meaning: one hundred more, adjust: [{of: X, in: [READERS], gives: 'it + 100 {t}'}]}
"""
PROJECT = """
project: {name: p}
operation: {start: 2020-01-01, end: 2020-12-31}
values: {X: {unit: t, value: 10}}
"""


@pytest.mark.parametrize("whole", ["tripled", "helped"])
@pytest.mark.parametrize(
    ("readers", "expected"),
    [
        ("q", (110 + 1) * 3 + 10),
        ("whole", (10 + 1) * 3 + 110),
        ("q, whole", (110 + 1) * 3 + 110),
    ],
)
def test_each_reads_what_it_is_said_to_read(tmp_path, whole, readers, expected):
    (tmp_path / "spec.yaml").write_text(SPEC.replace("READERS", readers), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
    both = {"whole": whole, "before": "added"}

    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml", readings=both)

    assert run.value("R") == expected
    assert [f.severity for f in audit_recompute(run)] == ["note"]
    for settled in both:
        (tmp_path / "next.yaml").write_text(
            f"based_on: spec.yaml\nmethodology: {{version: '2'}}\nchanges: {{settle: {{{settled}: {both[settled]}}}}}\n", encoding="utf-8"
        )
        left = {ruling: reading for ruling, reading in both.items() if ruling != settled}
        assert mrvgraph.run(mrvgraph.load(tmp_path / "next.yaml"), tmp_path / "project.yaml", readings=left).value("R") == expected
