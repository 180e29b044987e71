"""A template that is filled in leads to a clean audit, under each choice; for every rulebook of the library: filled_template.py."""

import re
from pathlib import Path

import pytest
from filled_template import OF_NUMBERS, filled, findings_of, settings_of

from engine.audit.audits import audit_findings
from engine.commands.session import open_session
from engine.commands.switches import pairs
from engine.explain.template import project_template
from engine.plan.spec_setting import named_setting
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError

TINY = "tests/specs_for_tests/tiny"


@pytest.mark.parametrize("spec", [TINY, "VCS_UDA@0.1"])
def test_a_template_filled_in_mechanically_has_a_clean_audit(spec):
    session = open_session(spec)
    settings = list(settings_of(session.methodology))
    assert len(settings) >= 1 + max((len(choice.values) - 1 for choice in session.methodology.choices), default=0)
    assert [finding for choices in settings for finding in findings_of(session, choices)] == []


@pytest.fixture(scope="module")
def tiny():
    session = open_session(TINY)
    setting = named_setting(session.methodology, {"method": "rate"}, {}, "2024-01-01", "2025-12-31", {})
    return session, project_template(session.methodology, setting, datasets=("stocks",))


def test_what_is_asked_of_a_monitored_number_has_a_gap_and_a_gap_says_nothing(tiny):
    session, text = tiny
    block = text[text.index("  FC:") :]
    assert re.search(r"source: ____\n    monitoring_option: ____ .*\n    method: ____\n    frequency: ____\n", block)

    half = filled(session.methodology, text).replace("monitoring_option: B", "monitoring_option: ____").replace("method: counted", "method: ____")
    run = session.run(read_project_text(half, Path("p.yaml")))
    said = {finding.what for _, found in audit_findings(run) for finding in found if finding.code == "A706"}
    assert said == {"the monitored FC does not say its monitoring option, method"}


def test_an_open_template_names_every_missing_number_and_no_other_fault(tiny):
    session, text = tiny
    with pytest.raises(MethodologyError) as told:
        session.run(read_project_text(text, Path("p.yaml")))
    assert {error.code for error in getattr(told.value, "errors", (told.value,))} == {"I501"}


def test_the_numbers_are_never_what_a_template_is_asked_about():
    """What the filler passes over is about numbers alone."""
    assert not OF_NUMBERS & {"A703", "A704", "A705", "A706", "A714", "A715", "A717", "A718", "A723", "A724", "A740"}


LEGEND = """
methodology: {id: T, version: "1", title: Classes, result: R}
index_sets:
  - {id: class, letters: [i], members: [E, {id: SE, name: Semi-evergreen}], meaning: class of forest}
  - {id: part, letters: [j], project: must-list, meaning: part}
  - {id: some, subset_of: part, project: must-list, meaning: some parts}
  - {id: year, kind: year, letters: [y]}
relations: [{id: lies_in, over: [class, part], meaning: parts that have a class}]
quantities:
  - {id: A, symbol: A, meaning: area, indices: [class, part], on: lies_in, unit: ha, kind: fixed_ex_ante}
  - {id: B, symbol: B, meaning: mean area, unit: ha, kind: fixed_ex_ante}
  - {id: R, symbol: R, meaning: result, unit: ha, kind: computed}
equations:
  - {id: r, defines: R, formula: 'Sum(i, j, A[i, j]) + B + Sum(i, j in some, A[i, j])'}
  - {id: b, defines: B, formula: 'Sum(i, j, A[i, j]) / 2'}
"""


def test_members_have_a_legend_and_combinations_and_other_ways_are_named(tmp_path):
    (tmp_path / "s.yaml").write_text(LEGEND, encoding="utf-8")
    session = open_session(tmp_path / "s.yaml")
    none = project_template(session.methodology, named_setting(session.methodology, {}, {}, "2024-01-01", "2024-12-31", pairs(["part="], "members")))
    assert "\n  part: []   # part\n" in none and "\n  some: []   # some parts\n" in none
    text = project_template(session.methodology, named_setting(session.methodology, {}, {}, "2024-01-01", "2024-12-31", {"part": "north,south"}))

    assert "\n# class: SE Semi-evergreen\n" in text
    assert "\n  some: [north]   # some parts\n" in text
    assert "\nrelations:\n  lies_in: {E: [north, south], SE: [north, south]}   # class, part: parts that have a class\n" in text
    assert "\n  # in its place: b from A\n" in text
    run = session.run(read_project_text(filled(session.methodology, text), Path("p.yaml")))
    assert [finding.code for finding in run.findings if finding.code == "A724"] == []
