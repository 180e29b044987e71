"""The report of a run: totals, charts, every number with its origin, rulings with their tonnes, and how to make it again."""

import json
import math
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import mrvgraph
from engine.commands.documents import report_bytes
from engine.documents.model import Figure, Heading, Paragraph, Picture, Table, inlines_in, plain, walk_blocks
from engine.documents.report.accounting import balance_steps, by_year, emission_sources, of_role, years_of
from engine.documents.report.report_document import Report, report_document
from engine.documents.report.report_page import report_data
from engine.documents.report.uncertainty import uncertainty_blocks
from engine.output.terminal import number
from engine.run.said_values import value_text
from engine.typesetting.pictures.charts import Series, against, bars, stacked
from engine.typesetting.pictures.rows import WaterfallStep, waterfall

MARK = re.compile("\x01([^\x01\x02]*):([0-9]+)\x02")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=[1, 2])
def report(request, reports):
    return reports[request.param]


@pytest.fixture(scope="module")
def blocks(report):
    return list(walk_blocks(report_document(report).pages[0].blocks))


def test_every_number_of_the_run_has_an_equation_or_a_source(report):
    for quantity, numbers in report.figures.numbers.items():
        for one in numbers:
            assert bool(one.equation) != (one.origin is not None), (quantity, one.labels)


def test_every_number_in_an_equation_is_a_number_of_the_run(report):
    known = report.figures.by_cell
    for numbers in report.figures.numbers.values():
        for one in numbers:
            for quantity, cell in [*((m[0], int(m[1])) for m in MARK.findall(one.worked)), *one.reads]:
                assert (quantity, cell) in known, one.name


def test_clicking_on_leads_from_the_credits_to_given_numbers_only(report):
    """Whatever way one takes from the result, it ends at numbers with a source."""
    result = report.run.methodology.result
    open_, seen, ends = [(result, n.cell) for n in report.figures.numbers[result]], set(), []
    while open_:
        key = open_.pop()
        if key not in seen:
            seen.add(key)
            one = report.figures.by_cell[key]
            reads = [(m[0], int(m[1])) for m in MARK.findall(one.worked)] + list(one.reads)
            open_ += reads
            if not reads and one.origin is not None:
                ends.append(one)
    assert {"DF", "A_0", "M_urea", "GWP_N2O"} <= {one.quantity for one in ends}
    assert all(one.origin.source for one in ends if one.origin.kind != "default")


def test_numbers_in_an_equation_give_its_value(report):
    """What is shown for a product or a difference of plain numbers is the value shown for it, to the digits shown."""
    checked = 0
    for numbers in report.figures.numbers.values():
        for one in numbers:
            text = MARK.sub(lambda m: repr(report.figures.by_cell[m[1], int(m[2])].value), one.worked)
            text = re.sub(r"\N{EM DASH} \(\d+ terms? (?:is|are) zero\)", "", text).replace("×", "*").replace("−", "-").strip()
            if one.equation and re.fullmatch(r"[0-9eE.+*/() -]+", text) and "..." not in text:
                assert eval(text) == pytest.approx(one.value, rel=1e-9, abs=1e-12), one.name  # only figures and signs
                checked += 1
    assert checked > 150


def test_results_of_the_table_are_those_of_the_run(report, blocks):
    table = next(b for b in blocks if isinstance(b, Table) and plain(b.head[0]) == "Quantity")
    rows = {plain(row.cells[0]).split(" ")[0]: row for row in table.rows}

    by_year = [q for q in report.run.methodology.report if report.run.methodology.quantity[q].indices == ("year",)]
    assert list(rows) == by_year and len(by_year) >= 8
    for id_, row in rows.items():
        values = report.run.values.arrays[id_]
        assert [plain(cell) for cell in row.cells[2:-1]] == [f"{v:,.1f}" for v in values]
        assert plain(row.cells[-1]) == f"{math.fsum(values):,.1f}"


