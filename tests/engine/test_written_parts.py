"""Parts of two formulas that are written differently: what is marked, and what stood where something else stands."""

import pytest

from engine.comparison.written_parts import written_parts
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Element, Name, Node, rebuild, walk
from equations.notation.plain import plain_text


def parsed(text):
    """A formula with its names as elements, as a resolved one has them."""
    node = parse_formula(text)
    parts: dict[int, Node] = {id(p): Element(p.name, p.indices) for p in walk(node) if isinstance(p, Name)}
    return rebuild(node, parts)


def said(found):
    return [tuple("" if node is None else plain_text(node) for node in pair) for pair in found.swaps]


@pytest.mark.parametrize(
    ("before", "after", "swaps"),
    [
        ("a * b", "a * b", []),
        ("a * b", "b * a", []),  # in another order: nothing that the other does not have
        ("a * b", "a * d / e * b", [("", "d"), ("", "e")]),
        ("a * (1 - b)", "a * (1 - b * c)", [("", "c")]),
        ("a + b", "a - b", [("b", ""), ("", "b")]),
        ("a + b * c", "a + b * d", [("c", "d")]),
        ("Max(a, b)", "Max(a, c)", [("b", "c")]),
        ("x[y-1]", "x[y]", [("x[y-1]", "x[y]")]),
        ("a * b", "c", [("a * b", "c")]),
        ("a", "2", [("a", "2")]),
        ("exp(a)", "ln(a)", [("exp(a)", "ln(a)")]),
        ("cases(a > 0: a, otherwise: b)", "cases(a > 1: a, otherwise: b)", [("0", "1")]),
    ],
)
def test_what_stood_where_something_else_stands(before, after, swaps):
    assert said(written_parts(parsed(before), parsed(after))) == swaps


def test_a_sum_that_was_taken_away_is_one_change_and_its_body_is_compared():
    found = written_parts(parsed("Sum(i, a * b[i])"), parsed("a * b"))

    assert [type(node).__name__ for node in found.swaps[0]] == ["Reduce", "NoneType"]
    assert said(found)[1:] == [("b[i]", "b")]
    binder = found.before.binders[0]
    assert id(binder) in found.gone and id(found.before) not in found.gone


def test_marks_are_of_this_side_only_and_no_node_stands_twice():
    one, two = parsed("a * b"), parsed("a * b * c")
    found = written_parts(one, two)
    ids = [id(node) for node in walk(found.after)]

    assert found.gone == set()
    assert [plain_text(node) for node in walk(found.after) if id(node) in found.new] == ["c"]
    assert len(ids) == len(set(ids))
    assert found.before == one and found.after == two
