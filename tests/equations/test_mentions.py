"""Numbers of equations in sentences and lists follow a new numbering, wherever they stand and in whatever list."""

import re

import pytest

from engine.comparison.compare_specs import compare_lists
from equations.library.places import find_spec
from equations.library.spec_files import methodology_of, read_document
from equations.revision.mentions import followed, listed
from equations.spec.writer import write_document
from mrvgraph import load

MOVED = {str(n): [str(n + 100)] for n in range(1, 50)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("by Eq 41.", "by Eq 141."),
        ("(Eq 41)", "(Eq 141)"),
        ("Eq. 41", "Eq. 141"),
        ("Eqs. 4 and 5", "Eqs. 104 and 105"),
        ("Equations 16, 17 and 18.", "Equations 116, 117 and 118."),
        ("Eq 41 to 43", "Eq 141 to 143"),
        ("Eq 2-5; Eq 8/9", "Eq 102-105; Eq 108/109"),
        ("Eq 11a for a class, Eq 11b.", "Eq 111a for a class, Eq 111b."),
        ("Eq 1, 44/12 and Eq 17, 44/28", "Eq 101, 44/12 and Eq 117, 44/28"),
        ("Eq 2, 3, 4, 6 to 9 and 12", "Eq 102, 103, 104, 106 to 109 and 112"),
        ("Eq 2, 3, and 5 or 7", "Eq 102, 103, and 105 or 107"),
        ("Eq 2 of version 1.0 was today's Eq 2 and 3", "Eq 2 of version 1.0 was today's Eq 102 and 103"),
        ("version 1.1, Table 4, 20 percent, section 11.4", "version 1.1, Table 4, 20 percent, section 11.4"),
        ("Eq 1.1", "Eq 1.1"),
    ],
)
def test_sentences(text, expected):
    assert followed(text, MOVED) == expected


@pytest.mark.parametrize(
    ("text", "moved", "expected"),
    [
        ("Eq 2 and 3", {"2": ["1"], "3": ["1"]}, "Eq 1"),
        ("Eq 2 to 4", {"3": ["30"]}, "Eq 2, 30 and 4"),
        ("Eq 2 to 4", {"2": ["20"], "3": ["21"], "4": ["22"]}, "Eq 20 to 22"),
        ("Eq 2, 3", {"2": ["7", "8"]}, "Eq 7, 8, 3"),
        ("Eq 2 or 3", {"2": ["7", "8"]}, "Eq 7, 8 or 3"),
        ("Eq 20 to 24", {str(n): [str(n + 100)] for n in range(22, 49)}, "Eq 20, 21 and 122 to 124"),
    ],
)
def test_lists_that_change_their_shape(text, moved, expected):
    assert followed(text, moved) == expected


@pytest.mark.parametrize(("text", "expected"), [("2, 3", "102, 103"), ("14a", "114a"), ("2-5", "102-105"), ("14, 15", "114, 115"), ("x", "x")])
def test_citations(text, expected):
    assert listed(text, MOVED) == expected


def test_no_sentence_of_a_methodology_keeps_an_old_number(tmp_path):
    """Equations 20 to 49 become 120 to 149: no mention of 20 to 49 is left, and a comparison finds no changed text."""
    (tmp_path / "spec.yaml").write_text(
        'based_on: KH_AM004@1.1\nmethodology: {version: "2.0"}\nchanges: {renumber: {20-49: 120-149}}\n', encoding="utf-8"
    )
    document = read_document(find_spec(str(tmp_path / "spec.yaml")))
    text = write_document(document.document)
    old = r"(?:2\d|3\d|4\d)"
    left = [
        line
        for line in text.splitlines()
        if re.search(rf"\b[Ee]q(?:s?\.?|uations?) (?:\d+[a-z]?(?:, and |, | and | or | to |-|/))*{old}\b(?!\.\d)(?! of version)(?!/\d)", line)
    ]
    assert left == []
    found = compare_lists(load("KH_AM004@1.1"), methodology_of(document))
    assert {name for name, change in found.items() if change} <= {"methodology"}
