"""A trace for reading: each number with its equation, the numbers that this reads further in, and where a given one comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.explain.trace import TraceNode, given_text


def trace_text(node: TraceNode, indent: str = "") -> Iterator[str]:
    """Yield the lines of a trace for reading."""
    head = f"{indent}{node.name} = {node.said}"
    if node.equation:
        said = "; ".join(text for text in (node.equation, node.tool, node.ground) if text)
        yield f"{head}   [{said}]" + ("  (shown above)" if node.repeated else "")
        if not node.repeated:
            yield f"{indent}  = {node.formula}"
            if node.substituted and node.substituted != node.formula:
                yield f"{indent}  = {node.substituted}"
    else:
        yield f"{head}   <- {given_text(node)}"
    for child in node.uses:
        yield from trace_text(child, indent + "    ")
    if node.deeper:
        yield f"{indent}    ({'1 number' if node.deeper == 1 else f'{node.deeper} numbers'} deeper)"
    if node.zeros:
        yield f"{indent}    ({'1 cell that is zero is' if node.zeros == 1 else f'{node.zeros} cells that are zero are'} not shown)"


def traces_text(nodes: Iterable[TraceNode]) -> str:
    """Return traces one below the other, every line with its end."""
    return "".join(f"{line}\n" for node in nodes for line in trace_text(node))
