"""Read how numbers of a quantity may be replaced that could not be measured (``substitution:``)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from equations.citation import Citation
from equations.formula.syntax import Node
from equations.meaning.names import Names
from equations.model.quantity import Quantity
from equations.model.substitution import Substitution
from equations.spec.block import Block, Errors, checked, unique

#: Reads the condition of a block, in which some letters are bound.
ConditionReader = Callable[[Block, Names, dict[str, str]], Node | None]


def with_substitutions(
    quantity: Quantity, block: Block, names: Names, read_when: ConditionReader, cite: Callable[[Block], Citation], errors: Errors
) -> Quantity:
    """Return a quantity with the methods by which its numbers may be replaced; their conditions name what is declared after it.

    Parameters
    ----------
    block
        The quantity's.
    names
        What a condition can name.
    """
    if not block.has("substitution"):
        return quantity
    if quantity.kind == "computed" or quantity.type != "number":
        block.fault("S105", f"{quantity.id} cannot be replaced by another number", block.place_of("substitution"),
                    why="only a number that a project supplies can be one that was not measured", remedy="leave `substitution:` out")  # fmt: skip
    blocks = list(block.blocks("substitution"))
    found = tuple(_substitution(one, quantity, names, read_when, cite, errors) for one in blocks)
    unique([(own.id, own.place or block.place) for own in found], f"substitutions of {quantity.id}", errors)
    return replace(quantity, substitution=found)


def _substitution(
    block: Block, quantity: Quantity, names: Names, read_when: ConditionReader, cite: Callable[[Block], Citation], errors: Errors
) -> Substitution:
    along, share, row, takes = block.text("along"), block.number("at_most"), block.number("in_a_row"), block.text("takes")
    if along:
        checked(along, quantity.indices, "index", block.place_of("along"), errors)
    if share is not None and not 0 <= share <= 1:
        block.fault("S105", f"at_most is a share, and not {float(share):g}", block.place_of("at_most"), remedy="write 0.1 for a tenth")
    if row is not None and (row.denominator != 1 or row < 1):
        block.fault("S105", "in_a_row is a number of neighbours", block.place_of("in_a_row"), remedy="write a whole number, 1 or more")
    is_in_a_row = takes in ("before", "after") or row is not None
    axis = along or next((index for index in reversed(quantity.indices) if _has_order(index, names)), "")
    if is_in_a_row and not _has_order(axis, names):
        block.fault("S105", f"{block.called()} speaks of neighbours, and {axis or quantity.id} has no order", block.place_of("along"),
                    why="what comes before a member, and what comes after it, is open", remedy="declare `ordered: yes` at the index set")  # fmt: skip
    if not takes and not block.has("statement"):
        block.fault("S104", f"{block.called()} does not say what stands in place of a number", block.place,
                    remedy="add `takes:`, or say it in words under `statement:`")  # fmt: skip
    bound = {letter: set_id for letter, set_id in names.letters.items() if set_id in quantity.indices}
    return Substitution(
        id=block.text("id"), statement=block.text("statement"), takes=takes, along=along, at_most=share,
        in_a_row=int(row) if row is not None else None, when=read_when(block, names, bound), letters=tuple(bound.items()),
        source=cite(block), place=block.place,
    )  # fmt: skip


def _has_order(axis: str, names: Names) -> bool:
    return axis in names.index_sets and names.index_sets[axis].ordered
