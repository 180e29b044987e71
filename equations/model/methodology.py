"""Methodology: the frozen whole of one version of a rulebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from equations.citation import Citation
from equations.errors import Place
from equations.formula.syntax import quantities_in
from equations.model.context import Activity, Boundary, Pool, Term
from equations.model.cross_check import CrossCheck
from equations.model.dataset import Comparison, Dataset, PublishedResult
from equations.model.equation import Equation, Rule
from equations.model.index_set import IndexSet, Relation
from equations.model.quantity import Quantity
from equations.model.result import NamedResult
from equations.model.ruling import RegisterEntry, Ruling
from equations.model.tool import Tool
from equations.records import record
from equations.shown import Shown
from equations.units.molar_masses import MOLECULES, Molecule
from equations.units.unit import Unit, substance_dimension
from equations.units.words import definition


@record(frozen=True)
class Section:
    """A section of the publication."""

    id: str
    title: str


@record(frozen=True)
class Substance:
    """A mass that is never added to another substance's; ``molecule`` where the spec says what it is made of."""

    id: str
    meaning: str
    molecule: Molecule | None = None


@record(frozen=True)
class DeclaredUnit:
    """A unit that the spec declares; ``size`` is how much of other units one of it is, as written and read."""

    id: str
    meaning: str
    size: Unit
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class Constant:
    """A ratio as printed, with the unit that it carries; ``not_exact`` says why it is not the exact one."""

    written: str
    unit: Unit
    meaning: str = ""
    source: Citation = Citation()
    published_unit: str = ""
    not_exact: str = ""
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class Equivalence:
    """A mixture of units that the text makes: one ``source_unit`` counts as one ``target_unit``."""

    id: str
    source_unit: Unit
    target_unit: Unit
    reason: str = ""
    source: Citation = Citation()


@record(frozen=True)
class ChoiceValue:
    """One value of a choice."""

    id: str
    meaning: str = ""


@record(frozen=True)
class Choice:
    """What a project chooses once; ``default`` is empty where it must say."""

    id: str
    meaning: str
    values: tuple[ChoiceValue, ...]
    default: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class Settled:
    """A choice that a revision settled, and what went with it: list -> ids."""

    choice: str
    value: str
    removed: tuple[tuple[str, tuple[str, ...]], ...]
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class ParameterList:
    """One of the publication's own lists of parameters, and the kind of the quantities that belong on it."""

    id: str
    kind: str
    title: str = ""
    source: Citation = Citation()
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class ListedParameter:
    """A line of one of the publication's own lists of parameters."""

    list: str
    printed: str
    quantity: str = ""
    note: str = ""
    place: Place | None = field(default=None, compare=False, repr=False)


@record(frozen=True)
class HistoryLine:
    """A line of the version history."""

    version: str
    date: str
    contents: str


#: Under which an equation keeps the first methodology that held it; no field, and never pickled.
_HOME = "_home"
_Entry = TypeVar("_Entry", Quantity, Equation, IndexSet, Relation, Choice, Ruling, Dataset, Equivalence, Constant)


def _by(entries: Iterable[_Entry], key: str = "id") -> Mapping[str, _Entry]:
    return MappingProxyType({getattr(entry, key): entry for entry in entries})


