"""Static checks: a clean spec is found clean, and each seeded fault is found where it stands, with what to do about it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.checks import check_cases_of, check_equation, check_methodology, check_recomputed, check_tables, check_values
from engine.report.checks import check_record, check_text
from mrvgraph import load

ROOT = Path(__file__).resolve().parents[2]
TINY = (ROOT / "tests/specs_for_tests/tiny/methodology.yaml").read_text(encoding="utf-8")
KH = ROOT / "methodology_specs/KH_AM004/1.1"

#: Tables for the tiny methodology: printed stocks, a printed matrix, and what follows from them.
TABLES = """
  - id: printed
    title: Printed numbers
    use: on-request
    source: {section: T, table: 1}
    values:
      - {quantity: EF, unit: tC/ha, cells: {E: 91.3, D: 48.21, NF: 0}}
      - quantity: p
        unit: "1"
        table: |2
                E     D    NF
          E   0.970 0.010 0.020
          D   0.000 0.960 0.041
          NF  0.000 0.000 1.000
        source: {section: T, table: 2}
"""
RESULTS = """
published_results:
  - {id: table-3, quantity: loss, given: [printed], cells: {E: 91.30, D: 48.21, NF: 0.0}, source: {section: T, table: 3}}
comparisons:
  - id: loss-against-stock
    title: Loss against stock
    left: loss[i]
    right: EF[i]
    for: {i: land_use}
    given: [printed]
    tolerance: 0.05
    why: they are the same thing
    source: {section: T, table: 3}
parameter_lists:
  - {id: one, kind: monitored, source: {section: T}}
monitoring_list:
  - {quantity: FC, list: one, printed: fuel}
sections:
  - {id: T, title: Tables}
