"""Texts, labels and values of specs and project files cannot become markup or script, in any format."""

import importlib.util
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.report import audit_project
from engine.audit.reread import rereader
from engine.commands.documents import methodology_files, report_bytes
from engine.commands.session import open_session
from engine.documents.pages.methodology_document import methodology_document
from engine.documents.writers.markdown import text_markdown
from engine.documents.writers.typst_source import typst_source
from engine.output.markup import Html, escaped, script_data, tag
from engine.plan.graph import build_graph
from engine.typesetting.pictures.graph_picture import graph_svg
from engine.typesetting.pictures.graph_text import graph_dot, graph_mermaid
from equations.library.spec_files import load_methodology

EVIL = [
    "<script>window.broken = 1</script>",
    '"><img src=x onerror="window.broken = 1">',
    "</script><script>window.broken = 1</script>",
    "<!--",
    "]]>",
    "javascript:window.broken=1",
    "${7*7}{{7*7}}",
    "[x](javascript:alert(1)) ![y](z) `a` | b",
    '#eval("1") $x$ #panic() \\u{41}',
    "&lt;b&gt; &amp;",
    "\u202etxt.exe",
    "'; DROP",
    "a\u2028b",
]
TINY = Path("tests/specs_for_tests/tiny/methodology.yaml")


