"""Many projects as one batch: each as if it were alone, and none stopped by another."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mrvgraph
from engine.cli import main
from engine.portfolio import portfolio
from engine.portfolio.entries import entries_of_table
from engine.portfolio.outcomes import Outcome, OutcomesFile
from equations.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "methodology_specs" / "KH_AM004" / "examples"


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

    methodology = mrvgraph.load("KH_AM004@1.1")
    assert [bool(line["errors"]) for line in found] == [False, False, True, False, True]
    for line, path in zip(found, projects, strict=True):
        if not line["errors"]:
            assert line["result"] == pytest.approx(mrvgraph.run(methodology, path).total, rel=1e-12)
    assert [line["errors"][0]["code"] for line in found if line["errors"]] == ["I504", "I509"]


def test_rows_of_a_table_change_a_project(projects, tmp_path, capsys):
    (tmp_path / "t.csv").write_text("name,A_0[E],DF\nsame,,\nsmaller,41300,0.3\nwrong,41300,2\nnothing,x,\n", encoding="utf-8")

    assert main(["portfolio", "KH_AM004@1.1", projects[0], "--table", str(tmp_path / "t.csv"), "--json"]) == 1
    same, smaller, *wrong = json.loads(capsys.readouterr().out)["projects"]

    methodology = mrvgraph.load("KH_AM004@1.1")
    assert same["result"] == pytest.approx(mrvgraph.run(methodology, projects[0]).total, rel=1e-12)
    assert smaller["result"] == pytest.approx(mrvgraph.run(methodology, projects[1]).total * 0.7 / 0.8, rel=1e-12)
    assert [line["errors"][0]["code"] for line in wrong] == ["I504", "I505"]


@pytest.fixture
def done(monkeypatch):
    """Return the list of the names of projects that are worked on from now on."""
    names: list[str] = []
    real = portfolio.Portfolio.outcomes

    def noting(self, chunk):
        names.extend(one.entry.name for one in chunk)
        return real(self, chunk)

    monkeypatch.setattr(portfolio.Portfolio, "outcomes", noting)
    return names


def test_a_real_interruption_leaves_whole_lines_and_the_work_goes_on_there(projects, tmp_path, done, capsys):
    text = Path(projects[0]).read_text(encoding="utf-8")
    paths = []
    for at in range(200):
        paths.append(str(tmp_path / f"p{at:03}.yaml"))
        Path(paths[-1]).write_text(text.replace("E: 52400", f"E: {52400 + at}"), encoding="utf-8")
    output = tmp_path / "out.jsonl"
    command = ["portfolio", "KH_AM004@1.1", *paths, "-o", str(output), "--json"]

    work = subprocess.Popen([sys.executable, "-m", "engine", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            cwd=ROOT)  # fmt: skip
    while work.poll() is None and not (output.exists() and output.stat().st_size):
        time.sleep(0.002)
    work.send_signal(signal.SIGINT)
    shown, said = work.communicate(timeout=60)
    lines = output.read_bytes().splitlines(keepends=True)

    assert (work.returncode, shown, said) == (2, "", "interrupted\n")
    assert 0 < len(lines) < len(paths)
    assert [json.loads(line)["name"] for line in lines] == paths[: len(lines)] and lines[-1].endswith(b"\n")

    with output.open("ab") as file:
        file.write(b'{"errors": [], "cut o')
    assert main(command) == 0

    assert done == paths[len(lines) :]
    again = output.read_bytes()
    assert again.startswith(b"".join(lines)) and [json.loads(line)["name"] for line in again.splitlines()] == paths
    shown = json.loads(capsys.readouterr().out)["projects"]
    assert [json.loads(line) for line in again.splitlines()] == shown


def test_what_has_changed_since_is_done_again_and_stands_there_once(projects, tmp_path, done, capsys):
    for name in ("option2_conversions.csv", "option2_belt_conversions.csv", "option2.yaml"):
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    first, second, faulty, nowhere = projects[0], str(tmp_path / "option2.yaml"), projects[2], projects[4]
    output = tmp_path / "out.jsonl"

    def work(*more: str) -> list[str]:
        done.clear()
        main(["portfolio", "KH_AM004@1.1", first, second, faulty, nowhere, "-o", str(output), *more])
        return list(done)

    assert work() == [first, second, faulty, nowhere]
    before = output.read_bytes()
    assert work() == [] and output.read_bytes() == before

    Path(faulty).write_text(Path(first).read_text(encoding="utf-8"), encoding="utf-8")
    assert work() == [faulty]
    table = tmp_path / "option2_conversions.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert work() == [second]
    assert work("--reading", "area-year-index=literal") == [first, second, faulty, nowhere]

    records = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert sorted(record["name"] for record in records) == sorted([first, second, faulty, nowhere])
    capsys.readouterr()


@pytest.mark.parametrize("content", [b"project: {name: mine}\n", b"precious", b'{"errors": [], "name": "x"}\n', b"\n"])
def test_a_file_that_holds_something_else_is_not_touched(content, projects, tmp_path, capsys):
    (tmp_path / "mine.jsonl").write_bytes(content)

    assert main(["portfolio", "KH_AM004@1.1", projects[0], "-o", str(tmp_path / "mine.jsonl")]) == 2

    assert "I524 this line is no result of a portfolio" in capsys.readouterr().err
    assert (tmp_path / "mine.jsonl").read_bytes() == content


def test_an_output_that_cannot_be_written_is_said_before_the_work(projects, tmp_path, done, capsys):
    (tmp_path / "no").write_text("a file", encoding="utf-8")

    assert main(["portfolio", "KH_AM004@1.1", projects[0], "-o", str(tmp_path / "no" / "out.jsonl")]) == 2

    assert "I521 the file cannot be written: Not a directory" in capsys.readouterr().err
    assert done == []


def altered(output, **fields):
    """Put fields into the first line of a file of outcomes, in the form in which lines are written."""
    first, *rest = output.read_bytes().splitlines(keepends=True)
    line = json.dumps({**json.loads(first), **fields}, sort_keys=True).encode() + b"\n"
    output.write_bytes(line + b"".join(rest))


def test_a_number_that_no_run_of_this_user_wrote_is_not_believed(projects, tmp_path, done, capsys):
    output = tmp_path / "out.jsonl"
    command = ["portfolio", "KH_AM004@1.1", projects[0], projects[1], "-o", str(output), "--json"]
    main(command)
    right, said = output.read_bytes(), capsys.readouterr().out
    altered(output, result=9999999.0, numbers={"1": 9999999.0})
    done.clear()

    assert main(command) == 0

    assert done == [projects[0]]
    captured = capsys.readouterr()
    assert captured.out == said
    assert "1 line of out.jsonl was not written by a run of yours here" in captured.err
    assert sorted(output.read_bytes().splitlines()) == sorted(right.splitlines())


@pytest.mark.parametrize(
    "fields",
    [{"result": "9"}, {"result": 9.0}, {"result": True}, {"numbers": [1.0]}, {"numbers": {"1": "x"}}, {"errors": [1]}, {"errors": {}},
     {"errors": [{"code": "I504"}]}, {"files": {"a.csv": 1}}, {"files": []}, {"name": 5}, {"unit": None}, {"result": float("nan")}],
)  # fmt: skip
def test_a_line_in_which_something_else_stands_is_a_coded_error(fields, projects, tmp_path, capsys):
    output = tmp_path / "out.jsonl"
    command = ["portfolio", "KH_AM004@1.1", projects[4], "-o", str(output)]
    main(command)
    altered(output, **fields)

    assert main(command) == 2

    assert "I524 this line is no result of a portfolio" in capsys.readouterr().err


def test_two_runs_on_one_file_are_told(projects, tmp_path, capsys):
    with OutcomesFile(tmp_path / "out.jsonl").opened:
        assert main(["portfolio", "KH_AM004@1.1", projects[0], "-o", str(tmp_path / "out.jsonl")]) == 2

    assert "I524 another run writes to this file" in capsys.readouterr().err
    assert main(["portfolio", "KH_AM004@1.1", projects[0], "-o", str(tmp_path / "out.jsonl")]) == 0


def test_on_a_full_disk_no_line_stands_there_by_halves(tmp_path, monkeypatch):
    file = OutcomesFile(tmp_path / "out.jsonl")
    file.add([Outcome("a", "k", 1.0, "t")])
    before = (tmp_path / "out.jsonl").read_bytes()
    room = iter([20])

    def full(handle, data, write=os.write):
        if not (left := next(room, 0)):
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, data[:left])

    with monkeypatch.context() as patched:
        patched.setattr(file, "kept", None)
        patched.setattr("engine.portfolio.outcomes.os.write", full)
        with pytest.raises(InputError, match="I521") as caught:
            file.add([Outcome("b", "k2", 2.0, "t")])

    assert "No space left" in caught.value.what
    assert (tmp_path / "out.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("a,b\n1,2\n", "I506 the column 'name' is missing"),
        ("", "I509 the CSV file is empty"),
        ("name;DF\nx;0,5;1\n", "I506 line 2 has 3 cells and the header 2"),
        ("name;DF\nx;1.234,5\n", "I505"),
        ("name;DF\na;52.400\nb;31.800\n", "I533 DF: what the signs in '52.400' mean is not certain"),
        ("name,,DF\nx,1,1\n", "I506 column 2 has no name"),
        ("name,DF\n", "I506 the table has no rows"),
        ("name,DF\nx\n", "I506 line 2 has 1 cells and the header 2"),
        ("name,DF,DF\nx,1,1\n", "I506 the column 'DF' stands twice"),
        ("name,DF\nx,0.1\nx,0.2\n", "I506 two rows are called 'x'"),
        ("name,DF\n,0.1\n", "I506 this row has no name"),
        ("name,DF\nx,0.1\ny,0.2\nTổng cộng,0.3\n", "I506 'Tổng cộng' is a total and no project"),
        ("name,XX\nx,1\n", "I502 there is no quantity 'XX'"),
        ("name,A_0\nx,1\n", "I506 A_0 is not one number"),
        ("name,A_0[E],A_0 [E]\nx,1,2\n", "I506 'A_0[E]' and 'A_0 [E]' are one number"),
        ("name,A_0[X]\nx,1\n", "I502 A_0 has no member 'X'"),
        ('name,DF\n"x,1\n', "I509 the CSV file cannot be read"),
    ],
)
def test_a_table_that_cannot_be_read_is_explained(table, code, projects, tmp_path, capsys):
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")

    assert main(["portfolio", "KH_AM004@1.1", projects[0], "--table", str(tmp_path / "t.csv")]) in (1, 2)

    output = capsys.readouterr()
    said = output.out + output.err
    assert code in said and "t.csv" in said and "    do:" in said


def test_a_project_that_is_named_twice_is_refused(projects, capsys):
    assert main(["portfolio", "KH_AM004@1.1", projects[0], projects[0]]) == 2
    assert "I506" in capsys.readouterr().err


def test_errors_of_a_project_are_shown_with_their_place(projects, capsys):
    main(["portfolio", "KH_AM004@1.1", *projects])

    shown = capsys.readouterr().out
    assert "I504 A_0[E] = -1 ha is outside what it can be" in shown
    assert f"({projects[2]}:" in shown and "5 projects, 2 with an error" in shown


def test_csv_and_text_name_every_project(projects, capsys):
    for way in ("csv", "text"):
        main(["portfolio", "KH_AM004@1.1", *projects, "--format", way])
        shown = capsys.readouterr().out
        assert all(path in shown for path in projects)


def test_a_table_may_begin_with_a_mark_and_hold_blank_lines_and_line_ends_in_quotes(tmp_path):
    table = tmp_path / "t.csv"
    table.write_bytes('\ufeff\n name ,DF\r\n\r\n"two\nlines",0.1\n , \nplain, 0.2 \n'.encode())

    first, second = entries_of_table(table, tmp_path / "p.yaml")

    assert (first.name, first.changes, first.place.line) == ("two\nlines", {"DF": "0.1"}, 4)
    assert (second.name, second.changes, second.place.line) == ("plain", {"DF": "0.2"}, 7)
