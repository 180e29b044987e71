"""A project file that lacks only the numbers: what a target needs in one setting, each number and answer as a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from engine.explain.needs import datasets_by_quantity, find_needs, lacking_cells, plan_for_needs, ways_instead
from engine.output.fitting import broken
from engine.plan.plan import Plan
from engine.plan.setting import Setting, is_static, may_hold
from engine.plan.spec_setting import subsets_asked
from engine.plan.tools_in_use import idle_tools, tool_path
from engine.project.project_file import GAP
from equations.formula.syntax import Binder, Within, quantities_in, walk
from equations.model.index_set import PERIOD_SET
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.readings.composition import with_readings
from equations.text_width import columns_of, padded

#: Comments are broken where they are wider.
_WIDE = 130
#: Cells up to which nobody needs a file.
_SHORT = 24
#: Cells from which on numbers are asked for as a table.
_LONG = 60


def project_template(
    methodology: Methodology,
    setting: Setting,
    *,
    targets: tuple[str, ...] = (),
    datasets: tuple[str, ...] = (),
    days_are_open: bool = False,
) -> str:
    """Return a commented project file for one setting that lacks only the numbers; each is written ``____``.

    Parameters
    ----------
    days_are_open
        Whether nobody said when the project operates: then the file names what projects of other years are asked for besides.
    """
    methodology = with_readings(methodology, setting.readings)
    given = datasets_by_quantity(methodology, datasets)
    plan = plan_for_needs(methodology, setting, targets, frozenset(given))
    lacking = {
        id_: lacking_cells(methodology, setting, plan, methodology.quantity[id_], datasets) for id_ in plan.inputs if id_ in given
    }
    lines = [*_template_head(methodology, setting, datasets), *_template_members(methodology, setting, plan),
             *_template_relations(methodology, setting, plan), *_legend(methodology, setting, plan), "", "values:"]
    for kind, title in (("fixed_ex_ante", "fixed ex ante"), ("monitored", "monitored"), ("statement", "statements"), ("default", "defaults")):
        wanted = [id_ for id_ in plan.inputs if methodology.quantity[id_].kind == kind and (id_ not in given or lacking[id_])]
        if wanted:
            lines += ["", f"  # ---- {title}"]
        for id_ in wanted:
            quantity = methodology.quantity[id_]
            if id_ in given:
                lines += rest_template(quantity, given[id_], lacking[id_])
            else:
                lines += value_template(methodology, setting, quantity, plan, tuple(ways_instead(methodology, setting, id_, given)))
    defaults = [id_ for id_ in plan.inputs if id_ in given]
    if defaults:
        lines += ["", "  # Taken from the methodology's datasets unless you supply them here: " + ", ".join(defaults)]
    if days_are_open:
        lines += _of_other_years(methodology, setting, plan, targets, datasets)
    return "\n".join(lines) + "\n"


def _of_other_years(
    methodology: Methodology, setting: Setting, plan: Plan, targets: tuple[str, ...], datasets: tuple[str, ...]
) -> Iterator[str]:
    """Yield lines that name what is asked for in other years than those of a template."""
    anywhere = find_needs(methodology, setting.choices, targets=targets, datasets=datasets, readings=setting.readings)
    other = [need for need in anywhere if need.quantity.id not in plan.inputs and (need.lacking or not need.given_by)]
    if other:
        yield ""
        yield f"  # Not asked for from {setting.start} to {setting.end}, but in other years (give your own days by --start and --end):"
        yield from (f"  #   {n.quantity.id}: {n.quantity.meaning}" + (f" ({n.under})" if n.under else "") for n in other)


def _template_head(methodology: Methodology, setting: Setting, datasets: tuple[str, ...]) -> list[str]:
    lines = [
        f"# Project file for {methodology.reference}. Replace every ____ by a number (or an answer) and every date and name by your own.",
        "# Nothing is filled in for you: a missing number is an error. The unit of a number may be any unit of the same thing.",
        "# An editor completes and checks fields by the file that `mrvgraph schema project -o project.schema.json` writes beside this one.",
        "# yaml-language-server: $schema=project.schema.json",
        "project:", "  name: ____", "  illustrative: no", f"methodology: {methodology.reference}", "operation:",
        f"  start: {setting.start}   # first day; the operating days of the first year follow from it",
        f"  end: {setting.end}", "monitoring_periods:", f"  - {{id: MP1, start: {setting.start}, end: {setting.end}}}",
    ]  # fmt: skip
    if methodology.choices:
        lines.append("choices:")
    for choice in methodology.choices:
        values = " | ".join(v.id for v in choice.values)
        lines.append(f"  {choice.id}: {quoted(setting.choices[choice.id])}   # {values}: {choice.meaning}")
    offered = [d for d in methodology.datasets if d.use != "default"]
    if offered:
        lines += ["# Datasets used on request: " + "; ".join(f"{d.id} ({d.title})" for d in offered),
                  f"datasets: [{', '.join(datasets)}]"]  # fmt: skip
    return lines


def _sets_in_use(methodology: Methodology, setting: Setting, plan: Plan) -> set[str]:
    """Return the sets over which runs what is needed, or what an equation or a rule that takes part goes through."""
    idle = idle_tools(methodology, plan.needs)
    rules = [rule for rule in methodology.rules
             if tool_path(methodology, rule.id) not in idle
             and (rule.when is None or not is_static(rule.when) or may_hold(rule.when, setting))
             and set(quantities_in(rule.condition)) <= plan.needs.keys()]  # fmt: skip
    formulas = [e.formula for e in methodology.equations if e.quantity in plan.needs and may_hold(e.when, setting)]
    within = [node.within for part in (*formulas, *(rule.condition for rule in rules)) for node in walk(part) if isinstance(node, Binder)]
    used = {axis for id_ in plan.needs for axis in methodology.quantity[id_].indices}
    used |= {one.set for one in within if isinstance(one, Within)} | {set_id for rule in rules for _, set_id in rule.letters}
    return used | {id_ for id_ in subsets_asked(methodology) if tool_path(methodology, id_) not in idle}


def _template_members(methodology: Methodology, setting: Setting, plan: Plan) -> list[str]:
    used = _sets_in_use(methodology, setting, plan)
    open_sets = [s for s in methodology.index_sets if s.project != "fixed" and s.id in used and s.id != PERIOD_SET]
    lines = ["members:"] if open_sets else []
    for index_set in open_sets:
        labels = setting.members[index_set.id]
        comment = f"   # {index_set.meaning}" + ("" if index_set.project == "must-list" else "; list those you have")
        if index_set.kind == "group":
            base = setting.members[index_set.groups]
            spans = [f"{quoted(m)}: [{', '.join(base[at] for at in group)}]"
                     for m, group in zip(labels, setting.groups[index_set.id], strict=True)]  # fmt: skip
            lines.append(f"  {index_set.id}: {{{', '.join(spans)}}}{comment}")
        elif index_set.dated:
            dated = ", ".join(f"{{id: {quoted(m)}, date: {GAP}}}" for m in labels)
            lines.append(f"  {index_set.id}: [{dated}]{comment}")
        else:
            lines.append(f"  {index_set.id}: [{', '.join(quoted(m) for m in labels)}]{comment}")
    idle = idle_tools(methodology, plan.needs)
    silent = [s for s in methodology.index_sets if s.project == "must-list" and s.id not in used and s.id != PERIOD_SET]
    silent = [s for s in silent if tool_path(methodology, s.id) not in idle]
    if silent:
        lines.append("# sets of which nothing is asked under these choices; they may stay unlisted, or be listed as [] where there are none")
        lines += [f"#   {s.id}: {s.meaning}" for s in silent]
    return lines


def _template_relations(methodology: Methodology, setting: Setting, plan: Plan) -> Iterator[str]:
    """Yield the lines of the relations that a project lists and that what is needed runs over; all combinations stand there to be struck out."""
    read = {methodology.quantity[id_].on for id_ in plan.needs}
    asked = [one for one in methodology.relations if one.id in read and one.pairs is None]
    if asked:
        yield "# the combinations that exist: strike out the others; {} where there are none; a long list may be a file: {file: pairs.csv}"
        yield "relations:"
    for relation in asked:
        labels = [setting.members[axis] for axis in relation.over]
        yield f"  {relation.id}: {_combinations(labels)}   # {', '.join(relation.over)}: {relation.meaning}"


def _legend(methodology: Methodology, setting: Setting, plan: Plan) -> Iterator[str]:
    """Yield what the members are called by which numbers are asked for, of sets whose members have names beside their short ones."""
    shown: set[str] = set()
    for set_id in (axis for id_ in plan.inputs for axis in methodology.quantity[id_].indices):
        found = methodology.index_set[set_id]
        named = [(m, found.name_of(m)) for m in setting.members[set_id] if m not in shown and found.name_of(m) != m]
        if named:
            yield from broken(f"# {set_id}: " + "; ".join(f"{member} {name}" for member, name in named), _WIDE, "#   ")
        shown |= {member for member, _ in named}


def _combinations(labels: Sequence[Sequence[str]]) -> str:
    """Return every combination of members as nested YAML."""
    first, *rest = labels
    if not rest:
        return f"[{', '.join(map(quoted, first))}]"
    return "{" + ", ".join(f"{quoted(label)}: {_combinations(rest)}" for label in first) + "}"


def rest_template(quantity: Quantity, dataset: str, lacking: list[tuple[str, ...]]) -> list[str]:
    """Return the lines of one entry with a gap for each number that a dataset does not give."""
    lines = ["", f"  # {quantity.meaning}{_cited(quantity)}", f"  # {dataset} gives the other numbers", f"  {quantity.id}:"]
    if quantity.type == "number":
        lines.append(f"    unit: {quoted(str(quantity.unit))}")
    return [*lines, *said_gaps(quantity, "    "), *_template_answers_of(quantity, lacking)]


def value_template(methodology: Methodology, setting: Setting, quantity: Quantity, plan: Plan, instead: Sequence[str] = ()) -> list[str]:
    """Return the lines of one entry under ``values:`` with a gap for every number.

    Parameters
    ----------
    instead
        Other ways to what it gives, which are named.
    """
    lines = ["", f"  # {quantity.meaning}{_cited(quantity)}"]
    if quantity.published_unit_text:
        lines.append(f"  # published unit: {quantity.published_unit_text}")
    if instead:
        lines += broken(f"  # in its place: {'; '.join(instead)}", _WIDE, "  #   ")
    box = plan.inputs[quantity.id]
    labels = [[setting.members[axis][at] for at in places] for axis, places in zip(quantity.indices, box, strict=True)]
    if quantity.type != "number":
        return [*lines, *_template_answers(quantity, labels)]
    lines += [f"  {quantity.id}:"]
    count = 1
    for axis in labels:
        count *= len(axis)
    if count > _SHORT:
        columns = ", ".join(axis for axis, _ in zip(quantity.axis_names, labels, strict=True))
        lines.append(f"    # or `file: {quantity.id}.csv` in place of what follows below `unit:`, with the columns {columns}, value, source")
    if quantity.indices and count > _LONG and len(labels) >= 2:
        return lines + list(_template_tables(quantity, labels))
    lines += [f"    unit: {quoted(str(quantity.unit))}", *said_gaps(quantity, "    ")]
    if not quantity.indices:
        return [*lines, "    value: ____"]
    return [*lines, "    values:", *nested_gaps(labels, "      ")]


def _template_answers(quantity: Quantity, labels: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a statement, one for each cell."""
    if not labels:
        yield f"  {quantity.id}: {{value: ____, source: ____}}   # {_answer(quantity)}"
        return
    yield f"  {quantity.id}:"
    yield from said_gaps(quantity, "    ")
    yield from _template_answers_of(quantity, list(product(*labels)))


