"""Published units: where the text declares another unit than the one in which the equations balance. Notes, never hidden."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.finding import Finding
from equations.model.methodology import Methodology


def check_published_units(methodology: Methodology) -> list[Finding]:
    """Report where ours and the published unit differ, where a value is converted, and where an equivalence is used."""
    return [*_quantities(methodology), *_constants(methodology), *_values(methodology), *_equivalences(methodology)]


def _quantities(methodology: Methodology) -> Iterator[Finding]:
    for quantity in methodology.quantities:
        if quantity.published_unit_text and quantity.published_unit != quantity.unit:
            yield Finding(
                "W802",
                "note",
                quantity.id,
                f"published as {quantity.published_unit_text}, read in {quantity.unit}",
                quantity.unit_note,
                source=str(quantity.source),
                place=quantity.place,
            )


def _constants(methodology: Methodology) -> Iterator[Finding]:
    for constant in methodology.constants:
        if constant.published_unit:
            yield Finding(
                "W802",
                "note",
                constant.written,
                f"published as {constant.published_unit}, read in {constant.unit}",
                constant.meaning,
                source=str(constant.source),
            )


def _values(methodology: Methodology) -> Iterator[Finding]:
    for dataset in methodology.datasets:
        for block in dataset.values:
            unit = methodology.quantity[block.quantity].unit
            factor = block.unit.scale / unit.scale if block.unit.same_dimension(unit) else Fraction(1)
            if block.published_unit or factor != 1:
                printed = block.published_unit or str(block.unit)
                what = f"values of {dataset.id} are printed in {printed}, read in {unit}{_by(factor)}"
                yield Finding("W802", "note", block.quantity, what, block.note, source=str(block.source), place=block.place)


def _by(factor: Fraction) -> str:
    if factor == 1:
        return ""
    if factor.denominator == 1:
        return f" (multiplied by {factor})"
    return f" (divided by {1 / factor})" if factor.numerator == 1 else f" (times {factor})"


def _equivalences(methodology: Methodology) -> Iterator[Finding]:
    for equation in methodology.equations:
        for id_ in equation.equivalences:
            reason = methodology.equivalence[id_].reason
            yield Finding(
                "W803",
                "note",
                equation.id,
                f"{equation.label} mixes units under {id_}",
                reason,
                source=str(equation.source),
                place=equation.place,
            )
