"""YAML read strictly: every scalar stays text with its place; what YAML would guess or drop in silence is refused.

``NO`` stays the text ``NO``, ``1e3`` the text ``1e3``, ``0123`` the text ``0123``. Duplicate keys, anchors, aliases, tags, several
documents and keys that are not text are errors. The only file that imports a YAML library.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from equations.errors import FaultList, MethodologyError, Place, SpecError, raise_all
from equations.files.regular_file import UnreadableFileError, read_regular
from equations.formula.tokens import Source
from equations.records import record

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML without its C library
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

MOST_BYTES = 20_000_000
MOST_DEPTH = 40
_OPENING = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken, yaml.BlockSequenceStartToken, yaml.BlockMappingStartToken)
_CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


@record(frozen=True)
class Scalar:
    """A text; ``quoted`` tells ``"NA"`` from ``NA``, ``raw`` is kept where the file spreads it over lines.

    ``lines`` has the place (file, line, column) of each line of a table that a revision composed from several files.
    """

    text: str
    file: str
    line: int
    column: int
    quoted: bool = False
    raw: str = ""
    lines: tuple[tuple[str, int, int], ...] = ()

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.file, self.line, self.column)

    def place_of_line(self, at: int) -> Place:
        """Return where one line of a text of several lines stands, counted from 0."""
        if not self.lines and not self.raw:  # written on one line, with the ends of lines as \n
            return self.place
        return Place(*self.lines[at]) if self.lines else Place(self.file, self.line + at)

    @property
    def source(self) -> Source:
        """The text as the source of a formula."""
        if self.raw:
            return Source(self.text, self.file, self.line, self.column, self.raw)
        return Source(self.text, self.file, self.line, self.column + (1 if self.quoted else 0))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written (``key:`` and nothing behind it)."""
        return not self.text and not self.quoted


@record(frozen=True)
class Sequence:
    """A list."""

    items: tuple[YamlNode, ...]
    file: str
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.file, self.line, self.column)


@record(frozen=True)
class Mapping:
    """A block of keys with values, in the order written."""

    entries: tuple[tuple[Scalar, YamlNode], ...]
    file: str
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.file, self.line, self.column)

    def get(self, key: str) -> YamlNode | None:
        """Return the value of a key, or ``None``."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """Return the key itself, for its place."""
        return next((name for name, _ in self.entries if name.text == key), None)

    def __contains__(self, key: str) -> bool:
        return any(name.text == key for name, _ in self.entries)

    def __iter__(self) -> Iterator[tuple[Scalar, YamlNode]]:
        return iter(self.entries)


YamlNode: TypeAlias = Scalar | Sequence | Mapping


def flow_text(node: YamlNode) -> str:
    """Return a node in one line."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return "[" + ", ".join(map(flow_text, node.items)) + "]"
    return "{" + ", ".join(f"{key.text}: {flow_text(value)}" for key, value in node) + "}"


def read_yaml_file(path: Path, *, code: str = "S108", name: str = "") -> YamlNode:
    """Read a file.

    Raises
    ------
    SpecError
        ``code`` if the file cannot be read, is empty or larger than 20 MB; S101 and S102 for what stands in it.
    """
    return read_yaml_bytes(read_spec_bytes(path, code=code, name=name), name or str(path), code=code)


def read_spec_bytes(path: Path, *, code: str = "S108", name: str = "") -> bytes:
    """Read what stands in a file, once, so that its hash can be that of what was read; see :func:`read_yaml_file`."""
    try:
        return read_regular(path, MOST_BYTES, "keep large tables in CSV files beside it, or look whether it is the right file")
    except UnreadableFileError as cause:
        raise SpecError(code, cause.what, Place(name or str(path)), why=cause.why, remedy=cause.remedy) from cause


def read_yaml_bytes(data: bytes, file: str, *, code: str = "S108") -> YamlNode:
    """Read what stood in a file; see :func:`read_yaml_file`."""
    try:
        text = _decoded(data)
    except UnicodeDecodeError as cause:
        raise SpecError(code, "the file is not UTF-8 text", Place(file), why=str(cause), remedy="save it as UTF-8") from cause
    return read_yaml(text, file, code=code)


def _decoded(data: bytes) -> str:
    """Return bytes as text, as a file opened as text would give it."""
    return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")


@record(frozen=True)
class WrittenForm:
    """How a file is built, without its places: two of the same ``build`` and ``texts`` are read alike.

    Attributes
    ----------
    build
        One item for each event of the file: what begins or ends there, and how a scalar is quoted.
    texts
        What the scalars say, keys included, in their order; of one that is spread over lines all that stands there.
    """

    build: tuple[object, ...]
    texts: tuple[str, ...]


