"""Everything about one equation: formula, where-list, unit balance, when it holds, neighbours, rulings and faults."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.documents.model import (
    Badge,
    Block,
    Blocks,
    Box,
    Break,
    Bullets,
    Code,
    Facts,
    Fold,
    Formula,
    Heading,
    Inline,
    Inlines,
    Link,
    Listing,
    Math,
    Note,
    Only,
    Paragraph,
    Picture,
    Ref,
    Soft,
    Strong,
    Table,
    TableRow,
    anchor_of,
    between,
)
from engine.documents.pages.neighbourhood import neighbourhood_svg
from engine.documents.pages.unit_balance import Balance, UnitTerm, unit_balance
from engine.documents.subject import SEVERITIES, Subject, ground_mark, kind_badge, unit_inlines, unit_math
from engine.typesetting.mathematics.unit_symbol import unit_symbol
from equations.formula.syntax import IndexLetter, Letter, MatrixRef, Ratio, walk
from equations.model.equation import Equation
from equations.model.ruling import RegisterEntry, Ruling
from equations.notation.latex import equation_latex, latex, matrix_element_latex
from equations.notation.plain import legend_of, letters_of, plain_text
from equations.notation.symbols import letter_latex
from equations.units.unit import Unit

#: So many rulings stand at an equation before the rest is folded.
_FEW = 3


def equation_box(equation: Equation, subject: Subject, aliases: tuple[str, ...] = ()) -> Box:
    """Return the whole of one equation.

    Parameters
    ----------
    aliases
        Further anchors that lead here, such as the one of its printed number.
    """
    blocks: list[Block] = [Heading(2, equation_title(equation, subject), ""), *formula_blocks(equation, subject)]
    blocks.append(Facts(tuple(_facts(equation, subject))))
    if equation.editorial:
        blocks.append(Note("editor", ("Added by the editor",), (Paragraph((f"{_ended(equation.editorial)}",)),)))
    if equation.note:
        blocks.append(Note("plain", ("Note",), (Paragraph((_ended(equation.note),)),)))
    blocks.append(where_table(equation, subject))
    balance = unit_balance(equation, subject.methodology)
    blocks.append(Only(("html", "markdown"), (
        *_rulings(equation, subject), Fold(_balance_title(balance), balance_blocks(balance, subject)), *_faults(equation, subject),
    )))  # fmt: skip
    blocks.append(Only(("pdf",), (Paragraph(_on_paper(equation, balance, subject)),)))
    blocks.append(Only(("html",), (Fold(("Picture",), (_picture(equation, subject),)),)))
    blocks.append(Only(("html", "markdown"), (Fold(("In the spec",), (Listing(_in_spec(equation, subject)),)),)))
    return Box(tuple(blocks), anchor_of(Ref("equation", equation.id)), "equation" if equation.number else "editor", aliases)


def equation_title(equation: Equation, subject: Subject) -> Inlines:
    """Return number and title of an equation."""
    name = Badge(f"Eq. {equation.number}{equation.part}", "number") if equation.number else Badge("editor", "editor")
    mark = ground_mark(equation.source)
    return (name, " ", subject.title(equation), *((" ", *mark) if mark else ()))


def spec_text(equation: Equation, subject: Subject) -> str:
    """Return the equation as the spec writes it."""
    letters = letters_of(subject.methodology, equation)
    right = plain_text(equation.formula, letters)
    return right if equation.solver else f"{plain_text(equation.defines, letters)} = {right}"


def formula_blocks(equation: Equation, subject: Subject) -> Iterator[Block]:
    """Yield an equation as it is printed, and where that differs as it is evaluated and element by element."""
    m, words = subject.methodology, spec_text(equation, subject)
    number = f"({equation.number}{equation.part})" if equation.number else ""
    letters = legend_of(m, equation)
    printed, written = equation_latex(equation, m, letters, printed=True), equation_latex(equation, m, letters)
    yield Formula(printed, number, words)
    if printed != written:
        yield Paragraph((Soft(("As it is evaluated:",)),), "tight")
        yield Formula(written, "", words)
    laid_out = matrix_element_latex(equation, m, letters)
    if laid_out != written:
        yield Fold(("Element by element",), (Formula(laid_out, "", words),))


def _facts(equation: Equation, subject: Subject) -> Iterator[tuple[Inlines, Inlines]]:
    yield ("Holds",), (subject.when(equation),)
    for other in subject.others:
        status = f" ({other.status})" if other.status != "published" else ""
        yield (f"In version {other.version}",), (subject.number_in(equation, other) + status,)
    source = subject.source(equation.source)
    if source:
        yield ("Source",), source
    yield ("Used by",), subject.equation_links(subject.users_of(equation)) or ("no other equation",)
    used = subject.used_by_equation[equation.id]
    if used:
        yield ("Uses",), between(_with_definition(id_, equation, subject) for id_ in used)


def _in_spec(equation: Equation, subject: Subject) -> str:
    return f"{equation.id}: {spec_text(equation, subject)}"


def _with_definition(id_: str, equation: Equation, subject: Subject) -> Inlines:
    """Return a quantity's symbol with the equations that give it here, or the symbol alone."""
    definitions = subject.givers_of(id_, equation)
    symbol = subject.math(subject.methodology.quantity[id_])
    numbered = [e for e in definitions if e.number] or list(definitions)
    return (symbol, " (", *subject.equation_links(numbered), ")") if definitions else (symbol,)


