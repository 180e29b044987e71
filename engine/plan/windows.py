"""Windows on ordered axes: which members one goes through, for a position of each letter at its ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from engine.plan.setting import Setting
from equations.formula.syntax import IndexLabel, IndexLetter, Window
from equations.records import record


@record(frozen=True)
class WindowSpan:
    """The positions from the first to the last member of a window, and those among them that there are.

    ``inside`` leaves out what lies beyond the axis and, of a window that is cut, what lies beyond the set at whose ends it is cut.
    """

    first: int
    last: int
    inside: tuple[int, ...]

    def leaves(self, size: int) -> str:
        """Return at which end a window leaves an axis of some members: ``first``, ``last`` or nothing; an empty window leaves nothing."""
        if self.first > self.last:
            return ""
        return "first" if self.first < 0 else "last" if self.last >= size else ""


def window_span(window: Window, setting: Setting, at: Mapping[str, tuple[str, int]]) -> WindowSpan:
    """Return what a window goes through.

    Parameters
    ----------
    at
        Letter of an end -> its index set and its position there.
    """
    ends = [_place(end, window.set, setting, at) for end in (window.first, window.last)]
    inside: Iterable[int] = range(max(ends[0], 0), min(ends[1] + 1, len(setting.members[window.set])))
    if window.within and window.within != window.set:
        # Positions are those on the larger set throughout, also where the window is cut at the ends of a smaller one.
        inside = sorted(set(inside).intersection(setting.positions(window.within, window.set)))
    return WindowSpan(ends[0], ends[1], tuple(inside))


def window_spans(
    window: Window, setting: Setting, places: Mapping[str, tuple[str, Iterable[int]]], letters: tuple[str, ...] = ()
) -> Iterator[WindowSpan]:
    """Yield what a window goes through for every combination of the positions that its letters take.

    Parameters
    ----------
    letters
        Those of the window in the order of the combinations, the last one fastest.
    """
    letters = letters or window.letters
    for combination in product(*(places[letter][1] for letter in letters)):
        yield window_span(window, setting, {x: (places[x][0], int(p)) for x, p in zip(letters, combination, strict=True)})


def _place(end: IndexLetter | IndexLabel, axis: str, setting: Setting, at: Mapping[str, tuple[str, int]]) -> int:
    members = setting.members[axis]
    if isinstance(end, IndexLabel):
        label = setting.label(end, axis)
        return members.index(label) + end.offset if label in members else -1
    set_id, position = at[end.letter]
    return (position if set_id == axis else members.index(setting.members[set_id][position])) + end.offset
