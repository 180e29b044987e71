"""Programs are kept on disk for exactly what they were made of, and give the same bits when they are taken from there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mrvgraph
from engine.batch import batchable
from engine.batch.evaluation import Way
from engine.batch.kept_programs import kept, key_of
from engine.batch.many_draws import batch_of
from engine.run import cache
from equations.readings.composition import with_readings

TINY = Path(__file__).resolve().parents[1] / "specs_for_tests" / "tiny"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path))
    return mrvgraph.run(mrvgraph.load(TINY / "methodology.yaml"), TINY / "project.yaml")


def draws(run, way):
    made = batch_of(run, ("ER_p",))
    areas = np.array([[1000.0, 500.0, 0.0], [1100.0, 400.5, 0.0]])
    return made({"A_0": areas}, way).arrays["ER_p"], made.beyond({"A_0": areas}, way)


@pytest.mark.parametrize("form", ["optimised", "literal"])
def test_a_program_from_disk_gives_the_same_bits_and_nothing_is_made_anew(run, tmp_path, monkeypatch, form):
    way = Way(form=form, backend="numpy", workers=1)
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")
    expected, beyond = draws(run, way)
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path))
    assert np.array_equal(draws(run, way)[0], expected)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("*.program")} == {0o600}

    monkeypatch.setattr(batchable, "make_batchable", None)
    monkeypatch.setattr(batchable, "prepare", None)
    found, again = draws(run, way)

    assert np.array_equal(found, expected)
    assert again.keys() == beyond.keys()


def test_each_reading_and_each_plan_has_a_program_of_its_own(run):
    other = with_readings(run.methodology, {"floor": "zero"})

    assert len({key_of(run.methodology), key_of(other), key_of(run.methodology, "plan"), key_of(run.methodology, "plan", "")}) == 4


def test_nothing_is_kept_of_a_methodology_that_was_changed_in_memory(run):
    """It says of itself that it has the hash, the base and the readings of the one from which it was made."""
    other = with_readings(run.methodology, {"floor": "zero"})

    assert key_of(run.methodology) and key_of(other)
    for whole in (run.methodology, other):
        assert not key_of(replace(whole, equations=whole.equations[1:]))


def test_what_was_read_of_other_bytes_has_another_name(run, tmp_path):
    text = (TINY / "methodology.yaml").read_text(encoding="utf-8")
    (tmp_path / "methodology.yaml").write_text(f"{text}# a remark\n", encoding="utf-8")

    assert key_of(mrvgraph.load(tmp_path / "methodology.yaml")) not in ("", key_of(run.methodology))


@pytest.mark.parametrize("fault", ["damaged", "writable by others", "of another name"])
def test_what_cannot_be_trusted_is_made_anew(run, tmp_path, fault):
    key = key_of(run.methodology)
    assert kept(key, lambda: "first") == kept(key, lambda: "second") == "first"
    path = tmp_path / f"{key}.program"
    if fault == "damaged":
        path.write_bytes(b"\x80")
    elif fault == "of another name":
        path.replace(tmp_path / f"{'0' * 32}.program")
        key, path = "0" * 32, tmp_path / f"{'0' * 32}.program"
    else:
        path.chmod(0o606)

    assert kept(key, lambda: "third") == "third"


def test_of_many_programs_the_oldest_go(run, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "_MOST_PROGRAMS", 2)
    for at in range(4):
        kept(key_of(run.methodology, str(at)), lambda at=at: at)

    assert len(list(tmp_path.glob("*.program"))) == 2
