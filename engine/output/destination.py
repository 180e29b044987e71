"""What commands write: to standard output in whatever encoding it has, and to files, of which the ending decides the format."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from engine.output.escapes import fitted, printable
from engine.output.fitting import folded
from engine.output.marks import coded, plain
from engine.output.progress import aside_of_progress
from engine.output.terminal import is_laid_out, is_person, width
from engine.output.written_files import folder_of, refused, refused_as_read, target_of, write_text
from equations.errors import InputError, MethodologyError, listed, raise_all
from equations.library.places import MAIN_FILE

#: Format -> the endings of its files; the first is the one that is named in messages.
ENDINGS = {
    "text": (".txt",), "json": (".json",), "csv": (".csv",), "md": (".md", ".markdown"), "yaml": (".yaml", ".yml"), "svg": (".svg",),
    "mermaid": (".mmd", ".mermaid"), "dot": (".dot", ".gv"), "html": (".html", ".htm"), "pdf": (".pdf",), "parquet": (".parquet",),
    "jsonl": (".jsonl",), "xlsx": (".xlsx",), "png": (".png",),
}  # fmt: skip
#: Command -> option that names a file -> the formats in which it can be written.
OUTPUTS: dict[str, dict[str, tuple[str, ...]]] = {
    "needs": {"output": ("text", "json")},
    "run": {"output": ("text", "json", "csv", "md")},
    "audit": {"output": ("text", "md", "json"), "receipt": ("json",)},
    "ready": {"output": ("text", "json")},
    "diagnose": {"output": ("text", "md", "json")},
    "workbook": {"output": ("xlsx", "yaml")},
    "graph": {"output": ("mermaid", "svg", "dot", "json")},
    "report": {"output": ("html", "pdf", "md")},
    "show": {"output": ("yaml", "json")},
    "schema": {"output": ("json",)},
    "diff": {"output": ("text", "md", "json", "html", "pdf"), "waterfall": ("svg", "png")},
    "migrate": {"output": ("yaml",)},
    "simulate": {"output": ("text", "json", "csv"), "plot": ("svg", "png"), "draws_file": ("csv", "parquet")},
    "sensitivity": {"output": ("text", "json"), "plot": ("svg", "png")},
    "portfolio": {"output": ("jsonl",)},
    "mutate": {"output": ("text", "md", "json")},
}
#: Commands whose ``--json`` and ``--format`` are about standard output, not about the file.
_ASIDE = {"report": ("json",), "workbook": ("json",), "migrate": ("json",), "portfolio": ("json", "format")}
_INPUTS = ("spec", "project", "other", "table", "old", "new", "run", "texts", "mapping")


def settle_outputs(command: str, options: argparse.Namespace) -> None:
    """Look at every file that a command is to write before it does anything, and set ``options.format``.

    Raises
    ------
    InputError
        I520 for an ending that is not known or contradicts ``--format``, for what is no file, and for one of the command's own inputs;
        I521 where nothing can be written.
    """
    options.format_named = bool(getattr(options, "format", None) or (getattr(options, "json", False)))
    if command == "report" and options.output is None:
        options.output = f"report{ENDINGS[options.format or 'html'][0]}"
    if command == "diff" and options.output is None and options.format in ("html", "pdf"):
        options.output = f"comparison{ENDINGS[options.format][0]}"
    errors: list[MethodologyError] = []
    taken: dict[Path, str] = {}
    inputs = list(_inputs(options))
    for option, formats in _outputs(command, options).items():
        path = getattr(options, option, None)
        try:
            named = _named_format(command, options) if option == "output" else None
            way = _format_of(path, formats, named) if path else named or formats[0]
            if option == "output" and command not in ("portfolio", "migrate"):
                options.format = way
            if path:
                _check_place(option, path, taken, inputs)
        except InputError as error:
            errors.append(error)
    if command == "docs" and options.output:
        _check_documents(options)
    if command == "export":
        folder_of(options.output)
    raise_all(errors)


def _outputs(command: str, options: argparse.Namespace) -> dict[str, tuple[str, ...]]:
    found = dict(OUTPUTS.get(command, {}))
    if command == "needs" and options.template:
        found["output"] = ("yaml", "xlsx")
    if command == "show" and options.hash:
        found["output"] = ("text",)
    return found


def _named_format(command: str, options: argparse.Namespace) -> str | None:
    aside = _ASIDE.get(command, ())
    if getattr(options, "json", False) and "json" not in aside and not (command == "needs" and options.template):
        return "json"
    named = getattr(options, "format", None)
    return str(named) if named and "format" not in aside else None


def _format_of(path: str, formats: tuple[str, ...], named: str | None) -> str:
    """Return the format of a file by its ending; one without any takes the format that is named."""
    ending = Path(path).suffix.lower()
    found = next((way for way in formats if ending in ENDINGS[way]), None)
    known = listed([ENDINGS[way][0] for way in formats], 12)
    if found is None and (ending or named is None):
        what = f"the ending {ending!r} is not known here" if ending else "the name has no ending, which says the format"
        raise refused(path, what, "the ending of a file decides its format", f"let its name end in {known.replace(', ', ' or ')}")
    if found and named and found != named:
        raise refused(path, f"the ending says {found}, and {named} is asked for", "the ending of a file decides its format",
                      f"let its name end in {ENDINGS[named][0]}" if named in ENDINGS else "leave --format out")  # fmt: skip
    return found or str(named)


def _check_place(option: str, path: str, taken: dict[Path, str], inputs: list[Path]) -> None:
    real = target_of(path)
    flag = f"--{option.replace('_', '-')}"
    if real in taken:
        raise refused(path, f"{taken[real]} and {flag} name one file", "the second would replace the first")
    taken[real] = flag
    if any(real.exists() and real.samefile(read) for read in inputs):
        raise refused_as_read(path)


def _inputs(options: argparse.Namespace) -> Iterator[Path]:
    for name in _INPUTS:
        value = getattr(options, name, None)
        for text in value if isinstance(value, list) else [value] if isinstance(value, str) else []:
            for path in (Path(text), Path(text) / MAIN_FILE):
                if os.path.isfile(path):  # noqa: PTH113 - unlike Path.is_file it takes any name
                    yield path


def _check_documents(options: argparse.Namespace) -> None:
    """A site and Markdown pages are a folder, a PDF is a file or stands in a folder."""
    ending = Path(options.output).suffix.lower()
    if ending == ".pdf" and options.format in (None, "pdf"):
        target_of(options.output)
        return
    if any(ending in endings for endings in ENDINGS.values()):
        wanted = f"--format {options.format} writes" if options.format else "without --format a site is written, which is"
        raise refused(options.output, f"the ending {ending!r} is that of a file", f"{wanted} a folder of files",
                      "name a folder, or a file that ends in .pdf")  # fmt: skip
    if not options.check:
        folder_of(options.output)


def write(text: str, output: str | None, way: str = "text") -> None:
    """Write to a file, whole or not at all, or to standard output where none is named."""
    if output is None:
        say(text, way)
    else:
        write_text(output, plain(text) if way in ("json", "yaml") else printable(plain(text)))


def picture_way(output: str) -> str:
    """Return the format of a picture by the ending of its file."""
    return _format_of(output, ("svg", "png"), None)


def say(text: str, way: str = "text") -> None:
    """Write to standard output.

    A reader that has gone (``| head``) has seen enough: the command goes on without it and ends as it would have.

    Raises
    ------
    InputError
        I525 where standard output is closed, or its disk is full.
    """
    stream = sys.stdout
    if stream is None:
        raise InputError("I525", "there is no standard output to write to", why="it is closed", remedy="open it, or write with -o FILE")
    shown = text if way in ("json", "yaml") else _shown(folded(text, width()) if way == "text" else text, stream)
    try:
        with aside_of_progress():
            stream.write(fitted(shown, stream.encoding, way))
            stream.flush()
    except BrokenPipeError:
        _let_go(stream)
    except (OSError, ValueError) as cause:
        _let_go(stream)
        reason = cause.strerror if isinstance(cause, OSError) else str(cause)
        raise InputError("I525", f"standard output cannot be written to: {reason}", why="what was to be shown is not all there",
                         remedy="make room, or write with -o FILE to another disk") from cause  # fmt: skip


def tell(text: str) -> None:
    """Write to standard error, where there is one; nobody is told that nobody can be told."""
    stream = sys.stderr
    if stream is None:
        return
    laid_out = folded(text, width(stream)) if is_laid_out(stream) else text
    try:
        with aside_of_progress():
            stream.write(fitted(_shown(laid_out, stream), stream.encoding))
            stream.flush()
    except (OSError, ValueError):
        _let_go(stream)


def _shown(text: str, stream: TextIO) -> str:
    """Return text in which nothing from outside steers a terminal, with bold and colours where the stream has them."""
    return (coded if is_person(stream) else plain)(printable(text))


def can_show(text: str) -> bool:
    """Whether standard output can hold every character of a text."""
    return sys.stdout is None or fitted(text, sys.stdout.encoding, "yaml") == text


def end_output() -> None:
    """Write out what is still held back, so that a stream that is full or gone is not found when the program ends."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _let_go(stream)


def _let_go(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere."""
    try:
        handle = stream.fileno()
    except (OSError, ValueError, AttributeError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, handle)
    os.close(nowhere)
