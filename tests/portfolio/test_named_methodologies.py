"""A portfolio is evaluated under one methodology: that which its files name, whatever they call it, or the one that is named before them."""

import shutil
from pathlib import Path

import pytest

import mrvgraph
from engine.cli import main

TINY = Path(__file__).parents[1] / "specs_for_tests" / "tiny"


@pytest.fixture
def folders(tmp_path):
    """Two folders with a methodology and a project each; the methodologies differ, and both are called m.yaml."""
    spec, project = (TINY / "methodology.yaml").read_text(encoding="utf-8"), (TINY / "project.yaml").read_text(encoding="utf-8")
    for name, title in (("a", "one"), ("b", "another")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "m.yaml").write_text(spec.replace("title: ", f"title: {title} ", 1), encoding="utf-8")
        (tmp_path / name / "q.yaml").write_text(project.replace("methodology: TINY@1", "methodology: m.yaml"), encoding="utf-8")
    return tmp_path


def test_a_name_that_means_another_file_is_another_methodology(folders, capsys):
    assert main(["portfolio", str(folders / "a/q.yaml"), str(folders / "b/q.yaml")]) == 2

    assert "I501 the files of the portfolio name" in capsys.readouterr().err


@pytest.mark.parametrize("written", ["'methodology': ../b/m.yaml", '"methodology" : ../b/m.yaml', "methodology:\n  ../b/m.yaml"])
def test_a_name_is_found_however_it_is_written(folders, capsys, written):
    other = folders / "a" / "r.yaml"
    other.write_text((folders / "a/q.yaml").read_text(encoding="utf-8").replace("methodology: m.yaml", written), encoding="utf-8")

    assert main(["portfolio", str(folders / "a/q.yaml"), str(other)]) == 2
    assert "I501" in capsys.readouterr().err


def test_under_a_methodology_that_is_named_first_files_of_another_are_told(folders, capsys):
    main(["portfolio", str(folders / "a/m.yaml"), str(folders / "a/q.yaml"), str(folders / "b/q.yaml")])

    assert [line.split(" names ")[0] for line in capsys.readouterr().err.splitlines() if " was applied" in line] == [f"note: {folders / 'b/q.yaml'}"]


def test_a_project_that_names_the_file_of_its_methodology_is_not_said_to_name_another(folders):
    def said(spec):
        return [f.what for f in mrvgraph.run(mrvgraph.load(folders / spec), folders / "a/q.yaml").findings if f.code == "A715"]

    assert said("a/m.yaml") == []
    assert len(said("b/m.yaml")) == 1
    assert said("b/m.yaml")[0].startswith("the project file names m.yaml, and TINY@1 with the content ")


def test_where_files_lie_makes_no_other_methodology(folders, tmp_path):
    """A copy with other comments is the same; a project that is moved away from its methodology is told of no other."""
    (folders / "c").mkdir()
    shutil.copy(folders / "a/q.yaml", folders / "c/q.yaml")
    spec = mrvgraph.load(folders / "a/m.yaml")
    before = mrvgraph.run(spec, folders / "a/q.yaml").findings

    assert [f.what for f in mrvgraph.run(spec, folders / "c/q.yaml").findings] == [f.what for f in before]
    (folders / "c/m.yaml").write_text("# a copy\n" + (folders / "a/m.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert [f.what for f in mrvgraph.run(spec, folders / "c/q.yaml").findings] == [f.what for f in before]


def test_a_reference_is_told_as_a_run_alone_tells_it(folders, capsys):
    other = folders / "a" / "r.yaml"
    other.write_text((folders / "a/q.yaml").read_text(encoding="utf-8").replace("methodology: m.yaml", "methodology: TINY@2"), encoding="utf-8")
    main(["portfolio", str(folders / "a/m.yaml"), str(folders / "a/q.yaml"), str(other)])

    assert f"note: {other} names TINY@2, and TINY@1 was applied\n" in capsys.readouterr().err
