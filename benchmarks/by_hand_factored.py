"""KH_AM004 option 2, factored, as one writes it by hand for speed: numba with draws as lanes, and C.

Both get the same inputs, draws last, without a copy, and a list of the terms of every sum whose weights all draws share: a weight of zero is no
term. Sums whose terms are rows of draws with known weights are the same routine everywhere: monitored changes, transitions, activities.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

CLASSES, PLANTATION = 12, (9, 10)
CARBON, NITROGEN = 44 / 12, 44 / 28
#: Classes i, j between which carbon is lost: others are the same class, or excluded around Table 3.
PAIRS = [(i, j) for i in range(CLASSES) for j in range(CLASSES) if i != j and not (j in PLANTATION and i not in PLANTATION)]
#: What is read of each draw, in this order. An input that all draws share is read as if it differed.
READ = ("C", "A_0", "A_d_0", "NCV", "EF_fuel", "SEC", "NC_SN", "NC_ON", "EF_direct", "R_AG", "N_AG", "R_BG", "N_BG", "Frac_SN", "Frac_ON",
        "EF_indirect", "Frac_leach", "EF_leach", "EF_limestone", "EF_urea")  # fmt: skip
SOURCE = Path(__file__).with_name("by_hand.c")


def evaluate(how: str, shared: dict, arrays: dict, periods: list[list[int]], workers: int):
    """Evaluate all draws, shared out among threads, by ``numba`` or ``C``."""
    count = len(next(iter(arrays.values())))
    known = {q: np.nan_to_num(v) for q, v in shared.items()}
    rows = [_rows(arrays[q] if q in arrays else np.broadcast_to(known[q], (count, *known[q].shape))) for q in READ]
    matrices = [_rows(arrays[q]) if q in arrays else np.zeros((0, count)) for q in ("p", "p_d")]
    years = known["ca_pj"].shape[2]
    lists = _lists(known, "p" in arrays)
    reductions, credit = np.empty((years, count)), np.empty((2, count))
    scalars = np.array([1 - float(known["DF"]), CARBON, NITROGEN * float(known["GWP_N2O"]), float(known["EF_dolomite"]) * CARBON])
    fixed = np.array([years, len(periods[0]), "p" in arrays], np.int64)
    edges = np.linspace(0, count, workers + 1).astype(int)
    compute = {"numba": _by_numba, "C": _by_c}[how]

    def part(k: int) -> None:
        compute(rows, matrices, lists, scalars, fixed, int(edges[k]), int(edges[k + 1]), reductions, credit)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(part, range(workers)))
    return reductions.T, credit.T


def _rows(array: np.ndarray) -> np.ndarray:
    """One row of draws for each number; no copy where draws already stand next to each other."""
    last = np.ascontiguousarray(np.moveaxis(array, 0, -1))
    return last.reshape(-1, last.shape[-1])


def _lists(known: dict[str, np.ndarray], per_draw: bool) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Terms of the sums with shared weights: monitored changes, activities, and per area the losses and the transitions."""
    i, j = np.array(PAIRS).T
    mass = known["M_limestone"], known["M_dolomite"], known["M_urea"]
    use = (known["NVE"] * known["TDU"]).reshape(4, -1)
    residues = (known["Crop"] * known["Area"])[:, 0] * known["Frac_Renew"][0]
    activities = np.vstack([known["FC"], use, known["M_SN"], known["M_ON"], residues, np.stack(mass)])
    found = [_terms(known["ca_pj"][i, j]), _terms(known["ca_d_pj"][i, j]), _terms(activities)]
    for name in ("p", "p_d"):
        matrix = np.zeros((CLASSES, CLASSES)) if per_draw else known[name]
        losses = np.zeros((len(PAIRS), CLASSES))
        losses[np.arange(len(PAIRS)), i] = np.maximum(matrix[i, j], 0.0)
        found += [_terms(losses), _terms(matrix)]
    return found


def _terms(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where the terms of each sum start, the row and the weight of each. Shape of ``weights``: (row, sum)."""
    sums, rows = np.nonzero(weights.T)
    starts = np.searchsorted(sums, np.arange(weights.shape[1] + 1))
    return starts.astype(np.int32), rows.astype(np.int32), np.ascontiguousarray(weights[rows, sums])


def _by_numba(rows, matrices, lists, scalars, fixed, start, stop, reductions, credit) -> None:
    from by_hand_lanes import option2

    option2(tuple(rows), tuple(matrices), tuple(lists), scalars, fixed, start, stop, reductions, credit)


def compiler() -> str | None:
    """Return the C compiler of this machine, if it has one."""
    return next((found for name in (os.environ.get("CC"), "cc", "gcc", "clang") if name and (found := shutil.which(name))), None)


@cache
def _library() -> ctypes.CDLL:
    program = compiler()
    assert program is not None
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "by_hand.so"
        subprocess.run([program, "-O3", "-march=native", "-shared", "-fPIC", "-o", str(made), str(SOURCE)], check=True)
        return ctypes.CDLL(str(made))


def _by_c(rows, matrices, lists, scalars, fixed, start, stop, reductions, credit) -> None:
    parts = [*rows, *matrices, *(part for held in lists for part in held), scalars, fixed, reductions, credit]
    pointers = (ctypes.c_void_p * len(parts))(*(part.ctypes.data for part in parts))
    count = ctypes.c_int64(reductions.shape[1])
    _library().option2(pointers, count, ctypes.c_int64(start), ctypes.c_int64(stop))
