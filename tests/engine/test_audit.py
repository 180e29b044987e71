"""Audits of a run: an honest project passes, seeded faults are found, and what hangs on a ruling is what a second run gives."""

from __future__ import annotations

import copy
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

import mrvgraph
from engine.audit.audits import AUDITS
from engine.audit.recompute import audit_recompute
from engine.audit.report import audit_markdown, audit_project, audit_record, audit_text
from engine.audit.reread import rereader
from engine.cli import main
from engine.plan.planner import plan_run
from engine.run.run import run_project
from equations.errors import MethodologyError
from equations.units.registry import parse_unit

ROOT = Path(__file__).resolve().parents[2]
KH = ROOT / "methodology_specs/KH_AM004/1.1"
EXAMPLES = ROOT / "methodology_specs/KH_AM004/examples"
TINY = ROOT / "tests/specs_for_tests/tiny"
BY_ID = {audit.id: audit.function for audit in AUDITS}


@pytest.fixture(scope="module")
def kh():
    return mrvgraph.load(KH)


@pytest.fixture
def run_example(kh, tmp_path):
    """Return a function (example, *replacements) -> Run of the example with the replacements made in its text."""
    for file in EXAMPLES.glob("*.csv"):
        shutil.copy(file, tmp_path)

    def make(name, *replacements, **options):
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new, 1)
        (tmp_path / name).write_text(text, encoding="utf-8")
        return mrvgraph.run(kh, tmp_path / name, **options)

    return make


def found(run, audit, code=None, severity=None):
    """Return the findings of one audit."""
    return [f for f in BY_ID[audit](run) if code in (None, f.code) and severity in (None, f.severity)]


def report_of(kh, run):
    return audit_project(run, rereader(run, parse_unit))


# -- honest projects


@pytest.mark.parametrize("name", ["option1.yaml", "option2.yaml"])
def test_example_has_no_error(run_example, name):
    run = run_example(name)

    assert [f for audit in AUDITS for f in audit.function(run) if f.severity == "error"] == []


def test_only_what_is_illustrative_is_a_warning_under_option_1(run_example):
    run = run_example("option1.yaml")

    assert {f.code for audit in AUDITS for f in audit.function(run) if f.severity == "warning"} == {"A721"}


def test_audits_know_quantities_by_role_only():
    """A methodology without any role is audited too."""
    methodology = mrvgraph.load(TINY)
    run = mrvgraph.run(methodology, TINY / "project.yaml")

    assert {f.code for audit in AUDITS for f in audit.function(run)} >= {"A703", "A708", "A713"}


# -- seeded faults


def test_kilograms_given_as_tonnes_are_unusual(run_example):
    run = run_example(
        "option1.yaml", ("  FC:                           # direct method: the truck fleet\n    unit: kg", "  FC:\n    unit: t")
    )

    assert {f.subject for f in found(run, "rules", "A702")} == {"FC"}


def test_slip_in_one_year_of_a_series_breaks_with_its_neighbours(run_example):
    run = run_example(
        "option1.yaml", ("upland: {2018: 11.5, 2019: 14.2, 2020: 15.0}", "upland: {2018: 11.5, 2019: 14200, 2020: 15.0}")
    )

    slip = found(run, "plausibility", "A712", "warning")
    assert [(f.subject, f.place.file.endswith("option1.yaml")) for f in slip] == [("M_SN", True)]
    assert "M_SN[upland, 2019] = 14,200.00; other years 13.25" in slip[0].evidence


def test_partial_year_may_be_smaller_by_its_share_of_days(run_example):
    late = (
        ("operation: {start: 2018-03-12,", "operation: {start: 2018-12-29,"),
        ('{id: "1", start: 2018-03-12,', '{id: "1", start: 2018-12-29,'),
    )
    small = ("upland: {2018: 11.5, 2019: 14.2, 2020: 15.0}", "upland: {2018: 0.05, 2019: 14.2, 2020: 15.0}")

    assert not found(run_example("option1.yaml", *late, small), "plausibility", "A712", "warning")
    assert [f.subject for f in found(run_example("option1.yaml", small), "plausibility", "A712", "warning")] == ["M_SN"]


def test_lone_zero_is_a_note(run_example):
    run = run_example("option1.yaml", ("diesel: {2018: 14300, 2019: 18900,", "diesel: {2018: 14300, 2019: 0,"))

    zero = [f for f in found(run, "plausibility", "A712", "note") if f.subject == "FC"]
    assert zero[0].what == "FC is zero in some years only"


def test_value_far_from_the_default_it_replaces_is_a_warning(run_example):
    run = run_example(
        "option1.yaml",
        (
            "  M_urea:",
            "  EF_urea: {value: 200, unit: kgC/t_urea, source: x}\n"
            "  EF_limestone: {value: 0.012, unit: tC/t_limestone, source: x}\n  M_urea:",
        ),
    )

    far = found(run, "defaults", "A719")
    assert [(f.subject, f.severity) for f in far] == [("EF_limestone", "warning")]
    assert "0.1 times" in far[0].evidence


