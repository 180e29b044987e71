"""Algebraic comparison: what is the same however it is written, under which condition two formulas agree, and how they differ."""

import pytest

from engine.comparison.algebra import expression_text
from engine.comparison.meaning import compare_formulas
from equations.library.spec_files import load_methodology
from equations.notation.plain import letters_of
from equations.notation.sympy_form import to_sympy

SPEC = """\
methodology: {{id: PAIR, version: "1", title: Pair, result: X}}
index_sets:
  - {{id: class, letters: [i, j], members: [E, D]}}
  - {{id: fuel, letters: [f], members: [a, b]}}
  - {{id: year, kind: year, letters: [y]}}
  - {{id: period, kind: group, groups: year, letters: [q], project: must-list}}
quantities:
  - {{id: X, symbol: X, meaning: x, indices: [{head}], unit: "1", kind: computed{matrix}}}
  - {{id: A, symbol: A, meaning: a, indices: [class, year], unit: "1", kind: fixed_ex_ante, diagonal_matrix: MA}}
  - {{id: A_0, symbol: A0, meaning: a0, indices: [class], unit: "1", kind: fixed_ex_ante}}
  - {{id: P, symbol: P, meaning: p, indices: [class], unit: "1", kind: fixed_ex_ante}}
  - {{id: K, symbol: K, meaning: k, indices: [class, class], unit: "1", kind: fixed_ex_ante, matrix: MK}}
  - {{id: F, symbol: F, meaning: f, indices: [fuel, year], unit: "1", kind: monitored}}
  - {{id: d, symbol: d, meaning: d, indices: [year], unit: day, kind: fixed_ex_ante}}
  - {{id: d_0, symbol: d0, meaning: d0, indices: [year], unit: day, kind: fixed_ex_ante}}
  - {{id: e, symbol: e, meaning: e, unit: "1", kind: default}}
  - {{id: c, symbol: c, meaning: c, unit: "1", kind: default}}
  - {{id: E_new, symbol: En, meaning: en, indices: [year], unit: "1", kind: monitored}}
equations:
  - {{id: x, number: 1, defines: "{left}", when: y > start, formula: "{formula}"}}
"""


@pytest.fixture
def compared(tmp_path):
    def compare(first: str, second: str, left: str = "X[y]"):
        head = {"X[y]": "year", "X[i, y]": "class, year", "MX[y]": "class, class, year"}[left]
        matrix = ", matrix: MX" if left == "MX[y]" else ""
        read = []
        for number, formula in enumerate((first, second)):
            path = tmp_path / f"{number}.yaml"
            path.write_text(SPEC.format(head=head, matrix=matrix, left=left, formula=formula))
            read.append(load_methodology(path))
        return compare_formulas(read[0].equation["x"], read[0], read[1].equation["x"], read[1])

    return compare


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("e * (1 - c)", "e - e * c"),
        ("Sum(i, A[i, y] * e)", "e * Sum(i, A[i, y])"),
        ("Sum(i, A[i, y] + P[i])", "Sum(j, A[j, y]) + Sum(i, P[i])"),
        ("Sum(i, j, A[i, y] * K[i, j])", "Sum(j, i, K[i, j] * A[i, y])"),
        ("Sum(i, j, A_0[i] * P[j])", "Sum(i, A_0[i]) * Sum(i, P[i])"),
        ("e / c", "e * c ^ (-1)"),
        ("44/12 * e", "11/3 * e"),
        ("cases(e - c > 0: e - c, otherwise: 0)", "pos(e - c)"),
        ("cases(0 < e: e, otherwise: 0)", "max(e, 0)"),
        ("(e + c) / c", "e / c + 1"),
    ],
)
def test_what_is_algebraically_the_same(compared, first, second):
    assert compared(first, second).relation == "same"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("MA[y-1] @ MK", "diag(i, A[i, y-1]) @ MK"),
        ("transpose(transpose(MK))", "MK"),
        ("MK .* MK", "MK * 1 .* MK"),
        ("identity(class) @ MK", "MK"),
    ],
)
def test_matrices_are_compared_by_their_elements(compared, first, second):
    assert compared(first, second, "MX[y]").relation == "same"


