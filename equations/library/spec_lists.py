"""Lists of a spec that stand in CSV files beside it: members of sets, groups, combinations of relations."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from equations.errors import MethodologyError, Place, SpecError, near, raise_all
from equations.files.csv_table import CsvTable, read_bytes, read_table
from equations.files.listed_file import listed_members, listed_pairs, named_file
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.library.places import shown_name
from equations.model.index_set import axis_names

_CODES = {"I509": "S108", "I506": "S105", "I502": "S103"}
_EDITS = ("add", "replace")


def with_lists(root: Mapping, path: Path) -> tuple[Mapping, list[tuple[Path, str]]]:
    """Return a document in which every ``members: {file: ...}`` and ``pairs: {file: ...}`` is what the file lists.

    Parameters
    ----------
    root
        What the spec's own files say, with its edits of another spec, if it is one.
    path
        Its first file; CSV files stand beside it.

    Returns
    -------
    tuple of Mapping and list
        The document, and the CSV files with their SHA-256.

    Raises
    ------
    MethodologyError
        S108 for a file that cannot be read, S105 for one that does not list what it should; all together.
    """
    lists = _SpecLists(path)
    document = lists.in_lists(root)
    changes = document.get("changes")
    if isinstance(changes, Mapping):
        edits = tuple((k, lists.in_lists(v) if k.text in _EDITS and isinstance(v, Mapping) else v) for k, v in changes)
        document = _with(document, "changes", replace(changes, entries=edits))
    raise_all(lists.errors)
    return document, lists.sources


class _SpecLists:
    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.errors: list[MethodologyError] = []
        self.sources: list[tuple[Path, str]] = []

    def fault(self, code: str, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        self.errors.append(SpecError(_CODES.get(code, code), what, place, why=why, remedy=remedy))

    def in_lists(self, document: Mapping) -> Mapping:
        """Return a document whose index sets and relations have no files any more."""
        parts: tuple[tuple[str, Callable[[Mapping], Mapping]], ...] = (("index_sets", self.index_set), ("relations", self.relation))
        for name, exchanged in parts:
            node = document.get(name)
            if isinstance(node, Sequence):
                items = tuple(exchanged(item) if isinstance(item, Mapping) else item for item in node.items)
                document = _with(document, name, replace(node, items=items))
        return document

    def index_set(self, block: Mapping) -> Mapping:
        node = block.get("members")
        if named_file(node) is None or not isinstance(node, Mapping):
            return block
        found = listed_members(node, _text(block, "id"), self.read, self.fault, only_ids="subset_of" in block)
        return _with(block, "members", found)

    def relation(self, block: Mapping) -> Mapping:
        node, over = block.get("pairs"), block.get("over")
        if named_file(node) is None or not isinstance(node, Mapping):
            return block
        names = tuple(item.text for item in over.items if isinstance(item, Scalar)) if isinstance(over, Sequence) else ()
        found, _ = listed_pairs(node, axis_names(names), self.read, self.fault)
        return _with(block, "pairs", found)

    def read(self, file: Scalar) -> CsvTable | None:
        """Return a CSV file beside the spec."""
        path = self.folder / file.text
        if Path(file.text).name != file.text or not path.is_file():
            beside = near(file.text, (found.name for found in self.folder.glob("*.csv")))
            self.fault("S108", f"the file {file.text!r} is not in the folder of the spec", file.place, "a spec is one folder of files",
                       beside or "write the name of a CSV file beside it")  # fmt: skip
            return None
        data = read_bytes(path, file.text, file.place, self.fault)
        if data is None:
            return None
        if path not in {known for known, _ in self.sources}:
            self.sources.append((path, hashlib.sha256(data).hexdigest()))
        return read_table(data, shown_name(path), file.place, self.fault)


def _with(block: Mapping, name: str, value: YamlNode) -> Mapping:
    return replace(block, entries=tuple((key, value if key.text == name else held) for key, held in block))


def _text(block: Mapping, name: str) -> str:
    node = block.get(name)
    return node.text if isinstance(node, Scalar) else ""
