"""Samples as inputs: what each design gives, what is refused, and what an audit finds. Numbers are computed by hand.

The methodology is ER = N * w * u * EF by district, with N stoves, w tonnes of wood saved by a stove, u the share in use, EF = 1.2 tCO2/t.
Student's t is that of tables: 1.8331 for 9, 2.1318 for 4, 1.7291 for 19 degrees of freedom at 90 %.
"""

from fractions import Fraction
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import mrvgraph
from engine.audit.second_computation.scalar_samples import differs
from engine.cli import main
from engine.documents.workbook.workbook import project_workbook
from engine.explain.trace import explain
from engine.explain.trace_node import trace_text
from engine.project.project_file import read_project_text
from engine.project.project_tree import project_tree
from engine.run.arithmetic.samples import decimal
from engine.run.arithmetic.student import quantile_t
from engine.run.sample_inputs import sampled
from engine.simulate.normal import probability
from engine.simulate.student_draws import student_of_normal
from equations.errors import MethodologyError
from equations.units.registry import parse_unit

SPEC = """
methodology: {id: S, version: "1", title: Stoves, status: illustrative, result: ER}
index_sets:
  - {id: district, letters: [d], members: [north, south]}
  - {id: year, kind: year, letters: [y]}
quantities:
  - {id: N, symbol: N, meaning: stoves handed out, indices: [district], unit: device, kind: monitored, range: {min: 0}}
  - {id: w, symbol: w, meaning: wood saved by a stove, indices: [district, year], unit: t/device, kind: monitored, range: {min: 0}}
  - {id: u, symbol: u, meaning: share in use, indices: [year], unit: "1", kind: monitored, range: {min: 0, max: 1}}
  - {id: EF, symbol: E, meaning: factor, unit: tCO2/t, kind: fixed_ex_ante}
  - {id: L, symbol: L, meaning: leakage of a stove, unit: tCO2/device, kind: monitored}
  - {id: ER, symbol: R, meaning: reductions, indices: [year], unit: tCO2, kind: computed, over_years: sum}
equations: [{id: er, number: 1, defines: 'ER[y]', formula: 'Sum(d, N[d] * w[d, y]) * u[y] * EF - Sum(d, N[d]) * L'}]
"""
PROJECT = """
project: {name: p}
operation: {start: 2020-01-01, end: 2021-12-31}
values:
  N: {unit: device, values: {north: 1000, south: 500}, source: register}
  w: {unit: t/device, values: {north: {2020: 2, 2021: 2}, south: {2020: 1, 2021: 1}}, source: test}
  u: {values: {2020: 0.9, 2021: 0.8}, source: survey}
  EF: {unit: tCO2/t, value: 1.2, source: design}
  L: {unit: tCO2/device, value: 0, source: design}
"""
WOOD = "[1.2, 2.4, 1.8, 2.9, 1.1, 2.0, 2.2, 1.5, 2.7, 1.4]"  # mean 1.92, squares beside it 3.536, so their variance 0.392889 and se 0.198214


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stoves")
    (folder / "methodology.yaml").write_text(SPEC, encoding="utf-8")
    return mrvgraph.load(folder)


@pytest.fixture
def project(tmp_path):
    """Return a function: the project with one line for another, which gives a sample."""

    def made(quantity, block, *, files=()):
        lines = [f"  {quantity}: {block}" if line.startswith(f"  {quantity}:") else line for line in PROJECT.splitlines()]
        for name, text in files:
            (tmp_path / name).write_text(text, encoding="utf-8")
        path = tmp_path / "project.yaml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return read_project_text(path.read_text(encoding="utf-8"), path)

    return made


def of(run):
    """Return the estimates of a run by what each is called, each computed again."""
    found = {}
    for id_, cell, _, estimate in sampled(run.inputs.origins):
        assert differs(estimate) == ""
        found[", ".join((id_, *run.setting.labels(run.methodology.quantity[id_].indices, cell)))] = estimate
    return found


def north(sample):
    """Return the block of w whose first cell is given by a sample."""
    rest = "{unit: t/device, values: {north: {2021: 2}, south: {2020: 1, 2021: 1}}, source: test}"
    return f"[{{unit: t/device, at: {{district: north, year: 2020}}, source: test, sample: {sample}}}, {rest}]"


