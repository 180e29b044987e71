"""How results show themselves in a notebook, and hand themselves to pandas and xarray; :mod:`equations.shown` asks for it by name.

Displays are imported when something is shown, each with what it needs and no more.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_ROOM = "engine.interface.notebook"
#: Class of what is shown -> file and class of its display.
DISPLAYS = {
    "AuditReport": "audit_displays:AuditDisplay", "CheckResult": "spec_displays:CheckDisplay", "Desk": "text_displays:DeskDisplay",
    "Difference": "versions_displays:DifferenceDisplay", "Drawing": "part_displays:DrawingDisplay",
    "Equation": "spec_displays:EquationDisplay", "EquationGraph": "spec_displays:GraphDisplay", "Exported": "text_displays:WrittenDisplay",
    "Finding": "part_displays:FindingDisplay", "Methodology": "spec_displays:MethodologyDisplay",
    "Migration": "text_displays:MigrationDisplay", "Needs": "spec_displays:NeedsDisplay", "Outcomes": "portfolio_displays:OutcomesDisplay",
    "Quantity": "spec_displays:QuantityDisplay", "Readiness": "text_displays:ReadinessDisplay", "Run": "run_displays:RunDisplay",
    "Sensitivity": "draws_displays:SensitivityDisplay", "Simulation": "draws_displays:SimulationDisplay",
    "Solved": "draws_displays:SolvedDisplay", "TextGrid": "part_displays:GridDisplay", "TraceNode": "run_displays:TraceDisplay",
    "Traces": "run_displays:TracesDisplay", "Verdict": "part_displays:VerdictDisplay", "Verification": "text_displays:VerificationDisplay",
    "Written": "text_displays:WrittenDisplay",
}  # fmt: skip


def display_of(shown: object) -> Any:
    """Return the display of a result."""
    home = next(DISPLAYS[one.__name__] for one in type(shown).__mro__ if one.__name__ in DISPLAYS)
    module, _, name = home.partition(":")
    return getattr(import_module(f"{_ROOM}.{module}"), name)(shown)
