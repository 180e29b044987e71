"""Many numbers for one project, and many projects: simulate, sensitivity, solve, portfolio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.audit.direction.directed import with_directions
from engine.batch.evaluation import DEFAULT_WAY
from engine.commands.portfolio import portfolio_entries
from engine.interface.given import methodology_of
from engine.portfolio.outcomes import Outcomes
from engine.portfolio.portfolio import run_portfolio
from engine.run.run import Run
from engine.simulate.sensitivity import Sensitivity, analyse
from engine.simulate.simulation import LEVELS, MOST_DRAWS, Simulation
from engine.simulate.simulation import simulate as simulate_run
from engine.simulate.solving import Solved
from engine.simulate.solving import solve as solve_run
from engine.simulate.uncertainty_file import read_uncertainty
from equations.errors import InputError, near_or_all
from equations.model.methodology import Methodology
from equations.units.registry import parse_unit


def simulate(
    finished: Run,
    *,
    draws: int = 10_000,
    seed: int = 0,
    targets: tuple[str, ...] = (),
    levels: tuple[float, ...] = LEVELS,
    deductions: tuple[tuple[str, str], ...] = (),
) -> Simulation:
    """Return the uncertainty of a run's results (IPCC Approach 2 beside Approach 1).

    Parameters
    ----------
    targets
        Quantities beside the results.
    levels
        Shares of the draws that the intervals hold.
    deductions
        Pairs of rule and quantity, as ``("art-trees", "X")``.

    Raises
    ------
    MethodologyError
        I510, I511, I517 to I519 for distributions and draws that cannot be.
    """
    return simulate_run(finished, parse_unit, draws=draws, seed=seed, targets=targets, levels=levels, deductions=deductions)


def sensitivity(finished: Run, target: str | None = None, *, draws: int = 0, seed: int = 0) -> Sensitivity:
    """Return what a target hangs on: slopes, swings, directions, and with draws the shares of its variance.

    Parameters
    ----------
    target
        A quantity of the run; the first result by default.

    Raises
    ------
    MethodologyError
        I502 for a quantity that the run does not have, I511 for draws that cannot be.
    """
    if not 0 <= draws <= MOST_DRAWS or seed < 0:
        raise InputError("I511", f"{draws} draws with seed {seed} cannot be", remedy="take 0 or more of both")
    wanted = target or finished.methodology.result
    if wanted not in finished.values.arrays:
        raise InputError("I502", f"this run has no quantity {wanted!r}",
                         remedy=near_or_all(wanted, finished.values.arrays, "quantities:"))  # fmt: skip
    uncertainty = read_uncertainty(finished, parse_unit)
    return with_directions(analyse(finished, wanted, uncertainty if uncertainty.variables else None, draws=draws, seed=seed))


def solve(finished: Run, number: str, so_that: str) -> Solved:
    """Return the value of one input that gives a wanted number; see :func:`engine.simulate.solving.solve`."""
    return solve_run(finished, number, so_that)


def portfolio(
    methodology: Methodology | str | Path,
    projects: Sequence[Path | str],
    *,
    output: Path | str | None = None,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
) -> Outcomes:
    """Evaluate many projects as one batch; one that fails is an outcome with its errors.

    Parameters
    ----------
    output
        File of outcomes, from which a run that was interrupted goes on.

    Raises
    ------
    MethodologyError
        For the methodology, or for an output that cannot be written.
    """
    entries, found = portfolio_entries([str(path) for path in projects], None), methodology_of(methodology)
    return Outcomes.of(found, run_portfolio(
        found, parse_unit, entries, Path(output) if output else None, choices=choices or {}, readings=readings or {}, way=DEFAULT_WAY,
    ))  # fmt: skip
