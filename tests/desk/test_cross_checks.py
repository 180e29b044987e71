"""Cross-checks in a project and in a spec: second sources, limits, parts, neighbours. Numbers are computed by hand.

A plant delivers EG = 100 and 120 MWh by two lines (60 + 40, 70 + 50) in 2016 and 2017, at 0.5 tCO2/MWh: 50 and 60, together 110 tCO2.
"""

import random
from pathlib import Path

import pytest

import mrvgraph
from engine.audit.audits import audit_findings
from engine.audit.desk.cross_check_findings import of_methodology
from engine.audit.report import desk_beside
from engine.cli import main
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError
from equations.library.spec_files import load_methodology
from equations.units.registry import parse_unit

SPEC = """
methodology: {id: LINES, version: "1", title: Lines, status: illustrative, result: ER, report: [EG]}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: line, letters: [l], members: [a, b]}
quantities:
  - {id: EG_l, symbol: 'EG_{<l><y>}', meaning: delivered by a line, indices: [line, year], unit: MWh, kind: monitored}
  - {id: EG_i, symbol: 'EI_{<y>}', meaning: delivered by invoice, indices: [year], unit: kWh, kind: monitored}
  - {id: CAP, symbol: C, meaning: most that can be, unit: MWh, kind: fixed_ex_ante}
  - {id: w, symbol: 'w_{<l>}', meaning: share of a line, indices: [line], unit: "1", kind: fixed_ex_ante}
  - {id: EG, symbol: 'EG_{<y>}', meaning: delivered, indices: [year], unit: MWh, kind: computed}
  - {id: EF, symbol: EF, meaning: factor, unit: tCO2/MWh, kind: fixed_ex_ante}
  - {id: ER, symbol: 'ER_{<y>}', meaning: reductions, indices: [year], unit: tCO2, kind: computed, over_years: sum}
equations:
  - {id: sum, number: 1, defines: 'EG[y]', formula: 'Sum(l, EG_l[l, y])'}
  - {id: er, number: 2, defines: 'ER[y]', formula: 'EG[y] * EF'}
"""
CHECKS = """
cross_checks:
  - {id: invoice, of: EG, with: EG_i, use: lower, within: 5 %, source: {section: "7.1"}}
  - {id: lines, of: EG_l, sum_over: line, equals: EG, within: 0.01 MWh}
  - {id: capacity, of: EG, at_most: CAP, each: year, severity: warning, statement: no more than the plant can}
  - {id: shares, of: w, sum_over: line, equals: 1}
  - {id: steady, of: EG_l, along: year, growth: 30 %, never: falls}
  - {id: some, of: EG, at_least: 50 MWh}
"""
PROJECT = """
project: {name: Lines}
methodology: LINES@1
operation: {start: 2016-01-01, end: 2017-12-31}
values:
  EG_l: {unit: MWh, values: {a: {2016: 60, 2017: 70}, b: {2016: 40, 2017: 50}}, source: meters}
  EF: {unit: tCO2/MWh, value: 0.5, source: design}
"""
MORE = """
  EG_i: {unit: kWh, values: {2016: 101000, 2017: 121000}, source: invoices}
  CAP: {unit: MWh, value: 120, source: design}
  w: {unit: "1", values: {a: 0.6, b: 0.4}, source: design}
"""


def loaded(folder, text, name="methodology.yaml"):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return load_methodology(folder / name)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("plain"), SPEC)


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    return loaded(tmp_path_factory.mktemp("checked"), SPEC + CHECKS)


@pytest.fixture
def found(plain):
    """Return a function: what the cross-checks of a project find."""

    def made(checks, methodology=plain, also="", *, folder=Path()):
        text = f"{PROJECT}{also}\ncross_checks: {checks}\n"
        run = mrvgraph.run(methodology, read_project_text(text, folder / "project.yaml"))
        return desk_beside(run, parse_unit, load_methodology).by_audit["cross_checks"]

    return made


def told(findings):
    return [(one.code, one.severity, one.what) for one in findings]


# -- in a project


