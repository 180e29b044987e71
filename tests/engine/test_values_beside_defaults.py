"""What stands beside a default, also one that changes at a date; and what is supplied and not used, with the reason."""

import pytest

from mrvgraph import audit as audit_project

SPEC = """
methodology: {id: T, version: "1", title: Defaults, result: E}
index_sets: [{id: year, kind: year, letters: [y]}]
choices: [{id: way, meaning: way, default: a, values: [{id: a}, {id: b}]}]
quantities:
  - {id: M, symbol: M, meaning: methane, indices: [year], unit: tCH4, kind: monitored}
  - {id: GWP, symbol: G, meaning: potential, indices: [year], unit: tCO2e/tCH4, kind: default}
  - {id: B, symbol: B, meaning: for the other way, unit: tCO2e, kind: monitored}
  - {id: N, symbol: N, meaning: used by nothing, unit: t, kind: monitored}
  - {id: E, symbol: E, meaning: emissions, unit: tCO2e, kind: computed}
equations:
  - {id: e.a, number: 1, defines: E, when: way == a, formula: "Sum(y, M[y] * GWP[y])"}
  - {id: e.b, number: 2, defines: E, when: way == b, formula: "B"}
datasets:
  - id: decided
    title: As decided
    use: default
    values:
      - {quantity: GWP, unit: tCO2e/tCH4, at: {year: "*"}, value: 21, when: y <= 2012}
      - {quantity: GWP, unit: tCO2e/tCH4, at: {year: "*"}, value: 25, when: y > 2012}
"""
PROJECT = """
project: {name: p}
operation: {start: 2012-01-01, end: 2013-12-31}
values:
  M: {unit: tCH4, values: {2012: 1, 2013: 1}, source: meter}
"""


def of_code(report, code):
    return [(f.subject, f.severity, f.what, f.evidence) for f in report.findings if f.code == code]


@pytest.mark.parametrize(
    ("given", "severity", "said"),
    [
        ("{2012: 21, 2013: 28}", "note", "GWP[2013] = 28, in decided 25: +12 %"),
        ("{2012: 25, 2013: 25}", "note", "GWP[2012] = 25, in decided 21: +19 %"),
        ("{2012: 21, 2013: 250}", "warning", "GWP[2013] = 250, in decided 25: 10 times"),
        ("{2012: 21, 2013: 25}", "", ""),
    ],
)
def test_a_dated_default_is_compared_at_its_date(evaluated, given, severity, said):
    run = evaluated(SPEC, PROJECT + f"  GWP: {{unit: tCO2e/tCH4, values: {given}, source: s}}\n")
    found = of_code(audit_project(run.methodology, run.project), "A719")
    assert [(s, e.partition("; with the published: ")[0]) for _, s, _, e in found] == ([(severity, said)] if said else [])


def test_what_is_not_used_says_whether_anything_could_use_it(evaluated):
    run = evaluated(SPEC, PROJECT + "  B: {unit: tCO2e, value: 1, source: s}\n  N: {unit: t, value: 1, source: s}\n")
    said = {f.subject: f.evidence for f in run.findings if f.code == "A705"}
    assert said == {
        "B": "it is read by Eq. 2, and the result does not ask for that under these choices and supplied values",
        "N": "no equation of the methodology uses it",
    }


CHAIN = """
methodology: {id: T, version: "1", title: Chain, result: E}
quantities:
  - {id: A, symbol: A, meaning: area, unit: ha, kind: monitored}
  - {id: lost, symbol: l, meaning: area lost, unit: ha, kind: fixed_ex_ante}
  - {id: had, symbol: h, meaning: area before, unit: ha, kind: fixed_ex_ante}
  - {id: share, symbol: s, meaning: share lost, unit: "1", kind: computed}
  - {id: rate, symbol: r, meaning: rate, unit: "1", kind: fixed_ex_ante}
  - {id: E, symbol: E, meaning: area lost later, unit: ha, kind: computed}
equations:
  - {id: share, number: 1, defines: share, formula: "lost / had"}
  - {id: rate, number: 2, defines: rate, formula: "share / 2"}
  - {id: result, number: 3, defines: E, formula: "A * rate"}
datasets:
  - {id: national, title: National, use: on-request, values: [{quantity: rate, unit: "1", value: 0.5}]}
RULES
"""
OWN = """
project: {name: p}
operation: {start: 2012-01-01, end: 2013-12-31}
DATASETS
values:
  A: {unit: ha, value: 10, source: map}
  lost: {unit: ha, value: 1, source: own map}
  had: {unit: ha, value: 10, source: own map}
"""


@pytest.mark.parametrize("rules", ["", "rules: [{id: r, statement: s, condition: 'not supplied(lost) or share <= 1'}]"])
def test_numbers_that_lose_to_a_dataset_are_told_also_where_a_rule_reads_them(evaluated, rules):
    """A dataset gives the rate; what the project measured leads to the same rate, and is not used."""
    spec = CHAIN.replace("RULES", rules)
    found = {f.subject: (f.severity, f.evidence) for f in evaluated(spec, OWN.replace("DATASETS", "datasets: [national]")).findings}

    said = "it is read by Eq. 1 and leads to rate, for which national gives the number"
    assert found == {"lost": ("warning", said), "had": ("warning", said)}


def test_numbers_that_lose_to_a_number_of_the_project_itself_are_a_note(evaluated):
    project = OWN.replace("DATASETS", "") + "  rate: {unit: '1', value: 0.4, source: own study}\n"
    found = {f.subject: f.severity for f in evaluated(CHAIN.replace("RULES", ""), project).findings if f.code == "A705"}

    assert found == {"lost": "note", "had": "note"}
    assert evaluated(CHAIN.replace("RULES", ""), OWN.replace("DATASETS", "")).total == pytest.approx(0.5)
