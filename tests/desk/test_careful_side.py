"""What is said to be conservative against the direction of the input; every number of tonnes by hand.

E = 40 - (F[old] + F[new]) (273 + T) / 273 with F = 2, 3 and T = 27.3: a unit of F is 1.1, a degree 5 / 273.
"""

import pytest
from desk_helpers import WAYS_PROJECT

import mrvgraph
from engine.audit.careful_side import audit_careful_side
from engine.project.project_file import read_project_text


@pytest.fixture
def found(ways_run):
    """Return a function: the findings of the question, with other lines of the project file."""

    def of(*replacements):
        text = WAYS_PROJECT
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        report = mrvgraph.audit(ways_run.methodology, read_project_text(text, ways_run.project.path))
        return next(findings for audit, findings in report.audits if audit.id == "careful_side"), report

    return of


def codes(findings):
    return [(finding.code, finding.severity, finding.subject) for finding in findings]


def test_nothing_said_is_not_asked(found):
    findings, report = found()

    assert findings == ()
    assert "no number is called conservative or replaces another" in report.why_not_asked(next(a for a, _ in report.audits if a.id == "careful_side"))


def test_a_substitute_on_the_wrong_side_is_told_with_its_tonnes(found):
    """F[old] 2 and F[new] 3, each in place of 5: 5 units less of fuel are 5.5 less."""
    line = "F: {values: {old: 2, new: 3}, "
    (finding,), _ = found((line, line + "instead_of: 5, "))
    (claimed,), _ = found((line, line + "instead_of: 5, conservative: yes, "))

    assert codes([finding, claimed]) == [("A792", "warning", "F"), ("A790", "error", "F")]
    assert "F[old] = 2 instead of 5" in finding.evidence and "-5.5" in finding.evidence
    assert claimed.place.line == WAYS_PROJECT[: WAYS_PROJECT.index("F: {")].count("\n") + 1


def test_the_other_side_is_careful(found):
    (finding,), _ = found(("T: {value: 27.3, ", "T: {value: 27.3, instead_of: 20, conservative: yes, "))

    assert codes([finding]) == [("A793", "note", "T")]
    assert "+0.1337" in finding.evidence or "+0.134" in finding.evidence, finding.evidence  # 5 * 7.3 / 273


def test_a_side_that_is_said_is_held_against_the_direction(found):
    (wrong,), _ = found(("B: {value: 40.5, source: s}", "B: {value: 40.5, source: s, conservative: high}"))
    (right,), _ = found(("B: {value: 40.5, source: s}", "B: {value: 40.5, source: s, comments: the lower of two counts is conservative}"))

    assert codes([wrong, right]) == [("A790", "error", "B"), ("A793", "note", "B")]


def test_words_that_name_a_quantity_or_deny_it_are_no_side(found):
    line = "F: {values: {old: 2, new: 3}, source: "
    (open_,), _ = found((f"{line}s", f"{line}conservative estimate by the lower heating value"))
    denied, _ = found((f"{line}s", f"{line}the lowest of three is not conservative"))

    # F lowers the result, so "taken low" would have been an error
    assert codes([open_]) == [("A791", "warning", "F")]
    assert denied == ()


def test_leaving_out_what_lowers_the_result_is_not_conservative(found):
    (finding,), _ = found(("F: {values: {old: 2, new: 3}, source: s}", "F: {values: {old: 0, new: 0}, source: to leave it out is conservative}"))

    assert codes([finding]) == [("A790", "error", "F")]


def test_what_works_both_ways_or_says_no_side_cannot_be_told(found):
    (either,), _ = found(("w: {value: 0.2, ", "w: {value: 0.2, conservative: low, "))
    (unsaid,), _ = found(("T: {value: 27.3, ", "T: {value: 27.3, conservative: yes, "))

    assert codes([either, unsaid]) == [("A791", "warning", "w"), ("A791", "warning", "T")]
    assert "`conservative: high` would be careful" in unsaid.remedy


def test_what_is_no_number_is_told(found):
    (finding,), _ = found(("T: {value: 27.3, ", "T: {value: 27.3, instead_of: about 30, "))

    assert codes([finding]) == [("A791", "warning", "T")] and "about 30" in finding.evidence


def test_the_other_number_is_read_in_the_unit_in_which_its_cell_is_counted(tmp_path):
    """2 m3 of oil at 3 tCO2 stand in place of 3,000 L: 3 t more with those; 5 t of wood in place of 3,000 kg: 2 t less."""
    (tmp_path / "spec.yaml").write_text("""
methodology: {id: A, version: "1", title: Fuels, status: illustrative, result: R}
index_sets: [{id: fuel, letters: [f], members: [wood, oil]}]
quantities:
  - {id: Q, symbol: Q, meaning: amount, indices: [fuel], unit: t, kind: monitored,
     unit_alternatives: {group: kind, by: fuel, units: {mass: t, volume: m3}}}
  - {id: E, symbol: E, meaning: factor, indices: [fuel], unit: tCO2/t, kind: monitored,
     unit_alternatives: {group: kind, by: fuel, units: {mass: tCO2/t, volume: tCO2/m3}}}
  - {id: R, symbol: R, meaning: result, unit: tCO2, kind: computed}
equations: [{id: r, defines: R, formula: 'Sum(f, Q[f] * E[f])'}]
""", encoding="utf-8")
    (tmp_path / "project.yaml").write_text("""
project: {name: p}
operation: {start: 2020-01-01, end: 2020-12-31}
values:
  Q: {unit: {wood: kg, oil: L}, values: {wood: 5000, oil: 2000}, source: s, instead_of: 3000}
  E: {unit: {wood: tCO2/t, oil: tCO2/m3}, values: {wood: 1, oil: 3}, source: s}
""", encoding="utf-8")
    found = {one.code: one for one in audit_careful_side(mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml"))}

    assert "Q[oil] = 2 instead of 3. " in found["A793"].evidence
    assert "Q[wood] = 5 instead of 3. " in found["A792"].evidence
    assert (found["A793"].moves, found["A792"].moves) == (3.0, -2.0)
