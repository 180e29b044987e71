"""Small faults in what a spec declares beside its equations: the unit of a quantity, the numbers of a dataset.

Each fault is one entry of the spec with one thing wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from equations.model.dataset import ValueBlock
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.units.unit import Unit, UnitWord, base_name

#: Kinds of small fault in a declaration, with what each does.
OPERATORS: dict[str, str] = {
    "substance": "a unit names another substance that a conversion relates to the right one, or none",
    "unit prefix": "a default is read in a unit that is a thousand times too large or too small",
    "other source": "a default has the number that another dataset gives for it",
    "transposed table": "a table is read with rows for columns",
}
_MASS = "[mass]"


@dataclass(frozen=True, slots=True)
class UnitFault:
    """A quantity with another unit."""

    operator: str
    what: str
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class ValueFault:
    """A block of values with one thing wrong; ``block`` is the place of the right one in its dataset."""

    operator: str
    what: str
    dataset: str
    block: int
    values: ValueBlock


def unit_faults(methodology: Methodology) -> Iterator[UnitFault]:
    """Yield each quantity with a wrong substance in its unit."""
    partners = related_substances(methodology)
    for quantity in methodology.quantities:
        if quantity.type != "number" or quantity.alternatives is not None:
            continue
        for unit in other_substances(quantity.unit, partners):
            what = f"{quantity.id} in {unit.text}, not {quantity.unit.in_words()}"
            yield UnitFault("substance", what, replace(quantity, unit=unit))


def value_faults(methodology: Methodology) -> Iterator[ValueFault]:
    """Yield each block of values with one thing wrong."""
    partners = related_substances(methodology)
    for dataset in methodology.datasets:
        for at, block in enumerate(dataset.values):
            for operator, what, values in _of_block(block, methodology, partners):
                yield ValueFault(operator, f"{block.quantity} of {dataset.id}: {what}", dataset.id, at, values)
            for other in methodology.datasets:
                for theirs in other.values:
                    if dataset.use == "default" and other is not dataset and theirs.quantity == block.quantity:
                        yield ValueFault("other source", f"{block.quantity} of {dataset.id}: the number of {other.id}",
                                         dataset.id, at, replace(block, cells=theirs.cells, unit=theirs.unit))  # fmt: skip


def _of_block(
    block: ValueBlock, methodology: Methodology, partners: Mapping[str, set[str]]
) -> Iterator[tuple[str, str, ValueBlock]]:
    for scale in (Fraction(1000), Fraction(1, 1000)):
        unit = Unit(block.unit.powers, block.unit.scale * scale, f"{float(scale):g} {block.unit}")
        yield "unit prefix", f"read in {unit}", replace(block, unit=unit)
    for unit in other_substances(block.unit, partners):
        yield "substance", f"in {unit.text}", replace(block, unit=unit)
    axes = [methodology.base_set(axis) for axis in methodology.quantity[block.quantity].indices]
    if len(axes) > 1 and axes[0] == axes[1]:
        cells = tuple(((labels[1], labels[0], *labels[2:]), text) for labels, text in block.cells)
        yield "transposed table", "rows for columns", replace(block, cells=cells)


def related_substances(methodology: Methodology) -> dict[str, set[str]]:
    """Return, for each substance, those that a constant, a quantity or an equivalence of the spec converts it to or from."""
    found: dict[str, set[str]] = {}

    def relate(one: str, two: str) -> None:
        found.setdefault(one, set()).add(two)
        found.setdefault(two, set()).add(one)

    for unit in (*(c.unit for c in methodology.constants), *(q.unit for q in methodology.quantities)):
        for one, power in unit.powers:
            for two, other in unit.powers:
                if is_substance(one) and is_substance(two) and power > 0 > other:
                    relate(one, two)
    for equivalence in methodology.equivalences:
        for one, _ in equivalence.source_unit.powers:
            for two, _ in equivalence.target_unit.powers:
                if is_substance(one) and is_substance(two):
                    relate(one, two)
    return found


def is_substance(dimension: str) -> bool:
    """Whether a base dimension is the mass of a substance."""
    return dimension.startswith("[of_")


def other_substances(unit: Unit, partners: Mapping[str, set[str]]) -> Iterator[Unit]:
    """Yield a unit with each of its substances exchanged for a related one, or left as a mere mass."""
    for dimension, power in unit.powers:
        if is_substance(dimension):
            for other in (*sorted(partners.get(dimension, ())), _MASS):
                changed = unit / Unit(((dimension, power),)) * Unit(((other, power),))
                words = (_of_another(word, other) if dict(word.powers) == {dimension: 1} else word for word in unit.words)
                changed = replace(changed, words=tuple(words))
                yield replace(changed, text=changed.in_words())


def _of_another(word: UnitWord, dimension: str) -> UnitWord:
    """Return a word for the mass of a substance as one for another mass, in tonnes; the unit keeps its size."""
    return UnitWord(base_name(dimension), ((dimension, Fraction(1)),), Fraction(10**6), word.power)
