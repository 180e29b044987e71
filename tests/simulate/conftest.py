"""Projects with a declared uncertainty, run under KH_AM004."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import mrvgraph
from engine.simulate.simulation import Simulation, simulate
from equations.units.registry import parse_unit

EXAMPLES = Path(__file__).resolve().parents[2] / "methodology_specs" / "KH_AM004" / "examples"


@pytest.fixture(scope="session")
def kh():
    return mrvgraph.load("KH_AM004@1.1")


@pytest.fixture
def project_file(tmp_path: Path) -> Callable[..., Path]:
    """Return ``write(uncertainty text, option)``: an example project with an ``uncertainty:`` of its own."""

    def write(uncertainty: str, option: int = 1) -> Path:
        for name in ("option2_conversions.csv", "option2_belt_conversions.csv"):
            (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
        text = (EXAMPLES / f"option{option}.yaml").read_text(encoding="utf-8").split("\nuncertainty:")[0]
        path = tmp_path / "project.yaml"
        path.write_text(text + "\n" + uncertainty, encoding="utf-8")
        return path

    return write


@pytest.fixture
def simulated(kh, project_file) -> Callable[..., Simulation]:
    """Return ``simulate(uncertainty text, option, ...)``."""

    def make(
        uncertainty: str, option: int = 1, draws: int = 5000, seed: int = 1, targets: tuple[str, ...] = (), **more
    ) -> Simulation:
        run = mrvgraph.run(kh, project_file(uncertainty, option))
        return simulate(run, parse_unit, draws=draws, seed=seed, targets=targets, **more)

    return make
