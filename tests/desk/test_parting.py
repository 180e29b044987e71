"""Where stated numbers part from the recomputation first, and which slip gives their digits. Numbers are computed by hand.

Of the small project: dCS is 2,060.272, 2,502.100 and 2,445.002 tC (areas 1,000 and 500 ha times rates 0.02 and 0.03 and stocks 91.3 and 48.21, the first
year with 295 of 365 days), RL is 44/12 of it (7,554.33; 9,174.37; 8,965.01 tCO2), E_fuel 4.8, 6.4 and 6.4 tCO2, ER_p 25,676.103 tCO2.
"""

import pytest
from desk_helpers import TINY, codes, slips, states

import mrvgraph
from engine.cli import main

WITHOUT_44_12 = "{2018: 2060.3, 2019: 2502.1, 2020: 2445.0}"


def test_what_differs_though_all_that_it_reads_agrees_is_where_they_part(desk):
    # ER_p = 2,060.272 + 2,502.100 + 2,445.002 - 17.6
    found = desk(f"claimed: {{dCS: {{values: {WITHOUT_44_12}}}, RL: {{values: {WITHOUT_44_12}}}, ER_p: 6989.8}}")

    assert states(found) == {
        **{f"dCS[{year}]": "agrees" for year in (2018, 2019, 2020)}, **{f"RL[{year}]": "parts" for year in (2018, 2019, 2020)}, "ER_p[all]": "follows",
    }  # fmt: skip
    assert codes(found) == [("A750", "error"), ("A751", "note"), ("A754", "note")]
    assert found.diagnoses[0].candidates[0].text == "Eq. 1: 44/12 left out"
    assert len(found.diagnoses[0].candidates[0].explained) == 4
    assert found.findings[0].evidence.startswith("Eq. 1 (rl): dCS[y] * 44/12, from dCS[2018] = 2,060.27 tC. ")


def test_only_the_total_is_stated(desk):
    found = desk("claimed: {ER_p: 6989.8}")

    assert states(found) == {"ER_p[all]": "parts"}
    assert "Eq. 1: 44/12 left out" in slips(found)


def test_a_slip_in_one_year(desk):
    found = desk("claimed: {RL: {values: {2018: 7554.33, 2019: 2502.10, 2020: 8965.01}}}")

    assert states(found) == {"RL[2018]": "agrees", "RL[2019]": "parts", "RL[2020]": "agrees"}
    assert "Eq. 1: 44/12 left out, for 2019 alone" in slips(found)


@pytest.mark.parametrize(
    ("claim", "slip"),
    [
        # 1,826 tC of E alone; 723.15 of D counted twice: 2,549.15 + 723.15 = 3,272.30; times 295 / 365 of 2018
        ("dCS: {values: {2018: 1475.81}}", "Eq. 2: D of forest left out"),
        ("dCS: {values: {2018: 2644.74}}", "Eq. 2: D of forest counted twice"),
        # 2,549.15 * 295 / 366, / 360, and without the days at all
        ("dCS: {values: {2018: 2054.643}}", "Eq. 2: 366 for d_0"),
        ("dCS: {values: {2018: 2088.887}}", "Eq. 2: 360 for d_0"),
        # the mean of the rates before the product: 0.025 * (1,000 * 91.3 + 500 * 48.21) * 295 / 365
        ("dCS: {values: {2018: 2331.813}}", "Eq. 2: the mean of P before the product"),
        ("E_fuel: {values: {2018: 4.65, 2019: 6.20, 2020: 6.20}}", "EF_fuel: EF_fuel[diesel] with the number of gasoline"),
        ("E_fuel: {values: {2018: 4800, 2019: 6400, 2020: 6400}}", "Eq. 9: FC a thousand times too large"),
        # 1.5 typed as 5.1
        ("E_fuel: {values: {2018: 16.32, 2019: 6.40}}", "FC: FC[diesel, 2018] typed as 5.1 for 1.5"),
        ("RL: {values: {2018: -7554.3}}", "Eq. 1: the whole formula with the other sign"),
        ("RL: {values: {2018: 561.89}}", "Eq. 1: 12/44 for 44/12"),
    ],
)
def test_slips_of_people_at_a_desk(desk, claim, slip):
    members = () if "gasoline" not in slip else (("members: {fuel: [diesel]}", "members: {fuel: [diesel, gasoline]}"),
                                                 ("2020: 2}}, source", "2020: 2}, gasoline: {2018: 0, 2019: 0, 2020: 0}}, source"))  # fmt: skip
    found = desk(f"claimed: {{{claim}}}", *members)

    best = found.diagnoses[0].candidates[0]
    assert best.is_whole
    assert slip in [one.text for one in found.diagnoses[0].candidates[0].slips] or best.more, slips(found)


