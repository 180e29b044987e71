"""The verdicts of rules for reading: how many are held, and each that is not, or that does not apply, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.output.escapes import code_text, markdown_text
from engine.output.terminal import bold, coloured, wrapped
from engine.run.rules import BROKEN, STATES, UNDECIDED, Verdict, tallied


def verdicts_lines(verdicts: Sequence[Verdict], *, verbose: bool = False) -> Iterator[str]:
    """Yield the verdicts for a terminal.

    Parameters
    ----------
    verbose
        Whether rules that are held or do not apply are named one by one too.
    """
    if not verdicts:
        return
    yield bold(f"rules of the methodology ({len(verdicts)})") + f": {tallied(tuple(verdicts))}"
    for state in STATES:
        for verdict in verdicts:
            if verdict.state == state and (verbose or state in (BROKEN, UNDECIDED)):
                word = coloured(state, verdict.severity) if state in (BROKEN, UNDECIDED) else state
                yield wrapped(f"  {verdict.rule}: {word}{_reason(verdict)}", "      ")


def verdicts_markdown(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield the verdicts as a Markdown table."""
    if not verdicts:
        yield "The methodology has none."
        return
    yield f"{tallied(tuple(verdicts))}."
    yield ""
    yield "| rule | severity | verdict | why | does not apply to |"
    yield "|---|---|---|---|---|"
    for verdict in verdicts:
        cells = (code_text(verdict.rule), verdict.severity, verdict.state, markdown_text(verdict.why), markdown_text(verdict.partly))
        yield "| " + " | ".join(cells) + " |"


def _reason(verdict: Verdict) -> str:
    partly = f"; does not apply to {verdict.partly}" if verdict.partly else ""
    return (f" ({verdict.why})" if verdict.why else "") + partly
