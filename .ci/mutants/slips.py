"""A slip: one place of our own Python written otherwise, as a person might by mistake; and lists of slips in files.

A slip is named by its file, the function it stands in and its text, never by a line: it is found again however the lines move, and where the
text has gone, it is gone.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
#: room -> folders and files, as issues call them; a file belongs to the first room that names it.
ROOMS = {
    "rules": ("engine/run/rules.py", "engine/run/rule_formulas.py", "engine/plan/rule_cells.py"),
    "inputs": ("engine/project", "engine/run/inputs.py", "engine/run/ranges.py"),
    "planning": ("engine/plan",),
    "evaluation": ("engine/run",),
    "audit": ("engine/audit",),
    "batch": ("engine/batch",),
    "language": ("equations",),
}


@dataclass(frozen=True)
class Slip:
    """One text of a function and what is written in its place, with what is known of it."""

    file: str
    function: str
    old: str
    new: str
    #: Which occurrence of the old text within the function, from 1; 0: the only one.
    nth: int = 0
    #: The test that fails where the slip stands.
    killed_by: str = ""
    #: Why no test can fail.
    equivalent: str = ""
    #: Which tests were tried in vain.
    unnoticed: str = ""

    @property
    def name(self) -> tuple[str, ...]:
        """What makes it this slip and no other."""
        return self.file, self.function, self.old, self.new, str(self.nth)

    def known(self, other: Slip) -> Slip:
        """Return the slip with what is known of it elsewhere."""
        return replace(self, killed_by=other.killed_by, equivalent=other.equivalent, unnoticed=other.unnoticed)

    def place(self) -> tuple[int, int] | None:
        """Return where in the file the old text begins and ends, or nothing where it does not stand."""
        if not (ROOT / self.file).exists():
            return None
        source = source_of(self.file)
        begin, end = functions_of(self.file).get(self.function, (0, 0)) if self.function else (0, len(source))
        times = source.count(self.old, begin, end)
        if not times or (self.nth == 0 and times > 1) or self.nth > times:
            return None
        at = begin - 1
        for _ in range(max(self.nth, 1)):
            at = source.index(self.old, at + 1, end)
        return at, at + len(self.old)

    def lines(self) -> range:
        """Return the lines that it stands on."""
        place = self.place()
        if place is None:
            return range(0)
        source = source_of(self.file)
        return range(source.count("\n", 0, place[0]) + 1, source.count("\n", 0, place[1]) + 2)

    def planted(self) -> str:
        """Return the text of the whole file with the slip in it."""
        place = self.place()
        if place is None:
            raise ValueError(f"{self}: its text does not stand there")
        source = source_of(self.file)
        return source[: place[0]] + self.new + source[place[1] :]

    def __str__(self) -> str:
        """Return it for reading."""
        return f"{self.file}  {self.function or '(module)'}\n    - {one_line(self.old)}\n    + {one_line(self.new)}"


def one_line(text: str) -> str:
    """Return a text of several lines as one."""
    return " ".join(text.split())


@cache
def source_of(file: str) -> str:
    """Return the text of a file of ours."""
    return (ROOT / file).read_text(encoding="utf-8")


@cache
def functions_of(file: str) -> dict[str, tuple[int, int]]:
    """Return qualified name -> begin and end in the text, of the functions and classes of a file; of two of one name, the whole of both."""
    source = source_of(file)
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found: dict[str, tuple[int, int]] = {}

    def walk(node: ast.AST, within: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = within
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                name = f"{within}.{child.name}".lstrip(".")
                first = min([child.lineno, *(one.lineno for one in child.decorator_list)])
                begin, end = starts[first - 1], starts[child.end_lineno or first]
                before = found.get(name, (begin, end))
                found[name] = min(before[0], begin), max(before[1], end)
            walk(child, name)

    walk(ast.parse(source), "")
    return found


def function_at(file: str, begin: int, end: int) -> str:
    """Return the innermost function or class that holds a part of the text; nothing for what stands in the module itself."""
    holding = [(last - first, name) for name, (first, last) in functions_of(file).items() if first <= begin and end <= last]
    return min(holding)[1] if holding else ""


def files_of(rooms: tuple[str, ...]) -> dict[str, str]:
    """Return file -> room for the files of some rooms; what a folder holds is found at run time."""
    found: dict[str, str] = {}
    for room, places in ROOMS.items():
        for place in places:
            path = ROOT / place
            for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                found.setdefault(file.relative_to(ROOT).as_posix(), room)
    return {file: room for file, room in found.items() if room in rooms}


def read_slips(path: Path) -> list[Slip]:
    """Return the slips of a list."""
    return [Slip(**one) for one in yaml.safe_load(path.read_text(encoding="utf-8"))] if path.exists() else []


def write_slips(path: Path, slips: list[Slip], head: str) -> None:
    """Write a list; what a slip does not have is not written."""
    kept = [{key: value for key, value in vars(slip).items() if value or key in ("function", "new")} for slip in slips]
    text = yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=140)
    path.write_text("".join(f"# {line}\n" for line in head.splitlines()) + text, encoding="utf-8")
