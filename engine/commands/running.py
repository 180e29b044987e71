"""What the command run does: a project evaluated, and where numbers were set the same project without them beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.commands.session import open_session
from engine.report import run_report as report
from engine.report.set_report import BesideReported, beside_record, beside_text
from engine.run.run import Run
from equations.records import record


@record(frozen=True)
class RunWish:
    """What was asked for on the command line; ``set_numbers`` as ``A[E]=50000 ha``."""

    spec: str
    project: str
    choices: Mapping[str, str]
    readings: Mapping[str, str]
    targets: tuple[str, ...] = ()
    set_numbers: tuple[str, ...] = ()


@record(frozen=True)
class Finished:
    """A run, and what it is beside where numbers were set."""

    run: Run
    beside: BesideReported | None = None


def finished(asked: RunWish) -> Finished:
    """Evaluate a project.

    Raises
    ------
    MethodologyError
        With every fault of the spec or of the input.
    """
    session = open_session(asked.spec)
    run = session.run(asked.project, choices=asked.choices, readings=asked.readings, targets=asked.targets, set_numbers=asked.set_numbers)
    beside = session.beside(run, asked.choices, asked.readings, asked.targets) if run.inputs.replaced else None
    session.save()
    return Finished(run, beside)


def shown_run(done: Finished, way: str) -> str:
    """Return a run as ``text``, ``json``, ``csv`` or ``md``."""
    writers: dict[str, Callable[[Run], str]] = {"text": report.run_text, "csv": report.run_csv, "md": report.run_markdown}
    if way == "json":
        return report.to_json({**report.run_record(done.run), **(beside_record(done.beside) if done.beside is not None else {})})
    text = writers[way](done.run)
    return f"{text}\n{beside_text(done.beside)}" if way == "text" and done.beside is not None else text
