"""Project files that are written alike, with other numbers: what was read of the first of them holds for all.

A portfolio is often made by one template. Of a file that was read whole and without fault it is kept which of its words are numbers of which
cells; another file that says the same in every other word has the same shape, members, units and states, and only its numbers are read. A file
that says anything else, or a number that is not plainly one within its range, is read whole, so that every message is that of a run alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter
from pathlib import Path

import numpy as np

from engine.plan.plan import Plan
from engine.portfolio.file_words import CsvWords, WordPlaces, csv_words, place_yaml, yaml_words
from engine.project.project_file import ProjectData
from engine.project.project_tree import files_in, is_workbook
from engine.project.statements import Statements
from engine.project.value_fields import TABLE_FIELDS
from engine.project.written_numbers import Given, conversion, may_be_ratio
from engine.run.inputs import Inputs
from engine.run.unknown_cells import is_unknown
from engine.simulate.normal import Numbers
from equations.files.regular_file import digest_of, may_read
from equations.files.strict_yaml import Mapping as Block
from equations.files.strict_yaml import Scalar, WrittenForm, YamlNode, scalars_in
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

#: A number that is neither too large nor too small for a float: of it `float` is the float nearest to what is written, as of a fraction.
_PLAIN = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,25})?")
_ALL_PLAIN = re.compile(rf"(?:{_PLAIN.pattern}\n)*")
#: Factors between units with which such a number stays one.
_LEAST_FACTOR, _MOST_FACTOR = Fraction(1, 10**100), Fraction(10**100)
#: Fields of a block of values, and of the block `project`, that move no number.
_SAID, _WHO = ("source", "comments"), ("name", "description", "developer", "country", "reference")


@dataclass(frozen=True)
class ReadWhole:
    """A project file that was read whole and without fault, with all that it names, and what it is evaluated with."""

    form: WrittenForm
    tree: Block
    project: ProjectData
    methodology: Methodology
    plan: Plan
    inputs: Inputs
    said: Mapping[str, Statements]

    @property
    def is_pattern(self) -> bool:
        """Whether numbers are no more than numbers: none is made of others, and none is read or not read by what it is."""
        asked = [self.methodology.quantity[id_] for id_ in self.plan.inputs]
        shared = any(one.shares for one in self.methodology.index_sets)
        return not (shared or self.project.set_numbers or any(quantity.standard_error_of for quantity in asked))


@dataclass(frozen=True)
class _Slot:
    """A number of a file: which of the words it is, what it is multiplied by, within what it must lie, and which cells take it."""

    at: int
    factor: Fraction
    least: float
    most: float
    cells: Sequence[int]


@dataclass(frozen=True)
class OtherNumbers:
    """What is read of a file that is written alike: its inputs, and the files that it names with their hashes."""

    numbers: dict[str, Numbers]
    files: dict[str, str]


class Alike:
    """What is known of all files that are written as one that was read whole.

    Parameters
    ----------
    files
        The files that it names, with their hashes.
    """

    def __init__(self, whole: ReadWhole, files: Mapping[str, str]) -> None:
        scalars = list(scalars_in(whole.tree))
        self.build, self.tables = whole.form.build, _tables(whole, scalars)
        self.files, self.by_word = dict(files), {name for name in _csv_names(whole.project) if name in files}
        self.beside = {name: found for name in self.by_word if (found := csv_words(whole.project.folder / name)) is not None}
        words, places = self.words(whole.form, self.beside), WordPlaces()
        place_yaml(scalars, self.tables, places)
        # Words of the CSV files follow those of the project file in one list, in the order in which the first file names them.
        start = len(yaml_words(whole.form, self.tables))
        for name, found in self.beside.items():
            found.place((whole.project.folder / name).as_posix(), start, places)
            start += len(found.words)
        slots = list(_slots(whole, words, places))
        self.free = sorted(_free(whole, places))
        # Everything that is neither a number of known cells nor free to say anything must be the same word for word: also a date, a
        # label, a unit, the order of blocks. What this does not foresee is so read whole, never wrongly.
        varying = {slot.at for slot in slots} | set(self.free)
        self.count, self.fixed = len(words), _getter([at for at in range(len(words)) if at not in varying])
        self.said, self.numbers = self.fixed(words), _getter([slot.at for slot in slots])
        self.scaled = [(at, slot.factor) for at, slot in enumerate(slots) if slot.factor != 1]
        self.least, self.most = np.array([slot.least for slot in slots]), np.array([slot.most for slot in slots])
        self.take = np.array([at for at, slot in enumerate(slots) for _ in slot.cells], int)
        self.put = np.array([cell for slot in slots for cell in slot.cells], int)
        # All inputs side by side, as they were read of the first file: numbers of datasets and defaults stay, and one assignment
        # puts in the others.
        self.flat = np.concatenate([np.zeros(0), *(whole.inputs.values[id_].ravel() for id_ in whole.plan.inputs)])
        self.shapes = {id_: whole.inputs.values[id_].shape for id_ in whole.plan.inputs}

    def words(self, form: WrittenForm, beside: Mapping[str, CsvWords]) -> list[str]:
        """Return the words of a project file and of the CSV files that it names."""
        return [*yaml_words(form, self.tables), *(word for name in self.beside for word in beside[name].words)]

    def read(self, form: WrittenForm, folder: Path) -> OtherNumbers | None:
        """Return what another file gives, or ``None`` where it is not written alike or has a number that must be looked at."""
        if form.build != self.build:
            return None
        files, beside = self.named(folder)
        if beside is None:
            return None
        words = self.words(form, beside)
        if len(words) != self.count or self.fixed(words) != self.said or not all(words[at].strip() for at in self.free):
            return None
        values = self.values(self.numbers(words))
        return None if values is None else OtherNumbers(self.inputs(values), files)

    def named(self, folder: Path) -> tuple[dict[str, str], dict[str, CsvWords] | None]:
        """Return the files that the project names, with their hashes and the words of those that are read by word.

        The second is ``None`` where one of the others is not what it was, or where one may not be read.
        """
        files: dict[str, str] = {}
        beside: dict[str, CsvWords] = {}
        for name, sha in self.files.items():
            if not may_read(folder, name):
                return {}, None
            files[name] = digest_of(folder / name)
            # A file that did not change needs no reading; of one that did, only words are looked at, and only where it holds plain
            # numbers of cells.
            if files[name] == sha:
                beside |= {name: self.beside[name]} if name in self.beside else {}
                continue
            found = csv_words(folder / name) if name in self.beside else None
            if found is None or found.sha != files[name]:
                return {}, None
            beside[name] = found
        return files, beside

    def values(self, texts: Sequence[str]) -> Numbers | None:
        """Return the numbers that are written, in the units of their quantities, or ``None`` where one must be looked at."""
        # One match over all of them: a call for each would cost more than reading them.
        if not _ALL_PLAIN.fullmatch("".join(f"{text}\n" for text in texts)):
            return None
        values = np.array(list(map(float, texts))) + 0.0  # -0 is written as a number and is none
        for at, factor in self.scaled:
            # Rounded once, as a run rounds: float(text) * float(factor) may differ in the last bit.
            values[at] = float(Fraction(texts[at]) * factor)
        return values if bool(((values >= self.least) & (values <= self.most)).all()) else None

    def inputs(self, values: Numbers) -> dict[str, Numbers]:
        flat, start, found = self.flat.copy(), 0, {}
        flat[self.put] = values[self.take]
        for id_, shape in self.shapes.items():
            end = start + math.prod(shape)
            found[id_], start = flat[start:end].reshape(shape), end
        return found


def _getter(places: list[int]) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return what takes the words at some places, quickly."""
    if len(places) < 2:
        return lambda words: tuple(words[at] for at in places)
    return itemgetter(*places)


