"""Where the draws of a distribution can lie at all, against the range in which its quantity can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.simulate.unknowns import Variable
from equations.errors import InputError, MethodologyError, raise_all


def check_support(variables: Iterable[Variable], limits: Mapping[str, tuple[float, float]]) -> None:
    """Look, before any draw, whether what is declared can be drawn within the ranges of the quantities.

    Parameters
    ----------
    limits
        Input -> least and greatest value that it can have.

    Raises
    ------
    InputError
        I510 for a distribution of which nothing lies within, and for one that reaches beyond and whose draws cannot be drawn again.
    """
    errors: list[MethodologyError] = []
    for variable in variables:
        least, most = limits[variable.quantity]
        lows, highs = variable.support
        range_ = f"{least:g} to {most:g}"
        for name, low, high in zip(variable.names, lows.tolist(), highs.tolist(), strict=True):
            if high < least or low > most:
                errors.append(InputError("I510", f"no draw of {name} can be within {range_}", variable.place,
                                         why=f"all lie from {low:g} to {high:g}", remedy="correct its numbers"))  # fmt: skip
            elif not variable.distribution.is_from_normal and (low < least or high > most):
                errors.append(InputError("I510", f"draws of {name} can leave the range {range_}", variable.place,
                                         why=f"they lie from {low:g} to {high:g}, and a {variable.kind} number is not drawn again",
                                         remedy="correct min and max, or take another distribution"))  # fmt: skip
    raise_all(errors)
