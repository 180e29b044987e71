"""Which tools take part in a run: those of which the target needs something. The rules of the others ask for nothing."""

from __future__ import annotations

from collections.abc import Iterable

from equations.model.methodology import Methodology


def idle_tools(methodology: Methodology, needs: Iterable[str]) -> frozenset[str]:
    """Return the paths of the tools of which nothing is needed; what a tool is given is no part of it."""
    given = {f"{tool.prefix}_{name}" for tool in methodology.tools for name, _ in tool.binds}
    used = {tool.path for id_ in needs if id_ not in given and (tool := methodology.tool_of(id_)) is not None}
    return frozenset(tool.path for tool in methodology.tools if tool.path not in used)


def tool_path(methodology: Methodology, rule: str) -> str:
    """Return the path of the tool that a rule is of, or nothing."""
    tool = methodology.tool_of(rule)
    return "" if tool is None else tool.path
