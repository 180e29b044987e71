"""What a changed equation means: two formulas are algebraically the same, the same under a condition, or different, and in what.

Nothing is sampled: both formulas are projected onto SymPy and brought to a normal form (:mod:`engine.comparison.algebra`). A condition
is found by substituting one element for another and proven by the difference being zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import sympy

from engine.comparison.algebra import Normaliser, elements, expression_text, is_zero, quotient
from equations.formula.syntax import Binder, Element, IndexLetter, walk
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.notation.matrix import free_letter, is_matrix, letters_in, matrix_sets
from equations.notation.plain import letters_of
from equations.notation.sympy_form import letter_symbol, to_sympy
from equations.units.unit import Unit

SAME, CONDITIONAL, DIFFERENT = "same", "conditional", "different"
_MOST_PAIRS = 60
_MOST_SHOWN = 160
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that one formula says and the other does not; expressions as they would stand in a spec.

    Attributes
    ----------
    kind
        ``factor`` or ``term``, or ``multiple`` where ``new`` is the number by which the one is the other.
    old, new
        What is dropped and what is added; both where the one stands in place of the other.
    within
        The term in which a factor stands, where there are several.
    """

    kind: str
    old: str = ""
    new: str = ""
    within: str = ""

    def __str__(self) -> str:
        """Return it in words."""
        if self.kind == "multiple":
            said = f"multiplied by {self.new}"
        elif self.old and self.new:
            said = f"{self.kind} {self.old} replaced by {self.new}"
        else:
            said = f"{self.kind} {self.new} added" if self.new else f"{self.kind} {self.old} dropped"
        return said + (f" in the term {self.within}" if self.within else "")


@dataclass(frozen=True, slots=True)
class Meaning:
    """How two formulas relate.

    Attributes
    ----------
    relation
        ``same``, ``conditional`` (equal under ``condition``) or ``different``.
    condition
        As it would stand in a spec: ``d[y] == d_0[y]``; several are joined by ``and``.
    difference
        What was added or dropped, in words; empty where nothing simple can be said.
    changes
        The same one by one.
    """

    relation: str
    condition: str = ""
    difference: str = ""
    changes: tuple[Change, ...] = ()


def compare_formulas(
    before: Equation, a: Methodology, after: Equation, b: Methodology, renamed: Mapping[str, str] | None = None
) -> Meaning:
    """Compare the formulas of two equations that define the same quantity.

    Parameters
    ----------
    before, after
        The equation in ``a`` and in ``b``.
    renamed
        Quantities of ``b`` that have another name in ``a``: new -> old.
    """
    row, column = _row_and_column(before, a, after)
    try:
        left = _projected(before, a, row, column, {})
        right = _projected(after, b, row, column, renamed or {})
    except (ValueError, TypeError):
        same = before.formula == after.formula
        return Meaning(SAME if same else DIFFERENT, difference="" if same else "a relation that is solved, or a matrix power")
    # A[i, y] and A[k, y] define the same: letters of the left side are names only.
    right = right.xreplace(_head_letters(before, after))
    free = {str(s) for expr in (left, right) for s in expr.free_symbols} | {row, column}
    bound = {node.letter for e in (before, after) for node in walk(e.formula) if isinstance(node, Binder)}
    head = {index.letter for index in before.defines.indices if isinstance(index, IndexLetter)}
    rows = frozenset({row, column}) if is_matrix(before.formula) or is_matrix(after.formula) else frozenset()
    form = Normaliser(_letter_names(a, b), frozenset((free - bound) | head), rows)
    return _Comparison(form, form.of(left), form.of(right), a, b, renamed or {}).meaning()


def _row_and_column(before: Equation, a: Methodology, after: Equation) -> tuple[str, str]:
    """Return letters for the element that is taken of a matrix; nothing else in the two equations uses them."""
    used = letters_in(before.formula) | letters_in(after.formula) | letters_in(before.defines)
    for equation in (before, after):  # one by elements, the other by matrices
        head = [index.letter for index in equation.defines.indices if isinstance(index, IndexLetter)]
        if not is_matrix(equation.formula) and isinstance(equation.defines, Element) and len(head) > 1:
            return head[0], head[1]
    if not is_matrix(before.formula):
        return "r", "c"
    sets = matrix_sets(before.formula, a)
    return free_letter(sets[0], used, a), free_letter(sets[1], used, a)


def _projected(equation: Equation, methodology: Methodology, row: str, column: str, renamed: Mapping[str, str]) -> sympy.Expr:
    expr = to_sympy(equation.formula, methodology, letters_of(methodology, equation), row=row, column=column)
    return expr.xreplace({sympy.Symbol(new): sympy.Symbol(old) for new, old in renamed.items()})


