"""On what ground entries stand: read, required, counted, carried through datasets, steps, tools and revisions; silent where not used."""

from pathlib import Path

import pytest

from engine.audit.receipts.receipt import Asked, receipt_record
from engine.audit.report import audit_markdown, audit_record, audit_text
from engine.checks import check_grounds
from engine.commands.documents import report_bytes
from engine.commands.versions import show
from engine.comparison.compare_specs import compare_lists
from engine.documents.pages.methodology_document import methodology_document
from engine.documents.writers.markdown import markdown_files
from engine.explain.trace_node import trace_text
from engine.report.checks import check_record, check_text
from engine.report.grounds import run_tallies, tallies
from engine.report.run_report import run_markdown, run_record, run_text
from equations.library.spec_files import load_methodology
from equations.model.grounded import grounded
from equations.readings.composition import with_readings
from mrvgraph import audit, check, explain, load, run

FOLDER = Path("tests/specs_for_tests/grounds").resolve()
PROJECT = FOLDER / "project.yaml"
TINY = Path("tests/specs_for_tests/tiny").resolve()


@pytest.fixture(scope="module")
def spec():
    return load(FOLDER)


@pytest.fixture
def edited(tmp_path):
    def make(text, of=FOLDER, name="edited"):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "methodology.yaml"
        head, _, changes = text.rpartition("\n")
        head = head or 'methodology: {version: "2"}'
        file.write_text(f"based_on: {of}\n{head}\n{changes}\n", encoding="utf-8")
        return load_methodology(file.parent)

    return make


def counts(tallied):
    return {tally.name: tuple(map(tally.count, ("stated", "derived", "standard_knowledge", "editor", "unsaid"))) for tally in tallied}


def test_entries_are_counted_list_by_list(spec):
    assert counts(tallies(spec)) == {
        "equations": (2, 1, 1, 0, 0), "parameters": (2, 1, 1, 0, 0), "values": (1, 0, 1, 0, 0), "constants": (0, 0, 1, 0, 0),
        "choices": (1, 0, 0, 0, 0), "rules": (0, 0, 1, 0, 0),
    }  # fmt: skip
    assert check_grounds(spec) == []
    assert "parameters       2        1                   1" in check_text(spec, check(spec))
    assert check_record(spec, check(spec))["grounds"][0]["derived"] == ["be.diesel"]


def test_a_ground_holds_with_its_note_and_moves_no_citation(spec):
    source = spec.quantity["EF"].source
    assert (source.ground, source.ground_note, str(source)) == ("standard_knowledge", "the table of the text was not read", "")
    assert not source


def test_the_tables_of_a_dataset_stand_on_its_ground_unless_they_say_their_own(edited):
    methodology = edited("changes: {replace: {datasets: [{id: usual, ground: derived, ground_note: two prints}]}}")
    blocks = {block.quantity: block.source for block in methodology.dataset["usual"].values}
    assert (blocks["EF"].ground, blocks["EF"].ground_note) == ("derived", "two prints")
    assert (blocks["GF"].ground, blocks["GF"].document) == ("stated", "National factor")


def test_what_says_nothing_is_listed_where_a_ground_is_required(edited):
    added = "{id: pe.late, when: fuel == petrol, defines: 'PE[y]', formula: 'E[y] * GF'}"
    methodology = edited("changes: {remove: {equations: [pe]}, add: {equations: [" + added + "]}}")
    finding = next(f for f in check_grounds(methodology) if f.code == "W815")
    assert (finding.severity, finding.subject, finding.evidence) == ("warning", "equations", "pe.late")
    assert finding.what == "1 of 4 equations do not say on what ground they stand"
    assert finding.place.file.endswith("methodology.yaml")


def test_the_editors_own_entries_give_their_reason_and_need_no_ground(edited):
    added = "{id: pe.late, defines: 'PE[y]', formula: 'E[y] * GF', editorial: the text leaves it out}"
    methodology = edited("changes: {remove: {equations: [pe]}, add: {equations: [" + added + "]}}")
    assert check_grounds(methodology) == []
    assert next(e.ground for e in grounded(methodology) if e.id == "pe.late") == "editor"


def test_a_published_methodology_holds_what_is_stated_alone(tmp_path):
    text = (FOLDER / "methodology.yaml").read_text(encoding="utf-8").replace("status: draft", "status: published")
    (tmp_path / "methodology.yaml").write_text(text, encoding="utf-8")
    found = [f for f in check(load(tmp_path)).findings if f.code == "W816"]
    assert {f.subject: f.evidence for f in found} == {
        "equations": "be.petrol (standard_knowledge), be.diesel (derived)", "parameters": "EF (standard_knowledge), E (derived)",
        "values": "usual: EF (standard_knowledge)", "constants": "1/1000 (standard_knowledge)", "rules": "positive (standard_knowledge)",
    }  # fmt: skip


