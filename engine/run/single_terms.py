"""The terms of a reduction one by one: which take part, and what each is worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from engine.run.conditions import Hole
from engine.run.formula import FormulaEvaluator
from engine.run.letters import Scope, Valued
from equations.formula.syntax import Binder, Node, Reduce
from equations.records import record

Mask = Valued | None
Ask = Callable[[Node, Scope], Valued]


@record(frozen=True)
class SingleTerms:
    """The letters that a reduction binds, and its terms in written order, each a scope of one position a letter.

    Attributes
    ----------
    inner
        The scope with the letters in full.
    names
        The letters that are bound.
    scopes
        One scope for each term that the binders let through.
    """

    inner: Scope
    names: list[str]
    scopes: list[Scope]

    @classmethod
    def bound(cls, evaluator: FormulaEvaluator, binders: Sequence[Binder], scope: Scope) -> SingleTerms:
        """Bind letters; of windows and groups only the positions that belong to the letters around."""
        inner, masks, names = scope, [], [binder.letter for binder in binders]
        for binder in binders:
            inner, mask = evaluator.bind(binder, inner)
            masks.append(mask)
        return cls(inner, names, list(let_through(masks, inner, names)))

    def values(self, evaluator: FormulaEvaluator, body: Node) -> Iterator[tuple[Scope, float | None]]:
        """Yield each term with what the body of the reduction is worth there, or ``None`` where it takes no part.

        The body is evaluated once for all of them, as a run does.
        """
        if not self.scopes:
            return
        valued, holes = evaluator.heard(evaluator.value, body, self.inner)
        for one in self.scopes:
            yield one, float(_at(valued, self.inner, one)) if self.takes_part(holes, one) else None

    def taking_part(self, evaluator: FormulaEvaluator, ask: Ask, parts: Sequence[Node]) -> list[Scope]:
        """Return the terms of which all parts read only cells that are there."""
        holes = [] if not self.scopes else [hole for part in parts for hole in evaluator.heard(ask, part, self.inner)[1]]
        return [one for one in self.scopes if self.takes_part(holes, one)]

    def takes_part(self, holes: list[Hole], one: Scope) -> bool:
        """Whether a term reads no cell that is not there and that a bound letter names."""
        return all(bool(_at((hole.there, hole.letters), self.inner, one)) for hole in holes if not hole.own.isdisjoint(self.names))


def terms_of(evaluator: FormulaEvaluator, node: Reduce, scope: Scope) -> Iterator[tuple[Scope, float | None]]:
    """Yield the terms of a reduction with their values, ``None`` for one that takes no part."""
    return SingleTerms.bound(evaluator, node.binders, scope).values(evaluator, node.body)


def single_scopes(scope: Scope, letters: list[str]) -> Iterator[Scope]:
    """Yield scopes in which each of the letters stands for one position."""
    open_letters = [x for x in dict.fromkeys(letters) if len(scope.letters[x][1]) != 1]
    if not open_letters:
        yield scope
        return
    first = open_letters[0]
    set_id, positions = scope.letters[first]
    for at in range(len(positions)):
        narrowed = dict(scope.letters)
        narrowed[first] = (set_id, positions[at : at + 1])
        yield from single_scopes(Scope(narrowed), letters)


def let_through(masks: Sequence[Mask], inner: Scope, names: list[str]) -> Iterator[Scope]:
    """Yield the single scopes that every mask lets through."""
    for one in single_scopes(inner, names):
        if all(mask is None or bool(_at(mask, inner, one)) for mask in masks):
            yield one


def _at(valued: Valued, outer: Scope, one: Scope) -> Any:
    array, letters = np.asarray(valued[0]), valued[1]
    where = []
    for size, x in zip(array.shape, letters, strict=True):
        full, here = outer.letters[x][1], one.letters[x][1]
        where.append(int(np.nonzero(full == here[0])[0][0]) if size > 1 else 0)
    return array[tuple(where)]
