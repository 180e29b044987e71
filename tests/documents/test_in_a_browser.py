"""Site and report in headless Chromium: they load without errors, search, filter and click through, and can be used by everyone."""

import importlib.util
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.plan.register import ranked

PHONE, DESKTOP = (390, 844), (1400, 900)
#: Every kind of page.
KINDS = [
    "index",
    "graph",
    "section-G.2",
    "section-H.3",
    "section-D",
    "monitoring-plan",
    "computed-quantities",
    "datasets",
    "choices-and-rules",
    "rulings",
    "register",
    "versions",
    "glossary",
    "report",
    "report2",
    "comparison",
]


@pytest.fixture
def opened(browser, site):
    """Open a page of the site; anything that a page complains about fails the test."""

    @contextmanager
    def open_page(name, size=DESKTOP, anchor=""):
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        complaints = []
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request", lambda request: complaints.append(request.url) if not request.url.startswith(("file:", "data:")) else None
        )
        page.goto(f"{(site / f'{name}.html').as_uri()}{anchor}")
        yield page
        assert complaints == []
        page.close()

    return open_page


def has_one_head(page):
    return page.title() and page.locator("h1").count() == 1


def test_every_page_loads_without_errors_or_network(opened, site):
    for path in sorted(site.glob("*.html")):
        if path.stem not in KINDS:  # those are opened below
            with opened(path.stem) as page:
                assert has_one_head(page), path.name


#: Pairs of texts of one picture that lie over each other by more than a hair.
OVERLAPPING_TEXTS = """(svg) => {
  const boxes = [...svg.querySelectorAll('text')].filter((t) => t.textContent.trim() && !t.closest('.off'))
    .map((t) => [t.textContent, t.getBoundingClientRect()]).filter(([, b]) => b.width > 0);
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, p] = boxes[i], [b, q] = boxes[j];
    const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (wide > 1 && high > Math.min(p.height, q.height) * 0.35) found.push(a + ' / ' + b);
  }
  return found;
}"""
#: Lines of text that lie over each other although neither holds the other.
OVERLAPPING_BLOCKS = """() => {
  const names = ['h1', 'h2', 'h3', 'h4', 'p', 'li', 'dt', 'dd', 'td', 'th', 'summary', '.number'];
  const hidden = (e) => e.closest('thead') && getComputedStyle(e.closest('thead')).position === 'absolute';
  const parts = [...document.querySelectorAll(names.map((name) => 'main ' + name).join(', '))]
    .filter((e) => e.checkVisibility() && !e.closest('svg') && !hidden(e) && e.textContent.trim())
    .filter((e) => !e.querySelector('p, li, dd, td, summary'));
  const boxes = parts.map((e) => [e, e.getBoundingClientRect()]).filter(([, b]) => b.width && b.height)
    .sort((a, b) => a[1].top - b[1].top);
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length && boxes[j][1].top < boxes[i][1].bottom - 2; j++) {
    const [a, p] = boxes[i], [b, q] = boxes[j];
    if (a.contains(b) || b.contains(a)) continue;
    if (Math.min(p.right, q.right) - Math.max(p.left, q.left) > 2 && Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top) > 3)
      found.push(a.textContent.slice(0, 40) + ' / ' + b.textContent.slice(0, 40));
  }
  return found.slice(0, 5);
}"""


#: On a desktop: cells of tables beside whose contents a scroll bar would stand, and equations that are taller than a screen.
SCROLLING_CELLS = """() => {
  if (innerWidth < 1000) return [];
  const cells = [...document.querySelectorAll(':is(td, th) > .scrolls')].filter((e) => e.checkVisibility());
  const scrolls = (e) => e.scrollWidth > e.clientWidth + 1 || getComputedStyle(e).overflowY !== 'hidden';
  const tall = [...document.querySelectorAll('.box.equation, .box.editor')].filter((e) => e.offsetHeight > 900);
  return [...cells.filter(scrolls).map((e) => e.textContent), ...tall.map((e) => e.id)];
}"""


