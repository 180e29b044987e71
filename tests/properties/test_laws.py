"""Laws that hold for every project under KH_AM004, whatever its numbers.

Random projects come from ``tests/reference``; each is written as a project file, changed in a way that may not matter, and run
again.
``MRVGRAPH_PROJECTS=100 pytest tests/properties/test_laws.py`` draws as many of each option.
"""

import json
import os
import random
from decimal import Decimal

import numpy as np
import pytest
import random_projects
from reference_adapter import OTHER_UNITS, TARGETS, to_project_file

import mrvgraph
from equations.files.strict_yaml import Mapping, Sequence, read_yaml_file

PROJECTS = int(os.environ.get("MRVGRAPH_PROJECTS", "6"))
RELATIVE = 1e-12
FOREST, LAND_USE = random_projects.FOREST, random_projects.LAND_USE
#: Differences of large numbers, and what follows from them: compared on the scale of the numbers that are subtracted.
DIFFERENCES = ("DE", "PE", "ER", "ER_credit", "ER_credit_p", "ER_credit_whole")


@pytest.fixture(scope="module")
def kh():
    return mrvgraph.load("KH_AM004@1.1")


@pytest.fixture
def run(kh, tmp_path):
    """Return a function (document, option) -> Run."""

    def make(document, option, **options):
        (tmp_path / "project.yaml").write_text(json.dumps(document), encoding="utf-8")
        return mrvgraph.run(kh, tmp_path / "project.yaml", targets=TARGETS[option], **options)

    return make


def plain(node):
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node}
    return [plain(item) for item in node.items] if isinstance(node, Sequence) else node.text


def drawn(option, seed, folder):
    """Return a random project as a document, its table of each year written as nested labels."""
    rng = random.Random(9000 * option + seed)
    project = random_projects.random_project(rng, option)
    random_projects.read_otherwise(rng, project)
    return plain(read_yaml_file(to_project_file(project, folder))), rng


def numbers(run):
    """Return quantity -> labels -> value, of everything in a run."""
    return {q: {labels: value for labels, value, _ in run.cells(q)} for q in run.values.arrays}


def assert_same(first, second):
    one, two = numbers(first), numbers(second)
    assert one.keys() == two.keys()
    scale = max((abs(value) for q in ("RL", "DR", "DP", "PE") for value in one.get(q, {}).values()), default=0.0)
    compared = 0
    for quantity, cells in one.items():
        assert cells.keys() == two[quantity].keys(), quantity
        for labels, value in cells.items():
            allowed = RELATIVE * max(abs(value), scale * len(cells) if quantity in DIFFERENCES else 0.0, 1e-300)
            if quantity == "ER_credit_whole" or "credit-rounding" in first.project.readings:
                allowed = max(allowed, 1.0 if quantity in DIFFERENCES else 0.0)  # a rounding may fall on either side
            assert abs(value - two[quantity][labels]) <= allowed, (quantity, labels, value, two[quantity][labels])
            compared += 1
    assert compared > 50


# -- what may not matter


def scaled(node, power):
    """Multiply every number of nested labels, or of a table, by a power of ten, exactly."""
    if isinstance(node, dict):
        return {label: scaled(value, power) for label, value in node.items()}
    if "\n" in node:
        head, *rows = [line.split() for line in node.strip().split("\n")]
        return "\n".join([" ".join(head), *(" ".join([row[0], *(scaled(text, power) for text in row[1:])]) for row in rows)])
    return node if node == "NA" else str(Decimal(node).scaleb(power))


@pytest.mark.parametrize("option", [1, 2])
def test_units_of_the_inputs_do_not_matter(option, tmp_path, run):
    exchanged = set()
    for seed in range(PROJECTS):
        document, rng = drawn(option, seed, tmp_path)
        first = run(document, option)
        for quantity, blocks in document["values"].items():
            for block in blocks if isinstance(blocks, list) else [blocks]:
                unit = block.get("unit") if isinstance(block, dict) else None
                if isinstance(unit, str) and unit in OTHER_UNITS:
                    block["unit"], power = rng.choice(OTHER_UNITS[unit])
                    exchanged.add((quantity, unit, block["unit"]))
                    block |= {way: scaled(block[way], power) for way in ("value", "values", "table") if way in block}
                for member, own in unit.items() if isinstance(unit, dict) and "values" in block else ():  # each vehicle has its own
                    if own in OTHER_UNITS:
                        unit[member], power = rng.choice(OTHER_UNITS[own])
                        exchanged.add((quantity, own, unit[member]))
                        block["values"][member] = scaled(block["values"][member], power)

        assert_same(first, run(document, option))

    assert {("A_0", "ha", "km2"), ("FC", "kg", "t"), ("NCV", "GJ/kg", "TJ/Gg"), ("SEC", "kg/km", "g/km")} <= exchanged


