"""Meters beside the numbers that they read. Numbers are computed by hand.

Two plants in 2020 (366 days): X export (1,000 and 500 MWh), I import (20 and 10 MWh), N = X - I, ER = 0.9 tCO2/MWh of N: 1,323 tCO2.
"""

import pytest

import mrvgraph
from engine.audit.instruments.instrument_days import span, without
from engine.cli import main
from engine.documents.workbook.project_rows import field_rows
from engine.documents.workbook.redaction import Redaction
from engine.project.project_file import read_project_text
from engine.project.project_instruments import _after
from engine.project.project_tree import project_tree
from equations.errors import MethodologyError

SPEC = """
methodology: {id: M, version: "1", title: Meters, status: illustrative, result: ER}
index_sets:
  - {id: plant, letters: [p], members: [A, B]}
  - {id: year, kind: year, letters: [y]}
quantities:
  - {id: X, symbol: X, meaning: export, indices: [plant, year], unit: MWh, kind: monitored, range: {min: 0}}
  - {id: I, symbol: I, meaning: import, indices: [plant, year], unit: MWh, kind: monitored, range: {min: 0}}
  - {id: F, symbol: F, meaning: factor, unit: tCO2/MWh, kind: fixed_ex_ante}
  - {id: N, symbol: N, meaning: net, indices: [plant, year], unit: MWh, kind: computed}
  - {id: ER, symbol: R, meaning: reductions, indices: [year], unit: tCO2, kind: computed, over_years: sum}
equations:
  - {id: net, number: 1, defines: 'N[p, y]', formula: 'X[p, y] - I[p, y]'}
  - {id: er, number: 2, defines: 'ER[y]', formula: 'Sum(p, N[p, y]) * F'}
"""
PROJECT = """
project: {name: p}
operation: {start: 2020-01-01, end: 2020-12-31}
values:
  X: {unit: MWh, values: {A: {2020: XA}, B: {2020: 500}}, source: meter}
  I: {unit: MWh, values: {A: {2020: 20}, B: {2020: 10}}, source: meter}
  F: {unit: tCO2/MWh, value: 0.9, source: design}
"""
# from 2 July on, 183 days of 366: half
LATE = "meter: MA, class: 0.5 %, calibrated: [2019-07-01], interval: 1 year"
GOOD = "meter: MB, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{quantity: X, at: {plant: B}}]"


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("meters") / "methodology.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return mrvgraph.load(path)


@pytest.fixture
def found(spec, tmp_path):
    """Return a function: the findings on the instruments of a project."""

    def made(*instruments, exported="1000", documents=""):
        text = PROJECT.replace("XA", exported) + "".join(f"  - {{{one}}}\n" for one in ("", *instruments) if one).join(("instruments:\n", documents))
        report = mrvgraph.audit(spec, read_project_text(text, tmp_path / "project.yaml"))
        return [one for one in report.findings if "A778" <= one.code <= "A787"]

    return made


def codes(findings):
    return [(one.code, one.severity) for one in findings]


AT_A = "at: {plant: A}"


@pytest.mark.parametrize(
    ("quantity", "becomes", "tonnes"),
    [("X", "X[A, 2020] 1,000.00 becomes 997.5 MWh", "-2.25"), ("I", "I[A, 2020] 20 becomes 20.05 MWh", "-0.045")],
)
def test_overdue_days_get_the_error_of_the_class_on_the_side_that_lowers_the_result(found, quantity, becomes, tonnes):
    late, *_ = found(f"{LATE}, serves: [{{quantity: {quantity}, {AT_A}}}]")

    assert (late.code, late.severity) == ("A778", "error")
    assert "183 days in cells of" in late.evidence and "2020-07-02 to 2020-12-31" in late.evidence
    assert becomes in late.evidence.replace("20.00 becomes", "20 becomes")
    assert f"ER moves by {tonnes} tCO2" in late.evidence


