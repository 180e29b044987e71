"""Arbitrary text into every reader: only coded errors come out, soon.

Texts are drawn from all characters, from the words of the language, and from good files with lines, words and characters taken
out, doubled and exchanged. ``MRVGRAPH_EXAMPLES=50 pytest tests/properties/test_fuzz.py`` draws fifty times as many.
"""

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.checks import check_methodology
from engine.explain.trace import parse_target
from engine.finding import FINDING_CODES
from equations.errors import CODES, Faults, MethodologyError
from equations.files.strict_yaml import Mapping, Sequence, read_yaml
from equations.formula.grammar import parse_formula
from equations.library.spec_files import load_methodology
from equations.model.methodology import Methodology
from equations.notation.plain import plain_text
from equations.readings.settling import settle
from equations.revision.revision import apply_changes
from equations.spec.reader import read_methodology
from equations.units.registry import known_unit_words, parse_unit
from mrvgraph import run

TINY = Path(__file__).parents[1] / "specs_for_tests" / "tiny"
BROKEN = Path(__file__).parents[1] / "broken_specs"
SPEC = (TINY / "methodology.yaml").read_text(encoding="utf-8")
PROJECT = (TINY / "project.yaml").read_text(encoding="utf-8")
CSV = "fuel,year,value,unit\ndiesel,2018,1.5,t\ndiesel,2019,2,t\ndiesel,2020,2000,kg\n"
TIMES = int(os.environ.get("MRVGRAPH_EXAMPLES", "1"))
FORMULA_WORDS = [
    "A_0",
    "A",
    "P",
    "EF",
    "MA",
    "MP",
    "MCA",
    "MA_0",
    "ca",
    "p",
    "RL",
    "d",
    "i",
    "j",
    "f",
    "y",
    "z",
    "q",
    "[",
    "]",
    "(",
    ")",
    ",",
    ":",
    "+",
    "-",
    "*",
    "/",
    "^",
    ".*",
    "@",
    "==",
    "!=",
    "<",
    ">=",
    "and",
    "or",
    "not",
    "in",
    "..",
    "start",
    "end",
    "Sum",
    "Product",
    "Max",
    "All",
    "Any",
    "cases",
    "otherwise",
    "excluded",
    "max",
    "pos",
    "sqrt",
    "ln",
    "exp",
    "diag",
    "transpose",
    "identity",
    "reading",
    "supplied",
    "floor",
    "method",
    "rate",
    "land_use",
    "forest",
    "year",
    "period",
    "fuel",
    '"E"',
    "'x'",
    "0",
    "1",
    "44/12",
    "1/0",
    "1e3",
    "1e308",
    "0.5",
    "2018",
    "{t}",
    "{kg/t}",
    "{",
    "project_start",
    "operating_days",
    "days_in_year",
    "lambda",
    "import",
    "**",
    "=",
    ".",
]
UNIT_WORDS = [
    *known_unit_words(),
    "(",
    ")",
    "/",
    "*",
    "·",
    "^",
    "-",
    "-1",
    "^-2",
    "**3",
    " ",
    "2",
    "1e6",
    "0",
    "0.5",
    "²",
    "%",
    "t_urea",
    "d.m.",
]


