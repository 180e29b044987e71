"""Revisions reach what only readings say: names, choices that are settled, and rulings that go with them."""

from __future__ import annotations

from pathlib import Path

import pytest

import mrvgraph
from engine.checks.references import check_references
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError

EXAMPLES = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004" / "examples"


def revised(folder: Path, changes: str) -> mrvgraph.Methodology:
    path = folder / "revision.yaml"
    text = f"based_on: KH_AM004@1.1\nmethodology: {{version: 1.2-made-up, status: draft, status_note: Made up.}}\nchanges:\n{changes}"
    path.write_text(text, encoding="utf-8")
    return mrvgraph.load(path)


# --- names ----------------------------------------------------------------------------------------------

NAMES = """\
  rename:
    quantities: {DE_year: DE_own, DE: DX, P_use: P_compounded, p_use: p_days, map_age: n_map, A_0: A_map, p_age: p_old, deficit: lack}
    matrices: {MP_use: MX, MP_age: MP_old}
"""
UNDER = [
    ("option1", {"displacement-by-year": "per-period", "map-age": "aged", "option1-rate": "geometric"}),
    ("option1", {"negative-reductions": "carry-forward"}),
    ("option2", {"option2-operating-days": "power", "map-age": "aged"}),
]


@pytest.fixture(scope="module")
def renamed(tmp_path_factory):
    return revised(tmp_path_factory.mktemp("renamed"), NAMES)


@pytest.mark.parametrize(("example", "readings"), UNDER)
def test_quantities_that_only_readings_declare_can_be_renamed(example, readings, kh, renamed):
    text = (EXAMPLES / f"{example}.yaml").read_text(encoding="utf-8").replace("  A_0:", "  A_map:")
    project = read_project_text(text, EXAMPLES / f"{example}.yaml")
    before, after = mrvgraph.run(kh, EXAMPLES / f"{example}.yaml", readings=readings), mrvgraph.run(renamed, project, readings=readings)

    assert after.total == before.total
    taken = {"P_compounded", "DE_own", "DX", "n_map", "A_map", "p_old", "p_days", "lack"} & set(after.values.arrays)
    assert taken and not {"P_use", "DE_year", "DE", "map_age", "A_0", "p_age", "p_use", "deficit"} & set(after.values.arrays)


@pytest.mark.parametrize(("pair", "why"), [
    ("{DE_year: deficit}", "the name 'deficit' is taken"),
    ("{DE_year: it}", "the name 'it' is taken"),
    ("{DE_jear: x}", "there is no 'DE_jear' in quantities"),
])  # fmt: skip
def test_a_name_that_a_reading_has_is_taken(pair, why, tmp_path):
    with pytest.raises(MethodologyError, match=why):
        revised(tmp_path, f"  rename: {{quantities: {pair}}}\n")


# --- settled choices ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def one_option(tmp_path_factory):
    return revised(tmp_path_factory.mktemp("one"), '  settle: {option: "1"}\n')


def test_what_a_reading_adds_for_another_option_goes_and_is_named(one_option):
    removed = dict(one_option.settled[0].removed)
    aged = next(reading for reading in one_option.ruling["map-age"].readings if reading.id == "aged")
    alike = next(reading for reading in one_option.ruling["belt-exclusion"].readings if reading.id == "both-sides")

    assert {"data.map.matrix", "belt.map.matrix", "belt.out.option2"} <= set(removed["equations"])
    assert {"p_age", "p_d_age"} <= set(removed["quantities"])
    assert {q.id for block in aged.edits for q in block.quantities} == {"map_age", "A_0_left", "A_d_0_left"}
    assert {e.id for block in alike.edits for e in block.equations} == {"belt.out.option1", "belt-exclusion.dCS_d_alike"}


def test_numbers_of_readings_stay_those_of_the_option(one_option, kh):
    data = (EXAMPLES / "option1.yaml").read_text(encoding="utf-8").replace('  option: "1"', "#")
    project = read_project_text(data, EXAMPLES / "option1.yaml")
    for readings in ({"map-age": "aged"}, {"belt-exclusion": "both-sides"}, {"option1-rate": "geometric", "map-age": "aged"}):
        assert mrvgraph.run(one_option, project, readings=readings).total == mrvgraph.run(kh, EXAMPLES / "option1.yaml", readings=readings).total


def test_no_reading_is_left_that_edits_nothing(one_option):
    for ruling in one_option.rulings:
        assert all(reading.edits for reading in ruling.readings if reading.id != ruling.default), ruling.id


def test_a_meeting_with_a_reading_that_is_gone_goes(tmp_path):
    """Under `method: rate` the matrix is read by nothing; the reading of it goes, and the meeting that names that reading with it."""
    document = Path(__file__).resolve().parents[1] / "specs_for_tests" / "tiny"
    path = tmp_path / "met.yaml"
    path.write_text(f"""
based_on: {document}
methodology: {{version: "1-met"}}
changes:
  add:
    rulings:
      - id: rates
        issue: made up
        default: as-printed
        readings:
          - {{id: as-printed, meaning: as it stands}}
          - {{id: half, meaning: half of it, adjust: [{{of: P, in: [area.start], defines: "P_half[i]", for: {{i: forest}}, gives: "it[i] / 2"}}]}}
          - {{id: cut, meaning: of the matrix alone, adjust: [{{of: p, in: [mca.start, mca.later], gives: "pos(it[i, j])"}}]}}
      - id: later
        issue: made up
        default: as-printed
        readings:
          - {{id: as-printed, meaning: as it stands}}
          - id: days
            meaning: by days
            replace: {{equations: [{{id: area.later, formula: "A[i, y-1] * (1 - P[i] * d[y] / d_0[y])"}}]}}
            with:
              - {{readings: {{rates: cut}}, replace: {{equations: [{{id: area.later, formula: "A[i, y-1] * (1 - P[i] / 2)"}}]}}}}
              - {{readings: {{rates: half}}, replace: {{equations: [{{id: area.later, formula: "A[i, y-1] * (1 - P[i] / 4)"}}]}}}}
""", encoding="utf-8")  # fmt: skip
    mrvgraph.load(path)
    settled = tmp_path / "settled.yaml"
    settled.write_text('based_on: met.yaml\nmethodology: {version: "1-settled"}\nchanges: {settle: {method: rate}}\n', encoding="utf-8")
    left = mrvgraph.load(settled)

    assert [reading.id for reading in left.ruling["rates"].readings] == ["as-printed", "half"]
    days = left.ruling["later"].readings[1]
    assert [block.under for block in days.edits] == [(("later", "days"),), (("later", "days"), ("rates", "half"))]


def test_a_ruling_that_went_with_a_choice_is_not_missed(one_option):
    gone = set(dict(one_option.settled[0].removed)["rulings"])
    texts = " ".join(f"{q.source.note} {q.editorial} {q.range.note if q.range else ''}" for q in one_option.quantities)
    spoken = {name for name in gone if f"ruling {name}" in texts or any(f"ruling {name}" in r.remedy.lower() for r in one_option.rules)}

    assert spoken
    assert [f.what for f in check_references(one_option) if "speaks of a ruling" in f.what] == []
