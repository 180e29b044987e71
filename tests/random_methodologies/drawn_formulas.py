"""Formulas with their unit, drawn from the units downwards, each beside what it means in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from bounded_numbers import ROUNDINGS, Bounded, absolute, exact, exponential, larger, logarithm, power, root_of, smaller, whole
from hypothesis import strategies as st
from unit_balance import AREA, CARBON, DAYS, DECLARED, DIOXIDE, PLAIN, Balance, unit
from worlds import Letters, OutsideRelation, World

LETTERS = {"stratum": "ijk", "wet": "", "gas": "gh", "year": "yzx", "period": "qr", "biome": "b", "map": "m", "step": "st", "past": "uv",
           "month": "no", "turn": "dl", "fire": "ef"}  # fmt: skip
#: Ordered set -> the marks of its first and its last member.
ORDERED = {"year": ("start", "end"), "step": ("first", "last"), "past": ("first", "end"), "period": ("first", "last")}
#: What lies in what: the members of groups, and those of sets in time by their days.
GATHERED = {"period": ("year", "fire"), "map": ("year", "fire"), "biome": ("stratum",), "year": ("month", "fire"), "turn": ("fire",),
            "month": ("fire",)}  # fmt: skip
#: Sets whose members have days.
IN_TIME = ("year", "past", "period", "map", "month", "turn", "fire")
#: Sets whose members the spec names.
NAMED = ("stratum", "wet", "year", "step")
#: Kinds of formulas and of conditions that other files add: where they can stand, and how one is drawn.
FURTHER: dict[str, tuple[Callable[[Scope, Balance], bool], Callable[[Scope, Balance, int], st.SearchStrategy]]] = {}
FURTHER_CONDITIONS: dict[str, tuple[Callable[[Scope], bool], Callable[[Scope], st.SearchStrategy]]] = {}
Value = Callable[[World, Letters], Bounded]
Holds = Callable[[World, Letters], bool]


@dataclass(frozen=True)
class Term:
    """A formula, its unit, and its meaning."""

    text: str
    unit: Balance
    value: Value


@dataclass(frozen=True)
class Readable:
    """A quantity as formulas see it."""

    id: str
    sets: tuple[str, ...]
    unit: Balance
    positive: bool = False
    relation: str = ""
    #: Unit with which it counts, where that is another one.
    acts_as: Balance | None = None
    matrix: str = ""
    #: Its numbers are answers: yes is 1.
    answers: bool = False

    @property
    def counts_as(self) -> Balance:
        return self.acts_as or self.unit


@dataclass(frozen=True)
class Scope:
    """What a formula may read, and the letters that stand in it: letter -> index set."""

    quantities: tuple[Readable, ...]
    letters: Mapping[str, str] = field(default_factory=dict)
    #: Years that a letter can go back.
    lags: Mapping[str, int] = field(default_factory=dict)
    #: The letter of the sum that is nearest, which passes over what its letter names and is not there.
    in_sum: str = ""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def bound(self, letter: str, set_id: str) -> Scope:
        return replace(self, letters={**self.letters, letter: set_id}, in_sum=letter)

    def free(self, set_id: str) -> str:
        """Return a letter of a set that does not stand in the formula, or nothing."""
        base = "stratum" if set_id == "wet" else set_id
        return next((x for x in LETTERS[base] if x not in self.letters), "")


# -- leaves


def places(scope: Scope, set_id: str) -> list[tuple[str, Callable[[World, Letters], str]]]:
    """Return the ways to name a member of a set where an index stands."""
    found: list[tuple[str, Callable[[World, Letters], str]]] = []
    for letter, own in scope.letters.items():
        if (own, set_id) == ("year", "past"):  # as many years back as the set has before the start
            found += [(f"{letter}-{lag}" if lag else letter, lambda world, at, letter=letter, lag=lag: str(int(at[letter]) - lag)) for lag in range(3)]
        if own == set_id or (own == "wet" and set_id == "stratum"):
            found.append((letter, lambda world, at, letter=letter: at[letter]))
            for lag in range(1, scope.lags.get(letter, 0) + 1):
                found.append((f"{letter}-{lag}", lambda world, at, letter=letter, lag=lag: str(int(at[letter]) - lag)))
        base = "stratum" if own == "wet" else own
        if base in GATHERED.get(set_id, ()):
            name = LETTERS[set_id][0]
            found.append((f"{name}({letter})", lambda world, at, letter=letter, base=base: world.member_of(set_id, base, at[letter])))
    if set_id in ORDERED and set_id != "period":
        found += [(mark, lambda world, at, end=end: world.members[set_id][end]) for mark, end in zip(ORDERED[set_id], (0, -1), strict=True)]
    if set_id in NAMED and set_id != "year":
        found += [(f'"{member}"', lambda world, at, member=member: member) for member in scope.members[set_id]]
    return found


def can_read(scope: Scope, quantity: Readable) -> bool:
    """Whether a quantity can be read; what stands on a relation only where a sum passes over what is not there."""
    return bool(not quantity.relation or summed(scope, quantity)) and all(places(scope, set_id) for set_id in quantity.sets)


def summed(scope: Scope, quantity: Readable) -> list[int]:
    """Return the indices at which the letter of the nearest sum can stand."""
    return [at for at, set_id in enumerate(quantity.sets) if scope.in_sum in [name for name, _ in places(scope, set_id)]]


@st.composite
def element(draw, scope: Scope, quantity: Readable) -> Term:
    """One element of a quantity."""
    at = [draw(st.sampled_from(places(scope, set_id))) for set_id in quantity.sets]
    if quantity.relation:
        own = draw(st.sampled_from(summed(scope, quantity)))
        at[own] = next(place for place in places(scope, quantity.sets[own]) if place[0] == scope.in_sum)
    text = quantity.id + (f"[{', '.join(name for name, _ in at)}]" if at else "")
    return Term(text, quantity.counts_as, lambda world, letters: world.cell(quantity.id, tuple(find(world, letters) for _, find in at)))


@st.composite
def literal(draw, wanted: Balance) -> Term:
    """A written number."""
    text = draw(st.sampled_from(["2", "0.5", "3", "1.25", "2/3", "3/4"]))
    value = exact(text)
    return Term(text if wanted.is_plain else f"{text} {{{wanted}}}", wanted, lambda world, letters: value)


@st.composite
def leaf(draw, scope: Scope, wanted: Balance, positive: bool = False) -> Term:
    """A number of one unit: an element, an element times what makes up for its unit, or a written number."""
    known = [q for q in scope.quantities if can_read(scope, q) and (q.positive or not positive)]
    right = [q for q in known if q.counts_as == wanted]
    if right:
        return draw(element(scope, draw(st.sampled_from(right))))
    near = [q for q in known if (wanted / q.counts_as).is_simple and not (wanted / q.counts_as).is_plain]
    if near and draw(st.integers(0, 3)) < 3:
        base = draw(element(scope, draw(st.sampled_from(near))))
        times = draw(literal(wanted / base.unit))
        return Term(f"{base.text} * {times.text}", wanted, lambda w, at: base.value(w, at) * times.value(w, at))
    if wanted.is_simple:
        return draw(literal(wanted))
    first = next(word for word, _ in wanted.powers)
    own = unit(**{first: dict(wanted.powers)[first]})
    a, b = draw(leaf(scope, own, positive)), draw(leaf(scope, wanted / own, positive))
    return Term(f"({a.text}) * ({b.text})", wanted, lambda w, at: a.value(w, at) * b.value(w, at))


# -- formulas


@st.composite
def formula(draw, scope: Scope, wanted: Balance, depth: int = 2) -> Term:
    """A formula of one unit."""
    if depth <= 0:
        return draw(leaf(scope, wanted))
    kinds = ["leaf", "sum", "difference", "product", "quotient", "function", "cases", "minus", "power", "chemistry"]
    kinds += ["reduction"] * 2 if any(scope.free(s) for s in ("stratum", "gas", "year", "period", "step")) else []
    kinds += ["table"] if scope.free("stratum") and len(scope.members.get("stratum", ())) > 1 else []
    kinds += ["count"] if wanted.is_plain else []
    kinds += ["plain function"] * 2 if wanted.is_plain else ["root"]
    kinds += ["calendar"] if wanted == unit(year=1) and "year" in scope.letters.values() else []
    kinds += ["calendar"] * 2 if wanted == DAYS and any(s in IN_TIME for s in scope.letters.values()) else []
    kinds += [name for name, (fits, _) in FURTHER.items() if fits(scope, wanted)]
    kind = draw(st.sampled_from(kinds))
    return draw((FURTHER[kind][1] if kind in FURTHER else _OF_KIND[kind])(scope, wanted, depth - 1))


@st.composite
def _joined(draw, scope: Scope, wanted: Balance, depth: int, op: str) -> Term:
    a, b = draw(formula(scope, wanted, depth)), draw(formula(scope, wanted, depth))
    if op == "+":
        return Term(f"({a.text} + {b.text})", wanted, lambda w, at: a.value(w, at) + b.value(w, at))
    return Term(f"({a.text} - ({b.text}))", wanted, lambda w, at: a.value(w, at) - b.value(w, at))


@st.composite
def _product(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    factor = draw(st.sampled_from([PLAIN, *DECLARED]))
    if not all(abs(n) <= 2 for _, n in (wanted / factor).powers):
        factor = PLAIN
    a, b = draw(formula(scope, factor, depth)), draw(formula(scope, wanted / factor, depth))
    return Term(f"({a.text}) * ({b.text})", wanted, lambda w, at: a.value(w, at) * b.value(w, at))


@st.composite
def _quotient(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    under = draw(st.sampled_from([PLAIN, AREA, DAYS]))
    over, down = draw(formula(scope, wanted * under, depth)), draw(leaf(scope, under, positive=True))
    return Term(f"({over.text}) / ({down.text})", wanted, lambda w, at: over.value(w, at) / down.value(w, at))


@st.composite
def _function(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    name = draw(st.sampled_from(["pos", "abs", "floor", "ceil", "round", "max", "min", "max 0", "min 0"]))
    a = draw(formula(scope, wanted, depth))
    if name in ("max", "min"):
        b, pick = draw(formula(scope, wanted, depth)), larger if name == "max" else smaller
        return Term(f"{name}({a.text}, {b.text})", wanted, lambda w, at: pick(a.value(w, at), b.value(w, at)))
    if name in ("max 0", "pos"):
        text = f"pos({a.text})" if name == "pos" else f"max({a.text}, 0)"
        return Term(text, wanted, lambda w, at: larger(a.value(w, at), Bounded(Fraction(0))))
    if name == "min 0":
        return Term(f"min(0, {a.text})", wanted, lambda w, at: smaller(a.value(w, at), Bounded(Fraction(0))))
    if name == "abs":
        return Term(f"abs({a.text})", wanted, lambda w, at: absolute(a.value(w, at)))
    name = draw(st.sampled_from(sorted(ROUNDINGS))) if name == "round" else name
    step = draw(st.sampled_from(["", "", "0.1", "5", "1/3"]))
    if not step:
        return Term(f"{name}({a.text})", wanted, lambda w, at: whole(name, a.value(w, at)))
    size = Fraction(step)
    return Term(f"{name}({a.text}, {step if wanted.is_plain else f'{step} {{{wanted}}}'})", wanted, lambda w, at: whole(name, a.value(w, at), size))


@st.composite
def _plain_function(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    a, one = draw(formula(scope, PLAIN, depth)), Bounded(Fraction(1))
    name = draw(st.sampled_from(["exp", "ln", "log10", "^", "Product"]))
    if name == "exp":
        return Term(f"exp(-abs({a.text}))", PLAIN, lambda w, at: exponential(-absolute(a.value(w, at))))
    if name == "^":
        b, three = draw(formula(scope, PLAIN, depth)), Bounded(Fraction(3))
        return Term(f"(1 + abs({a.text})) ^ min({b.text}, 3)", PLAIN,
                    lambda w, at: power(one + absolute(a.value(w, at)), smaller(b.value(w, at), three)))  # fmt: skip
    if name == "Product" and scope.free("stratum"):
        return draw(_reduction(scope, PLAIN, depth, "Product"))
    name = "ln" if name == "Product" else name
    return Term(f"{name}(1 + abs({a.text}))", PLAIN, lambda w, at: logarithm(name, one + absolute(a.value(w, at))))


@st.composite
def _root(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    a, b = draw(formula(scope, wanted, depth)), draw(leaf(scope, wanted))
    return Term(f"sqrt(abs(({a.text}) * {b.text}))", wanted, lambda w, at: root_of(absolute(a.value(w, at) * b.value(w, at))))


@st.composite
def _power(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    half = wanted.half
    if half is None or half.is_plain:
        a = draw(leaf(scope, PLAIN, positive=True))
        b = draw(formula(scope, wanted, depth))
        return Term(f"({b.text}) * ({a.text}) ^ -1", wanted, lambda w, at: b.value(w, at) * power(a.value(w, at), Bounded(Fraction(-1))))
    a = draw(formula(scope, half, depth))
    return Term(f"({a.text}) ^ 2", wanted, lambda w, at: a.value(w, at) * a.value(w, at))


@st.composite
def _minus(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    a = draw(formula(scope, wanted, depth))
    return Term(f"-({a.text})", wanted, lambda w, at: -a.value(w, at))


@st.composite
def _chemistry(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    """What converts: between substances and between scales, in the numbers that are exact."""
    forms = {DIOXIDE: (CARBON, "44/12"), CARBON: (DIOXIDE, "12/44 {tC/tCO2}")}
    if wanted not in forms:
        return draw(leaf(scope, wanted))
    source, text = forms[wanted]
    a, ratio = draw(formula(scope, source, depth)), exact(text.split(" ")[0])
    return Term(f"({a.text}) * {text}", wanted, lambda w, at: a.value(w, at) * ratio)


@st.composite
def _calendar(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    if wanted != DAYS:
        letter = draw(st.sampled_from(sorted(x for x, s in scope.letters.items() if s == "year")))
        return Term(f"elapsed_years({letter})", wanted, lambda w, at: Bounded(Fraction(int(at[letter]) - w.start.year)))
    timed = sorted(x for x, s in scope.letters.items() if s in IN_TIME)
    one, other = draw(st.sampled_from(timed)), draw(st.sampled_from(timed))
    sets = scope.letters
    names = ["days", "operating_days", "shared_days", "first_day", "last_day"] + (["days_in_year"] if sets[one] in ("year", "past") else [])
    name = draw(st.sampled_from(names))
    if name == "shared_days":
        return Term(f"shared_days({one}, {other})", wanted, lambda w, at: Bounded(Fraction(w.shared((sets[one], at[one]), (sets[other], at[other])))))
    return Term(f"{name}({one})", wanted, lambda w, at: Bounded(Fraction(w.days(name, sets[one], at[one]))))


# -- cases and conditions


@dataclass(frozen=True)
class Condition:
    """A condition and its meaning."""

    text: str
    holds: Holds


@st.composite
def condition(draw, scope: Scope, depth: int = 1) -> Condition:
    """A condition on numbers, members or years."""
    kinds = ["compare", "compare"] + (["and", "or", "not"] if depth > 0 else [])
    strata = sorted(x for x, s in scope.letters.items() if s == "stratum")
    years = sorted(x for x, s in scope.letters.items() if s == "year")
    kinds += ["member", "is"] if strata else []
    ordered = sorted(x for x, s in scope.letters.items() if s in ORDERED)
    kinds += ["year"] if years else []
    kinds += ["order"] if ordered else []
    kinds += ["All", "Any"] if depth > 0 and scope.free("stratum") else []
    kinds += [name for name, (fits, _) in FURTHER_CONDITIONS.items() if fits(scope)]
    kind = draw(st.sampled_from(kinds))
    if kind in FURTHER_CONDITIONS:
        return draw(FURTHER_CONDITIONS[kind][1](scope))
    if kind in ("and", "or"):
        a, b = draw(condition(scope, depth - 1)), draw(condition(scope, depth - 1))
        joined = (lambda w, at: a.holds(w, at) and b.holds(w, at)) if kind == "and" else (lambda w, at: a.holds(w, at) or b.holds(w, at))
        return Condition(f"({a.text}) {kind} ({b.text})", joined)
    if kind == "not":
        a = draw(condition(scope, depth - 1))
        return Condition(f"not ({a.text})", lambda w, at: not a.holds(w, at))
    if kind == "member":
        letter, negated = draw(st.sampled_from(strata)), draw(st.booleans())
        return Condition(f"{letter} {'not in' if negated else 'in'} wet", lambda w, at: (at[letter] in w.members["wet"]) is not negated)
    if kind == "is":
        letter, member = draw(st.sampled_from(strata)), draw(st.sampled_from(scope.members["stratum"]))
        return Condition(f'{letter} == "{member}"', lambda w, at: at[letter] == member)
    if kind == "year":
        letter, first = draw(st.sampled_from(years)), draw(st.booleans())
        return Condition(f"{letter} == {'start' if first else 'end'}", lambda w, at: at[letter] == w.members["year"][0 if first else -1])
    if kind == "order":
        return draw(_in_order(scope, ordered))
    if kind in ("All", "Any"):
        letter = scope.free("stratum")
        a, many = draw(condition(scope.bound(letter, "stratum"), depth - 1)), all if kind == "All" else any
        return Condition(f"{kind}({letter}, {a.text})", lambda w, at: many([a.holds(w, inner) for inner in inside(w, at, letter, w.members["stratum"], a.holds)]))
    return draw(comparison(scope, depth))


@st.composite
def _in_order(draw, scope: Scope, ordered: list[str]) -> Condition:
    """A letter against an end of its set, or against another letter of it, with a distance."""
    letter, op = draw(st.sampled_from(ordered)), draw(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]))
    own, more = scope.letters[letter], draw(st.integers(-1, 1))
    other = draw(st.sampled_from([*ORDERED[own], *(x for x in ordered if scope.letters[x] == own and x != letter)]))

    def holds(w: World, at: Letters) -> bool:
        members = w.members[own]
        marks = dict(zip(ORDERED[own], (0, len(members) - 1), strict=True))
        gap = members.index(at[letter]) - (marks[other] if other in marks else members.index(at[other])) - more
        return {"==": gap == 0, "!=": gap != 0, "<": gap < 0, "<=": gap <= 0, ">": gap > 0, ">=": gap >= 0}[op]

    return Condition(f"{letter} {op} {other}" + (f" {'+' if more > 0 else '-'} 1" if more else ""), holds)


@st.composite
def comparison(draw, scope: Scope, depth: int = 1) -> Condition:
    """Two formulas of one unit, or one against a plain 0."""
    wanted = draw(st.sampled_from(DECLARED))
    a, op = draw(formula(scope, wanted, depth)), draw(st.sampled_from(["<", ">", "<=", ">="]))
    zero = draw(st.booleans())
    b = Term("0", wanted, lambda w, at: Bounded(Fraction(0))) if zero else draw(leaf(scope, wanted))

    def holds(w: World, at: Letters) -> bool:
        left, right = a.value(w, at), b.value(w, at)
        return left.below(right) if op == "<" else right.below(left) if op == ">" else not right.below(left) if op == "<=" else not left.below(right)

    return Condition(f"{a.text} {op} {b.text}", holds)


@st.composite
def _cases(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    test = draw(condition(scope, 1))
    a, b = draw(formula(scope, wanted, depth)), draw(st.one_of(st.just(None), formula(scope, wanted, depth)))
    otherwise = b or Term("0", wanted, lambda w, at: Bounded(Fraction(0)))
    return Term(f"cases({test.text}: {a.text}, otherwise: {otherwise.text})", wanted,
                lambda w, at: (a if test.holds(w, at) else otherwise).value(w, at))  # fmt: skip


# -- reductions


def inside(world: World, letters: Letters, letter: str, members: tuple[str, ...], value: Callable[[World, Letters], object]) -> list[Letters]:
    """Return the letters for each member at which a cell exists."""
    found = []
    for member in members:
        inner = {**letters, letter: member}
        try:
            value(world, inner)
        except OutsideRelation:
            continue
        found.append(inner)
    return found


def _range(draw, scope: Scope, kind: str) -> list[tuple[str, str, str, Callable[[World, Letters], tuple[str, ...]]]]:
    """Return the ways to bind one more letter: text, letter, set, members."""
    found = []
    for set_id in ("stratum", "gas", "year", "period", "step", "past", "turn", "fire"):
        if letter := scope.free(set_id):
            found.append((letter, letter, set_id, lambda w, at, set_id=set_id: w.members[set_id]))
    if letter := scope.free("stratum"):
        found.append((f"{letter} in wet", letter, "wet", lambda w, at: w.members["wet"]))
    for group, own in scope.letters.items():
        for base in GATHERED.get(own, ()):
            may_be_none = base == "fire" and kind not in ("Sum", "Product", "Count")
            if not may_be_none and (letter := scope.free(base)):
                found.append((f"{letter} in {group}", letter, base,
                              lambda w, at, group=group, own=own, base=base: w.members_in(own, at[group], base)))  # fmt: skip
        if own == "turn" and kind == "Sum" and (letter := scope.free("year")):  # a year that two of them share
            found.append((f"{letter} in {group}", letter, "year", lambda w, at, group=group: w.members_in("turn", at[group], "year")))
        if own in ORDERED and (letter := scope.free(own)):
            found += _windows(letter, group, own, kind)
        if own == "year" and (letter := scope.free("past")):
            found.append((f"{letter} in {group}-2..{group}", letter, "past",
                          lambda w, at, group=group: tuple(y for y in w.members["past"] if int(at[group]) - 2 <= int(y) <= int(at[group]))))  # fmt: skip
    return found


def _windows(letter: str, here: str, own: str, kind: str) -> list[tuple[str, str, str, Callable[[World, Letters], tuple[str, ...]]]]:
    """Return windows on an ordered set, by the distances of their ends; those that may be empty for sums alone."""
    first, last = ORDERED[own]
    ends = [(f"{first}..{here}", -99, 0), (f"{here}..{last}", 0, 99), (f"{here}-1..{here}+1 within {own}", -1, 1), (f"{here}-1..{here} within {own}", -1, 0)]
    ends += [(f"{first}..{here}-1", -99, -1), (f"{here}+1..{last}", 1, 99), (f"{here}+1..{here}+2 within {own}", 1, 2)] if kind == "Sum" else []

    def members(w: World, at: Letters, least: int, most: int) -> tuple[str, ...]:
        place = w.members[own].index(at[here])
        return tuple(m for turn, m in enumerate(w.members[own]) if least <= turn - place <= most)

    return [(f"{letter} in {text}", letter, own, lambda w, at, a=a, b=b: members(w, at, a, b)) for text, a, b in ends]


@st.composite
def _reduction(draw, scope: Scope, wanted: Balance, depth: int, kind: str = "") -> Term:
    kind = kind or draw(st.sampled_from(["Sum", "Sum", "Sum", "Max", "Min", "Mean"]))
    ways = _range(draw, scope, kind)
    if not ways:
        return draw(leaf(scope, wanted))
    text, letter, set_id, members = draw(st.sampled_from(ways))
    inner = scope.bound(letter, set_id)
    inner = inner if kind == "Sum" else replace(inner, in_sum="")
    body = draw(formula(inner, wanted, depth))
    group = text.split(" in ")[-1]
    if set_id == "year" and scope.letters.get(group) == "turn":
        body = _shared(body, letter, group, said=draw(st.booleans()))

    def value(w: World, at: Letters) -> Bounded:
        terms = []
        for member in members(w, at):
            try:
                terms.append(body.value(w, {**at, letter: member}))
            except OutsideRelation:
                continue
        if kind in ("Sum", "Product"):
            total = Bounded(Fraction(0 if kind == "Sum" else 1))
            for term in terms:
                total = total + term if kind == "Sum" else total * term
            return total
        if kind == "Mean":
            return sum(terms[1:], terms[0]) / Bounded(Fraction(len(terms)))
        found = terms[0]
        for term in terms[1:]:
            found = larger(found, term) if kind == "Max" else smaller(found, term)
        return found

    return Term(f"{kind}({text}, {body.text})", wanted, value)


def _shared(body: Term, year: str, turn: str, *, said: bool) -> Term:
    """Return the part of a year's value that a project year has: as the sum says, or as the set says where a body does not name their days."""

    def value(w: World, at: Letters) -> Bounded:
        part = Fraction(w.shared(("year", at[year]), ("turn", at[turn])))
        return body.value(w, at) * Bounded(part) / Bounded(Fraction(w.days("operating_days", "year", at[year])))

    if not said and not any(f"shared_days({days})" in body.text for days in (f"{year}, {turn}", f"{turn}, {year}")):
        return Term(body.text, body.unit, value)
    return Term(f"({body.text}) * shared_days({year}, {turn}) / operating_days({year})", body.unit, value)


