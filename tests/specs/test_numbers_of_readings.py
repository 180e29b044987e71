"""What each reading gave before readings became edits it gives now: default to the bit, others to 1e-12.

Some are tried each time; all of them under ``MRVGRAPH_ALL_READINGS=1``, which takes long for projects with roots of matrices.
"""

import os
from functools import cache

import numbers_of_readings as numbers_of
import pytest

from engine.commands.session import open_session

EVERY = os.environ.get("MRVGRAPH_ALL_READINGS") == "1"
#: Project -> every how many of its combinations are tried otherwise.
STEP = {"example-1": 37, "example-2": 37, "maps-1": 53, "maps-2": 211, "negative-2": 211}


@cache
def session(version: str):
    return open_session(version)


def agree(left, right, tolerance: float) -> bool:
    if isinstance(left, str) or isinstance(right, str):
        return left == right
    pairs = [(float.fromhex(a), float.fromhex(b)) for target in left for a, b in zip(left[target], right[target], strict=True)]
    return all(a == b or abs(a - b) <= tolerance * max(abs(a), abs(b)) for a, b in pairs)


@pytest.mark.parametrize(("version", "name"), [(version, name) for version, names in numbers_of.PROJECTS.items() for name in names])
def test_every_reading_gives_what_it_gave(version, name):
    project = numbers_of.project_of(name)
    written = numbers_of.written()[version][name]
    tried = written if EVERY else [one for at, one in enumerate(written) if at % STEP[name] == 0]

    assert [readings for readings, _ in written[:1]] == [()]
    for readings, before in tried:
        now = numbers_of.numbers(session(version), project, readings)
        assert agree(before, now, 0.0 if not readings else 1e-12), readings
