"""From a number to its sources: the equation, the numbers in it, and where each of those comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.explain.trace_node import TraceNode
from engine.output.terminal import number
from engine.plan.cells import ABSENT, EXCLUDED, NOT_APPLICABLE
from engine.plan.plan import Step
from engine.run.brackets import FoundRoot
from engine.run.cell_reads import Cell, CellReads
from engine.run.formula import FormulaEvaluator, Scope
from engine.run.run import Run
from engine.run.said_values import value_text
from engine.run.single_terms import terms_of
from engine.run.solvers import root_parts
from equations.errors import InputError, listed, near, near_or_all
from equations.formula.functions import FUNCTIONS
from equations.formula.grammar import parse_formula
from equations.formula.syntax import (
    Binary,
    Call,
    Cases,
    Element,
    IndexGroup,
    IndexLetter,
    MatrixRef,
    Name,
    Node,
    Number,
    Reduce,
    children,
    rebuild,
    walk,
)
from equations.model.cell_labels import NAME, is_whole, read_labels, written_cell
from equations.model.equation import Equation
from equations.model.left_side import left_side
from equations.notation.matrix import free_letter, is_matrix, is_written_out, letters_in, lowered
from equations.notation.plain import letters_of, plain_text


def _example(run: Run) -> str:
    """Return the name of a number of this run: one of what is asked for first."""
    quantity = run.methodology.quantity[run.plan.targets[0]]
    return written_cell(quantity.id, [run.setting.members[axis][0] for axis in quantity.indices])


def parse_target(run: Run, text: str) -> list[tuple[str, Cell]]:
    """Read ``X[2019]``; without labels, all cells of the quantity.

    Raises
    ------
    MethodologyError
        X201 for the text, X204 and I502 for names and labels that the run does not have.
    """
    name, labels = _name_and_labels(run, text)
    if name not in run.values.arrays:
        known = near_or_all(name, run.values.arrays, "this run has")
        why = "it is not part of this run" if name in run.methodology.quantity else "the methodology has no such quantity"
        raise InputError("I502", f"there is no {name!r}", why=why, remedy=known)
    axes = run.methodology.quantity[name].indices
    if not labels:
        return [(name, cell) for cell in np.ndindex(*run.values.arrays[name].shape)
                if run.values.states[name][cell] not in (ABSENT, NOT_APPLICABLE)]  # fmt: skip
    if len(labels) != len(axes):
        raise InputError("I502", f"{name} has the indices {', '.join(axes) or 'none'}", remedy="give one label for each")
    cell = []
    for label, axis in zip(labels, axes, strict=True):
        members = run.setting.members[axis]
        if label not in members:
            raise InputError("I502", f"{axis} has no member {label!r}", why=f"its members are {listed(members, 12)}",
                             remedy=near(label, members) or "take one of them")  # fmt: skip
        cell.append(members.index(label))
    if run.values.states[name][tuple(cell)] == ABSENT:
        raise InputError("I502", f"{text} is not part of this run", why="nothing that was asked for needs it")
    return [(name, tuple(cell))]


def _name_and_labels(run: Run, text: str) -> tuple[str, list[str]]:
    """Return quantity and labels of a number as results name it, whatever its members are called: ``A["dry, dense", 2019]``."""
    found = NAME.match(text)
    if found is not None and (found[2] is None or (found[2].strip() and is_whole(found[2]))):
        return found[1], [] if found[2] is None else [label for label, *_ in read_labels(found[2])]
    parse_formula(text)  # what is no formula at all is told with the place
    raise InputError("I502", f"{text!r} does not name a number", remedy=f"write it as {_example(run)}")


def explain(run: Run, quantity: str, cell: Cell, depth: int = 12) -> TraceNode:
    """Return the tree from one number to its sources.

    Parameters
    ----------
    cell
        Positions on the quantity's axes.
    depth
        Levels below the number.

    Raises
    ------
    InputError
        I508 for a depth below zero.
    """
    if depth < 0:
        raise InputError("I508", f"a depth is how many levels are shown below a number, not {depth}", remedy="take 0 or more")
    tracer = Tracer(run)
    return tracer.node(quantity, cell, depth)


class Tracer:
    """Finds, for single numbers of a run, the equation with numbers in it and the numbers that it reads."""

    #: How many terms of a sum are written out.
    most_terms = 24

    def __init__(self, run: Run) -> None:
        self.run = run
        self.evaluator = FormulaEvaluator(run.methodology, run.setting, dict(run.values.arrays), exact=run.exact)
        self.cells = CellReads(self.evaluator)
        self.seen: set[tuple[str, Cell]] = set()
        self.texts: dict[str, str] = {}
        self.elements: dict[str, tuple[str, str, Node]] = {}

    def node(self, quantity: str, cell: Cell, depth: int) -> TraceNode:
        """Return a number with what lies so many levels below it."""
        run = self.run
        declared = run.methodology.quantity[quantity]
        labels = run.setting.labels(declared.indices, cell)
        value = float(run.values.arrays[quantity][cell])
        state = "NA" if run.values.states[quantity][cell] == EXCLUDED else ""
        unit = str(declared.unit)
        if declared.alternatives is not None:
            by = labels[declared.indices.index(declared.alternatives.by)]
            unit = str(declared.unit_for(run.inputs.alternatives.get(declared.alternatives.group, {}).get(by, "")))
        step = run.values.step_at(quantity, cell)
        if step is None:
            origin = run.inputs.origins.get(quantity, {}).get(cell)
            return TraceNode(quantity, labels, value, unit, state, source=str(declared.source), origin=origin,
                             ground=declared.source.ground_words, type=declared.type)  # fmt: skip
        equation = run.methodology.equation[step.equation]
        # A number that stands in many sums is told once; the tree would otherwise grow with the number of ways to it.
        known = (quantity, cell) in self.seen
        if depth > 0:
            self.seen.add((quantity, cell))
        scope, formula = self.element_form(equation, self.scope(step, cell), cell)
        read = [] if known else [at for at in self.cells.reads(formula, scope) if not (equation.solver and at == (quantity, cell))]
        # Cells of a table that are zero are counted, not shown; a single number that is zero is worth its line.
        zero = {at for at in read if declared.indices and len(at[1]) > 1 and run.values.arrays[at[0]][at[1]] == 0} if depth > 0 else set()
        uses = [self.node(name, place, depth - 1) for name, place in read if (name, place) not in zero] if depth > 0 else []
        return TraceNode(
            quantity=quantity, labels=labels, value=value, unit=unit, state=state, equation=equation.label, equation_id=equation.id,
            formula=self.formula_text(equation), substituted=self.substituted(equation, formula, scope),
            source=str(equation.source), origin=None, uses=tuple(uses), zeros=len(zero), deeper=0 if depth > 0 else len(read), repeated=known,
            tool=self.tool_of(equation), ground=equation.source.ground_words,
            type=declared.type,
        )  # fmt: skip

    def tool_of(self, equation: Equation) -> str:
        """Return the tool to which an equation belongs, with the place in its publication."""
        tool, source = self.run.methodology.tool_of(equation.id), equation.source
        if tool is None:
            return ""
        place = [f"section {source.section}"] if source.section else []
        return ", ".join([tool.reference, *place, *([f"p. {source.page}"] if source.page else [])])

    def scope(self, step: Step, cell: Cell) -> Scope:
        """Return the scope of the cell that a step gave."""
        equation = self.run.methodology.equation[step.equation]
        left, scope = left_side(equation, self.run.methodology.quantity[step.quantity]), Scope()
        for letter, at in left.letters_at(cell).items():
            scope = scope.bound(letter, left.axis_of[letter], np.array([at], np.intp))
        return scope

    def formula_text(self, equation: Equation) -> str:
        """Return a formula as the spec writes it."""
        if equation.id not in self.texts:
            self.texts[equation.id] = plain_text(equation.formula, letters_of(self.run.methodology, equation))
        return self.texts[equation.id]

    def element_form(self, equation: Equation, scope: Scope, cell: Cell) -> tuple[Scope, Node]:
        """Return a formula for one element: of a matrix equation the element in the cell's row and column."""
        if not isinstance(equation.defines, MatrixRef):
            return scope, equation.formula
        axes = self.run.methodology.quantity[equation.quantity].indices
        if equation.id not in self.elements:
            self.elements[equation.id] = self.element_of(equation, axes, set(scope.letters))
        row, column, formula = self.elements[equation.id]
        for letter, axis, at in ((row, axes[0], cell[0]), (column, axes[1], cell[1])):
            scope = scope.bound(letter, axis, np.array([at], np.intp))
        return scope, formula

    def element_of(self, equation: Equation, axes: tuple[str, ...], used: set[str]) -> tuple[str, str, Node]:
        """Return letters for row and column of a matrix equation, and its formula for the element there."""
        formula = equation.formula
        if equation.solver:
            known, exponent = root_parts(equation)
            # Not what the equation says: a product reads the same numbers as the root, and has an element for each of its own.
            formula = Binary("*", known, exponent)
        formula = _without_powers(formula)
        used |= letters_in(formula)
        row = free_letter(axes[0], used, self.run.methodology)
        column = free_letter(axes[1], used | {row}, self.run.methodology)
        return row, column, lowered(formula, row, column, self.run.methodology)

    @staticmethod
    def is_opaque(equation: Equation) -> bool:
        """Whether numbers cannot be written into an equation: it is solved, or raises a matrix to a power that is not written out."""
        return bool(equation.solver) or _without_powers(equation.formula) is not equation.formula

    # -- the formula with numbers

    def substituted(self, equation: Equation, formula: Node, scope: Scope) -> str:
        """Return the formula with numbers; an outer sum is written out term by term."""
        if equation.solver:
            where = ", ".join(self.evaluator.labels(letter, scope)[0] for letter, _ in equation.letters if letter in scope.letters)
            found = [str(s) for s in self.run.values.solutions if s.equation == equation.id and (s.where == where or not isinstance(s, FoundRoot))]
            return f"solved: {found[0]}" if found else "solved"
        if _without_powers(equation.formula) is not equation.formula:
            return f"one element of {plain_text(equation.formula, letters_of(self.run.methodology, equation))}"
        zeros: list[int] = []
        if isinstance(formula, Reduce) and formula.kind == "Sum":
            text = self.added(self.terms(formula, scope, zeros))
        else:
            text = plain_text(self.opened(formula, scope, zeros))
        return text + (f"   ({len(zeros)} {'term is' if len(zeros) == 1 else 'terms are'} zero)" if zeros else "")

    def opened(self, node: Node, scope: Scope, zeros: list[int]) -> Node:
        """Return a formula with numbers for elements, the case that is taken for each `cases`, and sums written out.

        Parameters
        ----------
        zeros
            Takes how many terms of zero were left out.
        """
        parts: dict[int, Node] = {}
        for inner in _outermost(node):
            match inner:
                case Element():
                    text = self.shown(inner, scope)
                    parts[id(inner)] = inner if text is None else Name(text)
                case Cases():
                    taken = self.case(inner, scope)
                    parts[id(inner)] = inner if taken is inner else self.opened(taken, scope, zeros)
                case Call() if inner is not node:
                    value, _ = self.evaluator.value(inner, scope)
                    parts[id(inner)] = Name(_of_calendar(inner.name, float(np.ravel(value)[0]))) if np.size(value) == 1 else inner
                case Reduce(kind="Count" | "Interpolate" | "Lookup") if inner is not node:
                    value, _ = self.evaluator.value(inner, scope)
                    parts[id(inner)] = Name(number(float(np.ravel(value)[0]))) if np.size(value) == 1 else inner
                case Reduce(kind="Sum" | "Max" | "Min" | "Mean" | "StdDev" | "StdErr"):
                    parts[id(inner)] = self.reduced(inner, scope, zeros)
        return _without_ones(rebuild(node, parts))

    def case(self, node: Cases, scope: Scope) -> Node:
        for condition, value in node.branches:
            held, _ = self.evaluator.condition(condition, scope)
            if np.size(held) != 1:
                return node
            if bool(np.ravel(held)[0]):
                return value
        assert node.otherwise is not None
        return node.otherwise

    def reduced(self, node: Reduce, scope: Scope, zeros: list[int]) -> Node:
        terms = self.terms(node, scope, zeros)
        if len(terms) < 2 and node.kind not in ("StdDev", "StdErr"):
            return terms[0] if terms else Name("0")
        return Name(f"({self.added(terms)})" if node.kind == "Sum" else f"{node.kind}({', '.join(map(plain_text, terms))})")

    def added(self, terms: list[Node]) -> str:
        more = f" + ... ({len(terms) - self.most_terms} more terms)" if len(terms) > self.most_terms else ""
        return " + ".join(map(plain_text, terms[: self.most_terms] or [Name("0")])) + more

    def terms(self, node: Reduce, scope: Scope, zeros: list[int]) -> list[Node]:
        """Return what a sum adds, without what is zero, or all of what a maximum compares."""
        terms = []
        with np.errstate(all="ignore"):
            for one, term in terms_of(self.evaluator, node, scope):
                if term is None:
                    continue
                if node.kind == "Sum" and term == 0:
                    zeros.append(1)
                elif node.kind == "Sum" or self.is_there(node.body, one):  # a maximum leaves out what is not given
                    terms.append(self.opened(node.body, one, zeros))
        return terms

    def is_there(self, node: Node, scope: Scope) -> bool:
        states = self.run.values.states
        return all(states[name][place] not in (ABSENT, NOT_APPLICABLE) for name, place in self.cells.reads(node, scope))

    def shown(self, element: Element, scope: Scope) -> str | None:
        letters = [i.letter for i in element.indices if isinstance(i, IndexLetter | IndexGroup)]
        # Bound within what is shown as it is written: there is no one number to put in.
        if any(letter not in scope.letters or len(scope.letters[letter][1]) != 1 for letter in letters):
            return None
        return self.written(element.quantity, self.cells.place(element.quantity, element.indices, scope))

    def written(self, quantity: str, place: Cell) -> str:
        """Return one number as it stands in a formula."""
        value = float(self.run.values.arrays[quantity][place])
        text = value_text(self.run.methodology.quantity[quantity].type, value)
        return f"({text})" if value < 0 and text.startswith("-") else text