#: Of rows, boxes and folds of one kind under one roof six stay, spread over all of them: what looks at every element of a page for
#: minutes learns nothing new from the seventh.
SIX_OF_EACH = """() => {
  for (const roof of document.querySelectorAll('main, main *')) {
    if (!roof.isConnected || roof.closest('svg, math')) continue;
    const kinds = Map.groupBy(roof.children, (e) => e.tagName + '.' + e.className);
    for (const [, alike] of kinds) {
      if (alike.length <= 6) continue;
      const step = alike.length / 6, kept = new Set(Array.from({length: 6}, (_, k) => alike[Math.floor(k * step)]));
      alike.forEach((e) => kept.has(e) || e.remove());
    }
  }
}"""


@pytest.fixture(scope="session")
def axe():
    found = importlib.util.find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        pytest.skip('axe-playwright-python is not installed: pip install "mrvgraph[test]"')
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", KINDS)
def test_nothing_sticks_out_and_no_text_lies_over_another(opened, name):
    with opened(name) as page:
        assert has_one_head(page)
        for wide, high in (DESKTOP, PHONE):
            page.set_viewport_size({"width": wide, "height": high})
            assert page.evaluate("document.documentElement.scrollWidth") <= wide
            assert page.evaluate(OVERLAPPING_BLOCKS) == []
            assert page.evaluate(SCROLLING_CELLS) == []
            for at, picture in enumerate(page.locator("svg").all()):
                assert picture.evaluate(OVERLAPPING_TEXTS) == [], f"picture {at}"


@pytest.mark.parametrize("name", ["versions", "comparison"])
def test_dark_screens_can_be_read(opened, axe, name):
    with opened(name) as page:
        page.emulate_media(color_scheme="dark")
        page.evaluate(axe)
        found = page.evaluate("axe.run({preload: false, runOnly: ['color-contrast']})")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 24, 31)"
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found["violations"]] == []


@pytest.mark.parametrize("name", KINDS)
def test_axe_finds_no_serious_fault(opened, axe, name):
    with opened(name) as page:
        page.evaluate(SIX_OF_EACH)
        page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        page.evaluate(axe)  # as the debugger does, so that the report's own policy lets it in
        result = page.evaluate("axe.run({preload: false})")

        serious = [v for v in result["violations"] if v["impact"] in ("serious", "critical")]
        assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in serious] == []
        assert len(result["passes"]) > 10


#: What is asked for, the beginning of what is found first, and where it leads.
FOUND = [
    ("21", "Equation 21:", "section-H.2.html#equation-"),
    ("Eq. 21", "Equation 21:", "section-H.2.html#equation-"),
    ("equation 11a", "Equation 11a:", "section-H.1.html#equation-"),
    ("(6)", "Equation 6:", "section-G.2.html#equation-"),
    ("GWP_N2O", "Global warming potential", "default-values.html#quantity-GWP_N2O"),
    ("gwp", "Global warming potential", "default-values.html#quantity-GWP_N2O"),
    ("discount", "Share of the reductions held back", "default-values.html#quantity-DF"),
    ("discont", "Share of the reductions held back", "default-values.html#quantity-DF"),
    ("leakage", "Equation 27:", "section-H.3.html#equation-"),
    ("dCS_ref", "Projected loss of carbon stock", "computed-quantities.html#quantity-dCS_ref"),
    ("EF_ij", "Carbon lost", "#quantity-EF_ij"),
    ("Table 2", "Table 2,", "datasets.html#printed-"),
    ("mangrvoe", "Mangrove (M)", "glossary.html#set-land_use"),
    ("option 2", "option = 2", "#choice-option"),
    ("emision reductons", "Equation 41:", "section-I.html#equation-"),
    ("displacement belt boundary", "Displacement belt", "section-E.html"),
    ("area-year-index", "area-year-index", "rulings.html#ruling-area-year-index"),
    ("monitoring plan", "Monitoring plan", "monitoring-plan.html"),
]


def test_search_finds_what_people_ask_for(opened):
    """Names, words of the same meaning, slips of typing, tables, members, choices, words of the text."""
    with opened("index") as page:
        for asked, title, address in FOUND:
            page.get_by_role("combobox").fill(asked)
            first = page.get_by_role("option", selected=True).inner_text()
            assert first.startswith(title), asked
            assert address in page.evaluate("(said) => SEARCH_INDEX.entries.find((e) => said.startsWith(e[1]) && said.includes(e[0]))[2]", first)
        page.get_by_role("combobox").fill("discont")
        assert page.get_by_role("option").first.inner_text() == "Shown for: discount"
        page.get_by_role("combobox").fill("discount")
        ranks = [1 if "by the editor" in kind else 2 if kind == "fault" else 0 for kind in page.locator("#search-results .kind").all_inner_texts()]
        assert ranks == sorted(ranks) and set(ranks) == {0, 1, 2}


