"""Receipts: the same bytes each time, verified to the bit, the first difference named when a file, value or version changes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from engine.audit.receipts.receipt import receipt_body, receipt_text, relative_to
from engine.audit.receipts.receipt_file import read_receipt
from engine.audit.receipts.verification import compare_receipts
from engine.cli import main
from equations.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "methodology_specs/KH_AM004/examples"
TINY = ROOT / "tests/specs_for_tests/tiny"


@pytest.fixture
def project(tmp_path):
    """A copy of the example of option 1 in a folder of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    return Path(shutil.copy(EXAMPLES / "option1.yaml", folder))


@pytest.fixture
def with_data(tmp_path):
    """A copy of the example of option 2, with its CSV files."""
    folder = tmp_path / "with_data"
    folder.mkdir()
    for name in ("option2_conversions.csv", "option2_belt_conversions.csv"):
        shutil.copy(EXAMPLES / name, folder)
    return Path(shutil.copy(EXAMPLES / "option2.yaml", folder))


def issue(project, receipt, *options):
    assert (
        main(["audit", "KH_AM004@1.1", str(project), "--receipt", str(receipt), "-o", str(receipt.with_suffix(".txt")), *options])
        == 0
    )
    return receipt


def verified(capsys, receipt, *options):
    """Return exit code and record of a verification."""
    capsys.readouterr()
    code = main(["verify", str(receipt), "--json", *options])
    return code, json.loads(capsys.readouterr().out)


# -- what a receipt is


def test_receipt_is_the_same_each_time_and_names_no_place_of_the_machine(project, tmp_path):
    first = issue(project, tmp_path / "a.json").read_bytes()
    second = issue(project, tmp_path / "b.json").read_bytes()

    assert first == second
    assert str(tmp_path).encode() not in first
    assert not re.search(rb"20\d\d-\d\d-\d\dT\d\d:\d\d", first)


def test_receipt_holds_every_value_with_its_equation_or_source(with_data, tmp_path):
    record = read_receipt(issue(with_data, tmp_path / "a.json"))
    values = {entry["quantity"]: entry for entry in record["values"]}

    assert values["RL"]["cells"][0]["equation"] == "ref.level"
    assert values["ca"]["cells"][0]["equation"] == "ref.mca.start"
    assert values["ca"]["cells"][1]["equation"] == "ref.mca.later"
    area = values["A_0"]["cells"][0]
    assert (area["at"], area["written"], area["unit"], area["given"]) == (["E"], "52400", "ha", "project")
    assert values["NCV"]["cells"][0]["given"] == "default:ipcc-2006"
    assert record["result"]["value"] == values["ER_credit_p"]["cells"][0]["value"]
    assert [file["name"] for file in record["project_files"]] == [
        "option2.yaml",
        "option2_belt_conversions.csv",
        "option2_conversions.csv",
    ]
    assert record["spec_files"][0]["name"] == "methodology_specs/KH_AM004/1.1/methodology.yaml"
    assert len({entry["quantity"] for entry in record["values"]}) == len(record["values"])


def test_text_gives_back_the_same_receipt(project, tmp_path):
    path = issue(project, tmp_path / "a.json")

    assert receipt_text(read_receipt(path)) == path.read_text(encoding="utf-8")


# -- verification


def test_unchanged_receipt_is_verified_to_the_bit(with_data, tmp_path, capsys):
    code, outcome = verified(capsys, issue(with_data, tmp_path / "a.json"))

    assert (code, outcome["verified"], outcome["first"]) == (0, True, None)
    assert outcome["compared"]["values"]["equal"] == outcome["compared"]["values"]["of"] > 3000


def test_receipt_travels_with_its_project(project, tmp_path, capsys):
    issue(project, project.parent / "a.json")
    moved = tmp_path / "elsewhere"
    shutil.move(project.parent, moved)

    assert verified(capsys, moved / "a.json")[0] == 0


def test_choices_and_readings_of_the_command_line_are_kept(project, tmp_path, capsys):
    path = issue(project, tmp_path / "a.json", "--reading", "credit-rounding=per-year", "--choose", "fuel=none")

    assert read_receipt(path)["readings"]["credit-rounding"] == "per-year"
    assert verified(capsys, path)[0] == 0


