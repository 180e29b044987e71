"""Bad input to a run: each mistake has a coded message and exit code 2, never a traceback, and nothing is written by halves.

Small valid projects (``tests/engine/projects``) are broken by replacing text.
"""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from engine.cli import main

PROJECTS = Path(__file__).parent / "projects"
SPEC = "KH_AM004@1.1"
ONE, TWO = "option1.yaml", "option2.yaml"


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """A cache of this module alone: the methodology is read and planned once for many runs."""
    return str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def broken(tmp_path, monkeypatch, capsys, cache):
    """Return a function (project, replacements...) -> (exit code, message); each text must stand in the project."""
    monkeypatch.setenv("MRVGRAPH_CACHE", cache)
    monkeypatch.chdir(tmp_path)
    for file in PROJECTS.iterdir():
        shutil.copy(file, tmp_path)
    os.mkfifo("queue")  # what is no file on a disk

    def run(project, *replacements, arguments=()):
        text = Path(project).read_text(encoding="utf-8")
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        Path(project).write_text(text, encoding="utf-8")
        return refused(project, capsys, *arguments)

    return run


def refused(project, capsys, *arguments):
    """Run with an output file that holds an earlier result; it must stay as it is unless the run ends well."""
    Path("out").mkdir(exist_ok=True)
    Path("out/run.json").write_text("earlier", encoding="utf-8")
    code = main(["run", SPEC, str(project), "--format", "json", "--output", "out/run.json", *arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert [path.name for path in Path("out").iterdir()] == ["run.json"]
    if code == 2:
        assert Path("out/run.json").read_text(encoding="utf-8") == "earlier"
        assert re.match(r"[A-Z]\d{3} ", captured.err)
        assert "do:" in captured.err
    return code, captured.err


def codes(message):
    return re.findall(r"^([A-Z]\d{3}) ", message, re.MULTILINE)


def findings():
    return json.loads(Path("out/run.json").read_text(encoding="utf-8"))["findings"]


@pytest.mark.parametrize("project", [ONE, TWO])
def test_the_projects_themselves_are_well(broken, project):
    assert broken(project) == (0, "")
    assert not [finding for finding in findings() if finding["severity"] == "error"]


AREA = "A_0: {unit: ha, values: {E: 5000,"
FUEL = "FC: {unit: kg, values: {diesel: {2018: 1400, 2019: 1800, 2020: 1700}}, source: invoices}"
DATES = "operation: {start: 2018-03-12, end: 2020-12-31}"
PERIODS = """  - {id: a, start: 2018-03-12, end: 2019-12-31}
  - {id: b, start: 2020-01-01, end: 2020-12-31}"""


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        pytest.param(FUEL, "", "I501", "missing: FC[diesel, 2018], FC[diesel, 2019], FC[diesel, 2020] (", id="missing value"),
        pytest.param("2019: 1800, ", "", "I501", "missing: FC[diesel, 2019] (", id="missing year"),
        pytest.param("2019: 1800", "2019: ", "I501", "missing: FC[diesel, 2019] (", id="empty value"),
        pytest.param(AREA, "A_0: {unit: ha, values: {", "I501", "missing: A_0[E] (", id="missing class"),
        pytest.param(AREA, AREA + " EG: 1,", "I502", "'EG' is not a member of land_use", id="unknown class"),
        pytest.param(AREA, "A_0: {unit: ha, values: {e: 5000,", "I502", "did you mean E?", id="class in another case"),
        pytest.param("  P_d:", "  Pd:", "I502", "the methodology has no quantity 'Pd'", id="unknown symbol"),
        pytest.param("  P_d:", "  Pd:", "I502", "did you mean P_d or p_d?", id="unknown symbol, near match"),
        pytest.param("choices: {option", "choices: {opton: 1, option", "I508", "did you mean option?", id="unknown choice"),
        pytest.param('option: "1"', 'option: "3"', "I508", "its values are 1, 2", id="option 3"),
        pytest.param('option: "1", ', "", "I508", "the choice 'option' is not made", id="no option"),
        pytest.param("[national-frl-2017]", "[national-frl-2018]", "I508", "did you mean national-frl-2017?", id="unknown dataset"),
        pytest.param(
            "datasets: [national-frl-2017]", "", "I501", "request the dataset national-frl-2017", id="dataset not requested"
        ),
        pytest.param(
            "members: {fuel: [diesel]}", "members: {fuel: [kerosene]}", "I501", "NCV[kerosene]", id="fuel without defaults"
        ),
        pytest.param(
            "members: {fuel: [diesel]}", "members: {land_use: [E]}", "I502", "are fixed by the methodology", id="fixed classes"
        ),
        pytest.param(
            "members: {fuel: [diesel]}", "members: {fuel: diesel}", "I506", "must be a list of names", id="members no list"
        ),
        pytest.param("members: {fuel: [diesel]}", "members: {fuel: [diesel, diesel]}", "I506", "stands twice", id="member twice"),
        pytest.param(AREA, "A_0: {unit: t, values: {E: 5000,", "I503", "A_0 is given in t, and is in ha", id="wrong unit"),
        pytest.param(AREA, "A_0: {unit: km, values: {E: 5000,", "I503", "km is a length and ha an area", id="length for area"),
        pytest.param(AREA, "A_0: {unit: hectars, values: {E: 5000,", "I503", "did you mean hectares?", id="unknown unit"),
        pytest.param(AREA, "A_0: {values: {E: 5000,", "I503", "A_0 is given without a unit", id="no unit"),
        pytest.param(
            FUEL,
            FUEL + "\n  EF: {unit: tCO2/ha, otherwise: 300}",
            "I503",
            "tCO2 / ha is another thing than tC / ha",
            id="tCO2 for tC",
        ),
        pytest.param(
            FUEL, FUEL + "\n  EF: {unit: tCO2/ha, values: {E: 334}}", "I503", "tCO2 / ha is another thing", id="tCO2 for tC, a cell"
        ),
        pytest.param("E: 5000", "E: nan", "I505", "A_0[E] is not a number: 'nan'", id="nan"),
        pytest.param("E: 5000", "E: .nan", "I505", "A_0[E] is not a number: '.nan'", id="yaml nan"),
        pytest.param("E: 5000", "E: .inf", "I505", "A_0[E] is not a number: '.inf'", id="yaml infinity"),
        pytest.param("E: 5000", "E: -Infinity", "I505", "A_0[E] is not a number: '-Infinity'", id="infinity"),
        pytest.param("E: 5000", "E: 1e999", "I505", "A_0[E] is too large for a number: 1e999", id="1e999"),
        pytest.param("E: 5000", "E: 1e-999", "I505", "A_0[E] is too small for a number: 1e-999", id="1e-999"),
        pytest.param("E: 5000", "E: " + "9" * 500, "I505", "A_0[E] is too large for a number: 9999", id="500 digits"),
        pytest.param("E: 5000", "E: 1e308", "V603", "has no finite value for", id="a product beyond all numbers"),
        pytest.param("E: 5000", "E: 0x1388", "I505", "A_0[E] is not a number: '0x1388'", id="hexadecimal"),
        pytest.param("E: 5000", "E: 5_000", "I505", "write it without separators of thousands: 5000", id="underscore"),
        pytest.param("E: 5000", "E: '5,000.0'", "I505", "write it without separators of thousands: 5000.0", id="thousands"),
        pytest.param("E: 5000", "E: '5000,5'", "I505", "write it with a decimal point: 5000.5", id="decimal comma"),
        pytest.param("E: 5000", "E: 12:30:00", "I505", "A_0[E] is not a number: '12:30:00'", id="clock time, not base 60"),
        pytest.param("E: 5000", "E: NO", "I505", "A_0[E] is not a number: 'NO'", id="NO is not a zero"),
        pytest.param("E: 5000", "E: ~", "I505", "A_0[E] is not a number: '~'", id="YAML null"),
        pytest.param("E: 5000", "E: 5000 ha", "I505", "A_0[E] is not a number: '5000 ha'", id="unit in the number"),
        pytest.param("E: 5000", "E: ٥٠٠٠", "I505", "A_0[E] is not a number", id="digits of another script"),
        pytest.param("E: 5000", "E: NA", "I505", "only a cell that the methodology leaves out can be NA", id="NA"),
        pytest.param("E: 5000", "E: [5000]", "I506", "values stand as label: number", id="list for a number"),
        pytest.param("E: 5000", "E: {a: 5000}", "I506", "2 labels where the indices are land_use", id="a label too many"),
        pytest.param("E: 5000", "E: -5000", "I504", "A_0[E] = -5000 ha is outside what it can be", id="negative area"),
        pytest.param("E: 0.021", "E: 1.021", "I504", "P_d[E] = 1.021 1/year is outside what it can be", id="probability above 1"),
        pytest.param("E: 0.021", "E: -0.021", "I504", "P_d[E] = -0.021 1/year is outside what it can be", id="probability below 0"),
        pytest.param("2018: 1400,", "2018: 1400, 2021: 9,", "I507", "'2021' is not a year of the project", id="year outside"),
        pytest.param(
            DATES, "operation: {start: 2020-12-31, end: 2018-03-12}", "I507", "ends before it starts", id="end before start"
        ),
        pytest.param(DATES, "operation: {start: 2018-02-30, end: 2020-12-31}", "I507", "start is not a date", id="30 February"),
        pytest.param(DATES, "operation: {start: 2018-W10-1, end: 2020-12-31}", "I507", "start is not a date", id="ISO week"),
        pytest.param(
            DATES, "operation: {start: 20180312, end: 2020-12-31}", "I507", "start is not a date", id="date without strokes"
        ),
        pytest.param(
            DATES, "operation: {start: 0218-03-12, end: 2020-12-31}", "I507", "lasts from 218 to 2020", id="project of 18 centuries"
        ),
        pytest.param(
            DATES + "\nmonitoring_periods:\n" + PERIODS,
            "operation: {start: 2018-03-12}",
            "I501",
            "neither `operation: end` nor a monitoring period says where the project ends",
            id="no end of operation",
        ),
        pytest.param(DATES, "", "I501", "the field 'operation' of this project is missing", id="no operation"),
        pytest.param("start: 2020-01-01", "start: 2019-12-31", "I507", "the periods 'a' and 'b' overlap", id="overlapping periods"),
        pytest.param(
            PERIODS,
            PERIODS.replace("2019-12-31", "2019-06-30").replace("2020-01-01", "2019-07-01"),
            "I507",
            "the periods 'a' and 'b' share a calendar year",
            id="periods that share a year",
        ),
        pytest.param("id: b", "id: a", "I506", "two periods have the id 'a'", id="periods with one id"),
        pytest.param(
            PERIODS, "  - {id: a, start: 2018-03-12, end: 2021-12-31}", "I507", "ends after the operation", id="period too long"
        ),
        pytest.param(
            PERIODS, "  - {id: a, start: 2017-01-01, end: 2020-12-31}", "I507", "starts before the operation", id="period too early"
        ),
        pytest.param(
            PERIODS, "  - {id: a, start: 2020-01-01, end: 2019-12-31}", "I507", "'a' ends before it starts", id="period backwards"
        ),
        pytest.param("source: invoices", "sorce: invoices", "I502", "did you mean source?", id="misspelt field"),
        pytest.param("project: {name", "project: {nme: x, name", "I502", "did you mean name?", id="misspelt field of the project"),
        pytest.param("datasets:", "dataset:", "I502", "did you mean datasets?", id="misspelt key"),
        pytest.param("  P_d:", "  A_0: 5\n  P_d:", "I506", "the key 'A_0' stands twice", id="quantity twice"),
        pytest.param("E: 5000,", "E: 5000, E: 6000,", "I506", "the key 'E' stands twice", id="class twice"),
        pytest.param("map_date: 2018-01-15", "map_date: 15.01.2018", "I507", "map_date is not a date", id="statement no date"),
        pytest.param("criterion_1: yes", "criterion_1: perhaps", "I505", "criterion_1 is 'perhaps'", id="neither yes nor no"),
        pytest.param(
            "  FC:", "  RL: {unit: tCO2, values: {2018: x}}\n  FC:", "I505", "RL[2018] is not a number", id="number of an equation"
        ),
        pytest.param(
            "SE     40     50     50", "SE      40     50", "I506", "row SE has 2 numbers and the header 3", id="ragged table"
        ),
        pytest.param("SE     40     50     50", "SE     40     50     50    50", "I506", "row SE has 4 numbers", id="row too long"),
        pytest.param("SE     40     50     50", "E      40     50     50", "I506", "CA_pj[E, 2018] is given twice", id="row twice"),
        pytest.param("             2018   2019   2020\n", "", "I506", "a column label stands twice", id="table without a header"),
        pytest.param("2018   2019   2020", "2018   2018   2020", "I506", "a column label stands twice", id="column twice"),
    ],
)
def test_a_mistake_in_a_project_of_option_1(broken, old, new, code, says):
    got, message = broken(ONE, (old, new))

    assert got == 2
    assert code in codes(message)
    assert says in message


