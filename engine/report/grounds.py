"""On what the entries of a methodology stand, and those that entered a run: how many are stated, derived, known to the field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.output.escapes import markdown_text
from engine.output.terminal import bold, table, wrapped
from engine.run.run import Run
from equations.citation import GROUNDS
from equations.formula.syntax import Ratio, walk
from equations.model.grounded import EDITOR, UNSAID, Grounded, grounded, says_grounds
from equations.model.methodology import Methodology
from equations.records import record

#: Each ground in words, in the order in which they are shown.
WORDS = {**{ground: ground.replace("_", " ") for ground in GROUNDS}, EDITOR: "editor's own", UNSAID: "not said"}
RUN_TITLE = "what the equations and defaults that entered this result rest on"


@record(frozen=True)
class Tally:
    """Entries of one list (equations, parameters, values, ...) of the methodology or of one tool, by ground."""

    kind: str
    tool: str
    entries: tuple[Grounded, ...]

    @property
    def name(self) -> str:
        """The list in words; of a tool with its path."""
        return f"{self.kind} of {self.tool}" if self.tool else self.kind

    def count(self, ground: str) -> int:
        """How many stand on a ground."""
        return len(self.named(ground))

    def named(self, ground: str) -> list[str]:
        """Return the names of those that stand on a ground, in the order of the spec."""
        return [entry.id for entry in self.entries if entry.ground == ground]


def tallies(methodology: Methodology) -> tuple[Tally, ...]:
    """Count a whole spec; empty where it says nothing of grounds."""
    return _tallied(grounded(methodology)) if says_grounds(methodology) else ()


def run_tallies(run: Run) -> tuple[Tally, ...]:
    """Count what entered the result of a run: its equations, parameters, numbers of datasets and constants."""
    return _tallied(_entered(run)) if says_grounds(run.methodology) else ()


def _tallied(entries: Iterable[Grounded]) -> tuple[Tally, ...]:
    found: dict[tuple[str, str], list[Grounded]] = {}
    for entry in entries:
        found.setdefault((entry.tool, entry.kind), []).append(entry)
    return tuple(Tally(kind, tool, tuple(held)) for (tool, kind), held in sorted(found.items(), key=lambda item: item[0][0]))


def _entered(run: Run) -> Iterator[Grounded]:
    """Yield what the result of a run follows from; tables of datasets are known by where they stand."""
    m, needed = run.methodology, run.plan.required or run.plan.needs
    serving = {q.id for q in m.quantities if q.id in needed and q.id in run.values.arrays}
    equations = {step.equation for id_ in serving for step in run.values.steps.get(id_, ())}
    ratios = {node.text for id_ in equations for node in walk(m.equation[id_].formula) if isinstance(node, Ratio)}
    entered = {"equations": equations, "parameters": serving & run.inputs.origins.keys(), "constants": ratios}
    origins = (origin for id_ in serving for origin in run.inputs.origins.get(id_, {}).values())
    tables = {origin.place for origin in origins if origin.kind != "project"}
    for entry in grounded(m):
        if entry.id in entered.get(entry.kind, ()) or (entry.kind == "values" and entry.place in tables):
            yield entry


# -- shown


def grounds_text(counted: tuple[Tally, ...], title: str = "grounds", *, named: bool = False) -> str:
    """Return the counts as a table for a terminal, or nothing.

    Parameters
    ----------
    named
        Whether to name, below it, what no source that was read states.
    """
    if not counted:
        return ""
    rows = [[tally.name, *(str(tally.count(ground) or "") for ground in WORDS)] for tally in counted]
    lines = [bold(title), table(["", *WORDS.values()], rows, right=tuple(range(1, len(WORDS) + 1)))]
    return "\n".join([*lines, *(wrapped(f"  {line}", "    ") for line in unread(counted) if named)])


def grounds_line(counted: tuple[Tally, ...]) -> str:
    """Return the counts in one line, or nothing: ``rests on: equations: 2 stated, 1 derived; ...``."""
    parts = []
    for tally in counted:
        said = [f"{number} {word}" for ground, word in WORDS.items() if (number := tally.count(ground))]
        parts.append(f"{tally.name}: {', '.join(said)}")
    return f"rests on: {'; '.join(parts)}" if parts else ""


def unread(counted: tuple[Tally, ...]) -> Iterator[str]:
    """Yield a line for each ground but `stated`, and each list: what stands on it, by name."""
    for ground in ("derived", "standard_knowledge", UNSAID):
        for tally in counted:
            if names := tally.named(ground):
                yield f"{WORDS[ground]}, {tally.name}: {', '.join(names)}"


def grounds_markdown(counted: tuple[Tally, ...]) -> Iterator[str]:
    """Yield the counts as a table in Markdown, and what no source that was read states."""
    yield "| | " + " | ".join(WORDS.values()) + " |"
    yield "|---|" + "---:|" * len(WORDS)
    for tally in counted:
        yield f"| {markdown_text(tally.name)} | " + " | ".join(str(tally.count(ground)) for ground in WORDS) + " |"
    yield ""
    yield from (f"- {markdown_text(line)}" for line in unread(counted))


def grounds_record(counted: tuple[Tally, ...]) -> dict[str, object]:
    """Return the counts as plain data under ``grounds``; of a spec that says nothing of grounds nothing."""
    if not counted:
        return {}
    return {"grounds": [
        {"of": tally.kind, "tool": tally.tool, **{ground: tally.named(ground) for ground in WORDS}} for tally in counted
    ]}  # fmt: skip
