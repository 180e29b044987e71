"""Faults that are gathered are raised: a list that was looked at takes no more in silence."""

import ast
import re
from pathlib import Path

import pytest

import engine.project.project_file
from engine.project.project_file import read_project_text
from equations.errors import FaultList, Faults, InputError, MethodologyError, raise_all

ROOT = Path(engine.project.project_file.__file__).parents[1]
PROJECT = """
project: {name: p}
operation: {start: 2020-01-01, end: 2020-12-31}
values:
  X: {unit: t, VALUE}
"""


def fault(what):
    return InputError("I506", what)


def test_all_that_was_gathered_is_raised_together():
    errors = FaultList()
    errors.append(fault("one"))
    errors.append(fault("two"))
    with pytest.raises(Faults) as caught:
        raise_all(errors)
    assert [error.what for error in caught.value.errors] == ["one", "two"]


def test_what_comes_after_is_raised_where_it_is_found():
    errors = FaultList()
    raise_all(errors)
    with pytest.raises(InputError, match="late"):
        errors.append(fault("late"))


@pytest.mark.parametrize(
    "value",
    ["value: [1, 2]", "at: banana", "at: {year: [2020]}", "source: [a, b]", "layout: sideways", "monitoring_option: Z", "method: {a: b}",
     "otherwise: {a: 1}", "table: [a]", "file: [a.csv]", "unit: [t]", "comments: {}", "frequency: [x]"],
)  # fmt: skip
def test_a_field_of_the_wrong_shape_is_refused_where_the_file_is_read(value):
    text = PROJECT.replace("unit: t, VALUE", value) if value.startswith("unit") else PROJECT.replace("VALUE", value)
    with pytest.raises(MethodologyError, match=r"I506 .*\(p.yaml:5:"):
        read_project_text(text, Path("p.yaml"))


def test_a_block_that_is_read_later_tells_its_reader():
    project = read_project_text(PROJECT.replace("VALUE", "value: 1"), Path("p.yaml"))
    (block,) = project.values["X"]
    with pytest.raises(MethodologyError, match="I506 value must be a mapping"):
        block.texts("value")
    heard = FaultList()
    block.heard_by(heard).texts("value")
    assert [error.code for error in heard] == ["I506"]


def test_a_function_that_gathers_faults_raises_them():
    """Every function that makes a list of errors of its own also raises it, or gives it away."""
    silent = []
    for path in sorted([*(ROOT / "engine").rglob("*.py"), *(ROOT / "equations").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                made = {t.id for n in ast.walk(node) if isinstance(n, ast.AnnAssign) and isinstance(t := n.target, ast.Name)
                        and re.match(r"list\[MethodologyError|Errors\b", ast.unparse(n.annotation)) and n.value is not None}  # fmt: skip
                heard = {n.id for c in ast.walk(node) if isinstance(c, ast.Call | ast.Return) for n in ast.walk(c) if isinstance(n, ast.Name)
                         and (isinstance(c, ast.Return) or ast.unparse(c.func) in ("raise_all", "Faults"))}  # fmt: skip
                silent += [f"{path.name}:{node.name}:{name}" for name in made - heard]
    assert not silent
