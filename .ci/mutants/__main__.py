"""Slips in our own Python, and whether a test notices them.

- `python .ci/mutants cover`: measure which tests run which lines (kept in build/mutants; an hour)
- `python .ci/mutants draw --size 500 --seed 1`: draw the sample anew; what is known of its slips stays
- `python .ci/mutants try --minutes 60`: try what is not known yet, and write down what is found
- `python .ci/mutants check`: what make check-code does: the listed slips, and the first of the sample
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from choosing import Measured, nearby
from nursery import Nursery, collected
from score import LISTED, PAGE, SAMPLE, fate, page_with_score, score_table, share
from slips import ROOMS, ROOT, Slip, read_slips, write_slips

HEADS = {
    LISTED: "Slips that went unnoticed once. Each must be noticed by the test that is named; .ci/mutants check plants them.",
    SAMPLE: "A seeded sample of slips in our own Python, and the test that notices each; made by .ci/mutants draw and try.\n"
    "equivalent: why no test can notice it; unnoticed: which tests were tried in vain; none of these: not tried.",
}
TRIED = ROOT / "build/mutants/tried.json"
#: Percent of the slips of the sample that must be noticed, those that change nothing left out.
LEAST = 90.0
#: So many slips of the sample does `make check-code` plant, in at most so many seconds; so many whatever the time, since of two nothing follows.
FIRST, SECONDS, FEWEST = 60, 60.0, 12
#: More slips than this share, of which the text has gone, and the sample says nothing of the code any more.
MOST_GONE = 0.3


def say(line: str) -> None:
    """Say a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def files_with(tests: set[str]) -> list[str]:
    """Return the files of tests."""
    return sorted({test.partition("::")[0] for test in tests if (ROOT / test.partition("::")[0]).exists()})


# -- cover, draw


def cover(asked: argparse.Namespace) -> None:
    """Measure the tests that are not measured yet."""
    import pytest
    from covering import Collector
    from nursery import ARGUMENTS

    pytest.main([*(one for one in ARGUMENTS if one != "--capture=no"), *asked.tests], plugins=[Collector(("equations", "engine"))])


def draw_anew(asked: argparse.Namespace) -> None:
    """Draw the sample."""
    from drawing import draw

    known = {slip.name: slip for slip in read_slips(SAMPLE)}
    drawn = [slip.known(known[slip.name]) if slip.name in known else slip for slip in draw(tuple(ROOMS), asked.size, asked.seed)]
    write_slips(SAMPLE, drawn, f"{HEADS[SAMPLE]}\nSeed {asked.seed}.")
    say(f"{len(drawn)} slips drawn, {sum(slip.name in known for slip in drawn)} of them known")


# -- try


