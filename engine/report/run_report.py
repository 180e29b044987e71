"""A run as plain data, as text for a terminal, as CSV and as Markdown. The same bytes for the same inputs."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.output.escapes import code_text, csv_text, json_text, markdown_text
from engine.output.marks import plain
from engine.output.terminal import bold, number, wrapped
from engine.output.text_grid import TextGrid, text_grid
from engine.report.findings import findings_text, sentence
from engine.report.grounds import grounds_line, grounds_record, run_tallies
from engine.report.set_report import set_lines, set_record
from engine.report.whole_units import WholeUnits, whole_units
from engine.report.yearly_table import TOTAL, YearlyTable, fixed, yearly_table
from engine.run.run import Run
from engine.run.said_values import unit_in_tables, value_record, value_text
from engine.run.totals import Headline
from equations.model.cell_labels import written_cell
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

RUN_FORMAT = "mrvgraph-run/1"
_MOST_FINDINGS = 12


def run_record(run: Run) -> dict[str, object]:
    """Return everything of a run as plain data: each quantity with indices, unit, provenance and values."""
    methodology = run.methodology
    result = methodology.quantity[methodology.result]
    whole = whole_units(run)
    return {
        "format": RUN_FORMAT,
        "methodology": {"id": methodology.id, "version": methodology.version, "status": methodology.status, "hash": methodology.hash},
        **tools_record(methodology),
        "project": {**run.project.identity, "file": run.project.path.name, "sha256": run.project.sha256},
        "operation": {"start": run.setting.start, "end": run.setting.end},
        "dates": dates_record(run),
        "choices": dict(run.setting.choices),
        "readings": dict(run.setting.readings),
        "datasets": run.project.dataset_texts(),
        **set_record(run),
        "result": result.id,
        result.id: run.headline.value if result.id in run.values.arrays and run.headline.is_total else None,
        f"{result.id}_unit": str(result.unit),
        "whole_units": None if whole is None else whole.as_record(result.axis_names),
        **results_record(run),
        "by_year": yearly_table(run).as_records(),
        "quantities": [quantity_record(run, quantity) for quantity in methodology.quantities if quantity.id in run.values.arrays],
        "rules": [verdict.as_record() for verdict in run.verdicts],
        "findings": [finding.as_record() for finding in run.findings],
        **grounds_record(run_tallies(run)),
    }


def dates_record(run: Run) -> dict[str, dict[str, list[str]]]:
    """Return the first and the last day of each monitoring period, and of each member that the project lists with a date, by its set."""
    members = run.setting.members
    return {set_id: dict(zip(members[set_id], map(list, days), strict=True)) for set_id, days in run.setting.dates.items()}


def tools_record(methodology: Methodology) -> dict[str, object]:
    """Return the tools that a methodology uses, under ``tools``; of one that uses none nothing is said."""
    tools = [{"path": t.path, "id": t.id, "version": t.version, "hash": t.hash} for t in methodology.tools]
    return {"tools": tools} if tools else {}


def results_record(run: Run) -> dict[str, object]:
    """Return what each of several results comes to, under ``results``; of a single one that is said already."""
    if len(run.methodology.results) < 2:
        return {}
    return {"results": [_result_record(run, id_, found) for id_, found in run.results.items()]}


def _result_record(run: Run, id_: str, found: Headline) -> dict[str, object]:
    quantity, whole = run.methodology.quantity[id_], whole_units(run, id_)
    return {
        "quantity": id_, "name": run.methodology.called(id_), "unit": str(quantity.unit), "label": found.label,
        "total": found.value if found.is_total else None, "value": found.value,
        "whole_units": None if whole is None else whole.as_record(quantity.axis_names),
    }  # fmt: skip


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
        record |= value_record(quantity.type, value)
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
    import json

    return json_text(json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


# -- text


def run_text(run: Run) -> str:
    """Return a run for reading in a terminal."""
    rests = wrapped(grounds_line(run_tallies(run)), "  ")
    parts = ["\n".join(head_lines(run)), yearly_text(run), "\n".join(result_lines(run)), rests, _findings(run)]
    return "\n\n".join(part for part in parts if part) + "\n"


def head_lines(run: Run) -> Iterator[str]:
    """Yield the lines that say what was run: methodology, project, time, choices, readings."""
    methodology, setting = run.methodology, run.setting
    yield from set_lines(run)
    yield bold(f"{methodology.reference}  {methodology.title}")
    if methodology.status != "published":
        yield f"status: {methodology.status}. {methodology.status_note}".strip()
    illustrative = "  (illustrative: the numbers are made up)" if run.project.identity.get("illustrative") == "yes" else ""
    yield f"project: {run.project.name}{illustrative}"
    yield f"operation: {setting.start} to {setting.end}; monitoring periods: " + ", ".join(
        f"{p.id} ({p.start} to {p.end})" for p in run.project.periods
    )
    if methodology.tools:
        yield "tools: " + ", ".join(f"{tool.path} = {tool.reference}" for tool in methodology.tools)
    if setting.choices:
        yield "choices: " + ", ".join(f"{id_} = {value}" for id_, value in setting.choices.items())
    changed = [f"{r.id} = {setting.readings[r.id]}" for r in methodology.rulings if setting.readings[r.id] != r.default]
    if changed:
        yield "readings other than the default: " + ", ".join(changed)


def yearly_text(run: Run) -> str:
    """Return the yearly table of a run for a terminal."""
    found = yearly_table(run)
    if not found.rows:
        return ""
    return yearly_grid(found).text + (f"\n{found.note}" if found.note else "")


def yearly_grid(found: YearlyTable) -> TextGrid:
    """Return the yearly table of a run with every number written."""
    body = [[row.quantity.id, row.quantity.title, str(row.quantity.unit), *row.cells, row.total_cell] for row in found.rows]
    return text_grid(["", "", "unit", *found.years, TOTAL], body, range(3, 4 + len(found.years)))


def yearly_markdown(run: Run) -> Iterator[str]:
    """Yield the lines of the yearly table of a run as Markdown."""
    found = yearly_table(run)
    yield "| quantity | meaning | unit | " + " | ".join(found.years) + f" | {TOTAL} |"
    yield "|---|---|---|" + "---:|" * (len(found.years) + 1)
    for row in found.rows:
        said = (row.quantity.id, row.quantity.title, str(row.quantity.unit))
        yield f"| {' | '.join(map(markdown_text, said))} | {' | '.join((*row.cells, row.total_cell))} |"
    if found.note:
        yield ""
        yield markdown_text(found.note)


def result_lines(run: Run) -> Iterator[str]:
    """Yield the lines of each result, and of what the report names beside the yearly table."""
    methodology = run.methodology
    whole = {id_: found for id_ in methodology.result_ids if (found := whole_units(run, id_)) is not None}
    beside = {found.quantity for found in whole.values()} - set(methodology.result_ids)
    named = len(methodology.results) > 1
    in_table = {row.quantity.id for row in yearly_table(run).rows}
    for id_ in dict.fromkeys((*methodology.reported, *run.plan.targets)):
        quantity = methodology.quantity[id_]
        if id_ in in_table or id_ not in run.values.arrays or id_ in beside:
            continue
        name = f"   {methodology.called(id_)}" if named and id_ in methodology.result_ids else ""
        for labels, value, _ in run.cells(id_):
            counted = f"   {whole[id_].of_cell(labels)}" if id_ in whole else ""
            unit = f" {quantity.unit}" if quantity.type == "number" else ""
            yield bold(f"{written_cell(id_, labels)} = {decimals(quantity.type, value)}{unit}") + name + counted
    for id_, headline in run.results.items():
        if len(run.values.arrays[id_].ravel()) > 1:
            yield from _total_line(run, id_, headline, whole.get(id_))


def _total_line(run: Run, id_: str, headline: Headline, whole: WholeUnits | None) -> Iterator[str]:
    """Yield the line of a result's total; of members that do not add up there is none."""
    result = run.methodology.quantity[id_]
    if headline.is_total:
        counted = f"   {whole.words}: {whole.total:,}{whole.how}" if whole is not None else ""
        name = f"{result.id}, total" if headline.label == result.id else f"{headline.label}, which stands for all,"
        yield bold(f"{name} = {fixed(headline.value, 3)} {result.unit}") + counted


