"""From the blocks of a spec that declare things to index sets, quantities, choices and rulings; formulas are read after them.

All faults are collected with file, line and column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from string import ascii_lowercase

from equations.citation import Citation
from equations.errors import FaultList, Place
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.model.context import Activity, Boundary, Pool, Term
from equations.model.index_set import PERIOD_SET, IndexSet, Relation, lies_in_time
from equations.model.methodology import Choice, ChoiceValue, Constant, DeclaredUnit, Equivalence, Substance
from equations.model.quantity import Quantity, Range, UnitAlternatives
from equations.model.roles import role_named
from equations.model.ruling import Reading, Ruling
from equations.model.tool import Tool
from equations.spec.axis_dates import with_dates
from equations.spec.axis_order import chained, check_years, with_order
from equations.spec.block import Block, Errors, checked, is_blank, read_number, unique
from equations.spec.schema import MEMBER
from equations.spec.shares import check_shares, shared_sets
from equations.units.hints import why_not_a_unit
from equations.units.molar_masses import ATOMIC_MASSES, Molecule, read_molecule
from equations.units.registry import parse_unit
from equations.units.unit import PLAIN
from equations.units.words import SUBSTANCES, definition

_SUBSTANCE = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


class DeclarationReader:
    """Reads what a spec declares, before any formula can name it."""

    def __init__(self, document: YamlNode) -> None:
        self.errors: Errors = FaultList()
        self.spec = Block(document, "spec", self.errors)
        self.head = self.spec.block("methodology") or Block(Mapping((), "", 0, 0), "methodology", [])
        self.document = self.head.text("document") or self.head.text("id")
        self.version = self.head.text("version")
        self.substances: tuple[str, ...] = ()
        self.sets: dict[str, IndexSet] = {}
        self.places: dict[str, Place] = {}

    def cite(self, block: Block) -> Citation:
        return block.grounded(block.citation(self.document, self.version))

    # -- declarations

    def substance(self, block: Block) -> Substance:
        id_ = block.text("id")
        if id_ in SUBSTANCES:
            block.fault("S106", f"the substance {id_!r} is built in", block.place_of("id"), why=SUBSTANCES[id_],
                        remedy="remove the declaration")  # fmt: skip
        elif id_ and not _SUBSTANCE.match(id_):
            block.fault("S105", f"{id_!r} cannot be the name of a substance", block.place_of("id"),
                        why="it stands in units, as in t_" + re.sub(r"[^A-Za-z0-9]+", "_", id_),
                        remedy="take letters, digits and underscores, a letter first")  # fmt: skip
        return Substance(id_, block.text("meaning"), self.molecule(block))

    def units(self) -> tuple[DeclaredUnit, ...]:
        """Read the units of the spec's own; each may stand in the sizes of those below it, and in every unit of the spec."""
        found = []
        for block in self.spec.blocks("units"):
            id_, scalar = block.text("id"), block.scalar("size")
            what = why_not_a_unit(id_, self.substances)
            if what is not None:
                block.fault(*what[:2], block.place_of("id"), why=what[2], remedy=what[3])
            size = block.read_unit(scalar, self.substances) if scalar is not None else None
            if size is not None and what is None:
                found.append(DeclaredUnit(id_, block.text("meaning"), size, self.cite(block), block.place))
                self.substances = (*self.substances, definition(id_, size.text))
        return tuple(found)

    def molecule(self, block: Block) -> Molecule | None:
        """Read what a substance is made of: its formula, or its molar mass and atoms."""
        formula, mass = block.text("formula"), block.number("molar_mass")
        atoms: list[tuple[str, Fraction]] = []
        for element, scalar in block.texts("atoms"):
            times = read_number(scalar.text)
            if element not in ATOMIC_MASSES or times is None or times <= 0:
                block.fault("S105", f"atoms: {element}: {scalar.text} is not a number of atoms of an element", scalar.place,
                            remedy="write the symbol of the element and how many, as in {C: 1, N: 2}")  # fmt: skip
            else:
                atoms.append((element, times))
        if mass is not None and mass <= 0:
            block.fault("S105", "a molar mass is above 0", block.place_of("molar_mass"), remedy="write it in grams per mole")
            return None
        read = read_molecule(formula) if formula else None
        if formula and read is None:
            block.fault("S105", f"the formula {formula!r} cannot be read", block.place_of("formula"),
                        why="it has symbols of elements, numbers and brackets, as in CaMg(CO3)2",
                        remedy="correct it, or write `molar_mass:` and `atoms:`")  # fmt: skip
        elif not formula and (mass is not None) != block.has("atoms"):
            lacking = "atoms" if mass is not None else "molar_mass"
            block.fault("S104", f"`{lacking}:` is missing", block.place,
                        why="a ratio to another substance follows from the molar mass and the number of atoms",
                        remedy=f"add `{lacking}:`, or write `formula:`")  # fmt: skip
        held = tuple(atoms) or (read.atoms if read is not None else ())
        weight = mass if mass is not None else read.mass if read is not None else None
        return Molecule(weight, held) if weight is not None and held else None

    def index_sets(self) -> tuple[IndexSet, ...]:
        found: dict[str, IndexSet] = {}
        letters: dict[str, str] = {}
        for block in self.spec.blocks("index_sets"):
            ids, names, parts = self.members(block)
            parent = block.text("subset_of")
            own = IndexSet(
                id=block.name("id"), letters=block.names("letters"), meaning=block.text("meaning"), members=ids, names=names,
                kind=block.text("kind", "members"), subset_of=parent, groups=block.text("groups"),
                project=block.text("project", "fixed"), parts=parts, shares=shared_sets(block), place=block.place,
            )  # fmt: skip
            if parent and checked(parent, found, "index set", block.place_of("subset_of"), self.errors):
                own = self.subset(block, own, found[parent])
            if own.kind == "group":
                self.check_group(block, own, found)
            own = with_order(block, with_dates(block, own), found)
            check_shares(block, own, found, self.errors)
            if own.kind == "members" and not own.members and own.project == "fixed" and not parent:
                block.fault("S104", f"the index set {own.id!r} has no members", block.place,
                            remedy="list them, or let the project do so with `project: must-list`")  # fmt: skip
            for scalar in block.word_nodes("letters"):
                if scalar.text in letters:
                    block.fault("X206", f"the letter {scalar.text!r} already belongs to {letters[scalar.text]}", scalar.place,
                                remedy=f"leave it to one set (an equation can say otherwise with `for:`), or take one that is free: "
                                f"{' '.join(self.free_letters())}")  # fmt: skip
                letters.setdefault(scalar.text, own.id)
            years = {s.history: s.id for s in found.values() if s.kind == "year"}
            if own.kind == "year" and own.history in years:
                block.fault("S105", f"{own.id} is a second year axis", block.place_of("kind"), why=f"the first is {years[own.history]}; "
                            "`start` and `end` belong to one", remedy="make it `kind: members`, a group of years, or, with years before "
                            "the project's first, give it `history:`")  # fmt: skip
            if own.id in found:
                block.fault("S106", f"two index sets have the id {own.id!r}", block.place_of("id"),
                            why=f"the first is at {found[own.id].place}", remedy="give one of them another id")  # fmt: skip
            found.setdefault(own.id, own)
        check_years(found.values(), self.errors)
        return tuple(chained(found.values()).values())

    def free_letters(self) -> list[str]:
        """Return the small letters that no index set, quantity, matrix or choice has yet."""
        taken = {scalar.text for block in self.spec.blocks("index_sets") for scalar in block.word_nodes("letters")}
        for list_, fields in (("quantities", ("id", "matrix", "diagonal_matrix")), ("choices", ("id",))):
            taken |= {node.text for item in getattr(self.spec.node.get(list_), "items", ()) if isinstance(item, Mapping)
                      for field in fields if isinstance(node := item.get(field), Scalar)}  # fmt: skip
        return [letter for letter in ascii_lowercase if letter not in taken]

    def subset(self, block: Block, own: IndexSet, parent: IndexSet) -> IndexSet:
        names = dict(zip(parent.members, parent.names, strict=True))
        for scalar in block.word_nodes("members"):
            checked(scalar.text, parent.members, f"member of {parent.id}", scalar.place, self.errors)
        ordered = tuple(m for m in parent.members if m in own.members)
        return replace(own, members=ordered, names=tuple(names[m] for m in ordered))

    def check_group(self, block: Block, own: IndexSet, known: dict[str, IndexSet]) -> None:
        """A group gathers the members of a set that stands above it, each at most once."""
        if not own.groups:
            block.fault("S104", "a group says which set it gathers", block.place, remedy="add `groups: year`, or another set")
            return
        if not checked(own.groups, known, "index set", block.place_of("groups"), self.errors):
            return
        if own.id == PERIOD_SET and not lies_in_time(own.groups, known):
            block.fault("S105", f"the monitoring periods cannot gather {own.groups}", block.place_of("groups"),
                        why=f"the set called {PERIOD_SET} has the project's monitoring periods as members, and they gather what has days",
                        remedy="let it gather years, or give the group another id")  # fmt: skip
        base, seen = known[own.groups], set()
        for member in (m for part in own.parts for m in part):
            if base.members and base.project == "fixed":
                checked(member, base.members, f"member of {base.id}", block.place_of("members"), self.errors)
            if member in seen:
                block.fault("S106", f"{member!r} is in two groups of {own.id}", block.place_of("members"),
                            why="a member belongs to one group, so that it counts once", remedy="leave it to one of the two")  # fmt: skip
            seen.add(member)

    def members(self, block: Block) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[str, ...], ...]]:
        node = block.node.get("members")
        ids: list[str] = []
        names: list[str] = []
        parts: list[tuple[str, ...]] = []
        for item in getattr(node, "items", ()):
            if isinstance(item, Scalar):
                if is_blank(item):
                    block.fault("S105", "a member is blank", item.place, remedy="name it, or take it out")
                ids.append(item.text)
                names.append("")
            else:
                part = Block(item, "member", self.errors, MEMBER)
                ids.append(part.text("id"))
                names.append(part.text("name"))
                parts += [part.words("of")] if part.has("of") else []
        for id_ in (id_ for id_, times in Counter(ids).items() if times > 1):
            block.fault("S106", f"the member {id_!r} stands twice", block.place_of("members"),
                        remedy="remove one of the two, or give it another id")  # fmt: skip
        return tuple(ids), tuple(names), tuple(parts)

    def relation(self, block: Block) -> Relation:
        for scalar in block.word_nodes("over"):
            checked(scalar.text, self.sets, "index set", scalar.place, self.errors)
        pairs = tuple(self.pairs(block, block.node.get("pairs"), block.words("over"))) if block.has("pairs") else None
        return Relation(block.name("id"), block.words("over"), block.text("meaning"), pairs, block.place)

    def pairs(self, block: Block, node: YamlNode | None, over: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield the combinations of a relation: the first label above the second, the last ones in a list."""
        shape = f"nest the labels in the order {', '.join(over)}, the last in a list, as in {{a: [b, c]}}"
        is_last = len(over) == 1
        if isinstance(node, Mapping) is is_last or not (isinstance(node, Mapping) or is_last):
            block.fault("S105", "combinations of a relation are nested by their labels", node.place if node else block.place, remedy=shape)
            return
        listed = node.items if isinstance(node, Sequence) else (node,) if node is not None else ()
        entries: list[tuple[YamlNode, YamlNode | None]] = list(node) if isinstance(node, Mapping) else [(item, None) for item in listed]
        for key, below in entries:
            members = self.sets[over[0]].members if over[0] in self.sets else ()
            if not isinstance(key, Scalar):
                block.fault("S105", "a label is a single text", key.place, remedy=shape)
            elif members and not checked(key.text, members, f"member of {over[0]}", key.place, self.errors):
                continue
            elif below is None:
                yield (key.text,)
            else:
                yield from ((key.text, *rest) for rest in self.pairs(block, below, over[1:]))

    def constant(self, block: Block) -> Constant:
        return Constant(
            written=block.text("written"), unit=block.unit("unit", self.substances), meaning=block.text("meaning"),
            source=self.cite(block), published_unit=block.text("published_unit"), not_exact=block.text("not_exact"),
            place=block.place,
        )  # fmt: skip

    def equivalence(self, block: Block) -> Equivalence:
        return Equivalence(
            block.text("id"), block.unit("from", self.substances), block.unit("to", self.substances), block.text("reason"),
            self.cite(block),
        )  # fmt: skip

    def choice(self, block: Block) -> Choice:
        values = tuple(ChoiceValue(b.text("id"), b.text("meaning")) for b in block.blocks("values"))
        unique([(v.id, block.place_of("values")) for v in values], "values of one choice", self.errors)
        default = block.text("default")
        if default:
            checked(default, [v.id for v in values], "value", block.place_of("default"), self.errors)
        return Choice(block.name("id"), block.text("meaning"), values, default, self.cite(block), block.place)

    def quantity(self, block: Block, relations: tuple[Relation, ...], equivalences: tuple[Equivalence, ...]) -> Quantity:
        id_ = block.name("id")
        indices = block.words("indices")
        for scalar in block.word_nodes("indices"):
            checked(scalar.text, self.sets, "index set", scalar.place, self.errors)
        type_ = block.text("type", "number")
        unit = block.unit("unit", self.substances, parse_unit("day") if type_ == "date" else PLAIN)
        if type_ == "number" and block.text("kind") != "statement" and not block.has("unit"):
            block.fault("S104", f"the quantity {id_!r} has no unit", block.place, remedy='add `unit:` (a plain number: unit: "1")')
        published_text = block.text("published_unit")
        published = None
        if published_text:
            published = block.read_unit_quietly(published_text, self.substances)
        on = block.text("on")
        if on:
            self.check_relation(block, on, relations, indices)
        matrix, diagonal = block.name("matrix"), block.name("diagonal_matrix")
        if matrix and (len(indices) < 2):
            block.fault("S105", f"{id_} has {'one index' if indices else 'no index'}, and a matrix at least two", block.place_of("matrix"),
                        why="rows and columns of the matrix are the first two",
                        remedy="declare both under `indices:`, or write `diagonal_matrix:`")  # fmt: skip
        if diagonal and not indices:
            block.fault("S105", f"{id_} has no index, and a diagonal matrix at least one", block.place_of("diagonal_matrix"),
                        why="the diagonal runs over the first index", remedy="declare it under `indices:`")  # fmt: skip
        acts_as, why = None, ""
        if (part := block.block("acts_as")) is not None:
            acts_as, why = part.unit("unit", self.substances), part.text("equivalence")
            checked(why, [e.id for e in equivalences], "equivalence", part.place_of("equivalence"), self.errors)
        return Quantity(
            id=id_, symbol=block.text("symbol"), meaning=block.text("meaning"), indices=indices, unit=unit,
            kind=block.text("kind", "computed"), type=type_, published_unit=published, published_unit_text=published_text,
            unit_note=block.text("unit_note"), range=block.range("range", self.document, self.version),
            plausible=block.range("plausible", self.document, self.version), source=self.cite(block),
            supplied_by=block.text("supplied_by"), matrix=matrix, diagonal_matrix=diagonal,
            matrix_symbol=block.text("matrix_symbol"), diagonal_symbol=block.text("diagonal_symbol"), on=on,
            alternatives=self.alternatives(block, indices), acts_as=acts_as, acts_as_why=why, role=role_named(block.text("role")),
            part_of=block.text("part_of"), name=block.text("name"), rows_sum_to=block.number("rows_sum_to"),
            over_years=block.text("over_years"), editorial=block.text("editorial"), place=block.place,
            not_exact=block.text("not_exact"), standard_error_of=block.text("standard_error_of"),
            sources=block.words("sources"), conservative=block.text("conservative"),
        )  # fmt: skip

    def check_relation(self, block: Block, on: str, relations: tuple[Relation, ...], indices: tuple[str, ...]) -> None:
        if not checked(on, [r.id for r in relations], "relation", block.place_of("on"), self.errors):
            return
        over = next(r.over for r in relations if r.id == on)
        for set_id in dict.fromkeys(over):
            if over.count(set_id) > indices.count(set_id):
                often = {1: "", 2: " twice"}.get(over.count(set_id), f" {over.count(set_id)} times")
                missing = "which is no index" if set_id not in indices else "which is only one index"
                block.fault("S107", f"the relation {on} runs over {set_id}{often}, {missing} of {block.text('id')}",
                            block.place_of("on"), why=f"its indices are {', '.join(indices) or 'none'}",
                            remedy="take a relation over indices of the quantity")  # fmt: skip

    def alternatives(self, block: Block, indices: tuple[str, ...]) -> UnitAlternatives | None:
        part = block.block("unit_alternatives")
        if part is None:
            return None
        by = part.text("by")
        checked(by, indices, "index", part.place_of("by"), self.errors)
        units = tuple((key, part.read_unit(scalar, self.substances) or PLAIN) for key, scalar in part.texts("units"))
        limits = [(key, self.span(part, key, scalar)) for key, scalar in part.texts("plausible")]
        plausible = tuple((key, limit) for key, limit in limits if limit is not None)
        return UnitAlternatives(part.text("group"), by, units, plausible)

    def span(self, block: Block, key: str, scalar: Scalar) -> Range | None:
        """Read ``0.005 to 2``, the range of one alternative."""
        least, _, most = (part.strip() for part in scalar.text.partition(" to "))
        low, high = read_number(least), read_number(most)
        if low is None or high is None or low > high:
            block.fault("S105", f"{key}: not a range: {scalar.text!r}", scalar.place, remedy="write it as 0.005 to 2")
            return None
        return Range(low, high)

    # -- what stands around the equations

    def tool(self, block: Block) -> Tool:
        binds, settles = (tuple((key, scalar.text) for key, scalar in block.texts(name)) for name in ("binds", "settles"))
        return Tool(
            path=block.text("path"), id=block.text("id"), version=block.text("version"), title=block.text("title"),
            programme=block.text("programme"), status=block.text("status"), document=block.text("document"), hash=block.text("hash"),
            results=block.words("results"), binds=binds, settles=settles, place=block.place,
        )  # fmt: skip

    def term(self, block: Block) -> Term:
        return Term(
            block.text("id"), block.text("name"), block.text("meaning"), block.text("note"), self.cite(block), block.place
        )  # fmt: skip

    def activity(self, block: Block) -> Activity:
        return Activity(block.text("id"), block.text("meaning"), block.text("note"), self.cite(block), block.place)

    def boundary(self, block: Block) -> Boundary:
        passages = tuple(
            Citation(*(part.text(name) for name in ("document", "version", "section", "equation", "table", "page", "note")))
            for part in block.blocks("rests_on")
        )
        return Boundary(
            id=block.text("id"), name=block.text("name"), meaning=block.text("meaning"), kind=block.text("kind", "area"),
            required=block.text("required", "yes"), rests_on=passages, note=block.text("note"), source=self.cite(block),
            place=block.place,
        )  # fmt: skip

    def pool(self, block: Block, quantities: tuple[Quantity, ...]) -> Pool:
        for scalar in block.word_nodes("quantities"):
            checked(scalar.text, [q.id for q in quantities], "quantity", scalar.place, self.errors)
        if block.has("only_where") is not (block.text("included") == "conditional"):
            block.fault("S105", f"the pool {block.text('id')!r} is included {block.text('included')!r}"
                        + (" and has a condition" if block.has("only_where") else " and has no condition"), block.place_of("included"),
                        why="a condition says when a pool is counted that is not always counted",
                        remedy="write `included: conditional` and `only_where:`, or neither")  # fmt: skip
        return Pool(
            id=block.text("id"), name=block.text("name"), kind=block.text("kind"), included=block.text("included"),
            side=block.text("side"), gases=block.words("gases"), only_where=block.text("only_where"), why=block.text("why"),
            quantities=block.words("quantities"), note=block.text("note"), source=self.cite(block), place=block.place,
        )  # fmt: skip

    # -- rulings

    def moved(self, block: Block) -> tuple[tuple[str, int], ...]:
        """Read by how much a reading moves the result of projects, in whole units."""
        found = []
        for project, scalar in block.texts("moved"):
            number = read_number(scalar.text.replace(",", ""))
            if number is None or number.denominator != 1:
                block.fault("S105", f"moved: {project}: not a whole number: {scalar.text!r}", scalar.place,
                            remedy='write whole units of the result, such as "-12,345"')  # fmt: skip
            else:
                found.append((project, int(number)))
        return tuple(found)

    def ruling(self, block: Block) -> Ruling:
        readings = tuple(Reading(b.text("id"), b.text("meaning"), self.moved(b)) for b in block.blocks("readings"))
        unique([(r.id, block.place_of("readings")) for r in readings], "readings of one ruling", self.errors)
        default = block.text("default")
        if default:
            checked(default, [r.id for r in readings], "reading", block.place_of("default"), self.errors)
        return Ruling(
            id=block.text("id"), issue=block.text("issue"), default=default, readings=readings, text_place=block.text_place(),
            evidence=block.text("evidence"), why=block.text("why"), moves=block.text("moves"), source=self.cite(block),
            place=block.place,
        )  # fmt: skip
