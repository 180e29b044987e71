"""An audit as a whole: every audit of a run and the table of rulings, as text for a terminal, as Markdown and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.audit.asked import why_not_asked
from engine.audit.audits import DESIGN, DOCUMENTS, Audit, audit_findings
from engine.audit.desk.desk import Desk, desk_of
from engine.audit.desk.desk_text import desk_markdown, desk_record, desk_text
from engine.audit.desk.run_slips import other_versions
from engine.audit.direction.materiality import VerificationPlan, verification_plan
from engine.audit.direction.materiality_text import plan_markdown, plan_record, plan_text
from engine.audit.reread import rereader
from engine.audit.rulings_table import ReadingLine, Rerun, RulingsTable, ruling_findings, rulings_table
from engine.audit.sources import sources_by_cell
from engine.finding import Finding
from engine.output.escapes import code_text, markdown_text
from engine.output.marks import plain
from engine.output.tabled import Pictured
from engine.output.terminal import bold, coloured, wrapped
from engine.output.text_grid import TextGrid, text_grid
from engine.project.values import UnitReader
from engine.report.findings import counted, findings_markdown, findings_text
from engine.report.grounds import RUN_TITLE, grounds_markdown, grounds_record, grounds_text, run_tallies
from engine.report.run_report import head_lines, result_lines, results_record, tools_record, yearly_markdown, yearly_text
from engine.report.verdicts import verdicts_lines, verdicts_markdown
from engine.run.run import Run
from engine.run.version_gap import Loader

AUDIT_FORMAT = "mrvgraph-audit/1"
#: Percent below which a share is not written out.
_LEAST_SHARE = 0.005
#: Of the sources of one quantity, how many are shown.
_MOST_SOURCES = 12
_RULINGS = "What hangs on the readings of the text that were taken?"


@dataclass(frozen=True)
class AuditReport(Pictured):
    """Everything that was asked of a run, and the answers."""

    run: Run
    audits: tuple[tuple[Audit, tuple[Finding, ...]], ...]
    rulings: RulingsTable
    #: What other documents state beside the run, where the project names any.
    desk: Desk | None = None
    #: How wrong each input must be to matter, where a threshold was named.
    plan: VerificationPlan | None = None

    def __repr__(self) -> str:
        return f"<AuditReport of {self.run!r}: {counted(self.findings)}>"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of the audits."""
        return (*(finding for _, found in self.audits for finding in found), *ruling_findings(self.rulings))

    def answer(self, audit: Audit, found: Sequence[Finding]) -> str:
        """Return what an audit answers, in a few words; where it had nothing to look at, why."""
        if found:
            return counted(found)
        reason = self.why_not_asked(audit)
        return f"not asked: {reason}" if reason else "nothing"

    def why_not_asked(self, audit: Audit) -> str:
        """Return why the question of an audit was not asked, or an empty text where it was."""
        reason = why_not_asked(self.run, audit.id)
        if audit not in (DOCUMENTS, DESIGN) or reason:
            return reason
        return self.desk.why_not_asked(audit.id) if self.desk is not None else "the documents of the project were not read"

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


def audit_project(run: Run, rerun: Rerun, desk: Desk | None = None, threshold: float | None = None) -> AuditReport:
    """Audit a run.

    Parameters
    ----------
    rerun
        Runs the same project under other readings, for the table of rulings.
    desk
        What the documents of the project state beside the run (:func:`desk_beside`).
    threshold
        The share of the result that is material: with the plan that follows from it.

    Raises
    ------
    MethodologyError
        I511, I530 where no share of the result can be material.
    """
    plan = verification_plan(run, threshold) if threshold is not None else None
    return AuditReport(run, audit_findings(run, desk.by_audit if desk else None), rulings_table(run, rerun), desk, plan)


def desk_beside(run: Run, read_unit: UnitReader, load: Loader) -> Desk | None:
    """Return what the documents of a project state beside its run, ``None`` where it names none.

    Parameters
    ----------
    read_unit
        Reads the text of a unit.
    load
        Reads another version of the methodology, by its reference.

    Raises
    ------
    MethodologyError
        For documents that cannot be read.
    """
    return desk_of(run, read_unit, lambda targets: rereader(run, read_unit, targets), other_versions(run.methodology, load))


# -- text


