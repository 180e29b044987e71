"""Every error of the project, and the shape of its message.

The tree, with the family letter of the codes::

    MethodologyError                     what, where, why, remedy
    ├── SpecError            S1xx        a spec file
    ├── ExpressionError      X2xx        the text of one formula
    ├── UnitError            U3xx        units and dimensions
    ├── GraphError           G4xx        definitions that do not hold together
    ├── InputError           I5xx        a project file or an option of the command line
    ├── EvaluationError      V6xx        arithmetic that has no answer
    ├── RefusalError         A741, I513  why nothing is done, at the head of a list of errors
    └── Faults               -           several of the above, reported together

All faults are told at once, each with its place and remedy (conventions §11). An error
stops the work. What is only worth saying is a finding (``engine.finding``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from equations.cell_address import column_letters
from equations.records import record
from equations.text_width import columns_of

#: One line per code: what a reader of the reference finds under it.
CODES: dict[str, str] = {
    "S101": "the file is not readable YAML, or uses what the strict reader refuses",
    "S102": "a key stands twice in one block",
    "S103": "a field that this block does not have",
    "S104": "a required field is missing",
    "S105": "a field holds a value of the wrong type, or one that is not allowed",
    "S106": "two entries have the same id",
    "S107": "an entry refers to something that is not declared",
    "S108": "a file cannot be found, read, or is too large",
    "S109": "an edit of a revision does not fit what it edits",
    "S110": "a printed number of an equation that cannot be one",
    "S111": "a tool that cannot be taken in",
    "X201": "a formula does not follow the grammar",
    "X202": "a formula uses a construct that the language does not have",
    "X203": "an unknown function, or a function with the wrong number of arguments",
    "X204": "a name that is not declared",
    "X205": "an index that is unbound, bound twice, of the wrong set or of the wrong number",
    "X206": "a name that the language keeps for itself, or that is declared in two roles",
    "X207": "a matrix where a number is meant, a condition where a value is meant, or the reverse",
    "U301": "a unit that is not known",
    "U302": "two sides have different dimensions",
    "U303": "two sides have the same dimension but another scale",
    "U304": "a function or an exponent asks for a plain number",
    "U305": "a number that converts within one dimension and is not the exact ratio",
    "U306": "a ratio between two substances that is not that of their molar masses",
    "U307": "a word that different trades take for different units",
    "G401": "quantities that define each other in a circle",
    "G402": "two equations define the same quantity for the same case",
    "G403": "a needed quantity has neither a value nor an equation in some case",
    "G404": "a lag or a window reaches before the first or after the last member of an ordered axis",
    "G405": "a lag of a rule or of a comparison that no year has",
    "G406": "two readings change one thing, and nothing says what holds when both are taken",
    "G407": "steps of readings that come after each other in a circle",
    "G408": "a step that cannot stand between a quantity and those that read it",
    "G409": "a part of time that two members share, counted as a whole",
    "G410": "the greatest or the smallest of a window that can have no members",
    "I501": "needed inputs are missing",
    "I502": "a name, label or field that the methodology or the project does not have",
    "I503": "a unit of another dimension or substance than the parameter",
    "I504": "a value outside the range in which it can be",
    "I505": "a value that is not a finite number",
    "I506": "values of the wrong shape: labels missing, repeated or too many",
    "I507": "dates or periods that do not fit together",
    "I508": "a choice, reading or dataset that is missing or not offered",
    "I509": "a project or data file that cannot be read",
    "I510": "a distribution that cannot be, or does not fit its quantity",
    "I511": "a number of draws, projects or workers that cannot be, or more work than fits into memory",
    "I513": "a project file that cannot be run under one of two specs that are compared",
    "I514": "an optional package that is not installed",
    "I515": "a cluster that cannot be reached, or cannot be used",
    "I516": "a letter that no font of the documents has",
    "I517": "a field that a distribution does not take",
    "I518": "a distribution that cannot give the value of the run",
    "I519": "a distribution of rows where no row is declared, or a part of one",
    "I520": "an output that is no place for a file, or whose ending does not say the format",
    "I521": "a file that cannot be written",
    "I522": "a data file outside the folder of the project",
    "I523": "a receipt that cannot be read, or was changed",
    "I524": "a file of outcomes that holds something else, or that another run writes to",
    "I525": "standard output that cannot be written to",
    "I526": "two statements of a project for one cell, of which neither is the narrower",
    "I530": "a total to which the methodology gives no meaning",
    "I531": "a number for two members that have nothing in common, which no sum reads",
    "I532": "a needed number that the project states to be unknown",
    "I533": "a text file that can be read in two ways: what divides its cells, or what the signs in its numbers mean",
    "I534": "a table of a map program that leaves open what its numbers are: pixels without a size, or which of two maps is which index",
    "I535": "a claim in a workbook whose cells cannot be found, or hold no number",
    "I536": "what a project says of the labels of a table can mean two things",
    "I537": "a table of a map program that ends before its numbers do",
    "V601": "a division by zero",
    "V602": "a function outside its domain",
    "V603": "a result that is not a finite number",
    "V607": "a cell outside a relation is read where no sum passes over it",
    "V608": "a computed value outside the range in which it can be",
    "V609": "parts of a member that are below zero, or add up to more than the whole",
    "V604": "an implicit equation that its solver cannot solve",
    "V605": "a power that a matrix does not have",
    "V606": "a solution that does not give back what it was found from",
}


_WIDTH, _MOST_SHOWN = 100, 800
#: Characters that are taken for each other, or left out, in names.
_MISTAKEN = str.maketrans({"0": "o", "1": "l", "_": None, "-": None, " ": None})
_MOST_NEAR, _LEAST_LIKE, _LESS_LIKE, _MOST_LISTED = 3, 0.6, 0.1, 12


#: Stands in the file of a place between a workbook and its sheet (``project.xlsx/Inputs`` is no file); lines are then rows.
WORKBOOK_SHEET = ".xlsx/!"

#: Starts the file of a place in an option of the command line (``--set A=5``): a line of that text alone.
OPTION = "--"


@record(frozen=True)
class Place:
    """Where something stands: a file, and line and column counted from 1 (0: not known).

    Examples
    --------
    >>> str(Place("a.yaml", 3, 5)), str(Place("a.xlsx/!Inputs", 12, 6))
    ('a.yaml:3:5', 'a.xlsx, Inputs!F12')
    """

    file: str
    line: int = 0
    column: int = 0
    #: The source line (or formula) and the part of it that is meant, for the caret.
    excerpt: str = ""
    start: int = 0
    length: int = 1

    def caret_lines(self) -> list[str]:
        """Return the source line and the line with the caret under it; of a long line the part around the caret."""
        if not self.excerpt:
            return []
        left = 0 if len(self.excerpt) <= _WIDTH else max(0, min(self.start - _WIDTH // 3, len(self.excerpt) - _WIDTH))
        shown = self.excerpt[left : left + _WIDTH].replace("\t", " ")
        before, after = "..." if left else "", "..." if left + _WIDTH < len(self.excerpt) else ""
        start = self.start - left
        length = max(1, min(self.length, len(shown) - start))
        space, under = columns_of(before + shown[:start]), max(1, columns_of(shown[start : start + length]))
        return [f"    {before}{shown}{after}", "    " + " " * space + "^" * under]

    def __str__(self) -> str:
        if WORKBOOK_SHEET in self.file:
            return f"{self.file.replace(WORKBOOK_SHEET, '.xlsx, ')}{self._cell()}"
        if self.file.startswith(OPTION):
            return f"{self.file.partition(' ')[0]}, column {self.column}"
        parts = [self.file]
        if self.line:
            parts.append(str(self.line))
            if self.column:
                parts.append(str(self.column))
        return ":".join(parts)

    def _cell(self) -> str:
        """Return the address of a cell of a workbook, ``!F12``; of a whole row ``, row 12``."""
        if not self.column:
            return f", row {self.line}" if self.line else ""
        return f"!{column_letters(self.column)}{self.line or ''}"


def _cropped(text: str) -> str:
    """Return a text on one line; of one that quotes a whole file the two ends."""
    text = " ".join(text.split())
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN // 2]} ... {text[-_MOST_SHOWN // 2 :]}"


class MethodologyError(Exception):
    """Root of all errors that a user can cause.

    Parameters
    ----------
    code
        One of :data:`CODES`.
    what
        The fact, in one sentence without a full stop.
    place
        Where it is.
    why, remedy
        The reason, and what to do.
    subject
        Id of what it is about, for code that must know: the words of a message are for people.
    """

    #: Whether it is one of the errors that a list of them counts.
    is_counted = True

    def __init__(
        self, code: str, what: str, place: Place | None = None, *, why: str = "", remedy: str = "", subject: str = ""
    ) -> None:
        super().__init__(code, what, place, why, remedy)
        self.code = code
        self.what = what
        self.place = place
        self.why = why
        self.remedy = remedy
        self.subject = subject

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.what, self.place, self.why, self.remedy, self.subject)

    def __str__(self) -> str:
        lines = [f"{self.code} {_cropped(self.what)}"]
        if self.place is not None:
            lines[0] += f" ({_cropped(str(self.place))})"
            lines += self.place.caret_lines()
        if self.why:
            lines.append(f"    why: {_cropped(self.why)}")
        if self.remedy:
            lines.append(f"    do:  {_cropped(self.remedy)}")
        return "\n".join(lines)

    def as_record(self) -> dict[str, object]:
        """Return the error as plain data, for ``--json``."""
        place = self.place
        return {
            "code": self.code,
            "severity": "error",
            "what": self.what,
            "where": str(place) if place else "",
            "file": place.file if place else "",
            "line": place.line if place else 0,
            "column": place.column if place else 0,
            "why": self.why,
            "remedy": self.remedy,
        }


def _rebuild(
    kind: type[MethodologyError], code: str, what: str, place: Place | None, why: str, remedy: str, subject: str
) -> MethodologyError:
    return kind(code, what, place, why=why, remedy=remedy, subject=subject)


class SpecError(MethodologyError):
    """A spec file is wrong."""


class ExpressionError(MethodologyError):
    """The text of a formula is wrong."""


class UnitError(MethodologyError):
    """Units or dimensions do not fit."""


class GraphError(MethodologyError):
    """The definitions of a methodology do not hold together."""


class InputError(MethodologyError):
    """A project file, or what was asked for on the command line, is wrong."""


class EvaluationError(MethodologyError):
    """The arithmetic has no answer for these inputs."""


class RefusalError(MethodologyError):
    """Why nothing is done, at the head of the errors that are the reason; it is none of them."""

    is_counted = False


class Faults(MethodologyError):  # noqa: N818 - several errors
    """Several errors found in one pass, reported together.

    Parameters
    ----------
    errors
        One or more errors, in the order of the file.
    """

    def __init__(self, errors: Sequence[MethodologyError]) -> None:
        self.errors = tuple(errors)
        first = self.errors[0]
        super().__init__(first.code, first.what, first.place, why=first.why, remedy=first.remedy)

    def __reduce__(self) -> tuple[object, ...]:
        return Faults, (self.errors,)

    def __str__(self) -> str:
        text = "\n".join(str(error) for error in self.errors)
        count = sum(error.is_counted for error in self.errors)
        if count > 1:
            text += f"\n{count} errors"
        return text


class FaultList(list[MethodologyError]):
    """Errors of one pass, collected until :func:`raise_all` has looked at them; one that comes later is raised where it is found.

    Whoever keeps a reader beyond its pass (a block of a project file is read when it is opened and again when it is bound) would
    otherwise put faults into a list that nobody looks at any more.
    """

    closed = False

    def append(self, error: MethodologyError) -> None:
        """Keep an error, or raise it if nobody would hear of it."""
        if self.closed:
            raise error
        super().append(error)


def raise_all(errors: Sequence[MethodologyError]) -> None:
    """Raise nothing, the one error, or all of them as :class:`Faults`; what is said twice of one place is said once."""
    if isinstance(errors, FaultList):
        errors.closed = True
    found: dict[tuple[str, str, str], MethodologyError] = {}
    for error in errors:
        for one in error.errors if isinstance(error, Faults) else (error,):
            found.setdefault((one.code, one.what, str(one.place)), one)
    flat = list(found.values())
    if len(flat) == 1:
        raise flat[0]
    if flat:
        raise Faults(flat)


def near(name: str, known: Iterable[str]) -> str:
    """Return ``did you mean ...?`` for the names that resemble ``name`` most, or an empty text.

    Examples
    --------
    >>> near("A_o", ["A_0", "A", "EF"])
    'did you mean A_0?'
    """
    likeness = sorted((-_likeness(name, candidate), candidate) for candidate in set(known))
    best = -likeness[0][0] if likeness else 0.0
    close = [candidate for minus, candidate in likeness[:_MOST_NEAR] if -minus >= max(_LEAST_LIKE, best - _LESS_LIKE)]
    return "did you mean " + " or ".join(close) + "?" if close else ""


def _likeness(name: str, candidate: str) -> float:
    if _folded(name) == _folded(candidate):
        return 1.0
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, name, candidate)
    return matcher.ratio() if matcher.real_quick_ratio() >= _LEAST_LIKE and matcher.quick_ratio() >= _LEAST_LIKE else 0.0


def _folded(name: str) -> str:
    return name.lower().translate(_MISTAKEN)


def near_or_all(name: str, known: Iterable[str], what: str = "write one of") -> str:
    """Return the names that resemble ``name``, or the list of all that can be written; of a long list the beginning."""
    names = list(dict.fromkeys(known))
    return near(name, names) or (f"{what.removesuffix(':')}: {listed(names, _MOST_LISTED)}" if names else "")


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names for reading; of a long list the beginning.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def listed_texts(texts: Sequence[str], most: int = 6) -> str:
    """Return texts that may hold commas themselves, for reading; of a long list the beginning.

    Examples
    --------
    >>> listed_texts(["1, 2", "3", "4"], 2)
    '1, 2; 3; and 1 more'
    """
    return "; ".join(texts[:most]) + (f"; and {len(texts) - most} more" if len(texts) > most else "")
