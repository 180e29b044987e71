"""From a project of the oracle to a project file of ours, and the comparison of both results.

The oracle (``tests/reference``) takes a dict of Python numbers in the published units; here each becomes a value with its unit
in a project file. With a random generator the same numbers are also written in other units, other layouts (nested labels,
tables, CSV files), with defaults left out, and with operating days given instead of following from the dates: the result may
not depend on any of that.

Annual transition probabilities may lie a little outside 0 to 1 (the spec's range is -0.01 to 1.01); the random projects draw
entries down to -0.003, so nothing has to be brought inside.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import kh_am004_by_hand as by_hand
import numpy as np
from random_projects import STOCK

from engine.plan.cells import ABSENT, EXCLUDED
from engine.run.run import Run
from equations.model.day_numbers import EPOCH

Project = dict[str, Any]
Labels = tuple[str, ...]
Node = dict[str, Any]

RELATIVE = 1e-12
#: What a run must compute so that everything the oracle gives is there. Areas at the end of the last year are needed by no
#: equation; under option 1 they cannot be a target, as the area of non-forest follows from nothing.
TARGETS = {1: ("ER_credit_p", "ER_credit_whole"), 2: ("ER_credit_p", "ER_credit_whole", "A", "A_d")}
#: The oracle's label -> ours, where they differ.
LABELS = {"crude": "crude_oil", "flooded": "paddy"}
BY_HOUR = ("generator",)

#: The oracle's key -> our quantity and its unit; the oracle's numbers are in that unit.
INPUTS = {
    "A0": ("A_0", "ha"), "Ad0": ("A_d_0", "ha"), "C": ("C", "tC/ha"), "EF1": ("EF", "tC/ha"), "EF2": ("EF_ij", "tC/ha"),
    "P": ("P", "1/year"), "Pd": ("P_d", "1/year"), "p": ("p", "1"), "pd": ("p_d", "1"),
    "CA_ref": ("CA_ref", "ha"), "A_ref": ("A_ref", "ha"), "T_ref": ("T_ref", "year"),
    "CA_ref_d": ("CA_d_ref", "ha"), "A_ref_d": ("A_d_ref", "ha"), "T_ref_d": ("T_d_ref", "year"),
    "CA_pj": ("CA_pj", "ha"), "CA_dpj": ("CA_d_pj", "ha"), "ca_pj": ("ca_pj", "ha"), "ca_dpj": ("ca_d_pj", "ha"),
    "CA_dout": ("CA_d_out", "ha"),
    "FC": ("FC", "kg"), "NCV": ("NCV", "GJ/kg"), "EF_fuel": ("EF_fuel", "tCO2/GJ"), "NVE": ("NVE", "vehicle"),
    "TDU": ("TDU", "km/vehicle"), "SEC": ("SEC", "kg/km"),
    "M_SN": ("M_SN", "t_synthetic"), "M_ON": ("M_ON", "t_organic"), "NC_SN": ("NC_SN", "tN/t_synthetic"),
    "NC_ON": ("NC_ON", "tN/t_organic"), "Crop": ("Crop", "t_dm/ha"), "Area": ("Area", "ha"), "FracRenew": ("Frac_Renew", "1"),
    "R_AG": ("R_AG", "1"), "N_AG": ("N_AG", "tN/t_dm"), "R_BG": ("R_BG", "1"), "N_BG": ("N_BG", "tN/t_dm"),
    "EF_direct": ("EF_direct", "tN2O-N/tN"), "Frac_SN": ("Frac_SN", "tNvol/tN"), "Frac_ON": ("Frac_ON", "tNvol/tN"),
    "EF_indirect": ("EF_indirect", "tN2O-N/tNvol"), "Frac_leach": ("Frac_leach", "tNleach/tN"),
    "EF_leach": ("EF_leach", "tN2O-N/tNleach"), "GWP": ("GWP_N2O", "tCO2e/tN2O"),
    "M_limestone": ("M_limestone", "t_limestone"), "M_dolomite": ("M_dolomite", "t_dolomite"), "M_urea": ("M_urea", "t_urea"),
    "EF_limestone": ("EF_limestone", "tC/t_limestone"), "EF_dolomite": ("EF_dolomite", "tC/t_dolomite"),
    "EF_urea": ("EF_urea", "tC/t_urea"), "DF": ("DF", "1"),
}  # fmt: skip
#: Our quantity -> its index sets, where a CSV file names them.
AXES = {
    "A_0": ("land_use",), "A_d_0": ("land_use",), "C": ("land_use", "pool"), "EF": ("forest_class",),
    "EF_ij": ("land_use", "land_use"), "P": ("forest_class",), "P_d": ("forest_class",), "p": ("land_use", "land_use"),
    "p_d": ("land_use", "land_use"), "CA_ref": ("forest_class",), "A_ref": ("forest_class",), "CA_d_ref": ("forest_class",),
    "A_d_ref": ("forest_class",), "CA_pj": ("forest_class", "year"), "CA_d_pj": ("forest_class", "year"),
    "CA_d_out": ("forest_class", "year"),
    "ca_pj": ("land_use", "land_use", "year"), "ca_d_pj": ("land_use", "land_use", "year"), "FC": ("fuel", "year"),
    "NCV": ("fuel",), "EF_fuel": ("fuel",), "NVE": ("vehicle_type", "fuel", "year"), "TDU": ("vehicle_type", "fuel", "year"),
    "SEC": ("vehicle_type", "fuel"), "M_SN": ("cropland", "year"), "M_ON": ("cropland", "year"), "NC_SN": ("cropland",),
    "NC_ON": ("cropland",), "NC_SN_product": ("cropland", "synthetic_product"), "NC_ON_product": ("cropland", "organic_product"),
    "Crop": ("cropland", "crop", "year"), "Area": ("cropland", "crop", "year"), "Frac_Renew": ("crop",), "R_AG": ("crop",),
    "N_AG": ("crop",), "R_BG": ("crop",), "N_BG": ("crop",), "EF_direct": ("cropland",), "M_limestone": ("year",),
    "M_dolomite": ("year",), "M_urea": ("year",),
}  # fmt: skip
TABLE_DEPTH = 3
#: Keys of the oracle that are no quantities: they become dates, choices, readings and periods.
OTHERS = ("option", "readings", "years", "d", "d0", "periods", "fuel", "fertiliser")

#: Unit -> other units for the same thing, with the power of ten between the numbers.
OTHER_UNITS = {
    "ha": (("km2", -2), ("m2", 4)), "kg": (("t", -3), ("g", 3)), "tC/ha": (("kgC/ha", 3), ("tC ha-1", 0)),
    "1": (("percent", 2),), "1/year": (("percent/year", 2),), "GJ/kg": (("TJ/Gg", 3), ("MJ/g", 0)),
    "tCO2/GJ": (("kgCO2/TJ", 6), ("tCO2/TJ", 3)), "t_synthetic": (("kg_synthetic", 3), ("t", 0)),
    "t_organic": (("kg_organic", 3), ("t", 0)), "t_limestone": (("kg_limestone", 3), ("t", 0)), "t_urea": (("t", 0),),
    "tN/t_synthetic": (("kgN/t_synthetic", 3),), "t_dm/ha": (("kg_dm/ha", 3), ("t d.m. ha-1", 0)),
    "tN/t_dm": (("kgN/t_dm", 3),), "km/vehicle": (("m/vehicle", 3),), "kg/km": (("g/km", 3),),
    "tN2O-N/tN": (("kgN2O-N/tN", 3),), "tCO2e/tN2O": (("kgCO2e/kgN2O", 0),),
}  # fmt: skip

#: Defaults of section J, which a project need not give.
DEFAULTS = {
    "NCV": {"diesel": 0.0430, "gasoline": 0.0443, "crude": 0.0423},
    "EF_fuel": {"diesel": 0.0741, "gasoline": 0.0693, "crude": 0.0733},
    "EF_direct": {"upland": 0.01, "flooded": 0.003}, "Frac_SN": 0.10, "Frac_ON": 0.20, "EF_indirect": 0.010, "Frac_leach": 0.30,
    "EF_leach": 0.0075, "GWP": 298, "EF_limestone": 0.12, "EF_dolomite": 0.13, "EF_urea": 0.20, "DF": 0.2,
}  # fmt: skip

POOLS = ("AG", "BG")

STATEMENTS = (
    "criterion_1", "criterion_2", "criterion_4", "option_agreed", "monitored_option", "latest_frl", "latest_frl_later",
    "official_map_required", "belt_exclusions", "belt_evidence", "belt_excluded_is_deforestation", "fuel_sources_disjoint",
)  # fmt: skip


# --- the project file -----------------------------------------------------------------------------


def to_project_file(project: Project, folder: Path, rng: random.Random | None = None) -> Path:
    """Write a project of the oracle as a project file and return its path.

    Parameters
    ----------
    rng
        Chooses among equivalent ways to write the project; without it there is one plain way.
    """
    unknown = set(project) - set(INPUTS) - set(OTHERS)
    if unknown:
        raise ValueError(f"keys that the adapter does not know: {sorted(unknown)}")
    return _Writer(project, folder, rng).write()


@dataclass
class _Writer:
    project: Project
    folder: Path
    rng: random.Random | None
    datasets: list[str] = field(default_factory=list)

    def chance(self, probability: float) -> bool:
        return self.rng is not None and self.rng.random() < probability

    def write(self) -> Path:
        values = self.values()
        start, end = self.dates(values)
        values["map_date"] = {"value": str(start), "source": "made for the test"}
        document = {
            "project": {"name": "drawn at random", "illustrative": "yes"},
            "methodology": "KH_AM004@1.1",
            "operation": {"start": str(start), "end": str(end)},
            "monitoring_periods": self.periods(start, end),
            "choices": {
                "option": str(self.project["option"]), "fuel": self.project["fuel"],
                "fertiliser": "yes" if self.project["fertiliser"] else "no", "areas": "official_map",
            },
            "readings": dict(self.project.get("readings") or {}),
            "datasets": self.datasets,
            "members": self.members(),
            "relations": self.relations(),
            "values": values,
        }  # fmt: skip
        path = self.folder / "project.yaml"
        path.write_text("\n".join(_yaml(document)) + "\n", encoding="utf-8")
        return path

    # -- time

    def dates(self, values: Node) -> tuple[date, date]:
        """Return the days of operation; where they cannot say how many days each year has, ``d`` is supplied."""
        years, d, d0 = self.project["years"], self.project["d"], self.project["d0"]
        first, last = years[0], years[-1]
        start, end = date(first, 1, 1), date(last, 12, 31)
        partial = [y for y in years if d[y] != d0[y]]
        follows = set(partial) <= {first, last} and all(d[y] > 0 for y in partial)
        if not follows or self.chance(0.2):
            values["d"] = {"unit": "day", "values": {str(y): str(d[y]) for y in years}, "source": "made for the test"}
            return start, end
        if first in partial:
            start = date(first, 12, 31) - timedelta(days=d[first] - 1)
        if last in partial and last != first:
            end = date(last, 1, 1) + timedelta(days=d[last] - 1)
        return start, end

    def periods(self, start: date, end: date) -> list[Node]:
        found = []
        for id_, years in self.project["periods"].items():
            first, last = max(start, date(years[0], 1, 1)), min(end, date(years[-1], 12, 31))
            found.append({"id": str(id_), "start": str(first), "end": str(last)})
        return found

    # -- members and relations

    def members(self) -> Node:
        found = {"fuel": _labels(self.project["NCV"]), "vehicle_type": _labels(j for j, _ in self.project["SEC"]),
                 "crop": _labels(self.project["R_AG"])}  # fmt: skip
        for key, set_id in (("NC_SN", "synthetic_product"), ("NC_ON", "organic_product")):
            if _is_plural(self.project[key]):
                most = max(len(products) for products in self.project[key].values())
                found[set_id] = [f"product-{n + 1}" for n in range(most)]
        return found

    def relations(self) -> Node:
        found: Node = {}
        for key, relation in (("NC_SN", "synthetic_use"), ("NC_ON", "organic_use")):
            if _is_plural(self.project[key]):
                found[relation] = {_label(c): [f"product-{n + 1}" for n in range(len(v))] for c, v in self.project[key].items()}
        per_unit = "tdu-per-unit" not in (self.project.get("readings") or {})
        if per_unit and self.chance(0.5):
            used = {(j, f) for (j, f, _), number in self.project["NVE"].items() if number}
            found["uses"] = {j: [_label(f) for f in _in_order(f for i, f in used if i == j)] for j in _in_order(j for j, _ in used)}
        return found

    # -- values

    def values(self) -> Node:
        found: Node = {}
        for key, value in self.project.items():
            if key not in INPUTS or self.is_left_out(key, value):
                continue
            quantity, unit = INPUTS[key]
            cells = dict(_cells(value))
            if key in ("NC_SN", "NC_ON") and _is_plural(value):
                quantity += "_product"
                cells = {(_label(c), f"product-{n + 1}"): x for c, one in value.items() for n, x in enumerate(one)}
            found[quantity] = self.block(quantity, cells, unit)
        for statement in STATEMENTS:
            found[statement] = {"value": "yes", "source": "made for the test"}
        found["planned_quantities"] = {"value": "no", "source": "made for the test"}
        return found

    def is_left_out(self, key: str, value: object) -> bool:
        """Whether a default of the methodology, or its data set, gives the same number."""
        if key == "C":
            same = all(value[i, k] == STOCK[i][POOLS.index(k)] for i, k in value)  # type: ignore[index]
            if same and "CA_ref" not in self.project and self.chance(0.5):
                self.datasets.append("national-frl-2017")
                return True
            return False
        default = DEFAULTS.get(key)
        if isinstance(default, dict) and isinstance(value, dict):
            return all(default[label] == number for label, number in value.items()) and self.chance(0.5)
        return default is not None and default == value and self.chance(0.5)

    def block(self, quantity: str, cells: dict[Labels, object], unit: str) -> object:
        head: Node = {"source": "drawn at random"}
        power = 0
        if quantity in ("TDU", "SEC"):
            hours = {"TDU": "hour/vehicle", "SEC": "kg/hour"}[quantity]
            vehicles = _in_order(j for j, *_ in cells)
            head["unit"] = {j: hours if j in BY_HOUR else unit for j in vehicles}
        else:
            if self.rng is not None and unit in OTHER_UNITS:
                unit, power = self.rng.choice(((unit, 0), *OTHER_UNITS[unit]))
            head["unit"] = unit
        texts = {labels: _text(number, power) for labels, number in cells.items()}
        return self.laid_out(quantity, head, texts)

    def laid_out(self, quantity: str, head: Node, texts: dict[Labels, str]) -> object:
        """Write the numbers of a quantity as nested labels, as tables or as a CSV file."""
        depth = len(next(iter(texts), ()))
        if depth == 0:
            return head | {"value": texts[()]}
        ways = ["nested", "table", "matrix"] if depth > 1 and "product" not in quantity else ["nested"]
        if len(set(AXES[quantity])) == depth and isinstance(head["unit"], str):
            ways.append("file")
        way = self.rng.choice(ways) if self.rng is not None else "nested" if depth < TABLE_DEPTH else "table"
        if way == "nested":
            return head | {"values": _nested(texts)}
        if way == "file":
            return head | {"file": self.long_file(quantity, texts)}
        # tables and matrices show two indices; the year, or whatever stands last, is fixed by `at`
        blocks = []
        for rest in _in_order(labels[2:] for labels in texts):
            part = {labels[:2]: text for labels, text in texts.items() if labels[2:] == rest}
            block = dict(head)
            if rest:
                block["at"] = {"year": rest[0]}
            if way == "table":
                block["table"] = _Lines(_grid(part, corner=False, join="  "))
            else:
                block["layout"] = "matrix"
                block["file"] = f"{quantity}{'-'.join(('', *rest))}.csv"
                (self.folder / block["file"]).write_text("\n".join(_grid(part, corner=True, join=",")) + "\n", encoding="utf-8")
            blocks.append(block)
        return blocks

    def long_file(self, quantity: str, texts: dict[Labels, str]) -> str:
        name = f"{quantity}.csv"
        lines = [",".join((*AXES[quantity], "value")), *(",".join((*labels, text)) for labels, text in texts.items())]
        (self.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return name


# --- text -----------------------------------------------------------------------------------------


class _Lines(list[str]):
    """Text of several lines."""


def _yaml(node: Mapping[str, Any], pad: str = "") -> Iterator[str]:
    for key, value in node.items():
        if value == {} or value == []:
            continue
        yield from _entry(f"{pad}{key}:", value, pad)


def _entry(head: str, value: object, pad: str) -> Iterator[str]:
    if isinstance(value, _Lines):
        yield f"{head} |2"
        yield from (f"{pad}    {line}" for line in value)
    elif isinstance(value, Mapping):
        yield head
        yield from _yaml(value, pad + "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        if all(isinstance(item, str) for item in value):
            yield f"{head} [{', '.join(value)}]"
            return
        yield head
        for item in value:
            lines = list(_yaml(item, pad + "    "))
            yield f"{pad}  - {lines[0].lstrip()}"
            yield from lines[1:]
    else:
        yield f"{head} {json.dumps(str(value))}"


def _text(number: object, power: int) -> str:
    """Return a number times a power of ten as text, exactly."""
    if number is None:
        return "NA"
    return format(Decimal(repr(number)).scaleb(power), "f" if abs(float(number)) > 1e-6 else "")  # type: ignore[arg-type]


def _label(label: object) -> str:
    return LABELS.get(str(label), str(label))


def _labels(found: Any) -> list[str]:
    return [_label(one) for one in _in_order(found)]


def _in_order(found: Any) -> list[Any]:
    return list(dict.fromkeys(found))


def _is_plural(value: Mapping[str, object]) -> bool:
    return any(isinstance(one, Sequence) for one in value.values())


def _cells(value: object) -> Iterator[tuple[Labels, object]]:
    if not isinstance(value, Mapping):
        yield (), value
        return
    for key, number in value.items():
        yield tuple(_label(one) for one in (key if isinstance(key, tuple) else (key,))), number


def _nested(texts: Mapping[Labels, str]) -> Node:
    root: Node = {}
    for labels, text in texts.items():
        node = root
        for label in labels[:-1]:
            node = node.setdefault(label, {})
        node[labels[-1]] = text
    return root


def _grid(texts: Mapping[Labels, str], *, corner: bool, join: str) -> list[str]:
    rows, columns = _in_order(row for row, _ in texts), _in_order(column for _, column in texts)
    lines = [join.join((*(["over"] if corner else [""]), *columns))]
    return lines + [join.join((row, *(texts[row, column] for column in columns))) for row in rows]


# --- and back -------------------------------------------------------------------------------------


def to_oracle(run: Run) -> Project:
    """Return the project of a run as the oracle takes it, from the numbers that the run used."""
    setting = run.setting
    years = [int(y) for y in setting.members["year"]]
    option = int(setting.choices["option"])
    readings = {ruling: reading for ruling, reading in setting.readings.items() if reading in by_hand.READINGS.get(ruling, ())}
    project: Project = {
        "option": option, "readings": readings, "years": years, "fuel": setting.choices["fuel"],
        "fertiliser": setting.choices["fertiliser"] == "yes",
        "d": {int(y): _value(run, "d", (y,)) for y in setting.members["year"]},
        "d0": {int(y): _value(run, "d_0", (y,)) for y in setting.members["year"]},
        "periods": {p: [years[at] for at in group]
                    for p, group in zip(setting.members["period"], setting.groups["period"], strict=True)},
    }  # fmt: skip
    other_option = {1: {"EF2", "p", "pd", "ca_pj", "ca_dpj"}, 2: {"EF1", "P", "Pd", "CA_pj", "CA_dpj"}}[option]
    for key, (quantity, _) in INPUTS.items():
        if quantity in run.values.arrays and key not in other_option and key not in ("CA_ref", "A_ref", "CA_ref_d", "A_ref_d"):
            project[key] = _for_oracle(run, quantity)
    if option == 1:  # rules read the area of non-forest too; the equations of option 1 know forest classes only
        for key in ("A0", "Ad0"):
            project[key] = {label: area for label, area in project[key].items() if label != "NF"}
    if setting.readings["map-age"] == "aged":
        for key in ("A0", "Ad0"):
            project[key] = aged(run, project, key)
    for key in ("CA_pj", "CA_dpj", "CA_dout", "ca_pj", "ca_dpj"):
        for cell, area in project.get(key, {}).items():
            project[key][cell] = area * _share(run, str(cell[-1]))
    return project


def aged(run: Run, project: Project, key: str) -> dict[str, float]:
    """Return areas of the map brought to the start date; the power of a matrix by eigenvectors."""
    mapped = EPOCH.toordinal() + _value(run, "map_date", ())
    age, area = max(run.project.start.toordinal() - mapped, 0) / 365.25, project[key]
    belt, readings = key == "Ad0", run.setting.readings
    if project["option"] == 1:
        rate = project["P" if not belt or readings["belt-probabilities"] == "national" else "Pd"]
        if readings["option1-rate"] == "geometric":
            rate = by_hand.geometric_rate(rate, project["T_ref" if rate is project["P"] else "T_ref_d"])
        return {i: size * (1 - rate[i]) ** age for i, size in area.items()}
    applied = by_hand.compute({**project, "readings": project["readings"] | {"option2-operating-days": "default"}})["MP_d" if belt else "MP"]
    year, labels = project["years"][0], list(area)
    values, vectors = np.linalg.eig(np.array([[applied[i, j, year] for j in labels] for i in labels]))
    power = (vectors * values.astype(complex) ** age @ np.linalg.inv(vectors)).real
    return dict(zip(labels, (np.array([area[i] for i in labels]) @ power).tolist(), strict=True))


def _share(run: Run, year: str) -> float:
    """Return the part of a monitored area that counts; the oracle counts it as it is given."""
    if run.setting.readings["interval-average"] != "operating-days":
        return 1.0
    return _value(run, "d", (year,)) / _value(run, "d_0", (year,))


def _for_oracle(run: Run, quantity: str) -> Any:
    back = {ours: theirs for theirs, ours in LABELS.items()}
    axes = run.methodology.quantity[quantity].indices
    if not axes:
        return float(run.values.arrays[quantity])
    found = {}
    for at in np.ndindex(*run.values.arrays[quantity].shape):
        number, state = float(run.values.arrays[quantity][at]), int(run.values.states[quantity][at])
        if state == ABSENT:
            continue
        labels = [back.get(label, label) for label in (run.setting.members[axis][n] for axis, n in zip(axes, at, strict=True))]
        key = tuple(int(label) if axis == "year" else label for axis, label in zip(axes, labels, strict=True))
        found[key if len(key) > 1 else key[0]] = None if state == EXCLUDED else number
    return found


# --- comparison -----------------------------------------------------------------------------------

#: The oracle's result -> our quantity, for all that is compared cell by cell; where it differs with the option, see `_names`.
RESULTS = {
    "RL": "RL", "DR": "DR", "DP": "DP", "DE": "DE", "PE": "PE", "ER": "ER", "ER_credit": "ER_credit", "ER_credit_p": "ER_credit_p",
    "ER_credit_p_whole": "ER_credit_whole", "dCS_ref": "dCS_ref", "dCS_d": "dCS_d", "dCS_pj": "dCS_pj", "dCS_dpj": "dCS_d_pj",
    "A": "A", "A_d": "A_d", "E_fuel_f": "E_fuel_f", "E_fuel_jf": "E_fuel_jf", "E_fuel_direct": "E_fuel_direct",
    "E_fuel_indirect": "E_fuel_indirect", "E_fuel": "E_fuel", "F_SN_c": "F_SN_c", "F_ON_c": "F_ON_c", "F_CR_c": "F_CR_c",
    "F_SN": "F_SN", "F_ON": "F_ON", "F_CR": "F_CR", "E_direct_N": "E_direct_N", "E_indirect_N": "E_indirect_N",
    "E_liming": "E_liming", "E_urea": "E_urea", "E_fertilizer": "E_fertilizer",
}  # fmt: skip
OPTION_1 = {"EF1": "EF", "P": "P", "Pd": "P_d", "dCS_pj_i": "dCS_pj_i"}
OPTION_2 = {
    "EF2": "EF_ij", "MEF": "EF_ij", "ca": "ca", "ca_d": "ca_d", "cs": "cs", "cs_d": "cs_d", "cs_pj": "cs_pj", "cs_dpj": "cs_d_pj",
}  # fmt: skip
#: Compared with something that our spec has no quantity for.
BESIDE = ("A_prev", "A_d_prev", "dCS_dpj_i", "MP", "MP_d", "p", "pd", "negative_years", "option", "readings")


@dataclass(frozen=True)
class Difference:
    """One number on which the engine and the oracle do not agree."""

    name: str
    labels: Labels
    ours: float | None
    theirs: float | None
    allowed: float


@dataclass
class Comparison:
    """What was compared, and what differs.

    Attributes
    ----------
    worst
        Largest difference, as a share of what is allowed; above 1 is a difference.
    not_needed
        Cells that the oracle computes and our plan does not need (areas at the end of the last year, option 1).
    """

    compared: int = 0
    worst: float = 0.0
    not_needed: int = 0
    differences: list[Difference] = field(default_factory=list)

    def number(self, name: str, labels: Labels, ours: float, theirs: float, scale: float, steps: int = 0) -> None:
        """Compare one number; ``steps`` are whole tonnes that a rounding may go either way."""
        allowed = RELATIVE * max(abs(theirs), scale) + steps
        self.compared += 1
        gap = abs(ours - theirs)
        if gap > 0:
            self.worst = max(self.worst, gap / allowed if allowed else math.inf)
        if not gap <= allowed:
            self.differences.append(Difference(name, labels, ours, theirs, allowed))


def compare(run: Run, oracle: Mapping[str, Any]) -> Comparison:
    """Compare every quantity of the oracle's result with a run.

    A number may differ by 1e-12 of itself. Where terms of both signs meet, the result can be much smaller than the terms, and
    1e-12 of the terms counts instead (`_scales`): ER = RL - PE, DE = DP - DR and what follows from them, and under option 2 the
    areas and conversions, as Table 6 and its like hold negative entries. A result rounded down may differ by one tonne where the
    number before rounding is that close to a whole one.
    """
    found = Comparison()
    scales = _scales(run, oracle)
    loose = _loose_roundings(oracle, scales)
    names = RESULTS | (OPTION_1 if oracle["option"] == 1 else OPTION_2)
    left = set(oracle) - set(names) - set(BESIDE)
    if left:
        raise ValueError(f"results of the oracle that are not compared: {sorted(left)}")
    if run.setting.readings["belt-probabilities"] == "national":  # then the belt's own rates are not asked for
        names.pop("Pd", None)
    for name, quantity in names.items():
        for key, theirs in oracle[name].items():
            labels = tuple(_label(one) for one in (key if isinstance(key, tuple) else (key,)))
            scale, steps = scales.get(name, {}).get(key, 0.0), loose.get((name, key), 0)
            _compare_cell(found, run, (name, quantity), labels, theirs, scale, steps)
    _compare_before(found, run, oracle, scales)
    if oracle["option"] == 1:
        for (i, y), theirs in oracle["dCS_dpj_i"].items():  # our Eq 34 has no quantity for the terms
            ours = _value(run, "CA_d_pj", (i, str(y))) * _share(run, str(y)) * _value(run, "EF", (i,))
            found.number("dCS_dpj_i", (i, str(y)), ours, theirs, 0.0)
    else:
        _compare_probabilities(found, run, oracle)
    ours_negative = [int(y) for y in run.setting.members["year"] if run.value("ER", year=y) < 0]
    if ours_negative != oracle["negative_years"]:
        found.differences.append(Difference("negative_years", tuple(map(str, ours_negative)), None, None, 0.0))
    found.compared += 1
    return found


def _value(run: Run, quantity: str, labels: Labels) -> float:
    axes = run.methodology.quantity[quantity].indices
    at = tuple(run.setting.members[axis].index(label) for axis, label in zip(axes, labels, strict=True))
    return float(run.values.arrays[quantity][at])


def _state(run: Run, quantity: str, labels: Labels) -> int:
    axes = run.methodology.quantity[quantity].indices
    at = tuple(run.setting.members[axis].index(label) for axis, label in zip(axes, labels, strict=True))
    return int(run.values.states[quantity][at])


def _compare_cell(
    found: Comparison, run: Run, names: tuple[str, str], labels: Labels, theirs: float | None, scale: float, steps: int
) -> None:
    name, quantity = names
    if name in ("A", "A_d") and _is_unneeded(run, quantity, labels):
        found.not_needed += 1
        return
    if quantity not in run.values.arrays:  # a choice switches it off
        found.number(name, labels, 0.0, 0.0 if theirs is None else theirs, 0.0)
        return
    state = _state(run, quantity, labels)
    if (theirs is None or name == "EF2") and (state == EXCLUDED) is not (theirs is None):
        found.differences.append(Difference(f"{name} (state {state})", labels, None, theirs, 0.0))
    if theirs is None:
        found.compared += 1
        return
    if state == ABSENT:
        found.differences.append(Difference(f"{name} (absent)", labels, None, theirs, 0.0))
        return
    found.number(name, labels, _value(run, quantity, labels), theirs, scale, steps)


def _is_unneeded(run: Run, quantity: str, labels: Labels) -> bool:
    """Whether an area is that of the end of the last year, which no equation of option 1 uses."""
    if run.setting.choices["option"] != "1" or labels[-1] != run.setting.members["year"][-1]:
        return False
    return quantity not in run.values.arrays or _state(run, quantity, labels) == ABSENT


def _compare_before(found: Comparison, run: Run, oracle: Mapping[str, Any], scales: Mapping[str, Mapping[Any, float]]) -> None:
    """Compare the areas from which each year starts."""
    start = int(run.setting.members["year"][0])
    for name, quantity, inception in (("A_prev", "A", "A_0"), ("A_d_prev", "A_d", "A_d_0")):
        for (i, y), theirs in oracle[name].items():
            at_start = next((id_ for id_ in (f"{inception}_left", f"{inception}_moved") if id_ in run.values.arrays), inception)
            ours = _value(run, at_start, (i,)) if y == start else _value(run, quantity, (i, str(y - 1)))
            found.number(name, (i, str(y)), ours, theirs, scales.get(quantity, {}).get((i, y - 1), 0.0))


def _compare_probabilities(found: Comparison, run: Run, oracle: Mapping[str, Any]) -> None:
    """Compare the matrices that are applied; whichever step of the spec holds them under the readings."""
    readings = run.setting.readings
    clipped = readings["negative-transition"] == "clip-rescale"
    national = readings["belt-probabilities"] == "national"
    absorbing = readings["nonforest-regrowth"] == "absorbing"  # then nothing asks for the row of non-forest before that step
    for name, matrix, quantity in (("p", "MP", "p"), ("pd", "MP_d", "p_d")):
        given = f"{'p' if national else quantity}{'_clip' if clipped else ''}"
        for (i, j), theirs in oracle[name].items():
            if absorbing and i == "NF" and _state(run, given, (i, j)) == ABSENT:
                found.not_needed += 1
                continue
            found.number(name, (i, j), _value(run, given, (i, j)), theirs, 0.0)
        steps = (f"{quantity}_{step}" for step in ("use", "national", "kept", "fit", "closed", "clip"))
        applied = next((step for step in steps if step in run.values.arrays), quantity)
        for (i, j, y), theirs in oracle[matrix].items():
            labels = (i, j, str(y))
            ours = _value(run, applied, labels if applied.endswith("_use") else labels[:2])
            found.number(matrix, labels, ours, theirs, 1.0 if i == j else 0.0)  # 1 + share * (p - 1) on the diagonal


def _scales(run: Run, oracle: Mapping[str, Any]) -> dict[str, dict[Any, float]]:
    """Return the size of the terms, for results in which terms of both signs meet."""
    found: dict[str, dict[Any, float]] = {}
    years = [int(y) for y in run.setting.members["year"]]
    sizes = {name: {y: abs(oracle[name][y]) for y in years} for name in ("RL", "DR", "DP", "E_fuel", "E_fertilizer")}
    if oracle["option"] == 2:  # the same recursion without signs
        literal = run.setting.readings["area-year-index"] == "literal"
        mef = {pair: abs(value) for pair, value in oracle["MEF"].items()}
        for tail, area, level in (("", "A_0", "RL"), ("_d", "A_d_0", "DR")):
            size = {cell: max(abs(p), float(cell[0] == cell[1])) for cell, p in oracle["MP" + tail].items()}
            area_0 = {i: _value(run, area, (i,)) for i in run.setting.members["land_use"]}
            ca, areas, _ = by_hand.eq8_9_option2(area_0, size, years, literal)
            found |= {"ca" + tail: ca, "A" + tail: areas, "cs" + tail: by_hand.eq7_cs(ca, mef)}
            found["dCS_d" if tail else "dCS_ref"] = by_hand.eq6_positive(found["cs" + tail], years)
            sizes[level] = found[level] = by_hand.to_co2(found["dCS_d" if tail else "dCS_ref"])
        largest = max(mef.values())
        found["EF2"] = found["MEF"] = dict.fromkeys(mef, largest)
    elif {run.setting.readings["option1-rate"], run.setting.readings["linear-share-of-year"]} & {"geometric", "power"}:
        for tail, level, change in (("A_prev", "RL", "dCS_ref"), ("A_d_prev", "DR", "dCS_d")):  # 1 less a power of 1 - P
            areas = oracle[tail].items()
            found[change] = {y: sum(area * oracle["EF1"][i] for (i, z), area in areas if z == y) for y in years}
            sizes[level] = found[level] = by_hand.to_co2(found[change])
    groups = dict(zip(run.setting.members["period"], run.setting.groups["period"], strict=True))
    found["DE"] = {}
    for y in years:
        both = sizes["DP"][y] + sizes["DR"][y]
        is_cut = oracle["DP"][y] - oracle["DR"][y] < -RELATIVE * both  # then DE is zero, and exactly
        if not is_cut and run.setting.readings["displacement-by-year"] == "per-period":
            together = next(group for group in groups.values() if years.index(y) in group)
            both = sum(sizes["DP"][years[at]] + sizes["DR"][years[at]] for at in together)
        found["DE"][y] = 0.0 if is_cut else both
    found["PE"] = {y: oracle["PE"][y] + found["DE"][y] for y in years}
    found["ER"] = {y: sizes["RL"][y] + found["PE"][y] for y in years}
    found["ER_credit"] = found["ER"]
    by_period = {p: sum(found["ER"][years[at]] for at in groups[_label(p)]) for p in oracle["ER_credit_p"]}
    found["ER_credit_p"] = found["ER_credit_p_whole"] = by_period
    return found


def _loose_roundings(oracle: Mapping[str, Any], scales: Mapping[str, Mapping[Any, float]]) -> dict[tuple[str, Any], int]:
    """Return where a number is so close to a whole one that rounding down may give either neighbour."""
    found: dict[tuple[str, Any], int] = {}
    for p, total in oracle["ER_credit_p"].items():
        if abs(total - round(total)) <= RELATIVE * scales["ER_credit_p"][p]:
            found["ER_credit_p_whole", p] = 1
    return found
