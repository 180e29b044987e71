"""Every message of a spec, a formula or a graph says what to do: looked for where messages are made, and where they are read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"[SXG][0-9]{3}\Z")
#: Functions that hand on a message whose remedy is given to them, and where a code is compared or translated.
HANDED_ON = {"_rebuild"}
BROKEN = sorted(path for path in (ROOT / "tests" / "broken_specs").iterdir() if re.match(r"[SXG][0-9]{3}_", path.name))


def places() -> Iterator[tuple[Path, ast.Call]]:
    for room in ("equations", "engine"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and makes_a_message(path, node):
                    yield path, node


def name_of(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def coded(call: ast.Call) -> bool:
    return any(isinstance(a, ast.Constant) and isinstance(a.value, str) and CODE.match(a.value) for a in call.args[:2])


def makes_a_message(path: Path, call: ast.Call) -> bool:
    if path.parent.name == "revision" and name_of(call) == "fault":
        return True
    return coded(call) and name_of(call) in ("fault", "fail", "SpecError", "ExpressionError", "GraphError", "Finding")


def has_remedy(path: Path, call: ast.Call) -> bool:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    if None in given or any(isinstance(a, ast.Starred) for a in call.args):
        return True
    at = {"Finding": 5, "fault": 4 if coded(call) else 3}.get(name_of(call), 99)
    remedy = given.get("remedy") or (call.args[at] if len(call.args) > at else None)
    return remedy is not None and not (isinstance(remedy, ast.Constant) and not remedy.value)


def test_every_place_that_makes_a_message_gives_it_a_remedy():
    found = list(places())

    assert len(found) > 100
    lacking = [f"{path.relative_to(ROOT)}:{call.lineno}" for path, call in found if not has_remedy(path, call)]
    assert lacking == []


@pytest.mark.parametrize("folder", BROKEN, ids=lambda path: path.name)
def test_every_message_of_a_broken_spec_says_what_to_do(folder):
    text = (folder / "expected.txt").read_text(encoding="utf-8")
    messages = re.split(r"(?m)^(?=(?:error |  )?[A-Z][0-9]{3} )", text)

    for message in messages[1:]:
        if re.match(r"(error |  )?[SXG]", message):
            assert re.search(r"(?m)^ {4}do: +\S", message), message
