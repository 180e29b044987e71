"""One more index for a family of quantities: declarations, formulas, rules and values are carried over, or the author is asked.

Inside the family nothing is open: an equation that defines one of its quantities takes the new letter wherever it names one. What reads
the family from outside is open (each member, or their sum?), and so is what a published number holds for; of that the edit says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from equations.errors import near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.tokens import Token
from equations.revision.document_parts import blocks_of, text_of, texts_of
from equations.revision.edit_log import EditLog
from equations.revision.needs_of_document import FORMULAS, SpecNames, tokens_of
from equations.revision.readings_indexed import ReadingsIndexed

_FIELDS = ("add", "to", "letter", "before", "values", "sum_in", "each_in")
_SYMBOLS = {"symbol": 0, "matrix_symbol": 2, "diagonal_symbol": 1}
_EVERY, _NONE = "every", "none"


def add_indices(document: Mapping, node: YamlNode, changes: Mapping, log: EditLog) -> Mapping:
    """Return a document in which families of quantities have one more index each.

    Parameters
    ----------
    node
        ``{add: set, to: [quantities], letter: r, before: index, values: every | none | member, sum_in: [ids], each_in: [ids]}``,
        or a list of such blocks.
    changes
        All edits of the revision; formulas that it writes anew are left to it.
    """
    for one in node.items if isinstance(node, Sequence) else (node,):
        if not isinstance(one, Mapping):
            log.fault("index: takes the index set and the quantities", one.place, remedy="index: {add: ring, to: [A, P]}")
            continue
        maker = _maker(document, one, changes, log)
        document = maker.indexed() if maker is not None else document
    return document


def _maker(document: Mapping, node: Mapping, changes: Mapping, log: EditLog) -> _Indexer | None:
    before = len(log.errors)
    for key, _ in node:
        if key.text not in _FIELDS:
            log.fault(f"index: does not know {key.text!r}", key.place, remedy=near_or_all(key.text, _FIELDS))
    set_id, doc = text_of(node, "add"), SpecNames(document)
    added = changes.get("add")
    sets = {text_of(b, "id"): b for root in (document, added) if isinstance(root, Mapping) for b in blocks_of(root.get("index_sets"))}
    if set_id not in sets:
        place = (node.get("add") or node).place
        log.fault(f"there is no index set {set_id!r}", place, why="the new index runs over one",
                  remedy="declare it under `add: index_sets:`" if set_id else f"write add: with one of {', '.join(sets)}")  # fmt: skip
    family = node.get("to")
    named = list(family.items) if isinstance(family, Sequence) else [family] if family is not None else []
    for item in named:
        if not isinstance(item, Scalar) or item.text not in doc.all_quantities():
            log.absent(("quantities",), item, doc.all_quantities())
        else:
            log.first(("quantities", item.text, "indices"), f"the indices of {item.text!r}", item.place)
    if not named:
        log.fault("index: names no quantities", node.place, remedy=f"index: {{add: {set_id or 'ring'}, to: [A, P]}}")
    letters = [text_of(node, "letter")] if "letter" in node else texts_of(sets[set_id].get("letters")) if set_id in sets else []
    if set_id in sets and not letters:
        log.fault(f"the index set {set_id} has no letter", node.place, why="formulas name a member by one",
                  remedy="declare `letters:`, or write `letter:` here")  # fmt: skip
    if len(log.errors) > before:
        return None
    indexed = {item.text for item in named if isinstance(item, Scalar)}
    return _Indexer(document=document, doc=doc, node=node, changes=changes, log=log, set_id=set_id, family=indexed, letters=letters)


@dataclass
class _Indexer:
    document: Mapping
    doc: SpecNames
    node: Mapping
    changes: Mapping
    log: EditLog
    set_id: str
    family: set[str]
    letters: list[str]

    def __post_init__(self) -> None:
        #: Ids and quantities of which `sum_in`, `each_in` and `values` speak, and that were met.
        self.met: set[str] = set()
        before = text_of(self.node, "before")
        self.at: dict[str, int] = {}
        self.width: dict[str, int] = {}
        #: Name in formulas -> the quantity, and how many of its indices the name does not show.
        self.hidden: dict[str, tuple[str, int]] = {}
        for block in self.doc.declared:
            id_ = text_of(block, "id")
            if id_ not in self.family:
                continue
            indices = texts_of(block.get("indices"))
            self.width[id_] = len(indices)
            self.at[id_] = indices.index(before) if before in indices else len(indices)
            self.hidden[id_] = (id_, 0)
            for field, hidden in (("matrix", 2), ("diagonal_matrix", 1)):
                if name := text_of(block, field):
                    self.hidden[name] = (id_, hidden)
                    if self.at[id_] < hidden:
                        self.log.fault(f"the new index of {id_} would stand among those of the matrix {name}", self.node.place,
                                       why="rows and columns are the first indices", remedy="name a later index under `before:`")  # fmt: skip

    def indexed(self) -> Mapping:
        entries = []
        for key, value in self.document:
            if isinstance(value, Sequence) and key.text != "history":
                items = (self.entry(key.text, item) if isinstance(item, Mapping) else item for item in value.items)
                value = replace(value, items=tuple(item for item in items if item is not None))
            entries.append((key, value))
        self.check_met()
        return replace(self.document, entries=tuple(entries))

    def check_met(self) -> None:
        """Report what the edit says of entries that are not there, or of which nothing had to be said."""
        values = self.node.get("values")
        said = [item for field in ("sum_in", "each_in") for item in getattr(self.node.get(field), "items", ())]
        said += [key for key, _ in values] if isinstance(values, Mapping) else []
        for item in said:
            if isinstance(item, Scalar) and item.text not in self.met:
                self.log.fault(f"index: says something of {item.text!r}, of which nothing has to be said", item.place,
                               why="it reads or gives no quantity of the family from outside, or the revision writes it anew",
                               remedy="correct the id, or take it out")  # fmt: skip
        before = self.node.get("before")
        indices = {i for b in self.doc.declared if text_of(b, "id") in self.family for i in texts_of(b.get("indices"))}
        if isinstance(before, Scalar) and before.text not in indices:
            self.log.fault(f"no quantity of the family has the index {before.text!r}", before.place, why="the new one would stand before it",
                           remedy=near_or_all(before.text, sorted(indices)))  # fmt: skip

    def says(self, field: str, id_: str) -> bool:
        """Whether the edit names an entry in one of its lists."""
        if id_ in texts_of(self.node.get(field)):
            self.met.add(id_)
            return True
        return False

    def entry(self, list_: str, block: Mapping) -> Mapping | None:
        """Return an entry of a list as it is with the new index."""
        if list_ == "quantities":
            return self.quantity(block) if text_of(block, "id") in self.family else block
        if list_ == "equations":
            return self.equation(block)
        if list_ in ("rules", "comparisons"):
            return self.statement(list_, block)
        if list_ == "rulings":
            return ReadingsIndexed(self, _symbol).ruling(block)
        if list_ == "published_results":
            return self.numbers(block)
        if list_ == "datasets" and isinstance(values := block.get("values"), Sequence):
            parts = [self.numbers(part) for part in blocks_of(values)]
            return _with(block, "values", replace(values, items=tuple(part for part in parts if part is not None)))
        return block

    # -- declarations

    def quantity(self, block: Mapping) -> Mapping:
        id_ = text_of(block, "id")
        held, at, letter = block.get("indices"), self.at[id_], self.letters[0]
        new = Scalar(self.set_id, self.node.file, self.node.line, self.node.column)
        items = held.items if isinstance(held, Sequence) else (held,) if held is not None else ()
        block = _with(block, "indices", Sequence((*items[:at], new, *items[at:]), self.node.file, self.node.line, self.node.column))
        for field, hidden in _SYMBOLS.items():
            symbol = block.get(field)
            if isinstance(symbol, Scalar):
                block = _with(block, field, replace(symbol, text=_symbol(symbol.text, letter, at - hidden), raw=""))
        return block

    # -- formulas

    def equation(self, block: Mapping) -> Mapping:
        id_, quantities = text_of(block, "id"), self.doc.quantities_in(text_of(block, "defines"))
        if quantities & self.family:
            return self.rewritten(block, summed=False)
        fields = [field for field in ("formula", "relation") if self.doc.quantities_in(text_of(block, field)) & self.family]
        if not fields or self.left_to_author("equations", id_, fields):
            return block
        if self.says("sum_in", id_):
            return self.summed(block)
        each = f"{', '.join(sorted(quantities))} under `to:` if it is of each {self.set_id}"
        self.ask("equation", id_, block, each, "if it reads their sum, or replace its formula in this revision")
        return block

    def statement(self, list_: str, block: Mapping) -> Mapping:
        """A rule or comparison: of the family alone it holds for every member; else its author says."""
        id_, read = text_of(block, "id"), self.doc.read_in(block)
        if not read & self.family or self.left_to_author(list_, id_, ("condition", "left", "right")):
            return block
        if self.says("sum_in", id_):
            return self.summed(block)
        if self.says("each_in", id_) or read <= self.family:
            new, letter = self.rewritten(block, summed=False), self.letter(block)
            over = block.get("for")
            pair = Scalar(letter, new.file, new.line, new.column), Scalar(self.set_id, new.file, new.line, new.column)
            entries = (*(over.entries if isinstance(over, Mapping) else ()), pair)
            return _with(new, "for", Mapping(entries, new.file, new.line, new.column))
        each = f"each_in: [{id_}] if it holds for every member of {self.set_id}"
        self.ask(list_.rstrip("s"), id_, block, each, "if for their sum, or replace it in this revision")
        return block

    def summed(self, block: Mapping) -> Mapping:
        """Return an entry that reads the sum over the new index, which is open where it names the family more than once."""
        names = self.named(block)
        if len(names) > 1:
            self.log.fault(f"{text_of(block, 'id')!r} names the family {len(names)} times ({', '.join(names)})", self.node.place,
                           why="the sum of a product is not the product of the sums, so `sum_in` cannot say what is meant",
                           remedy="replace its formula in this revision")  # fmt: skip
        return self.rewritten(block, summed=True)

    def named(self, block: Mapping) -> list[str]:
        """Return where an entry names the family, in order."""
        return [token.text for field in FORMULAS for token in tokens_of(text_of(block, field)) if token.text in self.hidden]

    def ask(self, kind: str, id_: str, block: Mapping, each: str, summed: str) -> None:
        """Ask what an entry means; the sum is no answer where it names the family more than once."""
        said = f"{each}, sum_in: [{id_}] {summed}" if len(self.named(block)) == 1 else f"{each}, or {summed.partition(', or ')[2]}"
        named = ", ".join(sorted(self.doc.read_in(block) & self.family))
        self.log.fault(f"the {kind} {id_!r} reads {named}, which gets one index more", self.node.place,
                       why=f"{block.place} does not say what it is of: of each {self.set_id}, or of all together",
                       remedy="write " + said)  # fmt: skip

    def ask_step(self, name: str, step: Mapping, read: set[str]) -> None:
        """Ask what a step on another quantity reads of the family."""
        self.log.fault(f"a step of the ruling {name!r} on {text_of(step, 'of')} reads {', '.join(sorted(read))}, which gets one index more",
                       self.node.place, why=f"{step.place} does not say what it is of: of each {self.set_id}, or of all together",
                       remedy=f"write {text_of(step, 'of')} under `to:` too, or settle the ruling")  # fmt: skip

    def left_to_author(self, list_: str, id_: str, fields: Iterable[str]) -> bool:
        """Whether the revision removes an entry, or writes its formulas anew."""
        removed, replaced = self.changes.get("remove"), self.changes.get("replace")
        if isinstance(removed, Mapping) and {id_, "*"} & set(texts_of(removed.get(list_))):
            return True
        edits = [b for b in blocks_of(replaced.get(list_)) if text_of(b, "id") == id_] if isinstance(replaced, Mapping) else []
        return any(field in edit for edit in edits for field in fields)

    def letter(self, block: Mapping) -> str:
        """Return a letter of the set that nothing in an entry uses yet."""
        used = {token.text for field in FORMULAS for token in tokens_of(text_of(block, field))}
        over = block.get("for")
        used |= {key.text for key, _ in over} if isinstance(over, Mapping) else set()
        free = next((letter for letter in self.letters if letter not in used), "")
        if not free:
            self.log.fault(f"{text_of(block, 'id')!r} uses {', '.join(self.letters)} already", self.node.place,
                           why=f"{block.place} needs a letter of its own for {self.set_id}",
                           remedy=f"give {self.set_id} another letter under `letters:`")  # fmt: skip
        return free or self.letters[0]

    def rewritten(self, block: Mapping, *, summed: bool) -> Mapping:
        """Return an entry whose formulas name the new index, or sum over it."""
        letter = self.letter(block)
        for field in FORMULAS:
            scalar = block.get(field)
            if isinstance(scalar, Scalar) and (text := self.text(scalar.text, letter, summed=summed)) != scalar.text:
                block = _with(block, field, replace(scalar, text=text, raw=""))
        return replace(block, entries=tuple((key, value) for key, value in block if key.text != "printed"))

    def text(self, text: str, letter: str, *, summed: bool) -> str:
        """Return a formula with the new index wherever it names the family."""
        tokens = tokens_of(text)
        for n in range(len(tokens) - 2, -1, -1):  # from the end, so that what stands before keeps its place
            token, after = tokens[n], tokens[n + 1]
            if token.kind != "name" or token.text not in self.hidden or (token.text in self.doc.letters and after.text != "["):
                continue
            if n > 1 and tokens[n - 1].text == "(" and tokens[n - 2].text == "supplied":
                continue
            quantity, hidden = self.hidden[token.text]
            at, start = self.at[quantity] - hidden, token.span[0]
            if after.text == "[":
                places = _index_places(tokens, n + 1)
                where, end = places[at] if at < len(places) else places[-1], places[-1] + 1
                new = text[:where] + (f", {letter}" if at >= len(places) - 1 else f"{letter}, ") + text[where:]
                end += len(letter) + 2
            elif self.width[quantity] == hidden:
                new, end = f"{text[: token.span[1]]}[{letter}]{text[token.span[1] :]}", token.span[1] + len(letter) + 2
            else:
                continue
            text = f"{new[:start]}Sum({letter}, {new[start:end]}){new[end:]}" if summed else new
        return text

    # -- numbers

    def numbers(self, block: Mapping) -> Mapping | None:
        """A block of values, or a printed table: it holds for every member, for one, or is taken out."""
        quantity = text_of(block, "quantity")
        if quantity not in self.family:
            return block
        stated = self.node.get("values")
        said = stated.text if isinstance(stated, Scalar) else ""
        if isinstance(stated, Mapping):
            said = text_of(stated, text_of(block, "id")) or text_of(stated, quantity)
            self.met |= {text_of(block, "id"), quantity}
        if said == _NONE:
            return None
        if not said:
            self.log.fault(f"there are numbers of {quantity}, which gets one index more", self.node.place,
                           why=f"{block.place} does not say of which {self.set_id} they are",
                           remedy=f"write values: {{{quantity}: every}} if they hold for every one, the name of the one for which they hold, "
                           "or none to take them out")  # fmt: skip
            return block
        at, place = block.get("at"), self.node
        pair = Scalar(self.set_id, place.file, place.line, place.column), Scalar("*" if said == _EVERY else said, place.file, place.line,
                                                                                 place.column)  # fmt: skip
        entries = (*(at.entries if isinstance(at, Mapping) else ()), pair)
        return _with(block, "at", Mapping(entries, place.file, place.line, place.column))


def _index_places(tokens: list[Token], opening: int) -> list[int]:
    """Return where each index of a bracket begins, and where the bracket closes."""
    depth, places = 0, [tokens[opening + 1].span[0]]
    for token in tokens[opening:]:
        depth += (token.text in "[(") - (token.text in "])") if token.kind == "op" else 0
        if depth == 0:
            return [*places, token.span[0]]
        if depth == 1 and token.text == ",":
            places.append(token.span[1] + 1)
    return [*places, tokens[-1].span[0]]


def _symbol(symbol: str, letter: str, at: int) -> str:
    """Return the LaTeX of a symbol with the place of one index more."""
    places = [match.span() for match in re.finditer(r"<[^<>]*>", symbol)]
    if at < len(places):
        return f"{symbol[: places[at][0]]}<{letter}>{symbol[places[at][0] :]}"
    if places:
        return f"{symbol[: places[-1][1]]}<{letter}>{symbol[places[-1][1] :]}"
    if symbol.endswith("}") and "_{" in symbol:
        return f"{symbol[:-1]}<{letter}>}}"
    return f"{symbol}_{{<{letter}>}}"


def _with(block: Mapping, name: str, value: YamlNode) -> Mapping:
    if name in block:
        return replace(block, entries=tuple((key, value if key.text == name else held) for key, held in block))
    return replace(block, entries=(*block.entries, (Scalar(name, value.file, value.line, value.column), value)))
