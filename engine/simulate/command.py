"""What the command simulate does, from its options to text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from engine.batch.run import Way
from engine.report import to_json
from engine.session import open_session
from engine.simulate.simulation import LEVELS, Simulation, simulate
from engine.simulate.simulation_report import simulation_csv, simulation_record, simulation_text, write_draws
from equations.errors import InputError


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
    wanted = tuple(dict.fromkeys((methodology.result, *methodology.report, *(t for t in targets if t in methodology.quantity))))
    run = session.run(project, choices=choices, readings=readings, targets=wanted)
    return simulate(
        run,
        session.read_unit,
        draws=draws,
        seed=seed,
        targets=targets,
        levels=_levels(levels),
        deductions=_deductions(deductions),
        stop=stop,
        way=Way(backend=backend, workers=workers),
        progress=progress,
    )


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


def simulation_files(simulation: Simulation, draws_file: str | None) -> None:
    """Write every draw where that was asked for."""
    if draws_file:
        write_draws(simulation, Path(draws_file))
