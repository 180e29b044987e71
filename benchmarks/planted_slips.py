"""Plants slips in claims at random and asks ``diagnose`` for them: ``make planted N=500``.

Each slip is made in the text of a formula or of a project file (`planting.py`, which knows nothing of the slips of ``diagnose``), the project is run
with it, and some of its numbers are printed as a report prints them: results only, what is reported, some intermediates, everything, sums only; whole
or with up to three decimals. ``diagnose`` sees the right project with these claims. A slip is found where one of the first three candidates at the
first place of parting gives every stated number: slips with equal digits count as one. Beside them stand honest claims, rounded in every usual way,
and no slip may be named in them.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from planting import FormulaPlanter, Planted, ProjectPlanter, RunPlanter

import mrvgraph
from engine.audit.desk import diagnosis
from engine.audit.desk.comparison import INPUT, PARTS
from engine.audit.desk.desk import Desk
from engine.audit.desk.formula_slips import formula_slips
from engine.audit.desk.run_slips import other_versions
from engine.audit.desk.statements import read_statements
from engine.audit.desk.variants import Variants
from engine.audit.reread import rereader
from engine.project.project_file import read_project_text
from engine.run.evaluate import StepEvaluator
from engine.run.formula import FormulaEvaluator
from engine.run.run import Run
from engine.run.totals import is_amount, over_years
from equations.errors import MethodologyError
from equations.formula.syntax import quantities_in
from equations.library.places import versions_of
from equations.units.registry import parse_unit

SPECS = Path(mrvgraph.__file__).resolve().parents[1] / "methodology_specs"
#: A methodology and a project under it.
CASES = {
    "option 1": ("KH_AM004@1.1", "KH_AM004/examples/option1.yaml"),
    "option 2": ("KH_AM004@1.1", "KH_AM004/examples/option2.yaml"),
    "motorcycles": ("CDM_AMS-III.C@16.0", "CDM_AMS-III.C/examples/e_motorcycles.yaml"),
    "tumring": ("VCS_AUD@0.1", "VCS_AUD/examples/tumring_size.yaml"),
}
LEVELS = ("results", "reported", "some", "all", "sums")
#: How few of the slips that change a printed digit may stay unexplained.
LEAST = 0.95


@dataclass
class Case:
    """One project in a folder of its own, its run, and what plants slips in it."""

    name: str
    folder: Path
    count: Counter = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        reference, project = CASES[self.name]
        shutil.copytree((SPECS / project).parent, self.folder, dirs_exist_ok=True)
        self.project = self.folder / Path(project).name
        self.text = self.project.read_text(encoding="utf-8")
        self.run: Run = mrvgraph.run(reference, self.project)
        others = [version for version in versions_of(reference) if version != reference]
        self.planters = (FormulaPlanter(self.run), ProjectPlanter(self.run, self.project), RunPlanter(self.run, self.project, others))

    def plant(self, draw: random.Random) -> Planted | None:
        return draw.choices(self.planters, (6, 3, 1))[0].plant(draw)

    def desk(self, claims: str) -> Desk:
        """What ``diagnose`` says of the project with these claims; runs that no claim changes are made once for all."""
        run = mrvgraph.run(self.run.methodology, read_project_text(f"{self.text}\n{claims}", self.project))
        return Desk(run, read_statements(run, parse_unit), parse_unit, lambda targets: self.reread, lambda: self.versions)

    @cached_property
    def reread(self):
        """Runs the project under other readings, each once."""
        return cache_of(rereader(self.run, parse_unit))

    @cached_property
    def versions(self) -> list:
        return list(other_versions(self.run.methodology, mrvgraph.load)())


def cache_of(again):
    """A way to run a project under other readings that does so once for each."""
    known: dict = {}

    def once(readings):
        key = tuple(readings.items())
        if key not in known:
            try:
                known[key] = again(readings)
            except MethodologyError as error:
                known[key] = error
        if isinstance(known[key], MethodologyError):
            raise known[key]
        return known[key]

    return once


class KnownVariants(Variants):
    """Variants that remember what an exchanged formula gives where it reads the same numbers as in an earlier claim of the case."""

    known: ClassVar[dict] = {}

    def with_formula(self, equation, formula):
        at = self.stage_of[self.run.methodology.equation[equation].quantity]
        read = sorted({*self.reads[at], *quantities_in(formula), *self.run.plan.stages[at].quantities})
        key = (self.run.methodology.hash, equation, formula, *(self.arrays[id_].tobytes() for id_ in read if id_ in self.arrays))
        if key not in self.known:
            self.known[key] = super().with_formula(equation, formula)
        return self.known[key]


def remember() -> None:
    """Let the diagnosis look up what it has computed for an earlier claim; what it finds is the same."""
    slips: dict = {}

    def known_slips(run, equation):
        if (key := (run.project.path, equation.id)) not in slips:
            slips[key] = list(formula_slips(run, equation))
        return slips[key]

    diagnosis.formula_slips, diagnosis.Variants = known_slips, KnownVariants


# -- what a report prints


def claims_of(run: Run, arrays: dict, level: str, draw: random.Random, decimals: int | None = None) -> str | None:
    """The block ``claimed:`` of a report; ``None`` where a number is none."""
    blocks = []
    for id_ in ids_of(run, level, draw):
        quantity, cells = run.methodology.quantity[id_], [tuple(map(int, c)) for c in np.argwhere(run.values.states[id_] == 1)]
        if id_ not in arrays or arrays[id_].shape != run.values.arrays[id_].shape or not cells:
            continue
        own = {cell: float(arrays[id_][cell]) for cell in cells}
        if not np.isfinite(list(own.values())).all() or max(map(abs, own.values())) > 1e13:
            return None
        size = max(abs(float(run.values.arrays[id_][cell])) for cell in cells)
        places = places_of(size, draw) if decimals is None else decimals if size >= 100 else decimals + 4
        if level == "sums" and quantity.indices and adds_up(run, quantity):
            blocks.append(f"  {id_}: {{value: {sum(own.values()):.{places}f}}}")
        else:
            blocks.append(f"  {id_}: {nested(quantity, run, own, places)}")
    return "claimed:\n" + "\n".join(blocks) + "\n" if blocks else None


def ids_of(run: Run, level: str, draw: random.Random) -> list[str]:
    of = run.methodology.quantity
    computed = [q for stage in run.plan.stages for q in stage.quantities if of[q].type == "number" and (run.values.states[q] == 1).any()]
    reported = [q for q in run.methodology.reported if q in computed]
    if level in ("results", "sums"):
        return list(run.methodology.result_ids)
    if level == "reported":
        return reported
    return computed if level == "all" else sorted({*draw.sample(computed, min(6, len(computed))), *run.methodology.result_ids})


def places_of(size: float, draw: random.Random) -> int:
    """How many decimals a number of some size is printed with: 0 to 3; of small ones as many as leave three or four digits."""
    return draw.choice((0, 1, 2, 3)) if size >= 100 else draw.choice((2, 3)) if size >= 1 else int(3 - np.floor(np.log10(size))) if size else 2


def adds_up(run: Run, quantity) -> bool:
    return is_amount(quantity) and over_years(run.methodology, quantity) == "sum"


def nested(quantity, run: Run, own: dict, places: int) -> str:
    if not quantity.indices:
        return f"{{value: {own[()]:.{places}f}}}"
    tree: dict = {}
    for cell, number in own.items():
        *path, last = [run.setting.members[axis][at] for axis, at in zip(quantity.indices, cell, strict=True)]
        here = tree
        for label in path:
            here = here.setdefault(label, {})
        here[last] = f"{number:.{places}f}"
    return "{values: " + json.dumps(tree) + "}"


# -- asked


def is_found(desk: Desk, planted: Planted) -> bool:
    """Whether one of the first three candidates at the first place gives everything that parts, and contradicts nothing that agrees."""
    parting = {at for at, one in enumerate(desk.compared.comparisons) if one.state in (PARTS, INPUT)}
    if planted.kind == "rounding" and all(one.is_rounding for one in desk.diagnoses):
        return True
    return any(parting <= set(c.explained) and not c.contradicted for one in desk.diagnoses[:1] for c in one.candidates[:3])


def ask(case: Case, draw: random.Random, *, tell: bool) -> bool:
    """Plant one slip and ask for it; whether it changed a printed digit."""
    planted = case.plant(draw)
    level = draw.choice(LEVELS)
    claims = planted and claims_of(case.run, planted.arrays, level, draw)
    if not claims:
        case.count["no number comes out"] += 1
        return False
    desk = case.desk(claims)
    if not any(one.is_different for one in desk.compared.comparisons):
        case.count["no printed digit changes"] += 1
        return False
    start = time.process_time()
    found = is_found(desk, planted)
    case.times.append(time.process_time() - start)
    case.count["planted"] += 1
    case.count["found"] += found
    if not found:
        case.count[f"missed: {planted.kind}"] += 1
        if tell:
            print_missed(case, planted, level, desk)
    return True


def print_missed(case: Case, planted: Planted, level: str, desk: Desk) -> None:
    print(f"-- {case.name}, {level}: {planted.kind}, {planted.what}")
    for one in desk.diagnoses[:2]:
        first = one.parting[0]
        print(f"   {first.statement.shown}: stated {first.statement.written}, follows {first.follows:.6g}; {len(one.parting)} part of "
              f"{sum(x.is_different for x in desk.compared.comparisons)}; tried {one.tried}; rounding {one.is_rounding}")  # fmt: skip
        for c in one.candidates[:3]:
            print(f"      {c.text} (explains {len(c.explained)}, against {len(c.contradicted)}, chance {c.by_chance:.2g})")


# -- honest roundings


def rounded_on_the_way(run: Run, decimals: int, how) -> dict:
    """Every number of a run where what is computed is rounded before it is read; small ones to as many digits as others have."""
    class Rounded(StepEvaluator):
        def store(self, step, equation, scope, value, holes):
            size = np.nanmax(np.abs(value[0])) if np.size(value[0]) else 0
            places = decimals if size >= 100 or not size or not np.isfinite(size) else decimals + 4
            super().store(step, equation, scope, (how(value[0] * 10**places) / 10**places, value[1]), holes)

    steps = Rounded(run.plan, FormulaEvaluator(run.methodology, run.setting, dict(run.inputs.values)), dict(run.inputs.states))
    for stage in run.plan.stages:
        steps.stage(stage)
    return {**run.values.arrays, **steps.arrays}


def ask_honest(case: Case, draw: random.Random, *, tell: bool) -> None:
    """State right numbers, rounded as reports round; whether a slip is named all the same."""
    decimals, level = draw.choice((0, 1, 2, 3)), draw.choice(LEVELS)
    how = draw.choice(("printed", "rounded on the way", "cut off on the way"))
    arrays = case.run.values.arrays
    if how != "printed":
        arrays = rounded_on_the_way(case.run, decimals, np.round if how.startswith("rounded") else np.trunc)
    claims = claims_of(case.run, arrays, level, draw, decimals)
    if claims is None:
        return
    desk = case.desk(claims)
    far = [one for one in desk.compared.comparisons if abs(one.distance) > one.statement.half + 0.004 * abs(one.ours)]
    if far:
        case.count["roundings that move a number far"] += 1
        return
    case.count["honest"] += 1
    named = [f for f in desk.findings if f.code in ("A750", "A753")]
    if named:
        by_slip = any(d.candidates and not d.is_rounding for d in desk.diagnoses)
        case.count["honest, explained by a slip" if by_slip else "honest, told as unknown"] += 1
        if tell:
            print(f"-- {case.name}, {level}, {how} to {decimals}: {named[0].what}; {named[0].evidence}")


# -- the whole


def measured(names: list[str], count: int, seed: int, *, tell: bool) -> list[Case]:
    remember()
    cases = []
    for name in names:
        KnownVariants.known.clear()
        with tempfile.TemporaryDirectory() as folder:
            case, draw = Case(name, Path(folder)), random.Random(f"{seed} {name}")
            wanted, tries = -(-count // len(names)), 0
            while case.count["planted"] < wanted and tries < 6 * wanted:
                tries += 1
                if ask(case, draw, tell=tell):
                    print(f"\r{name}: {case.count['found']} of {case.count['planted']}", end="", file=sys.stderr, flush=True)
            for _ in range(max(4, wanted // 4)):
                ask_honest(case, draw, tell=tell)
            cases.append(case)
            print(line(case), flush=True)
    return cases


def line(case: Case) -> str:
    count = case.count
    rest = ", ".join(f"{key} {number}" for key, number in sorted(count.items()) if key not in ("planted", "found", "honest"))
    named = count["honest, explained by a slip"]
    made = case.planters[0].made
    return (f"{case.name}: {count['found']} of {count['planted']} planted slips found (runs with a slip in a formula: {made}); "
            f"{named} of {count['honest']} honest claims "
            f"explained by a slip; {np.median(case.times or [0]):.1f} s each, at most {max(case.times or [0]):.1f} s; {rest}")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=500, help="slips that change a printed digit, over all cases")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", action="append", choices=CASES, help="one of the cases; all of them if absent")
    parser.add_argument("--tell", action="store_true", help="print each slip that was missed")
    given = parser.parse_args()
    cases = measured(given.case or list(CASES), given.count, given.seed, tell=given.tell)
    planted, found = (sum(case.count[key] for case in cases) for key in ("planted", "found"))
    false = sum(case.count["honest, explained by a slip"] for case in cases)
    print(f"all: {found} of {planted} planted slips found ({100 * found / max(planted, 1):.1f} %), {false} honest claims explained by a slip")
    silent = [case.name for case in cases if not case.planters[0].made]
    if silent:
        print(f"no slip was planted in a formula of {', '.join(silent)}: benchmarks/planting.py does not fit the engine any more")
    return 0 if found >= LEAST * planted and not false and not silent else 1


if __name__ == "__main__":
    sys.exit(main())
