"""What needs what in a document that is not read as a methodology yet: which names its formulas, lists and blocks mention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Lookup
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from equations.errors import MethodologyError
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.tokens import Source, Token, read_tokens
from equations.revision.document_parts import blocks_of, results_of, text_of, texts_of
from equations.spec.cross_check_fields import CROSS_CHECK_NAMES

#: Fields whose text is a formula or a condition.
FORMULAS = ("defines", "formula", "relation", "when", "allowed", "condition", "left", "right", "gives")
#: Lists whose entries may be left without use, and the fields that use them.
_USED_IN = {
    "index_sets": ("indices", "subset_of", "groups", "shares", "over", "by"),
    "relations": ("on",),
    "equivalences": ("equivalences", "equivalence"),
    "choices": (),
    "rulings": (),
}
#: Lists whose entries state something of quantities, each by its id.
_STATED = ("rules", "cross_checks", "comparisons", "published_results")
_OF_QUANTITIES = ("datasets", "published_results", "comparisons", "monitoring_list", "rules", "cross_checks")


class SpecNames:
    """A document with the names that its parts mention."""

    def __init__(self, root: Mapping) -> None:
        self.root = root

    # -- names

    @cached_property
    def declared(self) -> list[Mapping]:
        """Every quantity of the text, and those that readings add."""
        found = blocks_of(self.root.get("quantities"))
        for block in self.of_rulings():
            added = block.get("add")
            found += blocks_of(added.get("quantities")) if isinstance(added, Mapping) else []
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of formulas -> the quantity that they stand for: its id, its matrix, its diagonal matrix."""
        found = {}
        for block in self.declared:
            for field in ("id", "matrix", "diagonal_matrix"):
                if name := text_of(block, field):
                    found[name] = text_of(block, "id")
        return found

    @cached_property
    def letters(self) -> set[str]:
        """Letters of index sets; a quantity of that name is one only in front of a bracket."""
        return {text for block in blocks_of(self.root.get("index_sets")) for text in texts_of(block.get("letters"))}

    def quantities_in(self, text: str) -> set[str]:
        """Return the quantities that a formula names."""
        tokens = tokens_of(text)
        return {self.names[token.text] for token, after in pairwise(tokens)
                if token.kind == "name" and token.text in self.names and (token.text not in self.letters or after.text == "[")}  # fmt: skip

    def results(self) -> tuple[str, ...]:
        """Return the ids of the results."""
        head = self.root.get("methodology")
        return tuple(results_of(head)) if isinstance(head, Mapping) else ()

    def quantities(self) -> list[str]:
        """Return the ids of all quantities of the text."""
        return [text_of(block, "id") for block in blocks_of(self.root.get("quantities"))]

    def all_quantities(self) -> list[str]:
        """Return the ids of all quantities, those that readings add among them."""
        return list(dict.fromkeys(text_of(block, "id") for block in self.declared))

    def is_computed(self, id_: str) -> bool:
        """Whether only equations can give a quantity."""
        return any(text_of(block, "id") == id_ and text_of(block, "kind") == "computed" for block in self.declared)

    def has(self, list_: str, id_: str) -> bool:
        """Whether a list has an entry."""
        return any(text_of(block, "id") == id_ for block in blocks_of(self.root.get(list_)))

    def numbers(self) -> set[str]:
        """Return the printed numbers of all equations."""
        return {text_of(block, "number") for block in blocks_of(self.root.get("equations"))} - {""}

    # -- needs

    @cached_property
    def equations(self) -> list[tuple[str, str, set[str]]]:
        """Id, quantity and the quantities read of every equation, those of readings among them."""
        return [(text_of(block, "id"), quantity, self.reads_of(block)) for block in _deep(self.root)
                for quantity in self.quantities_in(text_of(block, "defines"))]  # fmt: skip

    @cached_property
    def edited_by_readings(self) -> list[tuple[str, set[str]]]:
        """Quantity and the quantities that readings let it follow from.

        What a reading writes anew of an equation counts for what the equation defines, what its steps read for the quantity behind which
        they stand: it is needed where that is, whichever reading is taken.
        """
        defined = {id_: quantity for id_, quantity, _ in self.equations}
        found = []
        for block in self.of_rulings():
            replaced = block.get("replace")
            for entry in blocks_of(replaced.get("equations")) if isinstance(replaced, Mapping) else ():
                if text_of(entry, "id") in defined:
                    found.append((defined[text_of(entry, "id")], self.reads_of(entry)))
            found += [(text_of(step, "of"), set().union(*map(self.reads_of, _deep(step)))) for step in blocks_of(block.get("adjust"))]
        return found

    def of_rulings(self) -> Iterator[Mapping]:
        """Yield every block of the rulings."""
        rulings = self.root.get("rulings")
        return _deep(rulings) if rulings is not None else iter(())

    def rules_of_readings(self) -> Iterator[Mapping]:
        """Yield the rules that readings add, and what they write anew of those that stand."""
        for block in self.of_rulings():
            for word in ("add", "replace"):
                edits = block.get(word)
                for rule in blocks_of(edits.get("rules")) if isinstance(edits, Mapping) else ():
                    if word == "add" or self.has("rules", text_of(rule, "id")):
                        yield rule

    def read_by_shares(self) -> set[str]:
        """Return the quantities that say how members of sets are shared, in the text and in readings."""
        return set().union(*(self.quantities_in(value.text) for block in _deep(self.root) if isinstance(block.get("shares"), Mapping)
                             for _, value in block.get("shares") if isinstance(value, Scalar)))  # type: ignore[union-attr]

    def reads_of(self, block: Mapping) -> set[str]:
        """Return the quantities that the right side of an equation or of a step names."""
        return set().union(*(self.quantities_in(text_of(block, field)) for field in ("formula", "relation", "gives")))

    def defined(self) -> set[str]:
        """Return the quantities that have an equation."""
        return {quantity for _, quantity, _ in self.equations}

    def equations_of(self, quantities: AbstractSet[str]) -> list[str]:
        """Return the equations that define one of some quantities."""
        return [id_ for id_, quantity, _ in self.equations if quantity in quantities]

    def needed(self, also: AbstractSet[str] = frozenset()) -> set[str]:
        """Return what follows into the result, the report, rules, printed tables and some more quantities."""
        head = self.root.get("methodology")
        open_ = {*self.results(), *texts_of(head.get("report") if isinstance(head, Mapping) else None), *also} - {""}
        open_ |= {quantity for list_ in _STATED for block in blocks_of(self.root.get(list_))
                  for quantity in self.read_in(block)}  # fmt: skip
        open_ = open_.union(*map(self.read_in, self.rules_of_readings()), self.read_by_shares())
        follows = [(quantity, reads) for _, quantity, reads in self.equations] + self.edited_by_readings
        found: set[str] = set()
        while open_:
            found |= open_
            open_ = {read for quantity, reads in follows if quantity in open_ for read in reads} - found
        return found

    def read_in(self, block: Mapping) -> set[str]:
        """Return the quantities that an entry names."""
        stated = [name for field in CROSS_CHECK_NAMES if not isinstance(block.get(field), Mapping) for name in texts_of(block.get(field))]
        named = {self.names[name] for name in (text_of(block, "quantity"), *stated) if name in self.names}
        return named.union(*(self.quantities_in(text_of(block, field)) for field in FORMULAS))

    def read_by(self, list_: str, id_: str) -> set[str]:
        """Return the quantities that one entry names."""
        return set().union(*(self.read_in(block) for block in blocks_of(self.root.get(list_)) if text_of(block, "id") == id_))

    def readers(self, quantities: AbstractSet[str]) -> list[tuple[str, str]]:
        """Return the rules, cross-checks, comparisons and printed tables that name one of some quantities, as (list, id)."""
        return [(list_, text_of(block, "id")) for list_ in _STATED
                for block in blocks_of(self.root.get(list_)) if self.read_in(block) & quantities]  # fmt: skip

    def is_joined(self, rule: str) -> bool:
        """Whether a rule joins several conditions, so that a part of it may hold where another does not apply."""
        words = {token.text for block in blocks_of(self.root.get("rules")) if text_of(block, "id") == rule
                 for token in tokens_of(text_of(block, "condition"))}  # fmt: skip
        return bool(words & {"and", "or", "All", "Any"})

    def used(self) -> set[tuple[str, str]]:
        """Return the entries that something uses, as (list, id), of the lists whose entries may be left without use."""
        known = {(list_, text_of(block, "id")) for list_ in _USED_IN for block in blocks_of(self.root.get(list_))}
        found: set[tuple[str, str]] = set()
        for block in _deep(self.root):
            words = {token.text.strip("\"'") for field in FORMULAS for token in tokens_of(text_of(block, field))}
            over = block.get("for")
            words |= {value.text for _, value in over if isinstance(value, Scalar)} if isinstance(over, Mapping) else set()
            for list_, fields in _USED_IN.items():
                here = words.union(*(texts_of(block.get(field)) for field in fields))
                found |= {(list_, word) for word in here if (list_, word) in known}
        return found

    # -- taking out

    def without(self, removed: Lookup[str, Iterable[str]], quantities: AbstractSet[str] = frozenset()) -> SpecNames:
        """Return the document without some entries, and without what gives or names some quantities."""
        entries = []
        for key, value in self.root:
            ids = set(removed.get(key.text, ()))
            if isinstance(value, Sequence):
                value = _filtered(value, lambda block, ids=ids: text_of(block, "id") not in ids or not ids)  # type: ignore[misc]
                value = self.without_quantities(key.text, value, quantities)
            elif key.text == "methodology" and isinstance(value, Mapping):
                value = _listing(value, "report", quantities)
            entries.append((key, value))
        return SpecNames(replace(self.root, entries=tuple(entries)))

    def without_quantities(self, list_: str, value: Sequence, quantities: AbstractSet[str]) -> Sequence:
        if not quantities:
            return value
        if list_ == "datasets":
            value = replace(value, items=tuple(_values(block, quantities) for block in blocks_of(value)))
            return _filtered(value, lambda block: bool(blocks_of(block.get("values"))))
        if list_ == "pools":
            return replace(value, items=tuple(_listing(block, "quantities", quantities) for block in blocks_of(value)))
        if list_ in _OF_QUANTITIES:
            return _filtered(value, lambda block: not self.read_in(block) & quantities)
        return value


