"""Every draw of a simulation in a file: CSV or Parquet, written a part at a time, whole or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.output.escapes import csv_cell
from engine.output.written_files import refused, target_of, whole_file
from engine.simulate.normal import Numbers
from engine.simulate.simulation import Simulation
from equations.errors import InputError
from equations.model.cell_labels import written_cell

FORMAT = "mrvgraph-draws/1"
#: Draws that are turned into text, or a row group of Parquet, at once.
_ROWS = 65_536
_KINDS = (".csv", ".parquet")


def draw_columns(simulation: Simulation) -> Iterator[tuple[str, str, Numbers]]:
    """Yield the name, the unit and the draws of every number that was asked for."""
    for target, draws in simulation.draws.items():
        quantity = simulation.run.methodology.quantity[target]
        for labels, _, _ in simulation.run.cells(target):
            own = zip(quantity.indices, labels, strict=True)
            cell = tuple(simulation.run.setting.members[axis].index(label) for axis, label in own)
            yield written_cell(target, labels), str(quantity.unit), np.moveaxis(draws, 0, -1)[cell]


def check_writable(path: Path) -> None:
    """Look whether draws could be written, before they are made.

    Raises
    ------
    InputError
        I520 for what is no file or a name of another kind, I521 where nothing can be written, I514 if Parquet is asked for and pyarrow
        is not installed.
    """
    target_of(path)
    if path.suffix not in _KINDS:
        raise refused(path, f"draws cannot be written to a file of the kind {path.suffix or path.name!r}",
                      remedy="let its name end in .csv or .parquet")  # fmt: skip
    if path.suffix == ".parquet":
        _pyarrow()


def write_draws(simulation: Simulation, path: Path, version: str) -> None:
    """Write every draw, one line each, as CSV or, for a name that ends in ``.parquet``, as Parquet.

    Numbers are exact. Parquet carries the methodology, the project, the seed and the units with it.

    Parameters
    ----------
    version
        Of the program, for the metadata.

    Raises
    ------
    InputError
        I520 or I521 if the file cannot be written, I514 if Parquet is asked for and pyarrow is not installed.
    """
    check_writable(path)
    columns = list(draw_columns(simulation))
    with whole_file(path) as beside:
        if path.suffix == ".parquet":
            _write_parquet(simulation, columns, beside, version)
        else:
            _write_csv(columns, beside)


def _write_csv(columns: list[tuple[str, str, Numbers]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["draw", *(csv_cell(name) for name, _, _ in columns)])
        for start in range(0, len(columns[0][2]), _ROWS):
            part = [draws[start : start + _ROWS].tolist() for _, _, draws in columns]
            writer.writerows([at, *(repr(x) for x in row)] for at, row in enumerate(zip(*part, strict=True), start + 1))


def _write_parquet(simulation: Simulation, columns: list[tuple[str, str, Numbers]], path: Path, version: str) -> None:
    pyarrow, parquet = _pyarrow()
    run = simulation.run
    about = {
        "format": FORMAT, "mrvgraph": version,
        "methodology": {"id": run.methodology.id, "version": run.methodology.version, "hash": run.methodology.hash},
        "project": {"file": run.project.path.name, "sha256": run.project.sha256},
        "seed": simulation.seed, "draws": simulation.count, "units": {name: unit for name, unit, _ in columns},
    }  # fmt: skip
    fields = [pyarrow.field(name, pyarrow.float64(), nullable=False, metadata={"unit": unit}) for name, unit, _ in columns]
    fields = [pyarrow.field("draw", pyarrow.int64(), nullable=False), *fields]
    schema = pyarrow.schema(fields, metadata={"mrvgraph": json.dumps(about, sort_keys=True, ensure_ascii=False)})
    with parquet.ParquetWriter(path, schema) as writer:
        for start in range(0, simulation.count, _ROWS):
            part = [np.ascontiguousarray(draws[start : start + _ROWS]) for _, _, draws in columns]
            numbered = np.arange(start + 1, start + 1 + len(part[0]))
            writer.write_table(pyarrow.table([numbered, *part], schema=schema))


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as cause:
        raise InputError("I514", "Parquet needs the package `pyarrow`, which is not installed",
                         remedy='install it with: pip install "mrvgraph[parquet]", or write CSV') from cause  # fmt: skip
    return pyarrow, parquet
