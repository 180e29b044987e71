"""What is asked of a desk in tests."""

from pathlib import Path

#: A methodology of three equations whose inputs work in different ways, and a project under it.
WAYS_SPEC = """
methodology: {id: WAYS, version: "1", title: Ways, status: illustrative, result: ER}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: kiln, letters: [k], members: [old, new]}
quantities:
  - {id: F, symbol: F, meaning: fuel, indices: [kiln], unit: "1", kind: monitored, range: {min: 0}}
  - {id: w, symbol: w, meaning: share, unit: "1", kind: monitored, range: {min: 0, max: 1}}
  - {id: T, symbol: T, meaning: temperature, unit: "1", kind: monitored}
  - {id: B, symbol: B, meaning: baseline, unit: "1", kind: monitored, range: {min: 0}}
  - {id: S, symbol: S, meaning: sign of a kiln, indices: [kiln], unit: "1", kind: monitored}
  - {id: N, symbol: N, meaning: neighbour, unit: "1", kind: monitored, range: {min: 0}}
  - {id: PE, symbol: PE, meaning: project, unit: "1", kind: computed}
  - {id: L, symbol: L, meaning: leakage, unit: "1", kind: computed}
  - {id: ER, symbol: ER, meaning: reductions, unit: "1", kind: computed}
equations:
  - {id: pe, number: 1, defines: PE, formula: 'Sum(k, F[k]) * (273 + T) / 273'}
  - {id: l, number: 2, defines: L, formula: 'cases(N > 3: N - 3, otherwise: 0) + w * (1 - w)'}
  - {id: er, number: 3, defines: ER, formula: 'floor(B) - PE - L + Sum(k, S[k] * S[k])'}
"""
WAYS_PROJECT = """
project: {name: P, illustrative: yes}
methodology: WAYS@1
operation: {start: 2020-01-01, end: 2020-12-31}
values:
  F: {values: {old: 2, new: 3}, source: s}
  w: {value: 0.2, source: s}
  T: {value: 27.3, source: s}
  B: {value: 40.5, source: s}
  S: {values: {old: -1, new: 2}, source: s}
  N: {value: 1, source: s}
"""

TINY = Path(__file__).resolve().parents[1] / "specs_for_tests/tiny"


def states(desk):
    """Return what each stated number is called, and its state."""
    return {one.statement.shown: one.state for one in desk.compared.comparisons}


def slips(desk, at=0, most=3):
    """Return the slips among the first candidates of a diagnosis."""
    return [slip.text for candidate in desk.diagnoses[at].candidates[:most] for slip in candidate.slips]


def codes(desk):
    return [(finding.code, finding.severity) for finding in desk.findings]
