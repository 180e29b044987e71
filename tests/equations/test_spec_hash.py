"""The hash of a spec counts what it says, the order of its lists included, and not how it is laid out."""

import pytest

from equations.library.spec_files import read_document

SPEC = """
methodology: {id: H, version: "1", title: hash, result: R}
index_sets:
  - {id: use, letters: [i], members: [a, b]}
quantities:
  - {id: R, symbol: R, meaning: result, unit: t, kind: monitored}
"""


def hash_of(folder, text):
    (folder / "spec.yaml").write_text(text, encoding="utf-8")
    return read_document(folder / "spec.yaml").hash


@pytest.mark.parametrize(
    ("old", "new"),
    [("[a, b]", "[b, a]"), ("[a, b]", "[a]"), ("result: R}", "result: Q}"), ("unit: t,", "unit: kg,")],
    ids=["order of a list", "shorter list", "another text", "another unit"],
)
def test_what_a_spec_says_counts(tmp_path, old, new):
    assert hash_of(tmp_path, SPEC) != hash_of(tmp_path, SPEC.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [("unit: t, kind: monitored", "kind: monitored, unit: t"), ("index_sets:", "\n# a comment\nindex_sets:"), ("[a, b]", "[ a,  b ]"), ("meaning: result", "meaning: 'result'")],
    ids=["order of keys", "comments", "layout", "quotes"],
)
def test_how_it_is_laid_out_does_not(tmp_path, old, new):
    assert hash_of(tmp_path, SPEC) == hash_of(tmp_path, SPEC.replace(old, new))
