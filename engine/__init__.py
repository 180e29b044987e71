"""The machine: what follows from a methodology. Users import :mod:`mrvgraph`, which has a function for every command."""
