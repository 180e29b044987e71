"""Revisions: every kind of edit, and every way in which an edit can be wrong, with its place."""

from pathlib import Path

import pytest

from equations.errors import Faults, MethodologyError
from equations.files.strict_yaml import read_yaml
from equations.library.places import find_spec
from equations.library.spec_files import SpecDocument, canonical_text, methodology_of, read_document
from equations.revision.edit_log import EditLog
from equations.revision.renaming import rename
from equations.spec.writer import write_document

BASE = """\
methodology: {id: TINY, version: "1", title: Tiny, result: T, status: published, date: 2020-01-01}
sections:
  - {id: A, title: First}
index_sets:
  - id: class
    letters: [i, j]
    members:
      - {id: E, name: Evergreen}
      - {id: D, name: Deciduous}
  - {id: forest, subset_of: class, members: [E, D]}
  - {id: year, kind: year, letters: [y]}
choices:
  - id: way
    meaning: how
    values: [{id: one, meaning: the one}, {id: two, meaning: the other}]
rulings:
  - id: open
    issue: not clear; see Eq 2 and 3
    place: {equations: [2, 3]}
    default: plain
    readings: [{id: plain, meaning: as it stands}, {id: half, meaning: half of it, adjust: [{of: S, gives: "it[i] * 0.5"}]}]
quantities:
  - {id: T, symbol: T, meaning: total, unit: t, kind: computed, source: {equation: 1}}
  - {id: S, symbol: "S_{<i>}", meaning: "part, by Eq 2 to 3", indices: [class], unit: t, kind: computed, source: {equation: "2, 3"}}
  - {id: a, symbol: "a_{<i>}", meaning: area, indices: [class], unit: ha, kind: fixed_ex_ante, range: {min: 0, max: 10}}
  - {id: k, symbol: "k_{<i><j>}", meaning: rate, indices: [class, class], unit: t/ha, kind: default, matrix: K}
  - {id: u, symbol: u, meaning: share, unit: "1", kind: default}
equations:
  - {id: total, number: 1, section: A, defines: T, formula: "Sum(i, S[i]) * u"}
  - {id: part.plain, number: 2, defines: "S[i]", when: way == one, formula: "Sum(j, a[i] * k[i, j])"}
  - {id: part.half, number: 3, defines: "S[i]", when: way == two, formula: "Sum(j, a[i] * k[i, j]) * 2"}
datasets:
  - id: defaults
    title: Defaults
    use: default
    values:
      - {quantity: u, unit: "1", value: 0.2}
      - {quantity: a, unit: ha, cells: {E: 1, D: 2}}
      - quantity: k
        unit: t/ha
        table: |2
             E  D
          E  1  2
          D  3  4
rules:
  - {id: some-area, statement: there is area, condition: "Sum(i, a[i]) > 0"}
register:
  - {id: fault, wrong: a word, ruling: open}
history:
  - {version: "1", contents: first}
"""


@pytest.fixture
def revised(tmp_path):
    """Return a function that writes the base and a revision and reads the revision."""

    def read(changes: str, head: str = 'methodology: {version: "2"}\n') -> SpecDocument:
        (tmp_path / "base.yaml").write_text(BASE)
        indented = "".join(f"  {line}\n" for line in changes.splitlines())
        (tmp_path / "revision.yaml").write_text(f"based_on: base.yaml\n{head}changes:\n{indented}")
        return read_document(tmp_path / "revision.yaml")

    return read


@pytest.fixture
def whole(tmp_path):
    """Return a function that reads the base with parts of its text exchanged, as a whole spec."""

    def read(*pairs: tuple[str, str]) -> SpecDocument:
        text = BASE.replace('version: "1", title', 'version: "2", title').replace(", status: published, date: 2020-01-01", "")
        for old, new in pairs:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "whole.yaml").write_text(text)
        return read_document(tmp_path / "whole.yaml")

    return read


def test_a_new_name_reaches_both_sides_of_a_comparison():
    document = read_yaml("quantities: [{id: u}]\ncomparisons: [{id: c, title: of u, left: u, right: 'u * v'}]")
    renamed = rename(document, read_yaml("quantities: {u: w}"), EditLog())
    assert canonical_text(renamed) == canonical_text(read_yaml("quantities: [{id: w}]\ncomparisons: [{id: c, title: of u, left: w, right: 'w * v'}]"))


# -- a whole spec and its edited equivalent say the same


