"""Two numbers that agree to twelve digits are equal in every condition: 0.1 + 0.2 is not above 0.3."""

from importlib.util import find_spec

import numpy as np
import pytest

from engine.audit.recompute import audit_recompute
from engine.batch.evaluation import Way
from engine.cli import main
from engine.report.run_report import run_record
from engine.run.functions import ELEMENTWISE
from mrvgraph import load, many_draws, run

SPEC = """
methodology: {{id: T, version: "1", title: Comparisons, result: R}}
quantities:
  - {{id: A, symbol: A, meaning: a, unit: tCO2, kind: monitored}}
  - {{id: B, symbol: B, meaning: b, unit: tCO2, kind: monitored}}
  - {{id: S, symbol: S, meaning: sum, unit: tCO2, kind: computed}}
  - {{id: R, symbol: R, meaning: result, unit: tCO2, kind: computed}}
equations:
  - {{id: s, number: 1, defines: S, formula: A + B}}
  - {{id: r, number: 2, defines: R, formula: "cases(S {op} 0.3 {{tCO2}}: 100 {{tCO2}}, otherwise: 7 {{tCO2}})"}}
rules:
  - {{id: limit, statement: the sum against its limit, condition: "S {op} 0.3 {{tCO2}}", severity: error, editorial: for the test}}
  - {{id: less_limit, statement: the same from zero, condition: "S - 0.3 {{tCO2}} {op} 0", severity: error, editorial: for the test}}
"""
PROJECT = "project: {name: p}\noperation: {start: 2024-01-01, end: 2024-12-31}\nvalues:\n  A: {unit: tCO2, value: 0.1}\n  B: {unit: tCO2, value: 0.2}\n"
HOLDS = {"<": False, "<=": True, ">": False, ">=": True, "==": True, "!=": False}


@pytest.fixture(params=HOLDS)
def op(request):
    return request.param


@pytest.fixture
def files(tmp_path, op):
    (tmp_path / "spec.yaml").write_text(SPEC.format(op=op), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
    return tmp_path / "spec.yaml", tmp_path / "project.yaml"


def test_every_way_to_a_number_decides_alike(files, op, capsys):
    expected = 100.0 if HOLDS[op] else 7.0
    done = run(load(files[0]), files[1])

    assert done.total == expected
    assert [verdict.state for verdict in done.verdicts] == ["held" if HOLDS[op] else "broken"] * 2
    assert [finding.severity for finding in audit_recompute(done)] == ["note"]
    assert run_record(done)["whole_units"]["total"] == expected
    for way in (Way("literal", "numpy"), Way("optimised", "numpy"), Way("optimised", "numba"))[: 3 if find_spec("numba") else 2]:
        assert many_draws(done, ("R",))({}, way).arrays["R"].ravel().tolist() == [expected]
    main(["explain", str(files[0]), str(files[1]), "R"])
    assert f"\n  = {expected:g}" in capsys.readouterr().out


@pytest.mark.parametrize(("name", "sign"), list(zip(("lt", "le", "gt", "ge", "eq", "ne"), HOLDS, strict=True)))
def test_apart_from_ties_and_beyond_numbers_they_are_those_of_floats(name, sign):
    left = np.array([0.3 + 1e-11, 0.3 - 1e-11, 1.0, -1e-300, 0.0, np.inf, -np.inf, np.nan, 5.0])
    right = np.array([0.3, 0.3, 1.0, 0.0, 0.0, 1.0, np.inf, 1.0, np.inf])
    plain = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal}[sign]
    out = np.zeros(left.shape, bool)

    assert ELEMENTWISE[name].number(left, right).tolist() == plain(left, right).tolist()
    assert ELEMENTWISE[name].number(left, right, out=out) is out and out.tolist() == plain(left, right).tolist()


CANCELLED = """
methodology: {{id: T, version: "1", title: Differences, result: R}}
quantities:
  - {{id: A, symbol: A, meaning: a, unit: tCO2, kind: monitored}}
  - {{id: B, symbol: B, meaning: b, unit: tCO2, kind: monitored}}
  - {{id: D, symbol: D, meaning: difference, unit: tCO2, kind: computed}}
  - {{id: R, symbol: R, meaning: result, unit: tCO2, kind: computed}}
equations:
  - {{id: d, number: 1, defines: D, formula: "A + B - 0.3 {{tCO2}}"}}
  - {{id: r, number: 2, defines: R, formula: "{formula}"}}
"""
STEP = "cases(D > 0: 100 {tCO2}, D == 0: 50 {tCO2}, otherwise: 7 {tCO2})"


@pytest.mark.parametrize(
    ("formula", "project", "evidence"),
    [
        (STEP, PROJECT, ["100 tCO2, and 50 tCO2 where they are equal"]),  # 0.1 + 0.2 - 0.3 is nothing as people count, and 5e-17 as a float
        ("cases(D != 0: A / B, otherwise: 7) * 1 {tCO2}", PROJECT, ["0.5 tCO2, and 7 tCO2 where they are equal"]),
        ("cases(D > 0: D, otherwise: 0)", PROJECT, []),  # a part that is never below zero moves by its own rounding
        (STEP, PROJECT.replace("0.2", "0.2000001"), []),
        # the power of a small number is small, and has all of its digits
        ("cases((B / (2000000 * A)) ^ 2 > 0: 7, otherwise: 1) * 1 {tCO2}", PROJECT, []),
        ("cases((1000 * B / A) ^ -4 > 0: 7, otherwise: 1) * 1 {tCO2}", PROJECT, []),
        ("cases((D / A) ^ 2 > 0: 7, otherwise: 1) * 1 {tCO2}", PROJECT, ["7 tCO2, and 1 tCO2 where they are equal"]),
    ],
)
def test_a_case_that_the_last_digit_of_a_difference_decides_is_an_error_of_the_run(tmp_path, formula, project, evidence):
    for name, text in (("spec.yaml", CANCELLED.format(formula=formula)), ("project.yaml", project)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    done = run(load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")

    found = [finding for finding in done.findings if finding.code == "A875"]
    assert [finding.evidence for finding in found] == evidence
    assert all((finding.subject, finding.severity) == ("R", "error") for finding in found)
