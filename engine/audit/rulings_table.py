"""What hangs on the open places of the text: the result of a run under every other reading, and the difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.register import taken_by_input
from engine.plan.setting import may_hold
from engine.run.run import Run
from equations.errors import MethodologyError
from equations.model.ruling import RegisterEntry, Ruling
from equations.readings.composition import with_readings

#: Runs the project again under other readings (ruling -> reading).
Rerun = Callable[[Mapping[str, str]], Run]


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One reading of one ruling.

    Attributes
    ----------
    taken
        Whether the run reads the text in this way.
    applies
        Whether anything that the result follows from asks for the ruling under the choices made.
    result
        The methodology's result over all its members, or ``None`` where the run fails; ``error`` then says why.
    difference
        Result less that of the run.
    """

    ruling: str
    reading: str
    meaning: str
    taken: bool
    default: bool
    applies: bool
    result: float | None
    difference: float | None
    error: str = ""

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        record: dict[str, object] = {
            "ruling": self.ruling,
            "reading": self.reading,
            "meaning": self.meaning,
            "taken": self.taken,
            "default": self.default,
            "applies": self.applies,
            "result": self.result,
            "difference": self.difference,
        }
        return record | {"error": self.error} if self.error else record


@dataclass(frozen=True, slots=True)
class RulingsTable:
    """All readings of the rulings that have more than one, and the rulings that only record a decision.

    Attributes
    ----------
    lines
        Ruling by ruling, those that move this project's result most first.
    by_input
        Entries of the register that can move credits and that no reading measures, for their other side is another input.
    """

    quantity: str
    unit: str
    total: float
    lines: tuple[ReadingLine, ...]
    settled: tuple[str, ...]
    by_input: tuple[RegisterEntry, ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "quantity": self.quantity,
            "unit": self.unit,
            "result": self.total,
            "readings": [line.as_record() for line in self.lines],
            "settled": list(self.settled),
            "not_measured": [{"entry": entry.id, "inputs": list(entry.inputs)} for entry in self.by_input],
        }


def rulings_table(run: Run, rerun: Rerun) -> RulingsTable:
    """Run a project again under each reading that it does not take, one at a time.

    Parameters
    ----------
    rerun
        Runs the same project under the run's readings, of which those named are exchanged.

    Returns
    -------
    RulingsTable
        The rulings that move the result most first, the others in the order of the spec. A reading under which the run fails is
        kept with its error.
    """
    methodology = run.methodology
    open_rulings = [ruling for ruling in methodology.rulings if len(ruling.readings) > 1]
    by_ruling = sorted((_lines(run, ruling, rerun) for ruling in open_rulings), key=_least_moved)
    lines = [line for of_one in by_ruling for line in of_one]
    settled = tuple(ruling.id for ruling in methodology.rulings if len(ruling.readings) == 1)
    unit = str(methodology.quantity[methodology.result].unit)
    return RulingsTable(run.headline.label, unit, run.headline.value, tuple(lines), settled, taken_by_input(methodology, run.setting))


def _least_moved(lines: list[ReadingLine]) -> tuple[bool, float]:
    """Return what sorts rulings: those that fail under a reading first, then by what they move."""
    return not any(line.error for line in lines), -max(abs(line.difference or 0.0) for line in lines)


def _lines(run: Run, ruling: Ruling, rerun: Rerun) -> list[ReadingLine]:
    taken = run.setting.readings[ruling.id]
    concerned = {reading.id for reading in ruling.readings if reading.id != taken and _concerns(run, ruling, reading.id)}
    applies = bool(concerned)
    lines = []
    for reading in ruling.readings:
        result: float | None = run.headline.value
        error = ""
        if reading.id in concerned:
            try:
                result = rerun({ruling.id: reading.id}).headline.value
            except MethodologyError as fault:
                result, error = None, f"{fault.code} {fault.what}"
        difference = None if result is None else result - run.headline.value
        lines.append(
            ReadingLine(
                ruling=ruling.id,
                reading=reading.id,
                meaning=reading.meaning,
                taken=reading.id == taken,
                default=reading.id == ruling.default,
                applies=applies,
                result=result,
                difference=difference,
                error=error,
            )
        )
    return lines


def _concerns(run: Run, ruling: Ruling, reading: str) -> bool:
    """Whether the result follows from anything that another reading changes, under the choices made, or cannot be composed with it."""
    try:
        other = with_readings(run.methodology, {**run.setting.readings, ruling.id: reading})
    except MethodologyError:
        return True
    if other.datasets != run.methodology.datasets:
        return True
    before, after = run.methodology.equation, other.equation
    ids = {id_ for id_, equation in before.items() if after.get(id_) is not equation and after.get(id_) != equation}
    ids |= after.keys() - before.keys()
    changed = [equation for id_ in ids for equation in (before.get(id_), after.get(id_)) if equation is not None]
    return any(
        equation.quantity in run.plan.needs
        and equation.quantity not in run.inputs.values
        and (equation.when is None or may_hold(equation.when, run.setting))
        for equation in changed
    )


def ruling_findings(table: RulingsTable) -> tuple[Finding, ...]:
    """Return a note (A716) for each open ruling that moves the result, and a warning for a reading that does not run."""
    found = []
    for ruling in dict.fromkeys(line.ruling for line in table.lines):
        lines = [line for line in table.lines if line.ruling == ruling and not line.taken]
        moved = [line for line in lines if line.difference]
        failed = [line for line in lines if line.error]
        if moved:
            shown = [f"{line.reading} {_signed(line.difference or 0.0)} {table.unit}" for line in moved]
            found.append(
                Finding(
                    "A716",
                    "note",
                    ruling,
                    f"another reading moves {table.quantity}",
                    "; ".join(shown),
                    "see that the reading taken is the one that the programme accepts",
                )
            )
        if failed:
            found.append(
                Finding(
                    "A716",
                    "warning",
                    ruling,
                    f"{table.quantity} cannot be computed under another reading",
                    "; ".join(f"{line.reading}: {line.error}" for line in failed),
                )
            )
    return tuple(found)


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)
