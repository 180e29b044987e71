"""Relations against a search of all cells in plain Python: over one set twice, in sums in sums, groups and cases, in any order."""

import math
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.batch.recalculation import Recalculation
from equations.errors import EvaluationError

USES, YEARS = ("a", "b", "c"), (2020, 2021)
SPEC = """
methodology: {{id: P, version: "1", title: relations, result: R}}
index_sets:
  - {{id: use, letters: [i, j, k], members: [a, b, c]}}
  - {{id: year, kind: year, letters: [y, z]}}
  - {{id: period, kind: group, groups: year, letters: [q], project: must-list}}
relations:
  - {{id: here, over: [use], meaning: x}}
  - {{id: pairs, over: [use, use], meaning: x}}
  - {{id: chains, over: [use, use, use], meaning: x}}
quantities:
  - {{id: A, symbol: A, meaning: a, indices: [use, year], "on": here, unit: "1", kind: monitored}}
  - {{id: T, symbol: T, meaning: t, indices: [use, year, use], "on": pairs, unit: "1", kind: monitored}}
  - {{id: C, symbol: C, meaning: c, indices: [use, use, use], "on": chains, unit: "1", kind: monitored}}
  - {{id: B, symbol: B, meaning: b, indices: [use], unit: "1", kind: monitored}}
  - {{id: Q, symbol: Q, meaning: q, indices: [use, use], "on": pairs, unit: "1", kind: computed}}
  - {{id: R, symbol: R, meaning: r, unit: "1", kind: computed}}
equations:
  - {{id: q, defines: "Q[i, j]", formula: "B[i] * 10 + B[j]"}}
  - {{id: r, defines: R, formula: '{formula}'}}
"""
B = {"a": 1, "b": 3, "c": 7}


class NotThere(Exception):
    """A cell that is read and not there."""


def numbers(text):
    return {cell: 1 + (sum(ord(letter) for letter in f"{text}{cell}") * 7919) % 97 / 8 for cell in CELLS[text]}


CELLS = {"A": list(product(USES, YEARS)), "T": list(product(USES, YEARS, USES)), "C": list(product(USES, repeat=3))}
A, T, C = (numbers(name) for name in "ATC")


def reader(values, there):
    def read(*cell):
        if not there(cell):
            raise NotThere
        return values[cell]

    return read


def summed(kind, domain, body):
    """Reduce over a domain; what is not there takes no part."""
    found = []
    for member in domain:
        try:
            found.append(body(*member))
        except NotThere:
            continue
    return {"Sum": math.fsum, "Max": lambda x: max(x, default=-math.inf), "Product": math.prod}[kind](found)


