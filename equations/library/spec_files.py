"""From a reference or a path to the composed document of a spec, and to its methodology.

A spec is a file, or a folder whose ``methodology.yaml`` includes others.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from os.path import isfile
from pathlib import Path

from equations.errors import Place, SpecError, near, raise_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode, read_spec_bytes, read_yaml_bytes
from equations.library.places import find_spec, shown_name
from equations.library.spec_lists import with_lists
from equations.model.methodology import Methodology, Settled
from equations.readings.edits_reader import read_whole
from equations.readings.settling import settle
from equations.records import record
from equations.revision.revision import apply_changes
from equations.spec.block import Block, Errors

_MOST_REVISIONS = 20


@record(frozen=True)
class SpecDocument:
    """A composed document with the files it came from (path and SHA-256), the revision's own first."""

    document: Mapping
    sources: tuple[tuple[Path, str], ...]
    path: Path
    settled: tuple[Settled, ...] = ()

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The files under the names that are shown, with their SHA-256."""
        return tuple((shown_name(path), sha) for path, sha in self.sources)

    @property
    def hash(self) -> str:
        """SHA-256 of what the document says; comments, places, file layout and revisions do not count."""
        return hashlib.sha256(canonical_text(self.document).encode()).hexdigest()


def read_document(path: Path, _depth: int = 0) -> SpecDocument:
    """Read a spec with everything it includes or is based on."""
    if _depth > _MOST_REVISIONS:
        raise SpecError("S109", "a chain of revisions that does not end", Place(shown_name(path)),
                        why=f"more than {_MOST_REVISIONS} versions are based on each other",
                        remedy="let one of them be a whole spec, without `based_on:`")  # fmt: skip
    root, sha = _mapping(path)
    sources = [(path, sha)]
    root, more = _with_included(root, path)
    root, lists = with_lists(root, path)
    sources += [*more, *lists]
    base = root.get("based_on")
    if isinstance(base, Scalar):
        below = read_document(_based_on(base, path), _depth + 1)
        document, settled = apply_changes(below.document, root, settle)
        return SpecDocument(document, (*sources, *below.sources), path, (*below.settled, *settled))
    return SpecDocument(root, tuple(sources), path)


def load_methodology(reference: str | Path) -> Methodology:
    """Read a methodology by reference or path.

    Raises
    ------
    MethodologyError
        With every fault of the spec that reading can show.
    """
    spec = read_document(find_spec(str(reference)))
    return methodology_of(spec)


def methodology_of(spec: SpecDocument) -> Methodology:
    """Read a composed document as a methodology."""
    return replace(read_whole(spec.document, content_hash=spec.hash, files=spec.files), settled=spec.settled)


def canonical_text(node: YamlNode) -> str:
    """Return what a document says as JSON text in which layout, comments and the order of keys do not show."""
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
