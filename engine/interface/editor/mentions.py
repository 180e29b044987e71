"""Every place of a file where something is named: by a field, in a list, as a label of a table, within a formula, in backticks in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from engine.interface.editor.declared import DECLARES, SCOPED, DeclaredNames
from engine.interface.editor.formula_names import FormulaReader, NamedWord, unit_words
from engine.interface.editor.open_text import OpenText, Stretch
from engine.interface.editor.spots import FieldText
from equations.files.strict_yaml import Mapping, Scalar
from equations.model.reading import IT
from equations.records import record
from equations.revision.document_parts import text_of
from equations.spec.cross_check_fields import CROSS_CHECK_AXES, CROSS_CHECK_NAMES
from equations.spec.schema import KEYS

#: Types of fields that are formulas.
FORMULAS = ("formula", "condition")
#: Kind of block and field -> what its text names; a star stands for every kind of block.
REFERS: dict[tuple[str, str], str] = {
    **{("*", name): "quantity" for name in ("quantity", "result", "results", "report", "standard_error_of")},
    **{("cross_check", name): "quantity" for name in CROSS_CHECK_NAMES}, ("step", "of"): "quantity",
    ("pool", "quantities"): "quantity", ("dataset_part", "only"): "quantity", ("new_index", "to"): "quantity", ("case", "expect"): "quantity",
    ("*", "indices"): "index_set", ("index_set", "subset_of"): "index_set", ("index_set", "groups"): "index_set", ("relation", "over"): "index_set",
    ("*", "shares"): "index_set", ("new_index", "add"): "index_set", ("new_index", "before"): "index_set",
    ("unit_alternatives", "by"): "index_set", ("substitution", "along"): "index_set",
    **{("cross_check", name): "index_set" for name in CROSS_CHECK_AXES},
    ("quantity", "on"): "relation", ("*", "equivalences"): "equivalence", ("*", "equivalence"): "equivalence",
    ("register_entry", "ruling"): "ruling", ("step", "after"): "ruling", ("step", "in"): "equation",
    ("new_index", "sum_in"): "equation", ("new_index", "each_in"): "rule", ("dataset", "allowed_by"): "rule",
    ("dataset", "superseded_by"): "dataset", ("*", "given"): "dataset", ("project", "datasets"): "dataset", ("case", "datasets"): "dataset",
    ("dataset_part", "id"): "dataset", ("quantity", "sources"): "dataset", ("*", "section"): "section",
    ("listed_parameter", "list"): "parameter_list",
    ("served", "by"): "quantity",
}  # fmt: skip
#: Fields whose keys are choices, rulings or sets, and whose values are theirs.
_PAIRS = {"choices": ("choice", "choice_value"), "readings": ("ruling", "reading"), "at": ("index_set", "member")}
#: Types whose labels are members of the axes of a quantity.
_LABELLED = ("cells", "samples", "states", "distributions")
_BY_QUANTITY = ("values", "statements", "estimates", "parameters")
_TEXTS = ("text", "texts", "words", "any")
_QUOTED = re.compile(r"`([A-Za-z_][A-Za-z0-9_]*)(?=\[[^`\]]*\]`|`)")
_LABEL = re.compile(r"\S+")
_TAIL = re.compile(r"_[0-9]+\Z")


@record(frozen=True)
class Mention:
    """A place where something is named.

    Attributes
    ----------
    kind, id, of
        What: a quantity by its id, a member of a set, a value of a choice.
    stretch
        Where in the file.
    spot
        The text of which it is a part, and the field in which that stands; ``None`` in a file that is no YAML.
    defines
        Whether it stands there for the first time: the id of a declaration.
    """

    kind: str
    id: str
    of: str
    stretch: Stretch
    spot: FieldText | None = None
    defines: bool = False


class MentionReader:
    """Finds what a file names.

    Parameters
    ----------
    text
        The file.
    names
        What is declared where it stands.
    """

    def __init__(self, text: OpenText, names: DeclaredNames) -> None:
        self.text, self.names = text, names

    def mentions(self, found: Iterator[FieldText]) -> Iterator[Mention]:
        """Yield the mentions of a file, in its order."""
        for spot in found:
            for word, defines in self.named(spot):
                stretch = self.text.stretch(spot.node, word.start, word.end)
                if stretch is not None and word.id:
                    yield Mention(word.kind, word.id, word.of, stretch, spot, defines)

    def named(self, spot: FieldText) -> Iterator[tuple[NamedWord, bool]]:
        """Yield what a text names, and whether it declares it."""
        if spot.type == "field":
            return
        if (kind := self.declared(spot)) is not None:
            yield _whole(kind, spot, self.owner(spot) if kind in SCOPED else ""), not spot.named
            return
        made = spot.field == "defines" and spot.kind in ("step", "step_equation")
        for at, word in enumerate(self.referred(spot)):
            if word.id != IT or spot.kind not in ("step", "step_equation"):
                yield word, (made and at == 0) or (word.kind == "member" and spot.kind == "project" and spot.field == "members")

    def declared(self, spot: FieldText) -> str | None:
        """Return what a text declares, or ``None``."""
        if spot.is_key:
            return None
        if spot.field == "id":
            return DECLARES.get(spot.kind) if spot.kind != "dataset_part" else None
        if spot.kind == "constant" and spot.field == "written":
            return "constant"
        if spot.field in ("matrix", "diagonal_matrix"):
            return "matrix"
        return "member" if spot.field == "members" and spot.kind == "index_set" and not spot.labels else None

    def owner(self, spot: FieldText) -> str:
        """Return that of which a value, a reading or a member is a part; members are those of the largest set."""
        blocks = spot.blocks[:-1] if spot.field == "id" else spot.blocks
        own = next((text_of(block, "id") for block in reversed(blocks) if "id" in block), "")
        return self.names.base(own) if spot.field == "members" or spot.kind == "member" else own

    def referred(self, spot: FieldText) -> Iterator[NamedWord]:
        """Yield what a text names that is declared elsewhere."""
        word = spot.type.partition(":")[0]
        if self.is_formula(spot):
            yield from self.formula(spot)
        elif word == "unit" or spot.field == "published_unit":
            yield from unit_words(spot.node.text)
        elif word == "letters":
            yield _whole("letter", spot, "") if spot.is_key else _whole("index_set", spot)
        elif word == "table":
            yield from self.labels_of_table(spot)
        elif word in _LABELLED or (spot.labels and word in _BY_QUANTITY):
            yield from self.label(spot)
        elif word in _BY_QUANTITY and spot.is_key:
            yield _whole("quantity", spot)
        elif word == "ids":
            yield from (_whole(kind, spot) for kind in (_kind_of_list(spot.type.partition(":")[2]),) if kind)
        elif (special := _SPECIAL.get(spot.field)) is not None:
            yield from special(self, spot)
        elif not spot.is_key and (kind := REFERS.get((spot.kind, spot.field)) or REFERS.get(("*", spot.field))):
            kind = self.kind(kind, spot)
            if kind != "section" or spot.node.text in self.names.known(kind):
                yield _whole(kind, spot)
        elif not spot.is_key and word in _TEXTS:
            yield from self.sentence(spot)

    def kind(self, kind: str, spot: FieldText) -> str:
        """Return the kind of which an id is, where a field takes those of two."""
        if kind == "equation" and spot.field == "in" and spot.node.text in self.names.rulings:
            return "ruling"
        return kind

    def is_formula(self, spot: FieldText) -> bool:
        """Whether a text is a formula or a condition."""
        if spot.field == "set" and spot.is_key:
            return True
        in_texts = not spot.is_key and ((spot.field == "shares" and spot.labels) or (spot.field == "bind" and spot.labels))
        return spot.type in FORMULAS or bool(in_texts)

    def formula(self, spot: FieldText) -> Iterator[NamedWord]:
        """Yield the words of a formula."""
        yield from self.reader(spot).words(spot.node.text)

    def reader(self, spot: FieldText) -> FormulaReader:
        """Return what reads the formulas of a block, with the block's own letters."""
        own: dict[str, str] = {}
        for block in spot.blocks:
            held = block.get("for")
            own |= {key.text: value.text for key, value in held if isinstance(value, Scalar)} if isinstance(held, Mapping) else {}
        return FormulaReader(self.names, own)

    def label(self, spot: FieldText) -> Iterator[NamedWord]:
        """Yield the member for which a key stands, by how deep it is nested."""
        depth = len(spot.labels) - (spot.type in _BY_QUANTITY)
        axes = self.open_axes(spot)
        if spot.is_key and 0 <= depth < len(axes):
            yield _whole("member", spot, self.names.base(axes[depth]))

    def open_axes(self, spot: FieldText) -> tuple[str, ...]:
        """Return the axes of the quantity of a block of values that ``at:`` does not fix."""
        named = spot.outer("quantity")
        at = spot.block.get("at")
        fixed = {key.text for key, _ in at} if isinstance(at, Mapping) else set()
        return tuple(axis for axis in self.names.axes.get(named.text if named else "", ()) if axis not in fixed)

    def labels_of_table(self, spot: FieldText) -> Iterator[NamedWord]:
        """Yield the words of a table that are members of an axis of its quantity."""
        sets = {label: axis for axis in reversed(self.open_axes(spot)) for label in self.names.members(axis)}
        for match in _LABEL.finditer(spot.node.text):
            if match[0] in sets:
                yield NamedWord("member", match[0], self.names.base(sets[match[0]]), *match.span())

    def sentence(self, spot: FieldText) -> Iterator[NamedWord]:
        """Yield the names that a sentence has in backticks."""
        for match in _QUOTED.finditer(spot.node.text):
            kind = "quantity" if match[1] in self.names.axes else "matrix" if match[1] in self.names.matrices else ""
            if kind:
                yield NamedWord(kind, match[1], "", *match.span(1))

    # -- fields of which keys and values belong together

    def pair(self, spot: FieldText) -> Iterator[NamedWord]:
        """A key with what belongs to it: a choice and its value, a ruling and its reading, a set and its member."""
        of_key, of_value = _PAIRS[spot.field]
        if spot.is_key:
            name = spot.node.text
            end = len(_TAIL.sub("", name)) if of_key == "index_set" and name not in self.names.sets else len(name)
            yield NamedWord(of_key, name[:end], "", 0, end)
        elif spot.labels:
            of = self.names.base(_TAIL.sub("", spot.labels[-1])) if of_value == "member" else spot.labels[-1]
            yield _whole(of_value, spot, of)

    def settled(self, spot: FieldText) -> Iterator[NamedWord]:
        """A choice or a ruling that is settled, and as what."""
        name = spot.node.text if spot.is_key else spot.labels[-1] if spot.labels else ""
        is_choice = name in self.names.choices
        if spot.is_key:
            yield _whole("choice" if is_choice else "ruling", spot)
        elif name:
            yield _whole("choice_value" if is_choice else "reading", spot, name)

    def default(self, spot: FieldText) -> Iterator[NamedWord]:
        """The default of a choice or of a ruling."""
        kind = {"choice": "choice_value", "ruling": "reading"}.get(spot.kind)
        if kind:
            yield _whole(kind, spot, text_of(spot.block, "id"))

    def renamed(self, spot: FieldText) -> Iterator[NamedWord]:
        """A new name of a quantity or a matrix: the key is the old one."""
        kind = {"quantities": "quantity", "matrices": "matrix"}.get(spot.field)
        if spot.kind == "renames" and kind:
            yield _whole(f"old_{kind}" if spot.is_key else kind, spot)
        elif spot.kind == "pool" and not spot.is_key:
            yield _whole("quantity", spot)

    def renumbered(self, spot: FieldText) -> Iterator[NamedWord]:
        """An equation that gets another printed number."""
        if spot.is_key and spot.node.text in self.names.known("equation"):
            yield _whole("equation", spot)

    def placed(self, spot: FieldText) -> Iterator[NamedWord]:
        """The entry behind or before which another one stands."""
        if spot.kind in DECLARES and spot.type == "id" and not spot.is_key:
            yield _whole(DECLARES[spot.kind], spot)
        elif spot.kind == "step":
            yield _whole("ruling", spot)
        elif spot.kind == "new_index":
            yield _whole("index_set", spot)

    def listed(self, spot: FieldText) -> Iterator[NamedWord]:
        """The members that a project lists, by their set."""
        if spot.is_key and not spot.labels:
            yield _whole("index_set", spot)
        elif len(spot.labels) == 1:
            yield _whole("member", spot, self.names.base(spot.labels[0]))

    def gathered(self, spot: FieldText) -> Iterator[NamedWord]:
        """The members that a group gathers, or the quantity of a step or a cross-check."""
        if spot.kind == "member" and len(spot.blocks) > 1:
            yield _whole("member", spot, self.names.base(text_of(spot.blocks[-2], "groups")))
        elif (kind := REFERS.get((spot.kind, spot.field))) is not None:
            yield _whole(kind, spot)

    def combined(self, spot: FieldText) -> Iterator[NamedWord]:
        """The members of a combination: of a relation in the spec, or by the relation's id in a project."""
        of_project = spot.kind == "project"
        if of_project and not spot.labels:
            yield _whole("relation", spot)
            return
        relation = spot.labels[0] if of_project else text_of(spot.block, "id")
        over, depth = self.names.relations.get(relation, ()), len(spot.labels) - of_project
        if depth < len(over):
            yield _whole("member", spot, self.names.base(over[depth]))

    def shared(self, spot: FieldText) -> Iterator[NamedWord]:
        """Sets with which a set shares members."""
        if not spot.labels:
            yield _whole("index_set", spot)

    def bound(self, spot: FieldText) -> Iterator[NamedWord]:
        """What a tool is given: the key is a name of the tool."""
        if spot.is_key:
            prefix = text_of(spot.block, "prefix") or getattr(spot.outer("quantity"), "text", "")  # before the colon it stands for a quantity
            yield _whole("bound", spot, prefix)

    def used(self, spot: FieldText) -> Iterator[NamedWord]:
        """The prefix of a tool."""
        if spot.is_key:
            yield _whole("tool", spot)

    def uncertain(self, spot: FieldText) -> Iterator[NamedWord]:
        """Quantities of which a project declares a distribution."""
        if spot.kind == "project" and spot.is_key and not spot.labels and spot.node.text in self.names.axes:
            yield _whole("quantity", spot)


