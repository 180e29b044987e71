"""A picture as a file of its own: SVG with its fonts, or PNG."""

from __future__ import annotations

from engine.documents.writers.pdf import png_bytes
from engine.typesetting.fonts.glyph_check import picture_file, refuse_unshown
from engine.typesetting.mathematics.typst import string
from engine.typesetting.pictures.shapes import WHITE, shape, size_of


def picture_bytes(svg: str, way: str) -> bytes:
    """Return a picture on white as ``svg`` or ``png``.

    Raises
    ------
    InputError
        I516 for a letter that no font has, I514 for a PNG where the package that draws it is not installed.
    """
    whole = on_white(svg)
    if way == "svg":
        return picture_file(whole).encode()
    refuse_unshown(whole, {})
    page = "#set page(width: auto, height: auto, margin: 0pt)"
    return png_bytes(f'{page}\n#image(bytes({string(whole)}), format: "svg", width: {size_of(svg)[0]:g}pt)\n')


def on_white(svg: str) -> str:
    """Return a picture with a white ground, for wherever it is laid."""
    end = svg.index(">", svg.index("<svg")) + 1
    return f"{svg[:end]}{shape('rect', width='100%', height='100%', fill=WHITE)}{svg[end:]}\n"
