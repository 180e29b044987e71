"""Notebooks and pandas: what each result is there as HTML, as a table, as a frame, as labelled arrays and as a picture."""
