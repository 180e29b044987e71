"""Write .ci/locked anew: the newest versions that fit pyproject.toml, for the lowest Python that is declared (newer ones take them too).

By hand: ``python3.11 .ci/lock.py``, then ``make test``, then commit.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKED = ROOT / ".ci" / "locked"
#: purpose -> what pip is asked for.
ASKED = {"run": [".", "hatchling>=1.24", "editables>=0.5"], "test": [".[test]"], "check": [".[dev]"]}


def resolved(asked: list[str], below: dict[str, str]) -> dict[str, str]:
    """Return name -> version of everything that is needed, where some versions stand already."""
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "held.txt"
        held.write_text("".join(f"{name}=={version}\n" for name, version in below.items()), encoding="utf-8")
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", str(report)]
        subprocess.run([*command, "--constraint", str(held), *asked], cwd=ROOT, check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    names = {one["metadata"]["name"].lower(): one["metadata"]["version"] for one in found}
    return {name: version for name, version in sorted(names.items()) if name != "mrvgraph" and name not in below}


def main() -> None:
    """Lock each purpose on top of the one before."""
    LOCKED.mkdir(exist_ok=True)
    below: dict[str, str] = {}
    for purpose, asked in ASKED.items():
        new = resolved(asked, below)
        below |= new
        head = f"# What `{purpose}` needs{' besides' if purpose != 'run' else ''}; written by .ci/lock.py, installed by .ci/set_up.py\n"
        (LOCKED / f"{purpose}.txt").write_text(head + "".join(f"{n}=={v}\n" for n, v in new.items()), encoding="utf-8")


if __name__ == "__main__":
    main()
