"""What a methodology says: load, check, needs, graph."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.checks import CheckResult, check_methodology
from engine.checks.refusal import keep_verdict
from engine.explain.needs import Needs, find_needs
from engine.interface.given import methodology_of
from engine.plan.graph import EquationGraph, build_graph
from engine.plan.spec_setting import check_switches, standing_equations
from equations.model.methodology import Methodology
from equations.readings.composition import with_readings


def load(reference: str | Path) -> Methodology:
    """Read a methodology by reference (``ID@1.1``) or path.

    Raises
    ------
    MethodologyError
        With every fault of the spec.
    """
    return methodology_of(reference)


def check(methodology: Methodology | str | Path) -> CheckResult:
    """Return everything that the spec alone can show wrong."""
    found = methodology_of(methodology)
    result = check_methodology(found)
    keep_verdict(found, result.findings)
    return result


def needs(
    methodology: Methodology | str | Path,
    *,
    choices: Mapping[str, str] | None = None,
    readings: Mapping[str, str] | None = None,
    targets: tuple[str, ...] = (),
    datasets: tuple[str, ...] = (),
) -> Needs:
    """Return the inputs that a target needs, in the order of the spec.

    Parameters
    ----------
    choices
        Those that are made; the others are gone through, and each need says under which it arises.
    targets
        The result and the report by default.
    datasets
        Datasets on request that the project will use.

    Raises
    ------
    MethodologyError
        I502, I508 for names that the methodology does not have.
    """
    found = methodology_of(methodology)
    needed = find_needs(found, choices or {}, targets=targets, datasets=datasets, readings=readings)
    return Needs.of(with_readings(found, readings or {}), needed)


def graph(
    methodology: Methodology | str | Path, *, choices: Mapping[str, str] | None = None, readings: Mapping[str, str] | None = None
) -> EquationGraph:
    """Return the dependency graph of the equations that choices and readings leave standing.

    Raises
    ------
    MethodologyError
        I508 for names that the methodology does not have.
    """
    found = methodology_of(methodology)
    check_switches(found, choices or {}, readings or {})
    found = with_readings(found, readings or {})
    return build_graph(found, standing_equations(found, choices or {}, readings or {}))
