"use strict";
// The report's one moving part: a click on a number shows where it comes from, down to the source. Texts are never read as markup,
// but for the mathematics, which the generator made.
const LIVE = (function () {
  const data = JSON.parse(document.getElementById("numbers").textContent), panel = document.getElementById("origin");
  const held = document.getElementById("live-data");
  let live = null;
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  document.body.classList.add("script");
  let path = [], opener = null;

  const make = (name, attributes, ...children) => {
    const part = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== null) part.setAttribute(key, value);
    part.append(...children.filter((child) => child !== null && child !== ""));
    return part;
  };
  const markup = (name, attributes, html) => { const part = make(name, attributes); part.innerHTML = html; return part; };

  function number(key) {
    const found = submitted(key), text = found && live ? live.text(key) : null;
    return text === null ? found : { ...found, text, exact: live.exact(key) || text, was: found.text };
  }

  function submitted(key) {
    const at = key.lastIndexOf(":"), quantity = data.quantities[key.slice(0, at)];
    const cell = quantity && quantity.cells[key.slice(at + 1)];
    if (!cell) return null;
    const [labels, text, exact, equation, worked, reads, origin] = cell;
    return { key, id: key.slice(0, at), quantity, name: key.slice(0, at) + (labels ? "[" + labels + "]" : ""), text, exact,
      equation: equation < 0 ? null : data.equations[equation], worked, reads, origin: origin < 0 ? null : data.origins[origin] };
  }

  function link(key) {
    const found = number(key);
    return found ? make("a", { class: "n", href: "#n=" + key, "data-n": key, title: found.name }, found.text) : document.createTextNode("?");
  }

  function worked(text) {
    const line = make("p", { class: "worked" }, "= ");
    let end = 0;
    for (const match of text.matchAll(/\u0001([^\u0001\u0002]*:\d+)\u0002/g)) {
      line.append(text.slice(end, match.index), link(match[1]));
      end = match.index + match[0].length;
    }
    line.append(text.slice(end));
    return line;
  }

  const readsOf = (found) => [...new Set([...found.worked.matchAll(/\u0001([^\u0001\u0002]*:\d+)\u0002/g)].map((match) => match[1]).concat(found.reads))];

  function facts(rows) {
    const list = make("dl", { class: "facts" });
    for (const [name, said] of rows) if (said) list.append(make("div", {}, make("dt", {}, name), make("dd", {}, said)));
    return list;
  }

  function show(key, push) {
    const found = number(key);
    if (!found) return;
    if (push) {
      const known = path.indexOf(key);
      path = known >= 0 ? path.slice(0, known + 1) : path.concat(key);
    } else path = [key];
    const close = make("button", { type: "button", class: "close" }, "Close");
    close.addEventListener("click", hide);
    const steps = make("ol", { class: "path", "aria-label": "The way to this number" });
    for (const step of path.slice(0, -1)) steps.append(make("li", {}, make("a", { href: "#n=" + step, "data-n": step }, number(step).name)));
    steps.append(make("li", {}, found.name));
    const unit = found.quantity.unit ? " " + found.quantity.unit : "";
    const anew = live && !live.failure() ? live.express(key) : null, moved = anew && anew.isMoved;
    const parts = [close, steps, make("h2", {}, found.name), make("p", { class: found.was ? "value live-changed" : "value" }, found.text + unit),
      facts([["exactly", found.exact === found.text ? "" : found.exact + unit], ["what", found.quantity.meaning], ["kind", found.quantity.kind]])];
    parts[4].prepend(make("div", {}, make("dt", {}, "symbol"), markup("dd", {}, found.quantity.symbol)));
    if (found.was) parts[4].append(make("div", {}, make("dt", {}, "in the run"), make("dd", {}, found.was + unit)));
    if (found.equation) {
      parts.push(make("h3", {}, found.equation.label + (found.equation.title ? ": " + found.equation.title : "")), markup("div", { class: "scrolls", tabindex: "0" }, found.equation.formula));
      if (moved) parts.push(make("p", { class: "worked" }, "= ", ...anew.parts));
      else if (found.worked) parts.push(worked(found.worked));
      if (found.equation.editorial) parts.push(make("p", { class: "soft" }, "Added by the editor: " + found.equation.editorial));
      parts.push(facts([["source", found.equation.source]]));
      const reads = moved ? anew.used : readsOf(found);
      if (reads.length) {
        const list = make("ul", {});
        for (const read of reads) {
          const inner = number(read);
          if (inner) list.append(make("li", {}, inner.name + " = ", link(read), inner.quantity.unit ? " " + inner.quantity.unit : "", make("span", { class: "soft" }, " " + inner.quantity.name)));
        }
        parts.push(make("h3", {}, "It reads"), list);
      }
    } else if (found.origin) {
      const origin = found.origin;
      parts.push(make("h3", {}, "This number was given"), facts(Object.entries(origin).map(([name, said]) => [name === "by" ? "given by" : name, said])),
        make("p", {}, make("a", { href: "#quantity-" + found.id }, "All values of " + found.id)));
      const editor = live && live.editor(key);
      if (editor) parts.push(make("h3", {}, "Change this number"), editor);
    } else parts.push(make("p", {}, "No source is recorded for this number."));
    panel.replaceChildren(...parts);
    panel.hidden = false;
    panel.scrollTop = 0;
    close.focus({ preventScroll: true });
  }

  // What the panel shows follows when a number is changed, but for the field in which that is done.
  function refresh() {
    const key = path[path.length - 1];
    if (panel.hidden || !key) return;
    if (!panel.contains(document.activeElement) || !document.activeElement.closest(".live-row")) {
      const focus = document.activeElement;
      show(key, true);
      if (focus && focus.isConnected) focus.focus({ preventScroll: true });
    } else panel.querySelector(".value").textContent = number(key).text + (number(key).quantity.unit ? " " + number(key).quantity.unit : "");
  }

  function hide() {
    panel.hidden = true;
    panel.replaceChildren();
    if (opener) opener.focus({ preventScroll: true });
    opener = null;
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("a[data-n]");
    if (target) {
      event.preventDefault();
      const inside = panel.contains(target);
      if (!inside) opener = target;
      show(target.dataset.n, inside);
      history.replaceState(null, "", "#n=" + target.dataset.n);
      return;
    }
    const away = event.target.closest("#origin a[href^='#']");
    if (away) hide();
  });
  addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) hide(); });

  function fromAddress() {
    const hash = decodeURIComponent(location.hash);
    if (hash.startsWith("#n=")) show(hash.slice(3), false);
    const target = hash.length > 1 && document.getElementById(hash.slice(1));
    for (let part = target; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  }
  addEventListener("hashchange", fromAddress);

  // -- formulas that are a little too wide become smaller
  function fitFormulas() {
    for (const part of all(".formula .math")) {
      const math = part.firstElementChild;
      math.style.fontSize = "";
      if (part.clientWidth && part.scrollWidth > part.clientWidth + 1)
        math.style.fontSize = Math.max(0.68, part.clientWidth / part.scrollWidth * 0.99) * 1.2 + "em";
    }
  }
  function markScrolling() {
    fitFormulas();
    for (const part of all(".scrolls")) if (part.offsetParent && part.scrollWidth > part.clientWidth + 1) part.tabIndex = 0;
  }
  addEventListener("toggle", markScrolling, true);
  addEventListener("resize", markScrolling);
  addEventListener("load", markScrolling);
  document.fonts.ready.then(markScrolling);
  for (const button of all(".copy")) button.addEventListener("click", () => {
    const code = button.parentElement.querySelector("code");
    getSelection().selectAllChildren(code);
    document.execCommand("copy");
    button.textContent = "Copied";
  });
  if (held) live = makeLive({ ...data, live: JSON.parse(held.textContent) }, { make, link, number: submitted, nameOf: (key) => submitted(key) ? submitted(key).name : key.split(":")[0], refresh });
  markScrolling();
  fromAddress();
  return live;
})();
