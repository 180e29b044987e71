"""Many projects as one batch: each as if it were alone, and none stopped by another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import engine
from engine.cli import main
from engine.portfolio import portfolio

EXAMPLES = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004" / "examples"


@pytest.fixture
def projects(tmp_path, monkeypatch):
    """Three projects, one of which is faulty."""
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path))
    text = (EXAMPLES / "option1.yaml").read_text(encoding="utf-8")
    files = {"a": text, "b": text.replace("E: 52400", "E: 41300"), "c": text.replace("E: 52400", "E: -1")}
    for name, content in files.items():
        (tmp_path / f"{name}.yaml").write_text(content, encoding="utf-8")
    return [str(tmp_path / f"{name}.yaml") for name in files] + [str(EXAMPLES / "option2.yaml"), str(tmp_path / "nowhere.yaml")]


def test_each_project_has_the_result_of_its_own_run(projects, capsys):
    assert main(["portfolio", "KH_AM004@1.1", *projects, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["projects"]

    methodology = engine.load("KH_AM004@1.1")
    assert [bool(line["errors"]) for line in found] == [False, False, True, False, True]
    for line, path in zip(found, projects, strict=True):
        if not line["errors"]:
            assert line["result"] == pytest.approx(engine.run(methodology, path).total, rel=1e-12)
    assert [line["errors"][0]["code"] for line in found if line["errors"]] == ["I504", "I509"]


def test_rows_of_a_table_change_a_project(projects, tmp_path, capsys):
    (tmp_path / "t.csv").write_text("name,A_0[E],DF\nsame,,\nsmaller,41300,0.3\nwrong,41300,2\nnothing,x,\n", encoding="utf-8")

    assert main(["portfolio", "KH_AM004@1.1", projects[0], "--table", str(tmp_path / "t.csv"), "--json"]) == 1
    same, smaller, *wrong = json.loads(capsys.readouterr().out)["projects"]

    methodology = engine.load("KH_AM004@1.1")
    assert same["result"] == pytest.approx(engine.run(methodology, projects[0]).total, rel=1e-12)
    assert smaller["result"] == pytest.approx(engine.run(methodology, projects[1]).total * 0.7 / 0.8, rel=1e-12)
    assert [line["errors"][0]["code"] for line in wrong] == ["I504", "I505"]


def test_interrupted_work_goes_on_where_it_stopped(projects, tmp_path, capsys, monkeypatch):
    output = tmp_path / "out.jsonl"
    monkeypatch.setattr(portfolio, "CHUNK", 2)
    done = []
    real = portfolio._Portfolio.outcomes

    def stopping(self, chunk):
        if len(done) == 1:
            raise KeyboardInterrupt
        done.append(len(chunk))
        return real(self, chunk)

    monkeypatch.setattr(portfolio._Portfolio, "outcomes", stopping)
    assert main(["portfolio", "KH_AM004@1.1", *projects, "-o", str(output)]) == 2
    assert len(output.read_text().splitlines()) == 2
    output.write_text(output.read_text() + '{"cut off', encoding="utf-8")

    again = []
    monkeypatch.setattr(portfolio._Portfolio, "outcomes", lambda self, chunk: again.extend(chunk) or real(self, chunk))
    assert main(["portfolio", "KH_AM004@1.1", *projects, "-o", str(output), "--json"]) == 1
    capsys_out = capsys.readouterr().out

    assert [entry.name for _, entry, _ in again] == projects[2:]
    assert [line["name"] for line in json.loads(capsys_out)["projects"]] == projects


@pytest.mark.parametrize(
    ("table", "code"), [("a,b\n1,2\n", "I506"), ("name,DF\nx\n", "I506"), ("name,XX\nx,1\n", "I502"), ("name,A_0\nx,1\n", "I506")]
)
def test_a_table_that_cannot_be_read_is_explained(table, code, projects, tmp_path, capsys):
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")

    assert main(["portfolio", "KH_AM004@1.1", projects[0], "--table", str(tmp_path / "t.csv")]) in (1, 2)

    output = capsys.readouterr()
    assert code in output.out + output.err


def test_csv_and_text_name_every_project(projects, capsys):
    for way in ("csv", "text"):
        main(["portfolio", "KH_AM004@1.1", *projects, "--format", way])
        shown = capsys.readouterr().out
        assert all(path in shown for path in projects)