def _values(block: Mapping, quantities: AbstractSet[str]) -> Mapping:
    values = block.get("values")
    if not isinstance(values, Sequence):
        return block
    kept = _filtered(values, lambda part: text_of(part, "quantity") not in quantities)
    return replace(block, entries=tuple((k, kept if k.text == "values" else v) for k, v in block))


def _listing(block: Mapping, field: str, without: AbstractSet[str]) -> Mapping:
    """Return a block in whose list some texts do not stand any more."""
    entries: list[tuple[Scalar, YamlNode]] = []
    for key, value in block:
        if key.text == field and isinstance(value, Sequence):
            value = replace(value, items=tuple(i for i in value.items if not (isinstance(i, Scalar) and i.text in without)))
            if not value.items:
                continue
        entries.append((key, value))
    return replace(block, entries=tuple(entries))


def _filtered(value: Sequence, keep: Callable[[Mapping], bool]) -> Sequence:
    return replace(value, items=tuple(item for item in value.items if not isinstance(item, Mapping) or keep(item)))


def _deep(node: YamlNode) -> Iterator[Mapping]:
    """Yield every block of a document."""
    waiting: list[YamlNode] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            yield one
            waiting += [value for _, value in one]
        elif isinstance(one, Sequence):
            waiting += one.items


