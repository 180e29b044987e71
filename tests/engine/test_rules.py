"""Every rule of a run has a verdict: held, broken, not decided and why, or does not apply and why."""

import json

import pytest

import mrvgraph
from engine.cli import main
from engine.explain.needs import find_needs
from engine.explain.template import project_template
from engine.plan.spec_setting import named_setting
from engine.run.rules import BROKEN, HELD, IDLE, UNDECIDED

SPEC = """
methodology: {id: T, version: "1", title: Rules, result: E}
index_sets:
  - {id: source, letters: [s, r], members: [file, budget, meter]}
  - {id: main, subset_of: source, members: [file, budget]}
  - {id: site, letters: [k], project: must-list}
  - {id: plot, letters: [p], project: must-list}
  - {id: year, kind: year, letters: [y, z]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
relations:
  - {id: measured, over: [source, site], meaning: which source measures where}
choices:
  - {id: way, meaning: way, default: short, values: [{id: short}, {id: long}]}
quantities:
  - {id: m, symbol: m, meaning: emissions, indices: [source], unit: t, kind: monitored}
  - {id: A, symbol: A, meaning: activity, indices: [year], unit: t, kind: monitored}
  - {id: B, symbol: B, meaning: another activity, indices: [year], unit: t, kind: monitored}
  - {id: raw, symbol: raw, meaning: what a meter says, unit: t, kind: monitored}
  - {id: step, symbol: step, meaning: a step on the way, unit: t, kind: computed}
  - {id: base, symbol: base, meaning: baseline, unit: t, kind: fixed_ex_ante}
  - {id: extra, symbol: extra, meaning: asked for by rules only, unit: t, kind: monitored}
  - {id: twice, symbol: twice, meaning: computed for rules only, unit: t, kind: computed}
  - {id: G, symbol: G, meaning: by source and site, indices: [source, site], unit: t, kind: monitored, on: measured}
  - {id: T, symbol: T, meaning: by plot, indices: [plot], unit: t, kind: monitored}
  - {id: part, symbol: part, meaning: defined for two sources, indices: [source], unit: t, kind: computed}
  - {id: agreed, symbol: agreed, meaning: all agreed, unit: "1", type: yes_no, kind: statement}
  - {id: E, symbol: E, meaning: emissions, unit: t, kind: computed}
equations:
  - {id: e, defines: E, formula: 'm["file"] + base + Sum(y, A[y])'}
  - {id: b, defines: base, formula: 'step * 2'}
  - {id: st, defines: step, formula: 'raw + 1 {t}'}
  - {id: tw, defines: twice, formula: 'extra * 2'}
  - {id: pa, for: {s: main}, defines: 'part[s]', formula: 'm[s] * 2'}
"""
PROJECT = """
project: {name: test}
operation: {start: 2020-01-01, end: 2022-12-31}
EXTRA
values:
  m: {unit: t, source: x, values: {file: 5, budget: 50}}
  A: {unit: t, source: x, values: {2020: 3, 2021: 2, 2022: 1}}
  raw: {unit: t, source: x, value: 4}
"""


