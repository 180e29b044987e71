"""Which way the result goes as an input rises; worked by hand on a methodology of four equations."""

import pytest

from engine.audit.direction import EITHER, HERE, LOWERS, NONE, PROVEN, RAISES, TRIED, Directions, direction_of


@pytest.fixture(scope="module")
def ways(ways_run):
    return {one.quantity: one for one in Directions(ways_run).all()}


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


def test_cells_of_one_input_may_differ(ways_run):
    """S squared falls below zero and rises above: the old kiln at -1 lowers, the new one at 2 raises; whole, it works both ways."""
    directions = Directions(ways_run)

    assert directions.of("S").way == EITHER
    assert directions.slopes["S"].tolist() == [-2.0, 4.0]


def test_another_target_and_what_takes_no_part(ways_run):
    towards = Directions(ways_run, "PE")

    assert (towards.of("F").way, towards.of("F").known) == (RAISES, HERE)
    assert (towards.of("B").way, towards.of("B").careful_side) == (NONE, "")
    with pytest.raises(KeyError):
        towards.of("nothing")


def test_the_front_door_speaks_of_cells(ways_run):
    assert direction_of(ways_run, "F", [(0,)]).way == LOWERS
