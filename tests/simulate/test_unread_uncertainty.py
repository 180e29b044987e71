"""A run needs no distribution, and yet says which of those that its project declares a simulation would refuse."""

from __future__ import annotations

import pytest
from small_projects import PROJECT, SPEC, small_run

import mrvgraph
from engine.commands.session import open_session
from engine.simulate.uncertainty_file import read_uncertainty
from equations.errors import MethodologyError
from equations.units.registry import parse_unit

FIELDS = {"X": "indices: [class], unit: t", "Z": "unit: t"}
VALUES = {"X": "{unit: t, values: {a: 1, b: 2, c: 3}}"}
RUN = ("Sum(i, X[i])", FIELDS, VALUES)


def told(run):
    return [(f.code, f.severity, f.what.partition(":")[0]) for f in run.findings if f.subject == "uncertainty"]


@pytest.mark.parametrize(
    ("block", "code", "said"),
    [
        ("uncertainty: 5", "I506", "uncertainty must be a mapping"),
        ("uncertainty: {imputs: {X: {distribution: normal, se: 1}}}", "I502", "uncertainty has no field 'imputs'"),
        ("uncertainty: {inputs: {XX: {distribution: normal, se: 1}}}", "I502", "the methodology has no quantity 'XX'"),
        ("uncertainty: {inputs: {X: {distribution: norml, se: 1}}}", "I510", "'norml' is not known here"),
        ("uncertainty: {inputs: {X: {d: {distribution: normal, se: 1}}}}", "I502", "X"),
        ("uncertainty: {inputs: {X: {distribution: normal, se: one}}}", "I505", "se is not a number"),
        ("uncertainty: {inputs: {X: {distribution: normal, se: 1, unit: ha}}}", "I503", "the uncertainty of X is given in ha, and the quantity is in t"),
        ("uncertainty: {inputs: {X: {distribution: normal, min: 1}}}", "I517", "a normal distribution takes no `min`"),
        ("uncertainty: {outside: rejct}", "I510", "'rejct' is not known here"),
    ],
)
def test_a_block_that_cannot_be_read_is_a_warning(tmp_path, block, code, said):
    run = small_run(tmp_path, *RUN, more=block)

    assert told(run) == [(code, "warning", said)]
    assert run.total == 6
    with pytest.raises(MethodologyError, match=code):
        read_uncertainty(run, parse_unit)


def test_so_is_one_beside_a_value(tmp_path):
    values = {"X": "{unit: t, values: {a: 1, b: 2, c: 3}, uncertainty: {distribution: norml}}"}
    assert told(small_run(tmp_path, "Sum(i, X[i])", FIELDS, values)) == [("I510", "warning", "'norml' is not known here")]


@pytest.mark.parametrize(
    "block",
    [
        "uncertainty: {inputs: {Z: {distribution: normal, se: 1}}}",  # nothing asks for Z: no fault of what is written
        "uncertainty: {inputs: {X: {distribution: lognormal, low: 1, high: 9}}}",  # it fits no value of the run: a simulation says so
        "uncertainty: {inputs: {X: {a: {distribution: normal, relative_se: 5 %}}}, correlations: [{between: [X], coefficient: 0.5}]}",
        "",
    ],
)
def test_what_is_well_written_is_none_of_a_runs_business(tmp_path, block):
    assert told(small_run(tmp_path, *RUN, more=block)) == []


def test_the_command_line_says_it_each_time_and_reads_what_is_right_once(tmp_path):
    declared = "\n".join(f"  - {{id: {name}, symbol: {name}, meaning: m, kind: monitored, {fields}}}" for name, fields in FIELDS.items())
    (tmp_path / "spec.yaml").write_text(SPEC.format(quantities=declared, formula="Sum(i, X[i])", unit="t"), encoding="utf-8")
    project = PROJECT + f"  X: {VALUES['X']}\nuncertainty: {{inputs: {{X: {{distribution: normal, se: DRAWN}}}}}}\n"
    (tmp_path / "wrong.yaml").write_text(project.replace("DRAWN", "one"), encoding="utf-8")
    (tmp_path / "right.yaml").write_text(project.replace("DRAWN", "0.1"), encoding="utf-8")
    session = open_session(tmp_path / "spec.yaml")

    for _ in range(2):
        assert told(session.run(tmp_path / "wrong.yaml")) == [("I505", "warning", "se is not a number")]
        assert told(session.run(tmp_path / "right.yaml")) == []
        assert len(session.entry.readable) == 1


def test_a_quantity_that_another_reading_asks_for_is_no_unknown_one(tmp_path):
    ruling = """
rulings:
  - id: place
    issue: what X is
    default: one
    readings:
      - {id: one, meaning: plain}
      - id: other
        meaning: with Y
        add: {quantities: [{id: Y, symbol: Y, meaning: m, unit: t, kind: monitored}]}
        replace: {equations: [{id: e, formula: 'Sum(i, X[i]) + Y'}]}
"""
    block = "uncertainty: {inputs: {Y: {distribution: normal, se: 1}}}"
    run = small_run(tmp_path, *RUN, more=block, spec_more=ruling)

    assert told(run) == []
    assert [f.code for f in read_uncertainty(run, parse_unit).findings] == ["A731"]
    taken = (tmp_path / "project.yaml").read_text(encoding="utf-8").replace("values:\n", "values:\n  Y: {unit: t, value: 4}\n", 1)
    (tmp_path / "project.yaml").write_text(taken, encoding="utf-8")
    again = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml", readings={"place": "other"})
    assert [v.quantity for v in read_uncertainty(again, parse_unit).variables] == ["Y"]


@pytest.mark.parametrize(
    ("declared", "severity"),
    [("{distribution: normal, se: 0.5}", None), ("{distribution: norml, se: 0.5}", "error"), ("{distribution: normal, se: 0.5, alpha: 3}", "error")],
)
def test_a_standard_error_that_a_formula_reads_is_declared_as_any_other(tmp_path, declared, severity):
    """The number was taken, whatever stood beside it."""
    fields = {"X": "unit: t", "SE": "unit: t, standard_error_of: X"}
    run = small_run(tmp_path, "X - 2 * SE", fields, {"X": f"{{unit: t, value: 10, uncertainty: {declared}}}"})

    assert run.total == 9
    assert [s for _, s, _ in told(run)] == ([] if severity is None else [severity])
