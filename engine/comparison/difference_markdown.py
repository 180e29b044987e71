"""A difference as Markdown: formulas typeset side by side, tables of values and of what each edit moves."""

from __future__ import annotations

from engine.comparison.compare_specs import ListChange
from engine.comparison.difference import Difference
from engine.comparison.difference_text import (
    LIST_WORDS,
    equation_name,
    head_lines,
    moved_ranges,
    regrouped_lines,
    relation_text,
    rounded,
    titled,
)
from engine.comparison.effect import Effect, FurtherEffect
from equations.notation.latex import equation_latex


def difference_markdown(difference: Difference) -> str:
    """Return a difference as Markdown, formulas typeset side by side."""
    a, b = difference.a, difference.b
    lines = [f"# {a.label} compared to {b.label}", ""]
    lines += [f"- {line.removeprefix(chr(27) + '[1m')}" for line in list(head_lines(difference))[1:]]
    if difference.equations.regrouped:
        lines += ["", "## Divided and joined", ""]
        lines += [
            f"- {line}" if not line.startswith("    ") else f"    - `{line.strip()}`"
            for group in difference.equations.regrouped
            for line in regrouped_lines(group)
        ]
    lines += _markdown_equations(difference)
    for name, change in difference.lists.items():
        lines += ["", f"## {LIST_WORDS.get(name, name).capitalize()}", "", *_markdown_list(change)]
    if difference.values:
        lines += ["", "## Values", "", "| value | dataset | was | is | when |", "|---|---|---|---|---|"]
        lines += [
            f"| {v.quantity}[{', '.join(v.labels)}] | {v.dataset} | {v.before} | {v.after} | {v.when} |" for v in difference.values
        ]
    if difference.inputs:
        lines += ["", "## Inputs", "", "| part | what | was | is |", "|---|---|---|---|"]
        lines += [
            f"| {c.part} | {c.name} {', '.join(c.labels)} | {_escaped(c.before)} | {_escaped(c.after)} |" for c in difference.inputs
        ]
    if difference.effect is not None:
        lines += _markdown_effect(difference.effect)
    return "\n".join(lines) + "\n"


def _markdown_equations(difference: Difference) -> list[str]:
    left, right = difference.a.said, difference.b.said
    lines = []
    for change in difference.equations.changed:
        formulas = [_math(equation_latex(m.equation[id_], m)) for m, id_ in ((left, change.from_id), (right, change.id))]
        lines += [
            "",
            f"### {equation_name(change)}",
            "",
            _escaped(relation_text(change)),
            "",
            f"| {difference.a.label} | {difference.b.label} |",
            "|---|---|",
            f"| {formulas[0]} | {formulas[1]} |",
        ]
    for word, ids in (("Added", difference.equations.added), ("Removed", difference.equations.removed)):
        if ids:
            methodology = right if word == "Added" else left
            lines += [
                "",
                f"### {word}",
                "",
                *(f"- {titled(methodology, id_)}: {_math(equation_latex(methodology.equation[id_], methodology))}" for id_ in ids),
            ]
    if difference.equations.renumbered:
        lines += ["", "### Renumbered", "", ", ".join(moved_ranges(difference.equations))]
    return ["", "## Equations", *lines] if lines else []


def _math(latex: str) -> str:
    return "$" + latex.replace("|", r"\vert ").replace("\n", " ") + "$"


def _escaped(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*").replace("_", r"\_").replace("<", "&lt;")


def _markdown_list(change: ListChange) -> list[str]:
    lines = []
    for word, names in (("added", change.added), ("removed", change.removed)):
        if names:
            lines.append(f"- {word}: " + ", ".join(f"`{name}`" for name in names))
    lines += [f"- renamed: `{old}` to `{new}`" for old, new in change.renamed]
    lines += [
        f"- `{entry.id}`, {item.field}: {_escaped(item.before) or 'nothing'} → {_escaped(item.after) or 'nothing'}"
        for entry in change.changed
        for item in entry.changes
    ]
    return lines


def _further_lines(one: FurtherEffect) -> list[str]:
    """Return what a result beside the first comes to under both sides."""
    ends = " → ".join("none" if value is None else f"{value:,.3f}" for value in (one.before, one.after))
    moved = "" if one.difference is None else f": **{one.difference:+,.3f} {one.unit}**"
    return [f"{_escaped(one.label)}: {ends} {one.unit}{moved}", ""]


def _markdown_effect(effect: Effect) -> list[str]:
    lines = [
        "",
        f"## Effect on {effect.label or effect.result}",
        "",
        f"{effect.before:,.3f} → {effect.after:,.3f} {effect.unit}: **{effect.difference:+,.3f} {effect.unit}**",
        "",
        *(line for one in effect.further for line in _further_lines(one)),
        "| result | unit | before | after | difference |",
        "|---|---|---:|---:|---:|",
    ]
    for line in effect.lines:
        where = ", ".join(label for _, label in line.labels)
        shown = [f"{v:,.3f}" if v is not None else "" for v in (line.before, line.after)]
        change = f"{line.difference:+,.3f}" if line.difference is not None else ""
        lines.append(f"| {line.quantity} {where} | {line.unit} | {shown[0]} | {shown[1]} | {change} |")
    for title, parts in (("switched on in this order", effect.in_order), ("without an order (Shapley)", effect.shapley)):
        if parts:
            lines += ["", f"| edit, {title} | {effect.unit} |", "|---|---:|"]
            shown = rounded([part.difference for part in parts])
            lines += [f"| {_escaped(part.label)} | {text} |" for part, text in zip(parts, shown, strict=True)]
            lines.append(f"| total | {effect.difference:+,.3f} |")
    return lines
