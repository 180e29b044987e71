"""Whether numbers that are said to be conservative, or that stand in place of others, are on the careful side of the result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from engine.audit.desk.what_moves import Moved, moved
from engine.audit.direction.direction import EITHER, LOWERS, NONE, RAISES, UNKNOWN, Direction, Directions
from engine.audit.roles import serving_result
from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.cells import cell_name
from engine.project.written_numbers import Origin, conversion
from engine.run.run import Run
from engine.run.sample_inputs import alternative_at
from equations.errors import listed_texts
from equations.model.quantity import Quantity
from equations.spec.block import read_number

Cell = tuple[int, ...]
CLAIM, INSTEAD = "conservative", "instead_of"
_MOST = 6
_SAID = re.compile(r"(?<!\bnot )(?<!\bnon-)(?<!\bless )\bconservativ", re.IGNORECASE)
#: Words of a comment that say on which side a number was taken; a lower heating value is a quantity, and "at least" no side.
_SIDES = {"low": re.compile(r"(?<!\bat )\b(lowest|lower(?! (?:heating|calorific))|minimum|smallest|least|rounded down)\b", re.IGNORECASE),
          "high": re.compile(r"\b(highest|higher(?! (?:heating|calorific))|maximum|largest|greatest|upper|rounded up)\b", re.IGNORECASE)}  # fmt: skip


@dataclass(frozen=True)
class CarefulClaim:
    """A number of which it is said that it is careful, or what it stands in place of.

    Attributes
    ----------
    side
        On which side it is said to be taken, ``low`` or ``high``; empty where that is not said.
    other
        The number in place of which it stands, in the quantity's unit.
    unread
        What stands there instead of a number.
    """

    quantity: Quantity
    cell: Cell
    origin: Origin
    value: float
    is_claimed: bool
    side: str
    other: float | None
    unread: str = ""

    @property
    def taken(self) -> str:
        """On which side it was taken: as the two numbers show, else as it is said; a zero is low."""
        if self.other is not None and self.other != self.value:
            return "low" if self.value < self.other else "high"
        return self.side or ("low" if self.value == 0 else "")


def audit_careful_side(run: Run) -> tuple[Finding, ...]:
    """Hold what is said to be conservative, and what stands in place of another number, against the direction of the input.

    Returns
    -------
    tuple of Finding
        A790 (error): said to be conservative, and on the side that raises the result; A791 (warning): said to be conservative, and neither side is,
        or it is not said against what; A792 (warning): in place of a number that gives a lower result; A793 (note): on the careful side. Where two
        numbers are known, with what the result moves between them.
    """
    return _Judge(run).findings() if any(True for _ in careful_claims(run)) else ()


def careful_claims(run: Run) -> Iterator[CarefulClaim]:
    """Yield the numbers of a project of which something of that kind is said."""
    for quantity in serving_result(run):
        for cell, origin in run.inputs.origins.get(quantity.id, {}).items():
            said = dict(origin.meta)
            remark = f"{said.get('comments', '')} {origin.source}"
            is_claimed = said.get(CLAIM, "no") not in ("no", "") or bool(_SAID.search(remark))
            if origin.kind == "project" and quantity.type == "number" and (is_claimed or INSTEAD in said):
                other = _other(run, quantity, cell, said.get(INSTEAD, ""))
                yield CarefulClaim(
                    quantity=quantity, cell=cell, origin=origin, value=float(run.values.arrays[quantity.id][cell]), is_claimed=is_claimed,
                    side=_side(said.get(CLAIM, ""), remark), other=other, unread=said.get(INSTEAD, "") if other is None else "",
                )  # fmt: skip


def _side(claim: str, remark: str) -> str:
    if claim in _SIDES:
        return claim
    found = [side for side, words in _SIDES.items() if words.search(remark)]
    return found[0] if len(found) == 1 and _SAID.search(remark) else ""


def _other(run: Run, quantity: Quantity, cell: Cell, text: str) -> float | None:
    exact, unit = read_number(text) if text else None, run.inputs.units[run.inputs.origins[quantity.id][cell].unit]
    return None if exact is None else float(exact * conversion(quantity, unit, alternative_at(run.setting, quantity, cell, run.inputs.alternatives)))


@dataclass(frozen=True)
class _Judge:
    run: Run

    @cached_property
    def directions(self) -> Directions:
        return Directions(self.run)

    def findings(self) -> tuple[Finding, ...]:
        """Return one finding for each quantity and verdict."""
        sorted_out: dict[tuple[str, str], list[CarefulClaim]] = {}
        for claim in careful_claims(self.run):
            if (code := self.code(claim)) is not None:
                sorted_out.setdefault((code, claim.quantity.id), []).append(claim)
        return tuple(self.finding(code, claims) for (code, _), claims in sorted(sorted_out.items(), key=lambda one: one[0]))

    def direction(self, claim: CarefulClaim) -> Direction:
        return self.directions.of(claim.quantity.id, [claim.cell])

    def code(self, claim: CarefulClaim) -> str | None:
        """Return what is found of a number; nothing where it stands in place of itself."""
        if claim.unread:
            return "A791"
        by = self.by(claim)
        if by is not None:
            return None if not claim.is_claimed and by == 0 else "A793" if by >= 0 else "A790" if claim.is_claimed else "A792"
        direction, taken = self.direction(claim), claim.taken
        if direction.way == NONE:
            return "A793"
        if direction.way in (EITHER, UNKNOWN) or not taken:
            return "A791"
        return "A793" if taken == direction.careful_side else "A790"

    def by(self, claim: CarefulClaim) -> float | None:
        """Return by how much the result moves with the other number; ``None`` where there is none."""
        if claim.other is None:
            return None
        return moved(self.run, {claim.quantity.id: {claim.cell: claim.other}}).first

    def finding(self, code: str, claims: list[CarefulClaim]) -> Finding:
        first, run = claims[0], self.run
        id_, direction = first.quantity.id, self.direction(first)
        shown = listed_texts([self.shown(claim) for claim in claims], _MOST)
        severity, what, remedy = {
            "A790": ("error", f"what is said to be conservative raises {run.methodology.result}",
                     f"take the {direction.careful_side or 'other'} side, or do not call it conservative"),
            "A791": ("warning", f"whether {id_} is conservative cannot be told", self.open_remedy(direction)),
            "A792": ("warning", f"a number in place of another raises {run.methodology.result}", "show that the plan has it so, or take the other"),
            "A793": ("note", f"{id_} is on the careful side where it is said to be conservative or stands in place of another number", ""),
        }[code]  # fmt: skip
        total = self.total(claims)
        evidence = f"{shown}. {self.why(direction)}" + (f"; with what it stands for: {total.text}" if total is not None else "")
        return Finding(code, severity, id_, what, evidence, remedy, source=first.origin.source, place=first.origin.place,
                       moves=None if total is None else total.first)  # fmt: skip

    def shown(self, claim: CarefulClaim) -> str:
        own = f"{cell_name(claim.quantity, self.run.setting, claim.cell)} = {number(claim.value)}"
        if claim.unread:
            return f"{own} instead of {claim.unread!r}, which is no number"
        if claim.other is not None:
            return f"{own} instead of {number(claim.other)}"
        return own + (f", taken {claim.taken}" if claim.taken else "")

    def total(self, claims: list[CarefulClaim]) -> Moved | None:
        """Return what the results move by with the other numbers together, ``None`` where none is known."""
        others = {claim.cell: claim.other for claim in claims if claim.other is not None}
        return moved(self.run, {claims[0].quantity.id: others}) if others else None

    def why(self, direction: Direction) -> str:
        if direction.way in (RAISES, LOWERS):
            return f"{direction.quantity} {direction.way} {self.run.methodology.result} as it rises ({direction.known}): {direction.why}"
        return direction.why

    def open_remedy(self, direction: Direction) -> str:
        if direction.way in (EITHER, UNKNOWN):
            return "compare the results with both numbers: say `instead_of:`"
        return f"say which side was taken (`conservative: {direction.careful_side}` would be careful), or `instead_of:` which number"
