"""Steps put between quantities and those that read them, in their order, one inside the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace

from equations.errors import GraphError, MethodologyError, raise_all
from equations.formula.exchange import exchanged, with_letters
from equations.formula.syntax import Binder, Element, IndexLetter, MatrixRef, Node, quantities_in, walk
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.model.reading import IT, Adjustment, EditBlock, name_part
from equations.records import record


@record(frozen=True)
class Placed:
    """A step with the edits that it belongs to."""

    block: EditBlock
    step: Adjustment

    @property
    def ruling(self) -> str:
        """Its ruling."""
        return self.block.under[0][0]


def nested(methodology: Methodology, steps: list[Placed]) -> Methodology:
    """Return a methodology with steps between its quantities and what reads them.

    Parameters
    ----------
    steps
        In the order of the file.

    Raises
    ------
    MethodologyError
        G406, G407, G408; all together.
    """
    if not steps:
        return methodology
    work = _Nesting(methodology, steps)
    found = work.methodology_with_steps()
    raise_all(work.errors)
    return found


def in_order(steps: list[Placed]) -> list[Placed]:
    """Return steps on one quantity so that each stands behind those of the rulings that it names; else in the order given.

    Raises
    ------
    GraphError
        G407 for a circle.
    """
    left, found = list(steps), []
    while left:
        waiting = {other.ruling for other in left}
        free = next((one for one in left if not (waiting - {one.ruling}) & set(one.step.after)), None)
        if free is None:
            names = ", ".join(one.block.name for one in left)
            raise GraphError("G407", f"the steps on {left[0].step.of} come after each other in a circle", left[0].step.place,
                             why=names, remedy="take one of the names out of `after:`")  # fmt: skip
        left.remove(free)
        found.append(free)
    return found


@record(frozen=False)
class _Nesting:
    methodology: Methodology
    steps: list[Placed]
    errors: list[MethodologyError] = field(default_factory=list)
    #: Reader (equation or ruling) and quantity -> the steps between, in order.
    chains: dict[tuple[str, str], list[Placed]] = field(default_factory=dict)
    #: Step (by number) -> the one before it, or ``None`` where the quantity itself arrives.
    before: dict[int, Placed | None] = field(default_factory=dict)

    #: Equation that a step on a definition became -> its ruling, under which others name it as a reader.
    of_ruling: dict[str, str] = field(default_factory=dict)

    def methodology_with_steps(self) -> Methodology:
        methodology = self.methodology
        between: list[Placed] = []
        others = [placed.step for placed in self.steps if placed.step.readers]
        # Steps on definitions first: after them the methodology is one as if written so, and the steps between quantities and
        # readers find what really reads.
        for of in dict.fromkeys(placed.step.of for placed in self.steps):
            own = [placed for placed in self.steps if placed.step.of == of]
            if of not in methodology.quantity:
                self.fault(own[0], f"there is no {of} behind which the step of {own[0].block.name} could stand", "take its reading out")
                continue
            try:
                ordered = in_order(own)
            except GraphError as error:
                self.errors.append(error)
                continue
            between += [placed for placed in ordered if placed.step.readers]
            for placed in ordered:
                if not placed.step.readers:
                    self.of_ruling |= {equation.id: placed.ruling for equation in placed.step.equations}
                    methodology = _on_definition(methodology, placed, others, self.of_ruling)
        raise_all(self.errors)
        self.methodology = methodology
        for placed in between:
            for reader in placed.step.readers:
                self.chains.setdefault((reader, placed.step.of), []).append(placed)
        self.find_before()
        return self.put_between(between)

    def fault(self, placed: Placed, what: str, remedy: str, why: str = "") -> None:
        self.errors.append(GraphError("G408", what, placed.step.place, why=why, remedy=remedy))

    def find_before(self) -> None:
        """Find what arrives at each step: the same for all that read it."""
        told: dict[int, str] = {}
        for (reader, of), chain in self.chains.items():
            if not self.is_read(reader, of):
                continue
            previous: Placed | None = None
            for placed in chain:
                key = id(placed)
                # A step is one equation and has one thing that arrives. Readers with different steps before it would want two of
                # it.
                if key in self.before and self.before[key] is not previous:
                    one, two = self.before[key], previous
                    self.fault(placed, f"what arrives at the step of {placed.block.name} on {of} is not the same for {told[key]} and {reader}",
                               "let the steps before it name the same readers under `in:`",
                               f"for {told[key]} it comes from {_named(one, of)}, for {reader} from {_named(two, of)}")  # fmt: skip
                self.before[key] = previous
                told.setdefault(key, reader)
                previous = placed

    def is_read(self, reader: str, of: str) -> bool:
        """Whether an equation, or a step of a ruling, reads a quantity."""
        equation = self.methodology.equation.get(reader)
        if equation is not None:
            return reads(equation.formula, of)
        own = (placed.step for placed in self.steps if placed.ruling == reader)
        return self.is_read_by_definition(reader, of) or any(reads(e.formula, of) for step in own for e in step.equations)

    def is_read_by_definition(self, ruling: str, of: str) -> bool:
        """Whether a step of a ruling that stands on a definition, and has equations of its own, reads a quantity."""
        return any(self.of_ruling.get(equation.id) == ruling and reads(equation.formula, of) for equation in self.methodology.equations)

    def put_between(self, between: list[Placed]) -> Methodology:
        # A step whose value nobody reads under these readings is not put in: it would be a quantity that leads nowhere, which
        # `check` reports.
        wanted = self.wanted()
        live = [placed for placed in between if id(placed) in wanted]
        quantities, equations = list(self.methodology.quantities), list(self.methodology.equations)
        taken = {q.id for q in quantities} | {name for q in quantities for name in (q.matrix, q.diagonal_matrix) if name}
        for placed in live:
            for quantity in placed.step.quantities:
                given = [name for name in (quantity.id, quantity.matrix, quantity.diagonal_matrix) if name]
                self.errors += [GraphError("G406", f"the name {name!r} of a step of {placed.block.name} is taken under these readings",
                                           placed.step.place, remedy="give what it defines another name")
                                for name in given if name in taken]  # fmt: skip
                taken.update(given)
        raise_all(self.errors)
        readers = {reader for reader, _ in self.chains}
        rewritten = [self.rewritten(e, key) if (key := self.of_ruling.get(e.id, e.id)) in readers else e for e in equations]
        reading = readers | {equation.id for placed in live for equation in placed.step.equations}
        for placed in live:
            behind = _behind(placed, self.before, quantities)
            at = 1 + next(at for at, q in enumerate(quantities) if q.id == behind)
            quantities[at:at] = placed.step.quantities
            own = [self.of_step(equation, placed) for equation in placed.step.equations]
            # A step stands before its first reader, as an author would write it; numbers do not hang on that, texts of the
            # methodology do.
            names = {quantity.id for quantity in placed.step.quantities}
            first = next((at for at, e in enumerate(rewritten) if e.id in reading and any(reads(e.formula, id_) for id_ in names)), len(rewritten))
            rewritten[first:first] = own
        raise_all(self.errors)
        return replace(self.methodology, quantities=tuple(quantities), equations=tuple(rewritten))

    def wanted(self) -> set[int]:
        """Return the steps whose value is read, by number."""
        last = [chain[-1] for (reader, of), chain in self.chains.items()
                if self.is_read_by_definition(reader, of) or (reader in self.methodology.equation and self.is_read(reader, of))]  # fmt: skip
        found: set[int] = set()
        while last:
            placed = last.pop()
            if id(placed) in found:
                continue
            found.add(id(placed))
            before = self.before.get(id(placed))
            if before is not None and any(reads(e.formula, IT) for e in placed.step.equations):
                last.append(before)
            last += [chain[-1] for (reader, of), chain in self.chains.items()
                     if reader == placed.ruling and any(reads(e.formula, of) for e in placed.step.equations)]  # fmt: skip
        return found

    # -- formulas

    def rewritten(self, equation: Equation, reader: str) -> Equation:
        """Return an equation that reads what the steps give."""
        now = {of: chain[-1] for (name, of), chain in self.chains.items() if name == reader and chain}
        formula = exchanged(equation.formula, lambda node: self.swapped(node, now, equation))
        return equation if formula is equation.formula else replace(equation, formula=formula, printed="")

    def of_step(self, equation: Equation, placed: Placed) -> Equation:
        """Return an equation of a step with what arrives in the place of ``it``."""
        now = {of: chain[-1] for (name, of), chain in self.chains.items() if name == placed.ruling}
        before = self.before.get(id(placed))
        raw = self.methodology.quantity[placed.step.of]

        def swap(node: Node) -> Node | None:
            if isinstance(node, Element | MatrixRef) and node.quantity == IT:
                return read_as(node, raw, ()) if before is None else self.read_step(node, before, equation)
            return self.swapped(node, now, equation)

        return replace(equation, formula=exchanged(equation.formula, swap))

    def swapped(self, node: Node, now: dict[str, Placed], owner: Equation) -> Node | None:
        if isinstance(node, Element | MatrixRef) and node.quantity in now:
            return self.read_step(node, now[node.quantity], owner)
        return None

    def read_step(self, node: Element | MatrixRef, placed: Placed, owner: Equation) -> Node:
        """Return what a step gives, as it is read in the place of the quantity; with the owner's own letter where it has one index more."""
        more = placed.step.more
        if not more:
            return read_as(node, placed.step.gives, ())
        letters = dict(owner.letters)
        for index in owner.defines.indices:
            if isinstance(index, IndexLetter) and self.methodology.base_set(letters[index.letter]) == more:
                return read_as(node, placed.step.gives, (IndexLetter(index.letter, span=node.span),))
        self.fault(placed, f"{owner.id} has no index over {more}, which the step of {placed.block.name} on {placed.step.of} adds",
                   "leave it out of `in:`, or let it come before the step")  # fmt: skip
        return node


