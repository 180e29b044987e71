"""The set-up behind `make`: it says in a sentence what is wrong, does nothing twice, and installs what was tested."""

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def script(name):
    found = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture
def set_up():
    return script("set_up")


@pytest.fixture
def installed(set_up, monkeypatch):
    """The arguments of each installation, of which none is made; environments are made without pip, which is quick."""
    found = []
    monkeypatch.setattr(set_up.Environment, "install", lambda self, *arguments: found.append(arguments))
    real = set_up.subprocess.run

    def run(command, **options):
        command = [*command, "--without-pip"] if "venv" in command else command
        return real(command, **options) if "compileall" not in command else None

    monkeypatch.setattr(set_up.subprocess, "run", run)
    return found


def test_a_python_too_old_reads_the_script_and_gets_a_sentence(set_up, monkeypatch, capsys):
    ast.parse((ROOT / ".ci/set_up.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    monkeypatch.setattr(set_up.sys, "version_info", (3, 10, 13))

    with pytest.raises(SystemExit) as stopped:
        set_up.check_python()

    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("mrvgraph needs Python 3.11 or newer; this is Python 3.10.13")
    assert "make run PYTHON=python3.13" in said


def test_the_lowest_python_is_the_declared_one(set_up):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]

    assert declared == ">={}.{}".format(*set_up.LOWEST)


def test_a_python_without_its_venv_part_is_told_what_to_install(set_up, monkeypatch, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "ensurepip", None)

    with pytest.raises(SystemExit):
        set_up.set_up(tmp_path / "venv", "run")

    assert "apt-get install python3-venv" in capsys.readouterr().err
    assert not (tmp_path / "venv").exists()


def test_what_is_set_up_is_left_alone(set_up, installed, tmp_path, capsys):
    folder = tmp_path / "venv"
    set_up.set_up(folder, "test")
    assert "setting up" in capsys.readouterr().out
    assert [a for call in installed for a in call if a.endswith(".txt")] == [str(set_up.LOCKED / f"{n}.txt") for n in ("run", "test")]
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    installed.clear()

    set_up.set_up(folder, "test")
    set_up.set_up(folder, "run")  # a part of it

    assert installed == []
    assert capsys.readouterr().out == ""
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_tests_add_to_what_a_run_has(set_up, installed, tmp_path):
    set_up.set_up(tmp_path / "venv", "run")
    (tmp_path / "venv/kept").touch()

    set_up.set_up(tmp_path / "venv", "test")

    assert (tmp_path / "venv/kept").exists()
    assert [call for call in installed if str(set_up.LOCKED / "test.txt") in call]


def test_another_lock_is_installed_without_starting_anew(set_up, installed, tmp_path, monkeypatch):
    set_up.set_up(tmp_path / "venv", "run")
    (tmp_path / "venv/kept").touch()
    installed.clear()
    monkeypatch.setattr(set_up, "digest", lambda purpose: "another")

    set_up.set_up(tmp_path / "venv", "run")

    assert installed
    assert (tmp_path / "venv/kept").exists()


def spoil_python(folder):
    (folder / "bin/python").unlink()
    (folder / "bin/python").symlink_to("/no/such/python")


def of_another_python(folder):
    (folder / "bin/python").unlink()
    (folder / "bin/python").write_text("#!/bin/sh\necho '(3, 9)'\n", encoding="utf-8")
    (folder / "bin/python").chmod(0o755)


def half_made(folder):
    (folder / "mrvgraph.json").unlink()


@pytest.mark.parametrize("spoil", [spoil_python, of_another_python, half_made])
def test_an_environment_that_is_of_no_use_is_made_anew(set_up, installed, tmp_path, capsys, spoil):
    folder = tmp_path / "venv"
    set_up.set_up(folder, "run")
    (folder / "left over").touch()
    spoil(folder)
    capsys.readouterr()

    set_up.set_up(folder, "run")

    assert "is made anew" in capsys.readouterr().out
    assert not (folder / "left over").exists()
    assert set_up.Environment(folder).noted()


def test_a_folder_of_something_else_is_not_touched(set_up, installed, tmp_path, capsys):
    (tmp_path / "precious").write_text("x", encoding="utf-8")

    with pytest.raises(SystemExit):
        set_up.set_up(tmp_path, "run")

    assert (tmp_path / "precious").exists()
    assert "name another" in capsys.readouterr().err


def test_an_environment_of_somebody_else_is_told(set_up, installed, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "venv"
    folder.mkdir()
    monkeypatch.setattr(set_up.os, "access", lambda path, how: False)

    with pytest.raises(SystemExit):
        set_up.set_up(folder, "run")

    assert "make run VENV=" in capsys.readouterr().err


def locked(name):
    lines = (ROOT / f".ci/locked/{name}.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.lower().replace("_", "-").split("==") for line in lines if not line.startswith("#"))


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)][:3]


def test_the_lock_holds_what_is_declared():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    tests = locked("run") | locked("test")
    for held, asked in ((locked("run"), project["dependencies"]), (tests, extras["test"]), (tests | locked("check"), extras["dev"])):
        for one in asked:
            name, _, least = one.lower().replace("==", ">=").partition(">=")
            assert numbers(held[name]) >= numbers(least or "0"), f"{one}: run `python3.11 .ci/lock.py`"


def test_the_lowest_versions_are_those_declared(set_up):
    low = set_up.requirements("lowest")

    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9.]+", one) for one in low)
    assert [one.replace("==", ">=") for one in low] == set_up.requirements("newest")[1:]


