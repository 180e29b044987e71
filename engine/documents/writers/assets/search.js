"use strict";
// The search over all entries: exact names first, then the publication before the editor before faults; other words for the same thing
// and slips of typing are understood, and what was understood is said.
(function () {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const field = byId("search"), results = byId("search-results");
  if (!field) return;
  const MOST = 20, AROUND = 45;
  const split = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const index = window.SEARCH_INDEX || { entries: [], synonyms: [] };
  const entries = index.entries.map(([kind, title, address, names, math, also, text, rank], at) => ({
    kind, title, address, math, also, text, rank, at, names: names.split(" ").filter(Boolean), low: names.toLowerCase(),
    alsoWords: new Set(split(also)), titleWords: new Set(split(title)), textWords: new Set(split(text + " " + kind)), lowTitle: title.toLowerCase(), lowText: text.toLowerCase(),
  }));
  let shown = [], chosen = -1, vocabulary = null;

  // -- how well a word fits an entry
  function fit(entry, word) {
    const low = word.toLowerCase();
    if (entry.names[0] === word) return 80;
    if (entry.names.includes(word)) return 60;
    if (entry.alsoWords.has(low)) return 50;
    if (entry.low.split(" ").includes(low)) return 45;
    if (entry.titleWords.has(low)) return 30;
    if (entry.low.includes(low)) return (entry.names[0] || "").toLowerCase().startsWith(low) ? 28 : 12;
    if (entry.lowTitle.includes(low)) return 16;
    if (entry.textWords.has(low)) return 9;
    return low.length > 2 && entry.lowText.includes(low) ? 5 : 0;
  }

  function others(word) {
    const low = word.toLowerCase(), found = new Set();
    for (const group of index.synonyms) if (group.includes(low)) for (const other of group) if (other !== low) found.add(other);
    if (low.length > 3 && low.endsWith("s")) found.add(low.slice(0, -1));
    return [...found];
  }

  function score(entry, words) {
    let total = 0;
    for (const word of words) {
      const own = fit(entry, word), best = Math.max(own, ...others(word).map((other) => 0.6 * fit(entry, other)));
      if (!best) return 0;
      total += best;
    }
    return total;
  }

  // a name that is no common word is meant as a name
  const exact = (entry, query) => /^[a-z]*$/.test(query) ? 0 : entry.names[0] === query ? 3 : entry.names.includes(query) ? 2 : entry.low.split(" ").includes(query.toLowerCase()) ? 1 : 0;

  function ranked(words, query) {
    return entries.map((entry) => ({ entry, exact: exact(entry, query), score: score(entry, words) })).filter((found) => found.score > 0)
      .sort((a, b) => b.exact - a.exact || a.entry.rank - b.entry.rank || b.score - a.score || a.entry.at - b.entry.at).map((found) => found.entry);
  }

  function numbered(number) {
    const rest = (entry) => entry.lowTitle.startsWith("equation " + number) ? entry.lowTitle["equation ".length + number.length] : "";
    return entries.filter((entry) => entry.kind === "equation" && /^[:a-z]$/.test(rest(entry)))
      .sort((a, b) => (rest(a) !== ":") - (rest(b) !== ":") || a.at - b.at);
  }

  // -- slips of typing
  function distance(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let before = [], last = Array.from({ length: b.length + 1 }, (_, at) => at);
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      before = last;
      last = row;
    }
    return last[b.length];
  }

  function mended(word) {
    const low = word.toLowerCase(), most = low.length > 7 ? 2 : low.length > 3 ? 1 : 0;
    if (!most || entries.some((entry) => fit(entry, word) || others(word).some((other) => fit(entry, other)))) return word;
    if (!vocabulary) {
      vocabulary = new Map();
      for (const entry of entries) for (const word of [...split(entry.low), ...entry.alsoWords, ...entry.titleWords, ...entry.textWords]) vocabulary.set(word, (vocabulary.get(word) || 0) + 1);
      for (const group of index.synonyms) for (const word of group) if (!vocabulary.has(word)) vocabulary.set(word, 0);
    }
    let best = word, near = most + 1, often = -1;
    for (const [known, count] of vocabulary) {
      const far = known.length > 2 ? distance(low, known, most) : most + 1;
      if (far < near || far === near && far <= most && count > often) [best, near, often] = [known, far, count];
    }
    return near <= most ? best : word;
  }

  // -- what is shown
  function search() {
    const query = field.value.trim();
    const number = query.replace(/[().]/g, " ").match(/^\s*(?:eq|eqn|equation|no)?\s*([0-9]+[a-z]?)\s*$/i);
    const asked = query.split(/\s+/).filter(Boolean), words = asked.map(mended);
    shown = !query ? [] : number ? numbered(number[1].toLowerCase()) : [];
    if (query && !shown.length) shown = ranked(words, query);
    shown = shown.slice(0, MOST);
    chosen = shown.length ? 0 : -1;
    const slips = asked.some((word, at) => word !== words[at]);
    const lines = shown.map((entry, at) => line(entry, at, words));
    if (query && !shown.length) lines.push(note("Nothing found"));
    else if (slips) lines.unshift(note("Shown for: " + words.join(" ")));
    results.replaceChildren(...lines);
    results.hidden = !query;
    field.setAttribute("aria-expanded", String(!!query));
    mark();
  }

  function note(text) {
    const item = document.createElement("li");
    item.textContent = text;
    item.setAttribute("role", "option");
    item.setAttribute("aria-disabled", "true");
    return item;
  }

  function part(name, ...children) {
    const made = document.createElement("span");
    made.className = name;
    made.append(...children);
    return made;
  }

  function snippet(entry, words) {
    const sought = words.flatMap((word) => [word.toLowerCase(), ...others(word)]).filter((word) => word.length > 2);
    const places = sought.map((word) => [entry.lowText.indexOf(word), word.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0]);
    if (!places.length) return entry.text.length > 2 * AROUND ? [entry.text.slice(0, entry.text.lastIndexOf(" ", 2 * AROUND)) + " …"] : [entry.text];
    const [at, length] = places[0], text = entry.text;
    const start = at > AROUND ? text.indexOf(" ", at - AROUND) + 1 : 0;
    const end = text.length > at + length + AROUND ? Math.max(text.lastIndexOf(" ", at + length + AROUND), at + length) : text.length;
    const hit = document.createElement("mark");
    hit.textContent = text.slice(at, at + length);
    return [(start ? "… " : "") + text.slice(start, at), hit, text.slice(at + length, end) + (end < text.length ? " …" : "")];
  }

  function line(entry, at, words) {
    const item = note(entry.title);
    item.removeAttribute("aria-disabled");
    item.id = "result-" + at;
    const symbol = document.createElement("span");
    symbol.innerHTML = entry.math;  // MathML that the generator made; texts are escaped there
    item.append(symbol);
    if (entry.text) item.append(part("snippet", ...snippet(entry, words)));
    item.append(part("kind", entry.kind + (entry.also ? " · " + entry.also : "") + (entry.rank === 1 ? " · by the editor" : "")));
    item.addEventListener("mousedown", (event) => { event.preventDefault(); go(entry); });
    return item;
  }

  function mark() {
    for (const item of all("li", results)) item.setAttribute("aria-selected", String(item.id === "result-" + chosen));
    const item = byId("result-" + chosen);
    if (item) {
      item.scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", item.id);
    } else field.removeAttribute("aria-activedescendant");
  }

  function close() {
    results.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function go(entry) {
    const before = location.href;
    close();
    location.href = entry.address;
    if (location.href === before) dispatchEvent(new HashChangeEvent("hashchange"));  // there already: unfold and show it
  }

  field.addEventListener("input", search);
  field.addEventListener("focus", () => { if (field.value) search(); });
  field.addEventListener("blur", close);
  field.form.addEventListener("submit", (event) => { event.preventDefault(); if (shown[chosen]) go(shown[chosen]); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp" || !shown.length) return;
    event.preventDefault();
    chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + shown.length) % shown.length;
    mark();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); field.focus(); }
  });
})();
