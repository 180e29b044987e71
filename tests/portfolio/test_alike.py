"""Project files that are written alike: only their numbers are read, and nothing that is found or said of them may differ for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.batch.evaluation import Way
from engine.portfolio import portfolio
from engine.portfolio.alike import Alike
from engine.portfolio.entries import entries_of_files
from equations.library.spec_files import load_methodology
from equations.units.registry import parse_unit

TINY = Path(__file__).resolve().parents[1] / "specs_for_tests" / "tiny" / "methodology.yaml"
PROJECT = """\
project: {name: first, illustrative: yes}
methodology: TINY@1
operation: {start: 2018-03-12, end: 2020-12-31}
choices: {method: matrix}
members: {fuel: [diesel]}
values:
  A_0: {unit: km2, values: {E: 10, D: 5.25}, otherwise: 0, source: map}
  P: {unit: 1/year, values: {E: 0.02, D: 0.03}}       # what the matrix does not ask for
  p:
    table: |2
           E    D    NF
      E    0.9  0.05 0.05
      D    0    0.9  0.1
      NF   0    0    1
  EF: {unit: tC/ha, file: stocks.csv}
  FC: {unit: kg, values: {diesel: {2018: 1500, 2019: 2000, 2020: 2001}}, uncertainty: {normal: {se: 3 kg}}}
