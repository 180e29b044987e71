"""What `check` says of a spec, and `run` of a project file, at its places: what an editor underlines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from engine.checks import check_methodology
from engine.checks.refusal import keep_verdict
from engine.finding import Finding
from engine.interface.editor.open_text import Stretch
from engine.interface.editor.workspace import Site, Workspace, real
from engine.interface.runs import run as run_of
from engine.output.excerpt import word_end
from engine.project.project_file import read_project
from equations.errors import Faults, MethodologyError, Place
from equations.files.regular_file import reading_under
from equations.library.places import path_of_shown
from equations.library.spec_files import load_methodology
from equations.records import record

#: What is told of a place that no file of the editor has stands in the first line of the file that was looked at.
_NOWHERE = Stretch(0, 0, 1)


@record(frozen=True)
class EditorFault:
    """One fault or finding with its place; ``severity`` is ``error``, ``warning`` or ``note``."""

    path: Path
    stretch: Stretch
    severity: str
    code: str
    text: str


def faults(space: Workspace, path: Path) -> list[EditorFault]:
    """Return what is wrong with the spec or the project file to which a file belongs.

    What could be read is kept in ``space``, with the run of the project, for everything that is asked later.
    """
    site, held = space.site(path), space.file(path)
    if held is None or (site is None and held.kind != "project"):
        return []
    with reading_under(space.rule()):
        if held.kind == "project":
            return list(_of_project(space, real(path), site))
        return list(_of_spec(space, site.main)) if site is not None else []


def _of_spec(space: Workspace, main: Path) -> Iterator[EditorFault]:
    try:
        methodology = load_methodology(main)
        space.good[main] = methodology
        space.begin()  # names follow from what was read
        result = check_methodology(methodology)
        keep_verdict(methodology, result.findings)
    except MethodologyError as error:
        yield from _of_error(space, main, error)
        return
    yield from (_of_finding(space, main, finding) for finding in result.findings)
    _run_again(space, main)


def _run_again(space: Workspace, main: Path) -> None:
    """Run the project whose numbers are shown; one that cannot be run leaves none, and says why in its own file."""
    space.runs.pop(main, None)
    project = space.project_of(main)
    if project is not None:
        with suppress(MethodologyError):
            space.runs[main] = run_of(space.good[main], project)


def _of_project(space: Workspace, path: Path, site: Site | None) -> Iterator[EditorFault]:
    try:
        data = read_project(path)
        if site is None:
            return
        if site.main not in space.good:
            space.good[site.main] = load_methodology(site.main)
            space.begin()
        done = run_of(space.good[site.main], data)
    except MethodologyError as error:
        yield from _of_error(space, path, error)
        return
    if space.project_of(site.main) == path:
        space.runs[site.main] = done
    yield from (_of_finding(space, path, finding) for finding in done.findings)


def _of_error(space: Workspace, path: Path, error: MethodologyError) -> Iterator[EditorFault]:
    for one in error.errors if isinstance(error, Faults) else (error,):
        where, stretch = _place(space, path, one.place)
        yield EditorFault(where, stretch, "error", one.code, _said(one.what, (one.why, one.remedy)))


def _of_finding(space: Workspace, path: Path, finding: Finding) -> EditorFault:
    found = _place(space, path, finding.place) if finding.place is not None else None
    where, stretch = found or _subject(space, path, finding.subject) or (path, _NOWHERE)
    if found is not None and (own := _subject(space, where, finding.subject)) is not None:
        begins = own[0] == where and stretch.line <= own[1].line <= stretch.line + 1  # the place is that of the block
        stretch = own[1] if begins and finding.place is not None and not finding.place.excerpt else stretch
    told = f"{finding.subject}: {finding.what}" if finding.subject else finding.what
    return EditorFault(where, stretch, finding.severity, finding.code, _said(told, (finding.evidence, finding.remedy)))


def _said(what: str, more: Iterable[str]) -> str:
    return "\n".join(filter(None, (what, *more)))


def _subject(space: Workspace, path: Path, subject: str) -> tuple[Path, Stretch] | None:
    """Return where what a finding is about is declared, or has its values in a project file."""
    site = space.site(path)
    if subject and site is not None:
        held = space.file(path)
        layers = space.chain(site.main)[:1]
        files = (path,) if held is not None and held.kind == "project" else tuple(file for layer in layers for file in layer.files)
        for file in files:
            for mention in space.mentions(file, site):
                if mention.id == subject and (mention.defines or held is None or held.kind == "project"):
                    return file, mention.stretch
    return None


def _place(space: Workspace, path: Path, place: Place | None) -> tuple[Path, Stretch]:
    """Return the file and the part of a line to which a place points."""
    found = path_of_shown(place.file) if place is not None else None
    if place is None or found is None or (held := space.file(found)) is None:
        return path, _NOWHERE
    lines = held.text.lines
    line = min(max(0, place.line - 1), len(lines) - 1)
    start = min(max(0, place.column - 1), len(lines[line]))
    if not place.column:
        start = len(lines[line]) - len(lines[line].lstrip())
    end = start + place.length if place.excerpt else word_end(lines[line], start) if place.column else len(lines[line])
    return real(found), Stretch(line, start, max(start + 1, min(end, len(lines[line]))))
