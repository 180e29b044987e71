"""How numbers may be replaced, in plain words."""

from __future__ import annotations

from equations.model.substitution import Substitution
from equations.notation.plain import plain_text

_TAKES = {
    "zero": "by zero", "least": "by the least that was measured", "most": "by the most that was measured",
    "mean": "by the mean of what was measured", "before": "by the number measured before", "after": "by the number measured after",
}  # fmt: skip


def substitution_text(method: Substitution) -> str:
    """Return one method in words: what it takes, and how often and where it is allowed."""
    parts = [_TAKES.get(method.takes, "") + (f" along {method.along}" if method.along and method.takes else ""), method.statement]
    parts += [f"at most {100 * float(method.at_most):g} % of a series"] if method.at_most is not None else []
    parts += [f"at most {method.in_a_row} in a row"] if method.in_a_row is not None else []
    parts += [f"where {plain_text(method.when, dict(method.letters))}"] if method.when is not None else []
    return f"{method.id}: {', '.join(part for part in parts if part)}"
