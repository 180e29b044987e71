"""What is not a table of draws: one run with all intermediates, a whole simulation beside the drawing of its numbers, whole processes."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import by_hand_python
import numpy as np
import spreadsheet
import startup
from cases import DAYS, PERIODS, make_case

import mrvgraph
from engine.batch.derivatives import values_of
from engine.batch.machine import cores
from engine.batch.many_draws import batchable_of
from engine.batch.recalculation import Recalculation
from engine.run.evaluate import evaluate
from engine.run.inputs import Inputs
from engine.run.ranges import limits
from engine.simulate.draws import CHUNK, DrawSource
from engine.simulate.simulation import simulate, used_by
from engine.simulate.uncertainty_file import read_uncertainty
from equations.units.registry import parse_unit

EXAMPLES = startup.PROJECT.parent


def seconds(compute: Callable[[], object], repeats: int) -> float:
    """Return the least of some runs: other work on the machine only adds."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        compute()
        best = min(best, time.perf_counter() - start)
    return best


def single_runs(options: tuple[int, ...]) -> list[str]:
    """One run with all intermediates kept, beside plain Python loops that keep none and a spreadsheet of the same operations."""
    lines = ["### A single run", "", "Milliseconds; all ways give the same, `again` to the bit.", "",
             "| way | " + " | ".join(f"option {option}" for option in options) + " |", "|---|" + "---:|" * len(options)]  # fmt: skip
    columns = [_single_run(option) for option in options]
    lines += [f"| {name} | " + " | ".join(f"{column[name]:,.2f}" for column in columns) + " |" for name in columns[0]]
    if spreadsheet.office() is None:
        lines += ["", "LibreOffice is not installed here: the spreadsheet is not measured."]
    return [*lines, ""]


def _single_run(option: int) -> dict[str, float]:
    case = make_case(option, False, 2)
    states = {q: np.ones(np.shape(a), np.uint8) for q, a in case.shared.items()}
    inputs = Inputs(case.shared, states, {}, {}, (), ())
    plan, methodology = case.batchable.plan, case.batchable.methodology
    nested = {q: np.nan_to_num(numbers).tolist() for q, numbers in case.shared.items()}
    again = Recalculation(methodology, plan, inputs)  # type: ignore[arg-type]
    changes = {q: a for q, a in case.shared.items() if np.isfinite(a).all()}
    expected = evaluate(methodology, plan, inputs).arrays["ER"]  # type: ignore[arg-type]
    _agree("computed again", again(changes)["ER"], expected, 0.0)
    found = {
        "first run: formulas walked through": seconds(lambda: evaluate(methodology, plan, inputs), 20),  # type: ignore[arg-type]
        "again, every input new": seconds(lambda: again(changes), 300),
        "again, nothing new": seconds(again, 300),
        "plain Python loops, no intermediate kept": seconds(lambda: by_hand_python.evaluate(option, nested, DAYS.tolist(), PERIODS), 50),  # type: ignore[arg-type]
    }
    office, program = spreadsheet.office(), case.batchable.literal
    if office is not None:
        numbers = {q: np.nan_to_num(a) for q, a in case.shared.items()}
        text = spreadsheet.sheet(program, numbers)
        column = spreadsheet.recalculated(office, text)
        _agree("the spreadsheet", column, values_of(program, numbers), 1e-9)
        found["spreadsheet recalculated by LibreOffice, whole process"] = seconds(lambda: spreadsheet.recalculated(office, text), 2)
    return {name: one * 1e3 for name, one in found.items()}


def _agree(name: str, found: np.ndarray, expected: np.ndarray, share: float) -> None:
    worst = float(np.nanmax(np.abs(found - expected))) / float(np.nanmax(np.abs(expected)))
    if not worst <= share:
        raise SystemExit(f"{name} differs by {worst:.2g} of the largest value")


def simulations(options: tuple[int, ...], draws: int) -> list[str]:
    """A whole simulation of the example projects beside the drawing of its random numbers alone, by as many threads."""
    lines = ["### A simulation", "", f"{draws:,} draws of the example projects, seconds.", "",
             "| project | drawing the numbers | whole simulation | times |", "|---|---:|---:|---:|"]  # fmt: skip
    methodology = mrvgraph.load("KH_AM004@1.1")
    for option in options:
        run = mrvgraph.run(methodology, EXAMPLES / f"option{option}.yaml")

        def drawing(run: mrvgraph.Run = run) -> None:
            source = _source(run, draws)
            with ThreadPoolExecutor(cores()) as pool:
                list(pool.map(source.made, range(-(-draws // CHUNK))))

        alone = seconds(drawing, 2)
        whole = seconds(lambda run=run: simulate(run, parse_unit, draws=draws, seed=1), 2)
        lines.append(f"| option {option} | {alone:.2f} | {whole:.2f} | {whole / alone:.2f} |")
    return [*lines, ""]


def _source(run: mrvgraph.Run, draws: int) -> DrawSource:
    """Return the draws that a simulation makes."""
    batchable = batchable_of(run, (run.methodology.result,))
    numbers = {quantity: run.inputs.values[quantity] for quantity in batchable.plan.inputs}
    known = {quantity: limits(run.methodology.quantity[quantity]) for quantity in numbers}
    return DrawSource(used_by(numbers, read_uncertainty(run, parse_unit)), numbers, known, 1, draws)


def processes() -> list[str]:
    """The whole process of a run whose plan is cached, beside Python that imports NumPy."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPATH": str(startup.ROOT), "MRVGRAPH_CACHE": cache}
        numpy = startup.least_seconds([sys.executable, "-c", "import numpy"], environment, 15)
        command = [sys.executable, "-m", "engine", "run", "KH_AM004@1.1"]
        lines = ["### Whole processes", "", "| process | ms | times `import numpy` |", "|---|---:|---:|",
                 f'| `python -c "import numpy"` | {numpy * 1e3:.0f} | 1 |']  # fmt: skip
        for option in (1, 2):
            ours = startup.least_seconds([*command, str(EXAMPLES / f"option{option}.yaml")], environment, 15)
            lines.append(f"| `mrvgraph run`, option {option}, plan cached | {ours * 1e3:.0f} | {ours / numpy:.2f} |")
    return [*lines, ""]
