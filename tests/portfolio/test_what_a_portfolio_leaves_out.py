"""A portfolio says that it judges no rules, and takes no result from a project that states it."""

import json

import pytest

from engine.cli import main

SPEC = """
methodology: {id: T, version: "1", title: Portfolio, result: R, report: [W]}
quantities:
  - {id: A, symbol: A, meaning: activity, unit: tCO2, kind: monitored}
  - {id: R, symbol: R, meaning: result, unit: tCO2, kind: computed}
  - {id: W, symbol: W, meaning: result in whole tonnes, unit: tCO2, kind: computed, role: issued}
equations:
  - {id: r, number: 1, defines: R, formula: 2 * A}
  - {id: w, number: 2, defines: W, formula: floor(R)}
rules:
  - {id: positive, statement: reductions are above zero, condition: R > 0, severity: error, editorial: for the test}
"""
PROJECT = "project: {name: p}\noperation: {start: 2024-01-01, end: 2024-12-31}\nvalues:\n  A: {unit: tCO2, value: -1.25}\n"


@pytest.fixture
def files(tmp_path):
    def write(name, more=""):
        (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
        (tmp_path / name).write_text(PROJECT + more, encoding="utf-8")
        return str(tmp_path / "spec.yaml"), str(tmp_path / name)

    return write


def test_it_says_that_rules_are_not_judged(files, capsys):
    assert main(["portfolio", *files("p.yaml"), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["projects"][0]["result"] == -2.5
    assert said.err.endswith("the 1 rule of the methodology is not judged in a portfolio: `mrvgraph run` judges a project\n")


def test_a_result_that_a_project_states_is_an_error_there_too(files, capsys):
    words = files("p.yaml", "  R: {unit: tCO2, value: 99}\n")
    assert main(["portfolio", *words, "--json"]) == 1
    [outcome] = json.loads(capsys.readouterr().out)["projects"]
    assert outcome["result"] is None and [error["code"] for error in outcome["errors"]] == ["A704"]
    assert outcome["errors"][0]["line"] == 5
    assert main(["run", *words]) == 1


def test_whole_tonnes_that_a_project_states_are_an_error_of_a_run(files, capsys):
    assert main(["run", *files("p.yaml", "  W: {unit: tCO2, value: 99}\n"), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert ("A704", "error", "W") in [(f["code"], f["severity"], f["subject"]) for f in found]
