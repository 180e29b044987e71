"""Which cells a formula reads, for the cells of its left side that are needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from engine.plan.guards import guard, narrowed, runs_over, window_text, word_for
from engine.plan.setting import Setting
from engine.plan.time_axes import days_of, group_of_each, operation, parts_of, torn, torn_error
from engine.plan.together import Fact, can_meet, combinations, fact_of_binder, facts_of_case
from engine.plan.windows import window_span
from equations.errors import GraphError, InputError, MethodologyError
from equations.formula.syntax import (
    All,
    Binder,
    Call,
    Cases,
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
    walk,
)
from equations.meaning.weights import part_of, weighs
from equations.model.equation import Equation
from equations.model.index_set import lies_in_time
from equations.model.left_side import left_side
from equations.model.methodology import Methodology

#: Reductions that need a member, and why.
_OF_SOME = dict.fromkeys(("Max", "Min"), "there is no greatest and no smallest of nothing") | dict.fromkeys(
    ("Mean", "StdDev", "StdErr"), "there is no mean of nothing")  # fmt: skip


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
    #: What is known of several letters at once; asked only where positions, each by itself, would be a fault.
    facts: tuple[Fact, ...] = ()

    def __post_init__(self) -> None:
        # Positions are kept letter by letter, which may need more cells than are read (all pairs of two letters that are tied);
        # what is a fault only for a tied pair is looked at once more with `facts`, so that nobody is asked to guard against what
        # cannot be.
        left = left_side(self.equation, self.planner.methodology.quantity[self.equation.quantity])
        for letter, axis in left.axis_of.items():
            self.scope[letter] = (axis, set(self.left[letter]))
        self.facts = tuple(facts_of_case(self.equation.when, [], self.planner.setting))

    def walk(self, node: Node) -> None:
        match node:
            case Element() | MatrixRef():
                self.read(node.quantity, node.indices, node.whole)
            case Reduce(kind=kind, binders=binders, body=body):
                held, facts = dict(self.scope), self.facts
                for binder in binders:
                    self.scope[binder.letter] = self.bound(binder, kind)
                    self.facts += tuple(fact_of_binder(binder, self.planner.methodology, self.planner.setting))
                    self.check_shared(binder, body, kind)
                self.walk(body)
                self.scope, self.facts = held, facts
            case Cases():
                self.walk_cases(node)
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

    def walk_cases(self, node: Cases) -> None:
        """Walk each case for the members for which it can be taken: one that letters rule out is not read."""
        held, facts, passed, setting = dict(self.scope), self.facts, list[Node](), self.planner.setting
        for condition, value in (*node.branches, (None, node.otherwise)):
            scope = narrowed(held, condition, passed, setting)
            # A case that no member can take reads nothing: what stands in it need not be there.
            if scope is not None and value is not None:
                self.scope, self.facts = scope, (*facts, *facts_of_case(condition, passed, setting))
                self.walk(value)
            # A condition is asked only of members that took no case before it; where there are none, it is not asked.
            left = narrowed(held, None, passed, setting)
            if condition is None or left is None:
                break
            self.scope, self.facts = left, (*facts, *facts_of_case(None, passed, setting))
            self.walk(condition)
            passed.append(condition)
        self.scope, self.facts = held, facts

    def bound(self, binder: Binder, kind: str) -> tuple[str, set[int]]:
        """Return the set of a letter that a reduction of some kind binds, and the positions that it takes."""
        setting, methodology = self.planner.setting, self.planner.methodology
        match binder.within:
            case All(set=set_id):
                self.check_listed(set_id)
                return set_id, set(range(len(setting.members[set_id])))
            case GroupOf(letter=letter, set=of):
                set_id, places = self.scope[letter]
                self.check_whole(set_id, of)
                parts = parts_of(methodology, setting, set_id, of)
                return of, {member for place in places for member in parts[place]}
            case Window() as window:
                self.check_listed(window.set)
                return window.set, self.in_window(binder, window, kind)
        raise TypeError(f"not resolved: {binder!r}")

    def in_window(self, binder: Binder, window: Window, kind: str) -> set[int]:
        """Return the members through which a window goes; report one that leaves its axis, and a greatest of none."""
        setting = self.planner.setting
        size, found = len(setting.members[window.set]), set[int]()
        for at in combinations(window.letters, self.scope):
            span = window_span(window, setting, at)
            found.update(span.inside)
            # A window that is cut at the ends of a set cannot leave the axis; one that is not cut says that its members are there.
            side = "" if window.within else span.leaves(size)
            # A sum of nothing is zero and a product one; a greatest or a mean of nothing is no number.
            of_none = not side and not span.inside and kind in _OF_SOME
            if not (side or of_none) or not can_meet(at, self.scope, self.facts):
                continue
            if side:
                self.outside(window, side, f"{binder.letter} in {window_text(window)}", window.span)
            else:
                self.empty(window, kind, f"over {binder.letter} in {window_text(window)}", binder.span)
        return found

    def check_listed(self, set_id: str) -> None:
        """A sum over members of which the project says nothing would be a silent zero, and a matrix over them one without elements."""
        self.planner.check_listed(set_id, f"{self.equation.full_label} goes through them")

    def read(self, quantity: str, indices: tuple[object, ...], whole: int) -> None:
        if self.equation.solver and quantity == self.equation.quantity:
            return
        planner = self.planner
        axes = planner.methodology.quantity[quantity].indices
        # Rows and columns come first on the axes of a quantity, and a node that names the whole matrix gives no index for them.
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
            # What lies beyond is no cell. It is a fault (a lag before the first year, G404) only where a letter can stand there at
            # all, with what windows and cases around say of it.
            inside = {place for place in found if 0 <= place + index.offset < len(members)}
            beyond = [place for place in sorted(found - inside) if self.meets(index.letter, members[place])]
            if beyond:
                side = "first" if beyond[0] + index.offset < 0 else "last"
                self.outside(index, side, f"{quantity}[{index.letter}{index.offset:+d}]", index.span, (axis, quantity))
            found = {place + index.offset for place in inside}
        return found

    def meets(self, letter: str, member: str) -> bool:
        """Whether a letter can stand for a member beside what the letters around it stand for."""
        set_id = self.scope[letter][0]
        return can_meet({letter: (set_id, self.planner.setting.members[set_id].index(member))}, self.scope, self.facts)

    def group_places(self, index: IndexGroup, axis: str) -> set[int]:
        """Return the groups of the members that a letter takes; each member must be in one."""
        planner = self.planner
        setting = planner.setting
        set_id, positions = self.scope[index.letter]
        if set_id in planner.methodology.index_set[axis].shares:
            self.twice(index.span, f"{index.group}({index.letter}) is one {axis}, and a {set_id} may lie in two",
                       f"sum over them: Sum(q, ... * shared_days({index.letter}, q) / operating_days({index.letter}))")  # fmt: skip
            return set()
        self.check_whole(axis, set_id)
        groups = group_of_each(planner.methodology, setting, axis, set_id)
        outside = [setting.members[set_id][place] for place in sorted(positions) if groups[place] is None]
        if outside:
            planner.errors[self.equation.id, "I507"] = InputError(
                "I507", f"{', '.join(outside)} belongs to no {axis}", self.equation.place,
                why=f"{self.equation.full_label} takes the value of the {axis} that each belongs to",
                remedy=f"list it under `members: {axis}:`, or supply {self.equation.quantity} itself", subject=axis,
            )  # fmt: skip
        return {group for place in positions if (group := groups[place]) is not None}

    def check_shared(self, binder: Binder, body: Node, kind: str) -> None:
        """Report a reduction over members of which others have a part too, where nothing says how much of one counts."""
        if not isinstance(binder.within, GroupOf):
            return
        own, group, of = binder.letter, binder.within.letter, binder.within.set
        holder, sets = self.scope[group][0], self.planner.methodology.index_set
        turned = holder in sets[of].shares  # the periods that have a part of a year
        if not (turned or of in sets[holder].shares):
            return
        if weighs(body, own, group):
            self.check_weighing(binder, body, kind, of)
            return
        weight = sets[of].weight_of(holder) if turned else sets[holder].weight_of(of)
        if weight is not None and part_of(weight, *((group, own) if turned else (own, group))) in walk(body):
            return
        said = f"it may lie in two of {holder}" if turned else f"two of {holder} may share it"
        remedy = (f"say which part counts: ... * shared_days({own}, {group}) / operating_days({own})" if kind == "Sum"
                  else f"define a quantity with the indices {of} and {holder}, and name it with both")  # fmt: skip
        self.twice(binder.span, f"{kind}({own} in {group}, ...) counts a {of} as a whole, and {said}", remedy)

    def check_weighing(self, binder: Binder, body: Node, kind: str, of: str) -> None:
        """Report a rate with both indices, such as a price, where nothing else says how much of what it is multiplied with counts."""
        own, group = binder.letter, getattr(binder.within, "letter", "")
        quantity = self.planner.methodology.quantity
        read = [node for node in walk(body) if isinstance(node, Element | MatrixRef)]
        both = [quantity[node.quantity] for node in read if {own, group} <= _letters(node)]
        wholes = [node for node in read if own in _letters(node) and group not in _letters(node)]
        rates = [one for one in both if any(power < 0 for _, power in (one.acts_as or one.unit).powers)]
        if kind == "Sum" and wholes and rates and len(rates) == len(both) and not _names_shared_days(body, own, group):
            self.twice(binder.span, f"Sum({own} in {group}, ...) counts a {of} as a whole: {rates[0].id} is in {rates[0].unit}, and no part of it",
                       f"say which part counts: ... * shared_days({own}, {group}) / operating_days({own})")  # fmt: skip

    def twice(self, span: Span, what: str, remedy: str) -> None:
        source = self.equation.formula_source
        self.planner.errors[self.equation.id, "G409"] = GraphError(
            "G409", f"{self.equation.full_label}: {what}", source.place(span) if source else self.equation.place,
            why="what belongs to two would be counted in both", remedy=remedy, subject=self.equation.quantity,
        )  # fmt: skip

    def check_whole(self, group: str, of: str) -> None:
        """Report members of one set in time that lie in another one only in part, where the spec does not say how they are shared."""
        planner = self.planner
        own, setting = planner.methodology.index_set[group], planner.setting
        if own.groups == of or of in own.shares or not lies_in_time(of, planner.methodology.index_set):
            return  # groups of a project are checked where they are read
        if group in planner.methodology.index_set[of].shares:
            return  # told by check_shared, unless it says how much counts
        groups, members = (days_of(planner.methodology, setting, set_id) for set_id in (group, of))
        places = torn(groups, members, operation(setting))
        if places:
            planner.errors[self.equation.id, "I507"] = torn_error(planner.methodology, setting, group, of, places, self.equation)

    def outside(self, what: IndexLetter | Window, side: str, shown: str, span: Span, read: tuple[str, str] = ("", "")) -> None:
        """Report what lies before the first or behind the last member of an axis; ``read`` names the axis and the quantity of a lag."""
        methodology, equation = self.planner.methodology, self.equation
        end = what if isinstance(what, IndexLetter) else what.first if side == "first" else what.last
        index_set = methodology.index_set[what.set if isinstance(what, Window) else read[0]]
        source = equation.formula_source
        self.planner.errors[equation.id, "G404"] = GraphError(
            "G404", f"{equation.full_label} reaches {'before' if side == 'first' else 'after'} the {side} {word_for(index_set)}: {shown}",
            source.place(span) if source else equation.place, why=runs_over(index_set),
            remedy=guard(end, side, self.scope, methodology) + (
                f", or cut the window there: {window_text(what)} within {what.set}" if isinstance(what, Window) else ""),
            subject=read[1] or equation.quantity,
        )  # fmt: skip

    def empty(self, window: Window, kind: str, shown: str, span: Span) -> None:
        """Report a greatest, smallest or mean of no members."""
        methodology, equation = self.planner.methodology, self.equation
        source = equation.formula_source
        ends_early = isinstance(window.last, IndexLetter) and not (isinstance(window.first, IndexLetter) and window.first.offset > 0)
        end, side = (window.last, "first") if ends_early else (window.first, "last")
        self.planner.errors[equation.id, "G410"] = GraphError(
            "G410", f"{equation.full_label} takes the {kind} {shown}, which can have no members", source.place(span) if source else equation.place,
            why=_OF_SOME[kind], remedy=guard(end, side, self.scope, methodology),
            subject=equation.quantity,
        )  # fmt: skip


def _letters(node: Element | MatrixRef) -> set[str]:
    return {index.letter for index in node.indices if isinstance(index, IndexLetter)}


def _names_shared_days(body: Node, own: str, group: str) -> bool:
    calls = (node for node in walk(body) if isinstance(node, Call) and node.name == "shared_days")
    return any({own, group} <= {getattr(part, "letter", "") for part in node.arguments} for node in calls)
