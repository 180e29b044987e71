"""What the command portfolio does, from its options to text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.batch.cluster import check_address, connected
from engine.batch.evaluation import Way
from engine.commands.named_spec import naming
from engine.commands.session import loaded, open_session
from engine.output.asides import aside
from engine.output.escapes import csv_text
from engine.output.terminal import bold, number
from engine.output.text_grid import TextGrid, text_grid
from engine.portfolio.entries import ProjectEntry, entries_of_files, entries_of_table
from engine.portfolio.outcomes import Outcome
from engine.portfolio.portfolio import one_after_the_other, run_portfolio
from engine.project.project_file import read_project
from engine.report.run_report import to_json
from engine.run.version_gap import other_version
from equations.errors import InputError, MethodologyError, Place, listed
from equations.model.methodology import Methodology

FORMAT = "mrvgraph-portfolio/1"
#: Of projects with errors, how many are shown with their messages.
_MOST_SAID = 20
#: So many projects of another methodology are named, and the others counted.
_MOST_TOLD = 5


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
    _tell_others(session.methodology, list(dict.fromkeys(str(entry.path) for entry in entries)))
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
    left_out = _left_out(session.methodology)
    if left_out and any(outcome.result is not None for outcome in found):
        remark(f"{left_out} not judged in a portfolio: `mrvgraph run` judges a project")
    return found


def _tell_others(methodology: Methodology, projects: Sequence[str]) -> None:
    """Tell which projects name another methodology than the one under which they are evaluated, each in the words of a run of it alone."""
    found: dict[tuple[str, Path], str] = {}
    others = []
    for path, named, _ in naming(projects, lambda path: read_project(path).methodology):
        at = named, Path(path).parent
        if at not in found:
            found[at] = other_version(methodology, *at, loaded)
        if found[at]:
            others.append((path, found[at]))
    for path, other in others[:_MOST_TOLD]:
        aside(other.replace("the project file", path, 1))
    if len(others) > _MOST_TOLD:
        aside(f"{len(others) - _MOST_TOLD} more project files name another methodology than {methodology.reference}")


def _left_out(methodology: Methodology) -> str:
    """Return in words, with their verb, what a run would judge: rules, and rows that are said to add up."""
    count, rows = len(methodology.rules), [q.id for q in methodology.quantities if q.rows_sum_to is not None]
    found = [f"the {count} rule{'s' if count > 1 else ''} of the methodology"] if count else []
    found += [f"what the rows of {listed(rows, 4)} add up to"] if rows else []
    return f"{' and '.join(found)} {'are' if count > 1 or len(found) > 1 else 'is'}" if found else ""


def portfolio_output(outcomes: Sequence[Outcome], way: str) -> str:
    """Return outcomes as text, JSON or CSV; results beside the first have columns of their own."""
    if way == "json":
        return to_json({"format": FORMAT, "projects": [outcome.as_record() for outcome in outcomes]})
    if way == "csv":
        further = _further(outcomes)
        more = [head for id_ in further for head in (id_, f"unit of {id_}")]
        rows: list[list[object]] = [["name", "result", "unit", *more, "error"]]
        rows += [[o.name, _shown(o.result, repr), o.unit, *_more(o, further, repr), _error(o)] for o in outcomes]
        return csv_text(rows)
    failed = [outcome for outcome in outcomes if outcome.errors]
    lines = [outcomes_grid(outcomes).text]
    for outcome in failed[:_MOST_SAID]:
        lines += ["", bold(outcome.name), *(_message(error) for error in outcome.errors)]
    if len(failed) > _MOST_SAID:
        lines += ["", f"and {len(failed) - _MOST_SAID} more; --json names all errors"]
    return "\n".join([*lines, "", f"{len(outcomes):,} projects, {len(failed):,} with an error"]) + "\n"


def outcomes_grid(outcomes: Sequence[Outcome]) -> TextGrid:
    """Return the results of each project, or the codes of its errors, as a table."""
    further = _further(outcomes)
    shown = [[o.name, _shown(o.result, number), o.unit, *_more(o, further, number), _codes(o)] for o in outcomes]
    heads = ["project", "result", "unit", *(head for id_ in further for head in (id_, "unit")), "errors"]
    return text_grid(heads, shown, [1, *range(3, 3 + 2 * len(further), 2)])


def _further(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(id_ for outcome in outcomes for id_ in outcome.others))


def _shown(value: object, write: Callable[[float], str]) -> str:
    return write(value) if isinstance(value, float) else ""


def _more(outcome: Outcome, further: Sequence[str], write: Callable[[float], str]) -> Iterator[str]:
    """Yield number and unit of each further result."""
    for id_ in further:
        one = outcome.others.get(id_, {})
        yield _shown(one.get("result"), write)
        yield str(one.get("unit", ""))


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
