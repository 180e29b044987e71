"""Rows that share out a whole are those that the quantity declares, and their spread is that of the sample behind them."""

from __future__ import annotations

import numpy as np
import pytest
from small_projects import small_run

import mrvgraph
from engine.batch.batchable import ArraySource
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.many_draws import batchable_of
from engine.simulate.simulation import simulate
from engine.simulate.uncertainty_file import read_uncertainty
from equations.errors import MethodologyError
from equations.units.registry import parse_unit

MATRIX = "{unit: ha, values: {a: {a: 80, b: 15, c: 5}, b: {b: 40, c: 0}, c: {c: 10}}, otherwise: 0, "


def read(run):
    return read_uncertainty(run, parse_unit)


def conversion(folder, indices, uncertainty, formula="Sum(i, j, y, M[i, j, y])", values=None, fields="unit: ha"):
    given = values or MATRIX + f'at: {{year: "*"}}, uncertainty: {uncertainty}}}'
    return small_run(folder, formula, {"M": f"indices: {indices}, {fields}"}, {"M": given}, unit="ha")


def test_a_row_runs_from_one_category_to_the_others_whatever_the_last_index_is(tmp_path):
    values = ('{unit: ha, values: {a: {a: {2019: 80}, b: {2019: 15}, c: {2019: 5}}, b: {b: {2019: 40}}}, otherwise: 0, '
              'uncertainty: {distribution: dirichlet, size: 50}}')  # fmt: skip
    found = read(conversion(tmp_path, "[class, class, year]", "", "Sum(j, M['a', j, start])", values))

    (row,) = found.variables
    assert row.names == ("M[a, a, 2019]", "M[a, b, 2019]", "M[a, c, 2019]")


def test_a_row_that_is_written_once_for_every_year_is_drawn_once(tmp_path):
    """100 ha a year of which a fifth is drawn in a sample of 50: the years add up where they are one number."""
    quantities = {"M": "indices: [class, year], unit: ha"}
    declared = "uncertainty: {distribution: dirichlet, size: 50}}"
    share = 100 * (0.2 * 0.8 / 51) ** 0.5
    for written, expected in (
        ("values: {a: {2019: 80, 2020: 80}, b: {2019: 20, 2020: 20}}", 2**0.5 * share),
        ("values: {a: {2019: 80}, b: {2019: 20}}", share),
    ):
        given = {"M": f"{{unit: ha, {written}, otherwise: 0, {declared}"}
        run = small_run(tmp_path, "Sum(y, M['b', y])", quantities, given, unit="ha")
        assert simulate(run, parse_unit, draws=100, seed=1).propagated["R"].se == pytest.approx(expected, rel=1e-9)

    dataset = """
datasets:
  - id: d
    title: shares
    use: default
    values: [{quantity: M, unit: ha, at: {year: "*"}, cells: {a: 80, b: 20, c: 0}, uncertainty: {distribution: dirichlet, size: 50}}]
"""
    run = small_run(tmp_path, "Sum(y, M['b', y])", quantities, {}, unit="ha", spec_more=dataset)
    found = simulate(run, parse_unit, draws=4000, seed=1)
    assert found.propagated["R"].se == pytest.approx(2 * share, rel=1e-9)
    assert found.result.se == pytest.approx(2 * share, rel=0.03)


@pytest.mark.parametrize(("factor", "unit"), [(1, "ha"), (1000, "ha"), (100, "km2")])
def test_the_size_of_a_sample_counts_against_shares_whatever_the_unit(factor, unit, tmp_path):
    values = (f"{{unit: {unit}, values: {{a: {{a: {80 * factor}, b: {20 * factor}}}}}, otherwise: 0, "
              "uncertainty: {distribution: dirichlet, size: 50}}")  # fmt: skip
    run = small_run(tmp_path, "M['a', 'b']", {"M": "indices: [class, class], unit: ha"}, {"M": values}, unit="ha")

    found = simulate(run, parse_unit, draws=20_000, seed=1)

    relative = (0.2 * 0.8 / 51) ** 0.5 / 0.2
    assert found.result.se / found.result.single == pytest.approx(relative, rel=0.03)
    assert found.propagated["R"].se / found.result.single == pytest.approx(relative, rel=1e-9)


