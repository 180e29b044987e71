"""What each operation and each function of the language does to numbers, one row each.

A run, a batch, its slopes and signs, the size of what rounding may have moved, and seeded faults all read these rows; the rows of
:mod:`equations.formula.functions` say what a function is. Another projection, to a spreadsheet or to JavaScript, is one more field here,
which tests/engine/test_function_tables.py then asks of every function. The second computation
(:mod:`engine.audit.second_computation.scalar_functions`) has rows of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from engine.plan.time_axes import common, count, operation
from engine.run import sheet_text
from engine.run.arithmetic.comparisons import equal, greater, greater_equal, less, less_equal, not_equal
from engine.run.arithmetic.powers import power
from engine.run.arithmetic.student import quantile_t, slopes_of_quantile
from engine.run.arithmetic.whole_numbers import ceil, floor, round_down, round_half_down, round_half_even, round_half_up, round_up
from engine.run.calendar_days import calendar_years, elapsed_years
from equations.formula.functions import FUNCTIONS as LANGUAGE
from equations.model.day_numbers import EPOCH
from equations.records import record


@record(frozen=True)
class Operation:
    """An operation on numbers, element by element.

    Attributes
    ----------
    number
        The NumPy function; takes ``out=``, as NumPy's own do. Of a calendar function: the setting and the days of each letter in, a number out.
    operands
        How many it takes; more are folded from the left.
    slope
        From the operands its derivative with respect to each; ``None`` where it is flat wherever it has one (conditions, rounding).
        At a corner it is that of the branch taken.
    sign
        When a result cannot be below zero: ``always``, or where ``all``, ``any`` or the ``first`` of its operands cannot; else empty.
    partial
        Whether it can leave the finite numbers with finite operands.
    condition
        Whether the result is a condition: 1 or 0.
    script
        A JavaScript function of its operands that gives the same (:mod:`engine.batch.script_program`); conditions take and give 1 and 0. It
        may call the functions at the head of ``live_numbers.js``.
    not_scripted
        Why it has none: what follows from it is then not computed anew in a browser.
    inexact
        Whether its last digits differ between programs that compute it.
    """

    number: Callable[..., Any]
    operands: int = 2
    slope: Callable[..., tuple[Any, ...]] | None = None
    sign: str = ""
    partial: bool = False
    condition: bool = False
    script: str = ""
    not_scripted: str = ""
    inexact: bool = False


@record(frozen=True)
class FunctionMeaning(Operation):
    """What a function of the language does.

    Attributes
    ----------
    entered
        What went into a result (:mod:`engine.run.magnitudes`): from the result, the sizes of the arguments, and what went into each.
    domain
        What it takes, in words, where it does not take every number.
    exactly
        What a rounding function makes of a fraction.
    jumps
        Of a rounding function: how far above each whole number it jumps (0: at whole numbers; 0.5: halfway between).
    mistaken
        Functions that may be written in its place by mistake.
    sheet
        Writes it for a spreadsheet: texts of the arguments in, that of a value out (:mod:`engine.run.sheet_text`); days of a calendar function.
    sheet_along
        The same along a whole range of cells, where that is written otherwise; empty where it cannot stand over a range.
    """

    operands: int = 1
    entered: Callable[..., Any] = lambda result, sizes, entered: entered[0]
    domain: str = ""
    exactly: Callable[[Fraction], int] | None = None
    jumps: float = 0.0
    mistaken: tuple[str, ...] = ()
    sheet: Callable[..., str] | None = None
    sheet_along: Callable[..., str] | None = None


@record(frozen=True)
class Reduction:
    """A reduction over members.

    Attributes
    ----------
    join
        The operation that joins two of them.
    neutral
        What changes nothing, and is the result over no members.
    decisive
        What decides the whole, whatever the others are; NaN where nothing does.
    sheet
        The function of spreadsheets that takes all of them.
    """

    join: str
    neutral: float
    decisive: float = math.nan
    sheet: str = ""


def positive_part(values: Any, out: Any = None) -> Any:
    """Return what is above zero, and zero elsewhere."""
    return np.maximum(values, 0.0, out=out)


def _chosen(condition: Any, there: Any, otherwise: Any) -> Any:
    return np.where(condition != 0.0, there, otherwise)


def _power_slopes(x: Any, y: Any) -> tuple[Any, ...]:
    # below and at zero only whole exponents are allowed, and nobody moves them; x ^ 0 is 1 everywhere, also at 0
    return np.where(y == 0.0, 0.0, x ** (y - 1) * y), np.where(x > 0, x**y * np.log(x), 0.0)


_HALF = Fraction(1, 2)


def _signed(value: Fraction, size: int) -> int:
    return -size if value < 0 else size


def _rounding(
    number: Callable[..., Any], exactly: Callable[[Fraction], int], jumps: float, *mistaken: str, sheet: Callable[[str], str], script: str
) -> FunctionMeaning:
    return FunctionMeaning(
        number, sign="all", entered=lambda result, *_: result, exactly=exactly, jumps=jumps, mistaken=mistaken, sheet=sheet, script=script
    )


def _called(name: str) -> dict[str, Any]:
    """Return what writes a call that may also stand over a range."""
    return {"sheet": lambda *x: f"{name}({','.join(x)})", "sheet_along": lambda *x: f"{name}({','.join(x)})"}


OPERATORS: dict[str, Operation] = {
    "add": Operation(np.add, slope=lambda x, y: (1, 1), sign="all", script="(x, y) => x + y"),
    "sub": Operation(np.subtract, slope=lambda x, y: (1, -1), script="(x, y) => x - y"),
    "mul": Operation(np.multiply, slope=lambda x, y: (y, x), sign="all", script="(x, y) => x * y"),
    "div": Operation(np.divide, slope=lambda x, y: (y ** (-1.0), -x / y**2), sign="all", partial=True, script="(x, y) => x / y"),
    "power": Operation(power, slope=_power_slopes, sign="first", partial=True, script="power", inexact=True),
    "neg": Operation(np.negative, 1, slope=lambda x: (-1,), script="(x) => -x"),
    "lt": Operation(less, sign="always", condition=True, script="(x, y) => x < y && !tied(x, y)"),
    "le": Operation(less_equal, sign="always", condition=True, script="(x, y) => x <= y || tied(x, y)"),
    "gt": Operation(greater, sign="always", condition=True, script="(x, y) => x > y && !tied(x, y)"),
    "ge": Operation(greater_equal, sign="always", condition=True, script="(x, y) => x >= y || tied(x, y)"),
    "eq": Operation(equal, sign="always", condition=True, script="(x, y) => x === y || tied(x, y)"),
    "ne": Operation(not_equal, sign="always", condition=True, script="(x, y) => x !== y && !tied(x, y)"),
    "and": Operation(np.logical_and, sign="always", condition=True, script="(x, y) => x !== 0 && y !== 0"),
    "or": Operation(np.logical_or, sign="always", condition=True, script="(x, y) => x !== 0 || y !== 0"),
    "not": Operation(np.logical_not, 1, sign="always", condition=True, script="(x) => x === 0"),
    "where": Operation(_chosen, 3, slope=lambda c, x, y: (np.zeros_like(x), c != 0, c == 0), script="(c, x, y) => c !== 0 ? x : y"),
}  # fmt: skip

#: Every function of the language but those that make matrices.
FUNCTIONS: dict[str, FunctionMeaning] = {
    "max": FunctionMeaning(np.maximum, 2, lambda x, y: (x >= y, x < y), "any", entered=lambda result, sizes, entered: _largest(entered),
                           mistaken=("min",), sheet=lambda *x: f"MAX({','.join(x)})", script="(x, y) => x >= y || x !== x ? x : y"),
    "min": FunctionMeaning(np.minimum, 2, lambda x, y: (x <= y, x > y), "all", entered=lambda result, sizes, entered: _largest(entered),
                           mistaken=("max",), sheet=lambda *x: f"MIN({','.join(x)})", script="(x, y) => x <= y || x !== x ? x : y"),
    "pos": FunctionMeaning(positive_part, slope=lambda x: (x > 0,), sign="always", sheet=lambda x: f"MAX(0,{x})",
                           sheet_along=lambda x: f"(({x}>0)*{x})", script="(x) => x >= 0 || x !== x ? x : 0"),
    "abs": FunctionMeaning(np.abs, slope=lambda x: (np.sign(x),), sign="always", **_called("ABS"), script="Math.abs"),
    "floor": _rounding(floor, math.floor, 0.0, "ceil", "round", sheet=lambda x: f"INT({x})",
                       script="(x) => Math.floor(atSteps(x, 0))"),
    "ceil": _rounding(ceil, math.ceil, 0.0, "floor", "round", sheet=lambda x: f"(-INT(-{x}))",
                       script="(x) => Math.ceil(atSteps(x, 0))"),
    "round": _rounding(round_half_up, lambda x: _signed(x, math.floor(abs(x) + _HALF)), 0.5, "round_down", "round_half_even",
                       sheet=lambda x: f"ROUND({x},0)",
                       script="(x) => awayFromZero(atSteps(x, 0.5), (n) => Math.floor(n + 0.5))"),
    "round_half_even": _rounding(round_half_even, round, 0.5, "round", "round_down", sheet=sheet_text.half_even,
                       script="(x) => halfEven(atSteps(x, 0.5))"),
    "round_half_down": _rounding(round_half_down, lambda x: _signed(x, math.ceil(abs(x) - _HALF)), 0.5, "round", "round_down",
                                 sheet=sheet_text.half_down,
                       script="(x) => awayFromZero(atSteps(x, 0.5), (n) => Math.ceil(n - 0.5))"),
    "round_up": _rounding(round_up, lambda x: _signed(x, math.ceil(abs(x))), 0.0, "round_down", "round",
                          sheet=lambda x: f"ROUNDUP({x},0)",
                       script="(x) => awayFromZero(atSteps(x, 0), Math.ceil)"),
    "round_down": _rounding(round_down, math.trunc, 0.0, "round_up", "round", sheet=lambda x: f"TRUNC({x})",
                       script="(x) => Math.trunc(atSteps(x, 0))"),
    "sqrt": FunctionMeaning(np.sqrt, slope=lambda x: ((1 / 2) / np.sqrt(x),), sign="always", partial=True, domain="a number not below zero",
                            entered=lambda result, sizes, entered: np.abs(result) + 1 / np.maximum(np.abs(result), 1e-150) * entered[0],
                            **_called("SQRT"), script="Math.sqrt"),
    "exp": FunctionMeaning(np.exp, slope=lambda x: (np.exp(x),), sign="always", partial=True,
                           entered=lambda result, sizes, entered: np.abs(result) + np.abs(result) * entered[0],
                           **_called("EXP"), script="Math.exp", inexact=True),
    "ln": FunctionMeaning(np.log, slope=lambda x: (x ** (-1.0),), partial=True, domain="a number above zero", mistaken=("log10",),
                          entered=lambda result, sizes, entered: np.abs(result) + 1 / sizes[0] * entered[0],
                          **_called("LN"), script="Math.log", inexact=True),
    "log10": FunctionMeaning(np.log10, slope=lambda x: (1 / (x * np.log(10)),), partial=True, domain="a number above zero",
                             entered=lambda result, sizes, entered: np.abs(result) + 1 / sizes[0] * entered[0], mistaken=("ln",),
                             **_called("LOG10"), script="Math.log10", inexact=True),
    "quantile_t": FunctionMeaning(
        quantile_t, 2, slopes_of_quantile, partial=True, domain="a probability between 0 and 1 and degrees of freedom above zero",
        entered=lambda result, sizes, entered: np.abs(result) + sum(
            np.abs(slope) * size for slope, size in zip(slopes_of_quantile(*sizes), entered, strict=True)),
        sheet=sheet_text.quantile_t, not_scripted="a quantile of Student's t is worked out in forty digits"),
    "days_in_year": FunctionMeaning(lambda setting, days: count(days), mistaken=("operating_days",), sheet=sheet_text.all_days),
    "operating_days": FunctionMeaning(lambda setting, days: count(common(days, operation(setting))), mistaken=("days_in_year",),
                                      sheet=sheet_text.operating_days),
    "elapsed_years": FunctionMeaning(elapsed_years, sheet=sheet_text.elapsed_years),
    "first_day": FunctionMeaning(lambda setting, days: days[0][0] - EPOCH.toordinal(), mistaken=("last_day",),
                                 sheet=lambda days: sheet_text.since_epoch(days[0][0])),
    "last_day": FunctionMeaning(lambda setting, days: days[-1][1] - EPOCH.toordinal(), mistaken=("first_day",),
                                sheet=lambda days: sheet_text.since_epoch(days[-1][1])),
    "days": FunctionMeaning(lambda setting, days: count(days), mistaken=("operating_days",), sheet=sheet_text.all_days),
    "shared_days": FunctionMeaning(lambda setting, one, other: count(common(common(one, other), operation(setting))),
                                   sheet=sheet_text.operating_days),
    "calendar_years": FunctionMeaning(np.vectorize(calendar_years, otypes=[float]), entered=lambda result, *_: result),
}  # fmt: skip

REDUCTIONS: dict[str, Reduction] = {
    "Sum": Reduction("add", 0.0, sheet="SUM"), "Product": Reduction("mul", 1.0, 0.0, "PRODUCT"),
    "Max": Reduction("max", -math.inf, sheet="MAX"), "Min": Reduction("min", math.inf, sheet="MIN"),
    "All": Reduction("and", 1.0, 0.0, "AND"), "Any": Reduction("or", 0.0, 1.0, "OR"),
}  # fmt: skip

#: Everything that is done to numbers; dates count as numbers.
OPERATIONS: dict[str, Operation] = OPERATORS | {name: meaning for name, meaning in FUNCTIONS.items() if LANGUAGE[name].rule != "calendar"}
#: What a program of a batch can do: dates decide rules only, which no batch asks.
ELEMENTWISE = {name: operation for name, operation in OPERATIONS.items() if name in OPERATORS or LANGUAGE[name].rule != "date"}


def _largest(parts: list[Any]) -> Any:
    result = parts[0]
    for part in parts[1:]:
        result = np.maximum(result, part)
    return result
