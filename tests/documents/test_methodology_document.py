"""The document of a methodology: everything is there once, every link leads somewhere, and the spec is the only source."""

import re
from fractions import Fraction
from pathlib import Path

import pytest

from engine.documents.model import (
    Box,
    Facts,
    Formula,
    Link,
    Listing,
    Math,
    Note,
    Page,
    Ref,
    Table,
    anchor_of,
    inlines_in,
    plain,
    walk_blocks,
)
from engine.documents.pages.methodology_document import methodology_document
from engine.documents.pages.unit_balance import unit_balance
from engine.documents.subject import Subject
from engine.documents.writers.typst_source import typst_source
from engine.typesetting.pictures.graph_view import view_of
from equations.library.spec_files import load_methodology
from equations.notation.latex import equation_latex


def links_in(blocks):
    for block in walk_blocks(blocks):
        for part in inlines_in(block):
            if isinstance(part, Link):
                yield part


def box_of(document, ref):
    anchor = anchor_of(ref)
    for page in document.pages:
        for block in walk_blocks(page.blocks):
            if isinstance(block, Box) and block.anchor == anchor:
                return block
    raise AssertionError(ref)


def by_number(methodology, number):
    return [e for e in methodology.equations if e.number == str(number)]


def facts_of(box):
    return {plain(name): plain(said) for block in walk_blocks(box.blocks) if isinstance(block, Facts) for name, said in block.rows}


def test_every_link_leads_somewhere(document):
    for page in document.pages:
        for link in links_in(page.blocks):
            assert link.to in document.places, (page.id, link)


def test_sections_stand_in_the_order_of_the_publication(document, methodology):
    pages = [page.title.split(" ")[0] for page in document.pages if page.group == "Sections"]

    assert pages == [section.id for section in methodology.sections]


def test_every_entry_of_the_spec_has_a_place(document, methodology):
    entries = [
        ("equation", methodology.equations),
        ("quantity", methodology.quantities),
        ("ruling", methodology.rulings),
        ("rule", methodology.rules),
        ("register", methodology.register),
        ("choice", methodology.choices),
        ("dataset", methodology.datasets),
        ("set", methodology.index_sets),
    ]
    for kind, many in entries:
        for entry in many:
            assert Ref(kind, entry.id) in document.places


def test_printed_numbers_stand_on_the_page_of_their_section(document, methodology):
    numbers = [e.number for e in methodology.equations if e.number]
    assert set(numbers) == {str(n) for n in range(1, 50)}
    for number in numbers:
        spot = document.places[Ref("number", number)]
        assert spot.page == anchor_of(Ref("section", by_number(methodology, number)[0].section))


def test_each_equation_shows_what_a_verifier_asks_for(document, methodology, others):
    for equation in methodology.equations:
        box = box_of(document, Ref("equation", equation.id))
        facts = facts_of(box)
        where = next(b for b in box.blocks if isinstance(b, Table))
        symbols = [plain(row.cells[0][:1]) for row in where.rows]

        assert isinstance(box.blocks[1], Formula)
        assert box.blocks[1].latex == equation_latex(equation, methodology, printed=True)
        assert facts["Holds"] and facts["Used by"]
        assert any(block.text.startswith(f"{equation.id}: ") for block in walk_blocks(box.blocks) if isinstance(block, Listing))
        assert all(f"In version {other.version}" in facts for other in others)
        assert equation.quantity in symbols
        assert any("balance" in plain(getattr(b, "summary", ())) for b in walk_blocks(box.blocks))


def test_uses_and_users_of_an_equation_can_hold_with_it(document, methodology):
    """Against the graph's own account of which equations stand under each combination of all choices."""
    subject = Subject(methodology)
    standing = view_of(subject.graph, [q.id for q in methodology.quantities]).standing
    for equation in methodology.equations:
        users = subject.users.get(equation.quantity, ())
        assert subject.users_of(equation) == tuple(e for e in users if set(standing[e.id]) & set(standing.get(equation.id, standing[e.id])))

    first, second = by_number(methodology, 5)[0], by_number(methodology, 9)[0]  # one gives the areas of option 1, one those of option 2
    assert facts_of(box_of(document, Ref("equation", first.id)))["Used by"] == "Eq. 3, Eq. 5"
    assert facts_of(box_of(document, Ref("equation", second.id)))["Used by"] == "Eq. 8"
    assert "A (Eq. 4, Eq. 5)" in facts_of(box_of(document, Ref("equation", by_number(methodology, 3)[0].id)))["Uses"]


