"""From a number to its sources."""

import json

import pytest

import mrvgraph
from engine.cli import main
from engine.commands.session import open_session
from engine.explain.trace import explain, parse_target
from engine.explain.trace_node import trace_text
from equations.errors import MethodologyError

EXAMPLES = "methodology_specs/KH_AM004/examples"


@pytest.fixture(scope="module")
def runs():
    session = open_session("KH_AM004@1.1")
    return {option: session.run(f"{EXAMPLES}/option{option}.yaml") for option in (1, 2)}


def tree(run, target, depth=12):
    [(quantity, cell)] = parse_target(run, target)
    return explain(run, quantity, cell, depth)


def every(node):
    yield node
    for child in node.uses:
        yield from every(child)


def test_credits_lead_back_to_given_numbers_with_their_sources(runs):
    for run in runs.values():
        leaves = [n for n in every(tree(run, "ER_credit[2019]", 40)) if not n.equation and not n.uses]

        assert {n.quantity for n in leaves} >= {"DF", "C", "A_0", "M_urea", "GWP_N2O"}
        assert all(n.origin is not None and n.origin.source for n in leaves)


def test_each_computed_number_follows_from_the_numbers_below_it(runs):
    """A sum of plain reads is re-added from the trace itself."""
    node = tree(runs[1], "E_fuel[2019]")
    assert node.value == pytest.approx(sum(child.value for child in node.uses))
    node = tree(runs[1], "ER[2019]")
    reference, project = node.uses
    assert node.value == reference.value - project.value


def test_matrix_equations_are_explained_element_by_element(runs):
    node = tree(runs[2], "ca[E, FR, 2019]")

    assert node.equation == "Eq. 8"
    assert [child.name for child in node.uses] == ["A[E, 2018]", "p[E, FR]"]
    assert node.value == pytest.approx(node.uses[0].value * node.uses[1].value)
    assert node.substituted.startswith("50,901.35 * 0.002")


def test_the_case_that_holds_is_the_one_shown(runs):
    assert tree(runs[1], "dCS_ref[2018]").equation == "Eq. 2"
    assert tree(runs[1], "dCS_ref[2019]").equation == "Eq. 3"


def test_an_excluded_cell_is_shown_as_not_available(runs):
    text = "\n".join(trace_text(tree(runs[2], "EF_ij[TP, E]")))

    assert text.startswith("EF_ij[TP, E] = NA tC/ha   [Eq. 45]")


def test_numbers_are_shown_whole(runs):
    """0.971 once lost its last digit to a careless strip of the unit."""
    text = "\n".join(trace_text(tree(runs[2], "ca[E, E, 2018]")))

    assert "p[E, E] = 0.971   <- dataset national-frl-2017: 0.971;" in text


def test_depth_limits_the_tree(runs):
    assert not tree(runs[1], "ER_credit[2019]", 0).uses
    assert all(not child.uses for child in tree(runs[1], "ER_credit[2019]", 1).uses)


def test_without_labels_all_cells_are_meant(runs):
    assert len(parse_target(runs[1], "ER_credit")) == 3


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("ER_credits[2019]", "there is no 'ER_credits'"),
        ("ER_credit[2035]", "year has no member '2035'"),
        ("ER_credit[2019, 2020]", "has the indices year"),
        ("cs[E, SE, 2018]", "not part of this run"),
        ("1 + 1", "does not name a number"),
    ],
)
def test_targets_that_are_not_there_are_named(runs, target, message):
    with pytest.raises(MethodologyError, match=message):
        parse_target(runs[1], target)


def test_sums_within_a_formula_and_the_case_taken_are_written_with_numbers(runs):
    assert tree(runs[2], "NC_SN[upland]").substituted == "Max(0.15, 0.46)"
    assert tree(runs[2], "EF_ij[SE, B]").substituted == "(114.21 + 20.9) - 0   (2 terms are zero)"
    direct = tree(runs[2], "E_direct_N[2019]")
    assert direct.substituted.endswith(" * 44/28 * 298")
    left, _, _ = direct.substituted.partition(" * 44/28")
    assert eval(left) * 44 / 28 * 298 == pytest.approx(direct.value, rel=1e-5)  # figures and signs only


