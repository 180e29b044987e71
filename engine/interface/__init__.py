"""The Python interface, one function for each command; :mod:`mrvgraph` shows it to users. A command is one of these and a writer."""
