"""The inputs that every way of computing gets: ten years, project area and belt, fuel and fertiliser, 67 perturbed numbers a draw."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import mrvgraph
from engine.batch.batchable import Batchable, make_batchable
from engine.plan.planner import plan_run
from equations.model.methodology import Methodology

CLASSES = ("E", "SE", "P", "D", "B", "M", "MR", "FF", "FR", "TP", "PP", "NF")
YEARS = tuple(range(2018, 2028))
#: Input -> relative standard deviation of the factor that each of its numbers is multiplied with, draw by draw.
PERTURBED = {
    "C": 0.1, "A_0": 0.05, "A_d_0": 0.05, "NCV": 0.02, "EF_fuel": 0.02, "EF_direct": 0.5, "Frac_SN": 0.3, "Frac_ON": 0.25,
    "EF_indirect": 0.6, "Frac_leach": 0.15, "EF_leach": 0.6, "SEC": 0.1, "NC_SN": 0.02, "NC_ON": 0.1, "R_AG": 0.1, "N_AG": 0.1,
    "R_BG": 0.1, "N_BG": 0.1, "EF_limestone": 0.05, "EF_urea": 0.05,
}  # fmt: skip
OUTPUTS = ("ER", "ER_credit_p")
BELT = """
               E     SE      P      D      B      M     MR     FF     FR     TP     PP     NF
        E  0.976  0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.002  0.000  0.000  0.022
        SE 0.000  0.968  0.000  0.000  0.000  0.000  0.000  0.000  0.002  0.000  0.000  0.030
        P  0.000  0.000  1.000  0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.000
        D  0.000  0.000  0.000  0.958  0.000  0.000  0.000  0.000  0.000  0.001  0.000  0.041
        B  0.000  0.000  0.000  0.000  0.986  0.000  0.000  0.000  0.001  0.000  0.000  0.013
        M  0.001  0.000  0.000  0.000  0.000  0.988  0.001  0.000  0.000  0.000  0.000  0.010
        MR 0.000  0.000  0.000  0.000  0.000  0.003  0.944  0.000  0.005  0.001  0.000  0.047
        FF 0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.950  0.001  0.000  0.000  0.049
        FR 0.003  0.002  0.000  0.000  0.000  0.000  0.000  0.000  0.900  0.002  0.000  0.093
        TP 0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.004  0.870  0.000  0.126
        PP 0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.000  0.000  1.000  0.000
        NF 0.001  0.000  0.000  0.002  0.000  0.000  0.000  0.001  0.004  0.000  0.000  0.992"""


#: Share of each year that is operated, and the years of each monitoring period.
DAYS = np.array([295 / 365] + [1.0] * 9)
PERIODS = [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]]


@dataclass(frozen=True)
class Case:
    """One question: an option, and whether transition probabilities differ between draws.

    Attributes
    ----------
    shared
        Input -> numbers. Shape: that of the quantity.
    arrays
        Perturbed input -> numbers. Shape: (draw, *shape of the quantity).
    """

    name: str
    batchable: Batchable
    shared: dict[str, np.ndarray]
    arrays: dict[str, np.ndarray]
    perturbed: int

    @property
    def count(self) -> int:
        return len(next(iter(self.arrays.values())))

    def first(self, count: int) -> Case:
        """The same question for the first draws only."""
        return Case(self.name, self.batchable, self.shared, {q: a[:count] for q, a in self.arrays.items()}, self.perturbed)


def make_case(option: int, per_draw: bool, draws: int, *, dense: bool = False, seed: int = 1) -> Case:
    """Draw the inputs of a case.

    Parameters
    ----------
    dense
        Option 2: every class of land turns into every other one, in the project area and the belt, as projected and as monitored. Otherwise only what
        the national matrix and the example's maps have.
    """
    methodology = mrvgraph.load("KH_AM004@1.1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.yaml"
        path.write_text(project_text(option), encoding="utf-8")
        run = mrvgraph.run(methodology, path, targets=OUTPUTS)
    plan = plan_run(methodology, run.setting, OUTPUTS, frozenset(run.inputs.values))
    shared = {q: np.array(run.inputs.values[q]) for q in plan.inputs}
    rng = np.random.default_rng(seed)
    if dense:
        shared |= _dense(np.random.default_rng(seed + 1), shared)
    arrays, perturbed = {}, 0
    for quantity, spread in PERTURBED.items():
        value = shared[quantity]
        moved = np.nan_to_num(value) != 0
        factor = np.where(moved, rng.lognormal(0.0, spread, (draws, *value.shape)), 1.0)
        arrays[quantity] = np.nan_to_num(value) * factor
        perturbed += int(moved.sum())
    if per_draw:
        for quantity in ("p", "p_d") if option == 2 else ("P", "P_d"):
            arrays[quantity] = _transitions(rng, shared[quantity], draws)
    arrays = {quantity: _draws_last(array) for quantity, array in arrays.items()}
    work = f", {'dense' if dense else 'sparse'} conversions" if option == 2 else ""
    return Case(f"option {option}{work}, P {'per draw' if per_draw else 'shared'}", _batchable(methodology, plan), shared, arrays, perturbed)


def _dense(rng: np.random.Generator, shared: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return transitions and conversions of which none between two classes is zero."""
    found, off = {}, ~np.eye(len(CLASSES), dtype=bool)
    for name in ("p", "p_d"):
        matrix = rng.uniform(0.0005, 0.006, off.shape) * off
        matrix[~off] = 1.0 - matrix.sum(axis=1)
        found[name] = matrix
    for name, area in (("ca_pj", "A_0"), ("ca_d_pj", "A_d_0")):
        found[name] = rng.uniform(0.0005, 0.004, (*off.shape, len(YEARS))) * off[..., None] * shared[area][:, None, None]
    return found


