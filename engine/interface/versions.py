"""Two versions: compare them, carry a project over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.commands.versions import carry_over
from engine.comparison.compare_specs import Side
from engine.comparison.difference import Difference, find_difference
from engine.comparison.migrate import Migration
from engine.interface.given import methodology_of
from equations.errors import InputError
from equations.library.spec_files import load_methodology
from equations.model.methodology import Methodology


def compare(
    first: Methodology | str | Path,
    second: Methodology | str | Path | None = None,
    *,
    projects: Sequence[Path | str] = (),
    readings: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
) -> Difference:
    """Return what two specs, two readings of one, or two projects under one, say and move differently.

    Parameters
    ----------
    second
        The first again by default.
    projects
        One: what the difference moves in it. Two: the first under ``first``, the second under ``second``.
    readings
        Those of either side that are not the default.

    Raises
    ------
    MethodologyError
        I508 where there is nothing to compare; whatever reading or running a side raises.
    """
    if second is None and len(projects) < 2 and not readings[1]:
        raise InputError("I508", "there is nothing to compare with", remedy="name a second spec, two projects, or readings")
    if len(projects) > 2:
        raise InputError("I508", f"{len(projects)} projects are named", remedy="one or two can be compared")
    a = methodology_of(first)
    b = a if second is None else methodology_of(second)
    return find_difference(Side(a, dict(readings[0]), a.reference), Side(b, dict(readings[1]), b.reference), projects, load_methodology)


def migrate(project: Path | str, *, old: str, new: str) -> Migration:
    """Return a project file carried over from one version to another.

    Raises
    ------
    MethodologyError
        For a spec or a project file that cannot be read.
    """
    return carry_over(str(project), old, new)
