"""What every test stands on: the same terminal, locale and signals on every machine, and no state but its own.

Under ``MRVGRAPH_NO_SKIPS=1`` a run in which anything was skipped has failed: `.ci/run` proves everything or says that it did not.
"""

import os
import signal

import hypothesis
import pytest

#: What a shell or a terminal may set, and what would show in output.
OF_THE_MACHINE = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "PYTHON_COLORS", "LINES", "PYTHONIOENCODING", "PYTHONUTF8", "TZ")
for name in OF_THE_MACHINE:
    os.environ.pop(name, None)
os.environ["COLUMNS"] = "80"
os.environ["LC_ALL"] = "C.UTF-8"  # of the processes that tests start; this one reads and writes UTF-8 by name

#: A job in the background has Ctrl-C switched off, and so would the processes that tests start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

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
