"""The cross-checks that a project file states, unread, and the fields of the numbers of a second source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.project.design_fields import STATEMENT_FIELDS, Rows
from equations.files.strict_yaml import Mapping, Scalar, Sequence
from equations.spec.cross_check_fields import CROSS_CHECK_FIELDS

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock

CROSS_CHECK_SCHEMA: dict[str, Rows] = {
    "cross_check": CROSS_CHECK_FIELDS,
    "second_source": (*STATEMENT_FIELDS, ("source", "text", False, "what the second source is called: meter, invoices")),
}


def cross_check_blocks(block: ProjectBlock) -> tuple[ProjectBlock, ...]:
    """Return what stands under ``cross_checks:``, a list of blocks."""
    node = block.node.get("cross_checks")
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return ()
    if isinstance(node, Sequence):
        return tuple(block.inner(item, "cross_check") for item in node.items)
    if not isinstance(node, Mapping):
        block.fault("S105", "cross_checks must be a list", node.place, remedy="begin each with `- `, as in - {of: EG, with: EG_invoice, use: lower}")
        return ()
    return (block.inner(node, "cross_check"),)
