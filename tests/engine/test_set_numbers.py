"""Numbers that are set in place of a project's: read as every other number, said on top, recorded, and verified again."""

import json
from pathlib import Path

import pytest

import mrvgraph
from engine.audit.desk.statements import read_statements
from engine.cli import main
from engine.explain.trace import parse_target
from engine.plan.cells import cell_name
from engine.project.set_room import set_room
from engine.report.set_report import BesideReported, beside_text
from equations.errors import MethodologyError
from equations.files.strict_yaml import read_yaml
from equations.units.registry import parse_unit

TINY = Path(__file__).parents[1] / "specs_for_tests" / "tiny"
PROJECT = TINY / "project.yaml"


@pytest.fixture(autouse=True)
def no_cache(monkeypatch):
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")


def total(*numbers):
    return mrvgraph.run(TINY, PROJECT, set_numbers=numbers).total


def edited(tmp_path, *edits):
    text = PROJECT.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "project.yaml"
    path.write_text(text, encoding="utf-8")
    return mrvgraph.run(TINY, path).total


def test_a_number_that_is_set_gives_what_a_project_with_it_gives(tmp_path):
    assert total("A_0[E]=1.2 kha") == edited(tmp_path, ("E: 1000", "E: 1200")) != total()
    assert total("A_0[E]=1200 ha", " P[ D ] = 5 %/year") == edited(tmp_path, ("E: 1000", "E: 1200"), ("D: 0.03", "D: 0.05"))
    assert total("FC[diesel,*]=3 t") == edited(tmp_path, ("2018: 1.5, 2019: 2, 2020: 2", "2018: 3, 2019: 3, 2020: 3"))


def test_a_number_of_a_dataset_can_be_asked_for_by_its_id(tmp_path):
    other = edited(tmp_path, ("values:\n", "values:\n  EF: {unit: tC/ha, values: {E: 80}}\n"))
    path = tmp_path / "project.yaml"

    assert mrvgraph.run(TINY, path).total == other != total()
    assert mrvgraph.run(TINY, path, set_numbers=["EF[E]=dataset:stocks"]).total == total()
    assert mrvgraph.run(TINY, path, set_numbers=["EF[*]=dataset:stocks"]).total == total()


def test_a_computed_quantity_can_be_set_in_place_of_its_equation():
    run = mrvgraph.run(TINY, PROJECT, set_numbers=["RL[*]=100 tCO2"])

    assert run.value("RL", year=2019) == 100
    assert "A704" in {finding.code for finding in mrvgraph.audit(TINY, PROJECT).findings} or run.total < total()


def test_a_project_file_can_keep_what_is_set(tmp_path):
    text = PROJECT.read_text(encoding="utf-8")
    path = tmp_path / "project.yaml"
    path.write_text(text + "set:\n  A_0[E]: 1.2 kha  # a question\n  'FC[diesel, 2019]': 3 t\n", encoding="utf-8")

    run = mrvgraph.run(TINY, path)
    assert run.total == total("A_0[E]=1.2 kha", "FC[diesel, 2019]=3 t")
    assert [(one.name, one.text, one.instead, one.by) for one in run.inputs.replaced] == [
        ("A_0[E]", "1.2 kha", ("1000 ha",), "project.yaml"), ("FC[diesel, 2019]", "3 t", ("2 t",), "project.yaml"),
    ]  # fmt: skip
    assert mrvgraph.run(TINY, path, set_numbers=["A_0[E]=1000 ha"]).total == total("FC[diesel, 2019]=3 t"), "the option stands before the file"


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("A_0[E]", "I508", 1),
        ("A_0[E]=", "I508", 1),
        ("A 0=5 ha", "I508", 1),
        ("A_9[E]=5 ha", "I502", 8),
        ("A_0=5 ha", "I506", 5),
        ("A_0[E, D]=5 ha", "I506", 5),
        ("A_0[X]=5 ha", "I502", 5),
        ("FC[diesel, 1999]=5 t", "I507", 12),
        ("A_0[E]=5", "I503", 8),
        ("A_0[E]=5 t", "I503", 10),
        ("A_0[E]=5 hectars", "I503", 10),
        ("A_0[E]=50,000 ha", "I505", 8),
        ("A_0[E]=52 400 ha", "I505", 8),  # it was 52 times 400 ha
        ("A_0[E]=-1 ha", "I504", 8),
        ("P[E]=120 %/year", "I504", 6),
        ("EF[E]=dataset:fuels", "I508", 7),
    ],
)
def test_a_mistake_is_told_with_its_place_in_the_option(text, code, column, capsys):
    assert main(["run", str(TINY), str(PROJECT), "--set", text]) == 2
    said = capsys.readouterr().err

    assert said.startswith(f"{code} ") and f"(--set, column {column})" in said.splitlines()[0]
    assert said.splitlines()[1] == f"    {text}" and said.splitlines()[2].index("^") == 3 + column


