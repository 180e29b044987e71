"""Worked cases of a methodology: projects with the numbers that must come out, kept as data beside the spec.

They stand in the folder ``cases`` of a spec: ``cases.yaml`` lists them, and one CSV file a case holds the expected numbers
(quantity, cell, unit, value). docs/reference/worked_cases.md describes both.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path

import numpy as np

from engine.plan.cells import ABSENT, NOT_APPLICABLE
from engine.plan.setting import Setting
from engine.project.project_file import ProjectData, read_project
from engine.project.values import UnitReader
from engine.run.evaluate import Values
from equations.errors import FaultList, Place, SpecError, near_or_all, raise_all
from equations.files.csv_table import read_bytes, read_table
from equations.files.strict_yaml import Scalar, Sequence, read_yaml_file
from equations.library.places import shown_name
from equations.model.cell_labels import written_cell
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings
from equations.records import record
from equations.spec.block import Block, Errors, read_number, unique
from equations.spec.schema import Field
from equations.units.unit import Unit, conversion

FOLDER, LIST = "cases", "cases.yaml"
TOLERANCE = 1e-9
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_HEADER = ("quantity", "cell", "unit", "value")
#: Faults of a CSV file are those of input in a project, and those of a spec here.
_CODES = {"I506": "S105", "I509": "S108"}
#: The fields of a list of worked cases.
CASE_SCHEMA: dict[str, dict[str, Field]] = {
    "cases": {
        "cases": Field("cases", "blocks:case", True, "the worked cases"),
    },
    "case": {
        "id": Field("id", "text", True, "names the file of expected numbers: <id>.csv"),
        "title": Field("title", "text", False, "what the case shows"),
        "project": Field("project", "text", True, "project file, from the folder of the cases"),
        "choices": Field("choices", "texts", False, "choice -> value, before those of the project file"),
        "readings": Field("readings", "texts", False, "ruling -> reading, before those of the project file"),
        "datasets": Field("datasets", "words", False, "datasets requested beside those of the project file"),
        "expect": Field("expect", "words", False, "quantities to compare, beside the result and those of the yearly report"),
        "tolerance": Field("tolerance", "number", False, "largest relative difference; 1e-9 if absent"),
    },
}


@record(frozen=True)
class ExpectedNumber:
    """One number that must come out, in a unit of its own."""

    quantity: str
    labels: tuple[str, ...]
    unit: Unit
    value: float


@record(frozen=True)
class WorkedCase:
    """A project with the numbers that must come out.

    Attributes
    ----------
    project
        The project file.
    expect
        Ids of the quantities to compare.
    expected
        What is written down; empty where nothing is yet.
    """

    id: str
    title: str
    project: Path
    choices: Mapping[str, str]
    readings: Mapping[str, str]
    datasets: tuple[str, ...]
    expect: tuple[str, ...]
    tolerance: float
    path: Path
    place: Place
    expected: tuple[ExpectedNumber, ...] = field(default=(), repr=False)

    @property
    def is_plain(self) -> bool:
        """Whether it is the project file as it stands."""
        return not (self.choices or self.readings or self.datasets)

    def data(self) -> ProjectData:
        """Read the project file."""
        data = read_project(self.project)
        place = self.place
        more = tuple(Scalar(id_, place.file, place.line, place.column) for id_ in self.datasets)
        return replace(data, datasets=data.datasets + more)

    def difference(self, methodology: Methodology, setting: Setting, values: Values) -> str:
        """Compare a run with what is expected; return the first difference in words, or an empty text."""
        methodology = with_readings(methodology, setting.readings)
        for number in self.expected:
            wanted = number.value * float(conversion(number.unit, methodology.quantity[number.quantity].unit))
            found = cell_of(methodology, setting, values, number)
            shown = written_cell(number.quantity, number.labels)
            if found is None:
                return f"{shown} is not computed"
            if not abs(found - wanted) <= self.tolerance * max(abs(wanted), 1e-6):
                return f"{shown} = {found:.10g}, not {wanted:.10g}"
        return ""


def cell_of(methodology: Methodology, setting: Setting, values: Values, number: ExpectedNumber) -> float | None:
    """Return the number of a run that stands where an expected one does, or ``None``."""
    array = values.arrays.get(number.quantity)
    if array is None:
        return None
    axes = methodology.quantity[number.quantity].indices
    members = [setting.members[axis] for axis in axes]
    if any(label not in names for label, names in zip(number.labels, members, strict=True)):
        return None
    at = tuple(names.index(label) for label, names in zip(number.labels, members, strict=True))
    return float(array[at])


def read_cases(
    spec: Path, methodology: Methodology, read_unit: UnitReader, *, with_expected: bool = True
) -> tuple[WorkedCase, ...]:
    """Read the worked cases of a spec; none where it has no folder of cases.

    Parameters
    ----------
    spec
        The main file of the spec.
    with_expected
        Whether to read the expected numbers too.

    Raises
    ------
    MethodologyError
        S1xx with every fault of the list and of the expected numbers.
    """
    path = spec.parent / FOLDER / LIST
    if not os.path.lexists(path):  # what stands there and is no file is an error, not a spec without cases
        return ()
    errors: Errors = FaultList()
    top = Block(read_yaml_file(path, name=shown_name(path)), "cases", errors, CASE_SCHEMA["cases"])
    node = top.node.get("cases")
    items = node.items if isinstance(node, Sequence) else ()
    blocks = [Block(item, "case", errors, CASE_SCHEMA["case"]) for item in items]
    unique([(block.text("id"), block.place) for block in blocks], "cases", errors)
    cases = [_case(block, path.parent, methodology) for block in blocks]
    raise_all(errors)
    if with_expected:
        cases = [replace(case, expected=tuple(_expected(case, methodology, read_unit, errors))) for case in cases]
    raise_all(errors)
    return tuple(cases)


def _case(block: Block, folder: Path, methodology: Methodology) -> WorkedCase:
    id_, project = block.text("id"), folder / block.text("project")
    if block.has("id") and not _FILE_NAME.match(id_):
        block.fault("S105", f"the case {id_!r} cannot name a file", block.place_of("id"), why="its numbers stand in <id>.csv, beside the list",
                    remedy="take letters, digits, points, hyphens and underscores, a letter or digit first")  # fmt: skip
    if not project.is_file():
        block.fault("S108", f"there is no project file {block.text('project')!r}", block.place_of("project"),
                    remedy="write a path from the folder of this file")  # fmt: skip
    wanted = (*methodology.reported, *block.words("expect"))
    for scalar in block.word_nodes("expect"):
        if methodology.declared(scalar.text) is None:
            block.fault("S107", f"there is no quantity {scalar.text!r}", scalar.place,
                        remedy=near_or_all(scalar.text, methodology.quantity))  # fmt: skip
    texts = {name: {key: scalar.text for key, scalar in block.texts(name)} for name in ("choices", "readings")}
    return WorkedCase(
        id=id_, title=block.text("title"), project=project, choices=texts["choices"], readings=texts["readings"],
        datasets=block.words("datasets"), expect=tuple(dict.fromkeys(wanted)),
        tolerance=float(block.number("tolerance") or TOLERANCE), path=folder / f"{id_}.csv", place=block.place,
    )  # fmt: skip


def _expected(case: WorkedCase, methodology: Methodology, read_unit: UnitReader, errors: Errors) -> Iterator[ExpectedNumber]:
    if not os.path.lexists(case.path):
        return
    shown, substances = shown_name(case.path), methodology.own_unit_words

    def fault(code: str, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        errors.append(SpecError(_CODES[code], what, place, why=why, remedy=remedy))

    data = read_bytes(case.path, shown, None, fault)
    table = None if data is None else read_table(data, shown, None, fault)
    if table is None or not table.has_columns(table.header, _HEADER, fault, "", f"write the header {','.join(_HEADER)}"):
        return
    units: dict[str, Unit] = {}
    for place, row in table.body(fault):
        id_, cell, unit_text, text = (row[table.header.index(name)] for name in _HEADER)
        number, quantity = read_number(text), methodology.declared(id_)
        labels = tuple(cell.split(", ")) if cell else ()
        if number is None:
            errors.append(SpecError("S105", f"{id_}[{cell}] is not a number: {text!r}", place, remedy="write digits with a decimal point"))
            continue
        if quantity is None or len(labels) != len(quantity.indices):
            errors.append(SpecError("S107", f"there is no number {id_}[{cell}]", place,
                                    remedy="write a quantity and a cell of the run"))  # fmt: skip
            continue
        if unit_text not in units:
            units[unit_text] = read_unit(unit_text, place, substances)
        unit = units[unit_text]
        if not unit.same_dimension(quantity.unit):
            errors.append(SpecError("U302", f"{id_} is in {quantity.unit}, not in {unit}", place))
            continue
        yield ExpectedNumber(id_, labels, unit, float(number))


def expected_text(case: WorkedCase, methodology: Methodology, setting: Setting, values: Values) -> str:
    """Write down what a run gives as the expected numbers of a case, with twelve digits."""
    methodology = with_readings(methodology, setting.readings)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_HEADER)
    for id_ in case.expect:
        quantity = methodology.quantity[id_]
        array, states = values.arrays.get(id_), values.states.get(id_)
        if array is None or states is None:
            continue
        for cell in np.ndindex(*array.shape):
            if int(states[cell]) not in (ABSENT, NOT_APPLICABLE) and np.isfinite(array[cell]):
                writer.writerow([id_, ", ".join(setting.labels(quantity.indices, cell)), str(quantity.unit), f"{float(array[cell]):.12g}"])
    return out.getvalue()
