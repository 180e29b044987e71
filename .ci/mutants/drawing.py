"""Draw slips: the changes that mutmut knows, at places that a seed chooses.

Every place is as likely as every other, whatever number of changes there is to it. A draw depends on the seed and on the text of the place and
its function, so that a sample of 60 begins one of 500, and an edit elsewhere moves nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators, operator_string
from mutmut.mutation.pragma_handling import IgnoredCode
from slips import ROOT, Slip, files_of, function_at, source_of

#: Texts are compared by tests of their own, word by word; a slip in one is no slip of the arithmetic.
OPERATORS = [(node, operator) for node, operator in mutation_operators if operator is not operator_string]


class Changes(MutationVisitor):
    """Mutmut's visitor. It passes over functions with decorators, as its own way of planting needs; ours takes them."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Raise | cst.Assert | cst.Import | cst.ImportFrom):
            return True
        if isinstance(node, cst.If) and cst.Module([]).code_for_node(node.test) == "TYPE_CHECKING":
            return True
        return super()._skip_node_and_children(node) and not isinstance(node, cst.FunctionDef)


@dataclass(frozen=True)
class Candidate:
    """A change at a place of a file: the part of its tree, and what stands there instead."""

    file: str
    #: Which change of its file, in the order of the tree.
    number: int
    #: Its place: the function, the line, the text, and which of those that say the same.
    place: str
    change: str

    def order(self, seed: int, of: str) -> str:
        """Return where it stands in the order of a seed."""
        return hashlib.sha256(f"{seed}|{self.file}|{self.place}|{of}".encode()).hexdigest()


class Changed:
    """All changes to one file."""

    def __init__(self, file: str) -> None:
        self.file, self.source = file, source_of(file)
        wrapper = MetadataWrapper(cst.parse_module(self.source))
        visitor = Changes(OPERATORS, IgnoredCode(set(), set(), set()))
        wrapper.visit(visitor)
        self.module, self.found = wrapper.module, visitor.mutations
        self.positions = wrapper.resolve(PositionProvider)

    def candidates(self) -> list[Candidate]:
        """Return them with the names by which they are drawn."""
        starts = [0]
        for line in self.source.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        lines = self.source.splitlines()
        seen, said = Counter[str](), dict[int, str]()
        made = []
        for number, one in enumerate(self.found):
            node = one.original_node
            where = self.positions.get(node)
            if where is None:
                continue
            if id(node) not in said:
                begin = starts[where.start.line - 1] + where.start.column
                end = starts[where.end.line - 1] + where.end.column
                place = f"{function_at(self.file, begin, end)}|{lines[where.start.line - 1].strip()}|{type(node).__name__}|{self.source[begin:end]}"
                seen[place] += 1
                said[id(node)] = f"{place}|{seen[place]}"
            made.append(Candidate(self.file, number, said[id(node)], self.module.code_for_node(one.mutated_node)))
        return made

    def slip(self, candidate: Candidate) -> Slip | None:
        """Return one of them as a slip: whole lines for whole lines; nothing where the two say the same."""
        one = self.found[candidate.number]
        changed = self.module.deep_replace(one.original_node, one.mutated_node).code  # type: ignore[arg-type]
        old, new = self.source.split("\n"), changed.split("\n")
        first = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
        if first is None:
            return None
        last = next(at for at, (a, b) in enumerate(zip(reversed(old), reversed(new), strict=False)) if a != b)
        begin = sum(len(line) + 1 for line in old[:first])
        text = "\n".join(old[first : len(old) - last])
        lead = len(text) - len(text.lstrip())
        begin, end = begin + lead, begin + len(text)
        function = function_at(self.file, begin, end)
        slip = Slip(self.file, function, text.lstrip(), "\n".join(new[first : len(new) - last])[lead:])
        nth = 0
        while slip.place() != (begin, end):
            nth += 1
            slip = Slip(self.file, function, slip.old, slip.new, nth)
            if nth > 99:
                raise ValueError(f"{slip} is not found again")
        return slip


def candidates_of(file: str, kept: Path) -> list[Candidate]:
    """Return the candidates of a file, kept beside the hash of its text: reading a large file takes a second."""
    digest = hashlib.sha256(source_of(file).encode() + Path(__file__).read_bytes()).hexdigest()[:16]
    stored = kept / f"{file.replace('/', '.')}.{digest}.json"
    if stored.exists():
        return [Candidate(file, *one) for one in json.loads(stored.read_text(encoding="utf-8"))]
    made = Changed(file).candidates()
    kept.mkdir(parents=True, exist_ok=True)
    stored.write_text(json.dumps([(one.number, one.place, one.change) for one in made]), encoding="utf-8")
    return made


def draw(rooms: tuple[str, ...], size: int, seed: int) -> list[Slip]:
    """Return a seeded sample: places in the order of the seed, one change at each."""
    places: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for file in files_of(rooms):
        for one in candidates_of(file, ROOT / "build" / "mutants" / "places"):
            places[file, one.place].append(one)
    chosen = [min(changes, key=lambda one: one.order(seed, one.change)) for changes in places.values()]
    chosen.sort(key=lambda one: one.order(seed, ""))
    opened: dict[str, Changed] = {}
    drawn: list[Slip] = []
    for one in chosen:
        if len(drawn) == size:
            break
        if one.file not in opened:
            opened[one.file] = Changed(one.file)
        slip = opened[one.file].slip(one)
        if slip is not None:
            drawn.append(slip)
    return drawn
