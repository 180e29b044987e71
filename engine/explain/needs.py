"""What a target needs: the inputs a project must supply, grouped by kind, and a project file that lacks only the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from types import MappingProxyType

from engine.plan.cells import existing
from engine.plan.dataset_cells import given_cells
from engine.plan.graph import uses
from engine.plan.plan import Plan
from engine.plan.planner import plan_run, plan_with_rules
from engine.plan.rule_cells import Known
from engine.plan.setting import Setting, may_hold
from engine.plan.spec_setting import (
    FIRST,
    YEARS,
    check_switches,
    choice_combinations,
    is_invented,
    placeholder_setting,
    spans,
    subsets_asked,
)
from engine.plan.upstream import cut_off
from engine.project.project_file import GAP
from equations.errors import GraphError, InputError, near_or_all
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.readings.composition import with_readings
from equations.records import record

_LONG = 60
#: First year and number of years of the projects that are asked about first.
_USUAL = (FIRST, YEARS)


@record(frozen=True)
class Need:
    """One needed input.

    Attributes
    ----------
    given_by
        Dataset that supplies it unless the project does, or empty.
    instead
        Other ways to obtain it: equations with what they need, datasets on request.
    under
        Choices under which it is needed, where not under all that were asked about.
    lacking
        Cells that ``given_by`` does not fill, and that a project must supply: ``EF[2026]``.
    """

    quantity: Quantity
    used_by: tuple[str, ...]
    given_by: str = ""
    instead: tuple[str, ...] = ()
    under: str = ""
    lacking: tuple[str, ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        q = self.quantity
        return {
            "id": q.id, "symbol": q.symbol, "meaning": q.meaning, "kind": q.kind, "unit": str(q.unit), "indices": list(q.indices),
            "published_unit": q.published_unit_text or str(q.unit), "range": str(q.range) if q.range else "",
            "source": str(q.source), "supplied_by": q.supplied_by, "used_by": list(self.used_by), "given_by": self.given_by,
            "lacking": list(self.lacking),
            "instead": list(self.instead), "under": self.under,
        }  # fmt: skip


def matching_choices(methodology: Methodology, chosen: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the combinations of choices that agree with those made.

    Raises
    ------
    InputError
        I508 for a choice or a value that does not exist.
    """
    check_switches(methodology, chosen, {})
    return [c for c in choice_combinations(methodology) if all(c[id_] == value for id_, value in chosen.items())]


def find_needs(
    methodology: Methodology,
    chosen: Mapping[str, str],
    *,
    targets: tuple[str, ...] = (),
    datasets: tuple[str, ...] = (),
    readings: Mapping[str, str] | None = None,
) -> tuple[Need, ...]:
    """Return the inputs that a target needs under the choices made.

    Parameters
    ----------
    chosen
        Choice -> value; choices that are left open are gone through, and each need says under which it arises.
    datasets
        Datasets on request that the project will use.

    Raises
    ------
    MethodologyError
        If a target does not exist or cannot be computed.
    """
    check_switches(methodology, chosen, readings or {})
    methodology = with_readings(methodology, readings or {})
    combinations = matching_choices(methodology, chosen)
    found: dict[str, dict[int, Need]] = {}
    years: dict[str, str] = {}
    for first, count in spans(methodology):  # a case may hold from a calendar year on: one span of years does not show all that is asked
        for at, choices in enumerate(combinations):
            for need in needs_in(methodology, placeholder_setting(methodology, choices, readings, first, count), targets, datasets):
                held = found.setdefault(need.quantity.id, {})
                if at not in held or (need.lacking and not held[at].lacking):
                    held[at] = need
                years.setdefault(need.quantity.id, "" if (first, count) == _USUAL else f"a project of {_shown(first, count)}")
    return tuple(
        replace(
            next((need for need in found[q.id].values() if need.lacking), next(iter(found[q.id].values()))),
            under=", ".join(filter(None, (_under(methodology, [combinations[at] for at in found[q.id]], combinations), years[q.id]))),
        )
        for q in methodology.quantities
        if q.id in found
    )


def _shown(first: int, count: int) -> str:
    return f"{first} to {first + count - 1}" if count > 1 else str(first)


