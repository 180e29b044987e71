"""A project file made for one version, run under another: what only its own version knows is set aside and reported.

A name that no version knows stays an error. So does a value that a choice does not have and a reading that a ruling does not
have: these decide equations, and a run that passed over them would answer another question. What a version has settled otherwise than the
project file chose is a finding of severity error (A840); what it has settled alike needs no word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from engine.finding import Finding
from engine.project.project_file import ProjectData
from equations.errors import MethodologyError, Place
from equations.files.regular_file import UnreadableFileError, digest_of
from equations.library.places import find_spec
from equations.model.methodology import Methodology, Settled

#: Loads a methodology by reference.
Loader = Callable[[str], Methodology]
_Held = TypeVar("_Held")


def set_aside(methodology: Methodology, project: ProjectData, load: Loader | None) -> tuple[ProjectData, tuple[Finding, ...]]:
    """Return a project without what only the version that it names knows, and a finding (A705) for each such entry.

    Parameters
    ----------
    methodology
        The version that is applied.
    load
        Reads the version that the project file names; asked only where that is another one and a name is unknown.
    """
    if load is None or not project.methodology or project.methodology == methodology.reference:
        return project, ()
    named_at = project.methodology if is_reference(project.methodology) else str(project.folder / project.methodology)
    unknown = _unknown(methodology, project)
    if not unknown:
        return project, ()
    try:
        named = load(named_at)
    except MethodologyError:
        return project, ()
    findings = []
    gone: dict[str, set[str]] = {}
    for part, names in unknown.items():
        known = _names(named)[part]
        for name, place in names.items():
            if name in known:
                gone.setdefault(part, set()).add(name)
                asked = _asked(project, part, name)
                settled = next((one for one in methodology.settled if asked and one.choice == name and one.kind == _SETTLED[part]), None)
                if settled is None:
                    findings.append(_finding(methodology, named, part, name, place))
                elif settled.value != asked:
                    findings.append(_otherwise(methodology, settled, asked, place))
    return _without(project, gone), tuple(findings)


def is_reference(named: str) -> bool:
    """Whether a methodology is named by id and version, and not by a path."""
    return "@" in named and "/" not in named and "\\" not in named


def other_version(methodology: Methodology, named: str, folder: Path, load: Loader | None) -> str:
    """Say that a project file names another methodology than the one that is applied, nothing where it names the same.

    A reference is compared with the reference. A path says neither id nor version: what it leads to is compared by what it says, wherever both
    lie, and a path that leads nowhere is not compared, so that a project that is moved is said to be no other than it was.

    Parameters
    ----------
    named
        The field ``methodology:`` of the project file.
    folder
        Of the project file.
    load
        Reads what a path leads to; without it files are compared byte by byte.
    """
    if not named or named == methodology.reference:
        return ""
    applied = methodology.reference
    if not is_reference(named):
        try:
            path = find_spec(str(folder / named))
        except MethodologyError:
            return ""
        if _is_same(methodology, path, load):
            return ""
        applied += f" with the content {methodology.hash[:12]}"
    return f"the project file names {named}, and {applied} was applied"


def _is_same(methodology: Methodology, path: Path, load: Loader | None) -> bool:
    """Whether a spec says what a methodology says; layout, comments and where its files lie do not count."""
    try:
        is_copy = bool(methodology.files) and digest_of(path) == methodology.files[0][1]
        if load is None or (is_copy and len(methodology.files) == 1):
            return is_copy
        return load(str(path)).hash == methodology.hash
    except (MethodologyError, UnreadableFileError, OSError):
        return False


#: Parts of a project file whose names a version can settle.
_SETTLED = {"choices": "choice", "readings": "ruling"}


def _asked(project: ProjectData, part: str, name: str) -> str:
    """Return the value or reading that a project takes, and an empty text for what is neither."""
    held = {"choices": project.choices, "readings": project.readings}.get(part, {})
    return held[name].text if name in held else ""


def _otherwise(methodology: Methodology, settled: Settled, asked: str, place: Place | None) -> Finding:
    """Say that a project took another value or reading than the version has made its text; the same one needs no word."""
    what = f"the {settled.kind} {settled.choice} is {asked} in the project file, and {methodology.reference} has settled it as {settled.value}"
    remedy = (f"if {settled.value} is meant, take {settled.choice} out of the project file and look at its inputs; "
              "else apply a version that lets it choose")  # fmt: skip
    evidence = f"the numbers are those of {settled.value}, whatever the project collected for {asked}"
    return Finding("A840", "error", settled.choice, what, evidence, remedy, place=place)


def _names(methodology: Methodology) -> dict[str, Mapping[str, object]]:
    """Return what a project file can name, by the part of the file in which it does."""
    return {
        "values": {**methodology.quantity, **methodology.in_readings},
        "choices": methodology.choice,
        "readings": methodology.ruling,
        "datasets": methodology.dataset,
        "members": methodology.index_set,
        "relations": methodology.relation,
    }


def _unknown(methodology: Methodology, project: ProjectData) -> dict[str, dict[str, Place | None]]:
    given: dict[str, dict[str, Place | None]] = {
        "values": dict(project.value_places),
        "choices": {id_: scalar.place for id_, scalar in project.choices.items()},
        "readings": {id_: scalar.place for id_, scalar in project.readings.items()},
        "datasets": {scalar.text: scalar.place for scalar in project.datasets},
        "members": {id_: node.place for id_, node in project.members.items()},
        "relations": {id_: node.place for id_, node in project.relations.items()},
    }
    known = _names(methodology)
    found = {part: {n: p for n, p in names.items() if n not in known[part]} for part, names in given.items()}
    return {part: names for part, names in found.items() if names}


def _finding(methodology: Methodology, named: Methodology, part: str, name: str, place: Place | None) -> Finding:
    words = {
        "values": "value",
        "choices": "choice",
        "readings": "reading",
        "datasets": "dataset",
        "members": "list of members",
        "relations": "list of combinations",
    }
    return Finding(
        "A705",
        "warning" if part in ("choices", "readings") else "note",
        name,
        f"the {words[part]} {name!r} is not used: {methodology.reference} does not know it",
        f"{named.reference}, which the project file names, does",
        f"nothing, or a project file for {methodology.reference} "
        f"(mrvgraph migrate --from {named.reference} --to {methodology.reference})",
        place=place,
    )


def _without(project: ProjectData, gone: Mapping[str, set[str]]) -> ProjectData:
    def kept(part: str, held: Mapping[str, _Held]) -> dict[str, _Held]:
        return {name: value for name, value in held.items() if name not in gone.get(part, ())}

    return replace(
        project,
        values=kept("values", project.values),
        value_places=kept("values", project.value_places),
        choices=kept("choices", project.choices),
        readings=kept("readings", project.readings),
        members=kept("members", project.members),
        relations=kept("relations", project.relations),
        datasets=tuple(scalar for scalar in project.datasets if scalar.text not in gone.get("datasets", ())),
    )
