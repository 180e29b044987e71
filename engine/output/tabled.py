"""What results with numbers have in common: a table to read, a frame to go on with, labelled arrays, a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.output.drawing import Drawing
from engine.output.text_grid import TextGrid
from equations.shown import Shown, display

if TYPE_CHECKING:
    from pandas import DataFrame
    from xarray import Dataset


class Tabled(Shown):
    """A result that can be handed on as a table."""

    __slots__ = ()

    def table(self) -> TextGrid:
        """Return what is read first as a table, every number written as everywhere."""
        found: TextGrid = display(self).grid()
        return found

    def frame(self) -> DataFrame:
        """Return the numbers as a long frame of pandas: a line each, with its labels, its unit and its state.

        A number that is not there is NaN, and its state says why; it is never nought.

        Raises
        ------
        InputError
            I514 without pandas.
        """
        return display(self).frame()

    def to_xarray(self) -> Dataset:
        """Return the numbers as labelled arrays of xarray, with units.

        Raises
        ------
        InputError
            I514 without xarray.
        """
        return display(self).dataset()


class Pictured(Tabled):
    """A result that can be drawn."""

    __slots__ = ()

    def plot(self) -> Drawing:
        """Return the result as a picture.

        Raises
        ------
        InputError
            I508 where there is no number to draw.
        """
        found: Drawing = display(self).drawing()
        return found
