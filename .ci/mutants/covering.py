"""Which tests run which lines of our own Python: coverage contexts of every test, and how long each takes.

A pytest plugin. What a shared fixture runs counts for every test that asks for it, whichever test happened to be the first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Not in the repository: it is made anew where it is missing.
FOLDER = ROOT / "build" / "mutants"
LINES, TESTS = FOLDER / "lines.coverage", FOLDER / "tests.json"
FIXTURE = "fixture "


class Collector:
    """Runs the tests under coverage; a file of tests that was done stays done when the run is broken off."""

    def __init__(self, rooms: tuple[str, ...]) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.tests: dict[str, dict[str, object]] = json.loads(TESTS.read_text(encoding="utf-8")) if TESTS.exists() else {}
        self.coverage = coverage.Coverage(data_file=str(LINES), include=[f"{ROOT}/{room}/*" for room in rooms], config_file=False)
        if LINES.exists():
            self.coverage.load()
        self.unusable: set[str] = set()
        self.context = ""
        self.file = ""

    def switch(self, context: str) -> None:
        """Let the lines that follow count for a context."""
        self.context = context
        self.coverage.switch_context(context)

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what was done before."""
        done = {nodeid.partition("::")[0] for nodeid in self.tests}
        items[:] = [item for item in items if item.nodeid.partition("::")[0] not in done]

    def keep(self) -> None:
        """Write down what is known by now."""
        self.coverage.stop()
        self.coverage.save()
        TESTS.write_text(json.dumps(self.tests, indent=0), encoding="utf-8")
        self.coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        """Measure from the first test to the last."""
        self.coverage.start()
        done = yield
        self.keep()
        self.coverage.stop()
        return done

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Measure one test; processor time, for a busy machine makes a short test long."""
        if self.file not in ("", item.nodeid.partition("::")[0]):
            self.keep()
        self.file = item.nodeid.partition("::")[0]
        self.switch(item.nodeid)
        began = time.process_time()
        done = yield
        shared = sorted({f"{FIXTURE}{fixture.baseid}::{name}" for name in getattr(item, "fixturenames", ())
                         for fixture in item._fixtureinfo.name2fixturedefs.get(name, ())[-1:] if fixture.scope != "function"})  # type: ignore[attr-defined]  # fmt: skip
        if item.nodeid not in self.unusable:
            self.tests[item.nodeid] = {"seconds": round(time.process_time() - began, 3), "shared": shared}
        self.switch("")
        return done

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[object]:
        """Count what a shared fixture runs for the fixture."""
        if fixturedef.scope == "function":
            return (yield)
        before = self.context
        self.switch(f"{FIXTURE}{fixturedef.baseid}::{fixturedef.argname}")
        try:
            return (yield)
        finally:
            self.switch(before)

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that fails by itself says nothing of slips."""
        if report.failed or report.skipped:
            self.unusable.add(report.nodeid)
