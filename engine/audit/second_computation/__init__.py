"""A second way to every number of a run, one cell at a time, written apart: nothing of a run's arithmetic is used here."""
