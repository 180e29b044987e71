"""Where texts go: terminals and files, escaped, whole or not at all."""
