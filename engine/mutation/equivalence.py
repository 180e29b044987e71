"""Whether two formulas of one equation give the same value for any numbers: tried on drawn ones, ties and zeros among them.

A quantity that is defined as another one and nothing else counts as that other one, and one with a single definition is computed
from drawn numbers. What is the same on every draw is called equivalent; it is a strong sign, not a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from engine.mutation.affected import Dependencies
from engine.plan.setting import Setting, choices_of, giving, may_hold
from engine.plan.spec_setting import placeholder_setting
from engine.run.formula import COLUMN, ROW, Array, FormulaEvaluator, Scope, aligned
from equations.formula.syntax import Element, IndexLetter, Node, Switch, quantities_in, walk
from equations.model.equation import Equation
from equations.model.left_side import left_side
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

_SMALL = (-2.0, -1.0, 0.0, 0.0, 1.0, 2.0, 3.0)
_SHARES = (0.0, 0.25, 0.5, 1.0)
_DRAWS = 9


def is_equivalent(equation: Equation, other: Equation, methodology: Methodology) -> bool:
    """Whether two versions of an equation agree wherever it stands, under every choice on which they depend."""
    return not told_apart(equation, other, methodology)


def told_apart(equation: Equation, other: Equation, methodology: Methodology) -> str:
    """Return drawn numbers with which two versions of an equation give different values, or an empty text where none do."""
    tried: set[tuple[object, ...]] = set()
    for setting in _settings(equation, other, methodology):
        ways = _Ways.of(equation, other, methodology, setting)
        if ways.key() not in tried:
            # Settings that differ in nothing that the two formulas ask for would draw the same numbers.
            tried.add(ways.key())
            for arrays in ways.draws():
                if found := _difference(equation, other, FormulaEvaluator(methodology, setting, arrays)):
                    return found
    return "" if tried else "the equation stands nowhere"


def _settings(equation: Equation, other: Equation, methodology: Methodology) -> Iterator[Setting]:
    """Yield settings in which an equation may stand, by the choices that the definitions of the named quantities ask for."""
    behind = Dependencies(methodology).behind(set(quantities_in(equation.formula)) | set(quantities_in(other.formula)))
    asking = [equation, *(e for id_ in sorted(behind) for e in methodology.definitions.get(id_, ()))]
    asked = set().union(*(choices_of(e.when) for e in asking if e.when is not None))
    choices = [[(c.id, v.id) for v in (c.values if c.id in asked else c.values[:1])] for c in methodology.choices]
    for chosen in product(*choices):
        setting = placeholder_setting(methodology, dict(chosen))
        if may_hold(equation.when, setting):
            yield setting


def _difference(equation: Equation, other: Equation, formulas: FormulaEvaluator) -> str:
    """Return the first cell in which two formulas differ, in words, or an empty text."""
    scope = _scope(equation, formulas.setting)
    with np.errstate(all="ignore"):
        for of in (formulas.value, formulas.excluded):
            one, two = of(equation.formula, scope), of(other.formula, scope)
            if one is None or two is None:
                if one is not two:
                    return "only one of the two leaves cells out"
                continue
            axes = scope.order({*one[1], *two[1]})
            a, b = np.broadcast_arrays(aligned(one, axes), aligned(two, axes))
            off = np.argwhere(~np.isclose(a, b, rtol=1e-9, atol=0.0, equal_nan=True))
            if len(off):
                cell = tuple(int(at) for at in off[0])
                if of == formulas.excluded:
                    return "a cell left out instead of a number" if b[cell] else "a number instead of a cell left out"
                at = dict(zip(axes, cell, strict=True))
                return f"{_shown(b[cell])} instead of {_shown(a[cell])}" + _given(equation, other, formulas, scope, at)
    return ""


def _given(equation: Equation, other: Equation, formulas: FormulaEvaluator, scope: Scope, at: Mapping[str, int]) -> str:
    """Return the drawn numbers that stand in the formulas for one cell, without those that are summed over."""
    shown: dict[str, None] = {}
    for node in (*walk(equation.formula), *walk(other.formula)):
        if isinstance(node, Element) and all(isinstance(index, IndexLetter) and index.letter in at for index in node.indices):
            value, letters = formulas.value(node, scope)
            shown[f"{node.quantity} is {_shown(value[tuple(at[letter] for letter in letters)])}"] = None
    return f" where {', '.join(shown)}" if shown else ""


def _shown(value: float) -> str:
    return "no number" if not np.isfinite(value) else f"{float(value):.4g}"


def _scope(equation: Equation, setting: Setting) -> Scope:
    """Return a scope of all cells of the left side; a lag beyond the first or last year finds that year."""
    scope = Scope()
    for letter, set_id in equation.letters:
        scope = scope.bound(letter, set_id, np.arange(len(setting.members[set_id]), dtype=np.intp))
    return scope


@dataclass(frozen=True)
class _Ways:
    """How the quantities of two formulas come about in one setting.

    Attributes
    ----------
    roots
        Quantity -> the one that it is only another name of, or itself.
    derived
        Root -> its definition, from which it is computed.
    """

    methodology: Methodology
    setting: Setting
    switches: tuple[object, ...]
    roots: Mapping[str, str]
    derived: Mapping[str, Equation]

    @classmethod
    def of(cls, equation: Equation, other: Equation, methodology: Methodology, setting: Setting) -> _Ways:
        named = sorted(set(quantities_in(equation.formula)) | set(quantities_in(other.formula)))
        # Two names of one number must be drawn as one, or a fault that takes the one for the other would seem to change something.
        roots = {id_: _root(id_, methodology, setting) for id_ in named}
        derived = {}
        for root in dict.fromkeys(roots.values()):
            definition = _only_definition(root, methodology, setting)
            feeds = any(root in set(quantities_in(e.formula)) for id_ in roots.values() for e in methodology.definitions.get(id_, ()))
            if definition is not None and root != equation.quantity and not feeds:
                derived[root] = definition
        inputs = {id_ for definition in derived.values() for id_ in set(quantities_in(definition.formula))}
        roots |= {id_: _root(id_, methodology, setting) for id_ in sorted(inputs)}
        asked = sorted({id_ for formula in (equation.formula, other.formula) for id_ in _switches(formula)})
        switches = tuple(setting.choices[id_] for id_ in asked)
        return cls(methodology, setting, switches, roots, derived)

    def key(self) -> tuple[object, ...]:
        """Return what tells one way from another."""
        return (self.switches, tuple(self.roots.items()), tuple(definition.id for definition in self.derived.values()))

    def draws(self) -> Iterator[dict[str, Array]]:
        """Yield numbers for all quantities."""
        for draw in range(_DRAWS):
            arrays: dict[str, Array] = {
                id_: _drawn(self.methodology.quantity[root], self.setting, draw) for id_, root in self.roots.items()
            }
            computed = {root: _computed(e, self.methodology, self.setting, arrays) for root, e in self.derived.items()}
            yield arrays | {id_: computed[root] for id_, root in self.roots.items() if root in computed}


def _switches(formula: Node) -> set[str]:
    return {node.id for node in walk(formula) if isinstance(node, Switch)}


def _only_definition(id_: str, methodology: Methodology, setting: Setting) -> Equation | None:
    standing = giving(id_, methodology, setting)
    known = len(standing) == 1 and methodology.quantity[id_].kind == "computed" and not standing[0].solver
    return standing[0] if known and all(isinstance(index, IndexLetter) for index in standing[0].defines.indices) else None


def _computed(definition: Equation, methodology: Methodology, setting: Setting, arrays: dict[str, Array]) -> Array:
    """Return all cells of a quantity from its definition."""
    scope, left = Scope(), left_side(definition, methodology.quantity[definition.quantity])
    for letter, axis in left.axis_of.items():
        scope = scope.bound(letter, axis, np.arange(len(setting.members[axis]), dtype=np.intp))
    with np.errstate(all="ignore"):
        value = FormulaEvaluator(methodology, setting, arrays).value(definition.formula, scope)
    order = (*(ROW, COLUMN)[: definition.defines.whole], *left.axis_of)
    return np.broadcast_to(aligned(value, order), tuple(len(setting.members[axis]) for axis in left.axes))


def _root(id_: str, methodology: Methodology, setting: Setting) -> str:
    """Follow definitions that only give another name."""
    seen: set[str] = set()
    while id_ not in seen:
        seen.add(id_)
        standing = giving(id_, methodology, setting)
        renamed = _renamed(standing[0]) if len(standing) == 1 and methodology.quantity[id_].kind == "computed" else ""
        if not renamed or methodology.quantity[renamed].indices != methodology.quantity[id_].indices:
            return id_
        id_ = renamed
    return id_


def _renamed(equation: Equation) -> str:
    left, right = equation.defines, equation.formula
    if not isinstance(left, Element) or not isinstance(right, Element) or left.indices != right.indices:
        return ""
    return right.quantity if all(isinstance(index, IndexLetter) and not index.offset for index in left.indices) else ""


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
        # Few different numbers, so that comparisons are true as often as not, and equalities are met at all.
        few = np.array([*(least + share * (most - least) for share in _SHARES), 0.0, 0.0] if bounded else _SMALL)
        array = generator.choice(few, size=shape)
    if draw % 3 == 2:
        array = np.where(generator.random(size=shape) < 0.85, 0.0, array)
    return np.clip(np.abs(array) if least == 0 else array, least, most)