def test_published_and_own_units_of_a_default_are_the_same_number(tmp_path, run):
    """43.0 TJ/Gg is 0.0430 GJ/kg, whichever is written."""
    document, _ = drawn(1, 0, tmp_path)
    document["choices"]["fuel"] = "direct"
    document["values"]["NCV"] = {"unit": "TJ/Gg", "otherwise": "43.0", "source": "IPCC"}
    first = run(document, 1)
    document["values"]["NCV"] = {"unit": "GJ/kg", "otherwise": "0.0430", "source": "IPCC"}

    assert_same(first, run(document, 1))
    assert first.value("NCV", fuel=first.setting.members["fuel"][0]) == pytest.approx(0.043, rel=1e-15)


def shuffled(node, rng):
    """Return a document with its keys, and the rows and columns of its tables, in another order."""
    if isinstance(node, dict):
        items = [(key, shuffled(value, rng)) for key, value in node.items()]
        rng.shuffle(items)
        return dict(items)
    if isinstance(node, list):
        return [shuffled(item, rng) for item in node]
    if "\n" in node:
        head, *rows = [line.split() for line in node.strip().split("\n")]
        order = rng.sample(range(len(head)), len(head))
        rng.shuffle(rows)
        lines = [[head[at] for at in order], *([row[0], *(row[1 + at] for at in order)] for row in rows)]
        return "\n".join(" ".join(line) for line in lines)
    return node


@pytest.mark.parametrize("option", [1, 2])
def test_the_order_of_parameters_and_of_labels_does_not_matter(option, tmp_path, run):
    for seed in range(PROJECTS):
        document, rng = drawn(option, seed, tmp_path)
        first = run(document, option)
        again = shuffled(document, rng)
        assert json.dumps(again) != json.dumps(document)

        second = run(again, option)

        assert numbers(first) == numbers(second), "nothing else than the order of the file has changed"


@pytest.mark.parametrize("option", [1, 2])
def test_the_order_of_members_does_not_matter(option, tmp_path, run):
    moved = set()
    for seed in range(PROJECTS):
        document, _ = drawn(option, seed, tmp_path)
        first = run(document, option)
        for set_id, members in document["members"].items():
            if len(members) > 1:
                moved.add(set_id)
                members.reverse()

        assert_same(first, run(document, option))

    assert {"fuel", "vehicle_type", "crop"} <= moved


# -- what is conserved


def test_areas_are_conserved_where_rows_add_up_to_one(tmp_path, run):
    for seed in range(PROJECTS):
        document, _ = drawn(2, seed, tmp_path)
        document["readings"] = {id_: value for id_, value in document.get("readings", {}).items() if id_ != "area-year-index"}
        result = run(document, 2)
        for area, inception, matrix in (("A", "A_0", "p"), ("A_d", "A_d_0", "p_d")):
            rows = result.values.arrays[matrix].sum(axis=1)
            assert np.allclose(rows, 1, rtol=0, atol=1e-12)
            total = result.values.arrays[inception].sum()
            assert np.allclose(result.values.arrays[area].sum(axis=0), total, rtol=1e-11, atol=0)


def test_areas_are_not_conserved_where_a_row_does_not_add_up(tmp_path, run):
    document, _ = drawn(2, 1, tmp_path)
    document["readings"] = {}
    row = document["values"]["p"]["values"]["E"] if "values" in document["values"]["p"] else None
    assert row is not None
    row["E"] = "0.5"
    document["values"]["A_0"] = {"unit": "ha", "values": {"E": "1000"}, "otherwise": "0"}

    result = run(document, 2)

    assert not np.allclose(result.values.arrays["A"].sum(axis=0), 1000, rtol=1e-6)


