"""Small valid methodologies with their projects, over every construct of the language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

from bounded_numbers import Bounded, exact, larger, rising_root, smaller
from drafts import STRATA, Draft, Given, all_cells, empty_world
from drawn_formulas import LETTERS, Readable, Scope, Term, comparison, condition, formula, literal
from drawn_further import answers, declared_errors, first_until
from drawn_matrices import matrix, raised
from drawn_steps import steps
from hypothesis import strategies as st
from unit_balance import AREA, CARBON, DECLARED, PLAIN, TONNES, unit
from worlds import Case, Labels, Letters, World

ANNUAL = unit(year=-1)
#: Index sets of inputs, and the relation on which they stand.
INPUT_SHAPES = (
    ((), ""), (("stratum",), ""), (("wet",), ""), (("stratum", "stratum"), ""), (("gas",), ""), (("stratum", "gas"), "emits"),
    (("stratum", "gas"), ""), (("year",), ""), (("stratum", "year"), ""), (("period",), ""), (("biome",), ""), (("map",), ""),
    (("stratum", "gas", "year"), "emits"), (("stratum", "stratum"), "flows"), (("step",), ""), (("stratum", "step"), ""), (("past",), ""),
    (("fire",), ""), (("turn",), ""), (("month",), ""),
)  # fmt: skip
COMPUTED_SHAPES = (
    ((), ""), (("stratum",), ""), (("wet",), ""), (("gas",), ""), (("year",), ""), (("stratum", "year"), ""), (("period",), ""),
    (("stratum", "gas"), "emits"), (("stratum", "stratum"), ""), (("biome",), ""), (("stratum", "stratum"), "flows"),
    (("step",), ""), (("stratum", "step"), ""), (("past",), ""), (("fire",), ""), (("turn",), ""), (("month",), ""),
)  # fmt: skip
NUMBERS = ("0", "1", "2", "3", "0.5", "0.25", "7.5", "12", "0.1", "1.37", "20.4")


@st.composite
def drafts(draw, flows: bool = True) -> Draft:
    """A methodology and a project.

    Parameters
    ----------
    flows
        With relations over one set twice.
    """
    draft = draw(_project())
    for shape in draw(st.lists(st.sampled_from([s for s in INPUT_SHAPES if flows or s[1] != "flows"]), min_size=1, max_size=5)):
        draw(_input(draft, *shape))
    if draw(st.booleans()):
        draw(_chances(draft))
    if draw(st.booleans()):
        draw(_units_by_choice(draft))
    for further in (answers, declared_errors):
        if draw(st.booleans()):
            draw(further(draft))
    makers = (_plain, _by_choice, _by_reading, _by_membership, _by_member, _over_years, _by_calendar, _left_out, _matrix, _root, _supplied,
              _in_order, _carried, _solved, _cohort)
    for make in draw(st.lists(st.sampled_from(makers), min_size=1, max_size=4)):
        draw(make(draft, flows))
    if not draft.computed:
        draw(_plain(draft, flows))
    for ruling in draft.world.readings:
        if draw(st.booleans()):
            draw(steps(draft, ruling))
    if draw(st.integers(0, 2)) == 0:
        draw(_result(draft, "S"))
        draft.results = ("R", "S")
    draw(_result(draft, "R"))
    for _ in range(draw(st.integers(0, 2))):
        draw(_rule(draft))
    return draft


# -- the project


@st.composite
def _project(draw) -> Draft:
    first = date(draw(st.integers(2019, 2020)), *draw(st.sampled_from([(1, 1), (7, 1), (3, 12)])))
    last = date(first.year + draw(st.integers(0, 3)), 12, draw(st.sampled_from([31, 15])))
    years = tuple(map(str, range(first.year, last.year + 1)))
    gases = ("CO2", "CH4")[: draw(st.integers(1, 2))]
    split = draw(st.integers(1, len(years)))
    parts = [part for part in (years[:split], years[split:]) if part]
    periods = {f"p{at + 1}": part for at, part in enumerate(parts)}
    maps = {f"m{at + 1}": part for at, part in enumerate(parts)}
    pairs = list(product(STRATA, gases))
    emits = draw(st.one_of(st.none(), st.sets(st.sampled_from(pairs), min_size=1)))
    flows = draw(st.one_of(st.none(), st.sets(st.sampled_from(list(product(STRATA, STRATA))), min_size=1)))
    way, reading, second = draw(st.sampled_from(["first", "second"])), *(draw(st.sampled_from(["plain", "other"])) for _ in range(2))
    groups = {"period": periods, "map": maps, "biome": {"low": ("a", "c"), "high": ("b",)}}
    relations = {"emits": frozenset(emits) if emits else None, "flows": frozenset(flows) if flows else None}
    world = empty_world((first, last), gases, groups, relations, {"way": way}, {"open-place": reading, "second-place": second})
    spans = [(first if at == 0 else date(int(part[0]), 1, 1), last if part[-1] == years[-1] else date(int(part[-1]), 12, 31))
             for at, part in enumerate(parts)]  # fmt: skip
    fires = {f"f{at}": first + timedelta(days=(last - first).days * share // 100) for at, share in enumerate(draw(st.lists(st.integers(0, 100), min_size=1, max_size=3)))}
    world.add_calendar({f"p{at + 1}": span for at, span in enumerate(spans)}, fires)
    burnt = ", ".join(f"{{id: {name}, date: {day}}}" for name, day in fires.items())
    shown = ", ".join(f"{{id: p{at + 1}, start: {a}, end: {b}}}" for at, (a, b) in enumerate(spans))
    listed = ", ".join(f"{name}: [{', '.join(part)}]" for name, part in maps.items())
    setting = {
        "project": "{name: drawn}",
        "operation": f"{{start: {first}, end: {last}}}",
        "monitoring_periods": f"[{shown}]",
        "members": f"{{gas: [{', '.join(gases)}], map: {{{listed}}}, fire: [{burnt}]}}",
        "choices": f"{{way: {way}}}",
        "readings": f"{{open-place: {reading}, second-place: {second}}}",
    }
    known = {name: held for name, held in relations.items() if held is not None}
    if known:
        texts = [f"{name}: {{{', '.join(f'{a}: [{_seconds(held, a)}]' for a in STRATA if _seconds(held, a))}}}" for name, held in known.items()]
        setting["relations"] = f"{{{', '.join(texts)}}}"
    return Draft(world, setting)


def _seconds(pairs: frozenset[Labels], first: str) -> str:
    return ", ".join(sorted(b for a, b in pairs if a == first))


# -- inputs


@st.composite
def _input(draw, draft: Draft, sets: tuple[str, ...], relation: str) -> None:
    acts = PLAIN if draw(st.integers(0, 5)) == 0 else None
    positive = draw(st.booleans())
    own = ANNUAL if acts is not None else draw(st.sampled_from(DECLARED))
    name, matrix_name = f"X{len(draft.given)}", ""
    if acts is None and not relation and sets[:1] == ("stratum",) and sets in (("stratum",), ("stratum", "stratum"), ("stratum", "year")):
        matrix_name = f"{'M' if sets[1:2] == ('stratum',) else 'D'}{name}"
    quantity = Readable(name, sets, own, positive, relation, acts, matrix_name)
    more = ", range: {min: 0}" if positive else ""
    draft.declare(quantity, draw(st.sampled_from(["fixed_ex_ante", "monitored"])), more)
    numbers = NUMBERS[1:] if positive else (*NUMBERS, "-1", "-2.5")
    cells = {labels: draw(st.sampled_from(numbers)) for labels in all_cells(draft.world, quantity)}
    draft.give(Given(quantity, cells, draw(st.sampled_from(_ways(sets, relation)))))


def _ways(sets: tuple[str, ...], relation: str) -> list[str]:
    """Return how a project or a dataset can state an input."""
    ways = ["project", "rewritten"]
    ways += ["at"] if len(sets) > 1 else []
    ways += ["otherwise"] if sets and not relation else []
    ways += ["dated"] if sets == ("year",) else []
    if sets and set(sets) <= {"stratum", "wet"} and not relation:
        ways += ["default", "on-request", "overridden"]
    return ways


@st.composite
def _chances(draw, draft: Draft) -> None:
    """A matrix of probabilities whose rows add up to 1 and that is near the identity, so that it has roots."""
    quantity = Readable("P", ("stratum", "stratum"), PLAIN, False, "", None, "MP")
    draft.declare(quantity, "fixed_ex_ante", ", range: {min: 0, max: 1}")
    cells = {}
    for row in STRATA:
        off = [draw(st.sampled_from([Fraction(0), Fraction(1, 20), Fraction(1, 10)])) for _ in STRATA[1:]]
        for column, share in zip([x for x in STRATA if x != row], off, strict=True):
            cells[row, column] = str(float(share))
        cells[row, row] = str(float(1 - sum(off)))
    draft.give(Given(quantity, {(i, j): cells[i, j] for i in STRATA for j in STRATA}, draw(st.sampled_from(["project", "at", "default"]))))


@st.composite
def _units_by_choice(draw, draft: Draft) -> None:
    """How much each stratum was used, in hectares or in days, as the project chooses for each."""
    draft.declared += [
        "  - {id: use, symbol: use, meaning: use, indices: [stratum], kind: monitored, range: {min: 0},"
        " unit: ha, unit_alternatives: {group: usage, by: stratum, units: {land: ha, time: day}}}",
        "  - {id: rate, symbol: rate, meaning: rate, indices: [stratum], kind: monitored, range: {min: 0},"
        " unit: t/ha, unit_alternatives: {group: usage, by: stratum, units: {land: t/ha, time: t/day}}}",
    ]
    chosen = {label: draw(st.sampled_from([("ha", "t/ha"), ("day", "t/day")])) for label in STRATA}
    for at, name in enumerate(("use", "rate")):
        cells = {(label,): draw(st.sampled_from(NUMBERS)) for label in STRATA}
        quantity = Readable(name, ("stratum",), PLAIN)
        units = "{" + ", ".join(f'{label}: "{units[at]}"' for label, units in chosen.items()) + "}"
        draft.give(Given(quantity, cells, "mixed", units))
    amount = Readable("U", ("stratum",), TONNES)
    draft.declare(amount, "computed")
    draft.computed.append(amount)
    worth = Term("use[i] * rate[i]", TONNES, lambda w, at: w.cell("use", (at["i"],)) * w.cell("rate", (at["i"],)))
    draft.define("u", "U", "U[i]", f"formula: '{worth.text}'", _case(("i",), worth))


# -- equations


def _letters(sets: tuple[str, ...]) -> tuple[str, ...]:
    """Return a letter for each index."""
    used: list[str] = []
    for set_id in sets:
        used.append(next(x for x in LETTERS["stratum" if set_id == "wet" else set_id] if x not in used))
    return tuple(used)


def _case(left: tuple[str, ...], term: Term, when: Callable[[World, Letters], bool] | None = None) -> Case:
    def fits(world: World, labels: Labels) -> Letters | None:
        return dict(zip(left, labels, strict=True))

    return Case(fits, lambda w, letters, labels: term.value(w, letters), when or (lambda w, letters: True))


def _scope(draft: Draft, quantity: Readable, lags: int = 0) -> Scope:
    letters = _letters(quantity.sets)
    held = dict(zip(letters, quantity.sets, strict=True))
    known = [q for q in draft.readable if q.id != quantity.id and (not lags or "period" not in q.sets)]
    back = {letter: lags for letter, set_id in held.items() if set_id == "year" and lags}
    return Scope(tuple(known), held, back, "", draft.world.members)


@st.composite
def _new(draw, draft: Draft, flows: bool, *, within: Callable[[tuple[str, ...]], bool] = lambda sets: True) -> Readable:
    shapes = [s for s in COMPUTED_SHAPES if within(s[0]) and (flows or s[1] != "flows")]
    sets, relation = draw(st.sampled_from(shapes))
    known = tuple(dict.fromkeys(q.counts_as for q in draft.readable))
    own = draw(st.one_of(st.sampled_from(known), st.sampled_from(known), st.sampled_from(DECLARED)))
    return Readable(f"Q{len(draft.computed)}", sets, own, False, relation, None,
                    f"MQ{len(draft.computed)}" if sets == ("stratum", "stratum") and not relation else "")  # fmt: skip


def _left(quantity: Readable) -> str:
    return quantity.id + (f"[{', '.join(_letters(quantity.sets))}]" if quantity.sets else "")


@st.composite
def _one(draw, draft: Draft, quantity: Readable, id_: str, when: str = "", test: Callable[[World, Letters], bool] | None = None,
         scope: Scope | None = None, more: str = "") -> None:  # fmt: skip
    """One equation of a quantity."""
    term = draw(formula(scope or _scope(draft, quantity), quantity.unit, draw(st.integers(1, 3))))
    more += ", for: {i: wet}" if "wet" in quantity.sets else ""
    draft.define(f"{quantity.id.lower()}.{id_}", quantity.id, _left(quantity), f"formula: '{term.text}'",
                 _case(_letters(quantity.sets), term, test), when, more)  # fmt: skip


def _finish(draft: Draft, quantity: Readable, more: str = "") -> None:
    draft.declare(quantity, "computed", more)
    draft.computed.append(quantity)


@st.composite
def _plain(draw, draft: Draft, flows: bool) -> None:
    quantity = draw(_new(draft, flows))
    draw(_one(draft, quantity, "all"))
    _finish(draft, quantity)


@st.composite
def _by_choice(draw, draft: Draft, flows: bool) -> None:
    quantity = draw(_new(draft, flows))
    for value in ("first", "second"):
        draw(_one(draft, quantity, value, f"way == {value}", lambda w, at, value=value: w.choices["way"] == value))
    _finish(draft, quantity)


@st.composite
def _by_reading(draw, draft: Draft, flows: bool) -> None:
    quantity = draw(_new(draft, flows))
    draw(_one(draft, quantity, "read", test=lambda w, at: w.readings["open-place"] == "plain"))
    letters = _letters(quantity.sets)
    term = draw(formula(_scope(draft, quantity), quantity.unit, draw(st.integers(1, 3))))
    if f"formula: '{term.text}'" in draft.equations[-1]:  # an edit changes something
        term = Term(f"{term.text} + 0", term.unit, term.value)
    draft.edit(f"{quantity.id.lower()}.read", quantity.id, f"formula: '{term.text}'",
               _case(letters, term, lambda w, at: w.readings["open-place"] == "other"))  # fmt: skip
    _finish(draft, quantity)


@st.composite
def _by_membership(draw, draft: Draft, flows: bool) -> None:
    quantity = draw(_new(draft, flows, within=lambda sets: sets[:1] == ("stratum",)))
    draw(_one(draft, quantity, "wet", "i in wet", lambda w, at: at["i"] in w.members["wet"]))
    draw(_one(draft, quantity, "dry", "i not in wet", lambda w, at: at["i"] not in w.members["wet"]))
    _finish(draft, quantity)


@st.composite
def _by_member(draw, draft: Draft, flows: bool) -> None:
    quantity = draw(_new(draft, flows, within=lambda sets: sets[:1] == ("stratum",)))
    draw(_one(draft, quantity, "one", 'i == "b"', lambda w, at: at["i"] == "b"))
    draw(_one(draft, quantity, "rest", 'i != "b"', lambda w, at: at["i"] != "b"))
    _finish(draft, quantity)


@st.composite
def _over_years(draw, draft: Draft, flows: bool) -> None:
    """A quantity that follows from its own past: a case for the start, one for later years."""
    quantity = draw(_new(draft, flows, within=lambda sets: "year" in sets))
    first = lambda w, at: at["y"] == w.members["year"][0]  # noqa: E731
    second = lambda w, at: int(at["y"]) == int(w.members["year"][0]) + 1  # noqa: E731
    lags = draw(st.integers(1, 2))
    draw(_one(draft, quantity, "start", "y == start", first))
    if lags == 2:
        draw(_one(draft, quantity, "second", "y == start + 1", second, _scope(draft, quantity, 1)))
    past, scope = _past(quantity, lags), _scope(draft, quantity, lags)
    term, share = draw(formula(scope, quantity.unit, draw(st.integers(1, 2)))), draw(literal(PLAIN))
    own = Term(f"{past.text} * {share.text} + {term.text}", quantity.unit,
               lambda w, at: past.value(w, at) * share.value(w, at) + term.value(w, at))  # fmt: skip
    last = lags - 1
    when = f"y > start + {last}" if last else "y > start"
    draft.define(f"{quantity.id.lower()}.later", quantity.id, _left(quantity), f"formula: '{own.text}'",
                 _case(_letters(quantity.sets), own, lambda w, at: int(at["y"]) > int(w.members["year"][0]) + last), when)  # fmt: skip
    _finish(draft, quantity)


def _past(quantity: Readable, lags: int) -> Term:
    letters = _letters(quantity.sets)
    shown = ", ".join(f"{x}-{lags}" if x == "y" else x for x in letters)
    return Term(f"{quantity.id}[{shown}]", quantity.unit,
                lambda w, at: w.cell(quantity.id, tuple(str(int(at[x]) - lags) if x == "y" else at[x] for x in letters)))  # fmt: skip


#: Letter that stands for an ordered set on a left side, and the marks of its ends.
_TURNS = {"step": ("s", "first", "last"), "period": ("q", "first", "last"), "past": ("u", "first", "end"), "year": ("y", "start", "end")}


@st.composite
def _in_order(draw, draft: Draft, flows: bool) -> None:
    """A quantity that follows from its own past or future along any ordered set, by two equations or by one with cases."""
    quantity = draw(_new(draft, flows, within=lambda sets: any(s in _TURNS for s in sets)))
    set_id = next(s for s in quantity.sets if s in _TURNS)
    letter, *marks = _TURNS[set_id]
    back, one = draw(st.sampled_from([1, -1])), draw(st.booleans())
    mark, op = (marks[0], ">") if back == 1 else (marks[1], "<")
    letters, end = _letters(quantity.sets), 0 if back == 1 else -1
    is_end = lambda w, at: at[letter] == w.members[set_id][end]  # noqa: E731

    def neighbour(w: World, at: Letters) -> Bounded:
        members = w.members[set_id]
        return w.cell(quantity.id, tuple(members[members.index(at[x]) - back] if x == letter else at[x] for x in letters))

    text = f"{quantity.id}[{', '.join(f'{x}{-back:+d}' if x == letter else x for x in letters)}]"
    scope, share = _scope(draft, quantity), draw(literal(PLAIN))
    first, later = draw(formula(scope, quantity.unit, 1)), draw(formula(scope, quantity.unit, 1))
    value = lambda w, at: neighbour(w, at) * share.value(w, at) + later.value(w, at)  # noqa: E731
    if one:
        both = Term(f"cases({letter} == {mark}: {first.text}, otherwise: {text} * {share.text} + {later.text})", quantity.unit,
                    lambda w, at: first.value(w, at) if is_end(w, at) else value(w, at))  # fmt: skip
        draft.define(f"{quantity.id.lower()}.along", quantity.id, _left(quantity), f"formula: '{both.text}'", _case(letters, both))
    else:
        draft.define(f"{quantity.id.lower()}.end", quantity.id, _left(quantity), f"formula: '{first.text}'",
                     _case(letters, first, is_end), f"{letter} == {mark}")  # fmt: skip
        own = Term(f"{text} * {share.text} + {later.text}", quantity.unit, value)
        draft.define(f"{quantity.id.lower()}.along", quantity.id, _left(quantity), f"formula: '{own.text}'",
                     _case(letters, own, lambda w, at: not is_end(w, at)), f"{letter} {op} {mark}")  # fmt: skip
    _finish(draft, quantity)


@st.composite
def _carried(draw, draft: Draft, flows: bool) -> None:
    """A balance carried over periods that a quantity of their years reads: a circle along periods."""
    unit_ = draw(st.sampled_from(DECLARED))
    brought, yearly, balance = (Readable(f"{name}{len(draft.computed)}", (set_id,), unit_) for name, set_id in
                                (("CB", "period"), ("CY", "year"), ("CS", "period")))  # fmt: skip
    begun, more = draw(formula(_scope(draft, brought), unit_, 1)), draw(formula(_scope(draft, yearly), unit_, 1))
    is_first = lambda w, at: at["q"] == w.members["period"][0]  # noqa: E731

    def before(w: World, at: Letters) -> Bounded:
        return w.cell(balance.id, (w.members["period"][w.members["period"].index(at["q"]) - 1],))

    draft.define(f"{brought.id.lower()}.first", brought.id, f"{brought.id}[q]", f"formula: '{begun.text}'", _case(("q",), begun, is_first), "q == first")
    carried = Term(f"{balance.id}[q-1]", unit_, before)
    draft.define(f"{brought.id.lower()}.later", brought.id, f"{brought.id}[q]", f"formula: '{carried.text}'",
                 _case(("q",), carried, lambda w, at: not is_first(w, at)), "q > first")  # fmt: skip
    own = Term(f"{brought.id}[q(y)] * 0.5 + {more.text}", unit_,
               lambda w, at: w.cell(brought.id, (w.member_of("period", "year", at["y"]),)) * exact("0.5") + more.value(w, at))  # fmt: skip
    draft.define(f"{yearly.id.lower()}.all", yearly.id, f"{yearly.id}[y]", f"formula: '{own.text}'", _case(("y",), own))

    def total(w: World, at: Letters) -> Bounded:
        found = Bounded(Fraction(0))
        for year in w.groups["period"][at["q"]]:
            found = found + w.cell(yearly.id, (year,))
        return found

    summed = Term(f"Sum(y in q, {yearly.id}[y])", unit_, total)
    draft.define(f"{balance.id.lower()}.all", balance.id, f"{balance.id}[q]", f"formula: '{summed.text}'", _case(("q",), summed))
    for quantity in (brought, yearly, balance):
        _finish(draft, quantity)


@st.composite
def _by_calendar(draw, draft: Draft, flows: bool) -> None:
    quantity = draw(_new(draft, flows, within=lambda sets: "year" in sets))
    draw(_one(draft, quantity, "early", "y <= 2020", lambda w, at: int(at["y"]) <= 2020))
    draw(_one(draft, quantity, "late", "y > 2020", lambda w, at: int(at["y"]) > 2020))
    _finish(draft, quantity)


@st.composite
def _left_out(draw, draft: Draft, flows: bool) -> None:
    """A quantity some of whose cells the methodology leaves out: they count as zero."""
    quantity = draw(_new(draft, flows, within=lambda sets: sets[:1] == ("stratum",)))
    term = draw(formula(_scope(draft, quantity), quantity.unit, 2))
    whole = Term(f"cases(i == \"a\": excluded, otherwise: {term.text})", quantity.unit,
                 lambda w, at: Bounded(Fraction(0)) if at["i"] == "a" else term.value(w, at))  # fmt: skip
    draft.define(f"{quantity.id.lower()}.all", quantity.id, _left(quantity), f"formula: '{whole.text}'", _case(_letters(quantity.sets), whole))
    _finish(draft, quantity)


@st.composite
def _matrix(draw, draft: Draft, flows: bool) -> None:
    by_year = draw(st.booleans())
    quantity = Readable(f"Q{len(draft.computed)}", ("stratum", "stratum", "year")[: 2 + by_year], draw(st.sampled_from([PLAIN, AREA, CARBON, TONNES])),
                        False, "", None, f"MQ{len(draft.computed)}")  # fmt: skip
    letters = {"y": "year"} if by_year else {}
    term = draw(matrix(Scope(tuple(draft.readable), letters, {}, "", draft.world.members), quantity.unit, draw(st.integers(1, 2))))
    case = Case(lambda w, labels: dict(zip(letters, labels[2:], strict=True)),
                lambda w, at, labels: term.entry(w, at, labels[0], labels[1]), lambda w, at: True)  # fmt: skip
    draft.define(f"{quantity.id.lower()}.matrix", quantity.id, f"{quantity.matrix}[y]" if by_year else quantity.matrix, f"formula: '{term.text}'", case)
    _finish(draft, quantity)


@st.composite
def _root(draw, draft: Draft, flows: bool) -> None:
    known = next((q for q in draft.readable if q.id == "P"), None)
    if known is None:
        return
    years = draw(st.sampled_from(["2", "3", "4.5", "1.5", "0.5"]))
    quantity = Readable(f"Q{len(draft.computed)}", ("stratum", "stratum"), PLAIN, False, "", None, f"MQ{len(draft.computed)}")
    memory: dict[int, dict] = {}

    def value(world: World, at: Letters, labels: Labels) -> Bounded:
        if id(world) not in memory:
            memory[id(world)] = raised(world, at, lambda w, inner, i, j: w.cell("P", (i, j)), 1 / Fraction(years))
        for i, j in product(STRATA, STRATA):
            world.cell("P", (i, j))
        return memory[id(world)][labels[0], labels[1]]

    draft.define(f"{quantity.id.lower()}.root", quantity.id, quantity.matrix, f"relation: 'MP == {quantity.matrix} ^ {years}', solver: principal_matrix_root",
                 Case(lambda w, labels: {}, value, lambda w, at: True))  # fmt: skip
    _finish(draft, quantity)


@st.composite
def _solved(draw, draft: Draft, flows: bool) -> None:
    """A quantity that is the one root of an equation between two numbers."""
    sets = draw(st.sampled_from([(), ("stratum",), ("year",)]))
    quantity = Readable(f"Q{len(draft.computed)}", sets, PLAIN)
    term, cubed = draw(formula(_scope(draft, quantity), PLAIN, 2)), draw(st.sampled_from(["0", "0.5", "2"]))

    def value(w: World, at: Letters) -> Bounded:
        five = Bounded(Fraction(5))
        return rising_root(float(cubed), larger(-five, smaller(five, term.value(w, at))))

    own = _left(quantity)
    draft.define(f"{quantity.id.lower()}.solved", quantity.id, own, f"relation: '{own} + {cubed} * {own} ^ 3 == min(max({term.text}, -5), 5)', solver: bracket",
                 _case(_letters(sets), Term("", PLAIN, value)))  # fmt: skip
    _finish(draft, quantity, ", range: {min: -6, max: 6}")


@st.composite
def _cohort(draw, draft: Draft, flows: bool) -> None:
    """What counts of the first strata, in the order of an input, until an amount is reached."""
    draw(_input(draft, ("stratum",), ""))
    quantity = Readable(f"Q{len(draft.computed)}", ("stratum",), draw(st.sampled_from(DECLARED)))
    scope = _scope(draft, quantity)
    test, term = draw(first_until(scope)), draw(formula(scope, quantity.unit, 1))
    whole = Term(f"cases({test.text}: {term.text}, otherwise: 0)", quantity.unit,
                 lambda w, at: term.value(w, at) if test.holds(w, at) else Bounded(Fraction(0)))  # fmt: skip
    draft.define(f"{quantity.id.lower()}.first", quantity.id, _left(quantity), f"formula: '{whole.text}'", _case(("i",), whole))
    _finish(draft, quantity)


@st.composite
def _supplied(draw, draft: Draft, flows: bool) -> None:
    """A quantity that an equation gives unless the project states it."""
    quantity = draw(_new(draft, flows, within=lambda sets: "period" not in sets and "gas" not in sets))
    draw(_one(draft, quantity, "all"))
    draft.declare(quantity, "fixed_ex_ante")
    draft.computed.append(quantity)
    if draw(st.booleans()):
        cells = {labels: draw(st.sampled_from(NUMBERS)) for labels in all_cells(draft.world, quantity)}
        draft.give(Given(quantity, cells))


# -- result and rules


@st.composite
def _result(draw, draft: Draft, id_: str) -> None:
    """One number that everything goes into, or one for each year or period; beside it perhaps another, of some of the quantities."""
    computed = draft.computed if id_ == "R" else draft.computed[: draw(st.integers(1, len(draft.computed)))]
    sets = draw(st.sampled_from([(), (), ("year",), ("period",)]))
    letters = _letters(sets)
    parts = [draw(_gathered(quantity, sets)) for quantity in computed]
    text = " + ".join(part.text for part in parts)

    def value(world: World, at: Letters) -> Bounded:
        total = parts[0].value(world, at)
        for part in parts[1:]:
            total = total + part.value(world, at)
        return total

    draft.declare(Readable(id_, sets, TONNES), "computed")
    draft.define(id_.lower(), id_, f"{id_}[{letters[0]}]" if letters else id_, f"formula: '({text}) * 1 {{t}}'", _case(letters, Term(text, TONNES, value)))


@st.composite
def _gathered(draw, quantity: Readable, sets: tuple[str, ...]) -> Term:
    """A quantity as a plain number: a sum over the indices that the result does not have."""
    own = _letters(sets)
    names, bound = [], []
    free = {s: [x for x in LETTERS["stratum" if s == "wet" else s] if x not in own] for s in quantity.sets}
    free["stratum"] = free["wet"] = [x for x in LETTERS["stratum"] if x not in own]
    for set_id in quantity.sets:
        if set_id in sets:
            names.append(own[sets.index(set_id)])
            continue
        letter = free[set_id].pop(0)
        bound.append((letter, set_id))
        names.append(letter)
    element = quantity.id + (f"[{', '.join(names)}]" if names else "")
    times, one = draw(literal(PLAIN)), "" if quantity.unit.is_plain else f" / 1 {{{quantity.unit}}}"
    head = ", ".join(f"{letter} in wet" if set_id == "wet" else letter for letter, set_id in bound)
    text = f"Sum({head}, {element})" if bound else element

    def value(world: World, at: Letters) -> Bounded:
        total = None
        for labels in product(*(world.members[set_id] for _, set_id in bound)):
            inner = {**at, **{letter: label for (letter, _), label in zip(bound, labels, strict=True)}}
            cell = tuple(inner[name] for name in names)
            if world.exists(quantity.id, cell):
                found = world.cell(quantity.id, cell)
                total = found if total is None else total + found
        return (total or Bounded(Fraction(0))) * times.value(world, at)

    return Term(f"{text} * {times.text}{one}", PLAIN, value)


@st.composite
def _rule(draw, draft: Draft) -> None:
    over = draw(st.sampled_from([{}, {"i": "stratum"}, {"y": "year"}]))
    scope = Scope(tuple(draft.readable), over, {}, "", draft.world.members)
    test = draw(st.one_of(comparison(scope, 1), condition(scope, 1)))
    shown = f", for: {{{', '.join(f'{letter}: {set_id}' for letter, set_id in over.items())}}}" if over else ""
    draft.rules.append((f"rule-{len(draft.rules)}", draw(st.sampled_from(["error", "warning"])), shown, test))
