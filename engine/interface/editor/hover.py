"""What is shown of the word under a cursor: what it means, its unit, where it comes from, and its numbers in a project."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from engine.interface.editor.mentions import Mention
from engine.interface.editor.open_text import Stretch
from engine.interface.editor.places_of_names import NamedThing, PlacesOfNames
from engine.interface.editor.spots import TABLES
from engine.interface.editor.workspace import Site, Workspace
from engine.output.escapes import code_text, markdown_text
from engine.output.terminal import number
from engine.plan.cells import PRESENT
from engine.run.run import Run
from engine.run.said_values import value_text
from equations.errors import MethodologyError
from equations.files.strict_yaml import Mapping
from equations.formula.functions import FUNCTIONS
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.notation.plain import letters_of, plain_text
from equations.records import record
from equations.revision.document_parts import blocks_of, text_of, texts_of
from equations.units.measures import kind_of
from equations.units.registry import parse_unit

_MOST_CELLS = 12
#: Fields of a declaration that say what it is, in the order in which they are shown.
_TELLING = ("title", "name", "meaning", "statement", "issue", "reason", "wrong", "why")
#: Fields of a declaration that are shown with their names.
_NAMED = ("unit", "size", "kind", "members", "letters", "subset_of", "groups", "over", "from", "to", "use", "date", "default", "status", "number")
#: Words of sums and cases.
_WORDS = {
    "Sum": "the sum over the members of a letter's set: Sum(i, A[i])", "Product": "the product over members",
    "Max": "the largest over members", "Min": "the smallest over members", "All": "whether all members fulfil a condition",
    "Any": "whether one member fulfils a condition", "Count": "how many members fulfil a condition", "Mean": "the mean of the records of a sample",
    "StdDev": "the standard deviation of the records of a sample", "StdErr": "the standard error of a sample",
    "Interpolate": "a value between the points of a table", "Lookup": "the value of the class in which a number lies",
}  # fmt: skip


@record(frozen=True)
class Hover:
    """What is shown, as Markdown, and of which word."""

    text: str
    stretch: Stretch


def hover(space: Workspace, path: Path, line: int, column: int) -> Hover | None:
    """Return what is known of the word at a position; ``None`` where nothing stands there."""
    mention = space.mention_at(path, line, column)
    if mention is not None and (told := _Teller(space, path).told(mention)):
        return Hover("\n\n".join(told), mention.stretch)
    return _of_field(space, path, line, column)


def _of_field(space: Workspace, path: Path, line: int, column: int) -> Hover | None:
    """Return what a field is for, where the cursor is on its name."""
    spot, held = space.spot_at(path, line, column), space.file(path)
    if spot is None or held is None or spot.type != "field":
        return None
    field = TABLES[held.kind].get(spot.kind, {}).get(spot.node.text)
    stretch = held.text.stretch(spot.node)
    if field is None or stretch is None:
        return None
    type_ = field.type.replace("one_of:", "").replace("|", " or ").replace("_", " ")
    return Hover(f"**{field.name}** ({type_}{', required' if field.required else ''})\n\n{markdown_text(field.meaning)}".strip(), stretch)


class _Teller:
    """Tells what a mention of one file names."""

    def __init__(self, space: Workspace, path: Path) -> None:
        self.space, self.path = space, path
        self.places = PlacesOfNames(space)

    def told(self, mention: Mention) -> list[str]:
        if mention.kind == "function":
            function = FUNCTIONS.get(mention.id)
            return [f"`{mention.id}`: {function.meaning if function else _WORDS.get(mention.id, 'over members')}"]
        if mention.kind == "letter":
            return [f"`{mention.id}`: a letter of `{mention.of}`", *self.of_set(mention.of)] if mention.of else []
        identity = self.places.identity(self.path, mention)
        if mention.kind == "unit":
            return self.unit(mention, identity)
        if identity is None:
            return []
        methodology = self.methodology(identity)
        name = mention.id if mention.kind not in ("old_quantity", "old_matrix", "bound") else identity.id
        found = list(self.of_model(methodology, identity.kind, name)) if methodology is not None else []
        return found or list(self.of_block(identity))

    def methodology(self, identity: NamedThing) -> Methodology | None:
        """Return what was last read of the spec in which a file stands; else of that which declares the thing."""
        site = self.space.site(self.path)
        return (self.space.good.get(site.main) if site is not None else None) or self.space.good.get(identity.main)

    def of_model(self, methodology: Methodology, kind: str, id_: str) -> Iterator[str]:
        """Yield what a methodology says of a thing whose parts revisions can change."""
        if kind == "matrix":
            owner = next((q.id for q in methodology.quantities if id_ in (q.matrix, q.diagonal_matrix)), "")
            yield f"`{id_}`: a matrix of `{owner}`"
            kind, id_ = "quantity", owner
        if kind == "quantity" and (quantity := methodology.declared(id_)) is not None:
            yield from _quantity(quantity, methodology)
            yield from self.numbers(quantity)
        elif kind == "equation" and id_ in methodology.equation:
            equation = methodology.equation[id_]
            letters = letters_of(methodology, equation)
            label = f"**Eq. {equation.number}{equation.part}** " if equation.number else ""
            yield f"{label}`{id_}` {markdown_text(equation.title)}".rstrip()
            if not equation.solver:
                yield code_text(f"{plain_text(equation.defines, letters)} = {plain_text(equation.formula, letters)}")
            if equation.source:
                yield markdown_text(str(equation.source))

    def numbers(self, quantity: Quantity) -> Iterator[str]:
        """Yield the numbers of a quantity in the run that is at hand."""
        site = self.space.site(self.path)
        run = self.space.runs.get(site.main) if site is not None else None
        if run is not None and quantity.id in run.values.arrays:
            yield f"In {markdown_text(run.project.path.name)}:\n\n" + "\n".join(_cells(run, quantity))

    def of_set(self, id_: str) -> list[str]:
        site = self.space.site(self.path)
        return list(self.of_block(self.places.look_up(site, Mention("index_set", id_, "", Stretch(0, 0, 0))))) if site is not None else []

    def unit(self, mention: Mention, identity: NamedThing | None) -> list[str]:
        """Return what a unit measures."""
        site, methodology = self.space.site(self.path), self.methodology(identity) if identity is not None else None
        own = methodology.own_unit_words if methodology is not None else ()
        try:
            measured = kind_of(parse_unit(mention.id, None, own))
        except MethodologyError:
            return []
        block = list(self.of_block(identity)) if identity is not None and identity.declared else []
        if site is not None and not block and identity is not None:
            block = list(self.of_block(self.places.substance(self.path, mention)))
        return [f"`{mention.id}`: {measured or 'a unit'}", *block]

    def of_block(self, identity: NamedThing) -> Iterator[str]:
        """Yield what the file says that declares something."""
        block = self.block(identity)
        if block is None:
            return
        words = [markdown_text(" ".join(text_of(block, name).split())) for name in _TELLING if text_of(block, name)]
        part = f" of `{identity.of}`" if identity.of else ""
        yield f"`{identity.id}` ({identity.kind.replace('_', ' ')}{part})" + (f": {words[0]}" if words else "")
        yield from words[1:]
        shown = [f"{name}: {markdown_text(', '.join(_texts(block, name)))}" for name in _NAMED if _texts(block, name)]
        if shown:
            yield "\n".join(f"- {line}" for line in shown)

    def block(self, identity: NamedThing) -> Mapping | None:
        """Return the block that declares something, as its file says now."""
        layer, names = self.space.chain(identity.main)[0], self.space.names(Site(identity.main))
        for path in layer.files:
            held = self.space.file(path)
            for entry in held.entries if held is not None else ():
                of = names.base(entry.of) if entry.kind == "member" else entry.of
                if (entry.kind, entry.id, of) == (identity.kind, identity.id, identity.of) and not entry.named:
                    return entry.block if entry.kind != "member" or "name" in entry.block else None
        return None


def _texts(block: Mapping, name: str) -> list[str]:
    """Return the texts of a field, of blocks their ids."""
    node = block.get(name)
    return [*texts_of(node), *(text_of(item, "id") for item in blocks_of(node))][:_MOST_CELLS]


def _quantity(quantity: Quantity, methodology: Methodology) -> Iterator[str]:
    """Yield what a methodology says of a quantity."""
    axes = f" [{', '.join(quantity.indices)}]" if quantity.indices else ""
    yield f"`{quantity.id}`{axes} in **{quantity.unit.text or '1'}**, {quantity.kind.replace('_', ' ')}"
    yield markdown_text(quantity.meaning)
    told = methodology.in_readings.get(quantity.id, "")
    if told:
        yield f"Declared by {told}"
    if quantity.range is not None or quantity.plausible is not None:
        parts = [f"range {quantity.range}" if quantity.range else "", f"usual {quantity.plausible}" if quantity.plausible else ""]
        yield ", ".join(filter(None, parts))
    equations = [e.number or e.id for e in methodology.definitions.get(quantity.id, ())]
    if equations:
        yield "Eq. " + ", ".join(dict.fromkeys(equations))
    if quantity.source:
        yield "Source: " + markdown_text(str(quantity.source))


def _cells(run: Run, quantity: Quantity) -> Iterator[str]:
    """Yield the first numbers of a quantity, one a line, and what they come to."""
    array, states = run.values.arrays[quantity.id], run.values.states[quantity.id]
    members = [run.setting.members[axis] for axis in quantity.indices]
    cells = [tuple(cell) for cell in np.argwhere(states == PRESENT)] if array.ndim else [()]
    unit = f" {quantity.unit.text}" if quantity.type == "number" else ""
    for cell in islice(cells, _MOST_CELLS):
        labels = ", ".join(own[at] for own, at in zip(members, cell, strict=True))
        yield f"- {markdown_text(labels)}{': ' if labels else ''}{value_text(quantity.type, float(array[cell]))}{unit}"
    if len(cells) > _MOST_CELLS:
        yield f"- and {len(cells) - _MOST_CELLS} more"
    if len(cells) > 1 and (head := run.headline_of(quantity.id)).is_total:
        yield f"- in all: {number(head.value)}{unit}"
