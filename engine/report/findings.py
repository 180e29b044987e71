"""Findings for reading: errors and warnings in full with the place and the line that is meant, notes in one line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.finding import SEVERITIES, Finding
from engine.output.escapes import code_text, markdown_text
from engine.output.excerpt import with_excerpt
from engine.output.terminal import coloured, wrapped

_INDENT = "    "
#: Evidence up to this length stands behind a note in one line.
_SHORT = 90


def counted(findings: Sequence[Finding]) -> str:
    """Return ``2 errors, 1 warning``, or ``none``.

    Examples
    --------
    >>> counted([Finding("A701", "note", "a", "b"), Finding("A701", "note", "c", "d")])
    '2 notes'
    """
    parts = []
    for severity in SEVERITIES:
        count = sum(finding.severity == severity for finding in findings)
        if count:
            parts.append(f"{count} {severity}{'s' if count > 1 else ''}")
    return ", ".join(parts) or "none"


def findings_text(
    findings: Sequence[Finding], shown: Sequence[Finding] | None = None, *, verbose: bool = False, most: int | None = None,
    title: str = "findings", beside: str = "",
) -> str:  # fmt: skip
    """Return findings for a terminal: how many there are, and those that are shown, the most severe first.

    Parameters
    ----------
    shown
        Findings of which more than their number is said; all by default.
    verbose
        Whether notes are shown with their evidence and source too.
    most
        How many are shown at the most.
    title
        What is counted: the same word stands for the same findings in every command.
    beside
        What is said behind the count, as where others are found.
    """
    lines = [f"{title}: {counted(findings)}{beside}"]
    left = list(findings if shown is None else shown)
    room = len(left) if most is None else most
    for severity in SEVERITIES:
        chosen = [finding for finding in left if finding.severity == severity]
        if chosen and room > 0:
            lines += ["", coloured(f"{severity}s ({len(chosen)})", severity)]
        for finding in chosen[: max(0, room)]:
            lines += finding_lines(finding, full=verbose or severity != "note")
        room -= len(chosen)
    if room < 0:
        lines.append(f"... and {-room} more; --json shows all")
    return "\n".join(lines)


def finding_lines(finding: Finding, *, full: bool = True) -> Iterator[str]:
    """Yield the lines of one finding for a terminal; ``full``: with place, evidence and source."""
    short = f" ({finding.evidence})" if not full and 0 < len(finding.evidence) <= _SHORT else ""
    yield wrapped(f"  {finding.code} {finding.subject}: {sentence(finding)}{short}", _INDENT + "  ")
    if not full:
        return
    place = finding.place
    if place is not None:
        yield f"{_INDENT}at: {place}"
        if finding.severity == "error":
            yield from (_INDENT + line for line in (with_excerpt(place) or place).caret_lines())
    for word, text in (("evidence", finding.evidence), ("do", finding.remedy), ("source", finding.source)):
        if text:
            yield wrapped(f"{_INDENT}{word}: {text}", _INDENT + "  ")


def sentence(finding: Finding) -> str:
    """Return what is found; a rule's finding quotes the statement that does not hold."""
    return f"does not hold: {finding.what}" if finding.code == "A701" else finding.what


def findings_markdown(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield findings as a Markdown list, the most severe first."""
    for severity in SEVERITIES:
        for finding in findings:
            if finding.severity == severity:
                yield f"- **{severity}** {finding.code} {code_text(finding.subject)}: {markdown_text(sentence(finding))}"
                for word, text in (("evidence", finding.evidence), ("do", finding.remedy), ("source", finding.source)):
                    if text:
                        yield f"  - {word}: {markdown_text(text)}"
                if finding.place is not None:
                    yield f"  - at: {code_text(str(finding.place))}"
