"""Whether two formulas of one equation give the same value for any numbers: tried on drawn ones, ties and zeros among them.

A quantity that is defined as another one and nothing else counts as that other one, and one whose only definition names another quantity of
the formulas, or none of them, is computed from drawn numbers. What is the same on every draw is called equivalent; it is a strong sign, not a
proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.affected import Dependencies, quantities_of
from engine.formula import COLUMN, ROW, Array, FormulaEvaluator, Scope, Valued, aligned
from engine.placeholder import placeholder_setting
from engine.setting import Setting, may_hold, switches_of
from equations.equation import Equation
from equations.methodology import Methodology
from equations.quantity import Quantity
from equations.syntax import Element, IndexLetter

_SMALL = (-2.0, -1.0, 0.0, 0.0, 1.0, 2.0, 3.0)
_SHARES = (0.0, 0.25, 0.5, 1.0)
_DRAWS = 12
_MOST_SETTINGS = 256


def is_equivalent(equation: Equation, other: Equation, methodology: Methodology) -> bool:
    """Whether two versions of an equation agree wherever it stands: under all choices and readings on which their quantities depend."""
    tried = False
    for setting in _settings(equation, other, methodology):
        if equation.when is None or may_hold(equation.when, setting):
            tried = True
            if not all(_agree(equation, other, arrays, methodology, setting) for arrays in _draws(equation, other, methodology, setting)):
                return False
    return tried


def _settings(equation: Equation, other: Equation, methodology: Methodology) -> Iterator[Setting]:
    """Yield every combination of the switches that the definitions of the named quantities ask for; other choices take their first value."""
    behind = Dependencies(methodology).behind(quantities_of(equation.formula) | quantities_of(other.formula))
    asking = [equation, *(e for id_ in sorted(behind) for e in methodology.definitions.get(id_, ()))]
    asked = set().union(*(switches_of(e.when) for e in asking if e.when is not None))
    choices = [[(c.id, v.id) for v in c.values] if ("choice", c.id) in asked else [(c.id, c.values[0].id)] for c in methodology.choices]
    readings = [[(r.id, x.id) for x in r.readings] for r in methodology.rulings if ("reading", r.id) in asked]
    for chosen in islice(product(*choices, *readings), _MOST_SETTINGS):
        count = len(choices)
        yield placeholder_setting(methodology, dict(chosen[:count]), dict(chosen[count:]))


def _agree(
    equation: Equation, other: Equation, arrays: dict[str, Array], methodology: Methodology, setting: Setting
) -> bool:
    formulas = FormulaEvaluator(methodology, setting, arrays)
    scope = _scope(equation, setting)
    with np.errstate(all="ignore"):
        for of in (formulas.value, formulas.excluded):
            one, two = of(equation.formula, scope), of(other.formula, scope)
            if (one is None) is not (two is None):
                return False
            if one is not None and two is not None and not _same(one, two, scope):
                return False
    return True


def _same(one: Valued, two: Valued, scope: Scope) -> bool:
    axes = scope.order({*one[1], *two[1]})
    a, b = np.broadcast_arrays(aligned(one, axes), aligned(two, axes))
    return bool(np.allclose(a, b, rtol=1e-9, atol=0.0, equal_nan=True))


def _scope(equation: Equation, setting: Setting) -> Scope:
    """Return a scope of all cells of the left side; a lag beyond the first or last year finds that year."""
    scope = Scope()
    for letter, set_id in equation.letters:
        scope = scope.bound(letter, set_id, np.arange(len(setting.members[set_id]), dtype=np.intp))
    return scope


def _draws(equation: Equation, other: Equation, methodology: Methodology, setting: Setting) -> Iterator[dict[str, Array]]:
    named = sorted(quantities_of(equation.formula) | quantities_of(other.formula))
    roots = {id_: _root(id_, methodology, setting) for id_ in named}
    derived = {}
    for root in dict.fromkeys(roots.values()):
        definition = _only_definition(root, methodology, setting)
        feeds = any(root in quantities_of(e.formula) for id_ in roots.values() for e in methodology.definitions.get(id_, ()))
        if definition is not None and root != equation.quantity and not feeds:
            derived[root] = definition
    inputs = {id_ for definition in derived.values() for id_ in quantities_of(definition.formula)}
    roots |= {id_: _root(id_, methodology, setting) for id_ in inputs}
    for draw in range(_DRAWS):
        arrays: dict[str, Array] = {id_: _drawn(methodology.quantity[root], setting, draw) for id_, root in roots.items()}
        for id_ in named:
            if roots[id_] in derived:
                arrays[id_] = _computed(derived[roots[id_]], methodology, setting, arrays)
        yield arrays


def _only_definition(id_: str, methodology: Methodology, setting: Setting) -> Equation | None:
    standing = _standing(id_, methodology, setting)
    known = len(standing) == 1 and methodology.quantity[id_].kind == "computed" and not standing[0].solver
    return standing[0] if known and all(isinstance(index, IndexLetter) for index in standing[0].defines.indices) else None


def _standing(id_: str, methodology: Methodology, setting: Setting) -> list[Equation]:
    return [e for e in methodology.definitions.get(id_, ()) if e.when is None or may_hold(e.when, setting)]


def _computed(definition: Equation, methodology: Methodology, setting: Setting, arrays: dict[str, Array]) -> Array:
    """Return all cells of a quantity from its definition."""
    scope, left = Scope(), definition.defines
    axes = methodology.quantity[definition.quantity].indices
    skipped = 0 if isinstance(left, Element) else 1 if left.diagonal else 2
    letters = tuple(index.letter for index in left.indices if isinstance(index, IndexLetter))
    for letter, axis in zip(letters, axes[skipped:], strict=True):
        scope = scope.bound(letter, axis, np.arange(len(setting.members[axis]), dtype=np.intp))
    with np.errstate(all="ignore"):
        value = FormulaEvaluator(methodology, setting, arrays).value(definition.formula, scope)
    order = (*(ROW, COLUMN)[:skipped], *letters)
    return np.broadcast_to(aligned(value, order), tuple(len(setting.members[axis]) for axis in axes))


def _root(id_: str, methodology: Methodology, setting: Setting) -> str:
    """Follow definitions that only give another name."""
    seen: set[str] = set()
    while id_ not in seen:
        seen.add(id_)
        standing = _standing(id_, methodology, setting)
        renamed = _renamed(standing[0]) if len(standing) == 1 and methodology.quantity[id_].kind == "computed" else ""
        if not renamed or methodology.quantity[renamed].indices != methodology.quantity[id_].indices:
            return id_
        id_ = renamed
    return id_


def _renamed(equation: Equation) -> str:
    left, right = equation.defines, equation.formula
    plain = isinstance(left, Element) and isinstance(right, Element) and left.indices == right.indices
    return right.quantity if plain and all(isinstance(i, IndexLetter) and not i.offset for i in left.indices) else ""  # type: ignore[union-attr]


def _drawn(quantity: Quantity, setting: Setting, draw: int) -> NDArray[np.float64]:
    """Return numbers within what the quantity can be: by turns of any size, few different ones, and mostly zeros."""
    generator = np.random.default_rng([crc32(quantity.id.encode()), draw])
    shape = tuple(len(setting.members[axis]) for axis in quantity.indices)
    limits = quantity.range
    least = float(limits.least) if limits is not None and limits.least is not None else -np.inf
    most = float(limits.most) if limits is not None and limits.most is not None else np.inf
    bounded = np.isfinite(least) and np.isfinite(most)
    if draw % 3 == 0:
        wide = generator.choice([-1.0, 1.0], size=shape) * 10 ** generator.uniform(-1.0, 4.0, size=shape)
        array = generator.uniform(least, most, size=shape) if bounded else wide
    else:
        few = np.array([*(least + share * (most - least) for share in _SHARES), 0.0, 0.0] if bounded else _SMALL)
        array = generator.choice(few, size=shape)
    if draw % 3 == 2:  # noqa: PLR2004 - the third of three kinds
        array = np.where(generator.random(size=shape) < 0.85, 0.0, array)  # noqa: PLR2004 - most of them
    return np.clip(np.abs(array) if least == 0 else array, least, most)
