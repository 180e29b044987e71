"""Small qualities of the code that a reader relies on: names, arguments, docstrings, comments, sources, and nothing that nobody uses."""

import ast
import io
import re
import tokenize
from collections import Counter, defaultdict

import pages
import pytest

TREES = {name: pages.tree_of(path) for name, path in pages.modules().items()}
#: Calls whose arguments are all of one kind, however many there are, beside those of our own functions that take ``*names``.
OF_ONE_KIND = {"pack", "TypeVar"}
#: Rows of a table, with their columns named above it.
ROWS = {("equations.formula.functions", "Function")}
#: Sums of the machine, which are handed all its lists.
SUMS = ("add_numbers", "add_numbers_twice", "add_products", "least_of")
#: A compiled function is called for every block of draws, and takes arguments in order only.
KERNELS = {("engine.batch.lanes", "_machine"), ("engine.batch.lane_machine", "_machine"), *(("engine.batch.lane_machine", name) for name in SUMS)}
#: Called by their names from outside: by the printers of SymPy.
CALLED_FROM_OUTSIDE = {"printmethod", "_xml_number_element"}  # and `_print_...`, which SymPy calls by the kind of an expression
#: Rooms whose code is hard to follow without a word of why, and the least share of their lines that comments have.
HARD_ROOMS = {"engine.batch": 0.03, "engine.run": 0.014, "engine.plan": 0.011}
MOST_COMMENTED = 0.08


def functions(tree, *, nested=False):
    """Yield functions and methods, those inside functions only where they are asked for."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield node
        if nested or not isinstance(node, ast.FunctionDef):
            yield from functions(node, nested=nested)


def test_a_public_class_name_is_used_once():
    homes = defaultdict(list)
    for name, tree in TREES.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(name)
    assert not {name: where for name, where in homes.items() if len(where) > 1}


def test_more_than_six_arguments_are_given_by_name():
    """Most are texts and numbers: two that are exchanged pass every type checker."""
    several = {f.name for tree in TREES.values() for f in functions(tree, nested=True) if f.args.vararg} | OF_ONE_KIND
    found = []
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and len(node.args) > 6:
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called not in several and (name, called) not in ROWS | KERNELS:
                    found.append(f"{name}:{node.lineno} {called} has {len(node.args)} arguments in order")
    assert not found


@pytest.mark.parametrize("name", [name for name in TREES if name.startswith("engine.batch")])
def test_every_function_of_batch_says_what_it_is_for(name):
    """Its first sentence stands on one line; the rest of the room cannot be read without it."""
    for function in functions(TREES[name]):
        if not function.name.startswith("_"):
            said = ast.get_docstring(function)
            assert said, f"{name}.{function.name} says nothing"
            assert re.match(r"[^\n]+[.:](\s|$)", said), f"{name}.{function.name}"


def test_nothing_stands_there_that_nobody_uses():
    texts = [path.read_text(encoding="utf-8") for path in pages.modules().values()]
    for folder in ("mrvgraph", "tests"):
        texts += [path.read_text(encoding="utf-8") for path in (pages.ROOT / folder).rglob("*.py")]
    counts = Counter(word for text in texts for word in re.findall(r"\w+", text))
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name not in CALLED_FROM_OUTSIDE:
                assert node.name.startswith(("__", "_print_")) or counts[node.name] > 1, f"{name}.{node.name}"


@pytest.mark.parametrize("room", HARD_ROOMS)
def test_hard_rooms_are_commented(room):
    lines = comments = 0
    for name, path in pages.modules().items():
        if name.startswith(room):
            text = path.read_text(encoding="utf-8")
            lines += len(text.splitlines())
            found = [t.string for t in tokenize.generate_tokens(io.StringIO(text).readline) if t.type == tokenize.COMMENT]
            comments += sum(not comment.startswith(("# fmt:", "# type:", "# noqa")) for comment in found)
    assert HARD_ROOMS[room] <= comments / lines <= MOST_COMMENTED, f"{room}: {comments} comments in {lines} lines"


def tables_of(tree):
    """Names in capitals at the top of a module: its tables."""
    for node in tree.body:
        for target in node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []:
            if isinstance(target, ast.Name) and target.id.isupper():
                yield target.id


def test_no_table_of_another_module_is_written_to():
    """What a module says of the world is the same whatever was imported or called before."""
    changing = {"append", "extend", "add", "update", "setdefault", "pop", "clear", "remove", "insert", "discard", "popitem"}
    known = {table for tree in TREES.values() for table in tables_of(tree)}

    def table(node):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        return name if name in known else ""

    for name, tree in TREES.items():
        own = set(tables_of(tree))
        for node in ast.walk(tree):
            written = []
            if isinstance(node, ast.Assign | ast.AugAssign | ast.Delete):
                targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
                written = [table(t.value) if isinstance(t, ast.Subscript) else table(t) if isinstance(node, ast.AugAssign) else "" for t in targets]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in changing:
                written = [table(node.func.value)]
            for one in filter(None, written):
                assert one in own, f"{name}:{node.lineno} writes to {one}"


def test_conventions_are_cited_by_number_where_they_bind():
    text = (pages.ROOT / "docs" / "conventions.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^(\d+)\. ", text, re.MULTILINE))
    cited = set()
    for path in [*pages.modules().values(), *(pages.ROOT / "tests").rglob("*.py")]:
        cited |= set(re.findall(r"conventions §(\d+)", path.read_text(encoding="utf-8")))
    assert cited == sections


#: What comes from outside: a formula, an algorithm, numbers of a table. Each says from where.
FROM_OUTSIDE = (
    "engine.simulate.normal", "engine.simulate.sobol", "engine.simulate.moments", "engine.simulate.distributions",
    "engine.simulate.propagation", "engine.simulate.simulation", "engine.simulate.correlations", "engine.run.arithmetic.fractional_powers",
    "engine.run.arithmetic.double_double", "engine.batch.matrix_slopes",
    "engine.comparison.effect", "engine.typesetting.pictures.shapes", "equations.units.molar_masses",
)  # fmt: skip


@pytest.mark.parametrize("name", FROM_OUTSIDE)
def test_what_comes_from_outside_says_from_where(name):
    assert re.search(r"Source: |Sources?\n *-----", pages.modules()[name].read_text(encoding="utf-8")), name