def needs_in(
    methodology: Methodology, setting: Setting, targets: tuple[str, ...], datasets: tuple[str, ...]
) -> list[Need]:
    """Return the needs in one setting."""
    given = datasets_by_quantity(methodology, datasets)
    plan = plan_for_needs(methodology, setting, targets, frozenset(given))
    needs = []
    for id_ in plan.inputs:
        readers = plan.needed_by.get(id_, ())
        users = tuple(methodology.equation[e].label for e in readers if e in methodology.equation)
        users += tuple(e for e in readers if e not in methodology.equation)
        quantity = methodology.quantity[id_]
        lacking = lacking_cells(methodology, setting, plan, quantity, datasets) if id_ in given else []
        names = tuple(f"{id_}[{', '.join(labels)}]" for labels in lacking)
        needs.append(Need(quantity, users, given.get(id_, ""), tuple(_instead(methodology, setting, id_, given)), "", names))
    return needs


def lacking_cells(
    methodology: Methodology, setting: Setting, plan: Plan, quantity: Quantity, requested: tuple[str, ...]
) -> list[tuple[str, ...]]:
    """Return the labels of the cells that a plan needs of a quantity and that datasets by default or on request do not fill.

    Of members whose names only the project knows nothing is said: a dataset may have them.
    """
    used = {dataset.id for dataset in methodology.datasets if dataset.use == "default" or dataset.id in requested}
    filled = given_cells(methodology, setting, quantity, used)
    exists = existing(quantity, setting, methodology)
    found = []
    for cell in product(*plan.inputs[quantity.id]):
        labels = tuple(setting.members[axis][at] for axis, at in zip(quantity.indices, cell, strict=True))
        invented = any(is_invented(methodology, axis, label) for axis, label in zip(quantity.indices, labels, strict=True))
        if cell not in filled and not invented and (exists is None or exists(cell)):
            found.append(labels)
    return found


def plan_for_needs(
    methodology: Methodology,
    setting: Setting,
    targets: tuple[str, ...],
    given: frozenset[str],
    stated: Mapping[str, float] = MappingProxyType({}),
) -> Plan:
    """Plan a target so that what a project is asked for is an input, although an equation could give it.

    Where the result is asked for, what the rules of the methodology read is needed too, unless it only led to what is asked for anyway.

    Parameters
    ----------
    stated
        Quantity without indices -> what a project says of it; rules that this decides ask for nothing more.
    """
    wanted = targets or (methodology.result,)
    asked = frozenset(
        quantity.id
        for quantity in methodology.quantities
        if quantity.is_input and quantity.id in methodology.definitions and quantity.id not in given and quantity.id not in wanted
        and not _follows(methodology, setting, quantity.id, given)
    )
    if methodology.result not in wanted:
        return plan_run(methodology, setting, wanted, given | asked)
    alone = plan_run(methodology, setting, wanted, given | asked)
    known = Known(lambda id_: None if id_ in given else id_ in alone.inputs, stated)
    plan = plan_with_rules(methodology, setting, wanted, given | asked, known)
    return replace(plan, inputs={id_: box for id_, box in plan.inputs.items() if not cut_off(methodology, plan, id_)})


def _follows(methodology: Methodology, setting: Setting, quantity: str, given: frozenset[str]) -> bool:
    """Whether an equation gives a quantity from what is at hand, or from statements about days alone."""
    try:
        plan = plan_run(methodology, setting, (quantity,), given)
    except (GraphError, InputError):  # no equation, or one that goes through members that nobody listed
        return False
    return quantity not in plan.inputs and set(plan.inputs) <= given


def datasets_by_quantity(methodology: Methodology, requested: tuple[str, ...]) -> dict[str, str]:
    """Return quantity -> dataset for defaults and for the datasets that are requested."""
    for id_ in requested:
        if id_ not in methodology.dataset:
            raise InputError("I508", f"the methodology has no dataset {id_!r}",
                             remedy=near_or_all(id_, methodology.dataset, "its datasets are"))  # fmt: skip
    found: dict[str, str] = {}
    for dataset in methodology.datasets:
        if dataset.use == "default" or dataset.id in requested:
            found |= {block.quantity: dataset.id for block in dataset.values}
    return found


