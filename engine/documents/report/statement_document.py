"""The statement of a verification as a page to be signed and filed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.audit.receipts.opinion import ADVERSE, DISCLAIMED, OF_DOCUMENTS, QUALIFIED
from engine.audit.receipts.receipt import Record
from engine.documents.model import (
    Badge,
    Block,
    Break,
    Code,
    Document,
    Facts,
    Heading,
    Inlines,
    Note,
    Page,
    Paragraph,
    Soft,
    Strong,
    Table,
    TableRow,
)
from engine.output.terminal import number

PARTS = (
    ("opinion", "Opinion"), ("results", "Results"), ("compared", "What was compared"), ("open", "Open findings"), ("files", "Files"),
    ("signature", "Signature"),
)  # fmt: skip
_MOST_FINDINGS = 60
#: What an opinion says, after the name of the claim.
_SAID = {
    ADVERSE: "The claim is materially misstated.",
    DISCLAIMED: "No document beside the project claims the result, so that there is no claim to give an opinion on.",
    QUALIFIED: "The claim is not known to be materially misstated, except for what is open below.",
}
_CLEAN = "Nothing came to notice by which the claim would be materially misstated."


def statement_document(statement: Record, digest: str) -> Document:
    """Return the document of a statement.

    Parameters
    ----------
    digest
        SHA-256 of the statement as a JSON file, by which paper and file belong together.
    """
    said: Any = statement
    reference = f"{said['methodology']['id']}@{said['methodology']['version']}"
    page = Page("statement", "Verification statement", tuple(_blocks(said, reference, digest)))
    return Document("Verification statement", f"{reference} · {said['project'].get('name', '')}", (page,), {})


def _blocks(said: Any, reference: str, digest: str) -> Iterator[Block]:
    operation, project = said["operation"], said["project"]
    yield Heading(1, ("Verification statement",))
    periods = "; ".join(f"{one['id']}: {one['start']} to {one['end']}" for one in operation["periods"])
    rows = [("Project", project.get("name", "")), ("Registration number", project.get("reference", "")), ("Developer", project.get("developer", "")),
            ("Country", project.get("country", "")), ("Methodology", f"{reference} ({said['methodology']['status']})"),
            ("Monitoring periods", periods),
            ("Verifier", said["verifier"]), ("Date", said["date"])]  # fmt: skip
    yield Facts(tuple(((name,), (text,)) for name, text in rows if text))
    if project.get("illustrative") == "yes":
        made_up = Paragraph(("The project file says that its numbers are made up. No result can rest on them.",))
        yield Note("fault", ("Illustrative",), (made_up,))
    yield from _opinion(said["opinion"])
    yield Heading(2, ("Results as recomputed",), "results")
    yield Table((("Result",), ("Value",), ("Unit",)), tuple(TableRow(((Code(one["quantity"]),), (_exact(one["value"]),), (one["unit"],)))
                                                           for one in said["results"]), right=(1,), weights=(3, 2, 1.2))  # fmt: skip
    yield from _compared(said["compared"])
    yield from _open(said["open_findings"], said["opinion"]["unit"])
    yield from _files(said, digest)
    yield Heading(2, ("Signature",), "signature")
    yield Paragraph(("The file of this statement is signed, and verified with the public key of the verifier, as docs/auditing.md shows.",), "soft")
    yield Facts(tuple(((name,), ("_" * 40,)) for name in ("Name", "Place and date", "Signature")))


def _opinion(opinion: Any) -> Iterator[Block]:
    word, unit = opinion["opinion"], opinion["unit"]
    share = f"{100 * opinion['materiality']:g}\N{NO-BREAK SPACE}%"
    claimed = opinion["claimed_less_recomputed"]
    facts = [
        ("Materiality", f"{share} of the result: {number(opinion['threshold'])} {unit}"),
        ("Claim", "no document claims the result" if claimed is None else f"{claimed:+,.6g} {unit} beside what is recomputed"),
        ("Open errors", f"{opinion['errors']}; they move {number(opinion['moved_by_errors'])} {unit}, {opinion['errors_not_measured']} not measured"),
        ("Open warnings", f"they move {number(opinion['moved_by_warnings'])} {unit}, {opinion['warnings_not_measured']} not measured"),
    ]
    tone = "fault" if word == ADVERSE else "ruling" if word in (QUALIFIED, DISCLAIMED) else "good"
    yield Heading(2, (f"Opinion: {word}",), "opinion")
    yield Note(tone, (_SAID.get(word, _CLEAN),), (Facts(tuple(((name,), (text,)) for name, text in facts)),))
    yield Table((("Opinion",), ("It is given where",)), tuple(TableRow(((Strong((name,)) if name == word else name,), (rule,)))
                                                             for name, rule in opinion["rules"].items()), weights=(1, 5))  # fmt: skip


def _compared(compared: Any) -> Iterator[Block]:
    yield Heading(2, ("What was compared",), "compared")
    rows = tuple(TableRow(((one["question"],), (one["answer"],))) for one in compared["questions"])
    yield Table((("Question",), ("Answer",)), rows, weights=(3, 3))
    yield Paragraph((f"Rules of the methodology: {compared['rules']}.",))
    stated = compared["documents"]
    if not stated:
        yield Paragraph(("No document beside the project states a number.",))
        return
    yield Heading(3, ("What documents state",))
    head = (("Stated of",), ("Document",), ("Stated",), ("Recomputed",), ("State",))
    yield Table(head, tuple(TableRow(_stated(one)) for one in stated), right=(2, 3), weights=(1.4, 3, 1.6, 1.8, 1.6))


def _stated(one: Any) -> tuple[Inlines, ...]:
    where = (Break(), Soft((one["where"],))) if one["where"] else ()
    stated, ours = f"{one['written']} {one['unit']}", f"{number(one['recomputed'])} {one['in']}"
    return (Code(one["what"]),), (one["document"], *where), (stated,), (ours,), (one["state"],)


def _open(findings: Any, unit: str) -> Iterator[Block]:
    yield Heading(2, ("Open findings",), "open")
    if not findings:
        yield Paragraph(("None.",))
        return
    rows = []
    for one in findings[:_MOST_FINDINGS]:
        moves = f"{one['moves']:+,.6g} {unit}" if one.get("moves") is not None else "in the claim" if one["code"] in OF_DOCUMENTS else "not known"
        place = f"{one['file']}:{one['line']}" if one.get("file") and one.get("line") else ""
        below = [(Break(), Soft((text,))) for text in (one["evidence"], place) if text]
        what: Inlines = (one["what"], *(part for parts in below for part in parts))
        rows.append(TableRow(((Badge(one["severity"], one["severity"]), Break(), Soft((one["code"],))), what, (moves,), (one["remedy"],))))
    head = (("Finding",), ("What",), ("Moves the result by",), ("To do",))
    yield Table(head, tuple(rows), right=(2,), weights=(1, 4, 1.6, 2.2))
    if len(findings) > _MOST_FINDINGS:
        yield Paragraph((f"and {len(findings) - _MOST_FINDINGS} more, which the file of the statement lists.",))


def _files(said: Any, digest: str) -> Iterator[Block]:
    yield Heading(2, ("Files",), "files")
    files = [("what the methodology says, whichever files hold it", said["methodology"]["hash"])]
    files += [(f"methodology: {one['name']}", one["sha256"]) for one in said["spec_files"]]
    files += [(f"project: {one['name']}", one["sha256"]) for one in said["project_files"]]
    files += [("this statement as a JSON file", digest)]
    yield Table((("File",), ("SHA-256",)), tuple(TableRow(((name,), (Code(sha),))) for name, sha in files), weights=(2, 4))
    yield Facts(((("Program",), (f"mrvgraph {said['mrvgraph']}",)),))


def _exact(value: float) -> str:
    return f"{value:,.3f}"