def numbers_of(block: Mapping) -> set[str]:
    """Return the printed numbers of equations at which the place of an entry points."""
    place = block.get("place")
    return set(texts_of(place.get("equations"))) if isinstance(place, Mapping) else set()


def without_numbers(node: Mapping, gone: AbstractSet[str]) -> Mapping:
    """Return a document whose places and citations do not name some printed numbers; one that named nothing else names none."""

    def kept(one: YamlNode, key: str, *, foreign: bool) -> YamlNode | None:
        if isinstance(one, Mapping):
            foreign = foreign or "document" in one
            held = ((k, kept(value, k.text, foreign=foreign)) for k, value in one)
            return replace(one, entries=tuple((k, value) for k, value in held if value is not None))
        if isinstance(one, Sequence):
            items = tuple(item for item in (kept(item, key, foreign=foreign) for item in one.items) if item is not None)
            return replace(one, items=items) if items or not one.items else None
        if foreign or key not in ("equation", "equations"):
            return one
        parts = [part.strip() for part in one.text.split(",")]
        left = [part for part in parts if part not in gone]
        return one if len(left) == len(parts) else replace(one, text=", ".join(left), raw="") if left else None

    entries = ((key, value if key.text in ("history", "equations") else kept(value, "", foreign=False)) for key, value in node)
    return replace(node, entries=tuple((key, value) for key, value in entries if value is not None))


def tokens_of(text: str) -> list[Token]:
    """Return the words of a formula; none where it cannot be read."""
    try:
        return read_tokens(Source(text)) if text else []
    except MethodologyError:
        return []
