"""The unit of a power is that of its base with the exponent as written, its sign included."""

import pytest

from equations.errors import MethodologyError

SPEC = """
methodology: {{id: T, version: "1", title: t, result: R}}
quantities:
  - {{id: X, symbol: X, meaning: x, unit: ha, kind: monitored}}
  - {{id: R, symbol: R, meaning: r, unit: "{unit}", kind: computed}}
equations: [{{id: r, defines: R, formula: "{formula}"}}]
"""
PROJECT = """
project: {name: t}
operation: {start: 2020-01-01, end: 2020-12-31}
values: {X: {unit: ha, value: 4}}
"""
POWERS = [("X ^ 2", "ha^2", 16), ("X ^ (-1)", "1/ha", 0.25), ("X ^ (-2)", "1/ha^2", 0.0625), ("X ^ 0", "1", 1), ("sqrt(X * X)", "ha", 4)]


@pytest.mark.parametrize(("formula", "unit", "value"), POWERS)
def test_a_power_has_the_unit_that_its_exponent_says(evaluated, formula, unit, value):
    assert evaluated(SPEC.format(formula=formula, unit=unit), PROJECT).total == value


@pytest.mark.parametrize("formula", [formula for formula, *_ in POWERS])
@pytest.mark.parametrize("unit", ["ha", "ha^2", "1/ha", "1/ha^2"])
def test_and_no_other(evaluated, formula, unit):
    if (formula, unit) not in [known[:2] for known in POWERS]:
        with pytest.raises(MethodologyError, match="U302"):
            evaluated(SPEC.format(formula=formula, unit=unit), PROJECT)