#: Field -> what reads it.
_SPECIAL: dict[str, Callable[[MentionReader, FieldText], Iterator[NamedWord]]] = {
    **dict.fromkeys(_PAIRS, MentionReader.pair), "settle": MentionReader.settled, "default": MentionReader.default,
    "quantities": MentionReader.renamed, "matrices": MentionReader.renamed, "renumber": MentionReader.renumbered,
    "after": MentionReader.placed, "before": MentionReader.placed, "members": MentionReader.listed, "pairs": MentionReader.combined,
    "relations": MentionReader.combined, "shares": MentionReader.shared, "bind": MentionReader.bound, "uses": MentionReader.used,
    "uncertainty": MentionReader.uncertain, "of": MentionReader.gathered,
}  # fmt: skip


def _whole(kind: str, spot: FieldText, of: str = "") -> NamedWord:
    return NamedWord(kind, spot.node.text, of, 0, len(spot.node.text))


def _kind_of_list(list_: str) -> str:
    """Return what the ids of a list of a spec name."""
    singular = {"quantities": "quantity", "substances": "substance", "units": "unit", "cross_checks": "rule", "uses": "tool",
                "register": "register_entry", "activities": "activity", "boundaries": "boundary", "parameter_lists": "parameter_list"}  # fmt: skip
    unnamed = ("history", "monitoring_list")
    return singular.get(list_, list_.removesuffix("s") if list_ in KEYS and list_ not in unnamed else "")
