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
from equations.model.cell_labels import EVERY, NAME, is_whole, read_labels, written_label
from equations.records import record
from equations.spec.block import begins_with_digits

if TYPE_CHECKING:
    from engine.project.project_file import ProjectData

#: Starts the place of what stands in an option of the command line; the text of the option follows.
OPTION = "--set "
#: Written before the id of a dataset whose number is to be taken.
DATASET = "dataset:"


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
    name, sign, value = _halves(text)
    file = OPTION + text
    if not sign or not name.strip() or not value.strip():
        errors.append(InputError("I508", "--set takes name=value", Place(file, 1, 1),
                                 remedy="write --set 'NAME=12.5 unit', or --set 'NAME[label]=12.5 unit'"))  # fmt: skip
        return None
    start = len(name) + 2 + len(value) - len(value.lstrip())
    return set_number(Scalar(name, file, 1, 1), Scalar(value.strip(), file, 1, start), errors)


def _halves(text: str) -> tuple[str, str, str]:
    """Return what stands before and behind the sign of equality, which a label may hold, too."""
    at = text.find("=")
    while at >= 0:
        name = NAME.match(text[:at])
        if name is not None and is_whole(name[2] or ""):
            return text[:at], "=", text[at + 1 :]
        at = text.find("=", at + 1)
    return text.partition("=")


def set_number(key: Scalar, value: Scalar, errors: list[MethodologyError]) -> SetNumber | None:
    """Read what sets one number: its name with labels, and its text with a unit.

    Parameters
    ----------
    errors
        Takes I505 and I508.
    """
    found = NAME.match(key.text)
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
    labels = tuple(_labels(key, found))
    return SetNumber(shown_name(found[1], labels), found[1], labels, _moved(value, written, 0), beside)


def _labels(key: Scalar, found: re.Match[str]) -> Iterable[Scalar]:
    for label, at, quoted in read_labels(found[2]) if found[2] is not None else ():
        yield replace(_moved(key, label, found.start(2) + at), quoted=quoted)


def shown_name(quantity: str, labels: Iterable[Scalar]) -> str:
    """Return a name in one way of writing: ``A[E, 2019]``."""
    inside = ", ".join(EVERY if names_every(label) else written_label(label.text) for label in labels)
    return f"{quantity}[{inside}]" if inside else quantity


def names_every(label: Scalar) -> bool:
    """Whether a label stands for every member; in quotes it is a member of that name."""
    return label.text == EVERY and not label.quoted


def _moved(scalar: Scalar, text: str, by: int) -> Scalar:
    return Scalar(text, scalar.file, scalar.line, scalar.column + by + (1 if scalar.quoted else 0))
