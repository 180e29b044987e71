"""What the commands show, diff and migrate do: each returns the text to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.comparison.compare_specs import Side
from engine.comparison.difference import Difference, difference_record, find_difference
from engine.comparison.difference_text import difference_text
from engine.comparison.migrate import Migration, MigrationStep, migrate, opened
from engine.output.escapes import one_line, printable
from engine.output.terminal import bold, wrapped
from engine.project.project_file import read_project, read_project_text
from engine.report.run_report import to_json
from equations.errors import InputError
from equations.files.strict_yaml import read_spec_bytes, read_yaml_bytes
from equations.library.places import find_spec
from equations.library.spec_files import SpecDocument, document_record, load_methodology, methodology_of, read_document
from equations.model.methodology import Methodology
from equations.spec.writer import write_document


def show(reference: str, *, json: bool = False, only_hash: bool = False, ascii_only: bool = False) -> str:
    """Return the whole spec that a reference stands for, as one YAML file, as JSON, or its hash.

    Parameters
    ----------
    ascii_only
        Write other characters as escapes of YAML, for an output that cannot hold them; the hash stays the same.

    Raises
    ------
    MethodologyError
        With every fault of the spec: what does not read as a methodology is not shown.
    """
    spec = read_document(find_spec(reference))
    methodology = methodology_of(spec)
    if only_hash:
        return f"{spec.hash}  {methodology.reference}\n"
    if json:
        return to_json({"reference": methodology.reference, "hash": spec.hash, "document": document_record(spec)})
    return write_document(spec.document, head=_head(spec, methodology), ascii_only=ascii_only)


def _head(spec: SpecDocument, methodology: Methodology) -> str:
    files = ", ".join(dict.fromkeys(name for name, _ in spec.files))
    first = f"{methodology.reference}, the whole spec, written by `mrvgraph show` from {files}."
    return f"{one_line(printable(first))}\nhash: {spec.hash}"


def side_of(reference: str, readings: Mapping[str, str]) -> Side:
    """Return one side of a comparison: ``ID@1.1`` or a path, perhaps with readings behind it (``?id=reading&id=reading``)."""
    name, _, query = reference.partition("?")
    chosen: dict[str, str] = {}
    for part in query.split("&") if query else ():
        id_, sign, reading = part.partition("=")
        if not sign or not id_ or not reading:
            raise InputError("I508", f"{part!r} is not a reading", remedy="write SPEC?ruling=reading")
        chosen[id_] = reading
    methodology = load_methodology(name)
    return Side(methodology, chosen | dict(readings), methodology.reference if "@" in name and "/" not in name else "")


def compare(
    first: str, second: str | None, projects: Sequence[str], readings: tuple[Mapping[str, str], Mapping[str, str]]
) -> Difference:
    """Return the difference between two specs, or between two projects or two readings under one.

    Raises
    ------
    MethodologyError
        I508 where there is nothing to compare; whatever reading or running a side raises.
    """
    if second is None and len(projects) < 2 and not readings[1]:
        raise InputError(
            "I508",
            "there is nothing to compare with",
            why="one spec is named",
            remedy="name a second spec, two projects (--project twice), or readings (--reading-b ruling=reading)",
        )
    if len(projects) > 2:
        raise InputError("I508", f"{len(projects)} projects are named", remedy="one or two can be compared")
    a = side_of(first, readings[0])
    b = side_of(second, readings[1]) if second is not None else Side(a.methodology, dict(a.readings) | dict(readings[1]), a.name)
    if a.label == b.label and a.methodology.hash != b.methodology.hash:
        a, b = Side(a.methodology, a.readings, first), Side(b.methodology, b.readings, str(second))
    return find_difference(a, b, projects, load_methodology)


#: The formats in which :func:`diff_text` gives a difference; in all others it is a document (:mod:`engine.commands.comparison`).
TEXTS = ("text", "json")


def diff_text(difference: Difference, form: str, *, details: bool = False) -> str:
    """Return a difference for a terminal, or as ``json``."""
    return to_json(difference_record(difference)) if form == "json" else difference_text(difference, details=details)


def carry_over(project: str, first: str, second: str) -> Migration:
    """Return a project file carried over from one version to another.

    Raises
    ------
    MethodologyError
        For a spec or a project file that cannot be read.
    """
    path = Path(project)
    read_project(path)
    data = read_spec_bytes(path, code="I509")
    text = opened(data.decode("utf-8-sig"), read_yaml_bytes(data, str(path), code="I509"))
    return migrate(read_project_text(text, path), text, load_methodology(first), load_methodology(second))


def migration_text(migration: Migration) -> str:
    """Return what was done, for reading."""
    lines = [bold(f"{migration.a}  ->  {migration.b}")]
    titles = {
        "new": "to be supplied",
        "gone": "gone (commented out)",
        "changed": "changed; look whether the value still holds",
        "renamed": "renamed",
        "fault": "still to be mended in the values that stay",
    }
    for kind, title in titles.items():
        steps = migration.of(kind)
        if steps:
            lines += ["", f"{title} ({len(steps)})", *(wrapped("    " + _step_text(step), "        ") for step in steps)]
    if len(lines) == 1:
        lines.append("nothing to do: both versions ask for the same inputs")
    return "\n".join(lines) + "\n"


def _step_text(step: MigrationStep) -> str:
    where = "" if step.part == "values" else f"{step.part}: "
    unit = f" ({step.unit})" if step.unit and step.kind == "new" else ""
    users = f"; used by {', '.join(step.used_by)}" if step.used_by else ""
    return f"{where}{step.name}{unit}: {step.what}{users}"