"""
WITH_TABLES = (
    TINY.replace("\nrules:\n", TABLES + "\nrules:\n")
    .replace("unit: \"1\", kind: fixed_ex_ante,\n     range: {min: 0, max: 1}, matrix: MP}",
             "unit: \"1\", kind: fixed_ex_ante,\n     range: {min: 0, max: 1}, rows_sum_to: 1, matrix: MP}")
    .replace("  - {id: ca,", "  - {id: loss, symbol: 'L_{<i>}', meaning: loss, indices: [land_use], unit: tC/ha, kind: computed}\n  - {id: ca,")
    .replace("  - {id: days,", "  - {id: loss, defines: 'loss[i]', formula: 'EF[i] - EF[\"NF\"]'}\n  - {id: days,")
    + RESULTS
)  # fmt: skip


@pytest.fixture
def checked(tmp_path):
    """Return a function (text, *replacements) -> findings of the spec with the replacements made."""

    def make(text, *replacements):
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / "methodology.yaml"
        path.write_text(text, encoding="utf-8")
        return check_methodology(load(path)).findings

    return make


def codes(findings, severity=None):
    return {(f.code, f.subject) for f in findings if severity in (None, f.severity)}


def the(findings, code, subject=None):
    """Return the one finding of a code."""
    found = [f for f in findings if f.code == code and subject in (None, f.subject)]
    assert len(found) == 1, found
    return found[0]


# -- clean specs


def test_tiny_has_no_errors_and_no_warnings(checked):
    assert not codes(checked(TINY), "error")
    assert not codes(checked(WITH_TABLES), "error")


@pytest.fixture(scope="module")
def kh():
    return load(KH)


@pytest.fixture(scope="module")
def kh_result(kh):
    return check_methodology(kh)


def test_published_methodology_has_no_false_alarm_of_severity_error(kh_result):
    assert [f for f in kh_result.findings if f.severity == "error"] == []
    assert {line.status for line in kh_result.equations} == {"ok", "equivalence"}


def test_reconstructed_version_has_no_false_alarm_either():
    assert [f for f in check_methodology(load(KH.parent / "1.0")).findings if f.severity == "error"] == []


def test_faults_of_the_published_tables_and_lists_are_found(kh_result):
    table_4 = the(kh_result.findings, "W813", "table-4-against-6")
    assert "[TP] 0.1169 against 0.219" in table_4.evidence
    root = the(kh_result.findings, "W813", "table-5-root")
    assert root.severity == "note"
    rows = the(kh_result.findings, "W808", "national-frl-2017: p")
    assert rows.evidence == "D: 1.001, B: 1.001, MR: 1.001, FF: 1.001, NF: 0.999"
    assert "row PP of prob is blank in print" in " ".join(f.what for f in kh_result.findings if f.code == "W809")
    assert "DF" in the(kh_result.findings, "W810", "list J-default").evidence
    negative = the(kh_result.findings, "W807")
    assert negative.evidence == "p[TP, D] = -0.001, p[TP, FF] = -0.001"
    assert "negative-transition" in negative.remedy


@pytest.mark.parametrize("subject", ["P", "44/12", "SEC", "TDU", "NCV", "GWP_N2O", "EF_fuel"])
def test_published_units_that_differ_are_noted(kh_result, subject):
    assert ("W802", subject) in codes(kh_result.findings, "note")


def test_units_of_dataset_values_are_listed_with_their_factor(kh):
    ncv = next(line for line in check_values(kh) if line.quantity == "NCV")
    assert (ncv.printed_unit, ncv.unit, ncv.factor, ncv.status) == ("TJ/Gg", "GJ/kg", "1/1000", "converted")


# -- dimensions


def test_dropped_carbon_ratio_is_found_with_its_remedy(checked):
    fault = the(checked(TINY, ("dCS[y] * 44/12", "dCS[y]")), "U302", "rl")

    assert fault.severity == "error"
    assert "tCO2 and tC are different things" in fault.what
    assert fault.remedy == "multiply the right side by 44/12 tCO2/tC"
    assert fault.place.excerpt[fault.place.start : fault.place.start + fault.place.length] == "dCS[y]"


def test_subexpression_where_units_part_is_marked(checked):
    fault = the(
        checked(TINY, ("RL[y] - E_fuel[y])'}", 'RL[y] - FC["diesel", y])\'}')), "U302"
    )

    assert fault.subject == "er"
    assert fault.place.excerpt[fault.place.start : fault.place.start + fault.place.length] == 'RL[y] - FC["diesel", y]'


def test_kilograms_for_tonnes_is_a_fault_of_scale(checked):
    fault = the(checked(TINY, ("unit: t, kind: monitored", "unit: kg, kind: monitored")), "U303", "fuel")

    assert "differ in scale" in fault.what


def test_one_equation_can_be_checked_alone(kh):
    line, findings = check_equation(kh.equation["ref.level"], kh)

    assert (line.lhs_unit, line.rhs_unit, findings) == ("tCO2", "tCO2", [])


def test_sides_of_a_comparison_and_printed_results_have_one_unit(checked):
    assert ("U302", "loss-against-stock") in codes(checked(WITH_TABLES, ("right: EF[i]", "right: A_0[i]")), "error")
    assert ("U302", "table-3") in codes(
        checked(WITH_TABLES, ("given: [printed], cells: {E: 91.30", "given: [printed], unit: ha, cells: {E: 91.30"))
    )


# -- cases


CAP = """
  - id: cap
    issue: open
    default: none
    readings: [{id: none, meaning: a}, {id: half, meaning: b, EDITS}]
