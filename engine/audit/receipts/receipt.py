"""The receipt of an audit: everything that it rests on and came to, exact and always in the same bytes, to be verified later.

Numbers are written with as many digits as give back the same 64 bits. Nothing of the machine or of the time goes in.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from engine.audit.report import AuditReport
from engine.audit.rulings_table import ruling_findings
from engine.output.escapes import json_text
from engine.report.grounds import grounds_record, run_tallies
from engine.report.run_report import tools_record
from engine.report.set_report import set_record
from engine.run.run import Run
from equations.errors import WORKBOOK_SHEET
from equations.library.places import library_folders

RECEIPT_FORMAT = "mrvgraph-receipt/1"
#: Stands between what is hashed and its hash, at the end of the file.
DIGEST = ',\n"digest": "'
Record = dict[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: where spec and project are, seen from the receipt, and what the command line said.

    Attributes
    ----------
    spec
        A reference such as ``ID@1.1``, or a path relative to the receipt's folder.
    project
        Path of the project file relative to the receipt's folder.
    """

    spec: str
    project: str
    choices: Mapping[str, str]
    readings: Mapping[str, str]
    #: Numbers that were set, as on the command line.
    set_numbers: tuple[str, ...] = ()

    def as_record(self) -> Record:
        """Return plain data."""
        more = {"set": list(self.set_numbers)} if self.set_numbers else {}
        return {"spec": self.spec, "project": self.project, "choices": dict(self.choices), "readings": dict(self.readings), **more}


def relative_to(path: Path, folder: Path) -> str:
    """Return a path as it is seen from a folder, with forward slashes; only its name where the two share no folder."""
    here, there = folder.resolve(), path.resolve()
    shared = Path(os.path.commonpath([here, there])) if here.anchor == there.anchor else Path(there.anchor)
    return there.name if shared == Path(there.anchor) else PurePosixPath(Path(os.path.relpath(there, here))).as_posix()


def receipt_record(report: AuditReport, asked: Asked, version: str) -> Record:
    """Return the receipt of an audit as plain data.

    Parameters
    ----------
    version
        Of this program.
    """
    run = report.run
    names = _file_names(report)
    result = run.methodology.quantity[run.methodology.result]
    findings = [finding for _, found in report.audits for finding in found] + list(ruling_findings(report.rulings))
    return {
        "format": RECEIPT_FORMAT,
        "mrvgraph": version,
        "numpy": np.__version__,
        "asked": asked.as_record(),
        "methodology": {
            "id": run.methodology.id,
            "version": run.methodology.version,
            "status": run.methodology.status,
            "hash": run.methodology.hash,
        },
        **tools_record(run.methodology),
        "spec_files": [{"name": names[name], "sha256": sha} for name, sha in run.methodology.files],
        "project": dict(run.project.identity),
        "project_files": [{"name": run.project.path.name, "sha256": run.project.sha256}]
        + [{"name": name, "sha256": sha} for name, sha in _data_files(report)],
        "operation": {
            "start": run.setting.start,
            "end": run.setting.end,
            "periods": [{"id": p.id, "start": str(p.start), "end": str(p.end)} for p in run.project.periods],
        },
        "choices": dict(run.setting.choices),
        "readings": dict(run.setting.readings),
        "datasets": run.project.dataset_texts(),
        **set_record(run),
        "result": {"quantity": run.headline.label, "value": run.headline.value, "unit": str(result.unit)},
        **_results(run),
        "values": list(_values(run)),
        "findings": [_finding(finding.as_record(), names) for finding in findings],
        "rulings": report.rulings.as_record(),
        **grounds_record(run_tallies(run)),
    }


def _data_files(report: AuditReport) -> list[tuple[str, str]]:
    """Return the files beside the project file that the audit rests on: of its inputs, and of documents."""
    return sorted({**dict(report.run.inputs.files), **dict(report.desk.files if report.desk else ())}.items())


def _results(run: Run) -> Record:
    """Return what each of several results comes to; a single one stands under ``result`` alone."""
    if len(run.methodology.results) < 2:
        return {}
    of = run.methodology.quantity
    return {"results": [{"quantity": number.label, "value": number.value, "unit": str(of[id_].unit)} for id_, number in run.results.items()]}


