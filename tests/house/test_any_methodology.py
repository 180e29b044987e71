"""The code knows no methodology and no sector (conventions §10): no name of the library's specs, no word that one kind of project has alone."""

import ast
import re

import pages
import pytest

ROOMS = [path for room in ("engine", "equations", "mrvgraph") for path in sorted((pages.ROOT / room).rglob("*"))]
FILES = {str(p.relative_to(pages.ROOT)): p.read_text(encoding="utf-8") for p in ROOMS if p.suffix in (".py", ".js", ".css", ".typ", ".txt")}
SPECS = {path.name for path in (pages.ROOT / "methodology_specs").iterdir() if any(path.glob("*/methodology.yaml"))}
#: Words of one sector, of one programme, of one methodology's own symbols.
WORDS = r"forest|land.use|redd\b|redd\+|reference.level|displacement belt|hectare|vehicle fleet|e-mobility|\bjcm\b|er_credit|\bvcs\b|\bverra\b|cambodia|evergreen"
#: Where a word is what the file is about: units of area, names that specs may still use, the field of a paper.
MEANT = {
    "equations/units/words.py": "hectare", "engine/audit/desk/trade_units.py": "hectare", "equations/units/carbon_units.txt": "hectare", "equations/model/roles.py": "reference_level",
    "engine/run/solvers.py": "land-use",
}  # fmt: skip


STRANGE = re.compile("|".join([WORDS, *sorted(map(re.escape, SPECS))]), re.IGNORECASE)


def strangers(text: str, meant: str = "") -> list[str]:
    return [word for word in STRANGE.findall(text) if word.lower() != meant]


def shown_texts(source: str) -> list[str]:
    """Return the texts of a file that may be shown, docstrings and names of one word left out."""
    tree = ast.parse(source)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body[0] for node in ast.walk(tree) if isinstance(node, documented) and node.body]
    docs = {id(first.value) for first in bodies if isinstance(first, ast.Expr)}
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs)
    return [node.value for node in texts if " " in node.value.strip()]


def test_the_code_has_no_word_of_one_methodology_alone():
    found = {name: strangers(text, MEANT.get(name, "")) for name, text in FILES.items()}
    assert not {name: words for name, words in found.items() if words}


def test_what_is_shown_does_not_call_results_credits():
    """What a methodology is applied for has the name that its spec gives it."""
    told = {name: shown_texts(text) for name, text in FILES.items() if name.endswith(".py") and "credits" in text}
    shown = {name: [text for text in texts if re.search(r"(?<!`)\bcredits\b", text)] for name, texts in told.items()}
    assert not {name: texts for name, texts in shown.items() if texts}


@pytest.mark.parametrize("text", ["the forest area", "KH_AM004@1.1", "Reference level against project emissions", "write ER_credit[2019]"])
def test_such_a_word_would_be_found(text):
    assert strangers(text)


def test_such_a_text_would_be_found():
    assert shown_texts('"""Docs of credits."""\nROLE = "credits"\nsay("the credits by year")\n') == ["the credits by year"]
