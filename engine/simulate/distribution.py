"""What a distribution is: the forms in which it is declared, its draws, its mean and variance, and where its numbers can lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.simulate.normal import Numbers

#: Name of a parameter -> its numbers, one for each cell.
Parameters = Mapping[str, Numbers]
ROOT_TAU = (2 * np.pi) ** 0.5
#: Terms of the series behind covariances; those of a lognormal number of any usual spread are spent long before.
TERMS = 60
#: Normal numbers over which the terms of a distribution without closed ones are summed.
_GRID = np.linspace(-12.0, 12.0, 4801)


class NoSuchDistributionError(ValueError):
    """A distribution that does not exist; ``remedy`` says what would."""

    def __init__(self, why: str, remedy: str = "") -> None:
        super().__init__(why)
        self.why, self.remedy = why, remedy


@dataclass(frozen=True)
class Form:
    """One way to declare a distribution: the fields that it needs, and those that may stand beside them."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


class Distribution:
    """One kind of distribution: how it is declared, drawn and described.

    Attributes
    ----------
    forms
        The ways to declare it. A field that no way takes is refused: it would be said and not heard.
    meant
        Field that it does not take -> what is probably meant.
    is_of_rows
        Whether a whole row is drawn at once; what a row is, the quantity says (:mod:`engine.simulate.shared_rows`).
    is_of_counts
        Whether it shares out whole numbers.
    is_from_normal
        Whether each number is made from one normal number, so that it can be correlated and drawn again.
    """

    name: ClassVar[str]
    forms: ClassVar[tuple[Form, ...]]
    meant: ClassVar[Mapping[str, str]] = {}
    is_of_rows: ClassVar[bool] = False
    is_of_counts: ClassVar[bool] = False
    is_from_normal: ClassVar[bool] = False

    @property
    def words(self) -> str:
        """Its name in a sentence."""
        return self.name.replace("_", " ")

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that a form of it takes."""
        return tuple(dict.fromkeys(name for form in self.forms for name in (*form.needs, *form.may)))

    def parameters(self, mean: float, se: float, fields: Mapping[str, float], level: float) -> dict[str, float]:
        """Return what its draws are made with, for one cell.

        Parameters
        ----------
        se
            NaN where no standard error is declared.
        fields, level
            As :func:`engine.simulate.distributions.from_fields` takes them.

        Raises
        ------
        NoSuchDistributionError
            If there is no such distribution.
        """
        raise NotImplementedError

    def from_normal(self, normal: Numbers, p: Parameters) -> Numbers:
        """Turn standard normal numbers into its numbers. Shape: (cell, draw); of each parameter: (cell, 1)."""
        raise NotImplementedError

    def drawn(self, p: Parameters, streams: Sequence[np.random.Generator], count: int) -> Numbers:
        """Draw what is not made from normal numbers, each cell from its stream. Shape: (cell, ``count``)."""
        raise NotImplementedError

    def means(self, p: Parameters) -> Numbers:
        """Return the mean of each cell, before draws outside its range are dealt with. Shape: (cell,)."""
        raise NotImplementedError

    def variances(self, p: Parameters) -> Numbers:
        """Return the variance of each cell. Shape: (cell,)."""
        raise NotImplementedError

    def covariances(self, p: Parameters) -> Numbers:
        """Return variances and covariances of its cells, without those of declared correlations. Shape: (cell, cell)."""
        return np.diag(self.variances(p))

    def support(self, p: Parameters) -> tuple[Numbers, Numbers]:
        """Return the least and the greatest number that each cell can be drawn as. Shape of each: (cell,)."""
        return p["min"], p["max"]

    def distance(self, p: Parameters, values: Numbers) -> Numbers:
        """Return how many standard errors values lie from the middle, nothing where each number between the ends is likely enough."""
        return np.zeros(len(values))

    def usual(self, p: Mapping[str, float], spreads: float) -> tuple[float, float] | None:
        """Return the numbers so many standard errors below and above the middle, or ``None`` where the ends say it all."""
        return None

    def terms(self, p: Mapping[str, float]) -> Numbers:
        """Return the terms of a number's series in Hermite polynomials of its normal number, each for a polynomial of variance 1.

        From the first on: the mean is left out. What follows from them: :func:`engine.simulate.moments.correlated`.
        """
        numbers = self.from_normal(_GRID[None, :], {name: np.array([[x]]) for name, x in p.items()})[0]
        weights = np.exp(-(_GRID**2) / 2) / ROOT_TAU * (_GRID[1] - _GRID[0])
        before, here, found = np.zeros_like(_GRID), np.ones_like(_GRID), []
        for k in range(1, TERMS + 1):
            # Hermite polynomials divided by the root of k!, so that none grows.
            before, here = here, (_GRID * here - (k - 1) ** 0.5 * before) / k**0.5
            found.append(float((numbers * here * weights).sum()))
        return np.array(found)
