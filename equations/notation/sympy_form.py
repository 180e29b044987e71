"""Formulas as SymPy expressions: a projection for reading, comparing and differentiating; nothing is computed from it.

Symbols are built one by one, never from text, so that ``E``, ``I``, ``N``, ``S``, ``Q`` and ``beta`` are symbols like all others.
An index letter is an integer symbol: the place of a member in its set, counted from 1 to ``size_<set>``, or a calendar year
from ``start`` to ``end``. Numbers are exact and stand without their unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy

from equations.formula.functions import FUNCTIONS
from equations.formula.syntax import (
    All,
    Binary,
    Binder,
    Call,
    Cases,
    Compare,
    DateMark,
    Element,
    Excluded,
    GroupOf,
    Index,
    IndexGroup,
    IndexLetter,
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
    Switch,
    Window,
    Word,
    walk,
)
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.notation.matrix import free_letter, is_matrix, letters_in, lowered, matrix_sets
from equations.notation.plain import letters_of, plain_text
from equations.records import record

_RELATIONS = {"==": sympy.Eq, "!=": sympy.Ne, "<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge}


def to_sympy(
    node: Node, methodology: Methodology, letters: Mapping[str, str] | None = None, *, row: str = "r", column: str = "c"
) -> sympy.Expr:
    """Project a resolved formula or condition onto an unevaluated SymPy expression.

    Parameters
    ----------
    letters
        What the letters run over, if not what the methodology declares.
    row, column
        Letters for the element that is taken of a matrix formula (:func:`equations.notation.matrix.lowered`).

    Returns
    -------
    sympy.Expr
        A condition gives a SymPy condition. ``expr.doit()`` evaluates.

    Raises
    ------
    ValueError
        If a matrix formula has no elements that can be written out.
    """
    scope = letters_of(methodology) | dict(letters or {})
    return _Projection(methodology, scope).of(lowered(node, row, column, methodology))


def equation_sympy(equation: Equation, methodology: Methodology) -> sympy.Eq:
    """Project an equation, or the relation that is solved; matrices by the element in a row and a column of their own."""
    relation: Node = equation.formula
    if not equation.solver:
        relation = Compare(op="==", left=equation.defines, right=equation.formula)
    return to_sympy(_element_form(relation, methodology), methodology, letters_of(methodology, equation))


def derivative(equation: Equation, quantity: str | Element, methodology: Methodology) -> sympy.Expr:
    """Differentiate the formula of an equation with respect to one element.

    Parameters
    ----------
    quantity
        Id of the quantity, or an element of it with indices as they are written in the formula. Elements with other
        indices count as other cells, as do the quantities that depend on it.

    Returns
    -------
    sympy.Expr
        The derivative; a letter over which the formula sums stands in it under another name (``i`` as ``j``), for the one
        member that is varied. Zero if the formula does not hold the quantity.

    Raises
    ------
    ValueError
        If the formula holds several elements of the quantity and none is chosen, holds it below a ``Max``, ``Min`` or
        ``Product`` over members, or is a relation to be solved.

    Examples
    --------
    Of ``dCS[y] = Sum(i, A[i] * EF[i])`` with respect to ``A``: ``EF[j]``.
    """
    if equation.solver:
        raise ValueError(f"{equation.id} is a relation to be solved and has no formula to differentiate")
    formula = _element_form(equation.formula, methodology, equation)
    wanted = quantity if isinstance(quantity, str) else quantity.quantity
    found = {x for x in walk(formula) if isinstance(x, Element) and x.quantity == wanted}
    if isinstance(quantity, Element):
        found &= {quantity}
    if len(found) > 1:
        raise ValueError(f"{equation.id} holds {', '.join(sorted(map(plain_text, found)))}; say which is meant")
    if not found:
        return sympy.Integer(0)
    element = found.pop()
    reductions = [x for x in walk(formula) if isinstance(x, Reduce)]
    if any(x.kind != "Sum" and element in walk(x) for x in reductions):
        raise ValueError(f"{plain_text(element)} stands below a reduction that is not a sum")
    binders = [binder for x in reductions for binder in x.binders if binder.letter in letters_in(element)]
    used = letters_in(formula) | letters_in(equation.defines)
    fresh = {}
    for binder in binders:
        set_id = binder.within.set if isinstance(binder.within, All | GroupOf | Window) else methodology.year_set
        fresh[letter_symbol(binder.letter)] = letter_symbol(free_letter(set_id, used, methodology))
    projection = _Projection(methodology, letters_of(methodology, equation))
    return _evaluated(_derived(projection.of(formula), projection.of(element)).xreplace(fresh))


def symbol_of(quantity: Quantity) -> sympy.Symbol | sympy.IndexedBase:
    """Return the symbol that stands for a quantity: an ``IndexedBase`` if it has indices."""
    return sympy.IndexedBase(sympy.Symbol(quantity.id)) if quantity.indices else sympy.Symbol(quantity.id)


def letter_symbol(letter: str) -> sympy.Symbol:
    """Return the integer symbol of an index letter, of a member, or of ``start`` and ``end``."""
    return sympy.Symbol(letter, integer=True)


def size_symbol(set_id: str) -> sympy.Symbol:
    """Return the symbol for the number of members of an index set."""
    return sympy.Symbol(f"size_{set_id}", integer=True, nonnegative=True)


def _element_form(node: Node, methodology: Methodology, equation: Equation | None = None) -> Node:
    """Return a formula without matrices; rows and columns get letters that nothing else uses."""
    if not is_matrix(node):
        return node
    used = letters_in(node) | (letters_in(equation.defines) if equation else set())
    row, column = (free_letter(set_id, used, methodology) for set_id in matrix_sets(node, methodology))
    return lowered(node, row, column, methodology)


def _derived(expr: sympy.Expr, target: sympy.Expr) -> sympy.Expr:
    """Differentiate; below a sum that binds letters of the target, one member is meant and the sum falls away."""
    sums = [s for s in _outermost_sums(expr) if s.has(target)]
    stand_ins = {s: sympy.Dummy(real=True) for s in sums} | {target: sympy.Dummy(real=True)}
    outside = expr.xreplace(stand_ins)
    back = {dummy: term for term, dummy in stand_ins.items()}
    result = sympy.diff(outside, stand_ins[target])
    for term in sums:
        inner = _derived(term.function, target)
        rest = [limit for limit in term.limits if limit[0] not in target.free_symbols]
        result += sympy.diff(outside, stand_ins[term]) * (sympy.Sum(inner, *rest) if rest else inner)
    return result.xreplace(back)


def _outermost_sums(expr: sympy.Basic) -> list[sympy.Sum]:
    if isinstance(expr, sympy.Sum):
        return [expr]
    return list(dict.fromkeys(found for part in expr.args for found in _outermost_sums(part)))


def _evaluated(expr: sympy.Basic) -> sympy.Expr:
    """Rebuild an expression so that SymPy's own canonical form applies; sums are kept."""
    if isinstance(expr, sympy.Indexed | sympy.Symbol) or not expr.args:
        return expr
    return expr.func(*(_evaluated(part) for part in expr.args))


