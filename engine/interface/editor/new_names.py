"""New names by id and new printed numbers: every place that has to change, in formulas, lists, sentences, cases and project files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

from engine.interface.editor.mentions import Mention
from engine.interface.editor.open_text import Stretch
from engine.interface.editor.places_of_names import NamedThing, PlacesOfNames
from engine.interface.editor.spots import FieldText
from engine.interface.editor.workspace import Workspace, real
from equations.errors import MethodologyError, SpecError, raise_all
from equations.files.regular_file import ReadingRule, reading_under
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.functions import FUNCTIONS, REDUCTIONS, RESERVED
from equations.library.spec_files import load_methodology, read_document
from equations.records import record
from equations.revision.edit_log import EditLog
from equations.revision.renaming import renumber

#: What can get another name. Members stand in CSV files, too, and letters are declared by set; they are renamed by hand.
RENAMED = ("quantity", "matrix", "equation", "index_set", "relation", "choice", "choice_value", "dataset", "ruling", "reading", "rule",
           "equivalence", "term", "activity", "boundary", "pool", "published_result", "comparison", "register_entry")  # fmt: skip
_IN_FORMULAS = ("quantity", "matrix", "choice", "index_set", "relation")
_NAME, _ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z"), re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z")
_WORDS = re.compile(r"\w+|\W")


@record(frozen=True)
class TextEdit:
    """Other text for a part of a line."""

    path: Path
    stretch: Stretch
    text: str


def renamed_word(space: Workspace, path: Path, line: int, column: int) -> Stretch | None:
    """Return the word at a position that can get another name; ``None`` where none can."""
    spot = _number_at(space, path, line, column)
    held = space.file(path)
    if spot is not None and held is not None:
        return held.text.stretch(spot.node)
    mention = space.mention_at(path, line, column)
    wanted = PlacesOfNames(space).identity(path, mention) if mention is not None else None
    if mention is None or wanted is None or not wanted.declared or wanted.kind not in RENAMED:
        return None
    return mention.stretch


def rename(space: Workspace, path: Path, line: int, column: int, new: str) -> list[TextEdit]:
    """Return the edits that give what stands at a position another name, or the equations of a printed number another one.

    Raises
    ------
    MethodologyError
        S105 for a name that cannot be one or is taken, S109 for what cannot be renamed here; whatever reading the edited specs raises.
    """
    space.begin()
    spot = _number_at(space, path, line, column)
    edits = _numbers(space, path, spot, new.strip()) if spot is not None else _names(space, path, line, column, new.strip())
    _check_reads(space, edits)
    return edits


def _number_at(space: Workspace, path: Path, line: int, column: int) -> FieldText | None:
    spot = space.spot_at(path, line, column)
    return spot if spot is not None and (spot.kind, spot.field, spot.is_key) == ("equation", "number", False) and not spot.named else None


def _names(space: Workspace, path: Path, line: int, column: int, new: str) -> list[TextEdit]:
    mention, places = space.mention_at(path, line, column), PlacesOfNames(space)
    wanted = places.identity(path, mention) if mention is not None else None
    if mention is None or wanted is None or not wanted.declared or wanted.kind not in RENAMED:
        raise SpecError("S109", "nothing stands here that can get another name", remedy="place the cursor on the id of an entry")
    if wanted.written and wanted.written != wanted.id:  # a tool's own name is what changes
        new = new.removeprefix(wanted.written.removesuffix(wanted.id))
    _check_name(space, wanted, new)
    found = []
    for location, other in places.mentions_of(wanted):
        identity = places.identity(location.path, other)
        assert identity is not None, "it is one of its mentions"
        found += list(_edit(space, location.path, other, identity, new))
    return sorted(set(found), key=lambda edit: (edit.path, edit.stretch.line, edit.stretch.start))


def _edit(space: Workspace, path: Path, mention: Mention, identity: NamedThing, new: str) -> Iterator[TextEdit]:
    """Yield the edit of one mention; none where a revision has given another name."""
    held = space.file(path)
    if held is not None and identity.written and held.text.says(mention.stretch) == identity.written:
        yield TextEdit(path, mention.stretch, identity.written.removesuffix(identity.id) + new)


def _check_name(space: Workspace, wanted: NamedThing, new: str) -> None:
    """Refuse a name that formulas cannot have, or that is taken."""
    names = space.names(site) if (site := space.site(wanted.main)) is not None else None
    in_formulas = wanted.kind in _IN_FORMULAS
    if not (_NAME if in_formulas else _ID).match(new):
        raise SpecError("S105", f"{new!r} cannot be a name", why="names of formulas have letters, digits and underscores and begin with a letter",
                        remedy="take another name")  # fmt: skip
    if names is None:
        return
    if in_formulas:
        taken = {*names.axes, *names.matrices, *names.choices, *names.sets, *names.letters, *RESERVED, *FUNCTIONS, *REDUCTIONS}
    else:
        own = {"choice_value": names.choices, "reading": names.rulings}.get(wanted.kind)
        taken = set(own.get(wanted.of, ()) if own is not None else names.known(wanted.kind))
    if new in taken:
        raise SpecError("S105", f"the name {new!r} is taken", remedy="take another name")
    if wanted.kind == "index_set":
        _check_columns(space, wanted.id)


def _check_columns(space: Workspace, set_id: str) -> None:
    """Refuse a new name for a set after which columns of CSV files are called."""
    for path in space.candidates(set_id):
        held = space.file(path)
        header = held.text.lines[0] if held is not None and path.suffix.lower() == ".csv" else ""
        if set_id in [cell.strip().strip('"') for cell in header.split(",")]:
            raise SpecError("S109", f"{path.name} has a column {set_id!r}", why="columns of CSV files are called after index sets",
                            remedy="rename the set by hand, with its columns")  # fmt: skip


def _check_reads(space: Workspace, edits: list[TextEdit]) -> None:
    """Read every spec that an edit touches as it will be; what could be read before must be read after."""
    texts = {edit.path: held.text for edit in edits if (held := space.file(edit.path)) is not None}
    after = {str(real(path)): edited(text.lines, [e for e in edits if e.path == path]).encode() for path, text in texts.items()}
    mains = {site.main for path in texts if (site := space.site(path)) is not None}
    for main in sorted(mains):
        rule = space.rule()
        try:
            with reading_under(rule):
                load_methodology(main)
        except MethodologyError:
            continue
        with reading_under(ReadingRule(texts={**rule.texts, **after}, folders=rule.folders)):
            load_methodology(main)


def edited(lines: list[str], edits: list[TextEdit]) -> str:
    """Return the lines of a file with edits done."""
    done = list(lines)
    for edit in sorted(edits, key=lambda e: (e.stretch.line, e.stretch.start), reverse=True):
        line = done[edit.stretch.line]
        done[edit.stretch.line] = line[: edit.stretch.start] + edit.text + line[edit.stretch.end :]
    return "\n".join(done)


# -- printed numbers


def _numbers(space: Workspace, path: Path, spot: FieldText, new: str) -> list[TextEdit]:
    """Return the edits that give the equations of a printed number another one; citations and sentences follow, as those of a revision do."""
    site, old = space.site(path), spot.node
    if site is None:
        raise SpecError("S109", "this file belongs to no spec", remedy="include it in one")
    with reading_under(space.rule()):
        root = read_document(site.main).layers[-1].root
    log = EditLog()
    key, value = (Scalar(text, old.file, old.line, old.column) for text in (old.text, new))
    changed = renumber(root, Mapping(((key, value),), old.file, old.line, old.column), log)
    raise_all(log.errors)
    files = {held.text.file: held for layer in space.chain(site.main)[:1] for file in layer.files if (held := space.file(file)) is not None}
    found = []
    for before, after in _changed(root, changed):
        held = files.get(before.file)
        for start, end, text in _spans(before.text, after.text):
            stretch = held.text.stretch(before, start, end) if held is not None else None
            if held is None or stretch is None:
                raise SpecError("S109", f"{before.text[start:end]!r} cannot be found as it is written", before.place,
                                remedy="change the number by hand")  # fmt: skip
            found.append(TextEdit(held.path, stretch, text))
    return sorted(set(found), key=lambda edit: (edit.path, edit.stretch.line, edit.stretch.start))


def _changed(before: YamlNode | None, after: YamlNode) -> Iterator[tuple[Scalar, Scalar]]:
    """Yield the texts of two trees that differ."""
    if isinstance(before, Scalar) and isinstance(after, Scalar):
        if before.text != after.text:
            yield before, after
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for key, value in after:
            yield from _changed(before.get(key.text), value)
    elif isinstance(before, Sequence) and isinstance(after, Sequence) and len(before.items) == len(after.items):
        for one, other in zip(before.items, after.items, strict=True):
            yield from _changed(one, other)
    elif before is not None:
        raise SpecError("S109", "a list of numbers becomes shorter or longer", before.place, remedy="change the number by hand, or in a revision")


def _spans(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """Yield the parts of a text that change, in whole words: where they begin and end, and what stands there after."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        if a == b:  # nothing is taken out: the word before, or behind, stands for the place
            a, c = (a - 1, c - 1) if a else (a, c)
            b, d = (b, d) if a < b else (b + 1, d + 1)
        start = sum(map(len, old[:a]))
        yield start, start + sum(map(len, old[a:b])), "".join(new[c:d])
