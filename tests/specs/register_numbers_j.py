"""The numbers in the register of KH_AM004 for section J and after, as in ``register_numbers``."""

from __future__ import annotations

import math

import kh_am004_by_hand as by_hand
from kh_am004_by_hand import FOREST, LAND_USE
from register_data import (
    AREA,
    C_TO_CO2,
    Data,
    Recomputed,
    conversions,
    excluded,
    fitting_rate,
    loss_1,
    loss_2,
    more,
    published,
    rl_1,
    rl_2,
    row_sum,
)

J = Recomputed()

# --- section J ----------------------------------------------------------------------------------------


@J.entry("lists-incomplete")
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


@J.entry("nitrogen-parameters")
def _(data: Data) -> list[str]:
    listed = {line.quantity: line.list for line in data.methodology.monitoring_list}
    seven = ("NC_SN", "NC_ON", "R_AG", "R_BG", "N_AG", "N_BG", "Frac_Renew")
    indices = {quantity.id: quantity.indices for quantity in data.methodology.quantities}
    assert all(listed[name] == "C" and "year" not in indices[name] for name in seven)
    return [", ".join(seven[:-1]) + f" and {seven[-1]}, seven symbols"]


@J.entry("biomass-or-carbon")
def _(data: Data) -> list[str]:
    return [f"163 t of dry matter times 0.47, which is {163 * 0.47:.2f}", f"by {100 * (1 - 0.47):.0f} percent"]


@J.entry("wording-j1")
def _(data: Data) -> list[str]:
    printed = {i: float(text) for (i,), text in published(data, "table-1-total").items()}
    assert {i: round(value, 2) for i, value in data.total.items()} == printed
    return [f"All {len(printed)} totals equal"]


@J.entry("stocks-not-traced")
def _(data: Data) -> list[str]:
    dry = {"E": 163, "SE": 243, "P": 100, "D": 85, "M": 150, "MR": 165, "FF": 70, "FR": 75, "TP": 100, "PP": 100}
    for i, mass in dry.items():
        assert round(0.47 * mass, 2) == data.stock[i, "AG"]
        assert abs(0.47 * math.exp(-1.0587 + 0.8836 * math.log(mass)) - data.stock[i, "BG"]) < 0.005
    same = {round(data.total[i], 2) for i in ("P", "TP", "PP")}
    return [
        ", ".join(str(mass) for mass in dict.fromkeys(dry.values())),
        f"P, TP and PP all have {same.pop():.2f}",
        "equal in all cells to 0.005",
    ]


@J.entry("evergreen-below-semi-evergreen")
def _(data: Data) -> list[str]:
    assert data.factors["E", "SE"] is None and data.annual["E", "SE"] == data.annual["SE", "E"] == 0
    return [
        f"Table 6 has {data.annual['E', 'SE']:.3f} for both",
        f"E {data.total['E']:.2f} and SE {data.total['SE']:.2f}; SE to E is an emission of {data.factors['SE', 'E']:.2f}",
    ]


@J.entry("bamboo-without-carbon")
def _(data: Data) -> list[str]:
    assert data.total["B"] == 0 and all(data.annual[i, "B"] == 0 for i in LAND_USE if i != "B")
    most = data.factors["SE", "B"] or 0
    return [
        f"Table 6 has {data.annual['E', 'B']:.3f} in the whole column",
        f"E to B is {data.factors['E', 'B']:.2f} and SE to B {most:.2f} tC/ha",
        f"up to {most * C_TO_CO2:.0f} tCO2/ha",
    ]


@J.entry("into-plantation")
def _(data: Data) -> list[str]:
    lost = {i: data.total[i] - data.total["TP"] for i in ("SE", "E", "MR", "M")}
    suppressed = {i for i in FOREST if data.factors[i, "TP"] is None and round(data.total[i] - data.total["TP"], 2) > 0}
    assert suppressed == set(lost) and [i for i in lost if data.annual[i, "TP"] or data.annual[i, "PP"]] == ["MR"]
    return [
        f"SE to TP would be {lost['SE']:.2f} tC/ha ({lost['SE'] * C_TO_CO2:.1f} tCO2/ha)",
        f"E to TP {lost['E']:.2f}, MR to TP {lost['MR']:.2f}, M to TP {lost['M']:.2f}",
        f"only MR to TP, {data.annual['MR', 'TP']:.3f}",
    ]


