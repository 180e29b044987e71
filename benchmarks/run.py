"""Measure ways to compute KH_AM004 side by side, on the same inputs, and write the table of docs/performance.md.

    python benchmarks/run.py                      all cases, 10,000 and 100,000 draws
    python benchmarks/run.py --draws 1000000      another number of draws
    python benchmarks/run.py --write              write the table to docs/performance.md

Every way must agree with the literal form of this project to 1e-9 of the largest value before it is timed. What is not installed is passed over
with a message.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import by_hand_numpy  # noqa: E402
import by_hand_python  # noqa: E402
import numpy as np  # noqa: E402
import peers  # noqa: E402
from cases import Case, make_case  # noqa: E402

from engine.batch.batch import ArraySource  # noqa: E402
from engine.batch.lanes import is_at_hand  # noqa: E402
from engine.batch.machine import cores  # noqa: E402
from engine.batch.run import Way, evaluate_batch  # noqa: E402

DAYS = np.array([295 / 365] + [1.0] * 9)
PERIODS = [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]
AGREE, AGREE_FLOAT32 = 1e-9, 1e-5
PLAIN_DRAWS = 200
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
Compute = Callable[[], np.ndarray]


@dataclass(frozen=True)
class Line:
    """One way of computing, with the draws that it was measured on."""

    name: str
    compute: Compute
    draws: int
    agree: float = AGREE


def ways(case: Case, option: int) -> list[Line]:
    """Every way that can compute a case."""
    n = case.count
    found = [Line("plain Python loops", lambda: plain(case.first(PLAIN_DRAWS), option), PLAIN_DRAWS)]
    for form in ("literal", "factored"):
        for width in (512, 4096):
            def by_hand(form: str = form, width: int = width) -> np.ndarray:
                return by_hand_numpy.evaluate(option, form, case.shared, case.arrays, DAYS, PERIODS, width)[0]

            found.append(Line(f"NumPy by hand, {form}, blocks of {width}", by_hand, n))
    found += [ours(case, form, "numpy", workers) for form in ("literal", "optimised") for workers in (1, cores())]
    if is_at_hand():
        import by_hand_numba

        for form in ("literal", "factored"):
            for workers in (1, cores()):
                def lanes(form: str = form, workers: int = workers) -> np.ndarray:
                    return by_hand_numba.evaluate(option, form, case.shared, case.arrays, DAYS, PERIODS, workers)[0]

                found.append(Line(f"numba by hand, {form}, {threads(workers)}", lanes, n))
        found += [ours(case, form, "numba", workers) for form in ("literal", "optimised") for workers in (1, cores())]
    else:
        print("numba is not installed: its lines are left out", file=sys.stderr)
    return found + (peer_lines(case) if option == 1 else [])


def threads(workers: int) -> str:
    return f"{workers} thread{'s' if workers > 1 else ''}"


def ours(case: Case, form: str, backend: str, workers: int) -> Line:
    source = ArraySource(case.arrays, case.shared)
    name = f"mrvgraph, {backend}, {form}, {threads(workers)}"
    return Line(name, lambda: evaluate_batch(case.batchable, source, Way(form, backend, workers=workers)).arrays["ER"], case.count)


def plain(case: Case, option: int) -> np.ndarray:
    shared = {q: np.nan_to_num(numbers).tolist() for q, numbers in case.shared.items()}
    rows = []
    for draw in range(case.count):
        inputs = shared | {q: array[draw].tolist() for q, array in case.arrays.items()}
        rows.append(by_hand_python.evaluate(option, inputs, DAYS.tolist(), PERIODS)[0])
    return np.array(rows)


def peer_lines(case: Case) -> list[Line]:
    draws = min(case.count, 10_000)
    some = case.first(draws)
    inputs = {q: np.nan_to_num(v) for q, v in some.shared.items()}
    inputs |= {q: np.ascontiguousarray(np.moveaxis(a, 0, -1)) for q, a in some.arrays.items()}
    found = []
    for name, make in peers.PEERS.items():
        try:
            compute = make()
        except ImportError:
            print(f"{name} is not installed: its line is left out", file=sys.stderr)
            continue
        found.append(Line(f"{name} on NumPy steps", lambda compute=compute: compute(peers.inputs_of(inputs, DAYS)).T, draws,
                          AGREE_FLOAT32 if name == "OpenFisca-Core" else AGREE))  # fmt: skip
    return found


def seconds(compute: Compute, repeats: int = 3) -> float:
    """Return the least of some runs: other work on the machine only adds."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        compute()
        best = min(best, time.perf_counter() - start)
    return best


