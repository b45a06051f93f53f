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


def test_an_invariant_that_was_not_exercised_did_not_break() -> None:
    """Where it must be valid that is no failure, where it is expected to break it is unknown."""
    idle = Finding("order", Verdict.NOT_EXERCISED, "no group", "order")
    assert apply_expectations([idle], Expectations(check_only=("order",))) == [idle]
    (found,) = apply_expectations([idle], Expectations(breaks=("order",)))
    assert found.verdict is Verdict.UNKNOWN