MATRIX = "ca_pj: {unit: ha, file: conversions.csv, otherwise: 0, source: map}"
ROW = "D      0      0      0   0.95      0      0      0      0      0      0      0   0.05"


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        pytest.param(ROW, "", "I501", "missing: p_d[D, E], p_d[D, SE], p_d[D, P]", id="matrix without a row"),
        pytest.param(ROW, ROW.removesuffix("0.05"), "I506", "row D has 11 numbers and the header 12", id="row too short"),
        pytest.param(ROW, ROW + "\n        " + ROW, "I506", "p_d[D, E] is given twice", id="row twice"),
        pytest.param(
            ROW, ROW.replace("0.95", "1.95"), "I504", "p_d[D, D] = 1.95 is outside what it can be", id="probability above 1"
        ),
        pytest.param(ROW, ROW.replace("0.95", "-0.95"), "I504", "p_d[D, D] = -0.95 is outside", id="probability below 0"),
        pytest.param(ROW, ROW.replace("0.95", "NaN"), "I505", "p_d[D, D] is not a number: 'NaN'", id="nan in a table"),
        pytest.param(ROW, ROW.replace("D ", "DD"), "I502", "p_d: 'DD' is not a member of land_use", id="unknown row"),
        pytest.param(
            "conversions.csv", "conversion.csv", "I509", "the file 'conversion.csv' cannot be read: No such file", id="no file"
        ),
        pytest.param("conversions.csv", '"a\\0b.csv"', "I509", "a path cannot hold such a character", id="a path that cannot be"),
        pytest.param("conversions.csv", "queue", "I509", "is not a file on a disk", id="an endless file"),
        pytest.param("conversions.csv", "/dev/zero", "I522", "lies outside the folder of the project", id="a file elsewhere"),
        pytest.param("conversions.csv", "..", "I522", "lies outside the folder of the project", id="the folder above"),
        pytest.param("conversions.csv", ".", "I509", "'.' is a folder, not a file", id="a folder"),
        pytest.param(
            MATRIX, "ca_pj: {unit: ha, otherwise: 0, at: {year: 2031}}", "I507", "'2031' is not a year", id="blanket year outside"
        ),
        pytest.param(
            MATRIX, "ca_pj: {unit: ha, otherwise: 0, at: {jahr: 2018}}", "I502", "ca_pj has no index 'jahr'", id="unknown index"
        ),
        pytest.param(
            MATRIX, "ca_pj: {unit: ha, value: 0, otherwise: 0}", "I506", "no label where the indices are", id="number for a matrix"
        ),
        pytest.param(
            MATRIX, "ca_pj: {unit: ha, source: map}", "I506", "needs one of value, values, table and file", id="no values"
        ),
        pytest.param(
            MATRIX, MATRIX.replace("otherwise", "value: 3, otherwise"), "I506", "found value, file", id="two kinds of values"
        ),
        pytest.param(
            MATRIX,
            MATRIX.replace("}", ", layout: matrix}"),
            "I506",
            "a table shows two indices, and ca_pj has",
            id="matrix of three",
        ),
        pytest.param(MATRIX, "ca_pj_m: {unit: ha, otherwise: 0}", "I501", "missing: ca_pj[E, E, 2018]", id="no interval"),
        pytest.param(
            "values:\n",
            "members: {map_interval: {m: {from: '²', to: 2019}}}\nvalues:\n",
            "I507",
            "m gathers nothing",
            id="odd digits",
        ),
        pytest.param(
            "values:\n",
            "members: {map_interval: {m: {from: 0, to: 99999999999}}}\nvalues:\n",
            "I507",
            "m gathers nothing",
            id="endless interval",
        ),
        pytest.param(
            "values:\n",
            "members: {map_interval: {m: [2018], n: [2018, 2019]}}\nvalues:\n",
            "I507",
            "2018 is in m and in n",
            id="overlapping intervals",
        ),
    ],
)
def test_a_mistake_in_a_project_of_option_2(broken, old, new, code, says):
    got, message = broken(TWO, (old, new))

    assert got == 2
    assert code in codes(message)
    assert says in message


