"""Steps that the other reading of an open place puts between a quantity and what reads it, drawn."""

from __future__ import annotations

import re

from bounded_numbers import Bounded
from drafts import Draft
from drawn_formulas import LETTERS, Readable, Scope, formula, literal
from hypothesis import strategies as st
from unit_balance import PLAIN
from worlds import Letters, Step, World


def _can_have(draft: Draft, quantity: Readable) -> bool:
    """Whether a step can stand behind a quantity: no range, no relation, and no matrix that would have to follow."""
    plain = not (quantity.positive or quantity.relation or quantity.acts_as or quantity.answers)
    return plain and not quantity.matrix.startswith("M") and quantity.id not in ("P", "U") and "range:" not in _declaration(draft, quantity)


def _declaration(draft: Draft, quantity: Readable) -> str:
    return next(line for line in draft.declared if f"{{id: {quantity.id}," in line)


def _readers(draft: Draft, quantity: Readable) -> list[str]:
    """Return the equations of other quantities that read a quantity by its own name, and that no reading replaces."""
    replaced = {re.match(r"\{id: ([^,]+),", edit)[1] for edit in draft.edits}
    found = []
    for line in draft.equations:
        id_, left, right = re.search(r"id: ([^,]+), defines: '([^']+)'.*?(?:formula|relation): '(.*)'", line).groups()
        names = set(re.findall(r"[A-Za-z_]\w*", right))
        if quantity.id in names and quantity.matrix not in names and not left.startswith(quantity.id) and id_ not in replaced:
            found.append(id_)
    return found


def _in_one_circle(one: Readable, other: Readable) -> bool:
    """Whether two quantities carry one balance over periods: a step may not close a second circle."""
    return one.id[:2] in ("CB", "CY", "CS") and other.id[:2] in ("CB", "CY", "CS") and one.id[2:] == other.id[2:]


@st.composite
def steps(draw, draft: Draft, ruling: str) -> None:
    """One step: behind the definition of a computed quantity, or before some of the equations that read one."""
    fitting = [q for q in draft.readable if _can_have(draft, q)]
    computed = {q.id for q in draft.computed}
    held = {q: sorted(s.equations for s in draft.world.steps.get(q.id, ())) for q in fitting}
    ways = [(q, frozenset()) for q in fitting if q.id in computed and q.id in draft.world.cases]
    ways += [(q, frozenset(readers)) for q in fitting if (readers := _readers(draft, q)) and not any(held[q])]
    ways += [(q, before[-1]) for q, before in held.items() if before and before[-1]]
    if not ways:
        return
    quantity, equations = draw(st.sampled_from(ways))
    if equations and quantity.id not in draft.world.steps:
        equations = frozenset(draw(st.sets(st.sampled_from(sorted(equations)), min_size=1)))
    letters: list[str] = []
    for set_id in quantity.sets:
        letters.append(next(x for x in LETTERS["stratum" if set_id == "wet" else set_id] if x not in letters))
    known = tuple(q for q in draft.readable[: draft.readable.index(quantity)] if not _in_one_circle(q, quantity))
    scope = Scope(known, dict(zip(letters, quantity.sets, strict=True)), {}, "", draft.world.members)
    share, more = draw(literal(PLAIN)), draw(formula(scope, quantity.unit, draw(st.integers(0, 1))))

    def gives(world: World, at: Letters, it: Bounded) -> Bounded:
        return it * share.value(world, at) + more.value(world, at)

    it = f"it[{', '.join(letters)}]" if letters else "it"
    readers = f", in: [{', '.join(sorted(equations))}]" if equations else ""
    own = ", for: {i: wet}" if "wet" in quantity.sets else ""
    text = f"{{of: {quantity.id}{readers}{own}, gives: '{it} * {share.text} + {more.text}'}}"
    draft.adjust(ruling, text, quantity.id, Step(ruling, tuple(letters), gives, equations))
