"""Small methodologies and projects written as text in a test."""

import pytest

from mrvgraph import load, run


@pytest.fixture(scope="session")
def kh_pair():
    """KH_AM004 1.0 and 1.1."""
    return load("KH_AM004@1.0"), load("KH_AM004@1.1")


@pytest.fixture
def evaluated(tmp_path):
    """Return a function (spec text, project text) -> Run."""

    def make(spec, project, **options):
        (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
        (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
        return run(load(tmp_path / "spec.yaml"), tmp_path / "project.yaml", **options)

    return make
