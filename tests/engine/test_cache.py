"""The cache keeps a read methodology and its plans, and nothing that is stale."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cache import cache_folder, entry_path, load_entry
from engine.session import open_session
from equations.errors import MethodologyError

ROOT = Path(__file__).resolve().parents[2]
PROJECT = str(ROOT / "methodology_specs/KH_AM004/examples/option1.yaml")


@pytest.fixture
def spec(tmp_path, monkeypatch):
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path / "cache"))
    return shutil.copytree(ROOT / "methodology_specs/KH_AM004/1.1", tmp_path / "spec")


def test_a_second_run_gives_the_same_numbers_from_the_cache(spec):
    first = open_session(spec)
    total = first.run(PROJECT).total
    first.save()

    second = open_session(spec)

    assert second.entry.plans
    assert second.run(PROJECT).total == total
    assert not second.entry.changed


def test_an_edit_of_any_file_of_the_spec_makes_the_entry_stale(spec):
    session = open_session(spec)
    session.run(PROJECT)
    session.save()
    path = spec / "datasets.yaml"
    text = path.read_text(encoding="utf-8")
    assert "76.61" in text
    path.write_text(text.replace("76.61", "86.61"), encoding="utf-8")

    again = open_session(spec)
    assert again.methodology.hash != session.methodology.hash
    with pytest.raises(MethodologyError, match="W806"):  # the verdict of the check is made anew too
        again.run(PROJECT)


def test_a_damaged_entry_is_made_anew(spec):
    session = open_session(spec)
    session.save()
    path = entry_path(spec / "methodology.yaml")
    assert load_entry(path) is not None
    path.write_bytes(b"not a pickle")

    assert load_entry(path) is None
    assert open_session(spec).methodology.hash == session.methodology.hash


def test_the_cache_can_be_switched_off(monkeypatch):
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")

    assert cache_folder() is None
    assert open_session("KH_AM004@1.1").path is None


def test_a_cached_run_needs_neither_pint_nor_networkx_nor_sympy(tmp_path):
    """What decision 0006 promises, looked at in a process of its own."""
    program = (
        "import sys; from engine.cli import main; main(['run', 'KH_AM004@1.1', sys.argv[1]]); "
        "print(sorted({'pint', 'networkx', 'sympy'} & set(sys.modules)), file=sys.stderr)"
    )
    env = {"MRVGRAPH_CACHE": str(tmp_path), "PATH": "", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    for expected in (["networkx", "pint"], []):
        done = subprocess.run([sys.executable, "-c", program, PROJECT], env=env, capture_output=True, text=True, check=True)
        assert done.stderr.strip() == str(expected)