def test_an_input_that_a_document_states_otherwise_and_what_follows_from_it(desk):
    # 20 t for 2 t of diesel: 64 tCO2, and 57.6 tCO2 less
    found = desk("claimed: {FC: {values: {diesel: {2019: 20}}}, E_fuel: {values: {2019: 64.0}}, ER_p: 25618.5}")

    assert states(found) == {"FC[diesel, 2019]": "another input", "E_fuel[2019]": "follows", "ER_p[all]": "follows"}
    assert codes(found) == [("A753", "error"), ("A751", "note")]
    assert "FC: FC[diesel, 2019] ten times too large" in slips(found)


def test_two_documents_that_state_one_thing_otherwise(desk):
    found = desk("documents: [{document: Report, claimed: {ER_p: {value: 25676.1, place: p. 2}}}, {document: Sheet, claimed: {ER_p: 25576}}]")

    assert ("A752", "error") in codes(found)
    conflict = next(finding for finding in found.findings if finding.code == "A752")
    assert "25676.1 and 25576" in conflict.what
    assert conflict.evidence == "Report, p. 2; Sheet"


def test_a_conflict_is_told_whichever_document_comes_first(desk):
    # 6 goes with 6.4 and with 6.1, which do not go with each other
    found = desk("documents: [{document: a, claimed: {E_fuel: {values: {2019: 6}}}}, {document: b, claimed: {E_fuel: {values: {2019: 6.4}}}},"
                 " {document: c, claimed: {E_fuel: {unit: kgCO2, values: {2019: 6100}}}}]")  # fmt: skip

    (conflict,) = [finding for finding in found.findings if finding.code == "A752"]
    assert conflict.what == "two documents state E_fuel[2019] otherwise: 6.4 tCO2 and 6100 kgCO2"
    assert conflict.evidence == "b; c"


def test_two_documents_of_other_precision_agree(desk):
    found = desk("documents: [{document: Report, claimed: {ER_p: 25676.1}}, {document: Sheet, claimed: {ER_p: 25676}}]")

    assert codes(found) == [("A754", "note")]


def test_a_total_of_years_that_were_rounded_is_no_slip(desk):
    # 7,554 + 9,174 + 8,965 - 17.6; unrounded it is 25,676.1
    years = "RL: {values: {2018: 7554, 2019: 9174, 2020: 8965}}"
    known, alone = desk(f"claimed: {{{years}, ER_p: 25675.4}}"), desk("claimed: {ER_p: 25675.4}")

    assert states(known)["ER_p[all]"] == "rounded before"
    assert alone.diagnoses[0].is_rounding
    assert codes(known) == codes(alone) == [("A754", "note")]


def test_a_rounding_that_moves_a_number_far_is_an_error(desk):
    # 3 tCO2/t for 3.2: a sixteenth too little; with the 3 stated beside it, too
    few = "E_fuel: {values: {2018: 4.5, 2019: 6.0, 2020: 6.0}}"
    alone, beside = desk(f"claimed: {{{few}}}"), desk(f"claimed: {{EF_fuel: {{values: {{diesel: 3}}}}, {few}}}")

    assert ("A750", "error") in codes(alone) and ("A750", "error") in codes(beside)
    assert any("EF_fuel rounded to whole units" in slip for slip in slips(alone))
    assert "rounded" not in next(finding.what for finding in beside.findings if finding.code == "A754")


