"""One editor at work: its texts come and go, and after each that is opened or saved it hears of the faults that changed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.interface.editor.completion import Proposal, completions
from engine.interface.editor.faults import EditorFault, faults
from engine.interface.editor.hover import Hover, hover
from engine.interface.editor.new_names import TextEdit, rename, renamed_word
from engine.interface.editor.open_text import Stretch
from engine.interface.editor.places_of_names import Location, PlacesOfNames
from engine.interface.editor.workspace import Workspace, real
from equations.errors import InputError, MethodologyError


class EditorSession:
    """Answers an editor.

    Parameters
    ----------
    roots
        Folders that are open.
    project
        The project file whose numbers are shown; ``None`` for the one that names the spec.
    """

    def __init__(self, roots: Iterable[Path] = (), project: Path | None = None) -> None:
        self.space = Workspace(roots, project)
        #: What was looked at (the first file of a spec, or a project file) -> what was told of it.
        self._told: dict[Path, list[EditorFault]] = {}

    # -- texts

    def opened(self, path: Path, text: str) -> dict[Path, list[EditorFault]]:
        """Take a text that is opened, and return the faults of every file of which they may have changed."""
        self.space.put(path, text)
        return self.looked_at([path])

    def changed(self, path: Path, text: str) -> None:
        """Take a text as it is while somebody types; nothing is checked."""
        self.space.put(path, text)

    def closed(self, path: Path) -> None:
        """Forget a text; from now on the file is what stands on the disk."""
        self.space.put(path, None)

    def saved(self, path: Path) -> dict[Path, list[EditorFault]]:
        """Look at everything that is open and rests on a file that was saved; see :meth:`opened`."""
        self.space.begin()
        return self.looked_at([path, *(other for other in self.space.unsaved if other != real(path) and self.rests_on(other, real(path)))])

    def set_project(self, project: Path | None) -> dict[Path, list[EditorFault]]:
        """Show the numbers of another project file; see :meth:`opened`."""
        self.space.project = project
        self.space.begin()
        return self.looked_at(list(self.space.unsaved))

    def rests_on(self, path: Path, other: Path) -> bool:
        """Whether the spec of a file holds another file, among its own, below it, or in a tool."""
        site = self.space.site(path)
        open_, seen = [site.main] if site is not None else [], set[Path]()
        while open_:
            main = open_.pop()
            if main in seen:
                continue
            seen.add(main)
            for layer in self.space.chain(main):
                if other in layer.files:
                    return True
                open_ += [tool for _, tool in layer.tools]
        return False

    def looked_at(self, paths: Iterable[Path]) -> dict[Path, list[EditorFault]]:
        """Look at the specs and project files to which files belong, each once."""
        touched: dict[Path, None] = {}
        done = set()
        for path in paths:
            subject = self.subject(path)
            if subject is None or subject in done:
                continue
            done.add(subject)
            before = self._told.get(subject, [])
            self._told[subject] = self.faults_of(path)
            touched |= dict.fromkeys((real(path), *(fault.path for fault in (*before, *self._told[subject]))))
        every = {fault: None for told in self._told.values() for fault in told}
        return {path: [fault for fault in every if fault.path == path] for path in touched}

    def faults_of(self, path: Path) -> list[EditorFault]:
        """Return the faults of what a file belongs to; what is more than fits into memory is one of them."""
        try:
            return faults(self.space, path)
        except (MemoryError, RecursionError) as cause:
            error = InputError("I511", "this is more than fits into memory", why=type(cause).__name__, remedy="divide it, or use a larger machine")
            return [EditorFault(real(path), Stretch(0, 0, 1), "error", error.code, error.what)]

    def subject(self, path: Path) -> Path | None:
        """Return what is looked at where a file is opened or saved: a project file itself, else the first file of its spec."""
        held, site = self.space.file(path), self.space.site(path)
        if held is not None and held.kind == "project":
            return real(path)
        return site.main if site is not None else None

    # -- questions

    def hover(self, path: Path, line: int, column: int) -> Hover | None:
        """Return what is shown of a word."""
        self.space.begin()
        return hover(self.space, path, line, column)

    def definitions(self, path: Path, line: int, column: int) -> list[Location]:
        """Return where a word is declared."""
        self.space.begin()
        return PlacesOfNames(self.space).definitions(path, line, column)

    def references(self, path: Path, line: int, column: int, *, declaration: bool) -> list[Location]:
        """Return where the same thing is named."""
        self.space.begin()
        return PlacesOfNames(self.space).references(path, line, column, declaration=declaration)

    def completions(self, path: Path, line: int, column: int) -> list[Proposal]:
        """Return what could stand at a position."""
        self.space.begin()
        return completions(self.space, path, line, column)

    def renamed_word(self, path: Path, line: int, column: int) -> Stretch | None:
        """Return the word that can get another name."""
        self.space.begin()
        return renamed_word(self.space, path, line, column)

    def rename(self, path: Path, line: int, column: int, new: str) -> list[TextEdit] | str:
        """Return the edits of a new name, or in a sentence why it cannot be."""
        try:
            return rename(self.space, path, line, column, new)
        except MethodologyError as error:
            return f"{error.code} {error.what}" + (f"; {error.remedy}" if error.remedy else "")
