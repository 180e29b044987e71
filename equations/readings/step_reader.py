"""From the text of `adjust` to steps: what stands between a quantity and those that read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from equations.citation import Citation
from equations.errors import ExpressionError
from equations.files.strict_yaml import Mapping, Scalar, YamlNode
from equations.formula.syntax import IndexLetter, Name
from equations.meaning.names import Names
from equations.model.equation import Equation
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.model.reading import IT, Adjustment, name_part
from equations.model.ruling import Ruling
from equations.spec.block import Block, checked
from equations.spec.reader import SpecReader


class StepReader:
    """Reads the steps of one block of edits.

    Parameters
    ----------
    names
        What its formulas can name, without ``it``.
    under
        The reading that it belongs to.
    """

    def __init__(self, reader: SpecReader, base: Methodology, names: Names, under: tuple[str, str]) -> None:
        self.reader, self.base, self.names, self.under = reader, base, names, under
        self.ruling: Ruling = base.ruling[under[0]]
        self.errors = reader.errors

    def steps(self, block: Block) -> list[Adjustment]:
        """Read the steps of a block."""
        return [step for part in block.blocks("adjust") if (step := self.step(part)) is not None]

    def step(self, block: Block) -> Adjustment | None:
        of = self.names.quantities.get(block.text("of"))
        if not checked(block.text("of"), self.names.quantities, "quantity", block.place_of("of"), self.errors) or of is None:
            return None
        for scalar in block.word_nodes("after"):
            checked(scalar.text, self.base.ruling, "ruling", scalar.place, self.errors)
        before = len(self.errors)
        left = self.left_side(block, of)
        if left is None or len(self.errors) > before:
            return None
        names = self.with_it(of)
        quantities: list[Quantity] = []
        parts: list[tuple[Block, tuple[str, ...], Name]] = []
        for part in block.blocks("equations"):
            found = self.helper(part, of)
            if found is not None:
                quantities.append(found[0])
                parts.append((part, found[0].indices, found[1]))
        given = self.given(block, of, *left)
        quantities.append(given)
        whole = self.names_with(names, quantities)
        equations = [self.equation(part, of, whole, name.name, part.node.get("defines"), "formula") for part, _, name in parts]
        field = "relation" if block.has("solver") or block.has("relation") else "gives"
        equations.append(self.equation(block, of, whole, given.id, self.written(block, given, left[0]), field))
        if any(equation is None for equation in equations):
            return None
        more = given.indices[len(of.indices)] if len(given.indices) > len(of.indices) else ""
        return Adjustment(
            of=of.id, readers=block.words("in"), after=block.words("after"), quantities=tuple(quantities),
            equations=tuple(e for e in equations if e), more=more, place=block.place,
        )  # fmt: skip

    # -- names

    def with_it(self, of: Quantity) -> Names:
        """Return the names with ``it``, the value that arrives, in the place of a quantity or of its matrix."""
        matrices = {IT: (IT, not of.matrix)} if of.matrix or of.diagonal_matrix else {}
        quantities = {**self.names.quantities, IT: replace(of, id=IT)}
        return replace(self.names, quantities=quantities, matrices={**self.names.matrices, **matrices})

    def names_with(self, names: Names, quantities: list[Quantity]) -> Names:
        matrices = {q.matrix: (q.id, False) for q in quantities if q.matrix}
        matrices |= {q.diagonal_matrix: (q.id, True) for q in quantities if q.diagonal_matrix}
        return replace(names, quantities={**names.quantities, **{q.id: q for q in quantities}}, matrices={**names.matrices, **matrices})

    # -- left sides

    def left_side(self, block: Block, of: Quantity) -> tuple[Name, bool] | None:
        """Return what a step defines, and whether that is written as a matrix."""
        own = self.reader.own_letters(block)
        if not block.has("defines"):
            letters = self.names.letters_for(of.indices, own)
            if any(letter not in self.names.letters and letter not in own for letter in letters):
                block.fault("S104", f"the step on {of.id} does not say its letters", block.place,
                            why="there are not enough letters for its indices", remedy="add `defines: NAME[i, j]`")  # fmt: skip
                return None
            id_ = block.name("id") or f"{of.id}_{name_part(self.under[0])}"
            return Name(id_, tuple(IndexLetter(letter) for letter in letters)), False
        found = block.formula("defines")
        if found is None:
            return None
        node, source = found
        if not isinstance(node, Name) or not all(isinstance(index, IndexLetter) and not index.offset for index in node.indices):
            self.errors.append(ExpressionError("X202", "what a step gives is one quantity with its letters", source.place(node.span),
                                               remedy="write NAME[i, j], or the name of its matrix"))  # fmt: skip
            return None
        return node, len(node.indices) < len(of.indices)

    def axes(self, block: Block, node: Name) -> list[str]:
        """Return the set of each letter of a left side, in its largest form."""
        own = self.reader.own_letters(block)
        found = []
        for index in node.indices:
            letter = index.letter if isinstance(index, IndexLetter) else ""
            set_id = own.get(letter) or self.names.letters.get(letter)
            if set_id is None:
                block.fault("X205", f"there is no index letter {letter!r}", block.place_of("defines"),
                            remedy="take a letter of an index set, or say `for:`")  # fmt: skip
            else:
                found.append(self.base.base_set(set_id) if set_id not in own or self.base.index_set[set_id].subset_of else set_id)
        return found

    def given(self, block: Block, of: Quantity, node: Name, is_matrix: bool) -> Quantity:
        """Declare what a step gives: as the quantity behind which it stands."""
        skipped = 0 if not is_matrix else 2 if of.matrix else 1
        written = self.axes(block, node) if block.has("defines") else list(of.indices)
        extra = written[len(of.indices) - skipped :]
        if len(extra) > 1 or len(written) < len(of.indices) - skipped:
            block.fault("X205", f"what the step on {of.id} gives takes its indices, and one more at most", block.place_of("defines"),
                        why=f"{of.id} runs over {', '.join(of.indices) or 'no index'}", remedy=f"begin with the letters of {of.id}")  # fmt: skip
            extra = []
        suffix = name_part(self.under[0])
        id_ = node.name if not is_matrix else block.name("id") or f"{of.id}_{suffix}"
        suffix = id_.removeprefix(f"{of.id}_")  # so that two steps of one ruling on one quantity differ in their matrices, too
        matrix = (node.name if is_matrix and of.matrix else block.name("matrix") or f"{of.matrix}_{suffix}") if of.matrix else ""
        diagonal = (node.name if is_matrix and not of.matrix else f"{of.diagonal_matrix}_{suffix}") if of.diagonal_matrix else ""
        mark = f"^{{\\text{{{self.under[0]}}}}}" + "".join(f"\\,<{axis}>" for axis in extra)
        return replace(
            self.declared(block, id_, (*of.indices, *extra), of), range=of.range, matrix=matrix, diagonal_matrix=diagonal, on=of.on,
            symbol=block.text("symbol") or f"{{{of.symbol}}}{mark}",
            matrix_symbol=block.text("matrix_symbol") or (f"{{{of.matrix_symbol or of.matrix}}}{mark}" if matrix else ""),
            diagonal_symbol=f"{{{of.diagonal_symbol or of.diagonal_matrix}}}{mark}" if diagonal else "",
            rows_sum_to=None,
        )  # fmt: skip

    def helper(self, block: Block, of: Quantity) -> tuple[Quantity, Name] | None:
        """Declare what a step computes on the way."""
        found = block.formula("defines")
        if found is None or not isinstance(found[0], Name):
            block.fault("X202", "the left side must be one quantity", block.place_of("defines"), remedy="write NAME[i]")
            return None
        return self.declared(block, found[0].name, tuple(self.axes(block, found[0])), of), found[0]

    def declared(self, block: Block, id_: str, indices: tuple[str, ...], of: Quantity) -> Quantity:
        """Declare a quantity of a step; its unit is that with which the one behind which it stands counts."""
        ruling, reading = self.under
        if id_ in self.names.quantities or id_ in self.names.matrices or id_ in self.names.choices or id_ == IT:
            block.fault("S106", f"the name {id_!r} is taken", block.place_of("defines"), why="a step gives a quantity of its own",
                        remedy="take another name")  # fmt: skip
        unit = block.unit("unit", self.reader.substances, of.acts_as or of.unit)
        meaning = block.text("meaning") or f"{of.meaning}, under reading {reading} of ruling {ruling}"
        return Quantity(
            id_, block.text("symbol") or f"\\mathrm{{{id_}}}", meaning, indices, unit, "computed", source=self.source(block),
            part_of=of.part_of, name=block.text("name"), editorial=self.editorial(block), place=block.place,
        )  # fmt: skip

    def editorial(self, block: Block) -> str:
        return block.text("editorial") or f"Reading {self.under[1]} of ruling {self.under[0]}"

    def source(self, block: Block) -> Citation:
        return self.reader.cite(block).within(self.ruling.source)

    # -- equations

    def written(self, block: Block, given: Quantity, node: Name) -> YamlNode:
        """Return the left side of what a step gives as text."""
        held = block.node.get("defines")
        if held is not None:
            return held
        letters = ", ".join(index.letter for index in node.indices if isinstance(index, IndexLetter))
        place = block.place
        return Scalar(f"{given.id}[{letters}]" if letters else given.id, place.file, place.line, place.column)

    def equation(self, block: Block, of: Quantity, names: Names, id_: str, left: YamlNode | None, field: str) -> Equation | None:
        """Read one equation of a step through the fields of an equation."""
        target = field if field == "relation" else "formula"
        entries = list(self.fields(block, {field: target, "solver": "solver", "for": "for", "equivalences": "equivalences"}))
        if left is not None:
            entries.append((self.key("defines", left), left))
        section = block.text("section") or self.ruling.text_place.section
        texts = {"id": f"{self.under[0]}.{id_}", "section": section, "editorial": self.editorial(block), "title": block.text("title")}
        place = block.place
        for name, text in texts.items():
            if text:
                entries.append((self.key(name, block.node), Scalar(text, place.file, place.line, place.column, quoted=True)))
        node = Mapping(tuple(entries), place.file, place.line, place.column)
        equation = self.reader.equation(Block(node, "equation", self.errors), names, self.base.equivalences, self.base.sections)
        if equation is None:
            return None
        title = equation.title or f"{of.title}, {self.under[0]}: {self.under[1]}"
        return replace(equation, title=title, source=self.source(block))

    def fields(self, block: Block, wanted: dict[str, str]) -> Iterator[tuple[Scalar, YamlNode]]:
        for name, as_ in wanted.items():
            value = block.node.get(name)
            if value is not None:
                yield self.key(as_, value), value

    def key(self, name: str, at: YamlNode) -> Scalar:
        return Scalar(name, at.file, at.line, at.column)
