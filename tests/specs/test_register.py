"""The register of faults of KH_AM004: complete, in order, tied to the rulings, and with numbers that follow from the data."""

from __future__ import annotations

import re
from collections import Counter

import pytest
import register_data
from register_data import AREA_NAMED, Data
from register_numbers import B_TO_I
from register_numbers_j import J

from equations.model.methodology import Methodology
from equations.model.ruling import RegisterEntry

RECOMPUTED = B_TO_I | J
#: Numbers in the register that come from elsewhere, with their source; nothing here can be computed from the spec.
OUTSIDE: dict[str, tuple[str, ...]] = {
    "fuel-other-gases": ("3.9",),  # 2006 IPCC Guidelines, Vol. 2 Table 3.2.2
    "stocks-not-traced": ("0.47", "1.0587", "0.8836"),  # IPCC carbon fraction; a published equation for root mass
    "biomass-or-carbon": ("0.47",),
}

KINDS = {"equation", "index", "unit", "rule", "term", "table", "reference", "parameter-list", "citation", "typographical"}
SEVERITIES = {"credit-moving", "checkable", "editorial"}
LAST_EQUATION, LAST_TABLE = 49, 6
#: A number that says how much: with decimals, with thousands, or in percent; no version and no section.
NUMBER = re.compile(r"(?<![\w.,/])\d[\d,]*\.\d+(?![\w.])|(?<![\w.,/])\d{1,3}(?:,\d{3})+(?!\w)|(?<![\w.,/])\d+(?= percent)")
VERSION = re.compile(r"[Vv]ersion \d+\.\d+|\bver\d+\.\d+")


@pytest.fixture(scope="module")
def data(kh: Methodology) -> Data:
    return register_data.read(kh)


@pytest.fixture(scope="module")
def entries(kh: Methodology) -> dict[str, RegisterEntry]:
    return {entry.id: entry for entry in kh.register}


def text_of(entry: RegisterEntry) -> str:
    return " ".join((entry.wrong, entry.evidence, entry.reading, entry.why, *entry.alternatives, entry.moves))


def test_ids_are_unique_and_everything_is_said(kh: Methodology) -> None:
    assert [id_ for id_, times in Counter(entry.id for entry in kh.register).items() if times > 1] == []
    for entry in kh.register:
        for name in ("kind", "wrong", "evidence", "reading", "why", "moves", "severity"):
            assert getattr(entry, name).strip(), f"{entry.id}: {name}"
        assert entry.kind in KINDS, entry.id
        assert entry.severity in SEVERITIES, entry.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.id)


def test_each_entry_has_a_place_that_exists(kh: Methodology) -> None:
    sections = {section.id for section in kh.sections}
    numbers = {equation.number for equation in kh.equations}
    for entry in kh.register:
        place = entry.text_place
        assert place.section in sections or (not place.section and place.lines), entry.id
        assert set(place.equations) <= numbers & {str(n) for n in range(1, LAST_EQUATION + 1)}, entry.id
        assert set(place.tables) <= {str(n) for n in range(1, LAST_TABLE + 1)}, entry.id
        assert list(place.equations) == sorted(set(place.equations), key=int), entry.id


def test_entries_stand_in_the_order_of_the_text(kh: Methodology) -> None:
    order = {section.id: n for n, section in enumerate(kh.sections)} | {"": len(kh.sections)}
    places = [order[entry.text_place.section] for entry in kh.register]
    assert places == sorted(places)


def test_equations_named_in_the_words_exist(kh: Methodology) -> None:
    for entry in kh.register:
        current = re.sub(r"\bEq \d+ (of|as)\b|version 1\.0[^.;]*", " ", text_of(entry))
        lists = re.findall(r"\bEq (\d+(?:(?:, | and | or | to )\d+)*)", current)
        named = [int(number) for one in lists for number in re.findall(r"\d+", one)]
        assert [n for n in named if not 1 <= n <= LAST_EQUATION] == [], entry.id


