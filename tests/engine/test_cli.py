"""The command line: names, exit codes, machine-readable output, same bytes."""

import json

import pytest

from engine.cli import main

SPEC = "KH_AM004@1.1"
ONE = "methodology_specs/KH_AM004/examples/option1.yaml"
TWO = "methodology_specs/KH_AM004/examples/option2.yaml"


def called(capsys, *arguments):
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_list_names_every_version(capsys):
    code, out, _ = called(capsys, "list", "--json")

    assert code == 0
    assert {"KH_AM004@1.1"} <= {row["reference"] for row in json.loads(out)}


def test_list_names_what_can_be_read_beside_a_broken_spec(capsys, tmp_path, monkeypatch):
    folder = tmp_path / "X" / "1"
    folder.mkdir(parents=True)
    (folder / "methodology.yaml").write_text("methodology: {id: X", encoding="utf-8")
    monkeypatch.setenv("MRVGRAPH_SPECS", str(tmp_path))

    code, out, err = called(capsys, "list")

    assert code == 1
    assert "KH_AM004@1.1" in out
    assert "X@1 cannot be read: S101" in err


@pytest.mark.parametrize("option", [("--start", "2020-01-01"), ("--end", "2020-12-31"), ("--members", "fuel=diesel")])
def test_needs_takes_what_is_for_a_template_with_one_only(capsys, option):
    code, out, err = called(capsys, "needs", SPEC, *option)

    assert (code, out) == (2, "")
    assert f"I502 {option[0]} is for a template" in err


def test_check_says_units_of_both_sides_for_each_of_the_49_equations(capsys):
    code, out, _ = called(capsys, "check", SPEC, "--json")
    record = json.loads(out)

    assert code == 0
    numbers = {int(line["number"]) for line in record["equations"] if line["number"]}
    assert numbers == set(range(1, 50))
    assert all({"id", "number", "status", "lhs_unit", "rhs_unit"} <= set(line) for line in record["equations"])
    assert {line["status"] for line in record["equations"]} == {"ok", "equivalence"}
    assert not [f for f in record["findings"] if f["severity"] == "error"]


def test_run_json_holds_every_quantity_with_labels(capsys):
    code, out, _ = called(capsys, "run", SPEC, ONE, "--json")
    record = json.loads(out)
    by_id = {q["id"]: q for q in record["quantities"]}

    assert code == 0
    assert record["ER_credit_p"] == pytest.approx(sum(v["value"] for v in by_id["ER_credit"]["values"]), rel=1e-14)
    assert by_id["RL"]["indices"] == ["year"]
    assert by_id["RL"]["unit"] == "tCO2"
    assert [v["year"] for v in by_id["RL"]["values"]] == [2018, 2019, 2020]
    assert by_id["A_0"]["provenance"] == "project"
    assert by_id["GWP_N2O"]["provenance"] == "default:gwp-ar4"
    assert by_id["P"]["provenance"] == "dataset:national-frl-2017"


def test_excluded_cells_are_zero_and_marked(capsys):
    _, out, _ = called(capsys, "run", SPEC, TWO, "--json")
    values = next(q for q in json.loads(out)["quantities"] if q["id"] == "EF_ij")["values"]

    excluded = [v for v in values if v.get("state") == "excluded"]
    assert len(excluded) == 72
    assert {v["value"] for v in excluded} == {0.0}


def test_the_same_inputs_give_the_same_bytes(capsys):
    for way in (["--json"], ["--format", "csv"], ["--format", "md"], []):
        first = called(capsys, "run", SPEC, TWO, *way)
        assert first == called(capsys, "run", SPEC, TWO, *way)


def test_a_choice_and_a_reading_of_the_command_line_stand_before_the_file(capsys):
    _, plain, _ = called(capsys, "run", SPEC, TWO, "--json")
    _, prorated, _ = called(capsys, "run", SPEC, TWO, "--json", "--reading", "option2-operating-days=prorate")
    _, no_fuel, _ = called(capsys, "run", SPEC, TWO, "--json", "--choose", "fuel=none")

    assert json.loads(prorated)["ER_credit_p"] < json.loads(plain)["ER_credit_p"]
    assert json.loads(no_fuel)["ER_credit_p"] > json.loads(plain)["ER_credit_p"]
    assert json.loads(prorated)["readings"]["option2-operating-days"] == "prorate"
    assert "A714" in {f["code"] for f in json.loads(prorated)["findings"]}


def test_output_goes_to_a_file_whole(capsys, tmp_path):
    target = tmp_path / "folder" / "run.json"

    code, out, _ = called(capsys, "run", SPEC, ONE, "--output", str(target))

    assert code == 0
    assert "ER_credit_p" in out
    assert json.loads(target.read_text())["format"] == "mrvgraph-run/1"
    assert [p.name for p in target.parent.iterdir()] == ["run.json"]


def test_a_target_computes_only_what_it_needs(capsys):
    _, out, _ = called(capsys, "run", SPEC, ONE, "--json", "--target", "E_urea", "--target", "ER_credit_p")

    assert "E_urea" in {q["id"] for q in json.loads(out)["quantities"]}


@pytest.mark.parametrize("way", ["mermaid", "svg", "dot", "json"])
def test_graph_in_every_format(capsys, way):
    code, out, _ = called(capsys, "graph", SPEC, "--format", way, "--choose", "option=1", "--target", "RL")

    assert code == 0
    assert "dCS_ref" in out
    assert "MCA" not in out


def test_graph_json_tells_lags_and_equations(capsys):
    _, out, _ = called(capsys, "graph", SPEC, "--format", "json", "--choose", "option=1", "--target", "RL")
    record = json.loads(out)

    edges = {(e["from"], e["to"], e["number"], e["lag"]) for e in record["edges"]}
    assert ("A", "dCS_ref", "3", 1) in edges
    assert ("A", "A", "5", 1) in edges
    assert ("dCS_ref", "RL", "1", 0) in edges


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nonsense"], ["run"], ["run", SPEC], ["run", SPEC, "no_such_file.yaml"], ["run", "NO_SUCH@1", ONE],
        ["run", SPEC, ONE, "--choose", "option"], ["run", SPEC, ONE, "--choose", "option=7"], ["run", SPEC, ONE, "--reading", "x=y"],
        ["explain", SPEC, ONE, "nothing[2019]"], ["graph", SPEC, "--target", "nothing"], ["needs", SPEC, "--target", "nothing"],
        ["needs", SPEC, "--choose", "option=1", "--template", "--start", "yesterday"], ["run", SPEC, ONE, "--target", "nothing"],
        ["run", SPEC, ONE, "--format", "xml"], ["check", "."],
    ],
)  # fmt: skip
def test_bad_usage_is_exit_code_2_without_a_traceback(capsys, arguments):
    code, _, err = called(capsys, *arguments)

    assert code == 2
    assert err.strip()
    assert "Traceback" not in err


def test_an_error_as_json_carries_its_place(capsys):
    code, out, err = called(capsys, "run", SPEC, "no_such_file.yaml", "--json")

    assert code == 2
    assert json.loads(out)["errors"][0]["code"] == "I509"
    assert err.startswith("I509")