def test_what_a_late_calibration_found_counts_where_it_is_more(found):
    # 2 July to 30 September, 91 days: 1,000 * 0.008 * 91 / 366 = 1.98907 MWh, 1.790 tCO2
    late, *_ = found(f"meter: MA, class: 0.5 %, interval: 1 year, calibrated: [2019-07-01, {{on: 2020-10-01, found: 0.8 %}}], serves: [{{quantity: X, {AT_A}}}]")

    assert "ER moves by -1.79016 tCO2" in late.evidence


@pytest.mark.parametrize(
    ("applied", "exported", "code", "said"),
    [
        ("-2.5", "997.5", ("A785", "note"), "applied as it is due"),
        ("-2.00", "998", ("A779", "error"), "-2 MWh is applied, and overdue days come to -2.5 MWh"),
        ("2.5", "1002.5", ("A779", "error"), "+2.5 MWh is applied, and overdue days come to -2.5 MWh"),
        ("yes", "997.5", ("A779", "warning"), "not how large it was"),
        ("no", "1000", ("A778", "error"), "its error is not applied"),
        ("-2500, unit: kWh", "997.5", ("A785", "note"), "applied as it is due"),
        ("-2100, unit: kWh", "997.9", ("A779", "error"), "-2.1 MWh is applied, and overdue days come to -2.5 MWh"),  # half of 1 kWh is no half MWh
    ],
)
def test_what_was_applied_is_compared(found, applied, exported, code, said):
    first, *_ = found(f"{LATE}, serves: [{{quantity: X, {AT_A}, applied: {applied}}}]", exported=exported)

    assert (first.code, first.severity) == code
    assert said in first.what


def test_the_error_counts_for_the_days_of_the_cell_that_are_overdue_and_for_what_the_meter_reads(found):
    # 182 of 366 days by the one that was never calibrated: 1,000 * 0.005 * 182 / 366 = 2.48634 MWh
    late, *_ = found(f"meter: MA, class: 0.5 %, serves: [{{quantity: X, {AT_A}, to: 2020-06-30}}]",
                     f"meter: MC, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{{quantity: X, {AT_A}, from: 2020-07-01}}]")  # fmt: skip
    assert late.code == "A778" and "ER moves by -2.2377 tCO2" in late.evidence
    # of a sum its own 600 MWh, 0.5 %: 3 MWh
    add = "use: sum, readings: {2020: 400}"
    other = f"meter: MC, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{{quantity: X, {AT_A}, {add}}}]"
    for applied, codes_ in (("", ("A778", "error")), (", applied: -3.000", ("A785", "note"))):
        first, *_ = found(f"meter: MA, class: 0.5 %, serves: [{{quantity: X, {AT_A}, {add.replace('400', '600')}{applied}}}]", other)
        assert (first.code, first.severity) == codes_
    late, *_ = found(f"meter: MA, class: 0.5 %, serves: [{{quantity: X, {AT_A}, {add.replace('400', '600')}}}]", other)
    assert "ER moves by -2.7 tCO2" in late.evidence


@pytest.mark.parametrize(("readings", "said"), [(("400", "600"), ""), (("400", "500"), "1,000.00, and 900 MWh"), (("400", ""), "")])
def test_meters_that_take_turns_read_the_sum(found, readings, said):
    life = (("removed: 2020-06-30", readings[0]), ("installed: 2020-07-01", readings[1]))
    several = [f"meter: M{at}, {days}, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{{quantity: X, {AT_A}, "
               f"readings: {{{f'2020: {text}' if text else ''}}}}}]" for at, (days, text) in enumerate(life)]  # fmt: skip
    apart = [one for one in found(GOOD, *several) if one.code == "A783"]

    assert len(apart) == bool(said) and all(said in one.what for one in apart)


def test_a_correction_without_overdue_days_is_an_error(found):
    first, *_ = found("meter: MB, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{quantity: X, at: {plant: B}, applied: -1}]")

    assert (first.code, first.severity) == ("A779", "error")
    assert "without it: ER moves by +0.9 tCO2" in first.evidence


