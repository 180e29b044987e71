"""A workbook as a project file: sheets of fields and tables of numbers, as a tree like that of the YAML file that says the same.

Tables are found by their heads, wherever they stand: fields under ``field 1 .. value``, numbers under ``quantity`` and the heads of any layout.
Rows that a dataset gives are passed over; a methodology gives them again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from engine.finding import Finding
from engine.project.sheet_cells import SheetCell, SheetReader, Workbook, twice_percent
from engine.project.sheet_layouts import BLOCK, GIVEN_BY, LABEL, QUANTITY, WHERE, WRITTEN, column_heads
from equations.errors import FaultList, InputError, MethodologyError, Place, listed, near, raise_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.spec.block import read_number

#: What a column holds -> the field of a block of values.
_SAID = {"source": "source", "option": "monitoring_option", "method": "method", "frequency": "frequency", "comments": "comments",
         "state": "state"}  # fmt: skip
_FIELD = "field "
OTHERWISE = "otherwise"
#: What a cell that is still empty says in the tree, as a template in YAML does.
GAP = "____"


def workbook_tree(data: bytes, path: Path, findings: list[Finding]) -> Mapping:
    """Return what a workbook says as the tree of a project file.

    Raises
    ------
    MethodologyError
        I509 for what is no workbook or holds no project, I505 and I506 for its cells, all together; I514 without openpyxl.
    """
    errors: list[MethodologyError] = FaultList()

    def fault(code: str, what: str, place: Place, why: str = "", remedy: str = "") -> None:
        errors.append(InputError(code, what, place, why=why, remedy=remedy))

    book = Workbook(data, path, None, fault, findings)
    raise_all(errors)
    tree = _Tree(str(path))
    found = sum(_read_sheet(sheet, tree) for sheet in book.sheets())
    if not found and not errors:
        fault("I509", "the workbook holds no project", Place(str(path)), "no sheet has a row of heads with `field 1` or `quantity`",
              "begin with: mrvgraph needs SPEC --template -o project.xlsx")  # fmt: skip
    raise_all(errors)
    return tree.node()


def _read_sheet(sheet: SheetReader, tree: _Tree) -> int:
    """Read the tables of one sheet; return how many there are."""
    heads, found, read = column_heads(), 0, 0
    tops = _rows_with(sheet, (QUANTITY, f"{_FIELD}1"))
    for row in tops:
        if row < read:
            continue
        texts = {column: text for column in range(1, sheet.columns + 1) if (text := _head(sheet, row, column))}
        roles = {heads.get(text, text): column for column, text in texts.items()}
        is_table = "value" in roles and not roles.keys().isdisjoint((QUANTITY, f"{_FIELD}1"))
        if is_table:
            _check_heads(sheet, row, texts, heads)
        elif row >= read:
            _check_value(sheet, row, texts, heads)
        if QUANTITY in roles and "value" in roles:
            found, read = found + 1, _read_numbers(sheet, row, roles, tree)
        elif f"{_FIELD}1" in roles and "value" in roles:
            found, read = found + 1, _read_fields(sheet, row, roles, tree)
        if is_table:
            _check_below(sheet, read, min((top for top in tops if top > read), default=sheet.rows + 1), roles)
    if found:
        sheet.beyond()
    return found


def _check_heads(sheet: SheetReader, row: int, texts: dict[int, str], heads: dict[str, str]) -> None:
    """Report two columns that hold the same: the last would be read, and the other would be missing in silence."""
    seen: set[str] = set()
    known = (*heads, *(f"{LABEL}{turn}" for turn in range(1, 4)), *(f"{_FIELD}{turn}" for turn in range(1, 13)))
    for column, text in texts.items():
        role = heads.get(text, text)
        if text not in known and (meant := near(text, known)):
            what = f"the column {text!r} of a table is not read"
            sheet.findings.append(Finding("I506", "warning", sheet.book.path.name, what, "", meant, place=sheet.place(row, column)))
        if role in seen and (text in heads or text.startswith((LABEL, _FIELD))):
            sheet.fault("I506", f"two columns hold the {role}", sheet.place(row, column), "which of them is meant is not known",
                        "take the head off one of the two")  # fmt: skip
        seen.add(role)


def _check_value(sheet: SheetReader, row: int, texts: dict[int, str], heads: dict[str, str]) -> None:
    """Report a table whose numbers stand under no head that is known: it would be passed over whole.

    An error where its other heads are those of a table of a project only; a sheet of people may hold a column `quantity` beside a unit, and is told
    where a head resembles that of values.
    """
    roles = {heads.get(text, text) for text in texts.values()}
    unknown = [text for text in texts.values() if text not in heads and not text.startswith((LABEL, _FIELD))]
    known = [head for head, role in heads.items() if role == "value"]
    what = f"a table has no column `value`{f'; its heads {listed([repr(text) for text in unknown])} are not known' if unknown else ''}"
    remedy = f"name the column of its numbers {' or '.join(f'`{head}`' for head in dict.fromkeys(known))}"
    place = sheet.place(row, min(texts))
    if any(role.startswith((LABEL, _FIELD)) or role in (WHERE, BLOCK, GIVEN_BY, WRITTEN) for role in roles):
        sheet.fault("I506", what, place, "it would not be read", remedy)
    elif roles & {"unit", *_SAID} and any(near(text, known) for text in unknown):
        sheet.findings.append(Finding("I506", "warning", sheet.book.path.name, f"{what}, and it is not read", "", remedy, place=place))


def _check_below(sheet: SheetReader, first: int, behind: int, roles: dict[str, int]) -> None:
    """Report what stands in the column of values below an empty row: beside a quantity it would be missing in silence, and alone it is told."""
    names = roles.get(QUANTITY) or roles[f"{_FIELD}1"]
    for row in sorted({row for row, at in sheet.filled if at == roles["value"]}):
        if first < row < behind and (row, names) in sheet.filled:
            sheet.fault("I506", "a row stands below an empty one, and would not be read", sheet.place(row, names),
                        "a table ends where a row is empty", "take the empty row out, or this one")  # fmt: skip
            return
        if first < row < behind:  # a note, or a number of somebody who does not know what the hidden columns are for
            sheet.findings.append(Finding(
                "I506", "warning", sheet.book.path.name, "what stands in the column of values below an empty row is not read",
                "no quantity is named beside it, and a table ends where a row is empty",
                "write it in a row of the table, with its quantity; or let it stand as a note", place=sheet.place(row, roles["value"])))  # fmt: skip
            return


def _rows_with(sheet: SheetReader, words: tuple[str, ...]) -> list[int]:
    """Return the rows in which one of some texts stands."""
    rows = enumerate(sheet.sheet.iter_rows(max_row=sheet.rows, max_col=sheet.columns, values_only=True), 1)
    return [at for at, row in rows if any(isinstance(value, str) and value.strip() in words for value in row)]


def _head(sheet: SheetReader, row: int, column: int) -> str:
    """Return a text where one may be a head; anything else of a sheet of people is not looked at."""
    value = sheet.sheet.cell(row, column).value
    return value.strip() if isinstance(value, str) else ""


def _read_fields(sheet: SheetReader, top: int, roles: dict[str, int], tree: _Tree) -> int:
    columns = [column for role, column in sorted(roles.items(), key=lambda pair: pair[1]) if role.startswith(_FIELD)]
    row = top + 1
    while row <= sheet.rows:
        path = [(text, sheet.place(row, column)) for column in columns if (text := sheet.label(row, column))]
        if not path:
            return row
        cell = sheet.cell(row, roles["value"], is_label=True)
        if not tree.put(path, cell):
            sheet.fault("I506", f"the field {', '.join(name for name, _ in path)} is said twice", sheet.place(row, columns[0]),
                        "which of them is meant is not known", "take one of the two out")  # fmt: skip
        row += 1
    return row


@dataclass
class _Row:
    """One number of a table."""

    quantity: str
    labels: list[tuple[str, Place]]
    value: SheetCell
    where: str
    block: str
    said: tuple[tuple[str, str], ...]
    place: Place


def _read_numbers(sheet: SheetReader, top: int, roles: dict[str, int], tree: _Tree) -> int:
    row = top + 1
    while row <= sheet.rows:
        quantity = sheet.label(row, roles[QUANTITY])
        if not quantity:
            if sheet.cell(row, roles["value"]).kind not in ("blank",):
                sheet.fault("I506", "a number stands beside no quantity", sheet.place(row, roles["value"]), "the column `quantity` says what it is",
                            "name the quantity, or take the number out")  # fmt: skip
            return row
        given_by = sheet.label(row, roles[GIVEN_BY]) if GIVEN_BY in roles else ""
        if given_by in ("", "project"):
            tree.number(_number_row(sheet, row, roles, quantity), sheet)
        else:
            _check_given(sheet, row, roles, given_by)
        row += 1
    return row


def _check_given(sheet: SheetReader, row: int, roles: dict[str, int], given_by: str) -> None:
    """Report a number of a dataset that was typed over: it would be passed over, and the dataset's taken."""
    written = read_number(sheet.label(row, roles[WRITTEN])) if WRITTEN in roles else None
    value = sheet.cell(row, roles["value"])
    if written is not None and (value.kind != "number" or float(value.text) != float(written)):
        sheet.fault("I506", f"a number that {given_by!r} gives was typed over", value.place, "rows that a dataset gives are not read",
                    f"write `project` under `{GIVEN_BY}`, or the number as it was")  # fmt: skip


