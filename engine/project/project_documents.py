"""Documents that state numbers of a project beside its own file: a report, a workbook, a certificate. Read here as blocks, not yet as numbers.

A document stands in a file beside the project file, or as a block in it. What it states stands under a *kind* (``claimed``), quantity by quantity,
each block with its place in the document; :mod:`engine.audit.desk.statements` reads the numbers against a run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Lookup
from pathlib import Path
from typing import TYPE_CHECKING

from engine.finding import Finding
from engine.project.project_instruments import Instrument, read_instruments
from engine.project.project_tree import is_workbook
from engine.project.registered_design import RegisteredDesign, registered_design
from equations.errors import MethodologyError, Place
from equations.files.csv_table import read_bytes
from equations.files.regular_file import may_read
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode, read_spec_bytes, read_yaml_bytes
from equations.records import record

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock

#: What can be stated of a cell, and in what sense.
KINDS: dict[str, str] = {"claimed": "what the document gives as a number of the project: a result, what was computed on the way, an input"}


@record(frozen=True)
class StatedBlock:
    """One block of statements about one quantity."""

    kind: str
    quantity: Scalar
    block: ProjectBlock


@record(frozen=True)
class ProjectDocument:
    """A document as it is declared.

    Attributes
    ----------
    name
        What it is called, with its version.
    folder
        Seen from the project's folder: against it names of data files are read.
    """

    name: str
    date: str
    folder: str
    place: Place
    stated: tuple[StatedBlock, ...]
    #: The registered design, where the document holds it.
    registered: RegisteredDesign | None = None

    @property
    def title(self) -> str:
        """Name and date, for reading."""
        return f"{self.name} ({self.date})" if self.date else self.name


class ProjectDocuments:
    """Reads the documents of a project file; keeps the files with their SHA-256. Faults go to the block's list."""

    def __init__(self, block: ProjectBlock, folder: Path, gap: str) -> None:
        self.block, self.folder, self.gap = block, folder, gap
        self.files: dict[str, str] = {}
        self.findings: list[Finding] = []
        self.instruments: list[Instrument] = read_instruments(block, "", gap)

    def read(self) -> tuple[ProjectDocument, ...]:
        """Return every document: what the project file itself claims first."""
        found = [own] if (own := self.own()) is not None else []
        if isinstance(design := self.block.node.get("registered"), Scalar):
            one = self.from_file(design)
            found += [one] if one is not None else []
            if one is not None and one.registered is None:
                self.block.fault("S104", f"the file {design.text!r} holds no registered design", design.place,
                                 remedy="add `registered: {fixed: ..., estimates: ..., monitored: ...}` to it")  # fmt: skip
        node = self.block.node.get("documents")
        items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
        for item in items:
            read = self.from_file(item) if isinstance(item, Scalar) else self.document(self.block.inner(item, "document"), "")
            found += [read] if read is not None else []
        self.check_names(found)
        return tuple(found)

    def own(self) -> ProjectDocument | None:
        """Return what the project file claims without naming a document."""
        design = self.design(self.block)
        if design is None and not any(self.block.has(kind) for kind in KINDS):
            return None
        return ProjectDocument("project file", "", "", self.block.place, tuple(self.stated(self.block)), design)

    def from_file(self, item: Scalar) -> ProjectDocument | None:
        """Read a document that stands in a file beside the project file."""
        if item.is_empty:
            return None
        if not self.may_read(item):
            return None
        path = self.folder / item.text
        try:
            data = read_spec_bytes(path, code="I509", name=path.as_posix())
            node = read_yaml_bytes(data, path.as_posix(), code="I509")
        except MethodologyError as error:
            for one in getattr(error, "errors", (error,)):
                self.block.fault(one.code, one.what, one.place or item.place, one.why, one.remedy)
            return None
        self.files[item.text] = hashlib.sha256(data).hexdigest()
        return self.document(self.block.inner(node, "document"), Path(item.text).parent.as_posix())

    def document(self, block: ProjectBlock, folder: str) -> ProjectDocument:
        """Read one document."""
        day = block.date("date") if block.has("date") else None
        name = " ".join(text for text in (block.text("document"), block.text("version")) if text)
        self.instruments += read_instruments(block, name, self.gap)
        stated = (*self.stated(block), *self.of_workbook(block, folder))
        return ProjectDocument(name, day.isoformat() if day else "", folder, block.place, stated, self.design(block))

    def of_workbook(self, block: ProjectBlock, folder: str) -> list[StatedBlock]:
        """Return what the cells of the document's workbook claim; none where it names none."""
        if not block.has("claims"):
            return []
        from engine.project.sheet_claims import open_claims, read_claims

        name, wanted = block.scalar("workbook") if block.has("workbook") else None, read_claims(block)
        if name is None or not is_workbook(name.text):
            what = f"{name.text!r} is no workbook" if name is not None else "it is not said of which workbook the cells are"
            block.fault("S104", what, name.place if name is not None else block.place_of("claims"), "claims name cells of a file that ends in .xlsx",
                        "add `workbook: calculation.xlsx`, a file beside the project file")  # fmt: skip
            return []
        file = (Path(folder) / name.text).as_posix()
        data = self.read_workbook(Scalar(file, name.file, name.line, name.column))
        claims = open_claims(data, self.folder / file, name.place, block.fault, self.findings) if data is not None else None
        found = claims.statements(wanted) if claims is not None else ()
        return [StatedBlock("claimed", quantity, block.inner(node, "statement")) for quantity, node in found]

    def read_workbook(self, file: Scalar) -> bytes | None:
        """Return a file that the project may read."""
        if not self.may_read(file):
            return None
        data = read_bytes(self.folder / file.text, file.text, file.place, self.block.fault)
        if data is not None:
            self.files[file.text] = hashlib.sha256(data).hexdigest()
        return data

    def may_read(self, item: Scalar) -> bool:
        """Report a file outside the folder of the project."""
        if "\0" in item.text or may_read(self.folder, item.text):
            return True
        self.block.fault("I522", f"the file {item.text!r} lies outside the folder of the project", item.place,
                         "a project file from elsewhere could otherwise read any file of this machine",
                         "put it beside the project file, or allow its folder with --data-folder DIR")  # fmt: skip
        return False

    def design(self, block: ProjectBlock) -> RegisteredDesign | None:
        """Return the registered design that stands in a block; where a project file names a file, that is a document of its own."""
        node = block.node.get("registered")
        if node is None or (isinstance(node, Scalar) and (node.is_empty or block is self.block)):
            return None
        return registered_design(block.inner(node, "registered"), self.of_kind, self.gap)

    def stated(self, block: ProjectBlock) -> list[StatedBlock]:
        """Return the blocks of every kind, unread."""
        return [one for kind in KINDS for one in self.of_kind(block, kind)]

    def of_kind(self, block: ProjectBlock, kind: str, fields: str = "statement") -> list[StatedBlock]:
        """Return the blocks of one kind, unread; ``fields``: the kind of block that they are."""
        node = block.node.get(kind)
        if node is None or (isinstance(node, Scalar) and node.is_empty):
            return []
        if not isinstance(node, Mapping):
            block.fault("S105", f"{kind} must be a mapping of quantities", node.place, remedy=f"write {kind}: {{ER: {{values: {{2019: 1200}}}}}}")
            return []
        return [StatedBlock(kind, key, one) for key, value in node for one in self.blocks(block, value, fields)]

    def blocks(self, block: ProjectBlock, value: YamlNode, fields: str) -> list[ProjectBlock]:
        """Return what is said of one quantity: a number alone, one block, or several."""
        if isinstance(value, Scalar):
            value = Mapping(((Scalar("value", value.file, value.line, value.column), value),), value.file, value.line, value.column)
        found = [block.inner(item, fields) for item in (value.items if isinstance(value, Sequence) else (value,))]
        for one in found:
            one.check_fields()
        return found

    def check_names(self, found: list[ProjectDocument]) -> None:
        """Report two documents of one name: a finding could not say which is meant."""
        seen: Lookup[str, ProjectDocument] = {}
        for one in found:
            if one.name in seen:
                self.block.fault("S106", f"two documents are called {one.name!r}", one.place, remedy="tell them apart by `version:`, or join them")
            seen = {**seen, one.name: one}
