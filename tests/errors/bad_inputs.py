"""The kinds of bad input, as one table: what is done to a good folder, and the code and place that every command answers with.

A folder holds ``spec`` and ``good`` (one small methodology twice), ``project.yaml`` with a data file ``fuel.csv``, ``other.yaml``
(a good project), ``table.csv`` (rows of a portfolio) and ``receipt.json`` (of an audit of the one under the other).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

SPEC, PROJECT, CSV, TABLE, RECEIPT = "spec/methodology.yaml", "project.yaml", "fuel.csv", "table.csv", "receipt.json"
#: As small as can be, for it is read in every row of the table.
SPEC_TEXT = """methodology:
  id: MINI
  version: "1"
  title: Mini methodology for tests
  status: illustrative
  result: ER_p
  report: [E_fuel]
index_sets:
  - {id: land_use, letters: [i], members: [E, D]}
  - {id: fuel, letters: [f], members: [diesel, gasoline], project: may-replace}
  - {id: year, kind: year, letters: [y]}
  - {id: period, kind: group, groups: year, letters: [q], project: must-list}
choices:
  - {id: method, meaning: how areas are projected, values: [{id: rate}, {id: none}], default: rate}
quantities:
  - {id: A_0, symbol: A_0, meaning: area, indices: [land_use], unit: ha, kind: fixed_ex_ante, range: {min: 0}, plausible: {max: 1e6}}
  - {id: P, symbol: P, meaning: share lost in a year, indices: [land_use], unit: "1", kind: fixed_ex_ante, range: {min: 0, max: 1}}
  - {id: EF, symbol: EF, meaning: carbon stock, indices: [land_use], unit: tCO2/ha, kind: fixed_ex_ante}
  - {id: FC, symbol: FC, meaning: fuel burnt, indices: [fuel, year], unit: t, kind: monitored}
  - {id: EF_fuel, symbol: EF_fuel, meaning: emission factor of a fuel, indices: [fuel], unit: tCO2/t, kind: default}
  - {id: E_fuel, symbol: E_fuel, meaning: emissions from fuel, indices: [year], unit: tCO2, kind: computed}
  - {id: RL, symbol: RL, meaning: reference level, indices: [year], unit: tCO2, kind: computed}
  - {id: ER_p, symbol: ER_p, meaning: emission reductions, indices: [period], unit: tCO2, kind: computed}
equations:
  - {id: fuel, number: 1, defines: 'E_fuel[y]', formula: 'Sum(f, FC[f, y] * EF_fuel[f])'}
  - {id: loss, number: 2, when: method == rate, defines: 'RL[y]', formula: 'Sum(i, A_0[i] * P[i] * EF[i])'}
  - {id: none, when: method == none, defines: 'RL[y]', formula: '0 * Sum(i, A_0[i] * EF[i])'}
  - {id: er, number: 3, defines: 'ER_p[q]', formula: 'Sum(y in q, RL[y] - E_fuel[y])'}
datasets:
  - {id: fuels, title: Fuels, use: default, values: [{quantity: EF_fuel, unit: tCO2/t, cells: {diesel: 3.2, gasoline: 3.1}}]}
  - {id: stocks, title: Stocks, use: on-request, values: [{quantity: EF, unit: tCO2/ha, cells: {E: 300, D: 150}}]}
rulings:
  - {id: floor, issue: may reductions be negative, default: none, readings: [{id: none, meaning: yes}, {id: zero, meaning: no, adjust: [{of: ER_p, gives: 'pos(it[q])'}]}]}
"""
PROJECT_TEXT = """# A small project under MINI.
project: {name: Mini project, illustrative: yes}
methodology: MINI@1
operation: {start: 2018-03-12, end: 2020-12-31}
choices: {method: rate}
datasets: [stocks]
members: {fuel: [diesel]}
values:
  A_0: {unit: ha, values: {E: 1000, D: 500}, source: map}
  P: {unit: "1", values: {E: 0.02, D: 0.03}, source: map}
  FC: {unit: t, file: fuel.csv, source: invoices}
claimed: {E_fuel: {values: {2019: 6.4}}}
uncertainty:
  inputs:
    P: {distribution: normal, relative_se: 10 %}
