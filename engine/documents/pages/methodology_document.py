"""The whole document of a methodology: its pages in order, where everything stands, and what can be searched."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import Box, Catalogue, Document, Found, Note, Page, Ref, Spot, Table, anchor_of, walk_blocks
from engine.documents.pages.choice_page import choice_page
from engine.documents.pages.dataset_page import dataset_page
from engine.documents.pages.glossary_page import glossary_page
from engine.documents.pages.graph_page import graph_page
from engine.documents.pages.overview_page import overview_page
from engine.documents.pages.quantity_pages import quantity_pages
from engine.documents.pages.register_page import register_page
from engine.documents.pages.ruling_pages import ruling_page
from engine.documents.pages.search_entries import search_entries, synonyms
from engine.documents.pages.section_pages import section_page_id, section_pages
from engine.documents.pages.version_page import version_page
from engine.documents.subject import Subject
from equations.model.methodology import Methodology


def methodology_document(methodology: Methodology, others: tuple[Methodology, ...] = ()) -> Document:
    """Return the document.

    Parameters
    ----------
    others
        Other versions, for printed numbers and the comparison.
    """
    subject = Subject(methodology, others)
    pages = tuple(_pages(subject))
    programme = "" if methodology.id.startswith(f"{methodology.programme}_") else methodology.programme
    subtitle = f"{programme} {methodology.id}, version {methodology.version}".strip()
    return Document(methodology.title, subtitle, pages, _places(subject, pages), (*search_entries(subject), *_named(pages)), synonyms())


def _pages(subject: Subject) -> Iterator[Page]:
    m = subject.methodology
    yield overview_page(subject)
    yield graph_page(subject)
    yield from section_pages(subject)
    yield from quantity_pages(subject)
    if m.datasets or m.published_results or m.comparisons:
        yield dataset_page(subject)
    if m.choices or m.rules:
        yield choice_page(subject)
    if m.rulings:
        yield ruling_page(subject)
    if m.register:
        yield register_page(subject)
    yield version_page(subject)
    yield glossary_page(subject)


def _named(pages: tuple[Page, ...]) -> Iterator[Found]:
    """Yield the pages that are no section of the publication, as what is searched for by name."""
    yield from (Found("page", page.title, Ref("page", page.id)) for page in pages if page.group != "Sections")


def _places(subject: Subject, pages: tuple[Page, ...]) -> dict[Ref, Spot]:
    """Find where each entry stands, by the anchors that the pages hold."""
    anchors: dict[str, str] = {}
    for page in pages:
        for block in walk_blocks(page.blocks):
            for anchor in _anchors(block):
                anchors.setdefault(anchor, page.id)
    found = {Ref("page", page.id): Spot(page.id, "") for page in pages}
    found |= {Ref("section", s.id): Spot(section_page_id(s.id), "") for s in subject.methodology.sections}
    for ref in _refs(subject.methodology):
        anchor = anchor_of(ref)
        if anchor in anchors:
            found[ref] = Spot(anchors[anchor], anchor)
    return found


def _anchors(block: object) -> Iterator[str]:
    if isinstance(block, Table | Catalogue):
        lines = block.rows if isinstance(block, Table) else block.entries
        yield from (line.anchor for line in lines if line.anchor)
    elif isinstance(block, Box):
        yield from (anchor for anchor in (block.anchor, *block.aliases) if anchor)
    elif isinstance(block, Note) and block.anchor:
        yield block.anchor


def _refs(m: Methodology) -> Iterator[Ref]:
    for kind, entries in (
        ("equation", m.equations),
        ("quantity", m.quantities),
        ("ruling", m.rulings),
        ("register", m.register),
        ("rule", m.rules),
        ("choice", m.choices),
        ("dataset", m.datasets),
        ("set", m.index_sets),
        ("equivalence", m.equivalences),
        ("printed", m.published_results),
    ):
        yield from (Ref(kind, entry.id) for entry in entries)
    yield from (Ref("registered", section or "text") for section in dict.fromkeys(x.text_place.section for x in m.register))
    yield from (Ref("constant", constant.written) for constant in m.constants)
    yield from (Ref("number", number) for number in dict.fromkeys(e.number for e in m.equations if e.number))
    yield from (Ref("values", f"{dataset.id}/{block.quantity}") for dataset in m.datasets for block in dataset.values)
