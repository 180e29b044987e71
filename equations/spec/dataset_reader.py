"""Read datasets: their numbers, and their life: when they are valid, what comes after them, where they are allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from equations.errors import Place, SpecError, near_or_all
from equations.files.strict_yaml import Mapping, flow_text
from equations.meaning.names import Names
from equations.model.dataset import PROJECT_SOURCE, Dataset, ValueBlock
from equations.model.equation import Rule
from equations.model.quantity import Quantity
from equations.spec.block import Block, checked
from equations.spec.value_table import read_cells

if TYPE_CHECKING:
    from equations.spec.reader import SpecReader


class DatasetReader:
    """Reads the blocks of datasets; faults go to the reader of the spec."""

    def __init__(self, reader: SpecReader, names: Names) -> None:
        self.reader, self.names = reader, names

    def dataset(self, block: Block) -> Dataset:
        """Read one dataset."""
        values = tuple(v for b in block.blocks("values") if (v := self.values(b)))
        source = self.reader.cite(block)
        values = tuple(replace(v, source=v.source.within(source)) for v in values)
        first, last = _day(block, "valid_from"), _day(block, "valid_to")
        if first and last and last < first:
            block.fault("S105", f"{block.called()} ends before it begins", block.place_of("valid_to"), why=f"{first} to {last}",
                        remedy="correct one of the two days")  # fmt: skip
        allowed, _ = self.reader.when(block, self.names, {}, self.names.letters, field="allowed")
        return Dataset(
            id=block.text("id"), title=block.text("title"), use=block.text("use", "on-request"), date=block.text("date"),
            source=source, values=values, place=block.place, valid_from=first, valid_to=last, superseded_by=block.text("superseded_by"),
            allowed=allowed, letters=tuple(self.names.letters.items()) if allowed is not None else (), allowed_by=block.words("allowed_by"),
        )  # fmt: skip

    def values(self, block: Block) -> ValueBlock | None:
        """Read the values of one quantity."""
        reader, names = self.reader, self.names
        id_ = block.text("quantity")
        if not checked(id_, names.quantities, "quantity", block.place_of("quantity"), reader.errors):
            return None
        quantity = names.quantities[id_]
        unit = block.unit("unit", reader.substances, quantity.unit)
        if not unit.same_dimension(quantity.unit):
            block.fault("U302", f"{id_} is in {quantity.unit}, and the value in {unit}", block.place_of("unit"),
                        remedy="give the value in a unit of the same thing")  # fmt: skip
        cells = read_cells(block, quantity.indices, reader.sets, quantity.type)
        own = reader.own_letters(block)
        bound = {letter: set_id for letter, set_id in names.letters.items() if set_id in quantity.indices} | own
        when, _ = reader.when(block, names, own, bound)
        letters = tuple(bound.items())
        distributions = block.node.get("uncertainty")
        if distributions is not None and not isinstance(distributions, Mapping):
            block.fault("S105", "an uncertainty is a distribution, or one for each label", distributions.place,
                        remedy="write {distribution: normal, se: ...}")  # fmt: skip
        return ValueBlock(
            quantity=id_, unit=unit, cells=cells, source=reader.cite(block), when=when, letters=letters, note=block.text("note"),
            place=block.place, published_unit=block.text("published_unit"), id=block.text("id"), bound=block.text("bound"),
            uncertainty=flow_text(distributions) if distributions is not None else "", distributions=distributions,
        )  # fmt: skip


def _day(block: Block, name: str) -> str:
    """Return a day as it is written, an empty text where none is."""
    text = block.text(name)
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        block.fault("S105", f"{name} is not a date: {text!r}", block.place_of(name), remedy="write year-month-day, as 2018-03-12")
        return ""


def life_faults(datasets: Iterable[Dataset], quantities: Iterable[Quantity], rules: Iterable[Rule]) -> Iterator[SpecError]:
    """Yield what is wrong with the lives of datasets and the order of sources: names that are not there, circles of sets."""
    known, conditions = {dataset.id: dataset for dataset in datasets}, {rule.id for rule in rules}
    told: set[str] = set()
    for dataset in known.values():
        place = dataset.place or Place("")
        if dataset.superseded_by and dataset.superseded_by not in known:
            yield SpecError("S107", f"there is no dataset {dataset.superseded_by!r}", place,
                            remedy=near_or_all(dataset.superseded_by, known, "there are"))  # fmt: skip
        elif dataset.id in (later := _later(dataset, known)) and dataset.id not in told:
            told.update(later)
            yield SpecError("S105", f"the dataset {dataset.id!r} is superseded by itself", place, why=" -> ".join((dataset.id, *later)),
                            remedy="take one `superseded_by:` out")  # fmt: skip
        for rule in dataset.allowed_by:
            if rule not in conditions:
                yield SpecError("S107", f"there is no rule {rule!r}", place, remedy=near_or_all(rule, conditions, "there are"))
    for quantity in quantities:
        for source in quantity.sources:
            if source != PROJECT_SOURCE and source not in known:
                yield SpecError("S107", f"there is no dataset {source!r}", quantity.place or Place(""),
                                why=f"the sources of {quantity.id} are datasets, or {PROJECT_SOURCE!r}",
                                remedy=near_or_all(source, known, "there are"))  # fmt: skip


def _later(dataset: Dataset, known: dict[str, Dataset]) -> list[str]:
    """Return the datasets that come after one, one after the other, until one stands twice."""
    found: list[str] = []
    while (id_ := dataset.superseded_by) in known and id_ not in found:
        found.append(id_)
        dataset = known[id_]
    return found
