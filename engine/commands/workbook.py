"""The work of `mrvgraph workbook` and of templates that are workbooks."""

from __future__ import annotations

import hashlib
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from engine.audit.report import AuditReport
from engine.commands.audit import audited
from engine.commands.documents import Written
from engine.commands.session import open_session
from engine.documents.workbook.workbook import Wanted, project_workbook, run_workbook
from engine.output.destination import write
from engine.output.written_files import write_bytes
from engine.project.project_file import read_project, read_project_text
from engine.project.project_tree import project_tree
from engine.report.run_report import to_json
from engine.report.set_report import refuse_set
from equations.errors import InputError
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import read_yaml
from equations.model.methodology import Methodology
from equations.records import record
from equations.spec.writer import write_document
from equations.units.registry import parse_unit


@record(frozen=True)
class WorkbookWish:
    """What was asked for.

    Attributes
    ----------
    way
        ``xlsx``, or ``yaml`` for the project file that a workbook holds.
    """

    spec: str
    project: Path
    output: str
    way: str
    inputs_only: bool = False
    planned: bool = False
    hidden: tuple[str, ...] = ()

    @classmethod
    def of(cls, options: Namespace) -> WorkbookWish:
        """Return what the command line asks for."""
        named = options.spec, Path(options.project), options.output
        return cls(*named, options.format, options.inputs_only, options.planned, tuple(options.redact or ()))


def shown(written: Written, *, json: bool) -> str:
    """Return what to tell of what was written."""
    return to_json(written.as_record()) if json else written.text


def workbook(wish: WorkbookWish, choices: Mapping[str, str], readings: Mapping[str, str], version: str) -> Written:
    """Write a run as a workbook, or a project file as one, or the project file that a workbook holds.

    Raises
    ------
    MethodologyError
        With every fault of the spec or of the input; I508 for options that do not go together, I514 where a package is missing.
    """
    spec, project, output = wish.spec, wish.project, wish.output
    alone = wish.inputs_only or wish.way == "yaml"
    if alone and (choices or readings or wish.planned or wish.hidden):
        raise InputError("I508", "--choose, --reading, --planned and --redact are about a run, and none is made",
                         why="only the project file is written", remedy="leave them out, or write the workbook of a run")  # fmt: skip
    if wish.way == "yaml":
        read_project(project)
        text = write_document(project_tree(project))
        write(text, output, "yaml")
        return _written(output, text.encode())
    if wish.inputs_only:
        session = open_session(spec)
        content = project_workbook(session.methodology, read_project(project), project_tree(project), session.read_unit)
    else:
        return write_run(audited(spec, project, choices, readings), output, Wanted(wish.planned, frozenset(wish.hidden)), version)
    write_bytes(output, content)
    return _written(output, content)


def write_run(audit: AuditReport, output: str, wanted: Wanted, version: str) -> Written:
    """Write an audited run as a workbook.

    Raises
    ------
    InputError
        I508 for a run of numbers that were set.
    """
    refuse_set(audit.run, "the sheets show what was reported, and their formulas would give its numbers")
    content = run_workbook(audit, parse_unit, version, wanted)
    write_bytes(output, content)
    return _written(output, content)


def write_template(methodology: Methodology, text: str, output: str) -> None:
    """Write the template of a project file as a workbook."""
    tree = read_yaml(text, output)
    assert isinstance(tree, YamlMapping)
    write_bytes(output, project_workbook(methodology, read_project_text(text, Path(output)), tree, parse_unit))


def _written(output: str, content: bytes) -> Written:
    name = Path(output).name
    return Written(f"{name} written", ((name, hashlib.sha256(content).hexdigest()),))
