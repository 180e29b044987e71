"""Fault seeding: what mutants there are, what catches them, and that the shortcuts of judging change no verdict.

`MRVGRAPH_UPDATE=1 pytest tests/engine/test_mutate.py` writes the page of the score.
"""

import json
import os
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import mrvgraph
from engine.checks import check_equation, check_methodology
from engine.checks.worked_cases import read_cases
from engine.cli import main
from engine.commands.mutation import record_cases, score_of
from engine.mutation.case_runs import keys_of
from engine.mutation.document_faults import OPERATORS as IN_DECLARATIONS
from engine.mutation.equivalence import is_equivalent, told_apart
from engine.mutation.formula_faults import OPERATORS as IN_FORMULAS
from engine.mutation.formula_faults import formula_faults
from engine.mutation.homogeneity import is_homogeneous, is_homogeneous_rule
from engine.mutation.mutants import Mutant, MutantReader, find_mutants, with_fault
from engine.mutation.mutate import CHECKS, EQUIVALENT, Bench, MutantOutcome
from engine.mutation.report import percent, row, score_markdown, score_text
from engine.mutation.score import Score
from engine.plan.planner import plan_with_rules
from engine.run.run import run_project
from engine.run.solvers import root_parts
from equations.errors import MethodologyError
from equations.library.places import find_spec
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.notation.plain import letters_of, plain_text
from equations.readings.composition import with_readings
from equations.units.registry import parse_unit

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "tests" / "specs_for_tests" / "tiny"
PAGE = ROOT / "docs" / "methodologies" / "KH_AM004_fault_seeding.md"
SPEC = "KH_AM004@1.1"

