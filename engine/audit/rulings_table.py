"""What hangs on the open places of the text: the result of a run under every other reading, and the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.finding import Finding
from engine.output.progress import following
from engine.output.terminal import number
from engine.plan.register import taken_by_input
from engine.plan.setting import may_hold
from engine.run.run import Run
from engine.run.totals import Headline
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
    others
        The same two for each further result of the methodology, in the order of :attr:`RulingsTable.others`.
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
    others: tuple[tuple[float | None, float | None], ...] = ()

    @property
    def moves(self) -> bool:
        """Whether it moves any result."""
        return bool(self.difference) or any(difference for _, difference in self.others)

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
        if self.others:
            record["others"] = [{"result": result, "difference": difference} for result, difference in self.others]
        return record | {"error": self.error} if self.error else record


@dataclass(frozen=True, slots=True)
class FurtherResult:
    """A result beside the first: what it is called, its unit, and what the run comes to."""

    quantity: str
    unit: str
    total: float

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {"quantity": self.quantity, "unit": self.unit, "result": self.total}


@dataclass(frozen=True, slots=True)
class RulingsTable:
    """All readings of the rulings that have more than one, and the rulings that only record a decision.

    Attributes
    ----------
    lines
        Ruling by ruling, those that move this project's result most first.
    by_input
        Entries of the register that can move the result and that no reading measures, for their other side is another input.
    """

    quantity: str
    unit: str
    total: float
    lines: tuple[ReadingLine, ...]
    settled: tuple[str, ...]
    by_input: tuple[RegisterEntry, ...] = ()
    others: tuple[FurtherResult, ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "quantity": self.quantity,
            "unit": self.unit,
            "result": self.total,
            **({"others": [other.as_record() for other in self.others]} if self.others else {}),
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
    by_ruling = sorted((_lines(run, ruling, rerun) for ruling in following(open_rulings, "rulings of the text")), key=_least_moved)
    lines = [line for of_one in by_ruling for line in of_one]
    settled = tuple(ruling.id for ruling in methodology.rulings if len(ruling.readings) == 1)
    unit = str(methodology.quantity[methodology.result].unit)
    others = tuple(FurtherResult(found.label, str(methodology.quantity[id_].unit), found.value) for id_, found in _further(run))
    by_input = taken_by_input(methodology, run.setting)
    return RulingsTable(
        quantity=run.headline.label, unit=unit, total=run.headline.value, lines=tuple(lines), settled=settled, by_input=by_input,
        others=others,
    )  # fmt: skip


def _further(run: Run) -> list[tuple[str, Headline]]:
    """Return every result but the first, with what it comes to."""
    return list(run.results.items())[1:]


def _least_moved(lines: list[ReadingLine]) -> tuple[bool, float, bool]:
    """Return what sorts rulings: those that fail under a reading first, then by what they move of the first result, then of any."""
    return not any(line.error for line in lines), -max(abs(line.difference or 0.0) for line in lines), not any(line.moves for line in lines)


def _lines(run: Run, ruling: Ruling, rerun: Rerun) -> list[ReadingLine]:
    taken = run.setting.readings[ruling.id]
    concerned = {reading.id for reading in ruling.readings if reading.id != taken and _concerns(run, ruling, reading.id)}
    applies = bool(concerned)
    lines = []
    further = dict(_further(run))
    for reading in ruling.readings:
        result: float | None = run.headline.value
        others: dict[str, float | None] = {id_: found.value for id_, found in further.items()}
        error = ""
        if reading.id in concerned:
            try:
                again = rerun({ruling.id: reading.id})
                result, others = again.headline.value, {id_: again.headline_of(id_).value for id_ in further}
            except MethodologyError as fault:
                result, others, error = None, dict.fromkeys(further), f"{fault.code} {fault.what}"
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
                others=tuple((value, None if value is None else value - further[id_].value) for id_, value in others.items()),
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
        and may_hold(equation.when, run.setting)
        for equation in changed
    )


def ruling_findings(table: RulingsTable) -> tuple[Finding, ...]:
    """Return a note (A716) for each open ruling that moves the result, and a warning for a reading that does not run."""
    found = []
    for ruling in dict.fromkeys(line.ruling for line in table.lines):
        lines = [line for line in table.lines if line.ruling == ruling and not line.taken]
        moved = [line for line in lines if line.moves]
        failed = [line for line in lines if line.error]
        if moved:
            shown = [f"{line.reading} {', '.join(_moved(line, table))}" for line in moved]
            names = [table.quantity] if any(line.difference for line in moved) else []
            names += [other.quantity for at, other in enumerate(table.others) if any(line.others[at][1] for line in moved)]
            found.append(
                Finding(
                    "A716",
                    "note",
                    ruling,
                    f"another reading moves {' and '.join(names)}",
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


def _moved(line: ReadingLine, table: RulingsTable) -> Iterator[str]:
    """Yield by how much a reading moves each result; of several each is named."""
    if line.difference or not table.others:
        yield f"{_signed(line.difference or 0.0)} {table.unit}" + (f" of {table.quantity}" if table.others else "")
    for other, (_, difference) in zip(table.others, line.others, strict=True):
        if difference:
            yield f"{_signed(difference)} {other.unit} of {other.quantity}"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + number(value)