def test_a_changed_project_file_is_named_and_not_looked_into(project, tmp_path, capsys):
    path = issue(project, tmp_path / "a.json")
    text = project.read_text(encoding="utf-8")
    project.write_text(text.replace("{E: 52400, SE: 31800", "{E: 52401, SE: 31800", 1), encoding="utf-8")

    code, outcome = verified(capsys, path)

    assert code == 1
    assert (outcome["first"]["kind"], outcome["first"]["name"]) == ("project file", "option1.yaml")
    assert outcome["first"]["found"] == "another file"
    assert "values" not in outcome["compared"] and "not looked into" in outcome["failed"]


def test_comment_in_a_project_file_changes_the_file_and_no_value(project, tmp_path, capsys):
    path = issue(project, tmp_path / "a.json")
    project.write_text(project.read_text(encoding="utf-8") + "# a remark\n", encoding="utf-8")

    code, outcome = verified(capsys, path)

    assert code == 1
    assert [d["kind"] for d in outcome["differences"]] == ["project file"]


def test_changed_data_file_is_named(with_data, tmp_path, capsys):
    path = issue(with_data, tmp_path / "a.json")
    data = with_data.parent / "option2_conversions.csv"
    data.write_text(data.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    assert verified(capsys, path)[1]["first"]["name"] == "option2_conversions.csv"


def test_changed_spec_file_is_named_and_not_looked_into(tmp_path, capsys):
    spec = tmp_path / "spec"
    shutil.copytree(TINY, spec)
    receipt = tmp_path / "r.json"
    assert main(["audit", str(spec), str(spec / "project.yaml"), "--receipt", str(receipt), "-o", str(tmp_path / "t.txt")]) == 0
    assert str(tmp_path) not in receipt.read_text(encoding="utf-8")
    assert verified(capsys, receipt)[0] == 0
    main_file = spec / "methodology.yaml"
    main_file.write_text(main_file.read_text(encoding="utf-8").replace("diesel: 3.2", "diesel: 3.3"), encoding="utf-8")

    code, outcome = verified(capsys, receipt)

    assert code == 1
    assert (outcome["first"]["kind"], outcome["first"]["name"]) == ("spec file", "methodology.yaml")
    assert "values" not in outcome["compared"]


def test_other_version_of_the_program_is_the_first_difference(project, tmp_path, capsys, monkeypatch):
    path = issue(project, tmp_path / "a.json")
    monkeypatch.setattr("engine.cli.VERSION", "9.9")

    code, outcome = verified(capsys, path)

    assert code == 1
    assert outcome["first"] == {"kind": "version", "name": "mrvgraph", "recorded": "0.1.0", "found": "9.9"}


def test_text_of_a_verification_names_the_first_difference(project, tmp_path, capsys):
    path = issue(project, tmp_path / "a.json")
    assert main(["verify", str(path)]) == 0
    assert capsys.readouterr().out.startswith("verified: a.json, KH_AM004@1.1 on Illustrative lowland forest project, option 1\n")
    project.write_text(project.read_text(encoding="utf-8").replace("E: 52400", "E: 52401", 1), encoding="utf-8")

    assert main(["verify", str(path)]) == 1
    shown = capsys.readouterr().out
    assert shown.startswith("NOT verified: a.json")
    assert re.search(r"first difference: project file option1.yaml: recorded [0-9a-f]{12}\.\.\., found another file\n", shown)
    assert "the run cannot be made again: a file is not the one that was recorded" in shown


# -- receipts that cannot be used


def test_receipt_that_was_edited_is_refused(project, tmp_path, capsys):
    path = issue(project, tmp_path / "a.json")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"value": 52400.0', '"value": 52401.0', 1), encoding="utf-8")

    assert main(["verify", str(path)]) == 2
    assert "the receipt was changed after it was written" in capsys.readouterr().err


def test_paths_that_share_no_folder_are_recorded_by_name_only(project):
    assert relative_to(project, project.parent.parent) == "project/option1.yaml"
    assert relative_to(project, Path("/elsewhere")) == "option1.yaml"


@pytest.mark.parametrize(
    "content", ["", "not json", "[]", "{}", '{"format": "mrvgraph-run/1"}', '{"format": "mrvgraph-receipt/1"}', "[" * 5000, "\x00"]
)
def test_file_that_is_no_receipt_is_a_coded_error(tmp_path, content):
    path = tmp_path / "r.json"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(InputError, match="I523"):
        read_receipt(path)


def test_missing_receipt_project_or_spec_exits_2(project, tmp_path, capsys):
    assert main(["verify", str(tmp_path / "none.json")]) == 2
    path = issue(project, tmp_path / "a.json")
    moved = project.rename(project.with_name("moved.yaml"))
    assert main(["verify", str(path)]) == 2
    assert "--project FILE" in capsys.readouterr().err
    assert main(["verify", str(path), "--spec", str(tmp_path / "nowhere"), "--project", str(moved)]) == 2


# -- receipts that somebody made up


def forged(path, change):
    """Change a receipt as a forger can: with the digest that its new bytes have."""
    record = read_receipt(path)
    change(record)
    path.write_text(receipt_text(record), encoding="utf-8")


def leaves(value, path=()):
    """Yield the path of everything that stands in a receipt."""
    if isinstance(value, (dict, list)) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


def put(record, path, change):
    for key in path[:-1]:
        record = record[key]
    record[path[-1]] = change(record[path[-1]])


def other(value):
    return f"{value}x" if isinstance(value, str) else [] if value == {} else {} if value == [] else not value if isinstance(value, bool) else (
        value + 1 if value is not None else 1.0)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A receipt of the tiny project, issued once."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copytree(TINY, folder / "spec")
    receipt = folder / "r.json"
    assert main(["audit", str(folder / "spec"), str(folder / "spec/project.yaml"), "--receipt", str(receipt), "-o", str(folder / "t.txt")]) == 0
    return receipt


@pytest.fixture
def small_copy(small, tmp_path):
    shutil.copytree(small.parent, tmp_path / "copy")
    return tmp_path / "copy" / "r.json"


def test_every_field_of_a_receipt_is_compared(small):
    """Each leaf is changed in turn; the run is made once. Only the version of NumPy is remarked on and no more."""
    recorded = read_receipt(small)
    paths = [path for path in leaves(recorded) if path[0] not in ("numpy", "format", "asked")]
    found = json.loads(receipt_body(recorded) + "}")
    assert compare_receipts("r", recorded, found).holds
    missed = []
    for path in paths:
        changed = json.loads(receipt_body(recorded) + "}")
        put(changed, path, other)
        differences = compare_receipts("r", changed, found).differences
        if not differences or differences[0].kind == "receipt":  # as a whole: by no field
            missed.append(path)
    assert missed == [] and len(paths) > 250


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: r.update(extra=1), "receipt has a field 'extra'"),
        (lambda r: r["result"].update(note="x"), "receipt.result has a field 'note'"),
        (lambda r: r["values"][0]["cells"][0].update(state="1"), "state cannot be '1'"),
        (lambda r: r.pop("rulings"), "receipt lacks the field 'rulings'"),
        (lambda r: r.update(values=[1]), "receipt.values[0] is no object"),
        (lambda r: r["asked"].update(choices=[]), "receipt.asked.choices is no object"),
        (lambda r: r["values"].append(r["values"][0]), "twice"),
        (lambda r: r["project_files"].append({"name": "project.yaml", "sha256": "0"}), "names 'project.yaml' twice"),
        (lambda r: r.update(datasets={}), "receipt.datasets is no list"),
    ],
)  # fmt: skip
def test_a_receipt_of_another_shape_is_refused(small_copy, change, says, capsys):
    forged(small_copy, change)

    assert main(["verify", str(small_copy)]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("I523 the file is not a receipt") and says in captured.err


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace('"numpy"', '"mrvgraph": "0.1.0",\n"numpy"', 1),
        lambda text: text.replace('"numpy": ', '"numpy":  ', 1),
        lambda text: text + "\n",
        lambda text: " " + text,
        lambda text: text.replace('"state": 1,', '"state": 1.0,', 1),
        lambda text: text.replace("{", "\ufeff{", 1),
    ],
    ids=["key twice", "space", "line", "space in front", "number written otherwise", "byte order mark"],
)
def test_the_file_as_written_is_what_is_hashed(small_copy, edit, capsys):
    small_copy.write_text(edit(small_copy.read_text(encoding="utf-8")), encoding="utf-8")

    assert main(["verify", str(small_copy)]) == 2
    assert capsys.readouterr().err.startswith("I523 ")


