"""Files that are read: regular ones, once, strictly, every scalar with its place."""
