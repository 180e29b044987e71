"""Formulas that use every construct of the language, for a methodology that is not KH_AM004."""

HEAD = """
methodology: {id: T, version: "1", title: Features, result: R}
index_sets:
  - {id: stratum, letters: [i, j], members: [a, b, c]}
  - {id: wet, subset_of: stratum, members: [b, c]}
  - {id: gas, letters: [g], project: must-list}
  - {id: year, kind: year, letters: [y, z]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
relations:
  - {id: emits, over: [stratum, gas], meaning: who emits what}
quantities:
  - {id: X, symbol: X, meaning: x, indices: [stratum], unit: t, kind: fixed_ex_ante, range: {min: 0}}
  - {id: M, symbol: M, meaning: m, indices: [stratum, stratum], unit: "1", kind: fixed_ex_ante, matrix: MM, plausible: {min: 0}}
  - {id: V, symbol: V, meaning: v, indices: [stratum], unit: "1", kind: fixed_ex_ante, diagonal_matrix: DV}
  - {id: W, symbol: W, meaning: w, indices: [year], unit: t, kind: monitored}
  - {id: S, symbol: S, meaning: s, unit: "1", kind: fixed_ex_ante}
  - {id: G, symbol: G, meaning: g, indices: [stratum, gas], unit: t, kind: monitored, on: emits}
  - {id: D, symbol: D, meaning: d, indices: [stratum], unit: t, kind: fixed_ex_ante}
  - {id: N, symbol: N, meaning: n, indices: [stratum, year], unit: t, kind: computed}
  - {id: K, symbol: K, meaning: k, indices: [stratum, stratum], unit: "1", kind: computed, matrix: KK}
"""
EQUATIONS = """equations:
  - {id: n.first, defines: "N[i, y]", when: y == start, formula: "X[i]"}
  - {id: n.later, defines: "N[j, y]", when: y > start, formula: "Sum(i, N[i, y-1] * M[i, j])"}
  - {id: k, defines: KK, formula: "MM @ transpose(MM)"}
"""
PROJECT = """
project: {name: test}
operation: {start: 2019-07-01, end: 2022-12-31}
monitoring_periods: [{id: p1, start: 2019-07-01, end: 2020-12-31}, {id: p2, start: 2021-01-01, end: 2022-12-31}]
members: {gas: [CO2, CH4]}
relations: {emits: {a: [CO2], b: [CO2, CH4]}}
values:
  X: {unit: t, values: {a: 2, b: 3, c: 5}}
  M:
    table: |2
          a    b    c
      a   0.9  0.1  0
      b   -0.01    0.8  0.2
      c   0.05 0    0.95
  V: {values: {a: 2, b: 3, c: 4}}
  W: {unit: t, values: {2019: 10, 2020: 20, 2021: 30, 2022: 40}}
  S: 0.25
  G: {unit: t, values: {a: {CO2: 7}, b: {CO2: 11, CH4: 13}}}
  D: {unit: t, values: {a: -1, b: 4, c: 0}}
"""
FORMULAS = [
    ("Sum(i, X[i])", "t"),
    ("Sum(i in wet, X[i])", "t"),
    ("Product(i, V[i])", "1"),
    ("Max(i, X[i]) - Min(i, X[i])", "t"),
    ('max(X["a"], X["b"], 4 {t})', "t"),
    ('min(X["a"], 0)', "t"),
    ('pos(X["a"] - X["b"]) + pos(X["c"] - X["b"])', "t"),
    ('abs(X["a"] - X["c"])', "t"),
    ('-X["a"] + sqrt(V["c"]) * X["b"]', "t"),
    ('X["a"] * exp(S) * ln(V["b"]) * log10(V["c"])', "t"),
    ('floor(X["c"] * S) + ceil(X["c"] * S)', "t"),
    ('X["a"] * V["b"] ^ -1', "t"),
    ('X["a"] * V["b"] ^ 2 / V["c"]', "t"),
    ("Sum(i, j, X[i] * M[i, j] * V[j])", "t"),
    ("Sum(i, j, cases(X[i] * M[i, j] > 0: X[i] * M[i, j], otherwise: 0))", "t"),
    ("Sum(i, j, pos(D[i] * M[i, j]))", "t"),
    ("Sum(i, cases(D[i] < 0: 0, D[i] == 0: X[i], otherwise: D[i]))", "t"),
    ('Sum(i, cases(i == "a": X[i], i in wet and D[i] > 1 {t}: 2 * X[i], otherwise: 0))', "t"),
    ("Sum(i, cases(D[i] > 0 or not (X[i] < 4 {t}): X[i], otherwise: D[i]))", "t"),
    ("Sum(i, cases(All(j, M[i, j] >= 0): X[i], otherwise: 0))", "t"),
    ("Sum(i, cases(Any(j, M[i, j] < 0): X[i], otherwise: D[i]))", "t"),
    ("Sum(i, g, G[i, g])", "t"),
    ("Max(i, Sum(g, G[i, g]))", "t"),
    ("Sum(y, W[y] * operating_days(y) / days_in_year(y))", "t"),
    ("Sum(q, Sum(y in q, W[y]) * S)", "t"),
    ("Sum(y, Sum(z in start..y, W[z]))", "t"),
    ("Sum(i, N[i, end]) + Sum(i, y, N[i, y] * V[i] * S / V[i])", "t"),
    ("Sum(i, j, K[i, j])", "1"),
]


def spec_of(formula: str, unit: str) -> str:
    """Return the spec of a methodology whose result is one formula."""
    result = f'  - {{id: R, symbol: R, meaning: r, unit: "{unit}", kind: computed}}\n'
    return HEAD + result + EQUATIONS + f"  - {{id: e, defines: R, formula: '{formula}'}}\n"
