"""The files of an editor: texts that are not saved yet, which spec a file belongs to, and what was read of it when it could last be read."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cached_property, lru_cache, partial
from os.path import isfile, realpath
from pathlib import Path
from typing import Any, TypeVar

from engine.interface.editor.declared import DeclaredEntry, DeclaredNames, declared_by, declared_in, entries_in
from engine.interface.editor.mentions import Mention, MentionReader
from engine.interface.editor.open_text import OpenText, Stretch
from engine.interface.editor.spots import FieldText, spots
from engine.run.run import Run
from equations.errors import MethodologyError
from equations.files.file_kinds import kind_of_fields
from equations.files.regular_file import ReadingRule, UnreadableFileError, read_regular
from equations.files.strict_yaml import MOST_BYTES, Mapping, Scalar
from equations.library.places import MAIN_FILE, find_spec, shown_name
from equations.model.methodology import Methodology
from equations.records import record
from equations.revision.document_parts import text_of, texts_of
from equations.spec.schema import BLOCKS

_Made = TypeVar("_Made")
_MOST_FILES = 3000
_LEFT_OUT = {"node_modules", "__pycache__", "build", "site"}
_COLUMN = re.compile(r"quantity\s*,")


@record(frozen=True)
class OpenLayer:
    """The files of one version: what it says itself, with the tools that it names, and what it calls otherwise than the version below.

    Attributes
    ----------
    files
        Its first file and those that it includes.
    tools
        Prefix -> first file of the tool's spec.
    old
        Kind and name -> the name in the version that it edits.
    """

    main: Path
    files: tuple[Path, ...]
    tools: tuple[tuple[str, Path], ...]
    old: tuple[tuple[tuple[str, str], str], ...]


@record(frozen=True)
class Site:
    """Where a file stands: the spec to which it belongs, and which layer of it (0: the newest)."""

    main: Path
    level: int = 0


class HeldFile:
    """A file with everything that is read of it alone."""

    def __init__(self, text: OpenText, path: Path) -> None:
        self.text, self.path = text, path

    @cached_property
    def kind(self) -> str:
        """``spec``, ``project``, ``document``, ``cases``, ``csv`` for expected numbers, or nothing."""
        if self.path.suffix.lower() == ".csv":
            return "csv" if _COLUMN.match(self.text.text) else ""
        keys = {key.text for key, _ in self.text.tree}
        if "cases" in keys:
            return "cases"
        if kind := kind_of_fields(keys):
            return kind
        return "spec" if keys & BLOCKS["spec"].keys() or self.path.name == MAIN_FILE else ""

    @cached_property
    def spots(self) -> tuple[FieldText, ...]:
        """Its texts with their fields."""
        return tuple(spots(self.text.tree, self.kind)) if self.kind not in ("", "csv") else ()

    @cached_property
    def entries(self) -> tuple[DeclaredEntry, ...]:
        """What it declares."""
        return tuple(entries_in(self.spots))

    def mentions(self, names: DeclaredNames) -> tuple[Mention, ...]:
        """Return what it names, where ``names`` are declared."""
        if self.kind == "csv":
            return tuple(_first_column(self.text))
        return tuple(MentionReader(self.text, names).mentions(iter(self.spots)))


class Workspace:
    """The files of an editor.

    Parameters
    ----------
    roots
        Folders that are open.
    project
        The project file whose numbers are shown; ``None`` for the one that names the spec.
    """

    def __init__(self, roots: Iterable[Path] = (), project: Path | None = None) -> None:
        self.roots = tuple(roots)
        self.project = project
        self.unsaved: dict[Path, str] = {}
        #: First file of a spec -> what was read when it could last be read, and the last run of its project.
        self.good: dict[Path, Methodology] = {}
        self.runs: dict[Path, Run] = {}
        self._held: dict[Path, tuple[object, HeldFile]] = {}
        self._whole: dict[Path, list[str]] = {}
        self._now: dict[tuple[object, ...], Any] = {}
        self._mentions: dict[Path, tuple[HeldFile, DeclaredNames, tuple[Mention, ...]]] = {}

    def begin(self) -> None:
        """Begin to answer a question: files are looked at anew, each once until the next question begins."""
        self._now = {}

    def _once(self, key: tuple[object, ...], make: Callable[[], _Made]) -> _Made:
        """Return what was made since the question began, or make it."""
        if key not in self._now:
            self._now[key] = make()
        made: _Made = self._now[key]
        return made

    # -- texts

    def put(self, path: Path, text: str | None) -> None:
        """Keep what an editor holds of a file; ``None`` when it is closed."""
        self.begin()
        self.unsaved.pop(real(path), None)
        if text is not None:
            self.unsaved[real(path)] = text

    def rule(self) -> ReadingRule:
        """Return the rule under which files are read as the editor holds them."""
        return ReadingRule(texts={str(path): text.encode("utf-8", "replace") for path, text in self.unsaved.items()})

    def file(self, path: Path) -> HeldFile | None:
        """Return a file, from the editor or from the disk; ``None`` where there is none."""
        path = real(path)
        return self._once(("file", path), lambda: self._file(path))

    def _file(self, path: Path) -> HeldFile | None:
        text = self.unsaved.get(path)
        mark: object = text
        if text is None:
            try:
                status = path.stat()
                mark = (status.st_mtime_ns, status.st_size)
            except (OSError, ValueError):
                return None
        held = self._held.get(path)
        if held is not None and held[0] == mark:
            return held[1]
        if text is None and (text := _read(path)) is None:
            return None
        found = HeldFile(OpenText(text, shown_name(path), self._whole.get(path, ())), path)
        if path.suffix.lower() != ".csv" and found.text.is_whole:
            self._whole[path] = found.text.lines
        self._held[path] = (mark, found)
        return found

    def tree(self, path: Path) -> Mapping:
        """Return the tree of a file, as far as it can be read."""
        found = self.file(path)
        return found.text.tree if found is not None else Mapping((), str(path), 1, 1)

    def candidates(self, word: str) -> Iterator[Path]:
        """Yield the files of the open folders in which a word stands, perhaps behind the prefix of a tool; those of open texts first."""
        pattern, seen = re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9_])"), set[Path]()
        for path in (*self.unsaved, *_files_in(self.roots)):
            path = real(path)
            if path in seen:
                continue
            seen.add(path)
            text = self.unsaved.get(path)
            text = _read(path) if text is None else text
            if text is not None and word in text and pattern.search(text):
                yield path

    # -- specs

    def site(self, path: Path) -> Site | None:
        """Return where a file stands; ``None`` for one that belongs to no spec."""
        path = real(path)
        return self._once(("site", path), lambda: self._site(path))

    def _site(self, path: Path) -> Site | None:
        held = self.file(path)
        if held is None:
            return None
        if held.kind == "spec":
            main = self.first_file(path)
            return Site(main) if main is not None else None
        if held.kind == "document":
            naming = (other for other in sorted(path.parent.glob("*.yaml")) if other != path and path.name in (_read(other) or ""))
            return next((site for other in naming if self.is_project(other) and (site := self.site(other)) is not None), None)
        above = path.parent.parent / MAIN_FILE
        if path.parent.name == "cases" and isfile(above):  # noqa: PTH113 - takes any name
            return Site(real(above))
        named = text_of(held.text.tree, "methodology") if held.kind == "project" else ""
        found = self.spec_named(named, path.parent) if named else None
        return Site(found) if found is not None else None

    def is_project(self, path: Path) -> bool:
        """Whether a file is a project file."""
        held = self.file(path)
        return held is not None and held.kind == "project"

    def first_file(self, path: Path) -> Path | None:
        """Return the first file of the spec to which a file of a spec belongs."""
        tree = self.tree(path)
        if isinstance(tree.get("methodology"), Mapping) or "based_on" in tree:
            return real(path)
        beside = sorted(path.parent.glob("*.yaml"), key=lambda other: other.name != MAIN_FILE)
        including = (other for other in beside if path.name in texts_of(self.tree(other).get("include")))
        return next((real(other) for other in including), real(path) if path.name == MAIN_FILE else None)

    def spec_named(self, reference: str, folder: Path) -> Path | None:
        """Return the first file of a spec by its path, its reference in the library, or its reference in an open folder."""
        return self._once(("spec", reference, folder), lambda: self._spec_named(reference, folder))

    def _spec_named(self, reference: str, folder: Path) -> Path | None:
        with suppress(MethodologyError, OSError, ValueError):
            return real(find_spec(reference, folder))
        id_, _, version = reference.partition("@")
        for path in self.candidates("methodology:"):
            head = self.tree(path).get("methodology") if path.suffix == ".yaml" else None
            if isinstance(head, Mapping) and (text_of(head, "id"), text_of(head, "version")) == (id_, version):
                return path
        return None

    def chain(self, main: Path) -> tuple[OpenLayer, ...]:
        """Return the layers of a spec, the newest first: itself, and what it edits."""
        return self._once(("chain", main), lambda: self._chain(main))

    def _chain(self, main: Path) -> tuple[OpenLayer, ...]:
        found: list[OpenLayer] = []
        while main not in {layer.main for layer in found}:
            found.append(self._once(("layer", main), partial(self._layer, main)))
            base = text_of(self.tree(main), "based_on")
            below = self.spec_named(base, main.parent) if base else None
            main = below if below is not None else main
        return tuple(found)

    def _layer(self, main: Path) -> OpenLayer:
        tree = self.tree(main)
        beside = [main.parent / name for name in texts_of(tree.get("include"))]
        files = tuple(dict.fromkeys((main, *(real(path) for path in beside if self.file(path) is not None))))
        uses, old = list[tuple[str, Path]](), list[tuple[tuple[str, str], str]]()
        for path in files:
            for spot in getattr(self.file(path), "spots", ()):
                if spot.kind == "renames" and not spot.is_key and spot.labels:
                    kind = {"quantities": "quantity", "matrices": "matrix"}.get(spot.field, "")
                    old.append(((kind, spot.node.text), spot.labels[-1]))
                prefix = _prefix(spot)
                tool = self.spec_named(spot.node.text, path.parent) if prefix else None
                uses += [(prefix, tool)] if tool is not None else []
        return OpenLayer(main, files, tuple(uses), tuple(old))

    def names(self, site: Site) -> DeclaredNames:
        """Return what can be named where a file stands: what was last read whole, and what the files say now."""
        return self._once(("names", site), lambda: self._names(site))

    def _names(self, site: Site) -> DeclaredNames:
        layers = self.chain(site.main)[site.level :]
        methodology = self.good.get(layers[0].main) if layers else None
        found = declared_by(methodology) if methodology is not None else DeclaredNames()
        for layer in reversed(layers):
            found = declared_in((entry for path in layer.files for entry in getattr(self.file(path), "entries", ())), found)
        return found

    def mentions(self, path: Path, site: Site) -> tuple[Mention, ...]:
        """Return what a file names."""
        return self._once(("mentions", path, site), lambda: self._mentions_of(path, site))

    def _mentions_of(self, path: Path, site: Site) -> tuple[Mention, ...]:
        held, names = self.file(path), self.names(site)
        if held is None:
            return ()
        known = self._mentions.get(held.path)
        if known is None or known[0] is not held or known[1] != names:
            known = held, names, held.mentions(names)
            self._mentions[held.path] = known
        return known[2]

    def mention_at(self, path: Path, line: int, column: int) -> Mention | None:
        """Return what is named at a position: of two that touch there the one that begins there."""
        site = self.site(path)
        found = [m for m in self.mentions(path, site) if m.stretch.holds(line, column)] if site is not None else []
        return max(found, key=lambda mention: mention.stretch.start, default=None)

    def spot_at(self, path: Path, line: int, column: int) -> FieldText | None:
        """Return the text of a field at a position."""
        held = self.file(path)
        return next((spot for spot in held.spots if _covers(spot.node, line, column)), None) if held is not None else None

    def project_of(self, main: Path) -> Path | None:
        """Return the project file whose numbers are shown with a spec: that of the setting, or the first that names the spec."""
        if self.project is not None:
            return self.project
        for path in self.candidates("operation:"):
            if path.suffix == ".yaml" and self.is_project(path) and (site := self.site(path)) is not None and site.main == main:
                return path
        return None


def _covers(node: Scalar, line: int, column: int) -> bool:
    """Whether a text stands at a position; one of several lines has all of each of them."""
    lines = node.raw.count("\n")
    within = node.column - 1 <= column <= node.column - 1 + len(node.text) + 2 * node.quoted
    return node.line - 1 <= line <= node.line - 1 + lines and (lines > 0 or within)


@lru_cache(maxsize=10_000)
def real(path: Path) -> Path:
    """Return the one path of a file, however it is reached."""
    return Path(realpath(path))


def _read(path: Path) -> str | None:
    try:
        return read_regular(path, MOST_BYTES).decode("utf-8", "replace")
    except UnreadableFileError:
        return None


def _files_in(roots: Iterable[Path]) -> Iterator[Path]:
    """Yield the YAML and CSV files of folders, up to a number."""
    left = _MOST_FILES
    for root in roots:
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not name.startswith("."))
            for name in sorted(files):
                if name.endswith((".yaml", ".yml", ".csv")) and left > 0:
                    left -= 1
                    yield Path(folder, name)


def _prefix(spot: FieldText) -> str:
    """Return the prefix of a tool where a text names its spec, or nothing."""
    if spot.kind == "tool_use" and spot.field == "spec":
        named = spot.outer("prefix") or spot.outer("quantity")
        return named.text if named is not None else ""
    if spot.field == "uses" and not spot.is_key and isinstance(spot.blocks[-1].get("quantity"), Scalar):
        return text_of(spot.blocks[-1], "quantity")
    return ""


def _first_column(text: OpenText) -> Iterator[Mention]:
    """Yield the quantities of a file of expected numbers."""
    for number, line in enumerate(text.lines[1:], 1):
        word = line.partition(",")[0]
        if word.strip():
            start = len(word) - len(word.lstrip())
            yield Mention("quantity", word.strip(), "", Stretch(number, start, start + len(word.strip())))
