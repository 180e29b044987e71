"""Any methodology, taken in as a tool by another whose letters, ratios and names of time are its own, gives the bits that it gives by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import ways
from drafts import Draft
from drawn_methodologies import drafts
from rounds import search
from test_ways_agree import expected_of

import mrvgraph

#: Sets of a drawn methodology -> their names in the whole. Time is that of the whole.
SETS = {
    "stratum": "t_stratum", "wet": "t_wet", "gas": "t_gas", "biome": "t_biome", "map": "t_map", "step": "t_step", "fire": "t_fire",
    "year": "years", "period": "period", "past": "past", "month": "month", "turn": "turn",
}  # fmt: skip
LETTERS = {
    "stratum": "n", "wet": "n", "gas": "o", "biome": "u", "map": "v", "step": "d", "fire": "l", "year": "i", "period": "g", "past": "p",
    "month": "h", "turn": "x",
}  # fmt: skip
HOST = """\
methodology: {{id: H, version: "1", title: Host, result: S}}
uses: {{t: spec.yaml}}
index_sets:
  - {{id: own, letters: [j, y, m], members: [a]}}
  - {{id: years, kind: year, letters: [i, b]}}
  - {{id: period, kind: group, groups: years, letters: [g], project: must-list}}
constants: [{{written: 3/4, unit: tN/tC, meaning: another ratio}}]
quantities:
  - {{id: X0, symbol: X, meaning: called as one of the tool, indices: [own], unit: tC, kind: default}}
  - {{id: S, symbol: S, meaning: the result of the tool, indices: [{indices}], unit: "{unit}", kind: computed}}
equations:
  - {{id: r, number: 1, for: {{{letters}}}, defines: 'S{places}', formula: 't_R{places}'}}
datasets: [{{id: default-numbers, title: own, use: default, values: [{{quantity: X0, unit: tC, value: 3, at: {{own: a}}}}]}}]
rules: [{{id: own, statement: own, condition: 'All(j, X0[j] * 3/4 > 1 {{tN}})', severity: note}}]
"""


def host_of(draft: Draft) -> str:
    result = draft.readable[-1]
    letters = {LETTERS[set_id]: SETS[set_id] for set_id in result.sets}
    return HOST.format(
        indices=", ".join(letters.values()), unit=result.unit, letters=", ".join(f"{x}: {s}" for x, s in letters.items()),
        places=f"[{', '.join(letters)}]" if letters else "",
    )  # fmt: skip


def project_of(text: str) -> str:
    """Return a project under the names of the whole."""
    head, _, values = text.partition("values:\n")
    head = re.sub(r"\b(way|emits|flows|gas|map|fire)(?=: )", r"t_\1", head).replace("open-place:", "t.open-place:").replace("second-place:", "t.second-place:")
    head = head.replace("[on-request-numbers]", "[t.on-request-numbers]")
    values = re.sub(r"(?m)^  (\w+):", r"  t_\1:", values)
    values = re.sub(r"at: \{(\w+):", lambda match: f"at: {{{SETS[match[1]]}:", values)
    return f"{head}values:\n{values}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tools")


def test_a_tool_gives_what_it_gives_by_itself(folder: Path):
    def holds(draft: Draft) -> None:
        expected_of(draft)
        spec, project = ways.written(draft, folder)
        alone = mrvgraph.run(mrvgraph.load(spec), project, targets=("R",))
        (folder / "host.yaml").write_text(host_of(draft), encoding="utf-8")
        (folder / "within.yaml").write_text(project_of(project.read_text(encoding="utf-8")), encoding="utf-8")
        whole = mrvgraph.run(mrvgraph.load(folder / "host.yaml"), folder / "within.yaml")
        assert ways.same(whole.values.arrays["S"], alone.values.arrays["R"])
        declared = {quantity.id for quantity in draft.readable}  # what steps give has another name in the whole
        for id_, array in alone.values.arrays.items():
            if id_ in alone.plan.required and id_ in declared:
                assert ways.same(whole.values.arrays[f"t_{id_}"], array), id_
        ways.assert_second_computation(whole)
        assert {v.rule: v.state for v in whole.verdicts if v.rule != "own"} == {f"t.{v.rule}": v.state for v in alone.verdicts}

    search(6, 0.1, drafts(), holds)
