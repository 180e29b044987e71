"""Members, groups and relations that stand in CSV files: of a project and of a spec, hundreds of them, each fault at its cell."""

import json
from pathlib import Path

import pytest

import mrvgraph
from engine.project.project_file import read_project
from equations.errors import MethodologyError
from equations.library.spec_files import load_methodology

SPEC = """\
methodology: {id: FLEET, version: "1", title: Fleet, result: E, status: illustrative, report: [E_d]}
index_sets:
  - {id: vehicle, letters: [v], project: must-list}
  - {id: fuel, letters: [f], members: {file: fuels.csv}}
  - {id: depot, kind: group, groups: vehicle, letters: [d], project: must-list}
relations:
  - {id: uses, over: [vehicle, fuel]PAIRS}
quantities:
  - {id: FC, symbol: 'FC_{<v><f>}', meaning: fuel, indices: [vehicle, fuel], unit: t, kind: monitored, on: uses}
  - {id: EF, symbol: 'EF_{<f>}', meaning: factor, indices: [fuel], unit: tCO2/t, kind: default}
  - {id: E, symbol: E, meaning: all, unit: tCO2, kind: computed}
  - {id: E_d, symbol: 'E_{<d>}', meaning: of a depot, indices: [depot], unit: tCO2, kind: computed}
equations:
  - {id: e, defines: E, formula: 'Sum(v, f, FC[v, f] * EF[f])'}
  - {id: ed, defines: 'E_d[d]', formula: 'Sum(v in d, Sum(f, FC[v, f] * EF[f]))'}
datasets:
  - {id: ef, title: factors, use: default, values: [{quantity: EF, unit: tCO2/t, cells: {diesel: 3.0, gasoline: 2.0}}]}
"""
PROJECT = """\
project: {name: fleet, illustrative: yes}
operation: {start: 2020-01-01, end: 2020-12-31}
members:
  vehicle: {file: fleet.csv}
  depot: {file: fleet.csv, id: depot, of: vehicle}
relations:
  uses: {file: uses.csv}
values:
  FC: {unit: t, file: fuel.csv}
"""
NUMBERS = range(300)


def fuel_of(n: int) -> str:
    return "diesel" if n % 3 else "gasoline"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "methodology.yaml": SPEC.replace("PAIRS", ""),
        "project.yaml": PROJECT,
        "fuels.csv": 'id,name\ndiesel,Diesel oil\ngasoline,"Gasoline, motor"\n',
        "fleet.csv": "vehicle,depot\n" + "".join(f"v{n},d{n % 7}\n" for n in NUMBERS),
        "uses.csv": "fuel,vehicle\n" + "".join(f"{fuel_of(n)},v{n}\n" for n in NUMBERS),
        "fuel.csv": "vehicle,fuel,value\n" + "".join(f"v{n},{fuel_of(n)},{n}\n" for n in NUMBERS),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def by_hand(numbers) -> int:
    return sum(n * (3 if n % 3 else 2) for n in numbers)


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_three_hundred_members_with_their_groups_and_combinations(folder):
    run = mrvgraph.run(load_methodology(folder), folder / "project.yaml")

    assert run.total == by_hand(NUMBERS) == 119_700
    for depot in range(7):
        assert run.value("E_d", depot=f"d{depot}") == by_hand(n for n in NUMBERS if n % 7 == depot)
    assert [f.code for f in run.findings if f.severity != "note"] == []


def test_names_of_members_come_from_the_file_of_a_spec(folder):
    assert load_methodology(folder).index_set["fuel"].name_of("gasoline") == "Gasoline, motor"


def test_a_spec_with_lists_in_files_says_the_same_as_one_with_the_lists_in_it(folder):
    other = folder / "whole.yaml"
    members = "[{id: diesel, name: Diesel oil}, {id: gasoline, name: 'Gasoline, motor'}]"
    other.write_text(SPEC.replace("PAIRS", "").replace("{file: fuels.csv}", members), encoding="utf-8")

    assert load_methodology(folder).hash == load_methodology(other).hash


