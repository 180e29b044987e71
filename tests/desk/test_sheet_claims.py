"""A developer's own calculation sheet as claims: cells by address, range or name, in the digits that they show, and every trap refused or told."""

import pytest
from desk_helpers import TINY, states

import mrvgraph
from engine.project.number_formats import printed_digits
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError

xlsxwriter = pytest.importorskip("xlsxwriter")
pytest.importorskip("openpyxl")

#: E_fuel = 3.2 tCO2/t times 1.5, 2 and 2 t of diesel: 4.8, 6.4, 6.4.
SHEET = """documents:
  - document: Calculation sheet
    version: "2"
    workbook: calc.xlsx
    claims:
"""


@pytest.fixture
def calculation(tmp_path):
    """Write a workbook as a developer would; a function may change it before it is closed."""

    def made(change=None):
        book = xlsxwriter.Workbook(tmp_path / "calc.xlsx")
        calc, summary = book.add_worksheet("Own calc"), book.add_worksheet("Summary")
        one, whole = book.add_format({"num_format": "0.0"}), book.add_format({"num_format": "#,##0"})
        calc.write_row("C4", [2018, 2019, "2020 "])
        calc.write_row("C5", [1.5, 2, 2])
        for at, value in enumerate((4.8, 6.4, 6.4)):
            calc.write_formula(5, 2 + at, f"=3.2*{'CDE'[at]}5", one, value)
        summary.write_formula("H12", "=SUM('Own calc'!C6:E6)", whole, 17.6)
        summary.write("H13", 17.6)
        book.define_name("total_fuel", "=Summary!$H$12")
        if change is not None:
            change(book, calc, summary)
        book.close()

    return made


@pytest.fixture
def claimed(tiny, tmp_path):
    """Return a function: the claims of a document -> the desk, or its errors."""
    text = (TINY / "project.yaml").read_text(encoding="utf-8")

    def read(*claims):
        lines = "".join(f"      {claim}\n" for claim in claims)
        return mrvgraph.diagnose(tiny, read_project_text(f"{text}\n{SHEET}{lines}", tmp_path / "project.yaml"))

    return read


ROW = "E_fuel: {cells: \"'Own calc'!C6:E6\", across: {year: \"'Own calc'!C4:E4\"}}"


def test_a_cell_is_a_claim_in_the_digits_that_it_shows(calculation, claimed):
    calculation()
    found = claimed("E_fuel: Summary!$H$12")

    assert states(found) == {"E_fuel, all": "agrees"}  # 18 is 17.6 in whole tonnes
    statement = found.compared.comparisons[0].statement
    assert (statement.written, statement.step, statement.source) == ("18", 1.0, "Calculation sheet 2, Summary!H12")
    assert str(statement.place).endswith("calc.xlsx, Summary!H12")
    assert states(claimed("E_fuel: {cells: total_fuel, unit: kgCO2}")) == {"E_fuel, all": "parts"}


def test_members_along_columns_and_down_rows(calculation, claimed):
    calculation()

    assert states(claimed(ROW)) == {"E_fuel[2018]": "agrees", "E_fuel[2019]": "agrees", "E_fuel[2020]": "agrees"}
    fuel = claimed("FC: {cells: \"'Own calc'!C5:E5\", across: {year: [2018, 2019, 2020]}, at: {fuel: diesel}}")
    assert states(fuel) == {f"FC[diesel, {year}]": "agrees" for year in (2018, 2019, 2020)}
    down = claimed("FC: {cells: \"'Own calc'!C5:E5\", across: {year: \"'Own calc'!C4:E4\"}, down: {fuel: [diesel]}}")
    assert states(down) == states(fuel)


def test_a_number_that_differs_is_found_in_its_cell(calculation, claimed):
    calculation(lambda book, calc, summary: calc.write_formula("D6", "=3.2*D5", book.add_format({"num_format": "0.00"}), 6.14))
    found = claimed(ROW)

    assert states(found)["E_fuel[2019]"] == "parts"
    assert "Own calc!D6" in next(one.statement.source for one in found.compared.comparisons if one.state == "parts")


def test_typed_numbers_and_empty_cells_are_told(calculation, claimed):
    calculation(lambda book, calc, summary: (calc.write("D6", 6.4), calc.write_blank("E6", None, book.add_format())))
    found = claimed(ROW)

    assert list(states(found)) == ["E_fuel[2018]", "E_fuel[2019]"]
    told = [one.what for one in found.run.project.findings if one.code == "A830" and "stored values" not in one.what]
    assert told == ["1 of 3 cells of 'Own calc'!C6:E6 are empty and claim nothing",
                    "claims are typed in or pasted, beside others that are formulas: Own calc!D6"]  # fmt: skip


def test_hidden_cells_are_told(calculation, claimed):
    calculation(lambda book, calc, summary: summary.hide())

    assert any("sheet of Summary is hidden" in one.what for one in claimed("E_fuel: Summary!H12").run.project.findings)


def test_the_file_belongs_to_the_receipt(calculation, claimed):
    calculation()

    assert "calc.xlsx" in dict(claimed("E_fuel: Summary!H12").run.project.files)