def measure(case: Case, option: int) -> list[tuple[str, int, float]]:
    """Check that all ways agree, then time them. Returns name, draws and microseconds a draw."""
    expected = evaluate_batch(case.batchable, ArraySource(case.arrays, case.shared), Way("literal", "numpy")).arrays["ER"]
    lines = ways(case, option)
    scale = float(np.abs(expected).max())
    for line in lines:
        found = line.compute()
        worst = float(np.abs(found - expected[: len(found)]).max()) / scale
        if worst > line.agree:
            raise SystemExit(f"{case.name}: {line.name} differs by {worst:.2g} of the largest value")
    return [(line.name, line.draws, seconds(line.compute) / line.draws * 1e6) for line in lines]


def single_run(option: int) -> list[str]:
    """One run with all intermediates kept: the first by the evaluator, the next by its recalculation; and plain Python loops without any."""
    from engine.batch.again import Recalculation
    from engine.evaluate import evaluate
    from engine.inputs import Inputs

    case = make_case(option, False, 2)
    states = {q: np.ones(np.shape(a), np.uint8) for q, a in case.shared.items()}
    inputs = Inputs(case.shared, states, {}, {}, (), ())
    plan, methodology = case.batchable.plan, case.batchable.methodology
    nested = {q: np.nan_to_num(numbers).tolist() for q, numbers in case.shared.items()}
    again = Recalculation(methodology, plan, inputs)
    changes = {q: a for q, a in case.shared.items() if np.isfinite(a).all()}
    agree = float(np.abs(again(changes)["ER"] - evaluate(methodology, plan, inputs).arrays["ER"]).max())
    if agree != 0.0:
        raise SystemExit(f"option {option}: a project computed again differs by {agree:.2g}")
    walked = seconds(lambda: evaluate(methodology, plan, inputs), 20)  # type: ignore[arg-type,return-value]
    kept = seconds(lambda: again(changes), 200)  # type: ignore[arg-type,return-value]
    same = seconds(lambda: again(), 200)  # type: ignore[arg-type,return-value]
    loops = seconds(lambda: by_hand_python.evaluate(option, nested, DAYS.tolist(), PERIODS), 20)  # type: ignore[arg-type,return-value]
    return [f"| option {option} | {walked * 1e3:.2f} | {kept * 1e3:.2f} | {same * 1e3:.2f} | {loops * 1e3:.2f} |"]


def table(name: str, rows: list[tuple[str, int, float]]) -> list[str]:
    """Return a Markdown table: microseconds a draw, and how many times plain Python that is."""
    plain_time = rows[0][2]
    lines = [f"### {name}", "", "| way | draws | µs a draw | times plain Python |", "|---|---:|---:|---:|"]
    lines += [f"| {way} | {draws:,} | {time_:.2f} | {plain_time / time_:,.0f} |" for way, draws, time_ in rows]
    return [*lines, ""]


def machine_kind() -> str:
    """Return the kind of machine, without its name."""
    try:
        model = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    return f"{cores()} cores, {model}, Python {platform.python_version()}, NumPy {np.__version__}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, action="append")
    parser.add_argument("--option", type=int, action="append", choices=(1, 2))
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    day = os.environ.get("SOURCE_DATE_EPOCH")
    today = datetime.datetime.fromtimestamp(int(day), datetime.UTC).date() if day else datetime.datetime.now(datetime.UTC).date()
    lines = [f"Measured on {today}: {machine_kind()}.", ""]
    for option in options.option or (1, 2):
        for per_draw in (False, True):
            for draws in options.draws or (10_000, 100_000):
                case = make_case(option, per_draw, draws)
                lines += table(f"{case.name[0].upper() + case.name[1:]}, {draws:,} draws", measure(case, option))
                print("\n".join(lines[-20:]), flush=True)
    lines += ["### A single run", "",
              "| case | first run, ms | again, every input new, ms | again, nothing new, ms | plain Python loops, no intermediate kept, ms |",
              "|---|---:|---:|---:|---:|"]
    lines += [line for option in options.option or (1, 2) for line in single_run(option)]
    if not shutil.which("soffice") and not shutil.which("libreoffice"):
        lines += ["", "LibreOffice is not installed here: the spreadsheet is not measured."]
    print("\n".join(lines))
    if options.write:
        page = HERE.parent / "docs" / "performance.md"
        text = page.read_text(encoding="utf-8")
        head, _, rest = text.partition(BEGIN)
        page.write_text(f"{head}{BEGIN}\n" + "\n".join(lines) + f"\n{END}" + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    main()