def _number_row(sheet: SheetReader, row: int, roles: dict[str, int], quantity: str) -> _Row:
    turns = sorted((int(role.removeprefix(LABEL)), column) for role, column in roles.items() if role.removeprefix(LABEL).isdigit() and LABEL in role)
    labels = [(label, sheet.place(row, column)) for _, column in turns if (label := sheet.label(row, column))]
    value = sheet.value(row, roles["value"])

    def text(role: str) -> str:
        return sheet.label(row, roles[role]) if role in roles else ""

    if value.kind == "blank":
        value = SheetCell(GAP, "blank", value.place)
    unit, written = text("unit"), text(WRITTEN)
    if value.percent and "%" in unit:
        sheet.fault("I503", *twice_percent(value, unit))
    if value.kind == "number" and (exact := read_number(written)) is not None and float(exact) == float(value.text):
        value = SheetCell(written, "number", value.place)
    said = (("unit", unit), *((name, text(role)) for role, name in _SAID.items()))
    place = sheet.place(row, roles[QUANTITY])
    return _Row(quantity, labels, value, where=text(WHERE), block=text(BLOCK), said=tuple((name, own) for name, own in said if own), place=place)


@dataclass
class _Block:
    """A block of values that is being put together: what is said of it, its cells, and fields beside them."""

    said: tuple[tuple[str, str], ...]
    place: Place
    cells: dict[tuple[str, ...], tuple[list[tuple[str, Place]], SheetCell]] = field(default_factory=dict)
    otherwise: tuple[dict[str, str], SheetCell] | None = None
    fields: list[tuple[str, YamlNode]] = field(default_factory=list)