def written_form(data: bytes) -> WrittenForm | None:
    """Return how a file is built, in a part of the time that reading it takes; ``None`` where it is no YAML, or has anchors or tags."""
    build: list[object] = []
    texts: list[str] = []
    try:
        text = _decoded(data)
        for event in _events(text):
            kind = event.__class__
            if kind is yaml.ScalarEvent:
                spread = event.end_mark.line != event.start_mark.line
                build.append((event.style, event.anchor, event.tag, spread))
                texts.append(_raw(event, text) if spread else event.value)
            else:
                build.append(kind)
                if kind is yaml.AliasEvent or getattr(event, "anchor", None) or getattr(event, "tag", None):
                    return None
    except (yaml.YAMLError, ValueError):
        return None
    return WrittenForm(tuple(build), tuple(texts))


def _events(text: str) -> Iterator[Any]:
    """Yield the events of a file as :func:`yaml.parse` does, without asking before each whether there is one."""
    loader: Any = _Loader(text)
    try:
        event = loader.get_event()
        while event.__class__ is not yaml.StreamEndEvent:
            yield event
            event = loader.get_event()
    finally:
        loader.dispose()


def scalars_in(node: YamlNode) -> Iterator[Scalar]:
    """Yield the scalars of a tree, keys included, in the order in which they are written: that of :attr:`WrittenForm.texts`."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars_in(item)
    else:
        for key, value in node:
            yield key
            yield from scalars_in(value)


def read_yaml(text: str, file: str = "<text>", *, code: str = "S108") -> YamlNode:
    """Read a text; see :func:`read_yaml_file`."""
    builder = _Builder(text, file)
    try:
        node = builder.build()
    except yaml.YAMLError as cause:
        raise _too_deep(text, file) or _syntax_error(cause, text, file) from cause
    except ValueError as cause:
        raise SpecError("S101", "the text holds characters that are not Unicode", Place(file), why=str(cause),
                        remedy="save it as UTF-8") from cause  # fmt: skip
    raise_all(builder.errors)
    if node is None:
        raise SpecError(code, "the file is empty", Place(file), remedy="look whether it is the right file")
    return node


def read_as_far(text: str, file: str) -> tuple[YamlNode | None, int]:
    """Read a text that somebody is in the middle of writing: what a strict reader refuses is left out.

    Returns
    -------
    tuple of YamlNode and int
        The tree, ``None`` where there is none; and the line, counted from 1, from which on the text is no YAML, or 0.
    """
    try:
        return _Builder(text, file).build(), 0
    except yaml.YAMLError as cause:
        place = _syntax_error(cause, text, file).place
    except ValueError:  # half of a character
        return None, 1
    except SpecError as error:  # too deep
        place = error.place
    return None, place.line if place is not None else 1


def _too_deep(text: str, file: str) -> SpecError | None:
    """Return the error of brackets that nest too deep, where that is what the library stumbled over, in whichever words.

    The library looks ahead and has limits of its own, which change with its versions; here the brackets are counted.
    """
    depth = 0
    try:
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > MOST_DEPTH + 1:  # the first opening is at depth 0
                return _depth_error(Place(file, token.start_mark.line + 1, token.start_mark.column + 1))
    except yaml.YAMLError:
        return None
    return None


def _depth_error(place: Place) -> SpecError:
    return SpecError("S101", f"nested more than {MOST_DEPTH} levels deep", place,
                     why="no block of a spec or a project is so deep", remedy="look for a bracket too many")  # fmt: skip


def _syntax_error(cause: yaml.YAMLError, text: str, file: str) -> SpecError:
    mark = getattr(cause, "problem_mark", None)
    problem = str(getattr(cause, "problem", "") or cause)
    context = str(getattr(cause, "context", "") or "")
    if mark is None:
        return _character_error(cause, text, file)
    remedy = "check indentation, quotes and colons on this line and the one before"
    opened = getattr(cause, "context_mark", None)
    lines = text.splitlines()
    # The library tells where it gave up, which is the end of the file; a reader needs the quote or bracket that was never closed.
    if opened is not None and problem == "found unexpected end of stream":
        mark, problem, remedy = opened, "a quote is opened and not closed", "close the quote, or double it inside the text"
    elif opened is not None and context.startswith("while parsing a flow") and mark.line >= len(lines):
        mark, problem, remedy = opened, "a bracket is opened and not closed", "close it with ] or }"
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\t" in line:
        remedy = "YAML does not allow tabs for indentation; use spaces"
    elif "mapping values are not allowed" in problem:
        remedy = 'put a text that holds ": " in quotes'
    place = Place(file, mark.line + 1, mark.column + 1, line, mark.column)
    return SpecError("S101", f"the file is not readable YAML: {problem}", place, why=context, remedy=remedy)


def _character_error(cause: yaml.YAMLError, text: str, file: str) -> SpecError:
    """Return the error of a character that no YAML file may hold, such as a control character."""
    character = getattr(cause, "character", "?")
    number = character if isinstance(character, int) else ord(str(character)[0])
    at = max(0, text.find(chr(number)))
    line_start = text.rfind("\n", 0, at) + 1
    return SpecError("S101", f"the character U+{number:04X} cannot stand in a YAML file",
                     Place(file, text.count("\n", 0, at) + 1, at - line_start + 1),
                     why="control characters do not show, and editors lose them", remedy="remove it")  # fmt: skip


def _raw(event: Any, text: str) -> str:
    """Return what a file holds of a scalar of several lines, without the sign that begins it."""
    raw = text[event.start_mark.index : event.end_mark.index]
    return raw.partition("\n")[2] if event.style in ("|", ">") else raw[1:] if event.style else raw


# Not yaml.load: what it returns has no places, turns `NO` into false and 1e3 into a text, lets the second of two equal keys win,
# and follows aliases to ten million copies. Events keep what is written, and each of these is a fault with its line.
class _Builder:
    """Builds the tree from YAML events in one pass, so that keys, anchors and tags are seen as they are written."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.errors: list[MethodologyError] = FaultList()
        self.events: Iterator[Any] = iter(())

    def build(self) -> YamlNode | None:
        self.events = _events(self.text)
        root: YamlNode | None = None
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.refuse(event, "a second document (---) in one file", "keep one document in a file")
                    return root
                event = next(self.events)
                node = self.node(event, 0)
                # A file with nothing but comments is an empty document to YAML.
                if not (isinstance(node, Scalar) and node.is_empty):
                    root = node
        return root

    def refuse(self, event: Any, what: str, remedy: str) -> None:
        mark = event.start_mark
        self.errors.append(SpecError("S101", what, Place(self.file, mark.line + 1, mark.column + 1), remedy=remedy))

    def node(self, event: Any, depth: int) -> YamlNode:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        # Counted here, since Python's own limit would come as a RecursionError from the middle of the library.
        if depth > MOST_DEPTH:
            raise _depth_error(Place(self.file, line, column))
        if isinstance(event, yaml.AliasEvent):
            self.refuse(event, f"an alias (*{event.anchor})", "write the value out; what is read is what stands there")
            return Scalar("", self.file, line, column)
        if getattr(event, "anchor", None):
            self.refuse(event, f"an anchor (&{event.anchor})", "write the value out where it is needed")
        if getattr(event, "tag", None) and event.tag != "!":
            self.refuse(
                event, f"a tag ({event.tag.replace('tag:yaml.org,2002:', '!!')})", "write plain text; the field decides the type"
            )
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(line, column, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(line, column, depth)
        return self.scalar(event, line, column)

    def scalar(self, event: Any, line: int, column: int) -> Scalar:
        raw = ""
        if event.end_mark.line != event.start_mark.line:
            raw = _raw(event, self.text)
            # Texts of a block begin on the line behind the sign, where errors inside them count from.
            if event.style in ("|", ">"):
                line, column = line + 1, 1
            elif event.style:
                column += 1
        return Scalar(str(event.value), self.file, line, column, event.style in ("'", '"'), raw)

    def sequence(self, line: int, column: int, depth: int) -> Sequence:
        items: list[YamlNode] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, depth + 1))
        return Sequence(tuple(items), self.file, line, column)

    def mapping(self, line: int, column: int, depth: int) -> Mapping:
        entries: list[tuple[Scalar, YamlNode]] = []
        seen: dict[str, Scalar] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event, depth + 1)
            value = self.node(next(self.events), depth + 1)
            if not isinstance(key, Scalar):
                self.errors.append(SpecError("S101", "a key that is not a text", key.place, why="a key is the name of one field",
                                             remedy="write one key for each value"))  # fmt: skip
                continue
            if key.text in seen:
                self.errors.append(
                    SpecError(
                        "S102",
                        f"the key {key.text!r} stands twice in one block",
                        key.place,
                        why=f"it already stands in line {seen[key.text].line}, and only one value can count",
                        remedy="remove one of the two",
                    )
                )
                continue
            seen[key.text] = key
            entries.append((key, value))
        return Mapping(tuple(entries), self.file, line, column)
