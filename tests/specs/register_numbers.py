"""The numbers in the register of KH_AM004, computed again from the data sets of the spec.

Each function below has the id of a register entry and returns the pieces of its text that hold numbers; the pieces are built
from the data, so that text and data cannot part. Sections B to I here, section J in ``register_numbers_j``.
"""

from __future__ import annotations

from datetime import date

import kh_am004_by_hand as by_hand
from kh_am004_by_hand import FOREST
from register_data import AREA, C_TO_CO2, N_TO_N2O, PART, Data, Recomputed, back_to_forest, excluded, loss_1, more, rl_1, rl_2

B_TO_I = Recomputed()

# --- sections B to F ----------------------------------------------------------------------------------


@B_TO_I.entry("class-crosswalk")
def _(data: Data) -> list[str]:
    stock = data.total["SE"]
    return [
        f"{len(FOREST)} forest classes",
        f"{stock:.2f} tC/ha or {stock * C_TO_CO2:.1f} tCO2/ha",
        f"up to {stock * C_TO_CO2:.0f} tCO2",
    ]


@B_TO_I.entry("land-use-category-term")
def _(data: Data) -> list[str]:
    return [f"Table 1 holds {len(data.total)} categories, {len(data.rate)} forest classes"]


@B_TO_I.entry("transition-probability-term")
def _(data: Data) -> list[str]:
    return [f"gives {back_to_forest(data):.3f} a year back to forest"]


@B_TO_I.entry("option1-blind-to-degradation")
def _(data: Data) -> list[str]:
    lost = data.factors["SE", "FR"] or 0
    return [f"SE to FR loses {lost:.2f} tC/ha ({lost * C_TO_CO2:.1f} tCO2/ha), E to B {data.factors['E', 'B']:.2f}"]


@B_TO_I.entry("map-age")
def _(data: Data) -> list[str]:
    e, d, ff = (100 * (1 - (1 - data.rate[i]) ** 2) for i in ("E", "D", "FF"))
    return [f"are {e:.1f} percent of E, {d:.1f} of D and {ff:.1f} of FF"]


@B_TO_I.entry("project-start-terms")
def _(data: Data) -> list[str]:
    return [f"{100 / 365:.2f} percent of a year for each day"]


@B_TO_I.entry("belt-is-forest")
def _(data: Data) -> list[str]:
    without = rl_2(data, data.annual, 10, area={**AREA, "NF": 0.0})
    return [f"sends {back_to_forest(data):.3f} of non-forest", f"by {-more(without, rl_2(data, data.annual, 10)):.2f} percent"]


@B_TO_I.entry("fuel-other-gases")
def _(data: Data) -> list[str]:
    gases = 3.9 * 25 + 3.9 * data.single["gwp-ar4", "GWP_N2O"]  # kgCO2e/TJ; 25 is the GWP of CH4 of the same report
    share = 100 * gases / data.single["ipcc-2006", "EF_fuel", "diesel"]
    return [
        f"With 3.9 kg/TJ each (2006 IPCC Guidelines, road diesel) they are about {share:.1f} percent",
        f"about {share:.0f} percent of its fuel part",
    ]


# --- section G ----------------------------------------------------------------------------------------


@B_TO_I.entry("option-choice")
def _(data: Data) -> list[str]:
    three, ten = (rl_2(data, data.annual, n) / rl_1(data, data.rate, n, first=1.0) for n in (3, 10))
    return [
        f"is {three:.2f} times that of option 1 over three years and {ten:.2f} times over ten",
        f"some {more(three, 1):.0f} percent",
    ]


@B_TO_I.entry("national-rate-anywhere")
def _(data: Data) -> list[str]:
    return [f"E loses {100 * data.rate['E']:.2f} and D {100 * data.rate['D']:.2f} percent a year"]


@B_TO_I.entry("reference-period-age")
def _(data: Data) -> list[str]:
    one, two = data.root, data.second
    e, d = (two[i, "NF"] / data.annual[i, "NF"] for i in ("E", "D"))
    return [
        f"is {one['E', 'NF']:.3f} a year in the first interval",
        f"{two['E', 'NF']:.3f} in the second; D {one['D', 'NF']:.3f} and {two['D', 'NF']:.3f}",
        f"about {e:.1f} for E and {d:.1f} for D",
    ]


@B_TO_I.entry("rl-starts-at-inception")
def _(data: Data) -> list[str]:
    return [f"{100 * data.rate['E']:.1f} percent a year for E"]


@B_TO_I.entry("area-of-year-before")
def _(data: Data) -> list[str]:
    return [f"is {100 * data.rate['E']:.2f} percent for E and {100 * data.rate['D']:.2f} for D"]


