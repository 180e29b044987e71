"""Area balance: projected areas add up to those at inception, and rows that share something out add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.audit.flows import matched
from engine.audit.roles import numbers_there, serving_result, with_role
from engine.finding import Finding
from engine.output.terminal import number
from engine.project.written_numbers import Origin
from engine.run.arithmetic.printed_numbers import decimals
from engine.run.run import Run
from equations.errors import listed_texts
from equations.model.quantity import Quantity

#: Share of the area that may appear or vanish before it is a warning.
DRIFT = 0.01
_EXACT = 1e-9
#: A half unit of the last digit that is more of the whole than this is no rounding: the shares 1 and 1 are two wholes.
_COARSE = 0.1


def audit_balance(run: Run) -> tuple[Finding, ...]:
    """Compare totals of area by place and year, and the rows of matrices that declare what they add up to.

    Returns
    -------
    tuple of Finding
        A709: notes within rounding, errors and warnings beyond it.
    """
    findings: list[Finding] = []
    for quantity, array in with_role(run, "projected_area"):
        findings += _projected(run, quantity, array)
    for quantity, array in with_role(run, "monitored_conversion"):
        findings += _monitored(run, quantity, array)
    for quantity in serving_result(run):
        findings += uneven_rows(run, quantity)
    return tuple(findings)


def _initial(run: Run, place: str) -> tuple[Quantity, np.ndarray] | None:
    return next(((q, array) for q, array in with_role(run, "initial_area") if q.part_of == place), None)


def _projected(run: Run, quantity: Quantity, array: np.ndarray) -> Iterator[Finding]:
    """Compare the total of each year in which every category has an area with the total at inception."""
    initial = _initial(run, quantity.part_of)
    if initial is None or run.methodology.year_set not in quantity.indices:
        return
    start = float(np.sum(initial[1]))
    by_year = np.moveaxis(array, quantity.indices.index(run.methodology.year_set), 0)
    off, worst = [], 0.0
    for year, areas in zip(run.setting.members[run.methodology.year_set], by_year, strict=True):
        if np.isfinite(areas).all() and np.isfinite(start) and start > 0:
            drift = float(np.sum(areas)) / start - 1
            worst = max(worst, abs(drift))
            if abs(drift) > _EXACT:
                off.append(f"{year}: {number(float(np.sum(areas)))} {quantity.unit} ({100 * drift:+.3g} %)")
    if off:
        yield Finding(
            "A709",
            "warning" if worst > DRIFT else "note",
            quantity.id,
            f"projected areas of {_words(quantity.part_of)} drift from the {number(start)} {quantity.unit} at inception",
            listed_texts(off),
            "shares by which areas pass from one category to another and that do not add up to 1 make or lose area",
            source=str(quantity.source),
        )


def _monitored(run: Run, quantity: Quantity, array: np.ndarray) -> Iterator[Finding]:
    """Where a conversion matrix also holds what stayed as it was, its rows are whole categories."""
    initial = _initial(run, quantity.part_of)
    if initial is None or len(quantity.indices) != 3 or quantity.indices[0] != quantity.indices[1]:
        return
    if quantity.id not in run.inputs.values or not np.isfinite(array).all() or not np.diagonal(array).any():
        return
    intervals = run.setting.members[quantity.indices[2]]
    kept = matched(run, quantity.indices[:1], list(enumerate(initial[0].indices)))
    if not kept:
        return
    by_label = initial[1].sum(axis=tuple(at for at in range(initial[1].ndim) if at != kept[0]))
    known = dict(zip(run.setting.members[initial[0].indices[kept[0]]], by_label.tolist(), strict=True))
    labels = run.setting.members[quantity.indices[0]]
    rows, areas = array.sum(axis=1)[:, 0], np.array([known.get(label, np.nan) for label in labels])
    off = [
        f"{label}: {number(float(row))} against {number(float(area))}"
        for label, row, area in zip(labels, rows, areas, strict=True)
        if np.isfinite(area) and abs(row - area) > max(_EXACT * area, 1e-6)
    ]
    whole = float(np.nansum(areas))
    gap = abs(float(rows.sum()) / whole - 1) if whole else 0.0
    if off:
        yield Finding(
            "A709",
            "warning" if gap > DRIFT else "note",
            quantity.id,
            f"rows of {quantity.id} in {intervals[0]} are not the areas at inception of {_words(quantity.part_of)}",
            listed_texts(off),
            "see that source, boundary and unit are the same",
            source=str(quantity.source),
        )


def uneven_rows(run: Run, quantity: Quantity) -> Iterator[Finding]:
    """Yield what rows say that do not add up to what their quantity declares (A709).

    A note within the rounding of what was written. Beyond it an error, since land or shares are then counted twice or left out; a warning
    where all of a row is printed in a dataset, which a project cannot mend.
    """
    if quantity.rows_sum_to is None or len(quantity.indices) < 2:
        return
    wanted, array = float(quantity.rows_sum_to), numbers_there(run, quantity)
    sums = _sums(quantity, array)
    off: dict[str, list[str]] = {"error": [], "warning": [], "note": []}
    for cell in np.ndindex(*sums.shape):
        total = float(sums[cell])
        if np.isfinite(total) and abs(total - wanted) > _EXACT:
            labels = run.setting.labels((quantity.indices[0], *quantity.indices[2:]), cell)
            off[_weight_of_gap(run, quantity, cell, abs(total - wanted))].append(f"{', '.join(labels)}: {total:.6g}")
    for severity, found in off.items():
        if found:
            word = "within rounding" if severity == "note" else "beyond the rounding of what was written"
            yield Finding(
                "A709",
                severity,
                quantity.id,
                f"{len(found)} of {sums.size} rows of {quantity.id} do not add up to {wanted:g}, {word}",
                listed_texts(found),
                "" if severity == "note" else "compare the rows with their source",
                source=str(quantity.source),
            )


def _sums(quantity: Quantity, array: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sums of rows; of one of which not all is needed only where what is known is too much already, else not a number."""
    sums: NDArray[np.float64] = array.sum(axis=1)
    known = np.nansum(array, axis=1)
    never_less = quantity.range is not None and quantity.range.least is not None and quantity.range.least >= 0
    too_much = np.isnan(sums) & (known > float(quantity.rows_sum_to or 0) + _EXACT) & never_less
    return np.asarray(np.where(too_much, known, sums), np.float64)


