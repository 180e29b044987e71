"use strict";
// A catalogue: its entries are sorted and filtered, and what is asked for stands in the address, so that it can be sent to others.
(function () {
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const FIRST = 40;  // so many entries are shown until all are asked for
  for (const form of all('[data-widget="catalogue"]')) catalogue(form, form.nextElementSibling.querySelector("table"));

  function catalogue(form, table) {
    const heads = all("thead th", table), keys = heads.map((head) => head.dataset.key), count = form.querySelector("output");
    const entries = all("tbody", table).map((body, at) => ({
      body, at, text: body.textContent.toLowerCase(),
      cells: Array.from(body.rows[0].cells, (cell) => ({ order: Number(cell.dataset.order), values: (cell.dataset.values || "").split("|") })),
    }));
    const names = heads.map((head) => head.textContent);
    const sort = sorting();
    const more = document.createElement("button");
    more.type = "button";
    more.className = "all-entries";
    table.parentElement.after(more);
    let everything = false;

    function sorting() {
      const select = document.createElement("select"), label = document.createElement("label"), part = document.createElement("div");
      select.name = "sort";
      select.id = label.htmlFor = "filter-sort";
      label.textContent = "Sort by";
      select.append(new Option("what hangs on it", ""));
      keys.forEach((key, at) => select.append(new Option(names[at], key), new Option(names[at] + ", last first", "-" + key)));
      part.append(label, select);
      form.querySelector("button").before(part);
      heads.forEach((head, at) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...head.childNodes);
        head.append(button);
        button.addEventListener("click", () => { select.value = select.value === keys[at] ? "-" + keys[at] : keys[at]; changed(); });
      });
      return select;
    }

    function show() {
      const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
      const asked = keys.map((key) => form.elements[key] ? form.elements[key].value : "");
      const fits = (entry) => words.every((word) => entry.text.includes(word)) && asked.every((value, at) => !value || entry.cells[at].values.includes(value));
      const column = keys.indexOf(sort.value.replace("-", "")), sign = sort.value.startsWith("-") ? -1 : 1;
      const order = entries.slice().sort((a, b) => (column < 0 ? 0 : sign * (a.cells[column].order - b.cells[column].order)) || a.at - b.at);
      let left = 0;
      for (const entry of order) {
        entry.body.hidden = !fits(entry);
        left += entry.body.hidden ? 0 : 1;
        entry.body.classList.toggle("later", !everything && left > FIRST);
      }
      table.append(...order.map((entry) => entry.body));
      heads.forEach((head, at) => at === column ? head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending") : head.removeAttribute("aria-sort"));
      const hidden = everything ? 0 : Math.max(0, left - FIRST);
      count.textContent = left + " of " + entries.length + " entries" + (hidden ? ", the first " + FIRST + " are shown" : "");
      more.hidden = !hidden;
      more.textContent = "Show the other " + hidden;
    }

    // -- the address
    const controls = () => Array.from(form.elements).filter((control) => control.name);

    function changed() {
      show();
      const said = new URLSearchParams();
      for (const control of controls()) if (control.value) said.set(control.name, control.value);
      if (everything) said.set("all", "1");
      history.replaceState(null, "", String(said) ? "#" + said : location.href.split("#")[0]);
    }

    function read() {
      const hash = location.hash.slice(1), said = new URLSearchParams(hash.includes("=") ? hash : "");
      for (const control of controls()) {
        const value = said.get(control.name) || "";
        control.value = value;
        if (control.value !== value) control.value = "";  // a value that is not offered
      }
      everything = said.has("all");
      show();
      const found = hash && !hash.includes("=") && entries.find((entry) => entry.body.id === decodeURIComponent(hash));
      if (!found) return;
      found.body.classList.remove("later");
      found.body.querySelector("details").open = true;
      found.body.scrollIntoView();
    }

    form.addEventListener("input", changed);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => { everything = false; changed(); }));
    more.addEventListener("click", () => {
      const next = entries.find((entry) => entry.body.classList.contains("later"));
      everything = true;
      changed();
      if (next) next.body.querySelector("summary").focus();
    });
    addEventListener("hashchange", read);
    read();
  }
})();
