"""From a reference or a path to the composed document of a spec, and to its methodology.

A spec is a file, or a folder whose ``methodology.yaml`` includes others.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cached_property
from os.path import isfile
from pathlib import Path

from equations.errors import FaultList, Place, SpecError, near, raise_all
from equations.files.file_kinds import told_kind
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode, read_spec_bytes, read_yaml_bytes
from equations.library.places import find_spec, shown_name, versions_of, without_turns
from equations.library.spec_lists import with_lists
from equations.model.methodology import Methodology, Settled
from equations.readings.composition import note_source
from equations.readings.edits_reader import read_whole
from equations.readings.settling import settle
from equations.records import record
from equations.revision.revision import apply_changes, settle_in
from equations.spec.block import Block, Errors
from equations.tools.composition import ToolDocument, with_tools
from equations.tools.declared_first import declared_first
from equations.tools.uses import ToolUse, fault, read_uses, revise_uses, settled_by_uses

_MOST_REVISIONS = 20


@record(frozen=True)
class Layer:
    """What the files of one spec say, before any revision and without its tools; its path says from where it names others."""

    root: Mapping
    path: Path


@record(frozen=True)
class Whole:
    """What a spec comes to: its document with its tools and after its revisions, with every file that it rests on."""

    document: Mapping
    sources: tuple[tuple[Path, str], ...]
    settled: tuple[Settled, ...] = ()
    tools: tuple[tuple[str, SpecDocument], ...] = ()


@record(frozen=True)
class SpecDocument:
    """A spec as it is read: composed when it is asked for, for a revision that exchanges a tool has no use for the one before.

    Attributes
    ----------
    layers
        The spec and its revisions, the oldest first.
    own_sources
        The files of these (path and SHA-256), the revision's own first.
    below
        What it is a revision of.
    within
        Specs that use it, and so may not be used by it.
    """

    layers: tuple[Layer, ...]
    own_sources: tuple[tuple[Path, str], ...]
    below: SpecDocument | None = None
    within: tuple[Path, ...] = ()

    @property
    def path(self) -> Path:
        """Its first file."""
        return self.layers[-1].path

    @cached_property
    def whole(self) -> Whole:
        """Everything that it comes to."""
        if any(_speaks_of_tools(layer.root) for layer in self.layers):
            return _composed(self)
        if self.below is None:
            return Whole(self.layers[0].root, self.own_sources)
        document, settled = apply_changes(self.below.document, self.layers[-1].root, settle)
        return Whole(document, self.own_sources, (*self.below.settled, *settled))

    @property
    def document(self) -> Mapping:
        """The composed document."""
        return self.whole.document

    @property
    def sources(self) -> tuple[tuple[Path, str], ...]:
        """Every file that it rests on, with its SHA-256: its own, those of what it edits, those of its tools."""
        return self.whole.sources

    @property
    def settled(self) -> tuple[Settled, ...]:
        """Choices that were settled on the way."""
        return self.whole.settled

    @property
    def tools(self) -> tuple[tuple[str, SpecDocument], ...]:
        """Prefix -> the tool, as it is read by itself."""
        return self.whole.tools

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The files under the names that are shown, with their SHA-256."""
        return tuple((shown_name(path), sha) for path, sha in self.sources)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of what the document says; comments, places, file layout and revisions do not count."""
        return hashlib.sha256(canonical_text(self.document).encode()).hexdigest()


def read_document(path: Path, within: tuple[Path, ...] = ()) -> SpecDocument:
    """Read a spec with everything it includes, is based on and uses.

    Parameters
    ----------
    within
        The specs that use it, for circles.
    """
    spec = _layered(path, within)
    # Layers are read before anything is composed: a revision may take out a tool or exchange it, and a tool that is no longer used
    # need not even be there.
    assert spec.whole  # composed here, so that what is wrong is told here
    return spec


def _layered(path: Path, _within: tuple[Path, ...], _depth: int = 0) -> SpecDocument:
    """Read the files of a spec and of what it is based on; they come together later, for a revision may change which tools are used."""
    if _depth > _MOST_REVISIONS:
        raise SpecError("S109", "a chain of revisions that does not end", Place(shown_name(path)),
                        why=f"more than {_MOST_REVISIONS} versions are based on each other",
                        remedy="let one of them be a whole spec, without `based_on:`")  # fmt: skip
    root, sha = _mapping(path)
    if told := told_kind((key.text for key, _ in root), "spec"):
        raise SpecError("S103", f"{shown_name(path)} is {told}, and no methodology", root.entries[0][0].place,
                        remedy="name a methodology, as ID@VERSION or its file; `mrvgraph run` takes a project file alone"
                        if told == "a project file" else "name a methodology, as ID@VERSION or its file")  # fmt: skip
    sources = [(path, sha)]
    root, more = _with_included(root, path)
    root, lists = with_lists(root, path)
    sources += [*more, *lists]
    base, own = root.get("based_on"), Layer(root, path)
    if not isinstance(base, Scalar):
        return SpecDocument((own,), tuple(sources), within=_within)
    below = _layered(_based_on(base, path), (), _depth + 1)
    return SpecDocument((*below.layers, own), (*sources, *below.own_sources), below, _within)


def _speaks_of_tools(root: Mapping) -> bool:
    changes = root.get("changes")
    edits = [node for _, node in changes] if isinstance(changes, Mapping) else []
    return "uses" in root or any(isinstance(node, Mapping) and "uses" in node for node in edits)


def _composed(spec: SpecDocument) -> Whole:
    """Return a spec with its tools, and its revisions done on the whole: which tools it uses is decided first."""
    errors = FaultList()
    first = spec.layers[0]
    uses = read_uses(first.root.get("uses"), first.path.parent, errors)
    roots = [first.root]
    for layer in spec.layers[1:]:
        changes, root = layer.root.get("changes"), layer.root
        if (node := root.get("uses")) is not None:
            fault(errors, "uses stands beside `changes:`", node.place, "a revision says what it changes",
                  "write changes: add: uses: ..., or replace: uses: ...")  # fmt: skip
        if isinstance(changes, Mapping):
            # Which tools are used is settled over all layers first; only then do edits of their entries have something to stand on.
            uses, changes = revise_uses(uses, changes, layer.path.parent, errors)
            root = replace(root, entries=tuple((k, changes if k.text == "changes" else v) for k, v in root))
        roots.append(root)
    tools: dict[str, SpecDocument] = {}

    def read(use: ToolUse) -> ToolDocument | None:
        found = _tool(use, (*spec.within, *(layer.path for layer in spec.layers)), errors)
        if found is None:
            return None
        tools[use.prefix.text] = found
        return ToolDocument(found.document, found.hash)

    roots = declared_first(uses, roots)
    document, settled = with_tools(roots[0], uses, read, errors), list[Settled]()
    raise_all(errors)
    if (node := settled_by_uses(uses, document)) is not None:
        document, more = settle_in(document, node, settle)
        settled += more
    for root in roots[1:]:
        document, more = apply_changes(document, root, settle)
        settled += more
    held = dict.fromkeys((*spec.own_sources, *(source for tool in tools.values() for source in tool.sources)))
    return Whole(document, tuple(held), tuple(settled), tuple(tools.items()))


def _tool(use: ToolUse, within: tuple[Path, ...], errors: FaultList) -> SpecDocument | None:
    """Read the spec of a tool by itself, so that its own faults are told in its own words and at its own lines."""
    try:
        path = without_turns(find_spec(use.spec.text, use.folder))
    except SpecError as error:
        versions = versions_of(use.spec.text)
        remedy = f"there are {', '.join(versions)}" if versions else error.remedy
        errors.append(SpecError(error.code, f"there is no tool {use.spec.text!r}", use.spec.place, why=error.why, remedy=remedy))
        return None
    if path.resolve() in {other.resolve() for other in within}:
        names = " uses ".join(shown_name(one) for one in (*within, path))
        fault(errors, f"the tool {use.prefix.text} uses itself", use.spec.place, names, "take one of them out")
        return None
    found = read_document(path, within)
    # Read for its faults alone: inside the whole its names have prefixes, and no author of the tool would know the line again.
    methodology_of(found)
    return found


def load_methodology(reference: str | Path) -> Methodology:
    """Read a methodology by reference or path.

    Raises
    ------
    MethodologyError
        With every fault of the spec that reading can show.
    """
    spec = read_document(find_spec(str(reference)))
    found = methodology_of(spec)
    note_source(found, (sha for _, sha in spec.sources))
    return found


def methodology_of(spec: SpecDocument) -> Methodology:
    """Read a composed document as a methodology."""
    methodology = replace(read_whole(spec.document, content_hash=spec.hash, files=spec.files), settled=spec.settled)
    if not spec.tools:
        return methodology
    read = {prefix: methodology_of(tool) for prefix, tool in spec.tools}
    return replace(methodology, tools=tuple(replace(tool, methodology=read.get(tool.path)) for tool in methodology.tools))


def canonical_text(node: YamlNode) -> str:
    """Return what a document says as JSON text in which layout, comments and the order of keys do not show."""
    # Keys are sorted, lists are not: order of entries is said by the author (first members, order of sums), order of fields is
    # layout.
    return json.dumps(_plain(node), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def document_record(spec: SpecDocument) -> object:
    """Return a composed document as plain data; every value is the text that is written."""
    return _plain(spec.document)


def _plain(node: YamlNode) -> object:
    if isinstance(node, Mapping):
        return {key.text: _plain(value) for key, value in node if key.text != "include"}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node.items]
    return "\n".join(" ".join(line.split()) for line in node.text.strip().splitlines())


def _based_on(base: Scalar, path: Path) -> Path:
    """Return the file that a spec is an edit of; no other kind of file, of which an error would show a line."""
    try:
        found = find_spec(base.text, path.parent)
        if found.suffix.lower() not in (".yaml", ".yml"):
            raise SpecError("S108", f"{base.text!r} is no file of a spec", why="a spec stands in files that end in .yaml",
                            remedy="name a reference, a folder or such a file")  # fmt: skip
        return found
    except SpecError as error:
        raise SpecError(error.code, error.what, base.place, why=error.why, remedy=error.remedy) from None


def _mapping(path: Path) -> tuple[Mapping, str]:
    """Return what a file says, and the SHA-256 of what was read for it."""
    data = read_spec_bytes(path, name=shown_name(path))
    node = read_yaml_bytes(data, shown_name(path))
    if not isinstance(node, Mapping):
        raise SpecError("S105", "a spec is a mapping of keys at its top", node.place,
                        remedy="begin with `methodology:`, as in docs/reference/spec_language.md")  # fmt: skip
    return node, hashlib.sha256(data).hexdigest()


def _with_included(root: Mapping, path: Path) -> tuple[Mapping, list[tuple[Path, str]]]:
    """Join the included files: lists under one key are put together, everything else may stand once."""
    errors: Errors = []
    entries: dict[str, tuple[Scalar, YamlNode]] = {key.text: (key, value) for key, value in root}
    sources = []
    block = Block(root, "spec", errors)
    # An included file may bring fields that the first one lacks.
    before = len(errors)  # names of fields are looked at when all files are joined
    included = block.word_nodes("include") if "include" in root else []
    raise_all(errors[before:])
    for scalar in included:
        target = path.parent / scalar.text
        if Path(scalar.text).name != scalar.text or not isfile(target):  # noqa: PTH113 - takes any name
            near_files = near(scalar.text, (file.name for file in path.parent.glob("*.yaml")))
            raise SpecError("S108", f"the included file {scalar.text!r} is not in the folder of the spec", scalar.place,
                            why="a spec is one folder of files", remedy=near_files or "write the name of a file beside it")  # fmt: skip
        part, sha = _mapping(target)
        sources.append((target, sha))
        for key, value in part:
            held = entries.get(key.text)
            if held is None:
                entries[key.text] = (key, value)
            elif isinstance(held[1], Sequence) and isinstance(value, Sequence):
                joined = Sequence(held[1].items + value.items, held[1].file, held[1].line, held[1].column)
                entries[key.text] = (held[0], joined)
            else:
                raise SpecError("S102", f"{key.text} stands in two files", key.place,
                                why=f"first at {held[0].place}; only lists are joined", remedy="keep it in one of them")  # fmt: skip
    return Mapping(tuple(entries.values()), root.file, root.line, root.column), sources
