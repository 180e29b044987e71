"""Files that documents need and that are no Python: style sheet, scripts, fonts, the start of Typst sources."""

from __future__ import annotations

import base64
from functools import lru_cache
from importlib.resources import files

from engine.typesetting.fonts.bundled import CODE, FONT, font_rules

FOLDER = "assets"


@lru_cache
def asset(name: str) -> str:
    """Return a file of this package's assets."""
    return files("engine.documents.writers").joinpath(FOLDER, name).read_text(encoding="utf-8")


def style_sheet(text: str) -> str:
    """Return the style sheet with the fonts in it that a text needs, so that nothing has to be fetched.

    Parameters
    ----------
    text
        Everything that is shown with it.
    """
    sheet = f"{asset('style.css')}\n{asset('dark.css')}"
    rules = font_rules(sheet + text)
    sheet = sheet.replace("MATHEMATICS_FONT", _mathematics_font())
    return f"{rules}\n{sheet}".replace("TEXT_FONTS", FONT).replace("CODE_FONT", f"'{CODE}'")


def notebook_sheet(text: str) -> str:
    """Return the style sheet of what a notebook shows, with the font of mathematics where there is some.

    Parameters
    ----------
    text
        Everything that is shown with it.
    """
    rule = f'@font-face {{ font-family: "mrvgraph Mathematics"; src: url("{_mathematics_font()}") format("woff2"); }}\n'
    return (rule if "<math" in text else "") + asset("notebook.css")


@lru_cache
def _mathematics_font() -> str:
    """Return the font of mathematics as an address: without one that knows of scripts and fractions, an index stands like a factor."""
    font = files("engine.documents.writers").joinpath(FOLDER, "stix-two-math-subset.woff2").read_bytes()
    return f"data:font/woff2;base64,{base64.b64encode(font).decode()}"
