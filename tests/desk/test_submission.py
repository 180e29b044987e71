"""The submission of docs/auditing.md: each of its six faults is found, and nothing is open once they are mended. Numbers are computed by hand."""

from pathlib import Path

import pytest

import mrvgraph
from engine.audit.receipts.opinion import opinion_of

FOLDER = Path(__file__).resolve().parents[2] / "docs/examples/submission"


def page_says(project, word):
    """Whether docs/auditing.md shows this opinion on a project of the folder."""
    command = f"$ mrvgraph statement docs/examples/submission docs/examples/submission/{project} -o statement.json"
    return f"{command}\nstatement.json written; opinion: {word}\n" in (FOLDER.parents[1] / "auditing.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def spec():
    return mrvgraph.load(FOLDER)


def test_six_faults_are_found_with_what_they_move(spec):
    audit = mrvgraph.audit(spec, FOLDER / "project.yaml")
    # 5,006 MWh delivered less 34.6 taken, at 0.672; 292 t of methane at 28
    assert audit.run.total == pytest.approx((5006 - 34.6) * 0.672 + 292 * 28)
    found = {(finding.code, finding.subject): finding.moves for finding in audit.findings if finding.severity != "note"}
    assert found.pop(("A721", "Gas of a landfill")) is None
    moves = {
        ("A810", "M"): (31 - 55) * 28,  # the least that was measured
        ("A820", "fifth"): 292 * (25 - 28),
        ("A756", "EF"): (0.652 - 0.672) * (5006 - 34.6),
        ("A814", "EG_out"): 5006 / 5 * 0.672,  # the mean of five months
    }
    assert {key: found.pop(key) for key in moves} == {key: pytest.approx(value) for key, value in moves.items()}
    # the net is a sum: 5,006 + 34.6; and two documents claim two results
    assert set(found) == {("A750", "EG"), ("A750", "ER"), ("A752", "ER")}
    assert "Eq. 1: + EG_in" in next(finding.evidence for finding in audit.findings if finding.code == "A750")
    opinion = opinion_of(audit, 0.05)
    assert (opinion.word, opinion.claimed) == ("adverse", pytest.approx(11653 - audit.run.total))
    assert page_says("project.yaml", opinion.word)


def test_once_they_are_mended_nothing_is_open(spec):
    audit = mrvgraph.audit(spec, FOLDER / "mended.yaml")
    # 5,604 - 34.6 MWh at 0.652, 268 t of methane at 25
    assert audit.run.total == pytest.approx(5569.4 * 0.652 + 268 * 25)
    assert [finding.code for finding in audit.findings if finding.severity != "note"] == ["A721"]
    opinion = opinion_of(audit, 0.05)
    assert (opinion.word, opinion.warnings, opinion.warnings_not_measured) == ("unqualified", 0, 1)
    assert page_says("mended.yaml", "unqualified")
