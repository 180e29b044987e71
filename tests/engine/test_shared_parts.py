"""Sets that say once how they share members: sums take the part. Days by hand: 2020 has 366 days, 182 of them to the end of June."""

from __future__ import annotations

from dataclasses import replace

import pytest

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.checks import check_methodology
from engine.comparison.compare_specs import Side
from engine.comparison.difference import find_difference
from engine.comparison.difference_text import difference_text
from engine.explain.trace import explain
from engine.explain.trace_node import trace_text
from engine.mutation.mutants import with_equation
from engine.run.evaluate import evaluate
from engine.run.run import total_cells
from equations.errors import MethodologyError
from equations.formula.grammar import parse_formula
from equations.formula.tokens import Source
from equations.library.spec_files import load_methodology
from equations.meaning.names import Names
from equations.meaning.scope import Resolver
from equations.notation.plain import plain_text
from equations.readings.composition import with_readings

DAYS = "shared_days(y, q) / operating_days(y)"
SPEC = """
methodology: {id: SHARED, version: "1", title: Shared years, result: R, report: [R]}
index_sets:
  - {id: year, kind: year, letters: [y, z]}
  - {id: month, kind: month, letters: [m]}
  - {id: turn, kind: project_year, letters: [k]}
  - {id: period, kind: group, groups: year, letters: [q, o], project: must-list, shares: {year: 'PART'}}
quantities:
  - {id: X, symbol: 'X_{<y>}', meaning: amount of a year, indices: [year], unit: t, kind: monitored}
  - {id: W, symbol: 'W_{<q>}', meaning: price of a period, indices: [period], unit: "1", kind: monitored}
  - {id: s, symbol: 's_{<y><q>}', meaning: part, indices: [year, period], unit: "1", kind: monitored}
  - {id: Y, symbol: 'Y_{<y>}', meaning: by year, indices: [year], unit: t, kind: computed}
  - {id: R, symbol: 'R_{<q>}', meaning: result, indices: [period], unit: t, kind: computed}
equations:
  - {id: y, defines: 'Y[y]', formula: 'BY_YEAR'}
  - {id: r, defines: 'R[q]', formula: 'FORMULA'}
"""
PROJECT = """
project: {name: p}
operation: {start: 2020-01-01, end: 2021-12-31}
monitoring_periods: [{id: a, start: 2020-01-01, end: 2020-06-30}, {id: b, start: 2020-07-01, end: 2021-12-31}]
values:
  X: {unit: t, values: {2020: 366, 2021: 1000}}
  W: {unit: "1", values: {a: 2, b: 3}}
  s: {unit: "1", values: {2020: {a: 0.25, b: 0.75}, 2021: {a: 0, b: 1}}}
"""


def spec(formula="Sum(y in q, Y[y])", by_year="X[y]", part=DAYS, **more):
    text = SPEC.replace("FORMULA", formula).replace("BY_YEAR", by_year).replace("PART", part)
    return text + "".join(more.values())


