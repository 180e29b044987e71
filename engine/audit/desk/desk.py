"""Everything that the documents of a project state, beside the run: comparisons, where they part and why, and the findings of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from engine.audit.desk.comparison import FOLLOWS, INPUT, ROUNDED, Beside, Compared, compare
from engine.audit.desk.cross_check_findings import CrossChecks, with_those_of_project
from engine.audit.desk.design import Design, read_design
from engine.audit.desk.design_findings import design_findings
from engine.audit.desk.diagnosis import Diagnoser, Explained
from engine.audit.desk.run_slips import Reread, Versions, run_slips, version_slips
from engine.audit.desk.statement import AGREES, CUT, StatedNumber
from engine.audit.desk.statements import StatedNumbers, read_statements
from engine.audit.desk.what_moves import moved
from engine.explain.trace import explain
from engine.explain.trace_node import TraceNode
from engine.finding import Finding
from engine.output.terminal import number
from engine.project.values import UnitReader
from engine.run.run import Run
from equations.errors import listed
from equations.shown import Shown

#: Of what is read where statements part, how many numbers are named; of statements, how many in one finding.
_MOST_READ, _MOST_NAMED = 8, 6


class Desk(Shown):
    """What documents state beside a run.

    Attributes
    ----------
    compared
        Every statement with its state.
    diagnoses
        For each quantity at which statements part, the slips that explain it.
    findings
        A750 to A755.
    design
        The registered design, where a document holds it.
    checks
        All cross-checks, where the project states some itself.
    """

    def __init__(
        self, run: Run, stated: StatedNumbers, read_unit: UnitReader, reread: Reread, versions: Versions | None = None, *,
        design: Design | None = None, checks: CrossChecks | None = None,
    ) -> None:  # fmt: skip
        self.run, self.stated, self.design, self.checks = run, stated, design, checks
        self._known: dict[int, tuple[Compared, list[Explained]]] = {}
        self._ways = read_unit, reread, versions

    @cached_property
    def compared(self) -> Compared:
        """Every statement with its state; what is computed goes on with inputs as stated, unless slips explain all without that and not with it."""
        compared = compare(self.run, self.stated.statements)
        if not compared.parting or not any(one.state == INPUT for one in compared.comparisons) or self._explains(compared):
            return compared
        other = compare(self.run, self.stated.statements, go_on_with_inputs=False)
        return other if self._explains(other) else compared

    @cached_property
    def diagnoses(self) -> tuple[Explained, ...]:
        """What is known of each quantity at which statements part, and of each input that is stated otherwise."""
        diagnoser = self._diagnoser(self.compared)
        inputs = [at for at, one in enumerate(self.compared.comparisons) if one.state == INPUT]
        return (*map(diagnoser.of_input, inputs), *self._partings_of(self.compared))

    def _diagnoser(self, compared: Compared) -> Diagnoser:
        read_unit, reread, versions = self._ways
        wanted = tuple(dict.fromkeys(one.quantity for one in self.stated.statements))
        others = version_slips(self.run, wanted, read_unit, versions) if versions is not None else ()
        return Diagnoser(compared, run_slips(self.run, wanted, read_unit, reread), others)

    def _partings_of(self, compared: Compared) -> list[Explained]:
        """Return what is known of each quantity at which statements part; looked for once."""
        if id(compared) not in self._known:
            self._known[id(compared)] = compared, self._diagnoser(compared).diagnoses()
        return self._known[id(compared)][1]

    def _explains(self, compared: Compared) -> bool:
        return all(one.is_whole for one in self._partings_of(compared))

    @property
    def is_empty(self) -> bool:
        """Whether the documents state nothing, as where every number is a gap."""
        return not self.stated.statements and not self.stated.apart

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Data files of documents, and their SHA-256."""
        more = (self.design.files if self.design else ()), self.checks.files.items() if self.checks else ()
        return (*self.stated.files, *more[0], *more[1])

    @cached_property
    def by_audit(self) -> dict[str, tuple[Finding, ...]]:
        """What is found, by the audit that asks for it."""
        found = {"documents": self.findings, "design": design_findings(self.design) if self.design else ()}
        return found | ({"cross_checks": self.checks.findings()} if self.checks else {})

    def why_not_asked(self, audit: str) -> str:
        """Return why the documents that are there could not be asked, or an empty text."""
        if audit == "documents":
            return "the documents of the project state no number" if self.is_empty else ""
        return "the registered design is all gaps" if self.design is None or self.design.is_empty else ""

    @cached_property
    def conflicts(self) -> tuple[tuple[StatedNumber, StatedNumber], ...]:
        """Statements of one thing that no number prints as, each with the first before it that says otherwise."""
        before: dict[tuple[str, tuple[tuple[int, ...], ...]], list[StatedNumber]] = {}
        found = []
        for one in self.stated.statements:
            others = before.setdefault((one.quantity, one.cells), [])
            found += [(other, one) for other in others if abs(one.value - other.value) > one.half + other.half + 1e-12 * abs(one.value)][:1]
            others.append(one)
        return tuple(found)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What is found, the place of parting first."""
        parts = (self._partings_found(), self._inputs(), self._conflicts(), self._following(), self._apart(), self._agreeing(), self.stated.findings)
        return tuple(finding for part in parts for finding in part)

    # -- findings

    def _partings_found(self) -> Iterator[Finding]:
        for one in self.diagnoses:
            first = one.parting[0]
            if first.state == INPUT or one.is_rounding:
                continue
            names = [beside(self.run, other) for other in one.parting]
            yield Finding(
                "A750", "error", one.quantity, f"the documents part from the recomputation here: {listed(names, 3)}",
                f"{self.where(first)}. {why(one)}", "correct the document or the project file, and say which was wrong",
                source=first.statement.source, place=first.statement.place,
            )  # fmt: skip

    def _inputs(self) -> Iterator[Finding]:
        for one in self.diagnoses:
            first = one.parting[0]
            if first.state == INPUT:
                cell = first.statement.cell
                by = moved(self.run, {one.quantity: {cell: first.statement.value}}).first if cell is not None else None
                yield Finding("A753", "error", one.quantity, f"a document states another input: {beside(self.run, first, 'in the project file')}",
                              why(one), "find out which of the two is right", source=first.statement.source, place=first.statement.place,
                              moves=by)  # fmt: skip

    def _conflicts(self) -> Iterator[Finding]:
        for one, other in self.conflicts:
            who = "two documents state" if one.document is not other.document else "one document states"
            first = one.written if one.unit == other.unit else f"{one.written} {one.unit}"
            yield Finding("A752", "error", one.quantity, f"{who} {one.shown} otherwise: {first} and {other.written} {other.unit}",
                          f"{one.source}; {other.source}", "ask which of the two is meant", source=other.source, place=other.place)  # fmt: skip

    def _following(self) -> Iterator[Finding]:
        later = [one for one in self.compared.comparisons if one.state == FOLLOWS]
        if later:
            named = listed([one.statement.shown for one in later], _MOST_NAMED)
            what = f"{_count(later, 'stated number')} differ{_s(later)} because of a difference before"
            yield Finding("A751", "note", later[0].statement.quantity, what,
                          f"from the stated numbers before, they come out as stated: {named}", place=later[0].statement.place)  # fmt: skip

    def _apart(self) -> Iterator[Finding]:
        for block, reason in self.stated.apart:
            yield Finding("A755", "warning", block.quantity.text, f"what is stated of {block.quantity.text} cannot be compared", reason,
                          "leave it out, or run what the document is about", place=block.quantity.place)  # fmt: skip

    def _agreeing(self) -> Iterator[Finding]:
        alike = [one for one in self.compared.comparisons if one.state == AGREES]
        cut = [one for one in self.compared.comparisons if one.state == CUT]
        rounded = [one for one in self.compared.comparisons if one.state == ROUNDED] + [p for d in self.diagnoses if d.is_rounding for p in d.parting]
        if alike or cut or rounded:
            parts = [f"{_count(alike, 'stated number')} agree{_s(alike)} within the printed digits"] if alike else []
            parts += [f"{len(cut)} when cut off instead of rounded: {listed([one.statement.shown for one in cut], 3)}"] if cut else []
            parts += [f"{len(rounded)} when what was read is rounded first: {listed([one.statement.shown for one in rounded], 3)}"] if rounded else []
            quantity = (alike or cut or rounded)[0].statement.quantity
            yield Finding("A754", "note", quantity, "; ".join(parts))

    # -- where

    def where(self, one: Beside) -> str:
        """Return the equation at which a statement parts, with the numbers that it reads."""
        if one.statement.cell is None:
            return f"a sum of {len(one.statement.cells)} cells of {one.statement.quantity}"
        node = explain(self.run, one.statement.quantity, one.statement.cell, depth=1)
        read = [self.read(use) for use in node.uses[:_MOST_READ]]
        more = f" and {len(node.uses) - len(read)} more" if len(node.uses) > len(read) else ""
        return f"{node.equation} ({node.equation_id}): {node.formula}, from {', '.join(read)}{more}"

    def read(self, node: TraceNode) -> str:
        """Return a number that is read, and what is stated of it where that is another one."""
        stated = next((one for one in self.compared.comparisons if one.statement.shown == node.name and one.is_different), None)
        return f"{node.name} = {node.said}" + (f" (stated: {stated.statement.written})" if stated else "")


def desk_of(run: Run, read_unit: UnitReader, reread: Reread, versions: Versions | None = None) -> Desk | None:
    """Return what the documents of a project state beside its run, ``None`` where there are none.

    Raises
    ------
    MethodologyError
        For documents that cannot be read (:func:`engine.audit.desk.statements.read_statements`).
    """
    checks = with_those_of_project(run, read_unit) if run.project.cross_checks else None
    if not run.project.documents and checks is None:
        return None
    stated = read_statements(run, read_unit)
    return Desk(run, stated, read_unit, reread, versions, design=read_design(run, read_unit), checks=checks)


def beside(run: Run, one: Beside, ours: str = "recomputed") -> str:
    """Return a statement beside the recomputation, in words."""
    unit, statement = str(run.methodology.quantity[one.statement.quantity].unit), one.statement
    share = f", {100 * one.distance / abs(one.ours):+.3g} %" if one.ours else ""
    return f"{statement.shown} stated {statement.written} {statement.unit}, {ours} {number(one.ours)} {unit} ({one.distance:+,.6g} {unit}{share})"


def why(one: Explained, most: int = 3) -> str:
    """Return which slips give the stated digits."""
    if not one.candidates:
        alike_in = f"; {one.alike}" if one.alike else ""
        return f"none of the {one.tried:,} slips that were tried gives the stated digits: none known{alike_in}"
    shown = [f"{c.text} ({_count(c.explained, 'stated number')}; expected by chance: {c.by_chance:.1g})" for c in one.candidates[:most]]
    return f"the stated digits come out with {'; or '.join(shown)}"


def _count(many: Iterable[object], what: str) -> str:
    number_of = len(list(many))
    return f"{number_of} {what}{'' if number_of == 1 else 's'}"


def _s(many: list[Beside]) -> str:
    return "s" if len(many) == 1 else ""
