"""Try slips on tests. Everything is imported and collected once; for each slip a fork of that process plants it and runs the tests.

What cannot be planted into a running process (a table of a module, a default) is tried in a process of its own, which imports the module with the
slip; so is, once more, what no test noticed: what was worked out before the slip was planted would hide it.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numba
import pytest
from planting import Garden, import_with
from slips import ROOT, Slip

#: Of the processor: what takes this many times as long as without the slip goes round in circles, and is noticed.
TIMES, AT_LEAST = 5.0, 4.0
#: Seconds on the clock after which a test waits for what never comes.
PATIENCE = 120
NO_END = "no end"
#: What enters the machine that numba compiles when it is imported, and keeps on disk. A slip in it is never kept, and is always tried in a process
#: of its own: planted later it would not enter the machine.
COMPILED = (
    "engine/batch/lane_machine.py", "engine/batch/lane_operations.py", "engine/batch/lane_vectors.py",
    "engine/run/arithmetic/comparisons.py", "engine/run/arithmetic/whole_numbers.py",
)  # fmt: skip
#: As in the suite, without what only people read, and the same random examples each time.
ARGUMENTS = ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:doctest", "-p", "no:xdist", "--hypothesis-seed=0", "--capture=no",
             "-o", "addopts=--import-mode=importlib --strict-markers --strict-config"]  # fmt: skip


class Reporter:
    """Says the first test that fails to whoever waits, and ends the process there."""

    def __init__(self, pipe: int, seconds: Callable[[str], float]) -> None:
        self.pipe, self.seconds = pipe, seconds

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Start the clock of a test."""
        signal.setitimer(signal.ITIMER_PROF, max(AT_LEAST, TIMES * self.seconds(nodeid)))
        signal.alarm(PATIENCE)
        os.write(self.pipe, f"?{nodeid}\n".encode())

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """End at the first failure, before anybody writes a report of it."""
        if call.excinfo is not None and not call.excinfo.errisinstance((pytest.skip.Exception, pytest.xfail.Exception)):
            os.write(self.pipe, f"!{item.nodeid}\n".encode())
            os._exit(1)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file of tests that cannot be imported has noticed, too."""
        if report.failed:
            os.write(self.pipe, f"!{report.nodeid}\n".encode())
            os._exit(1)


def apart(folder: str, slip: Slip | None) -> None:
    """Make this process one of its own: no output, a cache and temporary files that no other slip meets, bounds to what it may take."""
    if slip is not None and slip.file in COMPILED:
        os.environ["NUMBA_CACHE_DIR"] = numba.config.CACHE_DIR = str(Path(folder) / "numba")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.environ["MRVGRAPH_CACHE"] = str(Path(folder) / "cache")
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(PATIENCE)


def warm_up() -> None:
    """Let this process know what every run needs and no slip changes, such as the registry of units; forks have it then.

    What is remembered in modules that read the one with the slip is forgotten where it is planted.
    """
    import mrvgraph

    with tempfile.TemporaryDirectory() as folder:
        spec = shutil.copytree(ROOT / "tests/specs_for_tests/tiny", Path(folder) / "tiny")
        mrvgraph.audit(mrvgraph.load(spec), spec / "project.yaml")


class Nursery:
    """A pytest plugin in place of the loop over tests: it hands out a way of trying slips."""

    def __init__(self, work: Callable[[Nursery], None], seconds: Callable[[str], float]) -> None:
        self.work, self.seconds = work, seconds
        self.items: dict[str, pytest.Item] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Work, once everything is collected."""
        self.config = session.config
        self.items = {item.nodeid: item for item in session.items}
        warm_up()
        self.garden = Garden()
        self.work(self)
        return True

    def in_a_fork(self, tests: list[str], slip: Slip | None) -> str | None:
        """Run tests in a fork with a slip planted; return the one that fails, nothing where none does, None where it cannot be planted."""
        folder = tempfile.mkdtemp(prefix="mrvgraph-slip-")
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.close(reading)
                apart(folder, slip)
                if slip is not None and not self.garden.plant(slip):
                    os.write(writing, b"cannot\n")
                    os._exit(0)
                self.config._tmp_path_factory._basetemp = Path(folder) / "tests"  # type: ignore[attr-defined]
                (Path(folder) / "tests").mkdir()
                self.config.pluginmanager.register(Reporter(writing, self.seconds))
                items = [self.items[test] for test in tests]
                for item, following in zip(items, [*items[1:], None], strict=True):
                    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                os._exit(0)
            except BaseException:
                os._exit(3)
        os.close(writing)
        try:
            with os.fdopen(reading, "rb") as lines:
                said = lines.read().decode().splitlines()
            _, status = os.waitpid(pid, 0)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return None if said[:1] == ["cannot"] else outcome(said, status)

    def on_its_own(self, tests: list[str], slip: Slip) -> str:
        """Run tests in a new process that imports the module with the slip."""
        folder = tempfile.mkdtemp(prefix="mrvgraph-slip-")
        reading, writing = os.pipe()
        told = {"slip": vars(slip), "tests": tests, "seconds": {test: self.seconds(test) for test in tests}, "pipe": writing, "folder": folder}
        try:
            process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, pass_fds=(writing,), cwd=ROOT)
            assert process.stdin is not None
            process.stdin.write(json.dumps(told).encode())
            process.stdin.close()
            os.close(writing)
            with os.fdopen(reading, "rb") as lines:
                said = lines.read().decode().splitlines()
            _, status = os.waitpid(process.pid, 0)
            process.returncode = 0
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return outcome(said, status)

    def noticed(self, tests: list[str], slip: Slip, *, surely: bool = True) -> str:
        """Return the test that notices a slip, or nothing; surely: what a fork does not notice is tried in a process of its own."""
        tests = [test for test in tests if test in self.items]
        if not tests:
            return ""
        found = None if slip.file in COMPILED else self.in_a_fork(tests, slip)
        return found or (self.on_its_own(tests, slip) if surely or found is None else "")


def outcome(said: list[str], status: int) -> str:
    """Return the test that failed or did not end, or nothing."""
    if said and said[-1].startswith("!"):
        return said[-1][1:]
    if os.waitstatus_to_exitcode(status) == 0:
        return ""
    return said[-1][1:] if said else NO_END


def collected(files: list[str], work: Callable[[Nursery], None], seconds: Callable[[str], float]) -> None:
    """Import and collect files of tests once, then work."""
    end = pytest.main([*ARGUMENTS, *files], plugins=[Nursery(work, seconds)])
    if end not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit(f"the tests cannot be collected: {end!r}")


def compile_first() -> None:
    """Compile the machine before a test has a clock: that takes longer than most tests may, and each would seem to notice any slip."""
    sys.path.insert(0, str(ROOT))
    from engine.batch.lanes import why_not_loaded

    why_not_loaded()


def main() -> None:
    """Be the process of one slip."""
    told = json.load(sys.stdin)
    slip = Slip(**told["slip"])
    apart(told["folder"], slip)
    import_with(slip)
    if slip.file in COMPILED:
        compile_first()
    seconds = told["seconds"]
    basetemp = f"--basetemp={told['folder']}/tests"
    # In the order in which they were chosen, not in that of the files.
    order = {test: at for at, test in enumerate(told["tests"])}

    class Ordered:
        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            items.sort(key=lambda item: order.get(item.nodeid, len(order)))

    end = pytest.main([*ARGUMENTS, basetemp, *told["tests"]], plugins=[Reporter(told["pipe"], lambda test: seconds.get(test, 1.0)), Ordered()])
    os._exit(int(end))


if __name__ == "__main__":
    main()