def test_a_year_that_no_interval_between_two_maps_holds(broken):
    got, message = broken(
        TWO, (MATRIX, "ca_pj_m: {unit: ha, otherwise: 0}"), ("values:\n", "members: {map_interval: {m: [2018]}}\nvalues:\n")
    )

    assert got == 2
    assert "I507 2019 belongs to no map_interval" in message


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        pytest.param("", "I509", "the CSV file is empty", id="empty"),
        pytest.param("land_use,land_use_2,year\nE,E,2018\n", "I506", "the column 'value' is missing", id="missing column"),
        pytest.param(
            "land_use,year,value\nE,2018,1\n", "I506", "the column 'land_use_2' is missing", id="one column for two indices"
        ),
        pytest.param("land_use,land_use_2,year,value,value\nE,E,2018,1,2\n", "I506", "'value' stands twice", id="column twice"),
        pytest.param("land_use,land_use_2,yaer,value\nE,E,2018,1\n", "I502", "did you mean year?", id="misspelt column"),
        pytest.param("land_use,land_use_2,year,value\nE,E,2018\n", "I506", "line 2 has 3 cells and the header 4", id="ragged"),
        pytest.param(
            "land_use,land_use_2,year,value\nE,E,2018,1\nE,E,2018,1\n", "I506", "ca_pj[E, E, 2018] is given twice", id="cell twice"
        ),
        pytest.param("land_use,land_use_2,year,value\nE,E,2018,\n", "I501", "missing: ca_pj[E, E, 2018]", id="empty cell"),
        pytest.param("land_use,land_use_2,year,value\nE,E,2018,1;5\n", "I505", "is not a number: '1;5'", id="semicolon"),
        pytest.param(
            "land_use;land_use_2;year;value\nE;E;2018;1.234\n", "I533", "it can mean 1.234 or 1234", id="a point that may divide thousands"
        ),
        pytest.param("land_use;land_use_2,year,value\nE;E,2018,1\n", "I533", "what divides the cells", id="two marks"),
        pytest.param(
            "land_use,land_use_2,year,value,unit\nE,E,2018,1,tCO2\n", "I503", "ca_pj is given in tCO2", id="unit of another thing"
        ),
        pytest.param(
            'land_use,land_use_2,year,value\n"' + "x" * 200_000 + '",E,2018,1\n',
            "I509",
            "the CSV file cannot be read",
            id="huge cell",
        ),
        pytest.param("\0" * 50, "I509", "is not UTF-8 text", id="zeros"),
        pytest.param('land_use,land_use_2,year,value\nE,E,2018,"1"5\n', "I509", "the CSV file cannot be read", id="text behind a quote"),
        pytest.param('land_use,land_use_2,year,value\nE,E,"2018,1\n', "I509", "the CSV file cannot be read", id="open quote"),
        pytest.param("land_use,land_use_2,year,value,\nE,E,2018,1,2\n", "I506", "column 5 has no name", id="column without a name"),
        pytest.param(b"land_use,land_use_2,year,value\nE,E,2018,1\xff\n", "I509", "is not UTF-8 text", id="not UTF-8"),
        pytest.param(bytes(range(256)), "I509", "is not UTF-8 text", id="binary"),
    ],
)
def test_a_mistake_in_a_csv_file(broken, text, code, says):
    Path("conversions.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    got, message = broken(TWO)

    assert got == 2
    assert code in codes(message)
    assert says in message


@pytest.mark.parametrize(
    ("data", "code", "says"),
    [
        pytest.param(b"", "I509", "the file is empty", id="empty"),
        pytest.param(b"# only a comment\n", "I509", "the file is empty", id="only a comment"),
        pytest.param(bytes(range(256)) * 40, "I509", "the file is not UTF-8 text", id="binary"),
        pytest.param("project: {name: Forêt}".encode("latin-1"), "I509", "the file is not UTF-8 text", id="Latin-1"),
        pytest.param("project: {name: x}".encode("utf-16"), "I509", "the file is not UTF-8 text", id="UTF-16"),
        pytest.param(b"\0" * 1000, "I509", "cannot stand in a YAML file", id="zeros"),
        pytest.param(b"just a text", "I506", "expected a block of fields (project)", id="a text"),
        pytest.param(b"- a\n- b\n", "I506", "expected a block of fields (project)", id="a list"),
        pytest.param(b"project: {name: x\n", "I509", "a bracket is opened and not closed", id="open bracket"),
        pytest.param(b"[" * 100_000, "I509", "nested more than 40 levels deep", id="deep nesting"),
        pytest.param(b"a: {" * 5000, "I509", "nested more than 40 levels deep", id="deep blocks"),
        pytest.param(b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n", "I509", "an alias (*a)", id="billion laughs"),
        pytest.param(
            b"project: !!python/object/apply:os.system [ls]\n", "I509", "a tag (!!python/object/apply:os.system)", id="tag"
        ),
        pytest.param(b"project: {name: x}\n---\nproject: {name: y}\n", "I509", "a second document", id="two documents"),
        pytest.param(b"project: {name: x}\nproject: {name: y}\n", "I506", "the key 'project' stands twice", id="key twice"),
        pytest.param(b"project:\n\tname: x\n", "I509", "use spaces", id="tab"),
        pytest.param(
            b"project: x\noperation: y\nmonitoring_periods: z\nvalues: w\n",
            "I506",
            "values must be a mapping",
            id="texts for blocks",
        ),
        pytest.param(
            b"project: {name: x}\noperation: {start: 2018-01-01, end: 2018-12-31}\nchoices: [a]\n",
            "I506",
            "choices must be a mapping",
            id="list for choices",
        ),
        pytest.param(
            b"project: {name: x}\noperation: {start: 2018-01-01, end: 2018-12-31}\nmembers: a\n",
            "I506",
            "members must be a mapping",
            id="text for members",
        ),
    ],
)
def test_a_file_that_is_no_project(broken, capsys, data, code, says):
    Path("project.yaml").write_bytes(data)
    got, message = refused("project.yaml", capsys)

    assert got == 2
    assert code in codes(message)
    assert says in message


@pytest.mark.parametrize(
    ("name", "says"), [("project.yaml", "files up to 20 MB are read"), ("conversions.csv", "files up to 60 MB are read")]
)
def test_a_file_of_100_mb_is_refused_before_it_is_read(broken, capsys, name, says):
    with Path(name).open("wb") as file:
        file.truncate(100_000_000)
    got, message = refused("project.yaml" if name == "project.yaml" else TWO, capsys)

    assert got == 2
    assert codes(message)[0] == "I509"
    assert "has 100 MB" in message
    assert says in message


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (".", "this is a folder"),
        ("queue", "not a file on a disk"),
        ("none.yaml", "No such file"),
        ("x" * 5000, "File name too long"),
    ],
)
def test_a_project_that_is_no_file(broken, capsys, name, says):
    got, message = refused(name, capsys)

    assert got == 2
    assert codes(message) == ["I509"]
    assert says in message


