"""Whether a project file holds anything that would be lost with it: a template in which nothing is filled in holds nothing."""

from __future__ import annotations

from pathlib import Path

from engine.project.project_file import GAP, ProjectBlock, is_blank
from engine.project.project_tree import tree_of
from equations.errors import FaultList, MethodologyError
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.spec.block import Errors


def holds_nothing(path: Path) -> bool:
    """Whether nothing is lost with a file: there is none, or it is empty, or a project file without a name in which every number is open."""
    if not path.exists() or not path.stat().st_size:
        return True
    try:
        tree = tree_of(path.read_bytes(), path)  # not as an input: the command does not go by it
    except (MethodologyError, OSError):
        return False
    who, values = (tree.get(name) if isinstance(tree, Mapping) else None for name in ("project", "values"))
    name = who.get("name") if isinstance(who, Mapping) else None
    return isinstance(name, Scalar) and _is_gap(name) and isinstance(values, Mapping) and all(_is_open(node) for _, node in values)


def _is_gap(node: Scalar) -> bool:
    return node.text.strip() in ("", GAP)


def _is_open(node: YamlNode) -> bool:
    """Whether what a project gives of one quantity is left open."""
    if isinstance(node, Scalar):
        return _is_gap(node)
    errors: Errors = FaultList()
    blocks = node.items if isinstance(node, Sequence) else (node,)
    return all(isinstance(block, Mapping) and is_blank(ProjectBlock(block, "value", errors)) for block in blocks)
