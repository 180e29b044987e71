"""What is asked of a desk in tests."""

from pathlib import Path

TINY = Path(__file__).resolve().parents[1] / "specs_for_tests/tiny"


def states(desk):
    """Return what each stated number is called, and its state."""
    return {one.statement.shown: one.state for one in desk.compared.comparisons}


def slips(desk, at=0, most=3):
    """Return the slips among the first candidates of a diagnosis."""
    return [slip.text for candidate in desk.diagnoses[at].candidates[:most] for slip in candidate.slips]


def codes(desk):
    return [(finding.code, finding.severity) for finding in desk.findings]
