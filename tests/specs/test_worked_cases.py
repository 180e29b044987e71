"""The worked cases of KH_AM004 come out as written down, and as the independent oracle has them; every equation takes part in one.

What stands before the oracle's own inputs (error-adjusted areas, Eq 46 to 49, averages between two maps) is recomputed here in
plain Python from the numbers that the project files give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

import kh_am004_by_hand as by_hand
import numpy as np
import pytest
from reference_adapter import TARGETS, compare, to_oracle

import mrvgraph
from engine.checks.worked_cases import WorkedCase, read_cases
from engine.mutation.case_runs import CaseRun, start_case
from equations.formula.syntax import quantities_in
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings
from equations.units.registry import parse_unit

FOLDER = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004" / "1.1"
POWER = {"option2-operating-days": "power"}
Numbers = Mapping[tuple[str, ...], float]


@pytest.fixture(scope="module")
def cases(kh: Methodology) -> tuple[WorkedCase, ...]:
    return read_cases(FOLDER / "methodology.yaml", kh, parse_unit)


@pytest.fixture(scope="module")
def started(kh: Methodology, cases: tuple[WorkedCase, ...]) -> dict[str, CaseRun]:
    return {case.id: start_case(case, kh, parse_unit) for case in cases}


def full_run(case: WorkedCase, run_kh: Callable[..., mrvgraph.Run]) -> mrvgraph.Run:
    data = case.data()
    option = case.choices.get("option") or data.choices["option"].text
    return run_kh(data, choices=case.choices, readings=case.readings, targets=TARGETS[int(option)])


def numbers(run: mrvgraph.Run, quantity: str) -> dict[tuple[str, ...], float]:
    return {labels: value for labels, value, _ in run.cells(quantity)} if quantity in run.values.arrays else {}


# --- what the cases are ---------------------------------------------------------------------------


def test_every_case_gives_what_is_written_down(kh: Methodology, started: dict[str, CaseRun]) -> None:
    for run in started.values():
        assert run.case.expected, run.case.id
        assert run.case.difference(kh, run.setting, run.result.values) == "", run.case.id


def test_every_equation_choice_and_reading_takes_part_in_a_case(kh: Methodology, started: dict[str, CaseRun]) -> None:
    used = frozenset().union(*(run.equations for run in started.values()))
    readings = [{}, *({ruling.id: reading.id} for ruling in kh.rulings for reading in ruling.readings if reading.edits)]
    unused = [(taken, e.id) for taken in readings for e in with_readings(kh, taken).equations if e.id not in used]
    assert (unused, len(readings) > 20) == ([], True)

    settings = [run.setting for run in started.values()]
    made = {pair for setting in settings for pair in (*setting.choices.items(), *setting.readings.items())}
    assert [(c.id, v.id) for c in kh.choices for v in c.values if (c.id, v.id) not in made] == []
    decided_by_rules = {"five-percent-base"}
    elsewhere = {"period-within-year"}  # it needs periods that no case has: test_periods_within_years works them out by hand
    rulings = [ruling for ruling in kh.rulings if ruling.id not in decided_by_rules | elsewhere]
    assert [(r.id, x.id) for r in rulings for x in r.readings if (r.id, x.id) not in made] == []


# --- against the oracle ---------------------------------------------------------------------------


def test_every_case_agrees_with_the_oracle(cases: tuple[WorkedCase, ...], run_kh: Callable[..., mrvgraph.Run]) -> None:
    compared = 0
    for case in cases:
        run = full_run(case, run_kh)
        if run.setting.readings["option2-operating-days"] == "power":  # see below
            continue
        project = to_oracle(run) | ({} if "NVE" in run.values.arrays else {"NVE": {}})
        comparison = compare(run, by_hand.compute(project))
        assert comparison.differences == [], case.id
        compared += comparison.compared
        check_areas(run)
        check_averages(run)
        check_probabilities(run)
    assert compared > 1000 * len(cases)


def check_areas(run: mrvgraph.Run) -> None:
    """Each mapped class is shared out as its sample points are."""
    for mapped, sample, area in (("A_map_0", "n_0", "A_0"), ("A_d_map_0", "n_d_0", "A_d_0")):
        drawn, points = numbers(run, mapped), numbers(run, sample)
        if not drawn:
            continue
        rows: dict[str, float] = {}
        for (i, _), count in points.items():
            rows[i] = rows.get(i, 0.0) + count
        for (j,), value in numbers(run, area).items():
            shares = [size * points[i, j] / rows[i] for (i,), size in drawn.items() if size]
            assert math.isclose(value, math.fsum(shares), rel_tol=1e-12, abs_tol=1e-9), (area, j)


def check_averages(run: mrvgraph.Run) -> None:
    """What was converted between two maps is shared out over the years between them."""
    years = run.setting.members["year"]
    names = run.setting.members["map_interval"]
    interval = {years[at]: name for name, group in zip(names, run.setting.groups["map_interval"], strict=True) for at in group}
    days, calendar = numbers(run, "d"), numbers(run, "d_0")
    for yearly in ("CA_pj", "CA_d_pj", "ca_pj", "ca_d_pj"):
        between = numbers(run, f"{yearly}_m")
        for (*labels, year), value in numbers(run, yearly).items() if between else ():
            here = [y for y in years if interval[y] == interval[year]]
            operated = math.fsum(days[(y,)] for y in here)
            share = {"equal-years": 1 / len(here), "operating-days": 1 / len(here), "by-days": days[(year,)] / operated,
                     "annual-rate": calendar[(year,)] / operated}[run.setting.readings["interval-average"]]  # fmt: skip
            assert math.isclose(value, between[(*labels, interval[year])] * share, rel_tol=1e-12), (yearly, labels, year)


def check_probabilities(run: mrvgraph.Run) -> None:
    """Eq 46, and Eq 47 to 49 with the weights of the reading."""
    for converted, area, span, share in (("CA_ref", "A_ref", "T_ref", "P"), ("CA_d_ref", "A_d_ref", "T_d_ref", "P_d")):
        if area in run.values.arrays and converted in run.values.arrays:
            by_class = [{i: x for (i,), x in numbers(run, id_).items()} for id_ in (converted, area)]
            wanted = by_hand.eq46_p(by_class[0], by_class[1], float(run.values.arrays[span]))
            for (i,), value in numbers(run, share).items():
                assert math.isclose(value, wanted[i], rel_tol=1e-12), (share, i)
    for tail, axis, result in (("", "interval", "p"), ("_d", "belt_interval", "p_d")):
        moved, held, lengths = (numbers(run, id_.format(tail)) for id_ in ("CA{}_ref_ij", "A{}_ref_i", "T{}_multi"))
        if not moved:
            continue
        annual = {}
        for t in run.setting.members[axis]:
            converted = {(i, j): x for (i, j, u), x in moved.items() if u == t}
            prob = by_hand.eq47_prob(converted, {i: x for (i, u), x in held.items() if u == t})
            annual[t] = by_hand.eq48_annual(prob, int(lengths[(t,)]))
        weights = {t: lengths[(t,)] if run.setting.readings["interval-weights"] == "by-length" else 1.0 for t in annual}
        for (i, j), value in numbers(run, result).items():
            wanted = math.fsum(annual[t][i, j] * weight for t, weight in weights.items()) / math.fsum(weights.values())
            assert math.isclose(value, wanted, rel_tol=1e-9, abs_tol=1e-12), (result, i, j)


def test_operating_days_as_a_power_of_the_matrix_by_eigenvectors(
    cases: tuple[WorkedCase, ...], run_kh: Callable[..., mrvgraph.Run]
) -> None:
    """The oracle has no such reading: the power d/d0 is taken by eigenvectors, and the years are walked in a loop."""
    found = [case for case in cases if POWER.items() <= case.readings.items()]
    assert len(found) >= 2
    for case in found:
        run = full_run(case, run_kh)
        arrays = run.values.arrays
        for used, start, areas, loss in (("p_use", "A_0", "A", "dCS_ref"), ("p_d_use", "A_d_0", "A_d", "dCS_d")):
            (power,) = run.methodology.definitions[used]
            (annual,) = set(quantities_in(power.formula)) - {"d", "d_0"}  # the matrix as it arrives, after the steps of other readings
            values, vectors = np.linalg.eig(arrays[annual])
            area = arrays[start]
            for y, share in enumerate(arrays["d"] / arrays["d_0"]):
                matrix = (vectors * values.astype(complex) ** share @ np.linalg.inv(vectors)).real
                converted = area[:, None] * matrix
                area = converted.sum(axis=0)
                np.testing.assert_allclose(arrays[areas][:, y], area, rtol=1e-9)
                carbon = converted * arrays["EF_ij"]
                assert math.isclose(arrays[loss][y], carbon[carbon > 0].sum(), rel_tol=1e-9), (case.id, loss, y)
