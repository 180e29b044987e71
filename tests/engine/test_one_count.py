"""One count of findings: each command says what it counts, and the same of the same."""

import json
import re

import pytest

from engine.cli import main
from engine.commands.audit import audited
from engine.report.findings import counted

SPEC, PROJECT = "tests/specs_for_tests/tiny", "tests/specs_for_tests/tiny/project.yaml"


@pytest.fixture(scope="module")
def report():
    return audited(SPEC, PROJECT, {}, {"floor": "zero"})


def said(capsys, *words):
    main([*words, "--reading", "floor=zero"])
    return capsys.readouterr().out


def test_a_run_counts_its_own_findings_and_says_so(report, capsys):
    text = said(capsys, "run", SPEC, PROJECT)
    own = json.loads(said(capsys, "run", SPEC, PROJECT, "--json"))["findings"]
    assert f"\nfindings of the run: {counted(report.run.findings)}; `mrvgraph audit` asks more of it\n" in text
    assert len(own) == len(report.run.findings) < len(report.findings)


def test_an_audit_counts_all_that_its_report_and_its_record_hold(report, capsys):
    text = said(capsys, "audit", SPEC, PROJECT)
    in_table = sum(finding.code == "A716" and finding.severity == "note" for finding in report.findings)
    others = f"; {in_table} of them in the table of readings above" if in_table else ""
    assert f"\nfindings: {counted(report.findings)}{others}\n" in text
    assert len(json.loads(said(capsys, "audit", SPEC, PROJECT, "--json"))["findings"]) == len(report.findings)
    assert len(re.findall(r"(?m)^  [A-Z]\d{3} ", text[text.index("\nfindings: ") :])) == len(report.findings) - in_table
