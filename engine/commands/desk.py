"""What the command diagnose does: which known slip gives the numbers that documents state."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.audit.desk.desk import Desk
from engine.audit.desk.desk_text import desk_markdown, desk_record, desk_text
from engine.audit.report import desk_beside
from engine.commands.session import loaded, open_session
from engine.finding import Finding
from engine.output.escapes import markdown_text
from engine.output.marks import plain
from engine.project.project_file import ProjectData
from engine.project.values import UnitReader
from engine.report.findings import findings_markdown, findings_text
from engine.report.run_report import head_lines, to_json
from engine.run.run import Run
from engine.run.version_gap import Loader
from equations.errors import InputError, Place

DIAGNOSIS_FORMAT = "mrvgraph-diagnosis/1"


def diagnosed(spec: str, project: Path, choices: Mapping[str, str], readings: Mapping[str, str]) -> Desk:
    """Run a project and set beside it what its documents state.

    Raises
    ------
    MethodologyError
        With every fault of the spec, of the input or of the documents; I501 where the project names no document.
    """
    session = open_session(spec)
    run = session.run(project, choices=choices, readings=readings)
    session.save()
    return desk_of_documents(run, session.read_unit, loaded)


def desk_of_documents(run: Run, read_unit: UnitReader, load: Loader) -> Desk:
    """Return what documents state beside a run; an error where there are none."""
    desk = desk_beside(run, read_unit, load)
    if desk is None or desk.is_empty:
        raise nothing_stated(run.project)
    return desk


def nothing_stated(project: ProjectData) -> InputError:
    """Return the error of a project that names nothing to compare with."""
    return InputError(
        "I501", "the project states nothing that a recomputation could be compared with", Place(project.path.name),
        why="numbers of other documents stand under `claimed:`, or in the files that `documents:` names",
        remedy="add `claimed: {Q: number}`, or write a document file: `mrvgraph needs SPEC --template --with claims`",
    )  # fmt: skip


def shown_desk(desk: Desk, way: str) -> str:
    """Return a diagnosis as ``text``, ``md`` or ``json``."""
    if way == "json":
        of = desk.run.methodology
        head = {"format": DIAGNOSIS_FORMAT, "methodology": {"id": of.id, "version": of.version, "hash": of.hash},
                "project": {"name": desk.run.project.name, "file": desk.run.project.path.name, "sha256": desk.run.project.sha256}}  # fmt: skip
        return to_json({**head, **desk_record(desk), "findings": [finding.as_record() for finding in desk.findings]})
    if way == "md":
        lines = [f"# Diagnosis: {markdown_text(desk.run.project.name)}", "", *(f"- {markdown_text(plain(line))}" for line in head_lines(desk.run))]
        return "\n".join([*lines, "", *desk_markdown(desk), "", "## Findings", "", *findings_markdown(desk.findings)]) + "\n"
    return "\n\n".join(["\n".join(head_lines(desk.run)), desk_text(desk, full=True), findings_text(desk.findings, shown=_short(desk))]) + "\n"


def _short(desk: Desk) -> list[Finding]:
    """Return the findings that the table and the list of slips do not show."""
    return [finding for finding in desk.findings if finding.code not in ("A750", "A751", "A753", "A754")]
