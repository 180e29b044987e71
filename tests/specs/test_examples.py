"""The example projects run cleanly, are documented in full, and agree with the oracle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import kh_am004_by_hand as by_hand
import pytest
from reference_adapter import TARGETS, compare, to_oracle

import mrvgraph
from engine.project.project_file import read_project
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings

EXAMPLES = {"option1.yaml": 1, "option2.yaml": 2}


@pytest.fixture(scope="module", params=EXAMPLES)
def run(request: pytest.FixtureRequest, run_kh: Callable[..., mrvgraph.Run], examples: Path) -> mrvgraph.Run:
    return run_kh(examples / request.param, targets=TARGETS[EXAMPLES[request.param]])


def test_example_has_no_error_and_warns_only_of_the_negative_entries_of_table_6(run: mrvgraph.Run) -> None:
    warnings = {(f.severity, f.subject) for f in run.findings if f.severity != "note"}

    expected = {("warning", "transition-not-negative")} if run.setting.choices["option"] == "2" else set()
    assert warnings == expected


def test_example_agrees_with_the_oracle_on_every_quantity(run: mrvgraph.Run) -> None:
    comparison = compare(run, by_hand.compute(to_oracle(run)))

    assert comparison.differences == []
    assert comparison.compared > 200


def test_example_says_that_it_is_illustrative_and_starts_within_a_year(run: mrvgraph.Run) -> None:
    assert run.project.identity["illustrative"] == "yes"
    assert "illustrative" in run.project.identity["description"]
    assert run.value("d", year=2018) == 295
    assert run.value("d_0", year=2018) == 365


def test_example_reduces_emissions_in_each_year_and_displaces_some_in_one(run: mrvgraph.Run) -> None:
    assert all(value > 0 for _, value, _ in run.cells("ER"))
    assert any(value > 0 for _, value, _ in run.cells("DE"))
    area = sum(value for _, value, _ in run.cells("A_0"))
    assert 0.5 < run.total / area / 3 < 10  # tonnes a hectare and year


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_value_of_an_example_is_sourced_and_every_monitored_one_says_how(name: str, examples: Path, kh: Methodology) -> None:
    project = read_project(examples / name)
    only_read_otherwise = with_readings(kh, {"belt-exclusion": "both-sides"})
    lacking = []
    for quantity, blocks in project.values.items():
        monitored = only_read_otherwise.quantity[quantity].kind == "monitored"
        wanted = ("source", "monitoring_option", "method", "frequency") if monitored else ("source",)
        lacking += [(quantity, field) for block in blocks for field in wanted if not block.has(field)]

    assert lacking == []
