"""Resolve what a target needs in a setting, and in which order it is computed.

Needs are resolved cell by cell along each axis: what an equation for some members reads is needed of these only, a monitored value only for the
years that are monitored, a lagged one from the start year on. A supplied quantity cuts the graph above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass, field, replace
from itertools import product

from engine.plan.cells import existing
from engine.plan.graph import gathered_sets, publication_order
from engine.plan.needed_cells import NeedWalk
from engine.plan.plan import Box, Plan, Stage, Step, Unplanned, has_cell
from engine.plan.rule_cells import Known, standing_rules, walk_rule
from engine.plan.sequence import Sequencer
from engine.plan.setting import Setting, choices_of, holds, letters_of, may_hold
from engine.plan.time_axes import monitored
from engine.plan.tools_in_use import idle_tools, tool_path
from equations.errors import Faults, GraphError, InputError, MethodologyError, near, raise_all
from equations.formula.syntax import (
    IndexLabel,
    IndexLetter,
    Member,
    walk,
)
from equations.model.equation import Equation, Rule
from equations.model.left_side import LeftSide, left_side
from equations.model.methodology import Methodology


def plan_run(
    methodology: Methodology,
    setting: Setting,
    targets: tuple[str, ...] = (),
    supplied: frozenset[str] = frozenset(),
) -> Plan:
    """Resolve what a target needs.

    Parameters
    ----------
    targets
        Quantities that are asked for; the methodology's results by default.
    supplied
        Quantities for which numbers are at hand (from the project, a dataset or a default).

    Raises
    ------
    MethodologyError
        G401 (circle), G402 (two definitions), G403 (no definition), G404 (a lag before the first year).
    """
    for target in targets:
        if target not in methodology.quantity:
            raise InputError("I502", f"there is no quantity {target!r}", remedy=near(target, methodology.quantity)
                             or "`mrvgraph check --verbose` lists all")
    planner = _Planner(methodology, setting, supplied)
    return planner.plan(targets or methodology.result_ids)


def plan_with_rules(
    methodology: Methodology,
    setting: Setting,
    targets: tuple[str, ...] = (),
    supplied: frozenset[str] = frozenset(),
    known: Known | None = None,
) -> Plan:
    """Resolve what a target needs, and beside it every cell that a rule reads.

    What only rules read may lack numbers: it is no error of the run, and the rule says that it is not decided.

    Parameters
    ----------
    targets
        Quantities that are asked for; by default the results and what is reported beside them.
    known
        What decides parts of rules beforehand; by default what is not at hand does not count as supplied, and the rest is open.
    """
    plan = plan_run(methodology, setting, targets or methodology.reported, supplied)
    asked = known or Known(lambda quantity: None if quantity in supplied else False)
    unplanned: dict[str, Unplanned] = {}

    def joint(rules: tuple[Rule, ...]) -> Plan:
        return _Planner(methodology, setting, supplied, required=plan.needs).plan(plan.targets, rules, asked)

    idle = idle_tools(methodology, plan.needs)
    rules = tuple(rule for rule in methodology.rules if tool_path(methodology, rule.id) not in idle)
    try:
        found = joint(rules)
    except MethodologyError:
        # Some rule reads what cannot be planned. Which one is not told by the error, since several rules may want the same cells in
        # different ways: so rules are added one after the other, and each that breaks the plan is left out with its reason. That
        # takes one plan for each rule, and is done only where the plan of all of them fails.
        found, kept = plan, list[Rule]()
        for rule in rules:
            try:
                found = joint((*kept, rule))
                kept.append(rule)
            except MethodologyError as error:
                unplanned[rule.id] = _unplanned(error, setting)
    optional = frozenset(found.needs) - frozenset(plan.needs)
    return replace(found, targets=plan.targets, optional=optional, required=plan.needs, unplanned=unplanned)


def _unplanned(error: MethodologyError, setting: Setting) -> Unplanned:
    """Return why what a rule reads cannot be planned; that nobody listed the members it goes through is no fault of the project."""
    errors = error.errors if isinstance(error, Faults) else (error,)
    if all(e.code == "I501" and e.subject in setting.unlisted for e in errors):
        return True, f"the project lists no members of {', '.join(sorted({e.subject for e in errors}))}"
    return False, errors[0].what


@dataclass
class _Planner:
    methodology: Methodology
    setting: Setting
    supplied: frozenset[str]
    #: Quantity -> for each axis the set of positions needed.
    needs: dict[str, list[set[int]]] = field(default_factory=dict)
    errors: dict[tuple[str, str], MethodologyError] = field(default_factory=dict)
    active: dict[str, list[Equation]] = field(default_factory=dict)
    used: dict[str, dict[str, None]] = field(default_factory=dict)
    #: Cells of the targets; what rules read beyond them may lack an equation.
    required: Mapping[str, Box] | None = None

    # -- the walk

    def plan(self, targets: tuple[str, ...], rules: tuple[Rule, ...] = (), known: Known | None = None) -> Plan:
        queue = []
        for target in targets:
            self.needs[target] = self.asked_cells(target)
            queue.append(target)
        beforehand = known or Known()
        for rule in standing_rules(rules, self, beforehand):
            queue += walk_rule(self, rule, beforehand)
        # A fixed point: needs only grow (a cell that was asked for stays asked for), and there are finitely many cells. A quantity
        # comes back into the queue whenever somebody needs more of it, also by way of itself at an earlier year.
        while queue:
            queue += self.expand(queue.pop())
        inputs = {q: self.box(q) for q in self.needs if not self.is_computed(q)}
        # Order comes last, since it depends on which equations are left with cells to define; and faults of the walk are told
        # before those of the order.
        stages = self.stages()
        raise_all(list(self.errors.values()))
        # As the spec declares them, not as the walk met them: a plan must not hang on the order of a set.
        order = [q.id for q in self.methodology.quantities]
        return Plan(
            targets, self.setting, {q: inputs[q] for q in order if q in inputs},
            {q: self.box(q) for q in order if q in self.needs}, stages,
            {q: tuple(found) for q, found in self.used.items()},
        )  # fmt: skip

    def asked_cells(self, target: str) -> list[set[int]]:
        """Return the cells that asking for a quantity means: all members, of the years those that are monitored.

        Of a quantity that a user names, and that is neither the result nor in the yearly table, the members for which choices leave an
        equation: what no equation gives is none of the things that these choices know.
        """
        axes = self.methodology.quantity[target].indices
        for axis in axes:
            self.check_listed(axis, f"{target} is asked for, and runs over them")
        everything = []
        for axis in axes:
            inside = monitored(self.methodology, self.setting, axis)
            everything.append(set(range(len(self.setting.members[axis])) if inside is None else inside))
        if target in self.methodology.reported:
            return everything
        return self.defined(target, everything)

    def definable(self, quantity: str) -> list[set[int]]:
        """Return, for each axis, the positions for which a quantity can have a number."""
        axes = self.methodology.quantity[quantity].indices
        return self.defined(quantity, [set(range(len(self.setting.members[axis]))) for axis in axes])

    def defined(self, quantity: str, everything: list[set[int]]) -> list[set[int]]:
        """Return the positions, among some of each axis, for which an equation gives a quantity; all of them for an input."""
        axes = self.methodology.quantity[quantity].indices
        if not self.is_computed(quantity):
            return everything
        held = self.needs.get(quantity)
        self.needs[quantity] = everything
        # The cells that the equations cover are those that they would fill if every cell were needed; the needs are put back
        # afterwards, as nobody asked for these.
        defined: list[set[int]] = [set() for _ in everything]
        for equation in self.equations_for(quantity):
            letters, _ = self.cells(equation)
            if not all(letters.values()):
                continue
            for at, index in enumerate(self.left(equation).indices):
                named = isinstance(index, IndexLetter) and axes[at] != self.methodology.year_set
                defined[at] |= set(letters[index.letter]) if named and isinstance(index, IndexLetter) else everything[at]
        if held is None:
            del self.needs[quantity]
        else:
            self.needs[quantity] = held
        return [here & allowed for here, allowed in zip(everything, defined, strict=True)]

    def check_listed(self, set_id: str, why: str) -> None:
        """Report a set whose members only the project can list and of which it says nothing: going through it would be a silent zero."""
        index_sets = self.methodology.index_set
        while set_id not in self.setting.unlisted:
            set_id = index_sets[set_id].subset_of or index_sets[set_id].groups
            if not set_id:
                return
        meaning, example = index_sets[set_id].meaning, "{id: a, date: 2018-03-12}" if index_sets[set_id].dated else "..."
        self.errors[set_id, "I501"] = InputError(
            "I501", f"missing: the members of {set_id}", index_sets[set_id].place, why=f"{meaning or set_id}; {why}",
            remedy=f"list them under `members: {set_id}: [{example}]`, or write `{set_id}: []` if there are none", subject=set_id,
        )  # fmt: skip

    def box(self, quantity: str) -> Box:
        return tuple(tuple(sorted(axis)) for axis in self.needs[quantity])

    def is_computed(self, quantity: str) -> bool:
        return quantity not in self.supplied and bool(self.equations_for(quantity))

    def equations_for(self, quantity: str) -> list[Equation]:
        """Return the equations of a quantity that the choices and readings leave standing.

        An input is not computed over a set of which the project lists nothing: then the input itself is missing.
        """
        if quantity not in self.active:
            equations = [e for e in self.methodology.definitions.get(quantity, ()) if self.stands(e)]
            # A sum over an empty list is zero, which would stand in the place of a number that the project was to report: of an
            # input that is a missing value (conventions §1), of a computed quantity it is what the formula says.
            if self.methodology.quantity[quantity].is_input:
                equations = [e for e in equations if all(self.setting.members[set_id] for set_id in gathered_sets(e))]
            self.active[quantity] = equations
        return self.active[quantity]

    def stands(self, equation: Equation) -> bool:
        """Whether choices and readings alone do not rule an equation out."""
        return may_hold(equation.when, self.setting)

    def expand(self, quantity: str) -> list[str]:
        """Propagate the needs of a quantity to what its equations use; return what grew."""
        if not self.is_computed(quantity):
            return []
        grown: list[str] = []
        for equation in self.equations_for(quantity):
            self.check_asked(equation)
            positions, _ = self.cells(equation)
            # One letter without positions means no cells at all; a quantity without indices has one cell and no letters.
            if all(places for places in positions.values()) or not positions:
                needs = NeedWalk(self, equation, positions)
                needs.walk(equation.formula)
                grown += needs.grown
        return grown

    def check_asked(self, equation: Equation) -> None:
        """Report a set of which a needed equation asks whether it has a member, and of which the project says nothing."""
        if not self.setting.unlisted:
            return
        for part in (equation.formula, equation.when):
            for node in walk(part) if part is not None else ():
                if isinstance(node, Member):
                    self.check_listed(node.set, f"{equation.label} ({equation.id}) asks which members are in it")

    def cells(self, equation: Equation) -> tuple[dict[str, tuple[int, ...]], frozenset[tuple[int, ...]] | None]:
        """Return, for each letter of the left side, the needed positions of its set for which the case holds."""
        left, wanted = self.left(equation), self.needs[equation.quantity]
        positions: dict[str, tuple[int, ...]] = {}
        for letter, at in left.place_of.items():
            allowed = set(self.setting.positions(left.sets[letter], left.axes[at]))
            positions[letter] = tuple(sorted(allowed & wanted[at]))
        return self.limited(equation, positions)

    def left(self, equation: Equation) -> LeftSide:
        return left_side(equation, self.methodology.quantity[equation.quantity])

    def limited(
        self, equation: Equation, positions: dict[str, tuple[int, ...]]
    ) -> tuple[dict[str, tuple[int, ...]], frozenset[tuple[int, ...]] | None]:
        """Apply ``when`` to the letters that it names."""
        if equation.when is None:
            return positions, None
        named = [letter for letter in positions if letter in letters_of(equation.when)]
        if not named:
            return positions, None
        good = []
        axis_of = self.left(equation).axis_of
        for combination in product(*(positions[letter] for letter in named)):
            labels = {letter: self.setting.members[axis_of[letter]][place] for letter, place in zip(named, combination, strict=True)}
            if holds(equation.when, self.setting, labels):
                good.append(combination)
        # As a box (each letter by itself) as far as that says the same: steps on boxes are evaluated as whole arrays. Only where
        # letters are tied to each other, as in `i == j`, is a mask of single cells kept beside the box.
        limited = dict(positions)
        for at, letter in enumerate(named):
            limited[letter] = tuple(sorted({combination[at] for combination in good}))
        if len(good) == _count(limited[letter] for letter in named):
            return limited, None
        others = [letter for letter in positions if letter not in named]
        mask = set()
        for combination in good:
            places = dict(zip(named, combination, strict=True))
            for rest in product(*(positions[letter] for letter in others)):
                places |= dict(zip(others, rest, strict=True))
                mask.add(tuple(places[letter] for letter in positions))
        return limited, frozenset(mask)

    def need(self, user: Equation, quantity: str, places: list[set[int]]) -> bool:
        """Note that an equation needs some cells; return whether that is news."""
        # A dict for its order: messages name the equations in that of the walk.
        self.used.setdefault(quantity, {})[user.id] = None
        held = self.needs.get(quantity)
        if held is None:
            self.needs[quantity] = [set(axis) for axis in places]
            return True
        before = sum(len(axis) for axis in held)
        for axis, more in zip(held, places, strict=True):
            axis |= more
        return sum(len(axis) for axis in held) > before

    # -- coverage and order

    def stages(self) -> tuple[Stage, ...]:
        computed = [q for q in self.needs if self.is_computed(q)]
        steps: dict[str, list[Step]] = {q: [] for q in computed}
        active = []
        for quantity in computed:
            for equation in self.equations_for(quantity):
                positions, mask = self.cells(equation)
                if all(places for places in positions.values()):
                    steps[quantity].append(Step(equation.id, quantity, tuple(positions.items()), mask))
                    active.append(equation)
            self.check_cover(quantity, steps[quantity])
        # Without the cells that could not be resolved an order would tell of circles that are none.
        if self.errors:
            return ()
        sequencer = Sequencer(self.methodology, active, publication_order(self.methodology))
        return tuple(Stage(group, tuple(step for q in group for step in steps[q]), loop) for group, loop in sequencer.groups(computed))

    def check_cover(self, quantity: str, steps: list[Step]) -> None:
        """Every needed cell has exactly one definition."""
        axes = self.methodology.quantity[quantity].indices
        taken: dict[tuple[int, ...], str] = {}
        wanted = self.needs[quantity]
        for step in steps:
            for cell in self.step_cells(step):
                if cell in taken:
                    # The first cell suffices: two definitions mostly meet in a whole row of them.
                    self.twice(quantity, taken[cell], step.equation, self.labels(axes, cell))
                    return
                taken[cell] = step.equation
        there = existing(self.methodology.quantity[quantity], self.setting, self.methodology)
        for cell in product(*(sorted(axis) for axis in wanted)):
            if cell not in taken and (there is None or there(cell)) and self.is_required(quantity, cell):
                self.uncovered(quantity, self.labels(axes, cell))
                return

    def is_required(self, quantity: str, cell: tuple[int, ...]) -> bool:
        """Whether a target needs a cell, and not a rule alone."""
        return self.required is None or has_cell(self.required.get(quantity), cell)

    def step_cells(self, step: Step) -> Iterator[tuple[int, ...]]:
        """Yield the cells of the quantity that a step defines, among those needed."""
        left = self.left(self.methodology.equation[step.equation])
        places: list[tuple[int, ...]] = []
        letters = dict(step.positions)
        for at, (index, axis) in enumerate(zip(left.indices, left.axes, strict=True)):
            if isinstance(index, IndexLetter):
                places.append(letters[index.letter])
            elif isinstance(index, IndexLabel):
                places.append((self.setting.members[axis].index(self.setting.label(index, axis)),))
            else:
                places.append(tuple(sorted(self.needs[step.quantity][at])))
        for cell in product(*places):
            if step.mask is None or tuple(left.letters_at(cell).values()) in step.mask:
                yield cell

    def labels(self, axes: tuple[str, ...], cell: tuple[int, ...]) -> str:
        return ", ".join(self.setting.labels(axes, cell))

    def switches(self, equations: list[Equation]) -> str:
        asked = sorted(set().union(*(choices_of(e.when) for e in equations if e.when is not None), set()))
        values = self.setting.choices
        return ", ".join(f"{id_} = {values.get(id_, 'not chosen')}" for id_ in asked)

    def twice(self, quantity: str, first: str, second: str, cell: str) -> None:
        one, two = self.methodology.equation[first], self.methodology.equation[second]
        self.errors[quantity, "G402"] = GraphError(
            "G402", f"{quantity}[{cell}] is defined twice: by {one.full_label} and {two.full_label}", two.place,
            why=f"both hold where {self.switches([one, two])}".removesuffix("where "),
            remedy="make their `when:` exclude each other", subject=quantity,
        )  # fmt: skip

    def uncovered(self, quantity: str, cell: str) -> None:
        equations = list(self.methodology.definitions[quantity])
        shown = ", ".join(e.label for e in equations)
        only_shown = quantity in self.methodology.report and quantity not in self.used and quantity not in self.methodology.result_ids
        row = ", or leave it out of `report`, which shows every member" if only_shown else ""
        self.errors[quantity, "G403"] = GraphError(
            "G403", f"no equation defines {quantity}[{cell}]".replace("[]", ""), equations[0].place,
            why=f"{shown} hold in other cases; here {self.switches(equations) or 'no choice decides'}",
            remedy=f"add the missing case, or supply the quantity{row}", subject=quantity,
        )  # fmt: skip


def _count(axes: Iterable[Sized]) -> int:
    total = 1
    for axis in axes:
        total *= len(axis)
    return total
