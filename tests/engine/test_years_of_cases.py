"""Cases that count from the first or the last year are decided as calendar years are: no overlap and no gap is missed, none is made up."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.plan.setting import holds
from engine.plan.shapes import spans
from engine.plan.spec_setting import placeholder_setting
from mrvgraph import check, load

SPEC = """
methodology: {{id: T, version: "1", title: Years, result: R, report: [W]}}
index_sets: [{{id: year, kind: year, letters: [y]}}]
quantities:
  - {{id: A, symbol: A, meaning: a, indices: [year], unit: t, kind: monitored}}
  - {{id: W, symbol: W, meaning: w, indices: [year], unit: t, kind: computed}}
  - {{id: R, symbol: R, meaning: r, unit: t, kind: computed}}
equations:
{cases}
  - {{id: r, defines: R, formula: "Sum(y, W[y])"}}
"""


def spec(*conditions):
    return SPEC.format(cases="\n".join(f'  - {{id: c{at}, when: {c}, defines: "W[y]", formula: "A[y]"}}' for at, c in enumerate(conditions)))


def codes(tmp_path, *conditions):
    (tmp_path / "spec.yaml").write_text(spec(*conditions), encoding="utf-8")
    return {f.code for f in check(load(tmp_path / "spec.yaml")).findings if f.code in ("G402", "G403", "W804")}


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (("y < start + 6", "y >= start + 6"), set()),
        (("y < start + 6", "y >= start + 5"), {"G402"}),
        (("y < start + 5", "y > start + 5"), {"G403"}),
        (("y < start + 40", "y >= start + 40"), set()),
        (("y <= end - 3", "y > end - 3"), set()),
        (("y <= end - 3", "y > end - 2"), {"G403"}),
        (("y < end - 2", "y >= end - 3"), {"G402"}),
        (("y == start", "y > start"), set()),
        (("y == start", "y > start and y < end", "y == end"), {"G402"}),  # a project of one year starts and ends in it
        (("y == start", "y > start and y < end", "y == end and y != start"), set()),
        (("y < start + 2", "y >= start + 2 and y <= end - 2", "y > end - 2"), {"G402"}),  # short projects
        (("y <= 2025 and y < start + 3", "y > 2025 or y >= start + 3"), set()),
        (("y <= 2025 and y < start + 3", "y > 2025 and y >= start + 3"), {"G403"}),
    ],
)
def test_each_year_has_one_case(tmp_path, conditions, found):
    assert codes(tmp_path, *conditions) == found


@settings(max_examples=25, deadline=None)
@given(
    first=st.tuples(st.sampled_from(["<", "<=", "=="]), st.sampled_from(["start", "end"]), st.integers(-6, 6)),
    second=st.tuples(st.sampled_from([">", ">=", "!="]), st.sampled_from(["start", "end"]), st.integers(-6, 6)),
)
def test_what_the_check_says_is_what_trying_every_length_says(tmp_path_factory, first, second):
    """Up to twenty years are tried one by one; the check looks at a few lengths only."""
    conditions = [f"y {op} {mark} {'+' if n >= 0 else '-'} {abs(n)}" if n else f"y {op} {mark}" for op, mark, n in (first, second)]
    folder = tmp_path_factory.mktemp("years")
    got = codes(folder, *conditions)
    methodology = load(folder / "spec.yaml")
    cases = [methodology.equation[id_].when for id_ in ("c0", "c1")]
    twice = never = False
    for count in range(1, 21):
        setting = placeholder_setting(methodology, {}, count=count)
        for year in setting.members["year"]:
            held = [holds(case, setting, {"y": year}) for case in cases]
            twice, never = twice or all(held), never or not any(held)
    assert ("G402" in got, "G403" in got) == (twice, never and not twice) or (twice and "G402" in got)


def test_a_spec_that_counts_from_nothing_is_tried_on_one_length():
    assert spans(load("KH_AM004@1.1")) == ((2001, 4),)
