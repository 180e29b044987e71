"""Mutants of a methodology: the spec with one small fault each, in the order of the spec and without doubles."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.mutation.document_faults import UnitFault, ValueFault, unit_faults, value_faults
from engine.mutation.formula_faults import Fault, condition_faults, formula_faults
from equations.errors import MethodologyError, Place, UnitError, raise_all
from equations.formula.exchange import exchanged
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Element, MatrixRef, Node, walk
from equations.formula.tokens import Source
from equations.meaning.names import Names
from equations.meaning.scope import Resolver
from equations.model.dataset import Dataset
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.reading import IT, Adjustment, EditBlock
from equations.notation.plain import letters_of, plain_text
from equations.readings.composition import with_readings


@dataclass(frozen=True, slots=True)
class Mutant:
    """One small fault.

    Attributes
    ----------
    operator
        Kind of fault: a key of ``OPERATORS`` of :mod:`engine.mutation.formula_faults` or :mod:`engine.mutation.document_faults`.
    part
        What is wrong: ``formula`` or ``when`` of an equation, ``unit`` of a quantity, ``values`` of a dataset.
    subject
        Id of the equation, the quantity or the dataset.
    label
        How a reader knows it: ``Eq. 11a``, or the id.
    what
        The fault in a few words.
    text
        What stands there now.
    under
        The readings whose edits hold the equation; none for what is read by default.
    """

    operator: str
    part: str
    subject: str
    label: str
    what: str
    text: str
    place: Place | None = field(default=None, compare=False)
    entry: UnitFault | ValueFault | None = field(default=None, compare=False, repr=False)
    under: tuple[tuple[str, str], ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return the mutant as plain data."""
        record: dict[str, object] = {
            "operator": self.operator, "part": self.part, "subject": self.subject, "label": self.label, "what": self.what,
            "text": self.text, "place": str(self.place) if self.place else "",
        }  # fmt: skip
        return record | {"under": dict(self.under)} if self.under else record


def find_mutants(methodology: Methodology, sample: int | None = None, seed: int = 0) -> tuple[Mutant, ...]:
    """Return the mutants of a methodology; those of its tools belong to the scores of the tools, whose worked cases stay with them.

    Parameters
    ----------
    sample
        How many to draw; all of them if absent.
    seed
        Which draw.
    """
    found: dict[tuple[object, ...], Mutant] = {}
    for mutant in (one for one in _all(methodology) if _is_own(methodology, one.subject)):
        found.setdefault((mutant.under, mutant.subject, mutant.part, mutant.text), mutant)
    mutants = tuple(found.values())
    if sample is None or sample >= len(mutants):
        return mutants
    drawn = sorted(random.Random(seed).sample(range(len(mutants)), max(0, sample)))
    return tuple(mutants[at] for at in drawn)


def _is_own(methodology: Methodology, subject: str) -> bool:
    """Whether an entry is of the methodology itself, as is what it gives to a tool."""
    tool = methodology.tool_of(subject)
    return tool is None or subject.startswith(f"{tool.path}.bind.")


def _all(methodology: Methodology) -> Iterator[Mutant]:
    """Yield the faults of the text as it is read by default, then those of what each reading puts in its place."""
    for equation in methodology.equations:
        yield from _of_equation(equation, methodology)
    for block in (block for ruling in methodology.rulings for reading in ruling.readings for block in reading.edits):
        made = with_readings(methodology, dict(block.under))
        for id_ in dict.fromkeys(equation.id for equation in block.equations):
            for mutant in _of_equation(made.equation[id_], made) if id_ in made.equation else ():
                yield replace(mutant, under=block.under)
        for equation in (made.equation[e.id] for e in methodology.equations if e.id in made.equation):
            yield from _of_inlined(equation, methodology, made, block)
    for fault in unit_faults(methodology):
        quantity = fault.quantity
        yield Mutant(
            operator=fault.operator, part="unit", subject=quantity.id, label=quantity.id, what=fault.what, text=str(quantity.unit),
            place=quantity.place, entry=fault,
        )  # fmt: skip
    for wrong in value_faults(methodology):
        values = wrong.values
        text = f"{values.quantity} {wrong.block}: {wrong.what}"
        if values != methodology.dataset[wrong.dataset].values[wrong.block]:
            yield Mutant(
                operator=wrong.operator, part="values", subject=wrong.dataset, label=values.quantity, what=wrong.what, text=text,
                place=values.place, entry=wrong,
            )  # fmt: skip


