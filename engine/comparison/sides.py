"""Two sides of a comparison under the same names: quantities, files and readings of one found in terms of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.comparison.compare_projects import said
from engine.comparison.compare_specs import Side
from engine.comparison.entry_text import with_names
from engine.project.project_file import ProjectBlock, ProjectData
from engine.project.project_tree import files_in
from equations.files.regular_file import digest_of, may_read
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, YamlNode
from equations.model.methodology import Methodology


def readings_of(side: Side, project: ProjectData) -> dict[str, str]:
    """Return the readings of a run: those selected for the side, of the project file, and the defaults."""
    known = side.methodology.ruling
    own = {id_: scalar.text for id_, scalar in project.readings.items() if id_ in known}
    return {ruling.id: ruling.default for ruling in side.methodology.rulings} | own | dict(side.readings)


def under_names(methodology: Methodology, renamed: Mapping[str, str]) -> Methodology:
    """Return a methodology whose quantities have other names (new -> old); texts and rules are left as they are."""
    if not renamed:
        return methodology

    def name(id_: str) -> str:
        return renamed.get(id_, id_)

    equations = tuple(
        replace(
            e,
            formula=with_names(e.formula, renamed),
            defines=with_names(e.defines, renamed),  # type: ignore[arg-type]
            when=with_names(e.when, renamed) if e.when is not None else None,
        )
        for e in methodology.equations
    )
    datasets = tuple(
        replace(d, values=tuple(replace(b, quantity=name(b.quantity)) for b in d.values)) for d in methodology.datasets
    )
    return replace(
        methodology,
        equations=equations,
        datasets=datasets,
        quantities=tuple(replace(q, id=name(q.id)) for q in methodology.quantities),
        results=tuple(replace(result, quantity=name(result.quantity)) for result in methodology.results),
        report=tuple(map(name, methodology.report)),
    )


def with_old_names(project: ProjectData, renamed: Mapping[str, str]) -> ProjectData:
    """Return a project whose values stand under the names of the first side."""
    if not set(renamed) & set(project.values):
        return project
    return replace(
        project,
        values={renamed.get(k, k): v for k, v in project.values.items()},
        value_places={renamed.get(k, k): v for k, v in project.value_places.items()},
    )


def moved_to(project: ProjectData, other: ProjectData) -> ProjectData:
    """Return a project whose data files are found from another folder."""
    if project.folder.resolve() == other.folder.resolve():
        return project
    values = {id_: tuple(_absolute(block, project) for block in blocks) for id_, blocks in project.values.items()}
    return replace(project, values=values)


def _absolute(block: ProjectBlock, project: ProjectData) -> ProjectBlock:
    return ProjectBlock(_found_from_anywhere(block.node, project), "value", block.errors) if any(files_in(block.node)) else block


def _found_from_anywhere(node: YamlMapping, project: ProjectData) -> YamlMapping:
    """Return a block with absolute names of its data files, those of its samples included."""

    def found(key: Scalar, value: YamlNode) -> YamlNode:
        if key.text == "file" and isinstance(value, Scalar):
            return replace(value, text=str((project.folder / value.text).resolve()))
        return _found_from_anywhere(value, project) if isinstance(value, YamlMapping) else value

    return YamlMapping(tuple((key, found(key, value)) for key, value in node), node.file, node.line, node.column)


def dates_of(project: ProjectData) -> tuple[object, ...]:
    """Return first day, last day and periods."""
    return project.start, project.end, tuple((p.id, p.start, p.end) for p in project.periods)


def numbers_of(block: ProjectBlock) -> tuple[str, ...]:
    """Return the parts of a block that decide numbers; data files by their content."""
    parts = [part_said(block.node.get(name)) for name in ("unit", "value", "values", "table", "layout", "at", "otherwise", "sample")]
    for node in files_in(block.node):
        folder = Path(block.node.file).parent
        parts.append((may_read(folder, node.text) and digest_of(folder / node.text)) or node.text)
    return tuple(parts)


def part_said(node: Any) -> str:
    """Return what a part of a project file says, whatever its place; nothing for ``None``."""
    return "" if node is None else said(node)
