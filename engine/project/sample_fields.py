"""The fields of a sample in a project file: what was found, how it was drawn, and what the plan asks of it."""

from __future__ import annotations

from engine.project.file_numbers import SIGNS
from engine.project.value_fields import TABLE_FIELDS
from equations.spec.schema import Field


def fields_of(*rows: tuple[str, str, bool, str]) -> dict[str, Field]:
    """Return fields by their names; a row is name, type, whether it is required, and meaning."""
    return {name: Field(name, type_, required, meaning) for name, type_, required, meaning in rows}


_COUNTS = (
    ("yes", "number", False, "how many said yes"),
    ("no", "number", False, "how many said no"),
    ("unanswered", "number", False, "how many that were asked did not answer"),
    ("n", "number", False, "how many were asked, or how many records the mean is of"),
)
_MEAN = (
    ("mean", "number", False, "mean of the records"),
    ("sd", "number", False, "standard deviation of the records, not of their mean"),
    ("records", "any", False, "the records themselves, as a list or by name; of clusters, a list for each"),
    ("population", "number", False, "how many there are in all; corrects for a population that is not large beside the sample"),
)

SAMPLE_FIELDS: dict[str, dict[str, Field]] = {
    "sample": fields_of(
        *_MEAN,
        *_COUNTS,
        ("questions", "blocks:question", False, "several questions in their order, each asked of those who said yes before: the share of yes to all"),
        ("at", "texts", False, "index set -> member, where the block of values does not fix it"),
        ("file", "text", False, "CSV file or workbook with one line a record"),
        ("sheet", "text", False, "sheet of a workbook; the first one if absent"),
        ("range", "text", False, "cells of that sheet, the heads included"),
        *(row for row in TABLE_FIELDS if row[0] in SIGNS),
        ("column", "words", False, "column of the numbers or answers; of several, a record is a yes where all are"),
        ("record", "text", False, "column that names the record: one that stands twice is an error"),
        ("by", "texts", False, "index set -> column that says to which member a record belongs: an estimate for each"),
        ("stratum", "text", False, "column of the stratum"),
        ("strata", "named:stratum", False, "name -> what was found there, with its population or weight; of a table, population or weight alone"),
        ("clusters", "block:clusters", False, "clusters were drawn first, and as many records in each"),
        ("unanswered_are", "one_of:left_out|no", False, "what becomes of those who did not answer; an error if it is not said"),
        ("plan", "text", False, "confidence and precision of the plan in percent, as 90/10"),
        ("confidence", "text", False, "of the plan, as 90 %"),
        ("precision", "text", False, "largest half-width that the plan allows, as a share of the estimate, as 10 %"),
        ("margin", "number", False, "the same in the unit of the numbers"),
        ("takes", "one_of:mean|lower|upper", False, "what is taken: the mean (if absent), or always a limit of the interval"),
        ("missed", "one_of:lower|upper", False, "limit that the plan allows where its precision is missed; without it a miss is an error"),
        ("each_stratum", "one_of:yes|no", False, "whether the plan asks for the precision in every stratum"),
        ("register", "text", False, "quantity of the methodology that says how large the population is"),
        ("achieved", "text", False, "precision that the document claims, as 4.1 %"),
        ("place", "text", False, "where it stands in its document"),
        ("comments", "text", False, ""),
    ),
    "stratum": fields_of(
        *_MEAN,
        *_COUNTS,
        ("questions", "blocks:question", False, ""),
        ("weight", "text", False, "share of the stratum in the whole, as 40 % or 0.4"),
    ),
    "question": fields_of(("question", "text", False, "what was asked"), *_COUNTS),
    "clusters": fields_of(
        ("column", "text", False, "column of the cluster"),
        ("in_all", "number", False, "how many clusters there are"),
        ("size", "number", False, "how many members each cluster has"),
    ),
}
