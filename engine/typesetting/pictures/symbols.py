"""Symbols of quantities as a reader knows them: with the letters that the equations write."""

from __future__ import annotations

from collections.abc import Mapping

from equations.formula.syntax import Element, IndexLetter, walk
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.notation.matrix import free_letter
from equations.notation.symbols import letter_latex, symbol_latex


def letters_as_written(methodology: Methodology) -> dict[str, tuple[str, ...]]:
    """Return, for each quantity, the letters with which an equation writes it, where one does so without lag and labels."""
    found: dict[str, tuple[str, ...]] = {}
    for equation in methodology.equations:
        for node in (equation.defines, *walk(equation.formula)):
            if isinstance(node, Element) and node.quantity not in found:
                letters = tuple(i.letter for i in node.indices if isinstance(i, IndexLetter) and not i.offset)
                if len(letters) == len(methodology.quantity[node.quantity].indices) == len(set(letters)):
                    found[node.quantity] = letters
    return found


def symbol_of(quantity: Quantity, methodology: Methodology, written: Mapping[str, tuple[str, ...]]) -> str:
    """Return the LaTeX of a quantity's symbol with a letter in the place of each index.

    Parameters
    ----------
    written
        From :func:`letters_as_written`; a quantity that is not in it gets letters of its index sets.
    """
    letters = written.get(quantity.id)
    if letters is None:
        used: set[str] = set()
        letters = tuple(free_letter(axis, used, methodology) for axis in quantity.indices)
    return symbol_latex(quantity, [letter_latex(letter) for letter in letters])
