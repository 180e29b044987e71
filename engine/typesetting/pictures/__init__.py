"""Pictures as SVG: charts, and the dependency graph."""