PROJECT = """
project: {name: Worked case, illustrative: yes}
methodology: TINY@1
operation: {start: 2018-03-12, end: 2020-10-31}
choices: {method: rate}
values:
  A_0: {unit: ha, values: {E: 1000, D: 500, NF: 70}, source: map}
  P: {unit: 1/year, values: {E: 0.02, D: 0.03}, source: map}
  p:
    table: |2
           E     D     NF
      E   0.9   0.04  0.06
      D   0.01  0.96  0.03
      NF  0.02  0     0.98
  EF: {unit: tC/ha, values: {E: 80, D: 50, NF: 2}, source: map}
  FC: {unit: t, values: {diesel: {2018: 15, 2019: 20, 2020: 9500}, gasoline: {2018: 3, 2019: 4, 2020: 900}}, source: invoices}
"""
CASES = """
cases:
  - {id: rate, title: areas by rates, project: project.yaml, expect: [A, dCS]}
  - {id: matrix, title: areas by a matrix, project: project.yaml, choices: {method: matrix}, expect: [A, ca]}
  - {id: floored, title: no negative period, project: project.yaml, readings: {floor: zero}}
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tiny spec with worked cases whose numbers are those of the spec as it is."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "methodology.yaml").write_text((TINY / "methodology.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "cases").mkdir()
    (folder / "cases" / "project.yaml").write_text(PROJECT, encoding="utf-8")
    (folder / "cases" / "cases.yaml").write_text(CASES, encoding="utf-8")
    assert [line.split()[0] for line in record_cases(folder)] == ["new"] * 3
    return folder


@pytest.fixture(scope="module")
def spec(tiny: Path) -> Methodology:
    return mrvgraph.load(tiny)


@pytest.fixture(scope="module")
def kh() -> Methodology:
    return mrvgraph.load(SPEC)


@pytest.fixture(scope="module")
def large(kh: Methodology) -> Bench:
    return Bench(kh, read_cases(find_spec(SPEC), kh, parse_unit), parse_unit)


@pytest.fixture(scope="module")
def sampled(kh: Methodology, large: Bench) -> tuple[MutantOutcome, ...]:
    """What became of 110 mutants of the large methodology, drawn by a seed."""
    return tuple(large.judge(mutant) for mutant in find_mutants(kh, 110, seed=11))


@pytest.fixture(scope="module")
def bench(tiny: Path, spec: Methodology) -> Bench:
    return Bench(spec, read_cases(find_spec(str(tiny)), spec, parse_unit), parse_unit)


FOUND: dict[str, tuple[Mutant, ...]] = {}


def mutants_of(methodology: Methodology) -> tuple[Mutant, ...]:
    if methodology.hash not in FOUND:
        FOUND[methodology.hash] = find_mutants(methodology)
    return FOUND[methodology.hash]


def one(methodology: Methodology, subject: str, operator: str, what: str) -> Mutant:
    """Return the mutant that is named so: of the text, or else of a reading."""
    named = [m for m in mutants_of(methodology) if (m.subject, m.operator, m.what) == (subject, operator, what)]
    found = [m for m in named if not m.under] or named
    assert len(found) == 1, [(m.operator, m.what) for m in mutants_of(methodology) if m.subject == subject]
    return found[0]


# --- what mutants there are -------------------------------------------------------------------------


def test_every_kind_of_fault_is_seeded_somewhere(kh):
    counts = Counter(mutant.operator for mutant in mutants_of(kh))

    assert set(counts) == (set(IN_FORMULAS) | set(IN_DECLARATIONS)) - {"conversion"}  # no number of it converts within one dimension
    subjects = {mutant.subject for mutant in mutants_of(kh) if mutant.part == "formula" and not mutant.under}
    assert subjects == {equation.id for equation in kh.equations}
    under = {mutant.under[0] for mutant in mutants_of(kh) if mutant.under}
    assert under == {(ruling.id, x.id) for ruling in kh.rulings for x in ruling.readings if any(b.equations for b in x.edits)}


def test_mutants_are_different_from_each_other_and_from_the_spec(kh):
    mutants = mutants_of(kh)

    assert len({(m.under, m.subject, m.part, m.text) for m in mutants}) == len(mutants)
    for mutant in mutants:
        if mutant.part == "formula":
            made = with_readings(kh, dict(mutant.under))
            equation = made.equation[mutant.subject]
            assert mutant.text != plain_text(equation.formula, letters_of(made, equation))


def test_faults_of_one_product(spec):
    texts = {m.what: m.text for m in mutants_of(spec) if m.subject == "rl"}

    assert texts["44/12 left out"] == "dCS[y]"
    assert texts["dCS left out"] == "44/12"
    assert texts["44/12 divides"] == "dCS[y] / 44/12"
    assert texts["dCS divides"] == "1 / dCS[y] * 44/12"
    assert texts["dCS twice"] == "dCS[y] * dCS[y] * 44/12"
    assert texts["dCS to the power of 3"] == "dCS[y] ^ 3 * 44/12"
    assert texts["12/44 for 44/12"] == "dCS[y] * 12/44"
    assert texts["3.67 for 44/12"] == "dCS[y] * 3.67"
    assert texts["dCS: y-1"] == "dCS[y-1] * 44/12"
    assert texts["d for dCS"] == "d[y] * 44/12"
    assert texts["the whole formula with the other sign"] == "-(dCS[y] * 44/12)"


def test_a_mutant_shows_the_place_of_the_fault(kh):
    mutant = one(kh, "ref.level", "factor dropped", "44/12 left out")

    assert mutant.label == "Eq. 1"
    assert mutant.place is not None
    assert mutant.place.file.endswith("equations.yaml")
    assert mutant.place.excerpt == "dCS_ref[y] * 44/12"


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order(kh):
    mutants = mutants_of(kh)
    drawn = find_mutants(kh, 50, seed=3)

    assert drawn == find_mutants(kh, 50, seed=3)
    assert drawn != find_mutants(kh, 50, seed=4)
    assert list(drawn) == [mutant for mutant in mutants if mutant in set(drawn)]
    assert find_mutants(kh, 10**6) == mutants
    assert find_mutants(kh, 0) == ()


def test_reading_a_mutant_gives_the_tree_that_was_meant(kh):
    """The text of a fault says what the faulty tree says, so that nothing is lost on the way through the reader."""
    reader = MutantReader.of(kh)
    by_text = {(m.subject, m.text): m for m in mutants_of(kh) if m.part == "formula"}
    read = 0
    for equation in kh.equations:
        letters = letters_of(kh, equation)
        for fault in formula_faults(equation.formula, dict(equation.letters), kh):
            mutant = by_text.get((equation.id, plain_text(fault.formula, letters)))
            try:
                again = reader.read(mutant) if mutant is not None else None
            except MethodologyError:
                continue
            if again is not None:
                assert isinstance(again, Equation)
                assert again.formula == fault.formula or plain_text(again.formula, letters) == mutant.text
                read += 1
    assert read > 1000


# --- dimensions, found in two ways ------------------------------------------------------------------


def test_the_specs_as_they_are_scale_alike_on_both_sides(kh, spec):
    for methodology in (kh, spec):
        assert [e.id for e in methodology.equations if not is_homogeneous(e, methodology)] == []
        assert [r.id for r in methodology.rules if not is_homogeneous_rule(r, methodology)] == []


@pytest.mark.parametrize("which", ["kh", "spec"])
def test_the_dimension_check_finds_what_substituting_units_finds(which, request):
    """Two ways that share nothing: derived units, and numbers measured in units drawn at random."""
    methodology = request.getfixturevalue(which)
    reader = MutantReader.of(methodology)
    agreed = Counter()
    for mutant in find_mutants(methodology, 3000, seed=1):
        if mutant.part != "formula" or mutant.under:
            continue
        try:
            equation = reader.read(mutant)
        except MethodologyError:
            continue
        found = any(finding.code in ("U301", "U302", "U303", "U304") for finding in check_equation(equation, methodology)[1])
        sound = is_homogeneous(equation, methodology)
        assert found or sound, (mutant.subject, mutant.text)
        # the check refuses a power of a year with an exponent from data even where an equivalence counts a year as a plain number
        assert not (found and sound) or "annual-step" in equation.equivalences, (mutant.subject, mutant.text)
        agreed[found] += 1
    assert min(agreed.values()) > 50


def test_a_wrong_substance_of_a_quantity_is_found_in_rules_too(kh):
    bench = Bench(kh, (), parse_unit)
    wrong = [m for m in mutants_of(kh) if m.part == "unit" and m.subject in ("PE_v", "E_fertilizer_v", "GWP_N2O")]

    assert len(wrong) > 4
    assert {bench.judge(mutant).check for mutant in wrong} == {"dimensions", "parser"}


# --- what catches a mutant ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "operator", "what", "check", "why"),
    [
        ("rl", "index", "dCS: z for y", "parser", "X205"),
        ("mca.start", "threefold power", "MA_0 to the power of 3", "dimensions", "U302"),
        ("mca.start", "factor dropped", "MP left out", "cases", "matrix:"),
        ("rl", "factor dropped", "44/12 left out", "dimensions", "U302"),
        ("rl", "constant", "3.67 for 44/12", "dimensions", "U302"),
        ("dcs.start", "symbol", "EF for A_0", "dimensions", "U302"),
        ("EF", "substance", "EF in tCO2 / ha, not tC / ha", "parser", "U302"),
        ("dCS", "substance", "dCS in tCO2, not tC", "dimensions", "U302"),
        ("area.later", "lag", "A: y", "static", "G401"),
        ("area.later", "lag", "A: y-2", "static", "G404"),
        ("area.later", "case", ">= for >", "static", "G40"),
        ("dcs.later", "case", "method matrix for rate", "static", "G40"),
        ("rl", "lag", "dCS: y-1", "static", "G404"),
        ("area.start", "factor dropped", "P left out", "cases", "rate:"),
        ("area.matrix", "transposition", "ca with its indices exchanged", "cases", "matrix:"),
        ("mca.later", "transposition", "MP with rows for columns", "cases", "matrix:"),
        ("er", "min for max", "pos left out", "cases", "floored:"),
        ("fuels", "unit prefix", "EF_fuel of fuels: read in 1000 tCO2/t", "cases", "rate:"),
        ("stocks", "unit prefix", "EF of stocks: read in 1000 tC/ha", "nothing", "no worked case uses it"),
    ],
)
def test_what_catches_a_fault(bench, spec, subject, operator, what, check, why):
    outcome = bench.judge(one(spec, subject, operator, what))

    assert (outcome.check, outcome.why[: len(why)]) == (check, why)


def test_a_rule_catches_what_no_static_check_sees(kh):
    cases = [case for case in read_cases(find_spec(SPEC), kh, parse_unit) if case.id in ("example-1", "maps-1")]
    bench = Bench(kh, cases, parse_unit)

    outcome = bench.judge(one(kh, "gwp-ar4", "other source", "GWP_N2O of gwp-ar4: the number of gwp-ar5"))
    assert (outcome.check, outcome.why) == ("run-time", "example-1: A701 default-gwp")
    outcome = bench.judge(one(kh, "pe.net", "sign", "- E_fuel"))
    assert outcome.check in ("run-time", "cases")
    outcome = bench.judge(one(kh, "data.ef", "min for max", "Max for Sum"))
    assert (outcome.check, outcome.why[:4]) == ("static", "W806")


def test_what_says_the_same_is_told_from_what_no_case_tells_apart(kh):
    reader = MutantReader.of(kh)

    def same(subject: str, operator: str, what: str) -> bool:
        mutant = one(kh, subject, operator, what)
        return is_equivalent(kh.equation[subject], reader.read(mutant), kh)

    assert same("ref.mcs", "transposition", "MEF .* MCA")  # an element-wise product commutes
    assert same("belt.displaced", "condition", ">= for >")  # zero either way
    text = "Sum(i, j, cases(ca_pj[i, j, y] > 0: cs_pj[i, j, y], otherwise: 0))"
    (sign,) = (m for m in mutants_of(kh) if m.subject == "pe.dcs.option2" and m.text == text)
    assert is_equivalent(kh.equation[sign.subject], reader.read(sign), kh)  # areas and factors are not negative
    assert not same("credit.year", "sign", "+ DF")
    assert not same("data.area.adjusted", "factor dropped", "n_0 left out")
    assert not same("data.operating-days", "min for max", "days_in_year for operating_days")
    text = "cases(A_ref[i] == 0 and CA_ref[i] == 0: 1, otherwise: CA_ref[i] / (A_ref[i] * T_ref))"
    (condition,) = (m for m in mutants_of(kh) if m.subject == "data.p.option1" and m.text == text)
    said = told_apart(kh.equation["data.p.option1"], reader.read(condition), kh)
    assert said.startswith("1 instead of 0 where A_ref is 0, CA_ref is 0")


ROOT_OF_A_YEAR = f"""
based_on: {TINY}
changes:
  add:
    quantities:
      - {{id: p_half, symbol: ph, meaning: transition in half a year, indices: [land_use, land_use, year], unit: '1', kind: computed,
         matrix: MP_half}}
    equations:
      - {{id: root, defines: "MP_half[y]", relation: "MP == MP_half[y] ^ 2", solver: principal_matrix_root}}
