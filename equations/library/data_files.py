"""Files of the library that are data but no methodology: formats of registries, layouts of workbooks, deductions for uncertainty. Read strictly.

Each kind has a folder in the library, and each file of it one entry whose id is the file's name. Folders of ``MRVGRAPH_SPECS`` are searched first.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from equations.errors import SpecError, near_or_all
from equations.files.strict_yaml import Mapping, Scalar, YamlNode, read_yaml_file
from equations.files.strict_yaml import Sequence as YamlSequence
from equations.library.places import INSTALLED, library_folders, shown_name


def data_files(folder: str) -> dict[str, Path]:
    """Return the entries of a folder of data: id -> file."""
    found: dict[str, Path] = {}
    for library in dict.fromkeys((*library_folders(), INSTALLED)):
        for path in sorted((library / folder).glob("*.yaml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))


def read_data_file(folder: str, id_: str, what: str, fields: Sequence[str]) -> Mapping:
    """Read one entry of a folder of data.

    Raises
    ------
    SpecError
        S108 for one that is not there; S103 for fields that are not known, S105 for what is no block of fields.
    """
    known = data_files(folder)
    if id_ not in known:
        raise SpecError("S108", f"there is no {what} {id_!r}", remedy=near_or_all(id_, list(known), f"the {what}s are"))
    return mapping_of(read_yaml_file(known[id_], name=shown_name(known[id_])), f"a {what}", fields)


def mapping_of(node: YamlNode | None, what: str, fields: Sequence[str]) -> Mapping:
    """Return a block whose fields are all known."""
    if not isinstance(node, Mapping):
        place = node.place if node is not None else None
        raise SpecError("S105", f"{what} is a block of fields", place, remedy=f"its fields are {', '.join(fields)}")
    for key, _ in node:
        if key.text not in fields:
            raise SpecError("S103", f"{key.text!r} is not known of {what}", key.place, remedy=near_or_all(key.text, list(fields), "there are"))
    return node


def items_of(node: YamlNode | None) -> tuple[YamlNode, ...]:
    """Return the entries of a list; none of one that is not written."""
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return ()
    if not isinstance(node, YamlSequence):
        raise SpecError("S105", "a list is wanted here", node.place, remedy="begin each entry with `- `")
    return node.items


def text_of(own: Mapping, field: str, missing: str | None = None) -> str:
    """Return the text of a field: S104 for one that is not there and has no ``missing``."""
    found = own.get(field)
    if isinstance(found, Scalar):
        return found.text
    if found is None and missing is not None:
        return missing
    raise SpecError("S104" if found is None else "S105", f"{field} must be a text", own.place, remedy=f"write {field}: ...")


def yes_of(own: Mapping, field: str) -> bool:
    """Return whether a field says yes; one that is not written says no."""
    text = text_of(own, field, "no")
    if text not in ("yes", "no"):
        raise SpecError("S105", f"{field} is yes or no, not {text!r}", own.place, remedy=f"write {field}: yes")
    return text == "yes"
