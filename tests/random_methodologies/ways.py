"""Every way to the numbers of a run, each held against the run, and the run against plain Python."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
from bounded_numbers import Bounded
from drafts import Draft
from worlds import Labels

import mrvgraph
from engine.audit.recompute import audit_recompute
from engine.batch.batchable import ArraySource, Batchable, make_batchable
from engine.batch.evaluation import Way, evaluate_batch
from engine.batch.lanes import can_run, is_at_hand
from engine.batch.recalculation import Recalculation
from engine.explain.needs import find_needs
from engine.explain.trace import explain
from engine.explain.trace_node import TraceNode, trace_text
from engine.plan.cells import EXCLUDED
from engine.plan.planner import plan_run
from engine.report.run_report import run_csv, run_markdown, run_record, run_text, to_json
from engine.run.evaluate import evaluate
from engine.run.inputs import Inputs
from engine.run.run import Run

#: How far the optimised form may be from the literal one, as a share of the largest number of a quantity.
LAST_DIGITS = 1e-12
Expected = dict[tuple[str, Labels], Bounded]


def written(draft: Draft, folder: Path) -> tuple[Path, Path]:
    """Write the two files."""
    spec, project = folder / "spec.yaml", folder / "project.yaml"
    spec.write_text(draft.spec(), encoding="utf-8")
    project.write_text(draft.project(), encoding="utf-8")
    return spec, project


def in_plain_python(draft: Draft) -> tuple[Expected, dict[str, bool]]:
    """Return every cell that the result needs, and whether each rule holds.

    Raises
    ------
    Edge
        Where the last digits of a float decide something.
    """
    world = draft.world
    for result in (quantity for quantity in draft.readable if quantity.id in draft.results):
        for labels in np.ndindex(*(len(world.members[s]) for s in result.sets)):
            world.cell(result.id, tuple(world.members[s][at] for s, at in zip(result.sets, labels, strict=True)))
    expected, draft.needed = dict(world.known), frozenset(world.read)
    rules = {}
    for id_, _, over, test in draft.rules:
        letter, set_id = ("i", "stratum") if "i:" in over else ("y", "year") if "y:" in over else ("", "")
        scopes = [{letter: member} for member in world.members[set_id]] if letter else [{}]
        rules[id_] = all(test.holds(world, scope) for scope in scopes)
    return expected, rules


def assert_is_plain_python(run: Run, expected: Expected) -> None:
    """The run has each needed number, within what rounding can do; and no number that is not finite."""
    for (quantity, labels), number in expected.items():
        sets = run.methodology.quantity[quantity].indices
        cell = tuple(run.setting.members[axis].index(label) for axis, label in zip(sets, labels, strict=True))
        found = float(run.values.arrays[quantity][cell])
        assert number.holds(found), f"{quantity}{list(labels)} is {found!r}, in plain Python {float(number.value)!r} +- {number.error:.2g}"
    for quantity in run.values.steps:
        assert all(np.isfinite(value) for _, value, _ in run.cells(quantity)), f"{quantity} has a number that is none"


def assert_rules(run: Run, rules: dict[str, bool]) -> None:
    """Each rule is held or broken as plain Python says."""
    found = {verdict.rule: verdict.state for verdict in run.verdicts}
    assert found == {rule: "held" if holds else "broken" for rule, holds in rules.items()}


def assert_second_computation(run: Run) -> None:
    """The scalar path finds nothing."""
    errors = [finding for finding in audit_recompute(run) if finding.severity == "error"]
    assert not errors, [(finding.subject, finding.what, finding.evidence) for finding in errors]


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two arrays are one, to the bit; a zero has no sign."""
    return bool(np.array_equal(a, b, equal_nan=True))


def batchable_of(run: Run) -> tuple[Batchable, dict[str, np.ndarray]]:
    """Return the run ready for batches, and its inputs."""
    plan = plan_run(run.methodology, run.setting, run.methodology.result_ids, frozenset(run.inputs.values))
    return make_batchable(run.methodology, plan), {name: np.array(run.inputs.values[name]) for name in plan.inputs}


def drawn(run: Run, numbers: dict[str, np.ndarray], draws: int) -> dict[str, np.ndarray]:
    """Return inputs near those of the run; shares and left-out cells stay."""
    rng = np.random.default_rng(5)
    found = {}
    for name, array in numbers.items():
        still = name == "P" or run.methodology.quantity[name].acts_as is not None or run.methodology.quantity[name].type == "yes_no"
        moved = array * rng.lognormal(0.0, 0.0 if still else 0.05, (draws, *array.shape))
        found[name] = np.broadcast_to(array, moved.shape).copy() if still else moved
    return found


