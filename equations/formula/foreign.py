"""What authors bring along from elsewhere (spreadsheets, programs, LaTeX, print), and what to write here instead.

Nothing of it is read; it is recognised so that the first thing that an author tries is told right.
"""

from __future__ import annotations

import re

from equations.formula.syntax import IndexLetter
from equations.formula.tokens import Token

_CASES = "write cases(condition: a, otherwise: b)"
_INTERPOLATE = "write Interpolate(k, X[k], Y[k], x): points, and the number that is looked up"
_LOOKUP = "write Lookup(k, lower[k], value[k], x) for classes by their lower bounds; a value by its member is X[i]"
_MEMBERS = "write Mean(i, a)"
_ROUND = "write round(x), round_down(x) or floor(x); a step stands behind a comma, as in round(x, 0.1)"
_LOGARITHM = "write ln(x) for the natural logarithm, log10(x) for the decimal one"
#: Functions of other languages, in small letters.
_FUNCTIONS: dict[str, str] = {
    **dict.fromkeys(("if", "iff", "ifelse", "iif", "where", "piecewise", "switch", "choose", "case", "when", "ifs"), _CASES),
    **dict.fromkeys(("mean", "average", "avg"), _MEMBERS), **dict.fromkeys(("count", "len", "size"), "write Count(i), or Count(i, condition)"),
    **dict.fromkeys(("stdev", "std", "sd", "sigma"), "write StdDev(i, a) for the standard deviation of a sample"),
    **dict.fromkeys(("sem", "stderr", "se_of"), "write StdErr(i, a) for the standard error of a mean"),
    **dict.fromkeys(("interp", "linear", "interpolate", "forecast"), _INTERPOLATE),
    **dict.fromkeys(("first_until", "cohort", "top"), "write FirstUntil(k, order[k], amount[k], limit, order[m])"),
    **dict.fromkeys(("vlookup", "hlookup", "xlookup", "lookup"), _LOOKUP),
    **dict.fromkeys(("rnd", "int", "trunc", "fix", "mround", "rint", "rounded"), _ROUND),
    **dict.fromkeys(("log", "loge", "lg"), _LOGARITHM),
    "rounddown": "write round_down(x)", "roundup": "write round_up(x)",
    **dict.fromkeys(("pow", "power"), "write x ^ n"), "square": "write x ^ 2", "sqr": "did you mean sqrt? a square is x ^ 2",
    **dict.fromkeys(("prod", "product"), "write Product(i, ...)"), **dict.fromkeys(("sumif", "sumifs", "sumproduct"), "write Sum(i, ...)"),
    **dict.fromkeys(("iferror", "isna", "coalesce", "nvl"), "a hole is never a number: let the project state it, or write `excluded` in cases"),
    "and": "write a and b", "or": "write a or b", "not": "write not a", "mod": "there is no remainder: x - floor(x / n) * n",
    "sign": "write cases(x > 0: 1, x < 0: -1, otherwise: 0)", "relu": "write pos(x)", "max0": "write pos(x)", "inv": "write M ^ (-1)",
    "first": "name the member, as in X[start]", "last": "name the member, as in X[end]", "year": "compare the letter: y >= 2020",
}  # fmt: skip
#: Words for something over all members -> the reduction.
_OVER = {"sum": "Sum", "max": "Max", "min": "Min", "maximum": "Max", "minimum": "Min", "product": "Product", "prod": "Product",
         "all": "All", "any": "Any"}  # fmt: skip
#: Names that are no quantities, but look as if everybody knew them.
_NAMES: dict[str, str] = {
    "e": "write exp(x) for a power of e", "pi": "write the number, 3.141592653589793",
    **dict.fromkeys(("yes", "true", "True", "TRUE", "Yes"), "an answer is 1 for yes and 0 for no: write == 1"),
    **dict.fromkeys(("no", "false", "False", "FALSE", "No"), "an answer is 1 for yes and 0 for no: write == 0"),
    **dict.fromkeys(("inf", "infinity", "nan", "NaN", "NA", "null", "None"), "write `excluded` in cases for a cell that is left out"),
    "first": "write start", "last": "write end", "today": "a result may not depend on the day of the run",
}  # fmt: skip