def fuzzed(times):
    """Settings: the same examples each time, and no clock."""
    return settings(max_examples=times * TIMES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def words(known, most):
    """Draw the words of a language in any order, with and without spaces, and now and then something else."""
    word = st.one_of(st.sampled_from(known), st.sampled_from(known), st.text(max_size=4))
    return st.builds(lambda parts, gap: gap.join(parts), st.lists(word, max_size=most), st.sampled_from(["", " "]))


@st.composite
def changed(draw, text):
    """Draw a text with a few lines, words and characters taken out, doubled, moved and exchanged."""
    lines = text.split("\n")
    tokens = sorted({token for token in text.replace(",", " ").replace("{", " ").replace("}", " ").split() if len(token) < 30})
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        what = draw(
            st.sampled_from(["take out", "double", "move", "exchange a word", "exchange a character", "insert", "indent", "cut"])
        )
        line = lines[at]
        place = draw(st.integers(0, len(line)))
        if what == "take out":
            del lines[at]
            lines = lines or [""]
        elif what == "double":
            lines.insert(at, line)
        elif what == "move":
            lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
        elif what == "exchange a word":
            found = [token for token in tokens if token in line]
            if found:
                new = draw(st.one_of(st.sampled_from(tokens), st.sampled_from(FORMULA_WORDS), st.text(max_size=6)))
                lines[at] = line.replace(draw(st.sampled_from(found)), new, 1)
        elif what == "exchange a character":
            lines[at] = line[:place] + draw(st.characters()) + line[place + 1 :]
        elif what == "insert":
            lines[at] = line[:place] + draw(st.text(max_size=8)) + line[place:]
        elif what == "indent":
            lines[at] = draw(st.sampled_from([" ", "  ", "\t", "- "])) + line
        else:
            lines[at] = line[:place]
    return "\n".join(lines)


def plain(node):
    """Return a document as nested lists and dicts of texts."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node}
    return [plain(item) for item in node.items] if isinstance(node, Sequence) else node.text


def places(node, path=()):
    """Yield the path to every part of a document."""
    yield path
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(value, (*path, key))


def texts(node):
    """Yield every key and text of a document."""
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from [key] if isinstance(key, str) else []
        yield from [value] if isinstance(value, str) else texts(value)


def part(node, path):
    for key in path:
        node = node[key]
    return node


@st.composite
def rearranged(draw, text):
    """Draw a good document with parts taken out, doubled, exchanged and renamed, as JSON: it is always readable."""
    document = plain(read_yaml(text))
    known = sorted(set(texts(document)))
    value = st.one_of(
        st.sampled_from(known),
        st.sampled_from(known),
        words(FORMULA_WORDS, 6),
        st.sampled_from(UNIT_WORDS),
        st.integers(-3, 3000).map(str),
        st.text(max_size=5),
        st.sampled_from(["", "nan", "NA", "2019-01-01", "1e400", "????", "*"]),
    )
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from([path for path in places(document) if path]))
        holder, key = part(document, path[:-1]), path[-1]
        what = draw(st.sampled_from(["take out", "double", "exchange", "value", "value", "value", "rename", "wrap"]))
        if what == "take out":
            del holder[key]
        elif what == "double" and isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[key])))
        elif what == "exchange":
            holder[key] = json.loads(json.dumps(part(document, draw(st.sampled_from([path for path in places(document) if path])))))
        elif what == "value":
            holder[key] = draw(value)
        elif what == "rename" and isinstance(holder, dict):
            items = [(draw(value) if name == key else name, held) for name, held in holder.items()]
            holder.clear()
            holder.update(items)
        elif what == "wrap":
            holder[key] = [holder[key]] if draw(st.booleans()) else {draw(value): holder[key]}
    return json.dumps(document, ensure_ascii=False)


@contextlib.contextmanager
def only_coded_errors():
    """Let errors with a code pass, and make sure that they can be shown."""
    try:
        yield
    except MethodologyError as error:
        for one in error.errors if isinstance(error, Faults) else (error,):
            assert one.code in CODES | FINDING_CODES
            assert one.what
            assert one.as_record()["code"] == one.code
        assert str(error).startswith(error.code)


def checked(document) -> Methodology:
    methodology = read_methodology(document)
    check_methodology(methodology)
    for equation in methodology.equations:
        plain_text(equation.formula)
    return methodology


# -- texts


@fuzzed(400)
@given(st.one_of(st.text(), words(FORMULA_WORDS, 14)))
@example("٣ + 1")
@example("1e999999999")
@example("2^" * 30 + "2")
@example("a." * 40)
def test_formulas(text):
    with only_coded_errors():
        parse_formula(text)


@fuzzed(300)
@given(st.one_of(st.text(), words(UNIT_WORDS, 8)))
@example("t^99999999")
@example("1e999999999")
@example("((t^12)^12)^12")
@example("__class__")
@example("nan")
@example("t/0")
def test_units(text):
    with only_coded_errors():
        unit = parse_unit(text)
        assert unit.scale > 0
        assert unit.in_words()


@fuzzed(300)
@given(
    st.one_of(
        st.text(),
        changed(PROJECT),
        words(["a", "- ", ": ", "\n", "  ", "{", "}", "[", "]", "'", '"', "&a", "*a", "|", ">", "#", "!!x", "---"], 20),
    )
)
@example("[" * 3000)
@example("a: \ud800")
@example("? [a]\n: b")
def test_yaml(text):
    with only_coded_errors():
        read_yaml(text)


# -- specs


@fuzzed(100)
@given(changed(SPEC))
def test_specs(text):
    with only_coded_errors():
        checked(read_yaml(text))


@fuzzed(250)
@given(rearranged(SPEC))
def test_specs_of_other_parts(text):
    with only_coded_errors():
        checked(read_yaml(text))


@fuzzed(150)
@given(st.data(), words(FORMULA_WORDS, 10))
def test_formulas_of_a_spec(data, formula):
    """The words of the language in the place of one formula or condition of a good spec."""
    old = data.draw(
        st.sampled_from(
            [
                "'dCS[y] * 44/12'",
                "MA_0 @ MP",
                "method == matrix",
                "'Sum(i, ca[i, j, y])'",
                "'A[j, y]'",
                "'abs(Sum(j, p[i, j]) - 1) <= 0.001'",
            ]
        )
    )
    with only_coded_errors():
        checked(read_yaml(SPEC.replace(old, "'" + formula.replace("'", "''") + "'")))


@pytest.fixture(scope="module")
def tiny():
    return read_yaml(SPEC)


@fuzzed(100)
@given(st.data())
def test_revisions(tiny, data):
    source = data.draw(st.sampled_from(sorted(BROKEN.glob("S109*/methodology.yaml"))))
    text = data.draw(changed(source.read_text(encoding="utf-8")))
    with only_coded_errors():
        revision = read_yaml(text)
        if isinstance(revision, Mapping) and isinstance(tiny, Mapping):
            checked(apply_changes(tiny, revision, settle)[0])


# -- projects


@pytest.fixture(scope="module")
def methodology():
    return load_methodology(TINY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("project")


@fuzzed(300)
@given(text=st.one_of(changed(PROJECT), rearranged(PROJECT), rearranged(PROJECT)))
def test_projects(methodology, folder, text):
    with contextlib.suppress(UnicodeEncodeError), only_coded_errors():
        (folder / "project.yaml").write_text(text, encoding="utf-8")
        run(methodology, folder / "project.yaml")


@fuzzed(150)
@given(text=rearranged(PROJECT.replace("rate}", "matrix}").replace("values:\n", "values:\n  p: {otherwise: 0.3}\n", 1)))
def test_projects_of_the_other_choice(methodology, folder, text):
    with contextlib.suppress(UnicodeEncodeError), only_coded_errors():
        (folder / "project.yaml").write_text(text, encoding="utf-8")
        run(methodology, folder / "project.yaml")


@fuzzed(150)
@given(text=rearranged(SPEC))
def test_specs_of_other_parts_at_work(folder, text):
    """What can be read can be run, or there is a coded reason why not."""
    with contextlib.suppress(UnicodeEncodeError), only_coded_errors():
        (folder / "methodology.yaml").write_text(text, encoding="utf-8")
        run(load_methodology(folder / "methodology.yaml"), TINY / "project.yaml")


@fuzzed(150)
@given(
    data=st.one_of(changed(CSV).map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=200)),
    layout=st.sampled_from(["long", "matrix"]),
)
def test_csv_files(methodology, folder, data, layout):
    old = "FC: {unit: t, values: {diesel: {2018: 1.5, 2019: 2, 2020: 2}}, source: invoices}"
    assert old in PROJECT
    (folder / "csv.yaml").write_text(PROJECT.replace(old, f"FC: {{file: fuel.csv, layout: {layout}}}"), encoding="utf-8")
    (folder / "fuel.csv").write_bytes(data)
    with only_coded_errors():
        run(methodology, folder / "csv.yaml")


@pytest.fixture(scope="module")
def finished(methodology):
    return run(methodology, TINY / "project.yaml")


@fuzzed(100)
@given(text=words(["RL", "A", "A_0", "[", "]", "2018", "E", '"E"', ",", "y", "-1", "start", "(", ")", "all"], 8))
def test_numbers_to_explain(finished, text):
    with only_coded_errors():
        parse_target(finished, text)