@pytest.mark.parametrize(("read", "givers"), [("y-1", ["4", "5"]), ("y", ["5"]), ("y-2", ["4", "5"]), ("y+1", ["5"])])
def test_an_equation_of_the_start_year_gives_nothing_to_later_years_of_the_same_year(tmp_path, read, givers):
    """`A` is given by Eq. 4 in the start year and by Eq. 5 later; Eq. 3 holds in later years and reads it of another year, or of its own."""
    text = Path("tests/specs_for_tests/tiny/methodology.yaml").read_text(encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(text.replace("'Sum(i, A[i, y-1] * P[i]", f"'Sum(i, A[i, {read}] * P[i]"), encoding="utf-8")
    subject = Subject(load_methodology(tmp_path / "spec.yaml"))
    reader = next(e for e in subject.methodology.equations if e.number == "3")

    assert [e.number for e in subject.givers_of("A", reader)] == givers
    assert [e.number for e in subject.methodology.equations if e.quantity == "A" and reader in subject.users_of(e)] == givers


def test_where_list_names_constants_and_letters(document, methodology):
    box = box_of(document, Ref("equation", by_number(methodology, 1)[0].id))
    where = next(b for b in box.blocks if isinstance(b, Table))

    assert [plain(row.cells[0]) for row in where.rows] == ["RL", "dCS_ref", "44/12", "y"]
    assert plain(where.rows[2].cells[2]) == "tCO2/tC"


def test_where_list_says_which_matrix_holds_an_element(document, methodology):
    box = box_of(document, Ref("equation", by_number(methodology, 7)[0].id))
    where = next(b for b in box.blocks if isinstance(b, Table))

    assert [plain(row.cells[0]) for row in where.rows] == ["cs in MCS", "ca in MCA", "EF_ij in MEF", "y"]


def test_sources_and_rules_are_links(document, methodology):
    box = box_of(document, Ref("equation", by_number(methodology, 1)[0].id))
    links = [part for block in walk_blocks(box.blocks) for part in inlines_in(block) if isinstance(part, Link)]
    assert Ref("section", "G.2") in [link.to for link in links if plain(link.text).startswith("Section")]

    statements = next(b for b in document.page("statements").blocks if isinstance(b, Table))
    used_by = {row.anchor: [part.to for part in row.cells[6] if isinstance(part, Link)] for row in statements.rows}
    assert used_by["quantity-criterion_1"] == [Ref("rule", "criterion-1")]
    assert all(refs for refs in used_by.values())


@pytest.mark.parametrize("number", [7, 8, 13, 36, 37, 40])
def test_matrix_equations_are_laid_out_element_by_element(document, methodology, number):
    for equation in by_number(methodology, number):
        formulas = [b.latex for b in walk_blocks(box_of(document, Ref("equation", equation.id)).blocks) if isinstance(b, Formula)]
        assert any(latex.count(r"\begin{bmatrix}") >= 2 for latex in formulas)


@pytest.mark.parametrize("number", [6, 12, 27])
def test_cases_are_typeset_as_cases(document, methodology, number):
    [equation] = [e for e in by_number(methodology, number) if e.number]
    formulas = [b.latex for b in box_of(document, Ref("equation", equation.id)).blocks if isinstance(b, Formula)]

    assert r"\begin{cases}" in formulas[0]


def test_numbers_of_the_other_version_stand_beside_ours(document, methodology, others):
    [old] = [m for m in others if m.version == "1.0"]
    for equation in methodology.equations:
        if equation.id in old.equation and old.equation[equation.id].number:
            said = facts_of(box_of(document, Ref("equation", equation.id)))["In version 1.0"]
            assert said.startswith(f"Eq. {old.equation[equation.id].number}")
            assert "reconstructed" in said


def test_rulings_and_faults_stand_at_the_equations_they_concern(document, methodology):
    for ruling in methodology.rulings:
        for number in ruling.text_place.equations:
            for equation in by_number(methodology, number):
                box = box_of(document, Ref("equation", equation.id))
                notes = [b for b in walk_blocks(box.blocks) if isinstance(b, Note) and b.tone == "ruling"]
                assert any(Ref("ruling", ruling.id) == link.to for note in notes for link in links_in([note]))
    for entry in methodology.register:
        for number in entry.text_place.equations:
            for equation in by_number(methodology, number):
                assert Ref("register", entry.id) in [
                    link.to for link in links_in(box_of(document, Ref("equation", equation.id)).blocks)
                ]


def test_monitoring_plan_lists_what_is_monitored(document, methodology):
    page = document.page("monitoring-plan")
    table = next(b for b in page.blocks if isinstance(b, Table))
    monitored = [q for q in methodology.quantities if q.kind == "monitored"]

    assert [plain(head) for head in table.head] == [
        "Symbol",
        "Meaning",
        "Unit",
        "Range and value",
        "Supplied by",
        "Source",
        "Used by",
    ]
    assert [plain(row.cells[0]) for row in table.rows] == [q.id for q in monitored]
    for quantity, row in zip(monitored, table.rows, strict=True):
        assert quantity.meaning in plain(row.cells[1])
        assert quantity.supplied_by == plain(row.cells[4])


def test_every_number_of_the_datasets_is_shown_as_printed(document, methodology):
    shown = [
        plain(cell)
        for b in walk_blocks(document.page("datasets").blocks)
        if isinstance(b, Table)
        for row in b.rows
        for cell in row.cells
    ]
    text = " ".join(shown) + " ".join(plain(b.text) for b in walk_blocks(document.page("datasets").blocks) if hasattr(b, "text"))
    for dataset in methodology.datasets:
        for block in dataset.values:
            for _, written in block.cells:
                assert written in text


def test_versions_are_compared_by_meaning(document):
    blocks = list(walk_blocks(document.page("versions").blocks))
    text = " ".join(plain(b.text) for b in blocks if hasattr(b, "text") and not isinstance(b.text, str))

    assert "Eq.\N{NO-BREAK SPACE}2 was divided into" in text
    assert "d[y] == d_0[y]" in text


def test_search_index_knows_symbols_and_numbers(document):
    found = {(entry.kind, entry.ref.id): entry for entry in document.entries}
    equation = next(e for key, e in found.items() if key[0] == "equation" and e.title.startswith("Equation 21:"))

    assert "E_indirect" in equation.words
    assert found["default", "GWP_N2O"].latex == r"GWP_{\mathrm{N_2O}}"


def test_the_same_spec_gives_the_same_document(methodology, others, document):
    assert methodology_document(methodology, others).pages == document.pages


def test_another_methodology_is_documented_without_any_code():
    tiny = load_methodology("tests/specs_for_tests/tiny")
    made = methodology_document(tiny)

    assert {page.id for page in made.pages} >= {"index", "graph", "versions", "glossary"}
    printed = typst_source(made, "x")
    lines = re.findall(r'index-line\(.*?, "([^"]*)"\)(?=, index-line|\)$)', printed, re.M)
    assert {anchor_of(Ref("quantity", q.id)) for q in tiny.quantities} <= set(lines)
    assert all(f'#anchor("{anchor}")' in printed for anchor in lines)
    assert all(link.to in made.places for page in made.pages for link in links_in(page.blocks))
    assert isinstance(made.page("index"), Page)


@pytest.mark.parametrize(("word", "said"), [
    ("ordered: yes, meaning: age", "as listed, from the first to the last"), ("history: 5", "5 years before the first year of the project"),
])  # fmt: skip
def test_the_glossary_says_which_sets_have_an_order(word, said, tmp_path):
    root = Path(__file__).parents[2]
    page = (root / "docs" / "reference" / "spec_language.md").read_text(encoding="utf-8")
    (example,) = [text for text in re.findall(r"(?ms)^```yaml\n(based_on:.*?)^```", page) if word in text]
    (tmp_path / "spec.yaml").write_text(example.replace("based_on: tests", f"based_on: {root}/tests"), encoding="utf-8")

    glossary = repr(methodology_document(load_methodology(tmp_path / "spec.yaml")).page("glossary"))

    assert said in glossary
    assert "('Order',), ('by date',)" in glossary  # monitoring periods


# -- unit balance


def test_balance_is_written_out_factor_by_factor(methodology):
    [equation] = by_number(methodology, 1)
    balance = unit_balance(equation, methodology)

    [term] = balance.terms
    assert [str(f.unit) for f in term.factors] == ["tC", "tCO2/tC"]
    assert balance.status == "ok"
    assert term.unit == balance.left


def test_factors_of_each_term_multiply_to_the_left_side(methodology):
    """The powers of all factors add up to those of the term, and a balanced term is the left side."""
    for equation in methodology.equations:
        balance = unit_balance(equation, methodology)
        for term in balance.terms:
            total: dict[str, Fraction] = {}
            for factor in term.factors:
                for name, power in factor.powers.items():
                    total[name] = total.get(name, Fraction(0)) + power
            if term.unit is not None:
                assert {n: p for n, p in total.items() if p} == dict(term.unit.powers), equation.id
                if balance.status == "ok":
                    assert term.unit == balance.left, equation.id


def test_a_declared_equivalence_is_named(methodology):
    balance = unit_balance(by_number(methodology, 10)[0], methodology)

    assert (balance.status, balance.equivalences) == ("equivalence", ("co2-is-co2e",))
    assert isinstance(balance.terms[0].factors[0].latex, str) and Math(balance.terms[0].latex)


def test_a_draft_prints_nothing_names_its_programme_once_and_has_room_for_numbers_of_its_tools():
    document = methodology_document(load_methodology("CDM_AMS-III.C@16.0"))
    assert document.subtitle == "CDM_AMS-III.C, version 16.0"
    facts = [row for page in document.pages for block in walk_blocks(page.blocks) if isinstance(block, Facts) for row in block.rows]
    assert next(plain(said) for name, said in facts if plain(name) == "Equations") == "5 numbered, 24 added by the editor"
    widths = {max(len(plain(row.cells[0])) for row in block.rows): block.weights[0] / sum(block.weights)
              for page in document.pages for block in walk_blocks(page.blocks) if isinstance(block, Table) and block.look == "contents"}  # fmt: skip
    assert widths[len("Eq. ec.grid.16a")] > 1.5 * widths[len("editor")]
