"""The difference between two specs, or two submissions: what they say, what that means, and what it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.comparison.compare_equations import EquationComparison, compare_equations
from engine.comparison.compare_projects import InputChange, compare_projects
from engine.comparison.compare_specs import ListChange, Side, ValueChange, compare_lists, compare_values
from engine.comparison.effect import Effect, find_effect
from engine.output.tabled import Pictured
from engine.project.project_file import read_project
from engine.run.version_gap import Loader
from equations.errors import InputError, near

DIFF_FORMAT = "mrvgraph-diff/1"


@dataclass(frozen=True)
class Difference(Pictured):
    """Everything that lies between two sides.

    Attributes
    ----------
    lists
        List of the spec -> what changed in it.
    inputs
        What two project files say differently; empty where there is one or none.
    effect
        What it moves, or ``None`` where no project was given.
    """

    a: Side
    b: Side
    equations: EquationComparison
    lists: Mapping[str, ListChange] = field(default_factory=dict)
    values: tuple[ValueChange, ...] = ()
    inputs: tuple[InputChange, ...] = ()
    effect: Effect | None = None

    def __repr__(self) -> str:
        moved = f", {self.effect.difference:+,.3f} {self.effect.unit}" if self.effect is not None else ""
        return f"<Difference {self.a.label} -> {self.b.label}: {len(self.equations.changed)} equations changed{moved}>"

    @property
    def same_spec(self) -> bool:
        """Whether both sides are the same spec, perhaps read otherwise."""
        return self.a.methodology.hash == self.b.methodology.hash

    @property
    def readings(self) -> tuple[tuple[str, str, str], ...]:
        """Rulings that both know and that are read otherwise: id, reading there, reading here."""
        before, after = self.a.all_readings, self.b.all_readings
        return tuple((id_, before[id_], after[id_]) for id_ in after if id_ in before and before[id_] != after[id_])


def find_difference(a: Side, b: Side, projects: Sequence[Path | str] = (), load: Loader | None = None) -> Difference:
    """Compare two sides.

    Parameters
    ----------
    projects
        None: what the specs say. One: also what it moves in this project. Two: the first under ``a``, the second under ``b``.
    load
        Reads the version that a project file names.

    Raises
    ------
    MethodologyError
        For a reading that does not exist, or a project that cannot be run under one of the sides.
    """
    for side in (a, b):
        _check_readings(side)
    data = [read_project(path) for path in projects]
    inputs: tuple[InputChange, ...] = ()
    if len(data) > 1:
        inputs = compare_projects(b.methodology, data[0], data[1])
    effect = find_effect(a, b, data[0], data[-1], load) if data else None
    lists = compare_lists(a.said, b.said)
    return Difference(
        a=a, b=b, equations=compare_equations(a, b), lists=lists, values=compare_values(a.said, b.said), inputs=inputs, effect=effect,
    )  # fmt: skip


def _check_readings(side: Side) -> None:
    for id_, reading in side.readings.items():
        ruling = side.methodology.ruling.get(id_)
        if ruling is None:
            raise InputError(
                "I508", f"{side.methodology.reference} has no ruling {id_!r}", remedy=near(id_, side.methodology.ruling)
            )
        known = [r.id for r in ruling.readings]
        if reading not in known:
            raise InputError(
                "I508",
                f"the ruling {id_!r} has no reading {reading!r}",
                why=f"its readings are {', '.join(known)}",
                remedy=near(reading, known),
            )


def difference_record(difference: Difference) -> dict[str, object]:
    """Return a difference as plain data."""
    lists = dict(difference.lists)
    empty = ListChange()
    return {
        "format": DIFF_FORMAT,
        "a": _side_record(difference.a),
        "b": _side_record(difference.b),
        "equations": difference.equations.as_record(),
        "quantities": {"renamed": [], **lists.pop("quantities", empty).as_record()},
        "values": [change.as_record() for change in difference.values],
        "readings": [{"id": id_, "from": old, "to": new} for id_, old, new in difference.readings],
        "other": {name: change.as_record() for name, change in lists.items()},
        "inputs": [change.as_record() for change in difference.inputs],
        "effect": difference.effect.as_record() if difference.effect is not None else None,
    }


def _side_record(side: Side) -> dict[str, object]:
    m = side.methodology
    return {"reference": m.reference, "status": m.status, "hash": m.hash, "readings": dict(side.readings)}
