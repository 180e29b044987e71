"""The static checks of a spec as text for a terminal and as plain data."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks import CheckResult, settings_to_check
from engine.output.terminal import bold, table
from engine.output.text_grid import TextGrid, text_grid
from engine.plan.spec_setting import tries_all_choices
from engine.report.findings import findings_text
from engine.report.grounds import grounds_record, grounds_text, tallies
from equations.model.methodology import Methodology


def check_text(methodology: Methodology, result: CheckResult, *, verbose: bool = False) -> str:
    """Return the outcome of all static checks for reading.

    Parameters
    ----------
    verbose
        Whether the editor's own equations, units of values and the evidence of notes are shown too.
    """
    balances = balances_grid(result, verbose=verbose)
    parts = [
        bold(f"{methodology.reference}  {methodology.title}") + "\n" + balances.text,
        _values(result) if verbose else "",
        "\n".join(_extent(methodology, result, len(result.equations) - len(balances.rows))),
        grounds_text(tallies(methodology), "grounds on which entries stand"),
        _findings(result, verbose=verbose),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def balances_grid(result: CheckResult, *, verbose: bool = False) -> TextGrid:
    """Return the units of both sides of each equation as a table; the editor's own where ``verbose`` or wrong."""
    lines = result.equations if verbose else [line for line in result.equations if line.number or line.status == "error"]
    rows = [[f"{line.number}{line.part}", line.id, line.status, line.lhs_unit, line.rhs_unit] for line in lines]
    return text_grid(["equation", "id", "status", "left side", "right side"], rows)


def check_record(methodology: Methodology, result: CheckResult) -> dict[str, object]:
    """Return the outcome of all static checks as plain data."""
    return {
        "methodology": methodology.reference,
        "hash": methodology.hash,
        "equations": [line.as_record() for line in result.equations],
        "values": [line.as_record() for line in result.values],
        "findings": [finding.as_record() for finding in result.findings],
        **grounds_record(tallies(methodology)),
    }


def _values(result: CheckResult) -> str:
    rows = [[v.dataset, v.quantity, v.status, v.printed_unit, v.unit, v.factor if v.factor != "1" else ""] for v in result.values]
    return table(["dataset", "values of", "status", "printed in", "read in", "factor"], rows)


def _extent(methodology: Methodology, result: CheckResult, hidden: int) -> Iterator[str]:
    """Say what was looked at."""
    wrong = sum(line.status == "error" for line in result.equations)
    own = f" ({hidden} of the editor not shown; --verbose)" if hidden else ""
    rules, blocks = len(methodology.rules), len(result.values)
    yield f"units: {len(result.equations)} equations{own}, {rules} rules, {blocks} blocks of values; {wrong} wrong"
    settings = sum(1 for _ in settings_to_check(methodology))
    chosen = "" if tries_all_choices(methodology) else " (not all there are: any three choices meet in all their ways)"
    yield f"cases: needs walked under {settings} combinations of choices and readings{chosen}; all cases of a quantity against each other"
    cells = sum(len(table.cells) for table in methodology.published_results)
    yield (
        f"tables: {len(methodology.published_results)} printed results with {cells} cells recomputed, "
        f"{len(methodology.comparisons)} comparisons of printed numbers"
    )
    listed = len(methodology.monitoring_list)
    yield f"text: {listed} lines of {len(methodology.parameter_lists)} parameter lists, {len(methodology.rulings)} rulings, " + (
        f"{len(methodology.register)} entries of the register"
    )


def _findings(result: CheckResult, *, verbose: bool) -> str:
    shown = [finding for finding in result.findings if verbose or finding.severity != "note"]
    hint = "\n\nnotes are shown by --verbose" if len(shown) < len(result.findings) else ""
    return findings_text(result.findings, shown, verbose=verbose) + hint
