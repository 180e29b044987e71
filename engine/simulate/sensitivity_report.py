"""A sensitivity analysis as text and plain data."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from engine.finding import Finding
from engine.output.terminal import bold, number
from engine.output.text_grid import TextGrid, text_grid
from engine.simulate.draw_counts import impossible_shares
from engine.simulate.sensitivity import Sensitivity
from engine.simulate.sobol import Share

FORMAT = "mrvgraph-sensitivity/1"
_MOST_ROWS = 25
#: Errors of shares below this need more than three decimals.
_SMALL = 0.0005


def sensitivity_record(found: Sensitivity) -> dict[str, object]:
    """Return an analysis as plain data."""
    methodology = found.run.methodology
    return {
        "format": FORMAT,
        "methodology": {"id": methodology.id, "version": methodology.version, "hash": methodology.hash},
        "project": {"file": found.run.project.path.name, "sha256": found.run.project.sha256},
        "target": found.target, "unit": found.unit, "value": found.value, "draws": found.draws, "seed": found.seed,
        "inputs": [
            {"name": e.name, "unit": e.unit, "value": e.value, "derivative": _finite(e.derivative),
             "elasticity": _finite(e.elasticity), "step": e.step,
             "declared": e.declared, "low": _finite(e.low), "high": _finite(e.high),
             **({"direction": e.direction} if e.direction else {})} for e in found.effects
        ],
        "sobol": [
            {"quantity": s.quantity, "first": s.by_itself, "first_standard_error": s.first.error, "first_estimate": s.first.estimate,
             "total": s.total.estimate, "total_standard_error": s.total.error} for s in found.sobol
        ],
        "warnings": [finding.as_record() for finding in found.findings],
        **({"remarks": said} if (said := impossible_shares(found.sobol, found.draws)) else {}),
        **({"others": [sensitivity_record(other) for other in found.others]} if found.others else {}),
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def warning_lines(findings: Iterable[Finding]) -> list[str]:
    """Return one line for each finding about what is declared as uncertain."""
    return [f"{f.severity} {f.code} {f.subject}: {f.what}" + (f" ({f.evidence})" if f.evidence else "") for f in findings]


def _share(estimate: float, share: Share) -> str:
    """Return a share to the digits that its error leaves, small ones too."""
    if share.error < _SMALL:
        return f"{estimate:.2g} ± {share.error:.1g}"
    return f"{estimate:.3f} ± {share.error:.3f}"


def sensitivity_text(found: Sensitivity) -> str:
    """Return an analysis for a terminal; the largest effects first."""
    lines = [
        bold(f"{found.run.methodology.reference}  {found.run.project.name}"),
        f"{found.target} = {number(found.value)} {found.unit}; each input moved by its declared standard error, or by a tenth (*)",
        "",
    ]
    lines.append(effects_grid(found, _MOST_ROWS).text)
    if any(e.direction.endswith("?") for e in found.effects[:_MOST_ROWS]):
        lines.append("?: at the numbers that were tried; not proven over the whole range")
    if len(found.effects) > _MOST_ROWS:
        lines.append(f"and {len(found.effects) - _MOST_ROWS} more with smaller effects (--json shows all)")
    if found.sobol:
        lines += [
            "",
            (shares := shares_grid(found)).title,
            shares.text,
            *(f"note: {said}" for said in impossible_shares(found.sobol, found.draws)),
        ]
    if found.findings:
        lines += ["", *warning_lines(found.findings)]
    return "\n".join(lines) + "\n"


def effects_grid(found: Sensitivity, most: int | None = None) -> TextGrid:
    """Return what each input moves, or the first so many, as a table; ``*`` marks one of which no error is declared."""
    directed = any(e.direction for e in found.effects)
    rows = [
        [
            e.name + ("" if e.declared else " *"),
            e.unit,
            *([e.direction] if directed else []),
            *(number(x) if isfinite(x) else "none" for x in (e.value, e.step, e.derivative, e.elasticity, e.low, e.high)),
        ]
        for e in found.effects[:most]
    ]
    numbers = ["value", "step", "derivative", "elasticity", "moved down", "moved up"]
    head = ["input", "unit", *(["as it rises"] if directed else []), *numbers]
    return text_grid(head, rows, range(len(head) - len(numbers), len(head)))


def shares_grid(found: Sensitivity) -> TextGrid:
    """Return the Sobol indices as a table."""
    title = f"Shares of the variance with their standard errors (Sobol, {found.draws:,} draws each, seed {found.seed})"
    rows = [[s.quantity, _share(s.by_itself, s.first), _share(s.total.estimate, s.total)] for s in found.sobol]
    return text_grid(["quantity", "by itself", "in all"], rows, [1, 2], title)
