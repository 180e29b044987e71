"""The numbers in the register of KH_AM004, computed again from the data sets of the spec.

Each function below has the id of a register entry and returns the pieces of its text that hold numbers; the pieces are built
from the data, so that text and data cannot part. Projections use the oracle of ``tests/reference``, not the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import kh_am004_by_hand as by_hand
from kh_am004_by_hand import FOREST, LAND_USE

from equations.methodology import Methodology

Matrix = dict[tuple[str, str], float]
Recompute = Callable[["Data"], list[str]]

C_TO_CO2 = 44 / 12
N_TO_N2O = 44 / 28
#: The made-up area of the register, in ha.
AREA = {**dict.fromkeys(LAND_USE, 0.0), "E": 50_000.0, "SE": 20_000.0, "D": 25_000.0, "NF": 5_000.0}
#: Operating days of a start on 12 March 2018, as a share of the year.
PART = ((date(2018, 12, 31) - date(2018, 3, 12)).days + 1) / 365

RECOMPUTED: dict[str, Recompute] = {}


def register(entry: str) -> Callable[[Recompute], Recompute]:
    def keep(function: Recompute) -> Recompute:
        assert entry not in RECOMPUTED, entry
        RECOMPUTED[entry] = function
        return function

    return keep


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


def conversions(matrix: Matrix, years: int, *, first: float = 1.0, literal: bool = False, area: Mapping[str, float] = AREA):
    start = by_hand.prorate_mp(matrix, first)
    by_year = {(*pair, y): (start if y == 0 else matrix)[pair] for y in range(years) for pair in matrix}
    return by_hand.eq8_9_option2(dict(area), by_year, range(years), literal)


def rl_2(data: Data, matrix: Matrix, years: int, **how: object) -> float:
    """RL of option 2 over some years on the made-up area; tCO2."""
    ca, _, _ = conversions(matrix, years, **how)  # type: ignore[arg-type]
    cs = by_hand.eq7_cs(ca, by_hand.mef_from_table(data.factors))
    return sum(by_hand.eq6_positive(cs, range(years)).values()) * C_TO_CO2


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
    return 1 - (1 - 8 * rate) ** (1 / 8)


def more(one: float, other: float) -> float:
    """By how many percent one number is above the other."""
    return 100 * (one / other - 1)


# --- sections B to F ----------------------------------------------------------------------------------


@register("class-crosswalk")
def _(data: Data) -> list[str]:
    stock = data.total["SE"]
    return [f"{len(FOREST)} forest classes", f"{stock:.2f} tC/ha or {stock * C_TO_CO2:.1f} tCO2/ha", f"{stock * C_TO_CO2:.0f} tCO2 per"]


@register("land-use-category-term")
def _(data: Data) -> list[str]:
    return [f"Table 1 holds {len(data.total)} categories, {len(data.rate)} forest classes"]


@register("transition-probability-term")
def _(data: Data) -> list[str]:
    return [f"gives {back_to_forest(data):.3f} a year back to forest"]


def back_to_forest(data: Data) -> float:
    return sum(data.annual["NF", j] for j in FOREST)


@register("option1-blind-to-degradation")
def _(data: Data) -> list[str]:
    lost = data.factors["SE", "FR"] or 0
    return [f"SE to FR loses {lost:.2f} tC/ha ({lost * C_TO_CO2:.1f} tCO2/ha), E to B {data.factors['E', 'B']:.2f}"]


@register("map-age")
def _(data: Data) -> list[str]:
    e, d, ff = (100 * (1 - (1 - data.rate[i]) ** 2) for i in ("E", "D", "FF"))
    return [f"are {e:.1f} percent of E, {d:.1f} of D and {ff:.1f} of FF"]


@register("project-start-terms")
def _(data: Data) -> list[str]:
    return [f"{100 / 365:.2f} percent of a year for each day"]


@register("belt-is-forest")
def _(data: Data) -> list[str]:
    without = rl_2(data, data.annual, 10, area={**AREA, "NF": 0.0})
    return [f"sends {back_to_forest(data):.3f} of non-forest", f"by {-more(without, rl_2(data, data.annual, 10)):.2f} percent"]


@register("fuel-other-gases")
def _(data: Data) -> list[str]:
    gases = 3.9 * 25 + 3.9 * data.single["gwp-ar4", "GWP_N2O"]  # kg CO2e per TJ, with the GWP of CH4 of the same report
    return [f"With 3.9 kg/TJ each (2006 IPCC Guidelines, road diesel) they are about {100 * gases / data.single['ipcc-2006', 'EF_fuel', 'diesel']:.1f} percent"]  # fmt: skip


# --- section G ----------------------------------------------------------------------------------------


@register("option-choice")
def _(data: Data) -> list[str]:
    three, ten = (rl_2(data, data.annual, n) / rl_1(data, data.rate, n, first=1.0) for n in (3, 10))
    return [f"is {three:.2f} times that of option 1 over three years and {ten:.2f} times over ten"]


@register("national-rate-anywhere")
def _(data: Data) -> list[str]:
    return [f"E loses {100 * data.rate['E']:.2f} and D {100 * data.rate['D']:.2f} percent a year"]


@register("reference-period-age")
def _(data: Data) -> list[str]:
    one, two = data.root, data.second
    e, d = (two[i, "NF"] / data.annual[i, "NF"] for i in ("E", "D"))
    return [
        f"is {one['E', 'NF']:.3f} a year in the first interval",
        f"{two['E', 'NF']:.3f}; D {one['D', 'NF']:.3f} and {two['D', 'NF']:.3f}",
        f"about {e:.1f} for E and {d:.1f} for D",
    ]


@register("rl-starts-at-inception")
def _(data: Data) -> list[str]:
    return [f"{100 * data.rate['E']:.1f} percent a year for E"]


@register("area-of-year-before")
def _(data: Data) -> list[str]:
    return [f"is {100 * data.rate['E']:.2f} percent for E and {100 * data.rate['D']:.2f} for D"]


@register("operating-days-term")
def _(data: Data) -> list[str]:
    days = round(PART * 365)
    return [f"are {days} days with both ends and {days - 1} without the first", f"a day is {100 / 365:.2f} percent of a year"]


@register("later-partial-year-area")
def _(data: Data) -> list[str]:
    return [f"loss of {50 * data.rate['D']:.3f} percent of the area (Table 4) and takes {100 * data.rate['D']:.2f} percent"]


@register("linear-share-of-year")
def _(data: Data) -> list[str]:
    tp = data.rate["TP"]
    linear, power = tp * PART, 1 - (1 - tp) ** PART
    assert 0.5 < more(power, linear) < 1.5  # "about 1 percent"
    return [f"{PART * 365:.0f} of 365 days loses {linear:.4f} of its area, and {power:.4f} with"]


@register("no-gains-in-option-1")
def _(data: Data) -> list[str]:
    return [f"FR loses {loss_1(data, 'FR'):.2f} tC/ha a year ({data.rate['FR']:.4f} of {data.total['FR']:.2f})"]


@register("positive-part")
def _(data: Data) -> list[str]:
    return [f"100 tC would count as {100 * 100:,}"]


@register("sign-filter")
def _(data: Data) -> list[str]:
    d, ff = (data.annual["TP", j] * (data.factors["TP", j] or 0) for j in ("D", "FF"))
    negative = [pair for pair, value in data.annual.items() if value * (data.factors[pair] or 0) < 0]
    assert negative == [("TP", "D"), ("TP", "FF")]
    return [f"TP to D with {d:.5f} and TP to FF with {ff:.5f} tC", f"{-(d + ff) * C_TO_CO2:.2f} tCO2 per hectare"]


def excluded(data: Data) -> dict[str, int]:
    """NA cells of Table 3 by reason."""
    differences = [round(data.total[i] - data.total[j], 2) for (i, j), value in data.factors.items() if value is None]
    return {"all": len(differences), "gain": sum(x < 0 for x in differences), "loss": sum(x > 0 for x in differences)}


@register("one-sided-noise")
def _(data: Data) -> list[str]:
    count = excluded(data)
    return [f"{count['all']} of the {12 * 12 - 12} cells off the diagonal of Table 3 are NA, {count['gain']} of them gains"]


@register("area-year-index")
def _(data: Data) -> list[str]:
    three, ten, twenty = (more(rl_2(data, data.annual, n, literal=True), rl_2(data, data.annual, n)) for n in (3, 10, 20))
    return [f"higher by {three:.1f} percent over three years, {ten:.1f} over ten and {twenty:.1f} over twenty"]


@register("option2-operating-days")
def _(data: Data) -> list[str]:
    three, ten = (-more(rl_2(data, data.annual, n, first=PART), rl_2(data, data.annual, n)) for n in (3, 10))
    return [
        f"is {more(1, PART):.1f} percent more",
        f"by {three:.1f} percent over three years and {ten:.1f} over ten",
        f"about {100 * (1 - PART):.0f} percent of one annual loss",
    ]


@register("nonforest-regrowth")
def _(data: Data) -> list[str]:
    stays = {(i, j): (float(i == j) if i == "NF" else value) for (i, j), value in data.annual.items()}
    ten, twenty = (-more(rl_2(data, stays, n), rl_2(data, data.annual, n)) for n in (10, 20))
    carbon = sum(data.annual["NF", j] * data.total[j] for j in FOREST)
    return [
        f"gives {back_to_forest(data):.3f} a year back, {carbon * C_TO_CO2:.2f} tCO2/ha at full stocks",
        f"FR gives {data.annual['FR', 'E'] + data.annual['FR', 'SE']:.3f} to E and SE",
        f"lower by {ten:.2f} percent over ten years and {twenty:.2f} over twenty",
    ]


# --- section H ----------------------------------------------------------------------------------------


@register("yearly-average")
def _(data: Data) -> list[str]:
    years = PART + 2
    return [f"are {years:.3f} years", f"are {more(3, years):.1f} percent more", f"up to {more(3, years):.0f} percent"]


@register("class-of-lost-forest")
def _(data: Data) -> list[str]:
    left = data.factors["E", "FR"] or 0
    return [f"leaves {left:.2f} tC/ha ({left * C_TO_CO2:.1f} tCO2/ha)"]


@register("five-percent-base")
def _(data: Data) -> list[str]:
    return [f"are {100 * 100 / 2500:.0f} percent of a PE of 2,500 and {100 * 100 / 1100:.1f} percent of one of 1,100"]


@register("fuel-by-mass")
def _(data: Data) -> list[str]:
    heavy, light = more(1, 0.84), more(1, 0.75)
    return [f"At 0.84 and 0.75 kg per litre, litres taken for kg are {heavy:.0f} and {light:.0f} percent too many"]


@register("sec-unit")
def _(data: Data) -> list[str]:
    ncv = data.single["ipcc-2006", "NCV", "diesel"] / 1000
    return [f"a factor of about {1 / ncv:.0f} (1/{ncv:.3f})"]


@register("ratio-44-28-words")
def _(data: Data) -> list[str]:
    return [f"44/28 is {N_TO_N2O:.3f}", f"44/14 or {44 / 14:.3f}"]


@register("cropland-names")
def _(data: Data) -> list[str]:
    paddy, upland = (data.single["ipcc-2006", "EF_direct", c] for c in ("paddy", "upland"))
    return [f"{paddy:g} against {upland:g}, {-more(paddy, upland):.0f} percent less"]


@register("plural-fertilizers")
def _(data: Data) -> list[str]:
    mean = (46 + 15) / 2
    assert 1.45 < 46 / mean < 1.55  # "half as much again"
    return [f"urea (46 percent N) and one part NPK (15 percent) hold {mean:.1f} percent and count with 46"]


@register("urea-nitrogen")
def _(data: Data) -> list[str]:
    value = {k[1:]: v for k, v in data.single.items() if k[0] == "ipcc-2006"}
    co2 = value["EF_urea",] * C_TO_CO2
    lost = value["EF_direct", "upland"] + value["Frac_SN",] * value["EF_indirect",] + value["Frac_leach",] * value["EF_leach",]
    n2o = 0.46 * lost * N_TO_N2O * data.single["gwp-ar4", "GWP_N2O"]
    return [f"gives {co2:.3f} tCO2 by Eq 26 and, with 46 percent N on upland, {n2o:.2f} tCO2e of N2O", f"by {n2o:.2f} tCO2e per tonne"]


@register("leaching-everywhere")
def _(data: Data) -> list[str]:
    fraction, factor = data.single["ipcc-2006", "Frac_leach"], data.single["ipcc-2006", "EF_leach"]
    upland, paddy = (100 * fraction * factor / data.single["ipcc-2006", "EF_direct", c] for c in ("upland", "paddy"))
    return [f"{fraction:.2f} times {factor:.4f} is {fraction * factor:.5f}, {upland:.1f} percent", f"and {paddy:.0f} percent of that of paddy"]


@register("lime-purity")
def _(data: Data) -> list[str]:
    limestone, dolomite = data.single["ipcc-2006", "EF_limestone"], data.single["ipcc-2006", "EF_dolomite"]
    assert (round(12 / 100, 2), round(24 / 184, 2)) == (limestone, dolomite)
    return [f"{limestone:.2f} and {dolomite:.2f} are the carbon of pure CaCO3 (12/100) and CaMg(CO3)2 (24/184)"]


@register("displacement-by-year")
def _(data: Data) -> list[str]:
    dr, dp = {1: 104.0, 2: 100.0, 3: 96.0}, dict.fromkeys((1, 2, 3), 100.0)
    a, b, c = (f"{x:.0f}" for x in by_hand.eq27_de(dp, dr).values())
    return [f"DR of 104, 100 and 96 with DP of 100 each year give DE of {a}, {b} and {c}", f"together {max(0, sum(dp.values()) - sum(dr.values())):.0f}."]


@register("belt-exclusion-one-sided")
def _(data: Data) -> list[str]:
    kept, out = (by_hand.eq27_de({0: dp}, {0: 100.0})[0] for dp in (120.0, 120.0 - 30))
    return [f"DR of 100 and DP of 120, of which 30 is left out, give DE of {out:.0f} and not {kept:.0f}"]


@register("negative-reductions")
def _(data: Data) -> list[str]:
    keep = 1 - data.single["jcm-discount", "DF"]
    printed, gains, floor = keep * (100 - 50), keep * 100 - 50, keep * 100
    return [f"Years of +100 and -50 give {printed:.0f}; discounting gains only gives {gains:.0f}, a floor by year {floor:.0f}"]


@register("belt-area-year-words")
def _(data: Data) -> list[str]:
    assert 2 < 100 * data.rate["E"] < 100 * data.rate["D"] < 4
    return ["one annual loss lower (2 to 4 percent)"]


@register("discount-factor")
def _(data: Data) -> list[str]:
    discount = data.single["jcm-discount", "DF"]
    return [f"{discount:g}, dimensionless", f"C gives {100 * discount:.0f} percent", f"{100 * 0.01 / (1 - discount):.2f} percent of the credits for each 0.01"]


# --- section J ----------------------------------------------------------------------------------------


@register("lists-incomplete")
def _(data: Data) -> list[str]:
    listed = {line.quantity for line in data.methodology.monitoring_list if line.list.startswith("J")}
    symbols = {
        "C": "C_ik", "CA_ref": "CA_ref,i", "A_ref": "A_ref,i", "T_ref": "T_ref", "CA_ref_ij": "CA_ref,ij,t", "A_ref_i": "A_ref,i,t",
        "T_multi": "T_multi", "N_int": "N_int", "SEC": "SEC", "NC_SN": "NC_SN", "NC_ON": "NC_ON", "R_AG": "R_AG", "R_BG": "R_BG",
        "N_AG": "N_AG", "N_BG": "N_BG", "Frac_Renew": "Frac_Renew", "DF": "DF",
    }  # fmt: skip
    known = {quantity.id for quantity in data.methodology.quantities}
    assert set(symbols) <= known and not set(symbols) & listed and len(symbols) == 17
    return ["Seventeen symbols", ", ".join(symbols.values())]


@register("nitrogen-parameters")
def _(data: Data) -> list[str]:
    listed = {line.quantity: line.list for line in data.methodology.monitoring_list}
    seven = ("NC_SN", "NC_ON", "R_AG", "R_BG", "N_AG", "N_BG", "Frac_Renew")
    indices = {quantity.id: quantity.indices for quantity in data.methodology.quantities}
    assert all(listed[name] == "C" and "year" not in indices[name] for name in seven)
    return [", ".join(seven[:-1]) + f" and {seven[-1]}, seven symbols"]


@register("biomass-or-carbon")
def _(data: Data) -> list[str]:
    return [f"163 t of dry matter times 0.47, which is {163 * 0.47:.2f}", f"by {100 * (1 - 0.47):.0f} percent"]


@register("table-1-figures")
def _(data: Data) -> list[str]:
    printed = {i: float(text) for (i,), text in published(data, "table-1-total").items()}
    assert {i: round(value, 2) for i, value in data.total.items()} == printed
    return [f"All {len(printed)} totals equal"]


def published(data: Data, id_: str) -> dict[tuple[str, ...], str]:
    return next(dict(result.cells) for result in data.methodology.published_results if result.id == id_)


@register("stocks-not-traced")
def _(data: Data) -> list[str]:
    dry = {"E": 163, "SE": 243, "P": 100, "D": 85, "M": 150, "MR": 165, "FF": 70, "FR": 75, "TP": 100, "PP": 100}
    for i, mass in dry.items():
        assert round(0.47 * mass, 2) == data.stock[i, "AG"]
        assert abs(0.47 * math.exp(-1.0587 + 0.8836 * math.log(mass)) - data.stock[i, "BG"]) < 0.005
    same = {round(data.total[i], 2) for i in ("P", "TP", "PP")}
    return [", ".join(str(mass) for mass in dict.fromkeys(dry.values())), f"P, TP and PP all have {same.pop():.2f}", "equal in all cells to 0.005"]


@register("evergreen-below-semi-evergreen")
def _(data: Data) -> list[str]:
    assert data.factors["E", "SE"] is None and data.annual["E", "SE"] == data.annual["SE", "E"] == 0
    return [f"E {data.total['E']:.2f} and SE {data.total['SE']:.2f}; SE to E is an emission of {data.factors['SE', 'E']:.2f}"]


@register("bamboo-without-carbon")
def _(data: Data) -> list[str]:
    assert data.total["B"] == 0 and all(data.annual[i, "B"] == 0 for i in LAND_USE if i != "B")
    most = data.factors["SE", "B"] or 0
    return [f"E to B is {data.factors['E', 'B']:.2f} and SE to B {most:.2f} tC/ha", f"up to {most * C_TO_CO2:.0f} tCO2/ha"]


@register("into-plantation")
def _(data: Data) -> list[str]:
    lost = {i: data.total[i] - data.total["TP"] for i in ("SE", "E", "MR", "M")}
    suppressed = {i for i in FOREST if data.factors[i, "TP"] is None and round(data.total[i] - data.total["TP"], 2) > 0}
    assert suppressed == set(lost) and [i for i in lost if data.annual[i, "TP"] or data.annual[i, "PP"]] == ["MR"]
    return [
        f"SE to TP would be {lost['SE']:.2f} tC/ha ({lost['SE'] * C_TO_CO2:.1f} tCO2/ha)",
        f"E to TP {lost['E']:.2f}, MR to TP {lost['MR']:.2f}, M to TP {lost['M']:.2f}",
        f"only MR to TP, {data.annual['MR', 'TP']:.3f}",
    ]


@register("plantation-wording")
def _(data: Data) -> list[str]:
    cell = published(data, "table-3")
    assert cell["NF", "TP"] == cell["P", "TP"] == "NA"
    return [f"NA for NF to TP and {cell['TP', 'PP']} for TP to PP"]


@register("plantation-harvest")
def _(data: Data) -> list[str]:
    one, two = (loss(data, "TP") / loss(data, "E") for loss in (loss_1, loss_2))
    return [
        f"TP loses {loss_1(data, 'TP'):.2f} tC/ha a year under option 1 and {loss_2(data, 'TP'):.2f} under option 2",
        f"E loses {loss_1(data, 'E'):.2f} and {loss_2(data, 'E'):.2f}",
        f"{one:.1f} times as much as one of E (option 1), or {two:.1f} times (option 2)",
    ]


@register("na-cells")
def _(data: Data) -> list[str]:
    cells = published(data, "table-3")
    assert all((text == "NA") == (data.factors[pair] is None) for pair, text in cells.items())  # type: ignore[index]
    assert all(text == "NA" or f"{data.factors[pair]:.2f}" == text for pair, text in cells.items())  # type: ignore[index]
    count = excluded(data)
    equal = count["all"] - count["gain"] - count["loss"]
    return [f"{count['all']} cells are NA; in {count['gain']} stock would rise, {count['loss']} go into", f"{equal} are of equal stock. All {len(cells)} cells"]


@register("non-forest-carbon")
def _(data: Data) -> list[str]:
    assert all(round(data.factors[i, "NF"] or 0, 2) == round(data.total[i], 2) for i in FOREST)
    return [f"lower the factor of E by {500 / data.total['E']:.1f} and of D by {500 / data.total['D']:.1f} percent"]


@register("table-2-non-forest")
def _(data: Data) -> list[str]:
    return [f"12 rows in Table 2, {len(data.rate)} in Table 4"]


@register("option1-linear-rate")
def _(data: Data) -> list[str]:
    fit = {i: fitting_rate(rate) for i, rate in data.rate.items()}
    three, ten = (more(rl_1(data, fit, n), rl_1(data, data.rate, n)) for n in (3, 10))
    return [
        f"{fit['E']:.4f} for E (Table 4 has {data.rate['E']:.4f})",
        *(f"{fit[i]:.4f} for {i} ({data.rate[i]:.4f})" for i in ("SE", "D", "FF", "FR")),
        f"higher by {three:.1f} percent over three years and {ten:.1f} over ten",
    ]


@register("loss-counted-over-two-intervals")
def _(data: Data) -> list[str]:
    later = by_hand.eq48_power(data.second, 4)
    lost = {i: sum(data.four[i, k] * later[k, "NF"] for k in LAND_USE) for i in FOREST}
    assert all(abs(more(8 * data.rate[i], lost[i])) < 4.6 for i in ("E", "SE", "D", "B", "M", "MR"))
    fr, tp, ff = (more(8 * data.rate[i], lost[i]) for i in ("FR", "TP", "FF"))
    return [
        f"are {lost['FF']:.3f} for FF, {lost['FR']:.3f} for FR and {lost['TP']:.3f} for TP",
        f"eight times Table 4 is {8 * data.rate['FF']:.3f}, {8 * data.rate['FR']:.3f} and {8 * data.rate['TP']:.3f}",
        f"higher by {fr:.0f} percent for FR, {tp:.0f} for TP and {ff:.0f} for FF",
    ]


@register("two-rates-for-one-loss")
def _(data: Data) -> list[str]:
    ratio = {i: data.annual[i, "NF"] / data.rate[i] for i in ("E", "SE", "D", "B", "M", "MR", "FF", "FR", "TP")}
    first, *middle, last = (f"{value:.2f} {i}" for i, value in ratio.items())
    higher = more(rl_1(data, {i: data.annual[i, "NF"] for i in FOREST}, 10), rl_1(data, data.rate, 10))
    return [f"{first.replace(' ', ' for ')}, {', '.join(middle)} and {last}", f"gives {higher:.1f} percent more RL over ten years"]


@register("blank-row")
def _(data: Data) -> list[str]:
    assert all(data.four[i, "PP"] == 0 for i in LAND_USE if i != "PP")
    return [f"Table 6 has PP to PP {data.annual['PP', 'PP']:.3f}"]


@register("classes-without-loss")
def _(data: Data) -> list[str]:
    assert data.rate["P"] == data.rate["PP"] == 0 and data.annual["P", "P"] == data.annual["PP", "PP"] == 1
    return ["1.000 on the diagonal of Table 6"]


@register("power-of-a-probability")
def _(data: Data) -> list[str]:
    printed = data.four["TP", "NF"]
    return [f"is {printed:.3f}; its fourth root is {printed ** 0.25:.3f}, the element of the matrix root {data.root['TP', 'NF']:.3f}"]


@register("interval-length")
def _(data: Data) -> list[str]:
    lengths = {float(text) for d in data.methodology.datasets for b in d.values if b.quantity == "T_multi" for _, text in b.cells}
    return [f"both intervals here are of {lengths.pop():.0f} years"]


@register("root-not-unique")
def _(data: Data) -> list[str]:
    back = by_hand.eq48_power(data.root, 4)
    assert max(abs(back[pair] - data.four[pair]) for pair in back) < 1e-12
    least = sorted(data.root, key=lambda pair: data.root[pair])[:3]
    first, second, third = (f"{data.root[i, j]:.4f} ({i} to {j})" for i, j in least)
    return [f"{first}, {second} and {third}"]


@register("validation-without-limit")
def _(data: Data) -> list[str]:
    rounded = {pair: round(value, 3) for pair, value in data.root.items()}
    back = by_hand.eq48_power(rounded, 4)
    missed = max(abs(back[pair] - data.four[pair]) for pair in back)
    rule = next(rule for rule in data.methodology.rules if rule.id == "annual-matrix-validated")
    assert "0.0005" in str(rule.condition.source if hasattr(rule.condition, "source") else rule)
    return [f"it misses by up to {missed:.4f}"]


@register("table-5-rows")
def _(data: Data) -> list[str]:
    sums = {i: f"{row_sum(data.four, i):.3f}" for i in LAND_USE if i != "PP"}
    off = [i for i, text in sums.items() if text != "1.000"]
    assert len(sums) - len(off) == 9
    return [f"{off[0]} and {off[1]} add up to {sums[off[0]]}, nine others to 1.000"]


@register("second-interval-missing")
def _(data: Data) -> list[str]:
    least = min(data.second, key=lambda pair: data.second[pair])
    assert least == ("TP", "D")
    return [
        f"a least entry of {data.second[least]:.4f} (TP to D)",
        f"TP to FF is {data.root['TP', 'FF']:.4f} in the first interval, TP to D {data.root['TP', 'D']:.4f} only",
    ]


@register("mean-of-annual-matrices")
def _(data: Data) -> list[str]:
    four, eight = by_hand.eq48_power(data.annual, 4), by_hand.eq48_power(data.annual, 8)
    e, d, tp = (eight[i, "NF"] for i in ("E", "D", "TP"))
    return [
        f"loses {e:.3f} of E, {d:.3f} of D and {tp:.3f} of TP",
        f"is {8 * data.rate['E']:.3f}, {8 * data.rate['D']:.3f} and {8 * data.rate['TP']:.3f}",
        f"loses {four['TP', 'NF']:.3f} of TP where Table 5 has {data.four['TP', 'NF']:.3f}",
    ]


@register("negative-transition")
def _(data: Data) -> list[str]:
    negative = [pair for pair, value in data.annual.items() if value < 0]
    assert negative == [("TP", "D"), ("TP", "FF")]
    clipped = {pair: max(value, 0.0) for pair, value in data.annual.items()}
    assert abs(more(rl_2(data, clipped, 20), rl_2(data, data.annual, 20))) < 0.01
    return [f"TP to D and TP to FF are {data.annual['TP', 'D']:.3f}; the row adds up to {row_sum(data.annual, 'TP'):.3f}", "Below 0.01 percent"]


@register("table-6-rows")
def _(data: Data) -> list[str]:
    sums = {i: f"{row_sum(data.annual, i):.3f}" for i in LAND_USE}
    assert [i for i in LAND_USE if sums[i] != "1.000"] == ["D", "B", "MR", "FF", "NF"]
    assert {sums[i] for i in ("D", "B", "MR", "FF")} == {"1.001"}
    _, area, _ = conversions(data.annual, 20)
    ten, twenty = (100 * sum(area[i, y] for i in LAND_USE) / sum(AREA.values()) for y in (9, 19))
    scaled = {(i, j): value / row_sum(data.annual, i) for (i, j), value in data.annual.items()}
    lower = -more(rl_2(data, scaled, 10), rl_2(data, data.annual, 10))
    return [
        f"D, B, MR and FF add up to {sums['D']} and NF to {sums['NF']}",
        f"is {ten:.2f} percent after ten years and {twenty:.2f} after twenty",
        f"lowers RL by {lower:.2f} percent",
    ]


@register("table-6-rounding")
def _(data: Data) -> list[str]:
    e, m = (100 * 0.0005 / data.annual[i, "NF"] for i in ("E", "M"))
    hidden = 0.0005 * sum(data.factors["E", j] or 0 for j in LAND_USE)
    return [f"is {e:.1f} percent of E to NF and {m:.1f} percent of M to NF", f"its yearly loss of {loss_2(data, 'E'):.2f} tC/ha would grow by {hidden:.2f}"]


@register("unlikely-transitions")
def _(data: Data) -> list[str]:
    return [
        f"M to E is {data.four['M', 'E']:.3f} and M to SE {data.four['M', 'SE']:.3f} in four years",
        f"FR to E is {data.annual['FR', 'E']:.3f} a year in Table 6 and {data.four['FR', 'E']:.3f} in four years",
    ]


@register("printed-units-of-fuel")
def _(data: Data) -> list[str]:
    ncv, ef = ({f: data.single["ipcc-2006", name, f] for f in ("diesel", "gasoline", "crude_oil")} for name in ("NCV", "EF_fuel"))
    per_kg = [ncv[f] / 1e3 * ef[f] / 1e6 for f in ncv]
    return [
        f"{ncv['diesel']:.1f} TJ/Gg is {ncv['diesel'] / 1e3:.4f} GJ/kg and {ef['diesel']:,.0f} kg/TJ is {ef['diesel'] / 1e6:.4f} tCO2/GJ",
        f"gives {per_kg[0]:.6f} tCO2, of gasoline {per_kg[1]:.6f}, of crude oil {per_kg[2]:.6f}",
    ]


@register("gwp-report")
def _(data: Data) -> list[str]:
    four, five, six = (data.single[f"gwp-ar{n}", "GWP_N2O"] for n in (4, 5, 6))
    return [f"{four:.0f} against {five:.0f} ({-more(five, four):.1f} percent less) and {six:.0f} ({-more(six, four):.1f} percent less)"]


@register("emission-factor-kinds")
def _(data: Data) -> list[str]:
    return [f"a factor of {C_TO_CO2:.2f}"]


#: Numbers in the register that come from elsewhere, with their source; nothing here can be computed from the spec.
OUTSIDE: Mapping[str, Sequence[str]] = {
    "class-crosswalk": ("2.96", "0.29"),  # a later official map of Cambodia, in percent of its land
    "fuel-other-gases": ("3.9",),  # 2006 IPCC Guidelines, Vol. 2 Table 3.2.2
    "stocks-not-traced": ("0.47", "1.0587", "0.8836"),  # IPCC carbon fraction; a published equation for root mass
    "biomass-or-carbon": ("0.47",),
}
