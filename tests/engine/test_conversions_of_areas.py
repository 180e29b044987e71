"""Conversion of more than there is (A720): of the whole place an error, of one category a warning; with years and without."""

import pytest
from small_projects import small_run

from engine.audit.conversions import audit_conversions

AREA = "indices: [class], unit: ha, role: initial_area, part_of: project_area"


@pytest.mark.parametrize(
    ("a", "b", "found"),
    [
        (60, 40, []),
        (61, 0, [("warning", "a: 61 of 60 ha")]),
        (70, 45, [("error", "115 of 100 ha"), ("warning", "a: 70 of 60 ha; b: 45 of 40 ha")]),
    ],
)
def test_all_at_once(a, b, found, tmp_path):
    fields = {"A0": AREA, "C": "indices: [class], unit: ha, role: monitored_conversion, part_of: project_area"}
    given = {"A0": "{unit: ha, values: {a: 60, b: 40, c: 0}}", "C": f"{{unit: ha, values: {{a: {a}, b: {b}, c: 0}}}}"}
    run = small_run(tmp_path, "Sum(i, A0[i] - C[i])", fields, given, unit="ha")
    assert [(f.severity, f.evidence) for f in audit_conversions(run)] == found


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ((30, 0), (30, 40), []),
        ((30, 0), (31, 0), [("warning", "a in 2020: 31 of 30 ha")]),
        ((70, 45), (0, 0), [("error", "2019: 115 of 100 ha"), ("warning", "a in 2019: 70 of 60 ha; b in 2019: 45 of 40 ha")]),
    ],
)
def test_year_by_year(first, second, found, tmp_path):
    fields = {"A0": AREA, "C": "indices: [class, year], unit: ha, role: monitored_conversion, part_of: project_area"}
    a, b = zip(first, second, strict=True)
    given = {"A0": "{unit: ha, values: {a: 60, b: 40, c: 0}}",
             "C": f"{{unit: ha, values: {{a: {{2019: {a[0]}, 2020: {a[1]}}}, b: {{2019: {b[0]}, 2020: {b[1]}}}}}, otherwise: 0}}"}  # fmt: skip
    run = small_run(tmp_path, "Sum(i, A0[i]) - Sum(i, y, C[i, y])", fields, given, unit="ha")
    assert [(f.severity, f.evidence) for f in audit_conversions(run)] == found
