"""`mrvgraph export`: a finished run in the tables of a registry. What a table says is compared with the example's own numbers, cell by cell."""

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest

import mrvgraph
from engine.cli import main
from engine.report.registry.recorded_run import day_of
from equations.errors import MethodologyError

EXAMPLES = Path("methodology_specs/ART62_LEDGER/examples").resolve()
TEXTS = EXAMPLES / "two_parties_texts.yaml"
IDS = ("First ID", "Last ID")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.json"
    assert main(["run", "ART62_LEDGER@0.1", str(EXAMPLES / "two_parties.yaml"), "-o", str(path)]) == 0
    return path


def table(folder, name):
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def texts(folder, **changes):
    """Write the texts of the example, some of them changed."""
    found = TEXTS.read_text(encoding="utf-8")
    for key, value in changes.items():
        found = re.sub(f"^{key}: .*$", f"{key}: {value}", found, flags=re.MULTILINE)
    path = folder / "texts.yaml"
    path.write_text(found, encoding="utf-8")
    return path


def actions(recorded, folder, party, year):
    mrvgraph.export(recorded, "aef", folder, texts=texts(folder, submitting_party=party, reported_year=f'"{year}"'))
    return [(row["Action date"], row["Action type"], row["Vintage"], row["Quantity (t CO2 eq)"]) for row in table(folder, "aef_3_actions.csv")]


def test_each_party_reports_its_own_actions_of_the_year(recorded, tmp_path):
    assert actions(recorded, tmp_path, "HST", 2028) == [("2028-06-30", "First transfer", "2025", "4920"), ("2028-06-30", "First transfer", "2026", "7200")]
    assert actions(recorded, tmp_path, "USR", 2028) == [("2028-06-30", "Acquisition", "2025", "4920"), ("2028-06-30", "Acquisition", "2026", "7200")]
    assert actions(recorded, tmp_path, "HST", 2030) == [("2030-05-20", "Cancellation", "2026", "500")]
    assert actions(recorded, tmp_path, "USR", 2030) == [("2030-12-31", "Use", "2026", "7000"), ("2030-12-31", "Use", "2027", "9480")]


def test_holdings_are_those_at_the_end_of_the_year(recorded, tmp_path):
    def held(year):
        mrvgraph.export(recorded, "aef", tmp_path, texts=texts(tmp_path, reported_year=f'"{year}"'))
        return {row["Vintage"]: row["Quantity (t CO2 eq)"] for row in table(tmp_path, "aef_4_holdings.csv")}

    assert held(2027) == {}
    assert held(2028) == {"2025": "4920", "2026": "7200"}
    assert held(2029) == {"2026": "7200", "2027": "9480"}
    assert held(2030) == {"2026": "200"}


def test_the_authorization_has_dates_quantity_and_years(recorded, tmp_path):
    mrvgraph.export(recorded, "aef", tmp_path, texts=TEXTS)
    (row,) = table(tmp_path, "aef_2_authorizations.csv")
    assert (row["Date of authorization"], row["Authorized quantity"], row["Authorized timeframe"]) == ("2024-11-04", "40000", "2021 - 2030")
    assert row["Authorization ID"] == "A-0000" and row["Authorization documentation"] == ""
    assert day_of("A_date", 20031, "day") == date(2024, 11, 4)


def test_what_is_not_known_is_a_gap_and_never_made_up(recorded, tmp_path):
    outcome = mrvgraph.export(recorded, "aef", tmp_path, texts=TEXTS)
    assert {gap.column for gap in outcome.gaps} == set(IDS)
    assert all(row[head] == "" for row in table(tmp_path, "aef_3_actions.csv") for head in IDS)
    gaps = table(tmp_path, "gaps.csv")
    assert [(gap["table"], gap["line"], gap["column"]) for gap in gaps][:2] == [("Table 3: Actions", "1", "First ID"), ("Table 3: Actions", "1", "Last ID")]
    without = mrvgraph.export(recorded, "aef", tmp_path)
    assert {"texts.submitting_party", "texts.reported_year"} <= {gap.wanted for gap in without.gaps if gap.line == 0}
    assert table(tmp_path, "aef_3_actions.csv") == []  # whose actions, and of which year, is not said


def test_files_are_as_platforms_take_them(recorded, tmp_path):
    mrvgraph.export(recorded, "aef", tmp_path, texts=TEXTS)
    for name in ("aef_1_submission.csv", "aef_3_actions.csv", "aef_5_authorized_entities.csv"):
        content = (tmp_path / name).read_bytes()
        assert content.startswith(b"\xef\xbb\xbf") and content.endswith(b"\r\n") and content.count(b"\n") == content.count(b"\r\n")
    assert len((tmp_path / "aef_5_authorized_entities.csv").read_text("utf-8-sig").splitlines()) == 1  # an empty table keeps its head
    heads = {name: len((tmp_path / name).read_text("utf-8-sig").splitlines()[0].split(",")) for name in sorted(p.name for p in tmp_path.glob("aef_*"))}
    assert list(heads.values()) == [9, 19, 27, 16, 8]


