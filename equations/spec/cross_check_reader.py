"""Read the block of a cross-check, in a spec or in a project file: what is held against what, and which counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from equations.errors import listed, near, near_or_all
from equations.files.strict_yaml import Scalar
from equations.model.cross_check import ALONG, AT_LEAST, AT_MOST, COMPARISONS, EQUALS, PARTS, WITH, CrossCheck, open_axes
from equations.model.quantity import Quantity
from equations.spec.block import Block, begins_with_digits, read_number
from equations.units.unit import Unit

#: Reads the text of a unit that stands behind a number; ``None`` where it is none, which is told.
UnitOf = Callable[[Scalar, str], Unit | None]


#: Fields that mean something in some comparisons only.
_ONLY_WITH = {"use": (WITH,), "growth": (ALONG,), "never": (ALONG,), "within": (WITH, EQUALS, PARTS),
              "each": (WITH, AT_MOST, AT_LEAST, EQUALS, PARTS)}  # fmt: skip


def read_cross_check(block: Block, quantities: Mapping[str, Quantity], unit_of: UnitOf, own: str = "") -> CrossCheck | None:
    """Read one block, ``None`` where it is faulty, which is told.

    Parameters
    ----------
    quantities
        What may be named.
    own
        Name of the quantity that holds the numbers of the other side, where they stand in a block; it is among ``quantities``.
    """
    return _Reader(block, quantities, unit_of, own).read()


class _Reader:
    def __init__(self, block: Block, quantities: Mapping[str, Quantity], unit_of: UnitOf, own: str) -> None:
        self.block, self.quantities, self.unit_of, self.own = block, quantities, unit_of, own

    def fault(self, name: str, what: str, why: str = "", remedy: str = "") -> None:
        self.block.fault("S105", what, self.block.place_of(name), why=why, remedy=remedy)

    def read(self) -> CrossCheck | None:
        """Return the cross-check."""
        before = len(self.block.errors)
        ways = [name for name in COMPARISONS if self.block.has(name)]
        of = self.known("of", self.block.scalar("of"))
        if len(ways) != 1:
            self.fault("of", f"a cross-check has one of {listed(COMPARISONS)}", f"found {listed(ways) or 'none'}", "write a cross-check for each")
        if of is None or len(ways) != 1:
            return None
        way = ways[0]
        others, number = self.other_side(way, of)
        within, room = self.tolerance(of)
        found = CrossCheck(
            id=self.block.text("id"), of=of.id, compare=way, others=others, number=number, unit=str(of.unit),
            use=self.block.text("use"), within=within, room=room, sum_over=self.axes("sum_over"), each=self.axes("each"),
            along=self.block.text("along") if way == ALONG else "", growth=self.share("growth"), never=self.block.text("never"),
            statement=self.block.text("statement"), severity=self.block.text("severity", "error"),
            remedy=self.block.text("remedy"), place=self.block.place,
        )  # fmt: skip
        if len(self.block.errors) == before:
            self.fits(found, of)
            self.check_axes(found, of)
        return found if len(self.block.errors) == before else None

    # -- the two sides

    def known(self, name: str, scalar: Scalar | None) -> Quantity | None:
        """Return the quantity that a field names."""
        if scalar is None:
            return None
        found = self.quantities.get(scalar.text)
        if found is None:
            self.block.fault("S107", f"there is no quantity {scalar.text!r}", scalar.place, remedy=near(scalar.text, self.quantities) or "declare it")
        elif found.type != "number":
            self.fault(name, f"{found.id} is no number", remedy="compare numbers")
            return None
        return found

    def other_side(self, way: str, of: Quantity) -> tuple[tuple[str, ...], Fraction | None]:
        """Return the quantities of the other side, or its number in the unit of the first."""
        if way == ALONG:
            return (), None
        if self.own:
            return (self.own,), None
        scalars = self.block.word_nodes("parts") if way == PARTS else [s for s in (self.block.scalar(way),) if s is not None]
        if way in (AT_MOST, AT_LEAST, EQUALS) and scalars and (number := self.amount(scalars[0], of)) is not None:
            return (), number
        found = [one for scalar in scalars if (one := self.known(way, scalar)) is not None]
        for one in found:
            if not one.unit.same_dimension(of.unit):
                self.fault(way, f"{one.id} is in {one.unit}, and {of.id} in {of.unit}", remedy="compare numbers of the same thing")
        return tuple(one.id for one in found), None

    def amount(self, scalar: Scalar, of: Quantity) -> Fraction | None:
        """Return a number with its unit, in the unit of a quantity; ``None`` for what is no number."""
        text, _, unit = scalar.text.strip().partition(" ")
        number = read_number(text)
        if number is None:
            return None
        if begins_with_digits(unit.strip()):
            self.block.fault("S105", f"{scalar.text} may be one number or two", scalar.place, remedy="write the number without blanks: 52400 MWh")
            return number
        if not unit.strip():
            if of.unit.powers or of.unit.scale != 1:
                self.block.fault("S105", f"{text} has no unit", scalar.place, why=f"{of.id} is in {of.unit}", remedy=f"write `{text} {of.unit}`")
            return number
        own = self.unit_of(scalar, unit.strip())
        if own is not None and not own.same_dimension(of.unit):
            self.block.fault("S105", f"{scalar.text} is no amount of {of.id}, which is in {of.unit}", scalar.place, remedy=f"write it in {of.unit}")
        return number * own.scale / of.unit.scale if own is not None else number

    def tolerance(self, of: Quantity) -> tuple[Fraction | None, Fraction | None]:
        """Return how far the sides may be apart, as a share or as an amount."""
        scalar = self.block.scalar("within") if self.block.has("within") else None
        if scalar is None:
            return None, None
        if scalar.text.rstrip().endswith("%"):
            return self.share("within"), None
        room = self.amount(scalar, of)
        if room is None or room < 0:
            self.fault("within", f"within cannot be {scalar.text!r}", remedy="write 0.5 %, or an amount with its unit")
        return None, room

    def share(self, name: str) -> Fraction | None:
        """Return a share that is written in percent."""
        if not self.block.has(name):
            return None
        text = self.block.text(name)
        number = read_number(text.removesuffix("%").strip()) if text.endswith("%") else None
        if number is None or number < 0:
            self.fault(name, f"{name} cannot be {text!r}", "it is a share in percent", "write 50 %")
        return number / 100 if number is not None else None

    # -- what goes together

    def fits(self, found: CrossCheck, of: Quantity) -> None:
        """Report fields that say nothing, or two things at once."""
        if found.compare == WITH and not (found.use or found.within is not None or found.room is not None):
            self.fault("with", "a second source without `use` and `within` says nothing", remedy="say which counts, or how near they must be")
        if found.compare == ALONG and found.growth is None and not found.never:
            self.fault("along", "neighbours without `growth` and `never` say nothing", remedy="write growth: 50 %, or never: falls")
        idle = [name for name, ways in _ONLY_WITH.items() if self.block.has(name) and found.compare not in ways]
        if idle:
            self.fault(idle[0], f"{idle[0]} says nothing beside {found.compare}", remedy="leave it out")
        if found.of in found.others:
            self.fault(found.compare, f"{found.of} is compared with itself", remedy="name the other one")

    def axes(self, name: str) -> tuple[str, ...]:
        return self.block.words(name) if self.block.has(name) else ()

    def check_axes(self, found: CrossCheck, of: Quantity) -> None:
        """Report indices that the two sides do not share and of which nothing is said."""
        left = open_axes(of, found.sum_over)
        known = {*of.axis_names, *(name for id_ in found.others for name in self.quantities[id_].axis_names)}
        for name, axes in (("sum_over", found.sum_over), ("each", found.each), ("along", (found.along,) if found.along else ())):
            for axis in axes:
                if axis not in (known if name == "sum_over" else left):
                    self.fault(name, f"{axis!r} is no index of {found.of}", remedy=near_or_all(axis, left, "its indices are"))
        for id_ in found.others:
            other = open_axes(self.quantities[id_], found.sum_over)
            if more := [axis for axis in other if axis not in left]:
                self.fault(found.compare, f"{id_} goes by {listed(more)}, and {found.of} does not", remedy=f"write sum_over: [{', '.join(more)}]")
            if fewer := [axis for axis in left if axis not in other and axis not in found.each]:
                self.fault(found.compare, f"{found.of} goes by {listed(fewer)}, and {id_} does not", "each of them, or all together?",
                           f"write sum_over: [{', '.join(fewer)}], or each: [{', '.join(fewer)}]")  # fmt: skip
