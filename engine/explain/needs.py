"""What a target needs: the inputs that a project must supply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from types import MappingProxyType

from engine.output.tabled import Tabled
from engine.plan.cells import existing
from engine.plan.dataset_cells import given_cells
from engine.plan.graph import uses
from engine.plan.plan import Plan
from engine.plan.planner import plan_run, plan_with_rules
from engine.plan.rule_cells import Known
from engine.plan.setting import Setting, may_hold
from engine.plan.shapes import spans
from engine.plan.spec_setting import (
    FIRST,
    YEARS,
    check_switches,
    choice_combinations,
    is_invented,
    placeholder_setting,
)
from engine.plan.upstream import cut_off
from equations.errors import GraphError, InputError, near_or_all
from equations.model.cell_labels import written_cell
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.readings.composition import with_readings
from equations.records import record

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
    results
        Of several results, those for which it is needed; none where only rules or the report ask for it.
    """

    quantity: Quantity
    used_by: tuple[str, ...]
    given_by: str = ""
    instead: tuple[str, ...] = ()
    under: str = ""
    lacking: tuple[str, ...] = ()
    results: tuple[str, ...] | None = None
    #: The tool whose input it is: ``TOOL07@7.0``.
    tool: str = ""

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        q = self.quantity
        return {
            "id": q.id, "symbol": q.symbol, "meaning": q.meaning, "kind": q.kind, "unit": str(q.unit), "indices": list(q.indices),
            "published_unit": q.published_unit_text or str(q.unit), "range": str(q.range) if q.range else "",
            "source": q.source.in_full, "supplied_by": q.supplied_by, "used_by": list(self.used_by), "given_by": self.given_by,
            "lacking": list(self.lacking),
            "instead": list(self.instead), "under": self.under,
            **({} if self.results is None else {"results": list(self.results)}), **({"tool": self.tool} if self.tool else {}),
        }  # fmt: skip


class Needs(tuple[Need, ...], Tabled):
    """The inputs that are needed, in the order of the spec."""

    methodology: Methodology

    @classmethod
    def of(cls, methodology: Methodology, needs: Iterable[Need]) -> Needs:
        """Return needs with the methodology that has them."""
        found = cls(needs)
        found.methodology = methodology
        return found

    def __repr__(self) -> str:
        return f"<Needs of {self.methodology.reference}: {len(self)} inputs>"


def matching_choices(methodology: Methodology, chosen: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the combinations of choices that agree with those made.

    Raises
    ------
    InputError
        I508 for a choice or a value that does not exist.
    """
    check_switches(methodology, chosen, {})
    return list(choice_combinations(methodology, chosen))


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
    results = {q: _in_order(methodology, held.values()) for q, held in found.items()}
    return tuple(
        replace(
            next((need for need in found[q.id].values() if need.lacking), next(iter(found[q.id].values()))),
            under=", ".join(filter(None, (_under(methodology, [combinations[at] for at in found[q.id]], combinations), years[q.id]))),
            results=results[q.id],
        )
        for q in methodology.quantities
        if q.id in found
    )


def _in_order(methodology: Methodology, needs: Iterable[Need]) -> tuple[str, ...] | None:
    """Return the results for which an input is needed under any of some choices; nothing where there is one result alone."""
    named = {result for need in needs for result in need.results or ()}
    return tuple(id_ for id_ in methodology.result_ids if id_ in named) if len(methodology.results) > 1 else None


def _shown(first: int, count: int) -> str:
    return f"{first} to {first + count - 1}" if count > 1 else str(first)


def needs_in(
    methodology: Methodology, setting: Setting, targets: tuple[str, ...], datasets: tuple[str, ...]
) -> list[Need]:
    """Return the needs in one setting."""
    given = datasets_by_quantity(methodology, datasets)
    plan = plan_for_needs(methodology, setting, targets, frozenset(given))
    serving = _inputs_by_result(methodology, setting, targets, plan)
    needs = []
    for id_ in plan.inputs:
        readers = plan.needed_by.get(id_, ())
        users = tuple(methodology.equation[e].label for e in readers if e in methodology.equation)
        users += tuple(e for e in readers if e not in methodology.equation)
        quantity = methodology.quantity[id_]
        lacking = lacking_cells(methodology, setting, plan, quantity, datasets) if id_ in given else []
        names = tuple(written_cell(id_, labels) for labels in lacking)
        needs.append(Need(
            quantity=quantity, used_by=users, given_by=given.get(id_, ""), instead=tuple(ways_instead(methodology, setting, id_, given)),
            tool=tool.reference if (tool := methodology.tool_of(id_)) is not None else "", lacking=names,
            results=tuple(result for result, inputs in serving.items() if id_ in inputs),
        ))  # fmt: skip
    return needs


def _inputs_by_result(methodology: Methodology, setting: Setting, targets: tuple[str, ...], plan: Plan) -> dict[str, frozenset[str]]:
    """Return, for each of several results that are asked for, the inputs from which it follows."""
    results = [id_ for id_ in methodology.result_ids if not targets or id_ in targets]
    if len(methodology.results) < 2:
        return {}
    held = frozenset(plan.inputs)
    return {id_: frozenset(plan_run(methodology, setting, (id_,), held - {id_}).inputs) for id_ in results}


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
        labels = setting.labels(quantity.indices, cell)
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
    wanted = targets or methodology.reported  # what a run computes: what it reports beside its results is asked for too
    asked = frozenset(
        quantity.id
        for quantity in methodology.quantities
        if quantity.is_input and quantity.id in methodology.definitions and quantity.id not in given and quantity.id not in wanted
        and not _follows(methodology, setting, quantity.id, given)
    )
    if not set(methodology.result_ids) & set(wanted):
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


def ways_instead(methodology: Methodology, setting: Setting, id_: str, given: Mapping[str, str]) -> Iterator[str]:
    """Yield the other ways to an input: datasets on request, and equations with what they need."""
    for dataset in methodology.datasets:
        if dataset.use != "default" and given.get(id_) != dataset.id and any(b.quantity == id_ for b in dataset.values):
            yield f"dataset {dataset.id}"
    if of := methodology.quantity[id_].standard_error_of:
        yield f"the uncertainty of {of}, with `se` or `relative_se`"
    if id_ in given:
        return
    for equation in methodology.definitions.get(id_, ()):
        if may_hold(equation.when, setting):
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
