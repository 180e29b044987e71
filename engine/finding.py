"""Finding: what a check or an audit has to say. An error stops; a finding is reported (conventions §8)."""

from __future__ import annotations

from dataclasses import field

from equations.errors import MethodologyError, Place
from equations.records import record
from equations.shown import Shown

SEVERITIES = ("error", "warning", "note")

#: One line per code of finding.
FINDING_CODES: dict[str, str] = {
    "W801": "a declared quantity that no equation, rule or dataset uses",
    "W802": "a published unit that differs from the unit in which the equations balance",
    "W803": "an equation mixes units under a declared equivalence",
    "W804": "a quantity from which the result does not follow, under any choice",
    "W805": "a letter of the left side that the formula does not use",
    "W806": "a printed table that the equations do not reproduce",
    "W807": "a value of a dataset outside its declared range",
    "W808": "rows that do not add up to what the spec says",
    "W809": "a missing or blank row of a table",
    "W810": "a parameter list that does not match the quantities",
    "W811": "a number, section or reference that does not fit",
    "W812": "a quantity without source or range",
    "W813": "printed numbers that do not agree with each other",
    "W814": "what settling a choice took out of the text",
    "W815": "entries that do not say on what ground they stand, where the methodology requires it",
    "W816": "a ground that does not carry: not stated in a published methodology, or stated without a source",
    "W820": "a ratio between two units or substances that is written rounded",
    "W821": "a ratio that is not exact, for a reason that the spec gives",
    "W822": "a supplied ratio that looks like a conversion of units gone wrong",
    "A701": "a rule of the methodology does not hold",
    "A702": "a value outside what is usual",
    "A703": "a default of the methodology is used",
    "A704": "a value was supplied in place of an equation",
    "A705": "a supplied value that nothing uses",
    "A706": "a value without a source",
    "A707": "an implicit equation was solved; residual and properties of the solution",
    "A708": "a partial year",
    "A709": "areas do not add up",
    "A710": "negative reductions",
    "A711": "emissions moved elsewhere",
    "A712": "a value that breaks with its neighbours",
    "A713": "the independent recomputation differs",
    "A714": "a reading other than the default is selected",
    "A715": "the project file names another version",
    "A716": "a ruling is open: what hangs on it",
    "A717": "a blank statement of the project",
    "A718": "cells that a blanket statement covers, members that have nothing but zeros",
    "A719": "a supplied value that differs from the published one",
    "A720": "more is converted than there is",
    "A721": "the project is only an illustration",
    "A722": "monitored and projected conversions are far apart",
    "A723": "the result counts years that lie in no monitoring period",
    "A724": "a relation of which the project says nothing: every combination counts",
    "A725": "more is given away or held back than there is",
    "A730": "a distribution whose mean is not the value of the run",
    "A731": "a declared uncertainty that moves nothing",
    "A732": "propagation of error has no number",
    "A740": "a rule that cannot be decided",
    "A741": "a methodology that does not pass its own check, and so gives no number",
    "A746": "a value so near a whole number that its last digits would decide; it counts as the whole number",
    "A747": "a group of years that goes on behind the last year of the project: the part within counts",
    "A748": "a cell of a workbook that a person may see otherwise than it is read: hidden, shown rounded, or the stored value of a formula",
    "A749": "numbers are set in place of what is reported (`--set`, `set:`)",
    "A810": "a substituted number that no method of the methodology allows",
    "A811": "a substituted number that is not what its method gives",
    "A812": "more substituted numbers than the methodology allows",
    "A813": "what is said not to operate has a number, or something ran there",
    "A814": "a zero, written or by a blanket statement, where a number is due, and nothing says why",
    "A815": "a blanket statement that is said to be measured",
    "A816": "numbers that say no state beside others that do",
    "A817": "how many numbers are in which state",
    "A820": "a dataset that is not valid on days for which it is taken",
    "A821": "a dataset that is taken where it is not allowed",
    "A822": "a source that is taken although one before it comes first",
    "A823": "the end of an interval on the wrong side",
    "A824": "a supplied number of a dataset that is not for these days, or not allowed",
    "A825": "a supplied number whose source has another one",
    "A826": "how a text file is written: what divides its cells, which decimal sign its numbers have",
    "A827": "what of a table is left out or added: totals, columns, labels of one member; a total that is not the sum of its lines",
    "A828": "numbers of which every one has a point before three digits, which may divide thousands",
    "A829": "a table that is read as one of a map program",
    "A830": "claims in a workbook that are typed numbers and no formulas, or empty cells",
    "A840": "a choice or a reading of the project that the version has settled otherwise",
    "A750": "documents and recomputation part here",
    "A751": "stated numbers that differ because of a difference before them",
    "A752": "two documents that state one thing otherwise",
    "A753": "an input that a document states otherwise",
    "A754": "stated numbers that agree within their printed digits",
    "A755": "a stated number that cannot be compared",
    "A756": "a value that the registered design fixes, and the run has otherwise",
    "A757": "fixed in one place and monitored in another",
    "A758": "one number repeated where the plan monitors",
    "A759": "a parameter that the plan has and the calculation has not, or the other way round",
    "A760": "a source of lower order than the plan's",
    "A761": "more than the design expects of as many days",
    "A762": "a member that the design has and the project has not, or the other way round",
    "A763": "monitored otherwise than planned: how often, how",
    "A764": "what is as the design has it",
    "A790": "said to be conservative, and on the side that raises the result",
    "A791": "said to be conservative, and it cannot be told whether it is",
    "A792": "a number in place of another that gives a lower result",
    "A793": "a number on the careful side",
    "A801": "of two sources the one that counts is not the one that is used",
    "A802": "a cross-check that does not hold",
    "A803": "a cross-check that could not be made",
    "A804": "cross-checks that hold",
    "A875": "a case hangs on the last digit of a difference that is nothing as people count",
    "A765": "a sample that misses the precision of the plan",
    "A766": "what the limit of a sample in place of its mean moves",
    "A767": "a limit of a sample that lies on the favourable side",
    "A768": "a population of a sample that is not that of the register",
    "A769": "a precision that a document claims and the sample does not have",
    "A770": "one survey that stands for several times or members",
    "A771": "samples that meet the precision of the plan",
    "A772": "answers that were left out of a sample",
    "A773": "a sample of which no plan says the precision",
    "A774": "a sample whose strata are not drawn as they are in the whole, or weigh otherwise than their populations",
    "A778": "an instrument whose calibration was overdue, without the error of its class",
    "A779": "a correction for overdue days that is not what they come to",
    "A780": "numbers for days on which no instrument was there",
    "A781": "members that no instrument serves",
    "A782": "a shared meter whose parts are typed in or shared out otherwise",
    "A783": "a number that is not what its meters say together",
    "A784": "two documents that say of one instrument otherwise",
    "A785": "instruments within calibration, or corrected as it is due",
    "A786": "an instrument that is said to read what is computed",
    "A787": "an instrument of which the run does not have what it serves",
}


