"""Settings without a project: what the spec alone can be checked with, and what a project still has to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from engine.setting import Setting, default_switches
from equations.methodology import Methodology
from equations.syntax import Compare, Node, Word, walk

#: Years of a placeholder project: enough for a start year, a later year and a last year.
YEARS = 4


def placeholder_setting(
    methodology: Methodology, choices: Mapping[str, str], readings: Mapping[str, str] | None = None, start: int = 2001
) -> Setting:
    """Return the setting of a project of which only the choices are known.

    Sets whose members only a project can name have two members called ``<id> 1`` and ``<id> 2``.
    """
    years = tuple(str(year) for year in range(start, start + YEARS))
    members: dict[str, tuple[str, ...]] = {}
    groups: dict[str, tuple[tuple[int, ...], ...]] = {}
    for index_set in methodology.index_sets:
        if index_set.kind == "year":
            members[index_set.id] = years
        elif index_set.kind == "group":
            half = YEARS // 2
            members[index_set.id] = (f"{index_set.id} 1", f"{index_set.id} 2")
            groups[index_set.id] = (tuple(range(half)), tuple(range(half, YEARS)))
        elif index_set.subset_of:
            members[index_set.id] = index_set.members
        else:
            members[index_set.id] = index_set.members or (f"{index_set.id} 1", f"{index_set.id} 2")
    _, defaults = default_switches(methodology)
    return Setting(dict(choices), {**defaults, **(readings or {})}, members, groups,
                   {relation.id: None for relation in methodology.relations}, f"{start}-07-01", f"{start + YEARS - 1}-12-31")  # fmt: skip


def choice_combinations(methodology: Methodology) -> Iterator[dict[str, str]]:
    """Yield every combination of choices."""
    names = [choice.id for choice in methodology.choices]
    for values in product(*([value.id for value in choice.values] for choice in methodology.choices)):
        yield dict(zip(names, values, strict=True))


def years_named(methodology: Methodology) -> list[int]:
    """Return calendar years that conditions name, so that checks can stand on both sides of them."""
    found: set[int] = set()
    conditions: list[Node | None] = [equation.when for equation in methodology.equations]
    conditions += [block.when for dataset in methodology.datasets for block in dataset.values]
    for condition in conditions:
        for node in walk(condition) if condition is not None else ():
            if isinstance(node, Compare) and isinstance(node.right, Word) and node.right.text.isdigit():
                if len(node.right.text) == 4:  # noqa: PLR2004 - a calendar year
                    found.add(int(node.right.text))
    return sorted(found)
