"""A small picture of one equation: what it uses on the left, what it makes in the middle, what uses that on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.documents.model import Ref
from engine.documents.subject import Subject
from engine.output.markup import Html, tag
from engine.typesetting.pictures.graph_view import KIND_COLOURS
from engine.typesetting.pictures.shapes import INK, SOFT, STROKE, bar, hint, label, picture, stroke
from engine.typesetting.pictures.svg_text import cut, symbol_text, symbol_width, width, wrapped
from equations.model.equation import Equation

_WIDE, _HIGH, _STEP, _GAP, _MOST = 306, 36, 42, 40, 10


@dataclass(frozen=True, slots=True)
class _Card:
    """A card of the picture; without ``latex`` its text is a plain line."""

    text: str
    kind: str = "computed"
    latex: str = ""
    beside: str = ""
    ref: Ref | None = None


def neighbourhood_svg(equation: Equation, subject: Subject) -> Html:
    """Return the picture; at most ten cards a side, more are counted."""
    m = subject.methodology
    made = m.quantity[equation.quantity]
    left = [
        _Card(
            id_,
            m.quantity[id_].kind,
            subject.symbol(m.quantity[id_]),
            " · ".join(x for x in (m.quantity[id_].title, _defined_by(id_, equation, subject)) if x),
            Ref("quantity", id_),
        )
        for id_ in subject.used_by_equation[equation.id]
    ]
    right = list(
        {
            e.label: _Card(e.label, beside=e.title, ref=Ref("equation", e.id)) for e in reversed(subject.users_of(equation))
        }.values()
    )[::-1]
    columns = [
        _shown(left),
        [_Card(made.id, made.kind, subject.symbol(made), f"{made.title} · {equation.label}" if equation.number else made.title)],
        _shown(right),
    ]
    rows = max(len(column) for column in columns)
    high = rows * _STEP + 12
    places = [_places(column, at, high) for at, column in enumerate(columns)]
    wide = 3 * _WIDE + 2 * _GAP + 12
    lines = [_line(place, places[1][0], True) for place in places[0]] + [_line(places[1][0], place, False) for place in places[2]]
    cards = [
        _card(card, place, at == 1) for at, column in enumerate(columns) for card, place in zip(column, places[at], strict=True)
    ]
    return picture((wide, high), f"Neighbourhood of {equation.label}", lines, cards)


def _defined_by(id_: str, equation: Equation, subject: Subject) -> str:
    labels = dict.fromkeys(e.label for e in subject.givers_of(id_, equation) if e.number)
    return "Eq. " + ", ".join(x.removeprefix("Eq. ") for x in labels) if labels else ""


def _shown(cards: list[_Card]) -> list[_Card]:
    if len(cards) <= _MOST:
        return cards
    return [*cards[: _MOST - 1], _Card(f"and {len(cards) - _MOST + 1} more")]


def _places(column: Sequence[_Card], at: int, high: float) -> list[tuple[float, float]]:
    top = (high - len(column) * _STEP) / 2 + 3
    return [(6 + at * (_WIDE + _GAP), top + row * _STEP) for row in range(len(column))]


def _line(start: tuple[float, float], end: tuple[float, float], arrow: bool) -> Html:
    x1, y1, x2, y2 = start[0] + _WIDE, start[1] + _HIGH / 2, end[0], end[1] + _HIGH / 2
    middle = (x1 + x2) / 2
    path = f"M{x1:g},{y1:g} C{middle:g},{y1:g} {middle:g},{y2:g} {x2:g},{y2:g}"
    return stroke(path, STROKE, stroke_width=1.2 if arrow else 1)


def _card(card: _Card, place: tuple[float, float], strong: bool) -> Html:
    x, y = place
    fill, _ = KIND_COLOURS.get(card.kind, KIND_COLOURS["computed"])
    box = bar(x, y, _WIDE, _HIGH, rx=5, fill=fill, stroke=INK if strong else STROKE, stroke_width=2 if strong else 1)
    room = _WIDE - 18
    if card.latex:
        name = symbol_width(card.latex, 14) + 10
        text = [symbol_text(card.latex, 14, (x + 9, y + 23))]
    else:
        name = width(card.text, 12) + 10
        text = [label(cut(card.text, 12, room), (x + 9, y + 22), 12)]
    if card.beside and room - name > 40:
        lines = wrapped(card.beside, 11, room - name, 2)
        start = y + (22 if len(lines) == 1 else 15)
        text += [label(line, (x + _WIDE - 9, start + at * 14), 11, text_anchor="end", fill=SOFT) for at, line in enumerate(lines)]
    body = tag("g", None, hint(f"{card.text} {card.beside}".strip()), box, text)
    return tag("a", {"href": f"ref:{card.ref.kind}:{card.ref.id}"}, body) if card.ref else body
