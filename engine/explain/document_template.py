"""The part of a template for what other documents state: one document with a gap for each number that a methodology reports."""

from __future__ import annotations

from collections.abc import Iterator

from engine.explain.needs import datasets_by_quantity, plan_for_needs
from engine.explain.template import nested_gaps, quoted
from engine.plan.plan import Plan
from engine.plan.setting import Setting
from engine.project.project_documents import KINDS
from engine.project.project_file import GAP
from equations.errors import InputError, near
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.readings.composition import with_readings

#: Word on the command line -> kind of statement; words without one cannot be written yet.
PARTS: dict[str, str] = {"claims": "claimed", "design": "", "samples": "", "instruments": ""}


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
        assert kind in KINDS
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
    lines = [
        "", "# What other documents state, compared within the digits that are typed here. A gap states nothing; any quantity can be added, at any",
        "# level. A document may also stand in a file of its own beside this one: documents: [report.yaml]",
        "documents:", f"  - document: {GAP}   # title of the report, the workbook or the statement", "    # date: 2024-01-01",
    ]  # fmt: skip
    for kind in kinds:
        lines.append(f"    {kind}:")
        for id_ in dict.fromkeys((*methodology.result_ids, *methodology.reported)):
            if id_ in plan.needs and methodology.quantity[id_].type == "number":
                lines += _stated(methodology.quantity[id_], setting, plan)
    return "\n".join(lines) + "\n"


def _stated(quantity: Quantity, setting: Setting, plan: Plan) -> Iterator[str]:
    """Yield the lines of one quantity with a gap for each number."""
    yield f"      {quantity.id}:   # {quantity.meaning}"
    yield f"        unit: {quoted(str(quantity.unit))}"
    yield f"        place: {GAP}   # page, or sheet and cell"
    if not quantity.indices:
        yield f"        value: {GAP}"
        return
    labels = [[setting.members[axis][at] for at in places] for axis, places in zip(quantity.indices, plan.needs[quantity.id], strict=True)]
    yield "        values:"
    yield from nested_gaps(labels, "          ")
