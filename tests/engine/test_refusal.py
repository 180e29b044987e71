"""A methodology that does not pass its check gives no number, in any command and in Python; what else it says is still shown."""

import re
import shutil
from pathlib import Path

import pytest

import mrvgraph
from engine.cli import main
from engine.commands.session import open_session
from equations.errors import MethodologyError

TINY = Path(__file__).resolve().parents[1] / "specs_for_tests/tiny"
#: What is wrong -> the edit of the small methodology that makes it so, and the code under which `check` tells.
FAULTS = {
    "another dimension": ("formula: 'dCS[y] * 44/12'", "formula: 'dCS[y] * 44/12 * 1 {ha}'", "U302"),
    "another scale": ("formula: 'Sum(f, FC[f, y] * EF_fuel[f])'", "formula: 'Sum(f, FC[f, y] * EF_fuel[f]) * 1 {kg/t}'", "U303"),
    "a missing case under another choice": (
        "when: method == matrix and y > start, defines: 'MCA[y]'", "when: method == matrix and y > 3000, defines: 'MCA[y]'", "G40"
    ),
    "a rule with another unit": ("\nrules:\n", "\nrules:\n  - {id: r, statement: s, condition: 'E_fuel[y] >= 0 {ha}', for: {y: year}}\n", "U302"),
    "a lag that never applies": (
        "\nrules:\n", "\nrules:\n  - {id: r, statement: s, condition: 'RL[y] > RL[y-1]', for: {y: year}, when: y == start}\n", "G405"
    ),
}  # fmt: skip
COMMANDS = {
    "run": ["run", "SPEC", "PROJECT"],
    "run --json": ["run", "SPEC", "PROJECT", "--json"],
    "run --target": ["run", "SPEC", "PROJECT", "--target", "E_fuel"],
    "run -o": ["run", "SPEC", "PROJECT", "-o", "out.json"],
    "audit": ["audit", "SPEC", "PROJECT"],
    "audit --receipt": ["audit", "SPEC", "PROJECT", "--receipt", "out.json"],
    "explain": ["explain", "SPEC", "PROJECT", "ER_p"],
    "report": ["report", "SPEC", "PROJECT", "-o", "out.html"],
    "docs --project": ["docs", "SPEC", "--project", "PROJECT", "-o", "out"],
    "simulate": ["simulate", "SPEC", "PROJECT", "--draws", "10"],
    "sensitivity": ["sensitivity", "SPEC", "PROJECT"],
    "solve": ["solve", "SPEC", "PROJECT", "--for", "EF_fuel[diesel]", "--so-that", "E_fuel[2020] = 1"],
    "portfolio": ["portfolio", "SPEC", "PROJECT", "-o", "out.jsonl"],
    "diff --project": ["diff", "GOOD", "SPEC", "--project", "PROJECT"],
    "diff --project, the other way": ["diff", "SPEC", "GOOD", "--project", "PROJECT"],
}


@pytest.fixture
def faulty(tmp_path, monkeypatch):
    """Return a function that writes the small methodology with a fault, and gives the words for a command line."""
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path / "cache"))
    shutil.copytree(TINY, tmp_path / "tiny")
    monkeypatch.chdir(tmp_path)

    def make(fault):
        old, new, code = FAULTS[fault]
        text = (TINY / "methodology.yaml").read_text(encoding="utf-8")
        assert old in text
        (tmp_path / "tiny/methodology.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
        words = {"SPEC": tmp_path / "tiny", "PROJECT": tmp_path / "tiny/project.yaml", "GOOD": TINY}
        return {key: str(path) for key, path in words.items()}, code

    return make


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_gives_a_number(faulty, capsys, command):
    words, code = faulty("another dimension")

    assert main([words.get(word, word) for word in COMMANDS[command]]) == 2
    said = capsys.readouterr()
    assert f"\n{code} " in said.err and "A741 TINY@1 does not pass its check" in said.err
    assert "Traceback" not in said.err
    assert not re.search(r"^\d+ errors", said.err, re.MULTILINE)  # there is one: that no number is given is none of them
    assert not re.search(r"\d,\d\d\d|ER_p.*=", said.out)
    assert not list(Path.cwd().glob("out*"))


@pytest.mark.parametrize("fault", FAULTS)
def test_every_error_of_the_check_counts_whatever_the_project_chose(faulty, capsys, fault):
    words, code = faulty(fault)

    assert main(["check", words["SPEC"]]) == 1
    assert main(["run", words["SPEC"], words["PROJECT"]]) == 2
    assert re.search(rf"^{code}", capsys.readouterr().err, re.MULTILINE)


def test_python_is_refused_too(faulty):
    words, _ = faulty("another scale")
    methodology = mrvgraph.load(words["SPEC"])

    for function in (mrvgraph.run, mrvgraph.audit):
        with pytest.raises(MethodologyError, match="U303"):
            function(methodology, words["PROJECT"])


def test_what_the_spec_says_is_still_shown(faulty, capsys):
    words, _ = faulty("another dimension")

    for command in (["show", "SPEC"], ["diff", "GOOD", "SPEC"], ["needs", "SPEC"], ["graph", "SPEC"]):
        assert main([words.get(word, word) for word in command]) == 0
    assert "44/12 * 1 {ha}" in capsys.readouterr().out


def test_the_verdict_is_made_once_and_kept_with_the_spec(faulty, monkeypatch, capsys):
    words, _ = faulty("another dimension")
    assert open_session(words["SPEC"]).entry.errors is None
    main(["run", words["SPEC"], words["PROJECT"]])

    def fail(_):
        raise AssertionError("checked again")

    monkeypatch.setattr("engine.checks.refusal.errors_of", fail)
    assert [finding.code for finding in open_session(words["SPEC"]).entry.errors] == ["U302"]
    capsys.readouterr()
    assert main(["run", words["SPEC"], words["PROJECT"]]) == 2
    assert "U302" in capsys.readouterr().err


def test_warnings_of_the_check_are_no_reason(tmp_path, capsys):
    text = (TINY / "methodology.yaml").read_text(encoding="utf-8").replace(
        "quantities:\n", "quantities:\n  - {id: idle, symbol: x, meaning: nothing uses it, unit: t, kind: monitored}\n", 1
    )  # fmt: skip
    shutil.copytree(TINY, tmp_path / "tiny")
    (tmp_path / "tiny/methodology.yaml").write_text(text, encoding="utf-8")

    assert main(["run", str(tmp_path / "tiny"), str(tmp_path / "tiny/project.yaml")]) == 0
