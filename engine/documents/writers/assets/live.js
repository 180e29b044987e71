// The report computed anew for numbers that its reader changes. Nothing is fetched or read as code; what is shown stays marked until all is back.
function makeLive(data, page) {
  const record = data.live, { make, link, nameOf } = page, program = new LiveProgram(record.program);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const clone = (held) => Object.fromEntries(Object.entries(held).map(([name, numbers]) => [name, Float64Array.from(numbers, unwritten)]));
  const base = clone(record.inputs), before = program.run(base), places = new Map();
  const entries = new Map(), editors = record.numbers.map(() => new Set());
  let inputs = base, cells = before, failure = "";

  for (const [name, own] of Object.entries(program.outputs)) if (!name.startsWith("#")) own.forEach((cell, at) => noted(cell, name + ":" + at));
  for (const group of program.groups) if (group.places) group.places.forEach((place, at) => noted(group.first + at, group.of + ":" + place));
  const numberAt = new Map(record.numbers.flatMap((number, index) => number.cells.map((cell) => [number.of + ":" + cell, index])));
  function noted(cell, key) { places.set(cell, (places.get(cell) || []).concat(key)); }

  // -- numbers by key

  function valueIn(key, inputs, cells) {
    const at = key.lastIndexOf(":"), name = key.slice(0, at), cell = Number(key.slice(at + 1));
    if (program.outputs[name]) return cells[program.outputs[name][cell]] + 0;
    return inputs[name] ? inputs[name][cell] : undefined;
  }
  const value = (key) => valueIn(key, inputs, cells);
  const isChanged = (key) => entries.size > 0 && !Object.is(value(key), valueIn(key, base, before));
  const answers = new Set(record.numbers.filter((number) => number.type === "yes_no").map((number) => number.of));
  const isAnswer = (key) => answers.has(key.slice(0, key.lastIndexOf(":")));
  const written = (key) => !isAnswer(key) ? numberText(value(key)) : value(key) ? "yes" : "no";
  const text = (key) => isChanged(key) ? failure ? "no result" : written(key) : null;

  // -- one number set or put back

  function read(number, written) {
    const found = written.trim().match(/^(\S+)(?:\s+(.*))?$/), say = (error) => ({ error });
    if (!found) return say("a number is missing; it is not taken as zero");
    if (number.type === "yes_no") return /^(yes|no)$/.test(found[1]) && !found[2] ? { text: found[1], unit: "", value: found[1] === "yes" ? 1 : 0 } : say("write yes or no");
    const unit = found[2] === undefined ? number.unit : found[2].trim() === "1" ? "" : found[2].trim(), factor = number.units[unit];
    if (!factor) return say("its unit is " + (Object.keys(number.units).filter((one) => one).join(" or ") || "none: it is a plain number"));
    const value = readNumber(found[1], factor[0], factor[1]);
    if (value === null) return say("write a number with a decimal point, as 1234.5");
    const range = record.limits[number.of];
    if (range && ((range[0] !== null && value < range[0]) || (range[1] !== null && value > range[1]))) return say("its range is " + range[2]);
    const usual = number.usual, odd = usual && ((usual[0] !== null && value < usual[0]) || (usual[1] !== null && value > usual[1]));
    return { text: found[1].replace("\u2212", "-"), unit, value, remark: odd ? "unusual; usual is " + usual[2] : "" };
  }

  const withUnit = (number, unit) => number + (unit ? " " + unit : "");

  // Take what was written, or say what is wrong with it; nothing that is wrong is computed with.
  function set(index, text, dataset) {
    const found = put(index, text, dataset);
    if (!found.error) follow();
    return found;
  }

  // Several at once, each as index and text; what was wrong with which is given back.
  function setAll(pairs) {
    const found = pairs.map(([index, text]) => put(index, text, "").error || "");
    follow();
    return found;
  }

  function put(index, text, dataset) {
    const number = record.numbers[index], found = number.lock ? { error: number.lock } : read(number, text);
    if (found.error) return found;
    if (found.text === number.text && found.unit === (number.unit || "")) entries.delete(index);
    else entries.set(index, { text: found.text, unit: found.unit, value: found.value, dataset: dataset || "", remark: found.remark });
    return found;
  }

  function back(index) {
    if (index === undefined) entries.clear(); else entries.delete(index);
    follow();
  }

  function follow() {
    inputs = clone(base);
    for (const [index, entry] of entries) for (const cell of record.numbers[index].cells) inputs[record.numbers[index].of][cell] = entry.value;
    cells = entries.size ? program.run(inputs) : before;
    failure = entries.size ? whyNone() : "";
    show();
  }

  // Why there is no result, or nothing: what a run refuses, too.
  function whyNone() {
    for (const [name, own] of Object.entries(record.must)) for (const at of spread(own))
      if (!Number.isFinite(value(name + ":" + at))) return nameOf(name + ":" + at) + " has no finite number";
    for (const [name, [least, most, room, said, own]] of Object.entries(record.computed)) for (const at of spread(own)) {
      const found = value(name + ":" + at);
      if ((least !== null && found < least - room) || (most !== null && found > most + room)) return nameOf(name + ":" + at) + " = " + numberText(found) + " is outside what it can be: " + said;
    }
    return program.holds(cells) ? "" : "a quotient or a function on the way has no number, or a part that is read is below zero";
  }

  // -- where a number comes from, as the program computes it: every sign and branch is that of the numbers shown

  const SIGNS = { add: [" + ", 1], sub: [" \u2212 ", 1], mul: [" \u00d7 ", 2], div: [" / ", 2], power: [" ^ ", 4] }, MOST = 400, MOST_TERMS = 40;

  const leaf = (cell, root) => (places.get(cell) || []).filter((key) => key !== root && page.number(key)).pop() || null;
  function rootCell(key) {
    const at = key.lastIndexOf(":"), own = program.outputs[key.slice(0, at)];
    return own ? own[Number(key.slice(at + 1))] : -1;
  }

  function express(key) {
    const start = rootCell(key), used = [];
    if (start < 0) return null;
    let left = MOST;
    function part(cell, isRoot) {
      if (left-- <= 0) return { parts: ["\u2026"], level: 9 };
      const known = isRoot ? null : leaf(cell, key);
      if (known) { used.push(known); return value(known) < 0 ? { parts: ["(", link(known), ")"], level: 9 } : { parts: [link(known)], level: 9 }; }
      const { op, reads } = program.source(cell, cells);
      if (op === "input" && isRoot && leaf(cell, key)) return part(cell, false);
      if (op === "same") return part(reads[0], isRoot && reads[0] === start);
      if (op === "const" || op === "input") return { parts: [cells[cell] < 0 ? "(" + numberText(cells[cell]) + ")" : numberText(cells[cell])], level: 9 };
      if (op === "Sum") return sum(reads);
      if (op === "neg") return { parts: ["\u2212", ...inside(reads[0], 3)], level: 3 };
      if (!SIGNS[op]) return { parts: [op + "(", ...reads.flatMap((read, at) => [...(at ? [", "] : []), ...part(read).parts]), ")"], level: 9 };
      const [sign, level] = SIGNS[op];
      return { parts: [...inside(reads[0], level), sign, ...inside(reads[1], op === "add" || op === "mul" ? level : level + 1)], level };
    }
    function inside(cell, least) {
      const found = part(cell);
      return found.level < least ? ["(", ...found.parts, ")"] : found.parts;
    }
    function sum(reads) {
      const terms = reads.filter((read) => cells[read] !== 0), more = terms.length - MOST_TERMS, zeros = reads.length - terms.length;
      const parts = terms.slice(0, MOST_TERMS).flatMap((read, at) => [...(at ? [" + "] : []), ...inside(read, 2)]);
      if (more > 0) parts.push(" + \u2026 (" + more + " more)");
      if (!terms.length) parts.push("0");
      return { parts: zeros && terms.length ? [...parts, "   (" + (zeros === 1 ? "1 term is" : zeros + " terms are") + " zero)"] : parts, level: 1 };
    }
    const { parts } = part(start, true);
    return { parts, used: [...new Set(used)], isMoved: isChanged(key) || used.some(isChanged) };
  }

  // -- what is shown: figures, totals, charts, notes

  const figures = all("main a.n").map((node) => ({ node, key: node.dataset.n, text: node.textContent, title: node.getAttribute("title") }));
  const made = all("main [data-live]").filter((node) => node.tagName === "SPAN").map((node) => ({ node, key: node.dataset.live, text: node.textContent }));
  const lines = all("main td").filter((node) => node.textContent.startsWith("= ") && node.previousElementSibling && node.previousElementSibling.querySelector("a.n"))
    .map((node) => ({ node, key: node.previousElementSibling.querySelector("a.n").dataset.n, parts: Array.from(node.childNodes) }));
  const charts = liveCharts(record, page, all("main figure[data-live]"));
  const bar = make("section", { id: "live-bar", hidden: "", "aria-label": "Numbers that you changed" });
  const said = make("div", { role: "status" });
  const stale = ["findings", "rules", "rulings", "reproduce"].map((id) => document.getElementById(id)).filter((head) => head).map((head) => {
    const note = make("p", { class: "live-stale", hidden: "" }, "Of the submitted run: this part is not made anew for changed numbers.");
    head.after(note);
    return note;
  });
  const title = document.title;

  // A number in the way in which the report shows one: with its decimals where they are fixed.
  function likewise(text, key) {
    const number = page.number(key), digits = number && text !== number.text ? (text.split(".")[1] || "").length : -1;
    return digits < 0 ? written(key) : fixedText(value(key), digits);
  }

  function show() {
    const moved = entries.size > 0;
    for (const { node, key, text, title } of figures) {
      const changed = isChanged(key) && text !== "NA";
      node.textContent = !changed ? text : failure ? "no result" : likewise(text, key);
      node.classList.toggle("live-changed", changed);
      if (changed) node.title = "in the submitted run: " + text; else if (title === null) node.removeAttribute("title"); else node.title = title;
    }
    for (const { node, key, text } of made) {
      const now = !moved ? text : failure ? "no result" : madeText(key, text);
      node.textContent = now;
      node.classList.toggle("live-changed", now !== text);
      if (now !== text) node.title = "in the submitted run: " + text; else node.removeAttribute("title");
    }
    for (const { node, key, parts } of lines) {
      const found = moved && !failure ? express(key) : null;
      if (found && found.isMoved) node.replaceChildren("= ", ...found.parts);
      else if (node.childNodes[0] !== parts[0] || node.childNodes.length !== parts.length) node.replaceChildren(...parts);
    }
    charts.show(moved, failure ? null : { value, source: (at, year) => source(at, year, cells), total },
      { value: (key) => valueIn(key, base, before), source: (at, year) => source(at, year, before) });
    for (const note of stale) note.hidden = !moved;
    document.title = (moved ? "(changed by a reader) " : "") + title;
    document.body.classList.toggle("live-moved", moved);
    document.body.classList.toggle("live-none", failure !== "");
    bar.hidden = !moved;
    if (moved) say();
    for (const own of editors) for (const refresh of own) if (refresh() === false) own.delete(refresh);
    page.refresh();
  }

  const finite = (number) => Number.isFinite(number) ? number : 0;
  const yearly = (name) => record.labels.map((_, at) => value(name + ":" + at));
  // A year in which the emissions with the project have no number has none of their terms either.
  const source = (at, year, cells) => record.charts.counted[year] === false ? 0 : finite(record.charts.sources[at].sign * cells[program.outputs["#source:" + at][year]]);
  const total = (name) => exactSum(yearly(name).map(finite));
  const result = (one, inputs, cells) => spread(one.cells).reduce((sum, at, turn) => turn ? sum + valueIn(one.of + ":" + at, inputs, cells) : valueIn(one.of + ":" + at, inputs, cells), 0);

  function madeText(key, text) {
    const [kind, name, part] = key.split(":");
    if (kind === "result") return fixedText(result(record.results.find((one) => one.of === name), inputs, cells), 1);
    if (kind === "whole") return wholeText(record.results.find((one) => one.of === name), text);
    if (kind === "total") {
      const known = yearly(name).filter(Number.isFinite);
      if (!known.length || record.years[name] === "none") return text;
      return record.years[name] === "last" ? fixedText(known[known.length - 1], 1) + " (last)" : fixedText(exactSum(known), 1);
    }
    const years = record.labels.map((_, year) => source(Number(name), year, cells));
    if (part === "total") return fixedText(exactSum(years), 1);
    if (part !== "share") return record.charts.counted[Number(part)] === false ? text : fixedText(years[Number(part)], 1);
    const whole = exactSum(record.charts.sources.map((_, at) => Math.abs(exactSum(record.labels.map((_, year) => source(at, year, cells)))))) || 1;
    return fixedText(exactSum(years) / whole * 100, 2) + "%";
  }

  function wholeText(one, text) {
    const of = one.whole.of || one.of, own = spread(one.cells);
    const parts = Array.from(own, (at) => one.whole.of ? value(of + ":" + at) : Math.floor(atSteps(value(of + ":" + at), 0)));
    const whole = exactSum(parts), each = own.length > 1 && whole !== Math.floor(Number(fixedText(result(one, inputs, cells), 6).replace(/,/g, "")));
    return one.unit + "; " + one.whole.words + ": " + (Number.isInteger(whole) ? fixedText(whole, 0) : exactText(whole)) + (each ? " (each rounded by itself)" : "");
  }

  // Rounding that only fractions decide, which a run has and this page has not.
  function undecided() {
    const named = (cell) => (places.get(cell) || []).filter((key) => page.number(key));
    const found = program.upTo(program.near(cells), (cell) => named(cell).length > 0).flatMap(named).map(nameOf);
    for (const one of record.results) if (one.whole && !one.whole.of) for (const at of spread(one.cells)) {
      const held = value(one.of + ":" + at);
      if (isNear(held) && !Number.isInteger(held)) found.push("whole units of " + nameOf(one.of + ":" + at));
    }
    return [...new Set(found)];
  }

  function say() {
    const count = entries.size === 1 ? "1 number is changed" : entries.size + " numbers are changed", near = undecided();
    const parts = [make("p", {}, make("strong", {}, "Not the submitted run: " + count + ".")), failure ? make("p", { class: "live-error" }, "No result: " + failure + ". `mrvgraph run` refuses it, too.") : ""];
    if (!failure) for (const one of record.results) {
      const now = result(one, inputs, cells), then = result(one, base, before), less = now - then;
      parts.push(make("p", { class: "live-result", "data-result": one.of }, one.label + ": " + fixedText(then, 1) + " \u2192 ", make("strong", {}, fixedText(now, 1)),
        " " + one.unit + " (" + (less > 0 ? "+" : "") + fixedText(less, 1) + ")"));
    }
    if (near.length && !failure) parts.push(make("p", { class: "live-error" }, "So near a whole number that only a run decides it, in fractions: " + near.slice(0, 4).join(", ") + (near.length > 4 ? " and others" : "") + "."));
    said.replaceChildren(...parts.filter((part) => part !== ""));
  }

  // -- editing

  function editor(index, ids) {
    const number = record.numbers[index], id = "live-" + ids + "-" + index, names = number.names.length > 3 ? number.names.slice(0, 2).concat((number.names.length - 2) + " more") : number.names;
    const field = number.type === "yes_no" ? make("select", { id }, make("option", {}, "yes"), make("option", {}, "no"))
      : make("input", { id, type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false", "aria-describedby": id + "-said" });
    const note = make("span", { class: "live-said soft", id: id + "-said" }), row = make("div", { class: "live-row" }, make("label", { for: id }, names.join(", ")), field);
    const undo = make("button", { type: "button", class: "live-undo", hidden: "", "aria-label": "Back to " + withUnit(number.text, number.unit || "") + ", " + names[0] }, "Back");
    let range = null, pick = null, error = "";
    const tell = () => {
      const held = entries.get(index);
      note.textContent = error || (held ? "in the run: " + withUnit(number.text, number.unit || "") : number.by || "") + (held && held.remark ? "; " + held.remark : "");
      note.classList.toggle("live-error", error !== "");
      if (error) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    };
    const take = (text, dataset) => {
      const found = set(index, text, dataset);
      error = found.error || "";
      tell();
    };
    if (number.unit && number.type !== "yes_no") row.append(make("span", { class: "live-unit" }, number.unit));
    const limits = record.limits[number.of];
    if (number.type !== "yes_no" && limits && limits[0] !== null && limits[1] !== null && limits[1] > limits[0] && !number.lock) {
      const step = 10 ** Math.floor(Math.log10((limits[1] - limits[0]) / 50)), digits = Math.max(0, -Math.floor(Math.log10(step)));
      range = make("input", { type: "range", min: limits[0], max: limits[1], step: "any", "aria-label": names[0] + ", between " + limits[2] });
      range.addEventListener("input", () => take(withUnit(fixedText(Number(range.value), digits).replace(/,/g, ""), number.own || "1"), ""));
      row.append(range);
    }
    if (number.offers) {
      pick = make("select", { "aria-label": "Where " + names[0] + " is taken from" }, make("option", { value: "" }, "as written"),
        ...number.offers.map(([name, text, unit], at) => make("option", { value: at }, name + ": " + withUnit(text, unit))));
      pick.addEventListener("change", () => {
        if (pick.value === "") return back(index);
        const [name, text, unit, above, below] = number.offers[Number(pick.value)];
        number.units[unit] = number.units[unit] || [above, below];
        take(withUnit(text, unit || "1"), name);
      });
      row.append(pick);
    }
    row.append(undo, note);
    const refresh = () => {
      if (!row.isConnected && refresh.was) return false;
      refresh.was = row.isConnected;
      if (document.activeElement !== field || !error) {
        const held = entries.get(index);
        if (document.activeElement !== field) field.value = held ? (held.unit === (number.unit || "") ? held.text : withUnit(held.text, held.unit || "1")) : number.text;
        if (document.activeElement !== field) error = "";
        if (range && document.activeElement !== range) range.value = inputs[number.of] ? inputs[number.of][number.cells[0]] : 0;
        if (pick) pick.value = held && held.dataset ? String(number.offers.findIndex(([name]) => name === held.dataset)) : "";
      }
      undo.hidden = !entries.has(index);
      tell();
      return true;
    };
    if (number.lock) {
      for (const part of [field, range, pick]) if (part) part.disabled = true;
      field.value = number.text;
      note.textContent = "cannot be changed here: " + number.lock;
    } else {
      field.addEventListener(number.type === "yes_no" ? "change" : "input", () => take(field.value, ""));
      field.addEventListener("blur", () => { if (!error) refresh(); });
      undo.addEventListener("click", () => { error = ""; back(index); field.focus(); refresh(); });
      editors[index].add(refresh);
      field.value = number.text;
      refresh();
    }
    return row;
  }

  function panel() {
    const groups = new Map();
    record.numbers.forEach((number, index) => groups.set(number.of, (groups.get(number.of) || []).concat(index)));
    const lists = Array.from(groups, ([name, own]) => {
      const quantity = data.quantities[name], fold = make("details", { class: "live-fold", "data-of": name }, make("summary", {}, make("code", {}, name), " " + (quantity ? quantity.name : ""), make("span", { class: "soft" }, " " + (own.length === 1 ? "1 number" : own.length + " numbers"))));
      fold.addEventListener("toggle", () => { if (fold.open && fold.childElementCount === 1) fold.append(...own.map((index) => editor(index, "list"))); });
      return fold;
    });
    const words = make("input", { type: "search", id: "live-find", placeholder: "name or meaning", autocomplete: "off" });
    words.addEventListener("input", () => { for (const fold of lists) fold.hidden = !fold.querySelector("summary").textContent.toLowerCase().includes(words.value.trim().toLowerCase()); });
    const inexact = record.inexact.length ? " A power, an exponential or a logarithm enters " + record.inexact.slice(0, 6).join(", ") + (record.inexact.length > 6 ? " and others" : "") + ": there the last digits may differ from those of a run (each such function by two units in the last place)." : " They are to the last bit what `mrvgraph run` gives.";
    return make("details", { id: "live" }, make("summary", {}, "Change numbers and see what follows"),
      make("p", { class: "soft" }, "Results, totals, charts and the way to each number follow at once, in this page alone." + inexact + " Findings, rules, rulings and hashes stay those of the submitted run, and tables leave out what was zero in it."),
      make("p", {}, make("label", { for: "live-find" }, "Find an input "), words), ...lists);
  }

  // -- the project file with what was changed

  const quoted = (text) => JSON.stringify(text);
  function projectText() {
    const set = new Map(record.project.set.map(([name, text]) => [name, [text, ""]]));
    for (const [index, entry] of entries) for (const name of record.numbers[index].names)
      set.set(name, [entry.dataset ? "dataset:" + entry.dataset : withUnit(entry.text, entry.unit), "in the run: " + withUnit(record.numbers[index].text, record.numbers[index].unit || "")]);
    const own = record.project, head = own.text || "# The project file is not in the report that this comes from: put these lines at its end.\n";
    const joint = own.joint === undefined ? null : own.joint, inside = joint !== null, indent = own.indent || "";
    const lines = Array.from(set, ([name, [text, was]]) => indent + "  " + quoted(name) + ": " + quoted(text) + (inside ? "," : "") + (was ? "  # " + was.replace(/\s+/g, " ") : ""));
    return head + (head.endsWith("\n") ? "" : "\n") + "\n" + indent + "# NOT AS SUBMITTED: a reader of the report changed these numbers; everything else is as it was.\n" +
      (inside ? joint + "set: {" : indent + "set:") + "\n" + lines.join("\n") + "\n" + (inside ? "}\n" : "") + (own.behind || "");
  }
  function save() {
    const address = URL.createObjectURL(new Blob([projectText()], { type: "application/yaml" }));
    make("a", { href: address, download: record.project.file.replace(/\.[^.]*$/, "") + ".changed.yaml" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  const undoAll = make("button", { type: "button" }, "Back to the run"), keep = make("button", { type: "button" }, "Save as project file");
  undoAll.addEventListener("click", () => back());
  keep.addEventListener("click", save);
  bar.append(said, make("div", { class: "live-buttons" }, undoAll, keep));
  document.body.append(bar);
  const head = document.getElementById("results");
  if (head) head.before(panel());
  return { text, isChanged, value, express, set, setAll, back, projectText, numberAt, record,
    editor: (key) => numberAt.has(key) ? editor(numberAt.get(key), "panel") : null,
    exact: (key) => isChanged(key) && !failure ? isAnswer(key) ? written(key) : exactText(value(key)) : null,
    was: (key) => isChanged(key) ? page.number(key).text : "",
    failure: () => failure, values: Object.fromEntries(Object.keys(program.outputs).map((name) => [name, () => Array.from(program.outputs[name], (cell) => String(cells[cell] + 0))])) };
}

// A sum with one rounding at its end.
function exactSum(numbers) {
  const partials = [];
  for (let x of numbers) {
    let kept = 0;
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y, low = y - (high - x);
      if (low) partials[kept++] = low;
      x = high;
    }
    partials.length = kept;
    partials.push(x);
  }
  return partials.reduceRight((sum, part) => sum + part, 0);
}
