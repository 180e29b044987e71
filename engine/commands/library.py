"""What the command list does: the methodologies and versions that can be named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.output.terminal import table
from equations.errors import MethodologyError
from equations.library.places import library
from equations.library.spec_files import load_methodology


def library_rows() -> tuple[list[dict[str, str | int]], tuple[str, ...]]:
    """Return one row a version, and of each that cannot be read what is wrong with it."""
    rows: list[dict[str, str | int]] = []
    faults: list[str] = []
    for reference, path in library():
        try:
            methodology = load_methodology(path)
        except MethodologyError as error:
            faults.append(f"{reference} cannot be read: {error.code} {error.what}; mrvgraph check {reference} says more")
            continue
        own = {e.number for e in methodology.equations if e.number and methodology.tool_of(e.id) is None}
        rows.append({
            "reference": reference, "title": methodology.title, "programme": methodology.programme, "status": methodology.status,
            "date": methodology.date, "equations": len(own),
        })  # fmt: skip
    return rows, tuple(faults)


def library_text(rows: Sequence[Mapping[str, str | int]]) -> str:
    """Return the rows as a table for a terminal."""
    heads = ["reference", "programme", "status", "date", "equations", "title"]
    return table(heads, [[str(row[key]) for key in heads] for row in rows], right=[4]) + "\n"
