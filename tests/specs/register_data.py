"""The data sets of KH_AM004 as plain numbers, and what the register computes with them.

Projections use the oracle of ``tests/reference``, not the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import kh_am004_by_hand as by_hand
from kh_am004_by_hand import FOREST, LAND_USE

from equations.model.methodology import Methodology

Matrix = dict[tuple[str, str], float]

C_TO_CO2 = 44 / 12
N_TO_N2O = 44 / 28
#: The made-up area of the register, in ha.
AREA = {**dict.fromkeys(LAND_USE, 0.0), "E": 50_000.0, "SE": 20_000.0, "D": 25_000.0, "NF": 5_000.0}
#: How it is named there.
AREA_NAMED = (
    f"made-up {sum(AREA.values()):,.0f} ha (".replace(",", " ")
    + ", ".join(f"{i} {100 * size / sum(AREA.values()):.0f}" for i, size in AREA.items() if size)
    + " percent"
)
#: Operating days of a start on 12 March 2018, as a share of the year.
PART = ((date(2018, 12, 31) - date(2018, 3, 12)).days + 1) / 365


@dataclass(frozen=True)
class Data:
    """The data sets as numbers.

    Attributes
    ----------
    stock
        Table 1, tC/ha by category and pool.
    rate
        Table 4.
    four
        Table 5, with the editor's row of PP.
    annual
        Table 6.
    root
        Principal fourth root of Table 5.
    single
        Values of section J without an index or with one, as printed.
    printed
        Every number of the data sets and published tables, as text.
    """

    stock: Matrix
    rate: dict[str, float]
    four: Matrix
    annual: Matrix
    root: Matrix
    single: dict[tuple[str, ...], float]
    printed: frozenset[str]
    methodology: Methodology

    @property
    def total(self) -> dict[str, float]:
        """Table 1, last column."""
        return by_hand.eq44_ef(self.stock, LAND_USE)

    @property
    def factors(self) -> dict[tuple[str, str], float | None]:
        """Table 3; ``None`` is NA."""
        return by_hand.eq45_ef(self.stock)

    @property
    def second(self) -> Matrix:
        """Annual matrix of the second interval that Table 6 implies, as it is the mean of two."""
        return {pair: 2 * self.annual[pair] - self.root[pair] for pair in self.annual}


def read(methodology: Methodology) -> Data:
    found: dict[str, dict[tuple[str, ...], float]] = {}
    printed: set[str] = set()
    for dataset in methodology.datasets:
        for block in dataset.values:
            cells = dict(block.cells)
            printed.update(cells.values())
            found.setdefault(dataset.id, {}).update({(block.quantity, *labels): float(text) for labels, text in cells.items()})
    for result in methodology.published_results:
        printed.update(text for _, text in result.cells)
    frl = found.pop("national-frl-2017")
    four = {(k[1], k[2]): v for k, v in frl.items() if k[0] == "prob"}
    return Data(
        stock={(k[1], k[2]): v for k, v in frl.items() if k[0] == "C"},
        rate={k[1]: v for k, v in frl.items() if k[0] == "P"},
        four=four,
        annual={(k[1], k[2]): v for k, v in frl.items() if k[0] == "p"},
        root=by_hand.eq48_annual(four, 4),
        single={(dataset, *k): v for dataset, values in found.items() for k, v in values.items()},
        printed=frozenset(printed),
        methodology=methodology,
    )


# --- projections ------------------------------------------------------------------------------------


def rl_1(data: Data, rate: Mapping[str, float], years: int, first: float = PART) -> float:
    """RL of option 1 over some years on the made-up area; tCO2."""
    area = {i: AREA[i] for i in FOREST}
    share = {y: first if y == 0 else 1.0 for y in range(years)}
    change, _, _ = by_hand.eq2_to_5_option1(area, rate, data.total, range(years), share, prorate_later=False)
    return sum(change.values()) * C_TO_CO2


def conversions(
    matrix: Matrix, years: int, *, first: float = 1.0, literal: bool = False, area: Mapping[str, float] = AREA
) -> tuple[by_hand.ByPairYear, by_hand.ByClassYear]:
    """Return converted areas and areas at the end of each year, ha; the first year counts for a share of ``first``."""
    start = by_hand.prorate_mp(matrix, first)
    by_year = {(*pair, y): (start if y == 0 else matrix)[pair] for y in range(years) for pair in matrix}
    ca, after, _ = by_hand.eq8_9_option2(dict(area), by_year, range(years), literal)
    return ca, after


def rl_2(
    data: Data, matrix: Matrix, years: int, *, first: float = 1.0, literal: bool = False, area: Mapping[str, float] = AREA
) -> float:
    """RL of option 2 over some years on the made-up area; tCO2."""
    ca, _ = conversions(matrix, years, first=first, literal=literal, area=area)
    cs = by_hand.eq7_cs(ca, by_hand.mef_from_table(data.factors))
    carbon: dict[int, float] = by_hand.eq6_positive(cs, range(years))
    return sum(carbon.values()) * C_TO_CO2


def row_sum(matrix: Matrix, i: str) -> float:
    return math.fsum(matrix[i, j] for j in LAND_USE)


def loss_1(data: Data, i: str) -> float:
    """Loss of a hectare in a year, option 1; tC."""
    return data.rate[i] * data.total[i]


def loss_2(data: Data, i: str) -> float:
    """Loss of a hectare in a year, option 2; tC."""
    return sum(max(0.0, data.annual[i, j] * (data.factors[i, j] or 0.0)) for j in LAND_USE)


def fitting_rate(rate: float) -> float:
    """Annual rate that gives back eight times ``rate`` over eight years."""
    left: float = (1 - 8 * rate) ** (1 / 8)
    return 1 - left


def more(one: float, other: float) -> float:
    """By how many percent one number is above the other."""
    return 100 * (one / other - 1)


def back_to_forest(data: Data) -> float:
    return sum(data.annual["NF", j] for j in FOREST)


def excluded(data: Data) -> dict[str, int]:
    """NA cells of Table 3 by reason."""
    differences = [round(data.total[i] - data.total[j], 2) for (i, j), value in data.factors.items() if value is None]
    return {"all": len(differences), "gain": sum(x < 0 for x in differences), "loss": sum(x > 0 for x in differences)}


def published(data: Data, id_: str) -> dict[tuple[str, ...], str]:
    return next(dict(result.cells) for result in data.methodology.published_results if result.id == id_)


Recompute = Callable[[Data], list[str]]


class Recomputed(dict[str, Recompute]):
    """Entry of the register -> function that gives the pieces of its text that hold numbers."""

    def entry(self, id_: str) -> Callable[[Recompute], Recompute]:
        def keep(function: Recompute) -> Recompute:
            assert id_ not in self, id_
            self[id_] = function
            return function

        return keep