@record(frozen=True)
class Methodology(Shown):
    """A methodology: identity and everything it says. All tuples stand in the order of the spec."""

    id: str
    version: str
    title: str
    #: What it is applied for; `run` puts the first first.
    results: tuple[NamedResult, ...]
    programme: str = ""
    status: str = "draft"
    status_note: str = ""
    date: str = ""
    document: str = ""
    report: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    substances: tuple[Substance, ...] = ()
    units: tuple[DeclaredUnit, ...] = ()
    index_sets: tuple[IndexSet, ...] = ()
    relations: tuple[Relation, ...] = ()
    constants: tuple[Constant, ...] = ()
    equivalences: tuple[Equivalence, ...] = ()
    choices: tuple[Choice, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    equations: tuple[Equation, ...] = ()
    datasets: tuple[Dataset, ...] = ()
    published_results: tuple[PublishedResult, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    rules: tuple[Rule, ...] = ()
    #: Cross-checks; each stands among the rules, too.
    cross_checks: tuple[CrossCheck, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    register: tuple[RegisterEntry, ...] = ()
    parameter_lists: tuple[ParameterList, ...] = ()
    monitoring_list: tuple[ListedParameter, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    terms: tuple[Term, ...] = ()
    activities: tuple[Activity, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    pools: tuple[Pool, ...] = ()
    #: Tools that stand inside it, those of a tool behind it.
    tools: tuple[Tool, ...] = ()
    #: ``required`` where every entry has to say on what ground it stands.
    grounds: str = ""
    #: Ruling -> reading, of those that are not the default: what it was composed with (:mod:`equations.readings.composition`).
    taken: tuple[tuple[str, str], ...] = ()
    #: The methodology under the default readings that it was composed from, where it was.
    base: Methodology | None = field(default=None, compare=False, repr=False)
    #: Choices that the revision it was composed by has settled, for the notes of `check`.
    settled: tuple[Settled, ...] = field(default=(), compare=False)
    #: SHA-256 of what the spec says, whichever files and revisions it was composed from.
    hash: str = field(default="", compare=False)
    #: Files that were read, for messages and receipts: path and SHA-256.
    files: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        for equation in self.equations:
            equation.__dict__.setdefault(_HOME, self)

    def __repr__(self) -> str:
        return f"<Methodology {self.reference}: {len(self.equations)} equations, {len(self.quantities)} quantities>"

    @property
    def reference(self) -> str:
        """``ID@1.1``."""
        return f"{self.id}@{self.version}"

    @cached_property
    def quantity(self) -> Mapping[str, Quantity]:
        """Quantities by id."""
        return _by(self.quantities)

    @cached_property
    def equation(self) -> Mapping[str, Equation]:
        """Equations by id."""
        return _by(self.equations)

    @cached_property
    def index_set(self) -> Mapping[str, IndexSet]:
        """Index sets by id."""
        return _by(self.index_sets)

    @cached_property
    def relation(self) -> Mapping[str, Relation]:
        """Relations by id."""
        return _by(self.relations)

    @cached_property
    def choice(self) -> Mapping[str, Choice]:
        """Choices by id."""
        return _by(self.choices)

    @cached_property
    def ruling(self) -> Mapping[str, Ruling]:
        """Rulings by id."""
        return _by(self.rulings)

    @cached_property
    def dataset(self) -> Mapping[str, Dataset]:
        """Datasets by id."""
        return _by(self.datasets)

    @cached_property
    def equivalence(self) -> Mapping[str, Equivalence]:
        """Equivalences by id."""
        return _by(self.equivalences)

    @cached_property
    def constant(self) -> Mapping[str, Constant]:
        """Constants by the way they are written."""
        return _by(self.constants, "written")

    @cached_property
    def molecules(self) -> Mapping[str, Molecule]:
        """Molecules by the dimension of their substance, built in and declared."""
        return {**MOLECULES, **{substance_dimension(s.id): s.molecule for s in self.substances if s.molecule is not None}}

    @cached_property
    def own_unit_words(self) -> tuple[str, ...]:
        """What may stand in units beside the words of the registry: ids of substances, and declared units with their sizes."""
        return (*(substance.id for substance in self.substances), *(definition(unit.id, unit.size.text) for unit in self.units))

    @cached_property
    def definitions(self) -> Mapping[str, tuple[Equation, ...]]:
        """Equations by the quantity they define, in the order of the spec."""
        found: dict[str, list[Equation]] = {}
        for equation in self.equations:
            found.setdefault(equation.quantity, []).append(equation)
        return MappingProxyType({quantity: tuple(cases) for quantity, cases in found.items()})

    @cached_property
    def readers(self) -> Mapping[str, tuple[Equation, ...]]:
        """Equations by each quantity that they read, in the order of the spec; what no equation reads is no key."""
        found: dict[str, list[Equation]] = {}
        for equation in self.equations:
            for quantity in quantities_in(equation.formula):
                found.setdefault(quantity, []).append(equation)
        return MappingProxyType({quantity: tuple(users) for quantity, users in found.items()})

    @property
    def result(self) -> str:
        """The quantity that `run` puts first."""
        return self.results[0].quantity

    @cached_property
    def result_ids(self) -> tuple[str, ...]:
        """The quantities of all results, in the order of the spec."""
        return tuple(result.quantity for result in self.results)

    @cached_property
    def reported(self) -> tuple[str, ...]:
        """Quantities that a run is made for where nobody asks for others: the results, and what is reported beside them."""
        return tuple(dict.fromkeys((*self.result_ids, *self.report)))

    def called(self, result: str) -> str:
        """Return what a result is called: by the name that the spec gives it, else by the title of its quantity."""
        return next((r.name for r in self.results if r.quantity == result and r.name), self.quantity[result].title)

    def declared(self, id_: str) -> Quantity | None:
        """Return a quantity of the text, or one that only a reading declares."""
        held = self.quantity.get(id_)
        every = (q for r in self.rulings for x in r.readings for block in x.edits for q in block.quantities)
        return held if held is not None else next((quantity for quantity in every if quantity.id == id_), None)

    @cached_property
    def in_readings(self) -> Mapping[str, str]:
        """Quantities that only readings declare -> the reading, in words."""
        return MappingProxyType({
            quantity.id: f"reading {reading.id} of ruling {ruling.id}"
            for ruling in reversed(self.rulings)
            for reading in reversed(ruling.readings)
            for block in reading.edits
            for quantity in block.quantities
            if quantity.id not in self.quantity
        })  # fmt: skip

    def tool_of(self, id_: str) -> Tool | None:
        """Return the tool to which a quantity, an equation or another entry belongs; of a tool in a tool the inner one."""
        return next((tool for tool in reversed(self.tools) if tool.owns(id_)), None)

    @cached_property
    def year_set(self) -> str:
        """Id of the axis of project years, or empty."""
        return next((s.id for s in self.index_sets if s.kind == "year" and not s.history), "")

    def base_set(self, set_id: str) -> str:
        """Return the id of the largest set that ``set_id`` is a subset of; project years stay apart from those before them."""
        while self.index_set[set_id].subset_of and self.index_set[set_id].kind != "year":
            set_id = self.index_set[set_id].subset_of
        return set_id

    def is_within(self, smaller: str, larger: str) -> bool:
        """Whether ``smaller`` is ``larger`` or a subset of it."""
        while smaller != larger:
            smaller = self.index_set[smaller].subset_of
            if not smaller:
                return False
        return True

    def __getstate__(self) -> dict[str, object]:
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.__post_init__()


def home_of(equation: Equation) -> Methodology | None:
    """Return the methodology that declares an equation: the first that held it; nothing for one that stands alone."""
    found: Methodology | None = equation.__dict__.get(_HOME)
    return found
