"""What functions of the language are to the second computation, one number at a time: rows of its own, which share nothing with those of a run."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.audit.scalar_units import Value, magnitude
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


SCALAR_FUNCTIONS: dict[str, ScalarFunction] = {
    "max": ScalarFunction(lambda units, *values: units.folded("Max", list(values))),
    "min": ScalarFunction(lambda units, *values: units.folded("Min", list(values)), as_size="max"),
    "pos": ScalarFunction(lambda units, value: value if magnitude(value) > 0 else value * 0),
    "abs": ScalarFunction(lambda units, value: abs(value)),
    "floor": ScalarFunction(whole=math.floor),
    "ceil": ScalarFunction(whole=math.ceil),
    "sqrt": ScalarFunction(lambda units, value: value**0.5, exact=False),
    "exp": ScalarFunction(lambda units, value: math.exp(units.plain(value)), exact=False, slope=lambda worth, own: worth),
    "ln": ScalarFunction(lambda units, value: math.log(units.plain(value)), exact=False, slope=lambda worth, own: 1 / own),
    "log10": ScalarFunction(lambda units, value: math.log10(units.plain(value)), exact=False, slope=lambda worth, own: 1 / own),
}
