"""JSON Schemas of the files that people write: what stands in this repository fits, what is of the wrong shape does not."""

import json
from functools import cache
from pathlib import Path

import pytest
from schema_checker import Checker, as_editor

import mrvgraph
from engine.cli import main
from engine.documents.schemas.schema_files import SCHEMAS
from engine.project.project_file import SCHEMA
from equations.errors import InputError, MethodologyError
from equations.files.strict_yaml import read_yaml, read_yaml_file
from equations.spec.schema import BLOCKS

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests/specs_for_tests/tiny"
#: Data files beside specs that are neither specs nor project files, and a draft that docs/from_a_pdf_to_a_spec.md shows with its faults.
OTHERS = ("cases.yaml", "export.yaml", "two_parties_texts.yaml", "draft_1.yaml")
FOLDERS = ("docs/examples/**", "methodology_specs/[A-Z]*/**", "tests/specs/revisions", "tests/specs_for_tests", "tests/engine/projects")
#: Folders of tests/broken_specs of which a schema sees the fault, and a part of the path at which it stands.
SEEN = {
    "I501_field": ": operation is missing", "I502_field": "/values/P: no field 'sorce'", "I505_otherwise": "/values/FC/otherwise", "I506_list_at": "/values/FC/1/at/year",
    "I507_date": "/operation/start", "I507_lifetime": "/operation/start", "S103_beside_file": "/changes/add/index_sets/0/members", "S103_comma_in_braces": "/changes/add/index_sets/0: no field",
    "S103_field": "/changes/replace/quantities/0: no field 'meening'", "S103_top_level": ": no field 'equation'",
    "S104_field": "/changes/add/quantities/0: symbol is missing", "S105_block": "/methodology", "S105_ground": "/changes/replace/rules/0/ground",
    "S105_kind": "/changes/replace/quantities/0/kind", "S105_life": "/changes/replace/datasets/1/valid_to", "S105_list": "/rules",
    "S105_name": "/changes/add/quantities/0/id", "S105_number": "/changes/replace/quantities/0/range/min",
    "S108_version_of_a_tool": "/uses/nothing", "S109_beside_changes": ": no field 'equations'",
    "S109_part_of_a_text": "/changes/replace/quantities/0/meaning", "S109_tool_that_is_not_there": ": no field 'uses'",
    "S109_word": "/changes: no field 'delete'",
}  # fmt: skip


@cache
def checker(kind):
    return Checker(mrvgraph.schema(kind))


def kind_of(tree):
    if "operation" in tree:
        return "project"
    return "revision" if "based_on" in tree else "document" if "document" in tree else "spec"


def files():
    """Specs, what they include, revisions, project files and documents of this repository, with what each holds."""
    for path in sorted({path for folder in FOLDERS for path in ROOT.glob(f"{folder}/*.yaml")} | set((ROOT / "tests/specs_for_tests").rglob("*.yaml"))):
        if path.name not in OTHERS:
            tree = as_editor(read_yaml_file(path))
            if "cases" not in tree:
                yield path, kind_of(tree), tree


def test_every_file_of_the_repository_fits():
    seen = dict.fromkeys(SCHEMAS, 0)
    for path, kind, tree in files():
        assert not checker(kind).faults(tree), path
        seen[kind] += 1

    assert all(number >= least for number, least in zip(seen.values(), (40, 20, 30, 8), strict=True)), seen


def test_of_the_broken_files_those_of_a_wrong_shape_do_not_fit():
    """Also: a schema refuses nothing of which only the meaning is wrong."""
    found = {}
    for path in sorted((ROOT / "tests/broken_specs").glob("*/*.yaml")):
        if path.name in ("methodology.yaml", "project.yaml"):
            try:
                tree = as_editor(read_yaml_file(path))
            except MethodologyError:  # no YAML that is read
                continue
            kind = "project" if path.name == "project.yaml" else kind_of(tree)
            faults = checker(kind).faults(tree)
            if faults:
                found[path.parent.name] = faults

    assert found.keys() == SEEN.keys()
    for name, place in SEEN.items():
        assert any(place in fault for fault in found[name]), (name, found[name])


