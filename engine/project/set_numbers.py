"""Numbers that are set in place of those of a project: by ``--set 'A[E]=50000 ha'``, or under ``set:`` of a project file that keeps such a question.

A number is set for one cell; ``*`` names every member of an index. Nothing is converted here: :mod:`engine.run.inputs` reads what is set as it reads
every other number, by the same units and ranges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from equations.errors import InputError, MethodologyError, Place, raise_all
from equations.files.strict_yaml import Scalar
from equations.patterns import pattern
from equations.records import record
from equations.spec.block import begins_with_digits

if TYPE_CHECKING:
    from engine.project.project_file import ProjectData

#: Starts the place of what stands in an option of the command line; the text of the option follows.
OPTION = "--set "
#: Written before the id of a dataset whose number is to be taken.
DATASET = "dataset:"
#: Names every member of an index.
EVERY = "*"
_NAME = pattern(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\[(.*)\]\s*)?\Z")
_QUOTES = "\"'"


@record(frozen=True)
class SetNumber:
    """One number that is set.

    Attributes
    ----------
    labels
        As written, one for each index.
    scalar
        The number, or ``dataset:ID``.
    unit
        The text of its unit, empty where there is none.
    """

    name: str
    quantity: str
    labels: tuple[Scalar, ...]
    scalar: Scalar
    unit: Scalar | None = None

    @property
    def text(self) -> str:
        """What is set, as written."""
        return self.scalar.text if self.unit is None else f"{self.scalar.text} {self.unit.text}"

    @property
    def dataset(self) -> str:
        """The dataset whose number is asked for; empty for a number."""
        return self.scalar.text.removeprefix(DATASET) if self.scalar.text.startswith(DATASET) else ""

    @property
    def by(self) -> str:
        """Who set it: the option, or the name of the project file."""
        return OPTION.strip() if self.scalar.file.startswith(OPTION) else ""


def with_set(project: ProjectData, options: Iterable[str]) -> ProjectData:
    """Return a project with further numbers set.

    Parameters
    ----------
    options
        As ``A[E]=50000 ha``.

    Raises
    ------
    MethodologyError
        I508 for a text that sets nothing, I505 for a number with a blank in it; that one is set twice is told by the run.
    """
    errors: list[MethodologyError] = []
    found = [one for text in options if (one := _of_option(text, errors)) is not None]
    raise_all(errors)
    named = {one.name for one in found}
    kept = tuple(one for one in project.set_numbers if one.name not in named)
    return replace(project, set_numbers=(*kept, *found)) if found else project


def without_set(project: ProjectData) -> ProjectData:
    """Return a project as it is without the numbers that were set."""
    return replace(project, set_numbers=())


def _of_option(text: str, errors: list[MethodologyError]) -> SetNumber | None:
    name, sign, value = text.partition("=")
    file = OPTION + text
    if not sign or not name.strip() or not value.strip():
        errors.append(InputError("I508", "--set takes name=value", Place(file, 1, 1),
                                 remedy="write --set 'NAME=12.5 unit', or --set 'NAME[label]=12.5 unit'"))  # fmt: skip
        return None
    start = len(name) + 2 + len(value) - len(value.lstrip())
    return set_number(Scalar(name, file, 1, 1), Scalar(value.strip(), file, 1, start), errors)


def set_number(key: Scalar, value: Scalar, errors: list[MethodologyError]) -> SetNumber | None:
    """Read what sets one number: its name with labels, and its text with a unit.

    Parameters
    ----------
    errors
        Takes I505 and I508.
    """
    found = _NAME.match(key.text)
    if found is None:
        errors.append(InputError("I508", f"{key.text.strip()!r} names no number", key.place,
                                 remedy="write NAME, or NAME[label, label] with a label for each index"))  # fmt: skip
        return None
    written, _, unit = value.text.partition(" ")
    if begins_with_digits(unit.strip()):
        errors.append(InputError("I505", f"{key.text.strip()} is set to {value.text}: is it one number?", value.place,
                                 why="a number and a unit with a factor would be multiplied",
                                 remedy="write the number without blanks, and a unit without a factor: 52400 ha"))  # fmt: skip
        return None
    beside = _moved(value, unit.strip(), value.text.rindex(unit.strip())) if unit.strip() else None
    return SetNumber(shown_name(found[1], found[2]), found[1], tuple(_labels(key, found)), _moved(value, written, 0), beside)


def _labels(key: Scalar, found: re.Match[str]) -> Iterable[Scalar]:
    at = found.start(2)
    for part in found[2].split(",") if found[2] is not None else ():
        text = part.strip().strip(_QUOTES)
        yield _moved(key, text, at + len(part) - len(part.lstrip()))
        at += len(part) + 1


def shown_name(quantity: str, labels: str | None) -> str:
    """Return a name in one way of writing: ``A[E, 2019]``."""
    if labels is None:
        return quantity
    return f"{quantity}[{', '.join(part.strip().strip(_QUOTES) for part in labels.split(','))}]"


def _moved(scalar: Scalar, text: str, by: int) -> Scalar:
    return Scalar(text, scalar.file, scalar.line, scalar.column + by + (1 if scalar.quoted else 0))
