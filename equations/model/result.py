"""Result: one of the numbers for which a methodology is applied."""

from __future__ import annotations

from equations.records import record


@record(frozen=True)
class NamedResult:
    """One result: its quantity, and what it is called where that is not the quantity's own title (``issued``, ``buffer``)."""

    quantity: str
    name: str = ""
    meaning: str = ""
