"""A template filled in mechanically, as somebody would who has a number for every gap: by range and unit, with sources, options and dates.

``python tests/specs/filled_template.py [SPEC ...]`` makes the template of each rulebook of the library under each value of each choice,
fills it in, audits it, and prints every error and warning that is not about the made-up numbers themselves. It takes some minutes: the
tests do it for small rulebooks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.audit.audits import audit_findings
from engine.commands.session import Session, open_session
from engine.explain.needs import matching_choices
from engine.explain.template import project_template
from engine.finding import Finding
from engine.plan.setting import default_switches
from engine.plan.spec_setting import named_setting
from engine.project.project_file import read_project_text
from equations.errors import MethodologyError
from equations.library.places import library
from equations.model.methodology import Methodology
from equations.model.quantity import Quantity

_KEY = re.compile(r'^  "?([A-Za-z_][\w.]*)"?:')
_DAYS = "2024-01-01", "2025-12-31"
#: Findings about numbers: those that are made up break rules, stand beside nothing, or are far from what is usual.
OF_NUMBERS = frozenset({"A701", "A702", "A709", "A710", "A711", "A712", "A719", "A720", "A722", "A725"})

#: Numbers that must fit another one, which neither range nor unit says; those of a tool too, behind the name of its use.
FIXED = {"N_ref": (1000,), "N_lost": (20,), "N_now": (900,), "N_PA": (10,), "N_LB": (10,), "E": (1,), "age_k": (1, 60)}


def number_of(quantity: Quantity, at: int) -> str:
    """Return a number that a quantity can have; the count of gaps makes it another one each time."""
    fixed = next((numbers for name, numbers in FIXED.items() if quantity.id == name or quantity.id.endswith(f"_{name}")), ())
    if fixed:
        return str(fixed[at % len(fixed)])
    low, high = _ends(quantity)
    share = 0.3 + 0.01 * (at % 13)
    if low is not None and high is not None:
        return f"{low + share * (high - low):.6g}"
    usual = 0.2 if not quantity.unit.powers else 0.01 if str(quantity.unit) == "1/year" else 1000 if quantity.role == "initial_area" else 5
    return f"{(low or 0) + usual * (0.7 + share):.6g}"


def _ends(quantity: Quantity) -> tuple[float | None, float | None]:
    """Return the narrowest ends that are declared."""
    ranges = [found for found in (quantity.range, quantity.plausible) if found is not None]
    lows = [float(one.least) for one in ranges if one.least is not None]
    highs = [float(one.most) for one in ranges if one.most is not None]
    return max(lows, default=None), min(highs, default=None)


def filled(methodology: Methodology, text: str) -> str:
    """Return a template with something in every gap."""
    lines, quantity, gaps, in_values = [], None, 0, False
    for line in text.splitlines():
        in_values = in_values or line == "values:"
        found = _KEY.match(line) if in_values else None
        quantity = methodology.quantity.get(found[1], quantity) if found else quantity
        said, sign, comment = line.partition("   #")
        while "____" in said and not said.lstrip().startswith("#"):
            gaps += 1
            said = said.replace("____", _answer(said[: said.index("____")], comment, quantity, gaps), 1)
        lines.append(said + sign + comment)
    return "\n".join(lines) + "\n"


def _answer(before: str, comment: str, quantity: Quantity | None, at: int) -> str:
    field = re.search(r"(\w+): *$", before)
    texts = {"source": "records of the owner", "method": "counted", "frequency": "yearly", "monitoring_option": "B", "name": "Mechanical", "date": f"2024-{at % 12 + 1:02}-01"}
    if field and field[1] in texts:
        return texts[field[1]]
    if quantity is not None and quantity.type != "number":
        early = "2012-06-01" if quantity.indices else "2023-06-01"  # of a plant or a vehicle, and of a map
        return early if quantity.type == "date" else "no" if quantity.indices else "yes"
    assert quantity is not None, (before, comment)
    return number_of(quantity, at)


def settings_of(methodology: Methodology) -> Iterator[dict[str, str]]:
    """Yield the defaults, and each other value of each choice beside the defaults of the others."""
    usual = default_switches(methodology)[0]
    seen: list[dict[str, str]] = []
    for changed in ({}, *({choice.id: value.id} for choice in methodology.choices for value in choice.values)):
        for wanted in ({**usual, **changed}, changed):
            found = matching_choices(methodology, wanted)
            if found:
                if found[0] not in seen:
                    seen.append(found[0])
                    yield found[0]
                break


def findings_of(session: Session, choices: dict[str, str]) -> list[Finding]:
    """Return the errors and warnings of a template that is filled in without those about the numbers, and what is said of sources."""
    methodology = session.methodology
    setting = named_setting(methodology, choices, {}, *_DAYS, {})
    text = filled(methodology, project_template(methodology, setting))
    run = session.run(read_project_text(text, Path("project.yaml")))
    found = [finding for _, findings in audit_findings(run, None) for finding in findings]
    return [one for one in found if one.code == "A706" or (one.severity != "note" and one.code not in OF_NUMBERS)]


def main(specs: list[str]) -> int:
    """Print what is found for each rulebook and choice; the number of settings in which something is."""
    bad = 0
    for spec in specs or [reference for reference, _ in library()]:
        session = open_session(spec)
        for at, choices in enumerate(settings_of(session.methodology)):
            try:
                said = [f"{one.code} {one.subject}: {one.what} {one.evidence}"[:300] for one in findings_of(session, choices)]
            except MethodologyError as error:
                said = [str(error)[:1500]]
            bad += bool(said)
            print(f"{spec} {at} {', '.join(f'{k}={v}' for k, v in choices.items())}: {len(said) or 'clean'}", *said, sep="\n    ", flush=True)
        session.save()
    return bad


if __name__ == "__main__":
    sys.exit(min(1, main(sys.argv[1:])))