def found(spec, data):
    return [(one.code, one.severity) for one in mrvgraph.audit(spec, data).findings if "A765" <= one.code <= "A774"]


# -- designs


@pytest.mark.parametrize(
    ("sample", "mean", "half"),
    [
        (f"{{records: {WOOD}, plan: 90/20}}", "1.92", 1.8331 * 0.198214),
        ("{mean: 1.92, n: 10, sd: 0.6, plan: 90/20}", "1.92", 1.8331 * 0.6 / 10**0.5),
        # a tenth of 100 was drawn: the root of nine tenths less
        (f"{{records: {WOOD}, plan: 90/20, population: 100}}", "1.92", 1.8331 * 0.198214 * 0.9**0.5),
        # all ten of ten: nothing is uncertain
        (f"{{records: {WOOD}, plan: 90/10, population: 10}}", "1.92", 0.0),
        # 0.9 * 1.9 + 0.1 * 2.5; variances 0.81 * 0.25 / 40 * 860 / 900 and 0.01 * 0.25 / 20 * 0.8; (0.0049375)^2 / (0.0048375^2 / 39 + 0.0001^2 / 19) = 40.59
        ("{strata: {a: {mean: 1.9, n: 40, sd: 0.5, population: 900}, b: {mean: 2.5, n: 20, sd: 0.5, population: 100}}, plan: 90/10}", "1.96",
         1.68323 * 0.0049375**0.5),
        # the same weights without populations: nothing is taken off for those who were drawn; 0.0050625 + 0.000125 with 40.72 degrees
        ("{strata: {a: {mean: 1.9, n: 40, sd: 0.5, weight: 90 %}, b: {mean: 2.5, n: 20, sd: 0.5, weight: 0.1}}, plan: 90/10}", "1.96", 1.6831 * 0.0051875**0.5),
        # means 1.8, 2.35, 1.55; their variance 0.1675, a third of it times 0.7; within 0.72, 0.605, 0.405: 0.57667 * 0.3 * 0.9 / 6; t 2.9200 of 2
        ("{records: {v1: [1.2, 2.4], v2: [1.8, 2.9], v3: [1.1, 2.0]}, clusters: {in_all: 10, size: 20}, plan: 90/50}", "1.9",
         2.91999 * (0.1675 / 3 * 0.7 + 0.576667 * 0.3 * 0.9 / 6) ** 0.5),
        # one record in each of all three villages: nothing is seen within them, and what lies between is not taken off; variance 0.25
        ("{records: {v1: [1.5], v2: [2.5], v3: [2]}, clusters: {in_all: 3, size: 50}, plan: 90/50}", "2", 2.91999 * (0.25 / 3) ** 0.5),
        # each of them a member by itself: all there are
        ("{records: {v1: [1.5], v2: [2.5], v3: [2]}, clusters: {in_all: 3, size: 1}, plan: 90/10}", "2", 0.0),
    ],
)  # fmt: skip
def test_means(spec, project, sample, mean, half):
    run = mrvgraph.run(spec, project("w", north(sample)))
    estimate = of(run)["w, north, 2020"]

    assert decimal(estimate.limits.mean) == mean
    assert estimate.limits.half == pytest.approx(half, rel=2e-4)
    assert run.value("w", district="north", year=2020) == float(mean)
    assert run.value("ER", year=2020) == pytest.approx((1000 * float(mean) + 500) * 0.9 * 1.2)


@pytest.mark.parametrize(
    ("sample", "share", "low", "high"),
    [
        # p (1 - p) / 234 = 5.3848e-5; t 1.6514 of 234
        ("{yes: 232, n: 235, confidence: 90 %}", Fraction(232, 235), 232 / 235 - 1.6514 * 5.3848e-5**0.5, 232 / 235 + 1.6514 * 5.3848e-5**0.5),
        ("{yes: 20, no: 0, n: 20, confidence: 90 %}", Fraction(1), 0.05 ** (1 / 20), 1.0),  # 0.86089: no spread is seen, and yet it is not known
        ("{yes: 0, no: 20, n: 20, confidence: 90 %}", Fraction(0), 0.0, 1 - 0.05 ** (1 / 20)),
        ("{records: [yes, yes, no, yes], confidence: 90 %}", Fraction(3, 4), 0.75 - 2.35336 * 0.25, 1.0),  # cut off at 1
        ("{records: [1, 1, 0, 1], confidence: 90 %}", Fraction(3, 4), 0.75 - 2.35336 * 0.25, 1.0),
        # those who say no to the first question are no in the whole: 232 of 235, not of 233
        ("{questions: [{yes: 233, no: 2, n: 235}, {yes: 232, no: 1}], confidence: 90 %}", Fraction(232, 235), 232 / 235 - 1.6514 * 5.3848e-5**0.5, 0.999353),
    ],
)  # fmt: skip
def test_shares(spec, project, sample, share, low, high):
    estimate = of(mrvgraph.run(spec, project("u", f"[{{at: {{year: 2020}}, sample: {sample}, source: s}}, {{values: {{2021: 0.8}}, source: s}}]")))["u, 2020"]

    assert estimate.limits.mean == share
    assert (estimate.limits.low, estimate.limits.high) == (pytest.approx(low, abs=2e-5), pytest.approx(high, abs=2e-5))


