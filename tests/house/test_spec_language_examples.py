"""Every example of a revision in docs/reference/spec_language.md is one that passes its check."""

import re
from pathlib import Path

import pytest

from engine.checks import check_methodology
from equations.library.spec_files import load_methodology

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "spec_language.md"
EXAMPLES = re.findall(r"(?ms)^```yaml\n(based_on:.*?)^```", PAGE.read_text(encoding="utf-8"))


def test_there_is_an_example_of_each_edit_that_reaches_everything():
    assert all(any(word in example for example in EXAMPLES) for word in ("units:", "settle:", "index:", "i in measured", "ordered: yes", "history:", "q-1"))


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_example_passes_check(example, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    path = tmp_path / "example.yaml"
    path.write_text(example.replace("based_on: tests", f"based_on: {ROOT}/tests"), encoding="utf-8")

    findings = check_methodology(load_methodology(path)).findings

    assert [f.what for f in findings if f.severity != "note"] == []