def test_mistakes_are_told_together_and_nothing_is_set_twice(capsys):
    assert main(["run", str(TINY), str(PROJECT), "--set", "A_0[E]=5 t", "--set", "P[*]=2", "--set", "FC[*,*]=1 t", "--set", "FC[diesel,2019]=2 t"]) == 2
    said = capsys.readouterr().err

    assert said.count("--set, column") == 3 and "I503" in said and "I506 FC[diesel, 2019] is set twice" in said


def test_the_run_says_on_top_what_was_set_and_what_it_moves(capsys):
    assert main(["run", str(TINY), str(PROJECT), "--set", "A_0[E]=1200 ha"]) == 0
    said = capsys.readouterr().out
    with_it, without = total("A_0[E]=1200 ha"), total()

    assert said.splitlines()[:2] == ["NOT THE PROJECT AS REPORTED: 1 number is set by --set", "  A_0[E] = 1200 ha (instead of 1000 ha)"]
    assert f"ER_p: {without:,.3f} without, {with_it:,.3f} with, +{with_it - without:,.3f} tCO2" in said
    assert "A749" in said

    main(["run", str(TINY), str(PROJECT), "--json", "--set", "A_0[E]=1200 ha"])
    record = json.loads(capsys.readouterr().out)
    assert record["set"] == [{"number": "A_0[E]", "set": "1200 ha", "instead_of": ["1000 ha"], "by": "--set"}]
    assert record["as_reported"]["results"] == [
        {"quantity": "ER_p", "unit": "tCO2", "value": without, "difference": with_it - without},
    ]
    main(["run", str(TINY), str(PROJECT), "--json"])
    assert not {"set", "as_reported"} & set(json.loads(capsys.readouterr().out))


def test_a_project_that_lacks_a_number_has_a_run_with_it_set(tmp_path, capsys):
    text = PROJECT.read_text(encoding="utf-8").replace("E: 1000, ", "")
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
    assert main(["run", str(TINY), str(tmp_path / "project.yaml"), "--set", "A_0[E]=1000 ha"]) == 0
    said = capsys.readouterr().out

    assert "A_0[E] = 1000 ha (instead of nothing)" in said and "The project as reported has no result: I501 missing: A_0[E]" in said


def test_what_is_set_and_not_read_is_told():
    run = mrvgraph.run(TINY, PROJECT, set_numbers=["A_0[NF]=3 ha", "p[E, E]=0.5"])

    assert [finding.what for finding in run.findings if finding.code == "A705"] == [
        "the A_0[NF] that is set is not used", "the p[E, E] that is set is not used",
    ]  # fmt: skip
    assert run.total == total()


def test_a_receipt_records_what_was_set_and_is_verified_with_it(tmp_path, capsys):
    receipt = tmp_path / "receipt.json"
    assert main(["audit", str(TINY), str(PROJECT), "--set", "A_0[E]=1200 ha", "--receipt", str(receipt)]) == 0
    record = json.loads(receipt.read_text(encoding="utf-8"))

    assert record["asked"]["set"] == ["A_0[E]=1200 ha"] and record["set"][0]["instead_of"] == ["1000 ha"]
    assert record["result"]["value"] == total("A_0[E]=1200 ha")
    assert mrvgraph.verify(receipt, spec=str(TINY), project=str(PROJECT)).holds


def test_errors_are_faults_of_the_interface_too():
    with pytest.raises(MethodologyError, match="I503"):
        total("A_0[E]=5 t")


def test_no_workbook_and_no_table_of_a_registry_is_made_of_numbers_that_were_set(tmp_path, capsys):
    path, run = tmp_path / "project.yaml", tmp_path / "run.json"
    path.write_text(PROJECT.read_text(encoding="utf-8") + "set:\n  P[E]: 0.5 1/year\n", encoding="utf-8")

    assert main(["workbook", str(TINY), str(path), "-o", str(tmp_path / "a.xlsx")]) == 2
    assert main(["run", str(TINY), str(path), "-o", str(run)]) == 0
    assert main(["export", str(run), "--to", "units", "-o", str(tmp_path / "tables")]) == 2
    assert capsys.readouterr().err.count("I508 numbers of the") == 2