def test_within_calibration_on_all_days(found):
    assert codes(found(GOOD, "meter: MA, class: 0.2 %, calibrated: [2019-12-31], interval: 2 years, serves: [{quantity: X, at: {plant: A}}]")) == [("A785", "note")]


def test_silence_is_told(found):
    assert codes(found(GOOD, f"meter: MA, serves: [{{quantity: X, {AT_A}}}]"))[0] == ("A778", "warning")
    assert codes(found(GOOD, f"meter: MA, class: 0.2 %, serves: [{{quantity: X, {AT_A}}}]"))[0] == ("A778", "error")


def test_numbers_for_days_without_a_meter(found):
    # January to March, 91 of 366 days of 1,000 MWh: 223.77 tCO2
    gone = next(one for one in found(GOOD, f"meter: MA, class: 0.2 %, installed: 2020-04-01, calibrated: [2020-04-01], interval: 1 year, "
                                           f"serves: [{{quantity: X, {AT_A}}}]") if one.code == "A780")  # fmt: skip

    assert gone.severity == "error"
    assert "X[A, 2020]: 2020-01-01 to 2020-03-31" in gone.evidence
    assert "ER moves by -223.77 tCO2" in gone.evidence


def test_a_meter_that_takes_over_leaves_no_day(found):
    before = f"meter: M1, class: 0.2 %, removed: 2020-03-31, calibrated: [2019-12-31], interval: 1 year, serves: [{{quantity: X, {AT_A}}}]"
    after = f"meter: M2, class: 0.2 %, installed: 2020-04-01, calibrated: [2020-03-30], interval: 1 year, serves: [{{quantity: X, {AT_A}}}]"

    assert codes(found(GOOD, before, after)) == [("A785", "note")]


def test_members_without_an_instrument(found):
    (bare, _) = found(GOOD)  # the meter of B alone: 1,000 MWh of A have none

    assert (bare.code, bare.severity) == ("A781", "warning")
    assert bare.what == "no instrument serves X[A, 2020]"
    assert "ER moves by -900 tCO2" in bare.evidence


@pytest.mark.parametrize(
    ("use", "readings", "codes_", "said"),
    [
        ("lower", ("999.0", "1000"), [("A783", "error")], "X[A, 2020] 1,000.00, and 999 MWh"),
        ("higher", ("999.0", "1000"), [], ""),
        ("sum", ("400", "500"), [("A783", "error")], "X[A, 2020] 1,000.00, and 900 MWh"),
        ("sum", ("400", "600.4"), [], ""),  # within half of the last digits: 0.5 + 0.05 and 0.5
        ("lower", ("999.0", ""), [("A783", "warning")], "not every meter has a reading"),
    ],
)
def test_readings_of_several_meters(found, use, readings, codes_, said):
    several = [f"meter: M{at}, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{{quantity: X, {AT_A}, use: {use}, "
               f"readings: {{{f'2020: {text}' if text else ''}}}}}]" for at, text in enumerate(readings)]  # fmt: skip
    own = [one for one in found(GOOD, *several) if one.code == "A783"]

    assert codes(own) == codes_
    assert not own or said in own[0].what.replace("999.00 MWh", "999 MWh").replace("900.00 MWh", "900 MWh")


def test_one_series_where_the_higher_of_two_is_said(found):
    own = found(GOOD, f"meter: MA, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{{quantity: X, {AT_A}, use: higher, readings: {{2020: 1000}}}}]")

    assert ("A783", "warning") in codes(own)


def test_a_shared_meter(found):
    shared = "meter: S, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{quantity: X"
    typed = found(f"{shared}}}]")
    # 1,400 MWh by import, 20 to 10: 933.33 and 466.67 MWh; 1,400 * 0.9 are 90 t less than 1,500 * 0.9
    parts = found(f"{shared}, use: apportioned, by: I, readings: {{2020: 1400}}}}]")

    assert codes(typed)[0] == ("A782", "warning")
    assert codes(parts)[0] == ("A782", "error")
    assert "X[A, 2020] 1,000.00, and 933.333 MWh" in parts[0].what
    assert "ER moves by -90 tCO2" in parts[0].evidence
    assert [one.code for one in found(f"{shared}, use: apportioned, by: I, readings: {{2020: 1500}}}}]")] == ["A785"]


