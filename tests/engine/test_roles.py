"""Any methodology can give the roles of its accounting: baseline, project, leakage, transferred, buffer; former names are read as these."""

from pathlib import Path

import pytest
from small_projects import small_run

import mrvgraph
from engine.audit.asked import why_not_asked
from engine.audit.transfers import audit_transfers
from engine.documents.report.accounting import balance_steps
from engine.run.totals import over_years
from equations.model.roles import ACCOUNT, FLOWS, ROLES

FORMER = {
    "reference_level": "baseline", "project_emissions": "project", "displaced_emissions": "leakage", "emission_reductions": "reductions",
}  # fmt: skip
YEARS = "indices: [year], unit: t, role: "


def test_every_flow_is_a_role():
    assert set(ACCOUNT) < set(FLOWS) < set(ROLES)


def test_flows_of_every_role_add_up_over_years_and_former_names_are_read(tmp_path):
    fields = {f"D{at}": YEARS + role for at, role in enumerate((*FLOWS, *FORMER, "stock"))}
    given = dict.fromkeys(fields, "{unit: t, values: {2019: 1, 2020: 2}}")
    methodology = small_run(tmp_path, "D0[2019]", fields, given).methodology
    held = {q.role: over_years(methodology, q) for q in methodology.quantities if q.role}
    assert held == dict.fromkeys(FLOWS, "sum") | {"stock": "none"}
    assert [methodology.quantity[f"D{at}"].role for at in range(len(FLOWS), len(FLOWS) + len(FORMER))] == list(FORMER.values())


@pytest.mark.parametrize(("given", "told"), [((60, 40), []), ((60, 41), ["101 of 100 t over all years"])])
def test_no_more_is_transferred_than_issued(given, told, tmp_path):
    fields = {"I": YEARS + "issued", "T": YEARS + "transferred"}
    values = {"I": "{unit: t, values: {2019: 70, 2020: 30}}", "T": f"{{unit: t, values: {{2019: {given[0]}, 2020: {given[1]}}}}}"}
    run = small_run(tmp_path, "Sum(y, I[y] - T[y])", fields, values)
    assert [finding.evidence for finding in audit_transfers(run)] == told
    assert why_not_asked(run, "transfers") == ""


def test_a_buffer_is_taken_from_the_reductions(tmp_path):
    fields = {"E": YEARS + "reductions", "B": YEARS + "buffer"}
    values = {"E": "{unit: t, values: {2019: 1, 2020: 1}}", "B": "{unit: t, values: {2019: 2, 2020: 1}}"}
    (finding,) = audit_transfers(small_run(tmp_path, "Sum(y, E[y] - B[y])", fields, values))
    assert (finding.code, finding.subject, finding.evidence) == ("A725", "B", "3 of 2 t over all years")


def test_without_such_roles_the_question_is_not_asked(tmp_path):
    values = {"T": "{unit: t, values: {2019: 2, 2020: 1}}"}
    run = small_run(tmp_path, "Sum(y, T[y])", {"T": YEARS + "transferred"}, values)
    assert why_not_asked(run, "transfers") == "no quantity, or more than one, is what the role `transferred` is taken from"
    run = small_run(tmp_path, "Sum(y, T[y])", {"T": YEARS + "activity"}, values)
    assert why_not_asked(run, "transfers") == "no quantity has the role `transferred` or `buffer`"


LEAK = """
based_on: SPEC
methodology: {version: "2"}
changes:
  add: {quantities: [{id: LE, symbol: LE_<y>, meaning: leakage of the fleet, indices: [year], unit: tCO2, kind: monitored, role: leakage}]}
  replace: {equations: [{id: er, formula: 'BE[y] - PE[y] - LE[y]'}]}
"""


@pytest.mark.parametrize("leaks", [False, True])
def test_the_way_from_baseline_to_reductions_has_the_names_of_the_spec(leaks, tmp_path):
    folder, project = Path("tests/specs_for_tests/grounds").resolve(), Path("tests/specs_for_tests/grounds/project.yaml")
    if leaks:
        (tmp_path / "methodology.yaml").write_text(LEAK.replace("SPEC", str(folder)), encoding="utf-8")
        given = project.read_text(encoding="utf-8").replace("GROUNDS@1", "GROUNDS@2") + "  LE: {unit: tCO2, values: {2024: 5, 2025: 6}}\n"
        folder, project = tmp_path, tmp_path / "project.yaml"
        project.write_text(given, encoding="utf-8")
    steps = balance_steps(mrvgraph.run(mrvgraph.load(folder), project))
    moved = [("leakage of the fleet", -11)] if leaks else []
    wanted = [("baseline emissions", 240), ("project emissions", -60), *moved, ("emission reductions", 169 if leaks else 180)]
    assert [(name, round(value, 9)) for name, value, _ in steps] == wanted
