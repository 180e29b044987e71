"""Where the boxes and lines of the dependency graph stand: lanes by section, columns by distance from the result.

Lines never run behind a box: what spans several columns runs on a track of its own between the boxes. A quantity of an
earlier year, or of another case, that would close a circle is drawn as a box of its own, so that everything runs from left to right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import networkx as nx

from engine.plan.graph import EquationGraph, publication_order
from equations.model.methodology import Methodology

BOX_WIDE, BOX_HIGH = 206, 70
_GAP_Y, _TRACK, _GAP_X, _LANE_PAD, _TOP = 10, 9, 74, 12, 92
#: Room for the names of the sections, at both sides.
LEFT = 168
_SWEEPS = 8
#: How many columns an input may stand further left than it has to.
_FURTHEST = 2
#: How many boxes a column of a lane may hold before inputs move.
_CROWDED = 6


@dataclass(frozen=True, slots=True)
class GraphBox:
    """A quantity in the picture; ``mark`` tells its value of another year, or of another case, from it (:data:`MARKS`)."""

    quantity: str
    x: float
    y: float
    mark: str = ""

    @property
    def key(self) -> str:
        """What tells the box from all others."""
        return self.quantity + self.mark

    @property
    def entry(self) -> tuple[float, float]:
        """Where lines arrive."""
        return self.x, self.y + BOX_HIGH / 2

    @property
    def exit(self) -> tuple[float, float]:
        """Where lines leave."""
        return self.x + BOX_WIDE, self.y + BOX_HIGH / 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line from one quantity to another: its path, the equations that it stands for and the least lag of years.

    ``key`` is that of the box at which it begins.
    """

    key: str
    source: str
    target: str
    path: str
    equations: tuple[str, ...]
    lag: int


@dataclass(frozen=True, slots=True)
class Lane:
    """The stripe of one section."""

    section: str
    title: str
    y: float
    high: float


@dataclass(frozen=True, slots=True)
class GraphLayout:
    """The whole picture."""

    boxes: tuple[GraphBox, ...]
    lines: tuple[Line, ...]
    lanes: tuple[Lane, ...]
    wide: float
    high: float


@dataclass(slots=True)
class _Item:
    """A box, or the track of a source through a column (``track``)."""

    key: str
    lane: int
    column: int
    track: bool = False
    y: float = 0.0
    before: list[_Item] = field(default_factory=list)
    after: list[_Item] = field(default_factory=list)

    @property
    def high(self) -> float:
        return _TRACK if self.track else BOX_HIGH + _GAP_Y

    @property
    def middle(self) -> float:
        return self.y + (_TRACK / 2 if self.track else BOX_HIGH / 2)


#: Marks at the end of the key of a box, and what is said of it; no name holds the sign. A circle without a lag is none in any one
#: project: what is known and what follows from it changes with a choice or with the year.
EARLIER, LATER, OTHER = "~earlier", "~later", "~other"
MARKS = {EARLIER: "earlier year", LATER: "later year", OTHER: "other case"}


def section_of(quantity: str, graph: EquationGraph, wanted: set[str]) -> str:
    """Return the section in which a quantity is drawn: where it is made, else where it is first used."""
    m = graph.methodology
    made = [data["equation"] for _, _, data in graph.edges.in_edges(quantity, data=True)]
    used = [data["equation"] for _, target, data in graph.edges.out_edges(quantity, data=True) if target in wanted]
    standing = {data["equation"] for _, _, data in graph.edges.edges(data=True)}
    for ids in (set(made), {e.id for e in m.definitions.get(quantity, ()) if e.id in standing}, set(used)):
        found = next((e.section for e in m.equations if e.id in ids), "")
        if found:
            return found
    return m.quantity[quantity].source.section


def lay_out(graph: EquationGraph, quantities: Iterable[str]) -> GraphLayout:
    """Place the boxes and lines of some quantities."""
    return _Drawing(graph, set(quantities)).layout()


