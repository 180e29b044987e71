"""A document that is written says, when it is read again, what it said."""

import pytest

from equations.files.strict_yaml import flow_text, read_yaml
from equations.spec.writer import write_document


@pytest.mark.parametrize(
    "text",
    [
        'a: {"*": 1, "2020": 2, "": 3}',
        'a: {"x: y": 1, "x #y": 2, "b:": 3}',
        "a: [{b: 1, c: [2, 3]}, {b: [], c: {}}]",
        'a: {"\\u202e": "\\u202e and \\\\ and \\""}',
        'a: "\U00010000 \U0001f333 \ufffd"',
    ],
    ids=["quoted keys", "keys with signs", "nested", "hidden signs", "signs beyond the first plane"],
)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_what_is_written_is_read_as_it_was(text, ascii_only):
    document = read_yaml(text)
    assert flow_text(read_yaml(write_document(document, ascii_only=ascii_only))) == flow_text(document)
