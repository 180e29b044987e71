"""Project files under another version: what is set aside, and how a file is carried over with its gaps marked."""

import json
import re
from pathlib import Path

import pytest

from engine.cli import main
from engine.comparison.migrate import migrate, opened
from engine.project.project_file import read_project, read_project_text
from equations.errors import MethodologyError
from equations.files.strict_yaml import read_yaml
from mrvgraph import load, run

REVISIONS = Path(__file__).parents[1] / "specs" / "revisions"
EXAMPLES = Path(__file__).parents[2] / "methodology_specs" / "KH_AM004" / "examples"
ONE, TWO = EXAMPLES / "option1.yaml", EXAMPLES / "option2.yaml"
DAYS = "  d: {unit: day, values: {2018: 295, 2019: 365, 2020: 366}}\n"


def text_of(*pairs: tuple[str, str], path: Path = ONE) -> str:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def carried(text: str, a, b, path: Path = ONE):
    text = opened(text, read_yaml(text))
    return migrate(read_project_text(text, path), text, a, b)


# -- the same project file under version 1.0


@pytest.mark.parametrize("path", [ONE, TWO])
def test_version_1_0_runs_on_the_same_project_files(kh_pair, path):
    result = run(kh_pair[0], path)

    assert result.total > 0
    assert "A715" in [f.code for f in result.findings]


def test_an_input_that_1_0_does_not_know_is_reported_as_unused(kh_pair):
    text = text_of(("values:\n", "readings: {option2-operating-days: prorate}\nvalues:\n" + DAYS))

    result = run(kh_pair[0], read_project_text(text, ONE))

    unused = {f.subject: f for f in result.findings if "does not know it" in f.what}
    assert [(f.subject, f.severity) for f in unused.values()] == [("d", "note")]
    assert [(f.subject, f.severity) for f in result.findings if f.code == "A840"] == [("option2-operating-days", "error")]  # settled otherwise
    assert unused["d"].what == "the value 'd' is not used: KH_AM004@1.0 does not know it"
    assert unused["d"].place.line == text.splitlines().index(DAYS.rstrip("\n")) + 1
    assert result.total == run(kh_pair[0], ONE).total


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("values:\n", "values:\n  dd: 1\n", "I502 the methodology has no quantity 'dd'"),
        ("values:\n", "readings: {no-such-ruling: x}\nvalues:\n", "I508 there is no ruling 'no-such-ruling'"),
        ("values:\n", "readings: {area-year-index: x}\nvalues:\n", "I508 the ruling 'area-year-index' has no reading 'x'"),
        ('option: "1"', 'option: "4"', "I508 the choice 'option' has no value '4'"),
        ("methodology: KH_AM004@1.1", "methodology: KH_AM004@1.0", "I502 the methodology has no quantity 'd'"),
        ("methodology: KH_AM004@1.1", "methodology: KH_AM004@0.9", "I502 the methodology has no quantity 'd'"),
    ],
)
def test_what_no_version_knows_stays_an_error(kh_pair, old, new, message):
    text = text_of(("values:\n", "values:\n" + DAYS), (old, new))

    with pytest.raises(MethodologyError, match=message):
        run(kh_pair[0], read_project_text(text, ONE))


# -- carrying a file over


def test_a_file_for_1_1_becomes_one_for_1_0(kh_pair):
    one, next_ = kh_pair
    text = text_of(("values:\n", "readings: {option2-operating-days: prorate}\nvalues:\n" + DAYS))

    migration = carried(text, next_, one)

    assert [(s.kind, s.part, s.name) for s in migration.steps] == [("gone", "readings", "option2-operating-days"), ("gone", "values", "d")]
    assert "\nmethodology: KH_AM004@1.0\n" in migration.text
    assert "  # gone: d; Number of days of the year on which the project operates\n  # d: {unit: day" in migration.text
    result = run(one, read_project_text(migration.text, ONE))
    assert result.total == run(one, ONE).total
    assert not [f for f in result.findings if f.code == "A715" or "does not know it" in f.what]


def test_comments_and_everything_else_stay_as_they_are(kh_pair):
    text = text_of()

    migration = carried(text, kh_pair[1], kh_pair[0])

    assert migration.steps == ()
    assert migration.text == text.replace("methodology: KH_AM004@1.1", "methodology: KH_AM004@1.0")


