"""The guide for authors shows the draft that stands beside it. Its commands are run by tests/house/test_console_blocks.py."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_draft_of_the_guide_is_the_file_beside_it():
    shown = re.findall(r"```yaml\n(.*?)```", (DOCS / "revising_a_methodology.md").read_text(encoding="utf-8"), re.DOTALL)

    assert shown[:1] == [(DOCS / "examples" / "draft.yaml").read_text(encoding="utf-8")]


def test_every_command_of_the_guide_is_run_by_the_test_of_console_blocks():
    text = (DOCS / "revising_a_methodology.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)

    assert len(blocks) >= 7
    assert all(line.startswith("$ mrvgraph ") for block in blocks for line in block.splitlines()[:1])
