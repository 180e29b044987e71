"""How the time of a run grows with members, years, equations, matrices and projects, each with its exponent; a portfolio beside reading YAML.

    python benchmarks/growth.py [--portfolio] [--projects N] [--write]

Processor time of one thread, the least of some turns. The exponent is that of the time between the two largest sizes, per cell for matrices:
1.0 is a time that grows as the work does.
"""

from __future__ import annotations

import argparse
import math
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

import mrvgraph

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "methodology_specs" / "KH_AM004" / "examples"
PAGE = ROOT / "docs" / "performance.md"

HEAD = """\
methodology: {id: GROWTH, version: "1", title: Growth, status: illustrative, result: R}
index_sets:
  - {id: plot, letters: [i, j], project: must-list}
  - {id: year, kind: year, letters: [y]}
"""
PLOTS = HEAD + """\
quantities:
  - {id: A, symbol: 'A_{<i><y>}', meaning: area, indices: [plot, year], unit: ha, kind: monitored, range: {min: 0}}
  - {id: F, symbol: 'F_{<i>}', meaning: loss per area, indices: [plot], unit: tCO2/ha, kind: fixed_ex_ante}
  - {id: L, symbol: 'L_{<i><y>}', meaning: loss, indices: [plot, year], unit: tCO2, kind: computed}
  - {id: R, symbol: 'R_{<y>}', meaning: all losses, indices: [year], unit: tCO2, kind: computed}
equations:
  - {id: loss, number: 1, defines: 'L[i, y]', formula: 'A[i, y] * F[i]'}
  - {id: all, number: 2, defines: 'R[y]', formula: 'Sum(i, L[i, y])'}
"""
MATRIX = HEAD + """\
quantities:
  - {id: A_0, symbol: 'A_{<i>0}', meaning: area, indices: [plot], unit: ha, kind: fixed_ex_ante, diagonal_matrix: MA_0}
  - {id: p, symbol: 'p_{<i><j>}', meaning: transition, indices: [plot, plot], unit: "1", kind: fixed_ex_ante, range: {min: 0, max: 1}, matrix: MP}
  - {id: A, symbol: 'A_{<i><y>}', meaning: area, indices: [plot, year], unit: ha, kind: computed, diagonal_matrix: MA}
  - {id: c, symbol: 'c_{<i><j><y>}', meaning: converted, indices: [plot, plot, year], unit: ha, kind: computed, matrix: MC}
  - {id: R, symbol: 'R_{<y>}', meaning: converted in all, indices: [year], unit: ha, kind: computed}
equations:
  - {id: first, number: 1, when: y == start, defines: 'MC[y]', formula: MA_0 @ MP}
  - {id: later, number: 1, when: y > start, defines: 'MC[y]', formula: 'MA[y-1] @ MP'}
  - {id: area, number: 2, defines: 'A[j, y]', formula: 'Sum(i, c[i, j, y])'}
  - {id: all, number: 3, defines: 'R[y]', formula: 'Sum(i, j, c[i, j, y])'}
"""


@dataclass(frozen=True)
class Size:
    """Files of one size of a case, and the cells that it has."""

    spec: str
    project: str
    tables: dict[str, str]
    cells: int


def chain(count: int) -> str:
    """Return a spec of so many equations, each of which reads the one before."""
    quantities = [f"  - {{id: X{at}, symbol: 'X_{{<y>}}', meaning: step {at}, indices: [year], unit: ha, kind: computed}}" for at in range(count)]
    equations = [f"  - {{id: e{at}, number: {at}, defines: 'X{at}[y]', formula: 'X{at - 1}[y] + A[y]'}}" for at in range(1, count)]
    given = "  - {id: A, symbol: 'A_{<y>}', meaning: area, indices: [year], unit: ha, kind: monitored}"
    first = "  - {id: e0, number: 0, defines: 'X0[y]', formula: 'A[y] * 2'}"
    head = HEAD.replace("result: R", f"result: X{count - 1}").replace("  - {id: plot, letters: [i, j], project: must-list}\n", "")
    return "\n".join([head + "quantities:", given, *quantities, "equations:", first, *equations, ""])


def project(years: int, plots: int, values: str) -> str:
    """Return a project of so many years and plots."""
    members = f"members: {{plot: [{', '.join(f'p{at}' for at in range(plots))}]}}\n" if plots else ""
    operation = f"operation: {{start: 2001-01-01, end: {2000 + years}-12-31}}"
    return f"project: {{name: growth}}\nmethodology: GROWTH@1\n{operation}\n{members}values:\n{values}"


def of_plots(plots: int, years: int) -> Size:
    """Return numbers of so many plots and years, in CSV files."""
    areas = "".join(f"p{at},{2001 + year},{at % 7 + 1.25}\n" for at in range(plots) for year in range(years))
    factors = "".join(f"p{at},{at % 5 + 0.5}\n" for at in range(plots))
    text = project(years, plots, "  A: {unit: ha, file: areas.csv}\n  F: {unit: tCO2/ha, file: factors.csv}\n")
    return Size(PLOTS, text, {"areas.csv": f"plot,year,value\n{areas}", "factors.csv": f"plot,value\n{factors}"}, plots * years)


