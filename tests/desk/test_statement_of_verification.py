"""The statement of a verification: the opinion by materiality, the file that tells which byte was changed, the page. Numbers are computed by hand.

Of the small project ER_p is 25,676.103 tCO2: the total of the desk's other tests.
"""

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
from desk_helpers import TINY

import mrvgraph
from engine.audit.receipts.opinion import claimed_difference, opinion_of
from engine.audit.receipts.statement_file import compare_statements, field_hash, read_statement, statement_text
from engine.audit.receipts.verification import Verification
from engine.cli import main
from engine.project.project_file import read_project_text

CLAIMED = Path(__file__).resolve().parents[2] / "docs/examples/claimed"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a submission that claims 64,184 t where 63,088.90 come out, and its statement."""
    found = tmp_path_factory.mktemp("statement")
    shutil.copytree(CLAIMED, found / "claimed")
    audit = mrvgraph.audit(found / "claimed", found / "claimed/project.yaml")
    mrvgraph.statement(audit, found / "statement.json", verifier="A. Verifier", date="2026-11-01", spec=str(found / "claimed"))
    return found, audit


@pytest.mark.parametrize(("materiality", "word"), [(0.05, "qualified"), (0.01, "adverse")])
def test_the_opinion_follows_from_what_is_claimed(folder, materiality, word):
    # 64,184 less 63,088.90158800001; 5 % are 3,154.445, 1 % is 630.889
    opinion = opinion_of(folder[1], materiality)
    assert claimed_difference(folder[1]) == pytest.approx(1095.098412)
    assert (opinion.word, opinion.threshold) == (word, pytest.approx(materiality * 63088.901588))
    assert (opinion.open_errors, opinion.not_measured) == (2, 0)
    # EG_in of 2017 is 0.9 MWh less as stated, at 0.652 tCO2/MWh
    assert opinion.errors == pytest.approx(0.9 * 0.652)


def test_nothing_open_is_unqualified_where_something_is_claimed(tiny):
    audit = mrvgraph.audit(TINY, TINY / "project.yaml")
    assert (opinion_of(audit, 0.05).word, opinion_of(audit, 0.05).claimed) == ("disclaimed", None)
    text = f"{(TINY / 'project.yaml').read_text(encoding='utf-8')}claimed: {{ER_p: {{value: 25676.103}}}}\n"
    assert opinion_of(mrvgraph.audit(tiny, read_project_text(text, TINY / "project.yaml")), 0.05).word == "unqualified"


@pytest.mark.parametrize("claim", ["[{value: 25700, place: p. 1}, {value: 25700, place: p. 9}]", "[{value: 25700}, {values: {all: 25700}}]"])
def test_what_a_document_states_twice_is_claimed_once(tiny, claim):
    # 25,700 less 25,676.103, on two pages, and as the total and as that of the one period
    text = f"{(TINY / 'project.yaml').read_text(encoding='utf-8')}claimed: {{ER_p: {claim}}}\n"
    audit = mrvgraph.audit(tiny, read_project_text(text, TINY / "project.yaml"))
    assert claimed_difference(audit) == pytest.approx(23.897, abs=1e-3)


def test_a_statement_comes_out_again(folder):
    outcome = mrvgraph.verify(folder[0] / "statement.json")
    assert outcome.holds, outcome.differences
    assert outcome.counts["open findings"][0] > 0


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("A. Verifier", "B. Verifier", "verifier"),
        ("2026-11-01", "2026-11-02", "date"),
        ('"opinion": "qualified"', '"opinion": "unqualified"', "opinion"),
        ('"errors": 2', '"errors": 0', "opinion"),
        ("63088.90", "64088.90", "results"),
        ("another input", "agrees", "compared"),
        ('"fields": {', '"fields":  {', "layout or hashes"),
    ],
)
def test_whoever_changes_a_byte_is_told_which_field(folder, old, new, field):
    text = (folder[0] / "statement.json").read_text(encoding="utf-8")
    assert old in text
    (folder[0] / "changed.json").write_text(text.replace(old, new, 1), encoding="utf-8")
    _, changed = read_statement(folder[0] / "changed.json")
    assert [(one.kind, one.name) for one in changed] == [("field of the statement", field)]
    if field == "verifier":  # what no run can tell
        assert [one.name for one in mrvgraph.verify(folder[0] / "changed.json").differences] == ["verifier"]


def test_a_file_that_was_changed_is_named(folder, tmp_path):
    shutil.copytree(folder[0], tmp_path / "copy")
    report = tmp_path / "copy/claimed/report.yaml"
    report.write_text(report.read_text(encoding="utf-8") + "# one more line\n", encoding="utf-8")
    outcome = mrvgraph.verify(tmp_path / "copy/statement.json")
    assert [(one.kind, one.name) for one in outcome.differences] == [("project file", "report.yaml")]
    assert "not looked into" in outcome.failed


def test_a_forger_who_mends_the_hashes_is_told_by_the_run(folder):
    record = json.loads((folder[0] / "statement.json").read_text(encoding="utf-8"))
    record["opinion"]["opinion"] = "unqualified"
    record.pop("digest")
    record["fields"]["opinion"] = field_hash(record["opinion"])
    (folder[0] / "forged.json").write_text(statement_text(record), encoding="utf-8")
    (only,) = mrvgraph.verify(folder[0] / "forged.json").differences
    assert (only.kind, only.name, only.recorded, only.found) == ("statement", "opinion.opinion", "unqualified", "qualified")


def test_a_field_that_was_left_out_is_told():
    outcome = Verification("statement.json", "subject")
    compare_statements(outcome, {"date": "2026-11-01"}, {"date": "2026-11-01", "tools": [{"id": "TOOL"}]})
    assert [(one.name, one.recorded, one.found) for one in outcome.differences] == [("tools.1.id", "nothing", "TOOL")]


def test_the_page_says_it_all_and_the_file_belongs_to_it(folder):
    path, audit = folder
    mrvgraph.statement(audit, path / "statement.html", verifier="A. Verifier", date="2026-11-01", spec=str(path / "claimed"))
    page = re.sub("<[^>]*>", "", (path / "statement.html").read_text(encoding="utf-8"))
    for said in ("Opinion: qualified", "A. Verifier", "63,088.902", "In what state is each number", "+1,095.1 tCO2", "Signature", "No result can rest on them",
                 hashlib.sha256((path / "statement.json").read_bytes()).hexdigest()):  # fmt: skip
        assert said in page, said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "statement.txt"], "I520 the ending of statement.txt says no format"),
        (["-o", "statement.json", "--materiality", "5"], "I511 '5' is no materiality threshold"),
        (["-o", "statement.json", "--date", "1 May"], "I507 '1 May' is no day"),
    ],
)
def test_what_cannot_be_stated_is_told(arguments, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["statement", str(TINY), str(TINY / "project.yaml"), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_the_command_line(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder[0])
    assert main(["statement", "claimed", "claimed/project.yaml", "-o", "again.json", "--date", "2026-11-01", "--materiality", "1 %"]) == 1
    assert capsys.readouterr().out == "again.json written; opinion: adverse\n"
    assert main(["verify", "again.json"]) == 0
    assert "verified: again.json" in capsys.readouterr().out
    (folder[0] / "other.json").write_text('{"format": "mrvgraph-statement/1", "more": 1}', encoding="utf-8")
    assert main(["verify", "other.json"]) == 2
    assert "I523 the file is not a statement" in capsys.readouterr().err
