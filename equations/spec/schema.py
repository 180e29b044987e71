"""One table of every field of a spec file: name, type, whether it is required, meaning.

The reader, the hints for unknown fields and the reference page come from this table.
"""

from __future__ import annotations

from equations.citation import GROUNDS
from equations.model.substitution import TAKES
from equations.records import record
from equations.spec.cross_check_fields import CROSS_CHECK_FIELDS


@record(frozen=True)
class Field:
    """One field of a block.

    ``type`` is one of: id, name, text, number, whole, yes_no, date, words (list of texts), texts (text -> text), unit, range, formula,
    condition, letters (letter -> index set), shares (words, or index set -> formula), citation, place_in_text, table, cells, members, results,
    distributions, uses, side (of a cross-check), block:NAME, blocks:NAME, one_or_more:NAME (a block, or a list of them), one_of:a|b.
    """

    name: str
    type: str
    required: bool = False
    meaning: str = ""


def _block(*fields: tuple[str, str, bool, str]) -> dict[str, Field]:
    return {name: Field(name, type_, required, meaning) for name, type_, required, meaning in fields}


CITATION = _block(
    ("document", "text", False, "title or number; the methodology's own where absent"),
    ("version", "text", False, "version of the document"),
    ("section", "text", False, ""),
    ("equation", "text", False, "printed number"),
    ("table", "text", False, ""),
    ("page", "text", False, ""),
    ("note", "text", False, "anything else that helps to find it"),
)
TEXT_PLACE = _block(
    ("section", "text", False, ""),
    ("equations", "words", False, "printed numbers"),
    ("tables", "words", False, ""),
    ("lines", "text", False, "what else helps to find it"),
)
RANGE = _block(
    ("min", "number", False, "least value, in the quantity's unit"),
    ("max", "number", False, "greatest value"),
    ("source", "citation", False, "where the range comes from"),
    ("note", "text", False, ""),
)
MEMBER = _block(("id", "text", True, ""), ("name", "text", False, ""), ("of", "words", False, "members that a group gathers"),
                ("date", "text", False, "of a member of a dated set, as 2018-03-12"))
#: One entry of `uses:`; where the prefix is the key, the block needs none.
TOOL_USE = _block(
    ("prefix", "text", False, "names of the tool begin with it and an underscore"),
    ("spec", "text", False, "the tool, as a reference or a path"),
    ("bind", "texts", False, "what the tool names -> a name or a formula of the spec that uses it"),
    ("settle", "texts", False, "a choice or a ruling of the tool -> the value or the reading that the spec takes"),
)
#: Where an entry comes from, and how sure it is that the source says so.
SOURCED = (
    ("source", "citation", False, "where it comes from"),
    ("ground", "one_of:" + "|".join(GROUNDS), False, "; ".join(f"{name}: {meaning}" for name, meaning in GROUNDS.items())),
    ("ground_note", "text", False, "how it was derived, which text was read, what is still to be read"),
)

#: How a reading changes what the spec says.
_EDITS = (
    ("remove", "block:removals", False, "ids to take out"),
    ("replace", "block:replacements", False, "fields of existing entries, by id"),
    ("add", "block:additions", False, "new entries; `after: id` inside an entry places it"),
    ("adjust", "blocks:step", False, "steps between a quantity and those that read it"),
)
#: What a step says of a quantity that it defines, and of the equation.
_STEP_QUANTITY = (
    ("symbol", "text", False, "LaTeX; each <...> is the place of one index"),
    ("name", "text", False, "short name, for tables"),
    ("meaning", "text", False, "what it is"),
    ("unit", "unit", False, "that of the quantity, as it counts where it is used, if nothing is said"),
    ("title", "text", False, ""),
    ("section", "text", False, ""),
    ("equivalences", "words", False, "mixtures of units that it makes"),
    ("editorial", "text", False, "why it is there"),
    *SOURCED,
)

