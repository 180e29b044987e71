"""Numbers of Student's t made from normal ones, each as rare as the one that it is made of, so that they can be correlated and drawn again.

The probability beyond t is summed from far out inwards over ``s``, with ``t = sinh(s)``: steps that are even in s reach far and stay fine near zero.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from engine.simulate.normal import Numbers, quantile

_STEP, _FARTHEST = 0.002, 60.0
_LEAST = 1e-300


def student_of_normal(normal: Numbers, freedom: float) -> Numbers:
    """Return numbers of Student's t for standard normal ones; of many degrees of freedom they are nearly the same. Shape: that of ``normal``."""
    at, s = _table(freedom)
    return np.asarray(np.sign(normal) * np.sinh(np.interp(np.abs(normal), at, s)))


@lru_cache(256)
def _table(freedom: float) -> tuple[Numbers, Numbers]:
    """Return normal numbers from zero on, and for each the s of the t that is as rare."""
    fine = np.arange(0.0, _FARTHEST, _STEP / 2)
    t = np.sinh(fine)
    heights = np.exp(-(freedom + 1) / 2 * np.log1p(t * t / freedom)) * np.cosh(fine)
    s, slices = fine[::2], (heights[:-2:2] + 4 * heights[1:-1:2] + heights[2::2]) / 6  # Simpson
    s = s[: len(slices) + 1]
    beyond = np.concatenate([np.cumsum(slices[::-1])[::-1], [0.0]])
    rare = beyond / (2 * beyond[0])
    kept = rare > _LEAST
    return -quantile(np.minimum(rare[kept], 0.5)), s[kept]
