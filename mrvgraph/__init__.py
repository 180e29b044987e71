"""The rulebooks of carbon crediting as declarative specs: write, check, run, audit and compare them.

Every command of the command line is a function here, and gives back what the command writes::

    import mrvgraph
    run = mrvgraph.run("ID@1.1", "project.yaml")
    print(run.total)
    mrvgraph.audit("ID@1.1", "project.yaml").findings

Names are imported when they are asked for, so that a run does not wait for documents.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.audit.desk.desk import Desk
    from engine.audit.ready import Readiness
    from engine.audit.receipts.verification import Verification
    from engine.audit.report import AuditReport
    from engine.batch.evaluation import BatchValues
    from engine.batch.many_draws import Batch
    from engine.batch.recalculation import Recalculation
    from engine.checks import CheckResult
    from engine.commands.documents import Written
    from engine.commands.export import Exported
    from engine.comparison.difference import Difference
    from engine.comparison.migrate import Migration
    from engine.documents.schemas.schema_files import schema
    from engine.explain.needs import Need, Needs
    from engine.explain.trace_node import TraceNode
    from engine.explain.traces import Traces
    from engine.finding import Finding
    from engine.interface.draws import portfolio, sensitivity, simulate, solve
    from engine.interface.runs import audit, diagnose, explain, many_draws, ready, recalculation, run, verify
    from engine.interface.specs import check, graph, load, needs
    from engine.interface.versions import compare, migrate
    from engine.interface.writing import document, export, report, statement, workbook
    from engine.output.drawing import Drawing
    from engine.output.release import __version__
    from engine.output.text_grid import TextGrid
    from engine.plan.graph import EquationGraph
    from engine.portfolio.outcomes import Outcome, Outcomes
    from engine.run.rules import Verdict
    from engine.run.run import Run
    from engine.run.totals import Headline
    from engine.simulate.sensitivity import Sensitivity
    from engine.simulate.simulation import Simulation
    from engine.simulate.solving import Solved
    from equations.errors import Faults, InputError, MethodologyError
    from equations.model.methodology import Methodology

#: Name -> where it is defined; ``module:name`` where it is called otherwise there.
_HOMES = {
    "AuditReport": "engine.audit.report", "Batch": "engine.batch.many_draws", "BatchValues": "engine.batch.evaluation",
    "CheckResult": "engine.checks", "Desk": "engine.audit.desk.desk",
    "Difference": "engine.comparison.difference", "Drawing": "engine.output.drawing", "EquationGraph": "engine.plan.graph",
    "Exported": "engine.commands.export",
    "Faults": "equations.errors", "Finding": "engine.finding", "Headline": "engine.run.totals", "InputError": "equations.errors",
    "Methodology": "equations.model.methodology", "MethodologyError": "equations.errors", "Migration": "engine.comparison.migrate",
    "Need": "engine.explain.needs", "Needs": "engine.explain.needs", "Outcome": "engine.portfolio.outcomes",
    "Outcomes": "engine.portfolio.outcomes", "Readiness": "engine.audit.ready",
    "Recalculation": "engine.batch.recalculation", "Run": "engine.run.run",
    "Sensitivity": "engine.simulate.sensitivity", "Simulation": "engine.simulate.simulation", "Solved": "engine.simulate.solving",
    "TextGrid": "engine.output.text_grid", "TraceNode": "engine.explain.trace_node", "Traces": "engine.explain.traces",
    "Verdict": "engine.run.rules", "Verification": "engine.audit.receipts.verification",
    "Written": "engine.commands.documents", "__version__": "engine.output.release",
    "audit": "engine.interface.runs", "check": "engine.interface.specs", "compare": "engine.interface.versions",
    "diagnose": "engine.interface.runs",
    "document": "engine.interface.writing", "explain": "engine.interface.runs", "export": "engine.interface.writing",
    "graph": "engine.interface.specs",
    "load": "engine.interface.specs", "many_draws": "engine.interface.runs", "migrate": "engine.interface.versions",
    "needs": "engine.interface.specs", "portfolio": "engine.interface.draws", "ready": "engine.interface.runs",
    "recalculation": "engine.interface.runs",
    "report": "engine.interface.writing", "run": "engine.interface.runs", "schema": "engine.documents.schemas.schema_files",
    "sensitivity": "engine.interface.draws",
    "simulate": "engine.interface.draws", "solve": "engine.interface.draws", "statement": "engine.interface.writing",
    "verify": "engine.interface.runs",
    "workbook": "engine.interface.writing",
}  # fmt: skip

__all__ = [
    "AuditReport", "Batch", "BatchValues", "CheckResult", "Desk", "Difference", "Drawing", "EquationGraph", "Exported", "Faults", "Finding",
    "Headline", "InputError", "Methodology", "MethodologyError", "Migration", "Need", "Needs", "Outcome", "Outcomes", "Readiness",
    "Recalculation", "Run", "Sensitivity", "Simulation", "Solved", "TextGrid", "TraceNode", "Traces", "Verdict", "Verification", "Written",
    "__version__", "audit", "check", "compare", "diagnose", "document", "explain", "export", "graph", "load", "many_draws", "migrate",
    "needs", "portfolio", "ready", "recalculation", "report", "run", "schema", "sensitivity", "simulate", "solve", "statement", "verify",
    "workbook",
]  # fmt: skip


def _stop_at_strangers() -> None:
    """Refuse to start where another distribution's ``engine`` or ``equations`` would be imported in place of ours.

    Both names are taken elsewhere (docs/decisions/0002-import-names.md); numbers of a stranger must never pass for ours.
    """
    here = Path(__file__).resolve().parent.parent
    for name in ("engine", "equations"):
        found = find_spec(name)
        origin = Path(found.origin).resolve() if found is not None and found.origin else None
        if origin is None or origin.parent.parent != here:
            where = f"comes from {origin.parent}" if origin is not None else "is not there"
            raise ImportError(f"mrvgraph needs its own package {name!r} beside it in {here}, and the one that Python finds {where}: "
                              "install mrvgraph in an environment of its own, and start Python elsewhere than in a folder of that name")  # fmt: skip


_stop_at_strangers()


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'mrvgraph' has no attribute {name!r}; it has {', '.join(n for n in __all__ if n.islower() and n[0] != '_')}")
    module, _, there = _HOMES[name].partition(":")
    found = getattr(import_module(module), there or name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
