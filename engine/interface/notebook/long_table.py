"""Numbers as columns, one line for each: what a frame of pandas is made of, and a data set of xarray along one dimension."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.interface.notebook.packages import pandas, xarray

if TYPE_CHECKING:
    from pandas import DataFrame, Series
    from xarray import Dataset

TEXT, NUMBER, WHOLE, TRUTH = "text", "number", "whole", "truth"


@dataclass(frozen=True, slots=True)
class LongColumn:
    """One column.

    Attributes
    ----------
    kind
        ``text``, ``number`` (a float), ``whole`` (a whole number) or ``truth``.
    values
        One for each line; ``None`` where there is none.
    """

    name: str
    kind: str
    values: Sequence[object]

    def series(self) -> Series:
        """Return it for pandas: a number that is not there is NaN, a whole number or a text <NA>."""
        if self.kind == NUMBER:
            return pandas().Series(np.array([_float(value) for value in self.values], float))
        if self.kind == WHOLE:
            return pandas().Series(list(self.values), dtype="Int64")
        if self.kind == TRUTH:
            return pandas().Series(list(self.values), dtype=bool)
        return pandas().Series(list(self.values), dtype="string")

    def array(self) -> np.ndarray[Any, Any]:
        """Return it for xarray, which knows no missing whole numbers and texts: NaN and an empty text stand for them."""
        if self.kind == TEXT:
            return np.array(["" if value is None else str(value) for value in self.values], dtype=object)
        if self.kind == TRUTH:
            return np.array(self.values, bool)
        is_whole = self.kind == WHOLE and None not in self.values
        return np.array(self.values, np.int64) if is_whole else np.array([_float(value) for value in self.values], float)


@dataclass(frozen=True, slots=True)
class LongTable:
    """Columns of one length; the first names the lines. ``about`` is what they are numbers of."""

    columns: tuple[LongColumn, ...]
    about: Mapping[str, str]

    def frame(self) -> DataFrame:
        """Return it as a frame of pandas.

        Raises
        ------
        InputError
            I514 without pandas.
        """
        found = pandas().DataFrame({column.name: column.series() for column in self.columns})
        found.attrs.update(self.about)
        return found

    def dataset(self) -> Dataset:
        """Return it as a data set of xarray along the first column.

        Raises
        ------
        InputError
            I514 without xarray.
        """
        first, *others = self.columns
        along = {column.name: ((first.name,), column.array()) for column in others}
        return xarray().Dataset(along, coords={first.name: first.array()}, attrs=dict(self.about))


def columns_of(kinds: Mapping[str, str], lines: Sequence[Sequence[object]]) -> tuple[LongColumn, ...]:
    """Return columns from lines.

    Parameters
    ----------
    kinds
        Name of a column -> its kind, in the order of the values in a line.
    """
    return tuple(LongColumn(name, kind, [line[at] for line in lines]) for at, (name, kind) in enumerate(kinds.items()))


def _float(value: object) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else math.nan