def _tables(whole: ReadWhole, scalars: Sequence[Scalar]) -> frozenset[int]:
    """Return which scalars are tables of numbers, of which words are compared and not blanks."""
    nodes = [block.node.get("table") for blocks in whole.project.values.values() for block in blocks]
    starts = {(node.line, node.column) for node in nodes if isinstance(node, Scalar) and node.raw and not node.quoted}
    return frozenset(at for at, scalar in enumerate(scalars) if scalar.raw and (scalar.line, scalar.column) in starts)


def _csv_names(project: ProjectData) -> Iterator[str]:
    """Yield the CSV files whose cells are numbers as they stand there: no block that names one says how they are to be read."""
    blocks = [block for found in project.values.values() for block in found]
    read_otherwise = {
        scalar.text for block in blocks if any(block.has(field) for field, *_ in TABLE_FIELDS) for scalar in files_in(block.node)
    }
    for block in blocks:
        yield from (one.text for one in files_in(block.node) if not is_workbook(one.text) and one.text not in read_otherwise)


def _free(whole: ReadWhole, places: WordPlaces) -> set[int]:
    """Return the words that may be any: who runs the project, where a number comes from, how uncertain it is."""
    who = whole.tree.get("project")
    nodes = [value for key, value in who if key.text in _WHO] if isinstance(who, Block) else []
    nodes += [node for node in [whole.tree.get("uncertainty")] if node is not None]
    for block in (block for blocks in whole.project.values.values() for block in blocks):
        nodes += [value for key, value in block.node if key.text in (*_SAID, "uncertainty")]
    found = [places.of(scalar.place) for node in nodes for scalar in _said_in(node)]
    return {at for at in found if at is not None}


