"""A drawn methodology with its project: what stands in the two files, and what every cell is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import product

from bounded_numbers import exact
from drawn_formulas import Condition, Readable
from unit_balance import rewritten
from worlds import Case, Labels, Step, World

STRATA = ("a", "b", "c")
SPEC_HEAD = """\
methodology: {id: T, version: "1", title: Drawn, RESULT}
index_sets:
  - {id: stratum, letters: [i, j, k], members: [a, b, c]}
  - {id: wet, subset_of: stratum, members: [b, c]}
  - {id: gas, letters: [g, h], project: must-list}
  - {id: step, letters: [s, t], members: [s1, s2, s3], ordered: yes}
  - {id: past, kind: year, history: 2, letters: [u, v]}
  - {id: year, kind: year, letters: [y, z, x]}
  - {id: month, kind: month, letters: [n, o]}
  - {id: turn, kind: project_year, letters: [d, l], shares: {year: 'shared_days(y, d) / operating_days(y)'}}
  - {id: fire, dated: yes, letters: [e, f], project: must-list}
  - {id: period, kind: group, groups: year, letters: [q, r], project: must-list}
  - {id: biome, kind: group, groups: stratum, letters: [b], members: [{id: low, of: [a, c]}, {id: high, of: [b]}]}
  - {id: map, kind: group, groups: year, letters: [m], project: must-list}
relations:
  - {id: emits, over: [stratum, gas], meaning: who emits what}
  - {id: flows, over: [stratum, stratum], meaning: what turns into what}
constants: [{written: 44/12, unit: tCO2/tC, meaning: carbon to carbon dioxide}]
equivalences:
  - {id: co2-is-co2e, from: tCO2, to: tCO2e, reason: by definition}
  - {id: annual-step, from: 1/year, to: "1", reason: applied once to each year}