"""
STOCKS = "land_use,value\nE,91.3\nD,48.21\nNF,0\n"


@pytest.fixture(scope="module")
def methodology():
    return load_methodology(TINY)


@pytest.fixture
def outcomes(methodology, tmp_path, monkeypatch):
    """Return a function that writes projects, the first of which is `PROJECT`, and gives their outcomes and how many were read whole."""
    read: list[Path] = []
    real = portfolio.read_project
    monkeypatch.setattr(portfolio, "read_project", lambda path: read.append(path) or real(path))

    def found(others):
        paths = []
        for at, (text, stocks) in enumerate([(PROJECT, STOCKS), *others]):
            (tmp_path / str(at)).mkdir(exist_ok=True)
            (tmp_path / str(at) / "project.yaml").write_text(text, encoding="utf-8")
            if stocks:
                (tmp_path / str(at) / "stocks.csv").write_text(stocks, encoding="utf-8")
            paths.append(str(tmp_path / str(at) / "project.yaml"))
        read.clear()
        made = portfolio.run_portfolio(methodology, parse_unit, entries_of_files(paths), None, choices={}, readings={}, way=Way(workers=1))
        return [one.as_record() for one in made], len(read)

    return found


def both(outcomes, monkeypatch, others):
    """Return outcomes as they are found and those where every file is read whole, and how many were read whole of the first."""
    quick, whole = outcomes(others)
    monkeypatch.setattr(Alike, "read", lambda *_: None)
    slow, every = outcomes(others)
    assert every == len(others) + 1
    return quick, slow, whole


ALIKE = [
    (PROJECT.replace("E: 10,", "E: 12.375,").replace("name: first", "name: second"), STOCKS),
    (PROJECT.replace("0.9  0.05 0.05", "0.85 0.1   0.05").replace("D    0    0.9  0.1", "D 0 0.7 0.3"), STOCKS),
    (PROJECT.replace("otherwise: 0", "otherwise: 0.1").replace("source: map", "source: another map"), STOCKS.replace("91.3", "-0")),
    (PROJECT.replace("1500", "1500.3").replace("0.02", "0.0200000000000000000001"), "\nland_use,value\nE, 88.123456789012345678\nD,1\nNF,2\n"),
    (PROJECT.replace("se: 3 kg", "se: 4 kg"), STOCKS),
]


def test_numbers_of_files_that_are_written_alike_are_those_of_reading_each_whole(outcomes, monkeypatch):
    quick, slow, whole = both(outcomes, monkeypatch, ALIKE)

    assert quick == slow
    assert whole == 1
    results = [one["result"] for one in quick]
    assert not any(one["errors"] for one in quick)
    assert results[5] == results[0]  # how uncertain a number is moves no result
    assert len(set(results)) == 5
    # km2 for ha: 12.375 - 10 km2 of E over the three years, by hand from the share of E that is lost and what it turns into
    kept = [0.9, 0.9**2, 0.9**3]
    degraded = [0.05, 0.05 * (0.9 + 0.9), 0.05 * (0.9**2 + 0.9 * 0.9 + 0.9**2)]
    lost = sum(
        k * (0.05 * (91.3 - 48.21) + 0.05 * 91.3) + d * 0.1 * 48.21 for k, d in zip([1, *kept[:2]], [0, *degraded[:2]], strict=True)
    )
    assert results[1] - results[0] == pytest.approx(237.5 * lost * 44 / 12, rel=1e-9)


OTHERWISE = {
    "below its range": (PROJECT.replace("E: 10,", "E: -1,"), STOCKS),
    "above its range, and not asked for": (PROJECT.replace("E: 0.02", "E: 2"), STOCKS),
    "no number": (PROJECT.replace("D: 5.25", "D: NA"), STOCKS),
    "not known": (PROJECT.replace("D: 5.25", 'D: "?"'), STOCKS),
    "with a comma": (PROJECT.replace("5.25", '"5,25"'), STOCKS),
    "too large": (PROJECT.replace("5.25", "1e400"), STOCKS),
    "an exponent": (PROJECT.replace("5.25", "525e-2"), STOCKS),
    "another label": (PROJECT.replace("{E: 10, D", "{F: 10, D"), STOCKS),
    "another unit": (PROJECT.replace("unit: km2", "unit: ha"), STOCKS),
    "another year": (PROJECT.replace("2020: 2001", "2021: 2001"), STOCKS),
    "another choice": (PROJECT.replace("matrix}", "rate}"), STOCKS),
    "another day": (PROJECT.replace("2018-03-12", "2018-03-13"), STOCKS),
    "a key twice": (PROJECT.replace("{E: 10, D", "{E: 10, E"), STOCKS),
    "an anchor": (PROJECT.replace("{E: 10,", "{E: &a 10,"), STOCKS),
    "a row too long": (PROJECT.replace("0.05 0.05", "0.05 0.05 1"), STOCKS),
    "a row too short": (PROJECT.replace("0.05 0.05", "0.05"), STOCKS),
    "no name": (PROJECT.replace("name: first", "name:"), STOCKS),
    "no YAML": (PROJECT.replace("{E: 10,", "{E: 10"), STOCKS),
    "no file": (PROJECT, ""),
    "a hole in the file": (PROJECT, STOCKS.replace("48.21", "")),
    "a line less": (PROJECT, STOCKS.replace("D,48.21\n", "")),
    "another column": (PROJECT, STOCKS.replace("value", "number")),
    "a quote": (PROJECT, STOCKS.replace("48.21", '"48.21')),
    "semicolons, and points that may divide thousands": (PROJECT, "land_use;value\nE;91.300\nD;48.210\nNF;2.000\n"),
    "semicolons and decimal commas": (PROJECT, STOCKS.replace(",", ";").replace(".", ",")),
}


def test_what_is_written_otherwise_is_read_whole_with_the_message_of_a_run_alone(outcomes, monkeypatch):
    quick, slow, whole = both(outcomes, monkeypatch, list(OTHERWISE.values()))

    assert quick == slow
    assert whole == 1 + len(OTHERWISE)
    fine = {name for name, one in zip(OTHERWISE, quick[1:], strict=True) if not one["errors"]}
    assert fine == {"an exponent", "another unit", "another day", "another choice", "semicolons and decimal commas"}
    assert quick[1]["errors"][0]["line"] == 7


def test_a_file_outside_the_folder_is_no_more_read_for_being_named_alike(outcomes, tmp_path):
    (tmp_path / "elsewhere.csv").write_text(STOCKS, encoding="utf-8")
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "stocks.csv").symlink_to(tmp_path / "elsewhere.csv")

    found, whole = outcomes([(PROJECT, "")])

    assert [e["code"] for e in found[1]["errors"]] == ["I522"]
    assert whole == 2


def of_stocks(block, stocks):
    return PROJECT.replace("EF: {unit: tC/ha, file: stocks.csv}", f"EF: {{{block}, file: stocks.csv}}"), stocks


@pytest.mark.parametrize(
    ("block", "first", "other"),
    [
        pytest.param("unit: tC/ha, thousands: point", "land_use,value\nE,91\nD,48\nNF,0\n", "land_use,value\nE,1.234\nD,48\nNF,0\n", id="thousands"),
        pytest.param("unit: tC/ha, decimal: comma", "land_use;value\nE;91\nD;48\nNF;0\n", "land_use;value\nE;91.5\nD;48\nNF;0\n", id="decimal"),
        pytest.param("unit: tC/ha", "land_use,value\nE,60\nD,40\n,100\n", "land_use,value\nE,50\nD,40\n,100\n", id="a line without a label"),
        pytest.param("unit: tC/ha, otherwise: 0", "land_use,value\nE,60\nTotal,60\n", "land_use,value\nE,50\nTotal,60\n", id="a total"),
        pytest.param("unit: tC/ha, columns: {c: land_use, n: value}", "c,n\nE,60\nD,0\nNF,0\n", "c,n\nE,60\nD,3\nNF,0\n", id="columns"),
        pytest.param("unit: tC/ha, labels: {1: E, 2: D, 3: NF}", "1,91.5\n2,48.25\n3,0.0\n", "1,91\n2,48\n3,0\n", id="a program's table"),
    ],
)
def test_a_table_of_which_more_is_said_than_its_cells_is_read_whole(outcomes, monkeypatch, block, first, other):
    one, two = of_stocks(block, first), of_stocks(block, other)
    quick, slow, whole = both(outcomes, monkeypatch, [one, two])

    assert quick == slow
    assert whole == 3