def test_values_of_the_other_option_are_reported_as_unused(broken):
    got, _ = broken(ONE, (FUEL, FUEL + "\n  ca_pj: {unit: ha, otherwise: 0}\n  p_d: {unit: '1', otherwise: 0}"))

    assert got == 0
    unused = {finding["subject"] for finding in findings() if finding["code"] == "A705"}
    assert {"ca_pj", "p_d"} <= unused


def test_values_of_option_1_do_not_stand_in_for_those_of_option_2(broken):
    got, message = broken(ONE, ('option: "1"', 'option: "2"'))

    assert got == 2
    assert "missing: A_0[NF]" in message
    assert "missing: p_d[E, E]" in message
    assert "missing: ca_pj[E, E, 2018]" in message
    assert "missing: ca_d_pj[E, E, 2018]" in message


def test_a_value_outside_a_relation_is_reported_as_unused(broken):
    count = "  NVE: {unit: vehicle, values: {motorbike: {diesel: {2018: 1}, petrol: {2018: 2}}}}\n"
    text = "relations: {uses: {motorbike: [diesel]}}\nvalues:\n" + count
    got, _ = broken(
        ONE,
        ("members: {fuel: [diesel]}", "members: {fuel: [diesel, petrol], vehicle_type: [motorbike]}"),
        ("fuel: direct", "fuel: indirect"),
        (FUEL, ""),
        ("values:\n  criterion", text + "  criterion"),
        ("diesel: {2018: 1}", "diesel: {2018: 1, 2019: 1, 2020: 1}"),
        (
            "  map_date",
            "  TDU: {unit: km/vehicle, otherwise: 100}\n  SEC: {unit: kg/km, otherwise: 0.02}\n"
            "  NCV: {unit: GJ/kg, otherwise: 0.04}\n"
            "  EF_fuel: {unit: tCO2/GJ, otherwise: 0.07}\n  map_date",
        ),
    )

    assert got == 0
    assert [f["what"] for f in findings() if f["code"] == "A705"] == ["the supplied NVE[motorbike, petrol, 2018] is not used"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "FC: {unit: kg, values: {diesel: {2018: 1400,",
            "FC: {unit: t, values: {diesel: {2018: 140000,",
            "FC[diesel, 2018] = 140000 t is unusual",
        ),
        ("E: 5000,", "E: 5e7,", "A_0[E] = 5e7 ha is unusual"),
        ("E: 0.021", "E: 0.4", "P_d[E] = 0.4 1/year is unusual"),
    ],
    ids=["kg for t", "square metres for hectares", "rate of another period"],
)
def test_a_number_that_is_only_unusual_is_a_finding(broken, old, new, says):
    got, _ = broken(ONE, (old, new))

    assert got == 0
    assert says in [finding["what"] for finding in findings() if finding["code"] == "A702"]