@st.composite
def _count(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    """How many members hold a condition."""
    ways = _range(draw, scope, "Count")
    if not ways:
        return draw(leaf(scope, wanted))
    text, letter, set_id, members = draw(st.sampled_from(ways))
    test = draw(condition(scope.bound(letter, set_id), depth))

    def value(w: World, at: Letters) -> Bounded:
        return Bounded(Fraction(sum(test.holds(w, inner) for inner in inside(w, at, letter, members(w, at), test.holds))))

    return Term(f"Count({text}, {test.text})", wanted, value)


@st.composite
def _table(draw, scope: Scope, wanted: Balance, depth: int) -> Term:
    """A table by number whose points are the strata: a value between two of them, or that of a class."""
    letter, members = scope.free("stratum"), scope.members.get("stratum", ())
    if not letter or len(members) < 2:
        return draw(leaf(scope, wanted))
    name, x = draw(st.sampled_from(["Interpolate", "Lookup"])), draw(formula(scope, PLAIN, depth))
    y = draw(formula(replace(scope.bound(letter, "stratum"), in_sum=""), wanted, depth))
    numbers = [Fraction(2 * k * k + 1) for k in range(len(members))]
    named = ", ".join(f'{letter} == "{member}": {number}' for member, number in zip(members, numbers, strict=True))
    low, high = Bounded(numbers[0]), Bounded(numbers[-1])

    def value(w: World, at: Letters) -> Bounded:
        wish, values = x.value(w, at), [y.value(w, {**at, letter: member}) for member in members]
        wish = low if wish.below(low) else high if high.below(wish) else wish
        place = max(k for k, number in enumerate(numbers) if not wish.below(Bounded(number)))
        if name == "Lookup" or place == len(numbers) - 1:
            return values[place]
        share = (wish - Bounded(numbers[place])) / Bounded(numbers[place + 1] - numbers[place])
        return values[place] + share * (values[place + 1] - values[place])

    held = f"min(max({x.text}, {numbers[0]}), {numbers[-1]})"
    return Term(f"{name}({letter}, cases({named}, otherwise: 0), {y.text}, {held})", wanted, value)


_OF_KIND = {
    "leaf": lambda scope, wanted, depth: leaf(scope, wanted),
    "sum": lambda scope, wanted, depth: _joined(scope, wanted, depth, "+"),
    "difference": lambda scope, wanted, depth: _joined(scope, wanted, depth, "-"),
    "product": _product,
    "quotient": _quotient,
    "function": _function,
    "plain function": _plain_function,
    "root": _root,
    "power": _power,
    "minus": _minus,
    "chemistry": _chemistry,
    "calendar": _calendar,
    "cases": _cases,
    "reduction": _reduction,
    "count": _count,
    "table": _table,
}  # fmt: skip
