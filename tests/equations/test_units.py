"""Units: what is read, how large it is, how it is shown, and what is refused with what was probably meant."""

import re
from fractions import Fraction

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from equations.errors import UnitError
from equations.units.measures import between, told_apart
from equations.units.registry import parse_unit
from equations.units.unit import PLAIN
from equations.units.words import SUBSTANCES, substance_word, unit_words

WORDS = sorted(unit_words())
#: Our names for what pint's own registry calls otherwise; months, years and money it has not, or counts in days.
IN_PINT = {"calorie": "international_calorie", "oil_barrel": "oil_barrel", "US_gallon": "gallon"}
NOT_IN_PINT = ("year", "month", "vehicle", "item", "person", "currency_unit", "degree_of_temperature")


@pytest.fixture(scope="module")
def public() -> pint.UnitRegistry:
    return pint.UnitRegistry()


def refusal(text: str, *substances: str) -> UnitError:
    with pytest.raises(UnitError) as caught:
        parse_unit(text, None, substances)
    return caught.value


def test_every_word_has_the_size_that_pints_own_registry_gives_it(public):
    """The sizes of litre, acre, barrel, Btu and toe are nobody's invention."""
    for text in WORDS:
        word = unit_words()[text]
        plain = re.sub("^(exa|peta|tera|giga|mega|kilo|hecto|deci|centi|milli|micro)(?=[a-z])", "", word.name)
        if plain in NOT_IN_PINT or word.name in NOT_IN_PINT:
            continue
        name = "megabritish_thermal_unit" if word.name == "million_Btu" else word.name.removesuffix(plain) + IN_PINT.get(plain, plain)
        own = parse_unit(text)
        base = {"[mass]": "gram", "[energy]": "joule", "[length]": "metre", "[time]": "day"}
        wanted = public.parse_expression(" * ".join(f"{base[d]} ** {p.numerator}" for d, p in own.powers) or "dimensionless")
        theirs = public.Quantity(1, public.parse_units(name)) ** word.power

        assert float(own.scale) == pytest.approx((theirs / wanted).to_base_units().magnitude, rel=1e-12), text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*WORDS, *(substance_word("kg", s) for s in SUBSTANCES)]), st.integers(-2, 2)), max_size=3))
def test_a_unit_is_read_again_as_it_is_shown(parts):
    """What the table of ``check`` and the messages print can be written into a spec."""
    unit = PLAIN
    for word, power in parts:
        unit *= parse_unit(word) ** Fraction(power)
    shown = unit.in_words()

    has_factor, bare = re.match(r"[0-9]", shown), re.search(r"\b[dh]m\b(?!\^-?[23]\b)", shown)
    is_usual = Fraction(1, 10**60) < unit.scale < 10**60 and not re.search(r"\^-?(1[3-9]|[2-9][0-9])", shown)  # powers up to 12 are read
    if not has_factor and not bare and is_usual:
        assert parse_unit(shown) == unit


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_products_and_quotients_balance(one, two, three):
    a, b, c = (parse_unit(word) for word in (one, two, three))

    assert a * b / b == a
    assert (a / b) * (b / c) == a / c
    assert (a / b) * (b / a) == PLAIN
    assert (a / b).same_dimension(PLAIN) == a.same_dimension(b)


@pytest.mark.parametrize(
    ("one", "other"),
    [("m2", "m^2"), ("km2", "km^2"), ("m3", "m^3"), ("cm3", "mL"), ("ha", "10000 m^2"), ("L/m2", "mm"), ("m²", "m2"), ("dm3", "L"),
     ("m3/ha", "m^3 ha-1"), ("MMBtu", "1e6 Btu"), ("tonnes CO2e", "tCO2e"), ("Mg C ha-1", "tC/ha"), ("short tons CO2", "short_ton_CO2"),
     ("W h", "Wh"), ("kg_C", "kgC"), ("t CO2-eq", "tCO2e")],
)  # fmt: skip
def test_two_ways_to_write_one_unit(one, other):
    assert parse_unit(one) == parse_unit(other)


def test_a_power_of_a_unit_with_a_prefix_is_a_power_of_the_whole():
    """mm2 is no thousandth of m2."""
    assert parse_unit("mm2").scale == Fraction(1, 10**6)
    assert parse_unit("km2").scale == Fraction(10**6)


@pytest.mark.parametrize(
    ("written", "shown"),
    [("MWh", "MWh"), ("tCO2/MWh", "tCO2 / MWh"), ("tC ha-1", "tC / ha"), ("km2", "km^2"), ("m2/ha", "m^2 / ha"), ("%", "%")],
)
def test_a_unit_is_shown_in_the_words_of_its_author(written, shown):
    assert parse_unit(written).in_words() == shown


