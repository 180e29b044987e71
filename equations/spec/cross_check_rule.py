"""A cross-check as a rule: the letters for which it holds, and its condition in the words of the language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from equations.citation import Citation
from equations.formula.grammar import parse_formula
from equations.formula.tokens import Source
from equations.meaning.exact_ratios import exact_text
from equations.meaning.names import Names
from equations.meaning.scope import Resolver
from equations.model.cross_check import ALONG, AT_LEAST, AT_MOST, HIGHER, LOWER, CrossCheck, open_axes
from equations.model.equation import Rule
from equations.model.index_set import IndexSet
from equations.model.quantity import Quantity
from equations.spec.block import Block
from equations.spec.cross_check_reader import read_cross_check

#: Share of a number by which sums of floats may miss each other.
_NOISE = Fraction(1, 10**9)


def cross_check(block: Block, names: Names, substances: tuple[str, ...], source: Citation) -> tuple[CrossCheck, Rule] | None:
    """Read a cross-check of a spec, with the rule that it is; ``None`` where it is faulty, which is told."""
    if not block.has("id"):
        block.fault("S104", "a cross-check of a spec has an id", block.place, remedy="add `id:`")
    read = read_cross_check(block, names.quantities, lambda scalar, text: block.read_unit(replace(scalar, text=text), substances))
    if read is None:
        return None
    check = replace(read, source=source)
    parts = rule_parts(check, names.quantities, names.index_sets, names.letters)
    if isinstance(parts, str):
        block.fault("S105", parts, block.place, why="the rule that it is has a letter for each index", remedy="add `letters:` to the index set")
        return None
    letters, text = parts
    written = Source(text, block.place.file, block.place.line, block.place.column)
    resolver = Resolver(names, written, letters, dict(letters), allow_supplied=True)
    condition = resolver.condition(parse_formula(written))
    block.errors += resolver.errors
    return check, Rule(
        id=check.id, statement=check.says, condition=condition, letters=tuple(letters.items()), severity=check.severity, remedy=check.remedy,
        source=source, section=block.text("section"), editorial=block.text("editorial"), place=block.place, condition_source=written,
    )  # fmt: skip


def rule_parts(
    check: CrossCheck, quantities: Mapping[str, Quantity], sets: Mapping[str, IndexSet], default: Mapping[str, str]
) -> tuple[dict[str, str], str] | str:
    """Return the letters of the rule and its condition, or why there are not enough letters.

    Parameters
    ----------
    default
        Letter -> the set over which a sum over it goes.
    """
    writer = _Writer(check, quantities, sets, default)
    own = open_axes(quantities[check.of], check.sum_over)
    for id_ in (check.of, *check.others):
        for name, axis in zip(quantities[id_].axis_names, quantities[id_].indices, strict=True):
            if not writer.has_letter(name, axis):
                return f"{axis} has no letter left for a cross-check of {check.of}"
    return {writer.letters[name]: writer.sets_of[name] for name in own}, writer.condition()


class _Writer:
    def __init__(self, check: CrossCheck, quantities: Mapping[str, Quantity], sets: Mapping[str, IndexSet], default: Mapping[str, str]) -> None:
        self.check, self.quantities, self.sets, self.default = check, quantities, sets, default
        self.letters: dict[str, str] = {}
        self.sets_of: dict[str, str] = {}

    def has_letter(self, name: str, axis: str) -> bool:
        """Take a letter for an axis; whether there is one."""
        if name not in self.letters:
            free = [letter for letter in self.letters_of(axis) if letter not in self.letters.values()]
            if not free:
                return False
            self.letters[name], self.sets_of[name] = free[0], axis
        return True

    def letters_of(self, axis: str) -> tuple[str, ...]:
        own = self.sets[axis]
        return own.letters or (self.letters_of(own.subset_of) if own.subset_of in self.sets else ())

    def side(self, id_: str, shift: str = "") -> str:
        """Return a quantity, added over what is to be added over; ``shift`` stands behind the letter of neighbours."""
        names = self.quantities[id_].axis_names
        letters = [self.letters[name] + (shift if name == self.check.along else "") for name in names]
        text = f"{id_}[{', '.join(letters)}]" if letters else id_
        for name in reversed([name for name in names if name in self.check.sum_over]):
            letter, axis = self.letters[name], self.sets_of[name]
            text = f"Sum({letter if self.default.get(letter) == axis else f'{letter} in {axis}'}, {text})"
        own, of = self.quantities[id_].unit, self.quantities[self.check.of].unit
        factor = own.scale / of.scale
        return text if factor == 1 else f"{exact_text(factor)} {{({of})/({own})}} * {text}"

    def amount(self, number: Fraction) -> str:
        unit = str(self.quantities[self.check.of].unit)
        return exact_text(number) + ("" if unit == "1" else f" {{{unit}}}")

    def condition(self) -> str:
        """Return the condition as it would be written."""
        check = self.check
        left = self.side(check.of)
        if check.compare == ALONG:
            before = self.side(check.of, "-1")
            parts = [f"abs({left} - {before}) <= {exact_text(check.growth)} * abs({before})"] if check.growth is not None else []
            parts += [f"{left} {'>=' if check.never == 'falls' else '<='} {before}"] if check.never else []
            return " and ".join(parts)
        sides = [self.side(id_) for id_ in check.others] or [self.amount(check.number or Fraction(0))]
        right = " + ".join(sides)
        inner = f"({right})" if len(sides) > 1 else right
        if check.compare in (AT_MOST, AT_LEAST):
            return f"{left} {'<=' if check.compare == AT_MOST else '>='} {right}"
        parts = [f"{left} {'<=' if check.use == LOWER else '>='} {right}"] if check.use in (LOWER, HIGHER) else []
        if check.room is not None:
            parts += [f"abs({left} - {inner}) <= {self.amount(check.room)}"]
        elif check.within is not None or not parts:
            parts += [f"abs({left} - {inner}) <= {exact_text(check.within if check.within is not None else _NOISE)} * abs({right})"]
        return " and ".join(parts)
