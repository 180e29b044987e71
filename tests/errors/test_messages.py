"""The shape of messages: place, caret, near names, and what is left out."""

from fractions import Fraction

import pytest

from engine.output.excerpt import with_excerpt, with_excerpts
from equations.errors import Faults, InputError, Place, SpecError, near, near_or_all, raise_all
from equations.units.unit import Unit


@pytest.mark.parametrize(
    ("name", "known", "said"),
    [
        ("AO", ["A", "A_0", "EF"], "did you mean A_0?"),
        ("ef", ["EF", "EF_fuel"], "did you mean EF?"),
        ("equation", ["equations", "relations", "sections"], "did you mean equations?"),
        ("zzz", ["A", "B"], ""),
        ("x", [], ""),
    ],
)
def test_near_names_are_those_that_resemble_most(name, known, said):
    assert near(name, known) == said


def test_where_nothing_resembles_all_are_listed():
    assert near_or_all("zzz", ["A", "B"]) == "write one of: A, B"
    assert near_or_all("zzz", [f"N{n:02}" for n in range(20)]).endswith("N11 and 8 more")
    assert near_or_all("zzz", []) == ""


def test_what_is_said_twice_of_one_place_is_said_once():
    place = Place("file", 3, 4)
    with pytest.raises(Faults) as caught:
        raise_all([InputError("I501", "a", place), InputError("I501", "a", place), InputError("I501", "a", Place("file", 3, 5))])
    assert len(caught.value.errors) == 2


def test_of_a_long_line_the_part_around_the_caret_is_shown():
    line = "x" * 500 + "WRONG" + "y" * 500
    head, shown, caret = str(SpecError("S105", "wrong", Place("file", 1, 501, line, 500, 5))).split("\n")

    assert len(shown) < 120
    assert shown[caret.index("^") : caret.rindex("^") + 1] == "WRONG"
    assert head == "S105 wrong (file:1:501)"


def test_a_text_of_a_whole_file_is_cropped():
    assert len(str(InputError("I505", "x" * 100_000))) < 1000


def test_the_line_of_the_file_comes_with_the_message(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("first: 1\n    second: [one, 'two words', three]\n", encoding="utf-8")

    shown = with_excerpts(SpecError("S105", "wrong", Place(str(path), 2, 19)))

    assert str(shown).split("\n")[1:] == ["    second: [one, 'two words', three]", "                  ^^^^^^^^^^^"]
    assert with_excerpt(Place(str(path), 9, 1)) == Place(str(path), 9, 1)
    assert with_excerpt(Place(str(tmp_path / "none.yaml"), 2, 1)).excerpt == ""


def test_units_that_nobody_named_are_shown_in_base_units():
    """A gap between two units has no words of its own."""
    assert Unit((("[length]", Fraction(-2)), ("[of_C]", Fraction(1))), Fraction(10**6)).in_words() == "tC / m^2"
    assert Unit((("[of_urea]", Fraction(1)),), Fraction(1000)).in_words() == "1/1000 t_urea"
    assert Unit((("[of_N2O_N]", Fraction(1)),), Fraction(10**6)).in_words() == "tN2O-N"
