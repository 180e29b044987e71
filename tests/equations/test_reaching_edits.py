"""Settling a choice and one more index, on the small methodology: numbers, formulas, and what is asked instead of guessed."""

from pathlib import Path

import pytest

import mrvgraph
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError
from equations.library.spec_files import load_methodology
from equations.notation.plain import plain_text

TINY = Path(__file__).parents[1] / "specs_for_tests" / "tiny"
PROJECT = (TINY / "project.yaml").read_text(encoding="utf-8")
RING = "  add: {index_sets: [{id: ring, letters: [r], members: [near, far]}]}\n"
FAMILY = "to: [A_0, A, P, ca, p, dCS]"


@pytest.fixture
def edited(tmp_path):
    def load(changes: str, base: Path = TINY):
        path = tmp_path / f"edit{len(list(tmp_path.iterdir()))}.yaml"
        path.write_text(f"based_on: {base}\nchanges:\n{changes}", encoding="utf-8")
        load.path = path
        return load_methodology(path)

    return load


def formula(methodology, id_: str) -> str:
    equation = methodology.equation[id_]
    return f"{plain_text(equation.defines, dict(equation.letters))} = {equation.formula_source.text}"


def run(methodology, text: str = PROJECT, **readings: str):
    project = read_project_text(text.replace("methodology: TINY@1\n", ""), TINY / "project.yaml")
    return mrvgraph.run(methodology, project, readings=readings)


# -- a settled choice


def test_a_settled_choice_gives_the_numbers_that_it_gave_when_it_was_made(edited):
    settled = edited("  settle: {method: rate}\n")

    assert run(settled, PROJECT.replace("choices: {method: rate}\n", "")).total == run(load_methodology(TINY)).total
    assert dict(settled.settled[0].removed) == {
        "equations": ("dcs.matrix", "mca.start", "mca.later", "area.matrix"), "rules": ("rows",), "quantities": ("p", "ca"),
    }  # fmt: skip
    assert settled.equation["dcs.start"].when_source.text == "y == start"


@pytest.mark.parametrize("reading", [
    "replace: {equations: [{id: dcs.start, formula: 'Sum(i, A_0[i] * P[i] * p[i, i] * d[y] / d_0[y] * EF[i])'}]}",
    "adjust: [{of: EF, in: [dcs.start], gives: 'it[i] * p[i, i]'}]",
    "add: {rules: [{id: stays, statement: most stays, for: {i: forest}, condition: 'p[i, i] > 0.5', severity: warning, editorial: t}]}",
])  # fmt: skip
def test_what_a_reading_that_stays_reads_is_kept(edited, reading):
    """`p` is of the other value, and of what a reading lets the losses follow from: it is still asked for under that reading."""
    edited("  add: {rulings: [{id: part, issue: i, default: none, readings: [{id: none, meaning: m}, {id: some, meaning: n, " + reading + "}]}]}\n")
    open_, text = load_methodology(edited.path), PROJECT + '  p: {unit: "1", otherwise: 0.6, source: map}\n'
    settled = edited("  settle: {method: rate}\n", edited.path)

    assert dict(settled.settled[0].removed)["quantities"] == ("ca",)
    before = run(open_, text, part="some")
    assert run(settled, text.replace("choices: {method: rate}\n", ""), part="some").total == before.total
    assert (before.total != run(open_, text).total) is ("rules" not in reading)


def test_a_settled_choice_is_decided_within_formulas(edited):
    edited("  replace: {equations: [{id: fuel, formula: 'Sum(f, cases(method == matrix: 2 * FC[f, y], otherwise: FC[f, y]) * EF_fuel[f])'}]}\n")
    settled = edited("  settle: {method: matrix}\n", edited.path)

    assert formula(settled, "fuel") == "E_fuel[y] = Sum(f, 2 * FC[f, y] * EF_fuel[f])"


def test_a_settled_choice_decides_values_printed_tables_and_comparisons(edited):
    edited("""  add:
    published_results:
      - {id: by-rate, quantity: d_0, choices: {method: rate}, cells: {2018: 365}}
      - {id: by-matrix, quantity: d_0, choices: {method: matrix}, cells: {2018: 365}}
  replace:
    datasets:
      - {id: fuels, values: {add: [{id: x, quantity: EF_fuel, when: method == matrix, cells: {diesel: 5}}],
                             replace: [{quantity: EF_fuel, when: method == rate}]}}
""")
    settled = edited("  settle: {method: rate}\n", edited.path)

    assert [(p.id, p.choices) for p in settled.published_results] == [("by-rate", ())]
    assert [(v.id, v.when) for v in settled.dataset["fuels"].values] == [("", None)]


