"""Cells that a run needs and nobody gives: nothing stands in for them (conventions §1), and the message names every way to a number."""

from __future__ import annotations

from collections.abc import Sequence

from engine.plan.cells import cell_name
from engine.plan.plan import Plan
from engine.plan.setting import giving
from engine.project.project_file import ProjectData
from equations.errors import InputError, Place, listed
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity


def missing_error(
    methodology: Methodology, plan: Plan, project: ProjectData, quantity: Quantity, cells: Sequence[tuple[int, ...]], *, partly: bool
) -> InputError:
    """Return the error of cells that are missing.

    Parameters
    ----------
    partly
        Whether other cells of the quantity are given: then nobody means to have it computed.
    """
    needing = plan.needed_by.get(quantity.id, ())
    users = [methodology.equation[e].label for e in needing if e in methodology.equation]
    datasets = [d.id for d in methodology.datasets if d.use != "default" and any(b.quantity == quantity.id for b in d.values)]
    ways = [f"supply it under `values: {quantity.id}:` ({quantity.unit})"]
    if quantity.standard_error_of:
        ways.insert(0, f"declare the uncertainty of {quantity.standard_error_of} with `se` or `relative_se`")
    ways += [f"request the dataset {d} under `datasets:`" for d in datasets]
    equations = giving(quantity.id, methodology, plan.setting)
    if equations and not partly:
        ways.append(f"supply what {equations[0].label} needs")
    return InputError(
        "I501", f"missing: {listed([cell_name(quantity, plan.setting, cell) for cell in cells])}",
        project.value_places.get(quantity.id) or Place(project.path.name),
        why=f"{quantity.meaning}; needed by {', '.join(users) or 'the target'}", remedy=", or ".join(ways),
    )  # fmt: skip
