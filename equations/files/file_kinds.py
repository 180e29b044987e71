"""What a YAML file is, by the fields at its beginning of a line: a methodology, a project, or a document of one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

#: Fields that one kind of file alone has (a test holds them against the tables of fields).
OF_A_PROJECT = frozenset({"project", "operation", "monitoring_periods", "values", "members", "set", "documents"})
OF_A_SPEC = frozenset({
    "include", "based_on", "changes", "uses", "sections", "terms", "activities", "boundaries", "pools", "substances", "units", "index_sets",
    "constants", "equivalences", "quantities", "equations", "published_results", "comparisons", "rules", "rulings", "register",
    "parameter_lists", "monitoring_list", "history",
})  # fmt: skip
OF_A_DOCUMENT = frozenset({"document", "claims", "workbook"})
#: A field at the beginning of a line, in quotes or not.
_FIELD = re.compile(r"""^(?:\ufeff)?(["']?)([A-Za-z_]+)\1[ \t]*:(?=\s|$)""", re.MULTILINE)


def kind_of_fields(fields: Collection[str]) -> str:
    """Return ``project``, ``spec`` or ``document`` for a file with these fields, nothing where they are of several kinds alike, or of none.

    Examples
    --------
    >>> kind_of_fields(["methodology", "quantities"]), kind_of_fields(["methodology", "operation", "vlaues"]), kind_of_fields(["methodology"])
    ('spec', 'project', '')
    """
    own = {"project": OF_A_PROJECT, "spec": OF_A_SPEC, "document": OF_A_DOCUMENT}
    counted = sorted(((len(of.intersection(fields)), kind) for kind, of in own.items()), reverse=True)
    return counted[0][1] if counted[0][0] > counted[1][0] else ""


def fields_in(text: str) -> list[str]:
    r"""Return the fields of a text of YAML whose first level stands at the beginning of its lines, without reading the rest of it.

    Examples
    --------
    >>> fields_in("'project': {name: x}\noperation:\n  start: 2020-01-01\n")
    ['project', 'operation']
    """
    return [found[2] for found in _FIELD.finditer(text)]


def told_kind(fields: Iterable[str], wanted: str) -> str:
    """Return what a file is that is read as another kind, with its article; an empty text where it is what is wanted, or not certain."""
    kind = kind_of_fields(set(fields))
    return "" if kind in ("", wanted) else {"project": "a project file", "spec": "a methodology", "document": "a document of a project"}[kind]
