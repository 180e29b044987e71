"""What users hand over: a methodology or its reference, a project or its file. Mistakes are told as those of a file are."""

from __future__ import annotations

from pathlib import Path

from engine.project.project_file import ProjectData
from equations.errors import InputError
from equations.library.spec_files import load_methodology
from equations.model.methodology import Methodology


def methodology_of(given: Methodology | Path | str) -> Methodology:
    """Return a methodology, read where a reference or a path is given.

    Raises
    ------
    MethodologyError
        With every fault of the spec; I502 for anything else.
    """
    if isinstance(given, Methodology):
        return given
    if isinstance(given, str | Path):
        return load_methodology(given)
    raise InputError("I502", f"a methodology is named by text or a path, not by a {type(given).__name__}",
                     remedy="name one that `mrvgraph list` shows, or a file")  # fmt: skip


def project_of(given: ProjectData | Path | str) -> ProjectData | Path | str:
    """Return a project as it is given, if it can be one.

    Raises
    ------
    InputError
        I509 for what is neither a file nor a project that was read.
    """
    if isinstance(given, ProjectData | str | Path):
        return given
    raise InputError("I509", f"a project is a file, not a {type(given).__name__}",
                     why="its numbers have units, sources and places",
                     remedy="name the project file; `mrvgraph needs --template` writes one")  # fmt: skip