def test_a_cell_is_no_formula_of_a_spreadsheet(recorded, tmp_path):
    mrvgraph.export(recorded, "aef", tmp_path, texts=texts(tmp_path, registry='"=1+1"'))
    assert table(tmp_path, "aef_3_actions.csv")[0]["Party ITMO registry ID"] == "'=1+1"


def test_blocks_of_units_add_up_to_what_is_certified(recorded, tmp_path):
    mrvgraph.export(recorded, "units", tmp_path, texts=TEXTS)
    rows = table(tmp_path, "units.csv")
    assert [(row["vintage"], row["units"]) for row in rows] == [
        ("2025", "8200"), ("2026", "12101"), ("2027", "15800"), ("2028", "17400"), ("2029", "17400"), ("2030", "16901")]  # fmt: skip
    assert {(row["monitoring_period"], row["period_start"], row["period_end"]) for row in rows} == {("1", "2025-01-01", "2027-12-31"), ("2", "2028-01-01", "2030-12-31")}
    assert [sum(int(row["units"]) for row in rows if row["monitoring_period"] == period) for period in "12"] == [36_101, 51_701]
    record = json.loads(recorded.read_text("utf-8"))
    assert {(row["spec_sha256"], row["project_sha256"]) for row in rows} == {(record["methodology"]["hash"], record["project"]["sha256"])}


def test_a_methodology_without_a_mapping_gives_its_result_in_whole_units(tmp_path):
    run = tmp_path / "run.json"
    assert main(["run", "tests/specs_for_tests/tiny", "tests/specs_for_tests/tiny/project.yaml", "-o", str(run)]) == 0
    outcome = mrvgraph.export(run, "units", tmp_path)
    whole = json.loads(run.read_text("utf-8"))["whole_units"]["values"]
    rows = table(tmp_path, "units.csv")
    assert [(row["monitoring_period"], row["units"]) for row in rows] == [(cell["period"], str(cell["value"])) for cell in whole]
    assert {row["unit"] for row in rows} == {"tCO2"}
    assert "vintage" in {gap.column for gap in outcome.gaps}  # of periods of several years no vintage is known


def test_a_line_of_which_nothing_says_whose_it_is_is_a_gap(recorded, tmp_path):
    given = tmp_path / "texts.yaml"
    given.write_text(TEXTS.read_text(encoding="utf-8").replace(", userland: USR", ""), encoding="utf-8")
    gaps = mrvgraph.export(recorded, "aef", tmp_path, texts=given).gaps
    assert [(gap.line, gap.column, gap.wanted) for gap in gaps] == [
        (0, "the line of X_u[use_2, 2026, userland]", "texts.party[party]"), (0, "the line of X_u[use_2, 2027, userland]", "texts.party[party]"),
        (0, "the line of H_t[userland, 2026, 2030]", "texts.party[party]"),
    ]  # fmt: skip


def test_a_transfer_without_a_date_is_a_gap(recorded, tmp_path):
    run = changed(recorded, tmp_path, lambda r, q: r["dates"]["transfer"].pop("transfer_2"))
    gaps = mrvgraph.export(run, "aef", tmp_path, texts=texts(tmp_path, reported_year='"2029"')).gaps
    assert ("the line of X[transfer_2, 2027, userland]", "transfer.year") in {(gap.column, gap.wanted) for gap in gaps}


def test_a_member_that_looks_like_a_year_is_none(recorded, tmp_path):
    def with_plots(r, q):
        q["W"].update(indices=["plot", "year"], index_sets=["plot", "year"])
        for cell in q["W"]["values"]:
            cell["plot"] = "2029"

    mrvgraph.export(changed(recorded, tmp_path, with_plots), "units", tmp_path, texts=TEXTS)
    assert [row["monitoring_period"] for row in table(tmp_path, "units.csv")] == ["1", "1", "1", "2", "2", "2"]


@pytest.mark.parametrize(("number", "code"), [(1e12, "I504 A_date is 1e+12 days"), (20031.5, "I504 A_date is 20031.5 days")])
def test_what_is_no_date_is_no_day(recorded, tmp_path, number, code):
    with pytest.raises(MethodologyError, match=re.escape(code)):
        mrvgraph.export(changed(recorded, tmp_path, lambda r, q: q["A_date"]["values"][0].update(value=number)), "aef", tmp_path, texts=TEXTS)


STOCK = """
methodology: {id: S, version: "1", title: Stock, status: illustrative, result: E}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: F, symbol: F, meaning: stock, indices: [year], unit: tCO2, kind: monitored}
  - {id: E, symbol: E, meaning: removals so far, indices: [year], unit: tCO2, kind: computed, over_years: last}
equations: [{id: e, number: 1, defines: 'E[y]', formula: 'F[y]'}]
"""
STOCK_PROJECT = """
project: {name: m}
operation: {start: 2020-01-01, end: 2022-12-31}
values: {F: {unit: tCO2, values: {2020: 100.5, 2021: 141.2, 2022: 190.9}}}
"""