def test_nothing_is_stated_by_no_source(edited):
    methodology = edited("changes: {replace: {constants: [{written: 1/1000, ground: stated}]}}")
    assert [(f.code, f.subject, f.evidence) for f in check_grounds(methodology)] == [("W816", "constants", "1/1000 (stated)")]


def test_a_run_counts_what_entered_its_result(spec):
    finished = run(spec, PROJECT)
    assert counts(run_tallies(finished)) == {
        "equations": (2, 0, 1, 0, 0), "parameters": (2, 1, 1, 0, 0), "values": (1, 0, 1, 0, 0), "constants": (0, 0, 1, 0, 0),
    }  # fmt: skip
    assert finished.total == pytest.approx(60 + 120)  # 1,000 km * 0.08 kg - 40 MWh * 0.5 t, and twice that


def test_what_a_project_supplies_rests_on_no_table_of_the_spec(spec, tmp_path):
    file = tmp_path / "project.yaml"
    file.write_text(PROJECT.read_text(encoding="utf-8") + "  EF: {value: 0.09, unit: kgCO2/km, source: survey}\n", encoding="utf-8")
    assert counts(run_tallies(run(spec, file)))["values"] == (1, 0, 0, 0, 0)


def test_a_raised_ground_is_a_difference(edited, spec):
    raised = edited("changes: {replace: {equations: [{id: be.petrol, ground: stated}]}}")
    (change,) = compare_lists(spec, raised)["grounds"].changed
    assert (change.id, [(f.field, f.before, f.after) for f in change.changes]) == ("be.petrol", [("ground", "standard_knowledge", "stated")])


@pytest.mark.parametrize(("edit", "ground", "note"), [
    ("formula: 'D[y] * EF * 2 * 1/1000'", "", ""), ("title: as before", "derived", "by the same reasoning as for petrol"),
    ("formula: 'D[y] * EF * 2 * 1/1000', ground: derived, ground_note: as before", "derived", "as before"),
    ("ground: stated", "stated", ""), ("formula: 'D[y] * EF * 2 * 1/1000', ground: stated", "stated", ""),
])  # fmt: skip
def test_a_ground_does_not_outlive_what_stood_on_it(edited, edit, ground, note):
    source = edited(f"changes: {{replace: {{equations: [{{id: be.diesel, {edit}}}]}}}}").equation["be.diesel"].source
    assert (source.ground, source.ground_note) == (ground, note)


def test_what_a_reading_writes_otherwise_stands_on_no_ground_of_the_text(edited):
    edit = "replace: {equations: [{id: er, formula: '(BE[y] - PE[y]) / 2'}]}"
    readings = f"[{{id: whole, meaning: all}}, {{id: half, meaning: half, {edit}}}]"
    made = edited(f"changes: {{add: {{rulings: [{{id: share, issue: open, default: whole, readings: {readings}}}]}}}}")
    assert made.equation["er"].source.ground == "stated"
    assert with_readings(made, {"share": "half"}).equation["er"].source.ground == ""


def test_a_step_says_its_own_ground_and_keeps_it_when_it_is_settled(edited, tmp_path):
    step = "{of: RL, in: [er], gives: 'pos(it[y])', ground: standard_knowledge, ground_note: usual}"
    readings = f"[{{id: none, meaning: as they come}}, {{id: zero, meaning: not below zero, adjust: [{step}]}}]"
    open_ = edited(f"changes: {{replace: {{rulings: [{{id: floor, readings: {readings}}}]}}}}", TINY, "open")
    assert {e.source.ground for e in open_.ruling["floor"].readings[1].edits[0].equations} == {"standard_knowledge"}
    settled = edited("changes: {settle: {floor: zero}}", tmp_path / "open", "settled")
    assert [e.source.ground_note for e in settled.equations if e.source.ground] == ["usual"]


