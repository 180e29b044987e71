"""KH_AM004 1.0, reconstructed: whole years whatever the operating days, by hand and against 1.1."""

from pathlib import Path

import pytest

import mrvgraph
from engine.project.project_file import read_project_text

#: tCO2 from a hectare of evergreen forest: 76.61 + 14.69 tC.
F = 44 / 12 * (76.61 + 14.69)


def project(start: str):
    text = (
        f"project: {{name: one class}}\nmethodology: KH_AM004@1.1\noperation: {{start: {start}, end: 2020-12-31}}\n"
        'choices: {option: "1", fuel: none, fertiliser: "no", areas: official_map}\ndatasets: [national-frl-2017]\nvalues:\n'
        "  A_0: {unit: ha, values: {E: 1000}, otherwise: 0}\n  A_d_0: {unit: ha, values: {E: 500}, otherwise: 0}\n"
        "  P_d: {unit: 1/year, values: {E: 0.02}, otherwise: 0}\n"
        "  CA_pj: {unit: ha, values: {E: {2019: 10, 2020: 5}}, otherwise: 0}\n"
        "  CA_d_pj: {unit: ha, values: {E: {2019: 12, 2020: 8}}, otherwise: 0}\n"
    )
    return read_project_text(text, Path("project.yaml"))


@pytest.fixture(scope="module")
def one():
    return mrvgraph.load("KH_AM004@1.0")


@pytest.mark.parametrize("start", ["2019-01-01", "2019-07-02", "2019-12-31"])
def test_a_partial_start_year_counts_whole_in_1_0(one, start):
    run = mrvgraph.run(one, project(start))

    assert run.value("RL", year=2019) == pytest.approx(24.9 * F, rel=1e-12)
    assert run.value("RL", year=2020) == pytest.approx(24.9 * (1 - 0.0249) * F, rel=1e-12)
    assert run.value("DR", year=2019) == pytest.approx(10 * F, rel=1e-12)
    assert run.value("DR", year=2020) == pytest.approx(9.8 * F, rel=1e-12)
    assert run.total == pytest.approx(0.8 * (24.9 - 10 - 2 + 24.9 * (1 - 0.0249) - 5) * F, rel=1e-12)


def test_1_1_with_every_day_an_operating_day_gives_the_credits_of_1_0(one, kh):
    data = project("2019-01-01")

    assert mrvgraph.run(kh, data).total == mrvgraph.run(one, data).total


def test_1_1_with_fewer_days_does_not(one, kh):
    run = mrvgraph.run(kh, project("2019-07-02"))

    assert run.value("RL", year=2019) == pytest.approx(24.9 * 183 / 365 * F, rel=1e-12)
    assert run.value("RL", year=2020) == pytest.approx(24.9 * (1 - 0.0249 * 183 / 365) * F, rel=1e-12)


def test_1_0_passes_check(one):
    assert [f.what for f in mrvgraph.check(one).findings if f.severity == "error"] == []


def test_1_0_says_that_it_is_reconstructed_and_on_what_evidence(one):
    entries = {entry.id: entry for entry in one.register}

    assert one.status == "reconstructed"
    assert "Not the official text" in one.status_note
    assert "Eq 44 for Eq 48" in entries["reconstructed-numbering"].evidence
    assert set(entries) == {"reconstructed-numbering", "reconstructed-form", "reconstructed-rest"}
