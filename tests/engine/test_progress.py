"""How far a command has come: after two seconds, on standard error, on a terminal, and gone before anything else is written there."""

import io
import sys

import pytest

from engine.cli import main
from engine.output import progress as told
from engine.output.destination import say, tell
from engine.output.progress import Watch, duration, following, progress, watched


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """Time goes on by hand, and nobody looks at it but the test."""
    found = Clock()
    monkeypatch.setattr("time.monotonic", found)
    return found


@pytest.fixture
def watch(clock, monkeypatch):
    found = Watch("simulate", Terminal())
    monkeypatch.setattr(told, "_watches", [found])
    return found


def shown(watch):
    watch.draw()
    return watch.stream.getvalue().split("\r")[-1]


def test_a_person_who_waits_sees_how_much_is_done_and_what_is_left(watch, clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert shown(watch) == ""
    with progress(200, "draws") as more:
        clock.now += 1.9
        more(50)
        assert shown(watch) == ""
        clock.now += 1.1
        assert shown(watch) == "simulate: [#######.......................] 50 of 200 draws, 9 s left"
        more(100)
        assert shown(watch).rstrip() == "simulate: [######################........] 150 of 200 draws, 1 s left"
    assert shown(watch).rstrip() == "simulate: 3 s"


def test_of_work_in_parts_the_whole_is_told(watch, clock):
    clock.now += 5
    with progress(4, "mutants"):
        for _ in following(["a", "b"], "combinations"):
            assert "0 of 4 mutants" in shown(watch)


def test_no_line_is_wider_than_the_terminal(watch, clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    clock.now += 5
    with progress(2000000, "draws of all uncertain numbers"):
        assert shown(watch) == "simulate: 0 of 2,000,000 draws of all u"


def test_the_line_is_gone_before_anything_else_is_written(watch, clock, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", watch.stream)
    clock.now += 5
    watch.draw()
    tell("note: something\n")
    assert watch.stream.getvalue() == "\rsimulate: 5 s\r             \rnote: something\n"
    watch.draw()
    say("42\n")
    assert watch.stream.getvalue().endswith("\rsimulate: 5 s\r             \r") and capsys.readouterr().out == "42\n"


def test_nothing_is_told_where_nobody_looks(monkeypatch, capsys):
    with watched("run"), progress(10, "draws") as more:
        more(10)
        assert told._watches == []
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(told, "_LONG", 600.0)
    assert main(["run", "tests/specs_for_tests/tiny", "tests/specs_for_tests/tiny/project.yaml"]) == 0
    assert told._watches == [] and "\r" not in capsys.readouterr().out + sys.stderr.getvalue()


def test_a_watched_command_draws_by_itself_until_it_ends(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(told, "_LONG", 0.0)
    monkeypatch.setattr(told, "_TICK", 0.001)
    with watched("audit"):
        while "audit: 1 s" not in sys.stderr.getvalue():
            pass
    assert sys.stderr.getvalue().endswith("\raudit: 1 s\r          \r")


def test_times_are_for_reading():
    assert [duration(seconds) for seconds in (0.0, 59.4, 59.6, 3599, 7300)] == ["1 s", "59 s", "1 min 0 s", "59 min 59 s", "2 h 1 min"]
