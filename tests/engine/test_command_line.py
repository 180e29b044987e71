"""What is typed: arguments in any order, the methodology that the file names, what was meant, and help that names every command once."""

import shlex
import shutil
from pathlib import Path

import pytest

from engine.cli import FUNCTIONS, build_parser, main
from engine.commands.parser import read_words
from engine.commands.table import COMMANDS, GROUPS
from engine.project.project_file import SCHEMA
from equations.files.file_kinds import OF_A_DOCUMENT, OF_A_PROJECT, OF_A_SPEC
from equations.spec.schema import BLOCKS

ROOT = Path(__file__).resolve().parents[2]
TINY, PROJECT = "tests/specs_for_tests/tiny", "tests/specs_for_tests/tiny/project.yaml"
EXAMPLES = [(name, example) for group in GROUPS.values() for name, example in group]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a project that names its methodology by a path, and one that names none."""
    shutil.copytree(ROOT / TINY, tmp_path / "tiny")
    text = (tmp_path / "tiny/project.yaml").read_text("utf-8")
    (tmp_path / "named.yaml").write_text(text.replace("methodology: TINY@1", "methodology: ./tiny"), "utf-8")
    (tmp_path / "silent.yaml").write_text(text.replace("methodology: TINY@1\n", ""), "utf-8")
    (tmp_path / "other.yaml").write_text(text.replace("TINY@1", "KH_AM004@1.1"), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(words, capsys):
    code = main(words)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


# -- reading


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=lambda text: text[:20])
def test_every_example_of_help_can_be_typed(name, example):
    _, *words = shlex.split(example)
    assert words[0] == name
    assert read_words(build_parser(name), words).command is FUNCTIONS[name]


def test_help_names_every_command_once_in_its_group(capsys):
    assert sorted(name for name, _ in EXAMPLES) == sorted(COMMANDS)
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(shown.count(f"\n  {name} ") == 1 for name in COMMANDS)
    assert max(map(len, shown.splitlines())) <= 100


def test_options_stand_anywhere():
    words = ["explain", "--json", "SPEC", "--depth", "2", "PROJECT", "--choose", "a=b", "X[2019]"]
    options = read_words(build_parser("explain"), words)
    assert (options.spec, options.project, options.what, options.depth, options.choose) == ("SPEC", "PROJECT", "X[2019]", 2, ["a=b"])


@pytest.mark.parametrize(("words", "meant"), [
    (["rn", "x"], "there is no command 'rn'; did you mean run?"),
    (["xyzzy"], "there is no command 'xyzzy'; `mrvgraph --help` names all"),
    (["run", "a", "b", "--tarrget", "x"], "there is no option --tarrget; did you mean --target?"),
    (["simulate", "a", "--drows=5"], "there is no option --drows; did you mean --draws?"),
    (["run", "a", "b", "c"], "'c' is one argument too many"),
    (["check", "KH_AM04@1.1"], "did you mean KH_AM004@1.1"),
])  # fmt: skip
def test_what_was_meant_is_asked(words, meant, capsys):
    code, out, err = said(words, capsys)
    assert (code, out) == (2, "") and meant in err


# -- the methodology that the file names


@pytest.mark.parametrize("words", [["run"], ["explain", "ER_p"], ["ready"]], ids=lambda words: words[0])
def test_a_project_file_says_which_methodology_it_is_of(words, here, capsys):
    command, *more = words
    whole = said([command, "tiny", "named.yaml", *more], capsys)
    assert said([command, "named.yaml", *more], capsys)[:2] == whole[:2]


def test_the_methodology_that_the_file_names_is_not_written_over(here, capsys):
    Path("named.yaml").write_text(Path("named.yaml").read_text("utf-8").replace("./tiny", "./tiny/methodology.yaml"), "utf-8")
    before = Path("tiny/methodology.yaml").read_bytes()
    code, _, err = said(["workbook", "named.yaml", "-o", "tiny/methodology.yaml"], capsys)
    assert (code, err[:4]) == (2, "I520") and "read by the command itself" in err
    assert Path("tiny/methodology.yaml").read_bytes() == before


def test_a_portfolio_is_of_the_methodology_that_all_files_name(here, capsys):
    shutil.copy("named.yaml", "second.yaml")
    assert said(["portfolio", "named.yaml", "second.yaml"], capsys) == said(["portfolio", "tiny", "named.yaml", "second.yaml"], capsys)
    code, _, err = said(["portfolio", "named.yaml", "other.yaml"], capsys)
    assert code == 2 and err.startswith("I501") and "(other.yaml)" in err


@pytest.mark.parametrize(("words", "code", "words_said"), [
    (["run", "silent.yaml"], "I501", "the project file names no methodology"),
    (["run", "named.yaml", "tiny"], "I508", "named.yaml is a project file, and stands where the methodology belongs"),
    (["run", "tiny"], "I508", "tiny is a methodology, and no project file is named"),
    (["run", "tiny/project.yaml"], "S108", "there is no methodology 'TINY@1'"),
    (["run", "nothing.yaml"], "I509", ""),
    (["run", "tiny/methodology.yaml"], "I509", "tiny/methodology.yaml is a methodology, and no project file"),
    (["audit", "tiny", "tiny/methodology.yaml"], "I509", "tiny/methodology.yaml is a methodology, and no project file"),
    (["check", "named.yaml"], "S103", "named.yaml is a project file, and no methodology"),
    (["diff", "tiny", "quoted.yaml"], "S103", "quoted.yaml is a project file, and no methodology"),
    (["run", "quoted.yaml", "named.yaml"], "I508", "quoted.yaml is a project file, and stands where the methodology belongs"),
    (["run", "tiny", "said.yaml"], "I509", "said.yaml is a document of a project, and no project file"),
])  # fmt: skip
def test_what_does_not_say_it_is_told(words, code, words_said, here, capsys):
    Path("quoted.yaml").write_text("'project': {name: x}\n\"operation\" : {start: 2018-03-12, end: 2020-12-31}\n", encoding="utf-8")
    Path("said.yaml").write_text("document: Report\nclaimed: {}\n", encoding="utf-8")
    got, out, err = said(words, capsys)
    assert (got, out, err[:4]) == (2, "", code) and words_said in err and "    do: " in err


@pytest.mark.parametrize("words", [
    ["run", "tiny", "named.yaml", "-o", "a.json", "--output", "b.json"], ["simulate", "--seed", "1", "tiny", "--seed=2", "named.yaml"],
    ["explain", "tiny", "named.yaml", "--depth", "2", "RL", "--depth", "2"],
])  # fmt: skip
def test_an_option_with_one_value_is_given_once(words, here, capsys):
    code, _, err = said(words, capsys)
    assert code == 2 and "is given twice, and takes one value" in err
    assert not Path("a.json").exists() and not Path("b.json").exists()


def test_a_depth_below_zero_is_refused(here, capsys):
    code, out, err = said(["explain", "tiny", "named.yaml", "RL", "--depth", "-3"], capsys)
    assert (code, out) == (2, "") and err.startswith("I508 a depth is how many levels are shown below a number, not -3")


def test_a_template_does_not_replace_a_file_with_numbers(here, capsys):
    def again(*more):
        return said(["needs", "tiny", "--template", "-o", "mine.yaml", *more], capsys)[::2]

    assert (again(), again()) == ((0, ""), (0, ""))  # in place of nothing, and of a template
    template = Path("mine.yaml").read_text("utf-8")
    for filled in (template.replace("{E: ____, D: ____}", "{E: 0.02, D: ____}", 1), template.replace("name: ____", "name: Mine"), "notes: [1]\n", "{"):
        Path("mine.yaml").write_text(filled, "utf-8")
        code, err = again()
        assert code == 2 and err.startswith("I520 something stands there that is no empty template") and "add --overwrite" in err
        assert Path("mine.yaml").read_text("utf-8") == filled
    assert again("--overwrite") == (0, "") and Path("mine.yaml").read_text("utf-8") == template
    assert said(["needs", "tiny", "--overwrite"], capsys)[2].startswith("I502 --overwrite is for a template")


def test_fields_that_tell_what_a_file_is_are_those_of_one_kind_alone():
    tables = {"spec": set(BLOCKS["spec"]), "project": set(SCHEMA["project"]), "document": set(SCHEMA["document"])}
    for kind, own in (("spec", OF_A_SPEC), ("project", OF_A_PROJECT), ("document", OF_A_DOCUMENT)):
        assert own <= tables[kind] and not any(own & fields for other, fields in tables.items() if other != kind)


def test_a_file_that_names_another_version_is_told_once_by_every_command(here, capsys):
    for words in (["explain", "tiny", "other.yaml", "ER_p"], ["solve", "tiny", "other.yaml", "--for", "P[E]", "--so-that", "ER_p=9000"]):
        _, out, err = said(words, capsys)
        assert err == "note: the project file names KH_AM004@1.1, and TINY@1 was applied\n" and out
    _, out, err = said(["run", "tiny", "other.yaml"], capsys)
    assert "the project file names KH_AM004@1.1, and TINY@1 was applied" in out and err == ""