RECORDS = """stove,district,year,wood
a1,north,2020,2.0
a2,north,2020,2.2
a3,south,2020,1.0
a4,south,2020,1.1
a1,north,2021,2.5
a2,north,2021,2.5
a3,south,2021,1.0
a4,south,2021,1.2
"""
BY = "{unit: t/device, source: test, sample: {file: r.csv, column: wood, record: stove, by: {district: district, year: year}, plan: 90/40, missed: lower}}"


def test_a_table_of_records_gives_an_estimate_for_each_member_and_year(spec, project):
    run = mrvgraph.run(spec, project("w", BY, files=[("r.csv", RECORDS)]))

    # two records of one degree: t 6.3138 times half of their difference, 30 %, none, 30 % and 57 %
    assert {name: (decimal(one.limits.mean), one.taken) for name, one in of(run).items()} == {
        "w, north, 2020": ("2.1", "mean"), "w, north, 2021": ("2.5", "mean"), "w, south, 2020": ("1.05", "mean"), "w, south, 2021": ("1.1", "lower"),
    }  # fmt: skip
    assert run.value("w", district="south", year=2021) == pytest.approx(1.1 - 6.31375 * 0.1, abs=1e-5)
    assert dict(run.inputs.files).keys() == {"r.csv"}


STRATA = "sample: {file: r.csv, column: [placed, used], record: id, stratum: age, strata: {new: {population: 300}, old: {population: 700}}, plan: 90/30"
ANSWERS = "id,age,placed,used\n1,new,yes,yes\n2,new,yes,yes\n3,new,yes,no\n4,new,no,\n5,old,yes,yes\n6,old,yes,no\n7,old,no,\n8,old,yes,yes\n"


def test_answers_to_several_questions_by_stratum_of_a_table(spec, project):
    # 2 of 4 in both: a no to the first question is a no; weights 0.3 and 0.7
    data = project("u", f"[{{at: {{year: 2020}}, {STRATA}}}, source: s}}, {{values: {{2021: 0.8}}, source: s}}]", files=[("r.csv", ANSWERS)])
    estimate = of(mrvgraph.run(spec, data))["u, 2020"]

    assert estimate.limits.mean == Fraction(1, 2)
    assert estimate.limits.variance == Fraction(1, 3) / 4 * (Fraction(9, 100) * Fraction(296, 300) + Fraction(49, 100) * Fraction(696, 700))


# -- the number is an input like any other


def test_thirds_are_thirds(spec, project):
    """A mean that does not end in decimals is a fraction wherever whole numbers are decided, and the float next to it elsewhere."""
    run = mrvgraph.run(spec, project("w", north("{records: [1, 1, 2], confidence: 90 %}")))

    assert of(run)["w, north, 2020"].value == Fraction(4, 3)
    assert run.exact.cell("w", (0, 0)) == Fraction(4, 3)
    assert run.value("w", district="north", year=2020) == 4 / 3


def test_it_is_traced_and_kept_in_receipts(spec, project, tmp_path, capsys):
    data = project("w", north(f"{{records: {WOOD}, plan: 90/10, missed: lower}}"))
    # 1.92 - 1.8331 * 0.198214 = 1.5567
    said = "lower limit of a sample of 10: mean 1.92, 90 % interval 1.55665 to 2.28335 (18.9 %, the plan asks for 10 %)"
    receipt = tmp_path / "receipt.json"

    assert said in "\n".join(trace_text(explain(mrvgraph.run(spec, data), "w", (0, 0))))
    assert main(["audit", str(Path(spec.files[0][0]).parent), str(data.path), "--receipt", str(receipt)]) == 0
    assert said in receipt.read_text(encoding="utf-8")
    assert main(["verify", str(receipt)]) == 0
    capsys.readouterr()


