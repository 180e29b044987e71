"""The work of `mrvgraph export`: a finished run as the tables of a registry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.output.escapes import csv_text
from engine.output.written_files import write_folder
from engine.report.registry.recorded_run import RecordedRun, read_run
from engine.report.registry.registry_format import Format, Rows, format_ids, read_format, read_mapping
from engine.report.registry.registry_tables import FilledTable, RegistryGap, fill, keys_of
from engine.report.registry.registry_texts import read_texts
from equations.library.places import library
from equations.records import record
from equations.shown import Shown

MAPPING_FILE = "export.yaml"
GAPS_FILE = "gaps.csv"


@record(frozen=True)
class Exported(Shown):
    """What was written.

    Attributes
    ----------
    tables
        Title, file and number of lines of each table.
    gaps
        What is asked for and was not known.
    errors
        How many findings of the run are errors.
    """

    tables: tuple[tuple[str, str, int], ...]
    gaps: tuple[RegistryGap, ...]
    errors: int
    files: tuple[tuple[str, str], ...]

    def as_record(self) -> dict[str, object]:
        """Return plain data."""
        return {
            "tables": [{"title": title, "file": file, "lines": lines} for title, file, lines in self.tables],
            "gaps": [{"table": g.table, "line": g.line, "column": g.column, "wanted": g.wanted} for g in self.gaps],
            "errors_of_the_run": self.errors,
            "files": [{"name": name, "sha256": sha} for name, sha in self.files],
        }

    @property
    def text(self) -> str:
        """What to tell a reader."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        for title, file, lines in self.tables:
            yield f"{title}: {lines} line{'' if lines == 1 else 's'}, {file}"
        lacking = dict.fromkeys((gap.table, gap.column, gap.wanted) for gap in self.gaps)
        if lacking:
            yield f"required and not known: {len(self.gaps)} cells, listed in {GAPS_FILE}"
        for table, column, wanted in lacking:
            yield f"  {table}, {column}: {wanted}"
        if self.errors:
            yield f"the run has {self.errors} finding{'' if self.errors == 1 else 's'} of severity error"


def export(
    run: Path | str, way: str, folder: Path | str, texts: Path | str | None = None, mapping: Path | str | None = None
) -> Exported:
    """Write the tables of a format, and a table of what is lacking in them.

    Parameters
    ----------
    run
        A run that ``mrvgraph run SPEC PROJECT -o RUN.json`` wrote.
    way
        Name of a format.
    texts
        File of what no run knows.
    mapping
        Where numbers go, in place of the files ``export.yaml`` beside the specs of the run.

    Raises
    ------
    MethodologyError
        I509 for a file that cannot be read, I502 to I504 for what does not fit, S1xx for a format or a mapping with a fault.
    """
    recorded, format_ = read_run(Path(run)), read_format(way)
    known, given = (Path(name) if name is not None else None for name in (texts, mapping))
    filled_in = read_texts(known)
    filled_in.refuse_unasked(_keys(recorded, given), recorded.labels)
    tables, gaps = fill(format_, recorded, _rows(recorded, format_, given), filled_in)
    files = {table.table.file: _bytes([[c.head for c in table.table.columns], *table.lines]) for table in tables}
    files[GAPS_FILE] = _bytes([["table", "line", "column", "wanted"], *([g.table, str(g.line), g.column, g.wanted] for g in gaps)])
    write_folder(folder, files)
    hashes = tuple((name, hashlib.sha256(content).hexdigest()) for name, content in files.items())
    return Exported(tuple(_told(table) for table in tables), tuple(gaps), recorded.errors, hashes)


def _told(table: FilledTable) -> tuple[str, str, int]:
    return table.table.title, table.table.file, len(table.lines)


def _keys(run: RecordedRun, mapping: Path | None) -> set[str]:
    """Return the keys of the texts for which any format asks: one file can hold those of all."""
    return set().union(*(keys_of([rows for _, rows in _rows(run, read_format(way), mapping)]) for way in format_ids()))


def _rows(run: RecordedRun, format_: Format, mapping: Path | None) -> list[tuple[str, Rows]]:
    """Return the rows that mappings give, with what stands before their names; for a table without any, those of the format itself."""
    found = [("", rows) for rows in read_mapping(mapping, format_)] if mapping is not None else list(_of_specs(run, format_))
    mapped = {rows.table for _, rows in found}
    return [*found, *(("", rows) for rows in format_.rows if rows.table not in mapped)]


def _of_specs(run: RecordedRun, format_: Format) -> Iterator[tuple[str, Rows]]:
    places = dict(library())
    for prefix, reference in run.tools.items():
        path = places[reference] / MAPPING_FILE if reference in places else None
        if path is not None and path.is_file():
            yield from ((prefix, rows) for rows in read_mapping(path, format_))


def _bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as spreadsheets and platforms take them: UTF-8 with its mark, lines that end in CR LF."""
    return csv_text(rows).replace("\n", "\r\n").encode("utf-8-sig")