@J.entry("plantation-wording")
def _(data: Data) -> list[str]:
    cell = published(data, "table-3")
    assert cell["NF", "TP"] == cell["P", "TP"] == "NA"
    return [f"NA for NF to TP and {cell['TP', 'PP']} for TP to PP"]


@J.entry("plantation-harvest")
def _(data: Data) -> list[str]:
    one, two = (loss(data, "TP") / loss(data, "E") for loss in (loss_1, loss_2))
    return [
        f"TP loses {loss_1(data, 'TP'):.2f} tC/ha a year under option 1 and {loss_2(data, 'TP'):.2f} under option 2",
        f"E loses {loss_1(data, 'E'):.2f} and {loss_2(data, 'E'):.2f}",
        f"{one:.1f} times as much as one of E (option 1), or {two:.1f} times (option 2)",
    ]


@J.entry("na-cells")
def _(data: Data) -> list[str]:
    cells = published(data, "table-3")
    assert all((text == "NA") == (data.factors[pair] is None) for pair, text in cells.items())  # type: ignore[index]
    assert all(text == "NA" or f"{data.factors[pair]:.2f}" == text for pair, text in cells.items())  # type: ignore[index]
    count = excluded(data)
    equal = count["all"] - count["gain"] - count["loss"]
    return [
        f"{count['all']} cells are NA; in {count['gain']} stock would rise, {count['loss']} go into",
        f"{equal} are of equal stock. All {len(cells)} cells",
    ]


@J.entry("non-forest-carbon")
def _(data: Data) -> list[str]:
    assert all(round(data.factors[i, "NF"] or 0, 2) == round(data.total[i], 2) for i in FOREST)
    return [f"lower the factor of E by {500 / data.total['E']:.1f} and of D by {500 / data.total['D']:.1f} percent"]


@J.entry("table-2-non-forest")
def _(data: Data) -> list[str]:
    return [f"12 rows in Table 2, {len(data.rate)} in Table 4"]


@J.entry("option1-linear-rate")
def _(data: Data) -> list[str]:
    fit = {i: fitting_rate(rate) for i, rate in data.rate.items()}
    three, ten = (more(rl_1(data, fit, n), rl_1(data, data.rate, n)) for n in (3, 10))
    return [
        f"{fit['E']:.4f} for E (Table 4 has {data.rate['E']:.4f})",
        *(f"{fit[i]:.4f} for {i} ({data.rate[i]:.4f})" for i in ("SE", "D", "FF", "FR")),
        f"higher by {three:.1f} percent over three years and {ten:.1f} over ten",
        f"about {-more(1, 1 + three / 100):.0f} percent lower",
    ]


@J.entry("loss-counted-over-two-intervals")
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


@J.entry("two-rates-for-one-loss")
def _(data: Data) -> list[str]:
    ratio = {i: data.annual[i, "NF"] / data.rate[i] for i in ("E", "SE", "D", "B", "M", "MR", "FF", "FR", "TP")}
    first, *middle, last = (f"{value:.2f} {i}" for i, value in ratio.items())
    higher = more(rl_1(data, {i: data.annual[i, "NF"] for i in FOREST}, 10), rl_1(data, data.rate, 10))
    return [f"{first.replace(' ', ' for ')}, {', '.join(middle)} and {last}", f"gives {higher:.1f} percent more RL over ten years"]


@J.entry("blank-row")
def _(data: Data) -> list[str]:
    assert all(data.four[i, "PP"] == 0 for i in LAND_USE if i != "PP")
    return [
        f"Column PP of Table 5 is {data.four['E', 'PP']:.3f} in all rows",
        f"Table 6 has PP to PP {data.annual['PP', 'PP']:.3f}",
    ]


