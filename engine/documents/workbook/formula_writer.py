"""Formulas of a methodology as formulas of a spreadsheet, one cell at a time.

Letters, choices and relations are settled when the workbook is written; numbers stay live. What reads a cell that is not there becomes
``NA()``, never zero. What has no formula in a spreadsheet stands as a number that is valid only while what it was found from is unchanged
(:mod:`engine.documents.workbook.fixed_numbers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as own_field
from itertools import accumulate

import numpy as np

from engine.documents.workbook.parts import Part, Parts
from engine.documents.workbook.piece import NOTHING, SUM, ZERO, Piece, joined, number_piece
from engine.documents.workbook.range_writer import RangeWriter
from engine.documents.workbook.spots import SheetSpot, Spots
from engine.plan.cells import ABSENT, NOT_APPLICABLE
from engine.run.arithmetic.comparisons import tied
from engine.run.arithmetic.whole_numbers import near_whole
from engine.run.calendar_calls import days_of_letter
from engine.run.cell_reads import Cell, CellReads
from engine.run.formula import FormulaEvaluator, Scope
from engine.run.functions import FUNCTIONS, REDUCTIONS
from engine.run.run import Run
from engine.run.sheet_text import END, START, compared, within_twelve_digits
from engine.run.single_terms import SingleTerms
from equations.formula.functions import FUNCTIONS as LANGUAGE
from equations.formula.rounding import without_step
from equations.formula.syntax import (
    Binary,
    Call,
    Cases,
    Compare,
    DateMark,
    Element,
    Excluded,
    Letter,
    Logic,
    Member,
    Negative,
    Node,
    Not,
    Number,
    Points,
    Ratio,
    Reduce,
    Supplied,
)

#: Terms, and characters, from which on the terms of a reduction get cells of their own.
MOST_TERMS, MOST_TEXT = 40, 1500
#: Characters that a formula may have, and brackets within brackets; Excel takes 8,192 and 64.
LONGEST, DEEPEST = 8000, 60
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_CONDITIONS = (Compare, Logic, Not, Member, Supplied)


class UnwritableError(Exception):
    """A formula that a spreadsheet cannot hold; the text says why."""


@dataclass
class Context:
    """What formulas are written into.

    Attributes
    ----------
    home
        The sheet of the cell whose formula is written.
    belongs_to
        What that cell is called.
    """

    run: Run
    spots: Spots
    parts: Parts
    home: str = ""
    belongs_to: str = ""
    blocks: dict[object, dict[tuple[int, int], SheetSpot]] = own_field(default_factory=dict)


class FormulaWriter:
    """Writes formulas of numbers and conditions; those of matrices are left to :mod:`engine.documents.workbook.matrix_writer`."""

    def __init__(self, context: Context) -> None:
        run = context.run
        self.context, self.run = context, run
        self.evaluator = FormulaEvaluator(run.methodology, run.setting, dict(run.values.arrays), exact=run.exact)
        self.cells = CellReads(self.evaluator)
        self.ranges = RangeWriter(self)

    # -- numbers

    def number(self, node: Node, scope: Scope) -> Piece:
        """Return what a formula is, where every letter stands for one member."""
        match node:
            case Number(text=text):
                return number_piece(float(text))
            case Ratio(over=over, under=under):
                return Piece(f"({over}/{under})")
            case Excluded():
                return ZERO
            case Element(quantity=quantity, indices=indices):
                return self.cell(quantity, self.cells.place(quantity, indices, scope))
            case DateMark(name=name):
                return Piece(f"({START if name == 'project_start' else END}-DATE(1970,1,1))")
            case Negative(operand=operand):
                return Piece(f"(-{self.number(operand, scope).atom})")
            case Binary(op=op, left=left, right=right):
                return joined(op, self.number(left, scope), self.number(right, scope))
            case Call():
                return self.call(node, scope)
            case Cases():
                return self.cases(node, scope)
            case Reduce(kind=kind) if kind not in ("All", "Any"):
                return self.reduced(node, scope)
        return self.as_number(self.condition(node, scope))

    def cell(self, quantity: str, place: Cell) -> Piece:
        """Return a number of the run as a formula names it; one that is not there is none."""
        spot = self.context.spots.of.get((quantity, place))
        return NOTHING if spot is None else Piece(self.context.spots.text(spot, self.context.home))

    def is_there(self, quantity: str, place: Cell) -> bool:
        """Whether a cell holds a number of the run."""
        states = self.run.values.states.get(quantity)
        return states is not None and int(states[place]) not in (ABSENT, NOT_APPLICABLE)

    def worth(self, node: Node, scope: Scope) -> float:
        """Return what a formula is worth in the run."""
        with np.errstate(all="ignore"):
            return float(np.ravel(self.evaluator.value(node, scope)[0])[0])

    def call(self, node: Call, scope: Scope) -> Piece:
        meaning, rule = FUNCTIONS[node.name], LANGUAGE[node.name]
        if meaning.sheet is None:
            raise UnwritableError(f"{node.name} has no formula in spreadsheet programs")
        if rule.rule == "calendar":
            letters = [letter for letter in node.arguments if isinstance(letter, Letter)]
            return Piece(meaning.sheet(*(days_of_letter(self.evaluator, letter, scope)[0] for letter in letters)))
        if rule.rounds and len(node.arguments) > 1:
            return self.number(without_step(node), scope)
        arguments = [self.number(argument, scope) for argument in node.arguments]
        if rule.rounds and self.counts_as_step(node, scope):
            arguments = [Piece(f"ROUND({arguments[0].text},6)")]
        return Piece(meaning.sheet(*(argument.atom for argument in arguments)))

    def counts_as_step(self, node: Call, scope: Scope) -> bool:
        """Whether only the last digits of a number decide how it is rounded, and the run took it as the step that it is near to."""
        meaning, value = FUNCTIONS[node.name], self.worth(node.arguments[0], scope)
        if not near_whole(np.array(value - meaning.jumps)):
            return False
        at_step = float(meaning.number(np.array(round(value - meaning.jumps) + meaning.jumps)))
        return at_step == self.worth(node, scope)

    # -- cases and conditions

    def cases(self, node: Cases, scope: Scope) -> Piece:
        assert node.otherwise is not None
        found: list[tuple[str, str]] = []
        last = node.otherwise
        for condition, value in node.branches:
            held = self.condition(condition, scope)
            if held is True:
                last = value
                break
            if held is not False:
                found.append((held, self.number(value, scope).text))
        text = self.number(last, scope)
        for condition_text, value_text in reversed(found):
            text = Piece(f"IF({condition_text},{value_text},{text.text})")
        return text

    def as_number(self, held: bool | str) -> Piece:
        """Return a condition as 1 or 0."""
        return number_piece(float(held)) if isinstance(held, bool) else Piece(f"IF({held},1,0)")

    def condition(self, node: Node, scope: Scope, *, undecided: bool = False) -> bool | str:
        """Return whether a condition holds, or its text where numbers decide.

        Parameters
        ----------
        undecided
            What a comparison counts as that has no number on one of its sides.
        """
        match node:
            case Logic(op=op, parts=parts):
                return self.logic(op, [self.condition(part, scope, undecided=undecided) for part in parts])
            case Not(operand=operand):
                held = self.condition(operand, scope, undecided=not undecided)
                return not held if isinstance(held, bool) else f"NOT({held})"
            case Compare(left=left) if hasattr(left, "indices") or not _is_settled(node):
                return self.comparison(node, scope, undecided=undecided)
            case Reduce(kind=kind):
                return self.quantified(kind, node, scope, undecided=undecided)
        return bool(np.all(self.evaluator.condition(node, scope)[0]))

    def comparison(self, node: Compare, scope: Scope, *, undecided: bool) -> bool | str:
        """Compare numbers; where a divisor is zero or a cell is not there, nothing is decided."""
        sides = [self.number(side, scope) for side in (node.left, node.right)]
        if NOTHING in sides:
            return undecided
        write = within_twelve_digits if self.is_tied(node, scope) else compared
        text = write(node.op, sides[0].atom, sides[1].atom)
        divisors = [
            self.number(part.right, scope).atom for side in (node.left, node.right) for part in _outside_cases(side) if part.op == "/"
            and not isinstance(part.right, Number | Ratio)
        ]  # fmt: skip
        if not divisors:
            return text
        return f"IF(OR({','.join(f'{one}=0' for one in dict.fromkeys(divisors))}),{str(undecided).upper()},{text})"

    def is_tied(self, node: Compare, scope: Scope) -> bool:
        """Whether two numbers of the run count as equal and are not the same float, which a spreadsheet program may tell apart."""
        if any(isinstance(side, Number) and float(side.text) == 0 for side in (node.left, node.right)):
            return False  # nothing is tied with zero
        a, b = (np.asarray(self.evaluator.value(side, scope)[0], float) for side in (node.left, node.right))
        return bool(np.any(tied(a, b) & (a != b)))

    def logic(self, op: str, parts: Sequence[bool | str]) -> bool | str:
        """Join conditions; what is decided already goes away."""
        decisive = op == "or"
        if any(part is decisive for part in parts):
            return decisive
        texts = [part for part in parts if isinstance(part, str)]
        if len(texts) < 2:
            return texts[0] if texts else not decisive
        return f"{op.upper()}({','.join(texts)})"

    def quantified(self, kind: str, node: Reduce, scope: Scope, *, undecided: bool) -> bool | str:
        """Return ``All`` or ``Any`` of conditions."""
        terms = self.terms(node, scope, condition=True)
        joint = self.logic("or" if kind == "Any" else "and", [self.condition(node.body, one, undecided=undecided) for one in terms])
        if isinstance(joint, bool) or (len(joint) < MOST_TEXT and len(terms) <= MOST_TERMS):
            return joint
        with self.among_parts():
            held = [(one, self.condition(node.body, one, undecided=undecided)) for one in terms]
        spots = [
            self.part(self.as_number(text).text, float(np.all(self.evaluator.condition(node.body, one)[0])), one) for one, text in held
        ]
        counted = f"SUM({self.context.spots.range_text(spots, self.context.home)})"
        return f"{counted}>0" if kind == "Any" else f"{counted}={len(spots)}"

    # -- reductions

    def terms(self, node: Reduce, scope: Scope, *, condition: bool = False) -> list[Scope]:
        """Return the letters of each term that takes part, in the order in which terms are added."""
        parts = (node.body.numbers, node.body.values) if isinstance(node.body, Points) else (node.body,)
        ask = self.evaluator.decided if condition else self.evaluator.value
        with np.errstate(all="ignore"):
            return SingleTerms.bound(self.evaluator, node.binders, scope).taking_part(self.evaluator, ask, parts)

    def reduced(self, node: Reduce, scope: Scope) -> Piece:
        """Return a reduction over members."""
        if node.kind == "Count":
            return self.count(node, scope)
        if isinstance(node.body, Points):
            return self.table(node, node.body, scope)
        terms = self.terms(node, scope, condition=isinstance(node.body, _CONDITIONS))
        if not terms:
            if node.kind not in ("Sum", "Product"):
                raise UnwritableError(f"{node.kind} of no members")
            return number_piece(REDUCTIONS[node.kind].neutral)
        if node.kind == "Sum":
            return self.sum(node.body, terms)
        texts = self.ranges.plain(node.body, terms) or ",".join(self.listed(node.body, terms)) or self.own_cells(node.body, terms)
        return self.of_all(node.kind, texts, len(terms))

    def of_all(self, kind: str, texts: str, count: int) -> Piece:
        """Return a reduction other than a sum of what stands in a text of arguments."""
        if kind == "Mean":
            return Piece(f"AVERAGE({texts})")
        if kind == "StdDev":
            return Piece(f"STDEV({texts})")
        if kind == "StdErr":
            return Piece(f"(STDEV({texts})/SQRT({count}))")
        return Piece(f"{REDUCTIONS[kind].sheet}({texts})")

    def sum(self, body: Node, terms: list[Scope]) -> Piece:
        if len(terms) == 1:
            return self.number(body, terms[0])
        if plain := self.ranges.plain(body, terms):
            return Piece(f"SUM({plain})")
        if product := self.ranges.along(body, terms):
            return Piece(f"SUMPRODUCT({product})")
        texts = self.listed(body, terms)
        return Piece("+".join(texts), SUM) if texts else Piece(f"SUM({self.own_cells(body, terms)})")

    def listed(self, body: Node, terms: list[Scope]) -> list[str]:
        """Return the terms, as they can stand beside a plus or a comma; none where they are too many or too long for one formula."""
        if len(terms) > MOST_TERMS:
            return []
        pieces = [self.number(body, one) for one in terms]
        texts = [piece.text if piece.binds > SUM else piece.atom for piece in pieces]
        return texts if sum(map(len, texts)) <= MOST_TEXT else []

    def own_cells(self, body: Node, terms: list[Scope]) -> str:
        """Give each term a cell of its own; return their range."""
        with self.among_parts():
            texts = [self.number(body, one).text for one in terms]  # before the first row: terms may need cells of their own
        spots = [self.part(text, self.worth(body, one), one) for text, one in zip(texts, terms, strict=True)]
        return self.context.spots.range_text(spots, self.context.home)

    @contextmanager
    def among_parts(self) -> Iterator[None]:
        """Write what stands on the sheet of parts: addresses are seen from there."""
        before, self.context.home = self.context.home, self.context.parts.sheet
        try:
            yield
        finally:
            self.context.home = before

    def part(self, text: str, value: float, scope: Scope | None = None) -> SheetSpot:
        """Give a part of the formula a cell of its own."""
        return self.context.parts.add(Part(self.context.belongs_to, self.letters_text(scope), self.checked(text), value))

    def letters_text(self, scope: Scope | None) -> str:
        """Return letters with the members for which they stand."""
        if scope is None:
            return ""
        return ", ".join(f"{letter} = {self.evaluator.labels(letter, scope)[0]}" for letter in scope.letters if not letter.startswith("#"))

    def checked(self, text: str) -> str:
        """Return the text of a formula that spreadsheet programs take."""
        if len(text) > LONGEST:
            raise UnwritableError(f"the formula would have {len(text)} characters, and spreadsheet programs take {LONGEST}")
        deep = _depth(text)
        if deep > DEEPEST:
            raise UnwritableError(f"the formula would have {deep} brackets within each other, and spreadsheet programs take {DEEPEST}")
        return text

    def count(self, node: Reduce, scope: Scope) -> Piece:
        if isinstance(node.body, Number):
            return number_piece(float(len(self.terms(node, scope))))
        held = [self.condition(node.body, one) for one in self.terms(node, scope, condition=True)]
        sure, texts = sum(one is True for one in held), [one for one in held if isinstance(one, str)]
        pieces = [*([str(sure)] if sure or not texts else []), *(f"IF({text},1,0)" for text in texts)]
        return Piece("+".join(pieces), SUM)

    def table(self, node: Reduce, points: Points, scope: Scope) -> Piece:
        """Return what a table by number gives: of the class of a number, or between two points."""
        terms = self.terms(node, scope)
        numbers, values = (self.ranges.plain(part, terms) or self.own_cells(part, terms) for part in (points.numbers, points.values))
        at = self.number(points.at, scope).atom
        found = f"MATCH({at},{numbers},1)"
        if node.kind == "Lookup":
            return Piece(f"INDEX({values},{found})")
        at_most = f"MIN({found},{len(terms) - 1})"
        low, high = (f"INDEX({{}},{at_most}{more})" for more in ("", "+1"))
        (x0, x1), (y0, y1) = ((low.format(side), high.format(side)) for side in (numbers, values))
        return Piece(f"IF({at}>MAX({numbers}),NA(),{y0}+({at}-{x0})*({y1}-{y0})/({x1}-{x0}))")


def _depth(text: str) -> int:
    """Return how many brackets of a formula stand within each other; names of sheets, and texts, have none."""
    plain = _QUOTED.sub("", text)
    return max(accumulate((char == "(") - (char == ")") for char in plain))


def _is_settled(node: Compare) -> bool:
    """Whether a comparison is between letters, or of a choice: no number decides it."""
    return isinstance(node.left, Letter) or type(node.left).__name__ == "Switch"


def _outside_cases(node: Node) -> list[Binary]:
    """Return the operations of a formula that are always carried out for its own letters."""
    if isinstance(node, Binary):
        return [node, *_outside_cases(node.left), *_outside_cases(node.right)]
    if isinstance(node, Negative):
        return _outside_cases(node.operand)
    return [part for argument in node.arguments for part in _outside_cases(argument)] if isinstance(node, Call) else []
