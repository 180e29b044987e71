"""What two members of a set in time share, and how: ``shares: [year]``, or ``shares: {year: "shared_days(y, q) / operating_days(y)"}``."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import replace

from equations.errors import ExpressionError, SpecError, UnitError
from equations.files.strict_yaml import Mapping, Scalar
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Binder, Diagonal, IndexGroup, IndexLetter, Letter, Member, Node, Number, Ratio, walk
from equations.meaning.names import Names
from equations.meaning.scope import Resolver
from equations.model.index_set import IndexSet, Weight, lies_in_time
from equations.spec.block import Block, Errors, checked
from equations.units.registry import parse_unit


def shared_sets(block: Block) -> tuple[str, ...]:
    """Return the sets whose members are shared."""
    return tuple(scalar.text for scalar in _named(block))


def _named(block: Block) -> list[Scalar]:
    node = block.node.get("shares")
    return [key for key, _ in node] if isinstance(node, Mapping) else block.word_nodes("shares")


def check_shares(block: Block, own: IndexSet, known: Lookup[str, IndexSet], errors: Errors) -> None:
    """What is shared out are stretches of time, between stretches of time."""
    sets = {**known, own.id: own}
    for scalar in _named(block):
        if not checked(scalar.text, known, "index set", scalar.place, errors):
            continue
        if scalar.text == own.id or not lies_in_time(own.id, sets) or not lies_in_time(scalar.text, sets):
            block.fault("S105", f"{own.id} cannot share members of {scalar.text}", scalar.place,
                        why="both must be sets in time, and two: years, monitoring periods, groups of them",
                        remedy="leave `shares:` out")  # fmt: skip


def with_weights(index_sets: tuple[IndexSet, ...], spec: Block, names: Names, substances: tuple[str, ...]) -> tuple[IndexSet, ...]:
    """Return the index sets of a spec with how they share members; that takes formulas, which name what is declared after the sets."""
    if not any(index_set.shares for index_set in index_sets):
        return index_sets
    blocks = {block.text("id"): block for block in spec.blocks("index_sets")}
    found = [replace(s, weights=read_weights(blocks[s.id], s, names, substances, spec.errors)) for s in index_sets]
    return tuple(with_subsets(s, names.index_sets) for s in found)


def with_subsets(own: IndexSet, sets: Lookup[str, IndexSet]) -> IndexSet:
    """Return a set that shares the members of subsets as it shares them in the larger set, where it does not say otherwise.

    Examples
    --------
    >>> year, dry = IndexSet("year", kind="year"), IndexSet("dry", subset_of="year")
    >>> with_subsets(IndexSet("period", shares=("year",)), {"year": year, "dry": dry}).shares
    ('year', 'dry')
    """
    nearest = {s.id: next((of for of in _larger(s, sets) if of in own.shares), "") for s in sets.values()}
    more = {id_: of for id_, of in nearest.items() if of and id_ not in (own.id, *own.shares)}
    weights = [replace(weight, of=id_) for id_, of in more.items() for weight in own.weights if weight.of == of]
    return replace(own, shares=(*own.shares, *more), weights=(*own.weights, *weights))


def _larger(own: IndexSet, sets: Lookup[str, IndexSet]) -> list[str]:
    """Return the sets of which a set is a part, the nearest first."""
    above = own.subset_of
    return [above, *_larger(sets[above], sets)] if above in sets else []


def read_weights(block: Block, own: IndexSet, names: Names, substances: tuple[str, ...], errors: Errors) -> tuple[Weight, ...]:
    """Read which part of a member of another set each of a set's own members has.

    Parameters
    ----------
    names
        What its formulas can name.
    substances
        Words of units that the spec declares.
    """
    if not isinstance(block.node.get("shares"), Mapping):
        return ()
    found = (_weight(scalar, own, of, names, substances, errors) for of, scalar in block.texts("shares") if of in names.index_sets)
    return tuple(weight for weight in found if weight is not None)


def _weight(
    scalar: Scalar, own: IndexSet, of: str, names: Names, substances: tuple[str, ...], errors: Errors
) -> Weight | None:
    before = len(errors)
    sides = {own.id: own.letters, of: names.index_sets[of].letters}
    try:
        tree = parse_formula(scalar.source)
    except ExpressionError as error:
        errors.append(error)
        return None
    resolver = Resolver(names, scalar.source, {}, {letter: set_id for set_id, letters in sides.items() for letter in letters})
    formula = resolver.value(tree)
    if not resolver.errors and resolver.kind(formula) != "number":
        resolver.fault("X207", "a matrix where a part of a member is meant", formula.span, remedy="write its elements with their indices")
    errors += [*resolver.errors, *_unit_faults(formula, scalar, substances)]
    named = _letters(formula)
    letters = {set_id: [letter for letter in letters if letter in named] for set_id, letters in sides.items()}
    if any(isinstance(node, Binder | Diagonal) for node in walk(formula)):
        errors.append(SpecError("S105", f"the part of a {of} that a {own.id} has sums over members", scalar.place,
                                why="it stands within sums, whose letters are theirs",
                                remedy="define a quantity with both indices, and name that"))  # fmt: skip
    elif any(len(found) != 1 for found in letters.values()) and len(errors) == before:
        errors.append(_not_in_two_letters(scalar, own, names.index_sets[of], sorted(named)))
    return Weight(of, formula, letters[of][0], letters[own.id][0], scalar.source) if len(errors) == before else None


def _not_in_two_letters(scalar: Scalar, own: IndexSet, of: IndexSet, named: list[str]) -> SpecError:
    y, q = ("".join(index_set.letters[:1]) for index_set in (of, own))
    return SpecError(
        "S105", f"the part of a {of.id} that a {own.id} has is not a formula in one letter of each", scalar.place,
        why=f"letters of {of.id} and of {own.id} that it names: {', '.join(named) or 'none'}",
        remedy=f"write it in {y} and {q}, as in shared_days({y}, {q}) / operating_days({y})",
    )  # fmt: skip


def _letters(formula: Node) -> set[str]:
    return {node.letter for node in walk(formula) if isinstance(node, IndexLetter | IndexGroup | Letter | Member)}


def _unit_faults(formula: Node, scalar: Scalar, substances: tuple[str, ...]) -> list[UnitError]:
    """Return what is wrong with units behind numbers."""
    faults = []
    for node in walk(formula):
        if isinstance(node, Number | Ratio) and node.unit is not None:
            try:
                parse_unit(node.unit, scalar.source.place(node.span), substances)
            except UnitError as error:
                faults.append(error)
    return faults
