"""What the command needs does: the inputs that a target needs, listed, or as a project file to fill in."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping

from engine.explain.document_template import asked_parts, documents_template
from engine.explain.needs import Need, find_needs, matching_choices
from engine.explain.needs_text import needs_text
from engine.explain.template import project_template
from engine.output.written_files import refused, target_of
from engine.plan.setting import default_switches
from engine.plan.spec_setting import named_setting
from engine.project.open_project import holds_nothing
from engine.report.run_report import to_json
from equations.errors import InputError
from equations.library.spec_files import load_methodology
from equations.model.methodology import Methodology


def needed(options: Namespace, choices: Mapping[str, str], readings: Mapping[str, str]) -> str:
    """Return the inputs that a target needs, for reading or as JSON.

    Parameters
    ----------
    options
        As parsed: spec, target, dataset, format.

    Raises
    ------
    InputError
        I502 for an option of a template.
    """
    for option in ("start", "end", "members", "with", "overwrite"):
        if getattr(options, option):
            raise InputError("I502", f"--{option} is for a template", remedy="add --template, or leave it out")
    methodology = load_methodology(options.spec)
    needs = _needs(methodology, options, choices, readings)
    return to_json([need.as_record() for need in needs]) if options.format == "json" else needs_text(methodology, needs)


def template_text(
    options: Namespace, choices: Mapping[str, str], readings: Mapping[str, str], members: Mapping[str, str]
) -> tuple[Methodology, str]:
    """Return a methodology, and a project file for it with its numbers open.

    Parameters
    ----------
    options
        As parsed: spec, target, dataset, start, end, with, output, overwrite.

    Raises
    ------
    InputError
        I520 for an output in which numbers, or anything but a template, stand.
    """
    if options.output and not options.overwrite and not holds_nothing(target_of(options.output)):
        raise refused(options.output, "something stands there that is no empty template",
                      "a template has no numbers, and would replace those of the file", "name another file, or add --overwrite")  # fmt: skip
    methodology, targets, datasets = load_methodology(options.spec), tuple(options.target or ()), tuple(options.dataset or ())
    _needs(methodology, options, choices, readings)  # a target, a choice or a reading that there is not is told before anything is written
    chosen = matching_choices(methodology, {**default_switches(methodology)[0], **choices})[0]
    days = options.start or "2024-01-01", options.end or "2025-12-31"
    setting = named_setting(methodology, chosen, readings, *days, members)
    text = project_template(methodology, setting, targets=targets, datasets=datasets, days_are_open=not (options.start and options.end))
    kinds = asked_parts(",".join(getattr(options, "with") or ()))
    return methodology, text + (documents_template(methodology, setting, kinds, targets, datasets) if kinds else "")


def _needs(methodology: Methodology, options: Namespace, choices: Mapping[str, str], readings: Mapping[str, str]) -> tuple[Need, ...]:
    return find_needs(methodology, choices, targets=tuple(options.target or ()), datasets=tuple(options.dataset or ()), readings=readings)
