"""What no run knows and a registry asks for: identifiers, sectors, purposes. A file of texts, in which nothing may stand that nobody asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from equations.errors import InputError, near_or_all, raise_all
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, read_yaml_file
from equations.records import record


@record(frozen=True)
class RegistryTexts:
    """Texts by key, or by key and member."""

    given: Mapping[tuple[str, str], Scalar]

    def of(self, key: str, member: str = "") -> str | None:
        """Return a text, or ``None`` where it is not given."""
        found = self.given.get((key, member))
        return found.text if found is not None and not found.is_empty else None

    def refuse_unasked(self, keys: Collection[str], members: Collection[str]) -> None:
        """Report every text for which no format asks, or that is for no member of the run.

        Raises
        ------
        MethodologyError
            I502 for each.
        """
        faults = []
        for (key, member), text in self.given.items():
            asked, name, known = (key in keys, key, keys) if key not in keys else (not member or member in members, member, members)
            if not asked:
                what = f"no column asks for {name!r}" if name is key else f"the run has no member {name!r}, for which {key} is given"
                faults.append(InputError("I502", what, text.place, why="a text that nobody asks for would be passed over",
                                         remedy=near_or_all(name, sorted(known), "there are")))  # fmt: skip
        raise_all(faults)


def read_texts(path: Path | None) -> RegistryTexts:
    """Read ``{key: text}`` and ``{key: {member: text}}``; none where no file is named.

    Raises
    ------
    MethodologyError
        I509 where it cannot be read, S101 and S102 for what stands in it, I506 for what is no text.
    """
    if path is None:
        return RegistryTexts({})
    top = read_yaml_file(path, code="I509")
    if not isinstance(top, YamlMapping):
        raise InputError("I506", "a file of texts is a block of keys", top.place, remedy="write `key: text`")
    found: dict[tuple[str, str], Scalar] = {}
    for key, value in top:
        for member, text in value if isinstance(value, YamlMapping) else ((None, value),):
            if not isinstance(text, Scalar):
                raise InputError("I506", f"{key.text} must be a text, or texts by member", text.place, remedy="write {member: text}")
            found[key.text, member.text if member is not None else ""] = text
    return RegistryTexts(found)