def test_a_workbook_of_the_project_says_the_same(spec, project, tmp_path):
    data = project("w", north("{strata: {a: {records: [1, 1, 2], population: 9}, b: {mean: 1.5, n: 7, sd: 0.2, population: 11}}, plan: 90/20, missed: lower}"))
    (tmp_path / "p.xlsx").write_bytes(project_workbook(spec, data, project_tree(data.path), parse_unit))
    first, second = mrvgraph.run(spec, data), mrvgraph.run(spec, tmp_path / "p.xlsx")

    assert of(first)["w, north, 2020"] == of(second)["w, north, 2020"]
    assert first.total == second.total


def test_a_batch_computes_with_it(spec, project):
    run = mrvgraph.run(spec, project("w", north(f"{{records: {WOOD}, plan: 90/10, missed: lower}}")))
    again = mrvgraph.recalculation(run)

    assert again({})["ER"].tolist() == run.values.arrays["ER"].tolist()
    assert again({"w": run.inputs.values["w"] * 2})["ER"].sum() == pytest.approx(2 * run.total)


def test_simulation_draws_from_the_sample(spec, project):
    """Se 0.198214 of 9 degrees: the variance is 9 / 7 of its square; of one number 1,000 * 0.9 * 1.2 = 1,080 tCO2 hang on it."""
    simulation = mrvgraph.simulate(mrvgraph.run(spec, project("w", north(f"{{records: {WOOD}, plan: 90/20}}"))), draws=4000, seed=3)
    (variable,) = simulation.uncertainty.variables

    assert variable.kind == "student_t"
    assert variable.covariances[0][0] == pytest.approx(3.536 / 90 * 9 / 7, rel=1e-5)
    assert simulation.summaries["ER"].se == pytest.approx(1080 * (3.536 / 90 * 9 / 7) ** 0.5, rel=0.08)


@pytest.mark.parametrize("freedom", [3.0, 12.5])
def test_draws_of_students_t_are_as_rare_as_the_normal_numbers_they_are_made_of(freedom):
    z = np.array([-3.0, 1.0])
    expected = quantile_t(probability(z), np.full(2, freedom))
    assert student_of_normal(z, freedom) == pytest.approx(expected, rel=1e-6)


def test_zeros_and_ones_of_a_stratum_are_numbers_beside_other_numbers(spec, project):
    """0.3 * 2 / 3 + 0.7 * 0.4; one that counts those who did not answer as no, or says yes in words, stays a share and is refused."""
    strata = "{{a: {{records: {}, population: 30}}, b: {{records: [0.5, 0.3], population: 70}}}}"
    block = "[{{source: s, at: {{year: 2020}}, sample: {{strata: {}}}}}, {{values: {{2021: 0.8}}, source: s}}]"
    assert of(mrvgraph.run(spec, project("u", block.format(strata.format("[0, 1, 1]")))))["u, 2020"].limits.mean == Fraction(12, 25)
    with pytest.raises(MethodologyError, match="some strata give shares, others numbers"):
        mrvgraph.run(spec, project("u", block.format(strata.format("[no, yes, yes]"))))


def test_percent_of_a_workbook_is_not_percent_twice(spec, project, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["used"])
    for at, share in enumerate((0.9, 0.8), 2):
        book.active.cell(at, 1, share).number_format = "0%"
    book.save(tmp_path / "r.xlsx")
    block = "[{{unit: '{}', source: s, at: {{year: 2020}}, sample: {{file: r.xlsx, column: used}}}}, {{values: {{2021: 0.8}}, source: s}}]"

    assert mrvgraph.run(spec, project("u", block.format("1"))).value("u", year=2020) == 0.85
    with pytest.raises(MethodologyError) as caught:
        mrvgraph.run(spec, project("u", block.format("%")))
    assert "I503" in {one.code for one in getattr(caught.value, "errors", (caught.value,))}


# -- what is refused


