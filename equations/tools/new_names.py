"""What everything in a tool is called in the spec that uses it: prefixed names, bound sets, letters that are free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Lookup
from string import ascii_lowercase, ascii_uppercase

from equations.errors import FaultList, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, YamlNode
from equations.files.strict_yaml import Sequence as List
from equations.formula.functions import FUNCTIONS, REDUCTIONS, RESERVED
from equations.records import record
from equations.revision.document_parts import blocks_of, text_of, texts_of, with_field, with_list
from equations.tools.entries import ToolIdentity, declared_in_readings
from equations.tools.formula_names import NewNames, ratios_in
from equations.tools.uses import ToolUse, fault

#: The set that takes its members from a project's monitoring periods.
PERIODS = "period"
_MEMBERS = ("", "members", "group")
_FORMULAS = ("when", "defines", "formula", "relation", "condition", "gives", "left", "right")


@record(frozen=True)
class Renaming:
    """The names of a tool in the whole.

    Attributes
    ----------
    new
        Words of formulas.
    relations
        Relation -> its name.
    shared
        The tool's sets that are sets of the whole.
    more_letters
        Set of the whole -> letters that it takes on, because the tool has more.
    """

    new: NewNames
    relations: Lookup[str, str]
    shared: frozenset[str]
    more_letters: Lookup[str, tuple[str, ...]]


def names_of(tool: Mapping, whole: Mapping, use: ToolUse, identity: ToolIdentity, errors: FaultList) -> Renaming:
    """Decide what everything in a tool is called.

    Parameters
    ----------
    tool, whole
        The composed document of the tool, and that of the spec which uses it, as far as it is composed.
    """
    prefix = identity.prefix
    own = [name for name in _formula_names(tool) if name]
    names = {name: f"{prefix}_{name}" for name in own}
    binds = {key.text: value for key, value in use.binds}
    for key, value in use.binds:
        if _kind(tool, key.text) == "statement":  # no equation gives it: the name itself is exchanged
            names[key.text] = value.text
    sets = _sets(tool, whole, binds, prefix, errors)
    letters, more = _letters(tool, whole, sets, {*names.values(), *_formula_names(whole)}, prefix)
    choices = frozenset(text_of(block, "id") for block in blocks_of(tool.get("choices")))
    relations = {text_of(block, "id"): f"{prefix}_{text_of(block, 'id')}" for block in blocks_of(tool.get("relations"))}
    shared = frozenset(set_id for set_id, new in sets.items() if new in set_ids(whole))
    return Renaming(NewNames(names, choices, sets, letters, _ratios(tool, whole)), relations, shared, more)


def set_ids(document: Mapping) -> set[str]:
    """Return the ids of the index sets of a document."""
    return {text_of(block, "id") for block in blocks_of(document.get("index_sets"))}


def _kind(document: Mapping, quantity: str) -> str:
    """Return ``statement`` for a quantity that is a date or an answer, else its kind."""
    block = next((b for b in blocks_of(document.get("quantities")) if text_of(b, "id") == quantity), None)
    if block is None:
        return ""
    return "statement" if text_of(block, "type") in ("yes_no", "date") else text_of(block, "kind")


def _formula_names(document: Mapping) -> list[str]:
    """Return what formulas of a document can name beside letters and sets."""
    quantities = blocks_of(document.get("quantities"))
    found = [text_of(block, name) for block in quantities for name in ("id", "matrix", "diagonal_matrix")]
    found += [text_of(block, "id") for block in blocks_of(document.get("choices"))]
    return [name for name in dict.fromkeys([*found, *declared_in_readings(document.get("rulings"))]) if name]


# -- sets


def _sets(tool: Mapping, whole: Mapping, binds: Lookup[str, Scalar], prefix: str, errors: FaultList) -> dict[str, str]:
    """Return each set of the tool with its id in the whole; time is that of the project, whatever it is called.

    Two sets of years are one only where they hold the same years, those before the start among them.
    """
    held = {text_of(block, "id"): block for block in blocks_of(whole.get("index_sets"))}
    found: dict[str, str] = {}
    for block in blocks_of(tool.get("index_sets")):
        id_, kind = text_of(block, "id"), text_of(block, "kind")
        same = [other for other, there in held.items() if kind not in _MEMBERS and _stretch(there) == _stretch(block)]
        if id_ in binds:
            found[id_] = _bound_set(block, held, binds[id_], errors)
        elif kind not in _MEMBERS:
            found[id_] = same[0] if same else id_ if id_ not in held else f"{prefix}_{id_}"
        elif id_ == PERIODS:
            found[id_] = id_
        else:
            found[id_] = f"{prefix}_{id_}"
    return found


def _stretch(block: Mapping) -> tuple[str, str]:
    """Return what two sets of the calendar must have in common to be one: what their members are, and where they begin."""
    return text_of(block, "kind"), text_of(block, "history") or "0"


def _bound_set(block: Mapping, held: Lookup[str, Mapping], value: Scalar, errors: FaultList) -> str:
    id_, there = text_of(block, "id"), held.get(value.text)
    if there is None:
        fault(errors, f"there is no index set {value.text!r} to which {id_} of the tool could be bound", value.place,
              remedy=near_or_all(value.text, held))  # fmt: skip
    elif (text_of(there, "kind") or "members") != (text_of(block, "kind") or "members"):
        kinds = text_of(block, "kind") or "members", text_of(there, "kind") or "members"
        fault(errors, f"{id_} of the tool cannot be bound to {value.text}", value.place, f"they are of the kinds {' and '.join(kinds)}",
              f"bind it to a set of the kind {kinds[0]}")  # fmt: skip
    elif text_of(there, "history") != text_of(block, "history"):
        years = [f"{text_of(one, 'history') or 'no'} years before the start" for one in (block, there)]
        fault(errors, f"{id_} of the tool cannot be bound to {value.text}", value.place, f"they hold {' and '.join(years)}",
              "leave it unbound: it becomes a set of the whole")  # fmt: skip
    return value.text


# -- letters


def _letters(
    tool: Mapping, whole: Mapping, sets: Lookup[str, str], names: set[str], prefix: str
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return every letter of the tool with its letter in the whole; one that is taken there is exchanged for one that is free."""
    theirs = {text_of(block, "id"): texts_of(block.get("letters")) for block in blocks_of(whole.get("index_sets"))}
    ours = [(text_of(block, "id"), texts_of(block.get("letters"))) for block in blocks_of(tool.get("index_sets"))]
    local = dict.fromkeys(letter for letter in _own_letters(tool))
    taken = {letter for letters in theirs.values() for letter in letters} | names | {*RESERVED, *FUNCTIONS, *REDUCTIONS}
    free = _free(taken | set(local) | {letter for _, letters in ours for letter in letters}, prefix)
    found: dict[str, str] = {}
    more: dict[str, tuple[str, ...]] = {}
    for set_id, letters in ours:
        there = theirs.get(sets[set_id])
        for at, letter in enumerate(letters):
            if there is None:
                found[letter] = letter if letter not in taken else next(free)
            elif at < len(there):
                found[letter] = there[at]
            else:
                found[letter] = next(free)
                more[sets[set_id]] = (*more.get(sets[set_id], ()), found[letter])
    given = set(found.values())
    found |= {letter: next(free) for letter in local if letter not in found and letter in given}
    return found, more


