"""Whether two formulas of one equation give the same value for any numbers: tried on drawn ones, ties and zeros among them.

A quantity that is defined as another one and nothing else counts as that other one. What is the same on every draw is called equivalent; it is
a strong sign, not a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.formula import Array, FormulaEvaluator, Scope, Valued, aligned
from engine.setting import Setting, may_hold
from equations.equation import Equation
from equations.methodology import Methodology
from equations.quantity import Quantity
from equations.syntax import Element, IndexLetter, MatrixRef, walk

_SMALL = (-2.0, -1.0, 0.0, 0.0, 1.0, 2.0, 3.0)
_SHARES = (0.0, 0.25, 0.5, 1.0)
_DRAWS = 4


def is_equivalent(equation: Equation, other: Equation, methodology: Methodology, settings: Iterable[Setting]) -> bool:
    """Whether two versions of an equation agree wherever it stands.

    Parameters
    ----------
    settings
        Those to try; the ones in which choices and readings rule the equation out are passed over.
    """
    tried = False
    for setting in settings:
        if equation.when is None or may_hold(equation.when, setting):
            tried = True
            if not all(_agree(equation, other, arrays, methodology, setting) for arrays in _draws(equation, other, methodology, setting)):
                return False
    return tried


def _agree(
    equation: Equation, other: Equation, arrays: dict[str, Array], methodology: Methodology, setting: Setting
) -> bool:
    formulas = FormulaEvaluator(methodology, setting, arrays)
    scope = _scope(equation, methodology, setting)
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


def _scope(equation: Equation, methodology: Methodology, setting: Setting) -> Scope:
    """Return a scope of the left side; years stand in the middle, so that a lag finds its year."""
    scope = Scope()
    for letter, set_id in equation.letters:
        places = np.arange(len(setting.members[set_id]), dtype=np.intp)
        scope = scope.bound(letter, set_id, places[1:-1] if methodology.index_set[set_id].kind == "year" else places)
    return scope


def _draws(equation: Equation, other: Equation, methodology: Methodology, setting: Setting) -> Iterator[dict[str, Array]]:
    named = {n.quantity for e in (equation, other) for n in walk(e.formula) if isinstance(n, Element | MatrixRef)}
    same_as = {id_: _root(id_, methodology, setting) for id_ in sorted(named)}
    for draw in range(_DRAWS):
        yield {id_: _drawn(methodology.quantity[root], setting, draw) for id_, root in same_as.items()}


def _root(id_: str, methodology: Methodology, setting: Setting) -> str:
    """Follow definitions that only give another name."""
    seen: set[str] = set()
    while id_ not in seen:
        seen.add(id_)
        standing = [e for e in methodology.definitions.get(id_, ()) if e.when is None or may_hold(e.when, setting)]
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
    """Return numbers within what the quantity can be: of any size, or few different ones with zeros among them."""
    generator = np.random.default_rng([crc32(quantity.id.encode()), draw])
    shape = tuple(len(setting.members[axis]) for axis in quantity.indices)
    limits = quantity.range
    least = float(limits.least) if limits is not None and limits.least is not None else None
    most = float(limits.most) if limits is not None and limits.most is not None else None
    if draw % 2:
        few = np.array(_SHARES if least is not None and most is not None else _SMALL)
        array = generator.choice(few, size=shape)
        if least is not None and most is not None:
            array = least + array * (most - least)
    elif least is not None and most is not None:
        array = generator.uniform(least, most, size=shape)
    else:
        array = generator.uniform(-5.0, 5.0, size=shape)
    return np.clip(np.abs(array) if least == 0 else array, least, most) if least is not None or most is not None else array
