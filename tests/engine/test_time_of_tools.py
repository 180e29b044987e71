"""Sets in time of a tool, under a spec that calls its years otherwise and has years before the start of its own. Numbers by hand."""

from __future__ import annotations

import pytest
from every_way import agree

import mrvgraph
from equations.errors import MethodologyError

TOOL = """
methodology: {id: B, version: "1", title: Baseline, result: M}
index_sets:
  - {id: past, kind: year, history: 2, letters: [h]}
  - {id: year, kind: year, letters: [y]}
  - {id: turn, kind: project_year, letters: [k], shares: [year]}
quantities:
  - {id: F, symbol: F, meaning: fuel of a year, indices: [past], unit: t, kind: monitored}
  - {id: M, symbol: M, meaning: mean of two years before, indices: [year], unit: t, kind: computed}
  - {id: T, symbol: T, meaning: fuel of a project year, indices: [turn], unit: t, kind: computed}
equations:
  - {id: mean, defines: 'M[y]', formula: 'Sum(h in y-2..y-1, F[h]) / 2'}
  - {id: turns, defines: 'T[k]', formula: 'Sum(y in k, F[y] * shared_days(y, k) / operating_days(y))'}
"""
HOST = """
methodology: {{id: H, version: "1", title: Host, result: R}}
uses: {uses}
index_sets:
  - {{id: jahr, kind: year, letters: [i]}}
  - {{id: before, kind: year, history: {history}, letters: [v]}}
quantities:
  - {{id: G, symbol: G, meaning: own fuel, indices: [before], unit: t, kind: monitored}}
  - {{id: R, symbol: R, meaning: result, indices: [jahr], unit: t, kind: computed}}
equations:
  - {{id: r, defines: 'R[i]', formula: 'b_M[i] + G[i-{history}] + Sum(k, b_T[k])'}}
"""
PROJECT = """
project: {name: p}
operation: {start: 2021-07-01, end: 2022-12-31}
values:
  b_F: {unit: t, values: {2019: 1, 2020: 2, 2021: 4, 2022: 8}}
  G: {unit: t, values: {2018: 100, 2019: 200, 2020: 300, 2021: 400, 2022: 500}}
"""


@pytest.fixture
def host(tmp_path):
    def make(history: int, uses: str = "{b: tool.yaml}"):
        (tmp_path / "tool.yaml").write_text(TOOL, encoding="utf-8")
        (tmp_path / "host.yaml").write_text(HOST.format(history=history, uses=uses), encoding="utf-8")
        (tmp_path / "project.yaml").write_text(PROJECT, encoding="utf-8")
        return mrvgraph.load(tmp_path / "host.yaml")

    return make


@pytest.mark.parametrize(("history", "own"), [(3, [100, 200]), (2, [200, 300])])
def test_years_before_the_start_and_project_years_of_a_tool(host, tmp_path, history, own):
    methodology = host(history)
    text = PROJECT if history == 3 else PROJECT.replace("2018: 100, ", "")
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")

    run = mrvgraph.run(methodology, tmp_path / "project.yaml")

    assert {s for s, held in methodology.index_set.items() if held.kind == "year"} == {"jahr", "before", *(["past"] if history == 3 else [])}
    # the year from July 2021 holds all 184 days of 2021 and 181 of the 365 of 2022, the next one what is left
    assert run.values.arrays["b_T"].tolist() == pytest.approx([4 + 8 * 181 / 365, 8 * 184 / 365], rel=1e-14)
    assert run.values.arrays["R"].tolist() == pytest.approx([1.5 + own[0] + 12, 3 + own[1] + 12], rel=1e-14)
    agree(run, "R")


def test_what_a_tool_says_of_the_parts_of_shared_years_is_read_in_the_names_of_the_whole(host, tmp_path):
    methodology = TOOL.replace("shares: [year]", "shares: {year: 'shared_days(y, k) / operating_days(y)'}").replace(
        "F[y] * shared_days(y, k) / operating_days(y)", "F[y]")  # fmt: skip
    host(2)
    (tmp_path / "tool.yaml").write_text(methodology, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT.replace("2018: 100, ", ""), encoding="utf-8")

    run = mrvgraph.run(mrvgraph.load(tmp_path / "host.yaml"), tmp_path / "project.yaml")

    assert run.values.arrays["b_T"].tolist() == pytest.approx([4 + 8 * 181 / 365, 8 * 184 / 365], rel=1e-14)


def test_a_step_has_the_letters_of_its_own_set_whatever_part_of_it_is_declared_first(host, tmp_path):
    methodology = host(2)
    steps = "rulings: [{id: p, issue: x, default: a, readings: [{id: a, meaning: x}, {id: b, meaning: y, adjust: [{of: F, in: [mean], gives: 'it[h] * 2'}]}]}]\n"
    (tmp_path / "tool.yaml").write_text(TOOL + steps, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(PROJECT.replace("2018: 100, ", ""), encoding="utf-8")

    run = mrvgraph.run(mrvgraph.load(tmp_path / "host.yaml"), tmp_path / "project.yaml", readings={"b.p": "b"})

    assert methodology.index_set["before"].history == 2
    assert run.values.arrays["b_M"].tolist() == pytest.approx([3, 6], rel=1e-14)


def test_a_set_with_years_before_the_start_is_not_bound_to_one_with_others(host):
    with pytest.raises(MethodologyError, match="past of the tool cannot be bound to before") as error:
        host(3, "[{prefix: b, spec: tool.yaml, bind: {past: before}}]")

    assert "2 years before the start and 3 years before the start" in str(error.value)


def test_the_declared_standard_error_of_a_quantity_of_a_tool(tmp_path):
    (tmp_path / "tool.yaml").write_text(
        """
methodology: {id: B, version: "1", title: Sample, result: L}
quantities:
  - {id: V, symbol: V, meaning: volume, unit: t, kind: monitored}
  - {id: V_se, symbol: s, meaning: its standard error, unit: t, kind: monitored, standard_error_of: V}
  - {id: L, symbol: L, meaning: what counts, unit: t, kind: computed}
equations: [{id: l, defines: L, formula: 'V - 2 * V_se'}]
""",
        encoding="utf-8",
    )
    (tmp_path / "host.yaml").write_text(
        """
methodology: {id: H, version: "1", title: Host, result: R}
uses: {b: tool.yaml}
quantities: [{id: R, symbol: R, meaning: result, unit: t, kind: computed}]
equations: [{id: r, defines: R, formula: 'b_L * 3'}]
""",
        encoding="utf-8",
    )
    (tmp_path / "project.yaml").write_text(
        "project: {name: p}\noperation: {start: 2021-01-01, end: 2021-12-31}\n"
        "values: {b_V: {unit: t, value: 10, uncertainty: {distribution: normal, se: 0.5}}}\n",
        encoding="utf-8",
    )

    run = mrvgraph.run(mrvgraph.load(tmp_path / "host.yaml"), tmp_path / "project.yaml")

    assert run.value("R") == 27
    agree(run, "R")
