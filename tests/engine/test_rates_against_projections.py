"""Conversion that was monitored against conversion that was projected (A722): ten times is a note, a hundred times a warning."""

import pytest
from small_projects import small_run

from engine.audit.rates import audit_rates


@pytest.mark.parametrize(
    ("monitored", "severity"),
    [(1, None), (9, None), (10, "note"), (99, "note"), (100, "warning"), (1000, "warning"), (0.11, None), (0.1, "note"), (0.01, "warning")],
)
def test_how_far_the_two_may_be_apart(monitored, severity, tmp_path):
    fields = {"P": "indices: [class, year], unit: ha, role: projected_conversion, part_of: project_area",
              "C": "indices: [class, year], unit: ha, role: monitored_conversion, part_of: project_area"}  # fmt: skip
    given = {"P": "{unit: ha, values: {a: {2019: 1, 2020: 1}}, otherwise: 0}",
             "C": f"{{unit: ha, values: {{a: {{2019: {monitored}, 2020: {monitored}}}}}, otherwise: 0}}"}  # fmt: skip
    found = audit_rates(small_run(tmp_path, "Sum(i, y, P[i, y] - C[i, y])", fields, given, unit="ha"))
    assert [(f.code, f.severity, f.subject) for f in found] == ([] if severity is None else [("A722", severity, "C")])
