"""The declared standard error of an input, as a number that formulas read (``standard_error_of:`` of a quantity).

It is what the project says beside the value (``uncertainty:``, as ``se`` or ``relative_se``), under ``uncertainty: inputs:``, or a dataset beside the
value that a run takes from it. Nothing is made from limits or shapes of distributions: what is not declared is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from engine.project.project_file import ProjectData
from engine.project.values import UnitReader
from engine.project.written_numbers import Given, Origin
from equations.citation import Citation
from equations.errors import InputError, MethodologyError
from equations.files.strict_yaml import Mapping, Scalar, YamlNode
from equations.meaning.exact_ratios import exact_text
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.records import record
from equations.spec.block import read_number
from equations.units.unit import Unit

Labels = tuple[str, ...]


@record(frozen=True)
class DeclaredErrors:
    """Finds the declared standard errors of one quantity.

    Attributes
    ----------
    value
        Gives what counts for a cell of the quantity, ``None`` where nothing does.
    errors
        Takes faults.
    """

    methodology: Methodology
    project: ProjectData
    quantity: Quantity
    read_unit: UnitReader
    value: Callable[[tuple[int, ...]], Given | None]
    errors: list[MethodologyError]

    def of(self, cell: tuple[int, ...], labels: Labels) -> Given | None:
        """Return the standard error of a cell as it was written, ``None`` where none is declared."""
        value = self.value(cell)
        for node, unit, kind, name, source in self.declarations(labels, value):
            found = self.read(node, unit, value)
            if found is not None:
                text, own = found
                return Given(text, own, Origin(kind, name, text, own.text, source, node.place), node.place)
        return self.of_sample(value)

    def of_sample(self, value: Given | None) -> Given | None:
        """Return the standard error of a sample that gives the value."""
        if value is None or value.origin.estimate is None:
            return None
        text, own = repr(value.origin.estimate.limits.error), value.origin
        origin = Origin(own.kind, own.name, text, own.unit, f"standard error of the sample of {self.quantity.id}", own.place)
        return Given(text, value.unit, origin, own.place)

    def declarations(self, labels: Labels, value: Given | None) -> Iterator[tuple[Mapping, Unit | YamlNode | None, str, str, str]]:
        """Yield what declares the uncertainty of a cell, the nearest first: its fields, the unit beside it, and whose it is."""
        name = self.project.path.name
        for block in self.project.values.get(self.quantity.id, ()):
            node, fixed = block.node.get("uncertainty"), {key: scalar.text for key, scalar in block.texts("at")}
            here = dict(zip(self.quantity.axis_names, labels, strict=True))
            if node is not None and all(here.get(axis) == label for axis, label in fixed.items()) and (leaf := _leaf(node, labels)):
                yield leaf, block.node.get("unit"), "project", name, f"declared beside {self.quantity.id}"
        top = self.project.uncertainty
        inputs = top.get("inputs") if isinstance(top, Mapping) else None
        node = inputs.get(self.quantity.id) if isinstance(inputs, Mapping) else None
        if node is not None and (leaf := _leaf(node, labels)):
            yield leaf, None, "project", name, "declared under `uncertainty:`"
        for dataset in self.methodology.datasets:
            for part in dataset.values:
                if part.distributions is not None and value is not None and part.place == value.place and (leaf := _leaf(part.distributions, labels)):
                    kind = value.origin.kind
                    yield leaf, part.unit, kind, dataset.id, str(part.source if part.source != Citation() else dataset.source)

    def read(self, node: Mapping, beside: Unit | YamlNode | None, value: Given | None) -> tuple[str, Unit] | None:
        """Return a standard error as text, with its unit."""
        if self.fault(node):
            return None
        size = node.get("se")
        unit = self.unit(node.get("unit") or beside) if size is not None else None
        if isinstance(size, Scalar) and size.text.endswith("%") and unit is not None and unit.scale != 1:
            self.take("I510", f"se of {self.quantity.id} is {size.text} in a unit that is no plain number", size,
                      "of a % it would be a share of a hundredth", "leave the % behind the number out")  # fmt: skip
            return None
        if (written := _number(size)) is not None and unit is not None:
            return exact_text(written), unit
        if (share := _number(node.get("relative_se"))) is not None and value is not None and (own := read_number(value.text)) is not None:
            return exact_text(abs(share * own)), value.unit
        return None

    def fault(self, node: Mapping) -> bool:
        """Report what a simulation refuses too: a standard error below zero, which a deduction would add; a share where a size is meant; both."""
        own, of = [node.get(field) for field in ("se", "relative_se")], self.quantity
        count = len(self.errors)
        for written in own:
            if isinstance(written, Scalar) and (_number(written) or 0) < 0:
                self.take("I510", f"the standard error {written.text} of {of.id} is below zero", written, "it is a size", "give its size")
        if isinstance(own[0], Scalar) and own[0].text.endswith("%") and str(of.unit) != "1":
            self.take("I510", f"se of {of.id} is no share: it is in {of.unit}", own[0], "", "write relative_se")
        if None not in own:
            self.take("I517", "`relative_se` cannot stand beside `se`", node, f"either is enough to declare the uncertainty of {of.id}",
                      "keep the one that your source gives")  # fmt: skip
        return len(self.errors) > count

    def take(self, code: str, what: str, node: YamlNode, why: str, remedy: str) -> None:
        self.errors.append(InputError(code, what, node.place, why=why, remedy=remedy))

    def unit(self, written: Unit | YamlNode | None) -> Unit | None:
        if isinstance(written, Unit | None):
            return written or self.quantity.unit
        if not isinstance(written, Scalar):
            self.take("I503", f"it is not said in which unit the uncertainty of {self.quantity.id} is given", written,
                      "the values beside it have several", "add `unit:` to the distribution, or give relative_se")  # fmt: skip
            return None
        try:
            return self.read_unit(written.text, written.place, self.methodology.own_unit_words)
        except MethodologyError as error:
            self.errors.append(InputError("I503", error.what, written.place, why=error.why, remedy=error.remedy))
            return None


def _leaf(node: YamlNode, labels: Labels) -> Mapping | None:
    """Return the fields of the distribution of a cell, following its labels."""
    for label in (*labels, ""):
        if not isinstance(node, Mapping):
            return None
        if node.get("distribution") is not None:
            return node
        below = node.get(label)
        if below is None:
            return None
        node = below
    return None


def _number(node: YamlNode | None) -> Fraction | None:
    """Return a number, or a percentage as a share."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    number = read_number(text.removesuffix("%").strip()) if text else None
    return None if number is None else number / 100 if text.endswith("%") else number
