"""Draws and results in files: every number exact, and what they belong to beside them."""

from __future__ import annotations

import csv
import io
import json
import sys

import numpy as np
import pytest

from engine.cli import main
from engine.simulate import draws_file
from engine.simulate.draws_file import write_draws
from engine.simulate.simulation_report import simulation_csv, simulation_record
from equations.errors import InputError

UNCERTAIN = """
uncertainty:
  inputs:
    DF: {distribution: uniform, min: 0.1, max: 0.3}
    C: {distribution: normal, relative_se: 8 %}
"""
NAMES = ["ER_credit_p[1]", "ER[2018]", "ER[2019]", "ER[2020]"]


@pytest.fixture
def found(simulated, monkeypatch):
    """A simulation whose draws are written in several parts."""
    monkeypatch.setattr(draws_file, "_ROWS", 700)
    return simulated(UNCERTAIN, draws=2000, seed=11, targets=("ER",))


def columns(found) -> list[np.ndarray]:
    return [found.draws["ER_credit_p"][:, 0], *found.draws["ER"].T]


def test_parquet_holds_every_draw_exactly_and_says_what_it_is(found, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")

    write_draws(found, tmp_path / "draws.parquet", "1.2.3")
    table = parquet.read_table(tmp_path / "draws.parquet")

    assert table.column_names == ["draw", *NAMES]
    assert table["draw"].to_numpy().tolist() == list(range(1, 2001))
    for name, draws in zip(NAMES, columns(found), strict=True):
        assert table[name].to_numpy().tobytes() == np.ascontiguousarray(draws).tobytes()
    about = json.loads(table.schema.metadata[b"mrvgraph"])
    run = found.run
    assert about == {
        "format": "mrvgraph-draws/1", "mrvgraph": "1.2.3", "seed": 11, "draws": 2000,
        "methodology": {"id": run.methodology.id, "version": "1.1", "hash": run.methodology.hash},
        "project": {"file": "project.yaml", "sha256": run.project.sha256},
        "units": dict.fromkeys(NAMES, "tCO2e"),
    }  # fmt: skip
    assert table.schema.field("ER[2019]").metadata[b"unit"] == b"tCO2e"
    assert parquet.ParquetFile(tmp_path / "draws.parquet").num_row_groups == 3


def test_csv_holds_every_draw_exactly(found, tmp_path):
    write_draws(found, tmp_path / "draws.csv", "1.2.3")

    head, *rows = list(csv.reader(io.StringIO((tmp_path / "draws.csv").read_text(encoding="utf-8"))))
    assert head == ["draw", *NAMES]
    assert [row[0] for row in rows] == [str(at) for at in range(1, 2001)]
    assert np.array_equal(np.array(rows, float)[:, 1:].T, np.array(columns(found)))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_same_simulation_gives_the_same_bytes(ending, found, tmp_path):
    pytest.importorskip("pyarrow")
    for name in ("a", "b"):
        write_draws(found, tmp_path / f"{name}.{ending}", "1.2.3")

    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert [name for name in names if name.lstrip(".")[:2] in ("a.", "b.")] == [f"a.{ending}", f"b.{ending}"]


def test_results_are_exact_in_json_and_csv(found):
    record = json.loads(json.dumps(simulation_record(found)))
    rows = list(csv.DictReader(io.StringIO(simulation_csv(found))))

    assert [row["name"] for row in rows] == [line["name"] for line in record["quantities"]] == list(found.summaries)
    for row, line, summary in zip(rows, record["quantities"], found.summaries.values(), strict=True):
        assert float(row["mean"]) == line["mean"] == summary.mean
        assert float(row["standard_error"]) == line["standard_error"] == summary.se
        assert float(row["low_90"]) == line["intervals"][0]["low"] == summary.interval(0.9).low
        assert row["unit"] == line["unit"] == summary.unit == "tCO2e"
    assert record["seed"] == 11 and record["methodology"]["hash"] == found.run.methodology.hash


def test_without_pyarrow_it_is_said_before_any_draw(project_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = str(project_file(UNCERTAIN))

    assert main(["simulate", "KH_AM004@1.1", path, "--draws", "1000000000", "--draws-file", str(tmp_path / "x.parquet")]) == 2

    said = capsys.readouterr().err
    assert said.startswith("I514 Parquet needs the package `pyarrow`") and 'pip install "mrvgraph[parquet]"' in said


@pytest.mark.parametrize("name", ["draws.xlsx", "draws", "a_file/draws.csv", ".", "folder.csv"])
def test_a_file_that_cannot_be_written_is_said_before_any_draw(name, project_file, tmp_path, capsys):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "a_file").touch()
    path = str(project_file(UNCERTAIN))

    assert main(["simulate", "KH_AM004@1.1", path, "--draws", "1000000000", "--draws-file", str(tmp_path / name)]) == 2

    assert capsys.readouterr().err.startswith(("I520 ", "I521 "))


def test_a_file_is_written_whole_or_not_at_all(found, tmp_path, monkeypatch):
    (tmp_path / "draws.csv").write_text("older\n", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(draws_file, "_write_csv", full)
    with pytest.raises(InputError, match="No space left") as caught:
        write_draws(found, tmp_path / "draws.csv", "1.2.3")

    assert caught.value.code == "I521"
    assert (tmp_path / "draws.csv").read_text(encoding="utf-8") == "older\n"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".draws")]


def test_draws_that_do_not_fit_into_memory_are_refused_before_any_is_made(project_file, monkeypatch, capsys):
    monkeypatch.setattr("engine.batch.evaluation.free_memory", lambda: 10**9)
    monkeypatch.setattr("engine.simulate.simulation.evaluate_batch", None)

    assert main(["simulate", "KH_AM004@1.1", str(project_file(UNCERTAIN)), "--draws", "100000000", "--target", "ER"]) == 2

    assert "I511 100,000,000 draws of 4 numbers need 8.0 GB of memory" in capsys.readouterr().err