PROJECT = "project: {name: A}\noperation: {start: 2019-01-01}\n"
#: Kind of file, text, and where it is wrong; nothing where it is not.
SHAPES = [
    ("project", "values: {A: 5, B: ____, C: yes, D: 2019-03-02, E: '7', F: [{value: 1, at: {year: 2019}}, {values: {a: {2019: NA}}}]}", ""),
    ("project", "values: {A: '1,5'}", "/values/A"),
    ("project", "values: {A: {value: {a: 1}}}", "/values/A/value"),
    ("project", "values: {A: {unit: {truck: km, generator: hour}}}", ""),
    ("project", "values: {A: {monitoring_option: D}}", "/values/A/monitoring_option"),
    ("project", "values: {A: {sample: {young: {mean: 1.9, n: 40}, old: {strata: {a: {yes: 3, n: 4}}}}}}", ""),
    ("project", "values: {A: {sample: {mean: 1.9, nn: 40}}}", "/values/A/sample"),
    ("project", "values: {A: {sample: {strata: {a: {mean: x}}}}}", "/values/A/sample"),
    ("project", "values: {A: {state: {a: measured, b: {2019: unknown}}}}", ""),
    ("project", "datasets: [stocks, {id: more, only: [A]}]", ""),
    ("project", "datasets: [{only: [A]}]", "/datasets/0"),
    ("project", "members: {fuel: [diesel], event: [{id: e1, date: 2019-03-02}], block: {early: {from: 2018, to: 2020}, late: [2021]}, plot: {file: plots.csv}}", ""),
    ("project", "members: {fuel: [{id: e1, day: 2019-03-02}]}", "/members/fuel"),
    ("project", "relations: {route: {a: [b, c]}, road: {file: roads.csv, columns: [x, y]}}", ""),
    ("project", "registered: design.yaml\ndocuments: [report.yaml, {document: B, claimed: {ER: {values: {2019: 4.8}}}}]", ""),
    ("project", "registered: {estimates: {ER: {value: 4, days: many}}}", "/registered"),
    ("project", "instruments: [{meter: M1, serves: [{quantity: A, use: lowest}]}]", "/instruments/0/serves/0/use"),
    ("project", "instruments: [{meter: M1, calibrated: [2019-01-02, {on: 2020-02-03}], serves: [{quantity: A}]}]", ""),
    ("project", "cross_checks: [{of: A, with: {source: meter, values: {2019: 4}}}, {of: A, at_most: {vallue: 4}}]", "/cross_checks/1/at_most"),
    ("project", "choices: [a]", "/choices"),
    ("project", "operation_: {}", "no field 'operation_'"),
    ("document", "document: B\nclaimed: {ER: 5}", ""),
    ("document", "claimed: {ER: 5}", "document is missing"),
    ("spec", "uses: {grid: CMTOOL@1.0, leak: {spec: LK@2, bind: {A: B}}}", ""),
    ("spec", "uses: [{prefix: grid}]", "/uses/0: spec is missing"),
    ("spec", "index_sets: [{id: s, members: [a, {id: b, of: [c]}], shares: {year: 'days(y)'}}, {id: t, members: {file: t.csv}}]", ""),
    ("spec", "index_sets: [{id: s, ordered: true}]", "/index_sets/0/ordered"),
    ("spec", "relations: [{id: r, over: [a, b], pairs: {x: [y, z]}}]", ""),
    ("spec", "rulings: [{id: r, issue: i, default: a, readings: [{id: b, meaning: m, replace: {equations: [{id: e, formula: A}]}}]}]", ""),
    ("spec", "rulings: [{id: r, issue: i, default: a, readings: [{id: b, meaning: m, replace: {sections: [{id: e, title: A}]}}]}]", "/rulings/0/readings/0/replace"),
    ("spec", "methodology: {id: A, version: 1, title: T}", "quantities is missing"),
    ("spec", "methodology: {id: A, version: 1, title: T}\ninclude: [more.yaml]", ""),
    ("spec", "based_on: A@1", "no field 'based_on'"),
    ("revision", "based_on: A@1\nmethodology: {version: 2, document: , report: {add: [A]}}", ""),
    ("revision", "changes: {}", "based_on is missing"),
    ("revision", "changes: {index: {add: ring, to: [A, P]}, renumber: {e1: 5}, settle: {r: a}, rename: {quantities: {A: B}}}", ""),
    ("revision", "changes: {rename: {quantity: {A: B}}}", "/changes/rename"),
    ("revision", "changes: {remove: {quantities: [A], sections: '*', datasets: [{quantity: A}], uses: [grid]}}", ""),
    ("revision", "changes: {remove: {quantity: [A]}}", "no field 'quantity'"),
    ("revision", "changes: {replace: {equations: [{id: e, formula: A, note: , equivalences: {add: [x], remove: [y]}}]}}", ""),
    ("revision", "changes: {replace: {equations: [{formula: A}]}}", "id is missing"),
    ("revision", "changes: {replace: {equations: [{id: e, formula: {add: [A]}}]}}", "/formula"),
    ("revision", "changes: {replace: {constants: [{written: '44/12', source: {replace: {page: 3}}}], history: [{version: 1, date: 2019}]}}", ""),
    ("revision", "changes: {replace: {datasets: [{id: d, values: {replace: [{quantity: A, cells: {replace: {a: {b: 2}}, remove: [c]}}]}}]}}", ""),
    ("revision", "changes: {replace: {datasets: [{id: d, values: {replace: [{cells: {a: 2}}]}}]}}", "/values"),
    ("revision", "changes: {replace: {datasets: [{id: d, values: {replace: [{id: x, table: {replace: {E: {AG: 7}}, add: {rows: {table: 'AG', after: E}}}}]}}]}}", ""),
    ("revision", "changes: {replace: {datasets: [{id: d, values: {change: []}}]}}", "/values"),
    ("revision", "changes: {replace: {index_sets: [{id: s, members: {add: [{id: x, name: X, after: a}], remove: [b], replace: [{id: c, name: C}]}}]}}", ""),
    ("revision", "changes: {add: {quantities: [{id: A, symbol: A, meaning: m, kind: computed, after: B}]}}", ""),
    ("revision", "changes: {add: {quantities: [{id: A, symbol: A, kind: computed}]}}", "meaning is missing"),
    ("revision", "changes: {add: {uses: {grid: CMTOOL@1.1}}}", ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "wrong"), SHAPES)
