"""The precision that a monitoring plan asks for, beside the standard errors that the project declares; A763."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from statistics import NormalDist

from engine.audit.desk.design import Design
from engine.audit.desk.statement import Cell
from engine.finding import Finding
from engine.plan.cells import cell_name
from engine.project.project_documents import ProjectDocument
from engine.project.registered_design import PlannedParameter
from engine.project.written_numbers import Given, Origin, conversion
from engine.run.arithmetic.samples import estimated
from engine.run.declared_errors import DeclaredErrors
from equations.errors import MethodologyError, listed, raise_all
from equations.model.quantity import Quantity
from equations.spec.block import read_number

#: Confidence at which a precision is meant where the plan does not say it.
_CONFIDENCE = 0.95
_MOST = 4


def precision_findings(design: Design, document: ProjectDocument, planned: PlannedParameter, given: dict[Cell, Origin]) -> Iterator[Finding]:
    """Yield that numbers are less precise than planned, or that it cannot be told; also where what is planned cannot be read.

    Parameters
    ----------
    given
        The cells that the project gives, with where they come from.

    Raises
    ------
    MethodologyError
        I510, I517 for a declared uncertainty that cannot be.
    """
    if not planned.said.get("precision") or not given:
        return
    quantity, wanted = design.run.methodology.quantity[planned.quantity.text], share_of(planned.said["precision"])
    stated = share_of(planned.said.get("confidence", ""))
    confidence = stated or _CONFIDENCE
    width = NormalDist().inv_cdf(0.5 + confidence / 2)
    at = f"at a confidence of {100 * confidence:g} %" + ("" if stated else ", which the plan does not say")

    def found(what: str, cells: list[Cell], evidence: str, remedy: str, severity: str) -> Finding:
        return Finding("A763", severity, quantity.id, what, evidence, remedy, source=document.title, place=given[cells[0]].place)

    for name in ("precision", "confidence"):
        if (text := planned.said.get(name, "")) and share_of(text) is None:
            what = f"the {name} that is planned of {quantity.id} is no share: {text!r}"
            yield found(what, list(given), "" if name == "precision" else f"{100 * _CONFIDENCE:g} % is taken", "write it as 5 % or 0.05", "warning")
    if wanted is None:
        return
    plain = {cell: origin for cell, origin in given.items() if origin.estimate is None}
    halves = {cell: width * error if error is not None else None for cell, error in _relative_errors(design, quantity, plain).items()}
    halves |= _of_samples(given, confidence)
    silent = [cell for cell, half in halves.items() if half is None]
    less = {cell: half for cell, half in halves.items() if half is not None and half > wanted * (1 + 1e-9)}
    if less:
        shown = [f"{cell_name(quantity, design.run.setting, cell)}: {100 * half:.3g} %" for cell, half in less.items()]
        what = f"{quantity.id} is less precise than planned ({planned.said['precision']}): {listed(shown, _MOST)}"
        sampled = [cell for cell in less if given[cell].estimate is not None]
        by = ["the declared standard errors"] if len(sampled) < len(less) else []
        how = f"half of the interval {at}, from {' and '.join([*by, *(['the samples'] if sampled else [])])}"
        yield found(what, list(less), how, "take more samples, or the bound that the plan names", "error")
    if silent:
        names = [cell_name(quantity, design.run.setting, cell) for cell in silent]
        what = f"the plan has {quantity.id} within {planned.said['precision']}, and the project declares no standard error of {listed(names, _MOST)}"
        remedy = "add `uncertainty: {distribution: normal, relative_se: ...}`"
        yield found(what, silent, "the precision that was reached cannot be told", remedy, "warning")


def _of_samples(given: dict[Cell, Origin], confidence: float) -> dict[Cell, float | None]:
    """Return how precise the samples are at a confidence, by Student's t; one that misses its own plan is told with the samples (A765, A766)."""
    found: dict[Cell, float | None] = {}
    for cell, origin in given.items():
        if origin.estimate is not None and origin.estimate.is_met:
            sample = origin.estimate.sample
            found[cell] = estimated(replace(sample, plan=replace(sample.plan, confidence=Fraction(repr(confidence))))).limits.precision
    return found


def _relative_errors(design: Design, quantity: Quantity, given: dict[Cell, Origin]) -> dict[Cell, float | None]:
    """Return the declared standard error of each cell as a share of its number."""
    run, faults = design.run, list[MethodologyError]()

    def value(cell: Cell) -> Given | None:
        origin = given.get(cell)
        return None if origin is None else Given(origin.written, run.inputs.units.get(origin.unit, quantity.unit), origin, origin.place)

    declared = DeclaredErrors(run.methodology, run.project, quantity, design.read_unit, value, faults)
    found: dict[Cell, float | None] = {}
    for cell in given:
        own, error = float(run.values.arrays[quantity.id][cell]), declared.of(cell, run.setting.labels(quantity.indices, cell))
        size = read_number(error.text) if error is not None else None
        found[cell] = float(size * conversion(quantity, error.unit, "")) / abs(own) if error is not None and size is not None and own else None
    raise_all(faults)
    return found


def share_of(text: str) -> float | None:
    """Return a share that is written as 5 %, 5%, ± 5 % or 0.05; ``None`` for what is none.

    Examples
    --------
    >>> [share_of(text) for text in ("5 %", "+/-10%", "0.05", "good")]
    [0.05, 0.1, 0.05, None]
    """
    bare = text.replace("±", "").replace("+/-", "").strip()
    number = read_number(bare.removesuffix("%").strip())
    share = None if number is None else float(number) / (100 if bare.endswith("%") else 1)
    return share if share is not None and 0 < share < 1 else None
