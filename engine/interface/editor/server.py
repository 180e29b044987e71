"""The language server: the Language Server Protocol on one side, :class:`EditorSession` on the other. The only file that knows pygls."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any

from engine.interface.editor.editor_session import EditorSession
from engine.interface.editor.faults import EditorFault
from engine.interface.editor.open_text import Stretch
from engine.output.destination import tell
from engine.output.release import VERSION
from equations.errors import InputError

_SEVERITY = {"error": "Error", "warning": "Warning", "note": "Information"}
_ITEM_KIND = {"field": "Field", "value": "EnumMember", "function": "Function", "unit": "Unit", "member": "EnumMember", "file": "File",
              "reference": "Reference", "letter": "Variable", "quantity": "Variable", "matrix": "Variable", "choice": "Enum"}  # fmt: skip
#: Code of the protocol for a request that is understood and cannot be done.
_REQUEST_FAILED = -32803


def package(name: str) -> Any:
    """Return a package of the server.

    Raises
    ------
    InputError
        I514 where it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as cause:
        raise InputError("I514", "the language server needs the package `pygls`, which is not installed", why="editors are kept apart from the rest",
                         remedy='install it with: pip install "mrvgraph[editor]"') from cause  # fmt: skip


def serve() -> None:
    """Speak with an editor over standard input and output until it says goodbye.

    Raises
    ------
    InputError
        I514 where the package is not installed, I525 where there is no standard input or output.
    """
    speaking = LanguageServer()
    if any(getattr(stream, "buffer", None) is None for stream in (sys.stdin, sys.stdout)):
        raise InputError("I525", "the language server has no standard input and output", why="it speaks with an editor over both",
                         remedy="let an editor start it; docs/editor.md says how")  # fmt: skip
    if sys.stdin.isatty():
        tell("an editor starts this command and speaks with it (docs/editor.md); Ctrl-C ends it\n")
    speaking.server.start_io()


