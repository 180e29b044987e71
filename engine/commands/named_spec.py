"""Which methodology a command is about where only the project file names it, and what is said where the two differ."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from os.path import isfile
from pathlib import Path

from engine.commands.table import COMMANDS
from equations.errors import InputError, MethodologyError, Place
from equations.files.file_kinds import fields_in, kind_of_fields
from equations.library.places import find_spec

NamedIn = Callable[[str], str]
#: The methodology that a project file names at the beginning of a line.
_NAMED = re.compile(r"""^methodology *: *["']?([^\s"'#]+)""", re.MULTILINE)


def settle_spec(command: str, options: argparse.Namespace, named_in: NamedIn) -> None:
    """Take the methodology that the project file names, where the command line names none.

    Parameters
    ----------
    named_in
        Reads which methodology a project file names.

    Raises
    ------
    MethodologyError
        I508 for a project file where the methodology belongs, and for a methodology alone; I509 for a project file that cannot be read;
        I501 where files name no methodology, or not the same; S108 where it is not there.
    """
    projects = getattr(options, "project", None)
    if not projects or not (COMMANDS[command].project or command in ("portfolio", "docs")):
        return
    if command == "portfolio":
        _settle_portfolio(options, named_in)
    elif options.spec is None:
        options.spec = _named_by(command, projects, named_in)
    elif is_project_file(options.spec):
        raise InputError("I508", f"{options.spec} is a project file, and stands where the methodology belongs",
                         remedy=f"write `mrvgraph {command} SPEC PROJECT`, or the project file alone")  # fmt: skip


def is_project_file(name: str) -> bool:
    """Whether a name is that of a project file, and not of a spec."""
    if not isfile(name):  # noqa: PTH113 - unlike Path.is_file it takes any name
        return False
    return name.lower().endswith(".xlsx") or kind_of_fields(fields_in(_text(name))) == "project"


def _settle_portfolio(options: argparse.Namespace, named_in: NamedIn) -> None:
    """The first of several names is a project too, where it is that of a project file; all of them are of one methodology."""
    if options.spec is not None and not is_project_file(options.spec):
        return
    options.project = [*([] if options.spec is None else [options.spec]), *options.project]
    options.spec = _named_by("portfolio", options.project[0], named_in)
    for path, named, found in naming(options.project, named_in):
        if found != Path(find_spec(options.spec)).resolve():
            raise InputError("I501", f"the files of the portfolio name {options.spec} and {named}", Place(path),
                             why="a portfolio is evaluated under one methodology", remedy="name it before the files, or divide them")  # fmt: skip


def naming(projects: Sequence[str], named_in: NamedIn) -> Iterator[tuple[str, str, Path | None]]:
    """Yield each project file that names a methodology, the name, and the file that it means; what cannot be read is told where it is evaluated."""
    known: dict[tuple[str, Path], Path | None] = {}
    for path in filter(isfile, projects):  # a FIFO would wait for ever
        try:
            named = _name_in(path, named_in)
        except MethodologyError:
            continue
        if named:
            folder = Path(path).parent
            if (named, folder) not in known:
                known[named, folder] = _file_of(named, folder)
            yield path, named, known[named, folder]


def _name_in(path: str, named_in: NamedIn) -> str:
    """Return which methodology a project file names; it is read as a whole only where a look at its lines does not tell."""
    text = "" if path.lower().endswith(".xlsx") else _text(path)
    if text and "methodology" not in text:
        return ""
    found = _NAMED.search(text)
    return found[1] if found is not None else named_in(path)


def _file_of(named: str, folder: Path) -> Path | None:
    try:
        return find_spec(named, folder).resolve()
    except MethodologyError:
        return None


def _named_by(command: str, project: str, named_in: NamedIn) -> str:
    if not isfile(project) and _is_methodology(project):  # noqa: PTH113 - unlike Path.is_file it takes any name
        raise InputError("I508", f"{project} is a methodology, and no project file is named", remedy=f"write `mrvgraph {command} {project} PROJECT`")
    named = named_in(project)
    if not named:
        raise InputError("I501", "the project file names no methodology, and neither does the command line", Place(project),
                         remedy=f"add `methodology: ID@VERSION` to it, or write `mrvgraph {command} SPEC {project}`")  # fmt: skip
    found = find_spec(named, Path(project).parent)
    return named if "@" in named and found.resolve() == _file_of(named, Path()) else str(found)


def _is_methodology(name: str) -> bool:
    try:
        find_spec(name)
    except MethodologyError:
        return False
    return True


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