@pytest.mark.parametrize(
    ("changes", "pairs"),
    [
        ("replace: {quantities: [{id: u, meaning: portion}]}", [("meaning: share", "meaning: portion")]),
        ("replace: {quantities: [{id: a, range: }]}", [(", range: {min: 0, max: 10}", "")]),
        ("replace: {quantities: [{id: a, range: {replace: {max: 20}}}]}", [("max: 10", "max: 20")]),
        ("replace: {quantities: [{id: a, range: {remove: [max]}}]}", [("{min: 0, max: 10}", "{min: 0}")]),
        ("remove: {rules: [some-area]}", [('  - {id: some-area, statement: there is area, condition: "Sum(i, a[i]) > 0"}\n', ""),
                                          ("rules:\n", "rules: []\n")]),
        ('remove: {register: ["*"]}', [("register:\n  - {id: fault, wrong: a word, ruling: open}\n", "register: []\n")]),
        ("add: {sections: [{id: B, title: Second}]}", [("title: First}\n", "title: First}\n  - {id: B, title: Second}\n")]),
        ("add: {sections: [{id: B, title: Second, before: A}]}", [("sections:\n", "sections:\n  - {id: B, title: Second}\n")]),
        ("replace: {choices: [{id: way, values: {add: [{id: three, meaning: new, after: one}]}}]}",
         [("{id: one, meaning: the one}, ", "{id: one, meaning: the one}, {id: three, meaning: new}, ")]),
        ("replace: {choices: [{id: way, values: {replace: [{id: two, meaning: another}]}}]}", [("the other", "another")]),
        ("replace: {index_sets: [{id: class, members: {replace: [{id: E, name: Green}]}}]}", [("name: Evergreen", "name: Green")]),
        ("replace: {index_sets: [{id: forest, members: {remove: [D]}}]}", [("members: [E, D]", "members: [E]")]),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: u, value: 0.3}]}}]}", [("value: 0.2", "value: 0.3")]),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: a, cells: {replace: {D: 5}}}]}}]}", [("D: 2}", "D: 5}")]),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: a, cells: {remove: [D]}}]}}]}", [("{E: 1, D: 2}", "{E: 1}")]),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: a, cells: , value: 3, at: {class: '*'}}]}}]}",
         [("cells: {E: 1, D: 2}}", "value: 3, at: {class: '*'}}")]),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: k, table: {replace: {D: {E: 30}}}}]}}]}", [("D  3  4", "D  30  4")]),
        ("replace: {datasets: [{id: defaults, values: {remove: [u], add: [{quantity: u, value: 1}]}}]}",
         [('      - {quantity: u, unit: "1", value: 0.2}\n', ""), ("          D  3  4\n", "          D  3  4\n      - {quantity: u, value: 1}\n")]),
        ("rename: {quantities: {u: portion}}", [("{id: u,", "{id: portion,"), ("* u", "* portion"), ("quantity: u", "quantity: portion")]),
        ("rename: {quantities: {a: i_area}}", [("{id: a,", "{id: i_area,"), ("a[i]", "i_area[i]"), ("quantity: a,", "quantity: i_area,")]),
        ("rename: {matrices: {K: L}}", [("matrix: K", "matrix: L")]),
        ("renumber: {2-3: 5-6}", [("number: 2", "number: 5"), ("number: 3", "number: 6"), ("Eq 2 and 3", "Eq 5 and 6"),
                                  ("equations: [2, 3]", "equations: [5, 6]"), ('equation: "2, 3"', 'equation: "5, 6"'),
                                  ("Eq 2 to 3", "Eq 5 to 6")]),
        ("renumber: {2-3: 2}", [("number: 3", "number: 2"), ("Eq 2 and 3", "Eq 2"), ("equations: [2, 3]", "equations: [2]"),
                                ('equation: "2, 3"', 'equation: "2"'), ("Eq 2 to 3", "Eq 2")]),
        ("renumber: {part.half: , part.plain: 7}", [("number: 3, ", ""), ("number: 2", "number: 7"), ("Eq 2 and 3", "Eq 7 and 3"),
                                                    ("equations: [2, 3]", "equations: [7, 3]"), ('"2, 3"', '"7, 3"'),
                                                    ("Eq 2 to 3", "Eq 7 to 3")]),
        ("settle: {open: half}", [('formula: "Sum(j, a[i] * k[i, j])"}', 'formula: "Sum(j, a[i] * k[i, j]) * 0.5"}'),
                                  ('formula: "Sum(j, a[i] * k[i, j]) * 2"}', 'formula: "Sum(j, a[i] * k[i, j]) * 2 * 0.5"}'), (", ruling: open", ""),
                                  (BASE[BASE.index("rulings:"):BASE.index("quantities:")], "rulings: []\n")]),
    ],
)  # fmt: skip
def test_an_edited_spec_and_the_whole_one_have_the_same_hash(revised, whole, changes, pairs):
    edited, written = revised(changes), whole(*pairs)

    assert canonical_text(edited.document) == canonical_text(written.document)
    assert edited.hash == written.hash


