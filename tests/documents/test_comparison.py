"""The comparison as a document: what it says follows from the data, in every format, for versions, readings and projects."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from engine.commands.comparison import diff_document, diff_picture
from engine.comparison.compare_equations import EquationComparison, Regrouping
from engine.comparison.compare_specs import Side
from engine.comparison.difference import find_difference
from engine.comparison.effect import ResultLine
from engine.documents.comparison.comparison_document import comparison_document
from engine.documents.comparison.effect_blocks import effect_blocks
from engine.documents.comparison.summary import summary_sentences
from engine.documents.comparison.tally import ChangeTally
from engine.documents.comparison.wording import ChangeWording, numbered
from engine.documents.model import Columns, Fold, Formula, Heading, Picture, plain, walk_blocks
from equations.library.places import find_spec
from equations.library.spec_files import load_methodology
from equations.notation.latex import Marks, latex

TINY = "tests/specs_for_tests/tiny"


@pytest.fixture(scope="module")
def versions(methodology):
    return find_difference(Side(load_methodology("KH_AM004@1.0")), Side(methodology))


@pytest.fixture(scope="module")
def blocks(versions):
    return list(walk_blocks(comparison_document(versions)[0].pages[0].blocks))


def sentences(difference):
    return [plain(text) for text in summary_sentences(ChangeTally(difference), ChangeWording(difference))]


# -- versions


def test_the_sentences_count_what_is_there(versions):
    found = sentences(versions)

    assert found[0] == (
        "4 equations of version 1.0 were divided in two: Eq. 2 is now Eq. 2 and 3; Eq. 3 is now Eq. 4 and 5; "
        "Eq. 28 is now Eq. 30 and 31; Eq. 29 is now Eq. 32 and 33."
    ).replace("Eq. ", "Eq.\N{NO-BREAK SPACE}")
    assert found[1].startswith("6 equations have another formula: Eq.\N{NO-BREAK SPACE}2, 3, 4, 30, 31 and 32 of version 1.1.")
    assert "In each of them, the factor d[y] / d_0[y] was added." in found[1]
    assert "The two forms agree where d[y] == d_0[y]." in found[1]
    assert found[2] == "The other 41 say what they said: 40 only have another number, and 1 keeps its number."
    assert found[3].endswith("2 added.")


def test_every_printed_number_of_the_second_is_told_once(versions):
    tally = ChangeTally(versions)
    told = [n for group in tally.regrouped for n in group.to_numbers] + [new for _, new, _ in tally.renumbered] + list(tally.same)
    told += [c.to_number for c in tally.ungrouped]

    assert sorted(told) == sorted({e.number for e in versions.b.said.equations if e.number})


def test_pairs_stand_side_by_side_with_what_is_new_in_colour(blocks, versions):
    pairs = [block for block in blocks if isinstance(block, Columns)]
    first = [side[0].latex for side in pairs[0].sides]

    assert len(pairs) == 8  # two cases of each equation that was divided
    assert all(isinstance(side[0], Formula) for pair in pairs for side in pair.sides)
    assert r"\textcolor" not in first[0]
    assert first[1].endswith(r"\textcolor{blue}{ \times }\textcolor{blue}{d_{y}}\textcolor{blue}{ / }\textcolor{blue}{d_{0\,y}} \times EF_{i}")
    plain_form = latex(versions.b.said.equation["ref.dcs.start"].formula, versions.b.said)
    assert first[1].replace(r"\textcolor{blue}", "").count("d_{") == plain_form.count("d_{")


def test_the_editors_equations_come_last_and_renumbering_is_folded(blocks):
    headings = [plain(block.text) for block in blocks if isinstance(block, Heading) and block.level == 2]
    folds = [plain(block.summary) for block in blocks if isinstance(block, Fold)]

    assert headings[0] == "What changed" and headings[-1] == "Equations of the editor"
    assert "40 equations with the same formula and another number" in folds


def test_equations_that_were_joined_are_counted_on_the_first_side(versions):
    joined = [Regrouping("merged", g.to_numbers, g.from_numbers, tuple((b, a, m) for a, b, m in g.proofs)) for g in ChangeTally(versions).regrouped]
    turned = replace(versions, a=versions.b, b=versions.a, equations=EquationComparison(regrouped=tuple(joined)))

    assert sentences(turned)[0].startswith("8 equations of version 1.1 were joined, two to one: Eq.\N{NO-BREAK SPACE}2 and 3 are now")


# -- formats


@pytest.fixture(scope="module")
def tiny_readings():
    spec = load_methodology(find_spec(TINY))
    return find_difference(Side(spec), Side(spec, {"floor": "zero"}), [f"{TINY}/project.yaml"])


def test_html_is_one_file_without_script_or_network(tiny_readings, read_html):
    text = diff_document(tiny_readings, "html").decode()
    page = read_html(text)

    assert page.faults == [] and page.open == []
    assert "<script" not in text and page.sources == []
    assert len(page.ids) == len(set(page.ids))
    assert all(href[1:] in page.ids for href in page.hrefs if href.startswith("#"))
    assert "default-src 'none'" in text.replace("&#x27;", "'")


def test_markdown_says_the_same(tiny_readings):
    text = diff_document(tiny_readings, "md").decode()

    assert text.startswith("# Reading ")
    assert "**floor**" in text and "## What it moves" in text


def test_pdf_and_png_are_written(tiny_readings):
    pytest.importorskip("typst")
    assert diff_document(tiny_readings, "pdf").startswith(b"%PDF")
    assert diff_picture(tiny_readings, "png").startswith(b"\x89PNG")
    assert diff_document(tiny_readings, "pdf") == diff_document(tiny_readings, "pdf")


def test_hostile_names_stay_text(tiny_readings):
    spec = tiny_readings.a.methodology
    evil = '<script>alert("1")</script>'
    other = replace(spec, title=evil, equations=tuple(replace(e, title=evil) for e in spec.equations))
    text = diff_document(find_difference(Side(spec), Side(other, {"floor": "zero"})), "html").decode()

    assert "<script" not in text and "&lt;script&gt;" in text


def test_nothing_differs_between_a_spec_and_itself(tiny_readings):
    side = Side(tiny_readings.a.methodology)
    assert sentences(find_difference(side, side))[0].endswith("and nothing differs.")
    assert b"nothing differs" in diff_document(find_difference(side, side), "md")


# -- small things


def test_numbers_are_named_as_they_are_spoken_of():
    space = "\N{NO-BREAK SPACE}"
    assert numbered(["2", "3", "30"]) == f"Eq.{space}2, 3 and 30"
    assert numbered(["2"]) == f"Eq.{space}2"
    assert numbered(["a.start", "a.later"]) == "a.start and a.later"


def test_without_marks_a_formula_is_written_as_ever(methodology):
    for equation in methodology.equations[:20]:
        assert latex(equation.formula, methodology, marks=Marks()) == latex(equation.formula, methodology)


def test_the_picture_shows_names_and_values(tiny_readings):
    root = ET.fromstring(diff_picture(tiny_readings))
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]

    effect = tiny_readings.effect
    assert f"{effect.before:,.1f}" in texts and f"{effect.after:,.1f}" in texts


def test_a_year_that_one_side_does_not_have_is_not_drawn_as_nothing(tiny_readings):
    axis, quantity = tiny_readings.b.methodology.year_set, tiny_readings.b.methodology.result
    lines = tuple(ResultLine(quantity, "t", ((axis, year),), *pair) for year, pair in (("2019", (None, 7.0)), ("2020", (5.0, 0.0))))
    effect = replace(tiny_readings.effect, lines=lines, yearly=quantity)
    blocks = effect_blocks(replace(tiny_readings, effect=effect), effect, ChangeWording(tiny_readings))
    chart = next(block for block in blocks if isinstance(block, Picture) and "by year" in block.words)

    assert "2019: none and 7.0" in chart.words and "2020: 5.0 and 0.0" in chart.words
    assert "nan" not in chart.svg
    hints = [text.text for text in ET.fromstring(chart.svg).iter("{http://www.w3.org/2000/svg}title")]
    assert sum(", 2019: " in text for text in hints) == 1 and sum(", 2020: " in text for text in hints) == 2