#: Words of other languages behind a complete formula.
_WORDS: dict[str, str] = {
    **dict.fromkeys(("if", "else", "then"), _CASES), **dict.fromkeys(("is", "equals", "eq"), "write =="),
    "between": "write y >= 2018 and y <= 2020",
}  # fmt: skip


def for_function(name: str) -> str:
    """Return what to write in place of a function that other languages have, or nothing.

    Examples
    --------
    >>> for_function("if")
    'write cases(condition: a, otherwise: b)'
    """
    small = name.lower()
    if small in _FUNCTIONS:
        return _FUNCTIONS[small]
    word, _, letter = small.rpartition("_")
    if word in _OVER:
        return f"write {_OVER[word]}({letter or 'i'}, ...)"
    if small in _OVER:
        return f"write {_OVER[small]}(i, ...)"
    return ""


def for_indices(name: str, arguments: list[Token]) -> str:
    """Return what to write where indices stand in round brackets, or nothing; ``arguments`` are the words in the brackets."""
    plain = [token.text for token in arguments]
    if plain and all(re.fullmatch(r"[A-Za-z]\w*|[0-9]+|[-+,]", text) for text in plain):
        return f"write {name}[{_joined(plain)}] if {name} is a quantity: indices stand in square brackets"
    return ""


def for_name(name: str, quantities: object, letters: object) -> str:
    """Return what to write in place of a name that there is not, or nothing; ``quantities`` and ``letters`` are those that there are.

    Examples
    --------
    >>> for_name("N_y", ("N",), ("y",)), for_name("e", (), ())
    ('write N[y]: indices stand in square brackets', 'write exp(x) for a power of e')
    """
    if name in _NAMES:
        return _NAMES[name]
    base, rest = name, ""
    while "_" in base:
        base, _, part = base.rpartition("_")
        rest = f"{part}_{rest}" if rest else part
        found = rest.split("_") if all(p in letters for p in rest.split("_")) else list(rest)  # type: ignore[operator]
        if base in quantities and found and all(p in letters for p in found):  # type: ignore[operator]
            return f"write {base}[{', '.join(found)}]: indices stand in square brackets"
    return ""


def behind_a_formula(tokens: list[Token], at: int) -> str:
    """Return what to write where a formula was complete and something follows, or nothing."""
    token, before = tokens[at], tokens[at - 1]
    after = tokens[at + 1] if at + 1 < len(tokens) else token
    if before.kind == "number" and (token.text == "," or token.kind == "number" or token.text.startswith("_")):
        return _in_a_number(tokens, at)
    if token.text == "[" and before.text == "]":
        return "write all indices in one bracket, as in A[i, y]"
    if token.kind == "unit" and before.kind == "name":
        return f"write {before.text.rstrip('_')}[{token.text[1:-1].strip()}]: indices stand in square brackets"
    if before.text.lower() in _OVER and token.text in ("over", "of"):
        word = _OVER[before.text.lower()]
        few = f", or {before.text.lower()}(a, b) of a few values" if word in ("Max", "Min") else ""
        return f"write {word}({after.text if after.kind == 'name' else 'i'}, ...){few}"
    return _WORDS.get(token.text) or _beside(before, token)


def _in_a_number(tokens: list[Token], at: int) -> str:
    """Return what to write for signs between thousands and for a decimal comma, or nothing."""
    token, before = tokens[at], tokens[at - 1]
    after = tokens[at + 1] if at + 1 < len(tokens) else token
    if before.kind == "number" and token.text == "," and after.kind == "number":
        thousands, rest = re.fullmatch(r"[0-9]{3}(\.[0-9]+)?", after.text), after.text
        for comma, more in zip(tokens[at + 2 :: 2], tokens[at + 3 :: 2], strict=False):
            if comma.text != "," or not re.fullmatch(r"[0-9]{3}(\.[0-9]+)?", more.text):
                break
            rest += more.text
        return (f"write {before.text}{rest}: no sign stands between thousands" if thousands
                else f"write {before.text}.{after.text}: a decimal point is a point")  # fmt: skip
    if before.kind == "number" and token.span[0] == before.span[1] and re.fullmatch(r"_[0-9]+", token.text):
        return f"write {before.text}{token.text[1:]}: no sign stands between thousands"
    if before.kind == "number" and token.kind == "number":
        return f"write {before.text}{token.text} if it is one number (no sign stands between thousands), or * for a product"
    return ""


