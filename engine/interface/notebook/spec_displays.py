"""What a methodology says, typeset: the methodology, an equation, a quantity; its check, its graph, and what it needs."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks import CheckResult
from engine.documents.model import Badge, Block, Code, Facts, Fold, Inlines, Math, Note, Paragraph, Soft, Strong
from engine.documents.pages.equation_block import equation_title, formula_blocks, where_table
from engine.documents.pages.overview_page import overview_facts, result_chain
from engine.documents.subject import Subject, kind_badge, range_text, unit_text
from engine.explain.needs import Needs
from engine.explain.needs_text import needs_grid, needs_grids
from engine.interface.notebook.display import Display, findings_blocks, grid_blocks
from engine.interface.notebook.long_table import TEXT, LongTable, columns_of
from engine.output.text_grid import TextGrid
from engine.plan.graph import EquationGraph
from engine.report.checks import balances_grid
from engine.report.findings import counted
from equations.model.equation import Equation
from equations.model.methodology import Methodology, home_of
from equations.model.quantity import Quantity
from equations.notation.symbols import symbol_latex


class MethodologyDisplay(Display[Methodology]):
    """A methodology: what it is, and how its results come about."""

    def blocks(self) -> Iterator[Block]:
        m = self.shown
        subject, status = Subject(m), Badge(m.status, "good" if m.status == "published" else "warning")
        yield Paragraph((Strong((m.reference,)), f"  {m.title} ", status, f" {m.date}" if m.date else ""), "lead")
        if m.status_note:
            yield Note("editor", (f"This version is {m.status}",), (Paragraph((m.status_note,)),))
        yield Facts((*overview_facts(subject), (("Hash of the spec",), (Code(m.hash[:16]),))))
        chain = result_chain(subject)
        if chain:
            yield Fold(("How the result comes about",), tuple(chain))


class EquationDisplay(Display[Equation]):
    """An equation, as its methodology typesets it."""

    def blocks(self) -> Iterator[Block]:
        equation = self.shown
        methodology = home_of(equation)
        if methodology is None:  # nothing is known of its symbols
            yield Paragraph((Strong((equation.label,)), " ", Code(equation.id), f" defines {equation.quantity}; it stands in no methodology"))
            return
        subject = Subject(methodology)
        yield Paragraph((*equation_title(equation, subject), Soft((f"  {methodology.reference}",))))
        yield from formula_blocks(equation, subject)
        yield Facts(tuple(_equation_facts(equation, subject)))
        yield where_table(equation, subject)


def _equation_facts(equation: Equation, subject: Subject) -> Iterator[tuple[Inlines, Inlines]]:
    yield ("Holds",), (subject.when(equation),)
    for name, said in (("Source", subject.source(equation.source)), ("Added by the editor", (equation.editorial,)), ("Note", (equation.note,))):
        if any(said):
            yield (name,), said
    yield ("In the spec",), (Code(equation.id),)


class QuantityDisplay(Display[Quantity]):
    """A quantity: what it means, in which unit, over which indices."""

    def blocks(self) -> Iterator[Block]:
        quantity = self.shown
        symbol = symbol_latex(quantity, [])
        yield Paragraph((Math(symbol, quantity.id), " ", Code(quantity.id), f"  {quantity.meaning} ", kind_badge(quantity.kind)))
        facts: list[tuple[Inlines, Inlines]] = [(("Unit",), (unit_text(quantity.unit),))]
        if quantity.indices:
            facts.append((("For each",), (", ".join(quantity.axis_names),)))
        if quantity.range is not None:
            facts.append((("Can be",), (range_text(quantity.range),)))
        if str(quantity.source):
            facts.append((("Source",), (str(quantity.source),)))
        yield Facts(tuple(facts))


class CheckDisplay(Display[CheckResult]):
    """A check: the units of each equation, and the findings."""

    def blocks(self) -> Iterator[Block]:
        found = self.shown
        answer = Badge("errors", "error") if found.has_errors else Badge("no errors", "good")
        yield Paragraph((f"{len(found.equations)} equations, {len(found.values)} blocks of values; findings: {counted(found.findings)} ", answer))
        yield from findings_blocks(found.findings)
        yield Fold(("units of both sides of each equation",), tuple(grid_blocks(balances_grid(found, verbose=True))))


class GraphDisplay(Display[EquationGraph]):
    """A graph in numbers: to lay it out takes longer than to look at it."""

    def blocks(self) -> Iterator[Block]:
        edges = self.shown.edges
        said = f": {edges.number_of_nodes()} quantities, and {edges.number_of_edges()} uses of one in what defines another. "
        yield Paragraph((Strong((f"Graph of {self.shown.methodology.reference}",)), said, Code("mrvgraph graph SPEC -o graph.svg"), " draws it."))


class NeedsDisplay(Display[Needs]):
    """What a project must supply."""

    def blocks(self) -> Iterator[Block]:
        needs = self.shown
        yield Paragraph((Strong((needs.methodology.reference,)), f" needs {len(needs)} inputs"))
        for one in needs_grids(needs.methodology, needs):
            yield from grid_blocks(one)

    def grid(self) -> TextGrid:
        return needs_grid(self.shown.methodology, self.shown)

    def numbers(self) -> LongTable:
        names = ("quantity", "kind", "unit", "published_unit", "indices", "meaning", "range", "source", "used_by", "given_by", "lacking", "instead",
                 "under", "results", "tool")  # fmt: skip
        lines = [[_said(one, name) for name in ("id", *names[1:])] for one in (need.as_record() for need in self.shown)]
        return LongTable(columns_of(dict.fromkeys(names, TEXT), lines), {"methodology": self.shown.methodology.reference})


def _said(record: dict[str, object], name: str) -> str:
    value = record.get(name, "")
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