def test_the_lower_of_two_sources_is_never_taken_in_silence(found):
    # 2016: 100 for 99.2: 0.8 * 0.5 tCO2; 2017: 120 is the lower one
    (finding,) = found("[{of: EG, with: {source: grid operator, unit: kWh, values: {2016: 99200, 2017: 121000}, place: p. 4}, use: lower}]")

    assert (finding.code, finding.severity, finding.subject) == ("A801", "error", "EG")
    assert finding.what == "of EG and grid operator, p. 4 the lower counts, and the calculation takes the other: EG[2016] 100 against 99.2 MWh (+0.806 %)"
    assert (finding.evidence, finding.remedy) == ("with the other number: ER moves by -0.4 tCO2", "take the lower of the two")
    assert finding.moves == pytest.approx(-0.4)  # what an opinion counts


def test_the_higher_one_of_an_input_by_line(found):
    # 40 for 42 MWh of line b: 1 tCO2 too few
    finding, rest = found("[{of: EG_l, with: {source: check meter, values: {b: {2016: 42}}}, use: higher}]")

    assert "EG_l[b, 2016] 40 against 42 MWh" in finding.what
    assert finding.evidence == "with the other number: ER moves by +1 tCO2"
    # what the second source says nothing of is told
    assert (rest.code, rest.severity, rest.evidence) == ("A803", "note", "check meter has no number there")
    assert "not made of EG_l[a, 2016], EG_l[a, 2017], EG_l[b, 2017]" in rest.what


def test_two_sources_that_are_to_agree(found):
    within = found("[{of: EG, with: {source: invoices, values: {2016: 101, 2017: 126.4}}, within: 5.1 %}]")
    apart = found("[{of: EG, with: {source: invoices, values: {2016: 101, 2017: 126.4}}, within: 1 MWh}]")

    # 20 of 126.4 is 5.06 %; 6.4 MWh
    assert told(within) == [("A804", "note", "cross-checks that hold: 1, numbers compared: 2")]
    assert told(apart) == [("A802", "error", "EG does not agree with invoices within 1 MWh: EG[2017] 120 against 126.4 MWh (-5.06 %)")]
    assert apart[0].evidence == "with the other number: ER moves by +3.2 tCO2"


def test_no_more_than_was_handed_out_all_members_together(found):
    assert told(found("[{of: EG_l, at_most: {source: register, values: {a: {2016: 55, 2017: 70}, b: {2016: 40, 2017: 50}}}}]")) == [
        ("A802", "error", "EG_l is above register: EG_l[a, 2016] 60 against 55 MWh (+9.09 %)")]  # fmt: skip
    # the numbers of a second source have the indices that are left: 120 for 115
    assert told(found("[{of: EG_l, sum_over: [line], at_most: {source: register, values: {2016: 100, 2017: 115}}}]")) == [
        ("A802", "error", "EG_l is above register: EG_l[*, 2017] 120 against 115 MWh (+4.35 %)")]  # fmt: skip
    (finding,) = found("[{of: EG_l, at_most: 105 MWh, sum_over: line, severity: warning}]")
    # 120 for 105
    assert (finding.severity, finding.what) == ("warning", "EG_l is above 105 MWh: EG_l[*, 2017] 120 against 105 MWh (+14.3 %)")
    assert finding.evidence == "with the other number: ER moves by -7.5 tCO2"


def test_a_whole_and_its_parts_in_other_units(found):
    also = "  EG_i: {unit: kWh, values: {2016: 99000, 2017: 120000}, source: invoices}\n  CAP: {unit: MWh, value: 1, source: design}"
    whole, parts = found("[{of: EG, parts: [EG_i]}]", also=also), found("[{of: EG, parts: [EG_i, CAP], each: [year]}]", also=also)

    assert told(whole) == [("A802", "error", "EG is not the sum of EG_i: EG[2016] 100 against 99 MWh (+1.01 %)")]
    assert whole[0].evidence == "with the other number: ER moves by -0.5 tCO2"
    assert told(parts) == [("A802", "error", "EG is not the sum of EG_i + CAP: EG[2017] 120 against 121 MWh (-0.826 %)")]


def test_neighbours_along_an_axis(found):
    jump = found("[{of: EG_l, along: year, growth: 20 %}]")
    fall = found("[{of: EG_l, along: line, never: rises}, {of: EG_l, along: line, never: falls}]")

    # 40 to 50 is a quarter; with 48 it would be a fifth: 2 MWh
    assert told(jump) == [("A802", "error", "EG_l breaks with its neighbour along year by more than 20 %: EG_l[b, 2017] 50 against 40 MWh, 2016 before it (+25 %)")]
    assert jump[0].evidence == "with the other number: ER moves by -1 tCO2"
    assert [(one.code, "(it never falls)" in one.what) for one in fall] == [("A802", True), ("A804", False)]