@pytest.mark.parametrize(("own", "of_the_step", "both"), [
    ("stated", "standard_knowledge", "standard_knowledge"), ("standard_knowledge", "stated", "standard_knowledge"), ("stated", "", ""),
])  # fmt: skip
def test_an_equation_in_which_a_step_went_up_stands_on_the_weaker_ground(edited, tmp_path, own, of_the_step, both):
    said = f", ground: {of_the_step}" if of_the_step else ""
    step = f"{{of: ER, gives: 'pos(it[y])'{said}}}"
    readings = f"[{{id: none, meaning: as they come}}, {{id: zero, meaning: not below zero, adjust: [{step}]}}]"
    edit = f"replace: {{equations: [{{id: er, ground: {own}}}]}}, " if own != "stated" else ""
    made = edited(f"changes: {{{edit}add: {{rulings: [{{id: floor, issue: open, default: none, readings: {readings}}}]}}}}", name="open")
    settled = edited("changes: {settle: {floor: zero}}", tmp_path / "open", "settled")
    assert with_readings(made, {"floor": "zero"}).equation["er"].source.ground == settled.equation["er"].source.ground == both


def test_runs_audits_and_traces_say_on_what_a_result_rests(spec):
    finished, audited = run(spec, PROJECT), audit(spec, PROJECT)
    words = "rests on: equations: 2 stated, 1 standard knowledge; parameters: 2 stated, 1 derived, 1 standard knowledge;"
    for text in (run_text(finished), run_markdown(finished)):
        assert words in " ".join(text.split())
    for text in (audit_text(audited), audit_markdown(audited)):
        assert "standard knowledge, equations: be.petrol" in text and "derived, parameters: E" in text
    receipt = receipt_record(audited, Asked("GROUNDS", "project.yaml", {}, {}), "0")
    for record in (run_record(finished), audit_record(audited), receipt):
        assert [(x["of"], x["standard_knowledge"]) for x in record["grounds"]] == [
            ("equations", ["be.petrol"]), ("parameters", ["EF"]), ("values", ["usual: EF"]), ("constants", ["1/1000"]),
        ]  # fmt: skip
    traced = "\n".join(line for node in explain(finished, "BE[2024]") for line in trace_text(node))
    assert "[Eq. 1; standard knowledge]" in traced and "0.08 kgCO2/km; standard knowledge" in traced


def test_pages_mark_each_equation_and_parameter_with_a_legend(spec):
    pages = markdown_files(methodology_document(spec), "x")
    first = pages["x.md"]
    assert "## On what this rests" in first and "*standard knowledge* known to the field; the text was not read again" in first
    assert "| parameters | 2 | 1 | 1 | – | – |" in first and "standard knowledge, equations: be.petrol" in first
    assert "are those of the publication" not in first
    assert "*standard knowledge* the table of the text was not read" in pages["x_default-values.md"]
    assert "**Eq. 1** baseline emissions *derived*" in pages["x_section-other.md"]
    assert "by the same reasoning as for petrol" in pages["x_section-other.md"]
    assert "National factor 2024 *stated*" in pages["x_datasets.md"]
    assert "Section 2 *stated*" in pages["x_choices-and-rules.md"]


def test_the_report_of_a_run_counts_and_marks(spec):
    text = report_bytes(audit(spec, PROJECT), "md", "0").decode()
    assert "### What the equations and defaults that entered this result rest on" in text
    assert "**Eq. 1** baseline emissions *standard knowledge*" in text
    assert "National factor 2024 (stated)" in text


def test_entries_of_a_tool_keep_their_grounds_and_are_counted_apart(edited, tmp_path):
    tool = Path("tests/specs_for_tests/tools/CMTOOL/1.0").resolve()
    edited('methodology: {version: "2", grounds: required}\nchanges: {replace: {equations: [{id: cm, ground: stated}]}}', tool, "tool")
    user = edited(f"changes: {{replace: {{uses: {{grid: {tmp_path}/tool}}}}}}", Path("tests/specs_for_tests/tool_user").resolve(), "user")
    counted = {tally.name: tally for tally in tallies(user)}
    assert counted["equations of grid"].named("stated") == ["grid.cm"]
    assert counted["equations"].count("stated") == 0
    assert check_grounds(user) == []  # it requires nothing itself
    assert any(f.code == "W815" for f in check_grounds(user.tools[0].methodology))


def test_a_spec_that_is_written_out_whole_says_the_same(spec, tmp_path):
    (tmp_path / "methodology.yaml").write_text(show(str(FOLDER), json=False, only_hash=False), encoding="utf-8")
    assert counts(tallies(load(tmp_path))) == counts(tallies(spec))


def test_a_methodology_that_says_nothing_of_grounds_shows_nothing_of_them():
    tiny = load(TINY)
    assert tallies(tiny) == ()
    assert run_tallies(run(tiny, TINY / "project.yaml")) == ()
    assert "ground" not in check_text(tiny, check(tiny))
    assert "grounds" not in check_record(tiny, check(tiny))
