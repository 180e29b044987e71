"""Derivatives of the smooth operations, by SymPy: written by tests/batch/slopes_by_sympy.py, and a test holds them current."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

#: Operation -> from its operands the derivative with respect to each of them.
SLOPES: dict[str, Callable[..., tuple[Any, ...]]] = {
    "add": lambda x, y: (1, 1),
    "sub": lambda x, y: (1, -1),
    "mul": lambda x, y: (y, x),
    "div": lambda x, y: (y**(-1.0), -x/y**2),
    "neg": lambda x: (-1,),
    "power": lambda x, y: (x**(y - 1)*y, x**y*numpy.log(x)),
    "sqrt": lambda x: ((1/2)/numpy.sqrt(x),),
    "exp": lambda x: (numpy.exp(x),),
    "ln": lambda x: (x**(-1.0),),
    "log10": lambda x: (1/(x*numpy.log(10)),),
}