def audit_text(report: AuditReport, *, verbose: bool = False) -> str:
    """Return an audit for reading in a terminal."""
    run = report.run
    shown = _shown(report)
    parts = [
        "\n".join([*head_lines(run), *_identity(run)]),
        yearly_text(run),
        "\n".join(result_lines(run)),
        questions_grid(report).text,
        desk_text(report.desk) if report.desk else "",
        "\n".join(verdicts_lines(run.verdicts, verbose=verbose)),
        grounds_text(run_tallies(run), RUN_TITLE, named=True),
        "\n".join(_sources(run, verbose=verbose)),
        "\n".join(_rulings(report.rulings)),
        plan_text(report.plan) if report.plan else "",
        findings_text(report.findings, shown, verbose=verbose, beside=_in_the_table(report, shown)),
        "" if verbose or not shown else "--verbose shows every note with its evidence and source; --receipt FILE keeps all of this",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _identity(run: Run) -> Iterator[str]:
    files = [
        f"{run.project.path.name} {run.project.sha256[:12]}",
        *(f"{name} {sha[:12]}" for name, sha in sorted(run.inputs.files)),
    ]
    yield f"SHA-256: spec {run.methodology.hash[:12]} ({len(run.methodology.files)} files); " + ", ".join(files)


def _in_the_table(report: AuditReport, shown: Sequence[Finding]) -> str:
    others = len(report.findings) - len(shown)
    return f"; {others} of them in the table of readings above" if others else ""


def _shown(report: AuditReport) -> list[Finding]:
    """Return the findings without the notes that the table of rulings shows better."""
    return [finding for finding in report.findings if finding.code != "A716" or finding.severity != "note"]


def questions_grid(report: AuditReport) -> TextGrid:
    """Return every question of an audit with its answer in a few words."""
    rows = []
    for audit, found in report.audits:
        worst = next((s for s in ("error", "warning", "note") if any(f.severity == s for f in found)), "")
        words = report.answer(audit, found)
        rows.append([audit.question, coloured(words, worst) if worst in ("error", "warning") else words])
    moved = len({line.ruling for line in report.rulings.lines if line.moves})
    some = f"{moved} ruling{'s' if moved != 1 else ''} move{'' if moved != 1 else 's'} the result; table below"
    rows.append([_RULINGS, some if report.rulings.lines else "not asked: the text has no open reading"])
    return text_grid(["what was asked", "found"], rows)


def _sources(run: Run, *, verbose: bool) -> Iterator[str]:
    """Yield the sources of numbers of one quantity that have several; of many cells the first, unless all are wanted."""
    for id_, said in sources_by_cell(run):
        yield bold(f"sources of {id_}")
        shown = said if verbose else said[:_MOST_SOURCES]
        yield from (wrapped(f"  {cell}: {text}", "    ") for cell, text in shown)
        if len(said) > len(shown):
            yield f"  and {len(said) - len(shown)} more; --verbose shows all"


def _rulings(rulings: RulingsTable) -> Iterator[str]:
    if rulings.lines:
        found = readings_grid(rulings)
        yield bold(found.title)
        if found.rows:
            yield found.text
        for line in rulings.lines:
            if line.error:
                yield wrapped(f"  {line.ruling} = {line.reading} does not run: {line.error}", "    ")
        idle = list(dict.fromkeys(line.ruling for line in rulings.lines if not line.applies))
        if idle:
            yield wrapped("asked for by nothing under these choices: " + ", ".join(idle), "  ")
    if rulings.settled:
        yield wrapped("decisions without an alternative: " + ", ".join(rulings.settled), "  ")
    if rulings.by_input:
        yield wrapped(f"not measured, for only another input can take the other side ({_input_count(rulings)}): "
                      + ", ".join(entry.id for entry in rulings.by_input), "  ")  # fmt: skip


def readings_grid(rulings: RulingsTable) -> TextGrid:
    """Return the result under each reading of the rulings that apply as a table."""
    title = f"open readings of the text, and {rulings.quantity} in {rulings.unit} under each (* taken here), what moves most first"
    others = [f"difference in {other.quantity} ({other.unit})" for other in rulings.others]
    heads = ["ruling", "reading", rulings.quantity, "difference", "%", *others]
    rows = [_row(line, rulings) for line in rulings.lines if line.applies]
    return text_grid(heads, rows, range(2, len(heads)), title, once=True)


def _input_count(rulings: RulingsTable) -> str:
    number = len(rulings.by_input)
    return f"{number} place{'s' if number != 1 else ''} of the text that can move the result; --format md shows the inputs"


def _row(line: ReadingLine, rulings: RulingsTable) -> list[str]:
    name = line.reading + (" *" if line.taken else "")
    if line.result is None or line.difference is None:
        return [line.ruling, name, "does not run", "", "", *("" for _ in rulings.others)]
    if line.taken:
        return [line.ruling, name, _exact(line.result), "", "", *("" for _ in rulings.others)]
    shown = [line.ruling, name, _exact(line.result), _signed(line.difference), _share(line.difference, rulings.total)]
    return [*shown, *(_signed(difference or 0.0) for _, difference in line.others)]


def _exact(value: float) -> str:
    return f"{value:,.3f}"


def _signed(value: float) -> str:
    return "0" if value == 0 else f"{value:+,.3f}"


def _share(value: float, total: float) -> str:
    if total == 0 or value == 0:
        return ""
    share = 100 * value / abs(total)
    return f"{share:+.2f}" if abs(share) >= _LEAST_SHARE else "< 0.01"


# -- Markdown


def audit_markdown(report: AuditReport) -> str:
    """Return an audit as Markdown."""
    run = report.run
    lines = [f"# Audit: {markdown_text(run.project.name)}", ""]
    lines += [f"- {markdown_text(plain(line))}" for line in head_lines(run)]
    lines += [
        f"- methodology SHA-256: `{run.methodology.hash}`",
        f"- project file: {code_text(run.project.path.name)}, SHA-256: `{run.project.sha256}`",
        *(f"- data file: {code_text(name)}, SHA-256: `{sha}`" for name, sha in sorted(run.inputs.files)),
    ]
    lines += ["", "## Result", ""] + [f"**{markdown_text(plain(line))}**  " for line in result_lines(run)]
    lines += ["", *yearly_markdown(run)]
    lines += ["", "## What was asked", "", "| question | findings |", "|---|---|"]
    lines += [f"| {audit.question} | {report.answer(audit, found)} |" for audit, found in report.audits]
    lines += ["", "## Documents beside the recomputation", "", *desk_markdown(report.desk)] if report.desk else []
    lines += ["", "## Verification plan", "", *plan_markdown(report.plan)] if report.plan else []
    lines += ["", "## Rules", "", *verdicts_markdown(run.verdicts)]
    if counted_grounds := run_tallies(run):
        lines += ["", f"## {RUN_TITLE.capitalize()}", "", *grounds_markdown(counted_grounds)]
    lines += ["", "## Findings", ""] + (list(findings_markdown(_shown(report))) or ["none"])
    by_cell = [(f"{markdown_text(cell)}: {markdown_text(text)}") for _, said in sources_by_cell(run) for cell, text in said]
    lines += ["", "## Sources that differ within a quantity", "", *(f"- {line}" for line in by_cell)] if by_cell else []
    lines += ["", "## Rulings", "", *_rulings_markdown(report.rulings)]
    return "\n".join(lines) + "\n"


def _rulings_markdown(rulings: RulingsTable) -> Iterator[str]:
    yield f"{rulings.quantity} under each reading of the open places of the text, one changed at a time; * is taken here."
    yield ""
    others = "".join(f" difference in {other.quantity} ({other.unit}) |" for other in rulings.others)
    yield f"| ruling | reading | what it says | {rulings.quantity} ({rulings.unit}) | difference | % |{others}"
    yield "|---|---|---|---:|---:|---:|" + "---:|" * len(rulings.others)
    for line in rulings.lines:
        if not line.applies:
            cells = ["as it is", "", ""]
        elif line.result is None or line.difference is None:
            cells = [markdown_text(f"does not run: {line.error}"), "", ""]
        else:
            cells = [_exact(line.result), "" if line.taken else _signed(line.difference), _share(line.difference, rulings.total)]
        cells += ["" if line.taken or not line.applies or moved is None else _signed(moved) for _, moved in line.others]
        star = " \\*" if line.taken else ""
        said = f"{markdown_text(line.ruling)} | {markdown_text(line.reading)}{star} | {markdown_text(line.meaning)}"
        yield f"| {said} | " + " | ".join(cells) + " |"
    yield ""
    if rulings.settled:
        yield "Decisions without an alternative: " + markdown_text(", ".join(rulings.settled)) + "."
    if rulings.by_input:
        yield ""
        yield "Not measured: places of the text that can move the result, and whose other side only another input can take."
        yield ""
        yield "| register | inputs | what is open |"
        yield "|---|---|---|"
        for entry in rulings.by_input:
            yield f"| {markdown_text(entry.id)} | {markdown_text(', '.join(entry.inputs))} | {markdown_text(entry.wrong)} |"


# -- data


def audit_record(report: AuditReport) -> dict[str, object]:
    """Return an audit as plain data."""
    run = report.run
    return {
        "format": AUDIT_FORMAT,
        "methodology": {"id": run.methodology.id, "version": run.methodology.version, "hash": run.methodology.hash},
        **tools_record(run.methodology),
        "project": {"name": run.project.name, "file": run.project.path.name, "sha256": run.project.sha256},
        "operation": {"start": run.setting.start, "end": run.setting.end},
        "choices": dict(run.setting.choices),
        "readings": dict(run.setting.readings),
        "result": {
            "quantity": run.headline.label,
            "value": run.headline.value,
            "unit": str(run.methodology.quantity[run.methodology.result].unit),
        },
        **results_record(run),
        "audits": [
            {"id": a.id, "question": a.question, "findings": len(found), "worst": _worst(found),
             "not_asked": "" if found else report.why_not_asked(a)} for a, found in report.audits
        ],
        **({"documents": desk_record(report.desk)} if report.desk else {}),
        "rules": [verdict.as_record() for verdict in run.verdicts],
        "findings": [finding.as_record() | {"audit": a.id} for a, found in report.audits for finding in found]
        + [finding.as_record() | {"audit": "rulings"} for finding in ruling_findings(report.rulings)],
        "sources": {id_: [{"cell": cell, "source": text} for cell, text in said] for id_, said in sources_by_cell(run)},
        "rulings": report.rulings.as_record(),
        **({"verification_plan": plan_record(report.plan)} if report.plan else {}),
        **grounds_record(run_tallies(run)),
    }


def _worst(findings: Sequence[Finding]) -> str:
    return next((s for s in ("error", "warning", "note") if any(f.severity == s for f in findings)), "")