@pytest.mark.parametrize(("by", "why"), [("K", "this run has no number of K[B, 2020]"), ("I", "I[A, 2020], I[B, 2020] come to zero")])
def test_a_key_that_is_blank_or_zero_shares_nothing_out_and_says_so(tmp_path, by, why):
    # K is read for A alone, so that a project may leave that of B out
    (tmp_path / "methodology.yaml").write_text(SPEC.replace("quantities:\n", """  - {id: own, subset_of: plant, letters: [o], members: [A]}
quantities:
  - {id: K, symbol: K, meaning: key, indices: [plant, year], unit: "1", kind: monitored}
""").replace("'Sum(p, N[p, y]) * F'", "'Sum(p, N[p, y]) * F + 0 {tCO2} * Sum(o, K[o, y])'"), encoding="utf-8")
    meter = f"instruments: [{{meter: S, class: 0.2 %, calibrated: [2020-01-01], interval: 1 year, serves: [{{quantity: X, use: apportioned, by: {by}, "
    text = PROJECT.replace("XA", "1000").replace("{A: {2020: 20}, B: {2020: 10}}", "{A: {2020: 0}, B: {2020: 0}}")
    text += f"  K: {{values: {{A: {{2020: 3}}}}, source: s}}\n{meter}readings: {{2020: 9999}}}}]}}]\n"
    report = mrvgraph.audit(tmp_path / "methodology.yaml", read_project_text(text, tmp_path / "project.yaml"))

    (told,) = [one for one in report.findings if one.code in ("A782", "A787")]
    assert (told.code, told.severity, told.evidence) == ("A787", "warning", why)


def test_an_error_counts_for_each_meter_and_not_for_the_net(found):
    net, *_ = found(f"{LATE}, serves: [{{quantity: N, {AT_A}}}]")

    assert (net.code, net.severity) == ("A786", "error")
    assert "it is computed from X, I; 0.5 % of the net is 4.9, of what is read 5.1 MWh" in net.evidence  # of 980, and of 1,020


def test_documents_that_say_otherwise_of_a_meter(found):
    own = "meter: MA, class: 0.2 %, calibrated: [2020-12-03], interval: 1 year, serves: [{quantity: X}]"
    documents = "documents: [{document: Report, instruments: [{meter: MA, class: 0.5 %, calibrated: [2020-03-12], interval: 1 year, serves: []}]}]\n"
    apart = [one for one in found(own, documents=documents) if one.code == "A784"]

    assert len(apart) == 2
    assert apart[0].what == "two documents give the class of MA otherwise: 0.2 % and 0.5 %"
    assert "2020-12-03 and 2020-03-12 (day and month exchanged?)" in apart[1].what
    assert apart[1].evidence == "project file; Report"

    # one calibration, that holds for a year or for 18 months
    longer = documents.replace("2020-03-12], interval: 1 year", "2020-12-03], interval: 18 months").replace("0.5 %", "0.2 %")
    (apart,) = [one for one in found(own, documents=longer) if one.code == "A784"]
    assert apart.what == "two documents give the day until which the calibration of 2020-12-03 of MA holds otherwise: 2021-12-03 and 2022-06-03"


