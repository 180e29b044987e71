"""The monitoring plan of a registered design beside the project: what is monitored, how often, from which source; A757 to A760 and A763."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np

from engine.audit.desk.design import Design
from engine.audit.desk.planned_precision import precision_findings
from engine.audit.desk.statement import Cell, as_stated
from engine.audit.desk.what_moves import moved
from engine.finding import Finding
from engine.plan.cells import PRESENT, cell_name
from engine.project.project_documents import ProjectDocument
from engine.project.registered_design import PlannedParameter
from engine.project.written_numbers import Origin
from equations.errors import Place, listed, near
from equations.model.index_set import lies_in_time
from equations.model.quantity import Quantity

#: Words of a frequency -> how often in a year, the narrowest first.
_OFTEN: tuple[tuple[str, float], ...] = (
    (r"continuous|real.?time", 525600.0), (r"bi-?weekly|fortnight", 26.0), (r"bi-?monthly", 6.0), (r"half.?year|semi-?annual|bi-?annual", 2.0),
    (r"biennial", 0.5),
)  # fmt: skip
#: Units of time, what is done in each of them, and how many are in a year, the shortest first.
_UNITS: tuple[tuple[str, str, float], ...] = (
    (r"minutes?", "minutely", 525600.0), (r"hours?", "hourly", 8760.0), (r"days?", "daily", 365.0), (r"weeks?", "weekly", 52.0),
    (r"months?", "monthly", 12.0), (r"quarters?", "quarterly", 4.0), (r"years?|annum", r"yearly|annual(?:ly)?", 1.0),
)  # fmt: skip
_COUNTED = ("once one", "twice two second other", "thrice three third", "four fourth", "five fifth", "six sixth", "seven", "eight", "nine", "ten",
            "eleven", "twelve")  # fmt: skip
_NUMBERS = {word: float(at) for at, words in enumerate(_COUNTED, 1) for word in words.split()} | {"half": 0.5}
_NUMBER = rf"(?:\d+(?:\.\d+)?(?:st|nd|rd|th)?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
#: A number before a unit of time: `every 3 months`, `half-hourly`; and how many times in one: `twice a year`, `3 times per week`.
_EACH = rf"(?:\b(?:every|each|per|intervals?\s+of)\s+(?P<each>{_NUMBER})[\s-]+|\b(?P<part>half)[\s-]+)"
_TIMES = rf"\b(?P<times>twice|thrice|{_NUMBER}\s+times)\s+(?:an?|in\s+an?|per|every|each|in\s+each|in\s+every)\s+"
#: Words before a unit that make it a frequency: `every calendar month`, `once a year`. "Within a month of the end of the year" is none.
_IN_EACH = rf"\b(?:every|each|per|once\s+(?:an?|in\s+an?)|by)\s+(?:(?!{_NUMBER}\b)[a-z]+\s+)?"
_A_UNIT = r"an?|in|per|every|each|hourly|daily|weekly|fortnightly|monthly|quarterly|half.?yearly|yearly|annually"
#: What a project may write as the frequency of a number that it does not monitor.
_NOT_MONITORED = re.compile(
    rf"\b(once(?! (?:{_A_UNIT})\b)|ex.?ante|fixed(?! (?:intervals|times|hours|days|dates)\b)|not monitored|none|at validation)\b", re.IGNORECASE,
)  # fmt: skip
#: From how many digits on, and in how many neighbouring times, a repeated number is more than chance.
_TELLING_DIGITS = 3
_MOST = 4


def planned_findings(design: Design) -> Iterator[Finding]:
    """Yield what is found of the monitoring plan, and of fixed values that are monitored."""
    yield from _fixed_and_monitored(design)
    for document, planned in design.plan or ():
        quantity = design.run.methodology.quantity.get(planned.quantity.text)
        if (lack := _lacking(design, document, planned, quantity)) is not None:
            yield lack
        elif quantity is not None and _is_monitored(planned):
            yield from _of_parameter(design, document, planned, quantity)
    if design.plan:
        yield from _unplanned(design)


def _given(design: Design, id_: str) -> dict[Cell, Origin]:
    """Return the cells of a quantity that the project gives, with where they come from."""
    origins = design.run.inputs.origins.get(id_, {})
    return {cell: origin for cell, origin in origins.items() if origin.kind == "project" and design.run.inputs.states[id_][cell] == PRESENT}


def _stake(design: Design, id_: str, cells: Sequence[Cell]) -> str:
    """Return what hangs on numbers of which the right ones are not known."""
    array = design.run.values.arrays[id_]
    less = moved(design.run, {id_: {cell: float(array[cell]) * 0.99 for cell in cells}})
    return f"the number that it should be is not known; with 1 % less of it: {less.text}"


# -- fixed or monitored


def _fixed_and_monitored(design: Design) -> Iterator[Finding]:
    methodology = design.run.methodology
    planned = {one.quantity.text: (document, one) for document, one in design.plan or () if _is_monitored(one)}
    fixed = {one.quantity: one for one in reversed(design.fixed)}
    for id_, stated in fixed.items():
        if id_ in planned:
            document, own = planned[id_]
            yield Finding("A757", "error", id_, f"the design fixes {id_}, and monitors it", "; ".join(dict.fromkeys((stated.source, document.title))),
                          "ask which of the two is registered", source=stated.source, place=own.place)  # fmt: skip
            continue
        often = next((text for origin in _given(design, id_).values() if (text := _frequency(origin)) and not _NOT_MONITORED.search(text)), "")
        if often:
            yield Finding("A757", "warning", id_, f"the design fixes {id_}, and the project monitors it ({often})", "", "take the fixed value",
                          source=stated.source, place=stated.place)  # fmt: skip
        elif methodology.quantity[id_].kind == "monitored":
            yield Finding("A757", "warning", id_, f"the design fixes {id_}, which the methodology monitors", "",
                          "see whether the methodology allows it", source=stated.source, place=stated.place)  # fmt: skip
    for id_, (document, own) in planned.items():
        if id_ in methodology.quantity and methodology.quantity[id_].kind == "fixed_ex_ante" and id_ not in fixed:
            yield Finding("A757", "warning", id_, f"the design monitors {id_}, which the methodology fixes before the fact", "",
                          "see whether the methodology allows it", source=document.title, place=own.place)  # fmt: skip


def _is_monitored(planned: PlannedParameter) -> bool:
    """Whether a plan has a parameter monitored, and does not only list what is fixed."""
    return not _NOT_MONITORED.search(planned.said.get("frequency", ""))


def _frequency(origin: Origin) -> str:
    return dict(origin.meta).get("frequency", "").strip("? ")


# -- missing on one side


def _lacking(design: Design, document: ProjectDocument, planned: PlannedParameter, quantity: Quantity | None) -> Finding | None:
    """Return that a planned parameter is not one of the run, or not given by the project; ``None`` where it is."""
    id_, run = planned.quantity.text, design.run

    def found(severity: str, what: str, evidence: str, remedy: str) -> Finding:
        return Finding("A759", severity, id_, what, evidence, remedy, source=document.title, place=planned.quantity.place)

    if quantity is None and id_ not in run.methodology.in_readings:
        remedy = near(id_, run.methodology.quantity) or "correct its name, or see why the calculation goes without it"
        return found("error", f"the plan monitors {id_}, and the methodology has no such quantity: nothing reads it",
                     "what it would move is not known", remedy)  # fmt: skip
    if quantity is None or id_ not in run.values.arrays:
        return found("warning", f"the plan monitors {id_}, and this run never reads it", "",
                     "see whether the choices of the project are those of the design")  # fmt: skip
    if id_ in run.values.steps:
        label = run.methodology.equation[run.values.steps[id_][0].equation].label
        return found("error", f"the plan monitors {id_}, and here it follows from {label}", _stake(design, id_, _present(design, id_)),
                     f"supply what was monitored under `values: {id_}:`")  # fmt: skip
    defaults = sorted({origin.name for origin in run.inputs.origins.get(id_, {}).values() if origin.kind != "project"})
    if defaults and not _given(design, id_):
        if planned.sources and _rank(" ".join(_dataset_words(design, name) for name in defaults), planned) is not None:
            return None
        return found("error", f"the plan monitors {id_}, and the project takes it from {listed(defaults)}",
                     _stake(design, id_, _present(design, id_)), f"supply what was monitored under `values: {id_}:`")  # fmt: skip
    return None


def _present(design: Design, id_: str) -> list[Cell]:
    states = design.run.values.states[id_]
    return [cell for cell in np.ndindex(*states.shape) if states[cell] == PRESENT]


def _unplanned(design: Design) -> Iterator[Finding]:
    """Yield what the project monitors and no plan has."""
    planned = {one.quantity.text for _, one in design.plan or ()} | {one.quantity for one in design.fixed}
    for id_ in design.run.inputs.origins:
        given = _given(design, id_)
        if given and id_ not in planned and design.run.methodology.quantity[id_].kind == "monitored":
            origin = next(iter(given.values()))
            yield Finding("A759", "warning", id_, f"the project monitors {id_}, and the plan of the design does not have it",
                          _stake(design, id_, list(given)), "see that the plan says how it is monitored", place=origin.place)  # fmt: skip


# -- one parameter


def _of_parameter(design: Design, document: ProjectDocument, planned: PlannedParameter, quantity: Quantity) -> Iterator[Finding]:
    yield from _repeated(design, document, planned, quantity)
    yield from _sources(design, document, planned)
    yield from _frequencies(design, document, planned)
    yield from _words(design, document, planned)
    yield from precision_findings(design, document, planned, _given(design, quantity.id))


def _repeated(design: Design, document: ProjectDocument, planned: PlannedParameter, quantity: Quantity) -> Iterator[Finding]:
    """Yield that one number stands in times beside each other: in all of them, or one with so many digits that it is no chance."""
    given, setting, array = _given(design, quantity.id), design.run.setting, design.run.values.arrays[quantity.id]
    sets = design.run.methodology.index_set
    at = next((at for at, axis in enumerate(quantity.indices) if lies_in_time(axis, sets)), None)
    if at is None:
        return
    rows: dict[Cell, list[Cell]] = {}
    for cell in sorted(cell for cell, origin in given.items() if origin.estimate is None):  # of samples A770 tells
        rows.setdefault((*cell[:at], -1, *cell[at + 1 :]), []).append(cell)
    same: list[Cell] = []
    shown = []
    for cells in rows.values():
        for _, group in groupby(cells, key=lambda cell: float(array[cell])):
            those = list(group)
            first = given[those[0]]
            digits = len(re.sub("[^0-9]", "", first.written).strip("0"))
            if len(those) > 1 and digits and (len(those) == len(cells) or digits >= _TELLING_DIGITS):
                same += those
                times = [setting.members[quantity.indices[at]][cell[at]] for cell in those]
                shown.append(f"{as_stated(first.written, first.unit)} from {cell_name(quantity, setting, those[0])} to {times[-1]}")
    if same:
        yield Finding(
            "A758", "warning", quantity.id, f"the plan monitors {quantity.id}, and one number is repeated: {listed(shown, _MOST)}",
            _explained(_stake(design, quantity.id, same), design, quantity.id), "supply what was monitored in each, or say why it stays the same",
            source=document.title, place=given[same[0]].place,
        )  # fmt: skip


def _explained(text: str, design: Design, id_: str) -> str:
    return f"{text}; explained: {design.explained[id_]}" if id_ in design.explained else text


# -- sources


def _sources(design: Design, document: ProjectDocument, planned: PlannedParameter) -> Iterator[Finding]:
    """Yield that numbers come from a source of lower order than the plan's first, or that it cannot be told."""
    if not planned.sources:
        return
    id_, quantity = planned.quantity.text, design.run.methodology.quantity[planned.quantity.text]
    lower: dict[int, list[Cell]] = {}
    unknown: list[Cell] = []
    origins = design.run.inputs.origins.get(id_, {})
    for cell, origin in origins.items():
        text = origin.source if origin.kind == "project" else _dataset_words(design, origin.name)
        rank = _rank(text, planned)
        if rank is None:
            unknown.append(cell)
        elif rank:
            lower.setdefault(rank, []).append(cell)
    first = planned.sources[0].text
    for rank, cells in sorted(lower.items()):
        names = [cell_name(quantity, design.run.setting, cell) for cell in cells]
        yield Finding(
            "A760", "warning" if id_ in design.explained else "error", id_,
            f"the plan takes {id_} from {first} first, here it is from {planned.sources[rank].text}: {listed(names, _MOST)}",
            _explained(_stake(design, id_, cells), design, id_), f"take the number of {first}, or explain it under `registered: explained:`",
            source=document.title, place=_place(origins[cells[0]], planned),
        )  # fmt: skip
    if unknown:
        name = origins[unknown[0]].source or "no source"
        yield Finding("A760", "warning", id_, f"whether {id_} comes from {first}, as the plan has it, cannot be told", f"it says: {name}",
                      f"name the source as the plan does: {listed([one.text for one in planned.sources])}", source=document.title,
                      place=_place(origins[unknown[0]], planned))  # fmt: skip


