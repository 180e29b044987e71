"""What cross-checks find: which of two sources was to count, what does not hold, what could not be compared; A801 to A804."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.audit.desk.cross_checks import NOT, Pair, as_other, holds, is_the_one_that_counts, pairs
from engine.audit.desk.given_numbers import with_given
from engine.audit.desk.statement import StatedNumber
from engine.audit.desk.summed_statements import SummedReader
from engine.audit.desk.what_moves import moved
from engine.finding import Finding
from engine.output.terminal import number
from engine.project.project_documents import ProjectDocument, StatedBlock
from engine.project.project_file import ProjectBlock
from engine.project.values import UnitReader
from engine.run.run import Run
from equations.errors import FaultList, InputError, MethodologyError, listed, raise_all
from equations.files.strict_yaml import Mapping as Node
from equations.files.strict_yaml import Scalar
from equations.model.cross_check import CrossCheck
from equations.spec.cross_check_reader import read_cross_check
from equations.units.unit import Unit, with_unit

#: How many pairs one finding names.
_MOST = 4
#: Fields under which a project may give the numbers of the other side.
_SIDES = ("with", "at_most", "at_least", "equals")


class CrossChecks:
    """All cross-checks of a run: those of its methodology, and those that the project states.

    Attributes
    ----------
    files
        Data files of second sources, and their SHA-256.
    """

    def __init__(
        self, run: Run, stated: Iterable[tuple[CrossCheck, tuple[StatedNumber, ...]]] = (), files: Mapping[str, str] | None = None,
        given: Run | None = None,
    ) -> None:  # fmt: skip
        self.run, self.files = run, dict(files or {})
        self.all = tuple(stated)
        #: The run with what the project gives of quantities that it does not read.
        self.given = given or run

    def findings(self) -> tuple[Finding, ...]:
        """Return what is found, one finding for each cross-check that does not hold."""
        held: list[tuple[CrossCheck, int]] = []
        found: list[Finding] = []
        for check, stated in self.all:
            all_ = tuple(pairs(self.given, check, stated))
            made = [pair for pair in all_ if not pair.missing]
            own = [*self.of_check(check, made), *self.not_made(check, [pair for pair in all_ if pair.missing], all_, is_partial=bool(stated))]
            found += own
            if not own or (made and all(one.code == "A803" and one.severity == "note" for one in own)):
                held.append((check, len(made)))
        if held:
            what = f"cross-checks that hold: {len(held)}, numbers compared: {sum(count for _, count in held)}"
            found.append(Finding("A804", "note", held[0][0].of, what, "; ".join(check.says for check, _ in held[:_MOST]), place=held[0][0].place))
        return tuple(found)

    def of_check(self, check: CrossCheck, made: list[Pair]) -> Iterator[Finding]:
        """Yield that another number counts, or that one does not hold."""
        wrong = [pair for pair in made if not is_the_one_that_counts(check, pair)]
        if wrong:
            what = f"of {check.of} and {wrong[0].against} the {check.use} counts, and the calculation takes the other: {self.shown(check, wrong)}"
            yield self.finding("A801", check.severity, check, what, wrong, check.remedy or f"take the {check.use} of the two")
        broken = [pair for pair in made if not holds(check, pair)]
        if broken:
            what = f"{check.of} {NOT[check.compare]} {self.limit(check, broken[0])}: {self.shown(check, broken)}"
            remedy = check.remedy or ("find out which is right" if check.tolerance or check.number is not None
                                      else "find out which is right; what rounding can do is said by `within:`")  # fmt: skip
            yield self.finding("A802", check.severity, check, what, broken, remedy)

    def limit(self, check: CrossCheck, pair: Pair) -> str:
        """Return what a number is held against, with how near it must be."""
        if check.along:
            parts = [f"by more than {float(100 * check.growth):g} %"] if check.growth is not None else []
            return " ".join(["its neighbour along", check.along, *parts, *([f"(it never {check.never})"] if check.never else [])])
        against = check.right if check.others else pair.against
        return f"{against} within {check.tolerance}" if check.tolerance else against

    def shown(self, check: CrossCheck, those: list[Pair]) -> str:
        unit = self.run.methodology.quantity[check.of].unit
        parts = []
        for pair in those[:_MOST]:
            share = f" ({100 * (pair.ours - pair.other) / abs(pair.other):+.3g} %)" if pair.other else ""
            where = f", {pair.against}" if check.along else ""
            parts.append(f"{pair.shown} {number(pair.ours)} against {with_unit(number(pair.other), unit)}{where}{share}")
        return "; ".join(parts) + (f" and {len(those) - _MOST} more" if len(those) > _MOST else "")

    def finding(self, code: str, severity: str, check: CrossCheck, what: str, those: list[Pair], remedy: str) -> Finding:
        by = moved(self.run, {check.of: as_other(self.given, check, those)})
        evidence = f"with the other number: {by.text}" + (f"; {check.statement}" if check.statement else "")
        # of two numbers that do not agree nobody knows which is right; where one of them counts, the result is misstated by so much
        known = by.first if code == "A801" else None
        return Finding(code, severity, check.id or check.of, what, evidence, remedy, source=str(check.source), place=check.place, moves=known)

    def not_made(self, check: CrossCheck, absent: list[Pair], all_: tuple[Pair, ...], *, is_partial: bool) -> Iterator[Finding]:
        """Yield where there was nothing to compare with; ``is_partial``: the project chose itself what its second source is asked for."""
        if absent or not all_:
            why = absent[0].missing if absent else f"this run has no two numbers of {check.of} to compare"
            names = listed([pair.shown for pair in absent], _MOST) if absent else check.of
            severity = "warning" if absent and not is_partial else "note"
            yield Finding("A803", severity, check.id or check.of, f"a cross-check was not made of {names}: {check.says}", why,
                          "supply the other number, or say why there is none", place=check.place)  # fmt: skip


def of_methodology(run: Run) -> CrossChecks:
    """Return the cross-checks that the methodology itself asks for."""
    return CrossChecks(run, ((check, ()) for check in run.methodology.cross_checks))


def with_those_of_project(run: Run, read_unit: UnitReader) -> CrossChecks:
    """Return the cross-checks of the methodology, and those that a project states.

    Raises
    ------
    MethodologyError
        All faults together: I502 names, I503 units, I506 shape.
    """
    errors: list[MethodologyError] = FaultList()
    reader = _ProjectReader(run, read_unit, errors)
    found = [one for block in run.project.cross_checks if (one := reader.read(block)) is not None]
    checks = (*of_methodology(run).all, *found)
    given = with_given(run, [id_ for check, _ in checks for id_ in (check.of, *check.others)], read_unit, errors)
    raise_all(errors)
    return CrossChecks(run, checks, reader.files, given)


class _ProjectReader:
    """Reads the cross-checks of a project file."""

    def __init__(self, run: Run, read_unit: UnitReader, errors: list[MethodologyError]) -> None:
        self.run, self.read_unit, self.errors = run, read_unit, errors
        self.files: dict[str, str] = {}

    def read(self, block: ProjectBlock) -> tuple[CrossCheck, tuple[StatedNumber, ...]] | None:
        """Return a cross-check with the numbers of its second source, ``None`` where it is faulty."""
        own, node = block.heard_by(self.errors), next((n for name in _SIDES if isinstance(n := block.node.get(name), Node)), None)
        quantities, name, stated = dict(self.run.methodology.quantity), "", tuple[StatedNumber, ...]()
        of = block.node.get("of")
        if node is not None and isinstance(of, Scalar) and of.text in quantities:
            second = own.inner(node, "second_source")
            name = second.text("source") if second.has("source") else "the second source"
            stated = self.numbers(of, second, name, own.words("sum_over") if own.has("sum_over") else ())
            quantities[name] = replace(quantities[of.text], id=name)
        check = read_cross_check(own, quantities, self.unit_of, name)
        if check is not None and name and check.each:
            own.fault("S105", f"{name} has numbers of its own, and `each` says nothing of them", block.place, remedy="give one for each member")
        return (check, stated) if check is not None else None

    def numbers(self, of: Scalar, second: ProjectBlock, name: str, sum_over: tuple[str, ...]) -> tuple[StatedNumber, ...]:
        """Read the numbers of a second source, each for all members of the indices over which is added."""
        reader = SummedReader(self.run, self.read_unit, sum_over)
        document = ProjectDocument(name, "", "", second.place, ())
        reader.take(document, StatedBlock(name, of, second))
        self.errors += reader.errors
        self.errors += [InputError("I502", f"{name} cannot be compared", block.quantity.place, why=why, remedy="leave it out")
                        for block, why in reader.apart]  # fmt: skip
        self.files |= reader.files
        return tuple(reader.found)

    def unit_of(self, scalar: Scalar, text: str) -> Unit | None:
        try:
            return self.read_unit(text, scalar.place, self.run.methodology.own_unit_words)
        except MethodologyError as error:
            self.errors.append(InputError("I503", error.what, scalar.place, why=error.why, remedy=error.remedy))
            return None
