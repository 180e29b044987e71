"""What a workbook of a run holds: exact numbers, names that spreadsheet programs take, locked cells, links, and no formula from anybody's text."""

import re
from pathlib import Path

import everything
import openpyxl
import pytest
from sheets import both, named, stored

from engine.cli import main
from engine.documents.workbook.cell_names import CellNames, plain_name
from engine.documents.workbook.redaction import Redaction
from engine.documents.workbook.workbook import Wanted
from equations.errors import InputError

TINY = Path(__file__).parents[1] / "specs_for_tests" / "tiny"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """The workbook of a small project, as the command writes it."""
    path = tmp_path_factory.mktemp("tiny") / "calc.xlsx"
    assert main(["workbook", str(TINY), str(TINY / "project.yaml"), "-o", str(path)]) == 0
    return path


def test_stored_numbers_are_those_of_the_run_to_the_bit(made):
    run, data = made("every")
    book, of = both(data)[0], {"W_2020": ("W", {"year": 2020}), "D_i_b": ("D_i", {"stratum": "b"}), "past_2022": ("past", {"year": 2022}),
                               "x_2": ("x", {})}  # fmt: skip

    for name, (id_, labels) in {**of, **{id_: (id_, {}) for id_ in everything.SCALARS}}.items():
        assert float(named(book, name).value).hex() == run.value(id_, **labels).hex(), name


def test_names_are_unique_without_case_and_no_addresses(made):
    for project in ("every", "option1"):
        names = list(both(made(project)[1])[1].defined_names)
        assert len({name.lower() for name in names}) == len(names) > 30
        for name in names:
            assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name)
            assert not re.fullmatch("[A-Za-z]{1,3}[0-9]+|[RrCc][0-9]*|[Rr][0-9]*[Cc][0-9]*", name)


def test_a_taken_name_gets_its_index_sets_and_never_another_one_in_silence():
    names = CellNames()

    assert [names.new(one, apart=["lu"]) for one in ("P", "p", "p")] == ["P", "p_lu", "p_2"]
    assert names.new("Project_Start") == "Project_Start_2", "the first day has it"
    assert [plain_name(one) for one in ("TRUE", "r1c1", "R", "A-B c", "2x")] == ["TRUE_", "r1c1_", "R_", "A_B_c", "_2x"]


def test_a_row_is_as_high_as_its_longest_text(made):
    book = both(made("option1")[1])[1]

    for sheet in book:
        for row in sheet.iter_rows():
            for cell in (cell for cell in row if isinstance(cell.value, str) and cell.alignment.wrap_text):
                width, height = sheet.column_dimensions[cell.column_letter].width, sheet.row_dimensions[cell.row].height or 15.0
                assert height >= min(409, 15 * (len(cell.value) // (width + 1))), f"{sheet.title}!{cell.coordinate}"
    assert max(row.height or 15 for row in book["Read me"].row_dimensions.values()) > 15


def test_texts_of_a_project_are_never_formulas_or_links(made):
    _, data = made("every")
    book = both(data)[1]

    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str) and "cmd|" in cell.value]
    assert texts and all(cell.data_type == "s" for cell in texts)
    assert all(text.startswith(("'", "(", "-", "$")) or text[0].isalnum() or text[0] == "_" for cells in stored(data).values() for text, _ in cells.values())
    assert any(cell.value == "Project: =1+1 every construct" for row in book["Read me"].iter_rows() for cell in row)


def test_only_what_the_project_gives_is_open(made):
    _, data = made("option1")
    book = both(data)[1]

    assert all(sheet.protection.sheet for sheet in book)
    open_cells = {sheet.title: [c for row in sheet.iter_rows() for c in row if not c.protection.locked] for sheet in book}
    assert {title for title, cells in open_cells.items() if cells} == {"MRS(input)", "Project", "MSS"}
    assert not any(cell.data_type == "f" for cells in open_cells.values() for cell in cells)
    assert all(sheet.page_setup.orientation for sheet in book) and book["MRS(calc_process)"].freeze_panes


def test_a_programme_has_its_own_sheets_and_columns(made):
    _, data = made("option1")
    book = both(data)[1]
    heads = [[cell.value for cell in row[:11]] for row in book["MRS(input)"].iter_rows(max_row=12)]

    assert ["(a) Monitoring period", "(b) Monitoring point No.", "(c) Parameters", "(d) Description of data", "(e) Monitored Values", "(f) Units",
            "(g) Monitoring option", "(h) Source of data", "(i) Measurement methods and procedures", "(j) Monitoring frequency",
            "(k) Other comments"] in heads  # fmt: skip
    assert {"MRS(input)", "MRS(calc_process)", "MSS"} <= set(book.sheetnames)
    planned = both(made("option1", Wanted(planned=True))[1])[1]
    assert {"MPS(input)", "MPS(calc_process)", "MSS"} <= set(planned.sheetnames) and "MRS(input)" not in planned.sheetnames
    assert "A numbers one two" in both(made("every")[1])[1].sheetnames, "without sheets of its own a programme has one for each section"


