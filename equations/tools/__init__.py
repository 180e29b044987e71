"""Tools: specs inside specs. A tool's document is taken in under a prefix, before anything is read as a methodology."""
