"""Numbers that convert: within one dimension by the unit registry, between substances by molar masses and atoms."""

import pytest

from engine.checks import check_equation, check_methodology
from engine.cli import main
from engine.mutation.mutants import MutantReader, find_mutants
from equations.library.spec_files import load_methodology

SPEC = """\
methodology: {{id: T, version: "1", title: t, status: draft, result: E}}
substances:
  - {{id: limestone, meaning: calcium carbonate, formula: CaCO3}}
  - {{id: dolomite, meaning: calcium magnesium carbonate, molar_mass: 184.4, atoms: {{C: 2, Ca: 1, Mg: 1}}}}
  - {{id: wood, meaning: wood as delivered}}
constants:
  - {{written: 44/12, unit: tCO2/tC}}
{constants}
quantities:
  - {{id: a, symbol: a, meaning: input, unit: "{unit}", kind: monitored, source: {{document: d}}}}
  - {{id: k, symbol: k, meaning: a factor, unit: "{factor}", kind: {kind}, source: {{document: d}}{more}}}
  - {{id: E, symbol: E, meaning: output, unit: "{out}", kind: computed}}
equations:
  - {{id: e, number: 1, defines: E, formula: "{formula}"}}
{rest}
"""
DATASET = "datasets: [{{id: s, title: s, use: default, values: [{{quantity: k, unit: '{unit}', value: {value}}}]}}]"


@pytest.fixture
def said(tmp_path):
    """Return a function that gives the severities and codes of a spec's findings on conversions."""

    def findings(formula="a * k", unit="1", out="1", factor="1", kind="default", constants="", rest="", more=""):
        path = tmp_path / "methodology.yaml"
        text = SPEC.format(formula=formula, unit=unit, out=out, factor=factor, kind=kind, constants=constants, rest=rest, more=more)
        path.write_text(text, encoding="utf-8")
        codes = ("U30", "W82", "S10")
        return [(f.severity, f.code) for f in check_methodology(load_methodology(path)).findings if f.code.startswith(codes)]

    return findings


@pytest.mark.parametrize(
    ("formula", "unit", "out", "right"),
    [
        ("a / 10000 {m2/ha}", "m2", "ha", True),
        ("a / 1000 {m2/ha}", "m2", "ha", False),
        ("a * 100 {ha/km2}", "km2", "ha", True),
        ("a * 1 {ha/km2}", "km2", "ha", False),
        ("a * 3.6 {GJ/MWh}", "MWh", "GJ", True),
        ("a * 0.36 {GJ/MWh}", "MWh", "GJ", False),
        ("a / 1000 {kg/t}", "kg", "t", True),
        ("a * 1000 {t/kg}", "kg", "t", False),
        ("a / 100 {kgCO2/tCO2}", "kgCO2", "tCO2", False),
        ("a * 0.4536 {kg/lb}", "lb", "kg", False),
        ("a * 0.45359237 {kg/lb}", "lb", "kg", True),
        ("a * 1 {ha} / 1000 {m2}", "m2", "ha", False),
        ("a * 1 {ha} / 10000 {m2}", "m2", "ha", True),
        ("max(0, a / 1000 {m2/ha})", "m2", "ha", False),
        ("cases(a > 0: a * 1 {Gg/kt}, otherwise: 0)", "kt", "Gg", True),
        ("cases(a / 1000 {m2/ha} > 5 {ha}: a / 10000 {m2/ha}, otherwise: 0)", "m2", "ha", False),
        ("3.14159 / 4 * (a / 100 {cm/m}) ^ 2", "cm", "m2", True),
        ("3.14159 / 4 * (a / 10 {cm/m}) ^ 2", "cm", "m2", False),
        ("a * 44/12 {tCO2/tC}", "tC", "tCO2", True),
        ("a * 11/3 {tCO2/tC}", "tC", "tCO2", True),
        ("a * 12/44 {tCO2/tC}", "tC", "tCO2", False),
        ("a * 12/44 {tC/tCO2}", "tCO2", "tC", True),
        ("a * 44/28 {tN2O/tN}", "tN", "tN2O", True),
        ("a * 44/28 {tN2O/tN2O-N}", "tN2O-N", "tN2O", True),
        ("a * 44/14 {tN2O/tN}", "tN", "tN2O", False),
        ("a * 28/44 {tN/tN2O}", "tN2O", "tN", True),
        ("a * 14/44 {tN/tN2O}", "tN2O", "tN", False),
        ("a * 16/12 {tCH4/tC}", "tC", "tCH4", True),
        ("a * 12/16 {tCH4/tC}", "tC", "tCH4", False),
        ("a * 44/16 {tCO2/tCH4}", "tCH4", "tCO2", True),
        ("a * 44/12 {kgCO2/tC} * 1000", "tC", "kgCO2", False),
        ("a * 44 {tN2O} / 14 {tN}", "tN", "tN2O", False),
        ("a * 44 {tN2O} / 28 {tN}", "tN", "tN2O", True),
        ("a * 12/100 {tC/t_limestone}", "t_limestone", "tC", True),
        ("a * 12/44 {tC/t_limestone}", "t_limestone", "tC", False),
        ("a * 12/184 {tC/t_dolomite}", "t_dolomite", "tC", False),
        ("a * 24 {tC} / 184.4 {t_dolomite}", "t_dolomite", "tC", True),
    ],
)
def test_a_number_that_converts_is_the_exact_one(said, formula, unit, out, right):
    found = said(formula, unit, out)

    assert any(severity == "error" and code in ("U305", "U306") for severity, code in found) is not right
    if right:
        assert not [code for severity, code in found if severity == "error"]


