"""What a copy of a workbook for others does not show: numbers that were asked for, what follows from them, and texts that say them again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.documents.workbook.project_rows import FieldRow, InputRow
from engine.finding import Finding
from engine.run.run import Run
from equations.formula.syntax import Node, quantities_in
from equations.records import record
from equations.spec.block import read_number

#: What stands in the place of a number, and of a finding, that is not shown.
NOT_SHOWN, NO_TEXT = "XXX", "not shown in this copy"
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


@record(frozen=True)
class Redaction:
    """What one copy leaves out.

    Attributes
    ----------
    asked
        Quantities whose numbers are not to be shown.
    follows
        These, and everything that is computed from them.
    shown
        Of what follows, what is shown all the same: results.
    """

    run: Run
    asked: frozenset[str] = frozenset()
    follows: frozenset[str] = frozenset()
    shown: frozenset[str] = frozenset()

    @classmethod
    def of(cls, run: Run, asked: frozenset[str]) -> Redaction:
        """Return what is left out where some quantities are."""
        if not asked:
            return cls(run)
        return cls(run, asked, tainted(run, asked), frozenset(run.methodology.reported) - asked)

    def fields(self, rows: Iterable[FieldRow]) -> Iterable[FieldRow]:
        """Yield fields of a project file; what a document claims, or a distribution says, of a number that is left out is left out, too."""
        closed, found = self.follows - self.shown, list(rows)
        metered = {row.path[:-1] for row in found if row.path[-1] in ("quantity", "by") and row.text in closed}  # what a meter reads
        for row in found:
            is_read = any(row.path[:at] in metered and row.path[at] in ("readings", "applied") for at in range(1, len(row.path)))
            yield FieldRow(row.path, NOT_SHOWN) if row.text and (is_read or not closed.isdisjoint(row.path)) else row

    def rows(self, rows: Sequence[InputRow]) -> list[InputRow]:
        """Return rows whose remarks do not repeat a number of their quantity that is left out."""
        numbers = {(row.quantity, number) for row in rows if (number := read_number(row.text)) is not None}
        found = []
        for row in rows:
            if row.quantity in self.asked:
                said = ((key, NOT_SHOWN if any((row.quantity, one) in numbers for one in _numbers(text)) else text) for key, text in row.said)
                row = replace(row, said=tuple(said))
            found.append(row)
        return found

    def hides(self, finding: Finding) -> bool:
        """Whether a finding is about what is left out: it names it, stands at its cell, or is that of a rule or an equation that reads it."""
        if not self.asked:
            return False
        texts = finding.subject, finding.what, finding.evidence, finding.remedy
        places = {origin.place for id_ in self.asked for origin in self.run.inputs.origins.get(id_, {}).values()}
        is_there = finding.place is not None and finding.place in places
        return is_there or self.names(*texts) or not self.follows.isdisjoint(self.read_by(finding.subject))

    def names(self, *texts: str) -> bool:
        """Whether one of some texts names what is left out."""
        return any(id_ in text for id_ in self.follows for text in texts)

    def read_by(self, subject: str) -> set[str]:
        """Return the quantities that a rule or an equation reads."""
        methodology, found = self.run.methodology, set()
        for rule in methodology.rules:
            if rule.id == subject:
                found |= _read(rule.condition, rule.when)
        if subject in methodology.equation:
            found |= _read(methodology.equation[subject].formula, methodology.equation[subject].when)
        return found


def tainted(run: Run, asked: Iterable[str]) -> frozenset[str]:
    """Return some quantities and everything that is computed from them in a run, or only where they say so."""
    found, before = set(asked), -1
    while len(found) != before:
        before = len(found)
        for quantity, steps in run.values.steps.items():
            used = (run.methodology.equation[step.equation] for step in steps)
            if any(not found.isdisjoint(_read(equation.formula, equation.when)) for equation in used):
                found.add(quantity)
    return frozenset(found)


def _read(*formulas: Node | None) -> set[str]:
    return {id_ for formula in formulas if formula is not None for id_ in quantities_in(formula)}


def _numbers(text: str) -> Iterable[object]:
    return (read_number(found) for found in _NUMBER.findall(text))
