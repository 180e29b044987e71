"""What functions of the language are in a spreadsheet, where that is more than one word: texts put together from texts.

Arguments come as they can stand beside any operator. Only what Excel 2010, LibreOffice 7 and Google Sheets all document is used
(:data:`SHEET_FUNCTIONS`); ``FLOOR`` and ``CEILING`` mean different things there and are not.
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

#: Runs of days (:data:`engine.plan.time_axes.Days`).
Days: TypeAlias = tuple[tuple[int, int], ...]
#: Every function that a workbook of ours may call.
SHEET_FUNCTIONS = frozenset(
    {"ABS", "AND", "AVERAGE", "COUNT", "DATE", "EXP", "HYPERLINK", "IF", "INDEX", "INT", "LN", "LOG10", "MATCH", "MAX", "MIN", "NA", "NOT", "OR"}
    | {"PRODUCT", "ROUND", "ROUNDUP", "SIGN", "SQRT", "STDEV", "SUM", "SUMPRODUCT", "TINV", "TRUNC", "YEAR"}
)
#: Names of the cells in which the first and the last day of operation stand.
START, END = "project_start", "project_end"
#: Comparisons that spreadsheet programs write otherwise.
_SPELT = {"==": "=", "!=": "<>"}
_EARLIEST = 1901  # before it, spreadsheet programs count days differently


def if_number(cell: str, text: str, *holds: str) -> str:
    """Return a formula that is no number unless a cell holds one, for which conditions hold: elsewhere an empty cell counts as zero."""
    within = f"IF(AND({','.join(holds)}),{text},NA())" if holds else text
    return f"IF(COUNT({cell})=1,{within},NA())"


def statement(cell: str) -> str:
    """Return 1 for yes and 0 for no, in letters of any case, or as TRUE, which Excel makes of a typed ``true``; an empty cell is neither."""
    yes, no = (f'OR({cell}&""="{one}",{cell}&""="{other}")' for one, other in (("yes", "true"), ("no", "false")))
    return f"IF({yes},1,IF({no},0,NA()))"


def compared(op: str, a: str, b: str) -> str:
    """Return a comparison as spreadsheet programs make it: to fifteen digits or so."""
    return f"{a}{_SPELT.get(op, op)}{b}"


def within_twelve_digits(op: str, a: str, b: str) -> str:
    """Return a comparison to which two numbers are equal that agree to twelve digits, as to a run.

    Examples
    --------
    >>> within_twelve_digits(">=", "A1", "B1")
    'A1-B1>=-1E-12*MAX(ABS(A1),ABS(B1))'
    """
    room = f"1E-12*MAX(ABS({a}),ABS({b}))"
    if op in ("==", "!="):
        return f"ABS({a}-{b}){'<=' if op == '==' else '>'}{room}"
    more, less = (a, b) if op in (">", ">=") else (b, a)
    return f"{more}-{less}>{room}" if op in (">", "<") else f"{more}-{less}>=-{room}"


def raised(x: str) -> str:
    """Return a number that is looked up: as far above itself as what counts as equal may lie below, to twelve digits as in a run."""
    return f"{x}+1E-12*ABS({x})"


def half_even(x: str) -> str:
    """Return the nearest whole number, a half to the even one."""
    return f"IF(ABS({x}-TRUNC({x}))=0.5,2*ROUND({x}/2,0),ROUND({x},0))"


def half_down(x: str) -> str:
    """Return the nearest whole number, a half towards zero."""
    return f"(-SIGN({x})*INT(0.5-ABS({x})))"


def quantile_t(p: str, freedom: str) -> str:
    """Return the quantile of Student's t; TINV has two tails and takes whole degrees of freedom, so others give no number."""
    both = f"SIGN({p}-0.5)*TINV(MIN(1,1-ABS(2*{p}-1)),{freedom})"
    return f"IF({freedom}=INT({freedom}),{both},NA())"


def day(ordinal: int) -> str:
    """Return a day, or its count where spreadsheet programs have no such date."""
    at = date.fromordinal(ordinal)
    return f"DATE({at.year},{at.month},{at.day})" if at.year >= _EARLIEST else f"({ordinal - date(1899, 12, 30).toordinal()})"


def since_epoch(ordinal: int) -> str:
    """Return a day counted from 1 January 1970, as the language counts dates."""
    return f"({day(ordinal)}-DATE(1970,1,1))"


def all_days(days: Days) -> str:
    """Return how many days there are."""
    return _added([f"({day(last)}-{day(first)}+1)" for first, last in days])


def operating_days(*members: Days) -> str:
    """Return the days that members have in common with the operation."""
    shared = _shared(members)
    return _added([f"MAX(0,MIN({END},{day(last)})-MAX({START},{day(first)})+1)" for first, last in shared])


def elapsed_years(days: Days) -> str:
    """Return years since the start year."""
    return f"({date.fromordinal(days[0][0]).year}-YEAR({START}))"


def _shared(members: tuple[Days, ...]) -> Days:
    found, *rest = members
    for other in rest:
        met = ((max(a[0], b[0]), min(a[1], b[1])) for a in found for b in other)
        found = tuple(sorted(run for run in met if run[0] <= run[1]))
    return found


def _added(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({'+'.join(parts)})" if parts else "0"
