"""A workbook as a project file and as a data file: there and back without a difference, and every cell that can mislead told by sheet and address."""

import io
import itertools
import json
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula
from sheets import input_cell, with_cell

import mrvgraph
from engine.audit.desk.comparison import compare
from engine.audit.desk.statements import read_statements
from engine.audit.receipts.receipt import _values
from engine.cli import main
from engine.documents.workbook.cell_names import plain_name
from engine.project.number_formats import shown_otherwise
from engine.project.project_file import read_project, read_project_text
from equations.errors import Faults, MethodologyError
from equations.units.registry import parse_unit

TINY = Path(__file__).parents[1] / "specs_for_tests" / "tiny"
SPEC = """
methodology: {id: S, version: "1", title: sheets, result: R}
index_sets:
  - {id: use, letters: [i], members: [a, b, "2018"]}
  - {id: kind, letters: [k], members: [x, z]}
quantities:
  - {id: A, symbol: A, meaning: area, indices: [use], unit: ha, kind: monitored}
  - {id: F, symbol: F, meaning: factor, indices: [use, kind], unit: t/ha, kind: monitored}
  - {id: P, symbol: P, meaning: share, unit: "1", kind: monitored}
  - {id: R, symbol: R, meaning: result, unit: t, kind: computed}
equations:
  - {id: r, defines: R, formula: 'Sum(i, k, A[i] * F[i,k]) * P'}
"""
PROJECT = """
project: {{name: sheets}}
operation: {{start: 2020-01-01, end: 2020-12-31}}
values:
  A: {{unit: ha, file: data.xlsx, sheet: {sheet}{range}}}
  F: {{unit: t/ha, file: data.xlsx, sheet: grid, layout: matrix, range: B2:D5}}
  P: {{value: 1}}
"""


def answers(folder, change=None, project=PROJECT, sheet="areas", range_=""):
    """Run a project whose areas and factors stand in a workbook, once something in it was changed."""
    book = openpyxl.Workbook()
    book.active.title = "areas"
    for row in (["use", "value", "source"], ["a", 610.5, "map"], ["b", 2, None], [2018, 3, None], [None, None, None]):
        book["areas"].append(row)
    grid = book.create_sheet("grid")
    for row in ([], [None, "factors", "x", "z"], [None, "a", 1, 2], [None, "b ", 3, 4], [None, 2018, 5, 6]):
        grid.append(row)
    if change:
        change(book)
    book.save(folder / "data.xlsx")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    (folder / "project.yaml").write_text(project.format(sheet=sheet, range=range_), encoding="utf-8")
    return mrvgraph.run(mrvgraph.load(folder / "spec.yaml"), folder / "project.yaml")


def test_sheets_stand_in_the_place_of_csv_files(tmp_path):
    run = answers(tmp_path)

    assert run.total == 610.5 * 3 + 2 * 7 + 3 * 11
    assert dict(run.inputs.files).keys() == {"data.xlsx"}
    assert run.inputs.origins["A"][0,].source == "map"
    assert str(run.inputs.origins["F"][1, 1].place).endswith("data.xlsx, grid!D4")


def put(value, sheet="areas", cell="B2", number_format=None):
    def change(book):
        book[sheet][cell].value = value
        if number_format:
            book[sheet][cell].number_format = number_format

    return change


