"""What commands write fits the width: nothing is cut within a word, nothing is lost, and a file is the same on every terminal."""

import io
import sys

import pytest

from engine.cli import main
from engine.output.destination import say, tell
from engine.output.fitting import broken, folded
from engine.output.marks import coded, marked, seen
from engine.output.terminal import bold, coloured, table, width, wrapped
from equations.errors import Place
from equations.text_width import columns_of

SPEC, ONE = "tests/specs_for_tests/tiny", "tests/specs_for_tests/tiny/project.yaml"
COMMANDS = [
    ["check", SPEC], ["needs", SPEC], ["run", SPEC, ONE], ["audit", SPEC, ONE, "--verbose"],
    ["explain", SPEC, ONE, "ER_p", "--depth", "3"], ["diff", SPEC, "tests/specs_for_tests/several"], ["ready", SPEC, ONE],
]  # fmt: skip


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self):
        return True


def words_of(text):
    """The words in any order: a table may be written in another one."""
    return set(text.replace(":", " ").split()) - {"+", "-", "*", "/", "="}


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_every_command_fits_the_width_that_is_asked_for_and_says_all_the_same(words, capsys, monkeypatch):
    main(words)
    whole = words_of(capsys.readouterr().out)

    monkeypatch.setenv("COLUMNS", "60")
    main(words)
    shown = capsys.readouterr().out
    longest = max(len(word) for word in shown.split())
    assert max(map(len, shown.splitlines())) <= max(60, longest + 12)
    assert {word for word in whole - words_of(shown) if not set(word) <= {"-"}} == set()


def test_a_table_gives_up_columns_of_words_first_and_then_has_two_parts(monkeypatch):
    rows = [["ER", "what is credited in the end of it all", "1,000.0", "2,000.0"], ["PE", "what is given off", "10.0", "20.0"]]
    heads = ["", "meaning", "2018", "2019"]

    monkeypatch.setenv("COLUMNS", "50")
    assert table(heads, rows, right=[2, 3]).splitlines() == [
        "    meaning                          2018     2019",
        "--  ----------------------------  -------  -------",
        "ER  what is credited in the end   1,000.0  2,000.0",
        "    of it all",
        "PE  what is given off                10.0     20.0",
    ]
    monkeypatch.setenv("COLUMNS", "40")
    assert table(heads, rows, right=[2, 3]).splitlines() == [
        "       2018     2019",
        "--  -------  -------",
        "ER  1,000.0  2,000.0",
        "    meaning: what is credited in the end",
        "      of it all",
        "PE     10.0     20.0",
        "    meaning: what is given off",
    ]
    wide = ["123,456,789,012.0"] * 3
    assert table(["", "2018", "2019", "2020"], [["ER", *wide]], right=[1, 2, 3]).splitlines() == [
        "                 2018               2019",
        "--  -----------------  -----------------",
        "ER  123,456,789,012.0  123,456,789,012.0",
        "",
        "                 2020",
        "--  -----------------",
        "ER  123,456,789,012.0",
    ]


def test_columns_that_stand_further_below_name_their_rows_apart_and_leave_empty_ones_out(monkeypatch):
    monkeypatch.setenv("COLUMNS", "36")
    rows = [["net", "as it is written in the text", "123,456,789,789.0", ""], ["net", "the other side of what is said", "123,456,999,789.0", "+210"]]
    assert table(["ruling", "reading", "credits of it", "in all its years"], rows, right=[2, 3]).splitlines()[-5:] == [
        "ruling  in all its years",
        "------  ----------------",
        "net                 +210",
        "    reading: the other side of what is",
        "      said",
    ]


def test_a_repeated_name_is_left_out_only_where_rows_are_single_lines(monkeypatch):
    rows = [["ruling", "as published by the body", "1"], ["ruling", "another reading of the text", "2"]]
    assert table(["ruling", "reading", "ER"], rows, right=[2], once=True).splitlines()[3].startswith("        another")
    monkeypatch.setenv("COLUMNS", "40")
    longer = [["a-ruling-with-a-long-name", *row[1:]] for row in rows]
    assert table(["ruling", "reading", "ER"], longer, right=[2], once=True).count("a-ruling-with-a-long-name") == 2


