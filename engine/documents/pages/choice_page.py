"""What a project chooses, and the conditions that are checked on every run."""

from __future__ import annotations

from engine.documents.model import (
    Badge,
    Block,
    Box,
    Code,
    Facts,
    Formula,
    Heading,
    Inlines,
    Page,
    Paragraph,
    Ref,
    Strong,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.subject import Subject
from engine.plan.setting import choices_of, is_static
from equations.formula.syntax import Compare, Element, Node, Number
from equations.model.equation import Rule
from equations.model.methodology import Choice, Methodology
from equations.notation.latex import latex
from equations.notation.plain import condition_text, letters_of, plain_text


def choice_page(subject: Subject) -> Page:
    """Return the page of choices, rules and relations."""
    m = subject.methodology
    blocks: list[Block] = [Heading(1, ("Choices and rules",))]
    blocks.append(Paragraph(("What a project decides once, and the conditions that are evaluated on every run.",), "lead"))
    if m.choices:
        blocks += [Heading(2, ("Choices",)), *(choice_box(choice, subject, anchored=True) for choice in m.choices)]
    if m.rules:
        blocks += [Heading(2, ("Rules",)), *(rule_box(rule, subject, anchored=True) for rule in m.rules)]
    if m.relations:
        rows = tuple(TableRow(((Code(r.id),), (r.meaning,), (", ".join(x.replace("_", " ") for x in r.over),))) for r in m.relations)
        blocks += [Heading(2, ("Relations that a project lists",)), Table((("Name",), ("Meaning",), ("Between",)), rows)]
    return Page("choices-and-rules", "Choices and rules", tuple(blocks), "Choices and rules", "Reading the text")


def choice_box(choice: Choice, subject: Subject, *, anchored: bool) -> Box:
    """Return one choice with its values and the equations that each value switches."""
    switched = [
        e
        for e in subject.methodology.equations
        if e.when is not None and is_static(e.when) and choice.id in choices_of(e.when)
    ]
    values = tuple(
        TableRow(((Code(v.id),), (v.meaning, " ", Badge("default", "good")) if v.id == choice.default else (v.meaning,)))
        for v in choice.values
    )
    facts: list[tuple[Inlines, Inlines]] = []
    if switched:
        facts.append((("Switches",), subject.equation_links(switched)))
    if subject.source(choice.source):
        facts.append((("Source",), subject.source(choice.source)))
    blocks: list[Block] = [
        Heading(3, (Code(choice.id), f" {choice.meaning}")),
        Table((("Value",), ("Meaning",)), values, weights=(1, 5)),
    ]
    if facts:
        blocks.append(Facts(tuple(facts)))
    return Box(tuple(blocks), anchor_of(Ref("choice", choice.id)) if anchored else "", "choice")


def _statement_in(condition: Node, m: Methodology) -> str:
    """Return the statement that a condition asks for and nothing else, or an empty text."""
    match condition:
        case Compare(op="==", left=Element(quantity=name, indices=()), right=Number(text="1")) if m.quantity[name].type == "yes_no":
            return name
    return ""


def rule_box(rule: Rule, subject: Subject, *, anchored: bool) -> Box:
    """Return one rule: what it says, the condition that is evaluated, and what to do where it is broken."""
    m = subject.methodology
    letters = letters_of(m, rule)
    facts: list[tuple[Inlines, Inlines]] = []
    stated = _statement_in(rule.condition, m)
    if stated:
        facts.append((("Holds if",), ("the project states ", Strong(("yes",)), " for ", subject.quantity_link(stated))))
    if rule.when is not None:
        facts.append((("Checked where",), (condition_text(rule.when, m, letters),)))
    if rule.letters:
        facts.append((("For every",), between((f"{letter} in {set_id.replace('_', ' ')}",) for letter, set_id in rule.letters)))
    facts += [
        ((name,), said)
        for name, said in (("If broken", (rule.remedy,)), ("Editor's rule", (rule.editorial,)), ("Source", subject.source(rule.source)))
        if any(said)
    ]
    title: Inlines = (Code(rule.id), " ", Badge(rule.severity, rule.severity))
    if rule.editorial:
        title = (*title, " ", Badge("editor", "editor"))
    blocks: tuple[Block, ...] = (
        Heading(3, title),
        Paragraph((rule.statement,)),
        *(() if stated else (Formula(latex(rule.condition, m, letters), "", plain_text(rule.condition, letters)),)),
        Facts(tuple(facts)),
    )
    return Box(blocks, anchor_of(Ref("rule", rule.id)) if anchored else "", "entry rule")
