"""The fields of a block of values in a project file."""

from __future__ import annotations

#: What is said of a table in a file.
TABLE_FIELDS: tuple[tuple[str, str, bool, str], ...] = (
    ("columns", "texts", False, "head of a column -> what it is: an index set, value, pixels, unit, source; others are then not read"),
    ("labels", "labels", False, "label of the file -> member, or index set -> its labels: {1: E, 2: NF}"),
    ("leave_out", "left_out", False, "labels of the file that do not count, or index set -> those under it: no data, outside the area"),
    ("pixel", "text", False, "area of a pixel, where the file counts pixels: 900 m2"),
    ("decimal", "one_of:point|comma", False, "decimal sign of a text file, where its numbers can be read in two ways"),
    ("thousands", "one_of:point|comma|space|apostrophe", False, "what divides thousands in a text file; nothing if absent"),
)
#: Name, type, whether it is required, and meaning.
VALUE_FIELDS: tuple[tuple[str, str, bool, str], ...] = (
    ("unit", "unit", False, "unit of the numbers; one text, or alternative units by member"),
    ("value", "number", False, "for a quantity without indices"),
    ("values", "cells", False, "label -> number, nested in the order of the indices"),
    ("table", "table", False, "text of lines: last index across, the one before it down"),
    ("file", "text", False, "CSV file or workbook beside the project file"),
    ("sheet", "text", False, "sheet of a workbook; the first one if absent"),
    ("range", "text", False, "cells of that sheet, as B3:F20, the heads included; all that are filled if absent"),
    ("layout", "one_of:long|matrix", False, "long: one line a cell (the default); matrix: labels on two sides"),
    *TABLE_FIELDS,
    ("at", "texts", False, "index set -> member, for indices that the values do not show"),
    ("sample", "samples", False, "a sample that gives the number, or one for each label; a number beside it must be what it gives"),
    ("otherwise", "number", False, "the value of every cell that is not listed: a statement of the project, reported where it stands for years"),
    ("state", "states", False, "measured, substituted by METHOD, not operating, unknown: of all that is listed, or label -> state, nested"),
    ("otherwise_state", "text", False, "the state of the cells that `otherwise` covers"),
    ("source", "text", False, "where the number comes from"),
    ("monitoring_option", "one_of:A|B|C|____", False, "A public data, B transaction records, C own measurement; ____ as in a template says nothing"),
    ("method", "text", False, "measurement methods and procedures"),
    ("frequency", "text", False, "monitoring frequency"),
    ("comments", "text", False, ""),
    ("conservative", "one_of:yes|low|high", False, "said to be on the careful side: the low one, the high one, or whichever that is"),
    ("instead_of", "number", False, "in the same unit, the number in place of which it stands: measured, of the other source, not rounded"),
    ("uncertainty", "any", False, "distribution, for `simulate`"),
)