@pytest.mark.parametrize(("asked", "title", "address"), [FOUND[1], FOUND[6], FOUND[9], FOUND[-2]])
def test_search_leads_to_the_entry(opened, asked, title, address):
    with opened("index") as page:
        page.get_by_role("combobox").fill(asked)
        page.get_by_role("combobox").press("Enter")
        page.wait_for_url(f"**{address.removesuffix('-')}*")
        assert page.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1))) !== null")


def test_search_says_when_there_is_nothing_and_can_be_used_by_keyboard(opened):
    with opened("index") as page:
        field = page.get_by_role("combobox")
        field.fill("xyzzy")
        assert page.get_by_role("option").all_inner_texts() == ["Nothing found"]
        field.fill("fuel")
        field.press("ArrowDown")
        assert page.get_by_role("option", selected=True).count() == 1
        assert field.get_attribute("aria-activedescendant") == "result-1"
        field.press("Escape")
        assert page.locator("#search-results").is_hidden()


def test_a_folded_place_unfolds_when_a_link_leads_there(opened):
    with opened("section-G.2") as page:
        page.evaluate("""() => {
            const box = document.getElementById("equation-ref.level");
            const fold = document.createElement("details");
            box.before(fold);
            fold.append(box);
        }""")
        box = page.locator("[id='equation-ref.level']")
        assert not box.is_visible()
        page.evaluate("location.hash = '#equation-ref.level'")
        box.wait_for(state="visible")


def test_latex_can_be_copied(opened):
    with opened("section-G.2") as page:
        box = page.locator("[id='equation-ref.level']")
        box.locator(".latex summary").first.click()
        shown = box.locator(".latex code").first.inner_text()
        box.locator(".copy").first.click()
        page.wait_for_function("document.querySelector(\"[id='equation-ref.level'] .copy\").textContent === 'Copied'")

        assert shown == r"RL_{y} = \Delta CS_{\mathrm{ref}\,y} \times 44/12"


def test_a_table_is_one_stop_of_tab_and_walked_through_by_arrows(opened):
    here = "[document.activeElement.textContent, document.activeElement.closest('tr')?.rowIndex ?? 0]"
    with opened("computed-quantities") as page:
        assert page.locator("main table a").count() > 100
        page.locator("main table a").first.focus()
        reached = []
        for key in ("ArrowDown", "ArrowDown", "ArrowRight", "Tab", "Shift+Tab"):
            page.keyboard.press(key)
            reached.append(page.evaluate(here))
        assert reached[:3] == [["period", 2], ["year", 3], ["Eq. 42", 3]]
        assert reached[3][1] == 0 and reached[4] == ["Eq. 42", 3]


