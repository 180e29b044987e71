"""Which way the result goes as an input rises; worked by hand on a methodology of four equations."""

import pytest

import mrvgraph
from engine.audit.direction import EITHER, HERE, LOWERS, NONE, PROVEN, RAISES, TRIED, Directions, direction_of

SPEC = """
methodology: {id: WAYS, version: "1", title: Ways, status: illustrative, result: ER}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: kiln, letters: [k], members: [old, new]}
quantities:
  - {id: F, symbol: F, meaning: fuel, indices: [kiln], unit: "1", kind: monitored, range: {min: 0}}
  - {id: w, symbol: w, meaning: share, unit: "1", kind: monitored, range: {min: 0, max: 1}}
  - {id: T, symbol: T, meaning: temperature, unit: "1", kind: monitored}
  - {id: B, symbol: B, meaning: baseline, unit: "1", kind: monitored, range: {min: 0}}
  - {id: S, symbol: S, meaning: sign of a kiln, indices: [kiln], unit: "1", kind: monitored}
  - {id: N, symbol: N, meaning: neighbour, unit: "1", kind: monitored, range: {min: 0}}
  - {id: PE, symbol: PE, meaning: project, unit: "1", kind: computed}
  - {id: L, symbol: L, meaning: leakage, unit: "1", kind: computed}
  - {id: ER, symbol: ER, meaning: reductions, unit: "1", kind: computed}
equations:
  - {id: pe, number: 1, defines: PE, formula: 'Sum(k, F[k]) * (273 + T) / 273'}
  - {id: l, number: 2, defines: L, formula: 'cases(N > 3: N - 3, otherwise: 0) + w * (1 - w)'}
  - {id: er, number: 3, defines: ER, formula: 'floor(B) - PE - L + Sum(k, S[k] * S[k])'}
"""
PROJECT = """
project: {name: P, illustrative: yes}
methodology: WAYS@1
operation: {start: 2020-01-01, end: 2020-12-31}
values:
  F: {values: {old: 2, new: 3}, source: s}
  w: {value: 0.2, source: s}
  T: {value: 27.3, source: s}
  B: {value: 40.5, source: s}
  S: {values: {old: -1, new: 2}, source: s}
  N: {value: 1, source: s}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ways")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    return mrvgraph.run(mrvgraph.load(folder / "spec.yaml"), folder / "project.yaml")


@pytest.fixture(scope="module")
def ways(run):
    return {one.quantity: one for one in Directions(run).all()}


def test_what_signs_prove_needs_no_project(ways):
    """F >= 0 and (273 + T) of unknown sign: T has a direction for any project, F only where T is known; 40.5 is rounded down and raises all the same."""
    assert (ways["T"].way, ways["T"].known, ways["T"].careful_side) == (LOWERS, PROVEN, "high")
    assert (ways["F"].way, ways["F"].known) == (LOWERS, HERE)
    assert (ways["B"].way, ways["B"].known, ways["B"].careful_side) == (RAISES, PROVEN, "low")


def test_a_case_that_gives_what_it_compares_has_a_direction(ways):
    """N - 3 above 3 and nothing below falls nowhere: the result never rises with N, though nothing moves at N = 1."""
    assert (ways["N"].way, ways["N"].known) == (LOWERS, PROVEN)


def test_what_works_both_ways_shows_three_numbers(ways):
    """w (1 - w) is 0.16 at 0.2, 0.25 at 0.5 and 0 at 1: the result 40 - 5.5 - 0.16 + 5 = 39.34 falls to 39.25 and rises to 39.5."""
    one = ways["w"]

    assert (one.way, one.known, one.careful_side) == (EITHER, TRIED, "")
    assert "39.25" in one.why and one.text == "either"


def test_cells_of_one_input_may_differ(run):
    """S squared falls below zero and rises above: the old kiln at -1 lowers, the new one at 2 raises; whole, it works both ways."""
    directions = Directions(run)

    assert directions.of("S").way == EITHER
    assert directions.slopes["S"].tolist() == [-2.0, 4.0]


def test_another_target_and_what_takes_no_part(run):
    towards = Directions(run, "PE")

    assert (towards.of("F").way, towards.of("F").known) == (RAISES, HERE)
    assert (towards.of("B").way, towards.of("B").careful_side) == (NONE, "")
    with pytest.raises(KeyError):
        towards.of("nothing")


def test_the_front_door_speaks_of_cells(run):
    assert direction_of(run, "F", [(0,)]).way == LOWERS