def _instead(methodology: Methodology, setting: Setting, id_: str, given: Mapping[str, str]) -> Iterator[str]:
    for dataset in methodology.datasets:
        if dataset.use != "default" and given.get(id_) != dataset.id and any(b.quantity == id_ for b in dataset.values):
            yield f"dataset {dataset.id}"
    if id_ in given:
        return
    for equation in methodology.definitions.get(id_, ()):
        if equation.when is None or may_hold(equation.when, setting):
            used = dict.fromkeys(use.quantity for use in uses(equation, methodology))
            yield f"{equation.label} from {', '.join(used)}"


def _under(methodology: Methodology, where: list[dict[str, str]], combinations: list[dict[str, str]]) -> str:
    """Describe the choices under which something is needed, by the values that each choice takes there."""
    if len(where) == len(combinations):
        return ""
    parts = []
    for choice in methodology.choices:
        here = {c[choice.id] for c in where}
        if here != {c[choice.id] for c in combinations}:
            parts.append(f"{choice.id} = " + " or ".join(v.id for v in choice.values if v.id in here))
    return ", ".join(parts)


# -- the template


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
    lines = [*_template_head(methodology, setting, datasets), *_template_members(methodology, setting, plan), "", "values:"]
    for kind, title in (("fixed_ex_ante", "fixed ex ante"), ("monitored", "monitored"), ("statement", "statements"), ("default", "defaults")):
        wanted = [id_ for id_ in plan.inputs if methodology.quantity[id_].kind == kind and (id_ not in given or lacking[id_])]
        if wanted:
            lines += ["", f"  # ---- {title}"]
        for id_ in wanted:
            quantity = methodology.quantity[id_]
            if id_ in given:
                lines += rest_template(quantity, given[id_], lacking[id_])
            else:
                lines += value_template(methodology, setting, quantity, plan)
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
        "project:", "  name: ____", "  illustrative: no", f"methodology: {methodology.reference}", "operation:",
        f"  start: {setting.start}   # first day; the operating days of the first year follow from it",
        f"  end: {setting.end}", "monitoring_periods:", f"  - {{id: MP1, start: {setting.start}, end: {setting.end}}}",
    ]  # fmt: skip
    if methodology.choices:
        lines.append("choices:")
    for choice in methodology.choices:
        values = " | ".join(v.id for v in choice.values)
        lines.append(f"  {choice.id}: {_quoted(setting.choices[choice.id])}   # {values}: {choice.meaning}")
    offered = [d for d in methodology.datasets if d.use != "default"]
    if offered:
        lines += ["# Datasets used on request: " + "; ".join(f"{d.id} ({d.title})" for d in offered),
                  f"datasets: [{', '.join(datasets)}]"]  # fmt: skip
    return lines


def _template_members(methodology: Methodology, setting: Setting, plan: Plan) -> list[str]:
    used = {axis for id_ in plan.needs for axis in methodology.quantity[id_].indices} | subsets_asked(methodology)
    open_sets = [s for s in methodology.index_sets if s.project != "fixed" and s.id in used and s.id != "period"]
    lines = ["members:"] if open_sets else []
    for index_set in open_sets:
        labels = setting.members[index_set.id]
        comment = f"   # {index_set.meaning}" + ("" if index_set.project == "must-list" else "; list those you have")
        if index_set.kind == "group":
            base = setting.members[index_set.groups]
            spans = [f"{_quoted(m)}: [{', '.join(base[at] for at in group)}]"
                     for m, group in zip(labels, setting.groups[index_set.id], strict=True)]  # fmt: skip
            lines.append(f"  {index_set.id}: {{{', '.join(spans)}}}{comment}")
        else:
            lines.append(f"  {index_set.id}: [{', '.join(_quoted(m) for m in labels)}]{comment}")
    relations = [r for r in methodology.relations if all(axis in used for axis in r.over)]
    if relations:
        lines.append("# relations: list the combinations that exist; without a list all of them do")
        lines += [f"#   {r.id}: over {', '.join(r.over)}: {r.meaning}" for r in relations]
    return lines


