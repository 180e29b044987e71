"""Carry a project file over from one version to another: what is new, gone and changed, and the file with its gaps marked.

The text of the file is kept line by line, comments included; what the new version does not know is commented out, never
deleted, and every gap is written ``____``, which no run accepts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from engine.comparison.compare_specs import renamed_quantities
from engine.comparison.entry_text import Wording, field_changes
from engine.explain.needs import plan_for_needs
from engine.explain.template import value_template
from engine.plan.plan import Plan
from engine.plan.setting import Setting
from engine.project.project_file import GAP, ProjectData
from engine.project.project_setting import prepare
from engine.project.written_numbers import STATEMENTS
from engine.run.inputs import bind_inputs
from engine.run.supplied import supplied_quantities
from engine.run.version_gap import set_aside
from equations.errors import MethodologyError
from equations.files.strict_yaml import Mapping as YamlMapping
from equations.files.strict_yaml import Scalar, Sequence, YamlNode
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity
from equations.shown import Shown
from equations.units.registry import parse_unit

_TOLD = ("unit", "indices", "kind", "type", "meaning", "range", "published_unit_text")


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """One thing to know or to do.

    Attributes
    ----------
    kind
        ``new`` (to be supplied), ``gone``, ``changed``, ``renamed`` or ``fault`` (what running it would still report).
    part
        ``values``, ``choices``, ``readings``, ``datasets``, ``members`` or ``relations``.
    """

    kind: str
    part: str
    name: str
    what: str
    unit: str = ""
    used_by: tuple[str, ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        record: dict[str, object] = {"part": self.part, "name": self.name, "what": self.what}
        if self.unit:
            record["unit"] = self.unit
        if self.used_by:
            record["used_by"] = list(self.used_by)
        return record


@dataclass(frozen=True)
class Migration(Shown):
    """A project file carried over: what was done, and its text."""

    a: str
    b: str
    steps: tuple[MigrationStep, ...]
    text: str

    def __repr__(self) -> str:
        return f"<Migration {self.a} -> {self.b}: {len(self.steps)} things to know or to do>"

    def of(self, kind: str) -> list[MigrationStep]:
        """Return the steps of one kind."""
        return [step for step in self.steps if step.kind == kind]

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        kinds = ("new", "gone", "changed", "renamed", "fault")
        return {"from": self.a, "to": self.b, **{kind: [step.as_record() for step in self.of(kind)] for kind in kinds}}


def migrate(project: ProjectData, text: str, a: Methodology, b: Methodology) -> Migration:
    """Carry a project file over.

    Parameters
    ----------
    project, text
        The project as reported, and the text of its file.
    a, b
        The version that the file is made for, and the one that it is to follow.

    Returns
    -------
    Migration
        The text is that of a project file for ``b`` which lacks only what is marked.
    """
    mover = _Mover(project, a, b)
    steps = mover.steps()
    # The file is edited as text, line by line: it is its author's, with comments and an order that a writer of YAML would lose.
    page = _Page(text, project, b)
    for step in steps:
        page.make(step, mover)
    return Migration(a.reference, b.reference, tuple(steps), page.written())


@dataclass
class _Mover:
    project: ProjectData
    a: Methodology
    b: Methodology
    renamed: Mapping[str, str] = field(init=False)
    #: Choices that the new version leaves open: planned with its first value.
    open: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.renamed = {old: new for new, old in renamed_quantities(self.a, self.b).items()}
        for choice in self.b.choices:
            given = self.project.choices.get(choice.id)
            if (given is None and not choice.default) or (given is not None and given.text not in [v.id for v in choice.values]):
                self.open[choice.id] = choice.values[0].id

    def steps(self) -> list[MigrationStep]:
        return [*self.switches(), *self.lists(), *self.values(), *self.new_values(), *self.faults()]

    # -- everything but values

    def switches(self) -> Iterator[MigrationStep]:
        for id_ in self.project.choices:
            if id_ not in self.b.choice:
                yield MigrationStep("gone", "choices", id_, f"{self.b.reference} has no such choice")
        for id_ in self.open:
            values = " or ".join(v.id for v in self.b.choice[id_].values)
            yield MigrationStep("new", "choices", id_, f"{self.b.choice[id_].meaning}: {values}")
        for id_, scalar in self.project.readings.items():
            ruling = self.b.ruling.get(id_)
            if ruling is None:
                yield MigrationStep("gone", "readings", id_, f"{self.b.reference} has no such ruling")
            elif scalar.text not in [r.id for r in ruling.readings]:
                yield MigrationStep(
                    "new",
                    "readings",
                    id_,
                    f"the reading {scalar.text!r} is not offered: " + " or ".join(r.id for r in ruling.readings),
                )

    def lists(self) -> Iterator[MigrationStep]:
        for scalar in self.project.datasets:
            if scalar.text not in self.b.dataset:
                yield MigrationStep("gone", "datasets", scalar.text, f"{self.b.reference} has no such dataset")
        for id_ in self.project.members:
            if id_ not in self.b.index_set:
                yield MigrationStep("gone", "members", id_, f"{self.b.reference} has no such set")
            elif self.b.index_set[id_].project == "fixed":
                yield MigrationStep("gone", "members", id_, f"{self.b.reference} fixes the members")
        for id_ in self.project.relations:
            if id_ not in self.b.relation:
                yield MigrationStep("gone", "relations", id_, f"{self.b.reference} has no such relation")

    # -- values

    def meaning_before(self, id_: str) -> str:
        """Say what a quantity was in the version that the file is made for."""
        if id_ in self.a.quantity:
            return self.a.quantity[id_].meaning
        return f"only {self.a.in_readings[id_]} asked for it" if id_ in self.a.in_readings else "unknown to both versions"

    def values(self) -> Iterator[MigrationStep]:
        words = Wording(self.a, {}, {}), Wording(self.b, {}, {})
        for id_ in self.project.values:
            new = self.renamed.get(id_, id_)
            if new not in self.b.quantity:
                if new not in self.b.in_readings:  # which one of its readings may ask for
                    yield MigrationStep("gone", "values", id_, self.meaning_before(id_))
                continue
            if new != id_:
                yield MigrationStep("renamed", "values", id_, new)
            if id_ in self.a.quantity:
                old, now = (
                    {k: v for k, v in w.entry(q).items() if k in _TOLD}
                    for w, q in zip(words, (self.a.quantity[id_], self.b.quantity[new]), strict=True)
                )
                for change in field_changes(old, now):
                    yield MigrationStep(
                        "changed",
                        "values",
                        new,
                        f"{change.field}: {change.before or 'none'} -> {change.after or 'none'}",
                        str(self.b.quantity[new].unit),
                    )

    def moved(self) -> ProjectData:
        """Return the project under the new version's names, without what that version does not know."""
        values = {self.renamed.get(k, k): v for k, v in self.project.values.items()}
        places = {self.renamed.get(k, k): v for k, v in self.project.value_places.items()}
        # A reference that is not that of the new version, so that what it does not know is set aside and not refused.
        known = replace(self.project, values=values, value_places=places, methodology=self.a.reference + " ")
        data, _ = set_aside(self.b, known, lambda _: self.a)
        fixed = {k: v for k, v in data.members.items() if self.b.index_set[k].project != "fixed"}
        readings = {k: v for k, v in data.readings.items() if v.text in [r.id for r in self.b.ruling[k].readings]}
        return replace(data, members=fixed, readings=readings)

    def planned(self) -> tuple[ProjectData, Setting, Plan, frozenset[str]]:
        data = self.moved()
        setting = prepare(self.b, data, choices=self.open)
        supplied = supplied_quantities(self.b, data, setting)
        return data, setting, plan_for_needs(self.b, setting, (), supplied, _answers(data)), supplied

    def new_values(self) -> Iterator[MigrationStep]:
        try:
            _, _, plan, supplied = self.planned()
        except MethodologyError:
            return
        for id_ in plan.inputs:
            if id_ not in supplied:
                users = tuple(self.b.equation[e].label for e in plan.needed_by.get(id_, ()) if e in self.b.equation)
                quantity = self.b.quantity[id_]
                was = "" if id_ not in self.a.quantity else " (known before, not needed or not supplied)"
                yield MigrationStep("new", "values", id_, quantity.meaning + was, str(quantity.unit), users)

    def template(self, quantity: Quantity) -> list[str]:
        """Return the lines of a new entry, with a gap for every number."""
        _, setting, plan, _ = self.planned()
        return value_template(self.b, setting, quantity, plan)

    def faults(self) -> Iterator[MigrationStep]:
        """Return what binding the values that stay would still report: missing cells, units that no longer fit."""
        try:
            data, _, plan, supplied = self.planned()
            # Of what the file does not supply at all gaps are written; only what stays in it can be wrong.
            kept = {id_: box for id_, box in plan.inputs.items() if id_ in supplied}
            bind_inputs(self.b, replace(plan, inputs=kept), data, parse_unit)
        except MethodologyError as error:
            for fault in getattr(error, "errors", (error,)):
                yield MigrationStep("fault", "values", fault.code, fault.what)


