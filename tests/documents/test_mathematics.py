"""Mathematics: from LaTeX to MathML, to Typst and to the text of pictures."""

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.typesetting.mathematics.broken_mathml import broken_mathml, narrow_mathml
from engine.typesetting.mathematics.from_latex import Reader, mathematics
from engine.typesetting.mathematics.mathml import display_mathml, inline_mathml
from engine.typesetting.mathematics.tree import Gap, Grid, Identifier, Row, Scripts, Words
from engine.typesetting.mathematics.typst import string, typst_mathematics
from engine.typesetting.mathematics.unit_symbol import unit_symbol
from engine.typesetting.pictures.svg_text import symbol_words
from equations.library.places import library
from equations.library.spec_files import load_methodology
from equations.notation.latex import equation_latex, latex, matrix_element_latex
from equations.notation.plain import letters_of


def every_latex(methodology):
    """All LaTeX that documents of a methodology can show."""
    for e in methodology.equations:
        yield from (equation_latex(e, methodology), equation_latex(e, methodology, letters_of(methodology, e)))
        yield from (equation_latex(e, methodology, printed=True), matrix_element_latex(e, methodology))
    yield from (latex(rule.condition, methodology) for rule in methodology.rules)
    yield from (q.symbol.replace("<", "").replace(">", "") for q in methodology.quantities)


@pytest.mark.parametrize("reference", [reference for reference, _ in library()])
def test_all_latex_of_the_library_is_understood(reference):
    for text in every_latex(load_methodology(reference)):
        reader = Reader(text)
        reader.read()

        assert reader.unknown == [], text
        assert ET.fromstring(display_mathml(text)).find(".//annotation").text == text


def tags(latex_text):
    return [element.tag for element in ET.fromstring(inline_mathml(latex_text)).iter()][1:]


def test_scripts_fractions_cases_and_matrices_become_their_elements():
    assert tags(r"A_{i\,y-1}") == ["msub", "mi", "mrow", "mi", "mspace", "mi", "mo", "mn"]
    assert tags(r"\sum_{i} x") == ["munder", "mo", "mi", "mi"]
    assert tags(r"\frac{d_{y}}{d_{0}}") == ["mfrac", "msub", "mi", "mi", "msub", "mi", "mn"]
    assert tags(r"p^{\mathrm{use}}_{ij}")[:2] == ["msubsup", "mi"]
    assert tags(r"\begin{cases} a & \text{if } b \\ 0 & \text{otherwise} \end{cases}").count("mtr") == 2
    assert tags(r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}").count("mtd") == 4


def test_letters_side_by_side_are_one_name_but_indices_stay_apart():
    assert mathematics("EF_{ij}") == Scripts(Identifier("EF", "name"), Row((Identifier("i"), Identifier("j"))))
    assert mathematics(r"\mathrm{indirect\text{-}N}") == Identifier("indirect-N", "upright")
    assert mathematics(r"\Delta CS") == Row((Identifier("Δ", "upright"), Identifier("CS", "name")))
    assert isinstance(mathematics(r"a\,b").items[1], Gap)


def test_what_is_not_known_is_shown_as_written_and_named():
    reader = Reader(r"x + \href{javascript:alert(1)}{y}")
    tree = reader.read()

    assert reader.unknown == ["href"]
    assert Words("\\href") in tree.items


@pytest.mark.parametrize(("written", "printed"), [
    ("tCO2", r"\mathrm{tCO}_{2}"), ("tC/ha", r"\mathrm{tC}\,\mathrm{ha}^{-1}"), ("m2/ha", r"\mathrm{m}^{2}\,\mathrm{ha}^{-1}"),
    ("1/year", r"\mathrm{year}^{-1}"), ("tCO2 / gCO2", r"\mathrm{tCO}_{2}\,{\mathrm{gCO}_{2}}^{-1}"), ("kg/(ha year)", r"\mathrm{kg}\,\mathrm{ha}^{-1}\,\mathrm{year}^{-1}"),
    ("t_dm^2/ha", r"\mathrm{t}_{\mathrm{dm}}^{2}\,\mathrm{ha}^{-1}"), ("a/(b/c)", r"\mathrm{a}\,\mathrm{b}^{-1}\,\mathrm{c}"), ("100 km", r"100\,\mathrm{km}"),
    ("?!", r"\mathrm{?!}"), ("a)", r"\mathrm{a)}"),
])  # fmt: skip
def test_units_are_printed_with_powers_and_numbers_below_the_line(written, printed):
    assert unit_symbol(written) == printed
    ET.fromstring(inline_mathml(printed))


def test_a_formula_is_broken_before_operators_and_in_brackets_only_within_a_piece():
    made = broken_mathml(r"x = a \times (b + c) - d")
    assert re.findall(r"<span|<math", made) == ["<math", "<math", "<span", "<math", "<math", "<math"]  # x | = a | × (b | + c) | - d
    assert re.sub("<[^>]+>| ", "", made) == re.sub("<[^>]+>| ", "", inline_mathml(r"x = a \times (b + c) - d"))
    assert narrow_mathml(r"\mathrm{belt\ evidence}").count("<math") == 2 and narrow_mathml("x_i") == inline_mathml("x_i")


def test_words_keep_their_spaces_and_escapes():
    assert mathematics(r"\text{A\_map\_0 is 5\% }") == Words("A_map_0 is 5% ")


def test_what_is_in_a_grid_stays_there_although_brackets_do_not_match():
    assert isinstance(mathematics(r"\begin{bmatrix} a & {b \\ c & d \end{bmatrix}"), Grid | Row)


@given(st.text(alphabet=st.sampled_from("ab1_^{}\\&$#%~ <>\"'/()[]|éΔ∑\n") | st.characters(codec="utf-8"), max_size=60))
def test_any_text_gives_well_formed_mathematics(text):
    ET.fromstring(inline_mathml(text))
    ET.fromstring(display_mathml(text))
    assert "\n" not in typst_mathematics(text).replace("\\n", "")
    symbol_words(text)


@given(
    st.lists(
        st.sampled_from(
            [r"\left(", r"\right)", r"\begin{cases}", r"\end{cases}", "&", r"\\", "{", "}", "_", "^", r"\frac", r"\text{", "x"]
        ),
        max_size=40,
    )
)
def test_any_order_of_commands_gives_well_formed_mathematics(parts):
    ET.fromstring(inline_mathml(" ".join(parts)))


def test_very_deep_mathematics_does_not_run_out_of_stack():
    ET.fromstring(inline_mathml("{" * 5000 + "x" + "}" * 5000))
    ET.fromstring(inline_mathml(r"\frac{" * 3000))
    ET.fromstring(inline_mathml("x_" * 3000))


def test_strings_of_typst_are_closed():
    assert string('a"b\\c\nd') == '"a\\"b\\\\c\\nd"'


def test_symbols_can_be_written_in_one_line():
    assert symbol_words(r"\Delta CS_{\mathrm{ref}\,y}") == "ΔCS_ref y"
