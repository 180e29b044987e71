"""Which cells a formula reads, for the cells of its left side that are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.plan.setting import Setting
from equations.errors import GraphError, InputError, MethodologyError
from equations.formula.syntax import (
    All,
    Binder,
    Diagonal,
    Element,
    GroupOf,
    Identity,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    MatrixRef,
    Node,
    Reduce,
    Span,
    Window,
    children,
)
from equations.model.equation import Equation
from equations.model.left_side import left_side
from equations.model.methodology import Methodology


class NeedKeeper(Protocol):
    """Who asks for a walk: it keeps the needs and the errors that are found."""

    methodology: Methodology
    setting: Setting
    errors: dict[tuple[str, str], MethodologyError]

    def check_listed(self, set_id: str, why: str) -> None:
        """Report a set whose members only the project can list and of which it says nothing."""
        ...

    def need(self, user: Equation, quantity: str, places: list[set[int]]) -> bool:
        """Note that an equation needs some cells; return whether that is news."""
        ...


@dataclass
class NeedWalk:
    """Walks a formula and notes which cells of which quantities it reads."""

    planner: NeedKeeper
    equation: Equation
    left: Mapping[str, tuple[int, ...]]
    grown: list[str] = field(default_factory=list)
    #: Letter -> (index set, positions on that set).
    scope: dict[str, tuple[str, set[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        left = left_side(self.equation, self.planner.methodology.quantity[self.equation.quantity])
        for letter, axis in left.axis_of.items():
            self.scope[letter] = (axis, set(self.left[letter]))

    def walk(self, node: Node) -> None:
        match node:
            case Element() | MatrixRef():
                self.read(node.quantity, node.indices, node.whole)
            case Reduce(binders=binders, body=body):
                held = dict(self.scope)
                for binder in binders:
                    self.scope[binder.letter] = self.bound(binder)
                self.walk(body)
                self.scope = held
            case Diagonal(letter=letter, set=set_id, body=body):
                self.check_listed(set_id)
                held = dict(self.scope)
                self.scope[letter] = (set_id, set(range(len(self.planner.setting.members[set_id]))))
                self.walk(body)
                self.scope = held
            case Identity(set=set_id):
                self.check_listed(set_id)
            case _:
                for child in children(node):
                    self.walk(child)

    def bound(self, binder: Binder) -> tuple[str, set[int]]:
        """Return the set of a bound letter and the positions that it takes."""
        setting, methodology = self.planner.setting, self.planner.methodology
        match binder.within:
            case All(set=set_id):
                self.check_listed(set_id)
                return set_id, set(range(len(setting.members[set_id])))
            case GroupOf(letter=letter):
                set_id, places = self.scope[letter]
                return methodology.index_set[set_id].groups, {member for place in places for member in setting.groups[set_id][place]}
            case Window(last=end):
                _, places = self.scope[end.letter]
                last, years = max(places, default=-1) + end.offset, len(setting.members[methodology.year_set])
                if places and last >= years:
                    self.after_the_end(binder.letter, end, binder.span)
                return methodology.year_set, set(range(min(last + 1, years)))
        raise TypeError(f"not resolved: {binder!r}")

    def check_listed(self, set_id: str) -> None:
        """A sum over members of which the project says nothing would be a silent zero, and a matrix over them one without elements."""
        self.planner.check_listed(set_id, f"{self.equation.full_label} goes through them")

    def read(self, quantity: str, indices: tuple[object, ...], whole: int) -> None:
        if self.equation.solver and quantity == self.equation.quantity:
            return
        planner = self.planner
        axes = planner.methodology.quantity[quantity].indices
        for axis in axes[:whole]:
            self.check_listed(axis)
        places = [set(range(len(planner.setting.members[axis]))) for axis in axes[:whole]]
        for index, axis in zip(indices, axes[whole:], strict=True):
            places.append(self.places(index, axis, quantity))
        if planner.need(self.equation, quantity, places):
            self.grown.append(quantity)

    def places(self, index: object, axis: str, quantity: str) -> set[int]:
        setting = self.planner.setting
        members = setting.members[axis]
        if isinstance(index, IndexGroup):
            return self.group_places(index, axis)
        if isinstance(index, IndexLabel):
            label = setting.label(index, axis)
            return {members.index(label)} if label in members else set()
        assert isinstance(index, IndexLetter)
        set_id, found = self.scope[index.letter]
        if set_id != axis:
            own = setting.members[set_id]
            at = {member: place for place, member in enumerate(members)}
            found = {at[own[place]] for place in found if own[place] in at}
        if index.offset:
            found = {place + index.offset for place in found}
            if any(place < 0 or place >= len(members) for place in found):
                self.before_start(index, quantity)
                found = {place for place in found if 0 <= place < len(members)}
        return found

    def group_places(self, index: IndexGroup, axis: str) -> set[int]:
        """Return the groups of the members that a letter takes; each member must be in one."""
        planner = self.planner
        setting = planner.setting
        set_id, positions = self.scope[index.letter]
        base = setting.members[planner.methodology.index_set[axis].groups]
        group_of = {base[member]: at for at, group in enumerate(setting.groups[axis]) for member in group}
        labels = [setting.members[set_id][place] for place in sorted(positions)]
        outside = [label for label in labels if label not in group_of]
        if outside:
            planner.errors[self.equation.id, "I507"] = InputError(
                "I507", f"{', '.join(outside)} belongs to no {axis}", self.equation.place,
                why=f"{self.equation.full_label} takes the value of the {axis} that each belongs to",
                remedy=f"list it under `members: {axis}:`, or supply {self.equation.quantity} itself", subject=axis,
            )  # fmt: skip
        return {group_of[label] for label in labels if label in group_of}

    def after_the_end(self, letter: str, end: IndexLetter, span: Span) -> None:
        source = self.equation.formula_source
        place = source.place(span) if source else self.equation.place
        name, offset = end.letter, end.offset
        self.planner.errors[self.equation.id, "G404"] = GraphError(
            "G404", f"{self.equation.full_label} reaches after the last year by {letter} in start..{name}{offset:+d}, "
            f"for {self.equation.quantity}[{name}]", place, why="the year axis runs from the start year of the project to its last monitored year",
            remedy=f"let the sum end at {name}, or add a case `when: {name} == end` with what holds there and limit this one to "
            f"`{name} < end`", subject=self.equation.quantity,
        )  # fmt: skip

    def before_start(self, index: IndexLetter, quantity: str) -> None:
        source = self.equation.formula_source
        place = source.place(index.span) if source else self.equation.place
        word, edge, rest = ("before the first", "start", ">") if index.offset < 0 else ("after the last", "end", "<")
        self.planner.errors[self.equation.id, "G404"] = GraphError(
            "G404", f"{self.equation.full_label} reaches {word} year: {quantity}[{index.letter}{index.offset:+d}]",
            place, why="the year axis runs from the start year of the project to its last monitored year",
            remedy=f"add a case `when: {index.letter} == {edge}` with what holds there, and limit this one to "
            f"`{index.letter} {rest} {edge}`", subject=quantity,
        )  # fmt: skip