def _without_powers(node: Node) -> Node:
    """Exchange matrix powers that cannot be written out (the exponent is data, or no whole number) for a product.

    It reads the same, and has elements that can be written.
    """
    parts: dict[int, Node] = {
        id(inner): Binary("*", inner.left, inner.right)
        for inner in walk(node)
        if isinstance(inner, Binary) and inner.op == "^" and is_matrix(inner.left) and not is_written_out(inner.right)
    }
    return rebuild(node, parts) if parts else node


def _of_calendar(function: str, value: float) -> str:
    """Return what a function of the calendar gives: a date as one, all else as a number."""
    return value_text("date" if function in ("first_day", "last_day") else "number", value)


def _outermost(node: Node) -> Iterator[Node]:
    """Yield the elements, `cases`, reductions and calls of the calendar that do not stand within another of them."""
    if isinstance(node, Element | Cases | Reduce) or (isinstance(node, Call) and FUNCTIONS[node.name].rule == "calendar"):
        yield node
    else:
        for inner in children(node):
            yield from _outermost(inner)


def _without_ones(node: Node) -> Node:
    """Leave out factors that are a plain 1, such as those of a diagonal matrix."""
    if isinstance(node, Binary):
        left, right = _without_ones(node.left), _without_ones(node.right)
        if node.op == "*" and isinstance(right, Number) and right.text == "1":
            return left
        if node.op == "*" and isinstance(left, Number) and left.text == "1":
            return right
        return replace(node, left=left, right=right)
    return node