def read_as(node: Element | MatrixRef, quantity: Quantity, more: tuple[IndexLetter, ...]) -> Element | MatrixRef:
    """Return another quantity, or its matrix, in the place of a node."""
    indices = (*node.indices, *more)
    if isinstance(node, Element):
        return Element(quantity.id, indices, span=node.span)
    name = quantity.diagonal_matrix if node.diagonal else quantity.matrix
    return MatrixRef(name, quantity.id, node.diagonal, indices, span=node.span)


def with_arriving(formula: Node, quantity: Quantity) -> Node:
    """Return a formula of a step with a quantity in the place of ``it``."""

    def swap(node: Node) -> Node | None:
        return read_as(node, quantity, ()) if isinstance(node, Element | MatrixRef) and node.quantity == IT else None

    return exchanged(formula, swap)


def reads(formula: Node, quantity: str) -> bool:
    """Whether a formula names a quantity, or its matrix."""
    return quantity in quantities_in(formula)


def _named(placed: Placed | None, of: str) -> str:
    return f"{of} itself" if placed is None else f"the step of {placed.block.name}"


def _behind(placed: Placed, before: dict[int, Placed | None], quantities: Iterable[Quantity]) -> str:
    """Return the quantity behind which those of a step are declared."""
    previous = before.get(id(placed))
    known = {quantity.id for quantity in quantities}
    return previous.step.gives.id if previous is not None and previous.step.gives.id in known else placed.step.of


