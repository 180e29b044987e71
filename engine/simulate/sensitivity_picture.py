"""A sensitivity analysis as a tornado: what each input moves, the largest first, declared errors told from a tenth."""

from __future__ import annotations

from math import isfinite

from engine.output.markup import Html
from engine.output.terminal import number
from engine.simulate.sensitivity import SWING, InputEffect, Sensitivity
from engine.typesetting.pictures.head import Key
from engine.typesetting.pictures.rows import Bar, PictureRow, rows_picture
from engine.typesetting.pictures.shapes import BLUE, GREY, VERMILION, below

_MOST_BARS = 15


def sensitivity_picture(found: Sensitivity) -> Html:
    """Return the tornado; of several results one above the other."""
    return below(f"{found.run.methodology.reference}: what {found.target} hangs on", *map(tornado, (found, *found.others)))


def tornado(found: Sensitivity) -> Html:
    """Return the tornado. The same picture for the same analysis."""
    effects = found.effects[:_MOST_BARS]
    keys = [Key("input moved down", BLUE), Key("input moved up", VERMILION)]
    keys += [Key(f"hatched: moved by {SWING:.0%} of its value, no error is declared", GREY, "hatched")] if not all(
        e.declared for e in effects) else []  # fmt: skip
    more = len(found.effects) - len(effects)
    about = f"{found.run.project.name}, {found.run.methodology.reference}; {found.target} = {number(found.value)} {found.unit} (upright line)"
    about += f"; {more} inputs with smaller effects are left out" if more else ""
    rows = [_row(effect, found.value) for effect in effects]
    return rows_picture(f"What {found.target} hangs on", about, found.unit, rows, keys, cut_axis=True, at=found.value)


def _row(effect: InputEffect, value: float) -> PictureRow:
    bars = [
        Bar(value, end, colour, hatched=not effect.declared)
        for end, colour in ((effect.low, BLUE), (effect.high, VERMILION))
        if isfinite(end)
    ]
    shown = " / ".join(_moved(end - value) for end in (effect.low, effect.high))
    step = f"{number(effect.step)} {effect.unit}".removesuffix(" 1")
    how = f"± {step}, its declared standard error" if effect.declared else f"± {step}, {SWING:.0%} of its value"
    return PictureRow(effect.name, shown, tuple(bars), f"{number(effect.value)} {how}")


def _moved(difference: float) -> str:
    if not isfinite(difference):
        return "no result"
    return ("+" if difference > 0 else "−" if difference < 0 else "") + number(abs(difference))
