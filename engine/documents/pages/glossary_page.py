"""The words, subscripts, units, constants and signs that the pages use."""

from __future__ import annotations

from engine.documents.model import (
    Block,
    Box,
    Code,
    Facts,
    Heading,
    Inline,
    Inlines,
    Math,
    Page,
    Paragraph,
    Ref,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.subject import KINDS, Subject, unit_math
from equations.model.index_set import CALENDAR, IndexSet, lies_in_time
from equations.model.methodology import Methodology
from equations.model.roles import ROLES
from equations.notation.latex import latex
from equations.notation.plain import plain_text
from equations.notation.symbols import letter_latex
from equations.units.unit import PLAIN, Unit

_WORDS = (
    ("Spec", "The files in which the methodology is declared; these pages, the checks and the results all follow from them."),
    (
        "Printed number",
        "The number of an equation in one version of the publication. It is a label; equations are known by ids that stay.",
    ),
    (
        "Editor's equation",
        "An equation that the publication does not print but that its text asks for in words, or that another reading needs.",
    ),
    ("Ruling", "A place of the text that can be read in more than one way and changes numbers; each reading can be selected."),
    (
        "Register",
        "The list of all faults, contradictions and open points of the published text, with evidence and the reading taken.",
    ),
    ("Choice", "Something that a project decides once, such as the option that it follows; choices switch equations."),
    ("Dataset", "Numbers that belong together, with date and source, in the units in which they were printed."),
    (
        "Unit balance",
        "The check that both sides of an equation have the same unit, where each substance counts as a unit of its own.",
    ),
    ("Equivalence", "A named and reasoned permission to add two units that are different things otherwise."),
    ("NA", "A cell that the methodology leaves out; it counts as zero and is shown as NA."),
)
_SIGNS = (
    (r"\times", "multiplication of numbers"),
    (r"\circ", "multiplication of two matrices element by element"),
    (r"A\,B", "matrix product, where both are matrices"),
    (r"\sum_{i}", "sum over all members of the set that the letter stands for"),
    (r"y-1", "the year before"),
    (r"\mathrm{NA}", "a cell that is left out"),
    (r"x \in S", "x is a member of the set S"),
)


def glossary_page(subject: Subject) -> Page:
    """Return the glossary."""
    m = subject.methodology
    blocks: list[Block] = [Heading(1, ("Glossary",))]
    if m.terms:
        terms = tuple(((term.name,), (term.meaning, ". ", *subject.source(term.source))) for term in m.terms)
        blocks += [Heading(2, ("Terms that the publication defines",)), Facts(terms)]
    kinds = tuple(
        ((name,), (f"{_KIND_MEANING[kind]}",)) for kind, (name, _) in KINDS.items() if any(q.kind == kind for q in m.quantities)
    )
    blocks += [Heading(2, ("Words",)), Facts(tuple(((word,), (text,)) for word, text in _WORDS))]
    blocks += [Heading(2, ("Kinds of quantities",)), Facts(kinds)]
    roles = {q.role for q in m.quantities if q.role}
    if roles:
        rows = tuple(
            TableRow(
                (
                    (role.replace("_", " "),),
                    (ROLES[role],),
                    between((subject.quantity_link(q.id),) for q in m.quantities if q.role == role),
                )
            )
            for role in ROLES
            if role in roles
        )
        blocks += [Heading(2, ("Places in the accounting",)), Table((("Role",), ("Meaning",), ("Quantities",)), rows)]
    blocks += [Heading(2, ("Subscripts",)), *(_set(index_set.id, subject) for index_set in m.index_sets)]
    blocks += _units(subject)
    rows = tuple(TableRow(((Math(latex, latex),), (text,))) for latex, text in _SIGNS)
    blocks += [Heading(2, ("Signs in formulas",)), Table((("Sign",), ("Meaning",)), rows, weights=(1, 5))]
    return Page("glossary", "Glossary", tuple(blocks), "Glossary", "Reading the text")


_KIND_MEANING = {
    "monitored": "Measured by the project while it runs.",
    "fixed_ex_ante": "Settled before the project starts.",
    "default": "A number that the methodology itself names.",
    "computed": "Given by an equation.",
    "statement": "A fact that the project declares and a rule checks.",
}


_WHO = {"must-list": "listed by the project", "may-replace": "those above, unless the project lists its own"}
_OF_THE_CALENDAR = {
    "month": "the months of operation", "day": "the days of operation", "project_year": "years from one anniversary of the start to the next",
}  # fmt: skip


def _set(id_: str, subject: Subject) -> Box:
    m = subject.methodology
    index_set = m.index_set[id_]
    facts: list[tuple[Inlines, Inlines]] = []
    if index_set.letters:
        facts.append((("Letters",), between((Math(letter_latex(x), x),) for x in index_set.letters)))
    if index_set.subset_of:
        facts.append((("Part of",), (index_set.subset_of.replace("_", " "),)))
    names = m.index_set[m.base_set(id_)]
    members = [member if names.name_of(member) == member else f"{member} ({names.name_of(member)})" for member in index_set.members]
    if members:
        facts.append((("Members",), (", ".join(members),)))
    who = _OF_THE_CALENDAR.get(index_set.kind) or _WHO.get(index_set.project, "")
    if who or index_set.dated:
        facts.append((("Members are",), (", ".join(filter(None, (who, "each with a date" * index_set.dated))),)))
    order = _order(index_set, m)
    if order:
        facts.append((("Order",), (order,)))
    if index_set.history:
        facts.append((("Begins",), (f"{index_set.history} {'years' if index_set.history > 1 else 'year'} before the first year of the project",)))
    if index_set.shares:
        facts.append((("Shares",), between(_shared(set_id, subject, index_set) for set_id in index_set.shares)))
    title = (id_.replace("_", " "),)
    return Box(
        (
            Heading(3, title),
            Paragraph((index_set.meaning,)) if index_set.meaning else Paragraph(("No meaning declared.",), "soft"),
            Facts(tuple(facts)),
        ),
        anchor_of(Ref("set", id_)),
        "entry",
    )


def _shared(set_id: str, subject: Subject, index_set: IndexSet) -> Inlines:
    """Return how members of another set are shared: by a formula, or as each sum over them says."""
    weight, name = index_set.weight_of(set_id), set_id.replace("_", " ")
    if weight is None:
        return (f"{name}, as each sum over them says",)
    letters = {weight.member: set_id, weight.holder: index_set.id}
    shown = latex(weight.formula, subject.methodology, letters)
    return (f"{name}, of which each has ", Math(shown, plain_text(weight.formula)))


def _order(index_set: IndexSet, m: Methodology) -> str:
    """Return what the order of members is, in words; of years and the rest of the calendar it needs no words."""
    if not index_set.ordered or index_set.kind in CALENDAR:
        return ""
    if lies_in_time(index_set.id, m.index_set):
        return "by date"
    above = index_set.groups or index_set.subset_of
    return f"that of {above.replace('_', ' ')}" if above else "as listed, from the first to the last"


def _counted(unit: Unit) -> Inline:
    return "a plain number" if unit == PLAIN else unit_math(unit)


def _units(subject: Subject) -> list[Block]:
    m = subject.methodology
    blocks: list[Block] = [Heading(2, ("Units and substances",))]
    blocks.append(
        Paragraph(
            (
                "A mass of one substance is never added to a mass of another: ",
                Code("tC"),
                ", ",
                Code("tCO2"),
                ", ",
                Code("tCO2e"),
                ", ",
                Code("tN"),
                " and ",
                Code("tN2O"),
                " are different units.",
            )
        )
    )
    if m.substances:
        blocks.append(Facts(tuple(((Code(f"t_{s.id}"),), (s.meaning,)) for s in m.substances)))
    if m.units:
        blocks.append(Facts(tuple(((Code(u.id),), (f"{u.size}: {u.meaning}",)) for u in m.units)))
    if m.constants:
        rows = tuple(
            TableRow(
                ((Math(c.written, c.written),), (unit_math(c.unit),), (c.published_unit,), (c.meaning,), subject.source(c.source)),
                anchor_of(Ref("constant", c.written)),
            )
            for c in m.constants
        )
        blocks += [
            Heading(2, ("Constants",)),
            Table((("Written",), ("Unit",), ("Published as",), ("Meaning",), ("Source",)), rows, weights=(0.8, 1.2, 1.2, 3.5, 1.4)),
        ]
    if m.equivalences:
        rows = tuple(
            TableRow(
                (
                    (Code(e.id),),
                    (_counted(e.source_unit), " counts as ", _counted(e.target_unit)),
                    (e.reason,),
                    subject.source(e.source),
                ),
                anchor_of(Ref("equivalence", e.id)),
            )
            for e in m.equivalences
        )
        blocks += [
            Heading(2, ("Equivalences",)),
            Table((("Name",), ("What",), ("Reason",), ("Source",)), rows, weights=(1.2, 1.8, 4, 1.4)),
        ]
    return blocks
