"""Where numbers come from: defaults and datasets used, values in place of an equation, values beside the default they replace."""

from __future__ import annotations

from collections.abc import Iterator

from engine.audit.dataset_lives import lives_findings
from engine.audit.desk.what_moves import moved
from engine.audit.published import Cell, Published
from engine.audit.roles import serving_result
from engine.finding import Finding
from engine.plan.cells import cell_name
from engine.plan.setting import giving
from engine.run.run import Run
from engine.run.said_values import given_as, value_text
from equations.errors import listed_texts
from equations.model.roles import ACCOUNT

#: A supplied value this many times its default, or this part of it, is a warning.
FAR = 5.0
_SAME = 1e-6


def audit_defaults(run: Run) -> tuple[Finding, ...]:
    """Report every default and dataset that is used, and every value that stands where an equation or a default could.

    Returns
    -------
    tuple of Finding
        A703 (note) for each dataset; A704 for each quantity supplied in place of an equation: a note, a warning where the
        methodology computes it, an error where it is a result, whatever its role; A719 for values beside the published one that is for their days;
        A820 to A825 of the lives of datasets (:mod:`engine.audit.dataset_lives`).
    """
    published = Published(run, serving_result(run))
    return (*_datasets(run), *in_place_of_equations(run), *_beside_defaults(run, published), *lives_findings(run, published))


def _datasets(run: Run) -> Iterator[Finding]:
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for quantity in serving_result(run):
        id_ = quantity.id
        for cell, origin in run.inputs.origins.get(id_, {}).items():
            if origin.kind != "project":
                written = f"{cell_name(quantity, run.setting, cell)} = {given_as(origin)}"
                found.setdefault((origin.kind, origin.name), {}).setdefault(id_, []).append(written)
    for (kind, name), quantities in found.items():
        dataset = run.methodology.dataset[name]
        cells = [texts[0] if len(texts) == 1 else f"{id_} ({len(texts)} cells)" for id_, texts in quantities.items()]
        asked = "asked for by the project" if kind == "dataset" else "used because the project supplies nothing else"
        yield Finding(
            "A703",
            "note",
            name,
            f"{len(quantities)} quantit{'ies take' if len(quantities) > 1 else 'y takes'} the values of {name}, {asked}",
            listed_texts(cells, 12),
            "see that the values are allowed for this project and period",
            source=str(dataset.source),
        )


def in_place_of_equations(run: Run) -> Iterator[Finding]:
    """Yield A704 for each quantity that is supplied although an equation gives it."""
    for quantity in serving_result(run):
        id_ = quantity.id
        equations = giving(id_, run.methodology, run.setting)
        origins = run.inputs.origins.get(id_, {})
        if not equations or not origins:
            continue
        by = sorted({"the project" if o.kind == "project" else f"dataset {o.name}" for o in origins.values()})
        is_result = id_ in run.methodology.result_ids or (quantity.kind == "computed" and quantity.role in ACCOUNT)
        severity = "error" if is_result else "note" if quantity.kind != "computed" else "warning"
        remedy = "" if severity == "note" else f"supply what {equations[0].label} needs, and let the equation give {id_}"
        place = next(iter(origins.values())).place
        yield Finding(
            "A704",
            severity,
            id_,
            f"{id_} is supplied by {' and '.join(by)} in place of {equations[0].label}",
            f"{len(origins)} value{'s' if len(origins) > 1 else ''}",
            remedy,
            source=str(quantity.source),
            place=place,
        )


def _beside_defaults(run: Run, published: Published) -> Iterator[Finding]:
    for quantity in serving_result(run):
        id_, origins = quantity.id, run.inputs.origins.get(quantity.id, {})
        far: dict[str, tuple[Cell, float]] = {}
        off: dict[str, tuple[Cell, float]] = {}
        for cell, origin in origins.items():
            known = published.due(quantity, cell) if origin.kind == "project" else None
            if known is None:
                continue
            value, name, default = float(run.values.arrays[id_][cell]), known.dataset.id, known.value
            text = f"{cell_name(quantity, run.setting, cell)} = {value_text(quantity.type, value)}, in {name} {value_text(quantity.type, default)}"
            if value == 0 or default == 0 or quantity.type != "number":
                off |= {text: (cell, default)} if value != default else {}
            elif max(value / default, default / value) >= FAR or value * default < 0:
                far[f"{text}: {value / default:.3g} times"] = cell, default
            elif abs(value / default - 1) > _SAME:
                off[f"{text}: {100 * (value / default - 1):+.3g} %"] = cell, default
        for texts, severity in ((far, "warning"), (off, "note")):
            if texts:
                by = moved(run, {id_: dict(texts.values())})
                yield Finding(
                    "A719",
                    severity,
                    id_,
                    f"{len(texts)} supplied value{'s' if len(texts) > 1 else ''} of {id_} "
                    f"differ{'' if len(texts) > 1 else 's'} {'far ' if severity == 'warning' else ''}from a published one",
                    f"{listed_texts(list(texts))}; with the published: {by.text}",
                    "check the unit and the source of the supplied value",
                    source=str(quantity.source),
                    place=next(iter(origins.values())).place,
                    moves=by.first,
                )
