"""A search by hypothesis: one round of examples that are the same each time, or new rounds for as many minutes as one likes.

``make random MINUTES=60`` searches for an hour, of which each search takes its share; each round has its own seed, which is printed where one
fails, and ``MRVGRAPH_RANDOM_SEED`` begins with another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

MINUTES = float(os.environ.get("MRVGRAPH_RANDOM_MINUTES", "0"))
FIRST = int(os.environ.get("MRVGRAPH_RANDOM_SEED", "0"))


def search(examples: int, share: float, drawn: st.SearchStrategy[Any], holds: Callable[[Any], None]) -> None:
    """Try so many examples, and further rounds until a share of the minutes is over."""
    end, number = time.monotonic() + 60 * MINUTES * share, FIRST

    while True:
        print(f"round {number}")

        @seed(number)
        @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(drawn)
        def one(example: Any) -> None:
            holds(example)

        one()
        number += 1
        if time.monotonic() >= end:
            return