def _own_letters(document: Mapping) -> Iterator[str]:
    """Yield the letters that entries declare for themselves."""
    for block in _deep(document):
        own = block.get("for")
        if isinstance(own, Mapping):
            yield from (key.text for key, _ in own)


def _free(taken: set[str], prefix: str) -> Iterator[str]:
    for letter in (*ascii_lowercase, *ascii_uppercase):
        if letter not in taken:
            yield letter
    for letter in ascii_lowercase:
        yield f"{prefix}_{letter}"


def _deep(node: YamlNode) -> Iterator[Mapping]:
    """Yield every block of a document, however deep it stands."""
    if isinstance(node, Mapping):
        yield node
        for _, value in node:
            yield from _deep(value)
    elif isinstance(node, List):
        for item in node.items:
            yield from _deep(item)


# -- ratios with a unit


def ratios_of(document: Mapping) -> set[str]:
    """Return the ratios that formulas of a document hold without a unit."""
    texts = (text_of(block, name) for block in _deep(document) for name in _FORMULAS)
    return set().union(*(ratios_in(text) for text in texts if "/" in text))


def units_of_ratios(document: Mapping) -> dict[str, str]:
    """Return the declared constants: ratio as written -> unit."""
    return {text_of(block, "written"): text_of(block, "unit") for block in blocks_of(document.get("constants"))}


def _ratios(tool: Mapping, whole: Mapping) -> dict[str, str]:
    """Return the ratios that carry another unit in the tool than they would in the whole, with that of the tool."""
    ours, theirs, bare = units_of_ratios(tool), units_of_ratios(whole), ratios_of(whole)
    found = {ratio: unit for ratio, unit in ours.items() if ratio in theirs and theirs[ratio] != unit}
    found |= {ratio: unit for ratio, unit in ours.items() if ratio not in theirs and ratio in bare}
    return found | {ratio: "1" for ratio in ratios_of(tool) if ratio in theirs and ratio not in ours}


def letters_by_set(document: Mapping) -> dict[str, list[str]]:
    """Return set -> its letters."""
    return {text_of(block, "id"): texts_of(block.get("letters")) for block in blocks_of(document.get("index_sets"))}


def with_more_letters(whole: Mapping, more: Lookup[str, Sequence[str]]) -> Mapping:
    """Return a document whose sets have taken on letters of a tool."""
    if not more:
        return whole
    items = []
    for block in blocks_of(whole.get("index_sets")):
        new = more.get(text_of(block, "id"), ())
        held = [Scalar(text, block.file, block.line, block.column) for text in (*texts_of(block.get("letters")), *new)]
        items.append(with_field(block, "letters", List(tuple(held), block.file, block.line, block.column)) if new else block)
    return with_list(whole, "index_sets", items)