def _place(origin: Origin, planned: PlannedParameter) -> Place:
    return origin.place if origin.kind == "project" and origin.place is not None else planned.place


def _dataset_words(design: Design, name: str) -> str:
    """Return the words by which a dataset is known."""
    dataset = next((one for one in design.run.methodology.datasets if one.id == name), None)
    return f"{name} {dataset.title} {dataset.source}" if dataset is not None else name


def _rank(text: str, planned: PlannedParameter) -> int | None:
    """Return which of the plan's sources a text names first, ``None`` where it names none; of two that begin alike the longer one is meant."""
    found = [(match.start(), -len(source.text), rank) for rank, source in enumerate(planned.sources) if (match := _pattern(source.text).search(text))]
    return min(found)[2] if found else None


def _pattern(name: str) -> re.Pattern[str]:
    """Return a pattern that finds a name in a text, in the singular or the plural, whatever stands between its words."""
    words = [re.escape(word[:-1] if len(word) > 3 and word.endswith("s") else word) + "(?:e?s)?" for word in re.findall(r"\w+", name)]
    return re.compile(r"(?<!\w)" + r"\W+".join(words) + r"(?!\w)", re.IGNORECASE) if words else re.compile(r"(?!)")


# -- how often, and how


def _frequencies(design: Design, document: ProjectDocument, planned: PlannedParameter) -> Iterator[Finding]:
    """Yield that the project says another frequency than the plan, or none."""
    wanted = planned.said.get("frequency", "")
    given = _given(design, planned.quantity.text)
    if not wanted or not given:
        return
    for text, cells in _grouped(given, "frequency").items():
        if _same(text, wanted):
            continue
        often, own = _times(wanted), _times(text)
        if often is not None and own is not None and own >= often:
            continue
        rarer = often is not None and own is not None
        what = f"the plan monitors {planned.quantity.text} {wanted}, the project {text or 'does not say how often'}"
        yield Finding(
            "A763", "error" if rarer else "warning", planned.quantity.text, what, _stake(design, planned.quantity.text, cells) if rarer else "",
            "see that it was monitored as often as planned" if text else "add `frequency:`", source=document.title, place=given[cells[0]].place,
        )  # fmt: skip


