"""The global warming potential of another assessment report, for all gases of one number or in one cell."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.slip import Slip
from engine.audit.desk.statement import Cell
from engine.plan.cells import cell_name
from engine.run.run import Run
from equations.model.quantity import Quantity

#: Published global warming potentials over 100 years of one gas, by assessment report of the IPCC: Second to Sixth.
WARMING_POTENTIALS = {
    "CH4": {"AR2": 21.0, "AR3": 23.0, "AR4": 25.0, "AR5": 28.0, "AR5 of fossil methane": 30.0, "AR5 with feedbacks": 34.0, "AR6": 27.9,
            "AR6 of fossil methane": 29.8, "AR6 of other methane": 27.0},
    "N2O": {"AR2": 310.0, "AR3": 296.0, "AR4": 298.0, "AR5": 265.0, "AR6": 273.0},
    "SF6": {"AR2": 23900.0, "AR3": 22200.0, "AR4": 22800.0, "AR5": 23500.0},
}  # fmt: skip


def warming_slips(run: Run, quantity: Quantity, array: NDArray[np.float64], cells: Collection[Cell]) -> Iterator[Slip]:
    """Yield a potential exchanged wherever it stands, and in each of some cells.

    Parameters
    ----------
    array
        The numbers of the quantity. Shape: one axis per index.
    """
    own = {float(array[cell]) for cell in cells}
    for gas, reports in WARMING_POTENTIALS.items():
        for number in sorted(own & set(reports.values())):
            places = [cell for cell in cells if float(array[cell]) == number]
            for report, other in reports.items():
                for part in () if other == number else ([places] if len(places) == 1 else [places, *([place] for place in places)]):
                    changed = array.copy()
                    for cell in part:
                        changed[cell] = other
                    name = cell_name(quantity, run.setting, part[0]) if len(part) == 1 else quantity.id
                    what = f"{name} = {other:g} ({gas}, {report}) for {number:g}"
                    yield Slip("warming potential", what, quantity.id, quantity.id, numbers=changed)
