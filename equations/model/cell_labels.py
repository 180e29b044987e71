"""Labels of a cell as they are written in brackets: ``A[E, 2019]``, and in quotes where a label would be read as something else.

A label is whatever a project calls its members: it may hold a comma, a quote, a bracket or a sign of equality. What is written here is read back
here, so a name that a report or an error shows can be set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from equations.patterns import pattern

#: The name of a quantity, and what stands in brackets behind it.
NAME = pattern(r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(?:\[(.*)\]\s*)?\Z")
#: Names every member of an index.
EVERY = "*"
_PART = pattern(r"""(\s*)(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^,]*?))\s*(?:,|\Z)""")
_MARKS = "\"'"


def written_cell(quantity: str, labels: Iterable[str | None]) -> str:
    """Return what a cell is called; ``None`` stands for every member of an index.

    Examples
    --------
    >>> written_cell("A", ["E", "2019"]), written_cell("A", ["a, b"]), written_cell("A", ["E", None]), written_cell("A", [])
    ('A[E, 2019]', 'A["a, b"]', 'A[E, *]', 'A')
    """
    inside = ", ".join(EVERY if label is None else written_label(label) for label in labels)
    return f"{quantity}[{inside}]" if inside else quantity


def read_labels(text: str) -> Iterator[tuple[str, int, bool]]:
    """Yield each label of what stands in brackets, where it begins, and whether it stands in quotes.

    Examples
    --------
    >>> list(read_labels('E, "a, b"'))
    [('E', 0, False), ('a, b', 3, True)]
    """
    at = 0
    while True:
        found = _PART.match(text, at)
        assert found is not None  # the last way takes everything up to a comma
        start = at + len(found[1])
        mark = text[start : start + 1] if found[4] is None else ""
        inside = found[2] if mark == '"' else found[3] if mark else found[4]
        yield inside.replace(mark * 2, mark) if mark else inside, start, bool(mark)
        if not found[0].endswith(","):
            return
        at = found.end()


def is_whole(text: str) -> bool:
    """Whether what stands in brackets ends no quotes too early: so ``"a]=b`` is only the beginning of a label.

    Examples
    --------
    >>> is_whole('"a, b"'), is_whole('"a')
    (True, False)
    """
    return not any(label[:1] in _MARKS for label, _, quoted in read_labels(text) if not quoted and label)


def written_label(label: str) -> str:
    """Return a label, in quotes where it would be read otherwise without."""
    plain = label not in ("", EVERY) and label == label.strip() and label[0] not in _MARKS and not set(label) & set(",[]")
    if plain:
        return label
    mark = "'" if '"' in label else '"'
    return f"{mark}{label.replace(mark, mark * 2)}{mark}"
