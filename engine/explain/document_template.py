"""The part of a template for what other documents state: one document with a gap for each number that a methodology reports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.explain.needs import datasets_by_quantity, plan_for_needs
from engine.explain.template import nested_gaps, quoted
from engine.plan.plan import Plan
from engine.plan.setting import Setting
from engine.project.project_file import GAP
from equations.errors import InputError, near
from equations.model.index_set import lies_in_time
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.readings.composition import with_readings

#: Word on the command line -> kind of statement; words without one cannot be written yet.
PARTS: dict[str, str] = {"claims": "claimed", "design": "registered", "samples": "sample", "instruments": "instruments"}


def asked_parts(text: str) -> tuple[str, ...]:
    """Return the kinds of statements that ``--with`` names.

    Raises
    ------
    InputError
        I508 for what there is no template of.
    """
    found = []
    for word in (part.strip() for part in text.split(",") if part.strip()):
        kind = PARTS.get(word)
        if not kind:
            can = [name for name, known in PARTS.items() if known]
            why = "only kinds of statements that a project file can hold have a template" if word in PARTS else "there is no such part of a template"
            raise InputError("I508", f"there is no template of {word!r}", why=why, remedy=near(word, can) or f"take {', '.join(can)}")
        found.append(kind)
    return tuple(dict.fromkeys(found))


def documents_template(
    methodology: Methodology, setting: Setting, kinds: tuple[str, ...], targets: tuple[str, ...] = (), datasets: tuple[str, ...] = ()
) -> str:
    """Return the entry ``documents:`` of a project file, to be filled in or moved into a file of its own.

    Parameters
    ----------
    kinds
        Kinds of statements (:func:`asked_parts`).
    targets, datasets
        As for the template of the project.
    """
    methodology = with_readings(methodology, setting.readings)
    plan = plan_for_needs(methodology, setting, targets, frozenset(datasets_by_quantity(methodology, datasets)))
    samples = [*_samples(methodology, plan)] if "sample" in kinds else []
    kinds = tuple(kind for kind in kinds if kind != "sample")
    if not kinds:
        return "\n".join(samples) + "\n"
    lines = [
        "", "# What other documents state, compared within the digits that are typed here. A gap states nothing; any quantity can be added, at any",
        "# level. A document may also stand in a file of its own beside this one: documents: [report.yaml]",
        "documents:", f"  - document: {GAP}   # title of the report, the workbook or the statement", "    # date: 2024-01-01",
    ]  # fmt: skip
    for kind in kinds:
        lines += [f"    {kind}:", *_WRITERS[kind](methodology, setting, plan)]
    return "\n".join([*samples, *lines]) + "\n"


def _claimed(methodology: Methodology, setting: Setting, plan: Plan) -> Iterator[str]:
    """Yield the lines of what a document claims: results and what is reported."""
    for id_ in dict.fromkeys((*methodology.result_ids, *methodology.reported)):
        if id_ in plan.needs and methodology.quantity[id_].type == "number":
            yield from stated_gaps(methodology.quantity[id_], setting, plan, "      ")


def stated_gaps(quantity: Quantity, setting: Setting, plan: Plan, indent: str) -> Iterator[str]:
    """Yield the lines of one quantity with a gap for each number."""
    yield f"{indent}{quantity.id}:   # {quantity.meaning}"
    yield f"{indent}  unit: {quoted(str(quantity.unit))}"
    yield f"{indent}  place: {GAP}   # page, or sheet and cell"
    if not quantity.indices:
        yield f"{indent}  value: {GAP}"
        return
    labels = [[setting.members[axis][at] for at in places] for axis, places in zip(quantity.indices, plan.needs[quantity.id], strict=True)]
    yield f"{indent}  values:"
    yield from nested_gaps(labels, f"{indent}    ")


def _registered(methodology: Methodology, setting: Setting, plan: Plan) -> Iterator[str]:
    """Yield the lines of a registered design: what it fixes and expects, what it has monitored, and its members."""
    inputs = [methodology.quantity[id_] for id_ in plan.inputs if methodology.quantity[id_].type == "number"]
    yield "      fixed:   # with the digits that the design prints"
    for quantity in (one for one in inputs if one.kind == "fixed_ex_ante"):
        yield from stated_gaps(quantity, setting, plan, "        ")
    yield "      estimates:   # a number for other days than those of its label says so: days: 204, or from: 2024-03-12 and to: 2024-12-31"
    for id_ in methodology.result_ids:
        if id_ in plan.needs:
            yield from stated_gaps(methodology.quantity[id_], setting, plan, "        ")
    yield "      monitored:   # sources: the one that comes first before the others; precision: as 5 %"
    for quantity in (one for one in inputs if one.kind == "monitored"):
        yield f"        {quantity.id}: {{frequency: {GAP}, method: {GAP}, sources: [{GAP}], precision: {GAP}, place: {GAP}}}   # {quantity.meaning}"
    used = {axis for quantity in inputs for axis in quantity.indices}
    own = [one for one in methodology.index_sets if one.id in used and one.project != "fixed" and not lies_in_time(one.id, methodology.index_set)]
    yield from (["      members:   # units, meters, fuels, areas that the design has"] if own else [])
    yield from (f"        {one.id}: [{GAP}]   # {one.meaning}" for one in own)


def _instruments(methodology: Methodology, setting: Setting, plan: Plan) -> Iterator[str]:
    """Yield one meter for each monitored quantity; a meter without a name says nothing."""
    for quantity in _monitored(methodology, plan):
        where = ", ".join(f"{axis}: {GAP}" for axis in quantity.axis_names if not lies_in_time(axis, methodology.index_set))
        yield f"      - meter: {GAP}   # {quantity.id}: {quantity.meaning}"
        yield f"        class: {GAP}   # as 0.5 %"
        yield f"        installed: {GAP}   # as {setting.start}"
        yield f"        calibrated: [{GAP}]"
        yield f"        interval: {GAP}   # as 1 year"
        yield f"        serves: [{{quantity: {quantity.id}{f', at: {{{where}}}' if where else ''}, applied: {GAP}}}]"


def _samples(methodology: Methodology, plan: Plan) -> Iterator[str]:
    """Yield, as comments, how a sample gives each monitored quantity: the values above are its other form."""
    yield ""
    yield "# Numbers that a sample gives: write it under the quantity above, in place of its value or values (docs/reference/project_file.md)."
    for quantity in _monitored(methodology, plan):
        by = ", ".join(f"{axis}: COLUMN" for axis in quantity.axis_names)
        is_share = not quantity.unit.powers
        yield f"#   {quantity.id}:   # {quantity.meaning}"
        yield f"#     sample: {{{'yes: , no: , n: ' if is_share else 'mean: , n: , sd: '}, population: , plan: 90/10, missed: lower}}"
        yield f"#     sample: {{file: survey.csv, column: , record: {f', by: {{{by}}}' if by else ''}, plan: 90/10, missed: lower}}"


def _monitored(methodology: Methodology, plan: Plan) -> Iterator[Quantity]:
    for quantity in map(methodology.quantity.__getitem__, plan.inputs):
        if quantity.kind == "monitored" and quantity.type == "number":
            yield quantity


#: Kind of statement -> yields the lines of its template.
_WRITERS: Mapping[str, Callable[[Methodology, Setting, Plan], Iterator[str]]] = {
    "claimed": _claimed, "registered": _registered, "instruments": _instruments,
}  # fmt: skip
