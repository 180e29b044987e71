"""Steps of a settled reading as text: what they compute are quantities and equations of their own, and their readers read those.

Steps of other rulings on the same quantity keep their place: those that came before stand before the new equations, those behind stand
behind what these give.
"""

from __future__ import annotations

from dataclasses import replace

from equations.citation import Citation
from equations.errors import MethodologyError
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.exchange import exchanged
from equations.formula.grammar import parse_formula
from equations.formula.syntax import All, Binder, Diagonal, GroupOf, IndexLetter, Name, Node, Window, walk
from equations.formula.tokens import Source
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.model.reading import IT, Adjustment, name_part
from equations.notation.plain import plain_text
from equations.readings.composition import with_readings
from equations.readings.edits_reader import read_whole
from equations.readings.nesting import Placed, fits_inside, in_order, put_inside, read_as, reads, told_apart, with_arriving
from equations.readings.weighing import unweighed
from equations.revision.document_parts import blocks_of, text_of, texts_of, with_each, with_edits, with_field, with_list

_FORMULAS = ("formula", "relation", "gives")
_CITED = ("section", "equation", "table", "page", "note")


def with_steps(before: Mapping, document: Mapping, ruling: str, reading: str) -> Mapping:
    """Return a document in which the steps of a reading are part of the text.

    Parameters
    ----------
    before
        The document as it was, with the ruling.
    document
        The same without the ruling, and with the entries that its reading changes.
    """
    base = unweighed(read_whole(before))
    held = next(one for one in base.ruling[ruling].readings if one.id == reading)
    work = _Settling(base, ruling)
    for step in held.edits[0].steps if held.edits else ():
        if step.readers:
            document = work.between(document, step)
        else:
            document = work.on_definition(document, step, unweighed(with_readings(base, {ruling: reading})))
    return document