@pytest.mark.parametrize(
    ("formula", "by_year", "part", "expected"),
    [
        ("Sum(y in q, Y[y])", "X[y]", DAYS, [182, 184 + 1000]),
        ("Sum(z in q, Y[z] * 2)", "X[y]", DAYS, [364, 2 * 1184]),  # another letter
        ("Sum(y in q, z in q, Y[y] * Y[z]) / 1 {t}", "X[y]", DAYS, [182**2, 1184**2]),  # each letter its part
        ("Sum(y in q, Y[y] * s[y, q])", "X[y]", DAYS, [91.5, 274.5 + 1000]),  # says itself how much counts
        ("Sum(y in q, Y[y])", "X[y]", "s[y, q]", [91.5, 274.5 + 1000]),
        ("Sum(y in q, Y[y])", "X[y]", "cases(first_day(y) >= first_day(q): 1, otherwise: 0)", [366, 1000]),  # where it begins
        ("Sum(y in q, 1 {t})", "X[y]", DAYS, [182 / 366, 184 / 366 + 1]),
        ("Sum(y in q, m in y, Y[y] / 12)", "X[y]", DAYS, [182, 1184]),
        ("Sum(y, Sum(o in y, cases(o == q: Y[y] * shared_days(y, o), otherwise: 0 {t day}))) / 1 {day}", "X[y]", DAYS, [182 * 366, 184 * 366 + 365000]),
        # the value of a year whose periods differ: each with its part
        ("Sum(y in q, Y[y])", "X[y] * W[period(y)]", DAYS, [182 * (2 * 182 + 3 * 184) / 366, 184 * (2 * 182 + 3 * 184) / 366 + 3000]),
        ("Sum(y in q, X[y] / W[period(y)])", "X[y]", DAYS, [182 * (182 / 2 + 184 / 3) / 366, 184 * (182 / 2 + 184 / 3) / 366 + 1000 / 3]),
        ("Sum(y, X[y] * W[period(y)]) + 0 * W[q] * 1 {t}", "X[y]", DAYS, [2 * 182 + 3 * 184 + 3000] * 2),
        ("Max(y, X[y] * W[period(y)]) + 0 * W[q] * 1 {t}", "X[y]", "s[y, q]", [3000, 3000]),
    ],
)  # fmt: skip
def test_sums_take_the_part(evaluated, every_way, formula, by_year, part, expected):
    run = evaluated(spec(formula, by_year, part), PROJECT)

    assert run.values.arrays["R"].tolist() == pytest.approx(expected, rel=1e-14)
    every_way(run)


def test_whole_years_stay_whole_to_the_bit(evaluated):
    whole = PROJECT.replace("2020-06-30", "2020-12-31").replace("2020-07-01", "2021-01-01").replace("366,", "0.1,")
    assert evaluated(spec(), whole).values.arrays["R"].tolist() == [0.1, 1000.0]


def test_what_is_added_with_its_part_has_a_total(evaluated):
    assert total_cells(evaluated(spec(), PROJECT, targets=("R", "Y")), "Y").all()


def test_the_part_is_shown(evaluated):
    run = evaluated(spec(by_year="X[y] * W[period(y)]"), PROJECT)
    formulas = {e.id: plain_text(e.formula) for e in run.methodology.equations}

    assert formulas["r"] == "Sum(y in q, Y[y] * (shared_days(y, q) / operating_days(y)))"
    assert formulas["y"] == f"Sum(q in y, X[y] * W[q] * ({DAYS})) / Sum(q in y, {DAYS})"
    assert not [f for f in check_methodology(run.methodology).findings if f.severity == "error"]
    shown = "\n".join(trace_text(explain(run, "R", (1,))))
    assert "* (184 / 366) + " in shown


@pytest.mark.parametrize(
    ("formula", "by_year", "said"),
    [
        ("Mean(y in q, Y[y])", "X[y]", "Mean(y in q, ...) counts a year as a whole"),
        ("Count(y in q) * 1 {t}", "X[y]", "Count(y in q, ...) counts a year as a whole"),
        ("cases(All(y in q, Y[y] > 0 {t}): 1 {t}, otherwise: 0 {t})", "X[y]", "All(y in q, ...) counts a year as a whole"),
        ("Sum(y in q, Y[y])", "X[y] * Sum(q in y, W[q])", "Sum(q in y, ...) counts a period as a whole, and it may lie in two of year"),
        ("Sum(y in q, Y[y])", "cases(X[y] > 0 {t}: X[y] * W[period(y)], otherwise: excluded)", "period(y) is one period, and a year may lie in two"),
    ],
)  # fmt: skip
def test_what_has_no_meaning_is_refused(evaluated, formula, by_year, said):
    with pytest.raises(MethodologyError, match="G409") as caught:
        evaluated(spec(formula, by_year), PROJECT)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("{a: 0.25, b: 0.76}", "V609 the parts of a year are more than the whole: 2020 = 0.25 in a + 0.76 in b"),
        ("{a: -0.25, b: 0.75}", "V609 a part of a year is below zero: -0.25 of 2020 in a"),
    ],
)
def test_parts_are_parts(evaluated, values, said):
    with pytest.raises(MethodologyError) as caught:
        evaluated(spec(part="s[y, q]"), PROJECT.replace("{a: 0.25, b: 0.75}", values))
    assert said in str(caught.value)
    assert evaluated(spec(part="s[y, q]"), PROJECT.replace("b: 0.75}", "b: 0.7}")).value("R", period="b") == pytest.approx(1256.2)


