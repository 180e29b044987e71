"""KH_AM004 1.1 with a balance carried from period to period, and with a rolling mean: spec edits alone, with numbers computed here by hand."""

from pathlib import Path

import pytest
from every_way import agree

import mrvgraph

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "methodology_specs" / "KH_AM004" / "examples" / "option1.yaml").read_text(encoding="utf-8")
ONE_PERIOD = '  - {id: "1", start: 2018-03-12, end: 2020-12-31}\n'
PERIODS = "".join(f'  - {{id: "{at}", start: {start}, end: {end}}}\n' for at, start, end in (
    (3, "2020-01-01", "2020-12-31"), (1, "2018-03-12", "2018-12-31"), (2, "2019-01-01", "2019-12-31")))  # fmt: skip


def run_of(example, tmp_path, values, *edits, targets=()):
    """Run the example project of option 1 under a revision, with more values and some lines exchanged."""
    text = PROJECT.replace("\nvalues:\n", f"\nvalues:\n{values}")
    for old, new in (("methodology: KH_AM004@1.1", "methodology: KH_AM004"), (ONE_PERIOD, PERIODS), *edits):
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")
    return mrvgraph.run(mrvgraph.load(ROOT / "docs" / "examples" / f"{example}.yaml"), tmp_path / "project.yaml", targets=targets)


def test_a_deficit_is_drawn_from_the_buffer_and_what_it_lacks_is_carried(tmp_path):
    run = run_of("carried_deficit", tmp_path, "  b_share: {value: 0.1, source: contract}\n", ("610    760    760", "610   3260    760"),
                 targets=("ER_credit_p", "Buffer", "Deficit"))  # fmt: skip
    first, second, third = (run.value("ER_credit", year=year) for year in (2018, 2019, 2020))
    assert first > 0 > second and -second > 0.1 * first and third > -second - 0.1 * first

    # 1: a tenth goes into the buffer. 2: the buffer is emptied, the rest is owed. 3: what is owed comes off, and a tenth goes into the buffer.
    owed = -second - 0.1 * first
    expected = {"ER_credit_p": [0.9 * first, 0, 0.9 * (third - owed)], "Drawn": [0, 0.1 * first, 0], "Deficit": [0, owed, 0],
                "Buffer": [0.1 * first, 0, 0.1 * (third - owed)]}  # fmt: skip

    for quantity, numbers in expected.items():
        found = [run.value(quantity, period=str(at)) for at, _ in enumerate(numbers, 1)]
        assert found == pytest.approx(numbers, rel=1e-12, abs=1e-6), quantity
    agree(run, "Buffer", ("deficit.carried", "buffer.first", "buffer.drawn"))


def test_a_rolling_mean_of_the_five_years_before_each_year(tmp_path):
    before = {2013: 250_000, 2014: 260_000, 2015: 270_000, 2016: 280_000, 2017: 290_000}
    listed = ", ".join(f"{year}: {number}" for year, number in before.items())
    run = run_of("rolling_mean", tmp_path, f"  dCS_before: {{unit: tC, values: {{{listed}}}, source: statistics}}\n")
    loss = before | {year: run.value("dCS_pj", year=year) for year in (2018, 2019)}

    expected = {2018: 270_000 * 295 / 365 * 44 / 12,  # the first year has 295 operating days
                2019: (260_000 + 270_000 + 280_000 + 290_000 + loss[2018]) / 5 * 44 / 12,
                2020: (270_000 + 280_000 + 290_000 + loss[2018] + loss[2019]) / 5 * 44 / 12}  # fmt: skip

    assert {year: run.value("RL", year=year) for year in expected} == pytest.approx(expected, rel=1e-13)
    assert [run.value("RL", year=2019), run.value("RL", year=2020)] == pytest.approx([921_681.50067, 878_495.77933], abs=1e-5)
    assert run.setting.members["past"] == tuple(map(str, range(2013, 2021))) and run.setting.members["year"] == ("2018", "2019", "2020")
    agree(run, "ER_credit_p", ("past.stated", "past.monitored", "ref.level"))


def test_what_a_methodology_looks_back_on_is_asked_for(tmp_path):
    """`needs` and a template ask for the years before the start, and a run that lacks one names it."""
    methodology = mrvgraph.load(ROOT / "docs" / "examples" / "rolling_mean.yaml")
    with pytest.raises(Exception, match=r"I501 .*dCS_before.*\n?.*2013"):
        run_of("rolling_mean", tmp_path, "  dCS_before: {unit: tC, values: {2014: 1, 2015: 1, 2016: 1, 2017: 1}, source: statistics}\n")
    (need,) = [n for n in mrvgraph.needs(methodology, choices={"option": "1"}) if n.quantity.id == "dCS_before"]
    assert need.quantity.indices == ("past",)