choices: [{id: way, meaning: way, default: first, values: [{id: first}, {id: second}]}]
"""


_ANSWERS = {"yes": "1", "no": "0"}


@dataclass(frozen=True)
class Given:
    """An input with its numbers as written, by cell; and how the project or a dataset states them."""

    quantity: Readable
    cells: Mapping[Labels, str]
    #: project | rewritten (a smaller unit) | table | at | otherwise | csv | default | on-request | overridden | dated | answers | with-error
    way: str = "project"
    #: Unit of the cells of each first label, where a project chooses among units.
    unit_text: str = ""

    @property
    def unit(self) -> str:
        return self.unit_text or f'"{self.quantity.unit}"'


@dataclass(repr=False)
class Draft:
    """A methodology and a project in the making."""

    world: World
    setting: Mapping[str, object]
    readable: list[Readable] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    equations: list[str] = field(default_factory=list)
    #: What the other reading of the open place replaces.
    edits: list[str] = field(default_factory=list)
    #: Open place -> the steps of its other reading.
    steps: dict[str, list[str]] = field(default_factory=dict)
    #: Quantity -> label -> its declared standard error.
    errors: dict[str, dict[Labels, str]] = field(default_factory=dict)
    results: tuple[str, ...] = ("R",)
    #: Id of an equation that is one of several cases -> its quantity.
    cases: dict[str, str] = field(default_factory=dict)
    computed: list[Readable] = field(default_factory=list)
    rules: list[tuple[str, str, str, Condition]] = field(default_factory=list)
    #: Given cells that the result hangs on, once it was computed.
    needed: frozenset[tuple[str, Labels]] = frozenset()

    def __repr__(self) -> str:
        return f"\n{self.spec()}\n{self.project()}"

    def declare(self, quantity: Readable, kind: str, more: str = "") -> None:
        """Put a quantity on the list."""
        sets = f", indices: [{', '.join(quantity.sets)}]" if quantity.sets else ""
        on = f", on: {quantity.relation}" if quantity.relation else ""
        name = f", {'diagonal_matrix' if quantity.matrix.startswith('D') else 'matrix'}: {quantity.matrix}" if quantity.matrix else ""
        acts = f', acts_as: {{unit: "{quantity.acts_as}", equivalence: annual-step}}' if quantity.acts_as else ""
        unit = more if "unit:" in more else f', unit: "{quantity.unit}"{more}'
        self.declared.append(f"  - {{id: {quantity.id}, symbol: {quantity.id}, meaning: drawn{sets}{unit}, kind: {kind}{on}{name}{acts}}}")
        self.readable.append(quantity)
        if quantity.relation:
            over = ("stratum", "gas") if quantity.relation == "emits" else ("stratum", "stratum")
            self.world.on[quantity.id] = quantity.relation, tuple(range(len(over)))

    def give(self, given: Given) -> None:
        """State an input."""
        self.given.append(given)
        self.world.given[given.quantity.id] = {labels: exact(_ANSWERS.get(text, text)) for labels, text in given.cells.items()}

    def define(self, equation: str, quantity: str, left: str, right: str, case: Case, when: str = "", more: str = "") -> None:
        """Put an equation on the list."""
        condition = f", when: '{when}'" if when else ""
        self.equations.append(f"  - {{id: {equation}, defines: '{left}'{condition}{more}, {right}}}")
        self.world.cases.setdefault(quantity, []).append(replace(case, equation=equation))
        if when:
            self.cases[equation] = quantity

    def edit(self, equation: str, quantity: str, right: str, case: Case) -> None:
        """Let the other reading replace an equation."""
        self.edits.append(f"{{id: {equation}, {right}}}")
        self.world.cases.setdefault(quantity, []).append(replace(case, equation=equation))

    def adjust(self, ruling: str, text: str, quantity: str, step: Step) -> None:
        """Let the other reading of a place put a step behind a quantity."""
        self.steps.setdefault(ruling, []).append(text)
        self.world.steps.setdefault(quantity, []).append(step)

    # -- the two files

    def spec(self) -> str:
        """Return the text of the spec."""
        rules = "".join(
            f"  - {{id: {id_}, statement: drawn, condition: '{test.text}', severity: {severity}{over}, remedy: look, source: {{section: A}}}}\n"
            for id_, severity, over, test in self.rules
        )
        result = f"results: [{', '.join(self.results)}]" if len(self.results) > 1 else f"result: {self.results[0]}"
        parts = [SPEC_HEAD.replace("RESULT", result), "quantities:\n", "\n".join(self.declared), "\nequations:\n", "\n".join(self.equations), "\n", self._datasets()]
        parts.append("rulings:\n" + "".join(self._ruling(name) for name in self.world.readings))
        return "".join(parts) + (f"rules:\n{rules}" if rules else "")

    def _ruling(self, name: str) -> str:
        edits = f", replace: {{equations: [{', '.join(self.edits)}]}}" if self.edits and name == "open-place" else ""
        edits += f", adjust: [{', '.join(self.steps[name])}]" if name in self.steps else ""
        return f"  - {{id: {name}, issue: open, default: plain, readings: [{{id: plain, meaning: x}}, {{id: other, meaning: y{edits}}}]}}\n"

    def _datasets(self) -> str:
        found = {"default": [], "on-request": []}
        for given in self.given:
            name, unit = given.quantity.id, given.unit
            if given.way in ("default", "on-request", "overridden"):
                cells = dict(given.cells)
                if given.way == "overridden":
                    first = next(iter(cells))
                    cells[first] = "77"
                kind = "on-request" if given.way == "on-request" else "default"
                found[kind].append(f'{{quantity: {name}, unit: {unit}, {cells_text(cells, "cells")}}}')
            if given.way == "dated":
                for year, text in ((labels[0], text) for labels, text in given.cells.items()):
                    found["default"].append(f'{{quantity: {name}, unit: {unit}, at: {{year: "*"}}, value: {text}, when: y == {year}}}')
        texts = [
            f"  - id: {kind}-numbers\n    title: drawn\n    use: {kind}\n    values:\n" + "".join(f"      - {line}\n" for line in lines)
            for kind, lines in found.items()
            if lines
        ]
        return "datasets:\n" + "".join(texts) if texts else ""

    def project(self, without: tuple[str, Labels] | None = None, instead: Mapping[tuple[str, Labels], str] | None = None,
                units: Mapping[str, str] | None = None) -> str:  # fmt: skip
        """Return the text of the project file, without a cell, or with other numbers or units than the right ones."""
        values = []
        for given in self.given:
            cells = dict(given.cells)
            if without is not None and without[0] == given.quantity.id:
                cells.pop(without[1], None)
            for (name, labels), text in (instead or {}).items():
                if name == given.quantity.id:
                    cells[labels] = text
            if units and given.quantity.id in units:
                given = replace(given, unit_text=units[given.quantity.id], way="project")
            values += self._stated(given, cells)
        head = [f"{key}: {value}" for key, value in self.setting.items()]
        asked = any(given.way == "on-request" for given in self.given)
        return "\n".join([*head, *(["datasets: [on-request-numbers]"] if asked else []), "values:", *values, ""])

    def _stated(self, given: Given, cells: dict[Labels, str]) -> list[str]:
        name, unit = given.quantity.id, given.unit
        if given.way in ("default", "on-request", "dated"):
            return []
        if given.way == "overridden":
            first = next(iter(given.cells))
            return [f'  {name}: {{unit: {unit}, {cells_text({first: cells[first]}, "values")}}}'] if first in cells else []
        if given.way == "answers":
            return [f"  {name}: {cells[()]}" if () in cells else f"  {name}: {{{cells_text(cells, 'values')}}}"]
        if given.way == "with-error":
            said = {labels: f"{{distribution: normal, se: {text}}}" for labels, text in self.errors[name].items()}
            declared = said[()] if () in said else _nested(said)
            return [f"  {name}: {{unit: {unit}, {cells_text(cells, 'values')}, uncertainty: {declared}}}"]
        if not given.quantity.sets:
            return [f'  {name}: {{unit: {unit}, value: {cells[()]}}}'] if () in cells else []
        if given.way == "rewritten" and (other := rewritten(given.quantity.unit)):
            text, times = other
            grown = {labels: decimal(Fraction(number) * times) if number[0] in "-0123456789" else number for labels, number in cells.items()}
            return [f'  {name}: {{unit: "{text}", {cells_text(grown, "values")}}}']
        if given.way == "at" and len(given.quantity.sets) > 1:
            return self._blocks(given, cells)
        if given.way == "otherwise":
            return self._blanket(given, cells)
        return [f'  {name}: {{unit: {unit}, {cells_text(cells, "values")}}}']

    def _blocks(self, given: Given, cells: Mapping[Labels, str]) -> list[str]:
        """State the cells in one block for each label of the first index."""
        lines = [f"  {given.quantity.id}:"]
        axis = given.quantity.sets[0]
        for label in dict.fromkeys(labels[0] for labels in cells):
            rest = {labels[1:]: text for labels, text in cells.items() if labels[0] == label}
            lines.append(f'    - {{unit: {given.unit}, at: {{{axis}: {label}}}, {cells_text(rest, "values")}}}')
        return lines

    def _blanket(self, given: Given, cells: Mapping[Labels, str]) -> list[str]:
        """State the most frequent number once, and the others beside it."""
        texts = list(cells.values())
        common = max(texts, key=texts.count)
        others = {labels: text for labels, text in cells.items() if text != common}
        rest = f", {cells_text(others, 'values')}" if others else ""
        return [f'  {given.quantity.id}: {{unit: {given.unit}, otherwise: {common}{rest}}}']


def decimal(number: Fraction) -> str:
    """Return a number as a decimal; it must be one."""
    times = next(n for n in range(12) if (number * 10**n).denominator == 1)
    scaled = int(number * 10**times)
    text = str(abs(scaled)).rjust(times + 1, "0")
    return ("-" if scaled < 0 else "") + (f"{text[:-times]}.{text[-times:]}" if times else text)


def cells_text(cells: Mapping[Labels, str], key: str) -> str:
    """Return cells as nested labels."""
    if () in cells:
        return f"value: {cells[()]}"
    return f"{key}: {_nested(cells)}"


def _nested(cells: Mapping[Labels, str]) -> str:
    parts = []
    for label in dict.fromkeys(labels[0] for labels in cells):
        rest = {labels[1:]: text for labels, text in cells.items() if labels[0] == label}
        parts.append(f"{label}: {rest[()] if () in rest else _nested(rest)}")
    return "{" + ", ".join(parts) + "}"


def all_cells(world: World, quantity: Readable) -> list[Labels]:
    """Return the cells of a quantity that exist."""
    return [labels for labels in product(*(world.members[s] for s in quantity.sets)) if world.exists(quantity.id, labels)]


def empty_world(years: tuple[date, date], gases: Labels, groups: Mapping[str, Mapping[str, Labels]],
                relations: Mapping[str, frozenset[Labels] | None], choices: Mapping[str, str], readings: Mapping[str, str]) -> World:  # fmt: skip
    """Return a project without numbers."""
    start, end = years
    members = {
        "stratum": STRATA, "wet": ("b", "c"), "gas": gases, "step": ("s1", "s2", "s3"),
        "year": tuple(map(str, range(start.year, end.year + 1))), "past": tuple(map(str, range(start.year - 2, end.year + 1))),
        **{name: tuple(held) for name, held in groups.items()},
    }  # fmt: skip
    return World(members, groups, relations, start, end, choices, readings)
