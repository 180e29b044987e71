"""The closed table of functions that a formula may call. Nothing outside this table can be called."""

from __future__ import annotations

from equations.records import record

REDUCTIONS = frozenset({"Sum", "Product", "Max", "Min", "All", "Any"})
#: Words with a meaning of their own; no quantity, letter, set or choice may take them.
RESERVED = frozenset(
    {"and", "or", "not", "in", "otherwise", "excluded", "cases", "start", "end", "reading", "supplied"}
    | {"project_start", "project_end"}
)


@record(frozen=True)
class Function:
    """One function.

    Attributes
    ----------
    rule
        How units go through it: ``same`` (all arguments and the result have one unit), ``plain`` (a plain number in and
        out), ``root``, ``calendar`` (a year letter in, ``unit`` out), ``date`` (a date in, ``unit`` out; in rules alone) or ``matrix``.
    """

    name: str
    least: int
    most: int | None
    rule: str
    latex: str
    meaning: str
    unit: str = ""


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("max", 2, None, "same", r"\max", "the larger"),
        Function("min", 2, None, "same", r"\min", "the smaller"),
        Function("pos", 1, 1, "same", "", "the positive part: the value if above zero, else zero"),
        Function("abs", 1, 1, "same", "", "the absolute value"),
        Function("floor", 1, 1, "same", "", "rounded down to a whole unit"),
        Function("ceil", 1, 1, "same", "", "rounded up to a whole unit"),
        Function("sqrt", 1, 1, "root", r"\sqrt", "the square root"),
        Function("exp", 1, 1, "plain", r"\exp", "the exponential"),
        Function("ln", 1, 1, "plain", r"\ln", "the natural logarithm"),
        Function("log10", 1, 1, "plain", r"\log_{10}", "the decimal logarithm"),
        Function("days_in_year", 1, 1, "calendar", r"\mathrm{days}", "calendar days of a year", "day"),
        Function("operating_days", 1, 1, "calendar", r"\mathrm{operating\ days}",
                 "days of a year between the project's first and last day, both included", "day"),
        Function("elapsed_years", 1, 1, "calendar", r"\mathrm{years\ since\ start}",
                 "years since the start year", "year"),
        Function("calendar_years", 1, 1, "date", r"\mathrm{years}",
                 "a date counted in calendar years: the same day of two years is a whole number of years apart", "year"),
        Function("diag", 2, 2, "matrix", r"\mathrm{diag}", "diagonal matrix of a vector: diag(i, A[i])"),
        Function("transpose", 1, 1, "matrix", "", "a matrix with rows and columns exchanged"),
        Function("identity", 1, 1, "matrix", r"\mathbf{I}", "identity matrix over an index set"),
    )
}  # fmt: skip
