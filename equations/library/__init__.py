"""Where specs are found, and the whole way from a reference to a methodology."""
