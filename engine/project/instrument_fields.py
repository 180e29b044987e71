"""The fields of instruments in a project file or a document: what a meter is, when it was calibrated, what it serves."""

from __future__ import annotations

from engine.project.sample_fields import fields_of
from equations.spec.schema import Field

#: How the readings of a meter count for what it serves.
USES = ("main", "lower", "higher", "sum", "apportioned")

INSTRUMENT_FIELDS: dict[str, dict[str, Field]] = {
    "instrument": fields_of(
        ("meter", "text", True, "what it is called: its number, or its place in the diagram"),
        ("class", "text", False, "largest error that its class allows, as a share of the reading: 0.5 %"),
        ("installed", "date", False, "first day on which it reads; the first of the operation if absent"),
        ("removed", "date", False, "last day on which it reads; the last of the operation if absent"),
        ("calibrated", "calibrations", False, "days of calibration, or blocks of them"),
        ("interval", "text", False, "how long a calibration holds: 183 days, 6 months, 1 year"),
        ("serves", "blocks:served", True, "the quantities, members and days that it reads"),
        ("place", "text", False, "where it stands in its document"),
        ("comments", "text", False, ""),
    ),
    "calibration": fields_of(
        ("on", "date", True, "day of the calibration"),
        ("due", "date", False, "last day on which it holds; what the interval says if absent"),
        ("found", "text", False, "error that it found, as 0.8 %: counts for the overdue days before it where it is larger than the class"),
        ("certificate", "text", False, "its number"),
    ),
    "served": fields_of(
        ("quantity", "text", True, "quantity of the methodology that it reads"),
        ("at", "texts", False, "index set -> member; it serves all members of an index that is not named"),
        ("from", "date", False, "first day on which it serves this, where it does so for a part of its life"),
        ("to", "date", False, "last day"),
        ("use", "one_of:" + "|".join(USES), False, "how its reading counts: alone (main), the lower or higher of several, their sum, or shared out"),
        ("by", "text", False, "quantity by which a shared reading is shared out"),
        ("unit", "unit", False, "unit of readings and of what was applied; that of the quantity if absent"),
        ("readings", "cells", False, "label in time -> reading of the meter"),
        ("applied", "text", False, "change for overdue days that the numbers hold: an amount, below zero where it takes off; or yes, or no"),
    ),
}
