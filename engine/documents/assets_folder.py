"""Files that documents need and that are no Python: style sheet, scripts, the mathematics font, the start of Typst sources."""

from __future__ import annotations

import base64
from functools import lru_cache
from importlib.resources import files

FOLDER = "assets"


@lru_cache
def asset(name: str) -> str:
    """Return a file of this package's assets."""
    return files("engine.documents").joinpath(FOLDER, name).read_text(encoding="utf-8")


@lru_cache
def style_sheet() -> str:
    """Return the style sheet with the mathematics font in it, so that nothing has to be fetched."""
    font = files("engine.documents").joinpath(FOLDER, "stix-two-math-subset.woff2").read_bytes()
    return asset("style.css").replace("MATHEMATICS_FONT", f"data:font/woff2;base64,{base64.b64encode(font).decode()}")