class _Settling:
    def __init__(self, base: Methodology, ruling: str) -> None:
        self.base, self.ruling = base, ruling
        every = [(r.id, block) for r in base.rulings for x in r.readings for block in x.edits]
        self.others = [(id_, block) for id_, block in every if id_ != ruling]
        self.every = every

    def order(self, of: str) -> list[str]:
        """Return the rulings whose steps stand behind a quantity, in their order."""
        placed = [Placed(block, step) for _, block in self.every for step in block.steps if step.of == of]
        firsts: dict[str, Placed] = {}
        for one in placed:
            held = firsts.get(one.ruling)
            after = tuple(dict.fromkeys((*(held.step.after if held else ()), *one.step.after)))
            firsts[one.ruling] = Placed(one.block, replace(one.step, after=after))
        return [one.ruling for one in in_order(list(firsts.values()))]

    # -- a step between a quantity and its readers

    def between(self, document: Mapping, step: Adjustment) -> Mapping:
        of, gives = self.base.quantity[step.of], step.gives
        names = {of.id: gives.id, of.matrix: gives.matrix, of.diagonal_matrix: gives.diagonal_matrix}
        names = {old: new for old, new in names.items() if old and new}
        order = self.order(step.of)
        own = [e.id for e in step.equations if reads(e.formula, IT)]
        document = self.readers(document, step, names)
        rulings = [self.of_ruling(block, step, names, order, own) for block in blocks_of(document.get("rulings"))]
        document = with_list(document, "rulings", rulings)
        return self.declared(document, step, of)

    def readers(self, document: Mapping, step: Adjustment, names: dict[str, str]) -> Mapping:
        blocks = []
        for block in blocks_of(document.get("equations")):
            id_ = text_of(block, "id")
            blocks.append(self.reads_other(block, names, self.letter(id_, step)) if id_ in step.readers else block)
        return with_list(document, "equations", blocks)

    def letter(self, id_: str, step: Adjustment) -> str:
        """Return the letter by which an equation reads what a step gives, where that has one index more."""
        if not step.more:
            return ""
        forms = [e for _, block in self.every for e in block.equations if e.id == id_]
        equation = self.base.equation.get(id_) or forms[0]
        return _letter(equation, step, self.base)

    def reads_other(self, block: Mapping, names: dict[str, str], letter: str) -> Mapping:
        """Return a block whose formulas name other quantities; a form as printed goes with the formula that it shows."""
        for field in _FORMULAS:
            held = block.get(field)
            if isinstance(held, Scalar):
                new = _renamed(held, names, letter)
                if new is not held:
                    block = with_field(with_field(block, field, new), "printed", None)
        return block

    def of_ruling(self, block: Mapping, step: Adjustment, names: dict[str, str], order: list[str], own: list[str]) -> Mapping:
        """Return another ruling whose edits fit the text as it is now."""
        id_ = text_of(block, "id")
        return with_edits(block, lambda part: self.of_edits(part, id_, step, names, order, own))

    def of_edits(self, part: Mapping, id_: str, step: Adjustment, names: dict[str, str], order: list[str], own: list[str]) -> Mapping:
        def of_equation(e: Mapping) -> Mapping:
            return self.reads_other(e, names, self.letter(text_of(e, "id"), step)) if text_of(e, "id") in step.readers else e

        for word in ("replace", "add"):
            edits = part.get(word)
            if isinstance(edits, Mapping):
                part = with_field(part, word, with_each(edits, "equations", of_equation))
        return with_each(part, "adjust", lambda one: self.of_step(one, id_, step, names, order, own))

    def of_step(self, block: Mapping, id_: str, step: Adjustment, names: dict[str, str], order: list[str], own: list[str]) -> Mapping:
        """Return a step of another ruling in its place before or behind the equations that the settled step became."""
        if id_ in step.readers:
            block = with_each(self.reads_other(block, names, ""), "equations", lambda e: self.reads_other(e, names, ""))
        readers = texts_of(block.get("in"))
        if self.ruling in readers:  # its steps are equations now, those that read the quantity among them
            reading = [e.id for e in step.equations if reads(e.formula, text_of(block, "of"))]
            block = with_field(block, "in", _texts([r for r in readers if r != self.ruling] + reading, block))
        if text_of(block, "of") != step.of or not readers or not set(readers) & set(step.readers):
            return block
        if order.index(id_) > order.index(self.ruling):
            return with_field(block, "of", _text(names[step.of], block))
        return with_field(block, "in", _texts([*own, *(r for r in readers if r not in step.readers)], block))

    def declared(self, document: Mapping, step: Adjustment, arrives: Quantity) -> Mapping:
        """Return a document that declares what a step computes, and holds its equations."""
        place = blocks_of(document.get("equations"))[0]
        quantities = blocks_of(document.get("quantities"))
        at = 1 + next(at for at, q in enumerate(quantities) if text_of(q, "id") == step.of)
        limits = quantities[at - 1].get("range")
        new = [_quantity(q, place, limits if q is step.gives else None) for q in step.quantities]
        quantities[at:at] = new
        equations = blocks_of(document.get("equations"))
        names = {name for q in step.quantities for name in (q.id, q.matrix, q.diagonal_matrix) if name}
        first = next((at for at, e in enumerate(equations) if _names(e) & names), len(equations))
        own = []
        for equation in step.equations:
            own.append(_equation(replace(equation, formula=with_arriving(equation.formula, arrives)), self.base, place))
        equations[first:first] = own
        return with_list(with_list(document, "quantities", quantities), "equations", equations)

    # -- a step on a definition

    def on_definition(self, document: Mapping, step: Adjustment, made: Methodology) -> Mapping:
        definitions = self.base.definitions[step.of]
        gives = step.equations[-1]
        alone = len(step.equations) == 1 and all(fits_inside(gives, definition) for definition in definitions)
        others = [one for _, block in self.every for one in block.steps if one.readers]
        apart = told_apart(gives, self.ruling, [e.id for e in definitions], others)
        if alone and not apart and not self.is_touched(step.of):
            new = {e.id: put_inside(gives, e) for e in definitions}
            blocks = [
                self.put_in(new[text_of(b, "id")], b, made) if text_of(b, "id") in new else b for b in blocks_of(document.get("equations"))
            ]
            return self.with_readers(with_list(document, "equations", blocks), ())
        return self.with_readers(self.set_apart(document, step), step.equations)

    def with_readers(self, document: Mapping, own: tuple[Equation, ...]) -> Mapping:
        """Return a document in which steps that named the ruling as a reader name the equations of its step that read what they stand behind."""

        def named(block: Mapping) -> Mapping:
            readers = texts_of(block.get("in"))
            if self.ruling not in readers:
                return block
            reading = [e.id for e in own if reads(e.formula, text_of(block, "of"))]
            return with_field(block, "in", _texts([r for r in readers if r != self.ruling] + reading, block))

        return with_each(document, "rulings", lambda block: with_edits(block, lambda part: with_each(part, "adjust", named)))

    @staticmethod
    def put_in(nested: Equation, block: Mapping, made: Methodology) -> Mapping:
        """Return the block of a definition with the formula that holds a step, on the ground that the two share."""
        letters, own = _spelled(made, nested)
        texts = {"formula": plain_text(nested.formula, letters), "printed": "",
                 "ground": nested.source.ground, "ground_note": nested.source.ground_note}  # fmt: skip
        for name, text in texts.items():
            block = with_field(block, name, _text(text, block) if text else None)
        return _with_letters(block, own, block)

    def is_touched(self, of: str) -> bool:
        """Whether another reading changes a definition of a quantity."""
        ids = {e.id for e in self.base.definitions[of]}
        blocks = [block for _, block in self.others]
        edits = [edit for block in blocks for edit in block.entries if edit.list == "equations"]
        return any(step.of == of and not step.readers for block in blocks for step in block.steps) or any(
            edit.id in ids or (isinstance(edit.entry, Equation) and edit.entry.quantity == of) for edit in edits
        )

    def set_apart(self, document: Mapping, step: Adjustment) -> Mapping:
        """Give what arrives at the step a name, so that other readings go on changing it."""
        of = self.base.quantity[step.of]
        id_ = f"{of.id}_before_{name_part(self.ruling)}"
        names = {old: f"{old}_before_{name_part(self.ruling)}" for old in (of.id, of.matrix, of.diagonal_matrix) if old}
        order = self.order(step.of)
        defined = {e.id for e in self.base.definitions[of.id]} | {e.id for _, block in self.others for e in block.equations if e.quantity == of.id}

        def left(block: Mapping) -> Mapping:
            held = block.get("defines")
            mine = text_of(block, "id") in defined and isinstance(held, Scalar)
            return with_field(block, "defines", _renamed(held, names, "")) if mine and isinstance(held, Scalar) else block

        document = with_list(document, "equations", [left(b) for b in blocks_of(document.get("equations"))])

        def edits(part: Mapping, ruling: str) -> Mapping:
            for word in ("replace", "add"):
                held = part.get(word)
                if isinstance(held, Mapping):
                    part = with_field(part, word, with_each(held, "equations", left))
            early = ruling in order and order.index(ruling) < order.index(self.ruling)

            def behind(one: Mapping) -> Mapping:
                # Steps of rulings that come before the settled one stand behind what arrives there; those after it behind what it
                # gives.
                moves = early and text_of(one, "of") == of.id and not texts_of(one.get("in"))
                return with_field(one, "of", _text(id_, one)) if moves else one

            return with_each(part, "adjust", behind)

        document = with_each(document, "rulings", lambda block: with_edits(block, lambda part: edits(part, text_of(block, "id"))))
        raw = replace(of, id=id_)
        gives = replace(step.equations[-1], defines=read_as(step.equations[-1].defines, of, ()))
        own = replace(step, quantities=(*step.quantities[:-1], raw), equations=(*step.equations[:-1], gives))
        document = self.declared(document, own, raw)
        return self.as_before(document, of.id, id_, names)

    def as_before(self, document: Mapping, of: str, id_: str, names: dict[str, str]) -> Mapping:
        """Declare what arrives as the quantity is declared, under its own name and without a role."""
        quantities = blocks_of(document.get("quantities"))
        like = next(q for q in quantities if text_of(q, "id") == of)
        new = with_field(with_field(like, "id", _text(id_, like)), "role", None)
        new = with_field(new, "kind", _text("computed", like))
        new = with_field(new, "symbol", _text(f"{{{text_of(like, 'symbol')}}}^{{\\text{{before {self.ruling}}}}}", like))
        new = with_field(new, "editorial", _text(f"What {of} is before ruling {self.ruling}", like))
        for name in ("matrix", "diagonal_matrix"):
            if text_of(like, name):
                new = with_field(new, name, _text(names[text_of(like, name)], like))
        return with_list(document, "quantities", [new if text_of(q, "id") == id_ else q for q in quantities])


