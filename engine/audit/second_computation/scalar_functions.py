"""What functions of the language are to the second computation, one number at a time: rows of its own, which share nothing with those of a run."""

from __future__ import annotations

import decimal
import math
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.audit.second_computation.scalar_student import quantile_t
from engine.audit.second_computation.scalar_units import Value, magnitude
from equations.records import record


@record(frozen=True)
class ScalarFunction:
    """A function of values that carry their unit.

    Attributes
    ----------
    value
        From the operations on units and the arguments the result. Of a rounding function nothing: ``whole`` says it.
    whole
        What a rounding function makes of a number or a fraction, which jumps so far above each whole number.
    exact
        Whether a fraction stays one.
    as_size
        The function that takes its place where sizes of what went in are followed: of the least of several numbers the greatest.
    slope
        From the result and the argument by how much the size of the argument weighs in that of the result, beside the result itself.
    """

    value: Callable[..., Value] | None = None
    whole: Callable[[Any], int] | None = None
    jumps: float = 0.0
    exact: bool = True
    as_size: str = ""
    slope: Callable[[float, float], float] | None = None


def _nearest(number: Any, way: str) -> int:
    """Round a number or a fraction to the nearest whole one, a half as the arithmetic of decimals does it."""
    below = math.floor(number)
    rest = Fraction(number) - below
    half = "0.5" if rest == Fraction(1, 2) else "0.9" if rest > Fraction(1, 2) else "0.1" if rest else "0"
    return int((Decimal(below) + Decimal(half)).quantize(Decimal(1), rounding=way))


SCALAR_FUNCTIONS: dict[str, ScalarFunction] = {
    "max": ScalarFunction(lambda units, *values: units.folded("Max", list(values))),
    "min": ScalarFunction(lambda units, *values: units.folded("Min", list(values)), as_size="max"),
    "pos": ScalarFunction(lambda units, value: value if magnitude(value) > 0 else value * 0),
    "abs": ScalarFunction(lambda units, value: abs(value)),
    "floor": ScalarFunction(whole=math.floor),
    "ceil": ScalarFunction(whole=math.ceil),
    "round": ScalarFunction(whole=lambda x: _nearest(x, decimal.ROUND_HALF_UP), jumps=0.5),
    "round_half_even": ScalarFunction(whole=lambda x: _nearest(x, decimal.ROUND_HALF_EVEN), jumps=0.5),
    "round_half_down": ScalarFunction(whole=lambda x: _nearest(x, decimal.ROUND_HALF_DOWN), jumps=0.5),
    "round_up": ScalarFunction(whole=lambda x: math.ceil(x) if x > 0 else math.floor(x)),
    "round_down": ScalarFunction(whole=int),
    "sqrt": ScalarFunction(lambda units, value: value**0.5, exact=False),
    "exp": ScalarFunction(lambda units, value: math.exp(units.plain(value)), exact=False, slope=lambda worth, own: worth),
    "ln": ScalarFunction(lambda units, value: math.log(units.plain(value)), exact=False, slope=lambda worth, own: 1 / own),
    "log10": ScalarFunction(lambda units, value: math.log10(units.plain(value)), exact=False, slope=lambda worth, own: 1 / own),
    "quantile_t": ScalarFunction(lambda units, *values: quantile_t(*map(units.plain, values)), exact=False),
}
