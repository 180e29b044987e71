"""What documents state is read within its printed digits, in any unit, at any level, and every fault is told at its line and column."""

import hashlib
import json
import shutil

import pytest
from desk_helpers import TINY, codes, states

import mrvgraph
from engine.audit.desk.statement import printed_step
from engine.cli import main
from engine.commands.desk import desk_of_documents
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError
from equations.units.registry import parse_unit

#: E_fuel = 3.2 tCO2/t times 1.5, 2 and 2 t of diesel.
FUEL = {2018: 4.8, 2019: 6.4, 2020: 6.4}


@pytest.mark.parametrize(("text", "step"), [("12345", 1), ("12.30", 0.01), ("1.2e4", 1000), ("-7", 1), ("0e9", 1), (".5", 0.1), ("3.", 1), ("1.20E-3", 1e-5)])
def test_the_last_digit_is_the_precision(text, step):
    assert float(printed_step(text)) == step


def test_within_half_of_the_last_digit_it_agrees(desk):
    # 4.8 is 4.80 and 5; 6.4 is not 6.44, and cut off to whole tonnes it is 6
    found = desk("claimed: {E_fuel: {values: {2018: 5, 2019: 6.44, 2020: 6.40}}}")

    assert states(found) == {"E_fuel[2018]": "agrees", "E_fuel[2019]": "parts", "E_fuel[2020]": "agrees"}
    assert [one.statement.step for one in found.compared.comparisons] == [1.0, 0.01, 0.01]


def test_cut_off_towards_zero_counts_as_agreement_and_is_said(desk):
    found = desk("claimed: {E_fuel: {values: {2018: 4}}}")

    assert states(found) == {"E_fuel[2018]": "cut off"}
    assert codes(found) == [("A754", "note")]
    assert states(desk("claimed: {E_fuel: {values: {2018: 6}}}")) == {"E_fuel[2018]": "parts"}
    assert states(desk("claimed: {E_fuel: {values: {2018: 4.7}}}")) == {"E_fuel[2018]": "parts"}  # a whole digit off is not cut off


def test_a_unit_is_converted_with_its_digits_and_without_one_the_quantity_s_own_is_meant(desk):
    found = desk("claimed: {E_fuel: [{unit: kgCO2, values: {2018: 4800}}, {values: {2019: 6.4}}]}")

    first, second = found.compared.comparisons
    assert (first.statement.value, first.statement.step) == (4.8, 0.001)
    assert second.statement.unit == "tCO2"
    assert states(found) == {"E_fuel[2018]": "agrees", "E_fuel[2019]": "agrees"}


def test_one_number_for_all_years_is_their_sum(desk):
    found = desk("claimed: {E_fuel: 17.6}")

    assert states(found) == {"E_fuel, all": "agrees"}
    assert found.compared.comparisons[0].ours == pytest.approx(4.8 + 6.4 + 6.4)


def test_a_sum_along_what_at_leaves_open(desk):
    found = desk("claimed: {FC: {at: {year: 2018}, value: 1.5}, P: {at: {forest: E}, value: 0.02}}")

    assert set(states(found).values()) == {"agrees"}


@pytest.mark.parametrize(
    ("claims", "code", "place"),
    [
        ("claimed: {RL_x: 1}", "I502", "project.yaml:13:11"),
        ("claimed: {E_fuel: {values: {2031: 1}}}", "I502", "project.yaml:13:35"),
        ("claimed: {E_fuel: {unit: ha, values: {2018: 1}}}", "I503", "project.yaml:13:26"),
        ('claimed: {E_fuel: {values: {2018: "1,200"}}}', "I505", "project.yaml:13:35"),
        ("claimed: {E_fuel: {values: {2018: 4,8}}}", "I502", "project.yaml:13:38"),  # a comma ends the 4, and 8 is a gap
        ("claimed: {E_fuel: {values: {2018: much}}}", "I505", "project.yaml:13:35"),
        ("claimed: {E_fuel: {values: {2018: {diesel: 1}}}}", "I506", "project.yaml:13:44"),
        ("claimed: {P: 0.05}", "I530", "project.yaml:13:14"),
        ("claimed: [1]", "I506", "project.yaml:13:10"),
        ("claimed: {E_fuel: {page: 3, value: 1}}", "I502", "project.yaml:13:20"),
        ("documents: [report.yaml]", "I509", "report.yaml"),
        ("documents: [../../../report.yaml]", "I522", "project.yaml:13:13"),
        ("documents: [{document: a, samples: {}}]", "I502", "project.yaml:13:27"),
        ("documents: [{document: a}, {document: a}]", "I506", "project.yaml:13:28"),
        ("documents: [{claimed: {RL: 1}}]", "I501", "project.yaml:13:13"),
    ],
)
def test_a_fault_is_told_with_its_place(desk, claims, code, place):
    with pytest.raises(MethodologyError) as told:
        desk(claims)

    assert told.value.code == code
    assert str(told.value.place).endswith(place)
    assert told.value.remedy


def test_a_thousand_is_written_without_a_comma_as_in_values(desk):
    with pytest.raises(MethodologyError, match=r"write 1200 where the comma divides thousands, 1\.200 where"):
        desk('claimed: {RL: {values: {2018: "1,200"}}}')


def test_a_gap_states_nothing(desk):
    found = desk("claimed: {E_fuel: {values: {2018: ____, 2019: 6.4}}}")

    assert list(states(found)) == ["E_fuel[2019]"]


