"""KH_AM004 as printed: conditions that the text sets, each at its edge, and what hangs on the readings, measured."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import mrvgraph
from engine.plan.register import ranked, taken_by_input
from equations.model.methodology import Methodology
from equations.notation.latex import equation_latex

Run = Callable[..., mrvgraph.Run]


@pytest.fixture(scope="module")
def stated(run_kh: Run, examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., set[str]]:
    """Return ``stated(example, {pattern: text})``: the errors and unanswered questions of an example that says something else."""
    folder = tmp_path_factory.mktemp("stated")
    for table in examples.glob("*.csv"):
        shutil.copy(table, folder)

    def subjects(example: str, edits: dict[str, str]) -> set[str]:
        text = (examples / f"{example}.yaml").read_text(encoding="utf-8")
        for pattern, new in edits.items():
            text, times = re.subn(pattern, new, text, flags=re.MULTILINE)
            assert times, pattern
        (folder / "project.yaml").write_text(text, encoding="utf-8")
        found = run_kh(folder / "project.yaml").findings
        return {f.subject for f in found if f.severity == "error" or (f.code != "A701" and f.severity == "warning")}

    return subjects


# --- criterion 3: a map of the start year, or at most two years older -----------------------------------


@pytest.mark.parametrize(
    ("start", "map_date", "holds"),
    [
        ("2018-03-12", "2018-01-15", True),
        ("2018-03-12", "2018-12-31", True),  # of the start year, although later than the start
        ("2018-03-12", "2019-01-01", False),
        ("2018-12-01", "2019-11-30", False),
        ("2018-03-12", "2016-03-12", True),  # two years older, with a leap day between
        ("2018-03-12", "2016-03-11", False),
        ("2018-02-01", "2016-02-01", True),
        ("2018-02-01", "2016-01-31", False),
        ("2018-03-12", "2010-03-12", False),
    ],
)
def test_criterion_3_to_the_day(start: str, map_date: str, holds: bool, stated: Callable[..., set[str]]) -> None:
    edits = {"2018-03-12": start, r"map_date: \{value: [-\d]+": f"map_date: {{value: {map_date}"}

    assert ("criterion-3" not in stated("option1", edits)) is holds


# --- the accuracy assessment ------------------------------------------------------------------------------

ADJUSTED = {"areas: official_map": "areas: error_adjusted", "official_map_required: {value: yes": "official_map_required: {value: no"}
ASSESSED = {
    "assessment-at-start": "assessment_0: yes",
    "belt-assessment-at-start": "assessment_d_0: yes",
    "assessment-in-each-period": 'assessment: {values: {"1": yes}}',
    "belt-assessment-in-each-period": 'assessment_d: {values: {"1": yes}}',
}


@pytest.mark.parametrize("example", ["option1", "option2"])
def test_adjusted_areas_need_an_assessment_at_the_start_and_in_each_period_here_and_in_the_belt(
    example: str, stated: Callable[..., set[str]]
) -> None:
    assert stated(example, ADJUSTED) == set(ASSESSED)
    for left_out in ASSESSED:
        lines = "".join(f"  {text}\n" for rule, text in ASSESSED.items() if rule != left_out)
        assert stated(example, {**ADJUSTED, "^values:\n": "values:\n" + lines}) == {left_out}


def test_an_assessment_that_was_not_made_is_an_error(stated: Callable[..., set[str]]) -> None:
    for rule, text in ASSESSED.items():
        lines = "".join(f"  {one.replace('yes', 'no') if one == text else one}\n" for one in ASSESSED.values())
        assert stated("option1", {**ADJUSTED, "^values:\n": "values:\n" + lines}) == {rule}


# --- other statements ---------------------------------------------------------------------------------------


def test_the_reference_level_is_the_latest_at_validation_and_should_be_later(run_kh: Run, examples: Path, tmp_path: Path) -> None:
    """It must be the latest (text under Table 1); later factors can be updated (text above it)."""
    text = (examples / "option1.yaml").read_text(encoding="utf-8")
    for statement, severity in (("latest_frl", "error"), ("latest_frl_later", "warning")):
        (tmp_path / "p.yaml").write_text(text.replace(f"{statement}: {{value: yes", f"{statement}: {{value: no"), encoding="utf-8")
        broken = {f.subject: f.severity for f in run_kh(tmp_path / "p.yaml").findings if f.severity != "note"}
        assert broken == {statement.replace("_", "-"): severity}


def test_under_option_2_only_deforestation_is_left_out_of_the_belt(stated: Callable[..., set[str]]) -> None:
    no = {"belt_excluded_is_deforestation: {value: yes": "belt_excluded_is_deforestation: {value: no"}

    assert stated("option2", no) == {"belt-exclusion-of-deforestation"}
    assert stated("option1", {}) == set()


def test_what_a_planned_source_has_to_state(stated: Callable[..., set[str]]) -> None:
    """Without the estimates at validation the share of a planned source is open; the other source is not asked for any."""
    planned = {"planned_quantities: {value: no": "planned_quantities: {value: yes",
               "planned_fertiliser: {value: no": "planned_fertiliser: {value: yes"}  # fmt: skip
    estimates = "  E_fertilizer_v: {unit: tCO2e, value: 250}\n  PE_v: {unit: tCO2e, value: 2.2e6}\n"

    assert stated("option1", {**planned, "^values:\n": "values:\n" + estimates}) == set()
    assert stated("option1", {**planned, "^values:\n": "values:\n" + estimates.replace("250", "110000")}) == {"five-percent-fertiliser"}


@pytest.mark.parametrize("source", ["fuel", "fertiliser"])
def test_a_planned_source_that_the_statement_on_both_denies_is_an_error(source: str, stated: Callable[..., set[str]]) -> None:
    """Else the five-percent rules take the general no, and planned quantities pass at any size."""
    assert stated("option1", {f"planned_{source}: {{value: no": f"planned_{source}: {{value: yes"}) == {"planned-statements-agree"}
    assert stated("option1", {r"^  planned_(fuel|fertiliser): .*\n": ""}) == set()


def test_a_rule_on_a_sample_or_a_root_that_is_not_there_does_not_apply(run_kh: Run, examples: Path) -> None:
    state = {v.rule: v.state for n in (1, 2) for v in run_kh(examples / f"option{n}.yaml").verdicts}

    guarded = ("annual-matrix-validated", "belt-annual-matrix-validated", "sample-of-each-class", "belt-adjusted-total")
    assert {state[rule] for rule in guarded} == {"does not apply"}
    assert state["monitored-total"] == "held"


SAMPLE = "".join(
    f"  {area}: {{unit: ha, values: {{E: 50000}}, otherwise: 0}}\n  {sample}:\n    otherwise: 0\n    table: |\n      E  D\n      E 90 10\n"
    for area, sample in (("A_map_0", "n_0"), ("A_d_map_0", "n_d_0"))
)


def test_a_sample_in_a_table_is_an_assessment(stated: Callable[..., set[str]]) -> None:
    periods = "".join(f"  {ASSESSED[rule]}\n" for rule in ASSESSED if rule.endswith("period"))
    areas = {r"^  A(_d)?_0:\n(    .*\n)+": ""}

    assert stated("option1", {**ADJUSTED, **areas, "^values:\n": "values:\n" + periods + SAMPLE}) == set()


# --- rules, and what the text prints ------------------------------------------------------------------------


def test_a_rule_of_the_editor_says_so_and_cites_no_text(kh: Methodology) -> None:
    for rule in kh.rules:
        assert bool(rule.source.document) or rule.editorial, rule.id
        assert rule.section or rule.source.section, rule.id
    editors = {rule.id for rule in kh.rules if not rule.source.document}
    assert {"conversion-within-area", "areas-conserved", "monitored-total", "operating-days", "adjusted-total", "discount"} <= editors
    assert not {"criterion-3", "latest-frl", "belt-evidence", "five-percent-fuel", "assessment-at-start"} & editors


@pytest.mark.parametrize("number", ["2", "3", "6", "7", "12", "13", "17", "20", "21", "35", "36", "39", "40", "48"])
def test_where_print_and_formula_differ_both_are_shown(number: str, kh: Methodology) -> None:
    for equation in (e for e in kh.equations if e.number == number):
        assert equation.printed and equation_latex(equation, kh, printed=True) != equation_latex(equation, kh)


def test_brackets_dots_braces_and_the_missing_index_stand_as_printed(kh: Methodology) -> None:
    print_of = {e.number: e.printed for e in kh.equations if e.number}

    assert r"\cdot MEF" in print_of["7"] and r"\cdot MEF" in print_of["40"]
    assert print_of["6"].count(r"cs_{ij\,y}") == 3  # after the sum, and twice in the brace
    assert print_of["48"].endswith(r"^{T_{\mathrm{multi}}}")
    assert "[(F_" in print_of["17"]


def test_the_default_discount_is_not_dated_by_the_text(kh: Methodology) -> None:
    assert kh.dataset["jcm-discount"].date == ""


# --- what stands around the equations -------------------------------------------------------------------------


def test_the_text_around_the_equations_is_declared(kh: Methodology) -> None:
    assert [term.source.section for term in kh.terms] == ["B"] * 4
    assert {boundary.id: boundary.required for boundary in kh.boundaries} == dict.fromkeys(
        ("project-area", "reference-area", "activity-area", "displacement-belt", "reference-period"), "yes"
    )
    cited = {b.id: str(passage) for b in kh.boundaries for passage in b.rests_on}
    assert cited == {"project-area": "JCM KH GL PM REDD+ ver01.0, paragraphs 17 to 22",
                     "activity-area": "JCM KH GL PM REDD+ ver01.0, paragraphs 17 and 21"}  # fmt: skip
    counted = {(pool.side.split()[1], pool.name): pool.included for pool in kh.pools if pool.kind == "pool"}
    assert len(counted) == 10
    assert {name for (_, name), how in counted.items() if how == "yes"} == {"Above-ground biomass", "Below-ground biomass"}
    assert {pool.name: pool.gases for pool in kh.pools if pool.included == "conditional"} == {
        "Combustion of fossil fuel": ("CO2",), "Fertiliser application": ("N2O", "CO2")}  # fmt: skip


# --- what hangs on the readings, measured -------------------------------------------------------------------


@pytest.mark.parametrize("example", ["option1", "option2"])
def test_what_a_reading_moves_is_measured(example: str, kh: Methodology, run_kh: Run, examples: Path) -> None:
    path = examples / f"{example}.yaml"
    total = run_kh(path).total
    for ruling in kh.rulings:
        for reading in ruling.readings:
            moved = dict(reading.moved).get(example)
            if reading.id == ruling.default:
                assert moved is None
                continue
            again = run_kh(path, readings={ruling.id: reading.id}).total
            assert moved == round(again - total), (ruling.id, reading.id)


def test_the_register_is_ranked_by_what_was_measured(kh: Methodology) -> None:
    ranking = ranked(kh)
    most = [max(abs(moved) for moved in by_project.values()) for _, by_project in ranking]

    assert most == sorted(most, reverse=True)
    assert [entry.id for entry, _ in ranking][:3] == ["option1-linear-rate", "option2-operating-days", "yearly-average"]
    assert {entry.id for entry, _ in ranking} == {entry.id for entry in kh.register if entry.readings}


def test_the_audit_names_what_only_another_input_can_take(kh: Methodology, run_kh: Run, examples: Path) -> None:
    one, two = (
        {entry.id for entry in taken_by_input(kh, run_kh(examples / f"option{n}.yaml").setting)} for n in (1, 2)
    )

    assert {"forest-map-cycle", "error-adjustment", "fuel-place"} <= one & two
    assert "table-6-rounding" in two - one and "class-of-lost-forest" in one - two
    assert not {"option1-linear-rate", "gwp-report", "one-sided-noise"} & (one | two)


def test_a_revision_does_not_inherit_what_was_measured_on_another_version() -> None:
    assert ranked(mrvgraph.load("KH_AM004@1.0")) == []


def test_remarks_on_the_method_are_told_from_faults_of_the_text(kh: Methodology) -> None:
    about = {entry.id: entry.about for entry in kh.register}

    assert about["national-rate-anywhere"] == about["plantation-harvest"] == "method"
    assert about["area-year-index"] == about["frac-con"] == about["yearly-average"] == "text"
    wording = [entry.text_place.section for entry in kh.register if entry.kind == "typographical" and entry.severity == "editorial"]
    assert len(wording) == len(set(wording))
