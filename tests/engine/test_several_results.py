"""A methodology with several results, by period, by Party and by year: every command speaks of each. Numbers are worked out by hand."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from engine.audit.receipts.receipt import Asked, receipt_record, receipt_text
from engine.audit.receipts.receipt_file import read_receipt
from engine.audit.receipts.verification import compare_receipts
from engine.audit.report import audit_markdown, audit_record, audit_text
from engine.commands.portfolio import portfolio_output
from engine.commands.simulate import simulation_plot
from engine.comparison.difference_text import effect_text
from engine.documents.pages.overview_page import overview_page
from engine.documents.subject import Subject
from engine.explain.needs_text import needs_text
from engine.portfolio.outcomes import OutcomesFile
from engine.report.run_report import run_record, run_text
from engine.report.whole_units import whole_units
from engine.simulate.simulation_report import simulation_record, simulation_text
from equations.errors import MethodologyError
from mrvgraph import audit, compare, load, many_draws, needs, portfolio, recalculation, run, sensitivity, simulate, solve

FOLDER = Path("tests/specs_for_tests/several")
PROJECT = FOLDER / "project.yaml"
#: ER is 100.5, 50.25 and 33; a tenth of it goes to the buffer; V is rounded down in each period, T is not.
TOTALS = {"V": 135 + 29, "T": 165.375, "B": 18.375, "CA": 91.875}


@pytest.fixture(scope="module")
def spec():
    return load(FOLDER)


@pytest.fixture(scope="module")
def finished(spec):
    return run(spec, PROJECT)


@pytest.fixture(scope="module")
def audited(spec):
    return audit(spec, PROJECT)


def test_a_run_comes_to_each(finished):
    assert {id_: found.value for id_, found in finished.results.items()} == pytest.approx(TOTALS)
    assert finished.total == 164
    assert repr(finished).count(" = ") == 4
    text = run_text(finished)
    for line in ("V[1] = 135.000 tCO2   Issued", "T[host] = 99.225 tCO2   Transferred", "B[2] = 3.300 tCO2   Buffer", "CA, total = 91.875"):
        assert line in text
    assert "CA  corresponding adjustment" in text  # by year: a row of the yearly table, not three lines


def test_each_has_its_own_whole_units(finished):
    found = {id_: whole_units(finished, id_) for id_ in TOTALS}
    assert {id_: (whole.quantity, whole.total) for id_, whole in found.items()} == {
        "V": ("V", 164), "T": ("T_whole", 100 + 67), "B": ("", 15 + 3), "CA": ("", 50 + 25 + 16)}  # fmt: skip


def test_data_names_each(finished, audited):
    for record in (run_record(finished), audit_record(audited)):
        assert {one["quantity"]: one["total"] for one in record["results"]} == pytest.approx(TOTALS)
        assert [one["name"] for one in record["results"]] == ["Issued", "Transferred", "Buffer", "corresponding adjustment"]


def test_needs_say_for_which(spec):
    found = {need.quantity.id: need.results for need in needs(spec)}
    assert found == {"ER": ("V", "T", "B", "CA"), "b": ("V", "T", "B"), "s": ("T",), "f": ("CA",)}
    assert {need.quantity.id for need in needs(spec, targets=("B",))} == {"ER", "b"}
    assert "only for" in needs_text(spec, needs(spec))


def test_a_reading_is_measured_on_each(audited):
    line = next(line for line in audited.rulings.lines if line.reading == "half")
    assert line.difference == 0 and [moved for _, moved in line.others] == pytest.approx([0, 0, -91.875 / 2])
    finding = next(finding for finding in audited.findings if finding.code == "A716")
    assert "moves CA" in finding.what and "-45.9375 tCO2 of CA" in finding.evidence
    assert "difference in CA (tCO2)" in audit_text(audited) and "difference in CA (tCO2)" in audit_markdown(audited)


def test_the_second_computation_agrees(audited):
    assert [finding.severity for finding in audited.findings if finding.code == "A713"] == ["note"]


def test_a_receipt_holds_each(audited, tmp_path):
    record = receipt_record(audited, Asked("x", "y", {}, {}), "1")
    assert {one["quantity"]: one["value"] for one in record["results"]} == pytest.approx(TOTALS)
    path = tmp_path / "receipt.json"
    path.write_text(receipt_text(record), encoding="utf-8")
    recorded = read_receipt(path)
    assert compare_receipts("r", recorded, json.loads(json.dumps(record))).holds
    recorded["results"][1]["value"] += 1
    assert [d.name for d in compare_receipts("r", recorded, record).differences] == ["2.value"]


def test_a_difference_is_told_of_each(spec):
    effect = compare(spec, projects=[PROJECT], readings=({}, {"adjusted": "half"})).effect
    assert [(one.result, one.difference) for one in effect.further] == [("T", 0), ("B", 0), ("CA", pytest.approx(-91.875 / 2))]
    assert dict(effect.in_order[0].by_result)["CA"] == pytest.approx(-91.875 / 2)
    assert "effect on CA: 91.875 -> 45.938" in "\n".join(effect_text(effect))


def test_a_simulation_gives_an_interval_for_each(finished):
    found = simulate(finished, draws=400)
    assert [summary.name for summary in found.results] == list(TOTALS)
    assert found.summaries["B"].mean == pytest.approx(18.375, rel=0.02) and found.summaries["T"].se > 1
    assert simulation_record(found)["results"] == list(TOTALS)
    assert simulation_text(found).count("Half-width of the 90 % interval of ") == 4
    drawn = simulation_plot(found, "svg").decode()
    assert all(f"{id_}: 400 draws" in drawn and f"interval of {id_}, by number of draws" in drawn for id_ in TOTALS)


def test_batches_have_each(finished):
    batch = many_draws(finished)({"ER": np.array([[100.5, 50.25, 33], [10, 10, 10]])}).arrays
    assert batch["B"].tolist() == [pytest.approx([15.075, 3.3]), pytest.approx([2, 1])]
    assert batch["T"][1].tolist() == pytest.approx([0.6 * 27, 0.4 * 27])
    assert recalculation(finished)({"f": np.array(0.25)})["CA"].sum() == pytest.approx(91.875 / 2)


def test_sensitivity_and_solving_take_the_one_that_is_named(finished):
    assert sensitivity(finished, "CA").value == pytest.approx(91.875)
    assert solve(finished, "f", "CA = 36.75").value == pytest.approx(0.2)
    assert solve(finished, "b", "150").target == "V"


def test_a_portfolio_has_a_column_for_each(spec, tmp_path):
    output = tmp_path / "found.jsonl"
    found = portfolio(spec, [PROJECT], output=output)
    rows = list(csv.DictReader(io.StringIO(portfolio_output(found, "csv"))))
    assert [float(rows[0][name]) for name in ("result", "T", "B", "CA")] == pytest.approx(list(TOTALS.values()))
    assert len(OutcomesFile(output).lines) == 1
    assert portfolio(spec, [PROJECT], output=output)[0].others == found[0].others


def test_a_portfolio_refuses_a_result_that_is_stated(spec, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(PROJECT.read_text() + '  CA: {unit: tCO2, values: {2021: 1, 2022: 1, 2023: 1}}\n', encoding="utf-8")
    assert [error["code"] for error in portfolio(spec, [path])[0].errors] == ["A704"]
    assert any(f.code == "A704" and f.severity == "error" and f.subject == "CA" for f in run(spec, path).findings)


def test_pages_name_each(spec):
    text = repr(overview_page(Subject(spec)))
    assert all(words in text for words in ("Result: Issued", "Result: Buffer", "units that each Party receives"))


def test_a_result_that_no_equation_gives_everywhere_is_refused(tmp_path, spec):
    text = (FOLDER / "methodology.yaml").read_text().replace("defines: 'CA[y]', formula", "when: y > start, defines: 'CA[y]', formula")
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(MethodologyError, match=r"G403 no equation defines CA\[2001\]"):
        run(load(tmp_path / "s.yaml"), PROJECT)


@pytest.mark.parametrize(("written", "code"), [
    ("results: [V, V]", "S106"), ("results: [V, W]", "S107"), ("results: {quantity: V}", "S105"), ("results: []", "S104"),
    ("result: V\n  results: [V]", "S105"), ("results: [{name: x}]", "S104"), ("", "S104"),
])  # fmt: skip
def test_what_is_no_list_of_results_is_refused(tmp_path, written, code):
    text = (FOLDER / "methodology.yaml").read_text()
    start, end = text.index("  results:"), text.index("  report:")
    (tmp_path / "s.yaml").write_text(f"{text[:start]}  {written}\n{text[end:]}", encoding="utf-8")
    with pytest.raises(MethodologyError) as caught:
        load(tmp_path / "s.yaml")
    assert code in {error.code for error in getattr(caught.value, "errors", [caught.value])}


def test_a_list_of_one_is_a_result(tmp_path):
    text = Path("tests/specs_for_tests/tiny/methodology.yaml").read_text()
    (tmp_path / "s.yaml").write_text(text.replace("result: ER_p", "results: [ER_p]"), encoding="utf-8")
    one, two = (run_record(run(spec, "tests/specs_for_tests/tiny/project.yaml")) for spec in ("tests/specs_for_tests/tiny", tmp_path / "s.yaml"))
    one["methodology"]["hash"] = two["methodology"]["hash"] = ""
    assert one == two


def test_a_revision_gives_a_methodology_more_results(tmp_path):
    base = Path("tests/specs_for_tests/tiny").resolve()
    (tmp_path / "r.yaml").write_text(f'based_on: {base}\nmethodology: {{version: "2", results: [E_fuel, ER_p]}}\nchanges: {{}}\n')
    found = load(tmp_path / "r.yaml")
    assert found.result_ids == ("E_fuel", "ER_p")
    assert compare(load(base), found).lists["methodology"]


def test_a_renamed_result_keeps_its_place(tmp_path):
    (tmp_path / "r.yaml").write_text(f"based_on: {FOLDER.resolve()}\nchanges: {{rename: {{quantities: {{V: issued, CA: adj}}}}}}\n")
    assert load(tmp_path / "r.yaml").result_ids == ("issued", "T", "B", "adj")
