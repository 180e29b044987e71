"""What can be searched: every entry of the spec with its names, what else it is called and what is said of it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.documents.model import Found, Ref
from engine.documents.subject import KINDS, Subject, unit_text
from engine.typesetting.pictures.svg_text import symbol_words
from equations.citation import Citation
from equations.errors import SpecError
from equations.files.strict_yaml import Scalar, YamlNode
from equations.library.data_files import data_files, items_of, read_data_file
from equations.model.context import Pool
from equations.model.quantity import Quantity
from equations.model.roles import ROLES

#: What stands in the publication comes before what the editor adds, and that before faults of the text.
PUBLICATION, EDITOR, FAULT = 0, 1, 2
_BOUNDARIES = {"area": "boundary", "period": "period"}
#: Folder of the library with words of one meaning, and the fields of its files.
_FOLDER, _FIELDS = "search_words", ("search_words", "groups")


def synonyms() -> tuple[tuple[str, ...], ...]:
    """Return the groups of words of one meaning that the library holds; who searches for one of a group finds what has another.

    Raises
    ------
    SpecError
        S103 to S105 for what is wrong in a file of them.
    """
    files = (read_data_file(_FOLDER, id_, "list of search words", _FIELDS) for id_ in data_files(_FOLDER))
    return tuple(_group(item) for own in files for item in items_of(own.get("groups")))


def _group(item: YamlNode) -> tuple[str, ...]:
    if not isinstance(item, Scalar):
        raise SpecError("S105", "a group of search words is a line of them", item.place, remedy="write - discount, deduction")
    return tuple(word.strip().lower() for word in item.text.split(",") if word.strip())


def search_entries(subject: Subject) -> Iterator[Found]:
    """Yield the entries of the index: the equations first, then quantities, tables, and what the text says in words."""
    yield from _equations(subject)
    yield from (_quantity(q, subject) for q in subject.methodology.quantities)
    yield from _tables(subject)
    yield from _members(subject)
    yield from _choices_and_rules(subject)
    yield from _context(subject)
    yield from _rulings(subject)


def _equations(subject: Subject) -> Iterator[Found]:
    m = subject.methodology
    for equation in m.equations:
        quantity = m.quantity[equation.quantity]
        symbol = subject.symbol(quantity)
        name = f"Equation {equation.number}{equation.part}" if equation.number else "Editor's equation"
        names = (equation.label, equation.number + equation.part, equation.id, equation.quantity, symbol_words(symbol), equation.section)
        text = " ".join(x for x in (_sentence(quantity.meaning), equation.note, equation.editorial, f"Holds: {subject.when(equation)}.") if x)
        rank = PUBLICATION if equation.number else EDITOR
        title = f"{name}: {subject.title(equation)}"
        yield Found("equation", title, Ref("equation", equation.id), " ".join(names), symbol, also=_role(quantity), text=text, rank=rank)


def _quantity(q: Quantity, subject: Subject) -> Found:
    symbol = subject.symbol(q)
    names = f"{q.id} {symbol_words(symbol)} {q.matrix} {q.diagonal_matrix}"
    unit = unit_text(q.unit)
    text = " ".join(x for x in (_sentence(q.meaning) if q.meaning != q.title else "", f"In {unit}." if unit != "–" else "", q.editorial) if x)
    kind = KINDS[q.kind][0]
    return Found(kind, q.title, Ref("quantity", q.id), names, symbol, also=_role(q), text=text, rank=EDITOR if q.editorial else PUBLICATION)


def _role(q: Quantity) -> str:
    """Return the place of a quantity in the accounting, by which people ask for it whatever its symbol."""
    return q.role.replace("_", " ") if q.role in ROLES else ""


def _tables(subject: Subject) -> Iterator[Found]:
    m = subject.methodology
    for dataset in m.datasets:
        yield Found("dataset", dataset.title, Ref("dataset", dataset.id), dataset.id, text=str(dataset.source))
        for id_ in dict.fromkeys(block.quantity for block in dataset.values):
            q = m.quantity[id_]
            tables = dict.fromkeys(_table_name(block.source) for block in dataset.values if block.quantity == id_)
            title = ", ".join((*filter(None, tables), f"{q.title}: values"))
            names = " ".join((id_, *tables))
            yield Found("table", title, Ref("values", f"{dataset.id}/{id_}"), names, subject.symbol(q), text=f"In {dataset.title}.")
    for result in m.published_results:
        q = m.quantity[result.quantity]
        table = _table_name(result.source)
        title = ", ".join(filter(None, (table, f"{q.title}: printed results")))
        said = "Computed anew and compared with the print."
        yield Found("table", title, Ref("printed", result.id), f"{result.id} {q.id} {table}", subject.symbol(q), text=said)
    for constant in m.constants:
        yield Found("constant", constant.written, Ref("constant", constant.written), constant.written, text=constant.meaning)


def _table_name(source: Citation) -> str:
    return f"Table {source.table}" if source.table else ""


def _members(subject: Subject) -> Iterator[Found]:
    for index_set in subject.methodology.index_sets:
        name = index_set.id.replace("_", " ")
        ref = Ref("set", index_set.id)
        yield Found("subscript", name, ref, f"{index_set.id} {' '.join(index_set.letters)}", text=index_set.meaning)
        for member in index_set.members if not index_set.subset_of else ():
            said = index_set.name_of(member)
            yield Found("member", said if said == member else f"{said} ({member})", ref, member, text=f"A {name}.")


def _choices_and_rules(subject: Subject) -> Iterator[Found]:
    m = subject.methodology
    for choice in m.choices:
        ref = Ref("choice", choice.id)
        yield Found("choice", choice.id.replace("_", " "), ref, choice.id, text=choice.meaning)
        for value in choice.values:
            yield Found("choice", f"{choice.id.replace('_', ' ')} = {value.id}", ref, value.id, text=value.meaning)
    for rule in m.rules:
        rank = EDITOR if rule.editorial else PUBLICATION
        yield Found("rule", rule.id, Ref("rule", rule.id), rule.id, text=rule.statement, rank=rank)


def _context(subject: Subject) -> Iterator[Found]:
    """Yield sections, and what stands in them in words."""
    m = subject.methodology
    known = {section.id for section in m.sections}
    for section in m.sections:
        yield Found("section", f"{section.id} {section.title}", Ref("section", section.id), section.id)
    said = (
        *(("term", term.name, f"{term.meaning}. {term.note}", term.source) for term in m.terms),
        *(("activity", activity.meaning, activity.note, activity.source) for activity in m.activities),
        *((_BOUNDARIES[boundary.kind], boundary.name, f"{boundary.meaning}. {boundary.note}", boundary.source) for boundary in m.boundaries),
        *(("carbon pool or source", pool.name, _pool(pool), pool.source) for pool in m.pools),
    )
    for kind, title, text, source in said:
        ref = Ref("section", source.section) if source.section in known else Ref("page", "glossary")
        yield Found(kind, title, ref, text=text.strip())


def _pool(pool: Pool) -> str:
    return ". ".join(filter(None, (pool.side, *pool.gases, pool.only_where, pool.why)))


def _rulings(subject: Subject) -> Iterator[Found]:
    m = subject.methodology
    for ruling in m.rulings:
        readings = " ".join(reading.id for reading in ruling.readings)
        text = " ".join((_sentence(ruling.issue), *(_sentence(reading.meaning) for reading in ruling.readings)))
        yield Found("ruling", ruling.id, Ref("ruling", ruling.id), f"{ruling.id} {readings}", text=text, rank=EDITOR)
    for entry in m.register:
        yield Found("fault", entry.id, Ref("register", entry.id), entry.id, text=entry.wrong, rank=FAULT)


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?", ":")) else f"{text}."