def of_matrix(plots: int) -> Size:
    """Return a matrix between so many members, over 30 years."""
    head = ",".join(["plot", *(f"p{at}" for at in range(plots))])
    rows = [",".join([f"p{row}", *(str(1 / plots) for _ in range(plots))]) for row in range(plots)]
    areas = "".join(f"p{at},{at + 1}\n" for at in range(plots))
    text = project(30, plots, "  A_0: {unit: ha, file: areas.csv}\n  p: {file: p.csv, layout: matrix}\n")
    return Size(MATRIX, text, {"areas.csv": f"plot,value\n{areas}", "p.csv": "\n".join([head, *rows, ""])}, plots * plots * 30)


def of_equations(count: int) -> Size:
    """Return a chain of so many equations over three years."""
    return Size(chain(count), project(3, 0, "  A: {unit: ha, values: {2001: 1, 2002: 2, 2003: 3}}\n"), {}, count)


CASES: dict[str, tuple[tuple[int, ...], Callable[[int], Size]]] = {
    "members, over 10 years": ((500, 1000, 2000, 4000), lambda n: of_plots(n, 10)),
    "years, of 100 members": ((25, 50, 100, 200), lambda n: of_plots(100, n)),
    "equations": ((50, 100, 200, 400), of_equations),
    "members of a matrix, over 30 years": ((15, 30, 60, 120), of_matrix),
}


def least(compute: Callable[[], object], turns: int) -> float:
    """Return the least processor time of some turns."""
    best = math.inf
    for _ in range(turns):
        start = time.process_time()
        compute()
        best = min(best, time.process_time() - start)
    return best


def grown(make: Callable[[int], Size], sizes: tuple[int, ...], folder: Path) -> list[tuple[int, int, float]]:
    """Return size, cells and seconds of a run for each size."""
    found = []
    for size in sizes:
        made, own = make(size), folder / str(size)
        own.mkdir()
        for name, text in {"methodology.yaml": made.spec, "project.yaml": made.project, **made.tables}.items():
            (own / name).write_text(text, encoding="utf-8")
        methodology = mrvgraph.load(own / "methodology.yaml")
        mrvgraph.run(methodology, own / "project.yaml")
        found.append((size, made.cells, least(lambda methodology=methodology, own=own: mrvgraph.run(methodology, own / "project.yaml"), 2)))
    return found


def growth_lines() -> Iterator[str]:
    """Yield the table of growth."""
    yield from ("| what grows | sizes | ms | exponent |", "|---|---|---|---:|")
    for name, (sizes, make) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            found = grown(make, sizes, Path(folder))
        (_, before, earlier), (_, after, last) = found[-2:]
        exponent = math.log(last / earlier) / math.log(after / before)
        yield f"| {name} | {', '.join(map(str, sizes))} | {', '.join(f'{one * 1e3:,.0f}' for *_, one in found)} | {exponent:.2f} |"


def portfolio_lines(count: int) -> Iterator[str]:
    """Yield a portfolio beside the reading of its files' events, for each example with other numbers in each file."""
    yield from ("| projects | files | ms a project | ms for the events of its file | times |", "|---|---:|---:|---:|---:|")
    for option in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            paths = list(_projects(option, count, Path(folder)))
            methodology = mrvgraph.load("KH_AM004@1.1")
            ours = least(lambda m=methodology, paths=paths: mrvgraph.portfolio(m, paths), 3) / count
            events = least(lambda paths=paths: [_events(path) for path in paths], 3) / count
        yield f"| option {option} | {count:,} | {ours * 1e3:.2f} | {events * 1e3:.2f} | {ours / events:.1f} |"


def _projects(option: int, count: int, folder: Path) -> Iterator[Path]:
    for table in EXAMPLES.glob("*.csv"):
        (folder / table.name).write_bytes(table.read_bytes())
    text = (EXAMPLES / f"option{option}.yaml").read_text(encoding="utf-8")
    for at in range(count):
        path = folder / f"{at}.yaml"
        path.write_text(re.sub(r"(?m)(: )([0-9]{3,6})$", lambda found, at=at: f"{found[1]}{int(found[2]) + at % 97}", text), encoding="utf-8")
        yield path


def _events(path: Path) -> None:
    for _ in yaml.parse(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
        pass


def _written(name: str, lines: list[str]) -> None:
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    PAGE.write_text(before + begin + "\n".join(lines) + "\n" + end + rest.partition(end)[2], encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--portfolio", action="store_true", help="only the portfolio")
    parser.add_argument("--projects", type=int, default=500)
    parser.add_argument("--write", action="store_true", help="write the tables into docs/performance.md")
    options = parser.parse_args()
    tables = {} if options.portfolio else {"growth": list(growth_lines())}
    tables["portfolio"] = list(portfolio_lines(options.projects))
    for name, lines in tables.items():
        print("\n".join([*lines, ""]))
        if options.write:
            _written(name, lines)


if __name__ == "__main__":
    main()
