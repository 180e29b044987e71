"""One more index for a family of quantities, carried into what readings edit: entries that they add or replace, and steps.

A step behind a quantity of the family has the index too: so have ``it``, what the step gives and what it computes on the way. What a
reading replaces of an entry is read with the rest of the entry, and takes the same side as it (a new letter, or the sum).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.reading import IT
from equations.revision.document_parts import blocks_of, text_of, with_each, with_field
from equations.revision.needs_of_document import FORMULAS, SpecNames, tokens_of

_STEP_FORMULAS = ("defines", "relation", "gives", "formula")
_SYMBOLS = {"symbol": 0, "matrix_symbol": 2, "diagonal_symbol": 1}


class Family(Protocol):
    """What :mod:`equations.revision.new_index` knows of the quantities that get the index."""

    document: Mapping
    doc: SpecNames
    family: set[str]
    letters: list[str]
    at: dict[str, int]
    width: dict[str, int]
    hidden: dict[str, tuple[str, int]]

    def entry(self, list_: str, block: Mapping) -> Mapping | None: ...
    def text(self, text: str, letter: str, *, summed: bool) -> str: ...
    def letter(self, block: Mapping) -> str: ...
    def ask_step(self, name: str, step: Mapping, read: set[str]) -> None: ...


@dataclass
class ReadingsIndexed:
    """Carries the index of a family into rulings.

    Parameters
    ----------
    family
        The quantities, and how an entry of the text takes the index.
    symbol
        LaTeX of a symbol, letter and place -> the LaTeX with one index more.
    """

    family: Family
    symbol: Callable[[str, str, int], str]

    def ruling(self, block: Mapping) -> Mapping:
        """Return a ruling whose readings speak of the family with its new index."""
        name = text_of(block, "id")

        def with_index(part: Mapping) -> Mapping:
            return with_each(self.edits(name, part, part), "with", lambda one: self.edits(name, one, part))

        return with_each(block, "readings", with_index)

    def edits(self, ruling: str, part: Mapping, reading: Mapping) -> Mapping:
        """Return one block of edits; ``reading`` is the reading to which it belongs, with what that adds."""
        for word, visit in (("add", self.added), ("replace", lambda list_, item: self.replaced(list_, item, reading))):
            held = part.get(word)
            if isinstance(held, Mapping):
                lists = [(key, _each(value, lambda item, list_=key.text, visit=visit: visit(list_, item))) for key, value in held]  # type: ignore[misc]
                part = with_field(part, word, replace(held, entries=tuple(lists)))
        steps = part.get("adjust")
        if isinstance(steps, Sequence):
            part = with_field(part, "adjust", replace(steps, items=tuple(self.step(ruling, step) for step in blocks_of(steps))))
        return part

    # -- entries

    def added(self, list_: str, item: Mapping) -> Mapping:
        return self.family.entry(list_, item) or item

    def replaced(self, list_: str, item: Mapping, reading: Mapping) -> Mapping:
        """Return the fields that a reading writes anew, as they stand in the whole entry."""
        before = next((block for block in self.entries(list_, reading) if text_of(block, "id") == text_of(item, "id")), None)
        if before is None or (not self.family.doc.read_in(_over(before, item)) & self.family.family and list_ != "quantities"):
            return item
        if list_ == "quantities" and not any(field in item for field in ("indices", *_SYMBOLS)):
            return item
        whole, stands = self.family.entry(list_, _over(before, item)), self.family.entry(list_, before)
        if whole is None or stands is None:
            return item
        for key, value in whole:
            held = stands.get(key.text)
            own = key.text in item
            differs = key.text in (*FORMULAS, "for") and (held is None or not _alike(held, value))
            if own or differs:
                item = with_field(item, key.text, value)
        return item

    def entries(self, list_: str, reading: Mapping) -> Iterator[Mapping]:
        yield from blocks_of(self.family.document.get(list_))
        added = reading.get("add")
        if isinstance(added, Mapping):
            yield from blocks_of(added.get(list_))

    # -- steps

    def step(self, ruling: str, step: Mapping) -> Mapping:
        family, of = self.family, text_of(step, "of")
        helpers = blocks_of(step.get("equations"))
        if of not in family.family:
            read = set().union(*(family.doc.quantities_in(text_of(b, f)) for b in (step, *helpers) for f in _STEP_FORMULAS)) & family.family
            if read:
                family.ask_step(ruling, step, read)
            return step
        letter = family.letter(_joined(step, helpers))
        inner = dict(self.names_of_step(of, step, helpers))
        kept = dict(family.at), dict(family.width), dict(family.hidden)
        for name, (at, width, hidden) in inner.items():
            family.at[name], family.width[name], family.hidden[name] = at, width, (name, hidden)
        step = self.with_letter(step, letter, family.at[of])
        if helpers:
            ends = [inner[_name(helper)][0] if _name(helper) in inner else 0 for helper in helpers]
            new = tuple(self.with_letter(helper, letter, end) for helper, end in zip(helpers, ends, strict=True))
            equations = step.get("equations")
            assert isinstance(equations, Sequence)
            step = with_field(step, "equations", replace(equations, items=new))
        family.at, family.width, family.hidden = kept
        return step

    def names_of_step(self, of: str, step: Mapping, helpers: list[Mapping]) -> Iterator[tuple[str, tuple[int, int, int]]]:
        """Yield the names of a step: where the new index stands, how many indices there are, and how many of them a name does not show."""
        at, width = self.family.at[of], self.family.width[of]
        matrices = max((hidden for _, (id_, hidden) in self.family.hidden.items() if id_ == of), default=0)
        texts = [text_of(block, field) for block in (step, *helpers) for field in _STEP_FORMULAS]
        shown = min((count for text in texts for count in _shown(text, IT)), default=width)
        yield IT, (at, width, width - shown)
        if name := _name(step):
            shown = next(_shown(text_of(step, "defines"), name))
            hidden = 0 if shown >= width else matrices
            yield name, (at, shown + hidden, hidden)
        for helper in helpers:
            if name := _name(helper):
                shown = next(_shown(text_of(helper, "defines"), name))
                yield name, (shown, shown, 0)

    def with_letter(self, block: Mapping, letter: str, at: int) -> Mapping:
        for field in _STEP_FORMULAS:
            scalar = block.get(field)
            if isinstance(scalar, Scalar) and (text := self.family.text(scalar.text, letter, summed=False)) != scalar.text:
                block = with_field(block, field, replace(scalar, text=text, raw=""))
        for field, hidden in _SYMBOLS.items():
            symbol = block.get(field)
            if isinstance(symbol, Scalar):
                block = with_field(block, field, replace(symbol, text=self.symbol(symbol.text, letter, at - hidden), raw=""))
        return block


def _each(value: YamlNode, visit: Callable[[Mapping], Mapping]) -> YamlNode:
    if not isinstance(value, Sequence):
        return value
    return replace(value, items=tuple(visit(item) if isinstance(item, Mapping) else item for item in value.items))


def _over(before: Mapping, item: Mapping) -> Mapping:
    """Return an entry with the fields of another over its own."""
    for key, value in item:
        before = with_field(before, key.text, value)
    return before


def _alike(one: YamlNode, other: YamlNode) -> bool:
    if isinstance(one, Scalar) and isinstance(other, Scalar):
        return one.text == other.text
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return [(k.text, v.text) for k, v in one if isinstance(v, Scalar)] == [(k.text, v.text) for k, v in other if isinstance(v, Scalar)]
    return False


def _joined(step: Mapping, helpers: list[Mapping]) -> Mapping:
    """Return a step with all of its formulas in one field, in which its letters are looked for."""
    text = " + ".join(text for block in (step, *helpers) for field in _STEP_FORMULAS if (text := text_of(block, field)))
    return with_field(step, "formula", Scalar(text, step.file, step.line, step.column))


def _name(block: Mapping) -> str:
    """Return the name that a step or one of its equations defines, or nothing."""
    return next((token.text for token in tokens_of(text_of(block, "defines")) if token.kind == "name"), "")


def _shown(text: str, name: str) -> Iterator[int]:
    """Yield with how many indices a formula names something, each time that it does."""
    tokens = tokens_of(text)
    for n, token in enumerate(tokens):
        if token.kind != "name" or token.text != name:
            continue
        if n + 1 >= len(tokens) or tokens[n + 1].text != "[":
            yield 0
            continue
        depth = count = 0
        for one in tokens[n + 1 :]:
            depth += (one.text in "[(") - (one.text in "])") if one.kind == "op" else 0
            count += one.text == "," and depth == 1
            if depth == 0:
                break
        yield count + 1
