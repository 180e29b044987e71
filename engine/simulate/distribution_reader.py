"""Read the fields of one declared distribution: which stand together, and in which unit."""

from __future__ import annotations

from dataclasses import dataclass

from engine.project.values import UnitReader
from engine.simulate.distribution import Form
from engine.simulate.distributions import DISTRIBUTIONS, IN_UNIT
from equations.errors import InputError, MethodologyError, Place, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, YamlNode
from equations.model.quantity import Quantity
from equations.spec.block import read_number
from equations.units.unit import Unit

_BESIDE = ("distribution", "unit", "source")
_KNOWN = (*_BESIDE, *dict.fromkeys(name for one in DISTRIBUTIONS.values() for name in one.fields))


@dataclass(frozen=True)
class Fields:
    """What is declared of one distribution.

    Attributes
    ----------
    numbers
        Field -> number, in the quantity's unit where it has one.
    level
        Share of probability between ``low`` and ``high``.
    over
        Name of the axis along which rows run, or empty.
    """

    kind: str
    numbers: dict[str, float]
    level: float
    over: str


def read_amount(node: YamlNode, name: str, errors: list[MethodologyError]) -> float:
    """Return a number, or a percentage as a share; an error is collected where it is neither."""
    text = node.text.strip() if isinstance(node, Scalar) else ""
    percent = text.endswith("%")
    exact = read_number(text.removesuffix("%").strip()) if text else None
    if exact is None:
        errors.append(InputError("I505", f"{name} is not a number: {text!r}", node.place, remedy="write it as 12.5 or 8 %"))
        return 1.0
    return float(exact) / 100 if percent else float(exact)


