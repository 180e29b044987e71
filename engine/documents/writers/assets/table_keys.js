"use strict";
// A table or a list of facts with many links is one stop of the Tab key: within it the arrows lead from link to link, up and down from
// row to row.
(function () {
  const FEW = 4, GROUPS = "table, dl.facts";
  const tables = new Map(), linksOf = (table) => Array.from(table.querySelectorAll("a[href]")).filter((link) => link.closest(GROUPS) === table);
  for (const table of document.querySelectorAll(":is(main table, main dl.facts):not(.catalogue)")) {
    const links = linksOf(table);
    if (links.length < FEW) continue;
    links.forEach((link, at) => { if (at) link.tabIndex = -1; });
    tables.set(table, links[0]);
  }
  const hint = document.createElement("p");
  hint.className = "keys-hint";
  hint.hidden = true;
  hint.textContent = "Arrow keys lead from link to link, Tab goes on.";
  document.querySelector("main").append(hint);

  // -- the link that has been reached is the one at which Tab stops again
  document.addEventListener("focusin", (event) => {
    const table = event.target.closest && event.target.closest(GROUPS), link = table && event.target.closest("a[href]");
    hint.hidden = !tables.has(table) || !link || !link.matches(":focus-visible");
    if (!tables.has(table) || !link || tables.get(table) === link) return;
    tables.get(table).tabIndex = -1;
    link.tabIndex = 0;
    tables.set(table, link);
  });
  document.addEventListener("focusout", () => { hint.hidden = true; });

  const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -1, ArrowDown: 1 };
  document.addEventListener("keydown", (event) => {
    const table = event.target.closest && event.target.closest(GROUPS), step = STEPS[event.key];
    if (!table || !tables.has(table) || event.altKey || event.ctrlKey || event.metaKey || !(step || event.key === "Home" || event.key === "End")) return;
    const links = linksOf(table).filter((link) => link.checkVisibility()), at = links.indexOf(event.target.closest("a[href]"));
    if (at < 0) return;
    const next = event.key === "Home" ? links[0] : event.key === "End" ? links[links.length - 1]
      : event.key.endsWith("Up") || event.key.endsWith("Down") ? beyond(links, at, step) : links[at + step];
    event.preventDefault();
    if (next) next.focus();
  });

  const cellOf = (link) => (link.closest("td, th") || { cellIndex: 0 }).cellIndex;

  // the link of the next row that has one, in the same column where there is one
  function beyond(links, at, step) {
    const here = links[at], rowOf = (link) => link.closest("tr, .facts > div"), column = cellOf(here);
    let next = at;
    while (links[next] && rowOf(links[next]) === rowOf(here)) next += step;
    const own = links.filter((link) => links[next] && rowOf(link) === rowOf(links[next]));
    return own.find((link) => cellOf(link) === column) || own[0];
  }
})();
