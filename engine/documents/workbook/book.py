"""A workbook that is written: sheets, formats and names; always the same bytes for the same contents.

Numbers are written with the digits that give back the same 64 bits (the library alone writes sixteen, of which a quarter come back as other
numbers); texts are never taken for formulas or links. Formulas carry the number of the run, so that what is shown before anything is
recalculated is the run.
"""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from functools import cached_property
from textwrap import wrap
from typing import Any

from engine.documents.workbook.spots import SheetSpot, sheet_prefix
from engine.typesetting.pictures.shapes import BLUE, GREY, PALE_ORANGE, PALE_YELLOW, RULE, SOFT, STRIPE
from equations.files.excel_packages import writing

_CREATED = datetime(2000, 1, 1)
_MOST_TEXT = 32_000
_WIDTH, _LINE, _MOST_HEIGHT = 8.43, 15.0, 409.0  # of a column in characters, of a line and of the highest row in points, as programs have them
_FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 13},
    "head": {"bold": True, "bg_color": RULE, "text_wrap": True, "valign": "top", "border": 1, "border_color": GREY},
    "block": {"bold": True, "bg_color": STRIPE, "text_wrap": True, "valign": "top"},
    "link": {"font_color": BLUE, "underline": 1, "valign": "top"},
    "text": {"text_wrap": True, "valign": "top"},
    "line": {"valign": "top"},
    "small": {"font_color": SOFT, "valign": "top"},
    "number": {"num_format": "#,##0.######", "valign": "top"},
    "fixed": {"num_format": "#,##0.######", "bg_color": PALE_ORANGE, "valign": "top"},
    "left_out": {"num_format": '"NA";"NA";"NA"', "align": "right", "valign": "top"},
    "result": {"num_format": "#,##0.######", "bold": True, "valign": "top", "bottom": 1},
    "input": {"num_format": "General", "bg_color": PALE_YELLOW, "locked": False, "valign": "top", "border": 1, "border_color": GREY},
    "input_text": {"bg_color": PALE_YELLOW, "locked": False, "text_wrap": True, "valign": "top", "border": 1, "border_color": GREY},
    "input_date": {"num_format": "yyyy-mm-dd", "bg_color": PALE_YELLOW, "locked": False, "valign": "top", "border": 1, "border_color": GREY},
    "sample": {"bg_color": PALE_YELLOW, "border": 1, "border_color": GREY},
    "given": {"num_format": "General", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left", "valign": "top"},
}


class Book:
    """A workbook in memory."""

    def __init__(self, title: str) -> None:
        library, self.buffer = writing(), io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = library.Workbook(self.buffer, options)
        self.file.set_properties({"title": title, "created": _CREATED, "application": "mrvgraph"})
        self.file.set_calc_mode("auto")
        self.sheets: dict[str, Any] = {}
        self.widths: dict[str, tuple[float, ...]] = {}
        self.lines: dict[tuple[str, int], int] = {}

    @cached_property
    def exact(self) -> Any:
        """A class of sheets that writes numbers exactly."""
        base = writing().worksheet.Worksheet

        class Exact(base):  # type: ignore[misc, valid-type]
            def _xml_number_element(self, number: float, attributes: Any = None) -> None:
                said = "".join(f' {key}="{value}"' for key, value in attributes or [])
                self.fh.write(f"<c{said}><v>{number!r}</v></c>")

        return Exact

    @cached_property
    def formats(self) -> dict[str, Any]:
        """Formats by name."""
        return {name: self.file.add_format(said) for name, said in _FORMATS.items()}

    def sheet_name(self, wanted: str) -> str:
        """Return a name for a sheet: at most 31 characters, none that is refused, and not taken yet."""
        name = " ".join(re.sub(r"[\[\]:*?/\\']", " ", wanted).split())[:31].strip() or "Sheet"
        turn, base = 2, name
        while name.lower() in {one.lower() for one in self.sheets}:
            name, turn = f"{base[:28]} {turn}", turn + 1
        return name

    def add(self, wanted: str, *, widths: tuple[float, ...] = (), freeze: tuple[int, int] = (0, 0), landscape: bool = True) -> str:
        """Add a sheet, locked but for what is an input; return its name."""
        name = self.sheet_name(wanted)
        sheet = self.file.add_worksheet(name, self.exact)
        self.sheets[name], self.widths[name] = sheet, widths
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        if any(freeze):
            sheet.freeze_panes(*freeze)
        if landscape:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&RPage &P of &N")
        sheet.hide_gridlines(0)
        sheet.protect("", {"format_columns": True, "format_rows": True, "sort": False, "autofilter": True})
        return name

    # -- cells

    def text(self, at: SheetSpot, text: str, style: str = "line") -> None:
        """Write a text; what looks like a formula stays a text."""
        sheet, kind = self.sheets[at.sheet], self.formats[style]
        shown = "".join(c if c in "\t\n" or ord(c) >= 32 else " " for c in text)[:_MOST_TEXT]
        if shown:
            sheet.write_string(at.row, at.column, shown, kind)
            if _FORMATS[style].get("text_wrap"):
                self.lines[at.sheet, at.row] = max(self.lines.get((at.sheet, at.row), 1), self.lines_of(at, shown))
        else:
            sheet.write_blank(at.row, at.column, None, kind)

    def lines_of(self, at: SheetSpot, text: str) -> int:
        """Return how many lines a text takes in its column; not every program finds that when it opens a file."""
        widths = self.widths[at.sheet]
        width = max(1, int(widths[at.column] if at.column < len(widths) else _WIDTH))
        return sum(max(1, len(wrap(line, width))) for line in text.split("\n"))

    def number(self, at: SheetSpot, value: float, style: str = "number") -> None:
        """Write a number exactly."""
        self.sheets[at.sheet].write_number(at.row, at.column, float(value), self.formats[style])

    def day(self, at: SheetSpot, day: date, style: str = "date") -> None:
        """Write a date."""
        self.sheets[at.sheet].write_datetime(at.row, at.column, datetime(day.year, day.month, day.day), self.formats[style])

    def formula(self, at: SheetSpot, text: str, value: float, style: str = "number") -> None:
        """Write a formula with the number that it comes to."""
        self.sheets[at.sheet].write_formula(at.row, at.column, f"={text}", self.formats[style], value=float(value))

    def link(self, at: SheetSpot, to: SheetSpot, text: str) -> None:
        """Write a link to another cell."""
        target = f"internal:{sheet_prefix(to.sheet)}{to.address.replace('$', '')}"
        self.sheets[at.sheet].write_url(at.row, at.column, target, self.formats["link"], string=text[:250] or "-")

    def heads(self, sheet: str, row: int, heads: tuple[str, ...]) -> None:
        """Write a row of heads."""
        for column, head in enumerate(heads):
            self.text(SheetSpot(sheet, row, column), head, "head")

    def comment(self, at: SheetSpot, text: str) -> None:
        """Write a note on a cell."""
        self.sheets[at.sheet].write_comment(at.row, at.column, text[:2000], {"author": "mrvgraph", "x_scale": 2})

    def name(self, name: str, at: SheetSpot, last: SheetSpot | None = None) -> None:
        """Give a cell, or a range, a name."""
        end = f":{last.address}" if last is not None else ""
        self.file.define_name(name, f"={sheet_prefix(at.sheet)}{at.address}{end}")

    def content(self) -> bytes:
        """Return the workbook as a file."""
        for (sheet, row), lines in self.lines.items():
            if lines > 1:
                self.sheets[sheet].set_row(row, min(_LINE * lines, _MOST_HEIGHT))
        self.file.close()
        return self.buffer.getvalue()
