"""A methodology at work: loaded once, with its units and plans kept in the cache between processes.

Loading, planning and reading a unit that is not in the cache import their modules only then; docs/decisions/0006-heavy-imports.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from engine.output.asides import aside
from engine.plan.plan import Plan, plan_key
from engine.plan.setting import Setting
from engine.project.project_file import ProjectData, read_project
from engine.project.set_numbers import with_set, without_set
from engine.run.cache import CacheEntry, entry_path, load_entry, save_entry
from engine.run.run import Run, run_project
from equations.errors import MethodologyError, Place
from equations.library.places import find_spec
from equations.model.methodology import Methodology
from equations.readings.composition import note_source
from equations.records import record
from equations.units.unit import Unit

if TYPE_CHECKING:
    from engine.report.set_report import BesideReported

#: A project file that names another version than the one that is applied.
_OTHER_VERSION = "A715"


@record(frozen=False)
class Session:
    """A loaded methodology with its cache entry."""

    entry: CacheEntry
    path: Path | None = None
    units: dict[tuple[str, tuple[str, ...]], Unit] = field(default_factory=dict)

    @property
    def methodology(self) -> Methodology:
        """The methodology."""
        return self.entry.methodology

    def read_unit(self, text: str, place: Place | None = None, substances: tuple[str, ...] = ()) -> Unit:
        """Read a unit, from the cache where it was read before."""
        held = self.entry.units.get((text, substances))
        if held is None:
            from equations.units.registry import parse_unit

            held = parse_unit(text, place, substances)
            self.entry.units[text, substances] = held
            self.entry.changed = True
        return held

    def plan(self, methodology: Methodology, setting: Setting, targets: tuple[str, ...], supplied: frozenset[str]) -> Plan:
        """Return the plan of a run, from the cache where it was made before."""
        key = plan_key(methodology, setting, targets, supplied)
        plan = self.entry.plans.get(key)
        if plan is None:
            from engine.plan.planner import plan_with_rules

            plan = plan_with_rules(methodology, setting, targets, supplied)
            self.entry.keep_plan(key, plan)
        return plan

    def run(
        self,
        project: ProjectData | Path | str,
        *,
        choices: Mapping[str, str] | None = None,
        readings: Mapping[str, str] | None = None,
        targets: tuple[str, ...] = (),
        set_numbers: Sequence[str] = (),
    ) -> Run:
        """Evaluate a project; see :func:`engine.run.run.run_project`.

        Parameters
        ----------
        set_numbers
            Numbers in place of those of the project, as ``A[E]=50000 ha``.

        Raises
        ------
        MethodologyError
            Also for a methodology that does not pass its own check.
        """
        from engine.audit.severe import with_severe_findings

        self.check()
        if set_numbers:
            project = with_set(project if isinstance(project, ProjectData) else read_project(project), set_numbers)
        run = run_project(
            self.methodology, project, self.read_unit, self.plan, choices=choices, readings=readings, targets=targets, load=loaded
        )
        for finding in run.findings:
            if finding.code == _OTHER_VERSION:
                aside(finding.what)
        return self.with_unread_uncertainty(with_severe_findings(run))

    def with_unread_uncertainty(self, run: Run) -> Run:
        """Return a run that warns of distributions which cannot be read; of a project that had none such nothing is read again."""
        if not run.project.declares_uncertainty:
            return run
        key = hashlib.sha256(f"{run.project.sha256} {sorted(run.setting.members.items())}".encode()).hexdigest()
        if key in self.entry.readable:
            return run
        from engine.simulate.uncertainty_file import with_unread_uncertainty

        told = with_unread_uncertainty(run, self.read_unit)
        if told is run:
            self.entry.keep_readable(key)
        return told

    def beside(self, run: Run, choices: Mapping[str, str], readings: Mapping[str, str], targets: tuple[str, ...] = ()) -> BesideReported:
        """Return a run beside the same project without the numbers that were set."""
        from engine.report.set_report import BesideReported

        try:
            return BesideReported(run, self.run(without_set(run.project), choices=choices, readings=readings, targets=targets))
        except MethodologyError as error:
            return BesideReported(run, None, error)

    def check(self) -> None:
        """Raise what the check of the methodology finds wrong; it is made once and kept in the cache."""
        if self.entry.errors is None:
            from engine.checks.refusal import errors_of

            self.entry.errors = errors_of(self.methodology)
            save_entry(self.path, self.entry)
        if self.entry.errors:
            from engine.checks.refusal import refuse

            refuse(self.methodology, self.entry.errors)

    def save(self) -> None:
        """Write the cache entry if anything was added to it."""
        if self.entry.changed:
            save_entry(self.path, self.entry)


def loaded(reference: str) -> Methodology:
    """Return a methodology by its reference, from the cache if its files are unchanged."""
    return open_session(reference).methodology


def open_session(reference: str | Path) -> Session:
    """Load a methodology, from the cache if its files are unchanged.

    Parameters
    ----------
    reference
        ``ID@1.1``, a folder or a file.
    """
    spec = find_spec(str(reference))
    path = entry_path(spec)
    entry = load_entry(path)
    if entry is None:
        from equations.library.spec_files import methodology_of, read_document

        document = read_document(spec)
        files = tuple((str(source.resolve()), sha) for source, sha in document.sources)
        entry = CacheEntry(files, methodology_of(document), changed=True)
    note_source(entry.methodology, (sha for _, sha in entry.files))
    return Session(entry, path)
