"""Every formula of a workbook, recalculated by a spreadsheet program, gives the number of the run; and it follows when an input moves."""

import functools
import re

import everything
import pytest
from sheets import both, input_cell, named, stored, with_cell

import mrvgraph
from engine.run.sheet_text import SHEET_FUNCTIONS

NAMES = ("option1", "option2", "every")
#: Numbers that are zero but for their last digits: a difference of two numbers of about one.
NOTHING = 1e-18
SHEET = "Inputs"


@pytest.fixture(scope="module")
def changed(made):
    """Workbooks in which one input was typed over, and the numbers that the run would give."""
    _, data = made("every")
    return {
        "moved": with_cell(data, SHEET, input_cell(data, SHEET, "V", "b"), 3.5),
        "emptied": with_cell(data, SHEET, input_cell(data, SHEET, "V", "b"), None),
        "turned": with_cell(data, SHEET, input_cell(data, SHEET, "T"), 8),
        "refused": functools.reduce(lambda held, one: with_cell(held, SHEET, input_cell(held, SHEET, *one[0]), one[1]),
                                    [(("X", "a"), -1), (("V", "c"), 1), (("C",), 0.285)], data),
    }


@pytest.fixture(scope="module")
def recalculated(made, recalculate, changed):
    return recalculate({**{name: made(name)[1] for name in NAMES}, **changed})


@pytest.mark.parametrize("name", NAMES)
def test_each_formula_gives_the_number_of_the_run(made, recalculated, name):
    before, after = stored(made(name)[1]), stored(recalculated[name])

    count, off = 0, []
    for sheet, cells in before.items():
        for at, (text, value) in cells.items():
            now, count = after[sheet][at][1], count + 1
            if not (isinstance(now, float) and abs(now - value) <= 1e-12 * max(abs(now), abs(value)) + NOTHING):
                off.append((sheet, at, text, value, now))
    assert not off, off[:5]
    assert count > {"option1": 400, "option2": 5000, "every": 600}[name]


def test_an_input_that_is_typed_over_moves_what_a_run_of_it_would_move(every_construct, recalculated, tmp_path):
    spec, project = every_construct
    (tmp_path / "moved.yaml").write_text(project.read_text(encoding="utf-8").replace("b: 3, c: 4", "b: 3.5, c: 4"), encoding="utf-8")
    run, book = mrvgraph.run(mrvgraph.load(spec), tmp_path / "moved.yaml"), both(recalculated["moved"])[0]

    for id_ in everything.SCALARS:
        assert named(book, id_).value == pytest.approx(run.value(id_), rel=1e-12), id_
    for label in "abc":
        assert named(book, f"D_i_{label}").value == pytest.approx(run.value("D_i", stratum=label), rel=1e-12)


def test_an_input_that_is_emptied_is_missing_and_never_zero(recalculated):
    book = both(recalculated["emptied"])[0]

    assert named(book, "V_b").value == "#N/A" and named(book, "R_").value == "#N/A", "what follows from it is no number either"
    assert named(book, "V_a").value == 2


def test_a_number_that_is_no_formula_is_gone_once_what_it_rests_on_has_moved(recalculated):
    book, turned = both(recalculated["moved"])[0], both(recalculated["turned"])[0]

    assert named(book, "solved").value == pytest.approx((2 * 1.7) ** 0.5), "V[a] and EF1 did not move"
    assert isinstance(named(turned, "solved").value, float)
    powers = [cell.value for row in turned["B matrices"].iter_rows() for cell in row if cell.value == "#N/A"]
    assert len(powers) == 9, "MM ^ T was written for another T, and MM ^ half was not moved"
    assert named(turned, "R_").value == "#N/A", "what follows from it is no number either"


def test_what_a_run_refuses_is_no_number_and_a_half_is_rounded_as_a_run_rounds_it(recalculated):
    book = both(recalculated["refused"])[0]

    assert named(book, "X_a").value == named(book, "plain").value == "#N/A", "X is outside of what it can be"
    assert named(book, "interpolated").value == "#N/A", "the numbers of the table do not ascend"
    assert named(book, "hundredths").value == 0.29, "as a float, 0.285 lies below the middle"


@pytest.mark.parametrize("name", NAMES)
def test_only_functions_of_the_list_are_called(made, name):
    texts = [re.sub("'[^']*'!", "", text) for cells in stored(made(name)[1]).values() for text, _ in cells.values()]
    called = {word for text in texts for word in re.findall(r"([A-Z][A-Z0-9.]*)\(", text)}

    assert called <= SHEET_FUNCTIONS
    assert name != "every" or called == SHEET_FUNCTIONS - {"HYPERLINK"}
