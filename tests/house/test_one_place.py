"""One idea, one place: what is held in one file is held nowhere else."""

import re

import pages

PICTURES = "engine.typesetting.pictures.shapes"


def test_colours_of_pictures_stand_in_one_file():
    """The style sheets of pages have theirs; what Python draws takes its colours from one palette."""
    for name, path in pages.modules().items():
        if name != PICTURES:
            assert not re.search(r"[\"'=]#[0-9a-fA-F]{3,6}\b[\"']", path.read_text(encoding="utf-8")), name


def test_elements_of_pictures_and_pages_are_made_by_one_file():
    """A text that is put into markup by hand is one day not escaped."""
    for name, path in pages.modules().items():
        if name not in ("engine.output.markup", PICTURES):
            assert not re.search(r"<(rect|svg|line|path|circle|tspan)[ >]|<text x", path.read_text(encoding="utf-8")), name
