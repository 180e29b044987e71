"""Formulas written as text, LaTeX and SymPy say the same as their trees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from equations.formula.grammar import Source, parse_formula
from equations.formula.syntax import (
    Binary,
    Binder,
    Call,
    Cases,
    Compare,
    Element,
    Excluded,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Logic,
    Member,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Ratio,
    Reduce,
    Text,
    Window,
)
from equations.library.spec_files import load_methodology
from equations.meaning.scope import Names, Resolver
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.model.result import NamedResult
from equations.notation.latex import equation_latex, latex, matrix_element_latex
from equations.notation.matrix import lowered
from equations.notation.plain import condition_text, legend_of, letters_of, plain_text, substituted_text
from equations.notation.symbols import letter_latex, symbol_latex, unit_latex, word_latex
from equations.notation.sympy_form import derivative, equation_sympy, size_symbol, to_sympy
from equations.readings.composition import with_readings


@cache
def kh() -> Methodology:
    return load_methodology("KH_AM004@1.1")


def names_of(m: Methodology) -> Names:
    matrices = {q.matrix: (q.id, False) for q in m.quantities if q.matrix}
    matrices |= {q.diagonal_matrix: (q.id, True) for q in m.quantities if q.diagonal_matrix}
    choices = {c.id: [v.id for v in c.values] for c in m.choices}
    return Names(m.index_set, m.quantity, matrices, choices, {r.id: [x.id for x in r.readings] for r in m.rulings}, letters_of(m))


def resolved(text: str, bound: Mapping[str, str], own: Mapping[str, str] | None = None, *, m: Methodology | None = None) -> Node:
    """Resolve a formula or condition in which the letters of `bound` are in force."""
    node = parse_formula(text)
    resolver = Resolver(names_of(m or kh()), Source(text), own or {}, dict(bound), allow_supplied=True, relation=True)
    new = resolver.resolve(node)
    assert not resolver.errors, (text, [str(error) for error in resolver.errors])
    return new


def formula(text: str) -> Node:
    return resolved(text, {"i": "land_use", "j": "land_use", "y": "year", "q": "period"})


def numbered(label: str, later: bool = True) -> str:
    """LaTeX of a numbered equation; of two cases the later or the earlier one."""
    found = [e for e in kh().equations if f"{e.number}{e.part}" == label]
    return equation_latex(found[-1 if later else 0], kh())


# -- plain text ------------------------------------------------------------------------------------------------------


def spec_trees() -> list[tuple[str, Node, dict[str, str], dict[str, str]]]:
    """Every formula and condition of the spec, with the letters in force and what all its letters mean."""
    m, found = kh(), []
    for e in m.equations:
        found.append((e.id, e.formula, dict(e.letters), letters_of(m, e)))
        if e.when is not None:
            found.append((f"{e.id} when", e.when, dict(e.letters), letters_of(m, e)))
    for rule in m.rules:
        found.append((rule.id, rule.condition, dict(rule.letters), letters_of(m, rule)))
        if rule.when is not None:
            found.append((f"{rule.id} when", rule.when, dict(rule.letters), letters_of(m, rule)))
    return found


def test_round_trip_of_the_spec() -> None:
    trees = spec_trees()
    assert len(trees) > 180
    for id_, node, bound, own in trees:
        assert resolved(plain_text(node, own), bound, own) == node, id_
        assert resolved(plain_text(node), bound, own) == node, id_


def test_a_sum_over_a_part_of_a_set_is_written_with_it_where_its_letter_stands_for_the_whole() -> None:
    """As it is shown beside numbers, in pages and in comparisons: with what the letters of the spec stand for, and no more."""
    m = load_methodology(Path(__file__).parents[1] / "specs_for_tests" / "tiny")
    equation = replace(m.equation["dcs.matrix"], formula=resolved("Sum(i in forest, A[i, y]) + Sum(i, A[i, y]) + Sum(j in forest, A[j, y])", {"y": "year"}, m=m))

    assert plain_text(equation.formula, letters_of(m, equation)) == "Sum(i in forest, A[i, y]) + Sum(i, A[i, y]) + Sum(j in forest, A[j, y])"


def test_round_trip_before_names_are_known() -> None:
    for e in kh().equations:
        assert e.formula_source is not None
        tree = parse_formula(e.formula_source)
        assert parse_formula(plain_text(tree)) == tree, e.id


@pytest.mark.parametrize(
    ("id_", "text"),
    [
        ("ref.level", "dCS_ref[y] * 44/12"),
        ("ref.dcs.later", "Sum(i, A[i, y-1] * P[i] * d[y] / d_0[y] * EF[i])"),
        ("ref.mca.later", "MA[y-1] @ MP"),
        ("pe.average.option1", "CA_pj_m[i, m(y)] / years_m[m(y)]"),
        ("fuel.indirect", "Sum(f, j, E_fuel_jf[j, f, y])"),
        ("fuel.none", "0 {tCO2}"),
        ("data.p.root", "MP_multi[t] == MP_t[t] ^ T_multi[t]"),
        ("belt.displaced", "cases(DP[y] - DR[y] > 0: DP[y] - DR[y], otherwise: 0)"),
    ],
)
def test_text_as_written(id_: str, text: str) -> None:
    equation = kh().equation[id_]
    assert plain_text(equation.formula, letters_of(kh(), equation)) == text


def test_text_names_the_set_of_a_sum_unless_its_letter_says_it() -> None:
    tree = kh().equation["ref.dcs.start"].formula
    assert plain_text(tree).startswith("Sum(i in forest_class, ")
    assert plain_text(tree, letters_of(kh())).startswith("Sum(i in forest_class, ")
    assert plain_text(tree, {"i": "forest_class"}).startswith("Sum(i, ")


def test_a_sum_over_a_part_of_what_its_letter_stands_for_names_it_in_texts_pages_and_rules() -> None:
    ledger = load_methodology("ART62_LEDGER@0.1")  # `i` is a Party, and two sums of these are over the host alone
    cancelled, vintage = ledger.equation["first.other.cancelled"], ledger.equation["first.vintage.cancelled"]
    assert "i in host" in plain_text(cancelled.formula, letters_of(ledger, cancelled))
    assert legend_of(ledger, cancelled)["i"] == "host"  # so a table beside the equation says it, and the sign need not
    assert equation_latex(vintage, ledger, legend_of(ledger, vintage)).count(r"i \in \text{host}") == 1
    rule = next(rule for rule in ledger.rules if rule.id == "transfer-abroad")
    assert r"\sum_{i \in \text{host}}" in latex(rule.condition, ledger, letters_of(ledger, rule))


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("((a) + ((b * c)))", "a + b * c"),
        ("a - (b - c) - d", "a - (b - c) - d"),
        ("a / (b * c) / d", "a / (b * c) / d"),
        ("a * (b / c)", "a * (b / c)"),
        ("(44) / (12)", "44 / 12"),
        ("x / 44/12", "x / 44/12"),
        ("(44/12) ^ 2 ^ 44/12", "(44/12) ^ 2 ^ (44/12)"),
        ("(a ^ b) ^ c", "(a ^ b) ^ c"),
        ("-(-a) ^ 2", "-(-a) ^ 2"),
        ("-(a * b)", "-(a * b)"),
        ("a * -b", "a * -b"),
        ("1e3 {kg/km} * .5 {}", "1e3 {kg/km} * .5 {}"),
        ("not (a > 0 and b > 0) or not i in s and j not in t", "not (a > 0 and b > 0) or not i in s and j not in t"),
        ("(a or b) and (c and d)", "(a or b) and (c and d)"),
        ("Sum(z in start..y+1, X[z, 'A\"G', 2018, end, p(y)])", "Sum(z in start..y+1, X[z, 'A\"G', 2018, end, p(y)])"),
    ],
)
def test_text_of_what_is_written(written: str, text: str) -> None:
    tree = parse_formula(written)
    assert plain_text(tree) == text
    assert parse_formula(text) == tree


WORDS = st.sampled_from(["A", "E", "I", "N", "S", "Q", "beta", "x_1", "y", "option"])
OFFSETS = st.integers(-3, 3)
INDICES = st.one_of(
    st.builds(lambda letter, offset: IndexLetter(letter=letter, offset=offset), WORDS, OFFSETS),
    st.builds(lambda label: IndexLabel(label=label), st.sampled_from(["AG", "2018", "a b", 'q"', "0 1"])),
    st.builds(lambda label: IndexLabel(label=label, mark=True), st.sampled_from(["start", "end"])),
    st.builds(lambda group, letter: IndexGroup(group=group, letter=letter), WORDS, WORDS),
)
BINDERS = st.builds(
    lambda letter, within: Binder(letter=letter, within=within),
    WORDS,
    st.one_of(
        st.none(),
        st.builds(Name, WORDS),
        st.builds(lambda letter, offset: Window(IndexLabel("start", True), IndexLetter(letter, offset)), WORDS, OFFSETS),
    ),
)  # fmt: skip
DIGITS = st.sampled_from(["0", "12", "1.", ".5", "2.50", "1e3", "1.5E-07"])
UNITS = st.sampled_from([None, "day", "", "kg/km", "m^2"])
LEAVES = st.one_of(
    st.builds(lambda text, unit: Number(text=text, unit=unit), DIGITS, UNITS),
    st.builds(lambda a, b, unit: Ratio(over=a, under=b, unit=unit), st.integers(0, 99), st.integers(1, 99), UNITS),
    st.builds(lambda name: Name(name=name), WORDS),
    st.builds(lambda name, *at: Name(name=name, indices=at, bracketed=True), WORDS, INDICES),
    st.builds(lambda name, *at: Name(name=name, indices=at, bracketed=True), WORDS, INDICES, INDICES),
    st.builds(lambda text: Text(text=text), st.sampled_from(["NF", "a b", 'say "x"', ""])),
    st.builds(lambda letter, s, negated: Member(letter=letter, set=s, negated=negated), WORDS, WORDS, st.booleans()),
    st.just(Excluded()),
)


ARITHMETICAL = st.sampled_from(["+", "-", "*", "/", "^", ".*", "@"])
COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])


def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.one_of(
        st.builds(lambda op, a, b: Binary(op=op, left=a, right=b), ARITHMETICAL, inner, inner),
        st.builds(lambda op, a, b: Compare(op=op, left=a, right=b), COMPARISONS, inner, inner),
        st.builds(lambda op, *parts: Logic(op=op, parts=parts), st.sampled_from(["and", "or"]), inner, inner),
        st.builds(lambda op, *parts: Logic(op=op, parts=parts), st.sampled_from(["and", "or"]), inner, inner, inner),
        st.builds(lambda a: Negative(operand=a), inner),
        st.builds(lambda a: Not(operand=a), inner),
        st.builds(lambda name, a: Call(name=name, arguments=(a,)), st.sampled_from(["pos", "ln", "transpose"]), inner),
        st.builds(lambda name, a, b: Call(name=name, arguments=(a, b)), st.sampled_from(["max", "min", "diag"]), inner, inner),
        st.builds(lambda c, v, w: Cases(branches=((c, v), (v, c)), otherwise=w), inner, inner, inner),
        st.builds(
            lambda kind, binders, a: Reduce(kind=kind, binders=tuple(binders), body=a),
            st.sampled_from(["Sum", "Product", "Max", "Min", "All", "Any"]), st.lists(BINDERS, min_size=1, max_size=2), inner,
        ),
    )  # fmt: skip


@settings(max_examples=250, deadline=None)
@given(st.recursive(LEAVES, grown, max_leaves=12))
def test_round_trip_of_any_tree(tree: Node) -> None:
    assert parse_formula(plain_text(tree)) == tree


NUMBERS = st.sampled_from(
    ["RL[y]", "ER[y-1]", "DF", "A[i, y]", "p[i, j]", 'C[i, "AG"]', "d[start]", "years_m[m(y)]", "44/12", "2.5", "3 {day}",
     "project_end"]
)  # fmt: skip
CONDITIONS = st.sampled_from(
    ["i == j", "start + 1 <= y", 'j != "NF"', "y - 1 < 2030", "i not in forest_class", "option == 2", '"both" != fuel',
     "supplied(A_0)"]
)  # fmt: skip


def formulas(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/^"), inner),
        st.builds("-({})".format, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), inner, inner),
        st.builds("floor(pos({}))".format, inner),
        st.builds("cases({} and not {}: {}, otherwise: excluded)".format, CONDITIONS, CONDITIONS, inner),
        st.builds("Sum(k, {} * C[j, k])".format, st.sampled_from(["1", "DF", "C[i, k]"])),
        st.builds("Sum(z in start..y-1, d[z] / {})".format, NUMBERS),
        st.builds("days_in_year(y-1) * Max(f in fuel, NCV[f] * {})".format, NUMBERS),
    )


@settings(max_examples=100, deadline=None)
@given(st.recursive(NUMBERS, formulas, max_leaves=8))
def test_round_trip_of_any_resolved_formula(text: str) -> None:
    tree = formula(text)
    assert formula(plain_text(tree)) == tree
    assert formula(plain_text(tree, letters_of(kh()))) == tree
    assert_balanced(latex(tree, kh()))


def test_substituted_text() -> None:
    numbers = {"A_0": "1200", "P": -0.25, "d": "184", "d_0": "365"}
    tree = kh().equation["ref.area.start"].formula
    assert substituted_text(tree, lambda e: numbers[e.quantity]) == "1200 * (1 - (-0.25) * 184 / 365)"
    del numbers["P"]
    assert substituted_text(tree, lambda e: numbers.get(e.quantity)) == "1200 * (1 - P[i] * 184 / 365)"
    assert substituted_text(formula("RL[y] - PE[y]"), lambda e: -1.5) == "-1.5 - (-1.5)"
    assert substituted_text(formula("RL[y] ^ 2"), lambda e: np.float64(-1.5)) == "(-1.5) ^ 2"


# -- conditions in words ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("option == 1 and y == start", "option 1, start year"),
        ("option == 2 and y > start and DF > 0", "option 2, later years and DF > 0"),
        ("fuel == 'direct' or fuel == 'both'", "fuel = direct or fuel = both"),
        ("(fuel == 'direct' or fuel == 'both') and y < end", "(fuel = direct or fuel = both), years before the last"),
        ("y <= 2025", "years up to 2025"),
        ("y >= start + 2", "y ≥ start + 2"),
        ("j == 'NF' and i != j", "j is Non-forest and i ≠ j"),
        ("j in plantation and not i in forest_class", "j in plantation and i not in forest class"),
        ("not supplied(A_0) or DF >= 0.2", "A_0 not supplied or DF ≥ 0.2"),
        ("not (option == 1 and DF > 0)", "not (option 1 and DF > 0)"),
        ("All(k, C[i, k] >= 0) and option == 1", "(for every k: C[i, k] ≥ 0) and option 1"),
    ],
)
def test_condition_in_words(condition: str, words: str) -> None:
    assert condition_text(formula(condition), kh()) == words


# -- LaTeX -----------------------------------------------------------------------------------------------------------

CS = r"cs_{ij\,y}"
STOCKS = r"\sum_{k} C_{ik} - \sum_{k} C_{jk}"
EQUATIONS = {
    "1": r"RL_{y} = \Delta CS_{\mathrm{ref}\,y} \times 44/12",
    "2": r"\Delta CS_{\mathrm{ref}\,y} = \sum_{i} A_{i\,0} \times P_{i} \times d_{y} / d_{0\,y} \times EF_{i}",
    "4": r"A_{i\,y} = A_{i\,0} \times (1 - P_{i} \times d_{y} / d_{0\,y})",
    "6": rf"\Delta CS_{{\mathrm{{ref}}\,y}} = \sum_{{i}} \sum_{{j}} \begin{{cases}} {CS} & \text{{if }} {CS} > 0 \\"
         r" 0 & \text{otherwise} \end{cases}",
    "7": r"MCS_{y} = MCA_{y} \circ MEF",
    "8": r"MCA_{y} = MA_{y-1} \, MP",
    "15a": r"E_{\mathrm{fuel}\,j\,f\,y} = NVE_{j\,f\,y} \times TDU_{j\,f\,y} \times SEC_{j\,f} \times NCV_{f}"
           r" \times EF_{\mathrm{fuel}\,f}",
    "15b": r"E_{\mathrm{fuel,indirect}\,y} = \sum_{f} \sum_{j} E_{\mathrm{fuel}\,j\,f\,y}",
    "21": r"E_{\mathrm{indirect\text{-}N}\,y} = ((F_{\mathrm{SN}\,y} \times Frac_{\mathrm{SN}} + F_{\mathrm{ON}\,y}"
          r" \times Frac_{\mathrm{ON}}) \times EF_{\mathrm{indirect\text{-}N}} + (F_{\mathrm{SN}\,y} + F_{\mathrm{ON}\,y}"
          r" + F_{\mathrm{CR}\,y}) \times Frac_{\mathrm{leach}} \times EF_{\mathrm{leach\text{-}N}}) \times 44/28 \times"
          r" GWP_{\mathrm{N_2O}}",
    "27": r"DE_{y} = \begin{cases} DP_{y} - DR_{y} & \text{if } DP_{y} - DR_{y} > 0 \\ 0 & \text{otherwise} \end{cases}",
    "43": r"ER_{\mathrm{credit}\,q} = \sum_{y \in q} ER_{\mathrm{credit}\,y}",
    "45": r"EF_{ij} = \begin{cases} \mathrm{NA} & \text{if } j \in \text{plantation} \text{ and } i \notin \text{plantation} \\"
          rf" \mathrm{{NA}} & \text{{if }} {STOCKS} < 0 \\ {STOCKS} & \text{{otherwise}} \end{{cases}}",
    "48": r"MP_{\mathrm{multi}\,t} = MP_{t}^{T_{\mathrm{multi}\,t}}",
    "49": r"p_{ij} = \frac{\sum_{t} p_{ij\,t}}{N_{\mathrm{int}}}",
}  # fmt: skip


@pytest.mark.parametrize(("number", "expected"), EQUATIONS.items())
def test_latex_of_printed_equations(number: str, expected: str) -> None:
    assert numbered(number, later=number not in ("43",)) == expected


def test_printed_form_only_if_asked_for() -> None:
    equation = next(e for e in kh().equations if e.number == "49")
    assert equation_latex(equation, kh(), printed=True) == equation.printed != ""
    assert equation_latex(kh().equation["ref.level"], kh(), printed=True) == EQUATIONS["1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RL[y] - (PE[y] - ER[y])", r"RL_{y} - (PE_{y} - ER_{y})"),
        ("RL[y] * (PE[y] / ER[y])", r"RL_{y} \times \frac{PE_{y}}{ER_{y}}"),
        ("RL[y] / PE[y] * ER[y]", r"RL_{y} / PE_{y} \times ER_{y}"),
        ("RL[y] / (PE[y] / ER[y]) + 1", r"RL_{y} / \frac{PE_{y}}{ER_{y}} + 1"),
        ("(RL[y] / PE[y]) ^ 2", r"\left( \frac{RL_{y}}{PE_{y}} \right)^{2}"),
        ("dCS_ref[y] ^ 2 + d[y] ^ 2", r"(\Delta CS_{\mathrm{ref}\,y})^{2} + d_{y}^{2}"),
        ("A_map_0[i] ^ 2", r"(A^{\mathrm{map}}_{i\,0})^{2}"),
        ("-(RL[y] + 1) * -DF", r"-(RL_{y} + 1) \times (-DF)"),
        ("DF / 44/12 + 1e-03 {kg/t_dm} ^ 2", r"DF / (44/12) + (1 \times 10^{-3}\,\mathrm{kg/t\_dm})^{2}"),
        ("Sum(k, C[i, k]) * 2", r"\left( \sum_{k} C_{ik} \right) \times 2"),
        ("2 * Sum(k, C[i, k]) - DF", r"2 \times \sum_{k} C_{ik} - DF"),
        ("Sum(z in start..y, d[z] + 1)", r"\sum_{z=\mathrm{start}}^{y} (d_{z} + 1)"),
        ("Sum(z in start..y-1, d[z])", r"\sum_{z=\mathrm{start}}^{y-1} d_{z}"),
        ("max(RL[y], pos(DF / 2))", r"\max\left( RL_{y}, \max\left( \frac{DF}{2}, 0 \right) \right)"),
        ("floor(abs(sqrt(DF)))", r"\lfloor | \sqrt{DF} | \rfloor"),
        ('C[i, "AG"] + EF_ij["E", "NF"]', r"C_{i\,\mathrm{AG}} + EF_{\mathrm{E}\,\mathrm{NF}}"),
        ("d[start] + d_0[2018] + years_m[m(y)]", r"d_{\mathrm{start}} + d_{0\,2018} + n_{m(y)}"),
        ("operating_days(y-1) * 731 {day}", r"\mathrm{operating\ days}(y-1) \times 731\,\mathrm{day}"),
        ("MCA[y] .* (MEF @ transpose(MP))", r"MCA_{y} \circ (MEF \, MP^{\mathsf{T}})"),
        ("MCA[y] .* MEF @ MP", r"(MCA_{y} \circ MEF) \, MP"),
        ("diag(i, A_0[i]) @ identity(land_use)", r"\mathrm{diag}_{i}(A_{i\,0}) \, \mathbf{I}"),
        ("y == start + 1 or i == j and DF > 0", r"y = \mathrm{start}+1 \text{ or } (i = j \text{ and } DF > 0)"),
        ("i == 'NF' or option == 2", r"i = \mathrm{NF} \text{ or } \text{option} = 2"),
        ("All(k, C[i, k] != 0) and not supplied(A_0)", r"(\forall k: C_{ik} \neq 0) \text{ and } \text{A\_0 not supplied}"),
    ],
)
def test_latex(text: str, expected: str) -> None:
    bound = {"y": "year"} if "diag" in text else {"i": "land_use", "j": "land_use", "y": "year"}
    assert latex(resolved(text, {k: v for k, v in bound.items() if f"Sum({k}," not in text}), kh()) == expected


def test_latex_of_a_symbol_that_is_a_sum() -> None:
    made = with_readings(kh(), {"negative-transition": "clip-rescale"})
    tree = resolved("2 * p_positive[i] * DF", {"i": "land_use"}, m=made)
    assert latex(tree, made) == r"2 \times \left( \sum_{j} p^{+}_{ij} \right) \times DF"


def test_latex_names_another_set_than_the_letter_stands_for() -> None:
    tree = kh().equation["pe.dcs"].formula
    assert latex(tree, kh(), letters_of(kh())).startswith(r"\sum_{i \in \text{forest class}} ")
    assert latex(tree, kh(), letters_of(kh(), kh().equation["pe.dcs"])).startswith(r"\sum_{i} ")


def test_symbols_letters_and_units() -> None:
    assert symbol_latex(kh().quantity["cs_d_pj"], ["i", "j", "y-1"]) == r"cs_{\mathrm{d\,pj}\,ij\,y-1}"
    assert symbol_latex(Quantity("X", "X", ""), ["i", "y"]) == r"{X}_{i\,y}"
    assert [letter_latex(x) for x in ("i", "beta", "i12", "start")] == ["i", r"\beta", "i_{12}", r"\mathrm{start}"]
    assert [word_latex(x) for x in ("AG", "2018", "crude_oil")] == [r"\mathrm{AG}", "2018", r"\text{crude\_oil}"]
    assert word_latex("5% {a}^2~\\") == r"\text{5\% \{a\}\textasciicircum{}2\textasciitilde{}\textbackslash{}}"
    assert unit_latex("tN2O-N t_dm^-1 %") == r"\mathrm{tN2O\text{-}N\ t\_dm^{-1}\ \%}"


def test_matrices_written_out() -> None:
    def grid(name: str, rest: str) -> str:
        at = [[f"{name}_{{{r}{c}{rest}}}" for c in "12n"] for r in "12n"]
        rows = [f"{a} & {b} & \\cdots & {c}" for a, b, c in at]
        rows.insert(2, r"\vdots & \vdots & \ddots & \vdots")
        return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}"

    areas = (r"\begin{bmatrix} A_{1\,y-1} & 0 & \cdots & 0 \\ 0 & A_{2\,y-1} & \cdots & 0 \\ \vdots & \vdots & \ddots & \vdots \\"
             r" 0 & 0 & \cdots & A_{n\,y-1} \end{bmatrix}")  # fmt: skip
    seven, eight = kh().equation["ref.mcs"], kh().equation["ref.mca.later"]
    changes, converted = grid("cs", r"\,y"), grid("ca", r"\,y")
    assert matrix_element_latex(seven, kh()) == rf"{changes} = {converted} \circ {grid('EF', '')}"
    assert matrix_element_latex(eight, kh()) == rf"{converted} = {areas} \, {grid('p', '')}"
    assert matrix_element_latex(kh().equation["ref.level"], kh()) == EQUATIONS["1"]
    assert matrix_element_latex(kh().equation["data.p.root"], kh()).endswith(r"\end{bmatrix}^{T_{\mathrm{multi}\,t}}")


def assert_balanced(text: str) -> None:
    bare = re.sub(r"\\[{}]", "", text)
    depth = 0
    for character in bare:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0, text
    assert depth == 0, text
    assert text.count(r"\left") == text.count(r"\right"), text
    assert sorted(re.findall(r"\\begin\{(\w+)\}", text)) == sorted(re.findall(r"\\end\{(\w+)\}", text)), text
    assert not re.search(r"<\w+>|\^\{[^{}]*\}\^|_\{[^{}]*\}_", text), f"a place left open, or two indices on one symbol: {text}"


def test_latex_of_the_whole_spec_is_balanced() -> None:
    for equation in kh().equations:
        assert_balanced(equation_latex(equation, kh()))
        assert_balanced(matrix_element_latex(equation, kh()))
    for _, node, _, _ in spec_trees():
        assert_balanced(latex(node, kh(), letters_of(kh())))


def test_latex_needs_a_resolved_tree() -> None:
    with pytest.raises(TypeError, match="resolved"):
        latex(parse_formula("x + 1"), kh())


# -- matrices by element ---------------------------------------------------------------------------------------------


def test_lowering_of_the_printed_matrix_equations() -> None:
    def text(id_: str) -> str:
        return plain_text(lowered(kh().equation[id_].formula, "r", "s", kh()), letters_of(kh()))

    assert text("ref.mcs") == "ca[r, s, y] * EF_ij[r, s]"
    assert text("ref.mca.start") == "Sum(i, A_0[r] * cases(r == i: 1, otherwise: 0) * p[i, s])"
    assert text("ref.mca.later") == "Sum(i, A[r, y-1] * cases(r == i: 1, otherwise: 0) * p[i, s])"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("transpose(MP)", "p[s, r]"),
        ("-MP * 2 + identity(land_use)", "-p[r, s] * 2 + cases(r == s: 1, otherwise: 0)"),
        ("diag(i, A_0[i] * Sum(k, C[i, k]))", "A_0[r] * Sum(k, C[r, k]) * cases(r == s: 1, otherwise: 0)"),
        ("MP ^ 2", "Sum(i, p[r, i] * p[i, s])"),
        ("MP ^ 0", "cases(r == s: 1, otherwise: 0)"),
        ("MP @ MEF @ MP", "Sum(i, Sum(j, p[r, j] * EF_ij[j, i]) * p[i, s])"),
        ("RL[y] - 1", "RL[y] - 1"),
    ],
)
def test_lowering(text: str, expected: str) -> None:
    assert plain_text(lowered(resolved(text, {"y": "year"}), "r", "s", kh()), letters_of(kh())) == expected


def test_lowering_takes_letters_that_stand_nowhere_else() -> None:
    tree = lowered(kh().equation["ref.mca.later"].formula, "i", "j", kh())
    assert plain_text(tree, letters_of(kh())) == "Sum(i1 in land_use, A[i, y-1] * cases(i == i1: 1, otherwise: 0) * p[i1, j])"
    with pytest.raises(ValueError, match="binds the letter k"):
        lowered(resolved("diag(i, Sum(k, C[i, k]))", {}), "k", "s", kh())
    with pytest.raises(ValueError, match=r"to the power T_multi\[t\]"):
        lowered(kh().equation["data.p.root"].formula, "r", "s", kh())


def numeric(expr: sympy.Expr, arrays: Mapping[str, np.ndarray], at: Mapping[str, int]) -> sympy.Expr:
    """Put integers in; positions count from 1, and the size of every set is that of the first array."""
    size = next(iter(arrays.values())).shape[0]
    expr = expr.subs({size_symbol("land_use"): size} | {sympy.Symbol(k, integer=True): v for k, v in at.items()}).doit()
    cells = {cell: arrays[cell.base.name][tuple(int(x) - 1 for x in cell.indices)] for cell in expr.atoms(sympy.Indexed)}
    return expr.subs({cell: int(value) for cell, value in cells.items()})


def test_lowered_elements_are_those_of_the_matrices() -> None:
    rng = np.random.default_rng(8)
    areas, ca = rng.integers(-9, 9, (3, 5)), rng.integers(-9, 9, (3, 3, 5))
    arrays = {"A": areas, "p": rng.integers(-9, 9, (3, 3)), "ca": ca, "EF_ij": rng.integers(-9, 9, (3, 3))}
    seven, eight = (to_sympy(kh().equation[x].formula, kh()) for x in ("ref.mcs", "ref.mca.later"))
    root = to_sympy(resolved("transpose(MP @ MP - 2 * MEF) + MP ^ 3", {}), kh())
    p, ef, y = arrays["p"], arrays["EF_ij"], 4
    for r, c in np.ndindex(3, 3):
        at = {"r": r + 1, "c": c + 1, "y": y}
        assert numeric(seven, arrays, at) == (ca[:, :, y - 1] * ef)[r, c]
        assert numeric(eight, arrays, at) == (np.diag(areas[:, y - 2]) @ p)[r, c]
        assert numeric(root, arrays, at) == ((p @ p - 2 * ef).T + p @ p @ p)[r, c]


# -- SymPy -----------------------------------------------------------------------------------------------------------


def letters(*names: str) -> list[sympy.Symbol]:
    return [sympy.Symbol(name, integer=True) for name in names]


def tiny() -> Methodology:
    return Methodology("T", "1", "t", (NamedResult("E"),), quantities=tuple(Quantity(x, x, x) for x in ("E", "I", "N", "S", "Q", "beta", "lambda")))


def test_names_that_mean_something_to_sympy_are_plain_symbols() -> None:
    expr = to_sympy(resolved("E * I + N - S / Q ^ beta", {}, m=tiny()), tiny())
    assert expr.free_symbols == set(map(sympy.Symbol, ("E", "I", "N", "S", "Q", "beta")))
    assert not expr.atoms(sympy.core.numbers.Exp1, sympy.core.numbers.ImaginaryUnit)
    assert all(type(x) is sympy.Symbol for x in expr.free_symbols)


def test_projection_of_leaves_and_functions() -> None:
    i, j, y, start, end = letters("i", "j", "y", "start", "end")
    a, d, c = map(sympy.IndexedBase, ("A", "d", "C"))
    for text, expected in {
        "44/12": sympy.Rational(44, 12),
        "0.001 {day}": sympy.Rational(1, 1000),
        "A[i, y-1]": a[i, y - 1],
        'C[i, "AG"]': c[i, sympy.Symbol("AG", integer=True)],
        "d[start] + d[2018]": sympy.Add(d[start], d[2018], evaluate=False),
        "cases(i == j: 1, otherwise: 0)": sympy.KroneckerDelta(i, j),
        "cases(i == 'NF': excluded, otherwise: DF)": sympy.Piecewise(
            (0, sympy.Eq(i, letters("NF")[0])), (sympy.Symbol("DF"), True), evaluate=False
        ),
        "days_in_year(y-1)": sympy.Function("days_in_year")(y - 1),
        "project_end": sympy.Symbol("project_end"),
        "pos(DF)": sympy.Max(sympy.Symbol("DF"), 0),
        "sqrt(DF)": sympy.sqrt(sympy.Symbol("DF")),
        "Sum(z in start..y-1, d[z])": sympy.Sum(d[letters("z")[0]], (letters("z")[0], start, y - 1)),
        "Product(z, d[z])": sympy.Product(d[letters("z")[0]], (letters("z")[0], start, end)),
        "i in plantation": sympy.Or(sympy.Eq(i, letters("TP")[0]), sympy.Eq(i, letters("PP")[0])),
    }.items():
        assert to_sympy(formula(text), kh()) == expected, text
    group = sympy.Function("period", integer=True)(y)
    expected = sympy.Sum(sympy.Piecewise((d[y], sympy.Eq(group, letters("q")[0])), (0, True)), (y, start, end))
    assert to_sympy(resolved("Sum(y in q, d[y])", {"q": "period"}), kh()) == expected


def test_projection_keeps_what_is_written() -> None:
    i, y = letters("i", "y")
    a, p, d, d_0, ef = map(sympy.IndexedBase, ("A_0", "P", "d", "d_0", "EF"))
    product = a[i]
    for factor in (p[i], d[y], sympy.Pow(d_0[y], -1), ef[i]):
        product = sympy.Mul(product, factor, evaluate=False)
    assert to_sympy(kh().equation["ref.dcs.start"].formula, kh()) == sympy.Sum(product, (i, 1, size_symbol("forest_class")))
    one = to_sympy(resolved("DF - DF", {}), kh())
    assert one != 0
    assert one.doit() == 0


def test_belt_equation_differs_by_names_only() -> None:
    area, belt = (equation_sympy(kh().equation[x], kh()) for x in ("ref.dcs.start", "belt.ref.dcs.start"))
    said = sympy.srepr(area)
    for old, new in {"dCS_ref": "dCS_d", "A_0": "A_d_0", "P": "P_d"}.items():
        said = said.replace(f"Symbol('{old}')", f"Symbol('{new}')")
    assert area != belt
    assert said == sympy.srepr(belt)


def test_full_year_leaves_no_days() -> None:
    i, y = letters("i", "y")
    a, p, d, d_0, ef = map(sympy.IndexedBase, ("A_0", "P", "d", "d_0", "EF"))
    whole = to_sympy(kh().equation["ref.dcs.start"].formula, kh()).subs(d[y], d_0[y]).doit()
    assert whole == sympy.Sum(a[i] * p[i] * ef[i], (i, 1, size_symbol("forest_class")))


def test_every_equation_has_a_projection_but_those_of_a_matrix_root() -> None:
    refused = []
    for equation in kh().equations:
        try:
            equation_sympy(equation, kh())
        except ValueError:
            refused.append(equation.id)
        if equation.when is not None:
            assert to_sympy(equation.when, kh()) is not None
    assert refused == ["data.p.root", "data.p.back", "belt.p.root", "belt.p.back"]
    power = with_readings(kh(), {"option2-operating-days": "power"})
    with pytest.raises(ValueError):
        equation_sympy(power.equation["option2-operating-days.p_use"], power)
    for rule in kh().rules:
        assert to_sympy(rule.condition, kh(), letters_of(kh(), rule)) is not None


def test_derivatives() -> None:
    i, j, y, z, q = letters("i", "j", "y", "z", "q")
    a, p, d, d_0, ef, er, ca = map(sympy.IndexedBase, ("A_0", "P", "d", "d_0", "EF", "ER", "ca"))

    def by(id_: str, quantity: str | Element) -> sympy.Expr:
        return derivative(kh().equation[id_], quantity, kh())

    assert by("credit.year", "ER") == 1 - sympy.Symbol("DF")
    assert by("credit.year", "DF") == -er[y]
    assert by("credit.year", "PE") == 0
    assert by("ref.level", "dCS_ref") == sympy.Rational(11, 3)
    assert by("ref.dcs.start", "A_0") == p[j] * d[y] / d_0[y] * ef[j]
    assert by("ref.dcs.start", "d") == sympy.Sum(a[i] * p[i] * ef[i] / d_0[y], (i, 1, size_symbol("forest_class")))
    assert by("data.p.mean", "p_t") == 1 / sympy.Symbol("N_int")
    assert by("ref.mcs", "EF_ij") == ca[i, j, y]
    of_period = sympy.Eq(sympy.Function("period", integer=True)(z), q)
    assert by("credit.period", "ER_credit") == sympy.Piecewise((1, of_period), (0, True))
    c_ik = Element(quantity="C", indices=(IndexLetter(letter="i"), IndexLetter(letter="k")))
    with pytest.raises(ValueError, match="say which is meant"):
        by("data.ef.conversion", "C")
    assert by("data.ef.conversion", c_ik).args[-1] == (1, True)
    with pytest.raises(ValueError, match="to be solved"):
        by("data.p.root", "prob")


ARITHMETIC = st.recursive(
    st.sampled_from(["E", "I", "N", "S", "2", "3/4", "0.5"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
        st.builds("max({}, -{})".format, inner, inner),
        st.builds("cases({} > {}: {}, otherwise: pos({}))".format, inner, inner, inner, inner),
    ),
    max_leaves=8,
)


def exactly(node: Node, at: Mapping[str, Fraction]) -> Fraction:
    """Evaluate a tree of the strategy above."""
    match node:
        case Element(quantity=name):
            return at[name]
        case Number(text=text):
            return Fraction(text)
        case Ratio(over=over, under=under):
            return Fraction(over, under)
        case Negative(operand=inner):
            return -exactly(inner, at)
        case Binary(op=op, left=left, right=right):
            a, b = exactly(left, at), exactly(right, at)
            return {"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "/": a.__truediv__}[op](b)
        case Call(arguments=arguments):
            values = [exactly(x, at) for x in arguments]
            return max(*values) if len(values) > 1 else max(values[0], Fraction(0))
        case Cases(branches=((Compare(left=left, right=right), value),), otherwise=Node() as other):
            return exactly(value if exactly(left, at) > exactly(right, at) else other, at)
    raise AssertionError(node)


@settings(max_examples=40, deadline=None)
@given(ARITHMETIC, st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_projection_has_the_value_of_the_formula(text: str, numbers: list[int]) -> None:
    node = resolved(text, {}, m=tiny())
    at = dict(zip("EINS", map(Fraction, numbers), strict=True))
    try:
        expected = exactly(node, at)
    except ZeroDivisionError:
        return
    found = to_sympy(node, tiny()).subs({sympy.Symbol(k): int(v) for k, v in at.items()}).doit()
    assert found == sympy.Rational(expected.numerator, expected.denominator)
