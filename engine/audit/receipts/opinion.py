"""The opinion on a claim, by materiality: what is misstated, in the unit of the result, against the share of it that counts as material."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.audit.desk.statement import Cell
from engine.audit.report import AuditReport
from engine.finding import Finding
from equations.records import record

UNQUALIFIED, QUALIFIED, ADVERSE, DISCLAIMED = "unqualified", "qualified", "adverse", "disclaimed"
#: The rules, in the order in which they are asked.
RULES = {
    ADVERSE: "what is known to be misstated reaches the threshold: the difference between what is claimed and what is recomputed, or the sum of what "
    "open errors move, whichever is greater",
    QUALIFIED: "an error is open, whether its tonnes are known or not, or what open warnings move reaches the threshold",
    DISCLAIMED: "nothing of that, and no document claims the result: there is no claim to give an opinion on",
    UNQUALIFIED: "a document claims the result, no error is open, and what open warnings move stays below the threshold",
}
#: Findings of documents whose tonnes are the difference of the claim.
OF_DOCUMENTS = ("A750", "A751", "A752", "A753", "A754", "A755")


@record(frozen=True)
class Opinion:
    """An opinion and what it rests on, in the unit of the first result.

    Attributes
    ----------
    threshold
        The share of the result that is material.
    claimed
        By how much the documents claim another total; ``None`` where they claim none.
    errors, warnings
        Sum of the sizes of what open errors, and open warnings, move.
    not_measured, warnings_not_measured
        Open errors, and open warnings, whose tonnes are not known.
    """

    word: str
    materiality: float
    threshold: float
    claimed: float | None
    errors: float
    warnings: float
    not_measured: int
    warnings_not_measured: int
    open_errors: int

    @property
    def misstated(self) -> float:
        """What is known to be misstated."""
        return max(abs(self.claimed or 0.0), self.errors)


def opinion_of(report: AuditReport, materiality: float) -> Opinion:
    """Return the opinion that follows from an audit by :data:`RULES`.

    Parameters
    ----------
    materiality
        Share of the first result, as 0.05.
    """
    found = report.findings
    errors = [finding for finding in found if finding.severity == "error"]
    threshold, claimed = materiality * abs(report.run.headline.value), claimed_difference(report)
    moved = sum(abs(finding.moves or 0.0) for finding in errors)
    warnings = [finding for finding in found if finding.severity == "warning"]
    warned = sum(abs(finding.moves or 0.0) for finding in warnings)
    misstated = max(abs(claimed or 0.0), moved)
    is_open = bool(errors) or (warned > 0 and warned >= threshold)
    well = UNQUALIFIED if claimed is not None else DISCLAIMED
    word = ADVERSE if misstated and misstated >= threshold else QUALIFIED if is_open else well
    unmeasured = [finding for finding in errors if finding.moves is None and not (claimed is not None and finding.code in OF_DOCUMENTS)]
    return Opinion(
        word=word, materiality=materiality, threshold=threshold, claimed=claimed, errors=moved, warnings=warned, not_measured=len(unmeasured),
        warnings_not_measured=sum(finding.moves is None for finding in warnings), open_errors=len(errors),
    )  # fmt: skip


def claimed_difference(report: AuditReport) -> float | None:
    """Return by how much documents claim another total of the first result than comes out: the greatest distance, by document."""
    if report.desk is None:
        return None
    result, distances = report.run.methodology.result, dict[str, dict[tuple[Cell, ...], float]]()
    for one in report.desk.compared.comparisons:
        if one.statement.quantity == result:
            of_document = distances.setdefault(one.statement.document.title, {})
            by, cells = one.distance if one.is_different else 0.0, one.statement.cells
            of_document[cells] = max(by, of_document.get(cells, 0.0), key=abs)  # what is stated on two pages is one claim
    totals = [_of_document(found) for found in distances.values()]
    return max(totals, key=abs) if totals else None


def _of_document(found: Mapping[tuple[Cell, ...], float]) -> float:
    """Return the distance of a document: of its total where it claims one, else of all cells together."""
    sums = [by for cells, by in found.items() if len(cells) > 1]
    return max(sums, key=abs) if sums else sum(found.values())


def open_findings(report: AuditReport) -> Iterator[Finding]:
    """Yield what is open, errors first, then what moves most; notes are none."""
    order = {"error": 0, "warning": 1}
    left = [finding for finding in report.findings if finding.severity in order]
    yield from sorted(left, key=lambda finding: (order[finding.severity], -abs(finding.moves or 0.0)))
