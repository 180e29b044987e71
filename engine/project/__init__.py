"""A project as reported: its file and tables, each value with its place, and the setting that follows from it."""