def test_what_was_not_compared_is_told(found):
    assert told(found("[{of: EG, with: EG_i, within: 1 %}]"))[0][:2] == ("A803", "warning")
    assert found("[{of: EG, with: EG_i, within: 1 %}]")[0].evidence == "this run does not have EG_i"


@pytest.mark.parametrize(
    ("check", "code", "said"),
    [
        ("{of: EQ, at_most: 1 MWh}", "I502", "no quantity 'EQ'"),
        ("{of: EG, at_most: 1}", "I506", "1 has no unit"),
        ("{of: EG, at_most: 1 ha}", "I506", "no amount of EG"),
        ("{of: EG, at_most: 52 400 MWh}", "I506", "one number or two"),
        ("{of: EG, at_most: 1 mwh}", "I503", "mwh"),
        ("{of: EG, at_most: EF}", "I506", "EF is in tCO2/MWh"),
        ("{of: EG}", "I506", "a cross-check has one of"),
        ("{of: EG, at_most: 1 MWh, with: CAP}", "I506", "a cross-check has one of"),
        ("{of: EG, with: EG_i}", "I506", "says nothing"),
        ("{of: EG, with: EG_i, use: least}", "I506", "use cannot be 'least'"),
        ("{of: EG, with: EG_i, within: near}", "I506", "within cannot be 'near'"),
        ("{of: EG, at_most: CAP}", "I506", "EG goes by year, and CAP does not"),
        ("{of: EG, equals: EG_l}", "I506", "EG_l goes by line, and EG does not"),
        ("{of: EG, equals: CAP, each: [zone]}", "I506", "'zone' is no index of EG"),
        ("{of: EG, along: year}", "I506", "neighbours without"),
        ("{of: EG, along: line, never: falls}", "I506", "'line' is no index of EG"),
        ("{of: EG, equals: EG}", "I506", "compared with itself"),
        ("{of: EG, at_most: 1 MWh, use: lower}", "I506", "use says nothing beside at_most"),
        ("{of: EG, with: {source: m, values: {2031: 1}}, use: lower}", "I502", "'2031' is not a member of year"),
        ("{of: EG, with: {source: m, values: {2016: much}}, use: lower}", "I505", "not a number"),
        ("{of: EG, fits: EG_i}", "I502", "no field 'fits'"),
    ],
)
def test_faults_of_a_cross_check(found, check, code, said):
    with pytest.raises(MethodologyError) as error:
        found(f"[{check}]")

    assert error.value.code == code
    assert said in str(error.value)


# -- in a spec


def test_a_cross_check_of_a_spec_is_a_rule(checked):
    said = {rule.id: (rule.condition_source.text, rule.statement) for rule in checked.rules}

    assert said["invoice"] == ("EG[y] <= 0.001 {(MWh)/(kWh)} * EG_i[y] and abs(EG[y] - 0.001 {(MWh)/(kWh)} * EG_i[y]) <= 0.05 * abs(0.001 {(MWh)/(kWh)} * EG_i[y])",
                               "of EG and EG_i the lower counts; EG agrees with EG_i within 5 %")  # fmt: skip
    assert said["lines"][0] == "abs(Sum(l, EG_l[l, y]) - EG[y]) <= 0.01 {MWh}"
    assert said["capacity"] == ("EG[y] <= CAP", "no more than the plant can")
    assert said["shares"][0] == "abs(Sum(l, w[l]) - 1) <= 0.000000001 * abs(1)"
    assert said["steady"][0] == "abs(EG_l[l, y] - EG_l[l, y-1]) <= 0.3 * abs(EG_l[l, y-1]) and EG_l[l, y] >= EG_l[l, y-1]"
    assert said["some"][0] == "EG[y] >= 50 {MWh}"
    assert not [one for one in mrvgraph.check(checked).findings if one.severity == "error"]
    assert {"CAP", "w", "EG_i"} <= {need.quantity.id for need in mrvgraph.needs(checked)}


