"""A report computed anew in the browser: to the bit what a run gives, marked, undone, and saved as a project file."""

import itertools
import json
import math
import random

import numpy as np
import pytest

import mrvgraph
from engine.audit.report import audit_project
from engine.audit.reread import rereader
from engine.batch.forms import literal_form
from engine.batch.lowering import lower
from engine.batch.program import Builder, Program
from engine.batch.script_program import ScriptProgram, runs, script_operations
from engine.commands.documents import report_bytes
from engine.documents.report.live_report import live_record
from engine.output.terminal import number
from engine.report.yearly_table import fixed
from engine.run.functions import ELEMENTWISE, REDUCTIONS
from equations.errors import MethodologyError
from equations.spec.block import read_number
from equations.units.registry import parse_unit
from tests.documents.conftest import EXAMPLES, ROOT

#: Every quantity that the page computes, cell by cell, and why it shows no result.
SHOWN = "() => [LIVE.failure(), Object.fromEntries(Object.entries(LIVE.values).map(([name, numbers]) => [name, numbers()]))]"
SPECS = ROOT / "tests/specs_for_tests"


@pytest.fixture(scope="module")
def runs_of(audits):
    """What is run, by a name: methodology and project file."""
    found = {f"option{option}": (audit.run.methodology, EXAMPLES / f"option{option}.yaml") for option, audit in audits.items()}
    return found | {name: (mrvgraph.load(SPECS / name), SPECS / name / "project.yaml") for name in ("tiny", "tool_user")}


@pytest.fixture(scope="module")
def pages(browser, site, runs_of, tmp_path_factory):
    """Open pages with the reports of all of them; a page that complains fails the test."""
    folder, complaints, found = tmp_path_factory.mktemp("live"), [], {}
    files = {"option1": site / "report.html", "option2": site / "report2.html"}
    for name in ("tiny", "tool_user"):
        run = mrvgraph.run(*runs_of[name])
        files[name] = folder / f"{name}.html"
        files[name].write_bytes(report_bytes(audit_project(run, rereader(run, parse_unit)), "html", "0.1.0"))
    for name, file in files.items():
        page = found[name] = browser.new_page(viewport={"width": 1280, "height": 900})
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if not request.url.startswith(("file:", "data:", "blob:")) else None)
        page.goto(file.as_uri())
    yield found
    assert complaints == []
    for page in found.values():
        page.close()


def changed(rng, one):
    """Return a number as somebody may write it instead: nearby, zero, of another sign, in another unit."""
    if one.get("type") == "yes_no":
        return rng.choice(["yes", "no"])
    value = float(one["text"]) * rng.choice([1 + rng.uniform(-0.5, 0.5), 1 + rng.uniform(-0.01, 0.01), 0, -1]) or rng.choice([0, rng.random()])
    return f"{value:.{rng.randint(1, 12)}f} {rng.choice(list(one['units'])) or '1'}"


@pytest.mark.parametrize(("name", "turns"), [("option1", 3), ("option2", 2), ("tiny", 6), ("tool_user", 4)])
def test_random_changes_give_what_a_run_gives(pages, runs_of, name, turns):
    page, rng = pages[name], random.Random(name)
    numbers = page.evaluate("LIVE.record.numbers")
    free = [at for at, one in enumerate(numbers) if "lock" not in one]
    compared = 0
    for _ in range(turns):
        picks = {at: changed(rng, numbers[at]) for at in rng.sample(free, rng.choice([1, 3, min(8, len(free))]))}
        refused = page.evaluate("(pairs) => LIVE.setAll(pairs)", list(map(list, picks.items())))
        kept = {at: text for (at, text), error in zip(picks.items(), refused, strict=True) if not error}
        for (at, text), error in zip(picks.items(), refused, strict=True):
            if error:
                with pytest.raises(MethodologyError, match="I50"):
                    mrvgraph.run(*runs_of[name], set_numbers=[f"{own}={text}" for own in numbers[at]["names"]])
        failure, values = page.evaluate(SHOWN)
        page.evaluate("LIVE.back()")
        wanted = [f"{own}={text}" for at, text in kept.items() for own in numbers[at]["names"]]
        if failure:
            with pytest.raises(MethodologyError, match="V6"):
                mrvgraph.run(*runs_of[name], set_numbers=wanted)
            continue
        run = mrvgraph.run(*runs_of[name], set_numbers=wanted)
        for id_, array in run.values.arrays.items():
            if id_ in values:
                known = np.isfinite(array).ravel()
                assert np.array(values[id_], float)[known].tolist() == array.ravel()[known].tolist(), (id_, wanted)
                compared += int(known.sum())
    assert compared > 20


