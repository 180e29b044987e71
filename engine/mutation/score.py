"""The fault-seeding score of a methodology: all mutants judged, on several processors, and counted."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.checks import check_methodology
from engine.checks.worked_cases import WorkedCase
from engine.mutation.mutants import Mutant, find_mutants
from engine.mutation.mutate import CHECKS, EQUIVALENT, Bench, MutantOutcome
from engine.output.progress import progress
from equations.model.methodology import Methodology
from equations.units.registry import parse_unit
from equations.units.words import SUBSTANCES

_CHUNK = 40


@dataclass(frozen=True)
class Score:
    """What became of all mutants.

    Attributes
    ----------
    cases
        Ids of the worked cases that were run.
    false_alarms
        Errors that the static checks find in the methodology as it is.
    found
        How many mutants there are, of which ``outcomes`` may be a sample.
    """

    methodology: Methodology
    outcomes: tuple[MutantOutcome, ...]
    cases: tuple[str, ...]
    false_alarms: int
    found: int

    @cached_property
    def counted(self) -> tuple[MutantOutcome, ...]:
        """The outcomes of mutants that say something else than the methodology."""
        return tuple(outcome for outcome in self.outcomes if outcome.check != EQUIVALENT)

    @property
    def equivalent(self) -> tuple[MutantOutcome, ...]:
        """The outcomes of mutants that say the same."""
        return tuple(outcome for outcome in self.outcomes if outcome.check == EQUIVALENT)

    @property
    def survivors(self) -> tuple[MutantOutcome, ...]:
        """The outcomes of mutants that nothing caught."""
        return tuple(outcome for outcome in self.counted if outcome.check == "nothing")

    @property
    def caught(self) -> float:
        """Share of the counted mutants that something caught."""
        return 1 - len(self.survivors) / len(self.counted) if self.counted else 1.0

    @property
    def dimension_changing(self) -> tuple[MutantOutcome, ...]:
        """The outcomes of mutants whose two sides no longer have one unit."""
        return tuple(outcome for outcome in self.counted if outcome.changes_dimension)

    @property
    def killed_by_dimensions(self) -> int:
        """How many of those the dimension check caught."""
        return sum(outcome.check == "dimensions" for outcome in self.dimension_changing)

    def by_check(self) -> dict[str, int]:
        """Return how many mutants each check caught first."""
        counts = Counter(outcome.check for outcome in self.counted)
        return {check: counts[check] for check in CHECKS}

    def by_operator(self) -> dict[str, dict[str, int]]:
        """Return the same for each kind of fault, in the order in which they first appear."""
        found: dict[str, Counter[str]] = {}
        for outcome in self.counted:
            found.setdefault(outcome.mutant.operator, Counter())[outcome.check] += 1
        return {operator: {check: counts[check] for check in CHECKS} for operator, counts in found.items()}

    def as_record(self) -> dict[str, object]:
        """Return the score as plain data."""
        return {
            "methodology": self.methodology.reference, "hash": self.methodology.hash, "found": self.found,
            "mutants": len(self.counted), "equivalent": len(self.equivalent), "caught": round(self.caught, 6),
            "dimension_changing": len(self.dimension_changing), "killed_by_dimensions": self.killed_by_dimensions,
            "false_alarms": self.false_alarms, "by_check": self.by_check(), "by_operator": self.by_operator(),
            "cases": list(self.cases), "survivors": [outcome.as_record() for outcome in self.survivors],
            "equivalents": [outcome.as_record() for outcome in self.equivalent],
        }  # fmt: skip


def score(
    methodology: Methodology,
    cases: Sequence[WorkedCase] = (),
    *,
    sample: int | None = None,
    seed: int = 0,
    workers: int = 1,
) -> Score:
    """Judge the mutants of a methodology.

    Parameters
    ----------
    cases
        Its worked cases.
    sample, seed
        How many mutants to draw, and which draw; all of them if absent.
    workers
        Processes to use; the result does not depend on it.

    Raises
    ------
    MethodologyError
        If a worked case cannot be run under the methodology as it is.
    """
    mutants = find_mutants(methodology)
    drawn = mutants if sample is None else find_mutants(methodology, sample, seed)
    outcomes: list[MutantOutcome] = []
    with progress(len(drawn), "mutants") as more:
        for judged in _judged(methodology, tuple(cases), drawn, workers):
            outcomes += judged
            more(len(judged))
    alarms = sum(finding.severity == "error" for finding in check_methodology(methodology).findings)
    return Score(methodology, tuple(outcomes), tuple(case.id for case in cases), alarms, len(mutants))


def _judged(
    methodology: Methodology, cases: tuple[WorkedCase, ...], mutants: tuple[Mutant, ...], workers: int
) -> Iterator[list[MutantOutcome]]:
    """Yield the outcomes in the order of the mutants, some at a time."""
    chunks = [mutants[at : at + _CHUNK] for at in range(0, len(mutants), _CHUNK)]
    if workers <= 1 or len(chunks) <= 1:
        bench = Bench(methodology, cases, parse_unit)
        for chunk in chunks:
            yield [bench.judge(mutant) for mutant in chunk]
        return
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, _start, (methodology, cases)) as pool:
        yield from pool.imap(_judge, chunks)


class _Worker:
    """What a worker process keeps between its tasks."""

    bench: Bench


def _start(methodology: Methodology, cases: tuple[WorkedCase, ...]) -> None:
    for substance in (*SUBSTANCES, *(declared.id for declared in methodology.substances)):  # so that messages name them
        parse_unit(f"t_{substance}", None, methodology.own_unit_words)
    _Worker.bench = Bench(methodology, cases, parse_unit)


def _judge(mutants: tuple[Mutant, ...]) -> list[MutantOutcome]:
    return [_Worker.bench.judge(mutant) for mutant in mutants]
