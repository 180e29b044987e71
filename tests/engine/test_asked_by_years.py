"""What only some years ask for, and what a dataset gives only in part, is in `needs` and in the template."""

import pytest

from engine.cli import main

SPEC = """
methodology: {id: T, version: "1", title: Asked, result: R}
index_sets:
  - {id: year, kind: year, letters: [y]}
  - {id: class, letters: [c], members: [a, b, d]}
relations: [{id: pairs, over: [class, class], meaning: pairs}]
quantities:
  - {id: A, symbol: A, meaning: activity, indices: [year], unit: t, kind: monitored}
  - {id: B, symbol: B, meaning: asked by a later equation, unit: t, kind: fixed_ex_ante}
  - {id: C, symbol: C, meaning: asked by a later rule, unit: t, kind: fixed_ex_ante}
  - {id: D, symbol: D, meaning: asked by a condition of a rule, unit: t, kind: fixed_ex_ante}
  - {id: EF, symbol: EF, meaning: dated default, indices: [year], unit: tCO2/t, kind: default}
  - {id: K, symbol: K, meaning: default by class, indices: [class, year], unit: t, kind: default}
  - {id: R, symbol: R, meaning: result, indices: [year], unit: tCO2, kind: computed, over_years: sum}
equations:
  - {id: early, when: y < 2030, defines: "R[y]", formula: "(A[y] + Sum(c, K[c, y])) * EF[y]"}
  - {id: late, when: y >= 2030, defines: "R[y]", formula: "(A[y] + B) * EF[y]"}
rules:
  - {id: x, statement: s, when: y >= 2040, for: {y: year}, condition: C > 0, severity: error, editorial: for the test}
  - {id: z, statement: s, for: {y: year}, condition: "y < 2045 or D > 0", severity: error, editorial: for the test}
datasets:
  - id: defaults
    title: Defaults
    use: default
    values:
      - {quantity: EF, unit: tCO2/t, at: {year: "*"}, value: 3, when: y <= 2024}
      - {quantity: K, unit: t, at: {year: "*"}, cells: {a: 1, b: NA}}
"""


@pytest.fixture
def asked(tmp_path, capsys):
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")

    def ask(*options):
        assert main(["needs", str(tmp_path / "spec.yaml"), *options]) == 0
        return capsys.readouterr().out

    return ask


def line_of(text, start):
    return next(line for line in text.splitlines() if line.split()[:1] == [start])


def test_needs_names_what_later_years_ask_for_and_what_a_dataset_leaves_out(asked):
    text = asked()

    assert "a project of 2028 to 2031" in line_of(text, "B")
    assert "rule x" in line_of(text, "C") and "2038 to 2041" in line_of(text, "C")
    assert "rule z" in line_of(text, "D")
    assert "given by defaults, but not EF[2025]" in line_of(text, "EF")
    assert "but not K[b, " in line_of(text, "K") and "K[a, " not in line_of(text, "K")  # NA is no number where nothing is left out


def test_a_template_asks_for_the_rest_of_a_default_and_names_what_other_years_ask_for(asked):
    text = asked("--template")
    rest = text[text.index("  EF:") : text.index("  # default by class")]

    assert "2025: ____" in rest and "2024" not in rest
    assert text[text.index("  K:") :].count("____") == 5  # source, and b and d for two years
    named = text[text.index("# Not asked for from 2024-01-01 to 2025-12-31") :]
    assert all(f"  #   {id_}: " in named for id_ in "BCD")
    assert "\nchoices:" not in text  # the methodology has none
    assert "Not asked for" not in asked("--template", "--start", "2024-01-01", "--end", "2025-12-31")


def test_a_template_of_later_days_asks_for_what_they_ask_for(asked):
    text = asked("--template", "--start", "2039-01-01", "--end", "2040-12-31")

    assert all(f"\n  {id_}:\n" in text for id_ in ("A", "B", "C", "EF")) and "\n  D:\n" not in text


def test_a_filled_template_runs(asked, tmp_path, capsys):
    text = asked("--template").replace("name: ____", "name: p").replace("source: ____", "source: s").replace("option: ____", "option: C").replace("____", "2")
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")

    assert main(["run", str(tmp_path / "spec.yaml"), str(tmp_path / "project.yaml")]) == 0
    out = capsys.readouterr().out
    assert "R, total = 35.000 tCO2" in out  # (2 + 1 + 2 + 2) t, by 3 in 2024 and by 2 in 2025
    assert "choices" not in out