def test_each_number_leads_to_its_equation_and_back(made):
    _, data = made("option1")
    book = both(data)[1]
    ahead = next(cell for row in book["MRS(calc_process)"].iter_rows() for cell in row if cell.hyperlink and cell.hyperlink.location)

    row = int(re.search("[A-Z]+([0-9]+)$", ahead.hyperlink.location)[1])
    assert book["Equations"].cell(row, 1).value == ahead.value and ahead.value.startswith("Eq. ")
    assert "MRS(calc_process)" in book["Equations"].cell(row, 2).hyperlink.location


def test_numbers_that_are_no_formulas_say_so(made):
    _, data = made("every")
    book = both(data)[1]
    told = " ".join(str(cell.value) for row in book["Read me"].iter_rows() for cell in row)

    assert "e.solved is solved, which spreadsheet programs cannot do" in told
    assert "power of a matrix to such a number" in told
    assert "solved" in named(book, "solved").comment.text and named(book, "solved").value.startswith("=IF(")


def test_a_copy_without_confidential_numbers_keeps_its_results(made):
    run, data = made("option1", Wanted(hidden=frozenset({"FC", "CA_pj"})))
    values, _ = both(data)
    texts = [str(cell.value) for sheet in values for row in sheet.iter_rows() for cell in row if cell.value is not None]
    shown = {float(cell.value) for sheet in values for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int | float)}

    assert "XXX" in texts and any("SHA-256 of these numbers" in text for text in texts)
    assert named(values, "ER_credit_p_1").value == run.value("ER_credit_p", period="1")
    assert named(values, "FC_diesel_2018").value == "XXX" and named(values, "E_fuel_f_diesel_2018").value == "XXX"
    assert not shown & {value for _, value, _ in run.cells("E_fuel_f") if value}, "numbers that nothing else of the run has"
    assert not {"610", "610.0"} & set(texts), "as it is written neither"
    with pytest.raises(InputError, match="I502 the project gives no 'RL'"):
        made("option1", Wanted(hidden=frozenset({"RL"})))


def test_the_same_project_gives_the_same_bytes(tiny, tmp_path):
    again = tmp_path / "calc.xlsx"
    assert main(["workbook", str(TINY), str(TINY / "project.yaml"), "-o", str(again)]) == 0

    assert again.read_bytes() == tiny.read_bytes()


def test_rulings_findings_and_hashes_stand_in_it(tiny):
    book = openpyxl.load_workbook(tiny)
    texts = {sheet.title: [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None] for sheet in book}

    assert {"ruling", "reading", "difference"} <= set(texts["Rulings"]) and len(texts["Rulings"]) > 12
    assert {"code", "severity"} <= set(texts["Findings"]) and "SHA-256 of the project file" in texts["Read me"]
    assert not any(str(tiny.parent) in text or str(TINY) in text for found in texts.values() for text in found), "no path of a machine"


STATED = """
claimed: {A_0: {unit: ha, values: {E: 1012.625}}, ER_p: {unit: tCO2, values: {all: 12}}}
operation: {start: 2018-03-12, end: 2020-12-31}
choices: {method: rate}
datasets: [stocks]
members: {fuel: [diesel]}
values:
  A_0: {unit: ha, source: map, comments: 1012.625 ha less what was sold, file: areas.xlsx}
  P: {unit: 1/year, values: {E: 0.02, D: 0.03}, source: map}
  FC: {unit: t, values: {diesel: {2018: 1.5, 2019: 2, 2020: 2}}, source: invoices}
"""