@J.entry("classes-without-loss")
def _(data: Data) -> list[str]:
    assert data.rate["P"] == data.rate["PP"] == 0 and data.annual["P", "P"] == data.annual["PP", "PP"] == 1
    return ["1.000 on the diagonal of Table 6"]


@J.entry("power-of-a-probability")
def _(data: Data) -> list[str]:
    printed = data.four["TP", "NF"]
    return [f"is {printed:.3f}; its fourth root is {printed**0.25:.3f}, the element of the matrix root {data.root['TP', 'NF']:.3f}"]


@J.entry("interval-length")
def _(data: Data) -> list[str]:
    lengths = {float(text) for d in data.methodology.datasets for b in d.values if b.quantity == "T_multi" for _, text in b.cells}
    return [f"both intervals here are of {lengths.pop():.0f} years"]


@J.entry("root-not-unique")
def _(data: Data) -> list[str]:
    back = by_hand.eq48_power(data.root, 4)
    assert max(abs(back[pair] - data.four[pair]) for pair in back) < 1e-12
    least = sorted(data.root, key=lambda pair: data.root[pair])[:3]
    first, second, third = (f"{data.root[i, j]:.4f} ({i} to {j})" for i, j in least)
    return [f"{first}, {second} and {third}"]


@J.entry("validation-without-limit")
def _(data: Data) -> list[str]:
    rounded = {pair: round(value, 3) for pair, value in data.root.items()}
    back = by_hand.eq48_power(rounded, 4)
    missed = max(abs(back[pair] - data.four[pair]) for pair in back)
    rule = next(rule for rule in data.methodology.rules if rule.id == "annual-matrix-validated")
    assert "0.0005" in repr(rule.condition)
    return [f"it misses by up to {missed:.4f}", "with 0.0005, half a printed unit"]


@J.entry("table-5-rows")
def _(data: Data) -> list[str]:
    sums = {i: f"{row_sum(data.four, i):.3f}" for i in LAND_USE if i != "PP"}
    off = [i for i, text in sums.items() if text != "1.000"]
    assert len(sums) - len(off) == 9
    return [f"{off[0]} and {off[1]} add up to {sums[off[0]]}, nine others to 1.000"]


@J.entry("second-interval-missing")
def _(data: Data) -> list[str]:
    least = min(data.second, key=lambda pair: data.second[pair])
    assert least == ("TP", "D")
    return [
        f"a least entry of {data.second[least]:.4f} (TP to D)",
        f"TP to FF is {data.root['TP', 'FF']:.4f} in the first interval, TP to D {data.root['TP', 'D']:.4f} only",
    ]


@J.entry("mean-of-annual-matrices")
def _(data: Data) -> list[str]:
    four, eight = by_hand.eq48_power(data.annual, 4), by_hand.eq48_power(data.annual, 8)
    e, d, tp = (eight[i, "NF"] for i in ("E", "D", "TP"))
    return [
        f"loses {e:.3f} of E, {d:.3f} of D and {tp:.3f} of TP",
        f"is {8 * data.rate['E']:.3f}, {8 * data.rate['D']:.3f} and {8 * data.rate['TP']:.3f}",
        f"loses {four['TP', 'NF']:.3f} of TP where Table 5 has {data.four['TP', 'NF']:.3f}",
    ]


@J.entry("negative-transition")
def _(data: Data) -> list[str]:
    negative = [pair for pair, value in data.annual.items() if value < 0]
    assert negative == [("TP", "D"), ("TP", "FF")]
    kept = sum(max(value, 0.0) for (i, _), value in data.annual.items() if i == "TP")
    clipped = {(i, j): max(value, 0.0) / kept if i == "TP" else value for (i, j), value in data.annual.items()}
    area = {**dict.fromkeys(LAND_USE, 0.0), "TP": 1000.0}  # an area without the class would hide what the entries do
    one, ten = (-more(rl_2(data, clipped, n, area=area), rl_2(data, data.annual, n, area=area)) for n in (1, 10))
    most = max(-more(rl_2(data, clipped, n, area=area), rl_2(data, data.annual, n, area=area)) for n in range(1, 31))
    assert 0.45 < most < 0.65  # "up to half a percent"
    return [
        f"TP to D and TP to FF are {data.annual['TP', 'D']:.3f}; the row adds up to {row_sum(data.annual, 'TP'):.3f}",
        f"lower by {one:.2f} percent in the first year and by {ten:.2f} percent over ten years",
    ]


