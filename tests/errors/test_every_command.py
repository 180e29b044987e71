"""Every command with every kind of bad input: a code, a place, exit 2, and nothing written or changed.

``WAYS`` says how each command is called when all is well; ``bad_inputs`` says what can be wrong. Commands and options are those of
:mod:`engine.commands.table`: one that is new has no row here, and fails. What is told otherwise stands in the tables below ``WAYS``.
"""

import functools
import re
import shutil
import stat
import sys
from pathlib import Path

import bad_inputs as bad
import pytest

from engine import cli
from engine.cli import main
from engine.commands.parser import build_parser
from engine.commands.table import COMMANDS
from engine.output.destination import ENDINGS
from engine.output.destination import OUTPUTS as FILES_OF
from equations.library import places as spec_library

#: Command -> its ways to a good end, with files by the names that `bad_inputs` gives them.
WAYS = {
    "list": ["list"],
    "check": ["check spec"],
    "needs": ["needs spec", "needs spec --template --choose method=rate"],
    "run": ["run spec project.yaml"],
    "audit": ["audit spec project.yaml"],
    "ready": ["ready spec project.yaml"],
    "diagnose": ["diagnose spec project.yaml"],
    "statement": ["statement spec project.yaml -o statement.json"],
    "workbook": ["workbook spec project.yaml -o calc.xlsx"],
    "verify": ["verify receipt.json"],
    "explain": ["explain spec project.yaml E_fuel[2019]"],
    "graph": ["graph spec --format dot"],
    "docs": ["docs spec -o pages --format md", "docs spec -o site --project project.yaml"],
    "report": ["report spec project.yaml -o report.md"],
    "export": ["export run.json --to units -o tables"],
    "show": ["show spec", "show spec --hash"],
    "diff": ["diff spec good", "diff good spec", "diff good spec --project project.yaml",
             "diff spec --project other.yaml --project project.yaml"],
    "schema": ["schema project", "schema revision"],
    "lsp": ["lsp"],
    "migrate": ["migrate project.yaml --from spec --to good", "migrate project.yaml --from good --to spec"],
    "simulate": ["simulate spec project.yaml --draws 50"],
    "sensitivity": ["sensitivity spec project.yaml --draws 0"],
    "portfolio": ["portfolio spec other.yaml project.yaml", "portfolio spec project.yaml --table table.csv"],
    "solve": ["solve spec project.yaml --for P[E] --so-that ER_p=9000"],
    "mutate": ["mutate spec --record", "mutate spec --sample 1 --workers 1"],
}  # fmt: skip
#: Speaks with an editor until that says goodbye, and so is called in tests/editor/test_server.py.
SERVES = ("lsp",)
EVERY_WAY = [way for command, ways in WAYS.items() if command not in SERVES for way in ways]

#: Commands that show what a spec says, whether or not its units hold, and give no number.
SHOWS_A_SPEC = {way for command in ("needs", "graph", "show", "migrate", "list") for way in WAYS[command]}
SHOWS_A_SPEC |= {"diff spec good", "diff good spec", "docs spec -o pages --format md"}
#: `check` tells the fault as what it found: exit 1. So does `portfolio` with a faulty project among others, and `verify` with a difference.
FOUND = 1
#: Written before what is to be shown; all other commands write nothing without an option.
WRITES = {"docs": ("pages", "site"), "report": ("report.md",), "workbook": ("calc.xlsx",), "export": ("tables",),
          "statement": ("statement.json",)}


