"""One cell of each of the 49 printed equations, computed by hand.

Three small projects of two forest classes, evergreen (E) and deciduous (D), and non-forest (NF):

- ``option_1`` starts on 8 August 2019 (146 operating days of 365) and ends on 26 May 2021 (146 of 365); 2020 has 366 of 366.
- ``option_2`` is the same in time and activities, with transition matrices of one year given.
- ``matrices`` gets its annual matrix from areas between two pairs of maps (Eq 47 to 49).

Each expected number is written out from the literal inputs, in the order of the printed equation.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

import mrvgraph

COMMON = """
project: {name: one cell of each equation, illustrative: yes}
methodology: KH_AM004@1.1
operation: {start: 2019-08-08, end: 2021-05-26}
monitoring_periods:
  - {id: first, start: 2019-08-08, end: 2020-12-31}
  - {id: second, start: 2021-01-01, end: 2021-05-26}
members:
  fuel: [diesel, gasoline]
  vehicle_type: [motorbike, generator]
  crop: [mungbean, soybean]
relations:
  uses: {motorbike: [gasoline], generator: [diesel]}
values:
  A_0: {unit: ha, values: {E: 1000, D: 500, NF: 100}, otherwise: 0}
  A_d_0: {unit: ha, values: {E: 300, D: 200, NF: 50}, otherwise: 0}
  C: {unit: tC/ha, values: {E: {AG: 80, BG: 20}, D: {AG: 40, BG: 10}}, otherwise: 0}
  DF: 0.25
  GWP_N2O: {unit: tCO2e/tN2O, value: 300}
  FC: {unit: kg, values: {diesel: {2019: 1000, 2020: 2000}, gasoline: {2019: 500, 2020: 0}}, otherwise: 0}
  NCV: {unit: GJ/kg, values: {diesel: 0.040, gasoline: 0.045}}
  EF_fuel: {unit: tCO2/GJ, values: {diesel: 0.075, gasoline: 0.070}}
  NVE: {unit: vehicle, values: {motorbike: {gasoline: {2019: 8}}, generator: {diesel: {2019: 2}}}, otherwise: 0}
  TDU:
    - unit: {motorbike: km/vehicle, generator: hour/vehicle}
      values: {motorbike: {gasoline: {2019: 6000, 2020: 0, 2021: 0}}, generator: {diesel: {2019: 400, 2020: 0, 2021: 0}}}
  SEC: {unit: {motorbike: kg/km, generator: kg/hour}, values: {motorbike: {gasoline: 0.02}, generator: {diesel: 2.5}}}
  M_SN: {unit: t, values: {upland: {2019: 10, 2020: 20}, paddy: {2019: 4, 2020: 0}}, otherwise: 0}
  NC_SN: {unit: tN/t_synthetic, values: {upland: 0.15, paddy: 0.46}}
  M_ON: {unit: t, values: {upland: {2019: 30, 2020: 0}, paddy: {2019: 50, 2020: 0}}, otherwise: 0}
  NC_ON: {unit: tN/t_organic, values: {upland: 0.02, paddy: 0.01}}
  Crop: {unit: t_dm/ha, values: {upland: {mungbean: {2019: 0.9}, soybean: {2019: 1.2}}}, otherwise: 0.5}
  Area: {unit: ha, values: {upland: {mungbean: {2019: 100}, soybean: {2019: 50}}, paddy: {mungbean: {2019: 8}}}, otherwise: 0}
  Frac_Renew: {values: {mungbean: 1, soybean: 0.5}}
  R_AG: {values: {mungbean: 2.0, soybean: 1.6}}
  N_AG: {unit: tN/t_dm, values: {mungbean: 0.008, soybean: 0.010}}
  R_BG: {values: {mungbean: 0.6, soybean: 0.4}}
  N_BG: {unit: tN/t_dm, values: {mungbean: 0.009, soybean: 0.008}}
  EF_direct: {unit: tN2O-N/tN, values: {upland: 0.01, paddy: 0.003}}
  Frac_SN: {unit: tNvol/tN, value: 0.10}
  Frac_ON: {unit: tNvol/tN, value: 0.20}
  EF_indirect: {unit: tN2O-N/tNvol, value: 0.012}
  Frac_leach: {unit: tNleach/tN, value: 0.30}
  EF_leach: {unit: tN2O-N/tNleach, value: 0.0075}
  M_limestone: {unit: t, values: {2019: 18}, otherwise: 0}
  M_dolomite: {unit: t, values: {2019: 7}, otherwise: 0}
  M_urea: {unit: t, values: {2019: 2.5}, otherwise: 0}
  EF_limestone: {unit: tC/t_limestone, value: 0.12}
  EF_dolomite: {unit: tC/t_dolomite, value: 0.13}
  EF_urea: {unit: tC/t_urea, value: 0.20}
