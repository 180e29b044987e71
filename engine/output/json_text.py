"""JSON read strictly: what a lenient reader drops or guesses is refused."""

from __future__ import annotations

import json
from typing import Any

#: Digits of a whole number; more would take long to read.
_MOST_DIGITS = 400


class JsonError(ValueError):
    """A text that is not JSON, or not unambiguous."""


def read_json(data: bytes) -> Any:
    """Read JSON in UTF-8.

    Raises
    ------
    JsonError
        Also for a key that stands twice in one object, for NaN and infinity, and for what is nested too deep.
    """
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number, parse_int=_whole, parse_float=_finite)
    except JsonError:
        raise
    except RecursionError as cause:
        raise JsonError("it is nested too deep") from cause
    except ValueError as cause:
        raise JsonError(f"it is not JSON: {cause}") from cause


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for at, (key, _) in enumerate(pairs) if key in [name for name, _ in pairs[:at]])
        raise JsonError(f"the key {twice!r} stands twice in one object, and only one value can count")
    return found


def _no_number(text: str) -> float:
    raise JsonError(f"{text} is no number")


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise JsonError(f"a number of {len(text)} digits")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise JsonError(f"{text[:40]} is too large for a number")
    return value
