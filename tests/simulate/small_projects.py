"""Small methodologies with projects that declare an uncertainty, for tests: quick to read and to run."""

from __future__ import annotations

from pathlib import Path

import mrvgraph
from engine.run.run import Run

SPEC = """
methodology: {{id: T, version: "1", title: Test, result: R}}
index_sets:
  - {{id: class, letters: [i, j], members: [a, b, c]}}
  - {{id: year, kind: year, letters: [y]}}
  - {{id: period, kind: group, groups: year, letters: [q], project: must-list}}
quantities:
{quantities}
  - {{id: R, symbol: R, meaning: result, unit: {unit}, kind: computed}}
equations:
  - {{id: e, number: 1, defines: R, formula: "{formula}"}}
"""
PROJECT = """
project: {name: test}
operation: {start: 2019-01-01, end: 2020-12-31}
monitoring_periods: [{id: p1, start: 2019-01-01, end: 2020-12-31}]
values:
"""


def small_run(
    folder: Path, formula: str, quantities: dict[str, str], values: dict[str, str], more: str = "", unit: str = "t", spec_more: str = ""
) -> Run:
    """Run a methodology of one equation.

    Parameters
    ----------
    quantities
        Id -> fields beside id, symbol, meaning and kind, such as ``unit: t``.
    values
        Id -> what stands in the project file.
    more, spec_more
        Further text of the project file and of the methodology.
    """
    declared = "\n".join(
        f"  - {{id: {name}, symbol: {name}, meaning: number {name}, kind: monitored, {fields}}}" for name, fields in quantities.items()
    )
    (folder / "spec.yaml").write_text(SPEC.format(quantities=declared, formula=formula, unit=unit) + spec_more, encoding="utf-8")
    given = "".join(f"  {name}: {text}\n" for name, text in values.items())
    (folder / "project.yaml").write_text(PROJECT + (given or "  {}\n") + more, encoding="utf-8")
    return mrvgraph.run(mrvgraph.load(folder / "spec.yaml"), folder / "project.yaml")
