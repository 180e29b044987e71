"""Revisions: edits of a document, renaming, settling."""
