"""Arithmetic that comes out the same to the bit on every machine: powers and roots, fractions, whole numbers."""
