"use strict";
// The graph: one box a section until it is opened; what is shown is laid out anew for each choice, target and opened section.
// The boxes of quantities are those of the picture in the page; without this script that picture stands as it is.
(function () {
  const SVG = "http://www.w3.org/2000/svg", WIDE = 184, LINE = 15, FEW = 24, READABLE = 0.62;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const widget = document.querySelector('[data-widget="graph"]'), frame = document.querySelector(".picture.graph > .scrolls");
  const data = JSON.parse(widget.querySelector(".data").textContent), fixed = frame.querySelector("svg");

  // -- what there is
  const names = new Map(data.quantities.map((quantity) => [quantity.id, quantity]));
  const sections = new Map(data.sections.map((section) => [section.id, section]));
  const plain = (key) => key.split("~")[0];
  const homes = new Map(), boxes = new Map();  // key -> its section, its box
  for (const box of all(".boxes .box", fixed)) {
    const key = box.dataset.key || box.dataset.id, rect = box.querySelector("rect");
    boxes.set(key, { box, part: box.closest("a") || box, x: Number(rect.getAttribute("x")), y: Number(rect.getAttribute("y")), wide: Number(rect.getAttribute("width")), high: Number(rect.getAttribute("height")) });
    homes.set(key, names.get(plain(key)).section);
  }
  const lines = data.lines.map(([from, to, under, lag, labels]) => ({ from, to, under, lag, labels }));
  const combinations = data.combinations;

  // -- what is asked for
  const atFirst = () => new Set(sections.size === 1 ? sections.keys() : []);
  let opened = atFirst(), scale = 1, size = [0, 0];

  const tools = document.createElement("form");
  tools.className = "tools";
  tools.addEventListener("submit", (event) => event.preventDefault());
  const label = (text, control, id) => {
    const made = document.createElement("div"), name = document.createElement("label");
    control.id = name.htmlFor = id;
    name.textContent = text;
    made.append(name, control);
    tools.append(made);
    return control;
  };
  const selects = (combinations.length ? data.choices : []).map((choice) => {
    const select = label(choice.id.replaceAll("_", " "), document.createElement("select"), "graph-choice-" + choice.id);
    select.title = choice.meaning;
    select.append(new Option("any", ""), ...choice.values.map((value) => new Option(value, value)));
    return select;
  });
  const target = label("Show what is needed for", document.createElement("select"), "graph-target");
  target.append(new Option("everything", ""));
  for (const quantity of data.quantities) if (quantity.made) target.append(new Option(quantity.id + (quantity.equations ? " (" + quantity.equations + ")" : "") + ": " + quantity.name, quantity.id));
  const find = label("Find in the graph", document.createElement("input"), "graph-find");
  find.type = "search";
  const buttons = document.createElement("div");
  buttons.className = "buttons";
  tools.append(buttons);
  const button = (text, name, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (name) made.setAttribute("aria-label", name);
    made.addEventListener("click", act);
    buttons.append(made);
  };
  if (sections.size > 1) {
    button("Open all", "", () => { opened = new Set(sections.keys()); draw(); fit(); });
    button("Close all", "", () => { opened = new Set(); draw(); fit(); });
  }
  button("+", "Zoom in", () => zoom(scale * 1.3));
  button("−", "Zoom out", () => zoom(scale / 1.3));
  button("Fit", "Fit to the page", () => fit(true));
  button("Reset", "Show everything again", () => { tools.reset(); opened = atFirst(); draw(); fit(); });
  const count = document.createElement("output");
  tools.append(count);
  widget.append(tools);

  // -- what stands under the choices that are set, and is needed for the target
  function standing() {
    const allowed = new Set(combinations.map((values, at) => selects.every((select, nth) => !select.value || values[nth] === select.value) ? at : -1));
    const stands = (set) => !combinations.length || data.standing[set].some((at) => allowed.has(at));
    let kept = lines.filter((line) => stands(line.under)), ids = new Set(data.quantities.filter((quantity) => stands(quantity.under)).map((quantity) => quantity.id));
    if (target.value) {
      ids = new Set([target.value]);
      for (const id of ids) for (const line of kept) if (line.to === id) ids.add(plain(line.from));  // a set goes on to what is added on the way
    }
    kept = kept.filter((line) => ids.has(plain(line.from)) && ids.has(line.to));
    const used = new Set(kept.map((line) => line.from));
    return { ids, lines: kept, keys: [...boxes.keys()].filter((key) => ids.has(plain(key)) && (names.has(key) || used.has(key))) };
  }

  function hits(ids) {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (id) => (boxes.get(id).box.textContent + " " + id + " " + names.get(id).name + " " + names.get(id).equations).toLowerCase();
    return words.length ? [...ids].filter((id) => words.every((word) => text(id).includes(word))) : [];
  }

  // -- drawing
  const make = (name, attributes, ...children) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };
  const svg = make("svg", { "font-family": fixed.getAttribute("font-family"), class: "graph", role: "group", "aria-label": fixed.getAttribute("aria-label") });
  const layers = Object.fromEntries(["sections", "lines", "boxes"].map((name) => [name, make("g", { class: name })]));
  for (const [name, value] of [["markerUnits", "userSpaceOnUse"], ["markerWidth", 9], ["markerHeight", 9]]) fixed.querySelector("marker").setAttribute(name, value);
  svg.append(fixed.querySelector("defs"), ...Object.values(layers));
  fixed.replaceWith(svg);

  let shown = { ids: new Set(), lines: [], keys: [] }, links = [], spots = [];

  function draw() {
    shown = standing();
    const found = hits(shown.ids), where = new Set(found.map((id) => homes.get(id)));
    const isOpen = (id) => opened.has(id) || where.size < 4 && where.has(id);
    const ids = [...sections.keys()].filter((id) => shown.keys.some((key) => homes.get(key) === id));
    const list = ids.map((id) => ({ id, open: isOpen(id), keys: shown.keys.filter((key) => homes.get(key) === id) }));
    const nodes = new Map(shown.keys.map((key) => [key, isOpen(homes.get(key)) ? key : "section " + homes.get(key)]));
    links = joined(nodes);
    const of = (key) => homes.has(key) ? homes.get(key) : key.startsWith("section ") ? key.slice(8) : undefined;
    const closed = new Map(list.filter((section) => !section.open).map((section) => [section.id, closedBox(section, found)]));
    const layout = window.GRAPH_LAYOUT.sectioned(list, of, (key) => boxes.has(key) ? [boxes.get(key).wide, boxes.get(key).high] : [WIDE, closed.get(key).high], links);
    size = [Math.ceil(layout.wide) + 16, Math.ceil(layout.high) + 16];
    svg.setAttribute("viewBox", [-8, -8, ...size].join(" "));
    const held = document.activeElement && document.activeElement.dataset.section;
    layers.sections.replaceChildren(...list.map((section) => {
      const place = layout.places.get("section " + section.id), made = section.open ? openFrame(section, place) : closed.get(section.id).made;
      made.setAttribute("transform", "translate(" + place.x + "," + place.y + ")");
      return made;
    }));
    layers.lines.replaceChildren(...links.map((link) => line(link, layout.paths.get(link))));
    layers.boxes.replaceChildren(...list.filter((section) => section.open).flatMap((section) => section.keys).map((key) => {
      const { box, part, x, y } = boxes.get(key), place = layout.places.get(key);
      part.setAttribute("transform", "translate(" + (place.x - x) + "," + (place.y - y) + ")");
      box.classList.toggle("hit", found.includes(key));
      return part;
    }));
    spots = list.filter((section) => !section.open).map((section) => ["section " + section.id, layers.sections.querySelector("[data-section='" + CSS.escape(section.id) + "']")])
      .concat(shown.keys.filter((key) => isOpen(homes.get(key))).map((key) => [key, boxes.get(key).part]));
    const again = held !== undefined && all("[data-section]", layers.sections).find((part) => part.dataset.section === held);
    if (again) again.focus({ preventScroll: true });
    const words = find.value.trim();
    count.textContent = shown.ids.size + " of " + names.size + " quantities in " + list.length + (list.length === 1 ? " section" : " sections") + (words ? ", " + found.length + " found" : "");
    tree(found, words);
    return found;
  }

  // -- one line for each pair of boxes, whatever it stands for
  function joined(nodes) {
    const found = new Map();
    for (const line of shown.lines) {
      const from = nodes.get(line.from), to = nodes.get(line.to), name = from + "\n" + to;
      if (from === to) continue;
      if (!found.has(name)) found.set(name, { from, to, lines: [] });
      found.get(name).lines.push(line);
    }
    return [...found.values()];
  }

  function line(link, path) {
    const made = make("path", { d: path, fill: "none", stroke: "#48545d", "stroke-opacity": 0.6, "stroke-width": link.lines.length > 2 ? 2 : 1.3, "marker-end": "url(#arrow)", "data-from": link.from, "data-to": link.to });
    if (link.lines.every((part) => part.lag)) made.setAttribute("stroke-dasharray", "5 3");
    made.append(make("title", {}, link.lines.slice(0, 8).map((part) => plain(part.from) + " to " + part.to + ": " + part.labels).join("\n") + (link.lines.length > 8 ? "\nand " + (link.lines.length - 8) + " more" : "")));
    link.drawn = made;
    return made;
  }

  const text = (at, words, look) => make("text", { x: at[0], y: at[1], "font-size": 12, fill: "#1b2733", ...look }, words);

  // -- a closed section: its title, how many quantities of each kind, and what it hands on
  function closedBox(section, found) {
    const about = sections.get(section.id), members = section.keys.filter((key) => names.has(key)), mine = new Set(members), parts = [];
    const result = mine.has(data.result), hit = found.filter((id) => mine.has(id)).length;
    let y = 10;
    about.lines.forEach((words, at) => parts.push(text([12, y += LINE], words, at ? {} : { "font-weight": "bold" })));
    y += 8;
    let x = 12;
    for (const [kind, [tint, colour]] of Object.entries(data.kinds)) {
      const many = members.filter((id) => names.get(id).kind === kind).length;
      if (!many) continue;
      parts.push(make("rect", { x, y, width: 11, height: 11, rx: 2, fill: tint, stroke: colour, "stroke-width": 1.5 }), text([x + 16, y + 10], String(many), { "font-size": 11 }));
      x += 24 + 7 * String(many).length;
    }
    if (hit) parts.push(text([WIDE - 10, y + 10], hit + " found", { "font-size": 11, "font-weight": "bold", "text-anchor": "end" }));
    y += 13;
    const outward = members.filter((id) => data.reported.includes(id) || shown.lines.some((part) => plain(part.from) === id && !mine.has(part.to)));
    y = handed(outward.filter((id) => names.get(id).made), parts, y);
    const said = (section.id + " " + about.title).trim() + ": " + members.length + (members.length === 1 ? " quantity" : " quantities") + (result ? ", among them the result" : "") + ", closed";
    const high = y + 10, look = result ? { stroke: "#1b2733", "stroke-width": 2.4 } : { stroke: "#48545d", "stroke-width": 1.2 };
    const made = toggle(section, said, false, hit ? "closed hit" : "closed");
    made.append(make("title", {}, said + ". A click opens it."), make("rect", { width: WIDE, height: high, rx: 6, fill: result ? "#eef5ee" : "#f6f8f9", ...look }), ...parts);
    return { made, high };
  }

  // -- the symbols that a section hands on, the result first; as many as two lines hold
  function handed(ids, parts, y) {
    ids.sort((a, b) => (b === data.result) - (a === data.result));
    let x = 12, row = 0, left = ids.length;
    for (const id of ids) {
      const wide = names.get(id).wide;
      if (x > 12 && x + wide > WIDE - (left > 1 && row ? 40 : 10)) {
        if (row) break;
        [x, row] = [12, 1];
      }
      const symbol = boxes.get(id).box.querySelector("text").cloneNode(true);
      symbol.setAttribute("font-size", "12");
      symbol.setAttribute("x", x);
      symbol.setAttribute("y", y + 17 + 19 * row);
      if (id === data.result) symbol.setAttribute("text-decoration", "underline");
      parts.push(symbol);
      x += wide + 12;
      left -= 1;
    }
    if (left && ids.length) parts.push(text([WIDE - 10, y + 17 + 19 * row], "+" + left, { "font-size": 11, "text-anchor": "end" }));
    return ids.length ? y + 20 + 19 * row : y;
  }

  function toggle(section, said, open, look) {
    const made = make("g", { class: look, role: "button", tabindex: 0, "aria-expanded": open, "aria-label": said, "data-section": section.id });
    const act = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      const closing = opened.delete(section.id);
      if (!closing) opened.add(section.id);
      draw();
      if (closing) fit();
      show(section.id, !closing);
    };
    made.addEventListener("click", act);
    made.addEventListener("keydown", act);
    return made;
  }

  function openFrame(section, place) {
    const about = sections.get(section.id), title = (section.id + " " + about.title).trim(), long = about.wide + 60 > place.wide;
    const outline = make("rect", { width: place.wide, height: place.high, rx: 8, fill: "#f6f8f9", stroke: "#9aa5ad", "stroke-dasharray": "2 3" });
    const head = toggle(section, title + ", open", true, "head");
    head.append(make("title", {}, title + ". A click closes it."), make("rect", { x: 6, y: 5, width: Math.min(place.wide - 12, (long ? 240 : about.wide) + 34), height: 22, rx: 5, fill: "#ffffff", stroke: "#9aa5ad" }), text([14, 20], "−", { "font-weight": "bold" }),
      text([29, 20], long ? about.lines[0] + (about.lines.length > 1 ? " …" : "") : title, { "font-weight": "bold" }));
    return make("g", { class: "open" }, outline, head);
  }

  // -- what is in sight
  function zoom(next, x, y) {
    const before = scale;
    scale = Math.min(2.5, Math.max(0.12, next));
    x = x === undefined ? frame.clientWidth / 2 : x;
    y = y === undefined ? frame.clientHeight / 2 : y;
    const left = (frame.scrollLeft + x) * scale / before - x, top = (frame.scrollTop + y) * scale / before - y;
    svg.style.width = size[0] * scale + "px";
    svg.style.height = size[1] * scale + "px";
    frame.scrollTo(left, top);
  }

  // the whole picture, unless its letters became too small to read; then the part of it where the result is
  function fit(whole) {
    const room = Math.max(300, innerHeight - 24 - Math.min(420, frame.getBoundingClientRect().top + scrollY));
    const most = Math.min(1.15, frame.clientWidth / size[0], room / size[1]);
    zoom(whole === true ? most : Math.max(most, Math.min(READABLE + 0.1, Math.max(READABLE, frame.clientWidth / size[0]))));
    const box = spots.find(([key]) => key === data.result) || spots.find(([key]) => key === "section " + homes.get(data.result));
    if (box) bring(box[1]);
  }

  function bring(part) {
    const area = part.getBoundingClientRect(), around = frame.getBoundingClientRect();
    const by = (start, end, first, last) => start < first + 12 || end - start > last - first - 24 ? start - first - 12 : Math.max(0, end - last + 12);
    frame.scrollBy(by(area.left, area.right, around.left, around.right), by(area.top, area.bottom, around.top, around.bottom));
  }

  function show(id, fitted) {
    const part = all("[data-section]", layers.sections).find((made) => made.dataset.section === id);
    if (!part) return;
    const whole = part.parentElement === layers.sections ? part : part.parentElement;
    if (fitted) zoom(Math.min(1, Math.max(READABLE, frame.clientWidth / (whole.getBBox().width + 40))));
    bring(whole);
  }

  function asked() {
    const found = draw();
    fit();
    if (found.length && boxes.get(found[0]).part.isConnected) bring(boxes.get(found[0]).part);
  }

  // -- as a list: what each quantity follows from, unfolded step by step
  const fold = document.createElement("details"), roots = document.createElement("ul");
  fold.className = "graph-list";
  fold.append(Object.assign(document.createElement("summary"), { textContent: "As a list: what each quantity follows from" }), roots);
  frame.parentElement.after(fold);
  fold.open = matchMedia("(max-width: 44rem)").matches;

  function tree(found, words) {
    const ends = [...shown.ids].filter((id) => !shown.lines.some((part) => plain(part.from) === id));
    const first = target.value || (shown.ids.has(data.result) ? data.result : ""), from = words ? found : [...new Set([first, ...ends])].filter(Boolean);
    roots.replaceChildren(...from.map((id) => entry(id, "", [])));
    const top = roots.querySelector("details");
    if (top) top.open = true;
  }

  function entry(id, remark, above) {
    const item = document.createElement("li"), about = names.get(id), inward = above.includes(id) || remark ? [] : shown.lines.filter((part) => part.to === id);
    const said = [], symbol = document.createElement("span"), badge = document.createElement("span");
    symbol.innerHTML = about.math;  // MathML that the generator made; texts are escaped there
    badge.className = "badge " + about.kind;
    badge.textContent = about.kind.replaceAll("_", " ");
    said.push(symbol, " " + about.name + " ", ...(about.kind === "computed" ? [] : [badge, " "]), remark);
    const href = boxes.get(id).part.getAttribute("href"), link = document.createElement("a");
    link.href = href;
    link.textContent = about.equations || "more";
    link.setAttribute("aria-label", (about.equations || "More") + " on " + about.name);
    if (!inward.length) {
      item.append(...said, " ", link);
      return item;
    }
    const part = document.createElement("details"), summary = document.createElement("summary");
    summary.append(...said);
    part.append(summary);
    part.addEventListener("toggle", () => {
      if (!part.open || part.children.length > 1) return;
      const inner = document.createElement("ul"), how = document.createElement("li");
      how.append("follows by ", link, " from");
      inner.append(how, ...inward.map((one) => entry(plain(one.from), one.from.endsWith("~later") ? "of a later year" : one.lag ? "of an earlier year" : "", [...above, id])));
      part.append(inner);
    });
    item.append(part);
    return item;
  }

  // -- what a box hangs on and what hangs on it
  function light(key) {
    const above = new Set([key]), below = new Set([key]);
    for (const one of above) for (const link of links) if (link.to === one) above.add(link.from);
    for (const one of below) for (const link of links) if (link.from === one) below.add(link.to);
    for (const link of links) if (link.drawn) link.drawn.classList.toggle("lit", key !== null && (above.has(link.to) && above.has(link.from) || below.has(link.from) && below.has(link.to)));
  }
  const keyOf = (part) => {
    const box = part.closest && (part.closest(".closed[data-section]") || part.closest("a") || part.closest(".box"));
    if (!box || !svg.contains(box)) return null;
    if (box.dataset.section !== undefined) return "section " + box.dataset.section;
    const inner = box.matches(".box") ? box : box.querySelector(".box");
    return inner ? inner.dataset.key || inner.dataset.id : null;
  };
  for (const name of ["mouseover", "focusin"]) svg.addEventListener(name, (event) => light(keyOf(event.target)));
  for (const name of ["mouseleave", "focusout"]) svg.addEventListener(name, () => light(null));

  // the arrows lead from box to box
  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    const way = WAYS[event.key], here = way && spots.find(([, part]) => part === document.activeElement || part.contains(document.activeElement));
    if (!here) return;
    event.preventDefault();
    const middle = (part) => { const area = part.getBoundingClientRect(); return [area.x + area.width / 2, area.y + area.height / 2]; };
    const [x, y] = middle(here[1]);
    let best = null, least = Infinity;
    for (const [, part] of spots) {
      const [dx, dy] = middle(part).map((value, at) => value - [x, y][at]), along = dx * way[0] + dy * way[1], aside = Math.abs(dx * way[1]) + Math.abs(dy * way[0]);
      if (along > 4 && along + 2.5 * aside < least) [best, least] = [part, along + 2.5 * aside];
    }
    if (best) { best.focus({ preventScroll: true }); bring(best); }
  });

  let held = null;
  frame.addEventListener("pointerdown", (event) => { if (event.pointerType === "mouse" && event.button === 0) held = [event.clientX, event.clientY, frame.scrollLeft, frame.scrollTop, false]; });
  frame.addEventListener("pointermove", (event) => {
    if (!held) return;
    const [x, y, left, top] = held;
    if (Math.abs(event.clientX - x) + Math.abs(event.clientY - y) > 6) held[4] = true;
    if (held[4]) frame.scrollTo(left - event.clientX + x, top - event.clientY + y);
  });
  addEventListener("pointerup", () => {
    const moved = held && held[4], stop = (event) => { event.preventDefault(); event.stopPropagation(); };
    held = null;
    if (!moved) return;
    frame.addEventListener("click", stop, { once: true, capture: true });
    setTimeout(() => frame.removeEventListener("click", stop, { capture: true }));
  });
  frame.addEventListener("dragstart", (event) => event.preventDefault());
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const area = frame.getBoundingClientRect();
    zoom(scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15), event.clientX - area.left, event.clientY - area.top);
  }, { passive: false });

  let before = frame.clientWidth;
  addEventListener("resize", () => {
    if (frame.clientWidth && frame.clientWidth !== before) fit();
    before = frame.clientWidth;
  });
  find.addEventListener("input", asked);
  target.addEventListener("input", () => {
    opened = target.value && standing().ids.size <= FEW ? new Set(sections.keys()) : atFirst();
    asked();
  });
  for (const select of selects) select.addEventListener("input", asked);
  draw();
  fit();
})();
