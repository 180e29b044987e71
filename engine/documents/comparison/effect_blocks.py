"""What a difference moves in a project: both results, the way from one to the other, edit by edit and year by year."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.comparison.compare_equations import EquationChange
from engine.comparison.difference import Difference
from engine.comparison.difference_text import changes_said, rounded
from engine.comparison.effect import Contribution, Effect, ResultLine
from engine.comparison.waterfall import effect_waterfall
from engine.documents.comparison.summary import share_text, signed
from engine.documents.comparison.wording import ChangeWording, many
from engine.documents.model import (
    Block,
    Break,
    Code,
    Fold,
    Inline,
    Inlines,
    Paragraph,
    Picture,
    Soft,
    Strong,
    Table,
    TableRow,
    Tiles,
)
from engine.typesetting.pictures.charts import Series, bars
from engine.typesetting.pictures.shapes import BLUE, ORANGE
from equations.model.methodology import Methodology

#: Results of more lines are folded.
_MOST_OPEN = 8


def effect_blocks(difference: Difference, effect: Effect, wording: ChangeWording) -> Iterator[Block]:
    """Yield the effect on the results."""
    yield Tiles(tuple(_tiles(effect, wording)))
    yield from _waterfall(difference, effect, wording)
    yield from _years_chart(difference, effect, wording)
    yield from _attribution(difference, effect, wording)
    yield from _results(effect, wording)


def effect_tables(difference: Difference, effect: Effect, wording: ChangeWording) -> Iterator[Block]:
    """Yield the effect on the results without its pictures."""
    yield Tiles(tuple(_tiles(effect, wording)))
    yield from _attribution(difference, effect, wording)
    yield from _results(effect, wording)


def _tiles(effect: Effect, wording: ChangeWording) -> Iterator[tuple[str, Inlines, Inlines]]:
    name = effect.label or effect.result
    share: Inlines = (share_text(effect),) if effect.before else ()
    yield f"{name}: difference", (signed(effect.difference, 1),), (effect.unit, *((", ",) if share else ()), *share)
    for side, value in zip(wording.names, (effect.before, effect.after), strict=True):
        yield f"{name}, {side}", (f"{value:,.1f}",), (effect.unit,)
    for one in effect.further:
        ends = " → ".join("none" if value is None else f"{value:,.1f}" for value in (one.before, one.after))
        yield f"{one.label}: difference", ("–" if one.difference is None else signed(one.difference, 1),), (f"{one.unit}; {ends}",)


# -- pictures


def _waterfall(difference: Difference, effect: Effect, wording: ChangeWording) -> Iterator[Block]:
    parts = effect.shapley or effect.in_order
    if not parts:
        return
    svg = effect_waterfall(effect, f"From {wording.names[0]} to {wording.names[1]}", about(effect), changes_said(difference), wording.names)
    words = "; ".join(f"{part.label} {part.difference:+,.1f}" for part in parts)
    yield Picture(svg, f"From {effect.before:,.1f} to {effect.after:,.1f} {effect.unit}: {words}", kind="chart wide")


def about(effect: Effect) -> str:
    """Return the project, or both, by name."""
    return " and ".join(dict.fromkeys(title for title in effect.titles if title)) or " and ".join(dict.fromkeys(effect.projects))


def _years_chart(difference: Difference, effect: Effect, wording: ChangeWording) -> Iterator[Block]:
    axis = difference.b.methodology.year_set
    lines = [line for line in effect.lines if line.quantity == effect.yearly and [name for name, _ in line.labels] == [axis]]
    if not lines:
        return
    years = [line.labels[0][1] for line in lines]
    sides = [[math.nan if value is None else value for value in side] for side in zip(*((one.before, one.after) for one in lines), strict=True)]
    series = [
        Series(name, tuple(values), colour, lines[0].unit)
        for name, values, colour in zip(wording.names, sides, (ORANGE, BLUE), strict=True)
    ]
    title = f"{_title(difference.b.said, effect.yearly)}, by year"
    words = "; ".join(f"{year}: {_said(one)} and {_said(two)}" for year, one, two in zip(years, *sides, strict=True))
    yield Picture(bars(title, lines[0].unit, years, series, about=about(effect)), f"{title}: {words}", kind="chart wide")


def _said(value: float) -> str:
    return f"{value:,.1f}" if math.isfinite(value) else "none"


def _title(methodology: Methodology, quantity: str) -> str:
    return methodology.quantity[quantity].title if quantity in methodology.quantity else quantity


# -- tables


def _attribution(difference: Difference, effect: Effect, wording: ChangeWording) -> Iterator[Block]:
    """Yield what each edit moves, in all and in each year; the same in a stated order where that is another division."""
    changes = {change.id: change for change in difference.equations.changed}
    ways = [("mean over all orders of the edits, Shapley", effect.shapley), ("edits switched on in this order", effect.in_order)]
    first = True
    for how, parts in ways:
        if not parts:
            continue
        caption: Inlines = ("What each edit moves, ", effect.unit, Soft((f" ({how})",)))
        table = _parts_table(parts, effect, changes, caption, wording)
        if first:
            yield table
        elif rounded([part.difference for part in effect.shapley], 1) != rounded([part.difference for part in effect.in_order], 1):
            yield Fold((f"The same with the {how}",), (table,))
        first = False
    if len(effect.in_order) > 1 and not effect.shapley:
        yield Paragraph((Soft((f"Not divided without an order: {effect.no_shapley}.",)),))
    if effect.idle:
        yield Paragraph((Soft(("Without effect in this project: ", ", ".join(effect.idle), ".")),))


def _parts_table(
    parts: Sequence[Contribution], effect: Effect, changes: dict[str, EquationChange], caption: Inlines, wording: ChangeWording
) -> Table:
    years = [year for year, _ in parts[0].by_year]
    further = [one for one in effect.further if one.result in dict(parts[0].by_result)]
    heads: list[Inlines] = [("Edit",), *((year,) for year in years), ("In all",), *((f"{one.label}, {one.unit}",) for one in further)]
    columns = [rounded([dict(part.by_year)[year] for part in parts], 1) for year in years]
    columns.append(rounded([part.difference for part in parts], 1))
    columns += [rounded([dict(part.by_result)[one.result] for part in parts], 1) for one in further]
    rows = [
        TableRow((_edit(part, changes, wording), *((_printed(column[at]),) for column in columns))) for at, part in enumerate(parts)
    ]
    sums = [float(sum((Fraction(dict(part.by_year)[year]) for part in parts), Fraction(0))) for year in years]
    sums += [effect.difference, *(one.difference or 0.0 for one in further)]
    rows.append(TableRow((("Total",), *((Strong((_printed(f"{value:+,.1f}"),)),) for value in sums)), tone="sum"))
    weights = (3.2, *(1.2 for _ in heads[1:]))
    return Table(tuple(heads), tuple(rows), caption, tuple(range(1, len(heads))), look="cards", weights=weights)


def _printed(text: str) -> str:
    """Return an amount with its sign as it is printed; nothing is just a nought."""
    return text.replace("-", "−") if any(c in "123456789" for c in text) else "0"


def _edit(part: Contribution, changes: dict[str, EquationChange], wording: ChangeWording) -> Inlines:
    """Name an edit, with what changed in its equations."""
    said = [wording.changes(changes[id_].meaning.changes) for kind, id_ in part.edits if kind == "equations" and id_ in changes]
    found: tuple[Inline, ...] = (part.label,)
    for words in said:
        if words:
            found += (Break(), Soft(words))
    return found


def _results(effect: Effect, wording: ChangeWording) -> Iterator[Block]:
    """Yield the numbers that both sides report and that differ."""
    lines = [line for line in effect.lines if line.difference is None or line.difference]
    same = len(effect.lines) - len(lines)
    if not lines:
        yield Paragraph((f"None of the {many(len(effect.lines), 'reported number')} differs.",))
        return
    heads: tuple[Inlines, ...] = (("Result",), ("Unit",), *((name,) for name in wording.names), ("Difference",))
    title = f"{many(len(lines), 'result')} that {'differs' if len(lines) == 1 else 'differ'}"
    folded = len(lines) > _MOST_OPEN
    table = Table(heads, tuple(map(_result, lines)), () if folded else (title,), (2, 3, 4), (2, 1, 1.6, 1.6, 1.5))
    yield Fold((title,), (table,)) if folded else table
    if same:
        yield Paragraph((Soft((f"{many(same, 'other reported number')} {'is' if same == 1 else 'are'} the same under both.",)),))


def _result(line: ResultLine) -> TableRow:
    name = Code(line.name)
    shown = ["–" if value is None else f"{value:,.1f}" for value in (line.before, line.after)]
    moved = "–" if line.difference is None else signed(line.difference, 1)
    return TableRow(((name,), (line.unit,), *((text,) for text in shown), (Strong((moved,)),)))
