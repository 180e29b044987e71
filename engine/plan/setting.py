"""Setting: everything about a run that is not a number: choices, readings, members, years, groups, relations.

Conditions of equations (``when``) are decided here, since they may depend on nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping

from equations.formula.conditions import decided
from equations.formula.syntax import Compare, IndexLabel, Letter, Logic, Member, Node, Not, Switch, Word
from equations.model.index_set import Relation
from equations.model.methodology import Methodology
from equations.records import record

#: Longer than any crediting lifetime: a start in the year 201 is a typing error.
MOST_YEARS = 200


#: The group set whose members are the monitoring periods.
PERIOD_SET = "period"


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

    def key(self) -> str:
        """Return a text that is the same for equal settings."""
        relations = {k: sorted(v) if v is not None else None for k, v in self.relations.items()}
        return repr((sorted(self.choices.items()), sorted(self.readings.items()), sorted(self.members.items()),
                     sorted(self.groups.items()), sorted(relations.items(), key=lambda x: x[0]), self.start, self.end,
                     sorted(self.unlisted)))  # fmt: skip

    def monitored_years(self) -> tuple[int, ...] | None:
        """Return the positions of the years of all monitoring periods, or ``None`` where a methodology knows no periods."""
        groups = self.groups.get(PERIOD_SET)
        return None if groups is None else tuple(sorted({year for group in groups for year in group}))

    def label(self, index: IndexLabel, axis: str) -> str:
        """Return the member of an axis that a label, ``start`` or ``end`` names; an axis may lack it."""
        if not index.mark:
            return index.label
        return self.members[axis][0 if index.label == "start" else -1]

    def labels(self, axes: tuple[str, ...], cell: tuple[int, ...]) -> tuple[str, ...]:
        """Return the member on each axis of a cell."""
        return tuple(self.members[axis][at] for axis, at in zip(axes, cell, strict=True))

    def positions(self, part: str, whole: str) -> tuple[int, ...]:
        """Return where the members of one set stand in another that contains them."""
        if part == whole:
            return tuple(range(len(self.members[whole])))
        at = {member: position for position, member in enumerate(self.members[whole])}
        return tuple(at[member] for member in self.members[part] if member in at)


def listed_pairs(relation: Relation, members: Mapping[str, tuple[str, ...]]) -> frozenset[tuple[str, ...]] | None:
    """Return the combinations that the spec lists, of those members that there are; ``None`` where it lists none."""
    if relation.pairs is None:
        return None
    held = [set(members[set_id]) for set_id in relation.over]
    return frozenset(pair for pair in relation.pairs if all(label in own for label, own in zip(pair, held, strict=True)))


def holds(node: Node, setting: Setting, labels: Mapping[str, str], year_set: str) -> bool:
    """Decide a condition.

    Parameters
    ----------
    node
        A resolved condition without quantities.
    labels
        Letter -> the member it stands for now.
    year_set
        Id of the year axis, whose first and last member are ``start`` and ``end``.
    """
    match node:
        case Logic(op=op, parts=parts):
            decide = all if op == "and" else any
            return decide(holds(part, setting, labels, year_set) for part in parts)
        case Not(operand=operand):
            return not holds(operand, setting, labels, year_set)
        case Member(letter=letter, set=set_id, negated=negated):
            return (labels[letter] in setting.members[set_id]) is not negated
        case Compare(op=op, left=Switch(id=id_), right=Word(text=text)):
            return (setting.choices.get(id_) == text) is (op == "==")
        case Compare(op=op, left=Letter() as left, right=right):
            return _compare_letter(op, left, right, setting, labels, year_set)
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
            return {x.letter for x in (left, right) if isinstance(x, Letter)} - {"start", "end"}
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


def may_hold(node: Node, setting: Setting) -> bool:
    """Whether a static condition can hold for some member, given the choices and readings."""
    return decided(node, lambda part: None if letters_of(part) else holds(part, setting, {}, "")) is not False


def _compare_letter(
    op: str, left: Letter, right: Node, setting: Setting, labels: Mapping[str, str], year_set: str
) -> bool:
    if isinstance(right, Letter) or (isinstance(right, Word) and year_set and labels[left.letter] in setting.members[year_set]):
        a, b = _year(left, setting, labels, year_set), _year(right, setting, labels, year_set)
        if a is not None and b is not None:
            return bool(COMPARE[op](a, b))
    a_text = labels[left.letter]
    b_text = labels[right.letter] if isinstance(right, Letter) else right.text if isinstance(right, Word) else ""
    return (a_text == b_text) is (op == "==")


def _year(node: Node, setting: Setting, labels: Mapping[str, str], year_set: str) -> int | None:
    if isinstance(node, Word):
        return int(node.text) if node.text.isdecimal() else None
    if not isinstance(node, Letter) or not year_set:
        return None
    years = setting.members[year_set]
    text = years[0] if node.letter == "start" else years[-1] if node.letter == "end" else labels[node.letter]
    return int(text) + node.offset if text.isdecimal() else None


COMPARE = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip


def default_switches(methodology: Methodology) -> tuple[dict[str, str], dict[str, str]]:
    """Return the defaults of choices (those that have one) and of readings."""
    choices = {choice.id: choice.default for choice in methodology.choices if choice.default}
    return choices, {ruling.id: ruling.default for ruling in methodology.rulings}
