"""Readings as edits: the example of the reference, what steps give one inside the other, what meets, and what settling makes of it."""

import re
from itertools import product
from pathlib import Path

import pytest

import mrvgraph
from engine.commands.session import open_session
from equations.errors import MethodologyError
from equations.library.spec_files import load_methodology
from equations.notation.plain import letters_of, plain_text
from equations.readings.composition import with_readings

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "readings.yaml"
TINY = ROOT / "tests" / "specs_for_tests" / "tiny"
PROJECT = """
project: {name: readings, illustrative: yes}
methodology: TINY@1
operation: {start: 2018-07-01, end: 2020-12-31}
monitoring_periods: [{id: one, start: 2018-07-01, end: 2020-12-31}]
choices: {method: matrix}
values:
  A_0: {unit: ha, values: {E: 100, D: 50, NF: 10}}
  P: {unit: 1/year, values: {E: 0.1, D: 0.2}}
  d: {unit: day, values: {2018: 184, 2019: 100, 2020: 366}}
  EF: {unit: tC/ha, values: {E: 90, D: 40, NF: 0}}
  p: {values: {E: {E: 0.8, D: 0.1, NF: 0.2}, D: {E: 0.0, D: 0.9, NF: 0.2}, NF: {E: 0, D: 0, NF: 1}}}
  FC: {unit: t, otherwise: 0}
"""


@pytest.fixture
def example():
    return load_methodology(EXAMPLE)


def formula(methodology, id_: str) -> str:
    equation = methodology.equation[id_]
    return plain_text(equation.formula, letters_of(methodology, equation))


def test_the_example_of_the_reference_is_the_file_and_passes_its_check(example):
    text = (ROOT / "docs" / "reference" / "spec_language.md").read_text(encoding="utf-8")
    shown = re.search(r"```yaml\n# docs/examples/readings.yaml\n(.*?)```", text, re.DOTALL)

    assert shown is not None
    assert EXAMPLE.read_text(encoding="utf-8").partition("\n")[2] == shown[1]
    assert [f for f in mrvgraph.check(example).findings if f.severity == "error"] == []


def test_the_default_readings_are_the_methodology_itself(example):
    assert with_readings(example, {"row-sums": "as-printed"}) is example
    assert with_readings(with_readings(example, {"row-sums": "rescale"}), {}) is example


def test_steps_stand_one_behind_the_other(example):
    both = with_readings(example, {"signs": "clipped", "row-sums": "rescale"})

    assert formula(both, "mca.later") == "MA[y-1] @ MP_fit"
    assert formula(both, "row-sums.p_fit") == "p_signs[i, j] / p_row[i]"
    assert formula(both, "row-sums.p_row") == "Sum(j, p_signs[i, j])"
    assert formula(both, "signs.p_signs") == "pos(p[i, j])"
    assert formula(with_readings(example, {"row-sums": "rescale"}), "row-sums.p_fit") == "p[i, j] / p_row[i]"


def test_what_holds_under_more_readings_stands_before_what_holds_under_fewer(example):
    days, steady = {"later-years": "days"}, {"steady-loss": "continuous"}

    assert formula(with_readings(example, days), "area.later") == "A[i, y-1] * (1 - P[i] * d[y] / d_0[y])"
    assert formula(with_readings(example, steady), "area.later") == "A[i, y-1] * exp(-P[i])"
    assert formula(with_readings(example, days | steady), "area.later") == "A[i, y-1] * exp(-P[i] * d[y] / d_0[y])"


def test_a_step_on_a_definition_keeps_the_name_of_the_quantity(example):
    floored = with_readings(example, {"floor": "zero"})

    assert formula(floored, "er") == "pos(Sum(y in q, RL[y] - E_fuel[y]))"
    assert floored.quantities == example.quantities


def test_numbers_of_steps_are_those_worked_out_by_hand(tmp_path):
    (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
    session = open_session(EXAMPLE)

    def area(**readings: str) -> float:
        run = session.run(tmp_path / "project.yaml", readings={id_.replace("_", "-"): value for id_, value in readings.items()}, targets=("A",))
        return run.value("A", land_use="E", year="2018")

    assert area() == pytest.approx(100 * 0.8)
    assert area(row_sums="rescale") == pytest.approx(100 * 0.8 / 1.1)


def settled(tmp_path: Path, ruling: str, reading: str):
    text = f"based_on: {EXAMPLE}\nmethodology: {{version: settled}}\nchanges: {{settle: {{{ruling}: {reading}}}}}\n"
    (tmp_path / "settled.yaml").write_text(text, encoding="utf-8")
    return load_methodology(tmp_path / "settled.yaml")


@pytest.mark.parametrize(
    ("ruling", "reading"), [("signs", "clipped"), ("row-sums", "rescale"), ("later-years", "days"), ("steady-loss", "continuous"), ("floor", "zero")]
)
def test_a_settled_reading_says_the_same_as_the_reading_taken_whatever_else_is_taken(example, tmp_path, ruling, reading):
    made = settled(tmp_path, ruling, reading)
    others = [[(r.id, x.id) for x in r.readings] for r in example.rulings if r.id != ruling]

    assert ruling not in made.ruling
    for taken in product(*others):
        one, two = with_readings(example, {**dict(taken), ruling: reading}), with_readings(made, dict(taken))
        assert {e.id: plain_text(e.formula) for e in one.equations} == {e.id: plain_text(e.formula) for e in two.equations}


REVISION = f"""
based_on: {EXAMPLE}
methodology: {{version: "2"}}
changes:
  replace:
    equations: [{{id: area.later, formula: "A[i, y-1] * (1 - P[i]) * 1"}}]
"""


def test_a_revision_that_replaces_what_a_reading_replaces_says_what_the_reading_is_now(tmp_path):
    (tmp_path / "two.yaml").write_text(REVISION, encoding="utf-8")
    with pytest.raises(MethodologyError) as raised:
        load_methodology(tmp_path / "two.yaml")
    assert "the formula of 'area.later' is replaced here and by the reading later-years: days" in str(raised.value)
    assert "steady-loss: continuous" in str(raised.value)

    restated = REVISION + """    rulings:
      - id: later-years
        readings: {replace: [{id: days, replace: {equations: [{id: area.later, formula: "A[i, y-1] * (1 - P[i] * d[y] / d_0[y]) * 1"}]}}]}
      - {id: steady-loss, readings: {remove: [continuous], add: [{id: none, meaning: left out}]}}
"""
    (tmp_path / "two.yaml").write_text(restated.replace("with:", ""), encoding="utf-8")
    with pytest.raises(MethodologyError, match="there is no reading of steady-loss 'continuous'"):  # where the two met
        load_methodology(tmp_path / "two.yaml")

    settled_first = REVISION.replace("changes:\n", "changes:\n  settle: {later-years: as-printed, steady-loss: as-printed}\n")
    (tmp_path / "two.yaml").write_text(settled_first, encoding="utf-8")
    assert formula(load_methodology(tmp_path / "two.yaml"), "area.later") == "A[i, y-1] * (1 - P[i]) * 1"
