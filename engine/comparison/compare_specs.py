"""Compare what two specs say: entries added, removed, renamed and changed; values cell by cell. Nothing is evaluated.

:mod:`engine.comparison.compare_equations` compares their equations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.comparison.entry_text import FieldChange, Wording, entry_changes, field_changes, member_changes
from equations.model.grounded import grounded
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.notation.plain import plain_text
from equations.readings.composition import with_readings
from equations.revision.mentions import Numbers
from equations.spec.block import read_number
from equations.units.unit import PLAIN, Unit

#: Lists of a methodology that are compared entry by entry, with the field by which entries are known.
LISTS: dict[str, str] = {
    "tools": "path",
    "sections": "id",
    "terms": "id",
    "activities": "id",
    "boundaries": "id",
    "pools": "id",
    "substances": "id",
    "units": "id",
    "index_sets": "id",
    "relations": "id",
    "constants": "written",
    "equivalences": "id",
    "choices": "id",
    "quantities": "id",
    "datasets": "id",
    "published_results": "id",
    "comparisons": "id",
    "rules": "id",
    "rulings": "id",
    "register": "id",
    "parameter_lists": "id",
    "monitoring_list": "printed",
    "history": "version",
}
_IDENTITY = ("title", "programme", "status", "status_note", "date", "document", "result", "results", "report")


@dataclass(frozen=True)
class Side:
    """One of two things that are compared: a methodology, and readings that are selected beside its defaults."""

    methodology: Methodology
    readings: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def label(self) -> str:
        """How it is named to a reader."""
        chosen = ", ".join(f"{id_}={reading}" for id_, reading in self.readings.items())
        return (self.name or self.methodology.reference) + (f" ({chosen})" if chosen else "")

    @property
    def said(self) -> Methodology:
        """The methodology under its readings."""
        return with_readings(self.methodology, self.readings)

    @property
    def all_readings(self) -> dict[str, str]:
        """Every ruling with the reading taken."""
        return {ruling.id: ruling.default for ruling in self.methodology.rulings} | dict(self.readings)


@dataclass(frozen=True, slots=True)
class EntryChange:
    """An entry that both have and that says something else; ``from_id`` is its name in the first."""

    id: str
    from_id: str
    changes: tuple[FieldChange, ...]

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        record: dict[str, object] = {"id": self.id, "changes": [change.as_record() for change in self.changes]}
        return record if self.id == self.from_id else {"id": self.id, "from_id": self.from_id, **record}


@dataclass(frozen=True, slots=True)
class ListChange:
    """Entries of one list that were added, removed, renamed (old, new) and changed."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    changed: tuple[EntryChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.changed)

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        record: dict[str, object] = {
            "added": list(self.added),
            "removed": list(self.removed),
            "changed": [change.as_record() for change in self.changed],
        }
        if self.renamed:
            record["renamed"] = [{"from": old, "to": new} for old, new in self.renamed]
        return record


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A cell of a dataset as written, with its unit, in both; ``before`` or ``after`` is empty where it is new or gone."""

    dataset: str
    quantity: str
    labels: tuple[str, ...]
    when: str
    before: str
    after: str

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "dataset": self.dataset,
            "quantity": self.quantity,
            "labels": list(self.labels),
            "when": self.when,
            "from": self.before,
            "to": self.after,
        }


def common_numbers(pairs: Iterable[tuple[str, str]]) -> tuple[Numbers, Numbers]:
    """Return, for the printed numbers of two versions, the one that stands for both.

    Parameters
    ----------
    pairs
        The numbers that one equation has in the first and in the second version.

    Returns
    -------
    tuple
        For each version: its number -> ``[number]``, the same for numbers that belong together (2 there, 2 and 3 here).
    """
    group: dict[tuple[int, str], str] = {}
    for old, new in pairs:
        if old and new:
            left, right = group.get((0, old)), group.get((1, new))
            common = left or right or new
            for key, held in list(group.items()):
                if held in (left, right):
                    group[key] = common
            group[0, old] = group[1, new] = common
    return tuple({number: [name] for (side, number), name in group.items() if side == at} for at in (0, 1))  # type: ignore[return-value]


def renamed_quantities(a: Methodology, b: Methodology) -> dict[str, str]:
    """Return quantities that only their names tell apart: name in ``b`` -> name in ``a``."""

    def signature(quantity: Quantity) -> tuple[object, ...]:
        return quantity.meaning, quantity.indices, quantity.unit, quantity.kind, quantity.type

    gone = [q for q in a.quantities if q.id not in b.quantity]
    new = [q for q in b.quantities if q.id not in a.quantity]
    found = {}
    for quantity in new:
        same = [old for old in gone if signature(old) == signature(quantity)]
        if len(same) == 1 and sum(signature(other) == signature(quantity) for other in new) == 1:
            found[quantity.id] = same[0].id
    return found


def compare_lists(a: Methodology, b: Methodology) -> dict[str, ListChange]:
    """Compare every list of two methodologies but their equations.

    Returns
    -------
    dict
        List -> what changed; lists without a change are left out. ``methodology`` holds the identity of the version.
    """
    renamed = renamed_quantities(a, b)
    numbers = common_numbers((e.number, b.equation[e.id].number) for e in a.equations if e.id in b.equation)
    words = Wording(a, numbers[0], {}), Wording(b, numbers[1], renamed)
    found = {}
    for name, key in LISTS.items():
        names = renamed if name == "quantities" else {}
        change = _compare_list(getattr(a, name), getattr(b, name), key, words, names)
        if change:
            found[name] = change
    grounds = compare_grounds(a, b, renamed)
    if grounds:
        found["grounds"] = ListChange(changed=grounds)
    head = field_changes(*({n: w.as_written().text(_identity(w.methodology, n)) for n in _IDENTITY} for w in words))
    if head:
        found["methodology"] = ListChange(changed=(EntryChange("methodology", "methodology", head),))
    return found


def compare_grounds(a: Methodology, b: Methodology, renamed: Mapping[str, str]) -> tuple[EntryChange, ...]:
    """Return the entries of two methodologies, equations and tables of datasets among them, that stand on another ground than before."""
    before = {(entry.kind, entry.id): entry.source for entry in grounded(a)}
    changed = []
    for entry in grounded(b):
        was = renamed.get(entry.id, entry.id) if entry.kind == "parameters" else entry.id
        old = before.get((entry.kind, was), entry.source)
        fields = field_changes(*({"ground": source.ground, "ground_note": source.ground_note} for source in (old, entry.source)))
        if fields:
            changed.append(EntryChange(entry.id, was, fields))
    return tuple(changed)


def _identity(methodology: Methodology, name: str) -> object:
    """Return what a methodology says of itself; a single result is one word."""
    if name == "results":
        return methodology.results if len(methodology.results) > 1 else ()
    return getattr(methodology, name)


def _compare_list(
    left: Sequence[Any], right: Sequence[Any], key: str, words: tuple[Wording, Wording], renamed: Mapping[str, str]
) -> ListChange:
    before, after = {getattr(e, key): e for e in left}, {getattr(e, key): e for e in right}
    was = {id_: renamed.get(id_, id_) for id_ in after}
    changed = []
    for id_, entry in after.items():
        old = before.get(was[id_])
        if old is None:
            continue
        changes = entry_changes(old, entry, words)
        changes = _shortened([change for change in changes if change.field != "id"], old, entry)
        if changes:
            changed.append(EntryChange(id_, was[id_], changes))
    kept = set(was.values())
    return ListChange(
        tuple(id_ for id_ in after if was[id_] not in before),
        tuple(id_ for id_ in before if id_ not in kept),
        tuple((old, new) for new, old in renamed.items()),
        tuple(changed),
    )


def _shortened(changes: list[FieldChange], old: Any, new: Any) -> tuple[FieldChange, ...]:
    """Say of a set which members it gained and lost, and of a printed table how many cells, where the whole would hide it."""
    found = []
    fields = {change.field for change in changes}
    for change in changes:
        if change.field == "names" and "members" in fields:
            continue
        if change.field == "members":
            gained, lost = member_changes(old, new)
            change = FieldChange(
                "members",
                "lost " + ", ".join(lost) if lost else "",
                "gained " + ", ".join(gained) if gained else "" if lost else "in another order",
            )
        elif change.field == "cells":
            before, after = dict(old.cells), dict(new.cells)
            gone, kept = len(before.keys() - after.keys()), before.keys() & after.keys()
            change = FieldChange(
                "cells",
                f"{gone} gone" if gone else "",
                f"{len(after.keys() - before.keys())} new, {sum(before[k] != after[k] for k in kept)} changed",
            )
        found.append(change)
    return tuple(found)


# -- values


def compare_values(a: Methodology, b: Methodology) -> tuple[ValueChange, ...]:
    """Compare the datasets of two methodologies cell by cell; the same number in another unit is no change."""
    renamed = renamed_quantities(a, b)
    before, after = _cells(a, {}), _cells(b, renamed)
    found = []
    for key in dict.fromkeys((*before, *after)):
        left, right = before.get(key), after.get(key)
        if left is None or right is None or _amount(*left) != _amount(*right):
            dataset, quantity, labels, when = key
            found.append(ValueChange(dataset, quantity, labels, when, _written(left), _written(right)))
    return tuple(found)


_Key = tuple[str, str, tuple[str, ...], str]


def _cells(methodology: Methodology, renamed: Mapping[str, str]) -> dict[_Key, tuple[str, Unit]]:
    letters = {letter: s.id for s in methodology.index_sets for letter in s.letters}
    found: dict[_Key, tuple[str, Unit]] = {}
    for dataset in methodology.datasets:
        for block in dataset.values:
            when = plain_text(block.when, letters) if block.when is not None else ""
            for labels, text in block.cells:
                found[dataset.id, renamed.get(block.quantity, block.quantity), labels, when] = (text, block.unit)
            if block.uncertainty:
                places = ("uncertainty",)
                found[dataset.id, renamed.get(block.quantity, block.quantity), places, when] = (block.uncertainty, PLAIN)
    return found


def _amount(text: str, unit: Unit) -> tuple[object, ...]:
    number = read_number(text)
    return (text,) if number is None else (number * unit.scale, unit.powers)


def _written(cell: tuple[str, Unit] | None) -> str:
    if cell is None:
        return ""
    text, unit = cell
    return text if str(unit) in ("", "1") else f"{text} {unit}"


def counted(items: Iterable[object], one: str, many: str = "") -> str:
    """Return ``3 equations`` for a count and its word."""
    number = len(list(items))
    return f"{number} {one if number == 1 else many or one + 's'}"