"""


def test_an_unknown_matrix_with_another_index_than_the_left_side_is_refused(kh, tmp_path):
    mutant = one(kh, "data.p.root", "symbol", "MP_multi for MP_t")
    assert isinstance(MutantReader.of(kh).read(mutant), Equation)
    (tmp_path / "spec.yaml").write_text(ROOT_OF_A_YEAR, encoding="utf-8")
    yearly = mrvgraph.load(tmp_path / "spec.yaml")
    lagged = MutantReader.of(yearly).read(one(yearly, "root", "lag", "MP_half: y-1"))

    assert root_parts(yearly.equation["root"])
    with pytest.raises(MethodologyError, match="not of the form that its solver solves"):
        root_parts(lagged)


# --- shortcuts change no verdict -----------------------------------------------------------------------


def naive_check(methodology: Methodology, bench: Bench, mutant) -> str:
    """Judge the run of a mutant with nothing reused: each case planned, bound and evaluated from its file."""
    read = bench.read(mutant)
    faulty = with_fault(methodology, read, mutant.under) if isinstance(read, Equation) else read

    def planner(m, setting, targets, supplied):
        return plan_with_rules(m, setting, targets, supplied)

    for plain in (True, False):
        runs = [run for run in bench.runs if run.case.is_plain is plain]
        results = []
        for first in runs:
            options = {"choices": first.case.choices, "readings": first.case.readings, "targets": first.plan.targets}
            try:
                run = run_project(faulty, first.case.data(), parse_unit, planner, **options)
            except MethodologyError:
                return "run-time"
            if keys_of(run.findings) - first.result.findings:
                return "run-time"
            results.append((first, run))
        if any(first.case.difference(methodology, run.setting, run.values) for first, run in results):
            return "cases"
    return "nothing"


def test_judging_with_shortcuts_and_without_agree(tiny, spec, bench):
    late = [m for m in mutants_of(spec) if m.part != "unit" and not m.under and bench.judge(m).check in ("run-time", "cases", "nothing")]

    assert len(late) > 60
    for mutant in late:
        assert naive_check(spec, bench, mutant) == bench.judge(mutant).check, (mutant.subject, mutant.text)


def test_judging_with_shortcuts_and_without_agree_on_a_large_methodology(kh, large, sampled):
    inlined = {(o.mutant.under, o.mutant.subject) for o in sampled if o.mutant.under and o.mutant.subject in kh.equation}
    late = [o for o in sampled if o.check in ("run-time", "cases", "nothing") and (o.mutant.under, o.mutant.subject) not in inlined]

    assert len(late) > 12
    for outcome in random.Random(5).sample(late, 2):
        assert naive_check(kh, large, outcome.mutant) == outcome.check, (outcome.mutant.subject, outcome.mutant.text, outcome.why)


# --- the score -----------------------------------------------------------------------------------------


def test_the_score_does_not_depend_on_the_number_of_processes(tiny):
    alone, together = (score_of(tiny, 120, 2, workers).as_record() for workers in (1, 2))

    assert alone == together
    assert alone["mutants"] + alone["equivalent"] == 120


def test_the_score_of_a_small_spec_adds_up(tiny):
    found = score_of(tiny, None, 0, 1)
    record = found.as_record()

    assert record["mutants"] == sum(record["by_check"].values())
    assert record["by_check"]["nothing"] == len(record["survivors"])
    assert record["dimension_changing"] == record["killed_by_dimensions"] > 50
    assert record["false_alarms"] == 0
    assert record["mutants"] + record["equivalent"] == record["found"] == len(found.outcomes)
    assert all(survivor["why"] for survivor in record["survivors"])
    assert all(outcome.check != EQUIVALENT for outcome in found.counted)
    assert record["caught"] > 0.9
    for check in CHECKS:
        assert sum(counts[check] for counts in record["by_operator"].values()) == record["by_check"][check]
    assert "survivors" in score_text(found)
    assert percent(0.99999) == "99.99 %"


def test_the_command_writes_json_and_nothing_beside_it_where_nobody_waits(tiny, capsys):
    code = main(["mutate", str(tiny), "--sample", "30", "--seed", "4", "--workers", "1", "--json"])
    captured = capsys.readouterr()
    record = json.loads(captured.out)

    assert code == 0
    assert captured.err == ""
    assert {"mutants", "dimension_changing", "killed_by_dimensions", "false_alarms", "by_check", "survivors"} <= set(record)
    assert main(["mutate", str(tiny), "--sample", "-1"]) == 2
    assert "I508" in capsys.readouterr().err


def test_recording_writes_only_what_changed(tiny):
    assert [line.split()[0] for line in record_cases(tiny)] == ["unchanged"] * 3
    path = tiny / "cases" / "rate.csv"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("2018", "2017"), encoding="utf-8")

    assert [line.split()[0] for line in record_cases(tiny)] == ["changed", "unchanged", "unchanged"]
    assert path.read_text(encoding="utf-8") == right


@pytest.mark.parametrize(
    ("old", "new", "code", "what"),
    [
        ("project: project.yaml, expect: [A, dCS]", "project: nowhere.yaml", "S108", "there is no project file 'nowhere.yaml'"),
        ("expect: [A, dCS]", "expect: [B]", "S107", "there is no quantity 'B'"),
        ("id: matrix", "id: rate", "S106", "two cases have the id 'rate'"),
        ("title: areas by rates", "titel: areas by rates", "S103", "no field 'titel'"),
        ("{id: rate, ", "{", "S104", "the field 'id'"),
    ],
)
def test_a_broken_list_of_cases_is_refused(tiny, tmp_path, spec, old, new, code, what):
    folder = copy_of(tiny, tmp_path)
    path = folder / "cases" / "cases.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(MethodologyError, match=what) as caught:
        read_cases(folder / "methodology.yaml", spec, parse_unit)
    assert code in str(caught.value)


@pytest.mark.parametrize(
    ("line", "code", "what"),
    [
        ("RL,2018,tCO2", "S105", "line 2 has 3 cells and the header 4"),
        ("RL,2018,tCO2,many", "S105", r"RL\[2018\] is not a number: 'many'"),
        ("Rl,2018,tCO2,1", "S107", r"there is no number Rl\[2018\]"),
        ("RL,,tCO2,1", "S107", r"there is no number RL\[\]"),
        ("RL,2018,tC,1", "U302", "RL is in tCO2, not in tC"),
        ("RL,2018,tCO3,1", "U301", "there is no unit"),
    ],
)
def test_a_broken_expected_number_is_refused(tiny, tmp_path, spec, line, code, what):
    folder = copy_of(tiny, tmp_path)
    (folder / "cases" / "rate.csv").write_text(f"quantity,cell,unit,value\n{line}\n", encoding="utf-8")

    with pytest.raises(MethodologyError, match=what) as caught:
        read_cases(folder / "methodology.yaml", spec, parse_unit)
    assert code in str(caught.value)


def test_expected_numbers_may_stand_in_another_unit_and_tell_what_differs(tiny, tmp_path, spec):
    folder = copy_of(tiny, tmp_path)
    (folder / "cases" / "rate.csv").write_text("quantity,cell,unit,value\nRL,2018,kgCO2,1\nER_p,2018,tCO2,2\n", encoding="utf-8")
    case = read_cases(folder / "methodology.yaml", spec, parse_unit)[0]
    run = mrvgraph.run(spec, case.data())

    assert case.difference(spec, run.setting, run.values).startswith("RL[2018] = ")
    assert case.difference(spec, run.setting, run.values).endswith(", not 0.001")
    only_missing = replace(case, expected=case.expected[1:])
    assert only_missing.difference(spec, run.setting, run.values) == "ER_p[2018] is not computed"


def copy_of(tiny: Path, folder: Path) -> Path:
    for path in sorted(tiny.rglob("*")):
        if path.is_file():
            (folder / path.relative_to(tiny)).parent.mkdir(parents=True, exist_ok=True)
            (folder / path.relative_to(tiny)).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return folder


# --- KH_AM004 ------------------------------------------------------------------------------------------


def test_score_of_the_methodology_holds_and_its_page_is_current(kh, sampled):
    """All mutants are judged where the page is made (`make score`); here a sample of them, and each must have the fate that the page says."""
    if os.environ.get("MRVGRAPH_UPDATE") == "1":
        found = score_of(SPEC, None, 0, 2)
        PAGE.write_text(score_markdown(found), encoding="utf-8")
    else:
        alarms = sum(finding.severity == "error" for finding in check_methodology(kh).findings)
        found = Score(kh, sampled, (), alarms, len(mutants_of(kh)))
    page = PAGE.read_text(encoding="utf-8")

    assert found.methodology.hash in page, "the spec has changed since all its mutants were judged: run `make score`"
    assert found.false_alarms == 0
    assert found.killed_by_dimensions == len(found.dimension_changing) > 40
    assert found.caught > 0.95
    assert all(outcome.why for outcome in found.survivors)
    listed = page.split("## Survivors")[1].splitlines()
    for outcome in found.outcomes:
        assert (row(outcome, with_why=True) in listed) == (outcome.check == "nothing"), outcome.mutant
        assert (row(outcome, with_why=False) in listed) == (outcome.check == EQUIVALENT), outcome.mutant
    counts = [int(n) for n in re.findall(r"(\d+) (?:further )?mutants[, ]", page.split("## ")[0])]
    assert sum(counts) == found.found