def test_what_an_operation_does_in_the_browser_is_what_numpy_does(pages):
    rng = random.Random(1)
    samples = [0.0, 1.0, -1.0, 0.5, 2.5, -2.5, 3.0, 1e-13, 1 + 1e-13, 77505.99999999999, 0.1 + 0.2, 0.3, *(rng.uniform(-9, 9) for _ in range(8))]
    for name, operation in ELEMENTWISE.items():
        if not operation.script:
            continue
        operands = [[rng.choice(samples) for _ in range(operation.operands)] for _ in range(60)]
        found = page_numbers(pages["tiny"].evaluate(
            "([name, all]) => all.map((own) => String(Number(OPERATIONS[name](...own)) + 0))", [name, operands]))  # fmt: skip
        with np.errstate(all="ignore"):
            expected = np.asarray(operation.number(*np.array(operands).T), float) + 0.0
        same = (found == expected) | (np.isnan(found) & np.isnan(expected))
        with np.errstate(all="ignore"):
            near = np.abs(found - expected) <= (2 * np.spacing(np.abs(expected)) if operation.inexact else 0)
        assert (same | near).all(), name


def test_each_reduction_in_the_browser_is_what_numpy_does(pages):
    builder, found = Builder(), {}
    for op, reduction in REDUCTIONS.items():
        several = list(itertools.product([0.0, 1.0] if reduction.join in ("and", "or") else [-2.5, 3.0], repeat=4))
        found[op] = builder.add(op, len(several), (builder.constants(np.array(several).ravel()),), starts=np.arange(0, 4 * len(several) + 1, 4))
    none = np.zeros(0, np.int64)
    program = ScriptProgram(Program(tuple(builder.groups), found, none, none), {})
    cells = pages["tiny"].evaluate("(table) => { const one = new LiveProgram(table), cells = one.run({}); return Object.fromEntries("
                                   "Object.entries(one.outputs).map(([name, own]) => [name, Array.from(own, (at) => cells[at])])); }", program.as_record())  # fmt: skip
    assert cells == {op: program.numbers[at].tolist() for op, at in found.items()} and len(cells) > 5


def test_a_rounding_to_a_step_that_only_fractions_decide_is_told_by_the_number_that_it_is_a_part_of(pages):
    builder = Builder()
    rounded = builder.add("round", 1, (builder.constants(np.array([28.499999999999996])),))
    named = builder.add("div", 1, (rounded, builder.constants(np.array([100.0]))))
    behind = builder.add("Sum", 1, (np.concatenate([named, named]),), starts=np.array([0, 2]))
    none = np.zeros(0, np.int64)
    program = ScriptProgram(Program(tuple(builder.groups), {"R": named, "S": behind}, none, none), {})

    told = pages["tiny"].evaluate("(table) => { const one = new LiveProgram(table), shown = [...one.outputs.R, ...one.outputs.S];"
                                  " return [one.upTo(one.near(one.run({})), (cell) => shown.includes(cell)), [...one.outputs.R]]; }", program.as_record())  # fmt: skip
    assert told[0] == told[1], "what follows from it further on is not named again"


def page_numbers(texts):
    return np.array([math.inf if text == "Infinity" else -math.inf if text == "-Infinity" else float(text) for text in texts])