# -- readings, versions, tools

RULING = """
rulings:
  - id: borders
    issue: how a year is shared
    default: refused
    readings:
      - {id: refused, meaning: not at all}
      - {id: by-days, meaning: by days, replace: {index_sets: [{id: period, shares: {year: 'shared_days(y, q) / operating_days(y)'}}]}}
      - id: stated
        meaning: as the project says
        add: {quantities: [{id: v, symbol: 'v_{<y><q>}', meaning: part, indices: [year, period], unit: "1", kind: monitored}]}
        replace: {index_sets: [{id: period, shares: {year: 'v[y, q]'}}]}
  - id: least
    issue: whether a year may be negative
    default: no
    readings:
      - {id: no, meaning: no floor}
      - {id: year, meaning: of a year, adjust: [{of: Y, gives: 'min(it[y], 200 {t})'}]}
      - id: period
        meaning: of a period, with the years of it
        adjust: [{of: Y, in: [r], equations: [{defines: 'total[q]', formula: 'Sum(y in q, it[y])'}], gives: 'it[y] * min(1, 592 {t} / total[period(y)])'}]
"""


def test_a_reading_says_it_and_steps_of_others_take_the_part(evaluated, every_way):
    text = spec().replace(f", shares: {{year: '{DAYS}'}}", "") + RULING
    with pytest.raises(MethodologyError, match=r"readings: \{borders: by-days\}"):
        evaluated(text, PROJECT)
    for readings, expected in (
        ({"borders": "by-days"}, [182, 1184]),
        ({"borders": "by-days", "least": "year"}, [200 * 182 / 366, 200 * 184 / 366 + 200]),
        # 2020 keeps all of what lies in a and half of what lies in b: (182 + 184 / 2) / 366, and 2021 half
        ({"borders": "by-days", "least": "period"}, [182 * 274 / 366, 184 * 274 / 366 + 500]),
    ):
        run = evaluated(text, PROJECT, readings=readings)
        assert run.values.arrays["R"].tolist() == pytest.approx(expected, rel=1e-14)
        every_way(run)
    run = evaluated(text, PROJECT.replace("  s:", "  v:"), readings={"borders": "stated"})
    assert run.values.arrays["R"].tolist() == [91.5, 1274.5]


def test_a_reading_takes_the_place_of_what_the_text_says(evaluated):
    """Edits are made to formulas as they were written, so that a reading's own part is the one that counts."""
    text = spec() + RULING.replace("default: refused", "default: refused").replace("shared_days(y, q) / operating_days(y)", "s[y, q] / 2")
    found = evaluated(text, PROJECT, readings={"borders": "by-days"})

    assert plain_text(found.methodology.equation["r"].formula) == "Sum(y in q, Y[y] * (s[y, q] / 2))"
    assert found.values.arrays["R"].tolist() == [91.5 / 2, 1274.5 / 2]
    assert with_readings(found.methodology, {}).equation["r"].formula == load_methodology_text(evaluated).equation["r"].formula


def load_methodology_text(evaluated):
    return evaluated(spec(), PROJECT).methodology


