"""The error of a cell for which two datasets of one standing hold a number: which counts may not depend on their order."""

from __future__ import annotations

from engine.project.project_file import ProjectData
from equations.errors import GraphError, InputError, MethodologyError
from equations.model.dataset import ValueBlock


def two_datasets(project: ProjectData, shown: str, first: str, second: str, block: ValueBlock) -> MethodologyError:
    """Return the error.

    Parameters
    ----------
    shown
        What the cell is called.
    first, second
        Ids of the datasets; the same where one gives the cell twice.
    """
    if first != second and first in {scalar.text for scalar in project.datasets}:
        return InputError("I508", f"two requested datasets give {shown}", project.datasets[0].place, why=f"{first} and {second}",
                          remedy="request one of them, or supply the value yourself")  # fmt: skip
    where = f"dataset {first}" if first == second else f"the datasets {first} and {second}, both used by default,"
    apart = "let one of them be `use: on-request`, or say with `valid_from:` when each holds"
    remedy = "make their `when:` exclude each other" if first == second else apart
    return GraphError("G402", f"{where} give {shown} twice", block.place, why="one number can count", remedy=remedy)
