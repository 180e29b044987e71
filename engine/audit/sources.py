"""Where values come from: numbers without a source, monitored ones without a method, projects that are only an illustration."""

from __future__ import annotations

from collections.abc import Iterator

from engine.finding import Finding
from engine.plan.cells import cell_name
from engine.run.run import Run
from equations.errors import listed_texts

_METHOD = ("monitoring_option", "method", "frequency")


def audit_sources(run: Run) -> tuple[Finding, ...]:
    """Look for what a project does not say about its numbers.

    Returns
    -------
    tuple of Finding
        A706: a warning for values without a source, a note for monitored values without option, method or frequency; A721 (warning)
        for a project whose numbers are made up.
    """
    return (*_illustrative(run), *_unsourced(run))


def _illustrative(run: Run) -> Iterator[Finding]:
    if run.project.identity.get("illustrative") == "yes":
        yield Finding(
            "A721",
            "warning",
            run.project.name,
            "the project file says that its numbers are made up for an example",
            "",
            "no result can rest on it",
        )


def sources_by_cell(run: Run) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each quantity whose numbers do not all come from one source, with what is said of each: cell, source and comments.

    Lines of a CSV file say so for themselves; so do several blocks of one quantity.
    """
    for id_, origins in run.inputs.origins.items():
        said = {
            cell: origin.source + (f" ({comments})" if (comments := dict(origin.meta).get("comments", "")) else "")
            for cell, origin in origins.items()
            if origin.kind == "project"
        }
        if len(set(said.values())) > 1:
            quantity = run.methodology.quantity[id_]
            yield id_, [(cell_name(quantity, run.setting, cell), text or "no source") for cell, text in said.items()]


def _unsourced(run: Run) -> Iterator[Finding]:
    for id_, origins in run.inputs.origins.items():
        quantity = run.methodology.quantity[id_]
        given = {cell: origin for cell, origin in origins.items() if origin.kind == "project"}
        bare = [cell for cell, origin in given.items() if not origin.source.strip("? ")]
        if bare:
            yield Finding(
                "A706",
                "warning",
                id_,
                f"{len(bare)} of {len(given)} supplied values of {id_} have no source",
                listed_texts([cell_name(quantity, run.setting, cell) for cell in bare]),
                "add `source:`",
                source=str(quantity.source),
                place=given[bare[0]].place,
            )
        if quantity.kind == "monitored" and given:
            silent = {field for origin in given.values() for field in _METHOD if not dict(origin.meta).get(field, "").strip("? ")}
            if silent:
                lacking = ", ".join(field for field in _METHOD if field in silent)
                yield Finding(
                    "A706",
                    "note",
                    id_,
                    f"the monitored {id_} does not say its {lacking.replace('_', ' ')}",
                    "",
                    "add what the monitoring sheet asks for",
                    source=str(quantity.source),
                    place=next(iter(given.values())).place,
                )
