"""The cache keeps a read methodology and its plans, and nothing that is stale."""

import json
import os
import pickle
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.commands.session import open_session
from engine.output.written_files import PART
from engine.run.cache import cache_folder, entry_path, load_entry
from equations.errors import MethodologyError

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "tests/specs_for_tests/tiny"
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


def test_an_entry_is_of_the_folders_in_which_tools_are_looked_for(spec, tmp_path, monkeypatch):
    """Another folder may hold another tool of the same name and version."""
    before = entry_path(spec)
    monkeypatch.setenv("MRVGRAPH_SPECS", str(tmp_path / "ours"))

    assert before is not None and entry_path(spec) != before


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


LOADING = """
import json, sys
import numpy
seen = set(sys.modules)
from engine.cli import main
for command in (["run"], ["simulate", "--draws", "100"]):
    assert main([command[0], "KH_AM004@1.1", sys.argv[1], *command[1:]]) == 0
    new, seen = set(sys.modules) - seen, set(sys.modules)
    print(json.dumps(sorted(new)), file=sys.stderr)
"""


def rooms(modules):
    """Return what modules belong to: a room of ours, a package of others; those of Python itself are in no table."""
    ours = {".".join(name.split(".")[:2]) for name in modules if name.startswith(("engine.", "equations."))}
    return ours | {name.split(".")[0] for name in modules} - {"engine", "equations"} - sys.stdlib_module_names


def test_a_cached_command_loads_what_the_table_of_the_documents_says_and_no_more(tmp_path):
    """What decision 0006 promises, looked at in a process of its own."""
    env = {"MRVGRAPH_CACHE": str(tmp_path), "PATH": "", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    first, again = (
        [set(json.loads(line)) for line in done.stderr.splitlines()]
        for _ in range(2)
        for done in [subprocess.run([sys.executable, "-c", LOADING, PROJECT], env=env, capture_output=True, text=True, check=True)]
    )
    assert {"networkx", "pint"} <= rooms(first[0])

    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8").split("<!-- loaded: begin -->")[1].split("<!-- loaded: end -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| `")]
    listed = {command: {name.strip("`") for names, by, _ in rows if by == command for name in names.split(", ")} for command in ("run", "simulate")}
    hidden = {"cython_runtime", "__mp_main__"}
    assert {name for name in rooms(again[0]) - hidden if not name.startswith("_")} == listed["run"]
    assert {name for name in rooms(again[1] - again[0]) - hidden - listed["run"] if not name.startswith("_")} == listed["simulate"]
    # of Python itself: what costs milliseconds and is for messages, pictures, archives and other processes
    assert not again[0] & {"difflib", "tempfile", "textwrap", "statistics", "json", "email", "concurrent.futures", "multiprocessing"}


class Dropper:
    """What somebody could put into a cache: reading it does something."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("whose", ["writable by others", "writable by the group", "a link", "a FIFO", "another user's"])
def test_an_entry_that_is_not_the_users_alone_is_not_looked_at(spec, tmp_path, whose):
    folder = cache_folder()
    path = entry_path(spec / "methodology.yaml")
    path.write_bytes(pickle.dumps(Dropper(tmp_path / "owned")))
    path.chmod({"writable by others": 0o606, "writable by the group": 0o620}.get(whose, 0o600))
    if whose == "a link":
        path.replace(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
    if whose == "a FIFO":
        path.unlink()
        os.mkfifo(path)
    if whose == "another user's":
        if os.geteuid():
            pytest.skip("only root can give a file away")
        os.chown(path, 4242, -1)

    assert load_entry(path) is None
    assert not (tmp_path / "owned").exists()
    assert folder is not None and open_session(spec).methodology.id == "KH_AM004"


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_a_folder_that_others_may_write_to_is_no_cache(tmp_path, monkeypatch, mode):
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    monkeypatch.setenv("MRVGRAPH_CACHE", str(folder))

    assert cache_folder() is None


def test_without_a_home_there_is_no_cache_and_no_traceback(monkeypatch):
    for name in ("HOME", "XDG_CACHE_HOME", "MRVGRAPH_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("Could not determine home directory.")))

    assert cache_folder() is None
    assert open_session("KH_AM004@1.1").path is None


def test_what_was_not_used_for_long_is_removed_and_nothing_else(spec):
    folder = cache_folder()
    old = [folder / ("a" * 32 + ".pickle"), folder / ("b" * 32 + ".lines")]
    others = [folder / "notes.pickle", folder / "mine.txt", folder / ("c" * 32 + ".pickle")]
    for path in (*old, *others):
        path.touch()
        if path.name[0] != "c":
            os.utime(path, (0, 0))
    open_session(spec).save()

    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in others)
    assert not [path for path in folder.iterdir() if path.name.endswith(PART)]


def test_an_entry_is_its_owners_alone(spec):
    before = os.umask(0)
    try:
        open_session(spec).save()
    finally:
        os.umask(before)

    assert stat.S_IMODE(entry_path(spec / "methodology.yaml").stat().st_mode) == 0o600


@pytest.mark.parametrize("options", [{"readings": {"stock": "half"}}, {"targets": ("RL",)}])
def test_a_plan_is_kept_for_the_readings_and_targets_it_was_made_for(options, monkeypatch, tmp_path):
    """A step between a quantity and an equation is computed, so that another reading has another plan."""
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path / "cache"))
    spec, project = tmp_path / "spec.yaml", tmp_path / "project.yaml"
    spec.write_text(f"""
based_on: {TINY}
changes:
  add:
    rulings:
      - {{id: stock, issue: whose stock, default: whole, readings: [{{id: whole, meaning: all of it}},
          {{id: half, meaning: half of it, adjust: [{{of: EF, in: [dcs.start], gives: 'it[i] / 2'}}]}}]}}
""", encoding="utf-8")  # fmt: skip
    project.write_text((TINY / "project.yaml").read_text(encoding="utf-8").replace("methodology: TINY@1\n", ""), encoding="utf-8")
    session = open_session(spec)
    plain, other = session.run(project), session.run(project, **options)
    assert repr(other.values) == repr(open_session(spec).run(project, **options).values)
    assert repr(other.values) != repr(plain.values)


def test_a_plan_is_kept_for_what_the_project_supplies(monkeypatch, tmp_path):
    """What is supplied cuts the graph above it: a project that supplies less needs another plan."""
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path / "cache"))
    text = (TINY / "project.yaml").read_text(encoding="utf-8")
    supplied = text + "  dCS: {unit: tC, values: {2018: 1, 2019: 2, 2020: 3}, source: elsewhere}\n"
    (tmp_path / "supplied.yaml").write_text(supplied, encoding="utf-8")
    session = open_session(TINY)
    assert session.run(tmp_path / "supplied.yaml").values.arrays["dCS"].tolist() == [1, 2, 3]
    assert session.run(TINY / "project.yaml").values.arrays["dCS"].tolist() != [1, 2, 3]
