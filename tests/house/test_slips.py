"""The runner of slips: it finds a slip wherever its lines move, plants it where it stands, and nothing else."""

import importlib.util

import pytest
import slips
from planting import WithSlip, exchanged
from score import LISTED, SAMPLE, counted
from slips import ROOT, Slip, read_slips

CODE = '''"""A module."""

LIMIT = 3


class Gate:
    def opens(self, n):
        """Whether so many may enter; n < 3."""
        return any(n < limit for limit in (LIMIT, LIMIT))


def opens(n):
    return n < LIMIT or n < 0
'''


@pytest.fixture
def module(tmp_path, monkeypatch):
    """A file of ours, in a folder of its own."""
    (tmp_path / "gate.py").write_text(CODE, encoding="utf-8")
    monkeypatch.setattr(slips, "ROOT", tmp_path)
    slips.source_of.cache_clear()
    slips.functions_of.cache_clear()
    yield "gate.py"
    slips.source_of.cache_clear()
    slips.functions_of.cache_clear()


def test_a_slip_stands_in_its_function_and_is_counted_there(module):
    assert Slip(module, "opens", "n < LIMIT", "n <= LIMIT").lines() == range(13, 14)
    assert Slip(module, "opens", "n < ", "n <= ").place() is None  # which of two?
    assert Slip(module, "opens", "n < ", "n <= ", 2).planted() == CODE.replace("n < 0", "n <= 0")
    assert Slip(module, "Gate.opens", "n < limit", "n > limit").planted() == CODE.replace("n < limit", "n > limit")
    assert Slip(module, "opens", "n < ", "n <= ", 3).place() is None
    assert Slip(module, "closes", "n", "m").place() is None


@pytest.mark.parametrize(
    ("function", "old", "new", "names"),
    [
        ("opens", "n < LIMIT", "n <= LIMIT", {"opens"}),
        ("Gate.opens", "n < limit", "n <= limit", {"Gate.opens", "Gate.opens.<locals>.<genexpr>"}),
        ("", "LIMIT = 3", "LIMIT = 4", None),  # done already where the module is loaded
    ],
)
def test_only_the_functions_concerned_are_exchanged(module, monkeypatch, function, old, new, names):
    found = exchanged(Slip(module, function, old, new))
    assert (found and {code.co_qualname for code in found}) == names


def test_a_module_is_imported_with_the_slip(module, tmp_path):
    loader = WithSlip(Slip(module, "", "LIMIT = 3", "LIMIT = 4"))
    spec = importlib.util.spec_from_file_location("gate", tmp_path / "gate.py", loader=loader)
    gate = importlib.util.module_from_spec(spec)
    loader.exec_module(gate)
    assert gate.opens(3) and not gate.opens(4)


def test_every_listed_slip_names_a_test_and_stands_in_the_code():
    for slip in read_slips(LISTED):
        file, _, test = slip.killed_by.partition("::")
        assert f"def {test.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8"), slip.killed_by
        assert slip.place() is not None, slip


def test_what_is_said_of_the_sample_is_one_thing_of_each_slip():
    sample = read_slips(SAMPLE)
    assert len({slip.name for slip in sample}) == len(sample) == counted(sample)["all"].total()
    assert all(bool(slip.killed_by) + bool(slip.equivalent) + bool(slip.unnoticed) <= 1 for slip in sample)
