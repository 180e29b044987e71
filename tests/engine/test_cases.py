"""Every kind of input that was once treated wrongly, with the test that asserts the right answer.

Those without a test elsewhere stand below; "table" is tests/errors/test_every_command.py, in which every command is tried.

====  ======================================================  ==========================================================
case  kind                                                    test
====  ======================================================  ==========================================================
01    a spec that `check` refuses gives numbers               table: test_a_spec_whose_units_do_not_hold
02    a hole reads as zero                                    test_holes: test_anywhere_else_it_is_an_error_that_names_the_cells
03    edits by pattern miss places                            test_mentions: test_sentences, test_lists_that_change_their_shape
04    offsets of start and end                                test_years_of_cases: test_each_year_has_one_case
05    a relation over one set twice                           below
06    rules: silence taken as consent                         test_rules: test_a_cell_that_no_equation_needs_is_read_for_a_rule
07    the same                                                test_rules: test_what_only_a_rule_reads_is_asked_for
08    audits that presume one shape                           test_what_is_asked: test_audits_answer_for_areas_with_any_indices
09    ends of an axis                                         test_what_is_asked: test_a_sum_beyond_the_last_year_is_an_error_...
10    the project loses to a dataset                          test_statements: test_what_the_project_says_of_all_cells_...
11    the same                                                test_statements: test_the_narrower_statement_holds_in_any_order
12    an answer that is never checked                         test_solvers: test_a_wrong_root_is_found_whatever_the_exponent
13    undefined read as zero                                  below
14    ranges hold for supplied values only                    below
15    what `audit` knows and `run` does not say               test_rules: test_a_run_says_that_its_result_was_supplied
16    a rule wider than the text                              test_as_printed: test_criterion_3_to_the_day
17    the same                                                test_as_printed: test_adjusted_areas_need_an_assessment_...
18    a reading that is missing                               test_worked_cases: by-days in what is computed by hand
19    a rule coarser than the text                            test_rulings: test_five_percent_by_source_as_estimated_at_validation
20    errors gathered and not raised                          test_fault_list: test_a_field_of_the_wrong_shape_is_refused_...
21    a blank counts as an answer                             test_rules: test_a_blank_statement_is_a_missing_one
22    the reader of numbers                                   table: a huge printed number, a superscript digit
23    a seal that does not cover                              test_receipt: test_every_field_of_a_receipt_is_compared
24    a conversion inside one dimension                       test_written_ratios: test_a_number_that_converts_is_the_exact_one
25    ratios between substances                               the same
26    uncertainty that misses its own value                   test_fields (tests/simulate): I518, A730
27    unit words of the trade                                 test_units: test_a_word_that_trades_read_differently_is_refused_...
28    totals without meaning                                  test_yearly_table: test_the_total_is_what_years_do_to_a_quantity
29    lags outside equations                                  test_rules: test_a_lag_does_not_stop_at_the_end_of_the_axis
30    accepted and dropped                                    below
31    one table written four times                            test_yearly_table: test_every_format_says_the_same
32    slopes of a root whose exponent is not whole            test_derivatives: test_slopes_of_a_root_of_two_and_a_half_years
33    a comparison with exactly 0                             test_ranges: test_the_last_digits_of_what_cancelled_are_no_negative
34    hostile texts                                           test_texts_from_outside
35    a construct by accident of its operands                 test_what_is_asked: test_a_diagonal_is_one_whatever_its_element_names
36    a hole in what is asked for is dropped                  below
37    false alarms of the second computation                  test_second_computation: test_both_ways_agree
38    the same                                                the same
39    decimal is what people count in                         test_whole_tonnes: test_the_result_is_shown_in_whole_units_...
====  ======================================================  ==========================================================
"""

import json
from pathlib import Path

import pytest

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.cli import main


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")


def files(spec, project, dates="{start: 2019-01-01, end: 2020-12-31}"):
    Path("spec.yaml").write_text('methodology: {id: T, version: "1", title: t, result: R}\n' + spec, encoding="utf-8")
    Path("project.yaml").write_text(f"project: {{name: p}}\noperation: {dates}\n{project}", encoding="utf-8")


def run():
    return mrvgraph.run(mrvgraph.load("spec.yaml"), "project.yaml")


RELATION = """
index_sets: [{id: use, letters: [i, j], members: [forest, crop, city]}]
relations: [{id: moves, over: [use, use], meaning: moves that are mapped}]
quantities:
  - {id: A, symbol: A, meaning: area, indices: [use, use], on: moves, unit: ha, kind: monitored}
  - {id: R, symbol: R, meaning: emissions, unit: tCO2, kind: computed}
equations: [{id: r, defines: R, formula: 'Sum(i, j, A[i, j] * 500 {tCO2/ha})'}]
"""


