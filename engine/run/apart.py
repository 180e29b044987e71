"""Numbers that a project states for two members that have nothing in common, where sums take them only for members that do.

``Sum(y in q, X[y] * s[y, q])`` reads the part of a year in the periods that have days of it. A part that is stated for another period is read
by nothing, and what it was meant to count would be missing from the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.plan.cells import cell_name
from engine.plan.plan import Plan
from engine.plan.time_axes import parts_of
from engine.project.statements import Statements
from engine.project.written_numbers import Given
from equations.errors import InputError, listed
from equations.formula.syntax import Element, GroupOf, IndexLetter, MatrixRef, Node, Reduce, children
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.spec.block import read_number

_MOST_SHOWN = 6
#: Where the index of a member and that of the one that has a part of it stand in a quantity.
_Pair = tuple[int, int]


def stated_apart(methodology: Methodology, plan: Plan, said: Mapping[str, Statements]) -> Iterator[InputError]:
    """Yield I531 for inputs of which numbers other than zero are listed for two members that have nothing in common.

    Only where a member may be shared (``shares:`` of an index set), and where every formula that reads the input does so in a sum over the members of
    the other: such a number is then read by none. What is said of all cells that are not listed (``otherwise:``) is not meant.
    """
    for id_ in (id_ for id_ in plan.inputs if id_ in said):
        quantity = methodology.quantity[id_]
        for pair in _shared(methodology, quantity):
            found = [together for formula in _formulas(methodology) for together in _readings(formula, quantity, frozenset())]
            apart = _apart(methodology, plan, quantity, pair, said[id_].listed)
            if apart and found and all(pair in together for together in found):
                yield _error(methodology, plan, quantity, pair, apart)


def _shared(methodology: Methodology, quantity: Quantity) -> Iterator[_Pair]:
    for member, of in enumerate(quantity.indices):
        for holder, own in enumerate(quantity.indices):
            if of in methodology.index_set[own].shares:
                yield member, holder


def _formulas(methodology: Methodology) -> Iterator[Node]:
    for equation in methodology.equations:
        yield from (formula for formula in (equation.formula, equation.when) if formula is not None)
    for rule in methodology.rules:
        yield from (condition for condition in (rule.condition, rule.when) if condition is not None)


def _readings(node: Node, quantity: Quantity, within: frozenset[frozenset[str]]) -> Iterator[set[_Pair]]:
    """Yield for each place where a quantity is read which of its indices are of a member and of that in which it lies."""
    if isinstance(node, Element | MatrixRef) and node.quantity == quantity.id:
        letters = [index.letter if isinstance(index, IndexLetter) and not index.offset else "" for index in node.indices]
        yield {(a, b) for a, one in enumerate(letters) for b, other in enumerate(letters) if frozenset((one, other)) in within}
    if isinstance(node, Reduce):
        within |= {frozenset((one.letter, one.within.letter)) for one in node.binders if isinstance(one.within, GroupOf)}
    for child in children(node):
        yield from _readings(child, quantity, within)


def _apart(
    methodology: Methodology, plan: Plan, quantity: Quantity, pair: _Pair, listed_cells: Mapping[tuple[int, ...], Given]
) -> dict[tuple[int, ...], Given]:
    member, holder = pair
    parts = parts_of(methodology, plan.setting, quantity.indices[holder], quantity.indices[member])
    return {cell: given for cell, given in listed_cells.items() if cell[member] not in parts[cell[holder]] and read_number(given.text)}


def _error(methodology: Methodology, plan: Plan, quantity: Quantity, pair: _Pair, apart: Mapping[tuple[int, ...], Given]) -> InputError:
    shown = []
    for cell, given in apart.items():
        shown.append(f"{cell_name(quantity, plan.setting, cell)} = {given.text}")
    of, own = (quantity.indices[at] for at in pair)
    return InputError(
        "I531", f"{listed(shown, _MOST_SHOWN)}: the {of} and the {own} have no day in common", next(iter(apart.values())).place,
        why=f"formulas read {quantity.id} of each {of} in each {own} that has a part of it, so that this would count nowhere",
        remedy=f"state it for the {own} in which it counts, write 0, or correct the days of the {own}",
    )  # fmt: skip
