"""Grounds: entries that say none where the methodology requires it, and grounds that do not carry what stands on them."""

from __future__ import annotations

from collections.abc import Iterator

from engine.finding import Finding
from equations.citation import GROUNDS
from equations.model.grounded import UNSAID, Grounded, grounded
from equations.model.methodology import Methodology


def check_grounds(methodology: Methodology) -> list[Finding]:
    """Report, list by list, what says no ground, what a published methodology has that no source states, what is stated by nothing.

    Entries of a tool answer to the tool's own spec.
    """
    own: dict[str, list[Grounded]] = {}
    for entry in grounded(methodology):
        if not entry.tool:
            own.setdefault(entry.kind, []).append(entry)
    return [finding for kind, entries in own.items() for finding in _of_list(methodology, kind, entries)]


def _of_list(methodology: Methodology, kind: str, entries: list[Grounded]) -> Iterator[Finding]:
    if methodology.grounds:
        yield from _told("W815", kind, entries, [e for e in entries if e.ground == UNSAID], "do not say on what ground they stand",
                         f"add `ground:` ({', '.join(GROUNDS)}) to each")  # fmt: skip
    if methodology.status == "published":
        yield from _told("W816", kind, entries, [e for e in entries if not e.editorial and e.ground not in ("stated", UNSAID)],
                         "of a published methodology are stated by no source that was read",
                         "read the text and raise the ground, or give the methodology another status")  # fmt: skip
    bare = [entry for entry in entries if entry.ground == "stated" and not entry.source]
    yield from _told("W816", kind, entries, bare, "are called stated and name no source", "add `source:` to each")


def _told(code: str, kind: str, entries: list[Grounded], found: list[Grounded], what: str, remedy: str) -> Iterator[Finding]:
    if found:
        named = ", ".join(f"{entry.id} ({entry.ground})" if entry.ground in GROUNDS else entry.id for entry in found)
        yield Finding(code, "warning", kind, f"{len(found)} of {len(entries)} {kind} {what}", named, remedy, place=found[0].place)
