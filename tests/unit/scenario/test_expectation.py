"""Findings, compared with what a scenario expects."""

from wavetank.core.findings import Finding, Verdict
from wavetank.scenario.expectation import apply_expectations
from wavetank.scenario.model import Expectations

VALID = Finding("drained", Verdict.VALID, "nothing remained", "drained")


def test_a_named_invariant_that_is_not_applicable_is_unknown() -> None:
    """A scenario that expects it to break must not pass on a pipeline that cannot break it."""
    for expectations in (
        Expectations(breaks=("conservation",)),
        Expectations(check_only=("conservation", "drained")),
    ):
        found = {each.key: each for each in apply_expectations([VALID], expectations)}
        assert found["conservation"].verdict is Verdict.UNKNOWN
        assert "nothing that it checks is deployed" in found["conservation"].evidence
        assert found["drained"] == VALID
