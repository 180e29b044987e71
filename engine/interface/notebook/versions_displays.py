"""What two sides say and move differently."""

from __future__ import annotations

from collections.abc import Iterator

from engine.commands.comparison import effect_picture
from engine.comparison.difference import Difference
from engine.comparison.difference_text import differing_grid
from engine.comparison.effect import Effect
from engine.documents.comparison.effect_blocks import effect_tables
from engine.documents.comparison.summary import summary_sentences
from engine.documents.comparison.tally import ChangeTally
from engine.documents.comparison.wording import ChangeWording, capital
from engine.documents.model import Block, Bullets, Paragraph, Soft, Strong
from engine.interface.notebook.display import Display
from engine.interface.notebook.long_table import NUMBER, TEXT, WHOLE, LongTable, columns_of
from engine.output.markup import Html
from engine.output.text_grid import TextGrid
from equations.errors import InputError

_FIXED = {"before": NUMBER, "after": NUMBER, "difference": NUMBER, "unit": TEXT, "state": TEXT}


class DifferenceDisplay(Display[Difference]):
    """A difference in a few sentences, and what it moves."""

    def blocks(self) -> Iterator[Block]:
        found = self.shown
        wording = ChangeWording(found)
        one, two = wording.names
        yield Paragraph((Strong((f"{capital(one)} and {two}",)), Soft((f"  {found.a.label} → {found.b.label}",))), "lead")
        yield Bullets(tuple(summary_sentences(ChangeTally(found), wording)))
        if found.effect is not None:
            yield from effect_tables(found, found.effect, wording)

    def effect(self) -> Effect:
        """Return what the difference moves.

        Raises
        ------
        InputError
            I508 without a project, since only a run moves anything.
        """
        if self.shown.effect is None:
            raise InputError("I508", "only a project shows what a difference moves", remedy="compare(..., projects=[FILE])")
        return self.shown.effect

    def grid(self) -> TextGrid:
        return differing_grid(self.effect())

    def numbers(self) -> LongTable:
        effect, of = self.effect(), self.shown.b.said
        own = list(dict.fromkeys(name for line in effect.lines for name, _ in line.labels))
        names = {name: name if name not in ("quantity", "cell", *_FIXED) else f"{name}_label" for name in own}
        years = {index_set.id for index_set in of.index_sets if index_set.kind == "year"}
        kinds = {"quantity": TEXT, "cell": TEXT, **{names[name]: WHOLE if name in years else TEXT for name in own}, **_FIXED}
        lines: list[list[object]] = []
        for line in effect.lines:
            labels = {name: int(label) if name in years else label for name, label in line.labels}
            lacking = [name for name, value in zip(("before", "after"), (line.before, line.after), strict=True) if value is None]
            said = f"not there {' and '.join(lacking)}" if lacking else ""
            lines.append([line.quantity, line.name, *(labels.get(name) for name in own),
                          line.before, line.after, line.difference, line.unit, said])  # fmt: skip
        about = {"before": self.shown.a.label, "after": self.shown.b.label, "projects": ", ".join(dict.fromkeys(effect.projects))}
        return LongTable(columns_of(kinds, lines), about)

    def picture(self) -> tuple[Html, str]:
        self.effect()
        one, two = ChangeWording(self.shown).names
        return effect_picture(self.shown), f"From {one} to {two}"