def test_new_inputs_are_gaps_that_no_run_accepts(kh_pair):
    new = load(REVISIONS / "burning.yaml")
    text = text_of(("choices:\n", 'choices:\n  burning: "yes"\n'))

    migration = carried(text, kh_pair[1], new)

    assert [(s.name, s.unit, s.used_by) for s in migration.of("new")] == [("A_burn", "ha", ("Eq. 50",)), ("M_B", "t_dm/ha", ("Eq. 50",))]
    assert re.search(r"  A_burn:\n    unit: ha\n    source: ____\n(    \w+: ____.*\n)*    values:\n      {", migration.text)
    with pytest.raises(MethodologyError, match="A_burn"):
        run(new, read_project_text(migration.text, ONE))
    filled = migration.text.replace("source: ____", "source: test").replace("option: ____", "option: C").replace("____", "1")
    assert run(new, read_project_text(filled, ONE)).value("E_burn", year=2018) == pytest.approx(0.5 * 6.8e-3 * 28)


def test_a_changed_unit_is_pointed_out_above_the_value(kh_pair):
    migration = carried(text_of(), kh_pair[1], load(REVISIONS / "litres.yaml"))

    assert ("FC", "unit: kg -> L") in [(s.name, s.what) for s in migration.of("changed")]
    lines = migration.text.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("  FC:"))
    assert "  # CHANGED unit: kg -> L" in lines[at - 4 : at]
    assert [s.name for s in migration.of("fault")] == ["I503"]


def test_a_renamed_input_keeps_its_value(kh_pair):
    text = text_of(("values:\n", "values:\n  DF: {value: 0.25, source: a decision}\n"))
    new = load(REVISIONS / "renamed.yaml")

    migration = carried(text, kh_pair[1], new)

    assert "  b_share: {value: 0.25, source: a decision}" in migration.text
    assert run(new, read_project_text(migration.text, ONE)).value("b_share") == 0.25


def test_an_option_that_asks_for_other_inputs(kh_pair):
    text = text_of(('option: "1" ', 'option: "3" '))
    new = load(REVISIONS / "historical_average.yaml")

    migration = carried(text, kh_pair[1], new)

    assert [s.name for s in migration.of("new")] == ["CA_hist", "CA_d_hist", "T_hist"]


def test_a_choice_and_a_dataset_that_are_gone(kh_pair, tmp_path):
    (tmp_path / "next.yaml").write_text(
        'based_on: KH_AM004@1.1\nmethodology: {version: "2"}\nchanges:\n  replace:\n    choices:\n      - id: areas\n        values:\n'
        "          add: [{id: other, meaning: another map}]\n          remove: [official_map]\n    rules:\n      - {id: map-as-it-is, when: }\n"
    )
    new = load(tmp_path / "next.yaml")

    migration = carried(text_of(), kh_pair[1], new)

    assert next((s.kind, s.part, s.name) for s in migration.steps) == ("new", "choices", "areas")
    assert "  # areas: official_map" in migration.text
    assert "  areas: ____   # NEW" in migration.text


def test_a_part_on_one_line_is_opened(kh_pair):
    text = "project: {name: p}\nmethodology: KH_AM004@1.1\noperation: {start: 2019-01-01, end: 2019-12-31}\nvalues: {d: {unit: day, values: {2019: 365}}, A_0: 1}\n"

    found = opened(text, read_yaml(text))

    assert found.endswith("values:\n  d: {unit: day, values: {2019: 365}}\n  A_0: 1\n")


def test_migrate_on_the_command_line(capsys, tmp_path):
    project = tmp_path / "p.yaml"
    project.write_text(text_of(("values:\n", "values:\n" + DAYS)))

    code = main(["migrate", str(project), "--from", "KH_AM004@1.1", "--to", "KH_AM004@1.0", "-o", str(tmp_path / "new.yaml"), "--json"])
    record = json.loads(capsys.readouterr().out)

    assert code == 0
    assert (record["from"], record["to"]) == ("KH_AM004@1.1", "KH_AM004@1.0")
    assert [step["name"] for step in record["gone"]] == ["d"]
    assert read_project(tmp_path / "new.yaml").methodology == "KH_AM004@1.0"
    assert project.read_text() == text_of(("values:\n", "values:\n" + DAYS))


def test_migrate_says_what_was_done(capsys):
    code = main(["migrate", str(ONE), "--from", "KH_AM004@1.1", "--to", str(REVISIONS / "litres.yaml")])
    out = capsys.readouterr().out

    assert code == 0
    assert "changed; look whether the value still holds" in out
    assert "unit: kg -> L" in out
    assert "still to be mended in the values that stay (1)" in out
