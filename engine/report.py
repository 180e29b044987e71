"""A run as plain data, as text for a terminal, as CSV and as Markdown. The same bytes for the same inputs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator

from engine.excerpt import with_excerpt
from engine.finding import Finding
from engine.findings_report import sentence
from engine.pipeline import Run
from engine.terminal import bold, coloured, number, table, wrapped
from equations.errors import CODES
from equations.quantity import Quantity

RUN_FORMAT = "mrvgraph-run/1"
_MOST_FINDINGS = 12


def run_record(run: Run) -> dict[str, object]:
    """Return everything of a run as plain data: each quantity with indices, unit, provenance and values."""
    methodology = run.methodology
    result = methodology.quantity[methodology.result]
    total = run.total if result.id in run.values.arrays else None  # other targets were asked for
    return {
        "format": RUN_FORMAT,
        "methodology": {"id": methodology.id, "version": methodology.version, "status": methodology.status, "hash": methodology.hash},
        "project": {**run.project.identity, "file": run.project.path.name, "sha256": run.project.sha256},
        "operation": {"start": run.setting.start, "end": run.setting.end},
        "choices": dict(run.setting.choices),
        "readings": dict(run.setting.readings),
        "datasets": [scalar.text for scalar in run.project.datasets],
        "result": result.id,
        result.id: total,
        f"{result.id}_unit": str(result.unit),
        "quantities": [quantity_record(run, quantity) for quantity in methodology.quantities if quantity.id in run.values.arrays],
        "findings": [finding.as_record() for finding in run.findings],
    }


def quantity_record(run: Run, quantity: Quantity) -> dict[str, object]:
    """Return one quantity as plain data; ``values`` hold a key for each index, and ``value``."""
    axes = quantity.indices
    years = {axis for axis in axes if run.methodology.index_set[axis].kind == "year"}
    values = []
    for labels, value, state in run.cells(quantity.id):
        record: dict[str, object] = {
            name: int(label) if axis in years else label
            for name, axis, label in zip(quantity.axis_names, axes, labels, strict=True)
        }
        record["value"] = value if math.isfinite(value) else None
        if state:
            record["state"] = state
        values.append(record)
    return {
        "id": quantity.id, "symbol": quantity.symbol, "indices": list(quantity.axis_names), "index_sets": list(axes),
        "unit": str(quantity.unit), "kind": quantity.kind,
        "provenance": provenance(run, quantity.id), "equations": equations_of(run, quantity.id), "values": values,
    }  # fmt: skip


def provenance(run: Run, quantity: str) -> str:
    """Return where the values of a quantity come from: ``computed``, ``project``, ``default:ID``, ``dataset:ID``, or several."""
    if quantity in run.values.steps:
        return "computed"
    names = {
        "project" if origin.kind == "project" else f"{origin.kind}:{origin.name}"
        for origin in run.inputs.origins.get(quantity, {}).values()
    }
    return ", ".join(sorted(names)) or "not applicable"


def equations_of(run: Run, quantity: str) -> list[str]:
    """Return the ids of the equations that gave a computed quantity in this run."""
    return list(dict.fromkeys(step.equation for step in run.values.steps.get(quantity, ())))


def to_json(record: object) -> str:
    """Return plain data as JSON text, with a line break at the end."""
    return json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


# -- text


def run_text(run: Run) -> str:
    """Return a run for reading in a terminal."""
    parts = ["\n".join(head_lines(run)), year_table(run), "\n".join(result_lines(run)), findings_text(run.findings)]
    return "\n\n".join(part for part in parts if part) + "\n"


def head_lines(run: Run) -> Iterator[str]:
    """Yield the lines that say what was run: methodology, project, time, choices, readings."""
    methodology, setting = run.methodology, run.setting
    yield bold(f"{methodology.reference}  {methodology.title}")
    if methodology.status != "published":
        yield f"status: {methodology.status}. {methodology.status_note}".strip()
    illustrative = "  (illustrative: the numbers are made up)" if run.project.identity.get("illustrative") == "yes" else ""
    yield f"project: {run.project.name}{illustrative}"
    yield f"operation: {setting.start} to {setting.end}; monitoring periods: " + ", ".join(
        f"{p.id} ({p.start} to {p.end})" for p in run.project.periods
    )
    yield "choices: " + ", ".join(f"{id_} = {value}" for id_, value in setting.choices.items())
    changed = [f"{r.id} = {setting.readings[r.id]}" for r in methodology.rulings if setting.readings[r.id] != r.default]
    if changed:
        yield "readings other than the default: " + ", ".join(changed)


def year_rows(run: Run) -> tuple[list[str], list[tuple[Quantity, list[float | None]]]]:
    """Return the years and, for each quantity of the methodology's report, its value in each year."""
    year_set = run.methodology.year_set
    years = list(run.setting.members.get(year_set, ()))
    rows = []
    for id_ in dict.fromkeys((*run.methodology.report, *run.plan.targets)):
        quantity = run.methodology.quantity[id_]
        if quantity.indices != (year_set,) or id_ not in run.values.arrays:
            continue
        values = [float(v) if math.isfinite(v) else None for v in run.values.arrays[id_]]
        rows.append((quantity, values))
    return years, rows