# -- where


def where_table(equation: Equation, subject: Subject) -> Table:
    """Return the where-list: every symbol of the equation with meaning, unit, kind and source."""
    matrices = _matrices(equation, subject)
    rows = [
        _quantity_row(id_, subject, matrices.get(id_, ()))
        for id_ in dict.fromkeys((equation.quantity, *subject.used_by_equation[equation.id]))
    ]
    rows += _constant_rows(equation, subject)
    rows += _letter_rows(equation, subject)
    return Table(
        (("Symbol",), ("Meaning",), ("Unit",), ("Kind",), ("Source",)), tuple(rows), ("Where",), weights=(1.3, 4.2, 1.2, 1.2, 2), look="where"
    )


def _matrices(equation: Equation, subject: Subject) -> dict[str, tuple[str, ...]]:
    """Return for each quantity the LaTeX of the matrices in which an equation writes its elements."""
    found: dict[str, dict[str, None]] = {}
    for node in (n for side in (equation.defines, equation.formula) for n in walk(side)):
        if isinstance(node, MatrixRef):
            found.setdefault(node.quantity, {}).setdefault(latex(node, subject.methodology))
    return {id_: tuple(names) for id_, names in found.items()}


def _quantity_row(id_: str, subject: Subject, matrices: tuple[str, ...] = ()) -> TableRow:
    quantity = subject.methodology.quantity[id_]
    symbol: Inlines = (subject.quantity_link(id_),)
    for matrix in matrices:
        symbol += (Break(), Soft(("in ", Math(matrix, quantity.matrix or id_))))
    return TableRow(
        (
            symbol,
            (quantity.meaning,),
            unit_inlines(quantity),
            (kind_badge(quantity.kind),),
            subject.source(quantity.source, linked=False),
        )
    )


def _constant_rows(equation: Equation, subject: Subject) -> list[TableRow]:
    written = dict.fromkeys(node.text for node in walk(equation.formula) if isinstance(node, Ratio))
    rows = []
    for text in written:
        constant = subject.methodology.constant.get(text)
        if constant is not None:
            rows.append(
                TableRow(
                    (
                        (Link((Math(text, text),), Ref("constant", text)),),
                        (constant.meaning,),
                        (unit_math(constant.unit),),
                        (Badge("constant", "default"),),
                        subject.source(constant.source, linked=False),
                    )
                )
            )
    return rows


def _letter_rows(equation: Equation, subject: Subject) -> list[TableRow]:
    m = subject.methodology
    runs_over = legend_of(m, equation)
    used = {n.letter for node in (equation.defines, equation.formula) for n in walk(node) if isinstance(n, IndexLetter | Letter)}
    rows = []
    for set_id in dict.fromkeys(runs_over[x] for x in sorted(used) if x in runs_over):
        letters = [x for x in sorted(used) if runs_over.get(x) == set_id]
        symbols = between((Math(letter_latex(x), x),) for x in letters)
        index_set = m.index_set[set_id]
        rows.append(
            TableRow(
                (
                    symbols,
                    (index_set.meaning or set_id,),
                    ("–",),
                    (Badge("index", "plain"),),
                    (Link((set_id.replace("_", " "),), Ref("set", set_id)),),
                )
            )
        )
    return rows


# -- unit balance


def _balance_title(balance: Balance) -> Inlines:
    left = _in_words(balance.left)
    if balance.status == "error":
        return (Badge("units do not balance", "error"), " left side in ", left)
    if balance.status == "equivalence":
        return (Badge("units balance", "note"), " in ", left, ", under a declared equivalence")
    return (Badge("units balance", "good"), *((" as plain numbers",) if left == "1" else (" in ", left)), " on both sides")


def _in_words(unit: Unit) -> Inline:
    """Return a unit in the words in which its factors were declared, as it is printed; a plain number is 1."""
    words = unit.in_words()
    return words if words == "1" else Math(unit_symbol(words), words)


