"""Which way the result goes as an input rises; worked by hand on a methodology of four equations."""

import pytest

import mrvgraph
from engine.audit.direction.direction import EITHER, HERE, LOWERS, NONE, PROVEN, RAISES, TRIED, UNKNOWN, Directions, direction_of
from engine.project.project_file import read_project_text


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


TWICE = """
methodology: {{id: TWICE, version: "1", title: Twice, status: illustrative, result: ER}}
index_sets:
  - {{id: year, kind: year, letters: [y]}}
quantities:
  - {{id: A, symbol: A, meaning: stoves, unit: "1", kind: monitored, range: {{min: 0}}}}
  - {{id: B, symbol: B, meaning: use, unit: "1", kind: monitored, range: {{min: 0{most}}}}}
  - {{id: ER, symbol: ER, meaning: reductions, unit: "1", kind: computed}}
equations:
  - {{id: er, number: 1, defines: ER, formula: '{formula}'}}
"""


@pytest.mark.parametrize(
    ("formula", "most", "numbers", "way", "known"),
    [
        # B - 1 is -0.5 here and above zero elsewhere: its range has no end, or one so far away that -1 is little beside it
        ("A * B - A", "", (2, 0.5), LOWERS, HERE),
        ("A * B - A", ", max: 1e15", (2, 0.5), LOWERS, HERE),
        # B / (A + B)^2 is above zero; its two parts, with A from 0 on, are not
        ("A / (A + B)", "", (8, 3), RAISES, TRIED),
        # A rises to 2, stays there, and falls from 6 on: 0 at 0, 2 at 2 and at 5, 0 at 8
        ("min(A, B, 8 - A)", "", (4, 2), EITHER, TRIED),
    ],
)
def test_an_input_that_enters_twice(tmp_path, formula, most, numbers, way, known):
    run = twice_run(tmp_path, TWICE.format(formula=formula, most=most), numbers)

    found = direction_of(run, "A")
    assert (found.way, found.known) == (way, known)


@pytest.mark.parametrize(
    ("formula", "way"),
    [
        # 0 times the slope of a root at 0 is no number, and A has no range: moved by one, the result is 3 and -3
        ("B * sqrt(A ^ 2) + 3 * A", RAISES),
        # the root of what falls below zero is no number anywhere else: nothing tells
        ("B + sqrt(-1 * A ^ 2)", UNKNOWN),
    ],
)
def test_a_slope_that_is_no_number_is_not_zero(tmp_path, formula, way):
    spec = TWICE.format(formula=formula, most="").replace(", range: {min: 0}}", "}", 1)

    assert direction_of(twice_run(tmp_path, spec, (0, 0)), "A").way == way


def twice_run(folder, spec, numbers):
    (folder / "methodology.yaml").write_text(spec, encoding="utf-8")
    values = "".join(f"  {id_}: {{value: {value}, source: s}}\n" for id_, value in zip("AB", numbers, strict=True))
    head = "project: {name: P}\nmethodology: TWICE@1\noperation: {start: 2020-01-01, end: 2020-12-31}\nvalues:\n"
    return mrvgraph.run(mrvgraph.load(folder), read_project_text(head + values, folder / "project.yaml"))