@pytest.mark.parametrize(
    ("sample", "code", "said"),
    [
        ("{mean: 1.9, n: 40}", "I501", "lacks `sd`"),
        ("{mean: 1.9, n: 40, sd: ____}", "I501", "still has gaps"),
        ("{mean: 1.9, n: 40, sd: 0.5, precision: 10 %}", "I501", "not at which confidence"),
        ("{mean: 1.9, n: 40, sd: 0.5, plan: 10/90}", "I506", "no confidence and precision"),
        ("{mean: 1.9, n: 40, sd: 0.5, missed: lower}", "I506", "none is asked for"),
        ("{mean: 1.9, n: 40, sd: 0.5, precision: 10, confidence: 90 %}", "I505", "precision is no share"),
        ("{mean: 1.9, n: 40, sd: 0.5, population: 30}", "I506", "40 records of a population of 30"),
        ("{mean: 1.9, n: 1, sd: 0}", "I506", "one record"),
        ("{mean: 1.9, n: 40, sd: 0.5, yes: 3}", "I506", "one of mean, yes"),
        ("{mean: 1.9, n: 40, sd: 0.5, column: wood}", "I506", "`column` says nothing"),
        ("{mean: 1.9, n: 40, sd: 0.5, unanswered: 3}", "I506", "3 of those that were asked have no answer"),
        ("{mean: 1.9, n: 40, sd: 0.5, register: stoves}", "I502", "no quantity 'stoves'"),
        ("{records: [1.2, yes, 2]}", "I505", "others yes or no"),
        ("{records: [1.2, 'many', 2]}", "I505", "not a number: 'many'"),
        ("{records: {a: [1, 2], b: [3, 4, 5]}, clusters: {in_all: 9}}", "I506", "as many records"),
        ("{strata: {a: {mean: 1, n: 4, sd: 1, weight: 0.5}, b: {mean: 2, n: 4, sd: 1, weight: 0.4}}}", "I506", "add up to 0.9"),
        ("{strata: {a: {mean: 1, n: 4, sd: 1, population: 50}, b: {mean: 2, n: 4, sd: 1}}}", "I501", "every stratum needs its weight"),
        ("{strata: {a: {mean: 1, n: 4, sd: 1, population: 5}, b: {mean: 2, n: 4, sd: 1, population: 6}}, population: 12}", "I506", "hold 11"),
        ("{strata: {a: {mean: 1, n: 4, sd: 1, weight: 0.5}, b: {mean: 2, n: 4, sd: 1, weight: 0.5}}, population: 12}", "I506", "and not of each"),
        ("{yes: 9, n: 10}", "I503", "a share of yes is a plain number"),
        ("{mean: 1.9, n: 40, sd: 0.5}, value: 2.0", "I506", "a number stands beside the sample: 2.0"),
    ],
)  # fmt: skip
def test_what_a_sample_cannot_say_is_told(spec, project, sample, code, said):
    with pytest.raises(MethodologyError) as caught:
        mrvgraph.run(spec, project("w", north(sample)))
    assert said in str(caught.value)
    assert code in {one.code for one in getattr(caught.value, "errors", (caught.value,))}


@pytest.mark.parametrize(
    ("sample", "code", "said"),
    [
        ("{yes: 232, no: 1, n: 235}", "I506", "233 answers of 235"),  # the two who said no to the question before are left out
        ("{yes: 8, no: 1, unanswered: 1, n: 10, population: 9, unanswered_are: left_out}", "I506", "10 were asked of a population of 9"),
        ("{yes: 232, n: 235, unanswered: 2}", "I506", "2 of those that were asked have no answer"),
        ("{questions: [{yes: 233, no: 2, n: 235}, {yes: 230, no: 1}]}", "I506", "231 answers of 233"),
        ("{yes: 232, n: 235}, unit: '%'", "I503", "not one in percent"),
    ],
)
def test_answers_add_up_to_those_that_were_asked(spec, project, sample, code, said):
    with pytest.raises(MethodologyError, match=said) as caught:
        mrvgraph.run(spec, project("u", f"[{{at: {{year: 2020}}, sample: {sample}, source: s}}, {{values: {{2021: 0.8}}, source: s}}]"))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (RECORDS.replace("a2,north,2020", "a1,north,2020"), "the record 'a1' stands twice .*r.csv:3"),
        (RECORDS.replace("a2,north,2020,2.2", "a2,north,2020,"), "1 of those that were asked have no answer .*r.csv:3"),
        (RECORDS.replace("a2,north,2020,2.2", "a2,north,2020,n.a."), "the record is not a number: 'n.a.'"),
        (f"{RECORDS.rstrip()}\nMean,north,2020,1.92\nTotal,north,2020,19.2\n", "'Total' is a total and no record .*r.csv:"),
        (RECORDS.replace("wood", "timber"), "no single column 'wood'"),
        (RECORDS.replace("north", "west"), "'west' is not a member of district"),
    ],
)
def test_faults_of_a_table_are_told_at_their_lines(spec, project, table, said):
    with pytest.raises(MethodologyError, match=said):
        mrvgraph.run(spec, project("w", BY, files=[("r.csv", table)]))


