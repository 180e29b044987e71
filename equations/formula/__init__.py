"""A formula as text and as a tree: words, grammar, syntax, functions."""
