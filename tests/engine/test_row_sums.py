"""Rows that share out a whole: what rounding explains is a note, what it cannot explain an error (A709)."""

from __future__ import annotations

import pytest
from small_projects import small_run

from engine.audit.balance import audit_balance


@pytest.mark.parametrize(
    ("unit", "row", "severity"),
    [
        ("'1'", "{a: 1, b: 0, c: 0}", None),
        ("'1'", "{a: 1, b: 1, c: 0}", "error"),  # two wholes, not two halves rounded up
        ("'1'", "{a: 1, b: 0, c: 1}", "error"),
        ("'1'", "{a: 1, b: 0.3, c: 0}", "error"),
        ("'1'", "{a: 0.33, b: 0.33, c: 0.33}", "note"),
        ("'1'", "{a: 0.3, b: 0.3, c: 0.3}", "note"),
        ("'1'", "{a: 0.8, b: 0.3, c: 0}", "note"),  # a bare 0 is no share rounded to nothing: room of 0.1
        ("'1'", "{a: 0.8, b: 0.33, c: 0}", "error"),
        ("'%'", "{a: 33, b: 33, c: 33}", "note"),
        ("'%'", "{a: 60, b: 43, c: 0}", "error"),
        ("'%'", "{a: 100, b: 100, c: 0}", "error"),
    ],
)
def test_room_for_rounding_is_that_of_the_written_numbers(unit, row, severity, tmp_path):
    fields = {"M": "indices: [class, class], unit: '1', rows_sum_to: 1"}
    given = {"M": f"{{unit: {unit}, values: {{a: {row}, b: {{b: 1}}, c: {{c: 1}}}}, otherwise: 0}}"}
    if unit == "'%'":
        given = {"M": f"{{unit: {unit}, values: {{a: {row}, b: {{b: 100}}, c: {{c: 100}}}}, otherwise: 0}}"}

    found = audit_balance(small_run(tmp_path, "Sum(i, j, M[i, j])", fields, given, unit="'1'"))

    assert [(f.code, f.severity) for f in found] == ([] if severity is None else [("A709", severity)])


def test_shares_in_percent_of_a_hundred_are_rounded_by_their_last_digit(tmp_path):
    fields = {"M": "indices: [class, class], unit: '1', rows_sum_to: 100"}
    given = {"M": "{unit: '1', values: {a: {a: 33, b: 33, c: 33}, b: {b: 100}, c: {c: 103}}, otherwise: 0}"}
    found = audit_balance(small_run(tmp_path, "Sum(i, j, M[i, j])", fields, given, unit="'1'"))
    assert [(f.severity, f.evidence) for f in found] == [("error", "c: 103"), ("note", "a: 99")]


def test_a_run_says_itself_that_shares_are_more_than_the_whole(tmp_path):
    fields = {"M": "indices: [class, class], unit: '1', rows_sum_to: 1, range: {min: 0}"}
    given = {"M": "{unit: '1', values: {a: {a: 0.72, b: 0.38}, b: {b: 1}, c: {c: 1}}, otherwise: 0}"}
    run = small_run(tmp_path, "Sum(i, j, M[i, j])", fields, given, unit="'1'")
    assert [(f.code, f.severity, f.evidence) for f in run.findings if f.code == "A709"] == [("A709", "error", "a: 1.1")]


@pytest.mark.parametrize(("shares", "least", "said"), [("a: 0.72, b: 0.38", "0", "a: 1.1"), ("a: 0.7, b: 0.2", "0", None), ("a: 0.72, b: 0.38", "-1", None)])
def test_a_row_of_which_a_part_is_read_can_be_too_much_already(shares, least, said, tmp_path):
    fields = {"M": f"indices: [class, class], unit: '1', rows_sum_to: 1, range: {{min: {least}}}"}
    given = {"M": f"{{unit: '1', values: {{a: {{{shares}}}, b: {{a: 0, b: 1}}, c: {{a: 0, b: 0}}}}}}"}
    run = small_run(tmp_path, "Sum(i, M[i, 'a'] + M[i, 'b'])", fields, given, unit="'1'")
    assert [f.evidence for f in run.findings if f.code == "A709"] == ([] if said is None else [said])
