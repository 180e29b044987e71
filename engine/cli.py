"""The command line; each command imports what it needs when it is called, and writes by :mod:`engine.output.destination`.

Exit codes: 0 well, 1 findings of severity error, 2 bad usage or bad input. A user's mistake never shows a traceback.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.commands import parser as command_line
from engine.commands.named_spec import settle_spec
from engine.commands.refusals import BAD, fault_of, told_fault
from engine.commands.switches import pairs, switches_of
from engine.output.asides import heard
from engine.output.destination import can_show, end_output, picture_way, say, settle_outputs, tell, write
from engine.output.progress import progress, watched
from engine.output.release import VERSION
from engine.output.terminal import laid_out
from engine.output.written_files import write_bytes
from equations.errors import InputError, MethodologyError
from equations.files.regular_file import ReadingRule, noting_reads, reading_under

if TYPE_CHECKING:
    from engine.audit.report import AuditReport
    from engine.run.run import Run

WELL, FOUND = 0, 1
_SHOW_FINDINGS = frozenset({"run", "audit", "ready"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    parser = build_parser(words[0] if words and words[0] in FUNCTIONS else "")
    try:
        options = command_line.read_words(parser, words)
    except SystemExit as stop:
        end_output()
        return int(stop.code or 0)
    code = _ended(options, words[0])
    end_output()
    return code


def _ended(options: argparse.Namespace, command: str) -> int:
    """Do what a command says and return its exit code; errors are told."""
    try:
        rule = ReadingRule(folders=tuple(map(Path, getattr(options, "data_folder", None) or ())))
        reads = noting_reads(active=command not in ("portfolio", "mutate", "docs"))  # these go on with, or renew, what they wrote
        with reading_under(rule), reads, heard(_aside_of(command)), watched("" if command == "lsp" else command):
            settle_spec(command, options, _named_in)
            settle_outputs(command, options)
            to_file = bool(getattr(options, "output", None)) and getattr(options, "format", "") == "text"
            with laid_out(for_a_file=to_file):
                return int(options.command(options))
    except MethodologyError as error:
        return told_fault(error, json_wanted=getattr(options, "json", False))
    except KeyboardInterrupt:
        tell("interrupted\n")
        return BAD
    except (MemoryError, RecursionError, OSError) as cause:
        return told_fault(fault_of(cause), json_wanted=getattr(options, "json", False))


def _named_in(project: str) -> str:
    from engine.project.project_file import read_project

    return read_project(project).methodology


def _aside_of(command: str) -> Callable[[str], None]:
    """Return what tells remarks; commands that show findings show them there."""
    return (lambda text: None) if command in _SHOW_FINDINGS else lambda text: tell(f"note: {text}\n")


# -- what several commands share


def _run(options: argparse.Namespace, targets: tuple[str, ...] = ()) -> Run:
    from engine.commands.session import open_session

    session = open_session(options.spec)
    choices, readings = switches_of(options)
    run = session.run(options.project, choices=choices, readings=readings,
                      targets=targets, set_numbers=options.set_numbers or ())  # fmt: skip
    session.save()
    return run


def _way(options: argparse.Namespace) -> str:
    return "json" if options.json else "text"


def _exit_code(findings: Sequence[object]) -> int:
    return FOUND if any(getattr(f, "severity", "") == "error" for f in findings) else WELL


# -- commands


def list_command(options: argparse.Namespace) -> int:
    """Methodologies and versions."""
    from engine.commands.library import library_rows, library_text
    from engine.report.run_report import to_json

    rows, faults = library_rows()
    say(to_json(rows) if options.json else library_text(rows), _way(options))
    for fault in faults:
        tell(fault)
    return FOUND if faults else WELL


def check_command(options: argparse.Namespace) -> int:
    """Everything the spec alone can show wrong."""
    from engine.checks import check_methodology
    from engine.report.checks import check_record, check_text
    from engine.report.run_report import to_json
    from equations.library.spec_files import load_methodology

    methodology = load_methodology(options.spec)
    result = check_methodology(methodology)
    text = to_json(check_record(methodology, result)) if options.json else check_text(methodology, result, verbose=options.verbose)
    say(text, _way(options))
    return _exit_code(result.findings)


def needs_command(options: argparse.Namespace) -> int:
    """Inputs that a target needs."""
    from engine.commands.needs import needed, template_text
    from engine.commands.workbook import write_template

    choices, readings = switches_of(options)
    if options.template:
        methodology, text = template_text(options, choices, readings, pairs(options.members, "members"))
        write_template(methodology, text, options.output) if options.format == "xlsx" else write(text, options.output, "yaml")
    else:
        write(needed(options, choices, readings), options.output, options.format)
    return WELL


def run_command(options: argparse.Namespace) -> int:
    """Evaluate a project."""
    from engine.commands.running import RunWish, finished, shown_run

    done = finished(RunWish(options.spec, options.project, *switches_of(options),
                          tuple(options.target or ()), tuple(options.set_numbers or ())))  # fmt: skip
    write(shown_run(done, options.format), options.output, options.format)
    if options.output and not options.format_named:
        with laid_out(for_a_file=False):
            say(shown_run(done, "text"))
    return _exit_code(done.run.findings)


def audit_command(options: argparse.Namespace) -> int:
    """Findings on a run, and what hangs on the readings of the text."""
    from engine.commands.audit import receipt_for, shown

    report = _audited(options)
    if options.receipt:
        choices, readings = switches_of(options)
        receipt = receipt_for(report, options.spec, Path(options.project), Path(options.receipt),
                              choices=choices, readings=readings, version=VERSION, set_numbers=options.set_numbers or ())  # fmt: skip
        write(receipt, options.receipt, "json")
        tell(f"receipt written to {options.receipt}\n")
    write(shown(report, options.format, verbose=options.verbose), options.output, options.format)
    return _exit_code(report.findings)


def _audited(options: argparse.Namespace) -> AuditReport:
    from engine.commands.audit import audited

    choices, readings = switches_of(options)
    return audited(options.spec, Path(options.project), choices, readings, getattr(options, "set_numbers", None) or (),
                   materiality=getattr(options, "materiality", None))  # fmt: skip


def ready_command(options: argparse.Namespace) -> int:
    """Whether a submission is complete."""
    from engine.commands.audit import made_ready, shown_ready

    found = made_ready(options.spec, Path(options.project), *switches_of(options))
    write(shown_ready(found, options.format), options.output, options.format)
    return WELL if found.is_ready else FOUND


def diagnose_command(options: argparse.Namespace) -> int:
    """Which slip gives the numbers that documents state."""
    from engine.commands.desk import diagnosed, shown_desk

    desk = diagnosed(options.spec, Path(options.project), *switches_of(options))
    write(shown_desk(desk, options.format), options.output, options.format)
    return _exit_code(desk.findings)


def workbook_command(options: argparse.Namespace) -> int:
    """A run as a workbook, or a project file as one and back."""
    from engine.commands.workbook import WorkbookWish, shown, workbook

    written = workbook(WorkbookWish.of(options), *switches_of(options), VERSION)
    say(shown(written, json=options.json), _way(options))
    return WELL


def statement_command(options: argparse.Namespace) -> int:
    """The statement of a verification."""
    from engine.commands.statement import issued, shown_statement

    outcome, word = issued(options, *switches_of(options), VERSION)
    say(shown_statement(outcome, word, json=options.json), _way(options))
    return WELL if word == "unqualified" else FOUND


def verify_command(options: argparse.Namespace) -> int:
    """Make the run of a receipt again and compare."""
    from engine.audit.receipts.verification import verification_text
    from engine.commands.statement import verify_file
    from engine.report.run_report import to_json

    outcome = verify_file(Path(options.receipt), options.spec, options.project, VERSION)
    say(to_json(outcome.as_record()) if options.json else verification_text(outcome), _way(options))
    return WELL if outcome.holds else FOUND


def explain_command(options: argparse.Namespace) -> int:
    """From a number to its sources."""
    from engine.explain.trace import explain, parse_target
    from engine.explain.trace_node import traces_text
    from engine.report.run_report import to_json

    run = _run(options)
    nodes = [explain(run, quantity, cell, options.depth) for quantity, cell in parse_target(run, options.what)]
    say(to_json([node.as_record() for node in nodes]) if options.json else traces_text(nodes), _way(options))
    return WELL


def graph_command(options: argparse.Namespace) -> int:
    """The dependency graph."""
    from engine.commands.graph import drawn_graph

    choices, readings = switches_of(options)
    write(drawn_graph(options.spec, choices, readings, options.target or (), options.format), options.output, options.format)
    return WELL


def docs_command(options: argparse.Namespace) -> int:
    """Documentation of a methodology."""
    from engine.commands.documents import document
    from engine.report.run_report import to_json

    if not options.project and (options.choose or options.reading):
        raise InputError("I508", "--choose and --reading say how a project is run, and no project is named",
                         why="pages of a methodology show every choice and reading", remedy="name one with --project, or leave them out")  # fmt: skip
    audit = _audited(options) if options.project else None
    outcome = document(options.spec, options.output, options.format, check=options.check, audit=audit, version=VERSION)
    for note in outcome.notes:
        tell(f"{note}\n")
    say(to_json(outcome.as_record()) if options.json else outcome.text, _way(options))
    return FOUND if outcome.stale else WELL


def report_command(options: argparse.Namespace) -> int:
    """One run as a document."""
    from engine.commands.documents import report
    from engine.report.run_report import to_json

    outcome = report(audit := _audited(options), options.output, options.format, VERSION, options.draws)
    say(to_json(outcome.as_record()) if options.json else outcome.text, _way(options))
    return _exit_code(audit.findings)


def export_command(options: argparse.Namespace) -> int:
    """A run as the tables of a registry."""
    from engine.commands.export import export
    from engine.report.run_report import to_json

    outcome = export(options.run, options.to, options.output, options.texts, options.mapping)
    say(to_json(outcome.as_record()) if options.json else outcome.text, _way(options))
    return FOUND if outcome.errors else WELL


def show_command(options: argparse.Namespace) -> int:
    """The whole spec."""
    from engine.commands.versions import show

    text = show(options.spec, json=options.format == "json", only_hash=options.hash)
    if options.output is None and options.format == "yaml" and not can_show(text):
        text = show(options.spec, json=False, only_hash=False, ascii_only=True)
    write(text, options.output, options.format)
    return WELL


def diff_command(options: argparse.Namespace) -> int:
    """What two specs, or two submissions, say and move differently."""
    from engine.commands.versions import TEXTS, compare, diff_text

    readings = pairs(options.reading_a, "reading-a"), pairs(options.reading_b, "reading-b")
    difference = compare(options.spec, options.other, options.project or (), readings)
    if options.waterfall:
        from engine.commands.comparison import diff_picture

        write_bytes(options.waterfall, diff_picture(difference, picture_way(options.waterfall)))
    if options.format not in TEXTS:
        from engine.commands.comparison import write_document

        write_document(difference, options.format, options.output)
        return WELL
    write(diff_text(difference, options.format, details=options.details), options.output, options.format)
    return WELL


def schema_command(options: argparse.Namespace) -> int:
    """The JSON Schema of a kind of file."""
    from engine.documents.schemas.schema_files import schema_text

    write(schema_text(options.kind), options.output, "json")
    return WELL


def lsp_command(options: argparse.Namespace) -> int:
    """A language server for editors."""
    from engine.interface.editor.server import serve

    serve()
    return WELL


def migrate_command(options: argparse.Namespace) -> int:
    """A project file carried over to another version."""
    from engine.commands.versions import carry_over, migration_text
    from engine.report.run_report import to_json

    migration = carry_over(options.project, options.old, options.new)
    if options.output:
        write(migration.text, options.output, "yaml")
    say(to_json(migration.as_record()) if options.json else migration_text(migration), _way(options))
    return WELL


def mutate_command(options: argparse.Namespace) -> int:
    """The fault-seeding score."""
    from engine.commands.mutation import record_cases, score_of
    from engine.mutation.report import score_markdown, score_text
    from engine.report.run_report import to_json

    if options.record:
        for line in record_cases(options.spec):
            say(f"{line}\n")
        return WELL
    found = score_of(options.spec, options.sample, options.seed, options.workers)
    way = options.format
    text = to_json(found.as_record()) if way == "json" else {"text": score_text, "md": score_markdown}[way](found)
    write(text, options.output, way)
    return FOUND if found.false_alarms or found.killed_by_dimensions < len(found.dimension_changing) else WELL


def simulate_command(options: argparse.Namespace) -> int:
    """Uncertainty of the results."""
    from engine.commands.simulate import check_draws_file, run_simulation, simulation_files, simulation_output

    check_draws_file(options.draws_file)
    choices, readings = switches_of(options)
    with progress(options.draws, "draws") as more:
        simulation = run_simulation(
            options.spec, options.project, choices=choices, readings=readings,
            draws=options.draws, seed=options.seed, targets=tuple(options.target or ()), levels=options.level, deductions=options.deduction,
            stop=options.stop, backend=options.backend, workers=options.workers, scheduler=options.scheduler, progress=more,
        )  # fmt: skip
    simulation_files(simulation, options.draws_file, VERSION)
    if options.plot:
        from engine.commands.simulate import simulation_plot

        write_bytes(options.plot, simulation_plot(simulation, picture_way(options.plot)))
    write(simulation_output(simulation, options.format), options.output, options.format)
    return WELL


def sensitivity_command(options: argparse.Namespace) -> int:
    """What the results hang on."""
    from engine.commands.simulate import run_sensitivity, sensitivity_output

    choices, readings = switches_of(options)
    with progress(options.draws, "draws") as more:
        found = run_sensitivity(
            options.spec, options.project, choices=choices, readings=readings,
            target=options.target, draws=options.draws, seed=options.seed, workers=options.workers, scheduler=options.scheduler, progress=more,
        )  # fmt: skip
    if options.plot:
        from engine.commands.simulate import sensitivity_plot

        write_bytes(options.plot, sensitivity_plot(found, picture_way(options.plot)))
    write(sensitivity_output(found, json=options.format == "json"), options.output, options.format)
    return WELL


def solve_command(options: argparse.Namespace) -> int:
    """The value of one input that gives a wanted number."""
    from engine.commands.simulate import run_solve
    from engine.report.run_report import to_json
    from engine.simulate.solving import solved_record, solved_text

    choices, readings = switches_of(options)
    found = run_solve(options.spec, options.project, options.input, options.so_that, choices=choices, readings=readings)
    say(to_json(solved_record(found)) if options.json else solved_text(found), _way(options))
    return WELL


def portfolio_command(options: argparse.Namespace) -> int:
    """Many projects as one batch."""
    from engine.commands.portfolio import portfolio_entries, portfolio_output, run_entries

    entries, (choices, readings) = portfolio_entries(options.project, options.table), switches_of(options)
    with progress(len(entries), "projects") as more:
        outcomes = run_entries(options.spec, entries, options.output, choices=choices, readings=readings, workers=options.workers,
                               scheduler=options.scheduler, progress=more, remark=lambda said: tell(f"{said}\n"))  # fmt: skip
    way = "json" if options.json else options.format or "text"
    say(portfolio_output(outcomes, way), way)
    return FOUND if any(outcome.errors for outcome in outcomes) else WELL


def build_parser(only: str = "") -> argparse.ArgumentParser:
    """Return the parser of the whole command line, or of one command."""
    return command_line.build_parser(FUNCTIONS, VERSION, only)


FUNCTIONS: dict[str, command_line.Command] = {
    "list": list_command, "check": check_command, "needs": needs_command, "run": run_command, "audit": audit_command,
    "ready": ready_command, "diagnose": diagnose_command, "workbook": workbook_command, "statement": statement_command, "verify": verify_command,
    "explain": explain_command, "graph": graph_command, "docs": docs_command, "report": report_command, "export": export_command,
    "show": show_command, "schema": schema_command, "lsp": lsp_command, "diff": diff_command, "migrate": migrate_command,
    "simulate": simulate_command, "sensitivity": sensitivity_command, "solve": solve_command, "portfolio": portfolio_command,
    "mutate": mutate_command,
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
