"""The numbers that were asked for, each with the way to its sources."""

from __future__ import annotations

from engine.explain.trace_node import TraceNode, trace_text
from engine.output.escapes import printable
from equations.shown import Shown


class Traces(tuple[TraceNode, ...], Shown):
    """The numbers that were asked for, each with its origin; printing them gives what a terminal shows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return printable("\n".join(line for node in self for line in trace_text(node)))
