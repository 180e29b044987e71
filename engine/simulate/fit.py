"""Does a distribution fit the value beside which it stands: can it give it, and is the value its mean?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from engine.finding import Finding
from engine.output.terminal import number
from engine.simulate.normal import LARGEST, Numbers
from engine.simulate.unknowns import Variable
from equations.errors import InputError
from equations.model.quantity import Quantity

#: Standard errors from the middle at which a number is as good as never drawn: once in sixteen thousand draws.
FARTHEST = 4.0
#: A mean that is further from the value than this share of the standard error is told.
TOLD = 0.01
_ROUNDING = 1e-12


def check_size(variable: Variable, values: Numbers) -> InputError | None:
    """Return the error of numbers so large that a distribution of them has no finite variance, or ``None``."""
    shown = [values, *variable.parameters.values()]
    largest = max((float(np.abs(numbers[np.isfinite(numbers)]).max(initial=0.0)) for numbers in shown), default=0.0)
    if largest <= LARGEST:
        return None
    return InputError("I510", f"{variable.names[0]} cannot be drawn: {largest:g} is too large for a distribution", variable.place,
                      why=f"numbers are drawn up to {LARGEST:g}", remedy="look for a typing error")  # fmt: skip


def check_value(variable: Variable, values: Numbers, fields: Mapping[str, float]) -> InputError | None:
    """Return the error of a distribution that cannot give the value of the run, or ``None``.

    Parameters
    ----------
    values
        What the run uses. Shape: (cells,). Unit: the quantity's.
    fields
        What was declared.
    """
    p = variable.parameters
    room = _ROUNDING * np.abs(values)
    wrong = np.zeros(len(values), bool)
    if "min" in p:
        wrong |= (values < p["min"] - room) | (values > p["max"] + room)
    wrong |= ~(variable.distribution.distance(p, values) <= FARTHEST)
    if not wrong.any():
        return None
    at = int(np.flatnonzero(wrong)[0])
    further = f" (and {int(wrong.sum()) - 1} more)" if wrong.sum() > 1 else ""
    return InputError(
        "I518",
        f"{variable.names[at]} = {values[at]:g}{further} is no number that its {variable.distribution.words} distribution gives",
        variable.place,
        why=_reach(variable, at),
        remedy="correct the distribution or its unit" + ("" if "mean" in fields else ", or the value")
        + "; where cells differ, declare it for each label",
    )  # fmt: skip


def _reach(variable: Variable, at: int) -> str:
    p = {name: float(numbers[at]) for name, numbers in variable.parameters.items()}
    usual = variable.distribution.usual(p, FARTHEST)
    if usual is None:
        return f"its draws lie from {p['min']:g} to {p['max']:g}"
    return f"all but one in sixteen thousand of its draws lie from {usual[0]:.6g} to {usual[1]:.6g}"


def other_mean(variable: Variable, values: Numbers, quantity: Quantity, stated: bool) -> Iterator[Finding]:
    """Yield one finding where the mean of a distribution is not the value of the run.

    Parameters
    ----------
    stated
        Whether the declaration names another mean itself.
    """
    means, spreads = variable.means, np.sqrt(np.diag(variable.covariances))
    apart = np.abs(means - values)
    off = np.flatnonzero(apart > np.maximum(TOLD * spreads, 1e-9 * np.abs(values)))
    if not len(off):
        return
    at = int(off[np.argmax(apart[off] / np.where(spreads[off] > 0, spreads[off], 1.0))])
    share = f"; {apart[at] / spreads[at]:.2g} se apart" if spreads[at] > 0 else ""
    others = f"; {len(off) - 1} more like it" if len(off) > 1 else ""
    unit = f" {quantity.unit}".removesuffix(" 1")
    yield Finding(
        "A730",
        "warning",
        variable.names[at],
        f"value {number(float(values[at]))}, mean of its draws {number(float(means[at]))}{unit} "
        f"({variable.distribution.words}{share}{others})",
        "the declaration names this mean" if stated else "",
        "" if stated else "give the mean as the value, or a distribution whose mean is the value",
        source=str(quantity.source),
        place=variable.place,
    )
