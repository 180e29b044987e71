"""A methodology that does not pass its own check gives no number, in any command.

The check takes longer than a run: its verdict is made once, and kept with what else is kept of a spec (:mod:`engine.run.cache`).
"""

from __future__ import annotations

from engine.finding import Finding
from equations.errors import Faults, MethodologyError, RefusalError
from equations.model.methodology import Methodology

#: Hash -> the methodology that was checked, and its errors. Another one may have the same hash: it was made from it in memory.
_CHECKED: dict[str, tuple[Methodology, tuple[Finding, ...]]] = {}


def errors_of(methodology: Methodology) -> tuple[Finding, ...]:
    """Return what :func:`engine.checks.check_methodology` finds wrong, each methodology being checked once in this process."""
    held = _CHECKED.get(methodology.hash)
    if held is None or (held[0] is not methodology and held[0] != methodology):
        from engine.checks import check_methodology

        keep_verdict(methodology, check_methodology(methodology).findings)
        held = _CHECKED[methodology.hash]
    return held[1]


def keep_verdict(methodology: Methodology, findings: tuple[Finding, ...]) -> None:
    """Keep what a check found, so that a run that follows in this process need not check again."""
    _CHECKED[methodology.hash] = (methodology, tuple(finding for finding in findings if finding.severity == "error"))


def refuse(methodology: Methodology, errors: tuple[Finding, ...]) -> None:
    """Raise the errors of a check, if there are any.

    Raises
    ------
    Faults
        A741, and each error under its own code.
    """
    if errors:
        head = RefusalError(
            "A741", f"{methodology.reference} does not pass its check, so that no number is given",
            why=f"{len(errors)} error{'s' if len(errors) > 1 else ''} of the spec",
            remedy="correct the spec; `mrvgraph check` shows all that it finds",
        )  # fmt: skip
        raise Faults([head, *(MethodologyError(e.code, e.what, e.place, why=e.evidence, remedy=e.remedy) for e in errors)])


def refuse_faulty(methodology: Methodology) -> None:
    """Raise what the check of a methodology finds wrong; see :func:`refuse`."""
    refuse(methodology, errors_of(methodology))