def test_ids_named_in_the_words_exist(kh: Methodology) -> None:
    """Rules, data sets, equivalences, statements and other entries that an entry points to."""
    id_ = "([a-z0-9]+(?:-[a-z0-9]+)+)"
    known = {
        f"[Rr]ules? {id_}": {rule.id for rule in kh.rules},
        f"rules {id_} and {id_}": {rule.id for rule in kh.rules},
        f"data set {id_}": {dataset.id for dataset in kh.datasets},
        f"equivalence {id_}": {one.id for one in kh.equivalences},
        "[Ss]tatement ([a-z]+(?:_[a-z]+)+)": {quantity.id for quantity in kh.quantities},
        f"(?:[Ss]ee|entry|Through) {id_}": {entry.id for entry in kh.register},
        f"[Ss]ee {id_} and {id_}": {entry.id for entry in kh.register},
    }
    found: Counter[str] = Counter()
    for entry in kh.register:
        for pattern, ids in known.items():
            named = {id_ for match in re.finditer(pattern, text_of(entry)) for id_ in match.groups()}
            found.update({pattern: len(named)})
            assert named <= ids, entry.id
    assert all(found[pattern] for pattern in known)


def test_a_stale_reference_names_the_equation_that_is_meant(entries: dict[str, RegisterEntry]) -> None:
    """Each entry of kind `reference` about a number reads the equations that stand in its place."""
    stale = {id_: e for id_, e in entries.items() if e.kind == "reference" and id_.startswith("reference-")}
    assert len(stale) == 7
    for id_, entry in stale.items():
        low, *high = (int(n) for n in re.findall(r"\d+", re.sub(r"\bto\b", " ", entry.reading)))
        read = set(range(low, max(high, default=low) + 1))
        assert read <= {int(n) for n in entry.text_place.equations}, id_
        assert "Equation" in entry.wrong, id_


def test_every_ruling_is_in_the_register_and_none_is_made_up(kh: Methodology) -> None:
    assert {entry.ruling for entry in kh.register} - {""} == {ruling.id for ruling in kh.rulings}


def test_an_entry_and_its_ruling_speak_of_the_same_place(kh: Methodology) -> None:
    rulings = {ruling.id: ruling for ruling in kh.rulings}
    for entry in kh.register:
        if not entry.ruling or not rulings[entry.ruling].text_place.equations:
            continue
        place, ruled = entry.text_place, rulings[entry.ruling].text_place
        assert set(place.equations) & set(ruled.equations) or set(place.tables) & set(ruled.tables), entry.id


def test_where_credits_can_move_the_direction_is_said(kh: Methodology) -> None:
    said = re.compile(r"\b(raises?|lowers?|lowered|higher|high|low|direction|falls?|earlier|between periods|Between)\b")
    for entry in kh.register:
        if entry.severity == "credit-moving":
            assert said.search(entry.moves), entry.id
        if entry.severity == "editorial":
            assert entry.moves.startswith("Nothing"), entry.id


@pytest.mark.parametrize("entry", sorted(RECOMPUTED))
def test_numbers_follow_from_the_data(entry: str, data: Data, entries: dict[str, RegisterEntry]) -> None:
    text = text_of(entries[entry])
    for piece in RECOMPUTED[entry](data):
        assert piece in text


def test_no_number_stands_without_a_recomputation(data: Data, kh: Methodology) -> None:
    """Numbers of evidence and effect are computed again, printed in a data set, or listed as coming from elsewhere."""
    loose = {}
    for entry in kh.register:
        pieces = RECOMPUTED[entry.id](data) if entry.id in RECOMPUTED else []
        known = set(data.printed) | set(OUTSIDE.get(entry.id, ())) | {n for piece in pieces for n in NUMBER.findall(piece)}
        found = set(NUMBER.findall(VERSION.sub("", f"{entry.evidence} {entry.moves}".replace(AREA_NAMED, ""))))
        if found - known:
            loose[entry.id] = sorted(found - known)
    assert loose == {}


def test_the_made_up_area_is_the_one_that_is_computed(kh: Methodology) -> None:
    named = [entry for entry in kh.register if "made-up" in text_of(entry)]
    assert len(named) == 8
    for entry in named:
        assert AREA_NAMED in entry.evidence, entry.id
        assert entry.id in RECOMPUTED, entry.id


def test_numbers_from_elsewhere_are_used(entries: dict[str, RegisterEntry]) -> None:
    for id_, numbers in OUTSIDE.items():
        assert all(number in text_of(entries[id_]) for number in numbers), id_


def test_the_register_stays_small_enough_to_load_with_every_run(kh: Methodology) -> None:
    assert len(kh.register) >= 190
    assert sum(len(text_of(entry)) for entry in kh.register) < 160_000
