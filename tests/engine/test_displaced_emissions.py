"""How much of the reductions displacement takes back (A711), also where nothing is left of them."""

import pytest
from small_projects import small_run

from engine.audit.displacement import audit_displacement


@pytest.mark.parametrize(
    ("reductions", "severity", "share"),
    [((90, 0), "note", "10.0 %"), ((10, 0), "note", "50.0 %"), ((5, 0), "warning", "66.7 %"), ((-10, 0), "warning", "100.0 %"), ((-30, 0), "warning", "100.0 %")],
)
def test_what_displacement_takes_back(reductions, severity, share, tmp_path):
    fields = {"D": "indices: [year], unit: t, role: leakage", "E": "indices: [year], unit: t, role: reductions"}
    given = {"D": "{unit: t, values: {2019: 10, 2020: 0}}", "E": f"{{unit: t, values: {{2019: {reductions[0]}, 2020: {reductions[1]}}}}}"}
    found = audit_displacement(small_run(tmp_path, "Sum(y, E[y] - D[y])", fields, given))
    assert [(f.severity, share in f.what) for f in found] == [(severity, True)]


def test_without_displacement_there_is_nothing_to_say(tmp_path):
    fields = {"D": "indices: [year], unit: t, role: leakage"}
    assert not audit_displacement(small_run(tmp_path, "Sum(y, D[y])", fields, {"D": "{unit: t, otherwise: 0}"}))