def test_blocks_that_differ_only_by_when_are_told_apart_by_it(tmp_path):
    base = BASE.replace('      - {quantity: u, unit: "1", value: 0.2}\n', '      - {quantity: u, unit: "1", value: 0.2, when: way == one}\n'
                        '      - {quantity: u, unit: "1", value: 0.4, when: way == two}\n')  # fmt: skip
    (tmp_path / "base.yaml").write_text(base)
    head = 'based_on: base.yaml\nmethodology: {version: "2"}\nchanges:\n  replace: {datasets: [{id: defaults, values: {replace: [{quantity: u, '
    (tmp_path / "both.yaml").write_text(head + "value: 0.5}]}}]}\n")
    (tmp_path / "second.yaml").write_text(head + "when: way == two, value: 0.5}]}}]}\n")

    with pytest.raises(MethodologyError, match=r"2 entries of values are called 'u'(.|\n)*by `at:` or `when:`"):
        read_document(tmp_path / "both.yaml")
    revised = methodology_of(read_document(tmp_path / "second.yaml"))

    (dataset,) = revised.datasets
    assert [block.cells[0][1] for block in dataset.values if block.quantity == "u"] == ["0.2", "0.5"]


def test_a_new_category_in_a_table_needs_its_row_and_its_column(revised, whole):
    changes = """\
replace:
  index_sets: [{id: class, members: {add: [{id: R, name: Rubber, after: E}]}}]
  datasets:
    - id: defaults
      values:
        replace:
          - quantity: k
            table:
              add:
                columns:
                  after: E
                  table: |2
                       R
                    E  5
                    D  6
                rows:
                  after: E
                  table: |2
                       D  E  R
                    R  7  8  9
"""

    edited = revised(changes)

    tables = methodology_of(edited).datasets[0].values[2].cells
    assert dict(tables) == {("E", "E"): "1", ("E", "R"): "5", ("E", "D"): "2", ("R", "E"): "8", ("R", "R"): "9", ("R", "D"): "7",
                            ("D", "E"): "3", ("D", "R"): "6", ("D", "D"): "4"}  # fmt: skip
    assert edited.hash == whole(("{id: E, name: Evergreen}\n", "{id: E, name: Evergreen}\n      - {id: R, name: Rubber}\n"),
                                ("     E  D\n          E  1  2\n          D  3  4\n",
                                 "     E  R  D\n          E  1  5  2\n          R  8  9  7\n          D  3  6  4\n")).hash  # fmt: skip


def test_a_fault_in_a_composed_table_is_placed_where_its_line_stands(revised):
    changes = """\
replace:
  datasets:
    - id: defaults
      values:
        replace: [{quantity: k, table: {replace: {D: {E: many}}}}]
"""

    with pytest.raises(MethodologyError, match=r"S105 not a number: 'many' \(\S*revision.yaml:8:60\)"):
        methodology_of(revised(changes))


# -- what belongs to one version alone


def test_status_and_date_do_not_pass_on(revised):
    methodology = methodology_of(revised("remove: {rules: [some-area]}"))

    assert (methodology.version, methodology.status, methodology.date) == ("2", "draft", "")


def test_a_revision_without_a_version_is_not_taken_for_the_one_it_edits(revised):
    methodology = methodology_of(revised("remove: {rules: [some-area]}", head=""))

    assert methodology.reference == "TINY@1+edited"


