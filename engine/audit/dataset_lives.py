"""Whether the published numbers that a run takes may be taken: valid on its days, allowed, from the first source, the safe end of an interval."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from engine.audit.desk.what_moves import moved
from engine.audit.published import Cell, Published
from engine.audit.roles import serving_result
from engine.finding import Finding
from engine.output.terminal import number
from engine.plan.cells import cell_name
from engine.plan.dataset_life import life_of
from engine.project.written_numbers import Origin
from engine.run.run import Run
from equations.errors import listed_texts
from equations.model.dataset import PROJECT_SOURCE, Dataset
from equations.model.quantity import Quantity
from equations.notation.plain import plain_text

_SAME, _MOST = 1e-9, 6
Cells = dict[Cell, Origin]


def at_issue(run: Run) -> list[Quantity]:
    """Return the quantities of which something can be found: those with a life, an order or an interval, and those that a project supplies."""
    datasets = [one for one in run.methodology.datasets if one.valid_from or one.valid_to or one.superseded_by or one.allowed or one.allowed_by]
    names = {block.quantity for dataset in datasets for block in dataset.values}
    names |= {block.quantity for dataset in run.methodology.datasets for block in dataset.values if block.bound}
    supplied = {id_ for id_, cells in run.inputs.origins.items() if any(origin.kind == "project" for origin in cells.values())}
    return [quantity for quantity in serving_result(run) if quantity.id in names | supplied or quantity.sources]


def lives_findings(run: Run, published: Published) -> Iterator[Finding]:
    """Yield what is found of each dataset that a run takes, and of numbers that a project supplies in place of one.

    Yields
    ------
    Finding
        A820: a set that is not valid on days of the run; A821: one that is not allowed; A822: a source of lower order; A823: the end of an interval
        on the wrong side; A824: a supplied number that is the one of a set not valid or not allowed; A825: one whose source is a set with another
        number. Each with the tonnes to the number that is due.
    """
    for quantity in serving_result(run):
        by: dict[str, Cells] = {}
        for cell, origin in run.inputs.origins.get(quantity.id, {}).items():
            by.setdefault("" if origin.kind == "project" else origin.name, {})[cell] = origin
        look = _Look(run, published, quantity)
        for name, cells in by.items():
            if name:
                dataset = run.methodology.dataset[name]
                yield from (*look.validity(dataset, cells), *look.allowed(dataset, cells), *look.order(dataset, cells))
            else:
                yield from (*look.supplied(cells), *look.cited(cells))
            yield from look.bounds(name, cells)


class _Look:
    def __init__(self, run: Run, published: Published, quantity: Quantity) -> None:
        self.run, self.published, self.quantity = run, published, quantity

    def validity(self, dataset: Dataset, cells: Cells) -> Iterator[Finding]:
        outside = {cell: days for cell in cells if (days := self.published.outside(dataset, self.quantity, cell))}
        if not outside:
            return
        some = [cell for cell in outside if self.published.is_valid(dataset, self.quantity, cell)]
        for severity, own, word in (("error", [cell for cell in outside if cell not in some], "not"), ("warning", some, "only in part")):
            if own:
                first, last = min(outside[cell][0][0] for cell in own), max(outside[cell][-1][1] for cell in own)
                span = f"{date.fromordinal(first)} to {date.fromordinal(last)}"
                valid = f"it is valid {life_of(self.run.methodology, dataset)}, and is taken for {span}"
                yield self.found(
                    "A820", severity, dataset.id, f"{dataset.id} is {word} valid on the days for which {self.quantity.id} takes it",
                    f"{valid}: {self.shown(own)}; {self.to_due(own, dataset.id)}", remedy="take the set that is valid", origin=cells[own[0]],
                    mended=self.due_numbers(own, dataset.id),
                )  # fmt: skip

    def allowed(self, dataset: Dataset, cells: Cells) -> Iterator[Finding]:
        wrong = [cell for cell in cells if not self.published.is_allowed(dataset, self.quantity, cell)]
        if wrong:
            yield self.found(
                "A821", "error", dataset.id, f"{dataset.id} is not allowed here, and {self.quantity.id} takes it",
                f"{_only_where(dataset)}: {self.shown(wrong)}; {self.to_due(wrong, dataset.id)}",
                remedy="take another source, or show that it is allowed",
                origin=cells[wrong[0]], mended=self.due_numbers(wrong, dataset.id),
            )  # fmt: skip

    def order(self, dataset: Dataset, cells: Cells) -> Iterator[Finding]:
        """Yield A822 where a source that stands before the one taken has a number, or where it is the project's own that is not there."""
        sources = self.quantity.sources
        before = sources[: sources.index(dataset.id)] if dataset.id in sources else sources
        better: dict[Cell, float] = {}
        for cell in cells:
            known = self.published.of.get(self.quantity.id, {}).get(cell, ())
            numbers = {one.dataset.id: one.value for one in known if self.published.fits(one.dataset, self.quantity, cell)}
            first = next((source for source in before if source in numbers), None)
            if first is not None:
                better[cell] = numbers[first]
        order = ", then ".join(sources)
        if better:
            yield self.found(
                "A822", "error", dataset.id, f"{self.quantity.id} is taken from {dataset.id}, and a source before it has the number",
                f"the order is {order}; {self.shown(list(better))}; with the first that has it: {self.moved(better)}",
                remedy="take the first source that has it", origin=cells[next(iter(better))], mended=better,
            )  # fmt: skip
        elif PROJECT_SOURCE in before:
            raised = {cell: 1.01 * float(self.run.values.arrays[self.quantity.id][cell]) for cell in cells}
            yield self.found(
                "A822", "warning", dataset.id, f"{self.quantity.id} is taken from {dataset.id}, and a number of the project's own comes first",
                f"the order is {order}; {self.shown(list(cells))}; with 1 % more of it: {self.moved(raised)}",
                remedy="supply it with its source, or show that there is none", origin=next(iter(cells.values())),
            )  # fmt: skip

    def supplied(self, cells: Cells) -> Iterator[Finding]:
        """Yield A824 for supplied numbers that a set has which is not for these days, and that the one which is has not."""
        wrong: dict[str, list[Cell]] = {}
        for cell in cells:
            due = self.published.due(self.quantity, cell)
            value = float(self.run.values.arrays[self.quantity.id][cell])
            if due is None or _is_same(due.value, value):
                continue
            same = [one.dataset for one in self.published.of[self.quantity.id][cell] if _is_same(one.value, value) and not one.bound]
            unfit = [one for one in same if not self.published.fits(one, self.quantity, cell)]
            if unfit and len(unfit) == len(same):
                wrong.setdefault(unfit[0].id, []).append(cell)
        for id_, own in wrong.items():
            dataset = self.run.methodology.dataset[id_]
            yield self.found(
                "A824", "error", self.quantity.id,
                f"the supplied {self.quantity.id} is the number of {id_}, which is not for this project and these days",
                f"{_for_whom(self.run, dataset)}; {self.shown(own)}; {self.to_due(own, id_)}",
                remedy="take the number of the set that is valid and allowed",
                origin=cells[own[0]], mended=self.due_numbers(own, id_),
            )  # fmt: skip

    def cited(self, cells: Cells) -> Iterator[Finding]:
        """Yield A825 for supplied numbers whose source is a set that has another number."""
        other: dict[str, dict[Cell, float]] = {}
        for cell, origin in cells.items():
            value = float(self.run.values.arrays[self.quantity.id][cell])
            named_ = [one for one in self.published.of.get(self.quantity.id, {}).get(cell, ()) if _names(origin.source, one.dataset)]
            if named_ and not any(_is_same(one.value, value) for one in named_):
                other.setdefault(named_[0].dataset.id, {})[cell] = named_[0].value
        for id_, own in other.items():
            numbers = ", ".join(dict.fromkeys(number(value) for value in list(own.values())[:3]))
            yield self.found(
                "A825", "error", self.quantity.id, f"{self.quantity.id} is said to come from {id_}, which has another number",
                f"{self.shown(list(own))}, there {numbers}; with that: {self.moved(own)}",
                remedy="correct the number or its source",
                origin=cells[next(iter(own))], mended=own,
            )  # fmt: skip

    def bounds(self, name: str, cells: Cells) -> Iterator[Finding]:
        """Yield A823 for ends of intervals on the wrong side."""
        for wrong_end, right_end in (("lower", "upper"), ("upper", "lower")):
            to: dict[Cell, float] = {}
            for cell in cells:
                ends = {one.bound: one for one in self.published.of.get(self.quantity.id, {}).get(cell, ()) if one.bound}
                value = float(self.run.values.arrays[self.quantity.id][cell])
                taken, other = ends.get(wrong_end), ends.get(right_end)
                if taken is None or other is None or not _is_same(taken.value, value) or _is_same(other.value, value):
                    continue
                if not name or taken.dataset.id == name:
                    to[cell] = other.value
            if to:
                yield from self.wrong_end(wrong_end, right_end, cells[next(iter(to))], to)

    def wrong_end(self, wrong: str, right: str, origin: Origin, to: dict[Cell, float]) -> Iterator[Finding]:
        """Yield A823 where the methodology takes the other end, or the result is lower with it; that this is not known is told, too."""
        safe, by = self.quantity.conservative, moved(self.run, {self.quantity.id: to})
        is_lost = self.run.methodology.result in by.by and by.first is None
        if not (safe == right if safe else is_lost or (by.first is not None and by.first < 0)):
            return
        said = f"the methodology takes the {right} one" if safe else f"the {right} one is the safe side here"
        remedy = f"take the {right} end"
        if is_lost and not safe:
            said, remedy = "which one is the safe side here cannot be told", "see why the other gives no result, or say `conservative:` in the spec"
        yield self.found(
            "A823", "error" if safe else "warning", self.quantity.id, f"{self.quantity.id} is the {wrong} end of an interval, and {said}",
            f"{self.shown(list(to))}; at the {right} end ({number(next(iter(to.values())))}): {by.text}",
            remedy=remedy, origin=origin, mended=to,
        )  # fmt: skip

    # -- words

    def found(
        self, code: str, severity: str, subject: str, what: str, evidence: str, *, remedy: str, origin: Origin,
        mended: dict[Cell, float] | None = None,
    ) -> Finding:
        """Return a finding; the result moves once cells have the numbers of ``mended``."""
        by = moved(self.run, {self.quantity.id: mended}).first if mended else None
        return Finding(code, severity, subject, what, evidence, remedy, source=str(self.quantity.source), place=origin.place, moves=by)

    def shown(self, cells: list[Cell]) -> str:
        array, unit = self.run.values.arrays[self.quantity.id], str(self.quantity.unit)
        names = {cell: cell_name(self.quantity, self.run.setting, cell) for cell in cells}
        return listed_texts([f"{name} = {number(float(array[cell]))}" + (f" {unit}" if unit != "1" else "") for cell, name in names.items()], _MOST)

    def moved(self, others: dict[Cell, float]) -> str:
        return moved(self.run, {self.quantity.id: others}).text

    def due_numbers(self, cells: list[Cell], without: str) -> dict[Cell, float]:
        """Return the numbers that are due, of the cells for which another set is at hand."""
        return {cell: one.value for cell in cells if (one := self.published.due(self.quantity, cell, without)) is not None}

    def to_due(self, cells: list[Cell], without: str) -> str:
        """Return by how much the result moves with the numbers that are due."""
        due = {cell: one for cell in cells if (one := self.published.due(self.quantity, cell, without)) is not None}
        if not due:
            return "no other set is at hand that is valid and allowed, so that tonnes cannot be told"
        sets = ", ".join(dict.fromkeys(one.dataset.id for one in due.values()))
        numbers = ", ".join(dict.fromkeys(number(one.value) for one in list(due.values())[:3]))
        rest = f"; for {len(cells) - len(due)} of them no other set is at hand" if len(due) < len(cells) else ""
        return f"with {sets} ({numbers}): {self.moved({cell: one.value for cell, one in due.items()})}{rest}"


def _only_where(dataset: Dataset) -> str:
    parts = [plain_text(dataset.allowed, dict(dataset.letters))] if dataset.allowed is not None else []
    parts += [f"the rule {rule} holds" for rule in dataset.allowed_by]
    return f"it is allowed where {' and '.join(parts)}"


def _for_whom(run: Run, dataset: Dataset) -> str:
    life = life_of(run.methodology, dataset)
    parts = [f"{dataset.id} is valid {life}"] if life.is_dated else []
    parts += [_only_where(dataset)] if dataset.allowed is not None or dataset.allowed_by else []
    return "; ".join(parts)


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(abs(one), abs(other))


def _names(source: str, dataset: Dataset) -> bool:
    """Whether a source is a dataset, by its title or its id."""
    words: Callable[[str], str] = lambda text: " ".join(re.findall(r"[a-z0-9]+", text.lower()))  # noqa: E731
    said = f" {words(source)} "
    return any(f" {words(name)} " in said for name in (dataset.title, dataset.id) if len(words(name)) > 2)
