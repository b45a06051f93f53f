"""Nothing remains at the end."""

from tests.sample_histories import assert_found, calm, undrained, without
from wavetank.core.findings import Verdict
from wavetank.history import Drained
from wavetank.invariants import FullyDrained


def test_drained_run_is_valid() -> None:
    """A run that was drained says so."""
    assert_found(FullyDrained(), calm(), Verdict.VALID, "nothing remained")


def test_undrained_run_is_unknown() -> None:
    """What remains is named, and is no violation."""
    assert_found(FullyDrained(), undrained(calm()), Verdict.UNKNOWN, "1 item remaining; 2 requests")


def test_run_that_nobody_drained_is_unknown() -> None:
    """Without a record of draining, it did not happen."""
    assert_found(FullyDrained(), without(calm(), Drained), Verdict.UNKNOWN, "was not drained")
