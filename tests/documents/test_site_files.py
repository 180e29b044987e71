"""The files of a site: the same bytes each time, links that resolve, nothing that a network would have to bring."""

import re
from collections import Counter

import pytest

from engine.commands.documents import methodology_files
from engine.documents.writers.assets_folder import asset


@pytest.fixture(scope="module")
def pages(site, read_html):
    return {path.name: read_html(path.read_text(encoding="utf-8")) for path in site.glob("*.html")}


def test_pages_are_well_formed_and_ids_are_unique(pages):
    for name, page in pages.items():
        assert page.faults == [] and page.open == [], name
        assert len(page.ids) == len(set(page.ids)), name


def test_every_address_resolves_within_the_site(pages, site):
    for name, page in pages.items():
        for href in page.hrefs:
            file, _, anchor = href.partition("#")
            if href == "data:," or anchor.startswith("n="):
                continue
            if file and not file.endswith(".html"):
                assert (site / file).is_file(), (name, href)
                continue
            target = pages[file or name]
            assert not anchor or anchor in target.ids, (name, href)


def test_nothing_is_fetched(site):
    for path in site.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert not re.search(r"https?://|//cdn|@import|url\((?!\"?data:)(?!#)(?!&quot;)", text), path.name


def test_search_index_leads_to_places_that_exist(site, pages):
    text = (site / "assets/search-index.js").read_text(encoding="utf-8")
    addresses = re.findall(r'"([\w.-]+\.html)(?:#([^"]*))?"', text)

    assert len(addresses) > 300
    for file, anchor in addresses:
        assert not anchor or anchor in pages[file].ids


def test_the_same_spec_gives_the_same_bytes(site, methodology, others, audits):
    again = methodology_files(methodology, others, "site", audits[1], "0.1.0")

    assert {name: (site / name).read_bytes() for name in again} == again


def test_nothing_of_the_machine_goes_in(site):
    for path in site.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert str(site) not in text and "/work/" not in text and "/home/" not in text and "/root/" not in text


@pytest.mark.parametrize("name", ["style.css", "dark.css", "notebook.css"])
def test_a_style_sheet_says_nothing_twice_and_no_remark_within_a_selector(name):
    """A piece that was pasted into the middle of a rule breaks that rule, and no browser says so."""
    sheet = asset(name)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", sheet)
    selectors = [re.sub(r"^(\s*/\*.*?\*/)+", "", selector, flags=re.DOTALL).strip() for selector, _ in rules]
    assert len(selectors) > 10
    assert not [selector for selector in selectors if "/*" in selector]
    said = Counter((" ".join(selector.split()), " ".join(body.split())) for selector, (_, body) in zip(selectors, rules, strict=True))
    assert not [rule for rule, times in said.items() if times > 1]
