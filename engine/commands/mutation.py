"""What `mrvgraph mutate` does: score a spec with its worked cases, or write down what the cases give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.checks.refusal import refuse_faulty
from engine.checks.worked_cases import expected_text, read_cases
from engine.mutation.case_runs import start_case
from engine.mutation.score import Score, score
from engine.output.written_files import write_text
from equations.errors import InputError
from equations.files.regular_file import digest_of
from equations.library.places import find_spec, shown_name
from equations.library.spec_files import load_methodology
from equations.units.registry import parse_unit


def score_of(reference: str | Path, sample: int | None, seed: int, workers: int) -> Score:
    """Score a spec by reference or path, with its worked cases.

    Raises
    ------
    MethodologyError
        If the spec or a worked case cannot be read or run; A741 for a spec that does not pass its check: a score says how well
        faults are seen in a spec without any; I508 for a sample below zero, I511 for workers or a seed that cannot be.
    """
    if sample is not None and sample < 0:
        raise InputError("I508", f"--sample takes how many mutants to judge, not {sample}", remedy="take 0 or more")
    if workers < 1 or seed < 0:
        raise InputError("I511", f"{workers} workers with seed {seed} cannot be", remedy="take 1 or more workers, and 0 or more as the seed")
    methodology = load_methodology(reference)
    refuse_faulty(methodology)
    cases = read_cases(find_spec(str(reference)), methodology, parse_unit)
    return score(methodology, cases, sample=sample, seed=seed, workers=workers)


def record_cases(reference: str | Path) -> Iterator[str]:
    """Write the expected numbers of every worked case anew; yield what was done to each.

    Raises
    ------
    MethodologyError
        If the spec or a worked case cannot be read or run; A741 for a spec that does not pass its check.
    """
    methodology = load_methodology(reference)
    refuse_faulty(methodology)
    for case in read_cases(find_spec(str(reference)), methodology, parse_unit, with_expected=False):
        run = start_case(case, methodology, parse_unit)
        text = expected_text(case, methodology, run.setting, run.result.values)
        before = digest_of(case.path)
        write_text(case.path, text)
        yield f"{'unchanged' if before == digest_of(case.path) else 'changed' if before else 'new'}  {shown_name(case.path)}"
