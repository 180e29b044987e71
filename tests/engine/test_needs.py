"""What a target needs, and the template that lacks only the numbers."""

import re
from pathlib import Path

import pytest

from engine.cli import main
from engine.commands.session import open_session
from engine.explain.needs import find_needs, needs_in
from engine.explain.template import project_template
from engine.plan.spec_setting import named_setting, placeholder_setting
from engine.project.project_file import read_project
from equations.errors import InputError, MethodologyError
from mrvgraph import load

ALL = {"option": "1", "fuel": "both", "fertiliser": "yes", "areas": "official_map"}
FRL = ("national-frl-2017",)


@pytest.fixture(scope="module")
def session():
    return open_session("KH_AM004@1.1")


def ids(needs):
    return {need.quantity.id for need in needs}


def test_option_1_asks_for_class_losses_and_option_2_for_conversions(session):
    one = ids(find_needs(session.methodology, ALL, datasets=FRL))
    two = ids(find_needs(session.methodology, {**ALL, "option": "2"}, datasets=FRL))

    assert {"CA_pj", "CA_d_pj", "A_0", "P", "P_d"} <= one
    assert {"ca_pj", "ca_d_pj", "A_0", "p", "p_d"} <= two
    assert not one & {"ca_pj", "p", "p_d"}
    assert not two & {"CA_pj", "P", "P_d"}


def test_without_fuel_and_fertiliser_nothing_of_them_is_asked(session):
    lean = ids(find_needs(session.methodology, {**ALL, "fuel": "none", "fertiliser": "no"}, datasets=FRL))

    statements = {q.id for q in session.methodology.quantities if q.kind == "statement"}
    assert lean - statements == {"A_0", "C", "P", "A_d_0", "P_d", "CA_pj", "CA_d_pj", "DF"}
    assert "criterion_1" in lean and "fuel_sources_disjoint" not in lean


def test_a_target_needs_only_what_is_upstream_of_it(session):
    assert ids(find_needs(session.methodology, ALL, targets=("E_urea",))) == {"M_urea", "EF_urea"}


def test_open_choices_are_gone_through_and_named(session):
    needs = {need.quantity.id: need for need in find_needs(session.methodology, {}, datasets=FRL)}

    assert needs["ca_pj"].under == "option = 2"
    assert needs["FC"].under == "fuel = direct or both"
    assert needs["A_0"].under == "areas = official_map" or needs["A_0"].under == ""


def test_days_follow_from_dates_and_are_not_asked_for(session):
    assert not ids(find_needs(session.methodology, ALL)) & {"d", "d_0"}


def test_needs_say_what_could_stand_instead(session):
    needs = {need.quantity.id: need for need in find_needs(session.methodology, ALL)}

    assert any("Eq. 46" in way for way in needs["P"].instead)
    assert "dataset national-frl-2017" in needs["P"].instead
    assert needs["NCV"].given_by == "ipcc-2006"


def test_option_1_needs_forest_classes_only(session):
    setting = placeholder_setting(session.methodology, ALL)
    needs_in(session.methodology, setting, (), FRL)
    text = project_template(session.methodology, setting, datasets=FRL)

    block = text[text.index("  A_0:") : text.index("  A_d_0:")]
    assert "E: ____" in block
    assert "NF" not in block


@pytest.mark.parametrize("option", ["1", "2"])
def test_a_template_lacks_only_the_numbers(session, option, tmp_path):
    choices = {**ALL, "option": option}
    setting = named_setting(session.methodology, choices, {}, "2024-03-01", "2025-12-31",
                            {"vehicle_type": "motorbike", "crop": "mungbean"})  # fmt: skip
    text = project_template(session.methodology, setting, datasets=FRL)
    assert {s.id for s in session.methodology.index_sets if s.project == "must-list" and f"  {s.id}: " not in text} == {"period"}
    filled = re.sub(r"value: ____(.*# yes or no)", r"value: yes\1", text)
    filled = re.sub(r"value: ____(.*# a date)", r"value: 2024-01-15\1", filled)
    filled = re.sub(r"(source|name|method|frequency): ____", r"\1: test", filled).replace("option: ____", "option: C").replace("____", "0.05")
    path = tmp_path / "project.yaml"
    path.write_text(filled, encoding="utf-8")

    run = session.run(read_project(path))

    assert run.total == pytest.approx(run.total)
    assert not [f for f in run.findings if f.code == "A717"]