@pytest.mark.parametrize("where", ["project", "spec", "project file", "spec file"])
def test_nothing_of_a_file_that_was_not_recorded_is_told(small_copy, where, capsys):
    """A receipt that names a file of the verifier's: neither its text nor a part of its hash comes out, and it is not parsed."""
    secret = small_copy.parent / "secret.yaml"
    secret.write_text("token: hunter2\n  broken: [\n", encoding="utf-8")
    sha = hashlib.sha256(secret.read_bytes()).hexdigest()
    changes = {
        "project": lambda r: r["asked"].update(project="secret.yaml"),
        "spec": lambda r: r["asked"].update(spec="secret.yaml"),
        "project file": lambda r: r["project_files"].append({"name": "../secret.yaml", "sha256": "0" * 64}),
        "spec file": lambda r: r["spec_files"].append({"name": "secret.yaml", "sha256": "0" * 64}),
    }
    forged(small_copy, changes[where])
    shutil.copy(secret, small_copy.parent / "spec")

    assert main(["verify", str(small_copy)]) == 1
    assert main(["verify", str(small_copy), "--json"]) == 1

    captured = capsys.readouterr()
    assert "hunter2" not in captured.out + captured.err and "token" not in captured.out
    assert sha[:6] not in captured.out + captured.err