# -- limiting cases


def whole_years(option, **values):
    """Return a project of two whole years without fuel and fertiliser."""
    stock = {i: {"AG": str(ag), "BG": str(bg)} for i, (ag, bg) in random_projects.STOCK.items()}
    return {
        "project": {"name": "limiting case"},
        "operation": {"start": "2019-01-01", "end": "2020-12-31"},
        "choices": {"option": str(option), "fuel": "none", "fertiliser": "no", "areas": "official_map"},
        "values": {"C": {"unit": "tC/ha", "values": stock if option == 2 else {i: stock[i] for i in FOREST}}, **values},
    }


def blanket(unit, number="0"):
    return {"unit": unit, "otherwise": number}


def areas(rng, classes):
    return {i: str(round(rng.uniform(0, 5000), 2)) for i in classes}


def test_without_change_option_1_gives_no_reductions(run):
    area = {"unit": "ha", "values": areas(random.Random(1), FOREST)}
    result = run(
        whole_years(
            1, A_0=area, A_d_0=area, P=blanket("1/year"), P_d=blanket("1/year"), CA_pj=blanket("ha"), CA_d_pj=blanket("ha")
        ),
        1,
    )

    for quantity in ("RL", "dCS_pj", "DE", "PE", "ER", "ER_credit", "ER_credit_p"):
        assert not result.values.arrays[quantity].any(), quantity


def test_without_change_option_2_gives_no_reductions(run):
    area = {"unit": "ha", "values": areas(random.Random(2), LAND_USE)}
    stays = {"values": {i: {j: "1" if i == j else "0" for j in LAND_USE} for i in LAND_USE}}
    kept = {
        "unit": "ha",
        "values": {
            i: {j: dict.fromkeys(("2019", "2020"), area["values"][i] if i == j else "0") for j in LAND_USE} for i in LAND_USE
        },
    }
    result = run(whole_years(2, A_0=area, A_d_0=area, p=stays, p_d=stays, ca_pj=kept, ca_d_pj=kept), 2)

    for quantity in ("RL", "dCS_pj", "DE", "PE", "ER", "ER_credit", "ER_credit_p"):
        assert not result.values.arrays[quantity].any(), quantity
    assert (result.values.arrays["A"] == result.values.arrays["A_0"][:, None]).all()


@pytest.mark.parametrize("seed", range(PROJECTS))
def test_option_2_with_deforestation_only_gives_the_first_full_year_of_option_1(run, seed):
    rng = random.Random(seed)
    area, belt = areas(rng, FOREST), areas(rng, FOREST)
    rate = {i: Decimal(str(round(rng.uniform(0, 0.15), 4))) for i in FOREST}

    one = run(
        whole_years(
            1,
            A_0={"unit": "ha", "values": area},
            A_d_0={"unit": "ha", "values": belt},
            P={"unit": "1/year", "values": {i: str(x) for i, x in rate.items()}},
            P_d={"unit": "1/year", "values": {i: str(x) for i, x in rate.items()}},
            CA_pj=blanket("ha"),
            CA_d_pj=blanket("ha"),
        ),
        1,
    )
    lost = {
        i: {j: str(1 - rate.get(i, 0)) if i == j else str(rate.get(i, 0)) if j == "NF" else "0" for j in LAND_USE} for i in LAND_USE
    }
    two = run(
        whole_years(
            2,
            A_0={"unit": "ha", "values": area | {"NF": "0"}},
            A_d_0={"unit": "ha", "values": belt | {"NF": "0"}},
            p={"values": lost},
            p_d={"values": lost},
            ca_pj=blanket("ha"),
            ca_d_pj=blanket("ha"),
        ),
        2,
    )

    for quantity in ("dCS_ref", "RL", "dCS_d", "DR"):
        assert two.value(quantity, year=2019) == pytest.approx(one.value(quantity, year=2019), rel=1e-12)
        assert one.value(quantity, year=2019) > 0
    for i in FOREST:
        assert two.value("A", land_use=i, year=2019) == pytest.approx(one.value("A", land_use=i, year=2019), rel=1e-12)
