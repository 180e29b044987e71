"""Frozen dataclasses that are quick to declare: every command waits for all of them.

``dataclasses.dataclass`` writes and compiles five functions for each class; for a hundred classes that takes longer than a run of a
methodology. A record is a dataclass (``fields``, ``replace`` and ``match`` work) whose functions are written once, below, for all
records. To a type checker it is a dataclass like any other.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

__all__ = ["record"]

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen: bool, eq: bool = True, repr: bool = True):
        """Return a decorator that makes a class a frozen dataclass. ``eq`` and ``repr`` as there."""
        if not frozen:
            raise TypeError("a record is frozen")

        def made(cls: type) -> type:
            return _filled(dataclasses.dataclass(init=False, repr=False, eq=False)(cls), eq, repr)

        return made


def _filled(cls: Any, eq: bool, show: bool) -> Any:
    """Give a dataclass the functions of a record, where its body has none of its own."""
    own = dataclasses.fields(cls)
    cls.__init__ = _initialiser(cls, own)
    cls.__setattr__, cls.__delattr__ = _refuse, _refuse
    if show and "__repr__" not in cls.__dict__:
        cls.__repr__ = _shown
    if eq:
        names = tuple(field.name for field in own if field.compare)
        if "__eq__" not in cls.__dict__:
            cls.__eq__ = _equality(names)
        if cls.__dict__.get("__hash__") is None:
            cls.__hash__ = _hashing(tuple(field.name for field in own if (field.compare if field.hash is None else field.hash)))
    return cls


def _initialiser(cls: type, own: tuple[dataclasses.Field[Any], ...]) -> Any:
    positional = tuple(field.name for field in own if field.init and not field.kw_only)
    names = frozenset(field.name for field in own if field.init)
    defaults = {field.name: field.default for field in own if field.default is not dataclasses.MISSING}
    factories = tuple((field.name, field.default_factory) for field in own if field.default_factory is not dataclasses.MISSING)
    after, count = getattr(cls, "__post_init__", None), len(own)

    def initialise(self: Any, *values: Any, **named: Any) -> None:
        held = self.__dict__
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
