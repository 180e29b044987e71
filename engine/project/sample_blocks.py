"""Read the samples of a project file: records of a table, means with their deviations, counts of yes and no, by stratum or by cluster.

A fault is told at its place; what was not answered is never a no, and never nothing, unless the project says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Lookup
from collections.abc import Sequence as Items
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from engine.project.file_numbers import FileNumbers
from engine.project.sampling_plans import UNPLANNED, SamplingPlans
from engine.project.total_rows import TableCell, totals_among
from engine.run.arithmetic.samples import Sample, SampleEstimate, SamplingPlan, Stratum, estimated
from equations.errors import Place, listed, near
from equations.files.csv_table import CsvTable
from equations.files.strict_yaml import Mapping, Scalar, Sequence, YamlNode, scalars_in
from equations.records import record
from equations.spec.block import read_number

if TYPE_CHECKING:
    from engine.project.project_file import ProjectBlock
    from engine.project.values import WrittenCell

_ANSWERS = {"yes": 1, "true": 1, "no": 0, "false": 0}
_GAP = "____"


@record(frozen=True)
class SampledCell:
    """A cell with what its sample gives."""

    labels: tuple[str, ...]
    place: Place
    estimate: SampleEstimate


@record(frozen=True)
class _Line:
    """One record as it is written."""

    answers: tuple[Scalar, ...]
    id: str = ""
    stratum: str = ""
    cluster: str = ""
    place: Place | None = None


class SampleBlocks(SamplingPlans):
    """Reads the samples of one quantity."""

    def read(self, block: ProjectBlock, indices: tuple[str, ...]) -> list[SampledCell]:
        """Return the cells of a block of values that samples give."""
        node = block.node.get("sample")
        assert node is not None
        if any(scalar.text == _GAP for scalar in scalars_in(node)):
            self.fault("the sample still has gaps", node.place, remedy="fill them in, or take the sample out", code="I501")
            return []
        fixed = self.fixed(node, indices)
        open_, found = tuple(name for name in indices if name not in fixed), []
        for labels, one in self.leaves(node, open_):
            for cell in self.cells(block, block.inner(one, "sample"), labels, open_):
                rest = iter(cell.labels)
                found.append(replace(cell, labels=tuple(fixed[name] if name in fixed else next(rest) for name in indices)))
        return found

    def fixed(self, node: YamlNode, indices: tuple[str, ...]) -> dict[str, str]:
        """Return the members that a sample says itself, as one in a workbook does."""
        at, found = node.get("at") if isinstance(node, Mapping) else None, {}
        for key, value in at if isinstance(at, Mapping) else ():
            if key.text not in indices or not isinstance(value, Scalar):
                self.fault(f"{key.text!r} is no open index", key.place, remedy=f"open are {', '.join(indices) or 'none'}", code="I502")
            else:
                found[key.text] = value.text
        return found

    def compare(self, found: Items[WrittenCell], beside: Items[WrittenCell]) -> None:
        """Report numbers that stand beside a sample and are not what it gives, within their printed digits."""
        given = {one.labels: one for one in found}
        for stated in beside:
            number, own = read_number(stated.scalar.text), given.get(stated.labels)
            if stated.scalar.text in ("", _GAP):
                continue
            if own is None or own.estimate is None or number is None or not is_printed(own.estimate.value, number, stated.scalar.text):
                what = f"a number stands beside the sample: {stated.scalar.text}"
                self.fault(what, stated.scalar.place, f"the sample gives {own.scalar.text}" if own else "the sample gives none there",
                           "take the number out, or correct the sample")  # fmt: skip

    def leaves(self, node: YamlNode, indices: tuple[str, ...], labels: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], YamlNode]]:
        """Yield samples with the labels under which they stand: nested, unless columns of a table say which cell a record is of."""
        if len(labels) == len(indices) or (isinstance(node, Mapping) and node.get("by") is not None and node.get("file") is not None):
            yield labels, node
        elif isinstance(node, Mapping):
            for key, inner in (pair for pair in node if labels or pair[0].text != "at"):
                yield from self.leaves(inner, indices, (*labels, key.text))
        else:
            self.fault("a sample is a block of fields", node.place, f"its indices are {', '.join(indices)}",
                       "write {label: {mean: 1.9, n: 40, sd: 0.5}}")  # fmt: skip

    def cells(self, outer: ProjectBlock, block: ProjectBlock, labels: tuple[str, ...], indices: tuple[str, ...]) -> Iterator[SampledCell]:
        """Yield what one sample gives: one cell, or one for each combination of labels in its columns."""
        before = len(self.reader.errors)
        self.check_names(block)
        plan = self.plan(block)
        if len(self.reader.errors) > before:
            return
        if block.has("file"):
            columns, open_ = dict(block.texts("by")), indices[len(labels) :]
            wrong = next((scalar for name, scalar in columns.items() if name not in open_), None)
            if wrong is not None or len(columns) + len(labels) != len(indices):
                self.fault("`by:` names a column for each index that is open", block.place_of("by"), f"open are {', '.join(open_) or 'none'}",
                           "write by: {index set: column}, or fix an index with `at:`")  # fmt: skip
                return
            for own, lines in self.lines_by_cell(outer, block, [columns[name].text for name in open_]):
                yield from self.cell(outer, block, plan, (*labels, *own), self.of_lines(block, lines))
        else:
            yield from self.cell(outer, block, plan, labels, self.strata(block))

    def cell(
        self, outer: ProjectBlock, block: ProjectBlock, plan: SamplingPlan, labels: tuple[str, ...], found: Sample | None
    ) -> Iterator[SampledCell]:
        """Yield the cell of one sample, where nothing is wrong with it."""
        if found is None or not self.is_sound(outer, block, plan, found):
            return
        given = {name: getattr(found, name) for name in ("strata", "is_share", "clusters", "clusters_in_all", "cluster_size", "unanswered")}
        sample = Sample(
            **given, plan=plan, no_for_unanswered=block.has("unanswered_are") and block.text("unanswered_are") == "no",
            register=block.text("register") if block.has("register") else "", stated_precision=self.stated_precision(block),
        )  # fmt: skip
        yield SampledCell(labels, block.place, estimated(sample))

    # -- what was found

    def strata(self, block: ProjectBlock) -> Sample | None:
        """Return a sample that is not in a file."""
        before = len(self.reader.errors)
        if not block.has("strata"):
            found = self.clustered(block) if block.has("clusters") else self.stratum(block, "")
            return found if len(self.reader.errors) == before else None
        node, parts = block.node.get("strata"), []
        for key, value in node if isinstance(node, Mapping) else ():
            inner = block.inner(value, "stratum")
            self.check_names(inner)
            part = self.stratum(inner, key.text, self.answers_are(block))
            if part is not None:
                parts.append(part)
        if not isinstance(node, Mapping) or not node.entries:
            self.fault("strata stand as name: block", block.place_of("strata"), remedy="write {young: {mean: 1.9, n: 40, sd: 0.5, population: 900}}")
        if len(self.reader.errors) > before or not parts:
            return None
        return self.whole(parts, block)

    def stratum(self, block: ProjectBlock, name: str, answers: str | None = None) -> Sample | None:
        """Return one stratum as a sample of its own."""
        answers = self.answers_are(block) if answers is None else answers
        if block.has("records"):
            lines = [_Line((scalar,), name_, place=scalar.place) for name_, scalar in self.inline(block.node.get("records"))]
            return self.of_answers(lines, block, answers, name)
        population, weight = self.count(block, "population"), self.share(block, "weight") if "weight" in block.schema else None
        if block.has("mean"):
            n, unanswered = self.count(block, "n", needed=True), self.count(block, "unanswered", least=0) or 0
            mean, deviation = self.number(block, "mean", needed=True), self.number(block, "sd", needed=n != population)
            if n is None or mean is None or not self.may_leave_out(unanswered, block.place, answers, is_share=False):
                return None
            if deviation is not None and deviation < 0:
                self.fault("a standard deviation is not below zero", block.place_of("sd"))
            own = Stratum(name, n, mean=mean, deviation=deviation or Fraction(0), population=population, weight=weight)
            return Sample((own,), UNPLANNED, unanswered=unanswered)
        counted = self.questions(block, answers) if block.has("questions") else self.counts(block, answers, None)
        if counted is None:
            return None
        yes, n, unanswered = counted
        return Sample((Stratum(name, n, yes=yes, population=population, weight=weight),), UNPLANNED, is_share=True, unanswered=unanswered)

    def counts(self, block: ProjectBlock, answers: str, asked: int | None) -> tuple[int, int, int] | None:
        """Return how many said yes, of how many, and how many did not answer; all that is given must add up to those who were asked."""
        yes, no, n = self.count(block, "yes", needed=True, least=0), self.count(block, "no", least=0), self.count(block, "n", needed=asked is None)
        unanswered = (self.count(block, "unanswered", least=0) or 0) if "unanswered" in block.schema else 0
        if asked is not None and n is not None and n != asked:
            self.fault(f"{n} were asked, and {asked} said yes to the question before", block.place_of("n"), remedy="count the same people")
            return None
        n = n if n is not None else asked
        if yes is None or n is None:
            return None
        added = yes + (no if no is not None else max(n - yes - unanswered, 0)) + unanswered
        if added != n:
            self.fault(f"{added} answers of {n} that were asked", block.place, f"{yes} yes, {'?' if no is None else no} no, {unanswered} unanswered",
                       "count every one that was asked; a no of an earlier question is a no")  # fmt: skip
            return None
        if not self.may_leave_out(unanswered, block.place, answers, is_share=True):
            return None
        return yes, n - (unanswered if answers == "left_out" else 0), unanswered

    def questions(self, block: ProjectBlock, answers: str) -> tuple[int, int, int] | None:
        """Return the counts of those who say yes to each of several questions, of which each is asked to those who said yes before."""
        node, asked, first, unanswered = block.node.get("questions"), None, 0, 0
        for item in node.items if isinstance(node, Sequence) else ():
            found = self.counts(block.inner(item, "question"), answers, asked)
            if found is None:
                return None
            first = first or found[1] + (found[2] if answers == "left_out" else 0)
            asked, unanswered = found[0], unanswered + found[2]
        if asked is None or not first:
            self.fault("questions stand in a list, in the order in which they are asked", block.place_of("questions"),
                       remedy="begin each with `- `: - {yes: 90, no: 10, n: 100}")  # fmt: skip
            return None
        return asked, first - (unanswered if answers == "left_out" else 0), unanswered

    def inline(self, node: YamlNode | None) -> Iterator[tuple[str, Scalar]]:
        """Yield records that are listed, with their names where they have some."""
        if isinstance(node, Mapping):
            for key, value in node:
                for _, scalar in self.inline(value) if not isinstance(value, Scalar) else (("", value),):
                    yield key.text, scalar
        elif isinstance(node, Sequence):
            for item in node.items:
                if isinstance(item, Scalar):
                    yield "", item
                else:
                    self.fault("a record is a number or an answer", item.place, remedy="write records: [1.2, 2.4]")

    def clustered(self, block: ProjectBlock) -> Sample | None:
        """Return a sample of clusters whose records are listed: cluster -> records."""
        node = block.node.get("records")
        if not isinstance(node, Mapping) or any(isinstance(value, Scalar) for _, value in node):
            self.fault("records of clusters stand under their clusters", block.place_of("records"), remedy="write records: {village: [1.2, 2.4]}")
            return None
        return self.of_answers([_Line((scalar,), cluster=name) for name, scalar in self.inline(node)], block, self.answers_are(block), "")

    # -- a table of records

    def lines_by_cell(self, outer: ProjectBlock, block: ProjectBlock, columns: list[str]) -> Iterator[tuple[tuple[str, ...], list[_Line]]]:
        """Yield labels and records of each cell; a record that stands twice is told."""
        table = self.reader.table_of(block, self.quantity.id)
        wanted = block.word_nodes("column")
        if not wanted:
            self.fault("it is not said in which column the records stand", block.place, remedy="add `column:`", code="I501")
        others = [scalar for name in ("record", "stratum") if block.has(name) and (scalar := block.scalar(name)) is not None]
        others += [scalar for _, scalar in block.texts("by")]
        cluster = self.cluster_column(block)
        others += [cluster] if cluster is not None else []
        if table is None or not wanted or not all(self.has_column(table, scalar) for scalar in (*wanted, *others)):
            return
        at = {name: table.header.index(name) for name in table.header}

        def text(row: list[str], scalar: Scalar | None) -> str:
            return row[at[scalar.text]] if scalar is not None else ""

        unit = node.text if isinstance(node := outer.node.get("unit"), Scalar) else ""
        found: dict[tuple[str, ...], list[_Line]] = {}
        record_, stratum = (block.scalar(name) if block.has(name) else None for name in ("record", "stratum"))
        rows = list(table.body(self.reader.fault))
        for at_line, label in totals_among([(place.line, row) for place, row in rows]):
            self.fault(f"{label!r} is a total and no record", Place(table.name, at_line), "what it sums would count twice",
                       "remove the line; if it is a record, give it another name")  # fmt: skip
        cells = [TableCell((), row[at[one.text]], unit, place.line, at[one.text]) for place, row in rows for one in wanted]
        numbers = {(one.line, one.at): one.text for one in FileNumbers(self.reader, self.quantity.id, block, table, unit).read(cells)}
        for place, row in rows:
            answers = tuple(self.number_at(table, place.line, at[one.text], numbers) for one in wanted)
            line = _Line(answers, text(row, record_), text(row, stratum), text(row, cluster), place)
            lines = found.setdefault(tuple(row[at[name]] for name in columns), [])
            lines.append(line)
        for labels, lines in found.items():
            if self.each_once(lines, has_ids=record_ is not None):
                yield labels, lines

    def number_at(self, table: CsvTable, line: int, at: int, numbers: Lookup[tuple[int, int], str]) -> Scalar:
        """Return a number with its place."""
        place = table.cell(line, at) if table.is_typed else Place(table.name, line, table.position(at) + 1)
        return Scalar(numbers.get((line, at), ""), place.file, place.line, place.column)

    def each_once(self, lines: list[_Line], *, has_ids: bool) -> bool:
        """Report a record that stands twice."""
        seen: dict[str, Place | None] = {}
        for line in lines if has_ids else ():
            if not line.id or line.id in seen:
                what = f"the record {line.id!r} stands twice" if line.id else "a record has no name"
                self.fault(what, line.place, f"the first is at {seen[line.id]}" if line.id else "whether it stands twice cannot be seen",
                           "take one of the two out, or say which record it is")  # fmt: skip
                return False
            seen[line.id] = line.place
        return True

    def has_column(self, table: CsvTable, wanted: Scalar) -> bool:
        if table.header.count(wanted.text) != 1:
            self.fault(f"the table has no single column {wanted.text!r}", wanted.place, f"its columns are {listed(table.header, 12)}",
                       near(wanted.text, table.header) or "name one of them", code="I502")  # fmt: skip
            return False
        return True

    def cluster_column(self, block: ProjectBlock) -> Scalar | None:
        if not block.has("clusters"):
            return None
        found = block.inner(block.node.get("clusters") or block.node, "clusters").scalar("column")
        if found is None:
            self.fault("it is not said in which column the clusters stand", block.place_of("clusters"), remedy="add `column:`", code="I501")
        return found

    def of_lines(self, block: ProjectBlock, lines: list[_Line]) -> Sample | None:
        """Return the sample of some lines of a table."""
        answers = self.answers_are(block)
        if block.has("stratum") != block.has("strata"):
            self.fault("`stratum` names a column, `strata` the weight or the population of each", block.place,
                       remedy="write both, or none", code="I501")  # fmt: skip
            return None
        if not block.has("strata"):
            return self.of_answers(lines, block, answers, "")
        node, parts = block.node.get("strata"), []
        names = {key.text: value for key, value in node} if isinstance(node, Mapping) else {}
        unknown = next((line for line in lines if line.stratum not in names), None)
        if unknown is not None:
            self.fault(f"the stratum {unknown.stratum!r} is not listed", unknown.place, f"listed are {listed(list(names), 12)}",
                       "list it under `strata:`")  # fmt: skip
            return None
        for name, value in names.items():
            inner, own = block.inner(value, "stratum"), [line for line in lines if line.stratum == name]
            part = self.of_answers(own, inner, answers, name) if self.only_says(inner, ("population", "weight")) else None
            if part is None:
                return None
            parts.append(part)
        return self.whole(parts, block)

    def of_answers(self, lines: list[_Line], block: ProjectBlock, answers: str, name: str) -> Sample | None:
        """Return the sample of records as they are written, those without an answer left out or counted as no."""
        given = [(line, self.answer(line)) for line in lines]
        blank = [line for line, answer in given if answer is None]
        kept = [(line, answer) for line, answer in given if answer is not None]
        words = [answer for _, answer in kept if isinstance(answer, bool)]
        if words and len(words) != len(kept):
            self.fault("some records are numbers, others yes or no", lines[0].place or block.place, remedy="write all in one way", code="I505")
            return None
        if any(isinstance(answer, float) for _, answer in kept):  # it was told
            return None
        is_share = bool(words) or (self.is_plain and bool(kept) and all(answer in (0, 1) for _, answer in kept))
        if not self.may_leave_out(len(blank), (blank or lines or [_Line(())])[0].place or block.place, answers, is_share=is_share):
            return None
        if answers == "no":
            kept += [(line, False) for line in blank]
        if not kept:
            self.fault(f"no record{f' of the stratum {name}' if name else ''}", block.place, "what is not there says nothing", "look at the table")
            return None
        numbers = tuple(Fraction(answer) for _, answer in kept)
        population, weight = self.count(block, "population"), self.share(block, "weight") if "weight" in block.schema else None
        yes = int(sum(numbers)) if is_share and not block.has("clusters") else None
        is_counted = yes is not None and (bool(words) or (bool(blank) and answers == "no"))
        stratum = Stratum(name, len(kept), () if is_counted else numbers, yes, population=population, weight=weight)
        found = Sample((stratum,), UNPLANNED, is_share, unanswered=len(blank))
        return self.in_clusters(found, [line.cluster for line, _ in kept], numbers, block) if block.has("clusters") else found

    def answer(self, line: _Line) -> Fraction | bool | float | None:
        """Return a number, a yes or a no; ``None`` where there is no answer, not-a-number after a fault."""
        texts = [scalar.text.strip() for scalar in line.answers]
        words = [_ANSWERS.get(text.lower()) for text in texts]
        if len(texts) > 1 or words[0] is not None:
            wrong = next((scalar for scalar, word, text in zip(line.answers, words, texts, strict=True) if word is None and text), None)
            if wrong is not None:
                self.fault(f"{wrong.text!r} is no yes and no no", wrong.place, remedy="write yes or no", code="I505")
                return float("nan")
            return False if 0 in words else None if None in words else True
        if not texts[0]:
            return None
        number = read_number(texts[0])
        if number is None:
            self.fault(f"the record is not a number: {texts[0]!r}", line.answers[0].place, remedy="write it as 1234.5, or yes or no", code="I505")
            return float("nan")
        return number

    # -- strata and clusters

    def whole(self, parts: list[Sample], block: ProjectBlock) -> Sample | None:
        """Return the sample of several strata, where they are given in one way and their weights hold."""
        place, total = block.place_of("strata"), self.count(block, "population")
        strata, is_share = [part.strata[0] for part in parts], parts[0].is_share
        if len({part.is_share for part in parts}) > 1:  # zeros and ones are numbers beside other numbers
            if any(part.is_share and not part.strata[0].records for part in parts):
                self.fault("some strata give shares, others numbers", place, remedy="give all in one way")
                return None
            strata, is_share = [replace(one, yes=None) if one.records else one for one in strata], False
        weights, sizes = [s.weight for s in strata if s.weight is not None], [s.population for s in strata if s.population is not None]
        if len(weights) not in (0, len(strata)) or (not weights and len(sizes) != len(strata)):
            self.fault("every stratum needs its weight, or every one its population", place, "no stratum counts more than it is said to",
                       "add `population:` to each", "I501")  # fmt: skip
        elif weights and abs(sum(weights, Fraction(0)) - 1) > Fraction(len(weights), 200):
            self.fault(f"the weights of the strata add up to {float(sum(weights)):.6g}", place, remedy="write shares of the whole, or populations")
        elif total is not None and len(sizes) != len(strata):
            self.fault("a population is said of all strata, and not of each", block.place_of("population"), "it would be said and not heard",
                       "say under each stratum how many it has, or leave it out")  # fmt: skip
        elif total is not None and sum(sizes) != total:
            self.fault(f"the strata hold {sum(sizes)}, and the population is {total}", place, remedy="correct one of the two")
        else:
            return Sample(tuple(strata), UNPLANNED, is_share, unanswered=sum(part.unanswered for part in parts))
        return None

    def in_clusters(self, found: Sample, names: list[str], numbers: tuple[Fraction, ...], block: ProjectBlock) -> Sample | None:
        """Return a sample of two stages, where every cluster has as many records."""
        inner = block.inner(block.node.get("clusters") or block.node, "clusters")
        in_all, size = self.count(inner, "in_all"), self.count(inner, "size")
        held: dict[str, list[Fraction]] = {}
        for name, number in zip(names, numbers, strict=True):
            held.setdefault(name, []).append(number)
        sizes = {name: len(own) for name, own in held.items()}
        if "" in held or len(held) < 2 or len(set(sizes.values())) > 1:
            self.fault("clusters of two stages are read where at least two are named and each has as many records", block.place_of("clusters"),
                       f"records by cluster: {listed([f'{name or chr(63)}: {count}' for name, count in sizes.items()], 8)}",
                       "work out clusters of other sizes beside the project, and give the mean with n and sd of clusters")  # fmt: skip
            return None
        if (in_all is not None and in_all < len(held)) or (size is not None and size < len(next(iter(held.values())))):
            self.fault("more was drawn than there is", block.place_of("clusters"), remedy="correct `in_all` or `size`")
            return None
        (stratum,) = found.strata
        return Sample(
            (stratum,), UNPLANNED, found.is_share, clusters=tuple(map(tuple, held.values())), clusters_in_all=in_all, cluster_size=size,
            unanswered=found.unanswered,
        )  # fmt: skip

    @property
    def is_plain(self) -> bool:
        """Whether the quantity is a plain number, as shares are."""
        return self.quantity.alternatives is None and self.quantity.unit.powers == ()

    def answers_are(self, block: ProjectBlock) -> str:
        return block.text("unanswered_are") if "unanswered_are" in block.schema and block.has("unanswered_are") else ""

    def may_leave_out(self, unanswered: int, place: Place, answers: str, *, is_share: bool) -> bool:
        """Report answers that are missing while nobody says what becomes of them."""
        if unanswered and (not answers or (answers == "no" and not is_share)):
            said = "write unanswered_are: left_out, or: no" if is_share else "write unanswered_are: left_out, or fill them in"
            self.fault(f"{unanswered} of those that were asked have no answer", place, "what is missing is no zero, and no `no`", said)
            return False
        return True


def is_printed(value: Fraction, number: Fraction, text: str) -> bool:
    """Whether a number is what is printed of a value, by its last digit."""
    digits, _, power = text.lower().strip().partition("e")
    step = Fraction(10) ** (int(power or 0) - len(digits.partition(".")[2]))
    return abs(value - number) <= step / 2 * (1 + Fraction(1, 10**9)) or abs(value - number) <= abs(value) / 10**15
