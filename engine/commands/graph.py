"""What the command graph does: the dependency graph of a spec, drawn in the way that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.plan.graph import EquationGraph, build_graph
from engine.plan.spec_setting import check_switches, standing_equations
from engine.report.run_report import to_json
from engine.typesetting.fonts.glyph_check import picture_file
from engine.typesetting.pictures.graph_picture import graph_svg
from engine.typesetting.pictures.graph_text import graph_dot, graph_mermaid, graph_record
from equations.errors import InputError, near
from equations.library.spec_files import load_methodology
from equations.readings.composition import with_readings

_WAYS: dict[str, Callable[[EquationGraph, set[str]], str]] = {
    "mermaid": graph_mermaid, "svg": lambda graph, shown: picture_file(graph_svg(graph, shown)), "dot": graph_dot,
    "json": lambda graph, shown: to_json(graph_record(graph, shown)),
}  # fmt: skip


def drawn_graph(spec: str, choices: Mapping[str, str], readings: Mapping[str, str], targets: Sequence[str], way: str) -> str:
    """Return the graph of what targets need, or of what the yearly table shows.

    Parameters
    ----------
    way
        ``mermaid``, ``svg``, ``dot`` or ``json``.

    Raises
    ------
    MethodologyError
        I502 for a target that is not there, I508 for a choice or a reading.
    """
    methodology = load_methodology(spec)
    check_switches(methodology, choices, readings)
    methodology = with_readings(methodology, readings)
    graph = build_graph(methodology, standing_equations(methodology, choices, readings))
    wanted: set[str] = set()
    for target in targets or methodology.reported:
        if target not in methodology.quantity:
            raise InputError("I502", f"there is no quantity {target!r}",
                             remedy=near(target, methodology.quantity) or "`mrvgraph check --verbose` lists all")  # fmt: skip
        wanted |= {target} | graph.inputs_of(target)
    return _WAYS[way](graph, wanted)
