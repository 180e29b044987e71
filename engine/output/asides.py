"""What a command says beside its output, to whoever called it: nothing, unless somebody listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LISTENER: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


def aside(text: str) -> None:
    """Say something in one sentence; the same is said once."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(text)


@contextmanager
def heard(listen: Callable[[str], None]) -> Iterator[None]:
    """Tell everything that is said within, each once."""
    said: set[str] = set()

    def once(text: str) -> None:
        if text not in said:
            said.add(text)
            listen(text)

    token = _LISTENER.set(once)
    try:
        yield
    finally:
        _LISTENER.reset(token)
