"""A methodology under chosen readings: what it says by default, with the edits of the readings that are taken.

Entries are exchanged first, then steps are put in between (:mod:`equations.readings.nesting`). Nothing is read again, so it takes a
millisecond; what was composed is kept with the methodology.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from equations.errors import GraphError, raise_all
from equations.model.methodology import Methodology
from equations.model.reading import EDITED, Adjustment, EditBlock, EntryEdit
from equations.readings.nesting import Placed, nested
from equations.readings.weighing import unweighed, weighed

_Listed = TypeVar("_Listed")
_KEPT, _SOURCE = "_under_readings", "_source"
_MOST_KEPT = 64


def with_readings(methodology: Methodology, readings: Mapping[str, str]) -> Methodology:
    """Return a methodology under some readings.

    Parameters
    ----------
    methodology
        The methodology by default, or one that was composed from it already.
    readings
        Ruling -> reading; rulings that are not named are read by default.

    Returns
    -------
    Methodology
        The methodology itself where all are the default ones. ``taken`` of another says which are not.

    Raises
    ------
    MethodologyError
        G406 where two readings change one thing, G407 for steps in a circle, G408 for a step that cannot stand where it should.
    """
    base = methodology.base or methodology
    taken = tuple((r.id, readings[r.id]) for r in base.rulings if readings.get(r.id, r.default) != r.default)
    if not taken:
        return base
    kept: dict[Any, Methodology] = base.__dict__.setdefault(_KEPT, {})
    if taken not in kept:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[taken] = _composed(base, taken)
    return kept[taken]


def note_source(methodology: Methodology, hashes: Iterable[str]) -> None:
    """Note of what exact bytes a methodology was read, so that what is made of it can be kept; of a changed copy it is not noted."""
    methodology.__dict__[_SOURCE] = " ".join(hashes)


def source_of(methodology: Methodology) -> str:
    """Return a text that is the same for methodologies of the same bytes and readings; empty where it is not known of what one was made."""
    base = methodology.base or methodology
    source = str(base.__dict__.get(_SOURCE, ""))
    if not source or methodology is base:
        return source
    # a copy in which something was changed says of itself that it has the same base and readings
    is_composed = base.__dict__.get(_KEPT, {}).get(methodology.taken) is methodology
    return f"{source} {methodology.taken}" if is_composed else ""


def readings_of(methodology: Methodology) -> dict[str, str]:
    """Return ruling -> reading of a methodology, the default ones among them."""
    return {ruling.id: ruling.default for ruling in methodology.rulings} | dict(methodology.taken)


def blocks_under(base: Methodology, taken: Iterable[tuple[str, str]]) -> list[EditBlock]:
    """Return the edits that hold under some readings, in the order of the rulings."""
    chosen = dict(taken)
    every = {ruling.id: chosen.get(ruling.id, ruling.default) for ruling in base.rulings}
    return [
        block
        for ruling in base.rulings
        for reading in ruling.readings
        if reading.id == every[ruling.id]
        for block in reading.edits
        if all(every[id_] == value for id_, value in block.under)
    ]


def taking_parts(methodology: Methodology, block: EditBlock) -> tuple[str, ...]:
    """Return the equations whose sums take parts of members since a block of edits says how these are shared."""
    if not any(edit.list == "index_sets" for edit in block.entries):
        return ()
    held = methodology.equation
    return tuple(e.id for e in with_readings(methodology, dict(block.under)).equations if e.written is not None and held.get(e.id) != e)


def _composed(base: Methodology, taken: tuple[tuple[str, str], ...]) -> Methodology:
    blocks = blocks_under(base, taken)
    edited = _edited(unweighed(base), _settled(blocks))
    made = _held(weighed(nested(edited, _steps(blocks))), base)
    return replace(made, taken=taken, base=base)


def _held(made: Methodology, base: Methodology) -> Methodology:
    """Return a methodology with the very equations of the base where they say the same: what is looked at once is not looked at again."""
    if not any(equation.written is not None for equation in base.equations):
        return made
    return replace(made, equations=tuple(held if (held := base.equation.get(e.id)) == e else e for e in made.equations))


# -- entries


def _settled(blocks: list[EditBlock]) -> dict[tuple[str, str], EntryEdit]:
    """Return the edit of each thing: that which holds under more readings, where one of two does."""
    found: dict[tuple[str, str], tuple[EntryEdit, EditBlock]] = {}
    errors = []
    for block in blocks:
        for edit in block.entries:
            held = found.get(edit.key)
            if held is None:
                found[edit.key] = edit, block
            elif block.is_narrower(held[1]):
                found[edit.key] = _in_place_of(held[0], edit), block
            elif held[1].is_narrower(block):
                found[edit.key] = _in_place_of(edit, held[0]), held[1]
            elif held[0] != edit:
                errors.append(meeting(f"{edit.id!r} of {edit.list}", block, held[1], edit))
    raise_all(errors)
    return {key: edit for key, (edit, _) in found.items()}


def _in_place_of(wider: EntryEdit, narrower: EntryEdit) -> EntryEdit:
    """Return the narrower of two edits; what the wider one puts in, it puts in as well."""
    is_new = wider.new and not narrower.new and narrower.entry is not None
    return replace(narrower, new=True, after=wider.after) if is_new else narrower


def meeting(what: str, one: EditBlock, other: EditBlock, edit: EntryEdit | Adjustment) -> GraphError:
    """Return the error for something that two readings change."""
    return GraphError(
        "G406", f"{what} is changed by {other.name} and by {one.name}", edit.place,
        why="nothing says what holds when both are taken",
        remedy=f"write `with:` under one of them: - {{readings: {{{other.under[0][0]}: {other.under[0][1]}}}, replace: ...}}, or change it by a step",
    )  # fmt: skip


def _edited(base: Methodology, edits: Mapping[tuple[str, str], EntryEdit]) -> Methodology:
    lists: dict[str, Any] = {}
    for name in EDITED:
        own = [edit for edit in edits.values() if edit.list == name]
        if own:
            lists[name] = _list(getattr(base, name), own)
    return replace(base, **lists) if lists else base


def _list(entries: tuple[_Listed, ...], edits: list[EntryEdit]) -> tuple[_Listed, ...]:
    changed = {edit.id: edit for edit in edits if not edit.new}
    held: list[Any] = [changed[e.id].entry if e.id in changed else e for e in entries]  # type: ignore[attr-defined]
    ids: list[str] = [e.id for e in entries]  # type: ignore[attr-defined]
    for edit in (edit for edit in edits if edit.new):
        at = ids.index(edit.after) + 1 if edit.after in ids else 0 if not edit.after else len(ids)
        ids.insert(at, edit.id)
        held.insert(at, edit.entry)
    return tuple(entry for entry in held if entry is not None)


# -- steps


def _steps(blocks: list[EditBlock]) -> list[Placed]:
    """Return the steps that stand; those on one quantity give way to steps that hold under more readings."""
    found = []
    for block in blocks:
        for step in block.steps:
            wider = any(other.is_narrower(block) and any(s.of == step.of for s in other.steps) for other in blocks)
            if not wider:
                found.append(Placed(block, step))
    return found
