"""The fields of a cross-check, in a spec and in a project file."""

from __future__ import annotations

#: Name, type, whether it is required, meaning.
CROSS_CHECK_FIELDS: tuple[tuple[str, str, bool, str], ...] = (
    ("id", "text", False, "name of the cross-check; a spec gives each one"),
    ("statement", "text", False, "what must hold; made from the fields if absent"),
    ("of", "id", True, "quantity that takes part in the calculation, given or computed"),
    ("with", "side", False, "second source: another quantity; in a project file also its numbers, as a block"),
    ("use", "one_of:lower|higher", False, "which of the two counts; `of` must be that one"),
    ("within", "text", False, "how far the two may be apart: 0.5 % of the other side, or an amount with its unit"),
    ("at_most", "side", False, "what `of` may not exceed: a quantity, a number with its unit; in a project file also numbers, as a block"),
    ("at_least", "side", False, "below which `of` may not be, likewise"),
    ("equals", "side", False, "what `of` must be, likewise"),
    ("parts", "words", False, "quantities that `of` is the sum of"),
    ("sum_over", "words", False, "indices over which both sides are added first"),
    ("each", "words", False, "indices that the other side does not have: it holds for each member"),
    ("along", "text", False, "index whose neighbours are compared"),
    ("growth", "text", False, "by how much a number may differ from that of the neighbour before, as a share: 50 %"),
    ("never", "one_of:falls|rises", False, "what a number along the index never does, as a counter never falls"),
    ("severity", "one_of:error|warning|note", False, ""),
    ("remedy", "text", False, ""),
)
#: Fields that may name a quantity.
CROSS_CHECK_NAMES = ("of", "with", "at_most", "at_least", "equals", "parts")
#: Fields that name indices.
CROSS_CHECK_AXES = ("sum_over", "each", "along")