class LanguageServer:
    """A server with its session; lines and columns of the client are turned into characters and back."""

    def __init__(self) -> None:
        lsp, self.types, self.uris = package("pygls.lsp.server"), package("lsprotocol.types"), package("pygls.uris")
        self.failed = package("pygls.exceptions").JsonRpcException
        self.server = lsp.LanguageServer("mrvgraph", VERSION)
        self.session, self.options = EditorSession(), None
        self._register()

    def _register(self) -> None:
        types = self.types
        completion = types.CompletionOptions(trigger_characters=["[", "{", "(", ","])
        rows: tuple[tuple[str, Callable[[Any], Any], Any], ...] = (
            (types.INITIALIZE, self.greeted, None), (types.INITIALIZED, self.initialized, None),
            (types.WORKSPACE_DID_CHANGE_CONFIGURATION, self.configured, None),
            (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self.watched, None),
            (types.TEXT_DOCUMENT_DID_OPEN, self.opened, None), (types.TEXT_DOCUMENT_DID_CHANGE, self.changed, None),
            (types.TEXT_DOCUMENT_DID_SAVE, self.saved, None), (types.TEXT_DOCUMENT_DID_CLOSE, self.closed, None),
            (types.TEXT_DOCUMENT_HOVER, self.hover, None), (types.TEXT_DOCUMENT_DEFINITION, self.definition, None),
            (types.TEXT_DOCUMENT_REFERENCES, self.references, None), (types.TEXT_DOCUMENT_COMPLETION, self.completion, completion),
            (types.TEXT_DOCUMENT_PREPARE_RENAME, self.prepare_rename, None),
            (types.TEXT_DOCUMENT_RENAME, self.rename, types.RenameOptions(prepare_provider=True)),
        )  # fmt: skip
        for name, function, options in rows:
            self.server.feature(name, options)(self.guarded(function))

    def guarded(self, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Return a handler of which a mistake of ours is logged and ends nothing but the one answer."""

        @wraps(function)
        def handler(parameters: Any) -> Any:
            try:
                return function(parameters)
            except self.failed:
                raise
            except Exception as cause:  # the editor goes on, and so must the server
                log = self.types.LogMessageParams(self.types.MessageType.Error, f"{function.__name__}: {type(cause).__name__}: {cause}")
                self.server.window_log_message(log)
                return None

        return handler

    # -- places

    def path(self, uri: str) -> Path:
        """Return the file of an address; a text that is no file yet stands nowhere."""
        return Path(self.uris.to_fs_path(uri) or f"/{uri.replace(':', '')}")

    def at(self, parameters: Any) -> tuple[Path, int, int]:
        """Return file, line and column that a request is about."""
        path, position = self.path(parameters.text_document.uri), parameters.position
        found = self.server.workspace.position_codec.position_from_client_units(self.lines(path), position)
        return path, found.line, found.character

    def lines(self, path: Path) -> list[str]:
        held = self.session.space.file(path)
        return held.text.lines if held is not None else []

    def range(self, path: Path, stretch: Stretch) -> Any:
        """Return a part of a line as the client counts it."""
        types = self.types
        start, end = (types.Position(stretch.line, column) for column in (stretch.start, stretch.end))
        return self.server.workspace.position_codec.range_to_client_units(self.lines(path), types.Range(start, end))

    def uri(self, path: Path) -> str:
        """Return the address of a file: that under which the editor has opened it, where it has."""
        opened = (uri for uri in self.server.workspace.text_documents if self.path(uri).resolve() == path)
        return next(opened, str(self.uris.from_fs_path(str(path))))

    def locations(self, found: Iterable[Any]) -> list[Any]:
        return [self.types.Location(self.uri(one.path), self.range(one.path, one.stretch)) for one in found]

    # -- what the editor tells

    def greeted(self, parameters: Any) -> None:
        """Keep the settings with which the editor begins."""
        self.options = parameters.initialization_options

    def initialized(self, _: Any) -> None:
        """Begin with the folders and the settings of the editor."""
        folders = [self.path(folder.uri) for folder in self.server.workspace.folders.values()]
        root = self.server.workspace.root_path
        self.session = EditorSession(folders or ([Path(root)] if root else []))
        self.set_project(self.options)

    def configured(self, parameters: Any) -> None:
        """Take settings that changed: ``mrvgraph.project``."""
        settings = parameters.settings
        self.set_project(settings.get("mrvgraph", settings) if isinstance(settings, dict) else settings)

    def set_project(self, settings: Any) -> None:
        named = settings.get("project") if isinstance(settings, dict) else getattr(settings, "project", None)
        roots = self.session.space.roots
        self.publish(self.session.set_project((roots[0] if roots else Path()) / str(named) if named else None))

    def watched(self, parameters: Any) -> None:
        """Look again at what rests on files that changed on the disk."""
        for change in parameters.changes:
            self.publish(self.session.saved(self.path(change.uri)))

    def opened(self, parameters: Any) -> None:
        """Take a text that is opened."""
        self.publish(self.session.opened(self.path(parameters.text_document.uri), parameters.text_document.text))

    def changed(self, parameters: Any) -> None:
        """Take a text that changed."""
        uri = parameters.text_document.uri
        self.session.changed(self.path(uri), self.server.workspace.get_text_document(uri).source)

    def saved(self, parameters: Any) -> None:
        """Check what was saved."""
        self.publish(self.session.saved(self.path(parameters.text_document.uri)))

    def closed(self, parameters: Any) -> None:
        """Forget a text."""
        self.session.closed(self.path(parameters.text_document.uri))

    def publish(self, told: dict[Path, list[EditorFault]]) -> None:
        """Tell the editor the faults of files, also of those that have none any more."""
        types = self.types
        for path, found in told.items():
            items = [types.Diagnostic(self.range(path, fault.stretch), fault.text, types.DiagnosticSeverity[_SEVERITY[fault.severity]],
                                      fault.code, source="mrvgraph") for fault in found]  # fmt: skip
            self.server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(self.uri(path), items))

    # -- what the editor asks

    def hover(self, parameters: Any) -> Any:
        """Answer what is shown of a word."""
        path, line, column = self.at(parameters)
        found, types = self.session.hover(path, line, column), self.types
        if found is None:
            return None
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, found.text), self.range(path, found.stretch))

    def definition(self, parameters: Any) -> Any:
        """Answer where a word is declared."""
        return self.locations(self.session.definitions(*self.at(parameters)))

    def references(self, parameters: Any) -> Any:
        """Answer where a word is named."""
        return self.locations(self.session.references(*self.at(parameters), declaration=parameters.context.include_declaration))

    def completion(self, parameters: Any) -> Any:
        """Answer what could stand at the cursor."""
        path, line, column = self.at(parameters)
        types = self.types
        items = [types.CompletionItem(one.label, kind=types.CompletionItemKind[_ITEM_KIND.get(one.kind, "Reference")], detail=one.detail or None,
                                      sort_text=f"{number:05}", text_edit=types.TextEdit(self.range(path, one.stretch), one.insert))
                 for number, one in enumerate(self.session.completions(path, line, column))]  # fmt: skip
        return types.CompletionList(is_incomplete=False, items=items)

    def prepare_rename(self, parameters: Any) -> Any:
        """Answer which word gets another name."""
        path, line, column = self.at(parameters)
        found = self.session.renamed_word(path, line, column)
        return self.range(path, found) if found is not None else None

    def rename(self, parameters: Any) -> Any:
        """Answer what has to change for another name."""
        found, types = self.session.rename(*self.at(parameters), parameters.new_name), self.types
        if isinstance(found, str):
            raise self.failed(found, _REQUEST_FAILED)
        changes: dict[str, list[Any]] = {}
        for edit in found:
            changes.setdefault(self.uri(edit.path), []).append(types.TextEdit(self.range(edit.path, edit.stretch), edit.text))
        return types.WorkspaceEdit(changes=changes)
