"""The fields of a statement about cells, and of the registered design of a project (:data:`engine.project.project_file.SCHEMA`)."""

from __future__ import annotations

from engine.project.value_fields import TABLE_FIELDS

#: Name, type, whether it is required, meaning.
Rows = tuple[tuple[str, str, bool, str], ...]

STATEMENT_FIELDS: Rows = (
    ("unit", "unit", False, "unit of the numbers; that of the quantity if absent"),
    ("value", "number", False, "of a quantity without indices; of another one the sum over the indices that `at` leaves open"),
    ("values", "cells", False, "label -> number, nested in the order of the indices"),
    ("table", "table", False, "text of lines: last index across, the one before it down"),
    ("file", "text", False, "CSV file beside the document"),
    ("layout", "one_of:long|matrix", False, "long: one line a cell (the default); matrix: labels on two sides"),
    *TABLE_FIELDS,
    ("at", "texts", False, "index set -> member, for indices that the values do not show"),
    ("place", "text", False, "where it stands in the document: page, or sheet and cell"),
    ("comments", "text", False, ""),
)

DESIGN_SCHEMA: dict[str, Rows] = {
    "registered": (
        ("fixed", "statements", False,
         "quantity -> the number that the design fixes; one number alone is that of each year, and of each member, or of all if it is an amount"),
        ("estimates", "estimates", False, "quantity -> what the design expects of it, with the days that it is for"),
        ("monitored", "parameters", False, "quantity -> how the monitoring plan has it monitored"),
        ("members", "members", False, "index set -> the members (units, meters, fuels, areas) that the design has"),
        ("explained", "texts", False, "quantity -> why it is above its estimate, repeats a number or comes from a source of lower order"),
    ),
    "estimate": (
        *STATEMENT_FIELDS,
        ("days", "number", False, "for how many days the number is, where it is for no labelled year, month or period"),
        ("from", "date", False, "first day that the number is for"),
        ("to", "date", False, "last day that the number is for"),
    ),
    "claim": (
        ("cells", "text", True, "where the numbers stand in the workbook: Sheet1!H12, a range, or a name of the workbook"),
        ("across", "heads", False, "index set -> whose the columns are: the range of their heads, or a list of members"),
        ("down", "heads", False, "index set -> whose the rows are, likewise"),
        ("at", "texts", False, "index set -> member of all these cells"),
        ("labels", "texts", False, "head in the workbook -> member"),
        ("unit", "unit", False, "unit of the numbers; that of the quantity if absent"),
        ("comments", "text", False, ""),
    ),
    "parameter": (
        ("frequency", "text", False, "how often it is monitored"),
        ("method", "text", False, "how it is measured"),
        ("monitoring_option", "one_of:A|B|C", False, "as of a value"),
        ("sources", "words", False, "where the number comes from, the source that comes first before the others"),
        ("precision", "text", False, "how far the number may be off at most, as a share: 5 %"),
        ("confidence", "text", False, "at which that holds: 95 % where it is not said"),
        ("place", "text", False, "where it stands in the document: page, or sheet and cell"),
        ("comments", "text", False, ""),
    ),
}  # fmt: skip
