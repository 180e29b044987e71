"""Between two methodologies and two projects: what lies between them as single edits, and any mixture of these.

A mixture is made for one purpose, to see what an edit moves. What cannot move a number (texts, ranges, rules) is left out of
it, and what only one side declares is declared in every mixture, since a symbol that no equation uses moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.checks.dimensions import check_equation
from engine.comparison.compare_specs import Side, renamed_quantities
from engine.comparison.sides import dates_of, moved_to, numbers_of, part_said, readings_of, under_names, with_old_names
from engine.project.project_file import ProjectData
from equations.errors import GraphError
from equations.formula.syntax import Element, quantities_in, walk
from equations.model.dataset import Dataset
from equations.model.equation import Equation
from equations.model.methodology import Choice, ChoiceValue, Methodology
from equations.model.quantity import Quantity
from equations.model.ruling import Ruling
from equations.readings.composition import with_readings

#: (kind, name): what an edit changes.
Key = tuple[str, str]
_DECISIVE = ("indices", "unit", "kind", "type", "on", "alternatives", "acts_as")
#: Fields of sets and relations that decide which cells there are.
_SHAPE = ("members", "kind", "subset_of", "groups", "project", "shares", "over")
_PROJECT_PARTS = ("choices", "members", "relations")


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: what it changes, and how it is called; ``quantity`` is what it defines or holds, or empty."""

    key: Key
    label: str
    quantity: str = ""


@dataclass(frozen=True)
class State:
    """A mixture that can be run."""

    methodology: Methodology
    project: ProjectData
    readings: Mapping[str, str]