def _template_answers_of(quantity: Quantity, cells: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield a line for each of some cells."""
    yield "    values:"
    seen: tuple[str, ...] = ()
    for cell in cells:
        for depth, label in enumerate(cell):
            if seen[: depth + 1] != cell[: depth + 1]:
                last = depth == len(cell) - 1
                yield f"      {'  ' * depth}{quoted(label)}:" + (f" ____   # {_answer(quantity)}" if last else "")
        seen = cell


def said_gaps(quantity: Quantity, indent: str) -> Iterator[str]:
    """Yield a gap for each thing that is asked of a number: its source, and of a monitored one how it is monitored."""
    yield f"{indent}source: {GAP}"
    if quantity.kind == "monitored":
        yield f"{indent}monitoring_option: {GAP}   # A public data, B transaction records, C own measurement"
        yield f"{indent}method: {GAP}"
        yield f"{indent}frequency: {GAP}"


def nested_gaps(labels: list[list[str]], indent: str) -> Iterator[str]:
    """Yield lines of nested labels with a gap behind each of the last."""
    if len(labels) == 1:
        yield indent + "{" + ", ".join(f"{quoted(label)}: ____" for label in labels[0]) + "}"
        return
    for label in labels[0]:
        if len(labels) == 2:
            yield f"{indent}{quoted(label)}: {{" + ", ".join(f"{quoted(x)}: ____" for x in labels[1]) + "}"
        else:
            yield f"{indent}{quoted(label)}:"
            yield from nested_gaps(labels[1:], indent + "  ")


def _template_tables(quantity: Quantity, labels: list[list[str]]) -> Iterator[str]:
    """Write one table for each combination of the indices behind the first two."""
    wide = max(columns_of(text) for text in (*labels[0], *labels[1], GAP)) + 2
    for rest in product(*labels[2:]):
        yield f"    - unit: {quoted(str(quantity.unit))}"
        yield from said_gaps(quantity, "      ")
        if rest:
            fixed = ", ".join(f"{axis}: {quoted(label)}" for axis, label in zip(quantity.indices[2:], rest, strict=True))
            yield f"      at: {{{fixed}}}"
        yield "      table: |2   # rows: the first index, columns: the second"
        yield " " * (8 + wide) + "".join(padded(label, wide) for label in labels[1]).rstrip()
        for label in labels[0]:
            yield " " * 8 + padded(label, wide) + "".join(GAP.ljust(wide) for _ in labels[1]).rstrip()


def _cited(quantity: Quantity) -> str:
    return f" ({quantity.source})" if quantity.source else ""


def _answer(quantity: Quantity) -> str:
    return {"yes_no": "yes or no", "date": "a date as 2018-03-12"}.get(quantity.type, str(quantity.unit))


def quoted(text: str) -> str:
    """Return a text as YAML takes it for one."""
    return f'"{text}"' if not text.replace("_", "").replace(".", "").isalnum() or text.lower() in ("yes", "no", "1") or " " in text else text