KILOTONNES = """
methodology: {id: K, version: "1", title: Kilotonnes, status: illustrative, result: E}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: F, symbol: F, meaning: fuel, indices: [year], unit: t, kind: monitored}
  - {id: f, symbol: f, meaning: factor, unit: tCO2/t, kind: default}
  - {id: G, symbol: G, meaning: emissions, indices: [year], unit: ktCO2, kind: computed}
  - {id: E, symbol: E, meaning: emissions in total, unit: tCO2, kind: computed}
equations:
  - {id: g, number: 1, defines: 'G[y]', formula: 'F[y] * f * 0.001 {ktCO2/tCO2}'}
  - {id: e, number: 2, defines: 'E', formula: 'Sum(y, G[y]) * 1000 {tCO2/ktCO2}'}
"""
KILOTONNES_PROJECT = """
project: {name: k}
operation: {start: 2020-01-01, end: 2022-12-31}
values: {F: {unit: t, values: {2020: 137430, 2021: 141420, 2022: 100400}}, f: {unit: tCO2/t, value: 2}}
"""


@pytest.mark.parametrize(("claim", "code"), [
    ("{unit: ktCO2, value: 757}", "A754"),  # 274.86 + 282.84 + 200.8 kt, each cut off to 274, 282 and 200: 756, and rounded 759; 757 lies between
    ("{value: 758700}", "A750"),  # of tonnes that are printed to one, kilotonnes rounded to one are no rounding on the way
])  # fmt: skip
def test_roundings_are_those_of_the_unit_in_which_is_printed(tmp_path, claim, code):
    (tmp_path / "methodology.yaml").write_text(KILOTONNES, encoding="utf-8")
    (tmp_path / "project.yaml").write_text(f"{KILOTONNES_PROJECT}claimed: {{E: {claim}}}\n", encoding="utf-8")

    assert codes(mrvgraph.diagnose(mrvgraph.load(tmp_path), tmp_path / "project.yaml"))[0][0] == code


def test_none_known_is_said(desk):
    found = desk("claimed: {RL: {values: {2018: 7391.2846, 2019: 8321.9127}}}")

    assert found.diagnoses[0].candidates == ()
    assert "none known" in found.findings[0].evidence


METHANE = """
methodology: {id: M, version: "1", title: Methane, status: illustrative, result: E}
index_sets: [{id: year, kind: year, letters: [y]}]
quantities:
  - {id: M, symbol: M, meaning: methane, indices: [year], unit: tCH4, kind: monitored}
  - {id: GWP, symbol: G, meaning: warming potential, unit: tCO2e/tCH4, kind: default}
  - {id: E, symbol: E, meaning: emissions, indices: [year], unit: tCO2e, kind: computed}
equations: [{id: e, number: 1, defines: 'E[y]', formula: 'M[y] * GWP'}]
"""
METHANE_PROJECT = """
project: {name: m}
operation: {start: 2020-01-01, end: 2021-12-31}
values: {M: {unit: tCH4, values: {2020: 13.7, 2021: 14.1}}, GWP: {unit: tCO2e/tCH4, value: 25}}
"""


@pytest.mark.parametrize(
    ("claim", "slip"), [("{2020: 383.6, 2021: 394.8}", "GWP: GWP = 28 (CH4, AR5) for 25"), ("{2020: 287.7, 2021: 296.1}", "GWP: GWP = 21 (CH4, AR2) for 25")]
)
def test_a_warming_potential_of_another_report(tmp_path, claim, slip):
    (tmp_path / "m.yaml").write_text(METHANE, encoding="utf-8")
    (tmp_path / "p.yaml").write_text(f"{METHANE_PROJECT}claimed: {{E: {{values: {claim}}}}}\n", encoding="utf-8")

    found = mrvgraph.diagnose(tmp_path / "m.yaml", tmp_path / "p.yaml")

    assert found.diagnoses[0].candidates[0].text == slip


def test_the_command_shows_what_was_tried(capsys, tmp_path):
    text = (TINY / "project.yaml").read_text(encoding="utf-8")
    (tmp_path / "p.yaml").write_text(text + "claimed: {RL: {values: {2018: 2060.27}}}\n", encoding="utf-8")

    assert main(["diagnose", str(TINY), str(tmp_path / "p.yaml")]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "they part first: RL[2018] Eq. 1 (rl): dCS[y] * 44/12, from dCS[2018] = 2,060.27 tC" in shown
    assert "1. Eq. 1: 44/12 left out: explains 1 of 1 that differ" in shown


def test_nothing_stated_is_an_error_of_the_command(capsys):
    assert main(["diagnose", str(TINY), str(TINY / "project.yaml")]) == 2
    assert capsys.readouterr().err.startswith("I501 the project states nothing")
