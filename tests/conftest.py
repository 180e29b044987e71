"""What every test stands on: the same terminal, locale and signals on every machine, and no state but its own.

Under ``MRVGRAPH_NO_SKIPS=1`` a run in which anything was skipped has failed: `.ci/run` proves everything or says that it did not.
"""

import atexit
import functools
import hashlib
import os
import shutil
import signal
import tempfile
from pathlib import Path

import hypothesis
import pytest

from engine.output import terminal
from equations.files.regular_file import reading_rule
from equations.library import spec_files
from equations.library.places import library_folders

#: What a shell or a terminal may set, and what would show in output.
OF_THE_MACHINE = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PYTHON_COLORS", "COLUMNS", "LINES", "PYTHONIOENCODING", "PYTHONUTF8", "TZ")
for name in OF_THE_MACHINE:
    os.environ.pop(name, None)
os.environ["LC_ALL"] = "C.UTF-8"  # of the processes that tests start; this one reads and writes UTF-8 by name

#: Tests read what is said; how it is laid out is tested where a width is set.
terminal.PAGE = 1000

#: A job in the background has Ctrl-C switched off, and so would the processes that tests start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

#: Nobody's own cache is read or written; one folder for all processes of this run.
if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["MRVGRAPH_CACHE"] = tempfile.mkdtemp(prefix="mrvgraph-tests-")
    atexit.register(shutil.rmtree, os.environ["MRVGRAPH_CACHE"], ignore_errors=True)

_MOST_SPECS = 40


def _documents_read_once(read):
    """Read a spec once for all tests of a process, as long as every byte of every file of it is the same."""
    held = {}

    def unchanged(spec):
        texts = reading_rule().texts  # what an editor holds counts for what stands on the disk
        now = ((texts.get(os.path.realpath(path)) or (path.read_bytes() if path.is_file() else b""), sha) for path, sha in spec.sources)
        return all(hashlib.sha256(data).hexdigest() == sha for data, sha in now)

    @functools.wraps(read)
    def document(path, within=()):
        key = str(path), str(Path.cwd()), tuple(map(str, library_folders())), within
        if key not in held or not unchanged(held[key]):
            spec = read(path, within)
            held.pop(key, None)
            held[key] = spec
            if len(held) > _MOST_SPECS:
                del held[next(iter(held))]
        return held[key]

    return document


def _methodologies_made_once(make):
    """Make one methodology of one document, which is frozen as the document is."""
    held = {}

    @functools.wraps(make)
    def methodology(spec):
        if id(spec) not in held:
            held[id(spec)] = spec, make(spec)  # the document is kept, so that no other takes its number
            if len(held) > _MOST_SPECS:
                del held[next(iter(held))]
        return held[id(spec)][1]

    return methodology


#: Here, before any other module takes the functions by name.
spec_files.read_document = _documents_read_once(spec_files.read_document)
spec_files.methodology_of = _methodologies_made_once(spec_files.methodology_of)

#: Examples are not kept between runs: a checkout may be read only, and a test that was red yesterday says nothing of today.
hypothesis.settings.register_profile("mrvgraph", database=None)
hypothesis.settings.load_profile("mrvgraph")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why a run with skips fails."""
    if os.environ.get("MRVGRAPH_NO_SKIPS") == "1" and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("tests were skipped, and MRVGRAPH_NO_SKIPS=1 allows none", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run with skips, where none are allowed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter is not None and reporter.stats.get("skipped")
    if os.environ.get("MRVGRAPH_NO_SKIPS") == "1" and skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