def rest_template(quantity: Quantity, dataset: str, lacking: list[tuple[str, ...]]) -> list[str]:
    """Return the lines of one entry with a gap for each number that a dataset does not give."""
    lines = ["", f"  # {quantity.meaning}{_cited(quantity)}", f"  # {dataset} gives the other numbers", f"  {quantity.id}:"]
    if quantity.type == "number":
        lines += [f"    unit: {_quoted(str(quantity.unit))}", "    source: ____"]
    return [*lines, *_template_answers_of(quantity, lacking)]


def value_template(methodology: Methodology, setting: Setting, quantity: Quantity, plan: Plan) -> list[str]:
    """Return the lines of one entry under ``values:`` with a gap for every number."""
    lines = ["", f"  # {quantity.meaning}{_cited(quantity)}"]
    if quantity.published_unit_text:
        lines.append(f"  # published unit: {quantity.published_unit_text}")
    box = plan.inputs[quantity.id]
    labels = [[setting.members[axis][at] for at in places] for axis, places in zip(quantity.indices, box, strict=True)]
    if quantity.type != "number":
        return [*lines, *_template_answers(quantity, labels)]
    lines += [f"  {quantity.id}:"]
    count = 1
    for axis in labels:
        count *= len(axis)
    if quantity.indices and count > _LONG and len(labels) >= 2:
        return lines + list(_template_tables(quantity, labels))
    lines += [f"    unit: {_quoted(str(quantity.unit))}", "    source: ____"]
    if not quantity.indices:
        return [*lines, "    value: ____"]
    return [*lines, "    values:", *_template_nested(labels, "      ")]


def _template_answers(quantity: Quantity, labels: list[list[str]]) -> Iterator[str]:
    """Yield the lines of a statement, one for each cell."""
    if not labels:
        yield f"  {quantity.id}: ____   # {_answer(quantity)}"
        return
    yield f"  {quantity.id}:"
    yield from _template_answers_of(quantity, list(product(*labels)))


def _template_answers_of(quantity: Quantity, cells: list[tuple[str, ...]]) -> Iterator[str]:
    """Yield a line for each of some cells."""
    yield "    values:"
    seen: tuple[str, ...] = ()
    for cell in cells:
        for depth, label in enumerate(cell):
            if seen[: depth + 1] != cell[: depth + 1]:
                last = depth == len(cell) - 1
                yield f"      {'  ' * depth}{_quoted(label)}:" + (f" ____   # {_answer(quantity)}" if last else "")
        seen = cell


def _template_nested(labels: list[list[str]], indent: str) -> Iterator[str]:
    if len(labels) == 1:
        yield indent + "{" + ", ".join(f"{_quoted(label)}: ____" for label in labels[0]) + "}"
        return
    for label in labels[0]:
        if len(labels) == 2:
            yield f"{indent}{_quoted(label)}: {{" + ", ".join(f"{_quoted(x)}: ____" for x in labels[1]) + "}"
        else:
            yield f"{indent}{_quoted(label)}:"
            yield from _template_nested(labels[1:], indent + "  ")


def _template_tables(quantity: Quantity, labels: list[list[str]]) -> Iterator[str]:
    """Write one table for each combination of the indices behind the first two."""
    wide = max(len(text) for text in (*labels[0], *labels[1], GAP)) + 2
    for rest in product(*labels[2:]):
        yield f"    - unit: {_quoted(str(quantity.unit))}"
        yield "      source: ____"
        if rest:
            fixed = ", ".join(f"{axis}: {_quoted(label)}" for axis, label in zip(quantity.indices[2:], rest, strict=True))
            yield f"      at: {{{fixed}}}"
        yield "      table: |2   # rows: the first index, columns: the second"
        yield " " * (8 + wide) + "".join(label.ljust(wide) for label in labels[1]).rstrip()
        for label in labels[0]:
            yield " " * 8 + label.ljust(wide) + "".join(GAP.ljust(wide) for _ in labels[1]).rstrip()


def _cited(quantity: Quantity) -> str:
    return f" ({quantity.source})" if quantity.source else ""


def _answer(quantity: Quantity) -> str:
    return {"yes_no": "yes or no", "date": "a date as 2018-03-12"}.get(quantity.type, str(quantity.unit))


def _quoted(text: str) -> str:
    return f'"{text}"' if not text.replace("_", "").replace(".", "").isalnum() or text.lower() in ("yes", "no", "1") or " " in text else text
