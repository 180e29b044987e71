"""The machine: what follows from a methodology.

``load`` reads a methodology, ``run`` evaluates a project under it::

    from engine import load, run
    result = run(load("KH_AM004@1.1"), "project.yaml")

Names are imported when they are asked for, so that the command line starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.api import audit_project, check, load, many_draws, recalculation, run
    from engine.audit.report import AuditReport
    from engine.finding import Finding
    from engine.pipeline import Run

_HOMES = {
    "AuditReport": "engine.audit.report", "Finding": "engine.finding", "Run": "engine.pipeline", "audit_project": "engine.api",
    "check": "engine.api", "load": "engine.api", "many_draws": "engine.api", "recalculation": "engine.api", "run": "engine.api",
}  # fmt: skip

__all__ = ["AuditReport", "Finding", "Run", "audit_project", "check", "load", "many_draws", "recalculation", "run"]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'engine' has no attribute {name!r}")
