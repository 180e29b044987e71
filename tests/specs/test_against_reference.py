"""Random projects under random readings: the engine and the independent oracle give the same numbers.

Every quantity of the oracle's result is compared, intermediates included, to 1e-12 (see ``reference_adapter.compare``).
Every second project is also written in other units and layouts, with defaults left out.

``MRVGRAPH_PROJECTS=2000 pytest tests/specs/test_against_reference.py`` runs as many of each option.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kh_am004_by_hand as by_hand
import pytest
import random_projects
from reference_adapter import TARGETS, compare, to_project_file

import mrvgraph

PROJECTS = int(os.environ.get("MRVGRAPH_PROJECTS", "60"))

Project = dict[str, Any]


def drawn(rng: random.Random, option: int) -> Project:
    """Draw a project of the oracle with readings; now and then one that pauses within, or that applies several products."""
    project = random_projects.random_project(rng, option)
    random_projects.read_otherwise(rng, project)
    years = project["years"]
    if len(years) > 2 and rng.random() < 0.3:
        project["d"][rng.choice(years[1:-1])] = rng.randint(0, 364)
    for content in ("NC_SN", "NC_ON"):
        if rng.random() < 0.2:
            project[content] = {c: [round(x * rng.uniform(0.3, 1), 4) for _ in range(rng.randint(1, 3))]
                                for c, x in project[content].items()}  # fmt: skip
    return project


def pauses(project: Project) -> list[str]:
    """Say which years of a project are partial."""
    partial = [y for y in project["years"] if project["d"][y] != project["d0"][y]]
    first, last = project["years"][0], project["years"][-1]
    return ["starts within a year" if y == first else "ends within a year" if y == last else "pauses" for y in partial]


def run_and_compare(seed: int, option: int, folder: Path, run_kh: Callable[..., mrvgraph.Run]) -> tuple[Project, int]:
    rng = random.Random(1000 * option + seed)
    project = drawn(rng, option)
    oracle = by_hand.compute(project)

    run = run_kh(to_project_file(project, folder, rng if seed % 2 else None), targets=TARGETS[option])
    comparison = compare(run, oracle)

    assert comparison.differences == [], f"option {option}, seed {seed}, readings {project['readings']}"
    return project, comparison.compared


@pytest.mark.parametrize("option", [1, 2])
def test_engine_and_oracle_agree_on_every_quantity_of_random_projects(
    option: int, tmp_path: Path, run_kh: Callable[..., mrvgraph.Run]
) -> None:
    seen: Counter[str] = Counter()
    compared = 0
    for seed in range(PROJECTS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        project, numbers = run_and_compare(seed, option, folder, run_kh)
        compared += numbers
        seen.update([project["fuel"], f"fertiliser {project['fertiliser']}", *project["readings"], *project, *pauses(project)])

    assert compared > 100 * PROJECTS
    forms = {1: {"C", "EF1", "P", "CA_ref", "Pd", "CA_ref_d"}, 2: {"C", "EF2", "p", "pd"}}[option]
    switches = {"direct", "indirect", "both", "none", "fertiliser True", "fertiliser False", *random_projects.ALTERNATIVES}
    assert forms | switches | {"starts within a year", "ends within a year", "pauses"} <= set(seen)


@pytest.mark.parametrize("option", [1, 2])
def test_comparison_notices_a_change_in_any_one_number_of_the_oracle(
    option: int, tmp_path: Path, run_kh: Callable[..., mrvgraph.Run]
) -> None:
    rng = random.Random(3 if option == 1 else 8)
    project = drawn(rng, option) | {"fuel": "both", "fertiliser": True, "readings": {}}
    run = run_kh(to_project_file(project, tmp_path), targets=TARGETS[option])
    oracle = by_hand.compute(project)

    unnoticed = []
    for name, cells in oracle.items():
        if isinstance(cells, dict) and name != "readings":
            largest = max(cells, key=lambda key: abs(cells[key] or 0.0))
            other = cells[largest] * (1 + 1e-9) + float("whole" in name) if cells[largest] else 1.0
            changed = oracle | {name: cells | {largest: other}}
            if not compare(run, changed).differences:
                unnoticed.append(name)
    assert unnoticed == []