def test_a_receipt_says_where_the_lines_of_a_data_file_come_from(tmp_path, capsys):
    shutil.copytree(TINY, tmp_path / "spec")
    project = tmp_path / "spec/project.yaml"
    text = project.read_text(encoding="utf-8").replace("values: {diesel: {2018: 1.5, 2019: 2, 2020: 2}}", "file: fc.csv")
    project.write_text(text, encoding="utf-8")
    rows = "fuel,year,value,source,comments\ndiesel,2018,1.5,invoice 77,read twice\ndiesel,2019,2,invoice 78,\ndiesel,2020,2,,\n"
    (tmp_path / "spec/fc.csv").write_text(rows, encoding="utf-8")
    spec, receipt = str(tmp_path / "spec"), str(tmp_path / "r.json")

    assert main(["audit", spec, str(project), "--receipt", receipt]) == 0
    shown = capsys.readouterr().out
    assert "FC[diesel, 2018]: invoice 77 (read twice)" in shown and "FC[diesel, 2019]: invoice 78" in shown
    assert "FC[diesel, 2020]: invoices" in shown  # what the block says, where the line says nothing
    cells = next(q for q in read_receipt(Path(receipt))["values"] if q["quantity"] == "FC")["cells"]
    assert [cell["source"] for cell in cells] == ["invoice 77", "invoice 78", "invoices"]
    assert main(["explain", spec, str(project), "E_fuel[2018]"]) == 0
    assert "invoice 77 (read twice)" in capsys.readouterr().out
    assert main(["verify", receipt]) == 0


def test_a_receipt_holds_where_spec_project_and_tables_are_moved(tmp_path, capsys):
    tiny, first, then = Path(__file__).parents[1] / "specs_for_tests/tiny", tmp_path / "first", tmp_path / "deep/then"
    text = (tiny / "project.yaml").read_text("utf-8").replace("methodology: TINY@1", "methodology: spec.yaml")
    first.mkdir()
    shutil.copy(tiny / "methodology.yaml", first / "spec.yaml")
    (first / "areas.csv").write_text("value;count;m2\n1;10;9000,5\n2;5;4500,25\n4;5;4500,25\nTotal;20;18001\n", "utf-8")
    (first / "p.yaml").write_text(text.replace("A_0: {unit: ha, values: {E: 1000, D: 500}", "A_0: {labels: {1: E, 2: D, 4: D}, file: areas.csv"), "utf-8")
    assert main(["audit", str(first / "p.yaml"), "--receipt", str(first / "r.json")]) == 0
    assert str(tmp_path) not in json.dumps({**json.loads((first / "r.json").read_text("utf-8")), "asked": None})
    then.parent.mkdir()
    first.rename(then)
    capsys.readouterr()

    assert main(["verify", str(then / "r.json"), "--spec", str(then / "spec.yaml"), "--project", str(then / "p.yaml")]) == 0
    assert capsys.readouterr().out.startswith("verified: r.json")
