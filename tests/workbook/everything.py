"""A methodology with every construct of the language once or more, for workbooks; its numbers are those of the run, which other tests compare by hand."""

HEAD = """
methodology: {id: EVERY, version: "1", title: every construct, result: R, programme: TEST}
sections: [{id: A, title: "numbers: one/two"}, {id: B, title: matrices}]
index_sets:
  - {id: stratum, letters: [i, j], members: [a, b, c]}
  - {id: wet, subset_of: stratum, members: [b, c]}
  - {id: gas, letters: [g], project: must-list}
  - {id: plot, letters: [n, k], members: [NAMES]}
  - {id: year, kind: year, letters: [y, z]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
relations:
  - {id: emits, over: [stratum, gas], meaning: who emits what}
choices:
  - {id: way, meaning: way, default: first, values: [{id: first}, {id: second}]}
quantities:
  - {id: X, symbol: X, meaning: x, indices: [stratum], unit: t, kind: fixed_ex_ante, range: {min: 0}}
  - {id: x, symbol: x, meaning: differs in case alone, unit: t, kind: fixed_ex_ante}
  - {id: C, symbol: C, meaning: a name that is a word of spreadsheets, unit: "1", kind: fixed_ex_ante}
  - {id: EF1, symbol: EF1, meaning: a name that is an address, unit: "1", kind: fixed_ex_ante}
  - {id: M, symbol: M, meaning: m, indices: [stratum, stratum], unit: "1", kind: fixed_ex_ante, matrix: MM}
  - {id: V, symbol: V, meaning: v, indices: [stratum], unit: "1", kind: fixed_ex_ante, diagonal_matrix: DV}
  - {id: W, symbol: W, meaning: w, indices: [year], unit: t, kind: monitored}
  - {id: G, symbol: G, meaning: g, indices: [stratum, gas], unit: t, kind: monitored, on: emits}
  - {id: B, symbol: B, meaning: biomass of plots, indices: [plot], unit: "1", kind: fixed_ex_ante}
  - {id: D, symbol: D, meaning: diameter of plots, indices: [plot], unit: "1", kind: fixed_ex_ante}
  - {id: T, symbol: T, meaning: number of turns, unit: "1", kind: fixed_ex_ante}
  - {id: half, symbol: half, meaning: an exponent, unit: "1", kind: fixed_ex_ante}
"""
#: Scalars: formula and unit.
SCALARS = {
    "plain": ("-X[\"a\"] + X[\"b\"] - -X[\"c\"] - (X[\"a\"] - X[\"b\"])", "t"),
    "order": ("X[\"a\"] / (V[\"a\"] / V[\"b\"]) * (C * V[\"c\"]) / V[\"b\"] * 44/12", "t"),
    "powers": ("(-V[\"a\"]) ^ 2 + V[\"b\"] ^ -1 + V[\"a\"] ^ (2 ^ C) + (V[\"a\"] ^ 2) ^ C", "1"),
    "small": ("1e-7 * V[\"a\"] + 123456789.125 * C + 0.1 * EF1", "1"),
    "functions": ("sqrt(V[\"a\"]) + exp(C) + ln(V[\"b\"]) + log10(V[\"c\"]) + abs(C - EF1) + pos(C - EF1) + pos(EF1 - C)", "1"),
    "extremes": ("max(V[\"a\"], V[\"b\"], C, EF1) - min(V[\"a\"], C) + Max(i, V[i]) - Min(i in wet, V[i] * C)", "1"),
    "rounded": (" + ".join(f"{f}({x})" for f in ("floor", "ceil", "round", "round_half_even", "round_half_down", "round_up", "round_down")
                           for x in ("2.5", "-2.5", "3.5 * EF1", "-C * 3.3", "V[\"a\"] * 1.25")), "1"),
    "stepped": ("floor(V[\"a\"] * 1.37, 0.05) + round(C * 7.77, 0.5) + ceil(EF1 * 3.21, 10)", "1"),
    "hundredths": ("round(C, 0.01)", "1"),
    "near_step": ("floor(0.1 * 3 * 10 * V[\"a\"] / V[\"a\"]) + ceil((0.1 + 0.2) * 10)", "1"),
    "cases_of_numbers": ("cases(C < 0.1: X[\"a\"], C < 0.3 and not C == 0.2 or EF1 > 3 and C != 7: X[\"b\"], otherwise: X[\"c\"])", "t"),
    "cases_of_quotients": ("cases(C > 9 and C / (EF1 - EF1) > 0: X[\"a\"], EF1 > 0 or C / (EF1 - EF1) > 0: X[\"b\"], otherwise: x)", "t"),
    "cases_of_choices": ("cases(way == first: X[\"a\"], otherwise: X[\"b\"])", "t"),
    "summed": ("Sum(i, X[i]) + Sum(i in wet, X[i] * V[i]) + Sum(i, X[i] / V[i] ^ 2) - Sum(i, cases(i in wet: X[i], otherwise: 0)) + x", "t"),
    "of_positive": ("Sum(i, j, cases(M[i,j] - 0.5 > 0: M[i,j], otherwise: 0)) + Sum(i, pos(V[i] - 2.5))", "1"),
    "nested": ("Sum(i, X[i] * Max(j, M[i,j] * V[j]) * Sum(k, B[k] * D[k]) / Sum(k, D[k] ^ C))", "t"),
    "product": ("Product(i, V[i]) + Product(k, 1 + D[k] / 1000)", "1"),
    "relation": ("Sum(i, g, G[i,g]) + Sum(g, G[\"b\",g])", "t"),
    "long": ("Sum(k, cases(B[k] > 10: B[k] * C, B[k] > 5: D[k], otherwise: floor(D[k])))", "1"),
    "counted": ("Count(i) + Count(k, B[k] > 10) + Count(i in wet, V[i] > 3)", "1"),
    "asked": ("cases(All(k, B[k] > 1) and Any(k, D[k] > 50): 1, otherwise: 2) + cases(Any(i, V[i] > 100): 10, otherwise: 20)", "1"),
    "samples": ("Mean(k, B[k]) + StdDev(k, B[k]) + StdErr(k, B[k] * C) + Mean(i, V[i]) + StdErr(i, V[i])", "1"),
    "student": ("quantile_t(0.95, 9) + quantile_t(1 - C / 10, Count(k) - 1) + quantile_t(0.1, V[\"c\"])", "1"),
    "interpolated": ("Interpolate(i, V[i], D_i[i], 2.25) + Interpolate(i, V[i], D_i[i], 4) + Lookup(i, V[i], D_i[i], 3.5)", "1"),
    "dates": ("Sum(y, operating_days(y) + days_in_year(y)) + Sum(q, operating_days(q) + days(q)) + Sum(y, q, shared_days(y, q))", "day"),
    "ends": ("Sum(y, last_day(y) - first_day(y))", "day"),
    "years": ("Sum(y, W[y] * elapsed_years(y)) + (W[start] + W[end]) * 1 {year} + W[2020] * 1 {year}", "t year"),
}  # fmt: skip
BY_YEAR = {
    "cumulative": "Sum(z in start..y, W[z]) - Sum(z in start..y-1, W[z]) / 2",
    "of_period": "by_period[q(y)] * C",
    "past": "W[y] + Sum(z in start..y-1, past[z])",
}
MATRICES = {
    "m_product": "MM @ MM @ DV", "m_turned": "transpose(MM @ DV) + identity(stratum)", "m_diag": "diag(i, V[i] ^ 2) - DV .* MM", "m_scaled": "-MM * C / 4",
    "m_cube": "MM ^ 3", "m_turns": "MM ^ T", "m_half": "MM ^ half",
}  # fmt: skip
PROJECT = """
project: {name: "=1+1 every construct"}
operation: {start: 2019-07-01, end: 2022-12-31}
monitoring_periods: [{id: p1, start: 2019-07-01, end: 2020-12-31}, {id: p2, start: 2021-01-01, end: 2022-12-31}]
members: {gas: [CO2, CH4], period: {p1: [2019, 2020], p2: {from: 2021, to: 2022}}}
relations: {emits: {a: [CO2], b: [CO2, CH4]}}
values:
  X: [{unit: kg, values: {a: 2000, b: 3141.5}, source: "=cmd|' /C calc'!A0"}, {unit: t, values: {c: 5}, source: other}]
  x: {unit: kt, value: 0.007}
  C: {value: 0.25}
  EF1: {value: 1.70}
  M:
    table: |2
          a    b    c
      a   0.9  0.1  0
      b   0    0.8  0.2
      c   0.05 0    0.95
  V: {values: {a: 2, b: 3, c: 4}}
  W: {unit: t, values: {2019: 10, 2020: 20.125}, otherwise: 30}
  G: {unit: t, otherwise: 7}
  B: {values: {BIOMASS}}
  D: {values: {DIAMETERS}}
  T: 7
  half: 0.5
"""
PLOTS = [f"p{at}" for at in range(1, 61)]


