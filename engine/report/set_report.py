"""What numbers that were set move: the run with them beside the project as it is reported."""

from __future__ import annotations

from collections.abc import Iterator

from engine.output.terminal import bold, table, wrapped
from engine.report.yearly_table import TOTAL, YearlyRow, fixed, yearly_table
from engine.run.run import Run
from engine.run.totals import Headline
from equations.errors import InputError, MethodologyError, Place
from equations.records import record


@record(frozen=True)
class BesideReported:
    """A run with numbers that were set, and the same project without them.

    Attributes
    ----------
    reported
        The run without them, or ``None`` where it has none.
    error
        Why it has none.
    """

    run: Run
    reported: Run | None
    error: MethodologyError | None = None

    def results(self) -> Iterator[tuple[str, Headline, Headline | None]]:
        """Yield each result with what it comes to now, and without the numbers that were set."""
        before = self.reported.results if self.reported is not None else {}
        for id_, now in self.run.results.items():
            held = before.get(id_)
            yield id_, now, held if held is not None and held.label == now.label else None

    def rows(self) -> Iterator[tuple[YearlyRow, YearlyRow]]:
        """Yield the rows of the yearly table that differ, as they are now and as they were."""
        before = {row.quantity.id: row for row in yearly_table(self.reported).rows} if self.reported is not None else {}
        for row in yearly_table(self.run).rows:
            held = before.get(row.quantity.id)
            if held is not None and len(held.values) == len(row.values) and (held.values, held.total) != (row.values, row.total):
                yield row, held


def set_lines(run: Run) -> Iterator[str]:
    """Yield the lines that say, on top of a run, which numbers were set."""
    replaced = run.inputs.replaced
    if replaced:
        by = ", ".join(dict.fromkeys(one.by for one in replaced))
        yield bold(f"NOT THE PROJECT AS REPORTED: {len(replaced)} {'number is' if len(replaced) == 1 else 'numbers are'} set by {by}")
        yield from (f"  {one.said}" for one in replaced)


def refuse_set(run: Run, why: str) -> None:
    """Refuse a run of numbers that were set, for what is of the project as it is reported.

    Raises
    ------
    InputError
        I508 where there are such numbers.
    """
    if run.inputs.replaced:
        raise InputError("I508", "numbers of the project are set in place of what it reports (`set:`)", Place(str(run.project.path)), why=why,
                         remedy="leave `set:` out, or put its numbers under `values:`")  # fmt: skip


def beside_text(beside: BesideReported) -> str:
    """Return what the numbers move, for a terminal."""
    head = bold("Differences to the project as reported (with the numbers that are set, less without them)")
    if beside.reported is None:
        why = f"{beside.error.code} {beside.error.what}" if beside.error is not None else "it has none"
        return f"{head}\n{wrapped(f'The project as reported has no result: {why}', '  ')}\n"
    rows = list(beside.rows())
    lines = [head]
    if rows:
        years = yearly_table(beside.run).years
        body = [
            [now.quantity.id, str(now.quantity.unit), *map(_less, now.values, before.values), _less(now.total, before.total)]
            for now, before in rows
        ]
        lines.append(table(["", "unit", *years, TOTAL], body, right=range(2, 3 + len(years))))
    for id_, now, held in beside.results():
        unit = beside.run.methodology.quantity[id_].unit
        if held is None:
            lines.append(f"{now.label}: {fixed(now.value, 3)} {unit} with; the project as reported has no such number")
            continue
        lines.append(f"{now.label}: {fixed(held.value, 3)} without, {fixed(now.value, 3)} with, {_less(now.value, held.value, 3)} {unit}")
    return "\n".join(lines) + "\n"


def _less(now: float | None, before: float | None, digits: int = 1) -> str:
    if now is None or before is None:
        return "" if now is before else "no number before" if before is None else "no number now"
    shown = fixed(now - before, digits)
    return f"+{shown}" if now > before and not shown.startswith("-") else shown


def set_record(run: Run) -> dict[str, object]:
    """Return the numbers that were set, under ``set``; of a project as reported nothing is said."""
    return {"set": [one.as_record() for one in run.inputs.replaced]} if run.inputs.replaced else {}


def beside_record(beside: BesideReported) -> dict[str, object]:
    """Return what they move as plain data, under ``as_reported``."""
    if beside.reported is None:
        return {"as_reported": {"error": beside.error.as_record() if beside.error is not None else None}}
    results = [
        {"quantity": now.label, "unit": str(beside.run.methodology.quantity[id_].unit), "value": held.value if held is not None else None,
         "difference": now.value - held.value if held is not None else None}
        for id_, now, held in beside.results()
    ]  # fmt: skip
    years = yearly_table(beside.run).years
    by_year = [
        {"quantity": now.quantity.id, "unit": str(now.quantity.unit), "values": dict(zip(years, before.values, strict=True)),
         "total": before.total} for now, before in beside.rows()
    ]  # fmt: skip
    return {"as_reported": {"results": results, "by_year": by_year}}
