"""Rounding to a step: ``round(x, 0.1)`` is the whole number nearest to ``x / 0.1``, in steps of 0.1.

A step is a written number, so that it is known as a fraction: ``round(x, 0.1)`` multiplies by 10, rounds, and divides by 10, which gives the float
next to the decimal number and not a multiple of the float next to 0.1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from equations.formula.syntax import Binary, Call, Node, Number, Ratio

#: Writes a function in SymPy: the module and the arguments in.
Written = Callable[..., Any]


def is_step(node: Node) -> bool:
    """Whether a node can be the step of a rounding function: a written number above zero."""
    return isinstance(node, Number | Ratio) and _fraction(node) > 0


def without_step(call: Call) -> Node:
    """Return a rounding function with a step as one that rounds to whole numbers, times the step; units are left out."""
    inner, step = call.arguments
    assert isinstance(step, Number | Ratio)
    size = _fraction(step)
    counted = _times(_times(inner, "*", size.denominator), "/", size.numerator)
    whole = replace(call, arguments=(counted,))
    return _times(_times(whole, "*", size.numerator), "/", size.denominator)


def _fraction(step: Number | Ratio) -> Fraction:
    return Fraction(step.text) if isinstance(step, Number) else Fraction(step.over, step.under)


def _times(node: Node, op: str, number: int) -> Node:
    return node if number == 1 else Binary(op, node, Number(str(number)), span=node.span)


# -- in SymPy


def stepped(written: Written) -> Written:
    """Return how a rounding function with or without a step is written, from how it is written without one."""

    def both(s: Any, x: Any, step: Any = None) -> Any:
        return written(s, x) if step is None else s.Mul(step, written(s, x / step), evaluate=False)

    return both


def half_up(s: Any, x: Any) -> Any:
    """Write the nearest whole number, of two the one away from zero."""
    return s.sign(x) * s.floor(s.Abs(x) + s.Rational(1, 2), evaluate=False)


def half_down(s: Any, x: Any) -> Any:
    """Write the nearest whole number, of two the one towards zero."""
    return s.sign(x) * s.ceiling(s.Abs(x) - s.Rational(1, 2), evaluate=False)


def half_even(s: Any, x: Any) -> Any:
    """Write the nearest whole number, of two the even one."""
    quarter = (2 * x - 1) / 4
    odd = s.ceiling(quarter, evaluate=False) - s.floor(quarter, evaluate=False) - 1
    return s.floor(x + s.Rational(1, 2), evaluate=False) + odd
