"""Plan: what must be supplied and what is computed, in which order, for one target in one setting. Data only.

:mod:`engine.plan.planner` makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from engine.plan.setting import Setting
from equations.model.methodology import Methodology
from equations.records import record

#: For each axis of a quantity the positions of its members that are needed.
Box = tuple[tuple[int, ...], ...]
#: Why what a rule reads cannot be planned: whether the rule then does not apply, and the reason.
Unplanned = tuple[bool, str]


def has_cell(box: Box | None, cell: Iterable[int]) -> bool:
    """Whether a cell is one of those of a box; where there is none it is not."""
    return box is not None and all(at in axis for at, axis in zip(cell, box, strict=True))


@record(frozen=True)
class Step:
    """One case of one equation, to be evaluated for some cells.

    Attributes
    ----------
    positions
        For each letter of the left side the positions, on the quantity's axis, of the cells that it defines.
    mask
        Cells (as label positions in the order of the left side's letters) to which the case is limited, or ``None`` for all.
    """

    equation: str
    quantity: str
    positions: tuple[tuple[str, tuple[int, ...]], ...]
    mask: frozenset[tuple[int, ...]] | None = None


@record(frozen=True)
class Loop:
    """What is done for one member of an ordered axis after the other, from the last to the first if ``is_backward``.

    ``body`` names the quantities in order; those that depend on each other within one member go along another axis there.
    """

    axis: str
    is_backward: bool
    body: tuple[str | Loop, ...]


@record(frozen=True)
class Stage:
    """Steps that are done together: once, or member by member along an axis where quantities depend on their own past."""

    quantities: tuple[str, ...]
    steps: tuple[Step, ...]
    loop: Loop | None = None


@record(frozen=True)
class Plan:
    """What a run does.

    Attributes
    ----------
    inputs
        Needed inputs with the cells that are needed.
    needs
        The same for everything, computed quantities included.
    needed_by
        Input -> the equations that use it.
    """

    targets: tuple[str, ...]
    setting: Setting
    inputs: Mapping[str, Box]
    needs: Mapping[str, Box]
    stages: tuple[Stage, ...]
    needed_by: Mapping[str, tuple[str, ...]]
    #: Quantities that only rules ask for: what they lack is not an error.
    optional: frozenset[str] = frozenset()
    #: Cells without which the targets do not follow; wider needs are those of rules.
    required: Mapping[str, Box] = field(default_factory=dict)
    #: Rules of which what they read cannot be planned.
    unplanned: Mapping[str, Unplanned] = field(default_factory=dict)


def plan_key(methodology: Methodology, setting: Setting, targets: tuple[str, ...], supplied: Iterable[str]) -> str:
    """Return a text that is the same for two runs with the same plan: what is kept of one of them holds for the other."""
    return repr((methodology.hash, setting.key(), targets, sorted(supplied)))
