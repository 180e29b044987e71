"""What a command says that cannot go on: the fault with the lines that it is about, on standard error, and as plain data where that was asked for."""

from __future__ import annotations

import json
from contextlib import suppress

from engine.output.destination import say, tell
from engine.output.escapes import json_text
from engine.output.excerpt import with_excerpts
from equations.errors import Faults, InputError, MethodologyError, Place

#: The exit code of bad usage and of bad input.
BAD = 2


def fault_of(cause: MemoryError | RecursionError | OSError) -> InputError:
    """Return what the system refused as a fault with a remedy: I511 for memory, I521 for files."""
    if not isinstance(cause, OSError):
        return InputError("I511", "this is more than fits into memory", why=type(cause).__name__, remedy="divide it, or use a larger machine")
    place = Place(str(cause.filename)) if cause.filename else None
    return InputError("I521", f"the system refused a file: {cause.strerror or cause}", place,
                      remedy="see that what is read and written is there, and that there is room")  # fmt: skip


def told_fault(error: MethodologyError, *, json_wanted: bool) -> int:
    """Tell a fault, or several, and return the exit code."""
    tell(f"{with_excerpts(error)}\n")
    if json_wanted and error.code != "I525":
        errors = error.errors if isinstance(error, Faults) else (error,)
        record = {"errors": [one.as_record() for one in errors]}
        with suppress(InputError):
            say(json_text(json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)) + "\n", "json")
    return BAD
