"""What a spec declares, as far as it can be read: for files that are in the middle of an edit, where there is no methodology yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Lookup
from dataclasses import field

from engine.interface.editor.spots import FieldText
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.tokens import loose_tokens
from equations.model.methodology import Methodology
from equations.records import record
from equations.revision.document_parts import text_of, texts_of

#: Kind of block -> what its id names.
DECLARES = {
    "quantity": "quantity", "equation": "equation", "index_set": "index_set", "relation": "relation", "choice": "choice",
    "dataset": "dataset", "ruling": "ruling", "rule": "rule", "cross_check": "rule", "equivalence": "equivalence",
    "substance": "substance", "declared_unit": "unit", "section": "section", "term": "term", "activity": "activity",
    "boundary": "boundary", "pool": "pool", "published_result": "published_result", "comparison": "comparison",
    "register_entry": "register_entry", "parameter_list": "parameter_list", "step": "quantity",
    "choice_value": "choice_value", "reading": "reading", "member": "member", "value_block": "value_block", "case": "case",
}  # fmt: skip
#: What belongs to another entry, and is known only together with it.
SCOPED = {"choice_value": "choice", "reading": "ruling", "member": "index_set", "value_block": "dataset"}


@record(frozen=True)
class DeclaredEntry:
    """Something that a file declares: what kind of thing, its id, of which other entry it is a part, and its block.

    ``named`` where the file does not declare it but edits one that stands elsewhere.
    """

    kind: str
    id: str
    of: str
    block: Mapping
    named: bool = False


@record(frozen=True)
class DeclaredNames:
    """What formulas and lists can name, by id.

    Attributes
    ----------
    axes
        Quantity -> its index sets.
    matrices
        Matrix -> its quantity.
    letters
        Letter -> its index set.
    sets
        Index set -> its members.
    larger
        Index set -> the set of which it is a part.
    choices, rulings, relations
        With their values, their readings, the sets that they are over.
    ids
        Kind -> ids of everything else.
    """

    axes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    matrices: dict[str, str] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)
    sets: dict[str, tuple[str, ...]] = field(default_factory=dict)
    larger: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)
    rulings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    relations: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ids: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def base(self, set_id: str) -> str:
        """Return the largest set that a set is a part of."""
        for _ in self.larger:
            if not self.larger.get(set_id):
                break
            set_id = self.larger[set_id]
        return set_id

    def axes_of(self, name: str) -> tuple[str, ...]:
        """Return the sets over which a quantity is declared, or those behind row and column of a matrix."""
        if name in self.axes:
            return self.axes[name]
        owner = self.matrices.get(name, "")
        return self.axes.get(owner, ())[2:]

    def members(self, set_id: str) -> tuple[str, ...]:
        """Return the members of a set that are known."""
        return self.sets.get(set_id, ()) or (self.sets.get(self.base(set_id), ()) if self.larger.get(set_id) else ())

    def known(self, kind: str) -> tuple[str, ...]:
        """Return the ids of a kind."""
        own: dict[str, Iterable[str]] = {
            "quantity": self.axes, "matrix": self.matrices, "index_set": self.sets, "choice": self.choices,
            "ruling": self.rulings, "relation": self.relations, "letter": self.letters,
        }  # fmt: skip
        return tuple(own.get(kind, self.ids.get(kind, ())))


def entries_in(found: Iterable[FieldText]) -> Iterator[DeclaredEntry]:
    """Yield what a file declares, and what it only edits, in its order."""
    for spot in found:
        if spot.is_key or spot.type == "field":
            continue
        if spot.field == "id" and spot.kind in DECLARES:
            kind = DECLARES[spot.kind]
            yield DeclaredEntry(kind, spot.node.text, _owner(spot) if kind in SCOPED else "", spot.block, spot.named)
        elif spot.kind == "constant" and spot.field == "written":
            yield DeclaredEntry("constant", spot.node.text, "", spot.block, spot.named)
        elif spot.field in ("matrix", "diagonal_matrix") and spot.kind in ("quantity", "step"):
            yield DeclaredEntry("matrix", spot.node.text, text_of(spot.block, "id"), spot.block, spot.named)
        elif spot.field == "members" and spot.kind == "index_set":
            yield DeclaredEntry("member", spot.node.text, text_of(spot.block, "id"), spot.block, spot.named)
        elif spot.field == "members" and spot.type == "members" and spot.labels and len(spot.labels) == 1:
            yield DeclaredEntry("member", spot.node.text, spot.labels[0], spot.block, spot.named)
        elif spot.field == "defines" and spot.kind in ("step", "step_equation"):
            own = text_of(spot.block, "id")  # where it has one, what stands on the left is its matrix
            yield DeclaredEntry("matrix" if own else "quantity", loose_tokens(spot.node.text)[0].text, own, spot.block, spot.named)


def _owner(spot: FieldText) -> str:
    """Return the id of the entry of which a value, a reading or a member is a part."""
    return next((text_of(block, "id") for block in reversed(spot.blocks[:-1]) if "id" in block), "")


def declared_in(entries: Iterable[DeclaredEntry], held: DeclaredNames) -> DeclaredNames:
    """Return what is known with what some files declare beside, or otherwise."""
    new = DeclaredNames(*({**getattr(held, name)} for name in DeclaredNames.__match_args__))
    for entry in entries:
        _add(new, entry)
    return new


def _add(new: DeclaredNames, entry: DeclaredEntry) -> None:
    block, id_ = entry.block, entry.id
    if entry.kind == "quantity":
        if "indices" in block or id_ not in new.axes:
            new.axes[id_] = tuple(_whole(block.get("indices"), new.axes.get(id_, ())))
    elif entry.kind == "matrix":
        new.matrices[id_] = entry.of
    elif entry.kind == "index_set":
        new.sets.setdefault(id_, ())
        new.larger[id_] = text_of(block, "subset_of") or new.larger.get(id_, "")
        new.letters.update((letter, id_) for letter in texts_of(block.get("letters")) if letter not in new.letters)
    elif entry.kind == "member":
        new.sets[entry.of] = tuple(dict.fromkeys((*new.sets.get(entry.of, ()), id_)))
    elif entry.kind in ("choice", "ruling"):
        (new.choices if entry.kind == "choice" else new.rulings).setdefault(id_, ())
    elif entry.kind in ("choice_value", "reading"):
        parts = new.choices if entry.kind == "choice_value" else new.rulings
        parts[entry.of] = tuple(dict.fromkeys((*parts.get(entry.of, ()), id_)))
    elif entry.kind == "relation":
        new.relations[id_] = tuple(_whole(block.get("over"), new.relations.get(id_, ())))
    else:
        new.ids[entry.kind] = tuple(dict.fromkeys((*new.ids.get(entry.kind, ()), id_)))


def _whole(node: YamlNode | None, held: tuple[str, ...]) -> list[str] | tuple[str, ...]:
    """Return a list that is written whole; one that is edited in part stays as it is known."""
    return texts_of(node) if isinstance(node, Sequence | Scalar) else held


def declared_by(methodology: Methodology) -> DeclaredNames:
    """Return what a methodology declares, its tools and readings with it."""
    m = methodology
    quantities = [*m.quantities, *(q for r in m.rulings for x in r.readings for block in x.edits for q in block.quantities)]
    matrices = {name: q.id for q in quantities for name in (q.matrix, q.diagonal_matrix) if name}
    entries: Lookup[str, Iterable[str]] = {
        "equation": m.equation, "dataset": m.dataset, "rule": [rule.id for rule in m.rules], "equivalence": m.equivalence,
        "substance": [s.id for s in m.substances], "unit": [u.id for u in m.units], "section": [s.id for s in m.sections],
        "parameter_list": [p.id for p in m.parameter_lists], "constant": m.constant,
    }  # fmt: skip
    return DeclaredNames(
        axes=dict(reversed({q.id: q.indices for q in reversed(quantities)}.items())), matrices=matrices,
        letters=dict(reversed({letter: s.id for s in reversed(m.index_sets) for letter in reversed(s.letters)}.items())),
        sets={s.id: tuple(s.members) for s in m.index_sets}, larger={s.id: s.subset_of for s in m.index_sets},
        choices={c.id: tuple(v.id for v in c.values) for c in m.choices}, rulings={r.id: tuple(x.id for x in r.readings) for r in m.rulings},
        relations={r.id: tuple(r.over) for r in m.relations}, ids={kind: tuple(ids) for kind, ids in entries.items()},
    )  # fmt: skip