def test_lines_are_broken_between_words_and_before_a_sign():
    assert broken("A[y] = A[y-1] + d * A_0", 16, "  ") == ["A[y] = A[y-1]", "  + d * A_0"]
    assert broken("  a_word_that_is_longer_than_the_line b", 10, "    ") == ["  a_word_that_is_longer_than_the_line", "    b"]
    assert folded("short\n  = one + two + three", 14) == "short\n  = one + two\n      + three"


def test_of_a_line_under_which_carets_stand_the_part_around_them_is_shown():
    line, carets = "    " + "x" * 60 + " wrong " + "y" * 60, "    " + " " * 61 + "^^^^^"
    shown, below = folded(f"{line}\n{carets}", 60).split("\n")
    assert max(len(shown), len(below)) <= 60
    assert shown[below.index("^") : below.rindex("^") + 1] == "wrong"


def test_marks_and_signs_of_east_asia_take_the_columns_that_they_take(monkeypatch):
    monkeypatch.setattr("engine.output.terminal.is_person", lambda stream=None: True)
    assert (seen(bold("ER")), seen("木村"), seen("a\u0301")) == (2, 4, 1)
    assert table(["", "x"], [[coloured("1 error", "error"), "a"], ["木村さん的", "b"]]).splitlines()[-1] == "木村さん的  b"


@pytest.mark.parametrize("text", [
    "森林、土地利用の変化による排出量の計算。" * 4, "ព្រៃឈើដែលបានរងការខូចខាតក្នុងតំបន់គម្រោង" * 3, "พื้นที่ป่าไม้ที่ถูกทำลายในพื้นที่โครงการ" * 3,
])  # fmt: skip
def test_scripts_without_spaces_stand_in_columns_and_fit_the_width(text, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    narrow, lines = broken(f"evidence: {text} (2020)", 60, "  "), wrapped(f"evidence: {text}", "  ").split("\n")
    grid = table(["class", "name", "ha"], [["E", text, "12.5"], ["ป่า", "ha", "9"]], right=[2]).splitlines()

    assert max(map(columns_of, narrow)) <= 60 and 60 < max(map(columns_of, lines)) <= 80
    assert "".join(line.strip() for line in lines) == f"evidence: {text}" and not any(columns_of(line.strip()[0]) == 0 for line in (*narrow, *lines))
    assert max(map(columns_of, grid)) <= 80 and len({columns_of(line) for line in grid if line.endswith(("12.5", " 9", "ha"))}) == 1


def test_carets_stand_below_what_they_mean_in_every_script():
    line, carets = Place("p.yaml", 1, 6, "ป่าไม้: 木", 8, 1).caret_lines()
    assert carets.index("^") == columns_of(line[: line.index("木")]) and carets.count("^") == 2
    line, carets = "    " + "木" * 60 + " 誤り " + "木" * 60, "    " + " " * 121 + "^^^^"
    shown, below = folded(f"{line}\n{carets}", 60).split("\n")
    assert max(columns_of(shown), columns_of(below)) <= 60
    assert below.index("^") == columns_of(shown[: shown.index("誤")]) and below.count("^") == 4


def test_what_is_no_terminal_has_a_width_of_its_own_and_a_file_always_has(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("engine.output.terminal.PAGE", 100)
    assert width() == 100
    monkeypatch.setenv("COLUMNS", "60")
    assert width() == 60

    assert main(["run", SPEC, ONE, "-o", str(tmp_path / "run.txt")]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 60
    assert (tmp_path / "run.txt").read_text("utf-8").splitlines()[0] == (
        "TINY@1  Tiny methodology for tests"
    )


def test_colours_are_for_the_stream_that_a_person_sees(monkeypatch):
    """Standard error may be a terminal where standard output is a file, and the other way round."""
    monkeypatch.setenv("TERM", "xterm")
    text = marked("1 error", "e") + "\n"
    for terminal, file in (("stderr", "stdout"), ("stdout", "stderr")):
        monkeypatch.setattr(sys, terminal, Terminal())
        monkeypatch.setattr(sys, file, io.StringIO())
        say(text)
        tell(text)
        assert getattr(sys, terminal).getvalue() == coded(text)
        assert getattr(sys, file).getvalue() == "1 error\n"


@pytest.mark.parametrize(("value", "coloured_"), [("1", False), ("", True)])
def test_no_colour_where_it_is_not_wanted(monkeypatch, value, coloured_):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert ("\x1b" in coded(bold("x"))) is coloured_