def test_a_product_is_shown_in_the_words_of_its_factors():
    assert (parse_unit("MWh") * parse_unit("tCO2/MWh")).in_words() == "tCO2"
    assert (parse_unit("kg") * parse_unit("tCO2/t")).in_words() == "1/1000 tCO2"
    assert (parse_unit("ha") * parse_unit("m3/ha")).in_words() == "m^3"


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("mtCO2e", ["tCO2e", "ktCO2e", "MtCO2e"]),
        ("mt CO2e", ["tCO2e", "ktCO2e", "MtCO2e"]),
        ("MTCO2e", ["tCO2e", "MtCO2e"]),
        ("MMTCO2e", ["MtCO2e"]),
        ("mtC/ha", ["tC", "ktC", "MtC"]),
        ("mt_urea", ["t_urea", "kt_urea", "Mt_urea"]),
        ("mt", ["t", "kt", "Mt"]),
        ("MT", ["t", "Mt"]),
        ("ton", ["t", "short_ton", "long_ton"]),
        ("tons CO2e", ["tCO2e", "short_ton_CO2e", "long_ton_CO2e"]),
        ("kg/ton", ["short_ton"]),
        ("Pa", ["year"]),
        ("Ma", ["year"]),
        ("gallon", ["US_gallon", "imperial_gallon"]),
        ("MBtu", ["kBtu", "MMBtu"]),
        ("Nm3", ["m3"]),
        ("kJ/kg/K", ["degC"]),
        ("Mm3", ["1e6 m3"]),
    ],
)
def test_a_word_that_trades_read_differently_is_refused_with_what_can_be_meant(text, offered):
    error = refusal(text, "urea")

    assert error.code == "U307"
    for unit in offered:
        assert re.search(rf"(?<![A-Za-z]){re.escape(unit)}\b", error.remedy), error.remedy


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("Kwh", "did you mean kWh?"),
        ("kgCO2q", "did you mean kgCO2e or kgCO2?"),
        ("tC02", "did you mean tCO2?"),
        ("hectars", "did you mean hectares?"),
        ("y", "did you mean year?"),
        ("MG", "did you mean mg (1e-06 kg) or Mg (1000 kg)?"),
        ("mWh", "did you mean MWh (3600 MJ; m would be a thousandth)?"),
        ("CO2", "CO2 is a substance: write its mass, as in tCO2"),
    ],
)
def test_a_misspelt_unit_is_answered_with_the_one_that_was_meant(text, remedy):
    assert refusal(text).remedy == remedy


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([w for w in WORDS if len(w) > 1]), st.integers(0, 30), st.sampled_from("abcdeghmkMGTtxs_"), st.booleans())
def test_a_suggestion_has_the_size_that_the_word_had_or_says_its_size(word, at, letter, drop):
    """A slip of one letter never turns a kilotonne into a megatonne without a word."""
    at %= len(word)
    slip = word[:at] + ("" if drop else letter) + word[at + 1 :]
    try:
        parse_unit(slip)
    except UnitError as error:
        meant = re.match(r"did you mean (.+)\?$", error.remedy)
        names = meant[1].split(" or ") if meant else []
        if names and not any("(" in name for name in names):
            assert len({parse_unit(name).scale for name in names}) == 1
    else:
        return


@pytest.mark.parametrize("slip", ["mt", "mha", "mJ", "mWh", "Pt", "Ty", "kyear", "Mitem", "khead", "uha", "cha", "Mmonth", "kvehicle", "mday"])
def test_prefixes_stand_only_where_a_trade_uses_them(slip):
    assert refusal(slip).code in ("U301", "U307")


def test_what_two_units_measure_is_told_in_words():
    litres, tonnes = parse_unit("L"), parse_unit("t")

    assert told_apart(litres, tonnes) == "L is a volume and t a mass"
    assert between(litres, tonnes) == "multiply by the density (as in kg/L)"
    assert between(parse_unit("L/vehicle"), parse_unit("kg/vehicle")) == "multiply by the density (as in kg/L)"
    assert "calorific" in between(parse_unit("t"), parse_unit("GJ"))
    assert between(parse_unit("t"), parse_unit("ha")) == ""


@pytest.mark.parametrize(
    ("text", "why"),
    [("bcm", "thousand million cubic metres"), ("BCM", "thousand million cubic metres"), ("Pa", "pressure"), ("Nm3", "standard conditions"),
     ("T", "tera"), ("MMT", "million metric tons"), ("mts", "metres")],
)  # fmt: skip
def test_a_word_of_the_trade_that_is_no_unit_says_why(text, why):
    assert why in refusal(text).why
