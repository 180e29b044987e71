"""Folders with specs that an editor has open, and cursors in their files."""

import shutil
from pathlib import Path

import pytest

from engine.interface.editor.editor_session import EditorSession

SPECS = Path(__file__).resolve().parents[1] / "specs_for_tests"
#: A version that edits TINY: other names, an equation more, and the old name in a sentence of its own.
REVISION = """\
based_on: ../tiny
methodology: {version: "2"}
changes:
  rename: {quantities: {EF: stock}, matrices: {MP: moves}}
  add:
    quantities:
      - {id: share, symbol: s, meaning: "share of `RL` that counts", unit: "1", kind: fixed_ex_ante, range: {min: 0, max: 1}}
  replace:
    equations:
      - id: dcs.matrix
        formula: >-
          share *
          Sum(i, j,
              ca[i, j, y] * pos(stock[i] - stock[j]))
"""


class Desk:
    """An editor with open folders; a cursor is the part of a line in which ``|`` marks it."""

    def __init__(self, root):
        self.root, self.session = root, EditorSession([root])

    def at(self, name, snippet, text=None):
        """Return file, line and column of the one place where a snippet stands."""
        before, _, after = snippet.partition("|")
        lines = (text if text is not None else (self.root / name).read_text(encoding="utf-8")).split("\n")
        found = [(number, line.index(before + after) + len(before)) for number, line in enumerate(lines) if before + after in line]
        assert len(found) == 1, f"{snippet!r} stands {len(found)} times"
        return (self.root / name, *found[0])

    def hover(self, name, snippet):
        found = self.session.hover(*self.at(name, snippet))
        return found.text if found is not None else ""

    def places(self, found):
        """Return locations or edits as ``file:line`` and what stands there."""
        return [(f"{one.path.relative_to(self.root)}:{one.stretch.line + 1}", self.session.space.file(one.path).text.says(one.stretch))
                for one in found]  # fmt: skip

    def definition(self, name, snippet):
        return self.places(self.session.definitions(*self.at(name, snippet)))

    def labels(self, name, snippet, line):
        """Return what is proposed where a line with a cursor is put in place of another; nothing is saved."""
        path, number, _ = self.at(name, line)
        lines = path.read_text(encoding="utf-8").split("\n")
        before, _, after = snippet.partition("|")
        lines[number] = before + after
        self.session.changed(path, "\n".join(lines))
        found = self.session.completions(path, number, len(before))
        self.session.closed(path)
        return found


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """TINY in one file, a revision of it, and a methodology with tools."""
    root = tmp_path_factory.mktemp("editor").resolve()
    for name in ("tiny", "tools", "tool_user"):
        shutil.copytree(SPECS / name, root / name)
    (root / "revised").mkdir()
    (root / "revised/methodology.yaml").write_text(REVISION, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def looked_at(folder):
    """The desk after every spec was opened; tests leave its texts as they are."""
    desk = Desk(folder)
    for name in ("tiny", "revised", "tool_user"):
        path = folder / name / "methodology.yaml"
        desk.session.opened(path, path.read_text(encoding="utf-8"))
        desk.session.closed(path)
    return desk


@pytest.fixture
def desk(folder, tmp_path):
    """A desk of its own over a copy of TINY, whose files may be changed."""
    shutil.copytree(folder / "tiny", tmp_path / "tiny")
    return Desk(tmp_path.resolve())
