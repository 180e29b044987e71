"""Factors between units of the trade that are mistaken for each other: pounds for kilograms, short tons for tonnes, acres for hectares."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.slip import Slip
from equations.model.quantity import Quantity

#: What a unit measures -> how its units begin in a unit's text (the substance follows, as in tCO2), and exact factors with what is taken for what.
_FAMILIES: tuple[tuple[re.Pattern[str], tuple[tuple[float, str], ...]], ...] = (
    (re.compile(r"(?<![A-Za-z])(t|kt|Mt|kg|g)(?=[A-Z]|\W|\Z)"), (
        (0.45359237, "pounds for kilograms"), (0.90718474, "short tons for tonnes"), (1.0160469088, "long tons for tonnes"))),
    (re.compile(r"(?<![A-Za-z])(ha|km2|m2)(?![A-Za-z0-9])"), ((0.40468564224, "acres for hectares"), (10000.0, "hectares for square metres"))),
    (re.compile(r"(?<![A-Za-z])[kMGTP]?(Wh|J)(?![A-Za-z])"), (
        (3.6, "watt hours for joules"), (4.1868, "calories for joules"), (1.05505585262, "British thermal units for joules"),
        (41.868, "tonnes of oil for gigajoules"))),
    (re.compile(r"(?<![A-Za-z])km(?![A-Za-z0-9])"), ((1.609344, "miles for kilometres"),)),
    (re.compile(r"(?<![A-Za-z])(l|L|m3|litre)(?![A-Za-z0-9])"), (
        (3.785411784, "US gallons for litres"), (0.158987294928, "barrels for cubic metres"), (0.028316846592, "cubic feet for cubic metres"))),
)  # fmt: skip
_KELVIN = 273.15


def trade_slips(quantity: Quantity, array: NDArray[np.float64], subject: str) -> Iterator[Slip]:
    """Yield the numbers of a quantity in another unit of the trade than the one that is written.

    Parameters
    ----------
    array
        Its numbers. Shape: one axis per index. Unit: the quantity's.
    """
    text = str(quantity.unit)
    for pattern, factors in _FAMILIES:
        for factor, words in factors if pattern.search(text) else ():
            yield Slip("unit of the trade", f"{quantity.id} in {words}", subject, quantity.id, numbers=array / factor)
            yield Slip("unit of the trade", f"{quantity.id} in {_other_way(words)}", subject, quantity.id, numbers=array * factor)
    if re.fullmatch(r"K|degC|°C", text):
        for step, words in ((_KELVIN, "kelvin for degrees Celsius"), (-_KELVIN, "degrees Celsius for kelvin")):
            yield Slip("unit of the trade", f"{quantity.id} in {words}", subject, quantity.id, numbers=array + step)


def _other_way(words: str) -> str:
    one, _, other = words.partition(" for ")
    return f"{other} for {one}"
