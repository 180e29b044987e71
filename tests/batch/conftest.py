"""The example projects and random projects, ready for batches."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import random_projects
from batch_subjects import Subject, subject_of
from reference_adapter import to_project_file

import mrvgraph
from equations.model.methodology import Methodology

SPECS = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004"


@pytest.fixture(scope="session")
def kh() -> Methodology:
    return mrvgraph.load(SPECS / "1.1")


@pytest.fixture(scope="session")
def examples(kh: Methodology) -> dict[int, Subject]:
    """The two example projects."""
    runs = {option: mrvgraph.run(kh, SPECS / "examples" / f"option{option}.yaml") for option in (1, 2)}
    return {option: subject_of(run, ("ER_credit_p", "ER", "PE")) for option, run in runs.items()}


@pytest.fixture
def random_subject(kh: Methodology, tmp_path: Path) -> Callable[[int, int], Subject]:
    """Return ``make(option, seed)``: a random project under random readings."""

    def make(option: int, seed: int) -> Subject:
        rng = random.Random(7000 * option + seed)
        project = random_projects.random_project(rng, option)
        random_projects.read_otherwise(rng, project)
        folder = tmp_path / f"{option}-{seed}"
        folder.mkdir()
        run = mrvgraph.run(kh, to_project_file(project, folder))
        targets = ("ER_credit_p", "RL", "PE", "DE", *(("A",) if option == 2 else ()))
        return (
            subject_of(run, targets)
            if option == 1
            else subject_of(mrvgraph.run(kh, folder / "project.yaml", targets=targets), targets)
        )

    return make