@J.entry("table-6-rows")
def _(data: Data) -> list[str]:
    sums = {i: f"{row_sum(data.annual, i):.3f}" for i in LAND_USE}
    assert [i for i in LAND_USE if sums[i] != "1.000"] == ["D", "B", "MR", "FF", "NF"]
    assert {sums[i] for i in ("D", "B", "MR", "FF")} == {"1.001"}
    _, area = conversions(data.annual, 20)
    ten, twenty = (100 * sum(area[i, y] for i in LAND_USE) / sum(AREA.values()) for y in (9, 19))
    scaled = {(i, j): value / row_sum(data.annual, i) for (i, j), value in data.annual.items()}
    closed = by_hand.close_diagonal(data.annual)
    lower, less = (-more(rl_2(data, matrix, 10), rl_2(data, data.annual, 10)) for matrix in (scaled, closed))
    return [
        f"D, B, MR and FF add up to {sums['D']} and NF to {sums['NF']}",
        f"is {ten:.2f} percent after ten years and {twenty:.2f} after twenty",
        f"lowers RL by {lower:.2f} percent over ten years of the same area, closing the diagonal by {less:.2f} percent",
    ]


@J.entry("table-6-rounding")
def _(data: Data) -> list[str]:
    e, m = (100 * 0.0005 / data.annual[i, "NF"] for i in ("E", "M"))
    hidden = 0.0005 * sum(data.factors["E", j] or 0 for j in LAND_USE)
    return [
        f"is {e:.1f} percent of E to NF and {m:.1f} percent of M to NF",
        f"its yearly loss of {loss_2(data, 'E'):.2f} tC/ha would grow by {hidden:.2f}",
    ]


@J.entry("unlikely-transitions")
def _(data: Data) -> list[str]:
    return [
        f"M to E is {data.four['M', 'E']:.3f} and M to SE {data.four['M', 'SE']:.3f} in four years",
        f"FR to E is {data.annual['FR', 'E']:.3f} a year in Table 6 and {data.four['FR', 'E']:.3f} in four years",
    ]


@J.entry("printed-units-of-fuel")
def _(data: Data) -> list[str]:
    ncv, ef = ({f: data.single["ipcc-2006", name, f] for f in ("diesel", "gasoline", "crude_oil")} for name in ("NCV", "EF_fuel"))
    per_kg = [ncv[f] / 1e3 * ef[f] / 1e6 for f in ncv]
    return [
        f"{ncv['diesel']:.1f} TJ/Gg is {ncv['diesel'] / 1e3:.4f} GJ/kg",
        f"{ef['diesel']:,.0f} kg/TJ is {ef['diesel'] / 1e6:.4f} tCO2/GJ",
        f"gives {per_kg[0]:.6f} tCO2, of gasoline {per_kg[1]:.6f}, of crude oil {per_kg[2]:.6f}",
    ]


@J.entry("gwp-report")
def _(data: Data) -> list[str]:
    four, five, six = (data.single[f"gwp-ar{n}", "GWP_N2O"] for n in (4, 5, 6))
    less_five, less_six = -more(five, four), -more(six, four)
    return [
        f"{four:.0f} against {five:.0f} ({less_five:.1f} percent less) and {six:.0f} ({less_six:.1f} percent less)",
        f"down by {less_six:.0f} to {less_five:.0f} percent",
    ]


@J.entry("emission-factor-kinds")
def _(data: Data) -> list[str]:
    return [f"a factor of {C_TO_CO2:.2f}"]