"""

OPTION_1 = (
    COMMON
    + """
  CA_ref: {unit: ha, values: {E: 200, D: 160}, otherwise: 0}
  A_ref: {unit: ha, values: {E: 1000, D: 500}, otherwise: 0}
  T_ref: {unit: year, value: 8}
  P_d: {unit: 1/year, values: {E: 0.02, D: 0.05}, otherwise: 0}
  CA_pj: {unit: ha, values: {E: {2019: 4, 2020: 11}, D: {2019: 3, 2020: 6}}, otherwise: 0}
  CA_d_pj: {unit: ha, values: {E: {2019: 5, 2020: 9}, D: {2019: 2, 2020: 12}}, otherwise: 0}
choices: {option: "1", fuel: both, fertiliser: "yes", areas: official_map}
"""
)

OPTION_2 = (
    COMMON
    + """
  p:
    values: {E: {E: 0.90, D: 0.04, NF: 0.06}, D: {D: 0.95, NF: 0.05}, NF: {E: 0.01, NF: 0.99}}
    otherwise: 0
  p_d:
    values: {E: {E: 0.94, D: 0.01, NF: 0.05}, D: {D: 0.92, NF: 0.08}, NF: {D: 0.02, NF: 0.98}}
    otherwise: 0
  ca_pj:
    unit: ha
    values:
      E: {D: {2019: 6}, NF: {2019: 14}}
      D: {E: {2019: 1}, NF: {2019: 9}}
    otherwise: 0
  ca_d_pj:
    unit: ha
    values:
      E: {D: {2019: 2}, NF: {2019: 11}}
      D: {E: {2019: 1}, NF: {2019: 17}}
    otherwise: 0
choices: {option: "2", fuel: both, fertiliser: "yes", areas: official_map}
"""
)

# Over four years 0.9 ^ 4 = 0.6561 and 0.8 ^ 4 = 0.4096 of the evergreen forest stay; non-forest stays what it is.
MATRICES = """
project: {name: annual matrix, illustrative: yes}
methodology: KH_AM004@1.1
operation: {start: 2019-01-01, end: 2019-12-31}
choices: {option: "2", fuel: none, fertiliser: "no", areas: official_map}
values:
  A_ref_i: {unit: ha, values: {E: {2006-2010: 2000, 2010-2014: 1500}, NF: {2006-2010: 600, 2010-2014: 800}}, otherwise: 0}
  CA_ref_ij:
    unit: ha
    values:
      E: {E: {2006-2010: 1312.2, 2010-2014: 614.4}, NF: {2006-2010: 687.8, 2010-2014: 885.6}}
      NF: {NF: {2006-2010: 600, 2010-2014: 800}}
    otherwise: 0
  T_multi: {unit: year, values: {2006-2010: 4, 2010-2014: 4}}
