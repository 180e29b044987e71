"""What an editor is told: meanings, places, completions, faults; in files that are whole, unsaved, broken."""

from collections import Counter

import pytest

from engine.interface.editor.open_text import OpenText
from engine.interface.editor.places_of_names import PlacesOfNames
from engine.interface.editor.workspace import Workspace
from equations.formula.syntax import Element, MatrixRef, walk
from equations.library.places import INSTALLED

TINY = "tiny/methodology.yaml"
PROJECT = "tiny/project.yaml"
REVISED = "revised/methodology.yaml"
USER = "tool_user/methodology.yaml"


# -- where names stand


def test_every_name_of_every_formula_is_found_where_it_stands(looked_at):
    """The words of the editor's reader are those that the spec's own reader resolves, formula by formula, in the files as they are folded."""
    space, seen = looked_at.session.space, 0
    for name in (TINY, USER):
        path = looked_at.root / name
        methodology, found = space.good[path], {}
        for mention in space.mentions(path, space.site(path)):
            if mention.kind in ("quantity", "matrix") and mention.spot.kind == "equation" and mention.spot.field == "formula":
                found.setdefault(next(text.text for key, text in mention.spot.block if key.text == "id"), Counter())[mention.id] += 1
        for equation in methodology.equations:
            if equation.id in found:
                nodes = (n for n in walk(equation.formula) if isinstance(n, Element | MatrixRef))
                assert found[equation.id] == Counter(n.name if isinstance(n, MatrixRef) else n.quantity for n in nodes), equation.id
                seen += 1
    assert seen > 12


@pytest.fixture(scope="module")
def large():
    """A space in which a spec of many files is read once."""
    return Workspace()


def test_what_a_mention_names_stands_at_its_place(large):
    """Over a whole spec of many files, with tables, folded formulas and sentences in quotes."""
    space = large
    main = INSTALLED / "KH_AM004/1.1/methodology.yaml"
    kinds = Counter()
    for path in space.chain(main)[0].files:
        for mention in space.mentions(path, space.site(path)):
            assert space.file(path).text.says(mention.stretch) == mention.id, (path.name, mention)
            kinds[mention.kind] += 1
    assert min(kinds[kind] for kind in ("quantity", "matrix", "letter", "member", "choice_value", "equation", "ruling", "reading", "unit")) > 5


def test_positions_within_a_folded_formula(looked_at):
    assert looked_at.definition(REVISED, "pos(st|ock[i]") == [(f"{TINY}:35", "EF")]  # it has another name since, and stands there
    assert looked_at.definition(REVISED, "  sha|re *") == [(f"{REVISED}:7", "share")]


@pytest.mark.parametrize(
    ("name", "snippet", "place"),
    [
        (TINY, "formula: 'dC|S[y] * 44/12'", (f"{TINY}:47", "dCS")),
        (TINY, "MA_0 @ M|P", (f"{TINY}:37", "MP")),
        (TINY, "Sum(|f, FC", (f"{TINY}:14", "fuel")),
        (TINY, "indices: [fuel, ye|ar]", (f"{TINY}:15", "year")),
        (TINY, "cells: {die|sel: 3.2", (f"{TINY}:14", "diesel")),
        (TINY, "acts_as: {unit: \"1\", equivalence: annual-|step}", (f"{TINY}:22", "annual-step")),
        (TINY, "default: no|ne", (f"{TINY}:91", "none")),
        (PROJECT, "choices: {method: ra|te}", (f"{TINY}:27", "rate")),
        (PROJECT, "datasets: [sto|cks]", (f"{TINY}:77", "stocks")),
        (PROJECT, "methodology: TI|NY@1", (f"{TINY}:1", "")),
        (REVISED, "based_on: ../ti|ny", (f"{TINY}:1", "")),
        (REVISED, "id: dcs.mat|rix", (f"{TINY}:62", "dcs.matrix")),
        (REVISED, "quantities: {E|F: stock}", (f"{TINY}:35", "EF")),
        (REVISED, "of `R|L` that", (f"{TINY}:48", "RL")),
        (USER, "w * grid_EF_|CM[y]", ("tools/CMTOOL/1.0/methodology.yaml", "EF_CM")),
        (USER, "bind: {pla|nt: engine", ("tools/CMTOOL/1.0/methodology.yaml", "plant")),
        (USER, "{prefix: grid, spec: ../to|ols", ("tools/CMTOOL/1.0/methodology.yaml", "")),
    ],
)  # fmt: skip
def test_definitions(looked_at, name, snippet, place):
    found = looked_at.definition(name, snippet)
    assert [(at if ":" in place[0] else at.partition(":")[0], word) for at, word in found] == [place]


