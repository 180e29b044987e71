"""How deep a file may nest is our own limit: whichever YAML library reads it, in whichever words it gives up, the answer is one."""

import pytest
import yaml

from equations.errors import Faults, SpecError
from equations.files import strict_yaml
from equations.files.strict_yaml import MOST_DEPTH, read_yaml

TOO_DEEP = f"nested more than {MOST_DEPTH} levels deep"
LOADERS = [yaml.SafeLoader, *([yaml.CSafeLoader] if hasattr(yaml, "CSafeLoader") else [])]


@pytest.fixture(params=LOADERS, ids=lambda loader: loader.__name__)
def loader(request, monkeypatch):
    monkeypatch.setattr(strict_yaml, "_Loader", request.param)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{a: " * 5000,
        "k: " + "[{b: " * 100,
        "[" * 60 + "]" * 60,
        "\n".join("  " * level + "a:" for level in range(100)),
        "- " * 3000 + "x",
    ],
    ids=["lists", "blocks", "both", "closed again", "indented", "dashes"],
)
def test_what_nests_too_deep_is_told_so(loader, text):
    with pytest.raises(SpecError) as caught:
        read_yaml(text, "file.yaml")

    assert (caught.value.code, caught.value.what) == ("S101", TOO_DEEP)


def test_the_place_is_where_the_limit_is_passed(loader):
    with pytest.raises(SpecError) as caught:
        read_yaml("a: 1\nb: " + "[" * 50_000, "file.yaml")

    assert (caught.value.place.line, caught.value.place.column) == (2, 4 + MOST_DEPTH)


def test_as_deep_as_is_allowed_is_read(loader):
    assert read_yaml("[" * MOST_DEPTH + "x" + "]" * MOST_DEPTH) is not None
    assert read_yaml("k: " + "[" * (MOST_DEPTH - 1) + "x" + "]" * (MOST_DEPTH - 1)) is not None


@pytest.mark.parametrize("text", ["a: [1, 2", "a: '[[[[" + "[" * 60, 'a: "' + "{" * 60, "a: b: c", "# " + "[" * 60 + "\na: [1"])
def test_other_faults_keep_their_own_words(loader, text):
    with pytest.raises(SpecError) as caught:
        read_yaml(text)

    assert TOO_DEEP not in caught.value.what


@pytest.mark.parametrize("words", ["exceeded maximum nesting depth", "limit reached", ""])
def test_the_words_in_which_a_library_gives_up_do_not_count(monkeypatch, words):
    def gives_up(text, Loader):
        raise yaml.YAMLError(words)

    monkeypatch.setattr(strict_yaml.yaml, "parse", gives_up)

    with pytest.raises(SpecError) as caught:
        read_yaml("a: " + "[" * 80)

    assert caught.value.what == TOO_DEEP


def test_a_file_that_cannot_be_read_goes_by_the_name_it_is_given(tmp_path):
    with pytest.raises(SpecError) as caught:
        strict_yaml.read_yaml_file(tmp_path, name="the spec")
    assert "the spec" in str(caught.value) and str(tmp_path) not in str(caught.value)


def test_a_text_of_several_lines_knows_where_its_first_character_stands():
    """Behind the quotation mark; in a block on the line below the sign."""
    node = read_yaml('a: "one\n  two"\nb: |\n  three\n  four\n')
    quoted, block = (value for _, value in node)
    assert (quoted.line, quoted.column) == (1, 5)
    assert (block.line, block.column) == (4, 1)


@pytest.mark.parametrize("text", ["a: 1\na: 2\nb: 1\nb: 2", "? [x]\n: 1\n? [y]\n: 2", "? [x]\n: 1\na: 1\na: 2"])
def test_every_key_at_fault_is_told(text):
    with pytest.raises(Faults) as caught:
        read_yaml(text)
    assert len(caught.value.errors) == 2
