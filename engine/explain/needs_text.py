"""The inputs that a target needs, as text for a terminal: one table for each kind."""

from __future__ import annotations

from collections.abc import Sequence

from engine.explain.needs import Need
from engine.output.terminal import bold
from engine.output.text_grid import TextGrid, text_grid
from equations.errors import listed
from equations.model.methodology import Methodology

_KINDS = {"monitored": "monitored", "fixed_ex_ante": "fixed ex ante", "statement": "statements", "default": "defaults"}
_HEAD = ("quantity", "unit", "for each", "meaning", "used by", "where from", "only if", "only for")
#: Equations that are named of those that use an input.
_MOST_USES = 4


def needs_text(methodology: Methodology, needs: Sequence[Need]) -> str:
    """Return a table for each kind of input; a column in which nothing stands is left out."""
    found = needs_grids(methodology, needs)
    return "".join(f"{line}\n" for one in found for line in (bold(f"\n{one.title}"), one.text))


def needs_grids(methodology: Methodology, needs: Sequence[Need]) -> list[TextGrid]:
    """Return a table for each kind of input, without the columns in which nothing stands."""
    found = []
    for kind, title in _KINDS.items():
        rows = [_row(methodology, need) for need in needs if need.quantity.kind == kind]
        if rows:
            found.append(text_grid(_HEAD, rows, title=f"{title} ({len(rows)})").without_empty_columns())
    return found


def needs_grid(methodology: Methodology, needs: Sequence[Need]) -> TextGrid:
    """Return one table of all inputs."""
    rows = [[_KINDS[need.quantity.kind], *_row(methodology, need)] for need in needs]
    return text_grid(("kind", *_HEAD), rows).without_empty_columns()


def _row(methodology: Methodology, need: Need) -> list[str]:
    quantity = need.quantity
    uses = ", ".join(need.used_by[:_MOST_USES]) + (" ..." if len(need.used_by) > _MOST_USES else "")
    said = quantity.id, str(quantity.unit), ", ".join(quantity.indices), quantity.title
    return [*said, uses, "; ".join(filter(None, (_origin(need), _tool(methodology, need)))), need.under, _results(methodology, need)]


def _tool(methodology: Methodology, need: Need) -> str:
    tool = methodology.tool_of(need.quantity.id)
    return f"input of {tool.path} ({tool.reference})" if tool is not None else ""


def _results(methodology: Methodology, need: Need) -> str:
    """Say for which of several results an input is needed, where not for all."""
    if need.results is None or len(need.results) == len(methodology.results):
        return ""
    return ", ".join(need.results) or "no result"


def _origin(need: Need) -> str:
    """Say which dataset gives an input and which cells it leaves to the project, or what may be supplied instead."""
    if need.given_by:
        return f"given by {need.given_by}" + (f", but not {listed(list(need.lacking), 4)}" if need.lacking else "")
    return "or " + "; ".join(need.instead) if need.instead else ""
