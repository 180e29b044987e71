"""Numbers of every reading of KH_AM004, written down before readings became edits: each, each pair, and combinations by a seed.

``numbers_of_readings.json.gz`` holds them as they were. ``python tests/specs/numbers_of_readings.py FILE`` writes what the specs give now.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.commands.session import Session, open_session
from engine.project.project_file import ProjectData, read_project, read_project_text
from equations.errors import MethodologyError
from equations.model.methodology import Methodology

HERE = Path(__file__).parent
SPECS = HERE.parents[1] / "methodology_specs" / "KH_AM004"
WRITTEN = HERE / "numbers_of_readings.json.gz"
#: Version -> its projects. Work stops for a while in those from maps; both have years with negative reductions, or were given them.
PROJECTS = {
    "KH_AM004@1.1": ("example-1", "example-2", "maps-1", "maps-2", "negative-2"),
    "KH_AM004@1.0": ("example-1", "example-2"),
}
#: What is written down beside the result.
TARGETS = ("ER_credit_p", "ER_credit", "RL", "PE", "DE", "A")
RANDOM, SEED = 200, 20210227

Readings = tuple[tuple[str, str], ...]


def project_of(name: str) -> ProjectData:
    """Return one of the projects."""
    if name.startswith("example"):
        return read_project(SPECS / "examples" / f"option{name[-1]}.yaml")
    path = SPECS / "1.1" / "cases" / f"option{name[-1]}_from_maps.yaml"
    if name.startswith("maps"):
        return read_project(path)
    text = path.read_text(encoding="utf-8")
    before, of_project, rest = re.split(r"(?ms)(^  ca_pj_m:.*?)(?=^  ca_d_pj_m:)", text)
    return read_project_text(before + re.sub(r"NF: ([0-9])", r"NF: 3\1", of_project) + rest, path)


def combinations(methodology: Methodology) -> Iterator[Readings]:
    """Yield the default readings, each other one, each pair of two rulings, and combinations of all by a seed."""
    open_rulings = [ruling for ruling in methodology.rulings if len(ruling.readings) > 1]
    others = [(ruling.id, reading.id) for ruling in open_rulings for reading in ruling.readings if reading.id != ruling.default]
    yield ()
    yield from ((one,) for one in others)
    yield from (pair for pair in itertools.combinations(others, 2) if pair[0][0] != pair[1][0])
    draw = random.Random(SEED)
    for _ in range(RANDOM):
        taken = [(ruling.id, draw.choice(ruling.readings).id) for ruling in open_rulings]
        yield tuple(one for one in taken if one in others)


def numbers(session: Session, project: ProjectData, readings: Readings) -> dict[str, list[str]] | str:
    """Return the numbers of a run as hexadecimal texts, or the code of the error that it ends in."""
    try:
        run = session.run(project, readings=dict(readings), targets=TARGETS)
    except MethodologyError as error:
        return str(error.code)
    return {target: [value.hex() for _, value, _ in run.cells(target)] for target in TARGETS}


def written() -> dict[str, dict[str, list[tuple[Readings, dict[str, list[str]] | str]]]]:
    """Return what was written down: version -> project -> readings with their numbers."""
    data = json.loads(gzip.decompress(WRITTEN.read_bytes()))
    return {
        version: {
            name: [
                (tuple(map(tuple, readings)), data["numbers"][at])
                for readings, at in zip(data["readings"][version], places, strict=True)
                if at is not None  # not all combinations were tried on the projects that take long
            ]
            for name, places in of_version.items()
        }
        for version, of_version in data["places"].items()
    }


def write(path: Path) -> None:
    """Write the numbers of every version, project and combination; the same numbers stand once."""
    held: dict[str, int] = {}
    found: dict[str, dict[str, dict[str, list[int]] | list[Readings]]] = {"readings": {}, "places": {}}  # type: ignore[dict-item]
    for version, names in PROJECTS.items():
        session = open_session(version)
        combos = list(combinations(session.methodology))
        found["readings"][version] = combos  # type: ignore[assignment]
        found["places"][version] = {}
        for name in names:
            project = project_of(name)
            texts = [json.dumps(numbers(session, project, readings)) for readings in combos]
            found["places"][version][name] = [held.setdefault(text, len(held)) for text in texts]  # type: ignore[index,call-overload]
            print(version, name, len(texts), len(held), file=sys.stderr)
    text = json.dumps({**found, "numbers": [json.loads(text) for text in held]}, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
