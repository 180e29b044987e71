"""Sources of draws for tests."""

from __future__ import annotations

import numpy as np

from engine.simulate.distributions import from_fields
from engine.simulate.draws import CHUNK, DrawSource
from engine.simulate.uncertainty_file import Uncertainty
from engine.simulate.unknowns import Variable

DRAWS = 25 * CHUNK


def variable(kind, value, fields, names=("Q",), quantity="Q"):
    declared = [from_fields(kind, value, fields, 0.95) for _ in names]
    parameters = {name: np.array([one.parameters[name] for one in declared]) for name in declared[0].parameters}
    return Variable(quantity, kind, np.arange(len(names)), tuple(names), parameters)


def source(variables, draws=DRAWS, seed=3, limits=(-np.inf, np.inf), **more):
    numbers = {v.quantity: np.ones(max(w.places.max() for w in variables if w.quantity == v.quantity) + 1) for v in variables}
    return DrawSource(Uncertainty(tuple(variables), **more), numbers, dict.fromkeys(numbers, limits), seed, draws)


def drawn(found, quantity="Q", start=0, stop=DRAWS):
    places = np.arange(len(found.numbers[quantity]))
    rows = {quantity: np.empty((len(places), stop - start))}
    found.fill(start, stop, {quantity: places}, rows)
    return rows[quantity]
