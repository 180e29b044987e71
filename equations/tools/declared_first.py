"""What tools are bound to and a revision adds: declared before the tools are taken in, and not with the revision's other edits behind them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from equations.files.strict_yaml import Mapping, Scalar
from equations.files.strict_yaml import Sequence as List
from equations.records import record
from equations.revision.document_parts import blocks_of, id_of, text_of, texts_of, with_field, with_list
from equations.tools.uses import ToolUse

_WORD = re.compile(r"[A-Za-z_]\w*")
_LISTS = ("index_sets", "quantities")


@record(frozen=True)
class _Added:
    """An entry that a revision adds: which of the roots, its list, what it says, and what is named in its declaration."""

    root: int
    list_: Scalar
    block: Mapping

    @property
    def names(self) -> set[str]:
        return {*texts_of(self.block.get("indices")), text_of(self.block, "subset_of"), text_of(self.block, "groups")}


def declared_first(uses: Sequence[ToolUse], roots: Sequence[Mapping]) -> list[Mapping]:
    """Return a spec and its revisions with the sets and quantities that tools are bound to in the spec, wherever a revision adds them.

    Parameters
    ----------
    uses
        The tools after all revisions.
    roots
        The document of the spec, and those of its revisions, the oldest first.
    """
    there = {id_of(block) for list_ in _LISTS for block in blocks_of(roots[0].get(list_))}
    entries = list(_added(roots))
    times = Counter(id_of(entry.block) for entry in entries)
    added = {id_: entry for entry in entries if (id_ := id_of(entry.block)) not in there and times[id_] == 1}
    wanted = {word for use in uses for _, value in use.binds for word in _WORD.findall(value.text)} & set(added)
    while more := {name for id_ in wanted for name in added[id_].names & set(added)} - wanted:
        wanted |= more
    first = roots[0]
    for id_, entry in added.items():
        if id_ in wanted:
            held = first.get(entry.list_.text)
            block = with_field(with_field(entry.block, "after", None), "before", None)
            first = with_list(first, entry.list_.text, [*blocks_of(held), block], entry.list_)
    return [first, *(_without(root, {id_ for id_ in wanted if added[id_].root == n}) for n, root in enumerate(roots[1:], start=1))]


def _added(roots: Sequence[Mapping]) -> Iterator[_Added]:
    for n, root in enumerate(roots[1:], start=1):
        add = _adds(root)
        for key, node in add if add is not None else ():
            if key.text in _LISTS:
                yield from (_Added(n, key, block) for block in blocks_of(node))


def _adds(root: Mapping) -> Mapping | None:
    changes = root.get("changes")
    add = changes.get("add") if isinstance(changes, Mapping) else None
    return add if isinstance(add, Mapping) else None


def _without(root: Mapping, moved: set[str]) -> Mapping:
    add, changes = _adds(root), root.get("changes")
    if not moved or add is None or not isinstance(changes, Mapping):
        return root
    for list_ in _LISTS:
        node = add.get(list_)
        if isinstance(node, List):
            left = tuple(item for item in node.items if id_of(item) not in moved)
            add = with_field(add, list_, List(left, node.file, node.line, node.column) if left else None)
    return with_field(root, "changes", with_field(changes, "add", add if add.entries else None))
