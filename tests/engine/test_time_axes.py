"""Axes in time: months, days, project years, dated members; calendar functions; what lies in what. Numbers by hand, with Python's dates."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import numpy as np
import pytest

from engine.audit.periods import audit_periods
from engine.audit.recompute import audit_recompute
from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.batch.recalculation import Recalculation
from engine.explain.trace import explain
from engine.explain.trace_node import trace_text
from engine.simulate.propagation import gradient_of
from equations.errors import MethodologyError
from equations.formula.grammar import parse_formula
from equations.notation.latex import equation_latex
from equations.notation.plain import plain_text
from equations.notation.sympy_form import equation_sympy
from mrvgraph import check, load

SPEC = """
methodology: {id: MON, version: "1", title: Months, result: ER_p}
index_sets:
  - {id: year, kind: year, letters: [y, z]}
  - {id: month, kind: month, letters: [m, n]}
  - {id: py, kind: project_year, letters: [k], shares: [year]}
  - {id: event, letters: [e], dated: yes, project: must-list, meaning: fires}
  - {id: season, kind: group, groups: month, letters: [g], project: must-list}
  - {id: period, kind: group, groups: month, letters: [q], project: must-list}
quantities:
  - {id: W, symbol: W, meaning: w, indices: [month], unit: t, kind: monitored}
  - {id: X, symbol: X, meaning: x, indices: [event], unit: t, kind: monitored}
  - {id: F, symbol: F, meaning: f, indices: [year], unit: "1", kind: monitored}
  - {id: G, symbol: G, meaning: g, indices: [season], unit: "1", kind: monitored}
  - {id: S, symbol: S, meaning: stock, indices: [month], unit: t, kind: computed}
  - {id: WY, symbol: Y, meaning: of a year, indices: [year], unit: t, kind: computed}
  - {id: XM, symbol: B, meaning: fires of a month, indices: [month], unit: t, kind: computed}
  - {id: WK, symbol: K, meaning: of a project year, indices: [py], unit: t, kind: computed}
  - {id: ER_p, symbol: R, meaning: result, indices: [period], unit: t, kind: computed}
equations:
  - {id: s.first, when: m == first, defines: 'S[m]', formula: 'W[m]'}
  - {id: s.later, when: m > first, defines: 'S[m]', formula: 'S[m-1] + W[m] * F[y(m)] * G[g(m)]'}
  - {id: wy, defines: 'WY[y]', formula: 'Sum(m in y, S[m]) + Sum(e in y, X[e])'}
  - {id: xm, defines: 'XM[m]', formula: 'Sum(e in m, X[e])'}
  - {id: wk, defines: 'WK[k]', formula: 'Sum(y in k, WY[y] * shared_days(y, k) / operating_days(y))'}
  - id: er
    defines: 'ER_p[q]'
    formula: >-
      Sum(m in q, XM[m] + S[m] * operating_days(m) / days(m)) + Sum(e in q, X[e] * (last_day(q) - first_day(e)) / days(q))
      + Sum(k, WK[k] * shared_days(k, q) / days(k)) + Sum(m in q, cases(m >= "2019-09": 1 {t}, otherwise: 0))
"""
PROJECT = """
project: {name: months}
operation: {start: 2019-11-12, end: 2021-02-15}
monitoring_periods:
  - {id: a, start: 2019-11-12, end: 2020-06-30}
  - {id: b, start: 2020-07-01, end: 2021-02-15}
members:
  event: [{id: late, date: 2020-12-24}, {id: early, date: 2019-12-02}, {id: mid, date: 2020-06-30}]
  season: {wet: {from: 2019-11, to: 2020-04}, dry: {from: 2020-05, to: 2021-02}}
