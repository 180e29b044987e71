"""Which tests may notice a slip: those that run its lines, quick ones first; where nobody measured, those that noticed slips nearby."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from functools import cache, cached_property

from coverage.numbits import num_in_numbits
from covering import FIXTURE, LINES, TESTS
from slips import ROOT, Slip, source_of

#: No more tests of one file, of all, and no more seconds than these: a slip in a line that a thousand tests run is noticed by the first ones.
MOST_OF_A_FILE, MOST, SECONDS = 8, 30, 5.0

#: What shared fixtures take, such as a run of an example.
FOR_FIXTURES = 2.0


class Measured:
    """What coverage says."""

    @cached_property
    def tests(self) -> dict[str, dict[str, object]]:
        """Test -> what is known of it; nothing where nobody measured."""
        return json.loads(TESTS.read_text(encoding="utf-8")) if TESTS.exists() else {}

    @cache  # noqa: B019  # one object lives as long as the process
    def bits(self, file: str) -> list[tuple[str, bytes]]:
        """Return, for each context that runs a file, the lines as bits; the format is documented as that of coverage's database.

        Its own `contexts_by_lineno` takes seconds for a file that a thousand tests run.
        """
        with sqlite3.connect(LINES) as database:
            return database.execute(
                "select context, numbits from line_bits join file on file.id = file_id join context on context.id = context_id where path = ?",
                (str(ROOT / file),),
            ).fetchall()

    def contexts(self, file: str, lines: range) -> set[str]:
        """Return the contexts in which one of some lines is run; empty for what is run when a module is imported."""
        return {context for context, bits in self.bits(file) if any(num_in_numbits(line, bits) for line in lines)}

    @cached_property
    def asking(self) -> dict[str, list[str]]:
        """Shared fixture -> the tests that ask for it."""
        found = defaultdict(list)
        for test, known in self.tests.items():
            for shared in known.get("shared", ()):  # type: ignore[attr-defined]
                found[shared].append(test)
        return found

    def seconds(self, test: str) -> float:
        """Return how long a test takes a processor; in a process of its own it also pays for the fixtures that it shares with others."""
        known = self.tests.get(test, {})
        shared = [one for one in known.get("shared", ()) if not one.startswith(f"{FIXTURE}::")]  # type: ignore[attr-defined]
        return float(known.get("seconds", 1.0)) + (FOR_FIXTURES if shared else 0.0)  # type: ignore[arg-type]

    def running(self, file: str, lines: range) -> list[str]:
        """Return the tests that run one of these lines, quick ones first."""
        contexts = self.contexts(file, lines)
        tests = {test for one in contexts for test in (self.asking.get(one, ()) if one.startswith(FIXTURE) else (one,))}
        return sorted(tests & self.tests.keys(), key=lambda test: (self.seconds(test), test))

    def when_imported(self, slip: Slip) -> bool:
        """Return whether the lines of a slip are run when the module is imported, as tables and defaults are."""
        return not slip.function or "" in self.contexts(slip.file, slip.lines())

    def of(self, slip: Slip) -> list[str]:
        """Return the tests to try on a slip; what a module does when it is imported is tried on the tests that use its functions."""
        if not self.tests:
            return []
        found = self.running(slip.file, slip.lines())
        if not found and self.when_imported(slip):
            found = self.running(slip.file, range(1, source_of(slip.file).count("\n") + 2))
        return limited(found, self)


def limited(tests: list[str], measured: Measured) -> list[str]:
    """Return as many of them as may be tried."""
    of_file, kept, spent = Counter[str](), [], 0.0
    for test in tests:
        file = test.partition("::")[0]
        if of_file[file] < MOST_OF_A_FILE and len(kept) < MOST and spent < SECONDS:
            of_file[file] += 1
            kept.append(test)
            spent += measured.seconds(test)
    return kept


def nearby(slip: Slip, known: list[Slip], most: int = 25) -> list[str]:
    """Return the tests that noticed slips of the same function, of the same file, of the same room, in this order."""
    def distance(other: Slip) -> int:
        return (slip.name != other.name) + (slip.function != other.function) + 2 * (slip.file != other.file) \
            + 4 * (slip.file.rpartition("/")[0] != other.file.rpartition("/")[0])  # fmt: skip

    near = sorted((other for other in known if other.killed_by), key=lambda other: (distance(other), other.name))
    return list(dict.fromkeys(other.killed_by for other in near))[:most]