def test_references_go_over_files_revisions_and_tools(looked_at):
    session = looked_at.session
    found = looked_at.places(session.references(*looked_at.at(TINY, "{id: E|F,"), declaration=True))
    assert Counter(place.partition(":")[0] for place, _ in found) == {TINY: 6, REVISED: 4}
    assert {word for place, word in found if place.startswith(REVISED)} == {"EF", "stock"}
    tool = looked_at.definition(USER, "w * grid_EF_|CM[y]")[0][0]
    name, _, line = tool.partition(":")
    column = (looked_at.root / name).read_text(encoding="utf-8").split("\n")[int(line) - 1].index("EF_CM")
    words = {word for _, word in looked_at.places(session.references(looked_at.root / name, int(line) - 1, column, declaration=False))}
    assert {"EF_CM", "grid_EF_CM", "captive_EF_CM"} <= words


def test_definitions_over_included_files(large):
    """From an equation to the file of quantities."""
    space, path = large, INSTALLED / "KH_AM004/1.1/equations.yaml"
    mention = next(m for m in space.mentions(path, space.site(path)) if m.kind == "quantity" and m.id == "EF_urea")
    (found,) = PlacesOfNames(space).definitions(path, mention.stretch.line, mention.stretch.start)
    assert (found.path.name, space.file(found.path).text.says(found.stretch)) == ("quantities.yaml", "EF_urea")


# -- what is shown


def test_hover_tells_meaning_unit_and_numbers(looked_at):
    text = looked_at.hover(TINY, "'Sum(i, A_|0[i] * P[i] * d[y] / d_0[y] * EF[i])'")
    assert "`A_0` [land_use] in **ha**, fixed ex ante" in text
    assert "area at the start" in text
    assert "In project.yaml:\n\n- E: 1,000.00 ha\n- D: 500 ha\n- in all: 1,500.00 ha" in text


@pytest.mark.parametrize(
    ("name", "snippet", "told"),
    [
        (TINY, "{id: r|l,", "**Eq. 1** `rl`\n\n`RL[y] = dCS[y] * 44/12`"),
        (TINY, "unit: tC|/ha, kind: fixed", "`tC`: a mass of C"),
        (TINY, "{id: z|ero,", "`zero` (reading of `floor`): not below zero"),
        (TINY, "formula: operating_|days(y)", "`operating_days`: days of a year"),
        (TINY, "pl|ausible: {max: 1000}", "what is usual; outside is a finding"),
        (PROJECT, "op|eration:", "first and last day of operation"),
        (PROJECT, "  F|C: {unit: t", "`FC` [fuel, year] in **t**, monitored"),
        (REVISED, "pos(st|ock[i]", "`stock` [land_use] in **tC/ha**"),
        (USER, "w * grid_EF_|CM[y]", "`grid_EF_CM` [year] in **tCO2e/MWh**"),
    ],
)  # fmt: skip
def test_hover(looked_at, name, snippet, told):
    assert told in looked_at.hover(name, snippet)


# -- what is proposed

EQUATION = "  - {id: rl, number: 1, defines: 'RL[y]', formula: 'dCS[y] * 44/12'}"
QUANTITY = "  - {id: RL, symbol: 'RL_{<y>}', meaning: reference level, indices: [year], unit: tCO2, kind: computed}"


@pytest.mark.parametrize(
    ("name", "line", "snippet", "first", "inserted"),
    [
        (TINY, EQUATION, "  - {id: rl, defines: 'RL[y]', formula: |", "A_0", "A_0[i]"),
        (TINY, EQUATION, "  - {id: rl, defines: 'RL[y]', formula: '2 * d|", "A_0", "A_0[i]"),
        (TINY, EQUATION, "  - {id: rl, defines: 'RL[y]', formula: 'FC[|", "f", "f"),
        (TINY, EQUATION, "  - {id: rl, defines: 'RL[y]', formula: 'FC[f, |", "y", "y"),
        (TINY, EQUATION, "  - {id: rl, when: method == |, defines: 'RL[y]'}", "rate", "rate"),
        (TINY, EQUATION, "  - {id: rl, for: {i: |", "land_use", "land_use"),
        (TINY, EQUATION, "  - {id: rl, num|", "number", "number: "),
        (TINY, EQUATION, "  - |", "id", "id: "),
        (TINY, QUANTITY, "  - {id: RL, indices: [|], kind: computed}", "land_use", "land_use"),
        (TINY, QUANTITY, "  - {id: RL, kind: |}", "monitored", "monitored"),
        (TINY, "rulings:", "ru|", "include", "include: "),
        (PROJECT, "choices: {method: rate}", "choices: {method: |", "rate", "rate"),
        (PROJECT, "choices: {method: rate}", "choices: {|}", "method", "method: "),
        (PROJECT, "datasets: [stocks]", "datasets: [|", "fuels", "fuels"),
        (PROJECT, "methodology: TINY@1", "methodology: T|", "TINY@1", "TINY@1"),
    ],
)  # fmt: skip
def test_completions(looked_at, name, line, snippet, first, inserted):
    found = looked_at.labels(name, snippet, line)
    assert found, "nothing is proposed"
    labels = {one.label: one for one in found}
    assert first in labels
    assert labels[first].insert == inserted