# -- edits that do not fit


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("replace: {equations: [{id: totals, note: x}]}", r"there is no 'totals' in equations \(\S+revision.yaml:4:30\)(.|\n)*did you mean total"),
        ("remove: {quantities: [v]}", "there is no 'v' in quantities"),
        ("remove: {rules: [some-area, some-area]}", r"there is no 'some-area' in rules(.|\n)*it is removed at \S+revision.yaml:4:20"),
        ("remove: {rules: [some-area]}\nadd: {rules: [{id: some-area, statement: s, condition: 'u > 0'}]}", "'some-area' is edited twice"),
        ("add: {quantities: [{id: u, symbol: u, meaning: m, kind: default}]}", "quantities already has 'u'"),
        ("add: {sections: [{title: B}]}", "add: sections: takes entries, each with its id"),
        ("add: {sections: [{id: B, title: B, after: Z}]}", "there is no 'Z' in sections"),
        ("replace: {equations: [{id: total, note: x}, {id: total, title: y}]}", "'total' is edited twice"),
        ("replace: {equations: [{id: total, number: 1}]}", "the edit of 'number' of 'total' changes nothing"),
        ("replace: {equations: [{id: total}]}", "the edit of 'total' changes nothing"),
        ("replace: {equations: [{id: total, note: }]}", "the edit of 'note' of 'total' changes nothing"),
        ("replace: {quantities: [{id: u, range: {replace: {max: 1}}}]}", "there is no 'range' in 'u'"),
        ("replace: {quantities: [{id: a, range: {replace: {max: 10}}}]}", "the edit of 'max' in range changes nothing"),
        ("replace: {quantities: [{id: a, range: {add: {max: 11}}}]}", "range already has 'max'"),
        ("replace: {quantities: [{id: a, meaning: {add: [x]}}]}", "meaning is a single text and cannot be edited in part"),
        ("replace: {quantities: u}", "quantities: must be a list of entries"),
        ("replace: {equation: [{id: total, note: x}]}", "there is no list 'equation'(.|\n)*did you mean equations"),
        ("delete: {equations: [total]}", "there is no change 'delete'"),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: v, value: 1}]}}]}", "there is no 'v' in values of defaults of datasets"),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: a, cells: {replace: {F: 1}}}]}}]}", "there is no 'F' in cells of a"),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: k, table: {replace: {E: {F: 1}}}}]}}]}", "there is no 'F' in table of k"),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: k, table: {replace: {E: {D: 2}}}}]}}]}",
         r"the edit of \[E, D\] in k changes nothing"),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: k, table: {add: {rows: '   E D'}}}]}}]}", ""),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: k, table: {add: {columns: \"  R\\nE 1\"}}}]}}]}",
         "the new lines need the rows that the table has(.|\n)*missing: D"),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: k, table: {add: {rows: \"  E D R\\nR 1 2 3\"}}}]}}]}",
         "the new lines need the columns that the table has(.|\n)*not in the table: R"),
        ("replace: {datasets: [{id: defaults, values: {replace: [{quantity: k, table: {remove: {rows: [R]}}}]}}]}", "there is no 'R' in rows of table"),
        ("rename: {quantities: {v: w}}", "there is no 'v' in quantities"),
        ("rename: {quantities: {u: T}}", "the name 'T' is taken"),
        ("rename: {quantities: {u: i}}", "the name 'i' is taken(.|\n)*one of the letters"),
        ("rename: {quantities: {u: u}}", "the edit of the name 'u' changes nothing"),
        ("rename: {sets: {class: c}}", "rename: does not know 'sets'"),
        ("renumber: {total: 1}", "the edit of the number of 'total' changes nothing"),
        ("renumber: {8-9: 1}", "there is no '8-9' in equations"),
        ("renumber: {1-3: 4-5}", "1-3 are 3 numbers and 4-5 are 2"),
        ("renumber: {total: 4}\nreplace: {equations: [{id: total, number: 5}]}", "'number' of 'total' is edited twice"),
        ("settle: {shut: plain}", "there is no 'shut' in rulings"),
        ("settle: {open: quarter}", "the ruling 'open' has no reading 'quarter'"),
    ],
)  # fmt: skip
def test_an_edit_that_does_not_fit_is_named_with_its_place(revised, changes, message):
    if not message:
        assert revised(changes).hash  # a table without new lines adds nothing, and is no edit of a cell
        return
    with pytest.raises(MethodologyError, match="S109 " + message):
        revised(changes)


def test_all_faults_of_a_revision_come_together(revised):
    changes = "remove: {quantities: [v], rules: [none]}\nreplace: {equations: [{id: total, number: 1}]}"

    with pytest.raises(Faults) as caught:
        revised(changes)

    assert len(caught.value.errors) == 3
    assert all(error.place.line and error.place.column for error in caught.value.errors)


def test_lists_stand_under_changes(tmp_path):
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "revision.yaml").write_text("based_on: base.yaml\nequations: []\n")

    with pytest.raises(MethodologyError, match="S109 equations stands beside `changes:`"):
        read_document(tmp_path / "revision.yaml")


def test_what_an_edit_breaks_is_found_as_in_a_whole_spec(revised):
    with pytest.raises(MethodologyError, match=r"X204 .*'u'"):
        methodology_of(revised("remove: {quantities: [u]}\nreplace: {datasets: [{id: defaults, values: {remove: [u]}}]}"))


