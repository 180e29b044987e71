"""From the text of a formula to its syntax tree.

A small hand-written grammar: a whitelist by construction. Nothing is executed, imported, simplified or looked up;
``E``, ``I``, ``N``, ``S``, ``Q`` and ``beta`` are names like all others.

Precedence, loosest first: ``or``, ``and``, ``not``, comparison, ``+ -``, ``* / .* @``, unary ``-``, ``^``.
"""

from __future__ import annotations

from itertools import takewhile

from equations.errors import ExpressionError, near
from equations.formula import foreign
from equations.formula.functions import FUNCTIONS, REDUCTIONS, SHORT_FORMS, fault_of_arity
from equations.formula.short_forms import SHAPES, first_until
from equations.formula.syntax import (
    MARKS,
    Binary,
    Binder,
    Call,
    Cases,
    Compare,
    Excluded,
    Index,
    IndexGroup,
    IndexLabel,
    IndexLetter,
    Logic,
    Member,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Points,
    Ratio,
    Reduce,
    Span,
    Text,
    Window,
    levels,
)
from equations.formula.tokens import Source, Token, read_tokens, starts_binder

MOST_CHARACTERS = 20_000
MOST_NESTING = 60
MOST_LEVELS = 100
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")

def parse_formula(source: Source | str) -> Node:
    """Parse the text of a formula or of a condition.

    Parameters
    ----------
    source
        The text, with its place for messages.

    Returns
    -------
    Node
        The tree as written; names are not looked up yet.

    Raises
    ------
    ExpressionError
        X201 (grammar), X202 (a construct the language does not have), X203 (unknown function).

    Examples
    --------
    >>> parse_formula("x * 44/12")
    Binary(op='*', left=Name(name='x', indices=(), bracketed=False), right=Ratio(over=44, under=12, unit=None))
    """
    if isinstance(source, str):
        source = Source(source)
    if len(source.text) > MOST_CHARACTERS:
        raise ExpressionError(
            "X202", f"a formula of {len(source.text)} characters", source.place((0, 1)),
            why=f"formulas are read up to {MOST_CHARACTERS} characters", remedy="divide it into several equations",
        )  # fmt: skip
    return _Parser(source).whole()


