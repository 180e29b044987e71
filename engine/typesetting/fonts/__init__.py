"""Fonts that documents bring, cut to their letters, so that every machine shows the same."""