"""

# Numbers that several equations take up, each from the literals above.
FUEL_2019 = 1000 * 0.040 * 0.075 + 500 * 0.045 * 0.070 + 8 * 6000 * 0.02 * 0.045 * 0.070 + 2 * 400 * 2.5 * 0.040 * 0.075
F_SN_2019 = 10 * 0.15 + 4 * 0.46
F_ON_2019 = 30 * 0.02 + 50 * 0.01
F_CR_UPLAND = 0.9 * 100 * 1 * (2.0 * 0.008 + 0.6 * 0.009) + 1.2 * 50 * 0.5 * (1.6 * 0.010 + 0.4 * 0.008)
F_CR_PADDY = 0.5 * 8 * 1 * (2.0 * 0.008 + 0.6 * 0.009)
DIRECT_N = ((10 * 0.15 + 30 * 0.02 + F_CR_UPLAND) * 0.01 + (4 * 0.46 + 50 * 0.01 + F_CR_PADDY) * 0.003) * 44 / 28 * 300
INDIRECT_N = (
    ((F_SN_2019 * 0.10 + F_ON_2019 * 0.20) * 0.012 + (F_SN_2019 + F_ON_2019 + F_CR_UPLAND + F_CR_PADDY) * 0.30 * 0.0075)
    * 44 / 28 * 300
)  # fmt: skip
LIMING = (18 * 0.12 + 7 * 0.13) * 44 / 12
UREA = 2.5 * 0.20 * 44 / 12
FERTILISER = DIRECT_N + INDIRECT_N + LIMING + UREA

# option 1: P_E = 200 / (1000 * 8) = 0.025, P_D = 160 / (500 * 8) = 0.04
RL_2019 = (1000 * 0.025 * 146 / 365 * 100 + 500 * 0.04 * 146 / 365 * 50) * 44 / 12
PROJECT_2019 = (4 * 100 + 3 * 50) * 44 / 12
BELT_2020 = (9 * 100 + 12 * 50) * 44 / 12
BELT_EXPECTED_2020 = (300 * (1 - 0.02 * 146 / 365) * 0.02 * 366 / 366 * 100
                      + 200 * (1 - 0.05 * 146 / 365) * 0.05 * 366 / 366 * 50) * 44 / 12  # fmt: skip
# in 2019 the belt lost (5 * 100 + 2 * 50) = 600 tC, more than the (300*0.02*0.4*100 + 200*0.05*0.4*50) = 440 tC expected
DISPLACED_2019 = ((5 * 100 + 2 * 50) - (300 * 0.02 * 146 / 365 * 100 + 200 * 0.05 * 146 / 365 * 50)) * 44 / 12
PE_2019 = PROJECT_2019 + FUEL_2019 + FERTILISER + DISPLACED_2019
ER_2019 = RL_2019 - PE_2019
RL_2020 = (1000 * (1 - 0.025 * 146 / 365) * 0.025 * 366 / 366 * 100
           + 500 * (1 - 0.04 * 146 / 365) * 0.04 * 366 / 366 * 50) * 44 / 12  # fmt: skip
PE_2020 = (
    (11 * 100 + 6 * 50) * 44 / 12
    + 2000 * 0.040 * 0.075
    + (20 * 0.15 * 0.01 + (20 * 0.15 * 0.10 * 0.012 + 20 * 0.15 * 0.30 * 0.0075)) * 44 / 28 * 300
    + (BELT_2020 - BELT_EXPECTED_2020)
)

Case = tuple[int, str, str, dict[str, object], float]

CASES: list[Case] = [
    (1, "option_1", "RL", {"year": 2019}, (1000 * 0.025 * 146 / 365 * 100 + 500 * 0.04 * 146 / 365 * 50) * 44 / 12),
    (2, "option_1", "dCS_ref", {"year": 2019}, 1000 * 0.025 * 146 / 365 * 100 + 500 * 0.04 * 146 / 365 * 50),
    (3, "option_1", "dCS_ref", {"year": 2021},
     990 * (1 - 0.025) * 0.025 * 146 / 365 * 100 + 492 * (1 - 0.04) * 0.04 * 146 / 365 * 50),
    (4, "option_1", "A", {"land_use": "E", "year": 2019}, 1000 * (1 - 0.025 * 146 / 365)),
    (5, "option_1", "A", {"land_use": "E", "year": 2020}, 990 * (1 - 0.025)),
    (6, "option_2", "dCS_ref", {"year": 2019}, 1000 * 0.06 * 100 + 1000 * 0.04 * 50 + 500 * 0.05 * 50),
    (7, "option_2", "cs", {"land_use": ("E", "D"), "year": 2019}, 1000 * 0.04 * 50),
    (8, "option_2", "ca", {"land_use": ("E", "NF"), "year": 2020}, (1000 * 0.90 + 100 * 0.01) * 0.06),
    (9, "option_2", "A", {"land_use": "D", "year": 2019}, 1000 * 0.04 + 500 * 0.95),
    (10, "option_1", "PE", {"year": 2019}, (4 * 100 + 3 * 50) * 44 / 12 + FUEL_2019 + FERTILISER + DISPLACED_2019),
    (11, "option_1", "dCS_pj", {"year": 2020}, 11 * 100 + 6 * 50),
    (12, "option_2", "dCS_pj", {"year": 2019}, 6 * 50 + 14 * 100 + 9 * 50),
    (13, "option_2", "cs_pj", {"land_use": ("E", "NF"), "year": 2019}, 14 * 100),
    (14, "option_1", "E_fuel_direct", {"year": 2019}, 1000 * 0.040 * 0.075 + 500 * 0.045 * 0.070),
    (15, "option_1", "E_fuel_indirect", {"year": 2019}, 8 * 6000 * 0.02 * 0.045 * 0.070 + 2 * 400 * 2.5 * 0.040 * 0.075),
    (16, "option_1", "E_fertilizer", {"year": 2019},
     DIRECT_N + INDIRECT_N + (18 * 0.12 + 7 * 0.13) * 44 / 12 + 2.5 * 0.20 * 44 / 12),
    (17, "option_1", "E_direct_N", {"year": 2020}, (20 * 0.15 + 0 + 0) * 0.01 * 44 / 28 * 300),
    (18, "option_1", "F_SN_c", {"cropland": "paddy", "year": 2019}, 4 * 0.46),
    (19, "option_1", "F_ON_c", {"cropland": "upland", "year": 2019}, 30 * 0.02),
    (20, "option_1", "F_CR_c", {"cropland": "upland", "year": 2019},
     0.9 * 100 * 1 * (2.0 * 0.008 + 0.6 * 0.009) + 1.2 * 50 * 0.5 * (1.6 * 0.010 + 0.4 * 0.008)),
    (21, "option_1", "E_indirect_N", {"year": 2020},
     ((20 * 0.15 * 0.10 + 0 * 0.20) * 0.012 + (20 * 0.15 + 0 + 0) * 0.30 * 0.0075) * 44 / 28 * 300),
    (22, "option_1", "F_SN", {"year": 2019}, 10 * 0.15 + 4 * 0.46),
    (23, "option_1", "F_ON", {"year": 2019}, 30 * 0.02 + 50 * 0.01),
    (24, "option_1", "F_CR", {"year": 2019}, F_CR_UPLAND + 0.5 * 8 * 1 * (2.0 * 0.008 + 0.6 * 0.009)),
    (25, "option_1", "E_liming", {"year": 2019}, (18 * 0.12 + 7 * 0.13) * 44 / 12),
    (26, "option_1", "E_urea", {"year": 2019}, 2.5 * 0.20 * 44 / 12),
    (27, "option_1", "DE", {"year": 2019}, (600 - 440) * 44 / 12),
    (28, "option_1", "DR", {"year": 2019}, (300 * 0.02 * 146 / 365 * 100 + 200 * 0.05 * 146 / 365 * 50) * 44 / 12),
    (29, "option_1", "DP", {"year": 2020}, (9 * 100 + 12 * 50) * 44 / 12),
    (30, "option_1", "dCS_d", {"year": 2019}, 300 * 0.02 * 146 / 365 * 100 + 200 * 0.05 * 146 / 365 * 50),
    (31, "option_1", "dCS_d", {"year": 2021},
     297.6 * (1 - 0.02) * 0.02 * 146 / 365 * 100 + 196 * (1 - 0.05) * 0.05 * 146 / 365 * 50),
    (32, "option_1", "A_d", {"land_use": "D", "year": 2019}, 200 * (1 - 0.05 * 146 / 365)),
    (33, "option_1", "A_d", {"land_use": "D", "year": 2020}, 196 * (1 - 0.05)),
    (34, "option_1", "dCS_d_pj", {"year": 2019}, 5 * 100 + 2 * 50),
    (35, "option_2", "dCS_d", {"year": 2019}, 300 * 0.05 * 100 + 300 * 0.01 * 50 + 200 * 0.08 * 50),
    (36, "option_2", "cs_d", {"land_use": ("D", "NF"), "year": 2019}, 200 * 0.08 * 50),
    (37, "option_2", "ca_d", {"land_use": ("D", "NF"), "year": 2020}, (300 * 0.01 + 200 * 0.92 + 50 * 0.02) * 0.08),
    (38, "option_2", "A_d", {"land_use": "NF", "year": 2019}, 300 * 0.05 + 200 * 0.08 + 50 * 0.98),
    (39, "option_2", "dCS_d_pj", {"year": 2019}, 2 * 50 + 11 * 100 + 17 * 50),
    (40, "option_2", "cs_d_pj", {"land_use": ("E", "D"), "year": 2019}, 2 * 50),
    (41, "option_1", "ER", {"year": 2019}, RL_2019 - PE_2019),
    (42, "option_1", "ER_credit", {"year": 2019}, (RL_2019 - PE_2019) * (1 - 0.25)),
    (43, "option_1", "ER_credit_p", {"period": "first"}, (RL_2019 - PE_2019) * (1 - 0.25) + (RL_2020 - PE_2020) * (1 - 0.25)),
    (44, "option_1", "EF", {"forest_class": "D"}, 40 + 10),
    (45, "option_2", "EF_ij", {"land_use": ("E", "D")}, (80 + 20) - (40 + 10)),
    (46, "option_1", "P", {"forest_class": "D"}, 160 / (500 * 8)),
    (47, "matrices", "prob", {"land_use": ("E", "NF"), "interval": "2006-2010"}, 687.8 / 2000),
    (48, "matrices", "p_t", {"land_use": ("E", "NF"), "interval": "2010-2014"}, 1 - (614.4 / 1500) ** (1 / 4)),
    (49, "matrices", "p", {"land_use": ("E", "E")}, (0.9 + 0.8) / 2),
]

PROJECTS = {"option_1": (OPTION_1, ()), "option_2": (OPTION_2, ()), "matrices": (MATRICES, ("p",))}


@pytest.fixture(scope="module")
def runs(run_kh: Callable[..., mrvgraph.Run], tmp_path_factory: pytest.TempPathFactory) -> dict[str, mrvgraph.Run]:
    folder = tmp_path_factory.mktemp("cells")
    found = {}
    for name, (text, targets) in PROJECTS.items():
        path = folder / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        found[name] = run_kh(path, targets=targets)
    return found


def cell_of(run: mrvgraph.Run, quantity: str, labels: dict[str, object]) -> tuple[int, ...]:
    """Return the place of a cell; where two indices run over one set, its label is a pair."""
    taken = {axis: iter(label if isinstance(label, tuple) else (label,)) for axis, label in labels.items()}
    axes = run.methodology.quantity[quantity].indices
    return tuple(run.setting.members[axis].index(str(next(taken[axis]))) for axis in axes)


def numbers_of(run: mrvgraph.Run, quantity: str, cell: tuple[int, ...]) -> set[str]:
    """Return the printed numbers of the equations that defined a cell."""
    axes = run.methodology.quantity[quantity].indices
    found = set()
    for step in run.values.steps[quantity]:
        equation = run.methodology.equation[step.equation]
        indices = equation.defines.indices
        at = dict(zip((index.letter for index in indices), cell[len(axes) - len(indices) :], strict=True))
        if all(at[letter] in positions for letter, positions in step.positions):
            found.add(equation.number)
    return found


@pytest.mark.parametrize("case", CASES, ids=[f"eq-{case[0]:02}" for case in CASES])
def test_cell_is_what_the_equation_gives_by_hand(case: Case, runs: dict[str, mrvgraph.Run]) -> None:
    number, name, quantity, labels, by_hand = case
    run = runs[name]
    cell = cell_of(run, quantity, labels)

    assert float(run.values.arrays[quantity][cell]) == pytest.approx(by_hand, rel=1e-12)
    assert numbers_of(run, quantity, cell) == {str(number)}


def test_every_printed_equation_has_a_cell() -> None:
    assert [case[0] for case in CASES] == list(range(1, 50))
