"""What a plan asks of a sample, and the numbers of a sample, as a project file says them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from engine.run.arithmetic.samples import MEAN, Sample, SamplingPlan
from equations.errors import Place
from equations.files.strict_yaml import Scalar
from equations.model.quantity import Quantity
from equations.spec.block import read_number

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock
    from engine.project.values import ValueReader

#: What a sample is given by; one of them.
_WAYS = ("mean", "yes", "questions", "records", "file", "strata")
#: Fields that are about the plan, whatever the sample is given by.
_PLAN = ("confidence", "precision", "plan", "margin", "takes", "missed", "each_stratum", "register", "achieved", "at", "place", "comments")
#: Fields that go with each way.
_WITH = {
    "mean": ("mean", "n", "sd", "population", "unanswered", "unanswered_are"),
    "yes": ("yes", "no", "n", "population", "unanswered", "unanswered_are"),
    "questions": ("questions", "population", "unanswered_are"),
    "records": ("records", "population", "clusters", "unanswered_are"),
    "file": ("file", "sheet", "range", "column", "record", "by", "stratum", "strata", "population", "clusters", "unanswered_are"),
    "strata": ("strata", "population", "unanswered_are"),
}
#: Fields of a stratum beside those of its way.
_OF_STRATUM = ("weight",)
#: The confidence at which a precision is told where no plan says one.
_USUAL = Fraction(9, 10)
UNPLANNED = SamplingPlan(_USUAL, is_stated=False)


class SamplingPlans:
    """Reads plans and numbers of the samples of one quantity; faults go where those of its values go."""

    def __init__(self, quantity: Quantity, reader: ValueReader) -> None:
        self.quantity, self.reader = quantity, reader

    def fault(self, what: str, place: Place | None, why: str = "", remedy: str = "", code: str = "I506") -> None:
        self.reader.fault(code, f"{self.quantity.id}: {what}", place, why, remedy)

    def check_names(self, block: ProjectBlock) -> None:
        """Report fields that do not stand together."""
        ways = [name for name in _WAYS if block.has(name) and not (name == "strata" and block.has("file"))]
        if len(ways) != 1:
            self.fault(f"a sample is given by one of {', '.join(_WAYS)}", block.place, f"found {', '.join(ways) or 'none'}", "write one of them")
        for key, value in block.node if len(ways) == 1 else ():
            if key.text in block.schema and key.text not in (*_WITH[ways[0]], *_PLAN, *_OF_STRATUM):
                self.fault(f"`{key.text}` says nothing of a sample that is given by `{ways[0]}`", value.place,
                           "it would be said and not heard", "leave it out")  # fmt: skip

    def only_says(self, block: ProjectBlock, names: tuple[str, ...]) -> bool:
        """Report fields of a stratum beside those that count where its records stand in a table."""
        other = next((key for key, _ in block.node if key.text not in names), None)
        if other is not None:
            self.fault(f"`{other.text}` of a stratum is that of its records", other.place, remedy=f"leave it out; say {' or '.join(names)} alone")
        return other is None

    def plan(self, block: ProjectBlock) -> SamplingPlan:
        """Return what the plan asks of the sample."""
        confidence, precision = self.share(block, "confidence"), self.share(block, "precision")
        if block.has("plan"):
            if block.has("confidence") or block.has("precision"):
                self.fault("`plan` says confidence and precision already", block.place_of("plan"), remedy="write one of the two")
            confidence, precision = self.both(block)
        margin = self.number(block, "margin")
        if (precision is not None or margin is not None) and confidence is None:
            self.fault("a precision is asked for, and not at which confidence", block.place, remedy="add confidence: 90 %", code="I501")
        if confidence is not None and not 0 < confidence < 1:
            self.fault("a confidence lies between 0 and 100 %", block.place_of("confidence"))
            confidence = None
        takes = block.text("takes", MEAN) if block.has("takes") else MEAN
        missed = block.text("missed") if block.has("missed") else ""
        if missed and (takes != MEAN or (precision is None and margin is None)):
            self.fault("`missed` says what is taken where a precision is missed", block.place_of("missed"),
                       "none is asked for" if takes == MEAN else f"the {takes} limit is taken in any case",
                       "add `precision:`, or leave it out")  # fmt: skip
        if takes != MEAN and confidence is None:
            self.fault(f"the {takes} limit is taken, and not at which confidence", block.place_of("takes"),
                       remedy="add confidence: 90 %", code="I501")  # fmt: skip
        each = block.has("each_stratum") and block.text("each_stratum") == "yes"
        return SamplingPlan(
            confidence or _USUAL, precision=precision, margin=margin, takes=takes, missed=missed, each=each, is_stated=confidence is not None
        )  # fmt: skip

    def both(self, block: ProjectBlock) -> tuple[Fraction | None, Fraction | None]:
        """Return confidence and precision as in 90/10."""
        parts = [read_number(part) for part in block.text("plan").split("/")]
        if len(parts) != 2 or parts[0] is None or parts[1] is None or not 50 <= parts[0] < 100 or not 0 < parts[1] <= 50:
            self.fault(f"the plan {block.text('plan')!r} is no confidence and precision", block.place_of("plan"),
                       remedy="write plan: 90/10, in percent")  # fmt: skip
            return None, None
        return parts[0] / 100, parts[1] / 100

    def stated_precision(self, block: ProjectBlock) -> tuple[Fraction, Fraction] | None:
        """Return what a document says of the precision, and half of its last digit."""
        found = self.share(block, "achieved")
        if found is None:
            return None
        digits = block.text("achieved").removesuffix("%").strip().partition(".")[2]
        return found, Fraction(1, 2 * 10 ** len(digits)) / (100 if block.text("achieved").endswith("%") else 1)

    def is_sound(self, outer: ProjectBlock, block: ProjectBlock, plan: SamplingPlan, found: Sample) -> bool:
        """Report samples that are larger than their population or too small to tell a spread, and shares in a unit."""
        before = len(self.reader.errors)
        unit = outer.node.get("unit")
        if found.is_share and (self.quantity.unit.powers or self.quantity.alternatives is not None):
            self.fault(f"a share of yes is a plain number, and {self.quantity.id} is in {self.quantity.unit}", block.place,
                       remedy="give what was measured in each record", code="I503")  # fmt: skip
        elif found.is_share and unit is not None and not (isinstance(unit, Scalar) and unit.text == "1"):
            self.fault("a share of yes is a plain number, not one in percent", unit.place, remedy='leave the unit out, or write "1"', code="I503")
        for one in found.strata:
            of = f"the stratum {one.name}" if one.name else "the sample"
            if one.population is not None and one.n > one.population:
                self.fault(f"{of} has {one.n} records of a population of {one.population}", block.place, remedy="correct one of the two")
            elif one.n < 2 and one.n != one.population:
                self.fault(f"{of} has one record, and of one no spread can be seen", block.place, remedy="draw more, or join strata")
        silent = 0 if block.has("unanswered_are") and block.text("unanswered_are") == "no" else found.unanswered
        if silent and found.population is not None and found.n <= found.population < found.n + silent:
            self.fault(f"{found.n + silent} were asked of a population of {found.population}", block.place, remedy="correct one of the two")
        if plan.each and len(found.strata) == 1:
            self.fault("`each_stratum` is said of a sample without strata", block.place_of("each_stratum"), remedy="add `strata:`, or leave it out")
        return len(self.reader.errors) == before

    # -- numbers

    def number(self, block: ProjectBlock, name: str, *, needed: bool = False) -> Fraction | None:
        scalar = block.scalar(name) if block.has(name) else None
        if scalar is None:
            if needed:
                self.fault(f"the sample lacks `{name}`", block.place, remedy=f"add `{name}:`", code="I501")
            return None
        found = read_number(scalar.text)
        if found is None:
            self.fault(f"{name} is not a number: {scalar.text!r}", scalar.place, remedy="write it as 12.5", code="I505")
        return found

    def count(self, block: ProjectBlock, name: str, *, needed: bool = False, least: int = 1) -> int | None:
        """Return a whole number."""
        found = self.number(block, name, needed=needed)
        if found is not None and (found.denominator != 1 or found < least):
            self.fault(f"{name} is no count: {block.text(name)}", block.place_of(name), remedy=f"write a whole number from {least} on", code="I505")
            return None
        return None if found is None else int(found)

    def share(self, block: ProjectBlock, name: str) -> Fraction | None:
        """Return a share that is written as 10 % or 0.1."""
        scalar = block.scalar(name) if block.has(name) else None
        if scalar is None:
            return None
        text = scalar.text.strip()
        found = read_number(text.removesuffix("%").strip())
        if found is None or found < 0 or (not text.endswith("%") and found > 1):
            self.fault(f"{name} is no share: {text!r}", scalar.place, remedy="write it as 10 % or 0.1", code="I505")
            return None
        return found / 100 if text.endswith("%") else found
