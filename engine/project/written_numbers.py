"""From a number as written to a float in the quantity's unit: converted once and exactly, and checked against its range."""

from __future__ import annotations

import math
import re
from dataclasses import field
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.finding import Finding
from engine.plan.cells import ABSENT, EXCLUDED, PRESENT
from engine.plan.dataset_cells import may_be_excluded
from engine.project.project_file import read_date
from equations.errors import InputError, MethodologyError, Place, UnitError
from equations.files.strict_yaml import Scalar
from equations.meaning.exact_ratios import taken_for_ratio
from equations.model.day_numbers import number_of_day
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity, Range
from equations.patterns import pattern
from equations.records import record
from equations.spec.block import read_number
from equations.units.unit import SUBSTANCE_DIMENSION, Unit, with_unit

if TYPE_CHECKING:
    from engine.run.arithmetic.samples import SampleEstimate

STATEMENTS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_COMMA = pattern(r"[-+]?[0-9]+,[0-9]+\Z")
_ONE_COMMA = pattern(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}\Z")
_BOTH_SIGNS = pattern(r"[-+]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+\Z")
_THOUSANDS = pattern(r"[-+]?[0-9]{1,3}([, '_][0-9]{3})+(\.[0-9]*)?\Z")
_NUMERIC = pattern(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?\Z")


@record(frozen=True)
class Origin:
    """Where the value of a cell was given.

    Attributes
    ----------
    kind
        ``project``, ``dataset`` (on request) or ``default`` (a dataset used without being asked for).
    name
        Id of the dataset, or the project file's name.
    written, unit
        As it stands there.
    """

    kind: str
    name: str
    written: str
    unit: str
    source: str = ""
    place: Place | None = field(default=None, compare=False)
    meta: tuple[tuple[str, str], ...] = ()
    #: The sample that gives the number.
    estimate: SampleEstimate | None = None

    @property
    def number(self) -> Fraction | None:
        """The number exactly as it was given, ``None`` where it is none."""
        return read_number(self.written) if self.estimate is None else self.estimate.value


@record(frozen=True)
class Given:
    """One number as written, for one cell."""

    text: str
    unit: Unit
    origin: Origin
    place: Place | None
    alternative: str = ""


@record(frozen=False)
class NumberReader:
    """Reads written numbers; collects faults and findings."""

    methodology: Methodology
    errors: list[MethodologyError]
    findings: list[Finding]

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def read(self, quantity: Quantity, shown: str, given: Given) -> tuple[float, int]:
        """Convert one written number, once and exactly, and check its range.

        Parameters
        ----------
        shown
            What the cell is called in messages.

        Returns
        -------
        tuple of float and int
            The value in the quantity's unit (days since 1970 for a date, 1 or 0 for yes or no), and the state of its cell.
        """
        if quantity.type == "yes_no":
            return self.statement(shown, given), PRESENT
        if quantity.type == "date":
            return self.date(shown, given), PRESENT
        if given.text == "NA":
            return self.excluded(quantity, shown, given)
        exact = read_number(given.text) if given.origin.estimate is None else given.origin.number
        value = _beyond(given.text) if exact is None else _float(exact * conversion(quantity, given.unit, given.alternative))
        if value is None:
            self.fault("I505", f"{shown} is not a number: {given.text!r}", given.place,
                       why="a value is a finite number with a decimal point", remedy=rewritten(given.text))  # fmt: skip
            return math.nan, ABSENT
        if not math.isfinite(value) or (value == 0 and exact != 0):
            size = "small" if value == 0 else "large"
            self.fault("I505", f"{shown} is too {size} for a number: {given.text[:40]}", given.place,
                       why="numbers are computed with between 1e-308 and 1.8e308 and with 16 digits",
                       remedy="look for a typing error")  # fmt: skip
            return math.nan, ABSENT
        self.check_range(quantity, shown, given, value)
        if given.origin.kind == "project" and exact is not None and may_be_ratio(quantity):
            self.check_ratio(quantity, shown, given, exact)
        return value, PRESENT

    def check_ratio(self, quantity: Quantity, shown: str, given: Given, exact: Fraction) -> None:
        """Report a number that a slip makes of the exact ratio of its units or molar masses."""
        said = taken_for_ratio(quantity, exact, given.text, given.unit, self.methodology.molecules)
        if said is None or said.kind == "exact" or quantity.not_exact:
            return
        what = f"{shown} = {with_unit(given.text, given.unit)} is not {said.expected.text}"
        why = f"{said.slip or f'it is {said.gap(exact)}'}; {said.expected.why}"
        remedy = "correct it if it converts units or substances; if it was measured, say so in `source`"
        if said.kind == "wrong" and quantity.kind == "default":
            code = "U306" if said.expected.molar else "U305"
            self.errors.append(UnitError(code, what, given.place, why=why, remedy=f"write {said.expected.text}"))
        else:
            self.findings.append(Finding(
                "W822", "warning", quantity.id, what, why, remedy, source=str(quantity.source), place=given.place,
            ))  # fmt: skip

    def excluded(self, quantity: Quantity, shown: str, given: Given) -> tuple[float, int]:
        if may_be_excluded(self.methodology, quantity.id):
            return 0.0, EXCLUDED
        self.fault("I505", f"{shown} is NA", given.place, why="only a cell that the methodology leaves out can be NA",
                   remedy="write the number; 0 is a number")  # fmt: skip
        return math.nan, ABSENT

    def check_range(self, quantity: Quantity, shown: str, given: Given, value: float) -> None:
        if quantity.range is not None and not quantity.range.holds(value):
            self.fault("I504", f"{shown} = {with_unit(given.text, given.unit)} is outside what it can be",
                       given.place, why=f"its range is {with_unit(quantity.range, quantity.unit)}",
                       remedy="correct the number or its unit")  # fmt: skip
        elif given.origin.kind == "project" and (usual := quantity.plausible_for(given.alternative)) and not usual.holds(value):
            self.unusual(quantity, shown, given, value, usual)

    def unusual(self, quantity: Quantity, shown: str, given: Given, value: float, usual: Range) -> None:
        unit = quantity.unit_for(given.alternative)
        evidence = f"{with_unit(value, unit)}; usual: {with_unit(usual, unit)}"
        if usual.source:
            evidence += f" ({usual.source})"
        self.findings.append(
            Finding(
                "A702",
                "warning",
                quantity.id,
                f"{shown} = {with_unit(given.text, given.unit)} is unusual",
                evidence,
                "check the unit (kg for t? a factor of 1000?) and the number",
                source=str(quantity.source),
                place=given.place,
            )
        )

    def statement(self, shown: str, given: Given) -> float:
        value = STATEMENTS.get(given.text.lower())
        if value is None:
            self.fault(
                "I505", f"{shown} is {given.text!r}", given.place, why="it is a statement, true or not", remedy="write yes or no"
            )
            return math.nan
        return value

    def date(self, shown: str, given: Given) -> float:
        place = given.place or Place(given.origin.name)
        day = read_date(Scalar(given.text, place.file, place.line, place.column), shown, self.errors)
        return number_of_day(day) if day is not None else math.nan


def printed_number(quantity: Quantity, text: str, unit: Unit) -> float:
    """Return what a dataset prints as a run has it: in the quantity's unit, days since 1970 for a date, 1 or 0 for an answer; NaN for neither."""
    if quantity.type == "yes_no":
        return STATEMENTS.get(text.lower(), math.nan)
    if quantity.type == "date":
        day = read_date(Scalar(text, "", 0, 0), quantity.id, [])
        return number_of_day(day) if day is not None else math.nan
    return float(Fraction(text) * unit.scale / quantity.unit.scale)


def conversion(quantity: Quantity, unit: Unit, alternative: str = "") -> Fraction:
    """Return the exact factor from a given unit to the quantity's.

    A unit of the publication may be plainer than ours (t for t_urea); base units of a mass and of the mass of a substance are alike, so
    the sizes of the two decide in that case too, also where ours is of another size than the published one (t for short_ton_urea).
    """
    return unit.scale / quantity.unit_for(alternative).scale


def may_be_ratio(quantity: Quantity) -> bool:
    """Whether a quantity is one number that can be a conversion: within one dimension, or of one substance into another."""
    powers = quantity.unit.powers
    ratio = len(powers) == 2 and all(name.startswith(SUBSTANCE_DIMENSION) for name, _ in powers)
    return not quantity.indices and (quantity.unit.is_conversion or ratio)


def _float(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.inf


def _beyond(text: str) -> float | None:
    """Return infinity or zero for a number that is only too long, too large or too small to be read, ``None`` for another text."""
    try:
        value = float(text) if _NUMERIC.match(text.strip()) else None
    except ValueError:
        return None
    return value if value is None or value == 0 else math.inf


def rewritten(text: str) -> str:
    """Return how a text that is no number can be written as one; of a text that can be two numbers both.

    Examples
    --------
    >>> rewritten("1,234").partition(";")[0], rewritten("12,5"), rewritten("1.234,5")
    ('write 1234 where the comma divides thousands, 1.234 where it is the decimal sign', 'write it with a decimal point: 12.5', 'write 1234.5')
    """
    if _ONE_COMMA.match(text.strip()):
        return (f"write {text.strip().replace(',', '')} where the comma divides thousands, {text.strip().replace(',', '.')} where it is the decimal "
                "sign; of a file, `thousands: comma` or `decimal: comma` says it")  # fmt: skip
    if _BOTH_SIGNS.match(text.strip()):
        return f"write {text.strip().replace('.', '').replace(',', '.')}"
    if _THOUSANDS.match(text.strip()):
        return f"write it without separators of thousands: {re.sub(r'[, _]', '', text).replace(chr(39), '')}"
    if _COMMA.match(text.strip()):
        return f"write it with a decimal point: {text.replace(',', '.')}"
    return "write it as 1234.5 or 1.2e3; what is not known stays a gap and is reported"
