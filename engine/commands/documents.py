"""The work of `mrvgraph docs` and `mrvgraph report`: the files of a document, writing them, and whether those there are current."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.audit.report import AuditReport
from engine.documents.pages.methodology_document import methodology_document
from engine.documents.report.report_document import Report, report_document
from engine.documents.report.report_page import report_html
from engine.documents.writers.markdown import MarkdownWriter, file_name, markdown_files
from engine.documents.writers.pdf import pdf_bytes
from engine.documents.writers.site import site_files
from engine.documents.writers.typst_source import typst_source
from engine.output.written_files import write_bytes, write_folder
from engine.typesetting.fonts.glyph_check import refuse_unshown
from equations.errors import InputError, MethodologyError
from equations.files.regular_file import digest_of
from equations.library.places import library, library_folders
from equations.library.spec_files import load_methodology
from equations.model.methodology import Methodology
from equations.shown import Shown

Files = dict[str, bytes]
REPORT_FILE = "report.html"
PAGES_FOLDER = "docs/methodologies"
WAYS = ("site", "md", "pdf")


@dataclass(frozen=True)
class Written(Shown):
    """What was written, or was found when the files on disk were compared.

    Attributes
    ----------
    files
        Names with SHA-256.
    stale
        What is wrong with the files on disk.
    notes
        What was left out, and why.
    """

    said: str
    files: tuple[tuple[str, str], ...]
    stale: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "files": [{"name": name, "sha256": sha} for name, sha in self.files],
            "stale": list(self.stale),
            "notes": list(self.notes),
        }

    @property
    def text(self) -> str:
        """What to tell a reader."""
        return "\n".join(self.stale or (self.said,)) + "\n"


def document(
    reference: str | None,
    output: str | None,
    way: str | None,
    *,
    check: bool = False,
    audit: AuditReport | None = None,
    version: str = "",
) -> Written:
    """Write the documentation of a methodology, or compare what is there.

    Parameters
    ----------
    reference
        A methodology; with ``check`` and none, every one whose Markdown pages are checked in.
    output
        Folder, or a file that ends in ``.pdf``.
    way
        ``site``, ``md`` or ``pdf``; by what ``output`` ends in where it is not said.

    Raises
    ------
    InputError
        I502 where no methodology is named or found, I514 where a package is missing.
    """
    way = way or ("pdf" if (output or "").endswith(".pdf") else "md" if check and not reference else "site")
    folder = Path(output or (PAGES_FOLDER if way == "md" else "site"))
    references = [reference] if reference else checked_in(folder) if check else []
    if not references:
        what = f"no methodology's pages are checked in under {folder.name}" if check else "no methodology is named"
        raise InputError("I502", what, remedy="name one, such as " + next((name for name, _ in library()), "a path"))
    made: Files = {}
    stale: list[str] = []
    notes: tuple[str, ...] = ()
    alone = folder.suffix == ".pdf" and way == "pdf"
    for name in references:
        methodology = load_methodology(name)
        others, faults = other_versions(methodology)
        files = methodology_files(methodology, others, way, audit, version)
        here, files = (folder.parent, {folder.name: next(iter(files.values()))}) if alone else (folder, files)
        if check:
            stale += stale_files(here, files, file_prefix(methodology) if way == "md" else "")
        else:
            write_bytes(folder, files[folder.name]) if alone else write_folder(here, files)
        made |= files
        notes += faults
    return Written(_said(made, folder, way, check), _hashed(made), tuple(stale), notes)


def _said(made: Files, folder: Path, way: str, check: bool) -> str:
    if check:
        return f"{len(made)} files are current"
    said = f"{len(made)} file{'s' if len(made) > 1 else ''} written"
    return f"{said}; open {folder.name}/index.html" if way == "site" else said


def report(audit: AuditReport, output: str, way: str | None, version: str, draws: int = 0) -> Written:
    """Write the report of an audited run as one file."""
    path = Path(output)
    content = report_bytes(audit, way or {".pdf": "pdf", ".md": "md"}.get(path.suffix, "html"), version, draws)
    write_bytes(path, content)
    return Written(f"{path.name} written", _hashed({path.name: content}))


def other_versions(methodology: Methodology) -> tuple[tuple[Methodology, ...], tuple[str, ...]]:
    """Return the other versions in the library, and what is wrong with those that cannot be read."""
    found, faults = [], []
    for reference, path in library():
        if reference.split("@")[0] == methodology.id and reference != methodology.reference:
            try:
                found.append(load_methodology(path))
            except MethodologyError as error:
                faults.append(f"{reference} is left out of the comparison: {error.code} {error.what}")
    return tuple(found), tuple(faults)


def methodology_files(
    methodology: Methodology, others: tuple[Methodology, ...], way: str, audit: AuditReport | None = None, version: str = ""
) -> Files:
    """Return the files of a methodology's documentation.

    Parameters
    ----------
    way
        ``site``, ``md`` or ``pdf``.
    audit
        An audited run; the site then holds its report too.

    Raises
    ------
    InputError
        I514 where a package that the format needs is not installed, I516 for a letter that no font has.
    """
    document = methodology_document(methodology, others)
    prefix = file_prefix(methodology)
    sources = _sources(methodology, audit)
    if way == "pdf":
        source = typst_source(document, methodology.reference)
        refuse_unshown(source, sources)
        return {f"{prefix}.pdf": pdf_bytes(source)}
    if way == "md":
        return _encoded(markdown_files(document, prefix))
    extra = {f"Report: {audit.run.project.name}": REPORT_FILE} if audit is not None else {}
    pages = site_files(document, extra)
    refuse_unshown("".join(pages.values()), sources)
    files = _encoded(pages)
    if audit is not None:
        files[REPORT_FILE] = report_bytes(audit, "html", version)
    return files


def report_bytes(audit: AuditReport, way: str, version: str, draws: int = 0) -> bytes:
    """Return the report of an audited run as ``html``, ``pdf`` or ``md``; with ``draws`` the pictures of its uncertainty too."""
    writer = Report(audit, version, draws)
    document = report_document(writer)
    if way == "md":
        return MarkdownWriter(lambda ref: _here(document.places.get(ref))).blocks(document.pages[0].blocks).encode()
    pdf = way == "pdf"
    text = typst_source(document, audit.run.methodology.reference) if pdf else report_html(document, writer.figures, writer.subject)
    refuse_unshown(text, _sources(audit.run.methodology, audit))
    return pdf_bytes(text) if pdf else text.encode()


def _sources(methodology: Methodology, audit: AuditReport | None) -> dict[str, Path]:
    """Return the files that a reader can change under the names that are shown: of the project, then of the spec."""
    found = {} if audit is None else {str(audit.run.project.path): audit.run.project.path}
    for name, _ in methodology.files:  # shown from the library's folder on, or as they were named
        beside = [folder.parent / name for folder in library_folders()]
        found[name] = next((path for path in beside if path.is_file()), Path(name))
    return found


def _here(spot: object) -> str | None:
    anchor = getattr(spot, "anchor", "")
    return f"#{anchor}" if anchor else None


def file_prefix(methodology: Methodology) -> str:
    """Return the start of file names: ``ID_1.1``."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"{methodology.id}_{methodology.version}")


def _encoded(files: Mapping[str, str]) -> Files:
    return {name: text.encode() for name, text in files.items()}


# -- on disk ---------------------------------------------------------------------------------------------------------


def stale_files(folder: Path, files: Mapping[str, bytes], prefix: str = "") -> list[str]:
    """Return what is wrong with the files in a folder: missing, changed, or (with ``prefix``) no longer made."""
    found = []
    for name, content in files.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif digest_of(path) != hashlib.sha256(content).hexdigest():
            found.append(f"{name} is stale")
    if prefix and folder.is_dir():
        kept = re.compile(re.escape(prefix) + r"(_.*)?\.(md|pdf)")
        found += [
            f"{path.name} is no longer made"
            for path in sorted(folder.iterdir())
            if kept.fullmatch(path.name) and path.name not in files
        ]
    return found


def checked_in(folder: Path) -> list[str]:
    """Return the references of the library whose Markdown pages are in a folder."""
    return [reference for reference, _ in library() if (folder / file_name(reference.replace("@", "_"), "index")).is_file()]


def _hashed(files: Mapping[str, bytes]) -> tuple[tuple[str, str], ...]:
    return tuple((name, hashlib.sha256(content).hexdigest()) for name, content in sorted(files.items()))