@B_TO_I.entry("operating-days-term")
def _(data: Data) -> list[str]:
    days = round(PART * 365)
    return [
        f"are {days} days with both ends and {days - 1} without the first",
        f"a day is {100 / 365:.2f} percent of a year",
        f"{100 / 365:.1f} percent of the RL",
    ]


@B_TO_I.entry("later-partial-year-area")
def _(data: Data) -> list[str]:
    return [f"loss of {50 * data.rate['D']:.3f} percent of the area (Table 4) and takes {100 * data.rate['D']:.2f} percent"]


@B_TO_I.entry("linear-share-of-year")
def _(data: Data) -> list[str]:
    tp = data.rate["TP"]
    linear, power = tp * PART, 1 - (1 - tp) ** PART
    return [
        f"{PART * 365:.0f} of 365 days loses {linear:.4f} of its area, and {power:.4f} with",
        f"higher by about {more(power, linear):.0f} percent",
    ]


@B_TO_I.entry("no-gains-in-option-1")
def _(data: Data) -> list[str]:
    return [f"FR loses {loss_1(data, 'FR'):.2f} tC/ha a year ({data.rate['FR']:.4f} of {data.total['FR']:.2f})"]


@B_TO_I.entry("positive-part")
def _(data: Data) -> list[str]:
    return [f"100 tC would count as {100 * 100:,}"]


@B_TO_I.entry("sign-filter")
def _(data: Data) -> list[str]:
    d, ff = (data.annual["TP", j] * (data.factors["TP", j] or 0) for j in ("D", "FF"))
    negative = [pair for pair, value in data.annual.items() if value * (data.factors[pair] or 0) < 0]
    assert negative == [("TP", "D"), ("TP", "FF")]
    return [f"TP to D with {d:.5f} and TP to FF with {ff:.5f} tC", f"{-(d + ff) * C_TO_CO2:.2f} tCO2 per hectare"]


@B_TO_I.entry("one-sided-noise")
def _(data: Data) -> list[str]:
    count = excluded(data)
    return [f"{count['all']} of the {12 * 12 - 12} cells off the diagonal of Table 3 are NA, {count['gain']} of them gains"]


@B_TO_I.entry("area-year-index")
def _(data: Data) -> list[str]:
    three, ten, twenty = (more(rl_2(data, data.annual, n, literal=True), rl_2(data, data.annual, n)) for n in (3, 10, 20))
    return [f"higher by {three:.1f} percent over three years, {ten:.1f} over ten and {twenty:.1f} over twenty"]


@B_TO_I.entry("option2-operating-days")
def _(data: Data) -> list[str]:
    three, ten = (-more(rl_2(data, data.annual, n, first=PART), rl_2(data, data.annual, n)) for n in (3, 10))
    return [
        f"is {more(1, PART):.1f} percent more",
        f"by {three:.1f} percent over three years and {ten:.1f} over ten",
        f"about {100 * (1 - PART):.0f} percent of one annual loss",
    ]


@B_TO_I.entry("nonforest-regrowth")
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


@B_TO_I.entry("yearly-average")
def _(data: Data) -> list[str]:
    long, short = PART + 2, ((date(2018, 12, 31) - date(2018, 7, 1)).days + 1) / 365 + 1
    return [
        f"are {long:.3f} years and three calendar years, {more(3, long):.1f} percent more",
        f"are {short:.3f} years and two, {more(2, short):.1f} percent more",
        f"Counted by {short:.3f} years",
    ]


@B_TO_I.entry("class-of-lost-forest")
def _(data: Data) -> list[str]:
    left = data.factors["E", "FR"] or 0
    return [f"leaves {left:.2f} tC/ha ({left * C_TO_CO2:.1f} tCO2/ha)"]


@B_TO_I.entry("five-percent-base")
def _(data: Data) -> list[str]:
    return [f"are {100 * 100 / 2500:.0f} percent of a PE of 2,500 and {100 * 100 / 1100:.1f} percent of one of 1,100"]


@B_TO_I.entry("sec-unit")
def _(data: Data) -> list[str]:
    ncv = data.single["ipcc-2006", "NCV", "diesel"] / 1000
    return [f"a factor of about {1 / ncv:.0f} (1/{ncv:.3f})"]


@B_TO_I.entry("ratio-44-28-words")
def _(data: Data) -> list[str]:
    return [f"44/28 is {N_TO_N2O:.3f}", f"44/14 or {44 / 14:.3f}"]


@B_TO_I.entry("cropland-names")
def _(data: Data) -> list[str]:
    paddy, upland = (data.single["ipcc-2006", "EF_direct", c] for c in ("paddy", "upland"))
    return [f"{paddy:g} against {upland:g}, {-more(paddy, upland):.0f} percent less"]


