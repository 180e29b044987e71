"""Looking into workbooks with another library than the one that writes them."""

import html
import io
import re
import zipfile

import openpyxl


def both(data):
    """Return a workbook with its stored values, and with its formulas."""
    return openpyxl.load_workbook(io.BytesIO(data), data_only=True), openpyxl.load_workbook(io.BytesIO(data))


_CELL = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*?)(?:/>|>(?:<f[^>]*?(?:/>|>(.*?)</f>))?(?:<v>(.*?)</v>)?.*?</c>)', re.DOTALL)
_SHEET = re.compile(r'<sheet name="([^"]*)" sheetId="[0-9]+"')


def stored(data):
    """Return sheet -> address -> (formula, stored value) of every cell with a formula; quicker than a library by far."""
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        names = map(html.unescape, _SHEET.findall(parts.read("xl/workbook.xml").decode()))
        return {
            name: {at.decode(): (html.unescape(text.decode()), _value(kind, value)) for at, kind, text, value in
                   _CELL.findall(parts.read(f"xl/worksheets/sheet{turn}.xml")) if text}
            for turn, name in enumerate(names, 1)
        }  # fmt: skip


def _value(kind, value):
    return value.decode() if b't="e"' in kind or b't="str"' in kind else float(value) if value else None


def named(book, name):
    """Return the cell that has a name."""
    sheet, address = next(iter(book.defined_names[name].destinations))
    return book[sheet][address.replace("$", "")]


def with_cell(data, sheet, address, value):
    """Return a workbook in which one cell holds another value; nothing is recalculated."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    book[sheet][address].value = value
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def input_cell(data, sheet, quantity, *labels):
    """Return the address of the cell in which a number is entered."""
    found = openpyxl.load_workbook(io.BytesIO(data))[sheet]
    for row in found.iter_rows():
        texts = [str(cell.value) for cell in row if cell.value is not None]
        if f"{quantity}[{', '.join(labels)}]" in texts or (not labels and quantity in texts):
            return next(cell.coordinate for cell in row if isinstance(cell.value, int | float) and not isinstance(cell.value, bool))
    raise AssertionError(quantity)