def _weight_of_gap(run: Run, quantity: Quantity, cell: tuple[int, ...], gap: float) -> str:
    """Return how severe it is that a row is off by so much."""
    if gap <= _rounding(run, quantity, cell):
        return "note"
    kinds = {origin.kind for origin in _origins(run, quantity, cell)}
    return "warning" if kinds and "project" not in kinds else "error"


def _origins(run: Run, quantity: Quantity, cell: tuple[int, ...]) -> list[Origin]:
    """Return where the numbers of a row come from; none if it is computed."""
    return [o for at, o in run.inputs.origins.get(quantity.id, {}).items() if (at[0], *at[2:]) == cell and o.written != "NA"]


def _rounding(run: Run, quantity: Quantity, cell: tuple[int, ...]) -> float:
    """Return by how much rounding can move the sum of a row; a computed row takes that of three decimals."""
    columns = len(run.setting.members[quantity.indices[1]])
    row = _origins(run, quantity, cell)
    places = max((decimals(origin.written) for origin in row), default=3)
    scale = 0.01 if any(origin.unit in ("%", "percent") for origin in row) else 1.0
    step = 0.5 * 10.0**-places * scale
    if step > _COARSE * abs(float(quantity.rows_sum_to or 0)):
        return _EXACT
    # A bare 0 is no share that was rounded to nothing.
    rounded = sum(origin.written.strip() != "0" for origin in row) if row else columns
    return rounded * step + _EXACT


def _words(place: str) -> str:
    return f"the {place.replace('_', ' ')}" if place else "the project"
