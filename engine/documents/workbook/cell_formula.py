"""The formula of one cell of a run, and a note where it is no formula but a number that is guarded."""

from __future__ import annotations

import numpy as np

from engine.documents.workbook.fixed_numbers import FixedNumbers
from engine.documents.workbook.formula_writer import Context, FormulaWriter, UnwritableError
from engine.documents.workbook.matrix_writer import MatrixWriter
from engine.plan.plan import Step
from engine.run.cell_reads import Cell
from engine.run.formula import Scope
from equations.formula.syntax import MatrixRef
from equations.model.cell_labels import written_cell
from equations.model.equation import Equation
from equations.model.left_side import left_side
from equations.records import record


@record(frozen=True)
class CellFormula:
    """A formula without its sign of equality, and what to tell of it: why it is a number and no formula."""

    text: str
    note: str = ""


class CellFormulas:
    """Writes the formulas of the cells of a run."""

    def __init__(self, context: Context) -> None:
        self.context, self.run = context, context.run
        self.writer = FormulaWriter(context)
        self.matrices = MatrixWriter(self.writer)
        self.fixed = FixedNumbers(self.writer)

    def of(self, quantity: str, cell: Cell, step: Step, home: str) -> CellFormula:
        """Return the formula of a cell that a step gave.

        Parameters
        ----------
        home
            The sheet on which it stands.
        """
        equation = self.run.methodology.equation[step.equation]
        labels = self.run.setting.labels(self.run.methodology.quantity[quantity].indices, cell)
        self.context.home, self.context.belongs_to = home, written_cell(quantity, labels)
        scope = self.scope(equation, cell)
        if equation.solver:
            return self.number(equation, quantity, cell, scope, f"{equation.label} is solved, which spreadsheet programs cannot do")
        kept, blocks = len(self.context.parts.rows), dict(self.context.blocks)
        try:
            return CellFormula(self.writer.checked(self.text(equation, cell, scope)))
        except UnwritableError as why:
            del self.context.parts.rows[kept:]
            self.context.blocks = blocks
            return self.number(equation, quantity, cell, scope, str(why))

    def text(self, equation: Equation, cell: Cell, scope: Scope) -> str:
        left = equation.defines
        if isinstance(left, MatrixRef):
            return self.matrices.element(equation.formula, scope, cell[0], cell[0] if left.diagonal else cell[1]).text
        return self.writer.number(equation.formula, scope).text

    def number(self, equation: Equation, quantity: str, cell: Cell, scope: Scope, why: str) -> CellFormula:
        """Return the number of the run with what guards it."""
        letters = tuple((letter, tuple(places)) for letter, (_, places) in scope.letters.items())
        value = float(self.run.values.arrays[quantity][cell])
        but = quantity if equation.solver else ""
        text = self.fixed.text(equation.formula, scope, value, but, (equation.id, letters))
        return CellFormula(text, f"a number, not a formula: {why}. It gives #N/A once what it was found from has changed")

    def scope(self, equation: Equation, cell: Cell) -> Scope:
        left, scope = left_side(equation, self.run.methodology.quantity[equation.quantity]), Scope()
        for letter, at in left.letters_at(cell).items():
            scope = scope.bound(letter, left.axis_of[letter], np.array([at], np.intp))
        return scope
