"""States of numbers: what was measured, substituted, stood still or is not known; zeros and blankets in their place. Numbers are computed by hand."""

import pytest
from desk_helpers import TINY

import mrvgraph
from engine.audit.asked import why_not_asked
from engine.audit.states import audit_states
from engine.plan.cell_days import named_spans
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError

MONTHS = """
methodology: {id: T, version: "1", title: Months, result: R}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
  - {id: month, letters: [m], members: [jan, feb, mar, apr, may, jun, jul, aug, sep, oct, nov, dec], ordered: yes}
choices: [{id: gaps, meaning: gaps, values: [{id: filled}, {id: open}], default: filled}]
quantities:
  - {id: EG, symbol: EG, meaning: net export, indices: [month, year], unit: MWh, kind: monitored,
     substitution: [{id: lowest, takes: least, along: month, at_most: 0.25, when: gaps == filled}, {id: last, takes: before, along: month, in_a_row: 1},
                    {id: expert, statement: judged by the operator}]}
  - {id: EF, symbol: EF, meaning: factor, unit: tCO2/MWh, kind: fixed_ex_ante}
  - {id: R, symbol: R, meaning: result, indices: [period], unit: tCO2, kind: computed}
equations: [{id: r, defines: "R[q]", formula: "Sum(y in q, Sum(m, EG[m, y])) * EF"}]
"""
#: 13 July to the end of 2016, 0.5 tCO2/MWh.
PROJECT = """
project: {name: p}
operation: {start: 2016-07-13, end: 2016-12-31}
choices: {gaps: filled}
values:
  EF: {unit: tCO2/MWh, value: 0.5}
"""
PLANTS = """
methodology: {id: T, version: "1", title: Plants, result: R}
index_sets: [{id: year, kind: year, letters: [y]}, {id: plant, letters: [p], members: [hydro, oil, coal]}]
quantities:
  - {id: G, symbol: G, meaning: generation, indices: [plant, year], unit: MWh, kind: monitored}
  - {id: F, symbol: F, meaning: fuel, indices: [plant, year], unit: t, kind: monitored}
  - {id: R, symbol: R, meaning: result, unit: t, kind: computed}
equations: [{id: r, defines: R, formula: "Sum(p, y, F[p, y]) + 0 {t/MWh} * Sum(p, y, G[p, y])"}]
"""
OF_PLANTS = """
project: {name: p}
operation: {start: 2016-01-01, end: 2017-12-31}
values:
  G: {unit: MWh, values: {hydro: {2016: 5, 2017: 5}, oil: {2016: 3, 2017: 4}, coal: {2016: 1, 2017: 1}}, state: measured}
"""
#: The same with generation by month, and with what a hectare holds in place of it.
BY_MONTH = PLANTS.replace("letters: [y]}", "letters: [y]}, {id: month, kind: month, letters: [m]}", 1).replace("indices: [plant, year], unit: MWh",
    "indices: [plant, month], unit: MWh").replace("Sum(p, y, G[p, y])", "Sum(p, m, G[p, m])")  # fmt: skip