@dataclass
class Between:
    """Two sides, the edits that lead from the first to the second, and their mixtures.

    Attributes
    ----------
    edits
        In the order of the second spec: sets, quantities, values, readings, equations; then those of the project.
    """

    a: Side
    b: Side
    first: ProjectData
    second: ProjectData
    edits: list[Edit] = field(init=False)

    def __post_init__(self) -> None:
        renamed = self.renamed = renamed_quantities(self.a.methodology, self.b.methodology)
        # Mixtures are made on the names of the first side: a quantity that was renamed is one quantity, and no edit.
        self.left = _with_own(self.a, self.first, self.b.methodology)
        self.right = under_names(_with_own(self.b, self.second, self.a.methodology), renamed)
        self.first = with_old_names(self.first, renamed)
        self.second = moved_to(with_old_names(self.second, renamed), self.first)
        self.readings = tuple(readings_of(side, project) for side, project in ((self.a, self.first), (self.b, self.second)))
        self.groups = self.equation_groups()
        self.edits = [
            *self.declaration_edits(),
            *self.value_edits(),
            *self.reading_edits(),
            *self.equation_edits(),
            *self.project_edits(),
        ]

    def old_name(self, quantity: str) -> str:
        """Return the name that a quantity of the second side has on the first."""
        return self.renamed.get(quantity, quantity)

    # -- what differs

    def declaration_edits(self) -> list[Edit]:
        found = []
        for list_ in ("index_sets", "relations"):
            before, after = _by_id(getattr(self.left, list_)), _by_id(getattr(self.right, list_))
            word = {"index_sets": "set", "relations": "relation"}[list_]
            found += [
                Edit((list_, id_), f"{word} {id_}")
                for id_ in after
                if id_ in before and any(getattr(after[id_], n, None) != getattr(before[id_], n, None) for n in _SHAPE)
            ]
        for quantity in self.right.quantities:
            old = self.left.quantity.get(quantity.id)
            if old is not None and any(getattr(old, name) != getattr(quantity, name) for name in _DECISIVE):
                found.append(Edit(("quantities", quantity.id), f"declaration of {quantity.id}", quantity.id))
        if self.left.result_ids != self.right.result_ids:
            found.append(Edit(("result", ""), f"result {', '.join(self.right.result_ids)}"))
        return found

    def value_edits(self) -> list[Edit]:
        found = []
        before, after = _by_id(self.left.datasets), _by_id(self.right.datasets)
        for id_ in dict.fromkeys((*before, *after)):
            old, new = before.get(id_), after.get(id_)
            # A dataset of which every quantity is one side's alone comes and goes with these; by itself it has no effect.
            if old is None or new is None or old.use != new.use:
                held = {block.quantity for dataset in (old, new) if dataset is not None for block in dataset.values}
                if all((q in self.left.quantity) != (q in self.right.quantity) for q in held):
                    continue
                found.append(Edit(("datasets", id_), f"dataset {id_}" + ("" if old is None or new is None else f" {new.use}")))
            if old is not None and new is not None:
                quantities = dict.fromkeys(b.quantity for b in (*old.values, *new.values))
                found += [
                    Edit(("values", f"{id_} {q}"), f"{q} in {id_}", q)
                    for q in quantities
                    if _blocks(old, q) != _blocks(new, q) and q in self.left.quantity and q in self.right.quantity
                ]
        return found

    def reading_edits(self) -> list[Edit]:
        before, after = self.readings
        return [
            Edit(("reading", id_), f"reading {id_} = {after[id_]}") for id_ in after if id_ in before and before[id_] != after[id_]
        ]

    def equation_groups(self) -> dict[str, tuple[str, ...]]:
        """Return edit name -> equations: one for a changed formula, all of a quantity where its cases change."""
        before, after = self.left.equation, self.right.equation
        both = [q for q in self.right.definitions if q in self.left.quantity] + [
            q for q in self.left.definitions if q in self.right.quantity
        ]
        groups: dict[str, tuple[str, ...]] = {}
        for quantity in dict.fromkeys(both):
            old = {e.id for e in self.left.definitions.get(quantity, ())}
            new = {e.id for e in self.right.definitions.get(quantity, ())}
            differing = [id_ for id_ in (*after, *(i for i in before if i not in after)) if id_ in old | new and self.differs(id_)]
            # Cases of one quantity cannot be exchanged one by one: in between a cell would have two definitions or none.
            if any(id_ not in old or id_ not in new or self.case_differs(id_) for id_ in differing):
                groups[f"all cases of {quantity}"] = tuple(differing)
            else:
                groups |= {id_: (id_,) for id_ in differing}
        return groups

    def differs(self, id_: str) -> bool:
        """Whether an equation that stands on one side at least is another on the other side."""
        old, new = self.left.equation.get(id_), self.right.equation.get(id_)
        if old is None or new is None:
            return old is not new
        return (old.formula, old.defines, old.letters, old.solver) != (
            new.formula,
            new.defines,
            new.letters,
            new.solver,
        ) or self.case_differs(id_)

    def case_differs(self, id_: str) -> bool:
        """Whether an equation holds in another case."""
        return self.left.equation[id_].when != self.right.equation[id_].when

    def equation_edits(self) -> list[Edit]:
        order = {id_: at for at, id_ in enumerate((*self.right.equation, *self.left.equation))}
        found = []
        for name, ids in sorted(self.groups.items(), key=lambda item: min(order[id_] for id_ in item[1])):
            numbers = dict.fromkeys(
                e.label for id_ in ids if (e := self.right.equation.get(id_) or self.left.equation.get(id_)) and e.number
            )
            first = self.right.equation.get(ids[0]) or self.left.equation[ids[0]]
            label = f"{', '.join(numbers)} ({name})" if numbers else name
            found.append(Edit(("equations", name), label, first.quantity))
        return found

    def project_edits(self) -> list[Edit]:
        one, two = self.first, self.second
        if one is two:
            return []
        found = [Edit(("dates", ""), "dates and periods")] if dates_of(one) != dates_of(two) else []
        for part in _PROJECT_PARTS:
            before, after = getattr(one, part), getattr(two, part)
            for id_ in dict.fromkeys((*before, *after)):
                if part_said(before.get(id_)) != part_said(after.get(id_)):
                    found.append(
                        Edit((part, id_) if part != "relations" else ("project relations", id_), f"{part.rstrip('s')} {id_}")
                    )
        if [s.text for s in one.datasets] != [s.text for s in two.datasets]:
            found.append(Edit(("project datasets", ""), "datasets"))
        for id_ in dict.fromkeys((*one.values, *two.values)):
            if [numbers_of(b) for b in one.values.get(id_, ())] != [numbers_of(b) for b in two.values.get(id_, ())]:
                found.append(Edit(("project values", id_), f"{id_} of the project", id_))
        return found

    # -- mixtures

    def state(self, chosen: Iterable[Key]) -> State:
        """Return the first side with the chosen edits made.

        Raises
        ------
        MethodologyError
            Where the mixture does not hold together in units.
        """
        keys = set(chosen)
        base = replace(
            self.left,
            substances=_union(self.left.substances, self.right.substances),
            units=_union(self.left.units, self.right.units),
            constants=_union(self.left.constants, self.right.constants, "written"),
            equivalences=_union(self.left.equivalences, self.right.equivalences),
            choices=self.choices(),
            rulings=self.rulings(),
            index_sets=self.taken("index_sets", keys),
            relations=self.taken("relations", keys),
            # Ranges, rules and printed results are left out: they judge numbers of a whole version, and a mixture is none.
            quantities=self.quantities(keys),
            datasets=self.datasets(keys),
            equations=self.equations(keys),
            rules=(),
            published_results=(),
            register=(),
            report=(),
            results=self.right.results if ("result", "") in keys else self.left.results,
        )
        methodology = Methodology(**{name: getattr(base, name) for name in base.__dataclass_fields__})
        self.check_units(methodology, keys)
        readings = self.readings[1] | self.readings[0] | {name: self.readings[1][name] for kind, name in keys if kind == "reading"}
        return State(methodology, self.project(keys), {id_: value for id_, value in readings.items() if id_ in methodology.ruling})

    def taken(self, list_: str, keys: set[Key]) -> tuple[Any, ...]:
        after = _by_id(getattr(self.right, list_))
        held = [after[e.id] if (list_, e.id) in keys else e for e in getattr(self.left, list_)]
        known = {entry.id for entry in held}
        return (*held, *(entry for id_, entry in after.items() if id_ not in known))

    def quantities(self, keys: set[Key]) -> tuple[Quantity, ...]:
        found: tuple[Quantity, ...] = self.taken("quantities", keys)
        return tuple(replace(quantity, range=None, plausible=None) for quantity in found)

    def choices(self) -> tuple[Choice, ...]:
        found = dict(_by_id(self.left.choices))
        for choice in self.right.choices:
            held = found.get(choice.id)
            values: tuple[ChoiceValue, ...] = _union(held.values if held else (), choice.values)
            found[choice.id] = replace(choice, values=values)
        return tuple(found.values())

    def rulings(self) -> tuple[Ruling, ...]:
        found = dict(_by_id(self.left.rulings))
        for ruling in self.right.rulings:
            held = found.get(ruling.id)
            found[ruling.id] = replace(ruling, readings=_union(held.readings if held else (), ruling.readings))
        return tuple(found.values())

    def datasets(self, keys: set[Key]) -> tuple[Dataset, ...]:
        before, after = _by_id(self.left.datasets), _by_id(self.right.datasets)
        found = []
        for id_ in dict.fromkeys((*before, *after)):
            dataset, other = (after, before) if ("datasets", id_) in keys else (before, after)
            if id_ not in dataset:
                if ("datasets", id_) in self.known:
                    continue
                found.append(other[id_])
                continue
            found.append(replace(dataset[id_], values=self.blocks(id_, before.get(id_), after.get(id_), keys)))
        return tuple(found)

    @property
    def known(self) -> set[Key]:
        """Keys of all edits."""
        return {edit.key for edit in self.edits}

    def blocks(self, id_: str, old: Dataset | None, new: Dataset | None, keys: set[Key]) -> tuple[Any, ...]:
        found: list[Any] = []
        for quantity in dict.fromkeys(b.quantity for dataset in (old, new) if dataset is not None for b in dataset.values):
            left, right = (_blocks(dataset, quantity) if dataset is not None else () for dataset in (old, new))
            # Values that no edit names belong to a quantity of one side, and are there for whatever mixture has the quantity.
            whole = (left or right) if ("values", f"{id_} {quantity}") not in self.known else left
            found += right if ("values", f"{id_} {quantity}") in keys or (old is None) else whole
        return tuple(found)

    def equations(self, keys: set[Key]) -> tuple[Equation, ...]:
        edited = {id_ for name, ids in self.groups.items() if ("equations", name) in keys for id_ in ids}
        pending = {id_ for name, ids in self.groups.items() if ("equations", name) not in keys for id_ in ids}
        found: dict[str, Equation] = {}
        for id_ in dict.fromkeys((*self.left.equation, *self.right.equation)):
            old, new = self.left.equation.get(id_), self.right.equation.get(id_)
            if id_ in edited:
                equation = new
            elif id_ in pending or old is not None:
                equation = old
            else:
                equation = new
            if equation is not None:
                found[id_] = equation
        return tuple(found.values())

    def project(self, keys: set[Key]) -> ProjectData:
        one, two = self.first, self.second
        if one is two:
            return one
        changes: dict[str, Any] = {}
        if ("dates", "") in keys:
            changes |= {"start": two.start, "end": two.end, "periods": two.periods}
        if ("project datasets", "") in keys:
            changes["datasets"] = two.datasets
        for part in (*_PROJECT_PARTS, "values"):
            word = {"relations": "project relations", "values": "project values"}.get(part, part)
            held, other = dict(getattr(one, part)), getattr(two, part)
            for id_ in dict.fromkeys((*held, *other)):
                if (word, id_) in keys:
                    held.pop(id_, None)
                    held |= {id_: other[id_]} if id_ in other else {}
            changes[part] = held
        changes["value_places"] = {**two.value_places, **one.value_places}
        return replace(one, **changes)

    def check_units(self, methodology: Methodology, keys: set[Key]) -> None:
        """Refuse a mixture in which an equation reads a quantity in another unit than it was written for."""
        # A mixture in which tC meets tCO2 would give a number without any meaning. It is refused, and the effect of these edits is
        # told together.
        declared = {edit.quantity for edit in self.edits if edit.key[0] == "quantities"}
        if not declared:
            return
        for block in (block for dataset in methodology.datasets for block in dataset.values if block.quantity in declared):
            quantity = methodology.quantity[block.quantity]
            if any(len(labels) != len(quantity.indices) for labels, _ in block.cells) or not block.unit.same_dimension(
                quantity.unit
            ):
                raise GraphError("G402", f"values of {quantity.id} do not fit the declarations of this mixture", block.place,
                                 remedy="judge the edits together")  # fmt: skip
        for equation in methodology.equations:
            named = {*quantities_in(equation.formula), equation.quantity}
            if named & declared:
                indices = all(
                    len(n.indices) == len(methodology.quantity[n.quantity].indices)
                    for n in (*walk(equation.formula), equation.defines)
                    if isinstance(n, Element)
                )
                if not indices or check_equation(equation, methodology)[1]:
                    raise GraphError("G402", f"{equation.id} does not fit the declarations of this mixture", equation.place,
                                     remedy="judge the edits together")  # fmt: skip


def _with_own(side: Side, project: ProjectData, other: Methodology) -> Methodology:
    """Return a side's methodology with the readings taken that the other side does not offer: there they are the text, or gone."""
    known = {(ruling.id, reading.id) for ruling in other.rulings for reading in ruling.readings}
    own = {id_: reading for id_, reading in readings_of(side, project).items() if (id_, reading) not in known}
    if all(side.methodology.ruling[id_].default == reading for id_, reading in own.items()):
        return side.methodology
    made = with_readings(side.methodology, own)
    return replace(made, rulings=tuple(r for r in made.rulings if r.id not in own), taken=(), base=None)


def _by_id(entries: Iterable[Any]) -> dict[str, Any]:
    return {entry.id: entry for entry in entries}


def _union(left: Iterable[Any], right: Iterable[Any], key: str = "id") -> tuple[Any, ...]:
    return tuple({getattr(entry, key): entry for entry in (*left, *right)}.values())


def _blocks(dataset: Dataset, quantity: str) -> tuple[Any, ...]:
    return tuple(
        replace(b, source=type(b.source)(), note="", id="", published_unit="") for b in dataset.values if b.quantity == quantity
    )