def test_result_pasted_in_place_of_its_equation_is_an_error(run_example):
    pasted = "  RL: {unit: tCO2, values: {2018: 1.0e6, 2019: 1.0e6, 2020: 1.0e6}, source: spreadsheet}\n  M_urea:"
    run = run_example("option1.yaml", ("  M_urea:", pasted))

    assert ("RL", "error") in {(f.subject, f.severity) for f in found(run, "defaults", "A704")}


def test_value_without_source_or_method_is_found(run_example):
    run = run_example(
        "option1.yaml",
        ("    source: illustrative; in a real project, invoices of the fuel station\n    monitoring_option: B\n", ""),
    )

    assert [(f.code, f.severity, f.subject) for f in found(run, "sources") if f.code == "A706"] == [
        ("A706", "warning", "FC"),
        ("A706", "note", "FC"),
    ]
    assert {f.source for f in found(run, "sources") if f.code == "A706"} == {str(run.methodology.quantity["FC"].source)}


def test_blanket_statement_other_than_zero_is_a_warning(run_example):
    run = run_example("option1.yaml", ("    otherwise: 0 ", "    otherwise: 12 "))

    (blanket,) = found(run, "completeness", "A718", "warning")
    assert blanket.what == "4 of 11 needed values of A_0 are stated by `otherwise: 12`"


def test_member_with_nothing_but_zeros_is_noted(run_example):
    run = run_example("option1.yaml", ("gasoline: {2018: 24, 2019: 26, 2020: 26}", "gasoline: {2018: 0, 2019: 0, 2020: 0}"),
                      ("gasoline: {2018: 7800, 2019: 9600, 2020: 9100}", "gasoline: {2018: 0, 2019: 0, 2020: 0}"),
                      ("motorbike: {gasoline: 21}", "motorbike: {gasoline: 0}"))  # fmt: skip

    assert any("motorbike of vehicle_type has nothing but zeros" in f.what for f in found(run, "completeness"))


def test_conversion_of_more_than_there_is(run_example):
    category = run_example("option1.yaml", ("        B       2      3      3", "        B     200    300      3"))
    assert [f.severity for f in found(category, "conversions", "A720") if f.subject == "CA_pj"] == ["warning"]
    whole = run_example("option1.yaml", ("        E     610    760    760", "        E  610000    760    760"))
    assert {f.severity for f in found(whole, "conversions", "A720") if f.subject == "CA_pj"} == {"error", "warning"}


def test_monitored_conversion_of_another_size_than_the_projected_one(run_example):
    run = run_example(
        "option1.yaml", ("values: {E: 52400, SE: 31800, D: 38600, B: 450,", "values: {E: 52400, SE: 31800, D: 38600, B: 450000,")
    )

    assert [(f.subject, f.severity) for f in found(run, "rates", "A722")] == [("CA_pj", "warning")]


def test_row_of_a_matrix_that_does_not_add_up(run_example):
    run = run_example("option2.yaml", ("E  0.976  0.000", "E  0.796  0.000"))

    off = found(run, "balance", "A709", "error")
    assert {f.subject for f in off} >= {"p_d"}
    assert "E: 0.82" in next(f for f in off if f.subject == "p_d").evidence


def test_projected_area_that_drifts_is_reported_with_its_total(run_example):
    drift = next(f for f in found(run_example("option2.yaml"), "balance", "A709") if f.subject == "A")

    assert drift.severity == "note"
    assert "136,120.00 ha at inception" in drift.what


def test_whole_year_of_reference_for_part_of_a_year_is_a_warning(run_example):
    assert [f.severity for f in found(run_example("option1.yaml"), "periods", "A708")] == ["note"]
    assert [f.severity for f in found(run_example("option2.yaml"), "periods", "A708")] == ["note", "warning"]
    prorated = run_example("option2.yaml", readings={"option2-operating-days": "prorate"})
    assert [f.severity for f in found(prorated, "periods", "A708")] == ["note"]


def test_days_outside_every_period_are_noted(run_example):
    run = run_example(
        "option1.yaml", ('{id: "1", start: 2018-03-12, end: 2020-12-31}', '{id: "1", start: 2018-03-12, end: 2019-12-31}')
    )

    assert "2020-01-01 to 2020-12-31" in [f.evidence for f in found(run, "periods", "A708")]


