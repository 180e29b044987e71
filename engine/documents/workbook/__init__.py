"""Workbooks: a run as live formulas that a spreadsheet program can follow, and project files as sheets."""