"""


def test_two_readings_that_replace_one_equation_are_an_error_that_names_both(checked):
    floor = ("adjust: [{of: ER_p, gives: 'pos(it[q])'}]", "replace: {equations: [{id: er, formula: 'pos(Sum(y in q, RL[y] - E_fuel[y]))'}]}")
    cap = CAP.replace("EDITS", "replace: {equations: [{id: er, formula: 'Sum(y in q, RL[y] - E_fuel[y]) * 0.5'}]}")
    findings = checked(TINY, floor, ("\nrulings:\n", "\nrulings:\n" + cap.lstrip("\n")))

    fault = the(findings, "G406", "floor")
    assert fault.what == "'er' of equations is changed by cap: half and by floor: zero"
    assert "cap = half, floor = zero" in fault.evidence


def test_two_readings_that_meet_at_a_step_are_none(checked):
    cap = CAP.replace("EDITS", "adjust: [{of: ER_p, gives: 'it[q] * 0.5'}]")
    findings = checked(TINY, ("\nrulings:\n", "\nrulings:\n" + cap.lstrip("\n")))

    assert [f for f in findings if f.severity == "error"] == []
    assert the(findings, "W830", "ER_p").what == "steps of several rulings stand behind ER_p: cap, floor"


def test_a_case_that_a_reading_takes_away_is_found(checked):
    cap = CAP.replace("EDITS", "replace: {equations: [{id: dcs.matrix, when: method == matrix and y > start}]}")
    fault = the(checked(TINY, ("\nrulings:\n", "\nrulings:\n" + cap.lstrip("\n"))), "G403", "dCS")

    assert "dCS[2001]" in fault.what
    assert "cap = half" in fault.evidence


def test_case_that_never_holds_is_found(checked):
    fault = the(
        checked(TINY, ("when: method == matrix and y > start", "when: method == matrix and y > start and y < start")),
        "W804",
        "mca.later",
    )

    assert "never holds" in fault.what


def test_cases_of_every_published_quantity_exclude_each_other(kh):
    assert [f for quantity in kh.definitions for f in check_cases_of(kh, quantity)] == []


def test_missing_case_is_found_under_the_choice_that_needs_it(checked):
    later = (
        "{id: dcs.matrix, number: 6, when: method == matrix,",
        "{id: dcs.matrix, number: 6, when: method == matrix and y > start,",
    )
    fault = the(checked(TINY, later), "G403")

    assert "dCS[2001]" in fault.what
    assert "method = matrix" in fault.evidence


# -- use


def test_computed_quantity_without_equation_is_an_error_even_where_nothing_needs_it(checked):
    new = "  - {id: ghost, symbol: g, meaning: nothing, unit: ha, kind: computed}\n  - {id: ca,"
    findings = checked(TINY, ("  - {id: ca,", new))

    assert {("G403", "ghost"), ("W801", "ghost")} <= codes(findings)


def test_a_choice_and_a_relation_on_which_nothing_depends(checked):
    choice = "choices:\n  - {id: colour, meaning: none, values: [{id: red, meaning: r}, {id: blue, meaning: b}]}\n"
    relation = "relations:\n  - {id: near, over: [land_use, land_use], meaning: none}\n"
    findings = checked(TINY, ("choices:\n", relation + choice))

    assert {("W801", "colour"), ("W801", "near")} <= codes(findings)


def test_what_leads_nowhere_is_told_from_what_is_only_shown(checked):
    quantities = (
        "  - {id: x, symbol: x, meaning: input, unit: ha, kind: monitored}\n"
        "  - {id: y_x, symbol: y, meaning: end, unit: ha, kind: computed}\n  - {id: ca,"
    )
    findings = checked(
        TINY, ("  - {id: ca,", quantities), ("  - {id: days,", "  - {id: end, defines: y_x, formula: 2 * x}\n  - {id: days,")
    )

    assert the(findings, "W804", "x").severity == "warning"
    assert the(findings, "W804", "y_x").severity == "note"


def test_letter_that_a_formula_forgets_is_a_warning_unless_another_case_uses_it(checked):
    forgotten = the(checked(TINY, ("Sum(f, FC[f, y] * EF_fuel[f])", "Sum(f, FC[f, start] * EF_fuel[f])")), "W805", "fuel")
    assert forgotten.severity == "warning"
    assert "does not depend on y" in forgotten.what
    constant = ("formula: 'A[i, y-1] * (1 - P[i])'}", 'formula: \'A["E", y-1] * (1 - P["E"])\'}')
    assert the(checked(TINY, constant), "W805", "area.later").severity == "note"


def test_letter_that_a_relation_decides_on_is_a_note(checked):
    """`EF_of[i, f]` is EF_fuel[f] for the fuels of a land use, and nothing for the others."""
    pairs = "relations: [{id: burns, over: [land_use, fuel], pairs: {E: [diesel], D: [gasoline]}}]\nconstants:"
    paired = "  - {id: EF_of, symbol: 'F_{<i><f>}', meaning: factor, indices: [land_use, fuel], on: burns, unit: tCO2/t, kind: computed}\n  - {id: ca,"
    findings = checked(TINY, ("constants:", pairs), ("  - {id: ca,", paired),
                       ("  - {id: days,", "  - {id: of, defines: 'EF_of[i, f]', formula: 'EF_fuel[f]'}\n  - {id: days,"))  # fmt: skip

    assert the(findings, "W805", "of").severity == "note"
    assert "the relation burns says for which members of land_use it is there" in the(findings, "W805", "of").evidence


# -- tables


def test_printed_table_that_the_equation_does_not_give_is_an_error(checked):
    fault = the(checked(WITH_TABLES, ("cells: {E: 91.30, D: 48.21,", "cells: {E: 91.30, D: 48.3,")), "W806")

    assert fault.severity == "error"
    assert "[D] printed 48.3, computed 48.2100" in fault.evidence


def test_changed_equation_is_found_by_the_printed_table(checked):
    fault = the(checked(WITH_TABLES, ("'EF[i] - EF[\"NF\"]'", "'EF[i] + EF[\"E\"]'")), "W806")

    assert "do not give table-3: 3 of 3 cells differ" in fault.what


def test_result_that_cannot_be_recomputed_says_so(checked):
    fault = the(
        checked(
            WITH_TABLES, ("- {quantity: EF, unit: tC/ha, cells: {E: 91.3, D: 48.21, NF: 0}}\n      - quantity: p", "- quantity: p")
        ),
        "W806",
    )

    assert fault.severity == "warning"
    assert "cannot be recomputed" in fault.what


def test_comparison_reports_the_largest_differences(checked):
    fault = the(checked(WITH_TABLES, ("'EF[i] - EF[\"NF\"]'", "'EF[i] * 1.001'")), "W813")

    assert fault.severity == "warning"
    assert fault.what == "Loss against stock: 1 of 3 cells differ by more than 0.05"
    assert fault.evidence == "largest differences: [E] 91.39 against 91.3. they are the same thing"


def test_rows_off_within_rounding_are_a_note(checked):
    note = the(checked(WITH_TABLES), "W808")

    assert (note.severity, note.evidence) == ("note", "D: 1.001")


def test_swapped_digits_in_a_row_are_a_warning(checked):
    findings = checked(WITH_TABLES, ("E   0.970 0.010 0.020", "E   0.790 0.010 0.020"))

    assert [f.evidence for f in findings if f.code == "W808" and f.severity == "warning"] == ["E: 0.82"]


def test_transposed_matrix_is_found_by_its_rows(checked):
    transposed = ("E   0.970 0.010 0.020\n          D   0.000 0.960 0.041\n          NF  0.000 0.000 1.000",
                  "E   0.970 0.000 0.000\n          D   0.010 0.960 0.000\n          NF  0.020 0.041 1.000")  # fmt: skip
    assert ("W808", "printed: p") in codes(checked(WITH_TABLES, transposed), "warning")


def test_value_outside_its_range_is_an_error_and_an_unusual_one_a_warning(checked):
    assert ("W807", "printed: p") in codes(checked(WITH_TABLES, ("0.970 0.010 0.020", "1.970 0.010 0.020")), "error")
    plausible = ("unit: tC/ha, kind: fixed_ex_ante}", "unit: tC/ha, kind: fixed_ex_ante, plausible: {max: 50}}")
    unusual = the(checked(WITH_TABLES, plausible), "W807", "printed: EF")
    assert (unusual.severity, unusual.evidence) == ("warning", "EF[E] = 91.3")


def test_blank_row_and_missing_cell_are_found(checked):
    blank = the(checked(WITH_TABLES, ("          D   0.000 0.960 0.041\n", "          D\n")), "W809")
    assert blank.what == "no number of p for land_use D"
    stocks = "cells: {E: 91.3, D: 48.21, NF: 0}}"
    rows = "{E: {E: 1, D: 0}, D: {D: 1, E: 0, NF: 0}, NF: {NF: 1, E: 0, D: 0}}"
    holed = checked(TINY, (stocks, stocks + "\n      - {quantity: p, unit: '1', cells: " + rows + "}"))
    hole = the(holed, "W809")
    assert (hole.severity, hole.what, hole.evidence) == ("warning", "1 cell of p is missing", "p[E, NF]")


def test_row_that_the_editor_filled_is_named(kh):
    assert any("filled by the editor" in f.what and f.severity == "note" for f in check_tables(kh))


# -- references and lists


@pytest.mark.parametrize(
    ("old", "new", "subject", "what"),
    [
        ("number: 4,", "number: 14,", "equations", "run from 1 to 14 without 4, 11, 12, 13"),
        ("{id: fuel, number: 9,", "{id: fuel, number: 8,", "fuel", "two equations have the number 8"),
        ("kind: computed}\n\nequations", "kind: computed, role: profit}\n\nequations", "ER_p", "the role 'profit', which no"),
        ("sections:\n  - {id: T,", "sections:\n  - {id: U,", "table-3", "refers to section T"),
        ("source: {section: T, table: 3}}\ncomparisons", "source: {equation: 77}}\ncomparisons", "table-3", "equation 77"),
        ("why: they are the same thing\n    source: {section: T, table: 3}", "source: {table: 9}", "loss-against-stock", "table 9"),
    ],
)  # fmt: skip
def test_reference_that_does_not_fit_is_found(checked, old, new, subject, what):
    found = [f for f in checked(WITH_TABLES, (old, new)) if f.code == "W811" and f.subject == subject]

    assert any(what in f.what for f in found), found


def test_ruling_named_in_words_must_exist(checked):
    found = the(checked(TINY, ("{id: days, defines", "{id: days, note: see ruling no-such-ruling, defines")), "W811")

    assert "'no-such-ruling'" in found.what


def test_parameter_lists_and_quantities_are_compared_both_ways(checked):
    missing = the(
        checked(WITH_TABLES, ("  - {quantity: FC, list: one, printed: fuel}\n", "  - {list: one, printed: something}\n")),
        "W810",
        "list one",
    )
    assert missing.evidence == "FC"
    line = "{quantity: FC, list: one, printed: fuel}"
    wrong = the(checked(WITH_TABLES, (line, line + "\n  - {quantity: P, list: one, printed: rate}")), "W810", "P")
    assert "list one (monitored) names P, which is fixed ex ante" in wrong.what


# -- on the published methodology


def seeded(tmp_path, file, old, new):
    folder = tmp_path / "spec"
    shutil.copytree(KH, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    return load(folder)


def test_sign_of_the_emission_factor_is_found_by_table_3(tmp_path):
    methodology = seeded(
        tmp_path,
        "equations.yaml",
        "Sum(k, C[i, k]) - Sum(k, C[j, k]) < 0: excluded",
        "Sum(k, C[j, k]) - Sum(k, C[i, k]) < 0: excluded",
    )

    assert ("W806", "table-3") in codes(check_recomputed(methodology), "error")


def test_digit_of_table_1_is_found_by_its_total(tmp_path):
    methodology = seeded(tmp_path, "datasets.yaml", "FF   32.9     6.96", "FF   32.9     6.69")

    assert {s for c, s in codes(check_recomputed(methodology), "error") if c == "W806"} == {"table-1-total", "table-2", "table-3"}


# -- reports


def test_text_report_shows_place_excerpt_and_remedy(tmp_path):
    path = tmp_path / "methodology.yaml"
    path.write_text(TINY.replace("dCS[y] * 44/12", "dCS[y]"), encoding="utf-8")
    methodology = load(path)

    text = check_text(methodology, check_methodology(methodology))

    assert "errors (1)" in text
    assert "^^^^^^" in text
    assert "multiply the right side by 44/12 tCO2/tC" in text
    assert "units: 13 equations" in text


def test_record_holds_equations_values_and_findings(kh, kh_result):
    record = check_record(kh, kh_result)

    assert set(record) == {"methodology", "hash", "equations", "values", "findings"}
    assert set(record["equations"][0]) >= {"id", "number", "status", "lhs_unit", "rhs_unit"}