def _draws_last(array: np.ndarray) -> np.ndarray:
    """Lay the draws of each cell next to each other, as every way wants them; a view with the draws first."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 0, -1)), -1, 0)


def _batchable(methodology: Methodology, plan: object) -> Batchable:
    return make_batchable(methodology, plan)  # type: ignore[arg-type]


def _transitions(rng: np.random.Generator, value: np.ndarray, draws: int) -> np.ndarray:
    """Perturb probabilities by ten percent; what leaves a class is taken from what stays."""
    moved = value * rng.lognormal(0.0, 0.1, (draws, *value.shape))
    if value.ndim == 1:
        return moved
    places = np.arange(len(value))
    moved[:, places, places] = 0.0
    moved[:, places, places] = 1.0 - moved.sum(axis=2)
    return moved


def project_text(option: int) -> str:
    """Return the project file of the benchmark."""
    area = dict(zip(CLASSES, (52400, 31800, 300, 38600, 450, 600, 500, 2900, 3700, 120, 80, 6150), strict=True))
    belt = dict(zip(CLASSES, (21500, 12900, 100, 24800, 200, 300, 200, 1600, 2400, 60, 40, 2000), strict=True))
    lines = [
        "project: {name: benchmark, illustrative: yes}", "methodology: KH_AM004@1.1",
        "operation: {start: 2018-03-12, end: 2027-12-31}",
        "monitoring_periods:", "  - {id: a, start: 2018-03-12, end: 2022-12-31}", "  - {id: b, start: 2023-01-01, end: 2027-12-31}",
        f'choices: {{option: "{option}", fuel: both, fertiliser: "yes", areas: official_map}}', "datasets: [national-frl-2017]",
        "members: {fuel: [diesel, gasoline], vehicle_type: [motorbike, generator], crop: [mungbean]}",
        "relations: {uses: {motorbike: [gasoline], generator: [diesel]}, grown_on: {upland: [mungbean]}}",
        "values:", *_values("A_0", "ha", area), *_values("A_d_0", "ha", belt),
    ]  # fmt: skip
    lines += _conversions(option, "pj", area, 0.9) + _conversions(option, "d_pj", belt, 1.1)
    lines += ["  p_d:", "    table: |2", BELT.strip("\n")] if option == 2 else _values("P_d", "1/year", dict.fromkeys(CLASSES[:-1], 0.03))
    lines += _activities()
    return "\n".join(lines) + "\n"


def _values(quantity: str, unit: str, values: dict[str, object]) -> list[str]:
    inner = ", ".join(f"{label}: {value}" for label, value in values.items())
    return [f"  {quantity}:", f'    unit: "{unit}"', f"    values: {{{inner}}}"]


def _yearly(first: float, growth: float) -> str:
    return "{" + ", ".join(f"{year}: {first * growth**at:.4f}" for at, year in enumerate(YEARS)) + "}"


def _conversions(option: int, part: str, area: dict[str, int], scale: float) -> list[str]:
    if option == 1:
        yearly = {i: _yearly(area[i] * 0.025 * scale, 0.98) for i in CLASSES[:-1]}
        return _values(f"CA_{part}", "ha", yearly)
    pairs: dict[str, dict[str, str]] = {}
    for i in CLASSES[:-1]:
        pairs[i] = {"NF": _yearly(area[i] * 0.022 * scale, 0.98), "FR" if i != "FR" else "TP": _yearly(area[i] * 0.002 * scale, 0.98)}
    inner = ", ".join(f"{i}: {{{', '.join(f'{j}: {v}' for j, v in row.items())}}}" for i, row in pairs.items())
    return [f"  ca_{part}:", "    unit: ha", f"    values: {{{inner}}}", "    otherwise: 0"]


def _activities() -> list[str]:
    crop = "upland: {mungbean: %s}"
    return [
        *_values("FC", "kg", {"diesel": _yearly(14300, 1.02)}), "    otherwise: 0",
        *_values("NVE", "vehicle", {"motorbike": f"{{gasoline: {_yearly(24, 1.0)}}}", "generator": f"{{diesel: {_yearly(3, 1.0)}}}"}),
        "  TDU:", "    unit: {motorbike: km/vehicle, generator: hour/vehicle}",
        f"    values: {{motorbike: {{gasoline: {_yearly(7800, 1.01)}}}, generator: {{diesel: {_yearly(510, 1.01)}}}}}",
        "  SEC:", "    unit: {motorbike: kg/km, generator: kg/hour}",
        "    values: {motorbike: {gasoline: 0.021}, generator: {diesel: 1.9}}",
        *_values("M_SN", "t", {"upland": _yearly(11.5, 1.03), "paddy": _yearly(4.0, 1.03)}),
        *_values("NC_SN", "tN/t_synthetic", {"upland": 0.46, "paddy": 0.46}),
        *_values("M_ON", "t", {"upland": _yearly(3.0, 1.02), "paddy": _yearly(1.5, 1.02)}),
        *_values("NC_ON", "tN/t_organic", {"upland": 0.012, "paddy": 0.012}),
        "  Crop:", "    unit: t_dm/ha", "    values: {" + crop % _yearly(0.8, 1.01) + "}",
        "  Area:", "    unit: ha", "    values: {" + crop % _yearly(110, 1.05) + "}",
        "  Frac_Renew: {values: {mungbean: 1}}", "  R_AG: {values: {mungbean: 2.1}}", "  R_BG: {values: {mungbean: 0.59}}",
        "  N_AG: {unit: tN/t_dm, values: {mungbean: 0.008}}", "  N_BG: {unit: tN/t_dm, values: {mungbean: 0.008}}",
        *_values("M_limestone", "t", {y: 10 + y % 7 for y in map(int, YEARS)}), *_values("M_dolomite", "t", dict.fromkeys(YEARS, 2)),
        *_values("M_urea", "t", dict.fromkeys(YEARS, 2.4)),
    ]  # fmt: skip
