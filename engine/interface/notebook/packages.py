"""The packages of data analysis; nothing else imports them, and only when somebody asks for a frame or for labelled arrays."""

from __future__ import annotations

import importlib
from typing import Any

from equations.errors import InputError


def pandas() -> Any:
    """Return pandas.

    Raises
    ------
    InputError
        I514 where it is not installed.
    """
    return _package("pandas", "a frame")


def xarray() -> Any:
    """Return xarray.

    Raises
    ------
    InputError
        I514 where it is not installed.
    """
    return _package("xarray", "a data set of labelled arrays")


def _package(name: str, what: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as cause:
        raise InputError("I514", f"{what} needs the package `{name}`, which is not installed", why="a run does without it",
                         remedy='install it with: pip install "mrvgraph[notebook]"') from cause  # fmt: skip
