"""Mathematics as a small tree, read from LaTeX, written as MathML and Typst."""
