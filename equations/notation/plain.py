"""Formulas as text: in the language's own words, with numbers put in, and conditions in plain English.

The trees of :mod:`equations.formula.syntax` are written as they stand; nothing is computed, simplified or put in another order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from equations.formula.syntax import (
    All,
    Binary,
    Binder,
    Call,
    Cases,
    Compare,
    DateMark,
    Diagonal,
    Element,
    Excluded,
    GroupOf,
    Identity,
    Index,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Letter,
    Logic,
    MatrixRef,
    Member,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Points,
    Ratio,
    Reduce,
    Supplied,
    Switch,
    Text,
    Transpose,
    Window,
    Word,
    walk,
)
from equations.model.equation import Equation, Rule
from equations.model.methodology import Methodology
from equations.records import record

#: How tightly a construct holds together, from the loosest; below the level that a place asks for it stands in brackets.
OR, AND, NOT, COMPARE, SUM, PRODUCT, SIGNED, POWER, ATOM = range(1, 10)

Lookup = Callable[[Element], "str | float | None"]


def letters_of(methodology: Methodology, owner: Equation | Rule | None = None) -> dict[str, str]:
    """Return what each index letter runs over: as the methodology declares it, and otherwise where ``owner`` says ``for:``.

    What a sum says of its letter counts where nothing else declares it: ``Sum(i in host, ...)`` without ``host`` is another sum.
    """
    letters = {letter: index_set.id for index_set in methodology.index_sets for letter in index_set.letters}
    if owner is None:
        return letters
    said = dict(owner.letters) | (dict(owner.said) if isinstance(owner, Equation) else {})
    return _bound(owner) | letters | said


def legend_of(methodology: Methodology, owner: Equation) -> dict[str, str]:
    """Return what each letter stands for in a table beside an equation, as in publications: what its first sum says comes first."""
    return letters_of(methodology) | _bound(owner) | dict(owner.letters)


def _bound(owner: Equation | Rule) -> dict[str, str]:
    """Return letter -> set of the first sum, or diagonal, that has the letter."""
    bound: dict[str, str] = {}
    for node in walk(owner.formula if isinstance(owner, Equation) else owner.condition):
        if isinstance(node, Binder) and isinstance(node.within, All):
            bound.setdefault(node.letter, node.within.set)
        elif isinstance(node, Diagonal):
            bound.setdefault(node.letter, node.set)
    return bound


def plain_text(node: Node, letters: Mapping[str, str] | None = None) -> str:
    """Write a tree in the language of the spec.

    Parsing the text, and resolving it if ``node`` was resolved, gives an equal tree.

    Parameters
    ----------
    node
        A tree, resolved or not.
    letters
        Letter -> index set, for instance from :func:`letters_of`. A sum over the very set that its letter stands for is
        written without it, ``Sum(i, ...)``; without ``letters`` a resolved sum names its set, ``Sum(i in scooter, ...)``.

    Returns
    -------
    str
        One line; brackets only where they are needed.

    Examples
    --------
    >>> from equations.formula.grammar import parse_formula
    >>> plain_text(parse_formula("((A[i,y-1])*(1-P[i]))*44/12"))
    'A[i, y-1] * (1 - P[i]) * 44/12'
    """
    return _Writer(letters or {}).text(node)


def substituted_text(node: Node, lookup: Lookup, letters: Mapping[str, str] | None = None) -> str:
    """Write a tree with numbers in place of its elements.

    Parameters
    ----------
    lookup
        Gives the number for an element, as text or as a float; ``None`` leaves the element as it is.
    letters
        As in :func:`plain_text`.

    Examples
    --------
    >>> formula = Binary(op="-", left=Element(quantity="RL"), right=Element(quantity="PE"))
    >>> substituted_text(formula, lambda element: {"RL": "12.5", "PE": -3.0}[element.quantity])
    '12.5 - (-3.0)'
    """
    return _Writer(letters or {}, lookup).text(node)


@record(frozen=True)
class _Writer:
    letters: Mapping[str, str]
    lookup: Lookup | None = None

    def text(self, node: Node, least: int = OR) -> str:
        text, level = self.parts(node)
        return text if level >= least else f"({text})"

    def parts(self, node: Node) -> tuple[str, int]:
        """Return the text of a node without brackets, and how tightly it holds together."""
        match node:
            case Binary():
                return self.binary(node)
            case Negative(operand=operand):
                return "-" + self.text(operand, SIGNED), SIGNED
            case Compare(op=op, left=left, right=right):
                return f"{self.text(left, SUM)} {op} {self.text(right, SUM)}", COMPARE
            case Logic(op=op, parts=parts):
                level = OR if op == "or" else AND
                return f" {op} ".join(self.text(part, level + 1) for part in parts), level
            case Not(operand=operand):
                return f"not {self.text(operand, NOT)}", NOT
            case Member(letter=letter, set=set_id, negated=negated):
                return f"{letter} {'not in' if negated else 'in'} {set_id}", COMPARE
            case Letter(letter=letter, offset=offset):
                return (f"{letter} {'+' if offset > 0 else '-'} {abs(offset)}", SUM) if offset else (letter, ATOM)
            case Element() if self.lookup is not None:
                return self.number(node, self.lookup(node))
        return self.atom(node), ATOM

    def number(self, node: Element, value: str | float | None) -> tuple[str, int]:
        if value is None:
            return self.atom(node), ATOM
        text = value if isinstance(value, str) else repr(float(value))
        return text, SUM if text.startswith("-") else ATOM

    def binary(self, node: Binary) -> tuple[str, int]:
        left, op, right = node.left, node.op, node.right
        if op == "^":  # a ratio would parse without brackets too, but 2 ^ 44/12 does not read so
            bracketed = [f"({self.text(side)})" if isinstance(side, Ratio) else "" for side in (left, right)]
            return f"{bracketed[0] or self.text(left, ATOM)} ^ {bracketed[1] or self.text(right, SIGNED)}", POWER
        level = SUM if op in ("+", "-") else PRODUCT
        return f"{self.text(left, level)} {op} {self.text(right, level + 1)}", level

    def atom(self, node: Node) -> str:
        match node:
            case Number(text=text, unit=unit) | Ratio(text=text, unit=unit):
                return text if unit is None else f"{text} {{{unit}}}"
            case Element(quantity=name, indices=indices) | MatrixRef(name=name, indices=indices) | Name(name=name, indices=indices):
                return f"{name}[{', '.join(map(self.index, indices))}]" if indices else name
            case Text(text=text):
                return _quoted(text)
            case Word(text=text):
                return text if re.fullmatch("[0-9]+", text) else _quoted(text)
            case Switch(id=id_):
                return id_
            case DateMark(name=name):
                return name
            case Supplied(quantity=name):
                return f"supplied({name})"
            case Excluded():
                return "excluded"
        return self.brace(node)

    def brace(self, node: Node) -> str:
        match node:
            case Diagonal(letter=letter, body=body):
                return f"diag({letter}, {self.text(body)})"
            case Identity(set=set_id):
                return f"identity({set_id})"
            case Transpose(operand=operand):
                return f"transpose({self.text(operand)})"
            case Call(name=name, arguments=arguments):
                return f"{name}({', '.join(map(self.text, arguments))})"
            case Reduce(kind="Count", binders=(binder,), body=Number()):
                return f"Count({self.binder(binder)})"
            case Points(numbers=numbers, values=values, at=at):
                return ", ".join(map(self.text, (numbers, values, at)))
            case Reduce(kind=kind, binders=binders, body=body):
                return f"{kind}({', '.join([*map(self.binder, binders), self.text(body)])})"
            case Cases(branches=branches, otherwise=otherwise):
                parts = [f"{self.text(condition)}: {self.text(value)}" for condition, value in branches]
                parts += [f"otherwise: {self.text(otherwise)}"] if otherwise is not None else []
                return f"cases({', '.join(parts)})"
        raise TypeError(f"no part of a formula: {node!r}")

    def index(self, index: Index) -> str:
        if isinstance(index, IndexGroup):
            return f"{next((x for x, s in self.letters.items() if s == index.group), index.group)}({index.letter})"
        if isinstance(index, IndexLetter):
            return index.letter + lag(index.offset)
        return index.label if index.mark or re.fullmatch("[0-9]+", index.label) else _quoted(index.label)

    def binder(self, binder: Binder) -> str:
        letter = binder.letter
        match binder.within:
            case All(set=set_id) if set_id and self.letters.get(letter) != set_id:
                return f"{letter} in {set_id}"
            case GroupOf(letter=name) | Name(name=name):
                return f"{letter} in {name}"
            case Window(within=cut) as window:
                return f"{letter} in {window_text(window)}" + (f" within {cut}" if cut else "")
        return letter


def window_text(window: Window) -> str:
    """Return the two ends of a window as written: ``y-4..y``."""
    return "..".join(end_text(end) for end in (window.first, window.last))


def end_text(end: IndexLabel | IndexLetter) -> str:
    """Return an end of a window as written: ``y-4``, ``start-1``."""
    return (end.label if isinstance(end, IndexLabel) else end.letter) + lag(end.offset)


def lag(offset: int) -> str:
    """Return an offset on an ordered axis as written behind its letter: ``-1``, or nothing for 0."""
    return f"{offset:+d}" if offset else ""


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


# -- conditions in words ---------------------------------------------------------------------------------------------

_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
_MARKS = {
    ("==", "start"): "start year", ("!=", "start"): "later years", (">", "start"): "later years", ("<=", "start"): "start year",
    ("==", "end"): "last year", ("!=", "end"): "years before the last", ("<", "end"): "years before the last",
    (">=", "end"): "last year",
}  # fmt: skip
_YEARS = {"==": "year {}", "!=": "years other than {}", "<": "years before {}", "<=": "years up to {}", ">": "years after {}",
          ">=": "years from {} on"}  # fmt: skip


def condition_text(node: Node, methodology: Methodology, letters: Mapping[str, str] | None = None) -> str:
    """Say a resolved condition in plain English.

    Parameters
    ----------
    node
        A condition, such as the ``when`` of an equation.
    letters
        What the letters run over, if not what the methodology declares.

    Returns
    -------
    str
        For instance ``option 1, start year`` or ``option 2 and fuel = direct``.
    """
    return _Words(methodology, letters_of(methodology) | dict(letters or {})).of(node)


@record(frozen=True)
class _Words:
    methodology: Methodology
    letters: Mapping[str, str]

    def of(self, node: Node, inner: bool = False) -> str:
        match node:
            case Logic(op=op, parts=parts):
                said = [self.of(part, True) for part in parts]
                last = ", " if op == "and" and self.is_year(parts[-1]) else f" {op} "
                text = (", ".join(said[:-1]) if op == "and" else " or ".join(said[:-1])) + last + said[-1]
                return f"({text})" if inner else text
            case Not(operand=Member() as member):
                return self.of(replace(member, negated=not member.negated))
            case Not(operand=Supplied(quantity=quantity)):
                return f"{quantity} not supplied"
            case Not(operand=operand):
                return "not " + (self.of(operand, True) if isinstance(operand, Logic) else f"({self.of(operand)})")
            case Supplied(quantity=quantity):
                return f"{quantity} supplied"
            case Member(letter=letter, set=set_id, negated=negated):
                return f"{letter} {'not in' if negated else 'in'} {set_id.replace('_', ' ')}"
            case Reduce(kind="All" | "Any" as kind, binders=binders, body=body):
                bound = ", ".join(_Writer(self.letters).binder(binder) for binder in binders)
                text = f"for {'every' if kind == 'All' else 'some'} {bound}: {self.of(body)}"
                return f"({text})" if inner else text
            case Compare():
                return self.compare(node)
        return plain_text(node, self.letters)

    def is_year(self, node: Node) -> bool:
        """Whether a condition is said as one phrase about years."""
        if not isinstance(node, Compare) or not isinstance(node.left, Letter) or node.left.offset:
            return False
        right, set_id = node.right, self.letters.get(node.left.letter, "")
        if isinstance(right, Letter):
            return not right.offset and (node.op, right.letter) in _MARKS
        return isinstance(right, Word) and set_id == self.methodology.year_set != ""

    def compare(self, node: Compare) -> str:
        left, right, op = node.left, node.right, node.op
        match left, right:
            case Switch(id=id_), Word(text=text):
                name = id_.replace("_", " ")
                between = " not " if op == "!=" else " " if text.isdecimal() else " = "
                return name + between + text
            case Letter(), Letter(letter=mark) if self.is_year(node):
                return _MARKS[op, mark]
            case Letter(), Word(text=text) if self.is_year(node):
                return _YEARS[op].format(text)
            case Letter(letter=letter), Word(text=text) if letter in self.letters and not left.offset:
                index_set = self.methodology.index_set[self.letters[letter]]
                return f"{letter} is {'not ' if op == '!=' else ''}{index_set.name_of(text)}"
        sides = [plain_text(side, self.letters) for side in (left, right)]
        return f"{sides[0]} {_SIGNS.get(op, op)} {sides[1]}"
