"""The language server as an editor meets it: one process, spoken to over its standard input and output."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import main
from engine.interface.editor import server

ROOT = Path(__file__).resolve().parents[2]


class Client:
    """Speaks the protocol by hand, so that nothing of the server's own library is trusted."""

    def __init__(self, folder):
        command = [sys.executable, "-m", "mrvgraph", "lsp"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.number, self.told = 0, []
        options = {"project": "project.yaml"}
        self.ready = self.ask("initialize", processId=None, rootUri=folder.as_uri(), capabilities={}, initializationOptions=options,
                              workspaceFolders=[{"uri": folder.as_uri(), "name": "tiny"}])  # fmt: skip
        self.tell("initialized")

    def write(self, message):
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def read(self):
        length = 0
        while line := self.process.stdout.readline().strip():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        assert length, "the server is gone"
        return json.loads(self.process.stdout.read(length))

    def tell(self, method, **parameters):
        self.write({"method": method, "params": parameters})

    def ask(self, method, **parameters):
        self.number += 1
        self.write({"id": self.number, "method": method, "params": parameters})
        while True:
            answer = self.read()
            if answer.get("id") == self.number and "method" not in answer:
                return answer
            self.told.append(answer)

    def faults(self, uri):
        """Return the faults that were told of a file last; an answer to another question says that none is on its way."""
        self.ask("textDocument/hover", textDocument={"uri": uri}, position={"line": 0, "character": 0})
        found = [m["params"]["diagnostics"] for m in self.told if m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri]
        return [one for one in found[-1] if one["severity"] < 3]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    pytest.importorskip("pygls")
    folder = tmp_path_factory.mktemp("server").resolve()
    shutil.copytree(ROOT / "tests/specs_for_tests/tiny", folder, dirs_exist_ok=True)
    found = Client(folder)
    yield found, folder
    found.process.kill()
    found.process.wait()
    found.process.stdin.close()
    found.process.stdout.close()


def test_an_editor_at_work(client):
    client, folder = client
    path = folder / "methodology.yaml"
    uri, text = path.as_uri(), path.read_text(encoding="utf-8").replace("meaning: area at the start,", "meaning: 'area 🌳 at the start',")
    can = client.ready["result"]["capabilities"]
    assert all(can[name] for name in ("hoverProvider", "definitionProvider", "referencesProvider", "completionProvider", "renameProvider"))
    lines = text.split("\n")

    def at(snippet):
        before, _, after = snippet.partition("|")
        line = next(n for n, row in enumerate(lines) if before + after in row)
        units = lines[line][: lines[line].index(before + after) + len(before)].encode("utf-16-le")  # as the protocol counts
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": len(units) // 2}}

    client.tell("textDocument/didOpen", textDocument={"uri": uri, "languageId": "yaml", "version": 1, "text": text})
    assert client.faults(uri) == []

    shown = client.ask("textDocument/hover", **at("'Sum(i, A_|0[i]"))["result"]
    assert "area 🌳 at the start" in shown["contents"]["value"] and "- E: 1,000.00 ha" in shown["contents"]["value"]
    unit = client.ask("textDocument/hover", **at("start', indices: [land_|use], unit"))["result"]  # behind a sign of two units
    assert unit["range"]["start"]["character"] == lines[30].index("land_use") + 1

    place = client.ask("textDocument/definition", **at("'Sum(i, A_|0[i]"))["result"]
    assert [(one["uri"], one["range"]["start"]) for one in place] == [(uri, {"line": 30, "character": 9})]
    named = client.ask("textDocument/references", context={"includeDeclaration": True}, **at("'Sum(i, A_|0[i]"))["result"]
    assert {one["uri"].rpartition("/")[2] for one in named} == {"methodology.yaml", "project.yaml"} and len(named) == 4
    items = client.ask("textDocument/completion", **at("'dCS[|y] * 44/12'"))["result"]["items"]
    assert "y" in [one["label"] for one in items]
    assert client.ask("textDocument/prepareRename", **at("'Sum(i, A_|0[i]"))["result"]["start"]["character"] == 22
    changes = client.ask("textDocument/rename", newName="B_0", **at("'Sum(i, A_|0[i]"))["result"]["changes"]
    assert sorted(len(edits) for edits in changes.values()) == [1, 3]
    assert "taken" in client.ask("textDocument/rename", newName="dCS", **at("'Sum(i, A_|0[i]"))["error"]["message"]


def test_a_file_in_the_middle_of_an_edit(client):
    client, folder = client
    path = folder / "methodology.yaml"
    uri, text = path.as_uri(), path.read_text(encoding="utf-8")
    for version, (typed, codes) in enumerate([("'dCS[y] * ", ["S101"]), ("'dCS[y] * 3'", ["U302"]), ("'dCS[y] * 44/12'", [])], 10):
        changed = text.replace("'dCS[y] * 44/12'", typed)
        client.tell("textDocument/didChange", textDocument={"uri": uri, "version": version}, contentChanges=[{"text": changed}])
        client.tell("textDocument/didSave", textDocument={"uri": uri})
        assert [one["code"] for one in client.faults(uri)] == codes
    line = next(n for n, row in enumerate(text.split("\n")) if "id: rl," in row)
    assert client.ask("textDocument/hover", textDocument={"uri": uri}, position={"line": line, "character": 10})["result"]
    nowhere = {"textDocument": {"uri": "untitled:Untitled-1"}, "position": {"line": 3, "character": 3}}
    assert client.ask("textDocument/hover", **nowhere)["result"] is None
    assert client.ask("shutdown")["result"] is None
    client.tell("exit")
    assert client.process.wait(30) == 0


def test_without_the_package_the_command_says_what_to_install(monkeypatch, capsys):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(server.importlib, "import_module", missing)
    assert main(["lsp"]) == 2
    said = capsys.readouterr().err
    assert "I514" in said and 'pip install "mrvgraph[editor]"' in said
