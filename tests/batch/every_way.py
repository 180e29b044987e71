"""One quantity of a run, held against every other way to its numbers."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

import numpy as np
import pytest

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.audit.second_computation.scalar_path import ScalarPath
from engine.audit.second_computation.scalar_size import ScalarSize
from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.batch.recalculation import Recalculation
from engine.explain.trace import explain
from engine.explain.trace_node import trace_text
from engine.mutation.formula_faults import formula_faults
from engine.run.exact_run import ExactRun
from engine.simulate.propagation import gradient_of
from equations.notation.latex import equation_latex
from equations.notation.plain import condition_text, plain_text
from equations.notation.sympy_form import equation_sympy


def agree(run: mrvgraph.Run, quantity: str, equations: Collection[str] = ()) -> None:
    """Check, second computation, recalculation, both forms of a batch, slopes, fractions and notations say the same of a quantity.

    Parameters
    ----------
    equations
        Those whose notations are looked at; all of them if none is named.
    """
    methodology, setting = run.methodology, run.setting
    array = run.values.arrays[quantity]
    assert not [f for f in mrvgraph.check(methodology).findings if f.severity == "error"]
    assert [f.severity for f in audit_recompute(run)] == ["note"], audit_recompute(run)
    assert Recalculation(methodology, run.plan, run.inputs)()[quantity].tobytes() == array.tobytes()
    batches(run, quantity)
    exact = ExactRun(methodology, run.plan, run.inputs)
    needed = [cell for cell in np.ndindex(*array.shape) if np.isfinite(array[cell])]
    axes = methodology.quantity[quantity].indices
    for cell in needed:
        assert isinstance(found := exact.cell(quantity, cell), Fraction)
        assert float(found) == pytest.approx(array[cell], rel=1e-13)
        labels = setting.labels(axes, cell)
        assert ScalarSize(ScalarPath(run)).entered(quantity, labels) >= abs(array[cell]) * (1 - 1e-12)
        assert list(trace_text(explain(run, quantity, cell)))
    for equation in (e for e in methodology.equations if not equations or e.id in equations):
        assert plain_text(equation.formula)
        assert equation.when is None or condition_text(equation.when, methodology)
        assert equation_latex(equation, methodology)
        assert equation_sympy(equation, methodology) is not None
        assert list(formula_faults(equation.formula, dict(equation.letters), methodology))


def batches(run: mrvgraph.Run, quantity: str, backends: Collection[str] = ("numpy",)) -> None:
    """The literal form gives the bits of the run, the optimised one the last digits."""
    array = run.values.arrays[quantity]
    batchable = batchable_of(run, (quantity,))
    numbers = {q: run.inputs.values[q] for q in batchable.plan.inputs}
    source = ArraySource({q: np.stack([one] * 3) for q, one in numbers.items()})
    there = np.isfinite(array)
    for form in ("literal", "optimised"):
        for backend in backends:
            found = evaluate_batch(batchable, source, Way(form, backend, workers=1)).arrays[quantity]
            for draw in found:
                assert draw[there] == pytest.approx(array[there], rel=0 if form == "literal" else 1e-12, abs=0)
    if array[there].size == 1:
        assert np.isfinite(gradient_of(batchable, numbers, quantity).value)
