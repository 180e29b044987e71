"""Small faults in a formula, one at a time: what a slip of the pen, a wrong copy or a misread subscript does to an equation.

Each fault is the whole formula with one thing wrong. Whether anybody would notice is the question of :mod:`engine.mutation.mutate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from engine.run.functions import FUNCTIONS
from equations.formula.functions import FUNCTIONS as LANGUAGE
from equations.formula.operands import PRODUCT, SUM, is_matrix, name_of, parts_of, product_of, total_of
from equations.formula.syntax import (
    All,
    Binary,
    Binder,
    Call,
    Cases,
    Compare,
    Diagonal,
    Element,
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
    Negative,
    Node,
    Not,
    Number,
    Points,
    Ratio,
    Reduce,
    Span,
    Switch,
    Transpose,
    Window,
    Word,
    rebuild,
)
from equations.meaning.exact_ratios import expected_of
from equations.model.index_set import CALENDAR
from equations.model.methodology import Methodology
from equations.notation.plain import end_text
from equations.units.registry import parse_unit

#: Kinds of small fault in an equation, with what each does.
OPERATORS: dict[str, str] = {
    "factor dropped": "one factor of a product, or a divisor, is left out",
    "factor doubled": "one factor counts twice",
    "factor inverted": "multiplied for divided, or divided for multiplied",
    "threefold power": "one factor to the power of three, or an exponent three times as large",
    "term dropped": "one term of a sum or difference is left out",
    "sign": "plus for minus, or minus for plus",
    "constant": "a declared ratio upside down, exchanged for another one, or as a rounded decimal",
    "conversion": "a number that converts within one dimension 10, 100 or 1000 times too large, or upside down",
    "molar ratio": "a ratio between substances upside down, or with one atom for several",
    "number": "a written number one larger, or its unit left out",
    "symbol": "another symbol of the same index shape",
    "index": "another letter or label in the place of an index, or another set to sum over",
    "lag": "one year, or one member of another ordered axis, earlier or later",
    "transposition": "rows for columns, or another product of matrices",
    "min for max": "another function or reduction of the same kind, or none",
    "condition": "a case decided the other way round, at its edge, or left out",
    "case": "the equation holds under another choice or year",
}  # fmt: skip
_OTHER_REDUCTION = {"Sum": "Max", "Product": "Sum", "Max": "Min", "Min": "Max", "All": "Any", "Any": "All", "Mean": "Sum", "StdDev": "StdErr",
                    "StdErr": "StdDev", "Interpolate": "Lookup", "Lookup": "Interpolate"}  # fmt: skip
_OPPOSITE = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "!=", "!=": "=="}
_EDGE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


@dataclass(frozen=True, slots=True)
class Fault:
    """A formula with one thing wrong.

    Attributes
    ----------
    operator
        One of :data:`OPERATORS`.
    what
        What is wrong, in a few words.
    formula
        The whole formula.
    span
        Where in the text of the right formula it is.
    """

    operator: str
    what: str
    formula: Node
    span: Span


def formula_faults(formula: Node, letters: Mapping[str, str], methodology: Methodology) -> Iterator[Fault]:
    """Yield every small fault of a resolved formula.

    Parameters
    ----------
    letters
        Letter -> index set, for the letters of the left side.
    """
    yield from _Faults(formula, methodology).of(formula, dict(letters))
    if not isinstance(formula, Compare):
        yield Fault("sign", "the whole formula with the other sign", Negative(formula), formula.span)


def condition_faults(condition: Node, methodology: Methodology) -> Iterator[Fault]:
    """Yield every small fault of the condition under which an equation holds."""
    faults = _Faults(condition, methodology)
    for fault in faults.of(condition, {}):
        yield replace(fault, operator="case")


@dataclass(frozen=True)
class _Faults:
    whole: Node
    methodology: Methodology

    def put(self, operator: str, what: str, old: Node, new: Node) -> Fault:
        return Fault(operator, what, rebuild(self.whole, {id(old): new}), old.span)

    def of(self, node: Node, letters: dict[str, str], *, factor: bool = False) -> Iterator[Fault]:
        """Yield the faults of a node and of everything below it; ``factor``: it is one of a product, which has yielded its own."""
        if isinstance(node, Binary) and node.op in PRODUCT:
            parts = parts_of(node, PRODUCT)
            yield from self.factors(node, parts)
            yield from self.products(node, parts)
            for _, part in parts:
                yield from self.of(part, letters, factor=True)
        elif isinstance(node, Binary) and node.op in SUM:
            parts = parts_of(node, SUM)
            yield from self.terms(node, parts)
            for _, part in parts:
                yield from self.of(part, letters)
        else:
            if isinstance(node, Element | MatrixRef | Reduce | Call | Diagonal | Identity | Transpose | Cases) and not factor:
                yield from self.factors(node, [("*", node)])
            yield from self.single(node, letters)

    # -- products and sums

    def factors(self, node: Node, parts: list[tuple[str, Node]]) -> Iterator[Fault]:
        for at, (op, factor) in enumerate(parts):
            name = name_of(factor)
            if others := [*parts[:at], *parts[at + 1 :]]:
                yield self.put("factor dropped", f"{name} left out", node, product_of(others))
            matrix = is_matrix(factor)
            if not isinstance(factor, Number):
                twice = Binary(".*" if matrix else "*", factor, factor)
                yield self.put("factor doubled", f"{name} twice", node, product_of([*parts[:at], (op, twice), *parts[at + 1 :]]))
                cubed = [*parts[:at], (op, Binary("^", factor, Number("3"))), *parts[at + 1 :]]
                yield self.put("threefold power", f"{name} to the power of 3", node, product_of(cubed))
            if not matrix and op in ("*", "/"):
                inverted = [*parts[:at], ("/" if op == "*" else "*", factor), *parts[at + 1 :]]
                yield self.put("factor inverted", f"{name} {'divides' if op == '*' else 'multiplies'}", node, product_of(inverted))

    def products(self, node: Node, parts: list[tuple[str, Node]]) -> Iterator[Fault]:
        for at, (op, factor) in enumerate(parts):
            other = {".*": "@", "@": ".*"}.get(op)
            if at and other:
                changed = [*parts[:at], (other, factor), *parts[at + 1 :]]
                yield self.put("transposition", f"{other} for {op}", node, product_of(changed))
                before = parts[at - 1][1]
                swapped = [*parts[: at - 1], (parts[at - 1][0], factor), (op, before), *parts[at + 1 :]]
                yield self.put("transposition", f"{name_of(factor)} {op} {name_of(before)}", node, product_of(swapped))

    def terms(self, node: Node, parts: list[tuple[str, Node]]) -> Iterator[Fault]:
        for at, (op, term) in enumerate(parts):
            yield self.put("term dropped", f"{name_of(term)} left out", node, total_of([*parts[:at], *parts[at + 1 :]]))
            other = "-" if op == "+" else "+"
            yield self.put("sign", f"{other} {name_of(term)}", node, total_of([*parts[:at], (other, term), *parts[at + 1 :]]))

    # -- everything else

    def single(self, node: Node, letters: dict[str, str]) -> Iterator[Fault]:
        match node:
            case Number() | Ratio():
                yield from self.number(node) if isinstance(node, Number) else self.ratio(node)
                yield from self.conversion(node)
            case Element() | MatrixRef():
                yield from self.symbol(node)
                yield from self.places(node, letters)
            case Negative(operand=operand):
                yield self.put("sign", "the sign left out", node, operand)
                yield from self.of(operand, letters)
            case Binary(op="^", left=left, right=right):
                yield self.put("threefold power", "three times the exponent", right, Binary("*", Number("3"), right))
                yield from self.of(left, letters)
                yield from self.of(right, letters)
            case Call():
                yield from self.call(node, letters)
            case Transpose(operand=operand):
                yield self.put("transposition", "transpose left out", node, operand)
                yield from self.of(operand, letters)
            case Diagonal(letter=letter, set=set_id, body=body):
                yield from self.of(body, {**letters, letter: set_id})
            case Reduce():
                yield from self.reduction(node, letters)
            case Cases():
                yield from self.cases(node, letters)
            case _:
                yield from self.condition(node, letters)

    def number(self, node: Number) -> Iterator[Fault]:
        if node.text.isdigit():
            text = str(int(node.text) + 1)
            yield self.put("number", f"{text} for {node.text}", node, replace(node, text=text))
        if node.unit is not None:
            yield self.put("number", f"{node.text} without its unit", node, replace(node, unit=None))

    def ratio(self, node: Ratio) -> Iterator[Fault]:
        upside_down = replace(node, over=node.under, under=node.over)
        yield self.put("constant", f"{upside_down.text} for {node.text}", node, upside_down)
        decimal = f"{node.over / node.under:.2f}"
        yield self.put("constant", f"{decimal} for {node.text}", node, Number(decimal))
        for constant in self.methodology.constants:
            over, _, under = constant.written.partition("/")
            if constant.written != node.text and under.isdigit():
                yield self.put("constant", f"{constant.written} for {node.text}", node, Ratio(int(over), int(under)))

    def conversion(self, node: Number | Ratio) -> Iterator[Fault]:
        """Alter a number that converts and keep its unit, so that dimensions cannot tell."""
        constant = self.methodology.constant.get(node.text)
        text = node.unit or (str(constant.unit) if constant is not None else "")
        substances = self.methodology.own_unit_words
        for expected in expected_of(parse_unit(text, None, substances), self.methodology.molecules):
            right = Fraction(node.text) if isinstance(node, Number) else Fraction(node.over, node.under)
            factors = () if expected.molar else (10, 100, 1000)
            slips = [1 / right, *(right * factor for factor in factors)] if right else []
            slips += [value for value, _ in expected.slips[1:] if value not in slips]
            for value in slips:
                wrong = _ratio_like(node, value, text)
                shown = f"{wrong.text} for {node.text} {{{text}}}"
                yield self.put("molar ratio" if expected.molar else "conversion", shown, node, wrong)

    def symbol(self, node: Element | MatrixRef) -> Iterator[Fault]:
        """Exchange a symbol for each other number with the same index sets."""
        quantities = self.methodology.quantities
        own = self.methodology.quantity[node.quantity]
        for other in quantities:
            if other.id == own.id or other.indices != own.indices or other.type != own.type:
                continue
            if isinstance(node, Element):
                yield self.put("symbol", f"{other.id} for {own.id}", node, replace(node, quantity=other.id))
            elif name := other.diagonal_matrix if node.diagonal else other.matrix:
                yield self.put("symbol", f"{name} for {node.name}", node, replace(node, name=name, quantity=other.id))

    # -- indices

    def places(self, node: Element | MatrixRef, letters: dict[str, str]) -> Iterator[Fault]:
        quantity = self.methodology.quantity[node.quantity]
        skipped = node.whole
        if isinstance(node, MatrixRef) and not node.diagonal:
            yield self.put("transposition", f"{node.name} with rows for columns", node, Transpose(node))
        for at, (index, axis) in enumerate(zip(node.indices, quantity.indices[skipped:], strict=True)):
            for operator, what, new in self.other_indices(index, axis, letters):
                indices = (*node.indices[:at], new, *node.indices[at + 1 :])
                yield self.put(operator, f"{name_of(node)}: {what}", node, replace(node, indices=indices))
        for one in range(len(node.indices)):
            for two in range(one + 1, len(node.indices)):
                axes = quantity.indices[skipped + one], quantity.indices[skipped + two]
                if self.methodology.base_set(axes[0]) == self.methodology.base_set(axes[1]):
                    exchanged = list(node.indices)
                    exchanged[one], exchanged[two] = exchanged[two], exchanged[one]
                    yield self.put("transposition", f"{name_of(node)} with its indices exchanged", node,
                                   replace(node, indices=tuple(exchanged)))  # fmt: skip

    def other_indices(self, index: Index, axis: str, letters: dict[str, str]) -> Iterator[tuple[str, str, Index]]:
        sets = self.methodology.index_set
        if isinstance(index, IndexLabel):
            for member in sets[axis].members:
                if member != index.label:
                    yield "index", f'"{member}" for "{index.label}"', replace(index, label=member, mark=False)
            return
        unbound = [x for s in (axis, self.methodology.base_set(axis)) for x in sets[s].letters if x not in letters]
        for letter in (*letters, *dict.fromkeys(unbound)):
            if letter != index.letter:
                yield "index", f"{letter} for {index.letter}", replace(index, letter=letter)
        if isinstance(index, IndexLetter) and sets[axis].ordered:
            for step in (-1, 1):
                offset = index.offset + step
                shown = f"{index.letter}{offset:+d}" if offset else index.letter
                yield "lag", shown, replace(index, offset=offset)
        if isinstance(index, IndexGroup):
            yield "index", f"{index.letter} for its group", IndexLetter(index.letter)

    # -- calls, reductions, cases

    def call(self, node: Call, letters: dict[str, str]) -> Iterator[Fault]:
        for other in FUNCTIONS[node.name].mistaken:
            yield self.put("min for max", f"{other} for {node.name}", node, replace(node, name=other))
        if node.name == "pos":
            yield self.put("min for max", "the negative part", node, Call("min", (node.arguments[0], Number("0"))))
        rounds = LANGUAGE[node.name].rounds != ""
        if (rounds or len(node.arguments) == 1) and LANGUAGE[node.name].rule in ("same", "plain", "root"):
            yield self.put("min for max", f"{node.name} left out", node, node.arguments[0])
        written = node.arguments[-1]
        if rounds and isinstance(written, Number) and len(node.arguments) > 1:
            yield self.put("number", "ten times the step", written, replace(written, text=str(Decimal(written.text) * 10)))
        for argument in node.arguments:
            if isinstance(argument, Letter) and self.methodology.index_set[letters[argument.letter]].kind in CALENDAR:
                for step in (-1, 1):
                    yield self.put("lag", f"{node.name}({argument.letter}{step:+d})", argument,
                                   replace(argument, offset=argument.offset + step))  # fmt: skip
            elif not isinstance(argument, Letter):
                yield from self.of(argument, letters)

    def reduction(self, node: Reduce, letters: dict[str, str]) -> Iterator[Fault]:
        if other := _OTHER_REDUCTION.get(node.kind, ""):
            yield self.put("min for max", f"{other} for {node.kind}", node, replace(node, kind=other))
        inner = dict(letters)
        for at, binder in enumerate(node.binders):
            inner[binder.letter] = self.set_of(binder)
            for what, new in self.other_ranges(binder):
                binders = (*node.binders[:at], new, *node.binders[at + 1 :])
                operator = "lag" if isinstance(binder.within, Window) else "index"
                yield self.put(operator, what, node, replace(node, binders=binders))
        if isinstance(node.body, Points):
            yield from self.of(node.body.numbers, inner)
            yield from self.of(node.body.values, inner)
            yield from self.of(node.body.at, letters)
        elif not (node.kind == "Count" and isinstance(node.body, Number)):
            yield from self.of(node.body, inner)

    def set_of(self, binder: Binder) -> str:
        """Return the set over which a bound letter runs."""
        assert isinstance(binder.within, All | GroupOf | Window)
        return binder.within.set

    def other_ranges(self, binder: Binder) -> Iterator[tuple[str, Binder]]:
        within = binder.within
        if isinstance(within, Window):
            for step in (-1, 1):
                for what, end in (("ends", within.last), ("begins", within.first)):
                    if isinstance(end, IndexLetter) or end.offset:
                        moved = replace(end, offset=end.offset + step)
                        new = replace(within, last=moved) if what == "ends" else replace(within, first=moved)
                        yield f"the sum {what} at {end_text(moved)}", replace(binder, within=new)
        elif isinstance(within, All):
            own = within.set
            for index_set in self.methodology.index_sets:
                related = self.methodology.is_within(index_set.id, own) or self.methodology.is_within(own, index_set.id)
                if index_set.id != own and related:
                    yield f"over {index_set.id} instead of {own}", replace(binder, within=All(index_set.id))
        elif isinstance(within, GroupOf):
            yield f"over all of {within.set} instead of one group", replace(binder, within=All(within.set))

    def cases(self, node: Cases, letters: dict[str, str]) -> Iterator[Fault]:
        for at, (condition, value) in enumerate(node.branches):
            rest = (*node.branches[:at], *node.branches[at + 1 :])
            if rest or node.otherwise is not None:
                without = replace(node, branches=rest) if rest else node.otherwise
                assert without is not None
                yield self.put("condition", f"case {at + 1} left out", node, without)
            if node.otherwise is not None:
                exchanged = (*node.branches[:at], (condition, node.otherwise), *node.branches[at + 1 :])
                yield self.put("condition", f"case {at + 1} and otherwise exchanged", node,
                               replace(node, branches=exchanged, otherwise=value))  # fmt: skip
            yield from self.of(condition, letters)
            yield from self.of(value, letters)
        if node.otherwise is not None:
            yield from self.of(node.otherwise, letters)

    # -- conditions

    def condition(self, node: Node, letters: dict[str, str]) -> Iterator[Fault]:
        match node:
            case Compare(left=Switch(id=id_), right=Word(text=text)):
                for value in [value.id for value in self.methodology.choice[id_].values]:
                    if value != text:
                        yield self.put("condition", f"{id_} {value} for {text}", node, replace(node, right=Word(value)))
                yield self.put("condition", f"{_OPPOSITE[node.op]} for {node.op}", node, replace(node, op=_OPPOSITE[node.op]))
            case Compare(op=op, left=left, right=right):
                for other in (_OPPOSITE[op], *([_EDGE[op]] if op in _EDGE else [])):
                    yield self.put("condition", f"{other} for {op}", node, replace(node, op=other))
                for side in (left, right):
                    if not isinstance(side, Letter | Word | Switch):
                        yield from self.of(side, letters)
            case Logic(op=op, parts=parts):
                other = "or" if op == "and" else "and"
                yield self.put("condition", f"{other} for {op}", node, replace(node, op=other))
                for part in parts:
                    yield from self.of(part, letters)
            case Not(operand=operand):
                yield self.put("condition", "not left out", node, operand)
                yield from self.of(operand, letters)
            case Member():
                yield from self.membership(node, letters)

    def membership(self, node: Member, letters: dict[str, str]) -> Iterator[Fault]:
        what = "in for not in" if node.negated else "not in for in"
        yield self.put("condition", what, node, replace(node, negated=not node.negated))
        for letter, set_id in letters.items():
            if letter != node.letter and self.methodology.base_set(set_id) == self.methodology.base_set(node.set):
                yield self.put("index", f"{letter} in {node.set}", node, replace(node, letter=letter))



def _ratio_like(node: Number | Ratio, value: Fraction, unit: str) -> Ratio:
    """Return a value as a ratio; over or under a number of the ratio in whose place it stands, where that goes."""
    if isinstance(node, Ratio) and value == Fraction(node.under, node.over):
        return Ratio(node.under, node.over, unit)
    times = 1
    if isinstance(node, Ratio):
        whole, part = (node.over, value.numerator) if value > 1 else (node.under, value.denominator)
        times = whole // part if whole % part == 0 else 1
    return Ratio(value.numerator * times, value.denominator * times, unit)