def test_a_share_in_percent_without_the_unit_is_out_of_range(broken):
    got, message = broken(ONE, (FUEL, FUEL + "\n  DF: 20"))

    assert got == 2
    assert "I504 DF = 20 is outside what it can be" in message


def test_traps_of_yaml_are_no_traps(broken):
    """``1e3`` and ``0123`` are the numbers that they look like, where a number is asked for."""
    got, _ = broken(ONE, ("E: 5000", "E: 5e3"), ("SE: 3000", "SE: 03000"), ("FF: 200", "FF: +200.0"))

    assert got == 0
    values = next(q for q in json.loads(Path("out/run.json").read_text(encoding="utf-8"))["quantities"] if q["id"] == "A_0")[
        "values"
    ]
    assert {v["land_use"]: v["value"] for v in values if v["value"]} == {"E": 5000, "SE": 3000, "D": 4000, "FF": 200, "FR": 300}


def test_all_mistakes_of_a_file_come_together(broken):
    got, message = broken(
        ONE,
        ("E: 5000", "E: x"),
        ("E: 0.021", "E: 2"),
        ("2018: 1400", "2031: 1400"),
        (AREA.replace("5000", "x"), "A_0: {unit: ha, values: {E: x,"),
    )

    assert got == 2
    assert {"I505", "I504", "I507", "I501"} <= set(codes(message))
    assert re.search(r"\d errors\n$", message)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--choose", "option"),
        ("--choose", "option=3"),
        ("--choose", "x=1"),
        ("--reading", "x=y"),
        ("--reading", "tdu-per-unit=x"),
        ("--choose", "option=1", "--choose", "option=2"),
        ("--target", "NOPE"),
    ],
)
def test_a_mistake_on_the_command_line(broken, arguments):
    got, message = broken(ONE, arguments=arguments)

    assert got == 2
    assert codes(message)[0] in ("I508", "I502")