@pytest.mark.parametrize(
    ("formula", "unit", "out"),
    [
        ("a * 28 {tCO2e/tCH4}", "tCH4", "tCO2e"),
        ("a * 265 {tCO2/tN2O}", "tN2O", "tCO2"),
        ("a * 0.01 {tN2O-N/tN}", "tN", "tN2O-N"),
        ("a * 0.47 {tC/t_dm}", "t_dm", "tC"),
        ("a * 0.5 {tC/t_wood}", "t_wood", "tC"),
        ("a * 0.9 {t/t}", "t", "t"),
        ("a * 25 {tree/plot}", "plot", "tree"),
        ("cases(a < 10 {m2/ha}: 0, otherwise: a)", "m2/ha", "m2/ha"),
        ("min(a, 8 {hour/day})", "hour/day", "hour/day"),
        ("a * 365 {day/year}", "year", "day"),
        ("0 {m2/ha} + a", "m2/ha", "m2/ha"),
        ("a * 2 {tCO2/ha} / 0.7 {tC/ha}", "tC", "tCO2"),
    ],
)
def test_a_number_that_converts_nothing_is_left_alone(said, formula, unit, out):
    """Warming potentials, emission factors, shares, thresholds and counts are no conversions."""
    assert not said(formula, unit, out)


@pytest.mark.parametrize(
    ("number", "found"),
    [("3.67", "W820"), ("3.6667", "W820"), ("3.7", "W820"), ("3.664", "W820"), ("3.666666666666667", "W820"), ("4", "U306"), ("3.5", "U306")],
)
def test_a_rounded_ratio_of_molar_masses_is_a_warning_that_says_what_it_costs(said, number, found):
    assert [code for _, code in said(f"a * {number} {{tCO2/tC}}", "tC", "tCO2")] == [found]


def test_a_spec_can_say_why_a_ratio_is_not_exact(said):
    declared = "  - {written: 0.4536, unit: kg/lb, not_exact: the publication prints four digits}"

    assert said("a * 0.4536", "lb", "kg", constants=declared) == [("note", "W821")]
    assert said("a * 0.4536 {kg/lb}", "lb", "kg", constants=declared) == [("note", "W821")]
    assert said("a * 0.4536", "lb", "kg", constants=declared.replace(", not_exact: the publication prints four digits", "")) == [("error", "U305")]