def _of_inlined(equation: Equation, methodology: Methodology, made: Methodology, block: EditBlock) -> Iterator[Mutant]:
    """Yield the faults of a step on a definition that stands around the right side of the definition."""
    inner = methodology.equation[equation.id].formula
    if equation.quantity not in {step.of for step in block.steps if not step.readers} or equation.formula == inner:
        return
    letters = letters_of(made, equation)
    texts = {plain_text(fault.formula, letters) for fault in formula_faults(equation.formula, dict(equation.letters), made)
             if any(node == inner for node in walk(fault.formula))}  # fmt: skip
    for mutant in _of_equation(equation, made):
        if mutant.part == "formula" and mutant.text in texts:
            yield replace(mutant, under=block.under)


def _of_equation(equation: Equation, methodology: Methodology) -> Iterator[Mutant]:
    letters = letters_of(methodology, equation)
    faults = formula_faults(equation.formula, dict(equation.letters), methodology)
    yield from _changed(equation, "formula", equation.formula, faults, letters)
    if equation.when is not None:
        yield from _changed(equation, "when", equation.when, condition_faults(equation.when, methodology), letters)


def _changed(equation: Equation, part: str, right: Node, faults: Iterator[Fault], letters: Mapping[str, str]) -> Iterator[Mutant]:
    """Yield the faults that say something else than the equation."""
    source = equation.formula_source if part == "formula" else equation.when_source
    right_text = plain_text(right, letters)
    for fault in faults:
        text = plain_text(fault.formula, letters)
        if text != right_text:
            place = source.place(fault.span) if source else equation.place
            yield Mutant(
                operator=fault.operator, part=part, subject=equation.id, label=equation.label, what=fault.what, text=text,
                place=place,
            )  # fmt: skip


