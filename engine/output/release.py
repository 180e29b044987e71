"""Which release of the program this is."""

VERSION = __version__ = "0.1.0"