def _findings(run: Run) -> str:
    serious = [finding for finding in run.findings if finding.severity != "note"]
    return findings_text(run.findings, serious, most=_MOST_FINDINGS, title="findings of the run", beside="; `mrvgraph audit` asks more of it")


# -- CSV and Markdown


def run_csv(run: Run) -> str:
    """Return every value of a run as a long table: quantity, labels, value, unit, provenance."""
    rows: list[list[object]] = [["quantity", "labels", "value", "unit", "state", "provenance"]]
    for quantity in run.methodology.quantities:
        if quantity.id in run.values.arrays:
            origin = provenance(run, quantity.id)
            rows += [
                [quantity.id, " ".join(labels), repr(value), unit_in_tables(quantity), state, origin]
                for labels, value, state in run.cells(quantity.id)
            ]
    return csv_text(rows)


def run_markdown(run: Run) -> str:
    """Return the results of a run as Markdown."""
    lines = [f"# {markdown_text(run.project.name)}", "", *(f"- {markdown_text(plain(line))}" for line in head_lines(run)), ""]
    lines += [*yearly_markdown(run), ""] + [f"**{markdown_text(plain(line))}**" for line in result_lines(run)]
    lines += ["", markdown_text(line)] if (line := grounds_line(run_tallies(run))) else []
    lines += ["", "## Findings", ""]
    lines += [
        f"- **{f.severity}** {f.code} {code_text(f.subject)}: {markdown_text(f'{sentence(f)} {f.evidence}')}".rstrip()
        for f in run.findings
    ] or ["none"]
    return "\n".join(lines) + "\n"


def decimals(type_: str, value: float) -> str:
    """Return a value of a result: a number with three decimals, a date as a day, an answer in words."""
    return value_text(type_, value, lambda shown: fixed(shown, 3))


def short(value: float) -> str:
    """Return a number as it is shown in traces."""
    return number(value)
