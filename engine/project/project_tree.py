"""The text of a project file as a tree, whether it is YAML or a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.finding import Finding
from equations.errors import InputError
from equations.files.file_kinds import told_kind
from equations.files.strict_yaml import Mapping, Scalar, YamlNode, read_spec_bytes, read_yaml_bytes

#: Endings of project files that are workbooks.
WORKBOOKS = (".xlsx",)


def is_workbook(path: Path | str) -> bool:
    """Whether a file is a workbook by its ending."""
    return Path(path).suffix.lower() in WORKBOOKS


def tree_and_bytes(path: Path, findings: list[Finding] | None = None) -> tuple[YamlNode, bytes]:
    """Return what a project file says as a tree, with its bytes; errors are those of :func:`engine.project.project_file.read_project`.

    Parameters
    ----------
    findings
        Takes what a person may see otherwise in the cells of a workbook.
    """
    data = read_spec_bytes(path, code="I509")
    return tree_of(data, path, findings), data


def tree_of(data: bytes, path: Path, findings: list[Finding] | None = None) -> YamlNode:
    """Return what the bytes of a project file say; see :func:`tree_and_bytes`."""
    if is_workbook(path):
        from engine.project.sheet_project import workbook_tree

        return workbook_tree(data, path, [] if findings is None else findings)
    return read_yaml_bytes(data, str(path), code="I509")


def refuse_other_kind(node: YamlNode, path: Path) -> None:
    """Refuse a file that is no project file: in one sentence, since each of its fields would be one that a project has not.

    Raises
    ------
    InputError
        I509 for a methodology, or a document of a project.
    """
    fields = node.entries if isinstance(node, Mapping) else ()
    if told := told_kind((key.text for key, _ in fields), "project"):
        remedy = (f"write `mrvgraph run {path} PROJECT`; `mrvgraph check {path}` checks it" if told == "a methodology" else
                  "name the project file, which names its documents under `documents:`")  # fmt: skip
        raise InputError("I509", f"{path} is {told}, and no project file", fields[0][0].place, remedy=remedy)


def project_tree(path: Path) -> Mapping:
    """Return what a project file says as a tree; the file was read before and is a mapping."""
    node = tree_and_bytes(path)[0]
    assert isinstance(node, Mapping)
    return node


def files_in(node: YamlNode) -> Iterator[Scalar]:
    """Yield the names of the data files of a block of values, those of its samples included."""
    for key, value in node if isinstance(node, Mapping) else ():
        if key.text == "file" and isinstance(value, Scalar):
            yield value
        elif isinstance(value, Mapping):
            yield from files_in(value)
