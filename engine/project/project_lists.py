"""Lists of a project that stand in CSV files beside it: members of its sets, groups, combinations of relations."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Lookup
from pathlib import Path

from engine.finding import Finding
from engine.project.total_rows import is_total
from equations.errors import Place
from equations.files.csv_table import CsvTable, FaultTaker, read_bytes, read_table
from equations.files.listed_file import listed_members, listed_pairs, named_file
from equations.files.regular_file import may_read
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.methodology import Methodology
from equations.records import record
from equations.spec.block import is_blank


@record(frozen=True)
class ListColumns:
    """The columns of a CSV file of combinations; ``stated`` where the project says which stand for the indices of the relation."""

    names: tuple[str, ...]
    stated: bool
    place: Place


def named_members(methodology: Methodology, sets: Lookup[str, YamlNode]) -> dict[str, frozenset[str]]:
    """Return the names that are members of each set, those of the methodology and those that a project lists, before a run settles which count."""
    listed = {id_: {scalar.text for scalar in _texts(node)} for id_, node in sets.items()}
    return {one.id: frozenset({*one.members} | listed.get(one.id, set())) for one in methodology.index_sets}


def _texts(node: YamlNode) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        yield from (text for key, value in node for text in (key, *_texts(value)))
    elif isinstance(node, Sequence):
        yield from (text for item in node.items for text in _texts(item))


class ProjectLists:
    """Puts what CSV files list in place of ``{file: ...}``; keeps the files with their SHA-256, and the columns of relations."""

    def __init__(self, folder: Path, fault: FaultTaker) -> None:
        self.folder = folder
        self.fault = fault
        self.files: dict[str, str] = {}
        self.columns: dict[str, ListColumns] = {}
        self.findings: list[Finding] = []

    def members(self, sets: Lookup[str, YamlNode]) -> dict[str, YamlNode]:
        """Return the members of each set; of a group, what each of its members gathers."""
        found: dict[str, YamlNode] = {}
        for id_, node in sets.items():
            found[id_] = node
            for blank in (scalar for scalar in _texts(node) if scalar.quoted and is_blank(scalar)):
                self.fault("I506", f"a member of {id_} is blank", blank.place, "", "name it, or take it out")
            if isinstance(node, Mapping) and named_file(node) is not None:
                listed = listed_members(node, id_, self.read, self.fault, only_ids=True)
                blocks = [item for item in listed.items if isinstance(item, Mapping)]
                self.refuse_totals(id_, (block.get("id") if isinstance(block, Mapping) else block for block in listed.items))
                found[id_] = listed if not any("of" in block for block in blocks) else Mapping(
                    tuple((name, of) for block in blocks if isinstance(name := block.get("id"), Scalar) and (of := block.get("of"))),
                    node.file, node.line, node.column,
                )  # fmt: skip
        return found

    def refuse_totals(self, set_id: str, ids: Iterable[YamlNode | None]) -> None:
        """Report a line of a list that is its total: as a member it would count what it sums a second time."""
        for own in (one for one in ids if isinstance(one, Scalar) and is_total(one.text)):
            self.fault("I507", f"{own.text!r} is a total and no member of {set_id}", own.place, "what it sums would count twice",
                       f"remove the line; if it is a member, list the members in the project file under `members: {set_id}:`")  # fmt: skip

    def relations(self, relations: Lookup[str, YamlNode]) -> dict[str, YamlNode]:
        """Return the combinations of each relation."""
        found: dict[str, YamlNode] = {}
        for id_, node in relations.items():
            found[id_] = node
            if isinstance(node, Mapping) and (file := named_file(node)) is not None:
                found[id_], names = listed_pairs(node, (), self.read, self.fault)
                self.columns[id_] = ListColumns(names, "columns" in node, file.place)
        return found

    def read(self, file: Scalar) -> CsvTable | None:
        """Return a CSV file that the project may read."""
        if "\0" not in file.text and not may_read(self.folder, file.text):
            self.fault("I522", f"the file {file.text!r} lies outside the folder of the project", file.place,
                       "a project file from elsewhere could otherwise read any file of this machine",
                       "put it beside the project file, or allow its folder with --data-folder DIR")  # fmt: skip
            return None
        path = self.folder / file.text
        data = read_bytes(path, file.text, file.place, self.fault)
        if data is None:
            return None
        self.files[file.text] = hashlib.sha256(data).hexdigest()
        table = read_table(data, path.as_posix(), file.place, self.fault)
        if table is not None and table.told:
            self.findings.append(Finding("A826", "note", "project", f"how {file.text} is read: {'; '.join(table.told)}", place=table.place))
        return table
