"""Tables as spreadsheet and map programs write them: what is read, what is told, and what is refused because it could mean two things."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.cli import main
from engine.project.project_file import read_project_text
from engine.project.project_lists import named_members
from engine.project.values import ValueReader
from equations.library.spec_files import load_methodology
from equations.units.registry import parse_unit

TINY = Path(__file__).parents[1] / "specs_for_tests" / "tiny"
HEAD = "project: {name: x}\noperation: {start: 2018-03-12, end: 2020-12-31}\nvalues:\n  "
MEMBERS = {"land_use": ("E", "D", "NF"), "forest": ("E", "D"), "fuel": ("diesel", "gasoline"), "year": ("2018", "2019", "2020")}


@pytest.fixture(scope="module")
def tiny():
    return load_methodology(TINY)


@pytest.fixture
def table(tiny, tmp_path):
    """Return a function (text or bytes of a file, fields beside it) -> what is read of it, told and refused."""

    def read(text, fields="unit: ha", quantity="A_0", name="areas.csv", of=None):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        project = read_project_text(f"{HEAD}{quantity}: {{{fields}{', ' if fields else ''}file: {name}}}\n", tmp_path / "project.yaml")
        reader = ValueReader(tmp_path, (), parse_unit, [], {"land_use": ("i", "j"), "fuel": ("f",), "year": ("y", "z")}, members=MEMBERS)
        found = reader.read(of or tiny.quantity[quantity], project.values[quantity][0].heard_by(reader.errors))
        return SimpleNamespace(
            cells={" ".join(one.labels): one.scalar.text for one in found},
            units={str(one.unit) for one in found},
            said=[dict(one.said) for one in found],
            told=[f"{one.code} {one.severity}: {one.what} {one.evidence}" for one in reader.findings],
            refused=[f"{one.code} {one.what}; {one.why}; {one.remedy}" for one in reader.errors],
            errors=reader.errors,
        )

    return read


TWO = {"E": "12.5", "D": "3"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("land_use;value\nE;12,5\nD;3\n", "divided by semicolons", id="Excel in most of Europe"),
        pytest.param("\ufeffland_use;value\r\nE;12,5\r\nD;3\r\n", "12,5 is 12.5", id="a mark at the start, ends of lines of Windows"),
        pytest.param("land_use\tvalue\nE\t12,5\nD\t3\n".encode("utf-16"), "its text is UTF-16", id="Unicode text of Excel"),
        pytest.param("land_use\tvalue\nE\t12.5\nD\t3\n", "divided by tabs", id="tabs"),
        pytest.param("land_use|value\nE|12.5\nD|3\n", "divided by vertical bars", id="bars"),
        pytest.param("sep=;\r\nland_use;value\r\nE;12,5\r\nD;3\r\n", "divided by semicolons", id="sep line"),
        pytest.param("land_use;value;;;\nE;12,5;;;\nD;3;;;\n;;;;\n\n", "empty from head to foot are left out (3)", id="trailing semicolons"),
        pytest.param("land_use;;value\nE;;12,5\nD;;3\n", "empty from head to foot are left out (1)", id="an empty column between"),
        pytest.param("land_use;value\r\r\nE;12,5\r\r\nD;3\r\r\n", "divided by semicolons", id="ends of lines twice"),
        pytest.param('"land_use";"value"\n"E";"12,5"\n"D";"3"\n', "divided by semicolons", id="all in quotes"),
        pytest.param("land_use;value\nE;12,5\nD;3\nTotal;15,5\n", "totals of", id="a total"),
        pytest.param("land_use;value\nE;12,5\nD;3\nសរុប;15,5\n", "totals of", id="a total in Khmer"),
        pytest.param("land_use;value\nE;12,5\nTOTAL (ha) :;15,5\nD;3\n", "totals of", id="a total between its lines"),
        pytest.param("land_use;value\nE;12,5\nsous-total;12,5\nD;3\nSous-total;3\nTotal général;15,5\n", "totals of", id="parts of a total"),
        pytest.param("land_use;value\nE;12,5\nD;3\n;15,5\n", "totals of", id="a sum without a label"),
        pytest.param("land_use,value\nE,12.5\nD,3\nTổng cộng,15.5\n", "totals of", id="a total in Vietnamese"),
    ],
)
def test_a_table_that_can_be_read_in_one_way_is_read_and_told(table, text, told):
    found = table(text)

    assert (found.cells, found.refused) == (TWO, [])
    assert told in " ".join(found.told)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("land_use;value\nE;52.400\nD;3\n", "I533 A_0: what the signs in '52.400'", id="a point before three digits"),
        pytest.param("land_use;value\nE;52,400\nD;3\n", "it can mean 52.400 or 52400", id="a comma before three digits"),
        pytest.param("land_use;value\nE;1,5\nD;2.5\n", "2.5 of the same file has a decimal point, and 1,5 a decimal comma", id="both signs"),
        pytest.param("land_use;value\nE;12,5\nD;1.234\n", "it can mean 1.234 or 1234", id="a point beside decimal commas"),
        pytest.param("land_use;a,b\nE;1,5\nD;2,5\n", "I533 what divides the cells", id="two marks that both divide"),
        pytest.param("land_use;value\nE\nD;3\n", "line 2 has 1 cells and the header 2", id="a short line"),
        pytest.param("land_use;value\nE;12,5;7\nD;3\n", "line 2 has 3 cells and the header 2", id="a long line"),
        pytest.param("land_use;value;value\nE;1;2\n", "'value' stands twice", id="a head twice"),
        pytest.param("land_use;Area ha\nE;1\n", "'Area ha' is not known", id="a head of another name"),
        pytest.param("land_use;value\nE;12,5\nD;3\n".encode("utf-16")[2:], "I50", id="UTF-16 without its mark"),
        pytest.param("land_use;value\nForêt;1\n".encode("cp1252"), "is not UTF-8 text", id="the code page of Windows"),
        pytest.param('land_use;value\n"E;12,5\nD;3\n', "the CSV file cannot be read", id="an open quote"),
        pytest.param("", "the CSV file is empty", id="empty"),
        pytest.param("\n\n;;;\n", "the CSV file is empty", id="nothing but marks"),
    ],
)
def test_a_table_that_can_be_read_in_two_ways_or_none_is_refused(table, text, says):
    found = table(text)

    assert "E" not in found.cells
    assert says in " ".join(found.refused)


@pytest.mark.parametrize(
    ("number", "fields", "value"),
    [
        ("1.234,5", "decimal: comma, thousands: point", "1234.5"),
        ("1.234.567", "thousands: point", "1234567"),
        ("1 234,5", "decimal: comma, thousands: space", "1234.5"),
        ("1\u202f234,5", "decimal: comma, thousands: space", "1234.5"),
        ("1'234.5", "thousands: apostrophe", "1234.5"),
        ("1 234,5", "thousands: space", "1234.5"),
        ("52.400", "decimal: point", "52.400"),
        ("52,400", "decimal: comma", "52.400"),
        ("NA", "decimal: comma", "NA"),
    ],
)
def test_what_the_project_says_of_signs_is_followed(table, number, fields, value):
    found = table(f'land_use;value\nE;"{number}"\n', f"unit: ha, {fields}")

    assert (found.cells, found.refused) == ({"E": value}, [])


@pytest.mark.parametrize(
    ("number", "fields"),
    [("12.34", "thousands: point"), ("1.23.456", "thousands: point"), ("1 234", "decimal: comma"), ("1.234,5", "decimal: comma")],
)
def test_a_number_that_is_written_otherwise_than_the_project_says_is_refused(table, number, fields):
    assert "is not written as the project says" in table(f"land_use;value\nE;{number}\n", f"unit: ha, {fields}").refused[0]


def test_a_sign_between_thousands_is_left_as_it_is_and_so_no_number(table):
    found = table("land_use;value\nE;1.234,5\nD;1\u00a0234,5\n")

    assert found.cells == {"E": "1.234,5", "D": "1\u00a0234,5"}  # a run refuses both: I505


def test_points_before_three_digits_alone_are_told_where_commas_divide(table):
    found = table("land_use,value\nE,52.400\nD,3\n")

    assert found.cells["E"] == "52.400"
    assert any("A828 warning: 52.400 is read as a number with decimals" in text and "52400" in text for text in found.told)
    assert not table("land_use,value\nE,52.400\nD,0.5\n").told


def test_a_total_that_is_not_the_sum_of_its_lines_is_a_warning(table):
    found = table("land_use;value\nE;12,5\nD;3\nTotal;18,5\n")

    assert found.cells == TWO
    assert any("A827 warning" in text and "its lines come to 15.5, 3 less" in text for text in found.told)


def test_a_member_that_is_called_total_is_no_total(table, monkeypatch):
    monkeypatch.setitem(MEMBERS, "land_use", ("E", "Total"))

    assert table("land_use,value\nE,1\nTotal,1\n").cells == {"E": "1", "Total": "1"}


def test_a_class_that_begins_with_the_word_is_no_total(table):
    assert table("land_use,value\nE,1\nTotal forest,1\n").cells == {"E": "1", "Total forest": "1"}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("land_use,value\nE,100\n,100\nNF,50\n", "", id="not the last line"),
        pytest.param("land_use,value\nE,100\n,100\n", "", id="of one line"),
        pytest.param("land_use,value\nE,12.5\nD,3\n,15\n", "", id="rounded"),
    ],
)
def test_a_line_without_a_label_that_need_not_be_a_total_is_not_left_out(table, text, kept):
    assert kept in table(text, "unit: ha, otherwise: 0").cells


def test_a_total_of_nothing_is_refused(table):
    assert "a total without a line that it sums" in table("land_use,value\nTotal,100\n", "unit: ha, otherwise: 0").refused[0]


def test_a_member_in_brackets_behind_the_word_is_no_unit(table):
    assert table("land_use,value\nE,1\nTotal (D),3\n").cells == {"E": "1", "Total (D)": "3"}


def test_a_column_without_a_head_is_refused_although_others_are_chosen(table):
    assert "column 3 has no name" in table("c,v,\nE,12,5\nD,3,75\n", "unit: ha, columns: {c: land_use, v: value}").refused[0]


def test_a_table_without_heads_is_not_taken_to_be_in_other_units_than_are_said(table):
    assert table("1,100.5\n2,200.5\n", "unit: ha, otherwise: 0, labels: {1: E, 2: D}").refused[0].startswith("I503")


def test_text_of_two_bytes_a_character_without_its_mark_is_no_text(table):
    assert table("land_use,value\nE,1\n".encode("utf-16-le")).refused[0].count("is not UTF-8 text") == 1


def test_columns_are_chosen_and_those_that_are_not_read_are_told(table):
    found = table("fid;DN;Name;ha;source\n1;E;x;12,5;map 3\n2;D;y;3;map 4\n", "unit: ha, columns: {DN: land_use, ha: value}")

    assert (found.cells, found.refused) == (TWO, [])
    assert [said["source"] for said in found.said] == ["map 3", "map 4"]
    assert any("columns of" in text and "fid, Name" in text for text in found.told)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ("{dn: land_use, ha: value}", "no single column 'dn'"),
        ("{DN: landuse, ha: value}", "a column cannot be 'landuse'"),
        ("{DN: land_use}", "the column 'value' is missing"),
        ("{DN: land_use, ha: value, Name: value}", "'value' stands twice"),
    ],
)
def test_a_choice_of_columns_that_cannot_be_is_refused(table, columns, says):
    assert says in " ".join(table("DN;Name;ha\nE;x;1\n", f"unit: ha, columns: {columns}").refused)


def test_labels_are_members_and_codes_of_one_member_are_added_exactly(table):
    found = table("land_use,value\n1.00,0.1\n2,0.2\n3,0.3\n4,7\n255,9\n", "unit: ha, labels: {1: E, 2: E, 3: D, 4: NF}, leave_out: [255]")

    assert (found.cells, found.refused) == ({"E": "0.3", "D": "0.3", "NF": "7"}, [])
    assert any("their numbers are added" in text and "E: 0.1 + 0.2" in text for text in found.told)
    assert any("labels that do not count is left out: 255 9" in text for text in found.told)


def test_what_is_to_be_left_out_and_is_not_there_is_told(table):
    assert any("has no label Nf" in text for text in table("land_use,value\nE,1\nNF,2\n", "unit: ha, leave_out: [Nf]").told)


def test_sources_of_numbers_that_are_added_are_kept(table):
    found = table("land_use,value,unit,source\n1,1,ha,a\n2,2,ha,b\nTotal,3,,\n", "labels: {1: E, 2: E}")

    assert (found.cells, found.said) == ({"E": "3"}, [{"source": "a; b"}])
    assert any("A827 note: totals" in text for text in found.told)


def test_a_code_without_a_member_is_refused(table):
    found = table("land_use,value\n1,5\n7,6\n", "unit: ha, labels: {1: E}")

    assert found.refused == ["I502 A_0: no member is named for the label '7'; its number is 6; "
                             "say which it is: `labels: {7: E}`, or name it under `leave_out:` if it does not count"]  # fmt: skip


def test_codes_of_one_member_are_not_added_where_numbers_are_rates(table):
    found = table("forest,value\n1,0.02\n2,0.03\n", "unit: 1/year, labels: {1: E, 2: E}", "P")

    assert not any("added" in text for text in found.told)  # a run refuses the cell as given twice


def test_labels_of_two_indices_and_a_matrix_with_totals(table):
    found = table("from;1;2;Total\n1;0,5;0,5;1\n2;0,25;0,75;1\nTotal;0,75;1,25;2\n", 'unit: "1", layout: matrix, labels: {1: E, 2: D}', "p")

    assert found.cells == {"E E": "0.5", "E D": "0.5", "D E": "0.25", "D D": "0.75"}
    assert any("totals of" in text for text in found.told)
    nested = table("i,j,value\n1,1,0.5\n1,2,0.5\n", 'unit: "1", labels: {land_use: {1: E}, land_use_2: {1: E, 2: NF}}', "p")
    assert nested.cells == {"E E": "0.5", "E NF": "0.5"}


def test_fields_of_a_table_need_a_file(tmp_path):
    with pytest.raises(Exception, match="is about a table in a file"):
        read_project_text(HEAD + "A_0: {unit: ha, values: {E: 1}, decimal: comma}\n", tmp_path / "project.yaml")


# -- layouts of programs

CROSS = """RasterValue,Reference,Classification,PixelSum,Area [metre^2]
1,1,1,10,9000
2,1,2,5,4500
3,2,2,7,6300

