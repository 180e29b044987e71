"""Four readings in numbers written out from the inputs: aged areas, closed rows, a deficit, and a belt left out on both sides.

The projects are those of ``test_rulings``: evergreen (E) and deciduous forest (D) and non-forest (NF) from 8 August 2019 on, with 146 of
365 days, 183 of 366 and a whole year. Each run is also recomputed by the audit and evaluated in batch, through both kinds of program.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from test_rulings import AGED, ALIKE, CARRY, CLOSED, EMITTING, GEOMETRIC, NATIONAL, OPTION_1, OPTION_2, POWER, value

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.batch.recalculation import Recalculation

Readings = dict[str, str]
#: From 7 August 2017 to 8 August 2019: two calendar years and a day, 731 days.
AGE = 731 / 365.25
MAP = "  map_date: 2017-08-07\n"
OUT = "  CA_d_out: {unit: ha, values: {E: {2019: 30}, D: {2020: 80}}, otherwise: 0}\n"
LATER = {"area-year-index": "literal"}
PART = {"interval-average": "operating-days"}


@pytest.fixture(scope="module")
def run(kh: mrvgraph.Methodology, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., mrvgraph.Run]:
    """Return ``run(text, readings)``; what it gives is recomputed and evaluated in batch."""
    folder = tmp_path_factory.mktemp("more")

    held: dict[tuple[object, ...], mrvgraph.Run] = {}

    def run_one(text: str, readings: Readings, map_date: str = MAP) -> mrvgraph.Run:
        key = text, tuple(readings.items()), map_date
        if key in held:
            return held[key]
        path = folder / "project.yaml"
        path.write_text(text.replace("  DF: 0.25\n", f"  DF: 0.25\n{map_date}{OUT}"), encoding="utf-8")
        found = mrvgraph.run(kh, path, readings=readings)
        assert [finding.severity for finding in audit_recompute(found)] == ["note"]
        check_batch(found)
        held[key] = found
        return found

    return run_one


def check_batch(found: mrvgraph.Run) -> None:
    """The recalculation gives the same bits, the optimised and the literal program the same numbers."""
    credits = found.values.arrays["ER_credit_p"]
    assert Recalculation(found.methodology, found.plan, found.inputs)()["ER_credit_p"].tolist() == credits.tolist()
    batchable = batchable_of(found, ("ER_credit_p",))
    source = ArraySource({q: np.stack([found.inputs.values[q]] * 2) for q in batchable.plan.inputs})
    for form in ("literal", "optimised"):
        again = evaluate_batch(batchable, source, Way(form, "numpy", workers=1)).arrays["ER_credit_p"]
        np.testing.assert_allclose(again[0], credits, rtol=1e-11)


# --- areas aged from the date of the map ----------------------------------------------------------------


AGED_1 = [
    (AGED, "map_age", (), AGE),
    (AGED, "dCS_ref", (2019,), 1000 * 0.905**AGE * 0.095 * 0.4 * 100 + 500 * 0.82**AGE * 0.18 * 0.4 * 50),
    (AGED, "dCS_ref", (2020,), 1000 * 0.905**AGE * 0.962 * 0.095 * 0.5 * 100 + 500 * 0.82**AGE * 0.928 * 0.18 * 0.5 * 50),
    (AGED, "dCS_d", (2019,), 300 * 0.82**AGE * 0.18 * 0.4 * 100 + 200 * 0.905**AGE * 0.095 * 0.4 * 50),
    (AGED | POWER, "A", ("E", 2019), 1000 * 0.905 ** (AGE + 0.4)),
    (AGED | GEOMETRIC, "A_0_left", ("E",), 1000 * 0.9**AGE),
    (AGED | GEOMETRIC, "A_d_0_left", ("E",), 300 * 0.8**AGE),
    (AGED | GEOMETRIC | NATIONAL, "A_d_0_left", ("E",), 300 * 0.9**AGE),
]
# Under emitting-only the matrix is triangular (0.90 of E and 0.95 of D stay, in the belt 0.94 and 0.92), and its powers are at hand.
AGED_2 = [
    (AGED | EMITTING, "A_0_moved", ("E",), 1000 * 0.90**AGE),
    (AGED | EMITTING, "A_0_moved", ("D",), 500 * 0.95**AGE + 1000 * 0.04 * (0.95**AGE - 0.90**AGE) / 0.05),
    (AGED | EMITTING, "ca", ("E", "NF", 2019), 1000 * 0.90**AGE * 0.06),
    (AGED | EMITTING, "A_d_0_moved", ("E",), 300 * 0.94**AGE),
    (AGED | EMITTING | NATIONAL, "A_d_0_moved", ("E",), 300 * 0.90**AGE),
    (AGED | EMITTING | LATER, "A", ("E", 2019), 1000 * 0.90**AGE),
    (AGED | EMITTING | LATER, "A_d", ("E", 2019), 300 * 0.94**AGE),
]


@pytest.mark.parametrize(("text", "cases"), [(OPTION_1, AGED_1), (OPTION_2, AGED_2)], ids=["option_1", "option_2"])
def test_areas_are_aged_from_the_date_of_the_map(text, cases, run) -> None:
    for readings, quantity, labels, by_hand in cases:
        assert value(run(text, readings), quantity, *labels) == pytest.approx(by_hand, rel=1e-11), (readings, quantity, labels)


@pytest.mark.parametrize("text", [OPTION_1, OPTION_2], ids=["option_1", "option_2"])
def test_a_map_of_the_start_date_or_later_changes_nothing(text, run) -> None:
    plain, aged = run(text, {}), run(text, AGED, "  map_date: 2019-12-01\n")

    assert aged.value("map_age") == 0.0
    assert aged.total == pytest.approx(plain.total, rel=1e-14)


# --- rows closed on the diagonal ------------------------------------------------------------------------

ROWS = OPTION_2.replace("E: {E: 0.90, D: 0.04, NF: 0.06}", "E: {E: 0.90, D: 0.04, NF: 0.07}").replace("D: {E: 0.03, D: 0.89, NF: 0.08}", "D: {E: 0.03, D: 0.89, NF: 0.07}")
NEGATIVE = ROWS.replace("E: {E: 0.90, D: 0.04, NF: 0.07}", "E: {E: 0.90, D: -0.005, NF: 0.07}")
CLIP = {"negative-transition": "clip-rescale"}


@pytest.mark.parametrize(("text", "readings", "quantity", "labels", "by_hand"), [
    (ROWS, CLOSED, "ca", ("E", "E", 2019), 1000 * 0.89),
    (ROWS, CLOSED, "ca", ("E", "NF", 2019), 1000 * 0.07),
    (ROWS, CLOSED, "ca", ("D", "D", 2019), 500 * 0.93),
    (ROWS, CLOSED, "A", ("E", 2020), (1000 * 0.89 + 500 * 0.02 + 100 * 0.01) * 0.89 + (1000 * 0.04 + 500 * 0.93) * 0.02
     + (1000 * 0.07 + 500 * 0.05 + 100 * 0.99) * 0.01),
    (ROWS, CLOSED, "ca_d", ("D", "D", 2019), 200 * 0.90),
    (ROWS, CLOSED | NATIONAL, "ca_d", ("E", "E", 2019), 300 * 0.89),
    (ROWS, CLOSED | EMITTING, "ca", ("E", "E", 2019), 1000 * 0.89),
    (NEGATIVE, CLOSED, "ca", ("E", "E", 2019), 1000 * (1 - 0.07 + 0.005)),
    (NEGATIVE, CLOSED | CLIP, "ca", ("E", "E", 2019), 1000 * 0.90 / 0.97),
])  # fmt: skip
def test_the_diagonal_closes_a_row(text, readings, quantity, labels, by_hand, run) -> None:
    assert value(run(text, readings), quantity, *labels) == pytest.approx(by_hand, rel=1e-12)


# --- a deficit carried forward --------------------------------------------------------------------------

PERIODS = """
monitoring_periods:
  - {id: third, start: 2021-01-01, end: 2021-12-31}
  - {id: first, start: 2019-08-08, end: 2019-12-31}
  - {id: second, start: 2020-01-01, end: 2020-12-31}