def test_unknown_options_are_bad_usage(capsys):
    assert main(["run", SPEC]) == 2
    assert main(["run", SPEC, "x", "--no-such-option"]) == 2
    assert main(["no-such-command"]) == 2
    assert "usage:" in capsys.readouterr().err


def test_json_errors_are_machine_readable(broken, capsys):
    text = Path(ONE).read_text(encoding="utf-8").replace("E: 5000", "E: nan")
    Path(ONE).write_text(text, encoding="utf-8")

    assert main(["run", SPEC, ONE, "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["errors"][0]
    assert (error["code"], error["file"]) == ("I505", ONE)
    assert text.splitlines()[error["line"] - 1][error["column"] - 1 :].startswith("nan")


def test_an_output_that_cannot_be_written_leaves_nothing_behind(broken, capsys):
    Path("folder").mkdir()

    assert main(["run", SPEC, ONE, "--output", "folder", "--format", "json"]) == 2
    assert "I520 this is a folder, not a file" in capsys.readouterr().err
    assert sorted(path.name for path in Path().iterdir() if path.name.startswith(".")) == []
    assert list(Path("folder").iterdir()) == []


FORMULA = """based_on: KH_AM004@1.1
changes: {{replace: {{equations: [{{id: ref.level, formula: {formula}}}]}}}}
"""
TINY = f"""based_on: {Path(__file__).parents[1] / "specs_for_tests" / "tiny"}
changes: {{{{replace: {{{{equations: [{{{{id: rl, formula: {{formula}}}}}}]}}}}}}}}
"""


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("__import__('os').system('touch owned')", "X201"),
        ("__import__('os')", "X203"),
        ("os.system('touch owned')", "X201"),
        ("open('owned', 'w')", "X203"),
        ("eval('1')", "X203"),
        ("exec('import os')", "X203"),
        ("dCS_ref.__class__", "X201"),
        ("().__class__.__bases__", "X201"),
        ("lambda: 1", "X201"),
        ("(lambda x: x)(1)", "X201"),
        ("[x for x in y]", "X201"),
        ("{x: 1}", "X201"),
        ("f'{1}'", "X201"),
        ("dCS_ref[y] if 1 else 2", "X201"),
        ("x := 1", "X201"),
        ("dCS_ref[y]; import os", "X201"),
        ("import os", "X201"),
        ("print(1)", "X203"),
        ("getattr(a, b)", "X203"),
        ("dCS_ref[y] * 10 ** 10", "X201"),
        ("1e999 * dCS_ref[y]", "X202"),
        ("9" * 5000 + " * dCS_ref[y]", "X202"),
        ("9" * 5000 + "/3 * dCS_ref[y]", "X202"),
        ("dCS_ref[y-" + "9" * 5000 + "]", "X202"),
        ("(" * 500 + "1" + ")" * 500, "X202"),
        ("-" * 5000 + "1", "X202"),
        ("not " * 3000 + "1", "X202"),
        ("+".join(["1"] * 5000), "X202"),
        ("abs(" * 90 + "1" + ")" * 90, "X202"),
        ("1 " * 15000, "X202"),
        ("\u202e1 + 1", "X201"),
        ("'\\x00'", "X207"),
    ],
)
def test_a_formula_can_neither_call_nor_exhaust_anything(broken, capsys, formula, code):
    Path("spec.yaml").write_text(TINY.format(formula=json.dumps(formula)), encoding="utf-8")

    assert main(["check", "spec.yaml"]) == 2
    assert codes(capsys.readouterr().err) == [code]
    assert main(["run", "spec.yaml", ONE]) == 2
    assert codes(capsys.readouterr().err) == [code]
    assert not Path("owned").exists()


