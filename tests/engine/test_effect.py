"""What a difference moves: results side by side, the credits divided among single edits exactly, and the picture of it."""

import json
import math
import xml.etree.ElementTree as ET
from fractions import Fraction
from pathlib import Path

import pytest

from engine.cli import main
from engine.comparison.compare_projects import compare_projects
from engine.comparison.compare_specs import Side
from engine.comparison.difference_text import rounded
from engine.comparison.effect import exact_parts, find_effect
from engine.comparison.waterfall import effect_waterfall
from engine.project.project_file import read_project, read_project_text
from engine.typesetting.pictures.svg_text import width
from equations.errors import MethodologyError
from mrvgraph import load, run

REVISIONS = Path(__file__).parents[1] / "specs" / "revisions"
EXAMPLES = Path(__file__).parents[2] / "methodology_specs" / "KH_AM004" / "examples"
SVG = "{http://www.w3.org/2000/svg}"
ONE, TWO = EXAMPLES / "option1.yaml", EXAMPLES / "option2.yaml"


@pytest.fixture(scope="module")
def versions(kh_pair):
    project = read_project(ONE)
    return find_effect(*map(Side, kh_pair), project, project, load)


def edited(*pairs: tuple[str, str], path: Path = ONE):
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return read_project_text(text, path)


# -- from version 1.0 to 1.1


def test_both_sides_are_what_run_gives(versions, kh_pair):
    assert versions.before == run(kh_pair[0], ONE).total
    assert versions.after == run(kh_pair[1], ONE).total
    year = {(line.quantity, dict(line.labels).get("year")): (line.before, line.after) for line in versions.lines}
    assert year["RL", "2018"] == (run(kh_pair[0], ONE).value("RL", year=2018), run(kh_pair[1], ONE).value("RL", year=2018))


def test_parts_add_up_to_the_difference_to_the_last_bit(versions):
    assert versions.difference == float(Fraction(versions.after) - Fraction(versions.before))
    assert math.fsum(part.difference for part in versions.in_order) == versions.difference
    assert math.fsum(part.difference for part in versions.shapley) == versions.difference


def test_the_start_year_moves_the_credits_and_the_areas_after_it_move_some_back(versions):
    parts = {part.label: part for part in versions.in_order}

    assert list(parts) == ["Eq. 2 (ref.dcs.start)", "Eq. 4 (ref.area.start)", "Eq. 32 (belt.ref.area.start)"]
    # 295 of 365 days: what 1.0 credits for the 70 days without operation, less a fifth
    level = next(line.before for line in versions.lines if line.quantity == "RL" and dict(line.labels)["year"] == "2018")
    assert parts["Eq. 2 (ref.dcs.start)"].difference == pytest.approx(-0.8 * level * 70 / 365, rel=1e-12)
    assert dict(parts["Eq. 4 (ref.area.start)"].by_year)["2018"] == 0
    assert dict(parts["Eq. 4 (ref.area.start)"].by_year)["2019"] > 0
    assert "Eq. 3 (ref.dcs.later)" in versions.idle


def test_each_years_parts_add_up_to_that_years_difference(versions):
    lines = {dict(line.labels)["year"]: line for line in versions.lines if line.quantity == "ER_credit"}
    for year, line in lines.items():
        assert sum(dict(part.by_year)[year] for part in versions.shapley) == pytest.approx(line.difference, abs=1e-6)


def test_option_2_does_not_differ_between_the_versions(kh_pair):
    project = read_project(TWO)

    effect = find_effect(*map(Side, kh_pair), project, project, load)

    assert effect.difference == 0
    assert effect.in_order == ()
    assert effect.no_shapley == "no edit moves a number"


# -- other pairs


def test_readings_are_edits(kh_pair):
    project = read_project(TWO)
    readings = {"area-year-index": "literal", "option2-operating-days": "prorate"}

    effect = find_effect(Side(kh_pair[1]), Side(kh_pair[1], readings), project, project, load)

    assert effect.after == run(kh_pair[1], TWO, readings=readings).total
    assert [part.label for part in effect.in_order] == ["reading area-year-index = literal", "reading option2-operating-days = prorate"]
    assert effect.in_order[0].difference == pytest.approx(
        run(kh_pair[1], TWO, readings={"area-year-index": "literal"}).total - run(kh_pair[1], TWO).total, rel=1e-9)  # fmt: skip
    alone = [run(kh_pair[1], TWO, readings={k: v}).total - effect.before for k, v in readings.items()]
    last = [effect.after - run(kh_pair[1], TWO, readings={k: v}).total for k, v in reversed(readings.items())]
    for part, first, then in zip(effect.shapley, alone, last, strict=True):
        assert part.difference == pytest.approx((first + then) / 2, rel=1e-9)