@B_TO_I.entry("plural-fertilizers")
def _(data: Data) -> list[str]:
    mean = (46 + 15) / 2
    assert 1.45 < 46 / mean < 1.55  # "half as much again"
    return [f"urea (46 percent N) and one part NPK (15 percent) hold {mean:.1f} percent and count with 46"]


@B_TO_I.entry("urea-nitrogen")
def _(data: Data) -> list[str]:
    value = {k[1:]: v for k, v in data.single.items() if k[0] == "ipcc-2006"}
    co2 = value["EF_urea",] * C_TO_CO2
    lost = value["EF_direct", "upland"] + value["Frac_SN",] * value["EF_indirect",] + value["Frac_leach",] * value["EF_leach",]
    n2o = 0.46 * lost * N_TO_N2O * data.single["gwp-ar4", "GWP_N2O"]
    return [
        f"gives {co2:.3f} tCO2 by Eq 26 and, with 46 percent N on upland, {n2o:.2f} tCO2e of N2O",
        f"by {n2o:.2f} tCO2e per tonne",
    ]


@B_TO_I.entry("leaching-everywhere")
def _(data: Data) -> list[str]:
    fraction, factor = data.single["ipcc-2006", "Frac_leach"], data.single["ipcc-2006", "EF_leach"]
    upland, paddy = (100 * fraction * factor / data.single["ipcc-2006", "EF_direct", c] for c in ("upland", "paddy"))
    return [
        f"{fraction:.2f} times {factor:.4f} is {fraction * factor:.5f}, {upland:.1f} percent",
        f"and {paddy:.0f} percent of that of paddy",
    ]


@B_TO_I.entry("lime-purity")
def _(data: Data) -> list[str]:
    limestone, dolomite = data.single["ipcc-2006", "EF_limestone"], data.single["ipcc-2006", "EF_dolomite"]
    assert (round(12 / 100, 2), round(24 / 184, 2)) == (limestone, dolomite)
    return [f"{limestone:.2f} and {dolomite:.2f} are the carbon of pure CaCO3 (12/100) and CaMg(CO3)2 (24/184)"]


@B_TO_I.entry("displacement-by-year")
def _(data: Data) -> list[str]:
    dr, dp = {1: 104.0, 2: 100.0, 3: 96.0}, dict.fromkeys((1, 2, 3), 100.0)
    a, b, c = (f"{x:.0f}" for x in by_hand.eq27_de(dp, dr).values())
    return [
        f"DR of 104, 100 and 96 with DP of 100 each year give DE of {a}, {b} and {c}",
        f"together {max(0, sum(dp.values()) - sum(dr.values())):.0f}.",
    ]


@B_TO_I.entry("belt-exclusion-one-sided")
def _(data: Data) -> list[str]:
    kept, out = (by_hand.eq27_de({0: dp}, {0: 100.0})[0] for dp in (120.0, 120.0 - 30))
    (both,) = by_hand.eq27_de({0: 90.0}, by_hand.dcs_d_alike({0: 100.0}, {0: 90.0}, {("E", 0): 30.0}, {"E": 1.0})).values()
    return [f"of which 30 is left out, give DE of {out:.0f} and not {kept:.0f}; with the same share left out of DR, {both:.0f}"]


@B_TO_I.entry("negative-reductions")
def _(data: Data) -> list[str]:
    keep = 1 - data.single["jcm-discount", "DF"]
    printed, gains, floor = keep * (100 - 50), keep * 100 - 50, keep * 100
    one_by_one = {1: -50 * keep, 2: 100 * keep}
    floored, carried = (sum(by_hand.eq43_period(one_by_one, {"a": [1], "b": [2]}, not carry, False, carry).values()) for carry in (False, True))
    return [
        f"Years of +100 and -50 give {printed:.0f}; discounting gains only gives {gains:.0f}, a floor by year {floor:.0f}",
        f"give {floored:.0f} with a floor and {carried:.0f} where the first is carried forward",
    ]


@B_TO_I.entry("belt-area-year-words")
def _(data: Data) -> list[str]:
    assert 2 < 100 * data.rate["E"] < 100 * data.rate["D"] < 4
    return ["one annual loss lower (2 to 4 percent)"]


@B_TO_I.entry("discount-factor")
def _(data: Data) -> list[str]:
    discount = data.single["jcm-discount", "DF"]
    return [
        f"{discount:g}, dimensionless",
        f"C gives {100 * discount:.0f} percent",
        f"{100 * 0.01 / (1 - discount):.2f} percent of the credits for each 0.01",
    ]
