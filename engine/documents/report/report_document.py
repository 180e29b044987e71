"""The document of one run: results by year, charts, every equation with numbers, inputs with sources, findings, rulings, hashes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from engine.audit.report import AuditReport
from engine.audit.rulings_table import ReadingLine
from engine.documents.model import (
    Badge,
    Block,
    Break,
    Bullets,
    Code,
    Document,
    Facts,
    Figure,
    Heading,
    Inlines,
    Live,
    Note,
    Page,
    Paragraph,
    Ref,
    Soft,
    Spot,
    Strong,
    Table,
    TableRow,
    Tiles,
    anchor_of,
    between,
)
from engine.documents.pages.ground_table import ground_blocks
from engine.documents.report.accounting import emission_sources, of_role, years_of
from engine.documents.report.figures import Figures
from engine.documents.report.flow_charts import flow_charts
from engine.documents.report.report_numbers import equation_sections, input_sections
from engine.documents.report.uncertainty import uncertainty_blocks
from engine.documents.subject import Subject
from engine.finding import Finding
from engine.output.terminal import number
from engine.report.findings import counted, sentence
from engine.report.grounds import RUN_TITLE, run_tallies
from engine.report.run_report import decimals
from engine.report.whole_units import whole_units
from engine.report.yearly_table import fixed, yearly_table
from engine.run.rules import HELD, IDLE, Verdict, tallied
from engine.run.run import Run
from equations.model.quantity import Quantity

#: Anchor and name of each part, for the navigation.
PARTS = (
    ("results", "Results"),
    ("equations", "Equations"),
    ("inputs", "Inputs"),
    ("findings", "Findings"),
    ("rules", "Rules"),
    ("rulings", "Rulings"),
    ("reproduce", "Reproduce"),
)
_LEAST_SHARE = 0.00005
_PAGE = "report"


def report_document(writer: Report) -> Document:
    """Return the document of a run."""
    page = Page(_PAGE, writer.run.project.name, tuple(writer.blocks()))
    subtitle = f"{writer.run.methodology.reference} · {writer.run.project.name}"
    refs = [Ref("equation", e.id) for e in writer.figures.equations] + [Ref("quantity", q) for q in writer.figures.numbers]
    places = {ref: Spot(_PAGE, anchor_of(ref)) for ref in refs if ref.kind == "equation" or ref.id not in writer.run.values.steps}
    return Document(writer.run.project.name, subtitle, (page,), places)


@dataclass(frozen=True)
class Report:
    """Writes the report of one audited run.

    Attributes
    ----------
    version
        Version of this program, for the part on reproduction.
    draws
        How often the declared uncertain inputs are drawn for the pictures of uncertainty; 0 leaves these out.
    """

    audit: AuditReport
    version: str
    draws: int = 0

    @property
    def run(self) -> Run:
        """The run."""
        return self.audit.run

    @cached_property
    def figures(self) -> Figures:
        """All numbers of the run."""
        return Figures(self.run)

    @cached_property
    def subject(self) -> Subject:
        """The methodology."""
        return Subject(self.run.methodology)

    def blocks(self) -> Iterator[Block]:
        """Yield the whole report."""
        yield from self.head()
        yield from self.results()
        yield from ground_blocks(run_tallies(self.run), Heading(3, (RUN_TITLE.capitalize(),)))
        yield from self.charts()
        yield from uncertainty_blocks(self.run, self.draws)
        yield Heading(2, ("Every equation, with its numbers",), "equations")
        yield Paragraph(
            (
                "In the order of the publication. A number leads to where it comes from: its own equation, or the file and line "
                "in which it was given.",
            )
        )
        yield from equation_sections(self.figures, self.subject)
        yield Heading(2, ("Inputs and their sources",), "inputs")
        yield from input_sections(self.figures, self.subject)
        yield from self.findings()
        yield from self.rules()
        yield from self.rulings()
        yield from self.reproduce()

    # -- head

    def head(self) -> Iterator[Block]:
        run, m = self.run, self.run.methodology
        yield Heading(1, (run.project.name,))
        description = run.project.identity.get("description", "")
        if description:
            yield Paragraph((description,), "lead")
        if run.project.identity.get("illustrative") == "yes":
            made_up = Paragraph(("The project file says that its numbers are made up. No result can rest on them.",))
            yield Note("fault", ("Illustrative",), (made_up,))
        if run.inputs.replaced:
            numbers = Bullets(tuple((one.said,) for one in run.inputs.replaced))
            yield Note("fault", ("Not the project as reported: numbers are set in its place",), (numbers,))
        if m.status_note:
            yield Note("editor", (f"The methodology is {m.status}",), (Paragraph((m.status_note,)),))
        periods = "; ".join(f"{p.id}: {p.start} to {p.end}" for p in run.project.periods)
        facts: list[tuple[Inlines, Inlines]] = [
            (
                ("Methodology",),
                (f"{m.reference} ", Badge(m.status, "good" if m.status == "published" else "warning"), f" {m.title}"),
            ),
            (("Operation",), (f"{run.setting.start} to {run.setting.end}",)),
            (("Monitoring periods",), (periods or "none",)),
        ]
        if m.tools:
            facts.append((("Tools",), between((Code(tool.path), f" {tool.reference} {tool.title}") for tool in m.tools)))
        if run.setting.choices:
            facts.append((("Choices",), between((Code(id_), f" {value}") for id_, value in run.setting.choices.items())))
        other = [r for r in m.rulings if run.setting.readings[r.id] != r.default]
        said = between((Code(r.id), f" {run.setting.readings[r.id]} (default: {r.default})") for r in other) or ("all by default",)
        if m.rulings:
            facts.append((("Readings",), said))
        yield Facts(tuple(facts))
        yield Tiles(tuple(self.tiles()))

    def tiles(self) -> Iterator[tuple[str, Inlines, Inlines]]:
        run, m = self.run, self.run.methodology
        for id_, headline in run.results.items():
            whole, unit = whole_units(run, id_), str(m.quantity[id_].unit)
            counted_in = f"{unit}; {whole.words}: {whole.total:,}{whole.how}" if whole is not None else unit
            cells, value = self.figures.numbers[id_], fixed(headline.value, 1)
            shown: Inlines = (Figure(value, id_, cells[0].cell),) if len(cells) == 1 else (Live(value, f"result:{id_}"),)
            name = m.called(id_) if headline.label == id_ else f"{m.called(id_)}: {headline.label}"
            yield name, shown, (Live(counted_in, f"whole:{id_}") if whole is not None else counted_in,)
        rows = {row.quantity.role: row for row in yearly_table(run).rows if row.total is not None}
        for role in ("baseline", "project", "reductions"):
            if role in rows:
                row, quantity = rows[role], rows[role].quantity
                yield f"{quantity.title}, all years", (Live(row.total_cell, f"total:{quantity.id}"),), (str(quantity.unit),)
        notes = [finding for finding in self.audit.findings if finding.severity == "note"]
        serious = [finding for finding in self.audit.findings if finding.severity != "note"]
        yield "Findings", (counted(serious) if serious else "no error, no warning",), (f"and {counted(notes)}" if notes else "and no note",)

    # -- results

    def results(self) -> Iterator[Block]:
        run, m = self.run, self.run.methodology
        yield Heading(2, ("Results by year",), "results")
        found = yearly_table(run)
        years, lines = found.years, []
        for yearly in found.rows:
            quantity, total = yearly.quantity, yearly.total_cell
            cells = [(self.figures.figure(quantity.id, at, cell),) if cell else ("",) for at, cell in enumerate(yearly.cells)]
            name: Inlines = (self.subject.math(quantity), f" {quantity.title}")
            tone, all_years = "result" if quantity.role == "credits" else "", Live(total, f"total:{quantity.id}")
            lines.append(TableRow((name, (str(quantity.unit),), *cells, (Strong((all_years,)),)), tone=tone))
        head = (("Quantity",), ("Unit",), *((year,) for year in years), ("All years",))
        yield Table(
            head, tuple(lines), right=tuple(range(2, 3 + len(years))), look="plain", weights=(3.4, 0.9, *(1.3 for _ in years), 1.4)
        )
        if found.note:
            yield Paragraph((Soft((found.note,)),))
        in_table = {row.quantity.id for row in found.rows}
        shown = [q for q in m.reported if q not in in_table and q in run.values.arrays]
        for id_ in shown:
            numbers, own = self.figures.numbers[id_], m.quantity[id_]
            unit = f" {own.unit}" if own.type == "number" else ""
            axes = ", ".join(axis.replace("_", " ") for axis in m.quantity[id_].indices)
            items = tuple(
                (Code(n.name), " = ", Strong((self.figures.figure(n.quantity, n.cell, decimals(own.type, n.value)),)), unit)
                for n in numbers
            )
            title = m.called(id_) if id_ in m.result_ids else m.quantity[id_].title
            yield Paragraph((title + (f", by {axes}" if axes else ""),), "tight")
            yield Bullets(items)

    def charts(self) -> Iterator[Block]:
        yield Heading(3, ("Charts",))
        yield from flow_charts(self.run)
        emissions = of_role(self.run, "project")
        if emissions is not None and len(emission_sources(self.run)) > 1:
            yield self.breakdown(emissions)

    def breakdown(self, emissions: Quantity) -> Table:
        """Return the emissions with the project source by source."""
        years, unit = years_of(self.run), str(emissions.unit)
        sources = emission_sources(self.run)
        total = math.fsum(abs(s.total) for s in sources) or 1.0
        rows = [
            TableRow(((s.name,), *((Live("no number" if math.isnan(v) else f"{v:,.1f}", f"source:{at}:{y}"),) for y, v in enumerate(s.values)),
                      (Live(f"{s.total:,.1f}", f"source:{at}:total"),), (Live(f"{s.total / total:.2%}", f"source:{at}:share"),)))
            for at, s in enumerate(sources)
        ]  # fmt: skip
        head = (("Source",), *((year,) for year in years), ("All years",), ("Share",))
        return Table(
            head,
            tuple(rows),
            (f"{emissions.title} by source, {unit}",),
            tuple(range(1, 3 + len(years))),
            look="plain",
            weights=(3.4, *(1.3 for _ in years), 1.4, 1),
        )

    # -- findings and rulings

    def findings(self) -> Iterator[Block]:
        yield Heading(2, ("Findings",), "findings")
        clean_: list[str] = []
        unasked: list[str] = []
        for audit, found in self.audit.audits:
            if not found:
                reason = self.audit.why_not_asked(audit)
                (unasked if reason else clean_).append(f"{audit.question} {reason}".strip())
                continue
            yield Heading(3, (audit.question,))
            yield Table(
                (("Severity",), ("Finding",), ("About",), ("Source",)),
                tuple(map(_finding_row, found)),
                weights=(0.9, 5.2, 1.5, 1.8),
            )
        if clean_:
            yield Note("good", ("Nothing was found by these audits",), (Bullets(tuple((question,) for question in clean_)),))
        if unasked:
            yield Note("plain", ("These questions were not asked",), (Bullets(tuple((text,) for text in unasked)),))

    def rules(self) -> Iterator[Block]:
        """Yield the verdict on each rule of the methodology."""
        verdicts = self.run.verdicts
        yield Heading(2, ("Rules of the methodology",), "rules")
        yield Paragraph((f"{tallied(verdicts)}." if verdicts else "The methodology has none.",))
        if not verdicts:
            return
        rows = [
            TableRow(
                (
                    (Code(v.rule),),
                    (v.statement,),
                    (Badge(v.state, _badge(v)),),
                    tuple(between((x,) for x in (v.why, f"does not apply to {v.partly}" if v.partly else "") if x)),
                )
            )
            for v in verdicts
        ]
        yield Table((("Rule",), ("What it says",), ("Verdict",), ("Why",)), tuple(rows), weights=(1.5, 4, 1.1, 2.6))

    def rulings(self) -> Iterator[Block]:
        table = self.audit.rulings
        yield Heading(2, ("What hangs on the readings of the text",), "rulings")
        yield Paragraph(
            (
                "Each line is the same project run again under one other reading, everything else as it is. ",
                "The result of this run is ",
                Strong((f"{table.total:,.3f} {table.unit}",)),
                ".",
            )
        )
        rows = [
            row for ruling in dict.fromkeys(line.ruling for line in table.lines if line.applies) for row in self.ruling_rows(ruling)
        ]
        head = (("Ruling",), ("Reading",), ("What it means",), (f"Result, {table.unit}",), ("Difference",), ("Share",))
        yield Table(head, tuple(rows), right=(3, 4, 5), weights=(1.6, 1.5, 3.4, 1.6, 1.4, 1.1))
        idle = list(dict.fromkeys(line.ruling for line in table.lines if not line.applies))
        if idle:
            yield Paragraph(
                (Soft(("Asked for by nothing under the choices of this project: ", *between((Code(x),) for x in idle), ".")),)
            )
        if table.settled:
            yield Paragraph((Soft(("Decisions without an alternative: ", *between((Code(x),) for x in table.settled), ".")),))

    def ruling_rows(self, ruling: str) -> Iterator[TableRow]:
        table = self.audit.rulings
        lines = [line for line in table.lines if line.ruling == ruling]
        for at, line in enumerate(sorted(lines, key=lambda x: not x.taken)):
            yield TableRow(
                ((Code(ruling),) if at == 0 else ("",), *_reading_cells(line, table.total)), tone="taken" if line.taken else ""
            )

    # -- reproduction

    def reproduce(self) -> Iterator[Block]:
        run, m = self.run, self.run.methodology
        yield Heading(2, ("Reproduce this report",), "reproduce")
        project = run.project
        stated = {id_: scalar.text for id_, scalar in project.choices.items()}
        read = {r.id: project.readings[r.id].text if r.id in project.readings else r.default for r in m.rulings}
        switches = [f"--choose {id_}={value}" for id_, value in run.setting.choices.items() if stated.get(id_) != value]
        switches += [
            f"--reading {id_}={run.setting.readings[id_]}" for id_, reading in read.items() if run.setting.readings[id_] != reading
        ]
        switches += [f"--draws {self.draws}"] if self.draws else []
        command = " ".join(["mrvgraph report", m.reference, run.project.path.name, *switches, "-o report.html"])
        yield Paragraph(
            (
                "With the files below, this command gives the same report to the byte, and ",
                Code("mrvgraph audit --receipt FILE"),
                " keeps a receipt that ",
                Code("mrvgraph verify"),
                " compares to the bit:",
            )
        )
        yield Paragraph((Code(command),))
        files = [(f"spec: {_file_name(name)}", sha) for name, sha in m.files]
        files += [
            (f"project: {run.project.path.name}", run.project.sha256),
            *((f"data: {_file_name(name)}", sha) for name, sha in sorted(run.inputs.files)),
        ]
        rows = [TableRow(((name,), (Code(sha),))) for name, sha in [("what the spec says, whichever files hold it", m.hash), *files]]
        yield Table((("File",), ("SHA-256",)), tuple(rows), weights=(2, 4))
        yield Facts(((("Program",), (f"mrvgraph {self.version}",)),))


def _file_name(name: str) -> str:
    """Return a file's name; of a path that only this machine has, only its end."""
    path = PurePath(name)
    return path.name if path.is_absolute() or ".." in path.parts else name