@pytest.mark.parametrize(
    ("fields", "uncertainty", "values", "said"),
    [
        ("indices: [class, class], unit: ha", "{distribution: dirichlet, size: 9, over: class}", "", None),
        ("indices: [class], unit: ha", "{distribution: dirichlet, size: 9}", "{a: 1, b: 2}", None),
        ("indices: [year], unit: ha", "{distribution: dirichlet, size: 9}", "{2019: 1, 2020: 2}", "I519 M has no rows"),
        ("indices: [year], unit: ha", "{distribution: dirichlet, size: 9, over: year}", "{2019: 1, 2020: 2}", None),
        ("indices: [class, class], unit: ha, rows_sum_to: 9", "{distribution: dirichlet, size: 9, over: class}", "", "do not run over class"),
        ("indices: [class], unit: ha", "{distribution: dirichlet, size: 9, over: fuel}", "{a: 1, b: 2}", "M has no index 'fuel'"),
        ("indices: [class], unit: ha", "{a: {distribution: dirichlet, size: 9}}", "{a: 1, b: 2}", "declared for a part of one"),
        ("indices: [class], unit: ha", "{distribution: dirichlet, size: 9}", "{a: 1, b: 0}", "I519 nothing of the dirichlet distribution"),
        ("indices: [class], unit: ha", "{distribution: dirichlet, size: 0}", "{a: 1, b: 2}", "I510 the size of the sample"),
        ("indices: [class], unit: ha", "{distribution: multinomial}", "{a: 1, b: 2}", "I519 M is no count"),
        ("indices: [class], unit: '1'", "{distribution: multinomial}", "{a: 1, b: 2}", None),
    ],
)  # fmt: skip
def test_a_distribution_of_rows_is_drawn_or_refused(fields, uncertainty, values, said, tmp_path):
    letters = {"[class, class]": "i, j", "[class]": "i", "[year]": "y"}[fields.split("indices: ")[1].split("]")[0] + "]"]
    unit = "'1'" if "'1'" in fields else "ha"
    given = f"{{unit: {unit}, values: {values or '{a: {a: 6, b: 3}, b: {b: 9}, c: {c: 9}}'}, otherwise: 0, uncertainty: {uncertainty}}}"
    run = small_run(tmp_path, f"Sum({letters}, M[{letters}])", {"M": fields}, {"M": given}, unit=unit)
    if said is None:
        assert read(run).variables
        return
    with pytest.raises(MethodologyError) as caught:
        read(run)
    assert said in str(caught.value)


def test_a_number_below_zero_stays_and_is_named(tmp_path):
    given = "{unit: ha, values: {a: 6, b: 3, c: -0.01}, uncertainty: {distribution: dirichlet, size: 9}}"
    found = read(small_run(tmp_path, "Sum(i, M[i])", {"M": "indices: [class], unit: ha"}, {"M": given}, unit="ha"))

    assert found.variables[0].names == ("M[a]", "M[b]")
    (warning,) = found.findings
    assert (warning.code, warning.subject) == ("A731", "M") and "M[c] stays as it is" in warning.what


def shares_drawn(numbers, size, rng, draws):
    """Dirichlet draws of every row (second index) of a matrix, by NumPy, apart from the simulation."""
    found = np.repeat(numbers[None], draws, axis=0)
    by_row = found.reshape(draws, *numbers.shape[:2], -1)
    for row, last in np.ndindex(numbers.shape[0], by_row.shape[3]):
        values = by_row[0, row, :, last]
        own = np.flatnonzero(values > 0)
        if len(own) > 1:
            total = values[own].sum()
            by_row[:, row, own, last] = rng.dirichlet(size * values[own] / total, draws) * total
    return found


def test_the_conversions_of_the_example_of_option_2_are_drawn(kh, project_file):
    """Held against draws made by NumPy: about 238,000, 77,000 and 517,000 without the other inputs."""
    text = "uncertainty: {inputs: {p: {distribution: dirichlet, size: 400}, ca_pj_m: {distribution: dirichlet, size: 600}, " \
           "ca_d_pj_m: {distribution: dirichlet, size: 600}}}"  # fmt: skip
    run = mrvgraph.run(kh, project_file(text, 2))
    found = simulate(run, parse_unit, draws=8192, seed=1, targets=("PE", "DE"))

    draws, rng = 4096, np.random.default_rng(5)
    batchable = batchable_of(run, ("PE", "DE", "ER_credit_p"))
    numbers = {q: np.array(run.inputs.values[q]) for q in batchable.plan.inputs}
    sizes = {"p": 400, "ca_pj_m": 600, "ca_d_pj_m": 600}
    arrays = {q: shares_drawn(numbers[q], size, rng, draws) for q, size in sizes.items()}
    expected = evaluate_batch(batchable, ArraySource(arrays, numbers), Way("literal", "numpy"))

    for target, about in (("PE", 238_000), ("DE", 77_000), ("ER_credit_p", 517_000)):
        own = expected.arrays[target].reshape(draws, -1).sum(axis=1)
        assert found.summaries[target].se == pytest.approx(own.std(), rel=0.05)
        assert found.summaries[target].se == pytest.approx(about, rel=0.05)