def test_a_formula_of_the_methodology_that_tries_to_import(broken, capsys):
    Path("spec.yaml").write_text(FORMULA.format(formula=json.dumps('__import__("os")')), encoding="utf-8")

    assert main(["run", "spec.yaml", ONE]) == 2
    assert codes(capsys.readouterr().err) == ["X203"]


@pytest.mark.parametrize(
    "formula", ["dCS_ref[y] * 44/12 * 10^10^10^10", "dCS_ref[y] * 44/12 / 10^-10^10^10", "dCS_ref[y] * 44/12 * exp(10^300)"]
)
def test_a_tower_of_powers_ends_as_a_number_that_is_too_large(broken, capsys, formula):
    Path("spec.yaml").write_text(FORMULA.format(formula=json.dumps(formula)), encoding="utf-8")

    assert main(["run", "spec.yaml", ONE]) == 2
    message = capsys.readouterr().err
    assert codes(message)[0] in ("V601", "V603")
    assert "Eq. 1 (ref.level) has no finite value for RL[2018]" in message


@pytest.mark.parametrize("formula", ["dCS_ref[y] ^ 99999999", "dCS_ref[y] ^ 1e300", "(dCS_ref[y] ^ 40) ^ 40", "dCS_ref[y] ^ -1e9"])
def test_a_power_of_a_unit_that_cannot_be_is_a_finding_of_the_check(broken, capsys, formula):
    Path("spec.yaml").write_text(FORMULA.format(formula=json.dumps(formula)), encoding="utf-8")

    assert main(["check", "spec.yaml", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert "U304" in {finding["code"] for finding in found if finding["severity"] == "error"}


@pytest.mark.parametrize(
    "unit", ["t^99999999", "(t^12)^12^12", "1e999999999 t", "0 t", "1/0", "t" * 500, "((((((t))))))", "t//ha", "__class__", "t\\0"]
)
def test_a_unit_that_cannot_be_is_refused(broken, unit):
    got, message = broken(ONE, (AREA, f'A_0: {{unit: "{unit}", values: {{E: 5000,'))

    assert got == 2
    assert codes(message) == ["I503"]
