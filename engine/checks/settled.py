"""What a revision took out of the text by settling a choice or a ruling, by name."""

from __future__ import annotations

from collections.abc import Iterator

from engine.finding import Finding
from equations.model.methodology import Methodology


def check_settled(methodology: Methodology) -> list[Finding]:
    """Name everything that went with the other values of a settled choice, or with the other readings of a ruling."""
    return list(_settled(methodology))


def _settled(methodology: Methodology) -> Iterator[Finding]:
    for one in methodology.settled:
        if one.kind == "ruling" and not one.removed:
            continue  # the reading became the text, and took nothing else with it
        parts = [f"{list_.replace('_', ' ').replace('.', ', ')}: {', '.join(ids)}" for list_, ids in one.removed]
        yield Finding(
            "W814", "note", one.choice, f"the {one.kind} {one.choice} is settled as {one.value}",
            "nothing else went with it" if not parts else "removed " + "; ".join(parts),
            "add again what is still to be there" if parts else "", place=one.place,
        )  # fmt: skip