values:
  W:
    unit: t
    values: {2019-11: 1, 2019-12: 2, 2020-01: 3, 2020-02: 4, 2020-03: 5, 2020-04: 6, 2020-05: 7, 2020-06: 8, 2020-07: 9, 2020-08: 10,
             2020-09: 11, 2020-10: 12, 2020-11: 13, 2020-12: 14, 2021-01: 15, 2021-02: 16}
  X: {unit: t, values: {late: 100, early: 10, mid: 1}}
  F: {values: {2019: 1, 2020: 0.5, 2021: 2}}
  G: {values: {wet: 1, dry: 0.5}}
"""
START, END = date(2019, 11, 12), date(2021, 2, 15)
PERIODS = {"a": (START, date(2020, 6, 30)), "b": (date(2020, 7, 1), END)}
FIRES = {"late": (date(2020, 12, 24), 100.0), "early": (date(2019, 12, 2), 10.0), "mid": (date(2020, 6, 30), 1.0)}
DAYS = [START + timedelta(days=at) for at in range((END - START).days + 1)]
MONTHS = sorted({(day.year, day.month) for day in DAYS})
FACTOR = {2019: 1.0, 2020: 0.5, 2021: 2.0}


def by_hand():
    """Return stocks by month, amounts by year and by project year, and the result by period."""
    stocks: dict[tuple[int, int], float] = {}
    held = 0.0
    for at, month in enumerate(MONTHS, 1):
        held = held + at * FACTOR[month[0]] * (1.0 if month <= (2020, 4) else 0.5) if stocks else float(at)
        stocks[month] = held
    years = {y: sum(s for (year, _), s in stocks.items() if year == y) + sum(x for d, x in FIRES.values() if d.year == y) for y in FACTOR}
    of_year = {y: sum(day.year == y for day in DAYS) for y in years}
    turns = {"PY1": [d for d in DAYS if d < date(2020, 11, 12)], "PY2": [d for d in DAYS if d >= date(2020, 11, 12)]}
    whole = {"PY1": 366, "PY2": 365}
    by_turn = {k: sum(years[y] * sum(d.year == y for d in own) / of_year[y] for y in years) for k, own in turns.items()}
    result = {}
    for period, (first, last) in PERIODS.items():
        inside = [day for day in DAYS if first <= day <= last]
        total = sum(by_turn[k] * sum(d in inside for d in own) / whole[k] for k, own in turns.items())
        for month in sorted({(day.year, day.month) for day in inside}):
            total += stocks[month] * sum((d.year, d.month) == month for d in DAYS) / calendar.monthrange(*month)[1]
            total += sum(x for d, x in FIRES.values() if (d.year, d.month) == month) + 1
        total += sum(x * (last - d).days / len(inside) for d, x in FIRES.values() if d in inside)
        result[period] = total
    return stocks, years, by_turn, result


def test_months_events_and_project_years_by_hand(evaluated):
    run = evaluated(SPEC, PROJECT)
    stocks, years, by_turn, result = by_hand()

    assert [run.value("S", month=f"{y}-{m:02d}") for y, m in MONTHS] == pytest.approx(list(stocks.values()), rel=1e-14)
    assert [run.value("WY", year=y) for y in years] == pytest.approx(list(years.values()), rel=1e-14)
    assert [run.value("WK", py=k) for k in by_turn] == pytest.approx(list(by_turn.values()), rel=1e-14)
    assert [run.value("ER_p", period=p) for p in result] == pytest.approx(list(result.values()), rel=1e-14)
    assert run.setting.members["event"] == ("early", "mid", "late"), "by date"


def test_every_way_gives_the_same(evaluated):
    run = evaluated(SPEC, PROJECT)
    numbers = {q: run.inputs.values[q] for q in run.plan.inputs}
    batchable = batchable_of(run, ("ER_p",))
    source = ArraySource({q: np.stack([array, 1.5 * array]) for q, array in numbers.items()})

    assert [finding.severity for finding in audit_recompute(run)] == ["note"]
    assert Recalculation(run.methodology, run.plan, run.inputs)()["ER_p"].tolist() == run.values.arrays["ER_p"].tolist()
    for form in ("literal", "optimised"):
        found = evaluate_batch(batchable, source, Way(form, "numpy", workers=1)).arrays["ER_p"]
        assert found[0] == pytest.approx(run.values.arrays["ER_p"], rel=1e-12)
        assert found[1].sum() > found[0].sum()
    assert np.isfinite(gradient_of(batchable, numbers, "ER_p").value)


def test_every_notation_writes_them(evaluated):
    run = evaluated(SPEC, PROJECT)
    methodology = run.methodology

    assert not [f for f in check(methodology).findings if f.severity in ("error", "warning")]
    for equation in methodology.equations:
        assert plain_text(parse_formula(plain_text(equation.formula))) == plain_text(equation.formula)
        assert equation_latex(equation, methodology)
    written = {e.id: str(equation_sympy(e, methodology)) for e in methodology.equations}
    assert "year(m)" in written["wy"] and "shared_days(y, k)" in written["wk"] and "Ne(shared_days(y, k), 0)" in written["wk"]
    shown = "\n".join(trace_text(explain(run, "WK", (0,))))
    assert "* 50 / 50 + " in shown and "* 316 / 366" in shown, "50 days of 2019, and 316 of 2020 before the anniversary"


# -- the calendar


CALENDAR = """
methodology: {id: CAL, version: "1", title: Calendar, result: R}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: month, kind: month, letters: [m]}
  - {id: day, kind: day, letters: [t]}
  - {id: py, kind: project_year, letters: [k]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list, shares: [year]}
  - {id: span, kind: group, groups: year, letters: [g], project: must-list}
