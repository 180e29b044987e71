"use strict";
// Everything that moves in the site: menu, copying and the graph. Without it every page can still be read.
(function () {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  document.body.classList.add("script");

  // -- formulas that are a little too wide become smaller
  function fitFormulas() {
    for (const part of all(".formula .math")) {
      const shown = part.firstElementChild;
      shown.style.fontSize = "";
      if (part.clientWidth && part.scrollWidth > part.clientWidth + 1)
        shown.style.fontSize = Math.max(0.68, part.clientWidth / part.scrollWidth * 0.99) + "em";
    }
  }

  // -- what scrolls can be reached by the keyboard
  function markScrolling() {
    fitFormulas();
    for (const part of all(".scrolls")) {
      const down = getComputedStyle(part).overflowY === "auto" && part.scrollHeight > part.clientHeight + 1;
      if (part.scrollWidth > part.clientWidth + 1 || down) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
  }
  addEventListener("resize", markScrolling);
  addEventListener("load", markScrolling);
  document.fonts.ready.then(markScrolling);
  addEventListener("toggle", markScrolling, true);
  markScrolling();

  // -- a link into something folded unfolds it
  function unfold() {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
    if (target) target.scrollIntoView();
  }
  addEventListener("hashchange", unfold);
  unfold();

  // -- menu
  const menu = document.querySelector(".menu"), pages = byId("pages");
  if (menu) menu.addEventListener("click", () => {
    const open = pages.classList.toggle("open");
    menu.setAttribute("aria-expanded", String(open));
  });
  const current = pages && pages.querySelector("[aria-current]");
  if (current && current.offsetParent) pages.scrollTop = current.offsetTop - pages.clientHeight / 2;

  // -- copying LaTeX
  for (const button of all(".copy")) button.addEventListener("click", async () => {
    const text = button.parentElement.querySelector("code").textContent;
    try { await navigator.clipboard.writeText(text); } catch (refused) {
      getSelection().selectAllChildren(button.parentElement.querySelector("code"));
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  // -- the graph
  const widget = document.querySelector('[data-widget="graph"]');
  if (widget) graph(widget, JSON.parse(widget.querySelector(".data").textContent));

  function graph(widget, data) {
    const frame = document.querySelector(".picture.graph > .scrolls"), svg = frame.querySelector("svg");
    const boxes = all(".boxes .box", svg), lines = all(".lines path", svg);
    const [, , wide, high] = svg.getAttribute("viewBox").split(" ").map(Number);
    const under = (part) => new Set(part.dataset.under.split(" ").filter(Boolean).map(Number));
    const boxUnder = boxes.map(under), lineUnder = lines.map(under);
    const names = new Map(data.quantities.map((quantity) => [quantity.id, quantity]));
    let scale = 1;

    const tools = document.createElement("div");
    tools.className = "tools";
    const label = (text, control, id) => {
      const made = document.createElement("div"), name = document.createElement("label");
      control.id = name.htmlFor = id;
      name.textContent = text;
      made.append(name, control);
      tools.append(made);
      return control;
    };
    const find = label("Find in the graph", document.createElement("input"), "graph-find");
    find.type = "search";
    const target = label("Show what is needed for", document.createElement("select"), "graph-target");
    target.append(new Option("everything", ""));
    for (const quantity of data.quantities) if (quantity.made) target.append(new Option(quantity.id + (quantity.equations ? " (" + quantity.equations + ")" : "") + ": " + quantity.name, quantity.id));
    const selects = data.choices.map((choice) => {
      const select = label(choice.id.replaceAll("_", " "), document.createElement("select"), "graph-choice-" + choice.id);
      select.title = choice.meaning;
      select.append(new Option("any", ""), ...choice.values.map((value) => new Option(value, value)));
      return select;
    });
    const button = (text, name, act) => { const made = document.createElement("button"); made.type = "button"; made.textContent = text; made.setAttribute("aria-label", name); made.addEventListener("click", act); tools.append(made); return made; };
    button("+", "Zoom in", () => zoom(scale * 1.3));
    button("−", "Zoom out", () => zoom(scale / 1.3));
    button("Fit", "Fit to the page", () => { zoom(frame.clientWidth / wide); frame.scrollTo(0, 0); });
    button("100 %", "Original size", () => zoom(1));
    button("Reset", "Show everything again", () => { find.value = ""; target.value = ""; for (const select of selects) select.value = ""; show(); });
    const count = document.createElement("output");
    tools.append(count);
    widget.append(tools);

    function zoom(next, x, y) {
      const before = scale;
      scale = Math.min(2.5, Math.max(0.12, next));
      x = x === undefined ? frame.clientWidth / 2 : x;
      y = y === undefined ? frame.clientHeight / 2 : y;
      const left = (frame.scrollLeft + x) * scale / before - x, top = (frame.scrollTop + y) * scale / before - y;
      svg.style.width = wide * scale + "px";
      svg.style.height = high * scale + "px";
      frame.scrollTo(left, top);
    }

    function show() {
      const allowed = data.combinations.map((values, at) => selects.every((select, choice) => !select.value || values[choice] === select.value) ? at : -1).filter((at) => at >= 0);
      const stands = (set) => allowed.some((at) => set.has(at));
      const standingLines = lines.map((line, at) => stands(lineUnder[at]));
      let needed = null;
      if (target.value) {
        needed = new Set([target.value]);
        for (let before = 0; before !== needed.size;) {
          before = needed.size;
          lines.forEach((line, at) => { if (standingLines[at] && needed.has(line.dataset.to)) needed.add(line.dataset.from); });
        }
      }
      const visible = new Set();
      boxes.forEach((box, at) => {
        const id = box.dataset.id, on = needed ? needed.has(id) : stands(boxUnder[at]);
        box.classList.toggle("off", !on);
        (box.closest("a") || box).setAttribute(on ? "tabindex" : "tabindex", on ? "0" : "-1");
        if (on) visible.add(id);
      });
      lines.forEach((line, at) => line.classList.toggle("off", !(standingLines[at] && visible.has(line.dataset.from) && visible.has(line.dataset.to))));
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      let first = null, hits = 0;
      for (const box of boxes) {
        const quantity = names.get(box.dataset.id) || { name: "", equations: "" };
        const text = (box.textContent + " " + quantity.id + " " + quantity.name + " " + quantity.equations).toLowerCase();
        const hit = words.length > 0 && visible.has(box.dataset.id) && words.every((word) => text.includes(word));
        box.classList.toggle("hit", hit);
        hits += hit ? 1 : 0;
        if (hit && !first) first = box;
      }
      count.textContent = visible.size + " of " + names.size + " quantities shown" + (words.length ? ", " + hits + " found" : "");
      const seen = first ? [first] : needed ? boxes.filter((box) => !box.classList.contains("off")) : [];
      if (seen.length) bring(seen);
    }

    function bring(seen) {
      const areas = seen.map((box) => box.getBBox());
      const left = Math.min(...areas.map((a) => a.x)), right = Math.max(...areas.map((a) => a.x + a.width));
      const top = Math.min(...areas.map((a) => a.y)), bottom = Math.max(...areas.map((a) => a.y + a.height));
      if (seen.length > 1) zoom(Math.min(1, frame.clientWidth / (right - left + 80)));
      frame.scrollTo((left + right) / 2 * scale - frame.clientWidth / 2, seen.length > 1 ? top * scale - 30 : (top + bottom) / 2 * scale - frame.clientHeight / 2);
    }

    function light(id) {
      const above = new Set([id]), below = new Set([id]);
      for (let size = 0; size !== above.size + below.size;) {
        size = above.size + below.size;
        for (const line of lines) {
          if (line.classList.contains("off")) continue;
          if (above.has(line.dataset.to)) above.add(line.dataset.from);
          if (below.has(line.dataset.from)) below.add(line.dataset.to);
        }
      }
      for (const line of lines) line.classList.toggle("lit", id !== null && (above.has(line.dataset.to) && above.has(line.dataset.from) || below.has(line.dataset.from) && below.has(line.dataset.to)));
    }
    for (const box of boxes) {
      const part = box.closest("a") || box;
      part.addEventListener("mouseenter", () => light(box.dataset.id));
      part.addEventListener("focus", () => light(box.dataset.id));
      part.addEventListener("mouseleave", () => light(null));
      part.addEventListener("blur", () => light(null));
    }
    let held = null;
    frame.addEventListener("pointerdown", (event) => { if (event.pointerType === "mouse" && event.button === 0) held = [event.clientX, event.clientY, frame.scrollLeft, frame.scrollTop, false]; });
    frame.addEventListener("pointermove", (event) => {
      if (!held) return;
      const [x, y, left, top] = held;
      if (Math.abs(event.clientX - x) + Math.abs(event.clientY - y) > 6) held[4] = true;
      if (held[4]) frame.scrollTo(left - event.clientX + x, top - event.clientY + y);
    });
    addEventListener("pointerup", () => { const moved = held && held[4]; held = null; if (moved) frame.addEventListener("click", (event) => event.preventDefault(), { once: true, capture: true }); });
    frame.addEventListener("dragstart", (event) => event.preventDefault());
    frame.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const area = frame.getBoundingClientRect();
      zoom(scale * (event.deltaY < 0 ? 1.15 : 1 / 1.15), event.clientX - area.left, event.clientY - area.top);
    }, { passive: false });
    find.addEventListener("input", show);
    target.addEventListener("input", show);
    for (const select of selects) select.addEventListener("input", show);
    show();
    if (frame.clientWidth < 700) {  // where little fits, the result first
      zoom(0.85);
      bring([boxes.find((box) => box.dataset.id === data.result) || boxes[0]]);
    } else {
      zoom(Math.max(frame.clientWidth / wide, 0.6));
      frame.scrollTo(frame.scrollWidth, 0);
    }
    markScrolling();
  }
})();
