"""Readings of open places as edits: read from the spec, put together with the text, taken into it for good."""
