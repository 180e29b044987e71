"""From the text of readings to edits: each is applied to the document, and only what it changes is read anew.

A reading edits what the spec says under the default readings. What holds where several meet edits what its own reading has made of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from equations.errors import SpecError, raise_all
from equations.files.strict_yaml import Mapping, Sequence, YamlNode
from equations.meaning.names import Names
from equations.model.index_set import IndexSet
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.model.reading import EDITED, IT, EditBlock, Entry, EntryEdit
from equations.model.ruling import Reading, Ruling
from equations.readings.step_reader import StepReader
from equations.readings.weighing import weighed
from equations.revision.document_parts import id_of
from equations.revision.edits import WORDS, Editor
from equations.spec.block import Block, Errors, checked
from equations.spec.reader import SpecReader
from equations.spec.schema import BLOCKS
from equations.spec.shares import check_shares, read_weights, shared_sets, with_subsets

#: A list of the document -> its items.
Lists = dict[str, tuple[YamlNode, ...]]
_KINDS = {name: BLOCKS["spec"][name].type.removeprefix("blocks:") for name in EDITED}


def read_whole(document: Mapping, *, content_hash: str = "", files: tuple[tuple[str, str], ...] = ()) -> Methodology:
    """Read a whole spec, the edits of its readings among it.

    Raises
    ------
    MethodologyError
        One error, or :class:`~equations.errors.Faults` with every fault found.
    """
    reader = SpecReader(document)
    return weighed(_EditsReader(reader, reader.methodology(content_hash, files)).methodology())


class _EditsReader:
    def __init__(self, reader: SpecReader, base: Methodology) -> None:
        self.reader, self.base = reader, base
        self.errors: Errors = []
        reader.errors = reader.spec.errors = self.errors  # those of the text itself were raised
        self.lists: Lists = {}
        for name in EDITED:
            held = reader.spec.node.get(name)
            self.lists[name] = held.items if isinstance(held, Sequence) else ()
        #: What each reading has made of the lists, and the quantities that it adds.
        self.made: dict[tuple[str, str], Lists] = {}
        self.added: dict[tuple[str, str], tuple[Quantity, ...]] = {}

    def methodology(self) -> Methodology:
        """Return the methodology with the edits of its readings."""
        blocks = list(self.reader.spec.blocks("rulings"))
        own = {(r.id, x.id): edits for block, r in self.pairs(blocks) for x, edits in self.own_edits(block, r)}
        met = {(r.id, x.id): edits for block, r in self.pairs(blocks) for x, edits in self.met_edits(block, r)}
        self.check_readers(blocks, [*own.values(), *met.values()])
        raise_all(self.errors)
        if not any(own.values()) and not any(met.values()):
            return self.base

        def whole(ruling: Ruling, reading: Reading) -> Reading:
            key = ruling.id, reading.id
            return replace(reading, edits=(*own.get(key, ()), *met.get(key, ())))

        rulings = tuple(replace(r, readings=tuple(whole(r, x) for x in r.readings)) for r in self.base.rulings)
        return replace(self.base, rulings=rulings)

    def check_readers(self, rulings: list[Block], edits: list[tuple[EditBlock, ...]]) -> None:
        """Report names under `in:` that are neither an equation, of the text or of a reading, nor a ruling."""
        known = {*self.base.equation, *self.base.ruling, *(e.id for blocks in edits for block in blocks for e in block.equations)}
        for ruling in rulings:
            for reading in ruling.blocks("readings"):
                for part in (reading, *reading.blocks("with")):
                    for scalar in (scalar for step in part.blocks("adjust") for scalar in step.word_nodes("in")):
                        checked(scalar.text, known, "equation or ruling", scalar.place, self.errors)

    def pairs(self, blocks: list[Block]) -> Iterator[tuple[Block, Ruling]]:
        yield from zip(blocks, self.base.rulings, strict=True)

    def own_edits(self, block: Block, ruling: Ruling) -> Iterator[tuple[Reading, tuple[EditBlock, ...]]]:
        """Yield each reading with the edits that it makes by itself."""
        for part, reading in zip(list(block.blocks("readings")), ruling.readings, strict=True):
            changes = any(part.has(word) for word in (*WORDS, "adjust", "with"))
            if changes and reading.id == ruling.default:
                part.fault("S105", f"the default reading {reading.id!r} of {ruling.id} holds edits", part.place,
                           why="what the spec says without them is the default reading",
                           remedy="put them into the text (`settle:` in a revision does), or under another reading")  # fmt: skip
            elif changes:
                key = ruling.id, reading.id
                edited, self.made[key], self.added[key] = self.edits(part, (key,), self.lists, ())
                yield reading, (edited,) if edited.entries or edited.steps else ()

    def met_edits(self, block: Block, ruling: Ruling) -> Iterator[tuple[Reading, tuple[EditBlock, ...]]]:
        """Yield each reading with the edits that hold where others are taken with it."""
        for part, reading in zip(list(block.blocks("readings")), ruling.readings, strict=True):
            key = ruling.id, reading.id
            if not part.has("with") or key not in self.made:
                continue
            found = []
            for meeting in part.blocks("with"):
                others = self.others(meeting, ruling)
                known = (*self.added[key], *(q for other in others for q in self.added.get(other, ())))
                if others:
                    found.append(self.edits(meeting, (key, *others), self.made[key], known)[0])
            yield reading, tuple(found)

    def others(self, meeting: Block, ruling: Ruling) -> tuple[tuple[str, str], ...]:
        """Return the readings that are taken with one."""
        found = []
        for id_, scalar in meeting.texts("readings"):
            if id_ == ruling.id:
                meeting.fault("S107", f"{id_} cannot meet itself", scalar.place, why="one of its readings is taken at a time",
                              remedy="name another ruling")  # fmt: skip
            elif checked(id_, self.base.ruling, "ruling", scalar.place, self.errors):
                known = [reading.id for reading in self.base.ruling[id_].readings]
                if checked(scalar.text, known, f"reading of {id_}", scalar.place, self.errors):
                    found.append((id_, scalar.text))
        return tuple(found)

    # -- one block of edits

    def edits(
        self, block: Block, under: tuple[tuple[str, str], ...], lists: Lists, known: tuple[Quantity, ...]
    ) -> tuple[EditBlock, Lists, tuple[Quantity, ...]]:
        """Read one block of edits.

        Parameters
        ----------
        lists
            What it edits.
        known
            Quantities that other edits of the same readings add.

        Returns
        -------
        tuple
            The edits, the lists as edited, and the quantities that it adds.
        """
        made = self.applied(block, lists)
        changed = {name: _changes(lists[name], made[name]) for name in EDITED}
        quantities = {**self.base.quantity, **{q.id: q for q in known}}
        entries: list[EntryEdit] = []
        for name in EDITED:
            names = self.names(quantities)
            for id_, (item, new, after) in changed[name].items():
                entry = None if item is None else self.entry(name, item, names)
                if item is None and name == "index_sets":
                    self.errors.append(SpecError("S107", f"a reading cannot take out the index set {id_!r}", block.place,
                                                 why="quantities and letters stand on it", remedy="let a version say it"))  # fmt: skip
                elif item is None or entry is not None:
                    place = block.place if item is None else item.place
                    entries.append(EntryEdit(name, id_, entry, new, after, place))
                if name == "quantities":
                    quantities.pop(id_, None)
                    quantities |= {id_: entry} if isinstance(entry, Quantity) else {}
        steps = StepReader(self.reader, self.base, self.names(quantities), under[0]).steps(block) if block.has("adjust") else ()
        new_quantities = [e.entry for e in entries if isinstance(e.entry, Quantity)] + [q for step in steps for q in step.quantities]
        return EditBlock(under, tuple(entries), tuple(steps), block.place), made, tuple(new_quantities)

    def applied(self, block: Block, lists: Lists) -> Lists:
        """Apply the edits of a block to lists of the document."""
        editor = Editor()
        made = dict(lists)
        for name, edits in editor.edits_of_lists(block.node):
            if name.text not in EDITED:
                self.errors.append(SpecError(
                    "S107", f"a reading cannot edit {name.text}", name.place, why=f"it edits {', '.join(EDITED)}",
                    remedy="let a version say it"))  # fmt: skip
                continue
            made[name.text] = editor.edit_list((name.text,), _KINDS[name.text], made[name.text], edits)
        self.errors += editor.errors
        return made

    def names(self, quantities: dict[str, Quantity]) -> Names:
        return self.reader.names(tuple(quantities.values()), self.base.choices, self.base.rulings)

    def entry(self, name: str, item: YamlNode, names: Names) -> Entry | None:
        """Read one entry as the reader of specs does."""
        base, block = self.base, Block(item, _KINDS[name], self.errors)
        if name == "index_sets":
            return self.index_set(block, names)
        if name == "quantities":
            quantity = self.reader.with_substitutions(block, self.reader.quantity(block, base.relations, base.equivalences), names)
            if quantity.id == IT or quantity.id in names.choices or quantity.id in names.matrices:
                block.fault("S106", f"the name {quantity.id!r} is taken", block.place, remedy="take another name")
            return quantity
        if name == "equations":
            return self.reader.equation(block, names, base.equivalences, base.sections)
        if name == "rules":
            return self.reader.rule(block, names, base.equivalences, base.sections)
        return self.reader.dataset(block, names)

    def index_set(self, block: Block, names: Names) -> IndexSet | None:
        """Read an index set of which a reading says what two of its members share; everything else about it belongs to a version."""
        own = self.base.index_set.get(block.text("id"))
        text = next((item for item in self.lists["index_sets"] if id_of(item) == block.text("id")), None)
        if own is None or not isinstance(text, Mapping) or _other_fields(text) != _other_fields(block.node):
            block.fault("S107", "a reading cannot edit the members of index sets", block.place,
                        why="what it changes are formulas; of an index set it says with `shares:` which members two have a part of",
                        remedy="let a version say it")  # fmt: skip
            return None
        check_shares(block, own, self.base.index_set, self.errors)
        weights = read_weights(block, own, names, self.reader.substances, self.errors)
        return with_subsets(replace(own, shares=shared_sets(block), weights=weights), self.base.index_set)


def _other_fields(item: Mapping) -> dict[str, YamlNode]:
    return {key.text: value for key, value in item if key.text != "shares"}


def _changes(before: tuple[YamlNode, ...], after: tuple[YamlNode, ...]) -> dict[str, tuple[YamlNode | None, bool, str]]:
    """Return id -> the item as edited (``None``: taken out), whether it is new, and the id behind which it stands."""
    held = {id_of(item): item for item in before}
    found: dict[str, tuple[YamlNode | None, bool, str]] = {}
    previous = ""
    for item in after:
        id_ = id_of(item)
        if held.get(id_) is not item:
            found[id_] = item, id_ not in held, previous
        previous = id_
    kept = {id_of(item) for item in after}
    return {id_: (None, False, "") for id_ in held if id_ not in kept} | found