@pytest.mark.parametrize(("name", "all_fit"), [("index", True), ("section-H.2", False)])
def test_formulas_fit_a_phone_or_can_be_scrolled(opened, name, all_fit):
    """A formula is broken before operators, then becomes smaller, down to two thirds; what is still too wide can be reached by the keyboard."""
    with opened(name, PHONE) as page:
        page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        wide = page.evaluate(
            "[...document.querySelectorAll('.formula .math')].filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth + 1)"
            ".map((e) => e.tabIndex)"
        )
        sizes = page.evaluate(
            "[...document.querySelectorAll('.formula math')].map((e) => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert wide == [] if all_fit else set(wide) <= {0} and len(wide) < 5
        assert min(sizes) > 12
        tallest = "Math.max(...[...document.querySelectorAll('.formula .breaks')].map((e) => e.offsetHeight / parseFloat(getComputedStyle(e).lineHeight)))"
        assert page.evaluate(tallest) > 1.9  # some are on two lines


def test_graph_is_an_indented_list_on_a_phone(opened, methodology):
    with opened("graph", PHONE) as page:
        assert page.locator(".picture.graph").is_hidden()
        rows = page.locator(".graph-list > ul > li")
        assert methodology.quantity[methodology.result].title in rows.first.inner_text()
        for name in ("Reductions to be credited", "Share of the reductions held back"):
            row = rows.first.locator("li", has_text=name).last
            assert row.is_visible() and row.bounding_box()["x"] > rows.first.bounding_box()["x"]
            if row.locator("summary").count():
                row.locator("summary").click()
        assert row.locator("a").get_attribute("href").endswith("#quantity-DF")


def test_register_is_filtered_sorted_and_linked_to(opened, methodology):
    moving = [x for x in methodology.register if x.severity == "credit-moving"]
    names = "[...document.querySelectorAll('tbody.entry')].filter((e) => e.checkVisibility()).map((e) => e.id.replace('register-', ''))"
    with opened("register") as page:
        count = page.locator("form output")
        assert count.inner_text() == f"{len(methodology.register)} of {len(methodology.register)} entries, the first 40 are shown"
        assert page.evaluate(names)[:2] == [entry.id for entry, _ in ranked(methodology)][:2]
        page.get_by_label("Severity").select_option("credit-moving")
        page.get_by_role("button", name="Show the other").click()
        assert sorted(page.evaluate(names)) == sorted(x.id for x in moving)
        page.get_by_label("Section", exact=True).select_option("G.2")
        page.get_by_role("button", name="Entry").click()
        ids = sorted(x.id for x in moving if x.text_place.section == "G.2")
        assert page.evaluate(names) == ids
        page.get_by_role("button", name="Entry").click()
        assert page.locator("[aria-sort]").get_attribute("aria-sort") == "descending"
        page.reload()  # the address says all of it
        assert page.evaluate(names) == ids[::-1]
        page.get_by_role("button", name="Clear").click()
        page.wait_for_function("!location.hash.includes('=')")
        page.get_by_label("Words").fill(ids[0])
        assert ids[0] in page.evaluate(names) and len(page.evaluate(names)) < 10
        last = methodology.register[-1].id  # a link shows an entry that was filtered away, with all that is said of it
        page.evaluate(f"location.hash = '#register-{last}'")
        page.locator(f"#register-{last} .facts").wait_for()


def shown(page):
    return set(page.evaluate("[...document.querySelectorAll('.boxes .box')].map((box) => box.dataset.id)"))


#: Boxes of the graph that lie over each other, and lines that run behind one; a frame of an open section is none.
IN_THE_WAY = """() => {
  const boxes = [...document.querySelectorAll('.graph .closed, .graph .boxes .box')].map((box) => {
    const [rect, own] = [box.querySelector('rect').getBBox(), (box.closest('a') || box).getAttribute('transform').match(/-?[\\d.]+/g).map(Number)];
    return { name: box.getAttribute('data-section') || box.dataset.id, x: rect.x + own[0], y: rect.y + own[1], wide: rect.width, high: rect.height };
  });
  const found = [];
  boxes.forEach((a, at) => boxes.slice(at + 1).forEach((b) => {
    if (Math.abs(a.x + a.wide / 2 - b.x - b.wide / 2) < (a.wide + b.wide) / 2 && Math.abs(a.y + a.high / 2 - b.y - b.high / 2) < (a.high + b.high) / 2) found.push(a.name + ' over ' + b.name);
  }));
  for (const line of document.querySelectorAll('.graph .lines path')) {
    const long = line.getTotalLength();
    for (let at = 1; at < 24; at++) {
      const { x, y } = line.getPointAtLength(long * at / 24);
      for (const b of boxes) if (x > b.x + 1 && x < b.x + b.wide - 1 && y > b.y + 1 && y < b.y + b.high - 1) found.push(line.dataset.from + ' to ' + line.dataset.to + ' behind ' + b.name);
    }
  }
  return found.slice(0, 5);
}"""


def test_graph_opens_with_the_result_in_sight_and_is_walked_through_by_keyboard(opened):
    here = "document.activeElement.getAttribute('aria-label')"
    with opened("graph", (1280, 900)) as page:
        frame = page.locator(".picture.graph > .scrolls")
        assert 5 < page.locator(".graph .closed").count() < 15 and shown(page) == set()
        assert frame.evaluate("(e) => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight && e.getBoundingClientRect().bottom < innerHeight")
        page.locator(".graph [data-section='H']").focus()
        page.keyboard.press("ArrowRight")
        assert page.evaluate(here).endswith("5 quantities, among them the result, closed")
        page.keyboard.press("Enter")
        assert "ER_credit_p" in shown(page) and page.evaluate(here).endswith(", open")
        before = page.locator(".picture.graph svg").bounding_box()["width"]
        page.get_by_role("button", name="Zoom in").click()
        assert page.locator(".picture.graph svg").bounding_box()["width"] > before * 1.2


def test_graph_is_laid_out_again_for_what_is_opened_and_chosen(opened):
    with opened("graph") as page:
        page.locator(".graph [data-section='G.2']").click()
        assert "RL" in shown(page) and page.locator(".graph .closed").count() > 5
        assert page.evaluate(IN_THE_WAY) == []
        page.get_by_role("button", name="Open all").click()
        everything, size = shown(page), page.locator(".picture.graph svg").get_attribute("viewBox")
        assert page.evaluate(IN_THE_WAY) == []
        page.get_by_label("option", exact=True).select_option("2")
        second = shown(page)
        assert "cs" in second and "dCS_pj_i" not in second and page.locator(".picture.graph svg").get_attribute("viewBox") != size
        page.get_by_label("option", exact=True).select_option("1")
        assert "dCS_pj_i" in shown(page) and "cs" not in shown(page) and second | shown(page) == everything
        page.get_by_role("button", name="Show everything again").click()
        page.get_by_label("Show what is needed for").select_option("E_urea")
        assert shown(page) == {"E_urea", "M_urea", "EF_urea"}
        page.get_by_label("Find in the graph").fill("urea")
        assert page.locator(".boxes .box.hit").count() == 3
        page.locator(".boxes .box[data-id='E_urea']").click()
        page.wait_for_load_state()
        assert "section-H.2.html#" in page.url
        assert "Eq. 26" in page.evaluate("document.getElementById(decodeURIComponent(location.hash.slice(1))).textContent")


def test_menu_opens_on_a_phone(opened):
    with opened("index", PHONE) as page:
        assert page.get_by_role("navigation", name="Pages").is_hidden()
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("navigation", name="Pages").get_by_role("link", name="Monitoring plan").click()
        page.wait_for_load_state()
        assert page.url.endswith("monitoring-plan.html")


def test_a_click_on_a_number_leads_down_to_its_source(opened):
    with opened("report") as page:
        panel = page.locator("#origin")
        page.locator("main a.n[data-n='ER_credit:1']").first.click()
        assert "ER_credit[2019]" in panel.locator("h2").inner_text()
        for name in ("ER", "RL", "dCS_ref", "A"):
            panel.locator(f".worked a.n[data-n^='{name}:']").first.click()
            assert panel.locator("h2").inner_text().startswith(f"{name}[")
        panel.locator(".worked a.n[data-n^='A_0:']").first.click()
        text = panel.inner_text()

        assert "A_0[E]" in text and "52400 ha" in text and "project file option1.yaml" in text and "option1.yaml:" in text
        assert panel.locator(".path li").count() == 6
        panel.locator(".path a").first.click()
        assert "ER_credit[2019]" in panel.locator("h2").inner_text()
        page.keyboard.press("Escape")
        assert panel.is_hidden()
        assert page.evaluate("document.activeElement.dataset.n") == "ER_credit:1"


def test_a_number_can_be_linked_to(opened):
    with opened("report", anchor="#n=dCS_ref:0") as page:
        assert "dCS_ref[2018]" in page.locator("#origin h2").inner_text()


def test_report_can_be_printed_whole(opened):
    """In print the bar and the panel are gone, what is folded is shown, and nothing is wider than a sheet of A4."""
    with opened("report2", (688, 1000)) as page:
        page.emulate_media(media="print")
        assert page.locator(".top").is_hidden()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("[...document.querySelectorAll('main details:not(.latex) td')].every((e) => e.checkVisibility())")


def test_pages_can_be_read_without_scripts(browser, site):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto((site / "section-G.2.html").as_uri())
    assert page.locator("nav").first.is_visible()
    assert page.locator("math").count() > 50
    page.goto((site / "versions.html").as_uri())
    page.locator("main details > summary").first.click()  # what is folded opens without a script
    assert page.locator("main details[open] td").first.is_visible()
    page.goto((site / "register.html").as_uri())
    assert page.locator("tbody.entry").all() and all(part.is_visible() for part in page.locator("tbody.entry > tr:first-child").all())
    page.goto((site / "report.html").as_uri())
    assert "354,736.2" in page.inner_text("main")
