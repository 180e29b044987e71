"""One more index for the belt reaches every reading: two rings of equal rates are, under each of them, the belt as a whole.

The numbers of the belt as a whole are those of ``test_rulings``, which are written out by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_rulings import OPTION_1, OPTION_2

import mrvgraph
from equations.errors import MethodologyError
from equations.model.ruling import Reading

FAMILY = ("A_d_0", "A_d", "P_d", "p_d", "ca_d", "cs_d", "dCS_d", "p_d_age")
RINGS = f"""
based_on: KH_AM004@1.1
methodology: {{version: 1.2-in-rings, status: draft, status_note: Made up for tests.}}
changes:
  index:
    add: ring
    to: [{", ".join(FAMILY)}]
    sum_in: [belt.ref.level, belt-adjusted-total, belt-conversion-within-area]
    each_in: [belt-areas-conserved]
  add:
    index_sets: [{{id: ring, letters: [r], meaning: ring of the belt around the villages, members: [near, far]}}]
"""
MORE = "  map_date: 2018-05-01\n  CA_d_out: {unit: ha, values: {E: {2019: 5}, D: {2020: 7, 2021: 1}}, otherwise: 0}\n"


def whole(text: str) -> str:
    return text.replace("  DF: 0.25\n", f"  DF: 0.25\n{MORE}")


def in_rings(text: str) -> str:
    """Return a project whose belt lies in two rings, with the same areas and rates."""
    text = whole(text).replace("A_d_0: {unit: ha, values: {E: 300, D: 200, NF: 50}",
                               "A_d_0: {unit: ha, values: {E: {near: 100, far: 200}, D: {near: 150, far: 50}, NF: {far: 50}}")  # fmt: skip
    text = text.replace("values: {E: 0.18, D: 0.095}, otherwise",
                        "values: {E: {near: 0.18, far: 0.18}, D: {near: 0.095, far: 0.095}}, otherwise")  # fmt: skip
    return re.sub(r"(?ms)^  p_d:\n(.*?    otherwise: 0\n)", _twice, text)


def _twice(match: re.Match[str]) -> str:
    rows = "".join(f"  {line}\n" for line in match[1].splitlines())
    return "  p_d:\n" + "".join(f"    - at: {{ring: {ring}}}\n{rows}" for ring in ("near", "far"))


@pytest.fixture(scope="module")
def rings(tmp_path_factory: pytest.TempPathFactory) -> mrvgraph.Methodology:
    path = tmp_path_factory.mktemp("rings") / "rings.yaml"
    path.write_text(RINGS, encoding="utf-8")
    return mrvgraph.load(path)


def edits_the_family(reading: Reading) -> bool:
    return any(step.of in FAMILY for block in reading.edits for step in block.steps) or any(
        equation.quantity in FAMILY for block in reading.edits for equation in block.equations
    )


#: Rulings that only areas and matrices of the other option know.
OF_ANOTHER = {
    "1": {"area-year-index", "option2-operating-days", "negative-transition", "row-sums", "nonforest-regrowth"},
    "2": {"later-partial-year-area", "option1-rate", "linear-share-of-year"},
}


@pytest.mark.parametrize("text", [OPTION_1, OPTION_2], ids=["option_1", "option_2"])
def test_two_rings_of_equal_rates_are_the_whole_belt_under_every_reading(kh, rings, text, tmp_path: Path):
    paths = tmp_path / "whole.yaml", tmp_path / "rings.yaml"
    for path, made in zip(paths, (whole(text), in_rings(text)), strict=True):
        path.write_text(made, encoding="utf-8")

    default = mrvgraph.run(kh, paths[0])
    tried = [(ruling.id, reading.id) for ruling in kh.rulings if ruling.id not in OF_ANOTHER[default.setting.choices["option"]]
             for reading in ruling.readings if edits_the_family(reading)]  # fmt: skip
    moved = set()
    for taken in (dict([one]) for one in tried):
        one, two = (mrvgraph.run(spec, path, readings=taken) for spec, path in zip((kh, rings), paths, strict=True))
        assert [v for _, v, _ in two.cells("DR")] == pytest.approx([v for _, v, _ in one.cells("DR")], rel=1e-12), taken
        assert two.total == pytest.approx(one.total, rel=1e-9), taken
        moved |= set(taken.items()) if one.value("DR", year=2020) != default.value("DR", year=2020) else set()
    of_option = {"1": {"option1-rate", "linear-share-of-year"}, "2": {"area-year-index", "nonforest-regrowth", "option2-operating-days"}}
    wanted = {"belt-probabilities", "map-age", "belt-exclusion", *of_option[default.setting.choices["option"]]}
    assert wanted <= {ruling for ruling, _ in moved}  # rows here add up to 1, and no entry is negative


def test_what_a_reading_adds_of_the_family_is_asked_for(tmp_path: Path):
    path = tmp_path / "rings.yaml"
    path.write_text(RINGS.replace(", p_d_age]", "]"), encoding="utf-8")

    with pytest.raises(MethodologyError, match=r"S109 the equation 'belt.map.matrix' reads p_d, which gets one index more"):
        mrvgraph.load(path)


def test_a_step_on_another_quantity_that_reads_the_family_is_asked_for(tmp_path: Path):
    path = tmp_path / "rings.yaml"
    path.write_text(RINGS.replace(", ".join(FAMILY), "P, A, dCS_ref")
                    .replace("[belt.ref.level, belt-adjusted-total, belt-conversion-within-area]", "[ref.level]"), encoding="utf-8")  # fmt: skip

    with pytest.raises(MethodologyError, match=r"(?s)a step of the ruling 'belt-probabilities' on P_d reads P, which gets one index more"):
        mrvgraph.load(path)
