"""Slips as people make them, planted in the text of a formula or of a project file.

Written apart from the slips of ``diagnose`` and from the operators of ``mutate``, and reads none of them: they look at trees and arrays,
this looks at text.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import mrvgraph
from engine.run.evaluate import evaluate, evaluate_again
from engine.run.run import Run
from equations.errors import MethodologyError
from equations.formula.grammar import parse_formula
from equations.formula.syntax import Node
from equations.formula.tokens import Source
from equations.meaning.names import Names
from equations.meaning.scope import Resolver
from equations.meaning.weights import weighed_formula
from equations.model.methodology import Methodology
from equations.notation.plain import letters_of

NAME = r"[A-Za-z_][A-Za-z0-9_.]*"
RATIO = r"[0-9]+/[0-9]+"
#: What people multiply by and should not, or forget.
MISTAKES = ((1000, "a thousand"), (0.001, "a thousandth"), (100, "percent"), (0.01, "a hundredth"), (12, "months"), (10, "a place"))
POTENTIALS = ((21, 25, 28, 27.9, 29.8), (310, 298, 265, 273))
WORTHLESS = (MethodologyError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, AssertionError)


@dataclass
class Planted:
    """A slip, and every number of a run in which it was made; ``step``: of a rounding."""

    kind: str
    what: str
    arrays: dict


@dataclass
class Text:
    """One formula as it stands in a spec."""

    text: str
    run: Run

    def atoms(self) -> list[tuple[int, int]]:
        """Where quantities stand, each with its brackets and not within those of another."""
        found, at = [], 0
        for match in re.finditer(NAME, self.text):
            if match.start() < at or match.group() not in self.run.methodology.quantity:
                continue
            end = match.end()
            if self.text[end : end + 1] == "[":
                end = closing(self.text, end) + 1
            found.append((match.start(), end))
            at = end
        return found

    def sums(self) -> list[tuple[int, int, list[str]]]:
        """Sums: where each begins and ends, and its arguments."""
        found = []
        for match in re.finditer(r"\bSum\(", self.text):
            end = closing(self.text, match.end() - 1)
            found.append((match.start(), end + 1, split(self.text[match.end() : end], ",")))
        return found

    def put(self, start: int, end: int, new: str) -> str:
        return self.text[:start] + new + self.text[end:]


def closing(text: str, at: int) -> int:
    """Where the bracket that opens at a place is closed."""
    depth = 0
    for place in range(at, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place
    return len(text) - 1


def split(text: str, at: str) -> list[str]:
    """A text split at a sign that stands in no bracket."""
    parts, depth, start = [], 0, 0
    for place, char in enumerate(text):
        depth += (char in "([{") - (char in ")]}")
        if char == at and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]


# -- in formulas


def formula_slips(one: Text) -> Iterator[tuple[str, str, str]]:
    """Every slip in a formula: kind, words, new text."""
    yield from units(one)
    yield from constants(one)
    yield from operands(one)
    yield from of_sums(one)
    yield from days(one)
    for kind, old, new in (("bound", r"\bmax\(", "min("), ("bound", r"\bmin\(", "max("), ("bound", r"\bMax\(", "Min("), ("bound", r"\bpos\(", "("),
                           ("bound", r"\bfloor\(", "("), ("index", r"\[y-1\]", "[y]"), ("index", r"\[i, j", "[j, i"), ("index", r"\by-1\]", "y]"),
                           ("condition", "> 0:", "< 0:"), ("power", r"\^ 2", "* 2")):  # fmt: skip
        for match in re.finditer(old, one.text):
            yield kind, f"{match.group()} as {new}", one.put(*match.span(), new)


def units(one: Text) -> Iterator[tuple[str, str, str]]:
    for start, end in one.atoms():
        atom = one.text[start:end]
        for factor, words in MISTAKES:
            yield "unit", f"{atom} times {words}", one.put(start, end, f"({atom} * {factor})")
        yield "sign", f"{atom} with the other sign", one.put(start, end, f"(-{atom})")
        yield "carbon", f"{atom} times 44/12", one.put(start, end, f"({atom} * 44/12)")
        yield "twice", f"{atom} twice", one.put(start, end, f"({atom} + {atom})")
        yield "rounding", f"{atom} to whole units", one.put(start, end, f"round({atom})")
        yield from other_names(one, start, end)


def other_names(one: Text, start: int, end: int) -> Iterator[tuple[str, str, str]]:
    """Another quantity of the same unit and indices: the column beside."""
    of, atom = one.run.methodology.quantity, one.text[start:end]
    name = re.match(NAME, atom).group()
    known = [q for q in sorted(one.run.values.arrays) if q != name and of[q].unit == of[name].unit and of[q].indices == of[name].indices]
    for other in known[:3]:
        yield "column", f"{other} for {name}", one.put(start, end, other + atom[len(name) :])


def constants(one: Text) -> Iterator[tuple[str, str, str]]:
    for match in re.finditer(rf"[*/] ({RATIO}|[0-9]+)(?! ?[:{{])", one.text):
        sign, constant = match.group()[0], match.group(1)
        yield "constant", f"{match.group()} left out", one.put(*match.span(), "")
        yield "constant", f"{match.group()} twice", one.put(*match.span(), f"{match.group()} {match.group()}")
        yield "constant", f"{match.group()} inverted", one.put(*match.span(), f"{'/' if sign == '*' else '*'} ({constant})")
    for match in re.finditer(r"1 - ", one.text):
        yield "complement", "without 1 -", one.put(*match.span(), "")
        yield "complement", "1 + for 1 -", one.put(*match.span(), "1 + ")


def operands(one: Text) -> Iterator[tuple[str, str, str]]:
    """Factors and terms left out, a wrong sign between them."""
    for start, end in one.atoms():
        before, after = one.text[:start], one.text[end:]
        if found := re.search(r"([*/+-]) $", before):
            yield "left out", f"{found.group(1)} {one.text[start:end]} left out", before[: found.start()] + after
            other = {"*": "/", "/": "*", "+": "-", "-": "+"}[found.group(1)]
            yield "operator", f"{other} {one.text[start:end]}", before[: found.start()] + other + " " + one.text[start:]
        elif found := re.match(r" ([*+-]) ", after):
            sign = "-" if found.group(1) == "-" else ""
            yield "left out", f"{one.text[start:end]} {found.group(1)} left out", before + sign + after[found.end() :]
    for match in re.finditer(r"\(([^()]*)\) \^ ", one.text):
        yield "operator", "multiplied for raised", one.put(match.start(), match.end(), f"({match.group(1)}) * ")


def of_sums(one: Text) -> Iterator[tuple[str, str, str]]:
    for start, end, parts in one.sums():
        *letters, body = parts
        inside = ", ".join(letters)
        yield "mean", f"mean over {inside}", one.put(start, end, f"Mean({inside}, {body})")
        factors = split(body, "*")
        for at, factor in enumerate(factors):
            if len(factors) > 1 and not re.fullmatch(RATIO, factor) and all(len(split(x, sign)) == 1 for x in factors for sign in "/+-"):
                rest = " * ".join([*factors[:at], *factors[at + 1 :]])
                yield "mean", f"mean of {factor} before the product", one.put(start, end, f"(Sum({inside}, {rest}) * Mean({inside}, {factor}))")
        for letter in letters:
            if (match := re.fullmatch(rf"({NAME})( in .*)?", letter)) is None:
                continue
            sets = [s.id for s in one.run.methodology.index_sets if match.group(1) in s.letters]
            for member in one.run.setting.members.get(sets[0], ())[:6] if sets else ():
                for words, times in (("left out", 0), ("twice", 2)):
                    text = f"cases({match.group(1)} == {member}: ({body}) * {times}, otherwise: {body})"
                    yield "member", f"{member} {words}", one.put(start, end, f"Sum({inside}, {text})")


def days(one: Text) -> Iterator[tuple[str, str, str]]:
    for start, end in one.atoms():
        name = re.match(NAME, one.text[start:end]).group()
        if str(one.run.methodology.quantity[name].unit) == "day":
            for number in ("365", "360", f"({one.text[start:end]} - 1)"):
                yield "days", f"{number} for {name}", one.put(start, end, number)
    for match in re.finditer(r"(operating_days|days_in_year)\(y\)", one.text):
        for number in ("365", "360", "366", f"({match.group()} - 1)"):
            yield "days", f"{number} for {match.group()}", one.put(*match.span(), number)


class FormulaPlanter:
    """Plants slips in the texts of the equations that a run uses."""

    def __init__(self, run: Run) -> None:
        self.run, self.methodology = run, run.methodology
        m = self.methodology
        matrices = {q.matrix: (q.id, False) for q in m.quantities if q.matrix}
        matrices |= {q.diagonal_matrix: (q.id, True) for q in m.quantities if q.diagonal_matrix}
        choices, rulings = {c.id: [v.id for v in c.values] for c in m.choices}, {r.id: [x.id for x in r.readings] for r in m.rulings}
        letters = {letter: s.id for s in m.index_sets for letter in s.letters}
        self.names = Names(m.index_set, m.quantity, matrices, choices, rulings, letters)
        used = sorted({step.equation for stage in run.plan.stages for step in stage.steps})
        self.used = [id_ for id_ in used if m.equation[id_].formula_source is not None and not m.equation[id_].solver]
        self.known: dict[str, dict[str, list[tuple[str, str]]]] = {}
        self.made = 0

    def slips(self, id_: str) -> dict[str, list[tuple[str, str]]]:
        """The slips of an equation by kind."""
        if id_ not in self.known:
            own: dict[str, list[tuple[str, str]]] = {}
            for kind, what, text in formula_slips(Text(self.methodology.equation[id_].formula_source.text, self.run)):
                own.setdefault(kind, []).append((what, text))
            self.known[id_] = own
        return self.known[id_]

    def plant(self, draw: random.Random) -> Planted | None:
        """A slip of any kind in any equation; ``None`` where the text has no meaning."""
        id_ = draw.choice(self.used)
        kinds = self.slips(id_)
        if not kinds:
            return None
        kind = draw.choice(sorted(kinds))
        what, text = draw.choice(kinds[kind])
        equation = self.methodology.equation[id_]
        source = Source(text, id_)
        try:
            resolver = Resolver(self.names, source, letters_of(self.methodology, equation), dict(equation.letters))
            formula = resolver.value(parse_formula(source))
            if resolver.errors:
                return None
        except WORTHLESS:
            return None
        formula = weighed_formula(formula, dict(equation.letters), self.methodology.index_set, value=True)  # years that two periods share, by days
        changed = with_formula(self.methodology, id_, formula)  # not within the `try`: a fault of this file must not pass for a slip without meaning
        try:
            with np.errstate(all="ignore"):
                # a sheet has no ranges, so what leaves them is stated all the same
                arrays = evaluate_again(changed, self.run.plan, self.run.values, equation.quantity).arrays
                self.made += 1
                return Planted(kind, f"{id_}: {what}", arrays)
        except WORTHLESS:
            return None


def with_formula(methodology: Methodology, id_: str, formula: Node) -> Methodology:
    """Return a methodology with another formula in one equation."""
    return replace(methodology, equations=tuple(replace(e, formula=formula) if e.id == id_ else e for e in methodology.equations))


# -- in project files


class ProjectPlanter:
    """Plants slips in the text of a project file and of the files beside it, which stand in a folder of their own."""

    def __init__(self, run: Run, project: Path) -> None:
        self.run, self.project = run, project
        self.cells: dict[str, dict[tuple[int, ...], object]] = {}
        for id_, origins in run.inputs.origins.items():
            own = {cell: o for cell, o in origins.items() if o.kind == "project" and re.fullmatch(r"-?[0-9.]+", o.written)
                   and self.line(o)[o.place.column - 1 :].startswith(o.written)}  # fmt: skip
            if own and run.methodology.quantity[id_].type == "number":
                self.cells[id_] = own

    def line(self, origin) -> str:
        lines = (self.project.parent / Path(origin.place.file).name).read_text(encoding="utf-8").split("\n")
        return lines[origin.place.line - 1]

    def plant(self, draw: random.Random) -> Planted | None:
        id_ = draw.choice(sorted(self.cells))
        cells = self.cells[id_]
        kind = draw.choice(("digits", "place", "unit", "sign", "empty", "twice", "neighbour", "all", "row", "exchanged"))
        cell = draw.choice(sorted(cells))
        changes = getattr(self, f"_{kind}")(draw, cells, cell)
        if not changes:
            return None
        what = f"{id_}{list(cell)}: {kind} {next(iter(changes.items()))[1]} for {cells[cell].written}"
        return self.run_with(kind, what, {self.place(cells[at]): (cells[at].written, text) for at, text in changes.items()})

    def place(self, origin) -> tuple[str, int, int]:
        return Path(origin.place.file).name, origin.place.line, origin.place.column

    def run_with(self, kind: str, what: str, changes) -> Planted | None:
        """The run of the project with other texts at some places; the files are as they were afterwards."""
        kept = {name: (self.project.parent / name).read_text(encoding="utf-8") for name in {place[0] for place in changes}}
        try:
            for name, text in kept.items():
                lines = text.split("\n")
                for (_, line, column), (old, new) in sorted(((p, c) for p, c in changes.items() if p[0] == name), reverse=True):
                    own = lines[line - 1]
                    lines[line - 1] = own[: column - 1] + new + own[column - 1 + len(old) :]
                (self.project.parent / name).write_text("\n".join(lines), encoding="utf-8")
            return Planted(kind, what, mrvgraph.run(self.run.methodology, self.project).values.arrays)
        except WORTHLESS:
            return None
        finally:
            for name, text in kept.items():
                (self.project.parent / name).write_text(text, encoding="utf-8")

    # what stands there instead

    def _digits(self, draw, cells, cell):
        text = cells[cell].written
        places = [at for at in range(len(text) - 1) if text[at].isdigit() and text[at + 1].isdigit() and text[at] != text[at + 1]]
        at = draw.choice(places) if places else None
        return {cell: text[:at] + text[at + 1] + text[at] + text[at + 2 :]} if places else None

    def _place(self, draw, cells, cell):
        return {cell: _times(cells[cell].written, draw.choice((10, 0.1)))}

    def _unit(self, draw, cells, cell):
        return {cell: _times(cells[cell].written, draw.choice((1000, 0.001, 100, 0.01)))}

    def _sign(self, draw, cells, cell):
        return {cell: _times(cells[cell].written, -1)}

    def _empty(self, draw, cells, cell):
        return {cell: "0"}

    def _twice(self, draw, cells, cell):
        return {cell: _times(cells[cell].written, 2)}

    def _beside(self, draw, cells, cell):
        near = [other for other in cells if sum(abs(a - b) for a, b in zip(cell, other, strict=True)) == 1]
        return draw.choice(near) if near else None

    def _neighbour(self, draw, cells, cell):
        other = self._beside(draw, cells, cell)
        return {cell: cells[other].written} if other else None

    def _exchanged(self, draw, cells, cell):
        other = self._beside(draw, cells, cell)
        return {cell: cells[other].written, other: cells[cell].written} if other else None

    def _all(self, draw, cells, cell):
        factor = draw.choice((1000, 0.001, 100, 0.01, 12))
        return {other: _times(origin.written, factor) for other, origin in cells.items()}

    def _row(self, draw, cells, cell):
        """All numbers along one axis one place off; the last stands twice."""
        axis, step = (draw.randrange(len(cell)), draw.choice((-1, 1))) if cell else (0, 0)
        moved = {}
        for other in cells if cell else ():
            beside = (*other[:axis], other[axis] + step, *other[axis + 1 :])
            moved[other] = cells[beside if beside in cells else other].written
        return moved or None


def _times(text: str, factor: float) -> str:
    return np.format_float_positional(float(text) * factor, trim="-", precision=12, unique=True)


# -- in what is not typed in: defaults of the spec, and how a run is made


class RunPlanter:
    """Plants other potentials, other data sets, other readings, choices and versions."""

    def __init__(self, run: Run, project: Path, versions: list[str]) -> None:
        self.run, self.project, m = run, project, run.methodology
        self.ways = [("reading", {"readings": {r.id: x.id}}) for r in m.rulings for x in r.readings if x.id != run.setting.readings[r.id]]
        self.ways += [("choice", {"choices": {c.id: v.id}}) for c in m.choices for v in c.values if v.id != run.setting.choices[c.id]]
        self.ways += [("version", {"version": version}) for version in versions]
        for id_, array in run.inputs.values.items():
            for own in sorted(set(array.ravel().tolist())) if array.dtype == np.float64 else ():
                self.ways += [("potential", {id_: (own, other)}) for gas in POTENTIALS if own in gas for other in gas if other != own]
        self.ways += [("dataset", {"dataset": d.id, "quantity": b.quantity}) for d in m.datasets for b in d.values if b.quantity in run.inputs.values]

    def plant(self, draw: random.Random) -> Planted | None:
        kind = draw.choice(sorted({kind for kind, _ in self.ways})) if self.ways else ""
        ways = [way for own, way in self.ways if own == kind]
        if not ways:
            return None
        way = draw.choice(ways)
        try:
            arrays = getattr(self, f"_{kind}")(way)
        except WORTHLESS:
            return None
        return Planted(kind, str(way), arrays)

    def _reading(self, way):
        return mrvgraph.run(self.run.methodology, self.project, **way).values.arrays

    _choice = _reading

    def _version(self, way):
        return mrvgraph.run(way["version"], self.project).values.arrays

    def _potential(self, way):
        id_, (own, other) = next(iter(way.items()))
        return self._with(id_, np.where(self.run.inputs.values[id_] == own, other, self.run.inputs.values[id_]))

    def _dataset(self, way):
        """The numbers of a data set typed over those of the run, cell by cell where labels are plain members."""
        id_, array = way["quantity"], self.run.inputs.values[way["quantity"]].copy()
        quantity, members = self.run.methodology.quantity[id_], self.run.setting.members
        for block in self.run.methodology.dataset[way["dataset"]].values:
            factor = float(block.unit.scale / quantity.unit.scale) if block.quantity == id_ else 1.0
            for labels, text in block.cells if block.quantity == id_ else ():
                named = zip(quantity.indices, labels, strict=True)
                at = tuple(members[axis].index(label) if label in members[axis] else slice(None) for axis, label in named)
                array[at] = np.where(np.isfinite(array[at]), float(text) * factor, np.nan)
        return self._with(id_, array)

    def _with(self, id_, array):
        return evaluate(self.run.methodology, self.run.plan, replace(self.run.inputs, values={**self.run.inputs.values, id_: array})).arrays
