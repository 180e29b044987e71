"""What was noticed, room by room, as text and as a table of docs/reference/slips.md."""

from __future__ import annotations

from collections import Counter, defaultdict

from slips import ROOMS, ROOT, Slip, files_of, read_slips

LISTED, SAMPLE = ROOT / "tests/mutants/listed.yaml", ROOT / "tests/mutants/sample.yaml"
PAGE = ROOT / "docs/reference/slips.md"
BEGIN, END = "<!-- score: begin -->\n", "<!-- score: end -->"


def fate(slip: Slip) -> str:
    """Return what became of a slip, as the list says; of one whose text has gone nothing is said any more."""
    if slip.place() is None:
        return "gone"
    if slip.killed_by:
        return "killed"
    return "equivalent" if slip.equivalent else "survived" if slip.unnoticed else "untried"


def share(fates: Counter[str]) -> float:
    """Return the percent noticed of those that change something and were tried."""
    return 100 * fates["killed"] / max(1, fates["killed"] + fates["survived"])


def counted(slips: list[Slip]) -> dict[str, Counter[str]]:
    """Return room -> what became of how many slips; all rooms together last."""
    rooms = files_of(tuple(ROOMS))
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for slip in slips:
        found[rooms.get(slip.file, "other")][fate(slip)] += 1
    return {room: found[room] for room in sorted(found)} | {"all": sum(found.values(), Counter())}


def score_table(slips: list[Slip]) -> str:
    """Return the score as Markdown."""
    lines = ["| room | tried | noticed | change nothing | not noticed | noticed, percent |", "|---|---:|---:|---:|---:|---:|"]
    for room, fates in counted(slips).items():
        tried = fates.total() - fates["untried"] - fates["gone"]
        lines.append(f"| {room} | {tried} | {fates['killed']} | {fates['equivalent']} | {fates['survived']} | {share(fates):.1f} |")
    return "\n".join(lines)


def page_with_score(page: str) -> str:
    """Return the page with the score that the sample has now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{score_table(read_slips(SAMPLE))}\n{END}{after}"