def test_numbers_are_read_and_written_as_the_engine_does(pages):
    rng = random.Random(2)
    texts = [f"{rng.uniform(-1e6, 1e6)!r}" for _ in range(40)] + [f"{rng.random():.{n}f}e{rng.randint(-330, 300)}" for n in range(1, 17)]
    texts += ["0.1", "1e400", "1e-400", "5e-324", "1,5", "0x1", "nan", "", ".5", "-0", "9007199254740993", "1e309", "2.4703282292062328e-324"]
    factors = [(1, 1), (44, 12), (1, 1000), (158987294928, 10**9)]
    asked = [[text, str(above), str(below)] for text in texts for above, below in factors]
    found = pages["tiny"].evaluate("(all) => all.map((own) => { const x = readNumber(...own); return x === null ? null : String(x); })", asked)
    for (text, above, below), shown in zip(asked, found, strict=True):
        exact = read_number(text)
        expected = None if exact is None else float(exact * int(above) / int(below))
        if expected is not None and expected == 0 and exact != 0:
            expected = None
        assert (None if shown is None else float(shown)) == expected, (text, above, below)
    values = [0.0, -0.04, 1e-5, -3.2e-7, 999.9995, 1000.125, 100.0625, 0.125, 12345678.905, 1e17, *(rng.uniform(-2e3, 2e3) for _ in range(30))]
    shown = pages["tiny"].evaluate("(all) => all.map((x) => [numberText(x), fixedText(x, 1), exactText(x)])", values)
    assert shown == [[number(value), fixed(value, 1), repr(value)] for value in values]


def test_a_changed_number_is_marked_followed_undone_and_saved(pages, runs_of, tmp_path):
    page, (methodology, project) = pages["option1"], runs_of["option1"]
    shown = page.locator("main").inner_text()
    page.locator("#live > summary").click()
    page.locator(".live-fold[data-of=A_0] summary").click()
    field = page.locator(".live-fold[data-of=A_0] input").first
    for text, said in (("5 t", "its unit is ha"), ("-1", "its range is at least 0 ha"), ("1,5", "decimal point"), ("", "not taken as zero")):
        field.fill(text)
        assert said in page.locator(".live-fold[data-of=A_0] .live-said").first.inner_text() and field.get_attribute("aria-invalid") == "true"
        assert page.locator("#live-bar").is_hidden(), "what is wrong is not computed with"
    field.fill("50000")
    run = mrvgraph.run(methodology, project, set_numbers=["A_0[E]=50000 ha"])
    reported = mrvgraph.run(methodology, project)

    bar = page.locator("#live-bar").inner_text()
    assert "Not the submitted run: 1 number is changed" in bar
    assert f"{fixed(reported.total, 1)} → {fixed(run.total, 1)} tCO2e ({fixed(run.total - reported.total, 1)})" in bar
    for year in ("2018", "2019", "2020"):
        assert fixed(run.value("RL", year=year), 1) in page.locator("main").inner_text()
    assert fixed(math.fsum(run.values.arrays["RL"]), 1) == page.locator("main [data-live='total:RL']").first.inner_text()
    assert f"{math.floor(run.total):,}" in page.locator("main [data-live^='whole:']").first.inner_text()
    assert page.locator(".live-stale:visible").count() >= 4 and page.title().startswith("(changed by a reader)")
    assert page.evaluate("[...document.querySelectorAll('figure[data-live] svg')].every((one) => one.getAttribute('aria-label') !== null)")
    page.locator("main a.n[data-n='dCS_ref:0']").first.click()
    panel = page.locator("#origin")
    assert "in the run" in panel.inner_text() and "50,000.00 ×" in panel.locator(".worked").inner_text()
    page.keyboard.press("Escape")

    with page.expect_download() as download:
        page.get_by_role("button", name="Save as project file").click()
    saved = EXAMPLES / "option1.changed.yaml"
    assert download.value.suggested_filename == saved.name
    text = page.evaluate("LIVE.projectText()")
    assert text.startswith(project.read_text(encoding="utf-8")) and "NOT AS SUBMITTED" in text
    assert '"A_0[E]": "50000 ha"  # in the run: 52400 ha' in text
    kept = mrvgraph.run(methodology, text_project(text, project))
    assert kept.total == run.total and kept.inputs.replaced[0].name == "A_0[E]"

    page.get_by_role("button", name="Back to the run").click()
    page.locator("#live > summary").click()
    assert page.locator(".live-changed").count() == 0 and page.locator("#live-bar").is_hidden()
    assert page.locator("main").inner_text() == shown


def text_project(text, path):
    from engine.project.project_file import read_project_text

    return read_project_text(text, path)