def assert_batches(run: Run, *, lanes: bool = False) -> None:
    """The literal form gives the bits of single runs, the optimised form the last digits, and each backend the bits of the other."""
    batchable, numbers = batchable_of(run)
    arrays = drawn(run, numbers, 3)
    results = run.methodology.result_ids
    as_run = evaluate_batch(batchable, ArraySource({}, numbers), Way("literal", "numpy"))
    for id_ in results:
        assert same(as_run.arrays[id_][0], run.values.arrays[id_]), "the literal form of a batch is another number than the run"
    if not arrays:
        return
    literal = evaluate_batch(batchable, ArraySource(arrays), Way("literal", "numpy"))
    optimised = evaluate_batch(batchable, ArraySource(arrays), Way("optimised", "numpy", width=16))
    for draw in range(3):
        own = {name: array[draw] for name, array in arrays.items()}
        states = {name: run.inputs.states[name] for name in own}
        alone = evaluate(run.methodology, batchable.plan, Inputs(own, states, {}, {}, (), ())).arrays
        for id_ in results:
            assert same(literal.arrays[id_][draw], alone[id_]), "the literal form of a batch is another number than a run of that draw"
    for id_ in results:
        assert_close(optimised.arrays[id_], literal.arrays[id_])
    if lanes and is_at_hand():
        for form, program, expected in (("literal", batchable.literal, literal), ("optimised", batchable.optimised, optimised)):
            if can_run(program):
                found = evaluate_batch(batchable, ArraySource(arrays), Way(form, "numba", width=16))
                assert all(same(found.arrays[id_], expected.arrays[id_]) for id_ in results), f"numba gives other bits in the {form} form"


def assert_close(found: np.ndarray, expected: np.ndarray) -> None:
    """Two arrays are one but for the last digits."""
    largest = float(np.nanmax(np.abs(expected), initial=0.0))
    assert np.allclose(found, expected, rtol=LAST_DIGITS, atol=LAST_DIGITS * largest, equal_nan=True), f"{found} is not {expected}"


def assert_again(run: Run) -> None:
    """A recalculation without changes gives every intermediate to the bit."""
    for quantity, array in Recalculation(run.methodology, run.plan, run.inputs)().items():
        held, left_out = run.values.arrays[quantity], run.values.states[quantity] == EXCLUDED
        assert same(np.where(left_out, 0.0, array), held), f"{quantity} is another number when it is computed again"


def assert_explained(run: Run) -> None:
    """Every number of the explanation of a result, down to the inputs, is that of the run."""
    for id_, cell in ((result, at) for result in run.methodology.result_ids for at in np.ndindex(*run.values.arrays[result].shape)):
        node = explain(run, id_, cell)
        assert "\n".join(trace_text(node))
        to_json(node.as_record())
        _assert_numbers(run, node)


def _assert_numbers(run: Run, node: TraceNode) -> None:
    sets = run.methodology.quantity[node.quantity].indices
    cell = tuple(run.setting.members[axis].index(label) for axis, label in zip(sets, node.labels, strict=True))
    assert node.value == float(run.values.arrays[node.quantity][cell])
    assert np.isfinite(node.value)
    for used in node.uses:
        _assert_numbers(run, used)


def assert_written(run: Run) -> None:
    """Each format has the numbers of the run."""
    record = json.loads(to_json(run_record(run)))
    rows = list(csv.DictReader(io.StringIO(run_csv(run))))
    for quantity in record["quantities"]:
        cells = run.cells(quantity["id"])
        assert [cell["value"] for cell in quantity["values"]] == [value for _, value, _ in cells]
        assert [float(row["value"]) for row in rows if row["quantity"] == quantity["id"]] == [value for _, value, _ in cells]
    text, markdown = run_text(run), run_markdown(run)
    for shown in (text, markdown):
        for value in (value for id_ in run.methodology.result_ids for _, value, _ in run.cells(id_)):
            decimals = {f"{value:,.{digits}f}" for digits in range(4)} | {f"{value + 0.0:,.3f}"}
            assert any(number.lstrip("-") in shown for number in decimals), f"{value} is not shown in\n{shown}"


def assert_needs(draft: Draft, methodology: mrvgraph.Methodology, project: Path, run: Run) -> None:
    """What `needs` lists has all that the result hangs on; and a project with that and no more gives the same result."""
    requested = tuple(scalar.text for scalar in run.project.datasets)
    needs = {need.quantity.id for need in find_needs(methodology, draft.world.choices, datasets=requested, readings=draft.world.readings)}
    if any(methodology.quantity[quantity.id].kind != "computed" for quantity in draft.computed):
        return  # such a one is itself on the list, and what its equation reads stands there as another way
    read = {quantity for quantity, _ in draft.world.read}
    assert read <= needs, f"the result hangs on {sorted(read - needs)}, which `needs` does not list"
    given = draft.given
    draft.given = [one for one in given if one.quantity.id in needs or one.way in ("default", "on-request", "dated", "with-error")]
    try:
        project.write_text(draft.project(), encoding="utf-8")
    finally:
        draft.given = given
    again = mrvgraph.run(methodology, project)
    assert all(same(again.values.arrays[id_], run.values.arrays[id_]) for id_ in draft.results)
