"""What a command says that the system does not let go on: a fault with a remedy."""

from __future__ import annotations

from equations.errors import InputError, Place

#: The exit code of bad usage and of bad input.
BAD = 2


def fault_of(cause: MemoryError | RecursionError | OSError) -> InputError:
    """Return what the system refused as a fault with a remedy: I511 for memory, I521 for files."""
    if not isinstance(cause, OSError):
        return InputError("I511", "this is more than fits into memory", why=type(cause).__name__, remedy="divide it, or use a larger machine")
    place = Place(str(cause.filename)) if cause.filename else None
    return InputError("I521", f"the system refused a file: {cause.strerror or cause}", place,
                      remedy="see that what is read and written is there, and that there is room")  # fmt: skip
