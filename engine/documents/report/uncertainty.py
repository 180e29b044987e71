"""How sure the result of a report is: the declared uncertain inputs drawn, and what each input by itself moves, as pictures."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import Block, Heading, Paragraph, Picture, Soft
from engine.output.terminal import number
from engine.run.run import Run
from engine.simulate.draw_counts import few_draws
from engine.simulate.sensitivity import analyse
from engine.simulate.sensitivity_picture import tornado
from engine.simulate.simulation import simulate
from engine.simulate.simulation_picture import convergence, histogram
from engine.simulate.uncertainty_file import read_uncertainty
from equations.units.registry import parse_unit

#: The same report from the same files, whoever writes it.
SEED = 0


def uncertainty_blocks(run: Run, draws: int) -> Iterator[Block]:
    """Yield histogram, convergence and tornado of the first result; nothing where no draws are asked for.

    Raises
    ------
    InputError
        I511 where the project declares nothing as uncertain, or so many draws cannot be.
    """
    if not draws:
        return
    simulation = simulate(run, parse_unit, draws=draws, seed=SEED)
    summary = simulation.result
    first = summary.intervals[0]
    ends = f"{number(first.low)} to {number(first.high)} {summary.unit}"
    yield Heading(3, ("Uncertainty",))
    yield Paragraph(
        (
            f"{draws:,} draws of the declared uncertain inputs, seed {SEED}: {first.level * 100:g} % of them give {ends}, with the median "
            f"{number(summary.median)}. {few_draws(summary)}".strip(),
            Soft((" mrvgraph simulate gives the numbers behind the pictures, mrvgraph sensitivity those of what the result hangs on.",)),
        )
    )
    found = analyse(run, run.methodology.result, read_uncertainty(run, parse_unit), draws=0, seed=SEED)
    moves = "; ".join(f"{e.name} {number(e.swing)}" for e in found.effects[:5])
    yield Picture(histogram(simulation), f"Histogram of {summary.name}: {ends}, median {number(summary.median)}", kind="chart")
    yield Picture(tornado(found), f"What {found.target} hangs on, in {found.unit}: {moves}", kind="chart")
    points = "; ".join(f"{count:,} draws {number(half)}" for count, half in summary.convergence)
    yield Picture(convergence(simulation), f"Half-width of the interval: {points}", kind="chart")
