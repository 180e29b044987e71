"""The small methodology with numbers that documents state; every number of these tests is computed by hand in the test that uses it."""

import pytest
from desk_helpers import TINY, WAYS_PROJECT, WAYS_SPEC

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


@pytest.fixture(scope="session")
def ways_run(tmp_path_factory):
    """A run of the methodology whose inputs work in different ways."""
    folder = tmp_path_factory.mktemp("ways")
    (folder / "spec.yaml").write_text(WAYS_SPEC, encoding="utf-8")
    (folder / "project.yaml").write_text(WAYS_PROJECT, encoding="utf-8")
    return mrvgraph.run(mrvgraph.load(folder / "spec.yaml"), folder / "project.yaml")