def _words(design: Design, document: ProjectDocument, planned: PlannedParameter) -> Iterator[Finding]:
    """Yield that the project does not say the method or the option of the plan."""
    given = _given(design, planned.quantity.text)
    for name in ("method", "monitoring_option"):
        wanted = planned.said.get(name, "")
        for text, cells in _grouped(given, name).items() if wanted else ():
            if not _same(text, wanted):
                word = name.replace("_", " ")
                said = f"says {text!r}" if text else "does not say it"
                yield Finding(
                    "A763", "warning", planned.quantity.text,
                    f"the {word} of {planned.quantity.text} is planned as {wanted!r}, and the project {said}", "",
                    "see whether the two are the same", source=document.title, place=given[cells[0]].place,
                )  # fmt: skip


def _grouped(given: Mapping[Cell, Origin], name: str) -> dict[str, list[Cell]]:
    """Return the cells by what is said of them."""
    found: dict[str, list[Cell]] = {}
    for cell, origin in given.items():
        found.setdefault(dict(origin.meta).get(name, "").strip("? "), []).append(cell)
    return found


def _same(one: str, other: str) -> bool:
    return re.sub(r"\W+", " ", one).strip().casefold() == re.sub(r"\W+", " ", other).strip().casefold()


def _times(text: str) -> float | None:
    """Return how often in a year a text says; of several the most often.

    Examples
    --------
    >>> [_times(text) for text in ("Monthly readings", "every two years", "every 3 months", "twice a year", "annually", "as needed")]
    [12.0, 0.5, 4.0, 2.0, 1.0, None]
    >>> [_times(text) for text in ("within a month of the end of each year", "at the end of the month", "each calendar month", "once a year", "day")]
    [1.0, None, 12.0, 1.0, 365.0]
    """
    found = [often for pattern, often in _OFTEN if re.search(pattern, text, re.IGNORECASE)]
    if found:
        return found[0]
    for unit, each, often in _UNITS:
        if re.fullmatch(rf"\W*(?:{unit})\W*", text, re.IGNORECASE):
            return often
        for pattern in (rf"(?:{_TIMES}|{_EACH})(?:{unit})\b", rf"(?:{_TIMES}|{_EACH})?\b(?:{each})\b"):
            matches = re.finditer(pattern, text, re.IGNORECASE)
            found += [often * _count(match["times"]) / _count(match["each"] or match["part"]) for match in matches]
        found += [often for _ in re.finditer(rf"{_IN_EACH}(?:{unit})\b", text, re.IGNORECASE)]
    return max(found, default=None)


def _count(text: str | None) -> float:
    """Return a number in words or digits, 1 where there is none."""
    first = (text or "1").split()[0].casefold()
    return (_NUMBERS.get(first) or float(re.sub("[a-z]+$", "", first))) or 1.0
