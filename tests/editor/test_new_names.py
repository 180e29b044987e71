"""New names by id: the same document that a revision's `rename:` gives, in every file that names the thing; or a reason why not."""

import re
from pathlib import Path

import pytest

from engine.interface.editor.editor_session import EditorSession
from engine.interface.editor.new_names import edited
from equations.files.regular_file import ReadingRule, reading_under
from equations.files.strict_yaml import Mapping, Scalar
from equations.library.spec_files import canonical_text, load_methodology, read_document
from equations.revision.edit_log import EditLog
from equations.revision.renaming import rename, renumber
from mrvgraph import run

SPECS = Path(__file__).resolve().parents[1] / "specs_for_tests"
TINY = "tiny/methodology.yaml"


def scalar(text):
    return Scalar(text, "test", 1, 1)


def mapping(**pairs):
    return Mapping(tuple((scalar(key), value if isinstance(value, Mapping) else scalar(value)) for key, value in pairs.items()), "test", 1, 1)


def after(session, edits):
    """Return the files as they are after edits, by path."""
    assert not isinstance(edits, str), edits
    paths = {edit.path for edit in edits}
    return {path: edited(session.space.file(path).text.lines, [e for e in edits if e.path == path]) for path in paths}


def read_as(texts):
    return reading_under(ReadingRule(texts={str(path): text.encode() for path, text in texts.items()}))


@pytest.mark.parametrize(("snippet", "kind", "old"), [("{id: E|F,", "quantities", "EF"), ("{id: |p,", "quantities", "p"), ("diagonal_matrix: MA|}", "matrices", "MA")])  # fmt: skip
def test_a_new_name_is_what_a_revision_makes_of_it(looked_at, snippet, kind, old):
    session, path = looked_at.session, looked_at.root / TINY
    texts = after(session, session.rename(*looked_at.at(TINY, snippet), "new_name"))
    wanted = rename(read_document(path).document, mapping(**{kind: mapping(**{old: "new_name"})}), EditLog())
    with read_as(texts):
        assert canonical_text(read_document(path).document) == canonical_text(wanted)
        assert load_methodology(looked_at.root / "revised/methodology.yaml").reference == "TINY@2"  # what edits it follows


def test_a_new_name_reaches_the_project_and_moves_no_number(desk):
    path, project = desk.root / TINY, desk.root / "tiny/project.yaml"
    before = run(path, project).total
    edits = desk.session.rename(*desk.at(TINY, "{id: A|_0,"), "start_area")
    for file, text in after(desk.session, edits).items():
        file.write_text(text, encoding="utf-8")
    assert not re.search(r"\bA_0\b", path.read_text(encoding="utf-8") + project.read_text(encoding="utf-8"))
    assert run(path, project).total == before


def test_a_name_of_a_tool_changes_in_the_specs_that_use_it(looked_at):
    user = "tool_user/methodology.yaml"
    edits = looked_at.session.rename(*looked_at.at(user, "w * grid_EF_|CM[y]"), "combined")
    words = {edit.text for edit in edits}
    assert {"combined", "grid_combined", "captive_combined"} <= words
    with read_as(after(looked_at.session, edits)):
        assert "captive_combined" in load_methodology(looked_at.root / user).quantity


def test_entries_of_other_kinds(looked_at):
    session, path = looked_at.session, looked_at.root / TINY
    for snippet, new in (("  - id: me|thod", "way"), ("{id: fo|rest,", "woods"), ("{id: ra|te}", "share")):
        edits = session.rename(*looked_at.at(TINY, snippet), new)
        with read_as(after(session, edits)):
            found = load_methodology(path)
            assert len(found.equations) == 13
            assert any(new in names for names in (found.choice, found.index_set, found.equation, [v.id for c in found.choices for v in c.values]))


def test_a_printed_number_takes_what_cites_it_along(tmp_path):
    tiny = tmp_path.resolve() / "methodology.yaml"
    text = (SPECS / TINY).read_text(encoding="utf-8")
    tiny.write_text(text.replace("meaning: carbon stock,", 'meaning: "carbon stock of Eq. 2, 3 and 7",'), encoding="utf-8")
    session = EditorSession([tmp_path])
    lines = tiny.read_text(encoding="utf-8").split("\n")
    line = next(n for n, row in enumerate(lines) if "id: mca.start, number: 7" in row)
    edits = session.rename(tiny, line, lines[line].index("number: 7") + 8, "17")
    texts = after(session, edits)
    assert "Eq. 2, 3 and 17" in texts[tiny]
    wanted = renumber(read_document(tiny).document, mapping(**{"7": "17"}), EditLog())
    with read_as(texts):
        assert canonical_text(read_document(tiny).document) == canonical_text(wanted)


@pytest.mark.parametrize(
    ("snippet", "new", "why"),
    [
        ("{id: E|F,", "dCS", "taken"), ("{id: E|F,", "Sum", "taken"), ("{id: E|F,", "y", "taken"), ("{id: E|F,", "2x", "cannot be a name"),
        ("{id: E|F,", "", "cannot be a name"), ("{id: r|l,", "fuel", "taken"), ("members: [E, D, N|F]", "X", "nothing stands here"),
        ("letters: [i, |j]", "k", "nothing stands here"), ("# A sm|all", "k", "nothing stands here"), ("{id: ra|te}", "matrix", "taken"),
    ],
)  # fmt: skip
def test_what_cannot_be_renamed_is_told(looked_at, snippet, new, why):
    found = looked_at.session.rename(*looked_at.at(TINY, snippet), new)
    assert isinstance(found, str) and why in found


def test_the_word_that_gets_another_name(looked_at):
    session, held = looked_at.session, looked_at.session.space.file(looked_at.root / TINY)
    assert held.text.says(session.renamed_word(*looked_at.at(TINY, "'Sum(i, A_|0[i]"))) == "A_0"
    assert session.renamed_word(*looked_at.at(TINY, "letters: [i, |j]")) is None
