"""Readings that a revision leaves standing: what one of them edits must still be what it was written for."""

from __future__ import annotations

from collections.abc import Iterator

from equations.files.strict_yaml import Mapping
from equations.revision.document_parts import blocks_of, id_of, texts_of
from equations.revision.edit_log import EditLog, Path

#: Fields that decide what an entry says; of others a reading and a revision may both have their own.
_DECISIVE = ("formula", "relation", "when", "defines", "condition", "unit", "indices", "values", "shares")


def check_readings_left(document: Mapping, log: EditLog) -> None:
    """Report (S109) what a revision removes or replaces and a reading that stays replaces, removes or puts a step before.

    Parameters
    ----------
    document
        The edited document.
    log
        What the revision edited, and where.
    """
    there = {key.text: {id_of(item) for item in blocks_of(value)} for key, value in document}
    for ruling in blocks_of(document.get("rulings")):
        for reading in blocks_of(ruling.get("readings")):
            own: Path = ("rulings", id_of(ruling), "readings")
            if (*own, id_of(reading)) in log.edited or (own in log.edited and not any(path[:-1] == own for path in log.edited)):
                continue  # the revision says what it is now
            name = f"{id_of(ruling)}: {id_of(reading)}"
            for list_, id_, fields in _edits(reading):
                _check(name, list_, id_, fields, there, log)


def _check(name: str, list_: str, id_: str, fields: tuple[str, ...], there: dict[str, set[str]], log: EditLog) -> None:
    remedy = f"say in the same revision what the reading is (replace: rulings), take it out, or settle the ruling {name.partition(':')[0]}"
    removed = log.edited.get((list_, id_))
    if removed is not None and id_ not in there.get(list_, set()):
        log.fault(f"{id_!r} is removed, and the reading {name} changes it or stands before it", removed,
                  why="the reading stays, and would edit what is not there", remedy=remedy)  # fmt: skip
    for field in fields:
        replaced = log.edited.get((list_, id_, field))
        if replaced is not None:
            log.fault(f"the {field} of {id_!r} is replaced here and by the reading {name}", replaced,
                      why="the reading stays, and was written for what stood here before", remedy=remedy)  # fmt: skip


def _edits(reading: Mapping) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield list, id and decisive fields of what a reading edits, alone or with others."""
    for part in (reading, *blocks_of(reading.get("with"))):
        replaced, removed = part.get("replace"), part.get("remove")
        for name, entries in replaced if isinstance(replaced, Mapping) else ():
            for entry in blocks_of(entries):
                yield name.text, id_of(entry), tuple(key.text for key, _ in entry if key.text in _DECISIVE)
        for name, entries in removed if isinstance(removed, Mapping) else ():
            for id_ in texts_of(entries):
                yield name.text, id_, _DECISIVE
        for step in blocks_of(part.get("adjust")):
            for id_ in texts_of(step.get("in")):
                yield "equations", id_, ()