@dataclass
class _Drawing:
    graph: EquationGraph
    wanted: set[str]

    @property
    def methodology(self) -> Methodology:
        return self.graph.methodology

    # -- what depends on what

    @cached_property
    def joined(self) -> dict[tuple[str, str], tuple[tuple[str, ...], int]]:
        """(source key, target) -> equations and least lag; a source with which a circle would close has a key of its own."""
        found: dict[tuple[str, str], dict[str, int]] = {}
        circles = {
            q: at
            for at, part in enumerate(nx.strongly_connected_components(nx.DiGraph(self.graph.edges.subgraph(self.wanted))))
            for q in part
        }
        for source, target, data in self.graph.edges.edges(data=True):
            if source in self.wanted and target in self.wanted:
                other = EARLIER if data["lag"] > 0 else LATER if data["lag"] < 0 else ""
                # Within a circle the value of an earlier year is drawn as a box of its own, so that every line goes from left to
                # right.
                key = source + other if circles[source] == circles[target] else source
                found.setdefault((key, target), {})[data["equation"]] = data["lag"]
        order = publication_order(self.methodology)
        for source, target in _closing(found, order):
            found[source + OTHER, target] = found.pop((source, target))
        return {
            (key, target): (tuple(uses), min(uses.values()))
            for (key, target), uses in sorted(found.items(), key=lambda x: (order[x[0][1]], order[_plain(x[0][0])], x[0][0]))
        }

    @cached_property
    def columns(self) -> dict[str, int]:
        """Key -> column, counted so that each stands directly before the first that needs it."""
        part: nx.DiGraph[str] = nx.DiGraph()
        part.add_nodes_from(sorted(self.wanted))
        part.add_edges_from(self.joined)
        back: dict[str, int] = {}
        for key in reversed(list(nx.lexicographical_topological_sort(part))):
            back[key] = max((back[after] + 1 for after in part.successors(key)), default=0)
        last = max(back.values(), default=0)
        found = {key: last - at for key, at in back.items()}
        for key in part:
            if not part.out_degree(key) and part.in_degree(key):  # an end stands directly behind what it is made of
                found[key] = max(found[before] + 1 for before in part.predecessors(key))
        return self.spread(found, {key for key in part if not part.in_degree(key)})

    def spread(self, columns: dict[str, int], inputs: set[str]) -> dict[str, int]:
        """Move inputs of a crowded column of a lane to the left, where there are fewer boxes."""
        lanes = {key: self.lane_name(key) for key in columns}
        many = Counter((lanes[key], column) for key, column in columns.items())
        order = publication_order(self.methodology)
        for key in sorted(inputs, key=lambda k: (order[_plain(k)], k)):
            lane, column = lanes[key], columns[key]
            nearby = range(column, max(-1, column - _FURTHEST - 1), -1)
            best = min(nearby, key=lambda c: (many[lane, c] + (c != column), column - c))
            if many[lane, column] > _CROWDED and many[lane, best] + 1 < many[lane, column]:
                many[lane, column] -= 1
                many[lane, best] += 1
                columns[key] = best
        return columns

    # -- lanes

    @cached_property
    def sections(self) -> list[str]:
        used = {self.lane_name(key) for key in self.columns}
        known = [s.id for s in self.methodology.sections if s.id in used]
        return known + sorted(used - set(known))

    def lane_name(self, key: str) -> str:
        return section_of(_plain(key), self.graph, self.wanted)

    # -- items in columns

    @cached_property
    def items(self) -> list[list[_Item]]:
        """Boxes and tracks by column, in the order in which they stand."""
        place = {section: at for at, section in enumerate(self.sections)}
        boxes = {key: _Item(key, place[self.lane_name(key)], column) for key, column in self.columns.items()}
        columns: list[list[_Item]] = [[] for _ in range(max(self.columns.values(), default=0) + 1)]
        order = publication_order(self.methodology)
        for key in sorted(boxes, key=lambda k: (boxes[k].lane, order[_plain(k)], k)):
            columns[boxes[key].column].append(boxes[key])
        targets: dict[str, list[str]] = {}
        for source, target in self.joined:
            targets.setdefault(source, []).append(target)
        for source, ends in targets.items():
            current = boxes[source]
            for column in range(current.column + 1, max(boxes[t].column for t in ends) + 1):
                for target in (t for t in ends if boxes[t].column == column):
                    _link(current, boxes[target])
                if any(boxes[t].column > column for t in ends):
                    # One track for all targets of a source: lines that go the same way lie on each other instead of side by side.
                    track = _Item(source, self.track_lane(boxes, source, ends, column), column, True)
                    columns[column].append(track)
                    _link(current, track)
                    current = track
        return _ordered(columns)

    @staticmethod
    def track_lane(boxes: Mapping[str, _Item], source: str, ends: list[str], column: int) -> int:
        """Return the lane of a track: the one of the next target, as soon as only that lane is left."""
        lanes = {boxes[t].lane for t in ends if boxes[t].column > column}
        return lanes.pop() if len(lanes) == 1 else boxes[source].lane

    def layout(self) -> GraphLayout:
        columns, lanes = self.items, self.lanes()
        _settle(columns, lanes)
        boxes = tuple(
            GraphBox(_plain(item.key), LEFT + at * (BOX_WIDE + _GAP_X), item.y, item.key.removeprefix(_plain(item.key)))
            for at, column in enumerate(columns)
            for item in column
            if not item.track
        )
        wide = LEFT + len(columns) * (BOX_WIDE + _GAP_X) - _GAP_X + LEFT
        high = lanes[-1].y + lanes[-1].high + 16 if lanes else _TOP + 20
        return GraphLayout(boxes, tuple(self.lines()), tuple(lanes), wide, high)

    def lanes(self) -> list[Lane]:
        titles = {section.id: section.title for section in self.methodology.sections}
        found, y = [], float(_TOP)
        for at, section in enumerate(self.sections):
            most = max(sum(item.high for item in column if item.lane == at) for column in self.items)
            high = most + 2 * _LANE_PAD - _GAP_Y + 8
            found.append(Lane(section, titles.get(section, ""), y, high))
            y += high
        return found

    def lines(self) -> Iterable[Line]:
        boxes = {(item.key, item.column): item for column in self.items for item in column if not item.track}
        tracks = {(item.key, item.column): item for column in self.items for item in column if item.track}
        ports = self.ports(boxes)
        for (source, target), (equations, lag) in self.joined.items():
            start, end = boxes[source, self.columns[source]], boxes[target, self.columns[target]]
            path = f"M{_x(start.column) + BOX_WIDE:g},{start.middle:g}"
            y = start.middle
            for column in range(start.column + 1, end.column):
                track = tracks[source, column]
                path += _bend(_x(column) - _GAP_X, y, _x(column), track.middle) + f" H{_x(column) + BOX_WIDE:g}"
                y = track.middle
            path += _bend(_x(end.column) - _GAP_X, y, _x(end.column), ports[source, target])
            yield Line(source, _plain(source), target, path, equations, lag)

    def ports(self, boxes: Mapping[tuple[str, int], _Item]) -> dict[tuple[str, str], float]:
        """Return where on the left side of its target each line arrives: in the order of where the lines come from."""
        arriving: dict[str, list[tuple[float, str]]] = {}
        for item in (i for column in self.items for i in column if not i.track):
            for before in item.before:
                arriving.setdefault(item.key, []).append((before.middle, before.key))
        found = {}
        for target, starts in arriving.items():
            item = boxes[target, self.columns[target]]
            # In the order of where the lines come from, so that lines to one box do not cross in front of it.
            step = min(7.0, (BOX_HIGH - 16) / max(1, len(starts) - 1))
            top = item.middle - step * (len(starts) - 1) / 2
            for at, (_, source) in enumerate(sorted(starts)):
                found[source, target] = top + at * step
        return found


