"""Bounds hold what they bound: every operation of the language, at numbers drawn between the ends, and its differences as slopes."""

import random

import numpy as np
import pytest

from engine.batch.bounds import NUMBERS, SLOPES, Bounds, bounds_of, slope_bounds
from engine.batch.program import Builder, Program
from engine.run.functions import ELEMENTWISE

#: Operations whose operands are true or not.
TRUTH = ("and", "or", "not")
ENDS = (-np.inf, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 4.0, np.inf)


def test_every_operation_has_its_rows():
    assert set(NUMBERS) == set(SLOPES) == set(ELEMENTWISE)


def box(draw, op):
    """Two ends for each operand of an operation, of the numbers that it takes."""
    pairs = [sorted(draw.sample(ENDS, 2)) for _ in range(ELEMENTWISE[op].operands)]
    if op in ("sqrt", "ln", "log10"):
        pairs = [[max(low, 0.0), max(high, 0.0) + 1] for low, high in pairs]
    if op == "quantile_t":
        pairs = [sorted(draw.sample((0.1, 0.4, 0.5, 0.6, 0.95), 2)), sorted(draw.sample((1.0, 2.0, 5.0, 30.0), 2))]
    if op == "power":
        pairs[1] = draw.choice([[2.0, 2.0], [3.0, 3.0], [1.0, 1.0], [0.5, 2.5]])
        pairs[0] = [max(pairs[0][0], 0.0), max(pairs[0][1], 0.5)] if pairs[1][0] == 0.5 else pairs[0]
    if op in TRUTH:
        pairs = [draw.choice([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]) for _ in pairs]
    return [[0.0, 1.0], *pairs[1:]] if op == "where" else pairs


def inside(draw, op, pairs):
    """A point of a box; conditions are true or not."""
    truths = len(pairs) if op in TRUTH else 1 if op == "where" else 0
    return [draw.choice((low, high)) if at < truths else draw.uniform(max(low, -50.0), min(high, 50.0)) for at, (low, high) in enumerate(pairs)]


@pytest.mark.parametrize("op", sorted(ELEMENTWISE))
def test_numbers_and_slopes_lie_between_their_bounds(op):
    draw = random.Random(op)
    for _ in range(1 if op == "quantile_t" else 40):  # which is slow
        pairs = box(draw, op)
        parts = [Bounds(np.array([low]), np.array([high])) for low, high in pairs]
        with np.errstate(all="ignore"):
            result = NUMBERS[op](*parts)
            slopes = SLOPES[op](result, *parts)
        for _ in range(2 if op == "quantile_t" else 6):
            point = inside(draw, op, pairs)
            value = at(op, point)
            if not np.isfinite(value):
                continue
            assert result.low[0] - 1e-9 <= value <= result.high[0] + 1e-9, (op, pairs, point, value)
            for place, slope in enumerate(slopes):
                between(op, pairs, point, place, slope)


SUM, NEXT, APART = 0.1 + 0.2, 0.3 * (1 + 2e-12), 0.31


@pytest.mark.parametrize("op", ["lt", "le", "gt", "ge", "eq", "ne"])
@pytest.mark.parametrize(
    ("x", "y"),
    [((SUM, SUM), (0.3, 0.3)), ((0.3, SUM), (0.3, 0.3)), ((0.3, 0.3), (SUM, SUM)), ((0.3, NEXT), (0.3, 0.3)), ((NEXT, NEXT), (0.3, 0.3)),
     ((0.3, SUM), (SUM, APART)), ((0.2, 0.3), (SUM, APART)), ((SUM, APART), (0.2, 0.3)), ((0.2, 0.25), (0.3, SUM)), ((0.0, 0.0), (0.0, 1e-20))],
)  # fmt: skip
def test_comparisons_are_bounded_with_the_ties_of_a_run(op, x, y):
    """At points alone bounds are what a run decides; over ranges they are its decisions at the ends, no wider and no narrower."""
    result = NUMBERS[op](*(Bounds(np.array([low]), np.array([high])) for low, high in (x, y)))
    ends = [at(op, (a, b)) for a in x for b in y]
    within = [*ends, *(at(op, (a, b)) for a in np.linspace(*x, 5) for b in np.linspace(*y, 5))]

    assert (result.low[0], result.high[0]) == (min(within), max(within))


def at(op, point):
    with np.errstate(all="ignore"):
        return float(ELEMENTWISE[op].number(*(np.array([x]) for x in point))[0])


def between(op, pairs, point, place, slope):
    """The difference quotient to another number of the box lies between the bounds of the slope."""
    high = pairs[place][1]
    other = [*point]
    truth = op in TRUTH or (op == "where" and place == 0)
    other[place] = point[place] + min(1.0 if truth else 1e-3, min(high, 60.0) - point[place])
    step = other[place] - point[place]
    before, after = at(op, point), at(op, other)
    if step > 1e-9 and np.isfinite(before) and np.isfinite(after):
        quotient = (after - before) / step
        room = 1e-4 * max(1.0, abs(quotient))
        if op == "div" and pairs[1][0] < 0 < pairs[1][1]:
            return  # across the pole there is no slope
        assert slope.low[0] - room <= quotient <= slope.high[0] + room, (op, pairs, point, place, quotient, slope)


def program(make):
    builder = Builder()
    x = builder.add("input", 2, name="x", places=np.arange(2))
    out = make(builder, x[:1], x[1:])
    return Program(tuple(builder.groups), {"out": out})


def slopes_of(made, low, high):
    bounds = bounds_of(made, {"x": Bounds(np.array(low, float), np.array(high, float))})
    return next(own for group, own, _ in slope_bounds(made, bounds, made.outputs["out"]) if group.op == "input")


def test_a_derivative_is_bounded_by_the_numbers_that_it_is_made_of():
    """x y + x for x in 0..2 and y in 1..3: y + 1 lies in 2..4, and x in 0..2."""
    made = program(lambda b, x, y: b.add("add", 1, (b.add("mul", 1, (x, y)), x)))

    found = slopes_of(made, [0, 1], [2, 3])

    assert (found.low.tolist(), found.high.tolist()) == ([2.0, 0.0], [4.0, 2.0])


def test_what_a_case_compares_and_gives_has_no_step():
    """`x > y: x, otherwise: y` only rises; `x > y: y, otherwise: 2 x` falls by y where x passes y = 1..3, and so has no direction."""
    greater = program(lambda b, x, y: b.add("where", 1, (b.add("gt", 1, (x, y)), x, y)))
    step = program(lambda b, x, y: b.add("where", 1, (b.add("gt", 1, (x, y)), y, b.add("add", 1, (x, x)))))

    assert slopes_of(greater, [0, 0], [5, 5]).low.tolist() == [0.0, 0.0]
    assert slopes_of(step, [0, 1], [5, 3]).low[0] == -np.inf
