"""Inputs at the edges that were once a traceback, a warning of NumPy, or silence; each stands for its kind."""

import os
import re
import shutil
from pathlib import Path

import bad_inputs as bad
import pytest

from engine.cli import main
from engine.output.terminal import number
from equations.library.spec_files import read_document
from equations.spec.block import read_number


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    bad.good_folder(tmp_path)
    monkeypatch.chdir(tmp_path)


def refused(words, code, capsys):
    assert main(words) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{code} ") and "    do: " in said, said
    return said


@pytest.mark.parametrize("text", ["1e400", "-1e400", "1e-400", "1" * 61, "nan", "inf", "0x1", "1_000", "²", "٣", "1e5000", ""])
def test_no_number_of_a_spec_is_one_that_a_float_does_not_hold(text):
    assert read_number(text) is None


@pytest.mark.parametrize("text", ["0", "0e999", "-0.0", "1e308", "1e-300", "−1"])
def test_numbers_that_are_held_are_read(text):
    assert read_number(text) == read_number(text.replace("−", "-")) is not None


def test_the_head_of_a_shown_spec_is_one_comment_whatever_it_is_called(capsys):
    """A line break in the id would end the comment; an escape would reach the terminal."""
    bad.edit("id: MINI", r'id: "\e[2J\nx: \u202E"')(bad.SPEC)
    Path("spec").rename("sp\x1bec")
    assert main(["show", "sp\x1bec"]) == 0
    shown = capsys.readouterr().out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    Path("again.yaml").write_text(shown, encoding="utf-8")
    assert read_document(Path("again.yaml")).hash == read_document(Path("sp\x1bec/methodology.yaml")).hash


def test_a_spec_is_based_on_spec_files_only(capsys):
    """An error in another file would show a line of it."""
    Path("secret").write_text("hunter2\n", encoding="utf-8")
    Path("edit.yaml").write_text("based_on: secret\n", encoding="utf-8")
    assert "hunter2" not in refused(["check", "edit.yaml"], "S108", capsys)


# -- worked cases of a spec


CASES = "cases:\n  - {id: one, project: ../../project.yaml}\n"


def with_cases(text=CASES, numbers=None):
    Path("spec/cases").mkdir()
    Path("spec/cases/cases.yaml").write_text(text, encoding="utf-8")
    if numbers is not None:
        Path("spec/cases/one.csv").write_bytes(numbers)


def test_what_stands_for_the_list_of_cases_and_is_none_is_refused(capsys):
    Path("spec/cases").mkdir()
    os.mkfifo("spec/cases/cases.yaml")
    for words in (["mutate", "spec", "--sample", "1", "--workers", "1"], ["mutate", "spec", "--record"]):
        refused(words, "S108", capsys)


@pytest.mark.parametrize("id_", ["../../evil", "a/b", "..", '"a\\nb"', "'-x'"])
def test_the_numbers_of_a_case_stand_beside_its_list(id_, capsys):
    with_cases(CASES.replace("id: one", f"id: {id_}"))
    before = sorted(Path().rglob("*"))
    refused(["mutate", "spec", "--record"], "S105", capsys)
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("numbers", [b"quantity,cell,unit,value\nE_fuel,2018,tCO2,\xff\n", b'quantity,cell,unit,value\n"E_fuel,2018\n'])
def test_expected_numbers_that_cannot_be_read_are_refused(numbers, capsys):
    with_cases(numbers=numbers)
    refused(["mutate", "spec", "--sample", "1", "--workers", "1"], "S108", capsys)


def test_numbers_of_a_spec_that_does_not_pass_its_check_are_not_recorded(capsys):
    with_cases()
    assert main(["mutate", "spec", "--record"]) == 0
    before = Path("spec/cases/one.csv").read_bytes()
    bad.DIMENSION.do(bad.SPEC)
    capsys.readouterr()
    refused(["mutate", "spec", "--record"], "A741", capsys)
    assert Path("spec/cases/one.csv").read_bytes() == before


# -- data, draws


def test_lines_of_a_data_file_are_counted_as_an_editor_does(capsys):
    """A quoted cell may hold a line break."""
    Path(bad.CSV).write_text('fuel,year,value,comments\ndiesel,2018,1,"a\nb"\ndiesel,2019,nan,\n', encoding="utf-8")
    assert f"({bad.CSV}:4:3)" in refused(["run", "spec", "project.yaml"], "I505", capsys)
    Path(bad.TABLE).write_text('name,A_0[E]\n"a\nb",1\nc\n', encoding="utf-8")
    assert f"({bad.TABLE}:4)" in refused(["portfolio", "spec", "project.yaml", "--table", bad.TABLE], "I506", capsys)


@pytest.mark.parametrize("distribution", ["{distribution: normal, se: 1e200}", "{distribution: uniform, min: 0, max: 1e300}",
                                          "{distribution: triangular, min: 0, mode: 1, max: 1e308}"])  # fmt: skip
def test_a_distribution_without_a_finite_variance_is_refused(distribution, capsys):
    bad.edit("    P: {distribution: normal, relative_se: 10 %}", f"    A_0: {distribution}")(bad.PROJECT)
    for words in (["simulate", "spec", "project.yaml", "--draws", "50"], ["sensitivity", "spec", "project.yaml", "--draws", "8"]):
        assert f"({bad.PROJECT}:15:" in refused(words, "I510", capsys)


def test_draws_too_large_to_be_summed_up_are_an_error(capsys):
    bad.edit("E: 1000, D: 500", "E: 1e59, D: 500")(bad.PROJECT)
    bad.edit("cells: {E: 300", "cells: {E: 1e9")(bad.SPEC)
    refused(["simulate", "spec", "project.yaml", "--draws", "50"], "V603", capsys)


def test_a_large_number_is_shown_by_the_digits_that_are_known():
    assert [number(value) for value in (1234.5, -1e15, 1e16, -1.5e300)] == ["1,234.50", "-1,000,000,000,000,000.00", "1e+16", "-1.5e+300"]


def test_choices_without_a_project_are_not_passed_over(capsys):
    refused(["docs", "spec", "--choose", "method=rate", "-o", "pages"], "I508", capsys)
    assert not Path("pages").exists()


def test_a_folder_of_the_system_is_no_place_for_a_site(capsys):
    refused(["docs", "spec", "-o", "/proc/self/site"], "I520", capsys)


def test_two_names_of_one_file_are_one_output(capsys):
    """A hard link is another name: what is written takes the place of one name, and the other keeps what it had."""
    Path("a.json").write_text("before", encoding="utf-8")
    os.link("a.json", "b.json")
    assert main(["run", "spec", "project.yaml", "-o", "a.json"]) == 0
    assert Path("b.json").read_text(encoding="utf-8") == "before"
    shutil.copy(bad.PROJECT, "mine.yaml")
    os.link("mine.yaml", "yours.yaml")
    capsys.readouterr()
    refused(["migrate", "mine.yaml", "--from", "spec", "--to", "good", "-o", "yours.yaml"], "I520", capsys)
