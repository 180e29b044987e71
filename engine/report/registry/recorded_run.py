"""A finished run as it was written to JSON: its quantities, members and dates, as registries ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from engine.output.json_text import JsonError, read_json
from engine.report.run_report import RUN_FORMAT
from equations.errors import InputError, Place
from equations.files.regular_file import UnreadableFileError, read_regular
from equations.model.day_numbers import day_of_number

_MOST_BYTES = 200_000_000
_YEAR_DIGITS = 4
_DAY = "day"
Days = tuple[date, date]
_SHAPE = {
    "methodology": dict, "project": dict, "operation": dict, "dates": dict, "findings": list, "quantities": list, "result": str,
}  # fmt: skip
_QUANTITY = {"id": str, "indices": list, "index_sets": list, "unit": str, "values": list}


@dataclass(frozen=True)
class RecordedRun:
    """The record of a run."""

    content: Mapping[str, Any]

    @property
    def quantities(self) -> dict[str, Mapping[str, Any]]:
        """Id -> record of a quantity."""
        return {quantity["id"]: quantity for quantity in self.content["quantities"]}

    @property
    def tools(self) -> dict[str, str]:
        """What stands before the names of a tool -> its reference; the methodology itself has nothing before its names."""
        own = self.content["methodology"]
        tools = {f"{tool['path'].replace('.', '_')}_": f"{tool['id']}@{tool['version']}" for tool in self.content.get("tools", ())}
        return {"": f"{own['id']}@{own['version']}", **tools}

    @property
    def errors(self) -> int:
        """How many findings of the run are errors."""
        return sum(finding.get("severity") == "error" for finding in self.content["findings"])

    @property
    def labels(self) -> set[str]:
        """Every member that a number of the run is for."""
        return {str(cell[axis]) for known in self.content["quantities"] for cell in known["values"] for axis in known["indices"]}

    @cached_property
    def year_sets(self) -> frozenset[str]:
        """The sets of years: a run writes years as numbers, and every other member as text."""
        return frozenset(set_id for known in self.content["quantities"] for axis, set_id in zip(known["indices"], known["index_sets"], strict=True)
                         for cell in known["values"][:1] if isinstance(cell[axis], int))  # fmt: skip

    def days_of(self, set_id: str, label: str) -> Days | None:
        """Return the first and the last day of a member, where it has days: of a year by its number, of others as the run wrote them."""
        written = self.content.get("dates", {}).get(set_id, {}).get(label)
        if written:
            return date.fromisoformat(written[0]), date.fromisoformat(written[1])
        if set_id in self.year_sets and label.isdigit() and len(label) == _YEAR_DIGITS:
            return date(int(label), 1, 1), date(int(label), 12, 31)
        return None

    def members_within(self, set_id: str, days: Days) -> Iterator[str]:
        """Yield the members of a dated set that have days in common with others."""
        for label in self.content.get("dates", {}).get(set_id, {}):
            own = self.days_of(set_id, label)
            if own and own[0] <= days[1] and days[0] <= own[1]:
                yield label

    def number(self, quantity: str, labels: Mapping[str, str]) -> float | None:
        """Return the number of a quantity for members, of which it may have some alone; ``None`` where it has none for them."""
        known = self.quantities[quantity]
        for cell in known["values"]:
            if all(str(cell[axis]) == labels.get(axis) for axis in known["indices"]):
                return None if cell["value"] is None else float(cell["value"])
        return None


def day_of(quantity: str, number: float, unit: str) -> date:
    """Return the date that a quantity of the type date holds, in days.

    Raises
    ------
    InputError
        I503 where it is in another unit, I504 for a number that is no date.
    """
    if unit != _DAY:
        raise InputError("I503", f"{quantity} is in {unit}, and no date", why="a day or a year of it is asked for",
                         remedy="map a quantity of the type date")  # fmt: skip
    try:
        return day_of_number(number) if number == int(number) else _no_date(quantity, number)
    except (OverflowError, ValueError):
        return _no_date(quantity, number)


def _no_date(quantity: str, number: float) -> date:
    raise InputError("I504", f"{quantity} is {number:g} days, which is no date", remedy="write the run again")


def read_run(path: Path) -> RecordedRun:
    """Read a run that ``mrvgraph run SPEC PROJECT -o RUN.json`` wrote.

    Raises
    ------
    InputError
        I509 for a file that cannot be read, or holds something else.
    """
    remedy = "write one with `mrvgraph run SPEC PROJECT -o RUN.json`"
    try:
        content = read_json(read_regular(path, _MOST_BYTES))
    except UnreadableFileError as cause:
        raise InputError("I509", f"the run cannot be read: {cause.what}", Place(path.name), why=cause.why, remedy=cause.remedy or remedy) from cause
    except JsonError as cause:
        raise InputError("I509", "the file is not a run", Place(path.name), why=str(cause), remedy=remedy) from cause
    if not isinstance(content, dict) or content.get("format") != RUN_FORMAT:
        raise InputError("I509", "the file is not a run", Place(path.name), why=f"its format is not {RUN_FORMAT!r}", remedy=remedy)
    if content.get("set"):
        raise InputError("I508", "numbers of the run were set in place of what the project reports", Place(path.name),
                         why="a registry takes what was reported", remedy="run the project without `--set` and `set:`")  # fmt: skip
    fault = _fault(content)
    if fault:
        raise InputError("I509", "the file is not a run", Place(path.name), why=fault, remedy=remedy)
    return RecordedRun(content)


def _fault(content: Mapping[str, Any]) -> str:
    """Return what a record lacks, or holds in another shape than runs are written in; only what tables are made from is looked at."""
    for field, wanted in _SHAPE.items():
        if not isinstance(content.get(field), wanted):
            return f"its {field} is not there, or is something else"
    for field in ("id", "version", "status", "hash"):
        if not isinstance(content["methodology"].get(field), str):
            return f"the {field} of its methodology is not there"
    if not all(isinstance(finding, dict) for finding in content["findings"]):
        return "its findings are something else"
    if not all(isinstance(t, dict) and {"path", "id", "version"} <= t.keys() for t in content.get("tools", [])):
        return "its tools are something else"
    broken = next((q for q in content["quantities"] if not _is_quantity(q)), None)
    return f"one of its quantities is not whole: {str(broken)[:60]}" if broken is not None else _of_dates(content)


def _is_quantity(found: object) -> bool:
    if not isinstance(found, dict) or not all(isinstance(found.get(field), wanted) for field, wanted in _QUANTITY.items()):
        return False
    axes = found["indices"]
    return len(axes) == len(found["index_sets"]) and _are_cells(found["values"], axes)


def _are_cells(cells: list[Any], axes: list[str]) -> bool:
    """Whether each cell has its members and a number, and none stands twice."""
    whole = all(isinstance(cell, dict) and {*axes, "value"} <= cell.keys() and _is_number(cell["value"]) for cell in cells)
    return whole and len({tuple(str(cell[axis]) for axis in axes) for cell in cells}) == len(cells)


def _is_number(value: object) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _of_dates(content: Mapping[str, Any]) -> str:
    """Return what is wrong with the dates of members, and with the result in whole units."""
    try:
        for days in (days for members in content["dates"].values() for days in members.values()):
            first, last = (date.fromisoformat(day) for day in days)
            if last < first:
                return f"a member has no days: {first} to {last}"
        whole = content.get("whole_units") or {"values": [], "total": 0}
        if not all(_is_number(number) for number in (whole["total"], *(cell["value"] for cell in whole["values"]))) or whole["total"] is None:
            return "its result in whole units is something else"
        str(content[f"{content['result']}_unit"])
    except (AttributeError, KeyError, TypeError, ValueError) as cause:
        return f"its dates or its result are something else: {cause}"
    return ""
