"""Regular expressions that are compiled when they are first used: a command uses few of those that its modules declare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

__all__ = ["pattern"]


class _Pattern:
    """A compiled regular expression, but for when it is compiled; it has what :class:`re.Pattern` has."""

    def __init__(self, text: str, flags: re.RegexFlag | int = 0) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what `copy` and `pickle` ask for
            raise AttributeError(name)
        held = getattr(re.compile(self._text, self._flags), name)
        self.__dict__[name] = held
        return held


if TYPE_CHECKING:
    from re import compile as pattern
else:
    pattern = _Pattern