def _badge(verdict: Verdict) -> str:
    return {HELD: "good", IDLE: "plain"}.get(verdict.state, verdict.severity)


def _finding_row(finding: Finding) -> TableRow:
    parts: list[Inlines] = [(sentence(finding),)]
    parts += [
        (Soft((f"{word}: {text}",)),) for word, text in (("Evidence", finding.evidence), ("What to do", finding.remedy)) if text
    ]
    joined: Inlines = ()
    for part in parts:
        joined += ((Break(),) if joined else ()) + part
    about: Inlines = (Code(finding.subject), Break(), Soft((finding.code,)))
    return TableRow(((Badge(finding.severity, finding.severity),), joined, about, (finding.source,)))


def _reading_cells(line: ReadingLine, total: float) -> Iterator[Inlines]:
    yield (Code(line.reading), " ", Badge("taken", "good")) if line.taken else (Code(line.reading),)
    yield (line.meaning,)
    if line.result is None:
        yield (line.error,)
        yield ()
        yield ()
        return
    yield (f"{line.result:,.3f}",)
    difference = line.difference or 0.0
    yield (
        (Strong((("+" if difference > 0 else "−" if difference < 0 else "") + number(abs(difference)),)),) if not line.taken else ()
    )
    yield (_share(difference / total),) if total and not line.taken else ()


def _share(part: float) -> str:
    """Return a share in percent; what would round to nothing is called small."""
    if part and abs(part) < _LEAST_SHARE:
        return "< 0.01\N{NO-BREAK SPACE}%"
    return f"{100 * part:+.2f}\N{NO-BREAK SPACE}%".replace("-", "−") if part else "0"