def test_a_number_above_a_root_is_locked_and_says_why(pages):
    page = pages["option2"]
    locked = page.evaluate("LIVE.record.numbers.filter((one) => one.lock).map((one) => [one.of, one.lock])")

    assert {name for name, _ in locked} == {"prob", "T_multi"} and all("root of a matrix" in why for _, why in locked)
    at = page.evaluate("LIVE.record.numbers.findIndex((one) => one.lock)")
    assert "root of a matrix" in page.evaluate("(at) => LIVE.set(at, '0.5').error", at)
    page.locator("#live > summary").click()
    page.locator(".live-fold[data-of=prob] summary").click()
    assert page.locator(".live-fold[data-of=prob] input").first.is_disabled()
    assert "cannot be changed here: the root of a matrix" in page.locator(".live-fold[data-of=prob] .live-said").first.inner_text()


def test_a_number_of_a_dataset_can_be_chosen(pages, runs_of):
    page = pages["tool_user"]
    offered = page.evaluate("LIVE.record.numbers.map((one, at) => [at, one.names[0], one.offers, one.lock]).filter((one) => one[2] && !one[3])")
    for at, name, offers, _ in offered[:3]:
        dataset, text, unit = offers[0][:3]
        page.evaluate("([at, text, dataset]) => LIVE.set(at, text, dataset)", [at, f"{text} {unit or '1'}", dataset])
        failure, values = page.evaluate(SHOWN)
        page.evaluate("LIVE.back()")
        run = mrvgraph.run(*runs_of["tool_user"], set_numbers=[f"{name}=dataset:{dataset}"])
        assert failure == "" and [float(value) for value in values["ER_p"]] == run.values.arrays["ER_p"].ravel().tolist()


def test_where_there_is_no_result_the_page_says_so(pages, runs_of):
    page = pages["option1"]
    page.evaluate("LIVE.set(LIVE.record.numbers.findIndex((one) => one.names[0] === 'A_0[E]'), '1e308')")
    assert "No result: " in page.locator("#live-bar").inner_text()
    assert "no result" in page.locator("main [data-live='total:RL']").first.inner_text()
    with pytest.raises(MethodologyError):
        mrvgraph.run(*runs_of["option1"], set_numbers=["A_0[E]=1e308 ha"])
    page.evaluate("LIVE.back()")


def test_the_program_of_a_script_gives_the_numbers_of_the_run(audits):
    for audit in audits.values():
        run = audit.run
        computed = tuple(dict.fromkeys(quantity for stage in run.plan.stages for quantity in stage.quantities))
        made = ScriptProgram(literal_form(lower(run.methodology, run.plan, computed)), run.inputs.values)
        for id_, cells in made.program.outputs.items():
            known = np.isfinite(run.values.arrays[id_])
            assert (made.numbers[cells][known] + 0.0 == run.values.arrays[id_][known]).all(), id_
        assert made.inexact == ()


def test_where_powers_enter_the_page_says_so(tmp_path):
    text = (SPECS / "tiny" / "methodology.yaml").read_text(encoding="utf-8")
    assert "(1 - P[i] * d[y] / d_0[y])'" in text
    (tmp_path / "methodology.yaml").write_text(text.replace("(1 - P[i] * d[y] / d_0[y])'", "(1 - P[i]) ^ (d[y] / d_0[y])'"), encoding="utf-8")
    run = mrvgraph.run(tmp_path, SPECS / "tiny" / "project.yaml")
    record = live_record(run)

    assert set(record["inexact"]) == {"A", "dCS", "RL", "ER_p"}
    assert json.loads(json.dumps(record, allow_nan=False)) == json.loads(json.dumps(live_record(run), allow_nan=False))


def test_runs_of_equal_steps_hold_every_number():
    for numbers in ([], [7], [1, 2, 3], [5, 5, 5, 1], [3, 1, 4, 1, 5, 9, 2, 6], list(range(9, 0, -2))):
        found = [first + step * turn for first, step, count in zip(*[iter(runs(numbers))] * 3, strict=True) for turn in range(count)]
        assert found == numbers


def test_every_script_is_an_expression_of_one_line():
    assert all("\n" not in operation.script and "eval" not in operation.script for operation in ELEMENTWISE.values())
    assert script_operations().count("\n") >= len([1 for operation in ELEMENTWISE.values() if operation.script])
