"""A fault-seeding score as text for a terminal and as a Markdown page. The same bytes for the same spec."""

from __future__ import annotations

from collections.abc import Iterator

from engine.mutation.document_faults import OPERATORS as IN_DECLARATIONS
from engine.mutation.formula_faults import OPERATORS as IN_FORMULAS
from engine.mutation.mutate import CHECKS, MutantOutcome
from engine.mutation.score import Score
from engine.output.terminal import bold, table

#: Check -> what it is, for a reader.
MEANINGS: dict[str, str] = {
    "parser": "the reader of specs: names, indices, shapes of matrices, units of datasets",
    "dimensions": "the dimension check, with substances",
    "static": "the other static checks: cases, circles, lags, use, printed tables",
    "run-time": "a rule of the methodology, a range, or an error in a run of a worked case",
    "cases": "other numbers than a worked case expects",
    "nothing": "nothing",
}
_MOST_SHOWN = 20


def percent(share: float) -> str:
    """Return a share in percent, never rounded up to the whole."""
    return f"{int(share * 10000) / 100:.2f} %"


def headline(score: Score) -> list[str]:
    """Return the score in a few sentences."""
    counted, sampled = len(score.counted), len(score.outcomes) < score.found
    lines = [f"{counted} mutants" + (f" (a sample of {len(score.outcomes)} out of {score.found})" if sampled else "")
             + f", {percent(score.caught)} caught; {len(score.survivors)} survive"]  # fmt: skip
    changing = len(score.dimension_changing)
    lines.append(f"{changing} of them change a dimension; the dimension check catches {score.killed_by_dimensions} of these")
    same = f"{len(score.equivalent)} further mutants say the same as the spec and are not counted"
    lines.append(f"{score.false_alarms} false alarms on the spec as it is; {same}")
    return lines


def score_text(score: Score) -> str:
    """Return the score for a terminal."""
    rows = [[check, str(count), MEANINGS[check]] for check, count in score.by_check().items()]
    parts = [bold(f"{score.methodology.reference}  fault seeding"), *headline(score), ""]
    parts.append(table(["caught by", "mutants", ""], rows, right=[1]))
    if score.survivors:
        parts += ["", bold("survivors")]
        shown = [[o.mutant.label, o.mutant.operator, o.mutant.what, o.why] for o in score.survivors[:_MOST_SHOWN]]
        parts.append(table(["where", "fault", "", "why nothing caught it"], shown))
        if len(score.survivors) > _MOST_SHOWN:
            parts.append(f"and {len(score.survivors) - _MOST_SHOWN} more; --json lists them all")
    return "\n".join(parts) + "\n"


def score_markdown(score: Score) -> str:
    """Return the score as a page."""
    return "\n".join(_page(score)) + "\n"


def _page(score: Score) -> Iterator[str]:
    name = score.methodology.reference
    yield f"# {name}: what the checks are worth"
    yield ""
    yield f"<!-- made by `mrvgraph mutate {name} --format md`; do not edit -->"
    yield ""
    yield "Small faults were put into the spec, one at a time and everywhere: the slips that happen when a formula is copied, a"
    yield "subscript is misread or a unit is mistaken. Each faulty spec went through the checks in their order until one objected."
    yield ""
    yield from (f"- {line[0].upper()}{line[1:]}." for line in headline(score))
    yield f"- The spec that was judged has the SHA-256 {score.methodology.hash}."
    yield ""
    yield "## What catches them first"
    yield ""
    yield "| caught by | mutants | what it is |"
    yield "|---|---:|---|"
    yield from (f"| {check} | {count} | {MEANINGS[check]} |" for check, count in score.by_check().items())
    yield ""
    yield "What changes a dimension is found by a second way that shares nothing with the dimension check: all quantities are"
    yield "measured in other units, drawn at random, and the two sides of the equation must still scale alike."
    yield ""
    yield "## By kind of fault"
    yield ""
    yield f"| fault | {' | '.join(CHECKS)} | what is done |"
    yield f"|---|{'---:|' * len(CHECKS)}---|"
    meanings = {**IN_FORMULAS, **IN_DECLARATIONS}
    for operator, counts in score.by_operator().items():
        yield f"| {operator} | {' | '.join(str(counts[check]) for check in CHECKS)} | {meanings[operator]} |"
    yield ""
    yield "## Survivors"
    yield ""
    yield from _listed(score.survivors, "why nothing caught it")
    yield ""
    yield "## Mutants that say the same"
    yield ""
    yield "They give the same value as the equation for all numbers that were drawn, within the ranges of the quantities and given"
    yield "how computed quantities are defined. They are not counted."
    yield ""
    yield from _listed(score.equivalent, "")
    yield ""
    yield f"The worked cases are: {', '.join(score.cases) or 'none'}."


def _listed(outcomes: tuple[MutantOutcome, ...], why: str) -> Iterator[str]:
    if not outcomes:
        yield "None."
        return
    yield f"| where | fault | what stands there |{f' {why} |' if why else ''}"
    yield "|---|---|---|" + ("---|" if why else "")
    yield from (row(outcome, with_why=bool(why)) for outcome in outcomes)


def row(outcome: MutantOutcome, *, with_why: bool) -> str:
    """Return a mutant as a row of a table: where it is, what was done, what stands there, and why nothing caught it."""
    mutant = outcome.mutant
    cells = [f"{mutant.label} ({mutant.subject})" if mutant.label != mutant.subject else mutant.label,
             f"{mutant.operator}: {mutant.what}", f"`{mutant.text}`", *([outcome.why] if with_why else [])]  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
