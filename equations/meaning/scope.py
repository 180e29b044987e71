"""What the names of a formula mean: letters, quantities, matrices, choices, labels; every index bound, over the right set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from equations.errors import ExpressionError, MethodologyError, near, near_or_all
from equations.formula.functions import FUNCTIONS
from equations.formula.rounding import is_step
from equations.formula.syntax import (
    MARKS,
    All,
    Binary,
    Binder,
    Call,
    Cases,
    Compare,
    DateMark,
    Diagonal,
    Element,
    GroupOf,
    Identity,
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
    Points,
    Reduce,
    Span,
    Supplied,
    Switch,
    Text,
    Transpose,
    Window,
    Word,
)
from equations.formula.tokens import Source
from equations.meaning.answers import with_answers
from equations.meaning.calendar_calls import calendar_call
from equations.meaning.kinds import Kind, KindChecker
from equations.meaning.meant import counted, meant_by_letter, meant_by_name, no_step, values_or_members, word_of
from equations.meaning.names import Names
from equations.meaning.order import compared_letters, declare_order, is_mark_of, meant_by_mark, resolved_window
from equations.model.index_set import gathered, gathers, lies_in_time


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
    #: Names that were reported once as unknown.
    reported: set[str] = field(default_factory=set)

    def fault(self, code: str, what: str, span: Span, why: str = "", remedy: str = "") -> None:
        self.errors.append(ExpressionError(code, what, self.source.place(span), why=why, remedy=remedy))

    def kind(self, node: Node) -> Kind:
        """Return the kind of a resolved node of the same formula."""
        return KindChecker(self.names, self.source, self.errors, self.relation).whole(node)

    def letter_set(self, letter: str) -> str | None:
        """Return the set that a letter runs over in this equation."""
        return self.own.get(letter) or self.names.letters.get(letter)

    def value(self, node: Node) -> Node:
        """Resolve a formula that must give a number or a matrix."""
        new = with_answers(self.resolve(node), self.names.quantities)
        if not self.errors and self.kind(new) == "condition":
            self.fault("X207", "a condition where a value is meant", node.span, remedy="use cases(condition: a, otherwise: b)")
        return new

    def condition(self, node: Node) -> Node:
        """Resolve a condition."""
        new = with_answers(self.resolve(node), self.names.quantities, is_condition=True)
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
                    continue
                if index.offset:
                    self.fault("X205", f"a lag on the left side ({index.letter}{index.offset:+d})", index.span,
                               remedy="define the quantity at y and move the lag to the right side")  # fmt: skip
                if index.letter in self.bound:
                    self.fault("X205", f"the letter {index.letter} stands twice on the left side", index.span,
                               remedy="take another letter of the same set, and say where the two are equal by `when:`")  # fmt: skip
                self.bound[index.letter] = set_id
            elif isinstance(index, IndexGroup):
                self.fault("X205", "a group of a letter on the left side", index.span,
                           remedy="write the letter of the group itself")  # fmt: skip
        new = self.resolve(node)
        return new if isinstance(new, Element | MatrixRef) else None

    # -- resolution

    def resolve(self, node: Node) -> Node:
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
            case Points(numbers=numbers, values=values):
                return replace(node, numbers=self.resolve(numbers), values=self.resolve(values))
            case Member():
                return self.membership(node)
            case Text():
                self.fault("X207", "a quoted label stands alone", node.span,
                           remedy='compare a letter with it, as in i == "NF", or use it as an index')  # fmt: skip
        return node

    def name(self, node: Name) -> Node:
        names, name = self.names, node.name
        if not node.bracketed:
            if name in self.bound or name in MARKS:
                return Letter(name, span=node.span)
            if name in ("project_start", "project_end"):
                return DateMark(name, span=node.span)
            if name in names.choices:
                return Switch(name, span=node.span)
        quantity = names.quantities.get(name)
        # `P` may be both a quantity with elements P[i, j] and the name of its matrix: the number of indices tells which is meant.
        if name in names.matrices and (quantity is None or len(node.indices) < len(quantity.indices)):
            return self.matrix(node)
        if quantity is not None:
            return self.element(node)
        # A quantity whose declaration is wrong was reported where it stands; each of its uses would only repeat that.
        if name not in names.faulty:
            self.undefined(node)
        return node

    def undefined(self, node: Name) -> None:
        if not node.bracketed and self.letter_set(node.name) is not None:
            self.fault("X205", f"the index {node.name} is not bound here", node.span,
                       why="it is neither on the left side nor summed over",
                       remedy=f"sum over it, as in Sum({node.name}, ...), or put it on the left side")  # fmt: skip
            return
        self.fault("X204", f"there is no quantity {node.name!r}", node.span,
                   why="every name of a formula is declared under `quantities:`", remedy=meant_by_name(node, self.names, self.own))  # fmt: skip

    def unknown_letter(self, letter: str, span: Span) -> None:
        if letter in self.reported:
            return
        self.reported.add(letter)
        self.fault("X205", f"there is no index letter {letter!r}", span,
                   why="a letter belongs to an index set (`letters:`), or the equation says `for:`",
                   remedy=meant_by_letter(letter, self.names, self.own))  # fmt: skip

    def element(self, node: Name) -> Node:
        quantity = self.names.quantities[node.name]
        if len(node.indices) != len(quantity.indices):
            wanted = ", ".join(quantity.indices) or "no index"
            self.fault("X205", f"{node.name} takes {counted(len(quantity.indices))}, not {len(node.indices)}", node.span,
                       why=f"it is declared over {wanted}",
                       remedy=f"write {node.name}[{', '.join(self.names.letters_for(quantity.indices, self.own))}]" if quantity.indices
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
            shown = f"[{', '.join(self.names.letters_for(axes, self.own))}]" if axes else ""
            self.fault("X205", f"the matrix {node.name} takes {counted(len(axes))}, not {len(node.indices)}", node.span,
                       why="its row and column are not written" + (f"; behind them stands {', '.join(axes)}" if axes else ""),
                       remedy=f"write {node.name}{shown}, or an element of {quantity_id}")  # fmt: skip
            return MatrixRef(node.name, quantity_id, diagonal, span=node.span)
        indices = tuple(self.index(index, axis, node.name) for index, axis in zip(node.indices, axes, strict=True))
        return MatrixRef(node.name, quantity_id, diagonal, indices, span=node.span)

    def index(self, index: Index, axis: str, owner: str) -> Index:
        axis_set = self.names.index_sets[axis]
        if isinstance(index, IndexGroup):
            return self.group_index(index, axis, owner)
        if isinstance(index, IndexLabel):
            if index.mark and not is_mark_of(index.label, axis_set):
                self.fault("X205", f"'{index.label}' names no member of {axis}, over which {owner} runs there", index.span,
                           *meant_by_mark(index.label, axis_set))  # fmt: skip
            known = axis_set.members
            if not index.mark and known and axis_set.project == "fixed" and index.label not in known:
                self.fault("X205", f"{axis} has no member {index.label!r}", index.span, remedy=near_or_all(index.label, known))
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
        elif index.offset and not axis_set.ordered:
            self.fault("X205", f"a lag on {axis}", index.span, *declare_order(axis_set))
        return index

    def group_index(self, index: IndexGroup, axis: str, owner: str) -> Index:
        set_id = self.letter_set(index.group) or index.group
        sets = self.names.index_sets
        group = sets.get(set_id)
        if group is None or not (group.kind == "group" or lies_in_time(set_id, sets)):
            groups = [s.id for s in sets.values() if s.kind == "group" or lies_in_time(s.id, sets)]
            self.fault("X205", f"{index.group!r} is not a group", index.span, why="only a group takes a letter in brackets",
                       remedy=near_or_all(index.group, groups))  # fmt: skip
            return index
        own = self.bound.get(index.letter, "")
        if not own or not (self.names.within(own, group.groups) or gathers(set_id, own, sets)):
            held = gathered(set_id, sets)
            self.fault("X205", f"{index.letter!r} is not a bound letter of {held}", index.span, why=f"{set_id} gathers members of {held}",
                       remedy=f"take a letter of {held} that is summed over or stands on the left side")  # fmt: skip
        if set_id != axis:
            self.fault("X205", f"{index.group}({index.letter}) gives a {set_id}, and {owner} runs over {axis} there",
                       index.span, remedy=f"take a letter of {axis}")  # fmt: skip
        return replace(index, group=set_id)

    def compare(self, node: Compare) -> Node:
        # Letters and switches are words in the grammar: only here is it known whether `y == start` compares years or quantities.
        left, right = (self.as_letter(side) or self.resolve_switch(side) for side in (node.left, node.right))
        if isinstance(left, Switch) or isinstance(right, Switch):
            return self.compare_switch(node, left, right)
        if isinstance(left, Letter) or isinstance(right, Letter):
            return compared_letters(self, node, left, right)
        return node if Call in (type(left), type(right)) else replace(node, left=self.resolve(node.left), right=self.resolve(node.right))

    def as_letter(self, node: Node) -> Letter | None:
        """``y``, ``start``, ``start + 1``."""
        if isinstance(node, Name) and not node.bracketed and (node.name in self.bound or node.name in MARKS):
            return Letter(node.name, span=node.span)
        if isinstance(node, Binary) and node.op in "+-" and isinstance(node.right, Number) and node.right.text.isdecimal():
            inner = self.as_letter(node.left)
            if inner is not None and inner.offset == 0:
                return Letter(inner.letter, int(node.op + node.right.text), span=node.span)
        return None

    def resolve_switch(self, node: Node) -> Node | None:
        if isinstance(node, Name) and not node.bracketed and node.name in self.names.choices:
            return Switch(node.name, span=node.span)
        if isinstance(node, Call) and node.name == "reading":
            return self.asks_for_reading(node)
        return None

    def asks_for_reading(self, node: Call) -> Node:
        self.fault("X202", "a formula asks for a reading", node.span, "a reading of an open place is an edit of what stands here by default",
                   "write `replace:`, `add:`, `remove:` or `adjust:` under the reading, in `rulings:`")  # fmt: skip
        return node

    def compare_switch(self, node: Compare, left: Node | None, right: Node | None) -> Node:
        switch, other, written = (left, right, node.right) if isinstance(left, Switch) else (right, left, node.left)
        if not isinstance(switch, Switch) or isinstance(other, Switch) or node.op not in ("==", "!="):
            self.fault("X207", "a choice can only be compared (== or !=) with one of its values", node.span,
                       why="values of a choice have no order and are no numbers",
                       remedy=f"write {switch.id} == value" if isinstance(switch, Switch) else "")  # fmt: skip
            return node
        text = word_of(written)
        known = self.names.choices.get(switch.id, ())
        if text is None or (known and text not in known):
            shown = text if text is not None else self.source.text[written.span[0] : written.span[1]]
            quoted = f'write it in quotes: {switch.id} == "{shown}"' if shown in known else ""
            self.fault("X204", f"{switch.id} has no value {shown!r}" if not quoted else f"{shown!r} is more than one word", written.span,
                       why=f"its values are {', '.join(known)}", remedy=quoted or near(shown, known) or "take one of them")  # fmt: skip
        return replace(node, left=switch, right=Word(text or "", span=written.span))

    def membership(self, node: Member) -> Node:
        if node.letter not in self.bound:
            self.undefined(Name(node.letter, span=node.span))
        elif node.set not in self.names.index_sets:
            self.fault("X204", f"there is no index set {node.set!r}", node.span,
                       remedy=near_or_all(node.set, self.names.index_sets))  # fmt: skip
        return node

    # -- calls

    def call(self, node: Call) -> Node:
        if node.name == "reading":
            return self.asks_for_reading(node)
        if node.name == "supplied":
            return self.supplied(node)
        rule = FUNCTIONS[node.name].rule
        if rule == "calendar":
            found = calendar_call(node, [self.as_letter(argument) for argument in node.arguments], self.bound, self.names.index_sets)
            if isinstance(found, Call):
                return found
            self.fault("X205", found.what, found.span, found.why, found.remedy)
            return node
        if node.name == "identity":
            word = word_of(node.arguments[0])
            if word not in self.names.index_sets:
                self.fault("X204", f"identity takes an index set, not {word!r}", node.span,
                           remedy=near_or_all(word or "", self.names.index_sets))  # fmt: skip
            return Identity(word or "", span=node.span)
        if node.name == "diag":
            return self.diagonal(node)
        if node.name == "transpose":
            return Transpose(self.resolve(node.arguments[0]), span=node.span)
        if node.name in ("max", "min") and (free := self.as_free_letter(node.arguments[0])):
            self.fault("X205", f"{node.name} is of values, and {free} is a letter", node.span, *values_or_members(node.name, free))
            return node
        if FUNCTIONS[node.name].rounds and len(node.arguments) > 1 and not is_step(node.arguments[1]):
            self.fault("X203", f"the step of {node.name} is not a written number above zero", node.arguments[1].span, *no_step(node.name))
            return node
        if rule == "date" and not self.allow_supplied:
            self.fault("X202", f"{node.name}(...) stands in a formula", node.span,
                       why="a date may decide a rule, never an equation", remedy="count days, or the year with elapsed_years(y)")  # fmt: skip
        return replace(node, arguments=tuple(self.resolve(argument) for argument in node.arguments))

    def as_free_letter(self, node: Node) -> str:
        """Return the letter that a node is, where nothing binds it and no quantity has its name."""
        free = isinstance(node, Name) and not node.bracketed and node.name not in (*self.bound, *self.names.quantities)
        return node.name if free and isinstance(node, Name) and self.letter_set(node.name) is not None else ""

    def set_kind(self, letter: str) -> str:
        return self.names.index_sets[self.bound[letter]].kind

    def supplied(self, node: Call) -> Node:
        word = word_of(node.arguments[0])
        if not self.allow_supplied:
            self.fault("X202", "supplied(...) stands in a formula", node.span,
                       why="what a project supplied may decide a rule, never an equation",
                       remedy="declare a choice, and ask for its value")  # fmt: skip
        if word not in self.names.quantities and word not in self.names.faulty:
            self.fault("X204", f"there is no quantity {word!r}", node.span,
                       remedy=near(word or "", self.names.quantities) or "write supplied(X) with the id of a quantity")  # fmt: skip
        return Supplied(word or "", span=node.span)

    def diagonal(self, node: Call) -> Node:
        letter = word_of(node.arguments[0])
        binder = Binder(letter or "", span=node.arguments[0].span)
        if not self.bind(binder, self.letter_set(letter or "")):
            return node
        body = self.resolve(node.arguments[1])
        return Diagonal(binder.letter, self.bound.pop(binder.letter), body, span=node.span)

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
        # The number that is looked up is one for the whole table, so it is resolved before the letters of the points are bound.
        at = self.resolve(node.body.at) if isinstance(node.body, Points) else None
        for binder in node.binders:
            new, set_id = self.binder(binder)
            if self.bind(new, set_id):
                done.append(new.letter)
            binders.append(new)
        body = self.resolve(node.body)
        body = replace(body, at=at) if isinstance(body, Points) and at is not None else body
        # Not all binders: one that was refused bound nothing, and may be a letter of what is around.
        self.bound = {letter: set_id for letter, set_id in self.bound.items() if letter not in done}
        return replace(node, binders=tuple(binders), body=body)

    def binder(self, binder: Binder) -> tuple[Binder, str | None]:
        own, within = self.letter_set(binder.letter), binder.within
        if within is None or own is None:
            return replace(binder, within=All(own or "")), own
        sets = self.names.index_sets
        if isinstance(within, Window):
            return replace(binder, within=resolved_window(self, binder.letter, within, own)), own
        assert isinstance(within, Name), "a binder is resolved once"
        name = within.name
        # `y in q`: a bound letter stands before a set of the same name.
        if name in self.bound and (self.set_kind(name) == "group" or lies_in_time(self.bound[name], sets)):
            if not gathers(self.bound[name], own, sets):
                held = gathered(self.bound[name], sets)
                self.fault("X205", f"{binder.letter} runs over {own}, and {name} gathers {held}", binder.span, remedy=f"take a letter of {held}")
            return replace(binder, within=GroupOf(name, own, span=within.span)), own
        if name in sets and (self.names.within(name, own) or self.names.within(own, name)):
            return replace(binder, within=All(name, span=within.span)), name
        paired = [f"{quantity.id}[...]" for quantity in self.names.quantities.values() if quantity.on == name]
        self.fault("X205", f"{name!r} is neither a part of {own} nor a bound group", binder.span,
                   why=f"{binder.letter} can run over {own}, over a subset of it, or over a group that is bound",
                   remedy=f"write {binder.letter} alone and read a quantity on that relation, such as {paired[0]}: what stands outside is passed over"
                   if paired else near(name, [*sets, *self.bound]) or f"write {binder.letter} alone, or the id of a subset of {own}")  # fmt: skip
        return binder, own
