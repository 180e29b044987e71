"""The page that goes from a document to a spec: its files, what `check` says of the drafts, and every number of its project by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from every_way import agree

import mrvgraph
from engine.checks import check_methodology
from engine.commands.versions import compare
from equations.errors import Faults
from equations.library.spec_files import load_methodology

DOCS = Path(__file__).parents[2] / "docs"
STOVES = DOCS / "examples" / "stoves"
PAGE = (DOCS / "from_a_pdf_to_a_spec.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def files(*names: str) -> list[str]:
    return [str(STOVES / name) for name in names]


def by_hand(*, saved: tuple[float, float], on_old: tuple[float, float] = (0, 0), lost: float = 0.05, methane_lost: bool = True) -> list[float]:
    """Return the reductions of 2025 and 2026 in tCO2e, from the text of the page."""
    in_use, stoves, lorries, warming = (0.95, 0.9), (4000, 2500), (2600, 400), (25, 28)
    days = ((306, 30), (365, 365))
    found = []
    for y in (0, 1):
        wood = in_use[y] * (1 - on_old[y]) * sum(n * t * s for n, t, s in zip(stoves, days[y], saved, strict=True)) / 1000
        carbon_dioxide = wood * 15.6 * 112 / 1000 * 0.6
        methane = wood * 15.6 * 300 / 1e6 * warming[y]
        found.append(carbon_dioxide + methane - lorries[y] * 2.7 / 1000 - lost * (carbon_dioxide + (methane if methane_lost else 0)))
    return found


def test_what_the_page_shows_of_the_files_stands_in_them():
    files = [path.read_text(encoding="utf-8") for path in STOVES.glob("*.yaml")]
    shown = [part for block in blocks("yaml") for part in re.split(r"\n(?=\w)", block.strip("\n"))]

    assert len(shown) >= 12
    assert [part for part in shown if not any(part in text for text in files)] == []


def test_the_page_shows_the_way_from_check_to_diff():
    commands = re.findall(r"(?m)^\$ mrvgraph (\w+)", "".join(blocks("console")))

    assert list(dict.fromkeys(commands)) == ["check", "needs", "run", "explain", "audit", "diff", "docs", "migrate"]


def test_the_methodology_has_the_ten_equations_of_the_text_and_is_clean():
    methodology = load_methodology(STOVES / "methodology.yaml")

    assert sorted({int(e.number) for e in methodology.equations if e.number}) == list(range(1, 11))
    assert [f for f in check_methodology(methodology).findings if f.severity != "note"] == []


def test_the_drafts_have_the_faults_that_the_page_speaks_of():
    with pytest.raises(Faults) as first:
        load_methodology(STOVES / "draft_1.yaml")
    second = check_methodology(load_methodology(STOVES / "draft_2.yaml")).findings

    assert [error.code for error in first.value.errors] == ["S103", "U301", "S105", "X205"]
    assert [f.code for f in second if f.severity == "error"] == ["U303", "U302", "G403"]


@pytest.mark.parametrize("edits, readings, expected", [
    ((), {}, by_hand(saved=(4.0, 4.4))),
    ((), {"lost-elsewhere": "co2-alone"}, by_hand(saved=(4.0, 4.4), methane_lost=False)),
    ((("saving: kitchen_test", "saving: efficiency"), ("  w_old:", "  eta_old: {unit: '%', value: 10}\n  eta: {unit: '%', values: {north: 25, south: 40}}\n  w_old:")),
     {}, by_hand(saved=(4.5, 5.625))),
])  # fmt: skip
def test_numbers_by_hand(edits, readings, expected, tmp_path):
    text = (STOVES / "project.yaml").read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")

    run = mrvgraph.run(mrvgraph.load(STOVES / "methodology.yaml"), tmp_path / "project.yaml", readings=readings)

    assert run.values.arrays["ER"].tolist() == pytest.approx(expected, rel=1e-13)
    assert [run.value("ER_p", period=p) for p in ("MP1", "MP2")] == pytest.approx(expected, rel=1e-13)
    agree(run, "ER")


def test_the_revision_by_hand():
    expected = by_hand(saved=(4.0, 4.4), on_old=(0.2, 0.12), lost=0.04)

    difference = compare(*files("methodology.yaml", "revision.yaml"), files("project.yaml", "project_1.1.yaml"), ({}, {}))

    assert difference.effect is not None
    assert difference.effect.after == pytest.approx(sum(expected), rel=1e-12)
    assert difference.effect.before == pytest.approx(sum(by_hand(saved=(4.0, 4.4))), rel=1e-12)
