"""KH_AM004, loaded once, and a way to run project files under it in memory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import engine
from equations.methodology import Methodology

SPECS = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004"


@pytest.fixture(scope="session")
def kh() -> Methodology:
    return engine.load(SPECS / "1.1")


@pytest.fixture(scope="session")
def run_kh(kh: Methodology) -> Callable[..., engine.Run]:
    """Return ``run(path, targets=..., readings=...)``."""
    return partial(engine.run, kh)


@pytest.fixture(scope="session")
def examples() -> Path:
    return SPECS / "examples"