# -- entries as blocks


def _quantity(quantity: Quantity, at: YamlNode, limits: YamlNode | None) -> Mapping:
    texts = {
        "id": quantity.id, "symbol": quantity.symbol, "name": quantity.name, "meaning": quantity.meaning,
        "unit": quantity.unit.text or str(quantity.unit), "kind": quantity.kind, "matrix": quantity.matrix,
        "diagonal_matrix": quantity.diagonal_matrix, "matrix_symbol": quantity.matrix_symbol,
        "diagonal_symbol": quantity.diagonal_symbol, "on": quantity.on, "part_of": quantity.part_of, "editorial": quantity.editorial,
    }  # fmt: skip
    block = _block({name: _text(text, at) for name, text in texts.items() if text}, at)
    if quantity.indices:
        block = with_field(block, "indices", _texts(list(quantity.indices), at))
    if limits is not None:
        block = with_field(block, "range", limits)
    return _cited(block, quantity.source, at)


def _equation(equation: Equation, methodology: Methodology, at: YamlNode) -> Mapping:
    letters, own = _spelled(methodology, equation)
    texts = {
        "id": equation.id, "section": equation.section, "title": equation.title, "defines": plain_text(equation.defines, letters),
        "relation" if equation.solver else "formula": plain_text(equation.formula, letters), "solver": equation.solver,
        "editorial": equation.editorial,
    }  # fmt: skip
    block = _block({name: _text(text, at) for name, text in texts.items() if text}, at)
    block = _with_letters(block, own, at)
    if equation.equivalences:
        block = with_field(block, "equivalences", _texts(list(equation.equivalences), at))
    return _cited(block, equation.source, at)