def test_no_workbook_and_no_statement_is_made_of_an_audit_of_numbers_that_were_set(tmp_path, capsys):
    path = tmp_path / "project.yaml"
    path.write_text(PROJECT.read_text(encoding="utf-8") + "claimed: {ER_p: {value: 25676.103}}\nset:\n  'A_0[E]': 1200 ha\n", encoding="utf-8")
    audit = mrvgraph.audit(TINY, path)
    with pytest.raises(MethodologyError, match="I508 numbers of the project are set"):
        mrvgraph.workbook(audit, tmp_path / "a.xlsx")
    for name in ("a.json", "a.html"):
        with pytest.raises(MethodologyError, match="I508 numbers of the project are set"):
            mrvgraph.statement(audit, tmp_path / name)
    assert main(["statement", str(TINY), str(path), "-o", str(tmp_path / "a.json")]) == 2
    assert "I508 numbers of the project are set" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["project.yaml"]


def test_a_result_that_the_project_as_reported_does_not_have_is_told():
    with_it, without = mrvgraph.run(TINY, PROJECT), mrvgraph.run(TINY, PROJECT, targets=("dCS",))
    assert not without.results
    assert "ER_p: 25,676.103 tCO2 with; the project as reported has no such number" in beside_text(BesideReported(with_it, without))


def test_what_a_number_is_called_sets_it_whatever_its_members_are_called(tmp_path):
    odd = ["a, b", "=cmd", 'say "x"', "it's", '\'both" "', "*", "x]=y", "[z"]
    members = ", ".join(json.dumps(label) for label in odd)
    cells = ", ".join(f"{json.dumps(label)}: {at}" for at, label in enumerate(odd, 2))
    text = PROJECT.read_text(encoding="utf-8").replace("fuel: [diesel]", f"fuel: [{members}]")
    years = ", ".join(f"{json.dumps(label)}: {{2018: 1, 2019: 1, 2020: 1}}" for label in odd)
    text = text.replace("{diesel: {2018: 1.5, 2019: 2, 2020: 2}}", f"{{{years}}}") + f"  EF_fuel: {{unit: tCO2/t, values: {{{cells}}}}}\n"
    path = tmp_path / "project.yaml"
    path.write_text(text, encoding="utf-8")
    plan = mrvgraph.run(TINY, path)

    for at, label in enumerate(odd):
        name = cell_name(plan.methodology.quantity["EF_fuel"], plan.setting, at)
        run = mrvgraph.run(TINY, path, set_numbers=[f"{name} = 100 tCO2/t"])
        assert run.value("EF_fuel", fuel=label) == 100 and run.total < plan.total, name
        assert run.inputs.replaced[0].name == name
        assert parse_target(run, name) == [("EF_fuel", (at,))] and name in list(run.frame("EF_fuel")["cell"])
        path.with_name("kept.yaml").write_text(f"{text}set:\n  {json.dumps(name)}: 100 tCO2/t\n", encoding="utf-8")
        assert mrvgraph.run(TINY, path.with_name("kept.yaml")).total == run.total
    path.with_name("stated.yaml").write_text(f"{text}claimed:\n  EF_fuel: {{unit: tCO2/t, values: {{{cells}}}}}\n", encoding="utf-8")
    found = read_statements(mrvgraph.run(TINY, path.with_name("stated.yaml")), parse_unit).statements
    assert [one.shown for one in found] == [cell_name(plan.methodology.quantity["EF_fuel"], plan.setting, at) for at in range(len(odd))]
    every = mrvgraph.run(TINY, path, set_numbers=["EF_fuel[*]=1 tCO2/t"])
    assert every.value("EF_fuel", fuel="it's") == every.value("EF_fuel", fuel="*") == 1, "a star without quotes is every member"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("project: {name: ឈើ}\nset:\n  A: 1 ha\nvalues: {A: {E: 1}}  # end", ["project", "values"]),
        ("project: x\nset: {A: 1 ha}\n...\n# end\n", ["project"]),
        ("  project: x\n  'set':\n    A: 1 ha\n", ["project"]),
        ("{project: x, set: {A: [1]}, values: {A: {E: 1}} # , {\n}", ["project", "values"]),
        ('{project: x, values: [{E: 1}], "set": {A: 1}}', ["project", "values"]),
        ("{project: x,}", ["project"]),
        ("---\r\nproject: x\r\nvalues: {A: 1}\r\n", ["project", "values"]),
    ],
)
def test_room_for_what_is_set_is_at_the_end_however_the_file_is_written(text, kept):
    room = set_room(text)
    inside = room.joint is not None
    own = f'{room.joint}set: {{\n"B": "2",  # now\n}}\n' if inside else f'{room.indent}set:\n{room.indent}  "B": "2"  # now\n'
    tree = read_yaml(f"{room.before}\n{own}{room.behind}")

    assert [key.text for key, _ in tree] == [*kept, "set"]
    assert [(key.text, value.text) for key, value in tree.get("set")] == [("B", "2")]
    assert len(room.before) + len(room.behind) <= len(text) and (inside or room.before.strip()[:3] == text.strip()[:3])