@record(frozen=True)
class Finding(Shown):
    """One finding.

    Attributes
    ----------
    code
        One of :data:`FINDING_CODES`, or the code of an error that a static check turned into a finding.
    severity
        ``error``, ``warning`` or ``note``.
    subject
        What it is about: the id of an equation, quantity, rule, table.
    what
        The fact, in one sentence.
    evidence
        Numbers that show it.
    moves
        By how much the first result of a run moves once it is mended, in its unit; ``None`` where that is not known.
    """

    code: str
    severity: str
    subject: str
    what: str
    evidence: str = ""
    remedy: str = ""
    source: str = ""
    place: Place | None = field(default=None, compare=False)
    moves: float | None = field(default=None, compare=False)

    def as_record(self) -> dict[str, object]:
        """Return the finding as plain data."""
        record: dict[str, object] = {
            "code": self.code, "severity": self.severity, "subject": self.subject, "what": self.what,
            "evidence": self.evidence, "remedy": self.remedy, "source": self.source,
        }  # fmt: skip
        if self.moves is not None:
            record["moves"] = self.moves
        if self.place is not None:
            record |= {"file": self.place.file, "line": self.place.line, "column": self.place.column}
        return record


def from_error(error: MethodologyError, subject: str) -> Finding:
    """Turn an error that a check collected into a finding."""
    return Finding(error.code, "error", subject, error.what, error.why, error.remedy, place=error.place)


def worst(findings: tuple[Finding, ...]) -> str:
    """Return the greatest severity, or an empty text."""
    for severity in SEVERITIES:
        if any(finding.severity == severity for finding in findings):
            return severity
    return ""