#: Formula -> the same in Python; ``a``, ``t``, ``c``, ``q`` read and may raise.
FORMULAS = {
    "Sum(i, y, A[i, y])": lambda a, t, c, q: summed("Sum", product(USES, YEARS), a),
    "Sum(i, j, y, T[i, y, j] * B[j])": lambda a, t, c, q: summed("Sum", product(USES, USES, YEARS), lambda i, j, y: t(i, y, j) * B[j]),
    "Sum(j, i, T[i, 2020, j] - T[j, 2021, i])": lambda a, t, c, q: summed(
        "Sum", product(USES, USES), lambda j, i: t(i, 2020, j) - t(j, 2021, i)
    ),
    "Sum(i, j, k, C[i, j, k] * B[k])": lambda a, t, c, q: summed("Sum", product(USES, repeat=3), lambda i, j, k: c(i, j, k) * B[k]),
    "Sum(i, B[i] * Sum(j, k, C[k, j, i]))": lambda a, t, c, q: summed(
        "Sum", product(USES), lambda i: B[i] * summed("Sum", product(USES, USES), lambda j, k: c(k, j, i))
    ),
    "Sum(i, A[i, 2020] + Max(j, B[j]) * 2)": lambda a, t, c, q: summed("Sum", product(USES), lambda i: a(i, 2020) + 14),
    "Sum(i, j, Q[i, j] * T[i, 2021, j])": lambda a, t, c, q: summed("Sum", product(USES, USES), lambda i, j: q(i, j) * t(i, 2021, j)),
    "Sum(q, Sum(y in q, i, A[i, y] * B[i]))": lambda a, t, c, q: summed("Sum", product(YEARS, USES), lambda y, i: a(i, y) * B[i]),
    "Sum(i, y, Sum(z in start..y, A[i, z]))": lambda a, t, c, q: summed(
        "Sum", product(USES, YEARS), lambda i, y: summed("Sum", [(z,) for z in YEARS if z <= y], lambda z: a(i, z))
    ),
    "Sum(i, cases(B[i] > 2: A[i, 2020], otherwise: B[i]))": lambda a, t, c, q: summed(
        "Sum", product(USES), lambda i: a(i, 2020) if B[i] > 2 else B[i]
    ),
    "Sum(i, cases(A[i, 2020] > A[i, 2021]: 100, B[i] > 2: A[i, 2021], otherwise: 1))": lambda a, t, c, q: summed(
        "Sum", product(USES), lambda i: 100 if a(i, 2020) > a(i, 2021) else a(i, 2021) if B[i] > 2 else 1
    ),
    'A["b", 2020] + B["a"]': lambda a, t, c, q: a("b", 2020) + 1,
    'Sum(i, B[i]) * C["a", "b", "a"]': lambda a, t, c, q: 11 * c("a", "b", "a"),
    'Sum(i, B[i] * A["c", 2021])': lambda a, t, c, q: sum(B.values()) * a("c", 2021),
    'cases(A["a", 2020] > 3: 1, otherwise: 0)': lambda a, t, c, q: float(a("a", 2020) > 3),
    'max(B["a"], Q["a", "c"])': lambda a, t, c, q: max(1, q("a", "c")),
}


def written(values, there):
    """Write the cells of a quantity, nested by label."""
    top = {}
    for cell, value in values.items():
        if there(cell):
            inner = top
            for label in cell[:-1]:
                inner = inner.setdefault(label, {})
            inner[cell[-1]] = value
    return str(top).replace("'", "")


def nested(cells):
    top = {}
    for *head, last in cells:
        inner = top
        for label in head[:-1]:
            inner = inner.setdefault(label, {})
        inner.setdefault(head[-1], []).append(last)
    return str(top).replace("'", "")


@pytest.mark.parametrize("formula", FORMULAS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    here=st.sets(st.sampled_from(USES), min_size=1),
    pairs=st.sets(st.tuples(*[st.sampled_from(USES)] * 2), min_size=1),
    chains=st.sets(st.tuples(*[st.sampled_from(USES)] * 3), min_size=1),
)
def test_what_a_search_of_all_cells_gives(formula, here, pairs, chains, tmp_path):
    there = {"A": lambda cell: cell[0] in here, "T": lambda cell: (cell[0], cell[2]) in pairs, "C": lambda cell: cell in chains}
    q = reader({(i, j): B[i] * 10 + B[j] for i, j in product(USES, USES)}, lambda cell: cell in pairs)
    try:
        expected = FORMULAS[formula](reader(A, there["A"]), reader(T, there["T"]), reader(C, there["C"]), q)
    except NotThere:
        expected = None
    project = f"""
project: {{name: p}}
operation: {{start: 2020-01-01, end: 2021-12-31}}
relations: {{here: {str(sorted(here)).replace("'", "")}, pairs: {nested(sorted(pairs))}, chains: {nested(sorted(chains))}}}
values:
  A: {{values: {written(A, there["A"])}}}
  T: {{values: {written(T, there["T"])}}}
  C: {{values: {written(C, there["C"])}}}
  B: {{values: {{a: 1, b: 3, c: 7}}}}
"""
    (tmp_path / "spec.yaml").write_text(SPEC.format(formula=formula), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(project, encoding="utf-8")
    methodology = mrvgraph.load(tmp_path / "spec.yaml")
    if expected is None:
        with pytest.raises(EvaluationError, match="V607"):
            mrvgraph.run(methodology, tmp_path / "project.yaml")
        return
    run = mrvgraph.run(methodology, tmp_path / "project.yaml")

    assert run.total == pytest.approx(expected, rel=1e-13)
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]
    assert float(Recalculation(methodology, run.plan, run.inputs)()["R"]) == run.total
