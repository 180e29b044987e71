"""What a project says of the labels of a table: which member each is (``labels:``), and which do not count (``leave_out:``)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from engine.project.total_rows import TableCell
from equations.errors import listed, near_or_all
from equations.files.csv_table import FaultTaker
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, YamlNode
from equations.files.strict_yaml import Sequence as YamlSequence
from equations.model.quantity import Quantity

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock

_CODE = re.compile(r"([0-9]+)(\.0*)?\Z")


class TableLabels:
    """What a block of values says of the labels of its file.

    Parameters
    ----------
    indices
        The indices that the block leaves open.
    members
        Index -> its members, none where they are not known.

    Attributes
    ----------
    of
        Index -> code of a label -> member.
    """

    def __init__(self, quantity: Quantity, block: ProjectBlock, indices: tuple[str, ...], members: Mapping[str, Collection[str]],
                 fault: FaultTaker) -> None:  # fmt: skip
        self.subject, self.block, self.indices, self.known, self.fault = quantity.id, block, indices, members, fault
        self.sets = dict(zip(quantity.axis_names, quantity.indices, strict=True))
        self.of = self.read_labels()
        self.check()
        self.left_out = self.read_left_out()

    # -- labels

    def read_labels(self) -> dict[str, dict[str, str]]:
        """Return index -> code of a label -> member: as said of the index alone, or of all that have no labels of their own."""
        node = self.block.node.get("labels")
        of_all = self.members_under(node)
        own = {axis: node.get(axis) if isinstance(node, YamlMapping) else None for axis in self.indices}
        return {axis: self.members_under(said) if isinstance(said, YamlMapping) else of_all for axis, said in own.items()}

    def members_under(self, node: YamlNode | None) -> dict[str, str]:
        found: dict[str, str] = {}
        for key, value in _said(node):
            before = found.setdefault(code_of(key.text), value.text)
            if before != value.text:
                self.fault("I536", f"{self.subject}: the label {key.text!r} is {before} and {value.text}", key.place,
                           "1 and 1.0 are one label", "say once which member it is")  # fmt: skip
        return found

    def check(self) -> None:
        """Report what stands under ``labels`` and is neither a label with its member nor an index with its labels."""
        node = self.block.node.get("labels")
        if node is not None and not isinstance(node, YamlMapping):
            self.fault("I506", "`labels:` says of each label of the file which member it is", node.place, "", "write labels: {1: E, 2: NF}")
        if not isinstance(node, YamlMapping):
            return
        self.check_indices(node)
        loose = next((key for key, _ in _said(node)), None)
        if loose is not None and all(isinstance(node.get(axis), YamlMapping) for axis in self.indices):
            self.fault("I536", f"{self.subject}: the label {loose.text!r} is of no index", loose.place,
                       f"labels are said of {listed(self.indices)} each", "write it under the index that it belongs to")  # fmt: skip

    def check_indices(self, node: YamlMapping) -> None:
        for key, value in node:
            if not isinstance(value, Scalar) and key.text not in self.indices:
                self.fault("I502", f"{self.subject} leaves no index {key.text!r} to the file", key.place,
                           "", near_or_all(key.text, self.indices, "its indices are"))  # fmt: skip

    # -- what does not count

    def read_left_out(self) -> dict[str, dict[str, Scalar]]:
        """Return index -> code of a label that does not count -> where it is said: of one index, or in a list of all."""
        node = self.block.node.get("leave_out")
        if not isinstance(node, YamlMapping):
            every = {code_of(one.text): one for one in self.words_under(node)}
            return dict.fromkeys(self.indices, every)
        self.check_indices(node)
        return {axis: {code_of(one.text): one for one in self.words_under(node.get(axis))} for axis in self.indices}

    def words_under(self, node: YamlNode | None) -> Iterator[Scalar]:
        for item in node.items if isinstance(node, YamlSequence) else () if node is None else (node,):
            if isinstance(item, Scalar):
                yield item
            else:
                self.fault("I506", "`leave_out:` lists labels of the file", item.place, "", "write leave_out: [0, 255]")

    def out(self, cells: Sequence[TableCell]) -> set[int]:
        """Return which cells do not count, by their places; a label of which it is not certain what is meant is reported."""
        found: dict[str, dict[str, None]] = {}
        for one in cells:
            for axis, label in zip(self.indices, one.labels, strict=True):
                if code_of(label) in self.left_out[axis]:
                    found.setdefault(code_of(label), {})[axis] = None
        for code, axes in found.items():
            self.check_certain(code, tuple(axes))
        return {at for at, one in enumerate(cells) if self.axes_out(one)}

    def axes_out(self, one: TableCell) -> list[str]:
        """Return the indices by which a cell does not count."""
        return [axis for axis, label in zip(self.indices, one.labels, strict=True) if code_of(label) in self.left_out[axis]]

    def check_certain(self, code: str, axes: tuple[str, ...]) -> None:
        """Report a label that is left out and does not mean one thing: of two columns that have nothing in common, or a member besides."""
        said = self.left_out[axes[0]][code]
        is_listed = not isinstance(self.block.node.get("leave_out"), YamlMapping)
        apart = next((pair for pair in combinations(axes, 2) if is_listed and not self.are_alike(*pair)), None)
        if apart is not None:
            one, other = apart
            self.fault("I536", f"{self.subject}: of which column the label {said.text!r} is left out is not said", said.place,
                       f"it stands under {one} and under {other}", f"write `leave_out: {{{one}: [{said.text}]}}`, or the other one")  # fmt: skip
        named = next((axis for axis in axes if code in self.of[axis]), None)
        if named is not None:
            self.fault("I536", f"{self.subject}: the label {said.text!r} is left out, and is {self.of[named][code]}", said.place,
                       f"`labels` says of {named} which member it is",
                       "take it out of one of the two, or say under `leave_out` of which index")  # fmt: skip

    def are_alike(self, one: str, other: str) -> bool:
        """Whether a label can mean the same on two indices: they are over one set, or over sets with members in common."""
        return self.sets[one] == self.sets[other] or bool(set(self.known[one]) & set(self.known[other]))

    def not_there(self, cells: Sequence[TableCell]) -> list[str]:
        """Return labels that are to be left out and stand nowhere in the file, under no index of which they are said."""
        there = {(axis, code_of(label)) for one in cells for axis, label in zip(self.indices, one.labels, strict=True)}
        said = {(axis, code): one.text for axis, own in self.left_out.items() for code, one in own.items()}
        return sorted(set(said.values()) - {text for pair, text in said.items() if pair in there})


def _said(node: YamlNode | None) -> Iterator[tuple[Scalar, Scalar]]:
    """Yield labels with what each is."""
    yield from ((key, value) for key, value in node if isinstance(value, Scalar)) if isinstance(node, YamlMapping) else ()


def code_of(label: str) -> str:
    """Return a label; a whole number that is written with decimals without them.

    Examples
    --------
    >>> code_of("1.000"), code_of("1.5"), code_of("E")
    ('1', '1.5', 'E')
    """
    match = _CODE.match(label)
    return match[1] if match is not None else label
