"""What the tests of documents share: the documents themselves, built once, and a browser where there is one."""

import contextlib
import importlib
import importlib.util
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from engine.audit.report import audit_project
from engine.audit.reread import rereader
from engine.commands.comparison import diff_document
from engine.commands.documents import methodology_files, other_versions, report_bytes
from engine.commands.session import open_session
from engine.comparison.compare_specs import Side
from engine.comparison.difference import find_difference
from engine.documents.pages.methodology_document import methodology_document
from engine.documents.report.report_document import Report
from engine.output.written_files import write_folder
from equations.library.spec_files import load_methodology

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "methodology_specs/KH_AM004/examples"
REFERENCE = "KH_AM004@1.1"
#: As in the machine's notes: nothing that would reach for a network.
CHROMIUM_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def methodology():
    return load_methodology(REFERENCE)


@pytest.fixture(scope="session")
def others(methodology):
    found, faults = other_versions(methodology)
    assert not faults
    return found


@pytest.fixture(scope="session")
def document(methodology, others):
    return methodology_document(methodology, others)


@pytest.fixture(scope="session")
def audits():
    session = open_session(REFERENCE)
    runs = {option: session.run(EXAMPLES / f"option{option}.yaml") for option in (1, 2)}
    return {option: audit_project(run, rereader(run, session.read_unit)) for option, run in runs.items()}


@pytest.fixture(scope="session")
def reports(audits):
    return {option: Report(audit, "0.1.0") for option, audit in audits.items()}


@pytest.fixture(scope="session")
def site(tmp_path_factory, methodology, others, audits):
    """The folder of a site with the report of option 1; the report of option 2 and a comparison of two readings beside it."""
    folder = tmp_path_factory.mktemp("site")
    write_folder(folder, methodology_files(methodology, others, "site", audits[1], "0.1.0"))
    tiny = load_methodology(ROOT / "tests/specs_for_tests/tiny")
    difference = find_difference(Side(tiny), Side(tiny, {"floor": "zero"}), [ROOT / "tests/specs_for_tests/tiny/project.yaml"])
    beside = {"report2.html": report_bytes(audits[2], "html", "0.1.0"), "comparison.html": diff_document(difference, "html")}
    write_folder(folder, beside)
    return folder


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium, the system's before Playwright's own, or the reason why there is none."""
    if importlib.util.find_spec("playwright") is None:
        pytest.skip('Playwright is not installed: pip install "mrvgraph[test]"')
    playwright = importlib.import_module("playwright.sync_api").sync_playwright()
    with contextlib.ExitStack() as open_things:
        try:
            driver = open_things.enter_context(playwright)
        except Exception as cause:  # whatever keeps a program from starting
            pytest.skip(f"Playwright's driver does not start ({cause}): `python .ci/get_browser.py`, or Debian's package `libatomic1`")
        system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if system is None and not Path(driver.chromium.executable_path).exists():
            pytest.skip("no Chromium on this machine: `python .ci/get_browser.py`, or Debian's package `chromium`")
        found = driver.chromium.launch(executable_path=system, args=CHROMIUM_SWITCHES)
        yield found
        found.close()


VOID = {"br", "hr", "img", "input", "link", "meta", "col", "wbr"}


class Reader(HTMLParser):
    """Collects ids and addresses, and sees that every element is closed in order."""

    def __init__(self):
        super().__init__()
        self.ids, self.hrefs, self.sources, self.open, self.faults = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if "href" in found:
            self.hrefs.append(found["href"])
        if "src" in found:
            self.sources.append(found["src"])
        self.faults += [f"{tag} {name}" for name in found if name.startswith("on")]

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")


def _read(text):
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


@pytest.fixture(scope="session")
def read_html():
    """Reads the text of a page."""
    return _read