@record(frozen=True)
class _Projection:
    methodology: Methodology
    letters: Mapping[str, str]

    def of(self, node: Node) -> sympy.Expr:
        match node:
            case Number(text=text):
                number = Fraction(text)
                return sympy.Rational(number.numerator, number.denominator)
            case Ratio(over=over, under=under):
                return sympy.Rational(over, under)
            case Excluded():
                return sympy.Integer(0)
            case Element(quantity=id_, indices=indices):
                symbol = symbol_of(self.methodology.quantity[id_])
                return symbol[tuple(map(self.index, indices))] if indices else symbol
            case DateMark(name=name):
                return sympy.Symbol(name)
            case Negative(operand=operand):
                return sympy.Mul(-1, self.of(operand), evaluate=False)
            case Binary():
                return self.binary(node)
            case Call():
                return self.call(node)
            case Reduce():
                return self.reduction(node)
            case Cases():
                return self.cases(node)
            case Letter(letter=letter, offset=offset):
                return letter_symbol(letter) + offset
        return self.condition(node)

    def index(self, index: Index) -> sympy.Expr:
        if isinstance(index, IndexLetter):
            return letter_symbol(index.letter) + index.offset
        if isinstance(index, IndexGroup):
            return self.group(index.group, index.letter)
        return self.member(index.label) + index.offset

    def group(self, set_id: str, letter: str) -> sympy.Expr:
        return sympy.Function(set_id, integer=True)(letter_symbol(letter))

    def member(self, label: str) -> sympy.Expr:
        return sympy.Integer(int(label)) if label.isdecimal() else letter_symbol(label)

    def binary(self, node: Binary) -> sympy.Expr:
        left, right = self.of(node.left), self.of(node.right)
        match node.op:
            case "+":
                return sympy.Add(left, right, evaluate=False)
            case "-":
                return sympy.Add(left, -right if right.is_Number else sympy.Mul(-1, right, evaluate=False), evaluate=False)
            case "*":
                return sympy.Mul(left, right, evaluate=False)
            case "/":
                return sympy.Mul(left, sympy.Pow(right, -1, evaluate=False), evaluate=False)
            case "^":
                return sympy.Pow(left, right, evaluate=False)
        raise ValueError(f"{node.op} joins matrices, and {plain_text(node)} holds none that could be written out")

    def call(self, node: Call) -> sympy.Expr:
        arguments = [self.of(argument) for argument in node.arguments]
        written = FUNCTIONS[node.name].sympy
        return sympy.Function(node.name)(*arguments) if written is None else written(sympy, *arguments)

    # -- reductions and cases

    def reduction(self, node: Reduce) -> sympy.Expr:
        bound = {binder.letter: binder.within.set for binder in node.binders if isinstance(binder.within, All)}
        inner = _Projection(self.methodology, {**self.letters, **bound})
        body = sympy.Integer(0) if isinstance(node.body, Points) else inner.of(node.body)
        limits = [inner.limits(binder) for binder in node.binders]
        groups = [inner.in_group(x.letter, x.within) for x in node.binders if isinstance(x.within, GroupOf)]
        if node.kind in ("Sum", "Product"):
            if groups:
                body = sympy.Piecewise((body, sympy.And(*groups)), (sympy.Integer(node.kind == "Product"), True), evaluate=False)
            return (sympy.Sum if node.kind == "Sum" else sympy.Product)(body, *reversed(limits))
        name = {"Max": "maximum", "Min": "minimum", "All": "for_all", "Any": "for_some"}.get(node.kind, node.kind.lower())
        within = sympy.Tuple(*limits, *groups)
        if isinstance(node.body, Points):
            numbers, values = (sympy.Lambda(limits[0][0], inner.of(part)) for part in (node.body.numbers, node.body.values))
            return sympy.Function(name)(numbers, values, within, self.of(node.body.at))
        result = sympy.Function(name)(sympy.Lambda(tuple(limit[0] for limit in limits), body), within)
        return sympy.Eq(result, 1, evaluate=False) if node.kind in ("All", "Any") else result

    def limits(self, binder: Binder) -> sympy.Tuple:
        letter, within = letter_symbol(binder.letter), binder.within
        if isinstance(within, Window):
            ends = self.index(within.first), self.index(within.last)
            if within.within:
                least, most = self.ends_of(within.within)
                ends = sympy.Max(ends[0], least, evaluate=False), sympy.Min(ends[1], most, evaluate=False)
            return sympy.Tuple(letter, *ends)
        assert isinstance(within, All | GroupOf)
        return sympy.Tuple(letter, *self.ends_of(within.set))

    def ends_of(self, set_id: str) -> tuple[sympy.Expr, sympy.Expr]:
        """Return the first and the last value of a letter that goes over a set."""
        if set_id in self.methodology.index_set and self.methodology.index_set[set_id].kind == "year":
            return letter_symbol("start" if set_id == self.methodology.year_set else "first"), letter_symbol("end")
        return sympy.Integer(1), size_symbol(set_id)

    def in_group(self, letter: str, within: GroupOf) -> sympy.Basic:
        group, set_id = within.letter, self.letters.get(within.letter, within.letter)
        sets = self.methodology.index_set
        if set_id in sets and (within.set in sets[set_id].shares or set_id in sets[within.set].shares):  # it may be in two of them
            return sympy.Ne(sympy.Function("shared_days")(letter_symbol(letter), letter_symbol(group)), 0, evaluate=False)
        return sympy.Eq(self.group(self.letters.get(group, group), letter), letter_symbol(group), evaluate=False)

    def cases(self, node: Cases) -> sympy.Expr:
        match node:
            case Cases(
                branches=((Compare(op="==", left=Letter(letter=a, offset=0), right=Letter(letter=b, offset=0)), Number(text="1")),),
                otherwise=Number(text="0"),
            ):
                return sympy.KroneckerDelta(letter_symbol(a), letter_symbol(b))
        branches = [(self.of(value), self.of(condition)) for condition, value in node.branches]
        if node.otherwise is not None:
            branches.append((self.of(node.otherwise), sympy.true))
        return sympy.Piecewise(*branches, evaluate=False)

    # -- conditions

    def condition(self, node: Node) -> sympy.Basic:
        match node:
            case Logic(op=op, parts=parts):
                return (sympy.And if op == "and" else sympy.Or)(*map(self.of, parts), evaluate=False)
            case Not(operand=operand):
                return sympy.Not(self.of(operand), evaluate=False)
            case Member(letter=letter, set=set_id, negated=negated):
                inside = self.inside(letter, set_id)
                return sympy.Not(inside, evaluate=False) if negated else inside
            case Supplied(quantity=id_):
                return sympy.Symbol(f"supplied_{id_}")
            case Compare(op=op, left=Switch(id=id_), right=Word(text=text)):
                return _RELATIONS[op](sympy.Symbol(id_), sympy.Symbol(text), evaluate=False)
            case Compare(op=op, left=left, right=right):
                sides = [self.member(side.text) if isinstance(side, Word) else self.of(side) for side in (left, right)]
                if not any(side.free_symbols for side in sides):  # SymPy cannot handle one of constants that is not evaluated
                    return _RELATIONS[op](*(side.doit() for side in sides))
                return _RELATIONS[op](*sides, evaluate=False)
        raise TypeError(f"only a resolved formula has a projection: {node!r}")

    def inside(self, letter: str, set_id: str) -> sympy.Basic:
        members = self.methodology.index_set[set_id].members
        if not members or self.methodology.index_set[set_id].project != "fixed":
            return sympy.Eq(sympy.Function(f"in_{set_id}")(letter_symbol(letter)), 1, evaluate=False)
        return sympy.Or(*(sympy.Eq(letter_symbol(letter), self.member(m), evaluate=False) for m in members), evaluate=False)