def _spelled(methodology: Methodology, equation: Equation) -> tuple[dict[str, str], dict[str, str]]:
    """Return what letters run over where the text of an equation is read again, and those of which its ``for:`` says it.

    A letter that goes over one set throughout stands under ``for:``; one that goes over several says it where it goes over another than its own.
    """
    usual: dict[str, str] = {}
    for index_set in methodology.index_sets:
        for letter in index_set.letters:
            usual.setdefault(letter, index_set.id)
    sets = {letter: {set_id} for letter, set_id in equation.letters}
    for node in walk(equation.formula):
        if isinstance(node, Binder) and isinstance(node.within, All | GroupOf | Window):
            sets.setdefault(node.letter, set()).add(node.within.set)
        elif isinstance(node, Diagonal):
            sets.setdefault(node.letter, set()).add(node.set)
    throughout = {letter: next(iter(found)) for letter, found in sets.items() if len(found) == 1}
    own = {letter: set_id for letter, set_id in throughout.items() if usual.get(letter) != set_id}
    return usual | dict(equation.letters) | own, own


def _with_letters(block: Mapping, own: dict[str, str], at: YamlNode) -> Mapping:
    """Return an equation that says under ``for:`` what letters run over, beside what stands there."""
    if not own:
        return block
    held = block.get("for")
    said = {key.text: value for key, value in held if isinstance(value, Scalar)} if isinstance(held, Mapping) else {}
    return with_field(block, "for", _block(said | {letter: _text(set_id, at) for letter, set_id in own.items()}, at))


def _cited(block: Mapping, source: Citation, at: YamlNode) -> Mapping:
    """Return a block with its source and its ground."""
    texts = {name: _text(text, at) for name in _CITED if (text := getattr(source, name))}
    fields: dict[str, YamlNode] = {"source": _block(texts, at)} if texts else {}
    fields |= {name: _text(text, at) for name in ("ground", "ground_note") if (text := getattr(source, name))}
    for name, node in fields.items():
        block = with_field(block, name, node)
    return block


def _block(fields: dict[str, Scalar], at: YamlNode) -> Mapping:
    entries = tuple((Scalar(name, at.file, at.line, at.column), value) for name, value in fields.items())
    return Mapping(entries, at.file, at.line, at.column)


def _text(text: str, at: YamlNode) -> Scalar:
    return Scalar(text, at.file, at.line, at.column, quoted=True)


def _texts(texts: list[str], at: YamlNode) -> Sequence:
    return Sequence(tuple(_text(text, at) for text in texts), at.file, at.line, at.column)


def _renamed(held: Scalar, names: dict[str, str], letter: str) -> Scalar:
    """Return a formula in which quantities and matrices have other names, and one index more."""
    try:
        tree = parse_formula(held.source)
    except MethodologyError:
        return held

    def swap(node: Node) -> Node | None:
        if isinstance(node, Name) and node.name in names:
            more = (IndexLetter(letter),) if letter else ()
            return Name(names[node.name], (*node.indices, *more), node.bracketed or bool(letter))
        return None

    new = exchanged(tree, swap)
    return held if new is tree else replace(held, text=plain_text(new), raw="", quoted=True)


def _names(block: Mapping) -> set[str]:
    found: set[str] = set()
    for field in _FORMULAS:
        text = text_of(block, field)
        try:
            found |= {node.name for node in walk(parse_formula(Source(text))) if isinstance(node, Name)} if text else set()
        except MethodologyError:
            continue
    return found


def _letter(equation: Equation, step: Adjustment, base: Methodology) -> str:
    letters = dict(equation.letters)
    return next((index.letter for index in equation.defines.indices
                 if isinstance(index, IndexLetter) and base.base_set(letters[index.letter]) == step.more), "")  # fmt: skip
