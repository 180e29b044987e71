"""Room for ``set:`` in the text of a project file: what stands before and behind it, without the numbers that are set already.

The text is kept as it is written, comments included, whether it goes by lines or stands in braces.
"""

from __future__ import annotations

from equations.errors import MethodologyError
from equations.files.strict_yaml import outermost, read_yaml
from equations.records import record

_KEY = "set"


@record(frozen=True)
class SetRoom:
    """What stands around the numbers that are set.

    Attributes
    ----------
    indent
        Blanks before each key of the file.
    joint
        What stands before ``set:`` where the file is one mapping in braces; ``None`` where it goes by lines.
    """

    before: str
    behind: str
    indent: str = ""
    joint: str | None = None


def set_room(text: str) -> SetRoom:
    """Return the room in the text of a project file, which was read before.

    Examples
    --------
    >>> set_room("{A: 1, set: {B: 2}}")
    SetRoom(before='{A: 1, ', behind='}', indent='', joint='')
    """
    found = outermost(text)
    before, behind, ends = text[: found.end], text[found.end :], [at for _, at, _ in found.keys[1:]] + [found.end]
    for (key, start, _), end in zip(found.keys, ends, strict=True):
        if key == _KEY:
            before = text[:start] + text[end : found.end]
    if not found.in_braces:
        return SetRoom(before, behind, " " * found.keys[0][2])
    joint = next(joint for joint in (", ", "") if _is_read(f"{before}\n{joint}{_KEY}: x\n{behind}"))
    return SetRoom(before, behind, joint=joint)


def _is_read(text: str) -> bool:
    try:
        read_yaml(text)
    except MethodologyError:
        return False
    return True