def _answers(project: ProjectData) -> dict[str, float]:
    """Return what a project states by yes or no."""
    said = {id_: blocks[0].text("value") for id_, blocks in project.values.items() if len(blocks) == 1 and blocks[0].has("value")}
    return {id_: STATEMENTS[text.lower()] for id_, text in said.items() if text.lower() in STATEMENTS}


# -- the text


@dataclass
class _Page:
    """The lines of a project file, in which entries are found by where they were read."""

    text: str
    project: ProjectData
    b: Methodology
    lines: list[str] = field(init=False)
    #: Line (from 0) -> what is put in front of it.
    before: dict[int, list[str]] = field(default_factory=dict)
    ends: dict[str, list[str]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.lines = self.text.splitlines()

    def make(self, step: MigrationStep, mover: _Mover) -> None:
        """Make one step in the text."""
        if step.kind == "gone" and step.part == "datasets":
            self.note_above(self.find("datasets", step.name), f"gone: dataset {step.name}; {step.what}")
            self.cut_dataset(step.name)
        elif step.kind == "gone":
            self.comment_out(self.find(step.part, step.name), f"gone: {step.name}; {step.what}")
        elif step.kind == "renamed":
            at = self.find("values", step.name)
            if at is not None:
                self.lines[at[0]] = self.lines[at[0]].replace(step.name, step.what, 1)
                self.note_above(at, f"renamed: {step.name} is now {step.what}")
        elif step.kind == "changed":
            old = next((k for k, v in mover.renamed.items() if v == step.name), step.name)
            self.note_above(self.find("values", old), f"CHANGED {step.what}")
        elif step.kind == "new" and step.part == "values":
            self.ends.setdefault("values", []).extend(mover.template(self.b.quantity[step.name]))
        elif step.kind == "new":
            at = self.find(step.part, step.name)
            if at is not None:
                self.comment_out(at, f"CHANGED {step.what}")
            self.ends.setdefault(step.part, []).append(f"  {step.name}: {GAP}   # NEW {step.what}")

    def find(self, part: str, name: str) -> tuple[int, int] | None:
        """Return first and last-plus-one line (from 0) of an entry, or ``None`` where it shares a line with others."""
        places = {
            "values": self.project.value_places,
            "choices": {k: v.place for k, v in self.project.choices.items()},
            "readings": {k: v.place for k, v in self.project.readings.items()},
            "members": {k: v.place for k, v in self.project.members.items()},
            "relations": {k: v.place for k, v in self.project.relations.items()},
            "datasets": {s.text: s.place for s in self.project.datasets},
        }[part]
        place = places.get(name)
        if place is None:
            return None
        first = place.line - 1
        while first >= 0 and part != "datasets" and not self.lines[first].lstrip().startswith((name + ":", f'"{name}":')):
            first -= 1
        if first < 0:
            return None
        indent = len(self.lines[first]) - len(self.lines[first].lstrip())
        last = first + 1
        while last < len(self.lines) and (not self.lines[last].strip() or _indent(self.lines[last]) > indent):
            last += 1
        while last > first + 1 and not self.lines[last - 1].strip():
            last -= 1
        return first, last

    def comment_out(self, at: tuple[int, int] | None, note: str) -> None:
        if at is None:
            self.before.setdefault(0, []).append(f"# TO DO by hand: {note}")
            return
        indent = " " * _indent(self.lines[at[0]])
        for number in range(*at):
            line = self.lines[number]
            self.lines[number] = f"{indent}# {line[len(indent) :]}".rstrip() if line.strip() else line
        self.before.setdefault(at[0], []).append(f"{indent}# {note}")

    def note_above(self, at: tuple[int, int] | None, note: str) -> None:
        if at is None:
            self.before.setdefault(0, []).append(f"# {note}")
        else:
            self.before.setdefault(at[0], []).append(" " * _indent(self.lines[at[0]]) + f"# {note}")

    def cut_dataset(self, name: str) -> None:
        """Take a dataset out of the list under ``datasets:``."""
        for number, line in enumerate(self.lines):
            head = line.split("#")[0]
            if head.strip() == f"- {name}":
                self.lines[number] = ""
            elif head.startswith("datasets:") and name in head:
                kept = ", ".join(self.dataset_text(s.text) for s in self.project.datasets if s.text in self.b.dataset)
                self.lines[number] = f"datasets: [{kept}]"

    def dataset_text(self, id_: str) -> str:
        """Return how the project names a dataset, whole or in part."""
        only = self.project.only.get(id_)
        return f"{{id: {id_}, only: [{', '.join(scalar.text for scalar in only)}]}}" if only else id_

    def written(self) -> str:
        """Return the text with everything put in place."""
        self.name_version()
        for part, more in self.ends.items():
            at = self.end_of(part)
            if at is None:
                self.lines += ["", f"{part}:", *more]
            else:
                self.lines[at:at] = more
                self.before = {(k + len(more) if k >= at else k): v for k, v in self.before.items()}
        self.close_empty()
        out: list[str] = []
        for number, line in enumerate(self.lines):
            out += [*self.before.get(number, ()), line]
        return "\n".join(out).rstrip() + "\n"

    def close_empty(self) -> None:
        """Comment out the head of a part of which nothing is left."""
        for part in ("values", "choices", "readings", "members", "relations"):
            end = self.end_of(part)
            if end is not None:
                head = next(n for n, line in enumerate(self.lines) if line.split("#")[0].rstrip() == f"{part}:")
                if all(not line.strip() or line.lstrip().startswith("#") for line in self.lines[head + 1 : end]):
                    self.lines[head] = "# " + self.lines[head]

    def name_version(self) -> None:
        for number, line in enumerate(self.lines):
            if line.startswith("methodology:"):
                self.lines[number] = f"methodology: {self.b.reference}"
                return
        self.lines += ["", f"methodology: {self.b.reference}"]

    def end_of(self, part: str) -> int | None:
        """Return the line behind the last one of a part in block form."""
        for number, line in enumerate(self.lines):
            if line.split("#")[0].rstrip() == f"{part}:":
                last = number + 1
                while last < len(self.lines) and (not self.lines[last].strip() or self.lines[last][0] in " #"):
                    last += 1
                while last > number + 1 and not self.lines[last - 1].startswith(" "):
                    last -= 1
                return last
        return None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def opened(text: str, document: YamlNode) -> str:
    """Return the text of a project file in block form, entry by entry, where a part of it stands on one line.

    Comments of such a part are lost; a file that is in block form already is returned as it is.
    """
    if not isinstance(document, YamlMapping):
        return text
    lines = text.splitlines()
    flat = [
        (key, value)
        for key, value in document
        if key.text in ("values", "choices", "readings", "members", "relations")
        and isinstance(value, YamlMapping)
        and any(name.line == key.line for name, _ in value)
    ]
    for key, value in reversed(flat):
        last = next((other.line - 1 for other, _ in document if other.line > key.line), len(lines))
        lines[key.line - 1 : last] = [f"{key.text}:", *(f"  {name.text}: {_flow(part)}" for name, part in value)]
    return "\n".join(lines) + "\n"


def _flow(node: YamlNode) -> str:
    if isinstance(node, Scalar):
        return f'"{node.text}"' if node.quoted or any(c in node.text for c in ',:[]{}#"') else node.text
    if isinstance(node, Sequence):
        return "[" + ", ".join(_flow(item) for item in node.items) + "]"
    return "{" + ", ".join(f"{key.text}: {_flow(value)}" for key, value in node) + "}"
