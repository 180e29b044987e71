"""Use: what is undefined, what nothing uses, what the result cannot follow from, and letters that a formula forgets."""

from __future__ import annotations

from collections.abc import Iterator

from engine.finding import Finding
from engine.plan.graph import build_graph
from equations.formula.syntax import (
    Element,
    GroupOf,
    IndexGroup,
    IndexLetter,
    Letter,
    MatrixRef,
    Member,
    Node,
    Supplied,
    Switch,
    walk,
)
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity


def check_use(methodology: Methodology) -> list[Finding]:
    """Report computed quantities without an equation, and what is declared and serves nothing."""
    findings = [*_undefined(methodology)]
    asked = _asked(methodology)
    used = asked | _read_by_equations(methodology)
    graph = build_graph(methodology)
    serves_result = set(methodology.reported)
    for target in tuple(serves_result):
        serves_result |= graph.inputs_of(target)
    serves_others = set(asked)
    for target in asked:
        serves_others |= graph.inputs_of(target)
    for quantity in methodology.quantities:
        if methodology.tool_of(quantity.id) is not None:  # what a tool offers need not be used
            continue
        if quantity.id not in used:
            findings += _unused(quantity, methodology)
        elif quantity.id not in serves_result | serves_others:
            findings.append(
                Finding(
                    "W804",
                    "warning",
                    quantity.id,
                    f"the result does not follow from {quantity.id} under any choice",
                    "it is used only by quantities that lead nowhere",
                    "use it, or remove it with what uses it",
                    source=str(quantity.source),
                    place=quantity.place,
                )
            )
        if not quantity.source:
            findings.append(
                Finding("W812", "note", quantity.id, f"{quantity.id} cites no source", "", "add `source:`", place=quantity.place)
            )
    return [*findings, *_declared_for_nothing(methodology)]


def _declared_for_nothing(methodology: Methodology) -> Iterator[Finding]:
    """Yield choices and relations on which nothing depends."""
    switched = {node.id for part in _formulas(methodology) for node in walk(part) if isinstance(node, Switch)}
    switched |= {id_ for result in methodology.published_results for id_, _ in result.choices}
    switched |= {id_ for comparison in methodology.comparisons for id_, _ in comparison.choices}
    related = {quantity.on for quantity in methodology.quantities}
    unused = [("choice", choice.id, choice.place) for choice in methodology.choices if choice.id not in switched]
    unused += [("relation", relation.id, relation.place) for relation in methodology.relations if relation.id not in related]
    for kind, id_, place in unused:
        if methodology.tool_of(id_) is not None:
            continue
        yield Finding("W801", "warning", id_, f"the {kind} {id_} is declared and nothing depends on it", "",
                      "use it, or remove it", place=place)  # fmt: skip


def _formulas(methodology: Methodology) -> Iterator[Node]:
    """Yield every formula and condition of a methodology."""
    blocks = (block for dataset in methodology.datasets for block in dataset.values)
    allowed = (one for quantity in methodology.quantities for one in quantity.substitution)
    for one in (*methodology.equations, *methodology.rules, *methodology.comparisons, *blocks, *allowed, *methodology.datasets):
        for name in ("formula", "condition", "when", "allowed", "left", "right"):
            node = getattr(one, name, None)
            if isinstance(node, Node):
                yield node


def _undefined(methodology: Methodology) -> Iterator[Finding]:
    for quantity in methodology.quantities:
        if quantity.kind == "computed" and quantity.id not in methodology.definitions:
            yield Finding(
                "G403",
                "error",
                quantity.id,
                f"no equation defines {quantity.id}",
                "it is declared as computed",
                "write its equation, or declare it as monitored or fixed_ex_ante",
                source=str(quantity.source),
                place=quantity.place,
            )


def _unused(quantity: Quantity, methodology: Methodology) -> Iterator[Finding]:
    if quantity.id in methodology.reported:
        return
    if quantity.id in methodology.definitions and quantity.kind == "computed":
        yield Finding(
            "W804",
            "note",
            quantity.id,
            f"{quantity.id} is computed and nothing follows from it",
            quantity.meaning,
            "leave it if it is only shown; otherwise use it",
            source=str(quantity.source),
            place=quantity.place,
        )
    else:
        yield Finding(
            "W801",
            "warning",
            quantity.id,
            f"{quantity.id} is declared and no equation or rule uses it",
            quantity.meaning,
            "use it, or remove it",
            source=str(quantity.source),
            place=quantity.place,
        )


def _asked(methodology: Methodology) -> set[str]:
    """Return the quantities that rules, printed results and comparisons ask for."""
    formulas: list[Node] = []
    for rule in methodology.rules:
        formulas += [rule.condition] + ([rule.when] if rule.when is not None else [])
    for comparison in methodology.comparisons:
        formulas += [comparison.left, comparison.right]
    found = {result.quantity for result in methodology.published_results}
    for formula in formulas:
        found |= {node.quantity for node in walk(formula) if isinstance(node, Element | MatrixRef | Supplied)}
    return found


def _read_by_equations(methodology: Methodology) -> set[str]:
    found = set()
    for equation in methodology.equations:
        own = equation.quantity if equation.solver else ""
        found |= {
            node.quantity for node in walk(equation.formula) if isinstance(node, Element | MatrixRef) and node.quantity != own
        }
    return found


# -- letters


def check_letters(methodology: Methodology) -> list[Finding]:
    """Report letters of a left side that neither the formula nor its condition uses.

    It is a note where another case of the same quantity uses the letter (one case is then constant along it), else a warning.
    """
    findings = []
    for equation in methodology.equations:
        if not any(isinstance(node, Element | MatrixRef) for node in walk(equation.formula)):
            continue
        for at, letter in enumerate(_left_letters(equation)):
            if not letter or letter in _letters_used(equation):
                continue
            siblings = [other for other in methodology.definitions[equation.quantity] if other is not equation]
            elsewhere = any(
                _left_letters(other)[at : at + 1] and _left_letters(other)[at] in _letters_used(other) for other in siblings
            )
            paired = methodology.quantity[equation.quantity]
            reason = "another case of the quantity does" if elsewhere else _paired(paired, paired.indices[equation.defines.whole + at], methodology)
            findings.append(
                Finding(
                    "W805",
                    "note" if reason else "warning",
                    equation.id,
                    f"{equation.label} does not depend on {letter}, which stands on its left side",
                    reason or f"every member of {dict(equation.letters)[letter]} gets one value",
                    "" if reason else "look whether an index is missing or wrong in the formula",
                    source=str(equation.source),
                    place=equation.formula_source.place(equation.formula.span) if equation.formula_source else equation.place,
                )
            )
    return findings


def _paired(quantity: Quantity, axis: str, methodology: Methodology) -> str:
    """Return why a quantity may leave an axis to its relation, which says for which members it is there; nothing if it has none."""
    over = next((relation.over for relation in methodology.relations if relation.id == quantity.on), ())
    return f"the relation {quantity.on} says for which members of {axis} it is there" if axis in over else ""


def _left_letters(equation: Equation) -> tuple[str, ...]:
    """Return the letter on each written index of the left side, empty where a label stands."""
    return tuple(index.letter if isinstance(index, IndexLetter) else "" for index in equation.defines.indices)


def _letters_used(equation: Equation) -> set[str]:
    found: set[str] = set()
    for formula in (equation.formula, equation.when):
        for node in walk(formula) if formula is not None else ():
            if isinstance(node, IndexLetter | IndexGroup | GroupOf | Letter | Member):
                found.add(node.letter)
    return found
