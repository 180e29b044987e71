"""Texts of projects, specs and file names: shown, and nothing else; files of a project lie in its folder."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.cli import main
from engine.output.escapes import csv_text, fitted, json_text, markdown_text, printable
from engine.output.marks import coded, plain
from engine.output.terminal import bold
from equations.library.spec_files import read_document

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "tests/specs_for_tests/tiny"
#: Clears the screen, names the window, ends a colour, writes from right to left, goes back to the start of the line, a CSI of one byte.
HOSTILE = r"\e[2J\e]0;x\a\e[31m\u202Ex\r\x9b2J"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    shutil.copytree(TINY, tmp_path / "spec")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path / "cache"))
    text = Path("spec/project.yaml").read_text(encoding="utf-8")
    text = text.replace("name: Tiny project", f'name: "{HOSTILE}<b>|`"').replace("source: invoices", f'source: "{HOSTILE}"')
    Path("hostile.yaml").write_text(text.replace("[diesel]", '["=2+5"]').replace("diesel:", '"=2+5":') + '  EF_fuel: {unit: tCO2/t, values: {"=2+5": 3}}\n', encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [["run", "spec", "hostile.yaml"], ["run", "spec", "hostile.yaml", "--json"], ["run", "spec", "hostile.yaml", "--format", "md"],
     ["run", "spec", "hostile.yaml", "--format", "csv"], ["audit", "spec", "hostile.yaml", "--verbose"],
     ["audit", "spec", "hostile.yaml", "--format", "md"], ["explain", "spec", "hostile.yaml", "E_fuel[2018]"],
     ["portfolio", "spec", "hostile.yaml"], ["diff", "spec", "spec", "--project", "hostile.yaml", "--project", "spec/project.yaml"],
     ["run", "spec", "hostile.yaml", "--choose", "method=\x1b[31m"], ["run", "spec", "\x1b[2J.yaml"]],
    ids=lambda words: " ".join(words[:1] + words[3:])[:30].replace("\x1b", "ESC"),
)  # fmt: skip
def test_no_sign_that_steers_a_terminal_comes_out(words, capsys):
    main(words)
    captured = capsys.readouterr()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", captured.out + captured.err)


def test_a_person_sees_our_colours_and_none_of_a_project(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    main(["run", "spec", "hostile.yaml"])
    shown = capsys.readouterr().out

    assert set(re.findall("\x1b[^m]*m", shown)) == {"\x1b[1m", "\x1b[0m"}
    assert r"\x1b[31m" in shown


def test_marks_of_bold_are_codes_on_a_terminal_and_nothing_in_a_file(monkeypatch):
    monkeypatch.setattr("engine.output.terminal.is_person", lambda stream=None: True)
    assert coded(bold("a")) == "\x1b[1ma\x1b[0m"
    assert plain(bold("a")) == "a"


def test_markdown_of_a_hostile_project_holds_no_markup_of_it(capsys):
    for command in ("run", "audit"):
        main([command, "spec", "hostile.yaml", "--format", "md"])
        shown = capsys.readouterr().out
        assert "<b>" not in shown and "&lt;b&gt;" in shown
        assert all(line.count("|") == 0 or line.startswith("|") or r"\|" in line for line in shown.splitlines())


def test_a_cell_that_is_a_formula_is_text_and_numbers_stay_numbers(capsys):
    main(["run", "spec", "hostile.yaml", "--format", "csv"])
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert any(cell.startswith("'=2+5") for row in rows for cell in row)
    assert not [cell for row in rows for cell in row if re.match(r"[=+@\t]|-(?![0-9.])", cell)]
    Path("t.csv").write_text('name,A_0[E]\n"=cmd|x!A0",5\n"-1+1",6\n', encoding="utf-8")
    main(["portfolio", "spec", "spec/project.yaml", "--table", "t.csv", "--format", "csv"])
    names = [row[0] for row in csv.reader(io.StringIO(capsys.readouterr().out))]
    assert names == ["name", "'=cmd|x!A0", "'-1+1"]


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(st.one_of(st.floats(), st.text(alphabet="=+-@\t\r \n,\"'1aＥ＝", max_size=6)), min_size=2, max_size=3), max_size=4))
def test_no_cell_is_a_formula_whatever_stands_in_it(rows):
    for row in csv.reader(io.StringIO(csv_text([repr(c) if isinstance(c, float) else c for c in row] for row in rows))):
        for cell in row:
            is_number = re.fullmatch(r"[-+]?([0-9.]+([eE][-+]?[0-9]+)?|inf|nan)", cell)
            assert is_number or not cell.strip().startswith(("=", "+", "-", "@", "＝"))


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=30), st.sampled_from(["ascii", "cp1252", "utf-8"]), st.sampled_from(["text", "json", "svg", "md", "csv"]))
def test_every_text_fits_every_output(text, encoding, way):
    shown = fitted(printable(text), encoding, way)
    shown.encode(encoding)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", shown)


def test_json_loses_nothing():
    text = "a\x7f\u202e\x9b😀é"
    assert json.loads(fitted(json_text(json.dumps(text, ensure_ascii=False)), "ascii", "json")) == text


@pytest.mark.parametrize("text", ["- item", "# head", "a_b", "_a_", "*x*", "[x](y)", "<i>", "a|b", "`c`", "a\nb"])
def test_markdown_of_a_text_is_that_text(text):
    shown = markdown_text(text)
    assert "\n" not in shown and not re.search(r"(?<!\\)[*`|\[\]]|<|^#", shown)


def test_the_whole_spec_can_be_read_back_when_it_holds_signs_that_do_not_show(capsys):
    path = Path("spec/methodology.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("title: Tiny methodology for tests", rf'title: "{HOSTILE}\\ \" é"'), encoding="utf-8")
    assert main(["show", "spec"]) == 0
    Path("again.yaml").write_text(capsys.readouterr().out, encoding="utf-8")

    assert read_document(Path("again.yaml")).hash == read_document(path).hash


# -- files of a project


@pytest.fixture
def with_file():
    """Return a function that writes a project whose fuel comes from a file of that name."""

    def write(name, folder="spec"):
        text = (TINY / "project.yaml").read_text(encoding="utf-8")
        path = Path(folder) / "with_file.yaml"
        path.write_text(text.replace("values: {diesel: {2018: 1.5, 2019: 2, 2020: 2}}", f"file: {name}"), encoding="utf-8")
        return str(path)

    Path("data").mkdir()
    Path("data/fc.csv").write_text("fuel,year,value\ndiesel,2018,1.5\ndiesel,2019,2\ndiesel,2020,2\n", encoding="utf-8")
    Path("data/secret.csv").write_text("hunter2;x\n", encoding="utf-8")
    return write


@pytest.mark.parametrize("name", ["../data/secret.csv", "{here}/data/secret.csv", "link.csv", "folder/secret.csv", "sub/../../data/secret.csv"])
@pytest.mark.parametrize("command", ["run", "audit", "portfolio", "diff"])
def test_a_file_outside_the_folder_of_the_project_is_not_read(with_file, name, command, capsys):
    Path("spec/link.csv").symlink_to(Path("data/secret.csv").resolve())
    Path("spec/folder").symlink_to(Path("data").resolve())
    Path("spec/sub").mkdir()
    project = with_file(name.format(here=Path.cwd()))
    words = ["diff", "spec", "spec", "--project", project, "--project", "spec/project.yaml"] if command == "diff" else [command, "spec", project]

    assert main(words) in (1, 2)

    captured = capsys.readouterr()
    assert "I522" in captured.out + captured.err and "hunter2" not in captured.out + captured.err


def test_a_folder_that_the_command_line_names_may_be_read(with_file, capsys):
    project = with_file("../data/fc.csv")

    for command in ("run", "audit", "portfolio"):
        assert main([command, "spec", project, "--data-folder", "data"]) == 0
    assert main(["run", "spec", project, "--data-folder", "spec"]) == 2
    assert main(["diff", "spec", "spec", "--data-folder", "data", "--project", project, "--project", "spec/project.yaml"]) == 0


def test_a_project_compared_with_one_of_another_folder_reads_its_own_files(with_file, capsys):
    shutil.copy("data/fc.csv", "spec")
    shutil.copytree("spec", "elsewhere")
    first, second = with_file("fc.csv"), with_file("fc.csv", "elsewhere")

    assert main(["diff", "spec", "spec", "--project", first, "--project", second]) == 0


def test_a_name_that_is_no_text_is_shown_and_its_receipt_verified():
    """A byte of a file name that is no UTF-8."""
    name = b"p\xff.yaml"
    Path(os.fsdecode(name)).write_bytes((TINY / "project.yaml").read_bytes())
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    for words in (["audit", "spec", name, "--receipt", "r.json"], ["verify", "r.json"]):
        done = subprocess.run([sys.executable, "-m", "engine", *words], env=env, capture_output=True)
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr.decode(errors="replace")