@dataclass
class DistributionReader:
    """Reads distributions; faults are collected.

    Attributes
    ----------
    substances
        Of the methodology, for units.
    level
        What ``low`` and ``high`` enclose, where a distribution does not say otherwise.
    """

    read_unit: UnitReader
    substances: tuple[str, ...]
    errors: list[MethodologyError]
    level: float

    def fault(self, code: str, what: str, place: Place | None, why: str = "", remedy: str = "") -> None:
        self.errors.append(InputError(code, what, place, why=why, remedy=remedy))

    def read(self, quantity: Quantity, node: Mapping, beside: Unit | YamlNode | None) -> Fields | None:
        """Return what is declared, or ``None`` after a fault.

        Parameters
        ----------
        beside
            Unit of the values beside which it stands, read already or as written.
        """
        before = len(self.errors)
        kind = self.word(node.get("distribution"), tuple(DISTRIBUTIONS), "")
        if kind:
            self.check_fields(quantity, kind, node)
        numbers, level, over = {}, self.level, ""
        factor = self.factor(quantity, node, beside)
        for key, value in node:
            if key.text == "level":
                level = self.share(value, self.level)
            elif key.text == "over":
                over = value.text if isinstance(value, Scalar) else ""
            elif key.text in _KNOWN and key.text not in _BESIDE:
                numbers[key.text] = self.number(quantity, key.text, value, factor) * (factor if key.text in IN_UNIT else 1.0)
        return Fields(kind, numbers, level, over) if len(self.errors) == before else None

    # -- which fields

    def check_fields(self, quantity: Quantity, kind: str, node: Mapping) -> None:
        """Report fields that are not known, that the distribution does not take, and that it lacks."""
        before = len(self.errors)
        distribution = DISTRIBUTIONS[kind]
        for key, _ in node:
            if key.text not in _KNOWN:
                self.fault("I502", f"a distribution has no field {key.text!r}", key.place,
                           remedy=near_or_all(key.text, _KNOWN, "fields:"))  # fmt: skip
            elif key.text not in (*distribution.fields, *_BESIDE):
                remedy = f"it takes {', '.join(distribution.fields) or 'none'}"
                self.fault("I517", f"a {distribution.words} distribution takes no `{key.text}`", key.place,
                           why=f"of {quantity.id} it would be said and not heard",
                           remedy=distribution.meant.get(key.text, remedy))  # fmt: skip
        if len(self.errors) == before:
            self.check_form(quantity, kind, node)

    def check_form(self, quantity: Quantity, kind: str, node: Mapping) -> None:
        """Report a distribution of which no form has all it needs, or that is declared in two ways at once."""
        given = {key.text for key, _ in node} - set(_BESIDE)
        whole = [form for form in DISTRIBUTIONS[kind].forms if set(form.needs) <= given]
        if not whole:
            wanted = ", or ".join(" and ".join(form.needs) for form in DISTRIBUTIONS[kind].forms)
            self.fault("I510", f"the distribution of {quantity.id} lacks {wanted}", node.place,
                       remedy="declare it beside `distribution:`")  # fmt: skip
            return

        def extra(form: Form) -> set[str]:
            return given - set(form.needs) - set(form.may)

        best = min(whole, key=lambda form: len(extra(form)))
        if extra(best):
            key = next(key for key, _ in node if key.text in extra(best))
            self.fault("I517", f"`{key.text}` cannot stand beside {' and '.join(f'`{name}`' for name in best.needs)}", key.place,
                       why=f"either is enough to declare the distribution of {quantity.id}",
                       remedy="keep the one that your source gives")  # fmt: skip

    # -- numbers and units

    def number(self, quantity: Quantity, name: str, node: YamlNode, factor: float) -> float:
        amount = read_amount(node, name, self.errors)
        if name in IN_UNIT and isinstance(node, Scalar) and node.text.endswith("%") and str(quantity.unit) != "1":
            remedy = "write relative_se" if name == "se" else f"write it in {quantity.unit}, or in a `unit:` of its own"
            self.fault("I510", f"{name} of {quantity.id} is no share: it is in {quantity.unit}", node.place, remedy=remedy)
        elif name in IN_UNIT and isinstance(node, Scalar) and node.text.endswith("%") and factor != 1:
            self.fault("I510", f"{name} of {quantity.id} is {node.text} in a unit that is no plain number", node.place,
                       why="of a % it would be a share of a hundredth", remedy="leave the % behind the number out")  # fmt: skip
        return amount

    def factor(self, quantity: Quantity, node: Mapping, beside: Unit | YamlNode | None) -> float:
        """Return the factor to the quantity's unit from that of a distribution: its own, or that of the values beside it."""
        written = node.get("unit") or beside
        if written is None or not any(name in node for name in IN_UNIT):
            return 1.0
        unit = written if isinstance(written, Unit) else self.unit(quantity, node, written)
        if unit is None:
            return 1.0
        known = [quantity.unit, *(unit for _, unit in quantity.alternatives.units)] if quantity.alternatives else [quantity.unit]
        wanted = next((one for one in known if unit.same_dimension(one)), None)
        if wanted is None:
            self.fault("I503", f"the uncertainty of {quantity.id} is given in {unit}, and the quantity is in {quantity.unit}",
                       node.place, remedy="give it in the unit of the quantity, or as relative_se")  # fmt: skip
            return 1.0
        return float(unit.scale / wanted.scale)

    def unit(self, quantity: Quantity, node: Mapping, written: YamlNode) -> Unit | None:
        if not isinstance(written, Scalar):
            self.fault("I503", f"it is not said in which unit the uncertainty of {quantity.id} is given", node.place,
                       why="the values beside it have several",
                       remedy="add `unit:` to the distribution, or give relative_se")  # fmt: skip
            return None
        try:
            return self.read_unit(written.text, written.place, self.substances)
        except MethodologyError as error:
            self.fault("I503", error.what, written.place, error.why, error.remedy)
            return None

    def share(self, node: YamlNode | None, otherwise: float) -> float:
        """Return a share of probability, written as 95 %, 95 or 0.95."""
        if node is None:
            return otherwise
        share = read_amount(node, "level", self.errors)
        share = share / 100 if share > 1 else share
        if not 0 < share < 1:
            self.fault("I510", "a level must lie between 0 and 100 %", node.place)
            return otherwise
        return share

    def word(self, node: YamlNode | None, known: tuple[str, ...], otherwise: str) -> str:
        if node is None:
            return otherwise
        text = node.text if isinstance(node, Scalar) else ""
        if text not in known:
            self.fault("I510", f"{text!r} is not known here", node.place, remedy=near_or_all(text, known, "it is one of"))
            return otherwise
        return text