CROSS MATRIX [metre^2]
,Classification >
Reference V,1,2
1,9000,4500
2,0,6300
Total,9000,10800
"""
PAIRS = "columns: {Reference: land_use, Classification: land_use_2}, labels: {1: E, 2: NF}"


def test_a_cross_classification_of_scp(table):
    fields = PAIRS.replace("columns: {", "at: {year: 2018}, columns: {")
    found = table(CROSS, fields, "ca")

    assert (found.cells, found.refused) == ({"E E 2018": "9000", "E NF 2018": "4500", "NF NF 2018": "6300"}, [])
    assert found.units == {"m2"}
    assert any("A829 note" in text and "Reference is land_use, Classification is land_use_2" in text for text in found.told)
    assert any("A827 note" in text and "is read up to line 6: from 'CROSS MATRIX" in text for text in found.told)
    older = CROSS.partition("\n\n")[0].replace("RasterValue,", "CrossClassCode,").replace(",", "\t")
    assert table(older, fields, "ca").cells == found.cells


def test_which_of_two_maps_is_the_earlier_is_not_guessed(table):
    found = table(CROSS, "at: {year: 2018}, labels: {1: E, 2: NF}", "ca")

    assert found.cells == {}
    assert "I534 SCP cross classification: which column is which index" in found.refused[0]
    assert "`columns: {Reference: land_use, Classification: land_use_2}`, or the other way round" in found.refused[0]


UNIQUE = "value,count,m2\n1.00000000,10,9000.00000000\n2.00000000,5,4500.00000000\n"
LABELS = "labels: {1: E, 2: D}"


def test_unique_values_of_qgis(table):
    found = table(UNIQUE, LABELS)

    assert (found.cells, found.units, found.refused) == ({"E": "9000.00000000", "D": "4500.00000000"}, {"m2"}, [])
    assert "`labels: {1: E}`" in table(UNIQUE, "").refused[0]
    assert "I503" in table(UNIQUE, "unit: ha, " + LABELS).refused[0]  # the file says in what its areas are
    assert table(UNIQUE, f"columns: {{count: pixels, value: land_use}}, pixel: 0.09 ha, {LABELS}").cells == {"E": "0.9", "D": "0.45"}
    assert "are pixels, and no areas" in table(UNIQUE, f"columns: {{count: value, value: land_use}}, {LABELS}").refused[0]


def test_numbers_are_told_as_they_stand_in_the_file(table):
    found = table("value,count\n1,10\n2,5\n4,7\n0,3\nTotal,22\n",
                  "columns: {value: land_use, count: pixels}, pixel: 900 m2, labels: {1: E, 2: D, 4: D}, leave_out: [0]")  # fmt: skip

    assert (found.cells, found.refused) == ({"E": "9000", "D": "10800"}, [])
    assert [text.partition(": ")[2] for text in found.told if "A827" in text] == [
        "what areas.csv has under labels that do not count is left out: 0 3 ", "totals of areas.csv are left out: Total 22 they are the sums of their lines",
        "several labels of areas.csv are one member, and their numbers are added D: 5 + 7",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tail", "refused"),
    [
        ("Total,,\n", ""),
        ("Source: a map of 2020,,\n", ""),
        ("Area B,,\n1,20,18000\n", "line 5 reads like one of the table"),
        ("Area B,,\nfrom another map,,\nvalue,count,m2\n1,20,18000\n", "line 6 reads like one of the table"),
        ("NF,,\n", "where the class 'NF' has no number"),
    ],
)
def test_where_a_table_of_a_program_ends_is_told_and_what_would_be_lost_is_refused(table, tail, refused):
    found = table(UNIQUE + tail, LABELS)

    assert [text for text in found.refused if "I537" in text and refused in text] if refused else found.refused == []
    assert refused or any("A827" in text and "is read up to line 4" in text for text in found.told)


@pytest.mark.parametrize(
    ("text", "fields", "quantity", "cells", "says"),
    [
        ("land_use,value\n1,5\n", 'labels: {1: E, "1.0": D}', "A_0", {}, "I536 A_0: the label '1.0' is E and D"),
        ("land_use,value\n1,5\n", 'labels: {1: E, "1.0": E}', "A_0", {"E": "5"}, ""),
        ("land_use,value\n1,5\n", "labels: {land_use: {1: E}, 2: D}", "A_0", {}, "the label '2' is of no index"),
        ("land_use,value\n1,5\n0,9\n", "labels: {1: E, 0: D}, leave_out: [0]", "A_0", {}, "is left out, and is D"),
        ("land_use,value\n1,5\n2,9\n", 'labels: {1: E}, leave_out: ["2.0"]', "A_0", {"E": "5"}, ""),
        ("i,j,value\n1,1,5\n0,0,9\n0,1,9\n", "at: {year: 2018}, labels: {1: E}, leave_out: [0]", "ca", {"E E 2018": "5"}, ""),
        ("i,j,value\n1,1,5\n0,1,9\n", "at: {year: 2018}, labels: {1: E}, leave_out: {land_use: [0]}", "ca", {"E E 2018": "5"}, ""),
        ("i,j,value\n1,1,5\n1,0,9\n", "at: {year: 2018}, labels: {1: E}, leave_out: {land_use: [0]}", "ca", {}, "for the label '0'"),
        ("i,j,value\n1,1,5\n", "at: {year: 2018}, labels: {1: E}, leave_out: {landuse: [0]}", "ca", {}, "leaves no index 'landuse'"),
        ("i,y,value\n1,0,5\n0,2018,9\n", "at: {land_use_2: D}, labels: {land_use: {1: E}}, leave_out: [0]", "ca", {}, "I536 ca: of which column"),
    ],
)
def test_what_is_said_of_labels_means_one_thing(table, text, fields, quantity, cells, says):
    found = table(text, f"unit: ha, {fields}", quantity)

    assert says in " ".join(found.refused) if says else (found.refused, found.cells) == ([], cells)


def test_sizes_of_each_are_not_added(table, tiny):
    lengths = replace(tiny.quantity["A_0"], unit=parse_unit("m", None, ()))
    found = table("land_use,value\n1,20\n2,30\n", "unit: m, labels: {1: E, 2: E}", of=lengths)

    assert (found.cells, "I506 A_0: several labels" in found.refused[0]) == ({}, True)


def test_square_degrees_are_no_area(table):
    text = UNIQUE.replace("m2", "deg2")

    assert "which are no areas" in table(text, LABELS).refused[0]
    stated = table(text, f"pixel: 900 m2, {LABELS}")
    assert stated.cells == {"E": "9000", "D": "4500"}
    assert any("A829 warning" in told and "in degrees" in told for told in stated.told)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        pytest.param("RasterValue,PixelSum,Percentage %,Area [metre^2]\n1,10,66.67,9000\n2,5,33.33,4500\n", LABELS, id="SCP classification report"),
        pytest.param("map_code,map_area,map_edited_class\n1,10,forest\n2,5,other\n", f"pixel: 900 m2, {LABELS}", id="SEPAL areas"),
        pytest.param("id,HISTO_1,HISTO_2,HISTO_NODATA\n7,10,5,0\n", f"pixel: 900 m2, {LABELS}", id="QGIS zonal histogram"),
        pytest.param("1 9000.000000 10\n2 4500.000000 5\n", LABELS, id="r.stats -ac"),
        pytest.param("1|Evergreen|9000.000000|10|66.67%\n2|Deciduous|4500.000000|5|33.33%\n", LABELS, id="r.stats -acpl with bars"),
        pytest.param("1 10\n2 5\n", f"pixel: 900 m2, {LABELS}", id="r.stats -c"),
    ],
)
def test_areas_of_classes_as_programs_write_them(table, text, fields):
    found = table(text, fields)

    assert found.refused == []
    assert {label: float(number) for label, number in found.cells.items()} == {"E": 9000, "D": 4500}
    assert found.units == {"m2"}
    assert any(told.startswith("A829 note") for told in found.told)


@pytest.mark.parametrize("text", ["map_code,map_area,map_edited_class\n1,10,x\n", "id,HISTO_1\n7,10\n", "1 10\n2 5\n"])
def test_pixels_without_a_size_are_refused(table, text):
    assert "I534" in table(text, LABELS).refused[0]


ACATAMA = """Analysis - Accuracy assessment results

