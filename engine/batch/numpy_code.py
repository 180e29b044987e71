"""The NumPy backend: Python code made from a layout, one call a line, run on blocks of draws that fit the cache."""

from __future__ import annotations

import marshal
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.batch.arithmetic import matrices
from engine.batch.program import MATRIX, Cells, Group, Numbers
from engine.batch.row_layout import Operand, RowLayout, Statement
from engine.run.functions import ELEMENTWISE

_BYTES = 8


class BlockCode:
    """Code for a block of draws, bound to rows of its own: one worker's.

    Attributes
    ----------
    inputs
        To be filled before :meth:`run`. Shape: (input cells, width); cells in the order of the program's input groups.
    """

    def __init__(self, block: BlockSource, width: int, outputs: Cells) -> None:
        layout = block.layout
        self.numbers = np.zeros((max(layout.height[0], 1), width))
        self._rows = layout.rows[outputs]
        self._results = np.empty((len(outputs), width))
        self.source, self._run = block.text, _bound(block, self.numbers, width)
        self.inputs = self.numbers[: sum(group.size for group in layout.program.groups if group.op == "input")]

    def is_finite(self, count: int) -> bool:
        """Whether the results are known to be finite; here nobody looked."""
        return False

    def run(self) -> Numbers:
        """Evaluate the block and return the cells that are asked for. Shape: (outputs, width); good until the next call."""
        self._run()
        return np.take(self.numbers, self._rows, 0, self._results, "clip")


@dataclass(frozen=True, eq=False)
class BlockSource:
    """Python code for blocks of any width, made once for all workers.

    Attributes
    ----------
    text
        The code; its names ``v0, v1, ...`` stand for ``operands``.
    code
        What the code is compiled to, as :mod:`marshal` writes it.
    """

    layout: RowLayout
    text: str
    operands: tuple[Operand, ...]
    code: bytes

    @classmethod
    def of(cls, layout: RowLayout) -> BlockSource:
        """Write the code of a layout."""
        text, operands = source_of(layout)
        names = [*_shared_names(), *(f"v{at}" for at in range(len(operands))), *_own_names(layout)]
        return cls(layout, text, tuple(operands), marshal.dumps(compile(_with_locals(text, names), "<batch>", "exec")))


def source_of(layout: RowLayout) -> tuple[str, list[Operand]]:
    """Return Python code for a block, and the operands that its names ``v0, v1, ...`` stand for."""
    lines = ["def block():"]
    operands: list[Operand] = []
    name = ""

    def shown(operand: Operand) -> str:
        if operand.numbers is not None and operand.numbers.shape == () and np.isfinite(operand.numbers):
            return repr(float(operand.numbers))
        operands.append(operand)
        return f"v{len(operands) - 1}"

    for at, statement in enumerate(layout.statements):
        if statement.name and statement.name != name:
            name = statement.name
            lines.append(f"    # {' '.join(name.split())}")
        lines += [f"    {line}" for line in _lines(at, statement, shown)]
    return "\n".join([*lines, "    return None", ""]), operands


def _lines(at: int, statement: Statement, shown: Callable[[Operand], str]) -> list[str]:
    target, op = shown(statement.target), statement.op
    parts = [shown(operand) for operand in statement.operands]
    if op == "gather":
        lines = [f"take({'conditions' if statement.target.condition else 'numbers'}, rows{at}, 0, {target}, 'clip')"]
    elif op in MATRIX:
        lines = [f"matrices(group{at}, {', '.join(parts)}, {target})"]
    elif op == "weighted":
        lines = [f"einsum('tk,tn->kn', {parts[0]}, {parts[1]}, out={target})"]
    elif op == "dot":
        axes = ["tk" if operand.numbers is not None else "tkn" for operand in statement.operands]
        lines = [f"einsum('{axes[0]},{axes[1]}->kn', {parts[0]}, {parts[1]}, out={target})"]
    elif op == "where":
        lines = [f"copyto({target}, {parts[2]})", f"copyto({target}, {parts[1]}, where={parts[0]})"]
    else:
        lines = [f"{ELEMENTWISE[op].number.__name__}({', '.join(parts)}, out={target})"]
    return lines


def _shared_names() -> dict[str, object]:
    """Return what the code of every layout calls."""
    names: dict[str, object] = {operation.number.__name__: operation.number for operation in ELEMENTWISE.values()}
    return names | {"take": np.take, "copyto": np.copyto, "einsum": np.einsum, "matrices": _matrices, "numbers": None, "conditions": None}


def _own_names(layout: RowLayout) -> dict[str, object]:
    """Return rows and groups that the code of a layout names."""
    rows = {f"rows{at}": statement.rows for at, statement in enumerate(layout.statements) if statement.rows is not None}
    return rows | {f"group{at}": statement.group for at, statement in enumerate(layout.statements) if statement.group is not None}


def _bound(block: BlockSource, numbers: Numbers, width: int) -> Callable[[], None]:
    """Return the function of a code, bound to rows."""
    layout = block.layout
    conditions = np.zeros((max(layout.height[1], 1), width), bool)
    rows, constants = layout.constants
    numbers[rows] = constants[:, None]
    names = _shared_names() | _own_names(layout) | {"numbers": numbers, "conditions": conditions}
    dots = {id(operand) for statement in layout.statements if statement.op in ("dot", "weighted") for operand in statement.operands}
    for at, operand in enumerate(block.operands):
        view = _view(operand, conditions if operand.condition else numbers)
        names[f"v{at}"] = view[..., None] if operand.numbers is not None and view.ndim and id(operand) not in dots else view
    exec(marshal.loads(block.code), names)
    return names["block"]  # type: ignore[return-value]


def _with_locals(source: str, names: list[str]) -> str:
    """Let the code read its names as arguments, which is faster than as globals."""
    used = set(re.findall(r"[a-z_]+[0-9]*", source))
    return source.replace("def block():", f"def block({', '.join(f'{name}={name}' for name in names if name in used)}):")


def _view(operand: Operand, rows: np.ndarray) -> np.ndarray:
    """Return the rows of an operand, without copying."""
    if operand.numbers is not None:
        return operand.numbers
    if operand.turns > 1:
        row, one = rows.strides
        shape = (operand.turns, operand.count, rows.shape[1])
        return np.lib.stride_tricks.as_strided(rows[operand.first :], shape, (operand.turn_step * row, operand.step * row, one))
    if operand.step == 0:
        return rows[operand.first : operand.first + 1]
    return rows[operand.first : operand.first + (operand.count - 1) * operand.step + 1 : operand.step]


def _matrices(group: Group, elements: Numbers, exponents: Numbers, target: Numbers) -> None:
    """Do a matrix operation for the draws of a block."""
    width = target.shape[1]
    elements = np.broadcast_to(elements, (len(group.operands[0]), width))
    target[...] = matrices(group, elements, np.broadcast_to(exponents, (len(group.operands[1]), width)))


def width_for(layout: RowLayout, cache_bytes: int, least: int, most: int) -> int:
    """Return how many draws a block takes so that its rows fit the cache."""
    width = cache_bytes // (_BYTES * max(layout.height[0], 1))
    return int(min(max(width // 64 * 64, least), most))
