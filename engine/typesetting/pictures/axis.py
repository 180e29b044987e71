"""An axis: from amounts to places, with round steps whose ends are labelled, in ones, thousands or millions of a unit."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from engine.typesetting.pictures.shapes import round_step

#: From this share of the largest amount on, the rest of an axis that begins at zero would not be seen.
_CUT = 0.5
_POWERS = ((1e9, 2e9, "billion "), (1e6, 2e6, "million "), (1e3, 2e4, "thousand "))


@dataclass(frozen=True, slots=True)
class Axis:
    """Amounts from ``least`` to ``most`` in steps, drawn from ``start`` to ``end``."""

    least: float
    most: float
    step: float
    start: float
    end: float

    @classmethod
    def over(cls, values: Iterable[float], place: tuple[float, float], *, steps: int = 5, cut: bool = False) -> Axis:
        """Return an axis that holds every finite value.

        Parameters
        ----------
        place
            Where it starts and where it ends on the page.
        cut
            Whether it may begin elsewhere than at zero, where all values are so far from it that their differences would not be seen.
        """
        finite = [value for value in values if math.isfinite(value)] or [0.0]
        least, most = min(finite), max(finite)
        spread = most - least
        far = (least > 0 and spread < most * _CUT) or (most < 0 and spread < -least * _CUT)
        if cut and far and spread:
            least, most = least - spread / 10, most + spread / 10
        else:
            least, most = min(least, 0.0), max(most, 0.0)
        step = round_step(((most - least) or 1.0) / steps)
        low, high = math.floor(least / step + 1e-9) * step, math.ceil(most / step - 1e-9) * step
        return cls(low, high if high > low else low + step, step, *place)

    def at(self, value: float) -> float:
        """Return the place of an amount."""
        return self.start + (value - self.least) / (self.most - self.least) * (self.end - self.start)

    @property
    def zero(self) -> float:
        """The amount from which bars are drawn: nothing, or the end of the axis that is nearest to it."""
        return min(max(0.0, self.least), self.most)

    @property
    def is_cut(self) -> bool:
        """Whether the axis does not hold zero."""
        return self.zero != 0.0

    def ticks(self) -> list[tuple[float, str]]:
        """Return the amounts at which lines are drawn with their labels, the ends of the axis among them."""
        factor = self.factor[0]
        size = self.step / factor
        digits = max(0, -math.floor(math.log10(size)))
        digits += abs(size * 10.0**digits % 1) > 1e-9  # a step of two and a half
        count = round((self.most - self.least) / self.step)
        found = []
        for at in range(count + 1):
            value = self.least + at * self.step
            value = 0.0 if abs(value) < self.step / 1000 else value
            found.append((value, _printed(f"{value / factor:,.{min(digits, 9)}f}" if digits <= 9 else f"{value / factor:.3g}")))
        return found

    @property
    def factor(self) -> tuple[float, str]:
        """The power of a thousand in which labels count, and its word."""
        largest = max(abs(self.least), abs(self.most))
        return next(((factor, word) for factor, least, word in _POWERS if largest >= least), (1.0, ""))

    def unit(self, unit: str) -> str:
        """Return the unit of the labels."""
        return f"{self.factor[1]}{unit}".strip() if unit not in ("", "1") else self.factor[1].strip()

    def short(self, value: float) -> str:
        """Return an amount in the unit of the labels, for a label at a bar."""
        factor, _ = self.factor
        digits = 2 if factor >= 1e6 else 0 if abs(value / factor) >= 100 else 1
        small = value and abs(value / factor) < 0.05
        return _printed(f"{value / factor:.2g}" if small else f"{value / factor:,.{digits}f}")


def _printed(text: str) -> str:
    return text.replace("-", "−")
