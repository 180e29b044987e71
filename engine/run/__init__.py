"""A run: inputs bound and converted once, formulas evaluated, rules judged, every intermediate kept."""
