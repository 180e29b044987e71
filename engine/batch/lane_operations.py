"""What the machine for rows of draws can do: the operations by their names, and how many draws it works on side by side."""

from __future__ import annotations

#: Draws that an instruction works on side by side: enough that following the list costs little, few enough that rows stay in the first caches.
LANES = 32
#: Instructions beside those named like operations: sums of rows with known numbers, two such sums of the same rows at once, sums of products of
#: rows, the least of several rows, products with a known number, and the positive part of a difference.
OPS = (
    "add_numbers",
    "add_numbers_twice",
    "add_products",
    "least",
    "mul_number",
    "sub_pos",
    "mul",
    "add",
    "sub",
    "div",
    "max",
    "min",
    "neg",
    "pos",
    "abs",
    "floor",
    "ceil",
    "round",
    "round_half_even",
    "round_half_down",
    "round_up",
    "round_down",
    "sqrt",
    "lt",
    "le",
    "gt",
    "ge",
    "eq",
    "ne",
    "and",
    "or",
    "not",
    "where",
)
(
    ADD_NUMBERS,
    ADD_NUMBERS_TWICE,
    ADD_PRODUCTS,
    LEAST,
    MUL_NUMBER,
    SUB_POS,
    MUL,
    ADD,
    SUB,
    DIV,
    MAX,
    MIN,
    NEG,
    POS,
    ABS,
    FLOOR,
    CEIL,
    ROUND,
    ROUND_HALF_EVEN,
    ROUND_HALF_DOWN,
    ROUND_UP,
    ROUND_DOWN,
    SQRT,
    LT,
    LE,
    GT,
    GE,
    EQ,
    NE,
    AND,
    OR,
    NOT,
    WHERE,
) = range(len(OPS))
CODE = {name: code for code, name in enumerate(OPS)}
#: Operations that go through a list of terms.
LISTED = (ADD_NUMBERS, ADD_NUMBERS_TWICE, ADD_PRODUCTS, LEAST)
#: Columns of an instruction: what it fills and reads.
COLUMNS = 6