def _file_names(report: AuditReport) -> dict[str, str]:
    """Return, for each file that findings and hashes name, a name that is the same wherever spec and project lie: as seen from their own folders."""
    run = report.run
    names = {(run.project.folder / name).as_posix(): name for name, _ in _data_files(report)} | {str(run.project.path): run.project.path.name}
    files = [name for name, _ in run.methodology.files]
    for name in files:
        in_library = any((folder.parent / name).is_file() for folder in library_folders()) and not Path(name).is_absolute()
        names[name] = name if in_library else _beside(Path(name), Path(files[0]).parent)
    return names


def _beside(file: Path, folder: Path) -> str:
    """Return the name of a file as seen from a folder in which it lies; of any other, such as the base of a revision, its folder and its name."""
    return file.relative_to(folder).as_posix() if file.is_relative_to(folder) else "/".join(file.parts[-2:])


def _finding(record: Record, names: Mapping[str, str]) -> Record:
    if "file" not in record:
        return record
    book, mark, sheet = str(record["file"]).partition(WORKBOOK_SHEET)
    book = f"{book}.xlsx" if mark else book
    return record | {"file": names.get(book, Path(book).name if mark else book) + (f", {sheet}" if mark else "")}


# -- values


def _values(run: Run) -> Iterator[Record]:
    """Yield every quantity of a run, what was given first and then in the order of computation."""
    computed = [quantity for stage in run.plan.stages for quantity in stage.quantities]
    for id_ in dict.fromkeys((*run.inputs.values, *computed)):
        quantity = run.methodology.quantity[id_]
        cells: list[Record] = []
        for cell in np.ndindex(*run.values.arrays[id_].shape):
            labels = list(run.setting.labels(quantity.indices, cell))
            value, state = float(run.values.arrays[id_][cell]), int(run.values.states[id_][cell])
            if state and np.isfinite(value):
                cells.append({"at": labels, "value": value, "state": state} | _origin(run, id_, cell))
        yield {
            "quantity": id_,
            "unit": str(quantity.unit),
            "indices": list(quantity.indices),
            "kind": quantity.kind,
            "cells": cells,
        }


def _origin(run: Run, quantity: str, cell: tuple[int, ...]) -> Record:
    if (step := run.values.step_at(quantity, cell)) is not None:
        return {"equation": step.equation}
    origin = run.inputs.origins.get(quantity, {}).get(cell)
    if origin is None:
        return {}
    given: Record = {"given": "project" if origin.kind == "project" else f"{origin.kind}:{origin.name}", "written": origin.written}
    sample = dict(origin.meta).get("sample", "")
    return given | {key: text for key, text in (("unit", origin.unit), ("sample", sample), ("source", origin.source)) if text}


# -- text


def receipt_text(record: Record) -> str:
    """Return a receipt as JSON, one cell and one finding a line, closed by the SHA-256 of all before it."""
    body = receipt_body(record)
    return f'{body}{DIGEST}{hashlib.sha256(body.encode()).hexdigest()}"' + "\n}\n"


def receipt_body(record: Record) -> str:
    """Return a receipt as JSON without its end: what is hashed."""
    parts = []
    for key, value in record.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            lines = [_quantity_text(item) if key == "values" else _line(item) for item in value]
            parts.append(f'"{key}": [' + "\n" + ",\n".join(lines) + "\n]")
        else:
            parts.append(f'"{key}": {_line(value)}')
    return "{\n" + ",\n".join(parts)


def _quantity_text(record: Record) -> str:
    head = ", ".join(f'"{key}": {_line(value)}' for key, value in record.items() if key != "cells")
    cells = record["cells"]
    assert isinstance(cells, list)
    return "{" + head + ', "cells": [\n' + ",\n".join("  " + _line(cell) for cell in cells) + "\n]}"


def _line(value: object) -> str:
    return json_text(json.dumps(value, ensure_ascii=False, allow_nan=False))