def test_a_place_that_is_a_gap_is_none(desk):
    found = desk("documents: [{document: Report, claimed: {E_fuel: {place: ____, values: {2019: 6.4}}}}]")

    assert [one.statement.source for one in found.compared.comparisons] == ["Report"]


def test_what_the_run_does_not_have_is_not_passed_over(desk):
    found = desk("claimed: {ca: 12, E_fuel: {values: {2018: 4.8}}}")

    assert codes(found) == [("A755", "warning"), ("A754", "note")]


def test_documents_that_state_nothing_are_no_agreement(tiny, desk):
    gaps = "documents: [{document: a, claimed: {E_fuel: {values: {2018: ____}}}}]"
    text = (TINY / "project.yaml").read_text(encoding="utf-8")
    report = mrvgraph.audit(tiny, read_project_text(f"{text}\n{gaps}\n", TINY / "project.yaml"))

    asked, found = next((audit, found) for audit, found in report.audits if audit.id == "documents")
    assert report.answer(asked, found) == "not asked: the documents of the project state no number"
    with pytest.raises(MethodologyError, match="I501"):
        desk_of_documents(report.run, parse_unit, lambda reference: tiny)


DOCUMENT = """document: Monitoring report
version: "2"
date: 2021-03-01
claimed:
  E_fuel: {file: fuel.csv, place: Annex}
  ER_p: {value: 12655.8, place: p. 3}
"""


@pytest.fixture
def folder(tmp_path):
    text = (TINY / "project.yaml").read_text(encoding="utf-8")
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/report.yaml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "papers/fuel.csv").write_text("year,value,place\n2018,4.8,Sheet1!B2\n2019,6.4,\n", encoding="utf-8")
    (tmp_path / "project.yaml").write_text(text + "documents: [papers/report.yaml]\n", encoding="utf-8")
    return tmp_path


def test_a_document_in_a_file_names_page_and_cell(tiny, folder):
    found = mrvgraph.diagnose(tiny, folder / "project.yaml")

    assert [one.statement.source for one in found.compared.comparisons] == [
        "Monitoring report 2 (2021-03-01), Sheet1!B2", "Monitoring report 2 (2021-03-01), Annex", "Monitoring report 2 (2021-03-01), p. 3",
    ]  # fmt: skip
    assert [one.statement.place.line for one in found.compared.comparisons] == [2, 3, 6]


def test_documents_and_their_files_are_part_of_the_receipt(folder, capsys):
    receipt, spec = folder / "receipt.json", folder / "spec"
    shutil.copytree(TINY, spec)
    assert main(["audit", str(spec), str(folder / "project.yaml"), "--receipt", str(receipt)]) == 1
    hashes = {one["name"]: one["sha256"] for one in json.loads(receipt.read_text(encoding="utf-8"))["project_files"]}

    for name in ("papers/report.yaml", "papers/fuel.csv"):
        assert hashes[name] == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    assert main(["verify", str(receipt)]) == 0
    (folder / "papers/report.yaml").write_text(DOCUMENT.replace("12655.8", "12655.9"), encoding="utf-8")
    assert main(["verify", str(receipt)]) == 1
    assert "report.yaml" in capsys.readouterr().out


def test_a_template_with_claims_is_filled_in_and_read(capsys, tmp_path):
    words = ["needs", str(TINY), "--template", "--with", "claims", "--start", "2018-03-12", "--end", "2019-12-31", "--dataset", "stocks"]
    assert main([*words, "--choose", "method=rate"]) == 0
    project, documents = capsys.readouterr().out.split("\n# What other documents", 1)
    filled = project.replace("option: ____", "option: C").replace("____", "0.01") + "\n# What other documents" + documents.replace("document: ____", "document: Report").replace("____", "1")
    (tmp_path / "project.yaml").write_text(filled, encoding="utf-8")

    assert main(["diagnose", str(TINY), str(tmp_path / "project.yaml"), "--json"]) == 1
    stated = json.loads(capsys.readouterr().out)["stated"]
    assert {one["what"] for one in stated} == {"ER_p[MP1]", "RL[2018]", "RL[2019]", "E_fuel[2018]", "E_fuel[2019]"}
    assert {one["document"] for one in stated} == {"Report"}


@pytest.mark.parametrize("part", ["sample", "claims,clams"])
def test_a_template_of_what_cannot_be_stated_yet_is_refused(capsys, part):
    assert main(["needs", str(TINY), "--template", "--with", part]) == 2
    assert capsys.readouterr().err.startswith("I508 there is no template of ")


def test_how_the_table_of_a_document_was_read_is_a_finding(desk, tmp_path):
    shutil.copy(TINY / "project.yaml", tmp_path)
    (tmp_path / "claims.csv").write_text("Year;t;Page\n2018;4,8;3\n2019;6,4;3\nTotal;11,9;\n", encoding="utf-8")
    found = desk("claimed: {E_fuel: {file: claims.csv, columns: {Year: year, t: value, Page: place}}}", folder=tmp_path)

    assert states(found) == {"E_fuel[2018]": "agrees", "E_fuel[2019]": "agrees"}
    assert [one.statement.where for one in found.compared.comparisons] == ["3", "3"]
    assert {("A826", "note"), ("A827", "warning")} <= set(codes(found))
