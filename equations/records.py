"""Dataclasses that are quick to declare: every command waits for all of them.

``dataclasses.dataclass`` writes and compiles five functions for each class and looks at every annotation; for a hundred classes that takes
longer than a run of a methodology. A record is a dataclass (``fields``, ``replace`` and ``match`` work) whose functions are written once,
below, for all records, and of which :mod:`dataclasses` is told when it first asks. To a type checker it is a dataclass like any other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, eq: bool = True, repr: bool = True):
        """Return a decorator that makes a class a dataclass. ``frozen``, ``eq`` and ``repr`` as there."""

        def made(cls: type) -> type:
            return _filled(cls, frozen, eq, repr)

        return made


Fields = tuple[dataclasses.Field[Any], ...]


class _ToldLater:
    """What :mod:`dataclasses` wants to know of a record under one name, found out when it first asks for it."""

    def __init__(self, cls: Any, declared: dict[str, Any], name: str) -> None:
        self.cls, self.declared, self.name = cls, declared, name

    def __get__(self, held: object, owner: type) -> Any:
        cls, told = self.cls, dataclasses.dataclass(init=False, repr=False, eq=False)
        twin: Any = told(type(cls.__name__, cls.__bases__, dict(self.declared)))
        cls.__dataclass_fields__, cls.__dataclass_params__ = twin.__dataclass_fields__, twin.__dataclass_params__
        return getattr(cls, self.name)


def _filled(cls: Any, frozen: bool, eq: bool, show: bool) -> Any:
    """Make a class a dataclass with the functions of a record, where its body has none of its own."""
    declared = {name: cls.__dict__[name] for name in cls.__annotations__ if name in cls.__dict__}
    declared |= {"__annotations__": cls.__annotations__, "__module__": cls.__module__}
    own = cls.__record_fields__ = tuple({field.name: field for field in (*_inherited(cls), *_own(cls))}.values())
    cls.__dataclass_fields__ = _ToldLater(cls, declared, "__dataclass_fields__")
    cls.__dataclass_params__ = _ToldLater(cls, declared, "__dataclass_params__")
    cls.__match_args__ = tuple(field.name for field in own if field.init and not field.kw_only)  # type: ignore[misc]
    cls.__init__ = _initialiser(cls, own)
    if frozen:
        cls.__setattr__, cls.__delattr__ = _refuse, _refuse
    if show and "__repr__" not in cls.__dict__:
        cls.__repr__ = _shown
    if eq:
        names = tuple(field.name for field in own if field.compare)
        if "__eq__" not in cls.__dict__:
            cls.__eq__ = _equality(names)
        if cls.__dict__.get("__hash__") is None:
            hashed = tuple(field.name for field in own if (field.compare if field.hash is None else field.hash))
            cls.__hash__ = _hashing(hashed) if frozen else None
    return cls


def _inherited(cls: Any) -> Iterator[dataclasses.Field[Any]]:
    """Yield the fields of the classes from which one is made, the remotest first."""
    for base in cls.__mro__[:0:-1]:
        held = base.__dict__
        yield from held["__record_fields__"] if "__record_fields__" in held else held.get("__dataclass_fields__", {}).values()


def _own(cls: Any) -> Iterator[dataclasses.Field[Any]]:
    """Yield the fields that a class itself declares; what is given in place of one without a value is taken off the class."""
    for name, annotation in cls.__annotations__.items():
        what = str(annotation).rpartition("typing.")[2]
        if what.startswith("ClassVar"):
            continue
        held = cls.__dict__.get(name, dataclasses.MISSING)
        field: Any = held if isinstance(held, dataclasses.Field) else dataclasses.field(default=held)
        if what.endswith("KW_ONLY") or "InitVar" in what or field.default.__class__.__hash__ is None:
            raise TypeError(f"a record takes no {what} with {held!r} as {cls.__name__}.{name}")
        field.name, field.kw_only = name, field.kw_only is True
        if field is held and field.default is dataclasses.MISSING:
            delattr(cls, name)
        elif field is held:
            setattr(cls, name, field.default)
        yield field


def _initialiser(cls: type, own: Fields) -> Any:
    positional = tuple(field.name for field in own if field.init and not field.kw_only)
    names = frozenset(field.name for field in own if field.init)
    defaults = {field.name: field.default for field in own if field.default is not dataclasses.MISSING}
    factories = tuple((field.name, field.default_factory) for field in own if field.default_factory is not dataclasses.MISSING)
    after, count = getattr(cls, "__post_init__", None), len(own)

    def initialise(self: Any, *values: Any, **named: Any) -> None:
        held = self.__dict__
        if len(values) < count:
            held.update(defaults)
        held.update(zip(positional, values, strict=False))
        if named:
            if not (named.keys() <= names and named.keys().isdisjoint(positional[: len(values)])):
                raise TypeError(f"{cls.__name__}() takes each of {', '.join(sorted(names))} once, and got {', '.join(named)}")
            held.update(named)
        for name, make in factories:
            if name not in held:
                held[name] = make()
        if len(held) != count or len(values) > len(positional):
            lacking = ", ".join(sorted(names - held.keys())) or "nothing"
            raise TypeError(f"{cls.__name__}() takes {', '.join(positional)}; {lacking} is missing, {len(values)} were given in order")
        if after is not None:
            after(self)

    return initialise


def _equality(names: tuple[str, ...]) -> Any:
    def equals(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        mine, theirs = self.__dict__, other.__dict__
        return all(mine[name] is theirs[name] or mine[name] == theirs[name] for name in names)

    return equals


def _hashing(names: tuple[str, ...]) -> Any:
    def hashed(self: Any) -> int:
        held = self.__dict__
        return hash(tuple([held[name] for name in names]))

    return hashed


def _shown(self: Any) -> str:
    parts = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(parts)})"


def _refuse(self: Any, name: str, *_: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")
