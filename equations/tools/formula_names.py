"""Names in the text of a tool's formulas: each word is a letter, a set, a quantity, a value of a choice, by where it stands."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import field

from equations.errors import MethodologyError
from equations.formula.tokens import Source, Token, read_tokens
from equations.records import record

_EQUAL = ("==", "!=")


@record(frozen=True)
class NewNames:
    """What the words of a tool's formulas become.

    Attributes
    ----------
    names
        Quantities, matrices and choices -> their names in the whole.
    choices
        Which of these are choices: what they are compared with is a value, and no name.
    sets, letters
        Index sets and letters; a letter that stays as it is stands here too.
    ratios
        Ratio as written -> the unit that it takes in the tool, where the whole would take it for another.
    """

    names: Lookup[str, str]
    choices: frozenset[str]
    sets: Lookup[str, str]
    letters: Lookup[str, str]
    ratios: Lookup[str, str] = field(default_factory=dict)


def in_new_names(text: str, new: NewNames) -> str:
    """Return a formula or a condition in the names of the whole; one that cannot be read stays, and is reported where it is read."""
    try:
        tokens = read_tokens(Source(text))
    except MethodologyError:
        return text
    parts, last = [], 0
    for at, token in enumerate(tokens):
        said = _said(tokens, at, new)
        if said != token.text:
            parts += [text[last : token.span[0]], said]
            last = token.span[1]
    return "".join([*parts, text[last:]])


def ratios_in(text: str) -> set[str]:
    """Return the ratios of a formula that carry no unit where they stand."""
    try:
        tokens = read_tokens(Source(text))
    except MethodologyError:
        return set()
    return {token.text for at, token in enumerate(tokens) if token.kind == "ratio" and tokens[at + 1].kind != "unit"}


def _said(tokens: list[Token], at: int, new: NewNames) -> str:
    token, after = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else tokens[at]
    if token.kind == "ratio" and after.kind != "unit" and token.text in new.ratios:
        return f"{token.text} {{{new.ratios[token.text]}}}"
    if token.kind != "name":
        return token.text
    word, before = token.text, tokens[at - 1].text if at else ""
    if after.text == "[":
        return new.names.get(word, word)
    if _is_index(tokens, at):
        return new.letters.get(word, word)
    if after.text == "(":  # a function, or a group of a letter; no letter is called as a function
        return new.letters.get(word, word)
    if before == "in":
        return new.letters.get(word) or new.sets.get(word, word)
    if before == "(" and at > 1 and tokens[at - 2].text in ("supplied", "identity"):
        return new.names.get(word, word) if tokens[at - 2].text == "supplied" else new.sets.get(word, word)
    if _is_value(tokens, at, new):
        return word
    return new.letters.get(word) or new.names.get(word) or new.sets.get(word, word)


def _is_index(tokens: list[Token], at: int) -> bool:
    """Whether a word stands between the brackets of indices."""
    depth = 0
    for token in reversed(tokens[:at]):
        if token.text == "]":
            depth += 1
        elif token.text == "[":
            if depth == 0:
                return True
            depth -= 1
    return False


def _is_value(tokens: list[Token], at: int, new: NewNames) -> bool:
    """Whether a word is what a choice or a letter is compared with: a value or a member, and no name."""
    word = tokens[at].text
    if word in new.choices or word in new.letters:
        return False
    if at > 1 and tokens[at - 1].text in _EQUAL:
        other, follows = tokens[at - 2], ""
    elif tokens[at + 1].text in _EQUAL:
        other, follows = tokens[at + 2], tokens[at + 3].text if at + 3 < len(tokens) else ""
    else:
        return False
    return other.kind == "name" and follows not in ("[", "(") and (other.text in new.choices or other.text in new.letters)
