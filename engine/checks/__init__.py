"""Static checks: everything that a spec alone can show wrong, before any number of a project is read.

One file for each kind of fault, in the order in which they are run. Each function takes a methodology and returns findings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.checks.completeness import check_completeness, settings_to_check
from engine.checks.dimensions import EquationCheck, ValueCheck, check_dimensions, check_equation, check_values
from engine.checks.grounds import check_grounds
from engine.checks.lags import check_lags
from engine.checks.lists import check_lists
from engine.checks.overlaps import check_cases, check_cases_of, check_conditions
from engine.checks.printed_tables import check_recomputed
from engine.checks.published_units import check_published_units
from engine.checks.readings import check_readings
from engine.checks.references import check_references
from engine.checks.settled import check_settled
from engine.checks.shared_parts import check_shared_parts
from engine.checks.tables import check_tables
from engine.checks.use import check_letters, check_use
from engine.checks.written_ratios import check_ratios
from engine.finding import Finding
from equations.model.methodology import Methodology
from equations.shown import Shown

Check = Callable[[Methodology], list[Finding]]

#: Checks behind those of dimensions and of completeness: what each looks for, and the function.
CHECKS: tuple[tuple[str, Check], ...] = (
    ("declared conversions against the unit registry and molar masses", check_ratios),
    ("quantities that are undefined, unused or lead nowhere", check_use),
    ("letters of a left side that a formula forgets", check_letters),
    ("lags of rules and comparisons that no year has", check_lags),
    ("parts of members that two share", check_shared_parts),
    ("values against ranges, row sums, missing rows", check_tables),
    ("printed tables against equations and against each other", check_recomputed),
    ("sections, numbers, tables and rulings that are named", check_references),
    ("the publication's lists of parameters, both ways", check_lists),
    ("published units", check_published_units),
    ("what settling a choice took out", check_settled),
    ("grounds on which entries stand", check_grounds),
)

__all__ = [
    "CHECKS",
    "CheckResult",
    "EquationCheck",
    "ValueCheck",
    "check_cases",
    "check_cases_of",
    "check_completeness",
    "check_conditions",
    "check_dimensions",
    "check_equation",
    "check_grounds",
    "check_lags",
    "check_letters",
    "check_lists",
    "check_methodology",
    "check_published_units",
    "check_ratios",
    "check_readings",
    "check_recomputed",
    "check_references",
    "check_shared_parts",
    "check_tables",
    "check_use",
    "check_values",
    "settings_to_check",
]


@dataclass(frozen=True, slots=True)
class CheckResult(Shown):
    """Result of all static checks."""

    equations: tuple[EquationCheck, ...]
    findings: tuple[Finding, ...]
    values: tuple[ValueCheck, ...] = ()

    def __repr__(self) -> str:
        counts = {severity: sum(finding.severity == severity for finding in self.findings) for severity in ("error", "warning", "note")}
        return f"<CheckResult: {len(self.equations)} equations; " + ", ".join(f"{n} {s}s" for s, n in counts.items()) + ">"

    @property
    def has_errors(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


#: Findings of tools by what they say and where they stand.
_TOOLS: dict[tuple[str, str], tuple[Finding, ...]] = {}


def check_methodology(methodology: Methodology) -> CheckResult:
    """Run every static check.

    Returns
    -------
    CheckResult
        One line for each equation and each block of values, and the findings in the order of the checks.
    """
    lines, findings = check_dimensions(methodology)
    findings += check_conditions(methodology)
    decided = not any(finding.code == "X207" for finding in findings)
    if decided:
        findings += check_cases(methodology)
        known = {(finding.code, finding.subject) for finding in findings}
        findings += [f for f in check_completeness(methodology) if (f.code, f.subject) not in known]
    for _, check in CHECKS:
        if decided or check not in (check_recomputed, check_lags):
            said = {(finding.code, finding.subject, finding.what) for finding in findings}
            findings += [f for f in check(methodology) if (f.code, f.subject, f.what) not in said]
    if decided and not any(finding.severity == "error" for finding in findings):
        said = {(finding.code, finding.subject, finding.what) for finding in findings}
        findings += [f for f in check_readings(methodology) if (f.code, f.subject, f.what) not in said]
    findings += _of_tools(methodology, findings)
    return CheckResult(tuple(lines), tuple(findings), tuple(check_values(methodology)))


def _of_tool(tool: Methodology) -> tuple[Finding, ...]:
    """Return the findings of a tool, which is looked at once, however many specs and tools take it in."""
    where = tool.hash, str(tool.quantities[0].place if tool.quantities else "")
    if where not in _TOOLS:
        _TOOLS[where] = check_methodology(tool).findings
    return _TOOLS[where]


def _of_tools(methodology: Methodology, held: list[Finding]) -> list[Finding]:
    """Check each tool by itself, with its own printed tables and lists; what is told of the whole at the same place is not told again."""
    told = {(finding.code, str(finding.place)) for finding in held}
    found = []
    for tool in methodology.tools:
        if tool.methodology is None:
            continue
        for finding in _of_tool(tool.methodology):
            if (finding.code, str(finding.place)) not in told or finding.place is None:
                told.add((finding.code, str(finding.place)))
                found.append(replace(finding, what=f"in the tool {tool.path} ({tool.reference}): {finding.what}"))
    return found
