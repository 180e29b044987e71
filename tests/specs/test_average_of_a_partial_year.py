"""A map interval whose first year is partly operated: the yearly average counts by days of operation, as one reads the text under Eq 11.

The project is that of the example of option 1, from July 2018 to the end of 2019: half a year, of which nothing else is made up.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import mrvgraph

EXAMPLE = Path("methodology_specs/KH_AM004/examples/option1.yaml")
#: Areas lost between two maps, by class: in the project area and in the belt.
LOST = {
    "CA_pj": {"E": 1520, "SE": 1120, "D": 1810, "B": 6, "FF": 168, "FR": 410, "TP": 12},
    "CA_d_pj": {"E": 900, "SE": 700, "D": 1800, "B": 6, "FF": 140, "FR": 380, "TP": 12},
}
#: From the first of July 2018.
DAYS, YEAR = 184, 365


def project(blocks: dict[str, str]) -> str:
    """Return the example from July 2018 to the end of 2019, with other areas lost."""
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace("start: 2018-03-12, end: 2020-12-31", "start: 2018-07-01, end: 2019-12-31")
    text = re.sub(r", 2020: [0-9.]+", "", text).replace("members:\n", "members:\n  map_interval: {m1: {from: 2018, to: 2019}}\n", 1)
    for name in LOST:
        text = re.sub(rf"  {name}:\n    unit: ha\n    table:.*?(?=\n\n)", "", text, flags=re.DOTALL)
    text = re.sub(r"  CA_d_out:\n.*?(?=\n\n)", "", text, flags=re.DOTALL)
    return text.replace("values:\n", "values:\n" + "".join(f"  {name}: {block}\n" for name, block in blocks.items()), 1)


def between_maps() -> dict[str, str]:
    return {f"{name}_m": f"{{unit: ha, at: {{map_interval: m1}}, values: {json.dumps(lost)}, otherwise: 0}}" for name, lost in LOST.items()}


def by_year() -> dict[str, str]:
    """Return what a developer writes who takes the average of the two years, of 2018 by its days of operation."""
    found = {}
    for name, lost in LOST.items():
        cells = {label: {2018: area / 2 * DAYS / YEAR, 2019: area / 2} for label, area in lost.items()}
        found[name] = f"{{unit: ha, values: {json.dumps(cells)}, otherwise: 0}}"
    return found


@pytest.mark.parametrize(
    ("blocks", "readings", "tonnes"),
    [
        (between_maps(), {}, 91_094),
        (between_maps(), {"interval-average": "operating-days"}, 587_544),
        (by_year(), {}, 587_544),
    ],
    ids=["whole-years", "by-days", "supplied-by-days"],
)
def test_half_a_megatonne_hangs_on_the_days(kh, tmp_path, blocks, readings, tonnes):
    path = tmp_path / "project.yaml"
    path.write_text(project(blocks), encoding="utf-8")

    assert mrvgraph.run(kh, path, readings=readings).total == pytest.approx(tonnes, abs=0.5)