@pytest.mark.parametrize(
    ("change", "claim", "code", "says"),
    [
        pytest.param(None, "E_fuel: Sumary!H12", "I535", "no sheet 'Sumary'", id="sheet"),
        pytest.param(None, "E_fuel: H12", "I535", "several sheets", id="no sheet named"),
        pytest.param(None, "E_fuel: total_fule", "I535", "no cell of a workbook", id="name"),
        pytest.param(None, "E_fuel: Summary!H14", "I535", "the cell is empty", id="empty"),
        pytest.param(None, "E_fuel: \"'Own calc'!E6:C6\"", "I535", "no range of cells", id="range from right to left"),
        pytest.param(None, "E_fuel: \"'Own calc'!C6:E6\"", "I535", "whose the 3 columns are", id="range without heads"),
        pytest.param(None, ROW.replace("C4:E4", "C4:D4"), "I535", "2 members of year for 3 columns", id="too few heads"),
        pytest.param(None, ROW.replace("C4:E4", "B4:D4"), "I535", "a head is empty", id="empty head"),
        pytest.param(None, ROW.replace("{year:", "{fuel:"), "I502", "has no such index", id="index"),
        pytest.param(None, "FC: {cells: Summary!H12, at: {fuel: diesel}, across: {fuel: [diesel]}}", "I535", "of fuel are said twice", id="index twice"),
        pytest.param(None, "nothing: Summary!H12", "I502", "no quantity 'nothing'", id="quantity"),
        pytest.param(lambda b, c, s: s.write("H12", "17,6"), "E_fuel: Summary!H12", "I505", "the text '17,6'", id="text"),
        pytest.param(lambda b, c, s: s.write("H12", "18 t"), "E_fuel: Summary!H12", "I505", "the text '18 t'", id="text with unit"),
        pytest.param(lambda b, c, s: s.write_formula("H12", "=1/0", None, "#DIV/0!"), "E_fuel: Summary!H12", "I505", "#DIV/0!", id="error"),
        pytest.param(lambda b, c, s: s.write_formula("H12", "=1+1", None, ""), "E_fuel: Summary!H12", "I5", "", id="never calculated"),
        pytest.param(lambda b, c, s: s.write_datetime("H12", __import__("datetime").date(2020, 1, 1), b.add_format({"num_format": "yyyy-mm-dd"})),
                     "E_fuel: Summary!H12", "I505", "the date 2020-01-01", id="date"),
        pytest.param(lambda b, c, s: s.merge_range("H14:I15", 17.6, b.add_format()), "E_fuel: Summary!I15", "I535", "is empty", id="merged"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_a_claim_is_refused(calculation, claimed, change, claim, code, says):
    calculation(change)
    with pytest.raises(MethodologyError) as told:
        claimed(claim)

    first = getattr(told.value, "errors", (told.value,))[0]
    assert first.code.startswith(code)
    assert says in first.what
    assert first.remedy


def test_the_first_of_merged_cells_holds_the_number(calculation, claimed):
    calculation(lambda b, c, s: s.merge_range("H14:I15", 17.6, b.add_format()))

    assert states(claimed("E_fuel: Summary!H14")) == {"E_fuel, all": "agrees"}


def test_a_share_in_percent_is_claimed_once(calculation, claimed):
    calculation(lambda b, c, s: s.write("H14", 0.02, b.add_format({"num_format": "0%"})))

    assert states(claimed("P: {cells: Summary!H14, at: {forest: E}}")) == {"P[E]": "agrees"}
    with pytest.raises(MethodologyError, match="percent"):
        claimed('P: {cells: Summary!H14, at: {forest: E}, unit: "%/year"}')


def test_a_document_without_its_workbook_or_outside_the_folder_is_refused(tiny, tmp_path):
    text = (TINY / "project.yaml").read_text(encoding="utf-8")
    for more, says in (("{document: a, claims: {RL: S!A1}}", "not said of which workbook"), ("{document: a, workbook: a.csv, claims: {RL: S!A1}}", "is no workbook"),
                       ("{document: a, workbook: ../../a.xlsx, claims: {RL: S!A1}}", "outside the folder"),
                       ("{document: a, workbook: none.xlsx, claims: {RL: S!A1}}", "cannot be read")):  # fmt: skip
        with pytest.raises(MethodologyError, match=says):
            read_project_text(f"{text}\ndocuments: [{more}]\n", tmp_path / "project.yaml")


@pytest.mark.parametrize(
    ("stored", "number_format", "text"),
    [
        ("1005752.46", "#,##0", "1005752"), ("1005752.46", "General", "1005752.46"), ("2.5", "0", "3"), ("-2.5", "0;(0)", "-3"),
        ("0.12345", "0.0%", "0.123"), ("1234567", "0.0,", "12346E+2"), ("1234567", "0.00E+00", "1.23e+06"), ("0.30000000000000004", "General", "0.3"),
        ("354736", "General", "354736"), ("1.005", "0.00", "1.01"), ("12", "[Red]0.00;0", "12.00"),
    ],
)  # fmt: skip
def test_the_digits_that_a_format_shows(stored, number_format, text):
    assert printed_digits(stored, number_format) == text