def test_negative_year_and_negative_credits(run_example):
    year = run_example("option1.yaml", ("        E     610    760    760", "        E     610   3760    760"))
    assert [f.evidence.split(":")[0] for f in found(year, "reductions", "A710")] == ["2019"]
    period = run_example("option1.yaml", ("        E     610    760    760", "        E     610  17600   7600"))
    assert {f.subject for f in found(period, "reductions", "A710")} == {"ER", "ER_credit_p"}


def test_displacement_of_most_of_the_reductions_is_a_warning(run_example):
    assert [f.severity for f in found(run_example("option1.yaml"), "displacement", "A711")] == ["note"]
    most = run_example("option1.yaml", ("        E     330    470    470", "        E     330   2470   2470"))
    assert [f.severity for f in found(most, "displacement", "A711")] == ["warning"]


def _numbers(node, path=()):
    """Yield the path of every number of a value."""
    if isinstance(node, dict):
        for key, part in node.items():
            if key in ("value", "values") or path:
                yield from _numbers(part, (*path, key))
    elif isinstance(node, int | float) and not isinstance(node, bool) and node:
        yield path


def _as_cells(block):
    """Return a block with its table, if it has one, as nested labels."""
    if isinstance(block, dict) and "table" in block:
        header, *rows = [line.split() for line in block.pop("table").splitlines() if line.strip()]
        block["values"] = {label: dict(zip(header, map(float, cells), strict=True)) for label, *cells in rows}
    return block


@pytest.fixture(scope="module")
def option1():
    document = yaml.safe_load((EXAMPLES / "option1.yaml").read_text(encoding="utf-8"))
    document["values"] = {name: _as_cells(block) for name, block in document["values"].items()}
    return document


#: Non-forest at inception enters no equation of option 1, so nothing can tell its slip.
WITHOUT_USE = {("A_0", ("values", "NF"))}


