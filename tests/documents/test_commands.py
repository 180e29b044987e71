"""`mrvgraph docs`, `report` and `graph`: what they write, what they say, and that checked-in pages are current."""

import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import main
from engine.commands.documents import PAGES_FOLDER, checked_in, document
from engine.documents.writers import pdf

EXAMPLE = "methodology_specs/KH_AM004/examples/option1.yaml"
TINY = "tests/specs_for_tests/tiny"
HAS_TYPST = importlib.util.find_spec("typst") is not None
needs_typst = pytest.mark.skipif(not HAS_TYPST, reason='typst is not installed: pip install "mrvgraph[docs]"')


def test_checked_in_pages_are_current():
    """`mrvgraph docs KH_AM004@1.1 --format md` writes them anew, as does MRVGRAPH_UPDATE=1."""
    assert "KH_AM004@1.1" in checked_in(Path(PAGES_FOLDER))
    if os.environ.get("MRVGRAPH_UPDATE") == "1":
        for reference in checked_in(Path(PAGES_FOLDER)):
            document(reference, None, "md")

    outcome = document(None, None, None, check=True)

    assert outcome.stale == ()
    assert len(outcome.files) > 20


def test_stale_missing_and_left_over_pages_are_named(tmp_path, capsys):
    folder = str(tmp_path)
    assert main(["docs", TINY, "--format", "md", "-o", folder]) == 0
    assert "files written" in capsys.readouterr().out
    assert main(["docs", TINY, "--format", "md", "-o", folder, "--check"]) == 0
    assert "files are current" in capsys.readouterr().out

    (tmp_path / "TINY_1.md").write_text("changed", encoding="utf-8")
    (tmp_path / "TINY_1_glossary.md").unlink()
    (tmp_path / "TINY_1_gone.md").write_text("old", encoding="utf-8")
    (tmp_path / "other.md").write_text("not ours", encoding="utf-8")
    assert main(["docs", TINY, "--format", "md", "-o", folder, "--check"]) == 1

    assert capsys.readouterr().out.splitlines() == [
        "TINY_1.md is stale",
        "TINY_1_glossary.md is missing",
        "TINY_1_gone.md is no longer made",
    ]


def test_docs_without_a_methodology_says_what_is_missing(tmp_path, capsys):
    assert main(["docs"]) == 2
    assert "I502 no methodology is named" in capsys.readouterr().err
    assert main(["docs", "--check", "-o", str(tmp_path)]) == 2
    assert "no methodology's pages are checked in" in capsys.readouterr().err


def test_docs_lists_its_files_for_machines(tmp_path, capsys):
    assert main(["docs", TINY, "-o", str(tmp_path / "site"), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)

    names = {file["name"] for file in record["files"]}
    assert {"index.html", "assets/style.css", "assets/site.js"} <= names
    assert all((tmp_path / "site" / name).is_file() for name in names)
    assert record["stale"] == []


def test_a_site_can_hold_the_report_of_a_project(site):
    text = (site / "index.html").read_text(encoding="utf-8")

    assert 'href="report.html"' in text
    assert (site / "report.html").is_file()


def test_a_folder_that_cannot_be_written_is_an_error_not_a_traceback(tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["docs", TINY, "-o", str(tmp_path / "file" / "site")]) == 2
    assert "I521" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "start"), [("r.html", "<!doctype html>"), ("r.md", "# "), ("deep/r.html", "<!doctype html>")])
def test_report_is_written_by_the_name_of_its_file(tmp_path, capsys, name, start):
    path = tmp_path / name
    assert main(["report", "KH_AM004@1.1", EXAMPLE, "-o", str(path)]) == 0

    assert path.read_text(encoding="utf-8").startswith(start)
    assert capsys.readouterr().out == "r.html written\n" if name.endswith("html") else "r.md written\n"


