"""One number of a trace: its value, the equation with numbers in it, what it reads, and where a given one comes from; and all that as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field

from engine.output.escapes import printable
from engine.project.written_numbers import Origin
from engine.run.said_values import given_as, value_record, value_with_unit
from equations.model.cell_labels import written_cell
from equations.records import record
from equations.shown import Shown


@record(frozen=True)
class TraceNode(Shown):
    """One number with its origin.

    Attributes
    ----------
    substituted
        The formula with numbers in place of symbols; sums written out where they are short.
    origin
        For a number that was given: where.
    uses
        The numbers that the formula reads, each once.
    zeros
        How many further cells it reads that are zero and are not shown.
    deeper
        How many numbers it reads that lie deeper than was asked for.
    """

    quantity: str
    labels: tuple[str, ...]
    value: float
    unit: str
    state: str = ""
    equation: str = ""
    #: The tool to which the equation belongs, and where it stands there: ``TOOL07@7.0, section 6, p. 12``.
    tool: str = ""
    equation_id: str = ""
    formula: str = ""
    substituted: str = ""
    source: str = ""
    ground: str = ""
    origin: Origin | None = None
    uses: tuple[TraceNode, ...] = field(default=())
    zeros: int = 0
    deeper: int = 0
    repeated: bool = False
    #: What the quantity holds: ``number``, ``date`` or ``yes_no``.
    type: str = "number"

    def __repr__(self) -> str:
        return printable(f"<TraceNode {self.name} = {self.said}: {self.equation or given_text(self)}>")

    @property
    def said(self) -> str:
        """The value with its unit, a date as a day, an answer in words; or why there is none."""
        if self.state:
            return value_with_unit("number", self.value, self.unit, lambda _: self.state)
        return value_with_unit(self.type, self.value, self.unit)

    @property
    def name(self) -> str:
        """``A[E, 2018]``."""
        return written_cell(self.quantity, self.labels)

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        record: dict[str, object] = {"quantity": self.quantity, "labels": list(self.labels), "value": self.value, "unit": self.unit}
        record |= value_record(self.type, self.value)
        if self.state:
            record["state"] = self.state
        if self.equation_id:
            record |= {"equation": self.equation, "equation_id": self.equation_id, "formula": self.formula,
                       "substituted": self.substituted, **({"tool": self.tool} if self.tool else {})}  # fmt: skip
        record |= {key: said for key, said in (("source", self.source), ("ground", self.ground)) if said}
        if self.origin is not None:
            record["given"] = {"by": self.origin.kind, "name": self.origin.name, "written": self.origin.written,
                               "unit": self.origin.unit, "source": self.origin.source, "where": str(self.origin.place or ""),
                               **dict(self.origin.meta)}  # fmt: skip
        if self.repeated:
            record["shown_above"] = True
        if self.uses:
            record["uses"] = [node.as_record() for node in self.uses]
        if self.zeros:
            record["zeros_not_shown"] = self.zeros
        if self.deeper:
            record["deeper_not_shown"] = self.deeper
        return record


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


def given_text(node: TraceNode) -> str:
    """Return where a number that was given comes from."""
    origin = node.origin
    if origin is None:
        return "not given"
    written = given_as(origin)
    by = {"project": "project file ", "dataset": "dataset ", "default": "default, "}[origin.kind] + origin.name
    said = dict(origin.meta)
    written += f", {said['state']}" if said.get("state") else ""
    parts = [f"{by}: {written}", *(text for text in (said.get("sample", ""), origin.source) if text)]
    return "; ".join(parts) + (f" ({said['comments']})" if said.get("comments") else "")
