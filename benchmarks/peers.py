"""Option 1 in libraries that follow a graph of functions, as far as they are installed: OpenFisca-Core, Hamilton, pipefunc.

Each gets the same NumPy steps (those of :mod:`by_hand_numpy`), one function for each quantity, and keeps what is between them.
"""

from __future__ import annotations

import types
from collections.abc import Callable

import by_hand_numpy as steps
import numpy as np

CARBON = 44 / 12


def EF(C):
    return (C[:, 0] + C[:, 1])[:11]


def _changes(area, rate, days, ef):
    rate = rate if rate.ndim == 2 else rate[:, None]
    now, changes = area[:11], []
    for y, share in enumerate(days):
        changes.append((now * rate * share * ef).sum(axis=0))
        now = now * (1 - rate * share) if y == 0 else now * (1 - rate)
    return np.stack(changes)


def RL(A_0, P, days, EF):
    return _changes(A_0, P, days, EF) * CARBON


def DR(A_d_0, P_d, days, EF):
    return _changes(A_d_0, P_d, days, EF) * CARBON


def dCS_pj(CA_pj, EF):
    return (CA_pj[..., None] * EF[:, None]).sum(axis=0)


def DP(CA_d_pj, EF):
    return (CA_d_pj[..., None] * EF[:, None]).sum(axis=0) * CARBON


def E_activity(others):
    return steps.activity(others)


def PE(dCS_pj, E_activity, DP, DR):
    return dCS_pj * CARBON + E_activity + np.maximum(DP - DR, 0.0)


def ER(RL, PE):
    return RL - PE


def ER_credit(ER, DF):
    return ER * (1 - DF)


FUNCTIONS: tuple[Callable, ...] = (EF, RL, DR, dCS_pj, DP, E_activity, PE, ER, ER_credit)
NEEDED = ("C", "A_0", "A_d_0", "P", "P_d", "CA_pj", "CA_d_pj", "DF")


def inputs_of(x: dict[str, np.ndarray], days: np.ndarray) -> dict[str, object]:
    return {q: x[q] for q in NEEDED} | {"days": days, "others": x}


def hamilton() -> Callable[[dict], np.ndarray]:
    from hamilton import ad_hoc_utils, driver

    copies = []
    for function in FUNCTIONS:
        copied = types.FunctionType(function.__code__, function.__globals__, function.__name__)
        names = copied.__code__.co_varnames[: copied.__code__.co_argcount]
        copied.__annotations__ = dict.fromkeys((*names, "return"), object)
        copies.append(copied)
    built = driver.Builder().with_modules(ad_hoc_utils.create_temporary_module(*copies)).build()
    names = [function.__name__ for function in FUNCTIONS]
    return lambda inputs: built.execute(names, inputs=inputs)["ER"]


def pipefunc() -> Callable[[dict], np.ndarray]:
    from pipefunc import PipeFunc, Pipeline

    pipeline = Pipeline([PipeFunc(function, output_name=function.__name__) for function in FUNCTIONS])
    return lambda inputs: pipeline.run("ER_credit", full_output=True, kwargs=inputs)["ER"]


def openfisca() -> Callable[[dict], np.ndarray]:
    """A variable for each quantity of a year and class, one entity a draw, values by formulas of the year."""
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    entity = build_entity("draw", "draws", "a draw", is_person=True)
    system = TaxBenefitSystem([entity])

    def variable(name: str, formula: Callable | None = None) -> None:
        body = {"value_type": float, "entity": entity, "definition_period": DateUnit.YEAR, "label": name, "default_value": 0.0}
        system.add_variable(type(name, (Variable,), body | ({"formula": formula} if formula else {})))

    start = 2018
    for area, rate, change in (("A_0", "P", "dCS_ref"), ("A_d_0", "P_d", "dCS_d")):
        for i in range(11):
            variable(f"{area}_{i}")
            variable(f"{rate}_{i}")
            variable(f"now_{area}_{i}", _stays(area, rate, i, start))
        variable(change, _lost(area, rate, start))
    for i in range(11):
        variable(f"EF_{i}")
    for conversion, change in (("CA_pj", "dCS_pj"), ("CA_d_pj", "dCS_d_pj")):
        for i in range(11):
            variable(f"{conversion}_{i}")
        variable(change, _monitored(conversion))
    variable("share")
    variable("E_activity")
    variable("ER", lambda draw, period: draw("dCS_ref", period) * CARBON - (draw("dCS_pj", period) * CARBON + draw("E_activity", period)
                                    + np.maximum(draw("dCS_d_pj", period) * CARBON - draw("dCS_d", period) * CARBON, 0.0)))  # fmt: skip

    def run(inputs: dict) -> np.ndarray:
        x, days = inputs["others"], inputs["days"]
        count = x["C"].shape[-1]
        simulation = SimulationBuilder().build_default_simulation(system, count)
        ef, activity = EF(x["C"]), steps.activity(x)
        for y, share in enumerate(days):
            year = str(start + y)
            simulation.set_input("share", year, np.full(count, share))
            simulation.set_input("E_activity", year, activity[y])
            for i in range(11):
                simulation.set_input(f"EF_{i}", year, ef[i])
                for name in ("P", "P_d"):
                    simulation.set_input(f"{name}_{i}", year, np.broadcast_to(x[name][i], count))
                for name in ("A_0", "A_d_0"):
                    simulation.set_input(f"{name}_{i}", year, x[name][i])
                for name in ("CA_pj", "CA_d_pj"):
                    simulation.set_input(f"{name}_{i}", year, np.full(count, x[name][i, y]))
        return np.stack([simulation.calculate("ER", str(start + y)) for y in range(len(days))])

    return run


def _stays(area: str, rate: str, i: int, start: int) -> Callable:
    def formula(draw, period):
        if period.start.year == start:
            return draw(f"{area}_{i}", period)
        before = period.last_year
        share = draw("share", before) if before.start.year == start else 1.0
        return draw(f"now_{area}_{i}", before) * (1 - draw(f"{rate}_{i}", before) * share)

    return formula


def _lost(area: str, rate: str, start: int) -> Callable:
    def formula(draw, period):
        share = draw("share", period)
        return sum(draw(f"now_{area}_{i}", period) * draw(f"{rate}_{i}", period) * share * draw(f"EF_{i}", period) for i in range(11))

    return formula


def _monitored(conversion: str) -> Callable:
    def formula(draw, period):
        return sum(draw(f"{conversion}_{i}", period) * draw(f"EF_{i}", period) for i in range(11))

    return formula


PEERS = {"Hamilton": hamilton, "pipefunc": pipefunc, "OpenFisca-Core": openfisca}