def _plain(key: str) -> str:
    return key.partition("~")[0]


def _closing(pairs: Iterable[tuple[str, str]], order: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return pairs without which nothing goes round, of each circle the one that leads back farthest in the publication."""
    part: nx.DiGraph[str] = nx.DiGraph()
    part.add_edges_from(sorted(pairs))
    found = []
    while not nx.is_directed_acyclic_graph(part):
        circle = [(source, target) for source, target, *_ in nx.find_cycle(part)]
        found.append(max(circle, key=lambda pair: (order[pair[0]] - order[pair[1]], pair)))
        part.remove_edge(*found[-1])
    return found


def _x(column: int) -> float:
    return LEFT + column * (BOX_WIDE + _GAP_X)


def _bend(x1: float, y1: float, x2: float, y2: float) -> str:
    middle = (x1 + x2) / 2
    return f" C{middle:g},{y1:g} {middle:g},{y2:g} {x2:g},{y2:g}"


def _link(source: _Item, target: _Item) -> None:
    source.after.append(target)
    target.before.append(source)


def _ordered(columns: list[list[_Item]]) -> list[list[_Item]]:
    """Put the items of each column near what they are linked to, lane by lane."""
    for sweep in range(_SWEEPS):
        backwards = sweep % 2 == 0
        for column in columns[::-1] if backwards else columns:
            ranks = {id(item): at for other in columns for at, item in enumerate(other)}

            def wish(item: _Item, ranks: dict[int, int] = ranks, backwards: bool = backwards) -> float:
                near = item.after if backwards else item.before
                return sum(ranks[id(other)] for other in near) / len(near) if near else ranks[id(item)]

            column.sort(key=lambda item: (item.lane, wish(item), ranks[id(item)]))
    return columns


def _settle(columns: list[list[_Item]], lanes: list[Lane]) -> None:
    """Give each item its height: stacked in its lane, then moved towards what it is linked to as far as there is room."""
    for column in columns:
        for at, lane in enumerate(lanes):
            y = lane.y + _LANE_PAD
            for item in (i for i in column if i.lane == at):
                item.y, y = y, y + item.high
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 else columns[::-1]:
            for at, lane in enumerate(lanes):
                _relax([i for i in column if i.lane == at], lane)


def _relax(items: list[_Item], lane: Lane) -> None:
    """Move the items of one column and lane to the mean of their neighbours without changing their order."""
    top, bottom = lane.y + _LANE_PAD, lane.y + lane.high - _LANE_PAD + _GAP_Y
    for item in items:
        near = [other.middle for other in (*item.before, *item.after)]
        if near:
            item.y += sum(near) / len(near) - item.middle
    # First from below, then from above: where there is no room for all wishes the upper ones win.
    below = bottom
    for item in reversed(items):
        item.y = min(item.y, below - item.high)
        below = item.y
    above = top
    for item in items:
        item.y = round(max(item.y, above), 1)
        above = item.y + item.high
