"""What many commands take: choices and readings as ``name=value``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from equations.errors import InputError


def pairs(items: Sequence[str] | None, what: str) -> dict[str, str]:
    """Return what was written as ``name=value``.

    Parameters
    ----------
    what
        The option, for messages.

    Raises
    ------
    InputError
        I508 for what has no value, and for a name that is given twice.
    """
    found: dict[str, str] = {}
    for item in items or ():
        key, sign, value = item.partition("=")
        if not sign or not key or not (value or what == "members"):  # a set may have no member
            raise InputError("I508", f"--{what} takes name=value, not {item!r}", remedy=f"write --{what} name=value")
        if key in found:
            raise InputError("I508", f"--{what} {key} is given twice", remedy="give it once")
        found[key] = value
    return found


def switches_of(options: argparse.Namespace) -> tuple[dict[str, str], dict[str, str]]:
    """Return the choices and the readings of a command line."""
    return pairs(options.choose, "choose"), pairs(options.reading, "reading")