"""
CSV_TEXT = "fuel,year,value\ndiesel,2018,1.5\ndiesel,2019,2\ndiesel,2020,2\n"
#: Whether modes of files bind this process: root may do everything.
MAY_ALL = os.access("/", os.W_OK)

#: A statement for each year of a fuel, and one for each fuel of a year.
TWO = (
    "{unit: t, file: fuel.csv, source: invoices}",
    "\n    - {unit: t, otherwise: 1, at: {fuel: diesel}}\n    - {unit: t, otherwise: 2, at: {year: 2019}}",
)

Do = Callable[[str], None]


class Fault(NamedTuple):
    """A kind of bad input: what is done to a file, the code that is told, and where (``{}`` stands for the file)."""

    kind: str
    do: Do
    code: str
    place: str
    #: What a row of the table below needs to know beside: see there.
    then: str = ""


def good_folder(root: Path) -> None:
    """Fill a folder with inputs that are well."""
    for name in ("spec", "good"):
        (root / name).mkdir(parents=True)
        (root / name / "methodology.yaml").write_text(SPEC_TEXT, encoding="utf-8")
    (root / PROJECT).write_text(PROJECT_TEXT, encoding="utf-8")
    (root / "other.yaml").write_text(PROJECT_TEXT, encoding="utf-8")
    (root / CSV).write_text(CSV_TEXT, encoding="utf-8")
    (root / TABLE).write_text("name,A_0[E]\nfirst,1000\nsecond,900\n", encoding="utf-8")


def edit(old: str, new: str) -> Do:
    def do(file: str) -> None:
        text = Path(file).read_text(encoding="utf-8")
        assert old in text, old
        Path(file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return do


def holds(content: bytes) -> Do:
    def do(file: str) -> None:
        Path(file).write_bytes(content)

    return do


def missing(file: str) -> None:
    Path(file).unlink()


def in_another_name(file: str) -> None:
    Path(file).rename(f"{file}.txt")


def latin_1(file: str) -> None:
    Path(file).write_bytes(Path(file).read_bytes() + b"# M\xe4rz\n")


def fifo(file: str) -> None:
    missing(file)
    os.mkfifo(file)


def device(file: str) -> None:
    missing(file)
    Path(file).symlink_to("/dev/zero")


def folder(file: str) -> None:
    missing(file)
    Path(file).mkdir()


def link_to_itself(file: str) -> None:
    missing(file)
    Path(file).symlink_to(Path(file).name)


def unreadable(file: str) -> None:
    Path(file).chmod(0)


# fmt: off
#: No file at all, or one that is no text: of a spec. Where ``spec`` is named and holds no file, that is what the message names.
SPEC_FILES = [
    Fault("a spec that is not there",       missing,                    "S108", "(spec)"),
    Fault("a folder without a spec",        in_another_name,            "S108", "(spec)"),
    Fault("a FIFO",                         fifo,                       "S108", "(spec)"),
    Fault("a device",                       device,                     "S108", "(spec)"),
    Fault("a folder in its place",          folder,                     "S108", "(spec)"),
    Fault("a link to itself",               link_to_itself,             "S108", "(spec)"),
    Fault("not UTF-8",                      latin_1,                    "S108", "({})"),
    Fault("an empty file",                  holds(b""),                 "S108", "({})"),
    Fault("a file without read permission", unreadable,                 "S108", "({})"),
    Fault("a character U+0000",             holds(b"a: \0\n"),          "S101", "({}:1:4)"),
]
#: What a spec says wrongly.
SPEC_TEXTS = [
    Fault("broken YAML",            edit("title: Mini", "title: 'Mini"),                       "S101", "({}:25:37)"),
    Fault("a key twice",            edit("  result: ER_p", "  result: ER_p\n  result: ER_p"),  "S102", "({}:7:3)"),
    Fault("an unknown field",       edit("  status:", "  statos:"),                            "S103", "({}:5:3)"),
    Fault("a huge printed number",  edit("number: 1,", "number: 300000000,"),                  "S110", "({}:25:24)"),
    Fault("a superscript digit",    edit("number: 1,", "number: ²,"),                          "S110", "({}:25:24)"),
    Fault("a number beyond all",    edit("max: 1e6", "max: 1e400"),                            "S105", "({}:16:129)"),
    Fault("a number too small",     edit("max: 1e6", "max: 1e-400"),                           "S105", "({}:16:129)"),
    Fault("a number that is none",  edit("max: 1e6", "max: .nan"),                             "S105", "({}:16:129)"),
    Fault("nan in a dataset",       edit("{diesel: 3.2", "{diesel: nan"),                      "S105", "({}:30:104)"),
    Fault("a unit that is refused", edit("unit: t, kind: mon", "unit: mt, kind: mon"),         "U307", "({}:19:76)"),
    Fault("an unknown unit",        edit("unit: t, kind: mon", "unit: tonz, kind: mon"),       "U301", "({}:19:76)"),
    Fault("a member that is none",  edit("{diesel: 3.2", "{kerosene: 3.2"),                    "S107", "({}:30:106)"),
    Fault("a broken formula",       edit("FC[f, y] * EF_fuel[f]", "FC[f, y] * EF_fuel[f"),     "X201", "({}:25:86)"),
]
#: What only `check` sees: commands that give a number refuse such a spec, those that show a spec show it.
DIMENSION = Fault("a sum of tonnes and factors", edit("FC[f, y] * EF", "FC[f, y] + EF"), "U302", "({}:25:66)")

#: No file, or one that is no text: of a project. ``verify`` says `I509` where there is none, and else that it is not what was recorded.
PROJECT_FILES = [
    Fault("a project that is not there",    missing,             "I509", "({})", "absent"),
    Fault("a FIFO",                         fifo,                "I509", "({})", "absent"),
    Fault("a device",                       device,              "I509", "({})", "absent"),
    Fault("a folder in its place",          folder,              "I509", "({})", "absent"),
    Fault("a link to itself",               link_to_itself,      "I509", "({})", "absent"),
    Fault("not UTF-8",                      latin_1,             "I509", "({})"),
    Fault("an empty file",                  holds(b""),          "I509", "({})"),
    Fault("a file without read permission", unreadable,          "I509", "({})"),
    Fault("a character U+0000",             holds(b"a: \0\n"),   "I509", "({}:1:4)"),
]
#: What a project says wrongly, seen where the file is read: in every command.
PROJECT_TEXTS = [
    Fault("broken YAML",          edit("name: Mini", "name: 'Mini"),                       "I509", "({}:2:17)"),
    Fault("a key twice",          edit("datasets:", "datasets: [stocks]\ndatasets:"),      "I506", "({}:7:1)"),
    Fault("a cell twice",         edit("E: 1000,", "E: 1000, E: 1000,"),                   "I506", "({}:9:37)"),
    Fault("an unknown field",     edit("datasets:", "dataset:"),                           "I502", "({}:6:1)"),
    Fault("a day that is none",   edit("2018-03-12", "2018-02-30"),                        "I507", "({}:4:20)"),
]
#: What is seen where a project meets its methodology. ``migrate`` carries such a file over and names what is still wrong.
PROJECT_VALUES = [
    Fault("an input that is missing", edit("E: 1000, ", ""),                               "I501", "({}:9:3)"),
    Fault("a blank of a template",    edit("E: 1000", "E: ____"),                          "I501", "({}:9:3)"),
    Fault("a unit that is wrong",     edit("unit: ha", "unit: t"),                         "I503", "({}:9:15)"),
    Fault("a unit that is refused",   edit("unit: t,", "unit: mt,"),                       "I503", "({}:11:14)"),
    Fault("an unknown unit",          edit("unit: ha", "unit: hectars"),                   "I503", "({}:9:15)"),
    Fault("a member that is none",    edit("E: 1000", "X: 1000"),                          "I502", "({}:9:31)"),
    Fault("two statements, none narrower", edit(*TWO),                                     "I526", "({}:13:28)"),
    Fault("two blocks for a cell",    edit("  P: {", "  P:\n    - {unit: '1', values: {E: 0.1}}\n    - {"), "I506", "({}:12:31)"),
    Fault("a number beyond all",      edit("E: 1000", "E: 1e400"),                         "I505", "({}:9:31)"),
    Fault("a number that is none",    edit("E: 1000", "E: nan"),                           "I505", "({}:9:31)"),
    Fault("a superscript digit",      edit("E: 1000", "E: 1000²"),                         "I505", "({}:9:31)"),
    Fault("a number out of range",    edit("E: 0.02", "E: 1.02"),                          "I504", "({}:10:30)"),
    Fault("an unknown choice",        edit("method: rate", "method: rat"),                 "I508", "({}:5:19)", "asks anew"),
    Fault("an unknown dataset",       edit("[stocks]", "[stock]"),                         "I508", "({}:6:12)"),
    Fault("a data file elsewhere",    edit("fuel.csv", "../fuel.csv"),                     "I522", "({}:11:23)"),
]
#: Of a data file; the place is in the project where there is no text to point to. A mark of the byte order is no fault.
CSV_FILES = [
    Fault("a data file that is not there",  missing,                                       "I509", "(project.yaml:11:23)"),
    Fault("a FIFO",                         fifo,                                          "I509", "(project.yaml:11:23)"),
    Fault("a device",                       device,                                        "I522", "(project.yaml:11:23)"),
    Fault("a folder in its place",          folder,                                        "I509", "(project.yaml:11:23)"),
    Fault("a link to itself",               link_to_itself,                                "I509", "(project.yaml:11:23)"),
    Fault("not UTF-8",                      latin_1,                                       "I509", "(project.yaml:11:23)"),
    Fault("a file without read permission", unreadable,                                    "I509", "(project.yaml:11:23)"),
    Fault("an empty file",                  holds(b""),                                    "I509", "({})"),
    Fault("a header and no rows",           holds(b"fuel,year,value\n"),                   "I501", "(project.yaml:11:3)"),
    Fault("a row too short",                edit("2019,2", "2019"),                        "I506", "({}:3)"),
    Fault("two marks that both divide",      holds(b"fuel,x;year,value\nd,x;2018,1\n"),     "I533", "({}:1)"),
    Fault("a number that is none",          edit("2019,2", "2019,nan"),                    "I505", "({}:3:3)"),
    Fault("a cell twice",                   edit("diesel,2019", "diesel,2018"),            "I506", "({}:3:3)"),
    Fault("a quote that is not closed",     edit("2020,2", '2020,"2'),                     "I509", "({}:4)"),
]
#: Of a table of a portfolio: nothing is begun.
TABLES = [
    Fault("a table that is not there",      missing,                                       "I509", "({})"),
    Fault("a FIFO",                         fifo,                                          "I509", "({})"),
    Fault("a device",                       device,                                        "I509", "({})"),
    Fault("a folder in its place",          folder,                                        "I509", "({})"),
    Fault("not UTF-8",                      latin_1,                                       "I509", "({})"),
    Fault("a file without read permission", unreadable,                                    "I509", "({})"),
    Fault("an empty file",                  holds(b""),                                    "I509", "({})"),
    Fault("a header and no rows",           holds(b"name,A_0[E]\n"),                       "I506", "({}:1)"),
    Fault("no names",                       holds(b"A_0[E]\n1\n"),                         "I506", "({}:1)"),
    Fault("a name twice",                   edit("second", "first"),                       "I506", "({}:3)"),
    Fault("a row too short",                edit("second,900", "second"),                  "I506", "({}:3)"),
    Fault("a quote that is not closed",     edit("second", '"second'),                     "I509", "({}:3)"),
]
#: Of a receipt.
RECEIPTS = [
    Fault("a receipt that is not there",    missing,                                       "I523", "({})"),
    Fault("a FIFO",                         fifo,                                          "I523", "({})"),
    Fault("a device",                       device,                                        "I523", "({})"),
    Fault("a folder in its place",          folder,                                        "I523", "({})"),
    Fault("a file without read permission", unreadable,                                    "I523", "({})"),
    Fault("not UTF-8",                      latin_1,                                       "I523", "({})"),
    Fault("an empty file",                  holds(b""),                                    "I523", "({})"),
    Fault("no JSON",                        holds(b"{"),                                   "I523", "({})"),
    Fault("JSON of another kind",           holds(b"{}"),                                  "I523", "({})"),
    Fault("a number that is none",          edit('"value": 1000', '"value": NaN'),         "I523", "({})"),
    Fault("a field that was changed",       edit('"format"', '"formats"'),                 "I523", "({})"),
]
# fmt: on
if MAY_ALL:  # rows that say nothing of a process that modes do not bind
    for faults in (SPEC_FILES, PROJECT_FILES, CSV_FILES, TABLES, RECEIPTS):
        faults[:] = [fault for fault in faults if fault.do is not unreadable]

#: Where nothing can be written: name, what is done to it first, code. ``.x`` stands for an ending that fits.
OUTPUTS: list[tuple[str, str, Do | None, str]] = [
    ("an unknown ending", "out.xyz", None, "I520"),
    ("a folder", "out.x", lambda file: Path(file).mkdir(), "I520"),
    ("a device", "/dev/null", None, "I520"),
    ("a link to a device", "out.x", lambda file: Path(file).symlink_to("/dev/full"), "I520"),
    ("a FIFO", "out.x", os.mkfifo, "I520"),
    ("a name of an open stream", "/proc/self/fd/1", None, "I520"),
    ("a link to itself", "out.x", lambda file: Path(file).symlink_to(file), "I521"),
    ("a file in place of its folder", "project.yaml/out.x", None, "I521"),
    ("a link into such a folder", "out.x", lambda file: Path(file).symlink_to("project.yaml/gone.x"), "I521"),
    ("a name that is too long", "x" * 300 + ".x", None, "I521"),
    ("a character U+0000", "a\0b.x", None, "I521"),
    ("a folder that is read-only", "closed/out.x", lambda file: Path(file).parent.mkdir(mode=0o555), "I521"),
]
if MAY_ALL:
    del OUTPUTS[-1]

#: Option -> values that are refused, each with its code; ``""`` where the command line itself refuses (with a line of usage).
ARGUMENTS: dict[str, list[tuple[str, str]]] = {
    "KIND": [("projekt", ""), ("", "")],
    "--set": [("nothing=1", "I532|I502")],
    "SPEC": [("MINI@7", "S108"), ("a\0b", "S108"), ("x" * 5000, "S108"), ("", "S108|I502")],
    "SPEC_B": [("MINI@7", "S108"), ("a\0b", "S108")],
    "PROJECT": [("a\0b.yaml", "I509"), ("x" * 300, "I509"), ("", "I509")],
    "NUMBER": [("nothing[2019]", "I502"), ("E_fuel[1999]", "I502"), ("E_fuel[", "X201"), ("A_0[E, E, E]", "I502"), ("", "X201")],
    "--choose": [("method", "I508"), ("method=rat", "I508"), ("metod=rate", "I508"), ("=rate", "I508")],
    "--reading": [("floor", "I508"), ("floor=one", "I508"), ("flor=zero", "I508")],
    "--reading-a": [("floor", "I508"), ("floor=one", "I508"), ("flor=zero", "I508")],
    "--reading-b": [("floor", "I508"), ("floor=one", "I508"), ("flor=zero", "I508")],
    "--target": [("nothing", "I502"), ("", "I502")],
    "--dataset": [("stock", "I508")],
    "--members": [("fuel", "I508"), ("fuels=diesel", "I502")],
    "--with": [("sample", "I508"), ("claims,clams", "I508")],
    "--start": [("2024-02-30", "I507"), ("now", "I507")],
    "--end": [("2024-02-30", "I507"), ("1999-01-01", "I507")],
    "--date": [("2024-02-30", "I507"), ("now", "I507")],
    "--materiality": [("much", "I511"), ("0 %", "I511"), ("101 %", "I511"), ("nan", "I511"), ("5", "I511")],
    "--format": [("docx", "")],
    "--depth": [("deep", ""), ("1e3", "")],
    "--draws": [("-1", "I511"), ("many", ""), ("1.5", "")],
    "--seed": [("-1", "I511"), ("²", "")],
    "--level": [("0", "I511"), ("100", "I511"), ("nan", "I511"), ("ninety", "I511")],
    "--stop": [("-1", "I511"), ("nan", "I511"), ("much", "")],
    "--redact": [("none", "I502"), ("ER_p", "I502")],
    "--deduction": [("art-trees", "I508"), ("none=ER_p", "I510"), ("art-trees=nothing", "I510")],
    "--workers": [("0", "I511"), ("-1", "I511"), ("two", "")],
    "--scheduler": [("nowhere", "I511"), ("local:0", "I511"), ("tcp://", "I511")],
    "--backend": [("fortran", "")],
    "--sample": [("-1", "I508"), ("few", "")],
    "--for": [("nothing", "I502"), ("P[X]", "I502"), ("ER_p", "I502"), ("P[", "I502")],
    "--so-that": [("ER_p", "I508"), ("ER_p = much", "I508"), ("nothing = 1", "I502"), ("ER_p = nan", "I508"), ("ER_p = 1e400", "I508")],
    "--from": [("MINI@7", "S108")],
    "RUN": [("a\0b.json", "I509"), ("", "I509"), ("receipt.json", "I509"), ("project.yaml", "I509")],
    "--texts": [("nothing.yaml", "I509"), ("spec/methodology.yaml", "I502|I506")],
    "--mapping": [("nothing.yaml", "S108"), ("project.yaml", "S103|S105")],
    "--to": [("MINI@7", "S108")],
    "--spec": [("MINI@7", "S108")],
    "--project": [("a\0b.yaml", "I509"), ("nowhere.yaml", "I509")],
    "--table": [("a\0b.csv", "I509")],
    "RECEIPT": [("a\0b.json", "I523")],
}  # fmt: skip
#: Where files may be read from (a folder that is not there allows nothing), and a name, which is any text.
WITHOUT_A_BAD_VALUE = {"--data-folder", "--verifier"}