@dataclass
class _Tree:
    """The tree of a project file that is being put together."""

    file: str
    fields: dict[str, object] = field(default_factory=dict)
    places: dict[tuple[str, ...], Place] = field(default_factory=dict)
    blocks: dict[str, dict[str, list[_Block]]] = field(default_factory=dict)

    def put(self, path: list[tuple[str, Place]], cell: SheetCell) -> bool:
        """Put a text at the end of a path of fields; return whether nothing stood there or on the way."""
        held, names = self.fields, tuple(name for name, _ in path)
        for at, (name, place) in enumerate(path):
            self.places.setdefault(names[: at + 1], place)
            if at == len(path) - 1:
                return held.setdefault(name, cell) is cell
            inner = held.setdefault(name, {})
            if not isinstance(inner, dict):
                break
            held = inner
        return False

    def number(self, row: _Row, sheet: SheetReader) -> None:
        """Add a row of a table of numbers to a block that says the same of its numbers."""
        labels = tuple(label for label, _ in row.labels)
        alike = self.blocks.setdefault(row.quantity, {}).setdefault(row.block, [])
        is_rest = OTHERWISE in labels
        if is_rest:
            row.said = tuple(("otherwise_state" if name == "state" else name, text) for name, text in row.said)
        fits = (one for one in alike if one.said == row.said and (one.otherwise is None if is_rest else labels not in one.cells))
        block = next(fits, None) if not is_rest or not row.where else None
        if block is None:
            block = _Block(row.said, row.place)
            alike.append(block)
        if not is_rest:
            block.cells[labels] = row.labels, row.value
            return
        if set(labels) != {OTHERWISE} and not row.where:
            sheet.fault("I506", f"{row.quantity}: `otherwise` for some members, and which index each belongs to is not said", row.place, "",
                        f"write it in a column `{WHERE}`, as pool = AG; year = 2018")  # fmt: skip
        pairs = (part.partition("=") for part in row.where.split(";") if part.strip())
        block.otherwise = {name.strip(): label.strip() for name, _, label in pairs}, row.value

    def node(self) -> Mapping:
        """Return the whole."""
        entries = [(key, self.of(value, (key,))) for key, value in self.fields.items() if key != "values"]
        beside = self.fields.get("values")
        if self.blocks or beside:
            entries.append(("values", self.values(beside if isinstance(beside, dict) else {})))
        return self.mapping(entries, Place(self.file))

    def values(self, beside: dict[str, object]) -> Mapping:
        for quantity, turns in beside.items():
            for turn, own in turns.items() if isinstance(turns, dict) else ():
                by_turn, number = self.blocks.setdefault(quantity, {}), turn.strip("[]")
                number = "" if number not in by_turn and "" in by_turn else number
                blocks = by_turn.setdefault(number, []) or [_Block((), self.places[("values", quantity)])]
                by_turn[number] = blocks
                fields = [(name, self.of(value, ("values", quantity, turn, name))) for name, value in own.items()]
                for block in blocks:  # what one block says of all its numbers holds for each part of it
                    block.fields += fields
        found = []
        for quantity, turns_of in self.blocks.items():
            made: list[YamlNode] = [self.block(block) for turn in turns_of.values() for block in turn]
            place = made[0].place
            node = made[0] if len(made) == 1 else Sequence(tuple(made), place.file, place.line, place.column)
            found.append((quantity, node, place))
        return Mapping(tuple((_scalar(name, place), node) for name, node, place in found), self.file, 0, 0)

    def block(self, block: _Block) -> Mapping:
        entries: list[tuple[str, YamlNode]] = [(name, _scalar(text, block.place)) for name, text in block.said]
        if (only := block.cells.get(())) is not None:
            entries.append(("value", _scalar(only[1].text, only[1].place)))
        elif block.cells:
            entries.append(("values", self.nested([(labels, cell) for labels, cell in block.cells.values()], block.place)))
        if block.otherwise is not None:
            fixed, cell = block.otherwise
            if fixed:
                entries.append(("at", self.mapping([(name, _scalar(label, cell.place)) for name, label in fixed.items()], cell.place)))
            entries.append((OTHERWISE, _scalar(cell.text, cell.place)))
        return self.mapping([*entries, *block.fields], block.place)

    def nested(self, cells: list[tuple[list[tuple[str, Place]], SheetCell]], place: Place) -> Mapping:
        """Return cells nested by their labels, in the order in which these come."""
        groups: dict[str, tuple[Place, list[tuple[list[tuple[str, Place]], SheetCell]]]] = {}
        for labels, cell in cells:
            (name, at), *rest = labels
            groups.setdefault(name, (at, []))[1].append((rest, cell))
        entries: list[tuple[Scalar, YamlNode]] = []
        for name, (at, inner) in groups.items():
            deeper = [(rest, cell) for rest, cell in inner if rest]
            entries += [(_scalar(name, at), _scalar(cell.text, cell.place)) for rest, cell in inner if not rest]
            entries += [(_scalar(name, at), self.nested(deeper, at))] if deeper else []
        return Mapping(tuple(entries), place.file, place.line, place.column)

    def mapping(self, entries: list[tuple[str, YamlNode]], place: Place) -> Mapping:
        keyed = tuple((Scalar(key, node.file, node.line, node.column), node) for key, node in entries)
        return Mapping(keyed, place.file, place.line, place.column)

    def of(self, value: object, path: tuple[str, ...]) -> YamlNode:
        """Return a field, a block of fields, or a list of them."""
        place = self.places[path]
        if isinstance(value, SheetCell):
            at = place.file, place.line, place.column
            empty: dict[str, YamlNode] = {"[]": Sequence((), *at), "{}": Mapping((), *at)}
            return empty.get(value.text) or _scalar(value.text, value.place)
        assert isinstance(value, dict)
        inner = [(name, self.of(one, (*path, name))) for name, one in value.items()]
        if all(name.startswith("[") and name.endswith("]") for name, _ in inner):
            return Sequence(tuple(node for _, node in inner), place.file, place.line, place.column)
        return self.mapping(inner, place)


def _scalar(text: str, place: Place) -> Scalar:
    return Scalar(text, place.file, place.line, place.column)


