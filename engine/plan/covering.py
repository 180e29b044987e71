"""Combinations that stand for all of them, where there are too many: any few choices occur in all the ways in which they can meet."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, product
from math import prod

#: What has been assigned to whom: places of factors, ascending, each with the place of its value.
Meeting = tuple[tuple[int, int], ...]


@cache
def covering(sizes: tuple[int, ...], strength: int) -> tuple[tuple[int, ...], ...]:
    """Return rows of values so that of any ``strength`` factors every combination occurs in one row at least.

    Parameters
    ----------
    sizes
        How many values each factor has; a value is a number from 0 on.
    strength
        How many factors at a time; with as many as there are, every row.

    Notes
    -----
    Greedy: a row begins with a combination that has not occurred, and each further factor takes the value that brings most new ones.
    The same sizes give the same rows. A fault that needs ``strength`` values to meet, or fewer, is found in one of them.
    """
    if strength >= len(sizes):
        return tuple(product(*map(range, sizes)))
    missing = dict.fromkeys(_meetings(sizes, strength))
    rows: list[tuple[int, ...]] = []
    while missing:
        row = _row(sizes, strength, missing, len(rows))
        for meeting in combinations(enumerate(row), strength):
            missing.pop(meeting, None)
        rows.append(row)
    return tuple(rows)


def count_of(sizes: tuple[int, ...]) -> int:
    """Return how many combinations there are of all values."""
    return prod(sizes)


def _meetings(sizes: tuple[int, ...], strength: int) -> Iterator[Meeting]:
    for factors in combinations(range(len(sizes)), strength):
        for values in product(*(range(sizes[f]) for f in factors)):
            yield tuple(zip(factors, values, strict=True))


def _row(sizes: tuple[int, ...], strength: int, missing: dict[Meeting, None], turn: int) -> tuple[int, ...]:
    taken = dict(next(iter(missing)))
    for factor, size in enumerate(sizes):
        if factor not in taken:
            others = list(combinations(sorted(taken.items()), strength - 1))
            order = [(turn + at) % size for at in range(size)]  # among equals each row begins elsewhere
            taken[factor] = max(order, key=lambda value: sum(tuple(sorted((*rest, (factor, value)))) in missing for rest in others))
    return tuple(taken[factor] for factor in range(len(sizes)))
