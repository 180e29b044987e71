"""Small methodologies and projects written as text in a test."""

import numpy as np
import pytest

from engine.audit.recompute import audit_recompute
from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.lanes import can_run, is_at_hand
from engine.batch.many_draws import batchable_of
from engine.batch.recalculation import Recalculation
from engine.explain.trace import explain
from engine.explain.trace_node import trace_text
from equations.notation.latex import equation_latex
from equations.notation.plain import plain_text
from equations.notation.sympy_form import equation_sympy
from mrvgraph import load, run


@pytest.fixture(scope="session")
def kh_pair():
    """KH_AM004 1.0 and 1.1."""
    return load("KH_AM004@1.0"), load("KH_AM004@1.1")


@pytest.fixture
def every_way():
    """Return a function that holds every other way to a result against the run: audit, recalculation, batches, slopes, words."""
    return agrees


def agrees(found, result="R", numba=True):
    """Hold the second computation, a recalculation, both forms of a batch on both machines, notations and the explanation against a run."""
    assert [f.severity for f in audit_recompute(found)] == ["note"], [(f.what, f.evidence) for f in audit_recompute(found)]
    array = found.values.arrays[result]
    assert np.array_equal(Recalculation(found.methodology, found.plan, found.inputs)()[result], array, equal_nan=True)
    batchable = batchable_of(found, (result,))
    numbers = {q: found.inputs.values[q] for q in batchable.plan.inputs}
    source = ArraySource({q: np.stack([held] * 3) for q, held in numbers.items()})
    for form, program in (("literal", batchable.literal), ("optimised", batchable.optimised)):
        for machine in ("numpy", "numba") if can_run(program) and is_at_hand() and numba else ("numpy",):
            arrays = evaluate_batch(batchable, source, Way(form, machine, workers=1)).arrays[result]
            assert np.allclose(arrays, np.stack([array] * 3), rtol=1e-12, atol=1e-12, equal_nan=True), (form, machine, arrays, array)
    for equation in found.methodology.equations:
        assert plain_text(equation.formula) and equation_latex(equation, found.methodology)
        assert equation_sympy(equation, found.methodology) is not None
    for cell in np.ndindex(*array.shape):
        assert list(trace_text(explain(found, result, cell)))


@pytest.fixture
def evaluated(tmp_path):
    """Return a function (spec text, project text) -> Run."""

    def make(spec, project, **options):
        (tmp_path / "spec.yaml").write_text(spec, encoding="utf-8")
        (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
        return run(load(tmp_path / "spec.yaml"), tmp_path / "project.yaml", **options)

    return make
