"""Matrix formulas, drawn, and their elements in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from bounded_numbers import Bounded
from drawn_formulas import Readable, Scope, formula, literal, places
from hypothesis import strategies as st
from unit_balance import AREA, CARBON, PLAIN, TONNES, Balance
from worlds import Letters, World

Entry = Callable[[World, Letters, str, str], Bounded]
NOTHING = Bounded(Fraction(0))
#: A root or power that is not whole is found to about this, by both sides.
FRACTIONAL = 1e-12


@dataclass(frozen=True)
class MatrixTerm:
    """A matrix formula, its unit, and its elements."""

    text: str
    unit: Balance
    entry: Entry


def named(scope: Scope, wanted: Balance) -> list[Readable]:
    """Return the quantities whose matrix has a unit."""
    return [q for q in scope.quantities if q.matrix and q.counts_as == wanted and all(places(scope, s) for s in _rest(q))]


def _rest(quantity: Readable) -> tuple[str, ...]:
    return quantity.sets[1:] if quantity.matrix.startswith("D") else quantity.sets[2:]


@st.composite
def matrix_name(draw, scope: Scope, quantity: Readable) -> MatrixTerm:
    """A matrix by its name; a name that begins with D is a diagonal."""
    at = [draw(st.sampled_from(places(scope, set_id))) for set_id in _rest(quantity)]
    text = quantity.matrix + (f"[{', '.join(name for name, _ in at)}]" if at else "")

    def entry(world: World, letters: Letters, row: str, column: str) -> Bounded:
        behind = tuple(find(world, letters) for _, find in at)
        if quantity.matrix.startswith("D"):
            return world.cell(quantity.id, (row, *behind)) if row == column else NOTHING
        return world.cell(quantity.id, (row, column, *behind))

    return MatrixTerm(text, quantity.counts_as, entry)


@st.composite
def matrix(draw, scope: Scope, wanted: Balance, depth: int = 2) -> MatrixTerm:
    """A matrix formula of one unit over strata."""
    known = named(scope, wanted)
    kinds = ["name"] * 2 if known else []
    kinds += ["diag"] if scope.free("stratum") else []
    kinds += ["identity"] if wanted.is_plain else []
    whole = [q for q in named(scope, PLAIN) if q.matrix.startswith("M")] if wanted.is_plain else []
    chances = [q for q in whole if q.matrix == "MP"]
    kinds += (["power"] if whole else []) + (["fractional"] if chances else [])
    if depth > 0 or not kinds:
        kinds += ["product", "product", "element-wise", "sum", "difference", "transpose", "times", "minus"]
    kind = draw(st.sampled_from(kinds))
    if kind == "name":
        return draw(matrix_name(scope, draw(st.sampled_from(known))))
    if kind == "identity":
        return MatrixTerm("identity(stratum)", PLAIN, lambda w, at, i, j: Bounded(Fraction(int(i == j))))
    if kind == "diag":
        letter = scope.free("stratum")
        body = draw(formula(Scope(scope.quantities, {**scope.letters, letter: "stratum"}, scope.lags, "", scope.members), wanted, 1))
        return MatrixTerm(f"diag({letter}, {body.text})", wanted,
                          lambda w, at, i, j: body.value(w, {**at, letter: i}) if i == j else NOTHING)  # fmt: skip
    if kind in ("power", "fractional"):
        base = draw(matrix_name(scope, draw(st.sampled_from(whole if kind == "power" else chances))))
        times = draw(st.sampled_from(["0", "1", "2", "3"] if kind == "power" else ["0.5", "1.5", "2.25", "-0.5", "-1"]))
        return MatrixTerm(f"{base.text} ^ {times}", PLAIN, lambda w, at, i, j: raised(w, at, base.entry, Fraction(times))[i, j])
    return draw(_composed(scope, wanted, depth - 1, kind))


@st.composite
def _composed(draw, scope: Scope, wanted: Balance, depth: int, kind: str) -> MatrixTerm:
    if kind == "transpose":
        a = draw(matrix(scope, wanted, depth))
        return MatrixTerm(f"transpose({a.text})", wanted, lambda w, at, i, j: a.entry(w, at, j, i))
    if kind == "minus":
        a = draw(matrix(scope, wanted, depth))
        return MatrixTerm(f"-({a.text})", wanted, lambda w, at, i, j: -a.entry(w, at, i, j))
    if kind == "times":
        a, times = draw(matrix(scope, wanted, depth)), draw(literal(PLAIN))
        return MatrixTerm(f"{times.text} * ({a.text})", wanted, lambda w, at, i, j: times.value(w, at) * a.entry(w, at, i, j))
    if kind in ("sum", "difference"):
        a, b = draw(matrix(scope, wanted, depth)), draw(matrix(scope, wanted, depth))
        if kind == "sum":
            return MatrixTerm(f"({a.text} + {b.text})", wanted, lambda w, at, i, j: a.entry(w, at, i, j) + b.entry(w, at, i, j))
        return MatrixTerm(f"({a.text} - ({b.text}))", wanted, lambda w, at, i, j: a.entry(w, at, i, j) - b.entry(w, at, i, j))
    factor = draw(st.sampled_from([PLAIN, PLAIN, AREA, TONNES, CARBON]))
    factor = factor if all(abs(n) <= 2 for _, n in (wanted / factor).powers) else PLAIN
    a, b = draw(matrix(scope, factor, depth)), draw(matrix(scope, wanted / factor, depth))
    if kind == "element-wise":
        return MatrixTerm(f"({a.text}) .* ({b.text})", wanted, lambda w, at, i, j: a.entry(w, at, i, j) * b.entry(w, at, i, j))

    def product(world: World, at: Letters, row: str, column: str) -> Bounded:
        total = NOTHING
        for inner in world.members["stratum"]:
            total = total + a.entry(world, at, row, inner) * b.entry(world, at, inner, column)
        return total

    return MatrixTerm(f"(({a.text}) @ ({b.text}))", wanted, product)


Square = dict[tuple[str, str], Bounded]


def raised(world: World, letters: Letters, entry: Entry, exponent: Fraction) -> Square:
    """Return a power of a matrix: by products, or by the binomial series of what it differs from the identity."""
    members = world.members["stratum"]
    base = {(i, j): entry(world, letters, i, j) for i in members for j in members}
    result = {(i, j): Bounded(Fraction(int(i == j))) for i in members for j in members}
    if exponent.denominator == 1 and exponent >= 0:
        for _ in range(int(exponent)):
            result = multiplied(members, result, base)
        return result
    rest = {(i, j): float(base[i, j].value) - (i == j) for i in members for j in members}
    term = {(i, j): float(i == j) for i in members for j in members}
    total = dict(term)
    for k in range(1, 400):
        factor = (float(exponent) - k + 1) / k
        term = {(i, j): factor * sum(term[i, m] * rest[m, j] for m in members) for i in members for j in members}
        total = {at: total[at] + term[at] for at in total}
    noise = 20 * max(x.error for x in base.values())
    return {at: Bounded(value, FRACTIONAL + noise) for at, value in total.items()}


def multiplied(members: tuple[str, ...], a: Square, b: Square) -> Square:
    """Return the product of two matrices."""
    found = {}
    for i in members:
        for j in members:
            total = NOTHING
            for m in members:
                total = total + a[i, m] * b[m, j]
            found[i, j] = total
    return found
