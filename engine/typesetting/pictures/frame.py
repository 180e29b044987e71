"""The frame of a chart with an upright axis: head, lines of the axis, and names or numbers along the other one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.output.markup import Html
from engine.typesetting.pictures.axis import Axis
from engine.typesetting.pictures.head import Head, Key, head
from engine.typesetting.pictures.shapes import INK, RULE, SOFT, label, picture, stroke
from engine.typesetting.pictures.svg_text import width

WIDE = 560.0
_EDGE, _PLOT, _UNIT, _SIZE = 16.0, 210.0, 24.0, 11.5
_UNDER, _UNDER_UNIT = 26.0, 18.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame; ``up`` is its upright axis, ``left`` and ``right`` are where the other one starts and ends."""

    title: str
    top: Head
    up: Axis
    unit: str
    left: float
    right: float = WIDE - _EDGE

    @classmethod
    def over(cls, values: Sequence[float], title: str, about: str, unit: str, keys: Sequence[Key]) -> Frame:
        """Return a frame whose upright axis holds every value."""
        top = head(title, about, keys, _EDGE, WIDE - 2 * _EDGE)
        axis = Axis.over(values, (top.height + _UNIT + _PLOT, top.height + _UNIT))
        left = _EDGE + max(width(text, _SIZE) for _, text in axis.ticks()) + 8
        return cls(title, top, axis, unit, left)

    def step(self, count: int) -> float:
        """Return the room for each of so many things side by side."""
        return (self.right - self.left) / max(1, count)

    def middle(self, at: int, count: int) -> float:
        """Return the middle of one of so many things side by side."""
        return self.left + self.step(count) * (at + 0.5)

    def drawn(
        self, body: Sequence[Html], *, names: Sequence[str] = (), across: Sequence[tuple[float, str]] = (), across_unit: str = "",
        remark: str = "",
    ) -> Html:
        """Return the picture.

        Parameters
        ----------
        names
            What stands side by side along the other axis; of many every second or third is named, so that none lies over another.
        across
            Places and labels along the other axis, where it counts.
        across_unit, remark
            What stands under them.
        """
        under = [*self._names(names), *self._numbers(across)]
        y = self.up.start + _UNDER
        for text, size, colour in ((across_unit, _SIZE, SOFT), (remark, _SIZE, INK)):
            if text:
                y += _UNDER_UNIT
                under.append(label(text, ((self.left + self.right) / 2, y - 4), size, text_anchor="middle", fill=colour))
        return picture((WIDE, round(y + 8)), self.title, self.top.drawn, self._lines(), body, under)

    def _lines(self) -> list[Html]:
        found = [label(self.up.unit(self.unit), (_EDGE, self.up.end - 10), _SIZE, fill=SOFT)]
        for value, text in self.up.ticks():
            y = self.up.at(value)
            found.append(stroke(f"M{self.left:.1f},{y:.1f} H{self.right:.1f}", RULE if value else SOFT))
            found.append(label(text, (self.left - 7, y + 4), _SIZE, text_anchor="end", fill=SOFT))
        return found

    def _names(self, names: Sequence[str]) -> list[Html]:
        room = self.step(len(names))
        apart = max(1, math.ceil(max((width(name, 12) + 8 for name in names), default=0) / room))
        return [
            label(name, (self.middle(at, len(names)), self.up.start + 18), 12, text_anchor="middle", fill=INK)
            for at, name in enumerate(names)
            if at % apart == 0
        ]

    def _numbers(self, across: Sequence[tuple[float, str]]) -> list[Html]:
        found, end = [], -math.inf
        for x, text in across:
            half = width(text, _SIZE) / 2
            middle = min(max(x, half + 2), WIDE - half - 2)
            found.append(stroke(f"M{x:.2f},{self.up.start:.1f} v5", SOFT))
            if middle - half > end + 6:
                found.append(label(text, (middle, self.up.start + 18), _SIZE, text_anchor="middle", fill=SOFT))
                end = middle + half
        return found
