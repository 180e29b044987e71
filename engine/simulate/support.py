"""Where the draws of a distribution can lie at all, against the range in which its quantity can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from engine.simulate.distributions import FROM_NORMAL
from engine.simulate.normal import Numbers
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
        lows, highs = support_of(variable)
        range_ = f"{least:g} to {most:g}"
        for name, low, high in zip(variable.names, lows.tolist(), highs.tolist(), strict=True):
            if high < least or low > most:
                errors.append(InputError("I510", f"no draw of {name} can be within {range_}", variable.place,
                                         why=f"all lie from {low:g} to {high:g}", remedy="correct its numbers"))  # fmt: skip
            elif variable.kind not in FROM_NORMAL and (low < least or high > most):
                errors.append(InputError("I510", f"draws of {name} can leave the range {range_}", variable.place,
                                         why=f"they lie from {low:g} to {high:g}, and a {variable.kind} number is not drawn again",
                                         remedy="correct min and max, or take another distribution"))  # fmt: skip
    raise_all(errors)


def support_of(variable: Variable) -> tuple[Numbers, Numbers]:
    """Return the least and the greatest number that each cell can be drawn as. Shape of each: (cells,)."""
    shape, parameters = len(variable.names), variable.parameters
    if "min" in parameters:
        return parameters["min"], parameters["max"]
    if variable.kind == "normal":
        sure = parameters["se"] == 0
        return np.where(sure, parameters["mean"], -np.inf), np.where(sure, parameters["mean"], np.inf)
    if variable.kind == "lognormal":
        return np.zeros(shape), np.full(shape, np.inf)
    return np.zeros(shape), np.full(shape, float(parameters["value"].sum()))
