"""The dependency graph as a picture (SVG) and as text for other tools (JSON, Mermaid, Graphviz)."""
