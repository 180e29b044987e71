"""Samples, quantiles, cohorts and answers: further kinds of formulas and conditions, drawn, with their meaning in plain Python."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache

from bounded_numbers import ROUNDING, Bounded, exact, root_of
from drafts import Draft, Given, all_cells
from drawn_formulas import FURTHER, FURTHER_CONDITIONS, Condition, Readable, Scope, Term, can_read, element, formula
from hypothesis import strategies as st
from mpmath import betainc, mp
from unit_balance import DECLARED, PLAIN, Balance
from worlds import Letters, World

#: Sets that have two members or more in every project, and how a letter goes through them.
_SAMPLES = {"stratum": "{}", "wet": "{} in wet", "step": "{}", "past": "{}"}
_CHANCES = ("0.9", "0.95", "0.975", "0.25")
#: Steps after which the two ends of a quantile give the same float.
_HALVES = 70


def _sampled(scope: Scope) -> list[str]:
    return [set_id for set_id in _SAMPLES if scope.free(set_id)]


@st.composite
def sample(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    """The standard deviation of a sample, or the standard error of its mean."""
    name, set_id = draw(st.sampled_from(["StdDev", "StdErr"])), draw(st.sampled_from(_sampled(scope)))
    letter = scope.free(set_id)
    body = draw(formula(replace(scope.bound(letter, set_id), in_sum=""), wanted, depth))

    def value(w: World, at: Letters) -> Bounded:
        terms = [body.value(w, {**at, letter: member}) for member in w.members[set_id]]
        many = Bounded(Fraction(len(terms)))
        mean = sum(terms[1:], terms[0]) / many
        squares = [(term - mean) * (term - mean) for term in terms]
        found = root_of(sum(squares[1:], squares[0]) / Bounded(Fraction(len(terms) - 1)))
        return found if name == "StdDev" else found / root_of(many)

    return Term(f"{name}({_SAMPLES[set_id].format(letter)}, {body.text})", wanted, value)


def beyond(x: mp.mpf, n: mp.mpf) -> mp.mpf:
    """Return the chance that Student's t with ``n`` degrees of freedom is above ``x``."""
    return betainc(n / 2, mp.mpf(1) / 2, 0, n / (n + x * x), regularized=True) / 2


@cache
def t_quantile(chance: str, freedom: int) -> float:
    """Return a quantile of Student's t, by the incomplete beta function in forty digits and by halves: a secant misses far quantiles.

    Examples
    --------
    >>> round(t_quantile("0.975", 4), 9), round(t_quantile("0.25", 2), 9)
    (2.776445105, -0.816496581)
    """
    with mp.workdps(40):
        p, n = mp.mpf(chance), mp.mpf(freedom)
        tail = min(p, 1 - p)
        low, high = mp.mpf(0), mp.mpf(1)
        while beyond(high, n) > tail:
            high *= 2
        for _ in range(_HALVES):
            middle = (low + high) / 2
            low, high = (middle, high) if beyond(middle, n) > tail else (low, middle)
        return float(high if p > tail else -high)


@st.composite
def quantile(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    """A quantile of Student's t, its degrees of freedom written or counted."""
    chance, counted, more = draw(st.sampled_from(_CHANCES)), draw(st.sampled_from(["", *_sampled(scope)])), draw(st.integers(1, 9))
    head = f"Count({_SAMPLES[counted].format(scope.free(counted))}) + " if counted else ""

    def value(w: World, at: Letters) -> Bounded:
        found = t_quantile(chance, more + (len(w.members[counted]) if counted else 0))
        return Bounded(found, 4 * ROUNDING * abs(found))

    return Term(f"quantile_t({chance}, {head}{more})", PLAIN, value)


def _orders(scope: Scope) -> list[Readable]:
    return [q for q in scope.quantities if q.sets == ("stratum",) and not q.relation and q.id.startswith("X")]


def _ranked(scope: Scope) -> list[str]:
    return sorted(letter for letter, set_id in scope.letters.items() if set_id in ("stratum", "wet"))


@st.composite
def first_until(draw, scope: Scope) -> Condition:
    """A stratum is among the first, in the order of an input, until amounts reach a limit."""
    order, here, sign = draw(st.sampled_from(_orders(scope))), draw(st.sampled_from(_ranked(scope))), draw(st.sampled_from(["", "-"]))
    letter, wanted = scope.free("stratum"), draw(st.sampled_from(DECLARED))
    amount = draw(formula(replace(scope.bound(letter, "stratum"), in_sum=""), wanted, 1))
    limit = draw(formula(scope, wanted, 1))
    turn = -1 if sign else 1

    def holds(w: World, at: Letters) -> bool:
        rank = {member: turn * w.cell(order.id, (member,)).value for member in w.members["stratum"]}
        total = Bounded(Fraction(0))
        for member in w.members["stratum"]:
            amounts = amount.value(w, {**at, letter: member})
            total = total + amounts if rank[member] < rank[at[here]] else total
        return total.below(limit.value(w, at))

    text = f"FirstUntil({letter}, {sign}{order.id}[{letter}], {amount.text}, {limit.text}, {sign}{order.id}[{here}])"
    return Condition(text, holds)


def _answers(scope: Scope) -> list[Readable]:
    return [q for q in scope.quantities if q.answers and can_read(scope, q)]


@st.composite
def answer(draw, scope: Scope) -> Condition:
    """That an answer is yes."""
    asked = draw(element(scope, draw(st.sampled_from(_answers(scope)))))
    return Condition(asked.text, lambda w, at: asked.value(w, at).value == 1)


# -- inputs


@st.composite
def answers(draw, draft: Draft) -> None:
    """Answers of a project: one, or one for each stratum or year."""
    sets = draw(st.sampled_from([(), ("stratum",), ("year",)]))
    quantity = Readable(f"YES{len(draft.given)}", sets, PLAIN, answers=True)
    draft.declare(quantity, "statement", ", type: yes_no")
    draft.give(Given(quantity, {labels: draw(st.sampled_from(["yes", "no"])) for labels in all_cells(draft.world, quantity)}, "answers"))


@st.composite
def declared_errors(draw, draft: Draft) -> None:
    """An input, and beside it the standard error that is declared of it."""
    sets, own = draw(st.sampled_from([(), ("stratum",), ("year",), ("stratum", "year")])), draw(st.sampled_from(DECLARED))
    quantity, error = (Readable(f"{name}{len(draft.given)}", sets, own) for name in ("E", "SE"))
    draft.declare(quantity, "monitored")
    cells = {labels: draw(st.sampled_from(["2", "3", "7.5", "0.1", "-2.5"])) for labels in all_cells(draft.world, quantity)}
    draft.give(Given(quantity, cells, "with-error"))
    draft.declare(error, "monitored", f", standard_error_of: {quantity.id}")
    draft.errors[quantity.id] = {labels: draw(st.sampled_from(["0.1", "0.5", "1", "0.03"])) for labels in cells}
    draft.world.given[error.id] = {labels: exact(text) for labels, text in draft.errors[quantity.id].items()}


FURTHER["sample"] = (lambda scope, wanted: bool(_sampled(scope)), sample)
FURTHER["quantile"] = (lambda scope, wanted: wanted.is_plain, quantile)
FURTHER_CONDITIONS["first until"] = (lambda scope: bool(_orders(scope) and _ranked(scope) and scope.free("stratum")), first_until)
FURTHER_CONDITIONS["answer"] = (lambda scope: bool(_answers(scope)), answer)
