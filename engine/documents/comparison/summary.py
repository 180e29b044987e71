"""What changed, in a few sentences; every number in them is counted from the comparison."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.comparison.compare_equations import EquationChange, Regrouping
from engine.comparison.difference import Difference
from engine.comparison.effect import Effect
from engine.comparison.meaning import CONDITIONAL, DIFFERENT
from engine.documents.comparison.tally import ChangeTally
from engine.documents.comparison.wording import ChangeWording, many, numbered
from engine.documents.model import Inlines, Strong, between

#: How one entry of a list is called, and several.
ENTRIES = {
    "tools": ("tool", "tools"), "sections": ("section", "sections"), "terms": ("term", "terms"),
    "activities": ("activity", "activities"), "boundaries": ("boundary", "boundaries"), "pools": ("carbon pool", "carbon pools"),
    "substances": ("substance", "substances"), "units": ("unit", "units"), "index_sets": ("set", "sets"),
    "relations": ("relation", "relations"), "constants": ("constant", "constants"), "equivalences": ("equivalence", "equivalences"),
    "choices": ("choice", "choices"), "quantities": ("quantity", "quantities"), "datasets": ("dataset", "datasets"),
    "published_results": ("printed table", "printed tables"), "comparisons": ("comparison", "comparisons"), "rules": ("rule", "rules"),
    "rulings": ("ruling", "rulings"), "register": ("entry of the register of faults", "entries of the register of faults"),
    "parameter_lists": ("list of parameters", "lists of parameters"), "monitoring_list": ("line of the monitoring list",
    "lines of the monitoring list"), "history": ("line of the history", "lines of the history"), "grounds": ("ground", "grounds"),
    "methodology": ("the version itself", "the version itself"),
}  # fmt: skip
_LEAST_PERCENT = 0.01
_PARTS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
#: Lists that follow from others, or that only number and date a version.
_ASIDE = frozenset({"history", "methodology", "grounds", "parameter_lists", "monitoring_list", "published_results", "comparisons"})


def summary_sentences(tally: ChangeTally, wording: ChangeWording) -> Iterator[Inlines]:
    """Yield the sentences that come first."""
    yield from _sides(tally.difference, wording)
    for group_kind in ("split", "merged"):
        yield from _regrouped([g for g in tally.regrouped if g.kind == group_kind], wording)
    yield from _changed(tally, wording)
    yield from _came_and_went(tally, wording)
    yield from _rest(tally)
    yield from _editors(tally)
    yield from _lists(tally.difference)
    if tally.difference.effect is not None:
        yield effect_sentence(tally.difference)


def _sides(difference: Difference, wording: ChangeWording) -> Iterator[Inlines]:
    """Say what is set against what, where it is not two versions."""
    if not difference.same_spec:
        return
    reference = difference.b.methodology.reference
    if difference.readings:
        rulings = many(len(difference.readings), "ruling")
        yield (f"Both sides are {reference}, with {rulings} read otherwise: ", *between(_readings(difference), "; "), ".")
    elif difference.inputs:
        one, two = wording.names
        yield (f"Both sides are {reference}. The project files {one} and {two} differ in {many(len(difference.inputs), 'entry', 'entries')}.",)
    else:
        yield (f"Both sides are {reference}, and nothing differs.",)


def _readings(difference: Difference) -> Iterator[Inlines]:
    for id_, old, new in difference.readings:
        yield (Strong((id_,)), f" as {old} and as {new}")


def _regrouped(groups: list[Regrouping], wording: ChangeWording) -> Iterator[Inlines]:
    """Say how many equations were divided, and into how many each."""
    by_size: dict[int, list[Regrouping]] = {}
    for group in groups:
        by_size.setdefault(len(group.to_numbers if group.kind == "split" else group.from_numbers), []).append(group)
    for size, found in by_size.items():
        word = _PARTS.get(size, str(size))
        each = between(((f"{numbered(g.from_numbers)} is now {numbered(g.to_numbers)}" if g.kind == "split"
                         else f"{numbered(g.from_numbers)} are now {numbered(g.to_numbers)}",) for g in found), "; ")  # fmt: skip
        if found[0].kind == "split":
            head = f"{many(len(found), 'equation')} of {wording.names[0]} {'was' if len(found) == 1 else 'were'} divided in {word}:"
        else:
            head = f"{many(len(found) * size, 'equation')} of {wording.names[0]} were joined, {word} to one:"
        yield (Strong((head,)), " ", *each, ".")


def _changed(tally: ChangeTally, wording: ChangeWording) -> Iterator[Inlines]:
    """Say how many equations have another formula, what was done to them, and where both are the same."""
    moved = tally.moved
    if not moved:
        if tally.changed:
            yield (f"{many(len(_numbers(tally.changed)), 'equation')} {_are(tally.changed)} written otherwise and algebraically the same.",)
        elif not tally.regrouped and (not tally.difference.same_spec or tally.difference.readings):
            yield ("No printed equation has another formula.",)
        return
    numbers = _numbers(moved)
    verb = "has" if len(numbers) == 1 else "have"
    yield (Strong((f"{many(len(numbers), 'equation')} {verb} another formula:",)), f" {numbered(numbers)} of {wording.names[1]}.",
           *_done(moved, wording), *_where(moved, wording))  # fmt: skip


def _done(moved: tuple[EquationChange, ...], wording: ChangeWording) -> Inlines:
    """Say what was added or dropped, once for all equations in which it is the same."""
    by_change: dict[tuple[str, str, str], list[EquationChange]] = {}
    for one in moved:
        for change in one.meaning.changes:
            by_change.setdefault((change.kind, change.old, change.new), []).append(one)
    found: list[Inlines] = []
    for ones in by_change.values():
        change = next(c for c in ones[0].meaning.changes if by_change.get((c.kind, c.old, c.new)) is ones)
        found.append((f" {_in(ones, moved)}, ", *wording.change(change, within=len(ones) == 1), "."))
    return tuple(part for said in found for part in said)


def _where(moved: tuple[EquationChange, ...], wording: ChangeWording) -> Inlines:
    """Say under which condition the formulas are the same."""
    by_condition: dict[str, list[EquationChange]] = {}
    for one in moved:
        if one.meaning.relation == CONDITIONAL:
            by_condition.setdefault(one.meaning.condition, []).append(one)
    found: list[Inlines] = []
    for condition, ones in by_condition.items():
        whole = len(ones) == len(moved)
        who = ("The two forms agree",) if whole else (f"Those of {numbered(_numbers(ones))} agree",)
        found.append((" ", *who, " where ", wording.expression(condition), "."))
    different = [one for one in moved if one.meaning.relation == DIFFERENT]
    if different and by_condition:
        found.append((f" For {numbered(_numbers(different))} no simple condition makes them agree.",))
    return tuple(part for said in found for part in said)


def _in(ones: list[EquationChange], moved: tuple[EquationChange, ...]) -> str:
    numbers = _numbers(ones)
    if numbers == _numbers(moved):
        return "In each of them" if len(numbers) > 1 else "In it"
    return f"In {numbered(numbers)}"


def _numbers(changes: Iterable[EquationChange]) -> list[str]:
    return list(dict.fromkeys(c.to_number or c.id for c in changes))


def _are(changes: tuple[EquationChange, ...]) -> str:
    return "is" if len(_numbers(changes)) == 1 else "are"


def _came_and_went(tally: ChangeTally, wording: ChangeWording) -> Iterator[Inlines]:
    for name, equations, what in ((wording.names[1], tally.added, "new"), (wording.names[0], tally.removed, "gone")):
        numbers = list(dict.fromkeys(e.number for e in equations))
        if numbers:
            verb = "is" if len(numbers) == 1 else "are"
            yield (Strong((f"{many(len(numbers), 'equation')} {verb} {what}:",)), f" {numbered(numbers)} of {name}.")


def _rest(tally: ChangeTally) -> Iterator[Inlines]:
    """Say what became of all the others."""
    renumbered, same = len(tally.renumbered), len(tally.same)
    if tally.difference.same_spec and not tally.changed:
        return
    if renumbered:
        kept = f", and {same:,} {'keeps its' if same == 1 else 'keep their'} number" if same else ""
        yield (f"The other {renumbered + same:,} say what they said: {renumbered:,} only have another number{kept}.",)
    elif same:
        yield (f"The other {same:,} are as they were." if tally.changed or tally.added or tally.removed
               else f"All {same:,} are as they were.",)  # fmt: skip


def _editors(tally: ChangeTally) -> Iterator[Inlines]:
    changed, added, removed = tally.editors
    counts = [f"{len(found):,} {word}" for found, word in ((changed, "changed"), (added, "added"), (removed, "removed")) if found]
    if counts:
        yield (f"Of the editor's own equations, which have no printed number: {', '.join(counts)}.",)


def _lists(difference: Difference) -> Iterator[Inlines]:
    """Say in which lists of the spec entries came, went or changed."""
    said = []
    for word in ("added", "removed", "changed"):
        counts = {name: len(getattr(change, word)) for name, change in difference.lists.items() if name not in _ASIDE}
        if any(counts.values()):
            said.append(f"{word}: {_counted(counts)}")
    if difference.values:
        said.append(f"values of datasets that differ: {len(difference.values):,}")
    if said:
        text = "; ".join(said)
        yield (f"Beside the equations, {text}.",)


def _counted(counts: Mapping[str, int]) -> str:
    found = [many(count, *ENTRIES.get(name, (name, name))) for name, count in counts.items() if count]
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def effect_sentence(difference: Difference) -> Inlines:
    """Say what the difference comes to in a project."""
    effect = difference.effect
    if effect is None:
        return ()
    whose = effect.titles[0] if effect.titles[0] == effect.titles[1] else " and ".join(effect.titles)
    name = effect.label or effect.result
    ends = f"from {effect.before:,.1f} to {effect.after:,.1f} {effect.unit}"
    if not effect.difference:
        return (f"In {whose}, {name} is {effect.after:,.1f} {effect.unit} under both.",)
    share = f" ({share_text(effect)})" if effect.before else ""
    return (f"In {whose}, {name} goes {ends}: ", Strong((f"{signed(effect.difference, 1)} {effect.unit}{share}",)), ".")


def share_text(effect: Effect) -> str:
    """Return the difference as a share of what was before; one that would round to nothing is called small."""
    percent = 100 * effect.difference / effect.before
    small = bool(percent) and abs(percent) < _LEAST_PERCENT
    return f"less than {_LEAST_PERCENT}\N{NO-BREAK SPACE}%" if small else f"{signed(percent, 2)}\N{NO-BREAK SPACE}%"


def signed(value: float, digits: int) -> str:
    """Return a number with its sign as it is printed."""
    return f"{value:+,.{digits}f}".replace("-", "−")
