"""What the machine is given that Python cannot say: sums held in registers, rows that are known not to overlap, numbers that stand in memory.

Written as instructions for LLVM, on vectors of a fixed width that it fits to the processor. Products and sums are rounded each for itself: nothing
here allows them to be contracted, so the bits are those of the literal form. Only the compiled machine imports this file.

Every function takes places in ``rows``, counted in numbers. ``entries`` are instructions (:mod:`engine.batch.lane_operations`), ``left`` and
``right`` places of the factors of each term, ``table`` and ``second`` known numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.batch.lane_operations import COLUMNS, LANES

#: Numbers of a vector; where the processor has shorter ones, LLVM takes several.
_WIDE = 8
_INT, _SHORT, _NUMBER = ir.IntType(64), ir.IntType(32), ir.DoubleType()
_VECTOR = ir.VectorType(_NUMBER, _WIDE)
_BYTES, _LINE = 8, 64
Row = list[Any]
Written = Callable[[Any, Any, Any, Any], Any]


# -- rows


def _data(context: Any, builder: Any, signature: Any, given: Any) -> list[Any]:
    """Return the arguments, arrays as where their numbers start."""
    found = []
    for kind, part in zip(signature.args, given, strict=True):
        is_array = isinstance(kind, types.Array)
        made: Any = cgutils
        found.append(made.create_struct_proxy(kind)(context, builder, part).data if is_array else part)
    return found


def _listed(builder: Any, places: Any, at: Any) -> Any:
    return builder.sext(builder.load(builder.gep(places, [at])), _INT)


def _place(builder: Any, rows: Any, first: Any, vector: int) -> Any:
    return builder.bitcast(builder.gep(rows, [builder.add(first, _INT(vector * _WIDE))]), _VECTOR.as_pointer())


def _row(builder: Any, rows: Any, first: Any, lanes: int) -> Row:
    found = []
    for vector in range(lanes // _WIDE):
        part = builder.load(_place(builder, rows, first, vector))
        # Rows of the caller may stand at any number; those of the machine gain nothing from more.
        part.align = _BYTES
        found.append(part)
    return found


def _write(builder: Any, rows: Any, first: Any, row: Row) -> None:
    for vector, part in enumerate(row):
        builder.store(part, _place(builder, rows, first, vector)).align = _BYTES


def _everywhere(builder: Any, number: Any) -> Any:
    # One element is set, and then taken for all.
    none = ir.Constant(_VECTOR, ir.Undefined)
    one = builder.insert_element(none, number, _SHORT(0))
    return builder.shuffle_vector(one, none, ir.Constant(ir.VectorType(_SHORT, _WIDE), [_SHORT(0)] * _WIDE))


def _loop(builder: Any, first: Any, last: Any, initial: Row, turn: Callable[[Any, Row], Row]) -> Row:
    """Write a loop from ``first`` to before ``last`` that hands vectors from turn to turn, and return what it leaves."""
    begin, loop, done = builder.block, builder.append_basic_block("turn"), builder.append_basic_block("done")
    builder.cbranch(builder.icmp_signed("<", first, last), loop, done)
    builder.position_at_end(loop)
    at = builder.phi(_INT)
    held = [builder.phi(part.type) for part in initial]
    new = turn(at, held)
    following, end = builder.add(at, _INT(1)), builder.block
    builder.cbranch(builder.icmp_signed("<", following, last), loop, done)
    at.add_incoming(first, begin)
    at.add_incoming(following, end)
    builder.position_at_end(done)
    # Where there is no turn at all, what came in goes out.
    found = [builder.phi(part.type) for part in initial]
    for phi, result, before, after in zip(held, found, initial, new, strict=True):
        for one in (phi, result):
            one.add_incoming(before, begin)
            one.add_incoming(after, end)
    return found


def _less_or_none(builder: Any, a: Any, b: Any, sign: str) -> Any:
    """Return which of ``a`` are at most (at least) ``b``, or not a number."""
    return builder.or_(builder.fcmp_ordered(sign, a, b), builder.fcmp_unordered("uno", a, a))


# -- one operation on each of some rows


def _positive(builder: Any, a: Any) -> Any:
    none = ir.Constant(_VECTOR, [ir.Constant(_NUMBER, 0.0)] * _WIDE)
    return builder.select(builder.fcmp_ordered("<=", a, none), none, a)


_EACH: dict[str, tuple[int, Callable[..., Any]]] = {
    "add": (2, lambda builder, a, b: builder.fadd(a, b)),
    "sub": (2, lambda builder, a, b: builder.fsub(a, b)),
    "mul": (2, lambda builder, a, b: builder.fmul(a, b)),
    "pos": (1, _positive),
    "sub_pos": (2, lambda builder, a, b: _positive(builder, builder.fsub(a, b))),
    "min": (2, lambda builder, a, b: builder.select(_less_or_none(builder, a, b, "<="), a, b)),
    "max": (2, lambda builder, a, b: builder.select(_less_or_none(builder, a, b, ">="), a, b)),
}


def _each(operation: str) -> Any:
    """Return the function that does one operation for entries ``first`` to before ``last``."""
    count, compute = _EACH[operation]

    def written(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        rows, entries, _, first, last = _data(context, builder, signature, given)

        def turn(at: Any, held: Row) -> Row:
            entry = builder.mul(at, _INT(COLUMNS))
            places = [_listed(builder, entries, builder.add(entry, _INT(column))) for column in range(1 + count)]
            operands = [_row(builder, rows, place, LANES) for place in places[1:]]
            _write(builder, rows, places[0], [compute(builder, *parts) for parts in zip(*operands, strict=True)])
            return held

        _loop(builder, first, last, [], turn)
        return context.get_dummy_value()

    return _declared(written, 5)


def _by_number() -> Any:
    """Return the function that multiplies rows with known numbers."""

    def written(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        rows, entries, table, first, last = _data(context, builder, signature, given)

        def turn(at: Any, held: Row) -> Row:
            entry = builder.mul(at, _INT(COLUMNS))
            target, one, number = (_listed(builder, entries, builder.add(entry, _INT(column))) for column in range(3))
            factor = _everywhere(builder, builder.load(builder.gep(table, [number])))
            _write(builder, rows, target, [builder.fmul(part, factor) for part in _row(builder, rows, one, LANES)])
            return held

        _loop(builder, first, last, [], turn)
        return context.get_dummy_value()

    return _declared(written, 5)


# -- sums


def _sums(kind: str, lanes: int) -> Any:
    """Return the function that does the sums of entries ``first`` to before ``last``, each sum in registers until its last term is done.

    An entry of one sum says what it fills, what it starts from, its first term and the one behind its last; an entry of two says what the second
    fills and starts from besides. Sums of so many ``lanes`` are in registers at a time.
    """

    def written(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        rows, entries, left, right, table, second, first, last = _data(context, builder, signature, given)

        def turn(at: Any, held: Row) -> Row:
            entry = builder.mul(at, _INT(COLUMNS))
            target, start, one, behind, target2, start2 = (
                _listed(builder, entries, builder.add(entry, _INT(column))) for column in range(COLUMNS)
            )
            # So many draws at a time that the sums fit the registers of the processor.
            for shift in range(0, LANES, lanes):
                behind_shift = builder.gep(rows, [_INT(shift)])
                initial = _row(builder, behind_shift, start, lanes)
                if kind == "twice":
                    initial += _row(builder, behind_shift, start2, lanes)
                found = _loop(builder, one, behind, initial, partial(joined, behind_shift))
                _write(builder, behind_shift, target, found[: lanes // _WIDE])
                if kind == "twice":
                    _write(builder, behind_shift, target2, found[lanes // _WIDE :])
            return held

        def joined(shifted: Any, term: Any, sums: Row) -> Row:
            row = _row(builder, shifted, _listed(builder, left, term), lanes)
            if kind == "least":
                return [builder.select(_less_or_none(builder, a, b, "<="), a, b) for a, b in zip(sums, row, strict=True)]
            if kind == "products":
                other = _row(builder, shifted, _listed(builder, right, term), lanes)
                return [builder.fadd(held, builder.fmul(a, b)) for held, a, b in zip(sums, row, other, strict=True)]
            factors = [_everywhere(builder, builder.load(builder.gep(numbers, [term]))) for numbers in (table, second)]
            products = [builder.fmul(part, factors[0]) for part in row]
            if kind == "twice":
                products += [builder.fmul(part, factors[1]) for part in row]
            return [builder.fadd(held, product) for held, product in zip(sums, products, strict=True)]

        _loop(builder, first, last, [], turn)
        return context.get_dummy_value()

    return _declared(written, 8)


def _declared(written: Written, count: int) -> Any:
    """Return a function of so many arguments for the compiled machine."""
    # numba looks at the names of the arguments: a function of any number of them is none to it.
    if count == 5:

        def five(typing: Any, a: Any, b: Any, c: Any, d: Any, e: Any) -> Any:
            return types.void(a, b, c, d, e), written

        return intrinsic(five)

    def eight(typing: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any) -> Any:
        return types.void(*(a, b, c, d, e, f, g, h)), written

    return intrinsic(eight)


#: Draws of a sum that are in registers at a time.
_AT_A_TIME = min(LANES, 32)
if LANES % _WIDE or LANES % _AT_A_TIME:
    raise ImportError(f"{LANES} draws side by side are no whole number of vectors: the last would be written past the end of its row")
add_each, sub_each, mul_each, pos_each, sub_pos_each, min_each, max_each = map(_each, ("add", "sub", "mul", "pos", "sub_pos", "min", "max"))
mul_number_each = _by_number()
add_numbers, add_products, least_of = (_sums(kind, _AT_A_TIME) for kind in ("numbers", "products", "least"))
#: Two sums share what they read: half as many draws in registers, so that rows of twice as many sums stay in the first cache.
add_numbers_twice = _sums("twice", min(LANES, 16))


# -- inputs


def _number_at(typing: Any, address: Any) -> Any:
    """Return the number that stands at an address."""

    def written(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        found = builder.load(builder.inttoptr(given[0], _NUMBER.as_pointer()))
        found.align = _BYTES
        return found

    return types.float64(address), written


def _read_row(typing: Any, rows: Any, place: Any, address: Any, lowest: Any, highest: Any) -> Any:
    """Copy a whole row of numbers that stand side by side in memory, ask for those behind them, and return whether all are within limits."""

    def written(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        into, place, address, lowest, highest = _data(context, builder, signature, given)
        numbers = builder.inttoptr(address, _NUMBER.as_pointer())
        row = _row(builder, numbers, _INT(0), LANES)
        _write(builder, into, place, row)
        least, most = _everywhere(builder, lowest), _everywhere(builder, highest)
        inside = None
        for part in row:
            held = builder.and_(builder.fcmp_ordered(">=", part, least), builder.fcmp_ordered("<=", part, most))
            inside = held if inside is None else builder.and_(inside, held)
        # The next draws come from memory while these are computed; the processor does not guess so many streams by itself.
        pointer = ir.IntType(8).as_pointer()
        ask = builder.module.declare_intrinsic("llvm.prefetch", [pointer], ir.FunctionType(ir.VoidType(), [pointer, _SHORT, _SHORT, _SHORT]))
        for line in range(0, LANES * _BYTES, _LINE):
            behind = builder.inttoptr(builder.add(address, _INT(LANES * _BYTES + line)), pointer)
            builder.call(ask, [behind, _SHORT(0), _SHORT(2), _SHORT(1)])
        whole = builder.bitcast(inside, ir.IntType(_WIDE))
        return builder.icmp_unsigned("==", whole, ir.IntType(_WIDE)((1 << _WIDE) - 1))

    return types.boolean(rows, place, address, lowest, highest), written


number_at: Any = intrinsic(_number_at)
read_row: Any = intrinsic(_read_row)
