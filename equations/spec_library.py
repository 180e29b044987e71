"""Where specs are found: the library of methodologies, by reference or by path.

The library is the installed ``methodology_specs``; folders named in the environment variable ``MRVGRAPH_SPECS`` are searched before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from equations.errors import Place, SpecError, near

MAIN_FILE = "methodology.yaml"


def library_folders() -> list[Path]:
    """Return the folders that hold methodologies, in the order in which they are searched."""
    extra = [Path(part) for part in os.environ.get("MRVGRAPH_SPECS", "").split(os.pathsep) if part]
    return [*extra, Path(__file__).resolve().parent.parent / "methodology_specs"]


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
        ``KH_AM004@1.1``, a folder or a file.
    beside
        Folder against which a relative path is read first.

    Raises
    ------
    SpecError
        S108 with the references that resemble it.
    """
    candidates = [Path(reference)] if beside is None else [beside / reference, Path(reference)]
    for path in candidates:
        if path.is_dir() and (path / MAIN_FILE).is_file():
            return path / MAIN_FILE
        if path.is_file():
            return path
    if "@" in reference and "/" not in reference:
        id_, _, version = reference.partition("@")
        for folder in library_folders():
            if (folder / id_ / version / MAIN_FILE).is_file():
                return folder / id_ / version / MAIN_FILE
    known = [name for name, _ in library()]
    raise SpecError("S108", f"there is no methodology {reference!r}", Place(reference),
                    why="it is neither a file, nor a folder with a methodology.yaml, nor in the library",
                    remedy=near(reference, known) or "the library holds: " + ", ".join(known))  # fmt: skip


def shown_name(path: Path) -> str:
    """Return a name of a spec file that is the same on every machine where it can be: from the library's folder on."""
    for folder in library_folders():
        try:
            return path.resolve().relative_to(folder.resolve().parent).as_posix()
        except ValueError:
            continue
    return path.as_posix()
