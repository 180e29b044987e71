"""A sensitivity analysis as text, plain data and a tornado plot."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from math import isfinite

from engine.finding import Finding
from engine.output.terminal import bold, number, table
from engine.simulate.sensitivity import Sensitivity
from engine.simulate.sobol import Share
from engine.typesetting.fonts.bundled import FONT
from engine.typesetting.fonts.glyph_check import picture_file

FORMAT = "mrvgraph-sensitivity/1"
_MOST_ROWS, _MOST_BARS = 25, 20
#: Errors of shares below this need more than three decimals.
_SMALL = 0.0005
_WIDE, _LEFT, _ROW = 420, 240, 22


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
             "declared": e.declared, "low": _finite(e.low), "high": _finite(e.high)} for e in found.effects
        ],
        "sobol": [
            {"quantity": s.quantity, "first": s.by_itself, "first_standard_error": s.first.error, "first_estimate": s.first.estimate,
             "total": s.total.estimate, "total_standard_error": s.total.error} for s in found.sobol
        ],
        "warnings": [finding.as_record() for finding in found.findings],
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
    rows = [
        [
            e.name + ("" if e.declared else " *"),
            e.unit,
            *(number(x) if isfinite(x) else "none" for x in (e.value, e.step, e.derivative, e.elasticity, e.low, e.high)),
        ]
        for e in found.effects[:_MOST_ROWS]
    ]
    head = ["input", "unit", "value", "step", "derivative", "elasticity", "moved down", "moved up"]
    lines.append(table(head, rows, right=list(range(2, len(head)))))
    if len(found.effects) > _MOST_ROWS:
        lines.append(f"and {len(found.effects) - _MOST_ROWS} more with smaller effects (--json shows all)")
    if found.sobol:
        lines += [
            "",
            f"Shares of the variance with their standard errors (Sobol, {found.draws:,} draws each, seed {found.seed})",
            table(
                ["quantity", "by itself", "in all"],
                [[s.quantity, _share(s.by_itself, s.first), _share(s.total.estimate, s.total)] for s in found.sobol],
                right=[1, 2],
            ),
        ]
    if found.findings:
        lines += ["", *warning_lines(found.findings)]
    return "\n".join(lines) + "\n"


def tornado_svg(found: Sensitivity) -> str:
    """Return the tornado plot: one bar for each input, the longest first."""
    effects = found.effects[:_MOST_BARS]
    ends = [x for e in effects for x in (e.low, e.high) if isfinite(x)] + [found.value]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0

    def across(value: float) -> float:
        return _LEFT + (value - low) / span * _WIDE

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDE + 120}" height="{len(effects) * _ROW + 90}" '
        f'font-family="{FONT}" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{_LEFT}" y="24" font-weight="bold">{escape(found.target)} ({escape(found.unit)})</text>',
    ]
    for at, effect in enumerate(effects):
        y = 40 + at * _ROW
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(effect.name)}</text>')
        for end, colour in ((effect.low, "#0072B2"), (effect.high, "#D55E00")):
            if not isfinite(end):
                continue
            a, b = sorted((across(found.value), across(end)))
            parts.append(f'<rect x="{a:.2f}" y="{y + 2}" width="{max(b - a, 0.5):.2f}" height="{_ROW - 6}" fill="{colour}"/>')
    x, bottom = across(found.value), 40 + len(effects) * _ROW
    parts += [
        f'<line x1="{x:.2f}" y1="36" x2="{x:.2f}" y2="{bottom}" stroke="black"/>',
        f'<text x="{x:.2f}" y="{bottom + 16}" text-anchor="middle">{escape(number(found.value))}</text>',
        f'<text x="{_LEFT}" y="{bottom + 36}" fill="#0072B2">input moved down</text>',
        f'<text x="{_LEFT + 140}" y="{bottom + 36}" fill="#D55E00">input moved up</text>',
        "</svg>",
    ]
    return picture_file("\n".join(parts) + "\n")