@pytest.mark.parametrize(
    ("instrument", "code", "said"),
    [
        ("meter: MA, calibrated: [12/03/2012], interval: 1 year, serves: [{quantity: X}]", "I507", "is not a date: '12/03/2012'"),
        ("meter: MA, calibrated: [2012-03-12], serves: [{quantity: X}]", "I501", "how long a calibration holds"),
        ("meter: MA, calibrated: [2012-03-12], interval: yearly, serves: [{quantity: X}]", "I507", "no length of time"),
        ("meter: MA, class: 0.5, serves: [{quantity: X}]", "I505", "no share in percent"),
        ("meter: MA, installed: 2020-02-01, removed: 2020-01-01, serves: [{quantity: X}]", "I507", "removed before it is installed"),
        ("meter: MA, serves: [{quantity: Z}]", "I502", "no quantity 'Z'"),
        ("meter: MA, serves: [{quantity: X, at: {plant: C}}]", "I502", "'C' is not a member of plant"),
        ("meter: MA, serves: [{quantity: X, use: apportioned}]", "I506", "the quantity by which"),
        ("meter: MA, serves: [{quantity: X, at: {plant: A}, readings: {2020: many}}]", "I505", "not a number: 'many'"),
        ("meter: MA, serves: [{quantity: X, at: {plant: A}, readings: [900]}]", "I506", "readings stand as label in time: reading"),
        ("meter: MA, serves: [{quantity: X, at: {plant: A}, readings: {2020: [900]}}]", "I506", "readings stand as label in time: reading"),
        ("meter: MA, serves: [{quantity: X, at: {plant: A}, unit: t, readings: {2020: 4}}]", "I503", "readings in t"),
        ("meter: MA, serves: [{quantity: X, at: {plant: A}, applied: some}]", "I505", "no amount: 'some'"),
        ("meter: MA, of: plant, serves: [{quantity: X}]", "I502", "no field 'of'"),
    ],
)
def test_what_cannot_be_read_is_told(found, instrument, code, said):
    with pytest.raises(MethodologyError, match=said) as caught:
        found(instrument)
    assert code in {one.code for one in getattr(caught.value, "errors", (caught.value,))}


def test_without_instruments_nothing_is_asked(spec, tmp_path):
    report = mrvgraph.audit(spec, read_project_text(PROJECT.replace("XA", "1000"), tmp_path / "p.yaml"))
    audit = next(audit for audit, _ in report.audits if audit.id == "instruments")

    assert report.why_not_asked(audit) == "the project names no instrument"


def test_days():
    from datetime import date

    assert _after(date(2020, 1, 31), 1, "month") == date(2020, 2, 29)
    assert _after(date(2020, 2, 29), 1, "year") == date(2021, 2, 28)
    assert _after(date(2020, 1, 1), 2, "week") == date(2020, 1, 15)
    assert _after(date(2020, 1, 1), 9000, "year") == _after(date(9999, 12, 1), 9000, "day") == date.max
    assert without(((1, 10),), ((1, 2), (9, 30))) == ((3, 8),)
    assert span(((date(2020, 1, 1).toordinal(), date(2020, 1, 1).toordinal()),)) == "2020-01-01"


def test_a_template_asks_for_meters_and_samples_and_says_nothing_until_it_is_filled(spec, tmp_path, capsys):
    folder = str(tmp_path / "t.yaml")
    path = spec.files[0][0]

    assert main(["needs", path, "--template", "--start", "2020-01-01", "--end", "2020-12-31", "--with", "instruments,samples", "-o", folder]) == 0
    text = (tmp_path / "t.yaml").read_text(encoding="utf-8")
    assert "- meter: ____   # X: export" in text and "#     sample: {mean: , n: , sd: " in text
    data = read_project_text(text.replace("name: ____", "name: p"), tmp_path / "t.yaml")
    assert data.instruments == ()
    capsys.readouterr()


def test_readings_of_what_is_left_out_of_a_copy_are_left_out(spec, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(PROJECT.replace("XA", "1000") + f"instruments:\n  - {{meter: MA, serves: [{{quantity: X, {AT_A}, applied: -7.5, readings: {{2020: 1007.5}}}}, "
                    f"{{quantity: I, {AT_A}, readings: {{2020: 20}}}}]}}\n", encoding="utf-8")  # fmt: skip
    rows = [*Redaction.of(mrvgraph.run(spec, path), frozenset({"X"})).fields(field_rows(project_tree(path)))]

    shown = {row.text for row in rows}
    assert "20" in shown and not {"-7.5", "1007.5"} & shown
