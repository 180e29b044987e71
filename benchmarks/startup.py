"""Compare the whole process of `mrvgraph run` (plans cached) with `python -c "import numpy"`.

    python benchmarks/startup.py [--repeats N]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "methodology_specs" / "KH_AM004" / "examples" / "option1.yaml"


def least_seconds(command: list[str], environment: dict[str, str], repeats: int) -> float:
    """Return the least time of some runs, the first not counted."""
    best = float("inf")
    for turn in range(repeats + 1):
        start = time.perf_counter()
        subprocess.run(command, check=False, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if turn:
            best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "MRVGRAPH_CACHE": cache}
        numpy = least_seconds([sys.executable, "-c", "import numpy"], environment, options.repeats)
        run = [sys.executable, "-m", "engine", "run", "KH_AM004@1.1", str(PROJECT), "--json"]
        ours = least_seconds(run, environment, options.repeats)
    print(f"import numpy {numpy * 1e3:.0f} ms, mrvgraph run {ours * 1e3:.0f} ms: {ours / numpy:.2f} times")


if __name__ == "__main__":
    main()
