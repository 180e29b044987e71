"""The small methodology with numbers that documents state; every number of these tests is computed by hand in the test that uses it."""

import pytest
from desk_helpers import TINY

import mrvgraph
from engine.project.project_file import read_project_text


@pytest.fixture(scope="session")
def tiny():
    return mrvgraph.load(TINY)


@pytest.fixture
def desk(tiny):
    """Return a function: what a project states beside its run, as `Desk`."""
    text = (TINY / "project.yaml").read_text(encoding="utf-8")

    def made(claims, *replacements, folder=TINY, **options):
        own = text
        for old, new in replacements:
            assert old in own, old
            own = own.replace(old, new, 1)
        return mrvgraph.diagnose(tiny, read_project_text(f"{own}\n{claims}\n", folder / "project.yaml"), **options)

    return made
