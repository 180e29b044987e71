"""The command line. The only file that prints; each command imports what it needs when it is called.

Exit codes: 0 well, 1 findings of severity error, 2 bad usage or bad input. A user's mistake never shows a traceback.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from equations.errors import Faults, InputError, MethodologyError, Place

if TYPE_CHECKING:
    from engine.graph import EquationGraph
    from engine.pipeline import Run

Command = Callable[[argparse.Namespace], int]
VERSION = "0.1.0"
WELL, FOUND, BAD = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = build_parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return int(options.command(options))
    except MethodologyError as error:
        return _report_error(error, json_wanted=getattr(options, "json", False))
    except BrokenPipeError:
        sys.stderr = None
        return WELL
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return BAD


def _report_error(error: MethodologyError, *, json_wanted: bool) -> int:
    print(error, file=sys.stderr)
    if json_wanted:
        from engine.report import to_json

        errors = error.errors if isinstance(error, Faults) else (error,)
        sys.stdout.write(to_json({"errors": [e.as_record() for e in errors]}))
    return BAD


# -- what several commands share


def _pairs(items: Sequence[str] | None, what: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in items or ():
        key, sign, value = item.partition("=")
        if not sign or not key or not value:
            raise InputError("I508", f"--{what} takes name=value, not {item!r}", remedy=f"write --{what} name=value")
        if key in found:
            raise InputError("I508", f"--{what} {key} is given twice")
        found[key] = value
    return found


def _write(text: str, output: str | None) -> None:
    """Write to standard output, or to a file: whole or not at all."""
    if output is None:
        sys.stdout.write(text)
        return
    path = Path(output)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as cause:
        raise InputError("I509", f"the file cannot be written: {cause.strerror}", Place(output)) from cause


def _run(options: argparse.Namespace, targets: tuple[str, ...] = ()) -> Run:
    from engine.session import open_session

    session = open_session(options.spec)
    run = session.run(options.project, choices=_pairs(options.choose, "choose"), readings=_pairs(options.reading, "reading"),
                      targets=targets)  # fmt: skip
    session.save()
    return run


def _exit_code(findings: Sequence[object]) -> int:
    return FOUND if any(getattr(f, "severity", "") == "error" for f in findings) else WELL


# -- commands


def list_command(options: argparse.Namespace) -> int:
    """Methodologies and versions."""
    from engine.report import to_json
    from engine.terminal import table
    from equations.spec_files import load_methodology
    from equations.spec_library import library

    rows = []
    for reference, path in library():
        m = load_methodology(path)
        numbers = {e.number for e in m.equations if e.number}
        rows.append({"reference": reference, "title": m.title, "programme": m.programme, "status": m.status, "date": m.date,
                     "equations": len(numbers)})  # fmt: skip
    if options.json:
        sys.stdout.write(to_json(rows))
    else:
        print(table(["reference", "programme", "status", "date", "equations", "title"],
                    [[str(r[key]) for key in ("reference", "programme", "status", "date", "equations", "title")] for r in rows], right=[4]))  # fmt: skip
    return WELL


def check_command(options: argparse.Namespace) -> int:
    """Everything the spec alone can show wrong."""
    from engine.checks import check_methodology
    from engine.report import findings_text, to_json
    from engine.terminal import bold, table
    from equations.spec_files import load_methodology

    methodology = load_methodology(options.spec)
    result = check_methodology(methodology)
    if options.json:
        record = {"methodology": methodology.reference, "hash": methodology.hash,
                  "equations": [line.as_record() for line in result.equations],
                  "findings": [finding.as_record() for finding in result.findings]}  # fmt: skip
        sys.stdout.write(to_json(record))
        return _exit_code(result.findings)
    print(bold(f"{methodology.reference}  {methodology.title}"))
    lines = result.equations if options.verbose else [line for line in result.equations if line.number]
    print(table(["equation", "id", "status", "left side", "right side"],
                [[f"{line.number}{line.part}", line.id, line.status, line.lhs_unit, line.rhs_unit] for line in lines]))  # fmt: skip
    hidden = len(result.equations) - len(lines)
    wrong = sum(line.status == "error" for line in result.equations)
    print(f"\n{len(result.equations)} equations checked" + (f" ({hidden} of the editor not shown; --verbose)" if hidden else "")
          + f", {wrong} with an error")  # fmt: skip
    print(findings_text(result.findings, notes=options.verbose))
    return _exit_code(result.findings)


def needs_command(options: argparse.Namespace) -> int:
    """Inputs that a target needs."""
    from engine.needs import find_needs, matching_choices, project_template
    from engine.placeholder import named_setting
    from engine.report import to_json
    from engine.terminal import bold, table
    from equations.spec_files import load_methodology

    methodology = load_methodology(options.spec)
    chosen, targets = _pairs(options.choose, "choose"), tuple(options.target or ())
    datasets, readings = tuple(options.dataset or ()), _pairs(options.reading, "reading")
    needs = find_needs(methodology, chosen, targets=targets, datasets=datasets, readings=readings)
    if options.template:
        choices = matching_choices(methodology, chosen)[0]
        setting = named_setting(methodology, choices, readings, options.start, options.end, _pairs(options.members, "members"))
        _write(project_template(methodology, setting, targets=targets, datasets=datasets), options.output)
        return WELL
    if options.json:
        _write(to_json([need.as_record() for need in needs]), options.output)
        return WELL
    for kind, title in (("monitored", "monitored"), ("fixed_ex_ante", "fixed ex ante"), ("statement", "statements"),
                        ("default", "defaults")):  # fmt: skip
        rows = [
            [n.quantity.id, str(n.quantity.unit), ", ".join(n.quantity.indices), n.quantity.title[:48],
             ", ".join(n.used_by[:4]) + (" ..." if len(n.used_by) > 4 else ""),
             f"given by {n.given_by}" if n.given_by else ("or " + "; ".join(n.instead) if n.instead else ""), n.under]
            for n in needs if n.quantity.kind == kind
        ]  # fmt: skip
        if rows:
            print(bold(f"\n{title} ({len(rows)})"))
            head = ["quantity", "unit", "for each", "meaning", "used by", "where from", "only if"]
            kept = [at for at in range(len(head)) if any(row[at] for row in rows)]
            print(table([head[at] for at in kept], [[row[at] for at in kept] for row in rows]))
    return WELL


def run_command(options: argparse.Namespace) -> int:
    """Evaluate a project."""
    from engine import report

    run = _run(options, tuple(options.target or ()))
    way = "json" if options.json else options.format
    if options.output and way == "text":
        _write(report.to_json(report.run_record(run)), options.output)
    writers: dict[str, Callable[[Run], str]] = {
        "text": report.run_text, "csv": report.run_csv, "md": report.run_markdown, "json": lambda r: report.to_json(report.run_record(r)),
    }  # fmt: skip
    _write(writers[way](run), options.output if way != "text" else None)
    return _exit_code(run.findings)


def explain_command(options: argparse.Namespace) -> int:
    """From a number to its sources."""
    from engine.report import to_json
    from engine.trace import explain, parse_target, trace_text

    run = _run(options)
    nodes = [explain(run, quantity, cell, options.depth) for quantity, cell in parse_target(run, options.what)]
    if options.json:
        sys.stdout.write(to_json([node.as_record() for node in nodes]))
    else:
        for node in nodes:
            print("\n".join(trace_text(node)))
    return WELL


def graph_command(options: argparse.Namespace) -> int:
    """The dependency graph."""
    from engine.graph import build_graph
    from engine.pictures import graph_dot, graph_mermaid, graph_record, graph_svg
    from engine.placeholder import standing_equations
    from engine.report import to_json
    from equations.errors import near
    from equations.spec_files import load_methodology

    methodology = load_methodology(options.spec)
    graph = build_graph(methodology, standing_equations(methodology, _pairs(options.choose, "choose"), _pairs(options.reading, "reading")))
    targets = options.target or [methodology.result]
    wanted: set[str] = set()
    for target in targets:
        if target not in methodology.quantity:
            raise InputError("I502", f"there is no quantity {target!r}", remedy=near(target, methodology.quantity))
        wanted |= {target} | graph.inputs_of(target)
    way = "json" if options.json else options.format
    draw: dict[str, Callable[[EquationGraph, set[str]], str]] = {"mermaid": graph_mermaid, "svg": graph_svg, "dot": graph_dot, "json": lambda g, q: to_json(graph_record(g, q))}
    _write(draw[way](graph, wanted), options.output)
    return WELL


# -- the parser


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="mrvgraph", description="The rulebooks of carbon crediting, declared: check, run, explain, audit, compare.")
    parser.add_argument("--version", action="version", version=f"mrvgraph {VERSION}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, command: Command, text: str, *, spec: bool = True, project: bool = False) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        if spec:
            sub.add_argument("spec", metavar="SPEC", help="a reference such as KH_AM004@1.1, or a path")
        if project:
            sub.add_argument("project", metavar="PROJECT", help="project file")
            _switches(sub)
        sub.add_argument("--json", action="store_true", help="machine-readable output")
        sub.set_defaults(command=command)
        return sub

    add("list", list_command, "methodologies and versions in the library", spec=False)
    check = add("check", check_command, "everything the spec alone can show wrong; exit 1 on any error")
    check.add_argument("--verbose", action="store_true", help="also the editor's equations and notes")
    needs = add("needs", needs_command, "inputs that the target needs, grouped by kind")
    _switches(needs)
    needs.add_argument("--target", action="append", metavar="Q", help="quantity that is asked for (the result)")
    needs.add_argument("--dataset", action="append", metavar="ID", help="dataset that the project will use")
    needs.add_argument("--template", action="store_true", help="write a project file that lacks only the numbers")
    needs.add_argument("--start", metavar="DATE", default="2024-01-01", help="first day, for the template")
    needs.add_argument("--end", metavar="DATE", default="2025-12-31", help="last day, for the template")
    needs.add_argument("--members", action="append", metavar="SET=A,B", help="members of a set, for the template")
    needs.add_argument("--output", "-o", metavar="FILE")
    run = add("run", run_command, "evaluate a project", project=True)
    run.add_argument("--format", choices=("text", "json", "csv", "md"), default="text")
    run.add_argument("--output", "-o", metavar="FILE", help="write to a file (JSON beside the text where no format is named)")
    run.add_argument("--target", action="append", metavar="Q", help="compute only this quantity and what it needs")
    explain = add("explain", explain_command, "from a number to its sources", project=True)
    explain.add_argument("what", metavar="NUMBER", help="such as 'ER_credit[2019]'")
    explain.add_argument("--depth", type=int, default=12, help="levels below the number")
    graph = add("graph", graph_command, "the dependency graph")
    _switches(graph)
    graph.add_argument("--format", choices=("mermaid", "svg", "dot", "json"), default="mermaid")
    graph.add_argument("--target", action="append", metavar="Q", help="only what this quantity needs")
    graph.add_argument("--output", "-o", metavar="FILE")
    return parser


def _switches(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--choose", action="append", metavar="CHOICE=VALUE", help="a choice, before that of the project file")
    sub.add_argument("--reading", action="append", metavar="RULING=READING", help="a reading other than the default")


if __name__ == "__main__":
    sys.exit(main())