def _beside(before: Token, token: Token) -> str:
    """Return what to write where two values stand side by side because one of them is no value, or nothing."""
    if before.kind == "name" and before.text.rpartition("_")[0].lower() in _OVER:
        word, _, letter = before.text.rpartition("_")
        return f"write {_OVER[word.lower()]}({letter}, ...)"
    if before.kind in ("number", "ratio") and token.kind == "name":
        return f"write * for a product; a unit stands in braces, as in {before.text} {{{token.text}}}"
    return ""


def in_a_reduction(tokens: list[Token], at: int, name: str) -> str:
    """Return what to write where the letter of ``Sum(`` is not followed by a comma, or nothing; ``at`` is what follows it."""
    token = tokens[at]
    letter = next((t.text for t in reversed(tokens[:at]) if t.kind == "name" and tokens[tokens.index(t) - 1].text == "("), "z")
    if token.text in ("<", "<=", ">", ">="):
        year = tokens[at + 1].text
        if token.text in ("<", "<="):
            return f"write {name}({letter} in start..{year}{'-1' if token.text == '<' else ''}, ...)"
        return f"write {name}({letter}, cases({letter} {token.text} {year}: ..., otherwise: 0))"
    if token.text == "for":
        return f"write {name}({letter} in a_subset, ...)"
    if token.text in ("..", "-", "+"):
        return window(name, letter)
    if token.text == "[" and name in ("Max", "Min"):
        return f"write {name.lower()}(a, b) for the {'larger' if name == 'Max' else 'smaller'} of values; {name}(i, ...) goes over members"
    if token.text in ("[", "*", "/", "^", "("):
        return f"begin with the letter that it goes over, as in {name}(i, ...)"
    return ""


def window(name: str, letter: str) -> str:
    """Return how a part of an ordered axis is written."""
    return f"a window has a letter or a mark at each end: write {name}({letter} in y-4..y, ...), start..y, start-5..start-1 or y..end"


def up_to(name: str, letter: str, number: str) -> str:
    """Return how a reduction goes as far as a number: a condition leaves the rest out, which in a mean would still be counted."""
    if name != "Sum":
        return f"count from an end of the axis, as in {name}({letter} in first..first+{number}, ...)"
    return f"write {name}({letter}, cases({letter} <= {number}: ..., otherwise: 0)), or count from an end of the axis: first..first+{number}"


def one_member(mark: str, offset: int) -> str:
    """Return the sum over the one member that lies some steps from an end of its axis."""
    return f"Sum(z in {mark}{offset:+d}..{mark}{offset:+d}, ...[z])"


def group_before(name: str, letter: str, end: IndexLetter) -> str:
    """Return how the members of another group are summed, or a window is written, where one end of it stands alone."""
    group, shown = end.letter, f"{end.letter}{end.offset:+d}"
    if letter == group:
        return window(name, letter)
    return (f"what belongs to the group {shown} is that of a quantity by {group}: X[{group}] = {name}({letter} in {group}, ...),"
            f" read as X[{shown}]; a window has two ends, as {name}({letter} in {letter}-4..{letter}, ...)")  # fmt: skip


def in_brackets(token: Token) -> str:
    """Return what to write where a value is put into brackets of another kind, or nothing."""
    if token.kind == "unit" or token.text == "[":
        return "put values into round brackets: ( )"
    return "write != for 'is not equal to'" if token.text == ">" else "write <= or >=" if token.text in ("=", "<") else ""


def _joined(words: list[str]) -> str:
    return "".join(", " if word == "," else word for word in words)
