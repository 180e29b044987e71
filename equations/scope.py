"""What the names of a formula mean: letters, quantities, matrices, choices, readings, labels.

:func:`resolve` turns a parsed tree into one whose names are known, and checks that every index is bound, that it runs over
the right set, and that numbers, matrices and conditions stand where they are meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from equations.errors import ExpressionError, MethodologyError, near
from equations.functions import FUNCTIONS
from equations.grammar import Source
from equations.index_set import IndexSet
from equations.quantity import Quantity
from equations.syntax import (
    Binary,
    Binder,
    Call,
    Cases,
    Compare,
    DateMark,
    Element,
    Index,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Letter,
    Logic,
    MatrixRef,
    Member,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Reduce,
    Span,
    Supplied,
    Switch,
    Text,
    Word,
)

#: Kind of a value: a number, a condition, or a matrix given by the sets of its rows and columns.
Kind = str | tuple[str, str]


@dataclass(frozen=True)
class Names:
    """Everything that a formula of one methodology can name."""

    index_sets: Mapping[str, IndexSet]
    quantities: Mapping[str, Quantity]
    #: Matrix name -> (quantity, whether it is the diagonal matrix).
    matrices: Mapping[str, tuple[str, bool]]
    #: Choice id -> its values.
    choices: Mapping[str, Sequence[str]]
    #: Ruling id -> its readings.
    rulings: Mapping[str, Sequence[str]]
    #: Letter -> index set, where an equation does not say otherwise.
    letters: Mapping[str, str]

    def within(self, smaller: str, larger: str) -> bool:
        """Whether one index set is another or a subset of it."""
        while smaller != larger:
            smaller = self.index_sets[smaller].subset_of if smaller in self.index_sets else ""
            if not smaller:
                return False
        return True

    def year_letters(self) -> list[str]:
        """Letters of the year axis."""
        return [letter for letter, set_id in self.letters.items() if self.index_sets[set_id].kind == "year"]


@dataclass
class Resolver:
    """Resolves the formulas of one equation; collects errors instead of stopping at the first."""

    names: Names
    source: Source
    #: Letter -> set, for the letters of the equation (``for:``).
    own: Mapping[str, str]
    #: Letters bound now.
    bound: dict[str, str] = field(default_factory=dict)
    errors: list[MethodologyError] = field(default_factory=list)
    allow_supplied: bool = False
    #: Whether the formula is a relation to be solved: an equality that may be one of matrices.
    relation: bool = False

    def fault(self, code: str, what: str, span: Span, why: str = "", remedy: str = "") -> None:
        self.errors.append(ExpressionError(code, what, self.source.place(span), why=why, remedy=remedy))

    def letter_set(self, letter: str) -> str | None:
        """Return the set that a letter runs over in this equation."""
        return self.own.get(letter) or self.names.letters.get(letter)

    # -- entry points

    def value(self, node: Node) -> Node:
        """Resolve a formula that must give a number or a matrix."""
        new = self.resolve(node)
        if not self.errors and self.kind(new) == "condition":
            self.fault("X207", "a condition where a value is meant", node.span, remedy="use cases(condition: a, otherwise: b)")
        return new

    def condition(self, node: Node) -> Node:
        """Resolve a condition."""
        new = self.resolve(node)
        if not self.errors and self.kind(new) != "condition":
            self.fault("X207", "a value where a condition is meant", node.span, remedy="compare it, as in x > 0")
        return new

    def left_side(self, node: Node) -> Element | MatrixRef | None:
        """Resolve what an equation defines and bind its letters."""
        if not isinstance(node, Name):
            self.fault("X202", "the left side must be one quantity", node.span,
                       why="an equation defines one quantity, such as A[i, y]",
                       remedy="move everything else to the formula")  # fmt: skip
            return None
        for index in node.indices:
            if isinstance(index, IndexLetter):
                set_id = self.letter_set(index.letter)
                if set_id is None:
                    self.unknown_letter(index.letter, index.span)
                elif index.offset:
                    self.fault("X205", f"a lag on the left side ({index.letter}{index.offset:+d})", index.span,
                               remedy="define the quantity at y and move the lag to the right side")  # fmt: skip
                elif index.letter in self.bound:
                    self.fault("X205", f"the letter {index.letter} stands twice on the left side", index.span)
                else:
                    self.bound[index.letter] = set_id
            elif isinstance(index, IndexGroup):
                self.fault("X205", "a group of a year on the left side", index.span)
        new = self.resolve(node)
        return new if isinstance(new, Element | MatrixRef) else None

    # -- resolution

    def resolve(self, node: Node) -> Node:  # noqa: C901, PLR0911, PLR0912 - one arm per node
        match node:
            case Name():
                return self.name(node)
            case Compare():
                return self.compare(node)
            case Binary(left=left, right=right):
                return replace(node, left=self.resolve(left), right=self.resolve(right))
            case Negative(operand=operand) | Not(operand=operand):
                return replace(node, operand=self.resolve(operand))
            case Logic(parts=parts):
                return replace(node, parts=tuple(self.resolve(part) for part in parts))
            case Call():
                return self.call(node)
            case Reduce():
                return self.reduction(node)
            case Cases(branches=branches, otherwise=otherwise):
                new = tuple((self.resolve(condition), self.resolve(value)) for condition, value in branches)
                return replace(node, branches=new, otherwise=self.resolve(otherwise) if otherwise else None)
            case Member():
                return self.membership(node)
            case Text():
                self.fault("X207", "a quoted label stands alone", node.span,
                           remedy='compare a letter with it, as in i == "NF", or use it as an index')  # fmt: skip
        return node

    def name(self, node: Name) -> Node:
        names, name = self.names, node.name
        if not node.bracketed:
            if name in self.bound or name in ("start", "end"):
                return Letter(name, span=node.span)
            if name in ("project_start", "project_end"):
                return DateMark(name, span=node.span)
            if name in names.choices:
                return Switch("choice", name, span=node.span)
        if name in names.matrices:
            return self.matrix(node)
        if name in names.quantities:
            return self.element(node)
        self.undefined(node)
        return node

    def undefined(self, node: Name) -> None:
        names = self.names
        if not node.bracketed and self.letter_set(node.name) is not None:
            self.fault("X205", f"the index {node.name} is not bound here", node.span,
                       why="it is neither on the left side nor summed over",
                       remedy=f"sum over it, as in Sum({node.name}, ...), or put it on the left side")  # fmt: skip
            return
        known = [*names.quantities, *names.matrices, *names.choices]
        self.fault("X204", f"there is no quantity {node.name!r}", node.span,
                   why="every name of a formula is declared under `quantities:`",
                   remedy=near(node.name, known) or "declare it under `quantities:`, or correct the name")  # fmt: skip

    def unknown_letter(self, letter: str, span: Span) -> None:
        known = [*self.names.letters, *self.own]
        self.fault("X205", f"there is no index letter {letter!r}", span,
                   why="a letter belongs to an index set (`letters:`), or the equation says `for:`",
                   remedy=near(letter, known) or f"letters: {', '.join(sorted(set(known)))}")  # fmt: skip

    def element(self, node: Name) -> Node:
        quantity = self.names.quantities[node.name]
        if len(node.indices) != len(quantity.indices):
            wanted = ", ".join(quantity.indices) or "no index"
            self.fault("X205", f"{node.name} has {len(quantity.indices)} indices, not {len(node.indices)}", node.span,
                       why=f"it is declared over {wanted}",
                       remedy=f"write {node.name}[{wanted}] with one letter for each" if quantity.indices
                       else f"write {node.name}")  # fmt: skip
            return Element(node.name, node.indices, span=node.span)
        indices = tuple(
            self.index(index, axis, node.name) for index, axis in zip(node.indices, quantity.indices, strict=True)
        )
        return Element(node.name, indices, span=node.span)

    def matrix(self, node: Name) -> Node:
        quantity_id, diagonal = self.names.matrices[node.name]
        quantity = self.names.quantities[quantity_id]
        axes = quantity.indices[1 if diagonal else 2 :]
        if len(node.indices) != len(axes):
            self.fault("X205", f"the matrix {node.name} takes {len(axes)} indices, not {len(node.indices)}", node.span,
                       why="its row and column are not written" + (f"; behind them stand {', '.join(axes)}" if axes else ""),
                       )  # fmt: skip
            return MatrixRef(node.name, quantity_id, diagonal, span=node.span)
        indices = tuple(self.index(index, axis, node.name) for index, axis in zip(node.indices, axes, strict=True))
        return MatrixRef(node.name, quantity_id, diagonal, indices, span=node.span)

    def index(self, index: Index, axis: str, owner: str) -> Index:
        axis_set = self.names.index_sets[axis]
        if isinstance(index, IndexGroup):
            return self.group_index(index, axis, owner)
        if isinstance(index, IndexLabel):
            if index.mark and axis_set.kind != "year":
                self.fault("X205", f"'{index.label}' is a year, and {owner} runs over {axis} there", index.span)
            known = axis_set.members
            if not index.mark and known and axis_set.project == "fixed" and index.label not in known:
                self.fault("X205", f"{axis} has no member {index.label!r}", index.span, remedy=near(index.label, known))
            return index
        if index.letter not in self.bound:
            if self.letter_set(index.letter) is None:
                self.unknown_letter(index.letter, index.span)
            else:
                self.undefined(Name(index.letter, span=index.span))
            return index
        runs_over = self.bound[index.letter]
        if not self.names.within(runs_over, axis):
            self.fault("X205", f"{index.letter} runs over {runs_over}, and {owner} over {axis} there", index.span,
                       why="an index must run over the quantity's own set or a subset of it",
                       remedy=f"let {index.letter} run over {axis} (`for: {{{index.letter}: {axis}}}`), or take another letter",
                       )  # fmt: skip
        elif index.offset and axis_set.kind != "year":
            self.fault("X205", f"a lag on {axis}", index.span, why="only the year axis has an order")
        return index

    def group_index(self, index: IndexGroup, axis: str, owner: str) -> Index:
        set_id = self.letter_set(index.group) or index.group
        group = self.names.index_sets.get(set_id)
        if group is None or group.kind != "group":
            self.fault("X205", f"{index.group!r} is not a group of years", index.span)
            return index
        if index.letter not in self.bound or self.names.index_sets[self.bound[index.letter]].kind != "year":
            self.fault("X205", f"{index.letter!r} is not a bound year letter", index.span)
        if set_id != axis:
            self.fault("X205", f"{index.group}({index.letter}) gives a {set_id}, and {owner} runs over {axis} there",
                       index.span)  # fmt: skip
        return replace(index, group=set_id)

    # -- conditions

    def compare(self, node: Compare) -> Node:
        left, right = self.as_letter(node.left), self.as_letter(node.right)
        left = left or self.resolve_switch(node.left)
        right = right or self.resolve_switch(node.right)
        if isinstance(left, Switch) or isinstance(right, Switch):
            return self.compare_switch(node, left, right)
        if isinstance(left, Letter) or isinstance(right, Letter):
            return self.compare_letter(node, left, right)
        return replace(node, left=self.resolve(node.left), right=self.resolve(node.right))

    def as_letter(self, node: Node) -> Letter | None:
        """``y``, ``start``, ``start + 1``."""
        if isinstance(node, Name) and not node.bracketed and (node.name in self.bound or node.name in ("start", "end")):
            return Letter(node.name, span=node.span)
        if isinstance(node, Binary) and node.op in "+-" and isinstance(node.right, Number) and node.right.text.isdigit():
            inner = self.as_letter(node.left)
            if inner is not None and inner.offset == 0:
                return Letter(inner.letter, int(node.op + node.right.text), span=node.span)
        return None

    def resolve_switch(self, node: Node) -> Node | None:
        if isinstance(node, Name) and not node.bracketed and node.name in self.names.choices:
            return Switch("choice", node.name, span=node.span)
        if isinstance(node, Call) and node.name == "reading":
            return self.reading(node)
        return None

    def reading(self, node: Call) -> Node:
        argument = node.arguments[0]
        id_ = argument.text if isinstance(argument, Text) else argument.name if isinstance(argument, Name) else ""
        if id_ not in self.names.rulings:
            self.fault("X204", f"there is no ruling {id_!r}", argument.span, remedy=near(id_, self.names.rulings))
        return Switch("reading", id_, span=node.span)

    def compare_switch(self, node: Compare, left: Node | None, right: Node | None) -> Node:
        switch, other, written = (left, right, node.right) if isinstance(left, Switch) else (right, left, node.left)
        if not isinstance(switch, Switch) or isinstance(other, Switch) or node.op not in ("==", "!="):
            self.fault("X207", "a choice can only be compared (== or !=) with one of its values", node.span)
            return node
        text = _word(written)
        known = (self.names.choices if switch.kind == "choice" else self.names.rulings).get(switch.id, ())
        if text is None or (known and text not in known):
            shown = text if text is not None else self.source.text[written.span[0] : written.span[1]]
            self.fault("X204", f"{switch.id} has no value {shown!r}", written.span,
                       why=f"its values are {', '.join(known)}", remedy=near(shown, known))  # fmt: skip
        return replace(node, left=switch, right=Word(text or "", span=written.span))

    def compare_letter(self, node: Compare, left: Node | None, right: Node | None) -> Node:
        letter, other, written, swapped = (left, right, node.right, False)
        if not isinstance(letter, Letter) or letter.letter in ("start", "end"):
            letter, other, written, swapped = (right, left, node.left, True)
        if not isinstance(letter, Letter) or letter.letter in ("start", "end"):
            self.fault("X207", "nothing here varies", node.span, remedy="compare a letter, as in y == start")
            return node
        set_id = self.bound[letter.letter]
        is_year = self.names.index_sets[set_id].kind == "year"
        op = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(node.op, node.op) if swapped else node.op
        if not is_year and op not in ("==", "!="):
            self.fault("X207", f"members of {set_id} have no order", node.span, remedy="use == or !=")
        if isinstance(other, Letter):
            return replace(node, op=op, left=letter, right=other)
        text = _word(written)
        if is_year and (text is None or not text.isdigit()):
            self.fault("X207", "a year is compared with a year, `start` or `end`", written.span, remedy="write y == start")
        elif text is None:
            self.fault("X207", "a letter is compared with a label or another letter", written.span, remedy='write i == "NF"')
        elif not is_year:
            known = self.names.index_sets[set_id].members
            if known and self.names.index_sets[set_id].project == "fixed" and text not in known:
                self.fault("X205", f"{set_id} has no member {text!r}", written.span, remedy=near(text, known))
        return replace(node, op=op, left=letter, right=Word(text or "", span=written.span))

    def membership(self, node: Member) -> Node:
        if node.letter not in self.bound:
            self.undefined(Name(node.letter, span=node.span))
        elif node.set not in self.names.index_sets:
            self.fault("X204", f"there is no index set {node.set!r}", node.span, remedy=near(node.set, self.names.index_sets))
        return node

    # -- calls

    def call(self, node: Call) -> Node:
        if node.name == "reading":
            return self.reading(node)
        if node.name == "supplied":
            return self.supplied(node)
        rule = FUNCTIONS[node.name].rule
        if rule == "calendar":
            letter = self.as_letter(node.arguments[0])
            if letter is None or letter.letter not in self.bound or self.set_kind(letter.letter) != "year":
                self.fault("X205", f"{node.name} takes a year letter", node.span, remedy=f"write {node.name}(y)")
                return node
            return replace(node, arguments=(letter,))
        if node.name == "identity":
            word = _word(node.arguments[0])
            if word not in self.names.index_sets:
                self.fault("X204", f"identity takes an index set, not {word!r}", node.span)
            return replace(node, arguments=(Word(word or "", span=node.arguments[0].span),))
        if node.name == "diag":
            return self.diagonal(node)
        return replace(node, arguments=tuple(self.resolve(argument) for argument in node.arguments))

    def set_kind(self, letter: str) -> str:
        return self.names.index_sets[self.bound[letter]].kind

    def supplied(self, node: Call) -> Node:
        word = _word(node.arguments[0])
        if not self.allow_supplied:
            self.fault("X202", "supplied(...) stands in a formula", node.span,
                       why="what a project supplied may decide a rule, never an equation")  # fmt: skip
        if word not in self.names.quantities:
            self.fault("X204", f"there is no quantity {word!r}", node.span, remedy=near(word or "", self.names.quantities))
        return Supplied(word or "", span=node.span)

    def diagonal(self, node: Call) -> Node:
        letter = _word(node.arguments[0])
        binder = Binder(letter or "", span=node.arguments[0].span)
        if not self.bind(binder, self.letter_set(letter or "")):
            return node
        body = self.resolve(node.arguments[1])
        set_id = self.bound.pop(binder.letter)
        return replace(node, arguments=(Word(f"{binder.letter}:{set_id}", span=binder.span), body))

    def bind(self, binder: Binder, set_id: str | None) -> bool:
        if set_id is None:
            self.unknown_letter(binder.letter, binder.span)
            return False
        if binder.letter in self.bound:
            self.fault("X205", f"the index {binder.letter} is already bound", binder.span,
                       why="summing over it again would hide the outer one",
                       remedy="take another letter of the same set")  # fmt: skip
            return False
        self.bound[binder.letter] = set_id
        return True

    def reduction(self, node: Reduce) -> Node:
        binders: list[Binder] = []
        done: list[str] = []
        for binder in node.binders:
            new, set_id = self.binder(binder)
            if self.bind(new, set_id):
                done.append(new.letter)
            binders.append(new)
        body = self.resolve(node.body)
        for letter in done:
            del self.bound[letter]
        return replace(node, binders=tuple(binders), body=body)

    def binder(self, binder: Binder) -> tuple[Binder, str | None]:
        own = self.letter_set(binder.letter)
        if not binder.within or own is None:
            return replace(binder, within=("all", own or "")), own
        kind, name = str(binder.within[0]), str(binder.within[1])
        sets = self.names.index_sets
        if kind == "range":
            if name not in self.bound or self.set_kind(name) != "year" or sets[own].kind != "year":
                self.fault("X205", f"{name!r} is not a bound year letter", binder.span, remedy="write Sum(z in start..y, ...)")
                return binder, None
            return binder, own
        if name in self.bound and self.set_kind(name) == "group":
            return replace(binder, within=("group", name)), own
        if name in sets and (self.names.within(name, own) or self.names.within(own, name)):
            return replace(binder, within=("all", name)), name
        self.fault("X205", f"{name!r} is neither a part of {own} nor a bound group of years", binder.span,
                   remedy=near(name, sets))  # fmt: skip
        return binder, None

    # -- kinds

    def kind(self, node: Node) -> Kind:  # noqa: C901, PLR0911, PLR0912 - one arm per node
        """Return the kind of a resolved node; faults are collected."""
        match node:
            case MatrixRef(quantity=quantity, diagonal=diagonal):
                axes = self.names.quantities[quantity].indices
                return (axes[0], axes[0]) if diagonal else (axes[0], axes[1])
            case Compare(left=left, right=right):
                if self.relation and node.op == "==":
                    return self.relation_kind(node)
                for side in (left, right):
                    if not isinstance(side, Letter | Word | Switch) and self.kind(side) != "number":
                        self.fault("X207", "only numbers can be compared", side.span)
                return "condition"
            case Logic(parts=parts):
                for part in parts:
                    self.expect(part, "condition")
                return "condition"
            case Not(operand=operand):
                self.expect(operand, "condition")
                return "condition"
            case Member() | Supplied():
                return "condition"
            case Binary():
                return self.binary_kind(node)
            case Negative(operand=operand):
                return self.kind(operand)
            case Call():
                return self.call_kind(node)
            case Reduce(kind=kind, body=body):
                wanted = "condition" if kind in ("All", "Any") else "number"
                found = self.kind(body)
                if wanted == "condition" or kind != "Sum" or found == "condition":
                    self.expect(body, wanted)
                return found if kind == "Sum" else wanted
            case Cases(branches=branches, otherwise=otherwise):
                for condition, value in branches:
                    self.expect(condition, "condition")
                    self.expect(value, "number")
                if otherwise is not None:
                    self.expect(otherwise, "number")
                return "number"
            case Switch() | Word():
                self.fault("X207", "a choice stands alone", node.span, remedy="compare it with one of its values")
            case Letter():
                self.fault("X207", f"the letter {node.letter} is not a number", node.span,
                           remedy="elapsed_years(y) counts years; compare a letter only with a label")  # fmt: skip
        return "number"

    def relation_kind(self, node: Compare) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        if left != right:
            self.fault("X207", f"{_kind_name(left)} cannot equal {_kind_name(right)}", node.span)
        return "condition"

    def expect(self, node: Node, wanted: Kind) -> None:
        found = self.kind(node)
        if found != wanted:
            self.fault("X207", f"{_kind_name(found)} where {_kind_name(wanted)} is meant", node.span)

    def binary_kind(self, node: Binary) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        if "condition" in (left, right):
            self.fault("X207", "arithmetic with a condition", node.span)
            return "number"
        matrices = [side for side in (left, right) if isinstance(side, tuple)]
        if not matrices:
            if node.op in (".*", "@"):
                self.fault("X207", f"{node.op} joins matrices, and these are numbers", node.span, remedy="write *")
            return "number"
        if node.op == "^":
            if isinstance(right, tuple) or not isinstance(left, tuple):
                self.fault("X207", "a power has a number as exponent", node.span)
            return left
        if len(matrices) == 1:
            if node.op in ("*", "/") and not (node.op == "/" and isinstance(right, tuple)):
                return matrices[0]
            self.fault("X207", f"{node.op} joins a matrix with a number", node.span,
                       remedy="write the matrix with indices, or a matrix on both sides")  # fmt: skip
            return matrices[0]
        return self.matrix_kind(node, matrices[0], matrices[1])

    def matrix_kind(self, node: Binary, left: tuple[str, str], right: tuple[str, str]) -> Kind:
        if node.op in ("*", "/"):
            self.fault("X207", f"{node.op} between two matrices", node.span,
                       why="it could mean the element-wise or the matrix product",
                       remedy="write .* (element by element) or @ (matrix product)")  # fmt: skip
        if node.op == "@":
            if left[1] != right[0]:
                self.fault("X207", f"columns over {left[1]} meet rows over {right[0]}", node.span)
            return left[0], right[1]
        if left != right:
            self.fault("X207", f"a {left[0]} by {left[1]} matrix meets a {right[0]} by {right[1]} matrix", node.span)
        return left

    def call_kind(self, node: Call) -> Kind:
        if node.name == "identity" and isinstance(node.arguments[0], Word):
            return node.arguments[0].text, node.arguments[0].text
        if node.name == "diag" and isinstance(node.arguments[0], Word):
            set_id = node.arguments[0].text.partition(":")[2]
            return set_id, set_id
        if node.name == "transpose":
            kind = self.kind(node.arguments[0])
            return (kind[1], kind[0]) if isinstance(kind, tuple) else "number"
        if FUNCTIONS[node.name].rule != "calendar":
            for argument in node.arguments:
                self.expect(argument, "number")
        return "number"


def _kind_name(kind: Kind) -> str:
    return {"number": "a number", "condition": "a condition"}.get(kind, "a matrix") if isinstance(kind, str) else "a matrix"


def _word(node: Node) -> str | None:
    if isinstance(node, Text | Word | Number):
        return node.text
    return node.name if isinstance(node, Name) and not node.bracketed else None


__all__ = ["Kind", "Names", "Resolver"]