def spec_text() -> str:
    """Return the spec."""
    lines = [HEAD.replace("NAMES", ", ".join(PLOTS)).rstrip()]
    equations = []
    for id_, (formula, unit) in SCALARS.items():
        lines.append(f'  - {{id: {id_}, symbol: {id_}, meaning: {id_}, unit: "{unit}", kind: computed}}')
        equations.append(f"  - {{id: e.{id_}, section: A, defines: {id_}, formula: '{formula}'}}")
    for id_, formula in BY_YEAR.items():
        lines.append(f"  - {{id: {id_}, symbol: {id_}, meaning: {id_}, indices: [year], unit: t, kind: computed}}")
        equations.append(f"  - {{id: e.{id_}, section: A, defines: '{id_}[y]', formula: '{formula}'}}")
    for id_, formula in MATRICES.items():
        lines.append(f'  - {{id: {id_}, symbol: m, meaning: m, indices: [stratum, stratum], unit: "1", kind: computed, matrix: {id_}_}}')
        equations.append(f"  - {{id: e.{id_}, section: B, defines: {id_}_, formula: '{formula}'}}")
    lines += [
        "  - {id: by_period, symbol: p, meaning: of a period, indices: [period], unit: t, kind: computed}",
        '  - {id: D_i, symbol: D, meaning: values of a table, indices: [stratum], unit: "1", kind: computed}',
        '  - {id: solved, symbol: s, meaning: a number that solves an equation, unit: "1", kind: computed, range: {min: 0, max: 100}}',
        '  - {id: R, symbol: R, meaning: result, unit: "1", kind: computed}',
    ]
    equations += [
        "  - {id: e.by_period, section: A, defines: 'by_period[q]', formula: 'Sum(y in q, W[y])'}",
        "  - {id: e.D_i, section: A, defines: 'D_i[i]', formula: 'V[i] ^ 2 + M[i,i]'}",
        "  - {id: e.solved, section: A, defines: solved, solver: bracket, relation: 'solved ^ 2 == V[\"a\"] * EF1'}",
        "  - {id: r, section: A, defines: R, formula: 'solved + " + " + ".join(every_scalar()) + "'}",
    ]
    return "\n".join([*lines, "equations:", *equations]) + "\n"


def every_scalar() -> list[str]:
    """Return terms that read every quantity, each without its unit."""
    one = {"t": " / (1 {t})", "day": " / (1 {day})", "t year": " / (1 {t year})", "1": ""}
    found = [f"{id_}{one[unit]}" for id_, (_, unit) in SCALARS.items()]
    found += [f"Sum(y, {id_}[y]) / (1 {{t}})" for id_ in BY_YEAR]
    return [*found, *(f"Sum(i, j, {id_}[i,j])" for id_ in MATRICES)]


def project_text() -> str:
    """Return the project."""
    biomass = ", ".join(f"{plot}: {3 + at * 1.37 % 17:.4f}" for at, plot in enumerate(PLOTS))
    diameters = ", ".join(f"{plot}: {11 + at * 7.9 % 53:.3f}" for at, plot in enumerate(PLOTS))
    return PROJECT.replace("BIOMASS", biomass).replace("DIAMETERS", diameters)
