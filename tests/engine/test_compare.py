"""What two specs say differently: equations, declarations, values; for KH_AM004 1.0 and 1.1, and for pairs of any other kind."""

import json
from pathlib import Path

import pytest

from engine.cli import main
from engine.comparison.compare_equations import compare_equations
from engine.comparison.compare_specs import Side, compare_lists, compare_values
from engine.comparison.difference import difference_record, find_difference
from equations.errors import InputError
from equations.library.places import find_spec
from equations.library.spec_files import read_document
from equations.spec.writer import write_document
from mrvgraph import load

REVISIONS = Path(__file__).parents[1] / "specs" / "revisions"
EXAMPLES = Path(__file__).parents[2] / "methodology_specs" / "KH_AM004" / "examples"
ONE = str(EXAMPLES / "option1.yaml")


def called(capsys, *arguments):
    code = main(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


# -- KH_AM004 1.0 and 1.1, proven by symbols


@pytest.mark.parametrize(
    ("start", "later", "numbers", "area"),
    [
        ("ref.dcs.start", "ref.dcs.later", ("2", "2", "3"), "A"),
        ("ref.area.start", "ref.area.later", ("3", "4", "5"), "A"),
        ("belt.ref.dcs.start", "belt.ref.dcs.later", ("28", "30", "31"), "A_d"),
        ("belt.ref.area.start", "belt.ref.area.later", ("29", "32", "33"), "A_d"),
    ],
)
def test_each_split_pair_is_the_one_equation_of_1_0_where_every_day_is_an_operating_day(kh_pair, start, later, numbers, area):
    found = compare_equations(*map(Side, kh_pair))

    split = next(r for r in found.regrouped if r.from_numbers == numbers[:1])
    assert (split.kind, split.to_numbers) == ("split", numbers[1:])
    proofs = {to: (meaning.relation, meaning.condition) for _, to, meaning in split.proofs}
    assert proofs[start] == ("conditional", f"d[y] == d_0[y] and {area}[i, y-1] == {area}_0[i]")
    changed = {c.id: c for c in found.changed}
    assert (changed[start].meaning.relation, changed[start].meaning.condition) == ("conditional", "d[y] == d_0[y]")
    if "dcs" in later:
        assert proofs[later] == ("conditional", "d[y] == d_0[y]")
        assert (changed[later].from_number, changed[later].to_number) == (numbers[0], numbers[2])
    else:
        assert proofs[later] == ("same", "")
        assert later not in changed
    assert (changed[start].from_number, changed[start].to_number) == (numbers[0], numbers[1])


def test_the_other_way_round_the_pairs_are_joined(kh_pair):
    one, next_ = kh_pair
    found = compare_equations(Side(next_), Side(one))

    assert [(r.kind, r.from_numbers, r.to_numbers) for r in found.regrouped] == [
        ("merged", ("2", "3"), ("2",)), ("merged", ("4", "5"), ("3",)), ("merged", ("30", "31"), ("28",)), ("merged", ("32", "33"), ("29",))]  # fmt: skip
    assert not found.added


def test_every_numbered_equation_of_1_1_is_the_same_in_1_0_or_differs_by_the_days_alone(kh_pair):
    found = compare_equations(*map(Side, kh_pair))

    numbered = [c for c in found.changed if c.to_number]
    assert {(c.meaning.relation, c.meaning.condition) for c in numbered} == {("conditional", "d[y] == d_0[y]")}
    assert {c.to_number for c in numbered if c.meaning.relation == "conditional"} == {"2", "3", "4", "30", "31", "32"}


def test_renumbering_is_reported_once_for_each_equation(kh_pair):
    found = compare_equations(*map(Side, kh_pair))

    moves = {new: old for _, old, new in found.renumbered}
    assert moves["49"] == "45"
    assert moves["6"] == "4"
    assert "1" not in moves
    assert moves["3"] == "2"


def test_a_new_numbering_alone_changes_no_citation(kh_pair):
    lists = compare_lists(*kh_pair)

    assert {c.id for c in lists["quantities"].changed} <= set()
    assert set(lists["quantities"].added) >= {"d", "d_0"}
    assert lists["quantities"].removed == ()


# -- any pair


def test_a_spec_and_its_own_copy_do_not_differ(tmp_path, kh_pair):
    spec = read_document(find_spec("KH_AM004@1.1"))
    (tmp_path / "copy.yaml").write_text(write_document(spec.document), encoding="utf-8")

    found = find_difference(Side(kh_pair[1]), Side(load(tmp_path / "copy.yaml")))

    assert found.same_spec
    assert not any((found.equations.added, found.equations.removed, found.equations.changed, found.equations.renumbered, found.lists, found.values))


def test_a_version_with_selected_readings(kh_pair):
    methodology = kh_pair[1]
    found = compare_equations(Side(methodology), Side(methodology, {"later-partial-year-area": "prorate"}))

    pairs = {(c.from_id, c.id): c.meaning for c in found.changed}
    assert set(pairs) == {("belt.ref.area.later", "belt.ref.area.later"), ("ref.area.later", "ref.area.later")}
    assert pairs["ref.area.later", "ref.area.later"].condition == "d[y] == d_0[y]"


def test_a_reading_that_does_not_exist_is_an_error(kh_pair):
    with pytest.raises(InputError, match=r"I508 KH_AM004@1\.1 has no ruling 'area-year'(.|\n)*area-year-index"):
        find_difference(Side(kh_pair[1], {"area-year": "literal"}), Side(kh_pair[1]))
    with pytest.raises(InputError, match="I508 the ruling 'area-year-index' has no reading 'literally'"):
        find_difference(Side(kh_pair[1]), Side(kh_pair[1], {"area-year-index": "literally"}))


def test_values_are_compared_as_amounts(tmp_path):
    base = """\
methodology: {id: V, version: "1", title: V, result: x}
quantities:
  - {id: x, symbol: x, meaning: x, unit: GJ/kg, kind: default}
  - {id: y_, symbol: y, meaning: y, unit: "1", kind: default}
equations: []
datasets:
  - {id: d, title: D, use: default, values: [{quantity: x, unit: TJ/Gg, value: 43.0}, {quantity: y_, unit: "1", value: 2}]}
"""
    (tmp_path / "a.yaml").write_text(base)
    (tmp_path / "b.yaml").write_text(base.replace("unit: TJ/Gg, value: 43.0", "unit: GJ/kg, value: 0.0430").replace("value: 2", "value: 3"))

    found = compare_values(load(tmp_path / "a.yaml"), load(tmp_path / "b.yaml"))

    assert [(v.quantity, v.before, v.after) for v in found] == [("y_", "2", "3")]


#: Equation of the tiny methodology -> another formula, and what is said of it in the language of the spec.
WORDED = {
    "area.matrix": ("Sum(i in forest, ca[i, j, y])", "term Sum(i in land_use, ca[i, j, y]) dropped; term Sum(i in forest, ca[i, j, y]) added"),
    "fuel": ("Max(f, FC[f, y] * EF_fuel[f])", "term Max(f, EF_fuel[f] * FC[f, y]) added"),
    "dcs.matrix": ("Sum(i, j, cases(i == 'E': 0, otherwise: ca[i, j, y] * min(EF[i], EF[j])))", "cases(i == E: 0, otherwise: "),
    "er": ("Sum(y in q, RL[y] - E_fuel[y]) + cases(q == first: 1 {tCO2}, otherwise: 0)", "term cases(q == first: 1, otherwise: 0) added"),
    "rl": ("Sum(z in y-1..y within year, dCS[z]) * 44/12", " in y-1..y within year, dCS["),
}


def test_what_changed_is_worded_as_the_spec_writes_it(tmp_path):
    """Over what a sum goes is said where nothing else differs, and no word is one of the algebra behind."""
    tiny = Path(__file__).parents[1] / "specs_for_tests" / "tiny"
    edits = "".join(f'      - {{id: {id_}, formula: "{formula}"}}\n' for id_, (formula, _) in WORDED.items())
    (tmp_path / "b.yaml").write_text(f"based_on: {tiny}\nchanges:\n  replace:\n    equations:\n{edits}")

    found = {change.id: change for change in compare_equations(Side(load(tiny)), Side(load(tmp_path / "b.yaml"))).changed}

    assert found.keys() == WORDED.keys()
    for id_, (_, said) in WORDED.items():
        assert said in found[id_].meaning.difference and found[id_].before != found[id_].after
        assert not any(word in found[id_].meaning.difference for word in ("Lambda", "size_", "Kronecker", "maximum", "Min("))
    assert found["area.matrix"].after == "A[j, y] = Sum(i in forest, ca[i, j, y])"


@pytest.mark.parametrize(
    ("name", "list_", "field", "after"),
    [
        ("litres", "quantities", "unit", "L"),
        ("rubber", "index_sets", "members", "gained R"),
        ("discount", "rules", "condition", "DF >= 0.3"),
        ("historical_average", "choices", "values", "3: the average loss"),
        ("sunset", "quantities", "indices", "year"),
    ],
)
def test_changes_of_declarations_are_named_by_field(kh_pair, name, list_, field, after):
    lists = compare_lists(kh_pair[1], load(REVISIONS / f"{name}.yaml"))

    changes = [change for entry in lists[list_].changed for change in entry.changes]
    assert any(change.field == field and after in change.after for change in changes)


def test_the_record_has_the_keys_that_others_rely_on(kh_pair):
    record = difference_record(find_difference(*map(Side, kh_pair)))

    assert set(record["equations"]) >= {"added", "removed", "changed", "renumbered", "split", "merged"}
    assert {"id", "from_number", "to_number", "relation", "condition"} <= set(record["equations"]["changed"][0])
    assert set(record["quantities"]) == {"added", "removed", "changed", "renamed"}
    assert record["effect"] is None
    json.dumps(record)


# -- the command


def test_diff_on_the_command_line(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "110")
    code, out, err = called(capsys, "diff", "KH_AM004@1.0", "KH_AM004@1.1")

    assert (code, err) == (0, "")
    assert "KH_AM004@1.0 is reconstructed" in out
    assert "Eq. 2 was divided into Eq. 2 and Eq. 3" in out
    assert "ref.dcs.start: equal if d[y] == d_0[y] and A[i, y-1] == A_0[i]" in out
    assert "dCS_ref[y] = Sum(i, A_0[i] * P[i] * EF[i]) | dCS_ref[y] = Sum(i, A_0[i] * P[i] * d[y] /" in out
    assert "renumbered: 4-27 -> 6-29, 30-45 -> 34-49" in out
    assert max(map(len, out.splitlines())) <= 110


def test_diff_as_json_and_as_markdown(capsys):
    code, out, _ = called(capsys, "diff", "KH_AM004@1.0", "KH_AM004@1.1", "--json")
    assert code == 0
    assert json.loads(out)["format"] == "mrvgraph-diff/1"

    code, out, _ = called(capsys, "diff", "KH_AM004@1.0", "KH_AM004@1.1", "--format", "md")
    assert code == 0
    assert out.startswith("# Version 1.0 and version 1.1\n")
    assert r"\Delta CS_{\mathrm{ref}\,y} = \sum_{i}" in out


def test_readings_can_stand_behind_a_reference(capsys):
    code, out, _ = called(capsys, "diff", "KH_AM004@1.1", "KH_AM004@1.1?area-year-index=literal")

    assert code == 0
    assert "reading area-year-index: end-of-year -> literal" in out
    assert "Eq. 9 was divided into ref.area.option2.literal.start and ref.area.option2.literal.later" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["KH_AM004@1.1"], "I508 there is nothing to compare with"),
        (["KH_AM004@1.1", "KH_AM004@2.0"], "S108 there is no methodology 'KH_AM004@2.0'"),
        (["KH_AM004@1.1", "KH_AM004@1.0?literal"], "I508 'literal' is not a reading"),
        (["KH_AM004@1.1", "KH_AM004@1.0", "--waterfall", "x.svg"], "I508 a waterfall shows what is moved in a project"),
        (["KH_AM004@1.1", "--project", ONE, "--project", ONE, "--project", ONE], "I508 3 projects are named"),
        (["KH_AM004@1.1", "KH_AM004@1.0", "--project", "none.yaml"], "I509"),
    ],
)
def test_mistakes_on_the_command_line(capsys, arguments, message):
    code, _, err = called(capsys, "diff", *arguments)

    assert code == 2
    assert message in err


def test_show_prints_a_spec_that_reads_the_same(capsys, tmp_path):
    code, out, _ = called(capsys, "show", "KH_AM004@1.0")
    (tmp_path / "whole.yaml").write_text(out, encoding="utf-8")
    _, one, _ = called(capsys, "show", "KH_AM004@1.0", "--hash")
    _, two, _ = called(capsys, "show", str(tmp_path / "whole.yaml"), "--hash")

    assert code == 0
    assert one == two
    assert f"# hash: {one.split()[0]}" in out
    assert "based_on" not in out
