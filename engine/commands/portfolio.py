"""What the command portfolio does, from its options to text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.batch.cluster import check_address, connected
from engine.batch.evaluation import Way
from engine.commands.session import open_session
from engine.output.escapes import csv_text
from engine.output.terminal import bold, number, table
from engine.portfolio.entries import ProjectEntry, entries_of_files, entries_of_table
from engine.portfolio.outcomes import Outcome
from engine.portfolio.portfolio import one_after_the_other, run_portfolio
from engine.report.run_report import to_json
from equations.errors import InputError, MethodologyError, Place

FORMAT = "mrvgraph-portfolio/1"
#: Of projects with errors, how many are shown with their messages.
_MOST_SAID = 20


def portfolio_entries(projects: Sequence[str], rows: str | None) -> list[ProjectEntry]:
    """Return the projects of a portfolio: files, or rows of a table over one file.

    Raises
    ------
    InputError
        I511 where a table is given with several files.
    """
    if rows is None:
        return entries_of_files(projects)
    if len(projects) != 1:
        raise InputError("I511", f"a table goes with one project file, not {len(projects)}", remedy="name one")
    return entries_of_table(Path(rows), Path(projects[0]))


def run_entries(
    spec: str,
    entries: Sequence[ProjectEntry],
    output: str | None,
    *,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    workers: int | None,
    scheduler: str | None,
    progress: Callable[[int], None],
    remark: Callable[[str], None],
) -> list[Outcome]:
    """Evaluate a portfolio; see :func:`engine.portfolio.portfolio.run_portfolio`."""
    session = open_session(spec)
    session.check()
    if scheduler is not None:
        check_address(scheduler)
    with ExitStack() as opened:

        def each(function: Callable[[Any, Any], Any], job: Any, parts: Iterable[Any]) -> Iterator[Any]:
            if scheduler is None:
                return one_after_the_other(function, job, parts)
            return opened.enter_context(connected(scheduler)).each(function, job, parts)

        found = run_portfolio(
            session.methodology,
            session.read_unit,
            entries,
            Path(output) if output else None,
            choices=choices,
            readings=readings,
            way=Way(workers=workers),
            progress=progress,
            each=each,
            remark=remark,
        )
    session.save()
    if session.methodology.rules and any(outcome.result is not None for outcome in found):
        count = len(session.methodology.rules)
        remark(f"the {count} rule{'s' if count > 1 else ''} of the methodology {'are' if count > 1 else 'is'} not judged in a portfolio: "
               "`mrvgraph run` judges a project")  # fmt: skip
    return found


def portfolio_output(outcomes: Sequence[Outcome], way: str) -> str:
    """Return outcomes as text, JSON or CSV."""
    if way == "json":
        return to_json({"format": FORMAT, "projects": [outcome.as_record() for outcome in outcomes]})
    if way == "csv":
        rows: list[list[object]] = [["name", "result", "unit", "error"]]
        rows += [[o.name, "" if o.result is None else repr(o.result), o.unit, _error(o)] for o in outcomes]
        return csv_text(rows)
    shown = [[o.name, "" if o.result is None else number(o.result), o.unit, _codes(o)] for o in outcomes]
    failed = [outcome for outcome in outcomes if outcome.errors]
    lines = [table(["project", "result", "unit", "errors"], shown, right=[1])]
    for outcome in failed[:_MOST_SAID]:
        lines += ["", bold(outcome.name), *(_message(error) for error in outcome.errors)]
    if len(failed) > _MOST_SAID:
        lines += ["", f"and {len(failed) - _MOST_SAID} more; --json names all errors"]
    return "\n".join([*lines, "", f"{len(outcomes):,} projects, {len(failed):,} with an error"]) + "\n"


def _codes(outcome: Outcome) -> str:
    return ", ".join(dict.fromkeys(str(error["code"]) for error in outcome.errors))


def _message(error: Mapping[str, object]) -> str:
    """Return an error of a project with its place, as a run of it alone would say."""
    place = Place(str(error["file"]), _number(error["line"]), _number(error["column"])) if error["file"] else None
    return str(MethodologyError(str(error["code"]), str(error["what"]), place, why=str(error["why"]), remedy=str(error["remedy"])))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _error(outcome: Outcome) -> str:
    return "; ".join(f"{error['code']} {error['what']}" for error in outcome.errors)
