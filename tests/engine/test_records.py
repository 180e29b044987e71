"""A record is a dataclass for whoever asks, and a pattern a regular expression, though neither is made before somebody asks."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
from typing import ClassVar

import pytest

from equations.patterns import pattern
from equations.records import record


@record(frozen=True)
class Point:
    x: int
    y: tuple[int, ...] = ()
    #: No field.
    kind: ClassVar[str] = "point"
    more: dict[str, int] = dataclasses.field(default_factory=dict, repr=False, compare=False)


@record(frozen=True)
class Named(Point):
    y: tuple[int, ...] = (1,)
    name: str = dataclasses.field(default="a", kw_only=True)


@dataclasses.dataclass
class Plain(Point):
    z: int = 3


@record(frozen=False)
class Open:
    count: int = 0


def test_dataclasses_find_the_fields_of_a_record():
    assert [(f.name, f.kw_only) for f in dataclasses.fields(Named)] == [("x", False), ("y", False), ("more", False), ("name", True)]
    assert dataclasses.is_dataclass(Point) and dataclasses.is_dataclass(Named(1))
    assert dataclasses.replace(Named(1), x=2, name="b") == Named(2, name="b")
    assert dataclasses.asdict(Named(1)) == {"x": 1, "y": (1,), "more": {}, "name": "a"}
    assert [f.name for f in dataclasses.fields(Plain)] == ["x", "y", "more", "z"]
    assert Named.__match_args__ == ("x", "y", "more") and Point.kind == Named(1).kind == "point"


def test_a_record_is_made_compared_and_shown_as_a_dataclass():
    assert Point(1) == Point(1, (), {"b": 2}) != Point(2)
    assert hash(Point(1)) == hash(Point(1, (), {"b": 2}))
    assert repr(Named(1, name="c")) == "Named(x=1, y=(1,), name='c')"
    assert pickle.loads(pickle.dumps(Named(3))) == copy.deepcopy(Named(3)) == Named(3)
    assert not hasattr(Point, "more") and Point.y == () and Named.y == (1,)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Point(1).x = 2
    for wrong in (lambda: Point(), lambda: Point(1, x=2), lambda: Named(1, (), {}, "d"), lambda: Point(1, z=2)):
        with pytest.raises(TypeError):
            wrong()


def test_an_open_record_can_be_changed_and_has_no_hash():
    one = Open()
    one.count += 2

    assert one == Open(2)
    with pytest.raises(TypeError):
        hash(one)


@pytest.mark.parametrize("annotation, value", [("KW_ONLY", ...), ("InitVar[int]", 1), ("list[int]", [])])
def test_what_a_record_does_not_do_is_refused_at_once(annotation, value):
    with pytest.raises(TypeError, match="a record takes no"):
        record(frozen=True)(type("Wrong", (), {"__annotations__": {"a": annotation}, "a": value}))


def test_a_pattern_is_compiled_when_it_is_first_used(monkeypatch):
    made = []
    real = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: made.append(given) or real(*given))
    found = pattern("[a-c]+", re.IGNORECASE)

    assert not made
    assert found.fullmatch("aBc") and not found.fullmatch("d") and found.sub("-", "xaby") == "x-y" and found.pattern == "[a-c]+"
    assert copy.copy(found).match("A")
