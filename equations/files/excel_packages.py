"""The packages that write and read workbooks; nothing else imports them, and only when a workbook is named."""

from __future__ import annotations

import importlib
from typing import Any

from equations.errors import InputError


def package(name: str, what: str) -> Any:
    """Return a package.

    Raises
    ------
    InputError
        I514 where it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as cause:
        raise InputError("I514", f"{what} needs the package `{name}`, which is not installed", why="workbooks are kept apart from the rest",
                         remedy='install it with: pip install "mrvgraph[excel]"') from cause  # fmt: skip


def writing() -> Any:
    """Return XlsxWriter."""
    return package("xlsxwriter", "writing a workbook")


def reading() -> Any:
    """Return openpyxl."""
    return package("openpyxl", "reading a workbook")
