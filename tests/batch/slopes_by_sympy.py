"""Write ``engine/batch/slopes.py``: SymPy differentiates each smooth operation, and prints what comes out as NumPy."""

from __future__ import annotations

from pathlib import Path

import sympy
from sympy.printing.numpy import NumPyPrinter

TARGET = Path(__file__).resolve().parents[2] / "engine" / "batch" / "slopes.py"
x, y = sympy.symbols("x y", positive=True)
#: Operation -> its formula; those with a corner are in engine/batch/derivatives.py.
SMOOTH = {
    "add": x + y, "sub": x - y, "mul": x * y, "div": x / y, "neg": -x, "power": x**y, "sqrt": sympy.sqrt(x), "exp": sympy.exp(x),
    "ln": sympy.log(x), "log10": sympy.log(x, 10),
}  # fmt: skip
_HEAD = '''"""Derivatives of the smooth operations, by SymPy: written by tests/batch/slopes_by_sympy.py, and a test holds them current."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

#: Operation -> from its operands the derivative with respect to each of them.
SLOPES: dict[str, Callable[..., tuple[Any, ...]]] = {
'''


def source() -> str:
    """Return the text of the file."""
    printer = NumPyPrinter()
    lines = []
    for name, formula in SMOOTH.items():
        operands = [symbol for symbol in (x, y) if symbol in formula.free_symbols]
        slopes = [printer.doprint(sympy.powsimp(sympy.diff(formula, symbol))) for symbol in operands]
        lines.append(f'    "{name}": lambda {", ".join(map(str, operands))}: ({", ".join(slopes)}{"," * (len(slopes) == 1)}),')
    return _HEAD + "\n".join(lines) + "\n}\n"
