"""Deductions for uncertainty, as programmes of other standards declare them. Each is taken of a quantity that the user names.

A deduction is shown beside the result; it never changes it. The rules are data: ``methodology_specs/uncertainty_deductions``, one file each.
"""

from __future__ import annotations

from itertools import pairwise
from math import isfinite

from engine.simulate.statistics import Summary
from equations.errors import InputError, SpecError, near_or_all
from equations.files.strict_yaml import Mapping
from equations.library.data_files import data_files, items_of, mapping_of, read_data_file, text_of, yes_of
from equations.records import record

FOLDER = "uncertainty_deductions"
_FIELDS = ("deduction", "title", "centre", "level", "times", "divided_by", "steps", "above", "source", "verified")


@record(frozen=True)
class DeductionRule:
    """A programme's rule.

    Attributes
    ----------
    centre
        ``mean`` or ``median`` of the draws: what the margin and what is held back are shares of.
    level
        Share of the draws that the interval of the margin encloses.
    factor
        What is held back over the margin, where the rule is no table.
    steps, above
        The largest margin of each step with what is held back, in rising order; what is held back above them.
    verified
        Whether its numbers were read in the publication itself.
    """

    id: str
    centre: str
    level: float
    source: str
    factor: tuple[float, float] | None = None
    steps: tuple[tuple[float, float], ...] = ()
    above: float = 1.0
    verified: bool = False

    def share(self, margin: float) -> float:
        """Return what is held back as a share of the centre, from 0 to 1, for a margin that is one."""
        if self.factor is not None:
            times, over = self.factor
            return min(max(times * margin / over, 0.0), 1.0)
        return next((share for limit, share in self.steps if margin <= limit), self.above)


@record(frozen=True)
class Deduction:
    """A deduction and what it is taken of.

    Attributes
    ----------
    level
        Share of the draws that the interval encloses.
    relative
        Half of that interval, as a share of the centre.
    share
        What is held back, as a share of the centre.
    centre
        ``mean`` or ``median`` of the draws: what the programme's margin is relative to.
    verified
        Whether the rule's numbers were read in its publication.
    """

    rule: str
    of: str
    level: float
    relative: float
    share: float
    amount: float
    after: float
    source: str
    centre: str
    verified: bool = False


def deduction_rule(id_: str) -> DeductionRule:
    """Read a rule of the library.

    Raises
    ------
    InputError
        I510 for a rule that is not known.
    SpecError
        S103 to S105 for what is wrong in its file.
    """
    if id_ not in data_files(FOLDER):
        raise InputError("I510", f"there is no deduction {id_!r}", remedy=near_or_all(id_, list(data_files(FOLDER)), "deductions:"))
    own = read_data_file(FOLDER, id_, "deduction", _FIELDS)
    centre, source, verified = text_of(own, "centre"), text_of(own, "source"), yes_of(own, "verified")
    if centre not in ("mean", "median"):
        raise SpecError("S105", f"centre is mean or median, not {centre!r}", own.place, remedy="write what the programme's margin is a share of")
    level = _share(own, "level")
    if not 0 < level < 1:
        raise SpecError("S105", f"an interval encloses more than none and less than all of the draws, not {level:.0%}", own.place,
                        remedy="write level: 90 %")  # fmt: skip
    stepped = [field for field in ("steps", "above") if own.get(field) is not None]
    if beside := [field for field in ("times", "divided_by") if stepped and own.get(field) is not None]:
        raise SpecError("S105", f"{stepped[0]} and {beside[0]} are two rules, and only one can hold", own.place,
                        remedy="write steps and above, or times and divided_by")  # fmt: skip
    if not stepped:
        return DeductionRule(id_, centre, level, source, factor=_factor(own), verified=verified)
    steps = tuple(_step(mapping_of(item, "a step", ("up_to", "share"))) for item in items_of(own.get("steps")))
    if not steps:
        raise SpecError("S105", "a deduction by steps has at least one", own.place, remedy="write steps: [{up_to: 15 %, share: 0 %}]")
    if any(later[0] <= earlier[0] for earlier, later in pairwise(steps)):
        raise SpecError("S105", "the steps of a deduction rise", own.place, remedy="write the step with the smallest margin first")
    return DeductionRule(id_, centre, level, source, steps=steps, above=_share(own, "above"), verified=verified)


def deduct(rule: DeductionRule, summary: Summary) -> Deduction:
    """Return a deduction of one number."""
    centre = summary.mean if rule.centre == "mean" else summary.median
    relative = summary.interval(rule.level).half_width / abs(centre) if centre else float("inf")
    share = rule.share(relative)
    amount = share * max(centre, 0.0)
    return Deduction(
        rule=rule.id, of=summary.name, level=rule.level, relative=relative, share=share, amount=amount, after=centre - amount, source=rule.source,
        centre=rule.centre, verified=rule.verified,
    )  # fmt: skip


def _step(own: Mapping) -> tuple[float, float]:
    return _share(own, "up_to"), _share(own, "share")


def _factor(own: Mapping) -> tuple[float, float]:
    times, over = _number(own, "times"), _number(own, "divided_by")
    if over == 0:
        raise SpecError("S105", "nothing is divided by zero", own.place, remedy="write divided_by: 1 where nothing is divided")
    return times, over


def _share(own: Mapping, field: str) -> float:
    text = text_of(own, field)
    if not text.endswith("%"):
        raise SpecError("S105", f"{field} is a share in percent, not {text!r}", own.place, remedy=f"write {field}: 15 %")
    return _number(own, field, text.removesuffix("%")) / 100


def _number(own: Mapping, field: str, text: str | None = None) -> float:
    written = text_of(own, field) if text is None else text
    try:
        found = float(written)
    except ValueError:
        found = float("nan")
    # Every margin would pass by a step at no number.
    if not isfinite(found):
        raise SpecError("S105", f"{field} is a number, not {written!r}", own.place, remedy=f"write {field}: 0.5")
    return found
