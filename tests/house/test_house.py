"""The house itself: direction of imports, sizes, names, packaging, public names."""

import ast
import re
import subprocess
import sys
import zipfile

import pages
import pytest

import equations
from equations.errors import CODES, Faults, MethodologyError, Place, SpecError

FILES = pages.modules()
#: Files that may import modules of ours inside functions, so that the command line starts quickly (decision 0006).
LAZY = {"engine.cli", "engine.commands.session", "engine.checks.refusal", "equations.__init__", "engine.batch.lanes", "engine.project.project_tree",
        "engine.project.values", "engine.project.project_documents", "engine.interface.runs", "engine.commands.simulate",
        "engine.batch.batchable"}  # fmt: skip


#: What a just-in-time compiler must be given in one piece.
ONE_KERNEL = {("engine.batch.lane_machine", "machine"), ("engine.batch.lane_machine", "rare")}


def test_equations_never_import_engine():
    for name, path in FILES.items():
        if name.startswith("equations"):
            assert not [m for m, _ in pages.own_imports(path) if m.startswith("engine")], name


def test_modules_have_a_reading_order():
    """Each file imports only from above; a circle fails here."""
    assert len(pages.reading_order()) == len(FILES)


def test_rooms_have_no_knots():
    """A room that imports another is never imported by it, directly or on a way round."""
    assert set(pages.room_order()) == set(pages.room_imports())


def test_the_first_look_shows_the_architecture():
    """What stands in a folder can be taken in at a glance, and every room says in a sentence what it is."""
    for room, most in (("engine", 22), ("equations", 22)):
        assert len([path for path in (pages.ROOT / room).iterdir() if path.name != "__pycache__"]) <= most
    for room in pages.room_imports():
        assert pages.first_line(pages.ROOT / room.replace(".", "/") / "__init__.py"), room


@pytest.mark.parametrize("name", [n for n in FILES if n not in LAZY])
def test_no_module_of_ours_is_imported_inside_a_function(name):
    tree = pages.tree_of(FILES[name])
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.ImportFrom):
                    assert (node.module or "").split(".")[0] not in pages.ROOMS, f"{name}: {node.module} in {function.name}"


def test_rooms_use_only_their_libraries():
    for name, path in FILES.items():
        tree = pages.tree_of(path)
        used = {(n.module or "").split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
        used |= {a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
        if name.startswith("equations"):
            assert not used & {"numpy", "networkx"}, name
        elif name.startswith("engine"):
            assert "yaml" not in used, name


def test_no_file_is_called_after_nothing():
    assert not {n for n in FILES if n.split(".")[-1] in ("utils", "helpers", "common", "misc")}


@pytest.mark.parametrize("name", FILES)
def test_files_and_functions_stay_readable(name):
    text = FILES[name].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 450, "is it still one idea?"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and (name, node.name) not in ONE_KERNEL:
            assert (node.end_lineno or 0) - node.lineno <= 75, node.name


def test_specs_and_docs_hold_no_python():
    for folder in ("methodology_specs", "docs"):
        assert not list((pages.ROOT / folder).rglob("*.py"))


def test_public_names_are_sorted_and_there():
    assert equations.__all__ == sorted(equations.__all__)
    for name in equations.__all__:
        assert getattr(equations, name) is not None
    with pytest.raises(AttributeError, match="no attribute"):
        equations.no_such_name  # noqa: B018


def test_errors_pickle_and_every_code_raised_is_documented():
    import pickle

    error = SpecError("S101", "what", Place("file", 1, 2, "line", 0, 3), why="why", remedy="do")
    again = pickle.loads(pickle.dumps(Faults([error, error])))
    assert str(again) == str(Faults([error, error]))
    assert isinstance(again, MethodologyError)
    for path in FILES.values():
        for code in re.findall(r'"([SXUGIV]\d{3})"', path.read_text(encoding="utf-8")):
            assert code in CODES, (path, code)


def test_wheel_holds_the_four_folders_and_nothing_else(tmp_path):
    """Without a build tool on the machine the declared list is compared; with one the wheel is built."""
    import tomllib

    settings = tomllib.loads((pages.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["equations", "engine", "mrvgraph", "methodology_specs"]
    try:
        import hatchling  # noqa: F401
    except ImportError:
        pytest.skip("hatchling is not installed here; the declared list was compared")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=pages.ROOT, check=True,
                   capture_output=True)  # fmt: skip
    names = {n.split("/")[0] for n in zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()}
    assert {n for n in names if not n.endswith(".dist-info")} == {"equations", "engine", "mrvgraph", "methodology_specs"}


#: What takes the words of a text apart.
_APART = {"split", "rsplit", "partition", "startswith", "endswith", "find", "index", "removeprefix", "removesuffix"}


@pytest.mark.parametrize("name", FILES)
def test_no_control_flow_on_the_words_of_a_message(name):
    """What code must know of an error or a finding is a code or a field; `what`, `why` and `remedy` are for people."""
    words = {"what", "why", "remedy", "evidence"}

    def said(node):
        return isinstance(node, ast.Attribute) and node.attr in words

    for node in ast.walk(pages.tree_of(FILES[name])):
        if isinstance(node, ast.Compare):
            sides = (node.left, *node.comparators)
            text = any(isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str)) for side in sides)
            assert not (text and any(said(side) for side in sides)), f"{name}:{node.lineno} compares the words of a message"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            apart = node.func.attr in _APART and said(node.func.value)
            matched = isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and any(said(one) for one in node.args)
            assert not (apart or matched), f"{name}:{node.lineno} takes the words of a message apart"
        elif isinstance(node, ast.Match):
            assert not said(node.subject), f"{name}:{node.lineno} matches the words of a message"
