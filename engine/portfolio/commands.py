"""What the command portfolio does, from its options to text."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from engine.batch.run import Way
from engine.portfolio.portfolio import Entry, Outcome, entries_of_table, run_portfolio
from engine.report import to_json
from engine.session import open_session
from engine.terminal import number, table
from equations.errors import InputError

FORMAT = "mrvgraph-portfolio/1"


def portfolio_entries(projects: Sequence[str], rows: str | None) -> list[Entry]:
    """Return the projects of a portfolio: files, or rows of a table over one file.

    Raises
    ------
    InputError
        I511 where a table is given with several files.
    """
    if rows is None:
        return [Entry(str(path), Path(path)) for path in projects]
    if len(projects) != 1:
        raise InputError("I511", f"a table goes with one project file, not {len(projects)}", remedy="name one")
    return entries_of_table(Path(rows), Path(projects[0]))


def run_entries(
    spec: str,
    entries: Sequence[Entry],
    output: str | None,
    *,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    workers: int | None,
    progress: Callable[[int], None],
) -> list[Outcome]:
    """Evaluate a portfolio; see :func:`engine.portfolio.portfolio.run_portfolio`."""
    session = open_session(spec)
    path = Path(output) if output else None
    try:
        found = run_portfolio(
            session.methodology,
            session.read_unit,
            entries,
            path,
            choices=choices,
            readings=readings,
            way=Way(workers=workers),
            progress=progress,
        )
    except OSError as cause:
        raise InputError("I509", f"the file {output!r} cannot be written: {cause.strerror}") from cause
    session.save()
    return found


def portfolio_output(outcomes: Sequence[Outcome], way: str) -> str:
    """Return outcomes as text, JSON or CSV."""
    if way == "json":
        return to_json({"format": FORMAT, "projects": [outcome.as_record() for outcome in outcomes]})
    if way == "csv":
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["name", "result", "unit", "error"])
        for outcome in outcomes:
            writer.writerow([outcome.name, "" if outcome.result is None else repr(outcome.result), outcome.unit, _error(outcome)])
        return out.getvalue()
    rows = [[o.name, "" if o.result is None else number(o.result), o.unit, _error(o)] for o in outcomes]
    failed = sum(bool(outcome.errors) for outcome in outcomes)
    return (
        table(["project", "result", "unit", "error"], rows, right=[1]) + f"\n\n{len(outcomes)} projects, {failed} with an error\n"
    )


def _error(outcome: Outcome) -> str:
    return "; ".join(f"{error['code']} {error['what']}" for error in outcome.errors)