def ways_with(word):
    return [way for way in EVERY_WAY if word in way.split()]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A folder in which all is well, with a receipt and a run."""
    root = tmp_path_factory.mktemp("every_command") / "good"
    bad.good_folder(root)
    (root.parent / "specs/library/MINI").mkdir(parents=True)
    (root.parent / "specs/library/MINI/1").symlink_to(root.parent / "here/spec")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(root)
        assert main(["audit", "spec", "project.yaml", "--receipt", "receipt.json", "-o", "audit.txt"]) == 0
        assert main(["run", "spec", "project.yaml", "-o", "run.json"]) == 0
    (root / "audit.txt").unlink()
    return root


#: The parser of a command does not change, and takes longer to make than most of these commands to refuse.
parser_of = functools.cache(cli.build_parser)


@pytest.fixture(autouse=True)
def here(good, monkeypatch):
    """A copy of the good folder, always at the same place, is where we are, and its spec is the library."""
    folder, library = good.parent / "here", good.parent / "specs/library"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(good, folder)
    monkeypatch.setattr(spec_library, "library_folders", lambda: [library])
    monkeypatch.setattr(cli, "build_parser", parser_of)
    monkeypatch.chdir(folder)


def snapshot():
    """Return what stands in the folder: name -> kind, mode and content."""

    def content(path):
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            return str(path.readlink())
        return path.read_bytes() if stat.S_ISREG(mode) and mode & 0o400 else b""

    return {str(path): (path.lstat().st_mode, content(path)) for path in sorted(Path().rglob("*"))}


def told(words, capsys):
    """Call a command that must leave everything as it is; return its exit code and all that it said."""
    before = snapshot()
    code = main(words)
    captured = capsys.readouterr()
    said = captured.out + captured.err
    assert snapshot() == before
    assert "Traceback" not in said and "Warning" not in said
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", said)
    if code == 2 and "usage:" not in said:
        assert "    do: " in captured.err
    return code, said


def spoilt(fault, file):
    fault.do(file)
    return fault.place.format(file)


def rows(ways, faults):
    return [pytest.param(way, fault, id=f"{way}: {fault.kind}") for way in ways for fault in faults]


# -- a spec


@pytest.mark.parametrize(("way", "fault"), rows([*ways_with("spec"), "list"], [*bad.SPEC_FILES, *bad.SPEC_TEXTS]))
def test_a_bad_spec(way, fault, capsys):
    place = spoilt(fault, bad.SPEC)
    code, said = told(way.split(), capsys)
    if way == "list" and place == "(spec)":
        assert (code == 0 and "MINI" not in said) or "S108" in said  # a folder without a spec is no entry of the library
        return
    # The library goes on to name the versions that can be read.
    assert (code, fault.code in said) == (FOUND if way == "list" else 2, True), said
    assert place in said or way == "list"


@pytest.mark.parametrize("fault", [*bad.SPEC_FILES, *bad.SPEC_TEXTS, bad.DIMENSION], ids=lambda fault: fault.kind)
def test_a_bad_spec_of_a_receipt(fault, capsys):
    """It is not the one that was recorded, and is not looked into."""
    place = spoilt(fault, bad.SPEC)
    code, said = told(["verify", "receipt.json"], capsys)
    if place == "(spec)":
        assert (code, f"there is no methodology '{bad.SPEC}'" in said) == (2, True), said
    else:
        assert (code, fault.code in said) == (FOUND, False)
        assert "first difference: spec file" in said and "not looked into" in said


@pytest.mark.parametrize("way", [*ways_with("spec"), "list"])
def test_a_spec_whose_units_do_not_hold(way, capsys):
    place = spoilt(bad.DIMENSION, bad.SPEC)
    if way in SHOWS_A_SPEC:
        assert main(way.split()) == (FOUND if way.startswith(("ready", "statement")) else 0)  # made-up numbers are returned, and nothing is claimed
        return
    code, said = told(way.split(), capsys)
    assert bad.DIMENSION.code in said
    if way.startswith("check"):
        assert code == FOUND
    else:
        assert (code, "A741" in said, place in said) == (2, True, True), said


# -- a project


@pytest.mark.parametrize(("way", "fault"), rows(ways_with("project.yaml"), [*bad.PROJECT_FILES, *bad.PROJECT_TEXTS, *bad.PROJECT_VALUES]))
def test_a_bad_project(way, fault, capsys):
    place = spoilt(fault, bad.PROJECT)
    expect_of_a_project(way, fault, place, capsys)


@pytest.mark.parametrize(("way", "fault"), rows(ways_with("project.yaml"), bad.CSV_FILES))
def test_a_bad_data_file(way, fault, capsys):
    place = spoilt(fault, bad.CSV)
    expect_of_a_project(way, fault, place, capsys)


def expect_of_a_project(way, fault, place, capsys):
    code, said = told(way.split(), capsys)
    command = way.split()[0]
    if command == "migrate" and fault not in (*bad.PROJECT_FILES, *bad.PROJECT_TEXTS):
        assert code == 0 and (fault.code in said or (fault.then == "asks anew" and "to be supplied" in said)), said
        return
    returned = command == "ready" and fault not in (*bad.PROJECT_FILES, *bad.PROJECT_TEXTS)  # its file is read, and what it says is wrong
    assert code == (FOUND if command == "portfolio" or returned else 2), said
    place = place.strip("()") if returned else place
    places = place, place.replace("project.yaml", "other.yaml") if fault in bad.CSV_FILES else place
    assert fault.code in said and any(named in said for named in places), said
    if "other.yaml" in way and command == "portfolio" and fault not in bad.CSV_FILES:
        assert re.search(r"^other\.yaml +[0-9]", said, re.MULTILINE)  # one bad project does not stop the others


@pytest.mark.parametrize(
    ("file", "fault"),
    [pytest.param(bad.PROJECT, fault, id=fault.kind) for fault in (*bad.PROJECT_FILES, *bad.PROJECT_TEXTS, *bad.PROJECT_VALUES)]
    + [pytest.param(bad.CSV, fault, id=f"data file: {fault.kind}") for fault in bad.CSV_FILES],
)
def test_a_bad_project_of_a_receipt(file, fault, capsys):
    spoilt(fault, file)
    code, said = told(["verify", "receipt.json"], capsys)
    if fault.then == "absent":
        assert (code, "I509" in said, "(receipt.json)" in said) == (2, True, True), said
    else:
        assert code == FOUND and said.startswith("NOT verified"), said


def test_a_mark_of_the_byte_order_is_no_fault(capsys):
    main(["run", "spec", "project.yaml"])
    plain = capsys.readouterr().out
    for file in (bad.CSV, bad.PROJECT, bad.SPEC):
        Path(file).write_bytes(b"\xef\xbb\xbf" + Path(file).read_bytes())
    assert told(["run", "spec", "project.yaml"], capsys) == (0, plain)


# -- a table, a receipt


@pytest.mark.parametrize(("way", "fault"), rows(ways_with(bad.TABLE), bad.TABLES))
def test_a_bad_table(way, fault, capsys):
    place = spoilt(fault, bad.TABLE)
    code, said = told(way.split(), capsys)
    assert (code, fault.code in said, place in said) == (2, True, True), said


@pytest.mark.parametrize("fault", bad.RECEIPTS, ids=lambda fault: fault.kind)
def test_a_bad_receipt(fault, capsys):
    place = spoilt(fault, bad.RECEIPT)
    code, said = told(["verify", "receipt.json"], capsys)
    assert (code, fault.code in said, place in said) == (2, True, True), said


# -- an output


def options_of(command):
    """Return option (or name of an argument) -> what argparse knows of it, without switches."""
    subparsers = next(action for action in build_parser(dict.fromkeys(COMMANDS, main), "0")._actions if action.choices)
    actions = subparsers.choices[command]._actions
    return {(action.option_strings or [action.metavar])[0]: action for action in actions if action.nargs != 0}


def outputs():
    """Yield way, option and ending for every file that a command can write."""
    for command, options in FILES_OF.items():
        for option, formats in options.items():
            words = re.sub(r" (--format \S+|-o \S+)", "", WAYS[command][0])
            yield words, f"--{option.replace('_', '-')}", ENDINGS[formats[0]][0]
    yield "docs spec", "--output", ".pdf"


@pytest.mark.parametrize(
    ("way", "option", "ending", "row"),
    [pytest.param(*found, row, id=f"{found[0].split()[0]} {found[1]}: {row[0]}") for found in outputs() for row in bad.OUTPUTS],
)
def test_a_bad_output(way, option, ending, row, capsys):
    kind, name, do, code = row
    name = re.sub(r"\.x\b", ending, name)
    if kind == "an unknown ending" and way.startswith("docs"):
        name = "out.html"  # for docs, a name that is not that of a file is a folder
    if do is not None:
        do(name)
    got, said = told([*way.split(), option, name], capsys)
    assert (got, said[:4]) == (2, code), said
    assert kind == "a character U+0000" or name[-40:] in said


def test_a_dangling_link_and_a_new_folder_are_places_for_a_file():
    """What a link means is made where it can be, with the folders that are missing."""
    Path("link.json").symlink_to("new/target.json")
    assert main(["run", "spec", "project.yaml", "-o", "link.json"]) == 0
    assert Path("link.json").is_symlink() and Path("new/target.json").is_file()


class Full:
    """A standard output whose disk is full."""

    encoding = "utf-8"

    def write(self, text):
        raise OSError(28, "No space left on device")

    def flush(self):
        pass


@pytest.mark.parametrize("stream", [None, Full()], ids=["closed", "full"])
@pytest.mark.parametrize("way", [way for way in EVERY_WAY if not way.endswith("--record")])  # it has nothing to say here
def test_standard_output_that_takes_nothing(way, stream, monkeypatch, capsys):
    before = snapshot()
    monkeypatch.setattr(sys, "stdout", stream)
    code = main(way.split())
    said = capsys.readouterr().err
    written = WRITES.get(way.split()[0], ())
    assert {name: held for name, held in snapshot().items() if not name.startswith(written or "\0")} == before
    assert code == 2 and re.search("^I525 ", said, re.MULTILINE) and "Traceback" not in said


# -- arguments


def arguments():
    """Yield command, its words with one bad value, and the code that is told."""
    for command in COMMANDS:
        for name, action in options_of(command).items():
            named = action.option_strings[-1] if action.option_strings else name
            for value, code in bad.ARGUMENTS.get(name, ()):
                if way := with_value(command, name, action, value):
                    yield pytest.param(way, code, id=f"{command} {named} {value[:20]!r}")


#: Arguments that go by their place, and what stands there in the table of ways.
PLACES = {"SPEC": "spec", "SPEC_B": "good", "PROJECT": "project.yaml", "RECEIPT": "receipt.json", "RUN": "run.json", "NUMBER": "E_fuel[2019]", "KIND": "project"}


def with_value(command, name, action, value):
    """Return the words of a command in which one argument has another value."""
    wanted = name if action.option_strings else PLACES[name]
    words = next((way for way in WAYS[command] if wanted in way.split()), WAYS[command][-1]).split()
    if action.option_strings:
        at = words.index(name) if name in words else -1
        return [*words[:at], f"{name}={value}", *words[at + 2 :]] if at > 0 else [*words, f"{name}={value}"]
    return [value if word == wanted else word for word in words]


@pytest.mark.parametrize(("words", "code"), list(arguments()))
def test_a_bad_value_of_an_argument(words, code, capsys):
    got, said = told(words, capsys)
    if words[0] == "portfolio" and code[:1] == "I" and got == FOUND:
        assert code in said  # told of each project
        return
    assert got == 2, said
    assert re.search(rf"\b({code}) ", said) if code else said.startswith("usage:") and "error: argument" in said, said


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_and_an_argument_too_many(command, capsys):
    for more in ("--no-such-option", "one-too-many"):
        words = WAYS[command][0].split()
        code, said = told([*words, "--project=x", "more", more] if command == "portfolio" and more[0] != "-" else [*words, more], capsys)
        assert code == 2, said


# -- the table is whole


def test_every_command_stands_in_the_table():
    assert WAYS.keys() == COMMANDS.keys()
    assert all(way.split()[0] == command for command, ways in WAYS.items() for way in ways)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_of_every_command_has_a_bad_value(command):
    files = {f"--{option.replace('_', '-')}" for option in FILES_OF.get(command, ())} | {"--output"}
    assert options_of(command).keys() - bad.ARGUMENTS.keys() - bad.WITHOUT_A_BAD_VALUE - files == set()


@pytest.mark.parametrize("way", EVERY_WAY)
def test_every_way_of_the_table_ends_well(way):
    assert main(way.split()) == (FOUND if way.startswith(("ready", "statement")) else 0)  # made-up numbers are returned, and nothing is claimed