def test_shapes(kind, text, wrong):
    alone = kind == "revision" and "based_on" not in text + wrong
    begin = PROJECT if kind == "project" else "based_on: A@1\n" if alone else ""

    faults = checker(kind).faults(as_editor(read_yaml(begin + text)))

    assert bool(faults) == bool(wrong), faults
    assert not wrong or any(wrong in fault for fault in faults), faults


@pytest.mark.parametrize(("kind", "tables"), [("spec", BLOCKS), ("revision", BLOCKS), ("project", SCHEMA)])
def test_fields_meanings_and_what_is_required_are_those_of_the_tables(kind, tables):
    root = mrvgraph.schema(kind)
    blocks = {name: shape for name, shape in root["definitions"].items() if name in tables and "properties" in shape}

    assert len(blocks) >= 15
    for name, shape in blocks.items():
        assert list(shape["properties"]) == list(tables[name]), name
        assert shape.get("required", []) == [field.name for field in tables[name].values() if field.required], name
        assert [part.get("description", "") for part in shape["properties"].values()] == [field.meaning for field in tables[name].values()], name


def test_a_template_fits_and_names_the_schema(capsys):
    words = ["needs", str(TINY), "--template", "--choose", "method=rate", "--with", "claims,design,instruments,samples"]

    assert main(words) == 0
    text = capsys.readouterr().out

    assert "\n# yaml-language-server: $schema=project.schema.json\n" in text
    assert not checker("project").faults(as_editor(read_yaml(text)))


@pytest.mark.parametrize("spec", ["tiny", "tool_user"])
def test_a_composed_spec_fits(spec, capsys):
    assert main(["show", str(TINY.with_name(spec))]) == 0
    assert not checker("spec").faults(as_editor(read_yaml(capsys.readouterr().out)))


def test_the_command_writes_what_is_checked_in(tmp_path, capsys):
    out = tmp_path / "project.schema.json"

    assert main(["schema", "project", "-o", str(out)]) == 0
    assert out.read_bytes() == (ROOT / "docs/schemas/project.schema.json").read_bytes()
    assert main(["schema", "spec"]) == 0
    assert json.loads(capsys.readouterr().out) == mrvgraph.schema("spec")


def test_a_kind_that_there_is_not():
    with pytest.raises(InputError, match="I508 there is no schema 'projekt'") as told:
        mrvgraph.schema("projekt")
    assert "project" in told.value.remedy
