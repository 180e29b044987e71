"""``python -m mrvgraph`` is the command line."""

import sys

import mrvgraph  # noqa: F401  refuses to start with a stranger's engine
from engine.cli import main

sys.exit(main())