@pytest.fixture
def files(tmp_path):
    """Return a function (rule, more values, more of the project) -> paths of a spec with this one rule and of a project."""

    def make(rule, values="", extra="", project=PROJECT):
        fields = rule if "condition:" in rule else f"condition: '{rule}'"
        text = SPEC + f"rules:\n  - {{id: it, statement: it is so, {fields}}}\n"
        (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
        body = project.replace("EXTRA", extra) + "".join(f"  {line}\n" for line in values.splitlines())
        (tmp_path / "project.yaml").write_text(body, encoding="utf-8")
        return tmp_path / "spec.yaml", tmp_path / "project.yaml"

    return make


@pytest.fixture
def judged(files):
    """Return a function that gives the verdict on a rule."""

    def judge(rule, values="", extra="", **options):
        spec, project = files(rule, values, extra)
        run = mrvgraph.run(mrvgraph.load(spec), project, **options)
        return run.verdicts[0]

    return judge


def asked(spec):
    return {need.quantity.id for need in find_needs(mrvgraph.load(spec), {"way": "short"})}


# --- what rules read is there


@pytest.mark.parametrize("rule", [
    'm["budget"] <= 10 {t}',
    "condition: 'm[s] <= 10 {t}', for: {s: main}",
    "All(s in main, m[s] <= 10 {t})",
    "Sum(s in main, m[s]) <= 10 {t}",
    "not Any(s in main, m[s] > 10 {t})",
    "Max(s in main, m[s]) <= 10 {t}",
    'm["budget"] <= 1.2 * m["file"]',
])  # fmt: skip
def test_a_cell_that_no_equation_needs_is_read_for_a_rule(judged, rule):
    verdict = judged(rule)

    assert verdict.state == BROKEN
    assert [(f.code, f.severity) for f in verdict.findings] == [("A701", "error")]


@pytest.mark.parametrize(("severity", "code"), [("error", 1), ("warning", 0), ("note", 0)])
def test_what_is_missing_leaves_a_rule_open_and_only_an_error_fails(files, capsys, severity, code):
    spec, project = files(f"condition: 'm[\"meter\"] <= 10 {{t}}', severity: {severity}")

    assert main(["run", str(spec), str(project), "--json"]) == code
    record = json.loads(capsys.readouterr().out)
    assert record["rules"][0]["verdict"] == UNDECIDED
    found = [f for f in record["findings"] if f["code"] == "A740"]
    assert [(f["severity"], f["evidence"], f["remedy"]) for f in found] == [(severity, "missing: m[meter]", "supply m under `values:`")]


@pytest.mark.parametrize("answer", ["", "agreed: ____", "agreed: ''", "agreed: {value: ____, source: x}"])
def test_a_blank_statement_is_a_missing_one(judged, answer):
    verdict = judged("agreed == 1", answer)

    assert verdict.state == UNDECIDED
    assert [(f.code, f.severity, f.what) for f in verdict.findings] == [("A717", "error", "not stated by the project: agreed")]
    assert judged("agreed == 1", "agreed: yes").state == HELD
    assert judged("agreed == 1", "agreed: no").state == BROKEN
    assert judged("supplied(agreed)", answer).state == BROKEN


@pytest.mark.parametrize(("numbers", "state"), [("1  2", HELD), ("____  2", HELD), ("____  ____", BROKEN)])
def test_a_table_is_supplied_unless_all_of_it_is_blank(judged, numbers, state):
    table = f"G:\n  unit: t\n  source: x\n  table: |\n    a  b\n    file  {numbers}"
    sites = "members: {site: [a, b]}\nrelations: {measured: {file: [a, b]}}"

    assert judged("supplied(G)", table, sites).state == state


def test_what_only_a_rule_reads_is_asked_for(files):
    spec, _ = files('m["budget"] <= 10 {t} and extra > 0 {t} and agreed == 1')
    methodology = mrvgraph.load(spec)
    template = project_template(methodology, named_setting(methodology, {"way": "short"}, {}, "2024-01-01", "2025-12-31", {}))

    assert {"m", "extra", "agreed"} <= asked(spec)
    assert "budget: ____" in template and "extra:" in template and "agreed: {value: ____, source: ____}" in template
    assert "meter" not in template
    assert {n.quantity.id: n.used_by for n in find_needs(methodology, {})}["extra"] == ("rule it",)


def test_what_a_rule_computes_for_itself_asks_for_the_inputs_behind(files, judged):
    assert "extra" in asked(files("twice <= 10 {t}")[0])
    verdict = judged("twice <= 10 {t}")
    assert (verdict.state, verdict.why, verdict.findings[0].remedy) == (UNDECIDED, "missing: twice", "supply extra under `values:`")
    assert judged("twice <= 10 {t}", "extra: {unit: t, value: 6}").why == "12 > 10"


# --- what is decided asks for nothing more


@pytest.mark.parametrize(("rule", "state", "needed"), [
    ("way == short or extra > 0 {t}", HELD, False),
    ("way == long or extra > 0 {t}", UNDECIDED, True),
    ("way == long and extra > 0 {t}", BROKEN, False),
    ("not supplied(extra) or extra > 0 {t}", HELD, False),
    ('m["file"] > 0 {t} or extra > 0 {t}', HELD, True),
    ('m["file"] > 9 {t} and extra > 0 {t}', BROKEN, True),
    ('extra > 0 {t} or m["file"] > 0 {t}', HELD, True),
    ('not (extra > 0 {t} and m["file"] > 9 {t})', HELD, True),
    ("condition: 'y >= start or B[y] > 0 {t}', for: {y: year}", HELD, False),
    ("condition: 'extra > 0 {t}', when: way == long", IDLE, False),
])  # fmt: skip
def test_a_rule_that_is_decided_asks_for_nothing_more(files, judged, rule, state, needed):
    verdict = judged(rule)

    assert verdict.state == state
    assert (verdict.findings != ()) is (state in (BROKEN, UNDECIDED))
    assert bool(asked(files(rule)[0]) & {"extra", "B"}) is needed


def test_a_label_decides_which_years_are_asked_for(files):
    spec, _ = files("condition: 'y == start or y == 2023 or B[y] > 0 {t}', for: {y: year}")
    methodology = mrvgraph.load(spec)
    template = project_template(methodology, named_setting(methodology, {"way": "short"}, {}, "2022-01-01", "2024-12-31", {}))

    assert "{2024: ____}" in template[template.index("  B:") :].replace('"', "")


# --- numbers that are none


@pytest.mark.parametrize("condition", ["{0} > {1}", "{0} <= {1}", "{0} == {0}", "{0} != {1}", "not ({0} > {1})",
                                       "max({0}, 1 {{t}}) > 0 {{t}}", "abs({0}) >= 0 {{t}}"])  # fmt: skip
def test_a_comparison_with_a_missing_number_never_holds(judged, condition):
    assert judged(condition.format('m["meter"]', "raw")).state == UNDECIDED


@pytest.mark.parametrize("condition", ["raw / (raw - raw) > 0", "(raw - raw) / (raw - raw) != 1", "(m[\"meter\"] / raw) ^ 0 == 1"])
def test_neither_does_one_with_a_number_that_cannot_be(judged, condition):
    assert judged(condition).state == UNDECIDED


# --- lags


@pytest.mark.parametrize(("rule", "state", "why", "partly"), [
    ("condition: 'A[y] < A[y-1]', for: {y: year}", HELD, "", "2020: no year before 2020"),
    ("condition: 'A[y] <= A[y+1]', for: {y: year}", BROKEN, "2020: 3 > 2 | 2021: 2 > 1", "2022: no year after 2022"),
    ("condition: 'y == start or A[y] < A[y-1]', for: {y: year}", HELD, "", ""),
    ("condition: 'A[y] < A[y-1]', for: {y: year}, when: y > start", HELD, "", "2020: its condition `when` does not hold"),
    ("condition: 'A[y] < A[y-2] - 1 {t}', for: {y: year}", HELD, "", "2020 | 2021: no year before 2020"),
    ("All(y, A[y] < A[y-1])", HELD, "", ""),
    ("All(y, A[y] > A[y-1])", BROKEN, "", ""),
    ("condition: 'A[y] > 0 {t} and A[y] < A[y-1]', for: {y: year}", HELD, "", "2020: no year before 2020"),
    ("condition: 'A[y] < 3 {t} and A[y] < A[y-1]', for: {y: year}", BROKEN, "2020: 3 >= 3", ""),
    ("condition: 'B[y] < A[y-1]', for: {y: year}", UNDECIDED, "missing: 2021: B[2021] | 2022: B[2022]", "2020: no year before 2020"),
])  # fmt: skip
def test_a_lag_does_not_stop_at_the_end_of_the_axis(judged, rule, state, why, partly):
    verdict = judged(rule)

    assert (verdict.state, verdict.why, verdict.partly) == (state, why, partly)


@pytest.mark.parametrize(("rule", "severity"), [
    ("condition: 'A[y] < A[y-1]', for: {y: year}", "note"),
    ("condition: 'A[y] < A[y-7]', for: {y: year}", "note"),
    ("condition: 'A[y] < A[y-1]', for: {y: year}, when: y == start", "error"),
    ("condition: 'A[y] < A[y+1]', for: {y: year}, when: y == end", "error"),
    ("condition: 'A[y] < A[y-250]', for: {y: year}", "error"),
    ("Sum(y, A[y] - A[y-1]) < 0 {t}", "error"),
    ("condition: 'y == start or A[y] < A[y-1]', for: {y: year}", ""),
    ("condition: 'A[y] < A[y-1]', for: {y: year}, when: y > start", ""),
    ("All(y, A[y] < A[y-1])", ""),
])  # fmt: skip
def test_check_tells_where_a_lag_does_not_apply_and_that_it_never_does(files, rule, severity):
    found = [f for f in mrvgraph.check(mrvgraph.load(files(rule)[0])).findings if f.code == "G405"]

    assert [f.severity for f in found] == ([severity] if severity else [])


# --- what is not there


def test_a_rule_does_not_apply_to_a_combination_outside_a_relation(judged):
    extra = "members: {site: [north, south]}\nrelations: {measured: {file: [north]}}"
    values = "G: {unit: t, values: {file: {north: 7}}}"

    verdict = judged("condition: 'G[s, k] > 5 {t}', for: {s: source, k: site}", values, extra)
    assert verdict.state == HELD
    assert "file, south" in verdict.partly and "G[file, south] is not in the relation measured" in verdict.partly
    assert judged("Sum(s, k, G[s, k]) == 7 {t}", values, extra).state == HELD
    assert judged("All(s, k, G[s, k] > 7 {t})", values, extra).state == BROKEN
    assert judged("G[\"meter\", \"north\"] >= 0 {t}", values, extra).state == IDLE


@pytest.mark.parametrize("rule", ["condition: 'T[p] > 5 {t}', for: {p: plot}", "All(p, T[p] > 5 {t})", "Sum(p, T[p]) <= 0 {t}"])
def test_a_rule_over_a_set_that_nobody_needed_to_list_does_not_apply(judged, rule):
    verdict = judged(rule)

    assert verdict.state == IDLE
    assert "the project lists no members of plot" in verdict.why
    assert judged(rule, "T: {unit: t, values: {a: 1}}", "members: {plot: [a]}").state == BROKEN


@pytest.mark.parametrize("rule", ["step <= 1 {t}", "raw <= 1 {t}", "condition: 'step <= 1 {t}', when: way == short"])
def test_a_rule_over_a_step_in_whose_place_the_result_is_supplied_does_not_apply(files, rule):
    without = PROJECT.replace("  raw: {unit: t, source: x, value: 4}\n", "  base: {unit: t, source: x, value: 9}\n")
    spec, project = files(rule, project=without)
    verdict = mrvgraph.run(mrvgraph.load(spec), project).verdicts[0]

    assert (verdict.state, verdict.findings) == (IDLE, ())
    assert "since base is supplied" in verdict.why
    spec, project = files(rule, "base: {unit: t, source: x, value: 9}")
    assert mrvgraph.run(mrvgraph.load(spec), project).verdicts[0].state == BROKEN


def test_a_rule_does_not_apply_to_members_for_which_nothing_is_defined(judged):
    verdict = judged("condition: 'part[s] < 200 {t}', for: {s: source}")

    assert (verdict.state, verdict.partly) == (HELD, "meter: no equation gives part[meter] here")


def test_years_outside_every_monitoring_period_are_not_asked_for(judged):
    extra = "monitoring_periods: [{id: late, start: 2021-01-01, end: 2022-12-31}]"
    rule = "condition: 'B[y] > 0 {t}', for: {y: year}"

    verdict = judged(rule, "B: {unit: t, values: {2021: 1, 2022: 2}}", extra)
    assert (verdict.state, verdict.partly) == (HELD, "2020: 2020 is in no monitoring period")
    assert judged(rule, "B: {unit: t, values: {2021: 1}}", extra).state == UNDECIDED


@pytest.mark.parametrize(("when", "state", "why"), [
    ("way == long", IDLE, "under way = short"),
    ("supplied(extra)", IDLE, "extra is not supplied"),
    ('s == "file"', HELD, ""),
    ('s in main and s != "file"', BROKEN, "budget: 50 > 10"),
])  # fmt: skip
def test_when_says_where_a_rule_applies(judged, when, state, why):
    verdict = judged(f"condition: 'm[s] <= 10 {{t}}', for: {{s: source}}, when: '{when}'")

    assert (verdict.state, verdict.why) == (state, why)


def test_only_what_was_asked_for_is_judged_where_a_target_is_named(judged):
    verdict = judged("extra > 0 {t}", targets=("base",))

    assert (verdict.state, verdict.why) == (IDLE, "base does not need extra")


# --- what is said of it


def test_verdicts_stand_in_every_format(files, capsys, tmp_path):
    spec, project = files("condition: 'm[s] <= 10 {t}', for: {s: main}")
    for command in (["run", "--json"], ["audit", "--json"]):
        assert main([command[0], str(spec), str(project), *command[1:]]) == 1
        assert json.loads(capsys.readouterr().out)["rules"][0]["verdict"] == BROKEN
    main(["audit", str(spec), str(project), "--format", "md"])
    assert "| `it` | error | broken | budget: 50 &gt; 10 |" in capsys.readouterr().out
    main(["audit", str(spec), str(project)])
    assert "rules of the methodology (1): 1 broken" in capsys.readouterr().out
    main(["report", str(spec), str(project), "-o", str(tmp_path / "r.md")])
    assert "Rules of the methodology" in (tmp_path / "r.md").read_text(encoding="utf-8")


# --- what a run says of an audit


@pytest.mark.parametrize(("supplied", "said"), [
    ("E: {unit: t, source: x, value: 99}", [("A704", "error", "E")]),  # the result has no role, and counts all the same
    ("base: {unit: t, source: x, value: 9}", []),
])  # fmt: skip
def test_a_run_says_that_its_result_was_supplied(files, capsys, supplied, said):
    spec, project = files("raw > 0 {t}", supplied)

    assert main(["run", str(spec), str(project), "--json"]) == (1 if said else 0)
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [(f["code"], f["severity"], f["subject"]) for f in findings if f["code"] == "A704"] == said
    main(["audit", str(spec), str(project), "--json"])
    audited = [f for f in json.loads(capsys.readouterr().out)["findings"] if f["code"] == "A704" and f["severity"] == "error"]
    assert [(f["code"], f["severity"], f["subject"], f["audit"]) for f in audited] == [(*one, "defaults") for one in said]


def test_an_audit_says_which_questions_had_nothing_to_look_at(files, capsys):
    spec, project = files("condition: 'raw > 0 {t}', when: way == long")
    main(["audit", str(spec), str(project), "--json"])
    why = {a["id"]: a["not_asked"] for a in json.loads(capsys.readouterr().out)["audits"]}

    assert why["rules"] == "no rule applies, and no quantity has a range"
    assert why["conversions"] == "no conversion is monitored"
    assert why["displacement"] == "no quantity by year has the role `leakage`"
    assert why["reductions"] == "no quantity has the role `reductions` or `credits`"
    assert why["recompute"] == why["sources"] == why["completeness"] == ""
    main(["audit", str(spec), str(project)])
    assert "not asked: no conversion is monitored" in capsys.readouterr().out