HELD = PLANTS.replace("unit: MWh", "unit: tC/ha").replace("{t/MWh}", "{t*ha/tC}")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return a function: what is found of the states of numbers, by code."""
    folder = tmp_path_factory.mktemp("states")
    specs = {}
    for name, text in (("months", MONTHS), ("plants", PLANTS), ("by_month", BY_MONTH), ("held", HELD)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        specs[name] = mrvgraph.load(folder / f"{name}.yaml")

    def run(name, values, project=PROJECT, change=("", "")):
        text = project.replace(*change) if change[0] else project
        return mrvgraph.run(specs[name], read_project_text(f"{text}  {values}\n", folder / "project.yaml"))

    def made(*asked, **options):
        return {finding.code: finding for finding in audit_states(run(*asked, **options))}

    made.run = run
    return made


def listed(months, state="", rest="otherwise: 0, otherwise_state: not operating"):
    values = ", ".join(f"{month}: {{2016: {value}}}" for month, value in months.items())
    return f"EG: {{unit: MWh, values: {{{values}}}, {f'state: {state}, ' if state else ''}{rest}}}"


WHOLE = {"jul": 96, "aug": 97, "sep": 98, "oct": 99, "nov": 100, "dec": 101}


def test_months_outside_the_days_of_operation_may_be_blank(found):
    assert found("months", listed(WHOLE, rest="otherwise: 0")) == {}
    assert "6 of them outside" in _blanket_note(found.run("months", listed(WHOLE, rest="otherwise: 0")))


def _blanket_note(run):
    from engine.audit.completeness import audit_completeness

    return next(finding.evidence for finding in audit_completeness(run) if finding.code == "A718")


@pytest.mark.parametrize("value", [None, 0])
def test_a_month_of_the_period_that_is_blank_or_zero(found, value):
    months = {**WHOLE, "jul": value}
    only = found("months", listed({month: own for month, own in months.items() if own is not None}, rest="otherwise: 0"))

    assert list(only) == ["A814"]
    # the mean of 97 to 101 is 99: half of it
    assert "EG[jul, 2016]: within the days of monitoring" in only["A814"].evidence
    assert "at the mean of the others (99): R moves by +49.5 tCO2" in only["A814"].evidence


def test_a_state_answers_the_question(found):
    said = found("months", listed({**WHOLE, "jul": 0}, "{jul: not operating}"))
    assert set(said) == {"A816", "A817"}
    assert "5 numbers of EG do not say their state" in said["A816"].what
    assert said["A817"].what == "states: 7 not operating"


def test_what_stands_still_has_no_number(found):
    wrong = found("months", listed({**WHOLE, "jul": 12}, "{jul: not operating}"))["A813"]
    assert wrong.severity == "error"
    assert "EG[jul, 2016] = 12 MWh; at zero: R moves by -6 tCO2" in wrong.evidence


@pytest.mark.parametrize("states", ["[measured, not operating]", "{jul: [measured]}"])
def test_a_list_of_states_is_a_fault_and_not_passed_over(found, states):
    with pytest.raises(MethodologyError, match="states stand as label: state") as told:
        found("months", listed(WHOLE, states))
    assert told.value.code == "I506"


def test_a_number_that_is_set_keeps_the_state_of_its_cell(found):
    # 50 MWh in July, of which it is said that nothing ran: 50 * 0.5 = 25 t; what was unknown is known once it is set
    def of_set(state, listed_months):
        return found("months", listed(listed_months, f"{{jul: {{2016: {state}}}}}"), change=("values:", "set: {'EG[jul, 2016]': 50 MWh}\nvalues:"))

    wrong = of_set("not operating", {**WHOLE, "jul": 0})["A813"]
    assert "EG[jul, 2016] = 50 MWh; at zero: R moves by -25 tCO2" in wrong.evidence
    assert "EG[jul, 2016] = 50 MWh, by the method 97" in of_set("substituted by lowest", {**WHOLE, "jul": 97})["A811"].evidence
    known = of_set("unknown", {month: own for month, own in WHOLE.items() if month != "jul"})
    assert "EG[jul, 2016]" in known["A816"].evidence


def test_a_method_that_is_allowed_and_gives_the_number(found):
    # the least of the others is 97; the month before September is 97
    fine = found("months", listed({**WHOLE, "jul": 97}, "{jul: substituted by lowest}"))
    assert set(fine) == {"A816", "A817"}
    assert set(found("months", listed({**WHOLE, "sep": 97}, "{sep: substituted by last}"))) == {"A816", "A817"}
    assert set(found("months", listed({**WHOLE, "sep": 5}, "{sep: substituted by expert}"))) == {"A816", "A817"}


def test_a_number_that_its_method_does_not_give(found):
    other = found("months", listed({**WHOLE, "jul": 101}, "{jul: substituted by lowest}"))["A811"]
    assert (other.severity, other.what) == ("error", "1 number of EG is not what lowest gives")
    assert "EG[jul, 2016] = 101 MWh, by the method 97; with what it gives: R moves by -2 tCO2" in other.evidence
    # 97.4 is printed as 97, and what is substituted itself is no measurement: December takes November's place only where that was measured
    assert "A811" not in found("months", listed({**WHOLE, "jul": 97, "aug": 97.4}, "{jul: substituted by lowest}"))
    chain = found("months", listed({**WHOLE, "nov": 99, "dec": 99}, "{nov: substituted by last, dec: substituted by last}"))
    assert "A811" not in chain
    assert "EG[nov, 2016] to EG[dec, 2016]: 2 in a row (at most 1)" in chain["A812"].evidence


@pytest.mark.parametrize(
    ("state", "change", "what"),
    [
        ("substituted by greatest", ("", ""), "1 number of EG is substituted by greatest, which the methodology does not allow"),
        ("substituted", ("", ""), "1 number of EG is substituted by a method that is not said"),
        ("substituted by lowest", ("gaps: filled", "gaps: open"), "1 number of EG is substituted by lowest where the methodology does not allow it"),
    ],
)
def test_a_method_that_is_not_allowed(found, state, change, what):
    one = found("months", listed({**WHOLE, "dec": 120}, f"{{dec: {state}}}"), change=change)["A810"]
    assert (one.severity, one.what) == ("error", what)
    # 96 and 100 for 120
    assert "at the least that was measured (96): R moves by -12 tCO2; at the most (100): R moves by -10 tCO2" in one.evidence


def test_more_than_the_share_that_may_be_replaced(found):
    two = found("months", listed({**WHOLE, "jul": 98, "aug": 98}, "{jul: substituted by lowest, aug: substituted by lowest}"))["A812"]
    # of the six months that are due; the six that stand still do not count
    assert "EG[jul, 2016] to EG[aug, 2016]: 2 of 6 (33.3 %, at most 25 %)" in two.evidence


def test_a_blanket_is_no_measurement(found):
    blanket = found("months", listed({month: 10 for month in WHOLE if month != "jul"}, rest="otherwise: 0, otherwise_state: measured"))["A815"]
    assert blanket.what.startswith("7 numbers of EG are said to be measured")


def test_fuel_that_is_blank_where_a_plant_ran(found):
    # the mean of 20 and 30 for oil in 2016 is 30, its own other year; coal has none of its own, and takes the mean of all, 25
    one = found("plants", "F: {unit: t, values: {hydro: {2016: 20}, oil: {2017: 30}}, otherwise: 0}", project=OF_PLANTS)["A814"]
    assert one.what == "4 numbers of F are covered by `otherwise` where a number is due, and nothing says why"
    assert "F[oil, 2016]: G[oil, 2016] = 3 MWh there" in one.evidence
    assert "R moves by +100 t" in one.evidence  # 20 + 30 + 25 + 25
    zeros = "F: {unit: t, values: {hydro: {2016: 0, 2017: 0}, oil: {2016: 30, 2017: 30}, coal: {2016: 7, 2017: 0}}}"
    one = found("plants", zeros, project=OF_PLANTS)["A814"]
    assert one.what.startswith("1 number of F is written as zero")
    assert "F[coal, 2017]" in one.evidence


def test_what_else_ran_is_told_by_what_tells_it(found):
    """Power by month beside fuel by year does; the carbon on a hectare says nothing of what was cut there."""
    zeros = "F: {unit: t, values: {hydro: {2016: 0, 2017: 0}, oil: {2016: 30, 2017: 30}, coal: {2016: 7, 2017: 0}}}"
    months = "\n  G: {unit: MWh, values: {coal: {2017-03: 2}, hydro: {2016-01: 1}}, otherwise: 0, otherwise_state: not operating}"
    by_month = OF_PLANTS[: OF_PLANTS.index("  G:")]

    assert found("by_month", zeros + months, project=by_month)["A814"].evidence.startswith("F[coal, 2017]: G[coal, 2017-03] = 2 MWh there")
    assert "A814" not in found("held", zeros, project=OF_PLANTS.replace("unit: MWh", "unit: tC/ha"))


def test_a_plant_that_stands_still_and_generates(found):
    zeros = "F: {unit: t, values: {hydro: {2016: 0, 2017: 0}, oil: {2016: 30, 2017: 30}, coal: {2016: 7, 2017: 0}}, state: {coal: {2017: not operating}}}"
    one = found("plants", zeros, project=OF_PLANTS)["A813"]
    assert one.severity == "warning"
    assert "F[coal, 2017] stands still, G[coal, 2017] = 1 MWh; at the mean of the others (7): R moves by +7 t" in one.evidence


def test_what_is_unknown_stops_the_run_whatever_else_is_said(found):
    with pytest.raises(MethodologyError, match=r"unknown: EG\[jul, 2016\]") as told:
        found.run("months", listed({month: own for month, own in WHOLE.items() if month != "jul"}, "{jul: {2016: unknown}}"))
    assert told.value.code == "I532"
    assert "replace it by lowest, last, expert" in told.value.remedy


def test_a_column_of_a_data_file_says_it(found, tmp_path):
    (tmp_path / "eg.csv").write_text("month,year,value,state\njul,2016,0,not operating\naug,2016,unknown,\nsep,2016,3,measured\n", encoding="utf-8")
    text = PROJECT.replace("2016-12-31", "2016-09-30") + "  EG: {unit: MWh, file: eg.csv, otherwise: 0}\n"
    spec = found.run("months", listed(WHOLE)).methodology
    with pytest.raises(MethodologyError, match=r"unknown: EG\[aug, 2016\]"):
        mrvgraph.run(spec, read_project_text(text, tmp_path / "project.yaml"))


def test_the_question_is_not_asked_where_nothing_is_said_and_nothing_runs_over_time(found):
    assert why_not_asked(found.run("months", listed(WHOLE)), "states") == ""
    plain = mrvgraph.run(TINY, TINY / "project.yaml", targets=("dCS",))
    assert why_not_asked(plain, "states") == "the project says no state of a number, and nothing is monitored over time"


def test_what_counts_as_a_month():
    assert named_spans(("2016-07", "Sept 2016", "q3")) == ((7, 1, None, 2016), (9, 1, None, 2016), (7, 3, None, None))
    assert named_spans(("may", "oak")) is None
    assert named_spans(("1", "2")) is None
    assert named_spans(("0000-1", "0000-2")) is None


def test_methods_follow_names_choices_and_tools(tmp_path, found):
    spec = tmp_path / "methodology.yaml"
    spec.write_text(MONTHS, encoding="utf-8")
    (tmp_path / "settled.yaml").write_text("based_on: methodology.yaml\nmethodology: {version: '2'}\n"
                                           "changes: {rename: {quantities: {EG: E}}, settle: {gaps: filled}}\n", encoding="utf-8")  # fmt: skip
    (tmp_path / "user.yaml").write_text(
        "methodology: {id: U, version: '1', title: U, result: W}\nuses: {grid: methodology.yaml}\n"
        "index_sets: [{id: year, kind: year, letters: [t]}, {id: period, kind: group, groups: year, letters: [k], project: must-list}]\n"
        "quantities: [{id: W, symbol: W, meaning: w, indices: [period], unit: tCO2, kind: computed}]\n"
        "equations: [{id: w, defines: 'W[k]', formula: 'grid_R[k]'}]\n", encoding="utf-8")  # fmt: skip
    settled, user = mrvgraph.load(tmp_path / "settled.yaml"), mrvgraph.load(tmp_path / "user.yaml")

    assert [(one.id, one.when) for one in settled.quantity["E"].substitution] == [("lowest", None), ("last", None), ("expert", None)]
    tool = user.quantity["grid_EG"].substitution[0]
    assert (tool.id, tool.along) == ("lowest", "grid_month")
    assert not [finding for finding in mrvgraph.check(user).findings if finding.severity == "error"]
    before = found.run("months", listed(WHOLE)).methodology
    assert "gaps == " in str(mrvgraph.compare(before, settled).lists["quantities"])
