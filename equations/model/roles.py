"""Roles: what a quantity can be in the accounting of a methodology of any kind. Audits, totals and charts find quantities by them."""

from __future__ import annotations

#: Role -> what it says. Quantities of one ``part_of`` belong to the same place.
ROLES: dict[str, str] = {
    "baseline": "emissions expected without the project",
    "project": "emissions with the project",
    "leakage": "emissions moved elsewhere",
    "reductions": "reductions before any discount",
    "credits": "what can be credited",
    "issued": "the result in whole units, as it is issued",
    "transferred": "what of the issued units goes to somebody else, such as another Party",
    "buffer": "what is held in a buffer against a later loss",
    "discount": "share that is held back",
    "activity": "how much is done: distance, energy, animals, fuel",
    "stock": "how much is held at a time, such as carbon in a pool",
    "initial_area": "area of each category when the project starts",
    "projected_area": "area of each category, projected year by year",
    "projected_conversion": "area projected to go from one category to another",
    "monitored_conversion": "area monitored to have gone from a category, or from one to another",
}
#: Names of the accounting itself: of a tool they say nothing of the methodology that uses it.
ACCOUNT = ("baseline", "project", "leakage", "reductions", "credits", "issued", "transferred", "buffer")
#: Amounts that belong to a year each, so that those of several years add up.
FLOWS = (*ACCOUNT, "activity", "projected_conversion", "monitored_conversion")
#: Former names, which specs may go on using.
_FORMER = {
    "reference_level": "baseline", "project_emissions": "project", "displaced_emissions": "leakage", "emission_reductions": "reductions",
}  # fmt: skip


def role_named(name: str) -> str:
    """Return a role under the name that it has now."""
    return _FORMER.get(name, name)