def revised(tmp_path, changes, text):
    (tmp_path / "base.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(f"based_on: base.yaml\nmethodology: {{version: '2'}}\nchanges:\n{changes}", encoding="utf-8")
    return load_methodology(tmp_path / "new.yaml")


@pytest.mark.parametrize(
    ("changes", "formula"),
    [
        ("  replace: {equations: [{id: r, formula: 'Sum(y in q, Y[y]) * 0.9'}]}", f"Sum(y in q, Y[y] * ({DAYS})) * 0.9"),
        ("  settle: {borders: by-days}", f"Sum(y in q, Y[y] * ({DAYS}))"),
        ("  settle: {borders: stated}", "Sum(y in q, Y[y] * v[y, q])"),
        ("  rename: {quantities: {Y: Z, s: part}}\n  settle: {borders: stated}", "Sum(y in q, Z[y] * v[y, q])"),
    ],
)
def test_revisions(tmp_path, changes, formula):
    text = spec().replace(f", shares: {{year: '{DAYS}'}}", "") + RULING
    found = with_readings(revised(tmp_path, changes, text), {"borders": "by-days"})

    assert plain_text(found.equation["r"].formula) == formula


def test_a_quantity_that_says_the_part_is_renamed_there(tmp_path):
    found = revised(tmp_path, "  rename: {quantities: {s: part}}", spec(part="s[y, q]"))
    assert plain_text(found.equation["r"].formula) == "Sum(y in q, Y[y] * part[y, q])"


def test_a_comparison_names_what_is_shared_otherwise(tmp_path):
    new = revised(tmp_path, "  replace: {index_sets: [{id: period, shares: {year: 's[y, q]'}}]}", spec())
    said = difference_text(find_difference(Side(load_methodology(tmp_path / "base.yaml")), Side(new)))

    assert f'period, weights: "year: {DAYS}" -> "year: s[y, q]"' in " ".join(said.split())
    other = revised(tmp_path, "  replace: {rulings: [{id: borders, readings: {replace: [{id: by-days, replace: {index_sets: [{id: period, shares: {year: '1/2 * s[y, q]'}}]}}]}}]}",
                    spec() + RULING.replace("shares: {year: 'shared_days(y, q) / operating_days(y)'}", "shares: {year: 's[y, q]'}"))  # fmt: skip
    said = difference_text(find_difference(Side(load_methodology(tmp_path / "base.yaml")), Side(other)))
    assert "period shares year: 1/2 * s[y, q]" in " ".join(said.split())


USER = """
methodology: {id: USER, version: "1", title: A methodology with a tool, result: T}
uses: [{prefix: own, spec: tool.yaml, bind: {X: V}}]
index_sets:
  - {id: cal, kind: year, letters: [t]}
  - {id: period, kind: group, groups: cal, letters: [p], project: must-listSHARES}
quantities:
  - {id: V, symbol: 'V_{<t>}', meaning: amount of a year, indices: [cal], unit: t, kind: monitored}
  - {id: T, symbol: 'T_{<p>}', meaning: result, indices: [period], unit: t, kind: computed}
equations: [{id: t, defines: 'T[p]', formula: 'own_R[p] + Sum(t in p, V[t])'}]
"""


def with_tool(tmp_path, shares, part=DAYS):
    (tmp_path / "tool.yaml").write_text(spec(part=part), encoding="utf-8")
    (tmp_path / "user.yaml").write_text(USER.replace("SHARES", shares), encoding="utf-8")
    return load_methodology(tmp_path / "user.yaml")


def test_sums_of_a_tool_take_the_part_that_the_whole_says(tmp_path):
    found = with_tool(tmp_path, ", shares: {cal: 'shared_days(t, p) / operating_days(t)'}")
    (tmp_path / "project.yaml").write_text(PROJECT.replace("  X:", "  V:").partition("  W:")[0], encoding="utf-8")

    assert plain_text(found.equation["own.r"].formula) == "Sum(t in p, own_Y[t] * (shared_days(t, p) / operating_days(t)))"
    assert mrvgraph.run(found, tmp_path / "project.yaml").values.arrays["T"].tolist() == [2 * 182, 2 * 1184]


@pytest.mark.parametrize("shares", ["", ", shares: [cal]", ", shares: {cal: 'own_s[t, p]'}"])
def test_a_tool_that_shares_otherwise_is_told(tmp_path, shares):
    with pytest.raises(MethodologyError, match="S111 period shares members otherwise in the tool own") as caught:
        with_tool(tmp_path, shares)
    assert 'write shares: {cal: "shared_days(t, p) / operating_days(t)"} at this set' in str(caught.value)


def test_a_quantity_of_a_tool_says_the_part_under_its_prefix(tmp_path):
    found = with_tool(tmp_path, ", shares: {cal: 'own_s[t, p]'}", "s[y, q]")
    assert plain_text(found.equation["own.r"].formula) == "Sum(t in p, own_Y[t] * own_s[t, p])"
    assert plain_text(found.equation["t"].formula) == "own_R[p] + Sum(t in p, V[t] * own_s[t, p])"


@pytest.mark.parametrize("fault", [("shared_days(y, q)", "shared_days(y, q) * 0.5"), ("W[q]", "W[q] * 2")])
def test_the_second_computation_puts_the_parts_in_by_itself(evaluated, fault):
    """A part that the language put in wrongly is in both ways through the formula, and not in the one from what was written."""
    run = evaluated(spec(by_year="X[y] * W[period(y)]"), PROJECT)
    at = next(e for e in run.methodology.equations if fault[0] in plain_text(e.formula) and e.id == ("y" if "W" in fault[0] else "r"))
    text = plain_text(at.formula).replace(*fault)
    letters = {x: s.id for s in run.methodology.index_sets for x in s.letters}
    names = Names(run.methodology.index_set, run.methodology.quantity, {}, {}, {}, letters)
    wrong = Resolver(names, Source(text), {}, dict(at.letters)).value(parse_formula(Source(text)))
    faulty = with_equation(run.methodology, replace(at, formula=wrong))
    values = evaluate(faulty, run.plan, run.inputs)
    found = audit_recompute(replace(run, methodology=faulty, values=values))

    assert [f.severity for f in found] == ["error"] and "with the parts that its sets say" in found[0].evidence


@pytest.mark.parametrize(("shares", "weighs"), [("{year: 'shared_days(y, k) / days(y)'}", " * (shared_days(t, k) / days(t))"), ("[year]", "")])
def test_a_set_of_the_tool_alone_shares_those_of_the_whole(tmp_path, shares, weighs):
    text = spec(part=DAYS).replace("letters: [k]}", f"letters: [k], shares: {shares}}}")
    text = text.replace("equations:\n", "equations:\n  - {id: k, defines: 'K[k]', formula: 'Sum(y in k, X[y])'}\n")
    text = text.replace("  - {id: R,", "  - {id: K, symbol: 'K_{<k>}', meaning: by turn, indices: [turn], unit: t, kind: computed}\n  - {id: R,")
    (tmp_path / "tool.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "user.yaml").write_text(USER.replace("SHARES", ", shares: {cal: 'shared_days(t, p) / operating_days(t)'}"), encoding="utf-8")
    found = load_methodology(tmp_path / "user.yaml")

    assert found.index_set["turn"].shares == ("cal",)
    assert plain_text(found.equation["own.k"].formula) == f"Sum(t in k, own_X[t]{weighs})"


# -- parts that are stated where a year and a period have no day in common

STATED_APART = PROJECT.replace("2021: {a: 0, b: 1}", "2021: {a: 0.3, b: 0.7}")


@pytest.mark.parametrize(
    ("formula", "part", "is_refused"),
    [
        ("Sum(y in q, Y[y])", "s[y, q]", True),
        ("Sum(y in q, Y[y] * s[y, q])", DAYS, True),  # it says itself how much counts
        ("Sum(y, Y[y] * s[y, q])", DAYS, False),  # read of every year: 0.25 * 366 + 0.3 * 1000
        ("Sum(y in q, Y[y] * s[y, q]) + Sum(y, Y[y] * s[y, q])", DAYS, False),
    ],
)
def test_a_part_that_nothing_reads_is_refused(evaluated, formula, part, is_refused):
    if not is_refused:
        a = 0.25 * 366 + 0.3 * 1000 + (0.25 * 366 if " + " in formula else 0)
        assert evaluated(spec(formula, part=part), STATED_APART).value("R", period="a") == pytest.approx(a)
        return
    with pytest.raises(MethodologyError, match=r"I531 s\[2021, a\] = 0.3: the year and the period have no day in common"):
        evaluated(spec(formula, part=part), STATED_APART)
    assert evaluated(spec(formula, part=part), PROJECT).value("R", period="a") == 91.5  # a 0 is no statement of a part


def test_what_is_said_of_all_other_cells_is_no_part_of_one(evaluated):
    blanket = PROJECT.replace("{2020: {a: 0.25, b: 0.75}, 2021: {a: 0, b: 1}}", "{2020: {a: 0.25}, 2021: {b: 1}}, otherwise: 0.75")
    assert evaluated(spec(part="s[y, q]"), blanket).values.arrays["R"].tolist() == [91.5, 274.5 + 1000]


# -- what has both indices and is no part

PRICED = """
  - {id: g, symbol: 'g_{<y><q>}', meaning: price of a year in a period, indices: [year, period], unit: t/ha, kind: monitored}
  - {id: H, symbol: 'H_{<y>}', meaning: area of a year, indices: [year], unit: ha, kind: monitored}
  - {id: E, symbol: 'E_{<y><q>}', meaning: amount of a year in a period, indices: [year, period], unit: t, kind: monitored}
  - {id: w, symbol: 'w_{<y>}', meaning: factor, indices: [year], unit: "1", kind: monitored}
"""
WITH_PRICES = PROJECT + """
  g: {unit: t/ha, values: {2020: {a: 2, b: 3}, 2021: {a: 0, b: 5}}}
  H: {unit: ha, values: {2020: 366, 2021: 100}}
  E: {unit: t, values: {2020: {a: 1, b: 2}, 2021: {a: 0, b: 4}}}
  w: {values: {2020: 10, 2021: 100}}
"""


@pytest.mark.parametrize("shares", [f"{{year: '{DAYS}'}}", "[year]"])
@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Sum(y in q, H[y] * g[y, q])", None),
        ("Sum(z in q, X[z] + H[z] * g[z, q])", None),
        ("Sum(y in q, H[y] * g[y, q] * shared_days(y, q) / operating_days(y))", [2 * 182, 3 * 184 + 500]),
        ("Sum(y in q, H[y] * g[y, q] * s[y, q])", [0.25 * 732, 0.75 * 1098 + 500]),
        ("Sum(y in q, E[y, q] * w[y])", [10, 20 + 400]),  # an amount of the two is what counts
        ("Sum(y in q, g[y, q]) * 1 {ha}", [2, 8]),  # nothing of a year is counted
    ],
)
def test_a_price_says_not_how_much_of_a_year_counts(evaluated, shares, formula, expected):
    text = spec(formula).replace(f"{{year: '{DAYS}'}}", shares).replace("  - {id: Y,", f"{PRICED.lstrip(chr(10))}  - {{id: Y,")
    if expected is not None:
        assert evaluated(text, WITH_PRICES).values.arrays["R"].tolist() == pytest.approx(expected)
        return
    with pytest.raises(MethodologyError, match=r"G409 .*counts a year as a whole: g is in t/ha, and no part of it"):
        evaluated(text, WITH_PRICES)
