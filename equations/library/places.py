"""Where specs are found: the library of methodologies, by reference or by path.

The library is the installed ``methodology_specs``; folders named in the environment variable ``MRVGRAPH_SPECS`` are searched before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from os.path import isfile, normpath
from pathlib import Path

from equations.errors import Place, SpecError, near_or_all

MAIN_FILE = "methodology.yaml"
#: What is installed with the program.
INSTALLED = Path(__file__).resolve().parents[2] / "methodology_specs"


def library_folders() -> list[Path]:
    """Return the folders that hold methodologies, in the order in which they are searched."""
    extra = [Path(part) for part in os.environ.get("MRVGRAPH_SPECS", "").split(os.pathsep) if part]
    return [*extra, INSTALLED]


def library() -> Iterator[tuple[str, Path]]:
    """Yield reference and path of every version in the library."""
    seen = set()
    for folder in library_folders():
        for main in sorted(folder.glob(f"*/*/{MAIN_FILE}")):
            reference = f"{main.parent.parent.name}@{main.parent.name}"
            if reference not in seen:
                seen.add(reference)
                yield reference, main.parent


def find_spec(reference: str, beside: Path | None = None) -> Path:
    """Return the main file of a spec.

    Parameters
    ----------
    reference
        ``ID@1.1``, a folder or a file.
    beside
        Folder against which a relative path is read first.

    Raises
    ------
    SpecError
        S108 with the references that resemble it.
    """
    candidates = [Path(reference)] if beside is None else [beside / reference, Path(reference)]
    if "@" in reference and "/" not in reference:
        id_, _, version = reference.partition("@")
        candidates += [folder / id_ / version for folder in library_folders()]
    for path in candidates:
        for file in (path / MAIN_FILE, path):
            if isfile(file):  # noqa: PTH113 - unlike Path.is_file it takes any name
                return file
    known = [name for name, _ in library()]
    raise SpecError("S108", f"there is no methodology {reference!r}", Place(reference),
                    why=f"it is neither a file, nor a folder with a {MAIN_FILE}, nor in the library",
                    remedy=near_or_all(reference, known, "the library holds") or f"name a folder that holds {MAIN_FILE}")  # fmt: skip


def versions_of(reference: str) -> list[str]:
    """Return the references of the library that have the id of ``reference``."""
    return [name for name, _ in library() if name.partition("@")[0] == reference.partition("@")[0]]


def without_turns(path: Path) -> Path:
    """Return a path without ``..`` where that names the same file, so that one file has one name."""
    plain = Path(normpath(path))
    return plain if plain.exists() and plain.samefile(path) else path


def shown_name(path: Path) -> str:
    """Return a name of a spec file that is the same on every machine where it can be: from the library's folder on."""
    for folder in library_folders():
        try:
            return path.resolve().relative_to(folder.resolve().parent).as_posix()
        except ValueError:
            continue
    return path.as_posix()


def path_of_shown(name: str) -> Path | None:
    """Return the file of which a message shows a name (:func:`shown_name`), ``None`` where there is none."""
    for path in (Path(name), *(folder.resolve().parent / name for folder in library_folders())):
        if isfile(path):  # noqa: PTH113 - unlike Path.is_file it takes any name
            return path
    return None
