"""Numbers that a second source states of sums: its labels are those of the indices that are left."""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.audit.desk.statements import StatementReader
from engine.project.project_documents import ProjectDocument
from engine.project.project_file import ProjectBlock
from engine.project.values import Reported
from equations.model.quantity import Quantity


@dataclass
class SummedReader(StatementReader):
    """Reads statements whose numbers stand for all members of some indices together.

    Attributes
    ----------
    sum_over
        Names of those indices, of a quantity that has them.
    """

    sum_over: tuple[str, ...] = ()

    def reported(self, document: ProjectDocument, quantity: Quantity, block: ProjectBlock) -> list[Reported]:
        """Return what a block lists by the indices that are left, with an empty label for each of the others."""
        kept = [at for at, name in enumerate(quantity.axis_names) if name not in self.sum_over]
        found = super().reported(document, replace(quantity, indices=tuple(quantity.indices[at] for at in kept)), block)
        return [replace(one, labels=self.all_labels(quantity, kept, one.labels)) for one in found]

    @staticmethod
    def all_labels(quantity: Quantity, kept: list[int], labels: tuple[str, ...]) -> tuple[str, ...]:
        own = dict(zip(kept, labels, strict=True))
        return tuple(own.get(at, "") for at in range(len(quantity.indices)))

    def no_sum(self, quantity: Quantity, places: list[int | None]) -> str:
        """Let a sum stand that the cross-check itself asks for."""
        asked = all(at != -1 or name in self.sum_over for at, name in zip(places, quantity.axis_names, strict=True))
        return "" if asked else super().no_sum(quantity, places)
