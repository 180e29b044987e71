r"""Formulas as LaTeX, as printed and in the order written.

A division is a ``\frac`` where it is the whole of a formula, bracket, case or argument, and stands inline otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace

from equations.formula.functions import FUNCTIONS, REDUCTIONS
from equations.formula.syntax import (
    All,
    Binary,
    Binder,
    Call,
    Cases,
    Compare,
    DateMark,
    Diagonal,
    Element,
    Excluded,
    GroupOf,
    Identity,
    Index,
    IndexGroup,
    IndexLabel,
    Letter,
    Logic,
    MatrixRef,
    Member,
    Negative,
    Node,
    Not,
    Number,
    Points,
    Ratio,
    Reduce,
    Supplied,
    Switch,
    Transpose,
    Window,
    Word,
)
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.notation.matrix import is_matrix, matrix_sets
from equations.notation.plain import AND, ATOM, COMPARE, NOT, OR, POWER, PRODUCT, SIGNED, SUM, lag
from equations.notation.symbols import escaped, filled, letter_latex, symbol_latex, unit_latex, word_latex
from equations.records import record

#: Between sum and product stands what reaches to the right as far as it can, such as a sum over an index.
OPEN = SUM + 0.5
_OPERATORS = {"*": r" \times ", "/": " / ", ".*": r" \circ ", "@": r" \, "}
_COMPARISONS = {"==": "=", "!=": r"\neq", "<=": r"\leq", ">=": r"\geq"}


@record(frozen=True)
class Marks:
    """Nodes of a formula that are coloured, by their ``id``; a node known by it stands in one place only."""

    nodes: frozenset[int] = frozenset()
    colour: str = "red"

    def shown(self, node: Node, text: str) -> str:
        """Return the LaTeX of a node, coloured where it is marked."""
        return rf"\textcolor{{{self.colour}}}{{{text}}}" if id(node) in self.nodes else text


def latex(node: Node, methodology: Methodology, letters: Mapping[str, str] | None = None, marks: Marks | None = None) -> str:
    r"""Write a resolved formula or condition as LaTeX.

    Parameters
    ----------
    letters
        Letter -> index set. A sum over another set than its letter stands for then names it, ``\sum_{i \in \text{scooter}}``;
        without ``letters`` it is printed as publications do, ``\sum_{i}``.
    marks
        Parts that are coloured.

    Returns
    -------
    str
        For mathematics mode; needs nothing beyond amsmath, and color where parts are marked.
    """
    return _Latex(methodology, letters, marks=marks or Marks()).text(node, whole=True)


def equation_latex(
    equation: Equation, methodology: Methodology, letters: Mapping[str, str] | None = None, *, printed: bool = False
) -> str:
    """Write an equation as LaTeX: left side and formula, or the relation that is solved.

    Parameters
    ----------
    letters
        As in :func:`latex`.
    printed
        Whether to take the form that the publication prints, where the spec records one.
    """
    if printed and equation.printed:
        return equation.printed
    if equation.solver:
        return latex(equation.formula, methodology, letters)
    return f"{latex(equation.defines, methodology, letters)} = {latex(equation.formula, methodology, letters)}"


def matrix_element_latex(equation: Equation, methodology: Methodology, letters: Mapping[str, str] | None = None) -> str:
    r"""Write a matrix equation with every matrix laid out in a ``bmatrix`` of its first, second and last rows and columns.

    Rows and columns are counted 1, 2, ..., n (columns to m where they run over another set). An equation without matrices
    is written as by :func:`equation_latex`.
    """
    if not is_matrix(equation.defines):
        return equation_latex(equation, methodology, letters)
    grid = _Grid(methodology, letters)
    if equation.solver:
        return grid.text(equation.formula, whole=True)
    return f"{grid.text(equation.defines)} = {grid.text(equation.formula, whole=True)}"


def _round(text: str) -> str:
    tall = any(command in text for command in (r"\frac", r"\sum", r"\prod", r"\begin"))
    return rf"\left( {text} \right)" if tall else f"({text})"


@record(frozen=True)
class _Latex:
    methodology: Methodology
    letters: Mapping[str, str] | None = None
    #: Letters printed as something else.
    instead: Mapping[str, str] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)

    def text(self, node: Node, least: float = OR, whole: bool = False) -> str:
        if isinstance(node, Binary) and node.op == "/" and (whole or least > PRODUCT):
            text, level = rf"\frac{{{self.text(node.left)}}}{{{self.text(node.right)}}}", float(POWER)
        else:
            text, level = self.parts(node)
        return self.marks.shown(node, text if level >= least else _round(text))

    def parts(self, node: Node) -> tuple[str, float]:
        """Return the text of a node without brackets, and how tightly it holds together."""
        match node:
            case Binary(op="^", left=base, right=exponent):
                return f"{self.text(base, ATOM)}^{{{self.text(exponent)}}}", POWER
            case Binary(op="+" | "-" as op, left=left, right=right):
                least = POWER if isinstance(right, Negative) else OPEN
                return f"{self.text(left, SUM)} {self.marks.shown(right, op)} {self.text(right, least)}", SUM
            case Binary():
                return self.product(node), PRODUCT
            case Negative(operand=operand):
                return "-" + self.text(operand, SIGNED), SIGNED
            case Reduce(kind="All" | "Any"):
                return self.reduction(node), OR
            case Reduce():
                return self.reduction(node), OPEN
            case Cases():
                return self.cases(node), COMPARE
            case Compare() | Logic() | Not() | Member():
                return self.condition(node)
            case Number() | Ratio():
                return self.number(node)
            case Element() | MatrixRef():
                return self.symbol(node)
        return self.atom(node), ATOM

    # -- operations

    def product(self, node: Binary) -> str:
        """Write a chain of products and divisions; only its last factor may be open to the right."""
        current, chain = node, [(node.op, node.right)]
        while isinstance(current.left, Binary) and current.left.op in _OPERATORS and (current.op != "@" or current.left.op == "@"):
            current = current.left
            chain.insert(0, (current.op, current.right))
        factors = [self.factor(op, factor, at == len(chain)) for at, (op, factor) in enumerate(chain, 1)]
        return self.text(current.left, SIGNED) + "".join(factors)

    def factor(self, op: str, factor: Node, last: bool) -> str:
        least: float = POWER if op != "*" or isinstance(factor, Binary | Negative) else SIGNED
        if last and op in ("*", ".*") and not isinstance(factor, Binary | Negative):
            least = OPEN
        return self.marks.shown(factor, _OPERATORS[op]) + self.text(factor, least)

    def reduction(self, node: Reduce) -> str:
        sign, body = REDUCTIONS[node.kind], node.body
        if isinstance(body, Points):
            parts = [self.text(part, whole=True) for part in (body.numbers, body.values, body.at)]
            inner = _round(rf"{parts[0]} \to {parts[1]},\; {parts[2]}")
            return f"{sign}_{{{self.within(node.binders[0])}}}{inner}"
        if node.kind == "Count" and isinstance(body, Number):
            return f"{sign}({', '.join(map(self.within, node.binders))})"
        text = self.text(body, OR if isinstance(body, Cases) or node.kind in ("All", "Any", "Count") else OPEN, whole=True)
        if node.kind in ("Sum", "Product"):
            return " ".join([*(self.marks.shown(binder, f"{sign}{self.binder(binder)}") for binder in node.binders), text])
        if node.kind in ("All", "Any"):
            return " ".join([*(self.marks.shown(binder, rf"{sign} {self.within(binder)}:") for binder in node.binders), text])
        if node.kind == "Count":
            text = f"({text})"
        return f"{sign}_{{{', '.join(self.marks.shown(binder, self.within(binder)) for binder in node.binders)}}} {text}"

    def binder(self, binder: Binder) -> str:
        if not isinstance(binder.within, Window):
            return f"_{{{self.within(binder)}}}"
        letter, window = self.letter(binder.letter), binder.within
        return rf"_{{{letter}={self.index(window.first)}{self.cut(letter, window)}}}^{{{self.index(window.last)}}}"

    def cut(self, letter: str, window: Window) -> str:
        """Return at the ends of which set a window is cut, if it is."""
        return rf",\, {letter} \in {_set(window.within)}" if window.within else ""

    def within(self, binder: Binder) -> str:
        letter = self.letter(binder.letter)
        match binder.within:
            case GroupOf(letter=group):
                return rf"{letter} \in {self.letter(group)}"
            case Window(first=first, last=last) as window:
                return rf"{self.index(first)} \leq {letter} \leq {self.index(last)}{self.cut(letter, window)}"
            case All(set=set_id) if self.letters is not None and self.letters.get(binder.letter) != set_id:
                return rf"{letter} \in {_set(set_id)}"
        return letter

    def cases(self, node: Cases) -> str:
        lines = [rf"{self.text(value, whole=True)} & \text{{if }} {self.text(condition)}" for condition, value in node.branches]
        if node.otherwise is not None:
            lines.append(rf"{self.text(node.otherwise, whole=True)} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"

    # -- conditions

    def condition(self, node: Node) -> tuple[str, float]:
        match node:
            case Logic(op=op, parts=parts):
                level = OR if op == "or" else AND
                return rf" \text{{ {op} }} ".join(self.text(part, NOT) for part in parts), level
            case Not(operand=Member() as member):
                return self.condition(replace(member, negated=not member.negated))
            case Not(operand=Supplied(quantity=quantity)):
                return rf"\text{{{escaped(quantity)} not supplied}}", ATOM
            case Not(operand=operand):
                return rf"\text{{not }} {self.text(operand, ATOM)}", NOT
            case Member(letter=letter, set=set_id, negated=negated):
                sign = r"\notin" if negated else r"\in"
                return f"{self.letter(letter)} {sign} {_set(set_id)}", COMPARE
            case Compare(op=op, left=left, right=right):
                sides = [self.text(side, SUM, whole=is_matrix(node)) for side in (left, right)]
                return f"{sides[0]} {_COMPARISONS.get(op, op)} {sides[1]}", COMPARE
        raise TypeError(f"not a condition: {node!r}")

    # -- what is not divided further

    def number(self, node: Number | Ratio) -> tuple[str, float]:
        text = re.sub(r"[eE]([-+]?)0*(\d+)", lambda m: rf" \times 10^{{{m[1].strip('+')}{m[2]}}}", node.text)
        level: float = ATOM if text == node.text and isinstance(node, Number) else SIGNED
        if node.unit is not None:
            text, level = rf"{text}\,{unit_latex(node.unit)}", min(level, POWER)
        return text, level

    def symbol(self, node: Element | MatrixRef) -> tuple[str, float]:
        quantity = self.methodology.quantity[node.quantity]
        symbol = quantity.symbol
        if isinstance(node, MatrixRef):
            symbol = (quantity.diagonal_symbol if node.diagonal else quantity.matrix_symbol) or rf"\mathrm{{{escaped(node.name)}}}"
        text = filled(symbol, [self.index(index) for index in node.indices])
        if re.match(r"\\(sum|prod|min|max)(?![A-Za-z])", text):
            return text, OPEN
        return text, POWER if "^" in text or " " in text.split("_")[0] else ATOM

    def index(self, index: Index) -> str:
        return self.marks.shown(index, self.index_text(index))

    def index_text(self, index: Index) -> str:
        if isinstance(index, IndexLabel):
            return word_latex(index.label) + lag(index.offset)
        if isinstance(index, IndexGroup):
            own = self.methodology.index_set[index.group].letters if index.group in self.methodology.index_set else ()
            return f"{letter_latex((*own, index.group)[0])}({self.letter(index.letter)})"
        return self.letter(index.letter) + lag(index.offset)

    def letter(self, letter: str) -> str:
        return self.instead.get(letter) or letter_latex(letter)

    def atom(self, node: Node) -> str:
        match node:
            case Call():
                return self.call(node)
            case Identity():
                return FUNCTIONS["identity"].latex
            case Transpose(operand=operand):
                return f"{self.text(operand, ATOM)}^{{{FUNCTIONS['transpose'].latex}}}"
            case Diagonal(letter=letter, body=body):
                return f"{FUNCTIONS['diag'].latex}_{{{self.letter(letter)}}}{_round(self.text(body, whole=True))}"
            case Excluded():
                return r"\mathrm{NA}"
            case Letter(letter=letter, offset=offset):
                return self.letter(letter) + lag(offset)
            case Word(text=text):
                return word_latex(text)
            case Switch(id=id_):
                return _set(id_)
            case DateMark(name=name):
                return rf"\mathrm{{{name.replace('_', chr(92) + ' ')}}}"
            case Supplied(quantity=quantity):
                return rf"\text{{{escaped(quantity)} supplied}}"
        raise TypeError(f"only a resolved formula has a notation: {node!r}")

    def call(self, node: Call) -> str:
        left, right = FUNCTIONS[node.name].latex.split("#")
        stepped = FUNCTIONS[node.name].rounds != "" and len(node.arguments) > 1
        step = f"_{{{self.text(node.arguments[1])}}}" if stepped else ""
        inner = ", ".join(self.text(argument, whole=True) for argument in (node.arguments[:1] if stepped else node.arguments))
        if left.endswith("("):
            return left[:-1] + step + _round(inner + right[:-1])
        tall = left.endswith(" ") and (r"\frac" in inner or r"\sum" in inner)  # a fence, which grows
        return (rf"\left{left}{inner} \right{right[1:]}" if tall else left + inner + right) + step


def _set(name: str) -> str:
    return rf"\text{{{escaped(name.replace('_', ' '))}}}"


class _Grid(_Latex):
    """Writes every matrix element by element."""

    def parts(self, node: Node) -> tuple[str, float]:
        match node:
            case MatrixRef(quantity=id_, diagonal=diagonal, indices=indices):
                quantity, rest = self.methodology.quantity[id_], [self.index(index) for index in indices]
                if diagonal:
                    return self.diagonal(lambda at: symbol_latex(quantity, [at, *rest])), ATOM
                last = "n" if len(set(matrix_sets(node, self.methodology))) == 1 else "m"
                return _bmatrix([[symbol_latex(quantity, [r, c, *rest]) for c in ("1", "2", last)] for r in ("1", "2", "n")]), ATOM
            case Identity():
                return self.diagonal(lambda at: "1"), ATOM
            case Diagonal(letter=letter, body=body):
                return self.diagonal(lambda at: replace(self, instead={**self.instead, letter: at}).text(body, whole=True)), ATOM
        return super().parts(node)

    def diagonal(self, element: Callable[[str], str]) -> str:
        return _bmatrix([[element(row) if row == column else "0" for column in ("1", "2", "n")] for row in ("1", "2", "n")])


def _bmatrix(cells: Iterable[Sequence[str]]) -> str:
    lines = [" & ".join([*row[:2], r"\cdots", row[2]]) for row in cells]
    lines.insert(2, r"\vdots & \vdots & \ddots & \vdots")
    return r"\begin{bmatrix} " + r" \\ ".join(lines) + r" \end{bmatrix}"