def year_table(run: Run) -> str:
    """Return the table of the report's quantities, year by year, with the sum over the years."""
    years, rows = year_rows(run)
    if not rows:
        return ""
    body = []
    for quantity, values in rows:
        known = [value for value in values if value is not None]
        cells = [f"{value:,.1f}" if value is not None else "" for value in values]
        total = f"{math.fsum(known):,.1f}" if quantity.unit.powers else ""
        body.append([quantity.id, quantity.title[:46], str(quantity.unit), *cells, total])
    return table(["", "", "unit", *years, "total"], body, right=range(3, 4 + len(years)))


def result_lines(run: Run) -> Iterator[str]:
    """Yield the lines of the result, and of what the report names beside the yearly table."""
    methodology = run.methodology
    asked = set(run.plan.targets) - {methodology.result, *methodology.report, *(quantity.id for quantity, _ in year_rows(run)[1])}
    for id_ in dict.fromkeys((methodology.result, *methodology.report, *run.plan.targets)):
        quantity = methodology.quantity[id_]
        in_table = methodology.year_set in quantity.indices and id_ not in asked
        if in_table or id_ not in run.values.arrays:
            continue
        for labels, value, _ in run.cells(id_):
            where = f"[{', '.join(labels)}]" if labels else ""
            whole = f"   whole units, rounded down: {math.floor(value):,}" if id_ == methodology.result else ""
            yield bold(f"{id_}{where} = {value:,.3f} {quantity.unit}") + whole
    if methodology.result in run.values.arrays and len(run.values.arrays[methodology.result].ravel()) > 1:
        yield bold(f"{methodology.result}, total = {run.total:,.3f} {methodology.quantity[methodology.result].unit}")


def findings_text(findings: tuple[Finding, ...], *, notes: bool = False) -> str:
    """Return findings for reading; notes are counted unless asked for."""
    if not findings:
        return "findings: none"
    counts = {s: sum(f.severity == s for f in findings) for s in ("error", "warning", "note")}
    lines = ["findings: " + ", ".join(f"{n} {s}{'s' if n != 1 else ''}" for s, n in counts.items() if n)]
    shown = [f for f in findings if notes or f.severity != "note"]
    limit = len(shown) if notes else _MOST_FINDINGS
    for finding in shown[:limit]:
        head = coloured(f"{finding.severity} {finding.code} {finding.subject}", finding.severity)
        lines.append(wrapped(f"{head}: {sentence(finding)}", "    "))
        if finding.code in CODES and finding.place is not None:
            lines += [f"    where: {finding.place}", *(with_excerpt(finding.place) or finding.place).caret_lines()]
        for word, text in (("evidence", finding.evidence), ("do", finding.remedy), ("source", finding.source)):
            if text:
                lines.append("    " + wrapped(f"{word}: {text}", "      "))
    if len(shown) > limit:
        lines.append(f"... and {len(shown) - limit} more; --json shows all")
    return "\n".join(lines)


# -- CSV and Markdown


def run_csv(run: Run) -> str:
    """Return every value of a run as a long table: quantity, labels, value, unit, provenance."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["quantity", "labels", "value", "unit", "state", "provenance"])
    for quantity in run.methodology.quantities:
        if quantity.id in run.values.arrays:
            origin = provenance(run, quantity.id)
            for labels, value, state in run.cells(quantity.id):
                writer.writerow([quantity.id, " ".join(labels), repr(value), str(quantity.unit), state, origin])
    return out.getvalue()


def run_markdown(run: Run) -> str:
    """Return the results of a run as Markdown."""
    years, rows = year_rows(run)
    lines = [f"# {run.project.name}", "", *(f"- {line}" for line in _plain_head(run)), "",
             "| quantity | meaning | unit | " + " | ".join(years) + " | total |",
             "|---|---|---|" + "---:|" * (len(years) + 1)]  # fmt: skip
    for quantity, values in rows:
        cells = [f"{v:,.1f}" if v is not None else "" for v in values]
        total = f"{math.fsum(v for v in values if v is not None):,.1f}"
        lines.append(f"| {quantity.id} | {quantity.title} | {quantity.unit} | " + " | ".join(cells) + f" | {total} |")
    lines += [""] + [f"**{line}**" for line in _plain_results(run)] + ["", "## Findings", ""]
    lines += [f"- **{f.severity}** {f.code} `{f.subject}`: {sentence(f)} {f.evidence}".rstrip() for f in run.findings] or ["none"]
    return "\n".join(lines) + "\n"


def _plain_head(run: Run) -> list[str]:
    return [line.replace("\033[1m", "").replace("\033[0m", "") for line in head_lines(run)]


def _plain_results(run: Run) -> list[str]:
    return [line.replace("\033[1m", "").replace("\033[0m", "") for line in result_lines(run)]


def short(value: float) -> str:
    """Return a number as it is shown in traces."""
    return number(value)