def _head_letters(before: Equation, after: Equation) -> dict[sympy.Symbol, sympy.Symbol]:
    """Return the letters of one left side by those of the other, where they stand in the same places and bind nothing else."""
    bound = {node.letter for node in walk(after.formula) if isinstance(node, Binder)}
    shared = min(len(after.defines.indices), len(before.defines.indices))  # a matrix names only the indices behind row and column
    pairs = zip(after.defines.indices[-shared:], before.defines.indices[-shared:], strict=True) if shared else ()
    return {
        letter_symbol(new.letter): letter_symbol(old.letter)
        for new, old in pairs
        if isinstance(new, IndexLetter) and isinstance(old, IndexLetter) and new.letter != old.letter and old.letter not in bound
    }


def _letter_names(a: Methodology, b: Methodology) -> dict[str, list[str]]:
    """Return names for bound letters, by the symbol for the size of their set."""
    names: dict[str, dict[str, None]] = {}
    for methodology in (a, b):
        for index_set in methodology.index_sets:
            base = methodology.index_set[methodology.base_set(index_set.id)]
            size = "end" if index_set.id == methodology.year_set else f"size_{index_set.id}"
            names.setdefault(size, {}).update(dict.fromkeys((*index_set.letters, *base.letters)))
    return {size: list(letters) for size, letters in names.items()}


@dataclass
class _Comparison:
    form: Normaliser
    left: sympy.Expr
    right: sympy.Expr
    a: Methodology
    b: Methodology
    renamed: Mapping[str, str]

    def meaning(self) -> Meaning:
        if is_zero(self.right - self.left):
            return Meaning(SAME)
        changes = self.changes(self.left, self.right)
        difference = "; ".join(map(str, changes))
        for condition in self.conditions():
            put = dict(condition)
            left, right = self.form.of(self.left.xreplace(put)), self.form.of(self.right.xreplace(put))
            # Under some conditions everything is zero, and any two formulas would be equal.
            if is_zero(right - left) and not is_zero(left):
                return Meaning(CONDITIONAL, " and ".join(self.equality(x, y) for x, y in condition), difference, changes)
        return Meaning(DIFFERENT, difference=difference, changes=changes)

    # -- conditions

    def conditions(self) -> Iterator[tuple[tuple[sympy.Expr, sympy.Expr], ...]]:
        """Yield substitutions that could make the two formulas equal, the plainest first."""
        single = list(dict.fromkeys(self.candidates()))
        yield from ((pair,) for pair in single)
        tried = 0
        for one, two in combinations(single, 2):
            if one[0] != two[0] and one[0] not in (two[1],) and two[0] != one[1]:
                tried += 1
                if tried > _MOST_PAIRS:
                    return
                yield (one, two)

    def candidates(self) -> Iterator[tuple[sympy.Expr, sympy.Expr]]:
        in_left, in_right = list(elements(self.left)), list(elements(self.right))
        only_left = [x for x in in_left if x not in in_right]
        only_right = [x for x in in_right if x not in in_left]
        for own in (only_right, only_left):
            for x, y in combinations(own, 2):
                if self.alike(x, y) and _indices(x) == _indices(y):
                    yield (x, y) if len(str(x)) <= len(str(y)) else (y, x)
        for x in only_left:
            for y in only_right:
                if self.alike(x, y) and (_comparable(_indices(x), _indices(y)) or _base(x) == _base(y)):
                    # a bare symbol may be the name of the other, and is not put in its place
                    yield (y, x) if isinstance(y, sympy.Indexed) and not isinstance(x, sympy.Indexed) else (x, y)
        for x in (*only_right, *only_left):
            yield (x, sympy.Integer(0))
            unit = self.unit(x)
            if unit is not None and unit.is_plain:
                yield (x, sympy.Integer(1))

    def unit(self, element: sympy.Expr) -> Unit | None:
        name = str(element.base.label) if isinstance(element, sympy.Indexed) else str(element)
        named = {old: new for new, old in self.renamed.items()}
        for methodology, id_ in ((self.a, name), (self.b, named.get(name, name))):
            if id_ in methodology.quantity:
                quantity = methodology.quantity[id_]
                return quantity.acts_as or quantity.unit
        return None

    def alike(self, x: sympy.Expr, y: sympy.Expr) -> bool:
        left, right = self.unit(x), self.unit(y)
        return left is not None and right is not None and left == right

    # -- differences

    def changes(self, left: sympy.Expr, right: sympy.Expr) -> tuple[Change, ...]:
        """Return what was added and dropped between two expressions in normal form, or nothing where it is too much to be said."""
        whole = self.ratio(left, right) if left != 0 and right != 0 else None
        before, after = _terms(left), _terms(right)
        if whole is not None and list(elements(whole)) and len(self.text(whole)) <= _SHORT and self.is_near(left, right):
            over, under = (
                part.has(sympy.Add) and any(_within_sum(x) for x in sympy.Mul.make_args(part)) for part in sympy.fraction(whole)
            )
            # A ratio with a sum in it is shown term by term below: "factor (a + b + c) / (a + b)" says nothing to a reader.
            if not under and (not over or len(before) == 1):
                return (self.factors(left, right),)
        gone = [term for term in before if term not in after]
        new = [term for term in after if term not in before]
        said = []
        for term in list(gone):
            best = min(
                (other for other in new if self.is_near(term, other)), key=lambda o: len(str(self.factors(term, o))), default=None
            )
            if best is not None:
                within = self.shown(term).lstrip("-") if len(before) > 1 else ""
                said.append(replace(self.factors(term, best), within=within))
                gone.remove(term)
                new.remove(best)
        # Sums that go over other members differ in nothing else that is written.
        alike = bool({self.shown(term) for term in gone} & {self.shown(term) for term in new})
        said += [Change("term", old=self.shown(term, alike)) for term in gone] + [Change("term", new=self.shown(term, alike)) for term in new]
        return tuple(said) if sum(len(str(change)) for change in said) <= 3 * _MOST_SHOWN else ()

    def text(self, expr: sympy.Basic, with_ranges: bool = False) -> str:
        groups = {s.id: s.letters[0] for m in (self.a, self.b) for s in m.index_sets if s.kind == "group" and s.letters}
        return expression_text(expr, groups, with_ranges=with_ranges)

    def shown(self, expr: sympy.Expr, with_ranges: bool = False) -> str:
        text = self.text(expr, with_ranges)
        return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 4] + " ..."

    def equality(self, x: sympy.Expr, y: sympy.Expr) -> str:
        return f"{self.text(x)} == {self.text(y)}"

    def is_near(self, left: sympy.Expr, right: sympy.Expr) -> bool:
        """Whether two terms share more than they differ in."""
        ratio = self.ratio(left, right)
        if ratio is None:
            return False
        changed = len(list(elements(ratio)))
        return changed < len({*elements(left), *elements(right)})

    def ratio(self, left: sympy.Expr, right: sympy.Expr) -> sympy.Expr | None:
        """Return the quotient of two terms; of sums over the same letters that of their bodies."""
        ratio = quotient(right, left)
        over, under = sympy.fraction(ratio)
        sums = [part for part in (*sympy.Mul.make_args(over), *sympy.Mul.make_args(under)) if isinstance(part, sympy.Sum)]
        if len(sums) == 2 and sums[0].limits == sums[1].limits:
            inner = quotient(*_where_both_count(sums[0].function, sums[1].function))
            ratio = quotient(over / sums[0], under / sums[1]) * inner
        elif sums:
            return None
        return None if ratio.has(sympy.zoo, sympy.nan) else ratio

    def factors(self, left: sympy.Expr, right: sympy.Expr) -> Change:
        """Return by which factors two terms differ."""
        ratio, old = self.ratio(left, right), set(elements(left))
        if ratio is None or not list(elements(ratio)):
            return Change("multiple", new=self.text(ratio) if ratio is not None else "")
        new, gone = sympy.Integer(1), sympy.Integer(1)
        for factor in sympy.Mul.make_args(ratio):
            own = set(elements(factor))
            if own <= old and (own - set(elements(right)) or factor.as_base_exp()[1].is_negative):
                gone /= factor
            else:
                new *= factor
        return Change("factor", old="" if gone == 1 else self.text(gone), new="" if new == 1 else self.text(new))