def test_completions_of_units_members_and_values(looked_at):
    def proposed(*words):
        return {one.label for one in looked_at.labels(*words)}

    assert {"ha", "tCO2e", "MWh"} <= proposed(TINY, "  - {id: RL, unit: |", QUANTITY)
    assert {'"diesel"', "f", "start"} <= proposed(TINY, "  - {id: rl, defines: 'RL[y]', formula: 'FC[|", EQUATION)
    line = "  A_0: {unit: ha, values: {E: 1000, D: 500}, source: map}"
    assert proposed(PROJECT, "  A_0: {unit: ha, values: {|", line) == {"E", "D", "NF"}
    inputs = proposed(PROJECT, "  |", line)
    assert "EF" in inputs and "RL" not in inputs, "computed quantities are not asked for"


# -- faults


def told(found):
    return [(path.name, fault.stretch.line + 1, fault.code) for path, faults in found.items() for fault in faults if fault.severity != "note"]


def test_faults_at_their_places_and_texts_that_are_not_saved(desk):
    path = desk.root / TINY
    text = path.read_text(encoding="utf-8")
    assert told(desk.session.opened(path, text)) == []
    desk.session.changed(path, text.replace("'dCS[y] * 44/12'", "'dCS[y] * 2'"))
    found = desk.session.saved(path)  # what the editor holds counts, whatever the disk says
    assert ("methodology.yaml", 53, "U302") in told(found)
    fault = next(f for f in found[path] if f.code == "U302")
    assert desk.session.space.file(path).text.says(fault.stretch).strip("'").startswith("dCS")
    desk.session.changed(path, text)
    assert told(desk.session.saved(path)) == []


def test_a_broken_spec_keeps_what_was_known_of_it(desk):
    path = desk.root / TINY
    text = path.read_text(encoding="utf-8")
    desk.session.opened(path, text)
    desk.session.changed(path, text.replace("formula: 'dCS[y] * 44/12'}", "formula: 'dCS[y] * ") + "\n  - {id: half")
    assert told(desk.session.saved(path))[0][2] == "S101"
    assert "in **tC**" in desk.session.hover(*desk.at(TINY, "id: dC|S, symbol")).text
    assert "1,000.00 ha" in desk.session.hover(*desk.at(TINY, "'Sum(i, A_|0[i]")).text
    assert desk.session.definitions(*desk.at(TINY, "'Sum(i, A_|0[i]"))


def test_faults_of_a_project_file(desk):
    path = desk.root / PROJECT
    text = path.read_text(encoding="utf-8")
    assert told(desk.session.opened(path, text)) == []
    desk.session.changed(path, text.replace("{unit: 1/year, values: {E: 0.02", "{unit: ha, values: {E: 0.02"))
    assert told(desk.session.saved(path)) == [("project.yaml", 10, "I503")]
    desk.session.changed(path, text.replace("  FC:", "  FCC:"))
    assert {code for _, _, code in told(desk.session.saved(path))} == {"I501", "I502"}
    desk.session.changed(path, text + "\n: : :")
    assert {code for _, _, code in told(desk.session.saved(path))} == {"I509"}


def test_numbers_follow_the_project_that_is_named_in_the_settings(desk):
    other = desk.root / "tiny/other.yaml"
    other.write_text((desk.root / PROJECT).read_text(encoding="utf-8").replace("E: 1000", "E: 1234"), encoding="utf-8")
    path = desk.root / TINY
    desk.session.opened(path, path.read_text(encoding="utf-8"))
    cursor = desk.at(TINY, "'Sum(i, A_|0[i]")
    desk.session.set_project(other)
    assert "In other.yaml:\n\n- E: 1,234.00 ha" in desk.session.hover(*cursor).text
    desk.session.set_project(desk.root / PROJECT)
    assert "- E: 1,000.00 ha" in desk.session.hover(*cursor).text


def test_nothing_that_is_typed_ends_an_answer(desk):
    """A file cut off anywhere, with a quote or a bracket left open, still has answers, or none; never a traceback."""
    path = desk.root / TINY
    text = path.read_text(encoding="utf-8")
    desk.session.opened(path, text)
    for at in range(97, len(text), len(text) // 3):
        for end in ("", '"', "{", "\x00"):
            cut = text[:at] + end
            desk.session.changed(path, cut)
            line = cut.count("\n")
            column = len(cut) - cut.rfind("\n") - 1
            desk.session.hover(path, line, max(0, column - 1))
            desk.session.completions(path, line, column) if end in ("", "{") else None


@pytest.mark.parametrize("text", ["", "\n", "- a\n- b", "x", "a: &b c", "a: 1\na: 2", "\ud800", "a:\r\n  b: 1\r\n"])
def test_any_text_has_a_tree(text):
    assert OpenText(text, "file.yaml").tree is not None