@pytest.fixture
def debian(tmp_path, monkeypatch):
    """A Debian whose apt-get writes down what it is told."""
    browser = script("get_browser")
    (tmp_path / "apt-get").write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/told\ncase "$*" in *--simulate*) echo "Inst chromium (1)"; echo "Inst libx (2)";; esac\n',
        encoding="utf-8",
    )
    (tmp_path / "apt-get").chmod(0o755)
    (tmp_path / "version").touch()
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(browser, "DEBIAN", tmp_path / "version")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    return browser


def test_as_root_packages_are_named_before_they_are_installed(debian, tmp_path, capsys):
    assert debian.from_debian("chromium")

    told = (tmp_path / "told").read_text(encoding="utf-8").splitlines()
    said = capsys.readouterr().out
    assert "installing 2 Debian packages" in said and "chromium libx" in said
    assert ["--simulate" in line for line in told] == [True, False, False]


def test_an_ordinary_user_installs_nothing(debian, tmp_path, monkeypatch):
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)

    assert not debian.from_debian("chromium")
    assert not (tmp_path / "told").exists()


def test_a_run_with_skips_fails_where_none_are_allowed(tmp_path):
    (tmp_path / "test_one.py").write_text("import pytest\ndef test_a():\n    pytest.skip('no browser')\n", encoding="utf-8")
    (tmp_path / "conftest.py").write_text((ROOT / "tests/conftest.py").read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, f"--rootdir={tmp_path}", str(tmp_path)]
    path = {**os.environ, "PYTHONPATH": str(ROOT)}

    allowed = subprocess.run(command, env=path | {"MRVGRAPH_NO_SKIPS": "0"}, capture_output=True, text=True)
    refused = subprocess.run(command, env=path | {"MRVGRAPH_NO_SKIPS": "1"}, capture_output=True, text=True)

    assert allowed.returncode == 0, allowed.stdout + allowed.stderr
    assert refused.returncode == 1
    assert "MRVGRAPH_NO_SKIPS=1 allows none" in refused.stdout


def test_an_environment_is_not_made_anew_by_the_python_in_it(set_up, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(set_up.sys, "prefix", str(tmp_path))

    with pytest.raises(SystemExit):
        set_up.check_not_within(tmp_path)

    assert "deactivate" in capsys.readouterr().err
    set_up.check_not_within(tmp_path / "other")
