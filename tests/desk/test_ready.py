"""The completeness check before a submission: what would be returned, what will be asked, what is not there."""

import json

import pytest
from desk_helpers import TINY

import mrvgraph
from engine.cli import main
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError

TEXT = (TINY / "project.yaml").read_text(encoding="utf-8").replace("illustrative: yes", "illustrative: no")
DESIGN = """
claimed: {ER_p: 25676.1}
cross_checks: [{of: RL, along: year, growth: 50 %}]
registered:
  fixed: {P: {values: {E: 0.02, D: 0.03}}}
  monitored: {FC: {frequency: monthly, sources: [invoices]}}
"""


@pytest.fixture
def ready(tiny):
    return lambda text: mrvgraph.ready(tiny, read_project_text(text, TINY / "project.yaml"))


def codes(findings):
    return sorted({finding.code for finding in findings})


def test_a_submission_that_holds_all_is_ready(ready):
    found = ready(TEXT.replace("source: invoices", "source: invoices, frequency: monthly") + DESIGN)

    assert found.is_ready and not found.returned and not found.absent
    assert codes(found.asked) == ["A706"]


def test_what_is_not_there_is_named_with_what_to_add(ready):
    found = ready(TEXT)

    assert found.is_ready
    assert [one.why for one in found.absent] == [
        "the project names no document", "no document of the project holds its registered design",
        "neither the methodology nor the project states a cross-check",
    ]  # fmt: skip
    assert "--with claims" in found.absent[0].remedy and "--with design" in found.absent[1].remedy


def test_findings_that_return_it_and_those_that_are_asked(ready):
    found = ready(TEXT.replace("source: invoices", "comments: none") + DESIGN.replace("E: 0.02", "E: 0.01"))

    assert codes(found.returned) == ["A706", "A756", "A763"]
    assert "A760" in codes(found.asked)  # whether it comes from invoices cannot be told


def test_a_project_that_cannot_be_run_is_not_ready_and_every_fault_is_told(ready):
    found = ready(TEXT.replace("2018: 1.5, ", "").replace("0.02", "____"))

    assert found.run is None
    assert codes(found.returned) == ["I501"]
    assert len(found.returned) == 2
    broken = ready(TEXT + "documents: [{document: a, claimed: {RL: much}}]")
    assert broken.run is not None and codes(broken.returned) == ["I505"]


def test_a_methodology_that_does_not_hold_is_no_fault_of_the_project(tmp_path):
    text = (TINY / "methodology.yaml").read_text(encoding="utf-8").replace("formula: 'dCS[y] * 44/12'", "formula: 'dCS[y]'")
    (tmp_path / "methodology.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(MethodologyError) as error:
        mrvgraph.ready(str(tmp_path), TINY / "project.yaml")
    assert error.value.code == "A741"


def test_the_command_says_it_by_its_exit_code(capsys):
    assert main(["ready", str(TINY), str(TINY / "project.yaml")]) == 1
    said = capsys.readouterr().out
    assert "would be returned (1)" in said and "A721" in said
    assert said.rstrip().endswith("not ready: 1 thing would be returned")
    assert main(["ready", str(TINY), str(TINY / "project.yaml"), "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert (record["ready"], [one["code"] for one in record["returned"]]) == (False, ["A721"])
    assert record["absent"][0]["why"] == "the project names no document"
