"""Make the pages of docs/ that follow from the code: reading order, project file, errors, command line.

`MRVGRAPH_UPDATE=1 pytest tests/house` writes them; without it the tests compare.
"""

from __future__ import annotations

import argparse
import ast
from functools import cache, partial
from pathlib import Path

from score import page_with_score

from engine.cli import build_parser
from engine.commands.table import GROUPS
from engine.documents.schemas.schema_files import SCHEMAS, schema_text
from engine.finding import FINDING_CODES
from engine.project.project_file import SCHEMA
from equations.errors import CODES
from equations.spec.schema import BLOCKS

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("equations", "engine")
#: They open every room when they are asked to, and nothing imports them.
ENTRANCES = ("engine.cli", "engine.__main__", "engine.__init__", "equations.__init__")


@cache
def modules() -> dict[str, Path]:
    """Every module of both rooms by dotted name, packages' __init__ left out at the top."""
    found = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)
            found[name] = path
    return found


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file, read once for all tests of a process."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def own_imports(path: Path) -> list[tuple[str, bool]]:
    """Modules of ours that a file imports, with whether the import stands inside a function or under TYPE_CHECKING."""
    tree = tree_of(path)
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.If):
            inside |= {id(child) for child in ast.walk(node) if child is not node}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ROOMS:
            found.append((node.module, id(node) in inside))
        elif isinstance(node, ast.Import):
            found += [(alias.name, id(node) in inside) for alias in node.names if alias.name.split(".")[0] in ROOMS]
    return found


def reading_order() -> list[str]:
    """Modules in an order in which each stands below all that it imports; ties by room and name."""
    known = modules()
    needs = {name: {m for m, inner in own_imports(path) if not inner and m in known} - {name} for name, path in known.items()}
    order: list[str] = []
    while needs:
        ready = sorted((name for name, wanted in needs.items() if wanted <= set(order)), key=lambda n: (ROOMS.index(n.split(".")[0]), n))
        if not ready:
            raise AssertionError(f"modules import each other in a circle: {sorted(needs)}")
        order.append(ready[0])
        del needs[ready[0]]
    return order


def first_line(path: Path) -> str:
    return (ast.get_docstring(tree_of(path)) or "").splitlines()[0]


def room_of(name: str) -> str:
    """The folder that a module stands in; a package's own module stands in it too."""
    return name if (ROOT / name.replace(".", "/")).is_dir() else name.rpartition(".")[0]


def room_imports() -> dict[str, set[str]]:
    """Room -> the other rooms that its modules import, also inside functions."""
    known = modules()
    found: dict[str, set[str]] = {room_of(name): set() for name in known}
    for name, path in known.items():
        if name not in ENTRANCES:
            found[room_of(name)] |= {room_of(m) for m, _ in own_imports(path) if m in known} - {room_of(name)}
    return found


def room_order() -> list[str]:
    """Rooms from the ground up: each above all that it imports. Two that import each other are a knot, and there is no order."""
    needs, order = room_imports(), list[str]()
    while needs:
        ready = sorted((room for room, wanted in needs.items() if wanted <= set(order)), key=lambda r: (ROOMS.index(r.split(".")[0]), r))
        if not ready:
            raise AssertionError(f"rooms import each other: {sorted(needs)}")
        order.append(ready[0])
        del needs[ready[0]]
    return order


def reading_order_page() -> str:
    """Rooms from the ground up, and the files of each in an order in which each stands below all that it imports."""
    known, order = modules(), reading_order()
    lines = ["# Reading order", "", "Made from the code: rooms from the ground up, and in each room its files, each below all that it imports. "
             "[Architecture](../architecture.md) is the picture of it.", ""]  # fmt: skip
    for room in room_order():
        files = [name for name in order if room_of(name) == room and name != room and not name.endswith(("__init__", "__main__"))]
        if not files:
            continue
        lines += [f"## {room.replace('.', '/')}", ""]
        package = ROOT / room.replace(".", "/") / "__init__.py"
        lines += [first_line(package), "", "| file | what it is for |", "|---|---|"]
        for name in files:
            path = known[name].relative_to(ROOT).as_posix()
            lines.append(f"| [`{known[name].name}`](../../{path}) | {first_line(known[name])} |")
        lines.append("")
    return "\n".join(lines)


