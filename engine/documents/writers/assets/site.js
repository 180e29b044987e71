"use strict";
// Everything that moves in the site: menu and copying. Without it every page can still be read.
(function () {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  document.body.classList.add("script");

  // -- formulas, and symbols and units in cells, that are a little too wide become smaller
  function fitFormulas() {
    const parts = all(".formula .math, :is(td, th) > .scrolls:has(math)"), shown = parts.map((part) => part.matches(".math") ? part.firstElementChild : part);
    for (const one of shown) one.style.fontSize = "";
    const sizes = parts.map((part) => part.clientWidth && part.scrollWidth > part.clientWidth + 1 ? Math.max(0.68, part.clientWidth / part.scrollWidth * 0.99) + "em" : "");
    shown.forEach((one, at) => { one.style.fontSize = sizes[at]; });
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
})();
