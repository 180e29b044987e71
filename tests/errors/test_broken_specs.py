"""One deliberately wrong spec or project for each code, and the exact message that its author sees.

Each folder of ``tests/broken_specs`` is called ``<CODE>_<what is wrong>`` and holds ``methodology.yaml`` (an edit of the small
methodology in ``tests/specs_for_tests/tiny``, or a whole one), or ``project.yaml``, or both, or ``command.txt`` with the arguments
of another command (``without.txt`` names a package that is hidden from it, ``needs.txt`` an optional one without which there is
nothing to see, ``closed.txt`` closes standard output); and ``expected.txt``. ``MRVGRAPH_UPDATE=1 pytest tests/errors`` writes the
messages anew, to be read before they are committed.
"""

import os
import re
import sys
from pathlib import Path

import pytest

from engine.checks import check_methodology
from engine.cli import main
from engine.report.findings import findings_text
from equations.errors import CODES
from equations.library.spec_files import load_methodology

FOLDERS = sorted(path for path in (Path(__file__).parents[1] / "broken_specs").iterdir() if path.is_dir())
TINY = "../../specs_for_tests/tiny"


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MRVGRAPH_CACHE", "off")


def arguments() -> list[str]:
    """Return what the author of the folder that is current types."""
    if Path("command.txt").exists():
        return Path("command.txt").read_text(encoding="utf-8").split()
    spec = "methodology.yaml" if Path("methodology.yaml").exists() else TINY
    return ["run", spec, "project.yaml"] if Path("project.yaml").exists() else ["check", spec]


def message(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return the exit code and what is said: the error, or the errors among the findings of ``check``."""
    typed = arguments()
    code = main(typed)
    said = capsys.readouterr().err
    if code == 1:
        findings = check_methodology(load_methodology(typed[1])).findings
        said = findings_text(tuple(finding for finding in findings if finding.severity == "error")) + "\n"
    return code, said.replace("tests/broken_specs/" + Path.cwd().name + "/", "")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_message_is_exactly_as_expected(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    if Path("without.txt").exists():
        monkeypatch.setitem(sys.modules, Path("without.txt").read_text(encoding="utf-8").strip(), None)
    if Path("needs.txt").exists():
        pytest.importorskip(Path("needs.txt").read_text(encoding="utf-8").strip())
    if Path("closed.txt").exists():
        monkeypatch.setattr(sys, "stdout", None)
    expected = folder / "expected.txt"

    code, said = message(capsys)

    if os.environ.get("MRVGRAPH_UPDATE") == "1":
        expected.write_text(said, encoding="utf-8")
    assert said == expected.read_text(encoding="utf-8")
    assert code == (1 if said.startswith("findings:") else 2)
    assert folder.name.split("_")[0] in re.findall(r"^(?:error |  )?([A-Z]\d{3}) ", said, re.MULTILINE)


def test_every_code_has_a_broken_spec_and_none_is_made_up():
    assert {folder.name.split("_")[0] for folder in FOLDERS} == set(CODES)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_message_says_what_where_and_what_to_do(folder):
    said = (folder / "expected.txt").read_text(encoding="utf-8")

    assert re.search(r"(methodology|project|more|fuel|areas|cross)\.(yaml|csv)|^I5(1[145]|25) ", said, re.MULTILINE), "no place"
    assert re.search(r"^    do: +\S", said, re.MULTILINE), "no remedy"
    assert "Traceback" not in said
    assert str(Path(__file__).parents[2]) not in said
    assert "/work/" not in said
