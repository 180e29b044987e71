"""The closed table of functions that a formula may call, one row each. Nothing outside this table can be called.

What each does to numbers stands in :mod:`engine.run.functions`, and a test asks for every projection of every function.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from equations.formula.rounding import half_down, half_even, half_up, stepped
from equations.records import record

#: Reductions over members, and the sign under which LaTeX writes each.
REDUCTIONS = {
    "Sum": r"\sum", "Product": r"\prod", "Max": r"\max", "Min": r"\min", "All": r"\forall", "Any": r"\exists",
    "Count": r"\mathrm{count}", "Mean": r"\mathrm{mean}", "StdDev": r"\mathrm{sd}", "StdErr": r"\mathrm{se}",
    "Interpolate": r"\mathrm{interpolate}", "Lookup": r"\mathrm{lookup}",
}  # fmt: skip
#: Reductions of a sample, whose members are its records.
SAMPLES = ("Mean", "StdDev", "StdErr")
#: Reductions of a table by number, whose members are its points: number, value, and the number that is looked up.
TABLES = ("Interpolate", "Lookup")
#: Functions over members that are read as the formula that they are short for.
SHORT_FORMS = ("FirstUntil",)
#: Words with a meaning of their own; no quantity, letter, set or choice may take them.
RESERVED = frozenset(
    {"and", "or", "not", "in", "otherwise", "excluded", "cases", "start", "end", "first", "last", "reading", "supplied"}
    | {"project_start", "project_end", *SHORT_FORMS}
)


@record(frozen=True)
class Function:
    """One function, as the language knows it.

    Attributes
    ----------
    least, most
        How many arguments it takes; ``None`` for as many as one likes.
    rule
        How units go through it: ``same`` (all arguments and the result have one unit), ``plain`` (a plain number in and
        out), ``root``, ``calendar`` (letters of axes in time in, ``unit`` out), ``date`` (a date in, ``unit`` out; in rules alone) or ``matrix``.
    latex
        The pattern of its LaTeX, ``#`` for the arguments; round brackets and fences grow with what stands in them. Of a matrix its sign.
    meaning
        What it is, in plain words.
    rounds
        What it makes of an amount, where it rounds to whole units; such a function takes a step as second argument.
    axis
        Of a calendar function: the only kind of axis that it takes; empty for any in time.
    sympy
        Writes it in SymPy: the module and the arguments in, an expression that SymPy leaves as written out. Without it the name stands.
    """

    name: str
    least: int
    most: int | None
    rule: str
    latex: str
    meaning: str
    unit: str = ""
    rounds: str = ""
    axis: str = ""
    sympy: Callable[..., Any] | None = None


FUNCTIONS: dict[str, Function] = {
    function.name: function
    for function in (
        Function("max", 2, None, "same", r"\max(#)", "the larger", sympy=lambda s, *x: s.Max(*x, evaluate=False)),
        Function("min", 2, None, "same", r"\min(#)", "the smaller", sympy=lambda s, *x: s.Min(*x, evaluate=False)),
        Function("pos", 1, 1, "same", r"\max(#, 0)", "the positive part: the value if above zero, else zero",
                 sympy=lambda s, x: s.Max(x, 0, evaluate=False)),
        Function("abs", 1, 1, "same", "| # |", "the absolute value", sympy=lambda s, x: s.Abs(x, evaluate=False)),
        Function("floor", 1, 2, "same", r"\lfloor # \rfloor", "rounded down to a whole unit, or to a step",
                 rounds="whole units, rounded down", sympy=stepped(lambda s, x: s.floor(x, evaluate=False))),
        Function("ceil", 1, 2, "same", r"\lceil # \rceil", "rounded up to a whole unit, or to a step",
                 rounds="whole units, rounded up", sympy=stepped(lambda s, x: s.ceiling(x, evaluate=False))),
        Function("round", 1, 2, "same", r"\mathrm{round}(#)", "rounded to the nearest whole unit or step, a half away from zero",
                 rounds="whole units, rounded to the nearest", sympy=stepped(half_up)),
        Function("round_half_even", 1, 2, "same", r"\mathrm{round\ half\ even}(#)",
                 "rounded to the nearest whole unit or step, a half to the even one", rounds="whole units, rounded to the nearest",
                 sympy=stepped(half_even)),
        Function("round_half_down", 1, 2, "same", r"\mathrm{round\ half\ down}(#)",
                 "rounded to the nearest whole unit or step, a half towards zero", rounds="whole units, rounded to the nearest",
                 sympy=stepped(half_down)),
        Function("round_up", 1, 2, "same", r"\mathrm{round\ up}(#)", "rounded away from zero to a whole unit, or to a step",
                 rounds="whole units, rounded away from zero",
                 sympy=stepped(lambda s, x: s.sign(x) * s.ceiling(s.Abs(x), evaluate=False))),
        Function("round_down", 1, 2, "same", r"\mathrm{round\ down}(#)", "rounded towards zero to a whole unit, or to a step",
                 rounds="whole units, rounded towards zero",
                 sympy=stepped(lambda s, x: s.sign(x) * s.floor(s.Abs(x), evaluate=False))),
        Function("sqrt", 1, 1, "root", r"\sqrt{#}", "the square root", sympy=lambda s, x: s.Pow(x, s.Rational(1, 2), evaluate=False)),
        Function("exp", 1, 1, "plain", r"\exp(#)", "the exponential", sympy=lambda s, x: s.exp(x, evaluate=False)),
        Function("ln", 1, 1, "plain", r"\ln(#)", "the natural logarithm", sympy=lambda s, x: s.log(x, evaluate=False)),
        Function("log10", 1, 1, "plain", r"\log_{10}(#)", "the decimal logarithm",
                 sympy=lambda s, x: s.log(x, evaluate=False) / s.log(10)),
        Function("quantile_t", 2, 2, "plain", r"\mathrm{t}^{-1}(#)",
                 "the quantile of Student's t distribution: of a probability and of degrees of freedom"),
        Function("days_in_year", 1, 1, "calendar", r"\mathrm{days}(#)", "calendar days of a year", "day", axis="year"),
        Function("operating_days", 1, 1, "calendar", r"\mathrm{operating\ days}(#)",
                 "days of a year, or of another stretch of time, between the project's first and last day, both included", "day"),
        Function("elapsed_years", 1, 1, "calendar", r"\mathrm{years\ since\ start}(#)",
                 "years since the start year", "year", axis="year"),
        Function("first_day", 1, 1, "calendar", r"\mathrm{first\ day}(#)", "the date on which a year, or another stretch of time, begins", "day"),
        Function("last_day", 1, 1, "calendar", r"\mathrm{last\ day}(#)", "the date on which it ends", "day"),
        Function("days", 1, 1, "calendar", r"\mathrm{days}(#)", "all its days, in operation or not", "day"),
        Function("shared_days", 2, 2, "calendar", r"\mathrm{shared\ days}(#)",
                 "days of operation that two stretches of time have in common", "day"),
        Function("calendar_years", 1, 1, "date", r"\mathrm{years}(#)",
                 "a date counted in calendar years: the same day of two years is a whole number of years apart", "year"),
        Function("diag", 2, 2, "matrix", r"\mathrm{diag}", "diagonal matrix of a vector: diag(i, A[i])"),
        Function("transpose", 1, 1, "matrix", r"\mathsf{T}", "a matrix with rows and columns exchanged"),
        Function("identity", 1, 1, "matrix", r"\mathbf{I}", "identity matrix over an index set"),
    )
}  # fmt: skip


@record(frozen=True)
class ArityFault:
    """What is wrong with the number of arguments of a call."""

    what: str
    why: str
    remedy: str


def fault_of_arity(name: str, count: int) -> ArityFault | None:
    """Return what is wrong with a call of ``count`` arguments; a function that is not known takes one."""
    function = FUNCTIONS.get(name)
    least, most = (function.least, function.most) if function else (1, 1)
    if count >= least and (most is None or count <= most):
        return None
    wanted = f"{least}" if most == least else f"at least {least}" if most is None else f"{least} or {most}"
    what = f"{name} takes {wanted} argument{'' if wanted == '1' else 's'}, not {count}"
    return ArityFault(what, function.meaning if function else "", f"write {name}({', '.join(['...'] * least)})")