class _Parser:
    """Recursive descent over the tokens; one method per line of the grammar."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = read_tokens(source)
        self.at = 0
        self.depth = 0

    # -- handling of tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def fail(self, code: str, what: str, span: Span, *, why: str = "", remedy: str = "") -> ExpressionError:
        return ExpressionError(code, what, self.source.place(span), why=why, remedy=remedy)

    def advance(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.at += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        if self.token.text in texts and self.token.kind in ("op", "name"):
            return self.advance()
        return None

    def expect(self, text: str, after: str, remedy: str = "") -> Token:
        token = self.accept(text)
        if token is None:
            found = f"{self.token.text!r}" if self.token.kind != "end" else "the end of the formula"
            raise self.fail("X201", f"expected {text!r} {after}, found {found}", self.token.span,
                            remedy=remedy or foreign.behind_a_formula(self.tokens, self.at) or
                            f"write {text!r} here, or look for what is too much before it")  # fmt: skip
        return token

    def whole(self) -> Node:
        if self.token.kind == "end":
            raise self.fail("X201", "the formula is empty", (0, 1), remedy="write the formula, or leave the field out")
        node = self.condition()
        if self.token.text in (")", "]"):
            raise self.fail("X201", f"{self.token.text!r} closes nothing", self.token.span, why="no bracket is open here",
                            remedy="remove it, or open the bracket before")  # fmt: skip
        if self.token.kind != "end":
            raise self.fail("X201", f"unexpected {self.token.text!r} after a complete formula", self.token.span,
                            why="two values stand next to each other without an operator between them",
                            remedy=foreign.behind_a_formula(self.tokens, self.at) or
                            "write * for a product (juxtaposition is not multiplication), or remove it")  # fmt: skip
        if levels(node) > MOST_LEVELS:
            raise self.fail("X202", f"a formula of more than {MOST_LEVELS} operations on top of each other", node.span,
                            why="each further term of a chain such as a + b + c stands on the ones before",
                            remedy="divide it into several equations")  # fmt: skip
        return node

    # -- conditions

    def condition(self) -> Node:
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise self.fail("X202", "brackets nested too deeply", self.token.span,
                            why=f"at most {MOST_NESTING} levels are read", remedy="divide it into several equations")  # fmt: skip
        node = self.joined("or", self.conjunction)
        self.depth -= 1
        return node

    def conjunction(self) -> Node:
        return self.joined("and", self.negation)

    def joined(self, word: str, part: object) -> Node:
        read = part  # a bound method
        parts = [read()]  # type: ignore[operator]
        while self.accept(word):
            parts.append(read())  # type: ignore[operator]
        if len(parts) == 1:
            return parts[0]  # type: ignore[no-any-return]
        return Logic(word, tuple(parts), span=(parts[0].span[0], parts[-1].span[1]))

    def negation(self) -> Node:
        negations: list[Token] = []
        while token := self.accept("not"):
            negations.append(token)
        node = self.comparison()
        for token in reversed(negations):
            node = Not(node, span=(token.span[0], node.span[1]))
        return node

    def comparison(self) -> Node:
        left = self.sum()
        if self.token.text in ("in", "not") and self.token.kind == "name":
            return self.membership(left)
        token = self.accept(*_COMPARISONS)
        if token is None:
            return left
        right = self.sum()
        if self.token.kind == "op" and self.token.text in _COMPARISONS:
            raise self.fail("X202", "a chain of comparisons", self.token.span,
                            why="a < b < c reads differently in different tools",
                            remedy="write a < b and b < c")  # fmt: skip
        return Compare(token.text, left, right, span=(left.span[0], right.span[1]))

    def membership(self, left: Node) -> Node:
        negated = self.accept("not") is not None
        self.expect("in", "after 'not'") if negated else self.advance()
        if not isinstance(left, Name) or left.bracketed:
            raise self.fail("X201", "only a letter can be 'in' a set", left.span, remedy="write i in ID, the id of a set")
        token = self.advance()
        if token.kind != "name":
            raise self.fail("X201", "expected the id of an index set after 'in'", token.span,
                            why="members are not listed in a formula",
                            remedy='declare a subset and write its id, or write i == "E" or i == "D"')  # fmt: skip
        return Member(left.name, token.text, negated, span=(left.span[0], token.span[1]))

    # -- arithmetic

    def sum(self) -> Node:
        node = self.product()
        while token := self.accept("+", "-"):
            right = self.product()
            node = Binary(token.text, node, right, span=(node.span[0], right.span[1]))
        return node

    def product(self) -> Node:
        node = self.signed()
        while token := self.accept("*", "/", ".*", "@"):
            right = self.signed()
            node = Binary(token.text, node, right, span=(node.span[0], right.span[1]))
        return node

    def signed(self) -> Node:
        signs: list[Token] = []
        while token := self.accept("-", "+"):
            signs.append(token)
            if len(signs) > MOST_NESTING:
                raise self.fail("X202", "too many signs in a row", token.span, remedy="remove those that are too many")
        node = self.power()
        for token in reversed(signs):
            if token.text == "-":
                node = Negative(node, span=(token.span[0], node.span[1]))
        return node

    def power(self) -> Node:
        base = self.primary()
        if not self.accept("^"):
            return base
        self.depth += 1
        if self.depth > MOST_NESTING:
            raise self.fail("X202", "powers nested too deeply", self.token.span, remedy="divide it into several equations")
        exponent = self.signed()
        self.depth -= 1
        return Binary("^", base, exponent, span=(base.span[0], exponent.span[1]))

    def primary(self) -> Node:
        token = self.advance()
        if token.kind == "number":
            unit, last = self.unit(token.span[1])
            return Number(token.text, unit, span=(token.span[0], last))
        if token.kind == "ratio":
            over, under = token.text.split("/")
            if int(under) == 0:
                raise self.fail("X201", "a ratio over zero", token.span, remedy="correct the number behind the stroke")
            unit, last = self.unit(token.span[1])
            return Ratio(int(over), int(under), unit, span=(token.span[0], last))
        if token.kind == "text":
            return Text(token.text[1:-1], span=token.span)
        if token.text == "(":
            node = self.condition()
            self.expect(")", "to close the bracket")
            return node
        if token.kind == "name":
            return self.named(token)
        found = f"{token.text!r}" if token.kind != "end" else "the end of the formula"
        raise self.fail("X201", f"expected a value, found {found}", token.span,
                        remedy=foreign.in_brackets(token) or "write a number, a name such as A[i, y-1], a function or a bracket here")  # fmt: skip

    def unit(self, last: int) -> tuple[str | None, int]:
        if self.token.kind != "unit":
            return None, last
        token = self.advance()
        return token.text[1:-1].strip(), token.span[1]

    def named(self, token: Token) -> Node:
        if token.text == "excluded":
            return Excluded(span=token.span)
        if self.token.text == "(" and self.token.kind == "op":
            return self.called(token)
        if self.token.text == "[" and self.token.kind == "op":
            self.advance()
            indices = self.indices()
            close = self.expect("]", "to close the indices")
            return Name(token.text, indices, True, span=(token.span[0], close.span[1]))
        return Name(token.text, span=token.span)

    # -- calls

    def called(self, name: Token) -> Node:
        self.advance()
        if name.text == "cases":
            return self.by_cases(name)
        if name.text in REDUCTIONS or name.text in SHORT_FORMS:
            return self.reduction(name)
        if name.text not in FUNCTIONS and name.text not in ("reading", "supplied"):
            known = [*FUNCTIONS, *REDUCTIONS, *SHORT_FORMS, "cases", "reading", "supplied"]
            raise self.fail("X203", f"there is no function {name.text!r}", name.span,
                            why="a formula can call only " + ", ".join(sorted(known)),
                            remedy=foreign.for_function(name.text) or near(name.text, known) or
                            foreign.for_indices(name.text, self.until_closed()) or "take one of these, or write * for a product")  # fmt: skip
        arguments: list[Node] = []
        if self.token.text != ")":
            arguments.append(self.condition())
            while self.accept(","):
                arguments.append(self.condition())
        close = self.expect(")", f"to close {name.text}(")
        node = Call(name.text, tuple(arguments), span=(name.span[0], close.span[1]))
        fault = fault_of_arity(node.name, len(arguments))
        if fault:
            raise self.fail("X203", fault.what, node.span, why=fault.why, remedy=fault.remedy)
        return node

    def until_closed(self) -> list[Token]:
        """Return the words up to the bracket that closes."""
        rest = self.tokens[self.at :]
        return list(takewhile(lambda token: token.text != ")", rest)) if any(token.text == ")" for token in rest) else []

    def by_cases(self, name: Token) -> Node:
        branches: list[tuple[Node, Node]] = []
        otherwise: Node | None = None
        while True:
            if self.token.text == "otherwise":
                self.advance()
                self.expect(":", "after 'otherwise'")
                otherwise = self.condition()
            else:
                condition = self.condition()
                self.expect(":", "between a case's condition and its value")
                branches.append((condition, self.condition()))
            if otherwise is not None or not self.accept(","):
                break
        close = self.expect(")", "to close cases( after 'otherwise'" if otherwise else "to close cases(")
        if not branches:
            raise self.fail("X201", "cases( without a condition", name.span,
                            remedy="write cases(x > 0: x, otherwise: 0)")  # fmt: skip
        if otherwise is None:
            raise self.fail("X201", "cases( without 'otherwise'", close.span,
                            why="a value in no case would be missing",
                            remedy="end with `otherwise: ...`")  # fmt: skip
        return Cases(tuple(branches), otherwise, span=(name.span[0], close.span[1]))

    def reduction(self, name: Token) -> Node:
        binders = [self.binder(name.text)]
        if name.text == "Count" and (close := self.accept(")")):
            return Reduce(name.text, tuple(binders), Number("1", span=close.span), span=(name.span[0], close.span[1]))
        self.comma(name.text)
        if name.text in SHAPES:
            return self.table(name, binders[0])
        while starts_binder(self.tokens[self.at :]):
            binders.append(self.binder(name.text))
            self.comma(name.text)
        body = self.condition()
        close = self.expect(")", f"to close {name.text}(")
        return Reduce(name.text, tuple(binders), body, span=(name.span[0], close.span[1]))

    def table(self, name: Token, binder: Binder) -> Node:
        """Read what stands behind the letter of a table: the number of a point, its value, and the number that is looked up."""
        parts = [self.condition()]
        while self.accept(","):
            parts.append(self.condition())
        close = self.expect(")", f"to close {name.text}(")
        span = (name.span[0], close.span[1])
        wanted, why = SHAPES[name.text]
        if len(parts) != wanted.count(",") + 1:
            raise self.fail("X203", f"{name.text} takes a letter and {wanted.count(',') + 1} values, not {len(parts)}", span, why=why,
                            remedy=f"write {name.text}({binder.letter}, {wanted.replace('*', binder.letter)})")  # fmt: skip
        if name.text in SHORT_FORMS:
            return first_until(binder, parts, span)
        return Reduce(name.text, (binder,), Points(*parts, span=(parts[0].span[0], parts[-1].span[1])), span=span)

    def comma(self, name: str) -> None:
        """Read the comma behind the letter of a reduction."""
        self.expect(",", f"after the letter of {name}(", foreign.in_a_reduction(self.tokens, self.at, name))

    def binder(self, name: str) -> Binder:
        token = self.word("expected the letter that is summed over", f"write {name}(i, ...)")
        if not (self.token.text == "in" and self.token.kind == "name"):
            return Binder(token.text, span=token.span)
        self.advance()
        within = self.advance()
        if within.kind != "name":
            raise self.fail("X201", "expected a set, a group letter or a window such as y-4..y after 'in'", within.span,
                            remedy=foreign.window(name, token.text) if within.kind == "number" else
                            f"write {name}({token.text} in ID, ...) with the id of a set")  # fmt: skip
        if self.token.text not in ("..", "+", "-"):
            return Binder(token.text, Name(within.text, span=within.span), span=(token.span[0], within.span[1]))
        if isinstance(first := self.window_end(within), IndexLetter) and self.token.text != "..":
            remedy = foreign.group_before(name, token.text, first)
            raise self.fail("X201", "one end of a window stands alone, which is no set", first.span, remedy=remedy)
        window = self.window(first, name, token.text)
        return Binder(token.text, window, span=(token.span[0], window.span[1]))

    def word(self, expected: str, remedy: str) -> Token:
        """Read a name."""
        token = self.advance()
        if token.kind != "name":
            raise self.fail("X201", expected, token.span, remedy=remedy)
        return token

    def window(self, first: IndexLetter | IndexLabel, name: str, letter: str) -> Window:
        """Read the rest of a window: ``..y``, ``..y within year``."""
        self.expect("..", "after the first member of a window", foreign.window(name, letter))
        token = self.advance()
        if token.kind != "name":
            raise self.fail("X201", "expected a letter, end or last after ..", token.span,
                            remedy=foreign.up_to(name, letter, token.text) if token.kind == "number" else foreign.window(name, letter))  # fmt: skip
        last = self.window_end(token)
        if not self.accept("within"):
            return Window(first, last, span=(first.span[0], last.span[1]))
        cut = self.word("expected the id of a set after within", f"write {letter} in y-4..y within year")
        return Window(first, last, cut.text, span=(first.span[0], cut.span[1]))

    def window_end(self, token: Token) -> IndexLetter | IndexLabel:
        """Read an end of a window: a letter or a mark, each with its lag."""
        offset, end = self.offset(token.span[1])
        span = (token.span[0], end)
        return IndexLabel(token.text, True, offset, span=span) if token.text in MARKS else IndexLetter(token.text, offset, span=span)

    # -- indices

    def offset(self, end: int) -> tuple[int, int]:
        sign = self.accept("+", "-")
        if sign is None:
            return 0, end
        token = self.advance()
        if token.kind != "number" or not token.text.isdigit():
            raise self.fail("X205", "a lag must be a whole number", token.span, remedy="write y-1")
        return int(token.text) * (1 if sign.text == "+" else -1), token.span[1]

    def indices(self) -> tuple[Index, ...]:
        found = [self.index()]
        while self.accept(","):
            found.append(self.index())
        return tuple(found)

    def index(self) -> Index:
        token = self.advance()
        if token.kind == "text":
            return IndexLabel(token.text[1:-1], span=token.span)
        if token.kind == "number" and token.text.isdigit():
            return IndexLabel(token.text, span=token.span)
        if token.kind != "name":
            found = f"{token.text!r}" if token.kind != "end" else "the end of the formula"
            raise self.fail("X201", f"expected an index, found {found}", token.span,
                            remedy='write a letter (y), a lag (y-1), a member ("AG") or a group (p(y))')  # fmt: skip
        if self.token.text == "(":
            self.advance()
            letter = self.advance()
            close = self.expect(")", "to close the group of a year")
            if letter.kind != "name":
                raise self.fail("X201", "expected a year letter in the brackets", letter.span, remedy="write p(y)")
            return IndexGroup(token.text, letter.text, span=(token.span[0], close.span[1]))
        offset, end = self.offset(token.span[1])
        if token.text not in MARKS:
            return IndexLetter(token.text, offset, span=(token.span[0], end))
        if offset:
            raise self.fail("X205", f"a lag on `{token.text}`", (token.span[0], end), why="only a letter has a lag within an element",
                            remedy=f"sum over that member alone: {foreign.one_member(token.text, offset)}")  # fmt: skip
        return IndexLabel(token.text, True, span=token.span)