MISLEADING = {
    "a comma": (put("1,5"), "I505", "text '1,5'", "areas!B2", "1.5"),
    "a dot between thousands": (put("52.400"), "I505", "text '52.400'", "areas!B2", "52.400 or 52400"),
    "a blank behind": (put("610 "), "I505", "text '610 '", "areas!B2", "turn the cell into a number"),
    "a hard blank": (put("1\u00a0234"), "I505", "not a number", "areas!B2", "turn the cell into a number"),
    "text percent": (put("5%"), "I505", "text '5%'", "areas!B2", "% as its unit"),
    "a dash": (put("-"), "I505", "text '-'", "areas!B2", "leave the cell empty"),
    "an error": (put("#REF!"), "I505", "the error #REF!", "areas!B2", "mend the formula"),
    "a formula that was never calculated": (put("=1+1"), "I505", "value is not stored", "areas!B2", "save it"),
    "a date": (put(datetime(2018, 3, 12)), "I505", "A[a] is not a number: '2018-03-12'", "areas!B2", ""),
    "not available": (put("NA"), "I505", "A[a] is NA", "areas!B2", "write the number"),
    "nothing": (put(None), "I501", "missing: A[a]", "", ""),
    "merged cells": (lambda book: book["grid"].merge_cells("C3:D3"), "I506", "merged cells", "grid!C3", "take the cells apart"),
    "a label that is not there": (put("c", cell="A2"), "I502", "c", "areas", ""),
    "a row too far down": (put(1, cell="A200001"), "I506", "too far out", "areas!A200001", "range"),
    "a column too far out": (put("x", cell="CBT1"), "I506", "too far out", "areas!CBT1", "range"),
    "a cell behind the heads": (put(1, cell="E2"), "I506", "behind the last head", "areas!E2", "range"),
}


@pytest.mark.parametrize("what", MISLEADING)
def test_what_can_mean_two_things_is_refused_with_its_cell(tmp_path, what):
    change, code, said, where, remedy = MISLEADING[what]

    with pytest.raises(MethodologyError) as told:
        answers(tmp_path, change)
    errors = told.value.errors if isinstance(told.value, Faults) else (told.value,)
    found = [error for error in errors if error.code == code and said in error.what]
    assert found, told.value
    assert where in str(found[0].place) and remedy in found[0].remedy + found[0].why


def test_a_percent_cell_is_its_stored_number_unless_its_unit_says_percent_too(tmp_path):
    share = PROJECT.replace("P: {{value: 1}}", "P: {{unit: {unit}, file: data.xlsx, sheet: share}}")

    def change(book):
        sheet = book.create_sheet("share")
        sheet.append(["value"])
        sheet.append([0.05])
        sheet["A2"].number_format = "0%"

    assert answers(tmp_path, change, share.replace("{unit}", '"1"')).value("P") == 0.05
    with pytest.raises(MethodologyError, match=r"I503 .*percent.* \(.*share!A2\)"):
        answers(tmp_path, change, share.replace("{unit}", '"%"'))


def test_what_a_person_sees_otherwise_is_told(tmp_path):
    def change(book):
        book["areas"]["B2"].number_format = "0"
        book["areas"].row_dimensions[3].hidden = True
        book["grid"].sheet_state = "hidden"

    found = [finding for finding in answers(tmp_path, change).findings if finding.code == "A748"]

    assert {finding.what.split(",")[0] for finding in found} >= {"the cell shows 610", "row 3 of areas is hidden", "sheet of grid is hidden"}
    assert all("data.xlsx, " in str(finding.place) for finding in found)


