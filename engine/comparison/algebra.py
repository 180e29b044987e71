"""A normal form of formulas, in which what is algebraically the same looks the same; and formulas of it as text.

Works on the SymPy projections of :mod:`equations.notation.sympy_form`. What does not depend on a bound letter stands in front of
its sum, sums are divided at plus and minus, bound letters have names of their own, and ``cases(x > 0: x, otherwise: 0)`` is
the positive part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations

import sympy
from sympy.core.function import AppliedUndef
from sympy.printing.str import StrPrinter

from equations.formula.syntax import MARKS

_MOST_LETTERS = 4


@dataclass
class Normaliser:
    """Brings expressions to normal form; ``letters`` are names for bound letters by the size symbol of their set."""

    letters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: Letters that stand free in one of the expressions and may not be bound.
    taken: frozenset[str] = frozenset()
    #: Letters of row and column: a sum over what equals one of them has one term.
    rows: frozenset[str] = frozenset()

    def of(self, expr: sympy.Basic) -> sympy.Expr:
        """Return the normal form of an expression."""
        if isinstance(expr, sympy.Symbol | sympy.Indexed) or not expr.args:
            return expr
        if isinstance(expr, sympy.Sum):
            return self.sum(expr)
        parts = [self.of(part) for part in expr.args]
        if isinstance(expr, sympy.Piecewise):
            return self.cases(expr)
        if isinstance(expr, sympy.Add | sympy.Mul | sympy.Pow):
            return sympy.expand(expr.func(*parts))
        return expr.func(*parts)

    def cases(self, expr: sympy.Piecewise) -> sympy.Expr:
        branches = [(self.of(value), self.condition(condition)) for value, condition in expr.args]
        # Two ways to write a positive part, of which authors use both: they must not show as a difference.
        if len(branches) == 2 and branches[1] == (0, sympy.true):
            value, condition = branches[0]
            above = isinstance(condition, sympy.StrictGreaterThan | sympy.GreaterThan)
            if above and sympy.expand(condition.lhs - condition.rhs - value) == 0:
                return sympy.Max(value, 0)
        return sympy.Piecewise(*branches, evaluate=False)

    def condition(self, expr: sympy.Basic) -> sympy.Basic:
        if isinstance(expr, sympy.StrictLessThan | sympy.LessThan):
            expr = expr.reversed
        if isinstance(expr, sympy.core.relational.Relational):
            return (
                expr.func(self.of(expr.lhs - expr.rhs), 0, evaluate=False)
                if expr.rhs != 0
                else expr.func(self.of(expr.lhs), 0, evaluate=False)
            )
        return (
            expr.func(*(self.condition(part) for part in expr.args)) if isinstance(expr, sympy.And | sympy.Or | sympy.Not) else expr
        )

    # -- sums

    def sum(self, expr: sympy.Sum) -> sympy.Expr:
        body, limits = self.of(expr.function), list(expr.limits)
        body, limits = self.without_deltas(body, limits)
        if not limits:
            return self.of(body)
        # Sums of sums become one with all letters, since their order says nothing in exact arithmetic.
        if isinstance(body, sympy.Sum) and not _shared(body.limits, limits):
            body, limits = body.function, [*body.limits, *limits]
        total = sympy.Integer(0)
        for term in sympy.Add.make_args(sympy.expand(body)):
            total += self.term(term, limits)
        return total

    def without_deltas(self, body: sympy.Expr, limits: list[sympy.Tuple]) -> tuple[sympy.Expr, list[sympy.Tuple]]:
        """Take the one member of a sum that equals a row or a column."""
        for limit in list(limits):
            for factor in sympy.Mul.make_args(body):
                other = set(factor.args) - {limit[0]} if isinstance(factor, sympy.KroneckerDelta) else set()
                if len(other) == 1 and limit[0] in factor.args and str(*other) in self.rows:
                    body = (body / factor).xreplace({limit[0]: other.pop()})
                    limits = [x for x in limits if x != limit]
                    break
        return body, limits

    def term(self, term: sympy.Expr, limits: list[sympy.Tuple]) -> sympy.Expr:
        """Return the sum of one product: what is free in front, the rest divided by the letters it depends on."""
        result = sympy.Integer(1)
        letters = {limit[0] for limit in limits}
        groups: list[tuple[set[sympy.Symbol], list[sympy.Expr]]] = []
        for factor in sympy.Mul.make_args(term):
            bound = _free(factor) & letters
            if not bound:
                result *= factor
                continue
            # Factors that share a letter, also by way of others, stay under one sum; the rest is a product of sums.
            touching = [group for group in groups if group[0] & bound]
            joined = (bound.union(*(g[0] for g in touching)), [f for g in touching for f in g[1]] + [factor])
            groups = [group for group in groups if group not in touching] + [joined]
        groups = _joined_by_limits(groups, limits)
        for bound, factors in groups:
            own = [limit for limit in limits if limit[0] in bound]
            result *= self.renamed(sympy.Mul(*factors), own)
        used = set().union(*(bound for bound, _ in groups), set())
        for letter, low, high in limits:
            if letter not in used:
                # A letter that no factor names counts its members.
                result *= high - low + 1
        return result

    def renamed(self, body: sympy.Expr, limits: list[sympy.Tuple]) -> sympy.Expr:
        """Return a sum whose letters have the names of the normal form."""
        # All orders are tried for the smallest text, which grows as the factorial of the letters.
        if len(limits) > _MOST_LETTERS:
            return sympy.Sum(body, *limits)
        best: tuple[str, sympy.Expr] | None = None
        for order in permutations(limits):
            names: dict[sympy.Symbol, sympy.Symbol] = {}
            for limit in order:
                names[limit[0]] = self.name(limit, set(names.values()))
            found = sympy.Sum(
                body.xreplace(names), *(limit.xreplace(names) for limit in sorted(order, key=lambda x: str(x.xreplace(names))))
            )
            key = sympy.srepr(found)
            if best is None or key < best[0]:
                best = (key, found)
        assert best is not None
        return best[1]

    def name(self, limit: sympy.Tuple, used: set[sympy.Symbol]) -> sympy.Symbol:
        own = self.letters.get(str(limit[2]), ())
        stem = own[0] if own else "k"
        known = {symbol.name for symbol in used} | self.taken
        name = next(x for x in (*own, *(f"{stem}{n}" for n in range(1, 100))) if x not in known)
        return sympy.Symbol(name, integer=True)


def _free(expr: sympy.Basic) -> set[sympy.Symbol]:
    return {symbol for symbol in expr.free_symbols if isinstance(symbol, sympy.Symbol)}


def _shared(left: Iterable[sympy.Tuple], right: Iterable[sympy.Tuple]) -> bool:
    return bool({limit[0] for limit in left} & {limit[0] for limit in right})


def _joined_by_limits(
    groups: list[tuple[set[sympy.Symbol], list[sympy.Expr]]], limits: list[sympy.Tuple]
) -> list[tuple[set[sympy.Symbol], list[sympy.Expr]]]:
    """Join groups where the range of one letter depends on another."""
    for letter, low, high in limits:
        for other in (_free(low) | _free(high)) & {limit[0] for limit in limits}:
            touching = [group for group in groups if group[0] & {letter, other}]
            if len(touching) > 1:
                joined = (set().union(*(g[0] for g in touching)), [f for g in touching for f in g[1]])
                groups = [group for group in groups if group not in touching] + [joined]
    return groups


def is_zero(expr: sympy.Expr) -> bool:
    """Whether an expression in normal form is zero, with everything but sums, products and powers taken as unknowns."""
    if expr == 0:
        return True
    names: dict[sympy.Basic, sympy.Symbol] = {}
    plain = _with_unknowns(sympy.expand(expr), names)
    return bool(plain == 0 or sympy.cancel(sympy.together(plain)) == 0)


def quotient(over: sympy.Expr, under: sympy.Expr) -> sympy.Expr:
    """Return a quotient of two expressions in lowest terms, with everything but sums, products and powers taken as unknowns."""
    names: dict[sympy.Basic, sympy.Symbol] = {}
    plain = sympy.cancel(_with_unknowns(over, names) / _with_unknowns(under, names))
    return plain.xreplace({symbol: part for part, symbol in names.items()})


def _with_unknowns(expr: sympy.Basic, names: dict[sympy.Basic, sympy.Symbol]) -> sympy.Expr:
    if expr.is_Number or expr.is_Symbol:
        return expr
    if isinstance(expr, sympy.Add | sympy.Mul) or (isinstance(expr, sympy.Pow) and expr.exp.is_Integer):
        return expr.func(*(_with_unknowns(part, names) for part in expr.args))
    # Sums, cases and elements as unknowns: SymPy then decides equality of rational expressions, which it can, and does not try to
    # be clever about sums, where it may take for ever.
    return names.setdefault(expr, sympy.Dummy(f"u{len(names)}"))


def elements(expr: sympy.Basic) -> Iterator[sympy.Expr]:
    """Yield the elements of quantities in an expression, each once, in a fixed order; letters and sizes are none."""
    found: dict[sympy.Expr, None] = {}
    stack: list[sympy.Basic] = [expr]
    while stack:
        part = stack.pop()
        if isinstance(part, sympy.Indexed):
            found[part] = None
        elif isinstance(part, sympy.Symbol):
            if not part.is_integer:
                found[part] = None
        else:
            stack += list(reversed(part.args))
    yield from sorted(found, key=str)


# -- as text


#: Reductions and tables as they are named in expressions -> as the spec writes them.
_WRITTEN = {"maximum": "Max", "minimum": "Min", "for_all": "All", "for_some": "Any", "mean": "Mean", "stddev": "StdDev", "stderr": "StdErr",
            "count": "Count", "interpolate": "Interpolate", "lookup": "Lookup"}  # fmt: skip


class _Text(StrPrinter):  # type: ignore[misc]
    printmethod = "_spec_text"  # SymPy's own classes would otherwise print themselves

    def __init__(self, groups: Mapping[str, str], *, with_ranges: bool = False) -> None:
        super().__init__()
        self.groups = groups
        self.with_ranges = with_ranges

    def _print_Indexed(self, expr: sympy.Indexed) -> str:  # noqa: N802 - named by SymPy
        return f"{expr.base.label}[{', '.join(self.index(index) for index in expr.indices)}]"

    def index(self, index: sympy.Expr) -> str:
        if isinstance(index, AppliedUndef):
            name = str(index.func)
            return f"{self.groups.get(name, name)}({index.args[0]})"
        return str(index).replace(" ", "")

    def _print_Sum(self, expr: sympy.Sum) -> str:  # noqa: N802 - named by SymPy
        letters, body = ", ".join(self.bound(limit) for limit in reversed(expr.limits)), expr.function
        if isinstance(body, sympy.Piecewise) and len(body.args) == 2 and body.args[1] == (0, True) and len(expr.limits) == 1:
            value, condition = body.args[0]
            for part in sympy.And.make_args(condition):
                if (group := _group_of(part)) is not None:
                    rest = sympy.And(*(other for other in sympy.And.make_args(condition) if other != part))
                    inner = value if rest == sympy.true else sympy.Piecewise((value, rest), (0, True))
                    return f"Sum({letters} in {group}, {self._print(inner)})"
        return f"Sum({letters}, {self._print(body)})"

    def bound(self, limit: sympy.Tuple) -> str:
        """Return a bound letter, with what it runs over where that is asked for."""
        letter, first, last = (str(part).replace(" ", "") for part in limit)
        if last.startswith("size_") or (last == "end" and first in ("start", "first")):
            return f"{letter} in {last.removeprefix('size_')}" if self.with_ranges and last != "end" else letter
        return f"{letter} in {_cut_window(limit) or f'{first}..{last}'}"

    def _print_Function(self, expr: sympy.Function) -> str:  # noqa: N802 - named by SymPy
        bodies = [part for part in expr.args if isinstance(part, sympy.Lambda)]
        if str(expr.func) not in _WRITTEN or not bodies:
            return str(super()._print_Function(expr))
        limits, *at = expr.args[len(bodies) :]
        groups = dict(found for part in limits.args if (found := self.gathered(part)) is not None)
        letters = [f"{x[0]} in {groups[x[0]]}" if x[0] in groups else self.bound(x) for x in limits.args if isinstance(x, sympy.Tuple)]
        return f"{_WRITTEN[str(expr.func)]}({', '.join((*letters, *(self._print(part.expr) for part in bodies), *map(self._print, at)))})"

    @staticmethod
    def gathered(condition: sympy.Basic) -> tuple[sympy.Symbol, sympy.Symbol] | None:
        """Return a bound letter and that of the group in which it lies, where a condition says so."""
        group = _group_of(condition)
        inner = next((f.args[0] for f in condition.atoms(AppliedUndef)), None) if group is not None else None
        return (inner, group) if inner is not None and group is not None else None

    def _print_Relational(self, expr: sympy.core.relational.Relational) -> str:  # noqa: N802 - named by SymPy
        names = [part.as_coeff_Mul() for part in expr.lhs.args] if isinstance(expr.lhs, sympy.Add) and expr.rhs == 0 else []
        if sorted(count for count, _ in names) == [-1, 1] and all(name.is_Symbol and name.is_integer for _, name in names):
            one, two = sorted((str(name) for _, name in names), key=lambda name: (len(name), name.isupper()))  # a letter before a member
            return f"{one} {expr.rel_op} {two}"
        return f"{self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)}"

    def _print_KroneckerDelta(self, expr: sympy.KroneckerDelta) -> str:  # noqa: N802 - named by SymPy
        one, two = sorted(map(self._print, expr.args), key=lambda word: word in MARKS)
        return f"cases({one} == {two}: 1, otherwise: 0)"

    def _print_And(self, expr: sympy.And) -> str:  # noqa: N802 - named by SymPy
        return " and ".join(self._print(part) for part in expr.args)

    def _print_Or(self, expr: sympy.Or) -> str:  # noqa: N802 - named by SymPy
        return f"({' or '.join(self._print(part) for part in expr.args)})"

    def _print_Max(self, expr: sympy.Max) -> str:  # noqa: N802 - named by SymPy
        rest = [arg for arg in expr.args if arg != 0]
        return f"pos({self._print(rest[0])})" if len(rest) == 1 else f"max({', '.join(map(self._print, expr.args))})"

    def _print_Min(self, expr: sympy.Min) -> str:  # noqa: N802 - named by SymPy
        return f"min({', '.join(map(self._print, expr.args))})"

    def _print_Piecewise(self, expr: sympy.Piecewise) -> str:  # noqa: N802 - named by SymPy
        parts = [f"{'otherwise' if c == sympy.true else self._print(c)}: {self._print(value)}" for value, c in expr.args]
        return f"cases({', '.join(parts)})"

    def _print_Pow(self, expr: sympy.Pow, rational: bool = False) -> str:  # noqa: N802 - named by SymPy
        return str(super()._print_Pow(expr, rational=rational)).replace("**", " ^ ")

    def _print_Mul(self, expr: sympy.Mul) -> str:  # noqa: N802 - named by SymPy
        return str(super()._print_Mul(expr)).replace("*", " * ").replace("/", " / ")


def _cut_window(limit: sympy.Tuple) -> str:
    """Return a window that is cut at the ends of a set: ``Max(start, y - 1)`` to ``Min(end, y)``; nothing for another one."""
    if not (isinstance(limit[1], sympy.Max) and isinstance(limit[2], sympy.Min)):
        return ""
    before, after = ({str(part).replace(" ", "") for part in end.args} for end in limit[1:])
    edge = next((word for word in sorted(after) if word == "end" or word.startswith("size_")), "")
    first, last = sorted(before - {"1", "start", "first"}), sorted(after - {edge})
    if not edge or len(first) != 1 or len(last) != 1:
        return ""
    return f"{first[0]}..{last[0]} within {'year' if edge == 'end' else edge.removeprefix('size_')}"


def _group_of(condition: sympy.Basic) -> sympy.Symbol | None:
    """Return the letter of a group where a condition says that a year belongs to it: ``Eq(group(y) - q, 0)``, ``Ne(shared_days(y, q), 0)``."""
    if isinstance(condition, sympy.Ne):
        shared = next((f for f in condition.atoms(AppliedUndef) if f.func.__name__ == "shared_days"), None)
        return shared.args[1] if shared is not None and condition.rhs == 0 else None
    if not isinstance(condition, sympy.Eq):
        return None
    gap = condition.lhs - condition.rhs
    for group in condition.atoms(AppliedUndef):
        other = gap * (1 if gap.coeff(group) == -1 else -1) + group
        if other.is_Symbol:
            return other
    return None


def expression_text(expr: sympy.Basic, groups: Mapping[str, str] | None = None, *, with_ranges: bool = False) -> str:
    """Return an expression in the language of the spec.

    Parameters
    ----------
    groups
        Group of years -> its letter, for elements such as ``X[q(y)]``.
    with_ranges
        Whether a sum says over which set or window it goes, and not its letter alone.

    Examples
    --------
    >>> y = sympy.Symbol("y", integer=True)
    >>> d, days = sympy.IndexedBase("d"), sympy.IndexedBase("d_0")
    >>> expression_text(d[y] / days[y])
    'd[y] / d_0[y]'
    """
    text = str(_Text(groups or {}, with_ranges=with_ranges).doprint(expr))
    while "  " in text:
        text = text.replace("  ", " ")
    return text