def test_the_template_as_written_names_every_missing_number(session, tmp_path, capsys):
    path = tmp_path / "project.yaml"
    main(["needs", "KH_AM004@1.1", "--choose", "option=1", "--choose", "fuel=none", "--choose", "fertiliser=no", "--choose",
          "areas=official_map", "--dataset", FRL[0], "--template", "-o", str(path)])  # fmt: skip

    assert main(["run", "KH_AM004@1.1", str(path)]) == 2

    message = capsys.readouterr().err
    for name in ("A_0[E]", "A_d_0[E]", "P_d[E]", "CA_pj[E, 2024]", "CA_d_pj[E, 2024]"):
        assert name in message


def test_unknown_targets_choices_and_datasets_are_named(session):
    with pytest.raises(MethodologyError, match="no quantity 'E_ureaa'"):
        find_needs(session.methodology, {}, targets=("E_ureaa",))
    with pytest.raises(InputError, match="no choice 'optoin'"):
        find_needs(session.methodology, {"optoin": "1"})
    with pytest.raises(InputError, match="no value '3'"):
        find_needs(session.methodology, {"option": "3"})
    with pytest.raises(InputError, match="no dataset"):
        find_needs(session.methodology, ALL, datasets=("frl",))


def test_groups_of_years_that_are_named_for_a_template_share_the_years(session):
    setting = named_setting(session.methodology, {"option": "2"}, {}, "2018-01-01", "2022-12-31", {"map_interval": "early,late"})
    at = setting.members["map_interval"].index("late")
    assert setting.members["map_interval"] == ("early", "late")
    assert [setting.members["year"][year] for year in setting.groups["map_interval"][at]] == ["2020", "2021", "2022"]

    with pytest.raises(InputError, match="I506 2 members of map_interval share 1"):
        named_setting(session.methodology, {}, {}, "2018-01-01", "2018-12-31", {"map_interval": "early,late"})


FROM_A_YEAR_ON = """
methodology: {id: T, version: "1", title: From a year on, result: R}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: OLD, symbol: o, meaning: factor until 2020, unit: t, kind: monitored}
  - {id: NEW, symbol: n, meaning: factor from 2021 on, unit: t, kind: monitored}
  - {id: R, symbol: R, meaning: result, indices: [year], unit: t, kind: computed}
equations:
  - {id: early, defines: "R[y]", when: y <= 2020, formula: OLD}
  - {id: late, defines: "R[y]", when: y > 2020, formula: NEW}
"""


def test_what_only_later_years_ask_for_is_asked_for(tmp_path):
    """Found by random methodologies: only the years of a made-up project were gone through, which all lay before the change."""
    (tmp_path / "spec.yaml").write_text(FROM_A_YEAR_ON, encoding="utf-8")
    needs = find_needs(load(tmp_path / "spec.yaml"), {})
    assert [(need.quantity.id, need.under) for need in needs] == [("OLD", ""), ("NEW", "a project of 2018 to 2021")]


@pytest.mark.parametrize(("start", "end", "fault"), [("2020-05-01", "2020-05-01", ""), ("2020-05-02", "2020-05-01", "before the start"),
                                                     ("2020-05-01", "2020-02-30", "not a date"), ("1000-01-01", "2999-12-31", "years are read")])  # fmt: skip
def test_a_template_is_made_for_days_that_can_be(start, end, fault):
    tiny = load("tests/specs_for_tests/tiny")
    choices = {"method": "rate"}
    if not fault:
        assert named_setting(tiny, choices, {}, start, end, {}).members["year"] == ("2020",)
        return
    with pytest.raises(InputError, match=fault):
        named_setting(tiny, choices, {}, start, end, {})


def test_a_template_lists_a_subset_that_only_sums_go_through(tmp_path):
    (tmp_path / "s.yaml").write_text(
        "based_on: " + str(Path("tests/specs_for_tests/tiny").resolve()) + "\nmethodology: {version: '2'}\nchanges:\n"
        "  add: {index_sets: [{id: bought, subset_of: fuel, project: must-list, meaning: fuels that are bought}]}\n"
        "  replace: {equations: [{id: fuel, formula: 'Sum(f in bought, FC[f, y] * EF_fuel[f])'}]}\n", encoding="utf-8")  # fmt: skip
    spec = load(tmp_path / "s.yaml")
    text = project_template(spec, placeholder_setting(spec, {"method": "rate"}))
    assert re.search(r"(?m)^  bought: \[.+\]", text)
