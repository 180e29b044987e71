"""KH_AM004, loaded once, and a way to run project files under it in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import mrvgraph
from equations.model.methodology import Methodology

SPECS = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004"


@pytest.fixture(scope="session")
def kh() -> Methodology:
    return mrvgraph.load(SPECS / "1.1")


@pytest.fixture(scope="session")
def run_kh(kh: Methodology) -> Callable[..., mrvgraph.Run]:
    """Return ``run(path, targets=..., readings=...)``."""
    return partial(mrvgraph.run, kh)


@pytest.fixture(scope="session")
def examples() -> Path:
    return SPECS / "examples"
