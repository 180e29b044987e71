"""Documents bring their fonts: the same letters on every machine, cut to what is written, and never an empty box."""

import base64
import importlib
import importlib.util
import re
import unicodedata
from pathlib import Path

import pytest

from engine.cli import main
from engine.typesetting.fonts.bundled import FACES, FAMILIES, FOLDER, FONT, cut_faces, font_rules, without_glyph
from engine.typesetting.fonts.glyph_check import refuse_unshown
from engine.typesetting.fonts.truetype import TrueType
from equations.errors import MethodologyError

TINY = Path(__file__).resolve().parents[1] / "specs_for_tests" / "tiny"
ABROAD = "ព្រៃឈើ 森林プロジェクト Лес δάσος Ångström"
CHEROKEE = "\N{CHEROKEE LETTER A}"
needs_typst = pytest.mark.skipif(importlib.util.find_spec("typst") is None, reason='typst is not installed: pip install "mrvgraph[docs]"')


def spec(folder, words):
    """A small methodology in which some words stand."""
    text = f'based_on: {TINY}\nchanges:\n  replace:\n    quantities:\n      - {{id: RL, meaning: "{words}"}}\n'
    (folder / "methodology.yaml").write_text(text, encoding="utf-8")
    return str(folder / "methodology.yaml")


@pytest.mark.parametrize("face", FACES, ids=lambda face: face.name)
def test_a_cut_font_holds_the_same_outlines_and_widths(face):
    letters = [code for code in face.font.glyph_of if code % 5 == 0][:80]
    cut = TrueType(face.font.cut(letters))

    assert set(cut.glyph_of) == set(letters)
    for code in letters:
        old, new = face.font.glyph_of[code], cut.glyph_of[code]
        assert cut.widths[new] == face.font.widths[old]
        outline = face.font.outlines[old]
        if outline[:2] != b"\xff\xff":  # not put together from others, whose numbers change
            assert cut.outlines[new].rstrip(b"\0") == outline.rstrip(b"\0")
    assert len(cut.data) < len(face.font.data)


@pytest.mark.parametrize("face", [face for face in FACES if face.name.startswith(("text", "code"))], ids=lambda face: face.name)
def test_letters_put_together_from_others_bring_these_along(face):
    made_of_others = [code for code, glyph in face.font.glyph_of.items() if face.font.outlines[glyph][:2] == b"\xff\xff"]
    assert made_of_others

    cut = TrueType(face.font.cut(made_of_others[:1]))

    assert set(cut.glyph_of) == set(made_of_others[:1])
    assert len(cut.outlines) > 2


def test_a_cut_of_a_cut_changes_nothing():
    first = FACES[0].font.cut(map(ord, "CO₂ Δ"))

    assert TrueType(first).cut(map(ord, "CO₂ Δ")) == first


def test_every_font_has_its_licence_beside_it():
    licences = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*-LICENSE.txt")]

    assert {path.stem for path in FOLDER.glob("*.ttf")} == {face.name for face in FACES}
    assert len(licences) == 6
    assert all("SIL OPEN FONT LICENSE" in text for text in licences)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 4_000_000


@pytest.mark.parametrize(
    "letters",
    ["".join(map(chr, range(0x20, 0x7F))), "ČğŁøßÆ", "ΑΩαωϕ", "ЖжЩыЁ", "កខគឃង្រឿ៛០៩", "あアｱ漢字髙﨑〒①", "≤≥∈∉∑∏√∞⟨⟩⌊⌋", "₀₁₂⁻¹³½‰°µ", "★◆✓✚▲"],
)  # fmt: skip
def test_what_projects_write_can_be_shown(letters):
    assert without_glyph(letters) == ()


def test_every_letter_of_a_national_alphabet_can_be_shown():
    latin = [chr(code) for code in range(0xA0, 0x250)] + [chr(code) for code in range(0x1E00, 0x1F00)]

    assert without_glyph("".join(c for c in latin if unicodedata.category(c) != "Cn")) == ()


def test_what_has_no_picture_needs_no_font():
    assert without_glyph("a\n\t\u200b\u200c\u200d\u00ad\u2028\ufeff\ufe0f") == ()


@pytest.mark.parametrize("letter", [CHEROKEE, "\N{MUSICAL SYMBOL G CLEF}", "\N{GRINNING FACE}", "ب", "ไ", "한", "\ue000"])
def test_a_letter_that_no_font_has_is_found(letter):
    assert without_glyph(f"a{letter}b{letter}") == (letter,)


def test_a_page_without_japanese_carries_none():
    names = {face.name for face, _ in cut_faces("tonnes of CO₂")}

    assert "japanese-regular" not in names and "khmer-regular" not in names
    assert "text-regular" in names
    assert sum(len(part) for _, part in cut_faces("tonnes of CO₂")) < 120_000