SHOWN = {
    "thousands left out": (12345.678, "0.0,", "12.3"), "a unit behind": (1.23456, '0.00" ha"', "1.23"), "nothing": (1.5, ";;;", "nothing"),
    "an account": (1.23456, "_-* #,##0.00_-;-* #,##0.00_-", "1.23"), "powers": (1.26, "0.0E+00", "1.3"), "no minus": (-1.5, "0.0;0.0", "1.5"),
    "percent": (0.12345, "0.0%", "12.3%"), "red": (-1.26, "0.0;[Red](0.0)", "-1.3"),
    "all of it": (-1.5, "0.0;[Red]-0.0", ""), "in general": (1.23456, "General", ""), "all digits": (1234.5, "#,##0.0#", ""), "zero": (0, "0;0;-", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", SHOWN)
def test_what_a_format_shows_is_told_where_it_is_another_number(what):
    value, number_format, shown = SHOWN[what]

    assert shown_otherwise(repr(value), number_format) == shown


def test_a_formula_of_a_range_of_cells_is_told_as_it_is_written(tmp_path):
    def change(book):
        book["areas"]["B2"].value = ArrayFormula("B2:B2", "=SUM(1,2)")

    with pytest.raises(MethodologyError, match="whose value is not stored"):
        answers(tmp_path, change)
    kept, data = tmp_path / "data.xlsx", {}
    with zipfile.ZipFile(kept) as parts:
        data = {name: parts.read(name) for name in parts.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    data[sheet] = re.sub(rb"(</f>)<v ?/?>(</v>)?", rb"\1<v>3</v>", data[sheet])
    with zipfile.ZipFile(kept, "w") as parts:
        for name, content in data.items():
            parts.writestr(name, content)
    run = mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")

    assert run.total == 3 * 3 + 2 * 7 + 3 * 11
    assert [finding.evidence.partition(";")[0] for finding in run.findings if finding.code == "A748"] == ["=SUM(1,2)"]


def test_a_merged_label_stands_for_all_its_cells_and_a_range_is_kept_to(tmp_path):
    project = PROJECT.replace("  A: {{unit: ha, file: data.xlsx, sheet: {sheet}{range}}}", "  A: {{unit: ha, values: {{a: 1, b: 1, 2018: 1}}}}").replace(
        "layout: matrix, range: B2:D5", "range: A1:C7")  # fmt: skip

    def change(book):
        sheet = book["grid"]
        for row in range(1, 8):
            for column, value in enumerate(([*["use", "kind", "value"]], ["a", "x", 1], [None, "z", 2], ["b", "x", 3], [None, "z", 4],
                                            [2018, "x", 5], [None, "z", 6])[row - 1], 1):  # fmt: skip
                sheet.cell(row, column).value = value
            sheet.cell(row, 4).value = None
        for row in (2, 4, 6):
            sheet.merge_cells(f"A{row}:A{row + 1}")
        sheet["F9"].value = "beside the range"

    assert answers(tmp_path, change, project).total == 21


@pytest.mark.parametrize(("sheet", "range_", "code"), [("nowhere", "", "I502"), ("areas", ", range: B3", "I506"), ("areas", ", range: H9:J12", "I509")])
def test_a_sheet_or_range_that_is_not_there_is_told(tmp_path, sheet, range_, code):
    with pytest.raises(MethodologyError, match=code):
        answers(tmp_path, sheet=sheet, range_=range_)


def test_what_is_no_workbook_is_told(tmp_path):
    answers(tmp_path)
    (tmp_path / "data.xlsx").write_bytes(b"PK\x03\x04 nothing")

    with pytest.raises(MethodologyError, match="I509 the workbook cannot be read"):
        mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")


def test_a_workbook_that_merges_half_a_sheet_is_told_at_once(tmp_path):
    answers(tmp_path, lambda book: book["areas"].merge_cells("E1:F2"))
    kept = tmp_path / "data.xlsx"
    with zipfile.ZipFile(kept) as parts:
        data = {name: parts.read(name).replace(b"E1:F2", b"E1:XFD1048576") for name in parts.namelist()}
    with zipfile.ZipFile(kept, "w") as parts:
        for name, content in data.items():
            parts.writestr(name, content)

    with pytest.raises(MethodologyError, match=r"(?s)I509 the workbook cannot be read.*it merges more than 1,000,000 cells"):
        mrvgraph.run(mrvgraph.load(tmp_path / "spec.yaml"), tmp_path / "project.yaml")


# -- a workbook as a project file


def told(run):
    return list(_values(run)), run.setting.key(), dict(run.project.identity)


@pytest.mark.parametrize("name", ["option1", "every"])
def test_there_and_back_gives_the_same_receipt(made, every_construct, tmp_path, name):
    run, data = made(name)
    (tmp_path / "project.xlsx").write_bytes(data)
    spec = every_construct[0] if name == "every" else "KH_AM004@1.1"
    book = mrvgraph.run(mrvgraph.load(spec), tmp_path / "project.xlsx")

    assert told(book) == told(run)
    assert main(["workbook", spec, str(tmp_path / "project.xlsx"), "-o", str(tmp_path / "back.yaml")]) == 0
    assert told(mrvgraph.run(mrvgraph.load(spec), tmp_path / "back.yaml")) == told(run)


def test_a_template_is_filled_in_and_run(tmp_path, capsys):
    path = tmp_path / "project.xlsx"
    assert main(["needs", str(TINY), "--template", "--choose", "method=rate", "--start", "2020-01-01", "--end", "2021-12-31", "-o", str(path)]) == 0
    with pytest.raises(MethodologyError, match=r"I501 missing: .*\n.*|I501"):
        mrvgraph.run(mrvgraph.load(TINY), path)

    book = openpyxl.load_workbook(path)
    for row in book["Inputs"].iter_rows():
        heads = {str(cell.value): cell for cell in row if cell.value}
        quantity = next((cell for cell in row if cell.value == "project"), None)
        if quantity is not None and heads:
            value = next(cell for cell in book["Inputs"][row[0].row] if cell.protection.locked is False)
            value.value = 0.5
    book.save(path)
    try:
        mrvgraph.run(mrvgraph.load(TINY), path)
    except MethodologyError as error:
        assert "I501" not in str(error), error


def test_a_number_that_is_typed_over_counts_and_not_what_was_written_before(made, tmp_path):
    _, data = made("option1")
    (tmp_path / "project.xlsx").write_bytes(with_cell(data, "MRS(input)", input_cell(data, "MRS(input)", "FC", "diesel", "2018"), 99.25))
    run = mrvgraph.run(mrvgraph.load("KH_AM004@1.1"), tmp_path / "project.xlsx")

    origin = next(one for cell, one in run.inputs.origins["FC"].items() if run.setting.labels(run.methodology.quantity["FC"].indices, cell) == ("diesel", "2018"))
    assert origin.written == "99.25" and str(origin.place).startswith(str(tmp_path / "project.xlsx, MRS(input)!"))


def test_dates_are_dates_and_a_serial_number_is_told(made, tmp_path):
    _, data = made("option1")
    book = openpyxl.load_workbook(io.BytesIO(data))
    fields = {tuple(cell.value for cell in row[:2]): row for row in book["Project"].iter_rows() if row[0].value}
    value = fields["operation", "start"][-1]
    value.value = date(2018, 3, 12)
    book.save(tmp_path / "project.xlsx")
    assert mrvgraph.run(mrvgraph.load("KH_AM004@1.1"), tmp_path / "project.xlsx").setting.start == "2018-03-12"

    value.value, value.number_format = 43171, "General"
    book.save(tmp_path / "project.xlsx")
    with pytest.raises(MethodologyError, match=r"(?s)I507 .*43171.*Project!.*2018-03-12"):
        mrvgraph.run(mrvgraph.load("KH_AM004@1.1"), tmp_path / "project.xlsx")


def test_a_workbook_without_a_project_and_an_input_beside_no_quantity_are_told(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["some", "calculation"])
    book.save(tmp_path / "project.xlsx")
    with pytest.raises(MethodologyError, match="I509 the workbook holds no project"):
        mrvgraph.run(mrvgraph.load(TINY), tmp_path / "project.xlsx")

    book.active.append(["quantity", "value"])
    book.active.append([None, 5])
    book.save(tmp_path / "project.xlsx")
    with pytest.raises(MethodologyError, match=r"I506 a number stands beside no quantity \(.*Sheet!B3\)"):
        mrvgraph.run(mrvgraph.load(TINY), tmp_path / "project.xlsx")


def read(book, path):
    book.save(path)
    return read_project(path).values


def test_no_number_of_a_table_is_passed_over_in_silence(tmp_path):
    """An empty row in between, a second column of values, a dataset's number that somebody typed over: each was read as if it were not there."""
    path = tmp_path / "project.xlsx"
    assert main(["workbook", str(TINY), str(TINY / "project.yaml"), "-o", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    sheet = book["Inputs"]
    assert read(book, path).keys() == {"A_0", "P", "FC"}

    stocks = next(row for row in sheet.iter_rows() if any(cell.value == "stocks" for cell in row))
    number = next(cell for cell in stocks if isinstance(cell.value, int | float))
    number.value, before = 5, number.value
    with pytest.raises(MethodologyError, match=r"I506 a number that 'stocks' gives was typed over \(.*Inputs!"):
        read(book, path)
    number.value = before
    head = next(row for row in sheet.iter_rows() if any(cell.value == "quantity" for cell in row))
    head[-1].offset(0, 5).value = "value"
    with pytest.raises(MethodologyError, match=r"I506 two columns hold the value \(.*Inputs!"):
        read(book, path)
    head[-1].offset(0, 5).value = None
    last = sheet.max_row
    sheet.cell(last + 2, head[0].column + 2).value = 7  # below all, without a quantity: it may be a note
    book.save(path)
    (found,) = mrvgraph.run(mrvgraph.load(TINY), path).findings
    assert (found.code, found.severity) == ("I506", "warning") and f"{last + 2}" in str(found.place)
    sheet.cell(last + 2, head[0].column + 2).value = None
    at = next(row[0].row for row in sheet.iter_rows() if any(cell.value == "FC[diesel, 2019]" for cell in row))
    sheet.insert_rows(at)
    with pytest.raises(MethodologyError, match=rf"I506 a row stands below an empty one.*\n?.*Inputs![A-Z]+{at + 1}\)"):
        read(book, path)


@pytest.mark.parametrize(
    ("heads", "is_error"),
    [
        (["quantity", "label 1", "Values", "unit"], True),  # the heads of a table of a project, but for that of its numbers
        (["field 1", "field 2", "Entry"], True),
        (["quantity", "unit", "Values"], False),  # as a person may count deliveries
        (["quantity", "price"], None),
        (["label 1", "Values"], None),
    ],
)
def test_a_table_without_a_column_of_values_is_told(tmp_path, heads, is_error):
    path = tmp_path / "project.xlsx"
    assert main(["workbook", str(TINY), str(TINY / "project.yaml"), "--inputs-only", "-o", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    book.create_sheet("mine").append(heads)
    if is_error:
        with pytest.raises(MethodologyError, match=r"I506 a table has no column `value`; its heads '(Values|Entry)' are not known \(.*mine!A1"):
            read(book, path)
        return
    read(book, path)
    told = [(f.code, f.severity) for f in read_project(path).findings if "no column `value`" in f.what]
    assert told == ([] if is_error is None else [("I506", "warning")])


def test_a_column_whose_head_is_misspelt_is_told(tmp_path):
    path = tmp_path / "project.xlsx"
    assert main(["workbook", str(TINY), str(TINY / "project.yaml"), "--inputs-only", "-o", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    assert not [f for f in read_project(path).findings if f.code == "I506"]
    source = next(cell for row in book["Inputs"].iter_rows() for cell in row if cell.value == "Source")
    source.value = "Sources"
    book.save(path)
    found = [(f.what, f.remedy) for f in read_project(path).findings if f.code == "I506"]
    assert set(found) == {("the column 'Sources' of a table is not read", "did you mean Source?")}


@pytest.mark.parametrize("fields", [("operation", "start", "2019-01-01"), ("operation", "2019-01-01"), ("operation", "start", "hour", "9")])
def test_a_field_that_is_said_twice_is_told(tmp_path, fields):
    """The last one was taken, without a word; in YAML it is an error, too."""
    path = tmp_path / "project.xlsx"
    assert main(["workbook", str(TINY), str(TINY / "project.yaml"), "--inputs-only", "-o", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    sheet = book["Project"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "field 1")
    behind = sheet.max_row + 1
    *names, value = fields
    for at, name in enumerate(names, 1):
        sheet.cell(behind, at).value = name
    sheet.cell(behind, next(cell.column for cell in head if cell.value == "value")).value = value

    with pytest.raises(MethodologyError, match=rf"I506 the field operation.* is said twice \(.*Project!A{behind}\)"):
        read(book, path)


def test_without_the_packages_it_is_said_which_to_install(made, tmp_path, monkeypatch, capsys):
    (tmp_path / "project.xlsx").write_bytes(made("every")[1])
    for name in ("openpyxl", "xlsxwriter"):
        monkeypatch.setitem(__import__("sys").modules, name, None)

    assert main(["run", str(TINY), str(tmp_path / "project.xlsx")]) == 2
    assert 'I514 reading a workbook needs the package `openpyxl`' in (told := capsys.readouterr().err) and "mrvgraph[excel]" in told
    assert main(["workbook", str(TINY), str(TINY / "project.yaml"), "-o", str(tmp_path / "calc.xlsx")]) == 2
    assert "I514 writing a workbook needs the package `xlsxwriter`" in capsys.readouterr().err and not (tmp_path / "calc.xlsx").exists()


def test_a_project_file_goes_to_sheets_and_back_without_a_run(tmp_path, capsys):
    source, book, back = TINY / "project.yaml", tmp_path / "inputs.xlsx", tmp_path / "back.yaml"
    assert main(["workbook", str(TINY), str(source), "--inputs-only", "-o", str(book)]) == 0
    assert main(["workbook", str(TINY), str(book), "-o", str(back)]) == 0
    spec = mrvgraph.load(TINY)
    assert told(mrvgraph.run(spec, back)) == told(mrvgraph.run(spec, book)) == told(mrvgraph.run(spec, source))

    (tmp_path / "other.yaml").write_text(source.read_text(encoding="utf-8").replace("values:\n", "values:\n  Nothing: {value: 1}\n"), encoding="utf-8")
    assert main(["workbook", str(TINY), str(tmp_path / "other.yaml"), "--inputs-only", "-o", str(tmp_path / "other.xlsx")]) == 2
    assert "I502 the methodology has no quantity 'Nothing'" in capsys.readouterr().err and not (tmp_path / "other.xlsx").exists()
    assert main(["workbook", str(TINY), str(source), "--inputs-only", "--redact", "P", "-o", str(tmp_path / "other.xlsx")]) == 2
    assert "I508" in capsys.readouterr().err


def test_the_workbook_of_a_run_claims_nothing_but_the_run(made, every_construct, tmp_path):
    """Every number that has a name in the workbook, read back as a claim by that name, is the number of the run in all the digits that it shows."""
    run, data = made("every")
    (tmp_path / "calc.xlsx").write_bytes(data)
    names, claims = set(re.findall(r'definedName name="([^"]+)"', zipfile.ZipFile(io.BytesIO(data)).read("xl/workbook.xml").decode())), {}
    for quantity in (run.methodology.quantity[id_] for id_ in run.methodology.definitions if id_ in run.values.arrays):
        for labels in itertools.product(*(run.setting.members[axis] for axis in quantity.indices)):
            if (name := plain_name(quantity.id, *labels)) in names and quantity.type == "number":
                at = ", ".join(f"{axis}: {json.dumps(label)}" for axis, label in zip(quantity.axis_names, labels, strict=True))
                claims.setdefault(quantity.id, []).append(f"{{cells: {name}, at: {{{at}}}}}")
    lines = [f"      {id_}: [{', '.join(own)}]\n" for id_, own in claims.items()]
    text = every_construct[1].read_text(encoding="utf-8") + "\ndocuments:\n  - document: workbook\n    workbook: calc.xlsx\n    claims:\n"
    beside = replace(run, project=read_project_text(text + "".join(lines), tmp_path / "project.yaml"))
    compared = compare(beside, read_statements(beside, parse_unit).statements).comparisons

    assert len(compared) == sum(map(len, claims.values())) > 40
    assert {one.state for one in compared} == {"agrees"}
