"""Which quantities have numbers before a run: from the project, from a dataset on request, or by default."""

from __future__ import annotations

from engine.plan.setting import Setting, holds
from engine.project.project_file import ProjectData
from equations.model.dataset import ValueBlock
from equations.model.methodology import Methodology


def supplied_quantities(methodology: Methodology, project: ProjectData, setting: Setting) -> frozenset[str]:
    """Return the quantities for which the project, a dataset on request or a default holds numbers."""
    found = {id_ for id_ in (*project.values, *project.set_quantities) if id_ in methodology.quantity}
    wanted = {scalar.text for scalar in project.datasets}
    for dataset in methodology.datasets:
        if dataset.use == "default" or dataset.id in wanted:
            found |= {b.quantity for b in dataset.values if project.takes(dataset.id, b.quantity) and _may_hold(b, setting)}
    return frozenset(found)


def _may_hold(block: ValueBlock, setting: Setting) -> bool:
    """Whether a block of values is not ruled out by choices and readings."""
    if block.when is None:
        return True
    try:
        return holds(block.when, setting, {})
    except KeyError:
        return True