BLOCKS: dict[str, dict[str, Field]] = {
    "spec": _block(
        ("methodology", "block:methodology", True, "identity of the version"),
        ("include", "words", False, "further files of the same folder"),
        ("based_on", "text", False, "the spec that this one edits, as a reference or a path"),
        ("changes", "block:changes", False, "the edits"),
        ("uses", "uses", False, "tools: prefix -> spec, or blocks with prefix, spec, bind and settle"),
        ("tools", "blocks:tool", False, "the tools that were taken in, as `mrvgraph show` writes them; `uses` takes one in"),
        ("sections", "blocks:section", False, "sections of the publication, in order"),
        ("terms", "blocks:term", False, "terms that the publication defines"),
        ("activities", "blocks:activity", False, "what projects do"),
        ("boundaries", "blocks:boundary", False, "areas and periods"),
        ("pools", "blocks:pool", False, "carbon pools and sources of gases, counted or left out"),
        ("substances", "blocks:substance", False, "masses that may not be mixed"),
        ("units", "blocks:declared_unit", False, "units of the methodology's own, by their size"),
        ("index_sets", "blocks:index_set", False, "what subscripts run over"),
        ("relations", "blocks:relation", False, "which combinations of members exist"),
        ("constants", "blocks:constant", False, "ratios as printed, with their unit"),
        ("equivalences", "blocks:equivalence", False, "mixtures of units that the text makes, by name"),
        ("choices", "blocks:choice", False, "what a project chooses"),
        ("quantities", "blocks:quantity", True, "every symbol"),
        ("equations", "blocks:equation", True, "every equation"),
        ("datasets", "blocks:dataset", False, "dated, sourced numbers"),
        ("published_results", "blocks:published_result", False, "printed tables that equations must reproduce"),
        ("comparisons", "blocks:comparison", False, "printed numbers that should agree with each other"),
        ("rules", "blocks:rule", False, "conditions evaluated on every run"),
        ("cross_checks", "blocks:cross_check", False, "numbers held against a second source, another quantity, their parts or neighbours"),
        ("rulings", "blocks:ruling", False, "open places that change numbers"),
        ("register", "blocks:register_entry", False, "every other fault of the text"),
        ("parameter_lists", "blocks:parameter_list", False, "what each of the publication's lists is for"),
        ("monitoring_list", "blocks:listed_parameter", False, "the publication's own lists of parameters"),
        ("history", "blocks:history_line", False, "version history"),
    ),
    "methodology": _block(
        ("id", "text", True, "short name"),
        ("version", "text", True, ""),
        ("title", "text", True, ""),
        ("result", "id", False, "the quantity for which it is applied; or `results`"),
        ("results", "results", False, "several: ids, or blocks with quantity, name and meaning; `run` puts the first first"),
        ("programme", "text", False, ""),
        ("status", "one_of:published|reconstructed|draft|illustrative", False, ""),
        ("status_note", "text", False, "evidence for a reconstruction, or what a draft is for"),
        ("date", "text", False, "date of approval"),
        ("document", "text", False, "number or title of the publication"),
        ("report", "words", False, "quantities of the table year by year"),
        ("grounds", "one_of:required", False, "required: `check` lists the entries that do not say on what ground they stand"),
    ),
    "result": _block(
        ("quantity", "id", True, ""), ("name", "text", False, "what it is called: issued, buffer; the quantity's title if absent"),
        ("meaning", "text", False, "what it is for, in the editor's words"),
    ),
    "tool": _block(
        ("path", "text", True, "prefix; of a tool of a tool both, with a point between them"), ("id", "text", True, ""),
        ("version", "text", True, ""), ("title", "text", False, ""), ("programme", "text", False, ""), ("status", "text", False, ""),
        ("document", "text", False, ""), ("hash", "text", False, "SHA-256 of what its own spec says"),
        ("results", "words", False, "quantities for which it is applied"), ("binds", "texts", False, "what it is given by the spec"),
        ("settles", "texts", False, "what the spec takes of its choices and rulings"),
    ),
    "section": _block(("id", "text", True, ""), ("title", "text", True, "")),
    "substance": _block(
        ("id", "text", True, "name in units: t_<id>"), ("meaning", "text", True, ""),
        ("formula", "text", False, "chemical formula, as CaCO3; ratios to other substances are checked by it"),
        ("molar_mass", "number", False, "as the publication prints it, where the whole numbers of its atoms give another"),
        ("atoms", "texts", False, "element -> how many, where no formula says it; with molar_mass"),
    ),
    "declared_unit": _block(
        ("id", "text", True, "name in units"), ("meaning", "text", True, "what it is"),
        ("size", "text", True, "how much one of it is, in units of the registry or declared above: 50 kg"), *SOURCED,
    ),
    "term": _block(
        ("id", "text", True, ""), ("name", "text", True, "as the publication writes it"),
        ("meaning", "text", True, "in the editor's own words"), ("note", "text", False, ""), *SOURCED,
    ),
    "activity": _block(("id", "text", True, ""), ("meaning", "text", True, ""), ("note", "text", False, ""), *SOURCED),
    "boundary": _block(
        ("id", "text", True, ""), ("name", "text", True, ""), ("meaning", "text", True, "what it takes in, and how it is drawn"),
        ("kind", "one_of:area|period", False, "area (the default) or period of time"),
        ("required", "one_of:yes|no|open", False, "whether a project must have it; open: the project decides"),
        ("rests_on", "blocks:passage", False, "passages of other documents that it points to"),
        ("note", "text", False, ""), *SOURCED,
    ),
    "passage": CITATION,
    "pool": _block(
        ("id", "text", True, ""), ("name", "text", True, ""), ("kind", "one_of:pool|source", True, "carbon pool, or source of gases"),
        ("included", "one_of:yes|no|conditional", True, "whether it is counted"),
        ("side", "text", False, "where: baseline, project, leakage, ..."), ("gases", "words", False, "of a source"),
        ("only_where", "text", False, "in words, where it is counted under a condition"),
        ("why", "text", False, "as the publication explains it"), ("quantities", "words", False, "in which it is counted"),
        ("note", "text", False, ""), *SOURCED,
    ),
    "index_set": _block(
        ("id", "name", True, ""),
        ("letters", "words", False, "letters that stand for a member in formulas"),
        ("meaning", "text", False, ""),
        ("members", "members", False, "ids, or blocks with id and name; or a CSV file"),
        ("kind", "one_of:members|group|year|month|project_year|day", False,
         "members (the default), group (of another set's members), or members of the calendar; project years begin on anniversaries of the start"),
        ("subset_of", "id", False, "the larger set"),
        ("groups", "id", False, "the set whose members a group gathers"),
        ("project", "one_of:fixed|may-replace|must-list", False, "who names the members"),
        ("ordered", "one_of:yes|no", False, "whether members have an order, that in which they are listed"),
        ("dated", "one_of:yes|no", False, "whether each member carries a date, by which it falls into years, months and periods"),
        ("history", "number", False, "kind year: how many years before the project's first it holds"),
        ("shares", "shares", False,
         "sets in time of whose members two of its own may each have a part, as two periods have of a year; or such a set -> that part"),
    ),
    "relation": _block(
        ("id", "name", True, ""), ("over", "words", True, "index sets"), ("meaning", "text", False, ""),
        ("pairs", "pairs", False, "the combinations that exist, nested as in {a: [b, c]}; absent: the project lists them"),
    ),
    "constant": _block(
        ("written", "text", True, "as it stands in formulas"), ("unit", "unit", True, ""), ("meaning", "text", False, ""),
        ("published_unit", "text", False, "as printed, where it differs"),
        ("not_exact", "text", False, "why it is not the exact ratio of its units or molar masses"), *SOURCED,
    ),
    "equivalence": _block(
        ("id", "text", True, ""), ("from", "unit", True, ""), ("to", "unit", True, ""),
        ("reason", "text", True, "why one counts as the other"), *SOURCED,
    ),
    "choice": _block(
        ("id", "name", True, ""), ("meaning", "text", True, ""), ("values", "blocks:choice_value", True, ""),
        ("default", "text", False, "taken where the project does not say"), *SOURCED,
    ),
    "choice_value": _block(("id", "text", True, ""), ("meaning", "text", False, "")),
    "quantity": _block(
        ("id", "name", True, "name in formulas"),
        ("symbol", "text", True, "LaTeX, with <...> where each index goes"),
        ("meaning", "text", True, "in the editor's own words"),
        ("name", "text", False, "short name for tables"),
        ("indices", "words", False, "index sets, in order"),
        ("unit", "unit", False, "unit in which the equations read it; 1 for a plain number"),
        ("published_unit", "text", False, "as printed, where it differs"),
        ("unit_note", "text", False, "why it differs"),
        ("kind", "one_of:monitored|fixed_ex_ante|default|computed|statement", True, ""),
        ("type", "one_of:number|yes_no|date", False, ""),
        ("range", "range", False, "what can be at all; outside is an error"),
        ("plausible", "range", False, "what is usual; outside is a finding"),
        ("rows_sum_to", "number", False, "what each row (over the second index) adds up to, within the rounding of its numbers (A709)"),
        ("over_years", "one_of:sum|last|none", False, "what years do to it: flows add up, of stocks the last counts, rates do neither"),
        *SOURCED,
        ("supplied_by", "text", False, "who or what gives it"),
        ("not_exact", "text", False, "why its number is not the exact ratio of its units or molar masses: measured, rounded in print"),
        ("standard_error_of", "id", False, "quantity of which it is the standard error, as declared under `uncertainty:`"),
        ("substitution", "blocks:substitution", False, "how numbers that could not be measured may be replaced; nothing is allowed without it"),
        ("sources", "words", False, "where its numbers are taken from, the first before the next: datasets, and `project` for a number of its own"),
        ("conservative", "one_of:lower|upper", False, "which end of an interval is on the safe side; where absent the one that lowers the result"),
        ("matrix", "name", False, "name of the matrix of its elements"),
        ("diagonal_matrix", "name", False, "name of the diagonal matrix of its elements"),
        ("matrix_symbol", "text", False, "LaTeX of the matrix"),
        ("diagonal_symbol", "text", False, "LaTeX of the diagonal matrix"),
        ("on", "id", False, "relation outside of which it does not exist"),
        ("unit_alternatives", "block:unit_alternatives", False, "units of which each member takes one"),
        ("acts_as", "block:acts_as", False, "unit with which it counts where it is used"),
        ("role", "text", False, "what it is in the accounting; equations/model/roles.py lists the roles"),
        ("editorial", "text", False, "why it stands here although the text has no such symbol"),
        ("part_of", "text", False, "grouping for pictures"),
    ),
    "unit_alternatives": _block(
        ("group", "text", True, "quantities of one group take the same alternative"),
        ("by", "id", True, "index set whose members take one each"),
        ("units", "texts", True, "alternative -> unit"),
        ("plausible", "texts", False, "alternative -> what is usual in its unit, as `0.005 to 2`"),
    ),
    "substitution": _block(
        ("id", "text", True, "name of the method; a project says `state: substituted by` it"),
        ("statement", "text", False, "in words; enough where no number follows from the others"),
        ("takes", "one_of:" + "|".join(TAKES), False, "what stands there: zero, or of the measured numbers of the series the least, the most, "
         "the mean, the one before or after"),
        ("along", "id", False, "index set along which a series runs; the last one that has an order if absent, else all cells are one series"),
        ("at_most", "number", False, "largest share of a series that may be replaced, as 0.1"),
        ("in_a_row", "number", False, "most neighbours that may be replaced together"),
        ("when", "condition", False, "where it is allowed, by choices, readings and members"), *SOURCED,
    ),
    "acts_as": _block(("unit", "unit", True, ""), ("equivalence", "text", True, "id of the equivalence that says why")),
    "equation": _block(
        ("id", "text", True, "stable across versions"),
        ("number", "text", False, "printed number"),
        ("part", "text", False, "where one number holds several equalities"),
        ("section", "text", False, ""),
        ("title", "text", False, ""),
        ("when", "condition", False, "the case in which it holds"),
        ("for", "letters", False, "what its letters run over"),
        ("defines", "formula", True, "left side"),
        ("formula", "formula", False, "right side"),
        ("relation", "formula", False, "the whole equality, where it must be solved"),
        ("solver", "text", False, "how it is solved"),
        ("printed", "text", False, "LaTeX of the printed form, where it differs"),
        ("equivalences", "words", False, "mixtures of units that it makes"),
        ("editorial", "text", False, "why it stands here although the text prints none"),
        ("note", "text", False, ""),
        *SOURCED,
    ),
    "dataset": _block(
        ("id", "text", True, ""), ("title", "text", True, ""),
        ("use", "one_of:default|on-request", False, "used unless the project supplies, or only when it names it"),
        ("date", "text", False, ""), *SOURCED, ("values", "blocks:value_block", True, ""),
        ("valid_from", "date", False, "first day for which it holds, as 2013-01-01"), ("valid_to", "date", False, "last day for which it holds"),
        ("superseded_by", "text", False, "the dataset that comes after it; it is valid until that one begins"),
        ("allowed", "condition", False, "where it may be used, by choices, readings and members"),
        ("allowed_by", "words", False, "rules that must hold where it is used"),
    ),
    "value_block": _block(
        ("id", "text", False, "name for revisions, where quantity and `at` do not tell it from others"),
        ("quantity", "id", True, ""),
        ("unit", "unit", False, "as printed"),
        ("value", "number", False, "for a quantity without indices"),
        ("cells", "cells", False, "label -> number, nested for several indices"),
        ("table", "table", False, "lines of labels and numbers"),
        ("at", "texts", False, 'index set -> member, for indices that the values do not show; "*" is every member'),
        ("when", "condition", False, "the case in which it holds"),
        ("for", "letters", False, "what its letters run over"),
        ("published_unit", "text", False, "as printed, where even `unit` differs"),
        ("uncertainty", "distributions", False, "for simulations: a distribution, or one for each label, as in a project file"),
        ("note", "text", False, ""),
        ("bound", "one_of:lower|central|upper", False, "which end of an interval the values are"),
        *SOURCED,
    ),
    "published_result": _block(
        ("id", "text", True, ""), ("quantity", "id", True, ""), ("given", "words", False, "datasets from which it follows"),
        ("unit", "unit", False, "as printed"), ("value", "number", False, ""), ("cells", "cells", False, ""),
        ("table", "table", False, ""), ("at", "texts", False, ""), ("choices", "texts", False, "choice -> value"), *SOURCED,
    ),
    "comparison": _block(
        ("id", "text", True, ""), ("title", "text", True, "what is compared with what"),
        ("left", "formula", True, ""), ("right", "formula", True, "what it should be equal to"),
        ("for", "letters", False, "free letters: compared for every member"),
        ("given", "words", True, "datasets from which both follow"),
        ("tolerance", "number", False, "largest difference that rounding explains, in the unit of both sides"),
        ("choices", "texts", False, "choice -> value"), ("severity", "one_of:error|warning|note", False, "of a larger difference"),
        ("why", "text", False, "what a difference means"), *SOURCED,
    ),
    "rule": _block(
        ("id", "text", True, ""), ("statement", "text", True, ""), ("condition", "condition", True, ""),
        ("for", "letters", False, "free letters: it must hold for every member"), ("when", "condition", False, ""),
        ("severity", "one_of:error|warning|note", False, ""), ("remedy", "text", False, ""),
        ("equivalences", "words", False, ""), ("section", "text", False, "where it stands, if not where `source` says"),
        ("editorial", "text", False, "why it is asked although the text has no such condition"), *SOURCED,
    ),
    "cross_check": _block(
        *CROSS_CHECK_FIELDS, ("section", "text", False, "where it stands, if not where `source` says"),
        ("editorial", "text", False, "why it is asked although the text has no such condition"), *SOURCED,
    ),
    "ruling": _block(
        ("id", "text", True, ""), ("place", "place_in_text", False, ""), ("issue", "text", True, "what is wrong or open"),
        ("evidence", "text", False, ""), ("default", "text", True, "id of the reading taken"),
        ("readings", "blocks:reading", True, ""), ("why", "text", False, ""), ("moves", "text", False, ""), *SOURCED,
    ),
    "reading": _block(
        ("id", "text", True, ""), ("meaning", "text", True, ""),
        ("moved", "texts", False, "project -> by how much it moves the result there, in whole units, against the default reading"),
        *_EDITS,
        ("with", "blocks:meeting", False, "what holds in place of that where other readings are taken with it"),
    ),
    "meeting": _block(("readings", "texts", True, "ruling -> reading that is taken too"), *_EDITS),
    "step": _block(
        ("of", "id", True, "the quantity behind which the step stands"),
        ("in", "words", False, "equations that read it there, and rulings whose steps do; without it the definition itself is changed"),
        ("after", "words", False, "rulings whose steps on the same quantity come before; else the order of the file"),
        ("for", "letters", False, "what its letters run over"),
        ("equations", "blocks:step_equation", False, "what it computes on the way"),
        ("gives", "formula", False, "the value that goes on, from `it`, the value that arrives"),
        ("relation", "formula", False, "the whole equality, where it must be solved"),
        ("solver", "text", False, "how it is solved"),
        ("defines", "formula", False, "name and letters of what it gives, perhaps with one index more, or its matrix"),
        *_STEP_QUANTITY,
        ("id", "name", False, "name of what it gives, where `defines` names its matrix or is not written"),
        ("matrix", "name", False, "name of the matrix of what it gives"),
        ("matrix_symbol", "text", False, "LaTeX of the matrix"),
    ),
    "step_equation": _block(
        ("defines", "formula", True, "left side"), ("formula", "formula", True, "right side, where `it` is the value that arrives"),
        ("for", "letters", False, "what its letters run over"), *_STEP_QUANTITY,
    ),
    "register_entry": _block(
        ("id", "text", True, ""), ("place", "place_in_text", False, ""), ("kind", "text", False, ""), ("wrong", "text", True, ""),
        ("evidence", "text", False, ""), ("reading", "text", False, ""), ("why", "text", False, ""),
        ("alternatives", "words", False, "other readings, each with how it is taken at its end: (reading: id), (input: a, b), ..."),
        ("moves", "text", False, ""),
        ("severity", "one_of:credit-moving|checkable|editorial", False, ""), ("ruling", "text", False, ""),
        ("about", "one_of:text|method", False, "a fault of the text (the default), or a remark on the method that it describes"),
    ),
    "parameter_list": _block(
        ("id", "text", True, "as `list:` of the lines names it"), ("title", "text", False, ""),
        ("kind", "one_of:monitored|fixed_ex_ante|default", True, "kind of the quantities that it lists"), *SOURCED,
    ),
    "listed_parameter": _block(
        ("list", "text", True, ""), ("printed", "text", True, ""), ("quantity", "id", False, ""), ("note", "text", False, "")
    ),
    "history_line": _block(("version", "text", True, ""), ("date", "text", False, ""), ("contents", "text", True, "")),
    "changes": _block(
        ("rename", "block:renames", False, "new names of quantities and matrices, everywhere; done first"),
        ("renumber", "texts", False, "equation id, printed number or range -> new number or range; references follow"),
        ("settle", "texts", False, "ruling -> reading, or choice -> value, that becomes the text; it and what holds only otherwise go"),
        ("index", "one_or_more:new_index", False, "one more index for a family of quantities and their equations; or a list of such blocks"),
        ("remove", "block:removals", False, "ids to take out"),
        ("replace", "block:replacements", False, "fields of existing entries, by id"),
        ("add", "block:additions", False, "new entries; `after: id` inside an entry places it"),
    ),
    "new_index": _block(
        ("add", "id", True, "index set"), ("to", "words", True, "quantities of the family"),
        ("letter", "text", False, "letter of the set that formulas take; the first that is free"),
        ("before", "id", False, "index before which it stands; last if absent"),
        ("values", "texts", False, "quantity, or id of a printed table -> every, a member, or none: what its numbers hold for"),
        ("sum_in", "words", False, "equations, rules and comparisons outside the family that read the sum over the new index"),
        ("each_in", "words", False, "rules and comparisons that hold for every member of it"),
    ),
    "renames": _block(
        ("quantities", "texts", False, "old id -> new id"), ("matrices", "texts", False, "old name -> new name")
    ),
}  # fmt: skip

#: Lists of a spec that a revision can edit, with the field by which their entries are known.
KEYS: dict[str, str] = {
    "sections": "id", "terms": "id", "activities": "id", "boundaries": "id", "pools": "id",
    "substances": "id", "units": "id", "index_sets": "id", "relations": "id", "constants": "written", "equivalences": "id",
    "choices": "id", "quantities": "id", "equations": "id", "datasets": "id", "published_results": "id", "comparisons": "id",
    "rules": "id", "cross_checks": "id", "parameter_lists": "id", "rulings": "id", "register": "id", "monitoring_list": "printed",
    "history": "version",
}  # fmt: skip
