"""What a reading of an open place changes: edits of entries, and steps between a quantity and those that read it."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from equations.errors import Place
from equations.model.dataset import Dataset
from equations.model.equation import Equation, Rule
from equations.model.index_set import IndexSet
from equations.model.quantity import Quantity
from equations.records import record

Entry: TypeAlias = Quantity | Equation | Rule | Dataset | IndexSet
#: Lists of a spec whose entries a reading can edit, in the order in which they are read.
EDITED = ("quantities", "index_sets", "equations", "rules", "datasets")
#: What a step calls the value that arrives at it.
IT = "it"


def name_part(ruling: str) -> str:
    """Return the id of a ruling as it stands within names of formulas.

    Examples
    --------
    >>> name_part("row-sums")
    'row_sums'
    """
    return "".join(sign if sign.isalnum() else "_" for sign in ruling)


@record(frozen=True)
class EntryEdit:
    """An entry taken out (``entry`` is ``None``), exchanged, or put in.

    Attributes
    ----------
    list
        One of :data:`EDITED`.
    after
        Id of the entry behind which a new one stands; empty for the first place.
    """

    list: str
    id: str
    entry: Entry | None = None
    new: bool = False
    after: str = ""
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """What is edited."""
        return self.list, self.id


@record(frozen=True)
class Adjustment:
    """A step between a quantity and those that read it.

    Attributes
    ----------
    of
        The quantity.
    readers
        Equations, and rulings whose steps read the quantity; none: the definition itself.
    after
        Rulings whose steps on the same quantity come before.
    quantities, equations
        What it declares and computes on the way; the last of each is what it gives. ``it`` is the value that arrives.
    more
        The index set that what it gives has beyond those of ``of``, or empty.
    """

    of: str
    readers: tuple[str, ...]
    after: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    equations: tuple[Equation, ...]
    more: str = ""
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def gives(self) -> Quantity:
        """What those that read the quantity read instead."""
        return self.quantities[-1]


@record(frozen=True)
class EditBlock:
    """Edits that hold together: where all readings of ``under`` are taken, its own among them."""

    under: tuple[tuple[str, str], ...]
    entries: tuple[EntryEdit, ...] = ()
    steps: tuple[Adjustment, ...] = ()
    place: Place | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Its readings, for messages."""
        return " with ".join(f"{ruling}: {reading}" for ruling, reading in self.under)

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """The quantities that it declares or exchanges."""
        return (*(e.entry for e in self.entries if isinstance(e.entry, Quantity)), *(q for step in self.steps for q in step.quantities))

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The equations that it puts in or exchanges, those of its steps among them."""
        return (*(e.entry for e in self.entries if isinstance(e.entry, Equation)), *(e for step in self.steps for e in step.equations))

    def is_narrower(self, other: EditBlock) -> bool:
        """Whether it holds under the readings of another one and under more."""
        return set(self.under) > set(other.under)
