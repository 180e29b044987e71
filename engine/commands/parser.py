"""How a command line is read: arguments in any order, help in groups with examples, and what was meant where a word is not known."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence

from engine.commands.table import COMMANDS, DATA, GROUPS, SWITCHES, CommandLine
from engine.output.fitting import broken
from engine.output.terminal import width
from equations.errors import near

Command = Callable[[argparse.Namespace], int]
#: Lines of help are hard to read when they are longer.
_MOST_WIDE = 100
_SPEC = "a reference such as ID@VERSION, or a path"
_SPEC_OF = f"{_SPEC}; where it is left out, the one that the project file names"


class Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal is."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28, width=min(_MOST_WIDE, width()) - 1)


class CommandParser(argparse.ArgumentParser):
    """Reads the words of one command; options may stand between its other arguments."""

    def __init__(self, **options: object) -> None:
        super().__init__(formatter_class=Help, **options)  # type: ignore[arg-type]
        self.is_mixing = False

    def parse_known_args(self, args=None, namespace=None):  # type: ignore[no-untyped-def]
        """Read words, and return with what was read those that nothing takes."""
        if self.is_mixing or not self._positionals._group_actions:
            return super().parse_known_args(args, namespace)
        self.is_mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.is_mixing = False

    @property
    def option_names(self) -> list[str]:
        """The long names of its options."""
        return [name for action in self._actions for name in action.option_strings if name.startswith("--")]


class Once(argparse.Action):
    """Takes the value of an option that has one: a second one would stand in place of the first in silence."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option_string: str | None = None) -> None:
        """Keep the value, and refuse another."""
        given = vars(namespace).setdefault("given_once", set())
        if self.dest in given:
            parser.error(f"{option_string} is given twice, and takes one value; leave one of the two out")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


def build_parser(functions: Mapping[str, Command], version: str, only: str = "") -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Parameters
    ----------
    functions
        Command -> what it calls.
    only
        Know this command alone, which saves time at start-up.
    """
    parser = argparse.ArgumentParser(
        prog="mrvgraph", description="The rulebooks of carbon crediting, declared: check, run, explain, audit, compare.",
        usage="mrvgraph COMMAND ...", formatter_class=Help, epilog="" if only else "\n".join(_grouped()),
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"mrvgraph {version}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=CommandParser, help=argparse.SUPPRESS)
    examples = {name: example for group in GROUPS.values() for name, example in group}
    for name in (only,) if only else COMMANDS:
        command = COMMANDS[name]
        sub = commands.add_parser(name, prog=f"mrvgraph {name}", description=command.text, epilog=f"example:\n  {examples[name]}")
        _add_arguments(sub, command)
        sub.set_defaults(command=functions[name], parser=sub)
    return parser


def read_words(parser: argparse.ArgumentParser, words: Sequence[str]) -> argparse.Namespace:
    """Return what a command line says.

    Raises
    ------
    SystemExit
        After help, and for words that cannot be read; what may have been meant is told.
    """
    if words and words[0] not in COMMANDS and not words[0].startswith("-"):
        parser.error(f"there is no command {words[0]!r}; {near(words[0], COMMANDS) or '`mrvgraph --help` names all'}")
    options, rest = parser.parse_known_args(words)
    if rest:
        _refuse(options.parser, rest)
    return options


def _refuse(parser: CommandParser, rest: Sequence[str]) -> None:
    """Say of the first word that nothing takes what it may have been."""
    word = next((one for one in rest if one.startswith("-")), rest[0])
    name = word.partition("=")[0]
    if word.startswith("-"):
        parser.error(f"there is no option {name}; {near(name, parser.option_names) or f'`{parser.prog} --help` names all'}")
    parser.error(f"{word!r} is one argument too many")


def _grouped() -> Iterator[str]:
    """Yield the lines that name every command by group, and how they are typed."""
    for title, commands in GROUPS.items():
        yield f"{title}:"
        for name, _ in commands:
            yield from _lines(f"  {name:<13}{COMMANDS[name].text}", " " * 15)
        yield ""
    yield "examples:"
    for commands in GROUPS.values():
        yield f"  {commands[0][1]}"
    yield ""
    yield from _lines("`mrvgraph COMMAND --help` names the arguments of a command. Lines are as wide as the terminal, or as COLUMNS says.", "")


def _lines(text: str, hang: str) -> list[str]:
    return broken(text, min(_MOST_WIDE, width()), hang)


def _add_arguments(sub: argparse.ArgumentParser, command: CommandLine) -> None:
    may_lack_spec = command.spec and any(name == "project" for name in _places(command))
    if command.spec:
        sub.add_argument("spec", metavar="SPEC", nargs="?" if may_lack_spec else None, help=_SPEC_OF if may_lack_spec else _SPEC)
    if command.project:
        sub.add_argument("project", metavar="PROJECT", help="project file")
    reads_projects = command.project or any(names[-1] in ("project", "--project") for names, _ in command.arguments)
    for names, options in (*(SWITCHES if command.switches else ()), *((DATA,) if reads_projects else ()), *command.arguments):
        has_one = names[0].startswith("-") and "action" not in options
        sub.add_argument(*names, **({**options, "action": Once} if has_one else options))
    sub.add_argument("--json", action="store_true", help="machine-readable output")


def _places(command: CommandLine) -> list[str]:
    """Return the arguments of a command that go by their place."""
    return [*(["project"] if command.project else []), *(names[0] for names, _ in command.arguments if not names[0].startswith("-"))]
