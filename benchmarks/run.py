"""Measure ways to compute KH_AM004 side by side, on the same inputs, and write the table of docs/performance.md.

    python benchmarks/run.py                      all cases, 10,000 and 100,000 draws
    python benchmarks/run.py --draws 1000000      another number of draws; with P per draw, 200,000 at most (memory)
    python benchmarks/run.py --write              write the table to docs/performance.md
    python benchmarks/run.py --fastest --write    option 2 by the fastest ways only, ours and by hand; the second table

Every way must agree with the literal form of this project to 1e-9 of the largest value before it is timed. What is not installed is passed over
with a message.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.util
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import by_hand_factored  # noqa: E402
import by_hand_numpy  # noqa: E402
import by_hand_python  # noqa: E402
import numpy as np  # noqa: E402
import peers  # noqa: E402
import spreadsheet  # noqa: E402
from cases import DAYS, PERIODS, Case, make_case  # noqa: E402
from whole_runs import processes, seconds, simulations, single_runs  # noqa: E402

from engine.batch.batchable import ArraySource  # noqa: E402
from engine.batch.evaluation import Way, evaluate_batch  # noqa: E402
from engine.batch.lanes import is_at_hand  # noqa: E402
from engine.batch.machine import cores  # noqa: E402

AGREE, AGREE_FLOAT32 = 1e-9, 1e-5
PLAIN_DRAWS = 200
TURNS = 7
MOST_PER_DRAW = 200_000
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
BEGIN_FASTEST, END_FASTEST = "<!-- fastest: begin -->", "<!-- fastest: end -->"
FASTEST = ("mrvgraph, numba, optimised", "numba by hand, factored", "C by hand, factored")
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
    return found + (c_lines(case) if option == 2 else peer_lines(case))


def c_lines(case: Case) -> list[Line]:
    """Option 2 in C, factored, where a compiler is."""
    if by_hand_factored.compiler() is None:
        print("there is no C compiler: its lines are left out", file=sys.stderr)
        return []

    def made(workers: int) -> Line:
        return Line(f"C by hand, factored, {threads(workers)}",
                    lambda: by_hand_factored.evaluate("C", case.shared, case.arrays, PERIODS, workers)[0], case.count)  # fmt: skip

    return [made(workers) for workers in (1, cores())]


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


def measure(case: Case, option: int, only: tuple[str, ...] = ("",)) -> list[tuple[str, int, float]]:
    """Check that all ways agree, then time them. Returns name, draws and microseconds a draw.

    Parameters
    ----------
    only
        How the names of the ways begin.
    """
    expected = evaluate_batch(case.batchable, ArraySource(case.arrays, case.shared), Way("literal", "numpy")).arrays["ER"]
    lines = [line for line in ways(case, option) if line.name.startswith(only)]
    scale = float(np.abs(expected).max())
    for line in lines:
        found = line.compute()
        worst = float(np.abs(found - expected[: len(found)]).max()) / scale
        if worst > line.agree:
            raise SystemExit(f"{case.name}: {line.name} differs by {worst:.2g} of the largest value")
    # All ways in turn, again and again: what else the machine does meets each of them.
    best = [min(times) for times in zip(*([seconds(line.compute, 1) for line in lines] for _ in range(TURNS)), strict=True)]
    return [(line.name, line.draws, time_ / line.draws * 1e6) for line, time_ in zip(lines, best, strict=True)]


def table(name: str, rows: list[tuple[str, int, float]]) -> list[str]:
    """Return a Markdown table: microseconds a draw, and how many times plain Python that is."""
    plain_time = rows[0][2]
    lines = [f"### {name}", "", "| way | draws | µs a draw | times plain Python |", "|---|---:|---:|---:|"]
    lines += [f"| {way} | {draws:,} | {time_:.2f} | {plain_time / time_:,.0f} |" for way, draws, time_ in rows]
    return [*lines, ""]


def missing() -> list[str]:
    """Return what is measured where it is installed, and is not."""
    modules = {"numba": "numba", "hamilton": "Hamilton", "pipefunc": "pipefunc", "openfisca_core": "OpenFisca-Core"}
    found = [name for module, name in modules.items() if importlib.util.find_spec(module) is None]
    return found + ([] if spreadsheet.office() else ["LibreOffice"])


def machine_kind() -> str:
    """Return the kind of machine, without its name."""
    try:
        model = next(line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    return f"{cores()} cores, {model}, Python {platform.python_version()}, NumPy {np.__version__}"


def fastest(draws: list[int]) -> list[str]:
    """Return a table of option 2 by the fastest ways, for one thread and for all."""
    lines = ["| conversions | P | draws | threads | " + " | ".join(FASTEST) + " | ours / numba by hand | ours / C by hand |",
             "|---|---|---:|---:|" + "---:|" * (len(FASTEST) + 2)]  # fmt: skip
    for dense in (True, False):
        for per_draw in (False, True):
            for count in draws:
                case = make_case(2, per_draw, count, dense=dense)
                found = {name: time_ for name, _, time_ in measure(case, 2, FASTEST)}
                for workers in sorted({1, cores()}):
                    named = [f"{name}, {threads(workers)}" for name in FASTEST]
                    times = [found.get(name, float("nan")) for name in named]
                    shown = " | ".join(f"{time_:.2f}" for time_ in (*times, times[0] / times[1], times[0] / times[2]))
                    about = f"{'dense' if dense else 'sparse'} | {'per draw' if per_draw else 'shared'} | {count:,} | {workers}"
                    lines.append(f"| {about} | {shown} |")
                    print(lines[-1], flush=True)
    return lines


def write(lines: list[str], begin: str, end: str) -> None:
    """Put lines between two marks of docs/performance.md."""
    page = HERE.parent / "docs" / "performance.md"
    head, _, rest = page.read_text(encoding="utf-8").partition(begin)
    page.write_text(f"{head}{begin}\n" + "\n".join(lines) + f"\n\n{end}" + rest.partition(end)[2], encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, action="append")
    parser.add_argument("--option", type=int, action="append", choices=(1, 2))
    parser.add_argument("--fastest", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    day = os.environ.get("SOURCE_DATE_EPOCH")
    today = datetime.datetime.fromtimestamp(int(day), datetime.UTC).date() if day else datetime.datetime.now(datetime.UTC).date()
    lines = [f"Measured on {today}: {machine_kind()}.", ""]
    if options.fastest:
        lines += fastest(options.draws or [10_000, 65_536])
        if options.write:
            write(lines, BEGIN_FASTEST, END_FASTEST)
        return
    kinds = ((1, False), (2, False), (2, True))
    for option, dense in (kind for kind in kinds if kind[0] in (options.option or (1, 2))):
        for per_draw in (False, True):
            for draws in options.draws or (10_000, 100_000):
                if per_draw and draws > MOST_PER_DRAW:
                    continue
                case = make_case(option, per_draw, draws, dense=dense)
                lines += table(f"{case.name[0].upper() + case.name[1:]}, {draws:,} draws", measure(case, option))
                print("\n".join(lines[-20:]), flush=True)
    wanted = tuple(options.option or (1, 2))
    lines += single_runs(wanted) + simulations(wanted, max(options.draws or [100_000])) + processes()
    lines = [*lines[:-1], *(["", "What is not installed and so not measured: " + ", ".join(missing()) + "."] if missing() else [])]
    print("\n".join(lines))
    if options.write:
        write(lines, BEGIN, END)


if __name__ == "__main__":
    main()
