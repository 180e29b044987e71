"""What each word of a formula names, as far as it can be told: also in one that is not finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.interface.editor.declared import DeclaredNames
from equations.formula.functions import FUNCTIONS, REDUCTIONS
from equations.formula.syntax import MARKS
from equations.formula.tokens import Token, loose_tokens
from equations.records import record

_EQUAL = ("==", "!=")


@record(frozen=True)
class NamedWord:
    """A word and what it names: ``start`` and ``end`` in the text of the formula; ``of`` the set of a member, the choice of a value."""

    kind: str
    id: str
    of: str
    start: int
    end: int


@record(frozen=True)
class Enclosing:
    """What encloses a place in a formula: the name before a bracket (empty for none), whether it holds indices, and which one of them."""

    name: str
    indices: bool
    at: int = 0


@record(frozen=True)
class FormulaReader:
    """Reads words by what is declared; ``own`` are the letters of the equation (``for:``)."""

    names: DeclaredNames
    own: Mapping[str, str]

    def words(self, text: str) -> Iterator[NamedWord]:
        """Yield the words of a formula that name something, in their order."""
        tokens, around = loose_tokens(text), list[Enclosing]()
        for at, token in enumerate(tokens[:-1]):
            if token.kind == "name":
                kind, of = self.meant(tokens, at, around[-1] if around else None)
                if kind:
                    yield NamedWord(kind, token.text, of, *token.span)
            elif token.kind == "text":
                of = self.set_of_label(tokens, at, around[-1] if around else None)
                kind = "choice_value" if of in self.names.choices else "member"
                if of:
                    yield NamedWord(kind, token.text[1:-1], of, token.span[0] + 1, token.span[1] - 1)
            elif token.kind == "unit":
                yield from unit_words(token.text, token.span[0])
            _follow(around, tokens, at)

    def around(self, text: str) -> tuple[list[Token], Enclosing | None]:
        """Return the words of the beginning of a formula, and what encloses its end."""
        tokens, around = loose_tokens(text), list[Enclosing]()
        for at in range(len(tokens) - 1):
            _follow(around, tokens, at)
        return tokens[:-1], around[-1] if around else None

    def letter_set(self, letter: str) -> str:
        """Return the set of a letter."""
        return self.own.get(letter) or self.names.letters.get(letter, "")

    def meant(self, tokens: list[Token], at: int, within: Enclosing | None) -> tuple[str, str]:
        """Return what a word names, and of what it is a part."""
        word, after, names = tokens[at].text, tokens[at + 1].text, self.names
        before = tokens[at - 1].text if at else ""
        if after == "[":
            return ("quantity", "") if word in names.axes or word not in names.matrices else ("matrix", "")
        if within is not None and within.indices:
            return self.index(word, within)
        if after == "(" and (word in FUNCTIONS or word in REDUCTIONS):
            return "function", ""
        if before == "in":
            return ("index_set", "") if word in names.sets else ("letter", self.letter_set(word)) if self.letter_set(word) else ("", "")
        if (other := self.compared(tokens, at)) and word not in names.choices and not self.letter_set(word):
            return ("choice_value" if other in names.choices else "member", other)
        return self.alone(word)

    def alone(self, word: str) -> tuple[str, str]:
        """Return what a word names that has neither brackets nor an equals sign beside it."""
        names = self.names
        if word in self.own or (word in names.letters and word not in names.axes):
            return "letter", self.letter_set(word)
        kinds = (("choice", names.choices), ("quantity", names.axes), ("matrix", names.matrices), ("index_set", names.sets))
        return next(((kind, "") for kind, known in kinds if word in known), ("", ""))

    def index(self, word: str, within: Enclosing) -> tuple[str, str]:
        """Return what a word within the brackets of indices names."""
        if self.letter_set(word):
            return "letter", self.letter_set(word)
        axis = self.axis(within)
        return ("member", axis) if axis and word not in MARKS else ("", "")

    def axis(self, within: Enclosing) -> str:
        """Return the set over which an index runs."""
        axes = self.names.axes_of(within.name)
        return axes[within.at] if within.at < len(axes) else ""

    def set_of_label(self, tokens: list[Token], at: int, within: Enclosing | None) -> str:
        """Return the set of a label in quotes, or the choice that it is a value of."""
        if within is not None and within.indices:
            return self.axis(within)
        return self.compared(tokens, at)

    def compared(self, tokens: list[Token], at: int) -> str:
        """Return the choice that a word is compared with, or the set of the letter."""
        if at > 1 and tokens[at - 1].text in _EQUAL:
            other = tokens[at - 2]
        elif tokens[at + 1].text in _EQUAL and at + 2 < len(tokens):
            other = tokens[at + 2]
        else:
            return ""
        if other.kind != "name":
            return ""
        return other.text if other.text in self.names.choices else self.letter_set(other.text)


def unit_words(text: str, offset: int = 0) -> Iterator[NamedWord]:
    """Yield the words of a unit, ``tCO2`` and ``ha`` of ``tCO2/ha``."""
    for token in loose_tokens(text):
        if token.kind == "name":
            yield NamedWord("unit", token.text, "", token.span[0] + offset, token.span[1] + offset)
        elif token.kind == "unit":
            inner = token.text[1:-1]
            yield from unit_words(inner, offset + token.span[0] + 1)


def _follow(around: list[Enclosing], tokens: list[Token], at: int) -> None:
    """Keep what encloses the next word."""
    sign, before = tokens[at].text, tokens[at - 1] if at else None
    if sign in ("[", "("):
        name = before.text if before is not None and before.kind == "name" else ""
        around.append(Enclosing(name, sign == "["))
    elif sign in ("]", ")") and around:
        around.pop()
    elif sign == "," and around:
        around[-1] = Enclosing(around[-1].name, around[-1].indices, around[-1].at + 1)