def balance_blocks(balance: Balance, subject: Subject) -> Blocks:
    """Return the unit balance: for each term its factors, and the power of each substance and dimension."""
    blocks: list[Block] = []
    if balance.alternatives:
        blocks.append(
            Paragraph((f"Written out for {', '.join(balance.alternatives)}; the other alternatives are checked in the same way.",))
        )
    for at, term in enumerate(balance.terms, 1):
        blocks.append(_term_table(term, balance, f"Term {at}" if len(balance.terms) > 1 else "The right side"))
    if not balance.terms:
        blocks.append(Paragraph(("The right side is zero, which takes any unit.",)))
    for id_ in balance.equivalences:
        equivalence = subject.methodology.equivalence[id_]
        blocks.append(
            Paragraph((Strong(("Equivalence ",)), Link((Code(id_),), Ref("equivalence", id_)), f": {_ended(equivalence.reason)}"))
        )
    return tuple(blocks)


def _term_table(term: UnitTerm, balance: Balance, title: str) -> Table:
    names = [column.name for column in balance.columns]
    head: tuple[Inlines, ...] = (("Factor",), ("Unit",), *((name,) for name in names))
    rows = []
    for factor in term.factors:
        unit = unit_math(factor.unit)
        cells = [_power(column.power_in(factor.powers)) for column in balance.columns]
        raised = f" to the power {factor.power}" if factor.power not in (1, -1) else ""
        rows.append(TableRow((("÷ " if factor.power == -1 else "", Math(factor.latex), raised), (unit,), *((c,) for c in cells))))
    for label, unit_ in ((title, term.unit), ("Left side", balance.left)):
        powers = dict(unit_.powers) if unit_ is not None else {}
        cells = [_power(column.power_in(powers)) for column in balance.columns]
        rows.append(TableRow(((label,), (_in_words(unit_) if unit_ is not None else "any",), *((c,) for c in cells)), tone="sum"))
    return Table(head, tuple(rows), right=tuple(range(2, 2 + len(names))), look="grid", weights=(3, 1.6, *(0.8 for _ in names)))


def _power(power: Fraction) -> str:
    if not power:
        return "·"
    return ("+" if power > 0 else "−") + str(abs(power))


# -- rulings and faults


def _rulings(equation: Equation, subject: Subject) -> Iterator[Block]:
    """Name the rulings of an equation, each in a line: which reading is taken, which others there are, and what it is about."""
    rulings = subject.rulings_of[equation.id]
    if not rulings:
        return
    lines = tuple(_ruling_line(ruling) for ruling in rulings)
    first: tuple[Block, ...] = (Bullets(lines[:_FEW]),)
    more = Fold((f"{len(lines) - _FEW} more",), (Bullets(lines[_FEW:]),)) if len(lines) > _FEW else None
    title: Inlines = (f"{len(lines)} rulings" if len(lines) > 1 else "Ruling",)
    yield Note("ruling", title, (*first, *((more,) if more else ())))


def _on_paper(equation: Equation, balance: Balance, subject: Subject) -> Inlines:
    """Return in one line whether the units balance, which readings are taken, and how many faults the register has here."""
    parts: list[Inlines] = [_balance_title(balance)]
    rulings = between((_ruling_taken(ruling) for ruling in subject.rulings_of[equation.id]), "; ")
    if rulings:
        parts.append(("read here: ", *rulings))
    if faults := len(subject.faults_of[equation.id]):
        parts.append((f"{faults} in the register",))
    return between(parts, " \N{MIDDLE DOT} ")


def _ruling_taken(ruling: Ruling) -> Inlines:
    return (Link((Code(ruling.id),), Ref("ruling", ruling.id)), ": ", Code(ruling.default))


def _ruling_line(ruling: Ruling) -> Inlines:
    others = [r.id for r in ruling.readings if r.id != ruling.default]
    rest: Inlines = (Soft((" or ", *between((Code(id_),) for id_ in others))),) if others else ()
    return (*_ruling_taken(ruling), *rest, f". {_ended(ruling.issue)}")


def _faults(equation: Equation, subject: Subject) -> Iterator[Block]:
    order = list(SEVERITIES)
    faults = sorted(subject.faults_of[equation.id], key=lambda x: order.index(x.severity) if x.severity in order else len(order))
    if faults:
        many = f"{len(faults)} faults of the text" if len(faults) > 1 else "1 fault of the text"
        yield Fold((Badge(many, "fault"),), (Bullets(tuple(_fault_line(entry) for entry in faults)),))


def _fault_line(entry: RegisterEntry) -> Inlines:
    return (
        Link((Code(entry.id),), Ref("register", entry.id)),
        " ",
        Badge(entry.severity, entry.severity),
        f" {_ended(entry.wrong)}",
    )


def _picture(equation: Equation, subject: Subject) -> Picture:
    used = ", ".join(subject.used_by_equation[equation.id]) or "nothing"
    users = ", ".join(e.label for e in subject.users_of(equation)) or "nothing"
    words = f"{equation.label} makes {equation.quantity} from {used}; used by {users}"
    return Picture(neighbourhood_svg(equation, subject), words, kind="neighbourhood")


def _ended(text: str) -> str:
    """Return a sentence with its full stop."""
    return text if text.endswith((".", "!", "?", ":")) else text + "."
