"""A fault planted in a right methodology or in its project is always reported, under its code and by its name; there is no number."""

from __future__ import annotations

import pytest
from bounded_numbers import Edge
from drafts import Draft
from drawn_methodologies import drafts
from hypothesis import assume
from hypothesis import strategies as st
from plants import PROJECT_PLANTS, SPEC_PLANTS, Maker, Plant
from rounds import search
from ways import in_plain_python

import mrvgraph
from engine.cli import main
from equations.errors import Faults, MethodologyError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("planted")


@st.composite
def planted(draw, makers: tuple[Maker, ...]) -> Plant:
    """A methodology and a project with one fault."""
    draft = draw(right())
    first, found = draw(st.integers(0, len(makers) - 1)), None
    for make in (*makers[first:], *makers[:first]):
        found = found or make(draw, draft)
    assume(found is not None)
    return found


@st.composite
def right(draw) -> Draft:
    """A methodology without a fault, whose cells have been computed in plain Python."""
    draft = draw(drafts())
    try:
        in_plain_python(draft)
    except Edge:
        assume(False)
    return draft


def reports(plant: Plant, folder) -> None:
    """Run the files of a plant, and look for its error."""
    (folder / "spec.yaml").write_text(plant.spec, encoding="utf-8")
    (folder / "project.yaml").write_text(plant.project, encoding="utf-8")
    try:
        run = mrvgraph.run(mrvgraph.load(folder / "spec.yaml"), folder / "project.yaml")
    except MethodologyError as error:
        errors = error.errors if isinstance(error, Faults) else (error,)
        fitting = [str(one) for one in errors if one.code.startswith(plant.codes)]
        assert fitting, f"{plant.what}: {error}"
        assert any(all(word in text for word in plant.words) for text in fitting), f"{plant.what}: {plant.words} not in {fitting}"
        return
    raise AssertionError(f"{plant.what}: R = {run.values.arrays['R']}")


def test_faults_of_a_project(folder):
    search(40, 0.4, planted(PROJECT_PLANTS), lambda plant: reports(plant, folder))


def test_faults_of_a_spec(folder):
    search(40, 0.4, planted(SPEC_PLANTS), lambda plant: reports(plant, folder))


def test_a_rule_whose_input_is_missing_is_not_decided(folder):
    def is_told(draft: Draft) -> None:
        rule = "  - {id: asks, statement: drawn, condition: 'ASKED > 1 {ha}', severity: error, remedy: look, source: {section: A}}\n"
        asked = "  - {id: ASKED, symbol: A, meaning: drawn, unit: ha, kind: monitored}"
        draft.declared.insert(0, asked)
        spec = draft.spec()
        spec += rule if draft.rules else "rules:\n" + rule
        (folder / "spec.yaml").write_text(spec, encoding="utf-8")
        (folder / "project.yaml").write_text(draft.project(), encoding="utf-8")
        run = mrvgraph.run(mrvgraph.load(folder / "spec.yaml"), folder / "project.yaml")
        assert [verdict.state for verdict in run.verdicts if verdict.rule == "asks"] == ["not decided"]
        assert any(finding.severity == "error" and "ASKED" in f"{finding.what} {finding.evidence}" for finding in run.findings)
        assert main(["run", str(folder / "spec.yaml"), str(folder / "project.yaml")]) == 1

    search(6, 0.1, right(), is_told)


def test_the_command_line_gives_no_number_for_a_fault(folder, capsys):
    def gives_none(plant: Plant) -> None:
        (folder / "spec.yaml").write_text(plant.spec, encoding="utf-8")
        (folder / "project.yaml").write_text(plant.project, encoding="utf-8")
        capsys.readouterr()
        assert main(["run", str(folder / "spec.yaml"), str(folder / "project.yaml"), "--json"]) != 0
        assert '"quantities"' not in capsys.readouterr().out

    search(8, 0.1, planted((*PROJECT_PLANTS, *SPEC_PLANTS)), gives_none)
