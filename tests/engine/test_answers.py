"""A yes/no quantity as a condition: `cases(has_belt: ...)`, `not has_belt`, `All(i, ok[i])`; an answer that is missing stays open."""

import pytest

from equations.errors import MethodologyError
from equations.notation.plain import condition_text, plain_text

SPEC = """
methodology: {{id: T, version: "1", title: Answers, result: R}}
index_sets:
  - {{id: plot, letters: [r], members: [a, b, c]}}
  - {{id: year, kind: year, letters: [y]}}
quantities:
  - {{id: belt, symbol: b, meaning: the project has a belt, unit: "1", type: yes_no, kind: statement}}
  - {{id: seen, symbol: s, meaning: seen by a verifier, unit: "1", type: yes_no, kind: statement}}
  - {{id: ok, symbol: ok, meaning: the plot is sound, indices: [plot], unit: "1", type: yes_no, kind: statement}}
  - {{id: X, symbol: X, meaning: x, indices: [plot], unit: t, kind: monitored}}
  - {{id: R, symbol: R, meaning: r, unit: t, kind: computed}}
equations:
  - {{id: r, defines: R, formula: '{formula}'}}
{rules}
"""
PROJECT = """
project: {{name: p}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
values:
  belt: {belt}
  ok: {{values: {{a: yes, b: {b}, c: no}}}}
  X: {{unit: t, values: {{a: 1, b: 2, c: 4}}}}
{more}
"""


def made(evaluated, formula, belt="yes", b="yes", rules="", more=""):
    return evaluated(SPEC.format(formula=formula, rules=rules), PROJECT.format(belt=belt, b=b, more=more))


@pytest.mark.parametrize(
    ("formula", "belt", "b", "expected"),
    [
        ("cases(belt: 5 {t}, otherwise: 7 {t})", "yes", "yes", 5),
        ("cases(belt: 5 {t}, otherwise: 7 {t})", "no", "yes", 7),
        ("cases(not belt: 5 {t}, otherwise: 7 {t})", "no", "yes", 5),
        ("cases(belt and All(r, ok[r]): 5 {t}, otherwise: 7 {t})", "yes", "yes", 7),
        ("cases(belt or Any(r, not ok[r]): 5 {t}, otherwise: 7 {t})", "no", "yes", 5),
        ("Sum(r, cases(ok[r]: X[r], otherwise: 0))", "yes", "yes", 3),
        ("Sum(r, cases(ok[r]: X[r], otherwise: 0))", "yes", "no", 1),
        ("Count(r, ok[r]) * 1 {t}", "yes", "yes", 2),
        ("belt * Sum(r, ok[r] * X[r])", "yes", "no", 1),  # as a number, too
    ],
)
def test_answers_by_hand_and_in_every_way(evaluated, every_way, formula, belt, b, expected):
    found = made(evaluated, formula, belt, b)

    assert found.value("R") == expected
    every_way(found)


def test_what_is_written_says_what_is_meant(evaluated):
    found = made(evaluated, "cases(not belt: 5 {t}, otherwise: 7 {t})")
    formula = found.methodology.equations[0].formula

    assert plain_text(formula) == "cases(not belt == 1: 5 {t}, otherwise: 7 {t})"
    assert condition_text(formula.branches[0][0], found.methodology) == "not (belt = 1)"


RULES = """
rules:
  - {id: seen, statement: seen, condition: seen, severity: warning}
  - {id: seen-or-belt, statement: one of both, condition: seen or belt, severity: warning}
  - {id: no-plot, statement: every plot is sound, condition: 'All(r, ok[r])', severity: warning}
"""


def test_an_answer_that_is_missing_stays_open_unless_another_one_decides(evaluated):
    found = made(evaluated, "Sum(r, X[r])", rules=RULES)

    assert [verdict.state for verdict in found.verdicts] == ["not decided", "held", "broken"]
    assert [v.state for v in made(evaluated, "Sum(r, X[r])", rules=RULES, more="  seen: no").verdicts] == ["broken", "held", "broken"]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (("formula: 'belt'", "when: belt, formula: '1 {t}'"), "X207 a case that depends on a number"),
        (("formula: 'belt'", "formula: 'cases(X: 1 {t}, otherwise: 2 {t})'"), "X205 X takes 1 index"),
        (("formula: 'belt'", "formula: 'Sum(r, cases(X[r]: 1 {t}, otherwise: 2 {t}))'"), "X207 a number where a condition is meant"),
    ],
)
def test_only_answers_are_conditions_and_no_case_of_an_equation_hangs_on_them(evaluated, spec, said):
    with pytest.raises(MethodologyError, match=said):
        evaluated(SPEC.format(formula="belt", rules="").replace(*spec), PROJECT.format(belt="yes", b="yes", more=""))
