"""Units: exact powers and scales, the words of the trade, one registry, molar masses."""
