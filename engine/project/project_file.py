"""A project file as reported: dates, periods, choices, members and values, each with its place. Nothing is converted here.

The fields are those of :data:`SCHEMA`; the reference page of the project file is made from that table.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from copy import copy
from dataclasses import field
from datetime import date, timedelta
from pathlib import Path

from engine.finding import Finding
from engine.plan.setting import MOST_YEARS
from engine.project.cross_check_blocks import CROSS_CHECK_SCHEMA, cross_check_blocks
from engine.project.design_fields import DESIGN_SCHEMA, STATEMENT_FIELDS
from engine.project.instrument_fields import INSTRUMENT_FIELDS
from engine.project.project_documents import ProjectDocument, ProjectDocuments
from engine.project.project_instruments import Instrument
from engine.project.project_lists import ListColumns, ProjectLists
from engine.project.project_tree import refuse_other_kind, tree_and_bytes
from engine.project.sample_fields import SAMPLE_FIELDS, fields_of
from engine.project.set_numbers import SetNumber, set_number
from engine.project.value_fields import TABLE_FIELDS, VALUE_FIELDS
from equations.errors import FaultList, InputError, MethodologyError, Place, SpecError, raise_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode, read_yaml
from equations.patterns import pattern
from equations.records import record
from equations.spec.block import Block, Errors
from equations.spec.schema import Field

#: What a template writes where a number is still missing; read as missing, never as a value.
GAP = "____"


SCHEMA: dict[str, dict[str, Field]] = {
    "project": fields_of(
        ("project", "block:identity", True, "who and what it is"),
        ("methodology", "text", False, "the version that the project applies, as `mrvgraph list` names it"),
        ("operation", "block:operation", True, "first and last day of operation"),
        ("monitoring_periods", "blocks:period", False, "periods for which results are computed; the whole operation if absent"),
        ("choices", "texts", False, "choice -> value"),
        ("readings", "texts", False, "ruling -> reading, where it is not the default"),
        ("datasets", "blocks_or_ids:dataset_part", False, "datasets of the methodology that are used on request, by their ids; as blocks in part"),
        ("members", "members", False, "index set -> members that the project lists"),
        ("relations", "pairs", False, "relation -> the combinations that exist"),
        ("values", "values", False, "quantity -> value"),
        ("set", "texts", False, "number -> what is taken in its place, as `A_0[E]: 50000 ha`; for a question beside the project as reported"),
        ("documents", "documents", False, "documents that state numbers of the project: files beside it, or blocks"),
        ("claimed", "statements", False, "quantity -> what the submission claims, where no document of its own is named"),
        ("registered", "block_or_file:registered", False, "the registered design, or the file beside the project file in which it stands"),
        ("cross_checks", "one_or_more:cross_check", False, "numbers held against a second source, another quantity, their parts or neighbours"),
        ("instruments", "blocks:instrument", False, "meters: class, calibrations, and what they serve"),
        ("uncertainty", "any", False, "distributions of uncertain inputs, for `simulate`"),
    ),
    "dataset_part": fields_of(
        ("id", "text", True, "of the dataset"), ("only", "words", False, "quantities whose numbers are taken from it; all if absent"),
    ),
    "document": fields_of(
        ("document", "text", True, "what the document is called"),
        ("version", "text", False, "tells editions of one document apart"),
        ("date", "date", False, "of the document"),
        ("claimed", "statements", False, "quantity -> what the document gives as a number of the project, at any level"),
        ("workbook", "text", False, "calculation sheet that is the document, or belongs to it"),
        ("claims", "claims", False, "quantity -> cell of the workbook whose number is claimed, as Sheet1!H12, or a block for several cells"),
        ("registered", "block:registered", False, "the design that was validated, where this is the document that holds it"),
        ("instruments", "blocks:instrument", False, "meters as the document has them"),
    ),
    "statement": fields_of(*STATEMENT_FIELDS),
    **{name: fields_of(*rows) for name, rows in (DESIGN_SCHEMA | CROSS_CHECK_SCHEMA).items()},
    "identity": fields_of(
        ("name", "text", True, ""), ("description", "text", False, ""), ("developer", "text", False, ""), ("country", "text", False, ""),
        ("reference", "text", False, "registration number"),
        ("illustrative", "one_of:yes|no", False, "yes: the numbers are made up for an example"),
    ),
    "operation": fields_of(
        ("start", "date", True, "first day, as 2018-03-12"),
        ("end", "date", False, "last day; the last day of the last monitoring period if absent"),
    ),
    "period": fields_of(("id", "text", True, ""), ("start", "date", True, "first day"), ("end", "date", True, "last day")),
    "value": fields_of(*VALUE_FIELDS),
    **SAMPLE_FIELDS,
    **INSTRUMENT_FIELDS,
}  # fmt: skip

_CODES = {
    "S101": "I509", "S102": "I506", "S103": "I502", "S104": "I501", "S105": "I506", "S106": "I506", "S107": "I502", "S108": "I509",
}  # fmt: skip


#: What is said of a value besides, and may be left a gap.
_REMARKS = frozenset({"source", "monitoring_option", "method", "frequency", "comments"})
_DATE = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class ProjectBlock(Block):
    """A block of a project file; its faults are input errors."""

    def __init__(self, node: YamlNode, kind: str, errors: Errors) -> None:
        super().__init__(node, kind, errors, SCHEMA[kind])

    def fault(self, code: str, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(_CODES.get(code, code), what, place, why=why, remedy=remedy))

    def part(self, name: str) -> ProjectBlock | None:
        """Return a block inside this one."""
        node = self.node.get(name)
        return None if node is None else ProjectBlock(node, self.schema[name].type.removeprefix("block:"), self.errors)

    def inner(self, node: YamlNode, kind: str) -> ProjectBlock:
        """Return a node as a block whose faults go to the same list."""
        return ProjectBlock(node, kind, self.errors)

    def heard_by(self, errors: Errors) -> ProjectBlock:
        """Return the same block, whose faults go where its reader looks for them."""
        heard = copy(self)
        heard.errors = errors
        return heard

    def has(self, name: str) -> bool:
        """Whether the field is written; a gap of the template says nothing of a value."""
        return super().has(name) and not (self.kind == "value" and name in _REMARKS and self._is_gap(name))

    def _is_gap(self, name: str) -> bool:
        node = self.node.get(name)
        return isinstance(node, Scalar) and node.text.strip() == GAP

    def check_fields(self) -> None:
        """Read every field as its type says, so that none is wrong in silence where a run would not look at it."""
        for key, node in self.node:
            name = key.text
            if name not in self.schema or (isinstance(node, Scalar) and node.is_empty) or not self.has(name):
                continue
            kind = self.schema[name].type.partition(":")[0]
            if kind in ("text", "one_of"):
                self.text(name)
            elif kind == "texts" or (name == "unit" and isinstance(node, Mapping)):
                self.texts(name)
            elif kind == "words":
                self.word_nodes(name)
            elif kind not in ("cells", "any", "states", "samples", "labels", "left_out", "heads"):
                self.scalar(name)
        if "file" in self.schema and not self.has("file"):
            for name in (name for name, *_ in TABLE_FIELDS if self.has(name)):
                self.fault("S105", f"`{name}` is about a table in a file, and no file is named", self.place_of(name),
                           remedy="add `file:`, or leave it out")  # fmt: skip

    def date(self, name: str) -> date | None:
        """Return a date written as 2018-03-12."""
        scalar = self.scalar(name)
        return None if scalar is None else read_date(scalar, name, self.errors)


def read_date(scalar: Scalar, what: str, errors: Errors) -> date | None:
    """Read an ISO date, collecting the fault if it is none."""
    try:
        if not _DATE.match(scalar.text):
            raise ValueError("it is not of the form year-month-day")
        return date.fromisoformat(scalar.text)
    except ValueError as cause:
        errors.append(InputError("I507", f"{what} is not a date: {scalar.text!r}", scalar.place, why=str(cause),
                                 remedy=f"write year-month-day, as 2018-03-12{_serial(scalar.text)}"))  # fmt: skip
        return None


def _serial(text: str) -> str:
    """Return the day for which spreadsheet programs take a number, for whoever copied one."""
    if not re.fullmatch("[345][0-9]{4}", text):
        return ""
    return f"; as the count of days of a spreadsheet program it would be {date(1899, 12, 30) + timedelta(days=int(text))}"


def is_blank(block: ProjectBlock) -> bool:
    """Whether a block of values holds nothing but gaps: no number, no answer, no file."""
    if block.has("file") or block.has("sample"):
        return False
    if (table := block.scalar("table")) is not None:
        rows = [line.split() for line in table.text.splitlines() if line.strip()]  # as written: ``block.text`` joins the lines
        if any(word != GAP for row in rows[1:] for word in row[1:]):
            return False
    return all(text in ("", GAP) for name in ("value", "values", "otherwise") for text in _scalars(block.node.get(name)))


def _scalars(node: YamlNode | None) -> Iterator[str]:
    if isinstance(node, Scalar):
        yield node.text.strip()
    elif isinstance(node, Mapping):
        for _, value in node:
            yield from _scalars(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _scalars(item)


@record(frozen=True)
class Period:
    """A monitoring period, both days included."""

    id: str
    start: date
    end: date
    place: Place | None = field(default=None, compare=False)


@record(frozen=True)
class ProjectData:
    """A project as reported.

    Attributes
    ----------
    members
        Index set -> members as listed (for groups of years: member -> years).
    values
        Quantity -> its blocks, unread.
    """

    path: Path
    name: str
    identity: Lookup[str, str]
    methodology: str
    start: date
    end: date
    periods: tuple[Period, ...]
    choices: Lookup[str, Scalar]
    readings: Lookup[str, Scalar]
    datasets: tuple[Scalar, ...]
    members: Lookup[str, YamlNode]
    relations: Lookup[str, YamlNode]
    values: Lookup[str, tuple[ProjectBlock, ...]]
    value_places: Lookup[str, Place]
    uncertainty: YamlNode | None
    sha256: str
    #: Dataset -> the quantities for which it is used, where the project takes it in part.
    only: Lookup[str, tuple[Scalar, ...]] = field(default_factory=dict)
    #: Relation -> the columns of the CSV file that lists it, in the order in which the combinations are nested.
    columns: Lookup[str, ListColumns] = field(default_factory=dict)
    #: CSV files of members and relations, files of documents, and their SHA-256.
    files: tuple[tuple[str, str], ...] = ()
    #: What other documents state, unread.
    documents: tuple[ProjectDocument, ...] = ()
    #: Numbers that are set in place of those that are reported.
    set_numbers: tuple[SetNumber, ...] = ()
    #: Cross-checks that the project states, unread.
    cross_checks: tuple[ProjectBlock, ...] = ()
    #: Meters that the project and its documents declare.
    instruments: tuple[Instrument, ...] = ()
    #: What a person may see otherwise in the cells of a workbook.
    findings: tuple[Finding, ...] = field(default=(), compare=False)

    @property
    def set_quantities(self) -> tuple[str, ...]:
        """Quantities of which numbers are set."""
        return tuple(dict.fromkeys(one.quantity for one in self.set_numbers))

    @property
    def folder(self) -> Path:
        """Folder against which file names are read."""
        return self.path.parent

    @property
    def declares_uncertainty(self) -> bool:
        """Whether anything is declared as uncertain, by itself or beside values."""
        return self.uncertainty is not None or any(block.has("uncertainty") for blocks in self.values.values() for block in blocks)

    def takes(self, dataset: str, quantity: str) -> bool:
        """Whether the project leaves the numbers of a quantity to a dataset: it does unless it names the dataset for others only."""
        return dataset not in self.only or any(scalar.text == quantity for scalar in self.only[dataset])

    def dataset_texts(self) -> list[str]:
        """Return the datasets that the project names, for reading: a part as ``id (only A, B)``."""
        parts = {id_: f" (only {', '.join(scalar.text for scalar in named)})" for id_, named in self.only.items()}
        return [scalar.text + parts.get(scalar.text, "") for scalar in self.datasets]


def read_project(path: Path | str) -> ProjectData:
    """Read a project file.

    Raises
    ------
    MethodologyError
        I509 for a file that cannot be read, I502 for unknown fields, I507 for dates and periods; all together.
    """
    path = Path(path)
    findings: list[Finding] = []
    try:
        node, data = tree_and_bytes(path, findings)
    except MethodologyError as error:
        raise _as_input_error(error) from error
    return _project(node, path, data, tuple(findings))


def read_project_text(text: str, path: Path) -> ProjectData:
    """Read a text as the project file at ``path``; see :func:`read_project`."""
    try:
        node = read_yaml(text, str(path), code="I509")
    except MethodologyError as error:
        raise _as_input_error(error) from error
    return _project(node, path, text.encode())


def _project(node: YamlNode, path: Path, data: bytes, findings: tuple[Finding, ...] = ()) -> ProjectData:
    errors: Errors = FaultList()
    refuse_other_kind(node, path)
    block = ProjectBlock(node, "project", errors)
    identity = block.part("project")
    operation = block.part("operation")
    start, end = (operation.date(name) if operation else None for name in ("start", "end"))
    periods = _periods(block, start, end, errors)
    if periods and end is None:
        end = max(period.end for period in periods)
    if operation is not None and start is not None and end is None and not errors:
        operation.fault("S104", "neither `operation: end` nor a monitoring period says where the project ends", operation.place,
                        remedy="add `monitoring_periods:`")  # fmt: skip
    if operation is not None and start is not None and end is not None and end.year - start.year >= MOST_YEARS:
        operation.fault("I507", f"the operation lasts from {start.year} to {end.year}", operation.place,
                        why=f"up to {MOST_YEARS} years are read", remedy="look for a typing error in the two years")  # fmt: skip
    values, places = _values(block, errors)
    who = {key: identity.text(key) for key in SCHEMA["identity"] if identity.has(key)} if identity is not None else {}
    choices, readings, datasets = dict(block.texts("choices")), dict(block.texts("readings")), _datasets(block, errors)
    only = {scalar.text: part for scalar, part in datasets if part is not None}
    lists = ProjectLists(path.parent, block.fault)
    methodology, members = block.text("methodology"), lists.members(_mapping(block, "members"))
    relations = lists.relations(_mapping(block, "relations"))
    beside = ProjectDocuments(block, path.parent, GAP)
    numbers = [set_number(key, scalar, errors) for key, scalar in _set_entries(block)]
    documents, checks = beside.read(), cross_check_blocks(block)
    raise_all(errors)
    assert start is not None and end is not None
    if not periods:
        periods = (Period("all", start, end),)
    return ProjectData(
        path=path, name=who.get("name", ""), identity=who, methodology=methodology, start=start, end=end, periods=periods,
        choices=choices, readings=readings, datasets=tuple(scalar for scalar, _ in datasets), members=members, relations=relations,
        values=values, value_places=places, uncertainty=block.node.get("uncertainty"), sha256=hashlib.sha256(data).hexdigest(), only=only,
        columns=lists.columns, files=tuple({**lists.files, **beside.files}.items()), documents=documents,
        findings=(*findings, *lists.findings, *beside.findings), set_numbers=tuple(one for one in numbers if one is not None),
        cross_checks=checks, instruments=tuple(beside.instruments),
    )  # fmt: skip


def _set_entries(block: ProjectBlock) -> Iterator[tuple[Scalar, Scalar]]:
    block.texts("set")
    node = block.node.get("set")
    for key, value in node if isinstance(node, Mapping) else ():
        if isinstance(value, Scalar):
            yield key, value


def _as_input_error(error: MethodologyError) -> MethodologyError:
    errors = getattr(error, "errors", (error,))
    found = [InputError(_CODES.get(e.code, e.code), e.what, e.place, why=e.why, remedy=e.remedy) for e in errors]
    try:
        raise_all(found)
    except MethodologyError as new:
        return new
    return SpecError("S101", "unreadable", remedy="look whether it is the right file")


def _mapping(block: ProjectBlock, name: str) -> dict[str, YamlNode]:
    node = block.node.get(name)
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return {}
    if not isinstance(node, Mapping):
        block.fault("S105", f"{name} must be a mapping", node.place, remedy=f"write {name}: {{id: [a, b]}}")
        return {}
    return {key.text: value for key, value in node}


def _datasets(block: ProjectBlock, errors: Errors) -> list[tuple[Scalar, tuple[Scalar, ...] | None]]:
    """Return the datasets that are named, each with the quantities for which alone it is used."""
    node = block.node.get("datasets")
    found: list[tuple[Scalar, tuple[Scalar, ...] | None]] = []
    for item in node.items if isinstance(node, Sequence) else (node,) if node is not None else ():
        if isinstance(item, Scalar):
            found += [(item, None)] if not item.is_empty else []
            continue
        part = ProjectBlock(item, "dataset_part", errors)
        scalar, only = part.scalar("id"), part.word_nodes("only")
        if part.has("only") and not only:
            part.fault("S105", "a part of a dataset without quantities", part.place_of("only"), remedy="write only: [A, B], or the id alone")
        found += [(scalar, tuple(only) or None)] if scalar is not None else []
    for at, (scalar, _) in enumerate(found):
        if scalar.text in {earlier.text for earlier, _ in found[:at]}:
            block.fault("S106", f"the dataset {scalar.text!r} is named twice", scalar.place, remedy="join the two")
    return found


def _periods(block: ProjectBlock, start: date | None, end: date | None, errors: Errors) -> tuple[Period, ...]:
    found: list[Period] = []
    node = block.node.get("monitoring_periods")
    for item in node.items if isinstance(node, Sequence) else ():
        part = ProjectBlock(item, "period", errors)
        first, last = part.date("start"), part.date("end")
        if first is None or last is None:
            continue
        period = Period(part.text("id"), first, last, part.place)
        if last < first:
            part.fault("I507", f"the period {period.id!r} ends before it starts", part.place_of("end"),
                       why=f"{first} to {last}", remedy="correct one of the two days")  # fmt: skip
            continue
        _check_period(part, period, found, start, end)
        found.append(period)
    if node is not None and not isinstance(node, Sequence):
        block.fault("S105", "monitoring_periods must be a list", node.place, why="a project has one period or more",
                    remedy="begin each with `- `, as in - {id: a, start: 2018-03-12, end: 2020-12-31}")  # fmt: skip
    if start is not None and end is not None and end < start:
        block.fault("I507", "the operation ends before it starts", block.place_of("operation"), why=f"{start} to {end}",
                    remedy="correct one of the two days")  # fmt: skip
    return tuple(sorted(found, key=lambda period: period.start))


def _check_period(part: ProjectBlock, period: Period, others: list[Period], start: date | None, end: date | None) -> None:
    for other in others:
        if period.id == other.id:
            part.fault("S106", f"two periods have the id {period.id!r}", part.place_of("id"), remedy="give one of them another id")
        if period.start <= other.end and other.start <= period.end:
            part.fault("I507", f"the periods {other.id!r} and {period.id!r} overlap", part.place,
                       why="what falls on the same days would be counted twice",
                       remedy="let one end the day before the other starts")  # fmt: skip
    if start is not None and period.start < start:
        part.fault("I507", f"the period {period.id!r} starts before the operation", part.place_of("start"),
                   why=f"the operation starts on {start}", remedy="correct one of the two days")  # fmt: skip
    if end is not None and period.end > end:
        part.fault("I507", f"the period {period.id!r} ends after the operation", part.place_of("end"),
                   why=f"the operation ends on {end}", remedy="correct one of the two days")  # fmt: skip


def _values(block: ProjectBlock, errors: Errors) -> tuple[dict[str, tuple[ProjectBlock, ...]], dict[str, Place]]:
    values: dict[str, tuple[ProjectBlock, ...]] = {}
    places: dict[str, Place] = {}
    node = block.node.get("values")
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return {}, {}
    if not isinstance(node, Mapping):
        block.fault("S105", "values must be a mapping of quantities", node.place, remedy="write values: {A_0: {unit: ha, ...}}")
        return {}, {}
    for key, value in node:
        places[key.text] = key.place
        said = value
        if isinstance(value, Scalar):
            said = Mapping(((Scalar("value", value.file, value.line, value.column), value),), value.file, value.line, value.column)
        items = said.items if isinstance(said, Sequence) else (said,)
        values[key.text] = tuple(ProjectBlock(item, "value", errors) for item in items)
        for one in values[key.text]:
            one.check_fields()
    return values, places
