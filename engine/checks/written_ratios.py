"""Numbers that convert, wherever a spec writes them, against the unit registry and the molar masses of substances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.finding import Finding
from equations.errors import Place
from equations.formula.syntax import Binary, Cases, Compare, Negative, Node, Number, Ratio, children, walk
from equations.formula.tokens import Source
from equations.meaning.exact_ratios import RatioVerdict, conversion_of, expected_of, taken_for_ratio, verdict
from equations.model.dataset import ValueBlock
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.spec.block import read_number
from equations.units.registry import parse_unit
from equations.units.unit import PLAIN, Unit

_PRODUCT = ("*", "/", ".*", "@")
_Literal = tuple[Number | Ratio, Unit]


def check_ratios(methodology: Methodology) -> list[Finding]:
    """Check the declared constants, and the numbers that datasets give for what can be taken for a conversion."""
    found = list(_constants(methodology))
    for dataset in methodology.datasets:
        for block in dataset.values:
            found += _values(block, methodology.quantity[block.quantity], dataset.id, methodology)
    return found


def ratio_findings(formula: Node, source: Source, subject: str, methodology: Methodology) -> list[Finding]:
    """Check the numbers of a formula or condition that carry a unit of their own.

    Such a number converts where it is a factor, the whole formula, or one side of ``==``. Beside ``<`` or ``+`` it is a value like
    any other (a basal area of at least 10 m2/ha). Two numbers beside each other in a product are taken together.

    Returns
    -------
    list of Finding
        U305 or U306 for a wrong one, W820 for one that is rounded.
    """
    found: list[Finding] = []
    for node, unit in _factors(formula, methodology, whole=True):
        said = verdict(_number(node), node.text, expected_of(unit, methodology.molecules))
        if said is not None and not _is_excepted(node, unit, methodology):
            found += _findings(_Shown(node.text, f" {{{node.unit}}}"), _number(node), said, subject, source.place(node.span), _IN_FORMULA)
    for text, number, unit, part in _pairs(formula, methodology):
        candidates = (conversion_of(unit),) if unit.is_plain else expected_of(unit, methodology.molecules)
        said = verdict(number, "", candidates)
        if said is not None and said.slip:
            found += _findings(_Shown(text), number, said, subject, source.place(part.span), _IN_FORMULA)
    return found


_IN_FORMULA = ("if it converts nothing, declare it as a quantity with its source; if the publication prints it so, "
               "as a constant with `not_exact:` and the reason")  # fmt: skip
_DECLARED = "if it converts nothing, or the publication prints it so, add `not_exact:` and the reason"


@dataclass(frozen=True, slots=True)
class _Shown:
    """A number as written, and what stands behind it where the right one would stand."""

    number: str
    behind: str = ""
    before: str = ""

    def __str__(self) -> str:
        return f"{self.before}{self.number}{self.behind}"


def _findings(shown: _Shown, number: Fraction, said: RatioVerdict, subject: str, place: Place | None, otherwise: str) -> Iterator[Finding]:
    """Yield what a verdict says; nothing of an exact number."""
    expected = said.expected
    if said.kind == "exact":
        return
    what = "the ratio of the molar masses" if expected.molar else "the exact conversion"
    remedy = f"write {expected.text}{shown.behind}; {otherwise}"
    if said.kind == "rounded":
        yield Finding("W820", "warning", subject, f"{shown} is {said.gap(number)} than {what}, {expected.text}",
                      f"{expected.why}; every number that follows from it is off by as much", remedy, place=place)  # fmt: skip
    else:
        evidence = "; ".join(part for part in (said.slip or f"it is {said.gap(number)}", expected.why) if part)
        yield Finding("U306" if expected.molar else "U305", "error", subject, f"{shown} is not {what}, {expected.text}",
                      evidence, remedy, place=place)  # fmt: skip


# -- numbers of formulas


def _factors(node: Node, methodology: Methodology, *, whole: bool) -> Iterator[_Literal]:
    """Yield the numbers with a unit of their own that can convert something; ``whole``: the node is no term and no bound."""
    if isinstance(node, Number | Ratio):
        if whole and node.unit is not None:
            yield node, _unit(node, methodology)
        return
    values = [*(value for _, value in node.branches), node.otherwise] if isinstance(node, Cases) else []
    for child in children(node):
        inner = isinstance(node, Binary) and node.op in _PRODUCT
        inner |= isinstance(node, Compare) and node.op in ("==", "!=")
        inner |= whole and (isinstance(node, Negative) or any(child is value for value in values))
        yield from _factors(child, methodology, whole=inner)


def _pairs(formula: Node, methodology: Methodology) -> Iterator[tuple[str, Fraction, Unit, Node]]:
    """Yield numbers with units that stand beside each other in a product, taken together: ``1 {ha} / 1000 {m2}``."""
    for node in walk(formula):
        if not isinstance(node, Binary) or node.op not in _PRODUCT:
            continue
        chained = isinstance(node.left, Binary) and node.left.op in _PRODUCT
        before, op = (node.left.right, node.left.op) if chained and isinstance(node.left, Binary) else (node.left, "*")
        after = node.right
        if not (isinstance(before, Number | Ratio) and isinstance(after, Number | Ratio) and before.unit and after.unit):
            continue
        one, other = _unit(before, methodology), _unit(after, methodology)
        if one == other or not float(after.text if isinstance(after, Number) else after.over) or _converts(one, other, methodology):
            continue
        first = Fraction(1) / _number(before) if op == "/" and _number(before) else _number(before)
        second = 1 / _number(after) if node.op == "/" else _number(after)
        unit = (PLAIN / one if op == "/" else one) * (PLAIN / other if node.op == "/" else other)
        over, under = (other, one) if op == "/" else (one, other)
        unit = Unit(unit.powers, unit.scale, f"{over}/{under}")
        yield f"{before.text} {{{before.unit}}} {node.op} {after.text} {{{after.unit}}}", first * second, unit, after


def _converts(one: Unit, other: Unit, methodology: Methodology) -> bool:
    """Whether one of two numbers beside each other is a conversion, or plain, by itself."""
    return any(unit.is_plain or expected_of(unit, methodology.molecules) for unit in (one, other))


def _is_excepted(node: Number | Ratio, unit: Unit, methodology: Methodology) -> bool:
    """Whether a declared constant gives the reason of a number."""
    constant = methodology.constant.get(node.text)
    return constant is not None and bool(constant.not_exact) and constant.unit == unit


def _number(node: Number | Ratio) -> Fraction:
    return Fraction(node.text) if isinstance(node, Number) else Fraction(node.over, node.under)


def _unit(node: Number | Ratio, methodology: Methodology) -> Unit:
    return parse_unit(node.unit or "1", None, methodology.own_unit_words)


# -- declared numbers


def _constants(methodology: Methodology) -> Iterator[Finding]:
    for constant in methodology.constants:
        over, _, under = constant.written.partition("/")
        numbers = [read_number(part) for part in (over, under or "1")]
        if numbers[0] is None or not numbers[1]:
            continue
        number = numbers[0] / numbers[1]
        said = verdict(number, constant.written, expected_of(constant.unit, methodology.molecules))
        if said is not None:
            shown = _Shown(constant.written, f" {constant.unit}")
            yield from _declared(shown, number, said, constant.written, constant.not_exact, constant.place)


def _values(block: ValueBlock, quantity: Quantity, dataset: str, methodology: Methodology) -> Iterator[Finding]:
    for _, text in block.cells:
        number = read_number(text)
        said = taken_for_ratio(quantity, number, text, block.unit, methodology.molecules) if number is not None else None
        if number is not None and said is not None:
            shown = _Shown(text, f" {block.unit}", f"{quantity.id} of {dataset} = ")
            yield from _declared(shown, number, said, quantity.id, quantity.not_exact, block.place)


def _declared(shown: _Shown, number: Fraction, said: RatioVerdict, subject: str, reason: str, place: Place | None) -> Iterator[Finding]:
    if reason and said.kind != "exact":
        what = f"{shown} stands for {said.expected.text}: {said.gap(number)}"
        yield Finding("W821", "note", subject, what, reason, place=place)
    else:
        yield from _findings(shown, number, said, subject, place, _DECLARED)