def test_rulings_stand_with_their_tonnes(report, blocks):
    table = next(b for b in blocks if isinstance(b, Table) and plain(b.head[0]) == "Ruling")
    shown, ruling = {}, ""
    for row in table.rows:
        ruling = plain(row.cells[0]) or ruling
        shown[ruling, plain(row.cells[1]).split(" ")[0]] = plain(row.cells[4])
    lines = [line for line in report.audit.rulings.lines if line.applies and not line.taken and line.difference]

    assert lines
    for line in lines:
        assert shown[line.ruling, line.reading].lstrip("+−") == number(abs(line.difference))


def test_findings_are_all_there(report, blocks):
    text = "\n".join(plain(cell) for b in blocks if isinstance(b, Table) for row in b.rows for cell in row.cells)
    for _, found in report.audit.audits:
        for finding in found:
            assert finding.what in text


def test_hashes_and_command_are_there(report, blocks):
    text = "\n".join(plain(cell) for b in blocks if isinstance(b, Table) for row in b.rows for cell in row.cells)
    commands = [plain(b.text) for b in blocks if hasattr(b, "text") and plain(b.text).startswith("mrvgraph report")]

    assert report.run.project.sha256 in text and report.run.methodology.hash in text
    assert all(sha in text for _, sha in (*report.run.methodology.files, *report.run.inputs.files))
    assert commands == [f"mrvgraph report KH_AM004@1.1 {report.run.project.path.name} -o report.html"]


def test_report_is_the_same_each_time_and_needs_no_other_file(report):
    first, again = (report_bytes(report.audit, "html", "0.1.0") for _ in range(2))
    text = first.decode().replace("http://www.w3.org/2000/svg", "")

    assert first == again
    assert not re.search(r'src="|https?://|<link rel="stylesheet"', text)


def test_data_of_the_page_can_be_read_and_holds_exact_values(report):
    kinds = {quantity.id: quantity.type for quantity in report.run.methodology.quantities}
    data = json.loads(json.dumps(report_data(report.figures, report.subject), allow_nan=False))
    for id_, quantity in data["quantities"].items():
        for cell, (_, _, exact, *_rest) in quantity["cells"].items():
            value = float(report.run.values.arrays[id_].ravel()[int(cell)])
            assert exact == "NA" or (exact == value_text(kinds[id_], value) if kinds[id_] != "number" else float(exact) == value)


def test_markdown_of_the_report_has_its_parts(report):
    text = report_bytes(report.audit, "md", "0.1.0").decode()

    assert [line[3:] for line in text.splitlines() if line.startswith("## ")][:2] == [
        "Results by year",
        "Every equation, with its numbers",
    ]


def test_headings_go_down_one_step_at_a_time(blocks):
    level = 0
    for block in blocks:
        if isinstance(block, Heading):
            assert block.level <= level + 1
            level = block.level


# -- charts


def test_sources_add_up_to_the_project_emissions(report):
    run = report.run
    emissions = by_year(run, of_role(run, "project"))
    for at, total in enumerate(emissions):
        assert math.fsum(s.values[at] for s in emission_sources(run)) == pytest.approx(total, rel=1e-12)


def test_the_way_to_the_credits_adds_up(report):
    level = 0.0
    for name, value, total in balance_steps(report.run):
        if total and level:
            assert value == pytest.approx(level, rel=1e-9), name
        level = value if total else level + value
    assert level == pytest.approx(report.run.total, rel=1e-12)


def test_charts_are_drawn_by_role_and_stand_beside_their_numbers(report, blocks):
    titles = [ET.fromstring(b.svg).find(f"{SVG}title").text for b in blocks if isinstance(b, Picture)]

    assert titles[:3] == [
        "Project reference level against Project net emissions, by year",
        "From Project reference level to Reductions to be credited, all years",
        "Reductions to be credited, by year",
    ]
    assert titles[3] == "Project net emissions by source"
    assert len(titles) == len(set(titles))
    assert years_of(report.run) == ("2018", "2019", "2020")