def test_what_nothing_needed_before_is_left_as_it_is(edited):
    edited("  add: {quantities: [{id: idle, symbol: x, meaning: idle, unit: t, kind: monitored}]}\n")

    assert "idle" in edited("  settle: {method: rate}\n", edited.path).quantity


def test_a_rule_that_speaks_of_more_than_what_is_gone_is_asked_for(edited):
    edited("  add: {rules: [{id: both, statement: s, for: {i: land_use, j: land_use, y: year}, condition: 'ca[i, j, y] >= 0 and A_0[i] >= 0',"
           " editorial: t}]}\n")  # fmt: skip

    with pytest.raises(MethodologyError, match="S109 the rule 'both' speaks also of ca"):
        edited("  settle: {method: rate}\n", edited.path)


def test_rulings_and_choices_are_settled_together(edited):
    settled = edited("  settle: {method: rate, floor: zero}\n")

    assert (settled.choices, settled.rulings) == ((), ())
    assert formula(settled, "er") == "ER_p[q] = pos(Sum(y in q, RL[y] - E_fuel[y]))"


# -- one more index


def test_every_formula_of_the_family_takes_the_letter(edited):
    ringed = edited(f"  index: {{add: ring, {FAMILY}, before: year, sum_in: [rl]}}\n{RING}")

    assert formula(ringed, "area.later") == "A[i, r, y] = A[i, r, y-1] * (1 - P[i, r])"
    assert formula(ringed, "mca.later") == "MCA[r, y] = MA[r, y-1] @ MP[r]"
    assert formula(ringed, "mca.start") == "MCA[r, y] = MA_0[r] @ MP[r]"
    assert formula(ringed, "rl") == "RL[y] = Sum(r, dCS[r, y]) * 44/12"
    assert ringed.quantity["A"].symbol == "A_{<i><r><y>}"
    assert dict(ringed.rules[0].letters) == {"i": "land_use", "r": "ring"}


@pytest.mark.parametrize("before", ["", "before: year, "])
def test_the_numbers_of_two_rings_add_up_by_hand(edited, before):
    ringed = edited(f"  index: {{add: ring, {FAMILY}, {before}sum_in: [rl]}}\n{RING}")
    text = PROJECT.replace("values: {E: 1000, D: 500}", "values: {E: {near: 600, far: 400}, D: {near: 500, far: 0}}")
    text = text.replace("values: {E: 0.02, D: 0.03}", "values: {E: {near: 0.05, far: 0.01}, D: {near: 0.03, far: 0.03}}")
    result = run(ringed, text)

    share = 295 / 365  # 12 March to 31 December 2018
    first = share * ((600 * 0.05 + 400 * 0.01) * 91.3 + 500 * 0.03 * 48.21)
    later = (600 * (1 - 0.05 * share) * 0.05 + 400 * (1 - 0.01 * share) * 0.01) * 91.3 + 500 * (1 - 0.03 * share) * 0.03 * 48.21
    assert result.value("RL", year=2018) == pytest.approx(first * 44 / 12, rel=1e-12)
    assert result.value("RL", year=2019) == pytest.approx(later * 44 / 12, rel=1e-12)


def test_numbers_hold_for_every_member_or_for_one(edited):
    index = "index: {add: ring, to: [EF], values: {EF: VALUE}, sum_in: []}"
    text = "".join(f"{{id: {id_}, formula: '{new}'}}, " for id_, new in (
        ("dcs.start", "Sum(i, A_0[i] * P[i] * EF[i, \"near\"])"), ("dcs.later", "Sum(i, A_0[i] * P[i] * EF[i, \"far\"])"),
        ("dcs.matrix", "Sum(i, A_0[i] * EF[i, \"far\"])")))  # fmt: skip
    rest = f"  replace: {{equations: [{text.rstrip(', ')}]}}\n{RING}"

    for value, cells in (("every", {"*"}), ("far", {"far"})):
        ringed = edited(f"  {index.replace('VALUE', value)}\n{rest}")
        assert {labels[-1] for labels, _ in ringed.dataset["stocks"].values[0].cells} == cells
    assert edited(f"  {index.replace('VALUE', 'none')}\n{rest}").dataset["stocks"].values == ()


def test_a_formula_that_the_revision_writes_anew_is_left_to_it(edited):
    ringed = edited(f"  index: {{add: ring, {FAMILY}}}\n  replace: {{equations: [{{id: rl, formula: 'Max(r, dCS[y, r]) * 44/12'}}]}}\n{RING}")

    assert formula(ringed, "rl") == "RL[y] = Max(r, dCS[y, r]) * 44/12"
