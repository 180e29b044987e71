"""The key under which the compiled machine is kept on disk: it changes with everything the compiled code depends on."""

from __future__ import annotations

import hashlib
import inspect
import sys
from types import ModuleType

import llvmlite  # type: ignore[import-untyped]
import numba
import numpy as np
from numba.core.registry import cpu_target

from engine.batch import lane_operations, lane_vectors
from engine.run.arithmetic import comparisons, whole_numbers

#: Whose functions and numbers are compiled into the machine, beside its own; numba looks at the file of the machine only.
PARTS = (lane_vectors, lane_operations, comparisons, whole_numbers)


def code_key() -> int:
    """Return a number made from the files, the numbers at hand, the versions of the compiler and the processor.

    Notes
    -----
    The numbers at hand are asked besides the files: a file may have changed since it was imported.
    """
    versions = sys.version_info[:3], numba.__version__, llvmlite.__version__, np.__version__
    processor = cpu_target.target_context.codegen().magic_tuple()
    texts = [_text(part) for part in (*PARTS, sys.modules["engine.batch.lane_machine"])]
    said = repr((versions, processor, [numbers_of(part) for part in PARTS], texts))
    # As wide as the machine's whole numbers, without a sign.
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:8], "big") >> 1


def numbers_of(part: ModuleType) -> list[tuple[str, object]]:
    """Return the numbers and words that a module has by name, as they stand in memory."""
    return sorted((name, value) for name, value in vars(part).items() if isinstance(value, int | float | str) and not name.startswith("__"))


def _text(part: ModuleType) -> str:
    try:
        return inspect.getsource(part)
    # Installed without sources: what is there are the numbers and the versions.
    except OSError:
        return ""