Thematic map:
map.tif

1) Error matrix:
;;Validation
;;1 (Evergreen);2 (Deciduous);Total;User accuracy;Total class area (ha);Wi
Thematic map classes;1;66;0;66;1,0;0,9;0,6667
;2;0;55;55;1,0;0,45;0,3333

5) Class area adjusted:
;Area adjusted (ha);Error;Lower limit;Upper limit
1 (Evergreen);0,8123;0,01;0,7927;0,8319
2 (Deciduous);0,4877;0,01;0,4681;0,5073
total;1,3
"""


def test_adjusted_areas_of_acatama(table):
    found = table(ACATAMA, LABELS)

    assert (found.cells, found.units, found.refused) == ({"E": "0.8123", "D": "0.4877"}, {"ha"}, [])
    assert any("totals of" in told for told in found.told)
    lower = table(ACATAMA, "columns: {name: land_use, Lower limit: value}, labels: {Evergreen: E, Deciduous: D}")
    assert (lower.cells, lower.units) == ({"E": "0.7927", "D": "0.4681"}, {"ha"})


def test_pixels_outside_the_map_are_left_out_only_where_the_project_says_so(table):
    text = "id,HISTO_1,HISTO_NODATA\n7,10,3\n"

    assert "no member is named for the label 'NODATA'" in table(text, "pixel: 1 ha, labels: {1: E}").refused[0]
    assert table(text, "pixel: 1 ha, labels: {1: E}, leave_out: [NODATA]").cells == {"E": "10"}


def test_polygons_of_a_histogram_are_members_of_a_column(table):
    found = table("id,place,HISTO_1,HISTO_2\n7,diesel,10,5\n8,gasoline,1,2\n",
                  "pixel: 1 t, columns: {place: fuel, class: year}, labels: {1: 2018, 2: 2019}", "FC")  # fmt: skip

    assert found.cells == {"diesel 2018": "10", "diesel 2019": "5", "gasoline 2018": "1", "gasoline 2019": "2"}


# -- as a project uses them

PROJECT = """project: {name: Tiny project}
operation: {start: 2018-03-12, end: 2020-12-31}
choices: {method: rate}
datasets: [stocks]
members: {fuel: {file: fuels.csv}}
values:
  P: {unit: 1/year, values: {E: 0.02, D: 0.03}}
  A_0: {file: unique.csv, labels: {1: E, 2: D, 3: NF}, leave_out: [0], source: QGIS}
  FC: {unit: kg, file: fuel.csv, columns: {Fuel: fuel, Year: year, "Mass (kg)": value}}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of which all numbers come from tables of programs, and one with the same numbers typed in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")
    Path("project.yaml").write_text(PROJECT, encoding="utf-8")
    Path("fuels.csv").write_text("id;name;\ndiesel;Diesel;\n", encoding="utf-8")
    Path("unique.csv").write_text("value,count,m2\n0,9,8100\n1,11000,10000000\n2,5500,5000000.0\n3,0,0\n", encoding="utf-8")
    Path("fuel.csv").write_text("Fuel;Year;Mass (kg);Note\ndiesel;2018;1500,5;\ndiesel;2019;2000;\ndiesel;2020;2000;\n;;5500,5;Summe\n", encoding="utf-8")
    typed = PROJECT.partition("  A_0:")[0].replace("{file: fuels.csv}", "[diesel]")
    typed += "  A_0: {unit: ha, values: {E: 1000, D: 500, NF: 0}}\n  FC: {unit: t, values: {diesel: {2018: 1.5005, 2019: 2, 2020: 2}}}\n"
    Path("typed.yaml").write_text(typed, encoding="utf-8")
    return Path("project.yaml")


def test_a_run_from_tables_of_programs_is_the_run_of_typed_numbers(project, capsys):
    assert main(["run", str(TINY), "typed.yaml", "--format", "csv"]) == 0
    typed = capsys.readouterr().out
    assert main(["run", str(TINY), "project.yaml", "--format", "csv"]) == 0
    assert capsys.readouterr().out == typed
    assert main(["run", str(TINY), "project.yaml", "--format", "json"]) == 0
    said = capsys.readouterr().out
    for told in ("A826", "A827", "A829", "1500,5 is 1500.5", "QGIS unique values of a raster"):
        assert told in said


def test_members_that_are_called_total_are_known_before_a_run(tiny, project):
    data = read_project_text(PROJECT.replace("{file: fuels.csv}", "[diesel, Total]"), project)

    assert named_members(tiny, data.members)["fuel"] == {"diesel", "gasoline", "Total"}
    assert named_members(tiny, data.members)["land_use"] == {"E", "D", "NF"}
