"""``import mrvgraph``: every command is a function, every returned type has a name, mistakes are told and not thrown at the user."""

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import mrvgraph
from engine.cli import FUNCTIONS

EXAMPLE = "methodology_specs/KH_AM004/examples/option1.yaml"
#: Commands that are called otherwise in Python, or that are work of authors on the spec's own text and score, or speak with an editor.
CALLED = {"docs": "document", "diff": "compare"}
ONLY_TYPED = {"list", "show", "mutate", "lsp"}


@pytest.fixture(scope="module")
def run():
    return mrvgraph.run("KH_AM004@1.1", EXAMPLE)


def test_every_command_has_its_function():
    for command in FUNCTIONS:
        if command not in ONLY_TYPED:
            assert callable(getattr(mrvgraph, CALLED.get(command, command))), command


@pytest.mark.parametrize("name", [n for n in mrvgraph.__all__ if not n.startswith("_")])
def test_names_are_there_documented_and_typed(name):
    found = getattr(mrvgraph, name)
    assert inspect.getdoc(found)
    if inspect.isfunction(found):
        signature = inspect.signature(found)
        assert signature.return_annotation is not inspect.Signature.empty
        assert all(p.annotation is not inspect.Parameter.empty for p in signature.parameters.values())


def test_names_are_sorted_and_completed():
    assert mrvgraph.__all__ == sorted(mrvgraph.__all__) == dir(mrvgraph)
    assert Path(mrvgraph.__file__).with_name("py.typed").exists()
    with pytest.raises(AttributeError, match="it has audit, check, compare"):
        mrvgraph.no_such_name  # noqa: B018


def test_a_run_is_asked_by_names(run):
    assert round(run.total) == 1005753
    assert run.value("RL", year=2019) == run.value("RL", year="2019") > run.value("PE", year=2019)
    (node,) = mrvgraph.explain(run, "E_urea[2019]")
    assert node.value == pytest.approx(1.76)
    assert {need.quantity.id for need in mrvgraph.needs("KH_AM004@1.1", choices={"option": "1", "fuel": "none"})} >= {"CA_pj", "A_0"}


def test_what_if_and_what_for(run):
    found = mrvgraph.solve(run, "DF", "ER_credit_p = 1000000")
    assert found.value == pytest.approx(1 - 1_000_000 / 1_257_190.873, rel=1e-6)
    simulated = mrvgraph.simulate(run, draws=200, seed=1)
    assert simulated.result.se > 0
    assert mrvgraph.sensitivity(run).effects


def test_versions_and_receipts(tmp_path):
    difference = mrvgraph.compare("KH_AM004@1.0", "KH_AM004@1.1", projects=[EXAMPLE])
    assert difference.effect.difference == pytest.approx(-172_684.5, abs=0.1)
    report = mrvgraph.audit("KH_AM004@1.1", EXAMPLE)
    written = mrvgraph.report(report, tmp_path / "report.md")
    assert (tmp_path / "report.md").exists() and "report.md" in written.text


@pytest.mark.parametrize("make", [
    lambda: mrvgraph.load("KH_AM004@1.1"), lambda: mrvgraph.run("KH_AM004@1.1", EXAMPLE), lambda: mrvgraph.audit("KH_AM004@1.1", EXAMPLE),
    lambda: mrvgraph.compare("KH_AM004@1.0", "KH_AM004@1.1"), lambda: mrvgraph.check("KH_AM004@1.1"), lambda: mrvgraph.graph("KH_AM004@1.1"),
])  # fmt: skip
def test_what_comes_back_is_shown_in_a_line(make):
    shown = repr(make())
    assert len(shown) < 300 and "\n" not in shown, shown[:300]


@pytest.mark.parametrize(("wrong", "said"), [
    (lambda run: mrvgraph.run("KH_AM004@1.1", {"values": {}}), "a project is a file"),
    (lambda run: mrvgraph.run(1.1, EXAMPLE), "a methodology is named by text or a path"),
    (lambda run: mrvgraph.run("KH_AM004@1.1", "no such file.yaml"), "no such file"),
    (lambda run: mrvgraph.load("KH_AM005"), "KH_AM005"),
    (lambda run: run.value("RL"), "RL has the indices year"),
    (lambda run: run.value("RL", years=2019), "RL has the indices year"),
    (lambda run: run.value("RL", year=1999), "year has no member '1999'"),
    (lambda run: run.value("Rl", year=2019), "there is no 'Rl'"),
    (lambda run: mrvgraph.explain(run, "XX[2019]"), "there is no 'XX'"),
    (lambda run: mrvgraph.simulate(run, draws=-1), "cannot be a number of draws"),
    (lambda run: mrvgraph.sensitivity(run, "XX"), "no quantity 'XX'"),
    (lambda run: mrvgraph.compare("KH_AM004@1.1"), "nothing to compare with"),
    (lambda run: mrvgraph.needs("KH_AM004@1.1", choices={"colour": "red"}), "there is no choice 'colour'"),
])  # fmt: skip
def test_mistakes_are_told(run, wrong, said):
    with pytest.raises(mrvgraph.MethodologyError) as told:
        wrong(run)
    assert said in str(told.value) and "do:" in str(told.value)


def test_a_strangers_engine_is_told_in_a_sentence(tmp_path):
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("", encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), str(Path.cwd())])
    done = subprocess.run([sys.executable, "-c", "import mrvgraph"], env={**os.environ, "PYTHONPATH": paths}, cwd=tmp_path,
                          capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 1
    assert "ImportError: mrvgraph needs its own package 'engine'" in done.stderr


def test_the_command_line_by_its_name():
    done = subprocess.run([sys.executable, "-m", "mrvgraph", "--version"], capture_output=True, text=True)
    assert done.returncode == 0 and mrvgraph.__version__ in done.stdout


def test_a_run_does_not_wait_for_documents():
    code = "import mrvgraph, sys; mrvgraph.run; print([m for m in ('engine.documents', 'sympy', 'engine.simulate.simulation') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
