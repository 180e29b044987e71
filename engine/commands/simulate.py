"""What the commands simulate, sensitivity and solve do, from their options to text.

A simulation of some thousand draws takes less than loading what only pictures, searches and clusters need: each of these is imported by who needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.batch.batchable import Batchable, NumberSource
from engine.batch.evaluation import BatchValues, Evaluate, Progress, Way, evaluate_batch
from engine.commands.session import open_session
from engine.report.run_report import to_json
from engine.simulate.simulation import LEVELS, MOST_DRAWS, Simulation, simulate
from engine.simulate.simulation_report import simulation_csv, simulation_record, simulation_text
from engine.simulate.uncertainty_file import read_uncertainty
from equations.errors import InputError, near_or_all

if TYPE_CHECKING:
    from engine.simulate.sensitivity import Sensitivity
    from engine.simulate.solving import Solved


def run_simulation(
    spec: str,
    project: str,
    *,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    draws: int,
    seed: int,
    targets: tuple[str, ...],
    levels: Sequence[str] | None,
    deductions: Sequence[str] | None,
    stop: float | None,
    backend: str,
    workers: int | None,
    scheduler: str | None,
    progress: Callable[[int], None],
) -> Simulation:
    """Run a project and simulate it.

    Raises
    ------
    MethodologyError
        With every fault of the project, or of what is asked for.
    """
    session = open_session(spec)
    methodology = session.methodology
    wanted = tuple(dict.fromkeys((*methodology.reported, *(t for t in targets if t in methodology.quantity))))
    run = session.run(project, choices=choices, readings=readings, targets=wanted)
    session.save()
    way = Way(backend=backend, workers=workers)
    wished = _levels(levels), _deductions(deductions)
    with _evaluator(scheduler) as evaluate:
        return simulate(
            run,
            session.read_unit,
            draws=draws,
            seed=seed,
            targets=targets,
            levels=wished[0],
            deductions=wished[1],
            stop=stop,
            way=way,
            progress=progress,
            evaluate=evaluate,
        )


@contextmanager
def _evaluator(scheduler: str | None) -> Iterator[Evaluate]:
    """Yield what evaluates draws: this process, or the cluster behind an address, once there is something to evaluate."""
    if scheduler is None:
        yield evaluate_batch
        return
    from engine.batch.cluster import check_address, connected
    from engine.batch.on_cluster import evaluate_on

    check_address(scheduler)
    with ExitStack() as opened:
        held: list[Evaluate] = []

        def evaluate(batchable: Batchable, source: NumberSource, way: Way, progress: Progress | None = None) -> BatchValues:
            if not held:
                held.append(evaluate_on(opened.enter_context(connected(scheduler))))
            return held[0](batchable, source, way, progress)

        yield evaluate


def run_sensitivity(
    spec: str,
    project: str,
    *,
    choices: Mapping[str, str],
    readings: Mapping[str, str],
    target: str | None,
    draws: int,
    seed: int,
    workers: int | None,
    scheduler: str | None,
    progress: Callable[[int], None],
) -> Sensitivity:
    """Run a project and analyse what a target hangs on.

    Raises
    ------
    MethodologyError
        With every fault of the project, or of what is asked for.
    """
    from engine.audit.direction.directed import with_directions
    from engine.simulate.sensitivity import analyse

    if not 0 <= draws <= MOST_DRAWS or seed < 0:
        raise InputError("I511", f"{draws} draws with seed {seed} cannot be", remedy="take 0 or more of both")
    session = open_session(spec)
    known = target is not None and target in session.methodology.quantity
    run = session.run(
        project, choices=choices, readings=readings, targets=(*session.methodology.result_ids, str(target)) if known else ()
    )
    session.save()
    wanted = run.methodology.result if target is None else target
    if wanted not in run.values.arrays:
        raise InputError(
            "I502", f"this run has no quantity {wanted!r}", remedy=near_or_all(wanted, run.values.arrays, "quantities:")
        )
    uncertainty = read_uncertainty(run, session.read_unit)
    declared, way = uncertainty if uncertainty.variables else None, Way(workers=workers)
    further = run.methodology.result_ids[1:] if target is None else ()
    with _evaluator(scheduler) as evaluate:
        first, *others = (
            analyse(run, one, declared, draws=draws, seed=seed, way=way, progress=progress, evaluate=evaluate) for one in (wanted, *further)
        )
    return with_directions(replace(first, others=tuple(others)))


def sensitivity_output(found: Sensitivity, *, json: bool) -> str:
    """Return an analysis as text or JSON."""
    from engine.simulate.sensitivity_report import sensitivity_record, sensitivity_text

    return to_json(sensitivity_record(found)) if json else "\n".join(map(sensitivity_text, (found, *found.others)))


def simulation_plot(simulation: Simulation, way: str) -> bytes:
    """Return histogram and convergence of each result, one above the other, as ``svg`` or ``png``."""
    from engine.documents.writers.picture_file import picture_bytes
    from engine.simulate.simulation_picture import simulation_picture

    return picture_bytes(simulation_picture(simulation), way)


def sensitivity_plot(found: Sensitivity, way: str) -> bytes:
    """Return the tornado as ``svg`` or ``png``; of several results one above the other."""
    from engine.documents.writers.picture_file import picture_bytes
    from engine.simulate.sensitivity_picture import sensitivity_picture

    return picture_bytes(sensitivity_picture(found), way)


def run_solve(
    spec: str, project: str, name: str, so_that: str, *, choices: Mapping[str, str], readings: Mapping[str, str]
) -> Solved:
    """Run a project and find the value of an input; see :func:`engine.simulate.solving.solve`."""
    from engine.simulate.solving import solve

    session = open_session(spec)
    run = session.run(project, choices=choices, readings=readings)
    session.save()
    return solve(run, name, so_that)


def _levels(written: Sequence[str] | None) -> tuple[float, ...]:
    if not written:
        return LEVELS
    found = []
    for text in written:
        try:
            level = float(text.removesuffix("%"))
        except ValueError as cause:
            raise InputError(
                "I511", f"{text!r} cannot be a level", remedy="write 90 for the interval that holds 90 % of the draws"
            ) from cause
        found.append(level / 100 if level > 1 else level)
    return tuple(dict.fromkeys(found))


def _deductions(written: Sequence[str] | None) -> tuple[tuple[str, str], ...]:
    found = []
    for text in written or ():
        rule, sign, of = text.partition("=")
        if not sign or not rule or not of:
            raise InputError("I508", f"--deduction takes rule=quantity, not {text!r}", remedy="write --deduction art-trees=ER")
        found.append((rule, of))
    return tuple(found)


def simulation_output(simulation: Simulation, way: str) -> str:
    """Return a simulation as text, JSON or CSV."""
    if way == "json":
        return to_json(simulation_record(simulation))
    return simulation_csv(simulation) if way == "csv" else simulation_text(simulation)


def simulation_files(simulation: Simulation, draws_file: str | None, version: str) -> None:
    """Write every draw where that was asked for."""
    if draws_file:
        from engine.simulate.draws_file import write_draws

        write_draws(simulation, Path(draws_file), version)


def check_draws_file(draws_file: str | None) -> None:
    """Raise what would keep every draw from being written, before any work is done."""
    if draws_file:
        from engine.simulate.draws_file import check_writable

        check_writable(Path(draws_file))