MASKED = """
methodology: {id: M, version: "1", title: masked, result: R}
index_sets: [{id: use, letters: [i, j], members: [a, b, c]}]
quantities:
  - {id: X, symbol: X, meaning: x, indices: [use], unit: t, kind: monitored}
  - {id: K, symbol: K, meaning: k, indices: [use, use], unit: t, kind: computed}
  - {id: R, symbol: R, meaning: r, unit: t, kind: computed}
equations:
  - {id: stays, defines: "K[i, j]", when: i == j and i != "c", formula: "X[i]"}
  - {id: moves, defines: "K[i, j]", when: not (i == j), formula: "X[i] * 2"}
  - {id: last, defines: 'K["c", "c"]', formula: 'X["c"] * 3'}
  - {id: r, defines: R, formula: "Sum(i, j, K[i, j])"}
"""


def test_a_run_keeps_which_equation_gave_each_cell(tmp_path):
    """Cases that hold for some pairs of letters only, and a cell by its labels: trace and receipt name the equation that was computed."""
    (tmp_path / "spec.yaml").write_text(MASKED, encoding="utf-8")
    project = "project: {name: m}\noperation: {start: 2020-01-01, end: 2020-12-31}\nvalues: {X: {unit: t, values: {a: 1, b: 10, c: 100}}}\n"
    (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
    expected = {(i, j): "moves" if i != j else "last" if i == 2 else "stays" for i in range(3) for j in range(3)}

    assert {cell: run.values.step_at("K", cell).equation for cell in expected} == expected
    assert {cell: explain(run, "K", cell, 1).equation_id for cell in expected} == expected
    main(["audit", str(tmp_path / "spec.yaml"), str(tmp_path / "project.yaml"), "--receipt", str(tmp_path / "receipt.json")])
    [held] = [one for one in json.loads((tmp_path / "receipt.json").read_text(encoding="utf-8"))["values"] if one["quantity"] == "K"]
    assert [one["equation"] for one in held["cells"]] == list(expected.values())
    assert run.values.step_at("X", (0,)) is None


POWERS = """
methodology: {{id: T, version: "1", title: Powers, result: R}}
index_sets: [{{id: use, letters: [i, j], members: [a, b]}}]
quantities:
  - {{id: A, symbol: A, meaning: area, indices: [use], unit: ha, kind: monitored, diagonal_matrix: MA}}
  - {{id: p, symbol: p, meaning: share, indices: [use, use], unit: "1", kind: monitored, matrix: MP}}
  - {{id: k, symbol: k, meaning: exponent, unit: "1", kind: monitored}}
  - {{id: c, symbol: c, meaning: converted, indices: [use, use], unit: ha, kind: computed, matrix: MC}}
  - {{id: R, symbol: R, meaning: result, unit: ha, kind: computed}}
equations:
  - {{id: c, defines: MC, formula: "MA @ (MP ^ {exponent})"}}
  - {{id: r, defines: R, formula: 'c["a", "b"]'}}
"""
POWERS_PROJECT = """
project: {name: p}
operation: {start: 2024-01-01, end: 2024-12-31}
values:
  A: {unit: ha, values: {a: 100, b: 50}}
  p: {unit: "1", values: {a: {a: 0.81, b: 0.19}, b: {a: 0, b: 1}}}
  k: {value: 2}
"""


@pytest.mark.parametrize(
    ("exponent", "kept"),
    [("0.5", 0.9), ("(1/2)", 0.9), ("1.0", 0.81), ("2", 0.81**2), ("13", 0.81**13), ("0", 1.0), ("-1", 1 / 0.81), ("k", 0.81**2), ("(k / 4)", 0.9)],
)
def test_elements_of_any_power_of_a_matrix_lead_to_what_they_read(evaluated, exponent, kept):
    """A power that cannot be written out as a product is named, with the numbers behind it; it was a ValueError."""
    text = POWERS.format(exponent=exponent)
    if "k" not in exponent:
        text = text.replace("  - {id: k, symbol: k, meaning: exponent, unit: \"1\", kind: monitored}\n", "")
    found = evaluated(text, POWERS_PROJECT if "k" in exponent else POWERS_PROJECT.replace("  k: {value: 2}\n", ""))
    nodes = list(every(tree(found, "R")))

    assert found.total == pytest.approx(100 * (1 - kept), abs=1e-9)
    assert {node.quantity for node in nodes} >= ({"R", "c"} if exponent == "0" else {"R", "c", "A", "p"})
    assert "MA @ " in "\n".join(trace_text(tree(found, "R")))