@pytest.mark.parametrize("name", ["site", pytest.param("x.pdf", marks=needs_typst)])
def test_a_document_with_a_letter_that_no_font_has_is_refused_with_its_place(tmp_path, capsys, name):
    assert main(["docs", spec(tmp_path, f"Land of {CHEROKEE}"), "-o", str(tmp_path / name)]) == 2

    said = capsys.readouterr().err
    assert f"I516 no font of the documents has the letter {CHEROKEE} (U+13A0 CHEROKEE LETTER A)" in said
    assert "methodology.yaml:5:36)" in said
    assert not (tmp_path / name).exists()


def test_markdown_brings_no_fonts_and_takes_every_letter(tmp_path):
    assert main(["docs", spec(tmp_path, f"Land of {CHEROKEE}"), "--format", "md", "-o", str(tmp_path / "md")]) == 0
    assert any(CHEROKEE in path.read_text(encoding="utf-8") for path in (tmp_path / "md").iterdir())


def test_letters_of_one_line_are_one_error(tmp_path):
    (tmp_path / "p.yaml").write_text("a: ᎠᎡᎢᎣᎤᎥ\nb: ب\n", encoding="utf-8")

    with pytest.raises(MethodologyError) as caught:
        refuse_unshown("ᎠᎡᎢᎣᎤᎥ ب", {"p.yaml": tmp_path / "p.yaml"})

    assert [(error.code, str(error.place)) for error in caught.value.errors] == [("I516", "p.yaml:1:4"), ("I516", "p.yaml:2:4")]
    assert "and 2 more" in caught.value.errors[0].what


def test_a_page_in_other_letters_brings_these_and_no_more(tmp_path):
    assert main(["docs", spec(tmp_path, ABROAD), "-o", str(tmp_path / "site")]) == 0

    style = (tmp_path / "site/assets/style.css").read_text(encoding="utf-8")
    assert {"Khmer", "Japanese", "Text", "Code"} <= set(re.findall(r'font-family: "Document (\w+)";', style))
    japanese = re.search(r'"Document Japanese";[^}]*base64,([^"]+)"', style)
    held = TrueType(base64.b64decode(japanese.group(1))).glyph_of
    assert set(map(ord, "森林プロジェクト")) <= set(held)
    assert len(held) < 20


@needs_typst
def test_a_pdf_in_other_letters_brings_these(tmp_path):
    assert main(["docs", spec(tmp_path, ABROAD), "-o", str(tmp_path / "x.pdf")]) == 0

    pdf = (tmp_path / "x.pdf").read_bytes()
    assert b"DocumentKhmer" in pdf
    assert b"DocumentJapanese" in pdf


@needs_typst
def test_typesetting_knows_every_family_that_it_is_told_of():
    typst = importlib.import_module("typst")
    families = (*FAMILIES, "Libertinus Serif", "New Computer Modern Math", "DejaVu Sans Mono")
    known = ", ".join(f'"{name}"' for name in families)
    source = f"#set text(font: ({known}))\nx".encode()

    _, warnings = typst.compile_with_warnings(source, format="pdf", font_paths=[str(FOLDER)], ignore_system_fonts=True)

    assert [str(warning) for warning in warnings] == []


def test_a_picture_of_its_own_brings_its_fonts(tmp_path):
    path = tmp_path / "g.svg"
    assert main(["graph", "KH_AM004@1.1", "--format", "svg", "--target", "E_urea", "-o", str(path)]) == 0

    svg = path.read_text(encoding="utf-8")
    assert svg.count("@font-face") >= 2
    assert f'font-family="{FONT.replace(chr(39), "&#x27;")}"' in svg
    assert "http://" not in svg.replace("http://www.w3.org/2000/svg", "")


def test_the_rules_of_a_text_are_the_same_each_time():
    assert font_rules("a Δ 森") == font_rules("森 Δ a")


def test_no_font_of_the_machine_is_used(browser, tmp_path):
    """Chromium says from which file each letter came."""
    assert main(["docs", spec(tmp_path, ABROAD), "-o", str(tmp_path / "site")]) == 0
    page = browser.new_page()
    used = {}
    for name in ("computed-quantities", "graph", "glossary"):
        page.goto((tmp_path / f"site/{name}.html").as_uri())
        tool = page.context.new_cdp_session(page)
        for command in ("DOM.enable", "CSS.enable"):
            tool.send(command)
        root = tool.send("DOM.getDocument", {"depth": -1})["root"]["nodeId"]
        shown = {"nodeId": root, "selector": "h1, h2, main p, td, th, dd, code, mi, mo, mtext, text, summary"}
        for node in tool.send("DOM.querySelectorAll", shown)["nodeIds"]:
            for font in tool.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]:
                used.setdefault(font["isCustomFont"], {})[font["familyName"]] = name
    page.close()

    assert used.keys() == {True}, used
    assert {"Document Text", "Document Khmer", "Document Japanese", "Document Code"} <= used[True].keys()
