"""Names of which nothing shows, and edits of entries that are known by another field than an id."""

from pathlib import Path

import pytest

from engine.project.project_file import read_project_text
from equations.errors import MethodologyError
from equations.library.spec_files import load_methodology

TINY = Path(__file__).resolve().parents[1] / "specs_for_tests" / "tiny"
PROJECT = (TINY / "project.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ("replace: {quantities: [{id: P, name: ''}]}", "S105 name is blank .*write it, or leave the field out"),
        ("replace: {quantities: [{id: P, meaning: ' '}]}", "S105 meaning is blank"),
        ("add: {index_sets: [{id: s, letters: [s], meaning: m, members: ['', a]}]}", "S105 a member is blank"),
        ("add: {index_sets: [{id: s, letters: [' '], meaning: m, members: [b, a]}]}", "S105 a text of letters is blank"),
        ("add: {choices: [{id: c, meaning: m, values: [{id: '\\u200b', meaning: y}, {id: b, meaning: y}]}]}", "S105 id is blank"),
        ("replace: {choices: [method]}", "S109 an entry must be a block with its id"),
        ("replace: {rulings: {id: x}}", "begin each entry with `- id: ...`"),
    ],
)
def test_what_is_called_nothing_is_told(changes, told, tmp_path):
    path = tmp_path / "revision.yaml"
    path.write_text(f"based_on: {TINY}\nchanges:\n  {changes}\n".replace("'\\u200b'", '"\\u200b"'), encoding="utf-8")
    with pytest.raises(MethodologyError, match=f"(?s){told}"):
        load_methodology(path)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ("results: {replace: [ER_p]}", "S109 an entry must be a block with its quantity .*begin each entry with `- quantity: ...`"),
        ("results: {remove: [{name: x}]}", "S109 remove: takes the quantity of each entry"),
        ("results: {replace: [{quantity: ER_p, name: ' '}]}", "S105 name is blank"),
        ("title: ''", "S105 title is blank"),
    ],
)
def test_results_are_known_by_their_quantity(edit, told, tmp_path):
    (tmp_path / "revision.yaml").write_text(f"based_on: {TINY}\nmethodology:\n  {edit}\nchanges: {{}}\n", encoding="utf-8")
    with pytest.raises(MethodologyError, match=f"(?s){told}"):
        load_methodology(tmp_path / "revision.yaml")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("name: Tiny project", "name: ''", "I506 name is blank"),
        ("members: {fuel: [diesel]}", "members: {fuel: [diesel, '']}", "I506 a member of fuel is blank"),
        ("choices:", "monitoring_periods: [{id: ' ', start: 2018-03-12, end: 2020-12-31}]\nchoices:", "I506 id is blank"),
        ("choices:", "documents: [{document: '', claimed: {}}]\nchoices:", "I506 document is blank"),
    ],
)
def test_of_a_project_too(old, new, told):
    assert old in PROJECT
    with pytest.raises(MethodologyError, match=told):
        read_project_text(PROJECT.replace(old, new), TINY / "project.yaml")
