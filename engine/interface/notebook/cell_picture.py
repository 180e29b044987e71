"""Quantities of a run as a picture: bars over the years where that can be read, else a row for each cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

from engine.interface.notebook.run_numbers import states_in_words
from engine.output.markup import Html
from engine.run.run import Run
from engine.run.said_values import unit_in_tables, value_text
from engine.typesetting.pictures.charts import Series, bars
from engine.typesetting.pictures.rows import Bar, PictureRow, rows_picture
from engine.typesetting.pictures.shapes import BLUE, PALETTE, below
from equations.errors import InputError
from equations.model.cell_labels import written_cell
from equations.model.quantity import Quantity

#: Bars that can be told apart side by side, and rows of one picture.
_MOST_SERIES, _MOST_BARS, _MOST_ROWS = 8, 60, 40


def quantities_picture(run: Run, ids: Sequence[str]) -> tuple[Html, str]:
    """Return quantities one below the other, with a title.

    Raises
    ------
    InputError
        I508 where none of them has a number.
    """
    drawn = [picture for id_ in ids if (picture := _drawn(run, run.methodology.quantity[id_])) is not None]
    if not drawn:
        raise InputError("I508", "there is no number to draw", why=f"of {', '.join(ids) or 'this run'}", remedy="name a quantity of the run")
    title = f"{', '.join(ids)}: {run.project.name}, {run.methodology.reference}"
    return below(title, *drawn), title


def _drawn(run: Run, quantity: Quantity) -> Html | None:
    words = states_in_words(run, quantity.id)
    if not (words == "").any():
        return None
    years = [at for at, axis in enumerate(quantity.indices) if axis == run.methodology.year_set]
    others = [axis for axis in quantity.indices if axis != run.methodology.year_set]
    count = math.prod(len(run.setting.members[axis]) for axis in others)
    if len(years) == 1 and count <= _MOST_SERIES and words.size <= _MOST_BARS:
        return _by_year(run, quantity, years[0])
    return _rows(run, quantity)


def _about(run: Run) -> str:
    return f"{run.project.name}, {run.methodology.reference}"


def _by_year(run: Run, quantity: Quantity, year_axis: int) -> Html:
    """Return bars over the years, one colour for each of the other labels; where there is no number there is no bar."""
    members = [run.setting.members[axis] for axis in quantity.indices]
    words, array = states_in_words(run, quantity.id), run.values.arrays[quantity.id]
    series: list[Series] = []
    for cell in product(*(range(1) if at == year_axis else range(len(own)) for at, own in enumerate(members))):
        places = [(*cell[:year_axis], year, *cell[year_axis + 1 :]) for year in range(len(members[year_axis]))]
        labels = [members[at][place] for at, place in enumerate(cell) if at != year_axis]
        values = tuple(math.nan if words[place] else float(array[place]) for place in places)
        name = ", ".join(labels) or quantity.title
        series.append(Series(name, values, PALETTE[len(series) % len(PALETTE)], unit_in_tables(quantity)))
    return bars(f"{quantity.title} ({quantity.id}), by year", unit_in_tables(quantity), members[year_axis], series, _about(run))


def _rows(run: Run, quantity: Quantity) -> Html:
    """Return a row for each cell that was needed and applies, and why one has no number."""
    cells = [(labels, math.nan if state else value, state or "no number") for labels, value, state in run.cells(quantity.id)]
    rows = [
        PictureRow(written_cell(quantity.id, labels), value_text(quantity.type, value), (Bar(None, value, BLUE),))
        if math.isfinite(value) else PictureRow(written_cell(quantity.id, labels), state, ())
        for labels, value, state in cells[:_MOST_ROWS]
    ]  # fmt: skip
    more = f"; {len(cells) - _MOST_ROWS:,} further cells are left out" if len(cells) > _MOST_ROWS else ""
    return rows_picture(f"{quantity.title} ({quantity.id})", _about(run) + more, unit_in_tables(quantity), rows)
