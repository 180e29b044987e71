"""Plan: what a target needs in a setting, cell by cell, and in which order it is computed. No number is read here."""
