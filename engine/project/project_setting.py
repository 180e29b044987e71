"""From a methodology and a project as reported to the setting of its run: choices, readings, members, years, groups, relations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from itertools import pairwise

from engine.plan.calendar_labels import PATTERNS, calendar_span, number_of
from engine.plan.setting import MOST_DAYS, MOST_YEARS, Setting, calendar_axis, listed_pairs
from engine.plan.time_axes import days_of, operation, overlapping
from engine.project.dated_members import Dates, check_dates, dated_members
from engine.project.period_borders import check_borders
from engine.project.project_file import ProjectData
from equations.errors import FaultList, InputError, MethodologyError, Place, listed, near, near_or_all, raise_all
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, Sequence, YamlNode
from equations.model.index_set import CALENDAR, PERIOD_SET, IndexSet, Relation, axis_names
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings
from equations.records import record

#: Members of the calendar of which not every one is named in a message.
_MANY = 24


def prepare(
    methodology: Methodology,
    project: ProjectData,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
) -> Setting:
    """Return the setting of a project's run.

    Parameters
    ----------
    choices, readings
        What the command line says; it stands before the project file.

    Raises
    ------
    MethodologyError
        I508 for choices, readings and datasets; I502 and I506 for members; all together.
    """
    maker = _Maker(methodology, project)
    setting = maker.setting(choices or {}, readings or {})
    raise_all(maker.errors)
    return setting


@record(frozen=False)
class _Maker:
    methodology: Methodology
    project: ProjectData
    errors: list[MethodologyError] = field(default_factory=FaultList)
    #: Group set -> group -> years behind the last one of the project.
    beyond: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def setting(self, choices: Mapping[str, str], readings: Mapping[str, str]) -> Setting:
        project, methodology = self.project, self.methodology
        members: dict[str, tuple[str, ...]] = {}
        groups: dict[str, tuple[tuple[int, ...], ...]] = {}
        dates: dict[str, tuple[tuple[str, str], ...]] = {}
        #: What is known so far, for the days of members.
        known_setting = Setting(
            choices={}, readings={}, members=members, groups=groups, relations={}, start=project.start.isoformat(),
            end=project.end.isoformat(), dates=dates,
        )  # fmt: skip
        for id_ in project.members:
            if id_ not in methodology.index_set:
                self.fault("I502", f"there is no index set {id_!r}", project.members[id_].place,
                           remedy=near_or_all(id_, methodology.index_set, "there are"))  # fmt: skip
        for index_set in methodology.index_sets:
            if index_set.kind in CALENDAR:
                members[index_set.id] = self.calendar_axis(index_set)
            elif index_set.id == PERIOD_SET and index_set.kind == "group":
                members[PERIOD_SET] = tuple(period.id for period in project.periods)
                dates[PERIOD_SET] = tuple((period.start.isoformat(), period.end.isoformat()) for period in project.periods)
                periods, gathered = (days_of(methodology, known_setting, id_) for id_ in (PERIOD_SET, index_set.groups))
                groups[PERIOD_SET] = overlapping(periods, gathered, operation(known_setting))
            elif index_set.kind == "group":
                members[index_set.id], groups[index_set.id] = self.group(index_set, members[index_set.groups])
            elif index_set.dated:
                members[index_set.id], dates[index_set.id] = self.dated(index_set)
            else:
                members[index_set.id] = self.members(index_set, members)
        check_borders(self.composed(readings), project, known_setting, self.fault)
        check_dates(methodology, project, known_setting, self.fault)
        # Told once each, though the project may name one twice.
        known = {scalar.text for scalar in project.datasets} - set(methodology.dataset)
        for scalar in project.datasets:
            if scalar.text in known:
                self.fault("I508", f"the methodology has no dataset {scalar.text!r}", scalar.place,
                           remedy=near_or_all(scalar.text, methodology.dataset, "its datasets are"))  # fmt: skip
        for id_, quantities in project.only.items():
            self.part_of_dataset(id_, quantities)
        return Setting(
            choices=self.choices(choices), readings=self.readings(readings), members=members, groups=groups,
            relations=self.relations(members), start=project.start.isoformat(), end=project.end.isoformat(),
            unlisted=self.unlisted(), beyond={id_: {name: tuple(years) for name, years in own.items()} for id_, own in self.beyond.items()},
            dates=dates,
        )  # fmt: skip

    def part_of_dataset(self, id_: str, quantities: tuple[Scalar, ...]) -> None:
        """Report quantities for which a project takes a dataset that has no numbers of them."""
        dataset = self.methodology.dataset.get(id_)
        held = list(dict.fromkeys(block.quantity for block in dataset.values)) if dataset is not None else []
        for scalar in quantities if dataset is not None else ():
            if scalar.text not in held:
                self.fault("I502", f"the dataset {id_} has no values of {scalar.text!r}", scalar.place,
                           remedy=near_or_all(scalar.text, held, "it has those of"))  # fmt: skip

    def unlisted(self) -> frozenset[str]:
        """Return the sets that only the project can list and that it does not mention."""
        return frozenset(
            index_set.id
            for index_set in self.methodology.index_sets
            if index_set.project == "must-list"
            and index_set.id != PERIOD_SET
            and not index_set.members
            and index_set.id not in self.project.members
        )

    # -- switches

    def choices(self, asked: Mapping[str, str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for id_ in asked:
            if id_ not in self.methodology.choice:
                self.fault(
                    "I508", f"there is no choice {id_!r}", None, remedy=near_or_all(id_, self.methodology.choice, "there are")
                )
        for id_, scalar in self.project.choices.items():
            if id_ not in self.methodology.choice:
                self.fault("I508", f"there is no choice {id_!r}", scalar.place,
                           remedy=near_or_all(id_, self.methodology.choice, "there are"))  # fmt: skip
        for choice in self.methodology.choices:
            # What is asked for on the command line stands over what the file says, which is then not judged.
            made = self.project.choices.get(choice.id) if choice.id not in asked else None
            value = asked.get(choice.id) or (made.text if made is not None else choice.default)
            values = [v.id for v in choice.values]
            if not value:
                self.fault("I508", f"the choice {choice.id!r} is not made", Place(self.project.path.name), why=choice.meaning,
                           remedy=f"write {choice.id}: {' or '.join(values)} under `choices:`")  # fmt: skip
            elif value not in values:
                self.fault("I508", f"the choice {choice.id!r} has no value {value!r}", made.place if made else None,
                           why=f"its values are {', '.join(values)}", remedy=near(value, values) or "take one of them")  # fmt: skip
            found[choice.id] = value
        return found

    def readings(self, asked: Mapping[str, str]) -> dict[str, str]:
        found = {ruling.id: ruling.default for ruling in self.methodology.rulings}
        given: list[tuple[str, str, Place | None]] = [
            (id_, scalar.text, scalar.place) for id_, scalar in self.project.readings.items()
        ]
        given += [(id_, value, None) for id_, value in asked.items()]
        for id_, value, place in given:
            ruling = self.methodology.ruling.get(id_)
            if ruling is None:
                self.fault("I508", f"there is no ruling {id_!r}", place,
                           remedy=near_or_all(id_, self.methodology.ruling, "there are"))  # fmt: skip
                continue
            known = [reading.id for reading in ruling.readings]
            if value not in known:
                self.fault("I508", f"the ruling {id_!r} has no reading {value!r}", place,
                           why=f"its readings are {', '.join(known)}", remedy=near(value, known) or "take one of them")  # fmt: skip
            found[id_] = value
        return found

    def composed(self, asked: Mapping[str, str]) -> Methodology:
        """Return the methodology under the readings that are taken, as far as there are such readings."""
        taken = {id_: scalar.text for id_, scalar in self.project.readings.items()} | dict(asked)
        known = {ruling.id: {reading.id for reading in ruling.readings} for ruling in self.methodology.rulings}
        return with_readings(self.methodology, {id_: reading for id_, reading in taken.items() if reading in known.get(id_, ())})

    # -- members

    def members(self, index_set: IndexSet, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        node = self.project.members.get(index_set.id)
        if node is None:
            if index_set.subset_of and index_set.subset_of in known:
                return tuple(m for m in index_set.members if m in known[index_set.subset_of])
            return index_set.members
        if index_set.project == "fixed":
            self.fault("I502", f"the members of {index_set.id} are fixed by the methodology", node.place,
                       why=f"they are {', '.join(index_set.members)}", remedy="remove the list")  # fmt: skip
            return index_set.members
        own = self.labels(node, index_set.id)
        for member in own if index_set.subset_of else ():
            if member not in known[index_set.subset_of]:
                self.fault("I502", f"{index_set.subset_of} has no member {member!r}", node.place,
                           why=f"{index_set.id} is a part of it", remedy=near_or_all(member, known[index_set.subset_of]))  # fmt: skip
        if index_set.subset_of and index_set.ordered:
            # A part of an ordered set has the order of the whole, however it is listed.
            own = [member for member in known[index_set.subset_of] if member in own]
        return tuple(own)

    def calendar_axis(self, index_set: IndexSet) -> tuple[str, ...]:
        if index_set.id in self.project.members:
            self.fault("I502", f"the members of {index_set.id} follow from the days of operation", self.project.members[index_set.id].place,
                       remedy="remove the list")  # fmt: skip
        members = calendar_axis(index_set, self.project.start.isoformat(), self.project.end.isoformat())
        if len(members) > MOST_DAYS:
            self.fault("I507", f"{index_set.id} has {len(members):,} members", None, why=f"up to {MOST_DAYS:,} days are read one by one",
                       remedy="let the methodology go by months, or split the project")  # fmt: skip
        return members

    def dated(self, index_set: IndexSet) -> tuple[tuple[str, ...], Dates]:
        """Return the members of a dated set and their dates: those of the project, or of the spec."""
        node = self.project.members.get(index_set.id)
        if node is None:
            return index_set.members, tuple((day, day) for day in index_set.dates)
        if index_set.project == "fixed":
            self.fault("I502", f"the members of {index_set.id} are fixed by the methodology", node.place,
                       why=f"they are {', '.join(index_set.members)}", remedy="remove the list")  # fmt: skip
        return dated_members(node, index_set, self.fault)

    def labels(self, node: YamlNode, owner: str) -> list[str]:
        if isinstance(node, YamlMapping):
            scalars = [key for key, _ in node]
        elif isinstance(node, Sequence):
            scalars = [item for item in node.items if isinstance(item, Scalar) and not item.is_empty]
        else:
            scalars = []
        if not isinstance(node, YamlMapping | Sequence) or (isinstance(node, Sequence) and len(scalars) < len(node.items)):
            self.fault("I506", f"the members of {owner} must be a list of names", node.place, remedy=f"write {owner}: [a, b]")
        found: list[str] = []
        for scalar in scalars:
            if scalar.text in found:
                self.fault(
                    "I506", f"the member {scalar.text!r} of {owner} stands twice", scalar.place, remedy="remove one of the two"
                )
            elif scalar.text:
                found.append(scalar.text)
        return found

    def group(
        self, index_set: IndexSet, base: tuple[str, ...]
    ) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
        """Return a group's members and the positions of what each gathers."""
        at = {member: place for place, member in enumerate(base)}
        node = self.project.members.get(index_set.id)
        if node is None:
            parts = tuple(tuple(at[m] for m in part if m in at) for part in index_set.parts)
            return (index_set.members, parts) if parts else ((), ())
        if index_set.project == "fixed" and index_set.parts:
            self.fault("I502", f"the groups of {index_set.id} are fixed by the methodology", node.place, remedy="remove the list")
        if not isinstance(node, YamlMapping):
            self.fault("I506", f"{index_set.id} names groups of {index_set.groups}", node.place,
                       remedy="write name: [a, b]; for years also name: {from: 2018, to: 2020}")  # fmt: skip
            return (), ()
        names, spans = [], []
        taken: dict[int, str] = {}
        for key, value in node:
            span = self.span(index_set, key.text, value, base)
            for place in span:
                if place in taken:
                    self.fault("I507", f"{base[place]} is in {taken[place]} and in {key.text}", value.place,
                               why=f"the groups of {index_set.id} may not overlap", remedy="leave it to one of the two")  # fmt: skip
                taken[place] = key.text
            # What lies wholly behind the last year of the project takes no part in this run.
            if span or not self.beyond.get(index_set.id, {}).get(key.text):
                names.append(key.text)
                spans.append(span)
        turn = self.in_turn(index_set, names, spans, node.place) if index_set.ordered else range(len(names))
        return tuple(names[at] for at in turn), tuple(spans[at] for at in turn)

    def in_turn(self, index_set: IndexSet, names: list[str], spans: list[tuple[int, ...]], place: Place) -> list[int]:
        """Return the order of groups, that of what they gather; where that has none, as listed."""
        turn = list(range(len(names)))
        if not self.methodology.index_set[index_set.groups].ordered:
            return turn
        turn.sort(key=lambda at: min(spans[at], default=-1))
        for one, other in pairwise(turn):
            if spans[one] and spans[other] and max(spans[one]) > min(spans[other]):
                self.fault("I507", f"{names[one]} and {names[other]} of {index_set.id} lie between each other", place,
                           why=f"{index_set.id} is ordered, by the order of {index_set.groups}",
                           remedy="let each end before the next one begins")  # fmt: skip
        return turn

    def span(self, index_set: IndexSet, name: str, node: YamlNode, base: tuple[str, ...]) -> tuple[int, ...]:
        """Return the positions of what one group gathers; years behind the last one of the project are noted, and left out."""
        wanted: list[str] = []
        kind = self.methodology.index_set[index_set.groups].kind
        is_calendar = kind in CALENDAR
        if is_calendar and isinstance(node, YamlMapping):
            ends = [node.get("from"), node.get("to")]
            texts = [end.text if isinstance(end, Scalar) else "" for end in ends]
            if all(PATTERNS[kind].match(text) for text in texts):
                wanted = calendar_span(kind, texts[0], texts[1])
        else:
            wanted = self.labels(node, name)
        found, at = [], {member: place for place, member in enumerate(base)}
        places = {item.text: item.place for item in getattr(node, "items", ()) if isinstance(item, Scalar)}
        for member in wanted:
            if member in at:
                found.append(at[member])
            elif is_calendar and _is_behind(kind, member, base):
                self.beyond.setdefault(index_set.id, {}).setdefault(name, []).append(member)
            else:
                what = f"a {kind.replace('_', ' ')} of the project" if is_calendar else "one of its members"
                self.fault("I507" if is_calendar else "I502", f"{member} is not {what}", places.get(member, node.place),
                           why=f"they are {listed(base, 12) if is_calendar and len(base) > _MANY else listed(base)}",
                           remedy="remove it, or correct the days of operation" if is_calendar else near_or_all(member, base))  # fmt: skip
        if not wanted:
            self.fault("I507", f"{name} gathers nothing", node.place, remedy="write [a, b]; for years also {from: 2018, to: 2020}")
        return tuple(found)

    def relations(self, members: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[tuple[str, ...]] | None]:
        found: dict[str, frozenset[tuple[str, ...]] | None] = {}
        for id_, node in self.project.relations.items():
            if id_ not in self.methodology.relation:
                self.fault("I502", f"there is no relation {id_!r}", node.place,
                           remedy=near_or_all(id_, self.methodology.relation, "there are"))  # fmt: skip
        for relation in self.methodology.relations:
            pairs = self.project.relations.get(relation.id)
            if pairs is not None and relation.pairs is not None:
                self.fault("I502", f"the combinations of {relation.id} are fixed by the methodology", pairs.place,
                           why="its spec lists them under `pairs:`", remedy="remove the list")  # fmt: skip
            elif pairs is not None:
                found[relation.id] = frozenset(self.in_order(relation, pairs, members))
                continue
            found[relation.id] = listed_pairs(relation, members)
        return found

    def in_order(self, relation: Relation, node: YamlNode, members: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Return combinations in the order of the relation; the columns of a CSV file may stand in any."""
        axes, columns = axis_names(relation.over), self.project.columns.get(relation.id)
        if columns is None or columns.stated or columns.names == axes:
            if columns is not None and len(columns.names) != len(axes):
                self.fault("I506", f"{len(columns.names)} columns for the {len(axes)} indices of {relation.id}", columns.place,
                           why=f"it runs over {', '.join(relation.over)}", remedy="name one column for each under `columns:`")  # fmt: skip
                return []
            return self.combinations(node, relation.over, members)
        if sorted(columns.names) != sorted(axes):
            self.fault("I506", f"the columns {', '.join(columns.names)} are not those of {relation.id}", columns.place,
                       why=f"a combination has one column for each of {', '.join(axes)}",
                       remedy=f"head them so, or say which they are by columns: [...] in the order {', '.join(axes)}")  # fmt: skip
            return []
        at = [columns.names.index(axis) for axis in axes]
        over = tuple(relation.over[axes.index(name)] for name in columns.names)
        return [tuple(labels[position] for position in at) for labels in self.combinations(node, over, members)]

    def combinations(self, node: YamlNode, over: tuple[str, ...], members: Mapping[str, tuple[str, ...]]) -> list[tuple[str, ...]]:
        pairs: list[tuple[str, ...]] = []
        # A stack of its own: how deep a file nests is not known before it is read.
        stack: list[tuple[tuple[str, ...], YamlNode]] = [((), node)]
        while stack:
            labels, part = stack.pop()
            depth = len(labels)
            if isinstance(part, YamlMapping):
                entries: list[tuple[Scalar, YamlNode | None]] = list(part)
            elif isinstance(part, Sequence):
                entries = [(item, None) for item in part.items if isinstance(item, Scalar)]
                for item in part.items:
                    if not isinstance(item, Scalar):
                        self.fault("I506", f"a combination of {', '.join(over)} is a list in a list", item.place,
                                   why="it would be passed over, and the combination would not exist",
                                   remedy=f"nest the labels in the order {', '.join(over)}, as in {{a: [b, c]}}")  # fmt: skip
            else:
                entries = [(part, None)]
            for key, value in entries:
                if depth < len(over) and key.text not in members[over[depth]]:
                    self.fault("I502", f"{over[depth]} has no member {key.text!r}", key.place,
                               remedy=near_or_all(key.text, members[over[depth]]))  # fmt: skip
                elif value is not None:
                    stack.append(((*labels, key.text), value))
                elif depth + 1 == len(over):
                    pairs.append((*labels, key.text))
                else:
                    self.fault("I506", f"a combination has {len(over)} labels: {', '.join(over)}", key.place,
                               remedy=f"nest the labels in the order {', '.join(over)}")  # fmt: skip
        return pairs


def _is_behind(kind: str, member: str, base: tuple[str, ...]) -> bool:
    """Whether a year, or another member of the calendar, lies behind the last one of a project, and not by centuries."""
    if not PATTERNS[kind].match(member):
        return False
    behind, most = number_of(kind, member) - number_of(kind, base[-1]), MOST_YEARS * {"month": 12, "day": 366}.get(kind, 1)
    return behind > 0 and number_of(kind, member) - number_of(kind, base[0]) < most