def test_report_says_which_choices_and_readings_it_was_made_with(tmp_path):
    path = tmp_path / "r.md"
    assert main(["report", "KH_AM004@1.1", EXAMPLE, "-o", str(path), "--reading", "negative-reductions=floor-year"]) == 0

    text = path.read_text(encoding="utf-8")
    assert "mrvgraph report KH_AM004@1.1 option1.yaml --reading negative-reductions=floor-year -o report.html" in text


def test_a_package_that_is_missing_is_named_with_what_to_do(monkeypatch, tmp_path, capsys):
    real = importlib.import_module

    def without_typst(name, package=None):
        if name == "typst":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(pdf.importlib, "import_module", without_typst)
    assert main(["docs", TINY, "-o", str(tmp_path / "x.pdf")]) == 2

    error = capsys.readouterr().err
    assert "I514 a PDF needs the package `typst`" in error
    assert 'pip install "mrvgraph[docs]"' in error
    assert not (tmp_path / "x.pdf").exists()


EVERYTHING = """
import hashlib, importlib.util
from engine.audit.report import audit_project
from engine.audit.reread import rereader
from engine.commands.documents import methodology_files, other_versions, report_bytes
from engine.commands.session import open_session

def everything():
    session = open_session("KH_AM004@1.1")
    run = session.run("methodology_specs/KH_AM004/examples/option2.yaml")
    audit = audit_project(run, rereader(run, session.read_unit))
    others, _ = other_versions(run.methodology)
    files = {f"{form}/{name}": content for form in ("site", "md") for name, content in
             methodology_files(run.methodology, others, form, audit if form == "site" else None, "0").items()}
    forms = ("md", "pdf") if importlib.util.find_spec("typst") else ("md",)  # the site holds the report of the audit
    files |= {f"report.{form}": report_bytes(audit, form, "0") for form in forms}
    return [f"{name} {hashlib.sha256(files[name]).hexdigest()}" for name in sorted(files)]
"""


def test_site_markdown_report_and_pdf_do_not_depend_on_the_order_of_sets():
    """Each process hashes texts in its own way; the bytes stay the same, here and in another."""
    seed = "271828" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    made = subprocess.run(
        [sys.executable, "-c", EVERYTHING + "\nprint(*everything(), sep='\\n')"],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    exec(EVERYTHING, here := {})

    assert made.stdout.splitlines() == here["everything"]()
    assert made.stdout.count("\n") > 60


@needs_typst
def test_pdf_of_a_methodology_is_the_same_each_time_and_holds_no_date(tmp_path):
    for name in ("a.pdf", "b.pdf"):
        assert main(["docs", "KH_AM004@1.1", "-o", str(tmp_path / name)]) == 0
    first = (tmp_path / "a.pdf").read_bytes()

    assert first == (tmp_path / "b.pdf").read_bytes()
    assert first.startswith(b"%PDF") and b"/CreationDate" not in first
    assert len(first) < 3_000_000  # bytes: what is sent by mail
    assert 30 < len(re.findall(rb"/Type ?/Page\b(?!s)", first)) < 60


@needs_typst
def test_pdf_of_a_report_is_made(tmp_path):
    assert main(["report", "KH_AM004@1.1", EXAMPLE, "-o", str(tmp_path / "r.pdf")]) == 0
    assert (tmp_path / "r.pdf").stat().st_size > 100_000


@pytest.mark.parametrize(("form", "start"), [("svg", "<svg "), ("mermaid", "flowchart LR"), ("dot", "digraph"), ("json", "{")])
def test_graph_in_every_form(capsys, form, start):
    assert main(["graph", "KH_AM004@1.1", "--format", form, "--target", "E_urea"]) == 0
    out = capsys.readouterr().out

    assert out.startswith(start)
    assert "M_urea" in out and "E_liming" not in out


def test_graph_of_everything_is_that_of_the_site(capsys, methodology):
    assert main(["graph", "KH_AM004@1.1", "--json"]) == 0
    nodes = {node["id"] for node in json.loads(capsys.readouterr().out)["nodes"]}

    assert {methodology.result, *methodology.report} <= nodes
