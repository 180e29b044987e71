"""On any methodology all ways to a number agree: a run, plain Python, the second computation, batches, recalculation, explanation, needs,
every format, the receipt.

What is added to the language is added to the generator (conventions §13).
"""

from __future__ import annotations

from pathlib import Path

import pytest
import ways
from bounded_numbers import Edge
from drafts import Draft
from drawn_methodologies import drafts
from hypothesis import assume
from rounds import search

import mrvgraph
from engine.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("drawn")


def expected_of(draft: Draft) -> tuple[ways.Expected, dict[str, bool]]:
    """Return what plain Python says; where last digits decide, the example says nothing."""
    try:
        return ways.in_plain_python(draft)
    except Edge:
        assume(False)
        raise


def other_readings(draft: Draft, methodology: mrvgraph.Methodology, project: Path) -> None:
    """Hold the run of the other reading of each place against plain Python and the other ways."""
    draft.world.under({place: "plain" if reading == "other" else "other" for place, reading in draft.world.readings.items()})
    try:
        expected, rules = ways.in_plain_python(draft)
    except Edge:
        return
    ways.written(draft, project.parent)
    run = mrvgraph.run(methodology, project, readings=draft.world.readings)
    ways.assert_is_plain_python(run, expected)
    ways.assert_rules(run, rules)
    ways.assert_second_computation(run)
    ways.assert_batches(run)
    ways.assert_again(run)
    ways.assert_explained(run)


def test_all_ways_to_the_numbers(folder):
    def agree(draft: Draft) -> None:
        expected, rules = expected_of(draft)
        spec, project = ways.written(draft, folder)
        methodology = mrvgraph.load(spec)
        run = mrvgraph.run(methodology, project)
        ways.assert_is_plain_python(run, expected)
        ways.assert_rules(run, rules)
        ways.assert_second_computation(run)
        ways.assert_batches(run)
        ways.assert_again(run)
        ways.assert_explained(run)
        ways.assert_written(run)
        ways.assert_needs(draft, methodology, project, run)
        if draft.edits or draft.steps:
            other_readings(draft, methodology, project)

    search(32, 0.6, drafts(), agree)


@pytest.mark.skipif(not ways.is_at_hand(), reason="numba is not installed")
def test_numba_gives_the_bits_of_numpy(folder):
    def agree(draft: Draft) -> None:
        expected_of(draft)
        spec, project = ways.written(draft, folder)
        ways.assert_batches(mrvgraph.run(mrvgraph.load(spec), project), lanes=True)

    search(6, 0.15, drafts(), agree)


def test_a_receipt_verifies(folder, capsys):
    def verifies(draft: Draft) -> None:
        expected_of(draft)
        spec, project = ways.written(draft, folder)
        receipt = folder / "receipt.json"
        assert main(["audit", str(spec), str(project), "--receipt", str(receipt)]) in (0, 1)
        assert main(["verify", str(receipt)]) == 0, capsys.readouterr().out

    search(6, 0.15, drafts(), verifies)