def texts_of(path):
    return [str(cell.value) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_a_number_that_is_not_shown_is_nowhere_said_again(tmp_path):
    """Not by a document that claims it, by a remark beside it, or by what is told of its cell in a workbook of data."""
    areas = openpyxl.Workbook()
    for row in (["land_use", "value"], ["E", 1012.625], ["D", 500]):
        areas.active.append(row)
    areas.active["B2"].number_format = "0.0"
    areas.save(tmp_path / "areas.xlsx")
    (tmp_path / "project.yaml").write_text("project: {name: Tiny}" + STATED, encoding="utf-8")
    for name, more in (("open", []), ("closed", ["--redact", "A_0"])):
        assert main(["workbook", str(TINY), str(tmp_path / "project.yaml"), *more, "-o", str(tmp_path / f"{name}.xlsx")]) == 0
    found = {name: texts_of(tmp_path / f"{name}.xlsx") for name in ("open", "closed")}

    assert len([text for text in found["open"] if "1012.6" in text]) > 4, "claimed, remarked, shown otherwise, and the number"
    assert not [text for text in found["closed"] if "1012.6" in text] and "12" in found["closed"], "what is claimed of a result stays"


def test_a_result_that_is_asked_for_is_not_shown_either(made):
    """It is a result of the methodology only for those who do not give it themselves."""
    run, _ = made("every")
    given, result = "EF1", run.methodology.result_ids[0]
    assert given not in Redaction.of(run, frozenset({given})).shown and result in Redaction.of(run, frozenset({given})).shown
    assert result not in Redaction.of(run, frozenset({result})).shown


MANY = """
methodology: {{id: S, version: "1", title: cases, result: R}}
quantities:
  - {{id: A, symbol: A, meaning: area, unit: ha, kind: monitored}}
  - {{id: R, symbol: R, meaning: result, unit: ha, kind: computed}}
equations:
  - {{id: r, defines: R, formula: 'cases({cases}, otherwise: 0 {{ha}})'}}
"""


@pytest.mark.parametrize(("count", "is_live"), [(50, True), (70, False)])
def test_more_cases_than_excel_nests_stand_as_a_number(tmp_path, count, is_live):
    """Excel takes 64 functions within each other, and calls a file with more damaged."""
    cases = ", ".join(f"A == {at} {{ha}}: {at + 1} {{ha}}" for at in range(count))
    (tmp_path / "spec.yaml").write_text(MANY.format(cases=cases), encoding="utf-8")
    (tmp_path / "project.yaml").write_text(
        "project: {name: many}\noperation: {start: 2020-01-01, end: 2020-12-31}\nvalues: {A: {unit: ha, value: 49}}\n", encoding="utf-8"
    )
    assert main(["workbook", str(tmp_path / "spec.yaml"), str(tmp_path / "project.yaml"), "-o", str(tmp_path / "calc.xlsx")]) == 0
    values, formulas = both((tmp_path / "calc.xlsx").read_bytes())

    assert named(values, "R_").value == 50 and ("IF(A=0,1," in named(formulas, "R_").value) == is_live
    assert (named(formulas, "R_").comment is None) == is_live


TIED = """
methodology: {id: S, version: "1", title: ties, result: R}
index_sets: [{id: use, letters: [i], members: [a, b]}]
quantities:
  - {id: A, symbol: A, meaning: area, indices: [use], unit: ha, kind: monitored}
  - {id: B, symbol: B, meaning: limit, unit: ha, kind: monitored}
  - {id: R, symbol: R, meaning: result, unit: ha, kind: computed}
equations:
  - {id: r, defines: R, formula: 'Sum(i, cases(A[i] > B: A[i], otherwise: 0 {ha}))'}
"""


@pytest.mark.parametrize(
    ("area", "condition"),
    [("100.00000000005", r"IF\((\w+)-(\w+)>1E-12\*MAX\(ABS\(\1\),ABS\(\2\)\),"), ("101", r"=SUMPRODUCT\(\(A>B\)\*A\)$")],
)
def test_numbers_that_a_run_counts_as_equal_are_equal_in_the_sheet(tmp_path, area, condition):
    """A spreadsheet program compares fifteen digits, and a run twelve."""
    (tmp_path / "spec.yaml").write_text(TIED, encoding="utf-8")
    values = f"{{A: {{unit: ha, values: {{a: {area}, b: 300}}}}, B: {{unit: ha, value: 100}}}}"
    (tmp_path / "project.yaml").write_text(f"project: {{name: ties}}\noperation: {{start: 2020-01-01, end: 2020-12-31}}\nvalues: {values}\n", encoding="utf-8")
    assert main(["workbook", str(tmp_path / "spec.yaml"), str(tmp_path / "project.yaml"), "-o", str(tmp_path / "calc.xlsx")]) == 0
    data = (tmp_path / "calc.xlsx").read_bytes()

    text = named(both(data)[1], "R_").value.replace("$", "").replace("Numbers!", "")
    assert re.search(condition, text), text
    assert named(both(data)[0], "R_").value == (401 if area == "101" else 300)