@pytest.mark.parametrize("factor", [1000, 0.001])
def test_slip_of_a_thousand_in_any_input_is_found(kh, option1, tmp_path, factor):
    missed, tried = [], 0
    for name, block in option1["values"].items():
        for path in list(_numbers(block))[:: 3 if factor == 1000 else 4]:
            if (name, path) in WITHOUT_USE:
                continue
            document = copy.deepcopy(option1)
            node = document["values"][name]
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] *= factor
            (tmp_path / "slip.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
            tried += 1
            try:
                run = mrvgraph.run(kh, tmp_path / "slip.yaml")
            except MethodologyError:
                continue
            quick = (audit for audit in AUDITS if audit.id != "recompute")
            if not [f for audit in quick for f in audit.function(run) if f.severity != "note" and f.code != "A721"]:
                missed.append((name, path))

    assert tried > 20
    assert missed == []


# -- the second way


def test_every_computed_cell_is_recomputed(run_example):
    run = run_example("option2.yaml")
    (note,) = audit_recompute(run)

    cells = sum(
        int((np.isfinite(run.values.arrays[q]) & (run.values.states[q] > 0) & (run.values.states[q] < 3)).sum())
        for q in run.values.steps
    )
    assert note.what.startswith(f"{cells:,} computed cells agree")


@pytest.mark.parametrize(
    "readings",
    [
        {"negative-transition": "clip-rescale", "row-sums": "rescale", "area-year-index": "literal", "interval-average": "by-days"},
        {"option2-operating-days": "power", "credit-rounding": "per-year", "tdu-per-unit": "fleet-total"},
    ],
)
def test_both_ways_agree_under_other_readings(run_example, readings):
    (note,) = audit_recompute(run_example("option2.yaml", readings=readings))

    assert note.severity == "note"


def test_number_that_was_tampered_with_is_found_and_only_it(run_example):
    run = run_example("option1.yaml")
    wrong = run.values.arrays["DE"].copy()
    wrong[1] *= 1 + 1e-8
    tampered = replace(run, values=replace(run.values, arrays={**run.values.arrays, "DE": wrong}))

    (finding,) = audit_recompute(tampered)

    assert (finding.severity, finding.subject) == ("error", "DE")
    assert finding.evidence.startswith("DE[2019] is ")


def test_input_that_was_converted_wrongly_is_found(run_example):
    run = run_example("option1.yaml")
    kilograms = {**run.values.arrays, "E_fuel_f": run.values.arrays["E_fuel_f"] * 1000}

    assert {f.subject for f in audit_recompute(replace(run, values=replace(run.values, arrays=kilograms)))} == {"E_fuel_f"}


def test_equation_whose_units_do_not_fit_is_found_without_the_static_check(tmp_path):
    folder = tmp_path / "spec"
    shutil.copytree(KH, folder)
    text = (folder / "equations.yaml").read_text(encoding="utf-8")
    (folder / "equations.yaml").write_text(text.replace("formula: dCS_ref[y] * 44/12", "formula: dCS_ref[y]"), encoding="utf-8")

    def planned(methodology, setting, targets, supplied):
        return plan_run(methodology, setting, targets or (methodology.result,), supplied)

    run = run_project(mrvgraph.load(folder), EXAMPLES / "option1.yaml", parse_unit, planned)  # no command gives this number
    findings = [f for f in audit_recompute(run) if f.subject == "RL"]

    assert findings[0].severity == "error"
    assert "not in tCO2" in findings[0].evidence


def test_false_root_is_found(run_example):
    run = run_example("option2.yaml", ("  synthetic_product:", "  interval: [2006-2010]\n  synthetic_product:"), targets=("p_t",))
    wrong = run.values.arrays["p_t"].copy()
    wrong[0, 0, 0] += 1e-6
    findings = audit_recompute(replace(run, values=replace(run.values, arrays={**run.values.arrays, "p_t": wrong})))

    root = next(f for f in findings if f.subject == "p_t")
    assert (root.severity, "is not solved" in root.evidence) == ("error", True)


# -- rulings


def test_difference_of_each_reading_is_that_of_a_run_under_it(kh, run_example):
    run = run_example("option2.yaml")
    table = report_of(kh, run).rulings

    other = run_example("option2.yaml", readings={"option2-operating-days": "prorate"})
    line = next(line for line in table.lines if (line.ruling, line.reading) == ("option2-operating-days", "prorate"))
    assert line.result == other.total
    assert line.difference == other.total - run.total
    assert line.difference < -100_000


def test_ruling_that_nothing_asks_for_is_not_run_again(kh, run_example):
    run = run_example("option1.yaml")
    asked = []
    audit_project(run, lambda other: asked.append(other) or mrvgraph.run(kh, run.project, readings={**run.setting.readings, **other}))

    assert not {"area-year-index", "row-sums"} & {id_ for other in asked for id_ in other}
    assert {"tdu-per-unit": "fleet-total"} in asked


def test_reading_under_which_the_run_fails_is_shown_with_its_error(tmp_path):
    text = (
        (TINY / "methodology.yaml")
        .read_text(encoding="utf-8")
        .replace("gives: 'pos(it[q])'", "gives: 'it[q] / 0'")
    )
    (tmp_path / "methodology.yaml").write_text(text, encoding="utf-8")
    methodology = mrvgraph.load(tmp_path)
    run = mrvgraph.run(methodology, TINY / "project.yaml")
    report = audit_project(run, lambda other: mrvgraph.run(methodology, run.project, readings=dict(other)))

    line = next(line for line in report.rulings.lines if line.reading == "zero")
    assert (line.result, line.error.split()[0]) == (None, "V601")
    assert "does not run" in audit_text(report)
    assert ("A716", "warning") in {(f.code, f.severity) for f in report.findings}


# -- reports


@pytest.fixture
def report(kh, run_example):
    return report_of(kh, run_example("option2.yaml"))


def test_text_names_every_question_and_every_open_ruling(report):
    text = audit_text(report)

    assert all(audit.question in text for audit in AUDITS)
    assert "option2-operating-days" in text
    assert "-20.07" in text
    assert "\033" not in text


def test_notes_are_short_unless_asked_for(report):
    short, full = audit_text(report), audit_text(report, verbose=True)

    assert len(full) > len(short)
    assert "source: JCM KH_AM004 1.1, section H.3, Eq. 27" in full


def test_markdown_escapes_what_a_project_says(kh, run_example):
    run = run_example("option1.yaml", ("name: Illustrative lowland forest project, option 1", 'name: "<b>bold</b> | x"'))
    text = audit_markdown(report_of(kh, run))

    assert "<b>" not in text.split("## Findings")[1]
    assert "| area-year-index | end-of-year \\* |" in text


def test_record_is_plain_and_the_same_each_time(kh, report, run_example):
    record = audit_record(report)

    assert json.dumps(record) == json.dumps(audit_record(report_of(kh, run_example("option2.yaml"))))
    assert {f["audit"] for f in record["findings"]} >= {"rules", "defaults", "recompute", "rulings"}
    assert record["rulings"]["quantity"] == "ER_credit_p"
    assert record["result"]["value"] == report.run.total


def test_command_line_exits_1_on_an_error_and_0_otherwise(capsys, tmp_path):
    assert main(["audit", "KH_AM004@1.1", str(EXAMPLES / "option1.yaml"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "mrvgraph-audit/1"
    broken = tmp_path / "p.yaml"
    broken.write_text(
        (EXAMPLES / "option1.yaml").read_text(encoding="utf-8").replace("criterion_4: {value: yes", "criterion_4: {value: no"),
        encoding="utf-8",
    )
    assert main(["audit", "KH_AM004@1.1", str(broken), "--format", "md", "-o", str(tmp_path / "audit.md")]) == 1
    assert "**error** A701 `criterion-4`" in (tmp_path / "audit.md").read_text(encoding="utf-8")