quantities:
  - {id: R, symbol: R, meaning: r, indices: [SET], unit: day, kind: computed}
equations:
  - {id: r, defines: 'R[LETTER]', formula: 'FORMULA'}
"""
DATES = """
project: {name: dates}
operation: {start: 2020-02-29, end: 2023-03-10}
monitoring_periods: [{id: p, start: 2020-02-29, end: 2021-06-30}, {id: o, start: 2021-07-01, end: 2023-03-10}]
members: {span: {early: [2020, 2022], late: [2021, 2023]}}
"""


def since_1970(*day):
    return float((date(*day) - date(1970, 1, 1)).days)


@pytest.mark.parametrize(
    ("letter", "formula", "expected"),
    [
        ("y", "days(y)", [366, 365, 365, 365]),
        ("y", "operating_days(y)", [307, 365, 365, 69]),
        ("y", "days(y-1)", [365, 366, 365, 365]),
        ("y", "first_day(y)", [since_1970(2020 + at, 1, 1) for at in range(4)]),
        ("y", "last_day(y) - project_start", [(date(2020 + at, 12, 31) - date(2020, 2, 29)).days for at in range(4)]),
        ("k", "days(k)", [366, 365, 365, 365]),  # from 2020-02-29, 2021-03-01, 2022-03-01, 2023-03-01, the last to 2024-02-28
        ("k", "operating_days(k)", [366, 365, 365, 10]),
        ("k", "first_day(k)", [since_1970(2020, 2, 29), since_1970(2021, 3, 1), since_1970(2022, 3, 1), since_1970(2023, 3, 1)]),
        ("q", "days(q)", [488, 618]),
        ("q", "last_day(q) - first_day(q)", [487, 617]),
        ("q", 'Sum(y in q, shared_days(y, q) * cases(y == 2021: 1, otherwise: 0))', [181, 184]),
        ("g", "days(g)", [731, 730]),
        ("g", "operating_days(g)", [672, 434]),
        ("g", "Sum(q, shared_days(q, g))", [672, 434]),
        ("y", "Sum(k, shared_days(y, k))", [307, 365, 365, 69]),
        ("y", "Sum(m in y, operating_days(m))", [307, 365, 365, 69]),
        ("y", "Sum(t in y, days(t))", [307, 365, 365, 69]),
        ("k", "Sum(m, shared_days(m, k))", [366, 365, 365, 10]),
        ("y", "shared_days(y, y)", [307, 365, 365, 69]),
        ("y", "shared_days(y-1, y)", [0, 0, 0, 0]),
    ],
)
def test_functions_of_the_calendar(evaluated, letter, formula, expected):
    set_id = {"y": "year", "k": "py", "q": "period", "g": "span"}[letter]
    spec = CALENDAR.replace("SET", set_id).replace("LETTER", letter).replace("FORMULA", formula)
    run = evaluated(spec, DATES)

    assert run.values.arrays["R"].tolist() == expected
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]


def test_months_of_a_leap_year(evaluated):
    spec = CALENDAR.replace("SET", "month").replace("LETTER", "m").replace("FORMULA", "days(m) + 1000 * operating_days(m-1)")
    run = evaluated(spec, DATES.replace("2020-02-29", "2020-01-15"))

    assert [value for _, value, _ in run.cells("R")][:4] == [31, 17029, 29031, 31030]
    assert run.setting.members["month"][0] == "2020-01" and run.setting.members["month"][-1] == "2023-03"
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]


# -- what does not fit


def refused(evaluated, spec, project):
    with pytest.raises(MethodologyError) as caught:
        evaluated(spec, project)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("date: 2020-12-24", "date: 2019-11-11", r"I507 late of event (2019-11-11) lies outside the operation, 2019-11-12 to 2021-02-15"),
        ("date: 2020-12-24", "date: 24.12.2020", "I507 late: '24.12.2020' is not a date"),
        ("date: 2020-12-24", "date: 2020-13-24", "I507 late: '2020-13-24' is not a date"),
        ("{id: late, date: 2020-12-24}", "late", "I507 the member 'late' of event has no date"),
        ("{id: late, date: 2020-12-24}", "{id: late, day: 2020-12-24}", "I502 'day' is not known of a member"),
        ("{id: late, date: 2020-12-24}", "{id: early, date: 2020-12-24}", "I506 the member 'early' of event stands twice"),
        ("end: 2020-06-30}\n  - {id: b, start: 2020-07-01", "end: 2020-06-29}\n  - {id: b, start: 2020-06-30", "I507 the periods 'a' and 'b' share a month"),
        ("2020-01: 3", "2020-1: 3", "I507 W: '2020-1' is not a month of the project"),
        ("2019-11: 1", "2019-10: 1", "I507 W: '2019-10' is not a month of the project"),
        ("  season:", "  month: [2019-11]\n  season:", "I502 the members of month follow from the days of operation"),
        ("from: 2019-11", "from: 2019-10", "I507 2019-10 is not a month of the project"),
    ],
)  # fmt: skip
def test_projects_that_do_not_fit(evaluated, old, new, said):
    assert old in PROJECT
    assert said in refused(evaluated, SPEC, PROJECT.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("'Sum(y in k, WY[y] * shared_days(y, k) / operating_days(y))'", "'Sum(m in k, S[m])'",
         "I507 2020-11: no py has the whole of it"),
        ("letters: [k], shares: [year]", "letters: [k]", "I507 2002, 2003, 2004: no py has the whole of it"),
        ("'Sum(y in k, WY[y] * shared_days(y, k) / operating_days(y))'", "'Sum(y in k, WY[y])'", "Sum(y in k, ...) counts a year as a whole, and two of py may share it"),
        ("m == first, def", "m == start, def", "X207 'start' names no member of month"),
        ('m >= "2019-09"', "m >= 2019", "X207 a member of month is compared with another one"),
        ("m > first", "m >= first", "G402"),
        ("dated: yes, project: must-list", "dated: yes, members: [fire]", "S105 the member 'fire' of event has no date"),
        ("dated: yes, project: must-list", "members: [{id: fire, date: 2020-01-01}]", "S105 a member of event has a date, and the set is not dated"),
        ("kind: group, groups: month, letters: [g]", "dated: yes, kind: group, groups: month, letters: [g]", "S105 season cannot be dated"),
        ("operating_days(m) / days(m)", "operating_days(e) / days(m)", "X205 "),
    ],
)  # fmt: skip
def test_specs_that_do_not_fit(evaluated, old, new, said):
    assert old in SPEC
    assert said in refused(evaluated, SPEC.replace(old, new), PROJECT)


def test_a_month_that_a_project_year_cuts_is_not_counted_in_one(evaluated):
    """Where the operation starts with a month, months fall into project years as well."""
    spec = SPEC.replace("Sum(y in k, WY[y] * shared_days(y, k) / operating_days(y))", "Sum(m in k, S[m])")
    run = evaluated(spec, PROJECT.replace("2019-11-12", "2019-11-01"))

    assert run.value("WK", py="PY1") == pytest.approx(sum(list(by_hand()[0].values())[:12]), rel=1e-14)


def test_dated_members_from_a_file(evaluated, tmp_path):
    (tmp_path / "fires.csv").write_text("fire,on\nlate,2020-12-24\nearly,2019-12-02\nmid,2020-06-30\n", encoding="utf-8")
    listed = "event: [{id: late, date: 2020-12-24}, {id: early, date: 2019-12-02}, {id: mid, date: 2020-06-30}]"
    expected = evaluated(SPEC, PROJECT).values.arrays["ER_p"].tolist()
    run = evaluated(SPEC, PROJECT.replace(listed, "event: {file: fires.csv, id: fire, date: on}"))

    assert run.values.arrays["ER_p"].tolist() == expected
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]
    short = PROJECT.replace(listed, "event: {late: 2020-12-24, early: 2019-12-02, mid: 2020-06-30}")
    assert evaluated(SPEC, short).values.arrays["ER_p"].tolist() == expected


def test_an_event_between_periods_is_named(evaluated):
    """It falls into its year, and into no period: nothing of it is credited, and the audit says so."""
    project = PROJECT.replace("start: 2020-07-01", "start: 2020-08-01").replace("mid, date: 2020-06-30", "mid, date: 2020-07-09")
    found = [finding for finding in audit_periods(evaluated(SPEC, project)) if finding.subject == "event"]

    assert [finding.severity for finding in found] == ["warning"]
    assert "mid (2020-07-09)" in found[0].what


def test_an_event_before_the_start_that_years_of_history_let_in_is_named(evaluated):
    """It may be meant for these years; no period counts it, though none has a gap."""
    spec = SPEC.replace("  - {id: month", "  - {id: past, kind: year, history: 3, letters: [h]}\n  - {id: month", 1)
    found = evaluated(spec, PROJECT.replace("early, date: 2019-12-02", "early, date: 2019-11-11"))

    assert [(f.severity, f.what) for f in audit_periods(found) if f.subject == "event"] == [
        ("note", "early (2019-11-11) of event lies in no monitoring period")]  # fmt: skip


def test_dates_that_the_spec_knows(evaluated):
    """Members of the spec fall where they fall; one beyond the project counts in no year of it."""
    spec = SPEC.replace("dated: yes, project: must-list", "dated: yes, members: [{id: b, date: 2031-05-05}, {id: a, date: 2020-02-03}]")
    project = PROJECT.replace(PROJECT[PROJECT.index("  event:"):PROJECT.index("  season:")], "").replace(
        "{late: 100, early: 10, mid: 1}", "{a: 7, b: 100}")  # fmt: skip
    run = evaluated(spec, project)

    assert run.value("WY", year=2020) == pytest.approx(by_hand()[1][2020] - 101 + 7, rel=1e-14)
    assert run.setting.members["event"] == ("a", "b")
    assert [finding.severity for finding in audit_recompute(run)] == ["note"]


def test_a_template_asks_for_dates_and_months(tmp_path):
    from engine.cli import main

    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    out = tmp_path / "template.yaml"
    assert main(["needs", str(tmp_path / "spec.yaml"), "--template", "--start", "2020-01-15", "--end", "2020-03-10", "-o", str(out)]) == 0

    text = out.read_text(encoding="utf-8")
    assert '{"2020-01": ____, "2020-02": ____, "2020-03": ____}' in text
    assert "date: ____" in text
    load(tmp_path / "spec.yaml")
