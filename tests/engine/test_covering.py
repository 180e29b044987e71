"""Combinations of choices: all of them where they are few, and where tools bring many, any three in all their ways."""

from itertools import combinations, product
from pathlib import Path

import pytest

from engine.checks.completeness import settings_to_check
from engine.plan.covering import covering
from engine.plan.spec_setting import MOST_CHOICES, choice_combinations, tries_all_choices
from engine.report.checks import check_text
from mrvgraph import check, load, needs

BINARY = 12
SPEC = """
methodology: {{id: M, version: "1", title: Many choices, result: R}}
index_sets:
  - {{id: thing, letters: [i], project: must-list}}
  - {{id: big, subset_of: thing, project: must-list}}
choices: [{choices}]
quantities:
  - {{id: A, symbol: 'A_{{<i>}}', meaning: a, indices: [thing], unit: "1", kind: monitored}}
  - {{id: B, symbol: B, meaning: b, unit: "1", kind: monitored}}
  - {{id: T, symbol: 'T_{{<i>}}', meaning: t, indices: [thing], unit: "1", kind: computed}}
  - {{id: R, symbol: R, meaning: r, unit: "1", kind: computed}}
equations:
  - {{id: big, when: i in big, defines: 'T[i]', formula: '2 * A[i]'}}
  - {{id: small, when: i not in big, defines: 'T[i]', formula: 'A[i]'}}
  - {{id: usual, when: not ({rare}), defines: R, formula: 'Sum(i, T[i])'}}
  {last}
"""


@pytest.mark.parametrize(("sizes", "strength"), [((2, 3, 4), 2), ((2,) * BINARY, 3), ((3, 2, 5, 1, 2), 3), ((4, 4, 2), 3), ((), 3), ((1,), 3)])
def test_any_few_values_meet(sizes, strength):
    rows = covering(sizes, strength)
    for factors in combinations(range(len(sizes)), min(strength, len(sizes))):
        met = {tuple(row[f] for f in factors) for row in rows}
        assert met == set(product(*(range(sizes[f]) for f in factors)))
    assert len(set(rows)) == len(rows) < 60


@pytest.fixture
def many(tmp_path):
    """Return a function: the case that lacks or has its equation -> the spec, with 4,096 combinations of choices."""

    def make(rare: str, *, whole: bool):
        choices = ", ".join(f"{{id: c{k}, meaning: m, values: [{{id: u}}, {{id: w}}], default: u}}" for k in range(BINARY))
        last = f"- {{id: rare, when: {rare}, defines: R, formula: B}}" if whole else ""
        path: Path = tmp_path / "m.yaml"
        path.write_text(SPEC.format(choices=choices, rare=rare, last=last), encoding="utf-8")
        return load(path)

    return make


@pytest.mark.parametrize("rare", ["c0 == w", "c0 == w and c7 == w", "c1 == w and c5 == u and c11 == w"])
def test_a_gap_under_the_first_choices_is_found_as_under_the_last(many, rare):
    assert [f.code for f in check(many(rare, whole=False)).findings if f.severity == "error"] == ["G403"]


def test_many_choices_are_not_gone_through_one_by_one(many):
    spec = many("c0 == w and c7 == w", whole=True)
    found = check(spec)
    assert not [f for f in found.findings if f.severity == "error"]
    settings = list(settings_to_check(spec))
    assert not tries_all_choices(spec) and len(settings) < 150
    assert "not all there are: any three choices meet in all their ways" in check_text(spec, found)
    listed = {(s.members["big"], s.choices["c3"], s.choices["c9"]) for s in settings}
    assert len({way for way, *_ in listed}) == 4 and len(listed) == 4 * 4


def test_needs_under_some_choices_follow_those_that_are_open(many):
    spec = many("c0 == w and c7 == w", whole=True)
    assert {n.quantity.id for n in needs(spec)} == {"A", "B"}
    assert {n.quantity.id for n in needs(spec, choices={"c0": "w", "c7": "w"})} == {"B"}
    assert {n.quantity.id for n in needs(spec, choices={"c0": "u"})} == {"A"}
    assert all(row["c0"] == "w" for row in choice_combinations(spec, {"c0": "w"}))


def test_few_choices_are_all_tried():
    tiny = load("tests/specs_for_tests/tiny")
    every = list(choice_combinations(tiny))
    assert len(every) == len({tuple(row.items()) for row in every}) == 2 <= MOST_CHOICES and tries_all_choices(tiny)
    assert every == [{"method": "rate"}, {"method": "matrix"}]