class Trial:
    """Tries slips until the time is up."""

    def __init__(self, path: Path, slips: list[Slip], minutes: float, surely: bool) -> None:
        self.path, self.slips, self.surely = path, slips, surely
        self.until = time.monotonic() + 60 * minutes
        self.measured = Measured()
        self.sound: dict[str, bool] = {}
        #: slip -> the tests that did not notice it, on this machine
        self.tried: dict[str, list[str]] = json.loads(TRIED.read_text(encoding="utf-8")) if TRIED.exists() else {}

    def tests_of(self, slip: Slip) -> list[str]:
        """Return the tests to try: those that noticed a slip nearby and run its lines, then the others that run them."""
        found = self.measured.of(slip) or nearby(slip, self.slips)  # what numba compiles is run, and not measured
        near = [test for test in nearby(slip, self.slips, 6) if test in found and self.measured.seconds(test) < 1.0]
        return list(dict.fromkeys([*([slip.killed_by] if slip.killed_by else []), *near, *found]))

    def work(self, nursery: Nursery) -> None:
        """Try one after the other, and write down what is found."""
        for at, slip in enumerate(self.slips):
            if slip.killed_by or slip.equivalent or slip.place() is None or (slip.unnoticed.startswith("by") and not self.surely):
                continue
            if time.monotonic() > self.until:
                break
            tests = self.sound_ones(nursery, self.tests_of(slip))
            known = set(tests) <= set(self.tried.get("|".join(slip.name), ("",)))
            found = "" if known and not self.surely else self.tried_on(nursery, slip, tests)
            unnoticed = "" if found else f"by {len(tests)} tests" if tests else "no test runs it"
            self.slips[at] = Slip(*slip.name[:4], slip.nth, killed_by=found, unnoticed=unnoticed)
            say(f"{at}: {found}" if found else f"{at}: NOT NOTICED by {len(tests)} tests\n{slip}")
            if not found:
                self.tried["|".join(slip.name)] = tests
            self.keep()

    def tried_on(self, nursery: Nursery, slip: Slip, tests: list[str]) -> str:
        """Return the test that notices a slip; one that fails without it notices nothing."""
        found = nursery.noticed(tests, slip, surely=self.surely)
        while found and not self.is_sound(nursery, found):
            say(f"    {found} fails without a slip too")
            tests = self.sound_ones(nursery, tests)
            found = nursery.noticed(tests, slip, surely=self.surely)
        return found

    def sound_ones(self, nursery: Nursery, tests: list[str]) -> list[str]:
        """Leave out tests that are known to fail by themselves."""
        return [test for test in tests if test in nursery.items and self.sound.get(test, True)]

    def is_sound(self, nursery: Nursery, test: str) -> bool:
        """Return whether a test passes where nothing is planted."""
        if test not in nursery.items:
            return True
        if test not in self.sound:
            self.sound[test] = nursery.in_a_fork([test], None) == ""
        return self.sound[test]

    def keep(self) -> None:
        """Write down what is known by now, with the head as it stands."""
        TRIED.write_text(json.dumps(self.tried), encoding="utf-8")
        head = [line[2:] for line in self.path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
        write_slips(self.path, self.slips, "\n".join(head))


def try_them(asked: argparse.Namespace) -> None:
    """Try the slips of a list of which nothing is known."""
    path = LISTED if asked.listed else SAMPLE
    trial = Trial(path, read_slips(path), asked.minutes, asked.surely)
    open_ones = [slip for slip in trial.slips if not slip.killed_by and not slip.equivalent and (asked.surely or not slip.unnoticed.startswith("by"))]
    files = files_with({test for slip in open_ones for test in trial.tests_of(slip)})
    say(f"{len(open_ones)} slips to try, {len(files)} files of tests")
    collected(files, trial.work, trial.measured.seconds)
    say(score_table(trial.slips))
    if PAGE.exists():
        PAGE.write_text(page_with_score(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


# -- check


def again(nursery: Nursery, slip: Slip, known: list[Slip]) -> bool:
    """Return whether a slip is noticed: by the test that noticed it before, or by one that noticed slips nearby."""
    if slip.killed_by in nursery.items and nursery.noticed([slip.killed_by], slip):
        return True
    return bool(nursery.noticed(nearby(slip, known), slip))


def checks(nursery: Nursery, listed: list[Slip], sample: list[Slip]) -> Iterator[str]:
    """Yield what is wrong."""
    for slip in listed:
        if slip.place() is None:
            yield f"the text of a listed slip has gone; write it as the code is now:\n{slip}"
        elif not (slip.killed_by in nursery.items and nursery.noticed([slip.killed_by], slip)):
            yield f"{slip.killed_by or 'no test'} does not notice\n{slip}"
    standing = [slip for slip in sample if slip.place() is not None]
    if len(standing) < (1 - MOST_GONE) * len(sample):
        yield f"{len(sample) - len(standing)} of {len(sample)} slips of the sample have gone: make slips"
    fates: Counter[str] = Counter()
    lost = []
    # Counted from here: on a slow machine the listed ones alone take as long, and none of the sample would be looked at.
    began = time.monotonic()
    for slip in [slip for slip in standing if fate(slip) != "untried"][:FIRST]:
        if time.monotonic() - began > SECONDS and fates.total() >= FEWEST:
            break
        now = "survived" if slip.killed_by and not again(nursery, slip, sample) else fate(slip)
        fates[now] += 1
        lost += [str(slip)] if now != fate(slip) else []
    say(f"slips: {len(listed)} listed; of the sample {fates['killed']} noticed, {fates['survived']} not, {fates['equivalent']} change nothing, "
        f"{time.monotonic() - began:.0f} s")  # fmt: skip
    if share(fates) < LEAST:
        yield f"{share(fates):.0f} % of the sample are noticed, {LEAST:g} must be; no longer noticed:\n" + "\n".join(lost)


def check(asked: argparse.Namespace) -> None:
    """Plant the listed slips and the first of the sample; fail where one of the list, or too many of the sample, go unnoticed."""
    listed, sample = read_slips(LISTED), read_slips(SAMPLE)
    first = [slip for slip in sample if fate(slip) in ("killed", "survived", "equivalent")][:FIRST]
    tests = {slip.killed_by for slip in (*listed, *first)} | {test for slip in first for test in nearby(slip, sample, 3)}
    wrong: list[str] = []
    collected(files_with(tests - {""}), lambda nursery: wrong.extend(checks(nursery, listed, sample)), Measured().seconds)
    if wrong:
        sys.exit("\n".join(wrong))


def main() -> None:
    """Read the command line."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = reader.add_subparsers(required=True)
    one = commands.add_parser("cover")
    one.add_argument("tests", nargs="*", default=["tests"])
    one.set_defaults(do=cover)
    one = commands.add_parser("draw")
    one.add_argument("--size", type=int, default=500)
    one.add_argument("--seed", type=int, default=1)
    one.set_defaults(do=draw_anew)
    one = commands.add_parser("try")
    one.add_argument("--listed", action="store_true", help="the listed slips in place of the sample")
    one.add_argument("--minutes", type=float, default=60)
    one.add_argument("--surely", action="store_true", help="what a fork does not notice, once more in a process of its own")
    one.set_defaults(do=try_them)
    one = commands.add_parser("check")
    one.set_defaults(do=check)
    asked = reader.parse_args()
    os.chdir(ROOT)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a fork of a process with threads of its own may wait for ever
    if asked.do is not check:
        os.nice(19)  # these take hours, and wait for others
    asked.do(asked)


if __name__ == "__main__":
    main()
