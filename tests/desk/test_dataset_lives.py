"""Defaults with a life: valid from and to, superseded, allowed, in an order of sources, ends of intervals. Numbers are computed by hand.

100 t of methane a year from 2019 to 2021; warming potentials of 21, 25 and 28.
"""

import pytest

import mrvgraph
from engine.audit.defaults import audit_defaults
from engine.audit.severe import with_severe_findings
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError

SPEC = """
methodology: {id: T, version: "1", title: Lives, result: R}
index_sets: [{id: year, kind: year, letters: [y]}]
choices: [{id: scale, meaning: scale, values: [{id: small}, {id: large}], default: large}]
quantities:
  - {id: M, symbol: M, meaning: methane, indices: [year], unit: tCH4, kind: monitored}
  - {id: G, symbol: G, meaning: warming potential, indices: [year], unit: tCO2/tCH4, kind: default}
  - {id: L, symbol: L, meaning: losses, unit: tCO2, kind: default}
  - {id: shown, symbol: s, meaning: it is shown, type: yes_no, kind: statement}
  - {id: R, symbol: R, meaning: result, indices: [year], unit: tCO2, kind: computed, over_years: sum}
equations: [{id: r, defines: "R[y]", formula: "M[y] * G[y] - L"}]
rules: [{id: is-shown, statement: it is shown, condition: shown, severity: note}]
datasets:
  - {id: losses, title: Losses, use: default, values: [{quantity: L, unit: tCO2, value: 10}]}
  - {id: second, title: Second report, use: USE, valid_to: 2019-12-31, values: [{quantity: G, unit: tCO2/tCH4, at: {year: "*"}, value: 21}]}
  - {id: fourth, title: Fourth report, use: USE, valid_from: 2020-01-01, superseded_by: fifth,
     values: [{quantity: G, unit: tCO2/tCH4, at: {year: "*"}, value: 25}]}
  - {id: fifth, title: Fifth report, use: on-request, valid_from: 2021-07-01, values: [{quantity: G, unit: tCO2/tCH4, at: {year: "*"}, value: 28}]}
"""
PROJECT = """
project: {name: p}
operation: {start: 2019-01-01, end: 2021-12-31}
values:
  M: {unit: tCH4, values: {2019: 100, 2020: 100, 2021: 100}, source: meter}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lives")

    def made(*changes, values="", head="", use="on-request"):
        text = SPEC.replace("USE", use)
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path = folder / f"{abs(hash(text))}.yaml"
        path.write_text(text, encoding="utf-8")
        return mrvgraph.run(mrvgraph.load(path), read_project_text(f"{head}{PROJECT}{values}\n", folder / "project.yaml"))

    return made


def found(run, code):
    return [finding for finding in audit_defaults(run) if finding.code == code]


def test_of_two_defaults_the_one_that_is_valid_counts(run):
    made = run(use="default")
    # 2,100 + 2,500 + 2,500 less three times 10; the fourth is superseded within 2021, and counts there since it is valid on its first day
    assert made.total == 7070
    (part,) = found(made, "A820")
    assert (part.severity, part.subject) == ("warning", "fourth")
    assert "valid 2020-01-01 to 2021-06-30, and is taken for 2021-07-01 to 2021-12-31: G[2021] = 25 tCO2/tCH4" in part.evidence
    with pytest.raises(MethodologyError, match="both used by default, give G"):
        run(("valid_to: 2019-12-31, ", ""), ("valid_from: 2020-01-01, superseded_by: fifth,", ""), use="default")


def test_a_set_that_is_taken_before_it_begins_and_after_it_ends(run):
    early = found(run(head="datasets: [fifth]"), "A820")
    assert [one.severity for one in early] == ["error"]  # 2019 to 2021 begin before July 2021
    # with 21 in 2019 and 25 in 2020 and 2021: 700, 300 and 300 less
    assert "taken for 2019-01-01 to 2021-06-30" in early[0].evidence
    assert "with second, fourth (21, 25): R moves by -1,300.00 tCO2" in early[0].evidence
    (late,) = found(run(head="datasets: [second]"), "A820")
    assert "with fourth (25): R moves by +800 tCO2" in late.evidence
    assert with_severe_findings(run(head="datasets: [second]")).findings[-1].code == "A820"


def test_a_supplied_number_of_a_set_that_is_not_for_these_days(run):
    made = run(values="  G: {unit: tCO2/tCH4, values: {2019: 28, 2020: 28, 2021: 25}, source: inventory}")
    (one,) = found(made, "A824")
    assert one.severity == "error"
    assert "fifth is valid from 2021-07-01" in one.evidence
    assert "with second, fourth (21, 25): R moves by -1,000.00 tCO2" in one.evidence
    (beside,) = found(made, "A719")
    assert beside.what == "2 supplied values of G differ from a published one"
    assert beside.evidence.endswith("in fourth 25: +12 %; with the published: R moves by -1,000.00 tCO2")
    assert found(run(values="  G: {unit: tCO2/tCH4, values: {2019: 21, 2020: 25, 2021: 25}, source: inventory}"), "A719") == []


def test_a_source_that_has_another_number(run):
    (one,) = found(run(values="  G: {unit: tCO2/tCH4, values: {2019: 21, 2020: 23, 2021: 25}, source: 'Table 2 of the Fourth Report'}"), "A825")
    # fourth is 25: 200 more in 2020, 400 more in 2019
    assert "G[2019] = 21 tCO2/tCH4; G[2020] = 23 tCO2/tCH4, there 25; with that: R moves by +600 tCO2" in one.evidence


@pytest.mark.parametrize(("allowed", "wrong"), [("allowed: scale == small", 3), ("allowed: y < 2021", 1), ("allowed: y <= start", 2)])
def test_a_set_that_is_not_allowed(run, allowed, wrong):
    made = run(("id: fifth, title: Fifth report, use: on-request, valid_from: 2021-07-01", f"id: fifth, title: Fifth report, use: on-request, {allowed}"),
               head="datasets: [fifth]")  # fmt: skip
    (one,) = found(made, "A821")
    assert one.severity == "error"
    assert sum(f"G[{year}]" in one.evidence for year in (2019, 2020, 2021)) == wrong
    assert "R moves by " in one.evidence


@pytest.mark.parametrize(("shown", "count"), [("  shown: yes", 0), ("  shown: no", 1), ("", 1)])
def test_a_rule_that_must_hold_where_a_set_is_used(run, shown, count):
    made = run(("id: losses, title: Losses, use: default,", "id: losses, title: Losses, use: default, allowed_by: [is-shown],"),
               values=shown, head="datasets: [fifth]")  # fmt: skip
    assert len(found(made, "A821")) == count
    if count:
        assert "it is allowed where the rule is-shown holds: L = 10 tCO2; no other set is at hand" in found(made, "A821")[0].evidence


def test_the_order_of_sources(run):
    order = ("meaning: warming potential,", "meaning: warming potential, sources: [project, fourth, fifth],")
    (one,) = found(run(order, ("superseded_by: fifth,", ""), ("2020-01-01", "2019-01-01"), head="datasets: [fifth]"), "A822")
    # 28 where 25 comes before it: 300 a year
    assert (one.severity, one.subject) == ("error", "fifth")
    assert "the order is project, then fourth, then fifth" in one.evidence
    assert "R moves by -900 tCO2" in one.evidence
    (one,) = found(run(order, ("2020-01-01", "2019-01-01"), ("superseded_by: fifth,", ""), head="datasets: [fourth]"), "A822")
    assert one.severity == "warning"
    assert "with 1 % more of it: R moves by +75 tCO2" in one.evidence


def test_the_end_of_an_interval(run):
    ends = ("value: 25}", "value: 25, bound: lower}"), ("value: 28}", "value: 28, bound: upper}")
    (one,) = found(run(*ends, head="datasets: [fifth]"), "A823")
    assert (one.severity, one.what) == ("warning", "G is the upper end of an interval, and the lower one is the safe side here")
    assert "at the lower end (25): R moves by -900 tCO2" in one.evidence
    assert found(run(*ends, head="datasets: [fourth]"), "A823") == []
    safe = ("meaning: warming potential,", "meaning: warming potential, conservative: upper,")
    (one,) = found(run(*ends, safe, head="datasets: [fourth]"), "A823")
    assert (one.severity, one.what) == ("error", "G is the lower end of an interval, and the methodology takes the upper one")
    assert "R moves by +900 tCO2" in one.evidence


def test_an_end_of_an_interval_with_which_there_is_no_result_is_told(run):
    # at the other end, 25, the run stops: G / (G - 25)
    ends = ("value: 25}", "value: 25, bound: lower}"), ("value: 28}", "value: 28, bound: upper}")
    divided = ("M[y] * G[y] - L", "M[y] * G[y] * G[y] / (G[y] - 25 {tCO2/tCH4}) - L")
    (one,) = found(run(*ends, divided, head="datasets: [fifth]"), "A823")
    assert (one.severity, one.moves) == ("warning", None)
    assert one.what == "G is the upper end of an interval, and which one is the safe side here cannot be told"
    assert "R has no number then" in one.evidence


def test_lives_follow_names_and_tools_and_are_compared(tmp_path, run):
    spec = tmp_path / "methodology.yaml"
    text = SPEC.replace("USE", "on-request").replace("id: fifth, title", "id: fifth, allowed: scale == small, allowed_by: [is-shown], title")
    spec.write_text(text.replace("meaning: warming potential,", "meaning: warming potential, sources: [project, fourth],"), encoding="utf-8")
    (tmp_path / "settled.yaml").write_text("based_on: methodology.yaml\nmethodology: {version: '2'}\nchanges: {settle: {scale: small}}\n", encoding="utf-8")
    (tmp_path / "user.yaml").write_text(
        "methodology: {id: U, version: '1', title: U, result: W}\nuses: {gas: methodology.yaml}\nindex_sets: [{id: year, kind: year, letters: [t]}]\n"
        "quantities: [{id: W, symbol: W, meaning: w, indices: [year], unit: tCO2, kind: computed, over_years: sum}]\n"
        "equations: [{id: w, defines: 'W[t]', formula: 'gas_R[t]'}]\n", encoding="utf-8")  # fmt: skip
    base, settled, user = (mrvgraph.load(tmp_path / f"{name}.yaml") for name in ("methodology", "settled", "user"))

    assert settled.dataset["fifth"].allowed is None
    assert user.dataset["gas.fourth"].superseded_by == "gas.fifth"
    assert user.dataset["gas.fifth"].allowed_by == ("gas.is-shown",)
    assert user.quantity["gas_G"].sources == ("project", "gas.fourth")
    changes = {change.field for entry in mrvgraph.compare(base, settled).lists["datasets"].changed for change in entry.changes}
    assert changes == {"allowed"}
    assert not [finding for finding in mrvgraph.check(user).findings if finding.severity == "error"]
