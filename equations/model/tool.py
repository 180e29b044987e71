"""Tool: another spec that stands inside a methodology under a prefix, with a version of its own."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from equations.errors import Place
from equations.records import record

if TYPE_CHECKING:
    from equations.model.methodology import Methodology


@record(frozen=True)
class Tool:
    """A tool as it was taken in.

    Attributes
    ----------
    path
        Its prefix; of a tool that a tool uses both, with a point between them (``grid.fuels``).
    results
        The quantities that it is applied for, under their names here.
    binds
        What stands here -> what it was bound to: quantities, formulas, index sets.
    settles
        Choices and rulings of the tool -> what this spec takes of them, so that no project is asked.
    hash
        SHA-256 of what its own spec says.
    methodology
        The tool read by itself, for its own check; ``None`` where the document was written out whole.
    """

    path: str
    id: str
    version: str
    title: str = ""
    programme: str = ""
    status: str = ""
    document: str = ""
    hash: str = ""
    results: tuple[str, ...] = ()
    binds: tuple[tuple[str, str], ...] = ()
    settles: tuple[tuple[str, str], ...] = ()
    methodology: Methodology | None = field(default=None, compare=False, repr=False)
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def reference(self) -> str:
        """``TOOL07@7.0``."""
        return f"{self.id}@{self.version}"

    @property
    def prefix(self) -> str:
        """What its names begin with in formulas, without the underscore."""
        return self.path.replace(".", "_")

    def owns(self, id_: str) -> bool:
        """Whether a quantity, an equation or another entry is one of the tool's."""
        return id_.startswith((f"{self.prefix}_", f"{self.path}."))
