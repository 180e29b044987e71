"""From the blocks of a spec to the frozen :class:`~equations.model.methodology.Methodology`.

All faults are collected with file, line and column and raised together.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping as Lookup
from fractions import Fraction

from equations.citation import Citation
from equations.errors import SpecError, UnitError, raise_all
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode
from equations.formula.conditions import joined_parts
from equations.formula.functions import FUNCTIONS, REDUCTIONS, RESERVED
from equations.formula.syntax import (
    Compare,
    Element,
    Letter,
    MatrixRef,
    Member,
    Node,
    Number,
    Ratio,
    Supplied,
    Switch,
    walk,
)
from equations.formula.tokens import Source
from equations.meaning.names import Names
from equations.meaning.scope import Resolver
from equations.model.dataset import Comparison, Dataset, PublishedResult
from equations.model.equation import BRACKET, MOST_NUMBER, Equation, Rule
from equations.model.index_set import Relation
from equations.model.methodology import (
    Choice,
    Equivalence,
    HistoryLine,
    ListedParameter,
    Methodology,
    ParameterList,
    Section,
)
from equations.model.quantity import Quantity
from equations.model.result import NamedResult
from equations.model.ruling import RegisterEntry, Ruling
from equations.spec.block import Block, checked, unique
from equations.spec.cross_check_rule import cross_check
from equations.spec.dataset_reader import DatasetReader, life_faults
from equations.spec.declarations import DeclarationReader
from equations.spec.shares import with_weights
from equations.spec.standard_errors import standard_errors
from equations.spec.substitutions import with_substitutions
from equations.spec.value_table import read_cells
from equations.units.registry import parse_unit

#: Solvers that the engine offers for implicit equations, and what each solves.
SOLVERS = {
    "principal_matrix_root": "M == X ^ n for the matrix X: the principal n-th root of M",
    BRACKET: "the one number within the range of X for which both sides are equal",
}


def read_methodology(document: YamlNode, *, content_hash: str = "", files: tuple[tuple[str, str], ...] = ()) -> Methodology:
    """Read a whole spec.

    Parameters
    ----------
    document
        The composed document: the top-level mapping of all files.
    content_hash, files
        Kept in the result.

    Raises
    ------
    MethodologyError
        One error, or :class:`~equations.errors.Faults` with every fault found.
    """
    return SpecReader(document).methodology(content_hash, files)


class SpecReader(DeclarationReader):
    """Reads the blocks of one document; faults are collected in ``errors``."""

    def methodology(self, content_hash: str, files: tuple[tuple[str, str], ...]) -> Methodology:
        spec, head = self.spec, self.head
        sections = tuple(Section(b.text("id"), b.text("title")) for b in spec.blocks("sections"))
        substances = tuple(self.substance(b) for b in spec.blocks("substances"))
        self.substances = tuple(s.id for s in substances)
        units = self.units()
        index_sets = self.index_sets()
        self.sets = {s.id: s for s in index_sets}
        relations = tuple(self.relation(b) for b in spec.blocks("relations"))
        constants = tuple(self.constant(b) for b in spec.blocks("constants"))
        equivalences = tuple(self.equivalence(b) for b in spec.blocks("equivalences"))
        choices = tuple(self.choice(b) for b in spec.blocks("choices"))
        quantities = tuple(self.quantity(b, relations, equivalences) for b in spec.blocks("quantities"))
        rulings = tuple(self.ruling(b) for b in spec.blocks("rulings"))
        self.errors += standard_errors(quantities)
        before = len(self.errors)
        self.unique_names(quantities, choices, relations)
        if any(error.code == "S106" for error in self.errors[before:]):  # what a formula names would be open
            raise_all(self.errors)
        self.check_has_result()
        raise_all([e for e in self.errors if e.code == "S104" and e.subject == "methodology"])
        names = self.names(quantities, choices, rulings)
        index_sets = with_weights(index_sets, spec, names, self.substances)
        self.sets = {s.id: s for s in index_sets}
        quantities = tuple(self.with_substitutions(b, q, names) for b, q in zip(spec.blocks("quantities"), quantities, strict=True))
        equations = tuple(e for b in spec.blocks("equations") if (e := self.equation(b, names, equivalences, sections)))
        datasets = tuple(self.dataset(b, names) for b in spec.blocks("datasets"))
        published = tuple(p for b in spec.blocks("published_results") if (p := self.published(b, names, datasets)))
        comparisons = tuple(c for b in spec.blocks("comparisons") if (c := self.comparison(b, names, datasets)))
        rules = tuple(r for b in spec.blocks("rules") if (r := self.rule(b, names, equivalences, sections)))
        checks = tuple(x for b in spec.blocks("cross_checks") if (x := cross_check(b, names, self.substances, self.cite_rule(b))))
        rules += tuple(rule for _, rule in checks)
        register = tuple(self.register_entry(b, rulings) for b in spec.blocks("register"))
        lists = tuple(ParameterList(b.text("id"), b.text("kind"), b.text("title"), self.cite(b), b.place)
                      for b in spec.blocks("parameter_lists"))  # fmt: skip
        listed = tuple(self.listed(b, names) for b in spec.blocks("monitoring_list"))
        history = tuple(HistoryLine(b.text("version"), b.text("date"), b.text("contents")) for b in spec.blocks("history"))
        tools = tuple(self.tool(b) for b in spec.blocks("tools"))
        terms = tuple(self.term(b) for b in spec.blocks("terms"))
        activities = tuple(self.activity(b) for b in spec.blocks("activities"))
        boundaries = tuple(self.boundary(b) for b in spec.blocks("boundaries"))
        pools = tuple(self.pool(b, quantities) for b in spec.blocks("pools"))
        for what, entries in (("terms", terms), ("activities", activities), ("boundaries", boundaries), ("pools", pools),
                              ("equations", equations), ("rulings", rulings), ("rules", rules),
                              ("datasets", datasets), ("register entries", register), ("relations", relations),
                              ("comparisons", comparisons)):  # fmt: skip
            unique([(e.id, e.place or spec.place) for e in entries], what, self.errors)
        for list_, field in (("substances", "id"), ("units", "id"), ("equivalences", "id"), ("constants", "written"), ("sections", "id")):
            unique([(b.text(field), b.place_of(field)) for b in spec.blocks(list_)], list_, self.errors)
        self.errors += life_faults(datasets, quantities, rules)
        results = self.results(names)
        for scalar in head.word_nodes("report"):
            checked(scalar.text, names.quantities, "quantity", scalar.place, self.errors)
        raise_all(self.errors)
        return Methodology(
            id=head.text("id"), version=self.version, title=head.text("title"), results=results, programme=head.text("programme"),
            status=head.text("status", "draft"), status_note=head.text("status_note"), date=head.text("date"),
            document=self.document, report=head.words("report"), sections=sections, substances=substances, units=units,
            index_sets=index_sets,
            relations=relations, constants=constants, equivalences=equivalences, choices=choices, quantities=quantities,
            equations=equations, datasets=datasets, published_results=published, comparisons=comparisons, rules=rules,
            cross_checks=tuple(check for check, _ in checks),
            rulings=rulings, register=register, parameter_lists=lists, monitoring_list=listed, history=history, terms=terms,
            activities=activities, boundaries=boundaries, pools=pools, tools=tools, hash=content_hash, files=files,
            grounds=head.text("grounds"),
        )  # fmt: skip

    def check_has_result(self) -> None:
        """A methodology says for which number it is applied: by `result`, or by `results`."""
        head = self.head
        if not isinstance(self.spec.node.get("methodology"), Mapping):  # that is told already
            return
        if not head.has("result") and not head.has("results"):
            head.fault("S104", "the field 'result' of this methodology is missing", head.place, why="the quantity that `run` puts first",
                       remedy="add `result:`, or `results:` with a list")  # fmt: skip
        elif head.has("result") and head.has("results"):
            head.fault("S105", "`result` and `results` say the same thing twice", head.place_of("results"),
                       why="which is the first would be open", remedy="write `results` alone, the most important first")  # fmt: skip

    def results(self, names: Names) -> tuple[NamedResult, ...]:
        """Read what the methodology is applied for; `result` is a list of one."""
        head, found = self.head, list[NamedResult]()
        node = head.node.get("results" if head.has("results") else "result")
        if isinstance(node, Sequence) and not node.items:
            head.fault("S104", "the list of results is empty", node.place, remedy="name a quantity")
        if isinstance(node, Mapping):
            head.fault("S105", "results must be a list", node.place, remedy="write results: [a, b], or a block for each with `- quantity:`")
        for item in node.items if isinstance(node, Sequence) else (node,) if isinstance(node, Scalar) else ():
            block = Block(item, "result", self.errors) if isinstance(item, Mapping) else None
            id_, place = (block.text("quantity"), block.place_of("quantity")) if block else (getattr(item, "text", ""), item.place)
            if not checked(id_, names.quantities, "quantity", place, self.errors):
                continue
            if id_ in {result.quantity for result in found}:
                self.errors.append(SpecError("S106", f"the result {id_!r} stands twice", place, remedy="remove one of the two"))
            found.append(NamedResult(id_, block.text("name") if block else "", block.text("meaning") if block else ""))
        return tuple(found)

    def unique_names(
        self, quantities: tuple[Quantity, ...], choices: tuple[Choice, ...], relations: tuple[Relation, ...]
    ) -> None:
        """Names that formulas can use may have one role each."""
        entries = [(q.id, q.place) for q in quantities]
        entries += [(name, q.place) for q in quantities for name in (q.matrix, q.diagonal_matrix) if name]
        entries += [(c.id, c.place) for c in choices]
        unique([(id_, place or self.spec.place) for id_, place in entries], "names (quantities, matrices, choices)", self.errors)
        words = {*RESERVED, *FUNCTIONS, *REDUCTIONS}
        for id_, place in entries:
            if id_ in words:
                self.errors.append(SpecError("X206", f"{id_!r} is a word of the language", place, remedy="take another name"))
        roles = {q.id: "a quantity without indices" for q in quantities if not q.indices} | {c.id: "a choice" for c in choices}
        roles |= dict.fromkeys(words, "a word of the language")
        for index_set in self.sets.values():
            for letter in index_set.letters:
                if letter in roles:
                    self.errors.append(SpecError(
                        "X206", f"the letter {letter!r} of {index_set.id} is also {roles[letter]}", index_set.place,
                        why="in a formula it could mean either", remedy="give one of them another name",
                    ))  # fmt: skip

    def names(self, quantities: tuple[Quantity, ...], choices: tuple[Choice, ...], rulings: tuple[Ruling, ...]) -> Names:
        matrices = {q.matrix: (q.id, False) for q in quantities if q.matrix}
        matrices |= {q.diagonal_matrix: (q.id, True) for q in quantities if q.diagonal_matrix}
        letters = {letter: s.id for s in reversed(self.sets.values()) for letter in reversed(s.letters)}
        letters = dict(reversed(letters.items()))
        shaped = [q for q in quantities if (len(q.indices) > 1 or not q.matrix) and (q.indices or not q.diagonal_matrix)]
        sound = {q.id: q for q in shaped if q.id and all(i in self.sets for i in q.indices)}
        faulty = {name for q in quantities if q.id not in sound for name in (q.id, q.matrix, q.diagonal_matrix)}
        return Names(
            index_sets=self.sets, quantities=sound, matrices={name: owner for name, owner in matrices.items() if owner[0] in sound},
            choices={c.id: [v.id for v in c.values] for c in choices}, rulings={r.id: [x.id for x in r.readings] for r in rulings},
            letters=letters, faulty=frozenset(faulty),
        )  # fmt: skip

    # -- what has formulas

    def own_letters(self, block: Block) -> dict[str, str]:
        own = {}
        for letter, scalar in block.texts("for"):
            if checked(scalar.text, self.sets, "index set", scalar.place, self.errors):
                own[letter] = scalar.text
        return own

    def equation(self, block: Block, names: Names, equivalences: tuple[Equivalence, ...], sections: tuple[Section, ...]) -> Equation | None:
        own = self.own_letters(block)
        left = block.formula("defines")
        solver = block.text("solver")
        right = block.formula("relation" if solver else "formula")
        self.check_solver(block, solver)
        self.check_references(block, equivalences, sections)
        if left is None or right is None:
            return None
        head = Resolver(names, left[1], own, errors=self.errors)
        before = len(self.errors)
        defines = head.left_side(left[0])
        if defines is None or len(self.errors) > before:
            return None
        body = Resolver(names, right[1], own, dict(head.bound), relation=bool(solver))
        formula = body.condition(right[0]) if solver else body.value(right[0])
        if not solver and not body.errors:
            self.check_sides(head, defines, body, formula)
        self.errors += body.errors
        self.check_units(formula, right[1])
        when, when_source = self.when(block, names, own, head.bound)
        letters = tuple(head.bound.items())
        self.check_number(block)
        return Equation(
            id=block.text("id"), defines=defines, formula=formula, number=block.text("number"), part=block.text("part"),
            section=block.text("section"), title=block.text("title"), when=when, letters=letters,
            said=tuple(own.items()), solver=solver, printed=block.text("printed"), equivalences=block.words("equivalences"),
            editorial=block.text("editorial"), note=block.text("note"), source=self.cite_equation(block), place=block.place,
            formula_source=right[1], when_source=when_source, defines_source=left[1],
        )  # fmt: skip

    def check_number(self, block: Block) -> None:
        """Report a printed number that nothing can count with; a publication may print letters, points and brackets."""
        number = block.text("number")
        whole = number.isdecimal()
        if whole and (len(number) > len(str(MOST_NUMBER)) or int(number) > MOST_NUMBER):
            block.fault("S110", f"the printed number {number[:40]} of an equation is too large", block.place_of("number"),
                        why=f"equations are numbered up to {MOST_NUMBER}", remedy="look for a typing error")  # fmt: skip
        elif not whole and any(sign.isdigit() and not sign.isdecimal() for sign in number):
            plain = "".join(str(unicodedata.digit(sign, sign)) for sign in number)
            block.fault("S110", f"the printed number {number[:40]!r} of an equation holds raised or circled digits",
                        block.place_of("number"), why="numbers are compared and counted", remedy=f"write {plain[:40]!r}")  # fmt: skip

    def cite_equation(self, block: Block) -> Citation:
        """Return the citation of an equation: its own section and printed number, unless it says otherwise."""
        if block.has("source"):
            return self.cite(block)
        number = block.text("number") + block.text("part")
        note = "" if number else "added by the editor"
        return block.grounded(Citation(self.document, self.version, block.text("section"), number, note=note))

    def check_solver(self, block: Block, solver: str) -> None:
        if solver:
            checked(solver, SOLVERS, "solver", block.place_of("solver"), self.errors)
            if block.has("formula") or not block.has("relation"):
                block.fault("S105", "an equation with a solver has `relation:` and no `formula:`", block.place,
                            why="the solver finds the left side from the whole equality",
                            remedy="write `relation:` with both sides of the equality")  # fmt: skip
        elif not block.has("formula"):
            block.fault("S104", f"{block.called()} has no formula", block.place,
                        remedy="add `formula:`, or `relation:` and `solver:`")  # fmt: skip

    def check_references(self, block: Block, equivalences: tuple[Equivalence, ...], sections: tuple[Section, ...]) -> None:
        for scalar in block.word_nodes("equivalences"):
            checked(scalar.text, [e.id for e in equivalences], "equivalence", scalar.place, self.errors)
        if block.has("section") and sections:
            checked(block.text("section"), [s.id for s in sections], "section", block.place_of("section"), self.errors)

    def check_sides(self, head: Resolver, defines: Element | MatrixRef, body: Resolver, formula: Node) -> None:
        left, right = head.kind(defines), body.kind(formula)
        if left != right and right != "fault":
            shown = "a matrix" if isinstance(right, tuple) else "a number"
            wanted = "a matrix" if isinstance(left, tuple) else "a number"
            body.fault("X207", f"the formula gives {shown}, the left side is {wanted}", formula.span,
                       why="" if shown != wanted else f"rows and columns: {left} against {right}",
                       remedy="write both sides with matrix names, or both with indices")  # fmt: skip

    def when(
        self, block: Block, names: Names, own: Lookup[str, str], bound: Lookup[str, str], *, supplied: bool = False, field: str = "when"
    ) -> tuple[Node | None, Source | None]:
        found = block.formula(field)
        if found is None:
            return None, None
        resolver = Resolver(names, found[1], own, dict(bound), allow_supplied=supplied)
        when = resolver.condition(found[0])
        number = next((part for part in joined_parts(when) if not _is_case(part, supplied=supplied)), None)
        if not resolver.errors and number is not None:
            resolver.fault("X207", "a case that depends on a number", number.span,
                           why=f"{field}: decides by choices, years and members, so that it can be proven complete",
                           remedy="write a rule, and name it under `allowed_by`" if field == "allowed" else
                           "write cases(condition: a, otherwise: b) in the formula")  # fmt: skip
        self.errors += resolver.errors
        return when, found[1]

    def check_units(self, formula: Node, source: Source) -> None:
        """Check the units that stand behind numbers of a formula."""
        for node in walk(formula):
            if isinstance(node, Number | Ratio) and node.unit is not None:
                try:
                    parse_unit(node.unit, source.place(node.span), self.substances)
                except UnitError as error:
                    self.errors.append(error)

    def rule(self, block: Block, names: Names, equivalences: tuple[Equivalence, ...], sections: tuple[Section, ...]) -> Rule | None:
        own = self.own_letters(block)
        self.check_references(block, equivalences, sections)
        found = block.formula("condition")
        if found is None:
            return None
        resolver = Resolver(names, found[1], own, dict(own), allow_supplied=True)
        condition = resolver.condition(found[0])
        self.errors += resolver.errors
        self.check_units(condition, found[1])
        when, _ = self.when(block, names, own, own, supplied=True)
        return Rule(
            id=block.text("id"), statement=block.text("statement"), condition=condition, when=when, letters=tuple(own.items()),
            severity=block.text("severity", "error"), remedy=block.text("remedy"), equivalences=block.words("equivalences"),
            source=self.cite_rule(block), section=block.text("section"), editorial=block.text("editorial"), place=block.place,
            condition_source=found[1],
        )  # fmt: skip

    def cite_rule(self, block: Block) -> Citation:
        """Return the citation of a rule; one of the editor's has no place in the publication to point to."""
        if block.has("source") or not block.has("editorial"):
            return self.cite(block)
        return block.grounded(Citation(note="the editor's rule, not of the text"))

    def with_substitutions(self, block: Block, quantity: Quantity, names: Names) -> Quantity:
        return with_substitutions(quantity, block, names, lambda one, known, bound: self.when(one, known, {}, bound)[0], self.cite, self.errors)

    # -- values

    def dataset(self, block: Block, names: Names) -> Dataset:
        return DatasetReader(self, names).dataset(block)

    def published(self, block: Block, names: Names, datasets: tuple[Dataset, ...]) -> PublishedResult | None:
        id_ = block.text("quantity")
        if not checked(id_, names.quantities, "quantity", block.place_of("quantity"), self.errors):
            return None
        for scalar in block.word_nodes("given"):
            checked(scalar.text, [d.id for d in datasets], "dataset", scalar.place, self.errors)
        quantity = names.quantities[id_]
        cells = read_cells(block, quantity.indices, self.sets, quantity.type)
        choices = tuple((key, scalar.text) for key, scalar in block.texts("choices"))
        unit = block.unit("unit", self.substances, quantity.unit)
        return PublishedResult(
            id=block.text("id"), quantity=id_, given=block.words("given"), cells=cells, unit=unit, choices=choices,
            source=self.cite(block), place=block.place,
        )  # fmt: skip

    def comparison(self, block: Block, names: Names, datasets: tuple[Dataset, ...]) -> Comparison | None:
        for scalar in block.word_nodes("given"):
            checked(scalar.text, [d.id for d in datasets], "dataset", scalar.place, self.errors)
        own = self.own_letters(block)
        sides = []
        for found in (block.formula("left"), block.formula("right")):
            if found is not None:
                resolver = Resolver(names, found[1], own, dict(own))
                sides.append((resolver.value(found[0]), found[1]))
                self.errors += resolver.errors
                self.check_units(sides[-1][0], found[1])
        if len(sides) < 2:
            return None
        (left, left_source), (right, right_source) = sides
        choices = tuple((key, scalar.text) for key, scalar in block.texts("choices"))
        return Comparison(
            id=block.text("id"), title=block.text("title"), left=left, right=right, letters=tuple(own.items()),
            given=block.words("given"), tolerance=block.number("tolerance") or Fraction(0), choices=choices,
            severity=block.text("severity", "warning"), why=block.text("why"), source=self.cite(block), place=block.place,
            left_source=left_source, right_source=right_source,
        )  # fmt: skip

    def register_entry(self, block: Block, rulings: tuple[Ruling, ...]) -> RegisterEntry:
        ruling = block.text("ruling")
        if ruling:
            checked(ruling, [r.id for r in rulings], "ruling", block.place_of("ruling"), self.errors)
        return RegisterEntry(
            id=block.text("id"), wrong=block.text("wrong"), text_place=block.text_place(), kind=block.text("kind"),
            evidence=block.text("evidence"), reading=block.text("reading"), why=block.text("why"),
            alternatives=block.words("alternatives"), moves=block.text("moves"), severity=block.text("severity", "editorial"),
            ruling=ruling, about=block.text("about", "text"), place=block.place,
        )  # fmt: skip

    def listed(self, block: Block, names: Names) -> ListedParameter:
        id_ = block.text("quantity")
        if id_:
            checked(id_, names.quantities, "quantity", block.place_of("quantity"), self.errors)
        return ListedParameter(block.text("list"), block.text("printed"), id_, block.text("note"), block.place)


def _is_case(part: Node, *, supplied: bool) -> bool:
    """Whether choices, years and members decide a part of a condition."""
    if isinstance(part, Compare):
        return isinstance(part.left, Switch | Letter)
    return isinstance(part, Member) or (supplied and isinstance(part, Supplied))
