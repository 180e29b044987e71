"""A picture of how a difference comes about: from the result before, edit by edit, to the result after (SVG)."""

from __future__ import annotations

from collections.abc import Mapping

from engine.comparison.effect import Effect
from engine.output.markup import Html
from engine.typesetting.pictures.rows import WaterfallStep, waterfall


def effect_waterfall(effect: Effect, title: str, about: str, said: Mapping[str, str], names: tuple[str, str]) -> Html:
    """Return the attribution of a difference as a picture.

    Parameters
    ----------
    title, about
        What is shown, and of what.
    said
        Equation id -> what changed in it, shown under the name of the edit.
    names
        Names of the two sides.

    Returns
    -------
    Html
        SVG; contributions without an order where there are such, in the stated order otherwise.
    """
    steps = [WaterfallStep(names[0], effect.before, total=True)]
    for part in effect.shapley or effect.in_order:
        note = "; ".join(said[name] for kind, name in part.edits if kind == "equations" and name in said)
        steps.append(WaterfallStep(part.label, part.difference, note=note))
    steps.append(WaterfallStep(names[1], effect.after, total=True))
    how = "Parts are means over all orders of the edits (Shapley)." if effect.shapley else "Edits are switched on in this order."
    return waterfall(title, f"{effect.label or effect.result}; {about}. {how}", effect.unit, steps, digits=1, cut_axis=True)
