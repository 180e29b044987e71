"""What counts where a project and datasets say several things of one cell: the nearer statement, whatever their order in the file."""

from itertools import permutations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mrvgraph
from engine.project.statements import Blanket, Statements, TieError
from engine.project.written_numbers import Given, Origin
from equations.errors import MethodologyError
from equations.units.unit import PLAIN

SPEC = """
methodology: {id: S, version: "1", title: statements, result: R}
index_sets:
  - {id: fuel, letters: [f], members: [diesel, gas]}
  - {id: year, kind: year, letters: [y]}
quantities:
  - {id: F, symbol: F, meaning: fuel, indices: [fuel, year], unit: t, kind: monitored, range: {min: 0}}
  - {id: R, symbol: R, meaning: result, unit: t, kind: computed}
equations: [{id: r, defines: R, formula: 'Sum(f, y, F[f, y])'}]
datasets:
  - {id: printed, title: printed, use: default, values: [{quantity: F, unit: t, cells: {diesel: {"*": 1000}, gas: {"*": 2000}}}]}
  - {id: other, title: other, use: on-request, values: [{quantity: F, unit: t, cells: {diesel: {"*": 100}}}]}
"""
PROJECT = """
project: {name: s}
operation: {start: 2020-01-01, end: 2021-12-31}
datasets: [DATASETS]
values:
  F: [BLOCKS]
"""


@pytest.fixture
def fuel(tmp_path):
    def make(*blocks, datasets=""):
        (tmp_path / "spec.yaml").write_text(SPEC.replace('"*"', "'*'"), encoding="utf-8")
        text = PROJECT.replace("BLOCKS", ", ".join(blocks)).replace("DATASETS", datasets)
        if not blocks:
            text = text[: text.index("values:")]
        (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
        run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")
        return run.values.arrays["F"].tolist()

    return make


def test_a_dataset_fills_what_the_project_does_not_state(fuel):
    assert fuel() == [[1000, 1000], [2000, 2000]]
    assert fuel(datasets="other") == [[100, 100], [2000, 2000]]
    assert fuel('{unit: t, at: {fuel: gas}, values: {2020: 7}}', datasets="other") == [[100, 100], [7, 2000]]


def test_what_the_project_says_of_all_cells_stands_before_a_dataset(fuel):
    assert fuel("{unit: t, otherwise: 0}", datasets="other") == [[0, 0], [0, 0]]
    assert fuel("{unit: t, at: {fuel: diesel}, otherwise: 3}") == [[3, 3], [2000, 2000]]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_narrower_statement_holds_in_any_order(fuel, order):
    blocks = (
        "{unit: t, otherwise: 1}",
        "{unit: t, at: {fuel: diesel}, otherwise: 2}",
        "{unit: t, at: {fuel: diesel, year: '2021'}, otherwise: 3}",
        "{unit: t, values: {gas: {2021: 4}}}",
    )
    assert fuel(*(blocks[at] for at in order)) == [[2, 3], [1, 4]]


def test_two_statements_of_one_width_are_an_error_that_names_both(fuel):
    blocks = ("{unit: t, at: {fuel: diesel}, otherwise: 2}", "{unit: t, at: {year: '2020'}, otherwise: 5}", "{unit: t, otherwise: 9}")
    for order in permutations(blocks):
        with pytest.raises(MethodologyError, match=r"I526 F\[diesel, 2020\]") as caught:
            fuel(*order)
        assert {"2", "5"} <= set(caught.value.what.replace(",", "").split())
    listed = "{unit: t, values: {diesel: {2020: 8}}}"
    assert fuel(*blocks, listed) == [[8, 2], [5, 9]]  # the cell that both mean is listed


def test_the_same_statement_twice_is_an_error(fuel):
    with pytest.raises(MethodologyError, match=r"I506 .*said twice"):
        fuel("{unit: t, otherwise: 1}", "{unit: t, otherwise: 1}")


@pytest.mark.parametrize("block", ["{unit: t, otherwise: -1}", "{unit: t, otherwise: 1,5}", "{unit: ha, otherwise: 1}"])
def test_a_statement_that_no_cell_needs_is_read_all_the_same(fuel, block):
    listed = "{unit: t, values: {diesel: {2020: 1, 2021: 1}, gas: {2020: 1, 2021: 1}}}"
    with pytest.raises(MethodologyError, match=r"I50[345]"):
        fuel(listed, block if "1,5" not in block else "{unit: t, otherwise: '1,5'}")


# -- against a search of all statements


def said(number):
    return Given(str(number), PLAIN, Origin("project", "p", str(number), "1"), None)


PATTERNS = st.lists(st.tuples(*[st.sampled_from([None, 0, 1])] * 3), max_size=6, unique=True)
CELLS = st.sets(st.tuples(*[st.integers(0, 1)] * 3), max_size=4)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PATTERNS, CELLS, CELLS)
def test_every_cell_takes_the_statement_that_a_search_finds(patterns, listed, published):
    statements = Statements(
        {cell: said(f"1{at}") for at, cell in enumerate(sorted(listed))},
        [Blanket(pattern, pattern, said(f"2{at}")) for at, pattern in enumerate(patterns)],
        {cell: said(f"3{at}") for at, cell in enumerate(sorted(published))},
    )
    for cell in product((0, 1), repeat=3):
        means = {p: {c for c in product((0, 1), repeat=3) if all(w in (None, a) for w, a in zip(p, c, strict=True))} for p in patterns}
        covering = [p for p in patterns if cell in means[p]]
        least = [p for p in covering if not any(means[q] < means[p] for q in covering)]
        if cell in listed:
            assert statements.of(cell).text.startswith("1")
        elif len(least) > 1:
            with pytest.raises(TieError):
                statements.of(cell)
        elif least:
            assert statements.of(cell).text == f"2{patterns.index(least[0])}"
        else:
            found = statements.of(cell)
            assert (found.text[0] if found else None) == ("3" if cell in published else None)
