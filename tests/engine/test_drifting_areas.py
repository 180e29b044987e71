"""Areas that appear or vanish in a projection: a note up to a hundredth of the whole, a warning beyond it (A709)."""

import pytest
from small_projects import small_run

from engine.audit.balance import audit_balance


@pytest.mark.parametrize(
    ("area", "severity", "drift"),
    [
        (100, None, ""),
        (100.5, "note", "2019: 100.5 ha (+0.5 %)"),
        (99.5, "note", "2019: 99.5 ha (-0.5 %)"),
        (110, "warning", "2019: 110 ha (+10 %)"),
        (90, "warning", "2019: 90 ha (-10 %)"),
    ],
)
def test_what_vanishes_weighs_as_much_as_what_appears(area, severity, drift, tmp_path):
    fields = {"A0": "indices: [class], unit: ha, role: initial_area, part_of: project_area",
              "A": "indices: [class, year], unit: ha, role: projected_area, part_of: project_area"}  # fmt: skip
    given = {"A0": "{unit: ha, values: {a: 60, b: 40, c: 0}}",
             "A": f"{{unit: ha, values: {{a: {{2019: {area - 40}, 2020: 60}}, b: {{2019: 40, 2020: 40}}}}, otherwise: 0}}"}  # fmt: skip
    found = audit_balance(small_run(tmp_path, "Sum(i, A0[i]) + Sum(i, y, A[i, y])", fields, given, unit="ha"))
    assert [(f.code, f.severity, f.evidence) for f in found] == ([] if severity is None else [("A709", severity, drift)])
