"""KH_AM004 with monitoring periods from July to June: refused by default, by days under the ruling period-within-year.

The days are counted by hand: 111 and 184 of the 295 of 2018, 181 and 184 of 2019, 182 and 184 of 2020.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import mrvgraph
from engine.audit.periods import audit_periods
from engine.audit.recompute import audit_recompute
from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.batch.recalculation import Recalculation
from equations.errors import MethodologyError

EXAMPLE = Path(__file__).parents[2] / "methodology_specs" / "KH_AM004" / "examples" / "option1.yaml"
PERIODS = """monitoring_periods:
  - {id: A, start: 2018-03-12, end: 2018-06-30}
  - {id: B, start: 2018-07-01, end: 2019-06-30}
  - {id: C, start: 2019-07-01, end: 2020-06-30}
  - {id: D, start: 2020-07-01, end: 2020-12-31}
"""
SHARES = {"A": {"2018": 111 / 295}, "B": {"2018": 184 / 295, "2019": 181 / 365}, "C": {"2019": 184 / 365, "2020": 182 / 366},
          "D": {"2020": 184 / 366}}  # fmt: skip
BY_DAYS = {"period-within-year": "by-days"}


@pytest.fixture(scope="module", params=["KH_AM004@1.1", "KH_AM004@1.0"])
def version(request):
    return mrvgraph.load(request.param)


def project(tmp_path: Path, periods: str = PERIODS) -> Path:
    path = tmp_path / "project.yaml"
    path.write_text(re.sub(r"(?ms)^monitoring_periods:\n(  - .*?\n)+", periods, EXAMPLE.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def shared(run: mrvgraph.Run, quantity: str) -> dict[str, float]:
    return {p: sum(part * run.value(quantity, year=y) for y, part in parts.items()) for p, parts in SHARES.items()}


def test_a_year_is_shared_by_days(version, tmp_path):
    whole, run = mrvgraph.run(version, EXAMPLE), mrvgraph.run(version, project(tmp_path), readings=BY_DAYS)

    assert [run.value("ER_credit", year=y) for y in (2018, 2019, 2020)] == [whole.value("ER_credit", year=y) for y in (2018, 2019, 2020)]
    for period, credits in shared(whole, "ER_credit").items():
        assert run.value("ER_credit_p", period=period) == pytest.approx(credits, rel=1e-14)
    assert run.total == pytest.approx(whole.total, rel=1e-14)
    if version.version == "1.1":
        assert [finding.severity for finding in audit_recompute(run)] == ["note"]
    assert Recalculation(run.methodology, run.plan, run.inputs)()["ER_credit_p"].tolist() == run.values.arrays["ER_credit_p"].tolist()


def test_batches_share_it_alike(tmp_path):
    run = mrvgraph.run(mrvgraph.load("KH_AM004@1.1"), project(tmp_path), readings=BY_DAYS)
    batchable = batchable_of(run, ("ER_credit_p",))
    numbers = {q: run.inputs.values[q] for q in batchable.plan.inputs}
    source = ArraySource({q: np.stack([array] * 2) for q, array in numbers.items()})
    for form in ("literal", "optimised"):
        found = evaluate_batch(batchable, source, Way(form, "numpy", workers=1)).arrays["ER_credit_p"]
        assert found[0] == pytest.approx(run.values.arrays["ER_credit_p"], rel=1e-12)


def test_by_default_periods_within_a_year_are_refused(version, tmp_path):
    with pytest.raises(MethodologyError) as caught:
        mrvgraph.run(version, project(tmp_path))

    said = [str(error) for error in caught.value.errors]
    assert {error.code for error in caught.value.errors} == {"I507"}
    assert sum("share a calendar year" in text for text in said) == 3
    assert all("readings: {period-within-year: by-days}" in text for text in said)


def test_periods_that_share_days_are_refused_all_the_same(version, tmp_path):
    with pytest.raises(MethodologyError, match="I507 the periods 'A' and 'B' overlap"):
        mrvgraph.run(version, project(tmp_path, PERIODS.replace("end: 2018-06-30", "end: 2018-07-01")), readings=BY_DAYS)


def test_days_in_no_period_get_no_credits_and_are_named(version, tmp_path):
    """August 2019 on in operation, and in no period: 31 days less in C."""
    found = mrvgraph.run(version, project(tmp_path, PERIODS.replace("start: 2019-07-01", "start: 2019-08-01")), readings=BY_DAYS)
    credits = {y: found.value("ER_credit", year=y) for y in (2019, 2020)}

    assert found.value("ER_credit_p", period="C") == pytest.approx(credits[2019] * 153 / 365 + credits[2020] * 182 / 366, rel=1e-14)
    assert "2019-07-01 to 2019-07-31" in [finding.evidence for finding in audit_periods(found)]


def test_displacement_of_a_period_takes_its_days_of_each_year(tmp_path):
    """Both readings at once: years are set against each other within a period, each year with its days."""
    kh = mrvgraph.load("KH_AM004@1.1")
    run = mrvgraph.run(kh, project(tmp_path), readings={**BY_DAYS, "displacement-by-year": "per-period"})
    over = {y: run.value("DP", year=y) - run.value("DR", year=y) for y in ("2018", "2019", "2020")}
    whole = {p: max(sum(part * over[y] for y, part in parts.items()), 0) for p, parts in SHARES.items()}
    each = {p: sum(part * max(over[y], 0) for y, part in parts.items()) for p, parts in SHARES.items()}

    assert any(value < 0 for value in over.values()), "else nothing is set against anything"
    for y in over:
        parts = {p: of[y] for p, of in SHARES.items() if y in of}
        expected = sum(part * max(over[y], 0) * whole[p] / each[p] for p, part in parts.items() if whole[p] > 0)
        assert run.value("DE", year=y) == pytest.approx(expected, rel=1e-12)
    assert sum(run.value("DE", year=y) for y in over) == pytest.approx(sum(whole.values()), rel=1e-12)
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]


def revised(name: str) -> mrvgraph.Methodology:
    return mrvgraph.load(Path(__file__).parent / "revisions" / f"{name}.yaml")


def test_a_revision_of_the_credits_of_a_period_is_read_by_days(tmp_path):
    """A deduction for uncertainty: 4, 0, 8 and 12 percent of what each period gets of its years."""
    path = project(tmp_path)
    more = "\nvalues:\n  U_ER: {unit: '1', values: {A: 0.2, B: 0.1, C: 0.5, D: 0.7}}\n"
    path.write_text(path.read_text(encoding="utf-8").replace("\nvalues:\n", more), encoding="utf-8")
    run = mrvgraph.run(revised("uncertainty"), path, readings=BY_DAYS)

    for period, kept in (("A", 0.96), ("B", 1), ("C", 0.92), ("D", 0.88)):
        assert run.value("ER_credit_p", period=period) == pytest.approx(kept * shared(run, "ER_credit")[period], rel=1e-14)
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]


def test_a_revision_that_shares_out_the_amount_of_a_period_is_read_by_days(tmp_path):
    """Displacement by period, equal parts of a year: a year gets from each of its periods what its part is of the years of that period."""
    run = mrvgraph.run(revised("floor_period"), project(tmp_path), readings=BY_DAYS)
    over = {y: run.value("DP", year=y) - run.value("DR", year=y) for y in ("2018", "2019", "2020")}
    whole = {p: max(sum(part * over[y] for y, part in parts.items()), 0) for p, parts in SHARES.items()}
    years = {p: sum(parts.values()) for p, parts in SHARES.items()}

    assert [run.value("n_q", period=p) for p in SHARES] == pytest.approx(list(years.values()), rel=1e-14)
    for y in over:
        expected = sum(parts[y] * whole[p] / years[p] for p, parts in SHARES.items() if y in parts)
        assert run.value("DE", year=y) == pytest.approx(expected, rel=1e-12)
    assert sum(run.value("DE", year=y) for y in over) == pytest.approx(sum(whole.values()), rel=1e-12)
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]