def _schema_tables(schema: dict[str, dict]) -> list[str]:
    lines = []
    for kind, fields in schema.items():
        lines += [f"## {kind.replace('_', ' ')}", "", "| field | type | required | meaning |", "|---|---|---|---|"]
        for field in fields.values():
            type_ = field.type.replace("|", " or ").replace("one_of:", "")
            lines.append(f"| `{field.name}` | {type_} | {'yes' if field.required else ''} | {field.meaning} |")
        lines.append("")
    return lines


def project_file_page() -> str:
    intro = (ROOT / "tests/house/project_file_intro.md").read_text(encoding="utf-8")
    return intro + "\n".join(_schema_tables(SCHEMA))


def spec_fields_page() -> str:
    lines = ["# Fields of a spec file", "", "Made from `equations/spec/schema.py`. [The spec language](spec_language.md) explains them.", ""]
    return "\n".join(lines + _schema_tables(BLOCKS))


def errors_page() -> str:
    lines = ["# Errors and findings", "", "An error stops the work (exit code 2). A finding is reported; one of severity error gives exit code 1.",
             "Each message says what, where, why and what to do.", "", "## Errors", "", "| code | meaning |", "|---|---|"]
    lines += [f"| <a id=\"{code.lower()}\"></a>`{code}` | {meaning} |" for code, meaning in CODES.items()]
    lines += ["", "## Findings", "", "| code | meaning |", "|---|---|"]
    lines += [f"| <a id=\"{code.lower()}\"></a>`{code}` | {meaning} |" for code, meaning in FINDING_CODES.items()]
    return "\n".join(lines) + "\n"


def cli_page() -> str:
    parser = build_parser()
    lines = ["# The command line", "", "Exit codes: 0 well, 1 findings of severity error, 2 bad usage or bad input.", "",
             "Lines are as wide as the terminal, or as the variable `COLUMNS` says; what goes to a file or another program has 100 columns, and no colours",
             "(`NO_COLOR` takes them from a terminal too). `--json` is for programs. Options may stand anywhere behind the command.", ""]  # fmt: skip
    for title, group in GROUPS.items():
        lines += [f"- {title}: " + ", ".join(f"[{name}](#mrvgraph-{name})" for name, _ in group)]
    lines.append("")
    examples = {name: example for group in GROUPS.values() for name, example in group}
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for name, sub in commands.choices.items():
        lines += [f"## mrvgraph {name}", "", f"{sub.description}: `{examples[name]}`", "", "| argument | meaning |", "|---|---|"]
        for action in sub._actions:
            if action.help and action.dest != "help":
                shown = ", ".join(action.option_strings) or action.metavar or action.dest
                value = "" if not action.option_strings or action.nargs == 0 else " " + str(action.metavar or action.dest.upper())
                if action.choices:
                    value = " " + " or ".join(map(str, action.choices))
                lines.append(f"| `{shown}{value}` | {action.help} |".replace("|or", "or").replace("%%", "%"))
        lines.append("")
    return "\n".join(lines)


def slips_page() -> str:
    """The page as it stands, with the score that the checked-in sample has."""
    return page_with_score((ROOT / "docs/reference/slips.md").read_text(encoding="utf-8"))


PAGES = {
    "docs/reference/reading_order.md": reading_order_page,
    "docs/reference/project_file.md": project_file_page,
    "docs/reference/spec_fields.md": spec_fields_page,
    "docs/reference/errors.md": errors_page,
    "docs/reference/cli.md": cli_page,
    "docs/reference/slips.md": slips_page,
    **{f"docs/schemas/{kind}.schema.json": partial(schema_text, kind) for kind in SCHEMAS},
}
