"""What an editor asks about a file while it is written: meanings, places of names, completions, faults, new names. Pure functions of texts."""