@pytest.mark.parametrize(
    ("moves", "areas", "right"),
    [
        ("{forest: [crop]}", "{forest: {crop: 100}}", 50_000),
        ("{forest: [crop, forest]}", "{forest: {crop: 100, forest: 40}}", 70_000),
        ("{forest: [crop], crop: [forest]}", "{forest: {crop: 100}, crop: {forest: 40}}", 70_000),
        ("{crop: [forest], city: [city]}", "{crop: {forest: 1}, city: {city: 2}}", 1_500),
    ],
)
def test_05_a_relation_over_one_set_twice(moves, areas, right):
    """The one index is the place that is left, the other the place that is gone to; the second computation is asked too."""
    files(RELATION, f"relations: {{moves: {moves}}}\nvalues:\n  A: {{unit: ha, values: {areas}, source: map}}\n")
    found = run()
    assert found.total == right
    assert [finding.severity for finding in audit_recompute(found)] == ["note"]


SHARE = """
index_sets: [{id: use, letters: [i], members: [a, b]}]
quantities:
  - {id: gone, symbol: g, meaning: area converted, indices: [use], unit: ha, kind: monitored, range: {min: 0}}
  - {id: held, symbol: h, meaning: area at the start, indices: [use], unit: ha, kind: monitored, range: {min: 0}}
  - {id: P, symbol: P, meaning: share, indices: [use], unit: "1", kind: computed, range: {min: 0, max: 1}}
  - {id: R, symbol: R, meaning: loss, unit: "1", kind: computed}
equations:
  - {id: share, defines: 'P[i]', formula: 'gone[i] / held[i]'}
  - {id: r, defines: R, formula: 'Sum(i, P[i])'}
"""


@pytest.mark.parametrize(
    ("held", "code", "cell"),
    [("{a: 10, b: 0}", "V601", r"P\[b\]"), ("{a: 10, b: 1}", "V608", r"P\[b\] = 7:"), ("{a: 3, b: 70}", "V608", r"P\[a\]")],
)
def test_13_and_14_a_share_of_nothing_and_one_above_the_whole(held, code, cell):
    """A conversion out of an area of 0 is undefined; a computed share keeps to the range of a supplied one."""
    files(SHARE, f"values:\n  gone: {{unit: ha, values: {{a: 5, b: 7}}}}\n  held: {{unit: ha, values: {held}}}\n")
    with pytest.raises(mrvgraph.MethodologyError, match=f"{code} .*{cell}"):
        run()


SERIES = """
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: S, symbol: S, meaning: series, indices: [year], unit: t, kind: monitored}
  - {id: R, symbol: R, meaning: result, unit: t, kind: computed, indices: [year], over_years: sum}
equations: [{id: r, defines: 'R[y]', WHENformula: 'S[y]'}]
"""


def test_30_columns_of_a_data_file_are_kept_and_shown(capsys):
    files(SERIES.replace("WHEN", ""), "values:\n  S: {unit: t, file: s.csv}\n")
    Path("s.csv").write_text("year,value,source,comments\n2019,3,invoice 17,read twice\n2020,4,invoice 18,\n", encoding="utf-8")
    assert main(["explain", "spec.yaml", "project.yaml", "S[2019]"]) == 0
    shown = capsys.readouterr().out
    assert "invoice 17" in shown and "read twice" in shown and "invoice 18" not in shown


@pytest.mark.parametrize("when", ["y > start", "y < end", "y == start"])
def test_36_a_year_of_the_result_without_an_equation(when, capsys):
    """`check` finds it, and no command or format shows a result that is nan."""
    files(SERIES.replace("WHEN", f"when: {when}, "), "values:\n  S: {unit: t, source: x, values: {2019: 5, 2020: 7}}\n")
    assert main(["check", "spec.yaml"]) == 1
    assert "G403" in capsys.readouterr().out
    for words in (["run", "spec.yaml", "project.yaml"], ["run", "spec.yaml", "project.yaml", "--json"],
                  ["audit", "spec.yaml", "project.yaml", "--format", "md"], ["solve", "spec.yaml", "project.yaml", "--for", "S[2019]",
                                                                            "--so-that", "R[2019] = 1"]):  # fmt: skip
        assert main(words) == 2
        captured = capsys.readouterr()
        assert "G403" in captured.err and "nan" not in captured.out
    assert main(["portfolio", "spec.yaml", "project.yaml", "--json"]) == 2
    assert "NaN" not in json.dumps(capsys.readouterr().out)
