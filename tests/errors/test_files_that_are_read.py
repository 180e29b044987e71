"""No command writes over a file that it reads, also where it is not named on the command line: a data file, the base of a revision."""

import shutil
from pathlib import Path

import pytest

from engine.cli import main

TINY = Path(__file__).parents[1] / "specs_for_tests" / "tiny"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(TINY, tmp_path / "lib" / "TINY" / "1")
    monkeypatch.setenv("MRVGRAPH_SPECS", str(tmp_path / "lib"))
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    text = (TINY / "project.yaml").read_text(encoding="utf-8")
    (tmp_path / "data.csv").write_text("land_use,value\nE,10\nD,5\nNF,0\n", encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("  A_0:")]
    lines.insert(lines.index("values:") + 1, "  A_0: {unit: ha, file: data.csv}")
    (tmp_path / "project.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "rev.yaml").write_text("based_on: lib/TINY/1/methodology.yaml\nmethodology: {version: '2'}\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "file", "times"),
    [
        ("run TINY@1 project.yaml -o data.csv", "data.csv", 1),
        ("run TINY@1 project.yaml -o data.csv", "data.csv", 2),
        ("show rev.yaml -o lib/TINY/1/methodology.yaml", "lib/TINY/1/methodology.yaml", 1),
        ("show TINY@1 -o lib/TINY/1/methodology.yaml", "lib/TINY/1/methodology.yaml", 1),
    ],
)
def test_a_file_that_is_read_is_not_replaced(folder, capsys, words, file, times):
    before = (folder / file).read_bytes()
    if times == 2:  # from the cache
        main([*words.split(" -o ")[0].split()])

    assert main(words.split()) == 2
    assert "I520" in capsys.readouterr().err
    assert (folder / file).read_bytes() == before


def test_what_was_not_read_is_replaced(folder):
    assert main(["run", "TINY@1", "project.yaml", "-o", "out.csv"]) == main(["run", "TINY@1", "project.yaml", "-o", "out.csv"]) != 2
    assert (folder / "out.csv").exists()
