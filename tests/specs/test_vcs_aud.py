"""VCS_AUD 0.1 against the same methodology worked out in plain Python, on random projects over every choice and reading."""

import pytest
import random_vcs_aud as projects
from vcs_aud_by_hand import compute

from engine.plan.planner import plan_with_rules
from engine.run.run import run_project
from equations.units.registry import parse_unit
from mrvgraph import load

SPEC = "VCS_AUD@0.1"
RELATIVE = 1e-9


@pytest.fixture(scope="module")
def spec():
    return load(SPEC)


def planned_once():
    """Return a planner that makes each plan once."""
    made = {}

    def planner(methodology, setting, targets, supplied):
        key = (methodology.hash, tuple(sorted(setting.readings.items())), setting.key(), targets, supplied)
        if key not in made:
            made[key] = plan_with_rules(methodology, setting, targets, supplied)
        return made[key]

    return planner


def labels(at):
    return tuple(str(part) for part in (at if isinstance(at, tuple) else (at,)))


def differences(finished, by_hand):
    """Yield the cells that part by more than a billionth of themselves, or a millionth of a tonne."""
    for id_, numbers in by_hand.items():
        if id_ not in finished.values.arrays:
            continue
        sets = finished.methodology.quantity[id_].indices
        for at, number in numbers.items():
            ours = finished.value(id_, **dict(zip(sets, labels(at), strict=True)))
            if not abs(ours - number) <= RELATIVE * abs(number) + 1e-6:
                yield id_, at, ours, number


#: Kinds of projects: years, and how baseline areas come about; all else is drawn. Long ones outlast the slowest pool.
KINDS = ((2, "average", "derived"), (3, "linear", "derived"), (5, "modelled", "derived"), (11, "allocated", "derived"), (2, "allocated", "table"),
         (4, "average", "table"), (22, "linear", "table"), (6, "allocated", "derived"))  # fmt: skip


@pytest.mark.parametrize("half", range(2))
def test_random_projects(spec, tmp_path, half):
    """A hundred and four projects, thirteen of each kind."""
    issued = 0
    for seed, (years, rate, density) in list(enumerate(KINDS))[half::2]:
        planner = planned_once()
        for count, project in enumerate(projects.alike(seed, 13, years=years, choices={"rate": rate, "risk_density": density})):
            path = tmp_path / f"{seed}_{count}.yaml"
            path.write_text(projects.project_text(project), encoding="utf-8")
            finished = run_project(spec, path, parse_unit, planner)
            by_hand = compute(project)
            assert not list(differences(finished, by_hand)), f"project {count} of seed {seed}"
            assert {id_ for id_ in by_hand if id_ not in finished.values.arrays} <= {"npr_cancel"}
            issued += sum(by_hand["VCU"].values()) > 0
    assert issued > 15, "most projects issue nothing, so that little is tried"
