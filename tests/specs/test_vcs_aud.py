"""VCS_AUD 0.1 against the same methodology worked out in plain Python, on random projects over every choice and reading."""

import pytest
import random_vcs_aud as projects
from vcs_aud_by_hand import compute

from mrvgraph import load, run

SPEC = "VCS_AUD@0.1"
RELATIVE = 1e-9


@pytest.fixture(scope="module")
def spec():
    return load(SPEC)


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


@pytest.mark.parametrize("block", range(4))
def test_random_projects(spec, tmp_path, block):
    for seed in range(30 * block, 30 * block + 30):
        project = projects.seeded(seed)
        path = tmp_path / f"{seed}.yaml"
        path.write_text(projects.project_text(project), encoding="utf-8")
        finished = run(spec, path)
        by_hand = compute(project)
        assert not list(differences(finished, by_hand)), f"seed {seed}"
        assert {id_ for id_ in by_hand if id_ not in finished.values.arrays} <= {"npr_cancel", "LK_mkt"}