# -- what is found


@pytest.mark.parametrize(
    ("sample", "findings", "tonnes"),
    [
        # 1.8331 * 0.198214 = 0.36335 of 1.92, 18.9 %; 1,080 tCO2 hang on a tonne of wood: 392.41
        (f"{{records: {WOOD}, plan: 90/10}}", [("A765", "error")], "with the lower limit: ER moves by -392.4"),
        (f"{{records: {WOOD}, plan: 90/10, missed: lower}}", [("A765", "note"), ("A766", "note")], "in place of its mean; with the mean: ER moves by +392.4"),
        (f"{{records: {WOOD}, plan: 90/10, missed: upper}}", [("A765", "note"), ("A766", "note"), ("A767", "error")], "with the mean: ER moves by -392.4"),
        (f"{{records: {WOOD}, plan: 90/20}}", [("A771", "note")], "w[north, 2020] (18.9 %, the plan asks for 20 %)"),
        (f"{{records: {WOOD}}}", [("A773", "warning")], "w[north, 2020] (18.9 %)"),
        (f"{{records: {WOOD}, plan: 90/20, achieved: 4.1 %}}", [("A769", "error"), ("A771", "note")], "a precision of 4.1 % of w[north, 2020], and the sample has 18.9 %"),
        (f"{{records: {WOOD}, plan: 90/20, achieved: 18.9 %}}", [("A771", "note")], ""),
        (f"{{records: {WOOD}, plan: 90/20, population: 1000, register: N}}", [("A771", "note")], ""),
        (f"{{records: {WOOD}, plan: 90/20, population: 900, register: N}}", [("A768", "error"), ("A771", "note")], "is 900, and N says 1,000"),
        (f"{{records: {WOOD}, plan: 90/20, register: N}}", [("A768", "warning"), ("A771", "note")], "does not say its population"),
        ("{mean: 2, n: 40, sd: 0.1, plan: 90/10, unanswered: 2, unanswered_are: left_out}", [("A772", "warning"), ("A771", "note")], "40 of 42 answered"),
        # of all 60: (40 * 1.9 + 20 * 2.5) / 60 = 2.1 for 1.96: 151.2 t
        ("{strata: {a: {mean: 1.9, n: 40, sd: 0.5, population: 900}, b: {mean: 2.5, n: 20, sd: 0.5, population: 100}}, plan: 90/10}",
         [("A774", "note"), ("A771", "note")], "with the mean of all records, 2.1, which is not taken: ER moves by +151.2 tCO2"),
        # a stratum of b alone is as good as 0.5 / root 20 * 1.7291 = 0.1933 of 2.5, 7.7 %
        ("{strata: {a: {mean: 1.9, n: 40, sd: 0.5, weight: 0.9}, b: {mean: 2.5, n: 20, sd: 0.9, weight: 0.1}}, plan: 90/10, each_stratum: yes}",
         [("A765", "error"), ("A774", "note")], "strata that miss it: b (13.9 %)"),
        # halves that are said to weigh 90 and 10 %: by populations 1.5 for 1.1, 0.4 * 1,080 = 432 t
        ("{strata: {a: {mean: 1, n: 40, sd: 0, weight: 0.9, population: 80}, b: {mean: 2, n: 40, sd: 0, weight: 0.1, population: 80}}, plan: 90/10}",
         [("A774", "warning"), ("A774", "note"), ("A771", "note")], "by populations it is 1.5: ER moves by +432 tCO2"),
    ],
)  # fmt: skip
def test_findings(spec, project, sample, findings, tonnes):
    report = mrvgraph.audit(spec, project("w", north(sample)))
    of_samples = [one for one in report.findings if "A765" <= one.code <= "A774"]

    assert [(one.code, one.severity) for one in of_samples] == findings
    assert any(tonnes in f"{one.what}; {one.evidence}" for one in of_samples)