@pytest.mark.parametrize(
    ("first", "second", "condition", "difference"),
    [
        ("Sum(i, A[i, y-1] * P[i])", "Sum(i, A[i, y-1] * P[i] * d[y] / d_0[y])", "d[y] == d_0[y]", "factor d[y] / d_0[y] added"),
        ("Sum(i, A[i, y-1] * P[i] * d[y] / d_0[y])", "Sum(i, A[i, y-1] * P[i])", "d[y] == d_0[y]", "factor d[y] / d_0[y] dropped"),
        ("Sum(i, A[i, y-1] * P[i])", "Sum(i, A_0[i] * P[i])", "A[i, y-1] == A_0[i]", "factor A[i, y-1] replaced by A_0[i]"),
        ("Sum(i, A[i, y-1] * P[i])", "Sum(i, A_0[i] * P[i] * d[y] / d_0[y])", "d[y] == d_0[y] and A[i, y-1] == A_0[i]", "replaced by"),
        ("Sum(i, A[i, y])", "Sum(i, A[i, y-1])", "A[i, y] == A[i, y-1]", "term Sum(i, A[i, y-1]) added"),
        ("e * 2", "e * 2 + E_new[y]", "E_new[y] == 0", "term E_new[y] added"),
        ("e * 2 + E_new[y]", "e * 2", "E_new[y] == 0", "term E_new[y] dropped"),
        ("e * 3", "e * 3 * (1 - c)", "c == 0", "factor 1 - c added"),
        ("e * 3", "e * 3 * c", "c == 1", "factor c added"),
        ("Sum(f, F[f, y] * e)", "Sum(f, F[f, y] * c)", "e == c", "factor e replaced by c"),
        ("e * (1 - c)", "e * (1 - c * d[y] / d_0[y])", "d[y] == d_0[y]", "factor d[y] / d_0[y] added in the term c * e"),
    ],
)
def test_a_condition_under_which_both_agree_is_found_and_proven(compared, first, second, condition, difference):
    meaning = compared(first, second)

    assert (meaning.relation, meaning.condition) == ("conditional", condition)
    assert difference in meaning.difference


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ("e * 2", "e * 3", "multiplied by 3/2"),
        ("e + c", "e - c", ""),
        ("floor(e)", "ceil(e)", "term floor(e) dropped; term ceiling(e) added"),
        ("e * d[y] / 1 {day}", "e", "factor d[y] dropped"),
        ("max(e, c)", "min(e, c)", ""),
    ],
)
def test_what_differs_is_said(compared, first, second, difference):
    meaning = compared(first, second)

    assert (meaning.relation, meaning.condition) == ("different", "")
    assert difference in meaning.difference


def test_a_condition_that_makes_both_sides_zero_proves_nothing(compared):
    assert compared("e * 2", "e * 3").relation == "different"


def test_elements_and_matrices_meet(tmp_path):
    left = SPEC.format(head="class, class, year", matrix=", matrix: MX", left="MX[y]", formula="MA[y-1] @ MK")
    right = SPEC.format(head="class, class, year", matrix=", matrix: MX", left="X[i, j, y]", formula="A[i, y-1] * K[i, j]")
    read = []
    for name, text in (("m", left), ("e", right)):
        (tmp_path / f"{name}.yaml").write_text(text)
        read.append(load_methodology(tmp_path / f"{name}.yaml"))

    assert compare_formulas(read[0].equation["x"], read[0], read[1].equation["x"], read[1]).relation == "same"
    assert compare_formulas(read[1].equation["x"], read[1], read[0].equation["x"], read[0]).relation == "same"


def test_every_equation_of_the_methodology_is_the_same_as_itself(kh_pair):
    _, methodology = kh_pair
    for equation in methodology.equations:
        assert compare_formulas(equation, methodology, equation, methodology).relation == "same", equation.id


def test_every_formula_of_the_methodology_can_be_said_in_normal_form(kh_pair):
    _, methodology = kh_pair
    for equation in methodology.equations:
        if not equation.solver:
            try:
                expr = to_sympy(equation.formula, methodology, letters_of(methodology, equation))
            except ValueError:
                continue  # a matrix power with a symbolic exponent has no elements
            assert expression_text(expr)


PERIODS = """
methodology: {{id: T, version: "1", title: t, result: R}}
index_sets:
  - {{id: year, kind: year, letters: [y]}}
  - {{id: period, kind: group, groups: year, letters: [q], project: must-list}}
quantities:
  - {{id: A, symbol: A, meaning: a, indices: [year], unit: "1", kind: monitored}}
  - {{id: P, symbol: P, meaning: p, indices: [year], unit: "1", kind: monitored}}
  - {{id: B, symbol: B, meaning: b, unit: "1", kind: monitored}}
  - {{id: R, symbol: R, meaning: r, indices: [period], unit: "1", kind: computed}}
equations:
  - {{id: r, number: 1, defines: "R[q]", formula: "{}"}}
"""


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("Sum(y in q, A[y]) - B", "Sum(y in q, A[y] * P[y]) - B", "factor P[y] added in the term Sum(y in q, A[y])"),
        ("Sum(y in q, A[y])", "Sum(y in q, A[y] / 2)", "multiplied by 1/2"),
        ("Sum(y in q, A[y])", "Sum(y in q, A[y] * B)", "factor B added"),
        ("Sum(y in q, cases(A[y] > B: A[y], otherwise: 0))", "Sum(y in q, cases(A[y] >= B: A[y], otherwise: 0))",
         "term Sum(y in q, cases(B - A[y] < 0: A[y], otherwise: 0)) dropped; "
         "term Sum(y in q, cases(B - A[y] <= 0: A[y], otherwise: 0)) added"),
        ("Sum(y in q, A[y])", "Sum(y in q, cases(A[y] > B and B > 0: A[y], otherwise: 0))",
         "term Sum(y in q, A[y]) dropped; term Sum(y in q, cases(B > 0 and B - A[y] < 0: A[y], otherwise: 0)) added"),
    ],
)  # fmt: skip
def test_what_changes_within_a_sum_over_the_years_of_a_period(tmp_path, first, second, said):
    """Conditions beside that of the period were an AttributeError, and what is outside it was a factor `zoo`."""
    read = []
    for at, formula in enumerate((first, second)):
        (tmp_path / f"{at}.yaml").write_text(PERIODS.format(formula), encoding="utf-8")
        read.append(load_methodology(tmp_path / f"{at}.yaml"))
    found = compare_formulas(read[0].equation["r"], read[0], read[1].equation["r"], read[1])

    assert found.difference == said
