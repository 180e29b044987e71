"""Tables as map programs write them, recognised by their first lines: which columns are codes of classes, which areas, and in what unit.

A layout is a row of :data:`LAYOUTS`, or a reader below where a file is no plain table. What a program leaves unsaid (which of two maps is the
earlier, how large a pixel is) is not guessed here: it stays open for the project to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from equations.files.csv_table import CsvTable
from equations.records import record

#: Head of a column of pixel counts in tables that are made here, and of one of codes.
COUNT, CODE, NAME = "count", "class", "name"
#: Squares of lengths as programs write them -> unit.
_SQUARES = dict.fromkeys(("metre^2", "metres^2", "meter^2", "meters^2", "m^2", "m²", "m2"), "m2")
_DEGREES = re.compile(r"deg(ree)?s?(\^?2|²)?\Z", re.IGNORECASE)
_WHOLE = re.compile(r"([0-9]+)\.0*\Z")


@record(frozen=True)
class KnownLayout:
    """A table whose first line says which program wrote it.

    Attributes
    ----------
    program
        What it is called in messages.
    heads
        Columns that it always has.
    labels
        Columns of codes or names of classes; with several maps one of each.
    counts
        Column of pixel counts.
    area
        Matches the head of the column of areas and gives its unit.
    names
        A column that says the same as the one of codes, in words.
    """

    program: str
    heads: tuple[str, ...]
    labels: tuple[str, ...]
    counts: str = ""
    area: str = ""
    names: tuple[str, ...] = ()
    #: How many columns it has, where that tells it from other tables.
    widths: tuple[int, ...] = ()


@record(frozen=True)
class LeftLines:
    """What stands below a table, from a line with a cell alone on.

    Attributes
    ----------
    line, text
        That line, and what it says.
    label
        Which class it would be, were it a line of the table.
    goes_on
        The line in which the table would go on below it, or begin anew with the same heads; 0 where something else follows, or nothing.
    """

    line: int
    text: str
    label: str
    goes_on: int


@record(frozen=True)
class FoundLayout:
    """A table in the layout of a program.

    Attributes
    ----------
    table
        Its heads and the lines below them; the rest of the file is left out.
    labels
        Columns of classes.
    value
        Column of areas, an empty text where there is none.
    unit
        Unit of the areas.
    counts
        Column of pixel counts, if there is one.
    zones
        Columns that say of which polygon a line is.
    left
        What of the file is not read.
    in_degrees
        Whether the map was in degrees, so that its areas are none.
    """

    program: str
    table: CsvTable
    labels: tuple[str, ...]
    value: str = ""
    unit: str = ""
    counts: str = ""
    zones: tuple[str, ...] = ()
    left: LeftLines | None = None
    in_degrees: bool = False
    #: Whether heads say what the columns are; without them a table of other columns may look the same.
    has_heads: bool = True
    #: Columns whose numbers are in that unit, besides that of the areas.
    alike: tuple[str, ...] = ()


#: Layouts of plain tables.
LAYOUTS = (
    KnownLayout("SCP cross classification", ("RasterValue", "Reference", "Classification", "PixelSum"), ("Reference", "Classification"),
                "PixelSum", r"Area \[(.+)\]"),
    KnownLayout("SCP cross classification", ("CrossClassCode", "Classification", "Reference", "PixelSum"), ("Reference", "Classification"),
                "PixelSum", r"Area \[(.+)\]"),
    KnownLayout("SCP classification report", ("RasterValue", "PixelSum", "Percentage %"), ("RasterValue",), "PixelSum", r"Area \[(.+)\]"),
    KnownLayout("QGIS unique values of a raster", ("value", "count"), ("value",), "count", r"(\S+2|ha|ac)", widths=(3, 4)),
    KnownLayout("SEPAL areas of a map", ("map_code", "map_area", "map_edited_class"), ("map_code",), "map_area", names=("map_edited_class",)),
    KnownLayout("SEPAL estimates of areas", ("class", "code", "strRS_area_estimate"), ("code",), "strRS_area_estimate", names=("class",)),
)  # fmt: skip


def found_layout(table: CsvTable, indices: int) -> FoundLayout | None:
    """Return a table in the layout of a program that is known, ``None`` for any other table.

    Parameters
    ----------
    indices
        How many indices the project leaves to the file.
    """
    readers: tuple[Callable[[CsvTable, int], FoundLayout | None], ...] = (_plain_table, _adjusted_areas, _histograms, _categories)
    texts = readers[:1] if table.is_typed else readers
    return next((found for reader in texts if (found := reader(table, indices)) is not None), None)


def _plain_table(table: CsvTable, indices: int) -> FoundLayout | None:
    header = table.header
    known = next((one for one in LAYOUTS if set(one.heads) <= set(header) and (not one.widths or len(header) in one.widths)), None)
    if known is None:
        return None
    match = next(((head, found[1]) for head in header if known.area and head not in known.heads and (found := re.fullmatch(known.area, head))), None)
    if known.widths and match is None:
        return None
    unit = match[1] if match is not None else ""
    in_degrees = bool(_DEGREES.match(unit)) or (match is None and bool(known.area))
    labels = tuple(header.index(head) for head in known.labels)
    rows, left = _own_lines(table.rows, labels, header.index(match[0] if match is not None else known.counts))
    rows = [rows[0], *((line, [_code(cell) if at in labels else cell for at, cell in enumerate(row)]) for line, row in rows[1:])]
    return FoundLayout(known.program, replace(table, rows=rows), known.labels, match[0] if match is not None and not in_degrees else "",
                       "" if in_degrees else _SQUARES.get(unit, unit), known.counts, left=left, in_degrees=in_degrees)  # fmt: skip


_Rows = list[tuple[int, list[str]]]


def _own_lines(rows: _Rows, labels: tuple[int, ...], number: int) -> tuple[_Rows, LeftLines | None]:
    """Return the lines of the first table of a file, and what stands below it: it ends where a cell is alone in its line, as a title is.

    Parameters
    ----------
    rows
        The first one are its heads.
    labels, number
        Which cells of a line are its classes, and which its number.
    """
    width = len(rows[0][1])
    ends = [at for at, (_, row) in enumerate(rows) if at and width > 1 and not any(row[1:]) and not _is_number(row[0])]
    if not ends:
        return rows, None
    line, row = rows[ends[0]]
    below = next((below for at, below in enumerate(rows) if at > ends[0] and at not in ends), None)
    goes_on = below is not None and (below[1] == rows[0][1] or _is_line(below[1], width, labels, number))
    return rows[: ends[0]], LeftLines(line, row[0][:40], _class_of(row[0])[0], below[0] if below is not None and goes_on else 0)


def _is_line(row: list[str], width: int, labels: tuple[int, ...], number: int) -> bool:
    """Whether a line could be one of the table: a class, and a number in the column of numbers."""
    return len(row) == width and all(row[at] for at in labels) and bool(re.fullmatch(r"[-+]?[0-9][0-9., ']*", row[number]))


def _class_of(text: str) -> tuple[str, str]:
    """Return code and name of a class that is written ``1 (Wetland)``; any other text as a code."""
    named = _CLASS.match(text)
    return (named[1], named[2]) if named is not None else (_code(text), "")


_ADJUSTED = re.compile(r"[0-9]+\) Class area adjusted:?\Z")
_AREA_IN = re.compile(r"Area(?: adjusted)? \((.+)\)\Z")
_CLASS = re.compile(r"(\S+) \((.*)\)\Z")


def _adjusted_areas(table: CsvTable, indices: int) -> FoundLayout | None:
    """Read the block of adjusted areas of an accuracy assessment by AcATaMa: ``1 (Wetland)`` with its area, error and limits."""
    at = next((at for at, (_, row) in enumerate(table.rows) if _ADJUSTED.match(row[0])), None)
    if at is None or at + 1 >= len(table.rows):
        return None
    line, heads = table.rows[at + 1]
    area = next((head for head in heads if _AREA_IN.match(head)), "")
    match = _AREA_IN.match(area)
    if match is None:
        return None
    own, left = _own_lines([(line, row + [""] * (len(heads) - len(row))) for line, row in table.rows[at + 1 :]], (0,), heads.index(area))
    rows = [(line, [CODE, NAME, *heads[1:]]), *((line, [*_class_of(row[0]), *row[1:]]) for line, row in own[1:])]
    positions = (0, 0, *(table.position(column) for column in range(1, len(heads))))
    unit = _SQUARES.get(match[1], match[1])
    alike = tuple(head for head in heads if head in ("Error", "Lower limit", "Upper limit"))
    return FoundLayout("AcATaMa adjusted areas", replace(table, rows=rows, at=positions), (CODE,), area, unit, left=left, alike=alike)  # fmt: skip


_HISTOGRAM = re.compile(r"HISTO_(.+)\Z")


def _histograms(table: CsvTable, indices: int) -> FoundLayout | None:
    """Read the polygons of a zonal histogram of QGIS: a line a polygon, a column a class, with its pixels in the polygon."""
    header = table.header
    classes = {at: _code(found[1]) for at, head in enumerate(header) if (found := _HISTOGRAM.match(head))}
    if not classes:
        return None
    zones = [at for at in range(len(header)) if at not in classes]
    rows = [(table.rows[0][0], [*(header[at] for at in zones), CODE, COUNT])]
    for line, row in table.rows[1:]:
        if len(row) != len(header):
            rows.append((line, row))  # told as a line with another number of cells than the header
            continue
        rows += [(line, [*(row[at] for at in zones), code, row[at]]) for at, code in classes.items() if code != "NODATA" or row[at] != "0"]
    return FoundLayout("QGIS zonal histogram", replace(table, rows=rows, at=(0,) * (len(zones) + 2)), (CODE,), counts=COUNT,
                       zones=tuple(header[at] for at in zones))  # fmt: skip


def _categories(table: CsvTable, indices: int) -> FoundLayout | None:
    """Read what r.stats of GRASS writes without heads: a code of each map, with its label or without, then area in m2, pixels or both."""
    first, width = table.header, len(table.header)
    if not indices or not re.fullmatch(r"[0-9]+|\*", first[0]) or any(len(row) != width for _, row in table.rows):
        return None
    measures = _measures([row for _, row in table.rows])
    maps = width - len(measures)
    if not measures or not maps:
        return None
    with_labels = maps == 2 * indices
    if maps not in (indices, 2 * indices):
        return None
    step = 2 if with_labels else 1
    heads = [f"map {at // step + 1}" + (" label" if at % step else "") for at in range(maps)]
    area = "area" if "area" in measures else ""
    counts = COUNT if COUNT in measures else ""
    rows = [(table.rows[0][0], [*heads, *measures]), *table.rows]
    return FoundLayout("r.stats of GRASS", replace(table, rows=rows), tuple(heads[::step]), area, "m2" if area else "", counts,
                       has_heads=False)  # fmt: skip


def _measures(rows: list[list[str]]) -> list[str]:
    """Return what the last columns are: areas have decimals, pixels none, shares a sign of percent."""
    found: list[str] = []
    width = len(rows[0])
    for at in range(width - 1, 0, -1):
        cells = [row[at] for row in rows]
        if all(cell.endswith("%") for cell in cells) and not found:
            found = ["percent"]
        elif all(re.fullmatch(r"[0-9]+\.[0-9]+", cell) for cell in cells):
            return ["area", *found]
        elif all(cell.isdigit() for cell in cells) and COUNT not in found and at > 0:
            found = [COUNT, *found]
        else:
            break
    return found


def _code(text: str) -> str:
    """Return a code of a class; a whole number that is written with decimals without them."""
    match = _WHOLE.match(text)
    return match[1] if match is not None else text


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", text))
