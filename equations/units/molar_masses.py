"""Molar masses and atoms of substances, in the whole numbers that the field prints: CO2 44, C 12, N2O 44 with two N of 14.

A ratio between two substances counts the atoms that both hold, whatever else they hold: 44/12 tCO2/tC, 44/28 tN2O/tN.

Source: IPCC 2006 Guidelines for National Greenhouse Gas Inventories, volume 4, chapters 2 (carbon to CO2 by 44/12) and 11 (N2O-N to N2O by
44/28): whole numbers, as the field prints them, and not the atomic weights of chemistry.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from types import MappingProxyType

from equations.patterns import pattern
from equations.records import record
from equations.units.unit import SUBSTANCE_DIMENSION

#: Atomic masses as guidelines round them.
ATOMIC_MASSES: dict[str, Fraction] = {name: Fraction(str(mass)) for name, mass in {
    "H": 1, "He": 4, "Li": 7, "B": 11, "C": 12, "N": 14, "O": 16, "F": 19, "Na": 23, "Mg": 24, "Al": 27, "Si": 28, "P": 31, "S": 32,
    "Cl": "35.5", "K": 39, "Ca": 40, "Ti": 48, "Cr": 52, "Mn": 55, "Fe": 56, "Ni": 59, "Cu": "63.5", "Zn": 65, "Br": 80, "Sr": 88,
    "I": 127, "Ba": 137, "Pb": 207,
}.items()}  # fmt: skip
_PART = pattern(r"(?P<element>[A-Z][a-z]?)(?P<times>[0-9]*)|(?P<open>\()|\)(?P<group>[0-9]*)")
#: Atoms by which nobody converts one substance into another.
_BESIDE = ("H", "O")


@record(frozen=True)
class Molecule:
    """What one molecule of a substance weighs and holds.

    Attributes
    ----------
    mass
        In grams per mole, as the field rounds it.
    atoms
        Element and how many of it.
    """

    mass: Fraction
    atoms: tuple[tuple[str, Fraction], ...]


def read_molecule(formula: str) -> Molecule | None:
    """Return the molecule of a chemical formula, ``None`` where it cannot be read.

    Examples
    --------
    >>> read_molecule("CaCO3").mass, read_molecule("CaMg(CO3)2").mass, read_molecule("CO(NH2)2").atoms[2]
    (Fraction(100, 1), Fraction(184, 1), ('N', Fraction(2, 1)))
    >>> read_molecule("caco3"), read_molecule("Xx2"), read_molecule("C(O")
    (None, None, None)
    """
    levels: list[dict[str, Fraction]] = [{}]
    end = 0
    for match in _PART.finditer(formula):
        if match.start() != end:
            return None
        end = match.end()
        if match["open"]:
            levels.append({})
        elif match["element"]:
            if match["element"] not in ATOMIC_MASSES:
                return None
            _add(levels[-1], match["element"], Fraction(match["times"] or 1))
        elif len(levels) < 2:
            return None
        else:
            for element, times in levels.pop().items():
                _add(levels[-1], element, times * Fraction(match["group"] or 1))
    atoms = levels[0]
    if end != len(formula) or len(levels) != 1 or not atoms or not all(atoms.values()):
        return None
    return Molecule(sum((ATOMIC_MASSES[element] * times for element, times in atoms.items()), Fraction(0)), tuple(atoms.items()))


def _add(atoms: dict[str, Fraction], element: str, times: Fraction) -> None:
    atoms[element] = atoms.get(element, Fraction(0)) + times


def _known(**formulas: str) -> Mapping[str, Molecule]:
    found = {f"{SUBSTANCE_DIMENSION}{name}]": read_molecule(formula) for name, formula in formulas.items()}
    return MappingProxyType({name: molecule for name, molecule in found.items() if molecule is not None})


#: Molecules of the substances that every methodology may use, by their dimension. N2O-N, Nvol and Nleach are nitrogen.
MOLECULES = _known(C="C", CO2="CO2", CH4="CH4", N="N", N2O="N2O", N2O_N="N", Nvol="N", Nleach="N")


@record(frozen=True)
class MolarRatio:
    """Mass of one substance over that of another, for as many atoms of one element.

    Attributes
    ----------
    element
        The element of which both hold as many atoms.
    over, under
        The two masses: 44 and 28 for N2O over N, of which N2O holds two.
    """

    element: str
    over: Fraction
    under: Fraction

    @property
    def value(self) -> Fraction:
        """The ratio."""
        return self.over / self.under

    def times(self, factor: Fraction) -> str:
        """Return the ratio times a factor in whole numbers, as a spec can write it: ``44/28``; ``44000/12`` for a thousand; ``240/1844``."""
        whole = lcm(self.over.denominator, self.under.denominator)
        return f"{self.over * whole * factor.numerator}/{self.under * whole * factor.denominator}"

    def __str__(self) -> str:
        """``44/28``."""
        return self.times(Fraction(1))


def molar_ratios(over: Molecule, under: Molecule) -> tuple[MolarRatio, ...]:
    """Return the ratio of two substances for each element by which one is converted into the other.

    Oxygen and hydrogen are no such elements. Substances that weigh and hold the same (nitrogen as such, nitrogen in N2O) are
    shares of each other and not converted.

    Examples
    --------
    >>> [str(r) for r in molar_ratios(read_molecule("N2O"), read_molecule("N"))]
    ['44/28']
    >>> molar_ratios(read_molecule("CO2"), read_molecule("N2O"))
    ()
    """
    if (over.mass, dict(over.atoms)) == (under.mass, dict(under.atoms)):
        return ()
    held = dict(under.atoms)
    return tuple(
        MolarRatio(element, over.mass * held[element], under.mass * times)
        for element, times in over.atoms
        if element in held and element not in _BESIDE
    )
