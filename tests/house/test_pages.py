"""Pages of docs/ that follow from the code are current."""

import os

import pages
import pytest


@pytest.mark.parametrize("name", pages.PAGES)
def test_page_is_current(name):
    path = pages.ROOT / name
    made = pages.PAGES[name]()

    if os.environ.get("MRVGRAPH_UPDATE") == "1":
        path.write_text(made, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == made, f"{name} is stale: run MRVGRAPH_UPDATE=1 pytest tests/house"
