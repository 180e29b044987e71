"""The registered design of a project as a document holds it: fixed values, estimates, monitoring plan, members. Blocks, not yet numbers."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Lookup
from typing import TYPE_CHECKING

from equations.errors import Place
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.records import record

if TYPE_CHECKING:
    from engine.project.project_documents import StatedBlock
    from engine.project.project_file import ProjectBlock

#: Reads what is said of one quantity as blocks of a kind.
Blocks = Callable[["ProjectBlock", str, str], "list[StatedBlock]"]


@record(frozen=True)
class PlannedParameter:
    """How a monitoring plan has one quantity monitored.

    Attributes
    ----------
    said
        Field of a parameter -> text, of those that the plan gives.
    sources
        The first one comes before the others.
    """

    quantity: Scalar
    said: Lookup[str, str]
    sources: tuple[Scalar, ...]
    place: Place


@record(frozen=True)
class RegisteredDesign:
    """A registered design, unread.

    Attributes
    ----------
    plan
        How quantities are monitored; ``None`` where the document has no monitoring plan.
    members
        Index set -> the members that the design has.
    explained
        Quantity -> why the project goes beyond the design.
    """

    fixed: tuple[StatedBlock, ...]
    estimates: tuple[StatedBlock, ...]
    plan: tuple[PlannedParameter, ...] | None
    members: Lookup[str, tuple[Scalar, ...]]
    explained: Lookup[str, str]
    place: Place


def registered_design(block: ProjectBlock, blocks: Blocks, gap: str) -> RegisteredDesign:
    """Read the block of a design.

    Parameters
    ----------
    blocks
        Reads the entries of a field as statements of a kind.
    gap
        What a template writes where something is still missing: it says nothing.
    """
    said = {key: scalar.text for key, scalar in block.texts("explained") if scalar.text != gap}
    plan = tuple(one for key, value in _entries(block, "monitored") if (one := _parameter(block, key, value, gap)) is not None)
    fixed, estimates = blocks(block, "fixed", "statement"), blocks(block, "estimates", "estimate")
    return RegisteredDesign(tuple(fixed), tuple(estimates), plan or None, _members(block, gap), said, block.place)


def _entries(block: ProjectBlock, name: str) -> tuple[tuple[Scalar, YamlNode], ...]:
    node = block.node.get(name)
    if node is None or (isinstance(node, Scalar) and node.is_empty):
        return ()
    if not isinstance(node, Mapping):
        block.fault("S105", f"{name} must be a mapping", node.place, remedy=f"write {name}: {{id: ...}}")
        return ()
    return tuple(node)


def _parameter(block: ProjectBlock, key: Scalar, value: YamlNode, gap: str) -> PlannedParameter | None:
    """Read one line of a monitoring plan; a text alone is its frequency, and one that holds nothing but gaps says nothing."""
    if isinstance(value, Scalar):
        return None if value.text == gap else PlannedParameter(key, {} if value.is_empty else {"frequency": value.text}, (), key.place)
    one = block.inner(value, "parameter")
    names = ("frequency", "method", "monitoring_option", "precision", "confidence", "place", "comments")
    given = {name: one.text(name) for name in names if one.has(name) and getattr(one.node.get(name), "text", "") != gap}
    sources = tuple(word for word in one.word_nodes("sources") if word.text != gap)
    return PlannedParameter(key, given, sources, one.place) if given or sources or not one.node.entries else None


def _members(block: ProjectBlock, gap: str) -> dict[str, tuple[Scalar, ...]]:
    """Read the members of a design, by index set."""
    found: dict[str, tuple[Scalar, ...]] = {}
    for key, node in _entries(block, "members"):
        items = node.items if isinstance(node, Sequence) else (node,)
        if not all(isinstance(item, Scalar) and not item.is_empty for item in items):
            block.fault("S105", f"the members of {key.text} must be a list of texts", node.place, remedy=f"write members: {{{key.text}: [a, b]}}")
            continue
        words = tuple(item for item in items if isinstance(item, Scalar) and item.text != gap)
        found |= {key.text: words} if words else {}
    return found
