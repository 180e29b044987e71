"""What edits of a revision have in common: where each was made, and the faults of those that do not fit."""

from __future__ import annotations

from dataclasses import dataclass, field

from equations.errors import MethodologyError, Place, SpecError, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.methodology import Settled

#: What is edited: the list, the entry, its field, a label.
Path = tuple[str, ...]


@dataclass
class EditLog:
    """Collects faults (S109), and where each thing was edited."""

    errors: list[MethodologyError] = field(default_factory=list)
    edited: dict[Path, Place] = field(default_factory=dict)
    settled: list[Settled] = field(default_factory=list)

    def fault(self, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        """Note an edit that does not fit."""
        self.errors.append(SpecError("S109", what, place, why=why, remedy=remedy))

    def first(self, path: Path, what: str, place: Place) -> bool:
        """Note an edit; report a second one of the same thing."""
        earlier = self.edited.get(path)
        if earlier is not None:
            self.fault(f"{what} is edited twice", place, why=f"the first edit is at {earlier}", remedy="join the two")
            return False
        self.edited[path] = place
        return True

    def nothing(self, what: str, place: Place) -> None:
        """Report an edit that changes nothing."""
        self.fault(f"the edit of {what} changes nothing", place, why="what it says is there already", remedy="remove the edit")

    def absent(self, path: Path, item: YamlNode, known: list[str]) -> None:
        """Report an edit of something that is not there."""
        shown = item.text if isinstance(item, Scalar) else "..."
        if (gone := self.edited.get((*path, shown))) is not None:
            self.fault(f"{shown!r} of {' of '.join(reversed(path))} is not there any more", item.place, why=f"it went with what is edited at {gone}",
                       remedy="take this edit out")  # fmt: skip
            return
        self.fault(
            f"there is no {shown!r} in {' of '.join(reversed(path))}",
            item.place,
            why="only what the edited version has can be edited",
            remedy=near_or_all(shown, known) or "take the edit out",
        )


def same(a: YamlNode, b: YamlNode) -> bool:
    """Whether two nodes say the same; white space and the order of keys do not count."""
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return a.text.split() == b.text.split()
    if isinstance(a, Sequence) and isinstance(b, Sequence):
        return len(a.items) == len(b.items) and all(same(x, y) for x, y in zip(a.items, b.items, strict=True))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        left, right = {k.text: v for k, v in a}, {k.text: v for k, v in b}
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return False
