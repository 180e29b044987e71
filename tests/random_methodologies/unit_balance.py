"""Units as powers of a few words: enough to build formulas whose units balance."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

WORDS = ("t", "tC", "tCO2", "ha", "day", "year")
_MASSES = frozenset({"t", "tC", "tCO2"})


@dataclass(frozen=True)
class Balance:
    """A unit: word -> power, without zeros."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Balance) -> Balance:
        return self._joined(other, 1)

    def __truediv__(self, other: Balance) -> Balance:
        return self._joined(other, -1)

    def _joined(self, other: Balance, sign: int) -> Balance:
        held = dict(self.powers)
        for word, times in other.powers:
            held[word] = held.get(word, 0) + sign * times
        return Balance(tuple((word, held[word]) for word in WORDS if held.get(word)))

    def __str__(self) -> str:
        over = [word if n == 1 else f"{word}^{n}" for word, n in self.powers if n > 0]
        under = [word if n == -1 else f"{word}^{-n}" for word, n in self.powers if n < 0]
        return "/".join(["*".join(over) or "1", *under])

    @property
    def is_plain(self) -> bool:
        return not self.powers

    @property
    def is_simple(self) -> bool:
        """Whether it can stand beside a number: no ratio between substances, no high power."""
        masses = sum(word in _MASSES for word, _ in self.powers)
        return masses <= 1 and all(abs(n) <= 2 for _, n in self.powers)

    @property
    def half(self) -> Balance | None:
        """The unit whose square this is."""
        if any(n % 2 for _, n in self.powers):
            return None
        return Balance(tuple((word, n // 2) for word, n in self.powers))


def unit(**powers: int) -> Balance:
    """Return a unit, as ``unit(t=1, ha=-1)``."""
    return Balance(tuple((word, powers[word]) for word in WORDS if powers.get(word)))


PLAIN = unit()
TONNES, CARBON, DIOXIDE, AREA, DAYS = unit(t=1), unit(tC=1), unit(tCO2=1), unit(ha=1), unit(day=1)
#: What quantities are declared in.
DECLARED = (PLAIN, TONNES, AREA, CARBON, DIOXIDE, unit(t=1, ha=-1), unit(tC=1, ha=-1), unit(tCO2=1, t=-1), unit(t=1, year=-1), unit(ha=1, day=-1))
#: Another word of the same dimension, and how many of it are one.
OTHERWISE_WRITTEN = {"t": ("kg", Fraction(1000)), "tCO2": ("kgCO2", Fraction(1000)), "tC": ("kgC", Fraction(1000)), "ha": ("m2", Fraction(10000)), "day": ("hour", Fraction(24))}


def rewritten(balance: Balance) -> tuple[str, Fraction] | None:
    """Return the unit with its first word in a smaller one, and by what its numbers grow; ``None`` where there is none."""
    if not balance.powers or balance.powers[0][1] != 1 or balance.powers[0][0] not in OTHERWISE_WRITTEN:
        return None
    word, times = OTHERWISE_WRITTEN[balance.powers[0][0]]
    return str(balance).replace(balance.powers[0][0], word, 1), times