def _where_both_count(left: sympy.Expr, right: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Return two bodies of sums where they count: years of a period, and not the zeros beside them, where both count for the same ones."""
    one, two = _counting(left), _counting(right)
    return (one[0], two[0]) if one is not None and two is not None and one[1] == two[1] else (left, right)


def _counting(body: sympy.Expr) -> tuple[sympy.Expr, sympy.Basic] | None:
    """Return what a body is where a condition holds, and the condition, if it is zero elsewhere."""
    factors = sympy.Mul.make_args(body)
    cases = [factor for factor in factors if isinstance(factor, sympy.Piecewise)]
    if len(cases) != 1 or len(cases[0].args) != 2 or cases[0].args[1] != (0, True):
        return None
    rest = sympy.Mul(*(factor for factor in factors if factor != cases[0]))  # SymPy would divide by the zero beside
    return rest * cases[0].args[0].expr, cases[0].args[0].cond


def _within_sum(factor: sympy.Expr) -> bool:
    """Whether a factor is a sum of terms, or a power of one."""
    return isinstance(factor.as_base_exp()[0], sympy.Add)


def _terms(expr: sympy.Expr) -> list[sympy.Expr]:
    return sorted((term for term in sympy.Add.make_args(expr) if term != 0), key=sympy.srepr)


def _indices(element: sympy.Expr) -> tuple[sympy.Expr, ...]:
    return tuple(element.indices) if isinstance(element, sympy.Indexed) else ()


def _base(element: sympy.Expr) -> sympy.Basic:
    return element.base if isinstance(element, sympy.Indexed) else element


def _comparable(left: tuple[sympy.Expr, ...], right: tuple[sympy.Expr, ...]) -> bool:
    """Whether one element can stand for the other: the same indices, or those of one are among those of the other."""
    short, long = sorted((left, right), key=len)
    rest = iter(long)
    return all(index in rest for index in short)