def test_readings_of_the_project_file_count_on_both_sides(kh_pair):
    project = edited(("choices:\n", "readings: {negative-reductions: floor-year}\nchoices:\n"))

    effect = find_effect(*map(Side, kh_pair), project, project, load)

    assert effect.before == run(kh_pair[0], project).total
    assert math.fsum(part.difference for part in effect.in_order) == effect.difference


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("discount", ["DF in jcm-discount"]),
        ("gwp_ar5", ["dataset gwp-ar4 on-request and dataset gwp-ar5 default"]),
        ("pools", ["set pool and C in national-frl-2017"]),
        ("sunset", ["declaration of GWP_N2O and GWP_N2O in gwp-ar4 and GWP_N2O in gwp-ar5 and GWP_N2O in gwp-ar6 and Eq. 17 (fertiliser.direct) "
                    "and Eq. 21 (fertiliser.indirect)"]),
        ("floor_period", ["Eq. 27b (belt.displaced)"]),
    ],
)  # fmt: skip
def test_edits_that_only_hold_together_are_one_part(kh_pair, name, labels):
    project = read_project(ONE)

    effect = find_effect(Side(kh_pair[1]), Side(load(REVISIONS / f"{name}.yaml")), project, project, load)

    assert [part.label for part in effect.in_order] == labels
    assert math.fsum(part.difference for part in effect.in_order) == effect.difference != 0


def test_a_renamed_symbol_moves_nothing(kh_pair):
    project = read_project(ONE)

    effect = find_effect(Side(kh_pair[1]), Side(load(REVISIONS / "renamed.yaml")), project, project, load)

    assert (effect.difference, effect.in_order) == (0, ())


def test_a_side_that_cannot_be_run_is_named(kh_pair):
    project = edited(("fuel: both", "fuel: direct"))

    with pytest.raises(MethodologyError, match=r"I513 option1.yaml cannot be run under KH_AM004@1.2-litres(.|\n)*mrvgraph migrate(.|\n)*I503 FC"):
        find_effect(Side(kh_pair[1]), Side(load(REVISIONS / "litres.yaml")), project, project, load)


# -- two submissions


def test_two_projects_under_one_version(kh_pair):
    side, first = Side(kh_pair[1]), read_project(ONE)
    second = edited(("E     610    760    760", "E     640    760    790"), ("2018: 14300", "2018: 15300"), ('fertiliser: "yes"', 'fertiliser: "no"'))

    effect = find_effect(side, side, first, second, load)
    inputs = compare_projects(kh_pair[1], first, second)

    assert {(c.part, c.name, c.labels): (c.before, c.after) for c in inputs} == {
        ("choices", "fertiliser", ()): ("yes", "no"), ("values", "CA_pj", ("E", "2018")): ("610 ha", "640 ha"),
        ("values", "CA_pj", ("E", "2020")): ("760 ha", "790 ha"), ("values", "FC", ("diesel", "2018")): ("14300 kg", "15300 kg")}  # fmt: skip
    parts = {part.label: part.difference for part in effect.shapley}
    assert parts["CA_pj of the project"] == pytest.approx(-0.8 * 60 * 91.3 * 44 / 12, rel=1e-9)
    assert parts["FC of the project"] == pytest.approx(-0.8 * 1000 * 43.0e-3 * 74.1e-3, rel=1e-6)
    assert math.fsum(parts.values()) == effect.difference


def test_the_same_amount_in_another_unit_is_no_change(kh_pair):
    first = read_project(ONE)
    second = edited(("    unit: kg\n    values:\n      diesel: {2018: 14300, 2019: 18900, 2020: 17600}",
                     "    unit: t\n    values:\n      diesel: {2018: 14.3, 2019: 18.9, 2020: 17.6}"))  # fmt: skip

    assert compare_projects(kh_pair[1], first, second) == ()


