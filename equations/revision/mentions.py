"""Printed numbers of equations as sentences and lists name them: `Eq 6, 12 and 35`, `Equations 20 to 24`, `8/9`, `14a`.

Where a revision gives equations new numbers, every mention follows; what does not change keeps its words.
"""

from __future__ import annotations

import re

#: Old number -> the new numbers of what it named.
Numbers = dict[str, list[str]]

_NUMBER = r"\d+[a-z]?(?!\w)(?!\.\d)"
#: Between numbers of one list. A slash joins the first numbers only: behind a comma, `44/12` is a ratio.
_BETWEEN = r"(?:, and |, or |, | and | or | & | to | through |[-–])"
_MENTION = re.compile(
    rf"\b(?P<head>(?:Eqs?\.?|[Ee]quations?)[ \u00a0])(?P<list>{_NUMBER}(?:/{_NUMBER})*(?:{_BETWEEN}{_NUMBER}(?!/\d))*)(?! of (?:version|v\d))"
)
_PART = re.compile(rf"({_BETWEEN}|/)?(\d+)([a-z]?)(?:( to | through |[-–])(\d+)([a-z]?))?")
_LEAST_RANGE = 3


def followed(text: str, moved: Numbers) -> str:
    """Return prose in which the numbers behind `Eq` are those of another numbering.

    Examples
    --------
    >>> followed("see Eq 20 to 22, and 24. (Eq 8/9, 44/12)", {str(n): [str(n + 100)] for n in range(8, 50)})
    'see Eq 120 to 122, and 124. (Eq 108/109, 44/12)'
    >>> followed("Eq 2 and 3 (Eq 2 of version 1.0)", {"2": ["4", "5"]})
    'Eq 4, 5 and 3 (Eq 2 of version 1.0)'
    """
    return _MENTION.sub(lambda m: m["head"] + _renumbered(m["list"], moved), text)


def listed(text: str, moved: Numbers) -> str:
    """Return a list of numbers as a citation has it (``2, 3``, ``14-16``, ``11a``) under another numbering.

    Examples
    --------
    >>> listed("2, 5-7", {"2": ["1", "3"], "5": ["15"], "6": ["16"], "7": ["17"]})
    '1, 3, 15-17'
    """
    return _renumbered(text, moved, ", ") if re.fullmatch(rf"{_NUMBER}(?:(?:/|{_BETWEEN}){_NUMBER})*", text.strip()) else text


def _renumbered(text: str, moved: Numbers, last: str = "") -> str:
    """Return a list of numbers in another numbering: number by number where each stays one, else as a new list.

    Parameters
    ----------
    last
        What stands before the last number of a new list; as the text has it where empty.
    """
    parts = list(_PART.finditer(text))
    news = [_new(part, moved) for part in parts]
    if news == [_old(part) for part in parts]:
        return text
    flat = [number for numbers in news for number in numbers]
    if len(flat) == len(set(flat)) and all(_same_shape(part, new) for part, new in zip(parts, news, strict=True)):
        return "".join(
            (part[1] or "") + (f"{new[0]}{part[4]}{new[-1]}" if part[4] else new[0]) for part, new in zip(parts, news, strict=True)
        )
    between = next((part[4] for part in parts if part[4]), " to ")
    groups = _grouped(list(dict.fromkeys(flat)), between)
    joins = [part[1] for part in parts if part[1]]
    if not last:
        last = ", " if joins and set(joins) == {", "} else " or " if any("or" in join for join in joins) else " and "
    return groups[0] if len(groups) == 1 else ", ".join(groups[:-1]) + last + groups[-1]


def _old(part: re.Match[str]) -> list[str]:
    if not part[4]:
        return [part[2] + part[3]]
    if part[3] or part[6] or int(part[5]) < int(part[2]):
        return [part[2] + part[3], part[5] + part[6]]
    return [str(number) for number in range(int(part[2]), int(part[5]) + 1)]


def _new(part: re.Match[str], moved: Numbers) -> list[str]:
    """Return the new numbers of one number or range; the letter of a part of an equation stays with it."""
    found: list[str] = []
    for old in _old(part):
        number, letter = (old[:-1], old[-1]) if old[-1].isalpha() else (old, "")
        found += [new + letter for new in moved.get(number, [number])]
    return list(dict.fromkeys(found))


def _same_shape(part: re.Match[str], new: list[str]) -> bool:
    """Whether new numbers can stand where the old ones stood: one for one, a range for a range."""
    return len(new) == len(_old(part)) and (not part[4] or len(new) == 2 or _is_run(new))


def _is_run(numbers: list[str]) -> bool:
    return all(n.isdigit() for n in numbers) and [int(n) for n in numbers] == list(
        range(int(numbers[0]), int(numbers[0]) + len(numbers))
    )


def _grouped(numbers: list[str], between: str) -> list[str]:
    """Return numbers with three and more in a row written as a range."""
    groups: list[list[str]] = []
    for number in numbers:
        if groups and _is_run([*groups[-1], number]):
            groups[-1].append(number)
        else:
            groups.append([number])
    found: list[str] = []
    for group in groups:
        found += [f"{group[0]}{between}{group[-1]}"] if len(group) >= _LEAST_RANGE else group
    return found
