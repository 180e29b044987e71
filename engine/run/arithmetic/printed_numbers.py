"""Numbers as they are printed: how many decimals, and by how much rounding can have moved them."""

from __future__ import annotations

from decimal import Decimal


def decimals(text: str) -> int:
    """Return how many decimals are printed.

    Examples
    --------
    >>> decimals("91.30"), decimals("74100"), decimals("1e-3")
    (2, 0, 3)
    """
    exponent = Decimal(text.replace("_", "")).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