def test_the_rule_and_the_audit_agree_and_the_audit_says_what_it_moves(checked):
    """Both come to their verdict by themselves: the rule by its formula, the audit by cells."""
    draw, seen = random.Random(7), set()
    for _ in range(25):
        numbers = [draw.choice((40, 50, 60, 70)) for _ in range(4)]
        text = PROJECT + MORE
        for old, new in (("a: {2016: 60, 2017: 70}, b: {2016: 40, 2017: 50}", "a: {{2016: {}, 2017: {}}}, b: {{2016: {}, 2017: {}}}".format(*numbers)),
                         ("a: 0.6", f"a: {draw.choice((0.5, 0.6))}"), ("101000", str(draw.choice((80000, 98000, 104000))))):  # fmt: skip
            assert old in text
            text = text.replace(old, new)
        run = mrvgraph.run(checked, read_project_text(text, Path("project.yaml")))
        broken = {verdict.rule for verdict in run.verdicts if verdict.state == "broken"}
        found = [one for one in of_methodology(run).findings() if one.code in ("A801", "A802")]
        assert {one.subject for one in found} == broken
        assert all("ER moves by" in one.evidence or "ER does not move" in one.evidence for one in found)
        seen |= broken
    of_rules = {audit.id: findings for audit, findings in audit_findings(run)}["rules"]
    assert broken and not [one for one in of_rules if one.code == "A701"]
    assert {"invoice", "capacity", "shares", "steady"} <= seen


def test_a_revision_edits_renames_and_shows_a_cross_check(checked, tmp_path):
    base = Path(checked.equations[0].place.file).name
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / base).write_text(SPEC + CHECKS, encoding="utf-8")
    text = """
based_on: base/methodology.yaml
methodology: {version: "2"}
changes:
  rename: {quantities: {EG_i: EG_bill, EG: EG_net}}
  replace: {cross_checks: [{id: invoice, within: 2 %}]}
  remove: {cross_checks: [shares]}
  add: {cross_checks: [{id: most, of: EG_l, at_most: 80 MWh}]}
"""
    new = loaded(tmp_path, text, "revision.yaml")

    assert [one.id for one in new.cross_checks] == ["invoice", "lines", "capacity", "steady", "some", "most"]
    assert (new.cross_checks[0].of, new.cross_checks[0].others, float(new.cross_checks[0].within)) == ("EG_net", ("EG_bill",), 0.02)
    shown = mrvgraph.compare(str(tmp_path / "base" / base), str(tmp_path / "revision.yaml"))
    rules = shown.lists["rules"]
    assert (rules.added, rules.removed) == (("most",), ("shares",))
    assert "invoice" in {change.id for change in rules.changed}


def test_a_tool_brings_its_cross_checks(tmp_path, checked):
    loaded(tmp_path / "tool", SPEC + CHECKS)
    whole = """
methodology: {id: WHOLE, version: "1", title: Whole, status: illustrative, result: R}
uses: {grid: tool/methodology.yaml}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities: [{id: R, symbol: 'R_{<y>}', meaning: reductions, indices: [year], unit: tCO2, kind: computed, over_years: sum}]
equations: [{id: r, number: 1, defines: 'R[y]', formula: 'grid_ER[y]'}]
"""
    found = loaded(tmp_path, whole)

    first = found.cross_checks[0]
    assert (first.id, first.of, first.others) == ("grid.invoice", "grid_EG", ("grid_EG_i",))
    assert found.cross_checks[4].along == "year"


def test_pages_show_it(checked, tmp_path):
    folder = tmp_path / "spec"
    loaded(folder, SPEC + CHECKS)
    assert main(["docs", str(folder), "-o", str(tmp_path / "pages"), "--format", "md"]) == 0
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "pages").rglob("*.md"))
    assert "the lower counts; EG agrees with EG" in text


@pytest.mark.parametrize(
    ("check", "code"),
    [
        ("{of: EG, at_most: CAP, each: year}", "S104"),
        ("{id: er, of: EG, at_most: EQ}", "S107"),
        ("{id: er, of: EG, at_most: CAP}", "S105"),
        ("{id: lags, of: w, along: line, growth: 10 %}", "X205"),
        ("{id: x, of: EG, with: {source: m, value: 1}, use: lower}", "S105"),
    ],
)
def test_faults_in_a_spec(tmp_path, check, code):
    with pytest.raises(MethodologyError) as error:
        mrvgraph.run(loaded(tmp_path, f"{SPEC}\ncross_checks: [{check}]\n"), read_project_text(PROJECT + MORE, Path("project.yaml")))

    assert code in str(error.value)
