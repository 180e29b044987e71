"""Plant a slip: into the functions of a process in which everything is loaded, or into a module while it is imported."""

from __future__ import annotations

import ast
import functools
import gc
import importlib.util
import sys
from collections import defaultdict
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType

import slips
from slips import Slip, source_of


def module_of(file: str) -> str:
    """Return the dotted name of a file."""
    return file.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def codes_in(code: CodeType) -> list[CodeType]:
    """Return what is compiled within a code, in order, the code first; the bodies of classes and functions, however deep."""
    return [code, *(inner for part in code.co_consts if isinstance(part, CodeType) for inner in codes_in(part))]


def says(code: CodeType) -> tuple[object, ...]:
    """Return what a code itself does, without what is compiled within it."""
    own = tuple((type(part), repr(part)) for part in code.co_consts if not isinstance(part, CodeType))
    return code.co_code, own, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars


def exchanged(slip: Slip) -> dict[CodeType, CodeType] | None:
    """Return code of functions as it is -> as it is with the slip; nothing where the slip is in what a module does when it is imported."""
    path = str(slips.ROOT / slip.file)
    before = codes_in(compile(source_of(slip.file), path, "exec", dont_inherit=True))
    after = codes_in(compile(slip.planted(), path, "exec", dont_inherit=True))
    if [code.co_qualname for code in before] != [code.co_qualname for code in after]:
        return None
    changed = {id(old) for old, new in zip(before, after, strict=True) if says(old) != says(new)}
    in_functions = {id(inner) for code in before if code.co_flags & 0x2 for inner in codes_in(code)}  # CO_NEWLOCALS: a function
    if changed - in_functions:
        return None
    return {old: new for old, new in zip(before, after, strict=True) if changed & {id(inner) for inner in codes_in(old)} and id(old) in in_functions}


class Garden:
    """The functions of ours that a process holds, in which slips can be planted."""

    def __init__(self) -> None:
        self.functions: dict[CodeType, list[FunctionType]] = defaultdict(list)
        self.readers = imports()
        self.cached = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper) and isinstance(one.__module__, str)]
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(str(slips.ROOT)):
                self.functions[one.__code__].append(one)

    def plant(self, slip: Slip) -> bool:
        """Exchange the code of the functions concerned; return whether that was possible."""
        codes = exchanged(slip)
        if codes is None:
            return False
        outer = {inner: code for code in codes for inner in codes_in(code)[1:]}
        if any(code not in self.functions and code not in outer for code in codes):
            return False
        try:
            for old, new in codes.items():
                for function in self.functions.get(old, ()):
                    function.__code__ = new
        except ValueError:
            return False
        concerned = reading(module_of(slip.file), self.readers)
        for cached in self.cached:
            if cached.__module__ in concerned:
                cached.cache_clear()
        return True


def imports() -> dict[str, set[str]]:
    """Return module -> the modules of ours that import it."""
    readers: dict[str, set[str]] = defaultdict(set)
    for name, held in list(sys.modules.items()):
        if name.split(".")[0] in ("engine", "equations", "mrvgraph") and getattr(held, "__file__", None):
            for node in ast.walk(ast.parse(Path(held.__file__ or "").read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module:
                    for imported in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                        readers[imported].add(name)
    return readers


def reading(module: str, readers: dict[str, set[str]]) -> set[str]:
    """Return a module with all that import it, directly or through others: what they remember may follow from it."""
    found, new = {module}, {module}
    while new:
        new = {reader for one in new for reader in readers.get(one, ())} - found
        found |= new
    return found


class WithSlip(SourceFileLoader, MetaPathFinder):
    """Imports one module of ours with a slip in it, and every other as ever."""

    def __init__(self, slip: Slip) -> None:
        super().__init__(module_of(slip.file), str(slips.ROOT / slip.file))
        self.slip = slip

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return this loader for its module."""
        if name != self.name:
            return None
        folder = [str((slips.ROOT / self.slip.file).parent)] if self.slip.file.endswith("__init__.py") else None
        return importlib.util.spec_from_file_location(name, self.path, loader=self, submodule_search_locations=folder)

    def get_code(self, fullname: str) -> CodeType:
        """Return the code with the slip."""
        return compile(self.slip.planted(), self.path, "exec", dont_inherit=True)


def import_with(slip: Slip) -> None:
    """Let the slip be there when its module is imported."""
    sys.meta_path.insert(0, WithSlip(slip))
