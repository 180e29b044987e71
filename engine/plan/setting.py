"""Setting: everything about a run that is not a number: choices, readings, members, years, groups, relations.

Conditions of equations (``when``) are decided here, since they may depend on nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from functools import cached_property

from engine.plan.calendar_labels import calendar_members, steps_between
from equations.formula.conditions import decided
from equations.formula.syntax import MARKS, Compare, IndexLabel, Letter, Logic, Member, Node, Not, Switch, Word
from equations.model.equation import Equation
from equations.model.index_set import IndexSet, Relation
from equations.model.methodology import Methodology
from equations.records import record

#: Longer than any crediting lifetime: a start in the year 201 is a typing error.
MOST_YEARS = 200
#: Days that are read one by one on an axis of days: ten years.
MOST_DAYS = 3660


@record(frozen=True)
class Setting:
    """The shape of a run.

    Attributes
    ----------
    choices, readings
        Id -> value, complete.
    members
        Index set -> its members, in order; years as texts.
    groups
        Group set -> for each member the positions of its years on the year axis.
    relations
        Relation -> the combinations that exist, or ``None`` for all.
    start, end
        First and last day of operation, ISO.
    dates
        Set in time that does not follow from the calendar -> first and last day of each member, ISO: monitoring periods.
    """

    choices: Mapping[str, str]
    readings: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[tuple[int, ...], ...]]
    relations: Mapping[str, frozenset[tuple[str, ...]] | None]
    start: str = ""
    end: str = ""
    #: Sets whose members only the project can list, and of which it says nothing; an empty list is something said.
    unlisted: frozenset[str] = frozenset()
    #: Group set -> group -> its years behind the last one of the project, which take no part.
    beyond: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    dates: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @cached_property
    def places(self) -> Mapping[str, Mapping[str, int]]:
        """Index set -> member -> where it stands: looked up, for a search through the members takes as long as they are many."""
        return {axis: {label: at for at, label in reversed(list(enumerate(own)))} for axis, own in self.members.items()}

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "places"}

    def key(self) -> str:
        """Return a text that is the same for equal settings."""
        relations = {k: sorted(v) if v is not None else None for k, v in self.relations.items()}
        return repr((sorted(self.choices.items()), sorted(self.readings.items()), sorted(self.members.items()),
                     sorted(self.groups.items()), sorted(relations.items(), key=lambda x: x[0]), self.start, self.end,
                     sorted(self.unlisted), {k: dict(v) for k, v in sorted(self.beyond.items())}, sorted(self.dates.items())))  # fmt: skip

    def label(self, index: IndexLabel, axis: str) -> str:
        """Return the member of an axis that a label or a mark names; an axis may lack it, and then nothing is named."""
        return self.mark(index.label, axis) if index.mark else index.label

    def mark(self, word: str, axis: str) -> str:
        """Return the member that ``first``, ``last``, ``start`` or ``end`` names; project years start with the operation."""
        members = self.members[axis]
        if word == "start" and self.start[:4] in members:
            return self.start[:4]
        return members[0 if word in ("start", "first") else -1] if members else ""

    def rank(self, axis: str, label: str) -> int | None:
        """Return where a member stands on an ordered axis; those of the calendar, and whole numbers in a row, have a place beyond its ends."""
        members = self.members[axis]
        if label in members:
            return members.index(label)
        if members and steps_between(members[0], members[-1]) == len(members) - 1:
            return steps_between(members[0], label)
        if not members or not all(text.isdecimal() for text in (label, members[0], members[-1])):
            return None
        is_row = int(members[-1]) - int(members[0]) == len(members) - 1
        return int(label) - int(members[0]) if is_row else None

    def labels(self, axes: tuple[str, ...], cell: tuple[int, ...]) -> tuple[str, ...]:
        """Return the member on each axis of a cell."""
        return tuple(self.members[axis][at] for axis, at in zip(axes, cell, strict=True))

    def positions(self, part: str, whole: str) -> tuple[int, ...]:
        """Return where the members of one set stand in another that contains them."""
        if part == whole:
            return tuple(range(len(self.members[whole])))
        at = {member: position for position, member in enumerate(self.members[whole])}
        return tuple(at[member] for member in self.members[part] if member in at)


def calendar_axis(index_set: IndexSet, start: str, end: str) -> tuple[str, ...]:
    """Return the members of an axis of the calendar on which a project is in operation; of years as many before them as the set holds."""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return calendar_members(index_set.kind, first.replace(year=first.year - index_set.history, day=1) if index_set.history else first, last)


def listed_pairs(relation: Relation, members: Mapping[str, tuple[str, ...]]) -> frozenset[tuple[str, ...]] | None:
    """Return the combinations that the spec lists, of those members that there are; ``None`` where it lists none."""
    if relation.pairs is None:
        return None
    held = [set(members[set_id]) for set_id in relation.over]
    return frozenset(pair for pair in relation.pairs if all(label in own for label, own in zip(pair, held, strict=True)))


def holds(node: Node, setting: Setting, labels: Mapping[str, str]) -> bool:
    """Decide a condition.

    Parameters
    ----------
    node
        A resolved condition without quantities.
    labels
        Letter -> the member it stands for now.
    """
    match node:
        case Logic(op=op, parts=parts):
            decide = all if op == "and" else any
            return decide(holds(part, setting, labels) for part in parts)
        case Not(operand=operand):
            return not holds(operand, setting, labels)
        case Member(letter=letter, set=set_id, negated=negated):
            return (labels[letter] in setting.members[set_id]) is not negated
        case Compare(op=op, left=Switch(id=id_), right=Word(text=text)):
            return (setting.choices.get(id_) == text) is (op == "==")
        case Compare(op=op, left=Letter() as left, right=right):
            return _compare_letter(op, left, right, setting, labels)
    raise TypeError(f"not a condition on choices, years and members: {node!r}")


def is_static(node: Node) -> bool:
    """Whether :func:`holds` can decide a condition: it names no quantity."""
    match node:
        case Logic(parts=parts):
            return all(is_static(part) for part in parts)
        case Not(operand=operand):
            return is_static(operand)
        case Member() | Compare(left=Switch()) | Compare(left=Letter()):
            return True
    return False


def letters_of(node: Node) -> set[str]:
    """Return the letters on which a static condition depends."""
    match node:
        case Logic(parts=parts):
            return set().union(*(letters_of(part) for part in parts))
        case Not(operand=operand):
            return letters_of(operand)
        case Member(letter=letter):
            return {letter}
        case Compare(left=left, right=right):
            return {x.letter for x in (left, right) if isinstance(x, Letter)}.difference(MARKS)
    return set()


def choices_of(node: Node) -> set[str]:
    """Return the choices on which a static condition depends."""
    match node:
        case Logic(parts=parts):
            return set().union(*(choices_of(part) for part in parts))
        case Not(operand=operand):
            return choices_of(operand)
        case Compare(left=Switch(id=id_)):
            return {id_}
    return set()


def may_hold(node: Node | None, setting: Setting) -> bool:
    """Whether a static condition can hold for some member, given the choices and readings; what has none (``None``) always holds."""
    return node is None or decided(node, lambda part: None if letters_of(part) else holds(part, setting, {})) is not False


def giving(quantity: str, methodology: Methodology, setting: Setting) -> list[Equation]:
    """Return the equations that can give a quantity under the choices that are taken."""
    return [e for e in methodology.definitions.get(quantity, ()) if may_hold(e.when, setting)]


def _compare_letter(op: str, left: Letter, right: Node, setting: Setting, labels: Mapping[str, str]) -> bool:
    texts = [side.text if isinstance(side, Word) else _text(side, left.set, setting, labels) for side in (left, right)]
    offsets = [side.offset if isinstance(side, Letter) else 0 for side in (left, right)]
    if op in ("==", "!=") and not any(offsets):
        return (texts[0] == texts[1]) is (op == "==")
    # A member beyond the axis has a rank where the axis goes on evenly (years, whole numbers), so that `y < 2030` can be asked of a
    # project that ends before.
    a, b = (setting.rank(left.set, text) for text in texts)
    if a is None or b is None:
        return op == "!="
    return bool(COMPARE[op](a + offsets[0], b + offsets[1]))


def _text(node: Node, axis: str, setting: Setting, labels: Mapping[str, str]) -> str:
    assert isinstance(node, Letter)
    return setting.mark(node.letter, axis) if node.letter in MARKS else labels[node.letter]


COMPARE = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def default_switches(methodology: Methodology) -> tuple[dict[str, str], dict[str, str]]:
    """Return the defaults of choices (those that have one) and of readings."""
    choices = {choice.id: choice.default for choice in methodology.choices if choice.default}
    return choices, {ruling.id: ruling.default for ruling in methodology.rulings}