def test_a_register_of_which_a_member_has_no_number_is_not_summed_without_it(tmp_path):
    # u is of both districts, and N is read of the north alone: its 1,000 are not the population of both
    text = SPEC.replace("  - {id: year,", "  - {id: own, subset_of: district, letters: [o], members: [north]}\n  - {id: year,")
    text = text.replace("Sum(d, N[d] * w[d, y]) * u[y] * EF - Sum(d, N[d]) * L", "Sum(o, N[o] * w[o, y]) * u[y] * EF - Sum(o, N[o]) * L")
    (tmp_path / "methodology.yaml").write_text(text, encoding="utf-8")
    given = PROJECT.replace("N: {unit: device, values: {north: 1000, south: 500}", "N: {unit: device, values: {north: 1000}")
    given = given.replace("{values: {2020: 0.9, 2021: 0.8}, source: survey}", "{sample: {2020: {yes: 90, n: 100, population: 1000, register: N}, "
                          "2021: {yes: 80, n: 100, population: 1000, register: N}}, source: survey}")  # fmt: skip
    report = mrvgraph.audit(tmp_path / "methodology.yaml", read_project_text(given, tmp_path / "project.yaml"))
    found = [one for one in report.findings if one.code == "A768"]

    assert {(one.severity, one.evidence) for one in found} == {("warning", "N has no number there, or not of every member")}


def test_an_error_of_a_sample_is_one_of_the_run(spec, project, capsys):
    data = project("w", north(f"{{records: {WOOD}, plan: 90/10}}"))

    assert main(["run", str(Path(spec.files[0][0]).parent), str(data.path)]) == 1
    assert "A765" in capsys.readouterr().out


def test_answers_that_are_left_out_have_their_tonnes(spec, project):
    # 90 of 98 and of 100: 0.918367 for 0.9; 2,500 * 1.2 = 3,000 t hang on the share
    data = project("u", "[{at: {year: 2020}, sample: {yes: 90, no: 8, n: 100, unanswered: 2, unanswered_are: left_out, plan: 90/10}, source: s},"
                        " {values: {2021: 0.8}, source: s}]")  # fmt: skip
    (one,) = [one for one in mrvgraph.audit(spec, data).findings if one.code == "A772"]

    assert "counted as no, the share is 0.9: ER moves by -55.102 tCO2" in one.evidence


def test_one_survey_for_two_years_is_told(spec, project):
    sample = "{yes: 90, no: 10, n: 100, plan: 90/10}"
    data = project("u", f"{{sample: {{2020: {sample}, 2021: {sample}}}, source: s}}")

    assert ("A770", "warning") in found(spec, data)


@pytest.mark.parametrize(("other", "is_told"), [("{mean: 1.9, n: 40, sd: 0.5, plan: 90/10}", True), ("{mean: 1.9, n: 40, sd: 0.6, plan: 90/10}", False)])
def test_one_record_under_two_members_is_told(spec, project, other, is_told):
    one, rest = "{mean: 1.9, n: 40, sd: 0.5, plan: 90/10}", "{unit: t/device, values: {north: {2021: 2}, south: {2021: 1}}, source: test}"
    data = project("w", f"[{{unit: t/device, at: {{year: 2020}}, source: test, sample: {{north: {one}, south: {other}}}}}, {rest}]")

    told = [finding.what for finding in mrvgraph.audit(spec, data).findings if finding.code == "A770"]
    assert told == (["one survey stands for w[north, 2020], w[south, 2020]"] if is_told else [])


def test_of_results_that_do_not_add_up_the_cell_that_moves_most_is_told(tmp_path, project):
    (tmp_path / "methodology.yaml").write_text(SPEC.replace(", over_years: sum", ", over_years: none"), encoding="utf-8")
    report = mrvgraph.audit(mrvgraph.load(tmp_path), project("w", north(f"{{records: {WOOD}, plan: 90/10, missed: upper}}")))

    # 2020 moves, and the number by which the run is spoken of is that of 2021
    assert any(one.code == "A767" and "with the mean: a cell of ER moves by -392.4" in one.evidence for one in report.findings)
