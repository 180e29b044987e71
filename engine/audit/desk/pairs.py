"""Two slips together, where one does not do: found by adding, and by multiplying, what each does alone, and then made one after the other.

There are millions of pairs, so one is shown only where the stated digits leave little to chance: as many pairs as hit a window ten times as wide in
every stated number, by a tenth for each of them, are expected to hit the digits themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.audit.desk.comparison import Beside
from engine.audit.desk.ranking import Candidate, ranked
from engine.audit.desk.slip import PAIR, Slip
from engine.audit.desk.variants import Variants, same_numbers

Array = NDArray[np.float64]
#: More pairs than this expected by chance are no explanation; how many pairs are made; to how many digits effects count as one.
_MOST_BY_CHANCE, _MOST_MADE, _DIGITS = 0.1, 40, 10
_WIDER = 10.0
#: What a slip changes first, on the numbers of some variants.
Change = Callable[[Variants, Slip], "Mapping[str, Array] | None"]


@dataclass(frozen=True)
class SlipPairs:
    """Looks for two slips.

    Attributes
    ----------
    tried
        Slips with what every statement comes to under each alone. Shape of each: (statement,).
    before
        The same where nothing slips.
    places
        The statements that part.
    read
        What every statement comes to for some numbers. Shape: (statement,).
    """

    variants: Variants
    tried: Sequence[tuple[Slip, Array]]
    comparisons: Sequence[Beside]
    before: Array
    places: Sequence[int]
    change: Change
    read: Callable[[Mapping[str, Array]], Array]

    def candidates(self) -> list[Candidate]:
        """Return the pairs that explain everything that parts and contradict nothing, the likeliest first."""
        # How many pairs hit by chance is estimated from the same pairs with a wider window, and not from an assumed distribution:
        # effects of slips cluster.
        found, wide = self.near(1.0), len(self.near(_WIDER))
        chance = wide / _WIDER ** len(self.places)
        if not found or chance > _MOST_BY_CHANCE:
            return []
        found.sort(key=lambda pair: self.slips[pair[0]].order + self.slips[pair[1]].order)
        made = [(slip, numbers) for one, two in found[:_MOST_MADE] if (slip := self.named(one, two)) and (numbers := self.made(one, two)) is not None]
        whole = [one for one in ranked(made, self.comparisons, self.before, self.places) if one.is_whole]
        return [replace(one, by_chance=chance) for one in whole]

    # -- what is near

    @cached_property
    def kept(self) -> list[int]:
        """Slips of one place that move what parts; of several with one effect the likeliest."""
        best: dict[bytes, int] = {}
        for at in sorted(range(len(self.tried)), key=lambda at: self.tried[at][0].order):
            slip, numbers = self.tried[at]
            moved = (numbers - self.before)[list(self.places)]
            # Roundings are left out: with one of them any number near to the stated one could be explained.
            if slip.quantity and not slip.step and np.isfinite(moved).all() and moved.any():
                with np.errstate(all="ignore"):
                    key = np.array([float(f"{x:.{_DIGITS}g}") for x in moved])
                best.setdefault(key.tobytes() + slip.quantity.encode(), at)
        return list(best.values())

    @cached_property
    def slips(self) -> list[Slip]:
        return [self.tried[at][0] for at in self.kept]

    @cached_property
    def effects(self) -> Array:
        """What each slip adds to what parts. Shape: (slip, place)."""
        return np.array([(self.tried[at][1] - self.before)[list(self.places)] for at in self.kept]).reshape(-1, len(self.places))

    def near(self, wider: float) -> list[tuple[int, int]]:
        """Return the pairs whose effects together give what is stated, within a window of so many times the printed digits."""
        own = [self.comparisons[at] for at in self.places]
        wanted = np.array([one.statement.value for one in own]) - self.before[list(self.places)]
        room = np.array([one.statement.half + one.room for one in own]) * wider
        found = set(_summing(self.effects, wanted, room))
        start = self.before[list(self.places)]
        # Slips in factors multiply, and logarithms turn products into sums: both are looked for in one way.
        if (start != 0).all():
            with np.errstate(all="ignore"):
                shares: Array = np.log(np.abs(1 + self.effects / start))
                whole: Array = np.log(np.abs(1 + wanted / start))
                finite: NDArray[np.bool_] = np.asarray(np.isfinite(shares).all(axis=1))
                near = _summing(np.where(finite[:, None], shares, np.inf), whole, room / np.maximum(np.abs(start + wanted), 1e-300))
            found |= {pair for pair in near if finite[list(pair)].all()}
        return [pair for pair in found if self.go_together(*pair)]

    def go_together(self, one: int, two: int) -> bool:
        """Whether two slips can both be made: in two quantities, or in different cells of one."""
        first, second = self.slips[one], self.slips[two]
        if first.quantity != second.quantity:
            return True
        if first.numbers is None or second.numbers is None:
            return False
        own = self.variants.arrays[first.quantity]
        return not (~same_cells(first.numbers, own) & ~same_cells(second.numbers, own)).any()

    # -- what is made

    def named(self, one: int, two: int) -> Slip:
        """Return a pair as one slip."""
        return Slip(PAIR, f"{self.slips[one].text}, together with {self.slips[two].text}", "")

    def made(self, one: int, two: int) -> Array | None:
        """Return what every statement comes to under both, the one before the other in the order of computation."""
        order = self.variants.stage_of
        # In the order of computation; a slip in an input comes before all.
        first, second = sorted((self.slips[one], self.slips[two]), key=lambda slip: order.get(slip.quantity, -1))
        if second.numbers is not None and second.quantity in order:
            second = self.scaled(second)
        if first.quantity == second.quantity:
            return self.of_one_quantity(self.slips[one], self.slips[two])
        every = Variants(self.variants.run, self.variants.arrays, self.variants.arrays)
        changed = self.change(every, first)
        if changed is None:
            return None
        after = {id_: own[0] for id_, own in every.spread({id_: own[None] for id_, own in changed.items()}).items()}
        both = Variants(self.variants.run, {**self.variants.arrays, **changed, **after}, self.variants.targets)
        if second.numbers is None and second.formula is None:
            return None
        if second.numbers is not None and second.quantity in order:
            second = replace(second, numbers=both.arrays[second.quantity] * second.numbers)
        then = self.change(both, second)
        if then is None:
            return None
        last = {id_: own[0] for id_, own in both.spread({id_: own[None] for id_, own in then.items()}).items()}
        return self.read({**changed, **after, **then, **last})

    def of_one_quantity(self, one: Slip, two: Slip) -> Array | None:
        """Return what every statement comes to with the changed cells of both."""
        assert one.numbers is not None and two.numbers is not None
        numbers = np.where(same_cells(one.numbers, self.variants.arrays[one.quantity]), two.numbers, one.numbers)
        changed = {one.quantity: numbers[None]}
        return self.read({id_: own[0] for id_, own in {**self.variants.spread(changed), **changed}.items()})

    def scaled(self, slip: Slip) -> Slip:
        """Return a slip in computed numbers as the factors by which it changes them; none where it is no factor."""
        own = self.variants.arrays[slip.quantity]
        with np.errstate(all="ignore"):
            factors = np.where(same_cells(slip.numbers, own), 1.0, slip.numbers / own) if slip.numbers is not None else own
        return replace(slip, numbers=factors if np.isfinite(factors[np.isfinite(own)]).all() else None)


def same_cells(one: Array | None, two: Array) -> NDArray[np.bool_]:
    """Return where two arrays hold the same number, or none."""
    assert one is not None
    same: NDArray[np.bool_] = (one == two) | (np.isnan(one) & np.isnan(two))
    return same


def _summing(effects: Array, wanted: Array, room: Array) -> list[tuple[int, int]]:
    """Return the pairs of rows that add up to what is wanted."""
    if not len(effects) or same_numbers(wanted, np.zeros_like(wanted)):
        return []
    with np.errstate(all="ignore"):
        # Sorted by the statement with the most digits, binary search leaves few partners for each slip: the pairs themselves, by
        # the million, are never made.
        first = int(np.argmax(np.abs(wanted) / room))
    order = np.argsort(effects[:, first], kind="stable")
    ranks = effects[order, first]
    lows = np.searchsorted(ranks, wanted[first] - effects[:, first] - room[first])
    highs = np.searchsorted(ranks, wanted[first] - effects[:, first] + room[first], side="right")
    found = []
    for at in np.flatnonzero(highs > lows).tolist():
        others = order[lows[at] : highs[at]]
        others = others[others > at]
        with np.errstate(all="ignore"):
            fits = (np.abs(effects[at] + effects[others] - wanted) <= room).all(axis=1)
        found += [(at, other) for other in others[fits].tolist()]
    return found