def test_of_a_stock_years_are_no_blocks_that_add_up(tmp_path):
    # 190 can be issued; 100 + 141 + 190 would be issued for the three years
    for name, text in (("methodology", STOCK), ("project", STOCK_PROJECT)):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert main(["run", str(tmp_path), str(tmp_path / "project.yaml"), "-o", str(tmp_path / "run.json")]) == 0
    with pytest.raises(MethodologyError, match="I504 the blocks come to 431 units, and the run to 190"):
        mrvgraph.export(tmp_path / "run.json", "units", tmp_path / "tables")


def changed(recorded, folder, change):
    """Write a run in which something was changed."""
    record = json.loads(recorded.read_text("utf-8"))
    quantities = {quantity["id"]: quantity for quantity in record["quantities"]}
    change(record, quantities)
    path = folder / "changed.json"
    path.write_text(json.dumps(record), encoding="utf-8")
    return path


@pytest.mark.parametrize(("change", "code"), [
    (lambda r, q: q["W"]["values"][0].update(value=8200.5), "I504 units: 2025 is 8200.5, not a whole number"),
    (lambda r, q: q["W"]["values"][0].update(value=-3), "I504 units: 2025 is -3, below zero"),
    (lambda r, q: r["quantities"].remove(q["W"]), "I502 the run has no W"),
    (lambda r, q: r.update(format="mrvgraph-run/0"), "I509 the file is not a run"),
    (lambda r, q: r.pop("quantities"), "I509 the file is not a run"),
    (lambda r, q: q["W"].pop("values"), "I509 the file is not a run"),
    (lambda r, q: q["W"]["values"][0].pop("year"), "I509 the file is not a run"),
    (lambda r, q: q["W"]["values"].append(dict(q["W"]["values"][0])), "I509 the file is not a run"),
    (lambda r, q: q["W"]["values"][0].update(value="many"), "I509 the file is not a run"),
    (lambda r, q: r["dates"]["period"].update({"1": ["2025-01-01", "today"]}), "I509 the file is not a run"),
    (lambda r, q: r["methodology"].pop("hash"), "I509 the file is not a run"),
    (lambda r, q: r.update(tools=["a"]), "I509 the file is not a run"),
    (lambda r, q: r.update(result="X"), "I509 the file is not a run"),
])  # fmt: skip
def test_a_run_that_gives_no_units(recorded, tmp_path, change, code):
    with pytest.raises(MethodologyError) as error:
        mrvgraph.export(changed(recorded, tmp_path, change), "units", tmp_path / "tables")
    assert str(error.value).startswith(code)
    assert not (tmp_path / "tables").exists()


def test_a_quantity_in_another_unit_is_not_converted_in_silence(recorded, tmp_path):
    run = changed(recorded, tmp_path, lambda r, q: q["A"].update(unit="ktCO2e"))
    with pytest.raises(MethodologyError, match="I503 Authorized quantity: letter_1 is in ktCO2e, and the column in tCO2e"):
        mrvgraph.export(run, "aef", tmp_path, texts=TEXTS)


def test_a_text_that_nobody_asks_for_is_refused(recorded, tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text("sector: Transport\nparty: {userlnd: USR}\n", encoding="utf-8")
    with pytest.raises(MethodologyError) as error:
        mrvgraph.export(recorded, "aef", tmp_path, texts=path)
    assert "no column asks for 'sector'" in str(error.value) and "did you mean sectors" in str(error.value)
    assert "the run has no member 'userlnd', for which party is given" in str(error.value)


@pytest.mark.parametrize(("text", "code"), [
    ("aef: [{table: action, of: X, columns: {}}]", "S107 there is no table 'action'"),
    ("aef: [{table: actions, of: X, columns: {vintag: a}}]", "S103 'vintag' is not known of the columns of the table"),
    ("afe: []", "S103 'afe' is not known of a mapping"),
    ("aef: [{table: actions, columns: {}, whole_units: perhaps}]", "S105 whole_units is yes or no"),
    ("aef: {table: actions}", "S105 a list is wanted here"),
    ("aef: [{table: actions, of: X, columns: {quantity: '{value} t'}}]", "S105 quantity is '{value} t'"),
    ("aef: [{table: authorizations, of: A, columns: {date: '{texts.x[year]}'}}]", "I502 {texts.x[year]}: the numbers of the line have no year"),
    ("aef: [{table: authorizations, of: A, columns: {date: '{A.day}'}}]", "I503 A is in tCO2e, and no date"),
    ("aef: [{of: X, columns: {}}]", "S104 table must be a text"),
])  # fmt: skip
def test_a_mapping_with_a_fault(recorded, tmp_path, text, code):
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MethodologyError, match=re.escape(code)):
        mrvgraph.export(recorded, "aef", tmp_path, mapping=path)


def test_a_run_with_errors_is_told(recorded, tmp_path, capsys):
    run = changed(recorded, tmp_path, lambda r, q: r["findings"].append({"code": "A701", "severity": "error"}))
    assert main(["export", str(run), "--to", "units", "-o", str(tmp_path / "u")]) == 1
    assert "the run has 1 finding of severity error" in capsys.readouterr().out
