"""The picture of the dependency graph: nothing lies over anything else, and every form holds the same graph."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from engine.plan.graph import build_graph
from engine.plan.spec_setting import standing_equations
from engine.typesetting.pictures.graph_layout import BOX_HIGH, BOX_WIDE, LEFT, OTHER, lay_out
from engine.typesetting.pictures.graph_picture import graph_svg
from engine.typesetting.pictures.graph_text import graph_dot, graph_mermaid, graph_record
from engine.typesetting.pictures.graph_view import view_of
from engine.typesetting.pictures.svg_text import cut, width, wrapped
from equations.library.spec_files import load_methodology

SVG = "{http://www.w3.org/2000/svg}"


def drawn(methodology, **choices):
    graph = build_graph(methodology, standing_equations(methodology, choices, {}))
    targets = dict.fromkeys((methodology.result, *methodology.report))
    return graph, {q for t in targets for q in ({t} | graph.inputs_of(t))}


@pytest.fixture(scope="module", params=["KH_AM004@1.1", "tests/specs_for_tests/tiny", "a circle"])
def picture(request):
    circle = request.param == "a circle"
    graph, wanted = drawn(load_methodology("tests/specs_for_tests/tiny" if circle else request.param))
    if circle:  # what a choice turns round: under one value RL is made of dCS, under another dCS of RL
        graph.edges.add_edge("RL", "dCS", equation="dcs.start", lag=0)
    return graph, wanted, lay_out(graph, wanted)


def test_boxes_do_not_overlap_and_stand_in_their_lane(picture):
    _, wanted, layout = picture
    boxes = layout.boxes
    assert {b.quantity for b in boxes} == wanted
    for at, a in enumerate(boxes):
        assert any(lane.y <= a.y and a.y + BOX_HIGH <= lane.y + lane.high for lane in layout.lanes)
        assert a.x >= LEFT and a.x + BOX_WIDE <= layout.wide - LEFT + 1
        for b in boxes[at + 1 :]:
            assert abs(a.x - b.x) >= BOX_WIDE or abs(a.y - b.y) >= BOX_HIGH, (a, b)


def points(path):
    """Points along a path of M, C and H."""
    x = y = 0.0
    for command, text in re.findall(r"([MCH])([^MCH]*)", path):
        numbers = [float(n) for n in re.findall(r"-?[0-9.]+(?:e-?\d+)?", text)]
        if command == "M":
            x, y = numbers
            yield x, y
        elif command == "H":
            yield from ((x + (numbers[0] - x) * t / 10, y) for t in range(11))
            x = numbers[0]
        else:
            (x1, y1, x2, y2, x3, y3), x0, y0 = numbers, x, y
            for step in range(21):
                t = step / 20
                yield tuple(
                    (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t * t * c + t**3 * d
                    for a, b, c, d in ((x0, x1, x2, x3), (y0, y1, y2, y3))
                )
            x, y = x3, y3


def test_no_line_runs_behind_a_box(picture):
    _, _, layout = picture
    for line in layout.lines:
        for x, y in points(line.path):
            for box in layout.boxes:
                inside = box.x + 0.5 < x < box.x + BOX_WIDE - 0.5 and box.y + 0.5 < y < box.y + BOX_HIGH - 0.5
                assert not inside, (line.source, line.target, box.quantity)


def test_every_line_runs_from_its_source_to_its_target(picture):
    graph, wanted, layout = picture
    pairs = {(s, t) for s, t, _ in graph.edges.edges(data=True) if s in wanted and t in wanted}
    assert {(line.source, line.target) for line in layout.lines} == pairs
    for line in layout.lines:
        (x1, y1), *_, (x2, y2) = points(line.path)
        assert any(
            b.quantity == line.source and b.x + BOX_WIDE == pytest.approx(x1) and b.y < y1 < b.y + BOX_HIGH for b in layout.boxes
        )
        assert any(b.quantity == line.target and b.x == pytest.approx(x2) and b.y < y2 < b.y + BOX_HIGH for b in layout.boxes)


def test_what_would_go_round_begins_at_a_box_of_its_own(picture):
    graph, _, layout = picture
    closes = ("RL", "dCS", 0) in {(s, t, d["lag"]) for s, t, d in graph.edges.edges(data=True)}
    assert [box.key for box in layout.boxes if box.mark == OTHER] == (["dCS~other"] if closes else [])
    places = {box.key: box.x for box in layout.boxes}
    assert all(places[line.key] < places[line.target] for line in layout.lines)


def test_lanes_are_the_sections_in_order(picture):
    graph, _, layout = picture
    order = [s.id for s in graph.methodology.sections]
    lanes = [lane.section for lane in layout.lanes if lane.section in order]

    assert lanes == sorted(lanes, key=order.index)
    for upper, lower in zip(layout.lanes, layout.lanes[1:], strict=False):
        assert lower.y == upper.y + upper.high


def test_picture_is_well_formed_and_tells_kinds_options_and_places_apart(methodology):
    graph, wanted = drawn(methodology)
    root = ET.fromstring(graph_svg(graph, wanted))
    boxes = {b.get("data-id"): b for b in root.iter(f"{SVG}g") if b.get("data-id") and "earlier" not in b.get("class")}

    assert set(boxes) == wanted
    assert {boxes[q].get("data-kind") for q in ("FC", "A_0", "GWP_N2O", "RL")} == {
        "monitored",
        "fixed_ex_ante",
        "default",
        "computed",
    }
    assert "option 2" in "".join(boxes["cs"].itertext()) and "option 1" in "".join(boxes["dCS_pj_i"].itertext())
    assert {"●", "◆"} <= {t.text for q in ("A_0", "A_d_0") for t in boxes[q].iter(f"{SVG}text")}
    assert boxes["A_0"].get("data-part") == "project_area" and boxes["A_d_0"].get("data-part") == "displacement_belt"


def test_choices_leave_only_what_they_need(methodology):
    _, first = drawn(methodology, option="1")
    _, second = drawn(methodology, option="2")

    assert "cs" in second - first and "dCS_pj_i" in first - second


def test_conditions_say_under_which_choices_a_quantity_is_needed(methodology):
    view = view_of(*drawn(methodology))

    assert view.conditions("cs") == ("option 2",)
    assert view.conditions("FC") == ("fuel direct or both",)
    assert view.conditions("RL") == ()


def test_every_form_holds_the_same_graph(methodology):
    graph, wanted = drawn(methodology)
    record = json.loads(json.dumps(graph_record(graph, wanted)))
    pairs = {(e["from"], e["to"]) for e in record["edges"]}
    dot = set(re.findall(r'"(\w+)" -> "(\w+)"', graph_dot(graph, wanted)))
    mermaid = set(re.findall(r"n_(\w+) -\.?->?\|[^|]*\| n_(\w+)", graph_mermaid(graph, wanted)))
    svg = {
        (p.get("data-from"), p.get("data-to"))
        for p in ET.fromstring(graph_svg(graph, wanted)).iter(f"{SVG}path")
        if p.get("data-from")
    }

    assert {n["id"] for n in record["nodes"]} == wanted
    assert dot == svg == pairs
    assert {(a, b) for a, b in mermaid} == pairs


def test_picture_is_the_same_each_time(methodology):
    graph, wanted = drawn(methodology)

    assert graph_svg(graph, wanted) == graph_svg(graph, sorted(wanted, reverse=True))


def test_text_is_cut_and_wrapped_to_fit():
    for room in (20, 60, 150):
        assert width(cut("Projected area of a land use category", 10, room), 10) <= room
        lines = wrapped("Projected area of a land use category in the project area", 10, room, 2)
        assert len(lines) <= 2 and all(width(line, 10) <= room for line in lines)
    assert cut("short", 10, 100) == "short"
