"""The ledger under Article 6.2 against plain Python in fractions: random ledgers, worked cases, the example, a methodology that uses it."""

import os
from pathlib import Path
from random import Random

import ledger_by_hand as by_hand
import pytest
import random_ledgers as drawn

from engine.project.project_file import read_project_text
from mrvgraph import audit, check, load, run

LEDGER = "ART62_LEDGER@0.1"
FOLDER = Path("methodology_specs/ART62_LEDGER")
AXES = {"W": ("year",), "T": ("year",), "FT": ("year",), "CA": ("party", "year"), "CA_end": ("party", "ndc"), "H": ("party", "year")}


@pytest.fixture(scope="module")
def spec():
    return load(LEDGER)


def project_of(data):
    return read_project_text(drawn.project_text(data, LEDGER), Path("p.yaml"))


def differences(finished, data):
    found = []
    for (quantity, *members), number in by_hand.numbers(data).items():
        if quantity in finished.values.arrays:
            value = finished.value(quantity, **dict(zip(AXES[quantity], members, strict=True)))
            if abs(value - number) > 1e-9 * max(1, abs(number)):
                found.append((quantity, members, float(number), value))
    return found


def test_random_ledgers_agree_with_the_equations_by_hand(spec):
    for seed in range(120):
        data = drawn.random_ledger(Random(seed))
        finished = run(spec, project_of(data), targets=("W", "T", "CA", "CA_end", "FT", "H"))
        assert (seed, differences(finished, data)) == (seed, [])