def test_files_beside_another_project_are_found(kh_pair, tmp_path):
    for path in EXAMPLES.glob("option2*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    moved = tmp_path / "option2.yaml"
    moved.write_text(moved.read_text().replace("end: 2020-12-31", "end: 2020-12-30"))

    effect = find_effect(Side(kh_pair[1]), Side(kh_pair[1]), read_project(TWO), read_project(moved), load)

    assert effect.after == run(kh_pair[1], moved).total


# -- adding up


@pytest.mark.parametrize("parts", [[1e16, 1.0, -1e16], [0.1] * 10, [1 / 3, 2 / 3, -1.0], [1e-300, 1.0], [], [-172684.536, 1e-9]])
def test_exact_parts_add_up(parts):
    exact = [Fraction(x) + Fraction(1, 3) for x in parts]

    assert math.fsum(exact_parts(exact)) == float(sum(exact, Fraction(0)))


@pytest.mark.parametrize("parts", [[0.0004] * 3, [-0.0005, 0.0011], [1234.5678, -0.00049, 0.00049], [2.5e-4] * 8])
def test_what_is_shown_adds_up_to_the_rounded_sum(parts):
    shown = [Fraction(text.replace(",", "")) for text in rounded(parts)]

    assert sum(shown) == Fraction(round(sum(map(Fraction, parts)) * 1000), 1000)


# -- the picture


def rows_of(effect, names=("1.0", "1.1"), said=None):
    root = ET.fromstring(effect_waterfall(effect, "1.0 to 1.1", "a project", said or {}, names))
    return root, root.findall(f"{SVG}g")


def test_the_waterfall_is_a_picture_of_the_parts(versions):
    root, groups = rows_of(versions, said={"ref.dcs.start": "factor <d> added"})
    texts = [element.text for element in root.iter(f"{SVG}text")]

    assert "factor <d> added" in texts
    assert texts.count("1,005,752.7") == 1
    assert len(groups) == 2 + len(versions.shapley)
    bars = [group.find(f"{SVG}rect") for group in groups]
    edges = [(float(bar.get("x")), float(bar.get("x")) + float(bar.get("width"))) for bar in bars]
    scale = (edges[1][1] - edges[1][0]) / 190182.815
    assert edges[2][1] - edges[2][0] == pytest.approx(12307.846 * scale, rel=2e-3)
    assert edges[2][0] == pytest.approx(edges[1][0], abs=0.02)  # each begins where the one before ended
    assert edges[-1][1] == pytest.approx(edges[-2][1], abs=0.02)


def test_the_axis_of_the_waterfall_has_its_unit_and_both_ends(versions):
    root, groups = rows_of(versions)
    texts = {element.text: float(element.get("x")) for element in root.findall(f"{SVG}text")}

    assert {"thousand tCO2e", "900", "1,200", "The axis does not begin at zero."} <= set(texts)
    last = groups[-1].find(f"{SVG}rect")
    share = (1005752.698 - 900e3) / (1200e3 - 900e3)
    assert float(last.get("width")) == pytest.approx(share * (texts["1,200"] - texts["900"]), rel=0.02)


def test_labels_of_the_waterfall_keep_to_their_row(versions):
    _, groups = rows_of(versions, ("before " * 60, "after"), {"ref.dcs.start": "x" * 300})

    names = [e for group in groups for e in group.iter(f"{SVG}text")]
    assert len(names) > 8
    assert max(width(e.text, float(e.get("font-size"))) for e in names) <= 530
    for group in groups:  # a name ends before the number at the end of its line begins
        name, shown = list(group.iter(f"{SVG}text"))[:2]
        assert 16 + width(name.text, 13) < 544 - width(shown.text, 13)


def test_diff_writes_the_waterfall_and_the_effect(capsys, tmp_path):
    code = main(["diff", "KH_AM004@1.0", "KH_AM004@1.1", "--project", str(ONE), "--json", "--waterfall", str(tmp_path / "w.svg")])
    record = json.loads(capsys.readouterr().out)

    assert code == 0
    assert (tmp_path / "w.svg").read_text().startswith("<svg ")
    effect = record["effect"]
    assert math.fsum(part["difference"] for part in effect["attribution"]["in_order"]) == effect["difference"]
    assert {line["year"] for line in effect["results"] if line["quantity"] == "RL"} == {"2018", "2019", "2020"}


def test_diff_of_one_spec_with_two_projects(capsys, tmp_path):
    other = tmp_path / "second.yaml"
    other.write_text(ONE.read_text().replace("2018: 14300", "2018: 15300"))

    code = main(["diff", "KH_AM004@1.1", "--project", str(ONE), "--project", str(other)])
    out = capsys.readouterr().out

    assert code == 0
    assert out.startswith("KH_AM004@1.1: option1.yaml  ->  second.yaml\none spec\n")
    assert "values  FC[diesel, 2018]  14300 kg  15300 kg" in out
    assert "FC of the project" in out