# -- the definition itself


def _on_definition(methodology: Methodology, placed: Placed, others: list[Adjustment], of_ruling: dict[str, str]) -> Methodology:
    """Return a methodology in which the right side of a quantity's definition is what arrives at a step, and the quantity what it gives."""
    step, definitions = placed.step, methodology.definitions.get(placed.step.of, ())
    gives = step.equations[-1]
    if not definitions:
        raise GraphError("G408", f"the step of {placed.block.name} changes the definition of {step.of}, which has none", step.place,
                         remedy="name the equations that read it under `in:`")  # fmt: skip
    keys = [of_ruling.get(definition.id, definition.id) for definition in definitions]
    # Where it can, the step becomes part of the formula, and the methodology reads as if it had been written that way. Only where
    # that would capture letters or change what other steps mean is what arrives given a name of its own.
    alone = len(step.equations) == 1 and all(fits_inside(gives, definition) for definition in definitions)
    if alone and not told_apart(gives, placed.ruling, keys, others):
        new = {definition.id: put_inside(gives, definition) for definition in definitions}
        return replace(methodology, equations=tuple(new.get(e.id, e) for e in methodology.equations))
    return set_apart(methodology, placed)


def fits_inside(gives: Equation, definition: Equation) -> bool:
    """Whether the right side of a definition can stand in the place of ``it``."""
    left = definition.defines
    letters = [index.letter for index in gives.defines.indices if isinstance(index, IndexLetter)]
    plain = not definition.solver and not gives.solver and isinstance(left, Element) and all(isinstance(i, IndexLetter) for i in left.indices)
    own = [i.letter if isinstance(i, IndexLetter) and not i.offset else "" for node in walk(gives.formula)
           if isinstance(node, Element) and node.quantity == IT for i in node.indices]  # fmt: skip
    return plain and not any(isinstance(node, Binder | MatrixRef) for node in walk(gives.formula)) and all(
        own[at : at + len(letters)] == letters for at in range(0, len(own), len(letters) or 1)
    )


