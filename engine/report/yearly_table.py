"""The yearly table of a run: what the report names, year by year, with what the years come to. One table for every writer."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal

from engine.run.run import Run
from engine.run.totals import is_amount, over_years
from equations.model.quantity import Quantity
from equations.records import record

_DIGITS = 1
#: The head of the last column.
TOTAL = "total"


@record(frozen=True)
class YearlyRow:
    """One quantity.

    Attributes
    ----------
    values
        One for each year, in the quantity's unit; ``None`` where the year needs none.
    total
        What the years come to, or ``None`` where they come to nothing that means something.
    over_years
        How: ``sum``, ``last`` or ``none``.
    """

    quantity: Quantity
    values: tuple[float | None, ...]
    total: float | None
    over_years: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The values as they are shown."""
        return tuple("" if value is None else fixed(value, _DIGITS) for value in self.values)

    @property
    def total_cell(self) -> str:
        """The total as it is shown; that of a stock says that it is the last year's."""
        return "" if self.total is None else fixed(self.total, _DIGITS) + (" (last)" if self.over_years == "last" else "")

    @property
    def adds_up(self) -> bool:
        """Whether the shown values add up to the shown total."""
        if self.over_years != "sum" or self.total is None:
            return True
        return sum((_decimal(value) for value in self.values if value is not None), Decimal(0)) == _decimal(self.total)


@record(frozen=True)
class YearlyTable:
    """The years and a row for each quantity of the methodology's report, and each of several results, that is given by year."""

    years: tuple[str, ...]
    rows: tuple[YearlyRow, ...]

    @property
    def note(self) -> str:
        """What a reader who adds up the shown numbers has to know; empty where they do."""
        off = [row.quantity.id for row in self.rows if not row.adds_up]
        unsaid = [row.quantity.id for row in self.rows if row.over_years == "none" and not row.quantity.over_years and is_amount(row.quantity)]
        parts = []
        if off:
            parts.append(
                f"rounded to {_DIGITS} decimal, the years of {', '.join(off)} do not add up to the last digit; totals are of unrounded numbers"
            )
        if unsaid:
            parts.append(f"no total of {', '.join(unsaid)}: the spec does not say what years do to it (`over_years`)")
        return "; ".join(parts)

    def as_records(self) -> list[dict[str, object]]:
        """Return the rows as plain data."""
        return [
            {
                "quantity": row.quantity.id,
                "unit": str(row.quantity.unit),
                "values": dict(zip(self.years, row.values, strict=True)),
                "over_years": row.over_years,
                "total": row.total,
            }
            for row in self.rows
        ]


def yearly_table(run: Run) -> YearlyTable:
    """Return the yearly table of a run."""
    methodology = run.methodology
    year_set = methodology.year_set
    rows = []
    results = methodology.result_ids if len(methodology.results) > 1 else ()
    for id_ in dict.fromkeys((*methodology.report, *results)):
        quantity = methodology.quantity[id_]
        if quantity.indices != (year_set,) or id_ not in run.values.arrays:
            continue
        values = tuple(float(v) if math.isfinite(v) else None for v in run.values.arrays[id_])
        way = over_years(methodology, quantity)
        rows.append(YearlyRow(quantity, values, _total(values, way), way))
    return YearlyTable(tuple(run.setting.members.get(year_set, ())), tuple(rows))


def _total(values: tuple[float | None, ...], way: str) -> float | None:
    known = [value for value in values if value is not None]
    if not known or way == "none":
        return None
    return math.fsum(known) if way == "sum" else known[-1]


def _decimal(value: float) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-_DIGITS), ROUND_HALF_EVEN)


def fixed(value: float, digits: int) -> str:
    """Return a number with thousands separated and so many decimals; what rounds to nothing has no sign.

    Examples
    --------
    >>> fixed(1234.56, 1), fixed(-2.8e-17, 3), fixed(-0.5, 1)
    ('1,234.6', '0.000', '-0.5')
    """
    text = f"{value:,.{digits}f}"
    return text[1:] if text.startswith("-") and not any(sign in "123456789" for sign in text) else text