def test_revisions_of_revisions(revised, tmp_path):
    revised("rename: {quantities: {u: portion}}")
    (tmp_path / "third.yaml").write_text('based_on: revision.yaml\nmethodology: {version: "3"}\nchanges:\n  replace:\n    quantities: [{id: portion, meaning: part}]\n')

    methodology = methodology_of(read_document(tmp_path / "third.yaml"))

    assert (methodology.version, methodology.quantity["portion"].meaning) == ("3", "part")


# -- writing a spec out


@pytest.mark.parametrize("reference", ["KH_AM004@1.0", "KH_AM004@1.1"])
def test_a_spec_written_out_has_the_same_hash(reference, tmp_path):
    spec = read_document(find_spec(reference))
    path = tmp_path / "whole.yaml"

    path.write_text(write_document(spec.document, head="a comment"), encoding="utf-8")

    assert read_document(path).hash == spec.hash


@pytest.mark.parametrize(
    "text",
    ["plain", "NA", "yes", "1e3", "", " two  words ", "a: b", "a #b", "'quoted'", '"quoted"', "it's \"both\"", "back\\slash", "-dash", "*star",
     "[list", "{map}", "%", "@", "`", "trailing:", "é–∑", "x" * 200, "word " * 60, "lines\n  of\n    text", "{a: b, c}", "a, b", "!tag", "&a",
     "? q", "| pipe", "> fold", "~", "null", "#hash", "0123"],
)  # fmt: skip
@pytest.mark.parametrize("quoted", [False, True])
def test_any_text_survives_being_written(text, quoted):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    key = escaped if text == " ".join(text.split()) else "key"
    source = f'top: "{escaped}"\nlist: ["{escaped}", other]\nblock: {{"{key}": x}}\nrows:\n  - id: "{escaped}"\n    deep: {{k: ["{escaped}"]}}\n'
    document = read_yaml(source)
    if not quoted:  # as it would stand unquoted, where that is possible
        document = read_yaml(write_document(document))

    again = read_yaml(write_document(document))

    assert canonical_text(again) == canonical_text(document)


def test_written_specs_are_made_to_be_read():
    text = write_document(read_yaml(BASE))

    assert "  - {id: A, title: First}\n" in text
    assert "        table: |2\n             E  D\n          E  1  2\n          D  3  4\n" in text
    assert max(map(len, text.splitlines())) <= 125


# -- version 1.0 of KH_AM004 in the library


def test_version_1_0_has_the_45_equations_that_the_cross_references_ask_for():
    one, next_ = (methodology_of(read_document(find_spec(f"KH_AM004@{v}"))) for v in ("1.0", "1.1"))
    pairs = {e.number: int(one.equation[e.id].number) for e in next_.equations if e.number and e.id in one.equation}
    table = {1: 1, 2: 2, 3: 2, 4: 3, 5: 3, **{n: n - 2 for n in range(6, 30)}, 30: 28, 31: 28, 32: 29, 33: 29, **{n: n - 4 for n in range(34, 50)}}

    assert {int(new): old for new, old in pairs.items()} == table
    assert {e.number for e in one.equations if e.number} == {str(n) for n in range(1, 46)}
    # what version 1.1 still points to: the matrices of Eq 7 and 8, MP in Eq 8, Eq 9, the nitrogen of Eq 18 to 20, the root of Eq 48
    assert [pairs[n] for n in ("7", "8", "9", "18", "19", "20", "48")] == [5, 6, 7, 16, 17, 18, 44]
    assert one.status == "reconstructed"
    assert "seven cross-references" in one.status_note


def test_version_1_0_knows_no_operating_days():
    methodology = methodology_of(read_document(find_spec("KH_AM004@1.0")))

    assert not {"d", "d_0"} & set(methodology.quantity)
    assert not [e.id for e in methodology.equations if "operating_days" in repr(e.formula)]


def test_citations_of_version_1_0_follow_its_numbers():
    methodology = methodology_of(read_document(find_spec("KH_AM004@1.0")))

    assert methodology.quantity["dCS_ref"].source.equation == "2, 4"
    assert methodology.ruling["area-year-index"].text_place.equations == ("6", "7", "33", "34")
    assert "Eq 6 converts the areas" in methodology.ruling["area-year-index"].issue


def test_the_broken_specs_of_this_code_are_kept():
    folders = sorted(path.name for path in (Path(__file__).parents[1] / "broken_specs").glob("S109_*"))

    assert len(folders) >= 6
