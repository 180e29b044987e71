"""Every ```console block of README.md and docs/ shows what the commands in it really print.

`MRVGRAPH_UPDATE=1 pytest tests/house` writes the output anew. A line `$ mrvgraph ... | head -N` (or tail) shows N lines; what a command
writes to `build/` goes to a folder of the test.
"""

import contextlib
import io
import os
import re
import shlex
from pathlib import Path

import pytest

from engine.cli import main

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
PAGES = [p for p in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if p.is_file() and BLOCK.search(p.read_text("utf-8"))]


def output_of(line: str) -> str:
    command, _, tail = line.partition(" | tail -")
    command, _, pipe = command.partition(" | head -")
    words = [word.replace("build/", os.environ["MRVGRAPH_CACHE"] + "/build/", 1) if word.startswith("build/") else word for word in shlex.split(command)]
    assert words[0] == "mrvgraph", line
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        main(words[1:])
    lines = (out.getvalue() + err.getvalue()).splitlines()
    if pipe:
        lines = lines[: int(pipe)]
    if tail:
        lines = lines[-int(tail) :]
    return "\n".join(lines).rstrip() + "\n"


def shown_again(block: str) -> str:
    commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{output_of(command)}" for command in commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_output_shown_is_real(page, monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("MRVGRAPH_CACHE", str(tmp_path))
    monkeypatch.setattr("engine.output.terminal.PAGE", 100)
    text = page.read_text(encoding="utf-8")

    made = BLOCK.sub(lambda m: f"```console\n{shown_again(m.group(1))}```", text)

    if os.environ.get("MRVGRAPH_UPDATE") == "1":
        page.write_text(made, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == made


def test_readme_shows_real_output():
    assert ROOT / "README.md" in PAGES
