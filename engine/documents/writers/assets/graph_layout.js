"use strict";
// Where the boxes and lines of the graph stand: columns from left to right, used for the sections and again within each open one.
// A line that spans several columns runs on a track of its own between the boxes, so that none runs behind a box.
window.GRAPH_LAYOUT = (function () {
  const TRACK = 9, GAP = 12, BEND = 46, SWEEPS = 8, HEAD = 34, PAD = 12, CROWDED = 7;

  const grouped = (pairs) => {
    const found = new Map();
    for (const [key, value] of pairs) found.set(key, (found.get(key) || []).concat([value]));
    return (key) => found.get(key) || [];
  };

  // -- links that close a circle, met in the order of the publication; they are laid out the other way round
  function backward(keys, links) {
    const after = grouped(links), state = new Map(), found = new Set();
    const visit = (key) => {
      state.set(key, "open");
      for (const next of after(key)) {
        if (state.get(next) === "open") found.add(key + "\n" + next);
        else if (!state.has(next)) visit(next);
      }
      state.set(key, "done");
    };
    for (const key of keys) if (!state.has(key)) visit(key);
    return found;
  }

  // -- each stands directly before the first that needs it; inputs of a crowded column move to the left
  function columnsOf(items, links) {
    const after = grouped(links.map((link) => [link.a, link.b])), before = grouped(links.map((link) => [link.b, link.a]));
    const inner = items.filter((item) => !item.side), back = new Map(), found = new Map(), isInner = new Set(inner.map((item) => item.key));
    const nexts = (key) => after(key).filter((next) => isInner.has(next)), lasts = (key) => before(key).filter((last) => isInner.has(last));
    const far = (key) => {
      if (!back.has(key)) back.set(key, Math.max(-1, ...nexts(key).map(far)) + 1);
      return back.get(key);
    };
    const last = Math.max(0, ...inner.map((item) => far(item.key)));
    for (const item of inner) found.set(item.key, last - back.get(item.key));
    for (const { key } of inner) if (!nexts(key).length && lasts(key).length) found.set(key, Math.max(...lasts(key).map((k) => found.get(k))) + 1);
    const most = Math.max(CROWDED, Math.ceil(Math.sqrt(inner.length) * 1.3));
    for (let column = last; column > -3; column--) {
      const here = inner.filter((item) => found.get(item.key) === column), inputs = here.filter((item) => !lasts(item.key).length);
      for (let many = here.length; many > most && inputs.length; many--) found.set(inputs.pop().key, column - 1);
    }
    const least = Math.min(0, ...found.values()), first = items.some((item) => item.side < 0) ? 1 : 0;
    for (const [key, column] of found) found.set(key, column - least + first);
    const end = Math.max(0, ...found.values()) + 1;
    for (const item of items) if (item.side) found.set(item.key, item.side < 0 ? 0 : end);
    return found;
  }

  // items: { key, wide, high, side: -1 | 0 | 1, inAt(port), outAt(port) }; links: { a, b, port }, without a circle.
  function layered(items, links) {
    const at = columnsOf(items, links), byKey = new Map(), columns = [], tracks = new Map();
    for (let column = 0; column <= Math.max(0, ...at.values()); column++) columns.push([]);
    for (const item of items) {
      const slot = { item, high: item.high + GAP, box: item.high, y: 0, column: at.get(item.key), before: [], after: [] };
      byKey.set(item.key, slot);
      columns[slot.column].push(slot);
    }
    const join = (a, b, link) => { a.after.push([b, link]); b.before.push([a, link]); };
    const chains = new Map();
    for (const link of links) {
      const name = link.a + "\n" + link.port;
      if (!chains.has(name)) chains.set(name, []);
      chains.get(name).push(link);
    }
    for (const [name, ends] of chains) {
      let current = byKey.get(ends[0].a);
      const target = (link) => byKey.get(link.b);
      const until = Math.max(...ends.map((link) => target(link).column));
      for (let column = current.column + 1; column <= until; column++) {
        for (const link of ends) if (target(link).column === column) join(current, target(link), link);
        if (column === until) break;
        const track = { item: null, high: TRACK, box: 0, y: 0, column, before: [], after: [] };
        columns[column].push(track);
        tracks.set(name + "\n" + column, track);
        join(current, track, ends[0]);
        current = track;
      }
    }
    order(columns);
    settle(columns);
    return placed(columns, byKey, tracks);
  }

  function order(columns) {
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (const column of sweep % 2 ? columns : columns.slice().reverse()) {
        const rank = new Map();
        for (const other of columns) other.forEach((slot, place) => rank.set(slot, (place + 0.5) / other.length));
        const wish = (slot) => {
          const near = sweep % 2 ? slot.before : slot.after;
          return near.length ? near.reduce((sum, [other]) => sum + rank.get(other), 0) / near.length : rank.get(slot);
        };
        const wishes = new Map(column.map((slot) => [slot, wish(slot)]));
        column.sort((a, b) => wishes.get(a) - wishes.get(b) || rank.get(a) - rank.get(b));
      }
    }
  }

  const leaves = (slot, link) => slot.y + (slot.item && slot.item.outAt ? slot.item.outAt(link.port) : slot.box / 2);
  const arrives = (slot, link) => slot.y + (slot.item && slot.item.inAt ? slot.item.inAt(link.port) : slot.box / 2);

  // -- stacked, then moved towards what each is linked to as far as there is room
  function settle(columns) {
    const high = (column) => column.reduce((sum, slot) => sum + slot.high, 0), all = Math.max(...columns.map(high));
    for (const column of columns) {
      let y = (all - high(column)) / 2;
      for (const slot of column) { slot.y = y; y += slot.high; }
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++)
      for (const column of sweep % 2 ? columns : columns.slice().reverse()) relax(column, all);
  }

  function relax(column, bottom) {
    for (const slot of column) {
      const pulls = slot.before.map(([other, link]) => leaves(other, link) - arrives(slot, link)).concat(slot.after.map(([other, link]) => arrives(other, link) - leaves(slot, link)));
      if (pulls.length) slot.y += pulls.reduce((sum, pull) => sum + pull, 0) / pulls.length;
    }
    let below = bottom, above = 0;
    for (const slot of column.slice().reverse()) { slot.y = Math.min(slot.y, below - slot.high); below = slot.y; }
    for (const slot of column) { slot.y = Math.round(Math.max(slot.y, above) * 10) / 10; above = slot.y + slot.high; }
  }

  function placed(columns, byKey, tracks) {
    const lefts = [], rights = [];
    let x = 0;
    for (const column of columns) {
      lefts.push(x);
      rights.push(x += Math.max(0, ...column.map((slot) => slot.item ? slot.item.wide : 0)));
      x += BEND;
    }
    const places = new Map(), ports = new Map();
    for (const [key, slot] of byKey) {
      places.set(key, { x: lefts[slot.column], y: slot.y, wide: slot.item.wide, high: slot.item.high });
      // lines arrive in the order of where they come from
      const coming = slot.before.slice().sort(([a, l], [b, m]) => leaves(a, l) - leaves(b, m));
      const step = Math.min(7, (slot.box - 16) / Math.max(1, coming.length - 1));
      coming.forEach(([, link], nth) => ports.set(link, slot.item.inAt ? arrives(slot, link) : slot.y + slot.box / 2 + (nth - (coming.length - 1) / 2) * Math.max(0, step)));
    }
    // the level parts of a link, from the right side of its first box to the left side of its last
    const route = (link) => {
      const from = byKey.get(link.a), to = byKey.get(link.b), runs = [[lefts[from.column] + from.item.wide, rights[from.column], leaves(from, link)]];
      for (let column = from.column + 1; column < to.column; column++) {
        const track = tracks.get(link.a + "\n" + link.port + "\n" + column);
        runs.push([lefts[column], rights[column], track.y]);
      }
      runs.push([lefts[to.column], lefts[to.column], ports.get(link)]);
      return runs;
    };
    const every = [...byKey.values(), ...tracks.values()];
    return { places, route, wide: Math.max(0, x - BEND), high: Math.max(0, ...every.map((slot) => slot.y + slot.box)) };
  }

  const shifted = (runs, x, y) => runs.map(([a, b, level]) => [a + x, b + x, level + y]);

  function path(runs) {
    let [[x, , y]] = runs, text = "M" + x + "," + y;
    for (const [left, right, level] of runs) {
      if (left !== x || level !== y) text += " C" + (x + left) / 2 + "," + y + " " + (x + left) / 2 + "," + level + " " + left + "," + level;
      if (right !== left) text += " H" + right;
      [x, y] = [right, level];
    }
    return text;
  }

  // sections: [{ id, open, keys }] in order; of: key -> id of its section; sizes: key -> [wide, high], of a closed section by its id;
  // links: [{ from, to, lines }] between keys and ids. Returns places of keys and sections, and a path for each link.
  function sectioned(sections, of, sizes, links) {
    const inside = (link) => of(link.from) === of(link.to);
    const ends = (link) => inside(link) ? [link.from, link.to] : [of(link.from), of(link.to)];
    const back = new Set();
    for (const keys of [sections.map((section) => section.id), ...sections.map((section) => section.keys)])
      for (const pair of backward(keys, links.map(ends).filter(([from]) => keys.includes(from)))) back.add(pair);
    for (const link of links) {
      link.turned = back.has(ends(link).join("\n"));
      [link.a, link.b] = link.turned ? [link.to, link.from] : [link.from, link.to];
    }
    const frames = new Map();
    for (const section of sections) if (section.open) frames.set(section.id, framed(section, of, sizes, links));
    const items = sections.map((section) => frames.get(section.id) || { key: section.id, wide: sizes(section.id)[0], high: sizes(section.id)[1] });
    const outer = links.filter((link) => !inside(link));
    for (const link of outer) link.way = { a: of(link.a), b: of(link.b), port: link.a };
    const unique = new Map();  // several boxes of one open section that need the same are reached over one line up to its edge
    for (const link of outer) {
      const name = [link.way.a, link.way.b, link.way.port].join("\n");
      if (!unique.has(name)) unique.set(name, link.way);
      link.way = unique.get(name);
    }
    const whole = layered(items, [...unique.values()]), places = new Map(), paths = new Map();
    for (const section of sections) {
      const place = whole.places.get(section.id), frame = frames.get(section.id);
      places.set("section " + section.id, place);
      if (frame) for (const [key, spot] of frame.inner.places) if (of(key) === section.id) places.set(key, { ...spot, x: spot.x + place.x + PAD, y: spot.y + place.y + HEAD });
    }
    const part = (id, link) => {
      const frame = frames.get(id), place = whole.places.get(id);
      return frame ? shifted(frame.route(link), place.x + PAD, place.y + HEAD) : [];
    };
    for (const link of links) {
      const runs = inside(link) ? part(of(link.a), link) : [...part(of(link.a), link), ...whole.route(link.way), ...part(of(link.b), link)];
      paths.set(link, path(link.turned ? runs.reverse().map(([left, right, y]) => [right, left, y]) : runs));
    }
    return { places, paths, wide: whole.wide, high: whole.high };
  }

  // -- an open section: its boxes, and at its edges the places where lines come in and go out
  function framed(section, of, sizes, links) {
    const mine = (key) => of(key) === section.id, items = section.keys.map((key) => ({ key, wide: sizes(key)[0], high: sizes(key)[1] }));
    const ways = new Map(), named = new Map(), edges = new Map();
    const edge = (key, side) => edges.has(key) || edges.set(key, { key, wide: 0, high: 0, side });
    for (const link of links) {
      if (!mine(link.a) && !mine(link.b)) continue;
      const way = { a: mine(link.a) ? link.a : "in\n" + link.a, b: mine(link.b) ? link.b : "out\n" + link.a, port: link.a };
      if (!mine(link.a)) edge(way.a, -1);
      if (!mine(link.b)) edge(way.b, 1);
      const name = way.a + "\n\n" + way.b;
      if (!named.has(name)) named.set(name, way);
      ways.set(link, named.get(name));
    }
    const inner = layered([...items, ...edges.values()], [...named.values()]);
    const at = (key) => HEAD + inner.places.get(key).y;
    return {
      key: section.id, inner, wide: inner.wide + 2 * PAD, high: inner.high + HEAD + PAD,
      inAt: (port) => at("in\n" + port), outAt: (port) => at("out\n" + port), route: (link) => inner.route(ways.get(link)),
    };
  }

  return { sectioned };
})();
