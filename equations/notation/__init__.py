"""A formula for readers: as plain text, LaTeX, element by element, and as SymPy."""