def yaml_text(text):
    return "'" + text.replace("'", "''") + "'"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tiny methodology and a project of it, with every free text replaced by something hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    spec = TINY.read_text(encoding="utf-8")
    evil = iter(EVIL * 20)
    spec = re.sub(r"meaning: ([^,}\n]+)", lambda m: f"meaning: {yaml_text(next(evil))}", spec)
    spec = re.sub(r"reason: ([^,}\n]+)", lambda m: f"reason: {yaml_text(next(evil))}", spec)
    spec = re.sub(r"title: .*", f"title: {yaml_text(EVIL[0])}", spec)
    spec = re.sub(
        r"symbol: 'RL_\{<y>\}'",
        lambda m: "symbol: " + yaml_text(r'\text{<img>"onerror="window.broken=1" &lt;img&gt; </script>}\href{javascript:1}_{<y>}'),
        spec,
    )
    (folder / "spec.yaml").write_text(spec, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def hostile(folder):
    return load_methodology(folder / "spec.yaml")


def only_own_scripts(page, text, name):
    assert page.faults == [], name
    assert "<img" not in re.sub(r"<script[^>]*>.*?</script>", "", text, flags=re.DOTALL), name
    assert not [href for href in page.hrefs if href.lower().startswith("javascript")], name


def test_site_of_a_hostile_spec_holds_no_markup_of_it(hostile, read_html):
    for name, content in methodology_files(hostile, (), "site").items():
        if name.endswith(".html"):
            text = content.decode()
            only_own_scripts(read_html(text), text, name)
            assert len(re.findall("<script", text)) <= 7, name  # index, scripts, and the data of the graph


def test_markdown_of_a_hostile_spec_holds_no_html_of_it(hostile):
    for name, content in methodology_files(hostile, (), "md").items():
        text = re.sub(r"```.*?```|`[^`\n]*`|<!-- Made by .*?-->", "", content.decode(), flags=re.DOTALL)
        assert not re.findall(r"<(?!/?(?:details|summary|br|a(?: id=\"[\w.-]*\")?)>)", text), name
        assert not re.search(r"(?<!\\)\]\((?:javascript|z)", text), name


def test_print_of_a_hostile_spec_compiles_and_runs_nothing(hostile):
    source = typst_source(methodology_document(hostile), hostile.reference)
    assert '"#eval(\\"1\\") $x$ #panic() \\\\u{41}"' in source
    if importlib.util.find_spec("typst") is None:
        pytest.skip('typst is not installed: pip install "mrvgraph[docs]"')
    assert methodology_files(hostile, (), "pdf")["TINY_1.pdf"].startswith(b"%PDF")


def test_graph_of_a_hostile_spec_is_text_in_every_form(hostile):
    graph = build_graph(hostile)
    ids = [q.id for q in hostile.quantities]
    picture = ElementTree.fromstring(re.sub(r'href="ref:[^"]*"', "", graph_svg(graph, ids)))
    assert {part.tag.rpartition("}")[2] for part in picture.iter()} <= {"svg", "title", "desc", "defs", "g", "a", "rect", "path",
        "text", "tspan", "circle", "polygon", "marker", "pattern", "style"}  # fmt: skip
    assert not [name for part in picture.iter() for name in part.attrib if name.lower().startswith("on")]

    for line in graph_dot(graph, ids).splitlines():
        assert len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 0, line  # every text is closed on its own line
        outside = re.sub(r'"(?:[^"\\]|\\.)*"', "", line)
        assert not re.search("[<&]|script|DROP", outside), line
    for line in graph_mermaid(graph, ids).splitlines():
        inside = "".join(re.findall(r'"([^"]*)"', line)).replace("<br/>", "")
        assert line.count('"') % 2 == 0 and not re.search("[<>`|]", inside), line


@pytest.fixture(scope="module")
def hostile_report():
    """The report of an example whose project file says hostile things wherever it may say anything."""
    example = Path("methodology_specs/KH_AM004/examples/option1.yaml")
    text = example.read_text(encoding="utf-8")
    evil = iter(EVIL * 40)
    text = re.sub(r"source: ([^\n}]+)", lambda m: f"source: {yaml_text(next(evil))}", text)
    text = re.sub(r"(?m)^( +(?:method|comments|frequency)): [^\n]+", lambda m: f"{m[1]}: {yaml_text(next(evil))}", text)  # not in a comment
    text = re.sub(r"  name: .*", f"  name: {yaml_text(EVIL[2])}", text)
    text = text.replace("mungbean", "x<b>y").replace("motorbike", "m\"'>z")
    for label in ("x<b>y", "m\"'>z"):
        text = re.sub(r"(?<=[\[{ ,])" + re.escape(label) + r"(?=[:\],])", lambda m: yaml_text(m[0]), text)
    return text


@pytest.fixture(scope="module")
def hostile_audit(hostile_report, tmp_path_factory):
    path = tmp_path_factory.mktemp("project") / "project.yaml"
    path.write_text(hostile_report, encoding="utf-8")
    session = open_session("KH_AM004@1.1")
    run = session.run(path)
    return audit_project(run, rereader(run, session.read_unit))


def test_report_of_a_hostile_project_holds_no_markup_of_it(hostile_audit, read_html):
    text = report_bytes(hostile_audit, "html", "0.1.0").decode()

    only_own_scripts(read_html(text), text, "report")
    assert len(re.findall("<script", text)) == 3  # where numbers come from, what the page computes with, and the script
    assert "x&lt;b&gt;y" in text


def test_report_of_a_hostile_project_runs_nothing_in_a_browser(hostile_audit, hostile, browser, tmp_path):
    files = {"report.html": report_bytes(hostile_audit, "html", "0.1.0"), **methodology_files(hostile, (), "site")}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    page = browser.new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    for name in sorted(files):
        if name.endswith(".html"):
            page.goto((tmp_path / name).as_uri())
            assert page.evaluate("window.broken") is None, name
    page.goto((tmp_path / "report.html").as_uri())
    for number in page.locator("main a.n[data-n^='Crop:'], main a.n[data-n^='SEC:']").all()[:4]:
        number.click()
        assert page.locator("#origin b, #origin img, #origin script").count() == 0
    assert page.evaluate("window.broken") is None
    page.goto((tmp_path / "index.html").as_uri())
    page.get_by_role("combobox").fill("window")
    assert page.locator("#search-results img, #search-results script").count() == 0
    page.close()


def test_report_of_a_hostile_project_in_markdown_and_print(hostile_audit):
    text = report_bytes(hostile_audit, "md", "0.1.0").decode()
    text = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    assert not re.findall(r"<(?!/?(?:details|summary|br|a(?: id=\"[\w.-]*\")?)>)", text)
    assert not re.search(r"(?<!\\)\]\((?:javascript|z)", text)
    if importlib.util.find_spec("typst") is None:
        pytest.skip('typst is not installed: pip install "mrvgraph[docs]"')
    assert report_bytes(hostile_audit, "pdf", "0.1.0").startswith(b"%PDF")


def test_copied_latex_of_a_hostile_symbol_is_the_text_of_the_spec(hostile, browser, tmp_path):
    """What is offered to be copied is read as text, so a copy gives the symbol back and nothing of it was run."""
    for name, content in methodology_files(hostile, (), "site").items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    page = browser.new_page()
    found = []
    for path in sorted(tmp_path.glob("*.html")):
        page.goto(path.as_uri())
        found += [text for text in page.locator(".latex code").all_text_contents() if "onerror" in text]
        assert page.locator("main img, main math a, main math img").count() == 0
        assert page.evaluate("window.broken") is None
    page.close()
    assert found and all('"onerror="window.broken=1" &lt;img&gt; ' in text for text in found)


def test_policy_of_the_report_lets_only_its_own_script_run(hostile_audit):
    text = report_bytes(hostile_audit, "html", "0.1.0").decode()

    assert re.search(r"default-src &#x27;none&#x27;; script-src &#x27;sha256-[A-Za-z0-9+/=]{44}&#x27;;", text)


@given(st.text())
def test_any_text_is_shown_and_nothing_else(read_html, text):
    page = read_html(str(tag("p", {"title": text}, text)))

    assert page.faults == [] and page.open == []
    assert not re.search(r"[<>]", escaped(text))
    assert "<" not in script_data(text) and ">" not in script_data(text)


def test_what_is_markup_already_is_not_escaped_again():
    assert tag("p", None, Html("<b>x</b>"), "<i>") == "<p><b>x</b>&lt;i&gt;</p>"


@given(st.text(alphabet=st.sampled_from("<>&*_`[]()#!|~$\\ab-1. \n")))
def test_any_text_in_markdown_holds_no_tag_and_no_open_code(text):
    shown = text_markdown(text)

    assert "<" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`$|\[*]", shown)
