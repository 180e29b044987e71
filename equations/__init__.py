"""The language: what a methodology says.

``load_methodology`` reads a spec, ``parse_formula`` a formula, ``parse_unit`` a unit. Names are imported when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from equations.errors import Faults, MethodologyError
    from equations.formula.grammar import parse_formula
    from equations.library.spec_files import load_methodology
    from equations.model.methodology import Methodology
    from equations.units.registry import parse_unit

_HOMES = {
    "Faults": "equations.errors", "Methodology": "equations.model.methodology", "MethodologyError": "equations.errors",
    "load_methodology": "equations.library.spec_files", "parse_formula": "equations.formula.grammar", "parse_unit": "equations.units.registry",
}  # fmt: skip

__all__ = ["Faults", "Methodology", "MethodologyError", "load_methodology", "parse_formula", "parse_unit"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'equations' has no attribute {name!r}")