@dataclass(frozen=True)
class MutantReader:
    """Reads mutants as the reader of specs would."""

    methodology: Methodology
    names: Names

    @classmethod
    def of(cls, methodology: Methodology) -> MutantReader:
        """Return the reader of a methodology's mutants."""
        quantities = methodology.quantities
        matrices = {q.matrix: (q.id, False) for q in quantities if q.matrix}
        matrices |= {q.diagonal_matrix: (q.id, True) for q in quantities if q.diagonal_matrix}
        choices = {c.id: [v.id for v in c.values] for c in methodology.choices}
        rulings = {r.id: [x.id for x in r.readings] for r in methodology.rulings}
        letters = {letter: s.id for s in methodology.index_sets for letter in s.letters}
        return cls(methodology, Names(methodology.index_set, methodology.quantity, matrices, choices, rulings, letters))

    def read(self, mutant: Mutant) -> Equation | Methodology:
        """Return the faulty equation, or the methodology with another unit or other values.

        Raises
        ------
        MethodologyError
            If the spec could not be read with the fault.
        """
        if isinstance(mutant.entry, UnitFault):
            return self.with_unit(mutant.entry)
        if isinstance(mutant.entry, ValueFault):
            return self.with_values(mutant.entry)
        return self.equation(self.methodology.equation[mutant.subject], mutant)

    def equation(self, equation: Equation, mutant: Mutant) -> Equation:
        """Read the text of a faulty formula or condition in the place of the right one."""
        letters = letters_of(self.methodology, equation)
        source = Source(mutant.text, f"{equation.id}")
        tree = parse_formula(source)
        resolver = Resolver(self.names, source, letters, dict(equation.letters), relation=bool(equation.solver))
        if mutant.part == "when":
            changed = replace(equation, when=resolver.condition(tree), when_source=source)
        else:
            formula = resolver.condition(tree) if equation.solver else resolver.value(tree)
            changed = replace(equation, formula=formula, formula_source=source)
            if not resolver.errors and not equation.solver:
                self.check_sides(equation, resolver, formula)
        raise_all(resolver.errors)
        return changed

    def check_sides(self, equation: Equation, resolver: Resolver, formula: Node) -> None:
        left, right = resolver.kind(equation.defines), resolver.kind(formula)
        if left != right:
            resolver.fault("X207", "the two sides are of different kinds", formula.span, why=f"{left} against {right}",
                           remedy="write both sides alike")  # fmt: skip

    def with_unit(self, fault: UnitFault) -> Methodology:
        """Return the methodology with another unit of one quantity; values of datasets must still fit it."""
        changed = fault.quantity
        errors: list[MethodologyError] = []
        for dataset in self.methodology.datasets:
            for block in dataset.values:
                if block.quantity == changed.id and not block.unit.same_dimension(changed.unit):
                    what = f"{changed.id} is in {changed.unit}, and the value in {block.unit}"
                    errors.append(UnitError("U302", what, block.place))
        raise_all(errors)
        quantities = tuple(changed if q.id == changed.id else q for q in self.methodology.quantities)
        return replace(self.methodology, quantities=quantities)

    def with_values(self, fault: ValueFault) -> Methodology:
        """Return the methodology with another block of values."""
        quantity = self.methodology.quantity[fault.values.quantity]
        if not fault.values.unit.same_dimension(quantity.unit):
            what = f"{quantity.id} is in {quantity.unit}, and the value in {fault.values.unit}"
            raise UnitError("U302", what, fault.values.place)
        datasets = tuple(_with_block(d, fault) if d.id == fault.dataset else d for d in self.methodology.datasets)
        return replace(self.methodology, datasets=datasets)


def _with_block(dataset: Dataset, fault: ValueFault) -> Dataset:
    return replace(dataset, values=(*dataset.values[: fault.block], fault.values, *dataset.values[fault.block + 1 :]))


def with_fault(methodology: Methodology, equation: Equation, under: tuple[tuple[str, str], ...]) -> Methodology:
    """Return a methodology in which one equation is exchanged: of the text, or of the edits that hold under some readings."""
    if not under:
        return with_equation(methodology, equation)

    def of_block(block: EditBlock) -> EditBlock:
        if block.under != under:
            return block
        entries = tuple(replace(e, entry=equation) if isinstance(e.entry, Equation) and e.id == equation.id else e for e in block.entries)
        return replace(block, entries=entries, steps=tuple(_of_step(step, equation) for step in block.steps))

    rulings = tuple(
        replace(ruling, readings=tuple(replace(x, edits=tuple(map(of_block, x.edits))) for x in ruling.readings)) for ruling in methodology.rulings
    )
    return replace(methodology, rulings=rulings)


def _of_step(step: Adjustment, equation: Equation) -> Adjustment:
    """Return a step with one equation exchanged, in which what it stands behind is what arrives."""

    def arriving(node: Node) -> Node | None:
        if isinstance(node, Element | MatrixRef) and node.quantity == step.of:
            return replace(node, quantity=IT)
        return None

    new = replace(equation, formula=exchanged(equation.formula, arriving))
    return replace(step, equations=tuple(new if e.id == equation.id else e for e in step.equations))


def with_equation(methodology: Methodology, equation: Equation) -> Methodology:
    """Return a methodology with one equation exchanged for another of the same id."""
    return replace(methodology, equations=tuple(equation if e.id == equation.id else e for e in methodology.equations))



