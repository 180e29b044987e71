"""KH_AM004 in NumPy, as a good engineer writes it by hand: blocks of draws, draws last; literal, and factored.

``x`` holds every input: arrays of the quantity's shape where draws share it, with a last axis of draws where they do not.
"""

from __future__ import annotations

import numpy as np

FOREST = slice(0, 11)
PLANTATION = (9, 10)
CARBON, NITROGEN = 44 / 12, 44 / 28


def conversion_factors(c: np.ndarray) -> np.ndarray:
    """Eq 45, with the exclusions around Table 3. Shape: (i, j, draw)."""
    total = c[:, 0] + c[:, 1]
    factors = np.maximum(total[:, None] - total[None, :], 0.0)
    for j in PLANTATION:
        for i in set(range(12)) - set(PLANTATION):
            factors[i, j] = 0.0
    return factors


def activity(x: dict[str, np.ndarray]) -> np.ndarray:
    """Eq 14 to 26: fuel and fertiliser. Shape: (year, draw)."""
    energy = x["NCV"] * x["EF_fuel"]
    fuel = (x["FC"][..., None] * energy[:, None]).sum(axis=0)
    use = np.nan_to_num(x["NVE"] * x["TDU"])
    fuel += (use[..., None] * (x["SEC"] * energy[None])[:, :, None]).sum(axis=(0, 1))
    synthetic = x["M_SN"][..., None] * x["NC_SN"][:, None]
    organic = x["M_ON"][..., None] * x["NC_ON"][:, None]
    residue = x["Frac_Renew"][:, None] * (x["R_AG"] * x["N_AG"] + x["R_BG"] * x["N_BG"])
    residues = ((x["Crop"] * x["Area"])[..., None] * residue[None, :, None]).sum(axis=1)
    direct = ((synthetic + organic + residues) * x["EF_direct"][:, None]).sum(axis=0)
    sn, on, cr = synthetic.sum(axis=0), organic.sum(axis=0), residues.sum(axis=0)
    indirect = (sn * x["Frac_SN"] + on * x["Frac_ON"]) * x["EF_indirect"] + (sn + on + cr) * x["Frac_leach"] * x["EF_leach"]
    nitrogen = (direct + indirect) * NITROGEN * x["GWP_N2O"]
    liming = (x["M_limestone"][:, None] * x["EF_limestone"] + x["M_dolomite"][:, None] * x["EF_dolomite"]) * CARBON
    return fuel + nitrogen + liming + x["M_urea"][:, None] * x["EF_urea"] * CARBON


def credits(rl: np.ndarray, pj: np.ndarray, d: np.ndarray, d_pj: np.ndarray, x: dict[str, np.ndarray], periods: list[list[int]]):
    """Eq 1, 10, 27 to 29, 41 to 43."""
    displaced = np.maximum((d_pj - d) * CARBON, 0.0)
    reductions = rl * CARBON - (pj * CARBON + activity(x) + displaced)
    credit = reductions * (1 - x["DF"])
    return reductions, np.stack([credit[years].sum(axis=0) for years in periods])


def option2_literal(x: dict[str, np.ndarray], days: np.ndarray, periods: list[list[int]]):
    """Every element of every matrix, for every year."""
    ef = conversion_factors(x["C"])
    return credits(
        *(_stock_change(x, ef, area, p, ca)
          for area, p, ca in (("A_0", "p", None), (None, None, "ca_pj"), ("A_d_0", "p_d", None), (None, None, "ca_d_pj"))),
        x, periods,
    )  # fmt: skip


def _stock_change(x, ef, area, p, conversion):
    if conversion:
        return np.stack([np.maximum(x[conversion][:, :, y, None] * ef, 0.0).sum(axis=(0, 1)) for y in range(x[conversion].shape[2])])
    matrix = x[p] if x[p].ndim == 3 else x[p][..., None]
    now, changes = x[area], []
    for _ in range(x["ca_pj"].shape[2]):
        moved = now[:, None] * matrix
        changes.append(np.maximum(moved * ef, 0.0).sum(axis=(0, 1)))
        now = moved.sum(axis=0)
    return np.stack(changes)


def option2_factored(x: dict[str, np.ndarray], days: np.ndarray, periods: list[list[int]]):
    """Loss per hectare of a class first; areas by matrix products; BLAS where draws share the matrix."""
    ef = conversion_factors(x["C"])
    width = ef.shape[-1]
    flat = ef.reshape(144, width)
    monitored = [x[name].reshape(144, -1).T @ flat for name in ("ca_pj", "ca_d_pj")]
    projected = []
    for area, p in (("A_0", "p"), ("A_d_0", "p_d")):
        matrix = x[p]
        shared = matrix.ndim == 2
        positive = np.maximum(matrix, 0.0)
        loss = np.einsum("ij,ijn->in", positive, ef) if shared else np.einsum("ijn,ijn->in", positive, ef)
        now, changes = x[area], []
        for _ in range(x["ca_pj"].shape[2]):
            changes.append(np.einsum("in,in->n", now, loss))
            now = matrix.T @ now if shared else np.einsum("ijn,in->jn", matrix, now)
        projected.append(np.stack(changes))
    return credits(projected[0], monitored[0], projected[1], monitored[1], x, periods)


def option1_literal(x: dict[str, np.ndarray], days: np.ndarray, periods: list[list[int]]):
    """Every class, for every year."""
    ef = (x["C"][:, 0] + x["C"][:, 1])[FOREST]
    parts = []
    for area, p, conversion in (("A_0", "P", "CA_pj"), ("A_d_0", "P_d", "CA_d_pj")):
        rate = x[p] if x[p].ndim == 2 else x[p][:, None]
        now, changes = x[area][FOREST], []
        for y, share in enumerate(days):
            changes.append((now * rate * share * ef).sum(axis=0))
            now = now * (1 - rate * share) if y == 0 else now * (1 - rate)
        parts += [np.stack(changes), (x[conversion][..., None] * ef[:, None]).sum(axis=0)]
    return credits(*parts, x, periods)


def option1_factored(x: dict[str, np.ndarray], days: np.ndarray, periods: list[list[int]]):
    """Loss per hectare first, powers of what stays, and matrix products."""
    ef = (x["C"][:, 0] + x["C"][:, 1])[FOREST]
    parts = []
    for area, p, conversion in (("A_0", "P", "CA_pj"), ("A_d_0", "P_d", "CA_d_pj")):
        rate = x[p] if x[p].ndim == 2 else x[p][:, None]
        now, changes = x[area][FOREST] * rate * ef, []
        stays = 1 - rate
        for y, share in enumerate(days):
            changes.append(now.sum(axis=0) * share)
            now = now * (1 - rate * share) if y == 0 else now * stays
        parts += [np.stack(changes), x[conversion].T @ ef]
    return credits(*parts, x, periods)


WAYS = {(1, "literal"): option1_literal, (1, "factored"): option1_factored, (2, "literal"): option2_literal, (2, "factored"): option2_factored}


def evaluate(option: int, form: str, shared: dict, arrays: dict, days: np.ndarray, periods: list[list[int]], width: int):
    """Evaluate all draws, block after block."""
    count = len(next(iter(arrays.values())))
    reductions, credit = np.empty((len(days), count)), np.empty((len(periods), count))
    way = WAYS[option, form]
    for start in range(0, count, width):
        stop = min(start + width, count)
        block = dict(shared) | {q: np.ascontiguousarray(np.moveaxis(a[start:stop], 0, -1)) for q, a in arrays.items()}
        reductions[:, start:stop], credit[:, start:stop] = way(block, days, periods)
    return reductions.T, credit.T