def test_combinations_that_the_spec_lists_are_not_the_projects(folder):
    change(folder, "methodology.yaml", "over: [vehicle, fuel]", "over: [vehicle, fuel], pairs: {file: uses.csv}")
    with pytest.raises(MethodologyError, match="I502 the combinations of uses are fixed by the methodology"):
        mrvgraph.run(load_methodology(folder), folder / "project.yaml")

    change(folder, "project.yaml", "relations:\n  uses: {file: uses.csv}\n", "")
    assert mrvgraph.run(load_methodology(folder), folder / "project.yaml").total == 119_700


def test_files_of_lists_are_files_of_the_receipt(folder):
    run = mrvgraph.run(load_methodology(folder), folder / "project.yaml")

    assert {"fleet.csv", "uses.csv", "fuel.csv"} == set(dict(run.inputs.files))
    assert any(name.endswith("fuels.csv") for name, _ in run.methodology.files)


def test_a_relation_that_nobody_lists_is_said(folder):
    change(folder, "project.yaml", "relations:\n  uses: {file: uses.csv}\n", "")
    change(folder, "project.yaml", "{unit: t, file: fuel.csv}", "{unit: t, file: fuel.csv, otherwise: 0}")
    run = mrvgraph.run(load_methodology(folder), folder / "project.yaml")

    assert "the project does not list uses, so all 600 combinations of vehicle, fuel count" in [f.what for f in run.findings]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("uses.csv", "diesel,v4\n", "diesel, v4x\n", r"I502 vehicle has no member 'v4x' .*uses.csv:6:9"),
        ("uses.csv", "diesel,v4\n", "diesel,\n", r"I506 the column 'vehicle' is empty here .*uses.csv:6:8"),
        ("uses.csv", "diesel,v4\n", "diesel,v5\n", r"I506 'diesel, v5' stands twice .*uses.csv:7:1"),
        ("uses.csv", "diesel,v4\n", "diesel\n", r"I506 line 6 has 1 cells and the header 2 .*uses.csv:6"),
        ("uses.csv", "fuel,vehicle", "fuel,car", r"I506 the columns fuel, car are not those of uses .*project.yaml:7:16"),
        ("fleet.csv", "v4,d4\n", '"v4","d4"\nv3,d2\n', r"I506 'v3' stands twice among the lines of vehicle .*fleet.csv:7:1"),
        ("fleet.csv", "v4,d4\n", "v4,d4\nTotal,d4\n", r"I507 'Total' is a total and no member of vehicle .*fleet.csv:7:1"),
        ("fleet.csv", "vehicle,depot", "id,place", r"I506 the column 'depot' is missing .*fleet.csv:1"),
        ("project.yaml", "uses.csv", "use.csv", r"I509 the file 'use.csv' cannot be read.*project.yaml:7:16"),
        ("project.yaml", "{file: uses.csv}", "{file: uses.csv, column: [a]}", r"I502 'column' beside `file:` is not known.*project.yaml:7:26"),
        ("project.yaml", "{file: uses.csv}", "{file: uses.csv, columns: [vehicle]}", r"I506 1 columns for the 2 indices of uses"),
    ],
)
def test_a_fault_of_a_list_is_told_at_its_cell(folder, name, old, new, said):
    change(folder, name, old, new)

    with pytest.raises(MethodologyError, match=said):
        mrvgraph.run(load_methodology(folder), folder / "project.yaml")


def test_columns_may_have_any_heads_where_the_project_says_which_they_are(folder):
    change(folder, "uses.csv", "fuel,vehicle", "burns,plate")
    change(folder, "project.yaml", "{file: uses.csv}", "{file: uses.csv, columns: [plate, burns]}")

    assert mrvgraph.run(load_methodology(folder), folder / "project.yaml").total == 119_700


def test_a_project_with_lists_is_read_into_the_nodes_that_it_stands_for(folder):
    data = read_project(folder / "project.yaml")

    assert json.dumps([item.text for item in data.members["vehicle"].items][:3]) == '["v0", "v1", "v2"]'
    assert data.members["vehicle"].items[9].place.line == 11