def _said_in(node: YamlNode) -> Iterator[Scalar]:
    """Yield the scalars of a block that are no keys."""
    if isinstance(node, Block):
        for _, value in node:
            yield from _said_in(value)
    elif isinstance(node, Scalar):
        yield node
    else:
        for item in node.items:
            yield from _said_in(item)


def _slots(whole: ReadWhole, words: Sequence[str], places: WordPlaces) -> Iterator[_Slot]:
    """Yield the numbers that the project gives, wherever they stand; what has no slot may not differ."""
    cells = _cells_by_origin(whole)
    in_lines: dict[tuple[str, int], list[tuple[Quantity, Given]]] = {}
    for id_, said in whole.said.items():
        quantity = whole.methodology.quantity[id_]
        for given in (*said.listed.values(), *(blanket.given for blanket in said.blankets)):
            if given.place is None:
                continue
            # A number is known by where it was read, and the word there must be the number as it was read: one that was put
            # together (a ratio of two cells) is not.
            at = places.of(given.place)
            if at is not None and words[at] == given.text and _is_number(quantity, given):
                yield _slot(at, quantity, given, cells)
            # Lines of a table of text are read without columns: the numbers of one line are its words from the left, if they are as
            # many and the same.
            if not given.place.column:
                in_lines.setdefault((given.place.file, given.place.line), []).append((quantity, given))
    for line, found in in_lines.items():
        own = places.lines.get(line, range(0))
        if [words[at] for at in own] == [given.text for _, given in found]:
            for at, (quantity, given) in zip(own, found, strict=True):
                if _is_number(quantity, given):
                    yield _slot(at, quantity, given, cells)


def _is_number(quantity: Quantity, given: Given) -> bool:
    """Whether a number may be another one with nothing else to be looked at than its range."""
    factor = conversion(quantity, given.unit, given.alternative)
    is_plain = quantity.type == "number" and _PLAIN.fullmatch(given.text) is not None and _LEAST_FACTOR <= factor <= _MOST_FACTOR
    is_read = given.origin.kind == "project" and given.origin.estimate is None and not is_unknown(quantity, given)
    return is_plain and is_read and not may_be_ratio(quantity)


def _slot(at: int, quantity: Quantity, given: Given, cells: Mapping[int, list[int]]) -> _Slot:
    limits = quantity.range
    least = -math.inf if limits is None or limits.least is None else float(limits.least)
    most = math.inf if limits is None or limits.most is None else float(limits.most)
    factor = conversion(quantity, given.unit, given.alternative)
    return _Slot(at, factor, least, most, cells.get(id(given.origin), ()))


def _cells_by_origin(whole: ReadWhole) -> dict[int, list[int]]:
    """Return id of an origin -> the cells that it gives, counted through all inputs."""
    found: dict[int, list[int]] = {}
    start = 0
    for id_ in whole.plan.inputs:
        shape = whole.inputs.values[id_].shape
        for cell, origin in whole.inputs.origins[id_].items():
            # By identity: one origin is one written number, and `otherwise` gives many cells from one.
            found.setdefault(id(origin), []).append(start + int(np.ravel_multi_index(cell, shape)) if cell else start)
        start += math.prod(shape)
    return found