def rectangles(svg):
    return [
        {k: float(r.get(k)) for k in ("x", "y", "width", "height")}
        for r in ET.fromstring(svg).findall(f"{SVG}rect")
        if r.find(f"{SVG}title") is not None
    ]


def test_bars_are_as_high_as_their_values_and_hang_below_zero():
    series = [Series("one", (100.0, -50.0), "#000"), Series("two", (25.0, 0.0), "#111")]
    found = rectangles(bars("t", "t", ("2018", "2019"), series))

    assert found[0]["height"] == pytest.approx(4 * found[1]["height"], abs=0.3)
    assert found[2]["height"] == pytest.approx(2 * found[1]["height"], abs=0.3)
    assert found[2]["y"] == pytest.approx(found[0]["y"] + found[0]["height"], abs=0.2)
    assert found[3]["height"] == 0


def test_parts_of_a_bar_stand_on_each_other():
    found = rectangles(
        stacked("t", "t", ("2018",), [Series("a", (30.0,), "#000"), Series("b", (10.0,), "#111"), Series("c", (-5.0,), "#222")])
    )

    assert found[1]["y"] + found[1]["height"] == pytest.approx(found[0]["y"], abs=0.2)
    assert found[2]["y"] == pytest.approx(found[0]["y"] + found[0]["height"], abs=0.2)


@pytest.mark.parametrize("value", [0.0, 1e-9, 3.0, 999.9, 1e5, 2.5e6, 7e12, -4e4])
def test_charts_take_any_size_of_number(value):
    for svg in (
        bars("t", "u", ("y",), [Series("s", (value,), "#000")]),
        stacked("t", "u", ("y",), [Series("s", (value,), "#000")]),
        waterfall("t", "p", "u", [WaterfallStep("a", value, True), WaterfallStep("b", -value / 2), WaterfallStep("c", value / 2, True)]),
        against("t", "u", ("x", "y"), (Series("s", (value, 0.0), "#000"), Series("r", (value / 2, value), "#111")), "between"),
    ):
        assert ET.fromstring(svg) is not None
        assert "nan" not in svg and "inf" not in svg


def test_figures_lead_to_cells(blocks, report):
    figures = [part for b in blocks for part in inlines_in(b) if isinstance(part, Figure)]

    assert len(figures) > 300
    assert all((f.quantity, f.cell) in report.figures.by_cell for f in figures)


def test_the_report_says_what_state_the_methodology_is_in(tmp_path):
    project = Path("tests/specs_for_tests/tiny/project.yaml").resolve()
    spec = tmp_path / "spec.yaml"
    text = Path("tests/specs_for_tests/tiny/methodology.yaml").read_text(encoding="utf-8")
    assert "\n  status: illustrative\n" in text
    spec.write_text(text.replace("  status: illustrative\n", "  status: draft\n  status_note: Nobody has read the text.\n"), encoding="utf-8")

    shown = report_bytes(mrvgraph.audit(str(spec), project), "md", "0.1.0").decode()
    assert shown.index("The methodology is draft") < shown.index("Nobody has read the text.") < shown.index("Results by year")


def test_with_draws_the_report_shows_how_sure_the_result_is(reports):
    drawn = Report(reports[1].audit, "0", 200)
    found = list(uncertainty_blocks(drawn.run, drawn.draws))
    titles = [ET.fromstring(b.svg).find(f"{SVG}title").text for b in found if isinstance(b, Picture)]

    assert titles == ["ER_credit_p: 200 draws", "What ER_credit_p hangs on", "Half-width of the 90 % interval of ER_credit_p, by number of draws"]
    assert list(uncertainty_blocks(drawn.run, 0)) == []
    assert "--draws 200" in "".join(plain(b.text) for b in drawn.reproduce() if isinstance(b, Paragraph))