"""
#: RL, what is converted in the project area, and what the belt loses and was expected to lose, in tC; see test_rulings.
RL = {2019: 3800 + 1800, 2020: 962 * 0.095 * 0.5 * 100 + 464 * 0.18 * 0.5 * 50, 2021: 962 * 0.905 * 0.095 * 100 + 464 * 0.82 * 0.18 * 50}
BELT = {2019: 0.0, 2020: 4000 - (300 * 0.928 * 0.09 * 100 + 200 * 0.962 * 0.0475 * 50), 2021: 6000 - (300 * 0.928 * 0.82 * 18 + 200 * 0.962 * 0.905 * 0.095 * 50)}


def credits(lost: dict[int, float]) -> list[float]:
    return [(RL[y] - lost[y] * 100 - BELT[y]) * 44 / 12 * 0.75 for y in (2019, 2020, 2021)]


def with_periods(lost: dict[int, float]) -> str:
    text = re.sub(r"(?s)\nmonitoring_periods:.*?\nmembers", PERIODS + "members", OPTION_1)
    return re.sub(r"CA_pj: .*", f"CA_pj: {{unit: ha, values: {{E: {lost}}}, otherwise: 0}}", text)


def paid(found: mrvgraph.Run) -> list[float]:
    return [found.value("ER_credit_p", period=p) for p in ("first", "second", "third")]


def test_a_deficit_is_paid_by_later_periods_in_the_order_of_their_dates(run) -> None:
    """A negative first period: the second pays a part of it, the third the rest, and gives what is left."""
    lost = {2019: 100, 2020: 20, 2021: 10}
    one, two, three = credits(lost)
    assert one < 0 < two < -one < two + three

    found = run(with_periods(lost), CARRY)
    assert paid(found) == pytest.approx([0, 0, one + two + three], rel=1e-12)
    assert [found.value("deficit", period=p) for p in ("first", "second")] == pytest.approx([-one, -one - two], rel=1e-12)
    assert paid(run(with_periods(lost), CARRY | {"credit-rounding": "per-period"})) == [0, 0, float(int(one + two + three))]


def test_a_deficit_at_the_end_takes_nothing_from_periods_before(run) -> None:
    lost = {2019: 10, 2020: 100, 2021: 190}
    one, two, three = credits(lost)
    assert min(one, -two, -three) > 0
    assert paid(run(with_periods(lost), CARRY)) == pytest.approx([one, 0, 0], rel=1e-12)


# --- the belt's exclusions on both sides ----------------------------------------------------------------

EXPECTED = {2019: 5400 * 0.4 + 950 * 0.4, 2020: 300 * 0.928 * 0.09 * 100 + 200 * 0.962 * 0.0475 * 50,
            2021: 300 * 0.928 * 0.82 * 18 + 200 * 0.962 * 0.905 * 0.095 * 50}  # fmt: skip


@pytest.mark.parametrize(("text", "readings", "share"), [
    (OPTION_1, ALIKE, {2019: 2000 / 5000, 2020: 4000 / 8000, 2021: 1}),
    (OPTION_1, ALIKE | PART, {2019: 2000 / 5000, 2020: 4000 / 8000, 2021: 1}),
    (OPTION_1.replace("2019: 20, 2020: 40, 2021: 60", "2019: 0, 2020: 40, 2021: 0"), ALIKE, {2019: 0, 2020: 4000 / 8000, 2021: 1}),
])  # fmt: skip
def test_the_reference_keeps_the_part_that_monitoring_keeps(text, readings, share, run) -> None:
    found = run(text, readings)
    for year, part in share.items():
        assert value(found, "DR", year) == pytest.approx(EXPECTED[year] * part * 44 / 12, rel=1e-12), year
    out = {2019: 30 * 100, 2020: 80 * 50}
    for year, carbon in out.items():
        days = {2019: 0.4, 2020: 0.5}[year] if readings.get("interval-average") else 1
        assert value(found, "dCS_d_out", year) == pytest.approx(carbon * days, rel=1e-12)


def test_only_deforestation_is_left_out_under_option_2(run) -> None:
    plain, alike = run(OPTION_2, {}), run(OPTION_2, ALIKE)
    kept = 34.7 / 3 * 50
    for year, out in {2019: 30 * 100, 2020: 80 * 50, 2021: 0}.items():
        assert value(alike, "DR", year) == pytest.approx(value(plain, "DR", year) * kept / (kept + out), rel=1e-12)


def test_what_was_left_out_is_asked_for(kh, tmp_path: Path) -> None:
    path = tmp_path / "project.yaml"
    path.write_text(OPTION_1, encoding="utf-8")
    with pytest.raises(mrvgraph.MethodologyError, match="I501 missing: CA_d_out"):
        mrvgraph.run(kh, path, readings=ALIKE)