def told_apart(gives: Equation, ruling: str, definitions: Iterable[str], others: Iterable[Adjustment]) -> bool:
    """Whether other steps stand before what a step on a definition reads and not before its definitions, or the other way round.

    One formula in the other would then read what is meant for that other one only.
    """
    names = list(definitions)
    return any(reads(gives.formula, other.of) and any((name in other.readers) != (ruling in other.readers) for name in names) for other in others)


def put_inside(gives: Equation, definition: Equation) -> Equation:
    """Return a definition whose right side stands in the place of ``it``; see :func:`fits_inside`."""
    names = [index.letter for index in gives.defines.indices if isinstance(index, IndexLetter)]
    own = [index.letter for index in definition.defines.indices if isinstance(index, IndexLetter)]
    renamed = with_letters(gives.formula, dict(zip(names, own, strict=True)))
    formula = exchanged(renamed, lambda node: definition.formula if isinstance(node, Element) and node.quantity == IT else None)
    equivalences = tuple(dict.fromkeys((*definition.equivalences, *gives.equivalences)))
    # Of two grounds in one formula the weaker one counts: nobody may take an assumption for the publication's word.
    source = definition.source.weakened(gives.source)
    return replace(definition, formula=formula, printed="", equivalences=equivalences, source=source)


def set_apart(methodology: Methodology, placed: Placed) -> Methodology:
    """Give the right side of a definition a name of its own: what arrives at the step."""
    step = placed.step
    of = methodology.quantity[step.of]
    suffix = name_part(placed.ruling)
    mark = f"^{{\\text{{before {placed.ruling}}}}}"
    raw = replace(
        of, id=f"{of.id}_before_{suffix}", kind="computed", role="", symbol=f"{{{of.symbol}}}{mark}",
        matrix=of.matrix and f"{of.matrix}_before_{suffix}", diagonal_matrix=of.diagonal_matrix and f"{of.diagonal_matrix}_before_{suffix}",
        editorial=f"What {of.id} is before ruling {placed.ruling}",
    )  # fmt: skip

    equations = [replace(e, defines=read_as(e.defines, raw, ())) if e.quantity == of.id else e for e in methodology.equations]
    own = []
    for equation in step.equations:
        formula = with_arriving(equation.formula, raw)
        left = read_as(equation.defines, of, ()) if equation is step.equations[-1] else equation.defines
        own.append(replace(equation, formula=formula, defines=left))
    at = 1 + max(at for at, e in enumerate(equations) if e.quantity == raw.id)
    equations[at:at] = own
    quantities = list(methodology.quantities)
    here = quantities.index(of)
    quantities[here:here] = [raw, *step.quantities[:-1]]
    return replace(methodology, quantities=tuple(quantities), equations=tuple(equations))
