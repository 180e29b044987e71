"""Conditions of three values, held against every way in which what is open may turn out."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.run.truth import AWAY, FALSE, OPEN, TRUE, joined, negated, quantified

ATOMS = (TRUE, FALSE, AWAY, OPEN)


def formulas():
    """Formulas of and, or, not over atoms, each atom standing in one place."""
    return st.recursive(
        st.sampled_from(ATOMS),
        lambda inner: st.one_of(
            st.tuples(st.just("not"), inner),
            st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        ),
        max_leaves=7,
    )


def evaluated(formula):
    if not isinstance(formula, tuple):
        return np.array(formula, np.uint8)
    op, rest = formula
    return negated(evaluated(rest)) if op == "not" else joined([evaluated(part) for part in rest], op)


def open_atoms(formula):
    if not isinstance(formula, tuple):
        return [formula] if formula in (AWAY, OPEN) else []
    parts = [formula[1]] if formula[0] == "not" else formula[1]
    return [atom for part in parts for atom in open_atoms(part)]


def plain(formula, values):
    """Return Python's own value, each open atom taking the next of ``values``."""
    if not isinstance(formula, tuple):
        return next(values) if formula in (AWAY, OPEN) else formula == TRUE
    op, rest = formula
    if op == "not":
        return not plain(rest, values)
    parts = [plain(part, values) for part in rest]
    return all(parts) if op == "and" else any(parts)


def outcomes(formula):
    """Return what a formula can be: for each way the open atoms turn out, true or false if what is away is no matter, else away."""
    atoms = open_atoms(formula)
    ways = [(True, False)] * atoms.count(OPEN)
    found = 0
    for turned in product(*ways):
        seen = set()
        for gone in product((True, False), repeat=atoms.count(AWAY)):
            known, missing = iter(turned), iter(gone)
            seen.add(plain(formula, iter([next(known) if atom == OPEN else next(missing) for atom in atoms])))
        found |= AWAY if len(seen) == 2 else TRUE if seen == {True} else FALSE
    return found


@given(formulas())
def test_and_or_not_say_what_can_still_be(formula):
    assert int(evaluated(formula)) == outcomes(formula)


def test_the_table_of_and_is_kleenes():
    table = {(a, b): int(joined([np.array(a), np.array(b)], "and")) for a, b in product((TRUE, FALSE, OPEN), repeat=2)}

    assert table == {
        (TRUE, TRUE): TRUE, (TRUE, FALSE): FALSE, (TRUE, OPEN): OPEN,
        (FALSE, TRUE): FALSE, (FALSE, FALSE): FALSE, (FALSE, OPEN): FALSE,
        (OPEN, TRUE): OPEN, (OPEN, FALSE): FALSE, (OPEN, OPEN): OPEN,
    }  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(ATOMS), st.booleans()), max_size=5), st.sampled_from(["All", "Any"]))
def test_a_quantifier_passes_over_terms_that_are_not_there(terms, kind):
    truth, there = np.array([t for t, _ in terms], np.uint8), np.array([b for _, b in terms], bool)
    found = int(quantified(truth, there, 0, kind))

    taking = [t for t, b in terms if b]
    known = [t for t in taking if t != AWAY]
    if taking and not known:
        assert found == AWAY
    else:
        ways = list(product(*([(True, False) if t == OPEN else (t == TRUE,) for t in known])))
        results = {(all if kind == "All" else any)(way) for way in ways}
        assert found == (TRUE if True in results else 0) | (FALSE if False in results else 0)
