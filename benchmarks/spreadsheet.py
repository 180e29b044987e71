"""A plan as a spreadsheet: one cell of a sheet for each number, with the formula that gives it; recalculated by LibreOffice."""

from __future__ import annotations

import csv
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from engine.batch.program import ELEMENTWISE, Group, Program

#: As shown: no, so that CSV holds all digits.
_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
_FORMULAS: dict[str, Callable[..., str]] = {
    "add": "{}+{}".format, "sub": "{}-{}".format, "mul": "{}*{}".format, "div": "{}/{}".format, "power": "{}^{}".format,
    "max": "MAX({};{})".format, "min": "MIN({};{})".format, "neg": "-{}".format, "pos": "MAX({};0)".format, "abs": "ABS({})".format,
    "sqrt": "SQRT({})".format, "exp": "EXP({})".format, "ln": "LN({})".format, "log10": "LOG10({})".format,
    "lt": "IF({}<{};1;0)".format, "le": "IF({}<={};1;0)".format, "gt": "IF({}>{};1;0)".format, "ge": "IF({}>={};1;0)".format,
    "eq": "IF({}={};1;0)".format, "ne": "IF({}<>{};1;0)".format, "and": "{}*{}".format, "or": "MAX({};{})".format, "not": "1-{}".format,
    "where": "IF({}<>0;{};{})".format,
}  # fmt: skip
_REDUCTIONS = {"Sum": "+", "Product": "*"}


def office() -> str | None:
    """Return LibreOffice's program, if it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def sheet(program: Program, numbers: Mapping[str, np.ndarray]) -> str:
    """Return a flat ODF spreadsheet: column A, a row for each cell of a program."""
    rows = []
    for group in program.groups:
        for at in range(group.size):
            rows.append(_cell(group, at, numbers))
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" '
        'office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet>'
        f'<table:table table:name="run">{body}</table:table></office:spreadsheet></office:body></office:document>'
    )


def _cell(group: Group, at: int, numbers: Mapping[str, np.ndarray]) -> str:
    if group.op in ("const", "input"):
        held = group.values if group.op == "const" else np.ravel(numbers[group.name])[group.places]
        return f'<table:table-cell office:value-type="float" office:value="{float(held[at])!r}"/>'
    if group.op in ELEMENTWISE:
        formula = _FORMULAS[group.op](*(f"[.A{int(cells[at]) + 1}]" for cells in group.operands))
    else:
        run = group.operands[0][group.starts[at] : group.starts[at + 1]].tolist()
        formula = _REDUCTIONS[group.op].join(f"[.A{cell + 1}]" for cell in run)
    return f"<table:table-cell table:formula={quoteattr('of:=' + formula)}/>"


def recalculated(program: str, text: str) -> np.ndarray:
    """Let LibreOffice compute a sheet; return column A."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.fods"
        path.write_text(text, encoding="utf-8")
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [program, profile, "--headless", "--convert-to", _CSV, "--outdir", folder, str(path)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
        made = next(Path(folder).glob("*.csv"))
        with made.open(encoding="utf-8", newline="") as file:
            return np.array([float(row[0]) if row and row[0] else np.nan for row in csv.reader(file)])