@pytest.mark.parametrize(
    ("factor", "value", "found"),
    [
        ("m2/ha", "1000", ["U305"]), ("m2/ha", "10000", []), ("m2/ha", "25", []), ("m2/ha", "0.0001", ["U305"]),
        ("GJ/MWh", "9.5", []), ("GJ/MWh", "36", ["U305"]), ("GJ/MWh", "0.2778", ["U305"]), ("hour/day", "8", []),
        ("tCO2/tC", "0.2727", ["U306"]), ("tCO2/tC", "3.67", ["W820"]), ("tN2O/tN", "3.14", ["U306"]), ("tN2O/tN", "0.016", []),
    ],
)  # fmt: skip
def test_a_default_that_a_slip_makes_of_the_exact_ratio_is_found(said, factor, value, found):
    """A basal area of 25 m2/ha and a heat rate of 9.5 GJ/MWh are measurements; 1000 m2/ha is a conversion gone wrong."""
    dataset = DATASET.format(unit=factor, value=value)

    assert [code for _, code in said(factor=factor, out=factor, rest=dataset)] == found
    assert {code for _, code in said(factor=factor, out=factor, rest=dataset, more=", not_exact: measured")} <= {"W821"}


@pytest.mark.parametrize(("kind", "code", "exit_code"), [("default", "U305", 2), ("monitored", "W822", 0)])
def test_a_project_that_supplies_a_wrong_conversion_is_told(tmp_path, capsys, kind, code, exit_code):
    spec, project = tmp_path / "methodology.yaml", tmp_path / "project.yaml"
    spec.write_text(SPEC.format(formula="a / k", unit="m2", out="ha", factor="m2/ha", kind=kind, constants="", rest="", more=""))
    project.write_text(
        "project: {name: p}\noperation: {start: 2024-01-01, end: 2024-12-31}\n"
        "values:\n  a: {unit: m2, value: 1000000, source: map}\n  k: {unit: m2/ha, value: 1000, source: table}\n"
    )

    assert main(["run", str(spec), str(project)]) == exit_code
    out, err = capsys.readouterr()
    assert code in out + err
    assert code == "U305" or "source: d\n" in out


def test_rules_and_comparisons_are_read_as_formulas_are(said):
    rule = "rules:\n  - {id: r, statement: small, condition: 'a / 1000 {m2/ha} < 5 {ha}'}"
    comparison = (
        "datasets: [{id: s, title: s, use: on-request, values: [{quantity: a, value: 1}]}]\n"
        "comparisons:\n  - {id: c, title: c, left: 'a / 1000 {m2/ha}', right: 'E', given: [s]}"
    )

    assert ("error", "U305") in said("a / 10000 {m2/ha}", "m2", "ha", rest=rule)
    assert ("error", "U305") in said("a / 10000 {m2/ha}", "m2", "ha", rest=comparison)


@pytest.mark.parametrize(
    ("substance", "code"),
    [("formula: CaCO", ""), ("formula: caco3", "S105"), ("molar_mass: 100", "S104"), ("molar_mass: 100, atoms: {Q: 1}", "S105"), ("molar_mass: 0, atoms: {C: 1}", "S105")],
)
def test_what_a_substance_is_made_of_is_read_strictly(tmp_path, capsys, substance, code):
    path = tmp_path / "methodology.yaml"
    text = SPEC.format(formula="a", unit="1", out="1", factor="1", kind="default", constants="", rest="", more="")
    path.write_text(text.replace("formula: CaCO3", substance))

    main(["check", str(path)])
    out, err = capsys.readouterr()
    assert code in out + err
    assert bool(code) is bool(err)
    assert not code or f"({path}:3:" in err


def test_mutation_alters_conversions_and_molar_ratios_and_check_catches_each(tmp_path):
    path = tmp_path / "methodology.yaml"
    path.write_text(SPEC.format(formula="a / 10000 {m2/ha} * k * 28/44 {tN/tN2O}", unit="m2", out="tN", factor="tN2O/ha", kind="default",
                                constants="", rest="", more=""))  # fmt: skip
    methodology = load_methodology(path)
    mutants = [m for m in find_mutants(methodology) if m.operator in ("conversion", "molar ratio")]

    assert {m.what.split(" for ")[0] for m in mutants} == {"1/10000", "100000/1", "1000000/1", "10000000/1", "14/44", "22/7"}
    reader = MutantReader.of(methodology)
    for mutant in mutants:
        assert {"U305", "U306"} & {finding.code for finding in check_equation(reader.read(mutant), methodology)[1]}
